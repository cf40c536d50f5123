import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { SERVICES } from 'backstage-plugin-m365-licenses-common';
import { refuse } from '../../__testUtils__/fakeBackend';
import { daysAgo } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { ActivityPage } from './ActivityPage';

const ACTIVITY = '/tenants/contoso/activity';

const render = (options?: Parameters<typeof renderPage>[1]) =>
  renderPage(<ActivityPage />, { path: '/activity', ...options });

describe('ActivityPage', () => {
  it('shows a column per service, counts per service and the report date', async () => {
    render();
    const row = await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(
      within(row)
        .getAllByRole('gridcell')
        .map(cell => cell.textContent),
    ).toEqual([
      'Active',
      '5 days ago',
      '5 days ago',
      '6 days ago',
      '12 days ago',
      '5 days ago',
      '1 month ago',
      'Never',
      '4 months ago',
    ]);
    const chart = screen.getByRole('table', {
      name: 'Licensed accounts by service',
    });
    expect(within(chart).getAllByRole('row')).toHaveLength(SERVICES.length + 1);
    expect(
      within(chart).getByRole('row', { name: 'Teams 9,000 2,000 800' }),
    ).toBeInTheDocument();
    expect(screen.getByText(/Microsoft's report of/)).toHaveTextContent(
      '3 days ago',
    );
    expect(screen.getByText(/The history reaches back to/)).toBeInTheDocument();
    expect(
      screen.queryByText(/The history is shorter/),
    ).not.toBeInTheDocument();
  });

  it('says at the top why the dates are older than they could be', async () => {
    render({
      answers: {
        [`GET ${ACTIVITY}`]: () => ({
          items: [],
          totalItems: 0,
          services: [],
          reportRefreshDate: daysAgo(40),
          inactiveAfterDays: 60,
          problem: {
            finding: 'concealment',
            message: 'Microsoft conceals the names in reports',
            mend: null,
          },
        }),
      },
    });
    expect(
      await screen.findByText('Microsoft conceals the names in reports'),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('link', { name: 'Open Connections' }),
    ).toHaveAttribute('href', '/m365-licenses/connections?tenant=contoso');
  });

  it('asks by service and threshold, and keeps both in the address', async () => {
    const { queriesOf } = render();
    await screen.findByRole('row', { name: /Maya Lopez/ });
    await userEvent.click(
      screen.getByRole('button', { name: /All seven services/ }),
    );
    await userEvent.click(screen.getByRole('option', { name: 'Teams' }));
    await userEvent.click(
      screen.getByRole('button', { name: /60 days \(as configured\)/ }),
    );
    expect(
      screen.getAllByRole('option').map(option => option.textContent),
    ).toEqual([
      '60 days (as configured)',
      '15 days',
      '30 days',
      '90 days',
      '120 days',
    ]);
    await userEvent.click(screen.getByRole('option', { name: '90 days' }));
    await waitFor(() =>
      expect(queriesOf(ACTIVITY).at(-1)).toMatchObject({
        service: 'teams',
        inactiveAfterDays: '90',
      }),
    );
    expect(screen.getByLabelText('address')).toHaveTextContent(
      '/m365-licenses/activity?service=teams&inactiveAfterDays=90',
    );
    expect(
      screen.getByRole('columnheader', { name: 'Status in Teams' }),
    ).toBeInTheDocument();
  });

  it('warns when the history is shorter than the threshold', async () => {
    render({
      answers: {
        [`GET ${ACTIVITY}`]: () => ({
          items: [],
          totalItems: 0,
          services: [],
          reportRefreshDate: daysAgo(3),
          historySince: daysAgo(20),
          inactiveAfterDays: 60,
        }),
      },
    });
    expect(
      await screen.findByText(/shorter than the threshold of 60 days/),
    ).toBeInTheDocument();
  });

  it('leads to the tasks before the first report', async () => {
    render({
      answers: {
        [`GET ${ACTIVITY}`]: () => ({
          items: [],
          totalItems: 0,
          services: [],
          reportRefreshDate: null,
          historySince: null,
          inactiveAfterDays: 60,
        }),
      },
    });
    expect(await screen.findByText('No activity yet')).toBeInTheDocument();
    expect(
      screen.getByText('No activity report has been read yet.'),
    ).toBeInTheDocument();
  });

  it('shows the backend’s message', async () => {
    render({ answers: { [`GET ${ACTIVITY}`]: refuse(500, 'Out of memory') } });
    expect(await screen.findByRole('alert')).toHaveTextContent('Out of memory');
  });
});
