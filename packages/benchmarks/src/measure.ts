import { mockServices } from '@backstage/backend-test-utils';
import { createStores } from 'backstage-plugin-m365-licenses-backend/src/database';
import { LicenseEvents } from 'backstage-plugin-m365-licenses-backend/src/events/LicenseEvents';
import {
  applicationAccess,
  applicationRoster,
  runTask,
  type SyncTask,
} from 'backstage-plugin-m365-licenses-backend/src/sync';
import { parse } from 'csv-parse';
import type { Knex } from 'knex';
import { Readable } from 'node:stream';
import { evaluationOf } from './evaluation';
import { answerJob } from './processes';
import { type DatabaseConfig, openDatabase } from './scratch';
import { connect, type SimulatorAddress } from './simulator';

/** What to measure; each in a process of its own. */
export type Job =
  | { what: 'fetch' | 'reports' | 'csv'; simulator: SimulatorAddress }
  | {
      what: 'roster' | 'access';
      simulator: SimulatorAddress;
      database: DatabaseConfig;
    };

/** What was measured. */
export interface Measurement {
  seconds: number;
  /** What of it this process computed; on a busy machine the steadier figure. */
  cpuSeconds: number;
  /** Accounts or report rows received. */
  rows: number;
  /** Bytes received, where that was counted. */
  bytes?: number;
  /** Peak of the resident set and of the heap over what they were before, MB. */
  peakRssMb: number;
  peakHeapMb: number;
  /** Rows written outside the ledger; SQLite only, PostgreSQL counts itself. */
  written?: number;
}

const TENANT = 'benchmark';
const REPORTS = ['getOffice365ActiveUserDetail', 'getEmailAppUsageUserDetail'];
const SAMPLE_EVERY_MS = 10;
const MB = 1024 * 1024;
const CHUNK = 64 * 1024;

const logger = mockServices.rootLogger({ level: 'none' });

/** Runs something once, sampling the memory it takes. */
async function measured(
  run: () => Promise<Partial<Measurement>>,
): Promise<Measurement> {
  const idle = process.memoryUsage();
  const peak = { ...idle };
  const sample = () => {
    const { rss, heapUsed } = process.memoryUsage();
    peak.rss = Math.max(peak.rss, rss);
    peak.heapUsed = Math.max(peak.heapUsed, heapUsed);
  };
  const sampling = setInterval(sample, SAMPLE_EVERY_MS);
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    const result = await run();
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    sample();
    return {
      seconds,
      cpuSeconds: (user + system) / 1e6,
      rows: 0,
      peakRssMb: (peak.rss - idle.rss) / MB,
      peakHeapMb: (peak.heapUsed - idle.heapUsed) / MB,
      ...result,
    };
  } finally {
    clearInterval(sampling);
  }
}

/** Fetches and parses every page of accounts, and stores nothing. */
async function fetchAccounts(simulator: SimulatorAddress) {
  const graph = connect(TENANT, simulator);
  await graph.reportSettings();
  return measured(async () => {
    let rows = 0;
    for await (const page of graph.users({ signIns: true })) {
      rows += page.users.length;
    }
    return { rows };
  });
}

/** Fetches and parses both reports, and stores nothing. */
async function fetchReports(simulator: SimulatorAddress) {
  const graph = connect(TENANT, simulator);
  await graph.reportSettings();
  return measured(async () => {
    let rows = 0;
    for await (const batch of graph.activeUserDetail('D180')) {
      rows += batch.rows.length;
    }
    for await (const batch of graph.emailAppUsageDetail('D180')) {
      rows += batch.rows.length;
    }
    return { rows };
  });
}

async function download(
  { url, tenantId, clientId, clientSecret }: SimulatorAddress,
  report: string,
): Promise<Buffer> {
  const login = await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: `${url}/.default`,
    }),
  });
  const { access_token: token } = await login.json();
  const answer = await fetch(`${url}/v1.0/reports/${report}(period='D180')`, {
    headers: { Authorization: `Bearer ${token}` },
    redirect: 'manual',
  });
  const location = answer.headers.get('location');
  if (!location) {
    throw new Error(`${report}: the simulator answered ${answer.status}`);
  }
  return Buffer.from(await (await fetch(location)).arrayBuffer());
}

/** Has the CSV library alone read both reports from memory. */
async function parseCsv(simulator: SimulatorAddress) {
  const files = await Promise.all(
    REPORTS.map(report => download(simulator, report)),
  );
  return measured(async () => {
    let rows = 0;
    for (const file of files) {
      const chunks = Array.from(
        { length: Math.ceil(file.length / CHUNK) },
        (_, index) => file.subarray(index * CHUNK, (index + 1) * CHUNK),
      );
      for await (const _ of Readable.from(chunks).pipe(parse({ bom: true }))) {
        rows += 1;
      }
    }
    return { rows, bytes: files.reduce((sum, file) => sum + file.length, 0) };
  });
}

/** How many rows this connection wrote so far; undefined on PostgreSQL. */
async function totalChanges(knex: Knex): Promise<number | undefined> {
  if (knex.client.config.client === 'pg') {
    return undefined;
  }
  const [{ changes }] = await knex.raw('select total_changes() as changes');
  return changes;
}

/** Runs an integration task once, as the scheduler would. */
async function runOnce(
  task: SyncTask,
  simulator: SimulatorAddress,
  config: DatabaseConfig,
) {
  const graph = connect(TENANT, simulator);
  await graph.reportSettings();
  const database = openDatabase(config);
  const stores = await createStores(database);
  // Assignments know their services only once the plans of the SKUs are known
  const { skus } = await graph.subscribedSkus();
  await stores.licenses.store(TENANT, { skus }, new Date());
  const knex = await database.getClient();
  let inLedger = 0;
  knex.on('query-response', (response: unknown, { sql }: { sql: string }) => {
    if (/^(insert into|update) .task_runs/.test(sql)) {
      inLedger += typeof response === 'number' ? response : 1;
    }
  });
  const evaluation = evaluationOf(stores, TENANT);
  const before = await totalChanges(knex);
  const result = await measured(async () => {
    const status = await runTask(task, {
      tenant: TENANT,
      graph,
      stores,
      events: LicenseEvents.create({
        events: mockServices.events(),
        logger,
      }),
      signal: new AbortController().signal,
      options: { maxGoneShare: 0.2 },
      now: () => new Date(),
      logger,
      timeoutMs: 3_600_000,
      evaluate: (tenant, signal) => evaluation.evaluate(tenant, signal),
    });
    if (status !== 'succeeded') {
      throw new Error(`${task.title} ended ${status}`);
    }
    return {};
  });
  const after = await totalChanges(knex);
  const { last } = await stores.taskRuns.latest(TENANT, task.name);
  await knex.destroy();
  return {
    ...result,
    rows: last?.counts.read ?? 0,
    ...(before !== undefined &&
      after !== undefined && { written: after - before - inLedger }),
  };
}

async function measure(job: Job): Promise<Measurement> {
  switch (job.what) {
    case 'fetch':
      return fetchAccounts(job.simulator);
    case 'reports':
      return fetchReports(job.simulator);
    case 'csv':
      return parseCsv(job.simulator);
    case 'roster':
      return runOnce(applicationRoster, job.simulator, job.database);
    default:
      return runOnce(applicationAccess, job.simulator, job.database);
  }
}

answerJob(measure);
