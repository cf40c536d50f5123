import { z } from 'zod/v3';
import { GraphError } from './answers';
import { Random, seedOf } from './tenant/random';

/** One request of a batch. */
export interface BatchStep {
  id: string;
  method: string;
  /** Path and query below the version, with a slash before. */
  url: string;
  headers: Record<string, string>;
  body?: unknown;
}

const MOST_STEPS = 20;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const payloadSchema = z.object({
  requests: z
    .array(
      z.object({
        id: z.string().min(1),
        method: z
          .string()
          .transform(method => method.toUpperCase())
          .pipe(z.enum(METHODS)),
        // Relative: neither another host nor another version
        url: z.string().regex(/^\/?(?!\/|v1\.0\/|beta\/|[a-z]+:)/i),
        headers: z.record(z.string()).default({}),
        body: z.unknown(),
      }),
    )
    .min(1),
});

function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}

/**
 * The payload of `$batch`. Dependencies between requests are not known here.
 *
 * @throws GraphError 400 for more than 20 requests, an id given twice, an
 *   address that is not relative, a write without a body or its Content-Type
 */
export function parseBatch(payload: unknown): BatchStep[] {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw badRequest(
      `Invalid batch payload format: ${path.join('.')} ${message}`,
    );
  }
  const { requests } = parsed.data;
  if (requests.length > MOST_STEPS) {
    throw new GraphError(
      400,
      'MaximumValueExceeded',
      `Number of batch request steps exceeds the maximum value of ${MOST_STEPS}.`,
    );
  }
  const ids = new Set<string>();
  for (const { id, method, headers, body } of requests) {
    if (ids.has(id)) {
      throw badRequest(`Request Id: ${id} is duplicated in the batch payload.`);
    }
    ids.add(id);
    const hasType = Object.keys(headers).some(
      name => name.toLowerCase() === 'content-type',
    );
    const isWrite = method !== 'GET' && method !== 'DELETE';
    if ((isWrite && body === undefined) || (body !== undefined && !hasType)) {
      throw badRequest(
        `Write request id : ${id} does not contain Content-Type header or body.`,
      );
    }
  }
  return requests.map(step => ({
    ...step,
    url: step.url.startsWith('/') ? step.url : `/${step.url}`,
  }));
}

/** What an answer in a batch repeats of the answer it stands for. */
const HEADERS = [
  'cache-control',
  'content-type',
  'location',
  'retry-after',
  'x-ms-resource-unit',
];

/**
 * Answers a batch: every request goes its own way through `ask`, and the answers
 * stand in another order than the requests, the same for the same ids.
 *
 * @param ask - rejects where the connection is cut: that answer is left out
 */
export async function answerBatch(
  steps: readonly BatchStep[],
  ask: (step: BatchStep) => Promise<Response>,
): Promise<object> {
  const answers = await Promise.all(
    steps.map(async step => {
      try {
        const response = await ask(step);
        const body = Buffer.from(await response.arrayBuffer());
        return stepAnswer(step, response, body);
      } catch {
        return [];
      }
    }),
  );
  const random = new Random(seedOf(steps.map(({ id }) => id).join()));
  return {
    responses: answers
      .flat()
      .map(answer => ({ answer, place: random.next() }))
      .sort((one, other) => one.place - other.place)
      .map(({ answer }) => answer),
  };
}

function stepAnswer({ id }: BatchStep, response: Response, body: Buffer) {
  const headers = HEADERS.flatMap(name => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    id,
    status: response.status,
    headers: Object.fromEntries(headers),
    // What is not JSON comes in Base64
    ...(body.length > 0 && {
      body: isJson ? JSON.parse(body.toString()) : body.toString('base64'),
    }),
  };
}
