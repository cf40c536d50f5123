import { randomUUID } from 'crypto';

/** What a handler answers; always a whole body, so that faults can cut it anywhere. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A refusal in Microsoft Graph's form. */
export class GraphError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** The ids that tie a request to its answer. */
export interface RequestIds {
  requestId: string;
  clientRequestId: string;
}

/** A new request id, and the client's own where it sent one. */
export function requestIds(clientRequestId: string | undefined): RequestIds {
  const requestId = randomUUID();
  return { requestId, clientRequestId: clientRequestId || requestId };
}

export function json(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Answer {
  return {
    status,
    headers: {
      'content-type':
        'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
      ...headers,
    },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** `error` with `innerError {date, request-id, client-request-id}`. */
export function graphErrorAnswer(error: GraphError, ids: RequestIds): Answer {
  return json(
    error.status,
    {
      error: {
        code: error.code,
        message: error.message,
        innerError: {
          date: new Date().toISOString().slice(0, 19),
          'request-id': ids.requestId,
          'client-request-id': ids.clientRequestId,
        },
      },
    },
    error.headers,
  );
}
