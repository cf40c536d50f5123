import {
  SERVICES,
  type AccountActivity,
  type ServiceCounts,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import {
  activityLimits,
  serviceActivityStatus,
  type ActivityLimits,
} from '../insights/activity';
import { nextReportSize, type ReportSize } from '../insights/reportSize';
import { LONG_LIST, matching, visibleTo } from './accountFilter';
import {
  licensesByAccount,
  reportState,
  toServices,
  type AccountRow,
} from './accountRows';
import { serviceStatusSql } from './activityStatusSql';
import {
  ACTIVITY_COLUMNS,
  hasActivity,
  newest,
  takeOver,
  textColumns,
  type Activity,
} from './activityRows';
import { lastActivitySql } from './assignmentSql';
import { KeptCounts, keptCountOf } from './KeptCounts';
import { readPage } from './paging';
import { recordReport, recordReturns } from './returns';
import { SERVICE_COLUMNS } from './services';
import { among, countOf, fold, takeTurn, timeOfChange, writeRows } from './sql';
import type { DatabaseSuspiciousActivityStore } from './SuspiciousActivityStore';
import type {
  ActivityQuery,
  ActivityRow,
  ActivityStore,
  AccountCondition,
  ActivityThreshold,
  PageOf,
  ProductStore,
  WriteCounts,
} from './types';
import type { Upkeep } from './Upkeep';

type Report = ActivityRow['report'];

/** What reports give in place of a principal name they do not know. */
const NO_NAME = '(Unknown)';

type AccountUse = Activity &
  Pick<AccountRow, 'number' | 'principal_name_key' | 'deleted' | 'deleted_at'>;

interface ReportRow {
  newest: string;
  /** Null where stored by a version that did not count. */
  row_count: number | null;
  drop_since: string | null;
  drop_rows: number | null;
}

function sizeOf(row: ReportRow | undefined): ReportSize | null {
  if (!row || row.row_count === null) {
    return null;
  }
  const { row_count: rows, drop_since: since, drop_rows: dropped } = row;
  return {
    rows,
    drop: since === null || dropped === null ? null : { since, rows: dropped },
  };
}

/** Activity in `accounts`, and which reports it is from in `reports`. */
export class DatabaseActivityStore implements ActivityStore {
  readonly #knex: Knex;
  readonly #upkeep: Upkeep;
  readonly #products: Pick<ProductStore, 'names'>;
  readonly #suspicious: DatabaseSuspiciousActivityStore;
  readonly #totals: KeptCounts<number>;
  readonly #serviceCounts: KeptCounts<ServiceCounts[]>;

  constructor(
    knex: Knex,
    upkeep: Upkeep,
    products: Pick<ProductStore, 'names'>,
    suspicious: DatabaseSuspiciousActivityStore,
  ) {
    this.#knex = knex;
    this.#upkeep = upkeep;
    this.#products = products;
    this.#suspicious = suspicious;
    this.#totals = new KeptCounts(knex);
    this.#serviceCounts = new KeptCounts(knex);
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
    const settled = await this.#suspicious.strangersAmong(tenant, known);
    if (changed.size > 0 || strangers.length > 0 || settled.length > 0) {
      await this.#knex.transaction(async transaction => {
        await takeTurn(transaction, tenant);
        if (changed.size > 0) {
          await this.#update(
            transaction,
            tenant,
            [...changed],
            await timeOfChange(transaction, tenant, at),
          );
        }
        await this.#suspicious.settle(transaction, tenant, settled);
        await this.#suspicious.storeStrangers(
          transaction,
          tenant,
          strangers,
          at,
        );
      });
    }
    this.#upkeep.wrote(changed.size, 'accounts', 'assignments');
    this.#upkeep.wrote(strangers.length, 'suspicious_activities');
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
    tenant: string,
    accounts: AccountUse[],
    modifiedAt: string,
  ): Promise<void> {
    const columns = [...ACTIVITY_COLUMNS, 'modified_at'];
    await writeRows<string>(
      transaction,
      { number: 'integer', ...textColumns(columns) },
      accounts.map(account => ({ ...account, modified_at: modifiedAt })),
      source =>
        `update accounts set ${columns
          .map(column => `${column} = r.${column}`)
          .join(', ')} from ${source} where accounts.number = r.number`,
    );
    const numbers = accounts.map(({ number }) => ({ number }));
    await recordReturns(transaction, tenant, numbers);
    const lastActivity = lastActivitySql(
      transaction,
      'assignments.services',
      'a',
    );
    await writeRows(
      transaction,
      { number: 'integer' },
      numbers,
      source =>
        `update assignments set last_activity_date = ${lastActivity}
        from accounts as a, ${source}
        where a.number = r.number and assignments.account = r.number
          and assignments.last_activity_date is distinct from ${lastActivity}`,
    );
  }

  async completeReport(
    tenant: string,
    report: Report,
    refreshDate: string,
    at: Date,
    rows: number,
  ): Promise<ReportSize> {
    const size = await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const before: ReportRow | undefined = await transaction('reports')
        .where({ tenant, report })
        .first('newest', 'row_count', 'drop_since', 'drop_rows');
      const after = nextReportSize(sizeOf(before), { rows, refreshDate });
      const now = {
        newest: newest(before?.newest ?? null, refreshDate),
        completed_at: at.toISOString(),
        row_count: after.rows,
        drop_since: after.drop?.since ?? null,
        drop_rows: after.drop?.rows ?? null,
      };
      await transaction('reports')
        .insert({ tenant, report, first: refreshDate, ...now })
        .onConflict(['tenant', 'report'])
        .merge(now);
      if (!after.drop) {
        await recordReport(transaction, tenant, report, refreshDate);
        await this.#suspicious.forgetStrangers(
          transaction,
          tenant,
          report,
          refreshDate,
        );
      }
      return after;
    });
    await this.#upkeep.run();
    return size;
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
    const licensed = (builder: Knex.QueryBuilder, isEachLookedAt = false) => {
      matching(tenant, { ...query, deleted: false, isEachLookedAt })(builder);
      builder.where('licensed', true);
    };
    const filter = (builder: Knex.QueryBuilder, isEachLookedAt = false) => {
      licensed(builder, isEachLookedAt);
      if (status) {
        builder.where(serviceStatusSql(knex, status, date, limits));
      }
    };
    const count = (narrow: (builder: Knex.QueryBuilder) => void) =>
      keptCountOf(this.#totals, tenant, knex('accounts').where(narrow));
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
        query.groups,
        query.enabled,
        sort,
        order,
      ],
      key,
      tie: 'number',
      nullable: sort !== 'displayName',
      order,
      position: row => [row[key], row.number],
      read: (narrow, totalItems) =>
        knex<AccountRow>('accounts')
          .where(rows => filter(rows, totalItems > LONG_LIST))
          .modify(narrow)
          .select<AccountRow[]>('*'),
      count: async () => {
        if (status !== 'neverActive') {
          return count(filter);
        }
        // The indexes of services hold only those who were active.
        const all = await count(licensed);
        const used = await count(rows => {
          licensed(rows);
          rows.where(date, '>=', '');
        });
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
    options: ActivityThreshold & { visible?: AccountCondition },
  ): Promise<ServiceCounts[]> {
    const limits = activityLimits(options);
    const { visible } = options;
    return this.#serviceCounts.get(tenant, [limits, visible], () =>
      this.#countServices(tenant, limits, visible),
    );
  }

  async #countServices(
    tenant: string,
    limits: ActivityLimits,
    visible: AccountCondition | undefined,
  ): Promise<ServiceCounts[]> {
    const knex = this.#knex;
    const licensed = (query: Knex.QueryBuilder): void => {
      query.where({ tenant, deleted: false, licensed: true });
      if (visible) {
        query.where(visibleTo(tenant, visible));
      }
    };
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
}
