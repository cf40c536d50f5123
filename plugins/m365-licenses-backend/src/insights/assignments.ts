import type {
  AssignmentStatus,
  Service,
} from 'backstage-plugin-m365-licenses-common';
import type { ActivityLimits } from './activity';

/** What is known of a license held by one path that decides its status. */
export interface AssignmentUse {
  /**
   * The observed services of its enabled service plans; null while the plans
   * of the SKU are not known.
   */
  services: readonly Service[] | null;
  /** Last activity in these services, YYYY-MM-DD. */
  lastActivityDate: string | null;
  /** The day since which the account holds it by this path, YYYY-MM-DD. */
  assignedOn: string;
}

/**
 * The status of a license that an account holds by one path (rules 6 and 7).
 *
 * Activity within the threshold is a fact however old the report is. To say of
 * anything else that it is not used takes a fresh report about every service
 * of the license. Concealed reports are never stored, so that concealment shows
 * as reports that become stale.
 *
 * `assignmentStatusSql` in the database folder says the same in SQL; a property
 * test holds the two equal.
 *
 * @param unreported - the services of which no report is stored that is not stale
 */
export function assignmentStatus(
  use: AssignmentUse,
  limits: ActivityLimits,
  unreported: readonly Service[],
): AssignmentStatus {
  const { services, lastActivityDate } = use;
  if (services === null) {
    return 'unknown';
  }
  if (services.length === 0) {
    return 'notMeasurable';
  }
  if (lastActivityDate !== null && lastActivityDate >= limits.activeSince) {
    return 'active';
  }
  if (services.some(service => unreported.includes(service))) {
    return 'unknown';
  }
  if (lastActivityDate !== null) {
    return 'inactive';
  }
  return use.assignedOn >= limits.graceSince ? 'inGrace' : 'neverActive';
}

/**
 * Which status stands for a license held by several paths: the first of these
 * that one of them has. Use comes first, then what forbids to call it unused; a
 * path that cannot be measured says nothing of the others.
 */
export const BEST_FIRST = [
  'active',
  'inGrace',
  'unknown',
  'inactive',
  'neverActive',
  'notMeasurable',
] as const satisfies readonly AssignmentStatus[];

/** The best of the statuses of an account's paths to one SKU, by {@link BEST_FIRST}. */
export function bestStatus(
  statuses: readonly AssignmentStatus[],
): AssignmentStatus {
  return BEST_FIRST.find(status => statuses.includes(status)) ?? 'unknown';
}
