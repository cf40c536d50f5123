import {
  CANDIDATE_REASONS,
  SERVICES,
  type CandidateReason,
  type CandidateReasonType,
  type Downgrade,
  type HeldBack,
  type Service,
  type SkuRef,
} from 'backstage-plugin-m365-licenses-common';
import { REPORT_SERVICES } from '../database/services';
import type {
  ActiveExemption,
  ActivityRow,
  ActivityThreshold,
  EvaluatedAccount,
  EvaluatedAssignment,
  FoundCandidate,
  SkuPlans,
} from '../database/types';
import {
  activityLimits,
  daysBefore,
  STALE_REPORT_DAYS,
  type ActivityLimits,
} from './activity';
import { assignmentStatus, bestStatus } from './assignments';
import { smallerEditions } from './editions';
import { observedPlans, observedServices } from './servicePlans';

/** How long an account that is gone can be restored with its licenses, in days. */
export const RESTORABLE_DAYS = 30;

/** States of an assignment in which it gives what it stands for. */
const GRANTING_STATES: readonly string[] = ['Active', 'ActiveWithError'];

/** What an evaluation knows besides the accounts. */
export interface CandidateOptions {
  threshold: ActivityThreshold;
  reports: {
    /** Refresh date of the newest report of each kind, YYYY-MM-DD; null where none was ever stored. */
    newest: Readonly<Record<ActivityRow['report'], string | null>>;
    /** As for `assignmentStatus`. */
    unreported: readonly Service[];
  };
  skus: readonly SkuPlans[];
  /** Those that hold today. */
  exemptions: readonly ActiveExemption[];
}

/** {@link CandidateOptions}, prepared once for all accounts. */
export interface CandidateContext extends CandidateOptions {
  limits: ActivityLimits;
  bySku: ReadonlyMap<string, Product>;
  exemptionsByAccount: ReadonlyMap<string, readonly ActiveExemption[]>;
  /** Those that are for no single account. */
  sharedExemptions: readonly ActiveExemption[];
}

/** A SKU, and what it is compared by. */
interface Product extends SkuRef {
  plans: ReadonlySet<string>;
  planNames: ReadonlyMap<string, string>;
  /** The smaller SKUs of the tenant, the one with the most plans first. */
  smaller: (Downgrade & { toServices: readonly Service[] })[];
  /** As {@link smallerEditions} gives them. */
  editions: ReadonlySet<string>;
  /** Enabled plans by the disabled ones: few combinations, many accounts. */
  enabled: Map<string, ReadonlySet<string>>;
}

/** A license of an account with all paths by which it is held. */
interface Held {
  skuId: string;
  product: Product | undefined;
  paths: EvaluatedAssignment[];
}

function contains(
  larger: ReadonlySet<string>,
  smaller: ReadonlySet<string>,
): boolean {
  if (smaller.size > larger.size) {
    return false;
  }
  for (const id of smaller) {
    if (!larger.has(id)) {
      return false;
    }
  }
  return true;
}

function byName(left: SkuRef, right: SkuRef): number {
  return (
    left.displayName.localeCompare(right.displayName, 'en') ||
    (left.skuId < right.skuId ? -1 : 1)
  );
}

function refOf({ skuId, displayName }: SkuRef): SkuRef {
  return { skuId, displayName };
}

function withServices(sku: SkuPlans) {
  const ids = sku.plans.map(({ id }) => id);
  return {
    ...sku,
    ids: new Set(ids),
    services: observedServices(observedPlans(sku.skuId, ids)),
  };
}

type SkuWithServices = ReturnType<typeof withServices>;

/** What a person who goes from one SKU to another would lose. */
function downgradeOf(from: SkuWithServices, to: SkuWithServices): Downgrade {
  const services = from.services.filter(
    service => !to.services.includes(service),
  );
  return {
    from: refOf(from),
    to: refOf(to),
    services,
    unobservable: from.plans
      .filter(
        ({ id }) =>
          !to.ids.has(id) &&
          !observedServices([id]).some(service => services.includes(service)),
      )
      .map(({ name }) => name)
      .sort(),
  };
}

function isSmaller(from: SkuWithServices, to: SkuWithServices): boolean {
  if (from.skuId === to.skuId || from.ids.size === 0 || to.ids.size === 0) {
    return false;
  }
  const isPart = contains(from.ids, to.ids) && to.ids.size < from.ids.size;
  return isPart || smallerEditions(from.skuId).has(to.skuId.toLowerCase());
}

/** Downgrades by the SKU they are from, that to the most plans first. */
function downgradesBySku(skus: readonly SkuPlans[]) {
  const sold = skus
    .filter(({ status }) => status !== 'Deleted')
    .map(withServices);
  return new Map(
    sold.map(from => [
      from.skuId,
      sold
        .filter(
          to =>
            isSmaller(from, to) &&
            // One of which no report tells who uses it says nothing of a suite.
            (to.services.length > 0 || from.services.length === 0),
        )
        .sort(
          (left, right) =>
            right.ids.size - left.ids.size || byName(left, right),
        )
        .map(to => ({
          ...downgradeOf(from, to),
          toServices: to.services,
        })),
    ]),
  );
}

/**
 * The smaller SKUs that a tenant has, and what their holders would lose: SKUs
 * whose service plans are a part of those of the larger one, and smaller
 * editions of the same suite. SKUs that are deleted or whose service plans are
 * not known are left out.
 *
 * @returns by product name; without services where no report tells whether the
 *   downgrade is possible
 */
export function downgradesOf(skus: readonly SkuPlans[]): Downgrade[] {
  return [...downgradesBySku(skus).values()]
    .flat()
    .map(({ toServices: _, ...downgrade }) => downgrade)
    .sort(
      (left, right) =>
        byName(left.from, right.from) || byName(left.to, right.to),
    );
}

/** Prepares what {@link findCandidates} needs, once for all accounts. */
export function candidateContext(options: CandidateOptions): CandidateContext {
  const downgrades = downgradesBySku(options.skus);
  const exemptionsByAccount = new Map<string, ActiveExemption[]>();
  const sharedExemptions: ActiveExemption[] = [];
  for (const exemption of options.exemptions) {
    const { accountId } = exemption;
    if (accountId === null) {
      sharedExemptions.push(exemption);
    } else {
      exemptionsByAccount.set(accountId, [
        ...(exemptionsByAccount.get(accountId) ?? []),
        exemption,
      ]);
    }
  }
  return {
    ...options,
    limits: activityLimits(options.threshold),
    bySku: new Map(
      options.skus.map(sku => [
        sku.skuId,
        {
          ...refOf(sku),
          plans: new Set(sku.plans.map(({ id }) => id)),
          planNames: new Map(sku.plans.map(({ id, name }) => [id, name])),
          smaller: downgrades.get(sku.skuId) ?? [],
          editions: smallerEditions(sku.skuId),
          enabled: new Map(),
        },
      ]),
    ),
    exemptionsByAccount,
    sharedExemptions,
  };
}

/** Whether an assignment gives what it stands for. */
export function isGranting({
  state,
}: Pick<EvaluatedAssignment, 'state'>): boolean {
  return GRANTING_STATES.includes(state);
}

/** The plans of a SKU that one of the paths enables. */
function enabledPlans(
  product: Product,
  paths: EvaluatedAssignment[],
): ReadonlySet<string> {
  const ofPath = ({ disabledPlans }: EvaluatedAssignment) => {
    const key = disabledPlans.join();
    let plans = product.enabled.get(key);
    if (!plans) {
      const disabled = new Set(disabledPlans.map(id => id.toLowerCase()));
      plans = new Set([...product.plans].filter(id => !disabled.has(id)));
      product.enabled.set(key, plans);
    }
    return plans;
  };
  return paths.length === 1
    ? ofPath(paths[0])
    : new Set(paths.flatMap(path => [...ofPath(path)]));
}

function servicesOf({ paths }: Pick<Held, 'paths'>): Service[] {
  return SERVICES.filter(service =>
    paths.some(({ services }) => services?.includes(service)),
  );
}

/**
 * Whether a license is a larger edition of the same suite as another, and not
 * held with services switched off that the other one has.
 */
function isLargerEdition(
  { editions }: Product,
  grants: EvaluatedAssignment[],
  smaller: Held,
): boolean {
  if (grants.length === 0 || !editions.has(smaller.skuId.toLowerCase())) {
    return false;
  }
  const services = servicesOf({ paths: grants });
  return servicesOf(smaller).every(service => services.includes(service));
}

/** The first day on which a license was held. */
function heldSince({ paths }: Held): string {
  return paths.map(({ assignedOn }) => assignedOn).sort()[0];
}

function latest(dates: (string | null)[]): string | null {
  return (
    dates
      .flatMap(date => date ?? [])
      .sort()
      .at(-1) ?? null
  );
}

/** Refresh date of the older of the reports about services; null where one was never stored. */
function reportDate(
  services: readonly Service[],
  { reports }: CandidateContext,
): string | null {
  const dates = (['activeUsers', 'emailApps'] as const)
    .filter(report =>
      REPORT_SERVICES[report].some(service => services.includes(service)),
    )
    .map(report => reports.newest[report]);
  return dates.includes(null) ? null : dates.sort()[0] ?? null;
}

/**
 * The license, of the account's others, that contains this one or is a larger
 * edition of it, and the names of the plans that it lacks nevertheless.
 */
function containerOf(
  license: Held,
  all: readonly Held[],
): { held: Held; sku: SkuRef; lacks: string[] } | undefined {
  const { skuId, product, paths } = license;
  const plans = product && enabledPlans(product, paths);
  if (!plans || plans.size === 0) {
    return undefined;
  }
  const containers = all.flatMap(held => {
    const sku = held.product;
    if (!sku || held.skuId === skuId) {
      return [];
    }
    const grants = held.paths.filter(isGranting);
    const larger = enabledPlans(sku, grants);
    // Of equal ones, the first by name stays.
    const isContained =
      contains(larger, plans) &&
      (larger.size > plans.size || byName(sku, product) < 0);
    const isEdition =
      isLargerEdition(sku, grants, license) && !contains(plans, larger);
    return isContained || isEdition ? [{ held, sku, plans: larger }] : [];
  });
  const [largest] = containers.sort(
    (left, right) =>
      right.plans.size - left.plans.size || byName(left.sku, right.sku),
  );
  return (
    largest && {
      held: largest.held,
      sku: refOf(largest.sku),
      lacks: [...plans]
        .filter(id => !largest.plans.has(id))
        .map(id => product.planNames.get(id) ?? id)
        .sort(),
    }
  );
}

/**
 * The exemptions that hold back a license of an account, those for this account
 * first.
 */
export function exemptionsOf(
  { id, groups }: Pick<EvaluatedAccount, 'id' | 'groups'>,
  skuId: string,
  {
    exemptionsByAccount,
    sharedExemptions,
  }: Pick<CandidateContext, 'exemptionsByAccount' | 'sharedExemptions'>,
): ActiveExemption[] {
  const sku = skuId.toLowerCase();
  return [...(exemptionsByAccount.get(id) ?? []), ...sharedExemptions].filter(
    exemption =>
      (exemption.group === null || groups.includes(exemption.group)) &&
      (exemption.skuId === null || exemption.skuId.toLowerCase() === sku),
  );
}

/** An exemption as what holds a license back. */
export function exemptionHeldBack(exemption: ActiveExemption): HeldBack {
  return {
    type: 'exemption',
    until: exemption.expiresOn,
    reason: exemption.reason,
    owner: exemption.owner,
    exemptionId: exemption.id,
  };
}

/** What is found of one license of an account. */
class Finding {
  readonly #held: Held;
  readonly #account: EvaluatedAccount;
  readonly #all: readonly Held[];
  readonly #context: CandidateContext;

  constructor(
    held: Held,
    options: {
      account: EvaluatedAccount;
      all: readonly Held[];
      context: CandidateContext;
    },
  ) {
    this.#held = held;
    this.#account = options.account;
    this.#all = options.all;
    this.#context = options.context;
  }

  candidate(): FoundCandidate | undefined {
    const { skuId } = this.#held;
    if (!this.#direct && !this.#held.paths.some(isGranting)) {
      // A group would give it and cannot: the account does not hold it.
      return undefined;
    }
    const found = this.#account.deleted
      ? [this.#deleted()]
      : [
          this.#disabled(),
          this.#overlap(),
          this.#directAndGroup(),
          this.#unused(),
          this.#downgrade(),
        ];
    let reasons = found
      .flatMap(reason => reason ?? [])
      .sort((left, right) => placeOf(left.type) - placeOf(right.type));
    let isDataGood = true;
    if (reasons.length === 0 && !this.#account.deleted) {
      const before = this.#unusedBefore();
      reasons = before ? [before] : [];
      isDataGood = !before;
    }
    if (reasons.length === 0) {
      return undefined;
    }
    const [decides] = reasons;
    const heldBack = this.#heldBack(decides, isDataGood);
    return {
      skuId,
      state: heldBack.length === 0 ? 'opportunity' : 'heldBack',
      reasons,
      heldBack,
      since: decides.since,
      direct: this.#direct !== undefined,
      otherSkuId: decides.other?.skuId ?? null,
    };
  }

  get #direct(): EvaluatedAssignment | undefined {
    return this.#held.paths.find(({ groupId }) => groupId === null);
  }

  #reason(
    type: CandidateReasonType,
    since: string | null,
    evidence?: Partial<CandidateReason>,
  ): CandidateReason {
    const services = evidence?.services ?? [];
    return {
      type,
      since,
      services,
      lastActivityDate: null,
      reportRefreshDate:
        services.length === 0 ? null : reportDate(services, this.#context),
      thresholdDays: null,
      other: null,
      groups: this.#held.paths.flatMap(path =>
        path.groupId !== null && isGranting(path)
          ? [{ id: path.groupId, name: path.groupName }]
          : [],
      ),
      unobservable: [],
      ...evidence,
    };
  }

  #deleted(): CandidateReason | undefined {
    const { deletedAt } = this.#account;
    const { today } = this.#context.threshold;
    const day = deletedAt?.slice(0, 10);
    return day && day >= daysBefore(today, RESTORABLE_DAYS)
      ? this.#reason('deleted', day)
      : undefined;
  }

  #disabled(): CandidateReason | undefined {
    const { enabled, deactivatedAt } = this.#account;
    return enabled
      ? undefined
      : this.#reason('disabled', deactivatedAt?.slice(0, 10) ?? null);
  }

  #overlap(): CandidateReason | undefined {
    const other = containerOf(this.#held, this.#all);
    return (
      other &&
      this.#reason(
        'overlap',
        latest([heldSince(this.#held), heldSince(other.held)]),
        { other: other.sku, unobservable: other.lacks },
      )
    );
  }

  #directAndGroup(): CandidateReason | undefined {
    const direct = this.#direct;
    const grants = this.#held.paths.filter(
      path => path.groupId !== null && isGranting(path),
    );
    const [firstGrant] = grants.map(({ assignedOn }) => assignedOn).sort();
    return direct && firstGrant && this.#isCovered(direct, grants)
      ? this.#reason('directAndGroup', latest([direct.assignedOn, firstGrant]))
      : undefined;
  }

  /** Whether groups enable every service plan that the direct assignment does. */
  #isCovered(
    { disabledPlans }: EvaluatedAssignment,
    grants: EvaluatedAssignment[],
  ): boolean {
    const disabled = new Set(disabledPlans.map(id => id.toLowerCase()));
    // Disabled for the person is only what every group disables.
    return grants[0].disabledPlans
      .map(id => id.toLowerCase())
      .filter(id =>
        grants.every(grant =>
          grant.disabledPlans.some(each => each.toLowerCase() === id),
        ),
      )
      .every(id => disabled.has(id));
  }

  #unused(): CandidateReason | undefined {
    const { limits, reports } = this.#context;
    return this.#unusedOn(limits, reports.unreported);
  }

  /**
   * What the reports said while they were good, so that a report that stays
   * away does not empty the list. They were good until the newest was stale.
   */
  #unusedBefore(): CandidateReason | undefined {
    const { limits, reports, threshold } = this.#context;
    const services = servicesOf(this.#held);
    const newest = reportDate(services, this.#context);
    if (this.#statusOn(limits, reports.unreported) !== 'unknown' || !newest) {
      return undefined;
    }
    const lastGood = daysBefore(newest, -STALE_REPORT_DAYS);
    const today = lastGood < threshold.today ? lastGood : threshold.today;
    return this.#unusedOn(activityLimits({ ...threshold, today }), []);
  }

  #statusOn(limits: ActivityLimits, unreported: readonly Service[]) {
    return bestStatus(
      this.#held.paths.map(path => assignmentStatus(path, limits, unreported)),
    );
  }

  #unusedOn(
    limits: ActivityLimits,
    unreported: readonly Service[],
  ): CandidateReason | undefined {
    const { inactiveAfterDays, graceDays } = this.#context.threshold;
    const status = this.#statusOn(limits, unreported);
    const services = servicesOf(this.#held);
    if (status === 'neverActive') {
      return this.#reason('neverActive', heldSince(this.#held), {
        services,
        thresholdDays: graceDays,
      });
    }
    const lastActivityDate = latest(
      this.#held.paths.map(path => path.lastActivityDate),
    );
    return status === 'inactive'
      ? this.#reason('inactive', lastActivityDate, {
          services,
          lastActivityDate,
          thresholdDays: inactiveAfterDays,
        })
      : undefined;
  }

  #downgrade(): CandidateReason | undefined {
    const { limits, reports, threshold } = this.#context;
    const { serviceDates } = this.#account;
    const used = servicesOf(this.#held).filter(service =>
      isSince(serviceDates[service], limits.activeSince),
    );
    const possible = this.#held.product?.smaller.find(
      ({ to, services, toServices }) =>
        services.length > 0 &&
        toServices.some(service => used.includes(service)) &&
        services.every(
          service =>
            !reports.unreported.includes(service) &&
            !isSince(serviceDates[service], limits.activeSince),
        ) &&
        // Of one that the person has already, the overlap tells.
        this.#all.every(({ skuId }) => skuId !== to.skuId),
    );
    if (!possible) {
      return undefined;
    }
    const { to, services, unobservable } = possible;
    const lastActivityDate = latest(
      services.map(service => serviceDates[service]),
    );
    return this.#reason(
      'downgrade',
      lastActivityDate ?? heldSince(this.#held),
      {
        services,
        lastActivityDate,
        thresholdDays: threshold.inactiveAfterDays,
        other: to,
        unobservable,
      },
    );
  }

  #heldBack(decides: CandidateReason, isDataGood: boolean): HeldBack[] {
    const heldBack = this.#exemptions();
    const hold = (
      type: HeldBack['type'],
      reason: string,
      until: string | null = null,
    ) => heldBack.push({ type, until, reason, owner: null, exemptionId: null });

    if (decides.type === 'deleted') {
      hold(
        'gone',
        `The account is gone from the directory since ${decides.since}. Microsoft frees its licenses by itself; they come back with the account if it is restored`,
      );
      return heldBack;
    }
    const { limits, threshold } = this.#context;
    const [assignedOn] = this.#held.paths
      .map(path => path.assignedOn)
      .sort()
      .slice(-1);
    if (decides.type !== 'directAndGroup' && assignedOn >= limits.graceSince) {
      hold(
        'grace',
        `Assigned on ${assignedOn}, within the grace time of ${threshold.graceDays} days`,
        daysBefore(assignedOn, -threshold.graceDays - 1),
      );
    }
    if (!this.#direct) {
      const names = this.#held.paths.map(
        path => path.groupName ?? path.groupId,
      );
      hold(
        'groupOnly',
        names.length === 1
          ? `Granted by the group ${names[0]}; take the person out of the group or remove the license from it`
          : `Granted by the groups ${names.join(
              ', ',
            )}; take the person out of them or remove the license from them`,
      );
    }
    if (!isDataGood) {
      hold(
        'dataNotGood',
        `The last good activity report about it is of ${decides.reportRefreshDate}; see on the Tasks tab why Application Access has no newer one, or one with far fewer rows`,
      );
    }
    return heldBack;
  }

  #exemptions(): HeldBack[] {
    return exemptionsOf(this.#account, this.#held.skuId, this.#context).map(
      exemptionHeldBack,
    );
  }
}

function placeOf(type: CandidateReasonType): number {
  return CANDIDATE_REASONS.indexOf(type);
}

function isSince(date: string | null, since: string): boolean {
  return date !== null && date >= since;
}

/**
 * The licenses of an account that could be taken back (rules 15 and 16), by SKU
 * id, each with its reasons, the strongest first, and with what holds it back.
 *
 * - `deleted`: the account is gone, for at most {@link RESTORABLE_DAYS} days;
 *   nothing else is said of it, and it is always held back.
 * - `disabled`: nobody can sign in to the account.
 * - `overlap`: another license of the account has all service plans that are
 *   enabled of this one, or is a larger edition of the same suite with all of
 *   its services: Microsoft gives editions plans of their own. Of licenses with the same plans, the first by name is
 *   kept. Plans that are not known never overlap.
 * - `directAndGroup`: groups grant what is assigned directly as well, with all
 *   service plans that are enabled directly.
 * - `neverActive`, `inactive`: as `assignmentStatus` says of the whole license.
 *   Where reports are no longer good, what they said last stays listed and is
 *   held back, unless there is another reason.
 * - `downgrade`: the person uses a smaller SKU's services by this license, and
 *   none of the services that the smaller one lacks. The smaller SKU with the
 *   most plans is named.
 */
export function findCandidates(
  account: EvaluatedAccount,
  context: CandidateContext,
): FoundCandidate[] {
  const bySku = new Map<string, Held>();
  for (const path of account.assignments) {
    const { skuId } = path;
    const held = bySku.get(skuId) ?? {
      skuId,
      product: context.bySku.get(skuId),
      paths: [],
    };
    held.paths.push(path);
    bySku.set(skuId, held);
  }
  const all = [...bySku.values()].sort((left, right) =>
    left.skuId < right.skuId ? -1 : 1,
  );
  return all.flatMap(
    held => new Finding(held, { account, all, context }).candidate() ?? [],
  );
}
