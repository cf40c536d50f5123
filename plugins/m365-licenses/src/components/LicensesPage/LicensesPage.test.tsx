import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { refuse } from '../../__testUtils__/fakeBackend';
import { license, minutesAgo, VISIO } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { LicensesPage } from './LicensesPage';

const LICENSES = '/tenants/contoso/licenses';
const DAY = 60 * 24;

const render = (options?: Parameters<typeof renderPage>[1]) =>
  renderPage(<LicensesPage />, { path: '/licenses', ...options });

const [subscription] = license().subscriptions;
const answers = {
  [`GET ${LICENSES}`]: () => ({
    items: [
      license({
        subscriptions: [
          subscription,
          {
            ...subscription,
            id: 's2',
            trial: true,
            startedAt: minutesAgo(DAY * 40),
            nextLifecycleAt: minutesAgo(-DAY * 11 - 60),
          },
        ],
      }),
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
      }),
      license({
        skuId: '99049c9c-6011-4908-bf17-15f496e6519d',
        skuPartNumber: 'SHAREPOINTSTORAGE',
        displayName: 'Extra storage',
        appliesTo: 'Company',
        bought: 500,
        assigned: 0,
        unassigned: 500,
      }),
    ],
    totalItems: 3,
  }),
};

describe('LicensesPage', () => {
  it('shows seats, status and dates per product, and totals', async () => {
    render({ answers });
    const first = await screen.findByRole('row', { name: /SPE_E3/ });
    expect(
      within(first)
        .getAllByRole('gridcell')
        .map(cell => cell.textContent),
    ).toEqual([
      '10,000',
      '9,200',
      '800',
      '',
      'Enabled',
      '1 year ago',
      'in 11 daysSee all 2',
    ]);
    const second = screen.getByRole('row', { name: /VISIOCLIENT/ });
    expect(second).toHaveTextContent('-30');
    expect(second).toHaveTextContent('Not known');
    // Storage of the whole company is no seats.
    expect(
      screen.getByText('10,100 bought, 9,330 assigned, 770 unassigned'),
    ).toBeInTheDocument();
  });

  it('lists several subscriptions one by one', async () => {
    render({ answers });
    await userEvent.click(
      await screen.findByRole('button', { name: 'See all 2 subscriptions' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Subscriptions of Microsoft 365 E3',
    });
    expect(within(dialog).getByRole('row', { name: /s2/ })).toHaveTextContent(
      'in 11 days',
    );
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
