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
    'run when the stores are opened, unless they are to be skipped, %p',
    async id => {
      const knex = await databases.init(id);
      const getClient = async () => knex;
      const skipping = await createStores({
        getClient,
        migrations: { skip: true },
      });
      await expect(skipping.licenses.list('contoso')).rejects.toThrow(
        /tenants/,
      );

      const stores = await createStores({ getClient });
      await stores.licenses.store('contoso', { skus: [sku(E3)] }, AT);
      expect(await stores.licenses.list('contoso')).toHaveLength(1);
    },
  );
});
