// @ts-check

/**
 * Terms: what licenses cost, as people entered it. Costs are decimal text, so
 * that no database rounds them.
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

  await knex.schema.createTable('terms', table => {
    required(table, 'id', 'tenant', 'sku_id', 'cost', 'currency', 'frequency');
    required(table, 'effective_date', 'updated_at', 'updated_by');
    table.integer('quantity').notNullable();
    optional(table, 'subscription_id', 'expiration_date');
    optional(table, 'purchase_identifier', 'notes', 'administrator');
    // The expiration date that somebody was told of.
    optional(table, 'notified_of');
    table.primary(['id']);
    table.index(['tenant', 'sku_id', 'effective_date']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('terms');
};
