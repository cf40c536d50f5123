import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import {
  accountReadPermission,
  type ConnectionPurpose,
  m365LicensesPermissions,
} from 'backstage-plugin-m365-licenses-common';
import { Access } from './api/access';
import { EntityAccounts } from './api/entities';
import { createHandlers } from './api/handlers';
import { accountResourceRef, accountRules } from './api/permissionRules';
import { createOperationRouter } from './api/router';
import { type StartedTenant, Tenants } from './api/tenants';
import { readConfig, withoutForeign } from './config';
import { Connections, RETRY_AFTER_MS } from './connections';
import { createStores } from './database';
import { CatalogGroups, Evaluation } from './evaluation';
import { LicenseEvents } from './events/LicenseEvents';
import { createGraphConnection } from './graph/connection';
import type { ConnectionConfig } from './graph/types';
import { ProductNames } from './products/ProductNames';
import { Reclamations } from './reclamation/Reclamations';
import { Renewals } from './renewals/Renewals';
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
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        logger: coreServices.logger,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        rootLifecycle: coreServices.rootLifecycle,
        scheduler: coreServices.scheduler,
        userInfo: coreServices.userInfo,
      },
      async init({
        auditor,
        auth,
        catalog,
        config: rootConfig,
        database,
        events: eventsService,
        httpAuth,
        httpRouter,
        logger,
        notifications,
        permissions,
        permissionsRegistry,
        rootLifecycle,
        scheduler,
        userInfo,
      }) {
        const now = () => new Date();
        const configured = readConfig(rootConfig);
        const stores = await createStores(database, configured);
        const { foreign } = configured.areTenantsKnown
          ? await stores.tenants.reconcile(
              [
                ...configured.tenants.map(({ name, connection }) => ({
                  name,
                  tenantId: connection.tenantId,
                })),
                ...configured.refused,
              ],
              now(),
            )
          : { foreign: [] };
        const config = withoutForeign(configured, foreign);
        for (const { name, problem } of config.refused) {
          logger.error(`The tenant ${name} is not started: ${problem}`);
        }
        const connect = (
          connection: ConnectionConfig,
          purpose: ConnectionPurpose,
        ) =>
          createGraphConnection(connection, {
            logger,
            refusals: stores.connections.refusals(
              connection.name,
              purpose,
              RETRY_AFTER_MS,
            ),
            vault: stores.authorizations.vault(connection.name, purpose),
          });
        const tenants: StartedTenant[] = config.tenants.map(tenant => {
          const graph = connect(tenant.connection, 'sync');
          return {
            ...tenant,
            graph,
            reclamationGraph: tenant.reclamationConnection
              ? connect(tenant.reclamationConnection, 'reclamation')
              : graph,
          };
        });

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

        const events = LicenseEvents.create({ events: eventsService, logger });
        const tenantNames = tenants.map(({ name }) => name);
        const entityAccounts = EntityAccounts.create({
          catalog,
          accounts: stores.accounts,
          tenants: tenants.map(({ name, connection }) => ({
            name,
            tenantId: connection.tenantId,
          })),
        });
        const evaluation = Evaluation.create({
          tenants: tenantNames,
          stores,
          catalogGroups: CatalogGroups.create({
            catalog,
            auth,
            entityAccounts,
            store: stores.catalogGroups,
            tenants: tenantNames,
            logger,
            now,
          }),
          config,
          events,
          scheduler,
          logger,
          now,
        });
        const taskRunner = TaskRunner.create({
          logger,
          scheduler,
          stores,
          events,
          evaluate: (tenant, signal) => evaluation.evaluate(tenant, signal),
          now,
        });
        const connections = Connections.create({
          tenants,
          stores,
          logger,
          scheduler,
          notifications,
          administrators: config.administrators,
          appBaseUrl: rootConfig.getString('app.baseUrl'),
          resume: name => taskRunner.resume(name),
          now,
        });
        httpRouter.use(
          createOperationRouter({
            auditor,
            httpAuth,
            logger,
            handlers: createHandlers({
              config,
              tenants: Tenants.create({
                config,
                started: tenants,
                store: stores.tenants,
              }),
              connections,
              stores,
              taskRunner,
              reclamations: Reclamations.create({ stores, logger, now }),
              access: Access.create({ permissions, permissionsRegistry }),
              catalog,
              entityAccounts,
              evaluation,
              events,
              logger,
              userInfo,
              now,
            }),
          }),
        );
        for (const tenant of tenants) {
          await taskRunner.schedule({
            ...tenant,
            holdOff: () => connections.holdOff(tenant.name),
            onRefused: () => connections.refused(tenant.name),
          });
        }
        await ProductNames.create({
          store: stores.products,
          config: config.productNames,
          scheduler,
          logger,
        }).schedule();
        const renewals = Renewals.create({
          tenants: tenantNames,
          stores,
          catalog,
          auth,
          logger,
          scheduler,
          notifications,
          administrators: config.administrators,
          notifyBeforeDays: config.notifyBeforeDays,
          now,
        });
        // Who is told needs the notifications backend, which starts meanwhile.
        rootLifecycle.addStartupHook(async () => {
          await connections.schedule();
          await renewals.schedule();
          await evaluation.schedule();
        });
      },
    });
  },
});
