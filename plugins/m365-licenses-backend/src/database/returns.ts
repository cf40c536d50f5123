import type { Knex } from 'knex';
import {
  commonTimes,
  extendTime,
  SHORTEST_INACTIVITY,
  type ReportedTime,
} from '../insights/backTest';
import { lastActivitySql } from './assignmentSql';
import { isPostgres, writeRows } from './sql';
import type { ActivityRow } from './types';

type Report = ActivityRow['report'];

interface ReportedTimeRow extends ReportedTime {
  tenant: string;
  report: Report;
}

/** The times about which reports of both kinds kept coming, the oldest first. */
export async function reportedTimes(
  knex: Knex,
  tenant: string,
): Promise<ReportedTime[]> {
  const rows = await knex<ReportedTimeRow>('reported_times').where({ tenant });
  const timesOf = (report: Report) => rows.filter(row => row.report === report);
  return commonTimes(timesOf('activeUsers'), timesOf('emailApps'));
}

/** Notes that a report was stored completely. */
export async function recordReport(
  transaction: Knex.Transaction,
  tenant: string,
  report: Report,
  refreshDate: string,
): Promise<void> {
  const newest: ReportedTime | undefined = await transaction<ReportedTimeRow>(
    'reported_times',
  )
    .where({ tenant, report })
    .orderBy('first', 'desc')
    .first('first', 'last');
  await transaction<ReportedTimeRow>('reported_times')
    .insert({ tenant, report, ...extendTime(newest, refreshDate) })
    .onConflict(['tenant', 'report', 'first'])
    .merge(['last']);
}

/**
 * Records which licenses of accounts are used again after a time without use,
 * or for the first time. To be called when the accounts hold their new dates
 * and their assignments still the old ones.
 *
 * Nothing is recorded of days before each report was stored once: no back-test
 * can be about these, and in a new tenant everybody would be back.
 *
 * @param accounts - the accounts that have new dates
 */
export async function recordReturns(
  transaction: Knex.Transaction,
  tenant: string,
  accounts: { number: number }[],
): Promise<void> {
  const [known] = await reportedTimes(transaction, tenant);
  if (!known) {
    return;
  }
  const now = lastActivitySql(transaction, 'assignments.services', 'a');
  const daysAway = isPostgres(transaction)
    ? 'used.returned_on::date - used.inactive_since::date'
    : 'julianday(used.returned_on) - julianday(used.inactive_since)';
  await writeRows(
    transaction,
    { number: 'integer', known_since: 'text' },
    accounts.map(({ number }) => ({ number, known_since: known.first })),
    source => `insert into activity_returns
        (tenant, account, sku_id, inactive_since, returned_on)
      select tenant, account, sku_id, inactive_since, returned_on
      from (
        select assignments.tenant, assignments.account, assignments.sku_id,
          r.known_since, max(assignments.last_activity_date) as inactive_since,
          max(${now}) as returned_on
        from ${source}
          join accounts as a on a.number = r.number
          join assignments on assignments.account = r.number
        where assignments.services <> 0
        group by assignments.tenant, assignments.account, assignments.sku_id,
          r.known_since
      ) as used
      where used.returned_on > used.known_since
        and (used.inactive_since is null
          or ${daysAway} >= ${SHORTEST_INACTIVITY})
      on conflict do nothing`,
  );
}
