import { screen } from '@testing-library/react';
import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { licenseReadPermission } from 'backstage-plugin-m365-licenses-common';
import { E3, detail } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { UserLicensesCard } from '../EntityCards/EntityCards';
import { LicensePage } from '../LicensePage/LicensePage';
import { OverviewPage } from '../OverviewPage/OverviewPage';

const allowed = [licenseReadPermission.name];

const user: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name: 'robin' },
};

// In a file of its own: decisions about permissions are cached per module.
describe('without the tabs where accounts are listed', () => {
  it('figures do not lead there', async () => {
    renderPage(<OverviewPage />, { path: '/overview', allowed });
    expect(await screen.findByText(/^Active 10,100/)).toBeInTheDocument();
    expect(
      screen.queryByRole('link', { name: /candidates|Active 10,100/ }),
    ).not.toBeInTheDocument();
  });

  it('the people that hold a license are counted only', async () => {
    renderPage(<LicensePage />, {
      path: '/licenses/:skuId',
      at: `/licenses/${E3}`,
      allowed,
    });
    const heading = await screen.findByRole('heading', {
      name: 'People by status',
    });
    expect(heading.closest('.bui-Card')).toHaveTextContent(/Active\d/);
    expect(heading.closest('.bui-Card')!.querySelector('a')).toBeNull();
  });

  it('one’s own card leads to one’s own licenses only', async () => {
    renderPage(
      <EntityProvider entity={user}>
        <UserLicensesCard />
      </EntityProvider>,
      {
        path: '/card',
        allowed,
        answers: {
          'GET /entities/user/default/robin': () => ({
            entityRef: 'user:default/robin',
            kind: 'user',
            accounts: [{ entityRef: 'user:default/robin', detail: detail() }],
            members: 1,
            unmatchedMembers: [],
            inactiveAfterDays: 60,
          }),
        },
      },
    );
    expect(
      await screen.findByRole('link', { name: 'My licenses' }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('link', { name: 'Open account' }),
    ).not.toBeInTheDocument();
  });
});
