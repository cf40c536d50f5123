import { createPrivateKey, KeyObject, randomUUID } from 'crypto';
import {
  decodeJwt,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
} from 'jose';
import { createCertificate } from '../certificates';
import { TokenClient } from '../__testUtils__/TokenClient';
import { Application, Simulator, startSimulator } from '../index';

describe('an application signs in', () => {
  let simulator: Simulator;
  let client: TokenClient;

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: 20 });
    client = new TokenClient(simulator);
  });
  afterEach(() => simulator.faults.clear());
  afterAll(() => simulator.stop());

  const codes = async (answer: Promise<{ error_codes: number[] }>) =>
    (await answer).error_codes;

  describe('with a secret', () => {
    let application: Application;
    const signIn = () =>
      client.credentials({
        client_id: application.clientId,
        client_secret: 'its own secret',
      });

    beforeEach(() => {
      application = simulator.registerApplication({
        displayName: 'Reader',
        clientSecret: 'its own secret',
        roles: ['User.Read.All'],
      });
    });

    it('has the roles and name of its own registration', async () => {
      const { access_token: token } = await signIn();
      expect(decodeJwt(token)).toMatchObject({
        appid: application.clientId,
        app_displayname: 'Reader',
        idtyp: 'app',
        roles: ['User.Read.All'],
        tid: simulator.tenantId,
      });
      expect(await client.status(token, '/users')).toBe(200);
      expect(await client.status(token, '/subscribedSkus')).toBe(403);
    });

    it('gets other roles with its next token', async () => {
      const { access_token: before } = await signIn();
      application.roles = ['LicenseAssignment.Read.All'];
      const { access_token: after } = await signIn();
      expect(await client.status(before, '/subscribedSkus')).toBe(403);
      expect(await client.status(after, '/subscribedSkus')).toBe(200);
      expect(await client.status(after, '/users')).toBe(403);
    });

    it('is refused while disabled, with an expired secret, and with the old one', async () => {
      application.disable();
      expect(await codes(signIn())).toEqual([7000112]);
      application.enable();
      application.expireSecret();
      expect(await signIn()).toMatchObject({
        status: 401,
        error: 'invalid_client',
        error_codes: [7000222],
      });
      application.setSecret('another secret');
      expect(await codes(signIn())).toEqual([7000215]);
      application.setSecret('its own secret');
      expect((await signIn()).status).toBe(200);
    });

    it('carries no roles once consent is revoked', async () => {
      application.revokeConsent();
      expect(decodeJwt((await signIn()).access_token)).not.toHaveProperty(
        'roles',
      );
      application.grantConsent();
      expect(decodeJwt((await signIn()).access_token).roles).toEqual([
        'User.Read.All',
      ]);
    });

    it('is not taken for another application', async () => {
      expect(
        await codes(client.credentials({ client_secret: 'its own secret' })),
      ).toEqual([7000215]);
      expect(() =>
        simulator.registerApplication({
          displayName: 'Twin',
          clientId: application.clientId.toUpperCase(),
        }),
      ).toThrow('already has an application');
    });
  });

  describe('with a certificate', () => {
    let privateKey: KeyObject;
    let thumbprint: string;
    const now = () => Math.floor(Date.now() / 1000);

    const assertion = (
      claims: Record<string, unknown> = {},
      header: Record<string, string> = {},
    ) =>
      new SignJWT({
        iss: simulator.clientId,
        sub: simulator.clientId,
        aud: client.tokenEndpoint,
        nbf: now(),
        exp: now() + 600,
        jti: randomUUID(),
        ...claims,
      })
        .setProtectedHeader({ alg: 'PS256', 'x5t#S256': thumbprint, ...header })
        .sign(privateKey);

    beforeAll(async () => {
      const pair = await createCertificate({ expiresInDays: 2 });
      privateKey = createPrivateKey(pair.privateKey);
      thumbprint = simulator.application.addCertificate(pair.certificate);
    });

    it('is let in, for either audience', async () => {
      const { access_token: token } = await client.assertion(await assertion());
      expect(await client.status(token, '/users')).toBe(200);
      const issuer = `${simulator.url}/${simulator.tenantId}/v2.0`;
      expect(
        (await client.assertion(await assertion({ aud: issuer }))).status,
      ).toBe(200);
    });

    it.each([
      ['an audience elsewhere', 700023, { aud: 'https://elsewhere.example' }],
      ['another subject', 700021, { sub: randomUUID() }],
      ['an hour ago', 700024, { nbf: now() - 4200, exp: now() - 3600 }],
      ['in an hour', 700024, { nbf: now() + 3600, exp: now() + 4200 }],
      ['without an end', 50027, { exp: undefined }],
    ])('is refused for %s: AADSTS%s', async (_case, number, claims) => {
      expect(await client.assertion(await assertion(claims))).toMatchObject({
        status: 401,
        error: 'invalid_client',
        error_codes: [number],
      });
    });

    it('is let in when it ended up to five minutes ago by Microsoft’s clock', async () => {
      const ending = () => assertion({ exp: now() + 30 });
      simulator.faults.clockAheadSeconds = 300;
      expect((await client.assertion(await ending())).status).toBe(200);
      simulator.faults.clockAheadSeconds = 360;
      expect(await codes(client.assertion(await ending()))).toEqual([700024]);
      const answer = await fetch(`${simulator.url}/v1.0/users`);
      expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(
        Date.now() + 300_000,
      );
    });

    it('is refused for a certificate that is unknown, expired, or not the one that signed', async () => {
      const refusal = async (signed: string) => {
        const { error_codes: numbers, error_description: text } =
          await client.assertion(signed);
        return [numbers[0], /Reason - ([^.]*)/.exec(text)?.[1]];
      };
      expect(
        await refusal(await assertion({}, { 'x5t#S256': 'unknown' })),
      ).toEqual([700027, 'The key was not found']);
      const other = await createCertificate();
      const otherThumbprint = simulator.application.addCertificate(
        other.certificate,
      );
      const forged = assertion({}, { 'x5t#S256': otherThumbprint });
      expect(await refusal(await forged)).toEqual([
        700027,
        expect.stringContaining('failed'),
      ]);
      simulator.application.removeCertificate(otherThumbprint);
      expect((await refusal(await forged))[1]).toBe('The key was not found');
      simulator.faults.clockAheadSeconds = 3 * 24 * 60 * 60;
      expect(await refusal(await assertion())).toEqual([
        700027,
        'The key used is expired',
      ]);
    });

    it('must sign with PS256', async () => {
      expect(
        await codes(client.assertion(await assertion({}, { alg: 'RS256' }))),
      ).toEqual([700027]);
    });

    it('may send the same assertion again, but no other one of the same jti', async () => {
      const jti = randomUUID();
      const first = await assertion({ jti });
      expect((await client.assertion(first)).status).toBe(200);
      expect((await client.assertion(first)).status).toBe(200);
      expect(
        await codes(
          client.assertion(await assertion({ jti, exp: now() + 900 })),
        ),
      ).toEqual([50027]);
    });

    it('is refused for what is no assertion', async () => {
      expect(await codes(client.assertion('not.a.jwt'))).toEqual([50027]);
      expect(
        await codes(
          client.credentials({ client_assertion: await assertion() }),
        ),
      ).toEqual([9002313]);
    });
  });

  describe('with a token of another identity provider', () => {
    const issuer = 'https://cluster.example/oidc';
    const subject = 'system:serviceaccount:portal:backstage';
    let application: Application;
    let pair: Awaited<ReturnType<typeof generateKeyPair>>;

    const assertion = (claims: Record<string, unknown> = {}) =>
      new SignJWT({
        iss: issuer,
        sub: subject,
        aud: ['api://AzureADTokenExchange'],
        exp: Math.floor(Date.now() / 1000) + 600,
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'cluster' })
        .sign(pair.privateKey);
    const signIn = async (claims?: Record<string, unknown>) =>
      client.assertion(await assertion(claims), application.clientId);

    beforeAll(async () => {
      pair = await generateKeyPair('RS256');
    });
    beforeEach(() => {
      application = simulator.registerApplication({
        displayName: 'Federated',
        roles: ['User.Read.All'],
      });
    });

    it('is let in by a key set or a public key', async () => {
      const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'cluster' };
      application.trustFederation({ issuer, subject, jwks: { keys: [jwk] } });
      const { access_token: token } = await signIn();
      expect(await client.status(token, '/users')).toBe(200);
      const second = simulator.registerApplication({ displayName: 'Second' });
      second.trustFederation({
        issuer,
        subject,
        publicKey: await exportSPKI(pair.publicKey),
      });
      expect(
        (await client.assertion(await assertion(), second.clientId)).status,
      ).toBe(200);
    });

    it.each([
      [700211, { iss: 'https://other.example' }],
      [700213, { sub: 'system:serviceaccount:portal:other' }],
      [700212, { aud: 'https://graph.microsoft.com' }],
      [700024, { exp: 1_000_000_000 }],
    ])('answers AADSTS%s to %s', async (number, claims) => {
      const publicKey = await exportSPKI(pair.publicKey);
      application.trustFederation({ issuer, subject, publicKey });
      expect(await signIn(claims)).toMatchObject({
        error: 'invalid_client',
        error_codes: [number],
      });
    });

    it('is refused for a signature of someone else', async () => {
      const { publicKey } = await generateKeyPair('RS256');
      const foreign = await exportSPKI(publicKey);
      application.trustFederation({ issuer, subject, publicKey: foreign });
      expect(await codes(signIn())).toEqual([50027]);
    });
  });

  it('is refused with any error the test wants', async () => {
    simulator.faults.refuseTokens = { number: 53003 };
    expect(await client.credentials()).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      suberror: 'message_only',
      error_codes: [53003],
      error_description: expect.stringMatching(
        /^AADSTS53003: Access has been blocked by Conditional Access policies/,
      ),
    });
    simulator.faults.refuseTokens = {
      number: 123456,
      error: 'temporarily_unavailable',
      message: 'Out of tokens.',
    };
    expect(await client.credentials()).toMatchObject({
      error: 'temporarily_unavailable',
      error_description: expect.stringMatching(/^AADSTS123456: Out of tokens/),
    });
    simulator.faults.clear();
    expect((await client.credentials()).status).toBe(200);
  });
});
