import { ConflictError } from '@backstage/errors';
import type { ExchangeRate } from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { z } from 'zod/v3';
import { takeTurn } from './sql';
import type { RateStore, StoredRates } from './types';

interface RateRow {
  tenant: string;
  currency: string | null;
  /** JSON of the rates. */
  rates: string;
  updated_at: string;
  updated_by: string;
}

const ratesSchema = z.array(
  z.object({ currency: z.string(), rate: z.string(), date: z.string() }),
);

function toRates(row: RateRow | undefined): StoredRates {
  const stored = {
    currency: row?.currency ?? null,
    rates: row ? ratesSchema.parse(JSON.parse(row.rates)) : [],
    updatedAt: row?.updated_at ?? null,
    updatedBy: row?.updated_by ?? null,
  };
  return {
    ...stored,
    revision: createHash('sha256')
      .update(JSON.stringify(stored))
      .digest('base64url'),
  };
}

/** Rates in `exchange_rates`, a row per tenant. */
export class DatabaseRateStore implements RateStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async get(tenant: string): Promise<StoredRates> {
    return this.#read(this.#knex, tenant);
  }

  async replace(
    tenant: string,
    entered: {
      currency: string | null;
      rates: ExchangeRate[];
      revision: string;
    },
    by: { updatedBy: string; at: Date },
  ): Promise<void> {
    await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const { revision } = await this.#read(transaction, tenant);
      if (entered.revision !== revision) {
        throw new ConflictError(
          `Somebody else changed the exchange rates of ${tenant} meanwhile; nothing was changed. Load them again and repeat what you entered`,
        );
      }
      await transaction<RateRow>('exchange_rates')
        .insert({
          tenant,
          currency: entered.currency,
          rates: JSON.stringify(entered.rates),
          updated_at: by.at.toISOString(),
          updated_by: by.updatedBy,
        })
        .onConflict('tenant')
        .merge();
    });
  }

  async #read(knex: Knex, tenant: string): Promise<StoredRates> {
    return toRates(
      await knex<RateRow>('exchange_rates').where({ tenant }).first(),
    );
  }
}
