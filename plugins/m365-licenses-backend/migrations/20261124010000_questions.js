// @ts-check

/**
 * Who is asked whether they still need a license, and when they were. What
 * waits for an answer is known from the items of the plan; what was answered
 * from their outcomes.
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

  await knex.schema.createTable('questions', table => {
    required(table, 'id', 'tenant', 'reclamation_id', 'account_id', 'sku_id');
    // Who may answer as well. The times are null until somebody is asked.
    optional(table, 'manager_id', 'asked_at', 'answer_until');
    table.primary(['id']);
    table.unique(['reclamation_id', 'account_id', 'sku_id']);
    table.index(['tenant', 'account_id', 'sku_id', 'asked_at']);
    table.index(['tenant', 'manager_id']);
    table.foreign('reclamation_id').references('reclamation_plans.id');
  });

  // An account can hold a license by several paths, of which each is an item.
  await knex.schema.createTable('question_items', table => {
    required(table, 'item_id', 'question_id');
    table.primary(['item_id']);
    table.index(['question_id']);
    table.foreign('item_id').references('reclamation_plan_items.id');
    table.foreign('question_id').references('questions.id');
  });

  // Each person is told of all their questions of a plan at once. The times are
  // noted before somebody is told, but for that they were.
  await knex.schema.createTable('question_recipients', table => {
    required(table, 'question_id', 'reclamation_id', 'recipient');
    optional(table, 'asked_at', 'told_at', 'reminded_at');
    table.primary(['question_id', 'recipient']);
    table.index(['reclamation_id', 'recipient']);
    table.foreign('question_id').references('questions.id');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('question_recipients');
  await knex.schema.dropTable('question_items');
  await knex.schema.dropTable('questions');
};
