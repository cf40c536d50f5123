import { Simulator, SimulatorOptions, startSimulator } from 'graph-simulator';
import { recordingLogger } from './__testUtils__/fakeGraph';
import {
  configOf,
  memoryOf,
  stoppedClock,
  tokenRequests,
  vaultOf,
} from './__testUtils__/tenant';
import { readTokenFacts } from './accessToken';
import { createAuthorizationCodeFlow } from './authorizationCode';
import { createGraphConnection } from './connection';
import { createTokenProvider } from './credentials';
import { GraphError } from './errors';
import { ConnectionConfig } from './types';

const REDIRECT = 'http://localhost:3000/m365-licenses/connections';
const PERMISSIONS = ['User.Read.All', 'Reports.Read.All'];
const NONCE = 'nonce-of-this-sign-in';
const STATE = 'state-of-this-sign-in';

const simulators: Simulator[] = [];
/** Whatever was thrown in a test: nothing secret may be in it. */
const thrown: unknown[] = [];

afterEach(async () => {
  const said = thrown
    .splice(0)
    .map(error =>
      error instanceof Error
        ? `${error.stack} ${JSON.stringify(error)}`
        : String(error),
    )
    .join('\n');
  for (const simulator of simulators.splice(0)) {
    const leaked = simulator.secrets().some(secret => said.includes(secret));
    await simulator.stop();
    if (leaked) {
      throw new Error('An error of this test holds something secret');
    }
  }
});

async function errorOf(call: Promise<unknown>): Promise<GraphError> {
  const error = await call.then(
    () => undefined,
    reason => reason,
  );
  thrown.push(error);
  expect(error).toBeInstanceOf(GraphError);
  return error;
}

async function start(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({
    accounts: 20,
    strictRefreshTokens: true,
    ...options,
  });
  simulators.push(simulator);
  const config = configOf(simulator, {
    type: 'authorizationCode',
    client: {
      type: 'clientSecret',
      clientSecret: simulator.clientSecret,
    },
  });
  const person = simulator.tenant.accounts.find(
    account => account.directoryRoles.length > 1,
  );
  if (!person) {
    throw new Error('Nobody holds a directory role');
  }
  return {
    simulator,
    config,
    person,
    flow: createAuthorizationCodeFlow(config),
  };
}

type Started = Awaited<ReturnType<typeof start>>;

/** From the portal to Microsoft and back. */
async function goThere(
  { simulator, flow, person }: Started,
  permissions = PERMISSIONS,
) {
  const { url, codeVerifier } = await flow.begin({
    redirectUri: REDIRECT,
    state: STATE,
    nonce: NONCE,
    permissions,
  });
  const address = await simulator.signIn(url, {
    account: person.userPrincipalName,
  });
  const back = new URLSearchParams(new URL(address).hash.slice(1));
  return {
    url,
    back,
    redeeming: {
      code: back.get('code') ?? '',
      codeVerifier,
      nonce: NONCE,
      redirectUri: REDIRECT,
      permissions,
    },
  };
}

async function signedIn(started: Started) {
  const { redeeming } = await goThere(started);
  return started.flow.redeem(redeeming);
}

describe('signing in', () => {
  it('leads to Microsoft with all that protects the way back', async () => {
    const started = await start();
    const { url, codeVerifier } = await started.flow.begin({
      redirectUri: REDIRECT,
      state: STATE,
      nonce: NONCE,
      permissions: PERMISSIONS,
    });
    const { origin, pathname, searchParams } = new URL(url);
    const { simulator, config } = started;
    expect(origin + pathname).toBe(
      `${simulator.url}/${config.tenantId}/oauth2/v2.0/authorize`,
    );
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: config.clientId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      response_mode: 'fragment',
      state: STATE,
      nonce: NONCE,
      prompt: 'select_account',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(new Set(searchParams.get('scope')?.split(' '))).toEqual(
      new Set([
        'openid',
        'profile',
        'offline_access',
        `${simulator.url}/User.Read.All`,
        `${simulator.url}/Reports.Read.All`,
      ]),
    );
    expect(url).not.toContain(codeVerifier);
    expect(tokenRequests(simulator)).toBe(0);
  });

  it('leads to the cloud of the tenant', async () => {
    const { config } = await start();
    const { url } = await createAuthorizationCodeFlow({
      ...config,
      authority: 'https://login.microsoftonline.us',
      target: 'https://graph.microsoft.us',
    }).begin({
      redirectUri: REDIRECT,
      state: STATE,
      nonce: NONCE,
      permissions: ['User.Read.All'],
    });
    expect(url.split('?')[0]).toBe(
      `https://login.microsoftonline.us/${config.tenantId}/oauth2/v2.0/authorize`,
    );
    expect(new URL(url).searchParams.get('scope')).toContain(
      'https://graph.microsoft.us/User.Read.All',
    );
  });

  it('gives who signed in, and what was granted', async () => {
    const started = await start();
    const { back, redeeming } = await goThere(started);
    expect(back.get('state')).toBe(STATE);
    const { tokenCache, ...signIn } = await started.flow.redeem(redeeming);
    expect(signIn).toEqual({
      tenantId: started.config.tenantId,
      userPrincipalName: started.person.userPrincipalName,
      displayName: started.person.displayName,
      scopes: expect.arrayContaining(PERMISSIONS),
    });
    expect(signIn.scopes).toHaveLength(PERMISSIONS.length);
    expect(tokenCache).not.toBe('');
  });

  it.each([
    ['a nonce of another sign-in', { nonce: 'another' }, undefined],
    ['a code that was redeemed', 'again', 'AADSTS54005'],
    [
      'a verifier of another sign-in',
      { codeVerifier: 'v'.repeat(43) },
      'AADSTS501481',
    ],
    [
      'a code that nobody gave',
      { code: '0.AXkAinvented-code-of-nobody' },
      'AADSTS9002313',
    ],
    [
      'another redirect URI',
      { redirectUri: 'http://localhost:3000/elsewhere' },
      'AADSTS500112',
    ],
  ] as const)('refuses %s', async (_what, change, code) => {
    const started = await start();
    const { redeeming } = await goThere(started);
    if (change === 'again') {
      await started.flow.redeem(redeeming);
    }
    const error = await errorOf(
      started.flow.redeem({
        ...redeeming,
        ...(change === 'again' ? {} : change),
      }),
    );
    expect(error).toMatchObject({ kind: 'credential', code });
    expect(error.mend).toMatch(/Authorize|redirect URI/);
  });

  it('refuses a code that has expired', async () => {
    const started = await start();
    const { redeeming } = await goThere(started);
    started.simulator.expireCodes();
    expect(await errorOf(started.flow.redeem(redeeming))).toMatchObject({
      code: 'AADSTS70008',
    });
  });

  it('refuses an account of another tenant', async () => {
    const started = await start();
    // The authority takes the domain in place of the id
    const config = {
      ...started.config,
      tenantId: started.simulator.tenant.domain,
    };
    const flow = createAuthorizationCodeFlow(config);
    const { redeeming } = await goThere({ ...started, config, flow });
    expect(await errorOf(flow.redeem(redeeming))).toMatchObject({
      kind: 'credential',
      message: `The sign-in for tenant contoso was refused: ${started.person.userPrincipalName} signed in to another tenant`,
      mend: expect.stringContaining('tenantId'),
    });
  });

  it('calls an authority that is gone a network error', async () => {
    const started = await start();
    const { redeeming } = await goThere(started);
    await started.simulator.stop();
    expect(await errorOf(started.flow.redeem(redeeming))).toMatchObject({
      kind: 'network',
    });
  });
});

describe('the tokens of a sign-in', () => {
  /** One replica: all of them share the vault. */
  const replica = (
    config: ConnectionConfig,
    vault: ReturnType<typeof vaultOf>,
    options: Omit<Parameters<typeof createTokenProvider>[1], 'vault'> = {},
  ) => createTokenProvider(config, { vault, ...options });

  it('are those of the person', async () => {
    const started = await start();
    const vault = vaultOf((await signedIn(started)).tokenCache);
    const tokens = replica(started.config, vault);
    expect(readTokenFacts(await tokens.token({ fresh: false }))).toMatchObject({
      kind: 'delegated',
      userPrincipalName: started.person.userPrincipalName,
      permissions: expect.arrayContaining(PERMISSIONS),
    });
    expect(tokenRequests(started.simulator)).toBe(1);
  });

  it('are renewed once by replicas that need it at the same time, and rotate', async () => {
    const started = await start();
    const vault = vaultOf((await signedIn(started)).tokenCache);
    const clock = stoppedClock(Date.now());
    const replicas = [1, 2, 3].map(() => replica(started.config, vault, clock));
    const all = () =>
      Promise.all(replicas.map(tokens => tokens.token({ fresh: false })));
    const [first] = await all();
    for (const renewals of [1, 2]) {
      clock.passMinutes(56);
      const kept = vault.kept;
      const renewed = await all();
      expect(new Set(renewed).size).toBe(1);
      expect(renewed[0]).not.toBe(first);
      expect(vault.kept).not.toBe(kept);
      expect(tokenRequests(started.simulator)).toBe(1 + renewals);
    }
  });

  it('are renewed once where Graph refused the same one to several', async () => {
    const started = await start();
    const vault = vaultOf((await signedIn(started)).tokenCache);
    const replicas = [1, 2].map(() => replica(started.config, vault));
    const [a, b] = await Promise.all(
      replicas.map(tokens => tokens.token({ fresh: true })),
    );
    expect(a).toBe(b);
    expect(tokenRequests(started.simulator)).toBe(2);
    expect(await replicas[0].token({ fresh: true })).not.toBe(a);
    expect(tokenRequests(started.simulator)).toBe(3);
  });

  it('are out of use as soon as they are forgotten', async () => {
    const started = await start();
    const vault = vaultOf((await signedIn(started)).tokenCache);
    const refusals = memoryOf();
    const tokens = replica(started.config, vault, { refusals });
    await tokens.token({ fresh: false });
    vault.kept = undefined;
    for (const fresh of [false, true]) {
      expect(await errorOf(tokens.token({ fresh }))).toMatchObject({
        kind: 'credential',
        code: 'NotAuthorized',
        message: 'Nobody has signed in for tenant contoso',
        mend: expect.stringContaining('Press Authorize'),
      });
    }
    expect(refusals.refusal).toBeUndefined();
    expect(tokenRequests(started.simulator)).toBe(1);
  });

  it.each([
    ['tenantId', { tenantId: '11111111-2222-4333-8444-555555555555' }],
    ['clientId', { clientId: '11111111-2222-4333-8444-555555555555' }],
    ['target', { target: 'http://127.0.0.1:9' }],
  ])('are out of use where %s was changed since', async (_key, change) => {
    const started = await start();
    const vault = vaultOf((await signedIn(started)).tokenCache);
    const tokens = replica({ ...started.config, ...change }, vault);
    for (const fresh of [false, true]) {
      expect(await errorOf(tokens.token({ fresh }))).toMatchObject({
        code: 'NotAuthorized',
        message: expect.stringContaining('was changed'),
      });
    }
    expect(tokenRequests(started.simulator)).toBe(1);
  });

  it.each(['{"cut', '{}', '[]'])(
    'that cannot be read (%s) ask for a new sign-in, and are not repeated',
    async kept => {
      const { config } = await start();
      const error = await errorOf(
        replica(config, vaultOf(kept)).token({ fresh: false }),
      );
      expect(error).toMatchObject({ code: 'NotAuthorized' });
      expect(error.message).not.toContain(kept);
    },
  );

  it.each([
    [
      'a changed password',
      ({ simulator, person }: Started) => simulator.changePassword(person.id),
      'AADSTS50173',
    ],
    [
      'revoked sessions',
      ({ simulator }: Started) => simulator.revokeRefreshTokens(),
      'AADSTS50173',
    ],
    [
      'a sign-in that lay unused',
      ({ simulator }: Started) => simulator.expireRefreshTokens(),
      'AADSTS700082',
    ],
    [
      'consent that was taken back',
      ({ simulator }: Started) => simulator.application.revokeConsent(),
      'AADSTS65001',
    ],
    [
      'a client secret that expired',
      ({ simulator }: Started) => simulator.application.expireSecret(),
      'AADSTS7000222',
    ],
    [
      'a policy',
      ({ simulator }: Started) => {
        simulator.faults.refuseTokens = { number: 53003 };
      },
      'AADSTS53003',
    ],
  ])('end with %s, which is remembered', async (_what, happen, code) => {
    const started = await start();
    const vault = vaultOf((await signedIn(started)).tokenCache);
    const kept = vault.kept;
    const refusals = memoryOf();
    const tokens = replica(started.config, vault, { refusals });
    happen(started);
    const error = await errorOf(tokens.token({ fresh: true }));
    expect(error).toMatchObject({ kind: 'credential', code });
    expect(error.mend).toBeTruthy();
    expect(refusals.refusal).toMatchObject({ code, message: error.message });
    await errorOf(tokens.token({ fresh: true }));
    expect(tokenRequests(started.simulator)).toBe(2);
    expect(vault.kept).toBe(kept);
  });

  it('serve a connection, and go to the target alone', async () => {
    const started = await start();
    const vault = vaultOf((await signedIn(started)).tokenCache);
    const logger = recordingLogger();
    const connection = createGraphConnection(started.config, {
      logger,
      vault,
      limits: { wait: async () => {} },
    });
    started.simulator.faults.expireTokens();
    let rows = 0;
    for await (const batch of connection.activeUserDetail('D30')) {
      rows += batch.rows.length;
    }
    expect(rows).toBeGreaterThan(0);
    expect(started.simulator.requests.bearerSentToDownloadHost).toBe(0);
    const lines = logger.lines.join('\n');
    expect(
      started.simulator.secrets().filter(secret => lines.includes(secret)),
    ).toEqual([]);
  });

  it('say which role the person lacks', async () => {
    const started = await start();
    const plain = started.simulator.tenant.accounts.find(
      account => account.accountEnabled && account.directoryRoles.length === 0,
    );
    const vault = vaultOf(
      (await signedIn({ ...started, person: plain ?? started.person }))
        .tokenCache,
    );
    const connection = createGraphConnection(started.config, {
      logger: recordingLogger(),
      vault,
    });
    const reading = connection.activeUserDetail('D30')[Symbol.asyncIterator]();
    expect(await errorOf(reading.next())).toMatchObject({
      kind: 'permission',
      mend: 'Grant the delegated permission Reports.Read.All to the app registration in Microsoft Entra ID, with admin consent, then press Authorize on the Connections tab; who signs in there needs the directory role Reports Reader as well.',
    });
  });
});
