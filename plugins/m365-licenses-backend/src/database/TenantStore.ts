import type { Knex } from 'knex';
import { fold, isPostgres } from './sql';
import type { RetiredTenant, TenantStore } from './types';

interface TenantRow {
  tenant: string;
  tenant_id: string | null;
  /** ISO 8601. */
  retired_at: string | null;
}

/** Tenants in `tenants`, where other stores leave their own columns. */
export class DatabaseTenantStore implements TenantStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async reconcile(
    configured: { name: string; tenantId: string | null }[],
    at: Date,
  ): Promise<{ foreign: { name: string; tenantId: string }[] }> {
    return this.#knex.transaction(async transaction => {
      const tenants = () => transaction<TenantRow>('tenants');
      // Replicas that start together take turns; rows alone would let them wait
      // for each other, as each inserts some. SQLite has one writer anyway.
      if (isPostgres(transaction)) {
        await transaction.raw('lock table tenants in share row exclusive mode');
      }
      const rows: TenantRow[] = await tenants().select(
        'tenant',
        'tenant_id',
        'retired_at',
      );
      const known = new Map(rows.map(row => [row.tenant, row]));

      const foreign: { name: string; tenantId: string }[] = [];
      for (const { name, tenantId } of configured) {
        if (tenantId === null) {
          continue;
        }
        const row = known.get(name);
        const stored = row?.tenant_id ?? null;
        if (stored !== null && fold(stored) !== fold(tenantId)) {
          foreign.push({ name, tenantId: stored });
        } else if (stored === null || row?.retired_at !== null) {
          await tenants()
            .insert({ tenant: name, tenant_id: tenantId, retired_at: null })
            .onConflict('tenant')
            .merge();
        }
      }

      await tenants()
        .whereNull('retired_at')
        .whereNotIn(
          'tenant',
          configured.map(({ name }) => name),
        )
        .update({ retired_at: at.toISOString() });
      // History stays, the way in does not.
      const retired = transaction('tenants')
        .whereNotNull('retired_at')
        .select('tenant');
      for (const table of ['authorizations', 'pending_authorizations']) {
        await transaction(table).whereIn('tenant', retired).delete();
      }
      return { foreign };
    });
  }

  async retired(): Promise<RetiredTenant[]> {
    const rows = await this.#knex<TenantRow>('tenants')
      .whereNotNull('retired_at')
      .orderBy('tenant')
      .select('tenant', 'tenant_id', 'retired_at');
    return rows.flatMap(({ tenant, tenant_id, retired_at }) =>
      retired_at === null
        ? []
        : [{ name: tenant, tenantId: tenant_id, retiredAt: retired_at }],
    );
  }
}
