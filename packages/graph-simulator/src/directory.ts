import type {
  AdminReportSettings,
  CompanySubscription,
  Group,
  Organization,
  ServicePlanInfo,
  SubscribedSku,
} from '@microsoft/microsoft-graph-types';
import { GraphError } from './answers';
import {
  COMPANY_PLANS,
  Product,
  PRODUCTS,
  SERVICE_PLANS,
} from './tenant/products';
import { Account, SubscriptionStatus } from './tenant/model';
import { Tenant } from './tenant/Tenant';

function product(skuId: string): Product {
  const found: Product | undefined = Object.values(PRODUCTS).find(
    candidate => candidate.skuId === skuId,
  );
  if (!found) {
    throw new Error(`No product has the SKU id ${skuId}`);
  }
  return found;
}

function servicePlans(
  skuId: string,
  status: SubscriptionStatus,
): ServicePlanInfo[] {
  const usable = status === 'Enabled' || status === 'Warning';
  return product(skuId).plans.map(name => {
    const provisioned =
      name === 'INTUNE_O365' ? 'PendingActivation' : 'Success';
    return {
      servicePlanId: SERVICE_PLANS[name],
      servicePlanName: name,
      provisioningStatus: usable ? provisioned : 'Disabled',
      appliesTo: COMPANY_PLANS.has(name) ? 'Company' : 'User',
    };
  });
}

/** `GET /subscribedSkus` */
export function subscribedSkus(tenant: Tenant): SubscribedSku[] {
  return tenant.skus.map(sku => ({
    accountName: tenant.displayName,
    accountId: tenant.tenantId,
    appliesTo: sku.appliesTo,
    capabilityStatus: sku.capabilityStatus,
    consumedUnits: sku.consumedUnits,
    id: `${tenant.tenantId}_${sku.skuId}`,
    skuId: sku.skuId,
    skuPartNumber: sku.skuPartNumber,
    subscriptionIds: [...sku.subscriptionIds],
    prepaidUnits: sku.prepaidUnits,
    servicePlans: servicePlans(sku.skuId, sku.capabilityStatus),
  }));
}

/** `GET /directory/subscriptions` */
export function companySubscriptions(tenant: Tenant): CompanySubscription[] {
  return tenant.subscriptions.map(subscription => ({
    createdDateTime: subscription.createdDateTime,
    commerceSubscriptionId: subscription.commerceSubscriptionId,
    id: subscription.id,
    isTrial: subscription.isTrial,
    nextLifecycleDateTime: subscription.nextLifecycleDateTime,
    serviceStatus: servicePlans(subscription.skuId, subscription.status),
    skuId: subscription.skuId,
    skuPartNumber: product(subscription.skuId).skuPartNumber,
    status: subscription.status,
    totalLicenses: subscription.totalLicenses,
    ownerId: tenant.accounts[0].id,
    ownerTenantId: null,
    ownerType: 'User',
  }));
}

/** `GET /admin/reportSettings` */
export function reportSettings(concealed: boolean): AdminReportSettings {
  return { displayConcealedNames: concealed };
}

/** `GET /organization` */
export function organization(tenant: Tenant): Organization {
  return {
    id: tenant.tenantId,
    displayName: tenant.displayName,
    countryLetterCode: 'DE',
    createdDateTime: '2017-03-01T09:00:00Z',
    tenantType: 'AAD',
    verifiedDomains: [
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: true,
        isInitial: true,
        name: tenant.domain,
        type: 'Managed',
      },
    ],
  };
}

const DEFAULT_GROUP_PROPERTIES = [
  'id',
  'deletedDateTime',
  'createdDateTime',
  'description',
  'displayName',
  'groupTypes',
  'mail',
  'mailEnabled',
  'mailNickname',
  'membershipRule',
  'membershipRuleProcessingState',
  'onPremisesSyncEnabled',
  'proxyAddresses',
  'securityEnabled',
  'visibility',
];

/**
 * `GET /groups/{id}`
 *
 * @throws GraphError 404 `Request_ResourceNotFound`
 */
export function group(
  tenant: Tenant,
  id: string,
  select: string | undefined,
): Record<string, unknown> {
  const found = tenant.groups.find(candidate => candidate.id === id);
  if (!found) throw resourceNotFound(id);
  const whole: Group = {
    id: found.id,
    deletedDateTime: null,
    createdDateTime: '2021-05-04T08:00:00Z',
    description: found.description,
    displayName: found.displayName,
    groupTypes: [...found.groupTypes],
    mail: null,
    mailEnabled: false,
    mailNickname: found.id,
    membershipRule: found.membershipRule,
    membershipRuleProcessingState: found.membershipRule ? 'On' : null,
    onPremisesSyncEnabled: found.onPremisesSyncEnabled,
    proxyAddresses: [],
    securityEnabled: true,
    visibility: null,
    assignedLicenses: found.skuIds.map(skuId => ({ skuId, disabledPlans: [] })),
    licenseProcessingState: { state: 'ProcessingComplete' },
  };
  return pick(
    whole,
    select ? select.split(',') : DEFAULT_GROUP_PROPERTIES,
    'microsoft.graph.group',
  );
}

/**
 * `GET /groups/{id}/owners`
 *
 * @throws GraphError 404 `Request_ResourceNotFound`
 */
export function groupOwners(tenant: Tenant, id: string): Account[] {
  const found = tenant.groups.find(candidate => candidate.id === id);
  if (!found) throw resourceNotFound(id);
  return found.ownerIds.flatMap(ownerId => tenant.find(ownerId) ?? []);
}

/**
 * The selected properties.
 *
 * @throws GraphError 400 for a property the type does not have.
 */
export function pick(
  whole: object,
  properties: readonly string[],
  type: string,
): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(whole));
  return Object.fromEntries(
    properties.map(written => {
      const property = written.trim();
      if (!values.has(property)) {
        throw new GraphError(
          400,
          'BadRequest',
          `Parsing OData Select and Expand failed: Could not find a property named '${property}' on type '${type}'.`,
        );
      }
      return [property, values.get(property)];
    }),
  );
}

/** 404, as Graph says it. */
export function resourceNotFound(id: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}
