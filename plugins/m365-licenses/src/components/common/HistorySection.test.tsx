import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import { daysAgo, history, historyDay } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { daysOf, HistorySection } from './HistorySection';
import { isolatedDays } from './TrendChart';

const HISTORY = '/tenants/contoso/history';

const render = (answer?: Answer, query = '') =>
  renderPage(
    <HistorySection tenant="contoso" title="Trend" initialView="spend" />,
    {
      path: '/overview',
      at: `/overview${query}`,
      answers: answer && { [`GET ${HISTORY}`]: answer },
    },
  );

const cellsOf = (name: string) =>
  within(screen.getByRole('table', { name }))
    .getAllByRole('row')
    .map(row =>
      [...row.children].map(({ textContent }) => textContent).slice(1),
    );

describe('HistorySection', () => {
  it('shows the spend of each currency, and since when', async () => {
    render(() =>
      history([1, 0], {
        items: [
          historyDay({ day: daysAgo(1) }),
          historyDay({
            annual: [
              { amount: '12345678901234567.89', currency: 'EUR' },
              { amount: '1', currency: 'USD' },
            ],
            savings: [],
          }),
        ],
      }),
    );
    await screen.findByRole('table', { name: 'Trend in EUR' });
    expect(cellsOf('Trend in EUR')).toEqual([
      ['Annual spend (EUR)', 'Savings potential (EUR)'],
      ['€3,600,000.00', '€540,000.00'],
      // More digits than a floating point number holds.
      ['€12,345,678,901,234,567.89', '–'],
    ]);
    expect(cellsOf('Trend in USD')).toEqual([
      ['Annual spend (USD)', 'Savings potential (USD)'],
      ['–', '–'],
      ['$1.00', '–'],
    ]);
    expect(screen.getByText(/History since/)).toBeInTheDocument();
    expect(screen.queryByText(/without a snapshot/)).not.toBeInTheDocument();
  });

  it('asks for the time that is chosen, which is in the address', async () => {
    const { queriesOf } = render();
    await screen.findByRole('table');
    await userEvent.click(screen.getByRole('radio', { name: '2 years' }));
    await waitFor(() =>
      expect(queriesOf(HISTORY)).toEqual([{ days: '90' }, { days: '730' }]),
    );
    await userEvent.click(screen.getByRole('radio', { name: 'Seats by use' }));
    expect(screen.getByLabelText('address')).toHaveTextContent(
      '/m365-licenses/overview?range=730&trend=use',
    );
    expect(
      await screen.findByRole('table', { name: 'Trend: Seats by use' }),
    ).toBeInTheDocument();
    expect(cellsOf('Trend: Seats by use')[0]).toEqual([
      'Active',
      'Inactive',
      'Unassigned',
    ]);
  });

  it('counts the days that are missing', async () => {
    render(() => history([6, 5, 1]), '?trend=candidates');
    expect(
      await screen.findByText('4 days without a snapshot are left open'),
    ).toBeInTheDocument();
    expect(cellsOf('Trend: Candidates')).toHaveLength(4);
  });

  it('says so before the first snapshot', async () => {
    render(() => history([], { since: null }));
    expect(await screen.findByText('No history yet')).toBeInTheDocument();
  });

  it('says so when the time holds none', async () => {
    render(() => history([], { since: daysAgo(400) }));
    expect(
      await screen.findByText('No snapshot in this time'),
    ).toBeInTheDocument();
  });

  it('says where to enter prices when nothing was priced', async () => {
    render(() =>
      history([0], { items: [historyDay({ annual: [], savings: [] })] }),
    );
    expect(
      await screen.findByText('No license was priced in this time'),
    ).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render(refuse(403, 'no'));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.license.read',
    );
  });

  it('has the last day of each month as a table, where days are many', async () => {
    render(() =>
      history(
        Array.from({ length: 200 }, (_, index) => 199 - index),
        { from: daysAgo(364) },
      ),
    );
    await screen.findByRole('table', { name: 'Trend in EUR' });
    expect(cellsOf('Trend in EUR').length).toBeLessThanOrEqual(9);
  });
});

describe('the days of a history', () => {
  it('have a gap where no snapshot was taken, also at the begin and end', () => {
    const days = daysOf({
      from: '2026-02-26',
      to: '2026-03-03',
      since: '2026-01-01',
      items: [
        historyDay({ day: '2026-02-28' }),
        historyDay({ day: '2026-03-02' }),
      ],
    });
    expect(days.map(({ day, snapshot }) => [day, snapshot !== null])).toEqual([
      ['2026-02-26', false],
      ['2026-02-27', false],
      ['2026-02-28', true],
      ['2026-03-01', false],
      ['2026-03-02', true],
      ['2026-03-03', false],
    ]);
  });

  it('begin with the first snapshot ever, not before', () => {
    const days = daysOf({
      from: '2026-01-01',
      to: '2026-03-02',
      since: '2026-03-01',
      items: [historyDay({ day: '2026-03-01' })],
    });
    expect(days.map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-02']);
  });

  it('are a dot where no line could show them', () => {
    const known = { seats: { value: 1, text: '1' } };
    expect([
      ...isolatedDays([
        { day: 'a', values: known },
        { day: 'b', values: null },
        { day: 'c', values: known },
        { day: 'd', values: known },
      ]),
    ]).toEqual(['a']);
  });
});
