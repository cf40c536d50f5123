// @ts-check

/**
 * What could be taken back, as the last evaluation found it, and what people
 * hold back of it.
 *
 * A candidate copies the name and the department of its account, so that a page
 * is read by index; its value is only for sorting: text of so many digits that it sorts as the
 * number does, empty where it is not priced. Exemptions are found by the ids
 * that people entered.
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

  await knex.schema.createTable('candidates', table => {
    table.increments('number');
    table.integer('account').notNullable();
    required(table, 'tenant', 'sku_id', 'reason', 'state', 'evidence');
    required(table, 'display_name_key');
    optional(table, 'department_key', 'other_sku_id', 'since', 'value_key');
    table.boolean('direct').notNullable();
    table.boolean('saves').notNullable();
    table.unique(['account', 'sku_id']);
  });
  if (knex.client.config.client.includes('pg')) {
    // Each report brings newer evidence of nearly all rows: with room for it in
    // the same page, the indexes stay as they are.
    await knex.raw('alter table candidates set (fillfactor = 50)');
  }
  // Each list with each filter reads a page from one of these; the state comes
  // last, because either half of the candidates has it.
  for (const filter of ['tenant', 'sku_id', 'reason', 'department_key']) {
    const filters = filter === 'tenant' ? 'tenant' : `tenant, ${filter}`;
    for (const sort of ['display_name_key', 'since', 'value_key']) {
      await knex.raw(
        `create index candidates_${filter}_${sort}_idx
          on candidates (${filters}, ${sort}, number, state)`,
      );
    }
  }

  await knex.schema.createTable('candidate_counts', table => {
    // The other SKU is empty where there is none.
    required(table, 'tenant', 'reason', 'sku_id', 'other_sku_id', 'state');
    table.boolean('saves').notNullable();
    table.integer('candidates').notNullable();
    table.primary([
      'tenant',
      'reason',
      'sku_id',
      'other_sku_id',
      'saves',
      'state',
    ]);
  });

  await knex.schema.createTable('exemptions', table => {
    required(table, 'id', 'tenant', 'reason', 'owner');
    required(table, 'created_by', 'created_at');
    optional(table, 'account_id', 'group_ref', 'sku_id', 'expires_on');
    table.primary(['id']);
    table.index(['tenant', 'created_at', 'id']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of ['exemptions', 'candidate_counts', 'candidates']) {
    await knex.schema.dropTable(table);
  }
};
