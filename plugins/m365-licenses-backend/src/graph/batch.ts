import { z } from 'zod';
import {
  errorOfAnswer,
  errorOfConnection,
  GraphError,
  Operation,
} from './errors';
import { Patience, Trouble, troubleOf } from './retry';

/** One request among others in a batch. */
export interface BatchRequest {
  operation: Operation;
  method: 'GET' | 'POST' | 'DELETE';
  /** Path and query below the version, for example `/users/1?$select=id`. */
  url: string;
  body?: object;
}

/** A success, with a `request-id` where Microsoft gave one, or why there was none. */
export type BatchAnswer = Response | GraphError;

/** How batches reach Microsoft. */
export interface BatchRoute {
  /** To whom, for messages. */
  host: string;
  /**
   * Posts a batch as patiently as any request.
   *
   * @returns a success, whatever it holds
   */
  post(body: object, options: { freshToken: boolean }): Promise<Response>;
  patience(): Patience;
}

/** The most that Microsoft takes at once. */
const BATCH_SIZE = 20;
/** Statuses with which a Response must have no body. */
const WITHOUT_BODY = [204, 205, 304];

const MISSING = 'the batch was answered without it';

const batchSchema = z.object({ responses: z.array(z.unknown()) });

const answerSchema = z.object({
  id: z.string(),
  status: z.number().int().min(200).max(599),
  headers: z
    .record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[\t\x20-\x7e]*$/))
    .catch({}),
  body: z.unknown().optional(),
});

/**
 * Sends requests in batches of 20, one batch after the other. Microsoft works
 * off a batch in any order and answers each request by itself: those that it
 * throttles are asked for again, and so are reads that failed on the way.
 *
 * @returns what came of each, in the same order; where one batch gets no answer
 *   after another had one, the requests that are left get that error
 * @throws GraphError when nothing was answered at all
 */
export async function sendInBatches(
  requests: BatchRequest[],
  route: BatchRoute,
): Promise<BatchAnswer[]> {
  const answers: BatchAnswer[] = [];
  for (let from = 0; from < requests.length; from += BATCH_SIZE) {
    const batch = [...requests.keys()].slice(from, from + BATCH_SIZE);
    try {
      await sendBatch(batch, requests, route, answers);
    } catch (error) {
      if (!(error instanceof GraphError) || answers.length === 0) {
        throw error;
      }
      return requests.map((_, index) => answers[index] ?? error);
    }
  }
  return answers;
}

/**
 * Sends a batch, and again what of it may still be answered.
 *
 * @param batch - indexes of its requests, and of their answers
 */
async function sendBatch(
  batch: number[],
  requests: BatchRequest[],
  route: BatchRoute,
  answers: BatchAnswer[],
): Promise<void> {
  const patience = route.patience();
  let open = batch;
  let isTokenRenewed = false;
  let freshToken = false;
  while (open.length > 0) {
    const responses = await exchange(open, requests, route, freshToken);
    const answer = async (index: number, note?: string) => {
      const { operation } = requests[index];
      const response = responses.get(index);
      answers[index] = await answerOf(operation, response, route, note);
    };
    const refused: number[] = [];
    const troubles = new Map<number, Trouble>();
    for (const index of open) {
      const { operation } = requests[index];
      const response = responses.get(index);
      const trouble = response
        ? troubleOf(operation, response)
        : troubleOfMissing(operation);
      if (response?.status === 401 && !isTokenRenewed) {
        refused.push(index);
      } else if (trouble) {
        troubles.set(index, trouble);
      } else {
        await answer(index);
      }
    }
    freshToken = refused.length > 0;
    isTokenRenewed ||= freshToken;
    open = [...refused, ...troubles.keys()];
    if (
      troubles.size > 0 &&
      !(await patience.outlast(worstOf([...troubles.values()])))
    ) {
      for (const index of troubles.keys()) {
        await answer(index, patience.spent);
      }
      open = refused;
    }
  }
}

/** Posts requests as one batch, and finds the answer of each. */
async function exchange(
  batch: number[],
  requests: BatchRequest[],
  route: BatchRoute,
  freshToken: boolean,
): Promise<Map<number, Response>> {
  const outer = await route.post(
    {
      requests: batch.map(index => {
        const { method, url, body } = requests[index];
        return {
          id: String(index),
          method,
          url,
          ...(body && {
            headers: { 'Content-Type': 'application/json' },
            body,
          }),
        };
      }),
    },
    { freshToken },
  );
  const parsed = batchSchema.safeParse(
    await outer.json().catch(() => undefined),
  );
  const asked = new Map(batch.map(index => [String(index), index]));
  const responses = new Map<number, Response>();
  for (const raw of parsed.data?.responses ?? []) {
    const answer = answerSchema.safeParse(raw);
    const index = answer.success ? asked.get(answer.data.id) : undefined;
    if (answer.success && index !== undefined) {
      responses.set(index, responseOf(answer.data, outer));
    }
  }
  return responses;
}

/** The answer of one request as if it had come by itself. */
function responseOf(
  { status, headers, body }: z.output<typeof answerSchema>,
  outer: Response,
): Response {
  // What is not JSON comes as text in Base64
  const content =
    typeof body === 'string'
      ? Buffer.from(body, 'base64')
      : JSON.stringify(body);
  const response = new Response(
    WITHOUT_BODY.includes(status) ? null : content,
    { status, headers },
  );
  const requestId = outer.headers.get('request-id');
  if (requestId && !response.headers.has('request-id')) {
    response.headers.set('request-id', requestId);
  }
  return response;
}

async function answerOf(
  operation: Operation,
  response: Response | undefined,
  route: BatchRoute,
  note?: string,
): Promise<BatchAnswer> {
  if (!response) {
    return errorOfConnection(operation, route.host, new Error(MISSING));
  }
  return response.ok ? response : errorOfAnswer(operation, response, note);
}

/** A read is asked again where the batch was answered without it. */
function troubleOfMissing({ isWrite }: Operation): Trouble | undefined {
  return isWrite ? undefined : { kind: 'connection', what: MISSING };
}

/** What to wait for when several requests are in trouble. */
function worstOf(troubles: Trouble[]): Trouble {
  return troubles.reduce((worst, trouble) =>
    (trouble.retryAfterMs ?? 0) > (worst.retryAfterMs ?? 0) ||
    (worst.kind === 'connection' && trouble.kind === 'throttled')
      ? trouble
      : worst,
  );
}
