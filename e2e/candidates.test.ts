import {
  expect,
  openTab,
  reloadUntilVisible,
  test,
  readSimulator,
  TENANT_URL,
} from './portal';

// What is held back and recognized stays for the next test
test.describe.configure({ mode: 'serial' });

test('candidates say why, and one is held back and let go again', async ({
  page,
}) => {
  await openTab(page, 'candidates');
  await reloadUntilVisible(
    page,
    page.getByText(/^Account disabled since/).first(),
  );
  const { savings } = await readSimulator(TENANT_URL, 'truth/use');
  const disabled = savings.filter(
    ({ reasons }: { reasons: string[] }) => reasons[0] === 'disabled',
  ).length;
  await page.getByRole('button', { name: /^Disabled/ }).click();
  await expect(page).toHaveURL(/reason=disabled/);
  await expect(page.getByText(`${disabled} candidates`)).toBeVisible();

  await page.getByRole('searchbox', { name: 'Search' }).fill('viktor.lange');
  const row = page.getByRole('row').filter({ hasText: 'Visio Plan 2' });
  await expect(row).toContainText('Account disabled since');
  await expect(row).toContainText('Opportunity');
  await row.getByRole('button', { name: /^Hold back/ }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Reason' }).fill('Returns in spring');
  await form.getByRole('button', { name: 'Hold back' }).click();
  await expect(form).toBeHidden();
  await expect(row).toContainText('Held back');
  await expect(row).toContainText('Returns in spring');

  await page.getByRole('link', { name: 'Exemptions' }).click();
  const exemption = page.getByRole('row').filter({ hasText: 'Viktor Lange' });
  await expect(exemption).toContainText('Visio Plan 2');
  await expect(exemption).toContainText('Robin Sommer');
  await exemption.getByRole('button', { name: /^End/ }).click();
  await page
    .getByRole('alertdialog')
    .or(page.getByRole('dialog'))
    .getByRole('button', { name: /^End/ })
    .click();
  await expect(exemption).toBeHidden();
  await openTab(page, 'candidates');
  await page.getByRole('searchbox', { name: 'Search' }).fill('viktor.lange');
  await expect(row).toContainText('Opportunity');
});

test('an account page suggests what its candidates say', async ({ page }) => {
  await page.goto('/m365-licenses/users/viktor.lange@contoso.example');
  await reloadUntilVisible(
    page,
    page.getByRole('heading', { name: 'Suggested, and why' }),
  );
  await expect(page.getByText(/Account disabled since/).first()).toBeVisible();
});

test('suspicious activities are recognized, and that is taken back', async ({
  page,
}) => {
  await openTab(page, 'suspicious-activities');
  const guest = page
    .getByRole('row')
    .filter({ hasText: 'Unrecognized' })
    .first();
  await reloadUntilVisible(page, guest);
  const name = await guest.getByRole('link').first().innerText();
  await guest.getByRole('button', { name: /^Recognize/ }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Note' }).fill('Our partner');
  await form.getByRole('button', { name: 'Recognize' }).click();
  await expect(form).toBeHidden();

  await page.getByRole('button', { name: /^Recognized/ }).click();
  const recognized = page.getByRole('row').filter({ hasText: name });
  await expect(recognized).toContainText('Our partner');
  await recognized.getByRole('button', { name: /^Take back/ }).click();
  await expect(recognized).toBeHidden();
});

test('a group of the catalog shows what its licenses are used for, with those below it', async ({
  page,
}) => {
  await page.goto('/catalog/default/group/contoso/m365-licenses');
  // The catalog's groups are read a moment after the accounts
  await reloadUntilVisible(
    page,
    page.getByRole('row', { name: /Maya Lindqvist/ }),
  );
  await expect(
    page.getByRole('grid', { name: 'Members' }).getByRole('row'),
  ).toHaveCount(15);
  await expect(page.getByText('0 in the group itself')).toBeVisible();
});
