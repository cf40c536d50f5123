import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { TermInput } from 'backstage-plugin-m365-licenses-common';
import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import { isSameTerm } from '../insights/termChanges';

/** What is wrong with a term, and in which field. */
export interface TermProblem {
  field: keyof TermInput;
  message: string;
}

/** The most terms that a SKU can have. */
export const MAX_TERMS = 200;

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

function textOrNull(text: string | null): string | null {
  return text?.trim() || null;
}

function isDay(text: string): boolean {
  return DateTime.fromFormat(text, 'yyyy-MM-dd').isValid;
}

/** What is wrong with the code of a currency; undefined when it is one. */
export function currencyProblem(currency: string): string | undefined {
  return CURRENCIES.has(currency)
    ? undefined
    : `${
        currency || 'Nothing'
      } is not a currency; use a code of ISO 4217 such as EUR or USD`;
}

/** What is wrong with a day as it is written; undefined when it is one. */
export function dayProblem(day: string): string | undefined {
  return isDay(day)
    ? undefined
    : `${
        day || 'Nothing'
      } is not a day; write it as year, month and day, as in 2026-12-31`;
}

function entityRefOf(text: string): string | undefined {
  try {
    return stringifyEntityRef(
      parseEntityRef(text, { defaultNamespace: 'default' }),
    );
  } catch {
    return undefined;
  }
}

/**
 * Brings a term that somebody entered into the form in which it is stored, and
 * checks what no schema knows.
 *
 * @param entered - as the OpenAPI document has it
 */
export function readTerm(entered: TermInput): {
  term: TermInput;
  problems: TermProblem[];
} {
  const problems: TermProblem[] = [];
  const { currency, effectiveDate, expirationDate } = entered;
  const notACurrency = currencyProblem(currency);
  if (notACurrency) {
    problems.push({ field: 'currency', message: notACurrency });
  }
  for (const field of ['effectiveDate', 'expirationDate'] as const) {
    const day = entered[field];
    const notADay = day === null ? undefined : dayProblem(day);
    if (notADay) {
      problems.push({ field, message: notADay });
    }
  }
  if (
    expirationDate !== null &&
    isDay(expirationDate) &&
    expirationDate <= effectiveDate
  ) {
    problems.push({
      field: 'expirationDate',
      message: `${expirationDate} is not after the effective date ${effectiveDate}; it is the first day on which the term is no longer in force`,
    });
  }
  const administrator = textOrNull(entered.administrator);
  const entityRef = administrator && entityRefOf(administrator);
  if (administrator && !entityRef) {
    problems.push({
      field: 'administrator',
      message: `${administrator} is not an entity ref; write it as user:default/olivia or group:default/procurement`,
    });
  }
  const texts = {
    subscriptionId: textOrNull(entered.subscriptionId),
    purchaseIdentifier: textOrNull(entered.purchaseIdentifier),
    notes: textOrNull(entered.notes),
  };
  for (const field of [
    'subscriptionId',
    'purchaseIdentifier',
    'notes',
  ] as const) {
    if (texts[field]?.includes('\0')) {
      problems.push({
        field,
        message: 'has a character that cannot be stored (NUL); remove it',
      });
    }
  }
  return {
    term: {
      ...entered,
      ...texts,
      cost: new Decimal(entered.cost).toFixed(),
      administrator: entityRef || null,
    },
    problems,
  };
}

/**
 * The place of the first of several equal terms, for each later one: entered
 * twice, a term would count twice.
 */
export function findRepeated(
  terms: TermInput[],
): { place: number; first: number }[] {
  return terms.flatMap((term, place) => {
    const first = terms.findIndex(other => isSameTerm(other, term));
    return first < place ? [{ place, first }] : [];
  });
}
