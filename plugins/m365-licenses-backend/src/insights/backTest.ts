import { daysBefore, daysBetween, STALE_REPORT_DAYS } from './activity';

/** The thresholds that a back-test compares, in days. */
export const BACK_TEST_THRESHOLDS = [15, 30, 60, 90, 120] as const;

/**
 * How many days a license is not used before coming back to it is recorded:
 * people on holiday come back by the thousand, and no threshold is shorter.
 */
export const SHORTEST_INACTIVITY = 15;

/** A time about which activity reports kept coming; both days are reported. */
export interface ReportedTime {
  /** YYYY-MM-DD. */
  first: string;
  last: string;
}

/**
 * The times after another report was stored. One that comes while the one
 * before is not stale goes on with it; after a longer time without reports
 * nobody knows who was active in it, so that a new time begins.
 *
 * @param newest - the newest time that is known
 * @returns the time that the report belongs to
 */
export function extendTime(
  newest: ReportedTime | undefined,
  refreshDate: string,
): ReportedTime {
  return newest && daysBetween(newest.last, refreshDate) <= STALE_REPORT_DAYS
    ? { ...newest, last: newest.last > refreshDate ? newest.last : refreshDate }
    : { first: refreshDate, last: refreshDate };
}

/** The times that two reports have in common, the oldest first. */
export function commonTimes(
  left: readonly ReportedTime[],
  right: readonly ReportedTime[],
): ReportedTime[] {
  return left
    .flatMap(one =>
      right.map(other => ({
        first: one.first > other.first ? one.first : other.first,
        last: one.last < other.last ? one.last : other.last,
      })),
    )
    .filter(({ first, last }) => first <= last)
    .sort((one, other) => one.first.localeCompare(other.first));
}

/**
 * What of a back-test is known.
 *
 * @param times - the oldest first
 * @returns `since`: from when on it can be told who was active, null where
 *   nothing was reported on that day or later; `reaches`: whether that is not
 *   after the day; `complete`: whether all days to become active again are
 *   reported, too
 */
export function backTestCoverage(
  times: readonly ReportedTime[],
  { on, withinDays }: { on: string; withinDays: number },
): { since: string | null; reaches: boolean; complete: boolean } {
  const time = times.find(({ last }) => on <= last);
  const reaches = time !== undefined && time.first <= on;
  return {
    since: time?.first ?? null,
    reaches,
    complete: reaches && daysBefore(on, -withinDays) <= time.last,
  };
}
