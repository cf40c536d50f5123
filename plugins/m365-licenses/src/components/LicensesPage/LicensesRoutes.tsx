import { Route, Routes } from 'react-router-dom';
import { LicensePage } from '../LicensePage/LicensePage';
import { LicensesPage } from './LicensesPage';

/** The list of licenses and the page of one. */
export function LicensesRoutes() {
  return (
    <Routes>
      <Route index element={<LicensesPage />} />
      <Route path=":skuId" element={<LicensePage />} />
    </Routes>
  );
}
