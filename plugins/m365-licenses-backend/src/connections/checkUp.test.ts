import { TestDatabases } from '@backstage/backend-test-utils';
import type {
  Finding,
  FindingStatus,
} from 'backstage-plugin-m365-licenses-common';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_CLIENT_ID, DEFAULT_TENANT_ID } from 'graph-simulator';
import type { GraphConnection } from '../graph/types';
import { delegate } from '../sync/__testUtils__/world';
import {
  ADA,
  createPortal,
  expectNoSecrets,
  findingOf,
  READS,
  ROBIN,
  summaryOf,
  TENANT,
  type Portal,
  type PortalOptions,
} from './__testUtils__/portal';
import { NEEDS, PERMISSION_IDS, permissionsOf } from './permissions';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const CLIENT = DEFAULT_CLIENT_ID;
const GRAPH = '00000003-0000-0000-c000-000000000000';
const HEALTHY = [
  'token ok',
  'identity ok',
  'clock ok',
  'directory ok',
  'permissions/application-roster ok',
  'permissions/application-access ok',
  'permissions/license-information ok',
  'signInActivity ok',
  'report ok',
  'concealment ok',
];

describe.each(databases.eachSupportedId())('check-up on %p', databaseId => {
  const portals: Portal[] = [];

  afterEach(async () => {
    await Promise.all(
      portals.splice(0).map(({ simulator }) => simulator.stop()),
    );
  });

  async function open(options: PortalOptions = {}): Promise<Portal> {
    const portal = await createPortal(
      await databases.init(databaseId),
      options,
    );
    portals.push(portal);
    return portal;
  }

  async function look(portal: Portal): Promise<Finding[]> {
    const { findings } = await portal.connections.check(TENANT);
    await expectNoSecrets(portal, findings);
    return findings;
  }

  it('finds nothing wrong with least privilege', async () => {
    const portal = await open();
    const findings = await look(portal);
    expect(summaryOf(findings)).toEqual(HEALTHY);
    expect(findings.flatMap(({ steps }) => steps)).toEqual([]);
    expect(findingOf(findings, 'identity').title).toBe(
      'Connected as License Manager',
    );
    expect(await portal.connections.describe(TENANT)).toMatchObject({
      status: 'connected',
      check: { findings },
      credentials: [
        {
          purpose: 'sync',
          type: 'clientSecret',
          clientId: CLIENT,
          certificate: null,
          authorization: null,
          refusal: null,
        },
      ],
    });
  });

  it('names the permission that is missing, with the admin center and a command', async () => {
    const portal = await open({
      simulator: { roles: READS.filter(role => role !== 'Reports.Read.All') },
    });
    const findings = await look(portal);
    expect(summaryOf(findings)).toEqual(
      HEALTHY.filter(line => !/^(report|concealment) /.test(line)).map(line =>
        line.replace('access ok', 'access failing'),
      ),
    );
    expect(
      findingOf(findings, 'permissions', { task: 'application-access' }),
    ).toMatchObject({
      title: 'Application Access: Reports.Read.All is missing',
      steps: [
        {
          text: `Microsoft Entra admin center → App registrations → All applications → ${CLIENT} → API permissions → Add a permission → Microsoft Graph → Application permissions: add Reports.Read.All`,
          command: `az ad app permission add --id ${CLIENT} --api ${GRAPH} --api-permissions 230c1aed-a721-4c5d-9cb4-a90514e508ef=Role`,
        },
        {
          text: `Microsoft Entra admin center → App registrations → All applications → ${CLIENT} → API permissions → Grant admin consent`,
          command: `az ad app permission admin-consent --id ${CLIENT}`,
        },
      ],
    });
    expect((await portal.connections.describe(TENANT)).status).toBe('failing');
  });

  it('says what is left out without an optional permission', async () => {
    const portal = await open({
      simulator: {
        roles: [
          'User.Read.All',
          'Reports.Read.All',
          'LicenseAssignment.Read.All',
        ],
      },
    });
    const findings = await look(portal);
    expect(summaryOf(findings)).toEqual(
      HEALTHY.filter(line => !line.startsWith('signInActivity')).map(line =>
        line.replace(/^(permissions.*) ok/, '$1 warning'),
      ),
    );
    expect(
      findingOf(findings, 'permissions', { task: 'application-roster' }),
    ).toMatchObject({
      detail:
        'Without AuditLog.Read.All it leaves out last sign-ins. Without GroupMember.Read.All it leaves out names of groups that grant licenses.',
      steps: [
        {
          command: expect.stringContaining(
            'b0afded3-3588-46d8-8b3d-9842eff778da=Role 98830695-27a2-44f7-8c18-0c3ebc9698f6=Role',
          ),
        },
        {},
      ],
    });
    expect((await portal.connections.describe(TENANT)).status).toBe(
      'attention',
    );
  });

  it('accepts broader permissions, and says so', async () => {
    const portal = await open({
      simulator: {
        roles: [
          'Directory.Read.All',
          'AuditLog.Read.All',
          'Reports.Read.All',
          'ReportSettings.Read.All',
        ],
      },
    });
    const findings = await look(portal);
    expect(summaryOf(findings)).toEqual(
      HEALTHY.map(line =>
        line.replace(/(roster|information) ok/, '$1 warning'),
      ),
    );
    const roster = findingOf(findings, 'permissions', {
      task: 'application-roster',
    });
    expect(roster.title).toBe(
      'Application Roster: broader permissions than needed',
    );
    expect(roster.steps.map(({ text }) => text).join('\n')).toMatch(
      /add User\.Read\.All and GroupMember\.Read\.All[^]*revoke the admin consent for Directory\.Read\.All/,
    );
  });

  it('warns of what could write though nothing here does', async () => {
    const roles = [...READS, 'LicenseAssignment.ReadWrite.All'];
    const off = await look(await open({ simulator: { roles } }));
    expect(
      findingOf(off, 'permissions', { task: 'reclamation' }),
    ).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('Reclamation is switched off'),
    });
    const on = await look(
      await open({ simulator: { roles }, reclamationEnabled: true }),
    );
    expect(findingOf(on, 'permissions', { task: 'reclamation' }).status).toBe(
      'ok',
    );
  });

  it('asks for what taking people out of groups needs, where that is on', async () => {
    const roles = [...READS, 'LicenseAssignment.ReadWrite.All'];
    const portal = await open({
      simulator: { roles },
      reclamationEnabled: true,
      leaveGroups: true,
    });
    const missing = findingOf(await look(portal), 'permissions', {
      task: 'reclamation',
    });
    expect(missing).toMatchObject({
      status: 'warning',
      detail:
        'Without GroupMember.ReadWrite.All it leaves out licenses that groups grant.',
    });
    expect(missing.steps[0]).toEqual({
      text: expect.stringMatching(/add GroupMember\.ReadWrite\.All$/),
      command: `az ad app permission add --id ${CLIENT} --api ${GRAPH} --api-permissions dbaae8cf-10b5-4b86-a4a1-f871c94c6695=Role`,
    });

    portal.simulator.application.roles = [
      ...roles.filter(role => role !== 'GroupMember.Read.All'),
      'GroupMember.ReadWrite.All',
    ];
    expect(summaryOf(await look(portal))).toEqual([
      ...HEALTHY.slice(0, 7),
      'permissions/reclamation ok',
      ...HEALTHY.slice(7),
    ]);
  });

  it('finds changing memberships broader than needed where nobody is taken out of groups', async () => {
    const portal = await open({
      simulator: { roles: [...READS, 'GroupMember.ReadWrite.All'] },
      leaveGroups: true,
    });
    expect(
      findingOf(await look(portal), 'permissions', {
        task: 'application-roster',
      }),
    ).toMatchObject({
      status: 'warning',
      detail: expect.stringMatching(
        /^GroupMember\.ReadWrite\.All works, and opens more/,
      ),
    });
  });

  it('looks at the credentials of reclamation by themselves', async () => {
    const portal = await open({
      reclamationEnabled: true,
      reclamation: {
        clientId: '11111111-1111-1111-1111-111111111111',
        credential: { type: 'clientSecret', clientSecret: 'writes' },
      },
    });
    const refused = await look(portal);
    expect(summaryOf(refused)).toEqual([
      'token ok',
      'reclamation:token failing',
      ...HEALTHY.slice(1),
    ]);
    const application = portal.simulator.registerApplication({
      clientId: '11111111-1111-1111-1111-111111111111',
      displayName: 'Reclaimer',
      clientSecret: 'writes',
      roles: ['LicenseAssignment.ReadWrite.All'],
    });
    const findings = await look(portal);
    expect(
      findings.filter(({ purpose }) => purpose === 'reclamation'),
    ).toMatchObject([
      { id: 'token', status: 'ok' },
      { id: 'identity', title: 'Connected as Reclaimer' },
      { id: 'permissions', task: 'reclamation', status: 'ok' },
    ]);
    application.roles = [];
    expect(
      findingOf(await look(portal), 'permissions', {
        purpose: 'reclamation',
        task: 'reclamation',
      }).title,
    ).toBe('Reclamation: LicenseAssignment.ReadWrite.All is missing');
  });

  it.each<[string, number, RegExp, RegExp[]]>([
    [
      'an expired secret',
      7000222,
      /secret/,
      [
        /Client secrets → New client secret/,
        /m365Licenses\.tenants\.contoso\.clientSecret/,
      ],
    ],
    ['an unknown application', 700016, /unknown/, [/clientId/]],
    ['missing consent', 65001, /consent/, [/Grant admin consent/]],
    ['a disabled application', 7000112, /disabled/, [/Enabled for users/]],
    ['Conditional Access', 53003, /Conditional Access/, [/Sign-in logs/]],
  ])('shows how to mend %s', async (_, number, detail, steps) => {
    const portal = await open();
    portal.simulator.faults.refuseTokens = { number };
    const findings = await look(portal);
    expect(summaryOf(findings)).toEqual(['token failing']);
    const token = findingOf(findings, 'token');
    expect(token).toMatchObject({
      title: 'Signing in at Microsoft fails',
      detail: expect.stringMatching(detail),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      steps: steps.map(text => ({ text: expect.stringMatching(text) })),
    });
    expect(token.detail).toContain(`AADSTS${number}`);
  });

  it('sees that Microsoft is not there', async () => {
    const portal = await open();
    await portal.simulator.stop();
    const findings = await look(portal);
    expect(summaryOf(findings)).toEqual(['token failing']);
    expect(findingOf(findings, 'token').title).toBe(
      'Microsoft cannot be reached',
    );
    portals.splice(0);
  });

  it('gives up waiting for Microsoft', async () => {
    const portal = await open({
      patienceMs: 50,
      wrap: graph => ({
        ...delegate(graph),
        identity: async () => ({
          kind: 'application',
          tenantId: DEFAULT_TENANT_ID,
          clientId: CLIENT,
          applicationName: 'License Manager',
          userPrincipalName: null,
          permissions: READS,
          roleTemplateIds: null,
          expiresAt: null,
        }),
        organization: ({ signal } = {}) =>
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason));
          }),
      }),
    });
    const findings = await look(portal);
    expect(summaryOf(findings)).toEqual([
      'token ok',
      'identity ok',
      'directory failing',
      ...HEALTHY.filter(line => line.startsWith('permissions')),
    ]);
    expect(findingOf(findings, 'directory').title).toBe(
      'Microsoft did not answer in time',
    );
  });

  it.each<[number, FindingStatus]>([
    [45, 'ok'],
    [-90, 'warning'],
    [400, 'failing'],
  ])('finds a clock that is off by %d s %s', async (seconds, status) => {
    const portal = await open();
    portal.simulator.faults.clockAheadSeconds = seconds;
    const clock = findingOf(await look(portal), 'clock');
    expect(clock.status).toBe(status);
    expect(clock.steps.map(({ command }) => command)).toEqual(
      status === 'ok' ? [] : ['timedatectl set-ntp true'],
    );
  });

  it('sees a tenant without sign-in activity', async () => {
    const portal = await open({ simulator: { premium: false } });
    const findings = await look(portal);
    expect(findingOf(findings, 'signInActivity')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('Microsoft Entra ID P1 or P2'),
    });
  });

  it('sees a report that is old, empty, or cannot be read', async () => {
    const portal = await open();
    portal.simulator.faults.reports = { staleDays: 12 };
    expect(findingOf(await look(portal), 'report')).toMatchObject({
      status: 'warning',
      title: expect.stringMatching(/^The newest report is 1\d days old$/),
    });
    portal.simulator.faults.reports = { dropColumns: ['User Principal Name'] };
    expect(findingOf(await look(portal), 'report')).toMatchObject({
      status: 'failing',
      detail: expect.stringContaining('User Principal Name'),
    });
    portal.simulator.faults.reports = {};
    portal.simulator.faults.add({
      path: /getOffice365ActiveUserDetail/,
      times: 'always',
      fault: { kind: 'throttle', retryAfter: '600' },
    });
    expect(findingOf(await look(portal), 'report')).toMatchObject({
      status: 'warning',
      title: 'Microsoft limits requests',
    });
  });

  it('takes a report without rows for that of a new tenant', async () => {
    const portal = await open({
      wrap: graph => ({
        ...delegate(graph),
        async *activeUserDetail() {
          yield { rows: [], malformed: [] };
        },
      }),
    });
    const findings = await look(portal);
    expect(findingOf(findings, 'report')).toMatchObject({
      status: 'warning',
      title: 'The report holds no rows yet',
    });
    expect(findingOf(findings, 'concealment').status).toBe('ok');
  });

  it('sees concealed names by the setting and by their shape', async () => {
    const portal = await open();
    portal.simulator.faults.concealNames = true;
    const bySetting = findingOf(await look(portal), 'concealment');
    expect(bySetting).toMatchObject({
      status: 'failing',
      steps: [
        {
          text: 'Microsoft 365 admin center → Settings → Org settings → Services → Reports: clear "Display concealed user, group, and site names in all reports" and save',
        },
        {},
      ],
    });
    portal.simulator.application.roles = READS.filter(
      role => role !== 'ReportSettings.Read.All',
    );
    expect(findingOf(await look(portal), 'concealment')).toEqual(bySetting);

    portal.simulator.faults.concealNames = false;
    expect(findingOf(await look(portal), 'concealment')).toMatchObject({
      status: 'ok',
      detail: 'The newest report carries them.',
    });
  });

  it('does not take reports for readable before they carry names', async () => {
    const shown = async () => ({ displayConcealedNames: false });
    const portal = await open({
      wrap: graph => ({ ...delegate(graph), reportSettings: shown }),
    });
    portal.simulator.faults.concealNames = true;
    expect(findingOf(await look(portal), 'concealment')).toMatchObject({
      status: 'failing',
      title: 'The newest report still conceals the names',
    });
  });

  it('looks at nothing that only a task needs that is switched off', async () => {
    const portal = await open({
      simulator: {
        roles: ['LicenseAssignment.Read.All', 'Organization.Read.All'],
      },
      tasks: {
        'application-roster': { enabled: false },
        'application-access': { enabled: false },
      },
    });
    expect(summaryOf(await look(portal))).toEqual([
      'token ok',
      'identity ok',
      'clock ok',
      'directory ok',
      'permissions/license-information ok',
    ]);
    portal.simulator.application.roles = [];
    expect(summaryOf(await look(portal))).toEqual([
      'token ok',
      'identity ok',
      'directory warning',
      'permissions/license-information failing',
    ]);
  });

  it('sees a token of another tenant', async () => {
    const portal = await open({
      wrap: (graph: GraphConnection) => ({
        ...delegate(graph),
        identity: async options => ({
          ...(await graph.identity(options)),
          tenantId: '99999999-9999-9999-9999-999999999999',
        }),
      }),
    });
    expect(findingOf(await look(portal), 'identity')).toMatchObject({
      status: 'failing',
      steps: [{ text: 'Check m365Licenses.tenants.contoso.tenantId' }],
    });
  });

  describe('of a person who signed in', () => {
    const credential = {
      type: 'authorizationCode',
      client: { type: 'clientSecret', clientSecret: 'simulated-secret' },
    } as const;

    it('asks for a sign-in, then is as healthy as any other', async () => {
      const portal = await open({ credential });
      const findings = await look(portal);
      expect(summaryOf(findings)).toEqual(['authorization failing']);
      expect(findings[0].steps[0].text).toContain('Press Authorize');
      expect((await portal.connections.describe(TENANT)).status).toBe(
        'notAuthorized',
      );

      const answer = await portal.signIn();
      await portal.connections.complete({ ...answer, completedBy: ADA });
      const signedIn = await look(portal);
      expect(summaryOf(signedIn)).toEqual(['authorization ok', ...HEALTHY]);
      expect(findingOf(signedIn, 'identity').title).toBe(
        `Connected as ${ROBIN}`,
      );
    });

    it('names the directory role that who signed in lacks', async () => {
      const portal = await open({
        credential,
        reclamationEnabled: true,
        simulator: { roles: [...READS, 'LicenseAssignment.ReadWrite.All'] },
      });
      const plain = portal.simulator.tenant.accounts.find(
        account =>
          account.directoryRoles.length === 0 && account.accountEnabled,
      )!.userPrincipalName;
      const answer = await portal.signIn({ account: plain });
      await portal.connections.complete({ ...answer, completedBy: ADA });
      const findings = await look(portal);
      for (const [task, role] of [
        ['application-access', 'Reports Reader'],
        ['reclamation', 'License Administrator'],
      ] as const) {
        const finding = findingOf(findings, 'permissions', { task });
        expect(finding).toMatchObject({ status: 'failing' });
        expect(finding.steps[0]).toEqual({
          text: expect.stringContaining(`Roles & admins → ${role} →`),
          command: expect.stringContaining(`Get-MgUser -UserId '${plain}'`),
        });
      }
      expect(
        findingOf(findings, 'permissions', { task: 'license-information' })
          .status,
      ).toBe('ok');
    });

    it('sees that the key is gone which the sign-in was stored with', async () => {
      const portal = await open({ credential });
      await portal.connections.complete({
        ...(await portal.signIn()),
        completedBy: ADA,
      });
      const rotated = await portal.restart({
        encryptionKeys: [Buffer.alloc(32, 9).toString('base64')],
      });
      const findings = await look(rotated);
      expect(summaryOf(findings)).toEqual([
        'authorization ok',
        'token failing',
      ]);
      expect(findingOf(findings, 'token')).toMatchObject({
        title: 'The stored sign-in cannot be read',
        steps: [
          { text: expect.stringContaining('m365Licenses.encryptionKeys') },
          { text: expect.stringContaining('Press Authorize') },
        ],
      });
    });

    it('grants delegated permissions and has the sign-in repeated', async () => {
      const portal = await open({
        credential,
        wrap: graph => ({
          ...delegate(graph),
          identity: async options => ({
            ...(await graph.identity(options)),
            permissions: READS.filter(name => name !== 'User.Read.All'),
            roleTemplateIds: null,
          }),
        }),
      });
      await portal.connections.complete({
        ...(await portal.signIn()),
        completedBy: ADA,
      });
      const findings = await look(portal);
      const finding = findingOf(findings, 'permissions', {
        task: 'application-roster',
      });
      expect(finding.steps).toEqual([
        {
          text: expect.stringContaining(
            'Delegated permissions: add User.Read.All',
          ),
          command: `az ad app permission add --id ${CLIENT} --api ${GRAPH} --api-permissions a154be20-db9c-4678-8ab7-66f6cc099a59=Scope`,
        },
        expect.objectContaining({
          command: `az ad app permission admin-consent --id ${CLIENT}`,
        }),
        expect.objectContaining({
          text: expect.stringContaining('Press Authorize'),
        }),
      ]);
      // A token that does not name the roles says nothing against them.
      expect(
        findingOf(findings, 'permissions', {
          task: 'application-access',
        }).status,
      ).toBe('ok');
    });
  });

  describe('of a certificate', () => {
    let directory: string;

    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'm365-check-up-'));
    });

    afterAll(() => rmSync(directory, { recursive: true }));

    function makeCertificate(days: number) {
      const [certificatePath, privateKeyPath] = ['pem', 'key'].map(ending =>
        join(directory, `portal-${days}.${ending}`),
      );
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes'],
          ...['-subj', '/CN=portal', '-days', String(days)],
          ...['-keyout', privateKeyPath, '-out', certificatePath],
        ],
        { stdio: 'ignore' },
      );
      return { certificatePath, privateKeyPath };
    }

    it('warns 30 days before it expires, and fails after', async () => {
      const source = makeCertificate(40);
      const portal = await open({
        credential: { type: 'clientCertificate', source },
      });
      portal.simulator.application.addCertificate(
        readFileSync(source.certificatePath, 'utf8'),
      );
      const fresh = await look(portal);
      expect(summaryOf(fresh)).toEqual([
        'token ok',
        'certificate ok',
        ...HEALTHY.slice(1),
      ]);
      const { credentials } = await portal.connections.describe(TENANT);
      expect(credentials[0].certificate).toEqual({
        subject: 'CN=portal',
        thumbprint: expect.stringMatching(/^[0-9A-F]{64}$/),
        expiresAt: expect.stringMatching(/Z$/),
      });

      portal.pass(12 * 86_400_000);
      const soon = findingOf(await look(portal), 'certificate');
      expect(soon).toMatchObject({
        status: 'warning',
        title: 'The certificate expires in 27 days',
      });
      expect(soon.steps.map(({ command }) => command)).toEqual([
        expect.stringContaining('openssl req -x509'),
        `az ad app credential reset --id ${CLIENT} --cert @certificate.pem --append`,
        null,
      ]);

      portal.pass(30 * 86_400_000);
      const expired = await look(portal);
      expect(findingOf(expired, 'certificate').status).toBe('failing');
    });

    it('fails when its file is gone', async () => {
      const source = makeCertificate(50);
      const portal = await open({
        credential: { type: 'clientCertificate', source },
      });
      portal.simulator.application.addCertificate(
        readFileSync(source.certificatePath, 'utf8'),
      );
      await look(portal);
      rmSync(source.privateKeyPath);
      const findings = await look(portal);
      expect(findingOf(findings, 'certificate')).toMatchObject({
        status: 'failing',
        detail: expect.stringMatching(
          /^m365Licenses\.tenants\.contoso\.clientCertificate\.privateKeyPath names a file that cannot be read/,
        ),
      });
    });
  });

  it('grants to a managed identity by PowerShell', async () => {
    const portal = await open({
      credential: { type: 'managedIdentity' },
      wrap: graph => ({
        ...delegate(graph),
        identity: async () => ({
          kind: 'application',
          tenantId: portal.simulator.tenantId,
          clientId: CLIENT,
          applicationName: 'portal',
          userPrincipalName: null,
          permissions: READS.slice(1),
          roleTemplateIds: null,
          expiresAt: null,
        }),
        organization: async () => ({
          id: portal.simulator.tenantId,
          displayName: 'Contoso',
          serverTime: null,
        }),
        probeSignInActivity: async () => {},
        reportSettings: async () => ({ displayConcealedNames: false }),
        async *activeUserDetail() {
          yield { rows: [], malformed: [] };
        },
      }),
    });
    const { steps } = findingOf(await look(portal), 'permissions', {
      task: 'application-roster',
    });
    expect(steps[1]).toEqual({
      text: 'Grant the application permission User.Read.All to the managed identity',
      command: expect.stringMatching(
        /appId eq 'c0a57000-c11e-4000-a000-000000000002'.*New-MgServicePrincipalAppRoleAssignment .*-AppRoleId df021288-bdef-4463-88db-98f22de89214$/,
      ),
    });
  });
});

it('knows an id of every permission that a step may tell to grant', () => {
  const permissions = permissionsOf({
    tasks: [
      'application-roster',
      'application-access',
      'license-information',
      'reclamation',
    ],
    leaveGroups: true,
  });
  expect(Object.keys(PERMISSION_IDS).sort()).toEqual(permissions.sort());
  const ids = Object.values(PERMISSION_IDS).flatMap(id =>
    id ? [id.application, id.delegated] : [],
  );
  expect(new Set(ids).size).toBe(2 * permissions.length);
  for (const { required, optional } of Object.values(NEEDS)) {
    for (const need of [required, ...optional]) {
      expect(need.broader).not.toContain(need.permission);
    }
  }
});
