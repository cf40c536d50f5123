import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Task } from 'backstage-plugin-m365-licenses-common';
import { refuse } from '../../__testUtils__/fakeBackend';
import {
  connection,
  credential,
  minutesAgo,
  run,
  signedIn,
  task,
  tenant,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { TasksPage } from './TasksPage';

const TASKS = '/tenants/contoso/tasks';
const RUNS = '/tenants/contoso/task-runs';
const RUN_NOW = `POST ${TASKS}/application-roster/run`;

const render = (options?: Parameters<typeof renderPage>[1]) =>
  renderPage(<TasksPage />, { path: '/tasks', ...options });

const findTasks = () => screen.findByRole('grid', { name: 'Tasks' });
const findHistory = () => screen.findByRole('grid', { name: 'History' });

describe('TasksPage', () => {
  afterEach(() => jest.useRealTimers());

  it('shows each task with its state, last success, rows and next run', async () => {
    render();
    const tasks = await findTasks();
    const row = await within(tasks).findByRole('row', {
      name: /Application Roster/,
    });
    expect(
      within(row)
        .getAllByRole('gridcell')
        .map(cell => cell.textContent),
    ).toEqual([
      'Succeeded',
      '42 minutes ago',
      '1 min 12 s',
      '12,500 read12 added, 40 changed, 8 gone',
      expect.stringMatching(/^in [45] hours$/),
      'Run now',
    ]);
  });

  it('runs a task, follows it every two seconds, and says how it ended', async () => {
    jest.useFakeTimers();
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    const states: Partial<Task>[] = [
      {},
      {},
      {
        state: 'running',
        currentRun: run({
          id: 'r2',
          status: 'running',
          counts: { ...run().counts, read: 4000 },
        }),
      },
      { lastRun: run({ id: 'r2' }) },
    ];
    let asked = 0;
    const { queriesOf, post, received } = render({
      answers: {
        [RUN_NOW]: () => ({ task: 'application-roster' }),
        [`GET ${TASKS}`]: () => {
          const state = states[Math.min(asked, states.length - 1)];
          asked += 1;
          return { items: [task(state)], totalItems: 1 };
        },
      },
    });
    const button = await screen.findByRole('button', {
      name: 'Run now: Application Roster',
    });
    await user.click(button);
    expect(await screen.findByText('Starting')).toBeInTheDocument();
    expect(button).toBeDisabled();
    expect(post).toHaveBeenCalledWith(
      expect.objectContaining({ title: 'Application Roster is starting' }),
    );
    expect(received.filter(({ method }) => method === 'POST')).toHaveLength(1);

    await act(() => jest.advanceTimersByTimeAsync(2000));
    expect(screen.getByText('4,000 rows so far')).toBeInTheDocument();

    await act(() => jest.advanceTimersByTimeAsync(2000));
    expect(post).toHaveBeenLastCalledWith(
      expect.objectContaining({ title: 'Application Roster finished' }),
    );
    expect(button).toBeEnabled();

    // Nothing runs any more: nothing is asked, but the history was.
    const quiet = queriesOf(TASKS).length;
    await act(() => jest.advanceTimersByTimeAsync(20_000));
    expect(queriesOf(TASKS)).toHaveLength(quiet);
    expect(queriesOf(RUNS).length).toBeGreaterThan(1);
  });

  it('says why a task could not be started', async () => {
    const { post } = render({
      answers: { [RUN_NOW]: refuse(409, 'The task is running already') },
    });
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Run now: Application Roster',
      }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'Application Roster could not be started',
          description: 'The task is running already',
          status: 'danger',
        }),
      ),
    );
  });

  it('shows why the last run failed and what to do', async () => {
    render({
      answers: {
        [`GET ${TASKS}`]: () => ({
          items: [
            task({
              lastRun: run({
                status: 'failed',
                error: {
                  message: 'Microsoft refused the roster',
                  mend: 'Grant User.Read.All',
                  requestId: 'req-9',
                },
              }),
            }),
          ],
          totalItems: 1,
        }),
      },
    });
    expect(
      await screen.findByText('The last run of Application Roster failed'),
    ).toBeInTheDocument();
    expect(screen.getByText('Grant User.Read.All')).toBeInTheDocument();
    expect(screen.getByText(/req-9/)).toBeInTheDocument();
  });

  it.each([
    [
      'nobody signed in',
      signedIn({ authorization: null }),
      'The tasks wait: nobody has signed in at Microsoft for this tenant',
    ],
    [
      'Microsoft refuses',
      credential({
        refusal: {
          message: 'The client secret has expired',
          mend: null,
          since: minutesAgo(10),
          retryAt: minutesAgo(-50),
          requestId: null,
        },
      }),
      'The tasks wait: Microsoft refuses the credentials',
    ],
  ])('leads to the connection where %s', async (_, waiting, words) => {
    render({
      answers: {
        'GET /tenants/contoso/connection': () =>
          connection({ credentials: [waiting] }),
      },
    });
    expect(await screen.findByText(words)).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open Connections' }),
    ).toHaveAttribute('href', '/m365-licenses/connections?tenant=contoso');
  });

  it('runs nothing for a retired tenant', async () => {
    const { received } = render({
      answers: {
        'GET /tenants': () => ({
          items: [tenant({ status: 'retired', retiredAt: minutesAgo(5) })],
          totalItems: 1,
        }),
      },
    });
    await within(await findTasks()).findByRole('row', {
      name: /Application Roster/,
    });
    expect(
      screen.queryByRole('button', { name: /Run now/ }),
    ).not.toBeInTheDocument();
    expect(received.map(({ path }) => path)).not.toContain(
      '/tenants/contoso/connection',
    );
  });

  it('shows in the history what was left out and what could not be read', async () => {
    render({
      answers: {
        [`GET ${RUNS}`]: () => ({
          items: [
            run({
              status: 'partial',
              counts: { ...run().counts, malformed: 3 },
              leftOut: [
                {
                  what: 'last sign-in',
                  why: 'AuditLog.Read.All is missing',
                  mend: 'Grant AuditLog.Read.All',
                },
              ],
              malformed: [{ place: 'row 12', problem: 'no user id' }],
            }),
          ],
          totalItems: 1,
        }),
      },
    });
    const history = await findHistory();
    await within(history).findByText('Left out: last sign-in');
    expect(within(history).getByText('Partly done')).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Details: Application Roster' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('AuditLog.Read.All is missing');
    expect(dialog).toHaveTextContent('Grant AuditLog.Read.All');
    expect(dialog).toHaveTextContent('row 12');
    expect(dialog).toHaveTextContent('no user id');
  });

  it('filters the history by the address', async () => {
    const { queriesOf } = render({
      at: '/tasks?task=application-access&status=failed',
      answers: { [`GET ${RUNS}`]: () => ({ items: [], totalItems: 0 }) },
    });
    expect(
      await screen.findByText('No run matches the filters.'),
    ).toBeInTheDocument();
    expect(queriesOf(RUNS).at(0)).toMatchObject({
      task: 'application-access',
      status: 'failed',
    });
  });

  it('shows the backend’s message', async () => {
    render({ answers: { [`GET ${TASKS}`]: refuse(503, 'No database') } });
    expect(await screen.findByRole('alert')).toHaveTextContent('No database');
  });
});
