import { Route, Routes } from 'react-router-dom';
import { PoliciesPage } from '../PoliciesPage/PoliciesPage';
import { ReclamationPage } from './ReclamationPage';
import { ReclamationsPage } from './ReclamationsPage';

/** The list of plans, a plan, and the policies that make plans. */
export function ReclamationsRoutes() {
  return (
    <Routes>
      <Route index element={<ReclamationsPage />} />
      <Route path="policies" element={<PoliciesPage />} />
      <Route path=":reclamationId" element={<ReclamationPage />} />
    </Routes>
  );
}
