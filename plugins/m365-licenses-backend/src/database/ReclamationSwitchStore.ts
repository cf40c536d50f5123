import type { ReclamationSwitch } from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import type { ReclamationSwitchStore } from './types';

interface SwitchRow {
  tenant: string;
  /** 0 and 1 on SQLite. */
  stopped: boolean | 0 | 1;
  reason: string;
  changed_by: string;
  changed_at: string;
}

/** The stop switches in `reclamation_switches`, a row per tenant. */
export class DatabaseReclamationSwitchStore implements ReclamationSwitchStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async get(tenant: string): Promise<ReclamationSwitch> {
    const row = await this.#knex<SwitchRow>('reclamation_switches')
      .where({ tenant })
      .first();
    return {
      stopped: Boolean(row?.stopped),
      reason: row?.reason ?? null,
      changedBy: row?.changed_by ?? null,
      changedAt: row?.changed_at ?? null,
    };
  }

  async set(
    tenant: string,
    { stopped, reason }: { stopped: boolean; reason: string },
    { changedBy, at }: { changedBy: string; at: Date },
  ): Promise<void> {
    await this.#knex<SwitchRow>('reclamation_switches')
      .insert({
        tenant,
        stopped,
        reason,
        changed_by: changedBy,
        changed_at: at.toISOString(),
      })
      .onConflict('tenant')
      .merge();
  }
}
