// @ts-check

/**
 * Exchange rates, and what people entered of licenses while nothing is captured
 * of them. The rates of a tenant are entered and replaced together, so that
 * they are one row; rates are decimal text, so that no database rounds them.
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

  await knex.schema.createTable('exchange_rates', table => {
    // The rates are a JSON list of currency, rate and date.
    required(table, 'tenant', 'rates', 'updated_at', 'updated_by');
    // To convert to; null converts nothing.
    optional(table, 'currency');
    table.primary(['tenant']);
  });

  await knex.schema.createTable('entered_licenses', table => {
    required(table, 'tenant', 'sku_id', 'updated_at', 'updated_by');
    // Null where what was captured counts.
    optional(table, 'display_name', 'applies_to');
    table.integer('bought');
    table.primary(['tenant', 'sku_id']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('entered_licenses');
  await knex.schema.dropTable('exchange_rates');
};
