// @ts-check

/**
 * Policies, the standing rules by which licenses are taken back, and whether
 * taking back is stopped. A policy that was ended stays, because what it began
 * goes on by it.
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

  await knex.schema.createTable('policies', table => {
    required(table, 'id', 'tenant', 'name', 'mode', 'state');
    // Lists, as JSON; so are the quiet hours.
    required(table, 'reasons', 'sku_ids');
    required(table, 'created_by', 'created_at', 'updated_by', 'updated_at');
    optional(table, 'department', 'group_ref', 'quiet_hours');
    optional(table, 'switched_on_by', 'switched_on_at', 'ended_at');
    for (const name of ['every_days', 'max_items', 'dry_runs']) {
      table.integer(name).notNullable();
    }
    // The next run; null while the policy is off.
    optional(table, 'run_id', 'due_at', 'next_run_at');
    optional(table, 'last_run_at', 'last_run_message');
    optional(table, 'last_run_reclamation_id');
    table.primary(['id']);
    table.index(['tenant', 'next_run_at']);
  });

  await knex.schema.createTable('reclamation_switches', table => {
    required(table, 'tenant', 'reason', 'changed_by', 'changed_at');
    table.boolean('stopped').notNullable();
    table.primary(['tenant']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('reclamation_switches');
  await knex.schema.dropTable('policies');
};
