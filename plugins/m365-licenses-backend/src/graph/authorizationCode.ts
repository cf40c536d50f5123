import {
  AccountInfo,
  AuthenticationResult,
  ClientAuthError,
  ClientAuthErrorCodes,
  ConfidentialClientApplication,
  CryptoProvider,
  InteractionRequiredAuthError,
  ResponseMode,
} from '@azure/msal-node';
import { z } from 'zod';
import { AccessToken, accessTokenOf, permissionsAmong } from './accessToken';
import {
  clientApplication,
  defaultScope,
  resourceOf,
} from './clientApplication';
import { GraphError } from './errors';
import { errorOfLogin } from './loginErrors';
import {
  AuthorizationCodeFlow,
  ClientCredential,
  ConnectionConfig,
} from './types';

/** The code of the error where nobody signed in, or what they left is gone. */
export const NOT_AUTHORIZED = 'NotAuthorized';

const keptSchema = z.object({
  /** The tenant, application and target that it is for. */
  issuedFor: z.string(),
  access: z.object({ token: z.string().min(1), renewAt: z.iso.datetime() }),
  /** msal's token cache: account and refresh token. */
  cache: z.string(),
});

/** What a {@link TokenVault} keeps of a sign-in. */
export type KeptSignIn = z.output<typeof keptSchema>;

/**
 * Reads what a vault kept.
 *
 * @throws GraphError of kind `credential` and code `NotAuthorized` where there
 *   is nothing for this tenant, application and target
 */
export function readKept(
  config: ConnectionConfig,
  kept: string | undefined,
): KeptSignIn {
  if (kept === undefined) {
    throw notAuthorized(`Nobody has signed in for tenant ${config.name}`);
  }
  let signIn: KeptSignIn;
  try {
    signIn = keptSchema.parse(JSON.parse(kept));
  } catch {
    throw notAuthorized(
      `What is kept of the sign-in for tenant ${config.name} cannot be read`,
    );
  }
  // Its token must not be sent to a target that was configured since
  if (signIn.issuedFor !== issuedFor(config)) {
    throw notAuthorized(
      `The sign-in for tenant ${config.name} was made before its tenantId, clientId or target was changed`,
    );
  }
  return signIn;
}

function issuedFor(config: ConnectionConfig): string {
  return [config.tenantId, config.clientId, resourceOf(config)].join(' ');
}

function notAuthorized(message: string): GraphError {
  return new GraphError(message, {
    kind: 'credential',
    code: NOT_AUTHORIZED,
    mend: 'Press Authorize on the Connections tab and sign in at Microsoft.',
  });
}

/** Gets a new access token, and with it as a rule a new refresh token. */
export async function refreshSignIn(
  config: ConnectionConfig,
  client: ClientCredential,
  kept: KeptSignIn,
  now: () => Date,
): Promise<KeptSignIn> {
  const application = clientApplication(config, client);
  application.getTokenCache().deserialize(kept.cache);
  const [account] = await application.getTokenCache().getAllAccounts();
  try {
    const result = await application.acquireTokenSilent({
      account,
      scopes: [defaultScope(config)],
      forceRefresh: true,
    });
    return keep(config, application, accessTokenOf(result, now()));
  } catch (error) {
    // msal's own words for a cache that lacks something
    throw error instanceof InteractionRequiredAuthError
      ? notAuthorized(
          `What is kept of the sign-in for tenant ${config.name} holds no refresh token`,
        )
      : error;
  }
}

function keep(
  config: ConnectionConfig,
  application: ConfidentialClientApplication,
  access: AccessToken,
): KeptSignIn {
  return {
    issuedFor: issuedFor(config),
    access,
    cache: application.getTokenCache().serialize(),
  };
}

/** Whoever signed in must be known to the tenant that is configured. */
function accountOf(
  config: ConnectionConfig,
  result: AuthenticationResult,
): AccountInfo {
  const { account } = result;
  if (account?.tenantId.toLowerCase() !== config.tenantId.toLowerCase()) {
    throw new GraphError(
      `The sign-in for tenant ${config.name} was refused: ${
        account?.username ?? 'the account'
      } signed in to another tenant`,
      {
        kind: 'credential',
        mend: 'Press Authorize on the Connections tab and choose an account of the tenant; check tenantId.',
      },
    );
  }
  return account;
}

/** Signs people in to Microsoft for a tenant that is configured so. */
export function createAuthorizationCodeFlow(
  config: ConnectionConfig,
): AuthorizationCodeFlow {
  const { credential } = config;
  if (credential.type !== 'authorizationCode') {
    throw new TypeError(
      `Tenant ${config.name} is not signed in to by a person`,
    );
  }
  const scopesOf = (permissions: string[]) =>
    permissions.map(permission => `${resourceOf(config)}/${permission}`);
  return {
    async begin({ redirectUri, state, nonce, permissions }) {
      const { verifier, challenge } =
        await new CryptoProvider().generatePkceCodes();
      const url = await clientApplication(
        config,
        credential.client,
      ).getAuthCodeUrl({
        redirectUri,
        state,
        nonce,
        scopes: scopesOf(permissions),
        // A query would be in the portal's own log of requests, code and all
        responseMode: ResponseMode.FRAGMENT,
        prompt: 'select_account',
        codeChallenge: challenge,
        codeChallengeMethod: 'S256',
      });
      return { url, codeVerifier: verifier };
    },

    async redeem({ code, codeVerifier, nonce, redirectUri, permissions }) {
      try {
        const application = clientApplication(config, credential.client);
        const result = await application.acquireTokenByCode({
          code,
          codeVerifier,
          nonce,
          redirectUri,
          scopes: scopesOf(permissions),
        });
        const access = accessTokenOf(result, new Date());
        const account = accountOf(config, result);
        return {
          tokenCache: JSON.stringify(keep(config, application, access)),
          tenantId: account.tenantId,
          userPrincipalName: account.username,
          displayName: account.name ?? null,
          scopes: permissionsAmong(result.scopes),
        };
      } catch (error) {
        if (
          error instanceof ClientAuthError &&
          error.errorCode === ClientAuthErrorCodes.nonceMismatch
        ) {
          throw new GraphError(
            `The sign-in for tenant ${config.name} was refused: what Microsoft sent belongs to another sign-in`,
            {
              kind: 'credential',
              mend: 'Press Authorize on the Connections tab and sign in again, in the same browser.',
            },
          );
        }
        throw errorOfLogin(config, error);
      }
    },
  };
}
