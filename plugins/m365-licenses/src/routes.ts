import { createRouteRef, createSubRouteRef } from '@backstage/core-plugin-api';

/** The page, in both frontend systems. @public */
export const rootRouteRef = createRouteRef({ id: 'm365-licenses' });

export const myLicensesRouteRef = createSubRouteRef({
  id: 'm365-licenses-my-licenses',
  parent: rootRouteRef,
  path: '/my-licenses',
});

export const usersRouteRef = createSubRouteRef({
  id: 'm365-licenses-users',
  parent: rootRouteRef,
  path: '/users',
});

export const accountRouteRef = createSubRouteRef({
  id: 'm365-licenses-account',
  parent: rootRouteRef,
  path: '/users/:userId',
});

export const licensesRouteRef = createSubRouteRef({
  id: 'm365-licenses-licenses',
  parent: rootRouteRef,
  path: '/licenses',
});

export const licenseRouteRef = createSubRouteRef({
  id: 'm365-licenses-license',
  parent: rootRouteRef,
  path: '/licenses/:skuId',
});

export const activityRouteRef = createSubRouteRef({
  id: 'm365-licenses-activity',
  parent: rootRouteRef,
  path: '/activity',
});

export const candidatesRouteRef = createSubRouteRef({
  id: 'm365-licenses-candidates',
  parent: rootRouteRef,
  path: '/candidates',
});

export const exemptionsRouteRef = createSubRouteRef({
  id: 'm365-licenses-exemptions',
  parent: rootRouteRef,
  path: '/candidates/exemptions',
});

export const reclamationsRouteRef = createSubRouteRef({
  id: 'm365-licenses-reclamations',
  parent: rootRouteRef,
  path: '/reclamations',
});

export const reclamationRouteRef = createSubRouteRef({
  id: 'm365-licenses-reclamation',
  parent: rootRouteRef,
  path: '/reclamations/:reclamationId',
});

export const policiesRouteRef = createSubRouteRef({
  id: 'm365-licenses-policies',
  parent: rootRouteRef,
  path: '/reclamations/policies',
});

export const suspiciousActivitiesRouteRef = createSubRouteRef({
  id: 'm365-licenses-suspicious-activities',
  parent: rootRouteRef,
  path: '/suspicious-activities',
});

export const tasksRouteRef = createSubRouteRef({
  id: 'm365-licenses-tasks',
  parent: rootRouteRef,
  path: '/tasks',
});

export const connectionsRouteRef = createSubRouteRef({
  id: 'm365-licenses-connections',
  parent: rootRouteRef,
  path: '/connections',
});
