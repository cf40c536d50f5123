import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import {
  accountReadPermission,
  m365LicensesPermissions,
} from 'backstage-plugin-m365-licenses-common';
import { Access } from './api/access';
import { EntityAccounts } from './api/entities';
import { createHandlers, type StartedTenant } from './api/handlers';
import { accountResourceRef, accountRules } from './api/permissionRules';
import { createOperationRouter } from './api/router';
import { readConfig } from './config';
import { createStores } from './database';
import { createGraphConnection } from './graph/connection';
import { Reclamations } from './reclamation/Reclamations';
import { TaskRunner } from './sync';

/**
 * The license manager for Microsoft 365: syncs the configured tenants, serves
 * the REST API, and takes licenses back.
 *
 * @public
 */
export const m365LicensesPlugin = createBackendPlugin({
  pluginId: 'm365-licenses',
  register(env) {
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        logger: coreServices.logger,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
        userInfo: coreServices.userInfo,
      },
      async init({
        auditor,
        catalog,
        config: rootConfig,
        database,
        httpAuth,
        httpRouter,
        logger,
        permissions,
        permissionsRegistry,
        scheduler,
        userInfo,
      }) {
        const config = readConfig(rootConfig);
        for (const { name, problem } of config.refused) {
          logger.error(`The tenant ${name} is not started: ${problem}`);
        }
        const stores = await createStores(database);
        const now = () => new Date();
        const tenants: StartedTenant[] = config.tenants.map(tenant => ({
          ...tenant,
          graph: createGraphConnection(tenant.connection, { logger }),
        }));

        permissionsRegistry.addPermissions(
          m365LicensesPermissions.filter(
            permission => permission !== accountReadPermission,
          ),
        );
        permissionsRegistry.addResourceType({
          resourceRef: accountResourceRef,
          permissions: [accountReadPermission],
          rules: Object.values(accountRules),
        });

        const taskRunner = TaskRunner.create({
          logger,
          scheduler,
          stores,
          now,
        });
        httpRouter.use(
          createOperationRouter({
            auditor,
            httpAuth,
            logger,
            handlers: createHandlers({
              config,
              tenants,
              stores,
              taskRunner,
              reclamations: Reclamations.create({ stores, logger, now }),
              access: Access.create({ permissions, permissionsRegistry }),
              entityAccounts: EntityAccounts.create({
                catalog,
                accounts: stores.accounts,
                tenants: tenants.map(({ name, connection }) => ({
                  name,
                  tenantId: connection.tenantId,
                })),
              }),
              userInfo,
              now,
            }),
          }),
        );
        for (const tenant of tenants) {
          await taskRunner.schedule(tenant);
        }
      },
    });
  },
});
