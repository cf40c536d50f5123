import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, reloadUntilVisible, test } from './portal';

/** Pages, and the text that shows that they are loaded. */
const PAGES = {
  '/m365-licenses/overview': 'Seats per license',
  '/m365-licenses/users': '640 accounts',
  '/m365-licenses/users/viktor.lange@contoso.example':
    'Last activity by service',
  '/m365-licenses/activity': /^\d+ accounts$/,
  '/m365-licenses/licenses': 'Microsoft 365 E3',
  '/m365-licenses/licenses/05e9a617-0261-4cee-bb44-138d3ef5d965':
    'What is known fits together.',
  '/m365-licenses/candidates': /^\d+ candidates$/,
  '/m365-licenses/candidates/exemptions': 'Exemptions',
  '/m365-licenses/reclamations': /^\d+ plans?$/,
  '/m365-licenses/reclamations/policies': 'Policies',
  '/m365-licenses/my-licenses': 'Microsoft 365 E5',
  '/m365-licenses/suspicious-activities': /^\d+ suspicious activities$/,
  '/m365-licenses/tasks': /^\d+ runs$/,
  '/m365-licenses/connections': /checks passed$/,
  '/catalog/default/user/maya.lindqvist': 'Last activity',
  '/catalog/default/group/finance': /have not used theirs/,
  '/catalog/default/group/contoso/m365-licenses': /^\d+ accounts$/,
  '/create/templates/default/reclaim-license': 'Whose license',
  '/create/templates/default/reclaim-leaver': 'Reason',
  '/create/templates/default/clean-up-license': 'Reason',
  '/create/templates/default/hand-back-my-license': 'Reason',
};

/**
 * Backstage's own: tabs that name a panel that its pages do not have, and a link
 * to the notifications whose name lacks their number.
 */
const isKnown = (rule: string, html: string) =>
  (rule === 'aria-valid-attr-value' && html.includes('class="bui-Tab ')) ||
  (rule === 'label-content-name-mismatch' &&
    html.includes('aria-label="Notifications"'));

/** Waits until no table loads or fades in: half faded, text has too little contrast. */
async function settled(page: Page) {
  await expect(
    page.locator('[data-stale="true"], [data-ispending="true"]'),
  ).toHaveCount(0);
  await page.waitForFunction(() =>
    [...document.querySelectorAll('table')].every(
      table => getComputedStyle(table).opacity === '1',
    ),
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

    for (const [path, text] of Object.entries(PAGES)) {
      test(`${path} is accessible`, async ({ page }) => {
        await page.goto(path);
        await reloadUntilVisible(page, page.getByText(text).first());
        await settled(page);

        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
          .analyze();

        expect(
          violations.flatMap(({ id, nodes }) =>
            nodes
              .filter(({ html }) => !isKnown(id, html))
              .map(({ html, target }) => `${id} at ${target}: ${html}`),
          ),
        ).toEqual([]);
      });
    }
  });
}
