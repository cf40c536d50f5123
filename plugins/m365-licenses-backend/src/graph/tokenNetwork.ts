import {
  AuthError,
  INetworkModule,
  NetworkRequestOptions,
  NetworkResponse,
} from '@azure/msal-node';
import { z } from 'zod';
import { reasonOf, withoutTokens } from './errors';
import { parseRetryAfter } from './retry';

/** What a token endpoint answered instead of a token; holds no secret. */
export interface Denial {
  /** HTTP status. */
  status: number;
  /** The code of the OAuth error, for example `invalid_grant`. */
  error?: string;
  /** Microsoft's own words. */
  description?: string;
  /** For Microsoft's support. */
  requestId?: string;
  /** Milliseconds that Microsoft asks to wait. */
  retryAfterMs?: number;
}

/** There is no token: it was denied, or there was no answer that says so. */
export class NoTokenError extends AuthError {
  constructor(reason: string, readonly denial?: Denial) {
    super('no_token', '', reason);
    // msal's constructor makes any error one of its own class
    Object.setPrototypeOf(this, NoTokenError.prototype);
  }
}

/** Errors of Microsoft Entra ID and of the endpoints of managed identities. */
const denialSchema = z
  .object({
    error: z.union([
      z.string(),
      z.object({ code: z.string(), message: z.string() }).partial(),
    ]),
    error_description: z.string(),
    message: z.string(),
    trace_id: z.string(),
  })
  .partial();

/** What msal sends that must not come back in an error. */
const SECRET_FIELDS = [
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'refresh_token',
];
const SECRET_HEADERS = ['x-identity-header', 'secret', 'authorization'];

const MESSAGE_LENGTH = 500;

/**
 * Like msal's own network client, but it stops waiting, follows no redirect
 * (it would take the credentials along), and says itself why there is no
 * token: msal's errors lack the status, and msal would ask again for up to a
 * minute, or keep the refusal to answer the next request with.
 *
 * @param timeoutMs - milliseconds in which an answer must be there
 */
export function tokenNetwork(timeoutMs: number): INetworkModule {
  return {
    sendGetRequestAsync: (url, options) =>
      exchange('GET', url, timeoutMs, options),
    sendPostRequestAsync: (url, options) =>
      exchange('POST', url, timeoutMs, options),
  };
}

async function exchange<T>(
  method: string,
  url: string,
  timeoutMs: number,
  options?: NetworkRequestOptions,
): Promise<NetworkResponse<T>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: options?.headers,
      body: options?.body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (error) {
    throw new NoTokenError(reasonOf(error));
  }
  const headers = Object.fromEntries(response.headers);
  // Azure Arc asks so for a secret in a file, which msal then sends
  const isChallenge =
    response.status === 401 &&
    headers['www-authenticate']?.startsWith('Basic realm=');
  let body;
  try {
    body = isChallenge ? {} : JSON.parse(text);
  } catch {
    throw new NoTokenError(
      `the answer, with status ${response.status}, is not JSON`,
    );
  }
  if (!response.ok && !isChallenge) {
    throw deniedBy(response, body, secretsIn(options));
  }
  return { headers, body, status: response.status };
}

function deniedBy(
  response: Response,
  body: unknown,
  secrets: string[],
): NoTokenError {
  const parsed = denialSchema.safeParse(body).data ?? {};
  const error =
    typeof parsed.error === 'object'
      ? parsed.error
      : { code: parsed.error, message: undefined };
  const said = parsed.error_description ?? parsed.message ?? error.message;
  return new NoTokenError(`the answer has status ${response.status}`, {
    status: response.status,
    error: error.code,
    description: readableDescription(said ?? '', secrets),
    requestId:
      parsed.trace_id ??
      traceIdOf(said ?? '') ??
      response.headers.get('x-ms-request-id') ??
      undefined,
    retryAfterMs: parseRetryAfter(
      response.headers.get('retry-after'),
      Date.now(),
    ),
  });
}

/** The id of a request, as Microsoft Entra ID puts it into its descriptions. */
export function traceIdOf(description: string): string | undefined {
  return /Trace ID:\s*([\w-]+)/i.exec(description)?.[1];
}

/**
 * Microsoft's description of an error without the ids and the time at its end,
 * and without what is secret.
 */
export function readableDescription(
  description: string,
  secrets: string[] = [],
): string | undefined {
  const [said] = description.split(/\s+(?:Trace ID|Correlation ID|Timestamp):/);
  const cleaned = secrets.reduce(
    (text, secret) => text.replaceAll(secret, '(secret left out)'),
    withoutTokens(said),
  );
  return cleaned.trim().slice(0, MESSAGE_LENGTH) || undefined;
}

function secretsIn(options: NetworkRequestOptions | undefined): string[] {
  const form = new URLSearchParams(options?.body);
  const headers = new Headers(options?.headers);
  return [
    ...SECRET_FIELDS.map(field => form.get(field)),
    ...SECRET_HEADERS.map(header => headers.get(header)),
  ].flatMap(value => value || []);
}
