import { TestDatabases } from '@backstage/backend-test-utils';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  ADA,
  CHECK_UP,
  createPortal,
  expectNoSecrets,
  findingOf,
  READS,
  REDIRECT_URI,
  ROBIN,
  TENANT,
  type Portal,
  type PortalOptions,
} from './__testUtils__/portal';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const GRACE = 'user:default/grace';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ROSTER = 'm365-licenses:contoso:application-roster';
const ACCESS = 'm365-licenses:contoso:application-access';
const LICENSES = 'm365-licenses:contoso:license-information';
const PERSON = {
  type: 'authorizationCode',
  client: { type: 'clientSecret', clientSecret: 'simulated-secret' },
} as const;

describe.each(databases.eachSupportedId())('Connections on %p', databaseId => {
  const portals: Portal[] = [];

  afterEach(async () => {
    await Promise.all(
      portals.splice(0).map(async portal => {
        await expectNoSecrets(portal, []);
        await portal.simulator.stop();
      }),
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

  async function runsOf(portal: Portal) {
    const { items } = await portal.stores.taskRuns.list(TENANT, { limit: 50 });
    return items.map(({ task, status }) => `${task} ${status}`).reverse();
  }

  describe('check-ups', () => {
    it('are scheduled once for all replicas, and begin at the start', async () => {
      const portal = await open();
      expect(portal.triggered).toEqual([CHECK_UP]);
      expect((await portal.connections.describe(TENANT)).status).toBe(
        'notChecked',
      );
      await portal.due(CHECK_UP);
      const { status, check } = await portal.connections.describe(TENANT);
      expect(status).toBe('connected');
      expect(check?.checkedAt).toBeDefined();
    });

    it('are due every day, every hour while something fails, and after a restart', async () => {
      const portal = await open();
      const checkedAgain = async () => {
        const before = await portal.stores.connections.check(TENANT);
        await portal.due(CHECK_UP);
        const after = await portal.stores.connections.check(TENANT);
        return before?.checkedAt !== after?.checkedAt;
      };
      expect(await checkedAgain()).toBe(true);
      portal.pass(23 * HOUR);
      expect(await checkedAgain()).toBe(false);
      portal.pass(HOUR);
      expect(await checkedAgain()).toBe(true);

      portal.simulator.faults.concealNames = true;
      await portal.connections.check(TENANT);
      portal.pass(59 * MINUTE);
      expect(await checkedAgain()).toBe(false);
      portal.pass(MINUTE);
      expect(await checkedAgain()).toBe(true);

      portal.pass(MINUTE);
      const restarted = await portal.restart();
      const before = await portal.stores.connections.check(TENANT);
      await restarted.due(CHECK_UP);
      expect(await portal.stores.connections.check(TENANT)).not.toEqual(before);
    });

    it('are shared by those who ask at the same time', async () => {
      const portal = await open();
      const checks = await Promise.all([
        portal.connections.check(TENANT),
        portal.connections.check(TENANT),
        portal.connections.check(TENANT),
      ]);
      expect(new Set(checks).size).toBe(1);
      expect(portal.tokenRequests()).toBe(1);
      expect(await portal.connections.check(TENANT)).not.toBe(checks[0]);
    });

    it('know only the tenants of the configuration', async () => {
      const portal = await open();
      await expect(portal.connections.check('fabrikam')).rejects.toThrow(
        NotFoundError,
      );
      await expect(portal.connections.describe('fabrikam')).rejects.toThrow(
        NotFoundError,
      );
    });
  });

  describe('telling', () => {
    it('happens once, and again only after it was mended in between', async () => {
      const portal = await open();
      await portal.connections.check(TENANT);
      expect(portal.sent).toEqual([]);

      portal.simulator.faults.concealNames = true;
      await portal.connections.check(TENANT);
      expect(portal.sent).toEqual([
        {
          recipients: {
            type: 'entity',
            entityRef: ['group:default/administrators'],
          },
          payload: {
            title: 'Microsoft 365 tenant contoso: Reports conceal the names',
            description: expect.stringMatching(
              /nobody can be told apart.*Org settings/,
            ),
            link: '/m365-licenses/connections?tenant=contoso',
            severity: 'high',
            scope: 'm365-licenses:connection:contoso',
          },
        },
      ]);
      await portal.connections.check(TENANT);
      await (await portal.restart()).connections.check(TENANT);
      expect(portal.sent).toHaveLength(1);

      portal.simulator.faults.concealNames = false;
      await portal.connections.check(TENANT);
      portal.simulator.faults.concealNames = true;
      await portal.connections.check(TENANT);
      expect(portal.sent).toHaveLength(2);
    });

    it('puts what began to fail together', async () => {
      const portal = await open({
        simulator: { roles: ['AuditLog.Read.All'] },
      });
      await portal.connections.check(TENANT);
      expect(portal.sent.map(({ payload }) => payload.title)).toEqual([
        'Microsoft 365 tenant contoso: Application Roster: User.Read.All is missing, and 2 more',
      ]);
    });

    it('goes to who authorized the connection where no administrators are configured', async () => {
      const portal = await open({ credential: PERSON, administrators: [] });
      await portal.connections.check(TENANT);
      expect(portal.sent).toEqual([]);
      await portal.connections.complete({
        ...(await portal.signIn()),
        completedBy: ADA,
      });
      portal.simulator.changePassword(ROBIN);
      await portal.connections.check(TENANT);
      expect(portal.sent).toMatchObject([
        {
          recipients: { entityRef: [ADA] },
          payload: {
            title: expect.stringContaining('Signing in at Microsoft fails'),
            description: expect.stringContaining('AADSTS50173'),
          },
        },
      ]);
    });

    it('is logged once where nobody can be notified, and stops no check-up', async () => {
      const portal = await open({
        notifications: {
          send: async () => {
            throw new Error('Request failed with status 404');
          },
        },
      });
      for (const conceal of [true, false, true]) {
        portal.simulator.faults.concealNames = conceal;
        const { findings } = await portal.connections.check(TENANT);
        expect(findingOf(findings, 'concealment').status).toBe(
          conceal ? 'failing' : 'ok',
        );
      }
      expect(
        portal.logged.filter(line => line.includes('could be notified')),
      ).toHaveLength(1);
    });
  });

  describe('backing off', () => {
    it('asks Microsoft for a token once an hour, until somebody acts', async () => {
      const portal = await open();
      portal.simulator.faults.refuseTokens = { number: 7000222 };
      await expect(portal.due(ROSTER)).rejects.toThrow('AADSTS7000222');
      expect(portal.tokenRequests()).toBe(1);
      // The refusal of the task was looked at and told without another request.
      expect(portal.sent).toHaveLength(1);
      expect(portal.sent[0].payload.title).toContain(
        'Signing in at Microsoft fails',
      );
      const { status, credentials } = await portal.connections.describe(TENANT);
      expect(status).toBe('failing');
      expect(credentials[0].refusal).toEqual({
        message: expect.stringContaining('AADSTS7000222'),
        mend: expect.any(String),
        since: expect.any(String),
        retryAt: expect.any(String),
        requestId: expect.any(String),
      });

      // For ten hours everything that is due every quarter of an hour is done.
      for (let quarter = 0; quarter < 40; quarter++) {
        portal.pass(15 * MINUTE);
        await portal.due(CHECK_UP);
        await portal.due(ROSTER);
        await portal.due(LICENSES);
      }
      expect(portal.tokenRequests()).toBeGreaterThanOrEqual(1 + 8);
      expect(portal.tokenRequests()).toBeLessThanOrEqual(1 + 10);
      expect(await runsOf(portal)).toEqual(['application-roster failed']);
      expect(portal.sent).toHaveLength(1);
      expect(
        portal.logged.find(line =>
          line.includes('Application Roster of contoso is skipped'),
        ),
      ).toContain('it is asked again after');

      const asked = portal.tokenRequests();
      await portal.connections.check(TENANT);
      expect(portal.tokenRequests()).toBe(asked + 1);
      expect(portal.sent).toHaveLength(1);

      const restarted = await portal.restart();
      await restarted.due(CHECK_UP);
      expect(portal.tokenRequests()).toBe(asked + 2);
    });

    it('starts what failed when the credentials work again', async () => {
      const portal = await open();
      portal.simulator.faults.refuseTokens = { number: 700016 };
      await expect(portal.due(ROSTER)).rejects.toThrow('AADSTS700016');
      portal.simulator.faults.refuseTokens = undefined;
      portal.triggered.splice(0);
      portal.pass(HOUR);
      await portal.due(CHECK_UP);
      expect(portal.triggered).toEqual([ROSTER, LICENSES]);
      expect(await portal.connections.holdOff(TENANT)).toBeUndefined();
      const { status, credentials } = await portal.connections.describe(TENANT);
      expect({ status, refusal: credentials[0].refusal }).toEqual({
        status: 'connected',
        refusal: null,
      });

      await portal.due(ROSTER);
      portal.triggered.splice(0);
      await portal.connections.check(TENANT);
      expect(portal.triggered).toEqual([]);
    });

    it('does not hold off what only meets trouble in the network', async () => {
      const portal = await open();
      portal.simulator.faults.add({
        path: /\/oauth2\/v2\.0\/token/,
        times: 'always',
        fault: { kind: 'cut', at: 'start' },
      });
      const { findings } = await portal.connections.check(TENANT);
      expect(findingOf(findings, 'token').title).toBe(
        'Microsoft cannot be reached',
      );
      expect(await portal.connections.holdOff(TENANT)).toBeUndefined();
    });
  });

  it('lets Application Access go on by itself the moment names are shown again', async () => {
    const portal = await open();
    await portal.due(CHECK_UP);
    await portal.due(ROSTER);
    portal.simulator.faults.concealNames = true;
    await expect(portal.due(ACCESS)).rejects.toThrow('conceals the names');
    portal.pass(24 * HOUR);
    await portal.due(CHECK_UP);
    expect(portal.sent).toHaveLength(1);

    portal.simulator.faults.concealNames = false;
    portal.triggered.splice(0);
    portal.pass(HOUR);
    await portal.due(CHECK_UP);
    expect(portal.triggered).toContain(ACCESS);
    await portal.due(ACCESS);
    expect(await runsOf(portal)).toEqual([
      'application-roster succeeded',
      'application-access failed',
      'application-access succeeded',
    ]);
  });

  describe('signing in', () => {
    it('leads to Microsoft and back, and starts the tasks', async () => {
      const portal = await open({ credential: PERSON });
      await portal.due(CHECK_UP);
      await portal.due(ROSTER);
      expect(await runsOf(portal)).toEqual([]);
      portal.triggered.splice(0);

      const { url, expiresAt } = await portal.connections.authorize(TENANT, {
        purpose: 'sync',
        redirectUri: REDIRECT_URI,
        startedBy: ADA,
      });
      expect(
        Date.parse(expiresAt) - portal.now().getTime(),
      ).toBeLessThanOrEqual(10 * MINUTE);
      const asked = new URL(url).searchParams;
      expect(asked.get('code_challenge_method')).toBe('S256');
      expect(asked.get('redirect_uri')).toBe(REDIRECT_URI);
      expect(asked.get('scope')?.split(' ')).toEqual(
        expect.arrayContaining([
          'offline_access',
          ...READS.map(name => `${portal.simulator.url}/${name}`),
        ]),
      );
      expect(asked.get('scope')).not.toContain('ReadWrite');

      const answer = await portal.signIn();
      expect(
        await portal.connections.complete({ ...answer, completedBy: ADA }),
      ).toEqual({ tenant: TENANT, purpose: 'sync' });
      expect(portal.triggered).toEqual(
        expect.arrayContaining([ROSTER, LICENSES]),
      );
      const { status, credentials } = await portal.connections.describe(TENANT);
      expect(status).toBe('connected');
      expect(credentials[0].authorization).toEqual({
        userPrincipalName: ROBIN,
        displayName: 'Robin Sommer',
        authorizedBy: ADA,
        authorizedAt: expect.any(String),
        scopes: expect.arrayContaining(READS),
      });
      await portal.due(ROSTER);
      expect(await runsOf(portal)).toEqual(['application-roster succeeded']);
    });

    it('forgets an earlier refusal', async () => {
      const portal = await open({ credential: PERSON });
      await portal.connections.complete({
        ...(await portal.signIn()),
        completedBy: ADA,
      });
      portal.simulator.changePassword(ROBIN);
      portal.pass(2 * HOUR);
      await expect(portal.due(ROSTER)).rejects.toThrow('AADSTS50173');
      expect(await portal.connections.holdOff(TENANT)).toMatch(
        /refuses the credentials of contoso since/,
      );
      await portal.connections.complete({
        ...(await portal.signIn()),
        completedBy: ADA,
      });
      expect(await portal.connections.holdOff(TENANT)).toBeUndefined();
      expect((await portal.connections.describe(TENANT)).status).toBe(
        'connected',
      );
    });

    it('says so when consent was denied, and keeps nothing', async () => {
      const portal = await open({ credential: PERSON });
      const answer = await portal.signIn({ accept: false });
      expect(answer).toMatchObject({ error: 'access_denied', code: undefined });
      const denied = portal.connections.complete({
        ...answer,
        completedBy: ADA,
      });
      await expect(denied).rejects.toThrow(NotAllowedError);
      await expect(denied).rejects.toThrow(
        /consent was denied.*AADSTS65004.*accept the permissions/,
      );
      expect((await portal.connections.describe(TENANT)).status).toBe(
        'notAuthorized',
      );
    });

    it('takes only its own state, once, from who began it, and in time', async () => {
      const portal = await open({ credential: PERSON });
      const answer = await portal.signIn();
      const refusal =
        /not one that you began here, was used already, or is older/;
      for (const attempt of [
        { ...answer, state: `${answer.state}x`, completedBy: ADA },
        { ...answer, state: '', completedBy: ADA },
        { ...answer, completedBy: GRACE },
      ]) {
        const completed = portal.connections.complete(attempt);
        await expect(completed).rejects.toThrow(InputError);
        await expect(completed).rejects.toThrow(refusal);
      }
      expect(portal.tokenRequests()).toBe(0);

      await portal.connections.complete({ ...answer, completedBy: ADA });
      await expect(
        portal.connections.complete({ ...answer, completedBy: ADA }),
      ).rejects.toThrow(refusal);

      const late = await portal.signIn();
      portal.pass(10 * MINUTE);
      await expect(
        portal.connections.complete({ ...late, completedBy: ADA }),
      ).rejects.toThrow(refusal);
    });

    it('says what is wrong with a code, and keeps nothing', async () => {
      const portal = await open({ credential: PERSON });
      const none = await portal.signIn();
      await expect(
        portal.connections.complete({ state: none.state, completedBy: ADA }),
      ).rejects.toThrow('Microsoft sent neither a code nor an error back');

      const first = await portal.signIn();
      const second = await portal.signIn();
      // The code of one sign-in with the state of another: PKCE refuses it.
      const mixed = portal.connections.complete({
        state: first.state,
        code: second.code,
        completedBy: ADA,
      });
      await expect(mixed).rejects.toThrow(InputError);
      await expect(mixed).rejects.toThrow('AADSTS501481');

      const third = await portal.signIn();
      portal.simulator.expireCodes();
      await expect(
        portal.connections.complete({ ...third, completedBy: ADA }),
      ).rejects.toThrow(/AADSTS70008.*Press Authorize/);

      const fourth = await portal.signIn();
      portal.simulator.faults.add({
        path: /\/oauth2\/v2\.0\/token/,
        times: 'always',
        fault: { kind: 'cut', at: 'start' },
      });
      await expect(
        portal.connections.complete({ ...fourth, completedBy: ADA }),
      ).rejects.toThrow(ServiceUnavailableError);
      expect(
        await portal.stores.authorizations.get(TENANT, 'sync'),
      ).toBeUndefined();
    });

    it('leads nowhere but into this portal, and only where a person signs in', async () => {
      const portal = await open({ credential: PERSON });
      for (const redirectUri of [
        'https://evil.example/m365-licenses/connections',
        'http://localhost:3000@evil.example/m365-licenses/connections',
        'https://localhost:3000/m365-licenses/connections',
        '/m365-licenses/connections',
        'data:text/html,here',
      ]) {
        await expect(
          portal.connections.authorize(TENANT, {
            purpose: 'sync',
            redirectUri,
            startedBy: ADA,
          }),
        ).rejects.toThrow(InputError);
      }
      await expect(
        portal.connections.authorize(TENANT, {
          purpose: 'reclamation',
          redirectUri: REDIRECT_URI,
          startedBy: ADA,
        }),
      ).rejects.toThrow(/has no credentials of its own/);
      const other = await open();
      for (const attempt of [
        other.connections.authorize(TENANT, {
          purpose: 'sync',
          redirectUri: REDIRECT_URI,
          startedBy: ADA,
        }),
        other.connections.disconnect(TENANT, 'sync', ADA),
      ]) {
        await expect(attempt).rejects.toThrow(ConflictError);
      }
    });

    it('for reclamation asks for what writes alone, and is kept apart', async () => {
      const portal = await open({
        credential: PERSON,
        reclamationEnabled: true,
        reclamation: {
          clientId: '11111111-1111-1111-1111-111111111111',
          credential: {
            type: 'authorizationCode',
            client: { type: 'clientSecret', clientSecret: 'writes' },
          },
        },
      });
      portal.simulator.registerApplication({
        clientId: '11111111-1111-1111-1111-111111111111',
        displayName: 'Reclaimer',
        clientSecret: 'writes',
        delegatedPermissions: ['LicenseAssignment.ReadWrite.All'],
      });
      await portal.connections.complete({
        ...(await portal.signIn({ purpose: 'reclamation' })),
        completedBy: ADA,
      });
      const { status, credentials, check } = await portal.connections.describe(
        TENANT,
      );
      expect(status).toBe('notAuthorized');
      expect(credentials).toMatchObject([
        { purpose: 'sync', authorization: null },
        {
          purpose: 'reclamation',
          authorization: { scopes: ['LicenseAssignment.ReadWrite.All'] },
        },
      ]);
      expect(
        findingOf(check?.findings ?? [], 'permissions', {
          purpose: 'reclamation',
          task: 'reclamation',
        }).status,
      ).toBe('ok');
    });
  });

  it('disconnects: the tokens are gone, and no task runs any more', async () => {
    const portal = await open({ credential: PERSON });
    await portal.connections.complete({
      ...(await portal.signIn()),
      completedBy: ADA,
    });
    // Nothing failed before that was looked at, and the tasks start all the same.
    expect(portal.triggered).toEqual([CHECK_UP, ROSTER, LICENSES]);
    await portal.due(ROSTER);
    portal.simulator.requests.reset();

    await portal.connections.disconnect(TENANT, 'sync', GRACE);
    const { status, credentials, check } = await portal.connections.describe(
      TENANT,
    );
    expect(status).toBe('notAuthorized');
    expect(credentials[0].authorization).toBeNull();
    expect(findingOf(check?.findings ?? [], 'authorization').status).toBe(
      'failing',
    );
    await portal.due(ROSTER);
    expect(await runsOf(portal)).toEqual(['application-roster succeeded']);
    expect(portal.simulator.requests.total).toBe(0);
    expect(portal.logged).toContain(
      'user:default/grace disconnected contoso (sync)',
    );

    await portal.connections.disconnect(TENANT, 'sync', GRACE);
    expect(portal.sent).toHaveLength(1);
  });
});
