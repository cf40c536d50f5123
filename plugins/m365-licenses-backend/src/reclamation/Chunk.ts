import type { AuditorService } from '@backstage/backend-plugin-api';
import type { ReclamationOutcome } from 'backstage-plugin-m365-licenses-common';
import type { ReclamationConfig } from '../config';
import type {
  ItemOutcome,
  StoredItem,
  StoredPath,
  StoredReclamation,
  Stores,
} from '../database/types';
import type { Evaluation } from '../evaluation';
import { GraphError } from '../graph/errors';
import type {
  ChangeResult,
  GraphLicensingGroup,
  GraphUser,
  LicenseChange,
  MembershipChange,
  RequestOptions,
} from '../graph/types';
import {
  afterOutcomes,
  freeSeats,
  grantingGroups,
  groupToLeave,
  isSameSku,
  settledBy,
  whyLeft,
  whyNotRejoin,
  withRecentChanges,
} from './decisions';
import {
  inheritedSentence,
  isDependency,
  isPassing,
  notRejoinedSentence,
  OUTCOME_SENTENCES,
  outcomeOf,
} from './outcomes';
import type { ReclamationTenant } from './Reclamations';

/** The most accounts that are read, and changed, by one batch. */
export const CHUNK_ACCOUNTS = 20;

/** How often what does not go well is tried, and how long is waited between. */
export interface Patience {
  /** Calls for one account. */
  tries: number;
  /** The first pause; each is twice as long as the one before. */
  firstPauseMs: number;
  /**
   * The longest pause: longer than Microsoft's reads are late (2 to 5 minutes
   * after a license was changed), so that what is read after it is so.
   */
  longestPauseMs: number;
}

/** The pause after so many tries in vain, in milliseconds. */
export function pauseAfter(tries: number, patience: Patience): number {
  return Math.min(
    patience.firstPauseMs * 2 ** (tries - 1),
    patience.longestPauseMs,
  );
}

/** An account that is left in peace for a while, since the last call did not go well. */
export interface Rest {
  tries: number;
  /** Milliseconds since 1970. */
  until: number;
  error: GraphError;
}

/** The plan is no longer this replica's, or was paused or canceled: nothing more may be asked. */
export class Stopped extends Error {}

export interface ChunkOptions {
  tenant: ReclamationTenant;
  plan: StoredReclamation;
  holder: string;
  stores: Pick<Stores, 'accounts' | 'products' | 'reclamations'>;
  evaluation: Pick<Evaluation, 'candidatesOf'>;
  config: Pick<ReclamationConfig, 'leaveGroups'>;
  auditor: AuditorService;
  patience: Patience;
  /** By account; those that end well, or for good, are taken out. */
  rests: Map<string, Rest>;
  /** Groups that were looked at, with why they could not be. */
  groups: Map<string, GraphLicensingGroup | GraphError>;
  now: () => Date;
  signal: AbortSignal;
}

/** An account of the chunk, as it is by now. */
interface Held {
  user: GraphUser;
  /** As Microsoft shows it, who may be some minutes behind. */
  shown: GraphUser;
  /** Still to be asked for, as they were before this chunk. */
  items: StoredItem[];
}

/** One call to Microsoft: items of one account, which it does all or none of. */
interface Call<Change> {
  held: Held;
  items: StoredItem[];
  change: Change;
  /** The same for fewer items; undefined where they stand or fall together. */
  split?(held: Held, items: StoredItem[]): Change;
  /** Whether it was put off once until the account's other licenses went. */
  isPutOff?: boolean;
}

/**
 * What is next of a plan: the licenses of up to {@link CHUNK_ACCOUNTS} accounts,
 * which are read, decided again, noted as running, and only then asked for.
 */
export class Chunk {
  readonly #options: ChunkOptions;

  constructor(options: ChunkOptions) {
    this.#options = options;
  }

  /**
   * Carries out what there is to do for some accounts. Items of which it is not
   * known what came, and those that may go well later, stay running, and their
   * accounts rest.
   *
   * @param items - all that are open of these accounts
   * @throws Stopped
   * @throws GraphError where Microsoft does not answer at all
   */
  async carryOut(items: StoredItem[]): Promise<void> {
    const { plan, tenant } = this.#options;
    let accounts = await this.#read(items);
    const steps = [
      (held: Held[]) => this.#settle(held),
      (held: Held[]) => this.#giveUp(held),
      plan.kind === 'reclaim'
        ? (held: Held[]) => this.#leaveAlone(held)
        : (held: Held[]) => this.#refuseRestore(held),
    ];
    for (const step of steps) {
      const outcomes = await step(accounts);
      await this.#record(outcomes);
      accounts = without(accounts, outcomes);
    }
    await this.#ask(
      accounts.flatMap(held => this.#licenseCall(held) ?? []),
      (changes, options) =>
        tenant.reclamationGraph.changeLicenses(changes, options),
    );
    await this.#ask(
      accounts.flatMap(held => this.#membershipCalls(held)),
      (changes, options) =>
        tenant.reclamationGraph.changeMemberships(changes, options),
    );
  }

  /**
   * Finds out what came of items that Microsoft was asked for; asks for nothing.
   *
   * @param otherwise - what became of those that were not done; they stay as
   *   they are where it is not given
   */
  async settle(
    items: StoredItem[],
    otherwise?: Pick<ItemOutcome, 'outcome' | 'message'>,
  ): Promise<void> {
    const accounts = await this.#read(items);
    const outcomes = await this.#settle(accounts);
    await this.#record(outcomes);
    if (otherwise) {
      await this.#record(
        without(accounts, outcomes).flatMap(held =>
          held.items.map(({ id }) => ({
            ...otherwise,
            itemId: id,
            requestId: null,
          })),
        ),
      );
    }
  }

  /** Reads the accounts as they are now, and takes that over into the roster. */
  async #read(items: StoredItem[]): Promise<Held[]> {
    const { tenant, stores, patience, now, signal } = this.#options;
    const byAccount = new Map<string, StoredItem[]>();
    for (const item of items) {
      const { id } = item.account;
      byAccount.set(id, [...(byAccount.get(id) ?? []), item]);
    }
    const read = await tenant.graph.usersById([...byAccount.keys()], {
      signal,
    });
    const since = new Date(now().getTime() - patience.longestPauseMs);
    const recent = await stores.reclamations.recent(
      tenant.name,
      [...byAccount.keys()],
      since,
    );
    const accounts: Held[] = [];
    for (const [id, own] of byAccount) {
      const answer = read.get(id) ?? leftOut(id);
      if (answer instanceof GraphError) {
        await this.#record(this.#unread(own, answer));
        continue;
      }
      const user = withRecentChanges(
        answer,
        recent.filter(({ account }) => account.id === id),
        since.toISOString(),
      );
      accounts.push({ user, shown: answer, items: own });
    }
    await stores.accounts.storeUsers(
      tenant.name,
      accounts.map(({ user }) => user),
      now(),
    );
    return accounts;
  }

  /** What becomes of the items of an account that could not be read. */
  #unread(items: StoredItem[], error: GraphError): ItemOutcome[] {
    const accountId = items[0].account.id;
    if (isPassing(error) && !this.#isTriedEnough(accountId)) {
      this.#rest(accountId, error);
      return [];
    }
    return items.map(item => outcomeOf(error, item));
  }

  /** What is done by what the accounts hold, and what a group grants by now. */
  async #settle(accounts: Held[]): Promise<ItemOutcome[]> {
    const outcomes: ItemOutcome[] = [];
    for (const { user, items } of accounts) {
      for (const item of items) {
        const outcome = settledBy(user, item);
        const [groupId] =
          outcome?.outcome === 'alreadyGone' && !item.path.group
            ? grantingGroups(user, item.skuId)
            : [];
        if (groupId !== undefined) {
          const group = await this.#groupToLeave(groupId, [item.skuId]);
          outcomes.push(await this.#inherited(item, group));
        } else if (outcome) {
          outcomes.push(outcome);
        }
      }
    }
    return outcomes;
  }

  /**
   * What is given up: it was tried often enough, and the account was read so
   * long after that it shows that nothing was done.
   */
  async #giveUp(accounts: Held[]): Promise<ItemOutcome[]> {
    return accounts.flatMap(({ user, items }) => {
      const rest = this.#options.rests.get(user.id);
      return rest && this.#isTriedEnough(user.id)
        ? items
            .filter(({ outcome }) => outcome === 'running')
            .map(item => outcomeOf(rest.error, item))
        : [];
    });
  }

  /** What is not taken back after all: by a rule, or since its group would take more. */
  async #leaveAlone(accounts: Held[]): Promise<ItemOutcome[]> {
    const { tenant, plan, evaluation, config } = this.#options;
    // Somebody's own wish is no matter of rules.
    const byRule =
      plan.origin === 'handBack' ? [] : without(accounts, [], this.#isDecided);
    const evaluated =
      byRule.length > 0
        ? await evaluation.candidatesOf(
            tenant.name,
            byRule.map(({ user }) => user.id),
          )
        : new Map<string, never>();
    const outcomes = byRule.flatMap(({ user, items }) => {
      const known = evaluated.get(user.id);
      return known
        ? items.flatMap(
            item => whyLeft(item, known, plan.origin === 'users') ?? [],
          )
        : [];
    });
    for (const { items } of without(accounts, outcomes, this.#isDecided)) {
      for (const [groupId, own] of byGroup(items)) {
        const group = await this.#groupToLeave(
          groupId,
          own.map(({ skuId }) => skuId),
        );
        const mayLeave =
          config.leaveGroups &&
          plan.leaveGroups &&
          group.leaving === 'possible';
        if (!mayLeave) {
          for (const item of own) {
            outcomes.push(await this.#inherited(item, group));
          }
        }
      }
    }
    return outcomes;
  }

  /** What cannot be put back, as far as it shows before it is asked for. */
  async #refuseRestore(accounts: Held[]): Promise<ItemOutcome[]> {
    const outcomes: ItemOutcome[] = [];
    const seats = new Map<string, number>();
    for (const { user, shown, items } of accounts) {
      for (const item of items) {
        const end = (outcome: ReclamationOutcome, message: string) =>
          outcomes.push({ itemId: item.id, outcome, message, requestId: null });
        if (user.usageLocation === null) {
          end('noUsageLocation', OUTCOME_SENTENCES.noUsageLocation);
        } else if (item.path.group) {
          // Microsoft never refuses a member for want of a seat.
          const group = await this.#group(item.path.group.id);
          const why =
            group instanceof GraphError
              ? 'which cannot be read'
              : whyNotRejoin(group, item.skuId);
          if (why) {
            end('changed', notRejoinedSentence(item.path, why));
          } else if (!(await this.#takeSeat(seats, shown, item.skuId))) {
            end('noSeat', OUTCOME_SENTENCES.noSeat);
          }
        }
      }
    }
    return outcomes;
  }

  /** Takes a free seat of a SKU, unless Microsoft still counts one for the account. */
  async #takeSeat(
    seats: Map<string, number>,
    shown: GraphUser,
    skuId: string,
  ): Promise<boolean> {
    const { tenant, signal } = this.#options;
    if (seats.size === 0) {
      const { skus } = await tenant.graph.subscribedSkus({ signal });
      freeSeats(skus).forEach((free, id) => seats.set(id, free));
    }
    if (shown.assignments.some(held => isSameSku(held.skuId, skuId))) {
      return true;
    }
    const free = seats.get(skuId.toLowerCase()) ?? 0;
    seats.set(skuId.toLowerCase(), free - 1);
    return free > 0;
  }

  #licenseCall(held: Held): Call<LicenseChange> | undefined {
    const items = held.items.filter(({ path }) => !path.group);
    return items.length > 0
      ? {
          held,
          items,
          change: licenseChange(held, items),
          split: licenseChange,
        }
      : undefined;
  }

  #membershipCalls(held: Held): Call<MembershipChange>[] {
    const change =
      this.#options.plan.kind === 'reclaim'
        ? ('remove' as const)
        : ('add' as const);
    return [...byGroup(held.items)].map(([groupId, items]) => ({
      held,
      items,
      change: { groupId, userId: held.user.id, change },
    }));
  }

  /** Asks Microsoft, one call per account in a batch, and records what came of it. */
  async #ask<Change>(
    calls: Call<Change>[],
    send: (
      changes: Change[],
      options: RequestOptions,
    ) => Promise<ChangeResult[]>,
  ): Promise<void> {
    const { now, rests, stores, tenant } = this.#options;
    let queue = calls;
    while (queue.length > 0) {
      const batch = nextBatch(queue);
      const left = queue.filter(call => !batch.includes(call));
      const results = await this.#send(batch, send);
      const outcomes: ItemOutcome[] = [];
      const again: Call<Change>[] = [];
      const resting = new Set<Held>();
      batch.forEach((call, index) => {
        const { held, items, split, isPutOff } = call;
        const { error, requestId } = results[index];
        const others = left.some(other => other.held === held);
        if (error && isPassing(error)) {
          this.#rest(held.user.id, error);
          resting.add(held);
          return;
        }
        if (error?.kind === 'refused' && split && items.length > 1) {
          // One of them is at fault: each by itself tells which.
          again.push(
            ...items.map(item => ({
              held,
              items: [item],
              change: split(held, [item]),
              split,
            })),
          );
        } else if (error && isDependency(error) && others && !isPutOff) {
          // What depends on it may be among those that go next.
          again.push({ ...call, isPutOff: true });
        } else {
          rests.delete(held.user.id);
          outcomes.push(
            ...items.map(item =>
              error ? outcomeOf(error, item) : doneBy(item, requestId),
            ),
          );
        }
      });
      await this.#record(outcomes);
      const at = now();
      const changed: GraphUser[] = [];
      for (const { held } of batch) {
        const after = afterOutcomes(
          held.user,
          held.items.flatMap(item => {
            const own = outcomes.find(({ itemId }) => itemId === item.id);
            return own ? [{ ...item, outcome: own.outcome }] : [];
          }),
          at.toISOString(),
        );
        if (after !== held.user) {
          held.user = after;
          changed.push(after);
        }
      }
      await stores.accounts.storeUsers(tenant.name, changed, at);
      queue = [...left, ...again].filter(({ held }) => !resting.has(held));
    }
  }

  /** Notes what is asked for, asks for it, and audits both. */
  async #send<Change>(
    batch: Call<Change>[],
    send: (
      changes: Change[],
      options: RequestOptions,
    ) => Promise<ChangeResult[]>,
  ): Promise<ChangeResult[]> {
    const { auditor, holder, now, plan, signal, stores, tenant } =
      this.#options;
    const itemIds = batch.flatMap(({ items }) => items.map(({ id }) => id));
    if (
      !(await stores.reclamations.markRunning(plan.id, holder, itemIds, now()))
    ) {
      throw new Stopped();
    }
    const audited = await Promise.all(
      batch.map(({ held, items }) =>
        auditor.createEvent({
          eventId:
            plan.kind === 'reclaim' ? 'license-remove' : 'license-restore',
          severityLevel: 'high',
          meta: {
            tenant: tenant.name,
            reclamationId: plan.id,
            startedBy: plan.startedBy,
            userId: held.user.id,
            skuIds: items.map(({ skuId }) => skuId),
            groupId: items[0].path.group?.id ?? null,
          },
        }),
      ),
    );
    const closed = (results: { requestId: string | null; error?: Error }[]) =>
      Promise.all(
        results.map(({ error, requestId }, index) =>
          error
            ? audited[index].fail({ error, meta: { requestId } })
            : audited[index].success({ meta: { requestId } }),
        ),
      );
    let results: ChangeResult[];
    try {
      results = await send(
        batch.map(({ change }) => change),
        { signal },
      );
    } catch (error) {
      const failure = error instanceof Error ? error : new Error('Stopped');
      const requestId =
        error instanceof GraphError ? error.requestId ?? null : null;
      await closed(batch.map(() => ({ error: failure, requestId })));
      throw error;
    }
    await closed(results);
    return results;
  }

  /** Records outcomes, as long as the plan is this replica's. */
  async #record(outcomes: ItemOutcome[]): Promise<void> {
    const { holder, now, plan, stores } = this.#options;
    if (outcomes.length === 0) {
      return;
    }
    if (!(await stores.reclamations.renew(plan.id, holder, now()))) {
      throw new Stopped();
    }
    await stores.reclamations.recordOutcomes(plan.id, outcomes, now());
  }

  #rest(accountId: string, error: GraphError): void {
    const { now, patience, rests } = this.#options;
    const tries = (rests.get(accountId)?.tries ?? 0) + 1;
    const until = now().getTime() + pauseAfter(tries, patience);
    rests.set(accountId, { tries, until, error });
  }

  #isTriedEnough(accountId: string): boolean {
    const { patience, rests } = this.#options;
    return (rests.get(accountId)?.tries ?? 0) >= patience.tries;
  }

  /** Whether it was decided and asked for so lately that what is read may not show it. */
  readonly #isDecided = ({ outcome, startedAt }: StoredItem): boolean => {
    const { now, patience } = this.#options;
    const since = now().getTime() - patience.longestPauseMs;
    return outcome === 'running' && Date.parse(startedAt ?? '') > since;
  };

  async #inherited(
    item: StoredItem,
    group: StoredPath['group'],
  ): Promise<ItemOutcome> {
    const names = await this.#options.stores.products.names();
    return {
      itemId: item.id,
      outcome: 'inheritedFromGroup',
      message: inheritedSentence({ group }, skuId => names.get(skuId) ?? skuId),
      requestId: null,
    };
  }

  async #groupToLeave(
    groupId: string,
    skuIds: string[],
  ): Promise<NonNullable<StoredPath['group']>> {
    const group = await this.#group(groupId);
    return group instanceof GraphError
      ? {
          id: groupId,
          name: null,
          leaving: 'unknown',
          owners: [],
          otherSkuIds: [],
        }
      : groupToLeave(group, skuIds);
  }

  /** @returns why it cannot be read, where that will not pass */
  async #group(id: string): Promise<GraphLicensingGroup | GraphError> {
    const { groups, tenant, signal } = this.#options;
    const known = groups.get(id);
    if (known) {
      return known;
    }
    let group: GraphLicensingGroup | GraphError;
    try {
      group = await tenant.graph.licensingGroup(id, { signal });
    } catch (error) {
      if (!(error instanceof GraphError) || isPassing(error)) {
        throw error;
      }
      group = error;
    }
    groups.set(id, group);
    return group;
  }
}

function leftOut(accountId: string): GraphError {
  return new GraphError(
    `Reading the account ${accountId} failed: Microsoft's answer left it out`,
    { kind: 'answer' },
  );
}

/** The accounts with what is left to do once items have ended. */
function without(
  accounts: Held[],
  outcomes: ItemOutcome[],
  isDone: (item: StoredItem) => boolean = () => false,
): Held[] {
  const ended = new Set(outcomes.map(({ itemId }) => itemId));
  return accounts
    .map(held => ({
      ...held,
      items: held.items.filter(item => !ended.has(item.id) && !isDone(item)),
    }))
    .filter(({ items }) => items.length > 0);
}

/** Items of an account by the group that grants them. */
function byGroup(items: StoredItem[]): Map<string, StoredItem[]> {
  const groups = new Map<string, StoredItem[]>();
  for (const item of items) {
    if (item.path.group) {
      const { id } = item.path.group;
      groups.set(id, [...(groups.get(id) ?? []), item]);
    }
  }
  return groups;
}

function licenseChange({ user }: Held, items: StoredItem[]): LicenseChange {
  const skuIds = items.map(({ skuId }) => skuId);
  return items[0].restores === null
    ? { userId: user.id, add: [], remove: skuIds }
    : {
        userId: user.id,
        add: items.map(({ skuId, path }) => ({
          skuId,
          disabledPlans: path.disabledPlans,
        })),
        remove: [],
      };
}

/** The first calls of a queue, each for another account. */
function nextBatch<Change>(queue: Call<Change>[]): Call<Change>[] {
  const byAccount = new Map<string, Call<Change>>();
  for (const call of queue) {
    const { id } = call.held.user;
    if (!byAccount.has(id) && byAccount.size < CHUNK_ACCOUNTS) {
      byAccount.set(id, call);
    }
  }
  return [...byAccount.values()];
}

function doneBy(item: StoredItem, requestId: string | null): ItemOutcome {
  const outcome = item.restores === null ? 'reclaimed' : 'restored';
  return {
    itemId: item.id,
    outcome,
    message: OUTCOME_SENTENCES[outcome],
    requestId,
  };
}
