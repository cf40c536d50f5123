import type { DirectoryRole } from '../permissions';
import { Service } from './services';

/** What an account is in the story of the tenant; Graph never tells. */
export type AccountKind =
  | 'staff'
  | 'frontline'
  | 'part-timer'
  | 'new-starter'
  | 'on-leave'
  | 'inactive'
  | 'never-active'
  | 'leaver-licensed'
  | 'leaver-cleaned'
  | 'guest'
  | 'shared-mailbox'
  | 'service-account'
  | 'break-glass';

/** One path by which an account holds a SKU: Graph's `licenseAssignmentState`. */
export interface Assignment {
  readonly skuId: string;
  /** The group that grants it; null when assigned directly. */
  readonly assignedByGroup: string | null;
  /** Ids of the service plans switched off. */
  readonly disabledPlans: readonly string[];
  readonly state: 'Active' | 'ActiveWithError' | 'Disabled' | 'Error';
  readonly error:
    | 'None'
    | 'CountViolation'
    | 'MutuallyExclusiveViolation'
    | 'DependencyViolation'
    | 'ProhibitedInUsageLocationViolation'
    | 'UniquenessViolation'
    | 'Other';
  /** ISO 8601, UTC. */
  readonly lastUpdatedDateTime: string;
}

/** Sign-ins as ISO 8601 in UTC; the last one moves on failed attempts too. */
export interface SignIns {
  readonly lastSignIn: string;
  readonly lastNonInteractive: string | null;
  readonly lastSuccessful: string | null;
}

export type MailClient =
  | 'Mail For Mac'
  | 'Outlook For Mac'
  | 'Outlook For Windows'
  | 'Outlook For Mobile'
  | 'Other For Mobile'
  | 'Outlook For Web'
  | 'POP3 App'
  | 'IMAP4 App'
  | 'SMTP App';

/** One account. Change it through the methods of `Tenant` only: answers are cached. */
export interface Account {
  /** Its place in listings; grows with every account added. */
  readonly sequence: number;
  readonly id: string;
  readonly kind: AccountKind;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly mail: string | null;
  readonly accountEnabled: boolean;
  readonly userType: 'Member' | 'Guest';
  readonly department: string | null;
  readonly jobTitle: string | null;
  readonly officeLocation: string | null;
  readonly companyName: string | null;
  readonly country: string | null;
  readonly usageLocation: string | null;
  readonly employeeType: string | null;
  /** The account id of the person's manager. */
  readonly managerId: string | null;
  /** ISO 8601, UTC. */
  readonly createdDateTime: string;
  readonly signIns: SignIns | null;
  /** What the person may do when signed in, besides the application's permissions. */
  readonly directoryRoles: readonly DirectoryRole[];
  readonly assignments: readonly Assignment[];
  /** Day of last activity (`YYYY-MM-DD`) per service. */
  readonly activity: Readonly<Partial<Record<Service, string>>>;
  /** The clients mail was last read with. */
  readonly mailClients: readonly MailClient[];
  /** Day (`YYYY-MM-DD`) of the soft deletion; null while it exists. */
  readonly deletedDate: string | null;
}

/** A row of the reports that belongs to no account. */
export interface Stranger {
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly activity: Account['activity'];
}

export interface Group {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly groupTypes: readonly string[];
  readonly membershipRule: string | null;
  readonly onPremisesSyncEnabled: boolean | null;
  /** SKU ids the group grants to its members. */
  readonly skuIds: readonly string[];
  /** Ids of the accounts that own it. */
  readonly ownerIds: readonly string[];
}

export type SubscriptionStatus =
  | 'Enabled'
  | 'Warning'
  | 'Suspended'
  | 'LockedOut'
  | 'Deleted';

/** One purchase of a SKU; a SKU can have several. */
export interface Subscription {
  readonly id: string;
  readonly commerceSubscriptionId: string;
  readonly skuId: string;
  readonly createdDateTime: string;
  readonly nextLifecycleDateTime: string | null;
  readonly isTrial: boolean;
  readonly status: SubscriptionStatus;
  readonly totalLicenses: number;
}

/** A product the tenant has, its seats counted over its subscriptions. */
export interface Sku {
  readonly skuId: string;
  readonly skuPartNumber: string;
  readonly displayName: string;
  readonly appliesTo: 'User' | 'Company';
  readonly capabilityStatus: SubscriptionStatus;
  readonly prepaidUnits: {
    readonly enabled: number;
    readonly suspended: number;
    readonly warning: number;
    readonly lockedOut: number;
  };
  readonly consumedUnits: number;
  readonly subscriptionIds: readonly string[];
}
