/*
 * A replica of a portal's backend in a process of its own: the plugin with its
 * REST API, its database and the scheduler. It starts when told, so that no time
 * is lost when the one before it is killed, and prints its address.
 */
import { databaseServiceFactory } from '@backstage/backend-defaults/database';
import { schedulerServiceFactory } from '@backstage/backend-defaults/scheduler';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { JsonObject } from '@backstage/types';
import { once } from 'node:events';
import m365LicensesPlugin from '../index';

async function main(config: JsonObject): Promise<void> {
  // Whoever started this is gone.
  process.stdin.once('end', () => process.exit());
  await once(process.stdin, 'data');
  const { server } = await startTestBackend({
    features: [
      m365LicensesPlugin,
      mockServices.rootConfig.factory({ data: config }),
      databaseServiceFactory,
      schedulerServiceFactory,
      catalogServiceMock.factory(),
    ],
  });
  process.stdout.write(`http://localhost:${server.port()}\n`);
}

if (require.main === module) {
  main(JSON.parse(process.argv[2])).catch(error => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
}
