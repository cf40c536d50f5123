// @ts-check

/**
 * The first schema: what is known of each tenant's accounts, licenses and
 * activity, the ledger of task runs, and reclamations.
 *
 * Everything is keyed by the tenant's name in the configuration. Times are
 * ISO 8601 text in UTC and days are YYYY-MM-DD text, and text is compared byte
 * by byte, so that both databases give back, sort and page the same. Rows of
 * an account carry its number instead of its id and have no foreign key: they
 * are written by the hundred thousand, and accounts are never erased.
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
  /** @param {import('knex').Knex.CreateTableBuilder} table */
  const services = table =>
    SERVICES.forEach(service =>
      optional(table, `${service}_date`, `${service}_report`),
    );

  // The row that writers of a tenant's accounts take turns on.
  await knex.schema.createTable('tenants', table => {
    required(table, 'tenant');
    optional(table, 'skus_captured_at', 'subscriptions_captured_at');
    table.primary(['tenant']);
  });

  await knex.schema.createTable('accounts', table => {
    table.increments('number');
    required(table, 'tenant', 'id', 'hash', 'user_principal_name');
    required(table, 'display_name', 'user_type', 'first_seen_at');
    table.boolean('enabled').notNullable();
    optional(table, 'email', 'given_name', 'surname', 'department');
    optional(table, 'job_title', 'company_name', 'office_location');
    optional(table, 'country', 'usage_location', 'created_at');
    optional(table, 'last_sign_in_at', 'deactivated_at', 'deleted_at');
    table.boolean('deleted').notNullable().defaultTo(false);
    table.boolean('licensed').notNullable();
    optional(table, 'licensed_since', 'last_activity_date');
    services(table);
    required(table, 'display_name_key', 'principal_name_key');
    optional(table, 'surname_key', 'email_key', 'department_key');
    table.unique(['tenant', 'id']);
  });
  /** @type {[name: string, columns: string, condition?: string][]} */
  const indexes = [
    // Holders of a product are counted from this one and that of assignments.
    ['present', 'number'],
    ['display_name', 'display_name_key, number'],
    ['principal_name', 'principal_name_key, number'],
    ['surname', 'surname_key, number', 'surname_key is not null'],
    ['email', 'email_key, number', 'email_key is not null'],
    ['department', 'department_key, number'],
    ['created', 'created_at, number'],
    // These two hold all that counts of a whole tenant need; few values make
    // the first one small.
    ['kind', 'licensed, enabled, user_type'],
    ['activity', 'last_activity_date, number, licensed, licensed_since'],
    ...SERVICES.map(
      service =>
        /** @type {[string, string, string]} */ ([
          service,
          `licensed, ${service}_date, number`,
          `${service}_date is not null`,
        ]),
    ),
  ];
  for (const [name, columns, condition] of indexes) {
    await knex.raw(
      `create index accounts_${name}_idx on accounts (tenant, deleted, ${columns})${
        condition ? ` where ${condition}` : ''
      }`,
    );
  }

  await knex.schema.createTable('assignments', table => {
    table.integer('account').notNullable();
    // The group's id is empty for a direct assignment.
    required(table, 'sku_id', 'group_id', 'tenant', 'state', 'disabled_plans');
    optional(table, 'error', 'assigned_at');
    table.primary(['account', 'sku_id', 'group_id']);
  });
  await knex.raw(
    'create index assignments_sku_idx on assignments (tenant, sku_id, account)',
  );
  await knex.raw(
    `create index assignments_group_idx on assignments (tenant, group_id) where group_id <> ''`,
  );

  await knex.schema.createTable('license_groups', table => {
    required(table, 'tenant', 'id');
    optional(table, 'display_name', 'named_at');
    table.primary(['tenant', 'id']);
  });

  await knex.schema.createTable('reports', table => {
    required(table, 'tenant', 'report', 'newest', 'first', 'completed_at');
    table.primary(['tenant', 'report']);
  });

  await knex.schema.createTable('suspicious_activities', table => {
    required(table, 'tenant', 'principal_name_key', 'user_principal_name');
    optional(table, 'display_name', 'last_activity_date');
    // The newest report of each kind that had this row.
    optional(table, 'active_users_report', 'email_apps_report');
    required(table, 'first_seen_at');
    services(table);
    table.primary(['tenant', 'principal_name_key']);
  });
  await knex.raw(
    'create index suspicious_activities_date_idx on suspicious_activities (tenant, last_activity_date, principal_name_key)',
  );

  await knex.schema.createTable('skus', table => {
    required(table, 'tenant', 'sku_id', 'sku_part_number', 'applies_to');
    required(table, 'status', 'service_plans');
    table.integer('consumed').notNullable();
    table.integer('enabled').notNullable();
    table.integer('suspended').notNullable();
    table.integer('warning').notNullable();
    table.integer('locked_out').notNullable();
    optional(table, 'gone_at');
    table.primary(['tenant', 'sku_id']);
  });

  await knex.schema.createTable('subscriptions', table => {
    required(table, 'tenant', 'id', 'sku_id', 'status');
    table.integer('total_licenses').notNullable();
    table.boolean('trial').notNullable();
    optional(table, 'created_at', 'next_lifecycle_at');
    table.primary(['tenant', 'id']);
  });

  await knex.schema.createTable('task_runs', table => {
    required(table, 'id', 'tenant', 'task', 'status', 'started_at', 'alive_at');
    required(table, 'counts', 'left_out', 'malformed');
    optional(table, 'finished_at', 'error');
    table.primary(['id']);
    table.index(['tenant', 'started_at', 'id']);
    table.index(['tenant', 'task', 'started_at', 'id']);
  });

  await knex.schema.createTable('reclamations', table => {
    required(table, 'id', 'tenant', 'user_id', 'user_principal_name');
    required(table, 'display_name', 'reason', 'created_by', 'created_at');
    optional(table, 'finished_at', 'idempotency_key', 'request_hash');
    optional(table, 'claimed_by', 'claimed_at');
    table.primary(['id']);
    table.unique(['created_by', 'idempotency_key']);
    table.index(['tenant', 'created_at', 'id']);
  });

  await knex.schema.createTable('reclamation_items', table => {
    required(table, 'id', 'reclamation_id', 'sku_id', 'path', 'outcome');
    table.integer('position').notNullable();
    required(table, 'message');
    optional(table, 'request_id', 'started_at', 'finished_at');
    table.primary(['id']);
    table.unique(['reclamation_id', 'position']);
    table.foreign('reclamation_id').references('reclamations.id');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'reclamation_items',
    'reclamations',
    'task_runs',
    'subscriptions',
    'skus',
    'suspicious_activities',
    'reports',
    'license_groups',
    'assignments',
    'accounts',
    'tenants',
  ]) {
    await knex.schema.dropTable(table);
  }
};
