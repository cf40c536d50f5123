import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { accountReadPermission } from 'backstage-plugin-m365-licenses-common';
import request from 'supertest';
import { Access } from '../access';
import {
  accountResourceRef,
  accountRules,
  createAccountConditionalDecision,
  accountConditions,
} from '../permissionRules';
import { createOperationRouter, type OperationHandlers } from '../router';

export const OLIVIA = 'user:default/olivia';

/** Operations over HTTP, as the plugin serves them, for a caller whose permissions a test holds. */
export interface Server {
  /** Names of permissions that the caller does not have. */
  denied: Set<string>;
  /** Where they are set, the caller may read the accounts of these departments only. */
  departments?: string[];
  /** What the audit log has of each call. */
  audited: object[];
  call(
    method: 'get' | 'put' | 'post' | 'delete',
    path: string,
    body?: object,
  ): request.Test;
  stop(): Promise<void>;
}

/**
 * Serves operations of the REST API.
 *
 * @param handlersFor - those that are called; a call of another one fails
 */
export async function serve(
  handlersFor: (access: Access) => Partial<OperationHandlers>,
): Promise<Server> {
  const denied = new Set<string>();
  const audited: object[] = [];
  const caller: Pick<Server, 'departments'> = {};
  const plugin = createBackendPlugin({
    pluginId: 'm365-licenses',
    register(env) {
      env.registerInit({
        deps: {
          auditor: coreServices.auditor,
          httpAuth: coreServices.httpAuth,
          httpRouter: coreServices.httpRouter,
          logger: coreServices.logger,
          permissions: coreServices.permissions,
          permissionsRegistry: coreServices.permissionsRegistry,
        },
        async init({ auditor, httpAuth, httpRouter, logger, ...services }) {
          services.permissionsRegistry.addResourceType({
            resourceRef: accountResourceRef,
            permissions: [accountReadPermission],
            rules: Object.values(accountRules),
          });
          httpRouter.use(
            createOperationRouter({
              auditor,
              httpAuth,
              logger,
              handlers: handlersFor(
                Access.create({
                  ...services,
                  // Nobody owns a group here.
                  groupOwners: { groupsOf: async () => [] },
                }),
              ) as OperationHandlers,
            }),
          );
        },
      });
    },
  });
  const backend = await startTestBackend({
    features: [
      plugin,
      mockServices.permissions.mock({
        authorize: async requests =>
          requests.map(({ permission }) => ({
            result: denied.has(permission.name)
              ? AuthorizeResult.DENY
              : AuthorizeResult.ALLOW,
          })),
        authorizeConditional: async requests =>
          requests.map(({ permission }) => {
            const { departments } = caller;
            if (denied.has(permission.name)) {
              return { result: AuthorizeResult.DENY };
            }
            return departments && permission === accountReadPermission
              ? createAccountConditionalDecision(
                  accountReadPermission,
                  accountConditions.inDepartment({ departments }),
                )
              : { result: AuthorizeResult.ALLOW };
          }),
      }).factory,
      mockServices.auditor.mock({
        createEvent: async ({ eventId, severityLevel }) => ({
          success: async options => {
            audited.push({ eventId, severityLevel, ...options });
          },
          fail: async () => {
            audited.push({ eventId, severityLevel, failed: true });
          },
        }),
      }).factory,
    ],
  });
  return Object.assign(caller, {
    denied,
    audited,
    call: (method, path, body) =>
      request(backend.server)
        [method](`/api/m365-licenses${path}`)
        .set('Authorization', mockCredentials.user.header(OLIVIA))
        .send(body),
    stop: () => backend.stop(),
  } satisfies Server);
}
