import {
  AuthError,
  ConfidentialClientApplication,
  INetworkModule,
  NetworkRequestOptions,
  NetworkResponse,
  ServerError,
} from '@azure/msal-node';
import { GraphError, reasonOf, withoutTokens } from './errors';

/** A tenant as it is configured; addresses were checked before. */
export interface ConnectionConfig {
  /** The tenant's name in the configuration. */
  name: string;
  tenantId: string;
  clientId: string;
  credential: { type: 'clientSecret'; clientSecret: string };
  /** For example https://login.microsoftonline.com. */
  authority: string;
  /** For example https://graph.microsoft.com. */
  target: string;
}

/** Gives access tokens for Microsoft Graph. */
export interface TokenProvider {
  /**
   * @param options.fresh - ask for a new token even if one is kept
   * @throws GraphError of kind `credential`, `network` or `throttled`, or the
   *   signal's reason
   */
  token(options: { fresh: boolean; signal?: AbortSignal }): Promise<string>;
}

/** Makes the token provider for the kind of credential that is configured. */
export function createTokenProvider(config: ConnectionConfig): TokenProvider {
  switch (config.credential.type) {
    case 'clientSecret':
      return clientCredentialTokens(config, {
        clientSecret: config.credential.clientSecret,
      });
    default:
      throw new TypeError('This kind of credential is unknown');
  }
}

const NO_ANSWER = 'no_answer';
const NO_TOKEN = 'no_token';
/** Milliseconds in which a token must be there. */
const TOKEN_TIMEOUT_MS = 30_000;

/** Like msal's own, but it stops waiting, and says why there is no answer. */
const networkClient: INetworkModule = {
  sendGetRequestAsync: (url, options) => fetchJson('GET', url, options),
  sendPostRequestAsync: (url, options) => fetchJson('POST', url, options),
};

async function fetchJson<T>(
  method: string,
  url: string,
  options?: NetworkRequestOptions,
): Promise<NetworkResponse<T>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: options?.headers,
      body: options?.body,
      signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new AuthError(NO_ANSWER, '', reasonOf(error));
  }
  try {
    return {
      headers: Object.fromEntries(response.headers),
      body: JSON.parse(text),
      status: response.status,
    };
  } catch {
    throw new AuthError(
      NO_TOKEN,
      '',
      `the answer, with status ${response.status}, is not JSON`,
    );
  }
}

/** Tokens of the application itself; msal keeps them until they expire. */
function clientCredentialTokens(
  config: ConnectionConfig,
  credential: { clientSecret: string },
): TokenProvider {
  const application = new ConfidentialClientApplication({
    auth: { clientId: config.clientId, ...authorityOf(config), ...credential },
    system: { networkClient },
  });
  const scopes = [`${new URL(config.target).origin}/.default`];
  return {
    async token({ fresh, signal }) {
      try {
        const result = await unlessAborted(
          application.acquireTokenByClientCredential({
            scopes,
            skipCache: fresh,
          }),
          signal,
        );
        if (!result?.accessToken) {
          throw new AuthError(NO_TOKEN, '', 'the answer holds no token');
        }
        return result.accessToken;
      } catch (error) {
        signal?.throwIfAborted();
        throw credentialError(config, credential.clientSecret, error);
      }
    },
  };
}

/**
 * The authority's endpoints, spelled out so that msal asks no one for them,
 * whatever the cloud. msal insists on https; where the configuration admits
 * plain http (a loopback address), only the token endpoint is written so.
 */
function authorityOf(config: ConnectionConfig) {
  const url = new URL(config.authority);
  const path = url.pathname.replace(/\/+$/, '');
  const tenant = `${url.origin}${path}/${config.tenantId}`;
  return {
    authority: `https://${url.host}${path}/${config.tenantId}`,
    knownAuthorities: [url.host],
    authorityMetadata: JSON.stringify({
      authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${tenant}/oauth2/v2.0/token`,
      issuer: `${tenant}/v2.0`,
      jwks_uri: `${tenant}/discovery/v2.0/keys`,
    }),
  };
}

/** Gives up waiting for what cannot be aborted itself. */
async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) {
    return work;
  }
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/** What to do about the errors of the token endpoint, by AADSTS number. */
const MENDS: Record<string, string> = {
  '7000215':
    'The client secret is wrong: configure the value of a client secret of this app registration, not its id.',
  '7000222':
    'The client secret has expired: create a new one in the app registration and configure its value.',
  '700016':
    'The client id is unknown in this tenant: check clientId and tenantId.',
  '90002':
    'The tenant is unknown: check tenantId, and that authority is the one of its cloud.',
};

function credentialError(
  config: ConnectionConfig,
  secret: string,
  error: unknown,
): GraphError {
  const { host } = new URL(config.authority);
  const what = `Signing in to tenant ${config.name} at ${host} failed`;
  if (!(error instanceof ServerError)) {
    const reason =
      error instanceof AuthError
        ? error.errorMessage || error.errorCode
        : reasonOf(error);
    return new GraphError(`${what}: ${withoutTokens(reason)}`, {
      kind: 'network',
      mend: `Check that this machine can reach ${host}, through a proxy where there is one, and that authority is right.`,
    });
  }
  const number = /AADSTS(\d+)/.exec(error.errorMessage)?.[1];
  const said = /(AADSTS\d+:.*?)(?=\s-?\s*(?:Trace ID|Correlation ID)|$)/s.exec(
    error.errorMessage,
  )?.[1];
  const requestId = /Trace ID:\s*([\w-]+)/i.exec(error.errorMessage)?.[1];
  const graphMessage =
    said &&
    withoutTokens(said).split(secret).join('(secret left out)').slice(0, 500);
  const isThrottled =
    error.status === 429 || (error.status !== undefined && error.status >= 500);
  return new GraphError(
    [
      what,
      graphMessage && `: ${graphMessage}`,
      requestId && ` (request-id ${requestId})`,
    ]
      .filter(Boolean)
      .join(''),
    {
      kind: isThrottled ? 'throttled' : 'credential',
      status: error.status,
      code: number ? `AADSTS${number}` : undefined,
      graphMessage,
      requestId,
      mend:
        (number && MENDS[number]) ??
        (isThrottled
          ? 'Microsoft Entra ID is unavailable or limits requests: try again later.'
          : 'Check tenantId, clientId and the credential against the app registration in Microsoft Entra ID.'),
    },
  );
}
