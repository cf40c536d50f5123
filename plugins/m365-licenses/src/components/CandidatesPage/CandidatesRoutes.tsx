import { Route, Routes } from 'react-router-dom';
import { CandidatesPage } from './CandidatesPage';
import { ExemptionsPage } from './ExemptionsPage';

/** The list of candidates, and what is held back from being taken back. */
export function CandidatesRoutes() {
  return (
    <Routes>
      <Route index element={<CandidatesPage />} />
      <Route path="exemptions" element={<ExemptionsPage />} />
    </Routes>
  );
}
