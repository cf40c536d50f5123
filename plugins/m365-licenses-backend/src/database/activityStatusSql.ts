import type {
  ActivityStatus,
  ServiceActivityStatus,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import type { ActivityLimits } from '../insights/activity';

/**
 * A condition on `accounts` that holds where `activityStatus` gives this
 * status: the one place that says the rule in SQL, for filters and counts.
 */
export function accountStatusSql(
  knex: Knex,
  status: ActivityStatus,
  limits: ActivityLimits,
  hasReports: boolean,
): Knex.Raw {
  const unused = 'last_activity_date is null and licensed =';
  const never = knex.raw('1 = 0');
  switch (status) {
    case 'active':
      return knex.raw('last_activity_date >= ?', [limits.activeSince]);
    case 'inactive':
      return knex.raw('last_activity_date < ?', [limits.activeSince]);
    case 'unlicensed':
      return knex.raw(`${unused} ?`, [false]);
    case 'unknown':
      return hasReports ? never : knex.raw(`${unused} ?`, [true]);
    case 'inGrace':
      return hasReports
        ? knex.raw(`${unused} ? and licensed_since >= ?`, [
            true,
            limits.graceSince,
          ])
        : never;
    default:
      return hasReports
        ? knex.raw(`${unused} ? and coalesce(licensed_since, '') < ?`, [
            true,
            limits.graceSince,
          ])
        : never;
  }
}

/** As {@link accountStatusSql}, for `serviceActivityStatus` of a date column. */
export function serviceStatusSql(
  knex: Knex,
  status: ServiceActivityStatus,
  column: string,
  limits: ActivityLimits,
): Knex.Raw {
  switch (status) {
    case 'active':
      return knex.raw('?? >= ?', [column, limits.activeSince]);
    case 'inactive':
      return knex.raw('?? < ?', [column, limits.activeSince]);
    default:
      return knex.raw('?? is null', [column]);
  }
}
