import { screen } from '@testing-library/react';
import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { renderPage } from '../../__testUtils__/render';
import { GroupTab } from './GroupTab';

const group: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name: 'sales' },
  spec: { type: 'team', children: [] },
};

// Answers about permissions are kept for the whole test file.
describe('GroupTab without the permission to read licenses', () => {
  it('shows members without costs, and asks for none', async () => {
    const { queriesOf } = renderPage(
      <EntityProvider entity={group}>
        <GroupTab />
      </EntityProvider>,
      { path: '/tab', allowed: false },
    );
    await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(
      screen.queryByRole('columnheader', { name: 'Cost a year' }),
    ).not.toBeInTheDocument();
    expect(
      screen.queryByRole('heading', { name: 'Annual spend' }),
    ).not.toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /Plan/ }),
    ).not.toBeInTheDocument();
    expect(queriesOf('/entities/group/default/sales/spend')).toEqual([]);
    expect(queriesOf('/tenants/contoso/history')).toEqual([]);
  });
});
