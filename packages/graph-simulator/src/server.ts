import { setTimeout as pause } from 'timers/promises';
import express, { Request, RequestHandler, Response } from 'express';
import {
  Answer,
  GraphError,
  graphErrorAnswer,
  json,
  requestIds,
  RequestIds,
} from './answers';
import { answerBatch, parseBatch } from './batch';
import {
  companySubscriptions,
  group,
  groupOwners,
  organization,
  pick,
  reportSettings,
  resourceNotFound,
  subscribedSkus,
} from './directory';
import { Fault, Faults } from './faults';
import { changedAssignments, parseLicenseChange } from './licenses';
import { Login } from './login/Login';
import { Secrets } from './login/Secrets';
import { changeableGroup, Memberships, referencedAccount } from './memberships';
import { DirectoryRole, PERMISSIONS, ROLES_OF_PERSON } from './permissions';
import { Downloads, parseReportCall, Reports } from './reports';
import { Face, RequestLog } from './requests';
import { Account } from './tenant/model';
import { Tenant } from './tenant/Tenant';
import {
  parseSelection,
  renderUser,
  Selection,
  UserPages,
  VisibleLicenses,
} from './users';

/** What the faces of the simulator share. */
export interface SimulatorParts {
  tenant: Tenant;
  faults: Faults;
  requests: RequestLog;
  login: Login;
  secrets: Secrets;
  premium: boolean;
  latencyMs: number;
  origin: () => string;
  downloadOrigin: () => string;
}

type Handler = (request: Request) => Answer | Promise<Answer>;

/** Turns a handler into middleware. */
export type Serve = (handler: Handler) => RequestHandler;

const MAX_PAGE = 999;
const MAX_PAGE_WITH_SIGN_INS = 500;
const DEFAULT_PAGE = 100;

function unsupported(message: string): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message);
}

/** Query options by name; the rest is refused as a directory does. */
function queryOptions(
  request: Request,
  supported: readonly string[],
): URLSearchParams {
  const options = new URL(request.originalUrl, 'http://localhost').searchParams;
  for (const name of options.keys()) {
    if (name.startsWith('$') && !supported.includes(name)) {
      throw unsupported(`'${name}' is not supported by the service.`);
    }
  }
  return options;
}

/** Where a page starts, and how many empty pages were given in its place so far. */
interface PagePlace {
  after: number;
  emptyPages: number;
}

/** A link to the same page after an empty one differs: clients refuse to go in circles. */
function pageToken({ after, emptyPages }: PagePlace): string {
  const token = emptyPages ? `after:${after}:${emptyPages}` : `after:${after}`;
  return Buffer.from(token).toString('base64url');
}

function parsePageToken(token: string): PagePlace {
  const place = /^after:(\d+)(?::(\d+))?$/.exec(
    Buffer.from(token, 'base64url').toString(),
  );
  if (!place) {
    throw new GraphError(
      400,
      'Request_BadRequest',
      'The specified page token value is invalid.',
    );
  }
  return { after: Number(place[1]), emptyPages: Number(place[2] ?? 0) };
}

function pageSize(text: string | null, selection: Selection): number {
  const most = selection.properties.includes('signInActivity')
    ? MAX_PAGE_WITH_SIGN_INS
    : MAX_PAGE;
  if (text === null) return DEFAULT_PAGE;
  const size = Number(text);
  if (!/^\d+$/.test(text) || size < 1 || size > most) {
    throw unsupported(
      `Invalid page size specified: '${text}'. Must be between 1 and ${most} inclusive.`,
    );
  }
  return size;
}

/** The whole answer, or the first half of it and then nothing. */
function send(response: Response, answer: Answer, cut: boolean): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    // An answer that can have no body must not say how long it is
    ...(answer.status !== 204 && { 'content-length': answer.body.length }),
  });
  if (cut) {
    const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
    response.write(half, () => response.socket?.destroy());
  } else {
    response.end(answer.body);
  }
}

function failure(
  fault: Extract<Fault, { kind: 'throttle' | 'fail' }>,
  ids: RequestIds,
): Answer {
  const headers: Record<string, string> =
    fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
  if (fault.kind === 'throttle') {
    return graphErrorAnswer(
      new GraphError(
        429,
        'TooManyRequests',
        'Please retry again later.',
        headers,
      ),
      ids,
    );
  }
  const text = (type: string, body: string): Answer => ({
    status: fault.status,
    headers: { 'content-type': type, ...headers },
    body: Buffer.from(body),
  });
  switch (fault.body) {
    case 'html':
      return text(
        'text/html',
        `<html><head><title>${fault.status}</title></head><body><h1>The service is unavailable.</h1></body></html>`,
      );
    case 'text':
      return text('text/plain', 'upstream connect error or disconnect');
    case 'empty':
      return text('text/plain', '');
    default:
      return graphErrorAnswer(
        new GraphError(
          fault.status,
          fault.code ?? 'ServiceUnavailable',
          fault.message ?? 'The service is temporarily unavailable.',
          headers,
        ),
        ids,
      );
  }
}

/** What the handler answers, a refusal in Graph's form. */
async function answerOf(
  handler: Handler,
  request: Request,
  ids: RequestIds,
): Promise<Answer> {
  try {
    return await handler(request);
  } catch (error) {
    if (error instanceof GraphError) return graphErrorAnswer(error, ids);
    throw error;
  }
}

/** Turns handlers into Express handlers: faults, ids, log, errors in the form of the face. */
export function serving(
  { faults, requests, latencyMs }: SimulatorParts,
  face: Face,
): Serve {
  const answerWithFaults = async (
    request: Request,
    handler: Handler,
    fault: Fault | undefined,
    ids: RequestIds,
  ): Promise<Answer> => {
    if (fault?.kind === 'throttle' || (fault?.kind === 'fail' && !fault.done)) {
      return failure(fault, ids);
    }
    // Writes wait inside their handler, where they hold their account.
    if (face === 'graph' && latencyMs > 0 && request.method === 'GET') {
      await pause(latencyMs, undefined, { ref: false });
    }
    if (fault?.kind === 'slow') {
      await pause(fault.milliseconds, undefined, { ref: false });
    }
    const answer = await answerOf(handler, request, ids);
    return fault?.kind === 'fail' ? failure(fault, ids) : answer;
  };

  return handler => (request, response, next) => {
    const ids = requestIds(request.get('client-request-id'));
    const time = Date.now();
    const [path, query = ''] = request.originalUrl.split('?');
    const log = (status: number) =>
      requests.add({
        face,
        method: request.method,
        path: decode(path),
        query: decode(query),
        status,
        time,
      });
    if (face === 'graph') requests.began();
    response.once('close', () => {
      if (face === 'graph') requests.ended();
    });
    const fault = faults.meet(request.method, decode(request.originalUrl));
    if (fault?.kind === 'cut' && fault.at === 'start') {
      log(0);
      response.socket?.destroy();
      return;
    }
    response.locals.emptyPage = fault?.kind === 'empty-page';
    answerWithFaults(request, handler, fault, ids)
      .then(answer => {
        log(answer.status);
        if (faults.clockAheadSeconds !== 0) {
          answer.headers.date = new Date(
            Date.now() + faults.clockAheadSeconds * 1000,
          ).toUTCString();
        }
        answer.headers['request-id'] = ids.requestId;
        answer.headers['client-request-id'] = ids.clientRequestId;
        answer.headers['x-ms-ags-diagnostic'] =
          '{"ServerInfo":{"DataCenter":"Simulator","Slice":"E","Ring":"1","ScaleUnit":"001","RoleInstance":"SIM00001"}}';
        const isCut =
          fault?.kind === 'cut' ||
          (face === 'download' && faults.reports.truncate === 'connection') ||
          (face === 'productNames' &&
            faults.productNames.truncate === 'connection');
        send(response, answer, isCut);
      })
      .catch(next);
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `graph.microsoft.com/v1.0` */
export function graphRouter(
  parts: SimulatorParts,
  downloads: Downloads,
  visible: VisibleLicenses,
  memberships: Memberships,
): express.Router {
  const { faults, login, origin, premium, requests, tenant } = parts;
  const pages = new UserPages(tenant, visible, origin);
  const writing = new Set<string>();
  const serve = serving(parts, 'graph');
  const router = express.Router();

  const authorize = (
    request: Request,
    anyOf: readonly string[],
    rolesOfPerson?: readonly DirectoryRole[],
  ) => {
    const caller = login.tokens.caller(request.get('authorization'));
    const permitted = anyOf.some(
      permission =>
        caller.permissions.includes(permission) && !faults.isDenied(permission),
    );
    const inRole =
      caller.kind === 'application' ||
      rolesOfPerson === undefined ||
      tenant
        .find(caller.userId)
        ?.directoryRoles.some(role => rolesOfPerson.includes(role));
    if (!permitted || !inRole) {
      throw new GraphError(
        403,
        'Authorization_RequestDenied',
        'Insufficient privileges to complete the operation.',
      );
    }
  };

  const authorizeUsers = (request: Request, selection: Selection) => {
    authorize(request, PERMISSIONS.users);
    if (selection.properties.includes('signInActivity')) {
      authorize(request, PERMISSIONS.signInActivity);
      if (!premium || faults.nonPremium) {
        throw new GraphError(
          403,
          'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
          "Neither tenant is B2C or tenant doesn't have premium license",
        );
      }
    }
  };

  const user = (request: Request): Account => {
    const found = tenant.find(request.params.id);
    if (!found) throw resourceNotFound(request.params.id);
    return found;
  };

  /** Accounts where other objects of the directory can stand as well. */
  const directoryObject = (account: Account, selection: Selection) => ({
    '@odata.type': '#microsoft.graph.user',
    ...renderUser(account, selection),
  });

  const changeMember = async (
    request: Request,
    accountOf: () => Account,
    isMember: boolean,
  ): Promise<Answer> => {
    authorize(request, PERMISSIONS.groupMembers, ROLES_OF_PERSON.groupMembers);
    if (parts.latencyMs > 0) {
      await pause(parts.latencyMs, undefined, { ref: false });
    }
    const changed = changeableGroup(tenant, request.params.id);
    const account = accountOf();
    if (memberships.isMember(changed, account) === isMember) {
      throw isMember
        ? new GraphError(
            400,
            'Request_BadRequest',
            "One or more added object references already exist for the following modified properties: 'members'.",
          )
        : resourceNotFound(account.id);
    }
    memberships.change(changed, account, isMember);
    requests.memberChanged(changed.id, account.id, isMember);
    return { status: 204, headers: {}, body: Buffer.alloc(0) };
  };

  const collection = (
    request: Request,
    context: string,
    items: readonly object[],
  ): Answer => {
    const select = queryOptions(request, ['$select']).get('$select');
    return json(
      200,
      {
        '@odata.context': `${origin()}/v1.0/$metadata#${context}`,
        value: select
          ? items.map(item =>
              pick(item, select.split(','), `microsoft.graph.${context}`),
            )
          : items,
      },
      { 'x-ms-resource-unit': '1' },
    );
  };

  router.get(
    '/users',
    serve(request => {
      login.tokens.caller(request.get('authorization'));
      const options = queryOptions(request, [
        '$select',
        '$top',
        '$skiptoken',
        '$count',
      ]);
      const selection = parseSelection(options.get('$select') ?? undefined);
      authorizeUsers(request, selection);
      const topText = options.get('$top');
      const top = pageSize(topText, selection);
      const token = options.get('$skiptoken');
      const { after, emptyPages } =
        token === null ? { after: 0, emptyPages: 0 } : parsePageToken(token);
      const count =
        options.get('$count') === 'true' &&
        request.get('consistencylevel')?.toLowerCase() === 'eventual';
      const query = [
        selection.text && `$select=${selection.text}`,
        topText && `$top=${topText}`,
        options.get('$count') && `$count=${options.get('$count')}`,
      ]
        .filter(Boolean)
        .join('&');
      const link = (following: number, empty = 0) =>
        `${origin()}/v1.0/users?${query}${query && '&'}$skiptoken=${pageToken({
          after: following,
          emptyPages: empty,
        })}`;
      const cost = 2 - (selection.text ? 1 : 0) - (top < 20 ? 1 : 0);
      const body = request.res?.locals.emptyPage
        ? Buffer.from(
            JSON.stringify({
              '@odata.context': `${origin()}/v1.0/$metadata#users`,
              '@odata.nextLink': link(after, emptyPages + 1),
              value: [],
            }),
          )
        : pages.page(selection, top, after, count, link);
      return {
        ...json(200, null, { 'x-ms-resource-unit': String(Math.max(1, cost)) }),
        body,
      };
    }),
  );

  router.get(
    '/users/([$])count',
    serve(request => {
      authorize(request, PERMISSIONS.users);
      if (request.get('consistencylevel')?.toLowerCase() !== 'eventual') {
        throw new GraphError(
          400,
          'Request_BadRequest',
          '$count is not currently supported.',
        );
      }
      return {
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: Buffer.from(String(tenant.accounts.length)),
      };
    }),
  );

  router.get(
    '/users/:id',
    serve(request => {
      login.tokens.caller(request.get('authorization'));
      const options = queryOptions(request, ['$select']);
      const selection = parseSelection(options.get('$select') ?? undefined);
      authorizeUsers(request, selection);
      const suffix = selection.text ? `(${selection.text})` : '';
      return json(
        200,
        {
          '@odata.context': `${origin()}/v1.0/$metadata#users${suffix}/$entity`,
          ...renderUser(visible.of(user(request)), selection),
        },
        { 'x-ms-resource-unit': '1' },
      );
    }),
  );

  router.get(
    '/users/:id/manager',
    serve(request => {
      authorize(request, PERMISSIONS.users);
      const options = queryOptions(request, ['$select']);
      const selection = parseSelection(options.get('$select') ?? undefined);
      const { managerId } = user(request);
      const manager = managerId === null ? undefined : tenant.find(managerId);
      if (!manager) throw resourceNotFound('manager');
      return json(
        200,
        {
          '@odata.context': `${origin()}/v1.0/$metadata#directoryObjects/$entity`,
          ...directoryObject(manager, selection),
        },
        { 'x-ms-resource-unit': '1' },
      );
    }),
  );

  router.post(
    '/users/:id/assignLicense',
    express.json({ limit: '1mb' }),
    serve(async request => {
      authorize(
        request,
        PERMISSIONS.assignLicense,
        ROLES_OF_PERSON.assignLicense,
      );
      requests.assignLicenseCalled();
      const { id } = user(request);
      const change = parseLicenseChange(request.body);
      if (writing.has(id)) {
        throw new GraphError(
          409,
          'Directory_ConcurrencyViolation',
          'The request failed because the resource was being updated by another request. Retry the request.',
          { 'retry-after': '1' },
        );
      }
      writing.add(id);
      try {
        if (parts.latencyMs > 0) {
          await pause(parts.latencyMs, undefined, { ref: false });
        }
        const account = user(request);
        const now = new Date();
        const assignments = changedAssignments(tenant, account, change, now);
        const delay = faults.licenseChangesVisibleAfter;
        if (delay > 0) {
          visible.hold(account);
          if (Number.isFinite(delay)) {
            setTimeout(() => visible.show(id), delay).unref();
          }
        }
        const changed = tenant.update(id, { assignments });
        change.remove.forEach(skuId => requests.removed(id, skuId));
        change.add.forEach(({ skuId }) => requests.added(id, skuId));
        return json(
          200,
          {
            '@odata.context': `${origin()}/v1.0/$metadata#users/$entity`,
            ...renderUser(
              changed,
              parseSelection(
                'id,accountEnabled,assignedLicenses,createdDateTime,department,displayName,givenName,jobTitle,mail,officeLocation,surname,usageLocation,userPrincipalName,userType',
              ),
            ),
          },
          { 'x-ms-resource-unit': '1' },
        );
      } finally {
        writing.delete(id);
      }
    }),
  );

  router.get(
    '/subscribedSkus',
    serve(request => {
      authorize(request, PERMISSIONS.subscribedSkus);
      return collection(request, 'subscribedSkus', subscribedSkus(tenant));
    }),
  );

  router.get(
    '/directory/subscriptions',
    serve(request => {
      authorize(request, PERMISSIONS.subscriptions);
      return collection(
        request,
        'directory/subscriptions',
        companySubscriptions(tenant),
      );
    }),
  );

  router.get(
    '/organization',
    serve(request => {
      authorize(request, PERMISSIONS.organization);
      return collection(request, 'organization', [organization(tenant)]);
    }),
  );

  router.get(
    '/groups/:id',
    serve(request => {
      authorize(request, PERMISSIONS.groups);
      const select = queryOptions(request, ['$select']).get('$select');
      return json(
        200,
        {
          '@odata.context': `${origin()}/v1.0/$metadata#groups/$entity`,
          ...group(tenant, request.params.id, select ?? undefined),
        },
        { 'x-ms-resource-unit': '1' },
      );
    }),
  );

  router.get(
    '/groups/:id/owners',
    serve(request => {
      authorize(request, PERMISSIONS.groups);
      const options = queryOptions(request, ['$select']);
      const selection = parseSelection(options.get('$select') ?? undefined);
      return json(
        200,
        {
          '@odata.context': `${origin()}/v1.0/$metadata#directoryObjects`,
          value: groupOwners(tenant, request.params.id).map(owner =>
            directoryObject(owner, selection),
          ),
        },
        { 'x-ms-resource-unit': '1' },
      );
    }),
  );

  router.post(
    '/groups/:id/members/([$])ref',
    express.json(),
    serve(request =>
      changeMember(
        request,
        () => referencedAccount(tenant, request.body),
        true,
      ),
    ),
  );

  router.delete(
    '/groups/:id/members/:userId/([$])ref',
    serve(request =>
      changeMember(
        request,
        () => {
          const account = tenant.find(request.params.userId);
          if (!account) throw resourceNotFound(request.params.userId);
          return account;
        },
        false,
      ),
    ),
  );

  router.post(
    '/([$])batch',
    express.json({ limit: '4mb' }),
    serve(async request => {
      login.tokens.caller(request.get('authorization'));
      const authorization = request.get('authorization') ?? '';
      const steps = parseBatch(request.body);
      // Over the network to itself: each request meets what any other would
      const answers = await answerBatch(
        steps,
        ({ method, url, headers, body }) =>
          fetch(`${origin()}/v1.0${url}`, {
            method,
            headers: { ...headers, authorization },
            body: body === undefined ? undefined : JSON.stringify(body),
            redirect: 'manual',
          }),
      );
      return json(200, answers);
    }),
  );

  router.get(
    '/admin/reportSettings',
    serve(request => {
      try {
        authorize(request, PERMISSIONS.reportSettings);
      } catch (error) {
        // This service wraps its refusal in a message of its own.
        if (error instanceof GraphError && error.status === 403) {
          throw new GraphError(
            403,
            'UnknownError',
            '{"error":{"code":"S2SUnauthorized","message":"Invalid permission."}}',
          );
        }
        throw error;
      }
      return json(200, {
        '@odata.context': `${origin()}/v1.0/$metadata#admin/reportSettings/$entity`,
        ...reportSettings(faults.concealNames),
      });
    }),
  );

  router.get(
    '/reports/:call',
    serve(request => {
      authorize(request, PERMISSIONS.reports, ROLES_OF_PERSON.reports);
      const id = parts.secrets.add(
        downloads.create(parseReportCall(request.params.call)),
      );
      return {
        status: 302,
        headers: {
          'content-type': 'text/plain',
          location: `${parts.downloadOrigin()}/data/v1.0/download?token=${id}`,
        },
        body: Buffer.alloc(0),
      };
    }),
  );

  router.use(
    serve(request => {
      login.tokens.caller(request.get('authorization'));
      throw new GraphError(
        404,
        'BadRequest',
        `Resource not found for the segment '${request.path.slice(1)}'.`,
      );
    }),
  );
  return router;
}

/** The host that report downloads are redirected to. */
export function downloadApp(
  parts: SimulatorParts,
  downloads: Downloads,
): express.Express {
  const reports = new Reports(parts.tenant, parts.faults);
  const serve = serving(parts, 'download');
  const refuse = (status: number, code: string, message: string): Answer => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: Buffer.from(
      `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    ),
  });
  const app = express().disable('x-powered-by').disable('etag');
  app.get(
    '/data/v1.0/download',
    serve(request => {
      if (request.get('authorization') !== undefined) {
        parts.requests.bearerAtDownloadHost();
        return refuse(
          400,
          'InvalidAuthenticationInfo',
          'Authentication information is not given in the correct format.',
        );
      }
      const query = downloads.find(String(request.query.token));
      if (!query) {
        return refuse(
          403,
          'AuthenticationFailed',
          'The link is unknown or has expired.',
        );
      }
      return {
        status: 200,
        headers: {
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="${query.name}.csv"`,
        },
        body: reports.render(query),
      };
    }),
  );
  return app;
}
