import type {
  LoggerService,
  SchedulerService,
  SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  SYNC_TASKS,
  type SyncTaskName,
  type Task,
} from 'backstage-plugin-m365-licenses-common';
import { Duration } from 'luxon';
import type { Stores } from '../database/types';
import type { LicenseEvents } from '../events/LicenseEvents';
import type { GraphConnection } from '../graph/types';
import { applicationAccess } from './applicationAccess';
import { applicationRoster } from './applicationRoster';
import { licenseInformation } from './licenseInformation';
import {
  runTask,
  type RunOptions,
  type SyncOptions,
  type SyncTask,
} from './task';

const TASKS: Record<SyncTaskName, SyncTask> = {
  'application-roster': applicationRoster,
  'application-access': applicationAccess,
  'license-information': licenseInformation,
};

/** A tenant and which of its tasks run when. */
export interface TenantTasks extends SyncOptions {
  /** Our name for the tenant. */
  name: string;
  graph: GraphConnection;
  /** The task's own schedule where none is given. */
  tasks: Record<
    SyncTaskName,
    { enabled: boolean; schedule?: SchedulerServiceTaskScheduleDefinition }
  >;
  /** Why Microsoft should not be asked for this tenant now; a due run is skipped then. */
  holdOff?(): Promise<string | undefined>;
  /** Called when Microsoft refused the credentials to a run. */
  onRefused?(): Promise<void>;
}

type Frequency = SchedulerServiceTaskScheduleDefinition['frequency'];

/** A duration; undefined for a cron expression or a task only run by hand. */
function durationOf(frequency: Frequency): Duration | undefined {
  if ('cron' in frequency || 'trigger' in frequency) {
    return undefined;
  }
  return Duration.isDuration(frequency)
    ? frequency
    : Duration.fromObject(frequency);
}

/** ISO 8601, or the cron expression; null for a task only run by hand. */
function frequencyText(frequency: Frequency): string | null {
  return 'cron' in frequency
    ? frequency.cron
    : durationOf(frequency)?.toISO() ?? null;
}

/** Runs the integration tasks of every tenant through Backstage's scheduler. */
export class TaskRunner {
  readonly #logger: LoggerService;
  readonly #scheduler: SchedulerService;
  readonly #stores: Stores;
  readonly #events: LicenseEvents;
  readonly #evaluate: RunOptions['evaluate'];
  readonly #now: () => Date;
  readonly #tenants = new Map<string, TenantTasks>();

  static create(options: {
    logger: LoggerService;
    scheduler: SchedulerService;
    stores: Stores;
    events: LicenseEvents;
    /** Called with what each run stored, before it ends. */
    evaluate?: RunOptions['evaluate'];
    now?: () => Date;
  }): TaskRunner {
    return new TaskRunner(options);
  }

  private constructor(options: {
    logger: LoggerService;
    scheduler: SchedulerService;
    stores: Stores;
    events: LicenseEvents;
    /** Called with what each run stored, before it ends. */
    evaluate?: RunOptions['evaluate'];
    now?: () => Date;
  }) {
    this.#logger = options.logger;
    this.#scheduler = options.scheduler;
    this.#stores = options.stores;
    this.#events = options.events;
    this.#evaluate = options.evaluate;
    this.#now = options.now ?? (() => new Date());
  }

  /** Registers the tasks of a tenant that are switched on; each runs on one replica at a time. */
  async schedule(tenant: TenantTasks): Promise<void> {
    this.#tenants.set(tenant.name, tenant);
    for (const name of SYNC_TASKS) {
      if (tenant.tasks[name].enabled) {
        await this.#scheduler.scheduleTask({
          ...this.#scheduleOf(tenant, name),
          id: this.#id(tenant, name),
          scope: 'global',
          fn: signal => this.#run(tenant, name, signal),
        });
      }
    }
  }

  /**
   * Runs a task as soon as a replica is free, instead of at its next time.
   *
   * Who lets a person do this calls `ConnectionStore.retryNow` before, so that
   * an earlier refusal does not hold it off.
   *
   * @throws NotFoundError when there is no such tenant
   * @throws ConflictError when the task is switched off, runs already, needs
   *   what another task has not read yet, or when Microsoft should not be asked
   *   for the tenant now
   */
  async trigger(tenantName: string, name: SyncTaskName): Promise<void> {
    const tenant = this.#tenant(tenantName);
    const task = TASKS[name];
    if (!tenant.tasks[name].enabled) {
      throw new ConflictError(
        `${task.title} of ${tenantName} is switched off; switch it on with m365Licenses.tenants.${tenantName}.tasks.${task.configKey}.enabled`,
      );
    }
    if (task.after && !(await this.#hasSucceeded(tenant, task.after))) {
      throw new ConflictError(
        `${task.title} of ${tenantName} needs the accounts; run ${
          TASKS[task.after].title
        } first`,
      );
    }
    const heldOff = await tenant.holdOff?.();
    if (heldOff) {
      throw new ConflictError(heldOff);
    }
    const { current } = await this.#stores.taskRuns.latest(tenantName, name);
    try {
      await this.#scheduler.triggerTask(this.#id(tenant, name));
    } catch (error) {
      if (error instanceof Error && error.name === 'ConflictError') {
        throw new ConflictError(
          current
            ? `${task.title} of ${tenantName} is running already, since ${current.startedAt}`
            : `${task.title} of ${tenantName} is running already`,
        );
      }
      throw error;
    }
  }

  /**
   * Starts what a connection that is mended kept from running: the tasks that
   * never succeeded or whose last run failed. One that needs another task's
   * first success is started by that.
   *
   * @throws NotFoundError when there is no such tenant
   */
  async resume(tenantName: string): Promise<void> {
    const tenant = this.#tenant(tenantName);
    for (const name of SYNC_TASKS) {
      const { after } = TASKS[name];
      const { current, last, lastSuccessAt } =
        await this.#stores.taskRuns.latest(tenantName, name);
      if (
        tenant.tasks[name].enabled &&
        !current &&
        (lastSuccessAt === undefined || last?.status === 'failed') &&
        (!after || (await this.#hasSucceeded(tenant, after)))
      ) {
        await this.#start(tenant, name);
      }
    }
  }

  /** The tasks of a tenant with their state. */
  async tasks(tenantName: string): Promise<Task[]> {
    const tenant = this.#tenant(tenantName);
    return Promise.all(SYNC_TASKS.map(name => this.#task(tenant, name)));
  }

  async #task(tenant: TenantTasks, name: SyncTaskName): Promise<Task> {
    const { enabled } = tenant.tasks[name];
    const { frequency } = this.#scheduleOf(tenant, name);
    const { current, last, lastSuccessAt } = await this.#stores.taskRuns.latest(
      tenant.name,
      name,
    );
    const idle = enabled ? 'idle' : 'disabled';
    const startedAt = (current ?? last)?.startedAt;
    const every = durationOf(frequency);
    return {
      task: name,
      enabled,
      frequency: enabled ? frequencyText(frequency) : null,
      state: current ? 'running' : idle,
      // A time that passed while the backend was down is made up for at once.
      nextRunAt:
        enabled && startedAt && every
          ? new Date(
              Math.max(
                Date.parse(startedAt) + every.toMillis(),
                this.#now().getTime(),
              ),
            ).toISOString()
          : null,
      currentRun: current ?? null,
      lastRun: last ?? null,
      lastSuccessAt: lastSuccessAt ?? null,
    };
  }

  async #run(
    tenant: TenantTasks,
    name: SyncTaskName,
    signal: AbortSignal,
  ): Promise<void> {
    const task = TASKS[name];
    const heldOff = await tenant.holdOff?.();
    if (heldOff) {
      this.#logger.info(
        `${task.title} of ${tenant.name} is skipped: ${heldOff}`,
      );
      return;
    }
    const { after } = task;
    if (
      after &&
      tenant.tasks[after].enabled &&
      !(await this.#hasSucceeded(tenant, after))
    ) {
      this.#logger.info(
        `${task.title} of ${tenant.name} waits for the first ${TASKS[after].title}`,
      );
      return;
    }
    const firstTime = !(await this.#hasSucceeded(tenant, name));
    const status = await runTask(task, {
      tenant: tenant.name,
      graph: tenant.graph,
      stores: this.#stores,
      events: this.#events,
      signal,
      options: { maxGoneShare: tenant.maxGoneShare },
      now: this.#now,
      logger: this.#logger,
      timeoutMs: Duration.fromDurationLike(
        this.#scheduleOf(tenant, name).timeout,
      ).toMillis(),
      onRefused: async () => tenant.onRefused?.(),
      evaluate: this.#evaluate,
    });
    if (firstTime && (status === 'succeeded' || status === 'partial')) {
      await this.#startWaiting(tenant, name);
    }
  }

  /** Starts the tasks that waited for the first success of this one. */
  async #startWaiting(tenant: TenantTasks, name: SyncTaskName): Promise<void> {
    for (const waiting of SYNC_TASKS) {
      if (TASKS[waiting].after === name && tenant.tasks[waiting].enabled) {
        await this.#start(tenant, waiting);
      }
    }
  }

  async #start(tenant: TenantTasks, name: SyncTaskName): Promise<void> {
    try {
      await this.trigger(tenant.name, name);
    } catch (error) {
      this.#logger.warn(
        `${TASKS[name].title} of ${tenant.name} could not be started yet and runs at its next time: ${error}`,
      );
    }
  }

  async #hasSucceeded(
    tenant: TenantTasks,
    name: SyncTaskName,
  ): Promise<boolean> {
    const { lastSuccessAt } = await this.#stores.taskRuns.latest(
      tenant.name,
      name,
    );
    return lastSuccessAt !== undefined;
  }

  #tenant(name: string): TenantTasks {
    const tenant = this.#tenants.get(name);
    if (!tenant) {
      throw new NotFoundError(
        `There is no tenant ${name} among m365Licenses.tenants`,
      );
    }
    return tenant;
  }

  #scheduleOf(tenant: TenantTasks, name: SyncTaskName) {
    return tenant.tasks[name].schedule ?? TASKS[name].defaultSchedule;
  }

  #id(tenant: TenantTasks, name: SyncTaskName): string {
    return `m365-licenses:${tenant.name}:${name}`;
  }
}
