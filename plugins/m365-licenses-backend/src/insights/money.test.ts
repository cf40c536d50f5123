import {
  ASSIGNMENT_STATUSES,
  PAYMENT_FREQUENCIES,
  type PaymentFrequency,
  type Spend,
  type SpendUse,
  type TermInput,
} from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import { license, statuses, term, TODAY } from './__testUtils__/licenses';
import {
  annualOf,
  isInForce,
  moneyChange,
  skuSpend,
  type SkuTerms,
  SPEND_USES,
  sumMoney,
  tenantSpend,
  timesMoney,
} from './money';

const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe('annualOf', () => {
  it.each([
    ['monthly', '120.00'],
    ['quarterly', '40.00'],
    ['semiannually', '20.00'],
    ['annually', '10.00'],
    ['every18Months', '6.6667'],
    ['biannually', '5.00'],
    ['triennially', '3.3333'],
  ] as const)('makes 10 %s %s a year', (frequency, amount) => {
    expect(annualOf(term({ frequency, quantity: 1 }))).toEqual(eur(amount));
  });

  it('carries thirds exactly until the end', () => {
    expect(
      annualOf(term({ cost: '10', frequency: 'triennially', quantity: 3 })),
    ).toEqual(eur('10.00'));
    expect(
      annualOf(
        term({
          cost: '999999999999.999999',
          frequency: 'triennially',
          quantity: 99_999_999,
        }),
      ),
    ).toEqual(eur('33333332999999999966.6667'));
  });

  it('rounds half to even', () => {
    const amount = (cost: string) =>
      annualOf(term({ cost, frequency: 'annually', quantity: 1 }))?.amount;
    expect(amount('0.00005')).toBe('0.00');
    expect(amount('0.00015')).toBe('0.0002');
    expect(amount('0.00025')).toBe('0.0002');
    expect(amount('0.000051')).toBe('0.0001');
  });

  it.each([
    ['2026-01-01', '2029-01-01', '1200.00'],
    ['2024-02-29', '2025-02-28', '3600.00'],
    // Two years and 181 of the 366 days of the third: 3600 × 366 / 913.
    ['2026-01-01', '2028-06-30', '1443.1544'],
    // Half a leap year, at twice its cost a year.
    ['2028-01-01', '2028-07-02', '7200.00'],
  ])('spreads what is paid once from %s to %s', (from, to, amount) => {
    const once = term({
      frequency: 'once',
      cost: '36',
      effectiveDate: from,
      expirationDate: to,
    });
    expect(annualOf(once)?.amount).toBe(amount);
  });

  it('does not annualise what is paid once for an open term', () => {
    expect(
      annualOf(term({ frequency: 'once', expirationDate: null })),
    ).toBeNull();
  });
});

describe('isInForce', () => {
  it('begins on the effective date, and ends before the expiration date', () => {
    const { effectiveDate, expirationDate } = term();
    expect(isInForce(term(), effectiveDate)).toBe(true);
    expect(isInForce(term(), '2025-12-31')).toBe(false);
    expect(isInForce(term(), '2026-12-31')).toBe(true);
    expect(isInForce(term(), String(expirationDate))).toBe(false);
    expect(isInForce(term({ expirationDate: null }), '2099-01-01')).toBe(true);
  });
});

describe('skuSpend', () => {
  it('is not 0 but unknown without a term in force', () => {
    const ended = term({ expirationDate: TODAY });
    const later = term({ effectiveDate: '2026-11-23' });
    expect(skuSpend({ license: license(), terms: [] }, TODAY)).toBeNull();
    expect(
      skuSpend({ license: license(), terms: [ended, later] }, TODAY),
    ).toBeNull();
    expect(
      skuSpend({ license: license(), terms: [term({ cost: '0' })] }, TODAY),
    ).toEqual({ annual: [eur('0.00')], once: [], savings: [eur('0.00')] });
  });

  it('saves what goes to inactive, never active and unassigned seats', () => {
    const used = license({
      assigned: 90,
      statuses: statuses({
        active: 40,
        inactive: 20,
        neverActive: 10,
        inGrace: 5,
        notMeasurable: 8,
        unknown: 7,
      }),
    });
    expect(skuSpend({ license: used, terms: [term()] }, TODAY)).toEqual({
      annual: [eur('12000.00')],
      once: [],
      // 20 + 10 + 10 seats of 120 a year.
      savings: [eur('4800.00')],
    });
  });

  it('keeps currencies and once-only costs apart', () => {
    const terms = [
      term(),
      term({ currency: 'USD', quantity: 50 }),
      term({ cost: '3', frequency: 'once', expirationDate: '2029-01-01' }),
      term({ cost: '9', frequency: 'once', expirationDate: null }),
    ];
    expect(skuSpend({ license: license(), terms }, TODAY)).toEqual({
      annual: [eur('12000.00'), { amount: '6000.00', currency: 'USD' }],
      once: [eur('100.00')],
      // 70 of 150 seats are not assigned.
      savings: [eur('5600.00'), { amount: '2800.00', currency: 'USD' }],
    });
  });
});

function amountsOf(spend: Pick<Spend, 'currencies'>, currency = 'EUR') {
  const found = spend.currencies.find(each => each.currency === currency);
  return Object.fromEntries(
    (found?.uses ?? []).flatMap(({ use, amount, seats }) =>
      seats === 0 && amount === '0.00' ? [] : [[use, [seats, amount]]],
    ),
  );
}

describe('sumMoney and moneyChange', () => {
  it('are exact, per currency', () => {
    const amounts = [
      eur('0.1'),
      { amount: '7', currency: 'USD' },
      eur('0.2'),
      eur('99999999999999999999.9999'),
    ];
    expect(sumMoney(amounts)).toEqual([
      eur('100000000000000000000.2999'),
      { amount: '7.00', currency: 'USD' },
    ]);
    expect(sumMoney([])).toEqual([]);
    expect(sumMoney(timesMoney([eur('0.1')], 3))).toEqual([eur('0.30')]);
    expect(moneyChange(amounts, [eur('0.3')])).toEqual([
      eur('-99999999999999999999.9999'),
      { amount: '-7.00', currency: 'USD' },
    ]);
    expect(moneyChange([eur('0.3')], [eur('0.1'), eur('0.2')])).toEqual([
      eur('0.00'),
    ]);
  });
});

describe('tenantSpend', () => {
  it('costs each assigned seat its share where more are assigned than paid for', () => {
    const over = license({
      assigned: 120,
      statuses: statuses({ active: 90, inactive: 30 }),
    });
    expect(
      amountsOf(tenantSpend([{ license: over, terms: [term()] }], TODAY)),
    ).toEqual({ active: [90, '9000.00'], inactive: [30, '3000.00'] });
  });

  it('calls unknown what Microsoft counts and the roster does not have', () => {
    const missing = license({
      assigned: 95,
      statuses: statuses({ active: 80 }),
    });
    expect(
      amountsOf(tenantSpend([{ license: missing, terms: [term()] }], TODAY)),
    ).toEqual({
      active: [80, '9600.00'],
      unknown: [15, '1800.00'],
      unassigned: [5, '600.00'],
    });
  });

  it('says nothing of the use of what is bought for the whole company', () => {
    const company = license({
      appliesTo: 'Company',
      assigned: 0,
      statuses: statuses({}),
    });
    const spend = tenantSpend([{ license: company, terms: [term()] }], TODAY);
    expect(amountsOf(spend)).toEqual({ notMeasurable: [100, '12000.00'] });
    expect(spend.currencies[0].savings).toBe('0.00');
  });

  it('lists the dearest first, what is not priced apart, and when savings become cash', () => {
    const sku = (
      skuId: string,
      bought: number,
      terms: TermInput[],
    ): SkuTerms => ({
      license: license({ skuId, displayName: `Product ${skuId}`, bought }),
      terms,
    });
    const spend = tenantSpend(
      [
        sku('cheap', 100, [term({ cost: '1', expirationDate: null })]),
        sku('unpriced', 7, [term({ expirationDate: TODAY })]),
        sku('without seats', 0, []),
        sku('once', 100, [term({ frequency: 'once', expirationDate: null })]),
        sku('dear', 100, [
          term({ expirationDate: '2027-06-01' }),
          term({ expirationDate: '2027-03-01' }),
          term({ frequency: 'once', expirationDate: '2026-12-01' }),
        ]),
      ],
      TODAY,
    );
    expect(
      spend.skus.map(({ skuId, savingsFrom }) => [skuId, savingsFrom]),
    ).toEqual([
      ['dear', '2027-03-01'],
      ['cheap', null],
      ['once', null],
    ]);
    expect(spend.skus[2].spend).toEqual({ annual: [], once: [], savings: [] });
    expect(spend.unpriced).toEqual([
      { skuId: 'unpriced', displayName: 'Product unpriced', bought: 7 },
    ]);
    expect(spend.currencies).toMatchObject([
      { currency: 'EUR', annual: '25200.00', once: '1092.8144' },
    ]);
  });

  it('gives the rounding rest to the largest part', () => {
    const thirds = license({
      assigned: 3,
      statuses: statuses({ active: 1, inactive: 1, neverActive: 1 }),
    });
    const spend = tenantSpend(
      [
        {
          license: thirds,
          terms: [term({ cost: '100', frequency: 'annually', quantity: 1 })],
        },
      ],
      TODAY,
    );
    expect(amountsOf(spend)).toEqual({
      active: [1, '33.3334'],
      inactive: [1, '33.3333'],
      neverActive: [1, '33.3333'],
    });
    expect(spend.currencies[0].savings).toBe('66.6666');
  });
});

/** A number as a fraction of whole ones, which no rounding touches. */
type Fraction = [over: bigint, under: bigint];
const UNIT = 10_000n;
const SIX_YEARS: Record<Exclude<PaymentFrequency, 'once'>, bigint> = {
  monthly: 72n,
  quarterly: 24n,
  semiannually: 12n,
  annually: 6n,
  every18Months: 4n,
  biannually: 3n,
  triennially: 2n,
};

function plus([a, b]: Fraction, [c, d]: Fraction): Fraction {
  return [a * d + c * b, b * d];
}

/** In units of 0.0001, half to even. */
function inUnits([over, under]: Fraction): bigint {
  const scaled = over * UNIT;
  const floor = scaled / under;
  const twice = (scaled % under) * 2n;
  const isUp = twice > under || (twice === under && floor % 2n === 1n);
  return floor + (isUp ? 1n : 0n);
}

/** The units of 0.0001 in an amount as text. */
function unitsOf(amount: string): bigint {
  const [whole, decimals = ''] = amount.split('.');
  return BigInt(whole + decimals.padEnd(4, '0'));
}

function exactAnnual({ cost, quantity, frequency }: TermInput): Fraction {
  if (frequency === 'once') {
    return [0n, 1n];
  }
  const [whole, decimals = ''] = cost.split('.');
  const millionths = BigInt(whole + decimals.padEnd(6, '0'));
  return [
    millionths * BigInt(quantity) * SIX_YEARS[frequency],
    6n * 1_000_000n,
  ];
}

const arbitraryTerm = fc
  .record({
    whole: fc.bigInt({ min: 0n, max: 999_999_999_999n }),
    decimals: fc.nat(999_999),
    currency: fc.constantFrom('EUR', 'USD'),
    frequency: fc.constantFrom(...PAYMENT_FREQUENCIES),
    quantity: fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 100_000_000 })),
    expirationDate: fc.constantFrom(
      null,
      '2026-06-01',
      '2027-01-01',
      '2028-03-05',
    ),
  })
  .map(({ whole, decimals, ...rest }) =>
    term({ ...rest, cost: `${whole}.${String(decimals).padStart(6, '0')}` }),
  );

const arbitrarySku = fc
  .record({
    accounts: fc.tuple(...ASSIGNMENT_STATUSES.map(() => fc.nat(30))),
    consumed: fc.nat(200),
    appliesTo: fc.constantFrom(
      'User' as const,
      'User' as const,
      'Company' as const,
    ),
    terms: fc.array(arbitraryTerm, { maxLength: 4 }),
  })
  .map(
    ({ accounts, consumed, appliesTo, terms }): SkuTerms => ({
      license: license({
        appliesTo,
        assigned: consumed,
        statuses: ASSIGNMENT_STATUSES.map((status, index) => ({
          status,
          accounts: accounts[index],
        })),
      }),
      terms,
    }),
  );

const arbitraryTenant = fc.array(arbitrarySku, { maxLength: 5 }).map(skus =>
  skus.map((sku, index) => ({
    ...sku,
    license: { ...sku.license, skuId: `sku-${index}` },
  })),
);

describe('the spend of any tenant', () => {
  const usesOf = (spend: Pick<Spend, 'currencies'>) =>
    spend.currencies.map(({ currency, annual, savings, uses }) => ({
      currency,
      annual: unitsOf(annual),
      savings: unitsOf(savings),
      uses: uses.map(({ use, amount }): [SpendUse, bigint] => [
        use,
        unitsOf(amount),
      ]),
    }));

  it('is the exact sum, rounded once', () => {
    fc.assert(
      fc.property(arbitraryTenant, skus => {
        for (const { currency, annual } of usesOf(tenantSpend(skus, TODAY))) {
          const exact = skus
            .flatMap(({ terms }) => terms)
            .filter(each => isInForce(each, TODAY))
            .filter(each => each.currency === currency)
            .map(exactAnnual)
            .reduce(plus, [0n, 1n]);
          expect(annual).toBe(inUnits(exact));
        }
      }),
    );
  });

  it('is the sum of its uses, and the savings are three of them', () => {
    fc.assert(
      fc.property(arbitraryTenant, skus => {
        for (const { annual, savings, uses } of usesOf(
          tenantSpend(skus, TODAY),
        )) {
          const total = (among: readonly SpendUse[]) =>
            uses
              .filter(([use]) => among.includes(use))
              .reduce((all, [, amount]) => all + amount, 0n);
          expect(uses.map(([use]) => use)).toEqual(SPEND_USES);
          expect(total(SPEND_USES)).toBe(annual);
          expect(total(['inactive', 'neverActive', 'unassigned'])).toBe(
            savings,
          );
        }
      }),
    );
  });

  it('does not depend on the order of SKUs and terms', () => {
    const shuffled = <Item>(items: Item[]) =>
      fc.shuffledSubarray(items, { minLength: items.length });
    fc.assert(
      fc.property(
        arbitraryTenant.chain(skus =>
          fc.tuple(
            fc.constant(skus),
            fc
              .tuple(...skus.map(({ terms }) => shuffled(terms)))
              .chain(terms =>
                shuffled(
                  skus.map((sku, index) => ({ ...sku, terms: terms[index] })),
                ),
              ),
          ),
        ),
        ([skus, other]) => {
          expect(tenantSpend(other, TODAY)).toEqual(tenantSpend(skus, TODAY));
        },
      ),
    );
  });

  it('of one SKU is what the SKU says itself', () => {
    fc.assert(
      fc.property(arbitrarySku, sku => {
        const spend = skuSpend(sku, TODAY);
        const { currencies, skus } = tenantSpend([sku], TODAY);
        expect(skus.map(each => each.spend)).toEqual(spend ? [spend] : []);
        for (const { amount, currency } of spend?.savings ?? []) {
          expect(
            currencies.find(each => each.currency === currency)?.savings,
          ).toBe(amount);
        }
      }),
    );
  });
});
