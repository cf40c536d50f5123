import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { refuse } from '../../__testUtils__/fakeBackend';
import {
  account,
  assigned,
  candidate,
  detail,
  heldBack,
  minutesAgo,
  reason,
  reclamationItem,
  services,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { AccountPage } from './AccountPage';

const render = (options: Parameters<typeof renderPage>[1]) =>
  renderPage(<AccountPage />, { path: '/users/:userId', ...options });

describe('AccountPage', () => {
  it('shows licenses with their path, the seven services and who it is', async () => {
    render({ at: '/users/a1?status=active&cursor=c2' });
    const heading = await screen.findByRole('heading', { name: 'Maya Lopez' });
    expect(heading).toHaveFocus();

    const licenses = screen.getByRole('grid', { name: 'Licenses' });
    const direct = within(licenses).getByRole('row', { name: /SPE_E3/ });
    expect(direct).toHaveTextContent('Direct');
    expect(direct).toHaveTextContent('Activeby Exchange, 5 days ago');
    expect(direct).toHaveTextContent('Exchange, Teams');
    expect(
      within(direct).getByTitle('SWAY, YAMMER_ENTERPRISE'),
    ).toHaveTextContent('2');
    expect(
      within(licenses).getByRole('row', { name: /VISIOCLIENT/ }),
    ).toHaveTextContent(
      'Group Engineering toolsNot measurableNone of its services is observedNone is observed',
    );

    const terms = screen
      .getAllByRole('term')
      .map(term => term.textContent)
      .slice(0, 7);
    expect(terms).toEqual([
      'Exchange',
      'Teams',
      'OneDrive',
      'Outlook',
      'SharePoint',
      'Skype for Business',
      'Yammer',
    ]);
    expect(screen.getByText('No activity')).toBeInTheDocument();
    expect(screen.getByText(/Microsoft's report of/)).toBeInTheDocument();
    expect(screen.getByText(/Threshold of 60 days/)).toBeInTheDocument();
    // Nothing is suggested, and nobody said what licenses cost.
    expect(screen.queryByText(/Suggested/)).not.toBeInTheDocument();
    expect(
      within(licenses).queryByRole('columnheader', { name: 'A year' }),
    ).not.toBeInTheDocument();
    expect(screen.getByText('Account manager')).toBeInTheDocument();
    expect(screen.queryByText('Deactivated')).not.toBeInTheDocument();
  });

  it('says what is suggested, why, and what holds it back', async () => {
    render({
      at: '/users/a1',
      answers: {
        'GET /tenants/contoso/users/a1': () =>
          detail({
            candidates: [
              candidate({
                state: 'heldBack',
                reasons: [reason({ type: 'disabled', since: '2026-05-03' })],
                heldBack: [heldBack({ until: '2027-02-01' })],
              }),
            ],
          }),
      },
    });
    const suggestions = await screen.findByRole('grid', {
      name: 'Suggested, and why',
    });
    const row = within(suggestions).getByRole('row', { name: /SPE_E3/ });
    expect(row).toHaveTextContent('Account disabled since May 3, 2026');
    expect(row).toHaveTextContent('€360.00');
    expect(row).toHaveTextContent('Exempted until February 1, 2027');
    expect(
      screen.getByRole('link', { name: 'Open in Candidates' }),
    ).toHaveAttribute(
      'href',
      '/m365-licenses/candidates?tenant=contoso&text=maya.lopez%40contoso.com',
    );
  });

  it('says what each license costs, once for several paths, and all of them', async () => {
    const e3 = assigned({ annual: [{ amount: '360.00', currency: 'EUR' }] });
    const [direct] = e3.paths;
    render({
      at: '/users/a1',
      answers: {
        'GET /tenants/contoso/users/a1': () =>
          detail({
            account: account({
              annual: [{ amount: '360.00', currency: 'EUR' }],
              licenses: [
                {
                  ...e3,
                  paths: [
                    direct,
                    { ...direct, type: 'group', groupId: 'g', groupName: 'IT' },
                  ],
                },
                assigned({
                  skuId: 'x',
                  skuPartNumber: 'POWER_BI',
                  displayName: 'Power BI Pro',
                  annual: [],
                }),
              ],
            }),
          }),
      },
    });
    const licenses = await screen.findByRole('grid', { name: 'Licenses' });
    const [first, second] = within(licenses).getAllByRole('row', {
      name: /SPE_E3/,
    });
    expect(first).toHaveTextContent('€360.00');
    expect(second).not.toHaveTextContent('€');
    expect(
      within(licenses).getByRole('row', { name: /POWER_BI/ }),
    ).toHaveTextContent('Not priced');
    expect(screen.getByText(/^A year:/)).toHaveTextContent('€360.00');
  });

  it('says of a service that no report was read of it', async () => {
    render({
      at: '/users/a1',
      answers: {
        'GET /tenants/contoso/users/a1': () =>
          detail({
            services: services().map(activity =>
              activity.service === 'skypeForBusiness'
                ? { ...activity, reportRefreshDate: null }
                : activity,
            ),
          }),
      },
    });
    expect(await screen.findByText('Not reported')).toBeInTheDocument();
  });

  it('plans to take back what the account holds', async () => {
    const { received } = render({
      at: '/users/a1',
      answers: {
        'POST /tenants/contoso/reclamation-previews': () => ({
          accounts: 1,
          items: 2,
          counts: [{ outcome: 'planned', items: 2 }],
          evaluatedAt: null,
          first: [],
          account: null,
        }),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Plan to take back' }),
    );
    expect(
      await screen.findByRole('dialog', {
        name: 'Plan to take back licenses of Maya Lopez',
      }),
    ).toBeInTheDocument();
    await waitFor(() =>
      expect(
        received.find(({ method }) => method === 'POST')?.body,
      ).toMatchObject({ users: ['a1'] }),
    );
  });

  it('shows what was planned, taken and put back, and leads to the plans', async () => {
    const { queriesOf } = render({
      at: '/users/a1',
      answers: {
        'GET /tenants/contoso/reclamation-items': () => ({
          items: [
            reclamationItem({
              outcome: 'failed',
              message: 'Microsoft refused it.',
              requestId: 'req-7',
              finishedAt: minutesAgo(61),
            }),
            reclamationItem({
              id: 'i2',
              skuPartNumber: 'VISIOCLIENT',
              outcome: 'reclaimed',
              restored: {
                at: minutesAgo(61),
                by: 'user:default/robin',
                reclamationId: 'r2',
              },
            }),
          ],
          totalItems: 120,
        }),
      },
    });
    const history = await screen.findByRole('grid', {
      name: 'Planned, taken and put back',
    });
    const failed = within(history).getByRole('row', { name: /SPE_E3/ });
    expect(failed).toHaveTextContent('FailedMicrosoft refused it.');
    expect(failed).toHaveTextContent('req-7');
    expect(failed).toHaveTextContent('1 hour ago');
    expect(failed).toHaveTextContent('Left the companyby robin');
    expect(
      within(failed).getByRole('link', { name: 'Open plan' }),
    ).toHaveAttribute('href', '/m365-licenses/reclamations/r1?tenant=contoso');
    expect(
      within(history).getByRole('row', { name: /VISIOCLIENT/ }),
    ).toHaveTextContent('Put back by robin 1 hour ago');
    expect(screen.getByText('The newest 2 of 120')).toBeInTheDocument();
    expect(queriesOf('/tenants/contoso/reclamation-items')).toEqual([
      { accountId: 'a1', limit: '100' },
    ]);
  });

  it('leaves that out where there was nothing', async () => {
    const { queriesOf } = render({ at: '/users/a1' });
    await screen.findByRole('grid', { name: 'Licenses' });
    await waitFor(() =>
      expect(queriesOf('/tenants/contoso/reclamation-items')).toHaveLength(1),
    );
    expect(
      screen.queryByText('Planned, taken and put back'),
    ).not.toBeInTheDocument();
  });

  it('leads back to the list as it was', async () => {
    render({ at: '/users/a1?status=active&cursor=c2' });
    expect(
      await screen.findByRole('link', { name: /All users/ }),
    ).toHaveAttribute('href', '/m365-licenses/users?status=active&cursor=c2');
  });

  it('leads back to the candidates it was opened from', async () => {
    render({ at: '/users/a1?reason=inactive&from=candidates' });
    expect(
      await screen.findByRole('link', { name: /All candidates/ }),
    ).toHaveAttribute('href', '/m365-licenses/candidates?reason=inactive');
  });

  it('says so when the account is not known', async () => {
    render({ at: '/users/nobody' });
    expect(
      await screen.findByText(/No account nobody is known/),
    ).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render({
      at: '/users/a1',
      answers: { 'GET /tenants/contoso/users/a1': refuse(403, 'no') },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.account.read',
    );
  });
});
