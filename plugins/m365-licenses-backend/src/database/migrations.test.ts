import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { createStores, migrationsDirectory } from './index';
import { isPostgres } from './sql';
import { AT, E3, sku } from './__testUtils__/records';

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

  it.each(databases.eachSupportedId())(
    '20261123020000_products.js goes up and down, %p',
    async id => {
      const knex = await databases.init(id);
      const migration = { directory: migrationsDirectory };
      await knex.migrate.latest(migration);
      const tables = await tablesOf(knex);
      const products = [
        'product_plans',
        'product_source',
        'products',
        'service_plans',
      ];
      expect(tables).toEqual(expect.arrayContaining(products));

      const name = '20261123020000_products.js';
      await knex.migrate.down({ ...migration, name });
      expect(await tablesOf(knex)).toEqual(
        tables.filter(table => !products.includes(table)),
      );
      await knex.migrate.up({ ...migration, name });
      expect(await tablesOf(knex)).toEqual(tables);
    },
  );

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
