import { REPORT_NAMES } from '../database/services';
import type { ActivityRow } from '../database/types';
import { GraphError } from '../graph/errors';
import type { Malformed, ReportBatch, ReportPeriod } from '../graph/types';
import { daysBefore } from '../insights/activity';
import {
  countNames,
  isConcealedName,
  isConcealedReport,
  SHOW_NAMES,
} from '../insights/concealment';
import { DROP_DAYS, WHOLE_SHARE } from '../insights/reportSize';
import { SyncError } from './errors';
import { addWrites, type SyncContext, type SyncTask } from './task';

/**
 * The longest period Microsoft offers: a last activity before the period is
 * not in the report, so the first run reaches back as far as it can.
 */
const PERIOD: ReportPeriod = 'D180';

/** How many days before its refresh date a report tells of. */
export const REPORT_DAYS = 180;

/** So many rows are looked at before the first is stored. */
const ROWS_TO_JUDGE = 1_000;

type Report = ActivityRow['report'];

function concealedReport(what: string): SyncError {
  return new SyncError(
    `${what}: Microsoft conceals the names in reports, so nobody can be told apart; nothing was stored, what was known before stays`,
    SHOW_NAMES,
  );
}

/** Rows are matched to accounts; without a roster each would be suspicious. */
async function checkRoster({ tenant, stores }: SyncContext): Promise<void> {
  const roster = await stores.taskRuns.latest(tenant, 'application-roster');
  if (roster.lastSuccessAt === undefined) {
    throw new SyncError(
      'The accounts were never read, and the rows of a report are matched to them',
      `Run Application Roster first; if it is switched off, switch it on with m365Licenses.tenants.${tenant}.tasks.applicationRoster.enabled`,
    );
  }
}

/** Asks the tenant whether its reports are concealed (rule 9). */
async function checkSetting(context: SyncContext): Promise<void> {
  let settings;
  try {
    settings = await context.graph.reportSettings({ signal: context.signal });
  } catch (error) {
    if (!(error instanceof GraphError) || error.kind !== 'permission') {
      throw error;
    }
    context.leaveOut({
      what: 'The setting that conceals names in reports',
      why: `${error.message}; the names in the reports are looked at instead`,
      mend: error.mend ?? 'Grant the permission ReportSettings.Read.All',
    });
    return;
  }
  if (settings.displayConcealedNames) {
    throw concealedReport('The report setting displayConcealedNames is on');
  }
}

/**
 * Puts the first batches together until there are enough rows to judge the
 * report by, then passes every batch on.
 */
async function* firstTogether<Row>(
  batches: AsyncIterable<ReportBatch<Row>>,
): AsyncIterable<ReportBatch<Row>> {
  let first: ReportBatch<Row> | undefined = { rows: [], malformed: [] };
  for await (const batch of batches) {
    if (!first) {
      yield batch;
      continue;
    }
    first.rows.push(...batch.rows);
    first.malformed.push(...batch.malformed);
    if (first.rows.length >= ROWS_TO_JUDGE) {
      yield first;
      first = undefined;
    }
  }
  if (first) {
    yield first;
  }
}

/**
 * Stores one report, batch after batch.
 *
 * A report that is concealed is refused before anything of it is stored. One
 * that breaks off midway leaves the dates stored that it gave, for each is
 * true by itself, but is not noted as complete. One that is older than the
 * newest of its kind that was stored is left out (rule 4).
 */
async function storeReport(
  context: SyncContext,
  report: Report,
  batches: AsyncIterable<ReportBatch<ActivityRow>>,
): Promise<void> {
  const { tenant, stores, signal, counts } = context;
  const total = { named: 0, concealed: 0 };
  let unreadable = 0;
  let stored = 0;
  let refreshDate: string | undefined;

  for await (const { rows, malformed } of firstTogether(batches)) {
    signal.throwIfAborted();
    const names = countNames(rows.map(({ row }) => row.userPrincipalName));
    total.named += names.named;
    total.concealed += names.concealed;
    counts.read += rows.length + malformed.length;
    context.malformed(malformed);
    unreadable += malformed.length;
    if (refreshDate === undefined) {
      if (isConcealedReport(total)) {
        throw concealedReport(REPORT_NAMES[report]);
      }
      refreshDate = rows[0]?.row.reportRefreshDate;
      const { newest } = await stores.activity.reportDates(tenant, report);
      if (refreshDate && newest && refreshDate < newest) {
        context.leaveOut({
          what: REPORT_NAMES[report],
          why: `Microsoft gave the report of ${refreshDate}, and that of ${newest} is stored already; what was known before stays`,
          mend: 'Nothing: Microsoft sometimes gives an earlier report for a while; the next run asks again',
        });
        return;
      }
    }
    const concealed: Malformed[] = [];
    const readable = rows.filter(({ row }) => {
      if (!isConcealedName(row.userPrincipalName)) {
        return true;
      }
      concealed.push({
        place: `${REPORT_NAMES[report]} line ${row.line}`,
        problem: 'User Principal Name is concealed',
      });
      return false;
    });
    context.malformed(concealed);
    stored += readable.length;
    if (readable.length > 0) {
      addWrites(
        counts,
        await stores.activity.storeRows(tenant, readable, context.now()),
      );
    }
    await context.progress();
  }

  if (isConcealedReport(total)) {
    throw concealedReport(REPORT_NAMES[report]);
  }
  if (refreshDate === undefined) {
    if (unreadable > 0) {
      throw new SyncError(
        `${REPORT_NAMES[report]}: none of its ${unreadable} rows could be read`,
        'See the malformed records of this run',
      );
    }
    context.leaveOut({
      what: REPORT_NAMES[report],
      why: 'It held no rows',
      mend: 'Nothing in a new tenant, whose first report takes some days; else see whether the Microsoft 365 admin center shows the report',
    });
    return;
  }
  const size = await stores.activity.completeReport(
    tenant,
    report,
    refreshDate,
    context.now(),
    stored,
  );
  if (size.drop) {
    context.leaveOut({
      what: `What the ${REPORT_NAMES[report]} does not have`,
      why: `It has ${stored} rows that could be read, fewer than ${
        WHOLE_SHARE * 100
      } % of the ${
        size.rows
      } of the last whole one. The dates in it were stored, but that somebody is not in it says nothing of them: licenses that this report decides about are unknown unless they are active`,
      mend: `Nothing, if Microsoft gives a whole report again. If so many accounts are really gone, reports of this size are taken as whole once they have stayed for ${DROP_DAYS} days, on ${daysBefore(
        size.drop.since,
        -DROP_DAYS,
      )}; else see whether the report in the Microsoft 365 admin center has everybody`,
    });
  }
}

async function* tagged<Row, Tagged extends ActivityRow>(
  batches: AsyncIterable<ReportBatch<Row>>,
  tag: (row: Row) => Tagged,
): AsyncIterable<ReportBatch<ActivityRow>> {
  for await (const { rows, malformed } of batches) {
    yield { rows: rows.map(tag), malformed };
  }
}

/**
 * Application Access: the last activity of each account in the seven services
 * (rule 4): six from the active user report, Outlook from the email app usage
 * report.
 */
export const applicationAccess: SyncTask = {
  name: 'application-access',
  title: 'Application Access',
  configKey: 'applicationAccess',
  defaultSchedule: { frequency: { hours: 12 }, timeout: { hours: 1 } },
  after: 'application-roster',
  async run(context) {
    const { graph, signal } = context;
    await checkRoster(context);
    await checkSetting(context);
    await storeReport(
      context,
      'activeUsers',
      tagged(graph.activeUserDetail(PERIOD, { signal }), row => ({
        report: 'activeUsers',
        row,
      })),
    );
    await storeReport(
      context,
      'emailApps',
      tagged(graph.emailAppUsageDetail(PERIOD, { signal }), row => ({
        report: 'emailApps',
        row,
      })),
    );
  },
};
