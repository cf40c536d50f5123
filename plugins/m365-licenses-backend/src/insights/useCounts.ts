import type {
  AssignmentStatus,
  Service,
} from 'backstage-plugin-m365-licenses-common';
import type {
  EvaluatedAccount,
  UseCounts,
  UseDimension,
} from '../database/types';
import type { ActivityLimits } from './activity';
import { assignmentStatus, bestStatus } from './assignments';

/** What an account has that it is counted by. */
const COUNTED_BY: [
  Exclude<UseDimension, 'sku'>,
  (account: EvaluatedAccount) => string | null,
][] = [
  ['department', ({ department }) => department],
  ['country', ({ country }) => country],
  ['company', ({ companyName }) => companyName],
  ['group', ({ homeGroup }) => homeGroup],
];

/**
 * The status of each SKU that an account holds, by SKU id: the best of its
 * paths.
 *
 * @param unreported - as for `assignmentStatus`
 */
export function licenseStatuses(
  account: Pick<EvaluatedAccount, 'assignments'>,
  limits: ActivityLimits,
  unreported: readonly Service[],
): Map<string, AssignmentStatus> {
  const statuses = new Map<string, AssignmentStatus>();
  for (const assignment of account.assignments) {
    const { skuId } = assignment;
    const status = assignmentStatus(assignment, limits, unreported);
    const before = statuses.get(skuId);
    statuses.set(skuId, before ? bestStatus([before, status]) : status);
  }
  return statuses;
}

class Tally {
  accounts = 0;
  readonly #seats = new Map<string, Map<AssignmentStatus, number>>();

  addSeat(skuId: string, status: AssignmentStatus): void {
    let statuses = this.#seats.get(skuId);
    if (!statuses) {
      statuses = new Map();
      this.#seats.set(skuId, statuses);
    }
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }

  toCounts(value: string): UseCounts {
    return {
      value,
      accounts: this.accounts,
      seats: [...this.#seats].flatMap(([skuId, statuses]) =>
        [...statuses].map(([status, accounts]) => ({
          skuId,
          status,
          accounts,
        })),
      ),
    };
  }
}

/**
 * Counts who uses each license, account by account. Memory grows with what
 * accounts have in common, not with the tenant.
 */
export class UseCounter {
  readonly #tallies = new Map<UseDimension, Map<string, Tally>>();

  /**
   * Adds an account; one that is deleted or holds no license counts for
   * nothing.
   *
   * @param statuses - of its SKUs, as {@link licenseStatuses} gives them
   */
  add(
    account: EvaluatedAccount,
    statuses: ReadonlyMap<string, AssignmentStatus>,
  ): void {
    if (account.deleted || statuses.size === 0) {
      return;
    }
    for (const [dimension, valueOf] of COUNTED_BY) {
      const tally = this.#tally(dimension, valueOf(account) ?? '');
      tally.accounts += 1;
      for (const [skuId, status] of statuses) {
        tally.addSeat(skuId, status);
      }
    }
    for (const [skuId, status] of statuses) {
      const tally = this.#tally('sku', skuId);
      tally.accounts += 1;
      tally.addSeat(skuId, status);
    }
  }

  /** What was counted so far. */
  counts(): Map<UseDimension, UseCounts[]> {
    return new Map(
      [...this.#tallies].map(([dimension, values]) => [
        dimension,
        [...values].map(([value, tally]) => tally.toCounts(value)),
      ]),
    );
  }

  #tally(dimension: UseDimension, value: string): Tally {
    let values = this.#tallies.get(dimension);
    if (!values) {
      values = new Map();
      this.#tallies.set(dimension, values);
    }
    let tally = values.get(value);
    if (!tally) {
      tally = new Tally();
      values.set(value, tally);
    }
    return tally;
  }
}
