/**
 * Whether a principal name of a report is concealed (rule 9): 32 upper-case
 * hex digits, or `<PII:H105(…)>`.
 */
export function isConcealedName(name: string): boolean {
  return /^[0-9A-F]{32}$/.test(name) || /^<PII:H\d+\(.*\)>$/s.test(name);
}

/** Names that a report was asked about, and how many of them are concealed. */
export interface NameCounts {
  named: number;
  concealed: number;
}

/** Where an administrator shows names again. */
export const SHOW_NAMES =
  'Clear "Display concealed user, group, and site names in all reports" in the Microsoft 365 admin center under Settings → Org settings → Services → Reports; reports made after that carry names';

/** How Microsoft writes a name that it cannot give, in a report that is not concealed. */
const UNKNOWN = '(Unknown)';

/** Counts the names of a report; `(Unknown)` is no name. */
export function countNames(names: Iterable<string>): NameCounts {
  const counts: NameCounts = { named: 0, concealed: 0 };
  for (const name of names) {
    if (name !== UNKNOWN) {
      counts.named += 1;
      counts.concealed += isConcealedName(name) ? 1 : 0;
    }
  }
  return counts;
}

/**
 * Whether a report is concealed as a whole. Microsoft conceals every row or
 * none, so half of the names leaves room for odd rows either way.
 */
export function isConcealedReport({ named, concealed }: NameCounts): boolean {
  return concealed > 0 && concealed * 2 >= named;
}
