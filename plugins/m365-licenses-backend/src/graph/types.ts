/**
 * What the rest of the backend knows of Microsoft Graph: a connection to one
 * tenant, and the records it reads. Every record was parsed; one that could
 * not be is reported as malformed instead of being passed on.
 */
import type { GraphError } from './errors';

/** A row or record that could not be read; neither fatal nor silent. */
export interface Malformed {
  /** Where it stood, for example `getOffice365ActiveUserDetail line 17`. */
  place: string;
  /** What is wrong with it, naming the field; holds no whole row. */
  problem: string;
}

/** How an account holds a SKU: one entry of `licenseAssignmentStates`. */
export interface GraphAssignment {
  skuId: string;
  /** The id of the group that grants it, null when it is assigned directly. */
  assignedByGroup: string | null;
  /** Active, ActiveWithError, Disabled or Error. */
  state: string;
  /** Microsoft's word for what is wrong, null for "None". */
  error: string | null;
  disabledPlans: string[];
  /** When it was last changed, ISO 8601. */
  lastUpdatedDateTime: string | null;
}

/** An account as `/users` gives it. Times are ISO 8601. */
export interface GraphUser {
  id: string;
  userPrincipalName: string;
  displayName: string;
  mail: string | null;
  givenName: string | null;
  surname: string | null;
  userType: 'member' | 'guest';
  accountEnabled: boolean;
  department: string | null;
  jobTitle: string | null;
  companyName: string | null;
  officeLocation: string | null;
  country: string | null;
  usageLocation: string | null;
  createdDateTime: string | null;
  /** The last successful sign-in; null where never, or where not asked for. */
  lastSuccessfulSignInDateTime: string | null;
  /** Every path of every SKU. */
  assignments: GraphAssignment[];
}

/** One page of `/users`. */
export interface GraphUserPage {
  users: GraphUser[];
  malformed: Malformed[];
}

export type GraphCapabilityStatus =
  | 'Enabled'
  | 'Warning'
  | 'Suspended'
  | 'LockedOut'
  | 'Deleted';

/** A SKU as `/subscribedSkus` gives it. */
export interface GraphSku {
  skuId: string;
  skuPartNumber: string;
  appliesTo: 'User' | 'Company';
  capabilityStatus: GraphCapabilityStatus;
  consumedUnits: number;
  prepaidUnits: {
    enabled: number;
    suspended: number;
    warning: number;
    lockedOut: number;
  };
  servicePlans: {
    servicePlanId: string;
    servicePlanName: string;
    /** Who gets it; null where Microsoft does not say. */
    appliesTo: 'User' | 'Company' | null;
  }[];
}

/** A subscription as `/directory/subscriptions` gives it. */
export interface GraphSubscription {
  id: string;
  skuId: string;
  status: GraphCapabilityStatus;
  totalLicenses: number;
  isTrial: boolean;
  createdDateTime: string | null;
  nextLifecycleDateTime: string | null;
}

/** A group as `/groups/{id}` gives it. */
export interface GraphGroup {
  id: string;
  displayName: string;
}

/** A person, named. */
export interface GraphPerson {
  id: string;
  userPrincipalName: string;
  displayName: string;
}

/** A group that grants licenses. */
export interface GraphLicensingGroup extends GraphGroup {
  /** `dynamic`: a rule decides who is a member. */
  membership: 'assigned' | 'dynamic';
  /** Whether it is synced from on premises, where alone it can be changed. */
  onPremises: boolean;
  /** The SKUs it grants. */
  skuIds: string[];
  /** People who own it. */
  owners: GraphPerson[];
}

/** A change of the directly assigned licenses of one account. */
export interface LicenseChange {
  userId: string;
  add: { skuId: string; disabledPlans: string[] }[];
  /** SKU ids. */
  remove: string[];
}

/** A change of who is a member of a group. */
export interface MembershipChange {
  groupId: string;
  userId: string;
  change: 'add' | 'remove';
}

/** What came of a change. */
export interface ChangeResult {
  requestId: string | null;
  /** Where it was not done, or nobody knows: see `isUncertain`. */
  error?: GraphError;
}

/** Dates are calendar days, YYYY-MM-DD. */
export interface ActiveUserRow {
  /** The line of the report, counted from 1 for the header. */
  line: number;
  reportRefreshDate: string;
  userPrincipalName: string;
  displayName: string | null;
  isDeleted: boolean;
  /** Last activity per service; Outlook is not in this report. */
  lastActivityDates: Record<
    | 'exchange'
    | 'oneDrive'
    | 'sharePoint'
    | 'skypeForBusiness'
    | 'yammer'
    | 'teams',
    string | null
  >;
}

/** Dates are calendar days, YYYY-MM-DD. */
export interface EmailAppUsageRow {
  line: number;
  reportRefreshDate: string;
  userPrincipalName: string;
  displayName: string | null;
  isDeleted: boolean;
  /** Last activity date where any Outlook client was used, else null. */
  outlookLastActivityDate: string | null;
}

/** How far back a report looks, in days. */
export type ReportPeriod = 'D7' | 'D30' | 'D90' | 'D180';

/** A batch of rows of a report, in the report's order. */
export interface ReportBatch<Row> {
  rows: Row[];
  malformed: Malformed[];
}

/**
 * Reading a report: batches of parsed rows.
 *
 * @remarks Iterating throws a {@link GraphError} of kind `report` when a
 * column it needs is missing, or when the download ends before the file does.
 */
export type ReportStream<Row> = AsyncIterable<ReportBatch<Row>>;

export interface RequestOptions {
  signal?: AbortSignal;
}

/** Where a PEM certificate and its private key are: each inline or in a file. */
export interface CertificateSource {
  certificate?: string;
  certificatePath?: string;
  privateKey?: string;
  privateKeyPath?: string;
  /** Of an encrypted private key. */
  passphrase?: string;
}

/** How an application proves who it is. */
export type ClientCredential =
  | { type: 'clientSecret'; clientSecret: string }
  | { type: 'clientCertificate'; source: CertificateSource };

/** How a connection gets its tokens. */
export type Credential =
  | ClientCredential
  /** A person signed in; the application proves itself as well. */
  | { type: 'authorizationCode'; client: ClientCredential }
  | {
      type: 'managedIdentity';
      /** The client id of a user-assigned identity; the system's own without. */
      identityClientId?: string;
      /**
       * Where the identity does not hold the permissions itself but stands in
       * for the application as its federated credential: by a token of the
       * identity, or by one in a file that the platform keeps fresh.
       */
      federation?: { type: 'identity' } | { type: 'file'; path: string };
    };

/** One set of credentials of a tenant; addresses were checked before. */
export interface ConnectionConfig {
  /** The tenant's name in the configuration. */
  name: string;
  tenantId: string;
  /** Undefined for a managed identity that holds the permissions itself. */
  clientId?: string;
  credential: Credential;
  /** For example https://login.microsoftonline.com. */
  authority: string;
  /** For example https://graph.microsoft.com. */
  target: string;
}

/** Microsoft refused the credentials: nobody asks again before `retryAt`. */
export interface Refusal {
  message: string;
  /** For example `AADSTS7000222`. */
  code: string | null;
  mend: string | null;
  requestId: string | null;
  /** ISO 8601. */
  since: string;
  /** ISO 8601. */
  retryAt: string;
}

/** Remembers, for all replicas, that Microsoft refused the credentials. */
export interface RefusalMemory {
  current(): Promise<Refusal | undefined>;
  /** Keeps `since` of an earlier refusal with the same code. */
  remember(
    refusal: Pick<Refusal, 'message' | 'code' | 'mend' | 'requestId'>,
    at: Date,
  ): Promise<void>;
  forget(): Promise<void>;
}

/** Keeps what a person's sign-in gave, encrypted, for all replicas. */
export interface TokenVault {
  /** The kept token cache; undefined when nobody signed in. */
  read(): Promise<string | undefined>;
  /**
   * Renews what is kept: of all callers in all replicas one at a time. What
   * `work` returns as `keep` replaces what was kept, unless it was forgotten or
   * replaced by a new sign-in meanwhile. When `work` throws, nothing changes.
   */
  renew<T>(
    work: (kept: string | undefined) => Promise<{ keep?: string; result: T }>,
  ): Promise<T>;
}

/** What an access token says about whom Microsoft takes us for. */
export interface TokenFacts {
  kind: 'application' | 'delegated';
  tenantId: string | null;
  clientId: string | null;
  applicationName: string | null;
  /** Who signed in; null for an application. */
  userPrincipalName: string | null;
  /** Application permissions (roles) or delegated ones (scopes). */
  permissions: string[];
  /** Template ids of the directory roles of who signed in; null where the token does not say. */
  roleTemplateIds: string[] | null;
  /** ISO 8601. */
  expiresAt: string | null;
}

/** What a person's sign-in gave. */
export interface SignIn {
  /** For a {@link TokenVault}; holds tokens. */
  tokenCache: string;
  tenantId: string;
  userPrincipalName: string;
  displayName: string | null;
  scopes: string[];
}

/** The two legs of signing in (OAuth 2.0 authorization code with PKCE). */
export interface AuthorizationCodeFlow {
  /** @returns the address at Microsoft to go to, and what redeeming will need */
  begin(options: {
    redirectUri: string;
    state: string;
    nonce: string;
    /** Delegated permissions by name, for example `User.Read.All`. */
    permissions: string[];
  }): Promise<{ url: string; codeVerifier: string }>;
  /**
   * Redeems the code that Microsoft sent back.
   *
   * @throws GraphError of kind `credential`, `network` or `throttled`; when the
   *   answer's nonce is not the one given, `credential`
   */
  redeem(options: {
    code: string;
    codeVerifier: string;
    nonce: string;
    redirectUri: string;
    permissions: string[];
  }): Promise<SignIn>;
}

/** One tenant of Microsoft 365. All calls throw {@link GraphError}. */
export interface GraphConnection {
  /**
   * Every account of the tenant, a page at a time; the next page is asked for
   * as soon as its link is known, while the caller still stores this one.
   *
   * @param options.signIns - also select `signInActivity`, which needs Entra
   *   ID P1 and AuditLog.Read.All, and makes the whole listing fail without
   */
  users(
    options: RequestOptions & { signIns: boolean },
  ): AsyncIterable<GraphUserPage>;
  /** One account by id or user principal name, with its assignments. */
  user(idOrPrincipalName: string, options?: RequestOptions): Promise<GraphUser>;
  subscribedSkus(
    options?: RequestOptions,
  ): Promise<{ skus: GraphSku[]; malformed: Malformed[] }>;
  subscriptions(
    options?: RequestOptions,
  ): Promise<{ subscriptions: GraphSubscription[]; malformed: Malformed[] }>;
  /** Whether the tenant conceals names in reports. */
  reportSettings(
    options?: RequestOptions,
  ): Promise<{ displayConcealedNames: boolean }>;
  group(id: string, options?: RequestOptions): Promise<GraphGroup>;
  /**
   * Whom Microsoft takes us for, by an access token that is asked for now: it
   * shows that the credential still works, and permissions granted lately.
   *
   * @throws GraphError of kind `answer` when the token cannot be read
   */
  identity(options?: RequestOptions): Promise<TokenFacts>;
  /**
   * The tenant's own record, which any permission to read the directory opens.
   * `serverTime` (ISO 8601) is Microsoft's clock, to the second.
   */
  organization(options?: RequestOptions): Promise<{
    id: string;
    displayName: string;
    serverTime: string | null;
  }>;
  /**
   * Reads one account with its sign-in activity.
   *
   * @throws GraphError of kind `premium` where the tenant's plan lacks it, of
   *   kind `permission` where AuditLog.Read.All is missing
   */
  probeSignInActivity(options?: RequestOptions): Promise<void>;
  activeUserDetail(
    period: ReportPeriod,
    options?: RequestOptions,
  ): ReportStream<ActiveUserRow>;
  emailAppUsageDetail(
    period: ReportPeriod,
    options?: RequestOptions,
  ): ReportStream<EmailAppUsageRow>;
  /** As `user`, for many at once: each account, or why it could not be read. */
  usersById(
    ids: string[],
    options?: RequestOptions,
  ): Promise<Map<string, GraphUser | GraphError>>;
  /** The account of each person's manager; null where there is none, an error where it could not be read. */
  managersOf(
    ids: string[],
    options?: RequestOptions,
  ): Promise<Map<string, GraphPerson | null | GraphError>>;
  /** What taking a person out of a group would mean for licenses. */
  licensingGroup(
    id: string,
    options?: RequestOptions,
  ): Promise<GraphLicensingGroup>;
  /**
   * Changes the directly assigned licenses of accounts, of each all or nothing;
   * one that is refused stops no other. Those that Microsoft throttles are asked
   * for again as it says. Only reclamation calls this.
   *
   * @param changes - each for another account
   * @returns what came of each, in the same order
   * @throws GraphError where there was no answer for all of them: whether
   *   something was done is not known then where `isUncertain` says so
   */
  changeLicenses(
    changes: LicenseChange[],
    options?: RequestOptions,
  ): Promise<ChangeResult[]>;
  /**
   * As `changeLicenses`, for who is a member of a group. Who is one already
   * counts as added, and who is none as removed. Only reclamation calls this.
   */
  changeMemberships(
    changes: MembershipChange[],
    options?: RequestOptions,
  ): Promise<ChangeResult[]>;
}
