import { expect, openTab, reloadUntilVisible, test } from './portal';

test('the tasks have read the tenant, and can be run again', async ({
  page,
}) => {
  await openTab(page, 'tasks');
  const tasks = page.getByRole('grid', { name: 'Tasks' });
  const history = page.getByRole('grid', { name: 'History' });

  for (const task of [
    'Application Roster',
    'License Information',
    'Application Access',
  ]) {
    await reloadUntilVisible(
      page,
      tasks
        .getByRole('row')
        .filter({ hasText: task })
        .filter({ hasText: 'Succeeded' }),
    );
    await expect(
      history
        .getByRole('row')
        .filter({ hasText: task })
        .filter({ hasText: 'Succeeded' })
        .first(),
    ).toBeVisible();
  }

  const rosterRuns = history
    .getByRole('row')
    .filter({ hasText: 'Application Roster' });
  const runRoster = async () => {
    const before = await rosterRuns.count();
    await tasks
      .getByRole('row')
      .filter({ hasText: 'Application Roster' })
      .getByRole('button', { name: /^Run/ })
      .click();
    await expect(rosterRuns).toHaveCount(before + 1);
    await expect(rosterRuns.first()).toContainText('Succeeded');
  };
  // What was taken and put back meanwhile is read with Microsoft's own dates.
  await runRoster();
  await runRoster();
  await expect(rosterRuns.first()).toContainText('Nothing changed');
});

test('the roster holds every account', async ({ page }) => {
  await openTab(page, 'users');
  await reloadUntilVisible(page, page.getByText('640 accounts'));

  await page.getByRole('searchbox', { name: 'Search' }).fill('viktor.lange');
  const row = page.getByRole('row', { name: /Viktor Lange/ });
  await expect(row).toContainText('Disabled');
  await expect(page).toHaveURL(/text=viktor\.lange/);

  await row.getByRole('link', { name: 'Viktor Lange' }).click();
  for (const product of [
    'Microsoft 365 E5',
    'Visio Plan 2',
    'Planner and Project Plan 3',
    'Power BI Pro',
  ]) {
    await expect(
      page
        .getByRole('grid', { name: 'Licenses' })
        .getByText(product, { exact: true }),
    ).toBeVisible();
  }
});

test('the activity of seven services is there with its dates', async ({
  page,
}) => {
  await openTab(page, 'activity');
  await page.goto('/m365-licenses/activity?text=maya.lindqvist');
  const row = page.getByRole('row', { name: /Maya Lindqvist/ });
  await reloadUntilVisible(page, row.getByText(/ago$/).first());

  for (const service of [
    'Exchange',
    'Teams',
    'OneDrive',
    'Outlook',
    'SharePoint',
    'Skype for Business',
    'Yammer',
  ]) {
    await expect(
      page.getByRole('columnheader', { name: service }),
    ).toBeAttached();
  }
  // Her last activity anywhere, and in each of the seven
  await expect(row.getByText(/ago$/)).toHaveCount(8);
  await expect(page.getByText(/Microsoft's report of/).first()).toBeVisible();
});

test('licenses have the names of Microsoft’s catalogue', async ({ page }) => {
  await openTab(page, 'licenses');
  const row = page.getByRole('row', { name: /SPE_E3/ });
  await reloadUntilVisible(page, row);

  await expect(row).toContainText('Microsoft 365 E3');
  await expect(row).toContainText('Enabled');
  await expect(page.getByRole('row', { name: /VISIOCLIENT/ })).toContainText(
    'Visio Plan 2',
  );
});

test('a group’s card shows what its members hold', async ({ page }) => {
  await page.goto('/catalog/default/group/finance');
  await reloadUntilVisible(
    page,
    page.getByText('Microsoft 365 licenses of the team'),
  );

  await expect(page.getByText('Microsoft 365 E3').first()).toBeVisible();
  await expect(page.getByText(/Helena Brandt/).first()).toBeVisible();
});
