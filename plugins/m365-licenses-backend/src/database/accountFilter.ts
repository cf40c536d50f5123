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
}

/**
 * Narrows to accounts that match a permission's conditions. Each condition is
 * true or false, never unknown, so that "not" means the opposite of it.
 */
export function visibleTo(condition: AccountCondition) {
  return (query: Knex.QueryBuilder): void => {
    if ('allOf' in condition) {
      query.whereRaw('1 = 1');
      condition.allOf.forEach(each => query.andWhere(visibleTo(each)));
    } else if ('anyOf' in condition) {
      query.whereRaw('1 = 0');
      condition.anyOf.forEach(each => query.orWhere(visibleTo(each)));
    } else if ('not' in condition) {
      query.whereNot(visibleTo(condition.not));
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
    const { groups, skuId, held, text, visible } = filter;
    if (groups) {
      query.whereIn('number', members =>
        members
          .from('catalog_members')
          .where({ tenant })
          .whereIn('group_ref', groups)
          .select('account'),
      );
    }
    if (skuId) {
      query.whereIn('number', holders => {
        holders
          .from('assignments')
          .where({ tenant, sku_id: skuId })
          .select('account');
        if (held) {
          holders.groupBy('account').having(held);
        }
      });
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
      query.where(visibleTo(visible));
    }
  };
}
