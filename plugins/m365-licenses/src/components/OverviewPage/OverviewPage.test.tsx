import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { refuse } from '../../__testUtils__/fakeBackend';
import {
  daysAgo,
  daysAhead,
  E3,
  exchangeRates,
  license,
  overview,
  renewal,
  skuSpend,
  spend,
  tenant,
  VISIO,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { OverviewPage } from './OverviewPage';

const render = (answers?: Parameters<typeof renderPage>[1]) =>
  renderPage(<OverviewPage />, { path: '/overview', ...answers });

const figure = async (title: string) => {
  const heading = await screen.findByRole('heading', { name: title });
  return heading.closest<HTMLElement>('.bui-Card')!;
};

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

  it('shows what is paid, what of it is unused, and for what', async () => {
    render({
      answers: {
        'GET /tenants/contoso/spend': () =>
          spend({
            unpriced: [
              { skuId: VISIO, displayName: 'Visio Plan 2', bought: 100 },
            ],
          }),
      },
    });
    const annual = await figure('Annual spend');
    expect(annual).toHaveTextContent('€3,600,000.00');
    expect(
      within(annual).getByRole('link', { name: '1 product not priced' }),
    ).toHaveAttribute('href', '/m365-licenses/licenses?tenant=contoso');
    const savings = await figure('Savings potential');
    expect(savings).toHaveTextContent('€540,000.00');
    expect(savings).toHaveTextContent(
      'The first turns into cash in 7 months, when a term ends',
    );
    const uses = screen.getByRole('region', { name: 'Spend by use in EUR' });
    expect(
      within(uses)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      'Active €2,880,000.00 (8,000 seats)',
      'Inactive €324,000.00 (900 seats)',
      'Never active €90,000.00 (250 seats)',
      'In grace €18,000.00 (50 seats)',
      'Unassigned €288,000.00 (800 seats)',
    ]);
  });

  it('keeps currencies apart, and what is paid once', async () => {
    const [eur] = spend().currencies;
    render({
      answers: {
        'GET /tenants/contoso/spend': () =>
          spend({
            currencies: [
              eur,
              {
                ...eur,
                currency: 'USD',
                annual: '1200.50',
                once: '99.9',
                savings: '0.00',
              },
            ],
            skus: [
              {
                skuId: E3,
                displayName: 'Microsoft 365 E3',
                spend: skuSpend(),
                savingsFrom: null,
              },
            ],
          }),
      },
    });
    const annual = await figure('Annual spend');
    expect(annual).toHaveTextContent('€3,600,000.00$1,200.50');
    expect(annual).toHaveTextContent('$99.90 a year, paid once');
    const savings = await figure('Savings potential');
    expect(savings).toHaveTextContent('€540,000.00$0.00');
    expect(savings).toHaveTextContent('Enter when terms end');
    expect(
      screen.getByRole('region', { name: 'Spend by use in USD' }),
    ).toBeInTheDocument();
  });

  it('says where to enter prices while nothing is priced, and shows no 0', async () => {
    render({
      answers: {
        'GET /tenants/contoso/spend': () =>
          spend({
            currencies: [],
            skus: [],
            unpriced: [
              { skuId: E3, displayName: 'Microsoft 365 E3', bought: 10000 },
              { skuId: VISIO, displayName: 'Visio Plan 2', bought: 100 },
            ],
          }),
      },
    });
    for (const title of ['Annual spend', 'Savings potential']) {
      const card = await figure(title);
      expect(card).toHaveTextContent('Not priced');
      expect(card).not.toHaveTextContent('0');
    }
    expect(screen.getByText('2 products not priced')).toBeInTheDocument();
    expect(screen.getByText('No license has a price yet')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Open licenses' })).toHaveAttribute(
      'href',
      '/m365-licenses/licenses?tenant=contoso',
    );
  });

  it('lists the next five renewals', async () => {
    render({
      answers: {
        'GET /tenants/contoso/renewals': () => ({
          items: [
            renewal(),
            ...[12, 13, 14, 15, 16].map(days =>
              renewal({
                date: daysAhead(days),
                kind: 'subscription',
                quantity: 1,
                annual: null,
                termId: null,
                subscriptionId: `s${days}`,
              }),
            ),
          ],
          totalItems: 6,
        }),
      },
    });
    await screen.findByText('in 11 days');
    const chart = screen.getByRole('table', {
      name: 'Renewals of the next 365 days, by month (EUR)',
    });
    const months = within(chart).getAllByRole('row').slice(1);
    expect(months).toHaveLength(13);
    expect(
      months.filter(row => !row.textContent?.includes('€0.00')),
    ).toHaveLength(1);
    expect(chart).toHaveTextContent('€3,600,000.00 (1 renewal)');
    // Those without a price are in the list alone.
    expect(
      screen.queryByRole('table', { name: /Number of renewals/ }),
    ).not.toBeInTheDocument();
    const list = screen.getByText('in 11 days').closest('ol')!;
    const items = within(list).getAllByRole('listitem');
    expect(items).toHaveLength(5);
    expect(items[0]).toHaveTextContent(
      'Microsoft 365 E3Term of 10,000 seats endsin 11 days€3,600,000.00',
    );
    // No amount is said: the license may well have a price elsewhere.
    expect(items[1].textContent).toBe(
      'Microsoft 365 E3Subscription of 1 seatin 12 days',
    );
    expect(within(items[0]).getByRole('link')).toHaveAttribute(
      'href',
      `/m365-licenses/licenses/${E3}?tenant=contoso`,
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Show all 6 renewals' }),
    );
    expect(within(list).getAllByRole('listitem')).toHaveLength(6);
  });

  it('shows the rest when the renewals cannot be read', async () => {
    render({
      answers: {
        'GET /tenants/contoso/renewals': refuse(503, 'The database sleeps'),
      },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The database sleeps',
    );
    expect(screen.getByText('12,500')).toBeInTheDocument();
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

  it('shows what changed in 30 days, and leads to the candidates', async () => {
    render();
    const since = /since \w+ \d+, \d{4}/;
    expect(await figure('Annual spend')).toHaveTextContent(
      new RegExp(`\\+€12,000.00 ${since.source}`),
    );
    const savings = await figure('Savings potential');
    expect(within(savings).getByText('-€4,500.00')).toHaveStyle({
      color: 'var(--bui-fg-positive)',
    });
    const seats = await figure('Seats assigned');
    expect(
      within(seats).getByText('assigned +60, bought +100, unused +40'),
    ).toHaveStyle({ color: 'var(--bui-fg-negative)' });
    const candidates = await figure('Candidates');
    expect(candidates).toHaveTextContent('1,420');
    expect(candidates).toHaveTextContent('85 more are held back');
    expect(within(candidates).getByText('+25')).toBeInTheDocument();
    expect(
      within(candidates).getByRole('link', { name: 'Open candidates' }),
    ).toHaveAttribute('href', '/m365-licenses/candidates?tenant=contoso');
    // More spend is neither good nor bad.
    expect(
      within(await figure('Annual spend')).getByText('+€12,000.00'),
    ).not.toHaveAttribute('style');
    expect(
      screen.getAllByText(/Use and candidates counted/)[0],
    ).toHaveTextContent('Use and candidates counted 40 minutes ago');
  });

  it('says quietly that there is nothing to compare with, and what was not counted', async () => {
    render({
      answers: {
        'GET /tenants/contoso': () =>
          overview({ changes: null, candidates: null, evaluatedAt: null }),
      },
    });
    expect(await figure('Annual spend')).toHaveTextContent(
      'No snapshot of 30 days ago yet',
    );
    const candidates = await figure('Candidates');
    expect(candidates).toHaveTextContent('Not counted yet');
    expect(candidates).not.toHaveTextContent('0');
  });

  it('says so when nothing changed', async () => {
    render({
      answers: {
        'GET /tenants/contoso': () =>
          overview({
            changes: {
              since: daysAgo(30),
              bought: 0,
              assigned: 0,
              candidates: 0,
              annual: [{ amount: '0.00', currency: 'EUR' }],
              savings: [],
            },
          }),
      },
    });
    for (const title of [
      'Annual spend',
      'Savings potential',
      'Seats assigned',
      'Candidates',
    ]) {
      expect(await figure(title)).toHaveTextContent('No change since');
    }
  });

  it('labels what is converted, by which rates and whose, and what is left out', async () => {
    render({
      answers: {
        'GET /tenants/contoso/spend': () =>
          spend({
            converted: {
              currency: 'EUR',
              annual: '3712345.67',
              once: '0',
              savings: '555000',
              rates: [
                { currency: 'USD', rate: '0.92', date: '2026-11-01' },
                { currency: 'GBP', rate: '1.15', date: '2026-11-03' },
              ],
              missing: ['CHF'],
            },
          }),
        'GET /tenants/contoso/exchange-rates': () =>
          exchangeRates({ currency: 'EUR', updatedBy: 'plugin:itam' }),
      },
    });
    const annual = await figure('Annual spend');
    expect(await within(annual).findByText(/plugin:itam/)).toHaveTextContent(
      'About €3.7M together, at rates of November 1, 2026 to November 3, 2026, entered by plugin:itam. Left out, no rate: CHF',
    );
    expect(within(annual).getByText(/About/)).toHaveAttribute(
      'title',
      '€3,712,345.67',
    );
    expect(await figure('Savings potential')).toHaveTextContent(
      'About €555K together, at the same rates',
    );
  });

  it('says which permission is missing', async () => {
    render({ answers: { 'GET /tenants/contoso': refuse(403, 'no') } });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.license.read',
    );
  });
});
