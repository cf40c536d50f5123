// @ts-check

/**
 * What an evaluation counts and needs: who uses each license, by what accounts
 * have in common, and the groups of the catalog that accounts are in. Pages read
 * these few rows instead of every assignment of a tenant.
 *
 * Of a tenant from before, nothing is counted until it is evaluated, which
 * happens when the backend starts.
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

  await knex.schema.createTable('evaluations', table => {
    required(table, 'tenant', 'evaluated_at');
    // When the catalog's groups or who is in them changed last.
    table.specificType('regrouped_at', textType);
    table.primary(['tenant']);
  });

  // The value is empty for accounts without one. A row with an empty SKU and
  // status counts the accounts that hold any license.
  await knex.schema.createTable('use_counts', table => {
    required(table, 'tenant', 'dimension', 'value', 'sku_id', 'status');
    table.integer('accounts').notNullable();
    table.primary(['tenant', 'dimension', 'value', 'sku_id', 'status']);
  });

  // The catalog's groups are the same for every tenant.
  await knex.schema.createTable('catalog_groups', table => {
    required(table, 'group_ref', 'display_name');
    table.specificType('parent_ref', textType);
    table.primary(['group_ref']);
    table.index(['parent_ref']);
  });

  // The groups that the User entity of an account is a member of by itself, and
  // the one it is counted with: its home. An account whose User entity is in no
  // group has one row with an empty group; one without a User entity has none.
  await knex.schema.createTable('catalog_members', table => {
    required(table, 'tenant', 'group_ref');
    table.integer('account').notNullable();
    table.boolean('home').notNullable();
    table.primary(['tenant', 'account', 'group_ref']);
    table.index(['tenant', 'group_ref', 'account']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'catalog_members',
    'catalog_groups',
    'use_counts',
    'evaluations',
  ]) {
    await knex.schema.dropTable(table);
  }
};
