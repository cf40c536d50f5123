import { ConfigReader } from '@backstage/config';
import { readConfig } from './config';

const contoso = {
  tenantId: '11111111-1111-1111-1111-111111111111',
  clientId: '22222222-2222-2222-2222-222222222222',
  clientSecret: 'not-to-be-shown',
};

function read(tenants: object, rest: object = {}) {
  return readConfig(new ConfigReader({ m365Licenses: { tenants, ...rest } }));
}

describe('readConfig', () => {
  it('fills in what is not given', () => {
    expect(read({ contoso })).toEqual({
      inactiveAfterDays: 60,
      graceDays: 30,
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
      { ...contoso, clientSecret: undefined },
      'm365Licenses.tenants.contoso.clientSecret is missing; set it, and where it comes from an environment variable, set that',
    ],
    [
      'two kinds of credentials',
      { ...contoso, clientCertificate: { certificatePath: 'x' } },
      'm365Licenses.tenants.contoso has both clientSecret and clientCertificate; keep exactly one of them',
    ],
    [
      'a kind of credential that is still to come',
      { ...contoso, clientSecret: undefined, managedIdentity: {} },
      'm365Licenses.tenants.contoso.managedIdentity is not supported yet; use clientSecret',
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

  it('refuses a name that cannot stand in an address', () => {
    expect(read({ 'contoso / eu': contoso }).refused[0].problem).toMatch(
      /must be named with letters/,
    );
  });
});
