import {
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { Tenant } from 'backstage-plugin-m365-licenses-common';
import { CAST, type Simulator, startSimulator } from 'graph-simulator';
import type { Knex } from 'knex';
import request from 'supertest';
import { settingsOf } from './__testUtils__/settings';
import { waitFor } from './__testUtils__/waitFor';
import m365LicensesPlugin from './index';

jest.setTimeout(60_000);

const [robin] = CAST;
const PERSON = 'user:default/robin';
const ACCOUNTS = 20;

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())(
  'A tenant that is taken out of the configuration, on %p',
  databaseId => {
    let simulator: Simulator;
    let knex: Knex;

    beforeAll(async () => {
      simulator = await startSimulator({ accounts: ACCOUNTS });
      knex = await databases.init(databaseId);
    });

    afterAll(async () => {
      await simulator?.stop();
    });

    /** Starts the backend with these tenants, and lets a test look at it. */
    async function run(
      tenants: object,
      look: (
        call: (method: 'get' | 'post', path: string) => request.Test,
      ) => Promise<void>,
    ) {
      const backend = await startTestBackend({
        features: [
          m365LicensesPlugin,
          mockServices.database.mock({ getClient: async () => knex }).factory,
          mockServices.rootConfig.factory({
            data: {
              app: { baseUrl: 'http://localhost:3000' },
              m365Licenses: { productNames: { enabled: false }, tenants },
            },
          }),
          catalogServiceMock.factory({
            entities: [
              {
                apiVersion: 'backstage.io/v1alpha1',
                kind: 'User',
                metadata: {
                  name: 'robin',
                  namespace: 'default',
                  annotations: { 'graph.microsoft.com/user-id': robin.id },
                },
                spec: {},
              },
            ],
          }),
          mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
        ],
      });
      try {
        await look((method, path) =>
          request(backend.server)
            [method](`/api/m365-licenses${path}`)
            .set('Authorization', mockCredentials.user.header(PERSON)),
        );
      } finally {
        await backend.stop();
      }
    }

    const contoso = (changes = {}) => ({
      contoso: {
        ...settingsOf(simulator),
        ...changes,
      },
    });

    it('keeps its history, is counted nowhere, and comes back', async () => {
      await run(contoso(), async call => {
        await call('post', '/tenants/contoso/tasks/application-roster/run');
        await waitFor('the roster', async () => {
          const { body } = await call('get', '/tenants/contoso/task-runs');
          return body.items[0]?.status === 'succeeded' || undefined;
        });
        const { body: me } = await call('get', '/me').expect(200);
        expect(me.accounts).toHaveLength(1);
      });

      await run(contoso({ enabled: false }), async call => {
        const { body } = await call('get', '/tenants').expect(200);
        const [retired]: Tenant[] = body.items;
        expect(retired).toMatchObject({
          name: 'contoso',
          tenantId: simulator.tenantId,
          status: 'retired',
          retiredAt: expect.any(String),
        });
        expect(body.totalItems).toBe(1);
        const { body: connections } = await call('get', '/connections');
        expect(connections.items).toMatchObject([
          { status: 'retired', credentials: [], check: null },
        ]);

        // History stays
        for (const path of [
          '',
          '/tasks',
          '/task-runs',
          `/users/${robin.id}`,
          '/activity',
          '/licenses',
          '/reclamations',
          '/suspicious-activities',
        ]) {
          await call('get', `/tenants/contoso${path}`).expect(200);
        }
        const { body: users } = await call('get', '/tenants/contoso/users');
        expect(users.totalItems).toBe(ACCOUNTS);

        // Counted nowhere, and Microsoft is not asked
        const { body: me } = await call('get', '/me').expect(200);
        expect(me.accounts).toEqual([]);
        const { body: matches } = await call(
          'get',
          `/account-matches?userPrincipalName=${robin.userPrincipalName}`,
        ).expect(200);
        expect(matches.items).toEqual([]);
        simulator.requests.reset();
        for (const path of [
          '/tasks/application-roster/run',
          '/connection/check',
        ]) {
          const { body: refused } = await call(
            'post',
            `/tenants/contoso${path}`,
          ).expect(409);
          expect(refused.error.message).toContain('is retired');
        }
        expect(simulator.requests.total).toBe(0);
      });

      await run(contoso(), async call => {
        const { body } = await call('get', '/tenants').expect(200);
        expect(body.items).toMatchObject([{ status: 'started' }]);
        const { body: me } = await call('get', '/me').expect(200);
        expect(me.accounts).toHaveLength(1);
      });
    });

    it('does not give its history to another directory of the same name', async () => {
      const another = '11111111-2222-4333-8444-555555555555';
      await run(contoso({ tenantId: another }), async call => {
        const { body } = await call('get', '/tenants').expect(200);
        expect(body.items).toMatchObject([
          {
            status: 'refused',
            tenantId: another,
            problem: expect.stringContaining(simulator.tenantId),
          },
        ]);
        await call('get', '/tenants/contoso/users').expect(404);
      });
    });
  },
);
