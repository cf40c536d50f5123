import type {
  CatalogMember,
  GroupSnapshot,
  Stores,
} from 'backstage-plugin-m365-licenses-backend/src/database/types';
import type {
  GraphAssignment,
  GraphUser,
} from 'backstage-plugin-m365-licenses-backend/src/graph/types';
import {
  type Account,
  COMPANY_PLANS,
  generateTenant,
  LICENSE_GROUPS,
  PRODUCTS,
  SERVICE_PLANS,
  type ServicePlanName,
  type SkuPartNumber,
  type Stranger,
  type Tenant,
} from 'graph-simulator';

/** The tenant's name. */
export const TENANT = 'benchmark';
export const NOW = new Date();

const DAY_MS = 86_400_000;
const PAGE = 500;
const DAYS_OF_HISTORY = 90;
const TEAMS_PER_DEPARTMENT = 29;
const COMPANY_GROUP = 'group:default/contoso';
const AUTHOR = 'user:default/robin.sommer';

/** What a seat costs a month; the others are not priced. */
const PRICES: Partial<Record<SkuPartNumber, string>> = {
  SPE_E5: '54.75',
  SPE_E3: '33.75',
  SPE_F1: '7.50',
  O365_BUSINESS_PREMIUM: '11.70',
  EXCHANGESTANDARD: '3.70',
  EMS: '8.20',
  VISIOCLIENT: '14.00',
  PROJECTPROFESSIONAL: '28.10',
  POWER_BI_PRO: '9.40',
  Microsoft_365_Copilot: '28.10',
};

/** Free products that whole organizations are given by a group, and whom of ten. */
const FOR_ALL: [sku: SkuPartNumber, tenths: number][] = [
  ['FLOW_FREE', 10],
  ['Microsoft_Teams_Premium', 3],
];

/** The calendar day so many days ago, YYYY-MM-DD. */
export function dayAgo(days: number): string {
  return new Date(NOW.getTime() - days * DAY_MS).toISOString().slice(0, 10);
}

/** Entity ref of the catalog group of a department, or of one of its teams. */
export function groupOf(department: string, team?: number): string {
  const name = department.toLowerCase().replace(/ /g, '-');
  return `group:default/${name}${team === undefined ? '' : `-${team}`}`;
}

function* pagesOf<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let first = 0; first < items.length; first += PAGE) {
    yield items.slice(first, first + PAGE);
  }
}

/** What the account holds in the simulated tenant, and what all are given. */
function assignmentsOf(account: Account): GraphAssignment[] {
  const assignments: GraphAssignment[] = account.assignments.map(
    ({ error, disabledPlans, ...path }) => ({
      ...path,
      error: error === 'None' ? null : error,
      disabledPlans: [...disabledPlans],
    }),
  );
  for (const [sku, tenths] of assignments.length > 0 ? FOR_ALL : []) {
    const { skuId } = PRODUCTS[sku];
    if (
      account.sequence % 10 < tenths &&
      assignments.every(path => path.skuId !== skuId)
    ) {
      assignments.push({
        skuId,
        assignedByGroup: LICENSE_GROUPS.leadership.id,
        state: 'Active',
        error: null,
        disabledPlans: [],
        lastUpdatedDateTime: account.createdDateTime,
      });
    }
  }
  return assignments;
}

function graphUser(account: Account): GraphUser {
  return {
    id: account.id,
    userPrincipalName: account.userPrincipalName,
    displayName: account.displayName,
    mail: account.mail,
    givenName: account.givenName,
    surname: account.surname,
    userType: account.userType === 'Guest' ? 'guest' : 'member',
    accountEnabled: account.accountEnabled,
    department: account.department,
    jobTitle: account.jobTitle,
    companyName: account.companyName,
    officeLocation: account.officeLocation,
    country: account.country,
    usageLocation: account.usageLocation,
    createdDateTime: account.createdDateTime,
    lastSuccessfulSignInDateTime: account.signIns?.lastSuccessful ?? null,
    assignments: assignmentsOf(account),
  };
}

async function storeLicenses(stores: Stores, tenant: Tenant) {
  const plansOf = (skuId: string): readonly ServicePlanName[] =>
    Object.values(PRODUCTS).find(product => product.skuId === skuId)?.plans ??
    [];
  await stores.licenses.store(
    TENANT,
    {
      skus: tenant.skus.map(({ prepaidUnits, ...sku }) => ({
        ...sku,
        prepaidUnits: { ...prepaidUnits },
        servicePlans: plansOf(sku.skuId).map(plan => ({
          servicePlanId: SERVICE_PLANS[plan],
          servicePlanName: plan,
          appliesTo: COMPANY_PLANS.has(plan) ? 'Company' : 'User',
        })),
      })),
      subscriptions: tenant.subscriptions.map(subscription => ({
        ...subscription,
      })),
    },
    NOW,
  );
  await storeTerms(stores, tenant.skus);
}

/** What the main products cost, as somebody would enter it. */
export async function storeTerms(
  stores: Pick<Stores, 'terms'>,
  skus: readonly {
    skuId: string;
    skuPartNumber: string;
    prepaidUnits: { enabled: number };
  }[],
): Promise<void> {
  const prices = new Map(Object.entries(PRICES));
  await stores.terms.replace(
    TENANT,
    skus.flatMap(({ skuId, skuPartNumber, prepaidUnits }) => {
      const cost = prices.get(skuPartNumber);
      return cost === undefined
        ? []
        : [
            {
              skuId,
              terms: [
                {
                  subscriptionId: null,
                  cost,
                  currency: 'EUR',
                  frequency: 'monthly' as const,
                  quantity: prepaidUnits.enabled,
                  effectiveDate: dayAgo(200),
                  expirationDate: dayAgo(-165),
                  purchaseIdentifier: null,
                  notes: null,
                  administrator: null,
                },
              ],
            },
          ];
    }),
    { updatedBy: AUTHOR, at: NOW },
  );
}

async function storeAccounts(stores: Stores, tenant: Tenant) {
  const seen = stores.accounts.startReading();
  for (const page of pagesOf(tenant.accounts)) {
    await stores.accounts.storePage(TENANT, page.map(graphUser), seen, {
      at: NOW,
      signIns: true,
    });
  }
  await stores.accounts.markUnseenDeleted(TENANT, seen, NOW);
}

async function storeActivity(stores: Stores, tenant: Tenant) {
  const { reportRefreshDate } = tenant;
  const strangers = Array.from<unknown, Stranger>(
    { length: Math.ceil(tenant.accounts.length / 500) },
    (_, number) => ({
      userPrincipalName: `former${number}@contoso.example`,
      displayName: `Former ${number}`,
      activity: { teams: reportRefreshDate },
    }),
  );
  const people = [
    ...tenant.accounts.filter(
      ({ assignments, activity }) =>
        assignments.length > 0 || Object.keys(activity).length > 0,
    ),
    ...strangers,
  ];
  for (const page of pagesOf(people)) {
    const named = page.map(({ userPrincipalName, displayName, activity }) => ({
      activity,
      row: {
        line: 2,
        reportRefreshDate,
        userPrincipalName,
        displayName,
        isDeleted: false,
      },
    }));
    await stores.activity.storeRows(
      TENANT,
      named.map(({ row, activity }) => ({
        report: 'activeUsers',
        row: {
          ...row,
          lastActivityDates: {
            exchange: activity.exchange ?? null,
            oneDrive: activity.oneDrive ?? null,
            sharePoint: activity.sharePoint ?? null,
            skypeForBusiness: activity.skypeForBusiness ?? null,
            yammer: activity.yammer ?? null,
            teams: activity.teams ?? null,
          },
        },
      })),
      NOW,
    );
    await stores.activity.storeRows(
      TENANT,
      named.map(({ row, activity }) => ({
        report: 'emailApps',
        row: { ...row, outlookLastActivityDate: activity.outlook ?? null },
      })),
      NOW,
    );
  }
  for (const report of ['activeUsers', 'emailApps'] as const) {
    await stores.activity.completeReport(
      TENANT,
      report,
      reportRefreshDate,
      NOW,
      people.length,
    );
  }
}

/** Three levels: the company, its departments, and their teams. */
async function storeCatalogGroups(stores: Stores, tenant: Tenant) {
  const departments = [
    ...new Set(tenant.accounts.flatMap(({ department }) => department ?? [])),
  ];
  await stores.catalogGroups.replaceGroups(
    [
      { ref: COMPANY_GROUP, parent: null, displayName: tenant.displayName },
      ...departments.flatMap(department => [
        {
          ref: groupOf(department),
          parent: COMPANY_GROUP,
          displayName: department,
        },
        ...Array.from({ length: TEAMS_PER_DEPARTMENT }, (_, team) => ({
          ref: groupOf(department, team),
          parent: groupOf(department),
          displayName: `${department} ${team}`,
        })),
      ]),
    ],
    new Date(),
  );
  await stores.catalogGroups.replaceMembers(
    TENANT,
    tenant.accounts.flatMap(({ id, department, sequence }): CatalogMember[] => {
      if (department === null) {
        return [];
      }
      const home = groupOf(department, sequence % TEAMS_PER_DEPARTMENT);
      return [{ accountId: id, groups: [home], home }];
    }),
    new Date(),
  );
}

async function storeExemptions(stores: Stores, tenant: Tenant) {
  const none = { accountId: null, group: null, skuId: null };
  for (const scope of [
    ...tenant.accounts
      .filter(({ accountEnabled }) => !accountEnabled)
      .slice(0, 50)
      .map(({ id }) => ({ ...none, accountId: id })),
    { ...none, group: groupOf('Legal') },
    { ...none, skuId: PRODUCTS.EMS.skuId },
  ]) {
    await stores.exemptions.create(
      TENANT,
      {
        ...scope,
        reason: 'Needed for an audit',
        owner: AUTHOR,
        expiresOn: null,
      },
      { createdBy: AUTHOR, at: NOW },
    );
  }
}

/** The counts of today, as if it had been so all the time. */
async function storeHistory(stores: Stores) {
  const licenses = await stores.licenses.list(TENANT);
  const money = [{ amount: '1200.00', currency: 'EUR' }];
  const noUse = {
    active: 0,
    inactive: 0,
    neverActive: 0,
    inGrace: 0,
    notMeasurable: 0,
    unknown: 0,
  };
  const skus = licenses.map(({ skuId, bought, assigned, statuses }) => ({
    skuId,
    forPeople: true,
    bought,
    assigned,
    statuses: {
      ...noUse,
      ...Object.fromEntries(
        statuses.map(({ status, accounts }) => [status, accounts]),
      ),
    },
    candidates: 10,
    annual: money,
    savings: money,
  }));
  const groups: GroupSnapshot[] = (
    await stores.evaluation.counts(TENANT, 'group')
  ).map(({ value, accounts, seats }) => ({
    groupRef: value,
    accounts,
    statuses: seats.reduce(
      (statuses, { status, accounts: held }) => ({
        ...statuses,
        [status]: statuses[status] + held,
      }),
      noUse,
    ),
    candidates: 1,
    annual: money,
    savings: money,
  }));
  for (let days = DAYS_OF_HISTORY; days > 0; days -= 1) {
    await stores.history.save(TENANT, dayAgo(days), { skus, groups });
  }
}

/**
 * Stores a generated tenant as the tasks would, with what people enter.
 *
 * @param evaluate - counts uses and finds candidates, after all else is stored
 *   but the history
 * @param say - told what is being done
 */
export async function fill(
  stores: Stores,
  options: {
    accounts: number;
    evaluate: () => Promise<unknown>;
    say: (what: string) => void;
  },
): Promise<Tenant> {
  const { accounts, evaluate, say } = options;
  const tenant = generateTenant({
    accounts,
    seed: 1,
    now: NOW,
    tenantId: 'c0a57000-7e4a-4000-a000-000000000001',
  });
  const steps: [what: string, step: () => Promise<unknown>][] = [
    ['licenses and terms', () => storeLicenses(stores, tenant)],
    ['accounts', () => storeAccounts(stores, tenant)],
    ['activity', () => storeActivity(stores, tenant)],
    ['groups of the catalog', () => storeCatalogGroups(stores, tenant)],
    ['exemptions', () => storeExemptions(stores, tenant)],
    ['an evaluation', evaluate],
    ['history', () => storeHistory(stores)],
  ];
  for (const [what, step] of steps) {
    const start = performance.now();
    await step();
    const seconds = (performance.now() - start) / 1000;
    say(`${what}: ${seconds.toFixed(1)} s`);
  }
  return tenant;
}
