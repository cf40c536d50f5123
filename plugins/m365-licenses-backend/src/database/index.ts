import { setTimeout } from 'node:timers/promises';
import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { DatabaseAccountStore } from './AccountStore';
import { DatabaseActivityStore } from './ActivityStore';
import { DatabaseAssignmentStore } from './AssignmentStore';
import { DatabaseAuthorizationStore, type Clock } from './AuthorizationStore';
import { DatabaseCatalogGroupStore } from './CatalogGroupStore';
import { DatabaseCandidateStore } from './CandidateStore';
import { DatabaseConnectionStore } from './ConnectionStore';
import { Encryption } from './encryption';
import { DatabaseEvaluationStore } from './EvaluationStore';
import { DatabaseHistoryStore } from './HistoryStore';
import { DatabaseExemptionStore } from './ExemptionStore';
import { DatabaseLicenseStore } from './LicenseStore';
import { DatabasePolicyStore } from './PolicyStore';
import { DatabaseProductStore } from './ProductStore';
import { DatabaseQuestionStore } from './QuestionStore';
import { DatabaseRateStore } from './RateStore';
import { DatabaseReclamationStore } from './ReclamationStore';
import { DatabaseReclamationSwitchStore } from './ReclamationSwitchStore';
import { DatabaseSuspiciousActivityStore } from './SuspiciousActivityStore';
import { DatabaseTaskRunStore } from './TaskRunStore';
import { DatabaseTenantStore } from './TenantStore';
import { DatabaseTermStore } from './TermStore';
import { tune } from './sql';
import type { Stores } from './types';
import { Upkeep } from './Upkeep';

/** Where the migrations are. */
export const migrationsDirectory = resolvePackagePath(
  'backstage-plugin-m365-licenses-backend',
  'migrations',
);

const CLOCK: Clock = { now: () => new Date(), wait: setTimeout };

export interface StoresOptions {
  /**
   * For what people's sign-ins give, each 32 bytes in base64: the first
   * encrypts, all read. None by default: then nobody can sign in.
   */
  encryptionKeys?: string[];
  /**
   * The configured tenants: where License Information is switched off, what
   * people entered of licenses counts.
   */
  tenants?: {
    name: string;
    tasks: { 'license-information': { enabled: boolean } };
  }[];
  /** For renewing tokens and product names; the real time by default. */
  clock?: Clock;
}

/**
 * The stores over a database that has its schema.
 *
 * @throws EncryptionKeyError where a key is not 32 bytes in base64
 */
export function storesOf(knex: Knex, options: StoresOptions = {}): Stores {
  const { encryptionKeys = [], tenants = [], clock = CLOCK } = options;
  const upkeep = new Upkeep(knex);
  const products = new DatabaseProductStore(knex, clock);
  const suspicious = new DatabaseSuspiciousActivityStore(knex);
  const catalogGroups = new DatabaseCatalogGroupStore(knex, upkeep);
  const evaluation = new DatabaseEvaluationStore(knex, catalogGroups);
  return {
    products,
    terms: new DatabaseTermStore(knex),
    rates: new DatabaseRateStore(knex),
    tenants: new DatabaseTenantStore(knex),
    authorizations: new DatabaseAuthorizationStore(
      knex,
      new Encryption(encryptionKeys),
      clock,
    ),
    connections: new DatabaseConnectionStore(knex),
    accounts: new DatabaseAccountStore(knex, upkeep, products),
    activity: new DatabaseActivityStore(knex, upkeep, products, suspicious),
    assignments: new DatabaseAssignmentStore(knex, products),
    suspicious,
    licenses: new DatabaseLicenseStore(knex, {
      upkeep,
      evaluation,
      products,
      enteredFor: new Set(
        tenants
          .filter(({ tasks }) => !tasks['license-information'].enabled)
          .map(({ name }) => name),
      ),
    }),
    history: new DatabaseHistoryStore(knex),
    evaluation,
    catalogGroups,
    candidates: new DatabaseCandidateStore(knex, upkeep),
    exemptions: new DatabaseExemptionStore(knex),
    taskRuns: new DatabaseTaskRunStore(knex),
    reclamations: new DatabaseReclamationStore(knex, upkeep),
    reclamationSwitch: new DatabaseReclamationSwitchStore(knex),
    questions: new DatabaseQuestionStore(knex),
    policies: new DatabasePolicyStore(knex),
  };
}

/**
 * Brings the plugin's database up to its schema and opens the stores.
 *
 * @throws as {@link storesOf}
 */
export async function createStores(
  database: DatabaseService,
  options?: StoresOptions,
): Promise<Stores> {
  const knex = await database.getClient();
  await tune(knex);
  if (!database.migrations?.skip) {
    await knex.migrate.latest({ directory: migrationsDirectory });
  }
  return storesOf(knex, options);
}
