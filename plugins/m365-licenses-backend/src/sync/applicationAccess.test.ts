import { TestDatabases } from '@backstage/backend-test-utils';
import { ASSIGNMENT_STATUSES } from 'backstage-plugin-m365-licenses-common';
import {
  SERVICES as SIMULATED_SERVICES,
  type Account,
  type Simulator,
  type SimulatorOptions,
} from 'graph-simulator';
import type { GraphConnection, ReportBatch } from '../graph/types';
import { daysBefore } from '../insights/activity';
import {
  createWorld,
  delegate,
  TENANT,
  type World,
} from './__testUtils__/world';
import { applicationAccess } from './applicationAccess';
import { applicationRoster } from './applicationRoster';
import { licenseInformation } from './licenseInformation';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

jest.setTimeout(60_000);

describe.each(databases.eachSupportedId())('Application Access on %p', id => {
  let world: World;

  /** A tenant whose roster was read. */
  async function enter(options: SimulatorOptions = {}) {
    world = await createWorld(await databases.init(id), options);
    await world.run(applicationRoster);
    return world;
  }

  afterEach(() => world.stop());

  /** Last activity per service, of every account that is present. */
  async function activity() {
    const found = new Map<string, Record<string, string | null>>();
    let cursor: string | undefined;
    do {
      const page = await world.stores.activity.list(TENANT, {
        ...world.threshold,
        sort: 'displayName',
        order: 'asc',
        limit: 500,
        cursor,
      });
      for (const item of page.items) {
        found.set(
          item.id,
          Object.fromEntries(
            item.services.map(({ service, lastActivityDate }) => [
              service,
              lastActivityDate,
            ]),
          ),
        );
      }
      cursor = page.nextCursor;
    } while (cursor);
    return found;
  }

  async function knownDates(): Promise<number> {
    const dates = Array.from((await activity()).values(), services =>
      Object.values(services).filter(date => date !== null),
    );
    return dates.flat().length;
  }

  async function suspicious() {
    const { items } = await world.stores.suspicious.list(TENANT, {
      limit: 500,
    });
    return items.map(item => item.userPrincipalName).sort();
  }

  it('stores the last activity in seven services, and rows that match nobody', async () => {
    const { run, simulator, stores } = await enter();
    const { run: recorded, thrown } = await run(applicationAccess);

    expect(thrown).toBeUndefined();
    expect(recorded).toMatchObject({
      status: 'succeeded',
      leftOut: [],
      error: null,
    });
    const { tenant } = simulator;
    // Strangers and "(Unknown)" stand in both reports.
    expect(recorded.counts.unmatched).toBeGreaterThanOrEqual(
      tenant.strangers.length,
    );
    const stored = await activity();
    const reported = tenant.accounts.filter(account => stored.has(account.id));
    const inTenant = reported.map(account => [
      account.id,
      {
        ...Object.fromEntries(
          SIMULATED_SERVICES.map(service => [
            service,
            account.activity[service] ?? null,
          ]),
        ),
        outlook: outlookDate(account, world.simulator),
      },
    ]);
    expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(inTenant));
    expect(await suspicious()).toEqual(
      tenant.strangers.map(({ userPrincipalName }) => userPrincipalName).sort(),
    );
    expect(await stores.activity.reportDates(TENANT)).toEqual({
      newest: tenant.reportRefreshDate,
      first: tenant.reportRefreshDate,
    });
    expect(simulator.requests.bearerSentToDownloadHost).toBe(0);
  });

  it('finds nothing changed in the same reports again', async () => {
    const { run } = await enter();
    const { run: first } = await run(applicationAccess);
    const { run: second } = await run(applicationAccess);
    expect(second).toMatchObject({
      status: 'succeeded',
      counts: {
        read: first.counts.read,
        added: 0,
        changed: 0,
        unmatched: first.counts.unmatched,
      },
    });
  });

  it('refuses before the roster was ever read', async () => {
    world = await createWorld(await databases.init(id));
    const { run: recorded, thrown } = await world.run(applicationAccess);
    expect(thrown?.message).toContain('The accounts were never read');
    expect(recorded).toMatchObject({
      status: 'failed',
      counts: { read: 0 },
      error: { mend: expect.stringContaining('Run Application Roster first') },
    });
    expect(await suspicious()).toEqual([]);
  });

  describe('concealed names', () => {
    async function concealAfterFirstRun() {
      await enter();
      await world.run(applicationAccess);
      const before = {
        dates: await knownDates(),
        suspicious: await suspicious(),
        report: await world.stores.activity.reportDates(TENANT),
      };
      expect(before.dates).toBeGreaterThan(500);
      world.simulator.faults.concealNames = true;
      return {
        ...world,
        expectNothingStored: async () =>
          expect({
            dates: await knownDates(),
            suspicious: await suspicious(),
            report: await world.stores.activity.reportDates(TENANT),
          }).toEqual(before),
      };
    }

    it('are refused by the setting before a report is asked for', async () => {
      const { run, simulator, expectNothingStored } =
        await concealAfterFirstRun();
      const reports = { path: /\/reports\// };
      const asked = simulator.requests.count(reports);

      const { run: recorded, thrown } = await run(applicationAccess);
      expect(thrown).toBeDefined();
      expect(recorded).toMatchObject({
        status: 'failed',
        counts: { read: 0, added: 0, changed: 0 },
        error: {
          message: expect.stringContaining('displayConcealedNames is on'),
          mend: expect.stringContaining(
            'Settings → Org settings → Services → Reports',
          ),
        },
      });
      expect(simulator.requests.count(reports)).toBe(asked);
      await expectNothingStored();
    });

    it('are refused by their shape where the setting cannot be read', async () => {
      const { run, simulator, expectNothingStored } =
        await concealAfterFirstRun();
      simulator.faults.denyRole('ReportSettings.Read.All');

      const { run: recorded, thrown } = await run(applicationAccess);
      expect(thrown).toBeDefined();
      expect(recorded).toMatchObject({
        status: 'failed',
        counts: { added: 0, changed: 0, unmatched: 0 },
        leftOut: [
          {
            what: 'The setting that conceals names in reports',
            mend: expect.stringContaining('ReportSettings.Read.All'),
          },
        ],
        error: {
          message: expect.stringContaining('Office 365 active user report'),
          mend: expect.stringContaining(
            'Display concealed user, group, and site names in all reports',
          ),
        },
      });
      await expectNothingStored();
    });

    it('in one odd row among real ones are malformed, not people', async () => {
      const { run, simulator, graph } = await enter();
      simulator.faults.denyRole('ReportSettings.Read.All');
      const concealed = '0C59B7D0A5A6F4B7E0D63A8E3D5D5F3A';
      const odd: GraphConnection = {
        ...delegate(graph),
        async *activeUserDetail(period, options) {
          for await (const batch of graph.activeUserDetail(period, options)) {
            const [first, ...rest] = batch.rows;
            yield {
              malformed: batch.malformed,
              rows: [{ ...first, userPrincipalName: concealed }, ...rest],
            };
          }
        },
      };
      const { run: recorded } = await run(applicationAccess, { graph: odd });
      expect(recorded.status).toBe('partial');
      expect(recorded.malformed).toContainEqual({
        place: 'Office 365 active user report line 2',
        problem: 'User Principal Name is concealed',
      });
      expect(await suspicious()).not.toContain(concealed);
      expect(await knownDates()).toBeGreaterThan(500);
    });
  });

  it('fails where Reports.Read.All is missing, and names it', async () => {
    const { run, simulator } = await enter();
    simulator.faults.denyRole('Reports.Read.All');
    const { run: recorded, thrown } = await run(applicationAccess);
    expect(thrown).toBeDefined();
    expect(recorded).toMatchObject({
      status: 'failed',
      error: {
        mend: expect.stringContaining('Reports.Read.All'),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(await knownDates()).toBe(0);
  });

  it('goes on without the setting where ReportSettings.Read.All is missing', async () => {
    const { run, simulator } = await enter();
    simulator.faults.denyRole('ReportSettings.Read.All');
    const { run: recorded } = await run(applicationAccess);
    expect(recorded).toMatchObject({
      status: 'partial',
      error: null,
      leftOut: [{ mend: expect.stringContaining('ReportSettings.Read.All') }],
    });
    expect(await knownDates()).toBeGreaterThan(500);
  });

  it.each(['connection', 'row'] as const)(
    'fails on a report that is cut short (%s), and does not count it as complete',
    async truncate => {
      const { run, simulator, stores } = await enter({ accounts: 2_500 });
      simulator.faults.reports = { truncate };
      const { run: recorded, thrown } = await run(applicationAccess);
      expect(thrown).toBeDefined();
      expect(recorded).toMatchObject({
        status: 'failed',
        error: {
          message: expect.stringContaining('ended early'),
          mend: expect.any(String),
        },
      });
      expect(await stores.activity.reportDates(TENANT)).toEqual({
        newest: null,
        first: null,
      });
      // Each date that was stored is true.
      const stored = await activity();
      for (const account of simulator.tenant.accounts) {
        const exchange = stored.get(account.id)?.exchange ?? null;
        expect([null, account.activity.exchange]).toContain(exchange);
      }

      simulator.faults.clear();
      const { run: next } = await run(applicationAccess);
      expect(next.status).toBe('succeeded');
      expect(await suspicious()).toHaveLength(
        simulator.tenant.strangers.length,
      );
    },
  );

  it('fails on a report that lacks a column, and names it', async () => {
    const { run, simulator } = await enter();
    simulator.faults.reports = { dropColumns: ['Teams Last Activity Date'] };
    const { run: recorded } = await run(applicationAccess);
    expect(recorded).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('Teams Last Activity Date') },
    });
    expect(await knownDates()).toBe(0);
  });

  it('reads columns by name, and samples malformed rows', async () => {
    const { run, simulator } = await enter();
    simulator.faults.reports = { reverseColumns: true, malformedRows: 12 };
    const { run: recorded } = await run(applicationAccess);
    expect(recorded).toMatchObject({
      status: 'succeeded',
      counts: { malformed: 24 },
    });
    expect(recorded.malformed).toHaveLength(20);
    expect(recorded.malformed[0].place).toMatch(
      /^getOffice365ActiveUserDetail line \d+$/,
    );
    expect(await knownDates()).toBeGreaterThan(500);
    expect(await suspicious()).toHaveLength(simulator.tenant.strangers.length);
  });

  it('stores names with characters that no database holds', async () => {
    const { run, simulator } = await enter();
    simulator.tenant.add({
      userPrincipalName: 'maya.new@contoso.example',
      displayName: 'Ma\0ya',
      activity: { teams: '2026-11-02' },
    });
    const { run: recorded } = await run(applicationAccess);
    expect(recorded).toMatchObject({ status: 'succeeded', error: null });
    const { items } = await world.stores.suspicious.list(TENANT, {
      limit: 500,
    });
    expect(items.map(({ displayName }) => displayName)).toContain('Ma\uFFFDya');
  });

  it('leaves out a report that is older than the newest one stored', async () => {
    const { run, simulator, stores } = await enter();
    await run(applicationAccess);
    const before = await activity();
    const strangers = await suspicious();
    simulator.faults.reports = { staleDays: 5 };
    // A gap that the older report would fill.
    const idle = simulator.tenant.accounts.find(
      ({ id: accountId }) => before.get(accountId)?.teams === null,
    )!;
    simulator.tenant.update(idle.id, { activity: { teams: '2026-09-01' } });

    const { run: recorded } = await run(applicationAccess);
    expect(recorded).toMatchObject({
      status: 'partial',
      error: null,
      counts: { added: 0, changed: 0 },
      leftOut: [
        {
          what: 'Office 365 active user report',
          why: expect.stringContaining(
            `that of ${simulator.tenant.reportRefreshDate} is stored already`,
          ),
        },
        { what: 'Email app usage report' },
      ],
    });
    expect(await activity()).toEqual(before);
    expect(await suspicious()).toEqual(strangers);
    expect(await stores.activity.reportDates(TENANT)).toMatchObject({
      newest: simulator.tenant.reportRefreshDate,
    });

    simulator.faults.clear();
    await run(applicationAccess);
    expect((await activity()).get(idle.id)?.teams).toBe('2026-09-01');
  });

  it('forgets suspicious rows that a newer report no longer has', async () => {
    const { run, simulator } = await enter();
    await run(applicationAccess);
    const [stranger] = simulator.tenant.strangers;
    // The stranger turns out to be an account that was not read yet.
    simulator.tenant.add({
      userPrincipalName: stranger.userPrincipalName,
      activity: stranger.activity,
    });
    await run(applicationRoster);
    await run(applicationAccess);
    expect(await suspicious()).not.toContain(stranger.userPrincipalName);
  });

  describe('a report that suddenly lacks rows', () => {
    /** Every second row, or all, of a report so many days after the newest one. */
    function later(days: number, share: 'half' | 'all'): GraphConnection {
      const refreshDate = daysBefore(
        world.simulator.tenant.reportRefreshDate,
        -days,
      );
      async function* changed<
        Row extends { line: number; reportRefreshDate: string },
      >(batches: AsyncIterable<ReportBatch<Row>>) {
        for await (const { rows, malformed } of batches) {
          yield {
            malformed,
            rows: rows
              .filter(({ line }) => share === 'all' || line % 2 === 0)
              .map(row => ({ ...row, reportRefreshDate: refreshDate })),
          };
        }
      }
      const { graph } = world;
      return {
        ...delegate(graph),
        activeUserDetail: (...args) => changed(graph.activeUserDetail(...args)),
        emailAppUsageDetail: (...args) =>
          changed(graph.emailAppUsageDetail(...args)),
      };
    }

    /** How many hold a license with each status, by those the tenant has most of. */
    async function holders() {
      const [{ skuId }] = [...world.simulator.tenant.skus].sort(
        (left, right) => right.consumedUnits - left.consumedUnits,
      );
      const counts: Record<string, number> = {};
      for (const licenseStatus of ASSIGNMENT_STATUSES) {
        counts[licenseStatus] = (
          await world.stores.accounts.list(TENANT, {
            ...world.threshold,
            deleted: false,
            sort: 'displayName',
            order: 'asc',
            limit: 1,
            skuId,
            licenseStatus,
          })
        ).totalItems;
      }
      return counts;
    }

    async function enterWithReports() {
      const entered = await enter();
      await entered.run(licenseInformation);
      const { run: recorded } = await entered.run(applicationAccess);
      expect(recorded).toMatchObject({ status: 'succeeded' });
      const before = await holders();
      expect(before).toMatchObject({ unknown: 0 });
      expect(before.inactive + before.neverActive).toBeGreaterThan(10);
      return { ...entered, before };
    }

    it('is stored, but calls nobody unused until it is whole again', async () => {
      const { run, before } = await enterWithReports();
      const dates = await activity();
      const strangers = await suspicious();
      const { run: recorded } = await run(applicationAccess, {
        graph: later(1, 'half'),
      });
      expect(recorded).toMatchObject({ status: 'partial', error: null });
      expect(recorded.leftOut).toMatchObject([
        {
          what: 'What the Office 365 active user report does not have',
          why: expect.stringMatching(
            /^It has \d+ rows that could be read, fewer than 80 % of the \d+ of the last whole one/,
          ),
          mend: expect.stringContaining(
            daysBefore(world.simulator.tenant.reportRefreshDate, -8),
          ),
        },
        { what: 'What the Email app usage report does not have' },
      ]);
      // Whoever was active stays so; of the others nothing is said.
      expect(await holders()).toEqual({
        ...before,
        inGrace: 0,
        inactive: 0,
        neverActive: 0,
        unknown: before.inGrace + before.inactive + before.neverActive,
      });
      expect(await activity()).toEqual(dates);
      expect(await suspicious()).toEqual(strangers);

      const { run: whole } = await run(applicationAccess, {
        graph: later(2, 'all'),
      });
      expect(whole).toMatchObject({ status: 'succeeded', leftOut: [] });
      expect(await holders()).toEqual(before);
    });

    it('is taken for whole after 7 days of that size', async () => {
      const { run, before } = await enterWithReports();
      for (const day of [1, 4, 7]) {
        const { run: recorded } = await run(applicationAccess, {
          graph: later(day, 'half'),
        });
        expect(recorded).toMatchObject({ status: 'partial' });
        expect(recorded.leftOut).toHaveLength(2);
      }
      const { run: recorded } = await run(applicationAccess, {
        graph: later(8, 'half'),
      });
      expect(recorded).toMatchObject({ status: 'succeeded', leftOut: [] });
      expect(await holders()).toEqual(before);
    });
  });

  it('says when Microsoft has no rows yet', async () => {
    const { run, graph, stores } = await enter();
    const empty: GraphConnection = {
      ...delegate(graph),
      async *activeUserDetail() {},
      async *emailAppUsageDetail() {},
    };
    const { run: recorded } = await run(applicationAccess, { graph: empty });
    expect(recorded.status).toBe('partial');
    expect(recorded.leftOut.map(({ what }) => what)).toEqual([
      'Office 365 active user report',
      'Email app usage report',
    ]);
    expect((await stores.activity.reportDates(TENANT)).newest).toBeNull();
  });

  it('stops when aborted, and does not count the report as complete', async () => {
    const { run, graph, stores } = await enter({ accounts: 2_500 });
    const abort = new AbortController();
    const aborting: GraphConnection = {
      ...delegate(graph),
      async *activeUserDetail(period, options) {
        let batches = 0;
        for await (const batch of graph.activeUserDetail(period, options)) {
          batches += 1;
          if (batches === 3) {
            abort.abort();
          }
          yield batch;
        }
      },
    };
    const { run: recorded } = await run(applicationAccess, {
      graph: aborting,
      signal: abort.signal,
    });
    expect(recorded).toMatchObject({ status: 'aborted' });
    expect((await stores.activity.reportDates(TENANT)).newest).toBeNull();
  });
});

/** The last activity of a mailbox that was read with Outlook in the last 180 days. */
function outlookDate(account: Account, { tenant }: Simulator): string | null {
  const { outlook, exchange } = account.activity;
  const last = outlook ?? exchange;
  const opened = new Date(tenant.reportRefreshDate);
  opened.setUTCDate(opened.getUTCDate() - 179);
  return last !== undefined &&
    last >= opened.toISOString().slice(0, 10) &&
    account.mailClients.some(client => client.startsWith('Outlook'))
    ? last
    : null;
}
