import fc from 'fast-check';
import { daysBefore } from '../insights/activity';
import { BACK_TEST_THRESHOLDS } from '../insights/backTest';
import type { Stores } from './types';
import {
  activeUser,
  AT,
  direct,
  E3,
  E5,
  emailApp,
  GROUP,
  sku,
  storeRoster,
  testDatabases,
  user,
} from './__testUtils__/records';

jest.setTimeout(300_000);

const { ids, open } = testDatabases();

const EXCHANGE = 'efb87545-963c-4e0d-99df-69c6916d9eb0';
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const YAMMER = '7547a3fe-08ee-4ccb-b430-5077c5041653';
const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';
const VISIO_PLAN = '663a804f-1c30-4ff0-9915-9db84f0d1cea';
const SKUS: [skuId: string, plans: string[]][] = [
  [E3, [EXCHANGE, TEAMS]],
  [E5, [EXCHANGE, YAMMER]],
  [VISIO, [VISIO_PLAN]],
];

/** Days are numbered; the first report is of day 0. */
const DAYS = 170;
const dayOf = (number: number) => daysBefore('2026-01-01', -number);

type Used = 'exchange' | 'teams' | 'yammer' | 'outlook';
const SERVICES_OF: Record<string, Used[]> = {
  [EXCHANGE]: ['exchange', 'outlook'],
  [TEAMS]: ['teams'],
  [YAMMER]: ['yammer'],
  [VISIO_PLAN]: [],
};

/** Days of use: now and then, with times away between. */
const use = fc
  .tuple(
    fc.integer({ min: -60, max: 120 }),
    fc.array(
      fc.record({ days: fc.integer({ min: 1, max: 30 }), away: fc.nat(75) }),
      { maxLength: 5 },
    ),
  )
  .map(([begin, stints]) => {
    const days: number[] = [];
    let day = begin;
    for (const stint of stints) {
      for (let last = day + stint.days; day < last; day += 1) {
        days.push(day);
      }
      day += stint.away;
    }
    return days.filter(each => each < DAYS);
  });

/** Many services are not used at all. */
const oftenNone = fc.oneof(fc.constant<number[]>([]), use);

const path = fc.record({
  product: fc.nat(SKUS.length - 1),
  group: fc.boolean(),
  assigned: fc.integer({ min: -150, max: DAYS }),
  disabled: fc.oneof(
    fc.constant<string[]>([]),
    fc.subarray([EXCHANGE, TEAMS, YAMMER]),
  ),
});

const person = fc.record({
  days: fc.record({
    exchange: oftenNone,
    teams: oftenNone,
    yammer: oftenNone,
    outlook: oftenNone,
  }),
  paths: fc.uniqueArray(path, {
    minLength: 1,
    maxLength: 4,
    selector: ({ product, group }) => `${product} ${group}`,
  }),
  deleted: fc.integer({ min: 0, max: 9 }).map(number => number === 0),
});

const PEOPLE = fc.sample(person, { numRuns: 90, seed: 20261122 });
const name = (number: number) => `person${number}@contoso.example`;

/** What the reports of a day say of everybody. */
async function report(
  stores: Stores,
  refresh: number,
  { tenant = 'contoso', rows: rowCount = PEOPLE.length } = {},
) {
  const reportRefreshDate = dayOf(refresh);
  const last = (days: number[]) => {
    const reported = days.filter(day => day <= refresh);
    return reported.length === 0 ? null : dayOf(Math.max(...reported));
  };
  const rows = {
    activeUsers: PEOPLE.map(({ days }, number) =>
      activeUser(
        name(number),
        {
          exchange: last(days.exchange),
          teams: last(days.teams),
          yammer: last(days.yammer),
        },
        { reportRefreshDate },
      ),
    ),
    emailApps: PEOPLE.map(({ days }, number) =>
      emailApp(name(number), last(days.outlook), { reportRefreshDate }),
    ),
  };
  for (const kind of ['activeUsers', 'emailApps'] as const) {
    await stores.activity.storeRows(tenant, rows[kind], AT);
    await stores.activity.completeReport(
      tenant,
      kind,
      reportRefreshDate,
      AT,
      rowCount,
    );
  }
}

async function roster(
  stores: Stores,
  { department = 'Sales', withDeleted = true, tenant = 'contoso' } = {},
) {
  const users = PEOPLE.flatMap(({ paths, deleted }, number) =>
    deleted && !withDeleted
      ? []
      : user(number, {
          department,
          assignments: paths.map(each =>
            direct(SKUS[each.product][0], {
              assignedByGroup: each.group ? GROUP : null,
              disabledPlans: each.disabled,
              lastUpdatedDateTime: `${dayOf(each.assigned)}T08:00:00Z`,
            }),
          ),
        }),
  );
  await storeRoster(stores, users, { tenant });
}

async function licenses(stores: Stores, tenant = 'contoso') {
  await stores.licenses.store(
    tenant,
    {
      skus: SKUS.map(([skuId, plans]) =>
        sku(skuId, {
          servicePlans: plans.map(servicePlanId => ({
            servicePlanId,
            servicePlanName: '',
            appliesTo: 'User',
          })),
        }),
      ),
    },
    AT,
  );
}

/** The same from every day of everybody's use, as it was. */
function reckon(options: {
  on: number;
  withinDays: number;
  threshold: number;
  graceDays: number;
  skuId?: string;
}) {
  const { on, withinDays, threshold, graceDays, skuId } = options;
  let candidates = 0;
  let returned = 0;
  for (const { days, paths, deleted } of PEOPLE) {
    for (const [product, [id, plans]] of SKUS.entries()) {
      const held = paths
        .filter(each => each.product === product)
        .map(({ assigned, disabled }) => ({
          assigned,
          services: plans
            .filter(plan => !disabled.includes(plan))
            .flatMap(plan => SERVICES_OF[plan]),
        }))
        .filter(({ services }) => services.length > 0);
      const then = held
        .map(({ assigned }) => assigned)
        .filter(assigned => assigned < on);
      if (deleted || then.length === 0 || (skuId && skuId !== id)) {
        continue;
      }
      const used = held.flatMap(({ services }) =>
        services.flatMap(service => days[service]),
      );
      const before = used.filter(day => day <= on);
      const isCandidate =
        before.length === 0
          ? Math.max(...then) < on - graceDays
          : Math.max(...before) < on - threshold;
      if (isCandidate) {
        candidates += 1;
        if (used.some(day => on < day && day <= on + withinDays)) {
          returned += 1;
        }
      }
    }
  }
  return { inactiveAfterDays: threshold, candidates, returned };
}

describe.each(ids)('back-tests on %s', id => {
  it('count what every day of use would tell', async () => {
    const { knex, stores } = await open(id);
    await licenses(stores);
    await roster(stores);
    // Another tenant, whose reports are a day behind.
    await licenses(stores, 'another');
    await roster(stores, { tenant: 'another' });
    for (let day = 0; day < DAYS; day += 1) {
      await report(stores, day);
      if (day % 20 === 0) {
        await report(stores, day, { tenant: 'another' });
      }
      if (day === 80) {
        await roster(stores, { department: 'Marketing' });
      }
    }
    await roster(stores, { department: 'Marketing', withDeleted: false });

    expect(await stores.history.reportedTimes('contoso')).toEqual([
      { first: dayOf(0), last: dayOf(DAYS - 1) },
    ]);
    let candidates = 0;
    let returned = 0;
    for (const on of [0, 1, 14, 15, 16, 33, 50, 79, 80, 81, 100, 120, 150]) {
      for (const [withinDays, graceDays, skuId] of [
        [60, 30, undefined],
        [1, 0, undefined],
        [14, 7, E3],
        [30, 30, E5],
        [30, 0, VISIO],
      ] as const) {
        const found = await stores.history.backTest('contoso', {
          on: dayOf(on),
          withinDays,
          graceDays,
          thresholds: BACK_TEST_THRESHOLDS,
          skuId,
        });
        const expected = BACK_TEST_THRESHOLDS.map(threshold =>
          reckon({ on, withinDays, graceDays, skuId, threshold }),
        );
        expect({ on, withinDays, skuId, found }).toEqual({
          on,
          withinDays,
          skuId,
          found: expected,
        });
        candidates += expected[0].candidates;
        returned += expected[0].returned;
      }
    }
    // The people are not all alike.
    expect(returned).toBeGreaterThan(100);
    expect(candidates).toBeGreaterThan(2 * returned);
    expect(
      await knex('activity_returns').whereNull('inactive_since').first(),
    ).toBeDefined();
  });

  it('know nothing of the time before each report was stored once', async () => {
    const { knex, stores } = await open(id);
    const { activity, history } = stores;
    await licenses(stores);
    await roster(stores);
    const oneDay = (day: number) => ({ reportRefreshDate: dayOf(day) });
    const active = (day: number) =>
      activity.storeRows(
        'contoso',
        PEOPLE.map((_, number) =>
          activeUser(name(number), { teams: dayOf(day) }, oneDay(day)),
        ),
        AT,
      );
    const complete = (kind: 'activeUsers' | 'emailApps', day: number) =>
      activity.completeReport('contoso', kind, dayOf(day), AT, PEOPLE.length);
    const returns = async () =>
      (await knex('activity_returns').select('returned_on')).length;

    expect(await history.reportedTimes('contoso')).toEqual([]);
    await active(1);
    await complete('activeUsers', 1);
    await active(30);
    await complete('activeUsers', 30);
    expect(await history.reportedTimes('contoso')).toEqual([]);
    expect(await returns()).toBe(0);

    await complete('emailApps', 30);
    expect(await history.reportedTimes('contoso')).toEqual([
      { first: dayOf(30), last: dayOf(30) },
    ]);
    // Who reads mail only was there on that day, too; nobody is back after it.
    await activity.storeRows(
      'contoso',
      PEOPLE.map((_, number) => emailApp(name(number), dayOf(30), oneDay(30))),
      AT,
    );
    expect(await returns()).toBe(0);
    await active(44);
    expect(await returns()).toBe(0);
    await active(59);
    const withTeams = PEOPLE.filter(({ paths }) =>
      paths.some(
        each => SKUS[each.product][0] === E3 && !each.disabled.includes(TEAMS),
      ),
    );
    expect(await returns()).toBe(withTeams.length);
  });

  it('are about times in which reports kept coming', async () => {
    const { stores } = await open(id);
    await licenses(stores);
    await roster(stores);
    for (const day of [0, 5, 12, 20, 27, 27, 28]) {
      await report(stores, day);
    }
    expect(await stores.history.reportedTimes('contoso')).toEqual([
      { first: dayOf(0), last: dayOf(12) },
      { first: dayOf(20), last: dayOf(28) },
    ]);
    expect(await stores.history.reportedTimes('another')).toEqual([]);

    // Who is missing in a report that lost half its rows may well be active.
    await report(stores, 31, { rows: PEOPLE.length / 2 });
    await report(stores, 36);
    expect((await stores.history.reportedTimes('contoso')).at(-1)).toEqual({
      first: dayOf(36),
      last: dayOf(36),
    });
  });
});
