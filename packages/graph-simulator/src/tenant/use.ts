import { Account, Assignment } from './model';
import {
  COMPANY_PLANS,
  PRODUCTS,
  SERVICE_PLANS,
  ServicePlanName,
} from './products';
import { Service, servicesOf } from './services';
import { dayOf, heldLicenses, productOf, Tenant } from './Tenant';
import { isHeld } from './truth';

/** The best first: one way of holding a license stands for the others. */
export const USES = [
  'active',
  'inGrace',
  'inactive',
  'neverActive',
  'notMeasurable',
] as const;

export type Use = (typeof USES)[number];

/** Accounts that hold a SKU, each once. */
export type UseCounts = Record<Use, number>;

/** The strongest first. */
const REASONS = [
  'disabled',
  'overlap',
  'directAndGroup',
  'neverActive',
  'inactive',
  'downgrade',
] as const;

export type SavingReason = (typeof REASONS)[number];

/** A license that an account could do without. */
export interface Saving {
  accountId: string;
  skuId: string;
  /** The strongest first. */
  reasons: SavingReason[];
  /** What speaks against taking it now: it is new, or only a group grants it. */
  heldBack: Array<'grace' | 'groupOnly'>;
}

export interface UseOptions {
  /** `YYYY-MM-DD`; default: the day of the tenant. */
  today?: string;
  /** Default 60. */
  inactiveAfterDays?: number;
  /** Default 30. */
  graceDays?: number;
}

/** How the licenses of a tenant are used, told from its accounts. */
export interface UseTruth {
  /** Per SKU id. */
  skus: Record<string, UseCounts>;
  /** Per department and SKU id; `''` holds accounts without one, as below. */
  departments: Record<string, Record<string, UseCounts>>;
  countries: Record<string, Record<string, UseCounts>>;
  companies: Record<string, Record<string, UseCounts>>;
  savings: Saving[];
  suspicious: {
    /** Rows of nobody. */
    unknown: number;
    /** Guests who are active. */
    guests: number;
  };
}

/** Products with an application of their own that no report tells of; what they bring along says nothing of it. */
const UNREPORTED: readonly string[] = [PRODUCTS.PROJECTPROFESSIONAL.skuId];

/** Editions of one suite, the largest first; Microsoft gives each service plans of its own. */
const EDITIONS: readonly string[] = [
  PRODUCTS.SPE_E5.skuId,
  PRODUCTS.SPE_E3.skuId,
  PRODUCTS.STANDARDPACK.skuId,
];

/** What of a product matters, with some service plans switched off. */
interface Contents {
  /** The service plans that apply to people. */
  plans: ReadonlySet<ServicePlanName>;
  services: readonly Service[];
}

interface Product extends Contents {
  skuId: string;
}

type HeldLicense = ReturnType<typeof heldLicenses>[number];

function isWithin(plans: Contents['plans'], others: Contents['plans']) {
  return plans.size > 0 && [...plans].every(plan => others.has(plan));
}

class Usage {
  readonly #contents = new Map<string, Contents>();
  readonly #smaller: ReadonlyMap<string, Product[]>;
  readonly #activeSince: string;
  readonly #newSince: string;

  constructor(
    tenant: Tenant,
    { today, inactiveAfterDays = 60, graceDays = 30 }: UseOptions,
  ) {
    const day = (ago: number) => {
      const date = new Date(today ?? tenant.now);
      date.setUTCDate(date.getUTCDate() - ago);
      return dayOf(date);
    };
    this.#activeSince = day(inactiveAfterDays);
    this.#newSince = day(graceDays);
    this.#smaller = this.#smallerProducts(tenant);
  }

  /** Of products that reports tell of: those of the tenant with a part of their plans and services. */
  #smallerProducts(tenant: Tenant): Map<string, Product[]> {
    const all = tenant.skus.map(({ skuId }) => ({
      skuId,
      ...this.#contentsOf(skuId, []),
    }));
    return new Map(
      all.map(({ skuId, plans, services }) => [
        skuId,
        all.filter(
          other =>
            other.skuId !== skuId &&
            isWithin(other.plans, plans) &&
            other.services.length > 0 &&
            other.services.length < services.length,
        ),
      ]),
    );
  }

  #contentsOf(skuId: string, disabledPlans: readonly string[]): Contents {
    const key = [skuId, ...disabledPlans].join();
    let contents = this.#contents.get(key);
    if (!contents) {
      const product = productOf(skuId);
      contents = {
        plans: new Set(
          product?.plans.filter(
            plan =>
              !COMPANY_PLANS.has(plan) &&
              !disabledPlans.includes(SERVICE_PLANS[plan]),
          ),
        ),
        services:
          product && !UNREPORTED.includes(skuId)
            ? [...servicesOf(product, disabledPlans)]
            : [],
      };
      this.#contents.set(key, contents);
    }
    return contents;
  }

  #isActive({ activity }: Account, services: readonly Service[]): boolean {
    return services.some(
      service => (activity[service] ?? '') >= this.#activeSince,
    );
  }

  #isNew({ lastUpdatedDateTime }: Assignment): boolean {
    return lastUpdatedDateTime.slice(0, 10) >= this.#newSince;
  }

  /** How an account uses what it holds, by the best of the ways in which it holds it. */
  useOf(account: Account, paths: readonly Assignment[]): Use {
    const uses = paths.map((path): Use => {
      const { services } = this.#contentsOf(path.skuId, path.disabledPlans);
      if (!services.length) return 'notMeasurable';
      if (this.#isActive(account, services)) return 'active';
      if (services.some(service => account.activity[service])) {
        return 'inactive';
      }
      return this.#isNew(path) ? 'inGrace' : 'neverActive';
    });
    return USES.find(use => uses.includes(use)) ?? 'notMeasurable';
  }

  /** Undefined for a license that the account needs. */
  savingOf(
    account: Account,
    license: HeldLicense,
    others: readonly HeldLicense[],
    paths: readonly Assignment[],
  ): Saving | undefined {
    const { skuId } = license;
    const use = this.useOf(account, paths);
    const isDirect = paths.some(path => path.assignedByGroup === null);
    const isGranted = paths.some(path => path.assignedByGroup !== null);
    const holds: Record<SavingReason, boolean> = {
      disabled: !account.accountEnabled,
      overlap: others.some(other => this.#covers(other, license)),
      directAndGroup: isDirect && isGranted,
      neverActive: use === 'neverActive',
      inactive: use === 'inactive',
      downgrade: this.#isTooLarge(account, license, others),
    };
    const reasons = REASONS.filter(reason => holds[reason]);
    if (!reasons.length) return undefined;
    const heldBack: Saving['heldBack'] = [];
    if (
      paths.some(path => this.#isNew(path)) &&
      reasons[0] !== 'directAndGroup'
    ) {
      heldBack.push('grace');
    }
    if (!isDirect) heldBack.push('groupOnly');
    return { accountId: account.id, skuId, reasons, heldBack };
  }

  /** A larger edition covers a smaller one; of two with the same plans, the first by name the other. */
  #covers(other: HeldLicense, license: HeldLicense): boolean {
    const { plans: covering, services } = this.#contentsOf(
      other.skuId,
      other.disabledPlans,
    );
    const { plans: covered, services: needed } = this.#contentsOf(
      license.skuId,
      license.disabledPlans,
    );
    const edition = EDITIONS.indexOf(other.skuId);
    if (
      edition >= 0 &&
      EDITIONS.indexOf(license.skuId) > edition &&
      needed.every(service => services.includes(service))
    ) {
      return true;
    }
    const name = ({ skuId }: HeldLicense) =>
      productOf(skuId)?.displayName ?? '';
    return (
      other.skuId !== license.skuId &&
      isWithin(covered, covering) &&
      (covered.size < covering.size || name(other) < name(license))
    );
  }

  /** Whether all that the account does with a license could be done with a smaller one of the tenant. */
  #isTooLarge(
    account: Account,
    { skuId, disabledPlans }: HeldLicense,
    others: readonly HeldLicense[],
  ): boolean {
    const { services } = this.#contentsOf(skuId, disabledPlans);
    return (this.#smaller.get(skuId) ?? []).some(smaller => {
      const beyond = services.filter(
        service => !smaller.services.includes(service),
      );
      return (
        beyond.length > 0 &&
        others.every(other => other.skuId !== smaller.skuId) &&
        this.#isActive(account, smaller.services) &&
        !this.#isActive(account, beyond)
      );
    });
  }
}

function noUse(): UseCounts {
  return {
    active: 0,
    inGrace: 0,
    inactive: 0,
    neverActive: 0,
    notMeasurable: 0,
  };
}

/**
 * Counts how licenses are used, in one pass over the accounts. A failed
 * assignment gives nothing and counts nowhere; see `SkuTruth.failed`.
 */
export function countUse(tenant: Tenant, options: UseOptions = {}): UseTruth {
  const usage = new Usage(tenant, options);
  const truth: UseTruth = {
    skus: Object.fromEntries(tenant.skus.map(({ skuId }) => [skuId, noUse()])),
    departments: {},
    countries: {},
    companies: {},
    savings: [],
    suspicious: { unknown: tenant.strangers.length, guests: 0 },
  };
  for (const account of tenant.accounts) {
    if (account.userType === 'Guest' && Object.keys(account.activity).length) {
      truth.suspicious.guests += 1;
    }
    const licenses = heldLicenses(account);
    for (const license of licenses) {
      const { skuId } = license;
      const paths = account.assignments.filter(
        path => path.skuId === skuId && isHeld(path),
      );
      const use = usage.useOf(account, paths);
      truth.skus[skuId][use] += 1;
      for (const [counts, value] of [
        [truth.departments, account.department],
        [truth.countries, account.country],
        [truth.companies, account.companyName],
      ] as const) {
        const skus = (counts[value ?? ''] ??= {});
        (skus[skuId] ??= noUse())[use] += 1;
      }
      const saving = usage.savingOf(account, license, licenses, paths);
      if (saving) truth.savings.push(saving);
    }
  }
  return truth;
}
