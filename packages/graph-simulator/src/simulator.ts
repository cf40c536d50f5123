import { createServer, Server } from 'http';
import express, { ErrorRequestHandler } from 'express';
import { controlRouter } from './control';
import { Faults } from './faults';
import { Login } from './login';
import { Downloads } from './reports';
import { RequestLog } from './requests';
import {
  DEFAULT_ROLES,
  downloadApp,
  graphRouter,
  serving,
  SimulatorParts,
} from './server';
import { generateTenant } from './tenant/generator';
import { Tenant } from './tenant/Tenant';
import { VisibleLicenses } from './users';
import { GraphError, graphErrorAnswer, requestIds } from './answers';

export const DEFAULT_ACCOUNTS = 640;
/** Where the command line listens unless told otherwise. */
export const DEFAULT_PORT = 7365;
export const DEFAULT_TENANT_ID = 'c0a57000-7e4a-4000-a000-000000000001';
export const DEFAULT_CLIENT_ID = 'c0a57000-c11e-4000-a000-000000000002';
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
  tenantId?: string;
  clientId?: string;
  clientSecret?: string;
  /** Application permissions consented to; default `DEFAULT_ROLES`. */
  roles?: readonly string[];
  /** Whether the tenant has Entra ID P1, and with it sign-in activity; default true. */
  premium?: boolean;
  /** Default 3599, as Microsoft's. */
  tokenLifetimeSeconds?: number;
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
  /** Shows in reads what assignLicense changed, where `faults.licenseChangesVisibleAfter` held it back. */
  showLicenseChanges(): void;
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

/**
 * Starts a simulated tenant on loopback.
 *
 * @throws RangeError for a size outside 20 to 1,000,000; Error when a port is taken.
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
    tenantId = DEFAULT_TENANT_ID,
    clientId = DEFAULT_CLIENT_ID,
    clientSecret = DEFAULT_CLIENT_SECRET,
    roles = DEFAULT_ROLES,
    premium = true,
    tokenLifetimeSeconds = 3599,
  } = options;
  const tenant = generateTenant({ accounts, seed, now, tenantId });
  const faults = new Faults();
  const requests = new RequestLog();
  const visible = new VisibleLicenses(tenant);
  const downloads = new Downloads();
  let url = '';
  let downloadUrl = '';
  const login = new Login(
    {
      tenantId,
      domain: tenant.domain,
      clientId,
      clientSecret,
      roles,
      tokenLifetimeSeconds,
    },
    faults,
    () => url,
  );
  const parts: SimulatorParts = {
    tenant,
    faults,
    requests,
    login,
    premium,
    latencyMs,
    origin: () => url,
    downloadOrigin: () => downloadUrl,
  };

  const app = express().disable('x-powered-by').disable('etag');
  app.use('/v1.0', graphRouter(parts, downloads, visible));
  app.use(
    '/simulator',
    controlRouter(tenant, faults, requests, () => ({
      url,
      downloadUrl,
      tenantId,
      clientId,
      accounts: tenant.accounts.length,
      seed,
      now: tenant.now,
      reportRefreshDate: tenant.reportRefreshDate,
      roles,
      premium,
      latencyMs,
    })),
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
    showLicenseChanges: () => visible.show(),
    expireDownloads: () => downloads.expire(),
    stop: async () => {
      await Promise.all([close(server), close(downloadServer)]);
    },
  };
}
