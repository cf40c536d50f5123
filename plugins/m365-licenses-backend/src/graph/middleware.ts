import { randomUUID } from 'node:crypto';
import { LoggerService } from '@backstage/backend-plugin-api';
import {
  Context,
  GraphClientError,
  Middleware,
} from '@microsoft/microsoft-graph-client';
import { TokenProvider } from './credentials';
import {
  errorOfAnswer,
  errorOfConnection,
  GraphError,
  Operation,
} from './errors';
import { Patience, RetryLimits, Trouble, troubleOf } from './retry';

/** Tells the chain what a request is for. */
export class OperationOptions {
  constructor(readonly operation: Operation) {}
}

/** A request on its way through the chain. */
interface Exchange {
  url: string;
  operation: Operation;
  method: string;
  headers: Record<string, string>;
  signal?: AbortSignal;
  body?: BodyInit | null;
}

/** One step of the chain; the last one answers, the others call `next`. */
type Step = (
  exchange: Exchange,
  next: (exchange: Exchange) => Promise<Response>,
) => Promise<Response>;

/**
 * The middleware of the Graph client, from the outside in: an id for support,
 * retries, the token, and node's own fetch. It follows no redirect: reports
 * answer with one, and what it leads to must not see the token.
 */
export function createMiddleware(options: {
  origin: string;
  tokens: TokenProvider;
  limits: RetryLimits;
  logger: LoggerService;
}): Middleware {
  const steps: Step[] = [
    identify,
    retrying(options),
    authenticating(options),
    fetching(options),
  ];
  const run = (index: number, exchange: Exchange): Promise<Response> =>
    steps[index](exchange, following => run(index + 1, following));
  return {
    async execute(context) {
      try {
        context.response = await run(0, exchangeOf(context));
      } catch (error) {
        // The client hands on an error of its own kind only
        const carrier = new GraphClientError();
        carrier.customError = error;
        throw carrier;
      }
    },
  };
}

/** Unpacks what {@link createMiddleware} threw through the Graph client. */
export function thrownByMiddleware(error: unknown): unknown {
  return error instanceof GraphClientError && error.customError
    ? error.customError
    : error;
}

function exchangeOf(context: Context): Exchange {
  const control =
    context.middlewareControl?.getMiddlewareOptions(OperationOptions);
  if (!(control instanceof OperationOptions)) {
    throw new TypeError('A request must say what it is for');
  }
  const { method, headers, signal, body } = context.options ?? {};
  return {
    url:
      typeof context.request === 'string'
        ? context.request
        : context.request.url,
    operation: control.operation,
    method: method ?? 'GET',
    headers: Object.fromEntries(new Headers(headers)),
    signal: signal ?? undefined,
    body,
  };
}

/** Names the call for Microsoft's support; the attempts share the name. */
function identify(
  exchange: Exchange,
  next: (exchange: Exchange) => Promise<Response>,
): Promise<Response> {
  return next({
    ...exchange,
    headers: { ...exchange.headers, 'client-request-id': randomUUID() },
  });
}

function retrying(options: {
  limits: RetryLimits;
  logger: LoggerService;
}): Step {
  return async (exchange, next) => {
    const { operation, signal } = exchange;
    const patience = new Patience({ ...options, operation, signal });
    for (;;) {
      let response: Response | undefined;
      let thrown: unknown;
      let trouble: Trouble | undefined;
      try {
        response = await next(exchange);
        trouble = troubleOf(operation, response);
      } catch (error) {
        thrown = error;
        trouble = troubleThrown(operation, error);
      }
      if (trouble && (await patience.outlast(trouble))) {
        continue;
      }
      if (!response) {
        throw thrown;
      }
      if (trouble) {
        throw await errorOfAnswer(operation, response, patience.spent);
      }
      return response;
    }
  };
}

/** A lost connection, or a token endpoint that asks for patience. */
function troubleThrown(
  operation: Operation,
  error: unknown,
): Trouble | undefined {
  if (!(error instanceof GraphError)) {
    return undefined;
  }
  switch (error.kind) {
    case 'network':
      return operation.isWrite
        ? undefined
        : { kind: 'connection', what: 'the connection failed' };
    case 'throttled':
      return {
        kind: 'throttled',
        what: 'Microsoft Entra ID is busy',
        retryAfterMs: error.retryAfterMs,
      };
    default:
      return undefined;
  }
}

/** Sends the token, to the target only; a refused one is renewed once. */
function authenticating(options: {
  origin: string;
  tokens: TokenProvider;
}): Step {
  return async (exchange, next) => {
    const { operation, signal } = exchange;
    if (new URL(exchange.url).origin !== options.origin) {
      throw new GraphError(
        `${operation.what} failed: a request led away from ${options.origin}`,
        { kind: 'answer' },
      );
    }
    const send = async (fresh: boolean) => {
      const token = await options.tokens.token({ fresh, signal });
      return next({
        ...exchange,
        headers: { ...exchange.headers, authorization: `Bearer ${token}` },
      });
    };
    const response = await send(false);
    return response.status === 401 ? send(true) : response;
  };
}

/**
 * Sends the request and reads the whole answer, so that a connection that is
 * cut within the body counts as a failed attempt. Graph's own answers are
 * pages of a megabyte or two; reports are not among them.
 */
function fetching(options: { limits: RetryLimits }): Step {
  return async exchange => {
    const { url, operation, method, headers, body, signal } = exchange;
    const timeout = AbortSignal.timeout(options.limits.answerTimeoutMs);
    try {
      const response = await fetch(url, {
        method,
        headers,
        body,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const bytes = await response.arrayBuffer();
      return new Response(bytes.byteLength > 0 ? bytes : null, {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw errorOfConnection(operation, new URL(url).host, error);
    }
  };
}
