import type {
  Account,
  AccountActivity,
  ActivityStatus,
  AssignmentStatus,
  CheckUp,
  ConcealedActivity,
  ConnectionPurpose,
  License,
  ReclamationOutcome,
  Service,
  ServiceActivity,
  ServiceActivityStatus,
  ServiceCounts,
  SuspiciousActivity,
  SyncTaskName,
  TaskRun,
  TaskRunCounts,
  TaskRunStatus,
  TermInput,
  UserType,
} from 'backstage-plugin-m365-licenses-common';
import type {
  ActiveUserRow,
  EmailAppUsageRow,
  GraphAssignment,
  GraphSku,
  GraphSubscription,
  GraphUser,
  RefusalMemory,
  SignIn,
  TokenVault,
} from '../graph/types';

/** A page of a list, and where the next one starts. */
export interface PageOf<Item> {
  items: Item[];
  totalItems: number;
  nextCursor?: string;
}

export interface PageRequest {
  /** 1 to 500. */
  limit: number;
  /** From the page before; an `InputError` when it does not fit the query. */
  cursor?: string;
}

/** What decides an account's activity status at query time. */
export interface ActivityThreshold {
  /** Calendar day of the query, YYYY-MM-DD (UTC). */
  today: string;
  inactiveAfterDays: number;
  graceDays: number;
}

/**
 * Restricts which accounts a caller may see, from a conditional permission
 * decision: each entry must hold (and), any of its values suffices (or).
 */
export type AccountCondition =
  | { allOf: AccountCondition[] }
  | { anyOf: AccountCondition[] }
  | { not: AccountCondition }
  | { department: string[] }
  | { country: string[] }
  | { userPrincipalName: string[] };

export interface AccountFilter extends ActivityThreshold {
  /** Prefix of display name, surname, principal name or email; any case. */
  text?: string;
  status?: ActivityStatus;
  skuId?: string;
  /** Only with `skuId`: the status of that license. */
  licenseStatus?: AssignmentStatus;
  department?: string;
  enabled?: boolean;
  userType?: UserType;
  /** false: only accounts present in the tenant; true: only those gone. */
  deleted: boolean;
  visible?: AccountCondition;
}

export interface AccountQuery extends AccountFilter, PageRequest {
  sort:
    | 'displayName'
    | 'userPrincipalName'
    | 'department'
    | 'lastActivityDate'
    | 'createdAt';
  order: 'asc' | 'desc';
}

export interface ActivityQuery extends PageRequest, ActivityThreshold {
  text?: string;
  skuId?: string;
  department?: string;
  enabled?: boolean;
  /** Only this service decides the status, instead of all seven. */
  service?: Service;
  status?: ServiceActivityStatus;
  sort: 'displayName' | 'lastActivityDate';
  order: 'asc' | 'desc';
  visible?: AccountCondition;
}

/** What a write did. Unchanged rows are not written. */
export interface WriteCounts {
  added: number;
  changed: number;
  unchanged: number;
}

export interface AccountCounts {
  total: number;
  enabled: number;
  disabled: number;
  guests: number;
  licensed: number;
  deleted: number;
}

/**
 * Which of the known accounts a roster run has seen, in a few bits each so
 * that memory does not grow with the tenant.
 */
export interface SeenAccounts {
  readonly size: number;
}

/** Accounts and their assignments, keyed by tenant. */
export interface AccountStore {
  /** A fresh record of what a roster run sees. */
  startReading(): SeenAccounts;
  /**
   * Stores a page of accounts with their assignments, in one transaction, and
   * notes them as seen. Sets or clears the deactivated date (rule 1); an
   * account marked deleted that is back is revived.
   *
   * @param options.signIns - whether last sign-ins were read; when not, what
   *   was stored of them stays
   * @param options.at - the time of the run
   */
  storePage(
    tenant: string,
    users: GraphUser[],
    seen: SeenAccounts,
    options: { at: Date; signIns: boolean },
  ): Promise<WriteCounts>;
  /** How many accounts not marked deleted are known, and how many of them were not seen. */
  countUnseen(
    tenant: string,
    seen: SeenAccounts,
  ): Promise<{ known: number; unseen: number }>;
  /** Marks what was not seen as deleted; only after a complete read (rule 3). */
  markUnseenDeleted(
    tenant: string,
    seen: SeenAccounts,
    at: Date,
  ): Promise<number>;

  list(tenant: string, query: AccountQuery): Promise<PageOf<Account>>;
  /** By Graph id or user principal name (any case); undefined when unknown or not visible. */
  get(
    tenant: string,
    idOrPrincipalName: string,
    options: ActivityThreshold & { visible?: AccountCondition },
  ): Promise<{ account: Account; services: ServiceActivity[] } | undefined>;
  /** Several by Graph id, as {@link AccountStore.get}, in any order. */
  getMany(
    tenant: string,
    ids: string[],
    options: ActivityThreshold & { visible?: AccountCondition },
  ): Promise<{ account: Account; services: ServiceActivity[] }[]>;
  /**
   * Ids of accounts present in the tenant by exact id, principal name or email
   * (any case), at most a few hundred keys at once.
   */
  match(
    tenant: string,
    keys: { ids?: string[]; userPrincipalNames?: string[]; emails?: string[] },
  ): Promise<{ id: string; userPrincipalName: string; email: string | null }[]>;
  counts(tenant: string): Promise<AccountCounts>;
  /** Licensed accounts present in the tenant, by status. */
  statusCounts(
    tenant: string,
    threshold: ActivityThreshold,
  ): Promise<{ status: ActivityStatus; accounts: number }[]>;
  departments(tenant: string): Promise<string[]>;
  /** Takes over what Microsoft said of one account just now (after a reclamation). */
  storeOne(tenant: string, user: GraphUser, at: Date): Promise<void>;
  /** Group ids that grant licenses and whose name is not known or older than the time given. */
  groupsToName(tenant: string, namedBefore: Date): Promise<string[]>;
  nameGroup(
    tenant: string,
    group: { id: string; displayName: string },
    at: Date,
  ): Promise<void>;
  groupName(tenant: string, groupId: string): Promise<string | undefined>;
}

export type ActivityRow =
  | { report: 'activeUsers'; row: ActiveUserRow }
  | { report: 'emailApps'; row: EmailAppUsageRow };

/** Last activity per account and service, and rows that match no account. */
export interface ActivityStore {
  /**
   * Stores rows of one report in one transaction. Rows are matched to accounts
   * by principal name (any case), accounts marked deleted included. The newest
   * report wins, but an older date never replaces a newer one (rule 4). A row
   * that matches nobody goes to the suspicious activities (rule 8) unless it
   * carries no activity at all or Microsoft says the account is deleted; a row named
   * `(Unknown)` is counted as unmatched and never stored.
   */
  storeRows(
    tenant: string,
    rows: ActivityRow[],
    at: Date,
  ): Promise<WriteCounts & { unmatched: number }>;
  /** Notes that a report was stored completely; suspicious rows it no longer has are removed. */
  completeReport(
    tenant: string,
    report: 'activeUsers' | 'emailApps',
    refreshDate: string,
    at: Date,
  ): Promise<void>;
  /**
   * Refresh date of the newest complete report, and of the first one ever: how
   * far back history reaches. Of both reports together, or of one.
   */
  reportDates(
    tenant: string,
    report?: ActivityRow['report'],
  ): Promise<{ newest: string | null; first: string | null }>;
  list(tenant: string, query: ActivityQuery): Promise<PageOf<AccountActivity>>;
  /** Counts over licensed accounts present in the tenant. */
  serviceCounts(
    tenant: string,
    threshold: ActivityThreshold,
  ): Promise<ServiceCounts[]>;
  suspicious(
    tenant: string,
    page: PageRequest,
  ): Promise<PageOf<SuspiciousActivity>>;
  /** Activity stored under concealed names (rule 9), by whatever stored it. */
  concealed(tenant: string): Promise<ConcealedActivity>;
  /** Removes it; returns what was removed. */
  purgeConcealed(tenant: string): Promise<ConcealedActivity>;
}

/** SKUs and subscriptions. */
export interface LicenseStore {
  /**
   * Replaces the SKUs and, where they were read, the subscriptions, in one
   * transaction; a SKU that is gone stays stored with status Deleted and no
   * seats. Without subscriptions, the stored ones stay.
   */
  store(
    tenant: string,
    captured: { skus: GraphSku[]; subscriptions?: GraphSubscription[] },
    at: Date,
  ): Promise<WriteCounts & { gone: number }>;
  /** All SKUs as they were captured; not sorted. */
  captured(tenant: string): Promise<CapturedLicense[]>;
  /**
   * All SKUs, or one, with the accounts that hold each by status; not sorted.
   * What they cost is not known here.
   */
  list(
    tenant: string,
    threshold: ActivityThreshold,
    skuId?: string,
  ): Promise<StoredLicense[]>;
}

/** A SKU without what it costs. */
export type StoredLicense = Omit<License, 'spend'>;

/** A SKU without what it costs and who holds it. */
export type CapturedLicense = Omit<StoredLicense, 'statuses'>;

/** A term as it is stored. */
export interface StoredTerm extends TermInput {
  id: string;
  skuId: string;
  /** ISO 8601. */
  updatedAt: string;
  /** Entity ref. */
  updatedBy: string;
}

/** What people entered of the cost of SKUs; no sync ever changes it. */
export interface TermStore {
  /** By SKU, then the newest effective date first. */
  list(tenant: string, skuId?: string): Promise<StoredTerm[]>;
  /**
   * What stands for the present terms of a SKU: changes whenever one of them
   * does.
   */
  revision(tenant: string, skuId: string): Promise<string>;
  /**
   * Replaces the terms of SKUs, all of them or none. Terms that are given as
   * they are stored keep their id and who updated them.
   *
   * @throws ConflictError when the terms of a SKU are not those of the revision
   *   given for it
   */
  replace(
    tenant: string,
    bySku: { skuId: string; terms: TermInput[]; revision?: string }[],
    by: { updatedBy: string; at: Date },
  ): Promise<void>;
  /**
   * Notes that somebody is told of the day on which a term ends; once for a
   * term and day, whoever asks.
   *
   * @returns false when that was noted before, or it does not end on this day
   */
  claimNotice(id: string, expirationDate: string): Promise<boolean>;
  /** Takes that back: nobody could be told. */
  releaseNotice(id: string): Promise<void>;
}

/** The ledger: one record per task run, never overwritten by a sync. */
export interface TaskRunStore {
  start(tenant: string, task: SyncTaskName, at: Date): Promise<string>;
  /** Counts so far, for the live state; also a sign of life. */
  progress(id: string, counts: TaskRunCounts, at: Date): Promise<void>;
  finish(
    id: string,
    end: {
      status: Exclude<TaskRunStatus, 'running'>;
      at: Date;
      counts: TaskRunCounts;
      leftOut: TaskRun['leftOut'];
      malformed: TaskRun['malformed'];
      error: TaskRun['error'];
    },
  ): Promise<void>;
  /** Ends runs of this task still marked running without a sign of life since the time given as aborted. */
  closeAbandoned(
    tenant: string,
    task: SyncTaskName,
    silentSince: Date,
    at: Date,
  ): Promise<number>;
  list(
    tenant: string,
    query: PageRequest & { task?: SyncTaskName; status?: TaskRunStatus },
  ): Promise<PageOf<TaskRun>>;
  /** Per task: the running one, the last that ended, and when one last succeeded (or partly). */
  latest(
    tenant: string,
    task: SyncTaskName,
  ): Promise<{
    current?: TaskRun;
    last?: TaskRun;
    lastSuccessAt?: string;
  }>;
}

/** A planned removal: what is needed to do it, and to restore it exactly. */
export interface StoredReclamationItem {
  id: string;
  skuId: string;
  path: Pick<GraphAssignment, 'skuId' | 'disabledPlans' | 'state' | 'error'> & {
    groupId: string | null;
    groupName: string | null;
    assignedAt: string | null;
  };
  outcome: ReclamationOutcome;
  message: string;
  requestId: string | null;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface StoredReclamation {
  id: string;
  tenant: string;
  user: { id: string; userPrincipalName: string; displayName: string };
  reason: string;
  createdBy: string;
  createdAt: string;
  finishedAt: string | null;
  items: StoredReclamationItem[];
}

/** Plans and what became of them: what happened is never overwritten. */
export interface ReclamationStore {
  /**
   * Stores a plan. When the idempotency key of this creator was used before,
   * stores nothing and returns the earlier plan, also under concurrency.
   *
   * @throws ConflictError when the key was used for a different request
   */
  create(
    plan: StoredReclamation,
    idempotency?: { key: string; requestHash: string },
  ): Promise<{ reclamation: StoredReclamation; created: boolean }>;
  get(tenant: string, id: string): Promise<StoredReclamation | undefined>;
  list(tenant: string, page: PageRequest): Promise<PageOf<StoredReclamation>>;
  /**
   * Claims a reclamation for execution so that two replicas never work on it
   * at once; a claim older than the time given may be taken over.
   *
   * @returns false when someone else holds it
   */
  claim(
    id: string,
    holder: string,
    at: Date,
    expiredBefore: Date,
  ): Promise<boolean>;
  release(id: string, holder: string): Promise<void>;
  /** Records that items are about to be removed, before the call. */
  markRunning(itemIds: string[], at: Date): Promise<void>;
  recordOutcomes(
    outcomes: {
      itemId: string;
      outcome: ReclamationOutcome;
      message: string;
      requestId: string | null;
    }[],
    at: Date,
  ): Promise<void>;
  finish(id: string, at: Date): Promise<void>;
}

/** A tenant that is no longer configured, or switched off: its history is kept. */
export interface RetiredTenant {
  name: string;
  /** Null where it was gone from the configuration before this was noted. */
  tenantId: string | null;
  /** ISO 8601. */
  retiredAt: string;
}

/** The tenants that have history. */
export interface TenantStore {
  /**
   * Notes which tenants are configured: those that are not any more retire and
   * lose what a person's sign-in gave, those that are again come back. A name whose history belongs to another
   * directory is not taken over.
   *
   * @param configured - started and refused ones, those switched off left out;
   *   one whose tenantId cannot be read stays as it was
   * @returns those whose history belongs to another directory, with its
   *   tenantId; of them nothing was changed
   */
  reconcile(
    configured: { name: string; tenantId: string | null }[],
    at: Date,
  ): Promise<{ foreign: { name: string; tenantId: string }[] }>;
  /** By name. */
  retired(): Promise<RetiredTenant[]>;
}

/** A sign-in that was begun and waits for what Microsoft sends back. */
export interface PendingAuthorization {
  state: string;
  tenant: string;
  purpose: ConnectionPurpose;
  /** Entity ref of the person who began it. */
  startedBy: string;
  redirectUri: string;
  nonce: string;
  /** Of PKCE; stored encrypted. */
  codeVerifier: string;
  permissions: string[];
  expiresAt: Date;
}

/** Who signed in for a tenant; no token. */
export interface Authorization {
  userPrincipalName: string;
  displayName: string | null;
  /** Entity ref of the person in the portal. */
  authorizedBy: string;
  /** ISO 8601. */
  authorizedAt: string;
  scopes: string[];
}

/** Sign-ins by a person, with the tokens they gave, which are stored encrypted. */
export interface AuthorizationStore {
  /** Also removes those that expired. Only a hash of the state is stored. */
  begin(pending: PendingAuthorization, at: Date): Promise<void>;
  /**
   * Takes a begun sign-in out, so that it is used once.
   *
   * @returns undefined when there is none of this state, it was used, it
   *   expired, or somebody else began it
   */
  take(
    state: string,
    startedBy: string,
    at: Date,
  ): Promise<PendingAuthorization | undefined>;
  /** Replaces what an earlier sign-in gave. */
  save(
    tenant: string,
    purpose: ConnectionPurpose,
    signIn: SignIn,
    by: { authorizedBy: string; at: Date },
  ): Promise<void>;
  get(
    tenant: string,
    purpose: ConnectionPurpose,
  ): Promise<Authorization | undefined>;
  /** @returns whether there was one */
  remove(tenant: string, purpose: ConnectionPurpose): Promise<boolean>;
  /** The tokens of this tenant and purpose, for its connection. */
  vault(tenant: string, purpose: ConnectionPurpose): TokenVault;
}

/** What is remembered of connections: refusals, and the last check-up. */
export interface ConnectionStore {
  /**
   * @param retryAfterMs - how long nobody asks again after a refusal
   */
  refusals(
    tenant: string,
    purpose: ConnectionPurpose,
    retryAfterMs: number,
  ): RefusalMemory;
  /** Lets the next one ask at once: somebody acted. */
  retryNow(tenant: string, at: Date): Promise<void>;
  check(tenant: string): Promise<CheckUp | undefined>;
  /** Replaces the check-up; returns the one before. */
  saveCheck(tenant: string, check: CheckUp): Promise<CheckUp | undefined>;
}

/** What Microsoft calls products and service plans; ids in lower case. */
export interface ProductCatalog {
  /** With the ids of the service plans; none where they are not all known. */
  products: { id: string; name: string; plans: string[] }[];
  servicePlans: { id: string; name: string }[];
}

/** Which file a catalog is from, and by what its server recognizes it. */
export interface ProductSource {
  url: string;
  etag: string | null;
  lastModified: string | null;
}

/** Why product names are not newer than they are, and what to do. */
export interface ProductProblem {
  message: string;
  mend: string;
}

/** The catalog of products, which belongs to no tenant. */
export interface ProductStore {
  /**
   * Product names by SKU id; the same map for some minutes, so that a change
   * on another replica shows a little later.
   */
  names(): Promise<ReadonlyMap<string, string>>;
  state(): Promise<{
    /** ISO 8601; null when no file was ever read. */
    capturedAt: string | null;
    /** How many are known. */
    products: number;
    source: ProductSource | null;
    /** Of the last refresh; null when it went well. */
    problem: ProductProblem | null;
  }>;
  /** Replaces the catalog in one transaction, and forgets the problem. */
  replace(
    catalog: ProductCatalog,
    source: ProductSource,
    at: Date,
  ): Promise<void>;
  /**
   * Notes what came of a refresh that brought no catalog.
   *
   * @returns whether that is another problem than before
   */
  note(problem: ProductProblem | null): Promise<boolean>;
}

/** Every store of the plugin's database. */
export interface Stores {
  products: ProductStore;
  terms: TermStore;
  tenants: TenantStore;
  authorizations: AuthorizationStore;
  connections: ConnectionStore;
  accounts: AccountStore;
  activity: ActivityStore;
  licenses: LicenseStore;
  taskRuns: TaskRunStore;
  reclamations: ReclamationStore;
}
