// @ts-check

/**
 * What each assignment has to say by itself: the observed services of its
 * enabled service plans (a bit each, empty while the plans of the SKU are not
 * known), the last activity in these, and the day since which it is held.
 *
 * Of rows from before, the services and their activity are filled when the
 * licenses are captured next: `observed_plans` of every SKU is empty until then,
 * which is what makes that run compute them. Their status is unknown meanwhile.
 */

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  const textType = knex.client.config.client.includes('pg')
    ? 'text collate "C"'
    : 'text';

  await knex.schema.alterTable('skus', table => {
    table.specificType('observed_plans', textType);
  });
  await knex.schema.alterTable('assignments', table => {
    table.integer('services');
    table.specificType('last_activity_date', textType);
    table.specificType('assigned_on', textType).notNullable().defaultTo('');
  });
  await knex.raw(
    `update assignments set assigned_on = substr(coalesce(assigned_at, (
      select coalesce(created_at, first_seen_at) from accounts
      where number = account
    ), ''), 1, 10)`,
  );
  // Holds all that the status of a license needs.
  await knex.raw('drop index assignments_sku_idx');
  await knex.raw(
    'create index assignments_sku_idx on assignments (tenant, sku_id, account, services, last_activity_date, assigned_on)',
  );
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.raw('drop index assignments_sku_idx');
  await knex.raw(
    'create index assignments_sku_idx on assignments (tenant, sku_id, account)',
  );
  await knex.schema.alterTable('assignments', table => {
    table.dropColumns('services', 'last_activity_date', 'assigned_on');
  });
  await knex.schema.alterTable('skus', table => {
    table.dropColumn('observed_plans');
  });
};
