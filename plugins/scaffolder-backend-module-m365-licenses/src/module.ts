import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createHandBackAction } from './actions/handBack';
import { createPlanAction } from './actions/plan';
import { createReclaimAction } from './actions/reclaim';
import { createRestoreAction } from './actions/restore';

/**
 * Adds the actions `m365:licenses:plan`, `m365:licenses:reclaim`,
 * `m365:licenses:restore` and `m365:licenses:hand-back` to the scaffolder.
 *
 * @public
 */
export const scaffolderModuleM365Licenses = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'm365-licenses',
  register(reg) {
    reg.registerInit({
      deps: {
        scaffolder: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        discovery: coreServices.discovery,
      },
      async init({ scaffolder, ...services }) {
        scaffolder.addActions(
          createPlanAction(services),
          createReclaimAction(services),
          createRestoreAction(services),
          createHandBackAction(services),
        );
      },
    });
  },
});
