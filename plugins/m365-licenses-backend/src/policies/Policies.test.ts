import type { PolicyInput } from 'backstage-plugin-m365-licenses-common';
import type { StoredReclamation, Stores } from '../database/types';
import { E3, E5, idOf, testDatabases } from '../database/__testUtils__/records';
import { TENANT } from '../evaluation/__testUtils__/evaluation';
import { SHOW_NAMES } from '../insights/concealment';
import {
  BERLIN,
  EVERYTHING,
  GERMANY,
  NOAH,
  OLIVIA,
  policyWorld,
  ran,
  reported,
} from './__testUtils__/policies';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();
const WEEK = 7 * 24 * 60;

type World = Awaited<ReturnType<typeof policyWorld>>;

describe.each(ids)('Policies on %s', databaseId => {
  let stores: Stores;
  let world: World;

  const plannedOf = async ({ id }: StoredReclamation) =>
    (await stores.reclamations.items(id))
      .filter(({ outcome }) => outcome !== 'heldBack')
      .map(({ account }) => account.id);

  /** Numbers of the accounts that the newest plan of a policy would take from. */
  const accountsOf = async (policyId: string) => {
    const [plan] = await world.plansOf(policyId);
    const accounts = await plannedOf(plan);
    return [1, 2, 3, 4, 5, 6, 7, 8].filter(number =>
      accounts.includes(idOf(number)),
    );
  };

  beforeAll(async () => {
    const opened = await open(databaseId);
    ({ stores } = opened);
    world = await policyWorld(opened);
  });

  beforeEach(() => world.reset());

  it('stores what a dry run would do, and does nothing', async () => {
    const { id } = await world.create();
    await world.policies.runDue();

    const [plan, ...others] = await world.plansOf(id);
    expect(others).toEqual([]);
    expect(plan).toMatchObject({
      status: 'dryRun',
      origin: 'policy',
      policyId: id,
      reason: 'Policy "All that nobody uses"',
      createdBy: OLIVIA,
      approvedBy: null,
      startedBy: null,
    });
    expect(await accountsOf(id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(world.wake).not.toHaveBeenCalled();
    expect(await world.get(id)).toMatchObject({
      dryRuns: 1,
      nextRunAt: '2026-11-29T10:00:00.000Z',
      lastRun: {
        at: '2026-11-22T10:00:00.000Z',
        message:
          'Would take back 6 licenses. Nothing was done: it only reports',
        reclamationId: plan.id,
      },
    });

    // Until it is due again nothing more happens.
    world.later(WEEK - 1);
    await world.policies.runDue();
    expect(await world.plansOf(id)).toHaveLength(1);
  });

  it('carries out what it plans in the name of who switched it on', async () => {
    const { id } = await world.switchOn(await world.create());
    await world.policies.runDue();

    const [plan] = await world.plansOf(id);
    expect(plan).toMatchObject({
      status: 'started',
      createdBy: NOAH,
      approvedBy: NOAH,
      startedBy: NOAH,
    });
    expect(world.wake).toHaveBeenCalled();
    expect(await world.get(id)).toMatchObject({
      dryRuns: 2,
      lastRun: {
        message: 'Takes back 6 licenses in the background',
        reclamationId: plan.id,
      },
    });
  });

  it('asks first where it is to', async () => {
    const { id } = await world.switchOn(
      await world.create({ mode: 'askFirst' }),
    );
    expect((await world.get(id)).lastRun?.message).toBe(
      'Would ask about 6 licenses and take back those that nobody keeps. Nothing was done: it only reports',
    );
    await world.policies.runDue();
    const [plan] = await world.plansOf(id);
    expect(plan.counts.map(({ outcome }) => outcome)).toEqual(['awaitingUser']);
    expect((await world.get(id)).lastRun?.message).toBe(
      'Asks about 6 licenses and takes back those that nobody keeps',
    );
  });

  it('takes the dearest first where there are more than it may take', async () => {
    const { id } = await world.create({ maxItems: 3 });
    await world.policies.runDue();
    // Those with E5, and one of those with E3.
    expect(await accountsOf(id)).toEqual([expect.any(Number), 5, 6]);
    expect((await world.get(id)).lastRun?.message).toBe(
      'Would take back 3 licenses, the dearest of those that it found. Nothing was done: it only reports',
    );
  });

  it.each<[string, Partial<PolicyInput>, number[]]>([
    ['a SKU', { skuIds: [E5] }, [5, 6]],
    ['a reason', { reasons: ['neverActive'] }, [1, 2, 3, 4]],
    ['a department', { department: 'Finance' }, [5, 6]],
    ['a group', { group: BERLIN }, [1]],
    ['a group and those below it', { group: GERMANY }, [1, 5]],
    [
      'all of them',
      { group: GERMANY, skuIds: [E3, E5], department: 'Sales' },
      [1],
    ],
  ])('is about %s', async (_, filter, accounts) => {
    const { id } = await world.create(filter);
    await world.policies.runDue();
    expect(await accountsOf(id)).toEqual(accounts);
  });

  it('says that it found nothing', async () => {
    const { id } = await world.create({ department: 'Nobody' });
    await world.policies.runDue();
    expect(await world.plansOf(id)).toEqual([]);
    expect(await world.get(id)).toMatchObject({
      dryRuns: 1,
      nextRunAt: '2026-11-29T10:00:00.000Z',
      lastRun: {
        message: 'Found nothing to take back',
        reclamationId: null,
      },
    });
  });

  describe('does nothing, says why, and is tried again', () => {
    const STOPPED = 5;
    const HOUR = 60;

    it.each<[string, () => Promise<unknown>, RegExp, number]>([
      [
        'while taking back is stopped',
        () =>
          stores.reclamationSwitch.set(
            TENANT,
            { stopped: true, reason: 'Payroll closes' },
            { changedBy: NOAH, at: world.now() },
          ),
        /^Did nothing\. Taking licenses back is stopped by user:default\/noah: Payroll closes$/,
        STOPPED,
      ],
      [
        'while a run found the names concealed',
        () =>
          ran(stores, 'application-access', world.now(), {
            message: 'concealed',
            mend: SHOW_NAMES,
            requestId: null,
          }),
        /conceals the names/,
        HOUR,
      ],
      [
        'while the check-up finds the names concealed',
        () =>
          stores.connections.saveCheck(TENANT, {
            checkedAt: world.now().toISOString(),
            findings: [
              {
                id: 'concealment',
                purpose: 'sync',
                task: null,
                status: 'failing',
                title: 'Reports conceal the names',
                detail: '',
                steps: [],
                requestId: null,
              },
            ],
          }),
        /conceals the names/,
        HOUR,
      ],
      [
        'while rows of a report are missing all at once',
        () => reported(stores, '2026-11-20', 50),
        /suddenly has far fewer rows/,
        HOUR,
      ],
      [
        'while no license is known',
        () => stores.licenses.store(TENANT, { skus: [] }, world.now()),
        /licenses of the tenant are not known/,
        HOUR,
      ],
    ])('%s', async (_, spoil, why, minutes) => {
      const { id } = await world.create();
      world.later(1);
      await spoil();
      await world.policies.runDue();
      expect(await world.plansOf(id)).toEqual([]);
      expect(await world.get(id)).toMatchObject({
        dryRuns: 0,
        nextRunAt: new Date(
          world.now().getTime() + minutes * 60_000,
        ).toISOString(),
        lastRun: {
          at: world.now().toISOString(),
          message: expect.stringMatching(why),
          reclamationId: null,
        },
      });
    });

    it.each<[string, number, () => Promise<unknown>, RegExp]>([
      [
        'when the accounts were not read for days',
        4,
        () => reported(stores, '2026-11-25'),
        /accounts were last read on 2026-11-22/,
      ],
      [
        'when the reports are old',
        8,
        () => ran(stores, 'application-roster', world.now()),
        /report is of 2026-11-19, older than 7 days/,
      ],
    ])('%s', async (_, days, spoil, why) => {
      const { id } = await world.create();
      world.later(days * 24 * 60);
      await spoil();
      await world.policies.runDue();
      expect(await world.plansOf(id)).toEqual([]);
      expect(await world.get(id)).toMatchObject({
        dryRuns: 0,
        lastRun: { message: expect.stringMatching(why) },
      });
    });

    it('in its quiet hours, until they end', async () => {
      const { id } = await world.create({
        quietHours: {
          from: '10:00',
          to: '13:30',
          timeZone: 'Europe/Berlin',
          weekends: false,
        },
      });
      await world.policies.runDue();
      expect(await world.get(id)).toMatchObject({
        dryRuns: 0,
        nextRunAt: '2026-11-22T12:30:00.000Z',
        lastRun: {
          message:
            'Did nothing. The policy is quiet from 10:00 to 13:30 (Europe/Berlin)',
        },
      });

      world.later(150);
      await world.policies.runDue();
      expect(await world.get(id)).toMatchObject({
        dryRuns: 1,
        // A week after it was due, not after it was quiet.
        nextRunAt: '2026-11-29T10:00:00.000Z',
      });
    });

    it('while its last run is not finished', async () => {
      const { id } = await world.switchOn(await world.create());
      await world.policies.runDue();
      await ran(stores, 'application-roster', world.now());
      const plans = await world.plansOf(id);
      world.later(1);
      await world.policies.run(world.tenant, id);
      expect(await world.get(id)).toMatchObject({
        lastRun: {
          message:
            'Did nothing. What its last run planned is not finished; see it under Reclamations',
        },
      });
      expect(await world.plansOf(id)).toEqual(plans);

      await world.reclamations.cancel(world.tenant, plans[0].id, NOAH);
      world.later(60);
      await world.policies.runDue();
      expect(await world.plansOf(id)).toHaveLength(plans.length + 1);
    });

    it('while taking back is switched off, unless it only reports', async () => {
      const off = world.testPolicies({
        tenants: [{ ...world.tenant, reclamationEnabled: false }],
      });
      const policy = await world.create();
      await off.runDue();
      expect(await world.get(policy.id)).toMatchObject({ dryRuns: 1 });
      const { id } = await world.switchOn(policy);
      const plans = await world.plansOf(id);
      await off.runDue();
      expect((await world.get(id)).lastRun?.message).toBe(
        'Did nothing. Taking licenses back is switched off for this tenant; set m365Licenses.tenants.contoso.tasks.reclamation.enabled to true',
      );
      expect(await world.plansOf(id)).toEqual(plans);
    });
  });

  /**
   * What a process calls that is killed after so many calls: what it began then
   * is done, and whatever comes after is not.
   */
  const killedAfter = (calls: number) => {
    let left = calls;
    const mortal = <Target extends object>(target: Target): Target =>
      new Proxy(target, {
        get: (_, name) => {
          const member: unknown = Reflect.get(target, name, target);
          return typeof member !== 'function'
            ? member
            : async (...args: unknown[]) => {
                left -= 1;
                if (left < 0) {
                  throw new Error('Killed');
                }
                const result: unknown = await member.apply(target, args);
                if (left === 0) {
                  throw new Error('Killed');
                }
                return result;
              };
        },
      });
    return world.testPolicies({
      stores: { ...stores, policies: mortal(stores.policies) },
      reclamations: mortal(world.reclamations),
    });
  };

  // What is due, quiet hours, plan, the policy and the plan again, start, end.
  it.each([1, 2, 3, 4, 5, 6, 7])(
    'goes on with a run that was killed at step %d, and does nothing twice',
    async step => {
      const { id } = await world.switchOn(await world.create());
      const dryRuns = await world.plansOf(id);
      await expect(killedAfter(step).runDue()).rejects.toThrow('Killed');
      await world.policies.runDue();

      const plans = await world.plansOf(id);
      expect(plans).toHaveLength(dryRuns.length + 1);
      expect(plans[0]).toMatchObject({ status: 'started', startedBy: NOAH });
      const events = await stores.reclamations.events(TENANT, {
        reclamationId: plans[0].id,
        planOnly: true,
        limit: 50,
      });
      expect(
        events.items.filter(({ type }) => type === 'started'),
      ).toHaveLength(1);
      expect(await world.get(id)).toMatchObject({
        nextRunAt: '2026-11-29T10:03:00.000Z',
        lastRun: {
          message: 'Takes back 6 licenses in the background',
          reclamationId: plans[0].id,
        },
      });
    },
  );

  it('counts a dry run that was killed once', async () => {
    const { id } = await world.create();
    for (const step of [1, 2, 3, 4]) {
      await expect(killedAfter(step).runDue()).rejects.toThrow('Killed');
    }
    await world.policies.runDue();
    expect(await world.plansOf(id)).toHaveLength(1);
    expect(await world.get(id)).toMatchObject({ dryRuns: 1 });
  });

  it('runs once where several replicas and a person run it at the same time', async () => {
    const { id } = await world.switchOn(await world.create());
    const dryRuns = await world.plansOf(id);
    const replica = () => world.testPolicies();
    await Promise.all([
      replica().runDue(),
      replica().runDue(),
      replica().run(world.tenant, id),
    ]);
    const plans = await world.plansOf(id);
    expect(plans).toHaveLength(dryRuns.length + 1);
    expect(plans[0]).toMatchObject({ status: 'started' });
    expect((await world.get(id)).lastRun?.reclamationId).toBe(plans[0].id);
  });

  it('leaves alone what another replica did of the same run meanwhile', async () => {
    const { id } = await world.switchOn(await world.create());
    const { reclamations } = world;
    const slow = world.testPolicies({
      reclamations: {
        plan: async (tenant, request) => {
          const planned = await reclamations.plan(tenant, request);
          await world.policies.runDue();
          return planned;
        },
        get: (...args) => reclamations.get(...args),
        start: (...args) => reclamations.start(...args),
        cancel: (...args) => reclamations.cancel(...args),
      },
    });
    await slow.runDue();
    const [plan] = await world.plansOf(id);
    expect(plan).toMatchObject({ status: 'started', canceledBy: null });
    expect(await world.get(id)).toMatchObject({
      nextRunAt: '2026-11-29T10:03:00.000Z',
      lastRun: { reclamationId: plan.id },
    });
  });

  it('does not start what was planned for a policy that was changed meanwhile', async () => {
    const { id } = await world.switchOn(await world.create());
    const { reclamations } = world;
    const policies = world.testPolicies({
      reclamations: {
        plan: async (tenant, request) => {
          const planned = await reclamations.plan(tenant, request);
          await stores.policies.update(TENANT, id, EVERYTHING, {
            updatedBy: OLIVIA,
            at: world.now(),
          });
          return planned;
        },
        get: (...args) => reclamations.get(...args),
        start: (...args) => reclamations.start(...args),
        cancel: (...args) => reclamations.cancel(...args),
      },
    });
    await policies.runDue();
    const [plan] = await world.plansOf(id);
    expect(plan).toMatchObject({ status: 'canceled', startedBy: null });
    expect(await world.get(id)).toMatchObject({ state: 'dry', dryRuns: 0 });
  });

  it('plans anew when what it planned was canceled before it was started', async () => {
    const { id } = await world.switchOn(await world.create());
    await expect(killedAfter(3).runDue()).rejects.toThrow('Killed');
    const [{ id: planId }] = await world.plansOf(id);
    await world.reclamations.cancel(world.tenant, planId, OLIVIA);
    await world.policies.runDue();
    expect(await world.get(id)).toMatchObject({
      nextRunAt: '2026-11-29T10:03:00.000Z',
      lastRun: {
        message: expect.stringMatching(/canceled, or could not be started/),
        reclamationId: planId,
      },
    });
    world.later(1);
    await world.policies.run(world.tenant, id);
    const [plan] = await world.plansOf(id);
    expect(plan).toMatchObject({ status: 'started' });
    expect(plan.id).not.toBe(planId);
  });

  it('goes on with the next run when groups changed since a run was killed', async () => {
    const { id } = await world.switchOn(await world.create({ group: GERMANY }));
    await expect(killedAfter(3).runDue()).rejects.toThrow('Killed');
    const plans = await world.plansOf(id);
    await stores.catalogGroups.replaceGroups(
      [{ ref: GERMANY, parent: null, displayName: 'Germany' }],
      world.now(),
    );
    await world.policies.runDue();
    expect(await world.plansOf(id)).toEqual(plans);
    expect(await world.get(id)).toMatchObject({
      nextRunAt: '2026-11-29T10:03:00.000Z',
      lastRun: { message: expect.stringMatching(/groups .* changed/) },
    });
  });

  it('says what failed, tries it again in an hour, and runs the others', async () => {
    const { id: failing } = await world.create({ name: 'Failing' });
    const { id: other } = await world.create({ name: 'Other' });
    const { reclamations } = world;
    const policies = world.testPolicies({
      reclamations: {
        plan: async (tenant, request) => {
          if (request.policyId === failing) {
            throw new Error('select "person1@contoso.example" - no such table');
          }
          return reclamations.plan(tenant, request);
        },
        get: (...args) => reclamations.get(...args),
        start: (...args) => reclamations.start(...args),
        cancel: (...args) => reclamations.cancel(...args),
      },
    });
    await expect(policies.runDue()).rejects.toThrow(
      'Policies that are due did not run, and are tried again in an hour. contoso, "Failing": no such table',
    );
    expect(await world.get(other)).toMatchObject({ dryRuns: 1 });
    expect(await world.get(failing)).toMatchObject({
      dryRuns: 0,
      nextRunAt: '2026-11-22T11:00:00.000Z',
      lastRun: { message: 'Failed. no such table', reclamationId: null },
    });
    await expect(policies.run(world.tenant, failing)).rejects.toThrow(
      'no such table',
    );
    world.later(60);
    await world.policies.runDue();
    expect(await world.get(failing)).toMatchObject({ dryRuns: 1 });
  });

  it('stops between policies when the backend shuts down', async () => {
    const { id } = await world.create();
    const stop = new AbortController();
    stop.abort(new Error('The backend stops'));
    await expect(world.policies.runDue(stop.signal)).rejects.toThrow(
      'The backend stops',
    );
    expect(await world.get(id)).toMatchObject({ dryRuns: 0, lastRun: null });
  });

  it('looks on one replica every few minutes', async () => {
    await world.policies.schedule();
    expect(world.scheduler.scheduleTask).toHaveBeenCalledWith(
      expect.objectContaining({
        id: 'm365-licenses:policies',
        scope: 'global',
        frequency: { minutes: 5 },
      }),
    );
  });

  it('knows no policy of another id, and runs none that is off', async () => {
    await expect(world.policies.run(world.tenant, 'none')).rejects.toThrow(
      'The tenant contoso has no policy none',
    );
    const policy = await world.create();
    await stores.policies.setState(policy, 'off', {
      by: NOAH,
      at: world.now(),
    });
    await expect(world.policies.run(world.tenant, policy.id)).rejects.toThrow(
      'The policy "All that nobody uses" is off',
    );
  });

  describe('holds off', () => {
    const plan = (policyId: string | null = null) => ({
      kind: 'reclaim' as const,
      policyId,
    });
    const stop = () =>
      stores.reclamationSwitch.set(
        TENANT,
        { stopped: true, reason: 'Payroll closes' },
        { changedBy: NOAH, at: world.now() },
      );

    it('nothing where all is well', async () => {
      const { id } = await world.create();
      expect(
        await world.policies.holdOff(world.tenant, plan()),
      ).toBeUndefined();
      expect(
        await world.policies.holdOff(world.tenant, plan(id)),
      ).toBeUndefined();
    });

    it('every plan while taking back is stopped, and no restore', async () => {
      const { id } = await world.create();
      await stop();
      const stopped = {
        message:
          'Taking licenses back is stopped by user:default/noah: Payroll closes',
        retryAt: new Date('2026-11-22T10:05:00.000Z'),
      };
      for (const policyId of [null, id]) {
        expect(
          await world.policies.holdOff(world.tenant, plan(policyId)),
        ).toEqual(stopped);
        expect(
          await world.policies.holdOff(world.tenant, {
            kind: 'restore',
            policyId,
          }),
        ).toBeUndefined();
      }
      expect(
        await world.policies.holdOff({ name: 'fabrikam' }, plan()),
      ).toBeUndefined();
    });

    it('plans of a policy in its quiet hours, also of one that was ended', async () => {
      const { id } = await world.create({
        quietHours: {
          from: '00:00',
          to: '06:00',
          timeZone: 'UTC',
          weekends: true,
        },
      });
      // A Sunday.
      const quiet = {
        message:
          'The policy is quiet from 00:00 to 06:00 and on weekends (UTC)',
        retryAt: new Date('2026-11-23T06:00:00.000Z'),
      };
      expect(await world.policies.holdOff(world.tenant, plan(id))).toEqual(
        quiet,
      );
      expect(
        await world.policies.holdOff(world.tenant, plan()),
      ).toBeUndefined();
      await stores.policies.end(TENANT, id, world.now());
      expect(await world.policies.holdOff(world.tenant, plan(id))).toEqual(
        quiet,
      );
    });

    it('plans of a policy while the data is not good enough', async () => {
      const { id } = await world.create();
      await reported(stores, '2026-11-20', 50);
      expect(await world.policies.holdOff(world.tenant, plan(id))).toEqual({
        message: expect.stringMatching(/suddenly has far fewer rows/),
        retryAt: new Date('2026-11-22T11:00:00.000Z'),
      });
      expect(
        await world.policies.holdOff(world.tenant, plan()),
      ).toBeUndefined();
    });
  });
});
