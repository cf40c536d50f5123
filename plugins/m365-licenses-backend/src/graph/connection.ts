import { setImmediate } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import { Client, ResponseType } from '@microsoft/microsoft-graph-client';
import { z } from 'zod';
import { readTokenFacts } from './accessToken';
import { BatchAnswer, BatchRequest, sendInBatches } from './batch';
import {
  createTokenProvider,
  TokenOptions,
  TokenProvider,
} from './credentials';
import { errorOfAnswer, Grantee, GraphError, Operation } from './errors';
import {
  createMiddleware,
  OperationOptions,
  thrownByMiddleware,
} from './middleware';
import {
  pageSchema,
  PERSON_PROPERTIES,
  ReadRecord,
  readGroup,
  readLicensingGroup,
  readOrganization,
  readPerson,
  readRecords,
  readReportSettings,
  readSku,
  readSubscription,
  readUser,
  USER_PROPERTIES,
} from './records';
import {
  activeUserDetail,
  emailAppUsageDetail,
  readReport,
  ReportDefinition,
} from './reports';
import { Patience, retryLimits, RetryLimits } from './retry';
import {
  ChangeResult,
  ConnectionConfig,
  Credential,
  GraphConnection,
  GraphLicensingGroup,
  GraphPerson,
  LicenseChange,
  Malformed,
  MembershipChange,
  ReportPeriod,
  ReportStream,
  RequestOptions,
} from './types';

/** What stands for the records of one page, read and sorted out. */
interface Page<T> {
  records: T[];
  malformed: Malformed[];
}

/** Microsoft's largest pages; sign-in activity halves them. */
const PAGE_SIZE = 999;
const PAGE_SIZE_WITH_SIGN_INS = 500;

/** What a person needs besides the permissions to read reports and sign-ins. */
const REPORTS_READER = 'Reports Reader';

class TenantConnection implements GraphConnection {
  readonly #client: Client;
  readonly #tokens: TokenProvider;
  readonly #grantee: Grantee;
  readonly #target: URL;
  /** The path of the API, as a prefix. */
  readonly #root: string;
  readonly #logger: LoggerService;
  readonly #limits: RetryLimits;

  constructor(config: ConnectionConfig, options: ConnectionOptions) {
    this.#tokens = createTokenProvider(config, options);
    this.#grantee = granteeOf(config.credential);
    this.#logger = options.logger;
    this.#limits = retryLimits(options.limits);
    this.#target = new URL(config.target);
    this.#root = `${this.#target.pathname.replace(/\/+$/, '')}/v1.0`;
    this.#client = Client.initWithMiddleware({
      baseUrl: this.#target.origin,
      // Paths bring their version: next links are followed as they are
      defaultVersion: '',
      middleware: createMiddleware({
        origin: this.#target.origin,
        tokens: this.#tokens,
        limits: this.#limits,
        logger: options.logger,
      }),
    });
  }

  async *users(options: RequestOptions & { signIns: boolean }) {
    const { signIns, signal } = options;
    const properties = signIns
      ? [...USER_PROPERTIES, 'signInActivity']
      : USER_PROPERTIES;
    const top = signIns ? PAGE_SIZE_WITH_SIGN_INS : PAGE_SIZE;
    const pages = this.#pages(
      signIns
        ? this.#operation(
            'Reading the accounts with their last sign-ins',
            'AuditLog.Read.All',
            REPORTS_READER,
          )
        : this.#operation('Reading the accounts', 'User.Read.All'),
      `/users?$select=${properties.join(',')}&$top=${top}`,
      readUser,
      signal,
    );
    for await (const { records, malformed } of pages) {
      yield { users: records, malformed };
    }
  }

  async user(idOrPrincipalName: string, options: RequestOptions = {}) {
    const operation = this.#operation(
      `Reading the account ${idOrPrincipalName}`,
      'User.Read.All',
    );
    const id = segment(operation, idOrPrincipalName);
    return this.#getOne(
      operation,
      `/users/${id}?$select=${USER_PROPERTIES.join(',')}`,
      readUser,
      options.signal,
    );
  }

  async subscribedSkus(options: RequestOptions = {}) {
    const { records, malformed } = await this.#all(
      this.#operation('Reading the SKUs', 'LicenseAssignment.Read.All'),
      '/subscribedSkus',
      readSku,
      options.signal,
    );
    return { skus: records, malformed };
  }

  async subscriptions(options: RequestOptions = {}) {
    const { records, malformed } = await this.#all(
      this.#operation('Reading the subscriptions', 'Organization.Read.All'),
      '/directory/subscriptions',
      readSubscription,
      options.signal,
    );
    return { subscriptions: records, malformed };
  }

  async reportSettings(options: RequestOptions = {}) {
    return this.#getOne(
      this.#operation(
        'Reading whether reports conceal names',
        'ReportSettings.Read.All',
      ),
      '/admin/reportSettings',
      readReportSettings,
      options.signal,
    );
  }

  async group(id: string, options: RequestOptions = {}) {
    const operation = this.#operation(
      `Reading the group ${id}`,
      'GroupMember.Read.All',
    );
    return this.#getOne(
      operation,
      `/groups/${segment(operation, id)}?$select=id,displayName`,
      readGroup,
      options.signal,
    );
  }

  async identity(options: RequestOptions = {}) {
    return readTokenFacts(
      await this.#tokens.token({ fresh: true, signal: options.signal }),
    );
  }

  async organization(options: RequestOptions = {}) {
    const operation = this.#operation(
      'Reading the organization',
      'Organization.Read.All',
    );
    const response = await this.#send(
      operation,
      `${this.#root}/organization?$select=id,displayName`,
      options.signal,
    );
    const { value } = await readJson(operation, response, pageSchema);
    const date = Date.parse(response.headers.get('date') ?? '');
    return {
      ...recordOf(operation, readOrganization, value[0]),
      serverTime: Number.isNaN(date) ? null : new Date(date).toISOString(),
    };
  }

  async probeSignInActivity(options: RequestOptions = {}) {
    await this.#getJson(
      this.#operation(
        'Reading sign-in activity',
        'AuditLog.Read.All',
        REPORTS_READER,
      ),
      `${this.#root}/users?$select=id,signInActivity&$top=1`,
      pageSchema,
      options.signal,
    );
  }

  activeUserDetail(period: ReportPeriod, options?: RequestOptions) {
    return this.#report(activeUserDetail, period, options);
  }

  emailAppUsageDetail(period: ReportPeriod, options?: RequestOptions) {
    return this.#report(emailAppUsageDetail, period, options);
  }

  async usersById(ids: string[], options: RequestOptions = {}) {
    return this.#readEach(ids, {
      what: 'Reading the account',
      url: id => `/users/${id}?$select=${USER_PROPERTIES.join(',')}`,
      read: readUser,
      signal: options.signal,
    });
  }

  async managersOf(ids: string[], options: RequestOptions = {}) {
    const managers: Map<string, GraphPerson | null | GraphError> =
      await this.#readEach(ids, {
        what: 'Reading the manager of the account',
        url: id => `/users/${id}/manager?$select=${PERSON_PROPERTIES}`,
        read: readPerson,
        signal: options.signal,
      });
    for (const [id, manager] of managers) {
      if (manager instanceof GraphError && manager.kind === 'notFound') {
        managers.set(id, null);
      }
    }
    return managers;
  }

  async licensingGroup(
    id: string,
    options: RequestOptions = {},
  ): Promise<GraphLicensingGroup> {
    const operation = this.#operation(
      `Reading the group ${id} with its licenses and owners`,
      'GroupMember.Read.All',
    );
    const path = `/groups/${segment(operation, id)}`;
    const [group, { records: owners }] = await Promise.all([
      this.#getOne(
        operation,
        `${path}?$select=id,displayName,groupTypes,onPremisesSyncEnabled,assignedLicenses`,
        readLicensingGroup,
        options.signal,
      ),
      this.#all(
        operation,
        `${path}/owners?$select=${PERSON_PROPERTIES}`,
        readPerson,
        options.signal,
      ),
    ]);
    return { ...group, owners: owners.filter(owner => owner !== null) };
  }

  async changeLicenses(changes: LicenseChange[], options: RequestOptions = {}) {
    const operation = {
      ...this.#operation(
        'Changing licenses',
        'LicenseAssignment.ReadWrite.All',
        'License Administrator',
      ),
      isWrite: true,
    };
    return this.#changeEach(
      operation,
      changes.map(({ userId, add, remove }) => ({
        operation: {
          ...operation,
          what: `Changing the licenses of the account ${userId}`,
        },
        method: 'POST',
        url: `/users/${segment(operation, userId)}/assignLicense`,
        body: { addLicenses: add, removeLicenses: remove },
      })),
      options.signal,
    );
  }

  async changeMemberships(
    changes: MembershipChange[],
    options: RequestOptions = {},
  ) {
    const operation = {
      ...this.#operation(
        'Changing memberships of groups',
        'GroupMember.ReadWrite.All',
        'Groups Administrator',
      ),
      isWrite: true,
    };
    const results = await this.#changeEach(
      operation,
      changes.map(({ groupId, userId, change }) => {
        const members = `/groups/${segment(operation, groupId)}/members`;
        const member = segment(operation, userId);
        return change === 'add'
          ? {
              operation: {
                ...operation,
                what: `Adding the account ${userId} to the group ${groupId}`,
              },
              method: 'POST',
              url: `${members}/$ref`,
              body: {
                '@odata.id': `${this.#target.origin}${
                  this.#root
                }/directoryObjects/${member}`,
              },
            }
          : {
              operation: {
                ...operation,
                what: `Taking the account ${userId} out of the group ${groupId}`,
              },
              method: 'DELETE',
              url: `${members}/${member}/$ref`,
            };
      }),
      options.signal,
    );
    return results.map((result, index) =>
      isAlreadySo(changes[index], result.error)
        ? { requestId: result.requestId }
        : result,
    );
  }

  #report<Row>(
    definition: ReportDefinition<Row>,
    period: ReportPeriod,
    options: RequestOptions = {},
  ): ReportStream<Row> {
    const { signal } = options;
    const operation = this.#operation(
      `Reading the report ${definition.name}`,
      'Reports.Read.All',
      REPORTS_READER,
    );
    return readReport({
      definition,
      operation,
      signal,
      acceptsPlainHttp: this.#target.protocol === 'http:',
      patience: this.#patience(operation, signal),
      locate: async () => {
        const response = await this.#send(
          operation,
          `${this.#root}/reports/${definition.name}(period='${period}')`,
          signal,
        );
        const location = URL.parse(
          response.headers.get('location') ?? '',
          this.#target,
        );
        if (response.status !== 302 || !location) {
          await succeeded(operation, response);
          throw notOfGraph(operation, response, 'no address of a download');
        }
        return location;
      },
    });
  }

  /** Reads one record for each id; `url` gets the id as a segment of a path. */
  async #readEach<T>(
    ids: string[],
    options: {
      what: string;
      url: (id: string) => string;
      read: ReadRecord<T>;
      signal: AbortSignal | undefined;
    },
  ): Promise<Map<string, T | GraphError>> {
    const operationOf = (id: string) =>
      this.#operation(`${options.what} ${id}`, 'User.Read.All');
    const wanted = [...new Set(ids)];
    const known = wanted.filter(isSegment);
    const answers = await this.#inBatches(
      this.#operation('Reading accounts', 'User.Read.All'),
      known.map(id => ({
        operation: operationOf(id),
        method: 'GET',
        url: options.url(encodeURIComponent(id)),
      })),
      options.signal,
    );
    const records = new Map<string, T | GraphError>(
      wanted.map(id => [id, notAnId(operationOf(id))]),
    );
    for (const [index, id] of known.entries()) {
      records.set(
        id,
        await readAnswer(operationOf(id), answers[index], options.read),
      );
    }
    return records;
  }

  /** Asks for changes; each gets a result of its own. */
  async #changeEach(
    operation: Operation,
    requests: BatchRequest[],
    signal: AbortSignal | undefined,
  ): Promise<ChangeResult[]> {
    const answers = await this.#inBatches(operation, requests, signal);
    return answers.map(answer =>
      answer instanceof GraphError
        ? { requestId: answer.requestId ?? null, error: answer }
        : { requestId: answer.headers.get('request-id') },
    );
  }

  #inBatches(
    operation: Operation,
    requests: BatchRequest[],
    signal: AbortSignal | undefined,
  ): Promise<BatchAnswer[]> {
    return sendInBatches(requests, {
      host: this.#target.host,
      patience: () => this.#patience(operation, signal),
      post: async (body, { freshToken }) => {
        if (freshToken) {
          await this.#tokens.token({ fresh: true, signal });
        }
        const path = `${this.#root}/$batch`;
        const response = await this.#send(operation, path, signal, body);
        await succeeded(operation, response);
        return response;
      },
    });
  }

  #operation(what: string, permission: string, role?: string): Operation {
    return { what, permission, role, grantee: this.#grantee };
  }

  #patience(operation: Operation, signal: AbortSignal | undefined): Patience {
    return new Patience({
      operation,
      limits: this.#limits,
      logger: this.#logger,
      signal,
    });
  }

  /** Reads a collection that fits into memory. */
  async #all<T>(
    operation: Operation,
    path: string,
    read: ReadRecord<T>,
    signal: AbortSignal | undefined,
  ): Promise<Page<T>> {
    const all: Page<T> = { records: [], malformed: [] };
    for await (const page of this.#pages(operation, path, read, signal)) {
      all.records.push(...page.records);
      all.malformed.push(...page.malformed);
    }
    return all;
  }

  /**
   * Reads a collection page by page. The next page is asked for as soon as its
   * link is known; when the caller stops, that request is aborted.
   */
  async *#pages<T>(
    operation: Operation,
    path: string,
    read: ReadRecord<T>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Page<T>, void, undefined> {
    const stop = new AbortController();
    const stopped = signal
      ? AbortSignal.any([signal, stop.signal])
      : stop.signal;
    const seen = new Set<string>();
    const request = (link: string) => {
      seen.add(link);
      const answer = this.#getJson(operation, link, pageSchema, stopped);
      // Whether anyone still waits for it or not, it has been seen to
      answer.catch(() => {});
      return answer;
    };
    let next: ReturnType<typeof request> | undefined = request(
      this.#root + path,
    );
    try {
      for (let number = 1; next; number++) {
        const page: z.output<typeof pageSchema> = await next;
        const nextLink = page['@odata.nextLink'];
        next = undefined;
        if (nextLink !== undefined) {
          const link = this.#relative(operation, nextLink);
          if (seen.has(link)) {
            throw new GraphError(
              `${operation.what} failed: page ${number} leads back to a page that was read before`,
              { kind: 'answer', mend: 'Run the task again.' },
            );
          }
          next = request(link);
          // Lets the request leave, as a caller that stores this page may block:
          // a turn of the event loop for fetch, and one for the socket.
          await setImmediate();
          await setImmediate();
        }
        const place = `${path.split('?')[0]} page ${number}`;
        yield readRecords(page.value, read, place);
      }
    } finally {
      stop.abort();
    }
  }

  /** The path and query of a next link, which must not lead elsewhere. */
  #relative(operation: Operation, nextLink: string): string {
    const url = URL.parse(nextLink, this.#target);
    if (url?.origin !== this.#target.origin) {
      throw new GraphError(
        `${operation.what} failed: the next page is said to be at ${
          url?.host ?? 'no valid address'
        }, not at ${this.#target.host}`,
        {
          kind: 'answer',
          mend: 'Check that target is the address under which Microsoft Graph knows itself.',
        },
      );
    }
    return url.pathname + url.search;
  }

  /** Reads a single record; here a malformed one is fatal. */
  async #getOne<T>(
    operation: Operation,
    path: string,
    read: ReadRecord<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return recordOf(
      operation,
      read,
      await this.#getJson(operation, this.#root + path, z.unknown(), signal),
    );
  }

  async #getJson<Schema extends z.ZodType>(
    operation: Operation,
    path: string,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> {
    return readJson(
      operation,
      await this.#send(operation, path, signal),
      schema,
    );
  }

  /** Sends a request through the client; any answer counts as a success. */
  async #send(
    operation: Operation,
    path: string,
    signal: AbortSignal | undefined,
    body?: object,
  ): Promise<Response> {
    signal?.throwIfAborted();
    const { pathname, search } = new URL(path, this.#target);
    // The client looks for a host even in the query of a path
    const request = this.#client
      .api(pathname)
      .middlewareOptions([new OperationOptions(operation)])
      .responseType(ResponseType.RAW)
      .option('signal', signal);
    if (search) {
      request.query(search);
    }
    try {
      return await (body ? request.post(body) : request.get());
    } catch (error) {
      throw thrownByMiddleware(error);
    }
  }
}

/** What a connection works with. */
export interface ConnectionOptions extends TokenOptions {
  logger: LoggerService;
  /** How long to be patient with Microsoft, where the defaults do not fit. */
  limits?: Partial<RetryLimits>;
}

/**
 * Connects to the Microsoft Graph of one tenant. Nothing is asked of Microsoft
 * before the first call.
 */
export function createGraphConnection(
  config: ConnectionConfig,
  options: ConnectionOptions,
): GraphConnection {
  return new TenantConnection(config, options);
}

/** Who holds the permissions, for messages that say what to grant. */
function granteeOf(credential: Credential): Grantee {
  if (credential.type === 'authorizationCode') {
    return 'person';
  }
  return credential.type === 'managedIdentity' && !credential.federation
    ? 'managedIdentity'
    : 'application';
}

async function readJson<Schema extends z.ZodType>(
  operation: Operation,
  response: Response,
  schema: Schema,
): Promise<z.output<Schema>> {
  await succeeded(operation, response);
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    throw notOfGraph(operation, response, 'no JSON');
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    throw notOfGraph(operation, response, 'no page of records');
  }
  return parsed.data;
}

function recordOf<T>(
  operation: Operation,
  read: ReadRecord<T>,
  raw: unknown,
): T {
  const result = read(raw);
  if ('problem' in result) {
    throw new GraphError(
      `${operation.what} failed: in Microsoft's answer ${result.problem}`,
      { kind: 'answer' },
    );
  }
  return result.record;
}

/** Throws the error of an answer that is not a success. */
async function succeeded(
  operation: Operation,
  response: Response,
): Promise<void> {
  if (!response.ok) {
    throw await errorOfAnswer(operation, response);
  }
}

function notOfGraph(
  operation: Operation,
  response: Response,
  found: string,
): GraphError {
  const contentType = response.headers.get('content-type') ?? 'no content type';
  return new GraphError(
    `${operation.what} failed: the answer (${response.status}, ${contentType}) holds ${found}`,
    {
      kind: 'answer',
      status: response.status,
      requestId: response.headers.get('request-id') ?? undefined,
      mend: 'Check that target is the address of Microsoft Graph, and look for a proxy in between.',
    },
  );
}

/** Whether an id can be one segment of a path, which `..` cannot. */
function isSegment(id: string): boolean {
  return !/^\.{0,2}$/.test(id);
}

function notAnId(operation: Operation): GraphError {
  return new GraphError(`${operation.what} failed: this is not an id`, {
    kind: 'notFound',
  });
}

/** Writes an id as one segment of a path. */
function segment(operation: Operation, id: string): string {
  if (!isSegment(id)) {
    throw notAnId(operation);
  }
  return encodeURIComponent(id);
}

/** Reads a record out of an answer in a batch. */
async function readAnswer<T>(
  operation: Operation,
  answer: BatchAnswer,
  read: ReadRecord<T>,
): Promise<T | GraphError> {
  if (answer instanceof GraphError) {
    return answer;
  }
  try {
    const raw = await readJson(operation, answer, z.unknown());
    return recordOf(operation, read, raw);
  } catch (error) {
    if (error instanceof GraphError) {
      return error;
    }
    throw error;
  }
}

/**
 * Whether a change of a membership was refused as there is nothing to change:
 * Microsoft answers 400 where somebody is a member already, and 404 where the
 * group has no such member.
 */
function isAlreadySo(
  { change }: MembershipChange,
  error: GraphError | undefined,
): boolean {
  return change === 'add'
    ? error?.kind === 'refused' &&
        /references already exist/i.test(error.graphMessage ?? '')
    : error?.kind === 'notFound';
}
