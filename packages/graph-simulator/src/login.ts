import { randomUUID } from 'crypto';
import express, { Request, Router } from 'express';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Answer, GraphError, json } from './answers';
import { Faults } from './faults';

/** The application registration the simulator knows. */
export interface Registration {
  tenantId: string;
  domain: string;
  clientId: string;
  clientSecret: string;
  roles: readonly string[];
  tokenLifetimeSeconds: number;
}

interface IssuedToken {
  roles: readonly string[];
  /** Milliseconds since 1970. */
  expires: number;
  generation: number;
}

const GRAPH = 'https://graph.microsoft.com';
const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

class LoginError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly number: number,
    message: string,
  ) {
    super(message);
  }
}

let signingKeys: ReturnType<typeof generateKeyPair> | undefined;

/** One key pair for all simulators of a process: making one takes a while. */
function keys() {
  signingKeys ??= generateKeyPair('RS256');
  return signingKeys;
}

/** The Microsoft identity platform: token endpoint and the documents that lead to it. */
export class Login {
  readonly #issued = new Map<string, IssuedToken>();

  constructor(
    private readonly registration: Registration,
    private readonly faults: Faults,
    private readonly origin: () => string,
  ) {}

  /**
   * The roles of the bearer token.
   *
   * @throws GraphError 401 `InvalidAuthenticationToken` for one that is missing, expired or not ours.
   */
  roles(authorization: string | undefined): readonly string[] {
    const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
    if (!token) {
      throw this.#unauthenticated('Access token is empty.');
    }
    const issued = this.#issued.get(token);
    if (!issued) {
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
    return issued.roles;
  }

  #unauthenticated(message: string): GraphError {
    return new GraphError(401, 'InvalidAuthenticationToken', message, {
      'www-authenticate': `Bearer realm="", authorization_uri="${this.origin()}/common/oauth2/authorize", client_id="${GRAPH_APP_ID}"`,
    });
  }

  /** Routes; `serve` turns handlers into middleware. */
  router(
    serve: (
      handler: (request: Request) => Answer | Promise<Answer>,
    ) => express.RequestHandler,
  ): Router {
    const router = Router();
    router.get(
      '/common/discovery/instance',
      serve(() => this.#instanceDiscovery()),
    );
    router.get(
      '/:tenant/v2.0/.well-known/openid-configuration',
      serve(request => this.#openIdConfiguration(request.params.tenant)),
    );
    router.get(
      '/:tenant/discovery/v2.0/keys',
      serve(async () => {
        const { publicKey } = await keys();
        const key = await exportJWK(publicKey);
        return json(200, {
          keys: [{ ...key, use: 'sig', kid: 'simulator', alg: 'RS256' }],
        });
      }),
    );
    router.post(
      '/:tenant/oauth2/v2.0/token',
      express.urlencoded({ extended: false }),
      serve(request => this.#token(request)),
    );
    return router;
  }

  #instanceDiscovery(): Answer {
    const { host } = new URL(this.origin());
    const { tenantId } = this.registration;
    return json(200, {
      tenant_discovery_endpoint: `${this.origin()}/${tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [
        { preferred_network: host, preferred_cache: host, aliases: [host] },
      ],
    });
  }

  #openIdConfiguration(tenant: string): Answer {
    try {
      this.#checkTenant(tenant);
    } catch (error) {
      return this.#refusal(error);
    }
    const authority = `${this.origin()}/${this.registration.tenantId}`;
    return json(200, {
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      jwks_uri: `${authority}/discovery/v2.0/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      issuer: `${authority}/v2.0`,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      tenant_region_scope: 'EU',
      cloud_instance_name: 'simulator',
    });
  }

  async #token(request: Request): Promise<Answer> {
    try {
      return await this.#issue(request);
    } catch (error) {
      return this.#refusal(error);
    }
  }

  async #issue(request: Request): Promise<Answer> {
    const { clientId, clientSecret, roles, tenantId, tokenLifetimeSeconds } =
      this.registration;
    const form = new Map<string, unknown>(Object.entries(request.body ?? {}));
    this.#checkTenant(request.params.tenant);
    if (form.get('grant_type') !== 'client_credentials') {
      throw new LoginError(
        400,
        'unsupported_grant_type',
        70003,
        `The app requested an unsupported grant type '${form.get(
          'grant_type',
        )}'.`,
      );
    }
    if (form.get('client_id') !== clientId) {
      throw new LoginError(
        400,
        'unauthorized_client',
        700016,
        `Application with identifier '${form.get(
          'client_id',
        )}' was not found in the directory 'Contoso'.`,
      );
    }
    if (!form.get('client_secret')) {
      throw new LoginError(
        401,
        'invalid_client',
        7000216,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
      );
    }
    if (
      this.faults.refuseSecret ||
      form.get('client_secret') !== clientSecret
    ) {
      throw new LoginError(
        401,
        'invalid_client',
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
      );
    }
    const scope = String(form.get('scope') ?? '');
    const resource = [GRAPH, this.origin()].find(accepted =>
      scope.split(' ').includes(`${accepted}/.default`),
    );
    if (!resource) {
      throw new LoginError(
        400,
        'invalid_scope',
        1002012,
        `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
      );
    }
    const { privateKey } = await keys();
    const issuedAt = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({
      appid: clientId,
      idtyp: 'app',
      roles: [...roles],
      tid: tenantId,
      uti: randomUUID(),
      ver: '1.0',
    })
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: 'simulator' })
      .setIssuer(`${this.origin()}/${tenantId}/v2.0`)
      .setAudience(resource)
      .setSubject(clientId)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(issuedAt + tokenLifetimeSeconds)
      .sign(privateKey);
    this.#issued.set(token, {
      roles,
      expires: (issuedAt + tokenLifetimeSeconds) * 1000,
      generation: this.faults.tokenGeneration,
    });
    return json(200, {
      token_type: 'Bearer',
      expires_in: tokenLifetimeSeconds,
      ext_expires_in: tokenLifetimeSeconds,
      access_token: token,
    });
  }

  #checkTenant(tenant: string) {
    const { domain, tenantId } = this.registration;
    if (
      this.faults.unknownTenant ||
      ![tenantId, domain].includes(tenant.toLowerCase())
    ) {
      throw new LoginError(
        400,
        'invalid_request',
        90002,
        `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
      );
    }
  }

  #refusal(error: unknown): Answer {
    if (!(error instanceof LoginError)) throw error;
    const trace = randomUUID();
    const correlation = randomUUID();
    const timestamp = `${new Date()
      .toISOString()
      .slice(0, 19)
      .replace('T', ' ')}Z`;
    return json(error.status, {
      error: error.error,
      error_description: `AADSTS${error.number}: ${error.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
      error_codes: [error.number],
      timestamp,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `${this.origin()}/error?code=${error.number}`,
    });
  }
}
