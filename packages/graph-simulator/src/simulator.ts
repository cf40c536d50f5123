import { createServer, Server } from 'http';
import express, { ErrorRequestHandler } from 'express';
import { CAST_DOMAIN } from './cast';
import { controlRouter } from './control';
import { Faults } from './faults';
import { Application, ApplicationOptions } from './login/applications';
import { Login } from './login/Login';
import {
  ManagedIdentity,
  ManagedIdentityOptions,
} from './login/managedIdentity';
import { signInAt, SignInChoices } from './login/person';
import { Secrets } from './login/Secrets';
import { DEFAULT_ROLES } from './permissions';
import { Memberships } from './memberships';
import { productNames } from './productNames';
import { Downloads } from './reports';
import { RequestLog } from './requests';
import { downloadApp, graphRouter, serving, SimulatorParts } from './server';
import { generateTenant } from './tenant/generator';
import { Random, seedOf } from './tenant/random';
import { Tenant } from './tenant/Tenant';
import { VisibleLicenses } from './users';
import { GraphError, graphErrorAnswer, requestIds } from './answers';

export const DEFAULT_ACCOUNTS = 640;
/** Where the command line listens unless told otherwise. */
export const DEFAULT_PORT = 7365;
export const DEFAULT_TENANT_ID = 'c0a57000-7e4a-4000-a000-000000000001';
export const DEFAULT_CLIENT_ID = 'c0a57000-c11e-4000-a000-000000000002';
/** The default domain: that of the cast. */
export const DEFAULT_DOMAIN = CAST_DOMAIN;
/** Opens nothing but a simulator. */
export const DEFAULT_CLIENT_SECRET = 'simulated-secret';

const HOST = '127.0.0.1';
/** Longer than any client keeps an idle connection: who is cut off here was meant to be. */
const KEEP_ALIVE_MS = 10 * 60_000;

export interface SimulatorOptions {
  /** Accounts in listings, 20 to 1,000,000; default 640. */
  accounts?: number;
  /** The same seed gives the same tenant; default 1. */
  seed?: number;
  /** Port on 127.0.0.1; default 0: any free one. */
  port?: number;
  /** Port of the report download host; default 0: any free one. */
  downloadPort?: number;
  /** The day the tenant is generated for; all dates are relative to it. Default: today. */
  now?: Date;
  /** Milliseconds every Graph request takes; default 0. */
  latencyMs?: number;
  /**
   * The domain of the tenant; default `DEFAULT_DOMAIN`. A tenant of another
   * domain has other people, with a small cast of its own.
   */
  domain?: string;
  /** Default `DEFAULT_TENANT_ID`, for another domain one derived from it. */
  tenantId?: string;
  /** Of the main application, as the next two. */
  clientId?: string;
  clientSecret?: string;
  /** Application permissions consented to; default `DEFAULT_ROLES`. */
  roles?: readonly string[];
  /** Refuse refresh tokens that were used already; default false, as Microsoft's. */
  strictRefreshTokens?: boolean;
  /** Whether the tenant has Entra ID P1, and with it sign-in activity; default true. */
  premium?: boolean;
  /** Default 3599, as Microsoft's. */
  tokenLifetimeSeconds?: number;
}

/** Where a service hosted in Azure gets its identity's tokens, and by what. */
export interface ManagedIdentityEndpoint {
  /** IDENTITY_ENDPOINT of an App Service. */
  readonly endpoint: string;
  /** IDENTITY_HEADER of an App Service. */
  readonly header: string;
  /** AZURE_POD_IDENTITY_AUTHORITY_HOST: where a virtual machine asks, below `/metadata`. */
  readonly imdsHost: string;
  /** `iss` of its tokens for federation. */
  readonly issuer: string;
  /** The system-assigned identity; it has the main application's roles at first. */
  readonly system: ManagedIdentity;
}

export interface Simulator {
  /** Both the Graph target (`{url}/v1.0/…`) and the login authority (`{url}/{tenantId}/oauth2/v2.0/token`). */
  readonly url: string;
  /** The origin report downloads are redirected to. */
  readonly downloadUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tenant: Tenant;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** The main application, known by `clientId`. */
  readonly application: Application;
  /** How a service hosted in Azure is told to ask for its identity's tokens. */
  readonly managedIdentity: ManagedIdentityEndpoint;
  /** @throws Error when the client id is taken. */
  registerApplication(options: ApplicationOptions): Application;
  /** Adds a user-assigned identity. */
  registerManagedIdentity(options: ManagedIdentityOptions): ManagedIdentity;
  /**
   * Goes through the authorize page as a person with a browser would.
   *
   * @returns the address the person is sent back to, with `code` or `error`
   * @throws Error with the page's text where the sign-in ends on a page
   */
  signIn(authorizeUrl: string, choices: SignInChoices): Promise<string>;
  /** The person's refresh tokens and codes are refused from now on (AADSTS50173). */
  changePassword(idOrUserPrincipalName: string): void;
  /** An administrator revokes everyone's refresh tokens (AADSTS50173). */
  revokeRefreshTokens(): void;
  /** The refresh tokens issued so far were not used for too long (AADSTS700082). */
  expireRefreshTokens(): void;
  /** The codes issued so far are older than ten minutes (AADSTS70008). */
  expireCodes(): void;
  /** Everything secret that was issued or received so far; nobody may log or answer any of it. */
  secrets(): string[];
  /** Shows in reads what assignLicense changed, where `faults.licenseChangesVisibleAfter` held it back. */
  showLicenseChanges(): void;
  /** Gives and takes what groups grant, where `faults.groupLicensesProcessedAfter` held it back. */
  processGroups(): void;
  /** Report download links handed out so far stop working. */
  expireDownloads(): void;
  stop(): Promise<void>;
}

function listen(server: Server, port: number): Promise<string> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error(`The simulator got no port on ${HOST}`));
      } else {
        resolve(`http://${HOST}:${address.port}`);
      }
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A payload that cannot be read is the caller's error; anything else is a bug of the simulator. */
const answerError: ErrorRequestHandler = (error, request, response, _next) => {
  const unreadable = error instanceof Error && 'body' in error;
  const answer = graphErrorAnswer(
    unreadable
      ? new GraphError(
          400,
          'BadRequest',
          'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
        )
      : new GraphError(
          500,
          'UnknownError',
          `The simulator failed: ${
            error instanceof Error ? error.message : String(error)
          }`,
        ),
    requestIds(request.get('client-request-id')),
  );
  response.writeHead(answer.status, answer.headers).end(answer.body);
};

/** The tenant id of a domain, unless one is given. */
function tenantIdOf(domain: string): string {
  return domain === DEFAULT_DOMAIN
    ? DEFAULT_TENANT_ID
    : new Random(seedOf(domain)).guid();
}

/**
 * Starts a simulated tenant on loopback.
 *
 * @throws RangeError for a size outside 20 to 1,000,000 or a domain that is none; Error when a port is taken.
 */
export async function startSimulator(
  options: SimulatorOptions = {},
): Promise<Simulator> {
  const {
    accounts = DEFAULT_ACCOUNTS,
    seed = 1,
    port = 0,
    downloadPort = 0,
    now = new Date(),
    latencyMs = 0,
    domain = DEFAULT_DOMAIN,
    tenantId = tenantIdOf(domain),
    clientId = DEFAULT_CLIENT_ID,
    clientSecret = DEFAULT_CLIENT_SECRET,
    roles = DEFAULT_ROLES,
    strictRefreshTokens = false,
    premium = true,
    tokenLifetimeSeconds = 3599,
  } = options;
  const tenant = generateTenant({ accounts, seed, now, tenantId, domain });
  const faults = new Faults({ strictRefreshTokens });
  const secrets = new Secrets();
  const requests = new RequestLog();
  const visible = new VisibleLicenses(tenant);
  const memberships = new Memberships(tenant, faults);
  const downloads = new Downloads();
  let url = '';
  let downloadUrl = '';
  const login = new Login({
    tenant,
    faults,
    secrets,
    origin: () => url,
    tokenLifetimeSeconds,
    application: {
      clientId,
      clientSecret,
      roles,
      displayName: 'License Manager',
    },
  });
  const parts: SimulatorParts = {
    tenant,
    faults,
    requests,
    login,
    secrets,
    premium,
    latencyMs,
    origin: () => url,
    downloadOrigin: () => downloadUrl,
  };

  const app = express().disable('x-powered-by').disable('etag');
  app.use('/v1.0', graphRouter(parts, downloads, visible, memberships));
  app.use(
    '/simulator',
    controlRouter(parts, () => ({
      url,
      downloadUrl,
      tenantId,
      domain,
      clientId,
      accounts: tenant.accounts.length,
      seed,
      now: tenant.now,
      reportRefreshDate: tenant.reportRefreshDate,
      roles: login.application.roles,
      applications: login.applications.all,
      premium,
      latencyMs,
    })),
  );
  app.get(
    '/product-names.csv',
    serving(
      parts,
      'productNames',
    )(request =>
      productNames(faults.productNames, request.get('if-none-match')),
    ),
  );
  app.use(login.router(serving(parts, 'login')));
  app.use(answerError);
  const server = createServer(app);
  const downloadServer = createServer(
    downloadApp(parts, downloads).use(answerError),
  );
  downloadUrl = await listen(downloadServer, downloadPort);
  try {
    url = await listen(server, port);
  } catch (error) {
    await close(downloadServer);
    throw error;
  }

  return {
    url,
    downloadUrl,
    tenantId,
    clientId,
    clientSecret,
    tenant,
    faults,
    requests,
    application: login.application,
    managedIdentity: {
      endpoint: login.managedIdentities.endpoint,
      header: login.managedIdentities.header,
      imdsHost: url,
      issuer: login.tokens.issuer,
      system: login.managedIdentities.system,
    },
    registerApplication: registration =>
      login.applications.register(registration),
    registerManagedIdentity: identity =>
      login.managedIdentities.register(identity),
    signIn: signInAt,
    changePassword: user => login.grants.revoke(tenant.get(user).id),
    revokeRefreshTokens: () => login.grants.revoke(),
    expireRefreshTokens: () => login.grants.expireRefreshTokens(),
    expireCodes: () => login.grants.expireCodes(),
    secrets: () => secrets.values,
    showLicenseChanges: () => visible.show(),
    processGroups: () => memberships.process(),
    expireDownloads: () => downloads.expire(),
    stop: async () => {
      await Promise.all([close(server), close(downloadServer)]);
    },
  };
}
