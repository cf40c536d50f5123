import type {
  AuditorService,
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { randomUUID } from 'node:crypto';
import type { ReclamationConfig } from '../config';
import type {
  StoredItem,
  StoredReclamation,
  StoredReclamationStatus,
  Stores,
} from '../database/types';
import type { Evaluation } from '../evaluation';
import type { GraphError } from '../graph/errors';
import type { GraphLicensingGroup } from '../graph/types';
import { problemOf } from '../sync/errors';
import {
  Chunk,
  CHUNK_ACCOUNTS,
  type Patience,
  pauseAfter,
  type Rest,
  Stopped,
} from './Chunk';
import { OUTCOME_SENTENCES } from './outcomes';
import type { ReclamationTenant } from './Reclamations';

export interface ReclamationWorkerOptions {
  tenants: ReclamationTenant[];
  stores: Pick<Stores, 'accounts' | 'products' | 'reclamations'>;
  evaluation: Pick<Evaluation, 'candidatesOf' | 'reevaluate'>;
  config: Pick<ReclamationConfig, 'leaveGroups' | 'takeOverAfterSeconds'>;
  auditor: AuditorService;
  logger: LoggerService;
  scheduler: Pick<SchedulerService, 'scheduleTask' | 'triggerTask'>;
  now: () => Date;
  /** Why a plan may not go on just now, and when to look again. */
  holdOff(
    tenant: ReclamationTenant,
    reclamation: StoredReclamation,
  ): Promise<{ message: string; retryAt: Date } | undefined>;
  /** Is told when something of a plan has changed. */
  onProgress(tenant: string, id: string): void;
  /** Is told when a plan is over: the seats of its licenses are others now. */
  onFinished(plan: StoredReclamation): void;
  patience?: Patience;
}

/** 8 calls for an account within some 20 minutes. */
const PATIENCE: Patience = {
  tries: 8,
  firstPauseMs: 5_000,
  longestPauseMs: 10 * 60_000,
};
/** After so many chunks other plans have their turn. */
const TURN_CHUNKS = 25;
/** So many signs of life fit into the time after which a plan is taken over. */
const SIGNS_OF_LIFE = 5;
const LOOK_EVERY = { seconds: 5 };
/** It goes on at the next look. */
const LOOK_TIMEOUT = { hours: 1 };
/** How long is waited where it is switched off, which takes a restart to change. */
const SWITCHED_OFF_MS = 10 * 60_000;

/** What this process remembers of a plan while it is carried out. */
interface Memory {
  /** By account. */
  rests: Map<string, Rest>;
  /** How often in a row Microsoft did not answer at all. */
  failures: number;
  /** When it shows what came of what was asked for before the plan was canceled, in milliseconds since 1970. */
  settledAt?: number;
}

/** A claim on a plan that gives signs of life until it is let go. */
interface Hold {
  holder: string;
  /** Aborted when another replica may have taken the plan over. */
  lost: AbortSignal;
  stop(): void;
}

/**
 * Carries out plans in the background, on every replica: what is started is
 * claimed, worked off in chunks, and goes on after a crash where it stopped,
 * with a look at what Microsoft really has (rules 17 to 20).
 */
export class ReclamationWorker {
  readonly #options: ReclamationWorkerOptions;
  readonly #patience: Patience;
  /** By plan; with the process it is lost, and pauses begin short again. */
  readonly #memories = new Map<string, Memory>();

  static create(options: ReclamationWorkerOptions): ReclamationWorker {
    return new ReclamationWorker(options);
  }

  private constructor(options: ReclamationWorkerOptions) {
    this.#options = options;
    this.#patience = options.patience ?? PATIENCE;
  }

  /** Looks every few seconds, on every replica, for what is to be done. */
  async schedule(): Promise<void> {
    const { scheduler, tenants } = this.#options;
    for (const tenant of tenants) {
      await scheduler.scheduleTask({
        id: taskId(tenant),
        scope: 'local',
        frequency: LOOK_EVERY,
        timeout: LOOK_TIMEOUT,
        fn: signal => this.#workOn(tenant, signal),
      });
    }
  }

  /** Looks at once. */
  wake(): void {
    const { scheduler, tenants } = this.#options;
    for (const tenant of tenants) {
      // Where it is at work, it looks again within seconds.
      scheduler.triggerTask(taskId(tenant)).catch(() => {});
    }
  }

  /** Carries out all that is due now, in all tenants. */
  async work(signal: AbortSignal = new AbortController().signal) {
    await Promise.all(
      this.#options.tenants.map(tenant => this.#workOn(tenant, signal)),
    );
  }

  async #workOn(tenant: ReclamationTenant, signal: AbortSignal): Promise<void> {
    const { reclamations } = this.#options.stores;
    let isMore = true;
    while (isMore && !signal.aborted) {
      isMore = false;
      const due = await reclamations.due(
        tenant.name,
        this.#options.now(),
        this.#silentSince(),
      );
      for (const id of due) {
        if (!signal.aborted) {
          isMore = (await this.#turn(tenant, id, signal)) || isMore;
        }
      }
    }
  }

  #silentSince(): Date {
    const { config, now } = this.#options;
    return new Date(now().getTime() - config.takeOverAfterSeconds * 1_000);
  }

  /**
   * Works on a plan for a while, unless another replica does.
   *
   * @returns whether there is more to do at once
   */
  async #turn(
    tenant: ReclamationTenant,
    id: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { evaluation, logger, onProgress, stores } = this.#options;
    const hold = await this.#claim(id);
    if (!hold) {
      return false;
    }
    const stop = AbortSignal.any([signal, hold.lost]);
    const touched = new Set<string>();
    try {
      return await this.#carryOut(tenant, id, {
        holder: hold.holder,
        signal: stop,
        touched,
      });
    } catch (error) {
      if (!(error instanceof Stopped) && !stop.aborted) {
        await this.#waitAfter(tenant, id, error);
      }
      return false;
    } finally {
      hold.stop();
      await stores.reclamations.release(id, hold.holder);
      onProgress(tenant.name, id);
      if (touched.size > 0) {
        await evaluation
          .reevaluate(tenant.name, { accountIds: [...touched] })
          .catch(error =>
            logger.warn(
              `Candidates in ${
                tenant.name
              } stay as they were until the next evaluation: ${
                problemOf(error).message
              }`,
            ),
          );
      }
    }
  }

  async #claim(id: string): Promise<Hold | undefined> {
    const { config, now, stores } = this.#options;
    const holder = randomUUID();
    if (
      !(await stores.reclamations.claim(id, holder, now(), this.#silentSince()))
    ) {
      return undefined;
    }
    const lost = new AbortController();
    const takeOverMs = config.takeOverAfterSeconds * 1_000;
    let heldUntil = Date.now() + takeOverMs;
    const timer = setInterval(async () => {
      const asked = Date.now();
      try {
        if (await stores.reclamations.renew(id, holder, now())) {
          heldUntil = asked + takeOverMs;
        } else {
          lost.abort();
        }
      } catch {
        // The database may be back before it is too late.
      }
      if (Date.now() > heldUntil) {
        lost.abort();
      }
    }, takeOverMs / SIGNS_OF_LIFE);
    return { holder, lost: lost.signal, stop: () => clearInterval(timer) };
  }

  async #carryOut(
    tenant: ReclamationTenant,
    id: string,
    turn: { holder: string; signal: AbortSignal; touched: Set<string> },
  ): Promise<boolean> {
    const { now, onProgress, stores } = this.#options;
    const { reclamations } = stores;
    const plan = await reclamations.get(tenant.name, id);
    if (!plan) {
      return false;
    }
    const memory = this.#memories.get(id) ?? { rests: new Map(), failures: 0 };
    this.#memories.set(id, memory);
    const chunk = new Chunk({
      ...this.#options,
      tenant,
      plan,
      holder: turn.holder,
      patience: this.#patience,
      rests: memory.rests,
      groups: new Map<string, GraphLicensingGroup | GraphError>(),
      signal: turn.signal,
    });
    let { problem } = plan;
    for (let number = 0; number < TURN_CHUNKS; number += 1) {
      if (turn.signal.aborted) {
        return false;
      }
      const status = await reclamations.renew(id, turn.holder, now());
      if (status !== 'started' && status !== 'canceled') {
        return false;
      }
      const hold = await this.#holdOff(tenant, plan, status);
      if (hold) {
        await this.#wait(id, hold);
        return false;
      }
      const { items, resting } = await this.#next(id, memory, status);
      if (items.length === 0) {
        await this.#end(plan, resting);
        return false;
      }
      if (problem) {
        problem = null;
        await reclamations.wait(id, null, now());
      }
      items.forEach(({ account }) => turn.touched.add(account.id));
      if (status === 'canceled') {
        if (!(await this.#settle(id, items, { chunk, memory }))) {
          return false;
        }
      } else {
        await chunk.carryOut(items);
      }
      memory.failures = 0;
      onProgress(tenant.name, id);
    }
    return true;
  }

  /** Why nothing may be asked for just now. */
  async #holdOff(
    tenant: ReclamationTenant,
    plan: StoredReclamation,
    status: StoredReclamationStatus,
  ): Promise<{ message: string; retryAt: Date } | undefined> {
    const { holdOff, now } = this.#options;
    if (status === 'canceled') {
      return undefined;
    }
    return tenant.reclamationEnabled
      ? holdOff(tenant, plan)
      : {
          message: `Taking licenses back is switched off for ${tenant.name}; an administrator can set m365Licenses.tenants.${tenant.name}.tasks.reclamation.enabled to true`,
          retryAt: new Date(now().getTime() + SWITCHED_OFF_MS),
        };
  }

  /** What is next, and why accounts that have something left rest. */
  async #next(
    id: string,
    { rests }: Memory,
    status: StoredReclamationStatus,
  ): Promise<{ items: StoredItem[]; resting: Rest[] }> {
    const { now, stores } = this.#options;
    const time = now().getTime();
    const resting = new Map(
      // Looking what came of it needs no rest.
      [...rests].filter(
        ([, { until }]) => status === 'started' && until > time,
      ),
    );
    const open = await stores.reclamations.next(
      id,
      CHUNK_ACCOUNTS + resting.size,
    );
    const ids = new Set(open.map(({ account }) => account.id));
    const next = [...ids].filter(each => !resting.has(each));
    const chunk = new Set(next.slice(0, CHUNK_ACCOUNTS));
    return {
      items: open.filter(({ account }) => chunk.has(account.id)),
      resting: [...ids].flatMap(each => resting.get(each) ?? []),
    };
  }

  /** Ends a plan that has nothing left to do, or lets it wait for the accounts that rest. */
  async #end(plan: StoredReclamation, resting: Rest[]): Promise<void> {
    const { now, onFinished, stores } = this.#options;
    const { id } = plan;
    const [first] = resting.sort((left, right) => left.until - right.until);
    if (first) {
      const { message } = problemOf(first.error);
      await this.#wait(id, {
        message:
          resting.length === 1
            ? message
            : `${message}; ${resting.length} accounts are tried again later`,
        retryAt: new Date(first.until),
      });
    } else {
      const isOver = await stores.reclamations.finish(id, now());
      this.#memories.delete(id);
      if (isOver) {
        onFinished(plan);
      }
    }
  }

  /**
   * Finds out what came of what was asked for before the plan was canceled.
   *
   * @returns whether to go on at once
   */
  async #settle(
    id: string,
    items: StoredItem[],
    { chunk, memory }: { chunk: Chunk; memory: Memory },
  ): Promise<boolean> {
    const time = this.#options.now().getTime();
    memory.settledAt ??= time + this.#patience.longestPauseMs;
    if (time >= memory.settledAt) {
      await chunk.settle(items, {
        outcome: 'canceled',
        message: OUTCOME_SENTENCES.canceled,
      });
      return true;
    }
    await chunk.settle(items);
    await this.#wait(id, {
      message:
        'Microsoft was asked for some licenses just before it was canceled; what came of it shows some minutes later',
      retryAt: new Date(memory.settledAt),
    });
    return false;
  }

  async #waitAfter(
    tenant: ReclamationTenant,
    id: string,
    error: unknown,
  ): Promise<void> {
    const { logger, now } = this.#options;
    const memory = this.#memories.get(id) ?? { rests: new Map(), failures: 0 };
    memory.failures += 1;
    this.#memories.set(id, memory);
    const { message, mend } = problemOf(error);
    const retryAt = new Date(
      now().getTime() + pauseAfter(memory.failures, this.#patience),
    );
    logger.warn(
      `The reclamation ${id} in ${
        tenant.name
      } waits until ${retryAt.toISOString()}: ${message}`,
    );
    await this.#wait(id, {
      message: [message, mend].filter(Boolean).join('. '),
      retryAt,
    });
  }

  async #wait(
    id: string,
    { message, retryAt }: { message: string; retryAt: Date },
  ): Promise<void> {
    const { now, stores } = this.#options;
    await stores.reclamations.wait(
      id,
      { message, retryAt: retryAt.toISOString() },
      now(),
    );
  }
}

function taskId({ name }: ReclamationTenant): string {
  return `m365-licenses:${name}:reclamation`;
}
