import {
  CANDIDATE_REASONS,
  type CandidateReasonType,
  type CandidateState,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { isSaving, sortValue } from '../insights/candidateValues';
import { inGroups, LONG_LIST, matching } from './accountFilter';
import { evidenceSchema } from './evidence';
import { readPage } from './paging';
import {
  among,
  countOf,
  fold,
  takeTurn,
  writeRows,
  type ColumnType,
  type ColumnValue,
} from './sql';
import type {
  CandidateCount,
  CandidateKind,
  CandidateQuery,
  CandidateStore,
  EvaluatedAccount,
  FoundCandidate,
  PageOf,
  StoredCandidate,
} from './types';
import type { Upkeep } from './Upkeep';

/**
 * Columns of `candidates` that an evaluation writes. Of a candidate that was
 * there before, the value stays as `revalue` set it.
 */
const COLUMNS = {
  tenant: 'text',
  account: 'integer',
  sku_id: 'text',
  reason: 'text',
  state: 'text',
  since: 'text',
  other_sku_id: 'text',
  direct: 'boolean',
  saves: 'boolean',
  evidence: 'text',
  display_name_key: 'text',
  department_key: 'text',
  value_key: 'text',
} as const satisfies Record<string, ColumnType>;

/** Whose a candidate is, with what is copied of the account. */
type CandidateOwner = Pick<
  EvaluatedAccount,
  'number' | 'displayName' | 'department'
>;

/** A row of `candidates`. Booleans are 0 and 1 on SQLite. */
interface CandidateRow {
  number: number;
  tenant: string;
  account: number;
  sku_id: string;
  reason: CandidateReasonType;
  state: CandidateState;
  since: string | null;
  other_sku_id: string | null;
  direct: boolean | 0 | 1;
  saves: boolean | 0 | 1;
  evidence: string;
  display_name_key: string;
  department_key: string | null;
  value_key: string | null;
}

interface CountRow {
  tenant: string;
  reason: CandidateReasonType;
  sku_id: string;
  /** Empty for none. */
  other_sku_id: string;
  saves: boolean | 0 | 1;
  state: CandidateState;
  candidates: number;
}

/** What decides the value of a candidate. */
const KIND = ['reason', 'sku_id', 'other_sku_id', 'saves'] as const;

/** Digits of a value: hundredths up to a million millions. */
const VALUE_DIGITS = 15;

/** What a candidate is sorted by; null where it is not priced. */
function valueKey(
  kind: CandidateKind,
  seatValues: ReadonlyMap<string, number>,
): string | null {
  const value = sortValue(kind, seatValues);
  return value === undefined
    ? null
    : String(Math.round(value * 100)).padStart(VALUE_DIGITS, '0');
}

function toRow(
  tenant: string,
  account: CandidateOwner,
  candidate: FoundCandidate,
  seatValues: ReadonlyMap<string, number>,
): Record<keyof typeof COLUMNS, ColumnValue> {
  const { skuId, otherSkuId, reasons, heldBack } = candidate;
  const reason = reasons[0].type;
  const saves = isSaving(candidate);
  return {
    tenant,
    account: account.number,
    sku_id: skuId,
    reason,
    state: candidate.state,
    since: candidate.since,
    other_sku_id: otherSkuId,
    direct: candidate.direct,
    saves,
    evidence: JSON.stringify({ reasons, heldBack }),
    display_name_key: fold(account.displayName),
    department_key:
      account.department === null ? null : fold(account.department),
    value_key: valueKey({ reason, skuId, otherSkuId, saves }, seatValues),
  };
}

type NewRow = ReturnType<typeof toRow>;
type RefreshedRow = Pick<NewRow, 'reason' | 'state' | 'evidence'> & {
  number: number;
};

function hasSame(
  before: CandidateRow,
  row: NewRow,
  columns: readonly (keyof typeof COLUMNS)[],
): boolean {
  return columns.every(column =>
    COLUMNS[column] === 'boolean'
      ? Boolean(before[column]) === row[column]
      : before[column] === row[column],
  );
}

const ALL_COLUMNS = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
const UPDATED = ALL_COLUMNS.filter(column => column !== 'value_key');
/** All by which candidates are found, counted or sorted. */
const LISTED = UPDATED.filter(column => column !== 'evidence');

/** What makes a candidate another one; the rest is evidence. */
const DECISION: readonly (keyof typeof COLUMNS)[] = [
  'reason',
  'state',
  'other_sku_id',
  'direct',
  'saves',
];

/** Candidates in `candidates`, counted in `candidate_counts`. */
export class DatabaseCandidateStore implements CandidateStore {
  readonly #knex: Knex;
  readonly #upkeep: Upkeep;

  constructor(knex: Knex, upkeep: Upkeep) {
    this.#knex = knex;
    this.#upkeep = upkeep;
  }

  async storeFor(
    tenant: string,
    found: {
      account: CandidateOwner;
      candidates: FoundCandidate[];
    }[],
    seatValues: ReadonlyMap<string, number> = new Map(),
  ): Promise<{ added: number; removed: number; changed: number }> {
    const counts = { added: 0, removed: 0, changed: 0 };
    if (found.length === 0) {
      return counts;
    }
    const keyOf = (row: Pick<CandidateRow, 'account' | 'sku_id'> | NewRow) =>
      `${row.account} ${row.sku_id}`;
    const before = new Map(
      (
        await this.#knex<CandidateRow>('candidates').where(
          among(
            this.#knex,
            'account',
            found.map(({ account }) => account.number),
          ),
        )
      ).map(row => [keyOf(row), row]),
    );
    const changed: NewRow[] = [];
    const refreshed: RefreshedRow[] = [];
    for (const { account, candidates } of found) {
      for (const candidate of candidates) {
        const row = toRow(tenant, account, candidate, seatValues);
        const known = before.get(keyOf(row));
        before.delete(keyOf(row));
        if (!known) {
          counts.added += 1;
        } else if (!hasSame(known, row, DECISION)) {
          counts.changed += 1;
        }
        if (!known || !hasSame(known, row, LISTED)) {
          changed.push(row);
        } else if (known.evidence !== row.evidence) {
          const { reason, state, evidence } = row;
          refreshed.push({ number: known.number, reason, state, evidence });
        }
      }
    }
    const gone = [...before.values()].map(({ number }) => number);
    counts.removed = gone.length;

    const written = changed.length + refreshed.length + gone.length;
    if (written > 0) {
      await this.#knex.transaction(async transaction => {
        await takeTurn(transaction, tenant);
        if (gone.length > 0) {
          await transaction('candidates')
            .where(among(transaction, 'number', gone))
            .delete();
        }
        if (changed.length > 0) {
          await this.#upsert(transaction, changed);
        }
        if (refreshed.length > 0) {
          await this.#refresh(transaction, refreshed);
        }
      });
      this.#upkeep.wrote(written, 'candidates');
    }
    return counts;
  }

  async #upsert(transaction: Knex.Transaction, rows: NewRow[]): Promise<void> {
    await writeRows(
      transaction,
      COLUMNS,
      rows,
      // "where true" tells SQLite that "on conflict" does not belong to a join.
      source => `insert into candidates (${ALL_COLUMNS.join(', ')})
        select ${ALL_COLUMNS.map(column => `r.${column}`).join(', ')}
        from ${source} where true
        on conflict (account, sku_id) do update set
          ${UPDATED.map(column => `${column} = excluded.${column}`).join(
            ', ',
          )}`,
    );
  }

  /** Most that a new report brings; by itself, because no index is written for it. */
  async #refresh(
    transaction: Knex.Transaction,
    rows: RefreshedRow[],
  ): Promise<void> {
    await writeRows(
      transaction,
      { number: 'integer', reason: 'text', state: 'text', evidence: 'text' },
      rows,
      // Of a row that was decided otherwise meanwhile it is no evidence.
      source => `update candidates set evidence = r.evidence
        from ${source} where candidates.number = r.number
          and candidates.reason = r.reason and candidates.state = r.state`,
    );
  }

  async recount(tenant: string): Promise<void> {
    await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      await transaction('candidate_counts').where({ tenant }).delete();
      await transaction.raw(
        `insert into candidate_counts
          (tenant, reason, sku_id, other_sku_id, saves, state, candidates)
        select tenant, reason, sku_id, coalesce(other_sku_id, ''), saves, state,
          count(*)
        from candidates where tenant = ?
        group by tenant, reason, sku_id, coalesce(other_sku_id, ''), saves, state`,
        [tenant],
      );
    });
    await this.#upkeep.run();
  }

  async counts(tenant: string): Promise<CandidateCount[]> {
    const rows = await this.#knex<CountRow>('candidate_counts').where({
      tenant,
    });
    return rows.map(row => ({
      reason: row.reason,
      skuId: row.sku_id,
      otherSkuId: row.other_sku_id || null,
      saves: Boolean(row.saves),
      state: row.state,
      candidates: row.candidates,
    }));
  }

  async revalue(
    tenant: string,
    seatValues: ReadonlyMap<string, number>,
  ): Promise<void> {
    // Few kinds, and mostly none is to be written: all rows are read once.
    const kinds: Pick<CandidateRow, (typeof KIND)[number] | 'value_key'>[] =
      await this.#knex<CandidateRow>('candidates')
        .where({ tenant })
        .groupBy(...KIND, 'value_key')
        .select(...KIND, 'value_key');
    const rows = kinds.flatMap(row => {
      const value_key = valueKey(
        {
          reason: row.reason,
          skuId: row.sku_id,
          otherSkuId: row.other_sku_id,
          saves: Boolean(row.saves),
        },
        seatValues,
      );
      return value_key === row.value_key
        ? []
        : [{ ...row, tenant, saves: Boolean(row.saves), value_key }];
    });
    if (rows.length === 0) {
      return;
    }
    await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      await writeRows(
        transaction,
        {
          tenant: 'text',
          reason: 'text',
          sku_id: 'text',
          other_sku_id: 'text',
          saves: 'boolean',
          value_key: 'text',
        },
        rows,
        source => `update candidates set value_key = r.value_key
          from ${source}
          where candidates.tenant = r.tenant
            and candidates.sku_id = r.sku_id
            and candidates.reason = r.reason
            and candidates.other_sku_id is not distinct from r.other_sku_id
            and candidates.saves = r.saves
            and candidates.value_key is distinct from r.value_key`,
      );
    });
  }

  async list(
    tenant: string,
    query: CandidateQuery,
  ): Promise<PageOf<StoredCandidate>> {
    const knex = this.#knex;
    const { skuId, reason, state, sort, order } = query;
    const { text, department, groups, visible } = query;
    const own = {
      tenant,
      ...(skuId !== undefined && { sku_id: skuId }),
      ...(reason && { reason }),
      ...(state && { state }),
    };
    const isByAccount = text !== undefined || visible !== undefined;
    const filter = (builder: Knex.QueryBuilder, isEachLookedAt = false) => {
      builder.where(own);
      if (department !== undefined) {
        builder.where('department_key', fold(department));
      }
      if (groups) {
        builder.where(
          inGroups(tenant, groups, {
            account: 'candidates.account',
            isEachLookedAt,
          }),
        );
      }
      if (isByAccount) {
        builder.whereIn('account', holders =>
          holders
            .from('accounts')
            .where(matching(tenant, { text, visible }))
            .select('number'),
        );
      }
    };
    const sortColumns = {
      displayName: 'display_name_key',
      since: 'since',
      value: 'value_key',
    } as const;
    const key = sortColumns[sort];
    const page = await readPage<CandidateRow>(query, {
      query: [
        'candidates',
        tenant,
        text,
        skuId,
        department,
        groups,
        reason,
        state,
        sort,
        order,
      ],
      key,
      tie: 'number',
      nullable: sort !== 'displayName',
      order,
      position: row => [row[key], row.number],
      read: (narrow, totalItems) =>
        knex<CandidateRow>('candidates')
          .where(rows => filter(rows, totalItems > LONG_LIST))
          .modify(narrow)
          .select<CandidateRow[]>('*'),
      count: async () =>
        isByAccount || groups || department !== undefined
          ? countOf(knex('candidates').where(rows => filter(rows)))
          : (
              await knex<CountRow>('candidate_counts').where(own)
            ).reduce((total, { candidates }) => total + candidates, 0),
    });
    return { ...page, items: await this.#withAccounts(page.items) };
  }

  async ofAccounts(
    tenant: string,
    accountIds: string[],
  ): Promise<StoredCandidate[]> {
    const knex = this.#knex;
    if (accountIds.length === 0) {
      return [];
    }
    const rows = await knex<CandidateRow>('candidates').whereIn(
      'account',
      accounts =>
        accounts
          .from('accounts')
          .where({ tenant })
          .where(among(knex, 'id', accountIds))
          .select('number'),
    );
    return this.#withAccounts(
      rows.sort(
        (left, right) =>
          left.account - right.account ||
          CANDIDATE_REASONS.indexOf(left.reason) -
            CANDIDATE_REASONS.indexOf(right.reason) ||
          left.number - right.number,
      ),
    );
  }

  /** Rows with whose they are, in the same order. */
  async #withAccounts(rows: CandidateRow[]): Promise<StoredCandidate[]> {
    if (rows.length === 0) {
      return [];
    }
    const accounts: {
      number: number;
      id: string;
      user_principal_name: string;
      display_name: string;
      department: string | null;
    }[] = await this.#knex('accounts')
      .where(
        among(
          this.#knex,
          'number',
          rows.map(({ account }) => account),
        ),
      )
      .select(
        'number',
        'id',
        'user_principal_name',
        'display_name',
        'department',
      );
    const byNumber = new Map(accounts.map(row => [row.number, row]));
    return rows.flatMap(row => {
      const account = byNumber.get(row.account);
      return account
        ? [
            {
              account: {
                id: account.id,
                userPrincipalName: account.user_principal_name,
                displayName: account.display_name,
                department: account.department,
              },
              skuId: row.sku_id,
              state: row.state,
              since: row.since,
              direct: Boolean(row.direct),
              saves: Boolean(row.saves),
              otherSkuId: row.other_sku_id,
              ...evidenceSchema.parse(JSON.parse(row.evidence)),
            },
          ]
        : [];
    });
  }
}
