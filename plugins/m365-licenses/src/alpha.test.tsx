import { createApp } from '@backstage/frontend-defaults';
import {
  ApiBlueprint,
  coreExtensionData,
  createExtensionInput,
  createFrontendModule,
  createFrontendPlugin,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { mockApis } from '@backstage/frontend-test-utils';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { render, screen } from '@testing-library/react';
import { createFakeBackend } from './__testUtils__/fakeBackend';
import { E3 } from './__testUtils__/fixtures';
import { decisionOn, type Held, TEAM_LEAD } from './__testUtils__/permissions';
import plugin, { m365LicensesApiRef } from './alpha';

const tabNames = () =>
  screen.getAllByRole('tab').map(({ textContent }) => textContent);

/** Where links to people lead: the page of a group, with what plugins add to it. */
const catalog = createFrontendPlugin({
  pluginId: 'catalog',
  extensions: [
    EntityContentBlueprint.makeWithOverrides({
      name: 'overview',
      inputs: { cards: createExtensionInput([coreExtensionData.reactElement]) },
      factory: (original, { inputs }) =>
        original({
          path: '/',
          title: 'Overview',
          loader: async () => (
            <>
              {inputs.cards.map(card => (
                <div key={card.node.spec.id}>
                  {card.get(coreExtensionData.reactElement)}
                </div>
              ))}
            </>
          ),
        }),
    }),
    PageBlueprint.makeWithOverrides({
      name: 'entity',
      inputs: {
        contents: createExtensionInput([
          coreExtensionData.reactElement,
          EntityContentBlueprint.dataRefs.title,
        ]),
      },
      factory: (original, { inputs }) =>
        original({
          path: '/catalog/:namespace/:kind/:name',
          routeRef: entityRouteRef,
          loader: async () => (
            <EntityProvider
              entity={{
                apiVersion: 'backstage.io/v1alpha1',
                kind: 'Group',
                metadata: { name: 'sales' },
              }}
            >
              {inputs.contents.map(content => {
                const title = content.get(
                  EntityContentBlueprint.dataRefs.title,
                );
                return (
                  <section key={title} aria-label={title}>
                    {content.get(coreExtensionData.reactElement)}
                  </section>
                );
              })}
            </EntityProvider>
          ),
        }),
    }),
  ],
});

/** A portal of its own: only that decides which extensions there are. */
function renderPortal(options: { at: string; allowed: Held }) {
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
                    authorize: ({ permission }) =>
                      decisionOn(permission.name, options.allowed),
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
    renderPortal({ at: '/m365-licenses', allowed: true });
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
    renderPortal({ at: '/m365-licenses/users/a1', allowed: true });
    expect(
      await screen.findByRole('heading', { name: 'Maya Lopez' }),
    ).toBeInTheDocument();
  });

  it('opens the page of a license below the licenses', async () => {
    renderPortal({ at: `/m365-licenses/licenses/${E3}`, allowed: true });
    expect(
      await screen.findByRole('heading', { name: 'Microsoft 365 E3' }),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('button', { name: 'Add a term' }),
    ).toBeInTheDocument();
  });

  it('opens the exemptions below the candidates', async () => {
    renderPortal({ at: '/m365-licenses/candidates/exemptions', allowed: true });
    expect(
      await screen.findByRole('heading', { name: 'Exemptions' }),
    ).toBeInTheDocument();
    expect(screen.getByRole('tab', { selected: true })).toHaveTextContent(
      'Candidates',
    );
  });

  it('leaves out the tabs that may not be read, and begins with what is one’s own', async () => {
    renderPortal({ at: '/m365-licenses', allowed: false });
    expect(
      await screen.findByRole('heading', {
        name: 'Do you still need these licenses?',
      }),
    ).toBeInTheDocument();
    expect(tabNames()).toEqual(['My licenses']);
  });

  it('has where accounts are listed for those who own groups, and no figures', async () => {
    renderPortal({ at: '/m365-licenses', allowed: TEAM_LEAD });
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
    ]);
  });

  it.each<[string, Held, boolean]>([
    ['is on the page of a group for those who own groups', TEAM_LEAD, true],
    ['is not there for others', ['m365-licenses.license.read'], false],
  ])('has a card and a tab of groups: it %s', async (_, allowed, isThere) => {
    renderPortal({ at: '/catalog/default/group/sales', allowed });
    // A card that is there for everybody.
    await screen.findByRole('heading', { name: 'Microsoft 365 licenses' });
    expect(
      screen.queryAllByRole('heading', {
        name: 'Microsoft 365 licenses of the team',
      }),
    ).toHaveLength(isThere ? 1 : 0);
    expect(
      screen.queryAllByRole('region', { name: 'M365 licenses' }),
    ).toHaveLength(isThere ? 1 : 0);
  });
});
