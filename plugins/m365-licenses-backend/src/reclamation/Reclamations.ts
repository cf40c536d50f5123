import { createHash, randomUUID } from 'node:crypto';
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type { AccountRef } from 'backstage-plugin-m365-licenses-common';
import type { ReclamationConfig } from '../config';
import type {
  NewReclamation,
  PlannedItem,
  StoredItem,
  StoredReclamation,
  Stores,
} from '../database/types';
import type { Evaluation } from '../evaluation';
import { GraphError } from '../graph/errors';
import type { GraphConnection, GraphUser } from '../graph/types';
import { dataKeptUntil } from '../insights/reclamations';
import { freeSeats, isSameSku } from './decisions';
import { OUTCOME_SENTENCES } from './outcomes';
import { type PlannedItems, Planner, type PlanRequest } from './Planner';

export type { PlannedItems, PlanRequest } from './Planner';

/** How long one request waits for Microsoft. */
const PATIENCE_MS = 3 * 60_000;
/** Of so many accounts the usage location is looked up before a restore; of the others when their turn comes. */
const CHECKED_ACCOUNTS = 1_000;

const DAY_MS = 24 * 60 * 60_000;

/** A tenant as reclamation needs it. */
export interface ReclamationTenant {
  name: string;
  /** The connection that reads. */
  graph: GraphConnection;
  /** The connection that writes, which may have credentials of its own. */
  reclamationGraph: GraphConnection;
  reclamationEnabled: boolean;
}

/** Whether what was taken back can be put back. */
export interface RestorePreview {
  items: number;
  accounts: number;
  /** By SKU, in the order of the plan. */
  seats: { skuId: string; needed: number; free: number }[];
  /** Licenses that could not be put back now, and why. */
  problems: {
    itemId: string;
    account: AccountRef;
    skuId: string;
    message: string;
  }[];
  /** When Microsoft begins to drop data behind them, ISO 8601. */
  dataUntil: string | null;
}

interface ReclamationsOptions {
  stores: Stores;
  evaluation: Pick<Evaluation, 'candidatesOf'>;
  config: ReclamationConfig;
  logger: LoggerService;
  now?: () => Date;
  /** Has the worker look at once for what is to be done. */
  wake(): void;
}

type Named = Pick<ReclamationTenant, 'name'>;

/**
 * Plans that one person may both make and approve: somebody's own wish, and a
 * rule that was approved when it was switched on.
 */
const NEEDS_NO_SECOND: readonly NewReclamation['origin'][] = [
  'handBack',
  'policy',
];

/**
 * Plans which licenses are taken back, and moves plans on: approval, start,
 * pause, cancel, restore. What is started is carried out by the worker.
 */
export class Reclamations {
  readonly #options: ReclamationsOptions;
  readonly #planner: Planner;
  readonly #now: () => Date;

  static create(options: ReclamationsOptions): Reclamations {
    return new Reclamations(options);
  }

  private constructor(options: ReclamationsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    this.#planner = Planner.create({ ...options, now: this.#now });
  }

  /**
   * What a plan would hold; stores none.
   *
   * @throws as {@link Reclamations.plan}
   */
  async preview(
    tenant: ReclamationTenant,
    request: PlanRequest,
  ): Promise<PlannedItems> {
    return this.#planner.plan(tenant, request);
  }

  /**
   * Stores a plan, which changes nothing at Microsoft. With an idempotency key
   * that this person used before for the same request, gives the plan made then.
   *
   * @throws InputError when nothing matches, or more than fits in one plan
   * @throws NotFoundError when Microsoft does not know an account that is named
   * @throws ConflictError when the key was used for another request
   * @throws ServiceUnavailableError when such an account could not be read
   */
  async plan(
    tenant: ReclamationTenant,
    request: PlanRequest & { idempotencyKey?: string },
  ): Promise<{ reclamation: StoredReclamation; created: boolean }> {
    const { origin, reason, mode, createdBy, leaveGroups } = request;
    const { dryRun = false, policyId = null, selection, maxItems } = request;
    const idempotency = idempotencyOf(request.idempotencyKey, [
      'plan',
      tenant.name,
      selection,
      origin,
      reason,
      mode,
      leaveGroups,
      dryRun,
      policyId,
      maxItems ?? null,
    ]);
    return this.#once(createdBy, idempotency, async () => {
      const { items } = await this.#planner.plan(tenant, request);
      const at = this.#now();
      const validMs = this.#options.config.planValidDays * DAY_MS;
      return {
        plan: {
          id: randomUUID(),
          tenant: tenant.name,
          kind: 'reclaim',
          mode,
          status: dryRun ? 'dryRun' : 'planned',
          origin,
          reason,
          leaveGroups,
          createdBy,
          createdAt: at.toISOString(),
          expiresAt: dryRun
            ? null
            : new Date(at.getTime() + validMs).toISOString(),
          approvedBy: null,
          startedBy: null,
          restoreOf: null,
          policyId,
        },
        items,
      };
    });
  }

  /** @throws NotFoundError when the tenant has no such plan */
  async get(tenant: Named, id: string): Promise<StoredReclamation> {
    const found = await this.#options.stores.reclamations.get(tenant.name, id);
    if (!found) {
      throw new NotFoundError(
        `The tenant ${tenant.name} has no reclamation ${id}`,
      );
    }
    return found;
  }

  /** Why somebody who may approve plans may not approve this one. */
  whyNotApprove(
    { createdBy, origin }: Pick<StoredReclamation, 'createdBy' | 'origin'>,
    by: string,
  ): string | undefined {
    return this.#options.config.fourEyes &&
      createdBy === by &&
      !NEEDS_NO_SECOND.includes(origin)
      ? 'You made this plan, so that somebody else who may approve plans has to approve it'
      : undefined;
  }

  /**
   * Approves a plan; one that was approved before stays as it is.
   *
   * @throws NotAllowedError when this person may not approve it
   * @throws ConflictError when it expired, or nothing is to be approved any more
   */
  async approve(
    tenant: Named,
    id: string,
    by: string,
  ): Promise<StoredReclamation> {
    const plan = await this.get(tenant, id);
    if (plan.status === 'approved') {
      return plan;
    }
    this.#requireOpen(plan);
    await this.#approve(plan, by);
    return this.get(tenant, id);
  }

  /**
   * Starts a plan, which the worker then carries out; with ask first, the people
   * whose licenses they are have to answer before. A plan that nobody approved
   * is approved by this where the person may. One that was started before stays
   * as it is.
   *
   * @throws NotAllowedError when reclamation is switched off, or nobody has
   *   approved the plan and this person may not
   * @throws ConflictError when it expired, was canceled or is paused, or when
   *   everything is stopped
   */
  async start(
    tenant: Pick<ReclamationTenant, 'name' | 'reclamationEnabled'>,
    id: string,
    { by, mayApprove }: { by: string; mayApprove: boolean },
  ): Promise<StoredReclamation> {
    const { stores, config, wake } = this.#options;
    const plan = await this.get(tenant, id);
    if (plan.status === 'started' || plan.status === 'finished') {
      return plan;
    }
    this.requireSwitchedOn(tenant);
    this.#requireOpen(plan);
    const { stopped, reason } = await stores.reclamationSwitch.get(tenant.name);
    if (stopped) {
      throw new ConflictError(
        `Taking licenses back is stopped in the tenant ${tenant.name}: "${reason}". Somebody who may carry out plans can let it go on`,
      );
    }
    if (plan.status === 'planned') {
      if (!mayApprove) {
        throw new NotAllowedError(
          'Nobody has approved this plan yet; ask somebody who may approve plans',
        );
      }
      await this.#approve(plan, by);
    }
    const at = this.#now();
    const isAsking = plan.mode === 'askFirst';
    const answerMs = config.ask.answerDays * DAY_MS;
    await stores.reclamations.move(
      id,
      ['approved'],
      {
        status: 'started',
        startedBy: by,
        ...(isAsking && {
          await: true,
          answerUntil: new Date(at.getTime() + answerMs).toISOString(),
        }),
      },
      { type: 'started', by, message: 'Started.' },
      at,
    );
    // Where nothing is to be done there is nothing to wait for.
    await stores.reclamations.finish(id, at);
    wake();
    return this.get(tenant, id);
  }

  /**
   * Stops after what Microsoft is being asked for at this moment; one that is
   * paused stays as it is.
   *
   * @throws ConflictError when it is not being carried out
   */
  async pause(
    tenant: Named,
    id: string,
    by: string,
  ): Promise<StoredReclamation> {
    return this.#move(tenant, id, {
      from: 'started',
      to: 'paused',
      event: { type: 'paused', by, message: 'Paused.' },
      otherwise:
        'Only a plan that is being carried out can be paused; this one is not',
    });
  }

  /**
   * Goes on where it was paused; one that is being carried out stays as it is.
   *
   * @throws NotAllowedError when reclamation is switched off
   * @throws ConflictError when it is not paused
   */
  async resume(
    tenant: Pick<ReclamationTenant, 'name' | 'reclamationEnabled'>,
    id: string,
    by: string,
  ): Promise<StoredReclamation> {
    this.requireSwitchedOn(tenant);
    const plan = await this.#move(tenant, id, {
      from: 'paused',
      to: 'started',
      event: { type: 'resumed', by, message: 'Resumed.' },
      otherwise: 'Only a plan that is paused can go on; this one is not',
    });
    this.#options.wake();
    return plan;
  }

  /**
   * Does nothing more of a plan; what Microsoft is being asked for at this
   * moment is still done, and what was done stays. One that is canceled stays
   * as it is.
   *
   * @throws ConflictError when it is finished, or a policy only reported it
   */
  async cancel(
    tenant: Named,
    id: string,
    by: string,
  ): Promise<StoredReclamation> {
    const plan = await this.get(tenant, id);
    if (plan.status === 'canceled') {
      return plan;
    }
    const isMoved = await this.#options.stores.reclamations.move(
      id,
      ['planned', 'approved', 'started', 'paused'],
      { status: 'canceled', canceledBy: by },
      { type: 'canceled', by, message: 'Canceled.' },
      this.#now(),
    );
    const now = await this.get(tenant, id);
    if (!isMoved && now.status !== 'canceled') {
      throw new ConflictError(
        now.status === 'dryRun'
          ? 'There is nothing to cancel: a policy only reported this, nothing was done'
          : 'There is nothing to cancel: this plan is finished. What it took can be put back',
      );
    }
    return now;
  }

  /**
   * Looks whether what was taken back can be put back: free seats and usage
   * locations as Microsoft has them now. Changes nothing.
   *
   * @param itemIds - only these; all that can be put back when undefined
   * @throws ConflictError as {@link Reclamations.restore}
   * @throws ServiceUnavailableError when the seats could not be read
   */
  async checkRestore(
    tenant: ReclamationTenant,
    id: string,
    itemIds?: string[],
  ): Promise<RestorePreview> {
    const plan = await this.get(tenant, id);
    const items = await this.#restorable(plan, itemIds);
    const accountIds = [...new Set(items.map(({ account }) => account.id))];
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const [{ skus }, users] = await reading('The seats and accounts', () =>
      Promise.all([
        tenant.graph.subscribedSkus({ signal }),
        tenant.graph.usersById(accountIds.slice(0, CHECKED_ACCOUNTS), {
          signal,
        }),
      ]),
    );
    const free = freeSeats(skus);
    const seats = new Map<string, { needed: number; free: number }>();
    const seated = new Set<string>();
    const problems = items.flatMap((item): RestorePreview['problems'] => {
      const { id: itemId, account, skuId } = item;
      const user = users.get(account.id);
      const problem = (message: string) => [
        { itemId, account, skuId, message },
      ];
      const seat = seats.get(skuId) ?? {
        needed: 0,
        free: free.get(skuId.toLowerCase()) ?? 0,
      };
      seats.set(skuId, seat);
      // By however many paths an account holds a license, it has one seat.
      const key = `${account.id} ${skuId}`;
      const needsSeat = !holds(user, skuId);
      if (needsSeat && !seated.has(key)) {
        seat.needed += 1;
      }
      seated.add(key);
      const hindrance = hindranceOf(user);
      if (hindrance) {
        return problem(hindrance);
      }
      return needsSeat && seat.needed > seat.free
        ? problem(
            'No seat of the license is free for it; free or buy one first.',
          )
        : [];
    });
    return {
      items: items.length,
      accounts: accountIds.length,
      seats: [...seats].map(([skuId, seat]) => ({ skuId, ...seat })),
      problems,
      dataUntil: dataUntilOf(items),
    };
  }

  /**
   * Puts back what was taken, exactly as it was: a plan of its own, started at
   * once. With an idempotency key, as {@link Reclamations.plan}.
   *
   * @param request.itemIds - only these; all that can be put back when undefined
   * @throws NotAllowedError when reclamation is switched off
   * @throws InputError when the plan is itself a restore
   * @throws ConflictError when nothing is left to put back, or some of the items
   *   were not taken, are there again, or are being put back
   */
  async restore(
    tenant: Pick<ReclamationTenant, 'name' | 'reclamationEnabled'>,
    id: string,
    request: {
      itemIds?: string[];
      reason: string;
      by: string;
      idempotencyKey?: string;
    },
  ): Promise<{ reclamation: StoredReclamation; created: boolean }> {
    this.requireSwitchedOn(tenant);
    const { itemIds, reason, by } = request;
    const idempotency = idempotencyOf(request.idempotencyKey, [
      'restore',
      tenant.name,
      id,
      itemIds ?? null,
      reason,
    ]);
    const restore = await this.#once(by, idempotency, async () => {
      const original = await this.get(tenant, id);
      const items = await this.#restorable(original, itemIds);
      return {
        plan: {
          id: randomUUID(),
          tenant: tenant.name,
          kind: 'restore',
          mode: 'immediate',
          status: 'started',
          origin: 'restore',
          reason,
          leaveGroups: original.leaveGroups,
          createdBy: by,
          createdAt: this.#now().toISOString(),
          expiresAt: null,
          approvedBy: by,
          startedBy: by,
          restoreOf: id,
          policyId: null,
        },
        items: items.map(
          (item): PlannedItem => ({
            id: randomUUID(),
            account: item.account,
            skuId: item.skuId,
            path: item.path,
            evidence: item.evidence,
            value: item.value,
            outcome: 'scheduled',
            message: OUTCOME_SENTENCES.scheduled,
            restores: item.id,
          }),
        ),
      };
    });
    this.#options.wake();
    return restore;
  }

  /** @throws NotAllowedError when reclamation is switched off for a tenant */
  requireSwitchedOn({
    name,
    reclamationEnabled,
  }: Pick<ReclamationTenant, 'name' | 'reclamationEnabled'>): void {
    if (!reclamationEnabled) {
      throw new NotAllowedError(
        `Reclamation is switched off for the tenant ${name}; an administrator can set m365Licenses.tenants.${name}.tasks.reclamation.enabled to true`,
      );
    }
  }

  /** Stores a plan unless it was stored before under the same idempotency key. */
  async #once(
    createdBy: string,
    idempotency: { key: string; requestHash: string } | undefined,
    make: () => Promise<{ plan: NewReclamation; items: PlannedItem[] }>,
  ): Promise<{ reclamation: StoredReclamation; created: boolean }> {
    const { reclamations } = this.#options.stores;
    const earlier =
      idempotency && (await reclamations.repeated(createdBy, idempotency));
    if (earlier) {
      return { reclamation: earlier, created: false };
    }
    const { plan, items } = await make();
    const stored = await reclamations.create(plan, items, idempotency);
    if (stored.created) {
      const { id, kind, tenant } = plan;
      this.#options.logger.info(
        `Planned to ${
          kind === 'restore' ? 'put back' : 'take back'
        } licenses in ${tenant}`,
        { reclamation: id, items: items.length },
      );
    }
    return stored;
  }

  async #approve(plan: StoredReclamation, by: string): Promise<void> {
    const reason = this.whyNotApprove(plan, by);
    if (reason) {
      throw new NotAllowedError(reason);
    }
    const isMoved = await this.#options.stores.reclamations.move(
      plan.id,
      ['planned'],
      { status: 'approved', approvedBy: by },
      { type: 'approved', by, message: 'Approved.' },
      this.#now(),
    );
    if (!isMoved) {
      const now = await this.get({ name: plan.tenant }, plan.id);
      // Somebody else may have been faster.
      if (now.status !== 'started') {
        this.#requireOpen(now);
      }
    }
  }

  /** @throws ConflictError, with what to do, when a plan can neither be approved nor started */
  #requireOpen(plan: StoredReclamation): void {
    const { status, expiresAt } = plan;
    switch (status) {
      case 'planned':
      case 'approved':
        if (expiresAt !== null && expiresAt <= this.#now().toISOString()) {
          throw new ConflictError(
            `This plan expired on ${expiresAt.slice(
              0,
              10,
            )}: what it was made from may have changed. Plan it anew`,
          );
        }
        return;
      case 'started':
      case 'finished':
        throw new ConflictError('This plan was started already');
      case 'paused':
        throw new ConflictError('This plan is paused; resume it instead');
      case 'canceled':
        throw new ConflictError('This plan was canceled; plan it anew');
      default:
        throw new ConflictError(
          'A policy only reported this; it cannot be carried out. Plan it yourself, or switch the policy on',
        );
    }
  }

  async #move(
    tenant: Named,
    id: string,
    {
      from,
      to,
      event,
      otherwise,
    }: {
      from: 'started' | 'paused';
      to: 'started' | 'paused';
      event: Parameters<Stores['reclamations']['move']>[3];
      otherwise: string;
    },
  ): Promise<StoredReclamation> {
    await this.get(tenant, id);
    const isMoved = await this.#options.stores.reclamations.move(
      id,
      [from],
      { status: to },
      event,
      this.#now(),
    );
    const plan = await this.get(tenant, id);
    if (!isMoved && plan.status !== to) {
      throw new ConflictError(otherwise);
    }
    return plan;
  }

  async #restorable(
    plan: StoredReclamation,
    itemIds?: string[],
  ): Promise<StoredItem[]> {
    if (plan.kind === 'restore') {
      throw new InputError(
        'This plan put licenses back; to take them again, make a new plan',
      );
    }
    const ids = itemIds && [...new Set(itemIds)];
    const items = await this.#options.stores.reclamations.restorable(
      plan.id,
      ids,
    );
    if (items.length === 0) {
      throw new ConflictError(
        'There is nothing to put back: nothing of it was taken, or it is there again or being put back already',
      );
    }
    const missing = ids ? ids.length - items.length : 0;
    if (missing > 0) {
      throw new ConflictError(
        `${missing} of these licenses cannot be put back: they were not taken by this plan, or are there again or being put back already. Look at the plan again`,
      );
    }
    return items;
  }
}

/** An idempotency key with what tells whether a request is the same as before. */
function idempotencyOf(
  key: string | undefined,
  request: unknown[],
): { key: string; requestHash: string } | undefined {
  return key === undefined
    ? undefined
    : {
        key,
        requestHash: createHash('sha256')
          .update(JSON.stringify(request))
          .digest('base64'),
      };
}

/** @throws ServiceUnavailableError where Microsoft could not be read */
async function reading<Result>(
  what: string,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof GraphError)) {
      throw error;
    }
    throw new ServiceUnavailableError(
      `${what} could not be read from Microsoft: ${reasonOf(error)}`,
      error,
    );
  }
}

function reasonOf({ message, mend }: GraphError): string {
  return mend ? `${message}. ${mend}` : message;
}

function holds(user: GraphUser | GraphError | undefined, skuId: string) {
  return (
    user !== undefined &&
    !(user instanceof GraphError) &&
    user.assignments.some(held => isSameSku(held.skuId, skuId))
  );
}

/** Why nothing can be put back to an account now. */
function hindranceOf(
  user: GraphUser | GraphError | undefined,
): string | undefined {
  if (user instanceof GraphError) {
    return user.kind === 'notFound'
      ? 'Microsoft does not know the account any more; restore it in Microsoft Entra first.'
      : `The account could not be looked up: ${reasonOf(user)}`;
  }
  return user && !user.usageLocation
    ? 'The account has no usage location; set one in Microsoft Entra first.'
    : undefined;
}

function dataUntilOf(items: StoredItem[]): string | null {
  const [first] = items.flatMap(({ finishedAt }) => finishedAt ?? []).sort();
  return first ? dataKeptUntil(first) : null;
}
