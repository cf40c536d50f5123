// @ts-check

/**
 * Connections: who signed in for a tenant with the tokens that gave, sign-ins
 * under way, refusals by Microsoft and the last check-up; and of each tenant
 * its directory and since when it is retired.
 *
 * Tokens and verifiers are stored encrypted. Tenants known before get their
 * directory from the configuration at the next start.
 */

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  const textType = knex.client.config.client.includes('pg')
    ? 'text collate "C"'
    : 'text';

  /**
   * @param {import('knex').Knex.CreateTableBuilder} table
   * @param {string[]} names
   */
  const required = (table, ...names) =>
    names.forEach(name => table.specificType(name, textType).notNullable());
  /**
   * @param {import('knex').Knex.CreateTableBuilder} table
   * @param {string[]} names
   */
  const optional = (table, ...names) =>
    names.forEach(name => table.specificType(name, textType));

  await knex.schema.alterTable('tenants', table => {
    optional(table, 'tenant_id', 'retired_at');
  });

  await knex.schema.createTable('authorizations', table => {
    required(table, 'tenant', 'purpose', 'user_principal_name');
    optional(table, 'display_name');
    required(table, 'authorized_by', 'authorized_at', 'scopes');
    required(table, 'token_cache');
    // Who renews the tokens now, and until when nobody else does.
    optional(table, 'lease_holder', 'lease_until');
    table.primary(['tenant', 'purpose']);
  });

  await knex.schema.createTable('pending_authorizations', table => {
    // Whoever reads the table cannot answer in Microsoft's place.
    required(table, 'state_hash', 'tenant', 'purpose', 'started_by');
    required(table, 'redirect_uri', 'nonce', 'code_verifier', 'permissions');
    required(table, 'expires_at');
    table.primary(['state_hash']);
  });

  await knex.schema.createTable('connection_refusals', table => {
    required(table, 'tenant', 'purpose', 'message');
    optional(table, 'code', 'mend', 'request_id');
    required(table, 'since', 'retry_at');
    table.primary(['tenant', 'purpose']);
  });

  await knex.schema.createTable('connection_checks', table => {
    required(table, 'tenant', 'check_up');
    table.primary(['tenant']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'connection_checks',
    'connection_refusals',
    'pending_authorizations',
    'authorizations',
  ]) {
    await knex.schema.dropTable(table);
  }
  await knex.schema.alterTable('tenants', table => {
    table.dropColumns('tenant_id', 'retired_at');
  });
};
