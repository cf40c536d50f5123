import {
  ASSIGNMENT_STATUSES,
  SERVICES,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { activityLimits } from '../insights/activity';
import { licenseStatuses, UseCounter } from '../insights/useCounts';
import { LONG_LIST } from './accountFilter';
import type {
  AccountQuery,
  ActivityQuery,
  AssignmentQuery,
  Stores,
  SuspiciousActivityQuery,
} from './types';
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
import { Upkeep } from './Upkeep';
import { plansOf } from './__testUtils__/plans';

jest.setTimeout(300_000);

const { ids, open } = testDatabases();
const ACCOUNTS = 20_000;
const PAGE = 1_000;
/** When some accounts changed again. */
const LATER = '2026-11-22T12:00:00.000Z';
const STRANGERS = 5_000;
const DEPARTMENTS = 10;
const TEAMS = 200;
const TEAMS_PLAN = '57ff2da0-773e-42df-b2af-ffb7a2317929';

const departmentRef = (number: number) => `group:default/department-${number}`;
const teamRef = (number: number) => `group:default/team-${number}`;
/** Of ten departments. */
const teamsOf = (department: number) =>
  Array.from({ length: TEAMS / DEPARTMENTS }, (_, index) =>
    teamRef(department + index * DEPARTMENTS),
  );

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
          servicePlans: [
            {
              servicePlanId: TEAMS_PLAN,
              servicePlanName: 'TEAMS1',
              appliesTo: 'User',
            },
          ],
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
    await stores.activity.completeReport(
      'contoso',
      report,
      '2026-11-19',
      AT,
      ACCOUNTS,
    );
  }
  await stores.accounts.storePage(
    'contoso',
    Array.from({ length: 100 }, (_, number) =>
      user(number * 7, { assignments: [direct(E5)] }),
    ),
    seen,
    { at: new Date(LATER), signIns: true },
  );
  await seedGroups(stores);
  await seedSuspicious(stores);
  await seedCounts(stores);
}

async function seedGroups({ catalogGroups }: Stores) {
  await catalogGroups.replaceGroups(
    [
      ...Array.from({ length: DEPARTMENTS }, (_, number) => ({
        ref: departmentRef(number),
        parent: null,
        displayName: `Department ${number}`,
      })),
      ...Array.from({ length: TEAMS }, (_, number) => ({
        ref: teamRef(number),
        parent: departmentRef(number % DEPARTMENTS),
        displayName: `Team ${number}`,
      })),
    ],
    AT,
  );
  await catalogGroups.replaceMembers(
    'contoso',
    Array.from({ length: ACCOUNTS }, (_, number) => {
      const home = teamRef(number % TEAMS);
      return { accountId: idOf(number), groups: [home], home };
    }),
    AT,
  );
}

async function seedSuspicious({ activity, evaluation, suspicious }: Stores) {
  for (let first = 0; first < STRANGERS; first += PAGE) {
    await activity.storeRows(
      'contoso',
      Array.from({ length: PAGE }, (_, index) =>
        activeUser(`stranger${first + index}@contoso.example`, {
          teams: `2026-0${1 + (index % 9)}-12`,
        }),
      ),
      AT,
    );
  }
  for await (const accounts of evaluation.accounts('contoso', {
    deletedSince: THRESHOLD.today,
  })) {
    await suspicious.storeFor(
      'contoso',
      accounts.map(account => ({
        account,
        cause: account.userType === 'guest' ? 'guest' : null,
      })),
      AT,
    );
  }
}

async function seedCounts({ evaluation }: Stores) {
  const counter = new UseCounter();
  for await (const accounts of evaluation.accounts('contoso', {
    deletedSince: THRESHOLD.today,
  })) {
    for (const account of accounts) {
      counter.add(
        account,
        licenseStatuses(account, activityLimits(THRESHOLD), []),
      );
    }
  }
  await evaluation.saveCounts('contoso', counter.counts(), AT);
}

/**
 * Reading a whole table that grows with the tenant; to go through an index that
 * holds all it needs is none, nor through that of the few suspicious accounts.
 */
const WHOLE_TABLE =
  /Seq Scan on (accounts|assignments|catalog_members|suspicious_activities)\b|"SCAN (accounts|assignments|a|s|catalog_members|suspicious_activities)\b(?! USING (COVERING INDEX|INDEX suspicious_activities_account_idx))/;

/**
 * Who asks for every assignment reads them all, page by page; they are counted
 * once. Suspicious activities are few, and most of them of one type.
 */
const COUNT_OF_ALL =
  /^select count\(\*\) as .count. from (.assignments. as .s. where .s.\..tenant. = \S+|.suspicious_activities. where \(?.tenant. = \S+( and .type. = \S+)?)$/;

/**
 * Whether all that match are found and sorted for a page. PostgreSQL sorts few
 * rows where it knows that few are left, which costs nothing.
 */
function isSorted(plan: string): boolean {
  const [, rows] = /Sort {2}\(cost=\S+ rows=(\d+)/.exec(plan) ?? [];
  return Number(rows) > 500 || plan.includes('USE TEMP B-TREE FOR ORDER BY');
}

describe.each(ids)('queries on %s', id => {
  let knex: Knex;
  let stores: Stores;

  beforeAll(async () => {
    ({ knex, stores } = await open(id));
    await seed(stores);
    // As at the end of a run.
    const upkeep = new Upkeep(knex);
    upkeep.wrote(
      ACCOUNTS,
      'accounts',
      'assignments',
      'catalog_members',
      'suspicious_activities',
    );
    await upkeep.run();
  });

  const MANY_GROUPS = [1, 2, 3].flatMap(number => [
    departmentRef(number),
    ...teamsOf(number),
  ]);
  const LONG_LISTS: Partial<AccountQuery>[] = [
    { skuId: E3 },
    { skuId: E3, licenseStatus: 'inactive' },
    { groups: MANY_GROUPS },
    { groups: MANY_GROUPS, skuId: E3, enabled: true },
    { visible: { groups: MANY_GROUPS } },
  ];

  it('a page of a long list goes through accounts in its order', async () => {
    const { accounts } = stores;
    const bad: string[] = [];
    for (const filter of LONG_LISTS) {
      for (const sort of ['displayName', 'createdAt'] as const) {
        const request: AccountQuery = {
          ...THRESHOLD,
          deleted: false,
          sort,
          order: 'desc',
          limit: 50,
          ...filter,
        };
        const { nextCursor, totalItems } = await accounts.list(
          'contoso',
          request,
        );
        expect(totalItems).toBeGreaterThan(LONG_LIST);
        const plans = await plansOf(knex, () =>
          accounts.list('contoso', { ...request, cursor: nextCursor }),
        );
        for (const { sql, plan } of plans) {
          if (isSorted(plan)) {
            bad.push(`${JSON.stringify(request)}: ${sql}\n${plan}`);
          }
        }
      }
    }
    expect(bad).toEqual([]);
  });

  it('long lists and short ones have every account once, in order', async () => {
    const { accounts } = stores;
    for (const filter of [
      ...LONG_LISTS,
      { skuId: E5 },
      { groups: [teamRef(7)] },
      { groups: MANY_GROUPS, sort: 'department' as const },
    ]) {
      const { skuId, visible } = filter;
      const groups =
        visible && 'groups' in visible ? visible.groups : filter.groups;
      const request: AccountQuery = {
        ...THRESHOLD,
        deleted: false,
        sort: 'displayName',
        order: 'desc',
        limit: 500,
        ...filter,
      };
      const key =
        request.sort === 'department' ? 'department_key' : 'display_name_key';
      const found: string[] = [];
      let total: number;
      let cursor: string | undefined;
      do {
        const page = await accounts.list('contoso', { ...request, cursor });
        found.push(
          ...page.items
            .filter(
              ({ licenses }) =>
                !filter.licenseStatus ||
                licenses.find(license => license.skuId === skuId)?.status ===
                  filter.licenseStatus,
            )
            .map(account => account.id),
        );
        total = page.totalItems;
        cursor = page.nextCursor;
      } while (cursor);
      const all: { id: string }[] = await knex('accounts')
        .where({ 'accounts.tenant': 'contoso', deleted: false })
        .modify(query => {
          if (groups) {
            query
              .join('catalog_members as m', 'm.account', 'accounts.number')
              .whereIn('m.group_ref', groups);
          }
          if (skuId) {
            query
              .join('assignments as s', 's.account', 'accounts.number')
              .where('s.sku_id', skuId);
          }
          if (filter.enabled !== undefined) {
            query.where('accounts.enabled', filter.enabled);
          }
        })
        .orderByRaw('?? is null', [key])
        .orderBy(key, 'desc')
        .orderBy('accounts.number', 'desc')
        .select('accounts.id');
      const distinct = new Set(found);
      expect(found).toHaveLength(total);
      expect(distinct.size).toBe(total);
      expect(found).toEqual(
        all
          .map(row => row.id)
          .filter(account => !filter.licenseStatus || distinct.has(account)),
      );
    }
  });

  it('never read a whole table', async () => {
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
    const assigned = (query: Partial<AssignmentQuery>) => async () => {
      const request: AssignmentQuery = { ...THRESHOLD, limit: 50, ...query };
      const { nextCursor } = await stores.assignments.list('contoso', request);
      await stores.assignments.list('contoso', {
        ...request,
        cursor: nextCursor,
      });
    };
    const odd = (query: Partial<SuspiciousActivityQuery>) => async () => {
      const request: SuspiciousActivityQuery = { limit: 50, ...query };
      const { nextCursor } = await stores.suspicious.list('contoso', request);
      await stores.suspicious.list('contoso', {
        ...request,
        cursor: nextCursor,
      });
    };
    const works: Record<string, () => Promise<unknown>> = {
      counts: () => accounts.counts('contoso'),
      statusCounts: () => accounts.statusCounts('contoso', THRESHOLD),
      serviceCounts: () => activity.serviceCounts('contoso', THRESHOLD),
      departments: () => accounts.departments('contoso'),
      'departments of a team': () =>
        accounts.departments('contoso', { groups: [teamRef(7)] }),
      'serviceCounts of a team': () =>
        activity.serviceCounts('contoso', {
          ...THRESHOLD,
          visible: { groups: [teamRef(7)] },
        }),
      licenses: () => stores.licenses.list('contoso'),
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
      groupsBelow: () => stores.catalogGroups.below(departmentRef(3)),
      membersAmong: () =>
        stores.catalogGroups.membersAmong('contoso', [1, 2, 3].map(idOf), [
          departmentRef(3),
          ...teamsOf(3),
        ]),
      'use of the tenant': () => stores.evaluation.counts('contoso', 'sku'),
      'use by department': () =>
        stores.evaluation.counts('contoso', 'department'),
      'roll-up of a group': () =>
        stores.evaluation.counts('contoso', 'group', teamsOf(3)),
      assignments: assigned({}),
      'assignments of E5': assigned({ skuId: E5 }),
      'assignments modified': assigned({ modifiedSince: LATER }),
      'assignments of E5 modified': assigned({
        skuId: E5,
        modifiedSince: LATER,
      }),
      suspicious: odd({}),
      'suspicious strangers': odd({ type: 'unknown' }),
      'suspicious guests': odd({ type: 'unrecognized' }),
      'suspicious recognized': odd({ type: 'recognized' }),
      'suspicious by text': odd({ text: 'stranger123' }),
      'suspicious types': () => stores.suspicious.types('contoso'),
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
        'modifiedAt',
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
      { groups: [teamRef(7)] },
      { groups: [departmentRef(3), ...teamsOf(3)] },
      { groups: [teamRef(7)], skuId: E3, licenseStatus: 'inactive' },
      { modifiedSince: LATER },
      { modifiedSince: LATER, skuId: E5 },
      { enabled: false },
      { userType: 'guest' },
      { visible: { department: ['Department 3'] } },
      { visible: { groups: [teamRef(7)] } },
      { visible: { groups: [departmentRef(3), ...teamsOf(3)] } },
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
        if (WHOLE_TABLE.test(plan) && !COUNT_OF_ALL.test(sql)) {
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
