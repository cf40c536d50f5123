import express, { Request, Router } from 'express';
import { Answer, json } from '../answers';
import { Faults } from '../faults';
import type { Serve } from '../server';
import { Tenant } from '../tenant/Tenant';
import { Application, ApplicationOptions, Applications } from './applications';
import { AuthorizePages } from './authorize';
import { ClientAuthentication, Form } from './clientAuthentication';
import { Grants } from './grants';
import { ManagedIdentities } from './managedIdentity';
import { LoginError, refusalAnswer } from './refusals';
import { Secrets } from './Secrets';
import { signingKeySet, Tokens } from './tokens';

/** Parameters of a token request that nobody else may see. */
const SECRET_PARAMETERS = [
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'refresh_token',
];

export interface LoginOptions {
  tenant: Tenant;
  faults: Faults;
  secrets: Secrets;
  origin: () => string;
  tokenLifetimeSeconds: number;
  /** The application that is there from the start. */
  application: ApplicationOptions;
}

/** The Microsoft identity platform of one tenant. */
export class Login {
  readonly applications: Applications;
  /** The application that is there from the start. */
  readonly application: Application;
  readonly tokens: Tokens;
  readonly grants: Grants;
  readonly managedIdentities: ManagedIdentities;
  readonly #clients: ClientAuthentication;
  readonly #authorizePages: AuthorizePages;

  constructor(private readonly options: LoginOptions) {
    const { faults, origin, secrets, tenant, tokenLifetimeSeconds } = options;
    this.applications = new Applications(secrets);
    this.application = this.applications.register(options.application);
    this.tokens = new Tokens(
      tenant,
      faults,
      secrets,
      origin,
      tokenLifetimeSeconds,
    );
    this.grants = new Grants(tenant, faults, secrets, this.tokens, origin);
    this.managedIdentities = new ManagedIdentities(
      this.application.roles,
      secrets,
      this.tokens,
      origin,
    );
    this.#clients = new ClientAuthentication(
      tenant,
      this.applications,
      faults,
      this.tokens,
      origin,
    );
    this.#authorizePages = new AuthorizePages(
      tenant,
      this.#clients,
      this.grants,
      origin,
      name => this.#checkTenant(name),
    );
  }

  /** Routes; `serve` turns handlers into middleware. */
  router(serve: Serve): Router {
    const router = Router();
    router.use(this.managedIdentities.router(serve));
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
      serve(async () => json(200, await signingKeySet())),
    );
    router.use(this.#authorizePages.router(serve));
    router.post(
      '/:tenant/oauth2/v2.0/token',
      express.urlencoded({ extended: false }),
      serve(request => this.#token(request)),
    );
    return router;
  }

  #instanceDiscovery(): Answer {
    const origin = this.options.origin();
    const { host } = new URL(origin);
    return json(200, {
      tenant_discovery_endpoint: `${origin}/${this.options.tenant.tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [
        { preferred_network: host, preferred_cache: host, aliases: [host] },
      ],
    });
  }

  #openIdConfiguration(tenant: string): Answer {
    const origin = this.options.origin();
    try {
      this.#checkTenant(tenant);
    } catch (error) {
      return refusalAnswer(error, origin);
    }
    const authority = `${origin}/${this.options.tenant.tenantId}`;
    return json(200, {
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: [
        'client_secret_post',
        'private_key_jwt',
      ],
      jwks_uri: `${authority}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment'],
      response_types_supported: ['code'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      code_challenge_methods_supported: ['S256'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      issuer: this.tokens.issuer,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      tenant_region_scope: 'EU',
      cloud_instance_name: 'simulator',
    });
  }

  async #token(request: Request): Promise<Answer> {
    try {
      const form = this.#form(request);
      this.#checkTenant(request.params.tenant);
      const refused = this.options.faults.refuseTokens;
      if (refused) {
        const { number, error } = refused;
        const message = refused.echo
          ? [refused.message, ...form.values()].join(' ')
          : refused.message;
        throw new LoginError(number, message, error);
      }
      return await this.#grant(form);
    } catch (error) {
      return refusalAnswer(error, this.options.origin());
    }
  }

  async #grant(form: Form): Promise<Answer> {
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return this.grants.clientCredentials(
          await this.#clients.application(form),
          form,
        );
      case 'authorization_code':
        return this.grants.authorizationCode(
          await this.#clients.application(form),
          form,
        );
      case 'refresh_token':
        return this.grants.refreshToken(
          await this.#clients.application(form),
          form,
        );
      default:
        throw new LoginError(
          70003,
          `The app requested an unsupported grant type '${form.get(
            'grant_type',
          )}'.`,
        );
    }
  }

  /** @throws LoginError 9002313 where a parameter stands twice. */
  #form(request: Request): Form {
    const form = new Map<string, string>();
    for (const [name, value] of Object.entries(request.body ?? {})) {
      if (typeof value !== 'string') throw new LoginError(9002313);
      form.set(name, value);
      if (SECRET_PARAMETERS.includes(name)) this.options.secrets.add(value);
    }
    return form;
  }

  #checkTenant(name: string) {
    const { faults, tenant } = this.options;
    if (
      faults.unknownTenant ||
      ![tenant.tenantId, tenant.domain].includes(name.toLowerCase())
    ) {
      throw new LoginError(
        90002,
        `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
      );
    }
  }
}
