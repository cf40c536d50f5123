import { TestDatabases } from '@backstage/backend-test-utils';
import { createStores, migrationsDirectory } from './index';
import { AT, E3, sku } from './__testUtils__/records';

jest.setTimeout(60_000);

describe('migrations', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

  it.each(databases.eachSupportedId())(
    '20261122000000_init.js goes up, holds data and goes down, %p',
    async id => {
      const knex = await databases.init(id);
      const tables = async () => {
        const names: { name: string }[] = id.startsWith('POSTGRES')
          ? await knex('pg_tables')
              .where({ schemaname: 'public' })
              .select({ name: 'tablename' })
          : await knex('sqlite_master').where({ type: 'table' }).select('name');
        return names
          .map(({ name }) => name)
          .filter(name => !/^(knex|sqlite)_/.test(name))
          .sort();
      };

      await knex.migrate.up({
        directory: migrationsDirectory,
        name: '20261122000000_init.js',
      });
      expect(await tables()).toEqual([
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
      ]);
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
