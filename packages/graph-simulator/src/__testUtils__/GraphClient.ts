import type { Simulator } from '../index';

/** One account as tests look at it. */
export interface ListedUser {
  id: string;
  userPrincipalName: string;
  assignedLicenses: Array<{ skuId: string; disabledPlans: string[] }>;
  licenseAssignmentStates: Array<{
    skuId: string;
    assignedByGroup: string | null;
    state: string;
    error: string;
  }>;
  signInActivity?: Record<string, string | null>;
}

/** Every body the tests read, whatever was asked; what is missing shows in the assertion. */
export interface Body {
  '@odata.nextLink'?: string;
  '@odata.count'?: number;
  value: ListedUser[];
  error: {
    code: string;
    message: string;
    innerError: Record<string, string>;
  };
  access_token: string;
}

/** A client as plain as can be: no retries, nothing hidden. */
export class GraphClient {
  #token: string | undefined;

  constructor(private readonly simulator: Simulator) {}

  async token(changes: Record<string, string> = {}): Promise<Response> {
    const { clientId, clientSecret, tenantId, url } = this.simulator;
    return fetch(`${url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: 'https://graph.microsoft.com/.default',
        ...changes,
      }),
    });
  }

  async signIn(): Promise<string> {
    const body: Body = await (await this.token()).json();
    this.#token = body.access_token;
    return body.access_token;
  }

  /** Asks for a path below `/v1.0`, or a whole URL. */
  async fetch(pathOrUrl: string, init: RequestInit = {}): Promise<Response> {
    const token = this.#token ?? (await this.signIn());
    return fetch(
      pathOrUrl.startsWith('/')
        ? `${this.simulator.url}/v1.0${pathOrUrl}`
        : pathOrUrl,
      {
        redirect: 'manual',
        ...init,
        headers: { authorization: `Bearer ${token}`, ...init.headers },
      },
    );
  }

  async get(pathOrUrl: string): Promise<Body & Record<string, unknown>> {
    return (await this.fetch(pathOrUrl)).json();
  }

  /** `[status, code, message]` of a refusal. */
  async refusal(
    pathOrUrl: string,
    init: RequestInit = {},
  ): Promise<[number, string, string]> {
    const response = await this.fetch(pathOrUrl, init);
    const { error }: Body = await response.json();
    return [response.status, error.code, error.message];
  }

  assignLicense(user: string, payload: unknown): Promise<Response> {
    return this.fetch(
      `/users/${encodeURIComponent(user)}/assignLicense`,
      GraphClient.json(payload),
    );
  }

  static json(payload: unknown): RequestInit {
    return {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    };
  }

  /** Every account, page after page. */
  async users(query: string): Promise<ListedUser[]> {
    const users: ListedUser[] = [];
    let next: string | undefined = `/users?${query}`;
    while (next) {
      const page: Body = await this.get(next);
      users.push(...page.value);
      next = page['@odata.nextLink'];
    }
    return users;
  }

  /** The URL a report redirects to. */
  async reportLocation(call: string): Promise<string> {
    const response = await this.fetch(`/reports/${call}`);
    return response.headers.get('location') ?? '';
  }

  /** The report's lines without the byte order mark, which `text()` takes away. */
  async report(call: string): Promise<string[]> {
    const response = await fetch(await this.reportLocation(call));
    return (await response.text()).trimEnd().split('\n');
  }
}
