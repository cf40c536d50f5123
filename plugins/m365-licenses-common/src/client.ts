import { ResponseError } from '@backstage/errors';
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './openapi/openapi.generated';

/**
 * The typed client of the REST API, generated from its OpenAPI document: for
 * example `client.GET('/tenants/{tenant}/users', { params: { path: { tenant } } })`.
 *
 * @public
 */
export type M365LicensesClient = Client<paths, 'application/json'>;

/**
 * Makes a client of the REST API.
 *
 * An answer that is not a success is thrown as a `ResponseError` that carries
 * the backend's own message; wrap calls in {@link answerOf} to get the body.
 *
 * @param options.baseUrl - the plugin's address, for example
 *   `plugin://m365-licenses` for a fetch that resolves it, or what the
 *   discovery service returns; may be a promise
 * @param options.fetch - the fetch to use, with the caller's identity
 * @param options.token - a token to send, where the fetch does not add one
 * @public
 */
export function createM365LicensesClient(options: {
  baseUrl: string | (() => Promise<string>);
  fetch?: typeof fetch;
  token?: string;
}): M365LicensesClient {
  const { baseUrl, fetch: send = fetch, token } = options;
  const client = createClient<paths, 'application/json'>({
    // The real base is looked up per request: discovery is asynchronous.
    baseUrl: 'http://plugin.invalid',
    fetch: async request => {
      const base = typeof baseUrl === 'string' ? baseUrl : await baseUrl();
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      if (token) {
        headers.set('Authorization', `Bearer ${token}`);
      }
      const response = await send(`${base}${pathname}${search}`, {
        method: request.method,
        headers,
        body: request.body ? await request.text() : undefined,
        signal: request.signal,
      });
      if (!response.ok) {
        throw await ResponseError.fromResponse(response);
      }
      return response;
    },
  });
  return client;
}

/**
 * The body of an answer: `await answerOf(client.GET('/tenants'))`.
 *
 * @throws ResponseError when the answer is not a success
 * @public
 */
export async function answerOf<T>(
  call: Promise<{ data?: T; response: Response }>,
): Promise<T> {
  const { data, response } = await call;
  if (data === undefined) {
    throw new Error(`${response.url} answered ${response.status} without body`);
  }
  return data;
}
