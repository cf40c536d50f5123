/*
 * What pages cost as a tenant grows: `yarn bench:queries
 * [--accounts 2000,200000] [--runs 7] [--database sqlite,postgres]`
 */
import { parseArgs } from 'node:util';
import type { QueriesJob, QueriesResult } from './measureQueries';
import { inProcess, table } from './processes';
import { scratch } from './scratch';

const { values: options } = parseArgs({
  options: {
    accounts: { type: 'string', default: '2000,200000' },
    runs: { type: 'string', default: '7' },
    database: { type: 'string', default: 'sqlite,postgres' },
  },
});

const sizes = options.accounts.split(',').map(Number);
const runs = Number(options.runs);

async function measure(name: string, accounts: number): Promise<QueriesResult> {
  process.stderr.write(`${accounts} accounts on ${name}\n`);
  const database = scratch(name);
  try {
    const job: QueriesJob = { accounts, runs, database: database.config };
    return await inProcess(require.resolve('./measureQueries.ts'), job);
  } finally {
    await database.remove();
  }
}

/** Times at each size, and the last as a ratio to the first. */
function tableOf(results: QueriesResult[]): string {
  const first = results[0];
  const last = results[results.length - 1];
  const timeOf = (result: QueriesResult, name: string) =>
    result.times.find(time => time.name === name);
  const cells = (name: string, key: 'ms' | 'databaseMs' | 'firstMs') => {
    const times = results.map(result => timeOf(result, name)?.[key]);
    const [smallest, largest] = [times[0], times[times.length - 1]];
    return [
      ...times.map(ms => ms?.toFixed(1) ?? ''),
      smallest && largest ? (largest / smallest).toFixed(1) : '',
    ];
  };
  // A list of the small tenant may be too short for a page in the middle.
  const rows = last.times.map(({ name, totalItems }) => [
    name,
    ...cells(name, 'ms'),
    ...cells(name, 'databaseMs'),
    ...cells(name, 'firstMs'),
    String(totalItems ?? ''),
  ]);
  const size = ({ accounts }: QueriesResult) => accounts.toLocaleString('en');
  return table(
    [
      'what',
      ...results.map(result => `ms at ${size(result)}`),
      'ratio',
      ...results.map(result => `database at ${size(result)}`),
      'ratio',
      ...results.map(result => `first at ${size(result)}`),
      'ratio',
      'rows',
    ],
    rows,
  ).concat(
    `\n\nAssignments: ${first.assignments.toLocaleString(
      'en',
    )} and ${last.assignments.toLocaleString('en')}.`,
  );
}

async function main() {
  for (const name of options.database.split(',')) {
    const results: QueriesResult[] = [];
    for (const accounts of sizes) {
      results.push(await measure(name, accounts));
    }
    process.stdout.write(`${name}\n\n${tableOf(results)}\n\n`);
  }
  process.stdout.write(
    `Medians of ${runs}, in ms: from the request to the whole answer of the REST API, and of it while the database worked.\nFirst: once, just after something was written, with nothing that was counted before.\nRows: of the whole list at the largest size.\n`,
  );
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
