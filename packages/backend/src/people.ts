import { createBackendModule } from '@backstage/backend-plugin-api';
import { AuthenticationError } from '@backstage/errors';
import {
  authProvidersExtensionPoint,
  createProxyAuthenticator,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';

/** Names who signs in; nobody proves anything. */
const PERSON_HEADER = 'x-demonstration-person';

/**
 * Signs in as any of the people in `auth.providers.demonstration.people`, so
 * that the demonstration shows what each of them may do. For real portals there
 * are real providers.
 */
export default createBackendModule({
  pluginId: 'auth',
  moduleId: 'demonstration-provider',
  register(reg) {
    reg.registerInit({
      deps: { providers: authProvidersExtensionPoint },
      async init({ providers }) {
        providers.registerProvider({
          providerId: 'demonstration',
          factory: createProxyAuthProviderFactory({
            authenticator: createProxyAuthenticator({
              defaultProfileTransform: async () => ({ profile: {} }),
              initialize: ({ config }) => config.getStringArray('people'),
              async authenticate({ req }, people) {
                const person = req.get(PERSON_HEADER);
                if (person === undefined || !people.includes(person)) {
                  throw new AuthenticationError(
                    `Choose one of the people of the demonstration: ${people.join(
                      ', ',
                    )}`,
                  );
                }
                return { result: person };
              },
            }),
            signInResolver: ({ result: entityRef }, context) =>
              context.signInWithCatalogUser({ entityRef }),
          }),
        });
      },
    });
  },
});
