import { isError } from '@backstage/errors';
import { isPlainLoopback } from '../config';
import { ProductNamesError } from './errors';

/** Microsoft's file has 1 MB. */
const MOST_BYTES = 20 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const PATIENCE_MS = 60_000;

const LATER =
  'It is fetched again at the next time. If that fails, too, see whether the portal may reach the address, or set m365Licenses.productNames.url to a copy of the file.';
const OTHER_ADDRESS =
  'Set m365Licenses.productNames.url to the present address of the file or to a copy of it.';

/** By what a server recognizes a file that it sent before. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

/** A file that was fetched whole. */
export interface DownloadedFile extends Validators {
  text: string;
}

/**
 * Fetches a file, which a server that still has the one of the validators does
 * not send again.
 *
 * @param options.before - of the file that is known already
 * @param options.patienceMs - how long it may take; a minute by default
 * @returns undefined when the file is unchanged
 * @throws ProductNamesError when it cannot be fetched, is larger than 20 MB, or
 *   is redirected to an address that is not safe
 */
export async function download(
  address: string,
  options: {
    before?: Validators;
    signal?: AbortSignal;
    patienceMs?: number;
  } = {},
): Promise<DownloadedFile | undefined> {
  const { before, signal, patienceMs = PATIENCE_MS } = options;
  const { host } = new URL(address);
  const patience = AbortSignal.timeout(patienceMs);
  try {
    const response = await follow(address, {
      headers: headersOf(before),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    if (response.status === 304 && before) {
      return undefined;
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new ProductNamesError(
        `${host} answers with status ${response.status}`,
        [404, 410].includes(response.status) ? OTHER_ADDRESS : LATER,
      );
    }
    return {
      text: await textOf(response, host),
      etag: response.headers.get('etag'),
      lastModified: response.headers.get('last-modified'),
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ProductNamesError) {
      throw error;
    }
    if (patience.aborted) {
      throw new ProductNamesError(
        `${host} did not send the file within ${patienceMs / 1_000} s`,
        LATER,
      );
    }
    throw new ProductNamesError(
      `${host} gave no complete answer (${reasonOf(error)})`,
      LATER,
    );
  }
}

function headersOf(before: Validators | undefined): Record<string, string> {
  return {
    accept: 'text/csv, application/octet-stream;q=0.9, */*;q=0.1',
    ...(before?.etag && { 'if-none-match': before.etag }),
    ...(before?.lastModified && { 'if-modified-since': before.lastModified }),
  };
}

/** Follows redirects to https only, and on this machine where it begins there. */
async function follow(address: string, init: RequestInit): Promise<Response> {
  const start = new URL(address);
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (!REDIRECTS.includes(response.status) || !location) {
      return response;
    }
    await response.body?.cancel();
    const next = URL.parse(location, url);
    const isSafe =
      next?.protocol === 'https:' ||
      (next && isPlainLoopback(next) && isPlainLoopback(start));
    if (!next || !isSafe) {
      throw new ProductNamesError(
        `${url.host} sends to ${
          next ? `${next.protocol}//${next.host}` : 'an address that is none'
        }, which is not fetched from: only https is`,
        OTHER_ADDRESS,
      );
    }
    url = next;
  }
  throw new ProductNamesError(
    `${start.host} sends from address to address without end`,
    OTHER_ADDRESS,
  );
}

async function textOf(response: Response, host: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      throw new ProductNamesError(
        `${host} sends more than ${MOST_BYTES / 1024 / 1024} MB`,
        OTHER_ADDRESS,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The code of the innermost reason, such as `ECONNREFUSED`: a message may name
 * another of the host's machines each time.
 */
function reasonOf(thrown: unknown): string {
  let reason = thrown;
  while (isError(reason) && isError(reason.cause)) {
    reason = reason.cause;
  }
  if (!isError(reason)) {
    return 'no reason given';
  }
  return typeof reason.code === 'string' ? reason.code : reason.message;
}
