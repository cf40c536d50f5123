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
  type ReclamationItem,
  type Task,
} from 'backstage-plugin-m365-licenses-common';
import { CAST, type Simulator, startSimulator } from 'graph-simulator';
import request from 'supertest';
import { settingsOf } from './__testUtils__/settings';
import { waitFor } from './__testUtils__/waitFor';
import m365LicensesPlugin, {
  accountConditions,
  createAccountConditionalDecision,
} from './index';
import { accountReadPermission } from 'backstage-plugin-m365-licenses-common';

jest.setTimeout(60_000);

const [robin, maya] = CAST;
const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const POLICY = {
  name: 'x',
  reasons: ['inactive'],
  skuIds: [],
  department: null,
  group: null,
  mode: 'immediate',
  everyDays: 7,
  maxItems: 10,
  quietHours: null,
};
/** What everybody may ask for: their own. */
const WITHOUT_PERMISSION: (keyof OpenApiOperations)[] = [
  'getMe',
  'listQuestions',
  'listReclamations',
  'listReclamationItems',
];

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
                  ...settingsOf(simulator),
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
    await post('/tenants/contoso/reclamations', { users: ['x'] }).expect(400);
    await post('/tenants/contoso/tasks/reclamation/run').expect(400);
    await get('/elsewhere').expect(404);
  });

  it('asks for a permission on every route, and audits it', async () => {
    policy.accounts = { result: AuthorizeResult.DENY };
    policy.others = AuthorizeResult.DENY;
    const bodies: Partial<Record<keyof OpenApiOperations, object>> = {
      createReclamation: { users: [maya.id], reason: 'x' },
      previewReclamation: { users: [maya.id], reason: 'x' },
      checkRestore: {},
      restoreReclamation: { reason: 'x' },
      setReclamationSwitch: { stopped: true, reason: 'x' },
      handBack: { user: maya.id, skuId: E3 },
      answerQuestion: { decision: 'handBack' },
      createPolicy: POLICY,
      updatePolicy: POLICY,
      setPolicyState: { state: 'on' },
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
      skuId: E3,
      id: 'some-id',
      dimension: 'department',
      kind: 'user',
      namespace: 'default',
      name: 'maya',
    };
    for (const { operationId, method, path } of openApiOperations) {
      if (WITHOUT_PERMISSION.includes(operationId)) {
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
      // One's own accounts, and what one may answer, are all that these search.
      const expected = ['getUser', 'answerQuestion'].includes(operationId)
        ? 404
        : 403;
      expect({ operationId, status }).toEqual({
        operationId,
        status: expected,
      });
      expect(body.error.message).not.toBe('');
      expect(auditor.createEvent).toHaveBeenCalledTimes(1);
    }
    await get('/me').expect(200);
    await get('/questions').expect(200, { items: [] });
    for (const list of ['reclamations', 'reclamation-items']) {
      await get(`/tenants/contoso/${list}`).expect(200, {
        items: [],
        totalItems: 0,
      });
    }
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

  /** Waits until the backend has carried a plan out. */
  const ended = (id: string) =>
    waitFor(`reclamation ${id} to end`, async () => {
      const { body } = await get(`/tenants/contoso/reclamations/${id}`);
      const plan: Reclamation = body;
      return plan.status === 'finished' ? plan : undefined;
    });

  it('plans, carries out, remembers and puts back', async () => {
    const nora = CAST.find(({ surname }) => surname === 'Eriksen');
    const wanted = {
      users: [nora?.userPrincipalName],
      reason: 'Left the company',
      idempotencyKey: 'task-1',
    };
    const { body } = await post('/tenants/contoso/reclamations', wanted).expect(
      201,
    );
    const plan: Reclamation = body;
    expect(plan).toMatchObject({
      status: 'planned',
      createdBy: 'user:default/robin',
      account: { id: nora?.id },
      allowed: ['approve', 'execute', 'cancel'],
    });
    await post('/tenants/contoso/reclamations', wanted).expect(200);
    const before = simulator.tenant.get(nora?.id ?? '').assignments;
    const assigned = async (): Promise<number> =>
      (await get(`/tenants/contoso/licenses/${before[0].skuId}`).expect(200))
        .body.license.assigned;
    const assignedBefore = await assigned();

    const path = `/tenants/contoso/reclamations/${plan.id}`;
    await post(`${path}/execute`).expect(200);
    expect(auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({
        eventId: 'reclamation-execute',
        severityLevel: 'high',
        meta: { tenant: 'contoso', id: plan.id },
      }),
    );
    const done = await ended(plan.id);
    expect(done).toMatchObject({
      approvedBy: 'user:default/robin',
      startedBy: 'user:default/robin',
      allowed: ['restore'],
    });
    expect(auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({ eventId: 'license-remove' }),
    );
    const { body: user } = await get(
      `/tenants/contoso/users/${nora?.id}`,
    ).expect(200);
    expect(user.account.licenses).toEqual([]);
    await waitFor('the seats to be read again', async () =>
      (await assigned()) === assignedBefore - 1 ? true : undefined,
    );
    const { body: items } = await get(
      `/tenants/contoso/reclamation-items?reclamationId=${plan.id}`,
    ).expect(200);
    expect(
      items.items.map((item: ReclamationItem) => item.skuId).sort(),
    ).toEqual(before.map(({ skuId }) => skuId).sort());
    for (const item of items.items) {
      expect(item).toMatchObject({
        outcome: 'reclaimed',
        requestId: expect.any(String),
      });
    }
    const { body: events } = await get(`${path}/events?plan=true`).expect(200);
    expect(
      events.items.map(({ type }: { type: string }) => type).reverse(),
    ).toEqual(['created', 'approved', 'started', 'finished']);

    const { body: restore } = await post(`${path}/restore`, {
      reason: 'Came back',
    }).expect(201);
    await ended(restore.id);
    const held = ({
      assignments,
    }: Pick<ReturnType<typeof simulator.tenant.get>, 'assignments'>) =>
      assignments
        .map(assignment => ({ ...assignment, lastUpdatedDateTime: null }))
        .sort((left, right) => (left.skuId < right.skuId ? -1 : 1));
    expect(held(simulator.tenant.get(nora?.id ?? ''))).toEqual(
      held({ assignments: before }),
    );
  });

  it('previews for a User entity of the catalog', async () => {
    const { body } = await post('/tenants/contoso/reclamation-previews', {
      users: ['user:default/maya'],
      reason: 'Try it',
    }).expect(200);
    expect(body).toMatchObject({
      account: { id: maya.id },
      first: [
        {
          outcome: 'inheritedFromGroup',
          path: { group: { name: expect.any(String) } },
        },
      ],
    });
    const { body: unmatched } = await post('/tenants/contoso/reclamations', {
      users: ['user:default/outsider'],
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
