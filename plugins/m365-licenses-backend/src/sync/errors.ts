import { CustomErrorBase, isError } from '@backstage/errors';
import { GraphError } from '../graph/errors';

/** A run that this room ends by itself: what happened, and what to do. */
export class SyncError extends CustomErrorBase {
  readonly mend: string;

  constructor(message: string, mend: string) {
    super(message);
    this.name = 'SyncError';
    this.mend = mend;
  }
}

/** What the ledger keeps of an error. */
export interface RecordedProblem {
  message: string;
  mend: string | null;
  requestId: string | null;
}

/**
 * What of an error may be written down.
 *
 * An error that nobody foresaw is cut down to its cause: a failed query's
 * message starts with the whole statement, people's data included, and ends
 * with what the database said.
 */
export function problemOf(error: unknown): RecordedProblem {
  if (error instanceof GraphError) {
    return {
      message: error.message,
      mend: error.mend ?? null,
      requestId: error.requestId ?? null,
    };
  }
  if (error instanceof SyncError) {
    return { message: error.message, mend: error.mend, requestId: null };
  }
  const message = isError(error) ? error.message : String(error);
  const cause = message.slice(message.lastIndexOf(' - ') + 1).replace('- ', '');
  return {
    message: cause.length > 500 ? `${cause.slice(0, 500)}…` : cause,
    mend: null,
    requestId: null,
  };
}
