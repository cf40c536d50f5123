import {
  createApiFactory,
  createComponentExtension,
  createPlugin,
  createRoutableExtension,
  fetchApiRef,
} from '@backstage/core-plugin-api';
import { createClient, m365LicensesApiRef } from './api';
import { rootRouteRef } from './routes';
import {
  accountPickerFieldExtension,
  accountsPickerFieldExtension,
  licensePickerFieldExtension,
  ownLicensePickerFieldExtension,
  skuPickerFieldExtension,
} from './scaffolder/legacy';

/**
 * The plugin for portals of the older frontend system.
 *
 * @public
 */
export const m365LicensesPlugin = createPlugin({
  id: 'm365-licenses',
  apis: [
    createApiFactory({
      api: m365LicensesApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => createClient(fetchApi),
    }),
  ],
  routes: { root: rootRouteRef },
});

/** The page with all its tabs. @public */
export const M365LicensesPage = m365LicensesPlugin.provide(
  createRoutableExtension({
    name: 'M365LicensesPage',
    component: () =>
      import('./components/M365LicensesPage').then(m => m.M365LicensesPage),
    mountPoint: rootRouteRef,
  }),
);

/** Card for User entities: the licenses held, and when any was last used. @public */
export const EntityUserLicensesCard = m365LicensesPlugin.provide(
  createComponentExtension({
    name: 'EntityUserLicensesCard',
    component: {
      lazy: () =>
        import('./components/EntityCards/EntityCards').then(
          m => m.UserLicensesCard,
        ),
    },
  }),
);

/** Card for User entities: last activity in each of the seven services. @public */
export const EntityUserActivityCard = m365LicensesPlugin.provide(
  createComponentExtension({
    name: 'EntityUserActivityCard',
    component: {
      lazy: () =>
        import('./components/EntityCards/EntityCards').then(
          m => m.UserActivityCard,
        ),
    },
  }),
);

/** Card for Group entities: the team's licenses, and who has not used theirs. @public */
export const EntityGroupLicensesCard = m365LicensesPlugin.provide(
  createComponentExtension({
    name: 'EntityGroupLicensesCard',
    component: {
      lazy: () =>
        import('./components/OlderEntityPage').then(
          m => m.OlderGroupLicensesCard,
        ),
    },
  }),
);

/** Tab for Group entities: cost, unused seats and members, with the groups below. @public */
export const EntityGroupLicensesContent = m365LicensesPlugin.provide(
  createComponentExtension({
    name: 'EntityGroupLicensesContent',
    component: {
      lazy: () =>
        import('./components/OlderEntityPage').then(m => m.OlderGroupTab),
    },
  }),
);

/** Form field for templates that searches accounts as one types. @public */
export const M365AccountPickerFieldExtension = m365LicensesPlugin.provide(
  accountPickerFieldExtension,
);

/** Form field for templates that offers the licenses of an account. @public */
export const M365LicensePickerFieldExtension = m365LicensesPlugin.provide(
  licensePickerFieldExtension,
);

/** Form field for templates that searches several accounts. @public */
export const M365AccountsPickerFieldExtension = m365LicensesPlugin.provide(
  accountsPickerFieldExtension,
);

/** Form field for templates that offers one's own licenses. @public */
export const M365OwnLicensePickerFieldExtension = m365LicensesPlugin.provide(
  ownLicensePickerFieldExtension,
);

/** Form field for templates that searches the licenses of a tenant. @public */
export const M365SkuPickerFieldExtension = m365LicensesPlugin.provide(
  skuPickerFieldExtension,
);
