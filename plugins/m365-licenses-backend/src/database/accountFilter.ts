import type { UserType } from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { fold, startsWith } from './sql';
import type { AccountCondition } from './types';

/** Columns that a search text is compared with. */
export const SEARCHED = [
  'display_name_key',
  'surname_key',
  'principal_name_key',
  'email_key',
];

/**
 * How many accounts make a list a long one. Pages of a long one are read faster
 * by going through all accounts in the order of the list and looking at each
 * than by finding all that match and sorting them; both take about as long for
 * so many in a tenant of 100,000.
 */
export const LONG_LIST = 1_500;

/** What the lists of accounts and of their activity filter by alike. */
export interface CommonFilter {
  /** Present and deleted ones where it is left out. */
  deleted?: boolean;
  text?: string;
  skuId?: string;
  /** Of the assignments of `skuId`, grouped by account. */
  held?: Knex.Raw;
  department?: string;
  /** Entity refs of catalog groups. */
  groups?: string[];
  enabled?: boolean;
  userType?: UserType;
  visible?: AccountCondition;
  /** Whether to look at each account whether it holds a product or is in a group. */
  isEachLookedAt?: boolean;
}

/**
 * Narrows a query on `accounts` to those that match a permission's conditions.
 * Each condition is true or false, never unknown, so that "not" means the
 * opposite of it.
 *
 * @param options.isEachLookedAt - as of {@link CommonFilter}
 */
export function visibleTo(
  tenant: string,
  condition: AccountCondition,
  options: Pick<CommonFilter, 'isEachLookedAt'> = {},
) {
  const to = (each: AccountCondition) => visibleTo(tenant, each, options);
  return (query: Knex.QueryBuilder): void => {
    if ('allOf' in condition) {
      query.whereRaw('1 = 1');
      condition.allOf.forEach(each => query.andWhere(to(each)));
    } else if ('anyOf' in condition) {
      query.whereRaw('1 = 0');
      condition.anyOf.forEach(each => query.orWhere(to(each)));
    } else if ('not' in condition) {
      query.whereNot(to(condition.not));
    } else if ('groups' in condition) {
      query.where(
        inGroups(tenant, condition.groups, {
          account: 'accounts.number',
          ...options,
        }),
      );
    } else if ('id' in condition) {
      query.whereIn('accounts.id', condition.id);
    } else if ('department' in condition) {
      query
        .whereNotNull('department')
        .whereIn('department_key', condition.department.map(fold))
        .whereIn('department', condition.department);
    } else if ('country' in condition) {
      query.whereNotNull('country').whereIn('country', condition.country);
    } else {
      query.whereIn(
        'principal_name_key',
        condition.userPrincipalName.map(fold),
      );
    }
  };
}

/** Narrows a query on `accounts` to a tenant; both values, so that indexes serve. */
function ofTenant(tenant: string, deleted: boolean | undefined) {
  return (query: Knex.QueryBuilder): void => {
    if (deleted === undefined) {
      query.where({ tenant }).whereIn('deleted', [false, true]);
    } else {
      query.where({ tenant, deleted });
    }
  };
}

interface RowsOptions {
  /** The column that has the account's number in the query that is narrowed. */
  account: 'accounts.number' | 'candidates.account';
  /** As of {@link CommonFilter}. */
  isEachLookedAt?: boolean;
  /** A condition on an account's rows together. */
  having?: Knex.Raw;
}

/**
 * Narrows a query to accounts that have rows in a table.
 *
 * @param rows - narrows the table to the rows that count
 */
function withRows(
  table: 'assignments' | 'catalog_members',
  rows: (query: Knex.QueryBuilder) => void,
  { account, isEachLookedAt, having }: RowsOptions,
) {
  const owner = `${table}.account`;
  return (query: Knex.QueryBuilder): void => {
    if (isEachLookedAt) {
      query.whereExists(found => {
        found
          .from(table)
          .where(rows)
          .whereRaw('?? = ??', [owner, account])
          .groupBy(owner)
          .select(owner);
        // Grouped rows are not taken for a join, which would sort all of them.
        if (having) {
          found.having(having);
        } else {
          found.havingRaw('count(*) > 0');
        }
      });
    } else {
      query.whereIn(account, found => {
        found.from(table).where(rows).select(owner);
        if (having) {
          found.groupBy(owner).having(having);
        }
      });
    }
  };
}

/** Narrows a query to accounts that are members of any of these catalog groups. */
export function inGroups(
  tenant: string,
  groups: string[],
  options: Omit<RowsOptions, 'having'>,
) {
  return withRows(
    'catalog_members',
    members => members.where({ tenant }).whereIn('group_ref', groups),
    options,
  );
}

/** Narrows a query on `accounts` to those of a tenant that match a filter. */
export function matching(tenant: string, filter: CommonFilter) {
  return (query: Knex.QueryBuilder): void => {
    const { deleted } = filter;
    query.where(ofTenant(tenant, deleted));
    if (filter.enabled !== undefined) {
      query.where('enabled', filter.enabled);
    }
    if (filter.userType) {
      query.where('user_type', filter.userType);
    }
    if (filter.department !== undefined) {
      query.where('department_key', fold(filter.department));
    }
    const { groups, skuId, held, text, visible, isEachLookedAt } = filter;
    const account = 'accounts.number';
    if (groups) {
      query.where(inGroups(tenant, groups, { account, isEachLookedAt }));
    }
    if (skuId) {
      query.where(
        withRows(
          'assignments',
          paths => paths.where({ tenant, sku_id: skuId }),
          { account, isEachLookedAt, having: held },
        ),
      );
    }
    if (text) {
      // A union, so that each column's own index is read.
      query.whereIn('number', found =>
        found.unionAll(
          SEARCHED.map(
            column => (select: Knex.QueryBuilder) =>
              select
                .from('accounts')
                .where(ofTenant(tenant, deleted))
                .where(startsWith(column, fold(text)))
                .select('number'),
          ),
        ),
      );
    }
    if (visible) {
      query.where(visibleTo(tenant, visible, { isEachLookedAt }));
    }
  };
}
