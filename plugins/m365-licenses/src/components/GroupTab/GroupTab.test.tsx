import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { interceptDownload } from '../../__testUtils__/download';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import { account, entitySpend, spendPart } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { GroupTab } from './GroupTab';

const SPEND = '/entities/group/default/sales/spend';
const USERS = '/tenants/contoso/users';

const group: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name: 'sales' },
  spec: { type: 'team', children: [] },
};

const render = (answers: Record<string, Answer> = {}, query = '') =>
  renderPage(
    <EntityProvider entity={group}>
      <GroupTab />
    </EntityProvider>,
    {
      path: '/tab',
      at: `/tab${query}`,
      answers,
    },
  );

const figure = async (title: string) => {
  const heading = await screen.findByRole('heading', { name: title });
  return heading.closest<HTMLElement>('.bui-Card')!;
};

describe('GroupTab', () => {
  it('sums up the group with those below it, and its history', async () => {
    const { queriesOf } = render();
    const accounts = await figure('Licensed accounts');
    expect(accounts).toHaveTextContent('40Active 30Inactive 10');
    expect(accounts).toHaveTextContent('12 in the group itself');
    expect(await figure('Annual spend')).toHaveTextContent('€14,400.00');
    expect(await figure('Savings potential')).toHaveTextContent('€3,600.00');
    expect(
      within(
        screen.getByRole('grid', { name: 'Seats by product' }),
      ).getAllByRole('row')[1],
    ).toHaveTextContent(
      'Microsoft 365 E340Active 30Inactive 10€14,400.00€3,600.00',
    );
    expect(
      await screen.findByRole('table', { name: 'Trend: Seats by use' }),
    ).toBeInTheDocument();
    expect(queriesOf('/tenants/contoso/history')).toEqual([
      { days: '90', group: 'group:default/sales' },
    ]);
  });

  it('lists members with what they cost, unused ones by a filter in the address', async () => {
    const csv = interceptDownload();
    const { queriesOf } = render(
      {
        [`GET ${USERS}`]: () => ({
          items: [
            account({
              displayName: '=Maya',
              annual: [{ amount: '360.00', currency: 'EUR' }],
            }),
            account({ id: 'a2', displayName: 'Ben', annual: [] }),
          ],
          totalItems: 2,
        }),
      },
      '?status=inactive',
    );
    const members = await screen.findByRole('grid', { name: 'Members' });
    const maya = await within(members).findByRole('row', { name: /Maya/ });
    expect(maya).toHaveTextContent('€360.00');
    expect(within(maya).getByRole('link')).toHaveAttribute(
      'href',
      '/m365-licenses/users/a1?tenant=contoso&group=group%3Adefault%2Fsales',
    );
    expect(within(members).getByRole('row', { name: /Ben/ })).toHaveTextContent(
      'Not priced',
    );
    expect(queriesOf(USERS)[0]).toEqual({
      group: 'group:default/sales',
      status: 'inactive',
      sort: 'displayName',
      order: 'asc',
      limit: '50',
    });
    expect(screen.getByRole('link', { name: 'Open users' })).toHaveAttribute(
      'href',
      '/m365-licenses/users?tenant=contoso&group=group%3Adefault%2Fsales',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() => expect(csv()).toContain("'=Maya"));
    expect(csv()).toContain('annualSpend EUR');
    expect(queriesOf(USERS).at(-1)).toMatchObject({
      group: 'group:default/sales',
      status: 'inactive',
      limit: '500',
    });
  });

  it('plans to take back what its members do not use', async () => {
    const { received } = render();
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Plan to take back what is not used',
      }),
    );
    expect(
      await screen.findByRole('dialog', { name: 'Plan to take licenses back' }),
    ).toBeInTheDocument();
    await waitFor(() =>
      expect(
        received.find(({ method }) => method === 'POST')?.body,
      ).toMatchObject({ filter: { group: 'group:default/sales' } }),
    );
  });

  it('says what is not priced, and why nobody is counted', async () => {
    render({
      [`GET ${SPEND}`]: () =>
        entitySpend({
          total: spendPart({ annual: [], savings: [] }),
          skus: [],
        }),
    });
    expect(await figure('Annual spend')).toHaveTextContent('Not priced');
    expect(
      screen.getByText('No licensed account is counted here'),
    ).toBeInTheDocument();
  });

  it('says so when no account is in the tenant, or no member matches', async () => {
    render({
      [`GET ${SPEND}`]: () => ({
        entityRef: 'group:default/sales',
        items: [],
      }),
      [`GET ${USERS}`]: () => ({ items: [], totalItems: 0 }),
    });
    expect(
      await screen.findByText('No licensed account is counted here'),
    ).toBeInTheDocument();
    expect(await screen.findByText('No member matches')).toBeInTheDocument();
  });

  it('shows the members when the spend cannot be read', async () => {
    render({ [`GET ${SPEND}`]: refuse(503, 'It sleeps') });
    expect(await screen.findByRole('alert')).toHaveTextContent('It sleeps');
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
  });
});
