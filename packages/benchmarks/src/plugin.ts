import {
  coreServices,
  createServiceFactory,
  type DatabaseService,
  type SchedulerService,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { JsonObject } from '@backstage/types';
import m365LicensesPlugin from 'backstage-plugin-m365-licenses-backend';

/** Asks the REST API; with a body by POST. Fails where the answer is no success. */
export type Ask = <Body>(path: string, body?: object) => Promise<Body>;

/**
 * Starts the plugin in this process.
 *
 * @param options.settings - its configuration, below `m365Licenses`
 * @returns what asks its REST API, with paths as of the OpenAPI document
 */
export async function startPlugin(options: {
  database: DatabaseService;
  scheduler: SchedulerService;
  settings: JsonObject;
  entities: Entity[];
  logLevel: 'none' | 'warn';
}): Promise<Ask> {
  const { database, scheduler, settings, entities, logLevel } = options;
  const { server } = await startTestBackend({
    features: [
      m365LicensesPlugin,
      createServiceFactory({
        service: coreServices.database,
        deps: {},
        factory: () => database,
      }),
      createServiceFactory({
        service: coreServices.scheduler,
        deps: {},
        factory: () => scheduler,
      }),
      mockServices.rootConfig.factory({
        data: {
          app: { baseUrl: 'http://localhost:3000' },
          m365Licenses: settings,
        },
      }),
      catalogServiceMock.factory({ entities }),
      mockServices.rootLogger.factory({ level: logLevel }),
    ],
  });
  const base = `http://localhost:${server.port()}/api/m365-licenses`;
  return async (path, body) => {
    const answer = await fetch(`${base}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        Authorization: mockCredentials.user.header(),
        'Content-Type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${path}: ${answer.status} ${text.slice(0, 500)}`);
    }
    return JSON.parse(text);
  };
}
