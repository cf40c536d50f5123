import { randomUUID } from 'crypto';
import { Answer, json } from '../answers';

interface KnownRefusal {
  error: string;
  /** 400 unless said otherwise. */
  status?: number;
  suberror?: string;
  message: string;
}

const invalidClient = (message: string): KnownRefusal => ({
  error: 'invalid_client',
  status: 401,
  message,
});
const invalidGrant = (message: string, suberror?: string): KnownRefusal => ({
  error: 'invalid_grant',
  message,
  suberror,
});
const invalidRequest = (message: string): KnownRefusal => ({
  error: 'invalid_request',
  message,
});

/** How the identity platform says no, by the number after AADSTS. */
const REFUSALS: Readonly<Record<number, KnownRefusal>> = {
  50011: invalidRequest(
    'The redirect URI specified in the request does not match the redirect URIs configured for the application.',
  ),
  50027: invalidClient('JWT token is invalid or malformed.'),
  50034: invalidGrant('The user account does not exist in the directory.'),
  50057: invalidGrant('The user account is disabled.'),
  50076: invalidGrant(
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
    'basic_action',
  ),
  50079: invalidGrant(
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.',
    'basic_action',
  ),
  50147: invalidRequest(
    'The size of the code challenge parameter is not valid.',
  ),
  50173: invalidGrant(
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
  ),
  53003: invalidGrant(
    'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    'message_only',
  ),
  54005: invalidGrant(
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ),
  65001: invalidGrant(
    'The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.',
    'consent_required',
  ),
  65004: {
    error: 'access_denied',
    message: 'User declined to consent to access the app.',
  },
  70000: invalidGrant('Provided grant is invalid or malformed.'),
  70003: {
    error: 'unsupported_grant_type',
    message: 'The app requested an unsupported grant type.',
  },
  70008: invalidGrant(
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ),
  70011: {
    error: 'invalid_scope',
    message: 'The provided value for the input parameter scope is not valid.',
  },
  70043: invalidGrant(
    'The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.',
    'bad_token',
  ),
  90002: invalidRequest('Tenant not found.'),
  90023: invalidRequest('The value of a parameter is not supported.'),
  500011: {
    error: 'invalid_resource',
    message: 'The resource principal was not found in the tenant.',
  },
  500112: invalidGrant(
    'The reply address does not match the reply address provided when requesting Authorization code.',
  ),
  500113: invalidRequest('No reply address is registered for the application.'),
  501481: invalidGrant(
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ),
  650053: {
    error: 'invalid_client',
    message:
      "The application asked for a scope that doesn't exist on the resource.",
  },
  700016: {
    error: 'unauthorized_client',
    message: 'The application was not found in the directory.',
  },
  700021: invalidClient(
    "Client assertion application identifier doesn't match 'client_id' parameter.",
  ),
  700023: invalidClient(
    'Client assertion audience claim does not match Realm issuer.',
  ),
  700024: invalidClient('Client assertion is not within its valid time range.'),
  700027: invalidClient('Client assertion failed signature validation.'),
  700054: {
    error: 'unsupported_response_type',
    message: 'The response_type is not enabled for the application.',
  },
  700082: invalidGrant('The refresh token has expired due to inactivity.'),
  700211: invalidClient(
    'No matching federated identity record found for presented assertion issuer.',
  ),
  700212: invalidClient(
    'No matching federated identity record found for presented assertion audience.',
  ),
  700213: invalidClient(
    'No matching federated identity record found for presented assertion subject.',
  ),
  900144: invalidRequest('The request body must contain a parameter.'),
  1002012: {
    error: 'invalid_scope',
    message: 'The provided value for scope is not valid.',
  },
  7000112: {
    error: 'unauthorized_client',
    message: 'The application is disabled.',
  },
  7000215: invalidClient(
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to the app.',
  ),
  7000216: invalidClient(
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  ),
  7000218: invalidClient(
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ),
  7000222: invalidClient('The provided client secret keys are expired.'),
  9002313: invalidRequest('Invalid request. Request is malformed or invalid.'),
};

/** The identity platform says no. */
export class LoginError extends Error {
  readonly status: number;
  readonly error: string;
  readonly suberror: string | undefined;

  /**
   * @param number - the number after AADSTS
   * @param message - in place of the usual one
   * @param error - the OAuth 2.0 error in place of the usual one
   */
  constructor(readonly number: number, message?: string, error?: string) {
    const known =
      REFUSALS[number] ?? invalidRequest('The request was refused.');
    super(message ?? known.message);
    this.status = known.status ?? 400;
    this.error = error ?? known.error;
    this.suberror = known.suberror;
  }

  /** `AADSTS…: …` with the ids that Microsoft's support asks for. */
  describe(ids = refusalIds()): string {
    return `AADSTS${this.number}: ${this.message} Trace ID: ${ids.trace_id} Correlation ID: ${ids.correlation_id} Timestamp: ${ids.timestamp}`;
  }
}

function refusalIds() {
  return {
    timestamp: `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`,
    trace_id: randomUUID(),
    correlation_id: randomUUID(),
  };
}

/**
 * The answer of the token endpoint to a refusal.
 *
 * @throws what is no refusal
 */
export function refusalAnswer(error: unknown, origin: string): Answer {
  if (!(error instanceof LoginError)) throw error;
  const ids = refusalIds();
  return json(error.status, {
    error: error.error,
    error_description: error.describe(ids),
    error_codes: [error.number],
    ...ids,
    error_uri: `${origin}/error?code=${error.number}`,
    suberror: error.suberror,
  });
}
