import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { interceptDownload } from '../../__testUtils__/download';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import {
  minutesAgo,
  reclamation,
  reclamationSavings,
  reclamationSwitch,
  tenant,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { ReclamationsPage } from './ReclamationsPage';

const PLANS = '/tenants/contoso/reclamations';
const SAVINGS = '/tenants/contoso/reclamation-savings';
const SWITCH = '/tenants/contoso/reclamation-switch';

const address = () => screen.getByLabelText('address').textContent ?? '';

const render = (options: Parameters<typeof renderPage>[1] = {}) =>
  renderPage(<ReclamationsPage />, { path: '/reclamations', ...options });

const listed = (...items: object[]): Record<string, Answer> => ({
  [`GET ${PLANS}`]: () => ({ items, totalItems: items.length }),
});

const running = () =>
  reclamation({
    id: 'r2',
    status: 'running',
    mode: 'askFirst',
    reason: 'Renewal in January',
    account: null,
    accounts: 30,
    items: 40,
    startedAt: minutesAgo(5),
    counts: [
      {
        outcome: 'scheduled',
        items: 10,
        value: [{ amount: '3600.00', currency: 'EUR' }],
      },
      {
        outcome: 'reclaimed',
        items: 28,
        value: [{ amount: '10080.10', currency: 'EUR' }],
      },
      { outcome: 'inheritedFromGroup', items: 2, value: [] },
    ],
  });

const findRow = (name: RegExp) => screen.findByRole('row', { name });

describe('ReclamationsPage', () => {
  it('says what was saved against what could be', async () => {
    render();
    const realized = (
      await screen.findByRole('heading', { name: 'Realized savings a year' })
    ).closest<HTMLElement>('.bui-Card')!;
    expect(realized).toHaveTextContent('€12,000.00');
    expect(screen.getByText('€444,240.00')).toBeInTheDocument();
    expect(screen.getByText('3 of them were put back')).toBeInTheDocument();
    // The months in which nothing happened are there as well.
    const rows = within(
      screen.getByRole('table', { name: 'Realized savings by month (EUR)' }),
    ).getAllByRole('row');
    expect(rows.map(row => row.querySelector('td')?.textContent)).toEqual([
      undefined,
      '€12,000.00 (40 taken back, 3 put back)',
      '€0.00 (0 taken back, 0 put back)',
      '€0.00 (0 taken back, 0 put back)',
    ]);
  });

  it('lists plans with their progress, outcomes in words and worth', async () => {
    render({ answers: listed(running(), reclamation()) });
    const row = await findRow(/Renewal in January/);
    expect(row).toHaveTextContent('30 people');
    expect(row).toHaveTextContent('30 minutes ago');
    expect(row).toHaveTextContent('Ask first');
    expect(row).toHaveTextContent('Running');
    expect(row).toHaveTextContent('30 of 40 done');
    expect(row).toHaveTextContent(
      '10 Scheduled28 Reclaimed2 Inherited from a group',
    );
    expect(row).toHaveTextContent('€13,680.10');
    expect(
      within(row).getByRole('link', { name: 'Renewal in January' }),
    ).toHaveAttribute('href', '/m365-licenses/reclamations/r2?tenant=contoso');
    const planned = await findRow(/Left the company/);
    expect(planned).toHaveTextContent('Waits for approval');
    expect(planned).toHaveTextContent('in 6 days');
  });

  it('looks again while one runs, until it is done', async () => {
    let isDone = false;
    const { queriesOf } = render({
      answers: {
        [`GET ${PLANS}`]: () => ({
          items: [isDone ? { ...running(), status: 'finished' } : running()],
          totalItems: 1,
        }),
      },
    });
    const row = await findRow(/Renewal in January/);
    expect(row).toHaveTextContent('Running');
    isDone = true;
    await waitFor(() => expect(row).toHaveTextContent('Finished'));
    expect(queriesOf(PLANS)).toHaveLength(2);
  });

  it('asks for what the address says, and writes the status there', async () => {
    const { queriesOf } = render({
      at: '/reclamations?policyId=p1&status=dryRun',
      answers: listed(reclamation({ status: 'dryRun', policyId: 'p1' })),
    });
    const row = await findRow(/Left the company/);
    expect(row).toHaveTextContent('by a policy');
    expect(row).toHaveTextContent('Dry run');
    expect(queriesOf(PLANS)[0]).toEqual({
      policyId: 'p1',
      status: 'dryRun',
      limit: '50',
    });
    await userEvent.click(screen.getByRole('button', { name: /Dry run/ }));
    await userEvent.click(
      await screen.findByRole('option', { name: 'Paused' }),
    );
    expect(address()).toBe(
      '/m365-licenses/reclamations?policyId=p1&status=paused',
    );
  });

  it('stops everything for a reason', async () => {
    let stopped = false;
    const { received } = render({
      answers: {
        [`GET ${SWITCH}`]: () =>
          reclamationSwitch(
            stopped
              ? {
                  stopped,
                  reason: 'Audit',
                  changedBy: 'user:default/maya',
                  changedAt: minutesAgo(3),
                }
              : {},
          ),
        [`PUT ${SWITCH}`]: () => {
          stopped = true;
          return reclamationSwitch({ stopped });
        },
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Stop everything' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Stop taking licenses back?',
    });
    const confirm = within(dialog).getByRole('button', {
      name: 'Stop everything',
    });
    // Without a reason nothing is sent.
    await userEvent.click(confirm);
    expect(received.some(({ method }) => method === 'PUT')).toBe(false);
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      'Audit',
    );
    await userEvent.click(confirm);
    const strip = await screen.findByRole('alert');
    expect(strip).toHaveTextContent(
      'Taking licenses back is stopped in this tenant',
    );
    expect(strip).toHaveTextContent(/Audit.*maya, 3 minutes ago/);
    expect(received.find(({ method }) => method === 'PUT')?.body).toEqual({
      stopped: true,
      reason: 'Audit',
    });
    expect(
      within(strip).getByRole('button', { name: 'Let it go on' }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Stop everything' }),
    ).not.toBeInTheDocument();
  });

  it('says why the switch could not be thrown, and keeps the reason', async () => {
    render({ answers: { [`PUT ${SWITCH}`]: refuse(500, 'It sleeps') } });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Stop everything' }),
    );
    const dialog = await screen.findByRole('dialog');
    const reason = within(dialog).getByRole('textbox', { name: /Reason/ });
    await userEvent.type(reason, 'Audit');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Stop everything' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'It sleeps',
    );
    expect(reason).toHaveValue('Audit');
  });

  it('says that the tenant takes nothing back, and how to switch it on', async () => {
    render({
      answers: {
        'GET /tenants': () => ({
          items: [tenant({ reclamationEnabled: false })],
          totalItems: 1,
        }),
      },
    });
    expect(
      await screen.findByText(
        /m365Licenses\.tenants\.contoso\.tasks\.reclamation\.enabled/,
      ),
    ).toBeInTheDocument();
  });

  it('exports the plans with money by currency', async () => {
    const written = interceptDownload();
    const { queriesOf } = render({ answers: listed(running()) });
    await findRow(/Renewal/);
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() => expect(written()).toContain('Renewal'));
    expect(written()).toContain(
      'Renewal in January,reclaim,askFirst,running,user:default/robin',
    );
    expect(written()).toContain(
      ',30,40,30,10 Scheduled; 28 Reclaimed; 2 Inherited from a group,13680.10,0,,r2',
    );
    expect(queriesOf(PLANS)).toContainEqual({ limit: '500' });
  });

  it('leads to the candidates and the policies when there is nothing', async () => {
    render({ answers: listed() });
    const empty = (await screen.findByText('Nothing was taken back yet'))
      .parentElement!;
    expect(
      within(empty).getByRole('link', { name: 'Open candidates' }),
    ).toHaveAttribute('href', '/m365-licenses/candidates?tenant=contoso');
    expect(screen.getByRole('link', { name: 'Policies' })).toHaveAttribute(
      'href',
      '/m365-licenses/reclamations/policies?tenant=contoso',
    );
  });

  it('lists one’s own plans to those who may not know what was saved', async () => {
    render({
      answers: {
        [`GET ${SAVINGS}`]: refuse(403, 'no'),
        [`GET ${SWITCH}`]: refuse(403, 'no'),
      },
    });
    expect(await findRow(/Left the company/)).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(
      screen.queryByRole('columnheader', { name: 'A year' }),
    ).not.toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render({ answers: { [`GET ${PLANS}`]: refuse(403, 'no') } });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.reclamation.read',
    );
  });

  it('tells what is not priced from what is nothing', async () => {
    render({
      answers: {
        [`GET ${SAVINGS}`]: () =>
          reclamationSavings({
            realized: [],
            potential: [],
            restored: 0,
            months: [
              { month: '2026-11', reclaimed: 40, restored: 0, realized: [] },
            ],
          }),
      },
    });
    const realized = (
      await screen.findByRole('heading', { name: 'Realized savings a year' })
    ).closest<HTMLElement>('.bui-Card')!;
    expect(realized).toHaveTextContent('Not priced');
    expect(
      screen.getByRole('table', { name: 'Realized savings by month' }),
    ).toHaveTextContent('Not priced (40 taken back, 0 put back)');
  });
});
