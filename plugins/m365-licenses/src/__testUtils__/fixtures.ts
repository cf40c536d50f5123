import {
  type Account,
  type AccountActivity,
  type AccountDetail,
  type AssignedLicense,
  type AssignmentStatus,
  type Candidate,
  type CandidateReason,
  type CandidateSummary,
  ASSIGNMENT_STATUSES,
  type BackTest,
  type Connection,
  type ConnectionCredential,
  type Exemption,
  type EntitySpend,
  type ExchangeRates,
  type Finding,
  type HeldBack,
  type Forecast,
  type History,
  type HistoryDay,
  type License,
  type LicenseDetail,
  type Policy,
  type Question,
  type Reclamation,
  type ReclamationEvent,
  type ReclamationItem,
  type ReclamationPreview,
  type ReclamationSavings,
  type ReclamationSwitch,
  type RestoreCheck,
  type Renewal,
  SERVICES,
  type ServiceActivity,
  type SkuSpend,
  type Spend,
  type SuspiciousActivity,
  type SpendBy,
  type SpendPart,
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
  candidates: { opportunities: 1420, heldBack: 85 },
  evaluatedAt: minutesAgo(40),
  changes: {
    since: daysAgo(30),
    bought: 100,
    assigned: 60,
    candidates: 25,
    annual: [{ amount: '12000.00', currency: 'EUR' }],
    savings: [{ amount: '-4500.00', currency: 'EUR' }],
  },
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
  modifiedAt: minutesAgo(42),
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
  candidates: [],
  mayHandBack: false,
  reportRefreshDate: daysAgo(3),
  syncedAt: minutesAgo(42),
  ...values,
});

export const reason = (
  values: Partial<CandidateReason> = {},
): CandidateReason => ({
  type: 'inactive',
  since: daysAgo(200),
  services: ['exchange', 'teams', 'sharePoint'],
  lastActivityDate: daysAgo(200),
  reportRefreshDate: daysAgo(3),
  thresholdDays: 60,
  other: null,
  groups: [],
  unobservable: [],
  ...values,
});

export const heldBack = (values: Partial<HeldBack> = {}): HeldBack => ({
  type: 'exemption',
  until: daysAhead(40),
  reason: 'Parental leave',
  owner: 'user:default/maya',
  exemptionId: 'x1',
  ...values,
});

export const candidate = (values: Partial<Candidate> = {}): Candidate => ({
  accountId: 'a1',
  userPrincipalName: 'maya.lopez@contoso.com',
  accountName: 'Maya Lopez',
  department: 'Sales',
  skuId: E3,
  skuPartNumber: 'SPE_E3',
  displayName: 'Microsoft 365 E3',
  state: 'opportunity',
  reasons: [reason()],
  heldBack: [],
  since: daysAgo(200),
  direct: true,
  value: [{ amount: '360.00', currency: 'EUR' }],
  ...values,
});

export const candidateSummary = (
  values: Partial<CandidateSummary> = {},
): CandidateSummary => {
  const counts = {
    opportunities: 1234,
    heldBack: 56,
    value: [{ amount: '444240.00', currency: 'EUR' }],
  };
  const sku = { skuId: E3, displayName: 'Microsoft 365 E3' };
  return {
    evaluatedAt: minutesAgo(42),
    inactiveAfterDays: 60,
    graceDays: 30,
    total: counts,
    reasons: [
      {
        reason: 'disabled',
        counts: {
          opportunities: 234,
          heldBack: 6,
          value: [{ amount: '84240.00', currency: 'EUR' }],
        },
      },
      {
        reason: 'inactive',
        counts: {
          opportunities: 1000,
          heldBack: 50,
          value: [{ amount: '360000.00', currency: 'EUR' }],
        },
      },
    ],
    skus: [{ sku, counts }],
    unobservable: [],
    ...values,
  };
};

export const exemption = (values: Partial<Exemption> = {}): Exemption => ({
  id: 'x1',
  account: {
    id: 'a1',
    userPrincipalName: 'maya.lopez@contoso.com',
    displayName: 'Maya Lopez',
  },
  group: null,
  sku: { skuId: E3, displayName: 'Microsoft 365 E3' },
  reason: 'Parental leave',
  owner: 'user:default/maya',
  expiresOn: daysAhead(40),
  active: true,
  createdBy: 'user:default/robin',
  createdAt: minutesAgo(60 * 24 * 20),
  ...values,
});

export const suspiciousActivity = (
  values: Partial<SuspiciousActivity> = {},
): SuspiciousActivity => ({
  id: 's1',
  accountId: 'a1',
  userPrincipalName: 'maya.lopez@contoso.com',
  displayName: 'Maya Lopez',
  type: 'unauthorized',
  cause: 'disabled',
  recognition: null,
  deactivatedAt: '2026-05-03T08:00:00Z',
  lastActivityDate: '2026-05-09',
  services: SERVICES.map(service => ({
    service,
    lastActivityDate: service === 'exchange' ? '2026-05-09' : null,
    reportRefreshDate: daysAgo(3),
  })),
  reportRefreshDate: daysAgo(3),
  firstSeenAt: minutesAgo(60 * 24 * 4),
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
  entered: null,
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

export const forecast = (values: Partial<Forecast> = {}): Forecast => ({
  runsOutOn: daysAhead(200),
  perMonth: 4.2,
  from: daysAgo(60),
  to: daysAgo(0),
  days: 61,
  ...values,
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
  editable: false,
  forecast: forecast(),
  downgrades: [],
  ...values,
});

/** A day of the history of a tenant or a SKU. */
export const historyDay = (values: Partial<HistoryDay> = {}): HistoryDay => ({
  day: daysAgo(0),
  bought: 10000,
  assigned: 9200,
  seats: [
    { use: 'active', seats: 8000 },
    { use: 'inactive', seats: 1200 },
    { use: 'unassigned', seats: 800 },
  ],
  candidates: 1420,
  annual: [{ amount: '3600000.00', currency: 'EUR' }],
  savings: [{ amount: '540000.00', currency: 'EUR' }],
  ...values,
});

/** History with a snapshot on each of these days ago. */
export const history = (
  daysWithSnapshot: number[] = [3, 2, 1, 0],
  values: Partial<History> = {},
): History => ({
  from: daysAgo(89),
  to: daysAgo(0),
  since: daysAgo(daysWithSnapshot[0] ?? 0),
  items: daysWithSnapshot.map(days => historyDay({ day: daysAgo(days) })),
  ...values,
});

export const backTest = (values: Partial<BackTest> = {}): BackTest => ({
  on: daysAgo(90),
  withinDays: 60,
  since: daysAgo(200),
  complete: true,
  items: [
    { inactiveAfterDays: 30, candidates: 800, returned: 200 },
    { inactiveAfterDays: 60, candidates: 412, returned: 37 },
    { inactiveAfterDays: 90, candidates: 0, returned: 0 },
  ],
  ...values,
});

export const spendPart = (values: Partial<SpendPart> = {}): SpendPart => ({
  accounts: 40,
  seats: [
    { use: 'active', seats: 30 },
    { use: 'inactive', seats: 10 },
  ],
  annual: [{ amount: '14400.00', currency: 'EUR' }],
  savings: [{ amount: '3600.00', currency: 'EUR' }],
  ...values,
});

/** A value that spend is split by, without others below it. */
export const spendOf = (
  value: string | null,
  part: SpendPart = spendPart(),
): SpendBy['items'][number] => ({
  value,
  name: value,
  parent: null,
  own: part,
  total: part,
});

export const spendBy = (values: Partial<SpendBy> = {}): SpendBy => ({
  dimension: 'department',
  evaluatedAt: minutesAgo(40),
  items: [spendOf('Sales')],
  unassigned: spendPart({
    accounts: 0,
    seats: [{ use: 'unassigned', seats: 800 }],
    annual: [{ amount: '288000.00', currency: 'EUR' }],
    savings: [],
  }),
  ...values,
});

export const entitySpend = (
  values: Partial<EntitySpend['items'][number]> = {},
): EntitySpend => ({
  entityRef: 'group:default/sales',
  items: [
    {
      tenant: 'contoso',
      evaluatedAt: minutesAgo(40),
      own: spendPart({ accounts: 12 }),
      total: spendPart(),
      skus: [
        {
          sku: { skuId: E3, displayName: 'Microsoft 365 E3' },
          part: spendPart(),
        },
      ],
      ...values,
    },
  ],
});

export const exchangeRates = (
  values: Partial<ExchangeRates> = {},
): ExchangeRates => ({
  currency: null,
  rates: [],
  updatedAt: null,
  updatedBy: null,
  revision: 'rates1',
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
  evaluatedAt: minutesAgo(40),
  converted: null,
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

export const question = (values: Partial<Question> = {}): Question => ({
  id: 'q1',
  tenant: 'contoso',
  account: {
    id: 'a1',
    userPrincipalName: 'maya.lopez@contoso.com',
    displayName: 'Maya Lopez',
  },
  own: true,
  skuId: VISIO,
  skuPartNumber: 'VISIOCLIENT',
  displayName: 'Visio Plan 2',
  reasons: [reason({ since: '2026-05-03' })],
  reason: 'Renewal in January',
  askedBy: 'user:default/robin',
  askedAt: minutesAgo(60),
  answerUntil: minutesAgo(-60 * 24 * 4 - 60),
  ...values,
});

export const reclamation = (
  values: Partial<Reclamation> = {},
): Reclamation => ({
  id: 'r1',
  tenant: 'contoso',
  kind: 'reclaim',
  mode: 'immediate',
  status: 'planned',
  origin: 'users',
  reason: 'Left the company',
  leaveGroups: false,
  createdBy: 'user:default/robin',
  createdAt: minutesAgo(30),
  expiresAt: minutesAgo(-60 * 24 * 7),
  approvedBy: null,
  approvedAt: null,
  startedBy: null,
  startedAt: null,
  finishedAt: null,
  canceledBy: null,
  answerUntil: null,
  problem: null,
  restoreOf: null,
  policyId: null,
  account: {
    id: 'a1',
    userPrincipalName: 'maya.lopez@contoso.com',
    displayName: 'Maya Lopez',
  },
  accounts: 1,
  items: 1,
  counts: [{ outcome: 'planned', items: 1 }],
  restorable: { items: 0, until: null },
  allowed: [],
  ...values,
});

export const reclamationItem = (
  values: Partial<ReclamationItem> = {},
): ReclamationItem => ({
  id: 'i1',
  reclamation: {
    id: 'r1',
    kind: 'reclaim',
    reason: 'Left the company',
    createdBy: 'user:default/robin',
    approvedBy: null,
    startedBy: null,
  },
  account: {
    id: 'a1',
    userPrincipalName: 'maya.lopez@contoso.com',
    displayName: 'Maya Lopez',
  },
  skuId: E3,
  skuPartNumber: 'SPE_E3',
  displayName: 'Microsoft 365 E3',
  path: {
    type: 'direct',
    group: null,
    state: 'Active',
    error: null,
    disabledPlans: [],
    assignedAt: minutesAgo(60 * 24 * 400),
  },
  evidence: {
    reasons: [reason()],
    heldBack: [],
    lastActivityDate: daysAgo(200),
    evaluatedAt: minutesAgo(60),
  },
  outcome: 'planned',
  message: 'Nothing was done yet.',
  requestId: null,
  startedAt: null,
  finishedAt: null,
  restored: null,
  restorableUntil: null,
  ...values,
});

export const reclamationPreview = (
  values: Partial<ReclamationPreview> = {},
): ReclamationPreview => ({
  accounts: 2,
  items: 3,
  counts: [
    {
      outcome: 'planned',
      items: 2,
      value: [{ amount: '720.00', currency: 'EUR' }],
    },
    { outcome: 'heldBack', items: 1, value: [] },
  ],
  evaluatedAt: minutesAgo(42),
  account: null,
  first: [
    reclamationItem(),
    reclamationItem({ id: 'i2', skuId: VISIO }),
    reclamationItem({
      id: 'i3',
      displayName: 'Visio Plan 2',
      outcome: 'heldBack',
      message: 'Exempted until February 1: Parental leave.',
    }),
  ],
  ...values,
});

export const reclamationEvent = (
  values: Partial<ReclamationEvent> = {},
): ReclamationEvent => ({
  id: 'e1',
  at: minutesAgo(30),
  type: 'created',
  by: 'user:default/robin',
  account: null,
  skuId: null,
  displayName: null,
  message: 'Planned: 1 license of 1 account.',
  requestId: null,
  ...values,
});

export const reclamationSavings = (
  values: Partial<ReclamationSavings> = {},
): ReclamationSavings => ({
  realized: [{ amount: '12000.00', currency: 'EUR' }],
  potential: [{ amount: '444240.00', currency: 'EUR' }],
  reclaimed: 40,
  restored: 3,
  months: [
    {
      month: DateTime.now().minus({ months: 2 }).toFormat('yyyy-MM'),
      reclaimed: 40,
      restored: 3,
      realized: [{ amount: '12000.00', currency: 'EUR' }],
    },
  ],
  ...values,
});

export const reclamationSwitch = (
  values: Partial<ReclamationSwitch> = {},
): ReclamationSwitch => ({
  stopped: false,
  reason: null,
  changedBy: null,
  changedAt: null,
  ...values,
});

export const restoreCheck = (
  values: Partial<RestoreCheck> = {},
): RestoreCheck => ({
  items: 3,
  accounts: 2,
  seats: [
    {
      sku: { skuId: E3, displayName: 'Microsoft 365 E3' },
      needed: 3,
      free: 10,
    },
  ],
  problems: [],
  dataUntil: minutesAgo(-60 * 24 * 27),
  ...values,
});

export const policy = (values: Partial<Policy> = {}): Policy => ({
  id: 'p1',
  tenant: 'contoso',
  name: 'Leavers',
  reasons: ['deleted', 'disabled'],
  skus: [{ skuId: E3, displayName: 'Microsoft 365 E3' }],
  department: null,
  group: null,
  mode: 'immediate',
  everyDays: 7,
  maxItems: 50,
  quietHours: null,
  state: 'dry',
  dryRuns: 0,
  dryRunsNeeded: 2,
  createdBy: 'user:default/robin',
  createdAt: minutesAgo(60 * 24 * 3),
  updatedBy: 'user:default/robin',
  updatedAt: minutesAgo(60 * 24 * 2),
  switchedOnBy: null,
  switchedOnAt: null,
  nextRunAt: minutesAgo(-60 * 24 * 5 - 60),
  lastRun: null,
  allowed: ['off'],
  ...values,
});
