// @ts-check

const { createHash } = require('node:crypto');

/**
 * Suspicious activities of accounts beside those of report rows that match
 * none, each with its cause, and what people recognized of them. An id tells
 * nobody's name, because it stands in addresses; it is the same whenever the
 * same row or account comes back, so that what was recognized is known then.
 */

const SERVICES = [
  'exchange',
  'teams',
  'one_drive',
  'outlook',
  'share_point',
  'skype_for_business',
  'yammer',
];

/** SQLite counts the values of a statement. */
const AT_ONCE = 20;

/**
 * @param {import('knex').Knex} knex
 */
function columnsOf(knex) {
  const textType = knex.client.config.client.includes('pg')
    ? 'text collate "C"'
    : 'text';
  return {
    /**
     * @param {import('knex').Knex.CreateTableBuilder} table
     * @param {string[]} names
     */
    required: (table, ...names) =>
      names.forEach(name => table.specificType(name, textType).notNullable()),
    /**
     * @param {import('knex').Knex.CreateTableBuilder} table
     * @param {string[]} names
     */
    optional: (table, ...names) =>
      names.forEach(name => table.specificType(name, textType)),
  };
}

const SERVICE_COLUMNS = SERVICES.flatMap(service => [
  `${service}_date`,
  `${service}_report`,
]);

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  const { required, optional } = columnsOf(knex);
  const rows = await knex('suspicious_activities');
  await knex.schema.dropTable('suspicious_activities');

  await knex.schema.createTable('suspicious_activities', table => {
    required(table, 'tenant', 'id', 'cause', 'type', 'first_seen_at');
    // Of a row of an account these are what the account says.
    table.integer('account');
    optional(table, 'principal_name_key', 'user_principal_name');
    optional(table, 'display_name', 'display_name_key');
    optional(table, 'last_activity_date');
    // The newest report of each kind that had this row.
    optional(table, 'active_users_report', 'email_apps_report');
    optional(table, ...SERVICE_COLUMNS);
    table.primary(['tenant', 'id']);
  });
  for (const [name, columns, condition] of [
    ['date', 'tenant, last_activity_date, id'],
    ['type', 'tenant, type, last_activity_date, id'],
    ['principal_name', 'tenant, principal_name_key', 'account is null'],
    ['display_name', 'tenant, display_name_key', 'account is null'],
    ['account', 'account', 'account is not null'],
  ]) {
    await knex.raw(
      `create index suspicious_activities_${name}_idx on suspicious_activities (${columns})${
        condition ? ` where ${condition}` : ''
      }`,
    );
  }
  await knex.batchInsert(
    'suspicious_activities',
    rows.map(row => ({
      ...row,
      id: createHash('sha256')
        .update(`name:${row.principal_name_key}`)
        .digest('base64url')
        .slice(0, 22),
      cause: 'noAccount',
      type: 'unknown',
      display_name_key:
        row.display_name && row.display_name.toLocaleLowerCase('en'),
    })),
    AT_ONCE,
  );

  await knex.schema.createTable('recognitions', table => {
    required(table, 'tenant', 'id', 'cause', 'note');
    required(table, 'recognized_by', 'recognized_at');
    table.primary(['tenant', 'id']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  const { required, optional } = columnsOf(knex);
  await knex.schema.dropTable('recognitions');
  const rows = await knex('suspicious_activities').whereNull('account');
  await knex.schema.dropTable('suspicious_activities');
  await knex.schema.createTable('suspicious_activities', table => {
    required(table, 'tenant', 'principal_name_key', 'user_principal_name');
    optional(table, 'display_name', 'last_activity_date');
    optional(table, 'active_users_report', 'email_apps_report');
    required(table, 'first_seen_at');
    optional(table, ...SERVICE_COLUMNS);
    table.primary(['tenant', 'principal_name_key']);
  });
  await knex.raw(
    'create index suspicious_activities_date_idx on suspicious_activities (tenant, last_activity_date, principal_name_key)',
  );
  await knex.batchInsert(
    'suspicious_activities',
    rows.map(({ id, cause, type, account, display_name_key, ...row }) => row),
    AT_ONCE,
  );
};
