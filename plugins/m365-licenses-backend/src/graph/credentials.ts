import { AuthenticationResult } from '@azure/msal-node';
import { AccessToken, accessTokenOf, isFresh } from './accessToken';
import { readKept, refreshSignIn } from './authorizationCode';
import { applicationToken } from './clientApplication';
import { GraphError } from './errors';
import { errorOfLogin } from './loginErrors';
import { acquireByManagedIdentity } from './managedIdentity';
import {
  ClientCredential,
  ConnectionConfig,
  Refusal,
  RefusalMemory,
  TokenVault,
} from './types';

/** Gives access tokens for Microsoft Graph. */
export interface TokenProvider {
  /**
   * @param options.fresh - ask for a token newer than the one that is there
   * @throws GraphError of kind `credential`, `network`, `throttled` or
   *   `answer`, or the signal's reason
   */
  token(options: { fresh: boolean; signal?: AbortSignal }): Promise<string>;
}

/** What a token provider shares with the other replicas. */
export interface TokenOptions {
  /** Without, every call may ask Microsoft. */
  refusals?: RefusalMemory;
  /** Where a person's sign-in is kept; only `authorizationCode` needs it. */
  vault?: TokenVault;
  now?: () => Date;
}

/** Makes the token provider for the kind of credential that is configured. */
export function createTokenProvider(
  config: ConnectionConfig,
  options: TokenOptions = {},
): TokenProvider {
  const now = options.now ?? (() => new Date());
  const ask = <T>(work: () => Promise<T>) =>
    askUnlessRefused(config, work, options.refusals, now);
  return singleFlight(renewalOf(config, ask, options.vault, now));
}

/** Asks Microsoft, unless it refused lately. */
type Ask = <T>(work: () => Promise<T>) => Promise<T>;

/** Looks for a token that is there, and gets a new one. */
interface Renewal {
  /** Undefined where there is none, or it is about to expire. */
  current(): Promise<string | undefined>;
  renew(): Promise<string>;
}

function renewalOf(
  config: ConnectionConfig,
  ask: Ask,
  vault: TokenVault | undefined,
  now: () => Date,
): Renewal {
  const { credential } = config;
  switch (credential.type) {
    case 'clientSecret':
    case 'clientCertificate':
      return inMemory(ask, () => applicationToken(config, credential), now);
    case 'managedIdentity':
      return inMemory(
        ask,
        () => acquireByManagedIdentity(config, credential),
        now,
      );
    case 'authorizationCode':
      if (!vault) {
        throw new TypeError(`Tenant ${config.name} has no vault for a sign-in`);
      }
      return inVault(config, credential.client, vault, ask, now);
    default:
      throw new TypeError('This kind of credential is unknown');
  }
}

/** Keeps the token of an application in this process. */
function inMemory(
  ask: Ask,
  acquire: () => Promise<AuthenticationResult | null>,
  now: () => Date,
): Renewal {
  let kept: AccessToken | undefined;
  return {
    current: async () =>
      kept && isFresh(kept, now()) ? kept.token : undefined,
    renew: async () => {
      kept = await ask(async () => accessTokenOf(await acquire(), now()));
      return kept.token;
    },
  };
}

/**
 * Keeps a person's tokens where all replicas see them, and nowhere else, so
 * that a sign-in that was forgotten is out of use at once.
 */
function inVault(
  config: ConnectionConfig,
  client: ClientCredential,
  vault: TokenVault,
  ask: Ask,
  now: () => Date,
): Renewal {
  const current = async () => {
    const { access } = readKept(config, await vault.read());
    return isFresh(access, now()) ? access.token : undefined;
  };
  return {
    current,
    async renew() {
      const before = readKept(config, await vault.read()).access.token;
      // Around the vault's turn, as what remembers refusals may need the same database
      return ask(() =>
        vault.renew(async text => {
          const kept = readKept(config, text);
          if (kept.access.token !== before && isFresh(kept.access, now())) {
            // Another replica renewed it while this one waited for its turn
            return { result: kept.access.token };
          }
          const renewed = await refreshSignIn(config, client, kept, now);
          return {
            keep: JSON.stringify(renewed),
            result: renewed.access.token,
          };
        }),
      );
    },
  };
}

/** Callers who need a new token at the same time share one request. */
function singleFlight(renewal: Renewal): TokenProvider {
  let underWay: Promise<string> | undefined;
  return {
    async token({ fresh, signal }) {
      const there = fresh ? undefined : await renewal.current();
      if (there !== undefined) {
        return there;
      }
      signal?.throwIfAborted();
      underWay ??= renewal.renew().finally(() => {
        underWay = undefined;
      });
      return unlessAborted(underWay, signal);
    },
  };
}

async function askUnlessRefused<T>(
  config: ConnectionConfig,
  work: () => Promise<T>,
  refusals: RefusalMemory | undefined,
  now: () => Date,
): Promise<T> {
  const refusal = await refusals?.current();
  if (refusal && Date.parse(refusal.retryAt) > now().getTime()) {
    throw errorOfRefusal(refusal);
  }
  let result: T;
  try {
    result = await work();
  } catch (thrown) {
    const error = errorOfLogin(config, thrown);
    if (isRefusal(error)) {
      await refusals?.remember(
        {
          message: error.message,
          code: error.code ?? null,
          mend: error.mend ?? null,
          requestId: error.requestId ?? null,
        },
        now(),
      );
    }
    throw error;
  }
  if (refusal) {
    await refusals?.forget();
  }
  return result;
}

/** Only Microsoft's own answer has a status. */
function isRefusal(error: unknown): error is GraphError {
  return (
    error instanceof GraphError &&
    error.kind === 'credential' &&
    error.status !== undefined
  );
}

function errorOfRefusal(refusal: Refusal): GraphError {
  return new GraphError(
    `${refusal.message} (refused since ${refusal.since}; Microsoft is asked again after ${refusal.retryAt})`,
    {
      kind: 'credential',
      code: refusal.code ?? undefined,
      mend: refusal.mend ?? undefined,
      requestId: refusal.requestId ?? undefined,
    },
  );
}

/** Gives up waiting for what cannot be aborted itself. */
async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) {
    return work;
  }
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
