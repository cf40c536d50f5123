import type {
  ExchangeRate,
  Spend,
} from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import { convertSpend } from './conversion';

const DATE = '2026-11-01';

function rate(currency: string, value: string): ExchangeRate {
  return { currency, rate: value, date: DATE };
}

function spent(
  currency: string,
  annual: string,
  savings = '0.00',
  once = '0.00',
): Spend['currencies'][number] {
  return { currency, annual, once, savings, uses: [] };
}

describe('convertSpend', () => {
  it('adds up what each currency is worth, with the rates it used', () => {
    expect(
      convertSpend(
        {
          currencies: [
            spent('CHF', '100.10', '10.00', '7.00'),
            spent('EUR', '1000.00', '200.00'),
            spent('USD', '33.3333', '0.05'),
          ],
        },
        {
          currency: 'EUR',
          rates: [
            rate('USD', '0.9'),
            rate('GBP', '1.2'),
            rate('CHF', '1.0625'),
          ],
        },
      ),
    ).toEqual({
      currency: 'EUR',
      // 106.35625 + 1000 + 29.99997
      annual: '1136.3562',
      once: '7.4375',
      savings: '210.67',
      rates: [rate('USD', '0.9'), rate('CHF', '1.0625')],
      missing: [],
    });
  });

  it('leaves out and names what has no rate', () => {
    const currencies = [
      spent('USD', '5.00'),
      spent('EUR', '1.00'),
      spent('CHF', '7.00'),
    ];
    expect(
      convertSpend({ currencies }, { currency: 'EUR', rates: [] }),
    ).toEqual({
      currency: 'EUR',
      annual: '1.00',
      once: '0.00',
      savings: '0.00',
      rates: [],
      missing: ['CHF', 'USD'],
    });
  });

  it('converts nothing without a currency to convert to, or into itself', () => {
    const rates = [rate('USD', '2')];
    const euros = { currencies: [spent('EUR', '1.00')] };
    expect(convertSpend(euros, { currency: null, rates })).toBeNull();
    expect(convertSpend(euros, { currency: 'EUR', rates })).toBeNull();
    expect(
      convertSpend({ currencies: [] }, { currency: 'EUR', rates }),
    ).toBeNull();
  });

  /** An amount with 4 decimals and a rate with 9, as whole numbers. */
  const converted = fc.uniqueArray(
    fc.record({
      currency: fc.constantFrom('USD', 'CHF', 'GBP', 'JPY', 'PLN'),
      amount: fc.bigInt({ min: 0n, max: 10n ** 27n }),
      rate: fc.option(fc.bigInt({ min: 1n, max: 10n ** 18n - 1n })),
    }),
    { selector: ({ currency }) => currency, minLength: 1 },
  );
  const decimal = (whole: bigint, decimals: number) => {
    const digits = String(whole).padStart(decimals + 1, '0');
    return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  };

  it('is exact: whatever the amounts and rates, only the total is rounded', () => {
    fc.assert(
      fc.property(converted, entries => {
        const currencies = entries.map(({ currency, amount }) =>
          spent(currency, decimal(amount, 4)),
        );
        const rates = entries.flatMap(({ currency, rate: value }) =>
          value === null ? [] : [rate(currency, decimal(value, 9))],
        );
        const result = convertSpend({ currencies }, { currency: 'EUR', rates });
        const exact = entries.reduce(
          (total, { amount, rate: value }) => total + amount * (value ?? 0n),
          0n,
        );
        const unit = 10n ** 9n;
        const rest = exact % unit;
        const floor = exact / unit;
        const isUp =
          rest * 2n > unit || (rest * 2n === unit && floor % 2n === 1n);
        const rounded = decimal(isUp ? floor + 1n : floor, 4);
        expect(result?.annual).toBe(rounded.replace(/0{1,2}$/, ''));
        expect(
          [
            ...(result?.rates ?? []).map(({ currency }) => currency),
            ...(result?.missing ?? []),
          ].sort(),
        ).toEqual(entries.map(({ currency }) => currency).sort());
      }),
    );
  });

  it('does not depend on the order, and adds up its parts', () => {
    fc.assert(
      fc.property(converted, entries => {
        const rates = entries.map(({ currency }) => rate(currency, '2'));
        const of = (some: typeof entries) =>
          convertSpend(
            {
              currencies: some.map(({ currency, amount }) =>
                spent(currency, decimal(amount, 4)),
              ),
            },
            { currency: 'EUR', rates },
          );
        const units = (text = '0.0000') =>
          BigInt(
            text.replace(/\.(\d*)$/, (_, digits: string) =>
              digits.padEnd(4, '0'),
            ),
          );
        expect(of([...entries].reverse())?.annual).toBe(of(entries)?.annual);
        expect(units(of(entries)?.annual)).toBe(
          entries.reduce(
            (total, entry) => total + units(of([entry])?.annual),
            0n,
          ),
        );
      }),
    );
  });
});
