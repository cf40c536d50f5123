import type { Knex } from 'knex';
import {
  AT,
  E3,
  E5,
  GROUP,
  THRESHOLD,
  activeUser,
  direct,
  idOf,
  sku,
  testDatabases,
  user,
} from './__testUtils__/records';
import { storesOf } from './index';
import { KeptCounts } from './KeptCounts';
import type { Stores } from './types';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();
const TEAMS_PLAN = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const TEAM = 'group:default/team';

/** Everything that stores count of accounts and assignments. */
async function countsOf(
  { accounts, activity, assignments }: Stores,
  threshold = THRESHOLD,
) {
  const users = { deleted: false, sort: 'displayName', order: 'asc' } as const;
  const page = { ...threshold, limit: 1 };
  const lists = [
    ...[
      {},
      { deleted: true },
      { skuId: E3 },
      { skuId: E3, licenseStatus: 'active' as const },
      { skuId: E3, licenseStatus: 'unknown' as const },
      { status: 'unknown' as const },
      { status: 'inactive' as const },
      { status: 'neverActive' as const },
      { department: 'Sales' },
      { enabled: false },
      { text: 'Person 1' },
      { groups: [TEAM] },
      { modifiedSince: AT.toISOString() },
      { visible: { department: ['Sales'] } },
      { visible: { department: ['Legal'] } },
      { visible: { groups: [TEAM] } },
    ].map(query => accounts.list('contoso', { ...users, ...page, ...query })),
    ...[
      {},
      { service: 'teams' as const, status: 'neverActive' as const },
      { skuId: E5 },
      { groups: [TEAM] },
    ].map(query =>
      activity.list('contoso', {
        ...page,
        sort: 'displayName',
        order: 'asc',
        ...query,
      }),
    ),
    ...[{}, { skuId: E3 }, { visible: { department: ['Sales'] } }].map(query =>
      assignments.list('contoso', { ...page, ...query }),
    ),
  ];
  return {
    totals: (await Promise.all(lists)).map(({ totalItems }) => totalItems),
    accounts: await accounts.counts('contoso'),
    statuses: await accounts.statusCounts('contoso', threshold),
    services: await activity.serviceCounts('contoso', threshold),
    servicesOfTeam: await activity.serviceCounts('contoso', {
      ...threshold,
      visible: { groups: [TEAM] },
    }),
  };
}

/**
 * What happens to a tenant, by one store each time. The clock stands still,
 * so that only its order tells one write from another.
 */
const WRITES: [what: string, write: (stores: Stores) => Promise<unknown>][] = [
  [
    'people come',
    ({ accounts }) =>
      accounts.storePage(
        'contoso',
        Array.from({ length: 12 }, (_, number) =>
          user(number, {
            department: number % 3 ? 'Sales' : 'Legal',
            assignments: number % 4 ? [direct(E3)] : [],
          }),
        ),
        accounts.startReading(),
        { at: AT, signIns: false },
      ),
  ],
  [
    'somebody is given a license',
    ({ accounts }) =>
      accounts.storeUsers(
        'contoso',
        [user(4, { assignments: [direct(E5)] })],
        AT,
      ),
  ],
  [
    'a license is given by a group as well',
    ({ accounts }) =>
      accounts.storeUsers(
        'contoso',
        [
          user(4, {
            assignments: [direct(E5), direct(E5, { assignedByGroup: GROUP })],
          }),
        ],
        AT,
      ),
  ],
  [
    'somebody moves to another department',
    ({ accounts }) =>
      accounts.storeUsers(
        'contoso',
        [user(1, { department: 'Legal', assignments: [direct(E3)] })],
        AT,
      ),
  ],
  [
    'somebody is disabled',
    ({ accounts }) =>
      accounts.storeUsers(
        'contoso',
        [user(2, { accountEnabled: false, assignments: [direct(E3)] })],
        AT,
      ),
  ],
  [
    'people use Teams',
    ({ activity }) =>
      activity.storeRows(
        'contoso',
        [
          activeUser('person1@contoso.example', { teams: '2026-11-11' }),
          activeUser('person2@contoso.example', { teams: '2026-03-11' }),
        ],
        AT,
      ),
  ],
  [
    'a report is complete',
    ({ activity }) =>
      activity.completeReport('contoso', 'emailApps', '2026-11-19', AT, 2),
  ],
  [
    'it becomes known what a product is for',
    ({ licenses }) =>
      licenses.store(
        'contoso',
        {
          skus: [
            sku(E3, {
              servicePlans: [
                {
                  servicePlanId: TEAMS_PLAN,
                  servicePlanName: 'TEAMS1',
                  appliesTo: 'User',
                },
              ],
            }),
          ],
        },
        AT,
      ),
  ],
  [
    'the other report is complete',
    ({ activity }) =>
      activity.completeReport('contoso', 'activeUsers', '2026-11-19', AT, 2),
  ],
  [
    'people join a group',
    ({ catalogGroups }) =>
      catalogGroups.replaceMembers(
        'contoso',
        [1, 2, 3].map(number => ({
          accountId: idOf(number),
          groups: [TEAM],
          home: TEAM,
        })),
        AT,
      ),
  ],
  [
    'somebody leaves the group',
    ({ catalogGroups }) =>
      catalogGroups.replaceMembers(
        'contoso',
        [1, 2].map(number => ({
          accountId: idOf(number),
          groups: [TEAM],
          home: TEAM,
        })),
        AT,
      ),
  ],
  [
    'all but one leave',
    async ({ accounts }) => {
      const seen = accounts.startReading();
      await accounts.storePage('contoso', [user(11)], seen, {
        at: AT,
        signIns: false,
      });
      await accounts.markUnseenDeleted('contoso', seen, AT);
    },
  ],
];

describe.each(ids)('counts kept on %s', id => {
  let knex: Knex;
  let stores: Stores;

  beforeEach(async () => {
    ({ knex, stores } = await open(id));
  });

  /** How many queries that count something are sent. */
  const countQueries = async (work: () => Promise<unknown>) => {
    let queries = 0;
    const listen = ({ sql }: { sql: string }) => {
      queries += sql.includes('count(*)') ? 1 : 0;
    };
    knex.on('query', listen);
    await work();
    knex.removeListener('query', listen);
    return queries;
  };

  it('are never those from before a write, whichever replica wrote', async () => {
    const replica = storesOf(knex);
    for (const [what, write] of WRITES) {
      const before = await countsOf(stores);
      await write(replica);
      const fresh = await countsOf(storesOf(knex));
      expect({ what, ...(await countsOf(stores)) }).toEqual({ what, ...fresh });
      expect({ what, ...(await countsOf(replica)) }).toEqual({
        what,
        ...fresh,
      });
      // Otherwise the write would show nothing.
      expect({ what, ...before }).not.toEqual({ what, ...fresh });
    }
  });

  it('are counted once until something is written', async () => {
    for (const [, write] of WRITES) {
      await write(stores);
    }
    const first = await countQueries(() => countsOf(stores));
    const again = await countQueries(() => countsOf(stores));
    expect(first).toBeGreaterThan(20);
    expect(again).toBe(0);
    expect(await countQueries(() => countsOf(storesOf(knex)))).toBe(first);
  });

  it('are of the day and the threshold that they were asked for', async () => {
    for (const [, write] of WRITES.slice(0, -1)) {
      await write(stores);
    }
    const counts = await countsOf(stores);
    for (const threshold of [
      { ...THRESHOLD, today: '2027-03-01' },
      { ...THRESHOLD, inactiveAfterDays: 400 },
    ]) {
      const fresh = await countsOf(storesOf(knex), threshold);
      expect(await countsOf(stores, threshold)).toEqual(fresh);
      expect(fresh).not.toEqual(counts);
    }
    expect(await countsOf(stores)).toEqual(counts);
  });

  it('what is counted while something is written is not kept', async () => {
    const kept = new KeptCounts<number>(knex);
    await WRITES[0][1](stores);
    const counted = await kept.get('contoso', 'all', async () => {
      await WRITES[1][1](stores);
      return 1;
    });
    expect(counted).toBe(1);
    expect(await kept.get('contoso', 'all', async () => 2)).toBe(2);
    expect(await kept.get('contoso', 'all', async () => 3)).toBe(2);
  });

  it('a count that failed is counted again, one of an unknown tenant always', async () => {
    const kept = new KeptCounts<number>(knex);
    await WRITES[0][1](stores);
    const failing = () => Promise.reject(new Error('connection lost'));
    await expect(kept.get('contoso', 'all', failing)).rejects.toThrow(
      'connection lost',
    );
    expect(await kept.get('contoso', 'all', async () => 2)).toBe(2);
    expect(await kept.get('fabrikam', 'all', async () => 4)).toBe(4);
    expect(await kept.get('fabrikam', 'all', async () => 5)).toBe(5);
  });

  it('are forgotten when many others were asked for since', async () => {
    const kept = new KeptCounts<number>(knex);
    await WRITES[0][1](stores);
    const asked: string[] = [];
    const ask = (key: string) =>
      kept.get('contoso', key, async () => asked.push(key));
    await ask('often');
    await ask('once');
    for (let other = 0; other < 1_000; other += 1) {
      await ask(`other ${other}`);
      await ask('often');
    }
    await ask('once');
    expect(asked.filter(key => key === 'often')).toHaveLength(1);
    expect(asked.filter(key => key === 'once')).toHaveLength(2);
  });
});
