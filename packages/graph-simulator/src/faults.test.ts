import { decodeJwt } from 'jose';
import { createCertificate } from './certificates';
import { GraphClient } from './__testUtils__/GraphClient';
import { TokenClient } from './__testUtils__/TokenClient';
import { countUse, Fault, Simulator, startSimulator } from './index';

describe('what goes wrong', () => {
  let simulator: Simulator;
  let client: GraphClient;

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: 300 });
    client = new GraphClient(simulator);
  });
  afterEach(() => {
    simulator.faults.clear();
    simulator.requests.reset();
  });
  afterAll(() => simulator.stop());

  const fail = (fault: Fault) => {
    simulator.faults.add({ path: /\/users/, fault });
    return client.fetch('/users');
  };

  it.each([
    ['2.128'],
    ['1'],
    ['240'],
    [new Date(1_800_000_000_000).toUTCString()],
    [undefined],
  ])('throttles with Retry-After %s', async retryAfter => {
    const response = await fail({ kind: 'throttle', retryAfter });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe(retryAfter ?? null);
    expect((await response.json()).error.code).toBe('TooManyRequests');
    expect((await client.fetch('/users')).status).toBe(200);
  });

  it.each([
    ['json', /"code":"ServiceUnavailable"/],
    ['html', /^<html>/],
    ['text', /^upstream/],
    ['empty', /^$/],
  ] as const)('fails with a body of %s', async (body, expected) => {
    const response = await fail({ kind: 'fail', status: 503, body });
    expect(response.status).toBe(503);
    expect(await response.text()).toMatch(expected);
  });

  it('cuts the connection in the middle of page 7', async () => {
    const handle = simulator.faults.add({
      path: /\/users\?.*\$top=20/,
      nth: 7,
      fault: { kind: 'cut' },
    });
    await expect(client.users('$select=id&$top=20')).rejects.toThrow();
    expect(simulator.requests.count({ path: /users/, status: 200 })).toBe(7);
    expect(handle.hits).toBe(1);
    expect(await client.users('$select=id&$top=20')).toHaveLength(300);
  });

  it('cuts the connection before any answer', async () => {
    await expect(fail({ kind: 'cut', at: 'start' })).rejects.toThrow();
    expect(simulator.requests.entries.at(-1)?.status).toBe(0);
  });

  it('answers an empty page with a link to the page meant', async () => {
    simulator.faults.add({
      path: /\/users/,
      nth: 2,
      times: 2,
      fault: { kind: 'empty-page' },
    });
    expect(await client.users('$select=id&$top=100')).toHaveLength(300);
    expect(simulator.requests.count({ path: /users/ })).toBe(5);
  });

  it('answers slowly, and a rule always applies until it is removed', async () => {
    const handle = simulator.faults.add({
      times: 'always',
      method: 'GET',
      fault: { kind: 'slow', milliseconds: 30 },
    });
    const began = Date.now();
    await client.fetch('/users');
    await client.fetch('/users');
    expect(Date.now() - began).toBeGreaterThanOrEqual(58);
    handle.remove();
    await client.fetch('/users');
    expect(handle.hits).toBe(2);
  });

  it('throttles beyond a budget with the remaining time', async () => {
    simulator.faults.limit({ requests: 2, seconds: 10, path: /\/users/ });
    await client.fetch('/users');
    await client.fetch('/users');
    const response = await client.fetch('/users');
    expect(response.status).toBe(429);
    const wait = Number(response.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(5);
    expect(wait).toBeLessThanOrEqual(10);
    expect((await client.fetch('/organization')).status).toBe(200);
  });

  it('expires tokens until a new one is fetched', async () => {
    simulator.faults.expireTokens();
    expect((await client.refusal('/users')).slice(0, 2)).toEqual([
      401,
      'InvalidAuthenticationToken',
    ]);
    await client.signIn();
    expect((await client.fetch('/users')).status).toBe(200);
  });

  it('counts how many requests were open at once', async () => {
    simulator.faults.add({
      times: 'always',
      fault: { kind: 'slow', milliseconds: 50 },
    });
    await Promise.all([1, 2, 3].map(() => client.fetch('/users')));
    expect(simulator.requests.maxConcurrency).toBe(3);
  });

  describe('signing in', () => {
    it('gives a signed token that carries the permissions', async () => {
      const claims = decodeJwt(await client.signIn());
      expect(claims).toMatchObject({
        appid: simulator.clientId,
        tid: simulator.tenantId,
        aud: 'https://graph.microsoft.com',
      });
      expect(claims.roles).toContain('User.Read.All');
      expect(claims.exp).toBeGreaterThan(Date.now() / 1000);
    });

    it('leads to the token endpoint', async () => {
      const configuration = await fetch(
        `${simulator.url}/${simulator.tenantId}/v2.0/.well-known/openid-configuration`,
      );
      expect(await configuration.json()).toMatchObject({
        token_endpoint: `${simulator.url}/${simulator.tenantId}/oauth2/v2.0/token`,
      });
      const discovery = await fetch(
        `${simulator.url}/common/discovery/instance?api-version=1.1`,
      );
      expect(await discovery.json()).toMatchObject({ 'api-version': '1.1' });
    });

    it.each([
      [401, 'invalid_client', 7000215, { client_secret: 'wrong' }],
      [401, 'invalid_client', 7000216, { client_secret: '' }],
      [400, 'unauthorized_client', 700016, { client_id: 'someone' }],
      [400, 'unsupported_grant_type', 70003, { grant_type: 'password' }],
      [400, 'invalid_scope', 1002012, { scope: 'https://vault/.default' }],
    ])('answers %s %s AADSTS%s', async (status, error, number, changes) => {
      const response = await client.token(
        Object.fromEntries(Object.entries(changes)),
      );
      const body = await response.json();
      expect(response.status).toBe(status);
      expect(body).toMatchObject({ error, error_codes: [number] });
      expect(body.error_description).toMatch(
        new RegExp(`^AADSTS${number}: .*Trace ID: .*Correlation ID: `),
      );
      expect(JSON.stringify(body)).not.toContain(simulator.clientSecret);
    });

    it('refuses the right secret and the tenant when told so', async () => {
      simulator.faults.refuseSecret = true;
      expect((await (await client.token()).json()).error_codes).toEqual([
        7000215,
      ]);
      simulator.faults.unknownTenant = true;
      expect((await (await client.token()).json()).error_codes).toEqual([
        90002,
      ]);
    });

    it.each([
      ['none', undefined],
      ['a foreign one', 'Bearer abc.def.ghi'],
    ])('refuses %s as token', async (_case, authorization) => {
      const response = await fetch(`${simulator.url}/v1.0/users`, {
        headers: authorization ? { authorization } : {},
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
    });

    it('ends a token with its lifetime', async () => {
      const own = await startSimulator({
        accounts: 20,
        tokenLifetimeSeconds: 0,
      });
      try {
        expect((await new GraphClient(own).refusal('/users'))[0]).toBe(401);
      } finally {
        await own.stop();
      }
    });
  });

  describe('steered from another process', () => {
    const control = (path: string, init?: RequestInit) =>
      fetch(`${simulator.url}/simulator/${path}`, init);

    it('sets faults and clears them', async () => {
      const answer = await control(
        'faults',
        GraphClient.json({
          concealNames: true,
          denyRoles: ['AuditLog.Read.All'],
          rules: [
            {
              path: '/organization',
              times: 'always',
              fault: { kind: 'fail', status: 504, body: 'html' },
            },
          ],
        }),
      );
      expect(answer.status).toBe(200);
      expect((await client.fetch('/organization')).status).toBe(504);
      expect(simulator.faults.concealNames).toBe(true);
      await control('faults', { method: 'DELETE' });
      expect((await client.fetch('/organization')).status).toBe(200);
      expect(simulator.faults.concealNames).toBe(false);
    });

    it.each([
      { rain: true },
      { refuseTokens: { number: 'many' } },
      { revokeRefreshTokens: false },
    ])('refuses faults it does not know: %j', async wanted => {
      const answer = await control('faults', GraphClient.json(wanted));
      expect(answer.status).toBe(400);
    });

    it('refuses tokens, and gives them again', async () => {
      const switched = (wanted: object) =>
        control('faults', GraphClient.json(wanted));
      await switched({ refuseTokens: { number: 50173 } });
      expect((await (await client.token()).json()).error_codes).toEqual([
        50173,
      ]);
      await switched({ refuseTokens: null, strictRefreshTokens: true });
      expect((await client.token()).status).toBe(200);
      expect(simulator.faults.strictRefreshTokens).toBe(true);
    });

    it('ends what a person’s sign-in gave', async () => {
      const person = new TokenClient(simulator);
      const robin = 'robin.sommer@contoso.example';
      const ended = async (how: () => Promise<Response>) => {
        const { refresh_token: token } = await person.signIn();
        expect((await how()).ok).toBe(true);
        return (await person.refresh(token)).error_codes;
      };
      const post = (path: string, body: object) => () =>
        control(path, GraphClient.json(body));
      expect(
        await ended(post(`accounts/${robin}/change-password`, {})),
      ).toEqual([50173]);
      expect(
        await ended(post('faults', { revokeRefreshTokens: true })),
      ).toEqual([50173]);
      expect(
        await ended(post('faults', { expireRefreshTokens: true })),
      ).toEqual([700082]);
      const code = (await person.sentBack()).get('code') ?? '';
      await post('faults', { expireCodes: true })();
      expect((await person.redeem(code)).error_codes).toEqual([70008]);
    });

    it('registers and changes applications', async () => {
      const clientId = 'c0a57000-c11e-4000-a000-000000000009';
      const application = {
        displayName: 'Reclaimer',
        clientId,
        clientSecret: 'reclaimer secret',
        roles: ['LicenseAssignment.ReadWrite.All'],
        certificates: [(await createCertificate()).certificate],
      };
      const register = () =>
        control('applications', GraphClient.json(application));
      const registered = await register();
      expect(registered.status).toBe(201);
      expect(await registered.text()).not.toContain('secret"');
      expect((await register()).status).toBe(409);
      const change = async (changes: object) => {
        const answer = await control(`applications/${clientId}`, {
          ...GraphClient.json(changes),
          method: 'PATCH',
        });
        return answer.status;
      };
      const token = async (secret = 'reclaimer secret') => {
        const answer = await client.token({
          client_id: clientId,
          client_secret: secret,
        });
        return (await answer.json()).error_codes?.[0] ?? answer.status;
      };
      expect(await token()).toBe(200);
      expect(await change({ disabled: true })).toBe(200);
      expect(await token()).toBe(7000112);
      await change({ disabled: false, expireSecret: true });
      expect(await token()).toBe(7000222);
      await change({ clientSecret: 'another one', roles: ['User.Read.All'] });
      expect(await token('another one')).toBe(200);
      expect(await (await control(`applications/${clientId}`)).json()).toEqual(
        expect.objectContaining({ roles: ['User.Read.All'] }),
      );
      expect(await change({ addCertificate: 'none' })).toBe(400);
      expect(await change({ colour: 'red' })).toBe(400);
      expect((await control('applications/none')).status).toBe(404);
    });

    it('gives directory roles that exist', async () => {
      const change = async (directoryRoles: string[]) => {
        const answer = await control('accounts/robin.sommer@contoso.example', {
          ...GraphClient.json({ directoryRoles }),
          method: 'PATCH',
        });
        return answer.status;
      };
      expect(await change(['King'])).toBe(400);
      expect(await change(['Global Reader'])).toBe(200);
      expect(
        simulator.tenant.get('robin.sommer@contoso.example').directoryRoles,
      ).toEqual(['Global Reader']);
    });

    it('tells state, truth and requests, but not the secret', async () => {
      await client.fetch('/users');
      const state = await (await control('state')).text();
      expect(JSON.parse(state)).toMatchObject({ accounts: 300, seed: 1 });
      expect(state).not.toContain(simulator.clientSecret);
      expect(await (await control('truth')).json()).toEqual(
        simulator.tenant.truth,
      );
      expect(
        await (await control('truth/use?inactiveAfterDays=90')).json(),
      ).toEqual(countUse(simulator.tenant, { inactiveAfterDays: 90 }));
      expect((await control('truth/use?today=never')).status).toBe(400);
      expect(await (await control('requests')).json()).toMatchObject({
        maxConcurrency: 1,
        total: expect.any(Number),
      });
    });

    it('shows and changes accounts', async () => {
      const { id } = simulator.tenant.add({
        userPrincipalName: 'temp@contoso.example',
      });
      await control(`accounts/${id}`, {
        ...GraphClient.json({ accountEnabled: false }),
        method: 'PATCH',
      });
      expect(await (await control(`accounts/${id}`)).json()).toMatchObject({
        accountEnabled: false,
      });
      await control(`accounts/${id}`, { method: 'DELETE' });
      expect((await control(`accounts/${id}`)).status).toBe(404);
    });
  });
});
