import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  type EntitySpend,
  licenseReadPermission,
  SPEND_DIMENSIONS,
  type SpendBy,
} from 'backstage-plugin-m365-licenses-common';
import { PRODUCTS } from 'graph-simulator';
import { readConfig } from '../config';
import {
  groupEntity,
  testEvaluation,
  userEntity,
} from '../evaluation/__testUtils__/evaluation';
import { term } from '../insights/__testUtils__/licenses';
import { createWorld, TENANT, type World } from '../sync/__testUtils__/world';
import { applicationAccess } from '../sync/applicationAccess';
import { applicationRoster } from '../sync/applicationRoster';
import { licenseInformation } from '../sync/licenseInformation';
import { serve, type Server } from './__testUtils__/server';
import { createSpendHandlers } from './spendHandlers';
import { Tenants } from './tenants';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const { skuId: E5 } = PRODUCTS.SPE_E5;
const SECRET = groupEntity('secret');
const GROUPS = [
  groupEntity('contoso', { displayName: 'Contoso' }),
  groupEntity('sales', { childOf: ['contoso'] }),
  groupEntity('north', { childOf: ['sales'] }),
];

describe.each(databases.eachSupportedId())(
  'Where the money goes on %p',
  databaseId => {
    let world: World;
    let server: Server;
    let evaluatedAt: string;

    const spendBy = async (dimension: string): Promise<SpendBy> =>
      (
        await server
          .call('get', `/tenants/${TENANT}/spend/${dimension}`)
          .expect(200)
      ).body;
    const spendOf = async (group: string): Promise<EntitySpend> =>
      (
        await server
          .call('get', `/entities/group/default/${group}/spend`)
          .expect(200)
      ).body;

    beforeAll(async () => {
      world = await createWorld(await databases.init(databaseId), {
        accounts: 150,
      });
      const { stores, graph, simulator } = world;
      await world.run(licenseInformation);
      await world.run(applicationRoster);
      await world.run(applicationAccess);
      await stores.terms.replace(
        TENANT,
        [{ skuId: E5, terms: [term({ quantity: 500 })] }],
        { updatedBy: 'user:default/olivia', at: world.now() },
      );
      const config = readConfig(
        mockServices.rootConfig({
          data: {
            m365Licenses: {
              tenants: {
                [TENANT]: {
                  tenantId: simulator.tenantId,
                  clientId: simulator.clientId,
                  clientSecret: simulator.clientSecret,
                },
              },
            },
          },
        }),
      );
      await testEvaluation(stores, {
        now: world.now,
        entities: [
          ...GROUPS,
          SECRET,
          ...simulator.tenant.accounts.slice(0, 100).map((account, index) =>
            userEntity(`user-${index}`, {
              annotations: { 'graph.microsoft.com/user-id': account.id },
              memberOf: [['contoso', 'sales', 'north'][index % 3]],
            }),
          ),
        ],
      }).evaluation.evaluate(TENANT);
      evaluatedAt = world.now().toISOString();
      server = await serve(access =>
        createSpendHandlers({
          tenants: Tenants.create({
            config,
            started: config.tenants.map(tenant => ({
              ...tenant,
              graph,
              reclamationGraph: graph,
            })),
            store: stores.tenants,
          }),
          stores,
          access,
          // Of the groups, one is hidden from the caller.
          catalog: catalogServiceMock({ entities: GROUPS }),
          threshold: () => world.threshold,
        }),
      );
    });

    afterEach(() => {
      server.denied.clear();
    });

    afterAll(async () => {
      await server?.stop();
      await world?.stop();
    });

    it.each(SPEND_DIMENSIONS)('is told by %s, without a rest', async by => {
      const { items, unassigned, ...rest } = await spendBy(by);
      expect(rest).toEqual({ dimension: by, evaluatedAt });
      expect(items.length).toBeGreaterThan(1);
      const costs = [...items.map(({ own }) => own), unassigned].flatMap(
        ({ annual }) => annual,
      );
      expect(new Set(costs.map(({ currency }) => currency))).toEqual(
        new Set(['EUR']),
      );
      const total = costs.reduce(
        (sum, { amount }) => sum + Math.round(Number(amount) * 10_000),
        0,
      );
      // 500 seats of 120 EUR a year.
      expect(total).toBe(60_000 * 10_000);
      expect(
        items.filter(({ value, parent }) => value === null && parent === null),
      ).toHaveLength(items.some(({ value }) => value === null) ? 1 : 0);
    });

    it('of a group is that of the table, with the licenses it goes to', async () => {
      const { items } = await spendBy('group');
      for (const group of ['contoso', 'sales', 'north']) {
        const entityRef = `group:default/${group}`;
        const item = items.find(({ value }) => value === entityRef);
        const spend = await spendOf(group);
        expect(spend).toEqual({
          entityRef,
          items: [
            {
              tenant: TENANT,
              evaluatedAt,
              own: item?.own,
              total: item?.total,
              skus: expect.arrayContaining([
                {
                  sku: { skuId: E5, displayName: 'Microsoft 365 E5' },
                  part: expect.objectContaining({ annual: item?.total.annual }),
                },
              ]),
            },
          ],
        });
        // The only one that is priced, hence the dearest.
        expect(spend.items[0].skus[0].sku.skuId).toBe(E5);
      }
      expect(
        items.find(({ value }) => value === 'group:default/north')?.parent,
      ).toBe('group:default/sales');
    });

    it('is shown to who may read licenses and see the group', async () => {
      const hidden = await server.call(
        'get',
        '/entities/group/default/secret/spend',
      );
      expect(hidden.status).toBe(404);
      expect(hidden.body.error.message).toContain('group:default/secret');
      await server
        .call('get', `/tenants/fabrikam/spend/department`)
        .expect(404);
      await server
        .call('get', `/tenants/${TENANT}/spend/shoe-size`)
        .expect(400);

      server.denied.add(licenseReadPermission.name);
      for (const path of [
        `/tenants/${TENANT}/spend/department`,
        '/entities/group/default/contoso/spend',
      ]) {
        await server.call('get', path).expect(403);
      }
    });
  },
);
