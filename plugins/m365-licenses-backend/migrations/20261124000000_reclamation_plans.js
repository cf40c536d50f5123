// @ts-check

/**
 * Plans over many accounts: whose license an item is moves from the plan to the
 * item, and what happened is kept as events, which are only ever added.
 *
 * Plans from before have no evidence, no worth and no approval; those that were
 * not finished can no longer be started, because they were made without.
 */

const EVIDENCE = JSON.stringify({
  reasons: [],
  heldBack: [],
  lastActivityDate: null,
  evaluatedAt: null,
});

/**
 * What becomes of items that were not final.
 *
 * @type {Record<string, { outcome: string; message: string } | undefined>}
 */
const INTERRUPTED = {
  planned: {
    outcome: 'canceled',
    message:
      'Not carried out before the license manager was updated; plan it anew.',
  },
  running: {
    outcome: 'failed',
    message:
      'The license manager was updated while this was being removed; look at the account whether Microsoft still has it, and plan it anew if so.',
  },
};

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  const isPostgres = knex.client.config.client.includes('pg');
  const textType = isPostgres ? 'text collate "C"' : 'text';

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

  await knex.schema.createTable('reclamation_plans', table => {
    required(table, 'id', 'tenant', 'kind', 'mode', 'status', 'origin');
    required(table, 'reason', 'created_by', 'created_at');
    table.boolean('leave_groups').notNullable();
    table.integer('accounts').notNullable();
    table.integer('items').notNullable();
    optional(table, 'expires_at', 'approved_by', 'approved_at', 'started_by');
    optional(table, 'started_at', 'finished_at', 'canceled_by', 'answer_until');
    optional(table, 'problem', 'retry_at', 'restore_of', 'policy_id');
    optional(table, 'idempotency_key', 'request_hash');
    optional(table, 'claimed_by', 'claimed_at');
    table.primary(['id']);
    table.unique(['created_by', 'idempotency_key']);
    table.index(['tenant', 'created_at', 'id']);
    table.index(['tenant', 'policy_id', 'created_at', 'id']);
    table.index(['tenant', 'status']);
  });

  // The path, the evidence and the worth are JSON.
  await knex.schema.createTable('reclamation_plan_items', table => {
    required(table, 'id', 'tenant', 'reclamation_id', 'account_id');
    required(table, 'user_principal_name', 'display_name');
    // Folded, for lists that are searched by a prefix.
    required(table, 'search_name', 'search_principal_name');
    required(table, 'sku_id', 'path', 'evidence', 'value', 'outcome');
    required(table, 'message', 'created_at');
    table.integer('position').notNullable();
    table.integer('attempts').notNullable();
    optional(table, 'request_id', 'started_at', 'finished_at', 'restores');
    table.primary(['id']);
    table.unique(['reclamation_id', 'position']);
    table.index(['reclamation_id', 'outcome', 'position']);
    // What counts, and what is worked on next, need no more than their index.
    table.index(['reclamation_id', 'outcome', 'value']);
    table.index(['reclamation_id', 'account_id', 'position']);
    table.index(['tenant', 'account_id', 'created_at', 'id']);
    table.index(['tenant', 'created_at', 'id']);
    table.index(['restores']);
    table.foreign('reclamation_id').references('reclamation_plans.id');
  });

  await knex.schema.createTable('reclamation_events', table => {
    // Rises in the order in which things happened.
    table.bigIncrements('number');
    required(table, 'tenant', 'reclamation_id', 'at', 'type', 'message');
    optional(table, 'item_id', 'by', 'request_id');
    table.index(['reclamation_id', 'number']);
    table.foreign('reclamation_id').references('reclamation_plans.id');
  });

  await knex.raw(
    `insert into reclamation_plans
      (id, tenant, kind, mode, status, origin, reason, created_by, created_at,
       leave_groups, accounts, items, started_at, finished_at,
       idempotency_key, request_hash)
     select id, tenant, 'reclaim', 'immediate',
       case when finished_at is null then 'canceled' else 'finished' end,
       'users', reason, created_by, created_at, ?, 1,
       (select count(*) from reclamation_items where reclamation_id = p.id),
       (select min(started_at) from reclamation_items where reclamation_id = p.id),
       finished_at, idempotency_key, request_hash
     from reclamations p`,
    [false],
  );
  const earlier = await knex('reclamation_items as i')
    .join('reclamations as p', 'p.id', 'i.reclamation_id')
    .select(
      'i.*',
      'p.tenant',
      'p.user_id',
      'p.user_principal_name',
      'p.display_name',
      'p.created_at',
    );
  for (const item of earlier) {
    const path = JSON.parse(item.path);
    const interrupted = INTERRUPTED[item.outcome];
    await knex('reclamation_plan_items').insert({
      id: item.id,
      tenant: item.tenant,
      reclamation_id: item.reclamation_id,
      account_id: item.user_id,
      user_principal_name: item.user_principal_name,
      display_name: item.display_name,
      search_name: item.display_name.toLocaleLowerCase('en'),
      search_principal_name: item.user_principal_name.toLocaleLowerCase('en'),
      sku_id: item.sku_id,
      path: JSON.stringify({
        group:
          path.groupId === null
            ? null
            : {
                id: path.groupId,
                name: path.groupName,
                leaving: 'unknown',
                owners: [],
                otherSkuIds: [],
              },
        state: path.state,
        error: path.error,
        disabledPlans: path.disabledPlans,
        assignedAt: path.assignedAt,
      }),
      evidence: EVIDENCE,
      value: '[]',
      outcome: interrupted?.outcome ?? item.outcome,
      message: interrupted?.message ?? item.message,
      created_at: item.created_at,
      position: item.position,
      attempts: item.started_at === null ? 0 : 1,
      request_id: item.request_id,
      started_at: item.started_at,
      finished_at: item.finished_at,
    });
  }
  await knex.raw(
    `insert into reclamation_events
      (tenant, reclamation_id, at, type, "by", message)
     select tenant, id, created_at, 'created', created_by, reason
     from reclamation_plans order by created_at, id`,
  );
  await knex.raw(
    `insert into reclamation_events
      (tenant, reclamation_id, item_id, at, type, message, request_id)
     select tenant, reclamation_id, id, finished_at, 'outcome', message,
       request_id
     from reclamation_plan_items where finished_at is not null
     order by finished_at, position`,
  );
  await knex.schema.dropTable('reclamation_items');
  await knex.schema.dropTable('reclamations');

  if (isPostgres) {
    await knex.raw(
      `create function reclamation_events_stay() returns trigger as $$
       begin
         raise exception 'What happened to a reclamation is never changed';
       end $$ language plpgsql`,
    );
    await knex.raw(
      `create trigger reclamation_events_stay
       before update or delete or truncate on reclamation_events
       for each statement execute function reclamation_events_stay()`,
    );
  } else {
    for (const change of ['update', 'delete']) {
      await knex.raw(
        `create trigger reclamation_events_no_${change}
         before ${change} on reclamation_events
         begin
           select raise(abort, 'What happened to a reclamation is never changed');
         end`,
      );
    }
  }
};

/**
 * Back to the tables of before, empty: they cannot hold plans over many accounts.
 *
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  const isPostgres = knex.client.config.client.includes('pg');
  const textType = isPostgres ? 'text collate "C"' : 'text';
  await knex.schema.dropTable('reclamation_events');
  if (isPostgres) {
    await knex.raw('drop function reclamation_events_stay()');
  }
  await knex.schema.dropTable('reclamation_plan_items');
  await knex.schema.dropTable('reclamation_plans');
  await knex.schema.createTable('reclamations', table => {
    for (const name of [
      ...['id', 'tenant', 'user_id', 'user_principal_name', 'display_name'],
      ...['reason', 'created_by', 'created_at'],
    ]) {
      table.specificType(name, textType).notNullable();
    }
    for (const name of [
      ...['finished_at', 'idempotency_key', 'request_hash'],
      ...['claimed_by', 'claimed_at'],
    ]) {
      table.specificType(name, textType);
    }
    table.primary(['id']);
    table.unique(['created_by', 'idempotency_key']);
    table.index(['tenant', 'created_at', 'id']);
  });
  await knex.schema.createTable('reclamation_items', table => {
    for (const name of [
      ...['id', 'reclamation_id', 'sku_id', 'path', 'outcome', 'message'],
    ]) {
      table.specificType(name, textType).notNullable();
    }
    table.integer('position').notNullable();
    for (const name of ['request_id', 'started_at', 'finished_at']) {
      table.specificType(name, textType);
    }
    table.primary(['id']);
    table.unique(['reclamation_id', 'position']);
    table.foreign('reclamation_id').references('reclamations.id');
  });
};
