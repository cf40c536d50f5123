import { reportState } from './accountRows';
import type { ActivityQuery, Stores } from './types';
import {
  AT,
  E3,
  E5,
  THRESHOLD,
  activeUser,
  direct,
  emailApp,
  idOf,
  storeRoster,
  testDatabases,
  user,
} from './__testUtils__/records';

jest.setTimeout(60_000);

const TEAM = 'group:default/team';
const { ids, open } = testDatabases();

const QUERY: ActivityQuery = {
  ...THRESHOLD,
  sort: 'displayName',
  order: 'asc',
  limit: 50,
};

async function datesOf(stores: Stores, number: number) {
  const found = await stores.accounts.get('contoso', idOf(number), THRESHOLD);
  const dates = found?.services
    .filter(({ lastActivityDate }) => lastActivityDate !== null)
    .map(each => [each.service, each.lastActivityDate, each.reportRefreshDate]);
  return { dates, last: found?.account.lastActivityDate };
}

describe.each(ids)('ActivityStore on %s', id => {
  it('keeps the newest date of each service with its report (rule 4)', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [user(1), user(2)]);
    const name = 'Person1@Contoso.example';
    expect(
      await stores.activity.storeRows(
        'contoso',
        [
          activeUser(name, { teams: '2026-11-10', exchange: '2026-11-01' }),
          emailApp(name, '2026-11-12'),
          activeUser('person2@contoso.example', {}),
        ],
        AT,
      ),
    ).toEqual({ added: 1, changed: 0, unchanged: 1, unmatched: 0 });
    expect(
      await stores.activity.storeRows(
        'contoso',
        [
          activeUser(
            name,
            { teams: '2026-11-09', exchange: '2026-11-15' },
            { reportRefreshDate: '2026-11-20' },
          ),
        ],
        AT,
      ),
    ).toEqual({ added: 0, changed: 1, unchanged: 0, unmatched: 0 });
    expect(await datesOf(stores, 1)).toEqual({
      last: '2026-11-15',
      dates: [
        ['exchange', '2026-11-15', '2026-11-20'],
        ['teams', '2026-11-10', '2026-11-19'],
        ['outlook', '2026-11-12', '2026-11-18'],
      ],
    });
  });

  it('writes nothing where nothing changed', async () => {
    const { knex, stores } = await open(id);
    await storeRoster(stores, [user(1)]);
    const rows = [
      activeUser('person1@contoso.example', { teams: '2026-11-10' }),
      activeUser('stranger@contoso.example', { teams: '2026-11-10' }),
    ];
    await stores.activity.storeRows('contoso', rows, AT);
    const writes: string[] = [];
    knex.on('query', ({ sql }: { sql: string }) => {
      if (/^\s*(insert|update|delete)/i.test(sql)) {
        writes.push(sql);
      }
    });
    expect(await stores.activity.storeRows('contoso', rows, AT)).toEqual({
      added: 0,
      changed: 0,
      unchanged: 1,
      unmatched: 1,
    });
    expect(writes).toEqual([]);
  });

  it('tells a deleted account from its heir of the same name', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [user(1)]);
    const heir = user(2, { userPrincipalName: user(1).userPrincipalName });
    await storeRoster(stores, [heir]);
    const name = heir.userPrincipalName;
    await stores.activity.storeRows(
      'contoso',
      [
        activeUser(name, { teams: '2026-10-10' }, { isDeleted: true }),
        activeUser(name, { teams: '2026-11-10' }),
      ],
      AT,
    );
    expect((await datesOf(stores, 1)).last).toBe('2026-10-10');
    expect((await datesOf(stores, 2)).last).toBe('2026-11-10');
  });

  it('leaves nothing behind when a batch fails in the middle', async () => {
    const { knex, stores } = await open(id);
    await storeRoster(stores, [user(1)]);
    await knex.schema.renameTable('suspicious_activities', 'away');
    const rows = [
      activeUser('person1@contoso.example', { teams: '2026-11-10' }),
    ];
    const store = () =>
      stores.activity.storeRows(
        'contoso',
        [
          ...rows,
          activeUser('stranger@contoso.example', { teams: '2026-11-10' }),
        ],
        AT,
      );
    await expect(store()).rejects.toThrow(/suspicious_activities/);
    expect((await datesOf(stores, 1)).last).toBeNull();
    await knex.schema.renameTable('away', 'suspicious_activities');
    expect(await store()).toMatchObject({ added: 1, unmatched: 1 });
  });

  it('knows how far back its reports reach', async () => {
    const { stores } = await open(id);
    const dates = () => stores.activity.reportDates('contoso');
    expect(await dates()).toEqual({ newest: null, first: null });
    for (const [report, date] of [
      ['activeUsers', '2026-11-10'],
      ['emailApps', '2026-11-09'],
      ['activeUsers', '2026-11-20'],
      ['activeUsers', '2026-11-15'],
    ] as const) {
      await stores.activity.completeReport('contoso', report, date, AT, 1);
    }
    expect(await dates()).toEqual({
      newest: '2026-11-20',
      first: '2026-11-09',
    });
    expect(await stores.activity.reportDates('contoso', 'emailApps')).toEqual({
      newest: '2026-11-09',
      first: '2026-11-09',
    });
  });

  it('takes no service for reported whose report suddenly lacks rows (rule 16)', async () => {
    const { knex, stores } = await open(id);
    const complete = (refreshDate: string, rows: number) =>
      stores.activity.completeReport(
        'contoso',
        'activeUsers',
        refreshDate,
        AT,
        rows,
      );
    const unreported = async () =>
      (await reportState(knex, 'contoso', '2026-11-22')).unreported;
    const all = ['outlook'];
    expect(await complete('2026-11-15', 1000)).toEqual({
      rows: 1000,
      drop: null,
    });
    expect(await unreported()).toEqual(all);
    expect(await complete('2026-11-16', 800)).toEqual({
      rows: 800,
      drop: null,
    });
    expect(await unreported()).toEqual(all);

    const drop = { since: '2026-11-17', rows: 600 };
    expect(await complete('2026-11-17', 600)).toEqual({ rows: 800, drop });
    expect(await unreported()).toHaveLength(7);
    expect(await complete('2026-11-18', 610)).toEqual({ rows: 800, drop });
    expect(await unreported()).toHaveLength(7);
    expect(await stores.activity.reportDates('contoso')).toEqual({
      newest: '2026-11-18',
      first: '2026-11-15',
    });

    expect(await complete('2026-11-19', 790)).toEqual({
      rows: 790,
      drop: null,
    });
    expect(await unreported()).toEqual(all);
  });

  it('takes the first report after an update for whole, of which rows were not counted', async () => {
    const { knex, stores } = await open(id);
    await knex('reports').insert({
      tenant: 'contoso',
      report: 'emailApps',
      newest: '2026-11-18',
      first: '2026-11-01',
      completed_at: AT.toISOString(),
    });
    expect(
      await stores.activity.completeReport(
        'contoso',
        'emailApps',
        '2026-11-19',
        AT,
        5,
      ),
    ).toEqual({ rows: 5, drop: null });
    expect(await stores.activity.reportDates('contoso')).toEqual({
      newest: '2026-11-19',
      first: '2026-11-01',
    });
  });

  it('lists and counts licensed accounts by service', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [
      user(1),
      user(2, { assignments: [direct(E5)], accountEnabled: false }),
      user(3, { department: 'Art' }),
      user(4, { assignments: [] }),
    ]);
    await stores.catalogGroups.replaceMembers(
      'contoso',
      [2, 3, 4].map(number => ({
        accountId: idOf(number),
        groups: [TEAM],
        home: TEAM,
      })),
      AT,
    );
    await stores.activity.storeRows(
      'contoso',
      [
        activeUser('person1@contoso.example', {
          teams: '2026-11-10',
          yammer: '2026-01-10',
        }),
        activeUser('person2@contoso.example', { teams: '2026-01-10' }),
        activeUser('person4@contoso.example', { teams: '2026-11-10' }),
      ],
      AT,
    );
    const cases: [Partial<ActivityQuery>, number[]][] = [
      [{}, [1, 2, 3]],
      [{ status: 'active' }, [1]],
      [{ status: 'neverActive' }, [3]],
      [{ service: 'teams', status: 'inactive' }, [2]],
      [{ service: 'yammer', status: 'active' }, []],
      [{ service: 'yammer', status: 'active', inactiveAfterDays: 365 }, [1]],
      [{ service: 'yammer', status: 'neverActive' }, [2, 3]],
      [{ sort: 'lastActivityDate' }, [2, 1, 3]],
      [{ sort: 'lastActivityDate', order: 'desc' }, [1, 2, 3]],
      [{ service: 'yammer', sort: 'lastActivityDate' }, [1, 2, 3]],
      [{ skuId: E3 }, [1, 3]],
      [{ department: 'art', text: 'person' }, [3]],
      [{ enabled: false }, [2]],
      [{ visible: { department: ['Art'] } }, [3]],
      [{ visible: { groups: [TEAM] } }, [2, 3]],
      [{ visible: { not: { groups: [TEAM] } } }, [1]],
      [{ visible: { groups: [TEAM] }, status: 'neverActive' }, [3]],
    ];
    for (const [filter, numbers] of cases) {
      for (const limit of [1, 50]) {
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await stores.activity.list('contoso', {
            ...QUERY,
            ...filter,
            limit,
            cursor,
          });
          expect(page.totalItems).toBe(numbers.length);
          found.push(...page.items.map(item => item.id));
          cursor = page.nextCursor;
        } while (cursor);
        expect({ filter, found }).toEqual({ filter, found: numbers.map(idOf) });
      }
    }
    const { items } = await stores.activity.list('contoso', {
      ...QUERY,
      service: 'yammer',
    });
    expect(items[0]).toMatchObject({
      status: 'inactive',
      lastActivityDate: '2026-11-10',
      licenses: [{ skuId: E3 }],
    });
    const counts = await stores.activity.serviceCounts('contoso', THRESHOLD);
    expect(counts.slice(0, 2)).toEqual([
      { service: 'exchange', active: 0, inactive: 0, neverActive: 3 },
      { service: 'teams', active: 1, inactive: 1, neverActive: 1 },
    ]);
    expect(counts).toHaveLength(7);
    const seen = await stores.activity.serviceCounts('contoso', {
      ...THRESHOLD,
      visible: { groups: [TEAM] },
    });
    expect(seen.slice(0, 2)).toEqual([
      { service: 'exchange', active: 0, inactive: 0, neverActive: 2 },
      { service: 'teams', active: 0, inactive: 1, neverActive: 1 },
    ]);
  });
});
