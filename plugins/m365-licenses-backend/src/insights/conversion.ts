import type {
  ConvertedSpend,
  ExchangeRates,
  Spend,
} from 'backstage-plugin-m365-licenses-common';
import { Decimal as DecimalJs } from 'decimal.js';
import { toText } from './money';

/** Enough digits for the largest amounts times the finest rates, exactly. */
const Decimal = DecimalJs.clone({
  precision: 100,
  rounding: DecimalJs.ROUND_HALF_EVEN,
});

/**
 * The spend of all currencies in one, by the rates that people entered. Amounts
 * are taken as they are given out, multiplied and added up exactly, and rounded
 * once.
 *
 * @returns null when no currency to convert to was entered, or nothing is in
 *   another one
 */
export function convertSpend(
  { currencies }: Pick<Spend, 'currencies'>,
  { currency, rates }: Pick<ExchangeRates, 'currency' | 'rates'>,
): ConvertedSpend | null {
  const others = currencies.filter(each => each.currency !== currency);
  if (currency === null || others.length === 0) {
    return null;
  }
  const rateOf = new Map([
    ...rates.map((each): [string, string] => [each.currency, each.rate]),
    [currency, '1'],
  ]);
  const total = (field: 'annual' | 'once' | 'savings') =>
    toText(
      currencies.reduce(
        (sum, each) =>
          sum.plus(
            new Decimal(each[field]).times(rateOf.get(each.currency) ?? 0),
          ),
        new Decimal(0),
      ),
    );
  return {
    currency,
    annual: total('annual'),
    once: total('once'),
    savings: total('savings'),
    rates: rates.filter(rate =>
      others.some(each => each.currency === rate.currency),
    ),
    missing: others
      .map(each => each.currency)
      .filter(each => !rateOf.has(each))
      .sort(),
  };
}
