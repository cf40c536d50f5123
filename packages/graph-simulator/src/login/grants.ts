import { createHash, randomBytes } from 'crypto';
import { Answer, json } from '../answers';
import { Faults } from '../faults';
import { DELEGATED_PERMISSIONS } from '../permissions';
import { Account } from '../tenant/model';
import { Tenant } from '../tenant/Tenant';
import { Application } from './applications';
import { Form, required } from './clientAuthentication';
import { LoginError } from './refusals';
import { Secrets } from './Secrets';
import { GRAPH, GRAPH_APP_ID, Tokens } from './tokens';

const CODE_LIFETIME_MS = 10 * 60_000;
const REFRESH_TOKEN_LIFETIME_MS = 90 * 24 * 60 * 60_000;
const SIGN_IN_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** What a scope parameter asks for. */
export interface Scopes {
  /** The audience of the access token. */
  resource: string;
  /** Delegated permissions by name. */
  permissions: string[];
  /** Everything that was consented to: `/.default`. */
  all: boolean;
  /** `openid`, `profile`, `email`, `offline_access`. */
  signIn: string[];
}

/** What a person agreed to at the authorize page. */
export interface Agreement {
  application: Application;
  userId: string;
  scopes: Scopes;
  redirectUri: string;
  codeChallenge: string;
  nonce: string | undefined;
}

interface Grant {
  application: Application;
  userId: string;
  scopes: Scopes;
  nonce: string | undefined;
  /** Grants of an epoch before the person's last password are refused. */
  epoch: number;
}

interface Code extends Grant {
  redirectUri: string;
  codeChallenge: string;
  /** Milliseconds since 1970. */
  expires: number;
  redeemed: boolean;
}

interface RefreshToken extends Grant {
  issued: number;
  expires: number;
  used: boolean;
}

/**
 * Reads a scope parameter of a person's sign-in: names of Graph, whole or short.
 *
 * @throws LoginError 500011 for another resource, 70011 for several, 650053 for a permission that does not exist
 */
export function parseScopes(
  text: string,
  application: Application,
  origin: string,
): Scopes {
  const scopes: Scopes = {
    resource: GRAPH,
    permissions: [],
    all: false,
    signIn: [],
  };
  const resources = new Set<string>();
  for (const scope of text.split(/\s+/).filter(Boolean)) {
    if (SIGN_IN_SCOPES.includes(scope.toLowerCase())) {
      scopes.signIn.push(scope.toLowerCase());
    } else {
      const slash = scope.lastIndexOf('/');
      const resource = slash < 0 ? GRAPH : scope.slice(0, slash);
      const name = scope.slice(slash + 1);
      if (resource !== GRAPH && resource !== origin) {
        throw new LoginError(
          500011,
          `The resource principal named ${resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
        );
      }
      resources.add(resource);
      scopes.resource = resource;
      if (name === '.default') {
        scopes.all = true;
      } else if (DELEGATED_PERMISSIONS.has(name)) {
        scopes.permissions.push(name);
      } else {
        throw new LoginError(
          650053,
          `The application '${application.displayName}' asked for scope '${name}' that doesn't exist on the resource '${GRAPH_APP_ID}'. Contact the app vendor.`,
        );
      }
    }
  }
  if (resources.size > 1) {
    throw new LoginError(
      70011,
      `The provided value for the input parameter 'scope' is not valid: it names more than one resource.`,
    );
  }
  return scopes;
}

/** What the token endpoint gives for what, and what it keeps for that. */
export class Grants {
  readonly #codes = new Map<string, Code>();
  readonly #refreshTokens = new Map<string, RefreshToken>();
  #epoch = 0;
  #everyoneFrom = 0;
  readonly #personFrom = new Map<string, number>();

  constructor(
    private readonly tenant: Tenant,
    private readonly faults: Faults,
    private readonly secrets: Secrets,
    private readonly tokens: Tokens,
    private readonly origin: () => string,
  ) {}

  /** Refuses refresh tokens and codes given out so far (AADSTS50173): the person's, or everyone's. */
  revoke(userId?: string): void {
    this.#epoch += 1;
    if (userId === undefined) {
      this.#everyoneFrom = this.#epoch;
    } else {
      this.#personFrom.set(userId, this.#epoch);
    }
  }

  /** Refresh tokens issued so far were not used for too long (AADSTS700082). */
  expireRefreshTokens(): void {
    this.#refreshTokens.forEach(token => {
      token.expires = 0;
    });
  }

  /** Codes issued so far are older than ten minutes (AADSTS70008). */
  expireCodes(): void {
    this.#codes.forEach(code => {
      code.expires = 0;
    });
  }

  /** The code for what the person agreed to. */
  createCode({ application, userId, ...agreed }: Agreement): string {
    const { permissions, all } = agreed.scopes;
    application.consent(userId, permissions);
    if (all) application.consent(userId, application.delegatedPermissions);
    const code = this.#secret('0.');
    this.#codes.set(code, {
      ...agreed,
      application,
      userId,
      epoch: this.#epoch,
      expires: Date.now() + CODE_LIFETIME_MS,
      redeemed: false,
    });
    return code;
  }

  /** `grant_type=client_credentials` */
  async clientCredentials(application: Application, form: Form) {
    const scope = form.get('scope') ?? '';
    const resource = [GRAPH, this.origin()].find(accepted =>
      scope.split(' ').includes(`${accepted}/.default`),
    );
    if (!resource) {
      throw new LoginError(
        1002012,
        `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
      );
    }
    return json(200, {
      ...this.#lifetime(),
      access_token: await this.tokens.forApplication(
        application,
        application.grantedRoles,
        resource,
      ),
    });
  }

  /** `grant_type=authorization_code` */
  async authorizationCode(
    application: Application,
    form: Form,
  ): Promise<Answer> {
    const code = this.#codes.get(required(form, 'code'));
    const redirectUri = required(form, 'redirect_uri');
    const verifier = required(form, 'code_verifier');
    if (!code) {
      throw new LoginError(9002313, undefined, 'invalid_grant');
    }
    if (code.application !== application) {
      throw new LoginError(70000);
    }
    if (code.redeemed) {
      throw new LoginError(54005);
    }
    if (code.expires <= Date.now()) {
      throw new LoginError(70008);
    }
    if (code.redirectUri !== redirectUri) {
      throw new LoginError(
        500112,
        `The reply address '${redirectUri}' does not match the reply address '${code.redirectUri}' provided when requesting Authorization code.`,
      );
    }
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (challenge !== code.codeChallenge) {
      throw new LoginError(501481);
    }
    code.redeemed = true;
    return this.#delegated(code, form);
  }

  /** `grant_type=refresh_token` */
  async refreshToken(application: Application, form: Form): Promise<Answer> {
    const token = this.#refreshTokens.get(required(form, 'refresh_token'));
    if (!token) {
      throw new LoginError(9002313, undefined, 'invalid_grant');
    }
    if (token.application !== application) {
      throw new LoginError(70000);
    }
    if (token.used && this.faults.strictRefreshTokens) {
      throw new LoginError(70008);
    }
    if (token.expires <= Date.now()) {
      throw new LoginError(
        700082,
        `The refresh token has expired due to inactivity. The token was issued on ${new Date(
          token.issued,
        ).toISOString()} and was inactive for 90.00:00:00.`,
      );
    }
    const usedBefore = token.used;
    token.used = true;
    try {
      return await this.#delegated(token, form);
    } catch (error) {
      token.used = usedBefore;
      throw error;
    }
  }

  async #delegated(grant: Grant, form: Form): Promise<Answer> {
    const { application } = grant;
    const account = this.#account(grant);
    const asked = parseScopes(
      form.get('scope') ?? '',
      application,
      this.origin(),
    );
    const nothing = !asked.all && asked.permissions.length === 0;
    const { resource, permissions, all } = nothing ? grant.scopes : asked;
    const consented = application.consented(account.id);
    const granted = all ? [...consented] : permissions;
    if (
      granted.length === 0 ||
      !granted.every(permission => consented.has(permission))
    ) {
      throw new LoginError(
        65001,
        `The user or administrator has not consented to use the application with ID '${application.clientId}' named '${application.displayName}'. Send an interactive authorization request for this user and resource.`,
      );
    }
    const signIn = new Set([...grant.scopes.signIn, ...asked.signIn]);
    const accessToken = await this.tokens.forPerson(
      application,
      account,
      granted,
      resource,
    );
    return json(200, {
      ...this.#lifetime(),
      scope: [
        ...[...signIn].filter(scope => scope !== 'offline_access'),
        ...granted.map(permission => `${resource}/${permission}`),
        ...(all ? [`${resource}/.default`] : []),
      ].join(' '),
      access_token: accessToken,
      refresh_token: signIn.has('offline_access')
        ? this.#createRefreshToken(grant, [...signIn])
        : undefined,
      id_token: signIn.has('openid')
        ? await this.tokens.forIdentity(application, account, grant.nonce)
        : undefined,
      client_info:
        form.get('client_info') === '1'
          ? Buffer.from(
              JSON.stringify({ uid: account.id, utid: this.tenant.tenantId }),
            ).toString('base64url')
          : undefined,
    });
  }

  #account({ epoch, userId }: Grant): Account {
    const account = this.tenant.find(userId);
    if (!account) {
      throw new LoginError(
        50034,
        `The user account ${userId} does not exist in the ${this.tenant.tenantId} directory. To sign into this application, the account must be added to the directory.`,
      );
    }
    if (!account.accountEnabled) {
      throw new LoginError(50057);
    }
    if (
      epoch < Math.max(this.#everyoneFrom, this.#personFrom.get(userId) ?? 0)
    ) {
      throw new LoginError(50173);
    }
    return account;
  }

  #createRefreshToken(grant: Grant, signIn: string[]): string {
    const token = this.#secret('1.');
    const now = Date.now();
    this.#refreshTokens.set(token, {
      application: grant.application,
      userId: grant.userId,
      scopes: { ...grant.scopes, signIn },
      nonce: undefined,
      epoch: grant.epoch,
      issued: now,
      expires: now + REFRESH_TOKEN_LIFETIME_MS,
      used: false,
    });
    return token;
  }

  #secret(prefix: string): string {
    return this.secrets.add(prefix + randomBytes(48).toString('base64url'));
  }

  #lifetime() {
    return {
      token_type: 'Bearer',
      expires_in: this.tokens.lifetimeSeconds,
      ext_expires_in: this.tokens.lifetimeSeconds,
    };
  }
}
