import { AuthenticationResult } from '@azure/msal-node';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { GraphError } from './errors';
import { NoTokenError } from './tokenNetwork';
import { TokenFacts } from './types';

/** An access token, and how long it is used. */
export interface AccessToken {
  token: string;
  /** ISO 8601. */
  renewAt: string;
}

/** Tokens are renewed so long before they expire, or after half their life. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Takes the access token out of what msal got.
 *
 * @param now - the present, by which `renewAt` is reckoned
 * @throws NoTokenError when there is none
 */
export function accessTokenOf(
  result: AuthenticationResult | null,
  now: Date,
): AccessToken {
  if (!result?.accessToken) {
    throw new NoTokenError('the answer holds no token');
  }
  // msal reckons by this machine's clock
  const lifetimeMs = Math.max(
    0,
    (result.expiresOn?.getTime() ?? 0) - Date.now(),
  );
  const usedMs = lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 2);
  return {
    token: result.accessToken,
    renewAt: new Date(now.getTime() + usedMs).toISOString(),
  };
}

/** Whether a token is still to be used. */
export function isFresh(token: AccessToken, now: Date): boolean {
  return Date.parse(token.renewAt) > now.getTime();
}

/** Claims of access tokens, of version 1.0 as Graph's are, and of 2.0. */
const claimsSchema = z.object({
  tid: z.string().optional(),
  appid: z.string().optional(),
  azp: z.string().optional(),
  app_displayname: z.string().optional(),
  idtyp: z.string().optional(),
  upn: z.string().optional(),
  unique_name: z.string().optional(),
  preferred_username: z.string().optional(),
  roles: z.array(z.string()).optional(),
  scp: z.string().optional(),
  wids: z.array(z.string()).optional(),
  exp: z.number().optional(),
});

/** Scopes of signing in itself, which open nothing in Graph. */
const SIGN_IN_SCOPES = new Set([
  'openid',
  'profile',
  'email',
  'offline_access',
]);

/** The permissions among scopes, without the resource before their names. */
export function permissionsAmong(scopes: string[]): string[] {
  return scopes
    .map(scope => scope.slice(scope.lastIndexOf('/') + 1))
    .filter(
      scope =>
        scope !== '' && scope !== '.default' && !SIGN_IN_SCOPES.has(scope),
    );
}

/**
 * Reads what an access token says. The token is for Graph, which alone checks
 * its signature; here it only explains. It has no permissions only where it
 * names none.
 *
 * @throws GraphError of kind `answer` when the token cannot be read
 */
export function readTokenFacts(token: string): TokenFacts {
  let claims: z.output<typeof claimsSchema>;
  try {
    claims = claimsSchema.parse(decodeJwt(token));
  } catch {
    // The reason could repeat the token
    throw new GraphError(
      'Microsoft gave a token that cannot be read, so nothing can be said of its permissions',
      {
        kind: 'answer',
        mend: 'Check that authority is the address of Microsoft Entra ID, and look for a proxy in between.',
      },
    );
  }
  // "roles" of a person's token are app roles, not permissions
  const isDelegated =
    claims.idtyp === undefined
      ? claims.scp !== undefined
      : claims.idtyp === 'user';
  return {
    kind: isDelegated ? 'delegated' : 'application',
    tenantId: claims.tid ?? null,
    clientId: claims.appid ?? claims.azp ?? null,
    applicationName: claims.app_displayname ?? null,
    userPrincipalName: isDelegated
      ? claims.upn ?? claims.preferred_username ?? claims.unique_name ?? null
      : null,
    permissions: isDelegated
      ? permissionsAmong((claims.scp ?? '').split(' '))
      : claims.roles ?? [],
    roleTemplateIds: isDelegated ? claims.wids ?? null : null,
    expiresAt:
      claims.exp === undefined
        ? null
        : new Date(claims.exp * 1_000).toISOString(),
  };
}
