import type { AssignmentStatus } from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { testEvaluation } from '../evaluation/__testUtils__/evaluation';
import type { GraphSku, GraphUser } from '../graph/types';
import type { AccountQuery, Stores } from './types';
import {
  activeUser,
  AT,
  direct,
  E3,
  E5,
  emailApp,
  GROUP,
  idOf,
  sku,
  storeRoster,
  testDatabases,
  THRESHOLD,
  user,
} from './__testUtils__/records';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();

const EXCHANGE = 'efb87545-963c-4e0d-99df-69c6916d9eb0';
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';
const VISIO_PLAN = '663a804f-1c30-4ff0-9915-9db84f0d1cea';
/** Activity that counts, activity before it, an assignment in its grace time. */
const NOW = '2026-11-10';
const BEFORE = '2026-05-03';
const JUST = '2026-11-15T08:00:00Z';

function withPlans(skuId: string, ...plans: string[]): GraphSku {
  return sku(skuId, {
    servicePlans: plans.map(servicePlanId => ({
      servicePlanId,
      servicePlanName: '',
      appliesTo: 'User',
    })),
  });
}

const SKUS = [
  withPlans(E3, EXCHANGE, TEAMS),
  withPlans(E5, EXCHANGE, TEAMS),
  withPlans(VISIO, VISIO_PLAN),
];

function name(number: number): string {
  return `person${number}@contoso.example`;
}

/** People with what each of them is an example of. */
const USERS: GraphUser[] = [
  // 1: reads mail only.
  user(1),
  // 2: was in Teams long ago.
  user(2),
  // 3: has never used anything.
  user(3),
  // 4: got it last week.
  user(4, { assignments: [direct(E3, { lastUpdatedDateTime: JUST })] }),
  // 5: is in Teams every day, but not by this license.
  user(5, { assignments: [direct(E3, { disabledPlans: [TEAMS] })] }),
  // 6: the same, by a group that grants Teams as well.
  user(6, {
    assignments: [
      direct(E3, { disabledPlans: [TEAMS.toUpperCase()] }),
      direct(E3, { assignedByGroup: GROUP }),
    ],
  }),
  // 7: all that is observed is off; Visio is not observed at all.
  user(7, {
    assignments: [
      direct(E3, { disabledPlans: [TEAMS, EXCHANGE] }),
      direct(VISIO),
    ],
  }),
  // 8: two products with the same service.
  user(8, { assignments: [direct(E3), direct(E5)] }),
];

async function storeReports(stores: Stores) {
  await stores.activity.storeRows(
    'contoso',
    [
      activeUser(name(1), { exchange: NOW }),
      activeUser(name(2), { teams: BEFORE }),
      activeUser(name(5), { teams: NOW }),
      activeUser(name(6), { teams: NOW }),
      activeUser(name(7), { teams: NOW, exchange: NOW }),
      activeUser(name(8), { teams: NOW, exchange: BEFORE }),
      emailApp(name(8), BEFORE),
    ],
    AT,
  );
  for (const report of ['activeUsers', 'emailApps'] as const) {
    await stores.activity.completeReport(
      'contoso',
      report,
      '2026-11-19',
      AT,
      7,
    );
  }
}

async function roster(stores: Stores) {
  await storeRoster(stores, USERS);
}

const storeLicenses = (stores: Stores, skus = SKUS) =>
  stores.licenses.store('contoso', { skus }, AT);

/** How many accounts hold a SKU in each status that somebody has. */
async function statuses(
  stores: Stores,
  skuId = E3,
  threshold = THRESHOLD,
): Promise<Partial<Record<AssignmentStatus, number>>> {
  const { evaluation } = testEvaluation(stores, {
    now: () => new Date(threshold.today),
    config: { ...threshold, outsideCatalog: false },
  });
  await evaluation.evaluate('contoso');
  const licenses = await stores.licenses.list('contoso');
  const license = licenses.find(each => each.skuId === skuId);
  return Object.fromEntries(
    (license?.statuses ?? [])
      .filter(({ accounts }) => accounts > 0)
      .map(({ status, accounts }) => [status, accounts]),
  );
}

/** Who holds E3 in a status, by the filter of the list. */
async function holders(
  stores: Stores,
  licenseStatus: AssignmentStatus,
  query: Partial<AccountQuery> = {},
): Promise<string[]> {
  const page = await stores.accounts.list('contoso', {
    ...THRESHOLD,
    deleted: false,
    sort: 'displayName',
    order: 'asc',
    limit: 50,
    skuId: E3,
    licenseStatus,
    ...query,
  });
  expect(page.totalItems).toBe(page.items.length);
  return page.items.map(({ userPrincipalName }) => userPrincipalName);
}

async function licensesOf(stores: Stores, number: number) {
  const found = await stores.accounts.get('contoso', name(number), THRESHOLD);
  return found?.account.licenses ?? [];
}

/** What is stored of every assignment's use. */
function stored(knex: Knex) {
  return knex('assignments')
    .join('accounts', 'accounts.number', 'assignments.account')
    .orderBy(['id', 'sku_id', 'group_id'])
    .select(
      'id',
      'sku_id',
      'group_id',
      'services',
      'assignments.last_activity_date',
      'assigned_on',
    );
}

const EXPECTED = {
  active: 3,
  inactive: 1,
  neverActive: 2,
  inGrace: 1,
  notMeasurable: 1,
};

describe.each(ids)('licenses by their own services on %s', id => {
  it.each([
    ['licenses, roster, activity', [storeLicenses, roster, storeReports]],
    ['roster, activity, licenses', [roster, storeReports, storeLicenses]],
    ['roster, licenses, activity', [roster, storeLicenses, storeReports]],
    [
      'activity of nobody known, licenses, roster, activity',
      [storeReports, storeLicenses, roster, storeReports],
    ],
  ])('come out the same in the order %s', async (_order, steps) => {
    const { knex, stores } = await open(id);
    for (const step of steps) {
      await step(stores);
    }
    expect(await statuses(stores)).toEqual(EXPECTED);
    expect(await statuses(stores, E5)).toEqual({ active: 1 });
    expect(await statuses(stores, VISIO)).toEqual({ notMeasurable: 1 });

    expect(await holders(stores, 'active')).toEqual([
      name(1),
      name(6),
      name(8),
    ]);
    expect(await holders(stores, 'inactive')).toEqual([name(2)]);
    expect(await holders(stores, 'neverActive')).toEqual([name(3), name(5)]);
    expect(await holders(stores, 'inGrace')).toEqual([name(4)]);
    expect(await holders(stores, 'notMeasurable')).toEqual([name(7)]);
    expect(await holders(stores, 'unknown')).toEqual([]);
    await expect(
      holders(stores, 'active', { skuId: undefined }),
    ).rejects.toThrow('licenseStatus is the status of one license');

    expect(await licensesOf(stores, 6)).toMatchObject([
      {
        skuId: E3,
        services: ['exchange', 'teams', 'outlook'],
        lastActivityDate: NOW,
        status: 'active',
        paths: [
          {
            type: 'direct',
            services: ['exchange', 'outlook'],
            lastActivityDate: null,
            status: 'neverActive',
          },
          {
            type: 'group',
            services: ['exchange', 'teams', 'outlook'],
            lastActivityDate: NOW,
            status: 'active',
          },
        ],
      },
    ]);
    expect(await licensesOf(stores, 7)).toMatchObject([
      {
        skuId: E3,
        services: [],
        lastActivityDate: null,
        status: 'notMeasurable',
      },
      { skuId: VISIO, services: [], status: 'notMeasurable' },
    ]);
    expect(await licensesOf(stores, 8)).toMatchObject([
      { skuId: E3, lastActivityDate: NOW, status: 'active' },
      { skuId: E5, lastActivityDate: NOW, status: 'active' },
    ]);
    const captured = await stores.licenses.captured('contoso');
    expect(captured.find(({ skuId }) => skuId === E3)?.services).toEqual([
      'exchange',
      'teams',
      'outlook',
    ]);

    // The same once more writes nothing.
    const writes: string[] = [];
    knex.on('query', ({ sql }: { sql: string }) => {
      if (
        /^\s*(insert into|update|delete from) "?`?(assignments|accounts|skus)/i.test(
          sql,
        )
      ) {
        writes.push(sql);
      }
    });
    const before = await stored(knex);
    for (const step of steps) {
      await step(stores);
    }
    expect(writes).toEqual([]);
    expect(await stored(knex)).toEqual(before);
  });

  it('are unknown while the service plans or the reports are', async () => {
    const { stores } = await open(id);
    await roster(stores);
    await storeReports(stores);
    expect(await holders(stores, 'unknown')).toHaveLength(8);
    expect(await licensesOf(stores, 1)).toMatchObject([
      { services: [], lastActivityDate: null, status: 'unknown' },
    ]);
    await storeLicenses(stores);
    expect(await holders(stores, 'unknown')).toEqual([]);

    // The reports are of 19 November, and stale from the 27th.
    const on = (today: string) => statuses(stores, E3, { ...THRESHOLD, today });
    expect(await on('2026-11-26')).toEqual(EXPECTED);
    expect(await on('2026-11-27')).toEqual({
      active: 3,
      unknown: 4,
      notMeasurable: 1,
    });
    // Outlook is the affair of one report alone.
    await stores.activity.completeReport(
      'contoso',
      'activeUsers',
      '2026-11-26',
      AT,
      7,
    );
    expect(await on('2026-11-27')).toMatchObject({ unknown: 4 });
    await stores.activity.completeReport(
      'contoso',
      'emailApps',
      '2026-11-26',
      AT,
      7,
    );
    expect(await on('2026-11-27')).toEqual(EXPECTED);
  });

  it('follow what becomes of the service plans of a SKU', async () => {
    const { stores } = await open(id);
    await storeLicenses(stores);
    await roster(stores);
    await storeReports(stores);
    await storeLicenses(stores, [withPlans(E3, EXCHANGE, VISIO_PLAN), SKUS[1]]);
    // Teams is left out of it: 6 and 8 have not used the rest, or long ago.
    expect(await statuses(stores)).toEqual({
      active: 1,
      inactive: 1,
      neverActive: 4,
      inGrace: 1,
      notMeasurable: 1,
    });
    expect(await licensesOf(stores, 8)).toMatchObject([
      { skuId: E3, lastActivityDate: BEFORE, status: 'inactive' },
      { skuId: E5, lastActivityDate: NOW, status: 'active' },
    ]);
    await storeLicenses(stores);
    expect(await statuses(stores)).toEqual(EXPECTED);
  });

  it('follow later activity, licenses taken away, and accounts that go and return', async () => {
    const { knex, stores } = await open(id);
    await storeLicenses(stores);
    await roster(stores);
    await storeReports(stores);
    const before = await stored(knex);

    await stores.activity.storeRows(
      'contoso',
      [
        activeUser(name(2), { teams: '2026-11-16' }),
        activeUser(name(3), { yammer: '2026-11-16' }),
        emailApp(name(5), '2026-11-15'),
      ],
      AT,
    );
    expect(await statuses(stores)).toEqual({
      active: 5,
      neverActive: 1,
      inGrace: 1,
      notMeasurable: 1,
    });
    const after = await stored(knex);
    expect(
      after.filter(
        (row, index) =>
          row.last_activity_date !== before[index].last_activity_date,
      ),
    ).toMatchObject([
      { id: idOf(2), last_activity_date: '2026-11-16' },
      { id: idOf(5), last_activity_date: '2026-11-15' },
    ]);

    const [, , third, , , , , eighth] = USERS;
    await stores.accounts.storeUsers(
      'contoso',
      [{ ...eighth, assignments: [direct(E5)] }],
      AT,
    );
    expect(await statuses(stores)).toMatchObject({ active: 4 });
    expect(await statuses(stores, E5)).toEqual({ active: 1 });

    await storeRoster(
      stores,
      USERS.filter(each => each !== third),
    );
    expect(await statuses(stores)).not.toHaveProperty('neverActive');
    expect(await holders(stores, 'neverActive', { deleted: true })).toEqual([
      name(3),
    ]);
    await roster(stores);
    expect(await statuses(stores)).toMatchObject({ active: 5, neverActive: 1 });
  });

  it('count from the day the account was created where Microsoft gives none', async () => {
    const { stores } = await open(id);
    await storeLicenses(stores);
    const undated = [direct(E3, { lastUpdatedDateTime: null })];
    await storeRoster(stores, [
      user(1, { createdDateTime: JUST, assignments: undated }),
      user(2, { assignments: undated }),
      user(3, { createdDateTime: null, assignments: undated }),
    ]);
    await storeReports(stores);
    expect(await holders(stores, 'inGrace')).toEqual([name(3)]);
  });

  it('of a database from before are filled when licenses are captured next', async () => {
    const { knex, stores } = await open(id);
    await storeLicenses(stores);
    await roster(stores);
    await storeReports(stores);
    const before = await stored(knex);
    await knex('skus').update({ observed_plans: null });
    await knex('assignments').update({
      services: null,
      last_activity_date: null,
    });
    expect(await statuses(stores)).toEqual({ unknown: 8 });
    expect(await storeLicenses(stores)).toMatchObject({ changed: 3 });
    expect(await stored(knex)).toEqual(before);
    expect(await storeLicenses(stores)).toMatchObject({ changed: 0 });
  });
});
