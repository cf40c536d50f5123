import type {
  ConnectionPurpose,
  Finding,
} from 'backstage-plugin-m365-licenses-common';
import type { ConnectionConfig, TokenFacts } from '../graph/types';
import { PERMISSION_IDS } from './permissions';

/** What mends a finding: words, and where there is one a line for a shell. */
export type Step = Finding['steps'][number];

/** Microsoft Graph's own application id, in every tenant and cloud. */
const MICROSOFT_GRAPH = '00000003-0000-0000-c000-000000000000';
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What may stand in a command without harm; other names are left to the person. */
const PRINCIPAL_NAME = /^[\w.+#-]+@[\w.-]+$/;

export const AUTHORIZE: Step = {
  text: 'Press Authorize on the Connections tab and sign in at Microsoft',
  command: null,
};

/** A step that no single line for a shell does. */
export function byHand(text: string): Step {
  return { text, command: null };
}

/** Where the app registration is in the admin center. */
function registration({ clientId }: ConnectionConfig): string {
  return `Microsoft Entra admin center → App registrations → All applications → ${clientId}`;
}

/** The key under which the credentials are configured. */
export function configKey(
  connection: ConnectionConfig,
  purpose: ConnectionPurpose,
): string {
  const tenant = `m365Licenses.tenants.${connection.name}`;
  const owner =
    purpose === 'sync' ? tenant : `${tenant}.tasks.reclamation.credentials`;
  return connection.credential.type === 'authorizationCode'
    ? `${owner}.authorizationCode`
    : owner;
}

/** Grants permissions to whom the connection acts for. */
export function grant(
  connection: ConnectionConfig,
  permissions: string[],
  facts: TokenFacts,
): Step[] {
  if (permissions.length === 0) {
    return [];
  }
  const { credential, clientId } = connection;
  if (credential.type === 'managedIdentity' && !credential.federation) {
    return grantToIdentity(
      permissions,
      facts.clientId ?? credential.identityClientId,
    );
  }
  const isPerson = credential.type === 'authorizationCode';
  const ids = permissions.map(permission => {
    const id = PERMISSION_IDS[permission];
    return (
      id && (isPerson ? `${id.delegated}=Scope` : `${id.application}=Role`)
    );
  });
  return [
    {
      text: `${registration(
        connection,
      )} → API permissions → Add a permission → Microsoft Graph → ${
        isPerson ? 'Delegated' : 'Application'
      } permissions: add ${permissions.join(' and ')}`,
      command: ids.every(id => id !== undefined)
        ? `az ad app permission add --id ${clientId} --api ${MICROSOFT_GRAPH} --api-permissions ${ids.join(
            ' ',
          )}`
        : null,
    },
    consent(connection),
    ...(isPerson ? [AUTHORIZE] : []),
  ];
}

/** An administrator consents to what the app registration asks for. */
export function consent(connection: ConnectionConfig): Step {
  return {
    text: `${registration(connection)} → API permissions → Grant admin consent`,
    command: `az ad app permission admin-consent --id ${connection.clientId}`,
  };
}

/** The admin center has no page for this. */
function grantToIdentity(
  permissions: string[],
  identityClientId: string | undefined,
): Step[] {
  const isKnown = identityClientId !== undefined && GUID.test(identityClientId);
  return [
    {
      text: 'Open PowerShell as an administrator of the tenant and connect to Microsoft Graph',
      command:
        'Connect-MgGraph -Scopes Application.Read.All,AppRoleAssignment.ReadWrite.All',
    },
    ...permissions.map(permission => {
      const id = PERMISSION_IDS[permission]?.application;
      return {
        text: `Grant the application permission ${permission} to the managed identity`,
        command:
          id && isKnown
            ? `$identity = Get-MgServicePrincipal -Filter "appId eq '${identityClientId}'"; $graph = Get-MgServicePrincipal -Filter "appId eq '${MICROSOFT_GRAPH}'"; New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $identity.Id -PrincipalId $identity.Id -ResourceId $graph.Id -AppRoleId ${id}`
            : null,
      };
    }),
    byHand(
      'Wait: it can take up to a day until Azure puts new permissions into the tokens of an identity',
    ),
  ];
}

/** Takes permissions away that are more than is needed. */
export function revoke(
  connection: ConnectionConfig,
  permissions: string[],
): Step[] {
  if (permissions.length === 0) {
    return [];
  }
  const { credential } = connection;
  const names = permissions.join(' and ');
  return [
    byHand(
      credential.type === 'managedIdentity' && !credential.federation
        ? `Take ${names} from the managed identity in PowerShell (Get-MgServicePrincipalAppRoleAssignment, Remove-MgServicePrincipalAppRoleAssignment)`
        : `${registration(
            connection,
          )} → API permissions: revoke the admin consent for ${names} and remove what is no longer needed`,
    ),
  ];
}

/** Gives who signed in a directory role; a role's template id is its definition's. */
export function assignRole(
  role: string,
  templateId: string,
  userPrincipalName: string | null,
): Step[] {
  return [
    {
      text: `Microsoft Entra admin center → Roles & admins → ${role} → Add assignments: add ${
        userPrincipalName ?? 'who signed in'
      }, or sign in as somebody who has it`,
      command:
        userPrincipalName && PRINCIPAL_NAME.test(userPrincipalName)
          ? `Connect-MgGraph -Scopes RoleManagement.ReadWrite.Directory,User.Read.All; New-MgRoleManagementDirectoryRoleAssignment -PrincipalId (Get-MgUser -UserId '${userPrincipalName}').Id -RoleDefinitionId ${templateId} -DirectoryScopeId '/'`
          : null,
    },
    AUTHORIZE,
  ];
}

function newSecret(connection: ConnectionConfig, key: string): Step[] {
  return [
    {
      text: `${registration(
        connection,
      )} → Certificates & secrets → Client secrets → New client secret`,
      command: `az ad app credential reset --id ${connection.clientId} --append`,
    },
    byHand(
      `Set the value of the new secret (not its id) as ${key}.clientSecret, or in the environment variable it comes from, and restart the portal`,
    ),
  ];
}

/** Uploads a certificate, after making a new one where the old one is of no use any more. */
export function uploadCertificate(
  connection: ConnectionConfig,
  key: string,
  options: { isNew: boolean },
): Step[] {
  const upload: Step = {
    text: `${registration(
      connection,
    )} → Certificates & secrets → Certificates → Upload certificate`,
    command: `az ad app credential reset --id ${connection.clientId} --cert @certificate.pem --append`,
  };
  if (!options.isNew) {
    return [upload];
  }
  return [
    {
      text: 'Make a new private key and certificate, or let your certificate authority do it',
      command: `openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=m365-licenses -keyout private-key.pem -out certificate.pem`,
    },
    upload,
    byHand(
      `Put both in the place of ${key}.clientCertificate: files are read again by themselves, what stands in the configuration after a restart`,
    ),
  ];
}

/**
 * What mends a refusal by Microsoft Entra ID, as exactly as its code allows.
 *
 * @param mend - what to do where nothing more exact is known
 */
export function mendRefusal(
  connection: ConnectionConfig,
  purpose: ConnectionPurpose,
  refusal: { code?: string; mend?: string },
): Step[] {
  const key = configKey(connection, purpose);
  const general = refusal.mend ? [byHand(refusal.mend)] : [];
  switch (refusal.code) {
    case 'AADSTS7000215':
    case 'AADSTS7000222':
      return newSecret(connection, key);
    case 'AADSTS700027':
    case 'AADSTS700030':
      return [
        ...general,
        ...uploadCertificate(connection, key, { isNew: false }),
      ];
    case 'AADSTS65001':
      return connection.credential.type === 'authorizationCode'
        ? [consent(connection), AUTHORIZE]
        : [consent(connection)];
    case 'AADSTS7000112':
      return [
        {
          text: `Microsoft Entra admin center → Enterprise applications → ${connection.clientId} → Properties: set "Enabled for users to sign in?" to Yes`,
          command: `az ad sp update --id ${connection.clientId} --set accountEnabled=true`,
        },
      ];
    default:
      return general;
  }
}
