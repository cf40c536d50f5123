import { hash } from 'node:crypto';
import {
  SERVICES,
  SUSPICIOUS_ACTIVITY_TYPES,
  type ConcealedActivity,
  type SuspiciousActivity,
  type SuspiciousActivityType,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import {
  SUSPICION_TYPES,
  type AccountSuspicion,
  type SuspicionCause,
} from '../insights/suspicion';
import { SEARCHED } from './accountFilter';
import { toServices, type AccountRow } from './accountRows';
import {
  ACTIVITY_COLUMNS,
  newest,
  takeOver,
  textColumns,
  type Activity,
} from './activityRows';
import { concealedNameSql } from './concealmentSql';
import { readPage } from './paging';
import { REPORT_SERVICES, SERVICE_COLUMNS } from './services';
import {
  among,
  countOf,
  fold,
  greatest,
  startsWith,
  takeTurn,
  writeRows,
} from './sql';
import type {
  ActivityRow,
  EvaluatedAccount,
  PageOf,
  SuspiciousActivityQuery,
  SuspiciousActivityStore,
} from './types';

type Report = ActivityRow['report'];

/** The column that says which report last had a row. */
const REPORT_COLUMN = {
  activeUsers: 'active_users_report',
  emailApps: 'email_apps_report',
} as const satisfies Record<Report, string>;

/**
 * A row of `suspicious_activities`. Names and services are those of a report
 * row; where it is of an account, the account says them.
 */
interface SuspiciousRow extends Activity {
  tenant: string;
  id: string;
  cause: SuspicionCause;
  type: SuspiciousActivityType;
  /** Its number; null for a report row that matches none. */
  account: number | null;
  principal_name_key: string | null;
  user_principal_name: string | null;
  display_name: string | null;
  display_name_key: string | null;
  active_users_report: string | null;
  email_apps_report: string | null;
  first_seen_at: string;
}

interface RecognitionRow {
  tenant: string;
  id: string;
  cause: SuspicionCause;
  note: string;
  recognized_by: string;
  recognized_at: string;
}

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

/** Columns of a report row; the first five are written once. */
const STRANGER_COLUMNS: readonly (keyof SuspiciousRow)[] = [
  'tenant',
  'id',
  'cause',
  'principal_name_key',
  'first_seen_at',
  'user_principal_name',
  'display_name',
  'display_name_key',
  'active_users_report',
  'email_apps_report',
  ...ACTIVITY_COLUMNS,
];

const concealedSchema = z.object({
  // Text on PostgreSQL.
  rows: z.coerce.number(),
  first_seen_at: z.string().nullable(),
  active_users_report: z.string().nullable(),
  email_apps_report: z.string().nullable(),
});

/** Ids stand in addresses, so that they tell nobody's name. */
function idOf(kind: 'name' | 'account', key: string): string {
  return hash('sha256', `${kind}:${key}`, 'base64url').slice(0, 22);
}

/**
 * The type of a row: what somebody recognized stays so while its cause is the
 * same.
 *
 * @param row - the table or alias of the row
 */
function typeSql(row: string): string {
  const types = Object.entries(SUSPICION_TYPES).map(
    ([cause, type]) => `when '${cause}' then '${type}'`,
  );
  return `case when exists (
      select 1 from recognitions as k
      where k.tenant = ${row}.tenant and k.id = ${row}.id and k.cause = ${row}.cause
    ) then 'recognized' else case ${row}.cause ${types.join(' ')} end end`;
}

/** Report rows under concealed names (rule 9): accounts never have one. */
function concealedRows(knex: Knex, tenant: string) {
  return knex('suspicious_activities')
    .where({ tenant })
    .where(concealedNameSql(knex, 'user_principal_name'));
}

/** The greatest of columns that may be empty; empty when all are. */
function greatestOf(knex: Knex, columns: string[]): Knex.Raw {
  if (columns.length === 1) {
    return knex.raw('??', columns);
  }
  const values = columns.map(() => `coalesce(??, '')`).join(', ');
  return knex.raw(`nullif(${greatest(knex)}(${values}), '')`, columns);
}

/** Activity that does not add up, in `suspicious_activities` and `recognitions`. */
export class DatabaseSuspiciousActivityStore
  implements SuspiciousActivityStore
{
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async list(
    tenant: string,
    query: SuspiciousActivityQuery,
  ): Promise<PageOf<SuspiciousActivity>> {
    const knex = this.#knex;
    const { text, type } = query;
    const filter = (builder: Knex.QueryBuilder) => {
      builder.where({ tenant, ...(type && { type }) });
      if (text) {
        builder.whereIn('id', found => this.#search(found, tenant, text));
      }
    };
    const page = await readPage<SuspiciousRow>(query, {
      query: ['suspicious', tenant, type, text],
      key: 'last_activity_date',
      tie: 'id',
      nullable: true,
      order: 'desc',
      position: row => [row.last_activity_date, row.id],
      read: narrow =>
        knex<SuspiciousRow>('suspicious_activities')
          .where(filter)
          .modify(narrow)
          .select<SuspiciousRow[]>('*'),
      count: () => countOf(knex('suspicious_activities').where(filter)),
    });
    return { ...page, items: await this.#describe(tenant, page.items) };
  }

  /** Ids by the beginning of a name: of report rows, and of accounts by theirs. */
  #search(found: Knex.QueryBuilder, tenant: string, text: string) {
    const prefix = fold(text);
    found.unionAll([
      ...['principal_name_key', 'display_name_key'].map(
        column => (select: Knex.QueryBuilder) =>
          select
            .from('suspicious_activities')
            .where({ tenant })
            .whereNull('account')
            .where(startsWith(column, prefix))
            .select('id'),
      ),
      ...SEARCHED.map(
        column => (select: Knex.QueryBuilder) =>
          select
            .from('accounts as a')
            .join('suspicious_activities as s', 's.account', 'a.number')
            .where('a.tenant', tenant)
            .whereIn('a.deleted', [false, true])
            .where(startsWith(`a.${column}`, prefix))
            .select('s.id'),
      ),
    ]);
  }

  /** Rows with what their accounts say, and who recognized them. */
  async #describe(
    tenant: string,
    rows: SuspiciousRow[],
  ): Promise<SuspiciousActivity[]> {
    if (rows.length === 0) {
      return [];
    }
    const knex = this.#knex;
    const numbers = rows.flatMap(row => row.account ?? []);
    const accounts: AccountRow[] =
      numbers.length === 0
        ? []
        : await knex<AccountRow>('accounts')
            .where(among(knex, 'number', numbers))
            .select('*');
    const recognitions: RecognitionRow[] = await knex<RecognitionRow>(
      'recognitions',
    )
      .where({ tenant })
      .where(
        among(
          knex,
          'id',
          rows.map(({ id }) => id),
        ),
      )
      .select('*');
    const accountByNumber = new Map(accounts.map(row => [row.number, row]));
    const recognitionById = new Map(recognitions.map(row => [row.id, row]));
    return rows.map(row => {
      const account =
        row.account === null ? undefined : accountByNumber.get(row.account);
      const recognition =
        row.type === 'recognized' ? recognitionById.get(row.id) : undefined;
      return {
        id: row.id,
        accountId: account?.id ?? null,
        userPrincipalName:
          account?.user_principal_name ?? row.user_principal_name ?? '',
        displayName: account?.display_name ?? row.display_name,
        type: row.type,
        cause: row.cause,
        recognition: recognition
          ? {
              note: recognition.note,
              by: recognition.recognized_by,
              at: recognition.recognized_at,
            }
          : null,
        deactivatedAt: account?.deactivated_at ?? null,
        lastActivityDate: row.last_activity_date,
        services: toServices(account ?? row),
        reportRefreshDate: account
          ? newest(
              ...SERVICES.map(
                service => account[SERVICE_COLUMNS[service].report],
              ),
            )
          : newest(row.active_users_report, row.email_apps_report),
        firstSeenAt: row.first_seen_at,
      };
    });
  }

  async types(
    tenant: string,
  ): Promise<{ type: SuspiciousActivityType; rows: number }[]> {
    return Promise.all(
      SUSPICIOUS_ACTIVITY_TYPES.map(async type => ({
        type,
        rows: await countOf(
          this.#knex('suspicious_activities').where({ tenant, type }),
        ),
      })),
    );
  }

  async storeFor(
    tenant: string,
    found: {
      account: Pick<EvaluatedAccount, 'number' | 'id' | 'lastActivityDate'>;
      cause: AccountSuspicion | null;
    }[],
    at: Date,
  ): Promise<void> {
    if (found.length === 0) {
      return;
    }
    const knex = this.#knex;
    const stored: Pick<
      SuspiciousRow,
      'id' | 'account' | 'cause' | 'last_activity_date'
    >[] = await knex<SuspiciousRow>('suspicious_activities')
      .whereNotNull('account')
      .where(
        among(
          knex,
          'account',
          found.map(({ account }) => account.number),
        ),
      )
      .select('id', 'account', 'cause', 'last_activity_date');
    const byAccount = new Map(stored.map(row => [row.account, row]));
    const gone: string[] = [];
    const ended: string[] = [];
    const written = found.flatMap(({ account, cause }) => {
      const before = byAccount.get(account.number);
      if (before && before.cause !== cause) {
        (cause === null ? gone : ended).push(before.id);
      }
      const isSame =
        before?.cause === cause &&
        before.last_activity_date === account.lastActivityDate;
      return cause === null || isSame
        ? []
        : [
            {
              tenant,
              id: idOf('account', account.id),
              cause,
              account: account.number,
              last_activity_date: account.lastActivityDate,
              first_seen_at: at.toISOString(),
            },
          ];
    });
    if (gone.length === 0 && written.length === 0) {
      return;
    }
    await knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      await this.#remove(transaction, tenant, gone);
      await this.#forgetRecognitions(transaction, tenant, ended);
      if (written.length > 0) {
        await writeRows(
          transaction,
          {
            tenant: 'text',
            id: 'text',
            cause: 'text',
            account: 'integer',
            last_activity_date: 'text',
            first_seen_at: 'text',
          },
          written,
          source => `insert into suspicious_activities
            (tenant, id, cause, account, last_activity_date, first_seen_at, type)
            select r.tenant, r.id, r.cause, r.account, r.last_activity_date,
              r.first_seen_at, ${typeSql('r')}
            from ${source} where true
            on conflict (tenant, id) do update set cause = excluded.cause,
              type = excluded.type,
              last_activity_date = excluded.last_activity_date`,
        );
      }
    });
  }

  async recognize(
    tenant: string,
    id: string,
    recognition: { note: string; by: string; at: Date },
  ): Promise<SuspiciousActivity | undefined> {
    return this.#changeRecognition(tenant, id, (transaction, { cause }) =>
      transaction<RecognitionRow>('recognitions')
        .insert({
          tenant,
          id,
          cause,
          note: recognition.note,
          recognized_by: recognition.by,
          recognized_at: recognition.at.toISOString(),
        })
        .onConflict(['tenant', 'id'])
        .merge(),
    );
  }

  async unrecognize(
    tenant: string,
    id: string,
  ): Promise<SuspiciousActivity | undefined> {
    return this.#changeRecognition(tenant, id, transaction =>
      transaction('recognitions').where({ tenant, id }).delete(),
    );
  }

  async #changeRecognition(
    tenant: string,
    id: string,
    change: (
      transaction: Knex.Transaction,
      row: SuspiciousRow,
    ) => PromiseLike<unknown>,
  ): Promise<SuspiciousActivity | undefined> {
    const changed = await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const rows = () =>
        transaction<SuspiciousRow>('suspicious_activities').where({
          tenant,
          id,
        });
      const [row] = await rows();
      if (!row) {
        return [];
      }
      await change(transaction, row);
      await rows().update({
        type: transaction.raw(typeSql('suspicious_activities')),
      });
      return rows();
    });
    const [activity] = await this.#describe(tenant, changed);
    return activity;
  }

  /** Which of the principal names (keys) stand for report rows that match nobody. */
  async strangersAmong(tenant: string, keys: string[]): Promise<string[]> {
    if (keys.length === 0) {
      return [];
    }
    const rows = await this.#knex<SuspiciousRow>('suspicious_activities')
      .where({ tenant })
      .whereNull('account')
      .where(among(this.#knex, 'principal_name_key', keys))
      .select('principal_name_key');
    return rows.flatMap(row => row.principal_name_key ?? []);
  }

  /** Removes report rows, by the keys of their names, that turned out to be accounts. */
  async settle(
    transaction: Knex.Transaction,
    tenant: string,
    keys: string[],
  ): Promise<void> {
    await this.#remove(
      transaction,
      tenant,
      keys.map(key => idOf('name', key)),
    );
  }

  /** Stores report rows that match no account. */
  async storeStrangers(
    transaction: Knex.Transaction,
    tenant: string,
    entries: ActivityRow[],
    at: Date,
  ): Promise<void> {
    if (entries.length === 0) {
      return;
    }
    const keys = entries.map(({ row }) => fold(row.userPrincipalName));
    const stored: SuspiciousRow[] = await transaction<SuspiciousRow>(
      'suspicious_activities',
    )
      .where({ tenant })
      .where(
        among(
          transaction,
          'id',
          keys.map(key => idOf('name', key)),
        ),
      )
      .select('*');
    const known = new Map(stored.map(row => [row.principal_name_key, row]));
    const changed = new Set<SuspiciousRow>();
    entries.forEach((entry, index) => {
      const { userPrincipalName, displayName, reportRefreshDate } = entry.row;
      const key = keys[index];
      const row: SuspiciousRow = known.get(key) ?? {
        ...NO_ACTIVITY,
        tenant,
        id: idOf('name', key),
        cause: 'noAccount',
        type: 'unknown',
        account: null,
        principal_name_key: key,
        user_principal_name: userPrincipalName,
        display_name: null,
        display_name_key: null,
        active_users_report: null,
        email_apps_report: null,
        first_seen_at: at.toISOString(),
      };
      known.set(key, row);
      const column = REPORT_COLUMN[entry.report];
      const before = row[column];
      if (before === null || before < reportRefreshDate) {
        row[column] = reportRefreshDate;
        row.display_name = displayName ?? row.display_name;
        row.display_name_key = row.display_name && fold(row.display_name);
        changed.add(row);
      }
      if (takeOver(row, entry)) {
        changed.add(row);
      }
    });
    if (changed.size === 0) {
      return;
    }
    await writeRows(
      transaction,
      textColumns(STRANGER_COLUMNS),
      [...changed].map(row => ({ ...row })),
      source => `insert into suspicious_activities
        (${STRANGER_COLUMNS.join(', ')}, type)
        select ${STRANGER_COLUMNS.map(column => `r.${column}`).join(', ')},
          ${typeSql('r')}
        from ${source} where true
        on conflict (tenant, id) do update set
          ${STRANGER_COLUMNS.slice(5)
            .map(column => `${column} = excluded.${column}`)
            .join(', ')}`,
    );
  }

  /** Removes what a complete report no longer has. */
  async forgetStrangers(
    transaction: Knex.Transaction,
    tenant: string,
    report: Report,
    refreshDate: string,
  ): Promise<void> {
    const left = SERVICES.filter(
      service => !REPORT_SERVICES[report].includes(service),
    );
    const dropped = REPORT_SERVICES[report].flatMap(service =>
      Object.values(SERVICE_COLUMNS[service]),
    );
    const strangers = () =>
      transaction('suspicious_activities').where({ tenant, account: null });
    await strangers()
      .where(REPORT_COLUMN[report], '<', refreshDate)
      .update({
        ...Object.fromEntries(dropped.map(column => [column, null])),
        [REPORT_COLUMN[report]]: null,
        last_activity_date: greatestOf(
          transaction,
          left.map(service => SERVICE_COLUMNS[service].date),
        ),
      });
    await strangers()
      .where({ active_users_report: null, email_apps_report: null })
      .delete();
  }

  /** Removes rows for good: who recognized them is forgotten, too. */
  async #remove(
    transaction: Knex.Transaction,
    tenant: string,
    ids: string[],
  ): Promise<void> {
    if (ids.length > 0) {
      await transaction('suspicious_activities')
        .where({ tenant })
        .where(among(transaction, 'id', ids))
        .delete();
      await this.#forgetRecognitions(transaction, tenant, ids);
    }
  }

  async #forgetRecognitions(
    transaction: Knex.Transaction,
    tenant: string,
    ids: string[],
  ): Promise<void> {
    if (ids.length > 0) {
      await transaction('recognitions')
        .where({ tenant })
        .where(among(transaction, 'id', ids))
        .delete();
    }
  }

  async concealed(tenant: string): Promise<ConcealedActivity> {
    return this.#concealed(this.#knex, tenant);
  }

  async purgeConcealed(tenant: string): Promise<ConcealedActivity> {
    return this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const removed = await this.#concealed(transaction, tenant);
      const rows = await concealedRows(transaction, tenant).select('id');
      await this.#remove(
        transaction,
        tenant,
        rows.map(({ id }: { id: string }) => id),
      );
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
