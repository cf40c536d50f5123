import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { refuse } from '../../__testUtils__/fakeBackend';
import {
  daysAhead,
  E3,
  license,
  statuses,
  VISIO,
} from '../../__testUtils__/fixtures';
import { interceptDownload } from '../../__testUtils__/download';
import { renderPage } from '../../__testUtils__/render';
import { LicensesPage } from './LicensesPage';

const LICENSES = '/tenants/contoso/licenses';

const render = (options?: Parameters<typeof renderPage>[1]) =>
  renderPage(<LicensesPage />, { path: '/licenses', ...options });

const answers = {
  [`GET ${LICENSES}`]: () => ({
    items: [
      license(),
      license({
        skuId: VISIO,
        skuPartNumber: 'VISIOCLIENT',
        displayName: 'Visio Plan 2',
        status: 'Suspended',
        bought: 100,
        assigned: 130,
        unassigned: -30,
        trial: null,
        subscriptions: [],
        services: [],
        statuses: statuses({ notMeasurable: 130 }),
        spend: null,
      }),
      license({
        skuId: '99049c9c-6011-4908-bf17-15f496e6519d',
        skuPartNumber: 'SHAREPOINTSTORAGE',
        displayName: 'Extra storage',
        appliesTo: 'Company',
        bought: 500,
        assigned: 0,
        unassigned: 500,
        statuses: statuses({}),
        spend: null,
      }),
    ],
    totalItems: 3,
  }),
};

describe('LicensesPage', () => {
  it('shows seats, use, spend and renewal per product, and totals', async () => {
    render({ at: '/licenses?text=m', answers });
    const first = await screen.findByRole('row', { name: /SPE_E3/ });
    expect(await within(first).findByText('in 11 days')).toBeInTheDocument();
    expect(
      within(first)
        .getAllByRole('gridcell')
        .map(cell => cell.textContent),
    ).toEqual([
      '10,000',
      '9,200',
      '800',
      'Active 8,000Inactive 900Never active 250In grace 50',
      '€3,600,000.00',
      'in 11 days',
      'Enabled',
    ]);
    expect(
      within(first).getByRole('link', { name: 'Microsoft 365 E3' }),
    ).toHaveAttribute('href', `/m365-licenses/licenses/${E3}?text=m`);

    const second = screen.getByRole('row', { name: /VISIOCLIENT/ });
    expect(
      within(second)
        .getAllByRole('gridcell')
        .map(cell => cell.textContent),
    ).toEqual([
      '100',
      '130',
      '-30',
      'Not measurable 130',
      'Not priced',
      '–',
      'Suspended',
    ]);
    // Storage of the whole company is no seats.
    expect(
      screen.getByText('10,100 bought, 9,330 assigned, 770 unassigned'),
    ).toBeInTheDocument();
  });

  it('takes the date of the subscription where no renewals can be read', async () => {
    render({
      answers: {
        ...answers,
        'GET /tenants/contoso/renewals': refuse(500, 'no'),
      },
    });
    const first = await screen.findByRole('row', { name: /SPE_E3/ });
    expect(within(first).getByText('in 7 months')).toBeInTheDocument();
  });

  it('exports all of it flat, money in columns per currency', async () => {
    const csv = interceptDownload();
    const { post } = render({ answers });
    await screen.findByRole('row', { name: /SPE_E3/ });
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Exported 3 rows' }),
      ),
    );
    const [header, first, second] = csv().split('\r\n');
    expect(header).toMatch(
      /services,active,inactive,neverActive,inGrace,notMeasurable,unknown,priced,.*,nextRenewal,annualSpend EUR,paidOnceByYear EUR,savingsPotential EUR$/,
    );
    expect(first).toMatch(
      new RegExp(
        `,8000,900,250,50,0,0,true,.*,${daysAhead(11)},3600000.00,,540000.00$`,
      ),
    );
    expect(second).toMatch(/,0,0,0,0,130,0,false,.*,,,,$/);
  });

  it('filters and sorts by the address', async () => {
    const { queriesOf } = render({
      at: '/licenses?text=visio&status=Suspended',
    });
    await screen.findByRole('row', { name: /SPE_E3/ });
    await userEvent.click(screen.getByRole('columnheader', { name: 'Bought' }));
    await userEvent.click(screen.getByRole('columnheader', { name: 'Bought' }));
    await waitFor(() =>
      expect(queriesOf(LICENSES).at(-1)).toEqual({
        text: 'visio',
        status: 'Suspended',
        sort: 'bought',
        order: 'desc',
      }),
    );
  });

  it('leads to the tasks when nothing was read yet', async () => {
    render({
      answers: { [`GET ${LICENSES}`]: () => ({ items: [], totalItems: 0 }) },
    });
    expect(await screen.findByText('No licenses yet')).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render({ answers: { [`GET ${LICENSES}`]: refuse(403, 'no') } });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.license.read',
    );
  });
});
