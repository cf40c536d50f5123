import {
  CANDIDATE_REASONS,
  type PolicyInput,
  type PolicyState,
  type QuietHours,
  type ReclamationMode,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { z } from 'zod/v3';
import type { PolicyRun, PolicyStore, StoredPolicy } from './types';

interface PolicyRow {
  id: string;
  tenant: string;
  name: string;
  /** JSON. */
  reasons: string;
  /** JSON. */
  sku_ids: string;
  department: string | null;
  group_ref: string | null;
  mode: ReclamationMode;
  every_days: number;
  max_items: number;
  /** JSON. */
  quiet_hours: string | null;
  state: PolicyState;
  dry_runs: number;
  created_by: string;
  created_at: string;
  updated_by: string;
  updated_at: string;
  switched_on_by: string | null;
  switched_on_at: string | null;
  ended_at: string | null;
  run_id: string | null;
  due_at: string | null;
  next_run_at: string | null;
  last_run_at: string | null;
  last_run_message: string | null;
  last_run_reclamation_id: string | null;
}

const reasonsSchema = z.array(z.enum(CANDIDATE_REASONS));
const skuIdsSchema = z.array(z.string());
const quietHoursSchema = z.object({
  from: z.string(),
  to: z.string(),
  timeZone: z.string(),
  weekends: z.boolean(),
});

function toQuietHours(json: string | null): QuietHours | null {
  return json === null ? null : quietHoursSchema.parse(JSON.parse(json));
}

function toPolicy(row: PolicyRow): StoredPolicy {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    reasons: reasonsSchema.parse(JSON.parse(row.reasons)),
    skuIds: skuIdsSchema.parse(JSON.parse(row.sku_ids)),
    department: row.department,
    group: row.group_ref,
    mode: row.mode,
    everyDays: row.every_days,
    maxItems: row.max_items,
    quietHours: toQuietHours(row.quiet_hours),
    state: row.state,
    dryRuns: row.dry_runs,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedBy: row.updated_by,
    updatedAt: row.updated_at,
    switchedOnBy: row.switched_on_by,
    switchedOnAt: row.switched_on_at,
    nextRunAt: row.next_run_at,
    lastRun:
      row.last_run_at === null
        ? null
        : {
            at: row.last_run_at,
            message: row.last_run_message ?? '',
            reclamationId: row.last_run_reclamation_id,
          },
  };
}

function columnsOf(policy: PolicyInput) {
  return {
    name: policy.name,
    reasons: JSON.stringify(policy.reasons),
    sku_ids: JSON.stringify(policy.skuIds),
    department: policy.department,
    group_ref: policy.group,
    mode: policy.mode,
    every_days: policy.everyDays,
    max_items: policy.maxItems,
    quiet_hours: policy.quietHours && JSON.stringify(policy.quietHours),
  };
}

/** A run of its own, due at a time. */
function runAt(at: Date) {
  const time = at.toISOString();
  return { run_id: randomUUID(), due_at: time, next_run_at: time };
}

const NO_RUN = { run_id: null, due_at: null, next_run_at: null };

/** What makes a policy dry: nothing of what it did before counts. */
function dryAt(at: Date) {
  return {
    state: 'dry' as const,
    dry_runs: 0,
    switched_on_by: null,
    switched_on_at: null,
    ...runAt(at),
  };
}

/** Policies in `policies`. */
export class DatabasePolicyStore implements PolicyStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async list(tenant: string): Promise<StoredPolicy[]> {
    const rows = await this.#rows({ tenant });
    return rows
      .map(toPolicy)
      .sort(
        (left, right) =>
          left.name.localeCompare(right.name, 'en') ||
          (left.id < right.id ? -1 : 1),
      );
  }

  async get(tenant: string, id: string): Promise<StoredPolicy | undefined> {
    const row = await this.#rows({ tenant, id }).first();
    return row && toPolicy(row);
  }

  async quietHours(tenant: string, id: string): Promise<QuietHours | null> {
    const row = await this.#knex<PolicyRow>('policies')
      .where({ tenant, id })
      .first('quiet_hours');
    return toQuietHours(row?.quiet_hours ?? null);
  }

  async create(
    tenant: string,
    policy: PolicyInput,
    { createdBy, at }: { createdBy: string; at: Date },
  ): Promise<StoredPolicy> {
    const row: PolicyRow = {
      id: randomUUID(),
      tenant,
      ...columnsOf(policy),
      ...dryAt(at),
      created_by: createdBy,
      created_at: at.toISOString(),
      updated_by: createdBy,
      updated_at: at.toISOString(),
      ended_at: null,
      last_run_at: null,
      last_run_message: null,
      last_run_reclamation_id: null,
    };
    await this.#knex<PolicyRow>('policies').insert(row);
    return toPolicy(row);
  }

  async update(
    tenant: string,
    id: string,
    policy: PolicyInput,
    { updatedBy, at }: { updatedBy: string; at: Date },
  ): Promise<StoredPolicy | undefined> {
    await this.#rows({ tenant, id }).update({
      ...columnsOf(policy),
      ...dryAt(at),
      updated_by: updatedBy,
      updated_at: at.toISOString(),
    });
    return this.get(tenant, id);
  }

  async end(
    tenant: string,
    id: string,
    at: Date,
  ): Promise<StoredPolicy | undefined> {
    const policy = await this.get(tenant, id);
    const ended = await this.#rows({ tenant, id }).update({
      ended_at: at.toISOString(),
      ...NO_RUN,
    });
    return ended === 1 ? policy : undefined;
  }

  async setState(
    { id, tenant, updatedAt, state: before }: StoredPolicy,
    state: PolicyState,
    { by, at }: { by: string; at: Date },
  ): Promise<boolean> {
    const isOn = state === 'on';
    const changed = await this.#rows({ tenant, id })
      .where({ updated_at: updatedAt, state: before })
      .update({
        state,
        switched_on_by: isOn ? by : null,
        switched_on_at: isOn ? at.toISOString() : null,
        ...(before === 'off' && runAt(at)),
        // At the same time, and not the one that may have begun.
        run_id: randomUUID(),
        ...(state === 'off' && NO_RUN),
      });
    return changed === 1;
  }

  async runNow(
    tenant: string,
    id: string,
    at: Date,
  ): Promise<PolicyRun | undefined> {
    // A run that is due already stays the same one: it may have begun.
    await this.#rows({ tenant, id })
      .where('due_at', '>', at.toISOString())
      .update(runAt(at));
    const row = await this.#rows({ tenant, id }).first();
    return row && toRun(row);
  }

  async due(tenant: string, at: Date): Promise<PolicyRun[]> {
    const rows = await this.#rows({ tenant })
      .where('next_run_at', '<=', at.toISOString())
      .orderBy(['next_run_at', 'id']);
    return rows.flatMap(row => toRun(row) ?? []);
  }

  async wait(
    { runId }: PolicyRun,
    { message, until }: { message: string; until: Date },
    at: Date,
  ): Promise<void> {
    await this.#run(runId).update({
      next_run_at: until.toISOString(),
      last_run_at: at.toISOString(),
      last_run_message: message,
      last_run_reclamation_id: null,
    });
  }

  async finish(
    { policy, runId }: PolicyRun,
    end: { message: string; reclamationId: string | null; nextDueAt: Date },
    at: Date,
  ): Promise<void> {
    await this.#run(runId).update({
      ...runAt(end.nextDueAt),
      ...(policy.state === 'dry' && { dry_runs: policy.dryRuns + 1 }),
      last_run_at: at.toISOString(),
      last_run_message: end.message,
      last_run_reclamation_id: end.reclamationId,
    });
  }

  #run(runId: string) {
    return this.#knex<PolicyRow>('policies').where({ run_id: runId });
  }

  /** Those that were not ended. */
  #rows(where: Partial<Pick<PolicyRow, 'id' | 'tenant'>>) {
    return this.#knex<PolicyRow>('policies').where(where).whereNull('ended_at');
  }
}

/** The run of a policy, where it has one. */
function toRun(row: PolicyRow): PolicyRun | undefined {
  return row.run_id === null || row.due_at === null
    ? undefined
    : { policy: toPolicy(row), runId: row.run_id, dueAt: row.due_at };
}
