import type {
  SchedulerService,
  SchedulerServiceTaskInvocationDefinition,
  SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { LicenseEvents } from '../events/LicenseEvents';
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
  let logged: string[];

  beforeEach(async () => {
    world = await createWorld(await databases.init('SQLITE_3'), {
      accounts: 50,
    });
    scheduled = new Map();
    triggered = [];
    logged = [];
    scheduler = mockServices.scheduler.mock({
      scheduleTask: async task => {
        scheduled.set(task.id, task);
      },
      triggerTask: async taskId => {
        triggered.push(taskId);
      },
    });
    const log = (line: string) => {
      logged.push(line);
    };
    runner = TaskRunner.create({
      logger: mockServices.logger.mock({ info: log, warn: log }),
      scheduler,
      stores: world.stores,
      events: LicenseEvents.create({
        events: world.events,
        logger: mockServices.logger.mock(),
      }),
      now: world.now,
    });
  });

  afterEach(() => world.stop());

  async function schedule(
    tasks: Partial<TenantTasks['tasks']> = {},
    hooks: Pick<TenantTasks, 'holdOff' | 'onRefused'> = {},
  ) {
    await runner.schedule({
      ...hooks,
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

  it('skips a run while Microsoft should not be asked, and refuses to trigger one', async () => {
    let reason: string | undefined = 'Nobody signed in';
    await schedule({}, { holdOff: async () => reason });
    await due(ROSTER);
    await due(LICENSES);
    expect(world.simulator.requests.total).toBe(0);
    expect(await world.runs('application-roster')).toEqual([]);
    expect(logged).toEqual([
      'Application Roster of contoso is skipped: Nobody signed in',
      'License Information of contoso is skipped: Nobody signed in',
    ]);
    await expect(runner.trigger(TENANT, 'application-roster')).rejects.toThrow(
      new ConflictError('Nobody signed in'),
    );

    reason = undefined;
    await due(ROSTER);
    expect(await world.runs('application-roster')).toMatchObject([
      { status: 'succeeded' },
    ]);
    await runner.trigger(TENANT, 'application-roster');
    expect(triggered).toEqual([ACCESS, ROSTER]);
  });

  it('says when Microsoft refused the credentials to a run, and only then', async () => {
    let refusals = 0;
    const onRefused = async () => {
      refusals += 1;
      throw new Error('The check-up failed');
    };
    await schedule({}, { onRefused });
    world.simulator.faults.denyRole('User.Read.All');
    await expect(due(ROSTER)).rejects.toThrow('User.Read.All');
    expect(refusals).toBe(0);

    world.simulator.faults.clear();
    world.simulator.faults.expireTokens();
    world.simulator.faults.refuseSecret = true;
    await expect(due(ROSTER)).rejects.toThrow('AADSTS7000215');
    expect(refusals).toBe(1);
    expect(await world.runs('application-roster')).toMatchObject([
      { status: 'failed' },
      { status: 'failed' },
    ]);
    expect(logged).toContain(
      'The connection of contoso was not checked: Error: The check-up failed',
    );
  });

  it('resumes what never succeeded or failed last, and nothing else', async () => {
    await schedule({ 'license-information': { enabled: false } });
    await runner.resume(TENANT);
    // Application Access is started by the first roster.
    expect(triggered).toEqual([ROSTER]);

    await due(ROSTER);
    await due(ACCESS);
    triggered.splice(0);
    await runner.resume(TENANT);
    expect(triggered).toEqual([]);

    world.simulator.faults.concealNames = true;
    await expect(due(ACCESS)).rejects.toThrow('conceals the names');
    await runner.resume(TENANT);
    expect(triggered).toEqual([ACCESS]);

    await world.stores.taskRuns.start(
      TENANT,
      'application-access',
      world.now(),
    );
    await runner.resume(TENANT);
    expect(triggered).toEqual([ACCESS]);
    await expect(runner.resume('fabrikam')).rejects.toThrow(NotFoundError);
  });
});
