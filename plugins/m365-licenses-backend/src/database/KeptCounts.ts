import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import { countOf } from './sql';

/** Of one tenant; the one asked for longest ago is forgotten first. */
const MOST_KEPT = 1_000;

/**
 * What was counted of the accounts and assignments of each tenant, kept in
 * memory until one of these is written. Every write of them raises the tenant's
 * `modified_at` in its own transaction (`timeOfChange`), whatever process it is
 * of, so that a count is never older than what the database says.
 */
export class KeptCounts<Count> {
  readonly #knex: Knex;
  readonly #tenants = new Map<
    string,
    { modifiedAt: string; counts: Map<string, Promise<Count>> }
  >();

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /**
   * The count kept for a key, or what `count` gives.
   *
   * @param key - all that decides the count besides the rows of the tenant in
   *   `accounts` and `assignments`
   */
  async get(
    tenant: string,
    key: unknown,
    count: () => Promise<Count>,
  ): Promise<Count> {
    // Before counting: what is written meanwhile ends what is counted now.
    const row: { modified_at: string } | undefined = await this.#knex('tenants')
      .where({ tenant })
      .first('modified_at');
    if (!row) {
      return count();
    }
    let kept = this.#tenants.get(tenant);
    if (kept?.modifiedAt !== row.modified_at) {
      kept = { modifiedAt: row.modified_at, counts: new Map() };
      this.#tenants.set(tenant, kept);
    }
    const { counts } = kept;
    const id = hash('sha256', JSON.stringify(key), 'base64');
    const counted = counts.get(id) ?? count();
    counts.delete(id);
    counts.set(id, counted);
    const [oldest] = counts.keys();
    if (counts.size > MOST_KEPT) {
      counts.delete(oldest);
    }
    try {
      return await counted;
    } catch (error) {
      counts.delete(id);
      throw error;
    }
  }
}

/**
 * As {@link countOf}, of a query on `accounts` and `assignments` alone. Whose
 * conditions differ, a caller's among them, is another query.
 */
export function keptCountOf(
  kept: KeptCounts<number>,
  tenant: string,
  query: Knex.QueryBuilder,
): Promise<number> {
  const { sql, bindings } = query.toSQL();
  return kept.get(tenant, [sql, bindings], () => countOf(query));
}
