import type {
  SchedulerService,
  SchedulerServiceTaskInvocationDefinition,
  SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { createWorld, TENANT, type World } from './__testUtils__/world';
import { TaskRunner, type TenantTasks } from './TaskRunner';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

type Scheduled = SchedulerServiceTaskScheduleDefinition &
  SchedulerServiceTaskInvocationDefinition;

const ROSTER = 'm365-licenses:contoso:application-roster';
const ACCESS = 'm365-licenses:contoso:application-access';
const LICENSES = 'm365-licenses:contoso:license-information';

describe('TaskRunner', () => {
  let world: World;
  let scheduled: Map<string, Scheduled>;
  let triggered: string[];
  let scheduler: SchedulerService;
  let runner: TaskRunner;

  beforeEach(async () => {
    world = await createWorld(await databases.init('SQLITE_3'), {
      accounts: 50,
    });
    scheduled = new Map();
    triggered = [];
    scheduler = mockServices.scheduler.mock({
      scheduleTask: async task => {
        scheduled.set(task.id, task);
      },
      triggerTask: async taskId => {
        triggered.push(taskId);
      },
    });
    runner = TaskRunner.create({
      logger: mockServices.logger.mock(),
      scheduler,
      stores: world.stores,
      now: world.now,
    });
  });

  afterEach(() => world.stop());

  async function schedule(tasks: Partial<TenantTasks['tasks']> = {}) {
    await runner.schedule({
      name: TENANT,
      graph: world.graph,
      maxGoneShare: 0.2,
      tasks: {
        'application-roster': { enabled: true },
        'application-access': { enabled: true },
        'license-information': { enabled: true },
        ...tasks,
      },
    });
  }

  /** What the scheduler does when a task is due. */
  async function due(taskId: string) {
    world.clock.time += 1_000;
    await scheduled.get(taskId)!.fn(new AbortController().signal);
  }

  it('registers the tasks that are switched on, once for all replicas', async () => {
    await schedule({
      'application-access': { enabled: false },
      'application-roster': {
        enabled: true,
        schedule: { frequency: { cron: '0 4 * * *' }, timeout: { hours: 3 } },
      },
    });
    expect(Array.from(scheduled.values())).toEqual([
      expect.objectContaining({
        id: ROSTER,
        scope: 'global',
        frequency: { cron: '0 4 * * *' },
        timeout: { hours: 3 },
      }),
      expect.objectContaining({
        id: LICENSES,
        scope: 'global',
        frequency: { hours: 24 },
      }),
    ]);
  });

  it('lets Application Access wait for the first roster, and starts it then', async () => {
    await schedule();
    await due(ACCESS);
    expect(await world.runs('application-access')).toEqual([]);

    await due(ROSTER);
    expect(triggered).toEqual([ACCESS]);
    await due(ACCESS);
    expect(await world.runs('application-access')).toMatchObject([
      { status: 'succeeded' },
    ]);

    await due(ROSTER);
    expect(triggered).toEqual([ACCESS]);
  });

  it('has Application Access fail where the roster is switched off and was never read', async () => {
    await schedule({ 'application-roster': { enabled: false } });
    await expect(due(ACCESS)).rejects.toThrow('The accounts were never read');
    expect(await world.runs('application-access')).toMatchObject([
      { status: 'failed' },
    ]);
  });

  it('shows the state of each task', async () => {
    await schedule({ 'license-information': { enabled: false } });
    expect(await runner.tasks(TENANT)).toEqual([
      {
        task: 'application-roster',
        enabled: true,
        frequency: 'PT6H',
        state: 'idle',
        nextRunAt: null,
        currentRun: null,
        lastRun: null,
        lastSuccessAt: null,
      },
      expect.objectContaining({ task: 'application-access', state: 'idle' }),
      expect.objectContaining({
        task: 'license-information',
        enabled: false,
        frequency: null,
        state: 'disabled',
        nextRunAt: null,
      }),
    ]);

    await due(ROSTER);
    const [ran] = await world.runs('application-roster');
    const inSixHours = new Date(Date.parse(ran.startedAt) + 6 * 3_600_000);
    expect((await runner.tasks(TENANT))[0]).toMatchObject({
      state: 'idle',
      nextRunAt: inSixHours.toISOString(),
      currentRun: null,
      lastRun: ran,
      lastSuccessAt: ran.finishedAt,
    });

    // The backend was down when the next one was due.
    world.clock.time += 10 * 3_600_000;
    expect((await runner.tasks(TENANT))[0].nextRunAt).toBe(
      world.now().toISOString(),
    );

    world.simulator.faults.denyRole('User.Read.All');
    await expect(due(ROSTER)).rejects.toThrow('User.Read.All');
    expect((await runner.tasks(TENANT))[0]).toMatchObject({
      lastRun: { status: 'failed' },
      lastSuccessAt: ran.finishedAt,
    });

    await world.stores.taskRuns.start(
      TENANT,
      'application-roster',
      world.now(),
    );
    expect((await runner.tasks(TENANT))[0]).toMatchObject({
      state: 'running',
      currentRun: { status: 'running' },
      lastRun: { status: 'failed' },
    });
  });

  it('triggers a task by hand', async () => {
    await schedule();
    await runner.trigger(TENANT, 'license-information');
    expect(triggered).toEqual([LICENSES]);
  });

  it('refuses to trigger what is unknown, switched off, running, or too early', async () => {
    await schedule({ 'license-information': { enabled: false } });
    await expect(
      runner.trigger('fabrikam', 'application-roster'),
    ).rejects.toThrow(NotFoundError);
    await expect(runner.trigger(TENANT, 'license-information')).rejects.toThrow(
      'm365Licenses.tenants.contoso.tasks.licenseInformation.enabled',
    );
    await expect(runner.trigger(TENANT, 'application-access')).rejects.toThrow(
      'run Application Roster first',
    );
    scheduler.triggerTask = async () => {
      throw new ConflictError('Task is currently running');
    };
    await expect(runner.trigger(TENANT, 'application-roster')).rejects.toThrow(
      new ConflictError('Application Roster of contoso is running already'),
    );
    expect(triggered).toEqual([]);
  });
});
