import { permissionApiRef } from '@backstage/plugin-permission-react';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/test-utils';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes } from 'react-router-dom';
import { createFakeBackend } from './__testUtils__/fakeBackend';
import { M365LicensesPage, m365LicensesApiRef } from './index';
import { rootRouteRef } from './routes';

describe('the plugin in the older frontend system', () => {
  it('has the same pages as tabs', async () => {
    await renderInTestApp(
      <TestApiProvider
        apis={[
          [m365LicensesApiRef, createFakeBackend().client],
          [permissionApiRef, mockApis.permission()],
        ]}
      >
        <Routes>
          <Route path="/m365-licenses/*" element={<M365LicensesPage />} />
        </Routes>
      </TestApiProvider>,
      {
        routeEntries: ['/m365-licenses'],
        mountedRoutes: { '/m365-licenses': rootRouteRef },
      },
    );
    expect(await screen.findByText('12,500')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('tab', { name: 'Users' }));
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('tab', { name: 'Connections' }));
    expect(
      await screen.findByRole('article', { name: 'contoso' }),
    ).toBeInTheDocument();
  });
});
