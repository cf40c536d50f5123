import {
  type Account,
  type AccountActivity,
  type AccountDetail,
  type AssignedLicense,
  type AssignmentStatus,
  ASSIGNMENT_STATUSES,
  type Connection,
  type ConnectionCredential,
  type Finding,
  type License,
  type LicenseDetail,
  type Renewal,
  SERVICES,
  type ServiceActivity,
  type SkuSpend,
  type Spend,
  type Task,
  type TaskRun,
  type Tenant,
  type TenantOverview,
  type Term,
  type TermInput,
  type Terms,
} from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';

/** An ISO date (without a time) so many days ago. */
export const daysAgo = (days: number) =>
  DateTime.now().minus({ days }).toFormat('yyyy-MM-dd');

/** An ISO date (without a time) so many days ahead. */
export const daysAhead = (days: number) => daysAgo(-days);

/** An ISO time so many minutes ago; negative is ahead. */
export const minutesAgo = (minutes: number) =>
  DateTime.utc().minus({ minutes }).toISO();

export const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
export const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';

export const tenant = (values: Partial<Tenant> = {}): Tenant => ({
  name: 'contoso',
  tenantId: '11111111-1111-4111-8111-111111111111',
  status: 'started',
  retiredAt: null,
  problem: null,
  reclamationEnabled: true,
  inactiveAfterDays: 60,
  graceDays: 30,
  ...values,
});

export const overview = (
  values: Partial<TenantOverview> = {},
): TenantOverview => ({
  tenant: tenant(),
  accounts: {
    total: 12500,
    enabled: 12000,
    disabled: 500,
    guests: 320,
    licensed: 11800,
    deleted: 75,
  },
  statuses: [
    { status: 'active', accounts: 10100 },
    { status: 'inactive', accounts: 1100 },
    { status: 'neverActive', accounts: 400 },
    { status: 'inGrace', accounts: 200 },
    { status: 'unknown', accounts: 0 },
    { status: 'unlicensed', accounts: 0 },
  ],
  seats: { bought: 13000, assigned: 11900, unassigned: 1100 },
  reportRefreshDate: daysAgo(3),
  lastSync: minutesAgo(42),
  problems: [],
  ...values,
});

export const assigned = (
  values: Partial<AssignedLicense> = {},
): AssignedLicense => ({
  skuId: E3,
  skuPartNumber: 'SPE_E3',
  displayName: 'Microsoft 365 E3',
  services: ['exchange', 'teams'],
  lastActivityDate: daysAgo(5),
  status: 'active',
  paths: [
    {
      type: 'direct',
      groupId: null,
      groupName: null,
      state: 'Active',
      error: null,
      services: ['exchange', 'teams'],
      lastActivityDate: daysAgo(5),
      status: 'active',
      disabledPlans: ['SWAY', 'YAMMER_ENTERPRISE'],
      assignedAt: minutesAgo(60 * 24 * 400),
    },
  ],
  ...values,
});

export const byGroup = (group: string): AssignedLicense =>
  assigned({
    skuId: VISIO,
    skuPartNumber: 'VISIOCLIENT',
    displayName: 'Visio Plan 2',
    services: [],
    lastActivityDate: null,
    status: 'notMeasurable',
    paths: [
      {
        type: 'group',
        groupId: '22222222-2222-4222-8222-222222222222',
        groupName: group,
        state: 'Active',
        error: null,
        services: [],
        lastActivityDate: null,
        status: 'notMeasurable',
        disabledPlans: [],
        assignedAt: minutesAgo(60 * 24 * 90),
      },
    ],
  });

export const account = (values: Partial<Account> = {}): Account => ({
  id: 'a1',
  userPrincipalName: 'maya.lopez@contoso.com',
  displayName: 'Maya Lopez',
  email: 'maya.lopez@contoso.com',
  givenName: 'Maya',
  surname: 'Lopez',
  userType: 'member',
  enabled: true,
  department: 'Sales',
  jobTitle: 'Account manager',
  companyName: 'Contoso',
  officeLocation: 'Lisbon',
  country: 'Portugal',
  createdAt: minutesAgo(60 * 24 * 700),
  deactivatedAt: null,
  deletedAt: null,
  lastSignInAt: null,
  licenses: [assigned(), byGroup('Engineering tools')],
  lastActivityDate: daysAgo(5),
  status: 'active',
  ...values,
});

export const services = (
  days: (number | null)[] = [5, 6, 12, 5, 40, null, 130],
): ServiceActivity[] =>
  SERVICES.map((service, index) => {
    const ago = days[index];
    return {
      service,
      lastActivityDate: ago === null ? null : daysAgo(ago),
      reportRefreshDate: daysAgo(3),
    };
  });

export const detail = (values: Partial<AccountDetail> = {}): AccountDetail => ({
  tenant: 'contoso',
  account: account(),
  services: services(),
  reportRefreshDate: daysAgo(3),
  syncedAt: minutesAgo(42),
  ...values,
});

export const activityOf = (
  of: Account,
  days?: (number | null)[],
): AccountActivity => ({
  id: of.id,
  userPrincipalName: of.userPrincipalName,
  displayName: of.displayName,
  department: of.department,
  enabled: of.enabled,
  licenses: of.licenses,
  lastActivityDate: of.lastActivityDate,
  status: of.status,
  services: services(days),
});

export const skuSpend = (values: Partial<SkuSpend> = {}): SkuSpend => ({
  annual: [{ amount: '3600000.00', currency: 'EUR' }],
  once: [],
  savings: [{ amount: '540000.00', currency: 'EUR' }],
  ...values,
});

/** Accounts by status; those not given are none. */
export const statuses = (
  accounts: Partial<Record<AssignmentStatus, number>> = {
    active: 8000,
    inactive: 900,
    neverActive: 250,
    inGrace: 50,
  },
): License['statuses'] =>
  ASSIGNMENT_STATUSES.map(status => ({
    status,
    accounts: accounts[status] ?? 0,
  }));

export const license = (values: Partial<License> = {}): License => ({
  skuId: E3,
  skuPartNumber: 'SPE_E3',
  displayName: 'Microsoft 365 E3',
  appliesTo: 'User',
  status: 'Enabled',
  bought: 10000,
  assigned: 9200,
  unassigned: 800,
  suspended: 0,
  warning: 0,
  lockedOut: 0,
  trial: false,
  subscriptions: [
    {
      id: 's1',
      status: 'Enabled',
      totalLicenses: 10000,
      trial: false,
      startedAt: minutesAgo(60 * 24 * 500),
      nextLifecycleAt: minutesAgo(-60 * 24 * 230),
    },
  ],
  services: ['exchange', 'teams', 'oneDrive', 'outlook', 'sharePoint'],
  statuses: statuses(),
  spend: skuSpend(),
  capturedAt: minutesAgo(42),
  ...values,
});

export const termInput = (values: Partial<TermInput> = {}): TermInput => ({
  subscriptionId: null,
  cost: '30.00',
  currency: 'EUR',
  frequency: 'monthly',
  quantity: 10000,
  effectiveDate: daysAgo(135),
  expirationDate: daysAhead(230),
  purchaseIdentifier: 'PO-4711',
  notes: null,
  administrator: 'user:default/maya',
  ...values,
});

export const term = (values: Partial<Term> = {}): Term => ({
  ...termInput(),
  id: 't1',
  active: true,
  annual: { amount: '3600000.00', currency: 'EUR' },
  updatedAt: minutesAgo(60 * 24 * 20),
  updatedBy: 'user:default/robin',
  ...values,
});

export const terms = (items: Term[] = [term()], revision = 'rev1'): Terms => ({
  items,
  totalItems: items.length,
  revision,
});

export const licenseDetail = (
  values: Partial<LicenseDetail> = {},
): LicenseDetail => ({
  license: license(),
  savingsFrom: daysAhead(230),
  terms: terms(),
  reconciliation: {
    skuEnabled: 10000,
    skuConsumed: 9200,
    subscriptions: 10000,
    accounts: 9200,
    entered: 10000,
    differences: [],
  },
  ...values,
});

export const spend = (values: Partial<Spend> = {}): Spend => ({
  currencies: [
    {
      currency: 'EUR',
      annual: '3600000.00',
      once: '0',
      savings: '540000.00',
      uses: [
        { use: 'active', amount: '2880000.00', seats: 8000 },
        { use: 'inactive', amount: '324000.00', seats: 900 },
        { use: 'neverActive', amount: '90000.00', seats: 250 },
        { use: 'inGrace', amount: '18000.00', seats: 50 },
        { use: 'notMeasurable', amount: '0', seats: 0 },
        { use: 'unknown', amount: '0', seats: 0 },
        { use: 'unassigned', amount: '288000.00', seats: 800 },
      ],
    },
  ],
  skus: [
    {
      skuId: E3,
      displayName: 'Microsoft 365 E3',
      spend: skuSpend(),
      savingsFrom: daysAhead(230),
    },
  ],
  unpriced: [],
  ...values,
});

export const renewal = (values: Partial<Renewal> = {}): Renewal => ({
  date: daysAhead(11),
  kind: 'term',
  skuId: E3,
  displayName: 'Microsoft 365 E3',
  quantity: 10000,
  annual: { amount: '3600000.00', currency: 'EUR' },
  administrator: 'user:default/maya',
  termId: 't1',
  subscriptionId: null,
  ...values,
});

export const run = (values: Partial<TaskRun> = {}): TaskRun => ({
  id: 'r1',
  task: 'application-roster',
  status: 'succeeded',
  startedAt: minutesAgo(44),
  finishedAt: minutesAgo(42),
  durationMs: 72_000,
  counts: {
    read: 12500,
    added: 12,
    changed: 40,
    unchanged: 12440,
    gone: 8,
    malformed: 0,
    unmatched: 0,
  },
  leftOut: [],
  malformed: [],
  error: null,
  ...values,
});

export const task = (values: Partial<Task> = {}): Task => ({
  task: 'application-roster',
  enabled: true,
  frequency: 'PT6H',
  state: 'idle',
  nextRunAt: minutesAgo(-300),
  currentRun: null,
  lastRun: run(),
  lastSuccessAt: minutesAgo(42),
  ...values,
});

export const credential = (
  values: Partial<ConnectionCredential> = {},
): ConnectionCredential => ({
  purpose: 'sync',
  type: 'clientSecret',
  clientId: '33333333-3333-4333-8333-333333333333',
  authority: 'https://login.microsoftonline.com',
  target: 'https://graph.microsoft.com',
  certificate: null,
  authorization: null,
  refusal: null,
  ...values,
});

/** Credentials of a person who signed in. */
export const signedIn = (
  values: Partial<ConnectionCredential> = {},
): ConnectionCredential =>
  credential({
    type: 'authorizationCode',
    authorization: {
      userPrincipalName: 'admin@contoso.com',
      displayName: 'Ada Admin',
      authorizedBy: 'user:default/robin.sommer',
      authorizedAt: minutesAgo(60 * 24 * 2),
      scopes: ['User.Read.All', 'Reports.Read.All'],
    },
    ...values,
  });

export const finding = (values: Partial<Finding> = {}): Finding => ({
  id: 'token',
  purpose: 'sync',
  task: null,
  status: 'ok',
  title: 'Microsoft gives a token',
  detail: 'The credentials work.',
  steps: [],
  requestId: null,
  ...values,
});

export const connection = (values: Partial<Connection> = {}): Connection => ({
  tenant: tenant(),
  status: 'connected',
  credentials: [credential()],
  check: { checkedAt: minutesAgo(180), findings: [finding()] },
  ...values,
});
