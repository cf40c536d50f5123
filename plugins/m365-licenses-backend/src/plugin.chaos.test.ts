import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import {
  answerOf,
  type Candidate,
  createM365LicensesClient,
  type Reclamation,
  type ReclamationEvent,
  type ReclamationItem,
  type ReclamationRequest,
} from 'backstage-plugin-m365-licenses-common';
import {
  type Account,
  DEFAULT_ROLES,
  type Fault,
  type Simulator,
  startSimulator,
} from 'graph-simulator';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { settingsOf } from './__testUtils__/settings';
import { waitFor } from './__testUtils__/waitFor';

jest.setTimeout(600_000);

const REMOVALS = 2_000;
const KILLS = 22;
/** While what was planned is put back. */
const KILLS_OF_RESTORE = 4;
/** So many at most of the requests that a plan takes go well before a kill. */
const REQUESTS_BETWEEN = 60;
/** Of each fault, spread over the requests that it can meet. */
const FAULTS = 12;
const ACCOUNTS_OF_PLAN = 60;
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

interface Replica {
  child: ChildProcess;
  /** Of the plugin's REST API. */
  url: string;
}

/** Backends in processes of their own, of which some serve and one waits to take a killed one's place. */
class Replicas {
  readonly #config: JsonObject;
  #serving: Replica[] = [];
  #standby: ChildProcess;

  constructor(config: JsonObject) {
    this.#config = config;
    this.#standby = this.#spawn();
  }

  #spawn(): ChildProcess {
    return spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        require.resolve('./__testUtils__/backendProcess'),
        JSON.stringify(this.#config),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
  }

  /** Starts another one, and returns when it serves. */
  async start(): Promise<void> {
    const child = this.#standby;
    this.#standby = this.#spawn();
    if (!child.stdin || !child.stdout) {
      throw new Error('The backend cannot be spoken to');
    }
    child.stdin.write('go\n');
    const [address] = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`The backend ended with ${code} before it served`);
      }),
    ]);
    this.#serving.push({ child, url: `${address}/api/m365-licenses` });
  }

  /** Asks one that serves. */
  readonly client = createM365LicensesClient({
    baseUrl: async () => this.#serving[0].url,
    token: mockCredentials.user.token(),
  });

  async kill(random: number): Promise<void> {
    const index = Math.floor(random * this.#serving.length);
    const [{ child }] = this.#serving.splice(index, 1);
    if (child.exitCode !== null) {
      throw new Error(`A backend ended by itself with ${child.exitCode}`);
    }
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  stop(): void {
    this.#standby.kill('SIGKILL');
    this.#serving.forEach(({ child }) => child.kill('SIGKILL'));
  }
}

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('Chaos on %s', databaseId => {
  const isSqlite = databaseId === 'SQLITE_3';
  const random = randomOf(20261123);
  const params = { path: { tenant: 'contoso' } };
  let simulator: Simulator;
  let directory: string;
  let replicas: Replicas;

  beforeAll(async () => {
    simulator = await startSimulator({
      accounts: 2_500,
      roles: [...DEFAULT_ROLES, 'GroupMember.ReadWrite.All'],
    });
    directory = await mkdtemp(path.join(tmpdir(), 'chaos-'));
    // Seats enough for those who are added to a group, too
    for (const { id, totalLicenses } of simulator.tenant.subscriptions) {
      simulator.tenant.updateSubscription(id, {
        status: 'Enabled',
        totalLicenses: totalLicenses + REMOVALS,
      });
    }
    replicas = new Replicas({
      app: { baseUrl: 'http://localhost:3000' },
      backend: {
        database: isSqlite
          ? { client: 'better-sqlite3', connection: { directory } }
          : {
              client: 'pg',
              pluginDivisionMode: 'schema',
              connection: (await databases.init(databaseId)).client.config
                .connection,
            },
      },
      m365Licenses: {
        productNames: { url: `${simulator.url}/product-names.csv` },
        reclamation: { leaveGroups: true, takeOverAfterSeconds: 2 },
        tenants: {
          contoso: {
            ...settingsOf(simulator),
            tasks: { reclamation: { enabled: true } },
          },
        },
      },
    });
  });

  afterAll(async () => {
    replicas?.stop();
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

  /** Gives some people a license by a group besides, and disables some others. */
  function prepare(): { planned: Account[]; back: Account[] } {
    const { tenant } = simulator;
    const accounts = tenant.accounts.filter(
      ({ accountEnabled, usageLocation, assignments }) =>
        accountEnabled &&
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
    const planned: Account[] = [];
    let removals = 0;
    for (const { id, assignments } of accounts) {
      if (removals >= REMOVALS) break;
      const account =
        planned.length < MEMBERS
          ? tenant.update(id, {
              assignments: [
                ...assignments,
                {
                  ...assignments[0],
                  skuId: group.skuIds[0],
                  assignedByGroup: group.id,
                  disabledPlans: [],
                },
              ],
            })
          : tenant.get(id);
      planned.push(account);
      removals += account.assignments.length;
    }
    expect(removals).toBeGreaterThanOrEqual(REMOVALS);
    return { planned, back };
  }

  /** Waits until all tasks have read what there is, and what follows from it is known. */
  function synced(): Promise<true> {
    return waitFor(
      'the tasks to have run',
      async () => {
        const { items } = await answerOf(
          replicas.client.GET('/tenants/{tenant}/tasks', { params }),
        );
        return (
          items.every(
            ({ state, lastSuccessAt }) => state === 'idle' && lastSuccessAt,
          ) || undefined
        );
      },
      { patienceMs: 120_000, everyMs: 200 },
    );
  }

  /** What people hold who are disabled, where nothing but that names it a candidate. */
  async function candidatesOf(people: Account[]): Promise<Candidate[]> {
    const { items } = await answerOf(
      replicas.client.GET('/tenants/{tenant}/candidates', {
        params: { ...params, query: { reason: 'disabled', limit: 500 } },
      }),
    );
    return items.filter(
      ({ accountId, reasons }) =>
        reasons.length === 1 && people.some(({ id }) => id === accountId),
    );
  }

  /**
   * Starts plans one after the other, kills a replica while each of the first is
   * carried out, and waits for the end of all.
   */
  async function carryOut(
    starts: (() => Promise<Reclamation>)[],
    kills: number,
  ): Promise<Reclamation[]> {
    const { requests } = simulator;
    const started: Reclamation[] = [];
    expect(starts.length).toBeGreaterThan(kills);
    for (const [index, start] of starts.entries()) {
      const until = requests.total + Math.ceil(random() * REQUESTS_BETWEEN);
      started.push(await start());
      if (index < kills) {
        await waitFor(
          `request ${until} to Microsoft, while plan ${index} is carried out`,
          async () => requests.total >= until || undefined,
          { patienceMs: 60_000 },
        );
        await replicas.kill(random());
        await replicas.start();
      }
    }
    await waitFor(
      'all plans to be finished',
      async () => (await plansUnderway()).length === 0 || undefined,
      { patienceMs: 300_000, everyMs: 500 },
    );
    return started;
  }

  async function plansUnderway(): Promise<Reclamation[]> {
    const { items } = await answerOf(
      replicas.client.GET('/tenants/{tenant}/reclamations', {
        params: { ...params, query: { limit: 100 } },
      }),
    );
    return items.filter(({ status }) => status !== 'finished');
  }

  async function itemsOf({ id }: Reclamation): Promise<ReclamationItem[]> {
    const query = { reclamationId: id, limit: 500 };
    const { items, totalItems } = await answerOf(
      replicas.client.GET('/tenants/{tenant}/reclamation-items', {
        params: { ...params, query },
      }),
    );
    expect(items).toHaveLength(totalItems);
    return items;
  }

  async function eventsOf({ id }: Reclamation): Promise<ReclamationEvent[]> {
    const events: ReclamationEvent[] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await answerOf(
        replicas.client.GET('/tenants/{tenant}/reclamations/{id}/events', {
          params: {
            path: { ...params.path, id },
            query: { limit: 500, cursor },
          },
        }),
      );
      events.push(...items);
      cursor = nextCursor;
    } while (cursor !== undefined);
    return events;
  }

  function plan(
    request: Omit<ReclamationRequest, 'reason'>,
  ): Promise<Reclamation> {
    return answerOf(
      replicas.client.POST('/tenants/{tenant}/reclamations', {
        params,
        body: { ...request, reason: 'Left the company', leaveGroups: true },
      }),
    );
  }

  function execute({ id }: Reclamation): Promise<Reclamation> {
    return answerOf(
      replicas.client.POST('/tenants/{tenant}/reclamations/{id}/execute', {
        params: { path: { ...params.path, id } },
      }),
    );
  }

  function restore({ id }: Reclamation): Promise<Reclamation> {
    return answerOf(
      replicas.client.POST('/tenants/{tenant}/reclamations/{id}/restore', {
        params: { path: { ...params.path, id } },
        body: { reason: 'Taken by mistake' },
      }),
    );
  }

  it('takes each planned license exactly once and puts all back exactly, whatever breaks', async () => {
    const { tenant, faults, requests } = simulator;
    const { planned, back } = prepare();
    await replicas.start();
    await synced();
    const ofThoseBack = await candidatesOf(back);
    expect(ofThoseBack).not.toEqual([]);
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

    const plans: Reclamation[] = [];
    for (let at = 0; at < planned.length; at += ACCOUNTS_OF_PLAN) {
      const accounts = planned.slice(at, at + ACCOUNTS_OF_PLAN);
      plans.push(await plan({ users: accounts.map(({ id }) => id) }));
    }
    const candidates = ofThoseBack.map(({ accountId, skuId }) => ({
      accountId,
      skuId,
    }));
    const outdated = await plan({ candidates });
    back.forEach(({ id }) => tenant.enable(id));
    if (!isSqlite) {
      await replicas.start();
    }
    await carryOut(
      [...plans, outdated].map(each => () => execute(each)),
      KILLS,
    );

    const key = (account: string, skuId: string, group?: string | null) =>
      group ? `${group} ${account}` : `${account} ${skuId}`;
    const expected = planned.flatMap(({ id, assignments }) =>
      assignments.map(({ skuId, assignedByGroup }) =>
        key(id, skuId, assignedByGroup),
      ),
    );
    const reclaimed: string[] = [];
    for (const each of plans) {
      const items = await itemsOf(each);
      const events = await eventsOf(each);
      const told = (type: string, skuId: string, account: string) =>
        events.filter(
          event =>
            event.type === type &&
            event.skuId === skuId &&
            event.account?.id === account,
        );
      for (const { account, skuId, path: by, outcome } of items) {
        expect([skuId, outcome]).toEqual([skuId, 'reclaimed']);
        expect(told('sent', skuId, account.id)).not.toEqual([]);
        reclaimed.push(key(account.id, skuId, by.group?.id));
      }
      expect(events.filter(({ type }) => type === 'outcome')).toHaveLength(
        items.length,
      );
      expect(events.filter(({ type }) => type === 'finished')).toHaveLength(1);
    }
    expect(reclaimed.sort()).toEqual(expected.sort());
    const changed = await itemsOf(outdated);
    expect(changed).toHaveLength(candidates.length);
    expect(changed.filter(({ outcome }) => outcome !== 'changed')).toEqual([]);
    // None beyond the plans, and none twice
    const { removals, membersRemoved } = requests.toJSON();
    expect({ ...removals, ...membersRemoved }).toEqual(
      Object.fromEntries(expected.map(each => [each, 1])),
    );
    simulator.processGroups();
    const untouched = tenant.accounts.filter(
      ({ id }) => !planned.some(account => account.id === id),
    );
    for (const account of untouched) {
      expect(held(account)).toEqual(before.get(account.id));
    }

    const restores = await carryOut(
      plans.map(each => () => restore(each)),
      KILLS_OF_RESTORE,
    );
    for (const each of restores) {
      const items = await itemsOf(each);
      expect(items.filter(({ outcome }) => outcome !== 'restored')).toEqual([]);
    }
    simulator.processGroups();
    for (const account of tenant.accounts) {
      expect(held(account)).toEqual(before.get(account.id));
    }
  });
});
