import type {
  CandidateCounts,
  CandidateReasonType,
  Money,
} from 'backstage-plugin-m365-licenses-common';
import type {
  CandidateCount,
  CandidateKind,
  FoundCandidate,
} from '../database/types';
import { type Amount, moneyOf, ZERO } from './money';

/** What a seat of each SKU costs a year, by its id, as `seatCosts` gives it. */
export type SeatPrices = ReadonlyMap<
  string,
  [currency: string, amount: Amount][]
>;

/** Sorts after every currency. */
const NOT_PRICED: Money = { amount: '0', currency: '\uffff' };

/** With these, nothing is saved by taking a license back. */
const WITHOUT_SAVINGS: readonly CandidateReasonType[] = [
  // Microsoft has freed the seat already.
  'deleted',
  'directAndGroup',
];

/**
 * Whether taking a candidate back frees a seat, or swaps it for a cheaper one:
 * not where a group still grants the license.
 */
export function isSaving({
  direct,
  reasons: [decides],
}: Pick<FoundCandidate, 'direct' | 'reasons'>): boolean {
  return (
    direct &&
    decides.groups.length === 0 &&
    !WITHOUT_SAVINGS.includes(decides.type)
  );
}

/** Of a downgrade the difference, in the currencies that both have a price in. */
function amountsOf(
  { reason, skuId, otherSkuId, saves }: CandidateKind,
  prices: SeatPrices,
): [currency: string, amount: Amount][] {
  const price = prices.get(skuId) ?? [];
  if (!saves) {
    return price.map(([currency]) => [currency, ZERO]);
  }
  if (reason !== 'downgrade' || otherSkuId === null) {
    return price;
  }
  const smaller = new Map(prices.get(otherSkuId) ?? []);
  return price.flatMap(([currency, amount]): [string, Amount][] => {
    const other = smaller.get(currency);
    return other
      ? [[currency, amount.greaterThan(other) ? amount.minus(other) : ZERO]]
      : [];
  });
}

/**
 * What taking a candidate back saves a year, per currency: zero where it frees
 * no seat, and nothing where it is not priced.
 */
export function candidateValue(
  kind: CandidateKind,
  prices: SeatPrices,
): Money[] {
  return moneyOf(amountsOf(kind, prices));
}

/** {@link candidateValue} for sorting, from what a seat costs in one currency. */
export function sortValue(
  { reason, skuId, otherSkuId, saves }: CandidateKind,
  seatValues: ReadonlyMap<string, number>,
): number | undefined {
  const price = seatValues.get(skuId);
  if (price === undefined || !saves) {
    return price && 0;
  }
  if (reason !== 'downgrade' || otherSkuId === null) {
    return price;
  }
  const smaller = seatValues.get(otherSkuId);
  return smaller === undefined ? undefined : Math.max(0, price - smaller);
}

/** How many candidates there are together, and what the opportunities are worth. */
export function sumCounts(
  counts: readonly CandidateCount[],
  prices: SeatPrices,
): CandidateCounts {
  const inState = (state: CandidateCount['state']) =>
    counts
      .filter(count => count.state === state)
      .reduce((total, { candidates }) => total + candidates, 0);
  return {
    opportunities: inState('opportunity'),
    heldBack: inState('heldBack'),
    value: moneyOf(
      counts
        .filter(({ state }) => state === 'opportunity')
        .flatMap(count =>
          amountsOf(count, prices).map(
            ([currency, amount]): [string, Amount] => [
              currency,
              amount.times(count.candidates),
            ],
          ),
        ),
    ),
  };
}

/**
 * The more valuable first, by the first currency by its code, and what is not
 * priced last; then the more.
 */
export function byWorth(left: CandidateCounts, right: CandidateCounts): number {
  const [leftValue = NOT_PRICED] = left.value;
  const [rightValue = NOT_PRICED] = right.value;
  return (
    leftValue.currency.localeCompare(rightValue.currency) ||
    Number(rightValue.amount) - Number(leftValue.amount) ||
    right.opportunities + right.heldBack - left.opportunities - left.heldBack
  );
}
