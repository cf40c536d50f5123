import {
  expect,
  licensesAtMicrosoft,
  reloadUntilVisible,
  test,
} from './portal';

const ACCOUNT = 'samuel.adeyemi@contoso.example';

test('the template takes a license back, and it is gone at Microsoft', async ({
  page,
}) => {
  await page.goto('/catalog/default/user/samuel.adeyemi');
  const content = page.getByRole('main');
  await reloadUntilVisible(
    page,
    content.getByText('Planner and Project Plan 3'),
  );
  expect(await licensesAtMicrosoft(ACCOUNT)).toEqual(
    expect.arrayContaining(['SPE_E3', 'PROJECTPROFESSIONAL']),
  );

  await page.goto('/create/templates/default/reclaim-license');
  const account = page.getByRole('combobox', { name: 'Account' });
  await account.fill('samuel');
  await page.getByRole('option', { name: /Samuel Adeyemi/ }).click();
  await page
    .getByRole('checkbox', { name: /Planner and Project Plan 3/ })
    .check({ force: true });
  await page.getByRole('textbox', { name: /Reason/ }).fill('Project is over');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText('What happened')).toBeVisible();
  await expect(
    page.getByText(/Planner and Project Plan 3/).first(),
  ).toBeVisible();

  await page.goto('/catalog/default/user/samuel.adeyemi');
  await expect(content.getByText('Microsoft 365 E3')).toBeVisible();
  await expect(content.getByText('Planner and Project Plan 3')).toHaveCount(0);
  expect(await licensesAtMicrosoft(ACCOUNT)).toEqual(['SPE_E3']);
});
