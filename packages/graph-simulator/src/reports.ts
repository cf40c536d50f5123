import { createHash, randomUUID } from 'crypto';
import { GraphError } from './answers';
import { Faults, ReportFaults } from './faults';
import { Account, MailClient, Stranger } from './tenant/model';
import { Service, servicesOf } from './tenant/services';
import { dayOf, heldLicenses, productOf, Tenant } from './tenant/Tenant';

const ACTIVE_USER_COLUMNS = [
  'Report Refresh Date',
  'User Principal Name',
  'Display Name',
  'Is Deleted',
  'Deleted Date',
  'Has Exchange License',
  'Has OneDrive License',
  'Has SharePoint License',
  'Has Skype For Business License',
  'Has Yammer License',
  'Has Teams License',
  'Exchange Last Activity Date',
  'OneDrive Last Activity Date',
  'SharePoint Last Activity Date',
  'Skype For Business Last Activity Date',
  'Yammer Last Activity Date',
  'Teams Last Activity Date',
  'Exchange License Assign Date',
  'OneDrive License Assign Date',
  'SharePoint License Assign Date',
  'Skype For Business License Assign Date',
  'Yammer License Assign Date',
  'Teams License Assign Date',
  'Assigned Products',
];

const ACTIVE_USER_SERVICES: readonly Service[] = [
  'exchange',
  'oneDrive',
  'sharePoint',
  'skypeForBusiness',
  'yammer',
  'teams',
];

const MAIL_CLIENTS: readonly MailClient[] = [
  'Mail For Mac',
  'Outlook For Mac',
  'Outlook For Windows',
  'Outlook For Mobile',
  'Other For Mobile',
  'Outlook For Web',
  'POP3 App',
  'IMAP4 App',
  'SMTP App',
];

const EMAIL_APP_COLUMNS = [
  'Report Refresh Date',
  'User Principal Name',
  'Display Name',
  'Is Deleted',
  'Deleted Date',
  'Last Activity Date',
  ...MAIL_CLIENTS,
  'Report Period',
];

const DAYS_OF_PERIOD: Readonly<Record<string, number>> = {
  D7: 7,
  D30: 30,
  D90: 90,
  D180: 180,
};

type ReportName = 'getOffice365ActiveUserDetail' | 'getEmailAppUsageUserDetail';

export interface ReportQuery {
  name: ReportName;
  /** Days the report covers. */
  days: number;
}

/**
 * Reads `getOffice365ActiveUserDetail(period='D7')`.
 *
 * @throws GraphError 400 for a period that does not exist, 404 for another report.
 */
export function parseReportCall(call: string): ReportQuery {
  const parts = /^(?:microsoft\.graph\.)?(\w+)\(period='([^']*)'\)$/i.exec(
    call,
  );
  const name = (
    ['getOffice365ActiveUserDetail', 'getEmailAppUsageUserDetail'] as const
  ).find(known => known.toLowerCase() === parts?.[1].toLowerCase());
  if (!parts || !name) {
    throw new GraphError(
      404,
      'BadRequest',
      `Resource not found for the segment '${call}'.`,
    );
  }
  const days = DAYS_OF_PERIOD[parts[2]];
  if (!days) {
    throw new GraphError(
      400,
      'InvalidRequest',
      `Invalid period value specified: ${parts[2]}. Supported values are: D7, D30, D90, D180.`,
    );
  }
  return { name, days };
}

function conceal(name: string): string {
  return createHash('md5').update(name).digest('hex').toUpperCase();
}

function cell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}

function isAccount(person: Account | Stranger): person is Account {
  return 'assignments' in person;
}

interface LicensedServices {
  services: ReadonlySet<Service>;
  products: string;
}

/** Usage reports as Microsoft writes them: CSV with a byte order mark, rendered once. */
export class Reports {
  readonly #rendered = new Map<string, Buffer>();
  readonly #licensed = new Map<string, LicensedServices>();

  constructor(
    private readonly tenant: Tenant,
    private readonly faults: Faults,
  ) {}

  /** The whole file; a `row` truncation has been applied, a cut connection has not. */
  render(query: ReportQuery): Buffer {
    const key = JSON.stringify([
      query,
      this.tenant.revision,
      this.faults.concealNames,
      this.faults.reports,
    ]);
    let file = this.#rendered.get(key);
    if (!file) {
      // What was rendered before the last change is of no use any more.
      if (this.#rendered.size > 8) this.#rendered.clear();
      file = this.#write(query);
      this.#rendered.set(key, file);
    }
    return file;
  }

  #write(query: ReportQuery): Buffer {
    const faults = this.faults.reports;
    const active = query.name === 'getOffice365ActiveUserDetail';
    const all = active ? ACTIVE_USER_COLUMNS : EMAIL_APP_COLUMNS;
    const order = this.#columnOrder(all, faults);
    const lines = [order ? order.map(i => all[i]).join(',') : all.join(',')];
    const write = (cells: string[]) => {
      const shown = order ? order.map(index => cells[index]) : cells;
      lines.push(shown.map(cell).join(','));
    };
    const refreshed = this.#refreshDate(faults);
    const people: Array<Account | Stranger> = [];
    for (const account of this.tenant.accounts) people.push(account);
    people.push(...this.tenant.deletedAccounts, ...this.tenant.strangers);
    for (const person of people) {
      const cells = active
        ? this.#activeUser(person, refreshed)
        : this.#emailApps(person, refreshed, query.days);
      if (cells) write(cells);
    }
    if (faults.unknownRow ?? this.tenant.accounts.length > 100) {
      write([
        refreshed,
        '(Unknown)',
        '(Unknown)',
        'False',
        '',
        ...all.slice(5).map(() => ''),
      ]);
    }
    this.#spoil(lines, faults.malformedRows ?? 0, all);
    const file = Buffer.from(`\ufeff${lines.join('\n')}\n`);
    return faults.truncate === 'row' ? this.#endInRow(file) : file;
  }

  #columnOrder(
    all: readonly string[],
    { dropColumns = [], reverseColumns }: ReportFaults,
  ): number[] | undefined {
    if (!dropColumns.length && !reverseColumns) return undefined;
    const order = all
      .map((_, index) => index)
      .filter(index => !dropColumns.includes(all[index]));
    return reverseColumns ? order.reverse() : order;
  }

  #refreshDate({ staleDays = 0 }: ReportFaults): string {
    const refreshed = new Date(this.tenant.reportRefreshDate);
    refreshed.setUTCDate(refreshed.getUTCDate() - staleDays);
    return dayOf(refreshed);
  }

  #identity(person: Account | Stranger): string[] {
    const { userPrincipalName, displayName } = person;
    const deletedDate = isAccount(person) ? person.deletedDate : null;
    const names = this.faults.concealNames
      ? [conceal(userPrincipalName), conceal(displayName)]
      : [userPrincipalName, displayName];
    return [...names, deletedDate ? 'True' : 'False', deletedDate ?? ''];
  }

  /** Undefined for who never had anything to report. */
  #activeUser(
    person: Account | Stranger,
    refreshed: string,
  ): string[] | undefined {
    const licensed = isAccount(person) ? this.#servicesOf(person) : undefined;
    if (!licensed?.products && !Object.keys(person.activity).length) {
      return undefined;
    }
    const has = (service: Service) => licensed?.services.has(service) ?? false;
    const assigned = isAccount(person) ? this.#assignDates(person) : undefined;
    return [
      refreshed,
      ...this.#identity(person),
      ...ACTIVE_USER_SERVICES.map(service => (has(service) ? 'True' : 'False')),
      ...ACTIVE_USER_SERVICES.map(service =>
        this.#shown(person.activity[service], refreshed),
      ),
      ...ACTIVE_USER_SERVICES.map(service => assigned?.get(service) ?? ''),
      licensed?.products ?? '',
    ];
  }

  /** The clients of the period; an older last activity shows no client. */
  #emailApps(
    person: Account | Stranger,
    refreshed: string,
    days: number,
  ): string[] | undefined {
    const outlook = person.activity.outlook;
    const last = outlook ?? person.activity.exchange;
    const mailbox =
      last !== undefined ||
      (isAccount(person) && this.#servicesOf(person).services.has('exchange'));
    if (!mailbox) return undefined;
    const opened = new Date(refreshed);
    opened.setUTCDate(opened.getUTCDate() - days + 1);
    const inPeriod = last !== undefined && last >= dayOf(opened);
    const clients =
      inPeriod && isAccount(person) ? person.mailClients : undefined;
    return [
      refreshed,
      ...this.#identity(person),
      this.#shown(last, refreshed),
      ...MAIL_CLIENTS.map(client => {
        if (!clients?.includes(client)) return '';
        return client === 'Outlook For Windows' ? 'ProPlus' : 'Yes';
      }),
      String(days),
    ];
  }

  /** A report does not know what came after its refresh date. */
  #shown(day: string | undefined, refreshed: string): string {
    return day === undefined || day > refreshed ? '' : day;
  }

  #servicesOf(account: Account): LicensedServices {
    const key = account.assignments
      .map(a => `${a.skuId}${a.state}${a.disabledPlans.join()}`)
      .join();
    let licensed = this.#licensed.get(key);
    if (!licensed) {
      const services = new Set<Service>();
      const products: string[] = [];
      for (const { skuId, disabledPlans } of heldLicenses(account)) {
        const product = productOf(skuId);
        if (product) {
          products.push(product.displayName.toUpperCase());
          servicesOf(product, disabledPlans).forEach(s => services.add(s));
        }
      }
      licensed = { services, products: products.join('+') };
      this.#licensed.set(key, licensed);
    }
    return licensed;
  }

  #assignDates(account: Account): Map<Service, string> {
    const dates = new Map<Service, string>();
    for (const assignment of account.assignments) {
      const product = productOf(assignment.skuId);
      if (product && assignment.state !== 'Error') {
        const day = assignment.lastUpdatedDateTime.slice(0, 10);
        for (const service of this.#productServices(product, assignment)) {
          const before = dates.get(service);
          if (!before || day < before) dates.set(service, day);
        }
      }
    }
    return dates;
  }

  #productServices(
    product: NonNullable<ReturnType<typeof productOf>>,
    { skuId, disabledPlans }: Account['assignments'][number],
  ): ReadonlySet<Service> {
    const key = `${skuId} ${disabledPlans.join()}`;
    let licensed = this.#licensed.get(key);
    if (!licensed) {
      licensed = { services: servicesOf(product, disabledPlans), products: '' };
      this.#licensed.set(key, licensed);
    }
    return licensed.services;
  }

  #spoil(lines: string[], count: number, columns: readonly string[]) {
    const rows = lines.length - 1;
    const refreshed = this.tenant.reportRefreshDate;
    for (let index = 0; index < count; index++) {
      const name = `malformed${index + 1}@${this.tenant.domain}`;
      const broken = [
        `${refreshed},${name}`,
        `${refreshed},${name}${',x'.repeat(columns.length + 3)}`,
        `not-a-date,${name},Malformed,Perhaps${',32.13.2026'.repeat(
          columns.length - 4,
        )}`,
      ][index % 3];
      const position = 1 + Math.floor((rows * (index + 1)) / (count + 1));
      lines.splice(position + index, 0, broken);
    }
  }

  /** Two thirds of the file, ended between two cells of a row. */
  #endInRow(file: Buffer): Buffer {
    const comma = file.indexOf(',', Math.floor((file.length * 2) / 3));
    return file.subarray(0, comma < 0 ? file.length - 2 : comma);
  }
}

const DOWNLOAD_MINUTES = 5;

/** Pre-authenticated links to reports, each valid for minutes. */
export class Downloads {
  readonly #links = new Map<string, { query: ReportQuery; expires: number }>();

  /** The id of a new link. */
  create(query: ReportQuery): string {
    const now = Date.now();
    for (const [id, { expires }] of this.#links) {
      if (expires <= now) this.#links.delete(id);
    }
    const id = randomUUID();
    this.#links.set(id, { query, expires: now + DOWNLOAD_MINUTES * 60_000 });
    return id;
  }

  /** What the link gives; undefined when it expired or never was. */
  find(id: string): ReportQuery | undefined {
    const link = this.#links.get(id);
    return link && link.expires > Date.now() ? link.query : undefined;
  }

  /** Ends the validity of all links. */
  expire(): void {
    this.#links.clear();
  }
}
