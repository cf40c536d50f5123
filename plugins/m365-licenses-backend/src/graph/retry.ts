import { setTimeout as sleep } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import type { Operation } from './errors';

/** How long and how often a call to Microsoft is tried. */
export interface RetryLimits {
  /** Attempts of one call while Microsoft throttles; 12. */
  attempts: number;
  /** Attempts of one call while connections fail or a gateway does; 4. */
  connectionAttempts: number;
  /**
   * Milliseconds that one call may spend waiting between attempts; 15
   * minutes, since reports are limited per ten minutes.
   */
  totalWaitMs: number;
  /** Milliseconds in which one attempt must be answered; 100 s. */
  answerTimeoutMs: number;
  /** Waits; rejects at once when the signal is aborted. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 up to 1, for jitter. */
  random(): number;
}

const DEFAULT_LIMITS: RetryLimits = {
  attempts: 12,
  connectionAttempts: 4,
  totalWaitMs: 15 * 60_000,
  answerTimeoutMs: 100_000,
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
  random: Math.random,
};

/** Fills in the limits that were not given. */
export function retryLimits(given: Partial<RetryLimits> = {}): RetryLimits {
  return { ...DEFAULT_LIMITS, ...given };
}

const FIRST_WAIT_MS = 1_000;
/** Waits that nobody asked for do not grow beyond this. */
const LONGEST_OWN_WAIT_MS = 120_000;
/** Waits grow by up to this share, so that callers do not return together. */
const JITTER_SHARE = 0.2;
const LONGEST_JITTER_MS = 5_000;

const SECONDS = /^\d+(\.\d+)?$/;
/** The three date forms of HTTP all begin with the name of a day. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? /;

/**
 * Reads a Retry-After header: seconds, which Microsoft also gives with
 * fractions, or an HTTP date.
 *
 * @param now - the present, in milliseconds since 1970
 * @returns milliseconds to wait, never negative; undefined when the header is
 *   missing or says nothing that can be understood
 */
export function parseRetryAfter(
  header: string | null,
  now: number,
): number | undefined {
  const value = header?.trim() ?? '';
  if (SECONDS.test(value)) {
    return Math.min(Math.ceil(Number(value) * 1_000), Number.MAX_SAFE_INTEGER);
  }
  const date = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Why an attempt is to be repeated. */
export interface Trouble {
  /** Whether Microsoft asks for patience, or the connection failed. */
  kind: 'throttled' | 'connection';
  /** For the log, for example `Microsoft answered 429`. */
  what: string;
  /** Milliseconds that Microsoft asked for. */
  retryAfterMs?: number;
}

/**
 * Whether Microsoft asks to come back later. Of a write it says so, and that
 * it did not take it, by 429, or by 503 with a time to come back; after another
 * 503, a 504 or a lost connection nobody knows whether it was done.
 */
export function isThrottled(
  { isWrite }: Operation,
  { status, headers }: Response,
): boolean {
  switch (status) {
    case 429:
      return true;
    case 503:
      return (
        !isWrite ||
        parseRetryAfter(headers.get('retry-after'), Date.now()) !== undefined
      );
    case 504:
      return !isWrite;
    default:
      return false;
  }
}

/** What stands in the way of an answer that another attempt may bring. */
export function troubleOf(
  operation: Operation,
  response: Response,
): Trouble | undefined {
  const what = `Microsoft answered ${response.status}`;
  if (isThrottled(operation, response)) {
    const retryAfterMs = parseRetryAfter(
      response.headers.get('retry-after'),
      Date.now(),
    );
    return { kind: 'throttled', what, retryAfterMs };
  }
  return response.status === 502 && !operation.isWrite
    ? { kind: 'connection', what }
    : undefined;
}

/** The attempts and waits of one call. */
export class Patience {
  #attempts = 0;
  #connectionAttempts = 0;
  #waitedMs = 0;

  constructor(
    private readonly options: {
      operation: Operation;
      limits: RetryLimits;
      logger: LoggerService;
      signal?: AbortSignal;
    },
  ) {}

  /** What was tried so far, for the message when it was in vain. */
  get spent(): string {
    const seconds = Math.round(this.#waitedMs / 1_000);
    return `gave up after ${this.#attempts} ${
      this.#attempts === 1 ? 'attempt' : 'attempts'
    } and ${seconds} s of waiting`;
  }

  /**
   * Waits before the next attempt, as long as Microsoft asks for and in any
   * case longer each time, so that a constant `Retry-After: 1` does not make
   * it hammer.
   *
   * @returns false, without waiting, where the limits allow no next attempt
   * @throws the signal's reason when it is aborted
   */
  async outlast(trouble: Trouble): Promise<boolean> {
    const { limits, logger, operation, signal } = this.options;
    signal?.throwIfAborted();
    this.#attempts += 1;
    if (trouble.kind === 'connection') {
      this.#connectionAttempts += 1;
    }
    if (
      this.#attempts >= limits.attempts ||
      this.#connectionAttempts >= limits.connectionAttempts
    ) {
      return false;
    }
    const own = Math.min(
      FIRST_WAIT_MS * 2 ** (this.#attempts - 1),
      LONGEST_OWN_WAIT_MS,
    );
    const base = Math.max(own, trouble.retryAfterMs ?? 0);
    const jitter =
      Math.min(base * JITTER_SHARE, LONGEST_JITTER_MS) * limits.random();
    const waitMs = Math.round(base + jitter);
    if (this.#waitedMs + waitMs > limits.totalWaitMs) {
      return false;
    }
    this.#waitedMs += waitMs;
    logger.info(
      `${operation.what}: ${trouble.what}, trying again in ${
        Math.round(waitMs / 100) / 10
      } s`,
    );
    try {
      await limits.wait(waitMs, signal);
    } finally {
      signal?.throwIfAborted();
    }
    return true;
  }
}
