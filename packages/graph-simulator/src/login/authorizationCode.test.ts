import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { GraphClient } from '../__testUtils__/GraphClient';
import {
  REDIRECT_URI,
  TokenBody,
  TokenClient,
} from '../__testUtils__/TokenClient';
import { CAST, DIRECTORY_ROLES, Simulator, startSimulator } from '../index';

const ROBIN = 'robin.sommer@contoso.example';
const MAYA = 'maya.lindqvist@contoso.example';
const DANIEL = 'daniel.okafor@contoso.example';
const REPORT = "/reports/getOffice365ActiveUserDetail(period='D7')";

describe('a person signs in', () => {
  let simulator: Simulator;
  let client: TokenClient;

  beforeEach(async () => {
    simulator = await startSimulator({ accounts: 30 });
    client = new TokenClient(simulator);
  });
  afterEach(() => simulator.stop());

  const code = async (changes?: Record<string, string | undefined>) =>
    (await client.sentBack(changes)).get('code') ?? '';

  describe('at the authorize page', () => {
    const page = async (url: string, init?: RequestInit) => {
      const response = await fetch(url, { redirect: 'manual', ...init });
      return { response, text: await response.text() };
    };

    it('picks an account and sees what is asked for, without scripts', async () => {
      const { response, text } = await page(
        client.authorizeUrl({
          login_hint: 'a"b@contoso.example',
          prompt: 'consent',
        }),
      );
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      expect(text).toContain('<h1>Pick an account</h1>');
      expect(text).toMatch(
        /Robin Sommer[^]*Reports Reader, License Administrator/,
      );
      expect(text).toMatch(/Maya Lindqvist[^]*No directory role/);
      expect(text).toContain('value="a&quot;b@contoso.example"');
      expect(text).not.toContain('<script');
      const consent = await page(
        `${simulator.url}/${simulator.tenantId}/login`,
        {
          method: 'POST',
          body: new URLSearchParams({
            transaction:
              /name="transaction" value="([^"]+)"/.exec(text)?.[1] ?? '',
            account: ROBIN,
          }),
        },
      );
      expect(consent.text).toContain('<h1>Permissions requested</h1>');
      expect(consent.text.match(/<li>[\w.]+<\/li>/g)).toEqual([
        '<li>User.Read.All</li>',
        '<li>Reports.Read.All</li>',
        '<li>openid</li>',
        '<li>profile</li>',
        '<li>offline_access</li>',
      ]);
    });

    it('is sent back with a code and the state', async () => {
      const address = await simulator.signIn(
        client.authorizeUrl({ redirect_uri: 'http://127.0.0.1:9/a?b=c' }),
        { account: ROBIN },
      );
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:9\/a\?b=c&code=/);
      expect(new URL(address).searchParams.get('state')).toBe('the-state');
    });

    it('is sent back with the answer in the fragment, where asked for', async () => {
      const address = await simulator.signIn(
        client.authorizeUrl({ response_mode: 'fragment' }),
        { account: ROBIN },
      );
      const { search, hash } = new URL(address);
      expect(search).toBe('');
      const answer = new URLSearchParams(hash.slice(1));
      expect(answer.get('code')).toBeTruthy();
      expect(answer.get('state')).toBe('the-state');
    });

    it('is sent back with the refusal after Cancel', async () => {
      const query = await client.sentBack({}, ROBIN, false);
      expect(query.get('error')).toBe('access_denied');
      expect(query.get('error_description')).toMatch(/^AADSTS65004: /);
      expect(query.get('state')).toBe('the-state');
      expect(query.get('code')).toBeNull();
    });

    it.each([
      ['no challenge', 'invalid_request', 50147, { code_challenge: undefined }],
      [
        'a plain one',
        'invalid_request',
        50147,
        { code_challenge_method: 'plain' },
      ],
      [
        'a token',
        'unsupported_response_type',
        700054,
        { response_type: 'token' },
      ],
      ['a form', 'invalid_request', 90023, { response_mode: 'form_post' }],
      ['no scope', 'invalid_request', 900144, { scope: undefined }],
      ['an unknown scope', 'invalid_client', 650053, { scope: 'Fly.All' }],
      [
        'another resource',
        'invalid_resource',
        500011,
        { scope: 'https://vault/x' },
      ],
    ])(
      'is sent back with an error for %s',
      async (_case, error, number, changes) => {
        const query = await client.sentBack(changes);
        expect(query.get('error')).toBe(error);
        expect(query.get('error_description')).toContain(`AADSTS${number}: `);
        expect(query.get('state')).toBe('the-state');
      },
    );

    it.each([
      [50011, { redirect_uri: 'https://elsewhere.example/connections' }],
      [500113, { redirect_uri: undefined }],
      [700016, { client_id: 'someone' }],
    ])('stays on a page that says AADSTS%s', async (number, changes) => {
      const { response, text } = await page(client.authorizeUrl(changes));
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
      expect(text).toContain(`AADSTS${number}: `);
      await expect(
        simulator.signIn(client.authorizeUrl(changes), { account: ROBIN }),
      ).rejects.toThrow(`AADSTS${number}`);
    });

    it('is sent only where the registration says', async () => {
      simulator.application.redirectUris = ['https://portal.example/back'];
      await expect(client.sentBack()).rejects.toThrow('AADSTS50011');
      const query = await client.sentBack({
        redirect_uri: 'https://portal.example/back',
      });
      expect(query.get('code')).toBeTruthy();
    });

    it('cannot be someone who is unknown or disabled', async () => {
      await expect(client.sentBack({}, 'nobody')).rejects.toThrow(
        'does not exist',
      );
      simulator.tenant.disable(ROBIN);
      await expect(client.sentBack()).rejects.toThrow('is disabled');
    });

    it('decides once', async () => {
      const { text } = await page(client.authorizeUrl());
      const transaction =
        /name="transaction" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const decide = () =>
        page(`${simulator.url}/${simulator.tenantId}/consent`, {
          method: 'POST',
          body: new URLSearchParams({ transaction, decision: 'accept' }),
        });
      expect((await decide()).response.status).toBe(400);
      await page(`${simulator.url}/${simulator.tenantId}/login`, {
        method: 'POST',
        body: new URLSearchParams({ transaction, account: ROBIN }),
      });
      expect((await decide()).response.status).toBe(303);
      expect((await decide()).text).toContain('start again');
    });
  });

  describe('and the code is redeemed', () => {
    it('for tokens that tell who it is and what was agreed to', async () => {
      const body = await client.redeem(await code());
      const keys = await fetch(
        `${simulator.url}/${simulator.tenantId}/discovery/v2.0/keys`,
      );
      const { payload } = await jwtVerify(
        body.id_token,
        createLocalJWKSet(await keys.json()),
        {
          audience: simulator.clientId,
          issuer: `${simulator.url}/${simulator.tenantId}/v2.0`,
        },
      );
      expect(payload).toMatchObject({
        nonce: 'the-nonce',
        preferred_username: ROBIN,
        name: 'Robin Sommer',
        oid: CAST[0].id,
        tid: simulator.tenantId,
      });
      expect(decodeJwt(body.access_token)).toMatchObject({
        appid: simulator.clientId,
        idtyp: 'user',
        scp: 'User.Read.All Reports.Read.All',
        upn: ROBIN,
        oid: CAST[0].id,
        name: 'Robin Sommer',
        tid: simulator.tenantId,
        wids: expect.arrayContaining([
          DIRECTORY_ROLES['Reports Reader'],
          DIRECTORY_ROLES['License Administrator'],
        ]),
      });
      expect(decodeJwt(body.access_token)).not.toHaveProperty('roles');
      expect(
        JSON.parse(Buffer.from(body.client_info, 'base64url').toString()),
      ).toEqual({ uid: CAST[0].id, utid: simulator.tenantId });
      expect(body.scope).toBe(
        'openid profile https://graph.microsoft.com/User.Read.All https://graph.microsoft.com/Reports.Read.All',
      );
    });

    it('without a refresh token unless offline access was asked for', async () => {
      const scope = `${simulator.url}/User.Read.All`;
      const body = await client.redeem(await code({ scope }));
      expect(decodeJwt(body.access_token).aud).toBe(simulator.url);
      expect(body).not.toHaveProperty('refresh_token');
      expect(body).not.toHaveProperty('id_token');
    });

    it('once', async () => {
      const once = await code();
      expect(await client.redeem(once)).toHaveProperty('access_token');
      expect(await client.redeem(once)).toMatchObject({
        status: 400,
        error: 'invalid_grant',
        error_codes: [54005],
      });
    });

    it('once, when two ask at the same time', async () => {
      const once = await code();
      const answers = await Promise.all([
        client.redeem(once),
        client.redeem(once),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    });

    it.each([
      [501481, { code_verifier: 'x'.repeat(43) }],
      [900144, { code_verifier: undefined }],
      [500112, { redirect_uri: `${REDIRECT_URI}/` }],
      [7000218, { client_secret: undefined }],
      [7000215, { client_secret: 'wrong' }],
      [9002313, { code: 'never-issued' }],
    ])('not with AADSTS%s: %s', async (number, changes) => {
      const fresh = await code();
      expect(await client.redeem(fresh, changes)).toMatchObject({
        error_codes: [number],
      });
      // The code itself is not used up.
      expect((await client.redeem(fresh)).status).toBe(200);
    });

    it('not by another application', async () => {
      const other = simulator.registerApplication({
        displayName: 'Other',
        clientSecret: 'other secret',
      });
      expect(
        await client.redeem(await code(), {
          client_id: other.clientId,
          client_secret: 'other secret',
        }),
      ).toMatchObject({ error: 'invalid_grant', error_codes: [70000] });
    });

    it('not after ten minutes', async () => {
      const late = await code();
      simulator.expireCodes();
      expect(await client.redeem(late)).toMatchObject({ error_codes: [70008] });
    });
  });

  describe('and stays signed in', () => {
    const refused = async (
      token: string,
      changes?: Record<string, string | undefined>,
    ) => {
      const { error, error_codes: numbers } = await client.refresh(
        token,
        changes,
      );
      return [error, ...(numbers ?? [])];
    };

    it('by refresh tokens that are replaced at each use', async () => {
      const { refresh_token: first } = await client.signIn();
      const { access_token: token, refresh_token: second } =
        await client.refresh(first);
      expect(await client.status(token, '/users')).toBe(200);
      expect(second).not.toBe(first);
      // Microsoft's stay valid when used.
      expect((await client.refresh(first)).status).toBe(200);
      expect((await client.refresh(second)).status).toBe(200);
    });

    it('strictly: by a refresh token once', async () => {
      simulator.faults.strictRefreshTokens = true;
      const { refresh_token: first } = await client.signIn();
      const answers = await Promise.all([
        client.refresh(first),
        client.refresh(first),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
      expect(await refused(first)).toEqual(['invalid_grant', 70008]);
      const second = answers.find(({ status }) => status === 200);
      expect((await client.refresh(second?.refresh_token ?? '')).status).toBe(
        200,
      );
    });

    it('with everything agreed to, or less', async () => {
      const { refresh_token: token } = await client.signIn();
      const all = await client.refresh(token, {
        scope: `${simulator.url}/.default offline_access`,
      });
      expect(decodeJwt(all.access_token).scp).toBe(
        'User.Read.All Reports.Read.All',
      );
      expect(all.scope).toContain(`${simulator.url}/.default`);
      const less = await client.refresh(token, { scope: 'User.Read.All' });
      expect(decodeJwt(less.access_token).scp).toBe('User.Read.All');
      expect(await refused(token, { scope: 'AuditLog.Read.All' })).toEqual([
        'invalid_grant',
        65001,
      ]);
    });

    const cases: Array<[string, number, () => void]> = [
      ['the password changes', 50173, () => simulator.changePassword(ROBIN)],
      ['tokens are revoked', 50173, () => simulator.revokeRefreshTokens()],
      ['they are not used', 700082, () => simulator.expireRefreshTokens()],
      [
        'consent is revoked',
        65001,
        () => simulator.application.revokeConsent(),
      ],
      ['the account is disabled', 50057, () => simulator.tenant.disable(ROBIN)],
      ['the account is gone', 50034, () => simulator.tenant.remove(ROBIN)],
      [
        'policies forbid it',
        53003,
        () => {
          simulator.faults.refuseTokens = { number: 53003 };
        },
      ],
    ];
    it.each(cases)('until %s: AADSTS%s', async (_case, number, change) => {
      const { refresh_token: token } = await client.signIn();
      change();
      expect(await refused(token)).toEqual(['invalid_grant', number]);
    });

    it('again after the password changed, and nobody else is concerned', async () => {
      const { refresh_token: mayas } = await client.signIn(MAYA);
      simulator.changePassword(ROBIN);
      expect((await client.refresh(mayas)).status).toBe(200);
      const { refresh_token: again } = await client.signIn();
      expect((await client.refresh(again)).status).toBe(200);
    });

    it('again after an administrator consents for everyone', async () => {
      const { refresh_token: token } = await client.signIn();
      simulator.application.revokeConsent();
      simulator.application.grantConsent();
      expect((await client.refresh(token)).status).toBe(200);
    });

    it('only with the application that proves itself', async () => {
      const { refresh_token: token } = await client.signIn();
      expect(await refused(token, { client_secret: undefined })).toEqual([
        'invalid_client',
        7000218,
      ]);
      expect(await refused('never-issued')).toEqual(['invalid_grant', 9002313]);
    });
  });

  describe('and Graph asks for the permission and the directory role', () => {
    const tokenOf = async (account: string): Promise<string> => {
      const scope =
        'User.Read.All Reports.Read.All LicenseAssignment.ReadWrite.All';
      const body: TokenBody = await client.signIn(account, { scope });
      return body.access_token;
    };
    const removeNothing = GraphClient.json({
      addLicenses: [],
      removeLicenses: [],
    });

    it.each([
      [ROBIN, 302, 200],
      [DANIEL, 403, 403],
      [MAYA, 403, 403],
    ])('of %s', async (account, report, assign) => {
      const token = await tokenOf(account);
      expect(await client.status(token, '/users')).toBe(200);
      expect(await client.status(token, '/organization')).toBe(200);
      expect(await client.status(token, '/subscribedSkus')).toBe(403);
      expect(await client.status(token, REPORT)).toBe(report);
      expect(
        await client.status(
          token,
          `/users/${MAYA}/assignLicense`,
          removeNothing,
        ),
      ).toBe(assign);
    });

    it('as they are now', async () => {
      const token = await tokenOf(MAYA);
      simulator.tenant.update(MAYA, { directoryRoles: ['User Administrator'] });
      expect(
        await client.status(
          token,
          `/users/${MAYA}/assignLicense`,
          removeNothing,
        ),
      ).toBe(200);
      simulator.tenant.update(MAYA, { directoryRoles: ['Reports Reader'] });
      expect(await client.status(token, REPORT)).toBe(302);
      simulator.faults.denyRole('Reports.Read.All');
      expect(await client.status(token, REPORT)).toBe(403);
    });
  });

  it('tells every secret there was', async () => {
    const given = await code();
    const body = await client.redeem(given);
    const refreshed = await client.refresh(body.refresh_token);
    await client.credentials({ client_secret: 'a wrong secret' });
    const location = await new GraphClient(simulator).reportLocation(
      "getOffice365ActiveUserDetail(period='D7')",
    );
    const secrets: string[] = await (
      await fetch(`${simulator.url}/simulator/secrets`)
    ).json();
    expect(secrets).toEqual(simulator.secrets());
    expect(secrets).toEqual(
      expect.arrayContaining([
        given,
        client.verifier,
        body.access_token,
        body.refresh_token,
        body.id_token,
        refreshed.access_token,
        refreshed.refresh_token,
        simulator.clientSecret,
        'a wrong secret',
        simulator.managedIdentity.header,
        new URL(location).searchParams.get('token'),
      ]),
    );
    expect(secrets).not.toContain(simulator.clientId);
  });
});
