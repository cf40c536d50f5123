import {
  expect,
  request,
  test as base,
  type Locator,
  type Page,
} from '@playwright/test';
import {
  DEFAULT_CLIENT_ID,
  DEFAULT_CLIENT_SECRET,
  DEFAULT_TENANT_ID,
} from '../packages/graph-simulator/src';

/** The tenant that the portal syncs. */
export const TENANT_URL = `http://127.0.0.1:${process.env.SIMULATOR_PORT}`;
/** The tenant that a person signs in for. */
export const SECOND_TENANT_URL = `http://127.0.0.1:${
  Number(process.env.SIMULATOR_PORT) + 1
}`;

/** The tabs of the page, as their last path segment, with their titles. */
export const TABS = {
  overview: 'Overview',
  'my-licenses': 'My licenses',
  licenses: 'Licenses',
  users: 'Users',
  activity: 'Activity',
  candidates: 'Candidates',
  reclamations: 'Reclamations',
  'suspicious-activities': 'Suspicious activities',
  tasks: 'Tasks',
  connections: 'Connections',
};

/** People who sign in, by what they are called on the sign-in page. */
export type Person =
  | 'Robin Sommer'
  | 'Clara Hoffmann'
  | 'Maya Lindqvist'
  | 'Tomas Novak';

/** Signs in, in place of whoever was signed in before. */
export async function signInAs(page: Page, person: Person) {
  await page.goto('/');
  // Who is signed in is remembered once the page shows it.
  await expect(
    page
      .getByRole('button', { name: /^Enter as/ })
      .or(page.getByRole('link', { name: 'M365 licenses' }))
      .first(),
  ).toBeVisible();
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByRole('button', { name: `Enter as ${person}` }).click();
  await expect(page).toHaveURL(/\/m365-licenses/);
}

/** A test whose page is signed in as the license administrator. */
export const test = base.extend({
  page: async ({ page }, use) => {
    await signInAs(page, 'Robin Sommer');
    await use(page);
  },
});

export { expect };

/** Opens a tab of the page; the first sync may still be on its way. */
export async function openTab(page: Page, tab: keyof typeof TABS) {
  await page.goto(`/m365-licenses/${tab}`);
  await expect(
    page.getByRole('tab', { name: TABS[tab], exact: true }),
  ).toHaveAttribute('aria-selected', 'true');
}

/** Opens a page again until what is awaited on it holds: the sync goes on meanwhile. */
export async function reloadUntilVisible(page: Page, awaited: Locator) {
  await expect(async () => {
    await page.reload();
    await expect(awaited).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
}

/** What Microsoft says: the SKU part numbers that an account holds right now. */
export async function licensesAtMicrosoft(userPrincipalName: string) {
  const api = await request.newContext({ baseURL: TENANT_URL });
  try {
    const signIn = await api.post(`/${DEFAULT_TENANT_ID}/oauth2/v2.0/token`, {
      form: {
        grant_type: 'client_credentials',
        client_id: DEFAULT_CLIENT_ID,
        client_secret: DEFAULT_CLIENT_SECRET,
        scope: `${TENANT_URL}/.default`,
      },
    });
    expect(signIn.ok()).toBe(true);
    const { access_token: token } = await signIn.json();
    const read = async (path: string) => {
      const answer = await api.get(path, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.ok()).toBe(true);
      return await answer.json();
    };

    const { value: skus } = await read('/v1.0/subscribedSkus');
    const partNumbers = new Map<string, string>(
      skus.map((sku: { skuId: string; skuPartNumber: string }) => [
        sku.skuId,
        sku.skuPartNumber,
      ]),
    );
    const user = await read(
      `/v1.0/users/${userPrincipalName}?$select=id,assignedLicenses`,
    );
    return user.assignedLicenses.map(({ skuId }: { skuId: string }) =>
      partNumbers.get(skuId),
    );
  } finally {
    await api.dispose();
  }
}

/** What a simulated tenant says of itself, for example its `secrets`. */
export async function readSimulator(url: string, what: string) {
  const api = await request.newContext({ baseURL: url });
  try {
    const answer = await api.get(`/simulator/${what}`);
    expect(answer.ok()).toBe(true);
    return await answer.json();
  } finally {
    await api.dispose();
  }
}
