import type {
  LoggerService,
  SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import type {
  SyncTaskName,
  TaskRun,
  TaskRunCounts,
} from 'backstage-plugin-m365-licenses-common';
import type { Stores } from '../database/types';
import type { LicenseEvents } from '../events/LicenseEvents';
import { GraphError } from '../graph/errors';
import type { GraphConnection, Malformed } from '../graph/types';
import { problemOf, type RecordedProblem } from './errors';

/** How often the counts of a run are written while it goes on. */
const PROGRESS_EVERY_MS = 2_000;
/** How many malformed rows the ledger keeps of a run. */
const MALFORMED_SAMPLE = 20;

/** An optional part that a run goes on without. */
export type LeftOut = TaskRun['leftOut'][number];

export interface SyncOptions {
  /** The share of known accounts that one roster run may mark as gone, 0 to 1. */
  maxGoneShare: number;
}

/** What a task works with during one run. */
export interface SyncContext {
  tenant: string;
  graph: GraphConnection;
  stores: Stores;
  events: Pick<LicenseEvents, 'seatsChanged'>;
  /** Aborted by the scheduler: the run took too long, or the backend stops. */
  signal: AbortSignal;
  options: SyncOptions;
  now(): Date;
  /** The run's counts; the task adds to them as it goes. */
  counts: TaskRunCounts;
  /** Counts malformed rows and keeps a sample of them for the ledger. */
  malformed(items: Malformed[]): void;
  /** Notes a part that the run goes on without: what, why, and what to grant. */
  leaveOut(part: LeftOut): void;
  /**
   * To be called after each page or batch: stops an aborted run, and writes
   * the counts so far to the ledger when the last time was a while ago.
   */
  progress(): Promise<void>;
}

/** An integration task: a scheduled job against Microsoft Graph. */
export interface SyncTask {
  name: SyncTaskName;
  /** As Microsoft's documentation and the pages call it. */
  title: string;
  /** Its key under `m365Licenses.tenants.<name>.tasks`. */
  configKey: string;
  defaultSchedule: SchedulerServiceTaskScheduleDefinition;
  /** The task that must have succeeded once before this one makes sense. */
  after?: SyncTaskName;
  run(context: SyncContext): Promise<void>;
}

/** What one run is started with. */
export interface RunOptions
  extends Pick<
    SyncContext,
    'tenant' | 'graph' | 'stores' | 'events' | 'signal' | 'options' | 'now'
  > {
  logger: LoggerService;
  /** When the scheduler gives up on the run, in milliseconds. */
  timeoutMs: number;
  /** Called when Microsoft refused the credentials, after it was recorded. */
  onRefused?(): Promise<void>;
  /** Counts anew what is used and what could be saved, from what the task stored. */
  evaluate?(tenant: string, signal: AbortSignal): Promise<void>;
}

/** Adds what a store did to the counts of a run. */
export function addWrites(
  counts: TaskRunCounts,
  writes: Partial<TaskRunCounts>,
): void {
  counts.added += writes.added ?? 0;
  counts.changed += writes.changed ?? 0;
  counts.unchanged += writes.unchanged ?? 0;
  counts.gone += writes.gone ?? 0;
  counts.unmatched += writes.unmatched ?? 0;
}

function aborted(
  task: SyncTask,
  { tenant, timeoutMs }: RunOptions,
  elapsedMs: number,
): RecordedProblem & { timedOut: boolean } {
  return elapsedMs >= timeoutMs
    ? {
        timedOut: true,
        message: `Stopped after its timeout of ${Math.round(
          timeoutMs / 1000,
        )} s`,
        mend: `Give it longer with m365Licenses.tenants.${tenant}.tasks.${task.configKey}.schedule.timeout`,
        requestId: null,
      }
    : {
        timedOut: false,
        message: 'Stopped, because the backend shut down or it was cancelled',
        mend: 'Nothing: it starts again at its next time, or with "Run now"',
        requestId: null,
      };
}

/** The part of a run that its evaluation is, when it failed or was stopped. */
function uncounted(error: unknown, signal: AbortSignal): LeftOut {
  const what = 'Counts and candidates';
  const problem = problemOf(error);
  return signal.aborted
    ? {
        what,
        why: 'Stopped, because the run took too long or the backend shut down. They are those of the run before',
        mend: 'Nothing: they are counted again within an hour',
      }
    : {
        what,
        why: `${problem.message}. They are those of the run before`,
        mend:
          problem.mend ??
          'They are counted again within an hour; if that fails as well, see the log of the backend for m365-licenses:evaluation',
      };
}

function summary(counts: TaskRunCounts): string {
  return Object.entries(counts)
    .filter(([name, count]) => name === 'read' || count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

/**
 * Runs a task once and writes the run in the ledger: when it started, its
 * counts while it goes on, and how it ended.
 *
 * Only one run of a task and tenant goes on at a time, which the scheduler
 * sees to, so earlier runs that never ended are closed as aborted first.
 *
 * @throws what failed, after it was recorded, so that the scheduler shows it;
 *   a run that was stopped by a shut-down just returns
 */
export async function runTask(
  task: SyncTask,
  run: RunOptions,
): Promise<TaskRun['status']> {
  const { tenant, stores, signal, now, logger } = run;
  const { taskRuns } = stores;
  const startedAt = now();
  await taskRuns.closeAbandoned(tenant, task.name, startedAt, startedAt);
  const id = await taskRuns.start(tenant, task.name, startedAt);

  const counts: TaskRunCounts = {
    read: 0,
    added: 0,
    changed: 0,
    unchanged: 0,
    gone: 0,
    malformed: 0,
    unmatched: 0,
  };
  const malformed: Malformed[] = [];
  const leftOut: LeftOut[] = [];
  let progressAt = startedAt.getTime();
  const context: SyncContext = {
    tenant,
    graph: run.graph,
    stores,
    events: run.events,
    signal,
    options: run.options,
    now,
    counts,
    malformed(items) {
      counts.malformed += items.length;
      malformed.push(...items.slice(0, MALFORMED_SAMPLE - malformed.length));
    },
    leaveOut(part) {
      leftOut.push(part);
    },
    async progress() {
      signal.throwIfAborted();
      const at = now();
      if (at.getTime() - progressAt >= PROGRESS_EVERY_MS) {
        progressAt = at.getTime();
        await taskRuns.progress(id, counts, at);
      }
    },
  };

  const finish = async (
    status: 'succeeded' | 'partial' | 'failed' | 'aborted',
    problem?: RecordedProblem,
  ) => {
    const at = now();
    await taskRuns.finish(id, {
      status,
      at,
      counts,
      leftOut,
      malformed,
      error: problem
        ? {
            task: task.name,
            message: problem.message,
            mend: problem.mend,
            requestId: problem.requestId,
          }
        : null,
    });
    const seconds = ((at.getTime() - startedAt.getTime()) / 1000).toFixed(1);
    const line = [
      `${task.title} of ${tenant} ${status} in ${seconds} s: ${summary(
        counts,
      )}`,
      ...leftOut.map(part => `left out ${part.what}: ${part.why}`),
      ...(problem ? [problem.message] : []),
      ...(problem?.mend ? [problem.mend] : []),
    ].join('; ');
    if (status === 'succeeded') {
      logger.info(line);
    } else {
      logger.warn(line);
    }
    return status;
  };

  try {
    await task.run(context);
  } catch (error) {
    if (signal.aborted) {
      const end = aborted(task, run, now().getTime() - startedAt.getTime());
      const status = await finish('aborted', end);
      if (end.timedOut) {
        throw new Error(`${task.title} of ${tenant}: ${end.message}`);
      }
      return status;
    }
    const problem = problemOf(error);
    await finish('failed', problem);
    if (error instanceof GraphError && error.kind === 'credential') {
      await run.onRefused?.().catch((failure: unknown) => {
        logger.warn(`The connection of ${tenant} was not checked: ${failure}`);
      });
    }
    // Not the error itself: a failed query's message holds people's data.
    const failure = new Error(
      `${task.title} of ${tenant}: ${problem.message}${
        problem.mend ? `. ${problem.mend}` : ''
      }`,
    );
    if (error instanceof Error && error.stack) {
      const frames = error.stack.match(/^ {4}at .*$/gm) ?? [];
      failure.stack = [`Error: ${failure.message}`, ...frames].join('\n');
    }
    throw failure;
  }
  // What the task read is stored by now: a failure here never loses it.
  try {
    await run.evaluate?.(tenant, signal);
  } catch (error) {
    context.leaveOut(uncounted(error, signal));
  }
  return finish(leftOut.length > 0 ? 'partial' : 'succeeded');
}
