import { screen, within } from '@testing-library/react';
import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import type { EntityLicenses } from 'backstage-plugin-m365-licenses-common';
import { refuse } from '../../__testUtils__/fakeBackend';
import {
  account,
  assigned,
  daysAgo,
  detail,
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

const render = (
  card: JSX.Element,
  entity: Entity,
  answer: EntityLicenses | ReturnType<typeof refuse>,
) =>
  renderPage(<EntityProvider entity={entity}>{card}</EntityProvider>, {
    path: '/card',
    answers: {
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
    expect(screen.getByRole('link', { name: 'Open account' })).toHaveAttribute(
      'href',
      '/m365-licenses/users/a1?tenant=contoso',
    );
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
    );
    expect(await screen.findByText('5 members')).toBeInTheDocument();
    expect(screen.getByText('1 without an account')).toBeInTheDocument();
    expect(
      screen.getByText('Microsoft 365 E3').parentElement,
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
      '/m365-licenses/users?tenant=contoso',
    );
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
