import { randomUUID } from 'crypto';
import { exportJWK, generateKeyPair, JWTPayload, SignJWT } from 'jose';
import { GraphError } from '../answers';
import { Faults } from '../faults';
import { DIRECTORY_ROLES } from '../permissions';
import { Account } from '../tenant/model';
import { Tenant } from '../tenant/Tenant';
import { Secrets } from './Secrets';

export const GRAPH = 'https://graph.microsoft.com';
export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';
/** Stands in `wids` of everyone who is a member of the tenant. */
const MEMBER_OF_TENANT = 'b79fbf4d-3ef9-4689-8143-76b194e85509';
const SIGNATURE = { typ: 'JWT', alg: 'RS256', kid: 'simulator' } as const;

/** Whom an access token lets in. */
export type Caller =
  | { kind: 'application'; permissions: readonly string[] }
  | { kind: 'delegated'; permissions: readonly string[]; userId: string };

/** An application or managed identity, as a token names it. */
export interface ServicePrincipal {
  readonly clientId: string;
  readonly displayName: string;
  /** Id of the service principal. */
  readonly objectId: string;
}

interface IssuedToken {
  caller: Caller;
  /** Milliseconds since 1970. */
  expires: number;
  generation: number;
}

let signingKeys: ReturnType<typeof generateKeyPair> | undefined;

/** One key pair for all simulators of a process: making one takes a while. */
function keys() {
  signingKeys ??= generateKeyPair('RS256');
  return signingKeys;
}

/** The public half of what tokens are signed with, as a JSON Web Key Set. */
export async function signingKeySet() {
  const { publicKey } = await keys();
  const key = await exportJWK(publicKey);
  return { keys: [{ ...key, use: 'sig', kid: SIGNATURE.kid, alg: 'RS256' }] };
}

/** Issues tokens, and knows the access tokens it issued. */
export class Tokens {
  readonly #issued = new Map<string, IssuedToken>();

  constructor(
    private readonly tenant: Tenant,
    private readonly faults: Faults,
    private readonly secrets: Secrets,
    private readonly origin: () => string,
    readonly lifetimeSeconds: number,
  ) {}

  /** Who issues the tokens: `iss`. */
  get issuer(): string {
    return `${this.origin()}/${this.tenant.tenantId}/v2.0`;
  }

  /** An access token of the application itself. */
  async forApplication(
    principal: ServicePrincipal,
    roles: readonly string[],
    audience: string,
  ): Promise<string> {
    const token = await this.#sign(audience, {
      ...this.#aboutApplication(principal),
      idtyp: 'app',
      oid: principal.objectId,
      roles: roles.length ? [...roles] : undefined,
      sub: principal.objectId,
      ver: '1.0',
    });
    this.#remember(token, { kind: 'application', permissions: [...roles] });
    return token;
  }

  /** An access token of the application on behalf of a person. */
  async forPerson(
    principal: ServicePrincipal,
    account: Account,
    permissions: readonly string[],
    audience: string,
  ): Promise<string> {
    const token = await this.#sign(audience, {
      ...this.#aboutApplication(principal),
      idtyp: 'user',
      name: account.displayName,
      oid: account.id,
      scp: permissions.join(' '),
      sub: account.id,
      unique_name: account.userPrincipalName,
      upn: account.userPrincipalName,
      ver: '1.0',
      wids: [
        ...account.directoryRoles.map(role => DIRECTORY_ROLES[role]),
        MEMBER_OF_TENANT,
      ],
    });
    this.#remember(token, {
      kind: 'delegated',
      permissions: [...permissions],
      userId: account.id,
    });
    return token;
  }

  /** Tells the application who signed in. */
  forIdentity(
    principal: ServicePrincipal,
    account: Account,
    nonce: string | undefined,
  ): Promise<string> {
    return this.#sign(principal.clientId, {
      name: account.displayName,
      nonce,
      oid: account.id,
      preferred_username: account.userPrincipalName,
      sub: account.id,
      tid: this.tenant.tenantId,
      ver: '2.0',
    });
  }

  /** A managed identity's token that an application takes in place of a certificate of its own. */
  forExchange(principal: ServicePrincipal, audience: string): Promise<string> {
    return this.#sign(audience, {
      azp: principal.clientId,
      oid: principal.objectId,
      sub: principal.objectId,
      tid: this.tenant.tenantId,
      ver: '2.0',
    });
  }

  /**
   * Whom the bearer token lets in.
   *
   * @throws GraphError 401 `InvalidAuthenticationToken` for one that is missing, expired or not ours.
   */
  caller(authorization: string | undefined): Caller {
    const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
    if (!token) {
      throw this.#unauthenticated('Access token is empty.');
    }
    const issued = this.#issued.get(token);
    if (!issued) {
      this.secrets.add(token);
      throw this.#unauthenticated(
        'Access token validation failure. Invalid signature.',
      );
    }
    if (
      issued.expires <= Date.now() ||
      issued.generation !== this.faults.tokenGeneration
    ) {
      throw this.#unauthenticated(
        'Lifetime validation failed, the token is expired.',
      );
    }
    return issued.caller;
  }

  #unauthenticated(message: string): GraphError {
    return new GraphError(401, 'InvalidAuthenticationToken', message, {
      'www-authenticate': `Bearer realm="", authorization_uri="${this.origin()}/common/oauth2/authorize", client_id="${GRAPH_APP_ID}"`,
    });
  }

  #aboutApplication({ clientId, displayName }: ServicePrincipal): JWTPayload {
    return {
      app_displayname: displayName,
      appid: clientId,
      tid: this.tenant.tenantId,
    };
  }

  #remember(token: string, caller: Caller) {
    this.#issued.set(token, {
      caller,
      expires: Date.now() + this.lifetimeSeconds * 1000,
      generation: this.faults.tokenGeneration,
    });
  }

  async #sign(audience: string, claims: JWTPayload): Promise<string> {
    const { privateKey } = await keys();
    const issuedAt = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ ...claims, uti: randomUUID() })
      .setProtectedHeader(SIGNATURE)
      .setIssuer(this.issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(issuedAt + this.lifetimeSeconds)
      .sign(privateKey);
    return this.secrets.add(token);
  }
}
