import {
  ASSIGNMENT_STATUSES,
  type LicenseInput,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import type {
  GraphCapabilityStatus,
  GraphSku,
  GraphSubscription,
} from '../graph/types';
import { productName } from '../insights/productNames';
import {
  lastActivitySql,
  licenseServices,
  parsePlans,
  toObservedPlans,
} from './assignmentSql';
import { toMask } from './services';
import { isoTime, takeTurn, timeOfChange, writeRows } from './sql';
import type {
  CapturedLicense,
  EvaluationStore,
  LicenseStore,
  ProductStore,
  SkuPlans,
  StoredLicense,
  UsedSeats,
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

interface EnteredRow {
  tenant: string;
  sku_id: string;
  display_name: string | null;
  applies_to: 'User' | 'Company' | null;
  bought: number | null;
  updated_at: string;
  updated_by: string;
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

const servicePlansSchema = z.array(
  z.object({
    servicePlanId: z.string(),
    servicePlanName: z.string(),
    // Absent where stored by a version without it.
    appliesTo: z.enum(['User', 'Company']).nullish(),
  }),
);

/** The plans of `skus.service_plans` that Microsoft does not give to the company. */
function plansOfPeople(
  stored: string,
  names: ReadonlyMap<string, string>,
): SkuPlans['plans'] {
  return servicePlansSchema
    .parse(JSON.parse(stored))
    .filter(({ appliesTo }) => appliesTo !== 'Company')
    .map(({ servicePlanId, servicePlanName }) => {
      const id = servicePlanId.toLowerCase();
      return { id, name: names.get(id) ?? servicePlanName };
    });
}

/** What the seats of a SKU are. */
const SEAT_COLUMNS = [
  'status',
  'consumed',
  'enabled',
  'suspended',
  'warning',
  'locked_out',
] as const satisfies readonly (keyof SkuRow)[];

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

/** With what people entered in place of what was captured (rule 10). */
function withEntered(
  license: CapturedLicense,
  row: EnteredRow | undefined,
): CapturedLicense {
  if (!row) {
    return license;
  }
  const { displayName, appliesTo, bought } = license;
  const counted = row.bought ?? bought;
  return {
    ...license,
    displayName: row.display_name ?? displayName,
    appliesTo: row.applies_to ?? appliesTo,
    bought: counted,
    unassigned: counted - license.assigned,
    entered: {
      displayName: row.display_name,
      appliesTo: row.applies_to,
      bought: row.bought,
      captured: { displayName, appliesTo, bought },
      by: row.updated_by,
      at: row.updated_at,
    },
  };
}

/** Every status in its usual order, those that nobody has included. */
function toStatuses(seats: UsedSeats[]): StoredLicense['statuses'] {
  return ASSIGNMENT_STATUSES.map(status => ({
    status,
    accounts: seats.find(each => each.status === status)?.accounts ?? 0,
  }));
}

/** SKUs and subscriptions in `skus` and `subscriptions`. */
export class DatabaseLicenseStore implements LicenseStore {
  readonly #knex: Knex;
  readonly #upkeep: Upkeep;
  readonly #evaluation: Pick<EvaluationStore, 'counts'>;
  readonly #products: Pick<ProductStore, 'names' | 'servicePlanNames'>;
  readonly #enteredFor: ReadonlySet<string>;

  /**
   * @param options.enteredFor - the tenants of which what people entered counts
   */
  constructor(
    knex: Knex,
    options: {
      upkeep: Upkeep;
      evaluation: Pick<EvaluationStore, 'counts'>;
      products: Pick<ProductStore, 'names' | 'servicePlanNames'>;
      enteredFor: ReadonlySet<string>;
    },
  ) {
    this.#knex = knex;
    this.#upkeep = options.upkeep;
    this.#evaluation = options.evaluation;
    this.#products = options.products;
    this.#enteredFor = options.enteredFor;
  }

  async store(
    tenant: string,
    captured: { skus: GraphSku[]; subscriptions?: GraphSubscription[] },
    at: Date,
  ): Promise<WriteCounts & { gone: number; seatsChanged: string[] }> {
    const time = at.toISOString();
    const counted = await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const counts = { added: 0, changed: 0, unchanged: 0, gone: 0 };
      const seatsChanged: string[] = [];
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
        if (!before || SEAT_COLUMNS.some(name => before[name] !== row[name])) {
          seatsChanged.push(row.sku_id);
        }
        if (before?.observed_plans !== row.observed_plans) {
          await this.#storeServices(transaction, tenant, row, at);
        }
      }
      for (const row of knownSkus.values()) {
        if (!skus.has(row.sku_id) && row.gone_at === null) {
          counts.gone += 1;
          seatsChanged.push(row.sku_id);
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
      return { ...counts, seatsChanged };
    });
    await this.#upkeep.run();
    return counted;
  }

  /** What the assignments of a SKU have to say of its services. */
  async #storeServices(
    transaction: Knex.Transaction,
    tenant: string,
    sku: SkuRow,
    at: Date,
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
    const modifiedAt = await timeOfChange(transaction, tenant, at);
    const write = (statement: (source: string) => string) =>
      writeRows(
        transaction,
        {
          tenant: 'text',
          sku_id: 'text',
          disabled_plans: 'text',
          services: 'integer',
          modified_at: 'text',
        },
        held.map(({ disabled_plans }) => ({
          tenant,
          sku_id: sku.sku_id,
          disabled_plans,
          services: toMask(
            licenseServices(observedPlans, parsePlans(disabled_plans)),
          ),
          modified_at: modifiedAt,
        })),
        statement,
      );
    const outdated = `assignments.tenant = r.tenant
          and assignments.sku_id = r.sku_id
          and assignments.disabled_plans = r.disabled_plans
          and assignments.services is distinct from r.services`;
    await write(
      source => `update accounts set modified_at = r.modified_at
        from assignments, ${source}
        where ${outdated} and accounts.number = assignments.account`,
    );
    await write(
      source => `update assignments set services = r.services,
          last_activity_date = ${lastActivitySql(
            transaction,
            'r.services',
            'a',
          )}
        from accounts as a, ${source}
        where ${outdated} and a.number = assignments.account`,
    );
    this.#upkeep.wrote(
      held.reduce((total, { count }) => total + count, 0),
      'assignments',
    );
  }

  async list(tenant: string, skuId?: string): Promise<StoredLicense[]> {
    const counts = new Map(
      (
        await this.#evaluation.counts(
          tenant,
          'sku',
          skuId === undefined ? undefined : [skuId],
        )
      ).map(({ value, seats }) => [value, seats]),
    );
    return (await this.captured(tenant))
      .filter(license => skuId === undefined || license.skuId === skuId)
      .map(license => ({
        ...license,
        statuses: toStatuses(counts.get(license.skuId) ?? []),
      }));
  }

  async servicePlans(tenant: string): Promise<SkuPlans[]> {
    const stored: Pick<SkuRow, 'sku_id' | 'service_plans'>[] =
      await this.#knex<SkuRow>('skus')
        .where({ tenant })
        .select('sku_id', 'service_plans');
    const plans = new Map(stored.map(row => [row.sku_id, row.service_plans]));
    const names = await this.#products.servicePlanNames();
    return (await this.captured(tenant)).map(
      ({ skuId, displayName, status }) => ({
        skuId,
        displayName,
        status,
        plans: plansOfPeople(plans.get(skuId) ?? '[]', names),
      }),
    );
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
    const entered = this.#enteredFor.has(tenant)
      ? byKey(
          await this.#knex<EnteredRow>('entered_licenses').where({ tenant }),
          row => row.sku_id,
        )
      : undefined;
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
      const license: CapturedLicense = {
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
        entered: null,
      };
      return withEntered(license, entered?.get(sku.sku_id));
    });
  }

  async enter(
    tenant: string,
    skuId: string,
    { displayName, appliesTo, bought }: LicenseInput,
    by: { updatedBy: string; at: Date },
  ): Promise<void> {
    const row = { tenant, sku_id: skuId };
    const rows = this.#knex<EnteredRow>('entered_licenses');
    if (displayName === null && appliesTo === null && bought === null) {
      await rows.where(row).delete();
      return;
    }
    await rows
      .insert({
        ...row,
        display_name: displayName,
        applies_to: appliesTo,
        bought,
        updated_at: by.at.toISOString(),
        updated_by: by.updatedBy,
      })
      .onConflict(['tenant', 'sku_id'])
      .merge();
  }
}
