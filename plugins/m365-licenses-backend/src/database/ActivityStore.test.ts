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

  it('keeps rows that match nobody apart (rule 8)', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [user(1)]);
    const rows = [
      activeUser('Stranger@contoso.example', { teams: '2026-11-10' }),
      emailApp('stranger@contoso.example', '2026-11-12', {
        displayName: 'Stranger',
      }),
      activeUser('other@contoso.example', { yammer: '2026-11-11' }),
      activeUser('idle@contoso.example', {}),
      activeUser(
        'gone@contoso.example',
        { teams: '2026-11-10' },
        { isDeleted: true },
      ),
      activeUser('(Unknown)', { teams: '2026-11-10' }),
    ];
    expect(await stores.activity.storeRows('contoso', rows, AT)).toMatchObject({
      unmatched: 6,
    });
    const first = await stores.activity.suspicious('contoso', { limit: 1 });
    expect(first).toMatchObject({
      totalItems: 2,
      items: [
        {
          userPrincipalName: 'Stranger@contoso.example',
          displayName: 'Stranger',
          type: 'unknown',
          lastActivityDate: '2026-11-12',
          reportRefreshDate: '2026-11-19',
          firstSeenAt: AT.toISOString(),
        },
      ],
    });
    const names = async () =>
      (await stores.activity.suspicious('contoso', { limit: 50 })).items.map(
        item => [item.userPrincipalName, item.lastActivityDate],
      );
    const second = await stores.activity.suspicious('contoso', {
      limit: 1,
      cursor: first.nextCursor,
    });
    expect(second.items[0].userPrincipalName).toBe('other@contoso.example');
    expect(second.nextCursor).toBeUndefined();

    // The next active user report has neither: one is still in the other report.
    await stores.activity.completeReport(
      'contoso',
      'activeUsers',
      '2026-11-19',
      AT,
    );
    expect(await names()).toHaveLength(2);
    await stores.activity.completeReport(
      'contoso',
      'activeUsers',
      '2026-11-20',
      AT,
    );
    expect(await names()).toEqual([['Stranger@contoso.example', '2026-11-12']]);

    // The roster learns of the account, and the next report matches it.
    await storeRoster(stores, [
      user(1),
      user(2, { userPrincipalName: 'stranger@contoso.example' }),
    ]);
    await stores.activity.storeRows('contoso', rows.slice(0, 1), AT);
    expect(await names()).toEqual([]);
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
      await stores.activity.completeReport('contoso', report, date, AT);
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

  it('lists and counts licensed accounts by service', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [
      user(1),
      user(2, { assignments: [direct(E5)], accountEnabled: false }),
      user(3, { department: 'Art' }),
      user(4, { assignments: [] }),
    ]);
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
  });

  it('finds activity under concealed names and purges only that (rule 9)', async () => {
    const { stores } = await open(id);
    const { activity } = stores;
    const none = { rows: 0, firstSeenAt: null, lastReportDate: null };
    expect(await activity.concealed('contoso')).toEqual(none);
    expect(await activity.purgeConcealed('contoso')).toEqual(none);

    const hash = '0C59B7D0A5A6F4B7E0D63A8E3D5D5F3A';
    const teams = { teams: '2026-11-10' };
    await activity.storeRows(
      'contoso',
      [
        activeUser('<PII:H105(x7Jb/w==)>', teams),
        activeUser('stranger@contoso.example', teams),
      ],
      AT,
    );
    await activity.storeRows(
      'contoso',
      [
        emailApp(hash, '2026-11-12', { reportRefreshDate: '2026-11-20' }),
        activeUser(hash.toLowerCase().replace('0', 'o'), teams),
      ],
      new Date('2026-11-23T10:00:00.000Z'),
    );
    await activity.storeRows('fabrikam', [activeUser(hash, teams)], AT);
    const found = {
      rows: 2,
      firstSeenAt: AT.toISOString(),
      lastReportDate: '2026-11-20',
    };
    // All connections are open after this, so that the purges meet.
    const callers = Array.from({ length: 8 });
    expect(
      await Promise.all(callers.map(() => activity.concealed('contoso'))),
    ).toEqual(callers.map(() => found));

    // Asked for by several at once, each row is removed by one of them.
    const purges = await Promise.all(
      callers.map(() => activity.purgeConcealed('contoso')),
    );
    expect(purges.filter(({ rows }) => rows > 0)).toEqual([found]);
    expect(await activity.concealed('contoso')).toEqual(none);
    const left = await activity.suspicious('contoso', { limit: 5 });
    expect(left.items.map(row => row.userPrincipalName).sort()).toEqual([
      hash.toLowerCase().replace('0', 'o'),
      'stranger@contoso.example',
    ]);
    expect(await activity.concealed('fabrikam')).toMatchObject({ rows: 1 });
  });
});
