import type { PolicyInput } from 'backstage-plugin-m365-licenses-common';
import { AT, E3, E5, testDatabases } from './__testUtils__/records';
import type { PolicyRun, PolicyStore, StoredPolicy } from './types';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const OLIVIA = 'user:default/olivia';
const NOAH = 'user:default/noah';
const TENANT = 'contoso';

const INACTIVE: PolicyInput = {
  name: 'Inactive for long',
  reasons: ['neverActive', 'inactive'],
  skuIds: [E3, E5],
  department: 'Sales',
  group: 'group:default/berlin',
  mode: 'askFirst',
  everyDays: 7,
  maxItems: 50,
  quietHours: {
    from: '20:00',
    to: '07:00',
    timeZone: 'Europe/Berlin',
    weekends: true,
  },
};

const OVERLAP: PolicyInput = {
  name: 'Held twice',
  reasons: ['overlap'],
  skuIds: [],
  department: null,
  group: null,
  mode: 'immediate',
  everyDays: 1,
  maxItems: 5_000,
  quietHours: null,
};

function after(minutes: number): Date {
  return new Date(AT.getTime() + minutes * 60_000);
}

describe.each(ids)('PolicyStore on %s', databaseId => {
  let policies: PolicyStore;

  const create = (policy = INACTIVE, at = AT, tenant = TENANT) =>
    policies.create(tenant, policy, { createdBy: OLIVIA, at });

  const stored = async (id: string): Promise<StoredPolicy> => {
    const policy = await policies.get(TENANT, id);
    if (!policy) {
      throw new Error('There is no such policy');
    }
    return policy;
  };

  const runNow = async (id: string, at: Date): Promise<PolicyRun> => {
    const run = await policies.runNow(TENANT, id, at);
    if (!run) {
      throw new Error('The policy is off');
    }
    return run;
  };

  const dueAt = async (at: Date): Promise<PolicyRun> => {
    const [run] = await policies.due(TENANT, at);
    return run;
  };

  const finish = (run: PolicyRun, at = AT) =>
    policies.finish(
      run,
      { message: 'Nothing found', reclamationId: null, nextDueAt: after(600) },
      at,
    );

  beforeEach(async () => {
    ({ policies } = (await open(databaseId)).stores);
  });

  it('keeps what was entered, dry and due at once', async () => {
    const { id } = await create();
    expect(await stored(id)).toEqual({
      ...INACTIVE,
      id,
      tenant: TENANT,
      state: 'dry',
      dryRuns: 0,
      createdBy: OLIVIA,
      createdAt: AT.toISOString(),
      updatedBy: OLIVIA,
      updatedAt: AT.toISOString(),
      switchedOnBy: null,
      switchedOnAt: null,
      nextRunAt: AT.toISOString(),
      lastRun: null,
    });
    expect(await create(OVERLAP)).toMatchObject(OVERLAP);
    expect((await policies.list(TENANT)).map(({ name }) => name)).toEqual([
      'Held twice',
      'Inactive for long',
    ]);
  });

  it('keeps tenants apart', async () => {
    const { id } = await create();
    expect(await policies.list('fabrikam')).toEqual([]);
    expect(await policies.get('fabrikam', id)).toBeUndefined();
    expect(await policies.due('fabrikam', after(1))).toEqual([]);
    expect(await policies.end('fabrikam', id, AT)).toBeUndefined();
    expect(await policies.quietHours('fabrikam', id)).toBeNull();
  });

  it('has the runs whose time has come, the longest due first', async () => {
    const { id: second } = await create(INACTIVE, after(10));
    const { id: first } = await create(OVERLAP, after(5));
    await create(INACTIVE, after(30));
    const due = await policies.due(TENANT, after(20));
    expect(due.map(run => [run.policy.id, run.dueAt])).toEqual([
      [first, after(5).toISOString()],
      [second, after(10).toISOString()],
    ]);
  });

  it('repeats the same run until what came of it is noted', async () => {
    const { id } = await create();
    const run = await dueAt(after(1));
    expect((await dueAt(after(2))).runId).toBe(run.runId);

    await policies.wait(run, { message: 'Quiet', until: after(60) }, after(2));
    expect(await stored(id)).toMatchObject({
      dryRuns: 0,
      nextRunAt: after(60).toISOString(),
      lastRun: {
        at: after(2).toISOString(),
        message: 'Quiet',
        reclamationId: null,
      },
    });
    expect(await policies.due(TENANT, after(59))).toEqual([]);
    expect(await dueAt(after(60))).toMatchObject({
      runId: run.runId,
      dueAt: AT.toISOString(),
    });

    await policies.finish(
      run,
      { message: 'Found 3', reclamationId: 'plan-1', nextDueAt: after(600) },
      after(61),
    );
    expect(await stored(id)).toMatchObject({
      dryRuns: 1,
      nextRunAt: after(600).toISOString(),
      lastRun: {
        at: after(61).toISOString(),
        message: 'Found 3',
        reclamationId: 'plan-1',
      },
    });
    const next = await dueAt(after(600));
    expect(next.runId).not.toBe(run.runId);
    expect(next.dueAt).toBe(after(600).toISOString());
  });

  it('notes a run once, by whoever comes first', async () => {
    const { id } = await create();
    const run = await dueAt(after(1));
    await finish(run);
    await finish(run);
    await policies.wait(run, { message: 'Failed', until: after(1) }, after(1));
    expect(await stored(id)).toMatchObject({
      dryRuns: 1,
      nextRunAt: after(600).toISOString(),
      lastRun: { message: 'Nothing found' },
    });
  });

  it('runs at once when asked to, and one that is due only once', async () => {
    const { id } = await create();
    const first = await policies.runNow(TENANT, id, after(1));
    expect(first).toEqual(await dueAt(after(1)));
    await finish(await dueAt(after(1)));

    const asked = await policies.runNow(TENANT, id, after(2));
    expect(asked).toMatchObject({ dueAt: after(2).toISOString() });
    expect(asked?.runId).not.toBe(first?.runId);
    expect(await dueAt(after(2))).toEqual(asked);

    expect(await policies.runNow(TENANT, 'none', AT)).toBeUndefined();
  });

  it('is dry again when it is changed, and forgets what it reported', async () => {
    const { id } = await create();
    const run = await dueAt(after(1));
    await finish(run);
    await policies.setState(await stored(id), 'on', { by: NOAH, at: after(2) });
    const before = await runNow(id, after(3));

    const changed = await policies.update(TENANT, id, OVERLAP, {
      updatedBy: NOAH,
      at: after(4),
    });
    expect(changed).toMatchObject({
      ...OVERLAP,
      id,
      state: 'dry',
      dryRuns: 0,
      createdBy: OLIVIA,
      updatedBy: NOAH,
      updatedAt: after(4).toISOString(),
      switchedOnBy: null,
      switchedOnAt: null,
      nextRunAt: after(4).toISOString(),
      lastRun: { message: 'Nothing found' },
    });
    // The run from before the change counts for nothing.
    await finish(before);
    expect(await stored(id)).toMatchObject({ state: 'dry', dryRuns: 0 });
    expect(
      await policies.update(TENANT, 'none', OVERLAP, {
        updatedBy: NOAH,
        at: AT,
      }),
    ).toBeUndefined();
  });

  it('is switched on, back, and off', async () => {
    const { id } = await create();
    await finish(await dueAt(after(1)));
    const dry = await runNow(id, after(2));
    const by = { by: NOAH, at: after(3) };

    expect(await policies.setState(await stored(id), 'on', by)).toBe(true);
    expect(await stored(id)).toMatchObject({
      state: 'on',
      dryRuns: 1,
      switchedOnBy: NOAH,
      switchedOnAt: after(3).toISOString(),
      updatedBy: OLIVIA,
      nextRunAt: after(2).toISOString(),
    });
    // What a run began while it was dry is not gone on with.
    await finish(dry);
    expect(await stored(id)).toMatchObject({ dryRuns: 1 });

    expect(await policies.setState(await stored(id), 'off', by)).toBe(true);
    expect(await stored(id)).toMatchObject({
      state: 'off',
      switchedOnBy: null,
      switchedOnAt: null,
      nextRunAt: null,
    });
    expect(await policies.due(TENANT, after(9_999))).toEqual([]);
    expect(await policies.runNow(TENANT, id, after(4))).toBeUndefined();

    expect(
      await policies.setState(await stored(id), 'dry', {
        by: NOAH,
        at: after(5),
      }),
    ).toBe(true);
    expect(await dueAt(after(5))).toMatchObject({
      policy: { id, state: 'dry', dryRuns: 1 },
      dueAt: after(5).toISOString(),
    });
  });

  it('is not switched by who has not seen its last change', async () => {
    const { id } = await create();
    const seen = await stored(id);
    await policies.update(TENANT, id, OVERLAP, {
      updatedBy: OLIVIA,
      at: after(1),
    });
    expect(
      await policies.setState(seen, 'on', { by: NOAH, at: after(2) }),
    ).toBe(false);
    expect(await stored(id)).toMatchObject({ state: 'dry' });
  });

  it('is ended once; its quiet hours hold on for what it began', async () => {
    const { id } = await create();
    const run = await dueAt(after(1));
    expect(await policies.end(TENANT, id, after(2))).toMatchObject({ id });
    expect(await policies.end(TENANT, id, after(2))).toBeUndefined();
    expect(await policies.get(TENANT, id)).toBeUndefined();
    expect(await policies.list(TENANT)).toEqual([]);
    expect(await policies.due(TENANT, after(3))).toEqual([]);
    await finish(run);
    expect(await policies.quietHours(TENANT, id)).toEqual(INACTIVE.quietHours);
    const { id: loud } = await create(OVERLAP);
    expect(await policies.quietHours(TENANT, loud)).toBeNull();
  });
});

describe.each(ids)('ReclamationSwitchStore on %s', databaseId => {
  it('is not stopped unless somebody stopped it, of one tenant', async () => {
    const { stores } = await open(databaseId);
    const never = {
      stopped: false,
      reason: null,
      changedBy: null,
      changedAt: null,
    };
    expect(await stores.reclamationSwitch.get(TENANT)).toEqual(never);

    for (const [stopped, reason, changedBy] of [
      [true, 'Payroll closes', OLIVIA],
      [false, 'Payroll is closed', NOAH],
    ] as const) {
      await stores.reclamationSwitch.set(
        TENANT,
        { stopped, reason },
        { changedBy, at: AT },
      );
      expect(await stores.reclamationSwitch.get(TENANT)).toEqual({
        stopped,
        reason,
        changedBy,
        changedAt: AT.toISOString(),
      });
    }
    expect(await stores.reclamationSwitch.get('fabrikam')).toEqual(never);
  });
});
