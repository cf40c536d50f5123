// @ts-check

/**
 * Products: what Microsoft calls each product and service plan, which service
 * plans a product contains, and from which file that was read. They belong to
 * no tenant.
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

  await knex.schema.createTable('products', table => {
    required(table, 'id', 'name');
    table.primary(['id']);
  });

  await knex.schema.createTable('service_plans', table => {
    required(table, 'id', 'name');
    table.primary(['id']);
  });

  // Of a product that is not in it, the service plans are not known.
  await knex.schema.createTable('product_plans', table => {
    required(table, 'product_id', 'plan_id');
    table.primary(['product_id', 'plan_id']);
  });

  // One row: the file that all of the above is from, and why it is not newer.
  await knex.schema.createTable('product_source', table => {
    table.integer('id');
    optional(table, 'url', 'etag', 'last_modified', 'captured_at');
    optional(table, 'problem', 'mend');
    table.primary(['id']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'product_source',
    'product_plans',
    'service_plans',
    'products',
  ]) {
    await knex.schema.dropTable(table);
  }
};
