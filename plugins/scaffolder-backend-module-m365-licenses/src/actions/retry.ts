import { isError, ResponseError } from '@backstage/errors';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Repeats a call that is safe to repeat, after each of the waits, while its
 * error is one that passes.
 *
 * @param options.waitsMs - how long to wait before each further attempt, in
 *   milliseconds; so many attempts follow the first
 * @param options.onWait - is told why, and how long in milliseconds
 */
export async function retry<T>(
  call: () => Promise<T>,
  options: {
    passes: (error: unknown) => boolean;
    waitsMs: number[];
    onWait: (error: unknown, waitMs: number) => void;
    signal?: AbortSignal;
  },
): Promise<T> {
  const { passes, waitsMs, onWait, signal } = options;
  for (const waitMs of waitsMs) {
    try {
      return await call();
    } catch (error) {
      if (signal?.aborted || !passes(error)) {
        throw error;
      }
      onWait(error, waitMs);
    }
    await wait(waitMs, undefined, { signal });
  }
  return call();
}

/** Whether the backend was not there to answer, as while it is deployed anew. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ResponseError) {
    return [502, 503, 504].includes(error.statusCode);
  }
  // What fetch throws when no connection came about, or it was cut.
  return (
    isError(error) && error.name === 'TypeError' && error.cause !== undefined
  );
}
