import type { Knex } from 'knex';

/**
 * Every query that something sends to the database, with its plan.
 *
 * @param statements - which ones are looked at; those that read, by default
 */
export async function plansOf(
  knex: Knex,
  work: () => Promise<unknown>,
  statements = /^\s*(select|with)/i,
): Promise<{ sql: string; plan: string }[]> {
  const queries: { sql: string; bindings: Knex.RawBinding[] }[] = [];
  const listen = (query: (typeof queries)[number]) => queries.push(query);
  knex.on('query', listen);
  await work();
  knex.removeListener('query', listen);
  const plans: { sql: string; plan: string }[] = [];
  for (const { sql, bindings } of queries.filter(query =>
    statements.test(query.sql),
  )) {
    const explain = knex.client.config.client.includes('pg')
      ? 'explain'
      : 'explain query plan';
    const statement = sql.replace(/\$\d+/g, '?');
    const plan = await knex.raw(`${explain} ${statement}`, bindings);
    plans.push({ sql, plan: JSON.stringify(plan.rows ?? plan, null, 1) });
  }
  return plans;
}
