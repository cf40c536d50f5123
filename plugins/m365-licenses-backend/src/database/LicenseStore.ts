import {
  ASSIGNMENT_STATUSES,
  type AssignmentStatus,
  type Service,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import type {
  GraphCapabilityStatus,
  GraphSku,
  GraphSubscription,
} from '../graph/types';
import { activityLimits, type ActivityLimits } from '../insights/activity';
import { BEST_FIRST } from '../insights/assignments';
import { productName } from '../insights/productNames';
import { reportState } from './accountRows';
import {
  assignmentStatusSql,
  lastActivitySql,
  licenseServices,
  parsePlans,
  toObservedPlans,
} from './assignmentSql';
import { toMask } from './services';
import { isoTime, takeTurn, writeRows } from './sql';
import type {
  ActivityThreshold,
  CapturedLicense,
  LicenseStore,
  ProductStore,
  StoredLicense,
  WriteCounts,
} from './types';
import type { Upkeep } from './Upkeep';

interface SkuRow {
  tenant: string;
  sku_id: string;
  sku_part_number: string;
  applies_to: 'User' | 'Company';
  status: GraphCapabilityStatus;
  service_plans: string;
  /** See `toObservedPlans`; null where stored by a version without it. */
  observed_plans: string | null;
  consumed: number;
  enabled: number;
  suspended: number;
  warning: number;
  locked_out: number;
  gone_at: string | null;
}

interface SubscriptionRow {
  tenant: string;
  id: string;
  sku_id: string;
  status: GraphCapabilityStatus;
  total_licenses: number;
  trial: boolean | 0 | 1;
  created_at: string | null;
  next_lifecycle_at: string | null;
}

interface TenantRow {
  tenant: string;
  skus_captured_at: string | null;
  subscriptions_captured_at: string | null;
}

function toSkuRow(tenant: string, sku: GraphSku): SkuRow {
  return {
    tenant,
    sku_id: sku.skuId,
    sku_part_number: sku.skuPartNumber,
    applies_to: sku.appliesTo,
    status: sku.capabilityStatus,
    service_plans: JSON.stringify(sku.servicePlans),
    observed_plans: toObservedPlans(
      sku.skuId,
      sku.servicePlans.map(({ servicePlanId }) => servicePlanId),
    ),
    consumed: sku.consumedUnits,
    enabled: sku.prepaidUnits.enabled,
    suspended: sku.prepaidUnits.suspended,
    warning: sku.prepaidUnits.warning,
    locked_out: sku.prepaidUnits.lockedOut,
    gone_at: null,
  };
}

function toSubscriptionRow(
  tenant: string,
  subscription: GraphSubscription,
): SubscriptionRow {
  return {
    tenant,
    id: subscription.id,
    sku_id: subscription.skuId,
    status: subscription.status,
    total_licenses: subscription.totalLicenses,
    trial: subscription.isTrial,
    created_at: isoTime(subscription.createdDateTime),
    next_lifecycle_at: isoTime(subscription.nextLifecycleDateTime),
  };
}

/** Rows by key, the last of equal ones. */
function byKey<Row>(rows: Row[], key: (row: Row) => string): Map<string, Row> {
  return new Map(rows.map(row => [key(row), row]));
}

/** Whether two rows hold the same values; booleans are 0 and 1 on SQLite. */
function isSame<Row extends object>(a: Row, b: Row): boolean {
  const entries = Object.entries(b);
  const before = new Map(Object.entries(a));
  return entries.every(([name, value]) =>
    typeof value === 'boolean'
      ? Boolean(before.get(name)) === value
      : before.get(name) === value,
  );
}

/** SKUs and subscriptions in `skus` and `subscriptions`. */
export class DatabaseLicenseStore implements LicenseStore {
  readonly #knex: Knex;
  readonly #upkeep: Upkeep;
  readonly #products: Pick<ProductStore, 'names'>;

  constructor(
    knex: Knex,
    upkeep: Upkeep,
    products: Pick<ProductStore, 'names'>,
  ) {
    this.#knex = knex;
    this.#upkeep = upkeep;
    this.#products = products;
  }

  async store(
    tenant: string,
    captured: { skus: GraphSku[]; subscriptions?: GraphSubscription[] },
    at: Date,
  ): Promise<WriteCounts & { gone: number }> {
    const time = at.toISOString();
    const counted = await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const counts = { added: 0, changed: 0, unchanged: 0, gone: 0 };
      const count = (before: object | undefined, now: object) => {
        if (before && isSame(before, now)) {
          counts.unchanged += 1;
          return false;
        }
        counts[before ? 'changed' : 'added'] += 1;
        return true;
      };

      const skus = byKey(
        captured.skus.map(sku => toSkuRow(tenant, sku)),
        row => row.sku_id,
      );
      const knownSkus = byKey(
        await transaction<SkuRow>('skus').where({ tenant }).select('*'),
        row => row.sku_id,
      );
      for (const row of skus.values()) {
        const before = knownSkus.get(row.sku_id);
        if (count(before, row)) {
          await transaction('skus')
            .insert(row)
            .onConflict(['tenant', 'sku_id'])
            .merge();
        }
        if (before?.observed_plans !== row.observed_plans) {
          await this.#storeServices(transaction, tenant, row);
        }
      }
      for (const row of knownSkus.values()) {
        if (!skus.has(row.sku_id) && row.gone_at === null) {
          counts.gone += 1;
          await transaction<SkuRow>('skus')
            .where({ tenant, sku_id: row.sku_id })
            .update({
              status: 'Deleted',
              consumed: 0,
              enabled: 0,
              suspended: 0,
              warning: 0,
              locked_out: 0,
              gone_at: time,
            });
        }
      }

      if (captured.subscriptions) {
        const subscriptions = byKey(
          captured.subscriptions.map(each => toSubscriptionRow(tenant, each)),
          row => row.id,
        );
        const knownSubscriptions = byKey(
          await transaction<SubscriptionRow>('subscriptions')
            .where({ tenant })
            .select('*'),
          row => row.id,
        );
        for (const row of subscriptions.values()) {
          if (count(knownSubscriptions.get(row.id), row)) {
            await transaction('subscriptions')
              .insert(row)
              .onConflict(['tenant', 'id'])
              .merge();
          }
        }
        for (const { id } of knownSubscriptions.values()) {
          if (!subscriptions.has(id)) {
            await transaction('subscriptions').where({ tenant, id }).delete();
          }
        }
      }

      await transaction<TenantRow>('tenants')
        .where({ tenant })
        .update({
          skus_captured_at: time,
          ...(captured.subscriptions && { subscriptions_captured_at: time }),
        });
      return counts;
    });
    await this.#upkeep.run();
    return counted;
  }

  /** What the assignments of a SKU have to say of its services. */
  async #storeServices(
    transaction: Knex.Transaction,
    tenant: string,
    sku: SkuRow,
  ): Promise<void> {
    const held = z
      .array(z.object({ disabled_plans: z.string(), count: z.coerce.number() }))
      .parse(
        await transaction('assignments')
          .where({ tenant, sku_id: sku.sku_id })
          .groupBy('disabled_plans')
          .select('disabled_plans')
          .count({ count: '*' }),
      );
    if (held.length === 0) {
      return;
    }
    const observedPlans = sku.observed_plans ?? '[]';
    await writeRows(
      transaction,
      {
        tenant: 'text',
        sku_id: 'text',
        disabled_plans: 'text',
        services: 'integer',
      },
      held.map(({ disabled_plans }) => ({
        tenant,
        sku_id: sku.sku_id,
        disabled_plans,
        services: toMask(
          licenseServices(observedPlans, parsePlans(disabled_plans)),
        ),
      })),
      source => `update assignments set services = r.services,
          last_activity_date = ${lastActivitySql(
            transaction,
            'r.services',
            'a',
          )}
        from accounts as a, ${source}
        where assignments.tenant = r.tenant
          and assignments.sku_id = r.sku_id
          and assignments.disabled_plans = r.disabled_plans
          and assignments.services is distinct from r.services
          and a.number = assignments.account`,
    );
    this.#upkeep.wrote(held.reduce((total, { count }) => total + count, 0));
  }

  async list(
    tenant: string,
    threshold: ActivityThreshold,
    skuId?: string,
  ): Promise<StoredLicense[]> {
    const limits = activityLimits(threshold);
    const { unreported } = await reportState(
      this.#knex,
      tenant,
      threshold.today,
    );
    const licenses: StoredLicense[] = [];
    // One range of an index each.
    for (const license of await this.captured(tenant)) {
      if (skuId !== undefined && license.skuId !== skuId) {
        continue;
      }
      licenses.push({
        ...license,
        statuses: await this.#statuses(
          tenant,
          license.skuId,
          limits,
          unreported,
        ),
      });
    }
    return licenses;
  }

  /** Accounts present in the tenant that hold a SKU, each counted once. */
  async #statuses(
    tenant: string,
    skuId: string,
    limits: ActivityLimits,
    unreported: readonly Service[],
  ): Promise<{ status: AssignmentStatus; accounts: number }[]> {
    const knex = this.#knex;
    const rows = z
      .array(z.object({ place: z.number(), count: z.coerce.number() }))
      .parse(
        await knex
          .from(
            knex('assignments')
              .where({ tenant, sku_id: skuId })
              .whereExists(present =>
                present
                  .from('accounts')
                  .where({ tenant, deleted: false })
                  .where('number', knex.ref('assignments.account'))
                  .select(knex.raw('1')),
              )
              .groupBy('account')
              .select({
                place: knex.raw('min(?)', [
                  assignmentStatusSql(knex, limits, unreported),
                ]),
              })
              .as('held'),
          )
          .groupBy('place')
          .select('place')
          .count({ count: '*' }),
      );
    const counts = new Map(
      rows.map(({ place, count }) => [BEST_FIRST[place], count]),
    );
    return ASSIGNMENT_STATUSES.map(status => ({
      status,
      accounts: counts.get(status) ?? 0,
    }));
  }

  async captured(tenant: string): Promise<CapturedLicense[]> {
    const captured = await this.#knex<TenantRow>('tenants')
      .where({ tenant })
      .first();
    const skus = await this.#knex<SkuRow>('skus').where({ tenant });
    const names = await this.#products.names();
    const subscriptions = await this.#knex<SubscriptionRow>('subscriptions')
      .where({ tenant })
      .orderBy(['created_at', 'id']);
    return skus.map(sku => {
      const own = subscriptions
        .filter(subscription => subscription.sku_id === sku.sku_id)
        .map(subscription => ({
          id: subscription.id,
          status: subscription.status,
          totalLicenses: subscription.total_licenses,
          trial: Boolean(subscription.trial),
          startedAt: subscription.created_at,
          nextLifecycleAt: subscription.next_lifecycle_at,
        }));
      return {
        skuId: sku.sku_id,
        skuPartNumber: sku.sku_part_number,
        displayName: productName(names, sku.sku_id, sku.sku_part_number),
        appliesTo: sku.applies_to,
        status: sku.status,
        bought: sku.enabled,
        assigned: sku.consumed,
        unassigned: sku.enabled - sku.consumed,
        suspended: sku.suspended,
        warning: sku.warning,
        lockedOut: sku.locked_out,
        trial: captured?.subscriptions_captured_at
          ? own.some(({ trial }) => trial)
          : null,
        subscriptions: own,
        services: licenseServices(sku.observed_plans ?? '[]', []),
        capturedAt: sku.gone_at ?? captured?.skus_captured_at ?? '',
      };
    });
  }
}
