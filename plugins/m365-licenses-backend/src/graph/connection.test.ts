import { ServerResponse } from 'node:http';
import { SimulatorOptions, startSimulator } from 'graph-simulator';
import { createGraphConnection } from './connection';
import {
  ConnectionConfig,
  GraphConnection,
  GraphUser,
  GraphUserPage,
} from './types';
import {
  Handler,
  noWaiting,
  rawUser,
  recordingLogger,
  SECRET,
  sendError,
  sendJson,
  startGraph,
  startServer,
  TOKEN,
} from './__testUtils__/fakeGraph';
import { configOf, tokenRequests } from './__testUtils__/tenant';

const stops: Array<() => Promise<void>> = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()));
});

async function fake(handler: Handler, answerToken?: Handler) {
  const graph = await startGraph(handler, answerToken);
  stops.push(graph.stop);
  return { graph, ...connect(graph.config) };
}

async function simulate(accounts = 60, options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ accounts, ...options });
  stops.push(() => simulator.stop());
  return { simulator, ...connect(configOf(simulator)) };
}

function connect(config: ConnectionConfig) {
  const limits = noWaiting();
  const logger = recordingLogger();
  const connection = createGraphConnection(config, { logger, limits });
  return { connection, limits, logger };
}

async function collect(
  connection: GraphConnection,
  options: { signIns?: boolean; signal?: AbortSignal } = {},
): Promise<GraphUserPage> {
  const all: GraphUserPage = { users: [], malformed: [] };
  for await (const page of connection.users({ signIns: false, ...options })) {
    all.users.push(...page.users);
    all.malformed.push(...page.malformed);
  }
  return all;
}

/** Answers `/users` with so many pages of one account each. */
async function fakePages(
  count: number,
  meddle: (page: number, response: ServerResponse) => boolean = () => false,
) {
  return fake((request, response) => {
    const page = Number(/skiptoken=(\d+)/.exec(request.path)?.[1] ?? 1);
    if (meddle(page, response)) {
      return;
    }
    const origin = `http://${request.headers.host}`;
    sendJson(response, 200, {
      value: [rawUser(page)],
      ...(page < count && {
        '@odata.nextLink': `${origin}/v1.0/users?$skiptoken=${page + 1}`,
      }),
    });
  });
}

/** Sends the beginning of a page and cuts the connection. */
function cut(response: ServerResponse) {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': '1000',
  });
  response.write('{"value":[');
  response.once('drain', () => response.destroy());
  setImmediate(() => response.destroy());
}

describe('reading accounts', () => {
  it('reads every account of a tenant, with its assignments', async () => {
    const { simulator, connection } = await simulate(2_200);
    const { users, malformed } = await collect(connection);
    expect(malformed).toEqual([]);
    expect(users.map(user => user.id).sort()).toEqual(
      simulator.tenant.accounts.map(account => account.id).sort(),
    );
    expect(users.some(user => user.userType === 'guest')).toBe(true);
    expect(
      users.some(user =>
        user.assignments.some(assignment => assignment.assignedByGroup),
      ),
    ).toBe(true);
    expect(
      users.every(user => user.lastSuccessfulSignInDateTime === null),
    ).toBe(true);
    expect(simulator.requests.count({ path: /users$/ })).toBe(3);
  });

  it('reads sign-ins in smaller pages', async () => {
    const { simulator, connection } = await simulate(600);
    const { users } = await collect(connection, { signIns: true });
    expect(users).toHaveLength(600);
    expect(
      users.filter(user => user.lastSuccessfulSignInDateTime).length,
    ).toBeGreaterThan(100);
    expect(simulator.requests.count({ path: /users$/ })).toBe(2);
  });

  it('asks for exactly what it reads', async () => {
    const { graph, connection } = await fakePages(1);
    await collect(connection);
    await collect(connection, { signIns: true });
    const [plain, withSignIns] = graph
      .calls()
      .map(call => new URL(call.path, graph.url).searchParams);
    expect(plain.get('$top')).toBe('999');
    expect(plain.get('$select')).not.toContain('signInActivity');
    expect(withSignIns.get('$top')).toBe('500');
    expect(withSignIns.get('$select')).toContain('signInActivity');
  });

  it('takes only successful sign-ins, and the year 1 for never', async () => {
    const { connection } = await fake((_request, response) =>
      sendJson(response, 200, {
        value: [
          rawUser(1, {
            signInActivity: {
              lastSignInDateTime: '2026-11-20T10:00:00Z',
              lastSuccessfulSignInDateTime: '2026-10-01T10:00:00Z',
            },
          }),
          rawUser(2, {
            signInActivity: { lastSignInDateTime: '2026-11-20T10:00:00Z' },
          }),
          rawUser(3, {
            signInActivity: {
              lastSuccessfulSignInDateTime: '0001-01-01T00:00:00Z',
            },
          }),
        ],
      }),
    );
    const { users } = await collect(connection, { signIns: true });
    expect(users.map(user => user.lastSuccessfulSignInDateTime)).toEqual([
      '2026-10-01T10:00:00Z',
      null,
      null,
    ]);
  });

  it('sets malformed accounts apart, without what they hold', async () => {
    const { connection } = await fake((_request, response) =>
      sendJson(response, 200, {
        value: [
          rawUser(1),
          rawUser(2, { accountEnabled: 'private@contoso.example' }),
          { displayName: 'Private' },
          'private',
          rawUser(5, { createdDateTime: 'private' }),
          rawUser(6, { licenseAssignmentStates: [{ state: 'Active' }] }),
        ],
      }),
    );
    const { users, malformed } = await collect(connection);
    expect(users).toHaveLength(1);
    expect(malformed).toEqual([
      {
        place: '/users page 1 record 2 (id user-2)',
        problem: 'accountEnabled is string, not boolean',
      },
      {
        place: '/users page 1 record 3',
        problem:
          'id is missing; userPrincipalName is missing; accountEnabled is missing',
      },
      {
        place: '/users page 1 record 4',
        problem: 'record is string, not object',
      },
      {
        place: '/users page 1 record 5 (id user-5)',
        problem: 'createdDateTime is not a time',
      },
      {
        place: '/users page 1 record 6 (id user-6)',
        problem: 'licenseAssignmentStates.0.skuId is missing',
      },
    ]);
    expect(JSON.stringify(malformed)).not.toContain('rivate');
  });

  it('goes on after a page that is empty', async () => {
    const { simulator, connection } = await simulate(1_500);
    simulator.faults.add({ path: /\/users\?/, fault: { kind: 'empty-page' } });
    expect((await collect(connection)).users).toHaveLength(1_500);
  });

  it('asks for the next page while this one is stored, and for no more', async () => {
    const { graph, connection } = await fakePages(5);
    const pages = connection.users({ signIns: false })[Symbol.asyncIterator]();
    await pages.next();
    await until(() => graph.calls().length === 2);
    await pages.next();
    await until(() => graph.calls().length === 3);
    await pages.return?.();
    expect(graph.calls()).toHaveLength(3);
  });

  it('aborts the request that was sent ahead when the caller stops', async () => {
    const closed = jest.fn();
    const { graph, connection } = await fakePages(3, (page, response) => {
      if (page === 2) {
        response.once('close', closed);
      }
      return page === 2;
    });
    for await (const page of connection.users({ signIns: false })) {
      expect(page.users).toHaveLength(1);
      await until(() => graph.calls().length === 2);
      break;
    }
    await until(() => closed.mock.calls.length === 1);
  });

  it('stops at once when aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('the task was stopped');
    const { connection } = await fakePages(3, page => {
      if (page === 2) {
        controller.abort(reason);
      }
      return page === 2;
    });
    await expect(
      collect(connection, { signal: controller.signal }),
    ).rejects.toBe(reason);
  });

  it('refuses pages that go round in a circle', async () => {
    const { graph, connection } = await fake((_request, response) =>
      sendJson(response, 200, {
        value: [],
        '@odata.nextLink': `${graph.url}/v1.0/users?$skiptoken=same`,
      }),
    );
    await expect(collect(connection)).rejects.toMatchObject({
      kind: 'answer',
      message: expect.stringContaining('was read before'),
    });
    expect(graph.calls()).toHaveLength(2);
  });

  it('refuses a next page elsewhere, and sends no token there', async () => {
    const elsewhere = await startServer((_request, response) =>
      sendJson(response, 200, { value: [] }),
    );
    stops.push(elsewhere.stop);
    const { connection } = await fake((_request, response) =>
      sendJson(response, 200, {
        value: [],
        '@odata.nextLink': `${elsewhere.url}/v1.0/users`,
      }),
    );
    await expect(collect(connection)).rejects.toMatchObject({
      kind: 'answer',
      message: expect.stringContaining(new URL(elsewhere.url).host),
    });
    expect(elsewhere.requests).toEqual([]);
  });

  it('follows a next link exactly as it is', async () => {
    const link =
      '/v1.0/users?$skiptoken=a%2Fb(c)=https://x/y&$select=id&$top=999';
    const { graph, connection } = await fake((request, response) =>
      sendJson(response, 200, {
        value: [],
        ...(!request.path.includes('skiptoken') && {
          '@odata.nextLink': graph.url + link,
        }),
      }),
    );
    await collect(connection);
    const sent = new URL(graph.calls()[1].path, graph.url).searchParams;
    expect([...sent].sort()).toEqual(
      [...new URL(link, graph.url).searchParams].sort(),
    );
  });

  it.each([
    ['a page without records', { records: [] }],
    ['a next link that is not text', { value: [], '@odata.nextLink': 7 }],
    ['null', null],
  ])('refuses %s', async (_case, body) => {
    const { connection } = await fake((_request, response) =>
      sendJson(response, 200, body, { 'request-id': 'req-1' }),
    );
    await expect(collect(connection)).rejects.toMatchObject({
      kind: 'answer',
      requestId: 'req-1',
    });
  });

  it('refuses a success that is HTML', async () => {
    const { connection } = await fake((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>Sign in to the hotel network</html>');
    });
    await expect(collect(connection)).rejects.toMatchObject({
      kind: 'answer',
      message: expect.stringContaining('text/html'),
    });
  });
});

describe('patience', () => {
  it('reads page 7 again when it is cut off in the middle', async () => {
    let cuts = 0;
    const { graph, connection, limits } = await fakePages(
      9,
      (page, response) => {
        const isCut = page === 7 && cuts++ < 2;
        if (isCut) {
          cut(response);
        }
        return isCut;
      },
    );
    const { users } = await collect(connection);
    expect(users.map(user => user.id)).toEqual(
      Array.from({ length: 9 }, (_, index) => `user-${index + 1}`),
    );
    expect(graph.calls()).toHaveLength(11);
    expect(limits.waits).toEqual([1_000, 2_000]);
  });

  it('gives up when page 7 is cut off each time', async () => {
    const { connection } = await fakePages(9, (page, response) => {
      if (page === 7) {
        cut(response);
      }
      return page === 7;
    });
    const ids: string[] = [];
    const reading = async () => {
      for await (const page of connection.users({ signIns: false })) {
        ids.push(...page.users.map((user: GraphUser) => user.id));
      }
    };
    await expect(reading()).rejects.toMatchObject({ kind: 'network' });
    expect(ids).toHaveLength(6);
  });

  it.each([429, 503, 504])(
    'waits as long as Microsoft asks for after %s',
    async status => {
      let answers = 0;
      const { connection, limits, logger } = await fake((_request, response) =>
        answers++ < 2
          ? sendError(response, status, 'TooManyRequests', 'Later.', {
              'retry-after': '242.128',
            })
          : sendJson(response, 200, { value: [rawUser(1)] }),
      );
      expect((await collect(connection)).users).toHaveLength(1);
      expect(limits.waits).toEqual([242_128, 242_128]);
      expect(logger.lines[0]).toContain(
        `Reading the accounts: Microsoft answered ${status}, trying again in 242.1 s`,
      );
    },
  );

  it('says what it tried when it gives up', async () => {
    const { graph, connection } = await fake((_request, response) =>
      sendError(response, 429, 'TooManyRequests', 'Please retry later.', {
        'retry-after': '400',
      }),
    );
    await expect(connection.subscribedSkus()).rejects.toMatchObject({
      kind: 'throttled',
      status: 429,
      requestId: 'req-1',
      message:
        'Reading the SKUs failed: Microsoft answered 429 TooManyRequests, "Please retry later." (request-id req-1); gave up after 3 attempts and 800 s of waiting',
    });
    expect(graph.calls()).toHaveLength(3);
  });

  it('uses one client-request-id for all attempts of a call, another for the next', async () => {
    let answers = 0;
    const { graph, connection } = await fake((_request, response) =>
      answers++ < 1
        ? sendError(response, 429, 'TooManyRequests', 'Later.')
        : sendJson(response, 200, { value: [] }),
    );
    await connection.subscribedSkus();
    await connection.subscribedSkus();
    const [first, second, third] = graph
      .calls()
      .map(call => call.headers['client-request-id']);
    expect(first).toMatch(/^[\da-f-]{36}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('times an attempt out', async () => {
    const graph = await startGraph(() => {});
    stops.push(graph.stop);
    const connection = createGraphConnection(graph.config, {
      logger: recordingLogger(),
      limits: { ...noWaiting(), answerTimeoutMs: 20, connectionAttempts: 2 },
    });
    await expect(connection.subscribedSkus()).rejects.toMatchObject({
      kind: 'network',
      message: expect.stringContaining('timeout'),
    });
    expect(graph.calls()).toHaveLength(2);
  });

  it('says that nobody answers', async () => {
    const { graph, connection } = await fakePages(1);
    await collect(connection);
    await graph.stop();
    await expect(connection.subscribedSkus()).rejects.toMatchObject({
      kind: 'network',
      message: expect.stringContaining('ECONNREFUSED'),
      mend: expect.stringContaining(new URL(graph.url).host),
    });
  });
});

describe('the token', () => {
  it('is asked for once and renewed once when refused', async () => {
    let refusals = 1;
    const { graph, connection } = await fake((_request, response) =>
      refusals-- > 0
        ? sendError(
            response,
            401,
            'InvalidAuthenticationToken',
            'Lifetime validation failed, the token is expired.',
          )
        : sendJson(response, 200, { value: [] }),
    );
    await connection.subscribedSkus();
    await connection.subscribedSkus();
    expect(graph.tokenRequests()).toHaveLength(2);
    const [refused, renewed, kept] = graph
      .calls()
      .map(call => call.headers.authorization);
    expect(renewed).not.toBe(refused);
    expect(kept).toBe(renewed);
  });

  it('is a credential error when the new one is refused too', async () => {
    const { graph, connection } = await fake((_request, response) =>
      sendError(response, 401, 'InvalidAuthenticationToken', 'Invalid.'),
    );
    await expect(connection.subscribedSkus()).rejects.toMatchObject({
      kind: 'credential',
      status: 401,
      code: 'InvalidAuthenticationToken',
    });
    expect(graph.calls()).toHaveLength(2);
  });

  it('survives the expiry of all tokens in the middle of a listing', async () => {
    const { simulator, connection } = await simulate(3_000);
    let count = 0;
    for await (const page of connection.users({ signIns: false })) {
      count += page.users.length;
      simulator.faults.expireTokens();
    }
    expect(count).toBe(3_000);
  });

  it('stands, like the secret, in no error and no line of the log', async () => {
    const errors: unknown[] = [];
    const keep = (error: unknown) => errors.push(error);
    const { connection, logger } = await fake((request, response) => {
      const text = `Refused: ${request.headers.authorization}`;
      if (request.path.includes('subscribedSkus')) {
        response.writeHead(503, { 'content-type': 'text/plain' });
        response.end(text);
      } else {
        sendError(response, 403, 'Authorization_RequestDenied', text);
      }
    });
    await connection.subscribedSkus().catch(keep);
    await connection.reportSettings().catch(keep);
    await collect(connection).catch(keep);
    expect(errors).toHaveLength(3);
    const all = errors
      .map(error =>
        error instanceof Error
          ? `${error.message} ${error.stack} ${JSON.stringify(error)}`
          : '',
      )
      .concat(logger.lines)
      .join('\n');
    expect(all).toContain('Refused');
    expect(all).not.toContain(TOKEN);
    expect(all).not.toContain(SECRET);
  });

  it('is not to be had with a wrong secret', async () => {
    const { simulator } = await simulate();
    const { connection } = connect({
      ...configOf(simulator),
      credential: { type: 'clientSecret', clientSecret: 'wrong' },
    });
    await expect(connection.subscribedSkus()).rejects.toMatchObject({
      kind: 'credential',
      code: 'AADSTS7000215',
      message: expect.stringContaining('the client secret is wrong'),
    });
  });

  it('is waited for while Entra ID is busy', async () => {
    let answers = 0;
    const { connection, limits } = await fake(
      (_request, response) => sendJson(response, 200, { value: [] }),
      (_request, response) =>
        answers++ < 1
          ? response.destroy()
          : sendJson(response, 200, {
              token_type: 'Bearer',
              expires_in: 3599,
              access_token: TOKEN,
            }),
    );
    await connection.subscribedSkus();
    expect(limits.waits).toEqual([1_000]);
  });

  it('is waited for as long as Entra ID asks', async () => {
    let answers = 0;
    const { connection, limits } = await fake(
      (_request, response) => sendJson(response, 200, { value: [] }),
      (_request, response) =>
        answers++ < 1
          ? sendJson(
              response,
              429,
              { error: 'temporarily_unavailable' },
              { 'retry-after': '33' },
            )
          : sendJson(response, 200, {
              token_type: 'Bearer',
              expires_in: 3599,
              access_token: TOKEN,
            }),
    );
    await connection.subscribedSkus();
    expect(limits.waits).toEqual([33_000]);
  });
});

describe('errors', () => {
  it.each([
    [400, 'Request_BadRequest', 'refused', /^$/],
    [
      403,
      'Authorization_RequestDenied',
      'permission',
      /Grant the application permission User\.Read\.All to/,
    ],
    [
      403,
      'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
      'premium',
      /Entra ID P1/,
    ],
    [404, 'Request_ResourceNotFound', 'notFound', /^$/],
    [409, 'Directory_ConcurrencyViolation', 'conflict', /few minutes/],
    [400, 'Directory_ConcurrencyViolation', 'conflict', /few minutes/],
    [500, 'InternalServerError', 'answer', /Try again later/],
  ])('calls %s %s %s', async (status, code, kind, mend) => {
    const { connection } = await fake((_request, response) =>
      sendError(response, status, code, 'What Microsoft says.'),
    );
    const error = await connection.user('user-1').catch(thrown => thrown);
    expect(error).toMatchObject({
      name: 'GraphError',
      kind,
      status,
      code,
      graphMessage: 'What Microsoft says.',
      requestId: 'req-1',
      message: expect.stringContaining('Reading the account user-1 failed'),
    });
    expect(error.mend ?? '').toMatch(mend);
  });

  it.each([
    ['html', '<html><title>502 Bad Gateway</title>…</html>', '502 Bad Gateway'],
    ['plain', 'upstream connect error\n', 'upstream connect error'],
    ['json', '', undefined],
    ['json', '{"message":"odd"}', '{"message":"odd"}'],
  ])('reads a body of %s: %j', async (type, body, graphMessage) => {
    const { connection, limits } = await fake((_request, response) => {
      response.writeHead(502, { 'content-type': `text/${type}` });
      response.end(body);
    });
    await expect(connection.user('user-1')).rejects.toMatchObject({
      kind: 'answer',
      status: 502,
      graphMessage,
      requestId: undefined,
    });
    expect(limits.waits).toHaveLength(3);
  });

  it('takes the request-id from the body where no header has it', async () => {
    const { connection } = await fake((_request, response) =>
      sendJson(response, 400, {
        error: { code: 'x', innerError: { 'request-id': 'in-the-body' } },
      }),
    );
    await expect(connection.user('user-1')).rejects.toMatchObject({
      requestId: 'in-the-body',
    });
  });

  it('does not follow a redirect with the token', async () => {
    const elsewhere = await startServer((_request, response) =>
      sendJson(response, 200, { value: [] }),
    );
    stops.push(elsewhere.stop);
    const { connection } = await fake((_request, response) => {
      response.writeHead(302, { location: `${elsewhere.url}/v1.0/users` });
      response.end();
    });
    await expect(collect(connection)).rejects.toMatchObject({
      kind: 'answer',
      status: 302,
    });
    expect(elsewhere.requests).toEqual([]);
  });

  it.each([
    ['User.Read.All', (connection: GraphConnection) => collect(connection)],
    [
      'LicenseAssignment.Read.All',
      (connection: GraphConnection) => connection.subscribedSkus(),
    ],
    [
      'Organization.Read.All',
      (connection: GraphConnection) => connection.subscriptions(),
    ],
    [
      'ReportSettings.Read.All',
      (connection: GraphConnection) => connection.reportSettings(),
    ],
    [
      'LicenseAssignment.ReadWrite.All',
      (connection: GraphConnection) =>
        connection.changeLicenses([
          { userId: 'user-1', add: [], remove: ['sku-1'] },
        ]),
    ],
    [
      'GroupMember.ReadWrite.All',
      (connection: GraphConnection) =>
        connection.changeMemberships([
          { groupId: 'group-1', userId: 'user-1', change: 'remove' },
        ]),
    ],
    [
      'GroupMember.Read.All',
      (connection: GraphConnection) => connection.licensingGroup('group-1'),
    ],
  ])('says that %s is missing', async (permission, call) => {
    const { connection } = await fake((_request, response) =>
      sendError(
        response,
        403,
        'UnknownError',
        '{"error":{"code":"S2SUnauthorized","message":"Invalid permission."}}',
      ),
    );
    await expect(call(connection)).rejects.toMatchObject({
      kind: 'permission',
      mend: expect.stringContaining(
        `Grant the application permission ${permission} `,
      ),
    });
  });

  it('tells a tenant without Entra ID P1 from a missing permission', async () => {
    const { simulator, connection } = await simulate();
    simulator.faults.nonPremium = true;
    await expect(collect(connection, { signIns: true })).rejects.toMatchObject({
      kind: 'premium',
    });
    simulator.faults.nonPremium = false;
    simulator.faults.denyRole('AuditLog.Read.All');
    await expect(collect(connection, { signIns: true })).rejects.toMatchObject({
      kind: 'permission',
      mend: expect.stringContaining('AuditLog.Read.All'),
    });
    expect((await collect(connection)).users).toHaveLength(60);
  });
});

describe('single records and short collections', () => {
  it('reads SKUs and subscriptions', async () => {
    const { simulator, connection } = await simulate();
    const { skus, malformed } = await connection.subscribedSkus();
    expect(malformed).toEqual([]);
    expect(skus.map(sku => sku.skuId).sort()).toEqual(
      simulator.tenant.skus.map(sku => sku.skuId).sort(),
    );
    const read = await connection.subscriptions();
    expect(read.malformed).toEqual([]);
    expect(read.subscriptions.length).toBeGreaterThan(0);
    expect(Object.keys(read.subscriptions[0]).sort()).toEqual([
      'createdDateTime',
      'id',
      'isTrial',
      'nextLifecycleDateTime',
      'skuId',
      'status',
      'totalLicenses',
    ]);
  });

  it('reads to whom service plans apply, where Microsoft says', async () => {
    const plan = (servicePlanName: string, appliesTo?: string) => ({
      servicePlanId: servicePlanName,
      servicePlanName,
      appliesTo,
    });
    const { connection } = await fake((_, response) =>
      sendJson(response, 200, {
        value: [
          {
            skuId: 'sku-1',
            skuPartNumber: 'SPE_E3',
            appliesTo: 'User',
            capabilityStatus: 'Enabled',
            consumedUnits: 1,
            prepaidUnits: { enabled: 1 },
            servicePlans: [
              plan('TEAMS1', 'User'),
              plan('EXCHANGE_S_FOUNDATION', 'Company'),
              plan('SWAY'),
              plan('FORMS', 'Device'),
            ],
          },
        ],
      }),
    );
    const { skus, malformed } = await connection.subscribedSkus();
    expect(malformed).toEqual([]);
    expect(
      skus[0].servicePlans.map(({ servicePlanName, appliesTo }) => [
        servicePlanName,
        appliesTo,
      ]),
    ).toEqual([
      ['TEAMS1', 'User'],
      ['EXCHANGE_S_FOUNDATION', 'Company'],
      ['SWAY', null],
      ['FORMS', null],
    ]);
  });

  it('reads all pages of the subscriptions, setting malformed ones apart', async () => {
    const subscription = {
      id: 'one',
      skuId: 'sku-1',
      status: 'Enabled',
      totalLicenses: 5,
    };
    const { graph, connection } = await fake((request, response) =>
      request.path.includes('skiptoken')
        ? sendJson(response, 200, {
            value: [{ ...subscription, id: 'two', status: 'Odd' }],
          })
        : sendJson(response, 200, {
            value: [subscription],
            '@odata.nextLink': `${graph.url}/v1.0/directory/subscriptions?$skiptoken=2`,
          }),
    );
    expect(await connection.subscriptions()).toEqual({
      subscriptions: [
        {
          ...subscription,
          isTrial: false,
          createdDateTime: null,
          nextLifecycleDateTime: null,
        },
      ],
      malformed: [
        {
          place: '/directory/subscriptions page 2 record 1 (id two)',
          problem: 'status has an unexpected value',
        },
      ],
    });
  });

  it.each([
    [{ displayConcealedNames: true }],
    [{ value: { displayConcealedNames: true } }],
  ])('reads report settings from %j', async body => {
    const { connection } = await fake((_request, response) =>
      sendJson(response, 200, body),
    );
    expect(await connection.reportSettings()).toEqual({
      displayConcealedNames: true,
    });
  });

  it('refuses report settings that say nothing', async () => {
    const { connection } = await fake((_request, response) =>
      sendJson(response, 200, {}),
    );
    await expect(connection.reportSettings()).rejects.toMatchObject({
      kind: 'answer',
    });
  });

  it('reads an account by id and by principal name, and a group', async () => {
    const { simulator, connection } = await simulate(200);
    const account = simulator.tenant.accounts.find(each =>
      each.userPrincipalName.includes('#EXT#'),
    );
    const name = account?.userPrincipalName ?? 'no guest';
    expect((await connection.user(name)).id).toBe(account?.id);
    const { users } = await collect(connection);
    const groupId = users
      .flatMap(user => user.assignments)
      .find(assignment => assignment.assignedByGroup)?.assignedByGroup;
    const group = await connection.group(groupId ?? 'no group');
    expect(group.id).toBe(groupId);
    expect(group.displayName).not.toBe('');
  });

  it('says that an account does not exist', async () => {
    const { connection } = await simulate();
    await expect(
      connection.user('00000000-0000-4000-8000-000000000000'),
    ).rejects.toMatchObject({
      kind: 'notFound',
      code: 'Request_ResourceNotFound',
      requestId: expect.any(String),
    });
  });

  it('does not let an id change the path', async () => {
    const { graph, connection } = await fake((_request, response) =>
      sendJson(response, 200, rawUser(1)),
    );
    await connection.user('../groups/x?y#z');
    expect(graph.calls()[0].path).toMatch(
      /^\/v1\.0\/users\/\.\.%2Fgroups%2Fx%3Fy%23z\?/,
    );
    for (const id of ['', '.', '..']) {
      await expect(connection.user(id)).rejects.toMatchObject({
        kind: 'notFound',
      });
    }
  });
});

async function until(condition: () => boolean) {
  while (!condition()) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

describe('who we are', () => {
  it('is what a token says that is asked for now', async () => {
    const { simulator, connection } = await simulate(20);
    const facts = await connection.identity();
    expect(facts).toEqual({
      kind: 'application',
      tenantId: simulator.tenantId,
      clientId: simulator.clientId,
      applicationName: simulator.application.displayName,
      userPrincipalName: null,
      permissions: [...simulator.application.roles],
      roleTemplateIds: null,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(Date.parse(facts.expiresAt ?? '')).toBeGreaterThan(Date.now());
    simulator.application.roles = ['User.Read.All'];
    expect((await connection.identity()).permissions).toEqual([
      'User.Read.All',
    ]);
    await connection.subscribedSkus().catch(() => {});
    expect(tokenRequests(simulator)).toBe(2);
  });

  it('has no permissions where nobody consented', async () => {
    const { simulator, connection } = await simulate(20);
    simulator.application.revokeConsent();
    expect(await connection.identity()).toMatchObject({
      kind: 'application',
      permissions: [],
    });
  });

  it.each([
    ['no JWT', TOKEN],
    ['claims of other types', unsigned({ roles: 'User.Read.All' })],
  ])(
    'is not known from a token that cannot be read: %s',
    async (_what, token) => {
      const { connection } = await fake(
        () => {},
        (_request, response) =>
          sendJson(response, 200, {
            token_type: 'Bearer',
            expires_in: 3599,
            access_token: token,
          }),
      );
      const error = await connection.identity().catch(e => e);
      expect(error).toMatchObject({
        kind: 'answer',
        message: expect.stringContaining('cannot be read'),
      });
      expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(token);
    },
  );

  it.each([
    [
      { scp: 'User.Read.All openid email', preferred_username: 'a@b.example' },
      {
        kind: 'delegated',
        permissions: ['User.Read.All'],
        userPrincipalName: 'a@b.example',
      },
    ],
    [
      { roles: ['User.Read.All'], azp: 'the-client' },
      {
        kind: 'application',
        permissions: ['User.Read.All'],
        clientId: 'the-client',
        expiresAt: null,
      },
    ],
    // An app role of a person is no permission of Graph
    [
      { idtyp: 'user', roles: ['Reader'], wids: ['a-role'], exp: 0 },
      {
        kind: 'delegated',
        permissions: [],
        roleTemplateIds: ['a-role'],
        expiresAt: '1970-01-01T00:00:00.000Z',
      },
    ],
  ])('is read from the claims %j', async (claims, facts) => {
    const { connection } = await fake(
      () => {},
      (_request, response) =>
        sendJson(response, 200, {
          token_type: 'Bearer',
          expires_in: 3599,
          access_token: unsigned(claims),
        }),
    );
    expect(await connection.identity()).toMatchObject(facts);
  });
});

/** A token as Graph's are, but for the signature. */
function unsigned(claims: object): string {
  const part = (value: object) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.signature`;
}

describe('the organization', () => {
  it("is told with Microsoft's time", async () => {
    const { simulator, connection } = await simulate(20);
    simulator.faults.clockAheadSeconds = 7_200;
    const { serverTime, ...organization } = await connection.organization();
    expect(organization).toEqual({
      id: simulator.tenantId,
      displayName: simulator.tenant.displayName,
    });
    const aheadMinutes = (Date.parse(serverTime ?? '') - Date.now()) / 60_000;
    expect(Math.round(aheadMinutes)).toBe(120);
  });

  it.each([
    [{ value: [] }, /in Microsoft's answer record is missing/],
    [{ value: [{ displayName: 'x' }] }, /in Microsoft's answer id is missing/],
    [{ id: 'x' }, /holds no page of records/],
  ])('is refused as %j', async (body, says) => {
    const { connection } = await fake((_request, response) =>
      sendJson(response, 200, body),
    );
    await expect(connection.organization()).rejects.toMatchObject({
      kind: 'answer',
      message: expect.stringMatching(says),
    });
  });

  it('has no time where a proxy took it out', async () => {
    const { connection } = await fake((_request, response) => {
      response.sendDate = false;
      sendJson(response, 200, { value: [{ id: 'x' }] });
    });
    expect(await connection.organization()).toEqual({
      id: 'x',
      displayName: 'x',
      serverTime: null,
    });
  });
});

describe('whether sign-in activity can be read', () => {
  it('is tried on one account', async () => {
    const { simulator, connection } = await simulate(20);
    await connection.probeSignInActivity();
    expect(simulator.requests.count({ path: /users$/ })).toBe(1);
  });

  it('depends on the plan of the tenant, and on a permission', async () => {
    const { connection } = await simulate(20, { premium: false });
    await expect(connection.probeSignInActivity()).rejects.toMatchObject({
      kind: 'premium',
    });
    const other = await simulate(20, { roles: ['User.Read.All'] });
    await expect(other.connection.probeSignInActivity()).rejects.toMatchObject({
      kind: 'permission',
      mend: 'Grant the application permission AuditLog.Read.All to the app registration in Microsoft Entra ID, with admin consent.',
    });
  });
});
