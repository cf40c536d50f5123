import { AuthError } from '@azure/msal-node';
import { GraphError, withoutTokens } from './errors';
import {
  Denial,
  NoTokenError,
  readableDescription,
  traceIdOf,
} from './tokenNetwork';
import { ConnectionConfig } from './types';

/** What an error of Microsoft Entra ID means, and what mends it. */
interface Explanation {
  /** Goes on after "…failed: ". */
  means: string;
  mend: string;
}

const AUTHORIZE_AGAIN =
  'Press Authorize on the Connections tab and sign in again.';
const CHECK_CLOCK =
  'Set the clock of the machine that the portal runs on by a time server (NTP), then check again.';
const FEDERATED_CREDENTIALS =
  'In the Microsoft Entra admin center, open the app registration > Certificates & secrets > Federated credentials';
const CERTIFICATES =
  'the app registration > Certificates & secrets > Certificates';

const wrongCertificate: Explanation = {
  means: 'the client certificate is not one of this app registration',
  mend: `Upload the configured certificate under ${CERTIFICATES}, and check that certificate and private key are those that were meant; a certificate that expired must be replaced in both places.`,
};
const invalidProof: Explanation = {
  means: 'the proof of the application is not valid',
  mend: `${CHECK_CLOCK} Then check the certificate or the federated credential.`,
};
const noProof: Explanation = {
  means: 'the application did not prove who it is',
  mend: 'Configure a client secret, a client certificate or a managed identity, and switch off "Allow public client flows" under Authentication of the app registration.',
};
const wrongRedirect: Explanation = {
  means: 'the address of the Connections tab is not a redirect URI of the app',
  mend: 'In the Microsoft Entra admin center, open the app registration > Authentication, and add the address of the portal followed by /m365-licenses/connections as a redirect URI of the platform Web.',
};
const expiredSignIn: Explanation = {
  means: 'the sign-in has expired',
  mend: AUTHORIZE_AGAIN,
};
const moreProof: Explanation = {
  means: 'the person who signed in has to prove more (multi-factor)',
  mend: AUTHORIZE_AGAIN,
};
const conditionalAccess: Explanation = {
  means: 'a Conditional Access policy forbids this sign-in',
  mend: 'In the Microsoft Entra admin center, look the request up under Monitoring & health > Sign-in logs; it names the policy. Let the policy leave out this application, or the address that the portal comes from.',
};
const notAssigned: Explanation = {
  means: 'the account is not an account of this tenant',
  mend: 'Press Authorize on the Connections tab and choose an account of the tenant; check tenantId.',
};
const noConsent: Explanation = {
  means: 'nobody consented to the permissions',
  mend: 'In the Microsoft Entra admin center, open the app registration > API permissions and press "Grant admin consent"; for a sign-in by a person, press Authorize again afterwards.',
};
const unknownApplication: Explanation = {
  means: 'the application is unknown in this tenant',
  mend: 'Check clientId (the "Application (client) ID") and tenantId against the overview of the app registration.',
};
const unknownPermission: Explanation = {
  means: 'a permission that was asked for does not exist',
  mend: 'Check that target is the Microsoft Graph of the cloud the tenant is in.',
};
const malformed: Explanation = {
  means: 'Microsoft cannot read the request',
  mend: 'Check tenantId, clientId and the credential for spaces and missing characters; for a sign-in by a person, press Authorize again.',
};

/**
 * Errors of Microsoft Entra ID by AADSTS number, after "Microsoft Entra
 * authentication and authorization error codes" in Microsoft's documentation.
 */
const EXPLANATIONS: Record<string, Explanation> = {
  // The application and the tenant
  '90002': {
    means: 'the tenant is unknown',
    mend: 'Check tenantId, and that authority is the one of the cloud the tenant is in.',
  },
  '900023': {
    means: 'the tenant is unknown',
    mend: 'Check that tenantId is the "Directory (tenant) ID" of the app registration.',
  },
  '90038': {
    means: 'the tenant belongs to another cloud',
    mend: 'Set authority and target to those of the cloud the tenant is in.',
  },
  '700016': unknownApplication,
  '700011': unknownApplication,
  '70001': unknownApplication,
  '7000112': {
    means: 'the application is disabled',
    mend: 'In the Microsoft Entra admin center, open Enterprise applications > the application > Properties, and set "Enabled for users to sign in?" to Yes.',
  },
  '500011': {
    means: 'Microsoft Graph at this target is unknown in the tenant',
    mend: 'Check that target is the Microsoft Graph of the cloud the tenant is in.',
  },
  '9002313': malformed,
  '90014': malformed,
  '900144': malformed,
  // How the application proves who it is
  '7000215': {
    means: 'the client secret is wrong',
    mend: 'Configure the value of a client secret of this app registration, not its id; where it is lost, create a new one under Certificates & secrets.',
  },
  '7000222': {
    means: 'the client secret has expired',
    mend: 'Create a new client secret under Certificates & secrets of the app registration and configure its value.',
  },
  '7000216': noProof,
  '7000218': noProof,
  '700025': {
    means: 'the application is registered as a public client',
    mend: 'In the Microsoft Entra admin center, open the app registration > Authentication, switch off "Allow public client flows" and use a redirect URI of the platform Web.',
  },
  '700027': wrongCertificate,
  '700030': wrongCertificate,
  '50012': wrongCertificate,
  '700024': {
    means:
      "the proof of the application is not valid at Microsoft's time: this machine's clock is wrong, or the federated token has expired",
    mend: `${CHECK_CLOCK} Where federatedTokenFile is used, check that the platform renews the file.`,
  },
  '700021': {
    means: 'the proof of the application names another application',
    mend: 'Check clientId and the client certificate.',
  },
  '700023': {
    means: 'the proof of the application was made for another address',
    mend: 'Check that authority is the one of the cloud the tenant is in, and that no proxy changes the address.',
  },
  '50013': invalidProof,
  '50027': invalidProof,
  // Workload identity federation
  '70021': {
    means: 'no federated credential of the application fits the identity',
    mend: `${FEDERATED_CREDENTIALS}, and compare issuer, subject and audience with those in Microsoft's message.`,
  },
  '700211': {
    means: 'no federated credential of the application has this issuer',
    mend: `${FEDERATED_CREDENTIALS}, and enter the issuer in Microsoft's message: for a managed identity, the tenant that the identity is in.`,
  },
  '700212': {
    means: 'no federated credential of the application has this audience',
    mend: `${FEDERATED_CREDENTIALS}, and enter the audience in Microsoft's message, by default api://AzureADTokenExchange.`,
  },
  '700213': {
    means: 'no federated credential of the application has this subject',
    mend: `${FEDERATED_CREDENTIALS}, and enter the subject in Microsoft's message: for a managed identity its object (principal) ID, for Kubernetes system:serviceaccount:<namespace>:<name>.`,
  },
  '700229': {
    means: 'a federated credential takes only the token of an application',
    mend: 'Let federatedTokenFile be a token of the workload, not of a person.',
  },
  // The sign-in of a person
  '50011': wrongRedirect,
  '500112': wrongRedirect,
  '500113': wrongRedirect,
  '900971': wrongRedirect,
  '50173': {
    means:
      'the sign-in was revoked: the password changed, or an administrator ended all sessions',
    mend: AUTHORIZE_AGAIN,
  },
  '50132': expiredSignIn,
  '50133': expiredSignIn,
  '50089': expiredSignIn,
  '70000': expiredSignIn,
  '70008': expiredSignIn,
  '700082': expiredSignIn,
  '700084': expiredSignIn,
  '70043': {
    means:
      'the sign-in has reached the age that a Conditional Access policy allows',
    mend: `${AUTHORIZE_AGAIN} So that it lasts, let the policy's sign-in frequency leave out this application.`,
  },
  '54005': {
    means: 'the code of this sign-in was used before',
    mend: AUTHORIZE_AGAIN,
  },
  '501481': {
    means: 'the code belongs to another sign-in',
    mend: AUTHORIZE_AGAIN,
  },
  '50147': {
    means: 'the code belongs to another sign-in',
    mend: AUTHORIZE_AGAIN,
  },
  '700005': {
    means: 'the code belongs to another tenant',
    mend: 'Press Authorize on the Connections tab and choose an account of the tenant.',
  },
  '50072': moreProof,
  '50074': moreProof,
  '50076': moreProof,
  '50078': moreProof,
  '50079': moreProof,
  '50158': moreProof,
  '50055': {
    means: 'the password of who signed in has expired',
    mend: 'Let that person change the password, then press Authorize on the Connections tab.',
  },
  '50057': {
    means: 'the account that signed in is disabled',
    mend: 'Enable the account, or press Authorize on the Connections tab and sign in with another one.',
  },
  '50053': {
    means: 'the account is locked',
    mend: 'Unlock the account or wait, then press Authorize on the Connections tab.',
  },
  '50126': {
    means: 'the user name or the password is wrong',
    mend: AUTHORIZE_AGAIN,
  },
  '50105': {
    means: 'the account is not assigned to the application',
    mend: 'In the Microsoft Entra admin center, open Enterprise applications > the application > Users and groups and assign the account, or switch off "Assignment required?" under Properties.',
  },
  '50014': notAssigned,
  '50020': notAssigned,
  '50034': notAssigned,
  '51004': notAssigned,
  '90072': notAssigned,
  '53000': conditionalAccess,
  '53001': conditionalAccess,
  '53002': conditionalAccess,
  '53003': conditionalAccess,
  '50131': conditionalAccess,
  '530032': conditionalAccess,
  '530035': conditionalAccess,
  // Consent and permissions
  '65001': noConsent,
  '90008': noConsent,
  '90094': noConsent,
  '90095': noConsent,
  '65004': {
    means: 'consent was denied',
    mend: 'Press Authorize on the Connections tab again and accept the permissions; an administrator may have to.',
  },
  '65005': {
    means: 'the permissions of the app registration cannot be granted',
    mend: 'Add the permissions of Microsoft Graph under API permissions of the app registration and grant admin consent.',
  },
  '650056': noConsent,
  '650057': noConsent,
  '1003031': {
    means: 'the app registration asks for permissions that do not exist',
    mend: 'In the Microsoft Entra admin center, open the app registration > API permissions, remove what is shown as unknown, add the permissions of Microsoft Graph and grant admin consent.',
  },
  '70011': unknownPermission,
  '650053': unknownPermission,
  '1002012': unknownPermission,
};

/** Numbers by which Microsoft says that it is its own trouble, for now. */
const TRANSIENT = new Set([
  '50033',
  '50196',
  '90006',
  '90012',
  '90024',
  '90033',
  '90055',
  '90090',
]);

const OTHERWISE: Explanation = {
  means: 'Microsoft refuses it',
  mend: 'Check tenantId, clientId and the credential against the app registration in Microsoft Entra ID.',
};

function failed(config: ConnectionConfig): string {
  const { host } = new URL(config.authority);
  return `Signing in to tenant ${config.name} at ${host} failed`;
}

/**
 * Makes the error of a token that Microsoft Entra ID did not give.
 *
 * @returns a GraphError of kind `credential` with a status where Microsoft
 *   refused, `throttled` where it is busy, `network` where no answer came,
 *   `answer` where the answer is not one of Entra ID; what neither msal nor the
 *   network threw stays as it is
 */
export function errorOfLogin(
  config: ConnectionConfig,
  thrown: unknown,
): unknown {
  if (!(thrown instanceof AuthError)) {
    return thrown;
  }
  if (thrown instanceof NoTokenError && thrown.denial) {
    return errorOfDenial(config, thrown.denial);
  }
  const { host } = new URL(config.authority);
  const reason = thrown.errorMessage || thrown.errorCode;
  const message = `${failed(config)}: ${withoutTokens(reason)}`;
  return thrown instanceof NoTokenError
    ? new GraphError(message, {
        kind: 'network',
        mend: `Check that this machine can reach ${host}, through a proxy where there is one, and that authority is right.`,
      })
    : new GraphError(message, {
        kind: 'answer',
        mend: 'Check that authority is the address of Microsoft Entra ID, and look for a proxy in between.',
      });
}

/**
 * Makes the error of a sign-in that Microsoft sent back with an error instead
 * of a code.
 *
 * @param answer - `error` and `error_description` as Microsoft sent them
 */
export function errorOfAuthorization(
  config: ConnectionConfig,
  answer: { error: string; errorDescription?: string },
): GraphError {
  const said = answer.errorDescription ?? '';
  return errorOfDenial(config, {
    error: withoutTokens(answer.error).slice(0, 100),
    description: readableDescription(said),
    requestId: traceIdOf(said),
  });
}

function errorOfDenial(
  config: ConnectionConfig,
  denial: Partial<Denial>,
): GraphError {
  const { status, description, requestId } = denial;
  const numbers = [...(description ?? '').matchAll(/AADSTS(\d+)/g)].map(
    ([, number]) => number,
  );
  // The first is often general: "AADSTS70002: Error validating credentials. AADSTS54005: …"
  const number =
    numbers.find(known => EXPLANATIONS[known] ?? TRANSIENT.has(known)) ??
    numbers[0];
  const isTransient =
    status === 429 ||
    (status !== undefined && status >= 500) ||
    TRANSIENT.has(number) ||
    denial.error === 'temporarily_unavailable';
  const { means, mend } = isTransient
    ? {
        means: 'Microsoft Entra ID is unavailable or limits requests',
        mend: 'Try again later.',
      }
    : EXPLANATIONS[number] ?? explanationOf(denial.error);
  const said = description ?? denial.error;
  return new GraphError(
    [
      `${failed(config)}: ${means}`,
      said && `; Microsoft says "${said}"`,
      requestId && ` (request-id ${requestId})`,
    ]
      .filter(Boolean)
      .join(''),
    {
      kind: isTransient ? 'throttled' : 'credential',
      status,
      code: number ? `AADSTS${number}` : denial.error,
      graphMessage: description,
      requestId,
      mend,
      retryAfterMs: denial.retryAfterMs,
    },
  );
}

/** For errors without a number, as OAuth 2.0 names them. */
function explanationOf(error: string | undefined): Explanation {
  switch (error) {
    case 'access_denied':
      return EXPLANATIONS['65004'];
    case 'consent_required':
      return noConsent;
    case 'invalid_grant':
    case 'interaction_required':
    case 'login_required':
      return expiredSignIn;
    default:
      return OTHERWISE;
  }
}
