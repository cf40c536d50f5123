// @ts-check

/**
 * When something stored of an account changed last, for systems that ask for
 * what changed since they asked before, and how many rows the reports of each
 * kind have, so that one that suddenly lost many is not taken for truth.
 *
 * Accounts from before count as changed now: nobody has asked yet. The time of
 * a tenant is that of its last change; the next one is always later.
 */

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  const textType = knex.client.config.client.includes('pg')
    ? 'text collate "C"'
    : 'text';
  const now = new Date().toISOString();

  await knex.schema.alterTable('accounts', table => {
    table.specificType('modified_at', textType).notNullable().defaultTo('');
  });
  await knex('accounts').update({ modified_at: now });
  await knex.raw(
    'create index accounts_modified_idx on accounts (tenant, deleted, modified_at, number)',
  );
  await knex.schema.alterTable('tenants', table => {
    table.specificType('modified_at', textType).notNullable().defaultTo('');
  });
  await knex('tenants').update({ modified_at: now });

  await knex.schema.alterTable('reports', table => {
    // Empty for reports from before, until the next one.
    table.integer('row_count');
    // The first report that had far fewer; empty while reports are whole.
    table.specificType('drop_since', textType);
    table.integer('drop_rows');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('reports', table => {
    table.dropColumns('row_count', 'drop_since', 'drop_rows');
  });
  await knex.schema.alterTable('tenants', table => {
    table.dropColumn('modified_at');
  });
  await knex.raw('drop index accounts_modified_idx');
  await knex.schema.alterTable('accounts', table => {
    table.dropColumn('modified_at');
  });
};
