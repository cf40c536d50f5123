import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { DatabaseAccountStore } from './AccountStore';
import { DatabaseActivityStore } from './ActivityStore';
import { DatabaseLicenseStore } from './LicenseStore';
import { DatabaseReclamationStore } from './ReclamationStore';
import { DatabaseTaskRunStore } from './TaskRunStore';
import { tune } from './sql';
import type { Stores } from './types';
import { Upkeep } from './Upkeep';

/** Where the migrations are. */
export const migrationsDirectory = resolvePackagePath(
  'backstage-plugin-m365-licenses-backend',
  'migrations',
);

/** The stores over a database that has its schema. */
export function storesOf(knex: Knex): Stores {
  const upkeep = new Upkeep(knex);
  return {
    accounts: new DatabaseAccountStore(knex, upkeep),
    activity: new DatabaseActivityStore(knex, upkeep),
    licenses: new DatabaseLicenseStore(knex),
    taskRuns: new DatabaseTaskRunStore(knex),
    reclamations: new DatabaseReclamationStore(knex),
  };
}

/** Brings the plugin's database up to its schema and opens the stores. */
export async function createStores(database: DatabaseService): Promise<Stores> {
  const knex = await database.getClient();
  await tune(knex);
  if (!database.migrations?.skip) {
    await knex.migrate.latest({ directory: migrationsDirectory });
  }
  return storesOf(knex);
}
