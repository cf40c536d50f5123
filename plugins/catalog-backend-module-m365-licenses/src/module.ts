import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { AccountAnnotationProcessor } from './AccountAnnotationProcessor';

/**
 * Annotates User entities with the id and tenant of their Microsoft 365
 * account, as the m365-licenses plugin knows it.
 *
 * @public
 */
export const catalogModuleM365Licenses = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'm365-licenses',
  register(reg) {
    reg.registerInit({
      deps: {
        catalog: catalogProcessingExtensionPoint,
        auth: coreServices.auth,
        discovery: coreServices.discovery,
        logger: coreServices.logger,
      },
      async init({ catalog, auth, discovery, logger }) {
        catalog.addProcessor(
          AccountAnnotationProcessor.create({ auth, discovery, logger }),
        );
      },
    });
  },
});
