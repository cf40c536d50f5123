import type { Knex } from 'knex';
import { countOf, writeRows } from './sql';
import type {
  ProductCatalog,
  ProductProblem,
  ProductSource,
  ProductStore,
} from './types';

/** How long names are taken from memory: until another replica's are seen. */
const NAMES_KEPT_MS = 5 * 60_000;

/** The one row of `product_source`. */
interface SourceRow {
  id: number;
  url: string | null;
  etag: string | null;
  last_modified: string | null;
  captured_at: string | null;
  problem: string | null;
  mend: string | null;
}

const ID = 1;

/** Products in `products`, `service_plans` and `product_plans`. */
export class DatabaseProductStore implements ProductStore {
  readonly #knex: Knex;
  readonly #clock: { now(): Date };
  #names?: { map: Promise<ReadonlyMap<string, string>>; until: number };

  constructor(knex: Knex, clock: { now(): Date }) {
    this.#knex = knex;
    this.#clock = clock;
  }

  async names(): Promise<ReadonlyMap<string, string>> {
    const now = this.#clock.now().getTime();
    if (!this.#names || this.#names.until <= now) {
      const names = {
        map: this.#namesIn('products'),
        until: now + NAMES_KEPT_MS,
      };
      this.#names = names;
      names.map.catch(() => {
        if (this.#names === names) {
          this.#names = undefined;
        }
      });
    }
    return this.#names.map;
  }

  async servicePlanNames(): Promise<ReadonlyMap<string, string>> {
    return this.#namesIn('service_plans');
  }

  async state(): ReturnType<ProductStore['state']> {
    const row = await this.#knex<SourceRow>('product_source').first();
    return {
      capturedAt: row?.captured_at ?? null,
      products: await countOf(this.#knex('products')),
      source:
        row && row.url !== null
          ? { url: row.url, etag: row.etag, lastModified: row.last_modified }
          : null,
      problem:
        row && row.problem !== null
          ? { message: row.problem, mend: row.mend ?? '' }
          : null,
    };
  }

  async replace(
    { products, servicePlans }: ProductCatalog,
    source: ProductSource,
    at: Date,
  ): Promise<void> {
    const row: SourceRow = {
      id: ID,
      url: source.url,
      etag: source.etag,
      last_modified: source.lastModified,
      captured_at: at.toISOString(),
      problem: null,
      mend: null,
    };
    await this.#knex.transaction(async transaction => {
      // First, so that of two at once the second waits here.
      await transaction<SourceRow>('product_source')
        .insert(row)
        .onConflict('id')
        .merge();
      for (const table of ['product_plans', 'service_plans', 'products']) {
        await transaction(table).delete();
      }
      const named = { id: 'text', name: 'text' } as const;
      await writeRows(
        transaction,
        named,
        products.map(({ id, name }) => ({ id, name })),
        rows => `insert into products (id, name) select id, name from ${rows}`,
      );
      await writeRows(
        transaction,
        named,
        servicePlans,
        rows =>
          `insert into service_plans (id, name) select id, name from ${rows}`,
      );
      await writeRows(
        transaction,
        { product_id: 'text', plan_id: 'text' },
        products.flatMap(({ id, plans }) =>
          plans.map(plan => ({ product_id: id, plan_id: plan })),
        ),
        rows =>
          `insert into product_plans (product_id, plan_id) select product_id, plan_id from ${rows}`,
      );
    });
    this.#names = undefined;
  }

  async note(problem: ProductProblem | null): Promise<boolean> {
    const before = await this.#knex<SourceRow>('product_source').first();
    const message = problem?.message ?? null;
    if ((before?.problem ?? null) === message) {
      return false;
    }
    await this.#knex('product_source')
      .insert({ id: ID, problem: message, mend: problem?.mend ?? null })
      .onConflict('id')
      .merge();
    return problem !== null;
  }

  async #namesIn(
    table: 'products' | 'service_plans',
  ): Promise<ReadonlyMap<string, string>> {
    const rows: { id: string; name: string }[] = await this.#knex(table).select(
      'id',
      'name',
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}
