import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { refuse } from '../../__testUtils__/fakeBackend';
import {
  account,
  assigned,
  byGroup,
  E3,
  minutesAgo,
  overview,
  tenant,
} from '../../__testUtils__/fixtures';
import { interceptDownload } from '../../__testUtils__/download';
import { renderPage } from '../../__testUtils__/render';
import { UsersPage } from './UsersPage';

const USERS = '/tenants/contoso/users';

const address = () => screen.getByLabelText('address').textContent ?? '';

describe('UsersPage', () => {
  it('lists accounts with their licenses, activity and status', async () => {
    renderPage(<UsersPage />, {
      answers: {
        [`GET ${USERS}`]: () => ({
          items: [
            account({
              licenses: [
                assigned(),
                byGroup('Engineering tools'),
                assigned({ skuId: 'x', displayName: 'Power BI Pro' }),
              ],
            }),
          ],
          totalItems: 1200,
        }),
      },
    });
    const row = await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(
      within(row).getByRole('rowheader', {
        name: /Maya Lopez.*maya\.lopez@contoso\.com/,
      }),
    ).toBeInTheDocument();
    expect(within(row).getByText('Visio Plan 2')).toBeInTheDocument();
    expect(within(row).getByText('Power BI Pro')).toBeInTheDocument();
    expect(within(row).getByText('+1')).toBeInTheDocument();
    expect(within(row).getByText('5 days ago')).toHaveAttribute(
      'title',
      expect.stringMatching(/\d{4}/),
    );
    expect(within(row).getByText('Active')).toBeInTheDocument();
    expect(within(row).getByRole('link')).toHaveAttribute(
      'href',
      '/m365-licenses/users/a1',
    );
    expect(screen.getByText('1,200 accounts')).toBeInTheDocument();
    expect(await screen.findByText(/Last activity as of/)).toBeInTheDocument();
  });

  it('asks for what the address says', async () => {
    const { queriesOf } = renderPage(<UsersPage />, {
      at: `/users?text=ma&status=inactive&skuId=${E3}&enabled=false&userType=guest&deleted=true&sort=lastActivityDate&order=desc&limit=25`,
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(queriesOf(USERS)).toEqual([
      {
        text: 'ma',
        status: 'inactive',
        skuId: E3,
        enabled: 'false',
        userType: 'guest',
        deleted: 'true',
        sort: 'lastActivityDate',
        order: 'desc',
        limit: '25',
      },
    ]);
    expect(screen.getByRole('searchbox')).toHaveValue('ma');
  });

  it('writes filters, search and sort to the address', async () => {
    const { queriesOf } = renderPage(<UsersPage />, {
      at: '/users?cursor=c2&offset=50',
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });

    await userEvent.click(screen.getByRole('button', { name: /Any Status/ }));
    await userEvent.click(screen.getByRole('option', { name: 'Never active' }));
    expect(address()).toBe('/m365-licenses/users?status=neverActive');

    await userEvent.type(screen.getByRole('searchbox'), 'lop');
    await waitFor(() =>
      expect(address()).toBe(
        '/m365-licenses/users?status=neverActive&text=lop',
      ),
    );

    await userEvent.click(
      screen.getByRole('columnheader', { name: 'Last activity' }),
    );
    await waitFor(() =>
      expect(queriesOf(USERS).at(-1)).toMatchObject({
        status: 'neverActive',
        text: 'lop',
        sort: 'lastActivityDate',
        order: 'asc',
      }),
    );
    // Typing is one request, not one per key.
    expect(queriesOf(USERS).map(({ text }) => text)).not.toContain('lo');

    await userEvent.click(
      screen.getByRole('button', { name: 'Clear filters' }),
    );
    await waitFor(() => expect(screen.getByRole('searchbox')).toHaveValue(''));
    expect(address()).toBe('/m365-licenses/users?sort=lastActivityDate');
  });

  it('shows the group of a link, and drops it', async () => {
    const { queriesOf } = renderPage(<UsersPage />, {
      at: '/users?group=group:default/sales',
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(queriesOf(USERS)).toEqual([
      expect.objectContaining({ group: 'group:default/sales' }),
    ]);
    expect(screen.getByRole('grid', { name: 'Group' })).toHaveTextContent(
      'Group: sales',
    );
    await userEvent.click(
      within(screen.getByRole('grid', { name: 'Group' })).getByRole('button'),
    );
    await waitFor(() =>
      expect(queriesOf(USERS).at(-1)).not.toHaveProperty('group'),
    );
  });

  it('says what licenses cost where that may be known', async () => {
    renderPage(<UsersPage />, {
      answers: {
        [`GET ${USERS}`]: () => ({
          items: [
            account({ annual: [{ amount: '360.00', currency: 'EUR' }] }),
            account({ id: 'a2', displayName: 'Bo', annual: [] }),
            account({ id: 'a3', displayName: 'Cy', annual: [], licenses: [] }),
          ],
          totalItems: 3,
        }),
      },
    });
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toHaveTextContent('€360.00');
    expect(screen.getByRole('row', { name: /Bo/ })).toHaveTextContent(
      'Not priced',
    );
    expect(screen.getByRole('row', { name: /Cy/ })).not.toHaveTextContent(
      'Not priced',
    );
  });

  it('narrows to the status of a license, which goes with the license', async () => {
    const { queriesOf } = renderPage(<UsersPage />, {
      at: `/users?skuId=${E3}&licenseStatus=neverActive`,
    });
    const row = await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(queriesOf(USERS)[0]).toMatchObject({
      skuId: E3,
      licenseStatus: 'neverActive',
    });
    expect(
      screen.getByRole('columnheader', { name: 'License status' }),
    ).toBeInTheDocument();
    // The account's own status, and that of its E3.
    expect(within(row).getAllByText('Active')).toHaveLength(2);

    await userEvent.click(
      screen.getByRole('button', { name: /Never active License status/ }),
    );
    await userEvent.click(
      screen.getByRole('option', { name: 'Not measurable' }),
    );
    expect(address()).toBe(
      `/m365-licenses/users?skuId=${E3}&licenseStatus=notMeasurable`,
    );
    await userEvent.click(
      await screen.findByRole('button', { name: /Microsoft 365 E3 License/ }),
    );
    await userEvent.click(screen.getByRole('option', { name: 'Any' }));
    expect(address()).toBe('/m365-licenses/users');
    await waitFor(() =>
      expect(queriesOf(USERS).at(-1)).not.toHaveProperty('licenseStatus'),
    );
  });

  it('does not ask for the status of a license without a license', async () => {
    const { queriesOf } = renderPage(<UsersPage />, {
      at: '/users?licenseStatus=inactive',
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(queriesOf(USERS)[0]).not.toHaveProperty('licenseStatus');
    expect(screen.queryByText('License status')).not.toBeInTheDocument();
  });

  it('pages forward and back by cursor', async () => {
    const { queriesOf } = renderPage(<UsersPage />, {
      answers: {
        [`GET ${USERS}`]: ({ query }) =>
          query.cursor
            ? {
                items: [account({ id: 'b', displayName: 'Zoe' })],
                totalItems: 51,
              }
            : { items: [account()], totalItems: 51, nextCursor: 'c2' },
      },
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(
      screen.getByRole('button', { name: 'Previous page' }),
    ).toBeDisabled();
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    await screen.findByRole('row', { name: /Zoe/ });
    expect(address()).toBe('/m365-licenses/users?cursor=c2&offset=50');
    expect(screen.getByText('51 to 51 of 51')).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Previous page' }),
    );
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(address()).toBe('/m365-licenses/users');
    expect(queriesOf(USERS).map(({ cursor }) => cursor)).toEqual([
      undefined,
      'c2',
      undefined,
    ]);
  });

  it('leads to the tasks when nothing was read yet', async () => {
    renderPage(<UsersPage />, {
      answers: {
        [`GET ${USERS}`]: () => ({ items: [], totalItems: 0 }),
        'GET /tenants/contoso': () =>
          overview({ lastSync: null, reportRefreshDate: null }),
      },
    });
    expect(await screen.findByText('No accounts yet')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Open tasks' })).toHaveAttribute(
      'href',
      '/m365-licenses/tasks?tenant=contoso',
    );
  });

  it('says which permission is missing', async () => {
    renderPage(<UsersPage />, {
      answers: { [`GET ${USERS}`]: refuse(403, 'Not allowed') },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'You may not see this',
    );
    expect(screen.getByRole('alert')).toHaveTextContent(
      'm365-licenses.account.read',
    );
  });

  it('shows the backend’s message and loads again on request', async () => {
    let fails = true;
    renderPage(<UsersPage />, {
      answers: {
        [`GET ${USERS}`]: request =>
          fails
            ? refuse(503, 'The database does not answer')(request)
            : { items: [account()], totalItems: 1 },
      },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The database does not answer',
    );
    fails = false;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
  });

  it('leads back to the first page when a cursor is refused', async () => {
    renderPage(<UsersPage />, {
      at: '/users?status=active&cursor=old&offset=50',
      answers: {
        [`GET ${USERS}`]: request =>
          request.query.cursor
            ? refuse(400, 'The cursor belongs to another list')(request)
            : { items: [account()], totalItems: 1 },
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Back to the first page' }),
    );
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(address()).toBe('/m365-licenses/users?status=active');
  });

  it('exports all pages of what is filtered', async () => {
    const csv = interceptDownload();
    const { queriesOf, post } = renderPage(<UsersPage />, {
      at: '/users?status=active',
      answers: {
        [`GET ${USERS}`]: ({ query }) =>
          query.cursor
            ? { items: [account({ displayName: '=cmd()' })], totalItems: 2 }
            : { items: [account()], totalItems: 2, nextCursor: 'c2' },
      },
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Exported 2 rows' }),
      ),
    );
    const asked = {
      status: 'active',
      sort: 'displayName',
      order: 'asc',
      limit: '500',
    };
    expect(queriesOf(USERS).slice(1)).toEqual([
      asked,
      { ...asked, cursor: 'c2' },
    ]);
    expect(csv.fileNames).toEqual([
      expect.stringMatching(/^contoso-users-\d{4}-\d{2}-\d{2}\.csv$/),
    ]);
    expect(csv().split('\r\n')).toHaveLength(4);
    expect(csv()).toContain('Microsoft 365 E3; Visio Plan 2');
    expect(csv()).toContain("\r\n'=cmd(),");
  });
});

describe('tenants', () => {
  const two = {
    'GET /tenants': () => ({
      items: [
        tenant(),
        tenant({
          name: 'fabrikam',
          status: 'refused',
          problem: 'clientSecret is missing',
        }),
      ],
      totalItems: 2,
    }),
  };

  it('shows no switcher for one tenant', async () => {
    renderPage(<UsersPage />);
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(screen.queryByText('Tenant')).not.toBeInTheDocument();
    expect(address()).toBe('/m365-licenses/users');
  });

  it('keeps the chosen tenant in the address and drops filters of the other', async () => {
    renderPage(<UsersPage />, { at: '/users?text=ma', answers: two });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(address()).toBe('/m365-licenses/users?text=ma&tenant=contoso');
    await userEvent.click(
      screen.getByRole('button', { name: /contoso Tenant/ }),
    );
    await userEvent.click(screen.getByRole('option', { name: 'fabrikam' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'clientSecret is missing',
    );
    expect(address()).toBe('/m365-licenses/users?tenant=fabrikam');
  });

  it('starts with a tenant that is not retired; a retired one says what it is', async () => {
    renderPage(<UsersPage />, {
      answers: {
        'GET /tenants': () => ({
          items: [
            tenant({
              name: 'adatum',
              status: 'retired',
              retiredAt: minutesAgo(60 * 24 * 3),
            }),
            tenant(),
          ],
          totalItems: 2,
        }),
        'GET /tenants/adatum/users': () => ({
          items: [account({ displayName: 'Old Hand' })],
          totalItems: 1,
        }),
      },
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(screen.queryByText(/counted nowhere/)).not.toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: /contoso Tenant/ }),
    );
    await userEvent.click(
      screen.getByRole('option', { name: 'adatum (retired)' }),
    );
    expect(
      await screen.findByRole('row', { name: /Old Hand/ }),
    ).toBeInTheDocument();
    expect(screen.getByText(/adatum was retired/)).toHaveTextContent(
      'adatum was retired 3 days ago. Its history is kept and counted nowhere.',
    );
  });

  it('says so when the address names no configured tenant', async () => {
    renderPage(<UsersPage />, { at: '/users?tenant=nobody', answers: two });
    expect(
      await screen.findByText('There is no tenant named nobody'),
    ).toBeInTheDocument();
  });

  it('says what to configure when there is no tenant', async () => {
    renderPage(<UsersPage />, {
      answers: { 'GET /tenants': () => ({ items: [], totalItems: 0 }) },
    });
    expect(
      await screen.findByText(/Add one under m365Licenses.tenants/),
    ).toBeInTheDocument();
  });
});
