import type { User } from '@microsoft/microsoft-graph-types';
import { GraphError } from './answers';
import { Account, Assignment } from './tenant/model';
import { heldLicenses, Tenant } from './tenant/Tenant';

/** What Graph returns without `$select`. */
const DEFAULT_PROPERTIES = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

type AccountView = Account & { readonly assignments: readonly Assignment[] };

const nothing = () => null;
const none = () => [];

/** The properties of a user that can be selected. */
const PROPERTIES: {
  readonly [Property in keyof User]?: (account: AccountView) => User[Property];
} = {
  id: account => account.id,
  accountEnabled: account => account.accountEnabled,
  assignedLicenses: account => heldLicenses(account),
  businessPhones: none,
  city: nothing,
  companyName: account => account.companyName,
  country: account => account.country,
  createdDateTime: account => account.createdDateTime,
  creationType: account => (account.userType === 'Guest' ? 'Invitation' : null),
  deletedDateTime: nothing,
  department: account => account.department,
  displayName: account => account.displayName,
  employeeHireDate: nothing,
  employeeId: nothing,
  employeeLeaveDateTime: nothing,
  employeeType: account => account.employeeType,
  externalUserState: account =>
    account.userType === 'Guest' ? 'Accepted' : null,
  givenName: account => account.givenName,
  jobTitle: account => account.jobTitle,
  licenseAssignmentStates: account =>
    account.assignments.map(assignment => ({
      skuId: assignment.skuId,
      disabledPlans: [...assignment.disabledPlans],
      assignedByGroup: assignment.assignedByGroup,
      state: assignment.state,
      error: assignment.error,
      lastUpdatedDateTime: assignment.lastUpdatedDateTime,
    })),
  mail: account => account.mail,
  mailNickname: account => account.userPrincipalName.split('@')[0],
  mobilePhone: nothing,
  officeLocation: account => account.officeLocation,
  onPremisesSyncEnabled: nothing,
  otherMails: none,
  postalCode: nothing,
  preferredLanguage: nothing,
  proxyAddresses: account => (account.mail ? [`SMTP:${account.mail}`] : []),
  // Absent for who never signed in.
  signInActivity: ({ signIns }) =>
    signIns
      ? {
          lastSignInDateTime: signIns.lastSignIn,
          lastSignInRequestId: null,
          lastNonInteractiveSignInDateTime: signIns.lastNonInteractive,
          lastNonInteractiveSignInRequestId: null,
          lastSuccessfulSignInDateTime: signIns.lastSuccessful,
          lastSuccessfulSignInRequestId: null,
        }
      : undefined,
  state: nothing,
  streetAddress: nothing,
  surname: account => account.surname,
  usageLocation: account => account.usageLocation,
  userPrincipalName: account => account.userPrincipalName,
  userType: account => account.userType,
};

const READERS: ReadonlyMap<string, (account: AccountView) => unknown> = new Map(
  Object.entries(PROPERTIES),
);

export interface Selection {
  /** As written in `$select`, or empty. */
  readonly text: string;
  readonly properties: readonly string[];
}

/** @throws GraphError 400 for a property that users do not have. */
export function parseSelection(select: string | undefined): Selection {
  if (!select) return { text: '', properties: DEFAULT_PROPERTIES };
  const properties = select.split(',').map(property => property.trim());
  for (const property of properties) {
    if (!READERS.has(property)) {
      throw new GraphError(
        400,
        'BadRequest',
        `Parsing OData Select and Expand failed: Could not find a property named '${property}' on type 'microsoft.graph.user'.`,
      );
    }
  }
  return { text: properties.join(','), properties };
}

/** Licenses as reads show them: what assignLicense changed can be late. */
export class VisibleLicenses {
  readonly #before = new Map<string, readonly Assignment[]>();

  constructor(private readonly tenant: Tenant) {}

  /** Keeps showing what the account held before, until `show`. */
  hold(account: Account): void {
    if (!this.#before.has(account.id)) {
      this.#before.set(account.id, account.assignments);
    }
  }

  /** Shows the change to one account, or all changes. */
  show(id?: string): void {
    for (const held of id === undefined ? [...this.#before.keys()] : [id]) {
      // An update without changes forgets the pages that show the account.
      if (this.#before.delete(held) && this.tenant.find(held)) {
        this.tenant.update(held, {});
      }
    }
  }

  of(account: Account): Account {
    const assignments = this.#before.get(account.id);
    return assignments ? { ...account, assignments } : account;
  }
}

/** The account as Graph shows it, with the selected properties. */
export function renderUser(
  account: Account,
  selection: Selection,
): Record<string, unknown> {
  const user: Record<string, unknown> = {};
  for (const property of selection.properties) {
    user[property] = READERS.get(property)?.(account);
  }
  return user;
}

interface Page {
  /** Sequence numbers of the accounts around which it was rendered. */
  readonly after: number;
  readonly last: number;
  readonly body: Buffer;
}

const CACHE_BYTES = 1024 ** 3;

/**
 * Pages of `/users`, each rendered once and kept until one of its accounts
 * changes. A page begins after an account, not at an offset, so accounts that
 * come or go during a listing shift nothing.
 */
export class UserPages {
  readonly #pages = new Map<string, Page>();
  #bytes = 0;

  constructor(
    private readonly tenant: Tenant,
    private readonly visible: VisibleLicenses,
    private readonly origin: () => string,
  ) {
    tenant.onChange(sequence => {
      for (const [key, page] of this.#pages) {
        if (page.after < sequence && sequence <= page.last) {
          this.#pages.delete(key);
          this.#bytes -= page.body.length;
        }
      }
    });
  }

  /**
   * @param after - sequence number of the last account of the page before; 0 for the first page
   * @param nextLink - the link to the page that follows an account
   */
  page(
    selection: Selection,
    top: number,
    after: number,
    count: boolean,
    nextLink: (after: number) => string,
  ): Buffer {
    const key = `${selection.text} ${top} ${after} ${count}`;
    const kept = this.#pages.get(key);
    // Without a count nothing outside the page shows in it.
    if (kept && !count) return kept.body;

    const { accounts } = this.tenant;
    const start = this.tenant.indexAfter(after);
    const shown = accounts.slice(start, start + top);
    const more = start + top < accounts.length;
    const context = `${this.origin()}/v1.0/$metadata#users${
      selection.text ? `(${selection.text})` : ''
    }`;
    const body = Buffer.from(
      JSON.stringify({
        '@odata.context': context,
        ...(count && after === 0 ? { '@odata.count': accounts.length } : {}),
        ...(more
          ? { '@odata.nextLink': nextLink(shown[shown.length - 1].sequence) }
          : {}),
        value: shown.map(account =>
          renderUser(this.visible.of(account), selection),
        ),
      }),
    );
    if (!count && this.#bytes + body.length <= CACHE_BYTES) {
      this.#pages.set(key, {
        after,
        last: more ? shown[shown.length - 1].sequence : Infinity,
        body,
      });
      this.#bytes += body.length;
    }
    return body;
  }
}
