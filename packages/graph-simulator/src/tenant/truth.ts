import { Account } from './model';
import { Service, SERVICES } from './services';
import type { Tenant } from './Tenant';

export interface SkuTruth {
  /** Accounts that hold the SKU, by whatever path. */
  assigned: number;
  /** Accounts with a direct assignment. */
  direct: number;
  /** Accounts with an assignment through a group. */
  group: number;
  /** Accounts with both. */
  directAndGroup: number;
  /** Disabled accounts that hold the SKU. */
  disabledHolders: number;
  /** Group assignments that failed. */
  failed: number;
}

/** Exact counts of the tenant as it is now, counted from its accounts. */
export interface Truth {
  accounts: number;
  enabled: number;
  disabled: number;
  guests: number;
  licensed: number;
  disabledLicensed: number;
  neverActive: number;
  neverSignedIn: number;
  softDeleted: number;
  strangers: number;
  /** Accounts per kind. */
  kinds: Record<string, number>;
  /** Per SKU id. */
  skus: Record<string, SkuTruth>;
  /** Accounts (not deleted ones) with a day of last activity, per service. */
  activity: Record<Service, number>;
}

/** Whether the assignment gives the account the SKU. */
export function isHeld(assignment: Account['assignments'][number]): boolean {
  return assignment.state !== 'Error';
}

/** Counts everything in one pass over the accounts. */
export function countTruth(tenant: Tenant): Truth {
  const truth: Truth = {
    accounts: tenant.accounts.length,
    enabled: 0,
    disabled: 0,
    guests: 0,
    licensed: 0,
    disabledLicensed: 0,
    neverActive: 0,
    neverSignedIn: 0,
    softDeleted: tenant.deletedAccounts.length,
    strangers: tenant.strangers.length,
    kinds: {},
    skus: {},
    activity: {
      exchange: 0,
      oneDrive: 0,
      sharePoint: 0,
      skypeForBusiness: 0,
      yammer: 0,
      teams: 0,
      outlook: 0,
    },
  };
  for (const sku of tenant.skus) {
    truth.skus[sku.skuId] = {
      assigned: 0,
      direct: 0,
      group: 0,
      directAndGroup: 0,
      disabledHolders: 0,
      failed: 0,
    };
  }
  for (const account of tenant.accounts) {
    truth[account.accountEnabled ? 'enabled' : 'disabled'] += 1;
    if (account.userType === 'Guest') truth.guests += 1;
    if (!account.signIns) truth.neverSignedIn += 1;
    truth.kinds[account.kind] = (truth.kinds[account.kind] ?? 0) + 1;

    const held = account.assignments.filter(isHeld);
    if (held.length) {
      truth.licensed += 1;
      if (!account.accountEnabled) truth.disabledLicensed += 1;
      if (!Object.keys(account.activity).length) truth.neverActive += 1;
    }
    for (const service of SERVICES) {
      if (account.activity[service]) truth.activity[service] += 1;
    }
    for (const skuId of new Set(account.assignments.map(a => a.skuId))) {
      const sku = truth.skus[skuId];
      const paths = held.filter(a => a.skuId === skuId);
      const direct = paths.some(a => a.assignedByGroup === null);
      const group = paths.some(a => a.assignedByGroup !== null);
      if (direct) sku.direct += 1;
      if (group) sku.group += 1;
      if (direct && group) sku.directAndGroup += 1;
      if (direct || group) {
        sku.assigned += 1;
        if (!account.accountEnabled) sku.disabledHolders += 1;
      } else {
        sku.failed += 1;
      }
    }
  }
  return truth;
}
