import { daysBetween } from './activity';

/** A report with less than this share of the rows of the one before is not whole. */
export const WHOLE_SHARE = 0.8;

/** After so many days of reports of a smaller size, that size is the usual one. */
export const DROP_DAYS = 7;

/** How many rows the complete reports of a kind have. */
export interface ReportSize {
  /** Of the newest one that was whole. */
  rows: number;
  /** Since when reports have suddenly far fewer; null while they are whole. */
  drop: {
    /** Refresh date of the first report of this size, YYYY-MM-DD. */
    since: string;
    /** Of that report. */
    rows: number;
  } | null;
}

function isDrop(before: number, now: number): boolean {
  return now < before * WHOLE_SHARE;
}

/**
 * What a complete report means for what is known of the size of its kind (rule
 * 16). Where rows are missing all at once, that people are not in a report says
 * nothing of them, until it is whole again or has stayed at its new size for
 * {@link DROP_DAYS} days.
 *
 * @param before - null for the first report
 * @param report.refreshDate - YYYY-MM-DD
 */
export function nextReportSize(
  before: ReportSize | null,
  { rows, refreshDate }: { rows: number; refreshDate: string },
): ReportSize {
  if (!before || !isDrop(before.rows, rows)) {
    return { rows, drop: null };
  }
  const { drop } = before;
  if (!drop || isDrop(drop.rows, rows) || isDrop(rows, drop.rows)) {
    return { rows: before.rows, drop: { since: refreshDate, rows } };
  }
  return daysBetween(drop.since, refreshDate) >= DROP_DAYS
    ? { rows, drop: null }
    : before;
}
