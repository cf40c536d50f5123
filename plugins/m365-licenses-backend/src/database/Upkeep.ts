import type { Knex } from 'knex';
import { isPostgres } from './sql';

/** After fewer written rows than this the statistics are still good. */
const ENOUGH_ROWS = 1_000;

/**
 * Keeps what the query planner knows of accounts, assignments and candidates
 * current: without it, a first sync of a large tenant leaves a database that
 * believes its tables empty, and PostgreSQL cannot count from an index alone.
 */
export class Upkeep {
  readonly #knex: Knex;
  #written = 0;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Notes rows written. */
  wrote(rows: number): void {
    this.#written += rows;
  }

  /** Refreshes the statistics when enough was written; for the end of a run. */
  async run(): Promise<void> {
    if (this.#written < ENOUGH_ROWS) {
      return;
    }
    this.#written = 0;
    if (isPostgres(this.#knex)) {
      await this.#knex.raw(
        'vacuum (analyze) accounts, assignments, candidates',
      );
    } else {
      // A sample is enough, and takes milliseconds.
      await this.#knex.raw('pragma analysis_limit = 1000');
      await this.#knex.raw('analyze');
    }
  }
}
