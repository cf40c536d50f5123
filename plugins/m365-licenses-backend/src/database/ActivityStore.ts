import {
  SERVICES,
  type AccountActivity,
  type ConcealedActivity,
  type Service,
  type ServiceCounts,
  type SuspiciousActivity,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { activityLimits, serviceActivityStatus } from '../insights/activity';
import { matching } from './accountFilter';
import {
  licensesByAccount,
  reportState,
  toServices,
  type AccountRow,
} from './accountRows';
import { serviceStatusSql } from './activityStatusSql';
import { lastActivitySql } from './assignmentSql';
import { concealedNameSql } from './concealmentSql';
import { readPage } from './paging';
import {
  ALL_SERVICE_COLUMNS,
  REPORT_SERVICES,
  SERVICE_COLUMNS,
  type ServiceDates,
} from './services';
import {
  among,
  countOf,
  fold,
  greatest,
  takeTurn,
  writeRows,
  type ColumnType,
} from './sql';
import type {
  ActivityQuery,
  ActivityRow,
  ActivityStore,
  ActivityThreshold,
  PageOf,
  PageRequest,
  ProductStore,
  WriteCounts,
} from './types';
import type { Upkeep } from './Upkeep';

type Report = ActivityRow['report'];

/** The column of a suspicious row that says which report last had it. */
const REPORT_COLUMN = {
  activeUsers: 'active_users_report',
  emailApps: 'email_apps_report',
} as const satisfies Record<Report, string>;

/** What reports give in place of a principal name they do not know. */
const NO_NAME = '(Unknown)';

interface Activity extends ServiceDates {
  last_activity_date: string | null;
}

interface SuspiciousRow extends Activity {
  tenant: string;
  principal_name_key: string;
  user_principal_name: string;
  display_name: string | null;
  active_users_report: string | null;
  email_apps_report: string | null;
  first_seen_at: string;
}

type AccountUse = Activity &
  Pick<AccountRow, 'number' | 'principal_name_key' | 'deleted' | 'deleted_at'>;

const ACTIVITY_COLUMNS: readonly (keyof Activity)[] = [
  'last_activity_date',
  ...ALL_SERVICE_COLUMNS,
];

const NO_ACTIVITY: Activity = {
  last_activity_date: null,
  exchange_date: null,
  exchange_report: null,
  teams_date: null,
  teams_report: null,
  one_drive_date: null,
  one_drive_report: null,
  outlook_date: null,
  outlook_report: null,
  share_point_date: null,
  share_point_report: null,
  skype_for_business_date: null,
  skype_for_business_report: null,
  yammer_date: null,
  yammer_report: null,
};

function textColumns(columns: readonly string[]): Record<string, ColumnType> {
  return Object.fromEntries(columns.map(column => [column, 'text']));
}

function dateOf(entry: ActivityRow, service: Service): string | null {
  if (entry.report === 'emailApps') {
    return service === 'outlook' ? entry.row.outlookLastActivityDate : null;
  }
  return service === 'outlook' ? null : entry.row.lastActivityDates[service];
}

/** The later of two days, either of which may be missing. */
function newest(a: string | null, b: string | null): string | null {
  return (a ?? '') > (b ?? '') ? a : b;
}

function hasActivity(entry: ActivityRow): boolean {
  return SERVICES.some(service => dateOf(entry, service) !== null);
}

/**
 * Takes over what a report says (rule 4): a newer date with the report that
 * gave it, never an older one.
 *
 * @returns whether anything changed
 */
function takeOver(activity: Activity, entry: ActivityRow): boolean {
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

const concealedSchema = z.object({
  // Text on PostgreSQL.
  rows: z.coerce.number(),
  first_seen_at: z.string().nullable(),
  active_users_report: z.string().nullable(),
  email_apps_report: z.string().nullable(),
});

/** Suspicious rows under concealed names (rule 9): accounts never have one. */
function concealedRows(knex: Knex, tenant: string) {
  return knex('suspicious_activities')
    .where({ tenant })
    .where(concealedNameSql(knex, 'user_principal_name'));
}

/** Activity in `accounts`, and rows that match none in `suspicious_activities`. */
export class DatabaseActivityStore implements ActivityStore {
  readonly #knex: Knex;
  readonly #upkeep: Upkeep;
  readonly #products: Pick<ProductStore, 'names'>;

  constructor(
    knex: Knex,
    upkeep: Upkeep,
    products: Pick<ProductStore, 'names'>,
  ) {
    this.#knex = knex;
    this.#upkeep = upkeep;
    this.#products = products;
  }

  async storeRows(
    tenant: string,
    rows: ActivityRow[],
    at: Date,
  ): Promise<WriteCounts & { unmatched: number }> {
    const keys = rows.map(({ row }) => fold(row.userPrincipalName));
    const accounts = await this.#accounts(tenant, keys);
    const used = new Set(
      [...accounts.values()]
        .flat()
        .filter(account => account.last_activity_date !== null),
    );
    const changed = new Set<AccountUse>();
    const matched = new Set<AccountUse>();
    const strangers: ActivityRow[] = [];
    let unmatched = 0;
    rows.forEach((entry, index) => {
      const candidates = accounts.get(keys[index]) ?? [];
      // A name given again stands for two accounts: a deleted one and its heir.
      const account =
        candidates.find(
          each => Boolean(each.deleted) === entry.row.isDeleted,
        ) ?? candidates[0];
      if (account) {
        matched.add(account);
        if (takeOver(account, entry)) {
          changed.add(account);
        }
        return;
      }
      unmatched += 1;
      if (
        entry.row.userPrincipalName !== NO_NAME &&
        !entry.row.isDeleted &&
        hasActivity(entry)
      ) {
        strangers.push(entry);
      }
    });

    const known = [...new Set([...matched].map(use => use.principal_name_key))];
    const settled =
      known.length > 0 ? await this.#suspected(tenant, known) : [];
    if (changed.size > 0 || strangers.length > 0 || settled.length > 0) {
      await this.#knex.transaction(async transaction => {
        await takeTurn(transaction, tenant);
        if (changed.size > 0) {
          await this.#update(transaction, [...changed]);
        }
        if (settled.length > 0) {
          await transaction('suspicious_activities')
            .where({ tenant })
            .where(among(transaction, 'principal_name_key', settled))
            .delete();
        }
        if (strangers.length > 0) {
          await this.#suspect(transaction, tenant, strangers, at);
        }
      });
    }
    this.#upkeep.wrote(changed.size);
    const added = [...changed].filter(account => !used.has(account)).length;
    return {
      added,
      changed: changed.size - added,
      unchanged: matched.size - changed.size,
      unmatched,
    };
  }

  /** Accounts by principal name, those present first, the last deleted next. */
  async #accounts(
    tenant: string,
    keys: string[],
  ): Promise<Map<string, AccountUse[]>> {
    const byKey = new Map<string, AccountUse[]>();
    if (keys.length === 0) {
      return byKey;
    }
    const rows: AccountUse[] = await this.#knex<AccountRow>('accounts')
      .where({ tenant })
      .whereIn('deleted', [false, true])
      .where(among(this.#knex, 'principal_name_key', keys))
      .select(
        'number',
        'principal_name_key',
        'deleted',
        'deleted_at',
        ...ACTIVITY_COLUMNS,
      );
    rows.sort(
      (a, b) =>
        Number(a.deleted) - Number(b.deleted) ||
        (b.deleted_at ?? '').localeCompare(a.deleted_at ?? ''),
    );
    for (const row of rows) {
      const sameName = byKey.get(row.principal_name_key);
      if (sameName) {
        sameName.push(row);
      } else {
        byKey.set(row.principal_name_key, [row]);
      }
    }
    return byKey;
  }

  async #update(
    transaction: Knex.Transaction,
    accounts: AccountUse[],
  ): Promise<void> {
    await writeRows<string>(
      transaction,
      { number: 'integer', ...textColumns(ACTIVITY_COLUMNS) },
      accounts.map(account => ({ ...account })),
      source =>
        `update accounts set ${ACTIVITY_COLUMNS.map(
          column => `${column} = r.${column}`,
        ).join(', ')} from ${source} where accounts.number = r.number`,
    );
    const lastActivity = lastActivitySql(
      transaction,
      'assignments.services',
      'a',
    );
    await writeRows(
      transaction,
      { number: 'integer' },
      accounts.map(({ number }) => ({ number })),
      source =>
        `update assignments set last_activity_date = ${lastActivity}
        from accounts as a, ${source}
        where a.number = r.number and assignments.account = r.number
          and assignments.last_activity_date is distinct from ${lastActivity}`,
    );
  }

  /** Which of the names stand among the suspicious activities. */
  async #suspected(tenant: string, keys: string[]): Promise<string[]> {
    const rows = await this.#knex<SuspiciousRow>('suspicious_activities')
      .where({ tenant })
      .where(among(this.#knex, 'principal_name_key', keys))
      .select('principal_name_key');
    return rows.map(row => row.principal_name_key);
  }

  async #suspect(
    transaction: Knex.Transaction,
    tenant: string,
    entries: ActivityRow[],
    at: Date,
  ): Promise<void> {
    const keys = entries.map(({ row }) => fold(row.userPrincipalName));
    const stored: SuspiciousRow[] = await transaction<SuspiciousRow>(
      'suspicious_activities',
    )
      .where({ tenant })
      .where(among(transaction, 'principal_name_key', keys))
      .select('*');
    const known = new Map(stored.map(row => [row.principal_name_key, row]));
    const changed = new Set<SuspiciousRow>();
    entries.forEach((entry, index) => {
      const { userPrincipalName, displayName, reportRefreshDate } = entry.row;
      const row: SuspiciousRow = known.get(keys[index]) ?? {
        ...NO_ACTIVITY,
        tenant,
        principal_name_key: keys[index],
        user_principal_name: userPrincipalName,
        display_name: displayName,
        active_users_report: null,
        email_apps_report: null,
        first_seen_at: at.toISOString(),
      };
      known.set(keys[index], row);
      const column = REPORT_COLUMN[entry.report];
      const before = row[column];
      if (before === null || before < reportRefreshDate) {
        row[column] = reportRefreshDate;
        row.display_name = displayName ?? row.display_name;
        changed.add(row);
      }
      if (takeOver(row, entry)) {
        changed.add(row);
      }
    });
    if (changed.size === 0) {
      return;
    }
    // The first three are written once.
    const columns: (keyof SuspiciousRow)[] = [
      'tenant',
      'principal_name_key',
      'first_seen_at',
      'user_principal_name',
      'display_name',
      'active_users_report',
      'email_apps_report',
      ...ACTIVITY_COLUMNS,
    ];
    await writeRows(
      transaction,
      textColumns(columns),
      [...changed].map(row => ({ ...row })),
      source => `insert into suspicious_activities (${columns.join(', ')})
        select ${columns.map(column => `r.${column}`).join(', ')}
        from ${source} where true
        on conflict (tenant, principal_name_key) do update set
          ${columns
            .slice(3)
            .map(column => `${column} = excluded.${column}`)
            .join(', ')}`,
    );
  }

  async completeReport(
    tenant: string,
    report: Report,
    refreshDate: string,
    at: Date,
  ): Promise<void> {
    await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      await transaction('reports')
        .insert({
          tenant,
          report,
          newest: refreshDate,
          first: refreshDate,
          completed_at: at.toISOString(),
        })
        .onConflict(['tenant', 'report'])
        .merge({
          newest: this.#greatest(transaction, [
            'reports.newest',
            'excluded.newest',
          ]),
          completed_at: at.toISOString(),
        });

      const left = SERVICES.filter(
        service => !REPORT_SERVICES[report].includes(service),
      );
      const dropped = REPORT_SERVICES[report].flatMap(service =>
        Object.values(SERVICE_COLUMNS[service]),
      );
      await transaction('suspicious_activities')
        .where({ tenant })
        .where(REPORT_COLUMN[report], '<', refreshDate)
        .update({
          ...Object.fromEntries(dropped.map(column => [column, null])),
          [REPORT_COLUMN[report]]: null,
          last_activity_date: this.#greatest(
            transaction,
            left.map(service => SERVICE_COLUMNS[service].date),
          ),
        });
      await transaction('suspicious_activities')
        .where({ tenant, active_users_report: null, email_apps_report: null })
        .delete();
    });
    await this.#upkeep.run();
  }

  /** The greatest of columns that may be empty; empty when all are. */
  #greatest(knex: Knex, columns: string[]): Knex.Raw {
    if (columns.length === 1) {
      return knex.raw('??', columns);
    }
    const values = columns.map(() => `coalesce(??, '')`).join(', ');
    return knex.raw(`nullif(${greatest(knex)}(${values}), '')`, columns);
  }

  async reportDates(
    tenant: string,
    report?: Report,
  ): Promise<{ newest: string | null; first: string | null }> {
    const row = await this.#knex('reports')
      .where({ tenant, ...(report && { report }) })
      .max({ newest: 'newest' })
      .min({ first: 'first' })
      .first();
    return z
      .object({ newest: z.string().nullable(), first: z.string().nullable() })
      .parse(row);
  }

  async list(
    tenant: string,
    query: ActivityQuery,
  ): Promise<PageOf<AccountActivity>> {
    const knex = this.#knex;
    const { service, status, sort, order } = query;
    const limits = activityLimits(query);
    const date = service
      ? SERVICE_COLUMNS[service].date
      : ('last_activity_date' as const);
    const candidates = (builder: Knex.QueryBuilder) => {
      matching(tenant, { ...query, deleted: false })(builder);
      builder.where('licensed', true);
    };
    const filter = (builder: Knex.QueryBuilder) => {
      candidates(builder);
      if (status) {
        builder.where(serviceStatusSql(knex, status, date, limits));
      }
    };
    const key = sort === 'displayName' ? 'display_name_key' : date;
    const page = await readPage<AccountRow>(query, {
      query: [
        'activity',
        tenant,
        query.text,
        service,
        status,
        status && query.inactiveAfterDays,
        query.skuId,
        query.department,
        query.enabled,
        sort,
        order,
      ],
      key,
      tie: 'number',
      nullable: sort !== 'displayName',
      order,
      position: row => [row[key], row.number],
      read: narrow =>
        knex<AccountRow>('accounts')
          .where(filter)
          .modify(narrow)
          .select<AccountRow[]>('*'),
      count: async () => {
        if (status !== 'neverActive') {
          return countOf(knex('accounts').where(filter));
        }
        // The indexes of services hold only those who were active.
        const all = await countOf(knex('accounts').where(candidates));
        const used = await countOf(
          knex('accounts').where(candidates).where(date, '>=', ''),
        );
        return all - used;
      },
    });
    const licenses = await licensesByAccount(
      knex,
      tenant,
      page.items.map(row => row.number),
      {
        names: await this.#products.names(),
        limits,
        ...(await reportState(knex, tenant, query.today)),
      },
    );
    return {
      ...page,
      items: page.items.map(row => ({
        id: row.id,
        userPrincipalName: row.user_principal_name,
        displayName: row.display_name,
        department: row.department,
        enabled: Boolean(row.enabled),
        licenses: licenses.get(row.number) ?? [],
        lastActivityDate: row.last_activity_date,
        status: serviceActivityStatus(row[date], limits),
        services: toServices(row),
      })),
    };
  }

  async serviceCounts(
    tenant: string,
    threshold: ActivityThreshold,
  ): Promise<ServiceCounts[]> {
    const knex = this.#knex;
    const limits = activityLimits(threshold);
    const licensed = { tenant, deleted: false, licensed: true };
    const total = await countOf(knex('accounts').where(licensed));
    const counts: ServiceCounts[] = [];
    for (const service of SERVICES) {
      const column = SERVICE_COLUMNS[service].date;
      const [active, inactive] = await Promise.all(
        (['active', 'inactive'] as const).map(status =>
          countOf(
            knex('accounts')
              .where(licensed)
              .where(serviceStatusSql(knex, status, column, limits)),
          ),
        ),
      );
      counts.push({
        service,
        active,
        inactive,
        neverActive: total - active - inactive,
      });
    }
    return counts;
  }

  async suspicious(
    tenant: string,
    page: PageRequest,
  ): Promise<PageOf<SuspiciousActivity>> {
    const knex = this.#knex;
    const { items, ...rest } = await readPage<SuspiciousRow>(page, {
      query: ['suspicious', tenant],
      key: 'last_activity_date',
      tie: 'principal_name_key',
      nullable: true,
      order: 'desc',
      position: row => [row.last_activity_date, row.principal_name_key],
      read: narrow =>
        knex<SuspiciousRow>('suspicious_activities')
          .where({ tenant })
          .modify(narrow)
          .select<SuspiciousRow[]>('*'),
      count: () => countOf(knex('suspicious_activities').where({ tenant })),
    });
    return {
      ...rest,
      items: items.map(row => ({
        userPrincipalName: row.user_principal_name,
        displayName: row.display_name,
        type: 'unknown',
        lastActivityDate: row.last_activity_date,
        services: toServices(row),
        reportRefreshDate: newest(
          row.active_users_report,
          row.email_apps_report,
        ),
        firstSeenAt: row.first_seen_at,
      })),
    };
  }

  async concealed(tenant: string): Promise<ConcealedActivity> {
    return this.#concealed(this.#knex, tenant);
  }

  async purgeConcealed(tenant: string): Promise<ConcealedActivity> {
    return this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const removed = await this.#concealed(transaction, tenant);
      await concealedRows(transaction, tenant).delete();
      return removed;
    });
  }

  async #concealed(knex: Knex, tenant: string): Promise<ConcealedActivity> {
    const row = concealedSchema.parse(
      await concealedRows(knex, tenant)
        .count({ rows: '*' })
        .min({ first_seen_at: 'first_seen_at' })
        .max({
          active_users_report: 'active_users_report',
          email_apps_report: 'email_apps_report',
        })
        .first(),
    );
    return {
      rows: row.rows,
      firstSeenAt: row.first_seen_at,
      lastReportDate: newest(row.active_users_report, row.email_apps_report),
    };
  }
}
