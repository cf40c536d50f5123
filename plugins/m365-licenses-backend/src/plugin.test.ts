import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  AuthorizeResult,
  type QueryPermissionResponse,
} from '@backstage/plugin-permission-common';
import {
  type AccountDetail,
  type EntityLicenses,
  type OpenApiOperations,
  openApiOperations,
  type Reclamation,
  type Task,
} from 'backstage-plugin-m365-licenses-common';
import { CAST, type Simulator, startSimulator } from 'graph-simulator';
import request from 'supertest';
import { waitFor } from './__testUtils__/waitFor';
import m365LicensesPlugin, {
  accountConditions,
  createAccountConditionalDecision,
} from './index';
import { accountReadPermission } from 'backstage-plugin-m365-licenses-common';

jest.setTimeout(60_000);

const [robin, maya] = CAST;

function userEntity(name: string, spec: object, annotations = {}): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, namespace: 'default', annotations },
    spec: { ...spec },
    relations: [{ type: 'memberOf', targetRef: 'group:default/platform' }],
  };
}

const entities: Entity[] = [
  userEntity('robin', { profile: { email: robin.userPrincipalName } }),
  userEntity('maya', {}, { 'graph.microsoft.com/user-id': maya.id }),
  userEntity('outsider', { profile: { email: 'outsider@example.com' } }),
  {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name: 'platform', namespace: 'default' },
    spec: { type: 'team', children: [] },
  },
];

/** A permission system whose decision on accounts, and on all else, a test sets. */
function createPolicy() {
  const policy = {
    accounts: { result: AuthorizeResult.ALLOW } as QueryPermissionResponse,
    others: AuthorizeResult.ALLOW as
      | AuthorizeResult.ALLOW
      | AuthorizeResult.DENY,
  };
  const factory = mockServices.permissions.mock({
    authorize: async requests =>
      requests.map(() => ({ result: policy.others })),
    authorizeConditional: async requests => requests.map(() => policy.accounts),
  }).factory;
  return { policy, factory };
}

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('The plugin on %p', databaseId => {
  const { policy, factory: permissions } = createPolicy();
  const auditor = mockServices.auditor.mock();
  let simulator: Simulator;
  let backend: TestBackend;

  const base = '/api/m365-licenses';
  const get = (path: string, user = 'user:default/robin') =>
    request(backend.server)
      .get(`${base}${path}`)
      .set('Authorization', mockCredentials.user.header(user));
  const post = (path: string, body?: object) =>
    request(backend.server)
      .post(`${base}${path}`)
      .set('Authorization', mockCredentials.user.header('user:default/robin'))
      .send(body);

  const runTask = async (task: string) => {
    await waitFor(`${task} to be idle`, async () => {
      const tasks: Task[] = (await get('/tenants/contoso/tasks')).body.items;
      return tasks.find(candidate => candidate.task === task)?.state ===
        'running'
        ? undefined
        : true;
    });
    const before = (await get(`/tenants/contoso/task-runs?task=${task}`)).body
      .totalItems;
    const response = await post(`/tenants/contoso/tasks/${task}/run`);
    if (response.status !== 409) {
      expect(response.status).toBe(202);
    }
    return waitFor(`a run of ${task}`, async () => {
      const { body } = await get(`/tenants/contoso/task-runs?task=${task}`);
      return body.totalItems > before && body.items[0].status !== 'running'
        ? body.items[0]
        : undefined;
    });
  };

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: 120 });
    const knex = await databases.init(databaseId);
    auditor.createEvent.mockImplementation(async () => ({
      success: async () => {},
      fail: async () => {},
    }));
    backend = await startTestBackend({
      features: [
        m365LicensesPlugin,
        mockServices.database.mock({ getClient: async () => knex }).factory,
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'http://localhost:3000' },
            m365Licenses: {
              productNames: { url: `${simulator.url}/product-names.csv` },
              tenants: {
                contoso: {
                  tenantId: simulator.tenantId,
                  clientId: simulator.clientId,
                  clientSecret: simulator.clientSecret,
                  authority: simulator.url,
                  target: simulator.url,
                  tasks: { reclamation: { enabled: true } },
                },
                fabrikam: {
                  tenantId: '33333333-3333-3333-3333-333333333333',
                  clientId: simulator.clientId,
                  target: 'http://graph.example.com',
                },
              },
            },
          },
        }),
        catalogServiceMock.factory({ entities }),
        mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
        permissions,
        auditor.factory,
      ],
    });
    await runTask('application-roster');
    await runTask('license-information');
    await waitFor('the first activity', async () => {
      const { body } = await get('/tenants/contoso');
      return body.reportRefreshDate ?? undefined;
    });
  });

  beforeEach(() => {
    policy.accounts = { result: AuthorizeResult.ALLOW };
    policy.others = AuthorizeResult.ALLOW;
    auditor.createEvent.mockClear();
  });

  afterAll(async () => {
    await backend?.stop();
    await simulator?.stop();
  });

  it('starts the sound tenant and says why the other was refused', async () => {
    const { body } = await get('/tenants').expect(200);
    expect(body.items).toEqual([
      {
        name: 'contoso',
        tenantId: simulator.tenantId,
        status: 'started',
        retiredAt: null,
        problem: null,
        reclamationEnabled: true,
        inactiveAfterDays: 60,
        graceDays: 30,
      },
      expect.objectContaining({
        name: 'fabrikam',
        status: 'refused',
        problem: expect.stringContaining(
          'm365Licenses.tenants.fabrikam.target must start with https://',
        ),
      }),
    ]);
    const { body: refused } = await get('/tenants/fabrikam/users').expect(404);
    expect(refused.error.message).toContain('was not started');
    const { body: unknown } = await get('/tenants/nobody/users').expect(404);
    expect(unknown.error.message).toContain('There is no tenant nobody');
  });

  it('counts what the tenant has', async () => {
    const { truth } = simulator.tenant;
    const { body } = await get('/tenants/contoso').expect(200);
    expect(body.accounts.total).toBe(truth.accounts);
    expect(body.accounts.disabled).toBe(truth.disabled);
    expect(body.accounts.guests).toBe(truth.guests);
    expect(body.problems).toEqual([]);
    expect(body.seats.unassigned).toBe(body.seats.bought - body.seats.assigned);
  });

  it('lists, filters, sorts and pages the roster', async () => {
    const all: AccountDetail['account'][] = [];
    let cursor: string | undefined;
    do {
      const { body } = await get(
        `/tenants/contoso/users?limit=50${
          cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
        }`,
      ).expect(200);
      expect(body.totalItems).toBe(simulator.tenant.truth.accounts);
      all.push(...body.items);
      cursor = body.nextCursor;
    } while (cursor);
    expect(new Set(all.map(({ id }) => id)).size).toBe(
      simulator.tenant.truth.accounts,
    );

    const { body: found } = await get(
      '/tenants/contoso/users?text=MAYA.L&enabled=true',
    ).expect(200);
    expect(found.items).toMatchObject([
      { userPrincipalName: maya.userPrincipalName, status: 'active' },
    ]);
  });

  it('shows an account with its licenses, paths and seven services', async () => {
    const { body } = await get(
      `/tenants/contoso/users/${maya.userPrincipalName.toUpperCase()}`,
    ).expect(200);
    expect(body.account.licenses).toMatchObject([
      {
        displayName: 'Microsoft 365 E5',
        paths: [{ type: 'group', groupName: expect.any(String) }],
      },
    ]);
    expect(body.services).toHaveLength(7);
    for (const { lastActivityDate } of body.services) {
      expect(lastActivityDate).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });

  it('lists activity, licenses, departments and suspicious activities', async () => {
    const { body: activity } = await get(
      '/tenants/contoso/activity?service=teams&status=active&limit=5',
    ).expect(200);
    expect(activity.services).toHaveLength(7);
    expect(activity.items.length).toBeGreaterThan(0);
    expect(
      Date.parse(activity.reportRefreshDate) -
        Date.parse(activity.historySince),
    ).toBe(180 * 86_400_000);

    const { body: licenses } = await get(
      '/tenants/contoso/licenses?text=e5&sort=bought&order=desc',
    ).expect(200);
    expect(licenses.items[0]).toMatchObject({
      skuPartNumber: 'SPE_E5',
      displayName: 'Microsoft 365 E5',
    });

    const { body: departments } = await get(
      '/tenants/contoso/departments',
    ).expect(200);
    expect(departments.items).toContain('Finance');

    const { body: suspicious } = await get(
      '/tenants/contoso/suspicious-activities',
    ).expect(200);
    expect(suspicious.totalItems).toBeGreaterThan(0);
  });

  it('shows people their own, and a group by its members', async () => {
    const { body: me } = await get('/me').expect(200);
    const own: EntityLicenses = me;
    expect(own.accounts).toMatchObject([
      { detail: { account: { id: robin.id } } },
    ]);

    const { body: group } = await get(
      '/entities/group/default/platform',
    ).expect(200);
    expect(group).toMatchObject({
      kind: 'group',
      members: 3,
      unmatchedMembers: ['user:default/outsider'],
    });
    const members: EntityLicenses = group;
    expect(
      members.accounts.map(({ detail }) => detail.account.id).sort(),
    ).toEqual([robin.id, maya.id].sort());
    await get('/entities/user/default/nobody').expect(404);
  });

  it('finds accounts by principal name or email', async () => {
    const { body } = await get(
      `/account-matches?email=${robin.userPrincipalName.toUpperCase()}`,
    ).expect(200);
    expect(body.items).toMatchObject([
      { tenant: 'contoso', tenantId: simulator.tenantId, userId: robin.id },
    ]);
    await get('/account-matches').expect(400);
  });

  it('gives what was modified since a time, written as it comes in answers', async () => {
    const since = '2020-01-01T00:00:00.000Z';
    for (const list of ['users', 'assignments']) {
      const { body: all } = await get(`/tenants/contoso/${list}`).expect(200);
      const { body } = await get(
        `/tenants/contoso/${list}?modifiedSince=${since}`,
      ).expect(200);
      expect(body.totalItems).toBe(all.totalItems);
      expect(body.totalItems).toBeGreaterThan(0);
      await get(
        `/tenants/contoso/${list}?modifiedSince=2999-01-01T00:00:00Z`,
      ).expect(200, { items: [], totalItems: 0 });
    }
  });

  it('refuses requests that do not fit the document', async () => {
    const { body } = await get('/tenants/contoso/users?limit=0').expect(400);
    expect(body.error).toMatchObject({ name: 'InputError' });
    await get('/tenants/contoso/users?colour=red').expect(400);
    await get('/tenants/contoso/users?cursor=tampered').expect(400);
    await post('/tenants/contoso/reclamations', { user: 'x' }).expect(400);
    await post('/tenants/contoso/tasks/reclamation/run').expect(400);
    await get('/elsewhere').expect(404);
  });

  it('asks for a permission on every route, and audits it', async () => {
    policy.accounts = { result: AuthorizeResult.DENY };
    policy.others = AuthorizeResult.DENY;
    const bodies: Partial<Record<keyof OpenApiOperations, object>> = {
      createReclamation: { user: maya.id, reason: 'x' },
      startAuthorization: { redirectUri: 'http://localhost' },
      completeAuthorization: { state: 'x', code: 'y' },
      replaceTerms: { revision: 'x', items: [] },
      importTerms: { csv: 'skuId' },
      updateLicense: { displayName: null, appliesTo: null, bought: 1 },
      replaceExchangeRates: { revision: 'x', currency: null, rates: [] },
      createExemption: { user: maya.id, reason: 'x', expiresOn: null },
      recognizeSuspiciousActivity: { note: 'x' },
    };
    const queries: Partial<Record<keyof OpenApiOperations, string>> = {
      matchAccounts: '?email=a@contoso.example',
      getBackTest: '?on=2026-01-01',
    };
    const values: Record<string, string> = {
      tenant: 'contoso',
      task: 'application-roster',
      userId: maya.id,
      skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965',
      id: 'some-id',
      dimension: 'department',
      kind: 'user',
      namespace: 'default',
      name: 'maya',
    };
    for (const { operationId, method, path } of openApiOperations) {
      if (operationId === 'getMe') {
        continue;
      }
      auditor.createEvent.mockClear();
      const address = path.replace(/\{(\w+)\}/g, (_, key) =>
        // Only a group has a spend of its own.
        key === 'kind' && operationId === 'getEntitySpend'
          ? 'group'
          : values[key],
      );
      const query = queries[operationId] ?? '';
      const { status, body } = await request(backend.server)
        [method](`${base}${address}${query}`)
        .set('Authorization', mockCredentials.user.header('user:default/robin'))
        .send(bodies[operationId]);
      // One's own accounts are all that getUser searches without permission.
      const expected = operationId === 'getUser' ? 404 : 403;
      expect({ operationId, status }).toEqual({
        operationId,
        status: expected,
      });
      expect(body.error.message).not.toBe('');
      expect(auditor.createEvent).toHaveBeenCalledTimes(1);
    }
    await get('/me').expect(200);
    await get(`/tenants/contoso/users/${robin.id}`).expect(200);
    await get('/entities/user/default/robin').expect(200);
  });

  it('refuses who is not signed in', async () => {
    const { status } = await request(backend.server)
      .get(`${base}/tenants`)
      .set('Authorization', mockCredentials.none.header());
    expect(status).toBe(401);
  });

  it('shows only the accounts that a policy allows', async () => {
    const decision = createAccountConditionalDecision(accountReadPermission, {
      anyOf: [
        accountConditions.isAccount({
          userPrincipalNames: [maya.userPrincipalName],
        }),
        accountConditions.inDepartment({ departments: ['Nowhere'] }),
      ],
    });
    policy.accounts = decision;
    const { body } = await get('/tenants/contoso/users').expect(200);
    expect(body.items).toMatchObject([{ id: maya.id }]);
    expect(body.totalItems).toBe(1);
    await get(`/tenants/contoso/users/${CAST[4].id}`).expect(404);
    const { body: group } = await get(
      '/entities/group/default/platform',
      'user:default/outsider',
    ).expect(200);
    expect(group.accounts).toHaveLength(1);
    await get('/tenants/contoso/suspicious-activities').expect(403);
  });

  it('plans, carries out and remembers a reclamation', async () => {
    const viktor = CAST.find(({ surname }) => surname === 'Lange');
    const { body } = await post('/tenants/contoso/reclamations', {
      user: viktor?.userPrincipalName,
      reason: 'Left the company',
      idempotencyKey: 'task-1',
    }).expect(201);
    const plan: Reclamation = body;
    expect(plan).toMatchObject({
      status: 'planned',
      createdBy: 'user:default/robin',
    });
    await post('/tenants/contoso/reclamations', {
      user: viktor?.userPrincipalName,
      reason: 'Left the company',
      idempotencyKey: 'task-1',
    }).expect(200);

    const { body: done } = await post(
      `/tenants/contoso/reclamations/${plan.id}/execute`,
    ).expect(200);
    expect(done.status).toBe('finished');
    expect(auditor.createEvent).toHaveBeenLastCalledWith(
      expect.objectContaining({
        eventId: 'reclamation-execute',
        severityLevel: 'high',
        meta: { tenant: 'contoso', id: plan.id },
      }),
    );
    const { body: user } = await get(
      `/tenants/contoso/users/${viktor?.id}`,
    ).expect(200);
    expect(user.account.licenses).toEqual([]);
    const { body: history } = await get('/tenants/contoso/reclamations').expect(
      200,
    );
    expect(history.items).toMatchObject([{ id: plan.id }]);
  });

  it('plans for a User entity of the catalog', async () => {
    const { body } = await post('/tenants/contoso/reclamations', {
      user: 'user:default/maya',
      reason: 'Try it',
      dryRun: true,
    }).expect(200);
    expect(body).toMatchObject({
      dryRun: true,
      user: { id: maya.id },
      items: [{ outcome: 'inheritedFromGroup' }],
    });
    const { body: unmatched } = await post('/tenants/contoso/reclamations', {
      user: 'user:default/outsider',
      reason: 'Try it',
    }).expect(404);
    expect(unmatched.error.message).toContain('graph.microsoft.com/user-id');
  });

  it('says what to mend when a task fails', async () => {
    simulator.faults.denyRole('Reports.Read.All');
    const run = await runTask('application-access');
    expect(run).toMatchObject({
      status: 'failed',
      error: {
        mend: expect.stringContaining('Reports.Read.All'),
        requestId: expect.any(String),
      },
    });
    const { body } = await get('/tenants/contoso').expect(200);
    expect(body.problems).toMatchObject([{ task: 'application-access' }]);
    simulator.faults.grantRole('Reports.Read.All');
    await runTask('application-access');
    const { body: mended } = await get('/tenants/contoso').expect(200);
    expect(mended.problems).toEqual([]);
  });
});
