import {
  expect,
  licensesAtMicrosoft,
  openTab,
  reloadUntilVisible,
  signInAs,
  test,
} from './portal';

test('a plan from candidates is approved by another person, carried out, proven and put back', async ({
  page,
}) => {
  await openTab(page, 'candidates');
  const overlap = page.getByRole('button', { name: /^Overlap/ });
  await reloadUntilVisible(page, overlap);
  await overlap.click();
  await expect(page).toHaveURL(/reason=overlap/);
  const rows = page
    .getByRole('row')
    .filter({ hasText: 'Enterprise Mobility + Security E3' });
  await expect(rows.first()).toContainText('Opportunity');
  const accounts: string[] = [];
  for (const row of [rows.nth(0), rows.nth(1)]) {
    accounts.push(await row.getByText(/@contoso\.example/).innerText());
    await row.getByRole('checkbox').check({ force: true });
  }
  await page.getByRole('button', { name: 'Plan to take back' }).click();
  const form = page.getByRole('dialog');
  await expect(form).toContainText('2 licenses');
  await form
    .getByRole('textbox', { name: /Reason/ })
    .fill('Part of the suite they have');
  await form.getByRole('button', { name: 'Make the plan' }).click();
  await expect(page).toHaveURL(/\/reclamations\/[\w-]+/);
  const address = page.url();
  await expect(page.getByText('Waits for approval').first()).toBeVisible();
  for (const account of accounts) {
    expect(await licensesAtMicrosoft(account)).toContain('EMS');
  }

  await signInAs(page, 'Clara Hoffmann');
  await page.goto(address);
  await expect(page.getByRole('button', { name: 'Take back' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Approve' }).click();
  const confirm = page.getByRole('alertdialog').or(page.getByRole('dialog'));
  await confirm.getByRole('button', { name: 'Approve' }).click();
  await expect(
    page.getByText('Approved', { exact: true }).first(),
  ).toBeVisible();

  await signInAs(page, 'Robin Sommer');
  await page.goto(address);
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(confirm).toContainText('2 licenses of 2 people');
  await confirm.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText('Finished').first()).toBeVisible();
  await expect(
    page.getByText('Taken back. It can be put back from this page.'),
  ).toHaveCount(2);
  await expect(page.getByText('30 days left').first()).toBeVisible();
  for (const account of accounts) {
    expect(await licensesAtMicrosoft(account)).not.toContain('EMS');
  }
  const event = (what: string) =>
    page.getByRole('row').filter({
      has: page.getByRole('rowheader', { name: what, exact: true }),
    });
  await expect(event('Approved')).toContainText('Clara Hoffmann');
  await expect(event('Started')).toContainText('Robin Sommer');

  await page.getByRole('button', { name: 'Put all back' }).click();
  await expect(confirm).toContainText('Enough');
  await confirm
    .getByRole('textbox', { name: /Reason/ })
    .fill('They need it after all');
  await confirm.getByRole('button', { name: 'Put back' }).click();
  await expect(page).not.toHaveURL(address);
  await expect(
    page.getByText(/^Put back as it was, with the same service plans/),
  ).toHaveCount(2);
  for (const account of accounts) {
    expect(await licensesAtMicrosoft(account)).toContain('EMS');
  }

  await openTab(page, 'reclamations');
  await expect(page.getByText('2 of them were put back')).toBeVisible();
});

test('who is asked keeps one license and hands the other back', async ({
  page,
}) => {
  const ACCOUNT = 'tomas.novak@contoso.example';
  await page.goto(`/m365-licenses/users/${ACCOUNT}`);
  await page.getByRole('button', { name: 'Plan to take back' }).click();
  const form = page.getByRole('dialog');
  await expect(form).toContainText('2 licenses');
  await form
    .getByRole('textbox', { name: /Reason/ })
    .fill('Two suites for one person');
  await form.getByRole('radio', { name: /^Ask each person first/ }).check({
    force: true,
  });
  await form.getByRole('button', { name: 'Make the plan' }).click();
  await expect(page).toHaveURL(/\/reclamations\/[\w-]+/);
  const address = page.url();
  await page.getByRole('button', { name: 'Take back' }).click();
  const confirm = page.getByRole('alertdialog').or(page.getByRole('dialog'));
  await confirm.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText('Asking people').first()).toBeVisible();

  await signInAs(page, 'Tomas Novak');
  await page.goto('/notifications');
  const question = page.getByRole('link', { name: /still need/ });
  await reloadUntilVisible(page, question);
  await question.click();
  await expect(page).toHaveURL(/\/m365-licenses\/my-licenses/);
  await expect(
    page.getByText('Two suites for one person').first(),
  ).toBeVisible();
  await page
    .getByRole('button', { name: /^Keep it: Microsoft 365 E5/ })
    .click();
  await form
    .getByRole('textbox', { name: /Reason/ })
    .fill('I administer the telephone system');
  await form.getByRole('button', { name: 'Keep it' }).click();
  await expect(page.getByText(/^Kept until/)).toBeVisible();
  await page
    .getByRole('button', { name: /^Hand it back: Microsoft 365 E3/ })
    .click();
  await confirm.getByRole('button', { name: /^Hand it back/ }).click();
  await expect(page.getByText('Handed back').first()).toBeVisible();

  await signInAs(page, 'Robin Sommer');
  await page.goto(address);
  await expect(page.getByText('Finished').first()).toBeVisible();
  await expect(
    page.getByRole('row').filter({ hasText: 'Microsoft 365 E3' }).first(),
  ).toContainText('Reclaimed');
  await expect(
    page.getByRole('row').filter({ hasText: 'Microsoft 365 E5' }).first(),
  ).toContainText('Kept');
  expect(await licensesAtMicrosoft(ACCOUNT)).toEqual(['SPE_E5']);
  await page.goto('/m365-licenses/candidates/exemptions');
  await expect(
    page.getByRole('row').filter({ hasText: 'Tomas Novak' }),
  ).toContainText('I administer the telephone system');
});

test('an employee hands a license of their own back by a template', async ({
  page,
}) => {
  await signInAs(page, 'Tomas Novak');
  await page.goto('/create/templates/default/hand-back-my-license');
  await page
    .getByRole('checkbox', { name: /Microsoft 365 E5/ })
    .check({ force: true });
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Hand back' }).click();
  await expect(page.getByText('What happened')).toBeVisible();
  expect(await licensesAtMicrosoft('tomas.novak@contoso.example')).toEqual([]);
});

test('a team lead hands back a license of a member, found on the tab of the group', async ({
  page,
}) => {
  const ACCOUNT = 'jonas.weber@contoso.example';
  await signInAs(page, 'Maya Lindqvist');
  await expect(
    page.getByRole('tab', { name: 'Users', exact: true }),
  ).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Overview' })).toHaveCount(0);
  await page.goto('/catalog/default/group/platform/m365-licenses');
  const member = page.getByRole('link', { name: /Jonas Weber/ });
  await reloadUntilVisible(page, member);
  await member.click();
  await page.getByRole('button', { name: /^Hand back .*Visio/ }).click();
  const confirm = page.getByRole('alertdialog').or(page.getByRole('dialog'));
  await expect(confirm).toContainText('Jonas Weber loses');
  await confirm.getByRole('button', { name: 'Hand back' }).click();
  await expect(page.getByText(/was handed back$/).first()).toBeVisible();
  expect(await licensesAtMicrosoft(ACCOUNT)).toEqual(['SPE_E3']);

  // Nobody of another team
  await page.goto('/m365-licenses/users');
  await expect(page.getByText('Jonas Weber')).toBeVisible();
  await expect(page.getByText('Samuel Adeyemi')).toHaveCount(0);
});

test('a policy reports before it can be switched on', async ({ page }) => {
  await page.goto('/m365-licenses/reclamations/policies');
  await page.getByRole('button', { name: 'Add a policy' }).first().click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: /Name/ }).fill('Overlapping suites');
  await form.getByText('another license of the account holds').click();
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();
  const run = page.getByRole('button', { name: /^Run now/ });
  const switchOn = page.getByRole('button', { name: /^Switch on/ });
  await expect(page.getByText('Only reports', { exact: true })).toBeVisible();
  await expect(switchOn).toHaveCount(0);
  await run.click();
  await expect(
    page.getByText('It needs 1 more reporting run before'),
  ).toBeVisible();
  await run.click();
  await expect(switchOn).toBeVisible();
  await page.getByRole('link', { name: /See what it planned/ }).click();
  await expect(page.getByText('Dry run').first()).toBeVisible();
});
