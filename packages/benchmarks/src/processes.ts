import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const TRANSFORM = require.resolve('@backstage/cli/config/nodeTransform.cjs');

/** The first line that a process prints; fails when it ends without. */
export async function firstLine(
  child: ChildProcess,
  what: string,
): Promise<string> {
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

/**
 * Has a process of its own do a job: memory, and code that became fast in one
 * measurement, are not those of the next.
 *
 * @param script - the path of the script that is given the job as JSON, and
 *   prints its result as one line of JSON
 * @param nodeOptions - for Node
 */
export async function inProcess<Result>(
  script: string,
  job: object,
  nodeOptions: string[] = [],
): Promise<Result> {
  const child = spawn(
    process.execPath,
    [...nodeOptions, '--require', TRANSFORM, script, JSON.stringify(job)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const line = await firstLine(child, path.basename(script));
  await ended;
  return JSON.parse(line);
}

/** What a script started by {@link inProcess} does with its job. */
export function answerJob<Job>(work: (job: Job) => Promise<object>): void {
  work(JSON.parse(process.argv[2])).then(
    result =>
      // The database manager keeps its connections alive, and so this process.
      process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit()),
    error => process.stderr.write(`${error.stack}\n`, () => process.exit(1)),
  );
}

/** Rows as a table in Markdown. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column].length)),
  );
  const format = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [
    format(head),
    format(widths.map(width => '-'.repeat(width))),
    ...rows.map(format),
  ].join('\n');
}
