import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { type Answer, refuse } from './__testUtils__/fakeBackend';
import {
  account,
  assigned,
  byGroup,
  candidate,
  detail,
  E3,
  minutesAgo,
  reclamation,
  reclamationItem,
} from './__testUtils__/fixtures';
import { TEAM_LEAD } from './__testUtils__/permissions';
import { renderPage } from './__testUtils__/render';
import { AccountPage } from './components/AccountPage/AccountPage';
import { CandidatesPage } from './components/CandidatesPage/CandidatesPage';
import { GroupLicensesCard } from './components/EntityCards/EntityCards';
import { GroupTab } from './components/GroupTab/GroupTab';
import { M365LicensesPage } from './components/M365LicensesPage';
import { SuspiciousActivitiesPage } from './components/SuspiciousActivitiesPage/SuspiciousActivitiesPage';
import { UsersPage } from './components/UsersPage/UsersPage';

const DENIED = refuse(
  403,
  'This needs the permission m365-licenses.license.read',
);

/** What the backend refuses to those who may not read licenses and plans. */
const REFUSED: Record<string, Answer> = {
  'GET /tenants/contoso': DENIED,
  'GET /tenants/contoso/licenses': DENIED,
  'GET /tenants/contoso/history': DENIED,
  'GET /tenants/contoso/candidate-summary': DENIED,
  'GET /tenants/contoso/reclamations': DENIED,
  'GET /entities/group/default/sales/spend': DENIED,
};

const group: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name: 'sales' },
  spec: { type: 'team', children: [] },
};

const render = (
  element: JSX.Element,
  options: Parameters<typeof renderPage>[1],
) =>
  renderPage(<EntityProvider entity={group}>{element}</EntityProvider>, {
    ...options,
    answers: { ...REFUSED, ...options?.answers },
    allowed: TEAM_LEAD,
  });

const tabNames = () =>
  screen.getAllByRole('tab').map(({ textContent }) => textContent);

// In a file of its own: decisions about permissions are cached per module.
describe('for those who own groups', () => {
  it('the page in the older frontend system has tabs without figures', async () => {
    render(<M365LicensesPage />, { path: '/*', at: '/' });
    expect(
      await screen.findByRole('grid', { name: 'My licenses' }),
    ).toBeInTheDocument();
    expect(tabNames()).toEqual([
      'My licenses',
      'Users',
      'Activity',
      'Candidates',
    ]);
  });

  it('the tab of a group lists members, each leading to their page, and no costs', async () => {
    const { queriesOf } = render(<GroupTab />, { path: '/tab' });
    const member = await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(within(member).getByRole('link')).toHaveAttribute(
      'href',
      '/m365-licenses/users/a1?tenant=contoso&group=group%3Adefault%2Fsales',
    );
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(screen.queryByText('Annual spend')).not.toBeInTheDocument();
    expect(queriesOf('/entities/group/default/sales/spend')).toEqual([]);
  });

  it('the card of a group counts licenses and names who has not used theirs', async () => {
    const { queriesOf } = render(<GroupLicensesCard />, {
      path: '/card',
      answers: {
        'GET /entities/group/default/sales': () => ({
          entityRef: 'group:default/sales',
          kind: 'group',
          accounts: [
            {
              entityRef: 'user:default/maya',
              detail: detail({ account: account({ status: 'inactive' }) }),
            },
          ],
          members: 1,
          unmatchedMembers: [],
          inactiveAfterDays: 60,
        }),
      },
    });
    expect(await screen.findByText('By product')).toBeInTheDocument();
    expect(screen.getByText('1 has not used theirs')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Maya Lopez' })).toHaveAttribute(
      'href',
      '/catalog/default/user/maya',
    );
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(queriesOf('/entities/group/default/sales/spend')).toEqual([]);
  });

  it('Users lists whom they may see, without the filter by license', async () => {
    render(<UsersPage />, {});
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /License/ }),
    ).not.toBeInTheDocument();
  });

  it('Users says that there is nobody they may see, and sends nobody to run tasks', async () => {
    render(<UsersPage />, {
      answers: {
        'GET /tenants/contoso/users': () => ({ items: [], totalItems: 0 }),
      },
    });
    expect(
      await screen.findByText('This tenant has no account that you may see.'),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('link', { name: 'Open tasks' }),
    ).not.toBeInTheDocument();
  });

  it('Candidates lists those of their members, without what they are worth', async () => {
    render(<CandidatesPage />, {
      path: '/candidates',
      answers: {
        'GET /tenants/contoso/candidates': () => ({
          items: [candidate({ value: undefined })],
          totalItems: 1,
          evaluatedAt: null,
        }),
      },
    });
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(
      screen.queryByRole('link', { name: 'Exemptions' }),
    ).not.toBeInTheDocument();
    expect(
      screen.queryByRole('columnheader', { name: 'A year' }),
    ).not.toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /Plan|Hold back/ }),
    ).not.toBeInTheDocument();
  });

  it('Suspicious activities says that it needs to read all accounts', async () => {
    render(<SuspiciousActivitiesPage />, {
      path: '/suspicious-activities',
      answers: {
        'GET /tenants/contoso/suspicious-activities': refuse(403, 'no'),
      },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'It needs the permission m365-licenses.account.read for all accounts.',
    );
  });

  describe('the page of a member', () => {
    const ACCOUNT = 'GET /tenants/contoso/users/a1';
    const at = { path: '/users/:userId', at: '/users/a1' };

    it('has a license handed back after saying whose and what, and is read again', async () => {
      let begun = false;
      const { received, queriesOf, post } = render(<AccountPage />, {
        ...at,
        answers: {
          [ACCOUNT]: () =>
            detail({
              mayHandBack: true,
              account: account({
                licenses: begun
                  ? [byGroup('Engineering tools')]
                  : [assigned(), byGroup('Engineering tools')],
              }),
            }),
          'POST /tenants/contoso/hand-backs': () => {
            begun = true;
            return reclamation({ status: 'scheduled' });
          },
          'GET /tenants/contoso/reclamations/r1': () =>
            reclamation({ status: 'finished' }),
          'GET /tenants/contoso/reclamation-items': () => ({
            items: begun
              ? [
                  reclamationItem({
                    outcome: 'reclaimed',
                    message: 'Microsoft no longer has it assigned.',
                    finishedAt: minutesAgo(0),
                  }),
                ]
              : [],
            totalItems: begun ? 1 : 0,
          }),
        },
      });
      const licenses = await screen.findByRole('grid', { name: 'Licenses' });
      expect(
        within(licenses).getByRole('row', { name: /VISIOCLIENT/ }),
      ).toHaveTextContent(
        'ask those who run the group to take Maya Lopez out of it',
      );
      await userEvent.click(
        within(licenses).getByRole('button', {
          name: 'Hand back Microsoft 365 E3',
        }),
      );
      const dialog = await screen.findByRole('dialog', {
        name: 'Hand back Microsoft 365 E3 of Maya Lopez?',
      });
      expect(dialog).toHaveTextContent(
        'Maya Lopez loses Microsoft 365 E3 with Exchange, Teams',
      );
      expect(received.some(({ method }) => method === 'POST')).toBe(false);
      await userEvent.click(
        within(dialog).getByRole('button', { name: 'Hand back' }),
      );
      const history = await screen.findByRole('grid', {
        name: 'Planned, taken and put back',
      });
      expect(
        within(history).getByRole('row', { name: /SPE_E3/ }),
      ).toHaveTextContent('Microsoft no longer has it assigned.');
      await waitFor(() =>
        expect(
          within(licenses).queryByRole('row', { name: /SPE_E3/ }),
        ).not.toBeInTheDocument(),
      );
      expect(received.filter(({ method }) => method === 'POST')).toEqual([
        expect.objectContaining({ body: { user: 'a1', skuId: E3 } }),
      ]);
      expect(queriesOf('/tenants/contoso/users/a1')).toHaveLength(2);
      expect(post).toHaveBeenCalledTimes(1);
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Microsoft 365 E3 was handed back' }),
      );
    });

    it('has one button for a license with several paths, at the direct one', async () => {
      const e3 = assigned();
      const [path] = e3.paths;
      render(<AccountPage />, {
        ...at,
        answers: {
          [ACCOUNT]: () =>
            detail({
              mayHandBack: true,
              account: account({
                licenses: [
                  {
                    ...e3,
                    paths: [
                      { ...path, type: 'group', groupId: 'g', groupName: 'IT' },
                      path,
                    ],
                  },
                ],
              }),
            }),
        },
      });
      const licenses = await screen.findByRole('grid', { name: 'Licenses' });
      const [ofGroup, direct] = within(licenses).getAllByRole('row', {
        name: /SPE_E3/,
      });
      expect(within(ofGroup).queryByRole('button')).not.toBeInTheDocument();
      await userEvent.click(
        within(direct).getByRole('button', {
          name: 'Hand back Microsoft 365 E3',
        }),
      );
      expect(await screen.findByRole('dialog')).toHaveTextContent(
        'Maya Lopez keeps Microsoft 365 E3, as the group IT grants it as well.',
      );
    });

    it('goes on watching a hand-back that is underway', async () => {
      render(<AccountPage />, {
        ...at,
        answers: {
          [ACCOUNT]: () => detail({ mayHandBack: true }),
          'GET /tenants/contoso/reclamations/r1': () =>
            reclamation({ status: 'running' }),
          'GET /tenants/contoso/reclamation-items': () => ({
            items: [reclamationItem({ outcome: 'running' })],
            totalItems: 1,
          }),
        },
      });
      const licenses = await screen.findByRole('grid', { name: 'Licenses' });
      await waitFor(() =>
        expect(
          within(licenses).getByRole('row', { name: /SPE_E3/ }),
        ).toHaveTextContent('Running'),
      );
      expect(
        within(licenses).queryByRole('button', { name: /Hand back/ }),
      ).not.toBeInTheDocument();
    });

    it('says why one could not be handed back, which can be tried again', async () => {
      const { post } = render(<AccountPage />, {
        ...at,
        answers: {
          [ACCOUNT]: () => detail({ mayHandBack: true }),
          'POST /tenants/contoso/hand-backs': refuse(
            403,
            'You own no group of Maya Lopez any more',
          ),
        },
      });
      await userEvent.click(
        await screen.findByRole('button', {
          name: 'Hand back Microsoft 365 E3',
        }),
      );
      await userEvent.click(
        within(await screen.findByRole('dialog')).getByRole('button', {
          name: 'Hand back',
        }),
      );
      await waitFor(() =>
        expect(post).toHaveBeenCalledWith(
          expect.objectContaining({
            title: 'Microsoft 365 E3 could not be handed back',
            description: 'You own no group of Maya Lopez any more',
            status: 'danger',
          }),
        ),
      );
      expect(
        await screen.findByRole('button', {
          name: 'Hand back Microsoft 365 E3',
        }),
      ).toBeInTheDocument();
    });

    it('has no way to hand back where they may not', async () => {
      render(<AccountPage />, at);
      const licenses = await screen.findByRole('grid', { name: 'Licenses' });
      expect(
        within(licenses).queryByRole('columnheader', { name: 'Hand back' }),
      ).not.toBeInTheDocument();
      expect(
        within(licenses).queryByRole('button', { name: /Hand back/ }),
      ).not.toBeInTheDocument();
    });
  });
});
