import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createReclaimAction } from './actions/reclaim';

/**
 * Adds the action `m365:licenses:reclaim` to the scaffolder.
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
      async init({ scaffolder, auth, discovery }) {
        scaffolder.addActions(createReclaimAction({ auth, discovery }));
      },
    });
  },
});
