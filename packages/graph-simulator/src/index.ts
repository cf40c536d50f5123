/**
 * A Microsoft 365 tenant on loopback: what Microsoft Graph answers, for
 * demonstration, tests and benchmarks.
 *
 * @packageDocumentation
 */

export { CAST } from './cast';
export type { CastMember } from './cast';
export { createCertificate } from './certificates';
export type { SelfSignedCertificate } from './certificates';
export { Faults } from './faults';
export type {
  Budget,
  Fault,
  FaultHandle,
  FaultRule,
  ProductNamesFaults,
  ReportFaults,
  TokenRefusal,
} from './faults';
export type {
  Application,
  ApplicationOptions,
  FederatedCredential,
} from './login/applications';
export type {
  ManagedIdentity,
  ManagedIdentityOptions,
} from './login/managedIdentity';
export type { SignInChoices } from './login/person';
export { DEFAULT_ROLES, DIRECTORY_ROLES } from './permissions';
export type { DirectoryRole } from './permissions';
export { RequestLog } from './requests';
export type { Face, RequestEntry } from './requests';
export {
  DEFAULT_ACCOUNTS,
  DEFAULT_CLIENT_ID,
  DEFAULT_CLIENT_SECRET,
  DEFAULT_DOMAIN,
  DEFAULT_PORT,
  DEFAULT_TENANT_ID,
  startSimulator,
} from './simulator';
export type {
  ManagedIdentityEndpoint,
  Simulator,
  SimulatorOptions,
} from './simulator';
export { LICENSE_GROUPS } from './tenant/groups';
export type {
  Account,
  AccountKind,
  Assignment,
  Group,
  MailClient,
  SignIns,
  Sku,
  Stranger,
  Subscription,
  SubscriptionStatus,
} from './tenant/model';
export { COMPANY_PLANS, PRODUCTS, SERVICE_PLANS } from './tenant/products';
export type {
  Product,
  ServicePlanName,
  SkuPartNumber,
} from './tenant/products';
export { SERVICES } from './tenant/services';
export type { Service } from './tenant/services';
export { generateTenant } from './tenant/generator';
export type { TenantSpecification } from './tenant/generator';
export { Tenant } from './tenant/Tenant';
export type {
  AccountChanges,
  NewAccount,
  TenantContent,
} from './tenant/Tenant';
export type { SkuTruth, Truth } from './tenant/truth';
export { countUse } from './tenant/use';
export type {
  Saving,
  SavingReason,
  Use,
  UseCounts,
  UseOptions,
  UseTruth,
} from './tenant/use';
