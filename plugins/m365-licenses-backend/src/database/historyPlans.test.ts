import { daysBefore } from '../insights/activity';
import type { GroupSnapshot, SkuSnapshot, Stores } from './types';
import { plansOf } from './__testUtils__/plans';
import {
  activeUser,
  AT,
  direct,
  E3,
  emailApp,
  idOf,
  sku,
  storeRoster,
  testDatabases,
  user,
} from './__testUtils__/records';

jest.setTimeout(300_000);

const { ids, open } = testDatabases();
const TODAY = '2026-11-22';
const DAYS = 250;
const SKUS = 30;
const GROUPS = 150;
const ACCOUNTS = 12_000;
const EXCHANGE = 'efb87545-963c-4e0d-99df-69c6916d9eb0';

const counted = {
  statuses: {
    active: 60,
    inactive: 15,
    neverActive: 1,
    inGrace: 2,
    notMeasurable: 3,
    unknown: 4,
  },
  candidates: 14,
  annual: [{ amount: '1200.10', currency: 'EUR' }],
  savings: [{ amount: '420.05', currency: 'EUR' }],
};

async function seed(stores: Stores) {
  const skus: SkuSnapshot[] = Array.from({ length: SKUS }, (_, index) => ({
    ...counted,
    skuId: idOf(index),
    forPeople: true,
    bought: 100,
    assigned: 85,
  }));
  const groups: GroupSnapshot[] = Array.from(
    { length: GROUPS },
    (_, index) => ({
      ...counted,
      groupRef: `group:default/team-${index}`,
      accounts: 40,
    }),
  );
  for (let ago = 0; ago < DAYS; ago += 1) {
    await stores.history.save('contoso', daysBefore(TODAY, ago), {
      skus,
      groups,
    });
  }
  const skuIds = [E3, ...Array.from({ length: 8 }, (_, index) => idOf(index))];
  await stores.licenses.store(
    'contoso',
    {
      skus: skuIds.map(skuId =>
        sku(skuId, {
          servicePlans: [
            { servicePlanId: EXCHANGE, servicePlanName: '', appliesTo: 'User' },
          ],
        }),
      ),
    },
    AT,
  );
  await storeRoster(
    stores,
    Array.from({ length: ACCOUNTS }, (_, number) =>
      user(number, {
        assignments: [E3, idOf(number % 8)].map(skuId => direct(skuId)),
      }),
    ),
  );
  for (const [day, every] of [
    ['2026-06-01', 2],
    ['2026-06-20', 3],
    ['2026-08-20', 5],
  ] as const) {
    await stores.activity.storeRows(
      'contoso',
      Array.from({ length: ACCOUNTS / every }, (_, index) =>
        activeUser(
          `person${index * every}@contoso.example`,
          { exchange: day },
          { reportRefreshDate: day },
        ),
      ),
      AT,
    );
    for (const report of ['activeUsers', 'emailApps'] as const) {
      await stores.activity.completeReport(
        'contoso',
        report,
        day,
        AT,
        ACCOUNTS,
      );
    }
  }
}

/** Reading a whole table; to go through an index that holds all it needs is none. */
const WHOLE_TABLE =
  /Seq Scan on (\w+_snapshots|activity_returns|accounts|assignments)|"SCAN (\w+_snapshots|activity_returns|accounts|assignments|a)(?! USING COVERING INDEX)/;

/** Those that read, write what they read, or delete. */
const STATEMENTS = /^\s*(select|with|insert into activity_returns|delete)/i;

describe.each(ids)('queries of history on %s', id => {
  it('never read a whole table', async () => {
    const { knex, stores } = await open(id);
    await seed(stores);
    const { history } = stores;
    const month = { from: daysBefore(TODAY, 29), to: TODAY };
    const options = {
      on: '2026-08-01',
      withinDays: 60,
      graceDays: 30,
      thresholds: [30, 60],
    };
    const works: Record<string, () => Promise<unknown>> = {
      'days of the tenant': () => history.days('contoso', month),
      'days of a SKU': () => history.days('contoso', month, { skuId: idOf(3) }),
      'days of groups': () =>
        history.days('contoso', month, {
          groups: [3, 17, 18].map(index => `group:default/team-${index}`),
        }),
      'the first day': () => history.firstDay('contoso'),
      'the first day of a SKU': () =>
        history.firstDay('contoso', { skuId: idOf(3) }),
      'the first day of groups': () =>
        history.firstDay('contoso', { groups: ['group:default/team-3'] }),
      'a back-test of a SKU': () =>
        history.backTest('contoso', { ...options, skuId: idOf(3) }),
      'who is back': () =>
        stores.activity.storeRows(
          'contoso',
          [emailApp('person3@contoso.example', '2026-08-21')],
          AT,
        ),
      'a day that is saved again': () =>
        history.save('contoso', TODAY, { skus: [], groups: [] }),
    };
    const bad: string[] = [];
    for (const [name, work] of Object.entries(works)) {
      const plans = await plansOf(knex, work, STATEMENTS);
      expect(plans.length).toBeGreaterThan(0);
      for (const { sql, plan } of plans) {
        if (WHOLE_TABLE.test(plan)) {
          bad.push(`${name}: ${sql}\n${plan}`);
        }
      }
    }
    expect(bad).toEqual([]);

    const [{ plan }] = await plansOf(knex, async () => {
      await knex('sku_snapshots').where({ bought: 7 }).select('day');
    });
    expect(plan).toMatch(WHOLE_TABLE);
  });
});
