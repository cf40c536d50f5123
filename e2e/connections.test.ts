import type { Page } from '@playwright/test';
import {
  expect,
  openTab,
  readSimulator,
  reloadUntilVisible,
  SECOND_TENANT_URL,
  test,
} from './portal';

// One tenant is signed in to, used, and left again
test.describe.configure({ mode: 'serial' });

const ADMINISTRATOR = /Alex Winter/;
const CONNECTIONS = /\/m365-licenses\/connections/;

const fabrikam = (page: Page) =>
  page.getByRole('article', { name: 'fabrikam' });

/** Presses Authorize, and chooses who signs in at Microsoft. */
async function goToMicrosoft(page: Page) {
  await openTab(page, 'connections');
  await fabrikam(page)
    .getByRole('button', { name: /^Authorize/ })
    .click();
  await page.getByRole('button', { name: ADMINISTRATOR }).click();
  await expect(
    page.getByRole('heading', { name: 'Permissions requested' }),
  ).toBeVisible();
  await expect(page.getByText('Reports.Read.All')).toBeVisible();
  await expect(page.getByText('offline_access')).toBeVisible();
}

/** Where Microsoft led back to: the answer is in the fragment. */
async function decide(page: Page, decision: 'Accept' | 'Cancel') {
  const [answer] = await Promise.all([
    page.waitForResponse(response => response.url().endsWith('/consent')),
    page.getByRole('button', { name: decision }).click(),
  ]);
  const back = await answer.headerValue('location');
  if (!back) {
    throw new Error(`Microsoft answered ${answer.status()} without an address`);
  }
  return back;
}

test('consent that is denied changes nothing, and says so', async ({
  page,
}) => {
  await goToMicrosoft(page);
  await decide(page, 'Cancel');

  await expect(page.getByText(/consent was denied/)).toBeVisible();
  await expect(page).toHaveURL(CONNECTIONS);
  expect(page.url()).not.toContain('state=');
  await expect(fabrikam(page).getByText('Not signed in')).toBeVisible();
});

test('a state that was tampered with is refused', async ({ page }) => {
  await goToMicrosoft(page);
  await page.route(/\/authorization-responses$/, async route => {
    const body = route.request().postDataJSON();
    await route.continue({
      postData: JSON.stringify({ ...body, state: `${body.state}x` }),
    });
  });
  await decide(page, 'Accept');

  await expect(
    page.getByText(/not one that you began here/).first(),
  ).toBeVisible();
  await expect(fabrikam(page).getByText('Not signed in')).toBeVisible();
});

test('consent that is given lets the tasks run; its code works once', async ({
  page,
}) => {
  const answers: string[] = [];
  page.on('response', async response => {
    if (response.url().includes('/api/m365-licenses/')) {
      answers.push(await response.text().catch(() => ''));
    }
  });
  await goToMicrosoft(page);
  const back = await decide(page, 'Accept');

  await expect(
    fabrikam(page).getByText(/Alex Winter \(alexwinter@fabrikam\.example\)/),
  ).toBeVisible();
  await expect(
    fabrikam(page).getByText('Connected', { exact: true }),
  ).toBeVisible();
  expect(page.url()).not.toContain('code=');

  await page.goto('/m365-licenses/tasks?tenant=fabrikam');
  for (const task of [
    'Application Roster',
    'License Information',
    'Application Access',
  ]) {
    await reloadUntilVisible(
      page,
      page
        .getByRole('grid', { name: 'Tasks' })
        .getByRole('row')
        .filter({ hasText: task })
        .filter({ hasText: 'Succeeded' }),
    );
  }
  await page.goto('/m365-licenses/users?tenant=fabrikam');
  await expect(page.getByText('120 accounts')).toBeVisible();

  // The address that Microsoft led to, once more
  await page.goto('/m365-licenses/tasks');
  await page.goto(back);
  await expect(page.getByText(/was used already/).first()).toBeVisible();
  await expect(
    fabrikam(page).getByText('Connected', { exact: true }),
  ).toBeVisible();

  const secrets: string[] = await readSimulator(SECOND_TENANT_URL, 'secrets');
  expect(secrets.length).toBeGreaterThan(5);
  expect(secrets.filter(secret => answers.join('\n').includes(secret))).toEqual(
    [],
  );
});

test('a tenant that is disconnected stops, and can be signed in to again', async ({
  page,
}) => {
  await openTab(page, 'connections');
  await fabrikam(page)
    .getByRole('button', { name: /^Disconnect/ })
    .click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: 'Disconnect' })
    .click();
  await expect(fabrikam(page).getByText('Not signed in')).toBeVisible();

  await page.goto('/m365-licenses/tasks?tenant=fabrikam');
  await expect(page.getByText(/The tasks wait/).first()).toBeVisible();
  // What was read stays
  await page.goto('/m365-licenses/users?tenant=fabrikam');
  await expect(page.getByText('120 accounts')).toBeVisible();

  await goToMicrosoft(page);
  await decide(page, 'Accept');
  await expect(
    fabrikam(page).getByText('Connected', { exact: true }),
  ).toBeVisible();
});

test('names that reports conceal are said on the tabs, with the steps, until they are shown again', async ({
  page,
}) => {
  await openTab(page, 'connections');
  const check = fabrikam(page).getByRole('button', { name: /^Check/ });
  const conceal = (concealNames: boolean) =>
    page.request.post(`${SECOND_TENANT_URL}/simulator/faults`, {
      data: { concealNames },
    });

  await conceal(true);
  await check.click();
  await expect(
    fabrikam(page).getByText('Reports conceal the names'),
  ).toBeVisible();
  await expect(
    fabrikam(page).getByText(/Org settings → Services → Reports/),
  ).toBeVisible();
  for (const tab of ['overview', 'activity'] as const) {
    await page.goto(`/m365-licenses/${tab}?tenant=fabrikam`);
    await expect(page.getByText(/Reports conceal the names/)).toBeVisible();
  }

  await conceal(false);
  await openTab(page, 'connections');
  await check.click();
  await expect(
    fabrikam(page).getByText('Reports conceal the names'),
  ).toBeHidden();
});
