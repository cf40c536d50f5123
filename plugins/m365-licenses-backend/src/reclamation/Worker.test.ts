import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import {
  type Account,
  CAST,
  DEFAULT_ROLES,
  type Fault,
  LICENSE_GROUPS,
  PRODUCTS,
  SERVICE_PLANS,
  type Simulator,
  startSimulator,
} from 'graph-simulator';
import type { Knex } from 'knex';
import { createStores } from '../database';
import type {
  NewReclamation,
  PlannedItem,
  StoredItem,
  StoredReclamation,
  Stores,
} from '../database/types';
import { testEvaluation } from '../evaluation/__testUtils__/evaluation';
import { createGraphConnection } from '../graph/connection';
import { configOf } from '../graph/__testUtils__/tenant';
import type { GraphConnection } from '../graph/types';
import {
  itemOf,
  restoring,
  startPlan,
  TENANT,
} from './__testUtils__/startedPlan';
import { OUTCOME_SENTENCES } from './outcomes';
import { ReclamationWorker, type ReclamationWorkerOptions } from './Worker';

jest.setTimeout(60_000);

const E3 = PRODUCTS.SPE_E3.skuId;
const VISIO = PRODUCTS.VISIOCLIENT.skuId;
const PROJECT = PRODUCTS.PROJECTPROFESSIONAL.skuId;
const POWER_BI = PRODUCTS.POWER_BI_PRO.skuId;
const MINUTES = 60_000;
const PATIENCE = {
  tries: 3,
  firstPauseMs: 1_000,
  longestPauseMs: 10 * MINUTES,
};

function castMember(surname: string) {
  const found = CAST.find(member => member.surname === surname);
  if (!found) {
    throw new Error(`There is no ${surname} in the cast`);
  }
  return found;
}
const viktor = castMember('Lange'); // disabled, four direct licenses
const ingrid = castMember('Solberg'); // E3 direct and by group
const samuel = castMember('Adeyemi'); // E3 and Project direct
const nora = castMember('Eriksen'); // E3 direct, a service plan switched off
const lucas = castMember('Moreau'); // E3 direct

/** An object some methods of which do something else. */
function overriding<T extends object>(original: T, overrides: Partial<T>): T {
  return new Proxy(original, {
    get(target, key) {
      const own: unknown = Reflect.get(overrides, key);
      const value: unknown = Reflect.get(target, key);
      return own ?? (typeof value === 'function' ? value.bind(target) : value);
    },
  });
}

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('Worker on %s', databaseId => {
  let simulator: Simulator;
  let knex: Knex;
  let stores: Stores;
  let graph: GraphConnection;
  /** How far the time is ahead of this machine's. */
  let ahead: number;
  let audited: { eventId: string; end: string; meta: unknown }[];
  let scheduler: ReturnType<typeof mockServices.scheduler.mock>;

  const now = () => new Date(Date.now() + ahead);

  beforeEach(async () => {
    ahead = 0;
    audited = [];
    scheduler = mockServices.scheduler.mock();
    simulator = await startSimulator({
      accounts: 60,
      roles: [...DEFAULT_ROLES, 'GroupMember.ReadWrite.All'],
    });
    knex = await databases.init(databaseId);
    stores = await createStores(
      mockServices.database.mock({ getClient: async () => knex }),
    );
    graph = createGraphConnection(configOf(simulator), {
      logger: mockServices.logger.mock(),
      limits: { attempts: 2, connectionAttempts: 2, wait: async () => {} },
    });
  });

  afterEach(async () => {
    await simulator.stop();
  });

  function workerWith(options: Partial<ReclamationWorkerOptions> = {}) {
    return ReclamationWorker.create({
      tenants: [
        {
          name: TENANT,
          graph,
          reclamationGraph: graph,
          reclamationEnabled: true,
        },
      ],
      stores,
      evaluation: testEvaluation(stores, { now }).evaluation,
      config: { leaveGroups: true, takeOverAfterSeconds: 30 },
      auditor: {
        async createEvent({ eventId, meta }) {
          return {
            success: async end => {
              audited.push({
                eventId,
                end: 'success',
                meta: { ...meta, ...end?.meta },
              });
            },
            fail: async end => {
              audited.push({
                eventId,
                end: end.error.message,
                meta: { ...meta, ...end.meta },
              });
            },
          };
        },
      },
      logger: mockServices.logger.mock(),
      scheduler,
      now,
      holdOff: async () => undefined,
      onProgress: () => {},
      onFinished: () => {},
      patience: PATIENCE,
      ...options,
    });
  }

  const account = (id: string) => simulator.tenant.get(id);

  /** Items of the direct assignments of an account. */
  const direct = (id: string, skuIds?: string[]) =>
    account(id)
      .assignments.filter(
        ({ skuId, assignedByGroup }) =>
          assignedByGroup === null && (!skuIds || skuIds.includes(skuId)),
      )
      .map(assignment => itemOf(account(id), assignment));

  const start = (items: PlannedItem[], options: Partial<NewReclamation> = {}) =>
    startPlan(stores, items, { at: now(), ...options });

  const planOf = async ({ id }: StoredReclamation) => {
    const plan = await stores.reclamations.get(TENANT, id);
    if (!plan) {
      throw new Error(`There is no plan ${id}`);
    }
    return plan;
  };
  const itemsOf = ({ id }: StoredReclamation) => stores.reclamations.items(id);
  const outcomesOf = async (plan: StoredReclamation) =>
    (await itemsOf(plan)).map(({ outcome }) => outcome);
  const eventsOf = async ({ id }: StoredReclamation) =>
    (
      await stores.reclamations.events(TENANT, {
        reclamationId: id,
        planOnly: false,
        limit: 500,
      })
    ).items;

  /** What Microsoft answers to a change of licenses of an account. */
  const answering = (
    id: string,
    fault: Fault,
    times: number | 'always' = 'always',
  ) =>
    simulator.faults.add({
      path: new RegExp(`/users/${id}/assignLicense`),
      times,
      fault,
    });

  const skusOf = (id: string) =>
    account(id).assignments.map(({ skuId }) => skuId);

  const restore = (plan: StoredReclamation, items: StoredItem[]) =>
    start(restoring(items), {
      kind: 'restore',
      origin: 'restore',
      restoreOf: plan.id,
    });

  it('takes what is planned, once, and says what it did', async () => {
    simulator.faults.licenseChangesVisibleAfter = Infinity;
    const items = direct(viktor.id);
    expect(items).toHaveLength(4);
    const plan = await start(items);
    const told: string[] = [];
    const finished: string[] = [];
    await workerWith({
      onProgress: (tenant, id) => told.push(`${tenant} ${id}`),
      onFinished: ({ id }) => finished.push(id),
    }).work();

    expect(await planOf(plan)).toMatchObject({
      status: 'finished',
      problem: null,
    });
    const done = await itemsOf(plan);
    expect(done).toHaveLength(4);
    for (const item of done) {
      expect(item).toMatchObject({
        outcome: 'reclaimed',
        message: OUTCOME_SENTENCES.reclaimed,
        attempts: 1,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(simulator.requests.removals(viktor.id, item.skuId)).toBe(1);
    }
    expect(simulator.requests.assignLicenseCalls).toBe(1);
    expect(skusOf(viktor.id)).toEqual([]);
    expect(told).toContain(`${TENANT} ${plan.id}`);
    expect(finished).toEqual([plan.id]);
    expect(audited).toEqual([
      {
        eventId: 'license-remove',
        end: 'success',
        meta: expect.objectContaining({
          tenant: TENANT,
          reclamationId: plan.id,
          userId: viktor.id,
          skuIds: items.map(({ skuId }) => skuId),
          requestId: done[0].requestId,
        }),
      },
    ]);
    const types = (await eventsOf(plan)).map(({ type }) => type);
    expect(types.filter(type => type === 'sent')).toHaveLength(4);
    expect(types.filter(type => type === 'outcome')).toHaveLength(4);
    expect(types[0]).toBe('finished');
    // Microsoft's own reads show it later.
    const stored = await stores.accounts.get(TENANT, viktor.id, {
      today: '2026-11-22',
      inactiveAfterDays: 60,
      graceDays: 30,
    });
    expect(stored?.account.licenses).toEqual([]);
  });

  it('tells apart what cannot be done, and does the rest', async () => {
    const [gone, refused, unknown, denied] = simulator.tenant.accounts.filter(
      ({ id, assignments }) =>
        !CAST.some(member => member.id === id) &&
        assignments.length === 1 &&
        assignments[0].assignedByGroup === null,
    );
    const plan = await start(
      [gone, refused, unknown, denied, account(nora.id)].flatMap(({ id }) =>
        direct(id),
      ),
    );
    simulator.tenant.update(gone.id, { assignments: [] });
    simulator.tenant.remove(unknown.id);
    answering(refused.id, {
      kind: 'fail',
      status: 400,
      code: 'Request_BadRequest',
      message: 'Something new.',
    });
    answering(denied.id, {
      kind: 'fail',
      status: 403,
      code: 'Authorization_RequestDenied',
      message: 'Insufficient privileges to complete the operation.',
    });
    await workerWith().work();

    expect(await outcomesOf(plan)).toEqual([
      'alreadyGone',
      'failed',
      'notFound',
      'notPermitted',
      'reclaimed',
    ]);
    const [, failed, , notPermitted] = await itemsOf(plan);
    expect(failed).toMatchObject({
      message: expect.stringContaining('Microsoft: "Something new."'),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(notPermitted.message).toContain('LicenseAssignment.ReadWrite.All');
    expect((await planOf(plan)).status).toBe('finished');
    expect(audited.map(({ end }) => end === 'success').sort()).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('asks for each license by itself where one of an account is at fault', async () => {
    const plan = await start(direct(viktor.id));
    // Somebody took it away, and Microsoft's reads do not show it yet.
    await fetchRemoval(viktor, VISIO);
    await workerWith().work();

    const byOutcome = (await itemsOf(plan)).map(({ skuId, outcome }) => [
      skuId === VISIO,
      outcome,
    ]);
    expect(byOutcome).toEqual(
      byOutcome.map(([isVisio]) => [
        isVisio,
        isVisio ? 'alreadyGone' : 'reclaimed',
      ]),
    );
    expect(skusOf(viktor.id)).toEqual([]);
  });

  /** Takes a license as somebody else would; what is read stays as it was. */
  async function fetchRemoval({ id }: Pick<Account, 'id'>, skuId: string) {
    simulator.faults.licenseChangesVisibleAfter = Infinity;
    await graph.changeLicenses([{ userId: id, add: [], remove: [skuId] }]);
    simulator.requests.reset();
  }

  it('takes a license after the one that depends on it, and says so where that stays', async () => {
    // Its own SharePoint is switched off: that of the E3 is needed.
    simulator.tenant.update(samuel.id, {
      assignments: account(samuel.id).assignments.map(assignment =>
        assignment.skuId === PROJECT
          ? {
              ...assignment,
              disabledPlans: [SERVICE_PLANS.SHAREPOINTENTERPRISE],
            }
          : assignment,
      ),
    });
    const only = await start(direct(samuel.id, [E3]));
    await workerWith().work();
    expect(await itemsOf(only)).toMatchObject([
      {
        outcome: 'conflict',
        message: expect.stringMatching(
          /another license of the account needs it.*depends on the service plan/,
        ),
      },
    ]);

    // Refused together, since of another one nothing is there.
    simulator.tenant.update(samuel.id, {
      assignments: [
        ...account(samuel.id).assignments,
        { ...account(samuel.id).assignments[0], skuId: POWER_BI },
      ],
    });
    const all = await start([
      ...direct(samuel.id, [E3]),
      ...direct(samuel.id, [PROJECT, POWER_BI]),
    ]);
    await fetchRemoval(samuel, POWER_BI);
    await workerWith().work();
    const outcomes = new Map(
      (await itemsOf(all)).map(({ skuId, outcome }) => [skuId, outcome]),
    );
    expect(outcomes.get(E3)).toBe('reclaimed');
    expect(outcomes.get(PROJECT)).toBe('reclaimed');
    expect(outcomes.get(POWER_BI)).toBe('alreadyGone');
  });

  it('names the group that grants a license by now, who owns it, and what leaving would take', async () => {
    const plan = await start(direct(ingrid.id));
    simulator.tenant.update(ingrid.id, {
      assignments: account(ingrid.id).assignments.filter(
        ({ assignedByGroup }) => assignedByGroup !== null,
      ),
    });
    simulator.tenant.updateGroup(LICENSE_GROUPS.finance.id, {
      groupTypes: [],
      skuIds: [E3, VISIO],
    });
    await workerWith().work();
    const [item] = await itemsOf(plan);
    expect(item.outcome).toBe('inheritedFromGroup');
    expect(item.message).toMatch(
      /"Licenses – Finance E3" grants it\. Leaving the group would also take .*owned by Robin Sommer and Clara Hoffmann/,
    );
    expect(simulator.requests.assignLicenseCalls).toBe(0);
  });

  it('leaves alone who is exempted or came back since it was planned', async () => {
    simulator.tenant.disable(nora.id);
    const disabled = {
      type: 'disabled' as const,
      since: null,
      services: [],
      lastActivityDate: null,
      groups: [],
      reportRefreshDate: null,
      thresholdDays: null,
      other: null,
      unobservable: [],
    };
    const byRule = (items: PlannedItem[]): PlannedItem[] =>
      items.map(item => ({
        ...item,
        evidence: { ...item.evidence, reasons: [disabled] },
      }));
    const plan = await start(
      byRule([...direct(viktor.id, [VISIO]), ...direct(nora.id)]).concat(
        direct(lucas.id),
      ),
      { origin: 'filter' },
    );
    simulator.tenant.enable(nora.id);
    await stores.exemptions.create(
      TENANT,
      {
        accountId: lucas.id,
        skuId: null,
        group: null,
        reason: 'On a long project',
        owner: 'user:default/maya',
        expiresOn: null,
      },
      { createdBy: 'user:default/maya', at: now() },
    );
    await workerWith().work();
    expect(await itemsOf(plan)).toMatchObject([
      { outcome: 'reclaimed' },
      { outcome: 'changed', message: OUTCOME_SENTENCES.changed },
      {
        outcome: 'exempted',
        message: expect.stringMatching(
          /user:default\/maya.*"On a long project"/,
        ),
      },
    ]);
    expect(skusOf(nora.id)).toEqual([E3]);
    expect(skusOf(lucas.id)).toEqual([E3]);

    const own = await start(direct(lucas.id), { origin: 'handBack' });
    await workerWith().work();
    expect(await outcomesOf(own)).toEqual(['reclaimed']);
  });

  it('asks again after a conflict, lets the others go on, and gives up in the end', async () => {
    const conflict: Fault = {
      kind: 'fail',
      status: 409,
      code: 'Directory_ConcurrencyViolation',
      message: 'A concurrency violation occurred.',
    };
    answering(nora.id, conflict, 1);
    answering(lucas.id, conflict);
    const plan = await start([
      ...direct(nora.id),
      ...direct(lucas.id),
      ...direct(samuel.id),
    ]);
    const worker = workerWith();
    await worker.work();
    expect(await outcomesOf(plan)).toEqual([
      'running',
      'running',
      'reclaimed',
      'reclaimed',
    ]);
    expect(await planOf(plan)).toMatchObject({
      status: 'started',
      problem: {
        message: expect.stringMatching(/concurrency violation.*2 accounts/),
      },
    });

    for (let round = 0; round < 3; round += 1) {
      ahead += 20 * MINUTES;
      await worker.work();
    }
    expect(await itemsOf(plan)).toMatchObject([
      { outcome: 'reclaimed', attempts: 2 },
      {
        outcome: 'conflict',
        attempts: PATIENCE.tries,
        message: `${OUTCOME_SENTENCES.conflict} Microsoft: "A concurrency violation occurred."`,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      { outcome: 'reclaimed' },
      { outcome: 'reclaimed' },
    ]);
    expect(await planOf(plan)).toMatchObject({
      status: 'finished',
      problem: null,
    });
  });

  it.each([
    ['throttled', { kind: 'throttle', retryAfter: '1' }],
    ['failed', { kind: 'fail', status: 500, body: 'html' }],
  ] as const)('gives up as %s what never goes well', async (outcome, fault) => {
    answering(lucas.id, fault);
    const plan = await start([...direct(lucas.id), ...direct(nora.id)]);
    const worker = workerWith();
    for (let round = 0; round <= PATIENCE.tries; round += 1) {
      await worker.work();
      ahead += 20 * MINUTES;
    }
    expect(await outcomesOf(plan)).toEqual([outcome, 'reclaimed']);
    expect(skusOf(lucas.id)).toEqual([E3]);
  });

  it('gives up an account that can never be read', async () => {
    simulator.faults.add({
      path: new RegExp(`/users/${lucas.id}[?]`),
      times: 'always',
      fault: { kind: 'fail', status: 500 },
    });
    const plan = await start([...direct(lucas.id), ...direct(nora.id)]);
    const worker = workerWith();
    for (let round = 0; round <= PATIENCE.tries; round += 1) {
      await worker.work();
      ahead += 20 * MINUTES;
    }
    expect(await outcomesOf(plan)).toEqual(['failed', 'reclaimed']);
    expect(simulator.requests.assignLicenseCalls).toBe(1);
  });

  it.each([0, Infinity])(
    'looks first where a gateway lost the answer, when reads are %s ms late',
    async late => {
      simulator.faults.licenseChangesVisibleAfter = late;
      answering(nora.id, { kind: 'fail', status: 502, done: true }, 1);
      const plan = await start(direct(nora.id));
      const worker = workerWith();
      await worker.work();
      expect(await outcomesOf(plan)).toEqual(['running']);
      ahead += MINUTES;
      // Another replica goes on.
      await workerWith().work();
      expect(await outcomesOf(plan)).toEqual(['reclaimed']);
      expect(simulator.requests.removals(nora.id, E3)).toBe(1);
    },
  );

  it('waits longer and longer while Microsoft does not answer, and loses nothing', async () => {
    const cut = simulator.faults.add({
      path: /\$batch/,
      times: 'always',
      fault: { kind: 'cut', at: 'start' },
    });
    const plan = await start(direct(viktor.id));
    const worker = workerWith();
    const pauses: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await worker.work();
      const { problem } = await planOf(plan);
      pauses.push(Date.parse(problem?.retryAt ?? '') - now().getTime());
      expect(problem?.message).toMatch(/gave no complete answer/);
      const asked = simulator.requests.total;
      await worker.work();
      expect(simulator.requests.total).toBe(asked);
      ahead += MINUTES;
    }
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
    cut.remove();
    await worker.work();
    expect(await planOf(plan)).toMatchObject({
      status: 'finished',
      problem: null,
    });
    expect(simulator.requests.assignLicenseCalls).toBe(1);
  });

  it('does nothing while it is held off or switched off', async () => {
    const plan = await start(direct(viktor.id));
    const retryAt = new Date(now().getTime() + MINUTES);
    await workerWith({
      holdOff: async (tenant, reclamation) => ({
        message: `${tenant.name} ${reclamation.id} is stopped`,
        retryAt,
      }),
    }).work();
    expect((await planOf(plan)).problem).toEqual({
      message: `${TENANT} ${plan.id} is stopped`,
      retryAt: retryAt.toISOString(),
    });
    ahead += 2 * MINUTES;
    await workerWith({
      tenants: [
        {
          name: TENANT,
          graph,
          reclamationGraph: graph,
          reclamationEnabled: false,
        },
      ],
    }).work();
    expect((await planOf(plan)).problem?.message).toContain(
      'm365Licenses.tenants.contoso.tasks.reclamation.enabled',
    );
    expect(await outcomesOf(plan)).toEqual(Array(4).fill('scheduled'));
    expect(simulator.requests.total).toBe(0);
  });

  /** More accounts than are worked on at once. */
  const many = () =>
    simulator.tenant.accounts
      .filter(({ assignments }) =>
        assignments.some(({ assignedByGroup }) => assignedByGroup === null),
      )
      .slice(0, 30)
      .flatMap(({ id }) => direct(id));

  it('stops between two chunks when it is paused, and goes on later', async () => {
    const plan = await start(many());
    const event = { type: 'paused' as const, by: null, message: 'Paused' };
    const moves: Promise<boolean>[] = [];
    const { reclamations } = stores;
    await workerWith({
      stores: {
        ...stores,
        reclamations: overriding(reclamations, {
          recordOutcomes: async (
            ...record: Parameters<typeof reclamations.recordOutcomes>
          ) => {
            await reclamations.recordOutcomes(...record);
            moves.push(
              reclamations.move(
                plan.id,
                ['started'],
                { status: 'paused' },
                event,
                now(),
              ),
            );
            await Promise.all(moves);
          },
        }),
      },
    }).work();
    const paused = await outcomesOf(plan);
    expect(paused).toContain('reclaimed');
    expect(paused).toContain('scheduled');
    expect(simulator.requests.count({ path: /batch/ })).toBe(2);

    await workerWith().work();
    expect(await outcomesOf(plan)).toEqual(paused);
    await reclamations.move(
      plan.id,
      ['paused'],
      { status: 'started' },
      { ...event, type: 'resumed' },
      now(),
    );
    await workerWith().work();
    expect(new Set(await outcomesOf(plan))).toEqual(new Set(['reclaimed']));
    expect((await planOf(plan)).status).toBe('finished');
  });

  it.each([
    ['reclaimed', true],
    ['canceled', false],
  ] as const)(
    'finds out what was %s when it was canceled without an answer',
    async (outcome, done) => {
      simulator.faults.licenseChangesVisibleAfter = done ? Infinity : 0;
      answering(nora.id, { kind: 'fail', status: 502, done }, 1);
      const plan = await start(direct(nora.id));
      const worker = workerWith();
      await worker.work();
      await stores.reclamations.move(
        plan.id,
        ['started'],
        { status: 'canceled', canceledBy: 'user:default/robin' },
        { type: 'canceled', by: null, message: 'Canceled' },
        now(),
      );
      await worker.work();
      expect(await outcomesOf(plan)).toEqual(['running']);
      simulator.showLicenseChanges();
      ahead += 11 * MINUTES;
      await worker.work();
      expect(await outcomesOf(plan)).toEqual([outcome]);
      expect(simulator.requests.removals(nora.id, E3)).toBe(done ? 1 : 0);
      expect(skusOf(nora.id)).toEqual(done ? [] : [E3]);
    },
  );

  it('is done by one replica at a time, and taken over from one that fell silent', async () => {
    const plan = await start(many());
    await stores.reclamations.claim(plan.id, 'dead', now(), new Date(0));
    await workerWith().work();
    expect(simulator.requests.total).toBe(0);
    ahead += MINUTES;
    await Promise.all([workerWith().work(), workerWith().work()]);
    expect((await planOf(plan)).status).toBe('finished');
    for (const { account: owner, skuId, attempts } of await itemsOf(plan)) {
      expect(simulator.requests.removals(owner.id, skuId)).toBe(1);
      expect(attempts).toBe(1);
    }
  });

  it('asks for nothing when another replica took the plan over', async () => {
    const plan = await start(direct(viktor.id));
    const { reclamations } = stores;
    await workerWith({
      stores: {
        ...stores,
        reclamations: overriding(reclamations, {
          // In the moment before it is noted that Microsoft is asked
          markRunning: async (
            ...mark: Parameters<typeof reclamations.markRunning>
          ) => {
            await reclamations.claim(
              plan.id,
              'another',
              now(),
              new Date(Date.now() + MINUTES),
            );
            return reclamations.markRunning(...mark);
          },
        }),
      },
    }).work();
    expect(await outcomesOf(plan)).toEqual(Array(4).fill('scheduled'));
    expect(simulator.requests.assignLicenseCalls).toBe(0);
    expect(await planOf(plan)).toMatchObject({ problem: null });
  });

  describe('with groups', () => {
    /** Lucas is in a group that grants these. */
    function inGroup(skuIds: string[]) {
      const group = simulator.tenant.addGroup({
        displayName: 'Drawing',
        skuIds,
        ownerIds: [castMember('Sommer').id],
      });
      const before = account(lucas.id).assignments;
      const granted = skuIds.map(skuId => ({
        ...before[0],
        skuId,
        assignedByGroup: group.id,
      }));
      simulator.tenant.update(lucas.id, {
        assignments: [...before, ...granted],
      });
      return {
        group,
        items: granted.map(assignment =>
          itemOf(account(lucas.id), assignment, group),
        ),
      };
    }

    it('takes a person out of a group once for all that it grants, and puts them back', async () => {
      simulator.faults.groupLicensesProcessedAfter = Infinity;
      const { group, items } = inGroup([VISIO, POWER_BI]);
      const before = account(lucas.id).assignments;
      const plan = await start(items, { leaveGroups: true });
      await workerWith().work();
      expect(await outcomesOf(plan)).toEqual(['reclaimed', 'reclaimed']);
      expect(simulator.requests.membersRemoved(group.id, lucas.id)).toBe(1);
      const [audit] = audited;
      expect(audit).toMatchObject({
        eventId: 'license-remove',
        end: 'success',
        meta: { groupId: group.id, userId: lucas.id },
      });

      // Put back before the directory has taken the licenses.
      const back = await restore(plan, await itemsOf(plan));
      await workerWith().work();
      expect(await outcomesOf(back)).toEqual(['restored', 'restored']);
      expect(simulator.requests.membersAdded(group.id, lucas.id)).toBe(1);
      simulator.processGroups();
      expect(
        account(lucas.id).assignments.map(({ skuId, assignedByGroup }) => [
          skuId,
          assignedByGroup,
        ]),
      ).toEqual(
        before.map(({ skuId, assignedByGroup }) => [skuId, assignedByGroup]),
      );
    });

    it.each([
      ['grants more by now', { skuIds: [VISIO, POWER_BI] }, /would also take/],
      ['is dynamic', { groupTypes: ['DynamicMembership'] }, /a rule decides/],
      ['is synced', { onPremisesSyncEnabled: true }, /on premises/],
    ])('leaves a group alone that %s', async (_what, change, message) => {
      const { group, items } = inGroup([VISIO]);
      const plan = await start(items, { leaveGroups: true });
      simulator.tenant.updateGroup(group.id, change);
      await workerWith().work();
      expect(await itemsOf(plan)).toMatchObject([
        {
          outcome: 'inheritedFromGroup',
          message: expect.stringMatching(message),
        },
      ]);
      expect(simulator.requests.membersRemoved(group.id, lucas.id)).toBe(0);
    });

    it('leaves groups alone where that is switched off', async () => {
      const { group, items } = inGroup([VISIO]);
      const plan = await start(items, { leaveGroups: true });
      await workerWith({
        config: { leaveGroups: false, takeOverAfterSeconds: 30 },
      }).work();
      expect(await outcomesOf(plan)).toEqual(['inheritedFromGroup']);
      expect(simulator.requests.membersRemoved(group.id, lucas.id)).toBe(0);
    });

    it('says why somebody is not put back into a group', async () => {
      const { group, items } = inGroup([VISIO]);
      const plan = await start(items, { leaveGroups: true });
      await workerWith().work();
      simulator.tenant.updateGroup(group.id, { skuIds: [POWER_BI] });
      const back = await restore(plan, await itemsOf(plan));
      await workerWith().work();
      expect(await itemsOf(back)).toMatchObject([
        {
          outcome: 'changed',
          message: expect.stringMatching(
            /"Drawing", which no longer grants it/,
          ),
        },
      ]);
      expect(simulator.requests.membersAdded(group.id, lucas.id)).toBe(0);
    });

    it('puts nobody into a group who would get no seat by it', async () => {
      const { group, items } = inGroup([VISIO]);
      const plan = await start(items, { leaveGroups: true });
      await workerWith().work();
      sellOut(VISIO);
      const back = await restore(plan, await itemsOf(plan));
      await workerWith().work();
      expect(await outcomesOf(back)).toEqual(['noSeat']);
      expect(simulator.requests.membersAdded(group.id, lucas.id)).toBe(0);
    });
  });

  /** No seat of a SKU is free any more. */
  function sellOut(skuId: string) {
    const { consumedUnits } = simulator.tenant.sku(skuId);
    simulator.tenant.subscriptions
      .filter(subscription => subscription.skuId === skuId)
      .forEach(({ id }, index) =>
        simulator.tenant.updateSubscription(id, {
          totalLicenses: index === 0 ? consumedUnits : 0,
        }),
      );
  }

  it('puts back exactly what was, while reads still show it as before', async () => {
    simulator.faults.licenseChangesVisibleAfter = Infinity;
    const [before] = account(nora.id).assignments;
    expect(before.disabledPlans).toHaveLength(1);
    const plan = await start(direct(nora.id));
    const worker = workerWith();
    await worker.work();
    expect(skusOf(nora.id)).toEqual([]);
    const back = await restore(plan, await itemsOf(plan));
    await worker.work();
    expect(await itemsOf(back)).toMatchObject([
      { outcome: 'restored', message: OUTCOME_SENTENCES.restored },
    ]);
    expect(account(nora.id).assignments).toEqual([
      { ...before, lastUpdatedDateTime: expect.anything() },
    ]);
    expect(simulator.requests.additions(nora.id, E3)).toBe(1);
    expect(audited.map(({ eventId }) => eventId)).toEqual([
      'license-remove',
      'license-restore',
    ]);

    // What was put back lately is there to be taken, whatever reads show.
    const again = await start(direct(nora.id));
    await worker.work();
    expect(await outcomesOf(again)).toEqual(['reclaimed']);
  });

  it('does not take what it took from one account as gone from another', async () => {
    simulator.faults.licenseChangesVisibleAfter = Infinity;
    const worker = workerWith();
    await start(direct(samuel.id, [E3]));
    await worker.work();
    const plan = await start([
      ...direct(samuel.id, [PROJECT]),
      ...direct(lucas.id, [E3]),
    ]);
    await worker.work();
    expect(await outcomesOf(plan)).toEqual(['reclaimed', 'reclaimed']);
    expect(simulator.requests.removals(lucas.id, E3)).toBe(1);
  });

  it('says why something cannot be put back', async () => {
    const plan = await start([
      ...direct(nora.id),
      ...direct(lucas.id),
      ...direct(samuel.id, [PROJECT]),
      ...direct(viktor.id, [VISIO]),
    ]);
    await workerWith().work();
    expect(new Set(await outcomesOf(plan))).toEqual(new Set(['reclaimed']));
    const [noLocation, thereAgain, sold, lateLocation] = await itemsOf(plan);
    simulator.tenant.update(nora.id, { usageLocation: null });
    simulator.tenant.update(lucas.id, {
      assignments: [
        {
          skuId: E3,
          assignedByGroup: null,
          disabledPlans: [],
          state: 'Active',
          error: 'None',
          lastUpdatedDateTime: new Date(Date.now() + MINUTES).toISOString(),
        },
      ],
    });
    sellOut(PROJECT);
    answering(viktor.id, {
      kind: 'fail',
      status: 400,
      code: 'Request_BadRequest',
      message:
        'License assignment cannot be done for user with invalid usage location.',
    });
    const back = await restore(plan, [
      noLocation,
      thereAgain,
      sold,
      lateLocation,
    ]);
    await workerWith().work();
    expect(await itemsOf(back)).toMatchObject([
      { outcome: 'noUsageLocation', requestId: null },
      { outcome: 'alreadyThere' },
      { outcome: 'noSeat', requestId: expect.any(String) },
      { outcome: 'noUsageLocation', requestId: expect.any(String) },
    ]);
    expect((await planOf(back)).status).toBe('finished');
  });

  it('looks by itself, and at once when told', async () => {
    const worker = workerWith();
    await worker.schedule();
    expect(scheduler.scheduleTask).toHaveBeenCalledWith(
      expect.objectContaining({
        id: 'm365-licenses:contoso:reclamation',
        scope: 'local',
      }),
    );
    scheduler.triggerTask.mockRejectedValue(new Error('It is running'));
    worker.wake();
    expect(scheduler.triggerTask).toHaveBeenCalledWith(
      'm365-licenses:contoso:reclamation',
    );
    const plan = await start(direct(nora.id));
    const [[{ fn }]] = scheduler.scheduleTask.mock.calls;
    await fn(new AbortController().signal);
    expect(await outcomesOf(plan)).toEqual(['reclaimed']);
  });
});
