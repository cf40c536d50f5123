import type {
  AccountRef,
  Assignment,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { activityLimits } from '../insights/activity';
import { productName } from '../insights/productNames';
import { visibleTo } from './accountFilter';
import {
  partNumbersOf,
  reportState,
  toPath,
  type AccountRow,
  type PathRow,
} from './accountRows';
import { parsePlans } from './assignmentSql';
import { KeptCounts, keptCountOf } from './KeptCounts';
import { readRange, type Position } from './paging';
import { among, toTime } from './sql';
import type {
  AccountCondition,
  AssignmentQuery,
  AssignmentStore,
  HeldPath,
  PageOf,
  ProductStore,
} from './types';

/** What orders the list, each row in its own place. */
const ORDER = ['a.modified_at', 'a.number', 's.sku_id', 's.group_id'];

const ACCOUNT_COLUMNS = [
  'number',
  'id',
  'user_principal_name',
  'display_name',
  'department',
  'enabled',
  'deleted',
  'modified_at',
] as const satisfies readonly (keyof AccountRow)[];

type Filter = Pick<AssignmentQuery, 'skuId' | 'modifiedSince' | 'visible'>;

type ListedRow = Pick<AccountRow, (typeof ACCOUNT_COLUMNS)[number]> &
  Omit<PathRow, 'group_name'> & { sku_id: string };

type HeldRow = Pick<ListedRow, 'id' | 'sku_id'> &
  Omit<PathRow, 'group_name' | 'services' | 'assigned_on'>;

/** Narrows a query on `accounts` to those of a tenant with rows in the list. */
function holding(
  knex: Knex,
  tenant: string,
  { skuId, modifiedSince, visible }: Filter,
) {
  return (query: Knex.QueryBuilder): void => {
    query.where({ 'accounts.tenant': tenant, licensed: true });
    if (modifiedSince) {
      query.where('modified_at', '>=', modifiedSince);
    }
    if (skuId) {
      query.whereExists(held =>
        held
          .from('assignments as held')
          .where({ 'held.tenant': tenant, 'held.sku_id': skuId })
          .where('held.account', knex.ref('accounts.number'))
          .select('held.account'),
      );
    }
    if (visible) {
      query.where(visibleTo(tenant, visible));
    }
  };
}

/** The accounts from a position on: those modified at its time, and later ones. */
function rangesAfter(
  after: Position | undefined,
): ((query: Knex.QueryBuilder) => void)[] {
  if (!after) {
    return [() => {}];
  }
  const [time, number] = after;
  return [
    query => query.where('modified_at', time).where('number', '>=', number),
    query => query.where('modified_at', '>', time),
  ];
}

/** `assignments` with their accounts. */
export class DatabaseAssignmentStore implements AssignmentStore {
  readonly #knex: Knex;
  readonly #products: Pick<ProductStore, 'names'>;
  readonly #totals: KeptCounts<number>;

  constructor(knex: Knex, products: Pick<ProductStore, 'names'>) {
    this.#knex = knex;
    this.#products = products;
    this.#totals = new KeptCounts(knex);
  }

  async list(
    tenant: string,
    query: AssignmentQuery,
  ): Promise<PageOf<Assignment>> {
    const knex = this.#knex;
    const { skuId, visible } = query;
    const modifiedSince = query.modifiedSince && toTime(query.modifiedSince);
    const filter = { skuId, modifiedSince, visible };
    const page = await readRange<ListedRow>(query, {
      query: ['assignments', tenant, skuId, modifiedSince],
      position: row => [row.modified_at, row.number, row.sku_id, row.group_id],
      read: (after, wanted) => this.#read(tenant, filter, after, wanted),
      count: () => this.#count(tenant, filter),
    });

    const limits = activityLimits(query);
    const { unreported } = await reportState(knex, tenant, query.today);
    const names = await this.#products.names();
    const partNumbers = await partNumbersOf(knex, tenant);
    const groupNames = await this.#groupNames(tenant, page.items);
    return {
      ...page,
      items: page.items.map(row => {
        const skuPartNumber = partNumbers.get(row.sku_id) ?? null;
        return {
          accountId: row.id,
          userPrincipalName: row.user_principal_name,
          accountName: row.display_name,
          department: row.department,
          enabled: Boolean(row.enabled),
          deleted: Boolean(row.deleted),
          skuId: row.sku_id,
          skuPartNumber,
          displayName: productName(names, row.sku_id, skuPartNumber),
          path: toPath(
            { ...row, group_name: groupNames.get(row.group_id) ?? null },
            limits,
            unreported,
          ),
          modifiedAt: row.modified_at,
        };
      }),
    };
  }

  async held(
    tenant: string,
    accountIds: string[],
    visible?: AccountCondition,
  ): Promise<Map<string, { account: AccountRef; paths: HeldPath[] }>> {
    const knex = this.#knex;
    const accounts = knex('accounts')
      .where({ 'accounts.tenant': tenant })
      .where(among(knex, 'accounts.id', accountIds));
    if (visible) {
      accounts.where(visibleTo(tenant, visible));
    }
    const owners = await accounts
      .clone()
      .select<
        Pick<AccountRow, 'id' | 'user_principal_name' | 'display_name'>[]
      >('id', 'user_principal_name', 'display_name');
    const rows = await accounts
      .join('assignments as s', 's.account', 'accounts.number')
      .orderBy(['s.sku_id', 's.group_id'])
      .select<HeldRow[]>(
        'accounts.id',
        's.sku_id',
        's.group_id',
        's.state',
        's.error',
        's.disabled_plans',
        's.assigned_at',
        's.last_activity_date',
      );
    const groupNames = await this.#groupNames(tenant, rows);
    const held = new Map(
      owners.map(row => [
        row.id,
        {
          account: {
            id: row.id,
            userPrincipalName: row.user_principal_name,
            displayName: row.display_name,
          },
          paths: Array.of<HeldPath>(),
        },
      ]),
    );
    for (const row of rows) {
      held.get(row.id)?.paths.push({
        skuId: row.sku_id,
        groupId: row.group_id || null,
        groupName: groupNames.get(row.group_id) ?? null,
        state: row.state,
        error: row.error,
        disabledPlans: parsePlans(row.disabled_plans),
        assignedAt: row.assigned_at,
        lastActivityDate: row.last_activity_date,
      });
    }
    return held;
  }

  #count(tenant: string, filter: Filter): Promise<number> {
    const { skuId, modifiedSince, visible } = filter;
    const knex = this.#knex;
    const ofSku = skuId && { 's.sku_id': skuId };
    return keptCountOf(
      this.#totals,
      tenant,
      modifiedSince || visible
        ? knex('accounts')
            .where(holding(knex, tenant, filter))
            .whereIn('deleted', [false, true])
            .join('assignments as s', 's.account', 'number')
            .where({ ...ofSku })
        : knex('assignments as s').where({
            's.tenant': tenant,
            ...ofSku,
          }),
    );
  }

  /**
   * In one statement, which sees everything as it is at one time: of two, the
   * second could see what an account became after the first, and a page that
   * reaches beyond it would skip the account.
   */
  async #read(
    tenant: string,
    filter: Filter,
    after: Position | undefined,
    wanted: number,
  ): Promise<ListedRow[]> {
    const knex = this.#knex;
    const { skuId } = filter;
    // Each is one range of an index. The first account after a position may
    // have no row left, every other one has some.
    const ranges = [false, true].flatMap(deleted =>
      rangesAfter(after).map(narrow =>
        knex.select('*').from(
          knex('accounts')
            .where(holding(knex, tenant, filter))
            .where({ deleted })
            .modify(narrow)
            .orderBy(['modified_at', 'number'])
            .limit(wanted + 1)
            .select(ACCOUNT_COLUMNS)
            .as('range'),
        ),
      ),
    );
    return knex
      .from(knex.unionAll(ranges).as('a'))
      .join('assignments as s', 's.account', 'a.number')
      .where({ ...(skuId && { 's.sku_id': skuId }) })
      .modify(query => {
        if (after) {
          query.whereRaw('(??, ??, ??, ??) > (?, ?, ?, ?)', [
            ...ORDER,
            ...after,
          ]);
        }
      })
      .orderBy(ORDER)
      .limit(wanted)
      .select<ListedRow[]>(
        'a.*',
        's.sku_id',
        's.group_id',
        's.state',
        's.error',
        's.disabled_plans',
        's.assigned_at',
        's.services',
        's.last_activity_date',
        's.assigned_on',
      );
  }

  async #groupNames(
    tenant: string,
    rows: Pick<ListedRow, 'group_id'>[],
  ): Promise<Map<string, string | null>> {
    const ids = [...new Set(rows.flatMap(row => row.group_id || []))];
    if (ids.length === 0) {
      return new Map();
    }
    const groups: { id: string; display_name: string | null }[] =
      await this.#knex('license_groups')
        .where({ tenant })
        .where(among(this.#knex, 'id', ids))
        .select('id', 'display_name');
    return new Map(groups.map(group => [group.id, group.display_name]));
  }
}
