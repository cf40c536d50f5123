import {
  ASSIGNMENT_STATUSES,
  type Money,
  type SpendPart,
  type SpendUse,
  type TermInput,
} from 'backstage-plugin-m365-licenses-common';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import type { CatalogGroup, UseCounts } from '../database/types';
import { E3, license, term, TODAY } from './__testUtils__/licenses';
import { type CountedSku, groupSpend, spendBy } from './attribution';
import { type SkuTerms, tenantSpend } from './money';

const E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';
const ROOT = 'group:default/root';
const SALES = 'group:default/sales';
const NORTH = 'group:default/north';
const GROUPS: CatalogGroup[] = [
  { ref: ROOT, parent: null, displayName: 'Contoso' },
  { ref: SALES, parent: ROOT, displayName: 'Sales' },
  { ref: NORTH, parent: SALES, displayName: 'Sales North' },
  { ref: 'group:default/empty', parent: ROOT, displayName: 'Nobody' },
];

function counts(
  value: string,
  accounts: number,
  seats: [
    skuId: string,
    use: UseCounts['seats'][number]['status'],
    n: number,
  ][],
): UseCounts {
  return {
    value,
    accounts,
    seats: seats.map(([skuId, status, n]) => ({ skuId, status, accounts: n })),
  };
}

const eur = (amount: string): Money[] => [{ amount, currency: 'EUR' }];

/** 100 seats of 120 EUR a year, of which people hold 80. */
const SKUS: CountedSku[] = [
  { license: license(), terms: [term()] },
  {
    license: license({
      skuId: E5,
      displayName: 'Microsoft 365 E5',
      bought: 10,
      assigned: 5,
    }),
    terms: [],
  },
];
const COUNTS = [
  counts('', 11, [[E3, 'neverActive', 10]]),
  counts(SALES, 50, [
    [E3, 'active', 50],
    [E5, 'active', 5],
  ]),
  counts(NORTH, 20, [[E3, 'inactive', 20]]),
];

describe('spendBy', () => {
  it('splits what is held by value, and keeps what nobody holds apart', () => {
    const { items, unassigned } = spendBy({
      skus: SKUS,
      counts: COUNTS,
      today: TODAY,
    });
    expect(items.map(({ value, own }) => [value, own])).toEqual([
      [
        SALES,
        {
          accounts: 50,
          seats: [{ use: 'active', seats: 55 }],
          annual: eur('6000.00'),
          savings: eur('0.00'),
        },
      ],
      [
        NORTH,
        {
          accounts: 20,
          seats: [{ use: 'inactive', seats: 20 }],
          annual: eur('2400.00'),
          savings: eur('2400.00'),
        },
      ],
      [
        null,
        {
          accounts: 11,
          seats: [{ use: 'neverActive', seats: 10 }],
          annual: eur('1200.00'),
          savings: eur('1200.00'),
        },
      ],
    ]);
    expect(items.every(({ own, total }) => own !== total)).toBe(true);
    expect(items.map(({ total }) => total)).toEqual(
      items.map(({ own }) => own),
    );
    expect(unassigned).toEqual({
      accounts: 0,
      seats: [{ use: 'unassigned', seats: 20 }],
      annual: eur('2400.00'),
      savings: eur('2400.00'),
    });
  });

  it('adds groups up to those above them', () => {
    const { items } = spendBy({
      skus: SKUS,
      counts: COUNTS,
      groups: GROUPS,
      today: TODAY,
    });
    expect(
      items.map(({ name, parent, own, total }) => ({
        name,
        parent,
        own: own.annual,
        total: total.annual,
        accounts: total.accounts,
      })),
    ).toEqual([
      {
        name: 'Contoso',
        parent: null,
        own: [],
        total: eur('8400.00'),
        accounts: 70,
      },
      {
        name: 'Sales',
        parent: ROOT,
        own: eur('6000.00'),
        total: eur('8400.00'),
        accounts: 70,
      },
      {
        name: 'Sales North',
        parent: SALES,
        own: eur('2400.00'),
        total: eur('2400.00'),
        accounts: 20,
      },
      {
        name: null,
        parent: null,
        own: eur('1200.00'),
        total: eur('1200.00'),
        accounts: 11,
      },
    ]);
  });

  it('gives seats of the company, and those that the roster does not have, to nobody', () => {
    const skus: CountedSku[] = [
      {
        license: license({ appliesTo: 'Company' }),
        terms: [term({ quantity: 10 })],
      },
      {
        license: license({ skuId: E5, assigned: 9 }),
        terms: [term({ quantity: 10 })],
      },
    ];
    const { items, unassigned } = spendBy({
      skus,
      counts: [
        counts('Sales', 4, [
          [E3, 'active', 1],
          [E5, 'active', 4],
        ]),
      ],
      today: TODAY,
    });
    expect(items[0].own).toMatchObject({
      seats: [{ use: 'active', seats: 4 }],
      annual: eur('480.00'),
    });
    expect(unassigned).toEqual({
      accounts: 0,
      seats: [
        { use: 'notMeasurable', seats: 10 },
        { use: 'unknown', seats: 5 },
        { use: 'unassigned', seats: 1 },
      ],
      annual: eur('1920.00'),
      savings: eur('120.00'),
    });
  });

  it('gives what rounding leaves over to the largest part', () => {
    const { items, unassigned } = spendBy({
      skus: [
        {
          license: license({ assigned: 3 }),
          terms: [term({ cost: '100', frequency: 'annually', quantity: 1 })],
        },
      ],
      counts: [
        counts('A', 1, [[E3, 'active', 1]]),
        counts('B', 1, [[E3, 'active', 1]]),
        counts('C', 1, [[E3, 'active', 1]]),
      ],
      today: TODAY,
    });
    expect(items.map(({ own }) => own.annual[0].amount)).toEqual([
      '33.3334',
      '33.3333',
      '33.3333',
    ]);
    expect(unassigned.annual).toEqual([]);
  });
});

describe('groupSpend', () => {
  it('is that of the group and of all below it, by SKU', () => {
    const { own, total, skus } = groupSpend({
      skus: SKUS,
      bySku: [
        counts(E3, 80, [
          [E3, 'active', 50],
          [E3, 'inactive', 20],
          [E3, 'neverActive', 10],
        ]),
        counts(E5, 5, [[E5, 'active', 5]]),
      ],
      counts: COUNTS.slice(1),
      groupRef: SALES,
      today: TODAY,
    });
    expect(own).toMatchObject({ accounts: 50, annual: eur('6000.00') });
    expect(total).toEqual({
      accounts: 70,
      seats: [
        { use: 'active', seats: 55 },
        { use: 'inactive', seats: 20 },
      ],
      annual: eur('8400.00'),
      savings: eur('2400.00'),
    });
    expect(skus).toEqual([
      {
        sku: { skuId: E3, displayName: 'Microsoft 365 E3' },
        part: {
          accounts: 70,
          seats: [
            { use: 'active', seats: 50 },
            { use: 'inactive', seats: 20 },
          ],
          annual: eur('8400.00'),
          savings: eur('2400.00'),
        },
      },
      {
        sku: { skuId: E5, displayName: 'Microsoft 365 E5' },
        part: {
          accounts: 5,
          seats: [{ use: 'active', seats: 5 }],
          annual: [],
          savings: [],
        },
      },
    ]);
  });
});

const VALUES = ['', ROOT, SALES, NORTH];

const arbitraryTerms: fc.Arbitrary<TermInput[]> = fc.array(
  fc
    .record({
      cost: fc
        .tuple(fc.nat(1_000_000), fc.nat(999_999))
        .map(
          ([whole, decimals]) =>
            `${whole}.${String(decimals).padStart(6, '0')}`,
        ),
      currency: fc.constantFrom('EUR', 'USD'),
      frequency: fc.constantFrom(
        'monthly' as const,
        'annually' as const,
        'every18Months' as const,
        'once' as const,
      ),
      quantity: fc.oneof(fc.nat(20), fc.nat(10_000)),
    })
    .map(term),
  { maxLength: 3 },
);

/** SKUs, and the accounts that hold them by group and status. */
const arbitraryTenant = fc
  .array(
    fc.record({
      terms: arbitraryTerms,
      assigned: fc.nat(100),
      appliesTo: fc.constantFrom(
        'User' as const,
        'User' as const,
        'Company' as const,
      ),
      held: fc.tuple(
        ...VALUES.map(() =>
          fc.tuple(...ASSIGNMENT_STATUSES.map(() => fc.nat(20))),
        ),
      ),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map(all => {
    const skus = all.map(
      ({ terms, assigned, appliesTo, held }, place): SkuTerms => ({
        terms,
        license: license({
          skuId: `sku-${place}`,
          appliesTo,
          assigned,
          statuses: ASSIGNMENT_STATUSES.map((status, index) => ({
            status,
            accounts: held.reduce((sum, of) => sum + of[index], 0),
          })),
        }),
      }),
    );
    const byValue = VALUES.map((value, group) =>
      counts(
        value,
        1,
        all.flatMap(({ held }, sku) =>
          ASSIGNMENT_STATUSES.map(
            (status, index): [string, typeof status, number] => [
              `sku-${sku}`,
              status,
              held[group][index],
            ],
          ),
        ),
      ),
    );
    return { skus, byValue };
  });

function totalOf(
  parts: SpendPart[],
  currency: string,
  field: 'annual' | 'savings' = 'annual',
): string {
  return Decimal.sum(
    0,
    ...parts
      .flatMap(part => part[field])
      .filter(each => each.currency === currency)
      .map(({ amount }) => amount),
  ).toFixed();
}

describe('the split of any tenant', () => {
  it('adds up exactly to what the tenant pays, by value and by the tree of groups', () => {
    fc.assert(
      fc.property(arbitraryTenant, ({ skus, byValue }) => {
        const { items, unassigned } = spendBy({
          skus,
          counts: byValue,
          groups: GROUPS,
          today: TODAY,
        });
        for (const { currency, annual, uses } of tenantSpend(skus, TODAY)
          .currencies) {
          const whole = new Decimal(annual).toFixed();
          const own = [...items.map(item => item.own), unassigned];
          expect(totalOf(own, currency)).toBe(whole);
          const roots = items.filter(({ parent }) => parent === null);
          expect(
            totalOf([...roots.map(({ total }) => total), unassigned], currency),
          ).toBe(whole);

          const seatsOf = (wanted: SpendUse) =>
            own
              .flatMap(({ seats }) => seats)
              .reduce(
                (sum, { use, seats }) => sum + (use === wanted ? seats : 0),
                0,
              );
          const isWhole = skus.every(
            ({ terms, license: { appliesTo } }) =>
              appliesTo === 'User' &&
              terms.some(
                each => each.currency === currency && each.frequency !== 'once',
              ),
          );
          for (const { use, seats } of isWhole ? uses : []) {
            expect({ use, seats: seatsOf(use) }).toEqual({ use, seats });
          }
        }
      }),
    );
  });

  it('saves no more of a part than it costs, and its SKUs add up to it', () => {
    fc.assert(
      fc.property(arbitraryTenant, ({ skus, byValue }) => {
        const bySku = skus.map(({ license: { skuId, statuses } }) =>
          counts(
            skuId,
            1,
            statuses.map(({ status, accounts }) => [skuId, status, accounts]),
          ),
        );
        const spend = groupSpend({
          skus,
          bySku,
          counts: byValue.slice(1),
          groupRef: ROOT,
          today: TODAY,
        });
        for (const { currency, amount } of spend.total.annual) {
          expect(
            totalOf(
              spend.skus.map(({ part }) => part),
              currency,
            ),
          ).toBe(new Decimal(amount).toFixed());
          expect(
            new Decimal(totalOf([spend.total], currency, 'savings')).lte(
              amount,
            ),
          ).toBe(true);
        }
        const { items } = spendBy({
          skus,
          counts: byValue,
          groups: GROUPS,
          today: TODAY,
        });
        const same = items.find(({ value }) => value === ROOT);
        for (const { currency, amount } of same?.total.annual ?? []) {
          // Rounding of four parts leaves over at most this.
          expect(
            new Decimal(amount)
              .minus(totalOf([spend.total], currency))
              .abs()
              .lte('0.0004'),
          ).toBe(true);
        }
      }),
    );
  });
});
