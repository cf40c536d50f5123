import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  type Assignment,
  type Candidate,
  type CandidateSummary,
  type EntitySpend,
  type License,
  type Spend,
  type SpendBy,
  type SpendPart,
  type SuspiciousActivity,
  type Task,
  type TermInput,
} from 'backstage-plugin-m365-licenses-common';
import {
  type Account,
  CAST,
  countUse,
  PRODUCTS,
  type Saving,
  type Simulator,
  type SkuPartNumber,
  startSimulator,
  type Tenant,
  type UseTruth,
} from 'graph-simulator';
import type { Knex } from 'knex';
import request from 'supertest';
import { settingsOf } from './__testUtils__/settings';
import { waitFor } from './__testUtils__/waitFor';
import m365LicensesPlugin from './index';

jest.setTimeout(120_000);

const DAY_MS = 86_400_000;
const USER = 'user:default/robin.sommer';
const member = (surname: string) => {
  const found = CAST.find(each => each.surname === surname);
  if (!found) {
    throw new Error(`Nobody of the cast is called ${surname}`);
  }
  return found;
};

/** Viktor left long ago and is active all the same; Samuel is deleted. */
const viktor = member('Lange');
const samuel = member('Adeyemi');

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * DAY_MS);
}

function group(name: string, parent?: string): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name, namespace: 'default' },
    spec: { type: 'team', children: [] },
    relations: parent
      ? [{ type: 'childOf', targetRef: `group:default/${parent}` }]
      : [],
  };
}

const TEAMS = ['Platform', 'Finance', 'Sales'];
const entities: Entity[] = [
  group('contoso'),
  ...TEAMS.map(team => group(team.toLowerCase(), 'contoso')),
  ...CAST.map(({ id, givenName, surname, team }) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: {
      name: `${givenName}.${surname}`.toLowerCase(),
      namespace: 'default',
      annotations: { 'graph.microsoft.com/user-id': id },
    },
    spec: {},
    relations: [
      {
        type: 'memberOf',
        targetRef: `group:default/${team.toLowerCase()}`,
      },
    ],
  })),
];

/** What is paid a year for a seat, in cents, by the terms that are entered. */
const YEARLY: Partial<
  Record<
    SkuPartNumber,
    {
      currency: string;
      frequency: TermInput['frequency'];
      cost: string;
      cents: number;
    }
  >
> = {
  SPE_E5: {
    currency: 'EUR',
    frequency: 'monthly',
    cost: '54.75',
    cents: 65_700,
  },
  SPE_E3: {
    currency: 'EUR',
    frequency: 'monthly',
    cost: '33.75',
    cents: 40_500,
  },
  SPE_F1: {
    currency: 'EUR',
    frequency: 'quarterly',
    cost: '22.50',
    cents: 9_000,
  },
  O365_BUSINESS_PREMIUM: {
    currency: 'EUR',
    frequency: 'annually',
    cost: '150',
    cents: 15_000,
  },
  EXCHANGESTANDARD: {
    currency: 'EUR',
    frequency: 'monthly',
    cost: '3.70',
    cents: 4_440,
  },
  VISIOCLIENT: {
    currency: 'EUR',
    frequency: 'semiannually',
    cost: '80',
    cents: 16_000,
  },
  POWER_BI_PRO: {
    currency: 'EUR',
    frequency: 'monthly',
    cost: '9.40',
    cents: 11_280,
  },
  Microsoft_365_Copilot: {
    currency: 'USD',
    frequency: 'biannually',
    cost: '720',
    cents: 36_000,
  },
};

/** Has somebody with a suite use nothing of it but the mailbox, which costs less. */
function needOnlyMail(tenant: Tenant) {
  const [account] = tenant.accounts.filter(
    ({ accountEnabled, activity, assignments }) =>
      accountEnabled &&
      activity.exchange === tenant.reportRefreshDate &&
      assignments.some(
        ({ skuId }) => skuId === PRODUCTS.O365_BUSINESS_PREMIUM.skuId,
      ),
  );
  const { exchange } = account.activity;
  tenant.update(account.id, { activity: { exchange } });
}

/** Exact to the fourth decimal. */
function units(amount: string): bigint {
  const [whole, decimals = ''] = amount.split('.');
  return BigInt(whole + decimals.padEnd(4, '0'));
}

function totalUnits(
  parts: { currency: string; amount: string }[],
  currency: string,
) {
  return parts
    .filter(part => part.currency === currency)
    .reduce((sum, { amount }) => sum + units(amount), 0n);
}

function countBy<Item>(items: Item[], key: (item: Item) => string) {
  const counts: Record<string, number> = {};
  for (const item of items) {
    counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  }
  return counts;
}

/** Only what is there, so that a 0 and nothing are the same. */
function positive(counts: Record<string, number>) {
  return Object.fromEntries(
    Object.entries(counts).filter(([, count]) => count > 0),
  );
}

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())(
  'A tenant whose truth is known on %p',
  databaseId => {
    let simulator: Simulator;
    let backend: TestBackend;
    let use: UseTruth;
    /** Accounts present with an assignment that failed and no other of the SKU. */
    let failed: { account: Account; skuId: string }[];

    const call = (
      method: 'get' | 'post' | 'put',
      path: string,
      body?: object,
    ) =>
      request(backend.server)
        [method](`/api/m365-licenses${path}`)
        .set('Authorization', mockCredentials.user.header(USER))
        .send(body);
    const get = async (path: string) => {
      const { status, body } = await call('get', path);
      expect({ path, status, error: body.error }).toEqual({
        path,
        status: 200,
      });
      return body;
    };
    const all = async <Item>(path: string): Promise<Item[]> => {
      const items: Item[] = [];
      let cursor = '';
      do {
        const page = await get(`${path}?limit=100${cursor}`);
        items.push(...page.items);
        expect(items.length <= page.totalItems).toBe(true);
        cursor =
          page.nextCursor && `&cursor=${encodeURIComponent(page.nextCursor)}`;
        if (!cursor) {
          expect(items).toHaveLength(page.totalItems);
        }
      } while (cursor);
      return items;
    };

    const idle = (task: string) =>
      waitFor(`${task} to be idle`, async () => {
        const { items }: { items: Task[] } = await get(
          '/tenants/contoso/tasks',
        );
        return (
          items.find(each => each.task === task)?.state !== 'running' ||
          undefined
        );
      });
    const run = async (task: string) => {
      await idle(task);
      const runs = `/tenants/contoso/task-runs?task=${task}`;
      const before = (await get(runs)).totalItems;
      await call('post', `/tenants/contoso/tasks/${task}/run`);
      const done = await waitFor(`a run of ${task}`, async () => {
        const { totalItems, items } = await get(runs);
        return totalItems > before && items[0].status !== 'running'
          ? items[0]
          : undefined;
      });
      await idle(task);
      expect(done).toMatchObject({ status: 'succeeded', leftOut: [] });
    };

    const price = async () => {
      const { tenant } = simulator;
      for (const [partNumber, { cents: _, ...cost }] of Object.entries(
        YEARLY,
      )) {
        const { skuId } = tenant.sku(partNumber);
        const path = `/tenants/contoso/licenses/${skuId}/terms`;
        const { revision } = await get(path);
        const { status } = await call('put', path, {
          revision,
          // One for each purchase.
          items: tenant.subscriptions
            .filter(subscription => subscription.skuId === skuId)
            .map(
              ({ id, totalLicenses }): TermInput => ({
                ...cost,
                subscriptionId: id,
                quantity: totalLicenses,
                effectiveDate: daysAgo(100).toISOString().slice(0, 10),
                expirationDate: null,
                purchaseIdentifier: null,
                notes: null,
                administrator: null,
              }),
            ),
        });
        expect(status).toBe(200);
      }
    };

    const start = async (knex: Knex) => {
      simulator = await startSimulator({ accounts: 500 });
      needOnlyMail(simulator.tenant);
      backend = await startTestBackend({
        features: [
          m365LicensesPlugin,
          mockServices.database.mock({ getClient: async () => knex }).factory,
          mockServices.rootConfig.factory({
            data: {
              app: { baseUrl: 'http://localhost:3000' },
              m365Licenses: {
                productNames: { url: `${simulator.url}/product-names.csv` },
                tenants: {
                  contoso: {
                    ...settingsOf(simulator),
                  },
                },
              },
            },
          }),
          catalogServiceMock.factory({ entities }),
          mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
        ],
      });
    };

    beforeAll(async () => {
      const knex = await databases.init(databaseId);
      await start(knex);
      await run('license-information');
      await run('application-roster');
      await run('application-access');
      // As if an earlier run had seen that he left, and he went on.
      await knex('accounts')
        .where({ id: viktor.id })
        .update({ deactivated_at: daysAgo(120).toISOString() });
      simulator.tenant.remove(samuel.id);
      await run('application-roster');
      await run('license-information');
      await price();

      use = countUse(simulator.tenant);
      failed = simulator.tenant.accounts.flatMap(account =>
        [...new Set(account.assignments.map(({ skuId }) => skuId))]
          .filter(skuId =>
            account.assignments.every(
              path => path.skuId !== skuId || path.state === 'Error',
            ),
          )
          .map(skuId => ({ account, skuId })),
      );
    });

    afterAll(async () => {
      await backend?.stop();
      await simulator?.stop();
    });

    /** Holders by use: those that hold it, and those whose assignment failed, of which nothing is known. */
    const holders = (skuId: string) => {
      const counts: Record<string, number> = { ...use.skus[skuId] };
      counts.notMeasurable += failed.filter(
        each => each.skuId === skuId,
      ).length;
      return positive(counts);
    };
    const seatsOf = (part: SpendPart | undefined) =>
      positive(
        Object.fromEntries(
          part?.seats.map(each => [each.use, each.seats]) ?? [],
        ),
      );
    const priced = () =>
      Object.entries(YEARLY).map(([partNumber, { currency, cents }]) => {
        const sku = simulator.tenant.sku(partNumber);
        const bought = simulator.tenant.subscriptions
          .filter(({ skuId }) => skuId === sku.skuId)
          .reduce((sum, { totalLicenses }) => sum + totalLicenses, 0);
        const held = holders(sku.skuId);
        const assigned = Object.values(held).reduce((sum, n) => sum + n, 0);
        return {
          skuId: sku.skuId,
          currency,
          annual: bought * cents,
          seats: positive({
            ...held,
            unassigned: Math.max(0, bought - assigned),
          }),
          /** Cents a year. */
          seat: (bought * cents) / Math.max(bought, assigned),
        };
      });

    it('has the accounts and seats that it has', async () => {
      const { truth, skus } = simulator.tenant;
      const overview = await get('/tenants/contoso');
      expect(overview.accounts).toMatchObject({
        total: truth.accounts,
        enabled: truth.enabled,
        disabled: truth.disabled,
        guests: truth.guests,
        licensed: truth.licensed,
        deleted: 1,
      });
      const people = skus.filter(({ appliesTo }) => appliesTo === 'User');
      const assigned = people.reduce(
        (sum, { skuId }) => sum + truth.skus[skuId].assigned,
        0,
      );
      const bought = people.reduce(
        (sum, { prepaidUnits }) => sum + prepaidUnits.enabled,
        0,
      );
      expect(overview.seats).toEqual({
        bought,
        assigned,
        unassigned: bought - assigned,
      });
    });

    it('uses its licenses as its accounts do', async () => {
      const { items }: { items: License[] } = await get(
        '/tenants/contoso/licenses',
      );
      const found = Object.fromEntries(
        items.map(({ skuId, statuses }) => [
          skuId,
          positive(
            Object.fromEntries(
              statuses.map(({ status, accounts }) => [status, accounts]),
            ),
          ),
        ]),
      );
      expect(found).toEqual(
        Object.fromEntries(
          Object.keys(use.skus).map(skuId => [skuId, holders(skuId)]),
        ),
      );
      const { skuId } = PRODUCTS.SPE_E3;
      for (const status of ['active', 'inGrace', 'inactive', 'neverActive']) {
        const { totalItems } = await get(
          `/tenants/contoso/users?skuId=${skuId}&licenseStatus=${status}&limit=1`,
        );
        expect({ status, totalItems }).toEqual({
          status,
          totalItems: holders(skuId)[status],
        });
      }
    });

    it('pays what its terms say, for what they are used', async () => {
      const spend: Spend = await get('/tenants/contoso/spend');
      for (const currency of ['EUR', 'USD']) {
        const skus = priced().filter(sku => sku.currency === currency);
        const found = spend.currencies.find(each => each.currency === currency);
        const annual = skus.reduce((sum, sku) => sum + sku.annual, 0);
        expect(units(found?.annual ?? '')).toBe(BigInt(annual) * 100n);

        const seats: Record<string, number> = {};
        const cents: Record<string, number> = {};
        for (const sku of skus) {
          for (const [each, count] of Object.entries(sku.seats)) {
            seats[each] = (seats[each] ?? 0) + count;
            cents[each] = (cents[each] ?? 0) + count * sku.seat;
          }
        }
        const uses = found?.uses.filter(each => each.seats > 0) ?? [];
        expect(
          Object.fromEntries(uses.map(each => [each.use, each.seats])),
        ).toEqual(seats);
        for (const each of uses) {
          expect(Number(each.amount)).toBeCloseTo(cents[each.use] / 100, 2);
        }
        expect(uses.reduce((sum, { amount }) => sum + units(amount), 0n)).toBe(
          units(found?.annual ?? ''),
        );
        const unused = ['inactive', 'neverActive', 'unassigned'].reduce(
          (sum, each) => sum + (cents[each] ?? 0),
          0,
        );
        expect(Number(found?.savings)).toBeCloseTo(unused / 100, 2);
      }
      expect(spend.currencies).toHaveLength(2);
      expect(spend.skus).toHaveLength(Object.keys(YEARLY).length);
    });

    it.each([
      ['department', 'departments', (account: Account) => account.department],
      ['country', 'countries', (account: Account) => account.country],
      ['company', 'companies', (account: Account) => account.companyName],
    ] as const)(
      'spends by %s what it spends in all',
      async (dimension, key, valueOf) => {
        const spend: Spend = await get('/tenants/contoso/spend');
        const by: SpendBy = await get(`/tenants/contoso/spend/${dimension}`);
        const licensed = simulator.tenant.accounts.filter(
          ({ assignments }) => assignments.length > 0,
        );
        expect(
          Object.fromEntries(
            by.items.map(({ value, own }) => [value ?? '', own.accounts]),
          ),
        ).toEqual(countBy(licensed, account => valueOf(account) ?? ''));

        const counted = use[key];
        const notGiven = failed;
        for (const { value, own, total } of by.items) {
          expect(total).toEqual(own);
          const here = counted[value ?? ''];
          const failedHere = notGiven.filter(
            ({ account }) => (valueOf(account) ?? '') === (value ?? ''),
          );
          const expected: Record<string, number> = {
            notMeasurable: failedHere.length,
          };
          for (const counts of Object.values(here)) {
            for (const [each, count] of Object.entries(counts)) {
              expected[each] = (expected[each] ?? 0) + count;
            }
          }
          expect({ value, seats: seatsOf(own) }).toEqual({
            value,
            seats: positive(expected),
          });
          const held = (skuId: string) =>
            failedHere.filter(each => each.skuId === skuId).length +
            Object.values(here[skuId] ?? {}).reduce((sum, n) => sum + n, 0);
          for (const currency of ['EUR', 'USD']) {
            const cents = priced()
              .filter(sku => sku.currency === currency)
              .reduce((sum, { skuId, seat }) => sum + held(skuId) * seat, 0);
            expect(
              Number(totalUnits(own.annual, currency)) / 10_000,
            ).toBeCloseTo(cents / 100, 2);
          }
        }
        for (const { currency, annual } of spend.currencies) {
          const parts = [...by.items.map(({ own }) => own), by.unassigned];
          expect(
            parts.reduce(
              (sum, part) => sum + totalUnits(part.annual, currency),
              0n,
            ),
          ).toBe(units(annual));
        }
      },
    );

    it('spends by group with its parents, and says who is in none', async () => {
      const spend: Spend = await get('/tenants/contoso/spend');
      const { items, unassigned }: SpendBy = await get(
        '/tenants/contoso/spend/group',
      );
      const item = (value: string | null) =>
        items.find(each => each.value === value);
      const licensed = simulator.tenant.accounts.filter(
        ({ assignments }) => assignments.length > 0,
      );
      const teams = countBy(
        CAST.filter(({ id }) => licensed.some(account => account.id === id)),
        ({ team }) => `group:default/${team.toLowerCase()}`,
      );
      for (const [ref, accounts] of Object.entries(teams)) {
        expect(item(ref)).toMatchObject({
          parent: 'group:default/contoso',
          own: { accounts },
          total: { accounts },
        });
      }
      const members = Object.values(teams).reduce((sum, n) => sum + n, 0);
      expect(item('group:default/contoso')).toMatchObject({
        own: { accounts: 0 },
        total: { accounts: members },
      });
      expect(item(null)).toMatchObject({
        own: { accounts: licensed.length - members },
      });
      for (const { currency, annual } of spend.currencies) {
        expect(
          [...items.map(({ own }) => own), unassigned].reduce(
            (sum, part) => sum + totalUnits(part.annual, currency),
            0n,
          ),
        ).toBe(units(annual));
      }

      const finance: EntitySpend = await get(
        '/entities/group/default/finance/spend',
      );
      expect(finance.items).toMatchObject([
        {
          tenant: 'contoso',
          total: {
            accounts: teams['group:default/finance'],
            seats: item('group:default/finance')?.total.seats,
          },
        },
      ]);
    });

    it('has the candidates that its accounts are, with their reasons', async () => {
      const candidates = await all<Candidate>('/tenants/contoso/candidates');
      const found = candidates.map(candidate =>
        [
          candidate.accountId,
          candidate.skuId,
          candidate.reasons.map(({ type }) => type).join('+'),
          candidate.heldBack
            .map(({ type }) => type)
            .sort()
            .join('+') || candidate.state,
        ].join(' '),
      );
      const deleted = samuel.licenses.map(({ sku }) =>
        [samuel.id, PRODUCTS[sku].skuId, 'deleted', 'gone'].join(' '),
      );
      const expected = use.savings.map(
        ({ accountId, skuId, reasons, heldBack }) =>
          [
            accountId,
            skuId,
            reasons.join('+'),
            [...heldBack].sort().join('+') || 'opportunity',
          ].join(' '),
      );
      expect(found.sort()).toEqual([...expected, ...deleted].sort());

      const kinds = countBy(use.savings, ({ reasons }) => reasons[0]);
      for (const reason of [
        'disabled',
        'overlap',
        'directAndGroup',
        'neverActive',
        'inactive',
        'downgrade',
      ]) {
        expect(kinds[reason]).toBeGreaterThan(0);
        const { totalItems } = await get(
          `/tenants/contoso/candidates?reason=${reason}&limit=1`,
        );
        expect({ reason, totalItems }).toEqual({
          reason,
          totalItems: kinds[reason],
        });
      }
    });

    it('counts and values them', async () => {
      const opportunities = use.savings.filter(
        ({ heldBack }) => heldBack.length === 0,
      );
      const { candidates } = await get('/tenants/contoso');
      expect(candidates).toEqual({
        opportunities: opportunities.length,
        heldBack:
          use.savings.length - opportunities.length + samuel.licenses.length,
      });
      const summary: CandidateSummary = await get(
        '/tenants/contoso/candidate-summary',
      );
      expect(
        Object.fromEntries(
          summary.reasons
            .filter(({ counts }) => counts.opportunities > 0)
            .map(({ reason, counts }) => [reason, counts.opportunities]),
        ),
      ).toEqual(countBy(opportunities, ({ reasons }) => reasons[0]));
      expect(
        Object.fromEntries(
          summary.skus
            .filter(({ counts }) => counts.opportunities > 0)
            .map(({ sku, counts }) => [sku.skuId, counts.opportunities]),
        ),
      ).toEqual(countBy(opportunities, ({ skuId }) => skuId));

      const seats = new Map(priced().map(sku => [sku.skuId, sku]));
      const mailbox = seats.get(PRODUCTS.EXCHANGESTANDARD.skuId)?.seat ?? 0;
      const valueOf = ({ skuId, reasons: [reason] }: Saving) => {
        const seat = seats.get(skuId)?.seat ?? 0;
        // The seat that a group grants stays taken.
        if (reason === 'directAndGroup') {
          return 0;
        }
        return reason === 'downgrade' ? seat - mailbox : seat;
      };
      const cents = (currency: string) =>
        opportunities
          .filter(({ skuId }) => seats.get(skuId)?.currency === currency)
          .reduce((sum, saving) => sum + valueOf(saving), 0);
      for (const currency of ['EUR', 'USD']) {
        expect(
          Number(totalUnits(summary.total.value, currency)) / 10_000,
        ).toBeCloseTo(cents(currency) / 100, 2);
      }
      const own = await get(`/tenants/contoso/users/${viktor.id}`);
      expect(own.candidates).toHaveLength(viktor.licenses.length);
      expect(
        own.candidates.find(
          ({ skuId }: Candidate) => skuId === PRODUCTS.SPE_E5.skuId,
        ),
      ).toMatchObject({ value: [{ amount: '657.00', currency: 'EUR' }] });
    });

    it('has the suspicious activities that its reports tell of', async () => {
      const suspicious = await all<SuspiciousActivity>(
        '/tenants/contoso/suspicious-activities',
      );
      expect(use.suspicious.guests).toBeGreaterThan(0);
      expect(countBy(suspicious, ({ type }) => type)).toEqual({
        unknown: use.suspicious.unknown,
        unauthorized: 1,
        unrecognized: use.suspicious.guests,
      });
      expect(
        suspicious.find(({ type }) => type === 'unauthorized'),
      ).toMatchObject({ accountId: viktor.id, cause: 'disabled' });
    });

    it('gives every assignment to asset management', async () => {
      const keyOf = (
        accountId: string,
        skuId: string,
        groupId: string | null,
        deleted: boolean,
      ) => [accountId, skuId, groupId, deleted].join(' ');
      const assignments = await all<Assignment>('/tenants/contoso/assignments');
      const found = assignments.map(({ accountId, skuId, path, deleted }) =>
        keyOf(accountId, skuId, path.groupId, deleted),
      );
      const { accounts, deletedAccounts } = simulator.tenant;
      const gone = deletedAccounts.filter(({ id }) => id === samuel.id);
      const expected = [...accounts, ...gone].flatMap(
        ({ id, assignments: paths, deletedDate }) =>
          paths.map(({ skuId, assignedByGroup }) =>
            keyOf(id, skuId, assignedByGroup, deletedDate !== null),
          ),
      );
      expect(found.sort()).toEqual(expected.sort());
    });
  },
);
