import { decodeJwt } from 'jose';
import { TokenClient } from '../__testUtils__/TokenClient';
import { Simulator, startSimulator } from '../index';

describe('a managed identity', () => {
  let simulator: Simulator;
  let client: TokenClient;

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: 20 });
    client = new TokenClient(simulator);
  });
  afterAll(() => simulator.stop());

  const ask = async (
    face: 'appService' | 'virtualMachine',
    query: Record<string, string> = {},
    headers?: Record<string, string>,
  ) => {
    const { endpoint, header, imdsHost } = simulator.managedIdentity;
    const appService = face === 'appService';
    const url = new URL(
      appService ? endpoint : `${imdsHost}/metadata/identity/oauth2/token`,
    );
    url.search = new URLSearchParams({
      'api-version': appService ? '2019-08-01' : '2018-02-01',
      resource: 'https://graph.microsoft.com',
      ...query,
    }).toString();
    const response = await fetch(url, {
      headers:
        headers ??
        (appService ? { 'x-identity-header': header } : { metadata: 'true' }),
    });
    return { status: response.status, ...(await response.json()) };
  };

  it.each(['appService', 'virtualMachine'] as const)(
    'gets a token for Graph from the endpoint of the %s',
    async face => {
      const body = await ask(face);
      expect(body).toMatchObject({
        token_type: 'Bearer',
        resource: 'https://graph.microsoft.com',
      });
      expect(Number(body.expires_on)).toBeGreaterThan(Date.now() / 1000);
      expect(decodeJwt(body.access_token)).toMatchObject({
        appid: simulator.managedIdentity.system.clientId,
        idtyp: 'app',
      });
      expect(await client.status(body.access_token, '/users')).toBe(200);
      expect(simulator.secrets()).toContain(body.access_token);
    },
  );

  it('may be user-assigned, with roles of its own', async () => {
    const identity = simulator.registerManagedIdentity({
      displayName: 'portal',
      roles: ['Organization.Read.All'],
    });
    const { access_token: token } = await ask('appService', {
      client_id: identity.clientId,
      resource: simulator.url,
    });
    expect(await client.status(token, '/organization')).toBe(200);
    expect(await client.status(token, '/users')).toBe(403);
  });

  it.each([
    ['appService', 401, {}, {}],
    ['appService', 401, {}, { 'x-identity-header': 'guessed' }],
    ['virtualMachine', 400, {}, {}],
    ['appService', 400, { client_id: 'nobody' }, undefined],
    ['virtualMachine', 400, { 'api-version': '2017-09-01' }, undefined],
    ['virtualMachine', 400, { resource: 'https://vault' }, undefined],
  ] as const)(
    'of the %s is refused with %s',
    async (face, status, query, headers) => {
      const body = await ask(face, query, headers);
      expect(body.status).toBe(status);
      expect(body.message ?? body.error_description).toEqual(
        expect.any(String),
      );
      expect(body).not.toHaveProperty('access_token');
    },
  );

  it('stands in for an application that trusts it, and only so', async () => {
    const { issuer, system } = simulator.managedIdentity;
    const { access_token: assertion } = await ask('virtualMachine', {
      resource: 'api://AzureADTokenExchange',
    });
    expect(await client.status(assertion, '/users')).toBe(401);
    const application = simulator.registerApplication({
      displayName: 'Stood in for',
      roles: ['User.Read.All'],
    });
    const signIn = () => client.assertion(assertion, application.clientId);
    expect((await signIn()).error_codes).toEqual([700211]);
    application.trustFederation({ issuer, subject: system.objectId });
    const { access_token: token } = await signIn();
    expect(await client.status(token, '/users')).toBe(200);
    expect(decodeJwt(token).appid).toBe(application.clientId);
  });
});
