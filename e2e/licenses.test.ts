import { readFile } from 'node:fs/promises';
import { expect, openTab, reloadUntilVisible, test } from './portal';

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';

// What is entered stays for the next test
test.describe.configure({ mode: 'serial' });

test('a license tells who uses it, and leads to them', async ({ page }) => {
  await page.goto(`/m365-licenses/licenses/${E3}`);
  await reloadUntilVisible(
    page,
    page.getByRole('heading', { name: 'Microsoft 365 E3' }),
  );
  await reloadUntilVisible(
    page,
    page.getByText('What is known fits together.'),
  );

  // Until the first activity is read, nothing can be said
  const inactive = page.getByRole('link', { name: /accounts: Inactive$/ });
  await reloadUntilVisible(page, inactive);
  const count = Number(await inactive.innerText());
  expect(count).toBeGreaterThan(0);
  await inactive.click();
  await expect(page).toHaveURL(/licenseStatus=inactive/);
  await expect(page.getByText(`${count} accounts`)).toBeVisible();
});

test('a price that is entered shows as spend, and what of it could be saved', async ({
  page,
}) => {
  await page.goto(`/m365-licenses/licenses/${E3}`);
  await page.getByRole('button', { name: 'Add a term' }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Cost per seat' }).fill('33.75');
  await form.getByRole('textbox', { name: 'Currency' }).fill('EUR');
  await form
    .getByRole('textbox', { name: 'Effective date' })
    .fill('2026-01-01');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();
  // 345 seats × 33.75 × 12
  await expect(page.getByText('€139,725.00').first()).toBeVisible();

  await openTab(page, 'overview');
  await expect(page.getByText('€139,725.00').first()).toBeVisible();
  await expect(page.getByText('13 products not priced')).toBeVisible();
});

test('terms come out as CSV and go in again, after a preview', async ({
  page,
}) => {
  await openTab(page, 'licenses');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export terms' }).click(),
  ]);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv).toContain('33.75');

  await page.getByRole('button', { name: 'Import terms' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByRole('textbox')
    .fill(csv.replace('33.75', '36').replace('EUR', 'CHF'));
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await expect(dialog.getByText(/changed/i).first()).toBeVisible();
  await dialog.getByRole('button', { name: /^Apply/ }).click();

  await page.goto('/m365-licenses/licenses');
  // 345 × 36 × 12
  await expect(
    page.getByRole('row', { name: /SPE_E3/ }).getByText(/149,040/),
  ).toBeVisible();
});
