import { Route, Routes } from 'react-router-dom';
import { AccountPage } from '../AccountPage/AccountPage';
import { UsersPage } from './UsersPage';

/** The list of users and the page of one account. */
export function UsersRoutes() {
  return (
    <Routes>
      <Route index element={<UsersPage />} />
      <Route path=":userId" element={<AccountPage />} />
    </Routes>
  );
}
