import type { HeldBack, Service } from 'backstage-plugin-m365-licenses-common';
import { REPORT_NAMES, REPORT_SERVICES } from '../database/services';
import type { ActivityRow, PlannedItem } from '../database/types';
import { daysBetween, STALE_REPORT_DAYS } from './activity';
import { SHOW_NAMES } from './concealment';

/** So many assignments of a SKU one plan may always take: a share of few is none. */
export const ALWAYS_ALLOWED = 10;

/**
 * How many accounts may lose a SKU by one plan that a rule made.
 *
 * @param assigned - how many accounts hold it
 * @param maxShare - 0 to 1
 */
export function shareLimit(assigned: number, maxShare: number): number {
  return Math.max(ALWAYS_ALLOWED, Math.floor(assigned * maxShare));
}

/**
 * The items of a plan made by a rule that are beyond the share of a SKU's
 * assignments which may go at once, and what holds them back. An account counts
 * once, by however many paths it holds the SKU.
 *
 * @param items - those to be taken, in the order in which they are preferred
 * @param assignedBySku - how many accounts hold each SKU; 0 where it is missing
 * @param maxShare - 0 to 1
 */
export function overShare<Item extends Pick<PlannedItem, 'account' | 'skuId'>>(
  items: readonly Item[],
  assignedBySku: ReadonlyMap<string, number>,
  maxShare: number,
): Map<Item, HeldBack> {
  const allowed = new Map<string, Set<string>>();
  const over = new Map<Item, HeldBack>();
  for (const item of items) {
    const assigned = assignedBySku.get(item.skuId) ?? 0;
    const limit = shareLimit(assigned, maxShare);
    const accounts = allowed.get(item.skuId) ?? new Set();
    allowed.set(item.skuId, accounts);
    if (accounts.size < limit) {
      accounts.add(item.account.id);
    } else if (!accounts.has(item.account.id)) {
      over.set(item, {
        type: 'share',
        until: null,
        reason: `One plan takes at most ${limit} of the ${assigned} assignments of this license; plan again when it is finished`,
        owner: null,
        exemptionId: null,
      });
    }
  }
  return over;
}

/** What is known of accounts and their use is older than a rule may take licenses by after so many days. */
export const STALE_ROSTER_DAYS = 3;

/** What is known of the data that a rule decides by. Days are YYYY-MM-DD. */
export interface DataState {
  today: string;
  /** Whether Microsoft conceals the names in reports (rule 9). */
  concealed: boolean;
  /** Refresh date of the newest report of each kind; null where none was ever stored. */
  newestReports: Readonly<Record<ActivityRow['report'], string | null>>;
  /** The services of which no report is stored that is good enough today. */
  unreported: readonly Service[];
  /** When the accounts were last read completely; null when they never were. */
  rosterReadOn: string | null;
  /** When it was last counted who uses what; null when it never was. */
  evaluatedOn: string | null;
  /** Whether any SKU of the tenant is known. */
  hasLicenses: boolean;
}

function reportProblem(
  report: ActivityRow['report'],
  { today, newestReports, unreported }: DataState,
): string | undefined {
  const name = REPORT_NAMES[report];
  const newest = newestReports[report];
  if (newest === null) {
    return `The ${name} was never read; run Application Access on the Tasks tab`;
  }
  if (daysBetween(newest, today) > STALE_REPORT_DAYS) {
    return `The newest ${name} is of ${newest}, older than ${STALE_REPORT_DAYS} days; see on the Tasks tab whether Application Access runs`;
  }
  return REPORT_SERVICES[report].some(service => unreported.includes(service))
    ? `The ${name} suddenly has far fewer rows than before; see on the Tasks tab what the last run of Application Access left out`
    : undefined;
}

/**
 * Why what is known of a tenant is not good enough for a rule to take licenses
 * back by itself (rule 16), and what mends it; undefined where it is.
 */
export function dataProblem(state: DataState): string | undefined {
  const { today, concealed, rosterReadOn, evaluatedOn, hasLicenses } = state;
  const isOld = (day: string) => daysBetween(day, today) > STALE_ROSTER_DAYS;
  if (concealed) {
    return `Microsoft conceals the names in reports, so that nobody can be told apart. ${SHOW_NAMES}`;
  }
  if (rosterReadOn === null) {
    return 'The accounts were never read; run Application Roster on the Tasks tab';
  }
  if (isOld(rosterReadOn)) {
    return `The accounts were last read on ${rosterReadOn}, more than ${STALE_ROSTER_DAYS} days ago; see on the Tasks tab why Application Roster fails`;
  }
  if (!hasLicenses) {
    return 'The licenses of the tenant are not known; run License Information on the Tasks tab';
  }
  const ofReports =
    reportProblem('activeUsers', state) ?? reportProblem('emailApps', state);
  if (ofReports === undefined && (evaluatedOn === null || isOld(evaluatedOn))) {
    return `Who uses what was ${
      evaluatedOn === null ? 'never counted' : `last counted on ${evaluatedOn}`
    }; wait for the next evaluation, or see in the log of the backend why it fails`;
  }
  return ofReports;
}
