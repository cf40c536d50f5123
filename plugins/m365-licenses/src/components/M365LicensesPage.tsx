import { useRouteRef } from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { PluginHeader } from '@backstage/ui';
import { RiKey2Line } from '@remixicon/react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { rootRouteRef } from '../routes';
import { m365LicensesTranslationRef } from '../translation';
import { ActivityPage } from './ActivityPage/ActivityPage';
import { CandidatesRoutes } from './CandidatesPage/CandidatesRoutes';
import { ConnectionsPage } from './ConnectionsPage/ConnectionsPage';
import { LicensesRoutes } from './LicensesPage/LicensesRoutes';
import { OverviewPage } from './OverviewPage/OverviewPage';
import { SuspiciousActivitiesPage } from './SuspiciousActivitiesPage/SuspiciousActivitiesPage';
import { TasksPage } from './TasksPage/TasksPage';
import { UsersRoutes } from './UsersPage/UsersRoutes';

const TABS = [
  'overview',
  'licenses',
  'users',
  'activity',
  'candidates',
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
        <Route index element={<Navigate to="overview" replace />} />
        <Route path="overview" element={<OverviewPage />} />
        <Route path="licenses/*" element={<LicensesRoutes />} />
        <Route path="users/*" element={<UsersRoutes />} />
        <Route path="activity" element={<ActivityPage />} />
        <Route path="candidates/*" element={<CandidatesRoutes />} />
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
