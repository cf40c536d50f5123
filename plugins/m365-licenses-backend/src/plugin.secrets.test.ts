import { auditorServiceFactory } from '@backstage/backend-defaults/auditor';
import {
  coreServices,
  createServiceFactory,
  type LoggerService,
  type RootLoggerService,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  type Connection,
  openApiOperations,
  SYNC_TASKS,
  type TaskRun,
} from 'backstage-plugin-m365-licenses-common';
import {
  createCertificate,
  type Simulator,
  startSimulator,
} from 'graph-simulator';
import type { Knex } from 'knex';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import request from 'supertest';
import { waitFor } from './__testUtils__/waitFor';
import m365LicensesPlugin from './index';

jest.setTimeout(120_000);

const PORTAL = 'http://localhost:3000';
const REDIRECT_URI = `${PORTAL}/m365-licenses/connections`;
const base = '/api/m365-licenses';

/** Everything that is logged, the audit log included, with what belongs to it. */
function createRecorder() {
  const lines: string[] = [];
  const logger = (context: object): RootLoggerService => {
    const record =
      (level: string): LoggerService['info'] =>
      (message, meta) => {
        lines.push(inspect({ level, message, meta, context }, { depth: 20 }));
      };
    return {
      error: record('error'),
      warn: record('warn'),
      info: record('info'),
      debug: record('debug'),
      child: meta => logger({ ...context, ...meta }),
    };
  };
  const factory = createServiceFactory({
    service: coreServices.rootLogger,
    deps: {},
    factory: () => logger({}),
  });
  return { lines, factory };
}

async function everyRow(knex: Knex): Promise<string> {
  const isSqlite = knex.client.config.client.includes('sqlite');
  const tables: { name: string }[] = isSqlite
    ? await knex('sqlite_master').where({ type: 'table' }).select('name')
    : await knex('pg_tables')
        .where({ schemaname: 'public' })
        .select({ name: 'tablename' });
  const rows = [];
  for (const { name } of tables) {
    rows.push(name, await knex(name).select());
  }
  return JSON.stringify(rows);
}

const environment = { ...process.env };
/** One for each way to sign in, by its name. */
const simulators: Record<string, Simulator> = {};

beforeAll(async () => {
  for (const name of ['secret', 'certificate', 'person', 'identity']) {
    simulators[name] = await startSimulator({
      accounts: 20,
      domain: `${name}.example`,
      clientSecret: `the-${name}-${randomBytes(12).toString('hex')}`,
      strictRefreshTokens: true,
    });
  }

  const { endpoint, header } = simulators.identity.managedIdentity;
  process.env.IDENTITY_ENDPOINT = endpoint;
  process.env.IDENTITY_HEADER = header;
});

afterAll(async () => {
  process.env = environment;
  await Promise.all(
    Object.values(simulators).map(simulator => simulator.stop()),
  );
});

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())(
  'What is secret, on %p',
  databaseId => {
    const recorder = createRecorder();
    const answers: string[] = [];
    let backend: TestBackend;
    let knex: Knex;

    async function call(
      method: 'get' | 'post' | 'delete',
      path: string,
      body?: object,
    ) {
      const response = await request(backend.server)
        [method](`${base}${path}`)
        .set('Authorization', mockCredentials.user.header('user:default/robin'))
        .send(body);
      answers.push(`${method} ${path}: ${response.text}`);
      return response;
    }

    /** Runs every task of a tenant and waits until each ended, however. */
    async function runTasks(tenant: string) {
      for (const task of SYNC_TASKS) {
        const runs = async (): Promise<TaskRun[]> =>
          (await call('get', `/tenants/${tenant}/task-runs?task=${task}`)).body
            .items;
        const [before] = await runs();
        const { status } = await call(
          'post',
          `/tenants/${tenant}/tasks/${task}/run`,
        );
        if (status === 202) {
          await waitFor(`${task} of ${tenant}`, async () => {
            const [last] = await runs();
            return last && last.id !== before?.id && last.status !== 'running'
              ? true
              : undefined;
          });
        }
      }
    }

    async function connection(tenant: string): Promise<Connection> {
      return (await call('get', `/tenants/${tenant}/connection`)).body;
    }

    async function signIn(tenant: string) {
      const { body } = await call(
        'post',
        `/tenants/${tenant}/connection/authorization`,
        { redirectUri: REDIRECT_URI },
      );
      const [admin] = simulators[tenant].tenant.accounts;
      const back = await simulators[tenant].signIn(body.url, {
        account: admin.userPrincipalName,
      });
      return new URLSearchParams(new URL(back).hash.slice(1));
    }

    beforeAll(async () => {
      const { certificate, privateKey } = await createCertificate();
      const writer = simulators.secret.registerApplication({
        displayName: 'Writer',
        roles: ['LicenseAssignment.ReadWrite.All'],
      });
      writer.addCertificate(certificate);
      simulators.certificate.application.addCertificate(certificate);
      knex = await databases.init(databaseId);
      const tenant = (name: string, credential: object, tasks = {}) => ({
        tenantId: simulators[name].tenantId,
        clientId: simulators[name].clientId,
        authority: simulators[name].url,
        target: simulators[name].url,
        tasks,
        ...credential,
      });
      const clientCertificate = { certificate, privateKey };
      backend = await startTestBackend({
        features: [
          m365LicensesPlugin,
          mockServices.database.mock({ getClient: async () => knex }).factory,
          mockServices.rootConfig.factory({
            data: {
              app: { baseUrl: PORTAL },
              m365Licenses: {
                productNames: { enabled: false },
                encryptionKeys: [randomBytes(32).toString('base64')],
                tenants: {
                  secret: tenant(
                    'secret',
                    { clientSecret: simulators.secret.clientSecret },
                    {
                      reclamation: {
                        enabled: true,
                        credentials: {
                          clientId: writer.clientId,
                          clientCertificate,
                        },
                      },
                    },
                  ),
                  certificate: tenant('certificate', { clientCertificate }),
                  person: tenant('person', {
                    authorizationCode: {
                      clientSecret: simulators.person.clientSecret,
                    },
                  }),
                  identity: tenant('identity', {
                    clientId: undefined,
                    managedIdentity: {},
                  }),
                },
              },
            },
          }),
          catalogServiceMock.factory({ entities: [] }),
          mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
          recorder.factory,
          auditorServiceFactory,
        ],
      });
    });

    afterAll(async () => {
      await backend?.stop();
    });

    it('is in no log line, audit event, error, answer or table, whatever happens', async () => {
      // Every way to sign in, and what comes of it
      const back = await signIn('person');
      const { status } = await call('post', '/authorization-responses', {
        state: back.get('state'),
        code: back.get('code'),
      });
      expect(status).toBe(200);
      for (const name of Object.keys(simulators)) {
        await call('post', `/tenants/${name}/connection/check`);
        await runTasks(name);
        expect(await connection(name)).toMatchObject({
          check: { findings: expect.any(Array) },
        });
        expect(
          (await call('get', `/tenants/${name}/users`)).body.totalItems,
        ).toBe(20);
      }
      const holder = simulators.secret.tenant.accounts.find(
        ({ assignments }) =>
          assignments.length > 0 &&
          assignments.every(({ assignedByGroup }) => !assignedByGroup),
      );
      const { body: plan } = await call(
        'post',
        '/tenants/secret/reclamations',
        { users: [holder?.id], reason: 'Left' },
      );
      await call('post', `/tenants/secret/reclamations/${plan.id}/execute`);
      const done = await waitFor('the reclamation to end', async () => {
        const { body } = await call(
          'get',
          `/tenants/secret/reclamations/${plan.id}`,
        );
        return body.status === 'finished' ? body : undefined;
      });
      expect(done.counts).toMatchObject([{ outcome: 'reclaimed' }]);

      // A code used again, a state made up, a sign-in denied
      await call('post', '/authorization-responses', {
        state: back.get('state'),
        code: back.get('code'),
      });
      await call('post', '/authorization-responses', {
        state: 'made-up',
        code: back.get('code'),
      });
      const again = await signIn('person');
      await call('post', '/authorization-responses', {
        state: again.get('state'),
        code: back.get('code'),
      });

      // Microsoft refuses, and repeats what it got
      for (const [name, simulator] of Object.entries(simulators)) {
        simulator.faults.expireTokens();
        simulator.faults.refuseTokens = {
          number: 7000215,
          message: 'Invalid client secret provided:',
          echo: true,
        };
        await call('post', `/tenants/${name}/connection/check`);
        await runTasks(name);
        simulator.faults.refuseTokens = undefined;
        simulator.faults.add({
          path: /\/(users|subscribedSkus|reports|organization)/,
          times: 'always',
          fault: {
            kind: 'fail',
            status: 400,
            message: `Bad token: ${simulator
              .secrets()
              .filter(secret => secret.startsWith('eyJ'))
              .join(' ')}`,
          },
        });
        await call('post', `/tenants/${name}/connection/check`);
        await runTasks(name);
        simulator.faults.clear();
      }
      simulators.person.revokeRefreshTokens();
      simulators.person.faults.expireTokens();
      await call('post', '/tenants/person/connection/check');
      const stored = await everyRow(knex);
      await call('delete', '/tenants/person/connection/authorization');

      for (const { method, path } of openApiOperations) {
        if (method === 'get') {
          for (const name of Object.keys(simulators)) {
            await call('get', path.replace('{tenant}', name));
          }
        }
      }

      const places = {
        logs: recorder.lines.join('\n'),
        answers: answers.join('\n'),
        tables: `${stored}\n${await everyRow(knex)}`,
      };
      const secrets = Object.values(simulators).flatMap(simulator =>
        simulator.secrets(),
      );
      expect(secrets.length).toBeGreaterThan(30);
      const leaks = Object.entries(places).flatMap(([place, text]) =>
        secrets
          .filter(secret => text.includes(secret))
          .map(secret => {
            const at = text.indexOf(secret);
            return `${place}: …${text.slice(
              Math.max(0, at - 200),
              at,
            )}[secret]`;
          }),
      );
      expect(leaks).toEqual([]);
      for (const simulator of Object.values(simulators)) {
        expect(simulator.requests.bearerSentToDownloadHost).toBe(0);
      }
      // The search finds what is there: whom, and which operations, is logged
      expect(places.logs).toContain('connection-authorized');
    });
  },
);
