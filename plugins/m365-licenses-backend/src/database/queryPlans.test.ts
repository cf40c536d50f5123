import type { Knex } from 'knex';
import {
  ASSIGNMENT_STATUSES,
  SERVICES,
} from 'backstage-plugin-m365-licenses-common';
import type { AccountQuery, ActivityQuery, Stores } from './types';
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

jest.setTimeout(300_000);

const { ids, open } = testDatabases();
const ACCOUNTS = 20_000;
const PAGE = 1_000;
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';

/** Plans that organizations often switch off. */
const disabledPlans = [
  // Sway, Stream, To Do, Forms, Kaizala.
  'a23b959c-7ce8-4e57-9140-b90eb88a9e97',
  '9e700747-8b1d-45e5-ab8d-ef187ceec156',
  'c87f142c-d1e9-4363-8630-aaea9c4d9ae5',
  '2789c901-c14e-48ab-a76a-be334d9d793a',
  'aebd3021-9f8f-4bf8-bbe3-0ed2f4f047a1',
];

async function seed(stores: Stores) {
  const seen = stores.accounts.startReading();
  await stores.licenses.store(
    'contoso',
    {
      skus: [
        E3,
        E5,
        ...Array.from({ length: 12 }, (_, index) => idOf(index)),
      ].map(skuId =>
        sku(skuId, {
          servicePlans: [{ servicePlanId: TEAMS, servicePlanName: 'TEAMS1' }],
        }),
      ),
    },
    AT,
  );
  for (let first = 0; first < ACCOUNTS; first += PAGE) {
    const users = Array.from({ length: PAGE }, (_, index) => {
      const number = first + index;
      const name = (number * 7919) % ACCOUNTS;
      return user(number, {
        displayName: `Name ${name}`,
        surname: `Surname ${name}`,
        mail: number % 20 ? null : `mail${name}@elsewhere.example`,
        department: number % 9 ? `Department ${number % 40}` : null,
        accountEnabled: number % 15 > 0,
        userType: number % 20 ? 'member' : 'guest',
        // As wide as real ones: in a narrow table, reading all is cheap.
        jobTitle: `Senior consultant, level ${number % 30}`,
        companyName: 'Contoso Consulting Services International GmbH',
        officeLocation: `Building ${number % 50}, Example Street 12, Berlin`,
        lastSuccessfulSignInDateTime: '2026-11-20T07:00:00Z',
        createdDateTime: `20${10 + (name % 15)}-01-01T00:00:00Z`,
        assignments:
          number % 5 === 0
            ? []
            : [
                direct(number % 100 ? E3 : E5, { disabledPlans }),
                direct(idOf(number % 12), {
                  assignedByGroup: GROUP,
                  disabledPlans,
                }),
              ],
      });
    });
    await stores.accounts.storePage('contoso', users, seen, {
      at: AT,
      signIns: true,
    });
    await stores.activity.storeRows(
      'contoso',
      users
        .filter((_, index) => index % 8 > 0)
        .map((each, index) =>
          activeUser(each.userPrincipalName, {
            teams: `2026-0${1 + (index % 9)}-11`,
            yammer: index % 50 ? null : '2026-10-11',
          }),
        ),
      AT,
    );
  }
  await stores.accounts.markUnseenDeleted('contoso', seen, AT);
  for (const report of ['activeUsers', 'emailApps'] as const) {
    await stores.activity.completeReport('contoso', report, '2026-11-19', AT);
  }
}

/** Every query that something sends to the database, with its plan. */
async function plansOf(
  knex: Knex,
  work: () => Promise<unknown>,
): Promise<{ sql: string; plan: string }[]> {
  const queries: { sql: string; bindings: Knex.RawBinding[] }[] = [];
  const listen = (query: (typeof queries)[number]) => queries.push(query);
  knex.on('query', listen);
  await work();
  knex.removeListener('query', listen);
  const plans: { sql: string; plan: string }[] = [];
  for (const { sql, bindings } of queries.filter(query =>
    /^\s*(select|with)/i.test(query.sql),
  )) {
    const explain = knex.client.config.client.includes('pg')
      ? 'explain'
      : 'explain query plan';
    const statement = sql.replace(/\$\d+/g, '?');
    const plan = await knex.raw(`${explain} ${statement}`, bindings);
    plans.push({ sql, plan: JSON.stringify(plan.rows ?? plan, null, 1) });
  }
  return plans;
}

/** Reading a whole table; to go through an index that holds all it needs is none. */
const WHOLE_TABLE =
  /Seq Scan on (accounts|assignments)|"SCAN (accounts|assignments|a)(?! USING COVERING INDEX)/;

describe.each(ids)('queries on %s', id => {
  it('never read a whole table', async () => {
    const { knex, stores } = await open(id);
    await seed(stores);
    const { accounts, activity } = stores;
    const list = (query: Partial<AccountQuery>) => async () => {
      const request: AccountQuery = {
        ...THRESHOLD,
        deleted: false,
        sort: 'displayName',
        order: 'asc',
        limit: 50,
        ...query,
      };
      const { nextCursor } = await accounts.list('contoso', request);
      await accounts.list('contoso', { ...request, cursor: nextCursor });
    };
    const use = (query: Partial<ActivityQuery>) => async () => {
      const request: ActivityQuery = {
        ...THRESHOLD,
        sort: 'displayName',
        order: 'asc',
        limit: 50,
        ...query,
      };
      const { nextCursor } = await activity.list('contoso', request);
      await activity.list('contoso', { ...request, cursor: nextCursor });
    };
    const works: Record<string, () => Promise<unknown>> = {
      counts: () => accounts.counts('contoso'),
      statusCounts: () => accounts.statusCounts('contoso', THRESHOLD),
      serviceCounts: () => activity.serviceCounts('contoso', THRESHOLD),
      departments: () => accounts.departments('contoso'),
      licenses: () => stores.licenses.list('contoso', THRESHOLD),
      getMany: () =>
        accounts.getMany('contoso', [1, 2, 3].map(idOf), THRESHOLD),
      get: () => accounts.get('contoso', 'person7@contoso.example', THRESHOLD),
      match: () =>
        accounts.match('contoso', {
          ids: [idOf(1)],
          userPrincipalNames: ['person2@contoso.example'],
          emails: ['mail3@elsewhere.example'],
        }),
      countUnseen: () =>
        accounts.countUnseen('contoso', accounts.startReading()),
      groupsToName: () => accounts.groupsToName('contoso', AT),
      storePage: () =>
        accounts.storePage('contoso', [user(1)], accounts.startReading(), {
          at: AT,
          signIns: true,
        }),
      storeRows: () =>
        activity.storeRows(
          'contoso',
          [activeUser('person1@contoso.example', { teams: '2026-11-11' })],
          AT,
        ),
    };
    for (const order of ['asc', 'desc'] as const) {
      for (const sort of [
        'displayName',
        'userPrincipalName',
        'department',
        'lastActivityDate',
        'createdAt',
      ] as const) {
        works[`${sort} ${order}`] = list({ sort, order });
        works[`deleted by ${sort} ${order}`] = list({
          sort,
          order,
          deleted: true,
        });
      }
      for (const service of [undefined, ...SERVICES]) {
        works[`activity ${service} ${order}`] = use({
          service,
          sort: 'lastActivityDate',
          order,
        });
      }
    }
    const filters: Partial<AccountQuery>[] = [
      { text: 'name 12' },
      { text: 'mail' },
      { status: 'active' },
      { status: 'inactive' },
      { status: 'neverActive' },
      { status: 'inGrace' },
      { status: 'unlicensed' },
      { skuId: E3 },
      { skuId: E5 },
      ...ASSIGNMENT_STATUSES.flatMap(licenseStatus => [
        { skuId: E3, licenseStatus },
        { skuId: E5, licenseStatus },
      ]),
      { department: 'Department 3' },
      { enabled: false },
      { userType: 'guest' },
      { visible: { department: ['Department 3'] } },
      { skuId: E5, status: 'inactive', department: 'Department 3' },
    ];
    for (const filter of filters) {
      works[JSON.stringify(filter)] = list(filter);
      works[`${JSON.stringify(filter)} by activity`] = list({
        ...filter,
        sort: 'lastActivityDate',
      });
    }
    for (const status of ['active', 'inactive', 'neverActive'] as const) {
      works[`activity ${status}`] = use({ status });
      works[`teams ${status}`] = use({ status, service: 'teams' });
      works[`yammer ${status}`] = use({ status, service: 'yammer', skuId: E5 });
    }

    const bad: string[] = [];
    for (const [name, work] of Object.entries(works)) {
      const plans = await plansOf(knex, work);
      expect(plans.length).toBeGreaterThan(0);
      for (const { sql, plan } of plans) {
        if (WHOLE_TABLE.test(plan)) {
          bad.push(`${name}: ${sql}\n${plan}`);
        }
      }
    }
    expect(bad).toEqual([]);

    const [{ plan }] = await plansOf(knex, async () => {
      await knex('accounts').where({ job_title: 'x' }).select('id');
    });
    expect(plan).toMatch(WHOLE_TABLE);
  });
});
