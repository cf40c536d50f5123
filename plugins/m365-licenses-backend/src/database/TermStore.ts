import { ConflictError } from '@backstage/errors';
import type {
  PaymentFrequency,
  TermInput,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { compareTerms, revisionOf } from '../insights/termChanges';
import { takeTurn } from './sql';
import type { StoredTerm, TermStore } from './types';

interface TermRow {
  id: string;
  tenant: string;
  sku_id: string;
  subscription_id: string | null;
  /** Decimal. */
  cost: string;
  currency: string;
  frequency: PaymentFrequency;
  quantity: number;
  effective_date: string;
  expiration_date: string | null;
  purchase_identifier: string | null;
  notes: string | null;
  administrator: string | null;
  updated_at: string;
  updated_by: string;
  notified_of: string | null;
}

function toTerm(row: TermRow): StoredTerm {
  return {
    id: row.id,
    skuId: row.sku_id,
    subscriptionId: row.subscription_id,
    cost: row.cost,
    currency: row.currency,
    frequency: row.frequency,
    quantity: row.quantity,
    effectiveDate: row.effective_date,
    expirationDate: row.expiration_date,
    purchaseIdentifier: row.purchase_identifier,
    notes: row.notes,
    administrator: row.administrator,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

function columnsOf(term: TermInput) {
  return {
    subscription_id: term.subscriptionId,
    cost: term.cost,
    currency: term.currency,
    frequency: term.frequency,
    quantity: term.quantity,
    effective_date: term.effectiveDate,
    expiration_date: term.expirationDate,
    purchase_identifier: term.purchaseIdentifier,
    notes: term.notes,
    administrator: term.administrator,
  };
}

/** Terms in `terms`. */
export class DatabaseTermStore implements TermStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async list(tenant: string, skuId?: string): Promise<StoredTerm[]> {
    return this.#read(this.#knex, tenant, skuId);
  }

  async replace(
    tenant: string,
    bySku: { skuId: string; terms: TermInput[]; revision?: string }[],
    by: { updatedBy: string; at: Date },
  ): Promise<void> {
    const stamp = {
      updated_at: by.at.toISOString(),
      updated_by: by.updatedBy,
    };
    await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const rows = () => transaction<TermRow>('terms');
      for (const { skuId, terms, revision } of bySku) {
        const present = await this.#read(transaction, tenant, skuId);
        if (revision !== undefined && revision !== revisionOf(present)) {
          throw new ConflictError(
            `Somebody else changed the terms of ${skuId} meanwhile; nothing was changed. Load them again and repeat what you entered`,
          );
        }
        for (const { action, before, after } of compareTerms(present, terms)) {
          if (action === 'added') {
            await rows().insert({
              id: randomUUID(),
              tenant,
              sku_id: skuId,
              ...columnsOf(after),
              ...stamp,
            });
          } else if (action === 'removed') {
            await rows().where({ id: before.id }).delete();
          } else if (action === 'changed') {
            await rows()
              .where({ id: before.id })
              .update({ ...columnsOf(after), ...stamp });
          }
        }
      }
    });
  }

  async claimNotice(id: string, expirationDate: string): Promise<boolean> {
    const claimed = await this.#knex<TermRow>('terms')
      .where({ id, expiration_date: expirationDate })
      .where(told =>
        told
          .whereNull('notified_of')
          .orWhere('notified_of', '<>', expirationDate),
      )
      .update({ notified_of: expirationDate });
    return claimed === 1;
  }

  async releaseNotice(id: string): Promise<void> {
    await this.#knex<TermRow>('terms')
      .where({ id })
      .update({ notified_of: null });
  }

  async #read(
    knex: Knex,
    tenant: string,
    skuId?: string,
  ): Promise<StoredTerm[]> {
    const rows = await knex<TermRow>('terms')
      .where({ tenant, ...(skuId !== undefined && { sku_id: skuId }) })
      .orderBy(['sku_id', { column: 'effective_date', order: 'desc' }, 'id']);
    return rows.map(toTerm);
  }
}
