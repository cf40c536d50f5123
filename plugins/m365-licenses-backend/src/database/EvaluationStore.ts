import {
  SERVICES,
  type AssignmentStatus,
  type Service,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { groupsAbove } from '../insights/groupTree';
import { reportState, type AccountRow } from './accountRows';
import { parsePlans } from './assignmentSql';
import { fromMask, SERVICE_COLUMNS } from './services';
import { among, takeTurn, writeRows } from './sql';
import type {
  CatalogGroupStore,
  EvaluatedAccount,
  EvaluatedAssignment,
  EvaluatedSelection,
  EvaluationStore,
  UseCounts,
  UseDimension,
} from './types';

/** How many accounts one batch has: few queries, and little memory. */
const BATCH = 2_000;

const COLUMNS = [
  'number',
  'id',
  'user_principal_name',
  'display_name',
  'user_type',
  'enabled',
  'deleted',
  'deactivated_at',
  'deleted_at',
  'department',
  'country',
  'company_name',
  'last_activity_date',
  ...SERVICES.map(service => SERVICE_COLUMNS[service].date),
] as const;

type ReadRow = Pick<AccountRow, (typeof COLUMNS)[number]>;

interface AssignmentRow {
  account: number;
  sku_id: string;
  group_id: string;
  state: string;
  disabled_plans: string;
  services: number | null;
  last_activity_date: string | null;
  assigned_on: string;
}

interface CountRow {
  dimension: UseDimension;
  value: string;
  /** Empty, as the status, where accounts with any license are counted. */
  sku_id: string;
  status: AssignmentStatus | '';
  accounts: number;
}

function group<Row, Key>(
  rows: Row[],
  keyOf: (row: Row) => Key,
): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const found = groups.get(key);
    if (found) {
      found.push(row);
    } else {
      groups.set(key, [row]);
    }
  }
  return groups;
}

/** Reads all of a tenant for an evaluation, and keeps its counts in `use_counts`. */
export class DatabaseEvaluationStore implements EvaluationStore {
  readonly #knex: Knex;

  readonly #catalogGroups: Pick<CatalogGroupStore, 'groups'>;

  constructor(knex: Knex, catalogGroups: Pick<CatalogGroupStore, 'groups'>) {
    this.#knex = knex;
    this.#catalogGroups = catalogGroups;
  }

  async *accounts(
    tenant: string,
    options: { deletedSince: string; selection?: EvaluatedSelection },
  ): AsyncIterable<EvaluatedAccount[]> {
    const read = await this.#reader(tenant);
    for (const deleted of [false, true]) {
      let after = 0;
      let rows: ReadRow[];
      do {
        const query = this.#knex('accounts')
          .where({ tenant, deleted })
          .where('number', '>', after)
          .where(this.#selected(tenant, options.selection ?? {}))
          .orderBy('number')
          .limit(BATCH);
        if (deleted) {
          query.where('deleted_at', '>=', options.deletedSince);
        }
        rows = await query.select(COLUMNS);
        if (rows.length > 0) {
          yield await read(rows);
          after = rows[rows.length - 1].number;
        }
      } while (rows.length === BATCH);
    }
  }

  #selected(tenant: string, { accountIds, groups, skuId }: EvaluatedSelection) {
    const knex = this.#knex;
    return (query: Knex.QueryBuilder): void => {
      if (accountIds) {
        query.where(among(knex, 'id', accountIds));
      }
      if (groups) {
        query.whereIn(
          'number',
          knex('catalog_members')
            .where({ tenant })
            .where(among(knex, 'group_ref', groups))
            .select('account'),
        );
      }
      if (skuId !== undefined) {
        query.whereIn(
          'number',
          knex('assignments')
            .where({ tenant, sku_id: skuId })
            .select('account'),
        );
      }
    };
  }

  /** Turns rows of accounts into what is evaluated, two queries at a time. */
  async #reader(
    tenant: string,
  ): Promise<(rows: ReadRow[]) => Promise<EvaluatedAccount[]>> {
    const knex = this.#knex;
    const above = groupsAbove(await this.#catalogGroups.groups());
    const named: { id: string; display_name: string | null }[] = await knex(
      'license_groups',
    )
      .where({ tenant })
      .select('id', 'display_name');
    const groupNames = new Map(
      named.map(({ id, display_name }) => [id, display_name]),
    );
    // Most assignments of a tenant disable the same plans.
    const plans = new Map<string, string[]>();
    const disabledPlans = (text: string) => {
      const parsed = plans.get(text) ?? parsePlans(text);
      plans.set(text, parsed);
      return parsed;
    };
    const toAssignment = (row: AssignmentRow): EvaluatedAssignment => ({
      skuId: row.sku_id,
      groupId: row.group_id || null,
      groupName: groupNames.get(row.group_id) ?? null,
      state: row.state,
      disabledPlans: disabledPlans(row.disabled_plans),
      assignedOn: row.assigned_on,
      services: row.services === null ? null : fromMask(row.services),
      lastActivityDate: row.last_activity_date,
    });

    return async rows => {
      const numbers = rows.map(({ number }) => number);
      const held: AssignmentRow[] = await knex('assignments')
        .where(among(knex, 'account', numbers))
        .orderBy(['account', 'sku_id', 'group_id'])
        .select(
          'account',
          'sku_id',
          'group_id',
          'state',
          'disabled_plans',
          'services',
          'last_activity_date',
          'assigned_on',
        );
      const memberships: {
        account: number;
        group_ref: string;
        home: boolean | 0 | 1;
      }[] = await knex('catalog_members')
        .where({ tenant })
        .where(among(knex, 'account', numbers))
        .select('account', 'group_ref', 'home');
      const assignments = group(held, ({ account }) => account);
      const groups = group(memberships, ({ account }) => account);
      return rows.map((row): EvaluatedAccount => {
        const memberOf = groups.get(row.number) ?? [];
        return {
          number: row.number,
          id: row.id,
          userPrincipalName: row.user_principal_name,
          displayName: row.display_name,
          userType: row.user_type,
          enabled: Boolean(row.enabled),
          deleted: Boolean(row.deleted),
          deactivatedAt: row.deactivated_at,
          deletedAt: row.deleted_at,
          department: row.department,
          country: row.country,
          companyName: row.company_name,
          lastActivityDate: row.last_activity_date,
          serviceDates: datesOf(row),
          inCatalog: memberOf.length > 0,
          homeGroup: memberOf.find(({ home }) => home)?.group_ref || null,
          groups: [
            ...new Set(
              memberOf.flatMap(({ group_ref }) =>
                group_ref === '' ? [] : above(group_ref),
              ),
            ),
          ],
          assignments: (assignments.get(row.number) ?? []).map(toAssignment),
        };
      });
    };
  }

  async unreported(tenant: string, today: string): Promise<Service[]> {
    return (await reportState(this.#knex, tenant, today)).unreported;
  }

  async saveCounts(
    tenant: string,
    counts: ReadonlyMap<UseDimension, UseCounts[]>,
    at: Date,
  ): Promise<void> {
    const rows = [...counts].flatMap(([dimension, values]) =>
      values.flatMap(({ value, accounts, seats }): CountRow[] => [
        { dimension, value, sku_id: '', status: '', accounts },
        ...seats.map(each => ({
          dimension,
          value,
          sku_id: each.skuId,
          status: each.status,
          accounts: each.accounts,
        })),
      ]),
    );
    await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      await transaction('use_counts').where({ tenant }).delete();
      for (let start = 0; start < rows.length; start += BATCH) {
        await writeRows(
          transaction,
          {
            tenant: 'text',
            dimension: 'text',
            value: 'text',
            sku_id: 'text',
            status: 'text',
            accounts: 'integer',
          },
          rows.slice(start, start + BATCH).map(row => ({ tenant, ...row })),
          source => `insert into use_counts
              (tenant, dimension, value, sku_id, status, accounts)
            select tenant, dimension, value, sku_id, status, accounts
            from ${source}`,
        );
      }
      await transaction('evaluations')
        .insert({ tenant, evaluated_at: at.toISOString() })
        .onConflict('tenant')
        .merge(['evaluated_at']);
    });
  }

  async counts(
    tenant: string,
    dimension: UseDimension,
    values?: string[],
  ): Promise<UseCounts[]> {
    const query = this.#knex<CountRow & { tenant: string }>('use_counts')
      .where({ tenant, dimension })
      .orderBy(['value', 'sku_id', 'status'])
      .select('value', 'sku_id', 'status', 'accounts');
    if (values) {
      query.where(among(this.#knex, 'value', values));
    }
    return [...group(await query, ({ value }) => value)].map(
      ([value, rows]): UseCounts => ({
        value,
        accounts: rows.find(({ status }) => status === '')?.accounts ?? 0,
        seats: rows.flatMap(({ sku_id: skuId, status, accounts }) =>
          status === '' ? [] : [{ skuId, status, accounts }],
        ),
      }),
    );
  }

  async evaluatedAt(tenant: string): Promise<string | null> {
    const row: { evaluated_at: string } | undefined = await this.#knex(
      'evaluations',
    )
      .where({ tenant })
      .first('evaluated_at');
    return row?.evaluated_at ?? null;
  }

  async regroupedAt(tenant: string): Promise<string | null> {
    const row: { regrouped_at: string } | undefined = await this.#knex(
      'evaluations',
    )
      .where({ tenant })
      .whereRaw('regrouped_at > evaluated_at')
      .first('regrouped_at');
    return row?.regrouped_at ?? null;
  }
}

function datesOf(row: ReadRow): EvaluatedAccount['serviceDates'] {
  const date = (service: Service) => row[SERVICE_COLUMNS[service].date];
  return {
    exchange: date('exchange'),
    teams: date('teams'),
    oneDrive: date('oneDrive'),
    outlook: date('outlook'),
    sharePoint: date('sharePoint'),
    skypeForBusiness: date('skypeForBusiness'),
    yammer: date('yammer'),
  };
}
