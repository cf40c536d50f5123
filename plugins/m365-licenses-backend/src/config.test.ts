import { ConfigReader } from '@backstage/config';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config';

const contoso = {
  tenantId: '11111111-1111-1111-1111-111111111111',
  clientId: '22222222-2222-2222-2222-222222222222',
  clientSecret: 'not-to-be-shown',
};

const { clientSecret: _secret, ...bare } = contoso;
const noClient = { tenantId: contoso.tenantId };
const encryptionKeys = ['AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='];
const identityClientId = '44444444-4444-4444-4444-444444444444';

let directory: string;
let certificatePath: string;
let privateKeyPath: string;
let certificate: string;
let privateKey: string;

/** A certificate of its own with its key, by openssl. */
function makeCertificate(name: string) {
  const [cert, key] = [`${name}.pem`, `${name}.key`].map(file =>
    join(directory, file),
  );
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '90'],
      ...['-subj', `/CN=${name}`, '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  return { cert, key };
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'm365-config-'));
  const made = makeCertificate('portal');
  certificatePath = made.cert;
  privateKeyPath = made.key;
  certificate = readFileSync(certificatePath, 'utf8');
  privateKey = readFileSync(privateKeyPath, 'utf8');
});

afterAll(() => rmSync(directory, { recursive: true }));

function read(tenants: object, rest: object = {}) {
  return readConfig(new ConfigReader({ m365Licenses: { tenants, ...rest } }));
}

describe('readConfig', () => {
  it('fills in what is not given', () => {
    expect(read({ contoso })).toEqual({
      inactiveAfterDays: 60,
      graceDays: 30,
      notifyBeforeDays: 60,
      outsideCatalog: false,
      reclamation: {
        fourEyes: false,
        leaveGroups: false,
        planValidDays: 7,
        maxShareOfLicense: 0.25,
        takeOverAfterSeconds: 30,
        dryRunsNeeded: 2,
        ask: {
          answerDays: 5,
          remindAfterDays: 3,
          askAgainAfterDays: 90,
          keepDays: 180,
        },
      },
      areTenantsKnown: true,
      administrators: [],
      encryptionKeys: [],
      productNames: {
        enabled: true,
        url: 'https://download.microsoft.com/download/e/3/e/e3e9faf2-f28b-490a-9ada-c6089a1fc5b0/Product%20names%20and%20service%20plan%20identifiers%20for%20licensing.csv',
        schedule: undefined,
      },
      refused: [],
      tenants: [
        {
          name: 'contoso',
          connection: {
            name: 'contoso',
            tenantId: contoso.tenantId,
            clientId: contoso.clientId,
            credential: {
              type: 'clientSecret',
              clientSecret: contoso.clientSecret,
            },
            authority: 'https://login.microsoftonline.com',
            target: 'https://graph.microsoft.com',
          },
          tasks: {
            'application-roster': { enabled: true, schedule: undefined },
            'application-access': { enabled: true, schedule: undefined },
            'license-information': { enabled: true, schedule: undefined },
          },
          maxGoneShare: 0.2,
          reclamationEnabled: false,
        },
      ],
    });
  });

  it('has no tenants without a configuration', () => {
    expect(readConfig(new ConfigReader({}))).toMatchObject({
      tenants: [],
      refused: [],
    });
  });

  it('reads schedules, thresholds and addresses', () => {
    const { tenants, inactiveAfterDays, graceDays } = read(
      {
        contoso: {
          ...contoso,
          target: 'https://graph.microsoft.us/',
          authority: 'http://127.0.0.1:7365',
          tasks: {
            applicationRoster: {
              schedule: { frequency: { hours: 6 }, timeout: { hours: 1 } },
              maxGoneShare: 0.5,
            },
            applicationAccess: { enabled: false },
            reclamation: { enabled: true },
          },
        },
      },
      { activity: { inactiveAfterDays: 90, graceDays: 14 } },
    );
    expect({ inactiveAfterDays, graceDays }).toEqual({
      inactiveAfterDays: 90,
      graceDays: 14,
    });
    expect(tenants[0]).toMatchObject({
      connection: {
        target: 'https://graph.microsoft.us',
        authority: 'http://127.0.0.1:7365',
      },
      tasks: {
        'application-roster': {
          enabled: true,
          schedule: { frequency: { hours: 6 }, timeout: { hours: 1 } },
        },
        'application-access': { enabled: false },
      },
      maxGoneShare: 0.5,
      reclamationEnabled: true,
    });
  });

  it.each([
    [
      'an unknown key',
      { ...contoso, clientSecrets: 'x' },
      'm365Licenses.tenants.contoso.clientSecrets is not a known key; remove it or correct its name',
    ],
    [
      'an unknown key of a task',
      { ...contoso, tasks: { applicationRoster: { enable: true } } },
      'm365Licenses.tenants.contoso.tasks.applicationRoster.enable is not a known key; remove it or correct its name',
    ],
    [
      'a missing tenant id',
      { ...contoso, tenantId: undefined },
      'm365Licenses.tenants.contoso.tenantId is missing; set it, and where it comes from an environment variable, set that',
    ],
    [
      'a tenant id that is none',
      { ...contoso, tenantId: 'contoso' },
      'm365Licenses.tenants.contoso.tenantId must be a GUID such as 00000000-0000-0000-0000-000000000000',
    ],
    [
      'no credential',
      bare,
      'm365Licenses.tenants.contoso has none of clientSecret, clientCertificate, authorizationCode, managedIdentity; set exactly one of them, and where it comes from an environment variable, set that',
    ],
    [
      'two kinds of credentials',
      { ...contoso, clientCertificate: { certificatePath: 'x' } },
      'm365Licenses.tenants.contoso has both clientSecret and clientCertificate; keep exactly one of them',
    ],
    [
      'no application',
      { ...contoso, clientId: undefined },
      'm365Licenses.tenants.contoso.clientId is missing; set it to the Application (client) ID of the app registration',
    ],
    [
      'a certificate without its key',
      { ...bare, clientCertificate: { certificatePath: 'x' } },
      'm365Licenses.tenants.contoso.clientCertificate has none of privateKey, privateKeyPath; set exactly one of them, and where it comes from an environment variable, set that',
    ],
    [
      'a certificate given twice',
      {
        ...bare,
        clientCertificate: { certificate: 'x', certificatePath: 'x' },
      },
      'm365Licenses.tenants.contoso.clientCertificate has both certificate and certificatePath; keep exactly one of them',
    ],
    [
      'a certificate that is not there',
      {
        ...bare,
        clientCertificate: {
          certificatePath: '/nowhere/portal.pem',
          privateKeyPath: '/nowhere/portal.key',
        },
      },
      expect.stringMatching(
        /^m365Licenses\.tenants\.contoso\.clientCertificate\.certificatePath names a file that cannot be read \(/,
      ),
    ],
    [
      'a sign-in by a person without a key to store its tokens with',
      { ...bare, authorizationCode: { clientSecret: 'not-to-be-shown' } },
      'm365Licenses.encryptionKeys is missing, which m365Licenses.tenants.contoso.authorizationCode needs to store tokens encrypted; set it to a list of one key from: openssl rand -base64 32',
    ],
    [
      'a sign-in by a person to an application that proves nothing',
      { ...bare, authorizationCode: {} },
      'm365Licenses.tenants.contoso.authorizationCode has none of clientSecret, clientCertificate; set exactly one of them, and where it comes from an environment variable, set that',
    ],
    [
      'a managed identity beside an application it does not stand in for',
      { ...bare, managedIdentity: {} },
      expect.stringMatching(
        /^m365Licenses\.tenants\.contoso\.clientId has no use with a managed identity that holds the permissions itself; remove it, /,
      ),
    ],
    [
      'a federated identity without the application it stands in for',
      {
        ...noClient,
        managedIdentity: { identityClientId, federated: true },
      },
      'm365Licenses.tenants.contoso.clientId is missing; set it to the Application (client) ID of the app registration',
    ],
    [
      "a federated identity that is the system's own",
      { ...bare, managedIdentity: { federated: true } },
      'm365Licenses.tenants.contoso.managedIdentity.identityClientId is missing; federated needs a user-assigned identity: set the client id of one',
    ],
    [
      'a federated token beside an identity',
      {
        ...bare,
        managedIdentity: { identityClientId, federatedTokenFile: '/token' },
      },
      'm365Licenses.tenants.contoso.managedIdentity.federatedTokenFile cannot stand beside identityClientId; keep it alone where the platform writes the token to a file, else remove it',
    ],
    [
      'reclamation with two kinds of credentials',
      {
        ...contoso,
        tasks: {
          reclamation: {
            credentials: {
              clientId: contoso.clientId,
              clientSecret: 'not-to-be-shown',
              managedIdentity: {},
            },
          },
        },
      },
      'm365Licenses.tenants.contoso.tasks.reclamation.credentials has both clientSecret and managedIdentity; keep exactly one of them',
    ],
    [
      'reclamation without the application of its credentials',
      {
        ...contoso,
        tasks: { reclamation: { credentials: { clientSecret: 'x' } } },
      },
      'm365Licenses.tenants.contoso.tasks.reclamation.credentials.clientId is missing; set it to the Application (client) ID of the app registration',
    ],
    [
      'the Microsoft Graph of another cloud',
      { ...contoso, authority: 'https://login.microsoftonline.us' },
      'm365Licenses.tenants.contoso.target and m365Licenses.tenants.contoso.authority belong to different clouds of Microsoft; with authority https://login.microsoftonline.us set target to https://graph.microsoft.us or https://dod-graph.microsoft.us',
    ],
    [
      'plain http to another machine',
      { ...contoso, target: 'http://graph.example.com' },
      'm365Licenses.tenants.contoso.target must start with https://; plain http is accepted only for a loopback address',
    ],
    [
      'a host that only looks like loopback',
      { ...contoso, authority: 'http://127.0.0.1.example.com' },
      'm365Licenses.tenants.contoso.authority must start with https://; plain http is accepted only for a loopback address',
    ],
    [
      'an address with a path',
      { ...contoso, target: 'https://graph.microsoft.com/v1.0' },
      'm365Licenses.tenants.contoso.target must hold no path, only scheme, host and port',
    ],
    [
      'a schedule that is none',
      {
        ...contoso,
        tasks: { licenseInformation: { schedule: { frequency: 'often' } } },
      },
      expect.stringMatching(
        /^m365Licenses\.tenants\.contoso\.tasks\.licenseInformation\.schedule is not a schedule: /,
      ),
    ],
    [
      'a value of the wrong type',
      { ...contoso, clientSecret: 12345 },
      'm365Licenses.tenants.contoso.clientSecret must be of type string, not number',
    ],
  ])(
    'refuses %s, names the key, and starts the others',
    (_, tenant, problem) => {
      const fabrikam = {
        ...contoso,
        tenantId: '33333333-3333-3333-3333-333333333333',
      };
      const { tenants, refused } = read({ contoso: tenant, fabrikam });
      expect(refused).toEqual([
        expect.objectContaining({ name: 'contoso', problem }),
      ]);
      expect(tenants.map(({ name }) => name)).toEqual(['fabrikam']);
      expect(JSON.stringify(refused)).not.toContain('not-to-be-shown');
    },
  );

  it('refuses the second of two entries for one tenant', () => {
    const { tenants, refused } = read({ contoso, again: contoso });
    expect(tenants.map(({ name }) => name)).toEqual(['contoso']);
    expect(refused).toEqual([
      {
        name: 'again',
        tenantId: contoso.tenantId,
        problem:
          'm365Licenses.tenants.again.tenantId is the same as that of m365Licenses.tenants.contoso; keep one of the two, or everything is counted twice',
      },
    ]);
  });

  it('refuses all tenants for what is wrong above them', () => {
    const { tenants, refused } = read({ contoso }, { aktivity: {} });
    expect(tenants).toEqual([]);
    expect(refused).toEqual([
      {
        name: 'contoso',
        tenantId: contoso.tenantId,
        problem:
          'm365Licenses.aktivity is not a known key; remove it or correct its name',
      },
    ]);
  });

  it('reads whether activity outside the catalog is suspicious', () => {
    const readKey = (suspiciousActivities: object) =>
      read({ contoso }, { suspiciousActivities });
    expect(readKey({ outsideCatalog: true })).toMatchObject({
      outsideCatalog: true,
      tenants: [{ name: 'contoso' }],
    });
    expect(readKey({ outsideCatalog: 'yes' }).refused[0].problem).toBe(
      'm365Licenses.suspiciousActivities.outsideCatalog must be of type boolean, not string',
    );
    expect(readKey({ outside: true }).refused[0].problem).toBe(
      'm365Licenses.suspiciousActivities.outside is not a known key; remove it or correct its name',
    );
  });

  it('refuses a name that cannot stand in an address', () => {
    expect(read({ 'contoso / eu': contoso }).refused[0].problem).toMatch(
      /must be named with letters/,
    );
  });

  it('reads a certificate, inline or from files', () => {
    for (const source of [
      { certificatePath, privateKeyPath },
      { certificate, privateKey },
    ]) {
      expect(
        read({ contoso: { ...bare, clientCertificate: source } }).tenants[0]
          .connection.credential,
      ).toEqual({ type: 'clientCertificate', source });
    }
  });

  it('refuses a certificate that is none, or whose key is another one, without showing it', () => {
    const other = makeCertificate('other');
    const garbage = join(directory, 'garbage.pem');
    writeFileSync(garbage, 'not-to-be-shown');
    const problemOf = (clientCertificate: object) => {
      const { refused, tenants } = read({
        contoso: { ...bare, clientCertificate },
      });
      expect(tenants).toEqual([]);
      return refused[0].problem;
    };
    const path = 'm365Licenses.tenants.contoso.clientCertificate';
    expect(problemOf({ certificatePath, privateKeyPath: other.key })).toBe(
      `${path}.privateKeyPath holds a private key that does not belong to the certificate`,
    );
    for (const source of [
      { certificatePath: garbage, privateKeyPath },
      { certificate: 'not-to-be-shown', privateKey },
    ]) {
      const problem = problemOf(source);
      expect(problem).toMatch(/clientCertificate\.certificate(Path)? holds no/);
      expect(problem).not.toContain('not-to-be-shown');
      expect(problem).not.toContain(directory);
    }
  });

  it('reads the sign-in by a person, whose application proves itself as well', () => {
    const { tenants, refused } = read(
      {
        contoso: { ...bare, authorizationCode: { clientSecret: 'secret' } },
        fabrikam: {
          ...bare,
          tenantId: '33333333-3333-3333-3333-333333333333',
          authorizationCode: {
            clientCertificate: { certificatePath, privateKeyPath },
          },
        },
      },
      { encryptionKeys },
    );
    expect(refused).toEqual([]);
    expect(tenants.map(({ connection }) => connection.credential)).toEqual([
      {
        type: 'authorizationCode',
        client: { type: 'clientSecret', clientSecret: 'secret' },
      },
      {
        type: 'authorizationCode',
        client: {
          type: 'clientCertificate',
          source: { certificatePath, privateKeyPath },
        },
      },
    ]);
  });

  it.each([
    ['the identity of the machine', noClient, {}, {}],
    [
      'a user-assigned identity',
      noClient,
      { identityClientId },
      { identityClientId },
    ],
    [
      'an identity that stands in for the application',
      bare,
      { identityClientId, federated: true },
      { identityClientId, federation: { type: 'identity' } },
    ],
    [
      'a token that the platform writes to a file',
      bare,
      { federatedTokenFile: '/var/run/token' },
      { federation: { type: 'file', path: '/var/run/token' } },
    ],
  ])('reads %s', (__, tenant, managedIdentity, credential) => {
    const { tenants, refused } = read({
      contoso: { ...tenant, managedIdentity },
    });
    expect(refused).toEqual([]);
    expect(tenants[0].connection).toMatchObject({
      clientId: tenant === bare ? contoso.clientId : undefined,
      credential: { type: 'managedIdentity', ...credential },
    });
  });

  it('reads credentials of their own for reclamation, also while it is switched off', () => {
    const { tenants } = read({
      contoso: {
        ...contoso,
        authority: 'https://login.partner.microsoftonline.cn',
        target: 'https://microsoftgraph.chinacloudapi.cn',
        tasks: {
          reclamation: {
            credentials: { clientId: identityClientId, clientSecret: 'writes' },
          },
        },
      },
    });
    expect(tenants[0]).toMatchObject({
      reclamationEnabled: false,
      connection: { clientId: contoso.clientId },
      reclamationConnection: {
        name: 'contoso',
        tenantId: contoso.tenantId,
        clientId: identityClientId,
        credential: { type: 'clientSecret', clientSecret: 'writes' },
        authority: 'https://login.partner.microsoftonline.cn',
        target: 'https://microsoftgraph.chinacloudapi.cn',
      },
    });
  });

  it('leaves clouds alone that it does not know', () => {
    const { tenants } = read({
      contoso: { ...contoso, authority: 'https://login.example.com' },
      fabrikam: {
        ...contoso,
        tenantId: '33333333-3333-3333-3333-333333333333',
        target: 'https://graph.example.com',
      },
      government: {
        ...contoso,
        tenantId: '55555555-5555-5555-5555-555555555555',
        authority: 'https://login.microsoftonline.us',
        target: 'https://dod-graph.microsoft.us',
      },
    });
    expect(tenants).toHaveLength(3);
  });

  it('leaves a tenant out that is switched off, however broken, and frees its tenant id', () => {
    const { tenants, refused } = read({
      old: { tenantId: contoso.tenantId, enabled: false, cleintId: 'x' },
      contoso,
      fabrikam: { ...contoso, enabled: 'false' },
    });
    expect(tenants.map(({ name }) => name)).toEqual(['contoso']);
    expect(refused).toMatchObject([
      {
        name: 'fabrikam',
        problem:
          'm365Licenses.tenants.fabrikam.enabled must be of type boolean, not string',
      },
    ]);
  });

  it('reads who is told, and the keys that tokens are stored with', () => {
    expect(
      read(
        { contoso },
        {
          encryptionKeys,
          administrators: ['group:license-administrators', 'user:default/ada'],
        },
      ),
    ).toMatchObject({
      encryptionKeys,
      administrators: [
        'group:default/license-administrators',
        'user:default/ada',
      ],
      refused: [],
    });
  });

  it.each([
    [
      { encryptionKeys: ['not-to-be-shown'] },
      'm365Licenses.encryptionKeys.0 must be 32 bytes in base64; make one with: openssl rand -base64 32',
    ],
    [
      { encryptionKeys: [...encryptionKeys, 'bm90LXRvLWJlLXNob3du'] },
      'm365Licenses.encryptionKeys.1 must be 32 bytes in base64; make one with: openssl rand -base64 32',
    ],
    [
      { administrators: ['ada'] },
      'm365Licenses.administrators.0 must be an entity ref such as group:default/administrators',
    ],
  ])('refuses %j', (rest, problem) => {
    expect(read({ contoso }, rest)).toMatchObject({
      tenants: [],
      refused: [{ name: 'contoso', problem }],
    });
  });

  it.each([
    'https://mirror.example.com/m365/names.csv',
    'http://127.0.0.1:7365/product-names.csv',
  ])('reads product names from %s', url => {
    const schedule = { frequency: { hours: 12 }, timeout: { minutes: 2 } };
    expect(
      read({ contoso }, { productNames: { url, schedule } }),
    ).toMatchObject({
      productNames: { enabled: true, url, schedule },
      refused: [],
    });
  });

  it('reads no product names where that is switched off', () => {
    expect(
      read({ contoso }, { productNames: { enabled: false } }),
    ).toMatchObject({
      productNames: { enabled: false },
      tenants: [{ name: 'contoso' }],
    });
  });

  it.each([
    [
      { url: 'http://mirror.example.com/names.csv' },
      'url must start with https://; plain http is accepted only for a loopback address',
    ],
    [{ url: 'names.csv' }, 'url must be an address'],
    [
      { url: 'https://someone:secret@mirror.example.com/names.csv' },
      'url must hold neither credentials nor a query',
    ],
    [
      { adress: 'https://mirror.example.com' },
      'adress is not a known key; remove it or correct its name',
    ],
    [{ enabled: 'yes' }, 'enabled must be of type boolean, not string'],
    [{ schedule: { frequency: 'daily' } }, 'schedule is not a schedule: '],
    [{ schedule: 'daily' }, 'schedule is not a schedule: '],
  ])('refuses %j for product names, and fetches none', (productNames, what) => {
    expect(read({ contoso }, { productNames })).toMatchObject({
      tenants: [],
      areTenantsKnown: true,
      productNames: { enabled: false },
      refused: [
        {
          name: 'contoso',
          problem: expect.stringContaining(`m365Licenses.productNames.${what}`),
        },
      ],
    });
  });

  it('says when not even the names of the tenants can be read', () => {
    const unreadable = readConfig(
      new ConfigReader({ m365Licenses: { tenants: 'contoso' } }),
    );
    expect(unreadable).toMatchObject({
      areTenantsKnown: false,
      tenants: [],
      refused: [
        { problem: 'm365Licenses.tenants must be of type object, not string' },
      ],
    });
    expect(read({ contoso }, { aktivity: {} }).areTenantsKnown).toBe(true);
  });
});
