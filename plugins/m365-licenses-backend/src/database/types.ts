import type {
  Account,
  AccountActivity,
  AccountRef,
  ActivityStatus,
  Assignment,
  AssignmentStatus,
  BackTest,
  CandidateReason,
  CandidateReasonType,
  CandidateState,
  HeldBack,
  CheckUp,
  ConcealedActivity,
  ConnectionPurpose,
  ExchangeRate,
  ExchangeRates,
  GroupLeaving,
  HistoryDay,
  License,
  LicenseInput,
  Money,
  Policy,
  PolicyInput,
  PolicyState,
  QuietHours,
  Reclamation,
  ReclamationEvidence,
  ReclamationEventType,
  ReclamationKind,
  ReclamationMode,
  ReclamationOutcome,
  ReclamationStatus,
  ReclamationSwitch,
  Service,
  ServiceActivity,
  ServiceActivityStatus,
  ServiceCounts,
  SpendDimension,
  SuspiciousActivity,
  SuspiciousActivityType,
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
  GraphSku,
  GraphSubscription,
  GraphUser,
  RefusalMemory,
  SignIn,
  TokenVault,
} from '../graph/types';
import type { ReportedTime } from '../insights/backTest';
import type { ReportSize } from '../insights/reportSize';
import type { AccountSuspicion } from '../insights/suspicion';

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
  | { userPrincipalName: string[] }
  /** Graph ids. */
  | { id: string[] }
  /** Members of any of these catalog groups, by entity ref. */
  | { groups: string[] };

export interface AccountFilter extends ActivityThreshold {
  /** Prefix of display name, surname, principal name or email; any case. */
  text?: string;
  status?: ActivityStatus;
  skuId?: string;
  /** Only with `skuId`: the status of that license. */
  licenseStatus?: AssignmentStatus;
  department?: string;
  /** Members of any of these catalog groups, by entity ref. */
  groups?: string[];
  enabled?: boolean;
  userType?: UserType;
  /** false: only accounts present in the tenant; true: only those gone. */
  deleted: boolean;
  /** ISO 8601: only accounts modified at that time or later. */
  modifiedSince?: string;
  visible?: AccountCondition;
}

export interface AccountQuery extends AccountFilter, PageRequest {
  sort:
    | 'displayName'
    | 'userPrincipalName'
    | 'department'
    | 'lastActivityDate'
    | 'createdAt'
    | 'modifiedAt';
  order: 'asc' | 'desc';
}

export interface ActivityQuery extends PageRequest, ActivityThreshold {
  text?: string;
  skuId?: string;
  department?: string;
  /** Members of any of these catalog groups, by entity ref. */
  groups?: string[];
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
  /** Of accounts present in the tenant and visible. */
  departments(tenant: string, visible?: AccountCondition): Promise<string[]>;
  /** Takes over what Microsoft said of accounts just now (by a reclamation). */
  storeUsers(tenant: string, users: GraphUser[], at: Date): Promise<void>;
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

/** Last activity per account and service. */
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
  /**
   * Notes that a report was stored completely. Unless suddenly rows are
   * missing, suspicious rows that it no longer has are removed.
   *
   * @param rows - how many rows it has
   * @returns how many are usual, and whether these are far fewer
   */
  completeReport(
    tenant: string,
    report: ActivityRow['report'],
    refreshDate: string,
    at: Date,
    rows: number,
  ): Promise<ReportSize>;
  /**
   * Refresh date of the newest complete report, and of the first one ever: how
   * far back history reaches. Of both reports together, or of one.
   */
  reportDates(
    tenant: string,
    report?: ActivityRow['report'],
  ): Promise<{ newest: string | null; first: string | null }>;
  list(tenant: string, query: ActivityQuery): Promise<PageOf<AccountActivity>>;
  /** Counts over licensed accounts present in the tenant and visible. */
  serviceCounts(
    tenant: string,
    options: ActivityThreshold & { visible?: AccountCondition },
  ): Promise<ServiceCounts[]>;
}

export interface SuspiciousActivityQuery extends PageRequest {
  /** Prefix of display name, surname, principal name or email; any case. */
  text?: string;
  type?: SuspiciousActivityType;
}

/** Activity that does not add up (rule 8), and what people recognized of it. */
export interface SuspiciousActivityStore {
  /** The newest activity first. */
  list(
    tenant: string,
    query: SuspiciousActivityQuery,
  ): Promise<PageOf<SuspiciousActivity>>;
  /** How many there are of each type, in the usual order. */
  types(
    tenant: string,
  ): Promise<{ type: SuspiciousActivityType; rows: number }[]>;
  /**
   * Replaces what is suspicious of these accounts; those without a cause lose
   * their row. What somebody recognized ends when its cause does. Rows that stay
   * the same are not written.
   */
  storeFor(
    tenant: string,
    found: {
      account: Pick<EvaluatedAccount, 'number' | 'id' | 'lastActivityDate'>;
      cause: AccountSuspicion | null;
    }[],
    at: Date,
  ): Promise<void>;
  /**
   * Accepts an activity as known, as long as its cause stays the same.
   *
   * @param recognition.by - entity ref
   * @returns the activity as it is now; undefined when there is none of this id
   */
  recognize(
    tenant: string,
    id: string,
    recognition: { note: string; by: string; at: Date },
  ): Promise<SuspiciousActivity | undefined>;
  /** Takes that back; returns as {@link SuspiciousActivityStore.recognize}. */
  unrecognize(
    tenant: string,
    id: string,
  ): Promise<SuspiciousActivity | undefined>;
  /** Activity stored under concealed names (rule 9), by whatever stored it. */
  concealed(tenant: string): Promise<ConcealedActivity>;
  /** Removes it; returns what was removed. */
  purgeConcealed(tenant: string): Promise<ConcealedActivity>;
}

export interface AssignmentQuery extends PageRequest, ActivityThreshold {
  skuId?: string;
  /** ISO 8601: only of accounts modified at that time or later. */
  modifiedSince?: string;
  visible?: AccountCondition;
}

/** A license as an account held it when the account was read last, by one path. */
export interface HeldPath extends Omit<StoredPath, 'group'> {
  skuId: string;
  /** Null for a direct assignment. */
  groupId: string | null;
  groupName: string | null;
  /** With this license, YYYY-MM-DD. */
  lastActivityDate: string | null;
}

/** Every license that an account holds, a row for each path. */
export interface AssignmentStore {
  /**
   * What accounts hold, by their Graph ids; those that are not known or not
   * visible are left out. By SKU id, the direct path of each first.
   */
  held(
    tenant: string,
    accountIds: string[],
    visible?: AccountCondition,
  ): Promise<Map<string, { account: AccountRef; paths: HeldPath[] }>>;
  /**
   * By the time the account was modified, so that one which changes while pages
   * are read comes again, and none is missed; accounts marked deleted included.
   * The total is that of the first page.
   */
  list(tenant: string, query: AssignmentQuery): Promise<PageOf<Assignment>>;
}

/** SKUs and subscriptions. */
export interface LicenseStore {
  /**
   * Replaces the SKUs and, where they were read, the subscriptions, in one
   * transaction; a SKU that is gone stays stored with status Deleted and no
   * seats. Without subscriptions, the stored ones stay.
   *
   * @returns `seatsChanged`: the ids of SKUs that are new or gone, or of which
   *   another number of seats is bought, assigned, suspended or in warning, or
   *   the status is another one
   */
  store(
    tenant: string,
    captured: { skus: GraphSku[]; subscriptions?: GraphSubscription[] },
    at: Date,
  ): Promise<WriteCounts & { gone: number; seatsChanged: string[] }>;
  /**
   * All SKUs as they were captured, with what people entered instead where the
   * task that captures them is switched off; not sorted.
   */
  captured(tenant: string): Promise<CapturedLicense[]>;
  /** The service plans that people get with each SKU; not sorted. */
  servicePlans(tenant: string): Promise<SkuPlans[]>;
  /**
   * All SKUs, or one, with the accounts that hold each by status, as the last
   * evaluation counted them; not sorted. What they cost is not known here.
   */
  list(tenant: string, skuId?: string): Promise<StoredLicense[]>;
  /**
   * Stores what somebody entered of a SKU; no sync ever changes it. It counts
   * while License Information of the tenant is switched off.
   */
  enter(
    tenant: string,
    skuId: string,
    entered: LicenseInput,
    by: { updatedBy: string; at: Date },
  ): Promise<void>;
}

/** A SKU without what it costs. */
export type StoredLicense = Omit<License, 'spend'>;

/** A SKU without what it costs and who holds it. */
export type CapturedLicense = Omit<StoredLicense, 'statuses'>;

/** A SKU with the service plans that Microsoft gives to people, not to the company. */
export interface SkuPlans
  extends Pick<CapturedLicense, 'skuId' | 'displayName' | 'status'> {
  /** Ids in lower case. */
  plans: { id: string; name: string }[];
}

/** An account as an evaluation reads it: all that decides what is used. */
export interface EvaluatedAccount {
  /** Of the row; smaller ones are read first. */
  number: number;
  id: string;
  userPrincipalName: string;
  displayName: string;
  userType: UserType;
  enabled: boolean;
  deleted: boolean;
  /** ISO 8601. */
  deactivatedAt: string | null;
  deletedAt: string | null;
  department: string | null;
  country: string | null;
  companyName: string | null;
  /** YYYY-MM-DD. */
  lastActivityDate: string | null;
  serviceDates: Record<Service, string | null>;
  /** Whether a User entity of the catalog stands for it. */
  inCatalog: boolean;
  /** Entity ref of the catalog group it is counted with; null where it is in none. */
  homeGroup: string | null;
  /** Entity refs of every catalog group it is in, those above included. */
  groups: readonly string[];
  /** By SKU id; the direct path of each first. */
  assignments: EvaluatedAssignment[];
}

/** A license that an account holds by one path. */
export interface EvaluatedAssignment {
  skuId: string;
  /** Null for a direct assignment. */
  groupId: string | null;
  groupName: string | null;
  state: string;
  disabledPlans: string[];
  /** YYYY-MM-DD. */
  assignedOn: string;
  /** Null while the plans of the SKU are not known. */
  services: Service[] | null;
  /** In these services, YYYY-MM-DD. */
  lastActivityDate: string | null;
}

/** Which accounts are evaluated: those that match all that is given. */
export interface EvaluatedSelection {
  /** Graph's ids. */
  accountIds?: string[];
  /** Members of any of these catalog groups, by entity ref. */
  groups?: string[];
  /** Holders of it. */
  skuId?: string;
}

/** What accounts are counted by: the SKUs they hold, or what they have in common. */
export type UseDimension = 'sku' | SpendDimension;

/** Accounts that share a value of a dimension, and the licenses they hold. */
export interface UseCounts {
  /** SKU id, department, country, company or entity ref of the home group; empty for none. */
  value: string;
  /** Those that hold a license, each once; of a SKU, those that hold it. */
  accounts: number;
  /** Each account once per SKU, with the best status of its paths. */
  seats: UsedSeats[];
}

/** Accounts that hold a SKU and have one status with it. */
export interface UsedSeats {
  skuId: string;
  status: AssignmentStatus;
  accounts: number;
}

/** What evaluations read, and what they counted. */
export interface EvaluationStore {
  /**
   * The accounts present in the tenant, and those deleted since a time (ISO
   * 8601), in batches; present ones first, then by number. Memory does not grow
   * with the tenant.
   */
  accounts(
    tenant: string,
    options: { deletedSince: string; selection?: EvaluatedSelection },
  ): AsyncIterable<EvaluatedAccount[]>;
  /** The services of which no report is stored that is good enough on a day. */
  unreported(tenant: string, today: string): Promise<Service[]>;
  /** Replaces what was counted, in one transaction. */
  saveCounts(
    tenant: string,
    counts: ReadonlyMap<UseDimension, UseCounts[]>,
    at: Date,
  ): Promise<void>;
  /** By value; of all values, or of those given. */
  counts(
    tenant: string,
    dimension: UseDimension,
    values?: string[],
  ): Promise<UseCounts[]>;
  /** When the tenant was counted last, ISO 8601; null when it never was. */
  evaluatedAt(tenant: string): Promise<string | null>;
  /**
   * When the catalog's groups or who of the tenant is in them changed after
   * the tenant was counted, ISO 8601; null when they did not.
   */
  regroupedAt(tenant: string): Promise<string | null>;
}

/** A group of the catalog; those of all make a forest. */
export interface CatalogGroup {
  /** Entity ref. */
  ref: string;
  /** Entity ref of the group above; null where there is none. */
  parent: string | null;
  displayName: string;
}

/** An account that a User entity stands for. */
export interface CatalogMember {
  /** Graph's id. */
  accountId: string;
  /** Entity refs of the groups that the User entity is a member of by itself. */
  groups: string[];
  /** The one of these that it is counted with; null where it is in none. */
  home: string | null;
}

/** The groups of the catalog, and which accounts are in them. */
export interface CatalogGroupStore {
  /** Replaces all groups, in one transaction. */
  replaceGroups(groups: CatalogGroup[], at: Date): Promise<void>;
  /** Replaces all memberships of a tenant's accounts; what stays is not written. */
  replaceMembers(
    tenant: string,
    members: CatalogMember[],
    at: Date,
  ): Promise<void>;
  /** By entity ref. */
  groups(): Promise<CatalogGroup[]>;
  /** Entity refs of groups (any case) and of all groups below them. */
  below(...groupRefs: string[]): Promise<string[]>;
  /**
   * Those of some accounts present in the tenant that are members of any of
   * these groups, by Graph id.
   */
  membersAmong(
    tenant: string,
    accountIds: string[],
    groupRefs: string[],
  ): Promise<string[]>;
}

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
   * Replaces the terms of SKUs, all of them or none. Terms that are given as
   * they are stored keep their id and who updated them.
   *
   * @param bySku.revision - from `revisionOf` of the terms of that SKU
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

/** The currency to convert to and the rates, as they were entered. */
export type StoredRates = ExchangeRates;

/** Exchange rates that people entered; no sync ever changes them. */
export interface RateStore {
  get(tenant: string): Promise<StoredRates>;
  /**
   * Replaces the currency and all rates.
   *
   * @throws ConflictError when they are not those of the revision
   */
  replace(
    tenant: string,
    entered: {
      currency: string | null;
      rates: ExchangeRate[];
      revision: string;
    },
    by: { updatedBy: string; at: Date },
  ): Promise<void>;
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

/** How an account held a license when it was planned: what is needed to take it, and to put it back exactly. */
export interface StoredPath {
  /** Null for a direct assignment. */
  group: {
    id: string;
    name: string | null;
    leaving: GroupLeaving;
    owners: AccountRef[];
    /** What leaving the group would take besides. */
    otherSkuIds: string[];
  } | null;
  /** Active, ActiveWithError, Disabled or Error. */
  state: string;
  error: string | null;
  disabledPlans: string[];
  /** ISO 8601. */
  assignedAt: string | null;
}

/** A license of a plan that is about to be stored. */
export interface PlannedItem {
  id: string;
  account: AccountRef;
  skuId: string;
  path: StoredPath;
  evidence: ReclamationEvidence;
  /** What it saves a year; empty where it is not priced. */
  value: Money[];
  /** `planned`, or final where nothing is to be done. */
  outcome: ReclamationOutcome;
  message: string;
  /** Of a restore: the id of the item that it puts back. */
  restores: string | null;
}

/** A license of a plan. */
export interface StoredItem extends PlannedItem {
  reclamationId: string;
  /** How often Microsoft was asked for it. */
  attempts: number;
  requestId: string | null;
  /** ISO 8601, of the first call. */
  startedAt: string | null;
  /** ISO 8601. */
  finishedAt: string | null;
  /** Who put it back. */
  restored: { at: string; by: string; reclamationId: string } | null;
}

/** An item with what a list over several plans shows of its plan. */
export interface ListedItem extends StoredItem {
  reclamation: Pick<
    StoredReclamation,
    'id' | 'kind' | 'reason' | 'createdBy' | 'approvedBy' | 'startedBy'
  >;
}

/**
 * How far a plan is, as it is stored. Of a plan that is `started`, its items
 * tell whether people are asked, it waits, or runs.
 */
export type StoredReclamationStatus =
  | 'planned'
  | 'approved'
  | 'started'
  | 'paused'
  | 'finished'
  | 'canceled'
  | 'dryRun';

/** A plan that is about to be stored. Times are ISO 8601, people entity refs. */
export interface NewReclamation {
  id: string;
  tenant: string;
  kind: ReclamationKind;
  mode: ReclamationMode;
  status: 'planned' | 'approved' | 'started' | 'dryRun';
  origin: Reclamation['origin'];
  reason: string;
  leaveGroups: boolean;
  createdBy: string;
  createdAt: string;
  /** When it can no longer be started; null for what is started at once. */
  expiresAt: string | null;
  approvedBy: string | null;
  startedBy: string | null;
  restoreOf: string | null;
  policyId: string | null;
}

/** A plan and how far it is. */
export interface StoredReclamation extends Omit<NewReclamation, 'status'> {
  status: StoredReclamationStatus;
  approvedAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  canceledBy: string | null;
  /** With ask first, once people were asked. */
  answerUntil: string | null;
  /** Why it waits, and when it goes on. */
  problem: { message: string; retryAt: string | null } | null;
  /** Where there is one only. */
  account: AccountRef | null;
  accounts: number;
  items: number;
  /** In the order of the outcomes; those without items are left out. */
  counts: { outcome: ReclamationOutcome; items: number; value: Money[] }[];
  /** Items taken back and not put back, nor being put back, and when the first of them was taken. */
  restorable: { items: number; firstAt: string | null };
}

/** Something that happened to a plan or one of its items; never changed afterwards. */
export interface NewReclamationEvent {
  type: ReclamationEventType;
  /** Entity ref; null for the backend itself. */
  by: string | null;
  message: string;
  itemId?: string;
  requestId?: string | null;
}

/** An event as it is stored. */
export interface StoredReclamationEvent {
  id: string;
  /** ISO 8601. */
  at: string;
  type: ReclamationEventType;
  by: string | null;
  message: string;
  requestId: string | null;
  account: AccountRef | null;
  skuId: string | null;
}

/** What became of an item. */
export interface ItemOutcome {
  itemId: string;
  outcome: ReclamationOutcome;
  message: string;
  requestId: string | null;
}

export interface ReclamationQuery extends PageRequest {
  status?: ReclamationStatus;
  policyId?: string;
  /** Entity ref. */
  createdBy?: string;
  /** The present time, which tells what has expired. */
  at: Date;
}

export interface ReclamationItemQuery extends PageRequest {
  reclamationId?: string;
  /** Graph id. */
  accountId?: string;
  /** Prefix of display name or principal name; any case. */
  text?: string;
  skuId?: string;
  outcome?: ReclamationOutcome;
  /** Of plans that this person made. */
  createdBy?: string;
}

/** Licenses taken or put back in a month, by what each is worth. */
export interface SavedInMonth {
  /** YYYY-MM. */
  month: string;
  outcome: 'reclaimed' | 'restored';
  items: number;
  value: Money[];
}

/**
 * Plans and what became of them. Every change of a plan or an item adds an event
 * in the same transaction; events are only ever added.
 */
export interface ReclamationStore {
  /**
   * Stores a plan. When the idempotency key of this creator was used before,
   * stores nothing and returns the earlier plan, also under concurrency. Items
   * of a plan that is `started` must not be `planned` but `scheduled`.
   *
   * @throws ConflictError when the key was used for a different request
   */
  create(
    plan: NewReclamation,
    items: PlannedItem[],
    idempotency?: { key: string; requestHash: string },
  ): Promise<{ reclamation: StoredReclamation; created: boolean }>;
  /**
   * The plan that this person made with an idempotency key.
   *
   * @throws ConflictError when the key was used for a different request
   */
  repeated(
    createdBy: string,
    idempotency: { key: string; requestHash: string },
  ): Promise<StoredReclamation | undefined>;
  get(tenant: string, id: string): Promise<StoredReclamation | undefined>;
  /** The newest first; what a policy only reported is left out unless its policy or that status is asked for. */
  list(
    tenant: string,
    query: ReclamationQuery,
  ): Promise<PageOf<StoredReclamation>>;
  /** Of one plan in its order, of all the newest first. */
  listItems(
    tenant: string,
    query: ReclamationItemQuery,
  ): Promise<PageOf<ListedItem>>;
  events(
    tenant: string,
    query: PageRequest & { reclamationId: string; planOnly: boolean },
  ): Promise<PageOf<StoredReclamationEvent>>;
  /** Adds events that change nothing. */
  note(id: string, events: NewReclamationEvent[], at: Date): Promise<void>;
  /** Items by id, in the plan's order. */
  items(id: string, itemIds?: string[]): Promise<StoredItem[]>;
  /** What was taken from accounts and put back since a time, by all plans; in no order. */
  recent(
    tenant: string,
    accountIds: string[],
    since: Date,
  ): Promise<StoredItem[]>;
  /** Items taken back and not put back, nor being put back; in the plan's order. */
  restorable(id: string, itemIds?: string[]): Promise<StoredItem[]>;
  savings(tenant: string): Promise<SavedInMonth[]>;

  /**
   * Moves a plan on, if it is in one of the statuses given. Starting schedules
   * its planned items (or with `await`, has them wait for an answer); canceling
   * cancels all that are not final and not running.
   *
   * @returns false when it is in another status; nothing is changed then
   */
  move(
    id: string,
    from: StoredReclamationStatus[],
    to: {
      status: StoredReclamationStatus;
      approvedBy?: string;
      startedBy?: string;
      canceledBy?: string;
      answerUntil?: string;
      await?: boolean;
    },
    event: NewReclamationEvent,
    at: Date,
  ): Promise<boolean>;

  /**
   * Ids of plans on which there is something to do, nobody is at work and that
   * need not wait: those started with an item scheduled or running, or with
   * every item final, which are only to be ended, and those canceled with an
   * item still running; the oldest first.
   */
  due(tenant: string, at: Date, silentSince: Date): Promise<string[]>;
  /**
   * Claims a plan, so that two replicas never work on it at once; a claim that
   * gave no sign of life since the time given is taken over.
   *
   * @returns false when someone else holds it
   */
  claim(
    id: string,
    holder: string,
    at: Date,
    silentSince: Date,
  ): Promise<boolean>;
  /**
   * A sign of life.
   *
   * @returns the plan's status; undefined when the holder no longer holds it
   */
  renew(
    id: string,
    holder: string,
    at: Date,
  ): Promise<StoredReclamationStatus | undefined>;
  release(id: string, holder: string): Promise<void>;
  /**
   * All items that are scheduled or running of the first so many accounts that
   * have any, running ones first, then in the plan's order.
   */
  next(id: string, accounts: number): Promise<StoredItem[]>;
  /**
   * Notes, before Microsoft is asked, that items are being taken or put back.
   *
   * @returns false when the holder no longer holds the plan, or it is paused or
   *   canceled; nothing is changed then, and Microsoft must not be asked
   */
  markRunning(
    id: string,
    holder: string,
    itemIds: string[],
    at: Date,
  ): Promise<boolean>;
  /** Records outcomes that are final; an item that has one already keeps it. */
  recordOutcomes(id: string, outcomes: ItemOutcome[], at: Date): Promise<void>;
  /** Notes why a plan waits, or that it does so no longer. */
  wait(
    id: string,
    problem: { message: string; retryAt: string } | null,
    at: Date,
  ): Promise<void>;
  /** Ends a started plan of which every item is final. @returns whether it ended */
  finish(id: string, at: Date): Promise<boolean>;
  /** Moves items on from `awaitingUser`; those that are no longer so stay. @returns how many moved */
  answer(
    id: string,
    outcomes: (ItemOutcome & { by: string | null })[],
    at: Date,
  ): Promise<number>;
}

/** Whether taking licenses back is stopped, which holds for everybody and everything. */
export interface ReclamationSwitchStore {
  /** Not stopped where nobody ever changed it. */
  get(tenant: string): Promise<ReclamationSwitch>;
  set(
    tenant: string,
    change: { stopped: boolean; reason: string },
    by: { changedBy: string; at: Date },
  ): Promise<void>;
}

/** A policy as it is stored; times are ISO 8601, people entity refs. */
export interface StoredPolicy extends PolicyInput {
  id: string;
  tenant: string;
  state: PolicyState;
  /** Since it was changed last. */
  dryRuns: number;
  createdBy: string;
  createdAt: string;
  updatedBy: string;
  updatedAt: string;
  /** Null unless it is on. */
  switchedOnBy: string | null;
  switchedOnAt: string | null;
  /** Null while it is off. */
  nextRunAt: string | null;
  lastRun: Policy['lastRun'];
}

/** A run of a policy that is due, and stays the same one until it has finished. */
export interface PolicyRun {
  policy: StoredPolicy;
  /** By which what it does is done once. */
  runId: string;
  /** ISO 8601; it may have had to wait since. */
  dueAt: string;
}

/**
 * The standing rules by which licenses are taken back. What finds a policy
 * leaves out those that were ended, except for their quiet hours.
 */
export interface PolicyStore {
  /** By name. */
  list(tenant: string): Promise<StoredPolicy[]>;
  get(tenant: string, id: string): Promise<StoredPolicy | undefined>;
  /** Of one that was ended as well: what it began goes on. */
  quietHours(tenant: string, id: string): Promise<QuietHours | null>;
  /** A policy that is dry, and due at once. */
  create(
    tenant: string,
    policy: PolicyInput,
    by: { createdBy: string; at: Date },
  ): Promise<StoredPolicy>;
  /** Changes it, after which it is dry, and due at once. */
  update(
    tenant: string,
    id: string,
    policy: PolicyInput,
    by: { updatedBy: string; at: Date },
  ): Promise<StoredPolicy | undefined>;
  /** @returns it as it was */
  end(tenant: string, id: string, at: Date): Promise<StoredPolicy | undefined>;
  /**
   * Switches a policy to another state. One that was off is due at once.
   *
   * @returns false when it is not as given any more; nothing is changed then
   */
  setState(
    policy: StoredPolicy,
    state: PolicyState,
    by: { by: string; at: Date },
  ): Promise<boolean>;
  /** Has a policy due now, unless it is already; undefined when it is off. */
  runNow(tenant: string, id: string, at: Date): Promise<PolicyRun | undefined>;
  /** The runs whose time has come. */
  due(tenant: string, at: Date): Promise<PolicyRun[]>;
  /** Notes why a run has to wait; nothing when it has finished, or its policy was changed or switched since. */
  wait(
    run: PolicyRun,
    why: { message: string; until: Date },
    at: Date,
  ): Promise<void>;
  /** Notes what came of a run, and when the next one is due; else as {@link PolicyStore.wait}. */
  finish(
    run: PolicyRun,
    end: { message: string; reclamationId: string | null; nextDueAt: Date },
    at: Date,
  ): Promise<void>;
}

/** A license of an account that somebody is to be asked about. */
export interface NewQuestion {
  id: string;
  tenant: string;
  reclamationId: string;
  /** Graph id. */
  accountId: string;
  skuId: string;
  /** Of the plan: one for each path by which the account holds the license. */
  itemIds: string[];
  /** Graph id of the account's manager, who may answer as well; null where there is none. */
  managerId: string | null;
  /** Entity refs of the people who are told. */
  recipients: string[];
}

/** A question that people were told of. */
export interface StoredQuestion extends Omit<NewQuestion, 'recipients'> {
  /** ISO 8601. */
  askedAt: string;
  /** ISO 8601. */
  answerUntil: string;
}

/**
 * Whom to tell: those who were not asked; or those to remind, who were asked
 * before a time, or of whom it is not known whether they were told what was to
 * be told before another.
 */
export type QuestionNotice =
  | { type: 'asked'; answerUntil: Date }
  | { type: 'reminded'; askedBefore: Date; untoldBefore: Date };

/**
 * Who is asked about licenses, and when they were. A question is open while an
 * item of it waits for an answer.
 */
export interface QuestionStore {
  /** Ids of started plans in which something waits for an answer, the oldest first. */
  campaigns(tenant: string): Promise<string[]>;
  /**
   * Ids of items that wait for an answer, of the first so many accounts after
   * one, by Graph id.
   *
   * @param options.asked - whether of those that somebody was asked about, or of
   *   those for which it is not known yet whom to ask
   */
  waiting(
    reclamationId: string,
    options: { asked: boolean; after: string; accounts: number },
  ): Promise<string[]>;
  /** When somebody was asked about licenses of accounts since a time, by another plan. */
  askedSince(
    tenant: string,
    accountIds: string[],
    options: { since: Date; besides: string },
  ): Promise<{ accountId: string; skuId: string; askedAt: string }[]>;
  /** Of these accounts, those that are present in the tenant and enabled. */
  enabledAccounts(
    tenant: string,
    accountIds: string[],
  ): Promise<{ id: string; userPrincipalName: string; email: string | null }[]>;
  /** Stores whom to ask; what is known of a license already stays. */
  add(questions: NewQuestion[]): Promise<void>;
  /** Entity refs of people with open questions whom to tell. */
  toTell(reclamationId: string, notice: QuestionNotice): Promise<string[]>;
  /**
   * Notes, before it is done, that a person is told of all their open questions
   * of a plan.
   *
   * @returns false when there is none to tell them of, or somebody else tells
   *   them; they must not be told then
   */
  claim(
    reclamationId: string,
    recipient: string,
    notice: QuestionNotice,
    at: Date,
  ): Promise<boolean>;
  /** Takes that back: they could not be told. */
  release(
    reclamationId: string,
    recipient: string,
    notice: QuestionNotice,
    at: Date,
  ): Promise<void>;
  /** Notes that a person was told of all they are asked. */
  told(reclamationId: string, recipient: string, at: Date): Promise<void>;
  /** The open questions of which a person is told, in the order of their accounts. */
  ofRecipient(
    reclamationId: string,
    recipient: string,
  ): Promise<StoredQuestion[]>;
  /**
   * Items that wait for an answer although the time for it has passed: that of
   * their question, or that of the plan where nobody was asked. At most so many.
   */
  overdue(
    reclamationId: string,
    at: Date,
    limit: number,
  ): Promise<{ itemId: string; told: boolean }[]>;
  /**
   * Open questions about any of these accounts, of those they manage, and of
   * members of these catalog groups; those to be answered first come first.
   */
  open(
    tenant: string,
    about: { accountIds: string[]; groups: string[] },
  ): Promise<StoredQuestion[]>;
  /** Open or not. */
  get(tenant: string, id: string): Promise<StoredQuestion | undefined>;
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
  /** Names of service plans by id. */
  servicePlanNames(): Promise<ReadonlyMap<string, string>>;
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

/** What was counted of a SKU on a day. */
export interface SkuSnapshot {
  skuId: string;
  /**
   * Whether its seats are given to people and it is not gone: only these count
   * in the seats of the tenant.
   */
  forPeople: boolean;
  bought: number;
  /** As Microsoft counts them. */
  assigned: number;
  /** Accounts that hold it. */
  statuses: Record<AssignmentStatus, number>;
  /** Opportunities. */
  candidates: number;
  annual: Money[];
  savings: Money[];
}

/** What was counted of the people whose home is a catalog group on a day. */
export interface GroupSnapshot {
  /** Entity ref; empty for accounts in no group. */
  groupRef: string;
  /** Licensed ones. */
  accounts: number;
  /** Of their licenses. */
  statuses: Record<AssignmentStatus, number>;
  /** Opportunities. */
  candidates: number;
  annual: Money[];
  savings: Money[];
}

/** What a history is of, where it is not the whole tenant. */
export type HistoryScope = { skuId: string } | { groups: string[] };

/** What a back-test counts. */
export interface BackTestOptions {
  /** YYYY-MM-DD. */
  on: string;
  withinDays: number;
  /** Days, each at least `SHORTEST_INACTIVITY`. */
  thresholds: readonly number[];
  graceDays: number;
  skuId?: string;
}

/** The project's own history: what was counted each day, and who came back. */
export interface HistoryStore {
  /**
   * Replaces what was counted on a day, YYYY-MM-DD, all of it or nothing.
   */
  save(
    tenant: string,
    day: string,
    counted: { skus: SkuSnapshot[]; groups: GroupSnapshot[] },
  ): Promise<void>;
  /** Takes other prices over into what was counted on a day. */
  reprice(
    tenant: string,
    day: string,
    prices: {
      skus: Pick<SkuSnapshot, 'skuId' | 'annual' | 'savings'>[];
      groups: Pick<GroupSnapshot, 'groupRef' | 'annual' | 'savings'>[];
    },
  ): Promise<void>;
  /**
   * The days with a snapshot from one day to another, both included, the
   * oldest first. Of groups, those given are added up; whoever asks gives those
   * below them, too.
   */
  days(
    tenant: string,
    range: { from: string; to: string },
    scope?: HistoryScope,
  ): Promise<HistoryDay[]>;
  /** The day of the first snapshot of the tenant's SKUs, of a SKU, or of any group. */
  firstDay(tenant: string, scope?: HistoryScope): Promise<string | null>;
  /** The times for which it is known who was active, the oldest first. */
  reportedTimes(tenant: string): Promise<ReportedTime[]>;
  /**
   * Counts licenses that are still held and were held before a day: those not
   * used on that day for longer than each threshold (or never, and assigned
   * longer ago than the grace time), and of these the ones that were used again
   * within some days. Says nothing of times that are not among
   * {@link HistoryStore.reportedTimes}.
   */
  backTest(
    tenant: string,
    options: BackTestOptions,
  ): Promise<BackTest['items']>;
}

/** A license of an account that could be taken back. */
export interface FoundCandidate {
  skuId: string;
  /** `opportunity` exactly when nothing holds it back. */
  state: CandidateState;
  /** At least one; the first decides. */
  reasons: CandidateReason[];
  heldBack: HeldBack[];
  /** Of the reason that decides, YYYY-MM-DD. */
  since: string | null;
  /** Whether the account holds it directly, alone or besides a group. */
  direct: boolean;
  /** Of the reason that decides: the license that contains it, or the smaller one. */
  otherSkuId: string | null;
}

/** What decides how much a candidate is worth; the same for many accounts. */
export interface CandidateKind {
  reason: CandidateReasonType;
  skuId: string;
  otherSkuId: string | null;
  /** Whether taking it back frees a seat, or swaps it for a cheaper one. */
  saves: boolean;
}

/** How many candidates of a kind there are. */
export interface CandidateCount extends CandidateKind {
  state: CandidateState;
  candidates: number;
}

/** A candidate as it is stored, with whose it is. */
export interface StoredCandidate extends FoundCandidate {
  account: {
    id: string;
    userPrincipalName: string;
    displayName: string;
    department: string | null;
  };
  /** As in {@link CandidateKind}. */
  saves: boolean;
}

export interface CandidateQuery extends PageRequest {
  text?: string;
  skuId?: string;
  department?: string;
  /** Entity refs of catalog groups: only members of one of them. */
  groups?: string[];
  /** That decides. */
  reason?: CandidateReasonType;
  state?: CandidateState;
  sort: 'displayName' | 'since' | 'value';
  order: 'asc' | 'desc';
  visible?: AccountCondition;
}

/** What could be taken back, as the last evaluation found it. */
export interface CandidateStore {
  /**
   * Replaces the candidates of these accounts; rows that stay the same are not
   * written.
   *
   * @param seatValues - as for {@link CandidateStore.revalue}, for candidates
   *   that are new; the others keep their place until then
   * @returns how many candidates are new, are none any more, or have another
   *   state, deciding reason or path; evidence that only became newer is not
   *   counted
   */
  storeFor(
    tenant: string,
    found: {
      account: Pick<EvaluatedAccount, 'number' | 'displayName' | 'department'>;
      candidates: FoundCandidate[];
    }[],
    seatValues?: ReadonlyMap<string, number>,
  ): Promise<{ added: number; removed: number; changed: number }>;
  /** Counts the candidates by kind and state anew. */
  recount(tenant: string): Promise<void>;
  /** As {@link CandidateStore.recount} found them. */
  counts(tenant: string): Promise<CandidateCount[]>;
  /**
   * Sets what candidates are sorted by where they are sorted by value: call it
   * after {@link CandidateStore.storeFor}, and when prices change.
   *
   * @param seatValues - what a seat costs a year by SKU id, in one currency;
   *   SKUs without a price are left out
   */
  revalue(
    tenant: string,
    seatValues: ReadonlyMap<string, number>,
  ): Promise<void>;
  list(tenant: string, query: CandidateQuery): Promise<PageOf<StoredCandidate>>;
  /** Of accounts by Graph id, the strongest reason of each account first. */
  ofAccounts(tenant: string, accountIds: string[]): Promise<StoredCandidate[]>;
}

/** What an exemption holds back: all that is given must fit. */
export interface ExemptionScope {
  /** Graph id. */
  accountId: string | null;
  /** Entity ref of a catalog group; members of those below it are meant as well. */
  group: string | null;
  skuId: string | null;
}

/** An exemption that holds today. */
export interface ActiveExemption extends ExemptionScope {
  id: string;
  reason: string;
  /** Entity ref. */
  owner: string;
  /** The first day on which it no longer holds, YYYY-MM-DD. */
  expiresOn: string | null;
}

/** An exemption as it is stored. */
export interface StoredExemption extends Omit<ActiveExemption, 'accountId'> {
  /** Null where it is for no single account. */
  account: {
    id: string;
    userPrincipalName: string;
    displayName: string;
  } | null;
  /** Entity ref. */
  createdBy: string;
  /** ISO 8601. */
  createdAt: string;
}

/** What people hold back from being taken back; no sync ever changes it. */
export interface ExemptionStore {
  /** Those that hold on a day, YYYY-MM-DD. */
  active(tenant: string, today: string): Promise<ActiveExemption[]>;
  /** The newest first, expired ones included. */
  list(tenant: string, page: PageRequest): Promise<PageOf<StoredExemption>>;
  create(
    tenant: string,
    exemption: Omit<ActiveExemption, 'id'>,
    by: { createdBy: string; at: Date },
  ): Promise<StoredExemption>;
  /** Ends an exemption; undefined when there is none of this id. */
  remove(tenant: string, id: string): Promise<StoredExemption | undefined>;
}

/** Every store of the plugin's database. */
export interface Stores {
  candidates: CandidateStore;
  exemptions: ExemptionStore;
  history: HistoryStore;
  products: ProductStore;
  terms: TermStore;
  rates: RateStore;
  tenants: TenantStore;
  authorizations: AuthorizationStore;
  connections: ConnectionStore;
  accounts: AccountStore;
  activity: ActivityStore;
  assignments: AssignmentStore;
  suspicious: SuspiciousActivityStore;
  licenses: LicenseStore;
  evaluation: EvaluationStore;
  catalogGroups: CatalogGroupStore;
  taskRuns: TaskRunStore;
  reclamations: ReclamationStore;
  reclamationSwitch: ReclamationSwitchStore;
  questions: QuestionStore;
  policies: PolicyStore;
}
