import type { ReclamationOutcome } from 'backstage-plugin-m365-licenses-common';
import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { readPage } from './paging';
import { among, countOf } from './sql';
import type {
  PageOf,
  PageRequest,
  ReclamationStore,
  StoredReclamation,
  StoredReclamationItem,
} from './types';

interface ReclamationRow {
  id: string;
  tenant: string;
  user_id: string;
  user_principal_name: string;
  display_name: string;
  reason: string;
  created_by: string;
  created_at: string;
  finished_at: string | null;
  idempotency_key: string | null;
  request_hash: string | null;
  claimed_by: string | null;
  claimed_at: string | null;
}

interface ItemRow {
  id: string;
  reclamation_id: string;
  position: number;
  sku_id: string;
  path: string;
  outcome: ReclamationOutcome;
  message: string;
  request_id: string | null;
  started_at: string | null;
  finished_at: string | null;
}

const pathSchema: z.ZodType<StoredReclamationItem['path']> = z.object({
  skuId: z.string(),
  disabledPlans: z.array(z.string()),
  state: z.string(),
  error: z.string().nullable(),
  groupId: z.string().nullable(),
  groupName: z.string().nullable(),
  assignedAt: z.string().nullable(),
});

function toItem(row: ItemRow): StoredReclamationItem {
  return {
    id: row.id,
    skuId: row.sku_id,
    path: pathSchema.parse(JSON.parse(row.path)),
    outcome: row.outcome,
    message: row.message,
    requestId: row.request_id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

function toReclamation(
  row: ReclamationRow,
  items: StoredReclamationItem[],
): StoredReclamation {
  return {
    id: row.id,
    tenant: row.tenant,
    user: {
      id: row.user_id,
      userPrincipalName: row.user_principal_name,
      displayName: row.display_name,
    },
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    items,
  };
}

/** Plans and outcomes in `reclamations` and `reclamation_items`. */
export class DatabaseReclamationStore implements ReclamationStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async create(
    plan: StoredReclamation,
    idempotency?: { key: string; requestHash: string },
  ): Promise<{ reclamation: StoredReclamation; created: boolean }> {
    const created = await this.#knex.transaction(async transaction => {
      // A second request with the key waits here until the first has ended.
      const inserted = await transaction('reclamations')
        .insert({
          id: plan.id,
          tenant: plan.tenant,
          user_id: plan.user.id,
          user_principal_name: plan.user.userPrincipalName,
          display_name: plan.user.displayName,
          reason: plan.reason,
          created_by: plan.createdBy,
          created_at: plan.createdAt,
          finished_at: plan.finishedAt,
          idempotency_key: idempotency?.key ?? null,
          request_hash: idempotency?.requestHash ?? null,
        })
        .onConflict(['created_by', 'idempotency_key'])
        .ignore()
        .returning('id');
      if (inserted.length === 0) {
        return false;
      }
      for (const [position, item] of plan.items.entries()) {
        await transaction('reclamation_items').insert({
          id: item.id,
          reclamation_id: plan.id,
          position,
          sku_id: item.skuId,
          path: JSON.stringify(item.path),
          outcome: item.outcome,
          message: item.message,
          request_id: item.requestId,
          started_at: item.startedAt,
          finished_at: item.finishedAt,
        });
      }
      return true;
    });
    if (created) {
      return { reclamation: plan, created };
    }

    const earlier = await this.#knex<ReclamationRow>('reclamations')
      .where({
        created_by: plan.createdBy,
        idempotency_key: idempotency?.key ?? null,
      })
      .first();
    if (!earlier || earlier.request_hash !== idempotency?.requestHash) {
      throw new ConflictError(
        `The idempotency key '${idempotency?.key}' was used for another reclamation; use a new key for a new request`,
      );
    }
    return { reclamation: await this.#withItems(earlier), created };
  }

  async get(
    tenant: string,
    id: string,
  ): Promise<StoredReclamation | undefined> {
    const row = await this.#knex<ReclamationRow>('reclamations')
      .where({ tenant, id })
      .first();
    return row && this.#withItems(row);
  }

  async list(
    tenant: string,
    page: PageRequest,
  ): Promise<PageOf<StoredReclamation>> {
    const { items: rows, ...rest } = await readPage<ReclamationRow>(page, {
      query: ['reclamations', tenant],
      key: 'created_at',
      tie: 'id',
      nullable: false,
      order: 'desc',
      position: row => [row.created_at, row.id],
      read: narrow =>
        this.#knex<ReclamationRow>('reclamations')
          .where({ tenant })
          .modify(narrow)
          .select<ReclamationRow[]>('*'),
      count: () => countOf(this.#knex('reclamations').where({ tenant })),
    });
    const items = await this.#items(rows.map(row => row.id));
    return {
      ...rest,
      items: rows.map(row => toReclamation(row, items.get(row.id) ?? [])),
    };
  }

  async claim(
    id: string,
    holder: string,
    at: Date,
    expiredBefore: Date,
  ): Promise<boolean> {
    const claimed = await this.#knex<ReclamationRow>('reclamations')
      .where({ id })
      .where(free =>
        free
          .whereNull('claimed_by')
          .orWhere('claimed_by', holder)
          .orWhere('claimed_at', '<', expiredBefore.toISOString()),
      )
      .update({ claimed_by: holder, claimed_at: at.toISOString() });
    return claimed === 1;
  }

  async release(id: string, holder: string): Promise<void> {
    await this.#knex<ReclamationRow>('reclamations')
      .where({ id, claimed_by: holder })
      .update({ claimed_by: null, claimed_at: null });
  }

  async markRunning(itemIds: string[], at: Date): Promise<void> {
    await this.#knex<ItemRow>('reclamation_items')
      .whereIn('id', itemIds)
      .update({ outcome: 'running', started_at: at.toISOString() });
  }

  async recordOutcomes(
    outcomes: Parameters<ReclamationStore['recordOutcomes']>[0],
    at: Date,
  ): Promise<void> {
    await this.#knex.transaction(async transaction => {
      for (const { itemId, outcome, message, requestId } of outcomes) {
        await transaction<ItemRow>('reclamation_items')
          .where({ id: itemId })
          .update({
            outcome,
            message,
            request_id: requestId,
            finished_at: at.toISOString(),
          });
      }
    });
  }

  async finish(id: string, at: Date): Promise<void> {
    await this.#knex<ReclamationRow>('reclamations')
      .where({ id, finished_at: null })
      .update({ finished_at: at.toISOString() });
  }

  async #withItems(row: ReclamationRow): Promise<StoredReclamation> {
    const items = await this.#items([row.id]);
    return toReclamation(row, items.get(row.id) ?? []);
  }

  /** Items by reclamation, in the plan's order. */
  async #items(ids: string[]): Promise<Map<string, StoredReclamationItem[]>> {
    const byReclamation = new Map<string, StoredReclamationItem[]>(
      ids.map(id => [id, []]),
    );
    if (ids.length > 0) {
      const rows = await this.#knex<ItemRow>('reclamation_items')
        .where(among(this.#knex, 'reclamation_id', ids))
        .orderBy(['reclamation_id', 'position']);
      for (const row of rows) {
        byReclamation.get(row.reclamation_id)?.push(toItem(row));
      }
    }
    return byReclamation;
  }
}
