/**
 * The page and entity cards of the Microsoft 365 license manager, for portals
 * of the new frontend system.
 *
 * @packageDocumentation
 */

import {
  ApiBlueprint,
  createFrontendPlugin,
  type ExtensionDefinition,
  fetchApiRef,
  PageBlueprint,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { RiKey2Line } from '@remixicon/react';
import {
  licenseReadPermission,
  reclamationCreatePermission,
  reclamationReadPermission,
  rosterReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { createClient, m365LicensesApiRef } from './api';
import { rootRouteRef } from './routes';
import { scaffolderExtensions } from './scaffolder';

export { m365LicensesApiRef } from './api';
export { m365LicensesScaffolderTranslationRef } from './scaffolder';
export { m365LicensesTranslationRef } from './translation';

const api = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: m365LicensesApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => createClient(fetchApi),
    }),
});

const page = PageBlueprint.make({
  params: { path: '/m365-licenses', routeRef: rootRouteRef },
});

const mayReadLicenses = {
  permissions: { $contains: licenseReadPermission.name },
};

// Reading accounts can be allowed in part, which only the backend decides: it
// says which are listed, and this permission where they are.
const mayReadRoster = {
  permissions: { $contains: rosterReadPermission.name },
};

const overviewPage = SubPageBlueprint.make({
  name: 'overview',
  if: mayReadLicenses,
  params: {
    path: 'overview',
    title: 'Overview',
    loader: () =>
      import('./components/OverviewPage/OverviewPage').then(m => (
        <m.OverviewPage />
      )),
  },
});

// Stands where it is the first tab of those who may see nothing else.
const myLicensesPage = SubPageBlueprint.make({
  name: 'my-licenses',
  params: {
    path: 'my-licenses',
    title: 'My licenses',
    loader: () =>
      import('./components/MyLicensesPage/MyLicensesPage').then(m => (
        <m.MyLicensesPage />
      )),
  },
});

const licensesPage = SubPageBlueprint.make({
  name: 'licenses',
  if: mayReadLicenses,
  params: {
    path: 'licenses',
    title: 'Licenses',
    loader: () =>
      import('./components/LicensesPage/LicensesRoutes').then(m => (
        <m.LicensesRoutes />
      )),
  },
});

const usersPage = SubPageBlueprint.make({
  name: 'users',
  if: mayReadRoster,
  params: {
    path: 'users',
    title: 'Users',
    loader: () =>
      import('./components/UsersPage/UsersRoutes').then(m => <m.UsersRoutes />),
  },
});

const activityPage = SubPageBlueprint.make({
  name: 'activity',
  if: mayReadRoster,
  params: {
    path: 'activity',
    title: 'Activity',
    loader: () =>
      import('./components/ActivityPage/ActivityPage').then(m => (
        <m.ActivityPage />
      )),
  },
});

const candidatesPage = SubPageBlueprint.make({
  name: 'candidates',
  if: mayReadRoster,
  params: {
    path: 'candidates',
    title: 'Candidates',
    loader: () =>
      import('./components/CandidatesPage/CandidatesRoutes').then(m => (
        <m.CandidatesRoutes />
      )),
  },
});

const reclamationsPage = SubPageBlueprint.make({
  name: 'reclamations',
  // Who may plan sees their own plans.
  if: {
    $any: [reclamationReadPermission, reclamationCreatePermission].map(
      ({ name }) => ({ permissions: { $contains: name } }),
    ),
  },
  params: {
    path: 'reclamations',
    title: 'Reclamations',
    loader: () =>
      import('./components/ReclamationsPage/ReclamationsRoutes').then(m => (
        <m.ReclamationsRoutes />
      )),
  },
});

const suspiciousActivitiesPage = SubPageBlueprint.make({
  name: 'suspicious-activities',
  // They are about the whole tenant, which team leads do not see.
  if: { $all: [mayReadRoster, mayReadLicenses] },
  params: {
    path: 'suspicious-activities',
    title: 'Suspicious activities',
    loader: () =>
      import(
        './components/SuspiciousActivitiesPage/SuspiciousActivitiesPage'
      ).then(m => <m.SuspiciousActivitiesPage />),
  },
});

const tasksPage = SubPageBlueprint.make({
  name: 'tasks',
  if: mayReadLicenses,
  params: {
    path: 'tasks',
    title: 'Tasks',
    loader: () =>
      import('./components/TasksPage/TasksPage').then(m => <m.TasksPage />),
  },
});

const connectionsPage = SubPageBlueprint.make({
  name: 'connections',
  if: mayReadLicenses,
  params: {
    path: 'connections',
    title: 'Connections',
    loader: () =>
      import('./components/ConnectionsPage/ConnectionsPage').then(m => (
        <m.ConnectionsPage />
      )),
  },
});

const userLicensesCard = EntityCardBlueprint.make({
  name: 'user-licenses',
  params: {
    filter: { kind: 'user' },
    loader: () =>
      import('./components/EntityCards/EntityCards').then(m => (
        <m.UserLicensesCard />
      )),
  },
});

const userActivityCard = EntityCardBlueprint.make({
  name: 'user-activity',
  params: {
    filter: { kind: 'user' },
    loader: () =>
      import('./components/EntityCards/EntityCards').then(m => (
        <m.UserActivityCard />
      )),
  },
});

const groupLicensesCard = EntityCardBlueprint.make({
  name: 'group-licenses',
  if: mayReadRoster,
  params: {
    filter: { kind: 'group' },
    loader: () =>
      import('./components/EntityCards/EntityCards').then(m => (
        <m.GroupLicensesCard />
      )),
  },
});

const groupContent = EntityContentBlueprint.make({
  name: 'group',
  if: mayReadRoster,
  params: {
    path: '/m365-licenses',
    title: 'M365 licenses',
    filter: { kind: 'group' },
    loader: () =>
      import('./components/GroupTab/GroupTab').then(m => <m.GroupTab />),
  },
});

/** All extensions of the plugin. */
const extensions: ExtensionDefinition[] = [
  api,
  page,
  overviewPage,
  myLicensesPage,
  licensesPage,
  usersPage,
  activityPage,
  candidatesPage,
  reclamationsPage,
  suspiciousActivitiesPage,
  tasksPage,
  connectionsPage,
  userLicensesCard,
  userActivityCard,
  groupLicensesCard,
  groupContent,
  ...scaffolderExtensions,
];

/**
 * The Microsoft 365 license manager.
 *
 * @public
 */
export default createFrontendPlugin({
  pluginId: 'm365-licenses',
  title: 'M365 licenses',
  icon: <RiKey2Line />,
  info: { packageJson: () => import('../package.json') },
  routes: { root: rootRouteRef },
  extensions,
});
