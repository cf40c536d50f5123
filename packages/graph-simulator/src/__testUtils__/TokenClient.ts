import { createHash, randomBytes } from 'crypto';
import type { Simulator } from '../index';

/** An answer of the token endpoint; what is missing shows in the assertion. */
export interface TokenBody {
  access_token: string;
  refresh_token: string;
  id_token: string;
  client_info: string;
  scope: string;
  error: string;
  error_description: string;
  error_codes: number[];
  suberror: string;
}

export const REDIRECT_URI = 'http://localhost:3000/connections';

/** Asks the token endpoint as an application does, and a person at the authorize page. */
export class TokenClient {
  readonly verifier = randomBytes(32).toString('base64url');

  constructor(private readonly simulator: Simulator) {}

  get tokenEndpoint(): string {
    const { tenantId, url } = this.simulator;
    return `${url}/${tenantId}/oauth2/v2.0/token`;
  }

  /** The main application's request, unless `form` says otherwise; what is undefined is left out. */
  async request(
    form: Record<string, string | undefined>,
  ): Promise<TokenBody & { status: number }> {
    const { clientId, clientSecret } = this.simulator;
    const whole = new URLSearchParams();
    for (const [name, value] of Object.entries({
      client_id: clientId,
      client_secret: clientSecret,
      ...form,
    })) {
      if (value !== undefined) whole.set(name, value);
    }
    const response = await fetch(this.tokenEndpoint, {
      method: 'POST',
      body: whole,
    });
    return { status: response.status, ...(await response.json()) };
  }

  /** A token of the application; `undefined` leaves a parameter out. */
  credentials(form: Record<string, string | undefined> = {}) {
    return this.request({
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
      ...form,
    });
  }

  assertion(clientAssertion: string, clientId?: string) {
    return this.credentials({
      ...(clientId && { client_id: clientId }),
      client_secret: undefined,
      client_assertion_type:
        'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: clientAssertion,
    });
  }

  authorizeUrl(changes: Record<string, string | undefined> = {}): string {
    const { clientId, tenantId, url } = this.simulator;
    const address = new URL(`${url}/${tenantId}/oauth2/v2.0/authorize`);
    for (const [name, value] of Object.entries({
      client_id: clientId,
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile offline_access User.Read.All Reports.Read.All',
      state: 'the-state',
      nonce: 'the-nonce',
      code_challenge: createHash('sha256')
        .update(this.verifier)
        .digest('base64url'),
      code_challenge_method: 'S256',
      ...changes,
    })) {
      if (value !== undefined) address.searchParams.set(name, value);
    }
    return address.href;
  }

  /** What Microsoft sends a person back with. */
  async sentBack(
    changes: Record<string, string | undefined> = {},
    account = 'robin.sommer@contoso.example',
    accept = true,
  ): Promise<URLSearchParams> {
    const address = await this.simulator.signIn(this.authorizeUrl(changes), {
      account,
      accept,
    });
    return new URL(address).searchParams;
  }

  redeem(code: string, changes: Record<string, string | undefined> = {}) {
    return this.request({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: this.verifier,
      client_info: '1',
      ...changes,
    });
  }

  refresh(token: string, changes: Record<string, string | undefined> = {}) {
    return this.request({
      grant_type: 'refresh_token',
      refresh_token: token,
      ...changes,
    });
  }

  /** Signs a person in and redeems the code. */
  async signIn(
    account?: string,
    changes: Record<string, string | undefined> = {},
  ): Promise<TokenBody> {
    const code = (await this.sentBack(changes, account)).get('code') ?? '';
    return this.redeem(code);
  }

  /** The status Graph answers the token with. */
  async status(
    token: string,
    path: string,
    init: RequestInit = {},
  ): Promise<number> {
    const response = await fetch(`${this.simulator.url}/v1.0${path}`, {
      redirect: 'manual',
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
    await response.body?.cancel();
    return response.status;
  }
}
