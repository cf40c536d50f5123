import { useRouteRef } from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { PluginHeader } from '@backstage/ui';
import { RiKey2Line } from '@remixicon/react';
import { licenseReadPermission } from 'backstage-plugin-m365-licenses-common';
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

/** The page with its tabs, for portals of the older frontend system. */
export function M365LicensesPage() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const root = useRouteRef(rootRouteRef)();
  return (
    <main>
      <PluginHeader
        icon={<RiKey2Line />}
        title={t('page.title')}
        titleLink={root}
        tabs={TABS.map(tab => ({
          id: tab,
          label: t(`page.tabs.${tab}`),
          href: `${root}/${tab}`,
          matchStrategy: 'prefix',
        }))}
      />
      <Routes>
        <Route index element={<FirstTab />} />
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

/** Leads those who may read no figures to what is their own. */
function FirstTab() {
  const { allowed, loading } = usePermission({
    permission: licenseReadPermission,
  });
  return loading ? null : (
    <Navigate to={allowed ? 'overview' : 'my-licenses'} replace />
  );
}
