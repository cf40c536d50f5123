import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { type Entity, RELATION_OWNED_BY } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  AuthorizeResult,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import {
  accountReadPermission,
  type AccountDetail,
  type Candidate,
  type EntityLicenses,
  type Reclamation,
} from 'backstage-plugin-m365-licenses-common';
import {
  CAST,
  PRODUCTS,
  type Simulator,
  startSimulator,
} from 'graph-simulator';
import request from 'supertest';
import { settingsOf } from '../__testUtils__/settings';
import { waitFor } from '../__testUtils__/waitFor';
import {
  groupEntity,
  TENANT,
  userEntity,
} from '../evaluation/__testUtils__/evaluation';
import m365LicensesPlugin, {
  accountConditions,
  createAccountConditionalDecision,
} from '../index';

jest.setTimeout(120_000);

const [robin, maya, tomas, aisha, jonas, clara, daniel, ingrid] = CAST;
/** Members of the group below the one that Maya owns. */
const PLATFORM = [tomas, aisha, jonas];
const { skuId: E5 } = PRODUCTS.SPE_E5;
const { skuId: VISIO } = PRODUCTS.VISIOCLIENT;
/** A tenant in which nothing is taken back. */
const QUIET = 'quiet';

/** Administers licenses, and owns nothing. */
const ROBIN = 'user:default/robin';
const MAYA = 'user:default/maya';
/** Belongs to the group that owns finance. */
const CLARA = 'user:default/clara';
const FINANCE_LEADS = 'group:default/finance-leads';
const TOMAS = 'user:default/tomas';
/** Of whom the catalog knows nothing. */
const STRANGER = 'user:default/stranger';

const ownedBy = (...owners: string[]) =>
  accountConditions.inOwnedGroup({ owners });
const allowed = (
  conditions: Parameters<typeof createAccountConditionalDecision>[1],
) => createAccountConditionalDecision(accountReadPermission, conditions);

/** Who may read which accounts; everybody else none. */
const DECISIONS: Record<string, PolicyDecision> = {
  [ROBIN]: { result: AuthorizeResult.ALLOW },
  'a service': { result: AuthorizeResult.ALLOW },
  [MAYA]: allowed(ownedBy(MAYA)),
  [CLARA]: allowed({
    anyOf: [
      ownedBy(CLARA, FINANCE_LEADS),
      accountConditions.isAccount({
        userPrincipalNames: [aisha.userPrincipalName],
      }),
    ],
  }),
  [STRANGER]: allowed(ownedBy(STRANGER)),
  'user:default/of-maya-alone': allowed({
    allOf: [ownedBy(MAYA), { not: ownedBy(FINANCE_LEADS) }],
  }),
  'user:default/of-others': allowed({ not: ownedBy(MAYA) }),
};

const person = (
  name: string,
  member: (typeof CAST)[number],
  memberOf: string[],
) =>
  userEntity(name, {
    annotations: { 'graph.microsoft.com/user-id': member.id },
    memberOf,
  });

const ENTITIES: Entity[] = [
  {
    ...groupEntity('tech'),
    metadata: {
      name: 'tech',
      namespace: 'default',
      annotations: { 'microsoft365.com/license-owners': MAYA },
    },
  },
  groupEntity('platform', { childOf: ['tech'] }),
  {
    ...groupEntity('finance'),
    relations: [{ type: RELATION_OWNED_BY, targetRef: FINANCE_LEADS }],
  },
  groupEntity('finance-leads'),
  person('robin', robin, []),
  person('maya', maya, []),
  person('tomas', tomas, ['platform']),
  person('aisha', aisha, ['platform']),
  person('jonas', jonas, ['platform', 'finance']),
  person('clara', clara, ['finance-leads']),
  person('daniel', daniel, ['finance']),
  person('ingrid', ingrid, []),
];

const idsOf = (members: readonly { id: string }[]) =>
  members.map(({ id }) => id).sort();

const auth = mockServices.auth();

function callerOf(credentials: BackstageCredentials): string {
  return auth.isPrincipal(credentials, 'user')
    ? credentials.principal.userEntityRef
    : 'a service';
}

const permissions = mockServices.permissions.mock({
  authorize: async (requests, { credentials }) =>
    requests.map(() => ({
      result:
        callerOf(credentials) === ROBIN
          ? AuthorizeResult.ALLOW
          : AuthorizeResult.DENY,
    })),
  authorizeConditional: async (requests, { credentials }) =>
    requests.map(
      () =>
        DECISIONS[callerOf(credentials)] ?? { result: AuthorizeResult.DENY },
    ),
});
const userInfo = mockServices.userInfo.mock({
  getUserInfo: async credentials => {
    const userEntityRef = callerOf(credentials);
    return {
      userEntityRef,
      ownershipEntityRefs:
        userEntityRef === CLARA
          ? [userEntityRef, FINANCE_LEADS]
          : [userEntityRef],
    };
  },
});

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('Group owners on %p', databaseId => {
  const simulators: Record<string, Simulator> = {};
  const entities = catalogServiceMock({ entities: ENTITIES });
  const catalog = catalogServiceMock.mock({
    getEntityByRef: entities.getEntityByRef.bind(entities),
    getEntities: entities.getEntities.bind(entities),
    streamEntities: entities.streamEntities.bind(entities),
  });
  let backend: TestBackend;

  const call = (method: 'get' | 'post', path: string, caller: string) =>
    request(backend.server)
      [method](`/api/m365-licenses${path}`)
      .set('Authorization', mockCredentials.user.header(caller));
  const read = async (path: string, caller: string) =>
    (await call('get', path, caller).expect(200)).body;

  /** All of a list, page by page, as it is exported. */
  async function listed<Item>(path: string, caller: string): Promise<Item[]> {
    const items: Item[] = [];
    const query = new URLSearchParams(path.split('?')[1]);
    query.set('limit', '2');
    for (;;) {
      const page = await read(
        `/tenants/${TENANT}/${path.split('?')[0]}?${query}`,
        caller,
      );
      items.push(...page.items);
      if (page.nextCursor === undefined) {
        expect(page.totalItems).toBe(items.length);
        return items;
      }
      query.set('cursor', page.nextCursor);
    }
  }
  const accountsOf = async (caller: string, path = 'users') =>
    (await listed<{ id: string }>(path, caller)).map(({ id }) => id).sort();

  const detailOf = (
    { id }: { id: string },
    caller: string,
  ): Promise<AccountDetail> => read(`/tenants/${TENANT}/users/${id}`, caller);
  const entityOf = (ref: string, caller: string): Promise<EntityLicenses> =>
    read(`/entities/${ref}`, caller);
  const handBack = (
    body: { user?: string; skuId: string },
    caller: string,
    tenant = TENANT,
  ) => call('post', `/tenants/${tenant}/hand-backs`, caller).send(body);

  beforeAll(async () => {
    simulators[TENANT] = await startSimulator({ accounts: 60 });
    // With the same people in it.
    simulators[QUIET] = await startSimulator({
      accounts: 20,
      tenantId: '22222222-2222-4222-8222-222222222222',
    });
    const knex = await databases.init(databaseId);
    backend = await startTestBackend({
      features: [
        m365LicensesPlugin,
        mockServices.database.mock({ getClient: async () => knex }).factory,
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'http://localhost:3000' },
            m365Licenses: {
              productNames: { enabled: false },
              tenants: Object.fromEntries(
                Object.entries(simulators).map(([name, simulator]) => [
                  name,
                  {
                    ...settingsOf(simulator),
                    tasks: { reclamation: { enabled: name === TENANT } },
                  },
                ]),
              ),
            },
          },
        }),
        catalog.factory,
        mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
        permissions.factory,
        userInfo.factory,
      ],
    });
    for (const tenant of [QUIET, TENANT]) {
      for (const task of ['license-information', 'application-roster']) {
        await call('post', `/tenants/${tenant}/tasks/${task}/run`, ROBIN);
        await waitFor(`${task} of ${tenant}`, async () => {
          const { items } = await read(
            `/tenants/${tenant}/task-runs?task=${task}`,
            ROBIN,
          );
          return items.find(
            ({ status }: { status: string }) => status === 'succeeded',
          );
        });
      }
    }
    // Who is in which group is stored as candidates are, once activity is known.
    await waitFor('candidates', async () => {
      const { totalItems } = await read(
        `/tenants/${TENANT}/candidates?reason=overlap`,
        ROBIN,
      );
      return totalItems > 0 || undefined;
    });
  });

  afterAll(async () => {
    await backend?.stop();
    await Promise.all(
      Object.values(simulators).map(simulator => simulator.stop()),
    );
  });

  it('see the members of their groups and of those below, and nobody else', async () => {
    expect(await accountsOf(MAYA)).toEqual(idsOf(PLATFORM));
    expect(await accountsOf(CLARA)).toEqual(idsOf([aisha, jonas, daniel]));
    expect(await accountsOf(STRANGER)).toEqual([]);
    await call('get', `/tenants/${TENANT}/users`, TOMAS).expect(403);

    expect(await accountsOf('user:default/of-maya-alone')).toEqual(
      idsOf([tomas, aisha]),
    );
    const all = await accountsOf(ROBIN);
    expect(await accountsOf('user:default/of-others')).toEqual(
      all.filter(id => !idsOf(PLATFORM).includes(id)),
    );
  });

  it('see them in every list, and counts of them alone', async () => {
    expect(await accountsOf(MAYA, 'activity')).toEqual(idsOf(PLATFORM));
    expect(await accountsOf(MAYA, 'users?group=group:default/tech')).toEqual(
      idsOf(PLATFORM),
    );
    // Of the group of somebody else, who is in theirs as well.
    expect(await accountsOf(MAYA, 'users?group=group:default/finance')).toEqual(
      idsOf([jonas]),
    );
    const assignments = await listed<{ accountId: string }>(
      'assignments',
      MAYA,
    );
    expect(
      [...new Set(assignments.map(({ accountId }) => accountId))].sort(),
    ).toEqual(idsOf(PLATFORM));
    const candidates = await listed<Candidate>('candidates', MAYA);
    expect(candidates.map(({ accountId }) => accountId)).toContain(tomas.id);
    for (const { accountId } of candidates) {
      expect(idsOf(PLATFORM)).toContain(accountId);
    }
    expect(candidates.length).toBeLessThan(
      (await listed('candidates', ROBIN)).length,
    );

    const { services } = await read(`/tenants/${TENANT}/activity`, MAYA);
    expect(services).toHaveLength(7);
    for (const { active, inactive, neverActive } of services) {
      expect(active + inactive + neverActive).toBe(PLATFORM.length);
    }
    expect(await read(`/tenants/${TENANT}/departments`, MAYA)).toEqual({
      items: ['Platform'],
      totalItems: 1,
    });
    const { items: all } = await read(`/tenants/${TENANT}/departments`, ROBIN);
    expect(all).toEqual(expect.arrayContaining(['Finance', 'Platform']));

    const matches = async (member: { userPrincipalName: string }) =>
      (await read(`/account-matches?email=${member.userPrincipalName}`, MAYA))
        .items;
    expect(await matches(tomas)).toMatchObject([
      { tenant: TENANT, userId: tomas.id },
      { tenant: QUIET, userId: tomas.id },
    ]);
    expect(await matches(daniel)).toEqual([]);
  });

  it('see one account of theirs, and their own, without what it costs', async () => {
    const { account } = await detailOf(tomas, MAYA);
    expect(account.id).toBe(tomas.id);
    expect(account).not.toHaveProperty('annual');
    for (const other of [daniel, ingrid, robin]) {
      await call('get', `/tenants/${TENANT}/users/${other.id}`, MAYA).expect(
        404,
      );
    }
    // She is in no group that she owns; he may read no account at all.
    expect((await detailOf(maya, MAYA)).account.id).toBe(maya.id);
    expect((await detailOf(tomas, TOMAS)).account.id).toBe(tomas.id);
  });

  it('see of a group on its card who is in theirs', async () => {
    const card = async (ref: string, caller: string) =>
      (await entityOf(ref, caller)).accounts
        .filter(({ detail }) => detail.tenant === TENANT)
        .map(({ detail }) => [detail.account.id, detail.mayHandBack])
        .sort();
    expect(await card('group/default/platform', MAYA)).toEqual(
      idsOf(PLATFORM).map(id => [id, true]),
    );
    expect(await card('group/default/platform', ROBIN)).toEqual(
      idsOf(PLATFORM).map(id => [id, false]),
    );
    expect(await card('group/default/finance', MAYA)).toEqual([
      [jonas.id, true],
    ]);
    expect(await card('user/default/daniel', MAYA)).toEqual([]);
    await call('get', '/entities/group/default/platform', TOMAS).expect(403);
    // Money has a permission of its own.
    await call('get', '/entities/group/default/platform/spend', MAYA).expect(
      403,
    );
  });

  it('are looked up once for all accounts of a card', async () => {
    catalog.streamEntities.mockClear();
    await entityOf('group/default/platform', MAYA);
    const all = catalog.streamEntities.mock.calls.length;
    catalog.streamEntities.mockClear();
    await entityOf('user/default/tomas', MAYA);
    expect(all).toBe(catalog.streamEntities.mock.calls.length);
  });

  it('see nothing while the catalog does not say what they own', async () => {
    catalog.streamEntities.mockImplementationOnce(() => {
      throw new Error('The catalog is away');
    });
    const { body } = await call('get', `/tenants/${TENANT}/users`, MAYA).expect(
      500,
    );
    expect(body).not.toHaveProperty('items');
    expect(await accountsOf(MAYA)).toEqual(idsOf(PLATFORM));
  });

  it('are told which tenants there are, and nothing of how they are connected', async () => {
    const { items } = await read('/tenants', MAYA);
    expect(items).toMatchObject([{ name: TENANT }, { name: QUIET }]);
    await call('get', '/tenants', TOMAS).expect(403);
    for (const path of ['', '/tasks', '/licenses', '/connection']) {
      await call('get', `/tenants/${TENANT}${path}`, MAYA).expect(403);
    }
  });

  it('are told whose licenses they may hand back', async () => {
    const mayHandBack = async (member: { id: string }, caller: string) =>
      (await detailOf(member, caller)).mayHandBack;
    expect(await mayHandBack(tomas, MAYA)).toBe(true);
    expect(await mayHandBack(maya, MAYA)).toBe(true);
    expect(await mayHandBack(tomas, TOMAS)).toBe(true);
    // By a group that he belongs to; the other account she may only read.
    expect(await mayHandBack(daniel, CLARA)).toBe(true);
    expect(await mayHandBack(aisha, CLARA)).toBe(false);
    // To read everything is not to own anything.
    expect(await mayHandBack(tomas, ROBIN)).toBe(false);
    expect(await mayHandBack(robin, ROBIN)).toBe(true);

    // Where nothing is taken back, not even one's own.
    const { accounts } = await entityOf('user/default/maya', MAYA);
    expect(
      accounts.map(({ detail }) => [detail.tenant, detail.mayHandBack]),
    ).toEqual([
      [TENANT, true],
      [QUIET, false],
    ]);
    const member = await read(`/tenants/${QUIET}/users/${tomas.id}`, MAYA);
    expect(member.mayHandBack).toBe(false);
  });

  it('hand back for a member', async () => {
    const held = () =>
      simulators[TENANT].tenant
        .get(jonas.id)
        .assignments.map(({ skuId }) => skuId);
    expect(held()).toContain(VISIO);
    const body: Reclamation = (
      await handBack(
        { user: jonas.userPrincipalName.toUpperCase(), skuId: VISIO },
        MAYA,
      ).expect(201)
    ).body;
    expect(body).toMatchObject({
      origin: 'handBack',
      createdBy: MAYA,
      account: { id: jonas.id },
    });
    const done = await waitFor('the license to be taken', async () => {
      const plan = await read(
        `/tenants/${TENANT}/reclamations/${body.id}`,
        MAYA,
      );
      return plan.status === 'finished' ? plan : undefined;
    });
    expect(done.counts).toMatchObject([{ outcome: 'reclaimed', items: 1 }]);
    expect(held()).not.toContain(VISIO);
    // Plans of others stay theirs.
    await call(
      'get',
      `/tenants/${TENANT}/reclamations/${body.id}`,
      CLARA,
    ).expect(403);
  });

  it('hand back for nobody else', async () => {
    for (const [caller, user] of [
      [MAYA, daniel.userPrincipalName],
      [MAYA, robin.id],
      [CLARA, aisha.userPrincipalName],
      [TOMAS, aisha.userPrincipalName],
      [STRANGER, tomas.userPrincipalName],
      [ROBIN, tomas.userPrincipalName],
      [MAYA, 'nobody@contoso.example'],
    ]) {
      const { body } = await handBack({ user, skuId: E5 }, caller).expect(403);
      expect(body.error.message).toContain(`${user} is neither`);
    }
    const { body: unknown } = await handBack({ skuId: E5 }, STRANGER).expect(
      404,
    );
    expect(unknown.error.message).toContain(
      `${STRANGER} has no account in the tenant ${TENANT}`,
    );
    const { body: quiet } = await handBack(
      { user: tomas.id, skuId: E5 },
      MAYA,
      QUIET,
    ).expect(403);
    expect(quiet.error.message).toContain('switched off');
  });

  it('are people: a service hands nothing back', async () => {
    const asService = (method: 'get' | 'post', path: string) =>
      request(backend.server)
        [method](`/api/m365-licenses/tenants/${TENANT}${path}`)
        .set(
          'Authorization',
          mockCredentials.service.header({
            onBehalfOf: mockCredentials.service(),
            targetPluginId: 'm365-licenses',
          }),
        );
    const { body: seen } = await asService('get', `/users/${tomas.id}`).expect(
      200,
    );
    expect(seen.mayHandBack).toBe(false);
    const { body } = await asService('post', '/hand-backs')
      .send({ user: tomas.id, skuId: E5 })
      .expect(403);
    expect(body.error.message).toBe('Only a person can hand a license back');
  });
});
