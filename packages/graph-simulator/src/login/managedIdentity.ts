import { randomBytes, randomUUID } from 'crypto';
import { Request, Router } from 'express';
import { json } from '../answers';
import type { Serve } from '../server';
import { TOKEN_EXCHANGE } from './applications';
import { Secrets } from './Secrets';
import { GRAPH, ServicePrincipal, Tokens } from './tokens';

/** What `Simulator.registerManagedIdentity` needs. */
export interface ManagedIdentityOptions {
  /** Default: a new GUID. */
  clientId?: string;
  displayName: string;
  /** Application permissions given to the identity; default: none. */
  roles?: readonly string[];
}

/** A managed identity, in the simulator's own service. */
export class ManagedIdentity implements ServicePrincipal {
  readonly clientId: string;
  readonly displayName: string;
  /** Id of its service principal: the subject of its tokens for federation. */
  readonly objectId = randomUUID();
  /** Application permissions of tokens issued from now on. */
  roles: readonly string[];

  /** @internal */
  constructor(options: ManagedIdentityOptions) {
    this.clientId = options.clientId ?? randomUUID();
    this.displayName = options.displayName;
    this.roles = options.roles ?? [];
  }
}

class IdentityError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** The endpoints from which a service hosted in Azure gets the tokens of its identity. */
export class ManagedIdentities {
  /** The system-assigned one. */
  readonly system: ManagedIdentity;
  /** What an App Service is given as IDENTITY_HEADER. */
  readonly header: string;
  readonly #userAssigned = new Map<string, ManagedIdentity>();

  constructor(
    roles: readonly string[],
    secrets: Secrets,
    private readonly tokens: Tokens,
    private readonly origin: () => string,
  ) {
    this.system = new ManagedIdentity({
      displayName: 'Portal (system-assigned)',
      roles,
    });
    this.header = secrets.add(randomBytes(24).toString('hex'));
  }

  /** Where an App Service asks: IDENTITY_ENDPOINT. */
  get endpoint(): string {
    return `${this.origin()}/msi/token`;
  }

  /** @throws Error when the client id is taken. */
  register(options: ManagedIdentityOptions): ManagedIdentity {
    const identity = new ManagedIdentity(options);
    const key = identity.clientId.toLowerCase();
    if (this.#userAssigned.has(key)) {
      throw new Error(`Managed identity ${identity.clientId} exists already`);
    }
    this.#userAssigned.set(key, identity);
    return identity;
  }

  router(serve: Serve): Router {
    const router = Router();
    router.get(
      '/msi/token',
      serve(async request => {
        try {
          if (request.get('x-identity-header') !== this.header) {
            throw new IdentityError(
              401,
              'Unauthorized: X-IDENTITY-HEADER is missing or wrong.',
            );
          }
          this.#checkVersion(request, '2019-08-01');
          const { expires_in: _, ...token } = await this.#token(request);
          return json(200, token);
        } catch (error) {
          if (!(error instanceof IdentityError)) throw error;
          return json(error.status, {
            statusCode: error.status,
            message: error.message,
            correlationId: randomUUID(),
          });
        }
      }),
    );
    router.get(
      '/metadata/identity/oauth2/token',
      serve(async request => {
        try {
          if (request.get('metadata')?.toLowerCase() !== 'true') {
            throw new IdentityError(
              400,
              'Required metadata header not specified',
            );
          }
          this.#checkVersion(request, '2018-02-01');
          return json(200, await this.#token(request));
        } catch (error) {
          if (!(error instanceof IdentityError)) throw error;
          return json(error.status, {
            error: 'invalid_request',
            error_description: error.message,
          });
        }
      }),
    );
    return router;
  }

  #checkVersion(request: Request, version: string) {
    if (request.query['api-version'] !== version) {
      throw new IdentityError(400, `The api-version must be ${version}.`);
    }
  }

  async #token(request: Request) {
    const { client_id: clientId, resource } = request.query;
    const identity =
      clientId === undefined
        ? this.system
        : this.#userAssigned.get(String(clientId).toLowerCase());
    if (!identity) {
      throw new IdentityError(400, 'Identity not found');
    }
    const audience = String(resource ?? '').replace(/\/+$/, '');
    let token: string;
    if (audience === TOKEN_EXCHANGE) {
      token = await this.tokens.forExchange(identity, audience);
    } else if (audience === GRAPH || audience === this.origin()) {
      token = await this.tokens.forApplication(
        identity,
        identity.roles,
        audience,
      );
    } else {
      throw new IdentityError(
        400,
        `AADSTS500011: The resource principal named ${audience} was not found in the tenant.`,
      );
    }
    const expires = this.tokens.lifetimeSeconds;
    return {
      access_token: token,
      client_id: identity.clientId,
      expires_in: String(expires),
      expires_on: String(Math.floor(Date.now() / 1000) + expires),
      resource: audience,
      token_type: 'Bearer',
    };
  }
}
