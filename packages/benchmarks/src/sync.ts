/*
 * What a sync costs: `yarn bench:sync [--accounts 20000,100000]
 * [--latency 0,200] [--database sqlite,postgres] [--quick] [--cpu-prof <folder>]`
 *
 * Everything is measured in one run and against the same simulator, which runs
 * in a process of its own; each measurement has its own process, too, so that
 * peaks of memory do not mix.
 */
import { parseArgs } from 'node:util';
import type { Job, Measurement } from './measure';
import { inProcess, table } from './processes';
import { scratch } from './scratch';
import { startSimulator } from './simulator';

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

function measure(job: Job): Promise<Measurement> {
  const profile = options['cpu-prof'];
  return inProcess(
    require.resolve('./measure.ts'),
    job,
    profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
  );
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
  const simulator = await startSimulator({
    accounts: Number(accounts),
    latencyMs: Number(latency),
  });
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
      const database = scratch(name);
      try {
        let before: number | undefined = 0;
        const run = async (what: 'roster' | 'access') => {
          const measurement = await measure({
            what,
            simulator: address,
            database: database.config,
          });
          const after = await database.written();
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
        await database.remove();
      }
    }
  } finally {
    await simulator.stop();
  }
  return lines;
}

function tableOf(lines: Line[]): string {
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
  return table(head, cells);
}

async function main() {
  const lines = new Array<Line>();
  for (const accounts of sizes) {
    for (const latency of latencies) {
      lines.push(...(await measureTenant(accounts, latency)));
    }
  }
  process.stdout.write(
    `${tableOf(
      lines,
    )}\n\nRatio: to fetching and parsing the same accounts; for reports, to csv-parse alone on the same bytes. CPU: of the measured process, without PostgreSQL's.\nPeak MB: resident set over that of the idle process.\n`,
  );
}

main().catch(error => {
  say(error.stack);
  process.exitCode = 1;
});
