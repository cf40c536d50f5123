import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import type {
  ActiveUserRow,
  EmailAppUsageRow,
  GraphAssignment,
  GraphSku,
  GraphSubscription,
  GraphUser,
} from '../../graph/types';
import { migrationsDirectory, storesOf } from '../index';
import type { ActivityRow, Stores } from '../types';

export const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
export const E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';
export const GROUP = '7f6ce2ec-9b3e-4b0c-8f5d-0f4f3f6f2b11';

/** The day on which tests run, with the default thresholds. */
export const THRESHOLD = {
  today: '2026-11-22',
  inactiveAfterDays: 60,
  graceDays: 30,
};

export const AT = new Date('2026-11-22T10:00:00.000Z');

/** Both databases; each call of `open` gives a fresh one with its schema. */
export function testDatabases() {
  const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
  return {
    databases,
    ids: databases.eachSupportedId(),
    async open(
      id: Parameters<typeof databases.init>[0],
    ): Promise<{ knex: Knex; stores: Stores }> {
      const knex = await databases.init(id);
      await knex.migrate.latest({ directory: migrationsDirectory });
      return { knex, stores: storesOf(knex) };
    },
  };
}

/** A stable id for a number, in the form of Graph's. */
export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function direct(
  skuId: string,
  overrides?: Partial<GraphAssignment>,
): GraphAssignment {
  return {
    skuId,
    assignedByGroup: null,
    state: 'Active',
    error: null,
    disabledPlans: [],
    lastUpdatedDateTime: '2026-01-10T08:00:00Z',
    ...overrides,
  };
}

export function user(
  number: number,
  overrides?: Partial<GraphUser>,
): GraphUser {
  return {
    id: idOf(number),
    userPrincipalName: `person${number}@contoso.example`,
    displayName: `Person ${number}`,
    mail: `person${number}@contoso.example`,
    givenName: 'Person',
    surname: `Number${number}`,
    userType: 'member',
    accountEnabled: true,
    department: 'Sales',
    jobTitle: null,
    companyName: null,
    officeLocation: null,
    country: 'Germany',
    usageLocation: 'DE',
    createdDateTime: '2024-02-03T04:05:06Z',
    lastSuccessfulSignInDateTime: null,
    assignments: [direct(E3)],
    ...overrides,
  };
}

export function activeUser(
  userPrincipalName: string,
  dates: Partial<ActiveUserRow['lastActivityDates']>,
  overrides?: Partial<ActiveUserRow>,
): ActivityRow {
  return {
    report: 'activeUsers',
    row: {
      line: 2,
      reportRefreshDate: '2026-11-19',
      userPrincipalName,
      displayName: null,
      isDeleted: false,
      lastActivityDates: {
        exchange: null,
        oneDrive: null,
        sharePoint: null,
        skypeForBusiness: null,
        yammer: null,
        teams: null,
        ...dates,
      },
      ...overrides,
    },
  };
}

export function emailApp(
  userPrincipalName: string,
  outlookLastActivityDate: string | null,
  overrides?: Partial<EmailAppUsageRow>,
): ActivityRow {
  return {
    report: 'emailApps',
    row: {
      line: 2,
      reportRefreshDate: '2026-11-18',
      userPrincipalName,
      displayName: null,
      isDeleted: false,
      outlookLastActivityDate,
      ...overrides,
    },
  };
}

export function sku(skuId: string, overrides?: Partial<GraphSku>): GraphSku {
  return {
    skuId,
    skuPartNumber: 'SPE_E3',
    appliesTo: 'User',
    capabilityStatus: 'Enabled',
    consumedUnits: 30,
    prepaidUnits: { enabled: 100, suspended: 1, warning: 2, lockedOut: 3 },
    servicePlans: [
      { servicePlanId: idOf(1), servicePlanName: 'TEAMS1', appliesTo: 'User' },
    ],
    ...overrides,
  };
}

export function subscription(
  id: string,
  skuId: string,
  overrides?: Partial<GraphSubscription>,
): GraphSubscription {
  return {
    id,
    skuId,
    status: 'Enabled',
    totalLicenses: 50,
    isTrial: false,
    createdDateTime: '2025-01-01T00:00:00Z',
    nextLifecycleDateTime: '2027-01-01T00:00:00Z',
    ...overrides,
  };
}

/** Stores accounts as a complete roster run does. */
export async function storeRoster(
  stores: Stores,
  users: GraphUser[],
  options: { tenant?: string; at?: Date; signIns?: boolean } = {},
) {
  const { tenant = 'contoso', at = AT, signIns = true } = options;
  const seen = stores.accounts.startReading();
  const counts = await stores.accounts.storePage(tenant, users, seen, {
    at,
    signIns,
  });
  const gone = await stores.accounts.markUnseenDeleted(tenant, seen, at);
  return { ...counts, gone };
}
