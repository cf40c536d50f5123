import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator, startSimulator } from 'graph-simulator';
import { SignJWT } from 'jose';
import {
  FakeServer,
  Handler,
  recordingLogger,
  sendJson,
  startServer,
} from './__testUtils__/fakeGraph';
import { configOf, memoryOf, tokenRequests } from './__testUtils__/tenant';
import { readTokenFacts } from './accessToken';
import {
  createTokenProvider,
  TokenOptions,
  TokenProvider,
} from './credentials';
import { ConnectionConfig, Credential, GraphConnection } from './types';

type ManagedIdentity = Extract<Credential, { type: 'managedIdentity' }>;

const VARIABLES = [
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
];
const ISSUER = 'https://oidc.cluster.example/';
const SUBJECT = 'system:serviceaccount:portal:backstage';
const AUDIENCE = 'api://AzureADTokenExchange';

const stops: Array<() => Promise<unknown>> = [];
const before = { ...process.env };

beforeEach(() => {
  VARIABLES.forEach(name => delete process.env[name]);
});

afterEach(async () => {
  VARIABLES.forEach(name => {
    delete process.env[name];
    if (before[name] !== undefined) process.env[name] = before[name];
  });
  await Promise.all(stops.splice(0).map(stop => stop()));
});

async function simulate(): Promise<Simulator> {
  const simulator = await startSimulator({ accounts: 20 });
  stops.push(() => simulator.stop());
  return simulator;
}

/** As an App Service is told. */
function onAppService(simulator: Simulator) {
  process.env.IDENTITY_ENDPOINT = simulator.managedIdentity.endpoint;
  process.env.IDENTITY_HEADER = simulator.managedIdentity.header;
}

/** As a virtual machine finds it, or where the variable says. */
function onVirtualMachine(host: string) {
  process.env.AZURE_POD_IDENTITY_AUTHORITY_HOST = host;
}

/** msal looks at the environment once for a process; here, each time. */
function provide(
  config: ConnectionConfig,
  options?: TokenOptions,
  first = () => {},
): TokenProvider {
  const tokens: TokenProvider[] = [];
  jest.isolateModules(() => {
    first();
    const credentials =
      jest.requireActual<typeof import('./credentials')>('./credentials');
    tokens.push(credentials.createTokenProvider(config, options));
  });
  return tokens[0];
}

function identityOf(
  simulator: Simulator,
  credential: Omit<ManagedIdentity, 'type'> = {},
): ConnectionConfig {
  const config = configOf(simulator, {
    type: 'managedIdentity',
    ...credential,
  });
  return credential.federation ? config : { ...config, clientId: undefined };
}

describe('a managed identity that holds the permissions itself', () => {
  it.each([
    ['an App Service', onAppService],
    [
      'a virtual machine',
      (simulator: Simulator) =>
        onVirtualMachine(simulator.managedIdentity.imdsHost),
    ],
  ])('gives the token of the system-assigned one on %s', async (_where, on) => {
    const simulator = await simulate();
    on(simulator);
    const tokens = provide(identityOf(simulator));
    const token = await tokens.token({ fresh: false });
    expect(readTokenFacts(token)).toMatchObject({
      kind: 'application',
      clientId: simulator.managedIdentity.system.clientId,
      permissions: [...simulator.managedIdentity.system.roles],
    });
    expect(await tokens.token({ fresh: false })).toBe(token);
    expect(await tokens.token({ fresh: true })).not.toBe(token);
    expect(tokenRequests(simulator)).toBe(0);
  });

  it('gives the token of a user-assigned one', async () => {
    const simulator = await simulate();
    onAppService(simulator);
    const identity = simulator.registerManagedIdentity({
      displayName: 'Portal',
      roles: ['User.Read.All'],
    });
    const tokens = provide(
      identityOf(simulator, { identityClientId: identity.clientId }),
    );
    expect(readTokenFacts(await tokens.token({ fresh: false }))).toMatchObject({
      clientId: identity.clientId,
      permissions: ['User.Read.All'],
    });
  });

  it('is what a missing permission is to be granted to', async () => {
    const simulator = await simulate();
    onAppService(simulator);
    simulator.managedIdentity.system.roles = [];
    const connections: GraphConnection[] = [];
    jest.isolateModules(() => {
      const { createGraphConnection } =
        jest.requireActual<typeof import('./connection')>('./connection');
      connections.push(
        createGraphConnection(identityOf(simulator), {
          logger: recordingLogger(),
        }),
      );
    });
    await expect(connections[0].subscribedSkus()).rejects.toMatchObject({
      kind: 'permission',
      mend: expect.stringContaining(
        'permission LicenseAssignment.Read.All to the managed identity',
      ),
    });
    expect(await connections[0].identity()).toMatchObject({ permissions: [] });
  });

  it('says where to add a user-assigned one that is not there', async () => {
    const simulator = await simulate();
    onVirtualMachine(simulator.managedIdentity.imdsHost);
    const refusals = memoryOf();
    const tokens = provide(
      identityOf(simulator, {
        identityClientId: '11111111-2222-4333-8444-555555555555',
      }),
      { refusals },
    );
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'credential',
      status: 400,
      message: expect.stringContaining('Azure says "Identity not found"'),
      mend: expect.stringContaining('identityClientId'),
    });
    expect(refusals.refusal?.message).toContain('Identity not found');
  });

  it('says the same where another part of the portal asked first', async () => {
    const simulator = await simulate();
    onVirtualMachine(simulator.managedIdentity.imdsHost);
    const config = identityOf(simulator, {
      identityClientId: '11111111-2222-4333-8444-555555555555',
    });
    const firsts: Promise<unknown>[] = [];
    const tokens = provide(config, undefined, () => {
      const { ManagedIdentityApplication } =
        jest.requireActual<typeof import('@azure/msal-node')>(
          '@azure/msal-node',
        );
      firsts.push(
        new ManagedIdentityApplication().acquireToken({
          resource: 'https://vault.azure.net',
        }),
      );
    });
    await Promise.allSettled(firsts);
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'credential',
      status: 400,
      message: expect.stringContaining('Azure says "Identity not found"'),
    });
  });

  it('keeps the secret of an App Service to itself', async () => {
    const simulator = await simulate();
    onAppService(simulator);
    process.env.IDENTITY_HEADER = 'a-wrong-secret-of-the-service';
    const tokens = provide(identityOf(simulator));
    const error = await tokens.token({ fresh: false }).catch(e => e);
    expect(error).toMatchObject({ kind: 'credential', status: 401 });
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(
      'a-wrong-secret-of-the-service',
    );
  });

  async function onFake(handler: Handler): Promise<FakeServer> {
    const server = await startServer(handler);
    stops.push(server.stop);
    onVirtualMachine(server.url);
    return server;
  }

  it('says where none is reachable', async () => {
    const simulator = await simulate();
    const server = await onFake(() => {});
    await server.stop();
    const refusals = memoryOf();
    const tokens = provide(identityOf(simulator), { refusals });
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      kind: 'credential',
      message: expect.stringMatching(
        /no managed identity is reachable: .*ECONNREFUSED/,
      ),
      mend: expect.stringContaining('on Azure'),
    });
    expect(refusals.refusal).toBeUndefined();
  });

  it('does not wait long for one that never answers', async () => {
    const simulator = await simulate();
    const waits: number[] = [];
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    timeout.mockImplementation(ms => {
      waits.push(ms);
      return AbortSignal.abort(new Error('too late'));
    });
    try {
      await onFake(() => {});
      const tokens = provide(identityOf(simulator));
      await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
        message: expect.stringContaining(
          'no managed identity is reachable: too late',
        ),
      });
      expect(waits).toEqual([5_000]);
    } finally {
      timeout.mockRestore();
    }
  });

  it.each([404, 410, 429, 500])(
    'leaves it to the caller to try again after %i',
    async status => {
      const simulator = await simulate();
      const server = await onFake((_request, response) =>
        sendJson(response, status, { error: 'not_ready' }),
      );
      const tokens = provide(identityOf(simulator));
      await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
        kind: 'throttled',
        status,
      });
      expect(server.requests).toHaveLength(1);
    },
  );
});

describe('a managed identity that stands in for the application', () => {
  it('gives the token of the application', async () => {
    const simulator = await simulate();
    onAppService(simulator);
    const { issuer, system } = simulator.managedIdentity;
    simulator.application.trustFederation({ issuer, subject: system.objectId });
    const tokens = provide(
      identityOf(simulator, { federation: { type: 'identity' } }),
    );
    const facts = readTokenFacts(await tokens.token({ fresh: false }));
    expect(facts.clientId).toBe(simulator.clientId);
    expect(tokenRequests(simulator)).toBe(1);
  });

  it('says that the application does not trust it', async () => {
    const simulator = await simulate();
    onAppService(simulator);
    const tokens = provide(
      identityOf(simulator, { federation: { type: 'identity' } }),
    );
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      code: 'AADSTS700211',
      mend: expect.stringContaining('Federated credentials'),
    });
  });

  it.each([
    ['https://login.microsoftonline.com', AUDIENCE],
    ['https://login.microsoftonline.us', `${AUDIENCE}USGov`],
    ['https://login.partner.microsoftonline.cn', `${AUDIENCE}China`],
  ])(
    'asks in the cloud of %s for a token for %s',
    async (authority, audience) => {
      const simulator = await simulate();
      const asked: (string | null)[] = [];
      const server = await startServer((request, response) => {
        asked.push(
          new URL(request.path, 'http://x').searchParams.get('resource'),
        );
        sendJson(response, 400, { error: 'stop' });
      });
      stops.push(server.stop);
      onVirtualMachine(server.url);
      const config = identityOf(simulator, {
        federation: { type: 'identity' },
      });
      const tokens = provide({ ...config, authority });
      await tokens.token({ fresh: false }).catch(() => {});
      expect(asked).toEqual([audience]);
    },
  );
});

describe('a federated token in a file', () => {
  async function start() {
    const simulator = await simulate();
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
    });
    simulator.application.trustFederation({
      issuer: ISSUER,
      subject: SUBJECT,
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    });
    const folder = await mkdtemp(join(tmpdir(), 'federation-'));
    stops.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'token');
    const put = async (
      claims: {
        issuer?: string;
        subject?: string;
        audience?: string;
        expiresInSeconds?: number;
      } = {},
    ) => {
      const seconds = Math.floor(Date.now() / 1_000);
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'RS256' })
        .setIssuer(claims.issuer ?? ISSUER)
        .setSubject(claims.subject ?? SUBJECT)
        .setAudience(claims.audience ?? AUDIENCE)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + (claims.expiresInSeconds ?? 3600))
        .sign(privateKey);
      await writeFile(path, `${token}\n`);
      return token;
    };
    const tokens = createTokenProvider(
      identityOf(simulator, { federation: { type: 'file', path } }),
    );
    return { simulator, path, put, tokens };
  }

  it('proves the application, and is read again for each token', async () => {
    const { simulator, put, tokens } = await start();
    await put({ expiresInSeconds: -3600 });
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      code: 'AADSTS700024',
      mend: expect.stringContaining('federatedTokenFile'),
    });
    await put();
    const facts = readTokenFacts(await tokens.token({ fresh: false }));
    expect(facts.clientId).toBe(simulator.clientId);
  });

  it.each([
    ['AADSTS700211', { issuer: 'https://another.example/' }],
    ['AADSTS700212', { audience: 'api://another' }],
    ['AADSTS700213', { subject: 'system:serviceaccount:portal:other' }],
  ])('that does not fit is refused with %s', async (code, claims) => {
    const { put, tokens } = await start();
    const token = await put(claims);
    const error = await tokens.token({ fresh: false }).catch(e => e);
    expect(error).toMatchObject({ kind: 'credential', code });
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(token);
  });

  it.each([
    ['is not there', undefined, /cannot be read \(ENOENT\)$/],
    ['is empty', ' \n', /is empty$/],
  ])(
    'that %s stops before Microsoft is asked',
    async (_what, content, says) => {
      const { simulator, path, tokens } = await start();
      if (content !== undefined) {
        await writeFile(path, content);
      }
      await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
        kind: 'credential',
        message: expect.stringMatching(says),
      });
      expect(tokenRequests(simulator)).toBe(0);
    },
  );
});
