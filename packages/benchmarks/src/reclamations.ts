/*
 * What taking licenses back costs: `yarn bench:reclamations
 * [--items 2000,20000] [--database sqlite,postgres] [--cpu-prof <folder>]`
 *
 * The simulator runs in a process of its own, and so does each measurement.
 */
import { parseArgs } from 'node:util';
import type {
  PlanResult,
  ReclamationsJob,
  RemovalsResult,
  Step,
} from './measureReclamations';
import { inProcess, table } from './processes';
import { scratch } from './scratch';
import { type SimulatorAddress, startSimulator } from './simulator';

const { values: options } = parseArgs({
  options: {
    items: { type: 'string', default: '2000,20000' },
    database: { type: 'string', default: 'sqlite,postgres' },
    'cpu-prof': { type: 'string' },
  },
});

/** Of so many accounts of a simulated tenant one license is planned, or a little less. */
const ACCOUNTS_PER_ITEM = 5;

/** What was measured of a plan. */
type Measured = PlanResult & RemovalsResult;

function measure<Result>(job: ReclamationsJob): Promise<Result> {
  const profile = options['cpu-prof'];
  return inProcess(
    require.resolve('./measureReclamations.ts'),
    job,
    profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
  );
}

async function measureItems(name: string, items: number): Promise<Measured> {
  const accounts = items * ACCOUNTS_PER_ITEM;
  process.stderr.write(`${accounts} accounts on ${name}\n`);
  const database = scratch(name);
  try {
    const inTenant = async <Result>(
      job: (simulator: SimulatorAddress) => ReclamationsJob,
    ) => {
      const simulator = await startSimulator({ accounts });
      try {
        return await measure<Result>(job(simulator.address));
      } finally {
        await simulator.stop();
      }
    };
    const plan = await inTenant<PlanResult>(simulator => ({
      what: 'plan',
      simulator,
      database: database.config,
    }));
    const removals = await inTenant<RemovalsResult>(simulator => ({
      what: 'removalsAlone',
      reclamationId: plan.reclamationId,
      simulator,
      database: database.config,
    }));
    return { ...plan, ...removals };
  } finally {
    await database.remove();
  }
}

/** What something took, in ms. */
type Figure = (result: Measured) => Pick<Step, 'ms' | 'cpuMs'>;

function per(step: Step, count: number): Pick<Step, 'ms' | 'cpuMs'> {
  return { ms: step.ms / count, cpuMs: step.cpuMs / count };
}

/** Times at each size, and the last as a ratio to the first. */
function tableOf(results: Measured[]): string {
  const first = results[0];
  const last = results[results.length - 1];
  const row = (name: string, figure: Figure) => [
    name,
    ...results
      .map(figure)
      .flatMap(({ ms, cpuMs }) => [ms.toFixed(1), cpuMs.toFixed(1)]),
    (figure(last).ms / figure(first).ms).toFixed(1),
    (figure(last).cpuMs / figure(first).cpuMs).toFixed(1),
  ];
  return table(
    [
      'what',
      ...results.flatMap(({ items }) => [
        `ms at ${items.toLocaleString('en')}`,
        'CPU ms',
      ]),
      'ratio',
      'CPU ratio',
    ],
    [
      ...first.steps.map(({ name }, index) =>
        row(name, ({ steps }) => steps[index]),
      ),
      row('carrying it out, a license', ({ carryingOut, reclaimed }) =>
        per(carryingOut, reclaimed),
      ),
      row('the removals alone, a license', ({ sending, removed }) =>
        per(sending, removed),
      ),
      row('the one in times of the other', ({ carryingOut, sending }) => ({
        ms: carryingOut.ms / sending.ms,
        cpuMs: carryingOut.cpuMs / sending.cpuMs,
      })),
    ],
  ).concat(
    '\n\n',
    results
      .map(
        ({ items, reclaimed, accounts, requests }) =>
          `${reclaimed.toLocaleString('en')} of ${items.toLocaleString(
            'en',
          )} licenses were taken back, with ${(requests / accounts).toFixed(
            2,
          )} requests to Microsoft an account.`,
      )
      .join('\n'),
  );
}

async function main() {
  const sizes = options.items.split(',').map(Number);
  for (const name of options.database.split(',')) {
    const results: Measured[] = [];
    for (const items of sizes) {
      results.push(await measureItems(name, items));
    }
    process.stdout.write(`${name}\n\n${tableOf(results)}\n\n`);
  }
  process.stdout.write(
    `Medians where nothing is changed by asking again.\nCPU: of the process that asks and serves, without PostgreSQL's and the simulator's.\nRequests: batches, and those in them.\n`,
  );
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
