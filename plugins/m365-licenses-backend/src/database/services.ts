import { SERVICES, type Service } from 'backstage-plugin-m365-licenses-common';
import type { ActivityRow } from './types';

/** The columns of a service: its last activity, and the report that first said so. */
export const SERVICE_COLUMNS = {
  exchange: { date: 'exchange_date', report: 'exchange_report' },
  teams: { date: 'teams_date', report: 'teams_report' },
  oneDrive: { date: 'one_drive_date', report: 'one_drive_report' },
  outlook: { date: 'outlook_date', report: 'outlook_report' },
  sharePoint: { date: 'share_point_date', report: 'share_point_report' },
  skypeForBusiness: {
    date: 'skype_for_business_date',
    report: 'skype_for_business_report',
  },
  yammer: { date: 'yammer_date', report: 'yammer_report' },
} as const satisfies Record<Service, { date: string; report: string }>;

/** A column of {@link SERVICE_COLUMNS}. */
export type ServiceColumn = (typeof SERVICE_COLUMNS)[Service][
  | 'date'
  | 'report'];

export type ServiceDates = Record<ServiceColumn, string | null>;

/** All columns of {@link SERVICE_COLUMNS}. */
export const ALL_SERVICE_COLUMNS: readonly ServiceColumn[] = SERVICES.flatMap(
  service => [SERVICE_COLUMNS[service].date, SERVICE_COLUMNS[service].report],
);

/** Which services a report speaks of. */
export const REPORT_SERVICES: Record<
  ActivityRow['report'],
  readonly Service[]
> = {
  activeUsers: SERVICES.filter(service => service !== 'outlook'),
  emailApps: ['outlook'],
};

/** What Microsoft calls the reports. */
export const REPORT_NAMES: Record<ActivityRow['report'], string> = {
  activeUsers: 'Office 365 active user report',
  emailApps: 'Email app usage report',
};

/**
 * The bit of each service in `assignments.services`. What is stored depends on
 * it, so it does not follow the order of {@link SERVICES}.
 */
export const SERVICE_BITS: Readonly<Record<Service, number>> = {
  exchange: 1,
  teams: 2,
  oneDrive: 4,
  outlook: 8,
  sharePoint: 16,
  skypeForBusiness: 32,
  yammer: 64,
};

/** Services as `assignments.services` holds them. */
export function toMask(services: readonly Service[]): number {
  return services.reduce((mask, service) => mask | SERVICE_BITS[service], 0);
}

/** The services of a mask, in their usual order. */
export function fromMask(mask: number): Service[] {
  return SERVICES.filter(service => (mask & SERVICE_BITS[service]) !== 0);
}
