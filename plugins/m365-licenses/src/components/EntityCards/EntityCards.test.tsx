import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import type { EntityLicenses } from 'backstage-plugin-m365-licenses-common';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import {
  account,
  assigned,
  byGroup,
  daysAgo,
  detail,
  E3,
  entitySpend,
  reclamation,
  reclamationItem,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import {
  GroupLicensesCard,
  UserActivityCard,
  UserLicensesCard,
} from './EntityCards';

const user: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name: 'maya' },
  spec: { profile: { email: 'maya@contoso.com' } },
};
const group: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name: 'sales' },
  spec: { type: 'team', children: [] },
};

const licensesOf = (values: Partial<EntityLicenses>): EntityLicenses => ({
  entityRef: 'user:default/maya',
  kind: 'user',
  accounts: [{ entityRef: 'user:default/maya', detail: detail() }],
  members: 1,
  unmatchedMembers: [],
  inactiveAfterDays: 60,
  ...values,
});

/** An account whose licenses the reader may hand back. */
const ofMaya = {
  entityRef: 'user:default/maya',
  detail: detail({ mayHandBack: true }),
};

const render = (
  card: JSX.Element,
  entity: Entity,
  answer: EntityLicenses | ReturnType<typeof refuse>,
  answers: Record<string, Answer> = {},
) =>
  renderPage(<EntityProvider entity={entity}>{card}</EntityProvider>, {
    path: '/card',
    answers: {
      ...answers,
      [`GET /entities/${entity.kind.toLowerCase()}/default/${
        entity.metadata.name
      }`]: typeof answer === 'function' ? answer : () => answer,
    },
  });

describe('UserLicensesCard', () => {
  it('shows licenses with their path, the last use and a link', async () => {
    render(<UserLicensesCard />, user, licensesOf({}));
    const items = await screen.findAllByRole('listitem');
    expect(items.map(item => item.textContent)).toEqual([
      'Microsoft 365 E3DirectServices that count: Exchange, TeamsActiveby Exchange, 5 days ago',
      'Visio Plan 2Group Engineering toolsServices that count: None is observedNot measurableNone of its services is observed',
    ]);
    expect(screen.getByText(/Last use/)).toHaveTextContent(
      'Last use 5 days ago',
    );
    expect(
      await screen.findByRole('link', { name: 'Open account' }),
    ).toHaveAttribute('href', '/m365-licenses/users/a1?tenant=contoso');
  });

  it('has one’s own licenses handed back, and leads to the questions', async () => {
    const robin = { ...user, metadata: { name: 'robin' } };
    const { received, queriesOf } = render(
      <UserLicensesCard />,
      robin,
      licensesOf({ entityRef: 'user:default/robin', accounts: [ofMaya] }),
      {
        'POST /tenants/contoso/hand-backs': () => reclamation(),
        'GET /tenants/contoso/reclamations/r1': () => reclamation(),
        'GET /tenants/contoso/reclamation-items': () => ({
          items: [reclamationItem({ outcome: 'reclaimed' })],
          totalItems: 1,
        }),
      },
    );
    expect(
      await screen.findByRole('link', {
        name: '1 question waits for your answer',
      }),
    ).toHaveAttribute('href', '/m365-licenses/my-licenses');
    expect(screen.getByRole('link', { name: 'My licenses' })).toHaveAttribute(
      'href',
      '/m365-licenses/my-licenses',
    );
    expect(
      screen.getByText(/Granted by the group Engineering tools/),
    ).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Hand back Microsoft 365 E3' }),
    );
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'Hand back',
      }),
    );
    // What it holds now is read when it is done.
    await waitFor(() =>
      expect(queriesOf('/entities/user/default/robin')).toHaveLength(2),
    );
    expect(received.find(({ method }) => method === 'POST')?.body).toEqual({
      user: 'a1',
      skuId: E3,
    });
  });

  it('has licenses of a member of a group that one owns handed back', async () => {
    const { queriesOf } = render(
      <UserLicensesCard />,
      user,
      licensesOf({ accounts: [ofMaya] }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Hand back Microsoft 365 E3' }),
    );
    expect(
      await screen.findByRole('dialog', {
        name: 'Hand back Microsoft 365 E3 of Maya Lopez?',
      }),
    ).toHaveTextContent('Maya Lopez loses Microsoft 365 E3');
    // Questions are only to oneself.
    expect(queriesOf('/questions')).toEqual([]);
  });

  it('hands back nothing of one’s own where taking back is switched off', async () => {
    render(
      <UserLicensesCard />,
      { ...user, metadata: { name: 'robin' } },
      licensesOf({ entityRef: 'user:default/robin' }),
    );
    expect(
      await screen.findByRole('link', { name: 'My licenses' }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /Hand back/ }),
    ).not.toBeInTheDocument();
  });

  it('hands back nothing of somebody else', async () => {
    const { queriesOf } = render(<UserLicensesCard />, user, licensesOf({}));
    await screen.findAllByRole('listitem');
    expect(
      screen.queryByRole('button', { name: /Hand back/ }),
    ).not.toBeInTheDocument();
    expect(
      screen.queryByRole('link', { name: 'My licenses' }),
    ).not.toBeInTheDocument();
    expect(queriesOf('/questions')).toEqual([]);
  });

  it('shows what each license costs to those who may know', async () => {
    const licenses = [
      assigned({ annual: [{ amount: '360.00', currency: 'EUR' }] }),
      { ...byGroup('Tools'), annual: [] },
    ];
    render(
      <UserLicensesCard />,
      user,
      licensesOf({
        accounts: [
          {
            entityRef: 'user:default/maya',
            detail: detail({ account: account({ licenses }) }),
          },
        ],
      }),
    );
    const [priced, unpriced] = await screen.findAllByRole('listitem');
    expect(priced).toHaveTextContent('€360.00 a year');
    expect(unpriced).toHaveTextContent('Not priced');
  });

  it('says by what an account was looked for', async () => {
    render(<UserLicensesCard />, user, licensesOf({ accounts: [] }));
    expect(
      await screen.findByText('No Microsoft 365 account found'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(
        /the email maya@contoso.com.*microsoft365.com\/user-principal-name/,
      ),
    ).toBeInTheDocument();
  });

  it('says by which annotation an account was looked for', async () => {
    const annotated = {
      ...user,
      metadata: {
        name: 'maya',
        annotations: { 'graph.microsoft.com/user-id': 'gone' },
      },
    };
    render(<UserLicensesCard />, annotated, licensesOf({ accounts: [] }));
    expect(
      await screen.findByText(/graph.microsoft.com\/user-id = gone/),
    ).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render(<UserLicensesCard />, user, refuse(403, 'no'));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.account.read',
    );
  });
});

describe('UserActivityCard', () => {
  it('shows the seven services and the date of the report', async () => {
    render(<UserActivityCard />, user, licensesOf({}));
    expect(
      (await screen.findAllByRole('definition')).map(item => item.textContent),
    ).toEqual([
      '5 days ago',
      '6 days ago',
      '12 days ago',
      '5 days ago',
      '1 month ago',
      'Never',
      '4 months ago',
    ]);
    expect(screen.getByText(/Microsoft's report of/)).toBeInTheDocument();
  });
});

describe('GroupLicensesCard', () => {
  const member = (name: string, values: Parameters<typeof account>[0]) => ({
    entityRef: `user:default/${name}`,
    detail: detail({
      account: account({
        id: name,
        displayName: name,
        licenses: [assigned()],
        ...values,
      }),
    }),
  });

  it('counts licenses by product and names who has not used theirs', async () => {
    render(
      <GroupLicensesCard />,
      group,
      licensesOf({
        entityRef: 'group:default/sales',
        kind: 'group',
        members: 5,
        unmatchedMembers: ['user:default/eve'],
        accounts: [
          member('ana', {}),
          member('ben', {
            status: 'inactive',
            lastActivityDate: daysAgo(20),
          }),
          member('cleo', { status: 'neverActive', lastActivityDate: null }),
          member('dan', { status: 'unlicensed', licenses: [] }),
        ],
      }),
      { 'GET /entities/group/default/sales/spend': refuse(403, 'no') },
    );
    expect(await screen.findByText('5 members')).toBeInTheDocument();
    expect(screen.getByText('1 without an account')).toBeInTheDocument();
    expect(
      (await screen.findByText('Microsoft 365 E3')).parentElement,
    ).toHaveTextContent('Microsoft 365 E33');
    const heading = screen.getByText('2 have not used theirs');
    const unused = heading.parentElement;
    expect(
      within(unused!)
        .getAllByRole('link')
        .map(link => [link.textContent, link.getAttribute('href')]),
    ).toEqual([
      ['ben', '/catalog/default/user/ben'],
      ['cleo', '/catalog/default/user/cleo'],
    ]);
    expect(screen.getByRole('link', { name: 'Open users' })).toHaveAttribute(
      'href',
      '/m365-licenses/users?tenant=contoso&group=group%3Adefault%2Fsales',
    );
  });

  it('shows seats by product with the groups below, and what unused ones cost', async () => {
    const { queriesOf } = render(
      <GroupLicensesCard />,
      group,
      licensesOf({ kind: 'group', accounts: [member('ana', {})] }),
    );
    const heading = await screen.findByRole('heading', {
      name: 'Seats by product, with the groups below',
    });
    const section = heading.closest('section')!;
    expect(within(section).getAllByRole('listitem')[0]).toHaveTextContent(
      'Microsoft 365 E3€14,400.00Active 30Inactive 10',
    );
    expect(section).toHaveTextContent('10 unused seats: €3,600.00 a year');
    expect(queriesOf('/entities/group/default/sales/spend')).toHaveLength(1);
  });

  it.each([
    ['cannot be read', refuse(503, 'It sleeps')],
    ['is of nobody', () => entitySpend({ skus: [] })],
  ])('quietly leaves out seats and cost when that %s', async (_, answer) => {
    const { queriesOf } = render(
      <GroupLicensesCard />,
      group,
      licensesOf({ kind: 'group', accounts: [member('ana', {})] }),
      { 'GET /entities/group/default/sales/spend': answer },
    );
    expect(await screen.findByText('By product')).toBeInTheDocument();
    await waitFor(() =>
      expect(queriesOf('/entities/group/default/sales/spend')).toHaveLength(1),
    );
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(
      screen.queryByText('Seats by product, with the groups below'),
    ).not.toBeInTheDocument();
  });

  it('says so when the group has no members', async () => {
    render(
      <GroupLicensesCard />,
      group,
      licensesOf({ kind: 'group', accounts: [], members: 0 }),
    );
    expect(
      await screen.findByText('This group has no members'),
    ).toBeInTheDocument();
  });
});
