import type {
  LoggerService,
  SchedulerService,
  SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import {
  ASSIGNMENT_STATUSES,
  type AssignmentStatus,
  SYNC_TASKS,
} from 'backstage-plugin-m365-licenses-common';
import type {
  ActiveExemption,
  ActivityThreshold,
  EvaluatedAccount,
  EvaluatedSelection,
  FoundCandidate,
  GroupSnapshot,
  SkuSnapshot,
  Stores,
  UseCounts,
  UsedSeats,
} from '../database/types';
import type { LicenseEvents } from '../events/LicenseEvents';
import { daysBefore } from '../insights/activity';
import { type CountedSku, spendBy } from '../insights/attribution';
import {
  type CandidateContext,
  candidateContext,
  exemptionsOf,
  findCandidates,
  RESTORABLE_DAYS,
} from '../insights/candidates';
import { seatCosts, skuSpend, sum, withTerms } from '../insights/money';
import { suspicionOf } from '../insights/suspicion';
import { licenseStatuses, UseCounter } from '../insights/useCounts';
import { problemOf } from '../sync/errors';
import type { CatalogGroups } from './CatalogGroups';

export interface EvaluationOptions {
  /** The names of the tenants that are started. */
  tenants: string[];
  stores: Stores;
  catalogGroups: Pick<CatalogGroups, 'refresh'>;
  /** Days without activity after which a license is unused, and of grace. */
  config: Pick<ActivityThreshold, 'inactiveAfterDays' | 'graceDays'> & {
    /** Whether activity of members that no User entity stands for is suspicious. */
    outsideCatalog: boolean;
    evaluationSchedule?: SchedulerServiceTaskScheduleDefinition;
  };
  events: Pick<LicenseEvents, 'candidatesChanged'>;
  scheduler: SchedulerService;
  logger: LoggerService;
  now?: () => Date;
}

const DEFAULT_SCHEDULE: SchedulerServiceTaskScheduleDefinition = {
  frequency: { hours: 1 },
  timeout: { hours: 1 },
};

/** An account with what could be taken back from it. */
export interface EvaluatedCandidates {
  account: EvaluatedAccount;
  candidates: FoundCandidate[];
  /** By SKU id, the exemption that holds it back, whether or not it is a candidate. */
  exemptions: ReadonlyMap<string, ActiveExemption>;
}

/** How many candidates a write added, removed and changed. */
type CandidateChanges = Awaited<ReturnType<Stores['candidates']['storeFor']>>;

/** Candidates that nothing holds back, by SKU and by home group. */
interface Opportunities {
  bySku: Map<string, number>;
  byGroup: Map<string, number>;
}

const NO_OPPORTUNITIES: Opportunities = {
  bySku: new Map(),
  byGroup: new Map(),
};

function countOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function toStatuses(seats: readonly UsedSeats[]): SkuSnapshot['statuses'] {
  const statuses: Record<AssignmentStatus, number> = {
    active: 0,
    inactive: 0,
    neverActive: 0,
    inGrace: 0,
    notMeasurable: 0,
    unknown: 0,
  };
  for (const { status, accounts } of seats) {
    statuses[status] += accounts;
  }
  return statuses;
}

/**
 * Finds out what is used and what could be saved: goes through all accounts of
 * a tenant once, applies the rules, and stores what pages show: who uses each
 * license, candidates, suspicious activities and the snapshot of the day.
 *
 * What of a tenant is evaluated in one process takes turns. Two replicas may
 * meet, which is harmless: each writes a complete picture, so that the later
 * one stands, and what changed in between is in the next one.
 */
export class Evaluation {
  readonly #options: EvaluationOptions;
  readonly #now: () => Date;
  /** The last one in turn of each tenant; it never fails. */
  readonly #turns = new Map<string, Promise<void>>();

  static create(options: EvaluationOptions): Evaluation {
    return new Evaluation(options);
  }

  private constructor(options: EvaluationOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Evaluates a tenant. Memory does not grow with its accounts.
   *
   * @param signal - stops it between batches of accounts; what was written
   *   until then is right for the accounts it is about
   */
  async evaluate(tenant: string, signal?: AbortSignal): Promise<void> {
    await this.#inTurn(tenant, async () => {
      signal?.throwIfAborted();
      const { stores, catalogGroups, config, events } = this.#options;
      await catalogGroups.refresh();
      const at = this.#now();
      const context = await this.#context(tenant, at);
      const { limits, reports } = context;

      const seatValues = await this.#seatValues(tenant);
      const counter = new UseCounter();
      const opportunities: Opportunities = {
        bySku: new Map(),
        byGroup: new Map(),
      };
      const changes = { added: 0, removed: 0, changed: 0 };
      for await (const accounts of stores.evaluation.accounts(tenant, {
        deletedSince: await this.#deletedSince(tenant, at),
      })) {
        signal?.throwIfAborted();
        const found = this.#find(accounts, context);
        await this.#storeCandidates(tenant, found, seatValues, changes);
        await stores.suspicious.storeFor(
          tenant,
          accounts.map(account => ({
            account,
            cause: suspicionOf(account, config),
          })),
          at,
        );
        for (const { account, candidates } of found) {
          counter.add(
            account,
            licenseStatuses(account, limits, reports.unreported),
          );
          for (const { skuId, state } of candidates) {
            if (state === 'opportunity') {
              countOne(opportunities.bySku, skuId);
              countOne(opportunities.byGroup, account.homeGroup ?? '');
            }
          }
        }
      }
      signal?.throwIfAborted();
      const counts = counter.counts();
      await stores.candidates.recount(tenant);
      const today = at.toISOString().slice(0, 10);
      await stores.history.save(
        tenant,
        today,
        await this.#snapshot(tenant, today, {
          skus: counts.get('sku') ?? [],
          groups: counts.get('group') ?? [],
          opportunities,
        }),
      );
      // With it the tenant is evaluated: what failed before is tried again.
      await stores.evaluation.saveCounts(tenant, counts, at);
      // Prices may have changed meanwhile.
      await this.#revalue(tenant);
      await events.candidatesChanged({ tenant, ...changes });
    });
  }

  /**
   * Finds the candidates of some accounts anew, after an exemption or a
   * reclamation changed them. Who uses what stays as it was counted.
   *
   * @param selection.group - entity ref of a catalog group; members of those
   *   below it are meant as well
   */
  async reevaluate(
    tenant: string,
    selection: { accountIds?: string[]; group?: string; skuId?: string },
  ): Promise<void> {
    await this.#inTurn(tenant, async () => {
      const { stores, events } = this.#options;
      const { accountIds, group, skuId } = selection;
      const narrowed: EvaluatedSelection = {
        accountIds,
        skuId,
        groups:
          group === undefined
            ? undefined
            : await stores.catalogGroups.below(group),
      };
      const at = this.#now();
      const context = await this.#context(tenant, at);
      const seatValues = await this.#seatValues(tenant);
      const changes = { added: 0, removed: 0, changed: 0 };
      for await (const accounts of stores.evaluation.accounts(tenant, {
        deletedSince: await this.#deletedSince(tenant, at),
        selection: narrowed,
      })) {
        await this.#storeCandidates(
          tenant,
          this.#find(accounts, context),
          seatValues,
          changes,
        );
      }
      await stores.candidates.recount(tenant);
      await this.#revalue(tenant);
      await events.candidatesChanged({ tenant, ...changes });
    });
  }

  /**
   * What could be taken back from some accounts by what is stored of them now;
   * stores nothing.
   *
   * @param accountIds - Graph ids
   * @returns by Graph id, accounts that are not known left out, with the first
   *   exemption of each license that has one
   */
  async candidatesOf(
    tenant: string,
    accountIds: string[],
  ): Promise<Map<string, EvaluatedCandidates>> {
    const at = this.#now();
    const context = await this.#context(tenant, at);
    const found = new Map<string, EvaluatedCandidates>();
    for await (const accounts of this.#options.stores.evaluation.accounts(
      tenant,
      {
        deletedSince: await this.#deletedSince(tenant, at),
        selection: { accountIds },
      },
    )) {
      for (const { account, candidates } of this.#find(accounts, context)) {
        const exemptions = new Map(
          account.assignments.flatMap(({ skuId }) =>
            exemptionsOf(account, skuId, context)
              .slice(0, 1)
              .map(exemption => [skuId, exemption] as const),
          ),
        );
        found.set(account.id, { account, candidates, exemptions });
      }
    }
    return found;
  }

  /**
   * Takes over changed prices: into what candidates are sorted by where they are
   * sorted by value, and into today's snapshot.
   */
  async revalue(tenant: string): Promise<void> {
    await this.#inTurn(tenant, async () => {
      const { evaluation, history } = this.#options.stores;
      await this.#revalue(tenant);
      const today = this.#now().toISOString().slice(0, 10);
      await history.reprice(
        tenant,
        today,
        await this.#snapshot(tenant, today, {
          skus: await evaluation.counts(tenant, 'sku'),
          groups: await evaluation.counts(tenant, 'group'),
        }),
      );
    });
  }

  /**
   * Looks at the start and every hour, on one replica, which tenants are to be
   * evaluated besides after their tasks.
   */
  async schedule(): Promise<void> {
    const { scheduler, config } = this.#options;
    await scheduler.scheduleTask({
      ...(config.evaluationSchedule ?? DEFAULT_SCHEDULE),
      id: 'm365-licenses:evaluation',
      scope: 'global',
      fn: signal => this.evaluateDue(signal),
    });
  }

  /**
   * Evaluates the tenants whose last evaluation was not today (UTC), because
   * what is unused depends on the day, those whose people are in other groups
   * of the catalog since, and those of which a task read something since,
   * because its evaluation failed.
   *
   * @throws what failed, after all tenants had their turn
   */
  async evaluateDue(signal?: AbortSignal): Promise<void> {
    const { tenants, catalogGroups, logger } = this.#options;
    await catalogGroups.refresh({ anew: true });
    const failed: string[] = [];
    for (const tenant of tenants) {
      signal?.throwIfAborted();
      try {
        if (await this.#isDue(tenant)) {
          await this.evaluate(tenant, signal);
          logger.info(`Counted who uses what in ${tenant}`);
        }
      } catch (error) {
        signal?.throwIfAborted();
        // Not the error itself: a failed query's message holds people's data.
        failed.push(`${tenant}: ${problemOf(error).message}`);
      }
    }
    if (failed.length > 0) {
      throw new Error(
        `Counts and candidates stay as they were until the next try. ${failed.join(
          '; ',
        )}`,
      );
    }
  }

  async #isDue(tenant: string): Promise<boolean> {
    const { evaluation, taskRuns } = this.#options.stores;
    const evaluatedAt = await evaluation.evaluatedAt(tenant);
    let isRead = false;
    for (const task of SYNC_TASKS) {
      const { last, lastSuccessAt } = await taskRuns.latest(tenant, task);
      if (lastSuccessAt !== undefined) {
        isRead = true;
        const stored =
          last?.status === 'succeeded' || last?.status === 'partial';
        if (stored && evaluatedAt !== null && last.startedAt > evaluatedAt) {
          return true;
        }
      }
    }
    const today = this.#now().toISOString().slice(0, 10);
    return (
      isRead &&
      (evaluatedAt?.slice(0, 10) !== today ||
        (await evaluation.regroupedAt(tenant)) !== null)
    );
  }

  /** Runs work on a tenant when what came before has ended, well or not. */
  #inTurn(tenant: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(tenant) ?? Promise.resolve()).then(work);
    this.#turns.set(
      tenant,
      turn.catch(() => {}),
    );
    return turn;
  }

  async #context(tenant: string, at: Date): Promise<CandidateContext> {
    const { stores, config } = this.#options;
    const today = at.toISOString().slice(0, 10);
    const newest = async (report: 'activeUsers' | 'emailApps') =>
      (await stores.activity.reportDates(tenant, report)).newest;
    return candidateContext({
      threshold: {
        today,
        inactiveAfterDays: config.inactiveAfterDays,
        graceDays: config.graceDays,
      },
      reports: {
        newest: {
          activeUsers: await newest('activeUsers'),
          emailApps: await newest('emailApps'),
        },
        unreported: await stores.evaluation.unreported(tenant, today),
      },
      skus: await stores.licenses.servicePlans(tenant),
      exemptions: await stores.exemptions.active(tenant, today),
    });
  }

  /**
   * From when on deleted accounts are read: those that can still be restored,
   * and those that could at the last evaluation, which have candidates to lose.
   */
  async #deletedSince(tenant: string, at: Date): Promise<string> {
    const { evaluation } = this.#options.stores;
    const today = at.toISOString().slice(0, 10);
    const last = (await evaluation.evaluatedAt(tenant))?.slice(0, 10) ?? today;
    return daysBefore(last < today ? last : today, RESTORABLE_DAYS);
  }

  #find(accounts: EvaluatedAccount[], context: CandidateContext) {
    return accounts.map(account => ({
      account,
      candidates: findCandidates(account, context),
    }));
  }

  async #storeCandidates(
    tenant: string,
    found: { account: EvaluatedAccount; candidates: FoundCandidate[] }[],
    seatValues: ReadonlyMap<string, number>,
    changes: CandidateChanges,
  ): Promise<void> {
    const { added, removed, changed } =
      await this.#options.stores.candidates.storeFor(tenant, found, seatValues);
    changes.added += added;
    changes.removed += removed;
    changes.changed += changed;
  }

  async #revalue(tenant: string): Promise<void> {
    await this.#options.stores.candidates.revalue(
      tenant,
      await this.#seatValues(tenant),
    );
  }

  /**
   * What a seat costs a year by SKU id, in the currency to convert to; where no
   * rate was entered, only an order.
   */
  async #seatValues(tenant: string): Promise<ReadonlyMap<string, number>> {
    const { stores } = this.#options;
    const today = this.#now().toISOString().slice(0, 10);
    const skus = withTerms(
      await stores.licenses.list(tenant),
      await stores.terms.list(tenant),
    );
    const { rates } = await stores.rates.get(tenant);
    const rateOf = new Map(rates.map(({ currency, rate }) => [currency, rate]));
    const values = skus.flatMap((sku): [string, number][] => {
      const costs = seatCosts(sku, today);
      const amounts = costs?.map(([currency, amount]) =>
        amount.times(rateOf.get(currency) ?? 1),
      );
      return amounts ? [[sku.license.skuId, sum(amounts).toNumber()]] : [];
    });
    return new Map(values);
  }

  /** What was counted, with the prices of the day. */
  async #snapshot(
    tenant: string,
    today: string,
    counted: {
      skus: UseCounts[];
      groups: UseCounts[];
      opportunities?: Opportunities;
    },
  ): Promise<{ skus: SkuSnapshot[]; groups: GroupSnapshot[] }> {
    const { stores } = this.#options;
    const seats = new Map(
      counted.skus.map(({ value, seats: own }) => [value, own]),
    );
    const skus = withTerms(
      await stores.licenses.captured(tenant),
      await stores.terms.list(tenant),
    );
    const { bySku, byGroup } = counted.opportunities ?? NO_OPPORTUNITIES;
    return {
      skus: skus.map(sku =>
        toSkuSnapshot(sku, {
          today,
          statuses: toStatuses(seats.get(sku.license.skuId) ?? []),
          candidates: bySku.get(sku.license.skuId) ?? 0,
        }),
      ),
      groups: toGroupSnapshots(skus, counted.groups, byGroup, today),
    };
  }
}

function toSkuSnapshot(
  { license, terms }: CountedSku & { license: { status: string } },
  counted: {
    today: string;
    statuses: SkuSnapshot['statuses'];
    candidates: number;
  },
): SkuSnapshot {
  const { skuId, appliesTo, status, bought, assigned } = license;
  const { today, statuses, candidates } = counted;
  const spend = skuSpend(
    {
      license: {
        ...license,
        statuses: ASSIGNMENT_STATUSES.map(each => ({
          status: each,
          accounts: statuses[each],
        })),
      },
      terms,
    },
    today,
  );
  return {
    skuId,
    forPeople: appliesTo === 'User' && status !== 'Deleted',
    bought,
    assigned,
    statuses,
    candidates,
    annual: spend?.annual ?? [],
    savings: spend?.savings ?? [],
  };
}

function toGroupSnapshots(
  skus: CountedSku[],
  counts: UseCounts[],
  opportunities: ReadonlyMap<string, number>,
  today: string,
): GroupSnapshot[] {
  const spend = new Map(
    spendBy({ skus, counts, today }).items.map(({ value, own }) => [
      value ?? '',
      own,
    ]),
  );
  return counts.map(({ value, accounts, seats }) => ({
    groupRef: value,
    accounts,
    statuses: toStatuses(seats),
    candidates: opportunities.get(value) ?? 0,
    annual: spend.get(value)?.annual ?? [],
    savings: spend.get(value)?.savings ?? [],
  }));
}
