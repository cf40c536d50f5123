import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { LoggerService } from '@backstage/backend-plugin-api';
import { RetryLimits } from '../retry';
import { ConnectionConfig } from '../types';

/** A request that a server got. */
export interface ReceivedRequest {
  method: string;
  /** Path and query as they were sent. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Handler = (
  request: ReceivedRequest,
  response: ServerResponse,
) => void;

/** A real HTTP server on loopback that answers as a test says. */
export interface FakeServer {
  url: string;
  requests: ReceivedRequest[];
  stop(): Promise<void>;
}

export async function startServer(handler: Handler): Promise<FakeServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', chunk => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      handler(request, response);
    });
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (!address || typeof address === 'string') {
    throw new Error('The server has no port');
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const SECRET = 'the-client-secret~value';
/** Tokens that the fake hands out begin so. */
export const TOKEN = 'secret-token';

export interface FakeGraph extends FakeServer {
  /** What came to Graph, without the requests for tokens. */
  calls(): ReceivedRequest[];
  tokenRequests(): ReceivedRequest[];
  config: ConnectionConfig;
}

const isTokenRequest = ({ path }: ReceivedRequest) =>
  path.split('?')[0].endsWith('/oauth2/v2.0/token');

/** Graph and its token endpoint on one address. */
export async function startGraph(
  handler: Handler,
  answerToken: Handler = (_request, response) =>
    sendJson(response, 200, {
      token_type: 'Bearer',
      expires_in: 3599,
      access_token: `${TOKEN}-${Math.random()}`,
    }),
): Promise<FakeGraph> {
  const server = await startServer((request, response) =>
    (isTokenRequest(request) ? answerToken : handler)(request, response),
  );
  return {
    ...server,
    calls: () => server.requests.filter(request => !isTokenRequest(request)),
    tokenRequests: () => server.requests.filter(isTokenRequest),
    config: {
      name: 'contoso',
      tenantId: '9f1c1e4e-5c0d-4f2b-8a57-0d6a3c1b2e44',
      clientId: 'c0ffee00-5c0d-4f2b-8a57-0d6a3c1b2e44',
      credential: { type: 'clientSecret', clientSecret: SECRET },
      authority: server.url,
      target: server.url,
    },
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

export function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
) {
  sendJson(
    response,
    status,
    { error: { code, message, innerError: { 'request-id': 'req-1' } } },
    { 'request-id': 'req-1', ...headers },
  );
}

/** Limits that note the waits instead of waiting. */
export function noWaiting(): Partial<RetryLimits> & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    random: () => 0,
    wait: async ms => {
      waits.push(ms);
    },
  };
}

/** A logger whose lines can be looked at. */
export function recordingLogger(): LoggerService & { lines: string[] } {
  const lines: string[] = [];
  const write = (message: string | Error, meta?: unknown) =>
    lines.push(`${message} ${JSON.stringify(meta ?? {})}`);
  const logger = {
    lines,
    error: write,
    warn: write,
    info: write,
    debug: write,
    child: () => logger,
  };
  return logger;
}

export function rawUser(number: number, more: object = {}) {
  return {
    id: `user-${number}`,
    userPrincipalName: `person${number}@contoso.example`,
    displayName: `Person ${number}`,
    accountEnabled: true,
    userType: 'Member',
    licenseAssignmentStates: [],
    ...more,
  };
}
