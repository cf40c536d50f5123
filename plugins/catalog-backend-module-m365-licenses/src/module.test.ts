import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { startTestBackend } from '@backstage/backend-test-utils';
import {
  catalogProcessingExtensionPoint,
  type CatalogProcessor,
} from '@backstage/plugin-catalog-node';
import catalogModuleM365Licenses from '.';

describe('catalogModuleM365Licenses', () => {
  it('asks the m365-licenses plugin as the catalog', async () => {
    const processors: CatalogProcessor[] = [];
    const callers: string[] = [];
    const m365Licenses = createBackendPlugin({
      pluginId: 'm365-licenses',
      register(reg) {
        reg.registerInit({
          deps: {
            httpRouter: coreServices.httpRouter,
            httpAuth: coreServices.httpAuth,
          },
          async init({ httpRouter, httpAuth }) {
            httpRouter.use(async (request, response) => {
              const { principal } = await httpAuth.credentials(request, {
                allow: ['service'],
              });
              callers.push(principal.subject);
              response.json({
                items: [
                  {
                    tenant: 'contoso',
                    tenantId: 'contoso-id',
                    userId: 'maya-id',
                    userPrincipalName: request.query.email,
                    email: request.query.email,
                  },
                ],
              });
            });
          },
        });
      },
    });
    await startTestBackend({
      extensionPoints: [
        [
          catalogProcessingExtensionPoint,
          {
            addProcessor: (
              ...added: Array<CatalogProcessor | CatalogProcessor[]>
            ) => {
              processors.push(...added.flat());
            },
          },
        ],
      ],
      features: [catalogModuleM365Licenses, m365Licenses],
    });

    const location = { type: 'url', target: 'https://example.com/org.yaml' };
    const processed = await processors[0].preProcessEntity?.(
      {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'User',
        metadata: { name: 'maya' },
        spec: { profile: { email: 'maya@contoso.com' } },
      },
      location,
      jest.fn(),
      location,
      { get: async () => undefined, set: async () => undefined },
    );
    expect(processed?.metadata.annotations).toEqual({
      'graph.microsoft.com/user-id': 'maya-id',
      'graph.microsoft.com/tenant-id': 'contoso-id',
    });
    expect(callers).toEqual(['plugin:catalog']);
  });
});
