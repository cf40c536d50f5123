import { de, en, Faker, sv } from '@faker-js/faker';
import { CAST, CAST_DOMAIN, castOf, CastMember } from '../cast';
import { LICENSE_GROUPS } from './groups';
import {
  Account,
  AccountKind,
  Assignment,
  Group,
  MailClient,
  SignIns,
  Stranger,
  Subscription,
} from './model';
import { Product, PRODUCTS, SERVICE_PLANS, SkuPartNumber } from './products';
import { Random, seedOf } from './random';
import { Service, SERVICES, servicesOf } from './services';
import { dayOf, Tenant } from './Tenant';

const DAY = 24 * 60 * 60 * 1000;
/** Microsoft's reports run two to three days behind. */
const REPORT_DELAY_DAYS = 3;
const SECONDS_A_DAY = 24 * 60 * 60;
const DOMAIN_NAME = /^[a-z\d-]+(\.[a-z\d-]+)+$/;
const NO_PLANS: readonly string[] = [];
const NO_ROLES: Account['directoryRoles'] = [];
/** Companies that guests come from; never the same in contoso.example and elsewhere. */
const PARTNERS = ['fabrikam', 'northwind', 'adatum'];
const OTHER_PARTNERS = ['litware', 'proseware', 'tailspin'];

export interface TenantSpecification {
  /** How many accounts listings show, from 20 to 1,000,000. */
  accounts: number;
  seed: number;
  now: Date;
  tenantId: string;
  /** Default `contoso.example`. In another nobody has the same id, principal name or mail. */
  domain?: string;
}

interface Country {
  readonly name: string;
  readonly code: string;
  readonly offices: readonly string[];
  readonly givenNames: readonly string[];
  readonly surnames: readonly string[];
}

const DEPARTMENTS: Readonly<Record<string, readonly string[]>> = {
  Platform: ['Platform Engineer', 'Site Reliability Engineer'],
  Engineering: ['Software Engineer', 'Test Engineer', 'Engineering Manager'],
  Research: ['Research Scientist', 'Laboratory Technician'],
  Finance: ['Accountant', 'Controller', 'Financial Analyst'],
  Sales: ['Account Executive', 'Sales Engineer', 'Sales Manager'],
  Marketing: ['Content Editor', 'Campaign Manager', 'Designer'],
  'Human Resources': ['Recruiter', 'HR Business Partner'],
  Legal: ['Legal Counsel', 'Paralegal'],
  'Customer Support': ['Support Agent', 'Support Lead'],
  Operations: ['Operations Manager', 'Buyer', 'Planner'],
};
const DEPARTMENT_NAMES = Object.keys(DEPARTMENTS);
const FRONTLINE_TITLES = ['Store Associate', 'Warehouse Operative', 'Driver'];

/** How many of a thousand accounts are of each kind. */
const KINDS: ReadonlyArray<readonly [AccountKind, number]> = [
  ['staff', 560],
  ['frontline', 130],
  ['part-timer', 35],
  ['new-starter', 30],
  ['on-leave', 20],
  ['inactive', 35],
  ['never-active', 25],
  ['leaver-licensed', 30],
  ['leaver-cleaned', 30],
  ['guest', 65],
  ['shared-mailbox', 28],
  ['service-account', 12],
];

/** A chance of use for each service someone works with every day. */
const HABITS: Readonly<Record<Service, number>> = {
  exchange: 0.98,
  outlook: 0.9,
  teams: 0.93,
  oneDrive: 0.78,
  sharePoint: 0.62,
  yammer: 0.12,
  skypeForBusiness: 0.03,
};

function ascii(name: string): string {
  return name
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[æä]/g, 'ae')
    .replace(/[øö]/g, 'oe')
    .replace(/ü/g, 'ue')
    .normalize('NFD')
    .replace(/[^a-z-]/g, '');
}

function capitalized(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}

/** What is left of the activity of someone who needs a mailbox and nothing else. */
function mailOf({ exchange, outlook }: Account['activity']) {
  return { ...(exchange && { exchange }), ...(outlook && { outlook }) };
}

/** Tables of names, drawn once from faker: asking it for every account is slow. */
function countries(seed: number): Country[] {
  const table = (
    name: string,
    code: string,
    locale: typeof en,
    offices: string[],
  ): Country => {
    const faker = new Faker({ locale: [locale, en], seed });
    const draw = (name_: () => string, count: number) =>
      Array.from(new Set(Array.from({ length: count }, name_)));
    return {
      name,
      code,
      offices,
      givenNames: draw(() => faker.person.firstName(), 400),
      surnames: draw(() => faker.person.lastName(), 500),
    };
  };
  return [
    table('Germany', 'DE', de, ['Munich', 'Berlin', 'Hamburg']),
    table('United Kingdom', 'GB', en, ['London', 'Manchester']),
    table('United States', 'US', en, ['Seattle', 'Austin']),
    table('Sweden', 'SE', sv, ['Stockholm', 'Gothenburg']),
  ];
}

/** Dates relative to the day of the tenant, in the forms Graph and the reports use. */
class Calendar {
  readonly #today: number;
  readonly #days: string[] = [];
  readonly #refresh: number;

  constructor(now: Date) {
    this.#today = Math.floor(now.getTime() / DAY) * DAY;
    this.#refresh = this.#today - REPORT_DELAY_DAYS * DAY;
  }

  get today(): Date {
    return new Date(this.#today);
  }

  /** `YYYY-MM-DD`, days before the reports' refresh date. */
  reportDay(daysAgo: number): string {
    this.#days[daysAgo] ??= dayOf(new Date(this.#refresh - daysAgo * DAY));
    return this.#days[daysAgo];
  }

  /** ISO 8601 in UTC without fractions, as Graph prints; days before today (negative: ahead). */
  moment(daysAgo: number, second: number): string {
    const day = dayOf(new Date(this.#today - daysAgo * DAY));
    const two = (n: number) => String(n).padStart(2, '0');
    return `${day}T${two(Math.floor(second / 3600))}:${two(
      Math.floor(second / 60) % 60,
    )}:${two(second % 60)}Z`;
  }
}

/** How many people a lead has. */
const TEAM_SIZE = 8;

/** A department while its people are made. */
interface Team {
  headId?: string;
  /** Who leads the team that is being filled. */
  leadId?: string;
  size: number;
}

type Rhythm = 'regular' | 'light' | 'none' | { stoppedDaysAgo: number };

class Generator {
  readonly #random: Random;
  readonly #calendar: Calendar;
  readonly #countries: Country[];
  readonly #names = new Map<string, number>();
  readonly #services = new Map<string, ReadonlySet<Service>>();
  readonly #teams = new Map<string, Team>();
  readonly #domain: string;
  /** With the cast of contoso.example, or without. */
  readonly #isHome: boolean;
  readonly #company: string;
  readonly #groups: Readonly<Record<keyof typeof LICENSE_GROUPS, Group>>;
  #sequence = 0;

  constructor(private readonly specification: TenantSpecification) {
    this.#domain = specification.domain ?? CAST_DOMAIN;
    this.#isHome = this.#domain === CAST_DOMAIN;
    const seed = this.#isHome
      ? specification.seed
      : seedOf(`${this.#domain} ${specification.seed}`);
    this.#random = new Random(seed);
    this.#calendar = new Calendar(specification.now);
    this.#countries = countries(seed);
    this.#company = capitalized(this.#domain.split('.')[0]);
    this.#groups = this.#isHome ? LICENSE_GROUPS : this.#ownGroups();
  }

  generate(): Tenant {
    const { accounts: size, tenantId } = this.specification;
    const cast = this.#isHome
      ? CAST
      : castOf(this.#domain, () => this.#random.guid());
    const accounts = cast.map(member => this.#castMember(member, cast));
    for (const number of [1, 2]) {
      accounts.push(this.#breakGlass(number));
    }
    const kinds = KINDS.flatMap(([kind, share]) =>
      Array<AccountKind>(share).fill(kind),
    );
    while (accounts.length < size) {
      accounts.push(this.#account(this.#random.pick(kinds)));
    }
    const deletedAccounts = Array.from(
      { length: Math.max(1, Math.round(size * 0.012)) },
      () => this.#deleted(),
    );
    return new Tenant({
      tenantId,
      displayName: this.#company,
      domain: this.#domain,
      now: this.#calendar.today,
      reportDelayDays: REPORT_DELAY_DAYS,
      accounts,
      deletedAccounts,
      strangers: this.#strangers(size > 100 ? 5 : 2),
      groups: Object.values(this.#groups).map(group => ({
        ...group,
        // Where the cast of contoso.example is not, the last of its own
        ownerIds: this.#isHome
          ? group.ownerIds
          : [accounts[cast.length - 1].id],
      })),
      subscriptions: this.#subscriptions(accounts),
    });
  }

  #castMember(member: CastMember, cast: readonly CastMember[]): Account {
    const { createdDaysAgo, givenName, surname } = member;
    const head = cast.find(
      ({ team, jobTitle }) =>
        team === member.team && jobTitle.startsWith('Head of'),
    );
    if (head) {
      this.#teams.set(member.team, { headId: head.id, size: TEAM_SIZE });
    }
    const country = this.#country(member.country);
    const assignments = member.licenses.map(({ sku, group, disabledPlans }) =>
      this.#assignment(
        sku,
        Math.max(0, createdDaysAgo - 1),
        group ? this.#groups[group] : undefined,
        disabledPlans,
      ),
    );
    const activity: Partial<Record<Service, string>> = {};
    for (const service of SERVICES) {
      const daysAgo = member.lastActive[service];
      if (daysAgo !== undefined) {
        activity[service] = this.#calendar.reportDay(daysAgo);
      }
    }
    const lastUse = Math.min(...Object.values(member.lastActive));
    this.#names.set(member.userPrincipalName.split('@')[0], 1);
    return {
      ...this.#blank(member.kind),
      id: member.id,
      userPrincipalName: member.userPrincipalName,
      displayName: `${givenName} ${surname}`,
      givenName,
      surname,
      mail: member.userPrincipalName,
      accountEnabled: member.accountEnabled,
      department: member.team,
      jobTitle: member.jobTitle,
      officeLocation: country.offices[0],
      companyName: this.#company,
      country: country.name,
      usageLocation: country.code,
      employeeType: 'Employee',
      managerId: head && head !== member ? head.id : null,
      createdDateTime: this.#calendar.moment(createdDaysAgo, 8 * 3600),
      signIns: Number.isFinite(lastUse)
        ? this.#signIns(lastUse + REPORT_DELAY_DAYS)
        : null,
      directoryRoles: member.directoryRoles,
      assignments,
      activity,
      mailClients:
        activity.outlook === undefined
          ? []
          : ['Outlook For Windows', 'Outlook For Mobile'],
    };
  }

  #breakGlass(number: number): Account {
    return {
      ...this.#blank('break-glass'),
      userPrincipalName: `breakglass${number}@${this.#domain}`,
      displayName: `Emergency access ${number}`,
      createdDateTime: this.#calendar.moment(1400, 9 * 3600),
    };
  }

  #account(kind: AccountKind): Account {
    switch (kind) {
      case 'guest':
        return this.#guest();
      case 'shared-mailbox':
        return this.#sharedMailbox();
      case 'service-account':
        return this.#serviceAccount();
      default:
        return this.#person(kind);
    }
  }

  #person(kind: AccountKind): Account {
    const random = this.#random;
    const country = this.#countries[this.#weightedCountry()];
    const givenName = random.pick(country.givenNames);
    const surname = random.pick(country.surnames);
    const frontline = kind === 'frontline';
    const department = frontline ? 'Operations' : random.pick(DEPARTMENT_NAMES);
    const studio =
      !frontline && department !== 'Finance' && random.chance(0.05);
    const created =
      kind === 'new-starter' ? random.between(1, 29) : random.between(60, 3200);
    const left = kind === 'leaver-licensed' || kind === 'leaver-cleaned';
    const assignments =
      kind === 'leaver-cleaned'
        ? []
        : this.#licenses({ frontline, studio, department, created });
    const rhythm = this.#rhythm(kind);
    const used = this.#activity(assignments, rhythm, created);
    const activity = studio && created % 12 === 0 ? mailOf(used) : used;
    const userPrincipalName = this.#principalName(givenName, surname);
    // Groups license people without a location; leavers at times lose theirs.
    const isLocated = !((frontline || left) && created % 9 === 0);
    const contractor = !frontline && random.chance(0.06);
    let employeeType = contractor ? 'Contractor' : 'Employee';
    if (frontline) employeeType = 'Frontline';
    const account: Account = {
      ...this.#blank(kind),
      userPrincipalName,
      displayName: `${givenName} ${surname}`,
      givenName,
      surname,
      mail: userPrincipalName,
      accountEnabled: !left,
      department,
      jobTitle: random.pick(
        frontline ? FRONTLINE_TITLES : DEPARTMENTS[department],
      ),
      officeLocation: random.pick(country.offices),
      companyName: studio ? `${this.#company} Studio` : this.#company,
      country: country.name,
      usageLocation: isLocated ? country.code : null,
      employeeType,
      createdDateTime: this.#moment(created),
      signIns: this.#signInsFor(kind, rhythm, created),
      assignments,
      activity,
      mailClients: this.#mailClients(activity),
    };
    return { ...account, managerId: this.#managerOf(account, department) };
  }

  /**
   * Every so many people of a department one leads those who come next, and
   * reports to the head of the department, as the first one is where the cast
   * has none.
   */
  #managerOf({ id, kind }: Account, department: string): string | null {
    const team = this.#teams.get(department) ?? { size: TEAM_SIZE };
    this.#teams.set(department, team);
    if (kind !== 'staff' || team.size < TEAM_SIZE) {
      team.size += 1;
      return team.leadId ?? team.headId ?? null;
    }
    const manager = team.headId ?? null;
    team.headId ??= id;
    team.leadId = id;
    team.size = 0;
    return manager;
  }

  #guest(): Account {
    const random = this.#random;
    const country = random.pick(this.#countries);
    const givenName = random.pick(country.givenNames);
    const surname = random.pick(country.surnames);
    const company = random.pick(this.#isHome ? PARTNERS : OTHER_PARTNERS);
    const local = this.#personName(givenName, surname);
    const created = random.between(5, 1500);
    const assignments = random.chance(0.04)
      ? [this.#assignment('POWER_BI_PRO', created)]
      : [];
    // Some take part in the work of a team.
    const activity: Account['activity'] =
      created % 8 === 0 ? { teams: this.#calendar.reportDay(created % 5) } : {};
    return {
      ...this.#blank('guest'),
      userPrincipalName: `${local}_${company}.example#EXT#@${this.#domain}`,
      displayName: `${givenName} ${surname} (${company})`,
      givenName,
      surname,
      mail: `${local}@${company}.example`,
      userType: 'Guest',
      companyName: capitalized(company),
      usageLocation: assignments.length ? country.code : null,
      createdDateTime: this.#moment(created),
      signIns: random.chance(0.6)
        ? this.#signIns(random.between(0, created))
        : null,
      assignments,
      activity,
    };
  }

  #sharedMailbox(): Account {
    const random = this.#random;
    const purpose = random.pick([
      'info',
      'orders',
      'jobs',
      'press',
      'invoices',
    ]);
    const place = random.pick(this.#countries);
    const local = this.#localName(
      `${purpose}.${random.pick(place.offices).toLowerCase()}`,
    );
    const created = random.between(100, 3000);
    const assignments = random.chance(0.2)
      ? [this.#assignment('EXCHANGESTANDARD', created)]
      : [];
    return {
      ...this.#blank('shared-mailbox'),
      userPrincipalName: `${local}@${this.#domain}`,
      displayName: local.replace('.', ' '),
      mail: `${local}@${this.#domain}`,
      accountEnabled: false,
      usageLocation: place.code,
      createdDateTime: this.#moment(created),
      assignments,
      activity: assignments.length
        ? { exchange: this.#calendar.reportDay(random.between(0, 200)) }
        : {},
    };
  }

  #serviceAccount(): Account {
    const random = this.#random;
    const purpose = random.pick([
      'scanner',
      'backup',
      'crm-sync',
      'monitoring',
    ]);
    const local = this.#localName(`svc-${purpose}`);
    const created = random.between(200, 2800);
    const assignments = random.chance(0.35)
      ? [this.#assignment('EXCHANGESTANDARD', created)]
      : [];
    const activity: Account['activity'] = assignments.length
      ? { exchange: this.#calendar.reportDay(random.between(0, 5)) }
      : {};
    return {
      ...this.#blank('service-account'),
      userPrincipalName: `${local}@${this.#domain}`,
      displayName: `Service ${purpose}`,
      mail: assignments.length ? `${local}@${this.#domain}` : null,
      usageLocation: assignments.length ? 'DE' : null,
      createdDateTime: this.#moment(created),
      signIns: this.#signIns(random.between(0, 4)),
      assignments,
      activity,
      mailClients: assignments.length ? ['SMTP App'] : [],
    };
  }

  #deleted(): Account {
    const account = this.#person('leaver-licensed');
    return {
      ...account,
      deletedDate: this.#calendar.reportDay(this.#random.between(0, 25)),
    };
  }

  #strangers(count: number): Stranger[] {
    return Array.from({ length: count }, (_, index) => {
      const country = this.#random.pick(this.#countries);
      const givenName = this.#random.pick(country.givenNames);
      const surname = this.#random.pick(country.surnames);
      const local = this.#personName(givenName, surname);
      return {
        userPrincipalName: `${local}@${
          index % 2
            ? `${this.#isHome ? 'fabrikam' : 'litware'}.example`
            : this.#domain
        }`,
        displayName: `${givenName} ${surname}`,
        activity: {
          exchange: this.#calendar.reportDay(this.#random.between(0, 20)),
          teams: this.#calendar.reportDay(this.#random.between(0, 20)),
        },
      };
    });
  }

  /** What one person holds; suites are never combined with one whose service plans exclude each other. */
  #licenses(person: {
    frontline: boolean;
    studio: boolean;
    department: string;
    created: number;
  }): Assignment[] {
    const random = this.#random;
    const held: Assignment[] = [];
    const since = () => random.between(0, person.created);
    const add = (sku: SkuPartNumber, chance: number) => {
      if (random.chance(chance)) held.push(this.#assignment(sku, since()));
    };
    if (person.frontline) {
      held.push(
        this.#assignment('SPE_F1', person.created, this.#groups.frontline),
      );
      add('FLOW_FREE', 0.03);
      return held;
    }
    if (person.studio) {
      held.push(this.#assignment('O365_BUSINESS_PREMIUM', person.created));
      add('EMS', 0.6);
      return held;
    }
    if (person.department === 'Finance') {
      held.push(
        this.#assignment('SPE_E3', person.created, this.#groups.finance),
      );
      add('SPE_E3', 0.07);
      add('POWER_BI_PRO', 0.35);
    } else if (random.chance(0.012)) {
      held.push(this.#assignment('STANDARDPACK', person.created));
      return held;
    } else if (random.chance(0.04)) {
      held.push(
        this.#assignment('SPE_E5', person.created, this.#groups.leadership),
      );
    } else if (random.chance(0.3)) {
      held.push(this.#assignment('SPE_E5', since()));
      add('SPE_E3', 0.06);
      add('POWER_BI_PRO', 0.04);
    } else {
      held.push(
        this.#assignment(
          'SPE_E3',
          since(),
          undefined,
          random.chance(0.08)
            ? [SERVICE_PLANS.YAMMER_ENTERPRISE, SERVICE_PLANS.SWAY]
            : NO_PLANS,
        ),
      );
      add('POWER_BI_PRO', 0.05);
      add('EMS', 0.02);
    }
    add('VISIOCLIENT', 0.03);
    if (random.chance(0.025)) {
      // The group outgrew its seats: some of its members did not get one.
      const failed = random.chance(0.15);
      held.push({
        ...this.#assignment('VISIOCLIENT', since(), this.#groups.visio),
        ...(failed ? { state: 'Error', error: 'CountViolation' } : {}),
      });
    }
    add('PROJECTPROFESSIONAL', 0.035);
    add('Microsoft_365_Copilot', 0.08);
    add('MCOEV', person.department === 'Sales' ? 0.25 : 0.02);
    add('MCOMEETADV', 0.02);
    add('Microsoft_Teams_Premium', 0.02);
    add('FLOW_FREE', 0.12);
    return held;
  }

  #assignment(
    sku: SkuPartNumber,
    daysAgo: number,
    group?: Group,
    disabledPlans: readonly string[] = NO_PLANS,
  ): Assignment {
    return {
      skuId: PRODUCTS[sku].skuId,
      assignedByGroup: group?.id ?? null,
      disabledPlans,
      state: 'Active',
      error: 'None',
      lastUpdatedDateTime: this.#calendar.moment(daysAgo, 10 * 3600),
    };
  }

  #rhythm(kind: AccountKind): Rhythm {
    const random = this.#random;
    switch (kind) {
      case 'part-timer':
        return 'light';
      case 'frontline':
        return random.chance(0.7) ? 'regular' : 'light';
      case 'new-starter':
        return random.chance(0.7) ? 'regular' : 'none';
      case 'on-leave':
        return { stoppedDaysAgo: random.between(60, 150) };
      case 'inactive':
        return { stoppedDaysAgo: random.between(61, 400) };
      case 'never-active':
        return 'none';
      case 'leaver-licensed':
      case 'leaver-cleaned':
        return { stoppedDaysAgo: random.between(10, 240) };
      default:
        return random.chance(0.9) ? 'regular' : 'light';
    }
  }

  /** Days of last activity, only in services that the licenses contain and never before the account. */
  #activity(
    assignments: readonly Assignment[],
    rhythm: Rhythm,
    created: number,
  ): Account['activity'] {
    const activity: Partial<Record<Service, string>> = {};
    if (rhythm === 'none') return activity;
    const random = this.#random;
    const oldest = created - REPORT_DELAY_DAYS;
    const services = this.#observable(assignments);
    let mail = Infinity;
    for (const service of SERVICES) {
      if (services.has(service) && random.chance(HABITS[service])) {
        let daysAgo: number;
        if (typeof rhythm === 'object') {
          daysAgo = rhythm.stoppedDaysAgo + random.between(0, 12);
        } else if (rhythm === 'light') {
          daysAgo = random.between(2, 50);
        } else {
          daysAgo = random.chance(0.85)
            ? random.between(0, 4)
            : random.between(5, 45);
        }
        // Mail read in Outlook is mail: Exchange is never older than Outlook.
        if (service === 'exchange') mail = daysAgo;
        if (service === 'outlook') {
          if (mail === Infinity) daysAgo = Infinity;
          else daysAgo = Math.max(mail, daysAgo);
        }
        if (daysAgo <= oldest) {
          activity[service] = this.#calendar.reportDay(daysAgo);
        }
      }
    }
    return activity;
  }

  #observable(assignments: readonly Assignment[]): ReadonlySet<Service> {
    const key = assignments
      .map(a => `${a.skuId} ${a.state} ${a.disabledPlans.length}`)
      .join();
    let services = this.#services.get(key);
    if (!services) {
      services = new Set(
        assignments
          .filter(a => a.state === 'Active')
          .flatMap(a => {
            const product: Product | undefined = Object.values(PRODUCTS).find(
              ({ skuId }) => skuId === a.skuId,
            );
            return product ? [...servicesOf(product, a.disabledPlans)] : [];
          }),
      );
      this.#services.set(key, services);
    }
    return services;
  }

  #mailClients(activity: Account['activity']): MailClient[] {
    const random = this.#random;
    if (activity.outlook !== undefined) {
      const desktop: MailClient = random.chance(0.8)
        ? 'Outlook For Windows'
        : 'Outlook For Mac';
      return random.chance(0.5) ? [desktop, 'Outlook For Mobile'] : [desktop];
    }
    if (activity.exchange === undefined) return [];
    return [random.pick(['Other For Mobile', 'IMAP4 App', 'Mail For Mac'])];
  }

  #signInsFor(
    kind: AccountKind,
    rhythm: Rhythm,
    created: number,
  ): SignIns | null {
    if (rhythm === 'none') return null;
    const random = this.#random;
    if (typeof rhythm === 'object') {
      const stopped = Math.min(
        created,
        rhythm.stoppedDaysAgo + REPORT_DELAY_DAYS,
      );
      const signIns = this.#signIns(stopped);
      // Someone keeps trying the password of an account that nobody uses.
      return kind === 'leaver-licensed' && random.chance(0.2)
        ? { ...signIns, lastSignIn: this.#moment(random.between(1, 9)) }
        : signIns;
    }
    return this.#signIns(random.between(0, Math.min(created, 3)));
  }

  #signIns(daysAgo: number): SignIns {
    const moment = this.#moment(daysAgo);
    return {
      lastSignIn: moment,
      lastNonInteractive: moment,
      lastSuccessful: moment,
    };
  }

  /** A moment of that day; today counts as yesterday, so that nothing lies ahead. */
  #moment(daysAgo: number): string {
    return this.#calendar.moment(
      Math.max(1, daysAgo),
      this.#random.between(0, SECONDS_A_DAY - 1),
    );
  }

  #blank(kind: AccountKind): Account {
    this.#sequence += 1;
    return {
      sequence: this.#sequence,
      id: this.#random.guid(),
      kind,
      userPrincipalName: '',
      displayName: '',
      givenName: null,
      surname: null,
      mail: null,
      accountEnabled: true,
      userType: 'Member',
      department: null,
      jobTitle: null,
      officeLocation: null,
      companyName: null,
      country: null,
      usageLocation: null,
      employeeType: null,
      managerId: null,
      createdDateTime: '',
      signIns: null,
      directoryRoles: NO_ROLES,
      assignments: [],
      activity: {},
      mailClients: [],
      deletedDate: null,
    };
  }

  #country(name: CastMember['country']): Country {
    return this.#countries.find(c => c.name === name) ?? this.#countries[0];
  }

  #weightedCountry(): number {
    const at = this.#random.next();
    if (at < 0.45) return 0;
    if (at < 0.7) return 1;
    return at < 0.85 ? 2 : 3;
  }

  /** The same groups as in contoso.example, with ids of their own. */
  #ownGroups(): Record<keyof typeof LICENSE_GROUPS, Group> {
    const own = (group: Group) => ({ ...group, id: this.#random.guid() });
    return {
      finance: own(LICENSE_GROUPS.finance),
      frontline: own(LICENSE_GROUPS.frontline),
      leadership: own(LICENSE_GROUPS.leadership),
      visio: own(LICENSE_GROUPS.visio),
    };
  }

  /** Written without a dot outside contoso.example, whose guests may come from there. */
  #personName(givenName: string, surname: string): string {
    const dot = this.#isHome ? '.' : '';
    return this.#localName(`${ascii(givenName)}${dot}${ascii(surname)}`);
  }

  #principalName(givenName: string, surname: string): string {
    const local = this.#personName(givenName, surname);
    return `${local}@${this.#domain}`;
  }

  /** The name itself the first time, then numbered. */
  #localName(name: string): string {
    const count = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, count);
    return count === 1 ? name : `${name}${count}`;
  }

  /** What was bought, scaled to what is assigned: some full, some with many free seats, one over. */
  #subscriptions(accounts: readonly Account[]): Subscription[] {
    const consumed = new Map<string, number>();
    for (const { assignments } of accounts) {
      for (const skuId of new Set(
        assignments.filter(a => a.state === 'Active').map(a => a.skuId),
      )) {
        consumed.set(skuId, (consumed.get(skuId) ?? 0) + 1);
      }
    }
    const assigned = (sku: SkuPartNumber) =>
      consumed.get(PRODUCTS[sku].skuId) ?? 0;
    const fives = (seats: number) => Math.max(5, Math.ceil(seats / 5) * 5);
    const buy = (
      sku: SkuPartNumber,
      totalLicenses: number,
      createdDaysAgo: number,
      renewsInDays: number | null,
      rest: Partial<Subscription> = {},
    ): Subscription => ({
      id: this.#random.guid(),
      commerceSubscriptionId: this.#random.guid(),
      skuId: PRODUCTS[sku].skuId,
      createdDateTime: this.#calendar.moment(createdDaysAgo, 0),
      nextLifecycleDateTime:
        renewsInDays === null ? null : this.#calendar.moment(-renewsInDays, 0),
      isTrial: false,
      status: 'Enabled',
      totalLicenses,
      ...rest,
    });
    const e3 = fives(assigned('SPE_E3') * 1.12);
    const e3First = fives(e3 * 0.7);
    return [
      buy('SPE_E5', fives(assigned('SPE_E5') * 1.05), 700, 30),
      buy('SPE_E3', e3First, 1400, 61),
      buy('SPE_E3', fives(e3 - e3First), 240, 125),
      buy('SPE_F1', fives(assigned('SPE_F1') * 1.4), 500, 230),
      buy('O365_BUSINESS_PREMIUM', assigned('O365_BUSINESS_PREMIUM'), 330, 35),
      buy('STANDARDPACK', fives(assigned('STANDARDPACK')), 2000, 21, {
        status: 'Suspended',
      }),
      buy(
        'EXCHANGESTANDARD',
        fives(assigned('EXCHANGESTANDARD') * 1.6),
        900,
        95,
      ),
      buy('EMS', fives(assigned('EMS') * 1.3), 620, 110),
      // Nothing left: whoever asks for Visio is refused.
      buy('VISIOCLIENT', assigned('VISIOCLIENT'), 410, 319),
      buy(
        'PROJECTPROFESSIONAL',
        fives(assigned('PROJECTPROFESSIONAL') * 1.5),
        410,
        319,
      ),
      // Fewer seats were renewed than people hold.
      buy(
        'POWER_BI_PRO',
        Math.max(1, Math.floor(assigned('POWER_BI_PRO') * 0.94)),
        365,
        180,
      ),
      buy('MCOEV', fives(assigned('MCOEV') * 1.2), 365, 77),
      buy('MCOMEETADV', fives(assigned('MCOMEETADV') * 1.1), 380, 12, {
        status: 'Warning',
      }),
      buy(
        'Microsoft_365_Copilot',
        fives(assigned('Microsoft_365_Copilot') * 2),
        150,
        215,
      ),
      buy(
        'Microsoft_Teams_Premium',
        fives(Math.max(25, assigned('Microsoft_Teams_Premium'))),
        10,
        20,
        { isTrial: true },
      ),
      buy('FLOW_FREE', 10_000, 1200, null),
      buy('SHAREPOINTSTORAGE', 500, 800, 300),
    ];
  }
}

/** Generates a tenant; the same specification gives the same tenant. */
export function generateTenant(specification: TenantSpecification): Tenant {
  const { accounts } = specification;
  if (!Number.isInteger(accounts) || accounts < 20 || accounts > 1_000_000) {
    throw new RangeError(
      `A simulated tenant has 20 to 1,000,000 accounts, not ${accounts}`,
    );
  }
  const { domain = CAST_DOMAIN } = specification;
  if (!DOMAIN_NAME.test(domain)) {
    throw new RangeError(
      `A simulated tenant has a domain name in lower case, not ${domain}`,
    );
  }
  return new Generator(specification).generate();
}
