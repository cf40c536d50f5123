// @ts-check

/**
 * The project's own history: what was counted each day of each SKU and each
 * catalog group, and who came back to a license after a time without use.
 *
 * A license is back when it was not used for at least 15 days, or never, and
 * then was. That can be told only of days about which activity reports kept
 * coming: `reported_times` says which these are, one row for each uninterrupted
 * series of reports. It begins with the first report after this migration.
 */

const STATUSES = [
  'active',
  'inactive',
  'never_active',
  'in_grace',
  'not_measurable',
  'unknown',
];

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
  const numbers = (table, ...names) =>
    names.forEach(name => table.integer(name).notNullable());

  await knex.schema.createTable('sku_snapshots', table => {
    required(table, 'tenant', 'day', 'sku_id');
    table.boolean('for_people').notNullable();
    numbers(table, 'bought', 'assigned', ...STATUSES, 'candidates');
    required(table, 'annual', 'savings');
    table.primary(['tenant', 'day', 'sku_id']);
    table.unique(['tenant', 'sku_id', 'day']);
  });

  await knex.schema.createTable('group_snapshots', table => {
    // The group is empty for accounts in no group.
    required(table, 'tenant', 'day', 'group_ref');
    numbers(table, 'accounts', ...STATUSES, 'candidates');
    required(table, 'annual', 'savings');
    table.primary(['tenant', 'day', 'group_ref']);
    table.unique(['tenant', 'group_ref', 'day']);
  });

  await knex.schema.createTable('activity_returns', table => {
    table.integer('account').notNullable();
    required(table, 'sku_id', 'returned_on', 'tenant');
    // Empty where it was never used before.
    table.specificType('inactive_since', textType);
    table.primary(['account', 'sku_id', 'returned_on']);
  });
  await knex.raw(
    'create index activity_returns_day_idx on activity_returns (tenant, returned_on, account, sku_id, inactive_since)',
  );

  await knex.schema.createTable('reported_times', table => {
    required(table, 'tenant', 'report', 'first', 'last');
    table.primary(['tenant', 'report', 'first']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'reported_times',
    'activity_returns',
    'group_snapshots',
    'sku_snapshots',
  ]) {
    await knex.schema.dropTable(table);
  }
};
