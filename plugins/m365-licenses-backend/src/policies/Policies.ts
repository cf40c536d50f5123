import type {
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { ConflictError, isError, NotFoundError } from '@backstage/errors';
import type { ReclamationConfig } from '../config';
import type {
  PolicyRun,
  StoredPolicy,
  StoredReclamation,
  Stores,
} from '../database/types';
import { SHOW_NAMES } from '../insights/concealment';
import { dataProblem } from '../insights/guardRails';
import { quietUntil } from '../insights/quietHours';
import type {
  Reclamations,
  ReclamationTenant,
} from '../reclamation/Reclamations';
import { problemOf } from '../sync/errors';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Somebody may let everything go on at any time. */
const STOPPED_RETRY_MS = 5 * MINUTE_MS;
/** Better data comes with the next run of a task. */
const RETRY_MS = 60 * MINUTE_MS;

/** Statuses of a plan that is being worked on. */
const UNFINISHED = ['asking', 'scheduled', 'running', 'paused'] as const;

/** What errors mean that end a run instead of having it tried again. */
const ENDED_BY: Readonly<Record<string, string>> = {
  InputError: 'Found nothing to take back',
  // Of a run that was killed after it had planned for other groups.
  ConflictError:
    'The groups of the catalog changed while it ran; the next run plans anew',
};

export interface PoliciesOptions {
  tenants: readonly ReclamationTenant[];
  stores: Pick<
    Stores,
    | 'activity'
    | 'catalogGroups'
    | 'connections'
    | 'evaluation'
    | 'licenses'
    | 'policies'
    | 'reclamations'
    | 'reclamationSwitch'
    | 'taskRuns'
  >;
  reclamations: Pick<Reclamations, 'plan' | 'get' | 'start' | 'cancel'>;
  config: Pick<ReclamationConfig, 'dryRunsNeeded' | 'fourEyes'>;
  logger: LoggerService;
  scheduler: SchedulerService;
  now?: () => Date;
}

/** Why nothing is done now, and when it is tried again. */
export interface HoldOff {
  message: string;
  retryAt: Date;
}

/**
 * The standing rules by which licenses are taken back. A policy that is dry
 * stores, each time it runs, the plan that it would have carried out; one that
 * is on carries it out in the name of who switched it on.
 *
 * A run stays the same one until what came of it is noted, and what it does is
 * done once: one that was killed is repeated and finds what it did.
 */
export class Policies {
  readonly #options: PoliciesOptions;
  readonly #now: () => Date;

  static create(options: PoliciesOptions): Policies {
    return new Policies(options);
  }

  private constructor(options: PoliciesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /** Looks every few minutes, on one replica, which policies are due. */
  async schedule(): Promise<void> {
    await this.#options.scheduler.scheduleTask({
      id: 'm365-licenses:policies',
      scope: 'global',
      frequency: { minutes: 5 },
      // Where a replica dies, the others wait for this to pass.
      timeout: { minutes: 15 },
      fn: signal => this.runDue(signal),
    });
  }

  /**
   * Runs the policies that are due.
   *
   * @throws what failed, after all had their turn; it is tried again in an hour
   */
  async runDue(signal?: AbortSignal): Promise<void> {
    const { tenants, stores } = this.#options;
    const failed: string[] = [];
    for (const tenant of tenants) {
      for (const run of await stores.policies.due(tenant.name, this.#now())) {
        signal?.throwIfAborted();
        try {
          await this.#run(tenant, run);
        } catch (error) {
          failed.push(
            `${tenant.name}, "${run.policy.name}": ${await this.#failed(
              run,
              error,
            )}`,
          );
        }
      }
    }
    if (failed.length > 0) {
      throw new Error(
        `Policies that are due did not run, and are tried again in an hour. ${failed.join(
          '; ',
        )}`,
      );
    }
  }

  /**
   * Runs a policy now, as its next run would. That it has to wait is noted with
   * it and no error.
   *
   * @throws NotFoundError when there is none of this id
   * @throws ConflictError when it is off
   */
  async run(tenant: ReclamationTenant, id: string): Promise<StoredPolicy> {
    const { policies } = this.#options.stores;
    const run = await policies.runNow(tenant.name, id, this.#now());
    if (!run) {
      const { name } = await this.get(tenant.name, id);
      throw new ConflictError(
        `The policy "${name}" is off; have it report first, or switch it on`,
      );
    }
    try {
      await this.#run(tenant, run);
    } catch (error) {
      await this.#failed(run, error);
      throw error;
    }
    return this.get(tenant.name, id);
  }

  /** @throws NotFoundError when there is none of this id */
  async get(tenant: string, id: string): Promise<StoredPolicy> {
    const policy = await this.#options.stores.policies.get(tenant, id);
    if (!policy) {
      throw new NotFoundError(
        `The tenant ${tenant} has no policy ${id}; somebody else may have ended it`,
      );
    }
    return policy;
  }

  /**
   * Why somebody may not switch a policy on now, in a sentence with what to do;
   * undefined where they may, as far as it is not about permissions.
   *
   * @param by - entity ref
   */
  whyNotOn(
    { name, dryRuns, updatedBy }: StoredPolicy,
    by: string,
  ): string | undefined {
    const { dryRunsNeeded, fourEyes } = this.#options.config;
    if (dryRuns < dryRunsNeeded) {
      return `The policy "${name}" reported ${dryRuns} of ${dryRunsNeeded} times what it would do since it was changed; look at what it reports, run it now or wait for its next run, then switch it on`;
    }
    return fourEyes && updatedBy === by
      ? `You changed the policy "${name}" last; somebody else has to switch it on`
      : undefined;
  }

  /**
   * Why a plan is not worked on now: nothing is taken while taking back is
   * stopped, and nothing by a policy in its quiet hours or while the data is not
   * good enough. What is put back waits for none of that.
   */
  async holdOff(
    tenant: Pick<ReclamationTenant, 'name'>,
    { kind, policyId }: Pick<StoredReclamation, 'kind' | 'policyId'>,
  ): Promise<HoldOff | undefined> {
    if (kind === 'restore') {
      return undefined;
    }
    const stopped = await this.#stopped(tenant.name);
    return stopped || policyId === null
      ? stopped
      : (await this.#quiet(tenant.name, policyId)) ??
          (await this.#badData(tenant.name));
  }

  async #stopped(tenant: string): Promise<HoldOff | undefined> {
    const { stopped, reason, changedBy } =
      await this.#options.stores.reclamationSwitch.get(tenant);
    return stopped
      ? {
          message: `Taking licenses back is stopped by ${changedBy}: ${reason}`,
          retryAt: this.#after(STOPPED_RETRY_MS),
        }
      : undefined;
  }

  async #quiet(tenant: string, id: string): Promise<HoldOff | undefined> {
    const hours = await this.#options.stores.policies.quietHours(tenant, id);
    const retryAt = hours && quietUntil(hours, this.#now());
    return hours && retryAt
      ? {
          message: `The policy is quiet from ${hours.from} to ${hours.to}${
            hours.weekends ? ' and on weekends' : ''
          } (${hours.timeZone})`,
          retryAt,
        }
      : undefined;
  }

  async #badData(tenant: string): Promise<HoldOff | undefined> {
    const { activity, connections, evaluation, licenses, taskRuns } =
      this.#options.stores;
    const today = this.#now().toISOString().slice(0, 10);
    const [
      check,
      access,
      roster,
      activeUsers,
      emailApps,
      unreported,
      evaluatedAt,
      skus,
    ] = await Promise.all([
      connections.check(tenant),
      taskRuns.latest(tenant, 'application-access'),
      taskRuns.latest(tenant, 'application-roster'),
      activity.reportDates(tenant, 'activeUsers'),
      activity.reportDates(tenant, 'emailApps'),
      evaluation.unreported(tenant, today),
      evaluation.evaluatedAt(tenant),
      licenses.captured(tenant),
    ]);
    const message = dataProblem({
      today,
      concealed:
        access.last?.error?.mend === SHOW_NAMES ||
        (check?.findings ?? []).some(
          ({ id, status }) => id === 'concealment' && status === 'failing',
        ),
      newestReports: {
        activeUsers: activeUsers.newest,
        emailApps: emailApps.newest,
      },
      unreported,
      rosterReadOn: roster.lastSuccessAt?.slice(0, 10) ?? null,
      evaluatedOn: evaluatedAt?.slice(0, 10) ?? null,
      hasLicenses: skus.some(({ status }) => status !== 'Deleted'),
    });
    return message ? { message, retryAt: this.#after(RETRY_MS) } : undefined;
  }

  /** Why a policy that is on cannot start anything, whatever it would plan. */
  async #blocked(
    tenant: ReclamationTenant,
    { policy, dueAt }: PolicyRun,
  ): Promise<HoldOff | undefined> {
    if (policy.state !== 'on') {
      return undefined;
    }
    const retryAt = this.#after(RETRY_MS);
    if (!tenant.reclamationEnabled) {
      return {
        message: `Taking licenses back is switched off for this tenant; set m365Licenses.tenants.${tenant.name}.tasks.reclamation.enabled to true`,
        retryAt,
      };
    }
    for (const status of UNFINISHED) {
      const { items } = await this.#options.stores.reclamations.list(
        tenant.name,
        { policyId: policy.id, status, limit: 1, at: this.#now() },
      );
      // What this run itself began before it was killed is no reason to wait.
      if (items.some(({ createdAt }) => createdAt < dueAt)) {
        return {
          message:
            'What its last run planned is not finished; see it under Reclamations',
          retryAt,
        };
      }
    }
    return undefined;
  }

  async #run(tenant: ReclamationTenant, run: PolicyRun): Promise<void> {
    const { policies } = this.#options.stores;
    const { policy } = run;
    const holdOff =
      (await this.holdOff(tenant, { kind: 'reclaim', policyId: policy.id })) ??
      (await this.#blocked(tenant, run));
    if (holdOff) {
      const { message, retryAt } = holdOff;
      await policies.wait(
        run,
        { message: `Did nothing. ${message}`, until: retryAt },
        this.#now(),
      );
      return;
    }
    const end = await this.#planned(tenant, run);
    const at = this.#now();
    const next = Date.parse(run.dueAt) + policy.everyDays * DAY_MS;
    await policies.finish(
      run,
      {
        ...end,
        // On the same day of the week however long it had to wait.
        nextDueAt:
          next > at.getTime()
            ? new Date(next)
            : this.#after(policy.everyDays * DAY_MS),
      },
      at,
    );
    this.#options.logger.info(
      `The policy "${policy.name}" of ${tenant.name} ran: ${end.message}`,
    );
  }

  /** Plans what a policy is about, and starts it where the policy is on. */
  async #planned(
    tenant: ReclamationTenant,
    run: PolicyRun,
  ): Promise<{ message: string; reclamationId: string | null }> {
    const { policy } = run;
    let plan: StoredReclamation;
    try {
      plan = await this.#plan(tenant, run);
    } catch (error) {
      const message = isError(error) ? ENDED_BY[error.name] : undefined;
      if (message === undefined) {
        throw error;
      }
      return { message, reclamationId: null };
    }
    const message =
      (policy.state === 'on' && (await this.#start(tenant, policy, plan))) ||
      sentenceOf(policy, plan);
    return { message, reclamationId: plan.id };
  }

  /** The plan of a run, made once however often the run is repeated. */
  async #plan(
    tenant: ReclamationTenant,
    { policy, runId }: PolicyRun,
  ): Promise<StoredReclamation> {
    const { stores, reclamations } = this.#options;
    const { skuIds, department, group, reasons } = policy;
    const { reclamation } = await reclamations.plan(tenant, {
      selection: {
        type: 'filter',
        filter: {
          reasons,
          ...(skuIds.length > 0 && { skuIds }),
          ...(department !== null && { department }),
          ...(group !== null && {
            groups: await stores.catalogGroups.below(group),
          }),
        },
      },
      origin: 'policy',
      policyId: policy.id,
      reason: `Policy "${policy.name}"`,
      mode: policy.mode,
      leaveGroups: false,
      maxItems: policy.maxItems,
      createdBy: policy.switchedOnBy ?? policy.updatedBy,
      dryRun: policy.state === 'dry',
      idempotencyKey: runId,
    });
    return reclamation;
  }

  /**
   * Starts a plan in the name of who switched its policy on.
   *
   * @returns why it is not started; undefined where it is
   */
  async #start(
    tenant: ReclamationTenant,
    policy: StoredPolicy,
    { id, createdBy }: StoredReclamation,
  ): Promise<string | undefined> {
    const { stores, reclamations } = this.#options;
    const now = await stores.policies.get(tenant.name, policy.id);
    const plan = await reclamations.get(tenant, id);
    if (isOver(plan, this.#now())) {
      return 'What it planned was canceled, or could not be started in time; the next run plans anew';
    }
    const isSame =
      now?.updatedAt === policy.updatedAt &&
      now.switchedOnAt === policy.switchedOnAt;
    if (isSame) {
      await reclamations.start(tenant, id, { by: createdBy, mayApprove: true });
      return undefined;
    }
    // What another replica started before the change goes on.
    if (plan.startedBy === null) {
      await reclamations.cancel(tenant, id, createdBy);
    }
    return 'It was changed or switched off while it planned; nothing was started';
  }

  /**
   * Notes that a run failed and is tried again.
   *
   * @returns what happened
   */
  async #failed(run: PolicyRun, error: unknown): Promise<string> {
    // Not the error itself: a failed query's message holds people's data.
    const { message } = problemOf(error);
    await this.#options.stores.policies.wait(
      run,
      { message: `Failed. ${message}`, until: this.#after(RETRY_MS) },
      this.#now(),
    );
    return message;
  }

  #after(milliseconds: number): Date {
    return new Date(this.#now().getTime() + milliseconds);
  }
}

/** Whether a plan was never started and cannot be any more. */
function isOver({ status, expiresAt }: StoredReclamation, at: Date): boolean {
  return (
    status === 'canceled' ||
    ((status === 'planned' || status === 'approved') &&
      expiresAt !== null &&
      expiresAt <= at.toISOString())
  );
}

function ofLicenses(count: number): string {
  return count === 1 ? '1 license' : `${count} licenses`;
}

/** What came of a run that found something, in a sentence for a license administrator. */
function sentenceOf(
  { state, mode, maxItems }: StoredPolicy,
  { counts, items }: StoredReclamation,
): string {
  const leftAlone = counts
    .filter(
      ({ outcome }) =>
        outcome === 'heldBack' || outcome === 'inheritedFromGroup',
    )
    .reduce((sum, count) => sum + count.items, 0);
  const others =
    leftAlone > 0
      ? `; ${ofLicenses(leftAlone)} held back or granted by a group`
      : '';
  const taken = items - leftAlone;
  if (taken === 0) {
    return `Found nothing to take back${others}`;
  }
  const what = `${ofLicenses(taken)}${
    taken >= maxItems ? ', the dearest of those that it found' : ''
  }`;
  const kept = 'those that nobody keeps';
  if (state === 'on') {
    return mode === 'askFirst'
      ? `Asks about ${what} and takes back ${kept}${others}`
      : `Takes back ${what} in the background${others}`;
  }
  return `${
    mode === 'askFirst'
      ? `Would ask about ${what} and take back ${kept}`
      : `Would take back ${what}`
  }${others}. Nothing was done: it only reports`;
}
