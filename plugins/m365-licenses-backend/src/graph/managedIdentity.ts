import { readFile } from 'node:fs/promises';
import {
  AuthenticationResult,
  AuthError,
  ManagedIdentityApplication,
  ServerError,
} from '@azure/msal-node';
import { applicationToken, resourceOf } from './clientApplication';
import { GraphError, reasonOf, systemCodeOf, withoutTokens } from './errors';
import {
  Denial,
  NoTokenError,
  readableDescription,
  tokenNetwork,
} from './tokenNetwork';
import { ConnectionConfig, Credential } from './types';

type ManagedIdentity = Extract<Credential, { type: 'managedIdentity' }>;

/**
 * Milliseconds in which Azure's endpoint must answer. It is on the same machine
 * or next to it; where there is none, packets are often dropped without a word.
 */
const IDENTITY_TIMEOUT_MS = 5_000;

/** Whom a managed identity's token is for when it proves an application. */
const TOKEN_EXCHANGE = 'api://AzureADTokenExchange';

/** Asks for a token of the identity, or of the application it stands in for. */
export async function acquireByManagedIdentity(
  config: ConnectionConfig,
  credential: ManagedIdentity,
): Promise<AuthenticationResult | null> {
  const { federation } = credential;
  if (!federation) {
    return identityToken(config, credential, resourceOf(config));
  }
  const assertion =
    federation.type === 'file'
      ? await federatedToken(config, federation.path)
      : (await identityToken(config, credential, exchangeAudience(config)))
          .accessToken;
  return applicationToken(config, { type: 'assertion', assertion });
}

/** After "Configure an application to trust a managed identity". */
function exchangeAudience(config: ConnectionConfig): string {
  const { hostname } = new URL(config.authority);
  if (hostname.endsWith('.us')) {
    return `${TOKEN_EXCHANGE}USGov`;
  }
  return hostname.endsWith('.cn') ? `${TOKEN_EXCHANGE}China` : TOKEN_EXCHANGE;
}

async function federatedToken(
  config: ConnectionConfig,
  path: string,
): Promise<string> {
  const failed = `The federated token of tenant ${config.name} cannot be used: federatedTokenFile names a file that`;
  const mend =
    'Check that the platform writes the token there (on Kubernetes: the label azure.workload.identity/use on the pod), and that the portal may read it.';
  let token: string;
  try {
    token = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new GraphError(`${failed} cannot be read (${systemCodeOf(error)})`, {
      kind: 'credential',
      mend,
    });
  }
  if (!token) {
    throw new GraphError(`${failed} is empty`, { kind: 'credential', mend });
  }
  return token;
}

async function identityToken(
  config: ConnectionConfig,
  credential: ManagedIdentity,
  resource: string,
): Promise<AuthenticationResult> {
  try {
    const identity = new ManagedIdentityApplication({
      managedIdentityIdParams: {
        userAssignedClientId: credential.identityClientId,
      },
      system: { networkClient: tokenNetwork(IDENTITY_TIMEOUT_MS) },
    });
    // msal keeps these tokens for the whole process, whatever the connection
    return await identity.acquireToken({ resource, forceRefresh: true });
  } catch (error) {
    throw errorOfIdentity(config, credential, error);
  }
}

function errorOfIdentity(
  config: ConnectionConfig,
  credential: ManagedIdentity,
  thrown: unknown,
): GraphError {
  const denial = denialOf(thrown);
  if (!denial) {
    const reason =
      thrown instanceof AuthError
        ? thrown.errorMessage || thrown.errorCode
        : reasonOf(thrown);
    return new GraphError(
      `Signing in to tenant ${
        config.name
      } failed: no managed identity is reachable: ${withoutTokens(reason)}`,
      {
        kind: 'credential',
        mend: 'A managed identity works only where the portal runs on Azure (or Azure Arc): enable the identity on that resource, let no proxy stand before 169.254.169.254, or configure another credential.',
      },
    );
  }
  const { status, description, error, requestId, retryAfterMs } = denial;
  // Azure asks to retry these, 410 while its endpoint is updated
  const isTransient =
    status === 404 || status === 410 || status === 429 || status >= 500;
  const means = isTransient
    ? "Azure's endpoint for managed identities is not ready"
    : 'Azure gives this machine no token of the managed identity';
  const said = description ?? error;
  return new GraphError(
    `Signing in to tenant ${config.name} failed: ${means}${
      said ? `; Azure says "${said}"` : ''
    }`,
    {
      kind: isTransient ? 'throttled' : 'credential',
      status,
      code: error,
      graphMessage: description,
      requestId,
      retryAfterMs,
      mend: mendOfIdentity(credential, isTransient),
    },
  );
}

function denialOf(thrown: unknown): Denial | undefined {
  if (thrown instanceof NoTokenError) {
    return thrown.denial;
  }
  // msal asks through the network client of whoever in the process asked first
  return thrown instanceof ServerError && thrown.status !== undefined
    ? {
        status: thrown.status,
        error: thrown.errorCode,
        description: readableDescription(
          / - Description: (.*) - Correlation ID: /s.exec(
            thrown.errorMessage,
          )?.[1] ?? '',
        ),
      }
    : undefined;
}

function mendOfIdentity(
  credential: ManagedIdentity,
  isTransient: boolean,
): string {
  if (isTransient) {
    return 'Try again later.';
  }
  return credential.identityClientId === undefined
    ? 'In the Azure portal, open the resource that the portal runs on > Identity and switch the system-assigned identity on; where it has only a user-assigned one, configure identityClientId.'
    : 'In the Azure portal, open the resource that the portal runs on > Identity > User assigned and add the identity; check that identityClientId is its client ID.';
}
