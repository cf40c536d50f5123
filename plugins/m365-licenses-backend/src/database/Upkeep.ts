import type { Knex } from 'knex';
import { isPostgres } from './sql';

/** After fewer written rows than this the statistics are still good. */
const ENOUGH_ROWS = 1_000;

/** A table that grows with a tenant, and is written many rows at a time. */
export type LargeTable =
  | 'accounts'
  | 'assignments'
  | 'candidates'
  | 'catalog_members'
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
    const tables = [...this.#written]
      .filter(([, rows]) => rows >= ENOUGH_ROWS)
      .map(([table]) => table);
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
}
