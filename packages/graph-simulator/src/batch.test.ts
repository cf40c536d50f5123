import { Body, GraphClient, ListedUser } from './__testUtils__/GraphClient';
import { CAST, PRODUCTS, Simulator, startSimulator } from './index';

const { SPE_E3 } = PRODUCTS;
const LUCAS = 'lucas.moreau@contoso.example';
const SAMUEL = 'samuel.adeyemi@contoso.example';

interface StepAnswer {
  id: string;
  status: number;
  headers: Record<string, string>;
  body?: Partial<ListedUser & Pick<Body, 'error'>>;
}

describe('$batch', () => {
  let simulator: Simulator;
  let client: GraphClient;

  beforeEach(async () => {
    simulator = await startSimulator({ accounts: 100 });
    client = new GraphClient(simulator);
  });
  afterEach(() => simulator.stop());

  const post = (requests: unknown) =>
    client.fetch('/$batch', GraphClient.json({ requests }));
  const batch = async (requests: object[]): Promise<StepAnswer[]> => {
    const response = await post(requests);
    expect(response.status).toBe(200);
    return (await response.json()).responses;
  };
  const byId = async (requests: object[]) =>
    new Map((await batch(requests)).map(answer => [answer.id, answer]));
  const read = (id: string, url: string) => ({ id, method: 'GET', url });
  const removal = (id: string, user: string, skuId: string = SPE_E3.skuId) => ({
    id,
    method: 'POST',
    url: `/users/${user}/assignLicense`,
    headers: { 'Content-Type': 'application/json' },
    body: { addLicenses: [], removeLicenses: [skuId] },
  });

  it('answers each request as it would be answered alone, in an order of its own', async () => {
    const requests = CAST.map(({ id }, index) =>
      read(String(index), `/users/${id}?$select=id,userPrincipalName`),
    );
    const answers = await batch(requests);
    expect(answers).toHaveLength(CAST.length);
    for (const { id, status, body } of answers) {
      const { userPrincipalName } = CAST[Number(id)];
      expect([status, body?.userPrincipalName]).toEqual([
        200,
        userPrincipalName,
      ]);
    }
    const order = answers.map(({ id }) => id);
    expect(order).not.toEqual(requests.map(({ id }) => id));
    expect((await batch(requests)).map(({ id }) => id)).toEqual(order);
  });

  it('changes things, and refuses one without the others', async () => {
    const answers = await byId([
      removal('a', LUCAS),
      removal('b', 'clara.hoffmann@contoso.example'),
      { ...removal('c', SAMUEL), url: `users/${SAMUEL}/assignLicense` },
      read('d', '/teams'),
    ]);
    expect([...answers.keys()].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(answers.get('a')).toMatchObject({
      status: 200,
      headers: { 'x-ms-resource-unit': '1' },
      body: { userPrincipalName: LUCAS, assignedLicenses: [] },
    });
    expect(answers.get('b')).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'Request_BadRequest',
          innerError: { 'request-id': expect.any(String) },
        },
      },
    });
    expect(answers.get('c')?.status).toBe(200);
    expect(answers.get('d')?.status).toBe(404);
    for (const user of [LUCAS, SAMUEL]) {
      const { id } = simulator.tenant.get(user);
      expect(simulator.requests.removals(id, SPE_E3.skuId)).toBe(1);
    }
  });

  it.each([
    [
      'more than 20',
      Array.from({ length: 21 }, (_, index) => read(String(index), '/users')),
      'MaximumValueExceeded',
      'Number of batch request steps exceeds the maximum value of 20.',
    ],
    [
      'an id given twice',
      [read('1', '/users'), read('1', '/organization')],
      'BadRequest',
      expect.stringContaining('duplicated'),
    ],
    [
      'a write without a content type',
      [{ ...removal('1', LUCAS), headers: {} }],
      'BadRequest',
      'Write request id : 1 does not contain Content-Type header or body.',
    ],
    [
      'a write without a body',
      [{ ...removal('1', LUCAS), body: undefined }],
      'BadRequest',
      'Write request id : 1 does not contain Content-Type header or body.',
    ],
    [
      'another host',
      [read('1', 'https://graph.example/v1.0/users')],
      'BadRequest',
      expect.stringContaining('requests.0.url'),
    ],
    [
      'another host without its scheme',
      [read('1', '//graph.example/users')],
      'BadRequest',
      expect.stringContaining('requests.0.url'),
    ],
    [
      'an address with its version',
      [read('1', '/v1.0/users')],
      'BadRequest',
      expect.stringContaining('requests.0.url'),
    ],
    ['nothing', [], 'BadRequest', expect.any(String)],
    ['no list', 'all', 'BadRequest', expect.any(String)],
  ])('refuses %s as a whole', async (_case, requests, code, message) => {
    const response = await post(requests);
    const { error } = await response.json();
    expect([response.status, error.code, error.message]).toEqual([
      400,
      code,
      message,
    ]);
    expect(simulator.requests.assignLicenseCalls).toBe(0);
    expect(simulator.requests.count({ path: /users/ })).toBe(0);
  });

  it('asks for the permission of each request', async () => {
    simulator.faults.denyRole('LicenseAssignment.ReadWrite.All');
    const answers = await byId([
      removal('write', LUCAS),
      read('read', `/users/${LUCAS}`),
    ]);
    expect(answers.get('write')).toMatchObject({
      status: 403,
      body: { error: { code: 'Authorization_RequestDenied' } },
    });
    expect(answers.get('read')?.status).toBe(200);
  });

  it('is refused without a token', async () => {
    const response = await fetch(
      `${simulator.url}/v1.0/$batch`,
      GraphClient.json({ requests: [read('1', '/users')] }),
    );
    expect(response.status).toBe(401);
  });

  it('is throttled as a whole by a rule for it', async () => {
    simulator.faults.add({
      path: /\$batch/,
      fault: { kind: 'throttle', retryAfter: '3' },
    });
    const response = await post([removal('1', LUCAS)]);
    expect([response.status, response.headers.get('retry-after')]).toEqual([
      429,
      '3',
    ]);
    expect(simulator.requests.assignLicenseCalls).toBe(0);
  });

  it('throttles requests within it one by one', async () => {
    simulator.faults.limit({ requests: 2, seconds: 60, path: /assignLicense/ });
    const users = [LUCAS, SAMUEL, 'nora.eriksen@contoso.example'];
    const answers = await batch(users.map(user => removal(user, user)));
    const throttled = answers.filter(({ status }) => status === 429);
    expect(throttled).toHaveLength(1);
    expect(Number(throttled[0].headers['retry-after'])).toBeGreaterThan(50);
    expect(throttled[0].body?.error?.code).toBe('TooManyRequests');
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  });

  it('gives what is not JSON in Base64', async () => {
    simulator.faults.add({
      path: /organization/,
      fault: { kind: 'fail', status: 502, body: 'text' },
    });
    const [{ status, body }] = await batch([read('1', '/organization')]);
    expect(status).toBe(502);
    expect(Buffer.from(String(body), 'base64').toString()).toMatch(/^upstream/);
  });

  it.each([
    ['cut within its answer', { kind: 'cut' }, 1],
    ['cut before it is done', { kind: 'cut', at: 'start' }, 0],
  ] as const)('leaves out a request that is %s', async (_case, fault, done) => {
    simulator.faults.add({ path: new RegExp(LUCAS), fault });
    const answers = await batch([removal('1', LUCAS), removal('2', SAMUEL)]);
    expect(answers.map(({ id }) => id)).toEqual(['2']);
    const { id } = simulator.tenant.get(LUCAS);
    expect(simulator.requests.removals(id, SPE_E3.skuId)).toBe(done);
  });

  it('can be cut when everything in it was done', async () => {
    simulator.faults.add({ path: /\$batch/, fault: { kind: 'cut' } });
    await expect(
      post([removal('1', LUCAS)]).then(response => response.text()),
    ).rejects.toThrow();
    expect(simulator.tenant.get(LUCAS).assignments).toEqual([]);
  });

  it('can fail, or a request in it, with everything done', async () => {
    simulator.faults.add({
      path: /assignLicense/,
      fault: { kind: 'fail', status: 504, done: true },
    });
    const [inner] = await batch([removal('1', LUCAS)]);
    expect(inner.status).toBe(504);
    expect(simulator.tenant.get(LUCAS).assignments).toEqual([]);

    simulator.faults.add({
      path: /\$batch/,
      fault: { kind: 'fail', status: 502, body: 'html', done: true },
    });
    expect((await post([removal('1', SAMUEL)])).status).toBe(502);
    const { id } = simulator.tenant.get(SAMUEL);
    expect(simulator.requests.removals(id, SPE_E3.skuId)).toBe(1);
  });

  it('lets one write to an account at a time', async () => {
    const slow = await startSimulator({ accounts: 20, latencyMs: 100 });
    try {
      const response = await new GraphClient(slow).fetch(
        '/$batch',
        GraphClient.json({
          requests: [
            removal('1', 'tomas.novak@contoso.example'),
            removal('2', 'tomas.novak@contoso.example', PRODUCTS.SPE_E5.skuId),
          ],
        }),
      );
      const { responses }: { responses: StepAnswer[] } = await response.json();
      expect(responses.map(({ status }) => status).sort()).toEqual([200, 409]);
    } finally {
      await slow.stop();
    }
  });
});
