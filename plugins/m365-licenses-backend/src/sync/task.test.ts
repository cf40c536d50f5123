import { TestDatabases } from '@backstage/backend-test-utils';
import { createWorld, TENANT, type World } from './__testUtils__/world';
import type { SyncContext, SyncTask } from './task';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('runTask on %p', id => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init(id), { accounts: 20 });
  });

  afterEach(() => world.stop());

  function taskThat(run: (context: SyncContext) => Promise<void>): SyncTask {
    return {
      name: 'license-information',
      title: 'License Information',
      configKey: 'licenseInformation',
      defaultSchedule: { frequency: { hours: 1 }, timeout: { minutes: 10 } },
      run,
    };
  }

  it('writes the counts while the run goes on, not after every page', async () => {
    const { clock, runs } = world;
    const seen = new Array<number>();
    const { run } = await world.run(
      taskThat(async context => {
        for (let page = 1; page <= 5; page++) {
          context.counts.read += 100;
          clock.time += 900;
          await context.progress();
          const [live] = await runs('license-information');
          expect(live).toMatchObject({ status: 'running', finishedAt: null });
          seen.push(live.counts.read);
        }
      }),
    );
    expect(seen).toEqual([0, 0, 300, 300, 300]);
    expect(run).toMatchObject({
      status: 'succeeded',
      counts: { read: 500 },
      durationMs: 4_500,
    });
  });

  it('closes a run that a crash left behind', async () => {
    const { stores, runs, now } = world;
    await stores.taskRuns.start(TENANT, 'license-information', now());
    await world.run(taskThat(async () => {}));
    expect((await runs('license-information')).map(run => run.status)).toEqual([
      'succeeded',
      'aborted',
    ]);
  });

  it('is partial when something was left out', async () => {
    const part = { what: 'Dates', why: 'Denied', mend: 'Grant it' };
    const { run, thrown } = await world.run(
      taskThat(async context => context.leaveOut(part)),
    );
    expect(thrown).toBeUndefined();
    expect(run).toMatchObject({ status: 'partial', leftOut: [part] });
  });

  it('evaluates what it stored before it ends, and not after a failure', async () => {
    const { runs } = world;
    const order: string[] = [];
    const evaluate = async (tenant: string) => {
      const [live] = await runs('license-information');
      order.push(`evaluates ${tenant}, ${live.status}`);
    };
    const task = taskThat(async () => {
      order.push('runs');
    });
    const { run } = await world.run(task, { evaluate });
    expect(run.status).toBe('succeeded');
    expect(order).toEqual(['runs', 'evaluates contoso, running']);

    const failed = await world.run(
      taskThat(async () => {
        throw new Error('No answer');
      }),
      { evaluate },
    );
    expect(failed.run.status).toBe('failed');
    expect(order).toHaveLength(2);
  });

  it('keeps what it stored when the evaluation is stopped', async () => {
    const abort = new AbortController();
    const { run, thrown } = await world.run(
      taskThat(async () => {}),
      {
        signal: abort.signal,
        evaluate: async (_, signal) => {
          abort.abort();
          signal.throwIfAborted();
        },
      },
    );
    expect(thrown).toBeUndefined();
    expect(run).toMatchObject({
      status: 'partial',
      error: null,
      leftOut: [
        {
          what: 'Counts and candidates',
          why: expect.stringContaining(
            'took too long or the backend shut down',
          ),
          mend: expect.stringContaining('counted again within an hour'),
        },
      ],
    });
  });

  it('says after which timeout it was stopped, and throws', async () => {
    const { clock } = world;
    const abort = new AbortController();
    const { run, thrown } = await world.run(
      taskThat(async context => {
        clock.time += 600_000;
        abort.abort();
        await context.progress();
      }),
      { signal: abort.signal, timeoutMs: 600_000 },
    );
    expect(thrown?.message).toContain('timeout of 600 s');
    expect(run).toMatchObject({
      status: 'aborted',
      error: {
        mend: expect.stringContaining(
          'm365Licenses.tenants.contoso.tasks.licenseInformation.schedule.timeout',
        ),
      },
    });
  });

  it('records an unforeseen error without the data of a failed query', async () => {
    const { run, thrown } = await world.run(
      taskThat(async () => {
        await world.knex('nowhere').insert({ email: 'adele@contoso.example' });
      }),
    );
    expect(run.status).toBe('failed');
    expect(run.error?.message).toContain('nowhere');
    const written = `${JSON.stringify(run)} ${thrown?.message} ${
      thrown?.stack
    }`;
    expect(written).not.toContain('adele');
    expect(thrown?.stack).toMatch(/\n +at /);
  });
});
