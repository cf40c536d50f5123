import { ServerResponse } from 'node:http';
import {
  CAST,
  DEFAULT_ROLES,
  LICENSE_GROUPS,
  PRODUCTS,
  SERVICE_PLANS,
  Simulator,
  SimulatorOptions,
  startSimulator,
} from 'graph-simulator';
import { createGraphConnection } from './connection';
import { GraphError, isUncertain } from './errors';
import { ConnectionConfig, LicenseChange } from './types';
import {
  noWaiting,
  rawUser,
  ReceivedRequest,
  recordingLogger,
  sendError,
  sendJson,
  startGraph,
} from './__testUtils__/fakeGraph';
import { configOf, tokenRequests } from './__testUtils__/tenant';

const stops: Array<() => Promise<void>> = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()));
});

function connect(config: ConnectionConfig) {
  const limits = noWaiting();
  const connection = createGraphConnection(config, {
    logger: recordingLogger(),
    limits,
  });
  return { connection, limits };
}

async function simulate(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ accounts: 200, ...options });
  stops.push(() => simulator.stop());
  return { simulator, ...connect(configOf(simulator)) };
}

/** A request in a batch, as it was sent. */
interface Step {
  id: string;
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
}

interface StepAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

function stepsOf(request: ReceivedRequest): Step[] {
  return JSON.parse(request.body).requests;
}

/** A Graph that answers batches; undefined leaves an answer out. */
async function fakeBatches(
  answer: (step: Step, batch: number) => StepAnswer | undefined,
  outer: (response: ServerResponse, batch: number) => boolean = () => false,
) {
  let batches = 0;
  const graph = await startGraph((request, response) => {
    batches += 1;
    if (outer(response, batches)) {
      return;
    }
    const responses = stepsOf(request).flatMap(step => {
      const answered = answer(step, batches);
      return answered ? [{ id: step.id, ...answered }] : [];
    });
    sendJson(
      response,
      200,
      { responses: responses.reverse() },
      { 'request-id': `batch-${batches}` },
    );
  });
  stops.push(graph.stop);
  return {
    ...connect(graph.config),
    graph,
    /** The addresses asked for in each batch. */
    asked: () => graph.calls().map(call => stepsOf(call).map(({ url }) => url)),
  };
}

const throttled = (retryAfter?: string): StepAnswer => ({
  status: 429,
  headers: retryAfter ? { 'Retry-After': retryAfter } : {},
  body: { error: { code: 'TooManyRequests', message: 'Later.' } },
});

const failed = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: {
    error: {
      code: 'Failed',
      message: 'It failed.',
      innerError: { 'request-id': 'of-the-step' },
    },
  },
});

const changeOf = (number: number): LicenseChange => ({
  userId: `user-${number}`,
  add: [],
  remove: ['sku-1'],
});
const changes = (count: number) =>
  Array.from({ length: count }, (_, index) => changeOf(index + 1));
const urlOf = (number: number) => `/users/user-${number}/assignLicense`;

const done: StepAnswer = { status: 200, body: rawUser(1) };

/** The account's id in the address of a step. */
const userIdOf = ({ url }: Step) => /^\/users\/([^/?]+)/.exec(url)?.[1];

describe('a batch', () => {
  it('holds 20 requests at most, whose answers come in any order', async () => {
    const { connection, asked } = await fakeBatches(step => ({
      status: 200,
      body: rawUser(Number(userIdOf(step)?.slice(5))),
    }));
    const ids = Array.from({ length: 45 }, (_, index) => `user-${index + 1}`);
    const users = await connection.usersById([...ids, 'user-1']);
    expect(asked().map(urls => urls.length)).toEqual([20, 20, 5]);
    expect([...users.keys()]).toEqual(ids);
    for (const [id, user] of users) {
      expect(user).toMatchObject({ id });
    }
  });

  it('gives every write a body with its content type, a token to the batch alone', async () => {
    const { connection, graph } = await fakeBatches(() => done);
    await connection.changeLicenses([
      {
        userId: 'user-1',
        add: [{ skuId: 'a', disabledPlans: ['b'] }],
        remove: ['c'],
      },
    ]);
    const [call] = graph.calls();
    expect([call.method, call.path]).toEqual(['POST', '/v1.0/$batch']);
    expect(call.headers.authorization).toMatch(/^Bearer /);
    expect(stepsOf(call)).toEqual([
      {
        id: '0',
        method: 'POST',
        url: '/users/user-1/assignLicense',
        headers: { 'Content-Type': 'application/json' },
        body: {
          addLicenses: [{ skuId: 'a', disabledPlans: ['b'] }],
          removeLicenses: ['c'],
        },
      },
    ]);
  });

  it('is not sent for nothing', async () => {
    const { connection, graph } = await fakeBatches(() => done);
    expect(await connection.changeLicenses([])).toEqual([]);
    expect((await connection.usersById([])).size).toBe(0);
    expect(graph.calls()).toEqual([]);
  });

  it('asks again only for what was throttled, after the longest wait', async () => {
    const { connection, limits, asked } = await fakeBatches((step, batch) => {
      if (batch === 1 && step.url === urlOf(2)) return throttled('2.128');
      if (batch === 1 && step.url === urlOf(4)) return throttled('240');
      if (batch === 2 && step.url === urlOf(4)) {
        return failed(503, { 'retry-after': '7' });
      }
      return done;
    });
    const results = await connection.changeLicenses(changes(5));
    expect(results.map(result => result.error)).toEqual(
      Array(5).fill(undefined),
    );
    expect(results.map(result => result.requestId)).toEqual([
      'batch-1',
      'batch-2',
      'batch-1',
      'batch-3',
      'batch-1',
    ]);
    expect(asked().slice(1)).toEqual([[urlOf(2), urlOf(4)], [urlOf(4)]]);
    expect(limits.waits).toEqual([240_000, 7_000]);
  });

  it('says of what was throttled to the end that it was not done', async () => {
    const { connection, asked } = await fakeBatches(step =>
      step.url === urlOf(2) ? throttled('600') : done,
    );
    const [one, two] = await connection.changeLicenses(changes(2));
    expect(one).toEqual({ requestId: 'batch-1' });
    expect(two.error).toMatchObject({ kind: 'throttled', status: 429 });
    expect(two.error?.message).toContain('gave up after 2 attempts');
    expect(isUncertain(two.error!)).toBe(false);
    expect(asked()).toHaveLength(2);
  });

  it('keeps what was answered when a later batch gets no answer', async () => {
    const { connection, asked } = await fakeBatches(
      () => done,
      (response, batch) => {
        if (batch === 2) response.destroy();
        return batch === 2;
      },
    );
    const results = await connection.changeLicenses(changes(41));
    expect(asked()).toHaveLength(2);
    expect(results.filter(result => !result.error)).toHaveLength(20);
    const lost = results.slice(20).map(result => result.error);
    expect(lost).toHaveLength(21);
    for (const error of lost) {
      expect(error).toMatchObject({ kind: 'network' });
    }
  });

  it('keeps what was answered when the second asking gets no answer', async () => {
    const { connection } = await fakeBatches(
      step => (step.url === urlOf(1) ? throttled() : done),
      (response, batch) => {
        if (batch === 2) response.destroy();
        return batch === 2;
      },
    );
    const [one, two] = await connection.changeLicenses(changes(2));
    expect(one.error).toMatchObject({
      kind: 'network',
      mend: expect.stringContaining('may have done it'),
    });
    expect(two).toEqual({ requestId: 'batch-1' });
  });

  it('renews the token once for what was refused with it', async () => {
    const { connection, graph, asked } = await fakeBatches((step, batch) =>
      step.url === urlOf(3) || (batch === 1 && step.url === urlOf(1))
        ? {
            status: 401,
            body: { error: { code: 'InvalidAuthenticationToken' } },
          }
        : done,
    );
    const results = await connection.changeLicenses(changes(3));
    expect(results[0]).toEqual({ requestId: 'batch-2' });
    expect(results[2].error).toMatchObject({
      kind: 'credential',
      code: 'InvalidAuthenticationToken',
    });
    expect(asked()[1]).toEqual([urlOf(1), urlOf(3)]);
    expect(asked()).toHaveLength(2);
    expect(graph.tokenRequests()).toHaveLength(2);
    const [first, second] = graph.calls();
    expect(first.headers.authorization).not.toBe(second.headers.authorization);
  });

  it('stops at once when aborted', async () => {
    const { connection } = await fakeBatches(() => throttled('5'));
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(
      connection.changeLicenses(changes(1), { signal: stop.signal }),
    ).rejects.toThrow('enough');
  });
});

describe('a read in a batch', () => {
  it.each([
    ['502', failed(502)],
    ['503', failed(503)],
    ['504', failed(504)],
    ['no answer', undefined],
    ['an answer that is none', { status: 999 }],
  ])('is asked again after %s', async (_case, trouble) => {
    const { connection, asked } = await fakeBatches((step, batch) =>
      batch === 1 && userIdOf(step) === 'user-2'
        ? trouble
        : { status: 200, body: rawUser(Number(userIdOf(step)?.slice(5))) },
    );
    const users = await connection.usersById(['user-1', 'user-2']);
    expect(users.get('user-2')).toMatchObject({ id: 'user-2' });
    expect(asked().map(urls => urls.length)).toEqual([2, 1]);
  });

  it('is left when it is never answered', async () => {
    const { connection, asked } = await fakeBatches(step =>
      userIdOf(step) === 'user-2'
        ? undefined
        : { status: 200, body: rawUser(1) },
    );
    const users = await connection.usersById(['user-1', 'user-2']);
    expect(users.get('user-1')).toMatchObject({ id: 'user-1' });
    expect(users.get('user-2')).toMatchObject({
      kind: 'network',
      message: expect.stringContaining('the batch was answered without it'),
    });
    expect(asked()).toHaveLength(4);
  });

  it.each([502, 504])('asks again for a whole batch after %s', async status => {
    const { connection, asked } = await fakeBatches(
      () => ({ status: 200, body: rawUser(1) }),
      (response, batch) => {
        if (batch === 1) sendError(response, status, 'x', 'y');
        return batch === 1;
      },
    );
    expect((await connection.usersById(['user-1'])).size).toBe(1);
    expect(asked()).toHaveLength(2);
  });

  it('asks again for a whole batch after a lost connection', async () => {
    const { connection, asked } = await fakeBatches(
      () => ({ status: 200, body: rawUser(1) }),
      (response, batch) => {
        if (batch === 1) response.destroy();
        return batch === 1;
      },
    );
    expect((await connection.usersById(['user-1'])).size).toBe(1);
    expect(asked()).toHaveLength(2);
  });

  it('is an error of its own where the record is malformed or the id is none', async () => {
    const { connection, asked } = await fakeBatches(step => ({
      status: 200,
      body:
        userIdOf(step) === 'user-2'
          ? rawUser(2, { accountEnabled: 'yes' })
          : rawUser(1),
    }));
    const users = await connection.usersById(['..', 'user-1', 'user-2', '']);
    expect(users.get('user-1')).toMatchObject({ id: 'user-1' });
    expect(users.get('user-2')).toMatchObject({
      kind: 'answer',
      message:
        "Reading the account user-2 failed: in Microsoft's answer accountEnabled is string, not boolean",
    });
    expect(users.get('..')).toMatchObject({ kind: 'notFound' });
    expect(users.get('')).toMatchObject({ kind: 'notFound' });
    expect(asked().flat()).toHaveLength(2);
  });

  it('says that a whole batch is refused', async () => {
    const { connection } = await fakeBatches(
      () => undefined,
      response => {
        sendError(response, 403, 'Authorization_RequestDenied', 'No.');
        return true;
      },
    );
    await expect(connection.usersById(['user-1'])).rejects.toMatchObject({
      kind: 'permission',
      mend: expect.stringContaining('User.Read.All'),
    });
  });
});

describe('a write in a batch', () => {
  it.each([
    ['502', failed(502), 'answer'],
    ['500', failed(500), 'answer'],
    ['503 without a time to come back', failed(503), 'answer'],
    ['504', failed(504, { 'retry-after': '3' }), 'answer'],
    ['no answer', undefined, 'network'],
    ['an answer that is none', { status: 'done' }, 'network'],
  ])(
    'is not repeated, as nobody knows whether it was done: %s',
    async (_case, trouble, kind) => {
      const { connection, asked } = await fakeBatches(step =>
        step.url === urlOf(1) ? (trouble as StepAnswer | undefined) : done,
      );
      const [one, two] = await connection.changeLicenses(changes(2));
      expect(one.error).toMatchObject({
        kind,
        mend: expect.stringContaining('may have done it'),
      });
      expect(isUncertain(one.error!)).toBe(true);
      expect(two.error).toBeUndefined();
      expect(asked()).toHaveLength(1);
    },
  );

  it.each([
    ['429', 429, undefined, 2],
    ['503 with a time to come back', 503, '2', 2],
    ['503 without one', 503, undefined, 1],
    ['504', 504, '2', 1],
    ['502', 502, undefined, 1],
  ])(
    'is repeated with its batch only when Microsoft did not take it: %s',
    async (_case, status, retryAfter, attempts) => {
      const { connection, asked } = await fakeBatches(
        () => done,
        (response, batch) => {
          if (batch > 1) return false;
          sendError(
            response,
            status,
            'x',
            'y',
            retryAfter ? { 'retry-after': retryAfter } : {},
          );
          return true;
        },
      );
      const outcome = await connection
        .changeLicenses(changes(1))
        .catch((error: GraphError) => [error.status, isUncertain(error)]);
      expect(outcome).toEqual(
        attempts === 2 ? [{ requestId: 'batch-2' }] : [status, true],
      );
      expect(asked()).toHaveLength(attempts);
    },
  );

  it('is not repeated when the connection is lost', async () => {
    const { connection, asked } = await fakeBatches(
      () => done,
      response => {
        response.destroy();
        return true;
      },
    );
    await expect(connection.changeLicenses(changes(1))).rejects.toMatchObject({
      kind: 'network',
      mend: expect.stringContaining('may have done it'),
    });
    expect(asked()).toHaveLength(1);
  });

  it('is in doubt when the answer is no batch', async () => {
    const { connection } = await fakeBatches(
      () => done,
      response => {
        response.end('<html><title>Sign in to the proxy</title></html>');
        return true;
      },
    );
    const [result] = await connection.changeLicenses(changes(1));
    expect(isUncertain(result.error!)).toBe(true);
  });

  it.each([
    [400, 'Request_BadRequest', 'refused'],
    [403, 'Authorization_RequestDenied', 'permission'],
    [404, 'Request_ResourceNotFound', 'notFound'],
    [409, 'Directory_ConcurrencyViolation', 'conflict'],
    [400, 'Directory_ConcurrencyViolation', 'conflict'],
  ])(
    'that is refused with %s %s stops no other',
    async (status, code, kind) => {
      const { connection } = await fakeBatches(step =>
        step.url === urlOf(1)
          ? {
              status,
              body: {
                error: {
                  code,
                  message: 'Bearer abc.def said no.',
                  innerError: { 'request-id': 'of-the-step' },
                },
              },
            }
          : done,
      );
      const [one, two] = await connection.changeLicenses(changes(2));
      expect(one).toEqual({
        requestId: 'of-the-step',
        error: expect.objectContaining({
          kind,
          status,
          code,
          graphMessage: 'Bearer (left out) said no.',
          message: `Changing the licenses of the account user-1 failed: Microsoft answered ${status} ${code}, "Bearer (left out) said no." (request-id of-the-step)`,
        }),
      });
      expect(isUncertain(one.error!)).toBe(false);
      expect(two).toEqual({ requestId: 'batch-1' });
    },
  );

  it('reads text that comes in Base64, and passes over odd headers', async () => {
    const { connection } = await fakeBatches(() => ({
      status: 400,
      headers: { 'content-type': 'text/plain', 'an odd one': 'é\n' },
      body: Buffer.from('upstream connect error').toString('base64'),
    }));
    const [result] = await connection.changeLicenses(changes(1));
    expect(result).toMatchObject({
      requestId: 'batch-1',
      error: { graphMessage: 'upstream connect error' },
    });
  });

  it('waits for a token while Entra ID is busy, as nothing was sent yet', async () => {
    let tokens = 0;
    const graph = await startGraph(
      (request, response) =>
        sendJson(response, 200, {
          responses: stepsOf(request).map(({ id }) => ({ id, ...done })),
        }),
      (_request, response) => {
        tokens += 1;
        if (tokens === 1) {
          sendJson(response, 429, {}, { 'retry-after': '9' });
        } else {
          sendJson(response, 200, {
            token_type: 'Bearer',
            expires_in: 3599,
            access_token: 'token',
          });
        }
      },
    );
    stops.push(graph.stop);
    const { connection } = connect(graph.config);
    expect(await connection.changeLicenses(changes(1))).toEqual([
      { requestId: null },
    ]);
    expect(tokens).toBe(2);
  });
});

const member = (name: string) => {
  const found = CAST.find(({ userPrincipalName }) =>
    userPrincipalName.startsWith(name),
  );
  if (!found) throw new Error(`The cast has no ${name}`);
  return found;
};

describe('licenses in a tenant', () => {
  it('are taken and given back as they were, disabled plans included', async () => {
    const { simulator, connection } = await simulate();
    const nora = member('nora.eriksen');
    const { skuId } = PRODUCTS.SPE_E3;
    const before = simulator.tenant.get(nora.id).assignments;
    const [taken] = await connection.changeLicenses([
      { userId: nora.id, add: [], remove: [skuId] },
    ]);
    expect(taken).toEqual({
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    expect(simulator.tenant.get(nora.id).assignments).toEqual([]);
    expect(simulator.requests.removals(nora.id, skuId)).toBe(1);

    const [{ disabledPlans }] = before;
    const [given] = await connection.changeLicenses([
      {
        userId: nora.id,
        add: [{ skuId, disabledPlans: [...disabledPlans] }],
        remove: [],
      },
    ]);
    expect(given.error).toBeUndefined();
    expect(simulator.tenant.get(nora.id).assignments).toEqual(
      before.map(assignment => ({
        ...assignment,
        lastUpdatedDateTime: expect.any(String),
      })),
    );
    expect(disabledPlans).toEqual([SERVICE_PLANS.SWAY]);
    expect(simulator.requests.additions(nora.id, skuId)).toBe(1);
  });

  it('are refused one by one, with what Microsoft says', async () => {
    const { connection } = await simulate();
    const remove = (name: string, ...skuIds: string[]) => ({
      userId: member(name).id,
      add: [],
      remove: skuIds,
    });
    const results = await connection.changeLicenses([
      remove(
        'viktor.lange',
        PRODUCTS.SPE_E5.skuId,
        PRODUCTS.POWER_BI_PRO.skuId,
      ),
      remove('clara.hoffmann', PRODUCTS.SPE_E3.skuId),
      remove('lucas.moreau', PRODUCTS.SPE_E5.skuId),
      { userId: 'nobody', add: [], remove: [PRODUCTS.SPE_E5.skuId] },
    ]);
    expect(
      results.map(({ error }) => error && [error.kind, error.graphMessage]),
    ).toEqual([
      undefined,
      [
        'refused',
        'User license is inherited from a group membership and it cannot be removed directly from the user.',
      ],
      ['refused', 'User does not have a corresponding license.'],
      ['notFound', expect.stringContaining("'nobody'")],
    ]);
  });

  it('are throttled one by one, and each is taken once', async () => {
    const { simulator, connection, limits } = await simulate();
    const holders = simulator.tenant.accounts
      .filter(({ assignments }) =>
        assignments.some(
          a => a.skuId === PRODUCTS.SPE_E3.skuId && !a.assignedByGroup,
        ),
      )
      .slice(0, 30);
    expect(holders).toHaveLength(30);
    simulator.faults.add({
      path: /assignLicense/,
      nth: 5,
      times: 9,
      fault: { kind: 'throttle', retryAfter: '2.128' },
    });
    simulator.faults.add({
      path: /\$batch/,
      nth: 3,
      fault: { kind: 'throttle', retryAfter: '11' },
    });
    const results = await connection.changeLicenses(
      holders.map(({ id }) => ({
        userId: id,
        add: [],
        remove: [PRODUCTS.SPE_E3.skuId],
      })),
    );
    expect(results.filter(({ error }) => error)).toEqual([]);
    for (const { id } of holders) {
      expect(simulator.requests.removals(id, PRODUCTS.SPE_E3.skuId)).toBe(1);
    }
    expect(limits.waits).toEqual([2_128, 11_000]);
  });

  it.each([
    ['cut after it was done', { kind: 'cut' }, 1],
    ['cut before', { kind: 'cut', at: 'start' }, 0],
    ['given up by a gateway', { kind: 'fail', status: 504, done: true }, 1],
  ] as const)(
    'are in doubt when the request is %s',
    async (_case, fault, removals) => {
      const { simulator, connection } = await simulate();
      const { id } = member('lucas.moreau');
      const { skuId } = PRODUCTS.SPE_E3;
      simulator.faults.add({ path: new RegExp(`${id}/assign`), fault });
      const [one, two] = await connection.changeLicenses([
        { userId: id, add: [], remove: [skuId] },
        { userId: member('samuel.adeyemi').id, add: [], remove: [skuId] },
      ]);
      expect(isUncertain(one.error!)).toBe(true);
      expect(two.error).toBeUndefined();
      expect(simulator.requests.removals(id, skuId)).toBe(removals);
    },
  );

  it('survive the expiry of all tokens', async () => {
    const { simulator, connection } = await simulate();
    await connection.usersById([member('robin').id]);
    simulator.faults.expireTokens();
    const users = await connection.usersById([
      member('robin').id,
      'viktor.lange@contoso.example',
      'nobody@contoso.example',
    ]);
    expect(users.get(member('robin').id)).toMatchObject({
      displayName: 'Robin Sommer',
    });
    expect(users.get('viktor.lange@contoso.example')).toMatchObject({
      accountEnabled: false,
    });
    expect(users.get('nobody@contoso.example')).toMatchObject({
      kind: 'notFound',
    });
    expect(tokenRequests(simulator)).toBe(2);
  });
});

describe('managers', () => {
  it('are told where somebody has one', async () => {
    const { connection } = await simulate();
    const maya = member('maya.lindqvist');
    const managers = await connection.managersOf([
      member('tomas.novak').id,
      maya.id,
      'nobody',
    ]);
    expect(managers.get(member('tomas.novak').id)).toEqual({
      id: maya.id,
      userPrincipalName: maya.userPrincipalName,
      displayName: 'Maya Lindqvist',
    });
    expect(managers.get(maya.id)).toBeNull();
    expect(managers.get('nobody')).toBeNull();
  });

  it('are errors where they cannot be read, and nobody where they are no people', async () => {
    const { connection } = await fakeBatches(step =>
      userIdOf(step) === 'user-1'
        ? failed(403)
        : { status: 200, body: { id: 'contact-1', displayName: 'A contact' } },
    );
    const managers = await connection.managersOf(['user-1', 'user-2']);
    expect(managers.get('user-1')).toMatchObject({ kind: 'permission' });
    expect(managers.get('user-2')).toBeNull();
  });
});

describe('licensing groups', () => {
  it.each([
    ['visio', 'assigned', false, ['VISIOCLIENT'], ['Maya Lindqvist']],
    ['leadership', 'assigned', true, ['SPE_E5'], ['Maya Lindqvist']],
    [
      'finance',
      'dynamic',
      false,
      ['SPE_E3'],
      ['Robin Sommer', 'Clara Hoffmann'],
    ],
  ] as const)(
    'say who is in them, what they grant and whose they are: %s',
    async (name, membership, onPremises, skus, owners) => {
      const { connection } = await simulate();
      const { id, displayName } = LICENSE_GROUPS[name];
      expect(await connection.licensingGroup(id)).toEqual({
        id,
        displayName,
        membership,
        onPremises,
        skuIds: skus.map(sku => PRODUCTS[sku].skuId),
        owners: owners.map(owner =>
          expect.objectContaining({ displayName: owner }),
        ),
      });
    },
  );

  it('name no owners that are not people', async () => {
    const graph = await startGraph((request, response) =>
      sendJson(
        response,
        200,
        request.path.includes('/owners')
          ? {
              value: [
                {
                  '@odata.type': '#microsoft.graph.servicePrincipal',
                  id: 'application',
                  displayName: 'Provisioning',
                },
                rawUser(1),
              ],
            }
          : { id: 'group-1', assignedLicenses: [{ skuId: 'sku-1' }] },
      ),
    );
    stops.push(graph.stop);
    const { connection } = connect(graph.config);
    expect(await connection.licensingGroup('group-1')).toEqual({
      id: 'group-1',
      displayName: 'group-1',
      membership: 'assigned',
      onPremises: false,
      skuIds: ['sku-1'],
      owners: [
        {
          id: 'user-1',
          userPrincipalName: 'person1@contoso.example',
          displayName: 'Person 1',
        },
      ],
    });
  });

  it('that do not exist are an error', async () => {
    const { connection } = await simulate();
    await expect(connection.licensingGroup('none')).rejects.toMatchObject({
      kind: 'notFound',
    });
  });
});

describe('memberships', () => {
  const MAY_CHANGE_GROUPS = {
    roles: [...DEFAULT_ROLES, 'GroupMember.ReadWrite.All'],
  };
  const isMember = (simulator: Simulator, userId: string) =>
    simulator.tenant
      .get(userId)
      .assignments.some(a => a.assignedByGroup === LICENSE_GROUPS.visio.id);

  it('are added and removed, and being so already is no error', async () => {
    const { simulator, connection } = await simulate(MAY_CHANGE_GROUPS);
    const { id: userId } = simulator.tenant.accounts.find(({ assignments }) =>
      assignments.some(
        a =>
          a.assignedByGroup === LICENSE_GROUPS.visio.id && a.state === 'Active',
      ),
    )!;
    const groupId = LICENSE_GROUPS.visio.id;
    for (const change of ['remove', 'remove', 'add', 'add'] as const) {
      expect(
        await connection.changeMemberships([{ groupId, userId, change }]),
      ).toEqual([{ requestId: expect.any(String) }]);
      expect(isMember(simulator, userId)).toBe(change === 'add');
    }
    expect(simulator.requests.membersRemoved(groupId, userId)).toBe(1);
    expect(simulator.requests.membersAdded(groupId, userId)).toBe(1);
  });

  it('are not added for who or what does not exist', async () => {
    const { connection } = await simulate(MAY_CHANGE_GROUPS);
    const robin = member('robin').id;
    const results = await connection.changeMemberships([
      { groupId: LICENSE_GROUPS.visio.id, userId: 'nobody', change: 'add' },
      { groupId: 'none', userId: robin, change: 'add' },
    ]);
    expect(results.map(({ error }) => error?.kind)).toEqual([
      'notFound',
      'notFound',
    ]);
  });

  it('cannot be changed where a rule or another directory decides', async () => {
    const { connection } = await simulate(MAY_CHANGE_GROUPS);
    const results = await connection.changeMemberships([
      {
        groupId: LICENSE_GROUPS.finance.id,
        userId: member('clara.hoffmann').id,
        change: 'remove',
      },
      {
        groupId: LICENSE_GROUPS.leadership.id,
        userId: member('maya.lindqvist').id,
        change: 'remove',
      },
    ]);
    expect(results.map(({ error }) => error?.kind)).toEqual([
      'permission',
      'refused',
    ]);
    expect(results[1].error?.graphMessage).toContain('on-premises mastered');
  });

  it('need a permission that is not there by itself', async () => {
    const { connection } = await simulate();
    const [{ error }] = await connection.changeMemberships([
      {
        groupId: LICENSE_GROUPS.visio.id,
        userId: member('robin').id,
        change: 'add',
      },
    ]);
    expect(error).toMatchObject({
      kind: 'permission',
      mend: expect.stringContaining(
        'Grant the application permission GroupMember.ReadWrite.All ',
      ),
    });
  });
});
