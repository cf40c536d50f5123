import type {
  ActivityStatus,
  ServiceActivityStatus,
} from 'backstage-plugin-m365-licenses-common';

const DAY_MS = 86_400_000;

/** What is known of an account that decides its status. Days are YYYY-MM-DD. */
export interface AccountUse {
  /** Last activity in any of the seven services. */
  lastActivityDate: string | null;
  licensed: boolean;
  /** The day from which the account has held a license. */
  licensedSince: string | null;
}

/** The days from which something counts, YYYY-MM-DD. */
export interface ActivityLimits {
  /** Activity on or after this day is active. */
  activeSince: string;
  /** A license held since this day or later is in its grace time. */
  graceSince: string;
}

/** The day so many days before another; days are YYYY-MM-DD. */
export function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}

/** Microsoft's reports are one to three days old; older than this, something is wrong. */
export const STALE_REPORT_DAYS = 7;

/** How many days one day is after another; days are YYYY-MM-DD. */
export function daysBetween(earlier: string, later: string): number {
  return (Date.parse(later) - Date.parse(earlier)) / DAY_MS;
}

/** The limits that a threshold in days means on a day. */
export function activityLimits(threshold: {
  today: string;
  inactiveAfterDays: number;
  graceDays: number;
}): ActivityLimits {
  return {
    activeSince: daysBefore(threshold.today, threshold.inactiveAfterDays),
    graceSince: daysBefore(threshold.today, threshold.graceDays),
  };
}

/**
 * The activity status of an account. What is not known is not called unused:
 * a tenant without a report is unknown, a license just given is in grace.
 *
 * `accountStatusSql` in the database folder says the same in SQL; a property
 * test holds the two equal.
 *
 * @param hasReports - whether an activity report was ever completely stored
 */
export function activityStatus(
  use: AccountUse,
  limits: ActivityLimits,
  hasReports: boolean,
): ActivityStatus {
  if (use.lastActivityDate !== null) {
    return use.lastActivityDate >= limits.activeSince ? 'active' : 'inactive';
  }
  if (!use.licensed) {
    return 'unlicensed';
  }
  if (!hasReports) {
    return 'unknown';
  }
  return use.licensedSince !== null && use.licensedSince >= limits.graceSince
    ? 'inGrace'
    : 'neverActive';
}

/** The status in one service, or in all, by the last activity alone. */
export function serviceActivityStatus(
  lastActivityDate: string | null,
  limits: ActivityLimits,
): ServiceActivityStatus {
  if (lastActivityDate === null) {
    return 'neverActive';
  }
  return lastActivityDate >= limits.activeSince ? 'active' : 'inactive';
}
