import { randomUUID } from 'node:crypto';
import type {
  SyncTaskName,
  TaskRun,
  TaskRunCounts,
  TaskRunStatus,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { readPage } from './paging';
import { countOf } from './sql';
import type { PageOf, PageRequest, TaskRunStore } from './types';

interface TaskRunRow {
  id: string;
  tenant: string;
  task: SyncTaskName;
  status: TaskRunStatus;
  started_at: string;
  alive_at: string;
  finished_at: string | null;
  counts: string;
  left_out: string;
  malformed: string;
  error: string | null;
}

const countsSchema: z.ZodType<TaskRunCounts> = z.object({
  read: z.number(),
  added: z.number(),
  changed: z.number(),
  unchanged: z.number(),
  gone: z.number(),
  malformed: z.number(),
  unmatched: z.number(),
});

const leftOutSchema: z.ZodType<TaskRun['leftOut']> = z.array(
  z.object({ what: z.string(), why: z.string(), mend: z.string() }),
);

const malformedSchema: z.ZodType<TaskRun['malformed']> = z.array(
  z.object({ place: z.string(), problem: z.string() }),
);

const errorSchema: z.ZodType<NonNullable<TaskRun['error']>> = z.object({
  task: z
    .enum(['application-roster', 'application-access', 'license-information'])
    .optional(),
  message: z.string(),
  mend: z.string().nullable(),
  requestId: z.string().nullable().optional(),
});

const NO_COUNTS: TaskRunCounts = {
  read: 0,
  added: 0,
  changed: 0,
  unchanged: 0,
  gone: 0,
  malformed: 0,
  unmatched: 0,
};

function toTaskRun(row: TaskRunRow): TaskRun {
  return {
    id: row.id,
    task: row.task,
    status: row.status,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    durationMs:
      row.finished_at === null
        ? null
        : Date.parse(row.finished_at) - Date.parse(row.started_at),
    counts: countsSchema.parse(JSON.parse(row.counts)),
    leftOut: leftOutSchema.parse(JSON.parse(row.left_out)),
    malformed: malformedSchema.parse(JSON.parse(row.malformed)),
    error: row.error === null ? null : errorSchema.parse(JSON.parse(row.error)),
  };
}

/** The ledger in `task_runs`. Only a run that is still running is changed. */
export class DatabaseTaskRunStore implements TaskRunStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  #runs() {
    return this.#knex<TaskRunRow>('task_runs');
  }

  async start(tenant: string, task: SyncTaskName, at: Date): Promise<string> {
    const id = randomUUID();
    await this.#runs().insert({
      id,
      tenant,
      task,
      status: 'running',
      started_at: at.toISOString(),
      alive_at: at.toISOString(),
      counts: JSON.stringify(NO_COUNTS),
      left_out: '[]',
      malformed: '[]',
    });
    return id;
  }

  async progress(id: string, counts: TaskRunCounts, at: Date): Promise<void> {
    await this.#runs()
      .where({ id, status: 'running' })
      .update({ counts: JSON.stringify(counts), alive_at: at.toISOString() });
  }

  async finish(
    id: string,
    end: Parameters<TaskRunStore['finish']>[1],
  ): Promise<void> {
    await this.#runs()
      .where({ id, status: 'running' })
      .update({
        status: end.status,
        finished_at: end.at.toISOString(),
        alive_at: end.at.toISOString(),
        counts: JSON.stringify(end.counts),
        left_out: JSON.stringify(end.leftOut),
        malformed: JSON.stringify(end.malformed),
        error: end.error && JSON.stringify(end.error),
      });
  }

  async closeAbandoned(
    tenant: string,
    task: SyncTaskName,
    silentSince: Date,
    at: Date,
  ): Promise<number> {
    const error: TaskRun['error'] = {
      message:
        'The run ended without a word: the process that did it stopped or lost its database',
      mend: 'Nothing to do when a later run succeeded; otherwise run the task again',
    };
    return this.#runs()
      .where({ tenant, task, status: 'running' })
      .where('alive_at', '<', silentSince.toISOString())
      .update({
        status: 'aborted',
        finished_at: at.toISOString(),
        error: JSON.stringify(error),
      });
  }

  async list(
    tenant: string,
    query: PageRequest & { task?: SyncTaskName; status?: TaskRunStatus },
  ): Promise<PageOf<TaskRun>> {
    const { task, status } = query;
    const filter = {
      tenant,
      ...(task && { task }),
      ...(status && { status }),
    };
    const page = await readPage<TaskRunRow>(query, {
      query: ['task-runs', filter],
      key: 'started_at',
      tie: 'id',
      nullable: false,
      order: 'desc',
      position: row => [row.started_at, row.id],
      read: narrow =>
        this.#runs().where(filter).modify(narrow).select<TaskRunRow[]>('*'),
      count: () => countOf(this.#knex('task_runs').where(filter)),
    });
    return { ...page, items: page.items.map(toTaskRun) };
  }

  async latest(
    tenant: string,
    task: SyncTaskName,
  ): Promise<{ current?: TaskRun; last?: TaskRun; lastSuccessAt?: string }> {
    const newest = (...statuses: TaskRunStatus[]) =>
      this.#runs()
        .where({ tenant, task })
        .whereIn('status', statuses)
        .orderBy('started_at', 'desc')
        .orderBy('id', 'desc')
        .first();
    const current = await newest('running');
    const last = await newest('succeeded', 'partial', 'failed', 'aborted');
    const success = await newest('succeeded', 'partial');
    return {
      ...(current && { current: toTaskRun(current) }),
      ...(last && { last: toTaskRun(last) }),
      ...(success?.finished_at && { lastSuccessAt: success.finished_at }),
    };
  }
}
