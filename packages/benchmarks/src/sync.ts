/*
 * What a sync costs: `yarn bench:sync [--accounts 20000,100000]
 * [--latency 0,200] [--database sqlite,postgres] [--quick] [--cpu-prof <folder>]`
 *
 * Everything is measured in one run and against the same simulator, which runs
 * in a process of its own; each measurement has its own process, too, so that
 * peaks of memory do not mix.
 */
import knexFactory from 'knex';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type {
  DatabaseConfig,
  Job,
  Measurement,
  SimulatorAddress,
} from './measure';

const POSTGRES = 'BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING';
const TRANSFORM = require.resolve('@backstage/cli/config/nodeTransform.cjs');

const { values: options } = parseArgs({
  options: {
    accounts: { type: 'string', default: '20000,100000' },
    latency: { type: 'string', default: '0,200' },
    database: { type: 'string', default: 'sqlite,postgres' },
    quick: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
  },
});

const sizes = (options.quick ? '20000' : options.accounts).split(',');
const latencies = (options.quick ? '0' : options.latency).split(',');
const databases = options.database.split(',');

/** One line of the table. */
interface Line {
  accounts: number;
  latencyMs: number;
  database: string;
  what: string;
  measurement: Measurement;
  /** What it is compared with. */
  base?: Measurement;
  written?: number;
}

function say(text: string) {
  process.stderr.write(`${text}\n`);
}

/** The first line that a process prints; fails when it ends without. */
async function firstLine(child: ChildProcess, what: string): Promise<string> {
  if (!child.stdout) {
    throw new Error(`${what} has no output`);
  }
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${what} ended with ${code}`);
    }),
  ]);
  return line;
}

async function startSimulator(accounts: string, latency: string) {
  const simulator = path.dirname(
    require.resolve('graph-simulator/package.json'),
  );
  const child = spawn(
    process.execPath,
    [path.join(simulator, 'bin/graph-simulator'), '--json'].concat(
      ['--port', '0'],
      ['--accounts', accounts],
      ['--latency', latency],
    ),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const address: SimulatorAddress = JSON.parse(
    await firstLine(child, 'The simulator'),
  );
  return {
    address,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function measure(job: Job): Promise<Measurement> {
  const profile = options['cpu-prof'];
  const child = spawn(
    process.execPath,
    [
      ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
      '--require',
      TRANSFORM,
      require.resolve('./measure.ts'),
      JSON.stringify(job),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const line = await firstLine(child, `Measuring ${job.what}`);
  await ended;
  return JSON.parse(line);
}

/** A database that is gone afterwards, and how many rows were written in it. */
interface Scratch {
  config: DatabaseConfig;
  /** Rows written so far, the ledger left out; undefined where the run counts. */
  written(): Promise<number | undefined>;
  remove(): Promise<void>;
}

function sqlite(): Scratch {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-sync-'));
  return {
    config: { client: 'better-sqlite3', connection: { directory } },
    written: async () => undefined,
    remove: async () => fs.rmSync(directory, { recursive: true }),
  };
}

function postgres(): Scratch {
  const connectionString = process.env[POSTGRES];
  if (!connectionString) {
    throw new Error(`Set ${POSTGRES}, or use "yarn bench:sync"`);
  }
  const prefix = `bench_${process.pid}_${Date.now()}_`;
  const name = `${prefix}m365-licenses`;
  const { hostname, port, username, password } = new URL(connectionString);
  const connection = {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
  const open = (database: string) =>
    knexFactory({ client: 'pg', connection: { ...connection, database } });
  return {
    config: { client: 'pg', connection, prefix },
    async written() {
      const admin = open('postgres');
      // A connection hands in its statistics when it ends.
      const connected = () =>
        admin('pg_stat_activity').where({ datname: name }).first('pid');
      while (await connected()) {
        await pause(20);
      }
      await admin.destroy();
      const database = open(name);
      const { rows } = await database.raw(
        `select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int as written
        from pg_stat_user_tables
        where relname not like 'knex%' and relname <> 'task_runs'`,
      );
      await database.destroy();
      return rows[0].written;
    },
    async remove() {
      const admin = open('postgres');
      await admin.raw('drop database if exists ?? with (force)', [name]);
      await admin.destroy();
    },
  };
}

/** Measures one size and latency. */
async function measureTenant(accounts: string, latency: string) {
  const lines = new Array<Line>();
  const add = (
    database: string,
    what: string,
    measurement: Measurement,
    base?: Measurement,
    written?: number,
  ) => {
    lines.push({
      accounts: Number(accounts),
      latencyMs: Number(latency),
      database,
      what,
      measurement,
      base,
      written: measurement.written ?? written,
    });
    say(
      `${accounts} accounts, ${latency} ms, ${
        database || 'no database'
      }: ${what} ${measurement.seconds.toFixed(2)} s`,
    );
  };
  const simulator = await startSimulator(accounts, latency);
  const { address } = simulator;
  try {
    // The simulator renders its pages the first time it is asked for them.
    await measure({ what: 'fetch', simulator: address });
    const fetched = await measure({ what: 'fetch', simulator: address });
    add('', 'fetch and parse accounts', fetched);
    const reports = latency === latencies[0];
    let csv: Measurement | undefined;
    if (reports) {
      csv = await measure({ what: 'csv', simulator: address });
      add('', 'csv-parse alone', csv);
      const read = await measure({ what: 'reports', simulator: address });
      add('', 'fetch and parse reports', { ...read, bytes: csv.bytes }, csv);
    }
    for (const name of databases) {
      const scratch = name === 'sqlite' ? sqlite() : postgres();
      try {
        let before: number | undefined = 0;
        const run = async (what: 'roster' | 'access') => {
          const measurement = await measure({
            what,
            simulator: address,
            database: scratch.config,
          });
          const after = await scratch.written();
          const written =
            after === undefined ? undefined : after - (before ?? 0);
          before = after;
          return { measurement, written };
        };
        const first = await run('roster');
        add(name, 'roster, first', first.measurement, fetched, first.written);
        const second = await run('roster');
        add(
          name,
          'roster, unchanged',
          second.measurement,
          fetched,
          second.written,
        );
        if (csv) {
          for (const what of ['activity, first', 'activity, unchanged']) {
            const access = await run('access');
            add(
              name,
              what,
              { ...access.measurement, bytes: csv.bytes },
              csv,
              access.written,
            );
          }
        }
      } finally {
        await scratch.remove();
      }
    }
  } finally {
    await simulator.stop();
  }
  return lines;
}

function table(lines: Line[]): string {
  const cells = lines.map(line => {
    const { seconds, cpuSeconds, bytes, peakRssMb, peakHeapMb, rows } =
      line.measurement;
    return [
      String(line.accounts),
      String(line.latencyMs),
      line.database,
      line.what,
      seconds.toFixed(2),
      line.base ? (seconds / line.base.seconds).toFixed(2) : '',
      cpuSeconds.toFixed(2),
      line.base ? (cpuSeconds / line.base.cpuSeconds).toFixed(2) : '',
      bytes ? (bytes / 1e6 / seconds).toFixed(1) : '',
      String(rows),
      line.written === undefined ? '' : String(line.written),
      peakRssMb.toFixed(0),
      peakHeapMb.toFixed(0),
    ];
  });
  const head = [
    'accounts',
    'ms/page',
    'database',
    'what',
    's',
    'ratio',
    'cpu s',
    'cpu ratio',
    'MB/s',
    'rows read',
    'written',
    'peak MB',
    'heap MB',
  ];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map(row => row[column].length)),
  );
  const format = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [
    format(head),
    format(widths.map(width => '-'.repeat(width))),
    ...cells.map(format),
  ].join('\n');
}

async function main() {
  const lines = new Array<Line>();
  for (const accounts of sizes) {
    for (const latency of latencies) {
      lines.push(...(await measureTenant(accounts, latency)));
    }
  }
  process.stdout.write(
    `${table(
      lines,
    )}\n\nRatio: to fetching and parsing the same accounts; for reports, to csv-parse alone on the same bytes. CPU: of the measured process, without PostgreSQL's.\nPeak MB: resident set over that of the idle process.\n`,
  );
}

main().catch(error => {
  say(error.stack);
  process.exitCode = 1;
});
