import {
  SERVICES,
  type Account,
  type AssignedLicense,
  type AssignmentPath,
  type Service,
  type ServiceActivity,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import {
  activityStatus,
  daysBefore,
  STALE_REPORT_DAYS,
  type ActivityLimits,
} from '../insights/activity';
import { assignmentStatus, bestStatus } from '../insights/assignments';
import { productName } from '../insights/productNames';
import { parsePlans } from './assignmentSql';
import {
  fromMask,
  REPORT_SERVICES,
  SERVICE_COLUMNS,
  type ServiceDates,
} from './services';
import { among } from './sql';
import type { ActivityRow } from './types';

/** A row of `accounts`. Booleans are 0 and 1 on SQLite. */
export interface AccountRow extends ServiceDates {
  number: number;
  tenant: string;
  id: string;
  hash: string;
  user_principal_name: string;
  display_name: string;
  email: string | null;
  given_name: string | null;
  surname: string | null;
  user_type: 'member' | 'guest';
  enabled: boolean | 0 | 1;
  department: string | null;
  job_title: string | null;
  company_name: string | null;
  office_location: string | null;
  country: string | null;
  usage_location: string | null;
  created_at: string | null;
  first_seen_at: string;
  deactivated_at: string | null;
  deleted_at: string | null;
  deleted: boolean | 0 | 1;
  last_sign_in_at: string | null;
  licensed: boolean | 0 | 1;
  licensed_since: string | null;
  last_activity_date: string | null;
  modified_at: string;
  display_name_key: string;
  principal_name_key: string;
  surname_key: string | null;
  email_key: string | null;
  department_key: string | null;
}

/** What the stored reports of a tenant allow to say. */
export interface ReportState {
  /** Whether an activity report was ever completely stored. */
  hasReports: boolean;
  /**
   * The services of which no report is stored that is not stale, or of which
   * the report suddenly lacks rows.
   */
  unreported: Service[];
}

/** The state of a tenant's reports on a day, YYYY-MM-DD. */
export async function reportState(
  knex: Knex,
  tenant: string,
  today: string,
): Promise<ReportState> {
  const reports: {
    report: ActivityRow['report'];
    newest: string;
    drop_since: string | null;
  }[] = await knex('reports')
    .where({ tenant })
    .select('report', 'newest', 'drop_since');
  const freshSince = daysBefore(today, STALE_REPORT_DAYS);
  const reported = reports
    .filter(
      ({ newest, drop_since }) => newest >= freshSince && drop_since === null,
    )
    .flatMap(({ report }) => REPORT_SERVICES[report]);
  return {
    hasReports: reports.length > 0,
    unreported: SERVICES.filter(service => !reported.includes(service)),
  };
}

/** A row as the API shows it. */
export function toAccount(
  row: AccountRow,
  licenses: AssignedLicense[],
  limits: ActivityLimits,
  reports: boolean,
): Account {
  return {
    id: row.id,
    userPrincipalName: row.user_principal_name,
    displayName: row.display_name,
    email: row.email,
    givenName: row.given_name,
    surname: row.surname,
    userType: row.user_type,
    enabled: Boolean(row.enabled),
    department: row.department,
    jobTitle: row.job_title,
    companyName: row.company_name,
    officeLocation: row.office_location,
    country: row.country,
    createdAt: row.created_at,
    deactivatedAt: row.deactivated_at,
    deletedAt: row.deleted_at,
    lastSignInAt: row.last_sign_in_at,
    licenses,
    modifiedAt: row.modified_at,
    lastActivityDate: row.last_activity_date,
    status: activityStatus(
      {
        lastActivityDate: row.last_activity_date,
        licensed: Boolean(row.licensed),
        licensedSince: row.licensed_since,
      },
      limits,
      reports,
    ),
  };
}

/** The seven services of a row, in their usual order. */
export function toServices(row: ServiceDates): ServiceActivity[] {
  return SERVICES.map(service => ({
    service,
    lastActivityDate: row[SERVICE_COLUMNS[service].date],
    reportRefreshDate: row[SERVICE_COLUMNS[service].report],
  }));
}

/** What is read of a row of `assignments`, with the name of its group. */
export interface PathRow {
  group_id: string;
  group_name: string | null;
  state: string;
  error: string | null;
  disabled_plans: string;
  assigned_at: string | null;
  services: number | null;
  last_activity_date: string | null;
  assigned_on: string;
}

/**
 * A path as the API shows it.
 *
 * @param unreported - as for `assignmentStatus`
 */
export function toPath(
  row: PathRow,
  limits: ActivityLimits,
  unreported: readonly Service[],
): AssignmentPath {
  const services = row.services === null ? null : fromMask(row.services);
  const lastActivityDate = row.last_activity_date;
  return {
    type: row.group_id === '' ? 'direct' : 'group',
    groupId: row.group_id || null,
    groupName: row.group_name,
    state: row.state,
    error: row.error,
    disabledPlans: parsePlans(row.disabled_plans),
    assignedAt: row.assigned_at,
    services: services ?? [],
    lastActivityDate,
    status: assignmentStatus(
      { services, lastActivityDate, assignedOn: row.assigned_on },
      limits,
      unreported,
    ),
  };
}

/** The part numbers of a tenant's SKUs by SKU id. */
export async function partNumbersOf(
  knex: Knex,
  tenant: string,
): Promise<Map<string, string>> {
  const skus = await knex<{
    tenant: string;
    sku_id: string;
    sku_part_number: string;
  }>('skus')
    .where({ tenant })
    .select('sku_id', 'sku_part_number');
  return new Map(skus.map(sku => [sku.sku_id, sku.sku_part_number]));
}

/**
 * The licenses of accounts by account number, sorted by product name, each
 * with its paths, the direct one first.
 *
 * @param options.names - product names by SKU id
 * @param options.unreported - as for `assignmentStatus`
 */
export async function licensesByAccount(
  knex: Knex,
  tenant: string,
  numbers: number[],
  options: {
    names: ReadonlyMap<string, string>;
    limits: ActivityLimits;
    unreported: readonly Service[];
  },
): Promise<Map<number, AssignedLicense[]>> {
  const byAccount = new Map<number, AssignedLicense[]>(
    numbers.map(number => [number, []]),
  );
  if (numbers.length === 0) {
    return byAccount;
  }
  const partNumbers = await partNumbersOf(knex, tenant);
  const rows: (PathRow & { account: number; sku_id: string })[] = await knex(
    'assignments as a',
  )
    .leftJoin('license_groups as g', join =>
      join.on('g.tenant', 'a.tenant').andOn('g.id', 'a.group_id'),
    )
    .where(among(knex, 'a.account', numbers))
    .orderBy(['a.account', 'a.sku_id', 'a.group_id'])
    .select(
      'a.account',
      'a.sku_id',
      'a.group_id',
      'a.state',
      'a.error',
      'a.disabled_plans',
      'a.assigned_at',
      'a.services',
      'a.last_activity_date',
      'a.assigned_on',
      { group_name: 'g.display_name' },
    );
  for (const row of rows) {
    const licenses = byAccount.get(row.account) ?? [];
    let license = licenses.find(({ skuId }) => skuId === row.sku_id);
    if (!license) {
      const skuPartNumber = partNumbers.get(row.sku_id) ?? null;
      license = {
        skuId: row.sku_id,
        skuPartNumber,
        displayName: productName(options.names, row.sku_id, skuPartNumber),
        services: [],
        lastActivityDate: null,
        status: 'unknown',
        paths: [],
      };
      licenses.push(license);
    }
    license.paths.push(toPath(row, options.limits, options.unreported));
  }
  for (const licenses of byAccount.values()) {
    for (const license of licenses) {
      const { paths } = license;
      license.services = SERVICES.filter(service =>
        paths.some(path => path.services.includes(service)),
      );
      license.lastActivityDate =
        paths
          .flatMap(path => path.lastActivityDate ?? [])
          .sort()
          .at(-1) ?? null;
      license.status = bestStatus(paths.map(path => path.status));
    }
    licenses.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
  }
  return byAccount;
}
