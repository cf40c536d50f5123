import {
  RECLAMATION_OUTCOMES,
  type ReclamationOutcome,
  type ReclamationSavings,
  type ReclamationStatus,
} from 'backstage-plugin-m365-licenses-common';
import type {
  PlannedItem,
  SavedInMonth,
  StoredReclamation,
} from '../database/types';
import { moneyChange, sumMoney } from './money';

/** How long Microsoft keeps what is behind a license that was taken, in days (rule 20). */
export const DATA_KEPT_DAYS = 30;

const DAY_MS = 24 * 60 * 60_000;

/**
 * When Microsoft begins to drop the data behind a license, for example the
 * mailbox.
 *
 * @param takenAt - when the license was taken, ISO 8601
 * @returns ISO 8601
 */
export function dataKeptUntil(takenAt: string): string {
  return new Date(Date.parse(takenAt) + DATA_KEPT_DAYS * DAY_MS).toISOString();
}

/** Outcomes that tell that a started plan is being carried out. */
export const BEGUN: readonly ReclamationOutcome[] = [
  'running',
  'reclaimed',
  'restored',
];

/**
 * How far a plan is. One that was not started in time has `expired`; one that
 * is started is `asking` as long as somebody may still answer, then `running`
 * when something is or was changed, else `scheduled`.
 */
export function reclamationStatus(
  {
    status,
    expiresAt,
    counts,
  }: Pick<StoredReclamation, 'status' | 'expiresAt' | 'counts'>,
  at: Date,
): ReclamationStatus {
  if (status === 'planned' || status === 'approved') {
    const isExpired = expiresAt !== null && expiresAt <= at.toISOString();
    return isExpired ? 'expired' : status;
  }
  if (status !== 'started') {
    return status;
  }
  if (counts.some(({ outcome }) => outcome === 'awaitingUser')) {
    return 'asking';
  }
  return counts.some(({ outcome }) => BEGUN.includes(outcome))
    ? 'running'
    : 'scheduled';
}

/** How many items have each outcome, in the order of the outcomes. */
export function countsOf(items: PlannedItem[]): StoredReclamation['counts'] {
  return RECLAMATION_OUTCOMES.flatMap(outcome => {
    const some = items.filter(item => item.outcome === outcome);
    return some.length === 0
      ? []
      : [
          {
            outcome,
            items: some.length,
            value: sumMoney(some.flatMap(({ value }) => value)),
          },
        ];
  });
}

/** What was saved by licenses taken back and not put back, together and by month, the oldest first. */
export function savingsOf(
  months: SavedInMonth[],
): Omit<ReclamationSavings, 'potential'> {
  const sumOf = (outcome: SavedInMonth['outcome'], some: SavedInMonth[]) => {
    const these = some.filter(each => each.outcome === outcome);
    return {
      items: these.reduce((sum, { items }) => sum + items, 0),
      value: sumMoney(these.flatMap(({ value }) => value)),
    };
  };
  const saved = (some: SavedInMonth[]) => {
    const reclaimed = sumOf('reclaimed', some);
    const restored = sumOf('restored', some);
    return {
      reclaimed: reclaimed.items,
      restored: restored.items,
      realized: moneyChange(restored.value, reclaimed.value),
    };
  };
  return {
    ...saved(months),
    months: [...new Set(months.map(({ month }) => month))]
      .sort()
      .map(month => ({
        month,
        ...saved(months.filter(each => each.month === month)),
      })),
  };
}
