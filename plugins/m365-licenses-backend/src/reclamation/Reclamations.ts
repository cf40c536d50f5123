import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type { ReclamationOutcome } from 'backstage-plugin-m365-licenses-common';
import { createHash, randomUUID } from 'node:crypto';
import type {
  StoredReclamation,
  StoredReclamationItem,
  Stores,
} from '../database/types';
import { GraphError } from '../graph/errors';
import type { GraphConnection, GraphUser } from '../graph/types';
import {
  inheritedSentence,
  isFinal,
  OUTCOME_SENTENCES,
  planItems,
} from './plan';

/** After this long, another replica may take over an execution that fell silent. */
const CLAIM_MS = 10 * 60_000;
/** How long one request waits for Microsoft; asked again, it goes on. */
const PATIENCE_MS = 3 * 60_000;

/** A tenant as reclamation needs it. */
export interface ReclamationTenant {
  name: string;
  /** The connection that reads. */
  graph: GraphConnection;
  /** The connection that writes, which may have credentials of its own. */
  reclamationGraph: GraphConnection;
  reclamationEnabled: boolean;
}

interface Outcome {
  itemId: string;
  outcome: ReclamationOutcome;
  message: string;
  requestId: string | null;
}

/** Microsoft's words for a SKU that is not there to remove; counts as done (rule 20). */
const NOT_ASSIGNED = /does not have a corresponding license/i;
const INHERITED = /inherited from a group/i;
const DEPENDENCY = /depends on the service plan|mutually exclusive/i;

/**
 * Plans which licenses are taken from an account, and carries a plan out.
 *
 * Each removal is recorded before the call to Microsoft and happens once,
 * however often it is asked for, retried or interrupted (rules 17 to 20).
 */
export class Reclamations {
  readonly #stores: Stores;
  readonly #logger: LoggerService;
  readonly #now: () => Date;

  static create(options: {
    stores: Stores;
    logger: LoggerService;
    now?: () => Date;
  }) {
    return new Reclamations(options);
  }

  private constructor(options: {
    stores: Stores;
    logger: LoggerService;
    now?: () => Date;
  }) {
    this.#stores = options.stores;
    this.#logger = options.logger;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Reads the account from Microsoft and plans the removal; changes nothing
   * there. With an idempotency key that this person used before for the same
   * request, returns the plan made then.
   *
   * @param request.userId - Graph id or user principal name
   * @param request.createdBy - entity ref of who asked
   * @throws NotFoundError when Microsoft does not know the account
   * @throws ConflictError when the key was used for another request
   */
  async plan(
    tenant: ReclamationTenant,
    request: {
      userId: string;
      skuIds?: string[];
      reason: string;
      createdBy: string;
      idempotencyKey?: string;
      dryRun: boolean;
    },
  ): Promise<{ reclamation: StoredReclamation; created: boolean }> {
    const user = await this.#read(tenant, request.userId);
    const groupIds = user.assignments.flatMap(({ assignedByGroup }) =>
      assignedByGroup === null ? [] : [assignedByGroup],
    );
    const groupNames = await this.#groupNames(tenant, groupIds);
    const plan: StoredReclamation = {
      id: randomUUID(),
      tenant: tenant.name,
      user: {
        id: user.id,
        userPrincipalName: user.userPrincipalName,
        displayName: user.displayName,
      },
      reason: request.reason,
      createdBy: request.createdBy,
      createdAt: this.#now().toISOString(),
      finishedAt: null,
      items: planItems(user, request.skuIds, id => groupNames.get(id)),
    };
    if (request.dryRun) {
      return { reclamation: plan, created: false };
    }
    return this.#stores.reclamations.create(
      plan,
      request.idempotencyKey === undefined
        ? undefined
        : {
            key: request.idempotencyKey,
            requestHash: createHash('sha256')
              .update(
                JSON.stringify([
                  user.id,
                  request.skuIds && [...request.skuIds].sort(),
                  request.reason,
                ]),
              )
              .digest('base64'),
          },
    );
  }

  /**
   * Carries out a plan, or goes on where an interrupted execution stopped:
   * what Microsoft has now is read first.
   *
   * @throws NotAllowedError when reclamation is switched off for the tenant
   * @throws ConflictError when someone else is carrying it out right now
   * @throws ServiceUnavailableError when Microsoft did not answer in time;
   *   asking again goes on
   */
  async execute(
    tenant: ReclamationTenant,
    id: string,
  ): Promise<StoredReclamation> {
    if (!tenant.reclamationEnabled) {
      throw new NotAllowedError(
        `Reclamation is switched off for the tenant ${tenant.name}; an administrator can set m365Licenses.tenants.${tenant.name}.tasks.reclamation.enabled to true`,
      );
    }
    const { reclamations } = this.#stores;
    const reclamation = await this.get(tenant, id);
    if (reclamation.finishedAt) {
      return reclamation;
    }
    const holder = randomUUID();
    const at = this.#now();
    const expired = new Date(at.getTime() - CLAIM_MS);
    if (!(await reclamations.claim(id, holder, at, expired))) {
      throw new ConflictError(
        `Reclamation ${id} is being carried out right now; look at it again in a moment`,
      );
    }
    try {
      // Read again under the claim: its last holder may have gone further.
      await this.#carryOut(tenant, await this.get(tenant, id));
      await reclamations.finish(id, this.#now());
    } finally {
      await reclamations.release(id, holder);
    }
    return this.get(tenant, id);
  }

  /** @throws NotFoundError when the tenant has no such reclamation */
  async get(tenant: { name: string }, id: string): Promise<StoredReclamation> {
    const found = await this.#stores.reclamations.get(tenant.name, id);
    if (!found) {
      throw new NotFoundError(
        `The tenant ${tenant.name} has no reclamation ${id}`,
      );
    }
    return found;
  }

  async #carryOut(
    tenant: ReclamationTenant,
    reclamation: StoredReclamation,
  ): Promise<void> {
    const pending = reclamation.items.filter(item => !isFinal(item.outcome));
    if (pending.length === 0) {
      return;
    }
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const userId = reclamation.user.id;
    let user: GraphUser;
    try {
      user = await tenant.graph.user(userId, { signal });
    } catch (error) {
      const refusal = outcomeOf(error, pending[0]);
      if (refusal.outcome === 'notFound') {
        await this.#record(pending.map(item => outcomeOf(error, item)));
        return;
      }
      throw unavailable(reclamation, error);
    }

    const settled = pending.flatMap(item => settledBy(user, item));
    await this.#record(settled);
    const done = new Set(settled.map(({ itemId }) => itemId));
    const open = pending.filter(({ id }) => !done.has(id));
    if (open.length > 0) {
      await this.#remove(tenant, reclamation, open, signal);
    }
    await this.#updateRoster(tenant, user, reclamation.id);
  }

  /** Removes all open items in one call; where that is refused, one by one to tell which is at fault. */
  async #remove(
    tenant: ReclamationTenant,
    reclamation: StoredReclamation,
    items: StoredReclamationItem[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#stores.reclamations.markRunning(
      items.map(({ id }) => id),
      this.#now(),
    );
    try {
      const { requestId } = await tenant.reclamationGraph.removeLicenses(
        reclamation.user.id,
        items.map(({ skuId }) => skuId),
        { signal },
      );
      await this.#record(
        items.map(({ id }) => ({
          itemId: id,
          outcome: 'reclaimed',
          message: OUTCOME_SENTENCES.reclaimed,
          requestId,
        })),
      );
    } catch (error) {
      // The items stay running, and the next execution reads what Microsoft
      // has before it tries again.
      if (signal.aborted || isUncertain(error)) {
        throw unavailable(reclamation, error);
      }
      if (!(error instanceof GraphError)) {
        throw error;
      }
      if (error.kind === 'refused' && items.length > 1) {
        for (const item of items) {
          await this.#remove(tenant, reclamation, [item], signal);
        }
        return;
      }
      await this.#record(items.map(item => outcomeOf(error, item)));
    }
  }

  async #record(outcomes: Outcome[]): Promise<void> {
    if (outcomes.length > 0) {
      await this.#stores.reclamations.recordOutcomes(outcomes, this.#now());
    }
  }

  /**
   * Takes what was removed out of the roster at once. Microsoft's own reads
   * show it only minutes later, so it is taken from what was read before.
   */
  async #updateRoster(
    tenant: ReclamationTenant,
    before: GraphUser,
    reclamationId: string,
  ): Promise<void> {
    const { items } = await this.get(tenant, reclamationId);
    const gone = new Set(
      items
        .filter(
          ({ outcome }) => outcome === 'reclaimed' || outcome === 'alreadyGone',
        )
        .map(({ skuId }) => skuId),
    );
    await this.#stores.accounts.storeOne(
      tenant.name,
      {
        ...before,
        assignments: before.assignments.filter(
          ({ skuId, assignedByGroup }) =>
            assignedByGroup !== null || !gone.has(skuId),
        ),
      },
      this.#now(),
    );
  }

  async #read(tenant: ReclamationTenant, userId: string): Promise<GraphUser> {
    try {
      return await tenant.graph.user(userId, {
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch (error) {
      if (error instanceof GraphError && error.kind === 'notFound') {
        throw new NotFoundError(
          `Microsoft knows no account ${userId} in the tenant ${tenant.name}`,
          error,
        );
      }
      throw new ServiceUnavailableError(
        `The account ${userId} could not be read from Microsoft: ${reasonOf(
          error,
        )}`,
        error,
      );
    }
  }

  async #groupNames(
    tenant: ReclamationTenant,
    groupIds: string[],
  ): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for (const groupId of new Set(groupIds)) {
      const known = await this.#stores.accounts.groupName(tenant.name, groupId);
      if (known) {
        names.set(groupId, known);
        continue;
      }
      try {
        const group = await tenant.graph.group(groupId);
        names.set(groupId, group.displayName);
        await this.#stores.accounts.nameGroup(tenant.name, group, this.#now());
      } catch (error) {
        // The id stands in for a name that may not be read.
        this.#logger.debug(`The group ${groupId} could not be named`, {
          tenant: tenant.name,
          reason: reasonOf(error),
        });
      }
    }
    return names;
  }
}

/** The outcome that what Microsoft has now decides without a call: nothing, where there is something to remove. */
function settledBy(user: GraphUser, item: StoredReclamationItem): Outcome[] {
  const paths = user.assignments.filter(({ skuId }) => skuId === item.skuId);
  if (paths.some(({ assignedByGroup }) => assignedByGroup === null)) {
    return [];
  }
  // An item that was running when its execution was cut off, and is gone now,
  // was removed by that call.
  const outcome = item.outcome === 'running' ? 'reclaimed' : 'alreadyGone';
  return [
    {
      itemId: item.id,
      outcome,
      message: OUTCOME_SENTENCES[outcome],
      requestId: null,
    },
  ];
}

/** What became of an item whose removal Microsoft refused. */
function outcomeOf(error: unknown, item: StoredReclamationItem): Outcome {
  const graphError = error instanceof GraphError ? error : undefined;
  const words = graphError?.graphMessage ?? String(error);
  const end = (outcome: ReclamationOutcome, message: string): Outcome => ({
    itemId: item.id,
    outcome,
    message,
    requestId: graphError?.requestId ?? null,
  });
  if (graphError?.kind === 'refused' && NOT_ASSIGNED.test(words)) {
    return item.outcome === 'running'
      ? end('reclaimed', OUTCOME_SENTENCES.reclaimed)
      : end('alreadyGone', OUTCOME_SENTENCES.alreadyGone);
  }
  if (graphError?.kind === 'refused' && INHERITED.test(words)) {
    return end('inheritedFromGroup', inheritedSentence(item.path));
  }
  if (
    graphError?.kind === 'conflict' ||
    (graphError?.kind === 'refused' &&
      (DEPENDENCY.test(words) ||
        graphError.code === 'Directory_ConcurrencyViolation'))
  ) {
    return end('conflict', `${OUTCOME_SENTENCES.conflict} Microsoft: ${words}`);
  }
  switch (graphError?.kind) {
    case 'permission':
      return end('notPermitted', OUTCOME_SENTENCES.notPermitted);
    case 'notFound':
      return end('notFound', OUTCOME_SENTENCES.notFound);
    case 'throttled':
      return end('throttled', OUTCOME_SENTENCES.throttled);
    default:
      return end('failed', `Not removed. Microsoft: ${words}`);
  }
}

/** Whether Microsoft may have done what was asked: no answer, or a gateway's instead of its own. */
function isUncertain(error: unknown): boolean {
  return (
    error instanceof GraphError &&
    (error.kind === 'network' || [500, 502, 504].includes(error.status ?? 0))
  );
}

/** What went wrong, and what Microsoft's error says to do. */
function reasonOf(error: unknown): string {
  if (error instanceof GraphError && error.mend) {
    return `${error.message}. ${error.mend}`;
  }
  return error instanceof Error ? error.message : String(error);
}

function unavailable(reclamation: StoredReclamation, error: unknown): Error {
  return new ServiceUnavailableError(
    `Reclamation ${reclamation.id} for ${
      reclamation.user.userPrincipalName
    } was interrupted: ${reasonOf(
      error,
    )}. Carry it out again: it goes on where it stopped`,
    error,
  );
}
