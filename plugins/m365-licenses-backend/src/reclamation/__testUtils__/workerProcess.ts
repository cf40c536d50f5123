/*
 * A replica's worker in a process of its own: carries out what is due until all
 * plans are finished, or until it is killed.
 */
import type {
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import createKnex, { type Knex } from 'knex';
import { setTimeout as sleep } from 'node:timers/promises';
import { storesOf } from '../../database';
import { Evaluation } from '../../evaluation';
import { createGraphConnection } from '../../graph/connection';
import type { ConnectionConfig } from '../../graph/types';
import { ReclamationWorker } from '../Worker';

/** What the process is started with, as JSON on its command line. */
export interface WorkerProcessOptions {
  knex: Knex.Config;
  connection: ConnectionConfig;
  takeOverAfterSeconds: number;
  patience: { tries: number; firstPauseMs: number; longestPauseMs: number };
  /** The longest wait before one call is tried again. */
  retryWaitMs: number;
  /** Ids of the plans. */
  plans: string[];
}

const LOOK_EVERY_MS = 20;

const say = (message: string) => process.stderr.write(`${message}\n`);
const logger: LoggerService = {
  error: say,
  warn: () => {},
  info: () => {},
  debug: () => {},
  child: () => logger,
};
const unused = async () => {
  throw new Error('Nothing is scheduled here');
};
const scheduler: SchedulerService = {
  scheduleTask: unused,
  triggerTask: unused,
  cancelTask: unused,
  getScheduledTasks: unused,
  createScheduledTaskRunner: () => ({ run: unused }),
};

async function main(options: WorkerProcessOptions) {
  // So that no time is lost when the process before is killed
  process.stdout.write('ready\n');
  await new Promise(resolve => {
    process.stdin.once('data', resolve);
  });
  const { connection, retryWaitMs } = options;
  const now = () => new Date();
  const knex = createKnex(options.knex);
  const stores = storesOf(knex);
  const graph = createGraphConnection(connection, {
    logger,
    limits: {
      wait: (ms, signal) =>
        sleep(Math.min(ms, retryWaitMs), undefined, { signal }),
    },
  });
  const worker = ReclamationWorker.create({
    tenants: [
      {
        name: connection.name,
        graph,
        reclamationGraph: graph,
        reclamationEnabled: true,
      },
    ],
    stores,
    evaluation: Evaluation.create({
      tenants: [connection.name],
      stores,
      catalogGroups: { refresh: async () => {} },
      config: { inactiveAfterDays: 60, graceDays: 30, outsideCatalog: false },
      events: { candidatesChanged: async () => {} },
      scheduler,
      logger,
      now,
    }),
    config: {
      leaveGroups: true,
      takeOverAfterSeconds: options.takeOverAfterSeconds,
    },
    auditor: {
      createEvent: async () => ({
        success: async () => {},
        fail: async () => {},
      }),
    },
    logger,
    scheduler,
    now,
    holdOff: async () => undefined,
    onProgress: () => {},
    patience: options.patience,
  });
  const isFinished = async (id: string) =>
    (await stores.reclamations.get(connection.name, id))?.status === 'finished';
  try {
    for (;;) {
      await worker.work();
      const finished = await Promise.all(options.plans.map(isFinished));
      if (finished.every(Boolean)) {
        return;
      }
      await sleep(LOOK_EVERY_MS);
    }
  } finally {
    await knex.destroy();
    process.stdin.destroy();
  }
}

if (require.main === module) {
  main(JSON.parse(process.argv[2])).catch(error => {
    say(error.stack);
    process.exitCode = 1;
  });
}
