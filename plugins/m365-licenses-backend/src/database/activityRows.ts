import { SERVICES, type Service } from 'backstage-plugin-m365-licenses-common';
import {
  ALL_SERVICE_COLUMNS,
  REPORT_SERVICES,
  SERVICE_COLUMNS,
  type ServiceDates,
} from './services';
import type { ColumnType } from './sql';
import type { ActivityRow } from './types';

/** What is stored of activity, of accounts and of rows that match none. */
export interface Activity extends ServiceDates {
  last_activity_date: string | null;
}

export const ACTIVITY_COLUMNS: readonly (keyof Activity)[] = [
  'last_activity_date',
  ...ALL_SERVICE_COLUMNS,
];

/** Columns that hold text, for `writeRows`. */
export function textColumns(
  columns: readonly string[],
): Record<string, ColumnType> {
  return Object.fromEntries(columns.map(column => [column, 'text']));
}

function dateOf(entry: ActivityRow, service: Service): string | null {
  if (entry.report === 'emailApps') {
    return service === 'outlook' ? entry.row.outlookLastActivityDate : null;
  }
  return service === 'outlook' ? null : entry.row.lastActivityDates[service];
}

/** Whether a row of a report tells of any activity. */
export function hasActivity(entry: ActivityRow): boolean {
  return SERVICES.some(service => dateOf(entry, service) !== null);
}

/** The latest of days, any of which may be missing. */
export function newest(...days: (string | null)[]): string | null {
  return days.reduce(
    (latest, day) => ((day ?? '') > (latest ?? '') ? day : latest),
    null,
  );
}

/**
 * Takes over what a report says (rule 4): a newer date with the report that
 * gave it, never an older one.
 *
 * @returns whether anything changed
 */
export function takeOver(activity: Activity, entry: ActivityRow): boolean {
  let changed = false;
  for (const service of REPORT_SERVICES[entry.report]) {
    const date = dateOf(entry, service);
    const columns = SERVICE_COLUMNS[service];
    const before = activity[columns.date];
    if (date !== null && (before === null || date > before)) {
      activity[columns.date] = date;
      activity[columns.report] = entry.row.reportRefreshDate;
      if (
        activity.last_activity_date === null ||
        date > activity.last_activity_date
      ) {
        activity.last_activity_date = date;
      }
      changed = true;
    }
  }
  return changed;
}
