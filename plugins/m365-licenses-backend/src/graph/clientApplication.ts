import {
  AuthenticationResult,
  ConfidentialClientApplication,
} from '@azure/msal-node';
import { readCertificate } from './certificate';
import { GraphError, reasonOf } from './errors';
import { tokenNetwork } from './tokenNetwork';
import { ClientCredential, ConnectionConfig } from './types';

/** Milliseconds in which a token must be there. */
const TOKEN_TIMEOUT_MS = 30_000;

/** How the application proves who it is; a token can stand in for a credential. */
type Proof = ClientCredential | { type: 'assertion'; assertion: string };

/**
 * The application as it stands before Microsoft Entra ID, made anew for each
 * request: certificate files are read again, and msal keeps neither tokens nor
 * refusals from one request to the next. msal logs nothing unless it is given
 * a logger, and what it counts goes only to the token endpoint.
 *
 * @throws GraphError of kind `credential` where a certificate cannot be used
 */
export function clientApplication(
  config: ConnectionConfig,
  proof: Proof,
): ConfidentialClientApplication {
  if (config.clientId === undefined) {
    throw new TypeError(`Tenant ${config.name} has no clientId`);
  }
  return new ConfidentialClientApplication({
    auth: {
      clientId: config.clientId,
      ...authorityOf(config),
      ...msalProof(config, proof),
    },
    system: { networkClient: tokenNetwork(TOKEN_TIMEOUT_MS) },
  });
}

/** Asks for a token of the application itself. */
export async function applicationToken(
  config: ConnectionConfig,
  proof: Proof,
): Promise<AuthenticationResult | null> {
  return clientApplication(config, proof).acquireTokenByClientCredential({
    scopes: [defaultScope(config)],
    // Else an environment variable could lead elsewhere than the authority
    azureRegion: 'DisableMsalForceRegion',
  });
}

function msalProof(config: ConnectionConfig, proof: Proof) {
  switch (proof.type) {
    case 'clientSecret':
      return { clientSecret: proof.clientSecret };
    case 'clientCertificate':
      try {
        const { thumbprintSha256, privateKeyPem } = readCertificate(
          proof.source,
        );
        return {
          clientCertificate: { thumbprintSha256, privateKey: privateKeyPem },
        };
      } catch (error) {
        throw new GraphError(
          `The client certificate of tenant ${
            config.name
          } cannot be used: ${reasonOf(error)}`,
          {
            kind: 'credential',
            mend: 'Check the files of clientCertificate, and that the portal may read them. They are read again for every token.',
          },
        );
      }
    case 'assertion':
      return { clientAssertion: proof.assertion };
    default:
      throw new TypeError('This kind of credential is unknown');
  }
}

/**
 * The authority's endpoints, spelled out so that msal asks no one for them,
 * whatever the cloud. msal insists on https; where the configuration admits
 * plain http (a loopback address), only the endpoints are written so.
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

/** Microsoft Graph as a resource, which scopes begin with. */
export function resourceOf(config: ConnectionConfig): string {
  return new URL(config.target).origin;
}

/** All permissions that the application was granted. */
export function defaultScope(config: ConnectionConfig): string {
  return `${resourceOf(config)}/.default`;
}
