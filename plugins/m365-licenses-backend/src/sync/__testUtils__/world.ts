import { mockServices } from '@backstage/backend-test-utils';
import type {
  SyncTaskName,
  TaskRun,
} from 'backstage-plugin-m365-licenses-common';
import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from 'graph-simulator';
import type { Knex } from 'knex';
import { createStores } from '../../database';
import type { ActivityThreshold, Stores } from '../../database/types';
import { createGraphConnection } from '../../graph/connection';
import { configOf } from '../../graph/__testUtils__/tenant';
import { LicenseEvents } from '../../events/LicenseEvents';
import type { GraphConnection } from '../../graph/types';
import { type RunOptions, runTask, type SyncTask } from '../task';

export const TENANT = 'contoso';

/** What every run of these tests starts from. */
const START = Date.parse('2026-11-23T08:00:00.000Z');

/** A tenant over HTTP, a database, and a clock that only tests move. */
export interface World {
  simulator: Simulator;
  graph: GraphConnection;
  stores: Stores;
  /** The event bus that runs publish on. */
  events: ReturnType<typeof mockServices.events.mock>;
  knex: Knex;
  clock: { time: number };
  now(): Date;
  threshold: ActivityThreshold;
  /** Runs a task once; returns what the ledger has of it, and what it threw. */
  run(
    task: SyncTask,
    options?: {
      signal?: AbortSignal;
      maxGoneShare?: number;
      timeoutMs?: number;
      graph?: GraphConnection;
      evaluate?: RunOptions['evaluate'];
    },
  ): Promise<{ run: TaskRun; thrown: Error | undefined }>;
  runs(task: SyncTaskName): Promise<TaskRun[]>;
  stop(): Promise<void>;
}

/** Connects as the backend does, with less patience and without waiting. */
export function connect(simulator: Simulator): GraphConnection {
  return createGraphConnection(configOf(simulator), {
    logger: mockServices.logger.mock(),
    limits: { connectionAttempts: 2, attempts: 3, wait: async () => {} },
  });
}

export async function createWorld(
  knex: Knex,
  options: SimulatorOptions = {},
): Promise<World> {
  const simulator = await startSimulator({ now: new Date(START), ...options });
  const stores = await createStores(
    mockServices.database.mock({ getClient: async () => knex }),
  );
  const graph = connect(simulator);
  const events = mockServices.events.mock();
  const clock = { time: START };
  const now = () => new Date(clock.time);
  const runs = async (task: SyncTaskName) =>
    (await stores.taskRuns.list(TENANT, { limit: 100, task })).items;

  return {
    simulator,
    graph,
    stores,
    events,
    knex,
    clock,
    now,
    runs,
    threshold: {
      today: new Date(START).toISOString().slice(0, 10),
      inactiveAfterDays: 60,
      graceDays: 30,
    },
    async run(task, runOptions = {}) {
      // Runs of one task are listed by their start, newest first.
      clock.time += 60_000;
      let thrown: Error | undefined;
      try {
        await runTask(task, {
          tenant: TENANT,
          graph: runOptions.graph ?? graph,
          stores,
          events: LicenseEvents.create({
            events,
            logger: mockServices.logger.mock(),
          }),
          signal: runOptions.signal ?? new AbortController().signal,
          options: { maxGoneShare: runOptions.maxGoneShare ?? 0.2 },
          now,
          logger: mockServices.logger.mock(),
          timeoutMs: runOptions.timeoutMs ?? 3_600_000,
          evaluate: runOptions.evaluate,
        });
      } catch (error) {
        if (!(error instanceof Error)) {
          throw error;
        }
        thrown = error;
      }
      const [run] = await runs(task.name);
      return { run, thrown };
    },
    async stop() {
      await simulator.stop();
    },
  };
}

/** Every call as the connection itself answers it, for overriding some. */
export function delegate(graph: GraphConnection): GraphConnection {
  return {
    users: options => graph.users(options),
    user: (name, options) => graph.user(name, options),
    subscribedSkus: options => graph.subscribedSkus(options),
    subscriptions: options => graph.subscriptions(options),
    reportSettings: options => graph.reportSettings(options),
    group: (groupId, options) => graph.group(groupId, options),
    identity: options => graph.identity(options),
    organization: options => graph.organization(options),
    probeSignInActivity: options => graph.probeSignInActivity(options),
    activeUserDetail: (period, options) =>
      graph.activeUserDetail(period, options),
    emailAppUsageDetail: (period, options) =>
      graph.emailAppUsageDetail(period, options),
    usersById: (ids, options) => graph.usersById(ids, options),
    managersOf: (ids, options) => graph.managersOf(ids, options),
    licensingGroup: (id, options) => graph.licensingGroup(id, options),
    changeLicenses: (changes, options) =>
      graph.changeLicenses(changes, options),
    changeMemberships: (changes, options) =>
      graph.changeMemberships(changes, options),
  };
}
