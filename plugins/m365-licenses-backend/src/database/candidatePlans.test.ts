import type { Knex } from 'knex';
import { CANDIDATE_REASONS } from 'backstage-plugin-m365-licenses-common';
import {
  AT,
  E3,
  E5,
  direct,
  idOf,
  testDatabases,
  user,
} from './__testUtils__/records';
import type { CandidateQuery, FoundCandidate, Stores } from './types';

jest.setTimeout(300_000);

const { ids, open } = testDatabases();
const ACCOUNTS = 8_000;
const PAGE = 1_000;

function candidateOf(number: number, skuId: string): FoundCandidate {
  // Few are deleted or overlap, most are unused.
  const type =
    number % 50 === 0
      ? CANDIDATE_REASONS[(number / 50) % CANDIDATE_REASONS.length]
      : 'inactive';
  const since = number % 9 ? `2026-0${1 + (number % 9)}-11` : null;
  return {
    skuId,
    state: number % 3 ? 'opportunity' : 'heldBack',
    reasons: [
      {
        type,
        since,
        services: ['exchange', 'teams', 'outlook'],
        lastActivityDate: since,
        reportRefreshDate: '2026-11-19',
        thresholdDays: 60,
        other: null,
        groups: [],
        unobservable: [],
      },
    ],
    heldBack: [],
    since,
    direct: number % 4 > 0,
    otherSkuId: null,
  };
}

async function seed(knex: Knex, stores: Stores) {
  const seen = stores.accounts.startReading();
  for (let first = 0; first < ACCOUNTS; first += PAGE) {
    await stores.accounts.storePage(
      'contoso',
      Array.from({ length: PAGE }, (_, index) => {
        const number = first + index;
        return user(number, {
          displayName: `Name ${(number * 7919) % ACCOUNTS}`,
          surname: `Surname ${number}`,
          mail: number % 20 ? null : `mail${number}@elsewhere.example`,
          department: number % 9 ? `Department ${number % 40}` : null,
          country: `Country ${number % 30}`,
          jobTitle: `Senior consultant, level ${number % 30}`,
          assignments: [direct(E3)],
        });
      }),
      seen,
      { at: AT, signIns: true },
    );
  }
  await stores.accounts.markUnseenDeleted('contoso', seen, AT);
  await stores.catalogGroups.replaceMembers(
    'contoso',
    Array.from({ length: ACCOUNTS }, (_, number) => ({
      accountId: idOf(number),
      groups: [`group:default/team-${number % 200}`],
      home: `group:default/team-${number % 200}`,
    })),
    AT,
  );
  const accounts: {
    number: number;
    display_name: string;
    department: string | null;
  }[] = await knex('accounts').select('number', 'display_name', 'department');
  for (let first = 0; first < accounts.length; first += PAGE) {
    await stores.candidates.storeFor(
      'contoso',
      accounts.slice(first, first + PAGE).map(row => ({
        account: {
          number: row.number,
          displayName: row.display_name,
          department: row.department,
        },
        candidates: [
          candidateOf(row.number, E3),
          ...(row.number % 10 ? [] : [candidateOf(row.number, E5)]),
        ],
      })),
    );
  }
  await stores.candidates.recount('contoso');
  await stores.candidates.revalue('contoso', new Map([[E3, 400]]));
}

/** Every reading query that something sends to the database, with its plan. */
async function plansOf(knex: Knex, work: () => Promise<unknown>) {
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

const WHOLE_TABLE =
  /Seq Scan on (candidates|accounts|assignments|catalog_members)|"SCAN (candidates|accounts|assignments|catalog_members)(?! USING)/;
/**
 * Whether all that a filter leaves is read and sorted for a page. PostgreSQL
 * does so where it knows that few rows are left, which costs nothing.
 */
function isSorted(plan: string): boolean {
  const [, rows] = /Sort {2}\(cost=\S+ rows=(\d+)/.exec(plan) ?? [];
  return Number(rows) > 500 || plan.includes('USE TEMP B-TREE FOR ORDER BY');
}

describe.each(ids)('queries of candidates on %s', id => {
  let knex: Knex;
  let stores: Stores;

  beforeAll(async () => {
    ({ knex, stores } = await open(id));
    await seed(knex, stores);
  });

  const SORTS = ['displayName', 'since', 'value'] as const;
  const ORDERS = ['asc', 'desc'] as const;
  const OWN_FILTERS: Partial<CandidateQuery>[] = [
    {},
    { skuId: E3 },
    { skuId: E5 },
    { reason: 'inactive' },
    { reason: 'overlap' },
    { state: 'heldBack' },
    { skuId: E3, state: 'opportunity' },
    { reason: 'inactive', state: 'heldBack' },
    { skuId: E3, reason: 'inactive' },
    { department: 'Department 3' },
    { department: 'Department 3', skuId: E3 },
  ];
  const ACCOUNT_FILTERS: Partial<CandidateQuery>[] = [
    { text: 'name 12' },
    { text: 'mail' },
    { groups: ['group:default/team-7', 'group:default/team-8'] },
    { visible: { department: ['Department 3'] } },
    { visible: { groups: ['group:default/team-7', 'group:default/team-8'] } },
    {
      visible: {
        allOf: [
          { department: ['Department 3'] },
          { not: { country: ['Country 7'] } },
        ],
      },
    },
    { department: 'Department 3', skuId: E3, state: 'opportunity' },
  ];

  /** The first two pages. */
  const read = async (request: CandidateQuery) => {
    const { candidates } = stores;
    const { nextCursor } = await candidates.list('contoso', request);
    await candidates.list('contoso', { ...request, cursor: nextCursor });
  };

  const badPlans = async (
    filters: Partial<CandidateQuery>[],
    isBad: (plan: string) => boolean,
  ) => {
    const bad: string[] = [];
    for (const filter of filters) {
      for (const sort of SORTS) {
        for (const order of ORDERS) {
          const request = { limit: 50, sort, order, ...filter };
          const plans = await plansOf(knex, () => read(request));
          expect(plans.length).toBeGreaterThan(3);
          for (const { sql, plan } of plans) {
            if (isBad(plan)) {
              bad.push(`${JSON.stringify(request)}: ${sql}\n${plan}`);
            }
          }
        }
      }
    }
    return bad;
  };

  it('a page by what candidates have themselves is read in order from an index', async () => {
    expect(
      await badPlans(
        OWN_FILTERS,
        plan => WHOLE_TABLE.test(plan) || isSorted(plan),
      ),
    ).toEqual([]);
  });

  it('a page by what accounts have never reads a whole table', async () => {
    expect(
      await badPlans(ACCOUNT_FILTERS, plan => WHOLE_TABLE.test(plan)),
    ).toEqual([]);
  });

  it('the candidates of a page of accounts are found by index', async () => {
    const plans = await plansOf(knex, async () => {
      await stores.candidates.ofAccounts('contoso', [1, 2, 3].map(idOf));
      await stores.candidates.storeFor('contoso', [
        {
          account: { number: 7, displayName: 'Name', department: null },
          candidates: [],
        },
      ]);
      await stores.candidates.counts('contoso');
      await stores.exemptions.list('contoso', { limit: 50 });
    });
    expect(plans.filter(({ plan }) => WHOLE_TABLE.test(plan))).toEqual([]);
  });

  it('a plan that reads the whole table would be seen', async () => {
    const [{ plan }] = await plansOf(knex, async () => {
      await knex('candidates').where({ evidence: 'x' }).select('number');
    });
    expect(plan).toMatch(WHOLE_TABLE);
    const [{ plan: sorted }] = await plansOf(knex, async () => {
      await knex('candidates')
        .where({ tenant: 'contoso' })
        .orderBy('evidence')
        .select('number');
    });
    expect(isSorted(sorted)).toBe(true);
  });
});
