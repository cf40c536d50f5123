import type { components } from './openapi/openapi.generated';

type Schemas = components['schemas'];

/** A configured Microsoft 365 tenant. @public */
export type Tenant = Schemas['Tenant'];
/** A tenant with its counts and what is wrong with it now. @public */
export type TenantOverview = Schemas['TenantOverview'];
/** How a tenant is connected, and what its check-up found. @public */
export type Connection = Schemas['Connection'];
/** Whether a tenant's connection works. @public */
export type ConnectionStatus = Schemas['ConnectionStatus'];
/** What credentials are for. @public */
export type ConnectionPurpose = Schemas['ConnectionPurpose'];
/** How one of a tenant's credentials signs in, without any secret. @public */
export type ConnectionCredential = Schemas['ConnectionCredential'];
/** What the check-up of a connection found, and when. @public */
export type CheckUp = Schemas['CheckUp'];
/** One thing that the check-up looked at, and what mends it. @public */
export type Finding = Schemas['Finding'];
/** What a finding is about. @public */
export type FindingId = Schemas['FindingId'];
/** Whether what the check-up looked at is as it should be. @public */
export type FindingStatus = Schemas['FindingStatus'];
/** Activity that was stored under concealed names. @public */
export type ConcealedActivity = Schemas['ConcealedActivity'];
/** What is wrong, and what to do. @public */
export type Problem = Schemas['Problem'];
/** The name of an integration task, as in addresses. @public */
export type SyncTaskName = Schemas['SyncTaskName'];
/** An integration task with its state. @public */
export type Task = Schemas['Task'];
/** One run of an integration task, as the ledger keeps it. @public */
export type TaskRun = Schemas['TaskRun'];
/** How a task run ended, or that it has not. @public */
export type TaskRunStatus = Schemas['TaskRunStatus'];
/** The rows a task run handled. @public */
export type TaskRunCounts = Schemas['TaskRunCounts'];
/** One of the seven services whose use is observed. @public */
export type Service = Schemas['Service'];
/** The activity status of an account. @public */
export type ActivityStatus = Schemas['ActivityStatus'];
/** The activity status of a licensed account in one service or in all. @public */
export type ServiceActivityStatus = Schemas['ServiceActivityStatus'];
/** The last activity in one service. @public */
export type ServiceActivity = Schemas['ServiceActivity'];
/** How many licensed accounts use a service. @public */
export type ServiceCounts = Schemas['ServiceCounts'];
/** An account of the roster. @public */
export type Account = Schemas['Account'];
/** Whether an account belongs to the organization or is a guest. @public */
export type UserType = Schemas['UserType'];
/** A license that an account holds, with each path it holds it by. @public */
export type AssignedLicense = Schemas['AssignedLicense'];
/** How an account holds a license: directly, or by a group. @public */
export type AssignmentPath = Schemas['AssignmentPath'];
/** An account with its licenses and the seven services. @public */
export type AccountDetail = Schemas['AccountDetail'];
/** An account's last activity in each service. @public */
export type AccountActivity = Schemas['AccountActivity'];
/** A SKU of a tenant with its seats and subscriptions. @public */
export type License = Schemas['License'];
/** Whether a license is used, by the services it contains. @public */
export type AssignmentStatus = Schemas['AssignmentStatus'];
/** A SKU with its terms, and how what is known of it fits together. @public */
export type LicenseDetail = Schemas['LicenseDetail'];
/** What Microsoft says of a SKU beside what people entered. @public */
export type Reconciliation = Schemas['Reconciliation'];
/** An amount in a currency; exact. @public */
export type Money = Schemas['Money'];
/** How often a cost is paid. @public */
export type PaymentFrequency = Schemas['PaymentFrequency'];
/** What a SKU costs in a time, as people entered it. @public */
export type Term = Schemas['Term'];
/** A term as it is entered. @public */
export type TermInput = Schemas['TermInput'];
/** The terms of a SKU. @public */
export type Terms = Schemas['Terms'];
/** A term and the SKU it is about. @public */
export type SkuTerm = Schemas['SkuTerm'];
/** What an import of terms changes. @public */
export type TermsImport = Schemas['TermsImport'];
/** What a SKU costs a year. @public */
export type SkuSpend = Schemas['SkuSpend'];
/** What a part of the spend is used for. @public */
export type SpendUse = Schemas['SpendUse'];
/** The annual spend of a tenant. @public */
export type Spend = Schemas['Spend'];
/** A part of the spend: accounts, seats by use, and what they cost. @public */
export type SpendPart = Schemas['SpendPart'];
/** What accounts have in common that spend is split by. @public */
export type SpendDimension = Schemas['SpendDimension'];
/** Where the annual spend goes. @public */
export type SpendBy = Schemas['SpendBy'];
/** All currencies of the spend in one. @public */
export type ConvertedSpend = Schemas['ConvertedSpend'];
/** What one unit of a currency is worth, as people entered it. @public */
export type ExchangeRate = Schemas['ExchangeRate'];
/** The currency to convert to, and the rates. @public */
export type ExchangeRates = Schemas['ExchangeRates'];
/** What the licenses of a catalog group cost. @public */
export type EntitySpend = Schemas['EntitySpend'];
/** What was bought, assigned, used and spent, day by day. @public */
export type History = Schemas['History'];
/** One day of the history. @public */
export type HistoryDay = Schemas['HistoryDay'];
/** When the seats of a SKU run out. @public */
export type Forecast = Schemas['Forecast'];
/** How right thresholds would have been. @public */
export type BackTest = Schemas['BackTest'];
/** What changed on the Overview in about 30 days. @public */
export type OverviewChanges = Schemas['OverviewChanges'];
/** A SKU and its product name. @public */
export type SkuRef = Schemas['SkuRef'];
/** A license that could be taken back, with its evidence. @public */
export type Candidate = Schemas['Candidate'];
/** Why a license could be taken back. @public */
export type CandidateReasonType = Schemas['CandidateReasonType'];
/** One reason of a candidate, with its evidence. @public */
export type CandidateReason = Schemas['CandidateReason'];
/** Whether a candidate can be taken back, or is held back. @public */
export type CandidateState = Schemas['CandidateState'];
/** Why a candidate is held back. @public */
export type HeldBack = Schemas['HeldBack'];
/** How many candidates there are, and what they are worth. @public */
export type CandidateCounts = Schemas['CandidateCounts'];
/** The candidates by reason and by SKU. @public */
export type CandidateSummary = Schemas['CandidateSummary'];
/** A smaller license that could serve holders of a larger one. @public */
export type Downgrade = Schemas['Downgrade'];
/** What is held back from being taken back. @public */
export type Exemption = Schemas['Exemption'];
/** An exemption as it is entered. @public */
export type ExemptionInput = Schemas['ExemptionInput'];
/** A license that an account holds by one path. @public */
export type Assignment = Schemas['Assignment'];
/** Name, type and seats of a SKU as people enter them. @public */
export type LicenseInput = Schemas['LicenseInput'];
/** What renews or ends, and when. @public */
export type Renewal = Schemas['Renewal'];
/** A subscription that seats of a SKU come from. @public */
export type Subscription = Schemas['Subscription'];
/** The status of a SKU or subscription in Microsoft's words. @public */
export type CapabilityStatus = Schemas['CapabilityStatus'];
/** Activity that does not add up. @public */
export type SuspiciousActivity = Schemas['SuspiciousActivity'];
/** Why activity is suspicious, or that somebody accepted it. @public */
export type SuspiciousActivityType = Schemas['SuspiciousActivityType'];
/** An account found by user principal name or email. @public */
export type AccountMatch = Schemas['AccountMatch'];
/** An account and the User entity it belongs to. @public */
export type EntityAccount = Schemas['EntityAccount'];
/** What the card of a User or Group entity shows. @public */
export type EntityLicenses = Schemas['EntityLicenses'];
/** A request to plan a reclamation. @public */
export type ReclamationRequest = Schemas['ReclamationRequest'];
/** Which candidates a reclamation or a list is about. @public */
export type CandidateFilter = Schemas['CandidateFilter'];
/** A plan and how far it is; what was put back is a plan of its own. @public */
export type Reclamation = Schemas['Reclamation'];
/** Whether licenses are taken back or put back. @public */
export type ReclamationKind = Schemas['ReclamationKind'];
/** Whether people are asked first. @public */
export type ReclamationMode = Schemas['ReclamationMode'];
/** How far a plan is. @public */
export type ReclamationStatus = Schemas['ReclamationStatus'];
/** What a person may do with a plan. @public */
export type ReclamationAction = Schemas['ReclamationAction'];
/** How many licenses of a plan have an outcome, and what they cost. @public */
export type ReclamationCount = Schemas['ReclamationCount'];
/** What a plan would hold. @public */
export type ReclamationPreview = Schemas['ReclamationPreview'];
/** One license of a reclamation. @public */
export type ReclamationItem = Schemas['ReclamationItem'];
/** What was known of a license when its removal was planned. @public */
export type ReclamationEvidence = Schemas['ReclamationEvidence'];
/** How an account held a license when its removal was planned. @public */
export type PlannedPath = Schemas['PlannedPath'];
/** Whether a person could be taken out of a group for a license. @public */
export type GroupLeaving = Schemas['GroupLeaving'];
/** What became of one license of a reclamation. @public */
export type ReclamationOutcome = Schemas['ReclamationOutcome'];
/** Something that happened to a plan, as the history keeps it. @public */
export type ReclamationEvent = Schemas['ReclamationEvent'];
/** What happened to a plan. @public */
export type ReclamationEventType = Schemas['ReclamationEventType'];
/** Whether what was taken back can be put back. @public */
export type RestoreCheck = Schemas['RestoreCheck'];
/** What was saved by taking licenses back. @public */
export type ReclamationSavings = Schemas['ReclamationSavings'];
/** Whether taking licenses back is stopped for a tenant. @public */
export type ReclamationSwitch = Schemas['ReclamationSwitch'];
/** A license that a person is asked about. @public */
export type Question = Schemas['Question'];
/** What a person answered. @public */
export type Answer = Schemas['Answer'];
/** What comes of an answer. @public */
export type Answered = Schemas['Answered'];
/** A standing rule by which licenses are taken back. @public */
export type Policy = Schemas['Policy'];
/** A policy as it is entered. @public */
export type PolicyInput = Schemas['PolicyInput'];
/** Whether a policy acts, only reports, or rests. @public */
export type PolicyState = Schemas['PolicyState'];
/** When a policy takes nothing back and asks nobody. @public */
export type QuietHours = Schemas['QuietHours'];
/** An account, named. @public */
export type AccountRef = Schemas['AccountRef'];

/**
 * Reasons of candidates that a policy can be about. A deleted account has nothing
 * to take, and for a downgrade a person assigns the smaller license.
 *
 * @public
 */
export const POLICY_REASONS = [
  'disabled',
  'overlap',
  'directAndGroup',
  'neverActive',
  'inactive',
] as const satisfies readonly CandidateReasonType[];

/**
 * Outcomes in the order in which they are shown: not yet, done, left alone, not
 * done.
 *
 * @public
 */
export const RECLAMATION_OUTCOMES = [
  'planned',
  'awaitingUser',
  'scheduled',
  'running',
  'reclaimed',
  'restored',
  'alreadyGone',
  'alreadyThere',
  'inheritedFromGroup',
  'heldBack',
  'exempted',
  'activeSince',
  'changed',
  'kept',
  'notAsked',
  'canceled',
  'conflict',
  'notPermitted',
  'notFound',
  'throttled',
  'noSeat',
  'noUsageLocation',
  'failed',
] as const satisfies readonly ReclamationOutcome[];

/** Outcomes that are not final. @public */
export const OPEN_OUTCOMES = [
  'planned',
  'awaitingUser',
  'scheduled',
  'running',
] as const satisfies readonly ReclamationOutcome[];

/** Final outcomes that mean that something was to be done and was not. @public */
export const FAILED_OUTCOMES = [
  'conflict',
  'notPermitted',
  'notFound',
  'throttled',
  'noSeat',
  'noUsageLocation',
  'failed',
] as const satisfies readonly ReclamationOutcome[];

/** Statuses of a plan in the order in which it goes through them. @public */
export const RECLAMATION_STATUSES = [
  'planned',
  'approved',
  'asking',
  'scheduled',
  'running',
  'paused',
  'finished',
  'canceled',
  'expired',
  'dryRun',
] as const satisfies readonly ReclamationStatus[];

/**
 * The seven services, in the order in which they are shown everywhere.
 *
 * @public
 */
export const SERVICES = [
  'exchange',
  'teams',
  'oneDrive',
  'outlook',
  'sharePoint',
  'skypeForBusiness',
  'yammer',
] as const satisfies readonly Service[];

/**
 * The integration tasks, in the order in which they are shown.
 *
 * @public
 */
export const SYNC_TASKS = [
  'application-roster',
  'application-access',
  'license-information',
] as const satisfies readonly SyncTaskName[];

/**
 * The statuses of a license that an account holds, in the order in which they
 * are shown.
 *
 * @public
 */
export const ASSIGNMENT_STATUSES = [
  'active',
  'inactive',
  'neverActive',
  'inGrace',
  'notMeasurable',
  'unknown',
] as const satisfies readonly AssignmentStatus[];

/**
 * What people enter of a term, in the order of the file that is exported and
 * imported.
 *
 * @public
 */
export const TERM_FIELDS = [
  'subscriptionId',
  'cost',
  'currency',
  'frequency',
  'quantity',
  'effectiveDate',
  'expirationDate',
  'purchaseIdentifier',
  'notes',
  'administrator',
] as const satisfies readonly (keyof TermInput)[];

/**
 * Why a license could be taken back, the strongest reason first: the first of a
 * candidate's reasons decides.
 *
 * @public
 */
export const CANDIDATE_REASONS = [
  'deleted',
  'disabled',
  'overlap',
  'directAndGroup',
  'neverActive',
  'inactive',
  'downgrade',
] as const satisfies readonly CandidateReasonType[];

/**
 * The types of suspicious activities, in the order in which they are shown.
 *
 * @public
 */
export const SUSPICIOUS_ACTIVITY_TYPES = [
  'unknown',
  'unauthorized',
  'unrecognized',
  'recognized',
] as const satisfies readonly SuspiciousActivityType[];

/**
 * What spend can be split by, in the order in which it is offered.
 *
 * @public
 */
export const SPEND_DIMENSIONS = [
  'department',
  'country',
  'company',
  'group',
] as const satisfies readonly SpendDimension[];

/**
 * How often a cost is paid, the most often first.
 *
 * @public
 */
export const PAYMENT_FREQUENCIES = [
  'monthly',
  'quarterly',
  'semiannually',
  'annually',
  'every18Months',
  'biannually',
  'triennially',
  'once',
] as const satisfies readonly PaymentFrequency[];

/**
 * The activity statuses of an account, in the order in which they are shown.
 *
 * @public
 */
export const ACTIVITY_STATUSES = [
  'active',
  'inactive',
  'neverActive',
  'inGrace',
  'unknown',
  'unlicensed',
] as const satisfies readonly ActivityStatus[];
