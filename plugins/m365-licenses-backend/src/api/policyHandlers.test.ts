import { mockServices } from '@backstage/backend-test-utils';
import {
  type Policy,
  type PolicyInput,
  type PolicyState,
  policyUpdatePermission,
  reclamationApprovePermission,
  reclamationCreatePermission,
  reclamationExecutePermission,
  reclamationReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { readConfig } from '../config';
import type { Stores } from '../database/types';
import {
  AT,
  E3,
  E5,
  idOf,
  testDatabases,
} from '../database/__testUtils__/records';
import { TENANT } from '../evaluation/__testUtils__/evaluation';
import {
  BERLIN,
  EVERYTHING,
  NOAH,
  policyWorld,
} from '../policies/__testUtils__/policies';
import { OLIVIA, serve, type Server } from './__testUtils__/server';
import { createPolicyHandlers } from './policyHandlers';
import { Tenants } from './tenants';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();
const UNKNOWN = '99999999-9999-4999-8999-999999999999';

const CONFIG = readConfig(
  mockServices.rootConfig({
    data: {
      m365Licenses: {
        tenants: {
          [TENANT]: {
            tenantId: idOf(100),
            clientId: idOf(101),
            clientSecret: 'secret',
            tasks: { reclamation: { enabled: true } },
          },
        },
      },
    },
  }),
);

describe.each(ids)('Policies over HTTP on %s', id => {
  let stores: Stores;
  let world: Awaited<ReturnType<typeof policyWorld>>;
  let server: Server;
  /** Who calls. */
  let by: string;

  const path = (rest = '') => `/tenants/${TENANT}/policies${rest}`;

  const created = async (input?: Partial<PolicyInput>): Promise<Policy> =>
    (await server.call('post', path(), { ...EVERYTHING, ...input }).expect(201))
      .body;

  const refused = async (input: Partial<PolicyInput>): Promise<string> =>
    (await server.call('post', path(), { ...EVERYTHING, ...input }).expect(400))
      .body.error.message;

  const switchTo = (policyId: string, state: PolicyState) =>
    server.call('put', path(`/${policyId}/state`), { state });

  const run = async (policyId: string): Promise<Policy> => {
    world.later(1);
    return (await server.call('post', path(`/${policyId}/run`)).expect(200))
      .body;
  };

  beforeAll(async () => {
    const opened = await open(id);
    ({ stores } = opened);
    world = await policyWorld(opened, { config: { fourEyes: true } });
    await stores.tenants.reconcile([{ name: 'retired', tenantId: E5 }], AT);
    await stores.tenants.reconcile([{ name: TENANT, tenantId: idOf(100) }], AT);
    server = await serve(access =>
      createPolicyHandlers({
        config: world.config,
        tenants: Tenants.create({
          config: CONFIG,
          started: CONFIG.tenants.map(tenant => ({
            ...world.tenant,
            ...tenant,
          })),
          store: stores.tenants,
        }),
        stores,
        access,
        policies: world.policies,
        caller: async () => by,
        groupExists: async groupRef => groupRef === BERLIN,
        now: world.now,
      }),
    );
  });

  afterAll(async () => {
    await server.stop();
  });

  beforeEach(async () => {
    by = OLIVIA;
    server.denied.clear();
    server.audited.length = 0;
    await world.reset();
  });

  it('adds a policy that only reports', async () => {
    const input: PolicyInput = {
      ...EVERYTHING,
      name: '  Sales  ',
      skuIds: [E3.toUpperCase(), E3],
      department: ' Sales ',
      group: 'Berlin',
      quietHours: {
        from: '20:00',
        to: '07:00',
        timeZone: 'Europe/Berlin',
        weekends: true,
      },
    };
    const policy = await created(input);
    expect(policy).toEqual({
      id: policy.id,
      tenant: TENANT,
      name: 'Sales',
      reasons: EVERYTHING.reasons,
      skus: [{ skuId: E3, displayName: expect.any(String) }],
      department: 'Sales',
      group: BERLIN,
      mode: 'immediate',
      everyDays: 7,
      maxItems: 100,
      quietHours: input.quietHours,
      state: 'dry',
      dryRuns: 0,
      dryRunsNeeded: 2,
      createdBy: OLIVIA,
      createdAt: AT.toISOString(),
      updatedBy: OLIVIA,
      updatedAt: AT.toISOString(),
      switchedOnBy: null,
      switchedOnAt: null,
      nextRunAt: AT.toISOString(),
      lastRun: null,
      allowed: ['off'],
    });
    expect(server.audited).toEqual([
      {
        eventId: 'policy-create',
        severityLevel: 'medium',
        meta: expect.objectContaining({ policyId: policy.id }),
      },
    ]);
    const { body } = await server.call('get', path()).expect(200);
    expect(body).toEqual({ items: [policy] });
  });

  it('says which part of a policy is wrong', async () => {
    const quiet = {
      from: '20:00',
      to: '07:00',
      timeZone: 'Europe/Berlin',
      weekends: false,
    };
    expect(await refused({ name: '  ' })).toMatch(/^name is empty/);
    expect(await refused({ skuIds: [E3, UNKNOWN] })).toMatch(
      `skuIds has ${UNKNOWN}`,
    );
    expect(await refused({ group: 'group:default/nobody' })).toMatch(
      /^group must be a Group of the catalog, which has no group:default\/nobody/,
    );
    expect(await refused({ group: 'user:default/olivia' })).toMatch(
      /^group must be the entity ref of a Group/,
    );
    expect(await refused({ reasons: ['inactive', 'downgrade'] })).toMatch(
      /^reasons must not have downgrade: .*assign the smaller one first/,
    );
    expect(await refused({ reasons: ['deleted'] })).toMatch(
      /^reasons must not have deleted: Microsoft frees/,
    );
    for (const timeZone of ['Europe/Atlantis', 'local', '']) {
      expect(await refused({ quietHours: { ...quiet, timeZone } })).toMatch(
        /quietHours[./]timeZone/,
      );
    }
    expect(
      await refused({ quietHours: { ...quiet, from: '08:00', to: '08:00' } }),
    ).toMatch(/^quietHours from 08:00 to 08:00 leave the policy less/);
    expect(
      await refused({ quietHours: { ...quiet, from: '08:59', to: '08:00' } }),
    ).toMatch(/^quietHours/);
    await created({ quietHours: { ...quiet, from: '09:00', to: '08:00' } });
    expect(await stores.policies.list(TENANT)).toHaveLength(1);
  });

  it('switches a policy on when it reported often enough, by somebody else', async () => {
    const { id: policyId } = await created();
    expect(await run(policyId)).toMatchObject({
      dryRuns: 1,
      allowed: ['off'],
      lastRun: {
        message: expect.stringMatching(/^Would take back 6 licenses/),
        reclamationId: expect.any(String),
      },
    });
    by = NOAH;
    const early = await switchTo(policyId, 'on').expect(409);
    expect(early.body.error.message).toMatch(
      /reported 1 of 2 times what it would do since it was changed/,
    );

    by = OLIVIA;
    expect(await run(policyId)).toMatchObject({ dryRuns: 2, allowed: ['off'] });
    const own = await switchTo(policyId, 'on').expect(409);
    expect(own.body.error.message).toMatch(/somebody else has to switch it on/);

    by = NOAH;
    const { body } = await server.call('get', path()).expect(200);
    expect(body.items[0].allowed).toEqual(['on', 'off']);
    const on = await switchTo(policyId, 'on').expect(200);
    expect(on.body).toMatchObject({
      state: 'on',
      switchedOnBy: NOAH,
      switchedOnAt: world.now().toISOString(),
      updatedBy: OLIVIA,
      allowed: ['dry', 'off'],
    });
    expect(server.audited.at(-1)).toMatchObject({
      eventId: 'policy-switch',
      severityLevel: 'high',
      meta: { from: 'dry', to: 'on' },
    });

    // Who switched it on stays who it acts for.
    by = OLIVIA;
    const again = await switchTo(policyId, 'on').expect(200);
    expect(again.body).toMatchObject({ switchedOnBy: NOAH });

    const { lastRun } = await run(policyId);
    expect(lastRun?.message).toBe('Takes back 6 licenses in the background');
    expect(
      await stores.reclamations.get(TENANT, lastRun?.reclamationId ?? ''),
    ).toMatchObject({ status: 'started', approvedBy: NOAH });
  });

  it('lets a changed policy only report again', async () => {
    const { id: policyId } = await created();
    await run(policyId);
    await run(policyId);
    by = NOAH;
    await switchTo(policyId, 'on').expect(200);
    const changed = await server
      .call('put', path(`/${policyId}`), { ...EVERYTHING, maxItems: 5 })
      .expect(200);
    expect(changed.body).toMatchObject({
      maxItems: 5,
      state: 'dry',
      dryRuns: 0,
      createdBy: OLIVIA,
      updatedBy: NOAH,
      switchedOnBy: null,
    });
    await switchTo(policyId, 'on').expect(409);
    await server
      .call('put', path(`/${policyId}`), { ...EVERYTHING, skuIds: [UNKNOWN] })
      .expect(400);
  });

  it('switches off, and runs nothing then', async () => {
    const { id: policyId } = await created();
    const off = await switchTo(policyId, 'off').expect(200);
    expect(off.body).toMatchObject({
      state: 'off',
      nextRunAt: null,
      allowed: ['dry'],
    });
    const ran = await server.call('post', path(`/${policyId}/run`)).expect(409);
    expect(ran.body.error.message).toMatch(/is off; have it report first/);
    const dry = await switchTo(policyId, 'dry').expect(200);
    expect(dry.body).toMatchObject({ state: 'dry' });
  });

  it('ends a policy', async () => {
    const { id: policyId } = await created();
    const ended = await server.call('delete', path(`/${policyId}`)).expect(200);
    expect(ended.body).toMatchObject({
      id: policyId,
      nextRunAt: null,
      allowed: [],
    });
    for (const [method, rest] of [
      ['delete', ''],
      ['put', ''],
      ['put', '/state'],
      ['post', '/run'],
    ] as const) {
      const { body } = await server
        .call(
          method,
          path(`/${policyId}${rest}`),
          rest === '/state' ? { state: 'off' } : EVERYTHING,
        )
        .expect(404);
      expect(body.error.message).toMatch(`no policy ${policyId}`);
    }
  });

  describe('permissions', () => {
    const READ = reclamationReadPermission.name;
    const CREATE = reclamationCreatePermission.name;
    const UPDATE = policyUpdatePermission.name;
    const APPROVE = reclamationApprovePermission.name;
    const EXECUTE = reclamationExecutePermission.name;

    const deny = (...names: string[]) => {
      server.denied.clear();
      names.forEach(name => server.denied.add(name));
    };

    it('are needed to read', async () => {
      deny(READ);
      for (const what of ['policies', 'reclamation-switch']) {
        const { body } = await server
          .call('get', `/tenants/${TENANT}/${what}`)
          .expect(403);
        expect(body.error.message).toMatch(READ);
      }
    });

    it('are needed to change', async () => {
      const { id: policyId } = await created();
      deny(UPDATE);
      await server.call('post', path(), EVERYTHING).expect(403);
      await server.call('put', path(`/${policyId}`), EVERYTHING).expect(403);
      await server.call('delete', path(`/${policyId}`)).expect(403);
      await server.call('post', path(`/${policyId}/run`)).expect(403);
      await switchTo(policyId, 'dry').expect(403);
      // Who may take licenses may see to it that none is taken.
      expect(
        (await switchTo(policyId, 'off').expect(200)).body.allowed,
      ).toEqual([]);
      deny(UPDATE, EXECUTE);
      await switchTo(policyId, 'off').expect(403);
    });

    it('to approve and to execute are needed to switch on', async () => {
      const { id: policyId } = await created();
      await run(policyId);
      await run(policyId);
      by = NOAH;
      for (const missing of [APPROVE, EXECUTE]) {
        deny(missing);
        const { body } = await switchTo(policyId, 'on').expect(403);
        expect(body.error.message).toMatch(missing);
        const list = await server.call('get', path()).expect(200);
        expect(list.body.items[0].allowed).toEqual(['off']);
      }
      deny(UPDATE);
      await switchTo(policyId, 'on').expect(200);
      deny(EXECUTE);
      await server.call('post', path(`/${policyId}/run`)).expect(403);
    });

    it('to execute are needed for the stop switch, to plan are enough to stop', async () => {
      const set = async (stopped: boolean): Promise<number> =>
        (
          await server.call('put', `/tenants/${TENANT}/reclamation-switch`, {
            stopped,
            reason: 'Payroll closes',
          })
        ).status;
      deny(EXECUTE, CREATE);
      expect([await set(true), await set(false)]).toEqual([403, 403]);
      deny(EXECUTE);
      expect([await set(true), await set(false)]).toEqual([200, 403]);
      deny(CREATE);
      expect([await set(true), await set(false)]).toEqual([200, 200]);
    });
  });

  it('stops everything, and says who did and why', async () => {
    const of = (tenant: string) => `/tenants/${tenant}/reclamation-switch`;
    expect((await server.call('get', of(TENANT)).expect(200)).body).toEqual({
      stopped: false,
      reason: null,
      changedBy: null,
      changedAt: null,
    });
    const stop = { stopped: true, reason: ' Payroll closes ' };
    const stopped = await server.call('put', of(TENANT), stop).expect(200);
    expect(stopped.body).toEqual({
      stopped: true,
      reason: 'Payroll closes',
      changedBy: OLIVIA,
      changedAt: AT.toISOString(),
    });
    expect(server.audited.at(-1)).toMatchObject({
      eventId: 'reclamation-switch',
      severityLevel: 'high',
      meta: { stopped: true },
    });
    const empty = await server
      .call('put', of(TENANT), { stopped: false, reason: ' ' })
      .expect(400);
    expect(empty.body.error.message).toMatch(/^reason is empty/);

    const { id: policyId } = await created();
    expect(await run(policyId)).toMatchObject({
      dryRuns: 0,
      lastRun: {
        message:
          'Did nothing. Taking licenses back is stopped by user:default/olivia: Payroll closes',
      },
    });
  });

  it('shows the policies of a retired tenant, and changes nothing there', async () => {
    await stores.policies.create('retired', EVERYTHING, {
      createdBy: OLIVIA,
      at: AT,
    });
    const { body } = await server
      .call('get', '/tenants/retired/policies')
      .expect(200);
    expect(body.items).toMatchObject([{ allowed: [] }]);
    await server.call('get', '/tenants/retired/reclamation-switch').expect(200);
    await server
      .call('post', '/tenants/retired/policies', EVERYTHING)
      .expect(409);
    await server
      .call('put', '/tenants/retired/reclamation-switch', {
        stopped: true,
        reason: 'Retired',
      })
      .expect(409);
    await server.call('get', '/tenants/nobody/policies').expect(404);
  });
});
