import { mockServices } from '@backstage/backend-test-utils';
import {
  type BackTest,
  type History,
  licenseReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { readConfig } from '../config';
import type { SkuSnapshot, Stores } from '../database/types';
import { daysBefore } from '../insights/activity';
import {
  activeUser,
  AT,
  direct,
  E3,
  E5,
  emailApp,
  sku,
  storeRoster,
  testDatabases,
  user,
} from '../database/__testUtils__/records';
import {
  createHistoryHandlers,
  forecastOf,
  overviewChangesOf,
} from './historyHandlers';
import { Tenants } from './tenants';
import { serve, type Server } from './__testUtils__/server';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();

const TODAY = '2026-11-22';
const THRESHOLD = { today: TODAY, inactiveAfterDays: 60, graceDays: 30 };
const NOBODYS_SKU = '00000000-0000-4000-8000-000000000000';
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const SALES = 'group:default/sales';
const EMEA = 'group:default/sales-emea';
const PEOPLE = 12;
const NOBODY = {
  active: 0,
  inactive: 0,
  neverActive: 0,
  inGrace: 0,
  notMeasurable: 0,
  unknown: 0,
};

function snapshot(skuId: string, assigned: number): SkuSnapshot {
  return {
    skuId,
    forPeople: true,
    bought: 100,
    assigned,
    statuses: { ...NOBODY, active: assigned },
    candidates: 100 - assigned,
    annual: [{ amount: '1000.00', currency: 'EUR' }],
    savings: [],
  };
}

/** Ninety days of snapshots but a gap, in which a seat a day was assigned. */
async function snapshots(stores: Stores) {
  for (let ago = 0; ago < 90; ago += 1) {
    if (ago < 20 || ago > 27) {
      await stores.history.save('contoso', daysBefore(TODAY, ago), {
        skus: [snapshot(E3, 95 - ago), ...(ago < 5 ? [snapshot(E5, 50)] : [])],
        groups: [SALES, EMEA].map(groupRef => ({
          groupRef,
          accounts: 4,
          statuses: { ...NOBODY, active: 3, inactive: 1 },
          candidates: 1,
          annual: [{ amount: '40.00', currency: 'EUR' }],
          savings: [],
        })),
      });
    }
  }
}

/** Reports of each day up to the 18th: half the people came back on 30 June. */
async function activity(stores: Stores) {
  const { activity: store } = stores;
  await storeRoster(
    stores,
    Array.from({ length: PEOPLE }, (_, number) =>
      user(number, { assignments: [direct(E3)] }),
    ),
  );
  for (let day = '2026-05-01'; day <= '2026-11-18'; day = daysBefore(day, -1)) {
    const overrides = { reportRefreshDate: day };
    const rows = Array.from({ length: PEOPLE }, (_, number) =>
      activeUser(
        `person${number}@contoso.example`,
        {
          teams:
            day >= '2026-06-30' && number % 2 === 0
              ? '2026-06-30'
              : '2026-04-11',
        },
        overrides,
      ),
    );
    await store.storeRows('contoso', rows, AT);
    await store.storeRows(
      'contoso',
      [emailApp('person1@contoso.example', null, overrides)],
      AT,
    );
    for (const report of ['activeUsers', 'emailApps'] as const) {
      await store.completeReport('contoso', report, day, AT, PEOPLE);
    }
  }
}

describe.each(ids)('History on %s', databaseId => {
  let stores: Stores;
  let server: Server;

  const get = async (path: string, status = 200) => {
    const answer = await server.call('get', `/tenants${path}`);
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status,
    });
    return answer.body;
  };
  const history = (query = ''): Promise<History> =>
    get(`/contoso/history${query}`);
  const backTest = (query: string): Promise<BackTest> =>
    get(`/contoso/back-test?${query}`);

  beforeAll(async () => {
    ({ stores } = await open(databaseId));
    // Tenants that are no longer configured: their history is kept.
    const known = ['contoso', 'new'].map((name, index) => ({
      name,
      tenantId: [E3, E5][index],
    }));
    await stores.tenants.reconcile(known, AT);
    await stores.tenants.reconcile([], AT);
    await stores.licenses.store(
      'contoso',
      {
        skus: [E3, E5].map(skuId =>
          sku(skuId, {
            servicePlans: [
              { servicePlanId: TEAMS, servicePlanName: '', appliesTo: 'User' },
            ],
          }),
        ),
      },
      AT,
    );
    await stores.catalogGroups.replaceGroups(
      [
        { ref: SALES, parent: null, displayName: 'Sales' },
        { ref: EMEA, parent: SALES, displayName: 'Sales EMEA' },
      ],
      AT,
    );
    await snapshots(stores);
    await activity(stores);
    const config = readConfig(
      mockServices.rootConfig({ data: { m365Licenses: {} } }),
    );
    const tenants = Tenants.create({
      config,
      started: [],
      store: stores.tenants,
    });
    server = await serve(access =>
      createHistoryHandlers({
        tenants,
        stores,
        access,
        threshold: () => THRESHOLD,
      }),
    );
  });

  beforeEach(() => {
    server.denied.clear();
  });

  afterAll(() => server?.stop());

  it('is told day by day, with gaps left out', async () => {
    const { from, to, since, items } = await history();
    expect({ from, to, since }).toEqual({
      from: daysBefore(TODAY, 89),
      to: TODAY,
      since: daysBefore(TODAY, 89),
    });
    expect(items).toHaveLength(82);
    expect(items.at(-1)).toEqual({
      day: TODAY,
      bought: 200,
      assigned: 145,
      seats: [
        { use: 'active', seats: 145 },
        { use: 'unassigned', seats: 55 },
      ],
      candidates: 55,
      annual: [{ amount: '2000.00', currency: 'EUR' }],
      savings: [],
    });
    expect((await history('?days=1')).items.map(({ day }) => day)).toEqual([
      TODAY,
    ]);
    expect((await history('?days=731')).from).toBe('2024-11-22');
    await get('/contoso/history?days=732', 400);
  });

  it('is told of a license, and of a group with those below it', async () => {
    const license = await history(`?skuId=${E5.toUpperCase()}`);
    expect(license.since).toBe(daysBefore(TODAY, 4));
    expect(license.items).toHaveLength(5);
    expect(license.items[0]).toMatchObject({ bought: 100, assigned: 50 });

    const group = await history('?group=group:default/Sales&days=2');
    expect(group.items).toHaveLength(2);
    expect(group.items[1]).toEqual({
      day: TODAY,
      bought: null,
      assigned: 8,
      seats: [
        { use: 'active', seats: 6 },
        { use: 'inactive', seats: 2 },
      ],
      candidates: 2,
      annual: [{ amount: '80.00', currency: 'EUR' }],
      savings: [],
    });
    expect((await history(`?group=${EMEA}&days=1`)).items[0].assigned).toBe(4);

    await get(`/contoso/history?skuId=${NOBODYS_SKU}`, 404);
    const { error } = await get(
      `/contoso/history?skuId=${E3}&group=${SALES}`,
      400,
    );
    expect(error.message).toContain('give skuId or group');
    await get('/nobodys/history', 404);
    expect(await get('/new/history')).toMatchObject({ since: null, items: [] });
  });

  it('says what changed in 30 days, and when seats run out', async () => {
    const changes = (today: string) =>
      overviewChangesOf(stores.history, 'contoso', today);
    expect(await changes(TODAY)).toEqual({
      since: daysBefore(TODAY, 30),
      bought: 100,
      assigned: 80,
      candidates: 20,
      annual: [{ amount: '1000.00', currency: 'EUR' }],
      savings: [],
    });
    // The newest is three days old, and the one 30 days ago is in the gap.
    expect((await changes(daysBefore(TODAY, -3)))?.since).toBe(
      daysBefore(TODAY, 28),
    );
    expect(await changes(daysBefore(TODAY, -4))).toBeNull();
    expect(await changes(daysBefore(TODAY, 65))).toBeNull();
    expect(await overviewChangesOf(stores.history, 'new', TODAY)).toBeNull();

    const license = { skuId: E3, appliesTo: 'User', bought: 100 } as const;
    const forecast = (overrides = {}) =>
      forecastOf(
        stores.history,
        'contoso',
        { ...license, ...overrides },
        TODAY,
      );
    expect(await forecast()).toEqual({
      runsOutOn: daysBefore(TODAY, -5),
      perMonth: 30,
      from: daysBefore(TODAY, 89),
      to: TODAY,
      days: 82,
    });
    expect(await forecast({ skuId: E5 })).toBeNull();
    expect(await forecast({ appliesTo: 'Company' })).toBeNull();
  });

  it('says how right a threshold would have been', async () => {
    expect(await backTest('on=2026-06-01&withinDays=60')).toEqual({
      on: '2026-06-01',
      withinDays: 60,
      since: '2026-05-01',
      complete: true,
      items: [15, 30]
        .map(inactiveAfterDays => ({
          inactiveAfterDays,
          candidates: PEOPLE,
          returned: PEOPLE / 2,
        }))
        .concat(
          [60, 90, 120].map(inactiveAfterDays => ({
            inactiveAfterDays,
            candidates: 0,
            returned: 0,
          })),
        ),
    });
    expect(
      (await backTest('on=2026-06-01&withinDays=28&inactiveAfterDays=30'))
        .items,
    ).toEqual([{ inactiveAfterDays: 30, candidates: PEOPLE, returned: 0 }]);
    expect(
      (await backTest(`on=2026-06-01&inactiveAfterDays=15&skuId=${E5}`)).items,
    ).toEqual([{ inactiveAfterDays: 15, candidates: 0, returned: 0 }]);
    // Its 60 days end after the newest report.
    expect(await backTest('on=2026-10-01')).toMatchObject({
      complete: false,
      items: expect.arrayContaining([
        { inactiveAfterDays: 120, candidates: PEOPLE / 2, returned: 0 },
      ]),
    });
  });

  it('claims nothing of days of which it knows nothing', async () => {
    expect(await backTest('on=2026-04-30')).toEqual({
      on: '2026-04-30',
      withinDays: 60,
      since: '2026-05-01',
      complete: false,
      items: [],
    });
    expect(await get('/new/back-test?on=2026-06-01')).toMatchObject({
      since: null,
      complete: false,
      items: [],
    });
    const refused = async (query: string, status = 400) =>
      (await get(`/contoso/back-test?${query}`, status)).error.message;
    expect(await refused(`on=${TODAY}`)).toContain('not before');
    expect(await refused('on=2026-11-19')).toContain(
      'choose 2026-11-18 or an earlier day',
    );
    expect(await refused('on=2026-06-01&inactiveAfterDays=14')).toContain(
      'inactiveAfterDays must be >= 15',
    );
    await refused('withinDays=60');
    await refused(`on=2026-06-01&skuId=${NOBODYS_SKU}`, 404);
  });

  it('is for those who may read licenses, and audited', async () => {
    server.audited.length = 0;
    await history();
    await backTest('on=2026-06-01');
    server.denied.add(licenseReadPermission.name);
    await get('/contoso/history', 403);
    await get('/contoso/back-test?on=2026-06-01', 403);
    expect(server.audited).toMatchObject([
      { eventId: 'history-fetch', severityLevel: 'low' },
      { eventId: 'back-test-fetch', severityLevel: 'low' },
      { eventId: 'history-fetch', failed: true },
      { eventId: 'back-test-fetch', failed: true },
    ]);
  });
});
