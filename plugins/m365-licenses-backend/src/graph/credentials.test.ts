import { createTokenProvider } from './credentials';
import {
  FakeGraph,
  Handler,
  SECRET,
  sendJson,
  startGraph,
  TOKEN,
} from './__testUtils__/fakeGraph';

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

  it.each([
    [
      401,
      'AADSTS7000215',
      'Invalid client secret provided.',
      /client secret is wrong/,
    ],
    [
      401,
      'AADSTS7000222',
      'The provided client secret keys are expired.',
      /client secret has expired/,
    ],
    [
      400,
      'AADSTS700016',
      'Application was not found in the directory.',
      /client id is unknown/,
    ],
    [400, 'AADSTS90002', 'Tenant not found.', /tenant is unknown/],
    [400, 'AADSTS50000', 'Something else.', /Check tenantId, clientId/],
  ])('says what to do about %s %s', async (status, code, message, mend) => {
    const { tokens } = await start(
      refuse(status, 'invalid_client', `${code}: ${message}`),
    );
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      name: 'GraphError',
      kind: 'credential',
      code,
      graphMessage: `${code}: ${message}`,
      requestId: '11111111-trace',
      mend: expect.stringMatching(mend),
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

  it('stops at once when aborted', async () => {
    const controller = new AbortController();
    const { tokens } = await start(() => controller.abort());
    await expect(
      tokens.token({ fresh: false, signal: controller.signal }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});
