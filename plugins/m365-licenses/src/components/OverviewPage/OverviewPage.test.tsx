import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { refuse } from '../../__testUtils__/fakeBackend';
import { license, overview, tenant } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { OverviewPage } from './OverviewPage';

const render = (answers?: Parameters<typeof renderPage>[1]) =>
  renderPage(<OverviewPage />, { path: '/overview', ...answers });

describe('OverviewPage', () => {
  it('shows accounts, seats, activity and the last sync', async () => {
    render();
    expect(await screen.findByText('12,500')).toBeInTheDocument();
    expect(
      screen.getByText('of 13,000 bought, 1,100 unassigned'),
    ).toBeInTheDocument();
    expect(
      screen
        .getAllByRole('link', { name: /active|grace/i })
        .map(link => [link.textContent, link.getAttribute('href')]),
    ).toEqual([
      ['Active 10,100', '/m365-licenses/users?tenant=contoso&status=active'],
      ['Inactive 1,100', '/m365-licenses/users?tenant=contoso&status=inactive'],
      [
        'Never active 400',
        '/m365-licenses/users?tenant=contoso&status=neverActive',
      ],
      ['In grace 200', '/m365-licenses/users?tenant=contoso&status=inGrace'],
    ]);
    expect(screen.getByText('42 minutes ago')).toBeInTheDocument();
    expect(screen.queryByLabelText('Needs attention')).not.toBeInTheDocument();
  });

  it('has the seats of the chart as a table, and shows all on request', async () => {
    render({
      answers: {
        'GET /tenants/contoso/licenses': () => ({
          items: Array.from({ length: 30 }, (_, index) =>
            license({
              skuId: `sku${index}`,
              displayName: `Product ${index}`,
              bought: 100,
              assigned: index === 0 ? 130 : 40,
              unassigned: index === 0 ? -30 : 60,
            }),
          ),
          totalItems: 30,
        }),
      },
    });
    const table = await screen.findByRole('table', {
      name: 'Seats per license',
    });
    expect(within(table).getAllByRole('row')).toHaveLength(13);
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map(cell => cell.textContent),
    ).toEqual(['Product', 'Assigned', 'Over-assigned', 'Unassigned']);
    expect(
      within(table).getByRole('row', { name: 'Product 0 100 30 0' }),
    ).toBeInTheDocument();
    expect(
      within(table).getByRole('row', { name: 'Product 1 40 0 60' }),
    ).toBeInTheDocument();

    await userEvent.click(
      screen.getByRole('button', { name: 'Show all 30 licenses' }),
    );
    expect(within(table).getAllByRole('row')).toHaveLength(31);
    expect(screen.getByLabelText('address')).toHaveTextContent(
      '/m365-licenses/overview?all=true',
    );
  });

  it('says what is wrong and how to mend it', async () => {
    render({
      answers: {
        'GET /tenants/contoso': () =>
          overview({
            problems: [
              {
                task: 'application-access',
                message: 'The reports are concealed',
                mend: 'Clear the setting in the admin center',
                requestId: 'req-1',
              },
            ],
          }),
      },
    });
    const strip = await screen.findByRole('region', {
      name: 'Needs attention',
    });
    expect(strip).toHaveTextContent('The reports are concealed');
    expect(strip).toHaveTextContent('Clear the setting in the admin center');
    expect(strip).toHaveTextContent('req-1');
  });

  it('lists the steps for what the check-up found, and leads to the connection', async () => {
    render({
      answers: {
        'GET /tenants/contoso': () =>
          overview({
            problems: [
              {
                task: 'application-access',
                finding: 'concealment',
                message: 'The reports are concealed',
                mend: 'Clear the setting\nPress Check now',
              },
            ],
          }),
      },
    });
    const strip = await screen.findByRole('region', {
      name: 'Needs attention',
    });
    expect(
      within(strip)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual(['Clear the setting', 'Press Check now']);
    expect(
      within(strip)
        .getAllByRole('link')
        .map(link => [link.textContent, link.getAttribute('href')]),
    ).toEqual([
      ['Open Connections', '/m365-licenses/connections?tenant=contoso'],
    ]);
  });

  it('leads to the tasks before the first sync', async () => {
    render({
      answers: {
        'GET /tenants/contoso': () =>
          overview({
            accounts: {
              total: 0,
              enabled: 0,
              disabled: 0,
              guests: 0,
              licensed: 0,
              deleted: 0,
            },
            lastSync: null,
          }),
      },
    });
    expect(
      await screen.findByText('Nothing has been read from Microsoft yet'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open tasks' }),
    ).toBeInTheDocument();
  });

  it('shows seats that were never read as such, not as none', async () => {
    render({
      answers: { 'GET /tenants/contoso': () => overview({ seats: null }) },
    });
    expect(await screen.findByText('Not read yet')).toBeInTheDocument();
    expect(screen.queryByText(/bought/)).not.toBeInTheDocument();
  });

  it('names the configuration key of a tenant that could not start', async () => {
    const { received } = render({
      answers: {
        'GET /tenants': () => ({
          items: [
            tenant({
              status: 'refused',
              problem: 'm365Licenses.tenants.contoso.tenantId is missing',
            }),
          ],
          totalItems: 1,
        }),
      },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365Licenses.tenants.contoso.tenantId is missing',
    );
    expect(received.map(({ path }) => path)).toEqual(['/tenants']);
  });

  it('says which permission is missing', async () => {
    render({ answers: { 'GET /tenants/contoso': refuse(403, 'no') } });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.license.read',
    );
  });
});
