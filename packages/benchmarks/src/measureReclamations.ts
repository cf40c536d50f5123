/*
 * Plans, carries out and puts back licenses of a simulated tenant through the
 * plugin's REST API, or sends the same removals alone; a process of its own,
 * started by reclamations.ts.
 */
import { mockServices } from '@backstage/backend-test-utils';
import { createStores } from 'backstage-plugin-m365-licenses-backend/src/database';
import type { LicenseChange } from 'backstage-plugin-m365-licenses-backend/src/graph/types';
import { setTimeout as pause } from 'node:timers/promises';
import { storeTerms, TENANT } from './fill';
import { startPlugin } from './plugin';
import { answerJob } from './processes';
import { type DatabaseConfig, openDatabase } from './scratch';
import { connect, type SimulatorAddress } from './simulator';

export type ReclamationsJob =
  | { what: 'plan'; simulator: SimulatorAddress; database: DatabaseConfig }
  | {
      /** What a plan took is taken from another tenant that is the same. */
      what: 'removalsAlone';
      reclamationId: string;
      simulator: SimulatorAddress;
      database: DatabaseConfig;
    };

/** How long a step took. */
export interface Step {
  name: string;
  ms: number;
  /** What of it this process computed, the database's own process left out. */
  cpuMs: number;
}

export interface PlanResult {
  reclamationId: string;
  /** Licenses in the plan, and those of them that were taken back. */
  items: number;
  reclaimed: number;
  /** Accounts of which Microsoft was asked. */
  accounts: number;
  /** Requests to Microsoft while it was carried out, batches and what is in them. */
  requests: number;
  steps: Step[];
  carryingOut: Step;
}

export interface RemovalsResult {
  removed: number;
  sending: Step;
}

/** How often what changes nothing is asked for; the median counts. */
const RUNS = 5;
const LOOK_EVERY_MS = 50;
const TASKS = [
  'license-information',
  'application-roster',
  'application-access',
] as const;

const say = (text: string) => process.stderr.write(`  ${text}\n`);

async function timed<Result>(
  name: string,
  work: () => Promise<Result>,
): Promise<Step & { result: Result }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { name, ms, cpuMs: (user + system) / 1_000, result };
}

/** The median of several times, with what the last one gave. */
async function repeated<Result>(
  name: string,
  work: () => Promise<Result>,
): Promise<Step & { result: Result }> {
  const runs = [await timed(name, work)];
  while (runs.length < RUNS) {
    runs.push(await timed(name, work));
  }
  const { result } = runs[runs.length - 1];
  const sorted = runs.sort((left, right) => left.ms - right.ms);
  return { ...sorted[Math.floor(RUNS / 2)], result };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await pause(LOOK_EVERY_MS);
  }
}

function toStep({ name, ms, cpuMs }: Step): Step {
  return { name, ms, cpuMs };
}

async function measurePlan(
  simulator: SimulatorAddress,
  config: DatabaseConfig,
): Promise<PlanResult> {
  const database = openDatabase(config);
  const stores = await createStores(database);
  const knex = await database.getClient();
  const scheduler = mockServices.scheduler();
  const askPlugin = await startPlugin({
    database,
    scheduler,
    settings: {
      productNames: { url: `${simulator.url}/product-names.csv` },
      reclamation: { maxShareOfLicense: 1 },
      tenants: {
        [TENANT]: {
          tenantId: simulator.tenantId,
          clientId: simulator.clientId,
          clientSecret: simulator.clientSecret,
          authority: simulator.url,
          target: simulator.url,
          tasks: { reclamation: { enabled: true } },
        },
      },
    },
    entities: [],
    logLevel: 'warn',
  });
  const ask = <Body>(path: string, body?: object) =>
    askPlugin<Body>(`/tenants/${TENANT}${path}`, body);

  for (const task of TASKS) {
    // The roster starts the task that waits for it, which then runs already.
    const synced = await timed(task, async () => {
      await scheduler.triggerTask(`m365-licenses:${TENANT}:${task}`);
      await until(
        async () =>
          (await stores.taskRuns.latest(TENANT, task)).last?.status ===
          'succeeded',
      );
    });
    say(`${task}: ${(synced.ms / 1_000).toFixed(1)} s`);
  }
  const { skus } = await connect(TENANT, simulator).subscribedSkus();
  await storeTerms(stores, skus);

  const wanted = { filter: {}, reason: 'Unused' };
  const previewed = await repeated('preview of a filter', () =>
    ask('/reclamation-previews', wanted),
  );
  const planned = await repeated('plan of a filter', () =>
    ask<{ id: string; items: number }>('/reclamations', wanted),
  );
  const { id, items } = planned.result;
  const path = `/reclamations/${id}`;
  const shown = await repeated('the plan', () => ask(path));
  const page = await repeated('page of its licenses', () =>
    ask(`/reclamation-items?reclamationId=${id}&limit=50`),
  );
  say(`${items} licenses planned`);

  const log = `${simulator.url}/simulator/requests`;
  await fetch(log, { method: 'DELETE' });
  const started = await timed('start', () => ask(`${path}/execute`, {}));
  const carriedOut = await timed('carrying it out', () =>
    until(async () => {
      const plan = await knex('reclamation_plans')
        .where({ id })
        .first('status', 'problem');
      if (plan.problem !== null) {
        throw new Error(`The plan waits: ${plan.problem}`);
      }
      return plan.status === 'finished';
    }),
  );
  const { total: requests } = await (await fetch(log)).json();
  const asked = await knex('reclamation_plan_items')
    .where({ reclamation_id: id })
    .whereNotNull('started_at')
    .countDistinct({ accounts: 'account_id' })
    .first();
  say(`carried out in ${(carriedOut.ms / 1_000).toFixed(1)} s`);

  const checked = await repeated('check before all is put back', () =>
    ask<{ items: number }>(`${path}/restore-check`, {}),
  );
  const restored = await timed('plan that puts all back', () =>
    ask(`${path}/restore`, { reason: 'Needed after all' }),
  );
  return {
    reclamationId: id,
    items,
    reclaimed: checked.result.items,
    accounts: Number(asked?.accounts),
    requests,
    steps: [previewed, planned, shown, page, started, checked, restored].map(
      toStep,
    ),
    carryingOut: toStep(carriedOut),
  };
}

async function measureRemovals(
  reclamationId: string,
  simulator: SimulatorAddress,
  config: DatabaseConfig,
): Promise<RemovalsResult> {
  const database = openDatabase(config);
  const stores = await createStores(database);
  const taken = await stores.reclamations.items(reclamationId);
  const changes = new Map<string, LicenseChange>();
  for (const { account, skuId, outcome } of taken) {
    if (outcome === 'reclaimed') {
      const change = changes.get(account.id);
      changes.set(account.id, {
        userId: account.id,
        add: [],
        remove: [...(change?.remove ?? []), skuId],
      });
    }
  }
  const graph = connect(TENANT, simulator);
  // So that nobody signs in while it is measured.
  await graph.subscribedSkus();
  const sent = await timed('the removals alone', () =>
    graph.changeLicenses([...changes.values()]),
  );
  const failed = sent.result.find(({ error }) => error);
  if (failed?.error) {
    throw failed.error;
  }
  return {
    removed: [...changes.values()].flatMap(({ remove }) => remove).length,
    sending: toStep(sent),
  };
}

answerJob(async (job: ReclamationsJob) =>
  job.what === 'plan'
    ? measurePlan(job.simulator, job.database)
    : measureRemovals(job.reclamationId, job.simulator, job.database),
);
