import { useRouteRef } from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { PluginHeader } from '@backstage/ui';
import { RiKey2Line } from '@remixicon/react';
import {
  licenseReadPermission,
  reclamationCreatePermission,
  reclamationReadPermission,
  rosterReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { Navigate, Route, Routes } from 'react-router-dom';
import { rootRouteRef } from '../routes';
import { m365LicensesTranslationRef } from '../translation';
import { ActivityPage } from './ActivityPage/ActivityPage';
import { CandidatesRoutes } from './CandidatesPage/CandidatesRoutes';
import { ConnectionsPage } from './ConnectionsPage/ConnectionsPage';
import { LicensesRoutes } from './LicensesPage/LicensesRoutes';
import { MyLicensesPage } from './MyLicensesPage/MyLicensesPage';
import { OverviewPage } from './OverviewPage/OverviewPage';
import { ReclamationsRoutes } from './ReclamationsPage/ReclamationsRoutes';
import { SuspiciousActivitiesPage } from './SuspiciousActivitiesPage/SuspiciousActivitiesPage';
import { TasksPage } from './TasksPage/TasksPage';
import { UsersRoutes } from './UsersPage/UsersRoutes';

const TABS = [
  'overview',
  'my-licenses',
  'licenses',
  'users',
  'activity',
  'candidates',
  'reclamations',
  'suspicious-activities',
  'tasks',
  'connections',
] as const;

/** The tabs for the reader, in their order; undefined while that is asked. */
function useTabs() {
  const license = usePermission({ permission: licenseReadPermission });
  const roster = usePermission({ permission: rosterReadPermission });
  const plans = usePermission({ permission: reclamationReadPermission });
  // Who may plan sees their own plans.
  const ownPlans = usePermission({ permission: reclamationCreatePermission });
  if ([license, roster, plans, ownPlans].some(({ loading }) => loading)) {
    return undefined;
  }
  const isShown: Record<(typeof TABS)[number], boolean> = {
    overview: license.allowed,
    'my-licenses': true,
    licenses: license.allowed,
    users: roster.allowed,
    activity: roster.allowed,
    candidates: roster.allowed,
    reclamations: plans.allowed || ownPlans.allowed,
    // They are about the whole tenant, which team leads do not see.
    'suspicious-activities': roster.allowed && license.allowed,
    tasks: license.allowed,
    connections: license.allowed,
  };
  return TABS.filter(tab => isShown[tab]);
}

/** The page with its tabs, for portals of the older frontend system. */
export function M365LicensesPage() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const root = useRouteRef(rootRouteRef)();
  const tabs = useTabs();
  // Tabs that come later would push down what is below them.
  if (!tabs) {
    return null;
  }
  return (
    <main>
      <PluginHeader
        icon={<RiKey2Line />}
        title={t('page.title')}
        titleLink={root}
        tabs={tabs.map(tab => ({
          id: tab,
          label: t(`page.tabs.${tab}`),
          href: `${root}/${tab}`,
          matchStrategy: 'prefix',
        }))}
      />
      <Routes>
        <Route index element={<Navigate to={tabs[0]} replace />} />
        <Route path="overview" element={<OverviewPage />} />
        <Route path="my-licenses" element={<MyLicensesPage />} />
        <Route path="licenses/*" element={<LicensesRoutes />} />
        <Route path="users/*" element={<UsersRoutes />} />
        <Route path="activity" element={<ActivityPage />} />
        <Route path="candidates/*" element={<CandidatesRoutes />} />
        <Route path="reclamations/*" element={<ReclamationsRoutes />} />
        <Route
          path="suspicious-activities"
          element={<SuspiciousActivitiesPage />}
        />
        <Route path="tasks" element={<TasksPage />} />
        <Route path="connections" element={<ConnectionsPage />} />
      </Routes>
    </main>
  );
}
