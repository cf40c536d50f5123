import { mockServices } from '@backstage/backend-test-utils';
import type {
  PolicyInput,
  SyncTaskName,
  TaskRun,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import type { ReclamationConfig } from '../../config';
import type { StoredPolicy, Stores } from '../../database/types';
import {
  activeUser,
  AT,
  direct,
  E3,
  E5,
  idOf,
  sku,
  storeRoster,
  user,
} from '../../database/__testUtils__/records';
import {
  groupEntity,
  TENANT,
  testEvaluation,
  userEntity,
} from '../../evaluation/__testUtils__/evaluation';
import type { GraphConnection } from '../../graph/types';
import { term } from '../../insights/__testUtils__/licenses';
import {
  Reclamations,
  type ReclamationTenant,
} from '../../reclamation/Reclamations';
import { Policies, type PoliciesOptions } from '../Policies';

export const OLIVIA = 'user:default/olivia';
export const NOAH = 'user:default/noah';
export const GERMANY = 'group:default/germany';
export const BERLIN = 'group:default/berlin';

/** Every candidate that a policy may name, every week. */
export const EVERYTHING: PolicyInput = {
  name: 'All that nobody uses',
  reasons: ['disabled', 'neverActive', 'inactive'],
  skuIds: [],
  department: null,
  group: null,
  mode: 'immediate',
  everyDays: 7,
  maxItems: 100,
  quietHours: null,
};

const CONFIG: ReclamationConfig = {
  fourEyes: false,
  leaveGroups: false,
  planValidDays: 7,
  maxShareOfLicense: 0.25,
  takeOverAfterSeconds: 30,
  dryRunsNeeded: 2,
  ask: {
    answerDays: 5,
    remindAfterDays: 3,
    askAgainAfterDays: 90,
    keepDays: 180,
  },
};

const EXCHANGE = {
  servicePlanId: 'efb87545-963c-4e0d-99df-69c6916d9eb0',
  servicePlanName: 'EXCHANGE_S',
  appliesTo: 'User' as const,
};

/**
 * Who holds what: 1 to 4 of Sales never used E3, 5 and 6 of Finance are
 * disabled and have the dearer E5, 7 and 8 use what they have.
 */
const USERS = [
  ...[1, 2, 3, 4].map(number => user(number)),
  ...[5, 6].map(number =>
    user(number, {
      department: 'Finance',
      accountEnabled: false,
      assignments: [direct(E5)],
    }),
  ),
  ...[7, 8].map(number => user(number)),
];

const COUNTS = {
  read: 8,
  added: 8,
  changed: 0,
  unchanged: 0,
  gone: 0,
  malformed: 0,
  unmatched: 0,
};

/** Stores that a task ran. */
export async function ran(
  stores: Stores,
  task: SyncTaskName,
  at: Date,
  error: TaskRun['error'] = null,
): Promise<void> {
  const id = await stores.taskRuns.start(TENANT, task, at);
  await stores.taskRuns.finish(id, {
    status: error ? 'failed' : 'succeeded',
    at,
    counts: COUNTS,
    leftOut: [],
    malformed: [],
    error,
  });
}

/** Stores reports of a day, and of so many rows. */
export async function reported(
  stores: Stores,
  refreshDate: string,
  rows = 100,
): Promise<void> {
  const used = { exchange: refreshDate };
  await stores.activity.storeRows(
    TENANT,
    [7, 8].map(number =>
      activeUser(`person${number}@contoso.example`, used, {
        reportRefreshDate: refreshDate,
      }),
    ),
    AT,
  );
  for (const report of ['activeUsers', 'emailApps'] as const) {
    await stores.activity.completeReport(TENANT, report, refreshDate, AT, rows);
  }
}

/** Tables that tests change, besides those of plans, whose events stay. */
const CHANGED_TABLES = [
  'policies',
  'reclamation_switches',
  'task_runs',
  'connection_checks',
  'reports',
  'skus',
  'catalog_groups',
];

/** A tenant whose data is good, with its policies and the time that a test gives. */
export async function policyWorld(
  { knex, stores }: { knex: Knex; stores: Stores },
  overrides: { config?: Partial<ReclamationConfig> } = {},
) {
  const clock = { at: AT };
  const now = () => clock.at;
  const { evaluation, catalogGroups } = testEvaluation(stores, {
    now,
    entities: [
      groupEntity('germany'),
      groupEntity('berlin', { childOf: ['germany'] }),
      userEntity('ines', {
        memberOf: ['berlin'],
        annotations: { 'graph.microsoft.com/user-id': idOf(1) },
      }),
      userEntity('finn', {
        memberOf: ['germany'],
        annotations: { 'graph.microsoft.com/user-id': idOf(5) },
      }),
    ],
  });
  await stores.licenses.store(
    TENANT,
    {
      skus: [
        sku(E3, { servicePlans: [EXCHANGE] }),
        sku(E5, { skuPartNumber: 'SPE_E5', servicePlans: [EXCHANGE] }),
      ],
    },
    AT,
  );
  await stores.terms.replace(
    TENANT,
    [
      { skuId: E3, terms: [term({ cost: '10' })] },
      { skuId: E5, terms: [term({ cost: '50' })] },
    ],
    { updatedBy: OLIVIA, at: AT },
  );
  await storeRoster(stores, USERS);
  await reported(stores, '2026-11-19');
  for (const task of ['application-roster', 'application-access'] as const) {
    await ran(stores, task, AT);
  }
  await catalogGroups.refresh();
  await evaluation.evaluate(TENANT);
  const seeded = new Map<string, object[]>();
  for (const table of CHANGED_TABLES) {
    seeded.set(table, await knex(table).select());
  }

  const logger = mockServices.logger.mock();
  const scheduler = mockServices.scheduler.mock();
  const config = { ...CONFIG, ...overrides.config };
  const wake = jest.fn();
  const reclamations = Reclamations.create({
    stores,
    evaluation,
    config,
    logger,
    now,
    wake,
  });
  // Nothing is asked of Microsoft here.
  const unasked = {} as GraphConnection;
  const tenant: ReclamationTenant = {
    name: TENANT,
    graph: unasked,
    reclamationGraph: unasked,
    reclamationEnabled: true,
  };
  const testPolicies = (options?: Partial<PoliciesOptions>) =>
    Policies.create({
      tenants: [tenant],
      stores,
      reclamations,
      config,
      logger,
      scheduler,
      now,
      ...options,
    });
  const policies = testPolicies();

  return {
    tenant,
    config,
    reclamations,
    evaluation,
    logger,
    scheduler,
    wake,
    now,
    policies,
    /** The same over others of what they call. */
    testPolicies,
    /** As it was at first, with the plans of policies that are no more. */
    async reset() {
      clock.at = AT;
      wake.mockClear();
      for (const [table, rows] of seeded) {
        await knex(table).delete();
        if (rows.length > 0) {
          await knex(table).insert(rows);
        }
      }
    },
    later(minutes: number) {
      clock.at = new Date(clock.at.getTime() + minutes * 60_000);
    },
    create: (input?: Partial<PolicyInput>) =>
      stores.policies.create(
        TENANT,
        { ...EVERYTHING, ...input },
        { createdBy: OLIVIA, at: now() },
      ),
    get: (id: string) => policies.get(TENANT, id),
    /** Has a policy report as often as is needed, and Noah switch it on, due now. */
    async switchOn({ id }: StoredPolicy): Promise<StoredPolicy> {
      for (let runs = 0; runs < config.dryRunsNeeded; runs += 1) {
        clock.at = new Date(clock.at.getTime() + 60_000);
        await policies.run(tenant, id);
      }
      await stores.policies.setState(await policies.get(TENANT, id), 'on', {
        by: NOAH,
        at: now(),
      });
      clock.at = new Date(clock.at.getTime() + 60_000);
      await stores.policies.runNow(TENANT, id, now());
      return policies.get(TENANT, id);
    },
    plansOf: async (policyId: string) =>
      (
        await stores.reclamations.list(TENANT, {
          policyId,
          limit: 50,
          at: now(),
        })
      ).items,
  };
}
