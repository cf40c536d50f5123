import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  accountReadPermission,
  type ConnectionPurpose,
  m365LicensesPermissions,
  RECLAMATIONS_CHANNEL,
  type ReclamationSignal,
} from 'backstage-plugin-m365-licenses-common';
import {
  type Messenger,
  messengersExtensionPoint,
} from 'backstage-plugin-m365-licenses-node';
import { Access } from './api/access';
import { registerActions } from './api/actions';
import { EntityAccounts } from './api/entities';
import { GroupOwners } from './questions/GroupOwners';
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
import { Policies } from './policies/Policies';
import { ProductNames } from './products/ProductNames';
import { Questions } from './questions/Questions';
import { Reclamations } from './reclamation/Reclamations';
import { ReclamationWorker } from './reclamation/Worker';
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
    const messengers: Messenger[] = [];
    env.registerExtensionPoint(messengersExtensionPoint, {
      addMessenger: messenger => messengers.push(messenger),
    });
    env.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
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
        signals: signalsServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init({
        actionsRegistry,
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
        signals,
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
        // Looks at once for what is to be done; those who do are made below.
        const wakers: { wake(): void }[] = [];
        const reclamations = Reclamations.create({
          stores,
          evaluation,
          config: config.reclamation,
          logger,
          now,
          wake: () => wakers.forEach(waker => waker.wake()),
        });
        const policies = Policies.create({
          tenants,
          stores,
          reclamations,
          config: config.reclamation,
          logger,
          scheduler,
          now,
        });
        const onProgress = (tenant: string, reclamationId: string) => {
          const message: ReclamationSignal = { tenant, reclamationId };
          // Pages look by themselves as well.
          signals
            .publish({
              recipients: { type: 'broadcast' },
              channel: RECLAMATIONS_CHANNEL,
              message,
            })
            .catch(error => logger.debug(`No signal was sent: ${error}`));
        };
        const taskRunner = TaskRunner.create({
          logger,
          scheduler,
          stores,
          events,
          evaluate: (tenant, signal) => evaluation.evaluate(tenant, signal),
          now,
        });
        const worker = ReclamationWorker.create({
          tenants,
          stores,
          evaluation,
          config: config.reclamation,
          auditor,
          logger,
          scheduler,
          now,
          holdOff: (tenant, reclamation) =>
            policies.holdOff(tenant, reclamation),
          onProgress,
          onFinished: ({ tenant, origin }) => {
            // One license handed back shows with the next run.
            if (origin !== 'handBack') {
              taskRunner
                .trigger(tenant, 'license-information')
                .catch(error =>
                  logger.debug(`The seats are read at the next run: ${error}`),
                );
            }
          },
        });
        const groupOwners = GroupOwners.create({ catalog, auth, stores });
        const questions = Questions.create({
          tenants,
          stores,
          catalog,
          auth,
          notifications,
          messengers,
          entityAccounts,
          evaluation,
          groupOwners,
          holdOff: (tenant, reclamation) =>
            policies.holdOff(tenant, reclamation),
          onProgress,
          wake: () => worker.wake(),
          config: config.reclamation.ask,
          logger,
          scheduler,
          now,
        });
        wakers.push(worker, questions);
        const connections = Connections.create({
          tenants,
          stores,
          logger,
          scheduler,
          notifications,
          administrators: config.administrators,
          leaveGroups: config.reclamation.leaveGroups,
          appBaseUrl: rootConfig.getString('app.baseUrl'),
          resume: name => taskRunner.resume(name),
          now,
        });
        const handlers = createHandlers({
          config,
          tenants: Tenants.create({
            config,
            started: tenants,
            store: stores.tenants,
          }),
          connections,
          stores,
          taskRunner,
          reclamations,
          questions,
          policies,
          groupOwners,
          access: Access.create({
            permissions,
            permissionsRegistry,
            groupOwners,
          }),
          catalog,
          entityAccounts,
          evaluation,
          events,
          logger,
          userInfo,
          now,
        });
        httpRouter.use(
          createOperationRouter({ auditor, httpAuth, logger, handlers }),
        );
        registerActions({ actionsRegistry, handlers, auditor });
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
          await questions.schedule();
          await policies.schedule();
          await worker.schedule();
        });
      },
    });
  },
});
