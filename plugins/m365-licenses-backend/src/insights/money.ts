import {
  ASSIGNMENT_STATUSES,
  type License,
  type Money,
  type PaymentFrequency,
  type SkuSpend,
  type Spend,
  type SpendUse,
  type TermInput,
} from 'backstage-plugin-m365-licenses-common';
import { Decimal as DecimalJs } from 'decimal.js';
import { DateTime } from 'luxon';

/**
 * Amounts are reckoned with 40 digits and rounded once, when they are given
 * out: half to even, to 4 decimals. A cost has at most 18 digits and a quantity
 * 9, and payments are counted in whole six-year spans, so that what recurs is
 * exact until then; only shares of seats and of years are divided before.
 */
const Decimal = DecimalJs.clone({
  precision: 40,
  rounding: DecimalJs.ROUND_HALF_EVEN,
});
export type Amount = DecimalJs;

const DECIMALS = 4;
export const ZERO = new Decimal(0);

/** Six years are the shortest span that each frequency fits in evenly. */
const SPAN_YEARS = 6;
const PAYMENTS_IN_SPAN: Record<Exclude<PaymentFrequency, 'once'>, number> = {
  monthly: 72,
  quarterly: 24,
  semiannually: 12,
  annually: 6,
  every18Months: 4,
  biannually: 3,
  triennially: 2,
};

/** What spend can go to, in the order in which it is shown. */
export const SPEND_USES = [
  ...ASSIGNMENT_STATUSES,
  'unassigned',
] as const satisfies readonly SpendUse[];

/** Seats without use: what could be saved (rule 13). */
const SAVINGS: readonly SpendUse[] = ['inactive', 'neverActive', 'unassigned'];

/** What decides how the spend of a SKU is split. */
export type PricedLicense = Pick<
  License,
  'skuId' | 'displayName' | 'appliesTo' | 'bought' | 'assigned' | 'statuses'
>;

/** A SKU and all terms that were entered for it. */
export interface SkuTerms {
  license: PricedLicense;
  terms: TermInput[];
}

/** SKUs, each with the terms that were entered for it. */
export function withTerms<
  Sku extends { skuId: string },
  Term extends { skuId: string },
>(skus: Sku[], terms: Term[]): { license: Sku; terms: Term[] }[] {
  return skus.map(license => ({
    license,
    terms: terms.filter(({ skuId }) => skuId === license.skuId),
  }));
}

/** Whether a term is in force on a day, YYYY-MM-DD (rule 12). */
export function isInForce(
  { effectiveDate, expirationDate }: TermInput,
  today: string,
): boolean {
  return (
    effectiveDate <= today &&
    (expirationDate === null || today < expirationDate)
  );
}

/** In order of size, so that the last of 40 digits never depends on theirs. */
export function sum(amounts: Amount[]): Amount {
  return [...amounts]
    .sort((left, right) => left.comparedTo(right))
    .reduce((total, amount) => total.plus(amount), ZERO);
}

function round(amount: Amount): Amount {
  return amount.toDecimalPlaces(DECIMALS);
}

/** Rounded, and with at least two decimals, as amounts of money are written. */
export function toText(amount: Amount): string {
  const rounded = round(amount);
  return rounded.toFixed(Math.max(2, rounded.decimalPlaces()));
}

function add(
  amounts: Map<string, Amount[]>,
  currency: string,
  amount: Amount,
): void {
  amounts.set(currency, [...(amounts.get(currency) ?? []), amount]);
}

/** Totals per currency, by its code. */
function totals(amounts: Map<string, Amount[]>): [string, Amount][] {
  return [...amounts]
    .map(([currency, each]): [string, Amount] => [currency, sum(each)])
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

/** What a once-only cost is by year of its term; a part of a year by its days. */
function onceByYear(
  cost: Amount,
  effectiveDate: string,
  expirationDate: string,
): Amount {
  const start = DateTime.fromISO(effectiveDate, { zone: 'utc' });
  const { years = 0, days = 0 } = DateTime.fromISO(expirationDate, {
    zone: 'utc',
  })
    .diff(start, ['years', 'days'])
    .toObject();
  const daysOfYear = start
    .plus({ years: years + 1 })
    .diff(start.plus({ years }), 'days').days;
  return cost.times(daysOfYear).dividedBy(years * daysOfYear + days);
}

/** Undefined for a once-only cost of an open term, which is not annualised. */
function yearly(term: TermInput): Amount | undefined {
  const { frequency, effectiveDate, expirationDate } = term;
  const cost = new Decimal(term.cost).times(term.quantity);
  if (frequency !== 'once') {
    return cost.times(PAYMENTS_IN_SPAN[frequency]).dividedBy(SPAN_YEARS);
  }
  return expirationDate === null
    ? undefined
    : onceByYear(cost, effectiveDate, expirationDate);
}

/**
 * What a term costs a year (rule 12), whether or not it is in force.
 *
 * @returns null for a once-only cost without an expiration date
 */
export function annualOf(term: TermInput): Money | null {
  const amount = yearly(term);
  return amount ? { amount: toText(amount), currency: term.currency } : null;
}

export type ByUse<Value> = Record<SpendUse, Value>;

/** A value for each use. */
export function byUse<Value>(valueOf: (use: SpendUse) => Value): ByUse<Value> {
  return {
    active: valueOf('active'),
    inactive: valueOf('inactive'),
    neverActive: valueOf('neverActive'),
    inGrace: valueOf('inGrace'),
    notMeasurable: valueOf('notMeasurable'),
    unknown: valueOf('unknown'),
    unassigned: valueOf('unassigned'),
  };
}

/**
 * What the seats are used for that are paid for, or assigned where those are
 * more. What Microsoft counts as assigned and the roster does not have is
 * unknown. Seats of a SKU for the whole company are not given to people, so
 * that nothing can be said of their use.
 */
function seatsByUse(license: PricedLicense, quantity: number): ByUse<number> {
  if (license.appliesTo === 'Company') {
    return byUse(use => (use === 'notMeasurable' ? quantity : 0));
  }
  const accounts = license.statuses.reduce(
    (total, each) => total + each.accounts,
    0,
  );
  const assigned = Math.max(accounts, license.assigned);
  return byUse(use => {
    if (use === 'unassigned') {
      return Math.max(0, quantity - assigned);
    }
    const held =
      license.statuses.find(({ status }) => status === use)?.accounts ?? 0;
    return use === 'unknown' ? held + assigned - accounts : held;
  });
}

/** What a SKU costs a year, not rounded. */
export interface Costs {
  isPriced: boolean;
  annual: [currency: string, amount: Amount][];
  once: [currency: string, amount: Amount][];
  seats: ByUse<number>;
  /** Of an annual amount, what so many of the seats cost. */
  share: (amount: Amount, seats: number) => Amount;
}

/**
 * What a SKU costs a year, and the seats that this is spread over.
 *
 * @param today - YYYY-MM-DD
 */
export function costsOf({ license, terms }: SkuTerms, today: string): Costs {
  const inForce = terms.filter(term => isInForce(term, today));
  const annual = new Map<string, Amount[]>();
  const once = new Map<string, Amount[]>();
  for (const term of inForce) {
    const amount = yearly(term);
    if (amount) {
      add(term.frequency === 'once' ? once : annual, term.currency, amount);
    }
  }
  const recurring = inForce.filter(({ frequency }) => frequency !== 'once');
  const seats = seatsByUse(
    license,
    recurring.reduce((total, { quantity }) => total + quantity, 0),
  );
  const allSeats = SPEND_USES.reduce((total, use) => total + seats[use], 0);
  return {
    isPriced: inForce.length > 0,
    annual: totals(annual),
    once: totals(once),
    seats,
    share: (amount, some) =>
      allSeats === 0 ? ZERO : amount.times(some).dividedBy(allSeats),
  };
}

/** Rounds parts so that they add up: what is left goes to the largest. */
export function roundParts(whole: Amount, exact: Amount[]): Amount[] {
  const parts = exact.map(round);
  const rest = round(whole).minus(sum(parts));
  const largest = exact.reduce(
    (most, amount, place) => (amount.greaterThan(exact[most]) ? place : most),
    0,
  );
  return parts.map((part, place) =>
    place === largest ? part.plus(rest) : part,
  );
}

/** As {@link roundParts}, of what each use costs. */
export function roundByUse(whole: Amount, exact: ByUse<Amount>): ByUse<Amount> {
  const parts = roundParts(
    whole,
    SPEND_USES.map(use => exact[use]),
  );
  return byUse(use => parts[SPEND_USES.indexOf(use)]);
}

/** What of it could be saved. */
export function savingsOf(parts: ByUse<Amount>): Amount {
  return sum(SAVINGS.map(use => parts[use]));
}

function toMoney([currency, amount]: [string, Amount]): Money {
  return { amount: toText(amount), currency };
}

/** Totals per currency, by its code; each is rounded once. */
export function moneyOf(
  amounts: [currency: string, amount: Amount][],
): Money[] {
  const byCurrency = new Map<string, Amount[]>();
  for (const [currency, amount] of amounts) {
    add(byCurrency, currency, amount);
  }
  return totals(byCurrency).map(toMoney);
}

/** Amounts of money added up, per currency, by its code. */
export function sumMoney(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, Amount>();
  for (const { amount, currency } of amounts) {
    sums.set(currency, (sums.get(currency) ?? ZERO).plus(amount));
  }
  return [...sums]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(toMoney);
}

/** Amounts of money, so many times; not rounded. */
export function timesMoney(amounts: readonly Money[], times: number): Money[] {
  return amounts.map(({ amount, currency }) => ({
    amount: new Decimal(amount).times(times).toFixed(),
    currency,
  }));
}

/** How much more there is than before, per currency of either. */
export function moneyChange(before: Money[], now: Money[]): Money[] {
  return sumMoney([...now, ...timesMoney(before, -1)]);
}

function toSkuSpend({ annual, once, seats, share }: Costs): SkuSpend {
  return {
    annual: annual.map(toMoney),
    once: once.map(toMoney),
    savings: annual.map(([currency, amount]) =>
      toMoney([
        currency,
        savingsOf(
          roundByUse(
            amount,
            byUse(use => share(amount, seats[use])),
          ),
        ),
      ]),
    ),
  };
}

/**
 * What a SKU costs a year, per currency (rule 12), and what of it goes to
 * inactive, never active and unassigned seats (rule 13).
 *
 * A seat costs the annual amount by the seats of the terms that recur, or by
 * the assigned ones where those are more. Once-only costs stand apart: they are
 * neither split nor saved.
 *
 * @param today - YYYY-MM-DD
 * @returns null when no term is in force
 */
export function skuSpend(sku: SkuTerms, today: string): SkuSpend | null {
  const costs = costsOf(sku, today);
  return costs.isPriced ? toSkuSpend(costs) : null;
}

/**
 * What one seat of a SKU costs a year, per currency and not rounded: the annual
 * amount by the seats it is spread over. Once-only costs are left out.
 *
 * @param today - YYYY-MM-DD
 * @returns null when no term is in force
 */
export function seatCosts(
  sku: SkuTerms,
  today: string,
): [currency: string, amount: Amount][] | null {
  const { isPriced, annual, seats } = costsOf(sku, today);
  const allSeats = SPEND_USES.reduce((total, use) => total + seats[use], 0);
  if (!isPriced) {
    return null;
  }
  return allSeats === 0
    ? []
    : annual.map(([currency, amount]) => [
        currency,
        amount.dividedBy(allSeats),
      ]);
}

/**
 * When the savings of a SKU become cash: the end of its first term in force
 * that recurs; null when that is open.
 *
 * @param today - YYYY-MM-DD
 */
export function savingsFrom(
  { terms }: Pick<SkuTerms, 'terms'>,
  today: string,
): string | null {
  const [first] = terms
    .filter(term => term.frequency !== 'once' && isInForce(term, today))
    .flatMap(({ expirationDate }) => expirationDate ?? [])
    .sort();
  return first ?? null;
}

/** By currency, the dearest first; those that cost nothing a year last. */
function byAnnual(left: Costs, right: Costs): number {
  const [leftCurrency, leftAmount] = left.annual[0] ?? ['\uffff', ZERO];
  const [rightCurrency, rightAmount] = right.annual[0] ?? ['\uffff', ZERO];
  return leftCurrency === rightCurrency
    ? rightAmount.comparedTo(leftAmount)
    : leftCurrency.localeCompare(rightCurrency);
}

/**
 * The annual spend of a tenant as in {@link skuSpend}, and how it is used.
 *
 * Currencies are never added up. The uses of a currency add up exactly to its
 * annual amount. The seats of a SKU whose terms are in two currencies are
 * counted with each.
 *
 * @param skus - every SKU of the tenant with its terms, in any order
 * @param today - YYYY-MM-DD
 */
export function tenantSpend(
  skus: SkuTerms[],
  today: string,
): Omit<Spend, 'evaluatedAt' | 'converted'> {
  const all = skus
    .map(({ license, terms }) => ({
      license,
      terms,
      costs: costsOf({ license, terms }, today),
    }))
    .sort(
      (left, right) =>
        byAnnual(left.costs, right.costs) ||
        left.license.displayName.localeCompare(right.license.displayName) ||
        left.license.skuId.localeCompare(right.license.skuId),
    );
  const priced = all.filter(({ costs }) => costs.isPriced);

  const currencies = new Set(
    priced.flatMap(({ costs }) =>
      [...costs.annual, ...costs.once].map(([currency]) => currency),
    ),
  );
  return {
    currencies: [...currencies].sort().map(currency => {
      const amounts = (field: 'annual' | 'once') =>
        priced.flatMap(({ costs }) =>
          costs[field].flatMap(([each, amount]) =>
            each === currency ? [{ costs, amount }] : [],
          ),
        );
      const annual = amounts('annual');
      const whole = sum(annual.map(({ amount }) => amount));
      const parts = roundByUse(
        whole,
        byUse(use =>
          sum(
            annual.map(({ costs, amount }) =>
              costs.share(amount, costs.seats[use]),
            ),
          ),
        ),
      );
      return {
        currency,
        annual: toText(whole),
        once: toText(sum(amounts('once').map(({ amount }) => amount))),
        savings: toText(savingsOf(parts)),
        uses: SPEND_USES.map(use => ({
          use,
          amount: toText(parts[use]),
          seats: annual.reduce(
            (total, { costs }) => total + costs.seats[use],
            0,
          ),
        })),
      };
    }),
    skus: priced.map(({ license, terms, costs }) => ({
      skuId: license.skuId,
      displayName: license.displayName,
      spend: toSkuSpend(costs),
      savingsFrom: savingsFrom({ terms }, today),
    })),
    unpriced: all
      .filter(({ license, costs }) => !costs.isPriced && license.bought > 0)
      .map(({ license: { skuId, displayName, bought } }) => ({
        skuId,
        displayName,
        bought,
      }))
      .sort((left, right) => left.displayName.localeCompare(right.displayName)),
  };
}
