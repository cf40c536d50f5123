import { createApp } from '@backstage/frontend-defaults';
import {
  ApiBlueprint,
  createFrontendModule,
  createFrontendPlugin,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { mockApis } from '@backstage/frontend-test-utils';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { render, screen } from '@testing-library/react';
import { createFakeBackend } from './__testUtils__/fakeBackend';
import { E3 } from './__testUtils__/fixtures';
import plugin, { m365LicensesApiRef } from './alpha';

const tabNames = () =>
  screen.getAllByRole('tab').map(({ textContent }) => textContent);

/** Where links to people lead. */
const catalog = createFrontendPlugin({
  pluginId: 'catalog',
  extensions: [
    PageBlueprint.make({
      params: {
        path: '/catalog/:namespace/:kind/:name',
        routeRef: entityRouteRef,
        loader: async () => <main />,
      },
    }),
  ],
});

/** A portal of its own: only that decides which extensions there are. */
function renderPortal(options: { at: string; mayRead: boolean }) {
  window.history.replaceState(null, '', options.at);
  const app = createApp({
    features: [
      plugin,
      catalog,
      createFrontendModule({
        pluginId: 'm365-licenses',
        extensions: [
          ApiBlueprint.make({
            params: defineParams =>
              defineParams({
                api: m365LicensesApiRef,
                deps: {},
                factory: () => createFakeBackend().client,
              }),
          }),
        ],
      }),
      createFrontendModule({
        pluginId: 'app',
        extensions: [
          ApiBlueprint.make({
            name: 'permission',
            params: defineParams =>
              defineParams({
                api: permissionApiRef,
                deps: {},
                factory: () =>
                  mockApis.permission({
                    authorize: options.mayRead ? 'ALLOW' : 'DENY',
                  }),
              }),
          }),
        ],
      }),
    ],
    advanced: {
      configLoader: async () => ({
        config: mockApis.config({
          data: {
            app: {
              title: 'Portal',
              baseUrl: 'http://localhost',
              extensions: [{ 'sign-in-page:app': false }],
            },
            backend: { baseUrl: 'http://localhost' },
          },
        }),
      }),
    },
  });
  render(app.createRoot());
}

describe('the plugin in the new frontend system', () => {
  it('opens the overview and has a tab for each page', async () => {
    renderPortal({ at: '/m365-licenses', mayRead: true });
    expect(
      await screen.findByText('12,500', {}, { timeout: 10_000 }),
    ).toBeInTheDocument();
    expect(tabNames()).toEqual([
      'Overview',
      'My licenses',
      'Licenses',
      'Users',
      'Activity',
      'Candidates',
      'Reclamations',
      'Suspicious activities',
      'Tasks',
      'Connections',
    ]);
    expect(
      screen.getByRole('heading', { level: 1, name: 'M365 licenses' }),
    ).toBeInTheDocument();
  });

  it('opens the page of an account below the users', async () => {
    renderPortal({ at: '/m365-licenses/users/a1', mayRead: true });
    expect(
      await screen.findByRole('heading', { name: 'Maya Lopez' }),
    ).toBeInTheDocument();
  });

  it('opens the page of a license below the licenses', async () => {
    renderPortal({ at: `/m365-licenses/licenses/${E3}`, mayRead: true });
    expect(
      await screen.findByRole('heading', { name: 'Microsoft 365 E3' }),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('button', { name: 'Add a term' }),
    ).toBeInTheDocument();
  });

  it('opens the exemptions below the candidates', async () => {
    renderPortal({ at: '/m365-licenses/candidates/exemptions', mayRead: true });
    expect(
      await screen.findByRole('heading', { name: 'Exemptions' }),
    ).toBeInTheDocument();
    expect(screen.getByRole('tab', { selected: true })).toHaveTextContent(
      'Candidates',
    );
  });

  it('leaves out the tabs that may not be read, and begins with what is one’s own', async () => {
    renderPortal({ at: '/m365-licenses', mayRead: false });
    expect(
      await screen.findByRole('heading', {
        name: 'Do you still need these licenses?',
      }),
    ).toBeInTheDocument();
    expect(tabNames()).toEqual([
      'My licenses',
      'Users',
      'Activity',
      'Candidates',
      'Suspicious activities',
    ]);
  });
});
