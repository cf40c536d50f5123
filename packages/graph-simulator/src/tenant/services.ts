import { Product, SERVICE_PLANS, ServicePlanName } from './products';

/** The seven services whose use Microsoft's reports show. */
export const SERVICES = [
  'exchange',
  'oneDrive',
  'sharePoint',
  'skypeForBusiness',
  'yammer',
  'teams',
  'outlook',
] as const;

export type Service = (typeof SERVICES)[number];

const SERVICES_OF_PLAN: Partial<Record<ServicePlanName, readonly Service[]>> = {
  EXCHANGE_S_ENTERPRISE: ['exchange', 'outlook'],
  EXCHANGE_S_STANDARD: ['exchange', 'outlook'],
  EXCHANGE_S_DESKLESS: ['exchange', 'outlook'],
  SHAREPOINTENTERPRISE: ['sharePoint', 'oneDrive'],
  SHAREPOINTSTANDARD: ['sharePoint', 'oneDrive'],
  SHAREPOINTDESKLESS: ['sharePoint', 'oneDrive'],
  MCOSTANDARD: ['skypeForBusiness'],
  MCOIMP: ['skypeForBusiness'],
  YAMMER_ENTERPRISE: ['yammer'],
  TEAMS1: ['teams'],
};

/** The observable services a product gives, with some service plans switched off. */
export function servicesOf(
  product: Product,
  disabledPlans: readonly string[] = [],
): ReadonlySet<Service> {
  const services = new Set<Service>();
  for (const plan of product.plans) {
    if (!disabledPlans.includes(SERVICE_PLANS[plan])) {
      SERVICES_OF_PLAN[plan]?.forEach(service => services.add(service));
    }
  }
  return services;
}
