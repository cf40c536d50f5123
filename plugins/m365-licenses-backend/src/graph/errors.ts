import { CustomErrorBase, isError } from '@backstage/errors';
import { z } from 'zod';
import { isThrottled } from './retry';

/**
 * What went wrong with Microsoft, as far as it changes what to do:
 * `credential` (no token), `permission` (403), `premium` (the tenant's plan
 * lacks the feature), `notFound`, `conflict` (409, concurrent writes),
 * `refused` (400), `throttled` (429/503/504 until we gave up), `network`
 * (no answer, cut off), `answer` (an answer that is not what Graph gives),
 * `report` (a report that is cut short or lacks columns). For a write see
 * {@link isUncertain}.
 */
export type GraphErrorKind =
  | 'credential'
  | 'permission'
  | 'premium'
  | 'notFound'
  | 'conflict'
  | 'refused'
  | 'throttled'
  | 'network'
  | 'answer'
  | 'report';

/** A call to Microsoft that failed, with what to do about it. */
export class GraphError extends CustomErrorBase {
  readonly kind: GraphErrorKind;
  /** HTTP status, where Microsoft answered. */
  readonly status?: number;
  /** Microsoft's code, for example `Authorization_RequestDenied`. */
  readonly code?: string;
  /** Microsoft's own message. */
  readonly graphMessage?: string;
  /** Microsoft's request-id, which its support asks for. */
  readonly requestId?: string;
  /** What the administrator can do. */
  readonly mend?: string;
  /** Milliseconds that Microsoft asks to wait before a token is asked for. */
  readonly retryAfterMs?: number;

  constructor(
    message: string,
    options: {
      kind: GraphErrorKind;
      status?: number;
      code?: string;
      graphMessage?: string;
      requestId?: string;
      mend?: string;
      retryAfterMs?: number;
      cause?: unknown;
    },
  ) {
    super(message, options.cause);
    this.name = 'GraphError';
    this.kind = options.kind;
    this.status = options.status;
    this.code = options.code;
    this.graphMessage = options.graphMessage;
    this.requestId = options.requestId;
    this.mend = options.mend;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Whether a write that failed so may have been done all the same: nothing was
 * answered, or by a gateway that does not know.
 */
export function isUncertain({ kind }: GraphError): boolean {
  return kind === 'network' || kind === 'answer';
}

/** Who is granted permissions: an application, a person through it, or an identity of Azure. */
export type Grantee = 'application' | 'person' | 'managedIdentity';

/** What is asked of Microsoft, as far as a message about its failure needs it. */
export interface Operation {
  /** For messages, for example `Reading the accounts`. */
  what: string;
  /** The permissions it needs, for example `User.Read.All`. */
  permission: string;
  /** The directory role that a person needs besides, for example `Reports Reader`. */
  role?: string;
  grantee: Grantee;
  /** Whether it changes something, so that it must not be done twice. */
  isWrite?: boolean;
}

const errorBodySchema = z.object({
  error: z.object({
    code: z.string().optional(),
    message: z.string().optional(),
    innerError: z.object({ 'request-id': z.string().optional() }).optional(),
  }),
});

/** The code by which Microsoft says that the tenant's plan lacks a feature. */
const PREMIUM_CODE = 'Authentication_RequestFromNonPremiumTenantOrB2CTenant';
/** Two writes to one account at once; comes with 409, at times with 400. */
const CONCURRENCY_CODE = 'Directory_ConcurrencyViolation';
/** Longer messages are cut: a proxy's error page can be a megabyte. */
const MESSAGE_LENGTH = 500;

/** What mends a write of which nobody knows whether it was done. */
const LOOK_FIRST =
  'Microsoft may have done it all the same: look at the account before trying again.';

function kindOf(
  operation: Operation,
  response: Response,
  code: string | undefined,
): GraphErrorKind {
  const { status } = response;
  if (code === PREMIUM_CODE) return 'premium';
  if (status === 409 || code === CONCURRENCY_CODE) return 'conflict';
  if (status === 401) return 'credential';
  if (status === 403) return 'permission';
  if (status === 404) return 'notFound';
  if (isThrottled(operation, response)) return 'throttled';
  return status >= 400 && status < 500 ? 'refused' : 'answer';
}

function mendOf(
  kind: GraphErrorKind,
  operation: Operation,
): string | undefined {
  switch (kind) {
    case 'credential':
      return 'Microsoft refuses the token even when it is new: check that target and authority belong to the same cloud, and that the app registration is enabled.';
    case 'permission':
      return grantOf(operation);
    case 'premium':
      return 'Reading sign-in activity needs Microsoft Entra ID P1 or P2 in the tenant.';
    case 'conflict':
      return 'Something else changed the same account at the same time: try again in a few minutes.';
    case 'throttled':
      return 'Microsoft is limiting requests or is unavailable: try again later, or run the tasks less often.';
    case 'answer':
      return operation.isWrite
        ? LOOK_FIRST
        : 'Try again later; if it stays so, check that target is the address of Microsoft Graph and look for a proxy in between.';
    default:
      return undefined;
  }
}

function grantOf({ permission, role, grantee }: Operation): string {
  switch (grantee) {
    case 'person':
      return `Grant the delegated permission ${permission} to the app registration in Microsoft Entra ID, with admin consent, then press Authorize on the Connections tab${
        role
          ? `; who signs in there needs the directory role ${role} as well`
          : ''
      }.`;
    case 'managedIdentity':
      return `Grant the application permission ${permission} to the managed identity, which needs PowerShell (New-MgServicePrincipalAppRoleAssignment) or the Azure CLI; it can take a day until Azure puts it into the identity's tokens.`;
    default:
      return `Grant the application permission ${permission} to the app registration in Microsoft Entra ID, with admin consent.`;
  }
}

/**
 * Takes out what looks like a token, should an answer repeat one: bearer
 * tokens, those in the form of a JWT (assertions too), and the codes and
 * refresh tokens of Microsoft Entra ID, which begin with a version and ".A".
 */
export function withoutTokens(text: string): string {
  return text
    .replace(/\bBearer\s+[^\s"'<]+/gi, 'Bearer (left out)')
    .replace(/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '(token left out)')
    .replace(/\b[01]\.A[\w.-]{16,}/g, '(token left out)');
}

/** The text of an answer's body: of an HTML page its title. */
function readableText(contentType: string, body: string): string | undefined {
  const text = /html/i.test(contentType)
    ? /<title[^>]*>([^<]*)</i.exec(body)?.[1]
    : body;
  return text?.replace(/\s+/g, ' ').trim() || undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Makes the error of an answer that is not a success, whatever its body:
 * Graph's JSON, a proxy's HTML or plain text, or nothing.
 *
 * @param note - what was tried already, put at the end of the message
 */
export async function errorOfAnswer(
  operation: Operation,
  response: Response,
  note?: string,
): Promise<GraphError> {
  // The status counts, even where the body is cut off
  const body = await response.text().catch(() => '');
  const contentType = response.headers.get('content-type') ?? '';
  const parsed = errorBodySchema.safeParse(parseJson(body));
  const error = parsed.success ? parsed.data.error : undefined;
  const said = error ? error.message : readableText(contentType, body);
  const graphMessage = said && withoutTokens(said).slice(0, MESSAGE_LENGTH);
  const requestId =
    error?.innerError?.['request-id'] ??
    response.headers.get('request-id') ??
    undefined;
  const kind = kindOf(operation, response, error?.code);
  const parts = [
    `${operation.what} failed: Microsoft answered ${response.status}`,
    error?.code && ` ${error.code}`,
    graphMessage && `, "${graphMessage}"`,
    requestId && ` (request-id ${requestId})`,
    note && `; ${note}`,
  ];
  return new GraphError(parts.filter(Boolean).join(''), {
    kind,
    status: response.status,
    code: error?.code,
    graphMessage: graphMessage || undefined,
    requestId,
    mend: mendOf(kind, operation),
  });
}

/**
 * Makes the error of a request that got no answer, or only part of one.
 *
 * @param host - whom it was sent to; whole addresses can hold secrets
 */
export function errorOfConnection(
  operation: Operation,
  host: string,
  thrown: unknown,
): GraphError {
  return new GraphError(
    `${operation.what} failed: ${host} gave no complete answer (${reasonOf(
      thrown,
    )})`,
    {
      kind: 'network',
      mend: operation.isWrite
        ? LOOK_FIRST
        : `Check that this machine can reach ${host}, through a proxy where there is one, and try again.`,
    },
  );
}

/** The code of a failed system call, such as `ENOENT`, without its text. */
export function systemCodeOf(thrown: unknown): string {
  return isError(thrown) && typeof thrown.code === 'string'
    ? thrown.code
    : 'no reason given';
}

/** The innermost reason of a failed request, such as `connect ECONNREFUSED`. */
export function reasonOf(thrown: unknown): string {
  let reason = thrown;
  while (isError(reason) && isError(reason.cause)) {
    reason = reason.cause;
  }
  if (!isError(reason)) {
    return 'no reason given';
  }
  const code = typeof reason.code === 'string' ? reason.code : '';
  const text = withoutTokens(reason.message);
  return [!text.includes(code) && code, text].filter(Boolean).join(': ');
}
