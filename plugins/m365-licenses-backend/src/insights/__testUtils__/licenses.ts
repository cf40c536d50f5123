import {
  ASSIGNMENT_STATUSES,
  type AssignmentStatus,
  type TermInput,
} from 'backstage-plugin-m365-licenses-common';
import type { StoredLicense } from '../../database/types';

/** The day on which tests run. */
export const TODAY = '2026-11-22';
export const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';

/** In force, of 100 seats that cost 120 a year each. */
export function term(overrides?: Partial<TermInput>): TermInput {
  return {
    subscriptionId: null,
    cost: '10',
    currency: 'EUR',
    frequency: 'monthly',
    quantity: 100,
    effectiveDate: '2026-01-01',
    expirationDate: '2027-01-01',
    purchaseIdentifier: null,
    notes: null,
    administrator: null,
    ...overrides,
  };
}

/** How many accounts hold a license, by status. */
export function statuses(
  accounts: Partial<Record<AssignmentStatus, number>>,
): StoredLicense['statuses'] {
  return ASSIGNMENT_STATUSES.map(status => ({
    status,
    accounts: accounts[status] ?? 0,
  }));
}

/** 100 seats, 80 of them active, in one enabled subscription. */
export function license(overrides?: Partial<StoredLicense>): StoredLicense {
  return {
    skuId: E3,
    skuPartNumber: 'SPE_E3',
    displayName: 'Microsoft 365 E3',
    appliesTo: 'User',
    status: 'Enabled',
    bought: 100,
    assigned: 80,
    unassigned: 20,
    suspended: 0,
    warning: 0,
    lockedOut: 0,
    trial: false,
    subscriptions: [subscription()],
    capturedAt: '2026-11-22T01:00:00.000Z',
    services: ['exchange', 'teams'],
    entered: null,
    statuses: statuses({ active: 80 }),
    ...overrides,
  };
}

export function subscription(
  overrides?: Partial<StoredLicense['subscriptions'][number]>,
): StoredLicense['subscriptions'][number] {
  return {
    id: 'a',
    status: 'Enabled',
    totalLicenses: 100,
    trial: false,
    startedAt: '2026-01-01T00:00:00.000Z',
    nextLifecycleAt: '2027-01-01T00:00:00.000Z',
    ...overrides,
  };
}
