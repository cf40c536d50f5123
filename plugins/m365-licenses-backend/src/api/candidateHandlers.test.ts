import { mockServices } from '@backstage/backend-test-utils';
import {
  accountReadPermission,
  type Candidate,
  type CandidateSummary,
  type Exemption,
  exemptionUpdatePermission,
  licenseReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { readConfig } from '../config';
import type { Stores } from '../database/types';
import {
  AT,
  E3,
  E5,
  GROUP,
  THRESHOLD,
  activeUser,
  direct,
  idOf,
  sku,
  storeRoster,
  testDatabases,
  user,
} from '../database/__testUtils__/records';
import {
  groupEntity,
  TENANT,
  testEvaluation,
  userEntity,
} from '../evaluation/__testUtils__/evaluation';
import type { GraphConnection } from '../graph/types';
import { term } from '../insights/__testUtils__/licenses';
import { OLIVIA, serve, type Server } from './__testUtils__/server';
import { createCandidateHandlers } from './candidateHandlers';
import { Tenants } from './tenants';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();
const EXCHANGE = 'efb87545-963c-4e0d-99df-69c6916d9eb0';
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const GERMANY = 'group:default/germany';
const BERLIN = 'group:default/berlin';
const NOBODYS = '99999999-9999-4999-8999-999999999999';
const EUR = (amount: string) => ({ amount, currency: 'EUR' });

const CONFIG = readConfig(
  mockServices.rootConfig({
    data: {
      m365Licenses: {
        tenants: {
          [TENANT]: {
            tenantId: idOf(100),
            clientId: idOf(101),
            clientSecret: 'secret',
          },
        },
      },
    },
  }),
);
/** Nothing is asked of Microsoft here. */
const UNASKED = {} as GraphConnection;

const plans = (...planIds: string[]) =>
  planIds.map(servicePlanId => ({
    servicePlanId,
    servicePlanName: servicePlanId === TEAMS ? 'TEAMS1' : 'EXCHANGE_S',
    appliesTo: 'User' as const,
  }));

/** Who holds what, and why it could be taken back. */
const USERS = [
  // Never active.
  user(1, { assignments: [direct(E3)] }),
  // Disabled.
  user(2, {
    department: 'Finance',
    accountEnabled: false,
    assignments: [direct(E5)],
  }),
  // Never active, but granted by a group.
  user(3, {
    department: 'Finance',
    assignments: [direct(E3, { assignedByGroup: GROUP })],
  }),
  // Active.
  user(4, { assignments: [direct(E5)] }),
  // Active, with one too many.
  user(5, { department: 'Finance', assignments: [direct(E5), direct(E3)] }),
  // Reads mail only: E3 would do.
  user(6, { assignments: [direct(E5)] }),
];

async function seed(stores: Stores) {
  await stores.licenses.store(
    TENANT,
    {
      skus: [
        sku(E3, { skuPartNumber: 'SPE_E3', servicePlans: plans(EXCHANGE) }),
        sku(E5, {
          skuPartNumber: 'SPE_E5',
          servicePlans: plans(EXCHANGE, TEAMS),
        }),
        sku(NOBODYS, { skuPartNumber: 'NOBODYS', servicePlans: [] }),
      ],
    },
    AT,
  );
  await storeRoster(stores, USERS, { at: AT });
  const used = '2026-11-11';
  await stores.activity.storeRows(
    TENANT,
    [
      activeUser('person4@contoso.example', { exchange: used, teams: used }),
      activeUser('person5@contoso.example', { exchange: used, teams: used }),
      activeUser('person6@contoso.example', { exchange: used }),
    ],
    AT,
  );
  for (const report of ['activeUsers', 'emailApps'] as const) {
    await stores.activity.completeReport(TENANT, report, '2026-11-19', AT, 3);
  }
  await stores.terms.replace(
    TENANT,
    [
      { skuId: E3, terms: [term({ cost: '10' })] },
      { skuId: E5, terms: [term({ cost: '50' })] },
    ],
    { updatedBy: OLIVIA, at: AT },
  );
}

describe.each(ids)('Candidates on %s', databaseId => {
  let stores: Stores;
  let server: Server;

  const candidates = async (query = ''): Promise<Candidate[]> =>
    (
      await server
        .call('get', `/tenants/${TENANT}/candidates${query}`)
        .expect(200)
    ).body.items;
  const namesOf = async (query?: string) =>
    (await candidates(query)).map(
      ({ accountName, skuPartNumber, reasons, state }) =>
        `${accountName} ${skuPartNumber} ${reasons[0].type} ${state}`,
    );
  const summary = async (): Promise<CandidateSummary> =>
    (
      await server
        .call('get', `/tenants/${TENANT}/candidate-summary`)
        .expect(200)
    ).body;
  const exempt = (body: object) =>
    server.call('post', `/tenants/${TENANT}/exemptions`, {
      reason: 'On parental leave',
      expiresOn: null,
      ...body,
    });
  const end = (id: string) =>
    server.call('delete', `/tenants/${TENANT}/exemptions/${id}`);

  beforeAll(async () => {
    ({ stores } = await open(databaseId));
    await seed(stores);
    const { evaluation } = testEvaluation(stores, {
      now: () => AT,
      entities: [
        groupEntity('germany'),
        groupEntity('berlin', { childOf: ['germany'] }),
        userEntity('one', {
          email: 'person1@contoso.example',
          memberOf: ['berlin'],
        }),
      ],
    });
    await evaluation.evaluate(TENANT);
    server = await serve(access =>
      createCandidateHandlers({
        tenants: Tenants.create({
          config: CONFIG,
          started: CONFIG.tenants.map(tenant => ({
            ...tenant,
            graph: UNASKED,
            reclamationGraph: UNASKED,
          })),
          store: stores.tenants,
        }),
        stores,
        access,
        threshold: () => THRESHOLD,
        caller: async () => OLIVIA,
        accountOf: async (_, given) =>
          given === 'user:default/one' ? idOf(1) : given,
        groupExists: async ref => [BERLIN, GERMANY].includes(ref),
        reevaluate: (tenant, selection) =>
          evaluation.reevaluate(tenant, selection),
        now: () => AT,
      }),
    );
  });

  afterEach(async () => {
    server.denied.clear();
    delete server.departments;
    server.audited.length = 0;
    for (const { id } of (await stores.exemptions.list(TENANT, { limit: 500 }))
      .items) {
      await end(id).expect(200);
    }
  });

  afterAll(async () => {
    await server?.stop();
  });

  const ALL = [
    'Person 1 SPE_E3 neverActive opportunity',
    'Person 2 SPE_E5 disabled opportunity',
    'Person 3 SPE_E3 neverActive heldBack',
    'Person 5 SPE_E3 overlap opportunity',
    'Person 6 SPE_E5 downgrade opportunity',
  ];

  it('are listed with their evidence and what they are worth', async () => {
    const { body } = await server
      .call('get', `/tenants/${TENANT}/candidates`)
      .expect(200);
    expect(body).toMatchObject({
      totalItems: 5,
      evaluatedAt: AT.toISOString(),
    });
    expect(await namesOf()).toEqual(ALL);
    const [, , , overlap, downgrade] = await candidates();
    expect(overlap.value).toEqual([EUR('120.00')]);
    expect(downgrade).toEqual({
      accountId: idOf(6),
      userPrincipalName: 'person6@contoso.example',
      accountName: 'Person 6',
      department: 'Sales',
      skuId: E5,
      skuPartNumber: 'SPE_E5',
      displayName: 'Microsoft 365 E5',
      state: 'opportunity',
      reasons: [
        {
          type: 'downgrade',
          since: '2026-01-10',
          services: ['teams'],
          lastActivityDate: null,
          reportRefreshDate: '2026-11-19',
          thresholdDays: 60,
          other: { skuId: E3, displayName: 'Microsoft 365 E3' },
          groups: [],
          unobservable: [],
        },
      ],
      heldBack: [],
      since: '2026-01-10',
      direct: true,
      value: [EUR('480.00')],
    });
  });

  it('are narrowed and sorted', async () => {
    const [one, two, three, five, six] = ALL;
    expect(await namesOf('?reason=neverActive')).toEqual([one, three]);
    expect(await namesOf('?state=heldBack')).toEqual([three]);
    expect(await namesOf(`?skuId=${E5}`)).toEqual([two, six]);
    expect(await namesOf('?department=finance')).toEqual([two, three, five]);
    expect(await namesOf('?text=person6')).toEqual([six]);
    expect(await namesOf(`?group=${BERLIN}`)).toEqual([one]);
    // With the groups below it.
    expect(await namesOf('?group=Group:default/Germany')).toEqual([one]);
    expect(await namesOf('?group=group:default/rome')).toEqual([]);
    expect(await namesOf('?sort=value&order=desc')).toEqual([
      two,
      six,
      five,
      one,
      three,
    ]);
    await server
      .call('get', `/tenants/${TENANT}/candidates?group=user:default/one`)
      .expect(400);
    await server
      .call('get', `/tenants/${TENANT}/candidates?group=%2F`)
      .expect(400);
    await server.call('get', '/tenants/fabrikam/candidates').expect(404);
  });

  it('are paged', async () => {
    const first = await server
      .call('get', `/tenants/${TENANT}/candidates?limit=3`)
      .expect(200);
    expect(first.body.totalItems).toBe(5);
    expect(await namesOf(`?limit=3&cursor=${first.body.nextCursor}`)).toEqual(
      ALL.slice(3),
    );
  });

  it('show prices only to who may read them', async () => {
    server.denied.add(licenseReadPermission.name);
    const listed = await candidates();
    expect(listed).toHaveLength(5);
    expect(listed.every(({ value }) => value === undefined)).toBe(true);
    const { body } = await server
      .call('get', `/tenants/${TENANT}/candidates?sort=value`)
      .expect(403);
    expect(body.error.message).toContain(licenseReadPermission.name);
    await server
      .call('get', `/tenants/${TENANT}/candidate-summary`)
      .expect(403);
  });

  it('show accounts only to who may read them', async () => {
    server.departments = ['Finance'];
    expect(await namesOf()).toEqual([ALL[1], ALL[2], ALL[3]]);
    expect(await namesOf('?department=Sales')).toEqual([]);
    const { body } = await server
      .call('get', `/tenants/${TENANT}/exemptions`)
      .expect(403);
    expect(body.error.message).toContain('without conditions');

    server.denied.add(accountReadPermission.name);
    await server.call('get', `/tenants/${TENANT}/candidates`).expect(403);
    await server.call('get', `/tenants/${TENANT}/exemptions`).expect(403);
  });

  it('are summed up by reason and by SKU', async () => {
    const counts = (
      opportunities: number,
      heldBack: number,
      amount: string,
    ) => ({
      opportunities,
      heldBack,
      value: opportunities ? [EUR(amount)] : [],
    });
    const e3 = { skuId: E3, displayName: 'Microsoft 365 E3' };
    const e5 = { skuId: E5, displayName: 'Microsoft 365 E5' };
    expect(await summary()).toEqual({
      evaluatedAt: AT.toISOString(),
      inactiveAfterDays: 60,
      graceDays: 30,
      total: counts(4, 1, '1320.00'),
      reasons: [
        { reason: 'disabled', counts: counts(1, 0, '600.00') },
        { reason: 'overlap', counts: counts(1, 0, '120.00') },
        { reason: 'neverActive', counts: counts(1, 1, '120.00') },
        { reason: 'downgrade', counts: counts(1, 0, '480.00') },
      ],
      skus: [
        { sku: e5, counts: counts(2, 0, '1080.00') },
        { sku: e3, counts: counts(2, 1, '240.00') },
      ],
      unobservable: [],
    });
  });

  describe('exemptions', () => {
    const stateOf = async (person: number) =>
      (await candidates(`?text=person${person}@`)).map(
        ({ state, heldBack }) => [state, heldBack.map(({ type }) => type)],
      );

    it('hold back an account, until they are ended', async () => {
      const { body }: { body: Exemption } = await exempt({
        user: 'PERSON1@contoso.example',
        expiresOn: '2026-11-23',
      }).expect(201);
      expect(body).toEqual({
        id: expect.any(String),
        account: {
          id: idOf(1),
          userPrincipalName: 'person1@contoso.example',
          displayName: 'Person 1',
        },
        group: null,
        sku: null,
        reason: 'On parental leave',
        owner: OLIVIA,
        expiresOn: '2026-11-23',
        active: true,
        createdBy: OLIVIA,
        createdAt: AT.toISOString(),
      });
      expect(server.audited.at(-1)).toEqual({
        eventId: 'exemption-create',
        severityLevel: 'medium',
        meta: { exemptionId: body.id, accountId: idOf(1) },
      });
      const [candidate] = await candidates('?text=person1@');
      expect(candidate.heldBack).toEqual([
        {
          type: 'exemption',
          until: '2026-11-23',
          reason: 'On parental leave',
          owner: OLIVIA,
          exemptionId: body.id,
        },
      ]);
      expect((await summary()).total).toMatchObject({
        opportunities: 3,
        heldBack: 2,
      });
      const { body: listed } = await server
        .call('get', `/tenants/${TENANT}/exemptions`)
        .expect(200);
      expect(listed).toEqual({ items: [body], totalItems: 1 });

      expect((await end(body.id).expect(200)).body).toEqual(body);
      expect(await stateOf(1)).toEqual([['opportunity', []]]);
      const again = await end(body.id).expect(404);
      expect(again.body.error.message).toContain(body.id);
    });

    it.each<[string, object, number[]]>([
      ['an account by its Graph id', { user: idOf(5) }, [5]],
      ['the account of a User entity', { user: 'user:default/one' }, [1]],
      ['a group', { group: 'Group:default/Berlin' }, [1]],
      ['a group above', { group: GERMANY }, [1]],
      ['a SKU', { skuId: E5.toUpperCase() }, [2, 6]],
      ['a SKU of an account', { user: idOf(5), skuId: E3 }, [5]],
      ['another SKU of an account', { user: idOf(5), skuId: E5 }, []],
      ['a SKU of a group', { group: GERMANY, skuId: E3 }, [1]],
      ['another SKU of a group', { group: GERMANY, skuId: E5 }, []],
    ])('hold back %s', async (_, scope, people) => {
      await exempt(scope).expect(201);
      const held: number[] = [];
      for (const person of [1, 2, 5, 6]) {
        const [[state]] = await stateOf(person);
        if (state === 'heldBack') {
          held.push(person);
        }
      }
      expect(held).toEqual(people);
    });

    it('name their SKU, group and owner as they are stored', async () => {
      const { body } = await exempt({
        group: 'GROUP:default/berlin',
        skuId: E3,
        owner: 'User:default/Noah',
        reason: '  Break-glass ',
      }).expect(201);
      expect(body).toMatchObject({
        account: null,
        group: BERLIN,
        sku: { skuId: E3, displayName: 'Microsoft 365 E3' },
        owner: 'user:default/noah',
        reason: 'Break-glass',
      });
    });

    it('that are over stay in the list, and hold nothing back', async () => {
      await stores.exemptions.create(
        TENANT,
        {
          accountId: idOf(1),
          group: null,
          skuId: null,
          reason: 'Was on leave',
          owner: OLIVIA,
          expiresOn: '2026-11-22',
        },
        { createdBy: OLIVIA, at: AT },
      );
      await exempt({ user: idOf(1), skuId: E5 }).expect(201);
      const { body } = await server
        .call('get', `/tenants/${TENANT}/exemptions`)
        .expect(200);
      expect(body.items.map(({ active }: Exemption) => active).sort()).toEqual([
        false,
        true,
      ]);
      expect(await stateOf(1)).toEqual([['opportunity', []]]);
    });

    it.each<[string, object, number, string]>([
      ['nothing', {}, 400, 'give user, group, skuId'],
      [
        'an account and a group',
        { user: idOf(1), group: BERLIN },
        400,
        'not both',
      ],
      [
        'a time that is over',
        { user: idOf(1), expiresOn: '2026-11-22' },
        400,
        'must be after today, 2026-11-22',
      ],
      ['a blank reason', { user: idOf(1), reason: ' ' }, 400, 'reason must'],
      [
        'nobody',
        { user: 'nobody@contoso.example' },
        404,
        'no account nobody@contoso.example',
      ],
      [
        'a group that is not there',
        { group: 'group:default/rome' },
        404,
        'no group group:default/rome',
      ],
      [
        'what is no group',
        { group: 'user:default/one' },
        400,
        'a Group of the catalog',
      ],
      ['what is no entity', { group: '/' }, 400, 'must be an entity ref'],
      [
        'an owner who is no entity',
        { skuId: E3, owner: 'Olivia' },
        400,
        'owner must be an entity ref',
      ],
      [
        'a SKU that is not there',
        { skuId: idOf(77) },
        404,
        `no license ${idOf(77)}`,
      ],
    ])('of %s are refused', async (_, body, status, message) => {
      const answer = await exempt(body).expect(status);
      expect(answer.body.error.message).toContain(message);
      const { totalItems } = await stores.exemptions.list(TENANT, {
        limit: 1,
      });
      expect(totalItems).toBe(0);
    });

    it('are entered and ended by who may', async () => {
      const { body } = await exempt({ user: idOf(1) }).expect(201);
      server.denied.add(exemptionUpdatePermission.name);
      await exempt({ user: idOf(5) }).expect(403);
      await end(body.id).expect(403);
      expect(await stateOf(5)).toEqual([['opportunity', []]]);
      server.denied.clear();
    });
  });
});
