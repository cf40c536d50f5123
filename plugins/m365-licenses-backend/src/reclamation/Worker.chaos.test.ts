import { TestDatabases } from '@backstage/backend-test-utils';
import {
  type Account,
  DEFAULT_ROLES,
  type Fault,
  type Simulator,
  startSimulator,
} from 'graph-simulator';
import createKnex, { type Knex } from 'knex';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrationsDirectory, storesOf } from '../database';
import type {
  PlannedItem,
  StoredReclamation,
  StoredReclamationEvent,
  Stores,
} from '../database/types';
import { configOf } from '../graph/__testUtils__/tenant';
import {
  itemOf,
  restoring,
  startPlan,
  TENANT,
} from './__testUtils__/startedPlan';
import type { WorkerProcessOptions } from './__testUtils__/workerProcess';

jest.setTimeout(600_000);

const REMOVALS = 2_000;
const KILLS = 22;
/** While what was planned is put back. */
const KILLS_OF_RESTORE = 4;
/** So many requests at most are between two kills. */
const REQUESTS_BETWEEN = 90;
/** Of each fault, spread over the requests that it can meet. */
const FAULTS = 12;
const PLANS = 2;
/** In a group that they are to be taken out of. */
const MEMBERS = 40;
/** Disabled when it is planned, and back before their turn. */
const BACK_AGAIN = 20;
/** Reads show a change so much later: longer than it takes to take a plan over. */
const READS_LATE_MS = 2_500;

/** The same numbers from 0 up to 1 for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What goes wrong with a request, or with one within a batch. */
const INNER: Fault[] = [
  { kind: 'throttle', retryAfter: '0.5' },
  { kind: 'fail', status: 409, code: 'Directory_ConcurrencyViolation' },
  { kind: 'fail', status: 400, code: 'Directory_ConcurrencyViolation' },
  { kind: 'fail', status: 502, body: 'html' },
  { kind: 'fail', status: 502, body: 'html', done: true },
  { kind: 'fail', status: 500, done: true },
  { kind: 'cut', at: 'start' },
  { kind: 'cut', at: 'body' },
];
const OUTER: Fault[] = [
  { kind: 'throttle', retryAfter: '0.5' },
  { kind: 'fail', status: 502, body: 'html' },
  { kind: 'fail', status: 502, body: 'html', done: true },
  { kind: 'cut', at: 'start' },
  { kind: 'cut', at: 'body' },
];
const READS: Fault[] = [
  { kind: 'throttle', retryAfter: '0.5' },
  { kind: 'fail', status: 502, body: 'html' },
  { kind: 'cut', at: 'start' },
];

/** What an account holds, in a form that can be compared. */
function held({ assignments }: Account) {
  return assignments
    .map(({ skuId, assignedByGroup, disabledPlans }) =>
      JSON.stringify([skuId, assignedByGroup, [...disabledPlans].sort()]),
    )
    .sort();
}

/** Worker processes, of which some are at work and one waits to take a killed one's place. */
class Replicas {
  readonly #options: WorkerProcessOptions;
  #working: ChildProcess[] = [];
  #standby: ChildProcess | undefined;
  /** What processes that ended badly had to say. */
  readonly complaints: string[] = [];

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
      require.resolve('./__testUtils__/workerProcess'),
      JSON.stringify(this.#options),
    ]);
    let said = '';
    child.stderr.on('data', text => {
      said += text;
    });
    child.once('close', code => {
      if (code) this.complaints.push(said);
    });
    return child;
  }

  async start(): Promise<void> {
    const child = this.#standby ?? this.#spawn();
    this.#standby = this.#spawn();
    if (child.stdout?.readableLength === 0) {
      await once(child.stdout, 'readable');
    }
    child.stdin?.write('go\n');
    this.#working.push(child);
  }

  /** Whether the process is still there. */
  #isAlive = ({ exitCode, signalCode }: ChildProcess) =>
    exitCode === null && signalCode === null;

  get isWorking(): boolean {
    return this.#working.some(this.#isAlive);
  }

  async kill(random: number): Promise<void> {
    const alive = this.#working.filter(this.#isAlive);
    const child = alive[Math.floor(random * alive.length)];
    this.#working = this.#working.filter(each => each !== child);
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  /** Waits until all have ended by themselves. */
  async ended(): Promise<void> {
    await Promise.all(
      this.#working.filter(this.#isAlive).map(child => once(child, 'close')),
    );
    this.stop();
  }

  stop(): void {
    [...this.#working, this.#standby].forEach(child => child?.kill('SIGKILL'));
  }
}

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('Chaos on %s', databaseId => {
  const isSqlite = databaseId === 'SQLITE_3';
  const random = randomOf(20261123);
  let simulator: Simulator;
  let directory: string;
  let config: Knex.Config;
  let knex: Knex;
  let stores: Stores;
  let replicas: Replicas | undefined;

  beforeAll(async () => {
    simulator = await startSimulator({
      accounts: 2_500,
      roles: [...DEFAULT_ROLES, 'GroupMember.ReadWrite.All'],
    });
    directory = await mkdtemp(path.join(tmpdir(), 'chaos-'));
    config = isSqlite
      ? {
          client: 'better-sqlite3',
          connection: { filename: path.join(directory, 'licenses.sqlite') },
          useNullAsDefault: true,
        }
      : {
          client: 'pg',
          connection: (await databases.init(databaseId)).client.config
            .connection,
        };
    // Seats enough for those who are added to a group, too
    for (const { id, totalLicenses } of simulator.tenant.subscriptions) {
      simulator.tenant.updateSubscription(id, {
        status: 'Enabled',
        totalLicenses: totalLicenses + REMOVALS,
      });
    }
    knex = createKnex(config);
    await knex.migrate.latest({ directory: migrationsDirectory });
    stores = storesOf(knex);
  });

  afterAll(async () => {
    replicas?.stop();
    await knex?.destroy();
    await simulator?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const wrong = (options: {
    path: RegExp;
    requests: number;
    faults: Fault[];
  }) => {
    for (const fault of options.faults) {
      for (let count = 0; count < FAULTS; count += 1) {
        simulator.faults.add({
          path: options.path,
          nth: 1 + Math.floor(random() * options.requests),
          fault,
        });
      }
    }
  };

  /** What is planned, and who came back in the meantime. */
  function plan(): { items: PlannedItem[][]; back: Account[] } {
    const { tenant } = simulator;
    const accounts = tenant.accounts.filter(
      ({ usageLocation, assignments }) =>
        usageLocation !== null &&
        assignments.length > 0 &&
        assignments.every(({ assignedByGroup }) => assignedByGroup === null),
    );
    const back = accounts
      .splice(-BACK_AGAIN)
      .map(({ id }) => tenant.disable(id));
    const group = tenant.addGroup({
      displayName: 'Everyone who draws',
      skuIds: [tenant.groups[3].skuIds[0]],
    });
    const items: PlannedItem[] = [];
    for (const [index, { id }] of accounts.entries()) {
      if (items.length >= REMOVALS) break;
      const { assignments } = tenant.get(id);
      const withGroup =
        index < MEMBERS
          ? [
              ...assignments,
              {
                ...assignments[0],
                skuId: group.skuIds[0],
                assignedByGroup: group.id,
                disabledPlans: [],
              },
            ]
          : assignments;
      const account = tenant.update(id, { assignments: withGroup });
      items.push(
        ...withGroup.map(assignment =>
          itemOf(
            account,
            assignment,
            assignment.assignedByGroup === null ? undefined : group,
          ),
        ),
      );
    }
    const half = Math.ceil(items.length / PLANS);
    // Not so that an account is in two plans
    const cut = items.findIndex(
      ({ account }, index) =>
        index >= half && account.id !== items[index - 1].account.id,
    );
    const byRule = back.flatMap(account =>
      account.assignments.map(assignment => {
        const item = itemOf(account, assignment);
        const reason = {
          type: 'disabled' as const,
          since: null,
          services: [],
          groups: [],
          lastActivityDate: null,
          reportRefreshDate: null,
          thresholdDays: null,
          other: null,
          unobservable: [],
        };
        return { ...item, evidence: { ...item.evidence, reasons: [reason] } };
      }),
    );
    return {
      items: [items.slice(0, cut), [...items.slice(cut), ...byRule]],
      back,
    };
  }

  /** Has replicas carry plans out, and kills some of them on the way. */
  async function carryOut(
    plans: StoredReclamation[],
    kills: number,
    onKill: (number: number) => void = () => {},
  ): Promise<void> {
    replicas = new Replicas({
      knex: config,
      connection: configOf(simulator),
      takeOverAfterSeconds: 1,
      patience: { tries: 50, firstPauseMs: 20, longestPauseMs: 5_000 },
      retryWaitMs: 5,
      plans: plans.map(({ id }) => id),
    });
    for (let number = isSqlite ? 1 : 2; number > 0; number -= 1) {
      await replicas.start();
    }
    for (let number = 1; number <= kills; number += 1) {
      const until =
        simulator.requests.total + 1 + Math.floor(random() * REQUESTS_BETWEEN);
      while (simulator.requests.total < until && replicas.isWorking) {
        await new Promise(setImmediate);
      }
      expect(replicas.isWorking).toBe(true);
      await replicas.kill(random());
      onKill(number);
      await replicas.start();
    }
    await replicas.ended();
    expect(replicas.complaints).toEqual([]);
  }

  async function eventsOf({ id }: StoredReclamation) {
    const events: StoredReclamationEvent[] = [];
    let cursor: string | undefined;
    do {
      const page = await stores.reclamations.events(TENANT, {
        reclamationId: id,
        planOnly: false,
        limit: 500,
        cursor,
      });
      events.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return events;
  }

  it('takes each planned license exactly once and puts all back exactly, whatever breaks', async () => {
    const { tenant, faults, requests } = simulator;
    const { items, back } = plan();
    expect(items.flat().length).toBeGreaterThanOrEqual(REMOVALS);
    const before = new Map(
      tenant.accounts.map(account => [account.id, held(account)]),
    );
    faults.licenseChangesVisibleAfter = READS_LATE_MS;
    faults.groupLicensesProcessedAfter = READS_LATE_MS;
    wrong({ path: /assignLicense$/, requests: REMOVALS, faults: INNER });
    wrong({
      path: /members\/.*ref$/,
      requests: MEMBERS,
      faults: INNER.slice(4),
    });
    wrong({ path: /batch$/, requests: 200, faults: OUTER });
    wrong({ path: /users\/[^/]+[?]/, requests: REMOVALS, faults: READS });
    const plans: StoredReclamation[] = [];
    for (const own of items) {
      plans.push(
        await startPlan(stores, own, {
          at: new Date(),
          origin: 'filter',
          leaveGroups: true,
        }),
      );
    }
    await carryOut(plans, KILLS, number => {
      if (number === 3) {
        back.forEach(({ id }) => tenant.enable(id));
      }
    });

    const isBack = (id: string) => back.some(account => account.id === id);
    const planned = items.flat().filter(({ account }) => !isBack(account.id));
    const outcomes = new Map<string, string>();
    for (const each of plans) {
      expect(await stores.reclamations.get(TENANT, each.id)).toMatchObject({
        status: 'finished',
        problem: null,
      });
      const ended = await stores.reclamations.items(each.id);
      const events = await eventsOf(each);
      expect(events.filter(({ type }) => type === 'outcome')).toHaveLength(
        ended.length,
      );
      expect(events.filter(({ type }) => type === 'finished')).toHaveLength(1);
      const sent = new Map<string, number>();
      for (const { type, account, skuId } of events) {
        if (type === 'sent') {
          const key = `${account?.id} ${skuId}`;
          sent.set(key, (sent.get(key) ?? 0) + 1);
        }
      }
      const asked = new Map<string, number>();
      for (const { id, account, skuId, attempts, outcome } of ended) {
        outcomes.set(id, outcome);
        if (attempts > 0) {
          const key = `${account.id} ${skuId}`;
          asked.set(key, (asked.get(key) ?? 0) + attempts);
        }
      }
      expect(sent).toEqual(asked);
    }
    expect(
      planned.filter(({ id }) => outcomes.get(id) !== 'reclaimed'),
    ).toEqual([]);
    expect(
      items
        .flat()
        .filter(({ account }) => isBack(account.id))
        .filter(({ id }) => outcomes.get(id) !== 'changed'),
    ).toEqual([]);
    // None beyond the plan, and none twice
    const { removals, membersRemoved } = requests.toJSON();
    const key = ({ account, skuId, path: { group } }: PlannedItem) =>
      group ? `${group.id} ${account.id}` : `${account.id} ${skuId}`;
    expect({ ...removals, ...membersRemoved }).toEqual(
      Object.fromEntries(planned.map(item => [key(item), 1])),
    );
    simulator.processGroups();
    const untouched = tenant.accounts.filter(
      ({ id }) => !planned.some(({ account }) => account.id === id),
    );
    for (const account of untouched) {
      expect(held(account)).toEqual(before.get(account.id));
    }

    const restores: StoredReclamation[] = [];
    for (const each of plans) {
      restores.push(
        await startPlan(
          stores,
          restoring(await stores.reclamations.restorable(each.id)),
          {
            at: new Date(),
            kind: 'restore',
            origin: 'restore',
            restoreOf: each.id,
          },
        ),
      );
    }
    await carryOut(restores, KILLS_OF_RESTORE);
    const notRestored = [];
    for (const { id } of restores) {
      const ended = await stores.reclamations.items(id);
      notRestored.push(
        ...ended.filter(({ outcome }) => outcome !== 'restored'),
      );
    }
    expect(notRestored).toEqual([]);
    simulator.processGroups();
    for (const account of tenant.accounts) {
      expect(held(account)).toEqual(before.get(account.id));
    }
  });
});
