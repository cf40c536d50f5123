import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { createStores, migrationsDirectory, storesOf } from './index';
import { isPostgres } from './sql';
import { activeUser, AT, E3, sku } from './__testUtils__/records';

jest.setTimeout(60_000);

const FIRST_TABLES = [
  'accounts',
  'assignments',
  'license_groups',
  'reclamation_items',
  'reclamations',
  'reports',
  'skus',
  'subscriptions',
  'suspicious_activities',
  'task_runs',
  'tenants',
];

/** The plugin's tables, by name. */
async function tablesOf(knex: Knex): Promise<string[]> {
  const names: { name: string }[] = isPostgres(knex)
    ? await knex('pg_tables')
        .where({ schemaname: 'public' })
        .select({ name: 'tablename' })
    : await knex('sqlite_master').where({ type: 'table' }).select('name');
  return names
    .map(({ name }) => name)
    .filter(name => !/^(knex|sqlite)_/.test(name))
    .sort();
}

/** Migrations that only create tables, and which. */
const CREATING: [name: string, tables: string[]][] = [
  [
    '20261123020000_products.js',
    ['product_plans', 'product_source', 'products', 'service_plans'],
  ],
  [
    '20261123040000_candidates.js',
    ['candidate_counts', 'candidates', 'exemptions'],
  ],
  [
    '20261123050000_evaluation.js',
    ['catalog_groups', 'catalog_members', 'evaluations', 'use_counts'],
  ],
  [
    '20261123060000_history.js',
    ['activity_returns', 'group_snapshots', 'reported_times', 'sku_snapshots'],
  ],
  [
    '20261124010000_questions.js',
    ['question_items', 'question_recipients', 'questions'],
  ],
  ['20261124020000_policies.js', ['policies', 'reclamation_switches']],
];

describe('migrations', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

  it.each(databases.eachSupportedId())(
    '20261122000000_init.js goes up, holds data and goes down, %p',
    async id => {
      const knex = await databases.init(id);
      const tables = () => tablesOf(knex);

      await knex.migrate.up({
        directory: migrationsDirectory,
        name: '20261122000000_init.js',
      });
      expect(await tables()).toEqual(FIRST_TABLES);
      await knex('reclamations').insert({
        id: 'r',
        tenant: 'contoso',
        user_id: 'u',
        user_principal_name: 'maya@contoso.example',
        display_name: 'Maya',
        reason: 'left',
        created_by: 'user:default/olivia',
        created_at: AT.toISOString(),
      });
      await expect(
        knex('reclamation_items').insert({
          id: 'i',
          reclamation_id: 'another',
          position: 0,
          sku_id: E3,
          path: '{}',
          outcome: 'planned',
          message: '',
        }),
      ).rejects.toThrow(/foreign key/i);

      await knex.migrate.down({ directory: migrationsDirectory });
      expect(await tables()).toEqual([]);
    },
  );

  it.each(databases.eachSupportedId())(
    '20261123000000_connections.js keeps what is there up and down, %p',
    async id => {
      const knex = await databases.init(id);
      const migration = { directory: migrationsDirectory };
      await knex.migrate.up({ ...migration, name: '20261122000000_init.js' });
      const tenant = {
        tenant: 'contoso',
        skus_captured_at: AT.toISOString(),
        subscriptions_captured_at: null,
      };
      await knex('tenants').insert(tenant);
      const columns = await knex('tenants').columnInfo();

      await knex.migrate.up({
        ...migration,
        name: '20261123000000_connections.js',
      });
      expect(await tablesOf(knex)).toEqual(
        [
          ...FIRST_TABLES,
          'authorizations',
          'connection_checks',
          'connection_refusals',
          'pending_authorizations',
        ].sort(),
      );
      expect(await knex('tenants')).toEqual([
        { ...tenant, tenant_id: null, retired_at: null },
      ]);
      await knex('tenants').update({ tenant_id: E3 });
      const authorization = {
        tenant: 'contoso',
        purpose: 'sync',
        user_principal_name: 'admin@contoso.example',
        authorized_by: 'user:default/olivia',
        authorized_at: AT.toISOString(),
        scopes: '[]',
        token_cache: 'encrypted',
      };
      await knex('authorizations').insert(authorization);
      await expect(
        knex('authorizations').insert(authorization),
      ).rejects.toThrow(/unique/i);

      await knex.migrate.down(migration);
      expect(await tablesOf(knex)).toEqual(FIRST_TABLES);
      expect(await knex('tenants')).toEqual([tenant]);
      expect(await knex('tenants').columnInfo()).toEqual(columns);
      await expect(knex('tenants').insert(tenant)).rejects.toThrow(/unique/i);
      await knex.migrate.up(migration);
      expect(await knex('authorizations')).toEqual([]);
    },
  );

  describe.each(CREATING)('%s', (name, created) => {
    it.each(databases.eachSupportedId())('goes up and down, %p', async id => {
      const knex = await databases.init(id);
      const migration = { directory: migrationsDirectory };
      await knex.migrate.latest(migration);
      const tables = await tablesOf(knex);
      expect(tables).toEqual(expect.arrayContaining(created));

      await knex.migrate.down({ ...migration, name });
      expect(await tablesOf(knex)).toEqual(
        tables.filter(table => !created.includes(table)),
      );
      await knex.migrate.up({ ...migration, name });
      expect(await tablesOf(knex)).toEqual(tables);
    });
  });

  it.each(databases.eachSupportedId())(
    '20261123010000_assignment_activity.js keeps what is there up and down, %p',
    async id => {
      const knex = await databases.init(id);
      const migration = { directory: migrationsDirectory };
      await knex.migrate.up({ ...migration, name: '20261122000000_init.js' });
      await knex('accounts').insert({
        number: 1,
        tenant: 'contoso',
        id: E3,
        hash: '',
        user_principal_name: '',
        display_name: '',
        display_name_key: '',
        principal_name_key: '',
        user_type: 'member',
        first_seen_at: AT.toISOString(),
        created_at: '2024-02-03T04:05:06.000Z',
        enabled: true,
        licensed: true,
      });
      const assignment = {
        account: 1,
        sku_id: E3,
        tenant: 'contoso',
        state: 'Active',
        error: null,
        disabled_plans: '[]',
      };
      const assignments = [
        { ...assignment, group_id: '', assigned_at: null },
        {
          ...assignment,
          group_id: 'g',
          assigned_at: '2026-01-10T08:00:00.000Z',
        },
      ];
      await knex('assignments').insert(assignments);
      const stored = () => knex('assignments').orderBy('group_id');
      const columns = await knex('assignments').columnInfo();

      await knex.migrate.up({
        ...migration,
        name: '20261123010000_assignment_activity.js',
      });
      const unknown = { services: null, last_activity_date: null };
      expect(await stored()).toEqual([
        { ...assignments[0], ...unknown, assigned_on: '2024-02-03' },
        { ...assignments[1], ...unknown, assigned_on: '2026-01-10' },
      ]);

      await knex.migrate.down(migration);
      expect(await stored()).toEqual(assignments);
      expect(await knex('assignments').columnInfo()).toEqual(columns);
      await expect(knex('assignments').insert(assignments[0])).rejects.toThrow(
        /unique/i,
      );
      await knex.migrate.up({
        ...migration,
        name: '20261123010000_assignment_activity.js',
      });
      expect(await stored()).toHaveLength(2);
    },
  );

  it.each(databases.eachSupportedId())(
    '20261123070000_suspicious_activities.js keeps what is there up and down, %p',
    async id => {
      const knex = await databases.init(id);
      const migration = { directory: migrationsDirectory };
      const name = '20261123070000_suspicious_activities.js';
      await knex.migrate.up({ ...migration, name: '20261122000000_init.js' });
      const rows = Array.from({ length: 45 }, (_, index) => ({
        tenant: 'contoso',
        principal_name_key: `stranger${index + 10}@contoso.example`,
        user_principal_name: `Stranger${index + 10}@contoso.example`,
        display_name: index % 2 ? 'Émile ODD' : null,
        last_activity_date: '2026-11-10',
        active_users_report: '2026-11-19',
        email_apps_report: null,
        first_seen_at: AT.toISOString(),
        teams_date: '2026-11-10',
        teams_report: '2026-11-19',
      }));
      await knex.batchInsert('suspicious_activities', rows, 10);
      const stored = () =>
        knex('suspicious_activities').orderBy('principal_name_key');
      const before = await stored();
      const columns = await knex('suspicious_activities').columnInfo();

      await knex.migrate.up({ ...migration, name });
      const after = await stored();
      expect(after).toEqual(
        before.map(row => ({
          ...row,
          id: expect.stringMatching(/^[\w-]{22}$/),
          cause: 'noAccount',
          type: 'unknown',
          account: null,
          display_name_key: row.display_name && 'émile odd',
        })),
      );
      // The rows have the ids that the store finds them by.
      const stores = storesOf(knex);
      await knex.migrate.latest(migration);
      await stores.activity.storeRows(
        'contoso',
        [
          activeUser(
            'stranger10@contoso.example',
            { teams: '2026-11-20' },
            { reportRefreshDate: '2026-11-22' },
          ),
        ],
        AT,
      );
      expect(
        await knex('suspicious_activities').where({ id: after[0].id }),
      ).toMatchObject([{ last_activity_date: '2026-11-20' }]);
      await stores.suspicious.storeFor(
        'contoso',
        [
          {
            account: { number: 7, id: E3, lastActivityDate: '2026-11-10' },
            cause: 'guest',
          },
        ],
        AT,
      );
      await knex('suspicious_activities').where({ id: after[0].id }).update({
        last_activity_date: before[0].last_activity_date,
        active_users_report: before[0].active_users_report,
        teams_date: before[0].teams_date,
        teams_report: before[0].teams_report,
      });

      await knex.migrate.down({ ...migration, name });
      expect(await stored()).toEqual(before);
      expect(await knex('suspicious_activities').columnInfo()).toEqual(columns);
      await expect(
        knex('suspicious_activities').insert(rows[0]),
      ).rejects.toThrow(/unique/i);
      await knex.migrate.up({ ...migration, name });
      expect(await stored()).toHaveLength(rows.length);
    },
  );

  it.each(databases.eachSupportedId())(
    '20261123080000_modified.js keeps what is there up and down, %p',
    async id => {
      const knex = await databases.init(id);
      const migration = { directory: migrationsDirectory };
      const name = '20261123080000_modified.js';
      await knex.migrate.up({ ...migration, name: '20261122000000_init.js' });
      await knex('tenants').insert({ tenant: 'contoso' });
      await knex('accounts').insert({
        tenant: 'contoso',
        id: E3,
        hash: '',
        user_principal_name: '',
        display_name: '',
        display_name_key: '',
        principal_name_key: '',
        user_type: 'member',
        first_seen_at: AT.toISOString(),
        enabled: true,
        licensed: true,
      });
      await knex('reports').insert({
        tenant: 'contoso',
        report: 'activeUsers',
        newest: '2026-11-19',
        first: '2026-11-01',
        completed_at: AT.toISOString(),
      });
      const stored = async () => ({
        tenants: await knex('tenants'),
        accounts: await knex('accounts'),
        reports: await knex('reports'),
      });
      const before = await stored();
      const columns = await knex('accounts').columnInfo();

      const started = new Date().toISOString();
      await knex.migrate.up({ ...migration, name });
      const modified = {
        modified_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      };
      const after = await stored();
      expect(after).toEqual({
        tenants: [{ ...before.tenants[0], ...modified }],
        accounts: [{ ...before.accounts[0], ...modified }],
        reports: [
          {
            ...before.reports[0],
            row_count: null,
            drop_since: null,
            drop_rows: null,
          },
        ],
      });
      expect(after.accounts[0].modified_at >= started).toBe(true);
      expect(after.tenants[0].modified_at).toBe(after.accounts[0].modified_at);

      await knex.migrate.down({ ...migration, name });
      expect(await stored()).toEqual(before);
      expect(await knex('accounts').columnInfo()).toEqual(columns);
      await expect(knex('accounts').insert(before.accounts[0])).rejects.toThrow(
        /unique/i,
      );
      await knex.migrate.up({ ...migration, name });
      expect((await stored()).accounts).toHaveLength(1);
    },
  );

  it.each(databases.eachSupportedId())(
    '20261124000000_reclamation_plans.js carries plans over, %p',
    async id => {
      const knex = await databases.init(id);
      const migration = { directory: migrationsDirectory };
      const name = '20261124000000_reclamation_plans.js';
      await knex.migrate.up({ ...migration, name: '20261122000000_init.js' });
      const later = (minutes: number) =>
        new Date(AT.getTime() + minutes * 60_000).toISOString();
      const plan = (planId: string, finishedAt: string | null) => ({
        id: planId,
        tenant: 'contoso',
        user_id: 'u',
        user_principal_name: 'Maya@contoso.example',
        display_name: 'Maya ÄNN',
        reason: `left ${planId}`,
        created_by: 'user:default/olivia',
        created_at: AT.toISOString(),
        finished_at: finishedAt,
        idempotency_key: `key-${planId}`,
        request_hash: 'hash',
      });
      const item = (
        planId: string,
        position: number,
        outcome: string,
        more: object = {},
      ) => ({
        id: `${planId}-${position}`,
        reclamation_id: planId,
        position,
        sku_id: E3,
        path: JSON.stringify({
          skuId: E3,
          groupId: position === 1 ? 'g' : null,
          groupName: position === 1 ? 'Sales' : null,
          disabledPlans: ['p'],
          state: 'Active',
          error: null,
          assignedAt: AT.toISOString(),
        }),
        outcome,
        message: `Was ${outcome}.`,
        ...more,
      });
      await knex('reclamations').insert([
        plan('done', later(2)),
        plan('open', null),
      ]);
      await knex('reclamation_items').insert([
        item('done', 0, 'reclaimed', {
          request_id: 'request',
          started_at: later(1),
          finished_at: later(2),
        }),
        item('done', 1, 'inheritedFromGroup'),
        item('open', 0, 'planned'),
        item('open', 1, 'running', { started_at: later(1) }),
      ]);

      await knex.migrate.up({ ...migration, name });
      const { reclamations } = storesOf(knex);
      const account = {
        id: 'u',
        userPrincipalName: 'Maya@contoso.example',
        displayName: 'Maya ÄNN',
      };
      expect(await reclamations.get('contoso', 'done')).toMatchObject({
        kind: 'reclaim',
        mode: 'immediate',
        status: 'finished',
        origin: 'users',
        reason: 'left done',
        createdBy: 'user:default/olivia',
        createdAt: AT.toISOString(),
        startedAt: later(1),
        finishedAt: later(2),
        account,
        accounts: 1,
        items: 2,
        counts: [
          { outcome: 'reclaimed', items: 1, value: [] },
          { outcome: 'inheritedFromGroup', items: 1, value: [] },
        ],
        restorable: { items: 1, firstAt: later(2) },
      });
      const path = {
        state: 'Active',
        error: null,
        disabledPlans: ['p'],
        assignedAt: AT.toISOString(),
      };
      expect(await reclamations.items('done')).toMatchObject([
        {
          account,
          skuId: E3,
          path: { ...path, group: null },
          outcome: 'reclaimed',
          message: 'Was reclaimed.',
          attempts: 1,
          requestId: 'request',
          startedAt: later(1),
          finishedAt: later(2),
        },
        {
          path: {
            ...path,
            group: { id: 'g', name: 'Sales', leaving: 'unknown' },
          },
          attempts: 0,
        },
      ]);
      // What was not finished cannot be started any more.
      expect(await reclamations.get('contoso', 'open')).toMatchObject({
        status: 'canceled',
      });
      expect(await reclamations.items('open')).toMatchObject([
        { outcome: 'canceled', message: expect.stringMatching(/plan it anew/) },
        { outcome: 'failed', message: expect.stringMatching(/still has it/) },
      ]);
      expect(
        await reclamations.listItems('contoso', { limit: 9, text: 'maya änn' }),
      ).toMatchObject({ totalItems: 4 });
      expect(
        await reclamations.events('contoso', {
          reclamationId: 'done',
          planOnly: false,
          limit: 9,
        }),
      ).toMatchObject({
        items: [
          { type: 'outcome', at: later(2), requestId: 'request', account },
          { type: 'created', by: 'user:default/olivia', at: AT.toISOString() },
        ],
      });
      // A key that was used stays used.
      expect(
        await reclamations.repeated('user:default/olivia', {
          key: 'key-done',
          requestHash: 'hash',
        }),
      ).toMatchObject({ id: 'done' });

      await knex.migrate.down({ ...migration, name });
      expect(await tablesOf(knex)).toEqual(FIRST_TABLES);
      await knex('reclamations').insert(plan('done', null));
      await knex.migrate.up({ ...migration, name });
      expect(await knex('reclamation_plans')).toHaveLength(1);
    },
  );

  it.each(databases.eachSupportedId())(
    'run when the stores are opened, unless they are to be skipped, %p',
    async id => {
      const knex = await databases.init(id);
      const getClient = async () => knex;
      const skipping = await createStores({
        getClient,
        migrations: { skip: true },
      });
      await expect(skipping.licenses.captured('contoso')).rejects.toThrow(
        /tenants/,
      );

      const stores = await createStores({ getClient });
      await stores.licenses.store('contoso', { skus: [sku(E3)] }, AT);
      expect(await stores.licenses.captured('contoso')).toHaveLength(1);
    },
  );
});
