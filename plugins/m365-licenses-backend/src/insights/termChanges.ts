import {
  TERM_FIELDS,
  type TermInput,
} from 'backstage-plugin-m365-licenses-common';
import { createHash } from 'node:crypto';

/** What becomes of a term. */
export type TermChange<Stored extends TermInput> =
  | { action: 'added'; before: null; after: TermInput }
  | { action: 'changed' | 'unchanged'; before: Stored; after: TermInput }
  | { action: 'removed'; before: Stored; after: null };

/** A term without what only stored ones have. */
export function toTermInput(term: TermInput): TermInput {
  return {
    subscriptionId: term.subscriptionId,
    cost: term.cost,
    currency: term.currency,
    frequency: term.frequency,
    quantity: term.quantity,
    effectiveDate: term.effectiveDate,
    expirationDate: term.expirationDate,
    purchaseIdentifier: term.purchaseIdentifier,
    notes: term.notes,
    administrator: term.administrator,
  };
}

/**
 * What stands for terms as they are stored, of one SKU or several: changes
 * whenever one of them does.
 *
 * @param terms - in the order in which the store lists them
 */
export function revisionOf(terms: readonly (TermInput & { id: string })[]) {
  // Of ids too, so that terms that were removed and entered again differ.
  return createHash('sha256').update(JSON.stringify(terms)).digest('base64url');
}

/** Whether two terms say the same. */
export function isSameTerm(left: TermInput, right: TermInput): boolean {
  return TERM_FIELDS.every(field => left[field] === right[field]);
}

/** The same purchase, with something else about it mended. */
function isSamePurchase(left: TermInput, right: TermInput): boolean {
  return (
    left.effectiveDate === right.effectiveDate &&
    left.subscriptionId === right.subscriptionId
  );
}

/**
 * What changes when the terms of a SKU are replaced. A term is changed, rather
 * than removed and another one added, when the subscription and the effective
 * date stay.
 *
 * @returns each term once: those after in their order, then those removed
 */
export function compareTerms<Stored extends TermInput>(
  before: Stored[],
  after: TermInput[],
): TermChange<Stored>[] {
  const left = new Set(before);
  const matched = new Map<TermInput, Stored>();
  for (const matches of [isSameTerm, isSamePurchase]) {
    for (const term of after) {
      const match = [...left].find(
        candidate => !matched.has(term) && matches(candidate, term),
      );
      if (match) {
        left.delete(match);
        matched.set(term, match);
      }
    }
  }
  return [
    ...after.map((term): TermChange<Stored> => {
      const match = matched.get(term);
      if (!match) {
        return { action: 'added', before: null, after: term };
      }
      return {
        action: isSameTerm(match, term) ? 'unchanged' : 'changed',
        before: match,
        after: term,
      };
    }),
    ...[...left].map(
      (term): TermChange<Stored> => ({
        action: 'removed',
        before: term,
        after: null,
      }),
    ),
  ];
}
