import { hash } from 'node:crypto';
import { InputError } from '@backstage/errors';
import {
  ACTIVITY_STATUSES,
  type Account,
  type ActivityStatus,
  type ServiceActivity,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import type { GraphAssignment, GraphUser } from '../graph/types';
import { activityLimits, type ActivityLimits } from '../insights/activity';
import { LONG_LIST, matching, visibleTo } from './accountFilter';
import {
  licensesByAccount,
  reportState,
  toAccount,
  toServices,
  type AccountRow,
} from './accountRows';
import { accountStatusSql } from './activityStatusSql';
import {
  lastActivitySql,
  licenseServices,
  licenseStatusSql,
} from './assignmentSql';
import { KeptCounts, keptCountOf } from './KeptCounts';
import type { Upkeep } from './Upkeep';
import { readPage } from './paging';
import { toMask } from './services';
import {
  among,
  countOf,
  fold,
  isoTime,
  returned,
  takeTurn,
  timeOfChange,
  toTime,
  writeRows,
  type ColumnType,
  type ColumnValue,
} from './sql';
import type {
  AccountCondition,
  AccountCounts,
  AccountQuery,
  AccountStore,
  ActivityThreshold,
  PageOf,
  ProductStore,
  SeenAccounts,
  WriteCounts,
} from './types';

/** Columns of `accounts` that a roster run writes. */
const ROSTER_COLUMNS = {
  tenant: 'text',
  id: 'text',
  hash: 'text',
  user_principal_name: 'text',
  display_name: 'text',
  email: 'text',
  given_name: 'text',
  surname: 'text',
  user_type: 'text',
  enabled: 'boolean',
  department: 'text',
  job_title: 'text',
  company_name: 'text',
  office_location: 'text',
  country: 'text',
  usage_location: 'text',
  created_at: 'text',
  last_sign_in_at: 'text',
  first_seen_at: 'text',
  deactivated_at: 'text',
  licensed: 'boolean',
  licensed_since: 'text',
  modified_at: 'text',
  display_name_key: 'text',
  principal_name_key: 'text',
  surname_key: 'text',
  email_key: 'text',
  department_key: 'text',
} as const satisfies Partial<Record<keyof AccountRow, ColumnType>>;

const ASSIGNMENT_COLUMNS = {
  tenant: 'text',
  account: 'integer',
  sku_id: 'text',
  group_id: 'text',
  state: 'text',
  error: 'text',
  disabled_plans: 'text',
  assigned_at: 'text',
  services: 'integer',
  assigned_on: 'text',
} as const satisfies Record<string, ColumnType>;

/** Columns of which an update keeps or decides the value. */
const KEPT_COLUMNS = ['tenant', 'id', 'first_seen_at', 'deactivated_at'];

const writtenSchema = z.array(z.object({ id: z.string(), number: z.number() }));

/** Accounts read at once where all of a tenant are gone through. */
const STRIDE = 10_000;

interface StatusCount {
  status: ActivityStatus;
  accounts: number;
}

/** What is known of an account before its page is stored. */
type Known = Pick<
  AccountRow,
  'id' | 'number' | 'hash' | 'deleted' | 'first_seen_at' | 'last_sign_in_at'
>;

/** One bit for each account number. */
class SeenBits implements SeenAccounts {
  #bits = new Uint8Array(1024);
  #size = 0;

  get size() {
    return this.#size;
  }

  add(number: number) {
    const byte = number >> 3;
    if (byte >= this.#bits.length) {
      const grown = new Uint8Array(2 * byte);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    if (!this.has(number)) {
      this.#bits[byte] |= 1 << (number & 7);
      this.#size += 1;
    }
  }

  has(number: number) {
    return ((this.#bits[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }
}

function bitsOf(seen: SeenAccounts): SeenBits {
  if (!(seen instanceof SeenBits)) {
    throw new TypeError('Seen accounts must come from startReading()');
  }
  return seen;
}

/** Assignments in an order that does not depend on Microsoft's. */
function inOrder(assignments: GraphAssignment[]): GraphAssignment[] {
  const key = (path: GraphAssignment) =>
    path.skuId + (path.assignedByGroup ?? '');
  return assignments.length > 1
    ? [...assignments].sort((a, b) => (key(a) < key(b) ? -1 : 1))
    : assignments;
}

/**
 * What a roster run compares. The last sign-in is left out: it is a column
 * that is compared by itself, because a run may not be able to read it.
 */
function hashOf(user: GraphUser): string {
  const compared = {
    ...user,
    lastSuccessfulSignInDateTime: undefined,
    assignments: inOrder(user.assignments),
  };
  return hash('sha1', JSON.stringify(compared), 'base64');
}

function toRow(
  tenant: string,
  user: GraphUser,
  known: Known | undefined,
  options: { at: string; hash: string; signIns: boolean },
): Record<Exclude<keyof typeof ROSTER_COLUMNS, 'modified_at'>, ColumnValue> {
  const createdAt = isoTime(user.createdDateTime);
  const firstSeenAt = known?.first_seen_at ?? options.at;
  const assigned = user.assignments
    .flatMap(path => isoTime(path.lastUpdatedDateTime) ?? [])
    .sort();
  const licensed = user.assignments.length > 0;
  const principalNameKey = fold(user.userPrincipalName);
  const emailKey = user.mail === null ? null : fold(user.mail);
  return {
    tenant,
    id: user.id,
    hash: options.hash,
    user_principal_name: user.userPrincipalName,
    display_name: user.displayName,
    email: user.mail,
    given_name: user.givenName,
    surname: user.surname,
    user_type: user.userType,
    enabled: user.accountEnabled,
    department: user.department,
    job_title: user.jobTitle,
    company_name: user.companyName,
    office_location: user.officeLocation,
    country: user.country,
    usage_location: user.usageLocation,
    created_at: createdAt,
    last_sign_in_at: options.signIns
      ? isoTime(user.lastSuccessfulSignInDateTime)
      : known?.last_sign_in_at ?? null,
    first_seen_at: firstSeenAt,
    deactivated_at: user.accountEnabled ? null : options.at,
    licensed,
    licensed_since: licensed
      ? (assigned[0] ?? createdAt ?? firstSeenAt).slice(0, 10)
      : null,
    display_name_key: fold(user.displayName),
    principal_name_key: principalNameKey,
    surname_key: user.surname === null ? null : fold(user.surname),
    // Most emails equal the principal name, which is searched anyway.
    email_key: emailKey === principalNameKey ? null : emailKey,
    department_key: user.department === null ? null : fold(user.department),
  };
}

/** Accounts and assignments in `accounts`, `assignments`, `license_groups`. */
export class DatabaseAccountStore implements AccountStore {
  readonly #knex: Knex;
  readonly #upkeep: Upkeep;
  readonly #products: Pick<ProductStore, 'names'>;
  readonly #totals: KeptCounts<number>;
  readonly #counts: KeptCounts<AccountCounts>;
  readonly #statusCounts: KeptCounts<StatusCount[]>;

  constructor(
    knex: Knex,
    upkeep: Upkeep,
    products: Pick<ProductStore, 'names'>,
  ) {
    this.#knex = knex;
    this.#upkeep = upkeep;
    this.#products = products;
    this.#totals = new KeptCounts(knex);
    this.#counts = new KeptCounts(knex);
    this.#statusCounts = new KeptCounts(knex);
  }

  startReading(): SeenAccounts {
    return new SeenBits();
  }

  async storePage(
    tenant: string,
    users: GraphUser[],
    seen: SeenAccounts,
    options: { at: Date; signIns: boolean },
  ): Promise<WriteCounts> {
    const bits = bitsOf(seen);
    const { numbers, counts } = await this.#store(tenant, users, options);
    // Only now: a page that could not be stored was not seen.
    numbers.forEach(number => bits.add(number));
    return counts;
  }

  async storeUsers(
    tenant: string,
    users: GraphUser[],
    at: Date,
  ): Promise<void> {
    await this.#store(tenant, users, { at, signIns: false });
  }

  async #store(
    tenant: string,
    page: GraphUser[],
    options: { at: Date; signIns: boolean },
  ): Promise<{ numbers: number[]; counts: WriteCounts }> {
    const knex = this.#knex;
    const at = options.at.toISOString();
    // Microsoft may give an account twice while pages shift.
    const users = [...new Map(page.map(user => [user.id, user])).values()];
    const known = new Map<string, Known>();
    if (users.length > 0) {
      const rows = await knex<AccountRow>('accounts')
        .where({ tenant })
        .where(
          among(
            knex,
            'id',
            users.map(user => user.id),
          ),
        )
        .select(
          'id',
          'number',
          'hash',
          'deleted',
          'first_seen_at',
          'last_sign_in_at',
        );
      rows.forEach(row => known.set(row.id, row));
    }

    const changed: GraphUser[] = [];
    const rows: ReturnType<typeof toRow>[] = [];
    const signedIn: { number: number; at: string | null }[] = [];
    for (const user of users) {
      const stored = known.get(user.id);
      const userHash = hashOf(user);
      if (!stored || stored.hash !== userHash || stored.deleted) {
        changed.push(user);
        rows.push(
          toRow(tenant, user, stored, { ...options, at, hash: userHash }),
        );
      } else if (options.signIns) {
        const signInAt = isoTime(user.lastSuccessfulSignInDateTime);
        if (signInAt !== stored.last_sign_in_at) {
          signedIn.push({ number: stored.number, at: signInAt });
        }
      }
    }

    const numbers = [...known.values()].map(({ number }) => number);
    if (changed.length > 0 || signedIn.length > 0) {
      await knex.transaction(async transaction => {
        await takeTurn(transaction, tenant);
        const modifiedAt = await timeOfChange(transaction, tenant, options.at);
        if (changed.length > 0) {
          const written = await this.#upsert(
            transaction,
            rows.map(row => ({ ...row, modified_at: modifiedAt })),
          );
          await this.#replaceAssignments(transaction, tenant, changed, {
            known,
            written,
            at,
          });
          numbers.push(...written.values());
        }
        if (signedIn.length > 0) {
          await writeRows(
            transaction,
            { number: 'integer', at: 'text', modified_at: 'text' },
            signedIn.map(row => ({ ...row, modified_at: modifiedAt })),
            source =>
              `update accounts set last_sign_in_at = r.at,
                modified_at = r.modified_at
              from ${source} where accounts.number = r.number`,
          );
        }
      });
    }

    const added = users.length - known.size;
    const written = changed.length + signedIn.length;
    this.#upkeep.wrote(written, 'accounts', 'assignments');
    return {
      numbers,
      counts: {
        added,
        changed: written - added,
        unchanged: users.length - written,
      },
    };
  }

  /** Account numbers by id of the rows written. */
  async #upsert(
    transaction: Knex.Transaction,
    rows: Record<keyof typeof ROSTER_COLUMNS, ColumnValue>[],
  ): Promise<Map<string, number>> {
    const columns = Object.keys(ROSTER_COLUMNS);
    const updates = columns
      .filter(column => !KEPT_COLUMNS.includes(column))
      .map(column => `${column} = excluded.${column}`);
    const written = await writeRows(
      transaction,
      ROSTER_COLUMNS,
      rows,
      // "where true" tells SQLite that "on conflict" does not belong to a join.
      source => `insert into accounts (${columns.join(', ')})
        select ${columns.map(column => `r.${column}`).join(', ')}
        from ${source} where true
        on conflict (tenant, id) do update set
          ${updates.join(', ')}, deleted = false, deleted_at = null,
          deactivated_at = case when excluded.enabled then null
            else coalesce(accounts.deactivated_at, excluded.deactivated_at) end
        returning id, number`,
    );
    return new Map(
      writtenSchema.parse(written).map(row => [row.id, row.number]),
    );
  }

  async #replaceAssignments(
    transaction: Knex.Transaction,
    tenant: string,
    users: GraphUser[],
    accounts: {
      known: Map<string, Known>;
      written: Map<string, number>;
      at: string;
    },
  ): Promise<void> {
    const before = users.flatMap(
      user => accounts.known.get(user.id)?.number ?? [],
    );
    if (before.length > 0) {
      await transaction('assignments')
        .where(among(transaction, 'account', before))
        .delete();
    }
    const servicesOf = await this.#services(transaction, tenant, users);
    const rows: Record<keyof typeof ASSIGNMENT_COLUMNS, ColumnValue>[] = [];
    const groups = new Set<string>();
    for (const user of users) {
      const account = accounts.written.get(user.id);
      if (account === undefined) {
        throw new Error(`Account ${user.id} was not stored`);
      }
      const knownSince =
        isoTime(user.createdDateTime) ??
        accounts.known.get(user.id)?.first_seen_at ??
        accounts.at;
      for (const path of user.assignments) {
        if (path.assignedByGroup !== null) {
          groups.add(path.assignedByGroup);
        }
        const assignedAt = isoTime(path.lastUpdatedDateTime);
        rows.push({
          tenant,
          account,
          sku_id: path.skuId,
          group_id: path.assignedByGroup ?? '',
          state: path.state,
          error: path.error,
          disabled_plans: JSON.stringify(path.disabledPlans),
          assigned_at: assignedAt,
          services: servicesOf(path),
          assigned_on: (assignedAt ?? knownSince).slice(0, 10),
        });
      }
    }
    if (rows.length > 0) {
      const columns = Object.keys(ASSIGNMENT_COLUMNS);
      await writeRows(
        transaction,
        ASSIGNMENT_COLUMNS,
        rows,
        source => `insert into assignments
          (${columns.join(', ')}, last_activity_date)
          select ${columns.map(column => `r.${column}`).join(', ')},
            ${lastActivitySql(transaction, 'r.services', 'a')}
          from ${source} join accounts as a on a.number = r.account where true
          on conflict do nothing`,
      );
    }
    if (groups.size > 0) {
      await transaction('license_groups')
        .insert([...groups].map(id => ({ tenant, id })))
        .onConflict()
        .ignore();
    }
  }

  /** The mask of the services of each path; null where its SKU is not known yet. */
  async #services(
    transaction: Knex.Transaction,
    tenant: string,
    users: GraphUser[],
  ): Promise<(path: GraphAssignment) => number | null> {
    const skuIds = new Set(
      users.flatMap(user => user.assignments.map(({ skuId }) => skuId)),
    );
    const skus: { sku_id: string; observed_plans: string | null }[] =
      skuIds.size === 0
        ? []
        : await transaction('skus')
            .where({ tenant })
            .where(among(transaction, 'sku_id', [...skuIds]))
            .select('sku_id', 'observed_plans');
    const plans = new Map(skus.map(sku => [sku.sku_id, sku.observed_plans]));
    const masks = new Map<string, number | null>();
    return path => {
      const key = [path.skuId, ...path.disabledPlans].join();
      let mask = masks.get(key);
      if (mask === undefined) {
        const observed = plans.get(path.skuId);
        mask = observed
          ? toMask(licenseServices(observed, path.disabledPlans))
          : null;
        masks.set(key, mask);
      }
      return mask;
    };
  }

  async countUnseen(
    tenant: string,
    seen: SeenAccounts,
  ): Promise<{ known: number; unseen: number }> {
    const bits = bitsOf(seen);
    let known = 0;
    let unseen = 0;
    for await (const numbers of this.#present(this.#knex, tenant)) {
      known += numbers.length;
      unseen += numbers.filter(number => !bits.has(number)).length;
    }
    return { known, unseen };
  }

  async markUnseenDeleted(
    tenant: string,
    seen: SeenAccounts,
    at: Date,
  ): Promise<number> {
    const bits = bitsOf(seen);
    const time = at.toISOString();
    const gone = await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      let marked = 0;
      for await (const numbers of this.#present(transaction, tenant)) {
        const unseen = numbers.filter(number => !bits.has(number));
        if (unseen.length > 0) {
          marked += await transaction('accounts')
            .where(among(transaction, 'number', unseen))
            .update({
              deleted: true,
              deleted_at: time,
              modified_at: await timeOfChange(transaction, tenant, at),
              deactivated_at: transaction.raw('coalesce(deactivated_at, ?)', [
                time,
              ]),
            });
        }
      }
      return marked;
    });
    this.#upkeep.wrote(gone, 'accounts');
    await this.#upkeep.run();
    return gone;
  }

  /** Numbers of the accounts present in the tenant, some at a time. */
  async *#present(knex: Knex, tenant: string): AsyncGenerator<number[]> {
    let last = 0;
    for (;;) {
      const rows = await knex<AccountRow>('accounts')
        .where({ tenant, deleted: false })
        .where('number', '>', last)
        .orderBy('number')
        .limit(STRIDE)
        .select('number');
      if (rows.length === 0) {
        return;
      }
      last = rows[rows.length - 1].number;
      yield rows.map(({ number }) => number);
    }
  }

  async list(tenant: string, query: AccountQuery): Promise<PageOf<Account>> {
    const knex = this.#knex;
    const { status, sort, order } = query;
    const limits = activityLimits(query);
    const { hasReports, unreported } = await reportState(
      knex,
      tenant,
      query.today,
    );
    const { skuId, licenseStatus } = query;
    if (licenseStatus && !skuId) {
      throw new InputError(
        'licenseStatus is the status of one license; give its skuId as well',
      );
    }
    const held =
      licenseStatus &&
      licenseStatusSql(knex, licenseStatus, limits, unreported);
    const modifiedSince = query.modifiedSince && toTime(query.modifiedSince);
    const filter = (builder: Knex.QueryBuilder, isEachLookedAt = false) => {
      matching(tenant, { ...query, held, isEachLookedAt })(builder);
      if (modifiedSince) {
        builder.where('modified_at', '>=', modifiedSince);
      }
      if (status) {
        builder.where(accountStatusSql(knex, status, limits, hasReports));
      }
    };
    const sortColumns = {
      displayName: 'display_name_key',
      userPrincipalName: 'principal_name_key',
      department: 'department_key',
      lastActivityDate: 'last_activity_date',
      createdAt: 'created_at',
      modifiedAt: 'modified_at',
    } as const;
    const key = sortColumns[sort];
    // Where those who match stand behind the others, nearly all are looked at.
    const isBehind =
      (sort === 'department' && query.groups !== undefined) ||
      (sort === 'lastActivityDate' &&
        licenseStatus !== undefined &&
        licenseStatus !== 'active' &&
        !(licenseStatus === 'inactive' && order === 'asc'));
    const page = await readPage<AccountRow>(query, {
      query: [
        'accounts',
        tenant,
        query.text,
        status,
        (status ?? licenseStatus) && query.inactiveAfterDays,
        skuId,
        licenseStatus,
        query.department,
        query.groups,
        query.enabled,
        query.userType,
        query.deleted,
        modifiedSince,
        sort,
        order,
      ],
      key,
      tie: 'number',
      nullable: !['displayName', 'userPrincipalName', 'modifiedAt'].includes(
        sort,
      ),
      order,
      position: row => [row[key], row.number],
      read: async (narrow, totalItems) =>
        totalItems === 0
          ? []
          : knex<AccountRow>('accounts')
              .where(rows => filter(rows, totalItems > LONG_LIST && !isBehind))
              .modify(narrow)
              .select<AccountRow[]>('*'),
      count: () =>
        keptCountOf(
          this.#totals,
          tenant,
          knex('accounts').where(rows => filter(rows)),
        ),
    });
    const licenses = await licensesByAccount(
      knex,
      tenant,
      page.items.map(row => row.number),
      { names: await this.#products.names(), limits, unreported },
    );
    return {
      ...page,
      items: page.items.map(row =>
        toAccount(row, licenses.get(row.number) ?? [], limits, hasReports),
      ),
    };
  }

  async get(
    tenant: string,
    idOrPrincipalName: string,
    options: ActivityThreshold & { visible?: AccountCondition },
  ): Promise<{ account: Account; services: ServiceActivity[] } | undefined> {
    const [byId] = await this.getMany(tenant, [idOrPrincipalName], options);
    if (byId) {
      return byId;
    }
    // A principal name can be given again after its account is gone.
    for (const deleted of [false, true]) {
      const row = await this.#knex<AccountRow>('accounts')
        .where({
          tenant,
          deleted,
          principal_name_key: fold(idOrPrincipalName),
        })
        .orderBy('deleted_at', 'desc')
        .first('id');
      if (row) {
        return (await this.getMany(tenant, [row.id], options))[0];
      }
    }
    return undefined;
  }

  async getMany(
    tenant: string,
    ids: string[],
    options: ActivityThreshold & { visible?: AccountCondition },
  ): Promise<{ account: Account; services: ServiceActivity[] }[]> {
    if (ids.length === 0) {
      return [];
    }
    const knex = this.#knex;
    const limits = activityLimits(options);
    const { visible } = options;
    const rows: AccountRow[] = await knex<AccountRow>('accounts')
      .where({ tenant })
      .where(among(knex, 'id', ids))
      .modify(query => {
        if (visible) {
          query.where(visibleTo(tenant, visible));
        }
      })
      .select('*');
    const { hasReports, unreported } = await reportState(
      knex,
      tenant,
      options.today,
    );
    const licenses = await licensesByAccount(
      knex,
      tenant,
      rows.map(row => row.number),
      { names: await this.#products.names(), limits, unreported },
    );
    return rows.map(row => ({
      account: toAccount(
        row,
        licenses.get(row.number) ?? [],
        limits,
        hasReports,
      ),
      services: toServices(row),
    }));
  }

  async match(
    tenant: string,
    keys: { ids?: string[]; userPrincipalNames?: string[]; emails?: string[] },
  ): Promise<
    { id: string; userPrincipalName: string; email: string | null }[]
  > {
    const knex = this.#knex;
    const emails = new Set(keys.emails?.map(fold));
    const principalNames = new Set(keys.userPrincipalNames?.map(fold));
    const found = new Map<
      string,
      { id: string; userPrincipalName: string; email: string | null }
    >();
    const lookups: [column: string, values: string[]][] = [
      ['id', keys.ids ?? []],
      // An email that equals the principal name has no key of its own.
      ['principal_name_key', [...principalNames, ...emails]],
      ['email_key', [...emails]],
    ];
    for (const [column, values] of lookups) {
      if (values.length > 0) {
        const rows = await knex<AccountRow>('accounts')
          .where({ tenant, deleted: false })
          .where(among(knex, column, values))
          .select('id', 'user_principal_name', 'email', 'principal_name_key');
        for (const row of rows) {
          if (
            column !== 'principal_name_key' ||
            principalNames.has(row.principal_name_key) ||
            (row.email !== null && emails.has(fold(row.email)))
          ) {
            found.set(row.id, {
              id: row.id,
              userPrincipalName: row.user_principal_name,
              email: row.email,
            });
          }
        }
      }
    }
    return [...found.values()];
  }

  async counts(tenant: string): Promise<AccountCounts> {
    return this.#counts.get(tenant, null, () => this.#count(tenant));
  }

  async #count(tenant: string): Promise<AccountCounts> {
    const rows = z
      .array(
        z.object({
          deleted: z.coerce.boolean(),
          enabled: z.coerce.boolean(),
          user_type: z.string(),
          licensed: z.coerce.boolean(),
          count: z.coerce.number(),
        }),
      )
      .parse(
        await this.#knex('accounts')
          .where({ tenant })
          .whereIn('deleted', [false, true])
          .groupBy('deleted', 'enabled', 'user_type', 'licensed')
          .select('deleted', 'enabled', 'user_type', 'licensed')
          .count({ count: '*' }),
      );
    const sum = (condition: (row: (typeof rows)[number]) => boolean) =>
      rows.filter(condition).reduce((total, row) => total + row.count, 0);
    return {
      total: sum(row => !row.deleted),
      enabled: sum(row => !row.deleted && row.enabled),
      disabled: sum(row => !row.deleted && !row.enabled),
      guests: sum(row => !row.deleted && row.user_type === 'guest'),
      licensed: sum(row => !row.deleted && row.licensed),
      deleted: sum(row => row.deleted),
    };
  }

  async statusCounts(
    tenant: string,
    threshold: ActivityThreshold,
  ): Promise<StatusCount[]> {
    const limits = activityLimits(threshold);
    const { hasReports } = await reportState(
      this.#knex,
      tenant,
      threshold.today,
    );
    return this.#statusCounts.get(tenant, [limits, hasReports], () =>
      this.#countStatuses(tenant, limits, hasReports),
    );
  }

  async #countStatuses(
    tenant: string,
    limits: ActivityLimits,
    hasReports: boolean,
  ): Promise<StatusCount[]> {
    const knex = this.#knex;
    const counts: StatusCount[] = [];
    // One range of an index each; unlicensed accounts are not counted here.
    for (const status of ACTIVITY_STATUSES) {
      if (status !== 'unlicensed') {
        counts.push({
          status,
          accounts: await countOf(
            knex('accounts')
              .where({ tenant, deleted: false, licensed: true })
              .where(accountStatusSql(knex, status, limits, hasReports)),
          ),
        });
      }
    }
    return counts;
  }

  async departments(
    tenant: string,
    visible?: AccountCondition,
  ): Promise<string[]> {
    if (visible) {
      const seen: { department: string }[] = await this.#knex('accounts')
        .where({ tenant, deleted: false })
        .whereNotNull('department_key')
        .where(visibleTo(tenant, visible))
        .groupBy('department_key')
        .orderBy('department_key')
        .min({ department: 'department' });
      return seen.map(({ department }) => department);
    }
    // Steps from one department to the next by index instead of reading all.
    const next = `select min(department_key) from accounts
      where tenant = :tenant and deleted = :deleted`;
    const rows = await returned(
      this.#knex.raw(
        `with recursive keys (key) as (
          ${next}
          union all
          select (${next} and department_key > keys.key) from keys
          where keys.key is not null
        )
        select (
          select department from accounts
          where tenant = :tenant and deleted = :deleted
            and department_key = keys.key
          order by number limit 1
        ) as department
        from keys where keys.key is not null order by keys.key`,
        { tenant, deleted: false },
      ),
      z.object({ department: z.string() }),
    );
    return rows.map(({ department }) => department);
  }

  async groupsToName(tenant: string, namedBefore: Date): Promise<string[]> {
    const rows: { id: string }[] = await this.#knex('license_groups as g')
      .where('g.tenant', tenant)
      .where(due =>
        due
          .whereNull('g.named_at')
          .orWhere('g.named_at', '<', namedBefore.toISOString()),
      )
      .whereExists(granting =>
        granting
          .from('assignments as a')
          .where('a.tenant', tenant)
          .where('a.group_id', '<>', '')
          .where('a.group_id', this.#knex.ref('g.id'))
          .select(this.#knex.raw('1')),
      )
      .orderBy('g.id')
      .select('g.id');
    return rows.map(({ id }) => id);
  }

  async nameGroup(
    tenant: string,
    group: { id: string; displayName: string },
    at: Date,
  ): Promise<void> {
    await this.#knex('license_groups')
      .insert({
        tenant,
        id: group.id,
        display_name: group.displayName,
        named_at: at.toISOString(),
      })
      .onConflict(['tenant', 'id'])
      .merge();
  }

  async groupName(
    tenant: string,
    groupId: string,
  ): Promise<string | undefined> {
    const row: { display_name: string | null } | undefined = await this.#knex(
      'license_groups',
    )
      .where({ tenant, id: groupId })
      .first('display_name');
    return row?.display_name ?? undefined;
  }
}
