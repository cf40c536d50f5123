import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { isPostgres, returned } from './sql';

/** After fewer written rows than this the statistics are still good. */
const ENOUGH_ROWS = 1_000;
/** Nor after fewer than this share of a table's rows, as in PostgreSQL's own upkeep. */
const ENOUGH_SHARE = 0.1;

/** A table that grows with a tenant, and is written many rows at a time. */
export type LargeTable =
  | 'accounts'
  | 'assignments'
  | 'candidates'
  | 'catalog_members'
  | 'reclamation_plan_items'
  | 'suspicious_activities';

/**
 * Keeps what the query planner knows of the large tables current: without it, a
 * first sync of a large tenant leaves a database that believes its tables empty,
 * and PostgreSQL cannot count from an index alone.
 */
export class Upkeep {
  readonly #knex: Knex;
  readonly #written = new Map<LargeTable, number>();

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Notes about how many rows were written to each of some tables. */
  wrote(rows: number, ...tables: LargeTable[]): void {
    for (const table of tables) {
      this.#written.set(table, (this.#written.get(table) ?? 0) + rows);
    }
  }

  /** Refreshes the statistics of tables of which enough was written; for the end of a run. */
  async run(): Promise<void> {
    const written = [...this.#written].filter(
      ([, rows]) => rows >= ENOUGH_ROWS,
    );
    const sizes = await this.#sizes(written.map(([table]) => table));
    const tables = written.flatMap(([table, rows]) =>
      rows >= (sizes.get(table) ?? 0) * ENOUGH_SHARE ? [table] : [],
    );
    if (tables.length === 0) {
      return;
    }
    tables.forEach(table => this.#written.delete(table));
    if (isPostgres(this.#knex)) {
      await this.#knex.raw(`vacuum (analyze) ${tables.join(', ')}`);
    } else {
      // A sample is enough, and takes milliseconds.
      await this.#knex.raw('pragma analysis_limit = 1000');
      await this.#knex.raw('analyze');
    }
  }

  /**
   * About how many rows tables have, as PostgreSQL knows: there it takes the
   * longer the more they are.
   */
  async #sizes(tables: LargeTable[]): Promise<Map<string, number>> {
    if (!isPostgres(this.#knex) || tables.length === 0) {
      return new Map();
    }
    const oids = tables.map(table => `'${table}'::regclass`).join(', ');
    const rows = await returned(
      this.#knex.raw(
        `select relname, reltuples from pg_class where oid in (${oids})`,
      ),
      z.object({ relname: z.string(), reltuples: z.number() }),
    );
    return new Map(rows.map(row => [row.relname, row.reltuples]));
  }
}
