import { entityRouteRef } from '@backstage/plugin-catalog-react';
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
import { E3 } from './__testUtils__/fixtures';
import { M365LicensesPage, m365LicensesApiRef } from './index';
import { rootRouteRef } from './routes';

const renderPortal = (at: string) =>
  renderInTestApp(
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
      routeEntries: [at],
      mountedRoutes: {
        '/m365-licenses': rootRouteRef,
        '/catalog/:namespace/:kind/:name': entityRouteRef,
      },
    },
  );

describe('the plugin in the older frontend system', () => {
  it('has the same pages as tabs', async () => {
    await renderPortal('/m365-licenses');
    expect(await screen.findByText('12,500')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('tab', { name: 'Users' }));
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('tab', { name: 'My licenses' }));
    expect(
      await screen.findByRole('grid', { name: 'My licenses' }),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('tab', { name: 'Connections' }));
    expect(
      await screen.findByRole('article', { name: 'contoso' }),
    ).toBeInTheDocument();
  });

  it('opens the page of a license below the licenses', async () => {
    await renderPortal(`/m365-licenses/licenses/${E3}`);
    expect(
      await screen.findByRole('heading', { name: 'People by status' }),
    ).toBeInTheDocument();
  });
});
