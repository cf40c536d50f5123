import { Account, Group, Sku, Stranger, Subscription } from './model';
import { Product, PRODUCTS } from './products';
import { countTruth, isHeld, Truth } from './truth';

/** What `Tenant.add` needs; everything else has a plain default. */
export type NewAccount = Pick<Account, 'userPrincipalName'> &
  Partial<Omit<Account, 'sequence' | 'deletedDate'>>;

export type AccountChanges = Partial<
  Omit<Account, 'sequence' | 'id' | 'deletedDate'>
>;

export interface TenantContent {
  tenantId: string;
  displayName: string;
  domain: string;
  now: Date;
  accounts: Account[];
  deletedAccounts: Account[];
  strangers: Stranger[];
  groups: Group[];
  subscriptions: Subscription[];
  /** Days between the generation day and the reports' refresh date. */
  reportDelayDays: number;
}

const PRODUCT_OF_SKU: ReadonlyMap<string, Product> = new Map(
  Object.values(PRODUCTS).map(product => [product.skuId, product]),
);

/** The product behind a SKU id, as Microsoft lists it. */
export function productOf(skuId: string): Product | undefined {
  return PRODUCT_OF_SKU.get(skuId);
}

/** The day as `YYYY-MM-DD`, UTC. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The SKUs the account holds, each once, with the service plans off in every path. */
export function heldLicenses(
  account: Pick<Account, 'assignments'>,
): Array<{ skuId: string; disabledPlans: string[] }> {
  const licenses = new Map<string, string[]>();
  for (const assignment of account.assignments) {
    if (isHeld(assignment)) {
      const before = licenses.get(assignment.skuId);
      licenses.set(
        assignment.skuId,
        before
          ? before.filter(plan => assignment.disabledPlans.includes(plan))
          : [...assignment.disabledPlans],
      );
    }
  }
  return Array.from(licenses, ([skuId, disabledPlans]) => ({
    skuId,
    disabledPlans,
  }));
}

/**
 * The directory of one Microsoft 365 tenant. Its state is plain data; changes go
 * through its methods, so that what was rendered from it can be forgotten.
 */
export class Tenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly domain: string;
  /** The day it was generated for; all its dates are relative to this. */
  readonly now: Date;
  /** `Report Refresh Date` of the usage reports, `YYYY-MM-DD`. */
  readonly reportRefreshDate: string;
  readonly strangers: readonly Stranger[];

  readonly #accounts: Account[];
  readonly #deletedAccounts: Account[];
  readonly #groups: Group[];
  readonly #subscriptions: Subscription[];
  readonly #byId = new Map<string, Account>();
  readonly #byName = new Map<string, Account>();
  readonly #consumed = new Map<string, number>();
  readonly #listeners = new Set<(sequence: number) => void>();
  #revision = 0;
  #nextSequence: number;

  constructor(content: TenantContent) {
    this.tenantId = content.tenantId;
    this.displayName = content.displayName;
    this.domain = content.domain;
    this.now = content.now;
    const refreshed = new Date(content.now);
    refreshed.setUTCDate(refreshed.getUTCDate() - content.reportDelayDays);
    this.reportRefreshDate = dayOf(refreshed);
    this.strangers = content.strangers;
    this.#groups = content.groups;
    this.#accounts = content.accounts;
    this.#deletedAccounts = content.deletedAccounts;
    this.#subscriptions = content.subscriptions;
    this.#nextSequence = (content.accounts.at(-1)?.sequence ?? 0) + 1;
    for (const account of content.accounts) {
      this.#index(account);
    }
  }

  /** Every account that exists, in the order of listings. Soft-deleted ones are not among them. */
  get accounts(): readonly Account[] {
    return this.#accounts;
  }

  /** Accounts in the recycle bin: gone from listings, still in reports. */
  get deletedAccounts(): readonly Account[] {
    return this.#deletedAccounts;
  }

  /** The groups that grant licenses. */
  get groups(): readonly Group[] {
    return this.#groups;
  }

  get subscriptions(): readonly Subscription[] {
    return this.#subscriptions;
  }

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  /** The SKUs with their seats as they are now. */
  get skus(): Sku[] {
    const skuIds = new Set(this.#subscriptions.map(s => s.skuId));
    return Array.from(skuIds, skuId => this.#skuOf(skuId));
  }

  /** @throws Error when the tenant does not have the SKU. */
  sku(skuIdOrPartNumber: string): Sku {
    const sku = this.skus.find(
      ({ skuId, skuPartNumber }) =>
        skuId === skuIdOrPartNumber || skuPartNumber === skuIdOrPartNumber,
    );
    if (!sku) {
      throw new Error(`The tenant has no SKU ${skuIdOrPartNumber}`);
    }
    return sku;
  }

  hasSku(skuId: string): boolean {
    return this.#subscriptions.some(s => s.skuId === skuId);
  }

  /** The account with this object id or user principal name (in any case). */
  find(idOrUserPrincipalName: string): Account | undefined {
    const key = idOrUserPrincipalName.toLowerCase();
    return this.#byId.get(key) ?? this.#byName.get(key);
  }

  /** @throws Error when there is none. */
  get(idOrUserPrincipalName: string): Account {
    const account = this.find(idOrUserPrincipalName);
    if (!account) {
      throw new Error(`The tenant has no account ${idOrUserPrincipalName}`);
    }
    return account;
  }

  /** Creates an enabled member without licenses, other than `account` says; it comes last in listings. */
  add(account: NewAccount): Account {
    const added: Account = {
      id: crypto.randomUUID(),
      kind: 'staff',
      displayName: account.userPrincipalName.split('@')[0],
      givenName: null,
      surname: null,
      mail: account.userPrincipalName,
      accountEnabled: true,
      userType: 'Member',
      department: null,
      jobTitle: null,
      officeLocation: null,
      companyName: null,
      country: null,
      usageLocation: null,
      employeeType: null,
      managerId: null,
      createdDateTime: this.now.toISOString().replace('.000Z', 'Z'),
      signIns: null,
      directoryRoles: [],
      assignments: [],
      activity: {},
      mailClients: [],
      ...account,
      sequence: this.#nextSequence,
      deletedDate: null,
    };
    if (this.find(added.id) || this.find(added.userPrincipalName)) {
      throw new Error(
        `The tenant already has an account ${added.userPrincipalName} or ${added.id}`,
      );
    }
    this.#nextSequence += 1;
    this.#accounts.push(added);
    this.#index(added);
    this.#changed(added.sequence);
    return added;
  }

  /** Replaces some of the account's state. */
  update(idOrUserPrincipalName: string, changes: AccountChanges): Account {
    const before = this.get(idOrUserPrincipalName);
    const after: Account = { ...before, ...changes };
    this.#unindex(before);
    this.#accounts[this.indexAfter(before.sequence - 1)] = after;
    this.#index(after);
    this.#changed(after.sequence);
    return after;
  }

  disable(idOrUserPrincipalName: string): Account {
    return this.update(idOrUserPrincipalName, { accountEnabled: false });
  }

  enable(idOrUserPrincipalName: string): Account {
    return this.update(idOrUserPrincipalName, { accountEnabled: true });
  }

  /** Gives the account another user principal name, and mail address if it had that one. */
  rename(idOrUserPrincipalName: string, userPrincipalName: string): Account {
    const { mail, userPrincipalName: before } = this.get(idOrUserPrincipalName);
    return this.update(idOrUserPrincipalName, {
      userPrincipalName,
      mail: mail === before ? userPrincipalName : mail,
    });
  }

  /** Soft-deletes the account: gone from listings, its seats free, still in reports. */
  remove(idOrUserPrincipalName: string): Account {
    const account = this.get(idOrUserPrincipalName);
    this.#unindex(account);
    this.#accounts.splice(this.indexAfter(account.sequence - 1), 1);
    const deleted = { ...account, deletedDate: dayOf(this.now) };
    this.#deletedAccounts.push(deleted);
    this.#changed(account.sequence);
    return deleted;
  }

  /** Creates a group with assigned membership and without members. */
  addGroup(
    group: Pick<Group, 'displayName' | 'skuIds'> & Partial<Group>,
  ): Group {
    const added: Group = {
      id: crypto.randomUUID(),
      description: '',
      groupTypes: [],
      membershipRule: null,
      onPremisesSyncEnabled: null,
      ownerIds: [],
      ...group,
    };
    this.#groups.push(added);
    return added;
  }

  /** Replaces some of what the group is; what its members hold stays as it is. */
  updateGroup(id: string, changes: Partial<Omit<Group, 'id'>>): Group {
    const index = this.#groups.findIndex(group => group.id === id);
    if (index < 0) {
      throw new Error(`The tenant has no group ${id}`);
    }
    this.#groups[index] = { ...this.#groups[index], ...changes };
    return this.#groups[index];
  }

  /** Changes what was bought. */
  updateSubscription(
    id: string,
    changes: Partial<Omit<Subscription, 'id' | 'skuId'>>,
  ): void {
    const index = this.#subscriptions.findIndex(s => s.id === id);
    if (index < 0) {
      throw new Error(`The tenant has no subscription ${id}`);
    }
    this.#subscriptions[index] = { ...this.#subscriptions[index], ...changes };
  }

  /** Index in `accounts` of the first account that comes after the sequence number. */
  indexAfter(sequence: number): number {
    let low = 0;
    let high = this.#accounts.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#accounts[middle].sequence > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Exact counts of the tenant as it is now. */
  get truth(): Truth {
    return countTruth(this);
  }

  /** Calls back with the sequence number of every account that changed, came or went. */
  onChange(listener: (sequence: number) => void): void {
    this.#listeners.add(listener);
  }

  #changed(sequence: number) {
    this.#revision += 1;
    this.#listeners.forEach(listener => listener(sequence));
  }

  #index(account: Account) {
    this.#byId.set(account.id, account);
    this.#byName.set(account.userPrincipalName.toLowerCase(), account);
    this.#count(account, 1);
  }

  #unindex(account: Account) {
    this.#byId.delete(account.id);
    this.#byName.delete(account.userPrincipalName.toLowerCase());
    this.#count(account, -1);
  }

  #count(account: Account, by: 1 | -1) {
    const counted: string[] = [];
    for (const assignment of account.assignments) {
      const { skuId } = assignment;
      if (isHeld(assignment) && !counted.includes(skuId)) {
        counted.push(skuId);
        this.#consumed.set(skuId, (this.#consumed.get(skuId) ?? 0) + by);
      }
    }
  }

  #skuOf(skuId: string): Sku {
    const product = productOf(skuId);
    if (!product) {
      throw new Error(`No product has the SKU id ${skuId}`);
    }
    const subscriptions = this.#subscriptions.filter(s => s.skuId === skuId);
    const units = (status: Subscription['status']) =>
      subscriptions
        .filter(s => s.status === status)
        .reduce((sum, s) => sum + s.totalLicenses, 0);
    const statuses = [
      'Enabled',
      'Warning',
      'Suspended',
      'LockedOut',
      'Deleted',
    ] as const;
    return {
      skuId,
      skuPartNumber: product.skuPartNumber,
      displayName: product.displayName,
      appliesTo:
        product.skuPartNumber === 'SHAREPOINTSTORAGE' ? 'Company' : 'User',
      capabilityStatus:
        statuses.find(status => subscriptions.some(s => s.status === status)) ??
        'Deleted',
      prepaidUnits: {
        enabled: units('Enabled'),
        suspended: units('Suspended'),
        warning: units('Warning'),
        lockedOut: units('LockedOut'),
      },
      consumedUnits: this.#consumed.get(skuId) ?? 0,
      subscriptionIds: subscriptions.map(s => s.id),
    };
  }
}
