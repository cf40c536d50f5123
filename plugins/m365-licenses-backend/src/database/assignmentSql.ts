import {
  SERVICES,
  type AssignmentStatus,
  type Service,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import type { ActivityLimits } from '../insights/activity';
import { BEST_FIRST } from '../insights/assignments';
import { observedPlans, observedServices } from '../insights/servicePlans';
import { SERVICE_BITS, SERVICE_COLUMNS, toMask } from './services';
import { greatest } from './sql';

const plansSchema = z.array(z.string());

/** A list of service plan ids as it is stored. */
export function parsePlans(plans: string): string[] {
  return plansSchema.parse(JSON.parse(plans));
}

/**
 * What decides which services of a SKU are observed, as `skus.observed_plans`
 * holds it. It stays the same when other service plans change, and is another
 * one when a later version of this plugin observes more: what was stored of the
 * SKU's assignments is out of date when this is.
 */
export function toObservedPlans(
  skuId: string,
  servicePlanIds: readonly string[],
): string {
  return JSON.stringify(
    observedPlans(skuId, servicePlanIds).map(id => ({
      id,
      mask: toMask(observedServices([id])),
    })),
  );
}

const observedPlansSchema = z.array(z.object({ id: z.string() }));

/**
 * The services of a license of which some service plans are disabled.
 *
 * @param stored - as `skus.observed_plans` holds it
 */
export function licenseServices(
  stored: string,
  disabledPlans: readonly string[],
): Service[] {
  const disabled = new Set(disabledPlans.map(id => id.toLowerCase()));
  return observedServices(
    observedPlansSchema
      .parse(JSON.parse(stored))
      .map(({ id }) => id)
      .filter(id => !disabled.has(id)),
  );
}

/**
 * The last activity in the services of a mask, as `assignments` holds it; null
 * where there is none.
 *
 * @param mask - the column of the mask
 * @param account - the row of `accounts`
 */
export function lastActivitySql(
  knex: Knex,
  mask: string,
  account: string,
): string {
  const dates = SERVICES.map(
    service =>
      `case when (${mask} & ${SERVICE_BITS[service]}) <> 0 then coalesce(${account}.${SERVICE_COLUMNS[service].date}, '') else '' end`,
  );
  return `nullif(${greatest(knex)}(${dates.join(', ')}), '')`;
}

/**
 * The place in {@link BEST_FIRST} of the status of a row of `assignments`, as
 * `assignmentStatus` gives it: the one place that says the rule in SQL, for
 * filters and counts.
 */
export function assignmentStatusSql(
  knex: Knex,
  limits: ActivityLimits,
  unreported: readonly Service[],
): Knex.Raw {
  const place = (status: AssignmentStatus) => BEST_FIRST.indexOf(status);
  return knex.raw(
    `case
      when services is null then ${place('unknown')}
      when services = 0 then ${place('notMeasurable')}
      when last_activity_date >= ? then ${place('active')}
      when (services & ${toMask(unreported)}) <> 0 then ${place('unknown')}
      when last_activity_date is not null then ${place('inactive')}
      when assigned_on >= ? then ${place('inGrace')}
      else ${place('neverActive')}
    end`,
    [limits.activeSince, limits.graceSince],
  );
}

/**
 * A condition on the rows of `assignments` of one SKU, grouped by account: the
 * license as a whole has this status.
 */
export function licenseStatusSql(
  knex: Knex,
  status: AssignmentStatus,
  limits: ActivityLimits,
  unreported: readonly Service[],
): Knex.Raw {
  return knex.raw(`min(?) = ${BEST_FIRST.indexOf(status)}`, [
    assignmentStatusSql(knex, limits, unreported),
  ]);
}
