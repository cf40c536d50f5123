import {
  SERVICES,
  type Account,
  type AssignedLicense,
  type Service,
  type ServiceActivity,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { activityStatus, type ActivityLimits } from '../insights/activity';
import { productName } from '../insights/productNames';
import { among } from './sql';

/** The columns of a service: its last activity, and the report that first said so. */
export const SERVICE_COLUMNS = {
  exchange: { date: 'exchange_date', report: 'exchange_report' },
  teams: { date: 'teams_date', report: 'teams_report' },
  oneDrive: { date: 'one_drive_date', report: 'one_drive_report' },
  outlook: { date: 'outlook_date', report: 'outlook_report' },
  sharePoint: { date: 'share_point_date', report: 'share_point_report' },
  skypeForBusiness: {
    date: 'skype_for_business_date',
    report: 'skype_for_business_report',
  },
  yammer: { date: 'yammer_date', report: 'yammer_report' },
} as const satisfies Record<Service, { date: string; report: string }>;

/** A column of {@link SERVICE_COLUMNS}. */
export type ServiceColumn = (typeof SERVICE_COLUMNS)[Service][
  | 'date'
  | 'report'];

export type ServiceDates = Record<ServiceColumn, string | null>;

/** All columns of {@link SERVICE_COLUMNS}. */
export const ALL_SERVICE_COLUMNS: readonly ServiceColumn[] = SERVICES.flatMap(
  service => [SERVICE_COLUMNS[service].date, SERVICE_COLUMNS[service].report],
);

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
  display_name_key: string;
  principal_name_key: string;
  surname_key: string | null;
  email_key: string | null;
  department_key: string | null;
}

/** Whether an activity report of the tenant was ever completely stored. */
export async function hasReports(knex: Knex, tenant: string): Promise<boolean> {
  return Boolean(await knex('reports').where({ tenant }).first('tenant'));
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

/** How disabled service plans of an assignment are stored. */
export const plansSchema = z.array(z.string());

/**
 * The licenses of accounts by account number, sorted by product name, each
 * with its paths, the direct one first.
 */
export async function licensesByAccount(
  knex: Knex,
  tenant: string,
  numbers: number[],
): Promise<Map<number, AssignedLicense[]>> {
  const byAccount = new Map<number, AssignedLicense[]>(
    numbers.map(number => [number, []]),
  );
  if (numbers.length === 0) {
    return byAccount;
  }
  const partNumbers = new Map(
    (
      await knex<{ tenant: string; sku_id: string; sku_part_number: string }>(
        'skus',
      )
        .where({ tenant })
        .select('sku_id', 'sku_part_number')
    ).map(sku => [sku.sku_id, sku.sku_part_number]),
  );
  const rows: {
    account: number;
    sku_id: string;
    group_id: string;
    group_name: string | null;
    state: string;
    error: string | null;
    disabled_plans: string;
    assigned_at: string | null;
  }[] = await knex('assignments as a')
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
        displayName: productName(row.sku_id, skuPartNumber),
        paths: [],
      };
      licenses.push(license);
    }
    license.paths.push({
      type: row.group_id === '' ? 'direct' : 'group',
      groupId: row.group_id || null,
      groupName: row.group_name,
      state: row.state,
      error: row.error,
      disabledPlans: plansSchema.parse(JSON.parse(row.disabled_plans)),
      assignedAt: row.assigned_at,
    });
  }
  for (const licenses of byAccount.values()) {
    licenses.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
  }
  return byAccount;
}
