import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createCertificate,
  Simulator,
  SimulatorOptions,
  startSimulator,
} from 'graph-simulator';
import {
  FakeGraph,
  Handler,
  SECRET,
  sendJson,
  startGraph,
  startServer,
  TOKEN,
} from './__testUtils__/fakeGraph';
import {
  configOf,
  memoryOf,
  stoppedClock,
  tokenRequests,
} from './__testUtils__/tenant';
import { createTokenProvider } from './credentials';
import { GraphError } from './errors';

const stops: Array<() => Promise<unknown>> = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()));
});

async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ accounts: 20, ...options });
  stops.push(() => simulator.stop());
  return simulator;
}

/** What a call threw, which must be one of our errors. */
async function errorOf(call: Promise<unknown>): Promise<GraphError> {
  const thrown = await call.then(
    () => undefined,
    error => error,
  );
  expect(thrown).toBeInstanceOf(GraphError);
  return thrown;
}

describe('createTokenProvider', () => {
  let graph: FakeGraph | undefined;

  afterEach(async () => {
    await graph?.stop();
    graph = undefined;
  });

  async function start(answerToken?: Handler) {
    graph = await startGraph(
      (_request, response) => sendJson(response, 404, {}),
      answerToken,
    );
    return { graph, tokens: createTokenProvider(graph.config) };
  }

  const refuse =
    (status: number, error: string, description: string): Handler =>
    (_request, response) =>
      sendJson(response, status, {
        error,
        error_description: `${description} Trace ID: 11111111-trace Correlation ID: 22222222-corr Timestamp: 2026-11-22 12:00:00Z`,
        error_codes: [1],
      });

  it('asks the authority, and nobody else, once for the default scope of the target', async () => {
    const { graph: server, tokens } = await start();
    const token = await tokens.token({ fresh: false });
    expect(token).toContain(TOKEN);
    expect(await tokens.token({ fresh: false })).toBe(token);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0].path.split('?')[0]).toBe(
      `/${server.config.tenantId}/oauth2/v2.0/token`,
    );
    const form = new URLSearchParams(server.requests[0].body);
    expect(form.get('grant_type')).toBe('client_credentials');
    expect(form.get('client_secret')).toBe(SECRET);
    expect(form.get('scope')?.split(' ')).toContain(
      `${server.config.target}/.default`,
    );
  });

  it.each([
    ['https://login.microsoftonline.com', 'https://graph.microsoft.com'],
    ['https://login.microsoftonline.us/', 'https://graph.microsoft.us'],
    [
      'https://login.partner.microsoftonline.cn',
      'https://microsoftgraph.chinacloudapi.cn/',
    ],
    ['https://localhost:8443', 'https://localhost:8443'],
  ])('signs in at %s without asking around', async (authority, target) => {
    const fetched = jest.spyOn(global, 'fetch').mockResolvedValue(
      Response.json({
        token_type: 'Bearer',
        expires_in: 3599,
        access_token: TOKEN,
      }),
    );
    try {
      const tokens = createTokenProvider({
        name: 'contoso',
        tenantId: 'the-tenant',
        clientId: 'the-client',
        credential: { type: 'clientSecret', clientSecret: SECRET },
        authority,
        target,
      });
      expect(await tokens.token({ fresh: false })).toBe(TOKEN);
      expect(fetched).toHaveBeenCalledTimes(1);
      const [url, init] = fetched.mock.calls[0];
      expect(String(url).split('?')[0]).toBe(
        `${new URL(authority).origin}/the-tenant/oauth2/v2.0/token`,
      );
      expect(new URLSearchParams(String(init?.body)).get('scope')).toContain(
        `${new URL(target).origin}/.default`,
      );
    } finally {
      fetched.mockRestore();
    }
  });

  it('gets a new token when asked for a fresh one, and keeps that', async () => {
    const { tokens } = await start();
    const first = await tokens.token({ fresh: false });
    const second = await tokens.token({ fresh: true });
    expect(second).not.toBe(first);
    expect(await tokens.token({ fresh: false })).toBe(second);
  });

  it('says what an error means that has no explanation of its own', async () => {
    const { tokens } = await start(
      refuse(400, 'invalid_client', 'AADSTS50000: Something else.'),
    );
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      name: 'GraphError',
      kind: 'credential',
      code: 'AADSTS50000',
      graphMessage: 'AADSTS50000: Something else.',
      message: expect.stringMatching(
        /^Signing in to tenant contoso at 127.*: Microsoft refuses it; Microsoft says "AADSTS50000: Something else." \(request-id 11111111-trace\)$/,
      ),
      requestId: '11111111-trace',
      mend: expect.stringMatching(/Check tenantId, clientId/),
    });
  });

  it('leaves the secret out, even when the answer repeats it', async () => {
    const { tokens } = await start(
      refuse(401, 'invalid_client', `AADSTS7000215: '${SECRET}' is wrong.`),
    );
    const error = await tokens.token({ fresh: false }).catch(e => e);
    expect(error.kind).toBe('credential');
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(SECRET);
  });

  it('calls an authority that cannot be reached a network error', async () => {
    const { graph: server, tokens } = await start();
    await server.stop();
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'network',
      message: expect.stringContaining('ECONNREFUSED'),
      mend: expect.stringContaining(new URL(server.url).host),
    });
  });

  it('calls a page of HTML a network error', async () => {
    const { tokens } = await start((_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html><title>Bad gateway</title></html>');
    });
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'network',
    });
  });

  it('calls a busy authority throttled', async () => {
    const { tokens } = await start(
      refuse(503, 'temporarily_unavailable', 'AADSTS90033: A transient error.'),
    );
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'throttled',
      status: 503,
    });
  });

  it('says how long the authority asks to wait', async () => {
    const { tokens } = await start((_request, response) =>
      sendJson(
        response,
        429,
        { error: 'temporarily_unavailable' },
        { 'retry-after': '17' },
      ),
    );
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'throttled',
      retryAfterMs: 17_000,
    });
    // It is up to the caller: the next one does ask
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      status: 429,
    });
    expect(graph?.requests).toHaveLength(2);
  });

  it('takes the credentials along to no other address', async () => {
    const elsewhere = await startServer((_request, response) =>
      sendJson(response, 200, {
        token_type: 'Bearer',
        expires_in: 3599,
        access_token: TOKEN,
      }),
    );
    stops.push(elsewhere.stop);
    const { tokens } = await start((_request, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/token` });
      response.end();
    });
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'network',
    });
    expect(elsewhere.requests).toEqual([]);
  });

  it('writes nothing to the console', async () => {
    const writes = [
      jest.spyOn(process.stdout, 'write').mockReturnValue(true),
      jest.spyOn(process.stderr, 'write').mockReturnValue(true),
    ];
    const calls = (['log', 'info', 'warn', 'error', 'debug'] as const).map(
      method => jest.spyOn(console, method).mockReturnValue(undefined),
    );
    try {
      const { tokens } = await start();
      await tokens.token({ fresh: false });
      await graph?.stop();
      await tokens.token({ fresh: true }).catch(() => {});
      [...writes, ...calls].forEach(spy => expect(spy).not.toHaveBeenCalled());
    } finally {
      [...writes, ...calls].forEach(spy => spy.mockRestore());
    }
  });

  it('stops at once when aborted', async () => {
    const controller = new AbortController();
    const { tokens } = await start(() => controller.abort());
    await expect(
      tokens.token({ fresh: false, signal: controller.signal }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a token that is kept', () => {
  it.each([
    ['until five minutes before it expires', 3600, 54, 56],
    ['for half of a short life', 120, 0.9, 1.1],
  ])('is used %s', async (_how, tokenLifetimeSeconds, before, after) => {
    const simulator = await simulate({ tokenLifetimeSeconds });
    const clock = stoppedClock();
    const tokens = createTokenProvider(configOf(simulator), clock);
    const first = await tokens.token({ fresh: false });
    clock.passMinutes(before);
    expect(await tokens.token({ fresh: false })).toBe(first);
    expect(tokenRequests(simulator)).toBe(1);
    clock.passMinutes(after - before);
    expect(await tokens.token({ fresh: false })).not.toBe(first);
    expect(tokenRequests(simulator)).toBe(2);
  });

  it('is asked for once by all who need it at the same time', async () => {
    const simulator = await simulate();
    const tokens = createTokenProvider(configOf(simulator));
    const controller = new AbortController();
    const aborted = tokens.token({ fresh: false, signal: controller.signal });
    const all = [false, true, false].map(fresh => tokens.token({ fresh }));
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(new Set(await Promise.all(all)).size).toBe(1);
    expect(tokenRequests(simulator)).toBe(1);
  });
});

describe('after Microsoft refused', () => {
  async function start() {
    const simulator = await simulate();
    const clock = stoppedClock();
    const refusals = memoryOf();
    const tokens = createTokenProvider(configOf(simulator), {
      refusals,
      now: clock.now,
    });
    return { simulator, clock, refusals, tokens };
  }

  it('nobody asks again before it is time', async () => {
    const { simulator, clock, refusals, tokens } = await start();
    simulator.application.expireSecret();
    const first = await errorOf(tokens.token({ fresh: false }));
    expect(refusals.refusal).toEqual({
      message: first.message,
      code: 'AADSTS7000222',
      mend: first.mend,
      requestId: first.requestId,
      since: '2026-11-23T08:00:00.000Z',
      retryAt: '2026-11-23T09:00:00.000Z',
    });
    expect(first.requestId).toBeTruthy();

    clock.passMinutes(59);
    for (const fresh of [false, true]) {
      const { message, kind, code, mend, requestId } = await errorOf(
        tokens.token({ fresh }),
      );
      expect({ kind, code, mend, requestId }).toEqual({
        kind: 'credential',
        code: 'AADSTS7000222',
        mend: first.mend,
        requestId: first.requestId,
      });
      expect(message).toBe(
        `${first.message} (refused since 2026-11-23T08:00:00.000Z; Microsoft is asked again after 2026-11-23T09:00:00.000Z)`,
      );
    }
    expect(tokenRequests(simulator)).toBe(1);

    clock.passMinutes(2);
    await errorOf(tokens.token({ fresh: false }));
    expect(tokenRequests(simulator)).toBe(2);
    expect(refusals.refusal?.since).toBe('2026-11-23T08:00:00.000Z');
  });

  it('a success lets it be forgotten', async () => {
    const { simulator, clock, refusals, tokens } = await start();
    simulator.application.disable();
    await errorOf(tokens.token({ fresh: false }));
    simulator.application.enable();
    clock.passMinutes(61);
    await tokens.token({ fresh: false });
    expect(refusals.refusal).toBeUndefined();
  });

  it('a token that is there is still used', async () => {
    const { simulator, tokens } = await start();
    const token = await tokens.token({ fresh: false });
    simulator.application.disable();
    await errorOf(tokens.token({ fresh: true }));
    expect(await tokens.token({ fresh: false })).toBe(token);
  });

  it.each([
    ['an authority that is busy', 90033],
    ['a loop that Microsoft noticed', 50196],
  ])('%s is no refusal', async (_what, number) => {
    const { simulator, refusals, tokens } = await start();
    simulator.faults.refuseTokens = { number };
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'throttled',
    });
    expect(refusals.refusal).toBeUndefined();
  });

  it('an authority that is not there is no refusal', async () => {
    const { simulator, refusals, tokens } = await start();
    await simulator.stop();
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'network',
    });
    expect(refusals.refusal).toBeUndefined();
  });
});

describe('a client certificate', () => {
  async function start() {
    const simulator = await simulate();
    const folder = await mkdtemp(join(tmpdir(), 'credentials-'));
    stops.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'certificate.pem');
    const put = async (options?: Parameters<typeof createCertificate>[0]) => {
      const { certificate, privateKey } = await createCertificate(options);
      await writeFile(path, `${certificate}${privateKey}`);
      return certificate;
    };
    const refusals = memoryOf();
    const config = configOf(simulator, {
      type: 'clientCertificate',
      source: { certificatePath: path, privateKeyPath: path },
    });
    const tokens = createTokenProvider(config, { refusals });
    return { simulator, path, put, refusals, config, tokens };
  }

  it('proves the application, and is read again for each token', async () => {
    const { simulator, put, refusals, tokens } = await start();
    const thumbprint = simulator.application.addCertificate(await put());
    await tokens.token({ fresh: false });
    simulator.application.removeCertificate(thumbprint);
    await expect(tokens.token({ fresh: true })).rejects.toMatchObject({
      code: 'AADSTS700027',
      message: expect.stringContaining(
        'the client certificate is not one of this app registration',
      ),
    });
    await refusals.forget();
    simulator.application.addCertificate(await put());
    await tokens.token({ fresh: true });
  });

  it('that has expired is refused by Microsoft, which is said', async () => {
    const { simulator, put, tokens } = await start();
    simulator.application.addCertificate(await put({ expiresInDays: -1 }));
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      code: 'AADSTS700027',
      mend: expect.stringContaining('expired'),
    });
  });

  it('that cannot be read stops before Microsoft is asked', async () => {
    const { simulator, path, put, refusals, tokens } = await start();
    simulator.application.addCertificate(await put());
    await writeFile(path, 'nothing');
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'credential',
      message:
        'The client certificate of tenant contoso cannot be used: certificatePath holds no certificate in PEM (-----BEGIN CERTIFICATE-----)',
    });
    expect(tokenRequests(simulator)).toBe(0);
    expect(refusals.refusal).toBeUndefined();
  });

  it('fails where the clock is wrong, which is said', async () => {
    const { simulator, put, tokens } = await start();
    simulator.application.addCertificate(await put());
    simulator.faults.clockAheadSeconds = 3600;
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      code: 'AADSTS700024',
      mend: expect.stringContaining('NTP'),
    });
  });

  it('gives a proof that is of no use at another address', async () => {
    const { simulator, put, config } = await start();
    simulator.application.addCertificate(await put());
    const between = await startServer(async (request, response) => {
      const answer = await fetch(new URL(request.path, simulator.url), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: request.body,
      });
      sendJson(response, answer.status, await answer.json());
    });
    stops.push(between.stop);
    const tokens = createTokenProvider({ ...config, authority: between.url });
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      code: 'AADSTS700023',
    });
  });
});
