import { TestDatabases } from '@backstage/backend-test-utils';
import { LICENSE_GROUPS, type SimulatorOptions } from 'graph-simulator';
import type { GraphConnection } from '../graph/types';
import {
  createWorld,
  delegate,
  TENANT,
  type World,
} from './__testUtils__/world';
import { applicationRoster } from './applicationRoster';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

/** More than seven pages of the 500 accounts that a page with sign-ins has. */
const EIGHT_PAGES = 3_600;

jest.setTimeout(60_000);

describe.each(databases.eachSupportedId())('Application Roster on %p', id => {
  let world: World;

  async function enter(options: SimulatorOptions = {}) {
    world = await createWorld(await databases.init(id), options);
    return world;
  }

  afterEach(() => world.stop());

  /** Ids of the accounts stored as present in the tenant. */
  async function present(): Promise<string[]> {
    const found = new Array<string>();
    let cursor: string | undefined;
    do {
      const page = await world.stores.accounts.list(TENANT, {
        ...world.threshold,
        deleted: false,
        sort: 'displayName',
        order: 'asc',
        limit: 500,
        cursor,
      });
      found.push(...page.items.map(account => account.id));
      cursor = page.nextCursor;
    } while (cursor);
    return found.sort();
  }

  function inTenant(): string[] {
    return world.simulator.tenant.accounts.map(account => account.id).sort();
  }

  async function stored(idOrName: string) {
    const found = await world.stores.accounts.get(
      TENANT,
      idOrName,
      world.threshold,
    );
    return found?.account;
  }

  function removeShare(share: number): string[] {
    const { tenant } = world.simulator;
    const ids = tenant.accounts
      .slice(0, Math.round(tenant.accounts.length * share))
      .map(({ id: accountId }) => accountId);
    ids.forEach(accountId => tenant.remove(accountId));
    return ids;
  }

  it('stores every account with its licenses and sign-ins, and the names of granting groups', async () => {
    const { run, simulator, stores } = await enter();
    const { run: recorded, thrown } = await run(applicationRoster);

    expect(thrown).toBeUndefined();
    const { accounts } = simulator.tenant;
    expect(recorded).toMatchObject({
      task: 'application-roster',
      status: 'succeeded',
      counts: {
        read: accounts.length,
        added: accounts.length,
        changed: 0,
        unchanged: 0,
        gone: 0,
        malformed: 0,
        unmatched: 0,
      },
      leftOut: [],
      malformed: [],
      error: null,
    });
    expect(await present()).toEqual(inTenant());
    const { truth } = simulator.tenant;
    expect(await stores.accounts.counts(TENANT)).toMatchObject({
      total: truth.accounts,
      enabled: truth.enabled,
      disabled: truth.disabled,
      guests: truth.guests,
      deleted: 0,
    });
    const signedIn = accounts.find(({ signIns }) => signIns?.lastSuccessful);
    expect(Date.parse((await stored(signedIn!.id))!.lastSignInAt!)).toBe(
      Date.parse(signedIn!.signIns!.lastSuccessful!),
    );
    const group = Object.values(LICENSE_GROUPS).find(({ id: groupId }) =>
      accounts.some(({ assignments }) =>
        assignments.some(({ assignedByGroup }) => assignedByGroup === groupId),
      ),
    );
    expect(await stores.accounts.groupName(TENANT, group!.id)).toBe(
      group!.displayName,
    );
  });

  it('writes no row when nothing changed', async () => {
    const { run, simulator } = await enter();
    await run(applicationRoster);
    const before = await rowVersions(world);

    const { run: second } = await run(applicationRoster);

    const size = simulator.tenant.accounts.length;
    expect(second.counts).toMatchObject({
      read: size,
      added: 0,
      changed: 0,
      unchanged: size,
      gone: 0,
    });
    expect(await rowVersions(world)).toEqual(before);
  });

  it('stores what changed, and nothing else', async () => {
    const { run, simulator } = await enter();
    await run(applicationRoster);
    const [first, second, third] = simulator.tenant.accounts;
    simulator.tenant.update(first.id, { department: 'Astronomy' });
    simulator.tenant.update(second.id, { accountEnabled: false });
    const other = third.assignments.length
      ? []
      : simulator.tenant.accounts.find(a => a.assignments.length > 0)!
          .assignments;
    simulator.tenant.update(third.id, { assignments: other });

    const { run: recorded } = await run(applicationRoster);
    expect(recorded.counts).toMatchObject({ added: 0, changed: 3, gone: 0 });
    expect(await stored(first.id)).toMatchObject({ department: 'Astronomy' });
    expect(await stored(second.id)).toMatchObject({
      enabled: false,
      deactivatedAt: recorded.startedAt,
    });
    expect((await stored(third.id))?.licenses.length).toBe(
      new Set(other.map(({ skuId }) => skuId)).size,
    );
  });

  it('goes on without sign-ins where the tenant has no Entra ID P1', async () => {
    const { run, simulator } = await enter();
    await run(applicationRoster);
    const signedIn = simulator.tenant.accounts.find(
      ({ signIns }) => signIns?.lastSuccessful,
    )!;
    const before = await stored(signedIn.id);
    simulator.faults.nonPremium = true;
    simulator.tenant.update(signedIn.id, { jobTitle: 'Astronomer' });

    const { run: recorded, thrown } = await run(applicationRoster);
    expect(thrown).toBeUndefined();
    expect(recorded).toMatchObject({ status: 'partial', error: null });
    expect(recorded.leftOut).toEqual([
      {
        what: 'Last sign-ins',
        why: expect.any(String),
        mend: expect.stringContaining('Microsoft Entra ID P1'),
      },
    ]);
    expect(recorded.counts.read).toBe(simulator.tenant.accounts.length);
    // What was known of sign-ins stays.
    expect(await stored(signedIn.id)).toEqual({
      ...before,
      jobTitle: 'Astronomer',
      modifiedAt: world.now().toISOString(),
    });
  });

  it('goes on without sign-ins where AuditLog.Read.All is missing', async () => {
    const { run, simulator } = await enter();
    simulator.faults.denyRole('AuditLog.Read.All');

    const { run: recorded, thrown } = await run(applicationRoster);
    expect(thrown).toBeUndefined();
    expect(recorded.status).toBe('partial');
    expect(recorded.leftOut).toEqual([
      {
        what: 'Last sign-ins',
        why: expect.any(String),
        mend: expect.stringContaining('AuditLog.Read.All'),
      },
    ]);
    expect(await present()).toEqual(inTenant());
  });

  it('fails where User.Read.All is missing, names it, and keeps what was stored', async () => {
    const { run, simulator } = await enter();
    await run(applicationRoster);
    const before = await present();
    simulator.faults.denyRole('User.Read.All');

    const { run: recorded, thrown } = await run(applicationRoster);
    expect(thrown?.message).toContain('Application Roster of contoso');
    expect(recorded).toMatchObject({
      status: 'failed',
      leftOut: [],
      counts: { read: 0, gone: 0 },
      error: {
        task: 'application-roster',
        mend: expect.stringContaining('User.Read.All'),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(recorded.error?.mend).not.toContain('AuditLog');
    expect(await present()).toEqual(before);
  });

  it('goes on without the names of groups where GroupMember.Read.All is missing', async () => {
    const { run, simulator, stores } = await enter();
    simulator.faults.denyRole('GroupMember.Read.All');

    const { run: recorded } = await run(applicationRoster);
    expect(recorded.status).toBe('partial');
    expect(recorded.leftOut).toEqual([
      {
        what: 'Names of groups that grant licenses',
        why: expect.any(String),
        mend: expect.stringContaining('GroupMember.Read.All'),
      },
    ]);
    expect(await present()).toEqual(inTenant());
    expect(
      (await stores.accounts.groupsToName(TENANT, world.now())).length,
    ).toBeGreaterThan(0);
  });

  it('does not mind a granting group that is gone', async () => {
    const { run, simulator } = await enter();
    simulator.faults.add({
      path: /\/groups\//,
      times: 'always',
      fault: { kind: 'fail', status: 404, code: 'Request_ResourceNotFound' },
    });
    const { run: recorded } = await run(applicationRoster);
    expect(recorded).toMatchObject({ status: 'succeeded', leftOut: [] });
  });

  it('outlasts throttling and a connection cut once', async () => {
    const { run, simulator } = await enter({ accounts: EIGHT_PAGES });
    const throttled = simulator.faults.add({
      path: /\/users\?/,
      nth: 3,
      times: 2,
      fault: { kind: 'throttle', retryAfter: '2.128' },
    });
    const cut = simulator.faults.add({
      path: /\/users\?/,
      nth: 7,
      fault: { kind: 'cut' },
    });
    const { run: recorded } = await run(applicationRoster);
    expect([throttled.hits, cut.hits]).toEqual([2, 1]);
    expect(recorded).toMatchObject({
      status: 'succeeded',
      counts: { read: EIGHT_PAGES, added: EIGHT_PAGES },
    });
  });

  it('stores names with characters that no database holds', async () => {
    const { run, simulator } = await enter();
    const [first, second] = simulator.tenant.accounts;
    simulator.tenant.update(first.id, { displayName: 'Ma\0ya \u{1F600}' });
    simulator.tenant.update(second.id, { department: 'Sales \uD83D' });

    const { run: recorded } = await run(applicationRoster);
    expect(recorded).toMatchObject({
      status: 'succeeded',
      counts: { added: simulator.tenant.accounts.length, malformed: 0 },
    });
    expect(await stored(first.id)).toMatchObject({
      displayName: 'Ma\uFFFDya \u{1F600}',
    });
    expect(await stored(second.id)).toMatchObject({
      department: 'Sales \uFFFD',
    });
  });

  it('loses nobody to an empty page in the middle', async () => {
    const { run, simulator } = await enter({ accounts: EIGHT_PAGES });
    await run(applicationRoster);
    const empty = simulator.faults.add({
      path: /\/users\?/,
      nth: 4,
      times: 2,
      fault: { kind: 'empty-page' },
    });
    const { run: recorded } = await run(applicationRoster);
    expect(empty.hits).toBe(2);
    expect(recorded).toMatchObject({
      status: 'succeeded',
      counts: { read: EIGHT_PAGES, unchanged: EIGHT_PAGES, gone: 0 },
    });
  });

  it('keeps the earlier picture when the connection is cut in page 7 for good', async () => {
    const { run, simulator, stores } = await enter({ accounts: EIGHT_PAGES });
    await run(applicationRoster);
    const { tenant, faults } = simulator;
    const early = tenant.accounts[10];
    const late = tenant.accounts[EIGHT_PAGES - 10];
    const gone = tenant.accounts[20];
    tenant.update(early.id, { department: 'Astronomy' });
    tenant.update(late.id, { department: 'Botany' });
    tenant.remove(gone.id);
    faults.add({
      path: /\/users\?/,
      nth: 7,
      times: 'always',
      fault: { kind: 'cut' },
    });

    const { run: recorded, thrown } = await run(applicationRoster);
    expect(thrown).toBeDefined();
    expect(recorded).toMatchObject({
      status: 'failed',
      counts: { read: 3_000, added: 0, changed: 1, unchanged: 2_999, gone: 0 },
      error: { task: 'application-roster', message: expect.any(String) },
    });
    // What was read is stored; nobody is gone; the rest is as it was.
    expect(await stored(early.id)).toMatchObject({ department: 'Astronomy' });
    expect(await stored(late.id)).toMatchObject({
      department: late.department,
    });
    expect(await stored(gone.id)).toMatchObject({ deletedAt: null });
    expect(await stores.accounts.counts(TENANT)).toMatchObject({
      total: EIGHT_PAGES,
      deleted: 0,
    });

    // The next run reads everything and catches up.
    faults.clear();
    const { run: next } = await run(applicationRoster);
    expect(next).toMatchObject({
      status: 'succeeded',
      counts: { read: EIGHT_PAGES - 1, changed: 1, gone: 1 },
    });
    expect(await present()).toEqual(inTenant());
  });

  it('stops at once when aborted, and marks nobody as gone', async () => {
    const { run, graph } = await enter({ accounts: EIGHT_PAGES });
    await run(applicationRoster);
    removeShare(0.01);
    const abort = new AbortController();
    let pages = 0;
    const abortingInPageThree: GraphConnection = {
      ...delegate(graph),
      async *users(options) {
        for await (const page of graph.users(options)) {
          pages += 1;
          if (pages === 3) {
            abort.abort();
          }
          yield page;
        }
      },
    };

    const { run: recorded, thrown } = await run(applicationRoster, {
      signal: abort.signal,
      graph: abortingInPageThree,
    });
    expect(thrown).toBeUndefined();
    expect(pages).toBe(3);
    expect(recorded).toMatchObject({
      status: 'aborted',
      counts: { read: 1_000, gone: 0 },
      error: { message: expect.stringContaining('shut down') },
    });
    expect((await present()).length).toBe(EIGHT_PAGES);
  });

  it('marks 5 % of the accounts as deleted, and revives one that comes back', async () => {
    const { run, simulator } = await enter();
    await run(applicationRoster);
    const size = simulator.tenant.accounts.length;
    const back = simulator.tenant.accounts.find(a => a.accountEnabled)!;
    const ids = removeShare(0.05);

    const { run: recorded } = await run(applicationRoster);
    expect(recorded).toMatchObject({
      status: 'succeeded',
      counts: { gone: ids.length, unchanged: size - ids.length },
    });
    expect(await present()).toEqual(inTenant());
    expect(await stored(back.id)).toMatchObject({
      id: back.id,
      deletedAt: recorded.startedAt,
      deactivatedAt: recorded.startedAt,
    });

    simulator.tenant.add(back);
    const { run: next } = await run(applicationRoster);
    expect(next.counts.gone).toBe(0);
    expect(await stored(back.id)).toMatchObject({
      deletedAt: null,
      deactivatedAt: null,
    });
    expect(await present()).toEqual(inTenant());
  });

  it('refuses to mark 25 % of the accounts as deleted, unless allowed to', async () => {
    const { run, simulator } = await enter();
    await run(applicationRoster);
    const size = simulator.tenant.accounts.length;
    const ids = removeShare(0.25);

    const { run: recorded, thrown } = await run(applicationRoster);
    expect(thrown?.message).toContain(`${ids.length} of ${size}`);
    expect(recorded).toMatchObject({
      status: 'failed',
      counts: { gone: 0 },
      error: {
        message: expect.stringContaining(`${ids.length} of ${size}`),
        mend: expect.stringContaining(
          'm365Licenses.tenants.contoso.tasks.applicationRoster.maxGoneShare',
        ),
      },
    });
    expect((await present()).length).toBe(size);

    const { run: allowed } = await run(applicationRoster, {
      maxGoneShare: 0.3,
    });
    expect(allowed).toMatchObject({
      status: 'succeeded',
      counts: { gone: ids.length },
    });
    expect(await present()).toEqual(inTenant());
  });

  it('samples accounts that cannot be read, and then marks nobody as gone', async () => {
    const { run, simulator } = await enter();
    await run(applicationRoster);
    const size = simulator.tenant.accounts.length;
    const ids = simulator.tenant.accounts.slice(0, 30).map(a => a.id);
    ids.forEach(accountId =>
      simulator.tenant.update(accountId, { createdDateTime: 'yesterday' }),
    );
    const gone = simulator.tenant.accounts[100];
    simulator.tenant.remove(gone.id);

    const { run: recorded } = await run(applicationRoster);
    expect(recorded).toMatchObject({
      status: 'partial',
      counts: { read: size - 1, malformed: 30, gone: 0 },
      leftOut: [
        {
          what: 'Marking accounts as deleted',
          why: expect.stringContaining('30 accounts could not be read'),
        },
      ],
    });
    expect(recorded.malformed).toHaveLength(20);
    expect(recorded.malformed[0]).toEqual({
      place: expect.stringContaining('/users page 1'),
      problem: expect.stringContaining('createdDateTime'),
    });
    expect((await present()).length).toBe(size);
    expect(await stored(gone.id)).toMatchObject({ deletedAt: null });
  });
});

/**
 * What tells a written row: on PostgreSQL the version of each row, the ledger
 * left out; on SQLite how many rows were ever written, without the two writes
 * that each run makes in the ledger.
 */
async function rowVersions({ knex, runs }: World) {
  if (knex.client.config.client !== 'pg') {
    const [{ changes }] = await knex.raw('select total_changes() as changes');
    return changes - 2 * (await runs('application-roster')).length;
  }
  const versions: Record<string, string> = {};
  for (const table of [
    'accounts',
    'assignments',
    'license_groups',
    'tenants',
  ]) {
    const { rows } = await knex.raw(
      `select md5(string_agg(ctid::text || xmin::text, ',' order by ctid)) as version from ??`,
      [table],
    );
    versions[table] = rows[0].version;
  }
  return versions;
}
