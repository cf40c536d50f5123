import { screen } from '@testing-library/react';
import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { refuse } from '../__testUtils__/fakeBackend';
import { renderPage } from '../__testUtils__/render';
import { M365LicensesPage } from './M365LicensesPage';
import { OlderGroupLicensesCard, OlderGroupTab } from './OlderEntityPage';

const group: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name: 'sales' },
  spec: { type: 'team', children: [] },
};

// In a file of its own: decisions about permissions are cached per module.
describe('the older frontend system, without any permission', () => {
  it('begins with what is one’s own, and has no other tab', async () => {
    renderPage(<M365LicensesPage />, { path: '/*', at: '/', allowed: false });
    expect(
      await screen.findByRole('grid', { name: 'My licenses' }),
    ).toBeInTheDocument();
    expect(screen.getByRole('status', { name: 'address' })).toHaveTextContent(
      '/m365-licenses/my-licenses',
    );
    expect(
      screen.getAllByRole('tab').map(({ textContent }) => textContent),
    ).toEqual(['My licenses']);
  });

  it('says on a tab that was typed by hand what is missing', async () => {
    renderPage(<M365LicensesPage />, {
      path: '/*',
      at: '/tasks',
      allowed: false,
      answers: { 'GET /tenants': refuse(403, 'no') },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.license.read',
    );
  });

  it('has no card of a group, and says on its tab what is missing', async () => {
    const { received } = renderPage(
      <EntityProvider entity={group}>
        <OlderGroupTab />
        <OlderGroupLicensesCard />
      </EntityProvider>,
      { path: '/group', allowed: false },
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.roster.read',
    );
    expect(
      screen.queryByRole('heading', {
        name: 'Microsoft 365 licenses of the team',
      }),
    ).not.toBeInTheDocument();
    expect(received).toEqual([]);
  });
});
