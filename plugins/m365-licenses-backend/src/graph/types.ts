/**
 * What the rest of the backend knows of Microsoft Graph: a connection to one
 * tenant, and the records it reads. Every record was parsed; one that could
 * not be is reported as malformed instead of being passed on.
 */

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
  servicePlans: { servicePlanId: string; servicePlanName: string }[];
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
  activeUserDetail(
    period: ReportPeriod,
    options?: RequestOptions,
  ): ReportStream<ActiveUserRow>;
  emailAppUsageDetail(
    period: ReportPeriod,
    options?: RequestOptions,
  ): ReportStream<EmailAppUsageRow>;
  /**
   * Takes directly assigned SKUs from an account: Microsoft does all of them
   * or none. Only reclamation calls this.
   *
   * @returns Microsoft's request-id
   */
  removeLicenses(
    userId: string,
    skuIds: string[],
    options?: RequestOptions,
  ): Promise<{ requestId: string | null }>;
}
