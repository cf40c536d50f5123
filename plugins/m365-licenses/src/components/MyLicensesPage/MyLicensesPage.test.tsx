import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type {
  AccountDetail,
  Reclamation,
  ReclamationItem,
} from 'backstage-plugin-m365-licenses-common';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import {
  account,
  assigned,
  byGroup,
  detail,
  E3,
  minutesAgo,
  question,
  reclamation,
  reclamationItem,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { MyLicensesPage } from './MyLicensesPage';

const ANSWER = 'POST /tenants/contoso/questions/q1/answer';
const HAND_BACK = 'POST /tenants/contoso/hand-backs';
const RECLAMATION = 'GET /tenants/contoso/reclamations/r1';
const ITEMS = 'GET /tenants/contoso/reclamation-items';

// Nobody who sees only this page holds a permission.
const render = (answers: Record<string, Answer> = {}) =>
  renderPage(<MyLicensesPage />, {
    path: '/my-licenses',
    allowed: false,
    answers,
  });

const asked = (...items: object[]) => ({ 'GET /questions': () => ({ items }) });

/** An account of one's own, in a tenant where taking back is switched on. */
const ownDetail = (values: Partial<AccountDetail> = {}) =>
  detail({ mayHandBack: true, ...values });

const me = (...details: AccountDetail[]) => ({
  entityRef: 'user:default/robin',
  kind: 'user',
  accounts: details.map(each => ({
    entityRef: 'user:default/robin',
    detail: each,
  })),
  members: 1,
  unmatchedMembers: [],
  inactiveAfterDays: 60,
});

const other = question({
  id: 'q2',
  own: false,
  displayName: 'Power BI Pro',
  account: {
    id: 'a2',
    userPrincipalName: 'ben@contoso.com',
    displayName: 'Ben Ito',
  },
});

const bodiesOf = (
  { received }: ReturnType<typeof renderPage>,
  method: string,
) => received.filter(each => each.method === method).map(({ body }) => body);

describe('MyLicensesPage: questions', () => {
  it('shows own ones first, then of people one answers for, with why and until when', async () => {
    render(asked(other, question()));
    const [own, others] = await screen.findAllByRole('grid', { name: /need/ });
    expect(own).toHaveAccessibleName('Do you still need these licenses?');
    const mine = within(own).getByRole('row', { name: /Visio Plan 2/ });
    expect(mine).toHaveTextContent(
      'No activity in Exchange, Teams, SharePoint since May 3, 2026',
    );
    expect(mine).toHaveTextContent(
      'Asked by robin 1 hour ago: Renewal in January',
    );
    expect(mine).toHaveTextContent('in 4 days');
    expect(
      within(own).queryByRole('columnheader', { name: 'Person' }),
    ).not.toBeInTheDocument();
    expect(others).toHaveAccessibleName('Do they still need these licenses?');
    expect(
      within(others).getByRole('row', { name: /Power BI Pro/ }),
    ).toHaveTextContent('Ben Itoben@contoso.com');
  });

  it('hands back after asking, and says what comes of it', async () => {
    const page = render({
      ...asked(other),
      'POST /tenants/contoso/questions/q2/answer': () => ({
        id: 'q2',
        outcome: 'scheduled',
        message: 'Handed back; it is taken soon.',
        keptUntil: null,
      }),
    });
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Hand it back: Power BI Pro, Ben Ito',
      }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('Ben Ito can no longer use Power BI Pro');
    expect(bodiesOf(page, 'POST')).toEqual([]);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hand it back' }),
    );
    expect(
      await screen.findByText('Handed back; it is taken soon.'),
    ).toBeInTheDocument();
    expect(bodiesOf(page, 'POST')).toEqual([{ decision: 'handBack' }]);
    expect(
      screen.queryByRole('button', { name: /Power BI Pro/ }),
    ).not.toBeInTheDocument();
  });

  it('keeps with a reason, without which nothing is sent', async () => {
    const page = render({
      [ANSWER]: () => ({
        id: 'q1',
        outcome: 'kept',
        message: 'Nobody takes it until then.',
        keptUntil: '2027-05-03',
      }),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Keep it: Visio Plan 2' }),
    );
    const dialog = await screen.findByRole('dialog');
    const reason = within(dialog).getByRole('textbox', { name: /Reason/ });
    const keep = within(dialog).getByRole('button', { name: 'Keep it' });
    await userEvent.type(reason, '  ');
    await userEvent.click(keep);
    expect(
      await within(dialog).findByText(
        'Write why, in at most 1,000 characters.',
      ),
    ).toBeInTheDocument();
    expect(bodiesOf(page, 'POST')).toEqual([]);

    await userEvent.clear(reason);
    await userEvent.type(reason, 'Plans of the new floor ');
    await userEvent.click(keep);
    expect(
      await screen.findByText('Kept until May 3, 2027'),
    ).toBeInTheDocument();
    expect(screen.getByText('Nobody takes it until then.')).toBeInTheDocument();
    expect(bodiesOf(page, 'POST')).toEqual([
      { decision: 'keep', reason: 'Plans of the new floor' },
    ]);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('says in the dialog why it could not be kept, and lets go on', async () => {
    render({ [ANSWER]: refuse(503, 'It sleeps') });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Keep it: Visio Plan 2' }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      'Plans',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Keep it' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'The answer was not takenIt sleeps',
    );
    expect(within(dialog).getByDisplayValue('Plans')).toBeInTheDocument();
  });

  it('reads again when somebody else answered meanwhile', async () => {
    const answers = [[question()], []];
    const { post, queriesOf } = render({
      'GET /questions': () => ({ items: answers.shift() ?? [] }),
      [ANSWER]: refuse(409, 'Robin answered already'),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: /^Hand it back/ }),
    );
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'Hand it back',
      }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ description: 'Robin answered already' }),
      ),
    );
    expect(
      await screen.findByText(/Nobody asks about a license/),
    ).toBeInTheDocument();
    expect(queriesOf('/questions')).toHaveLength(2);
  });

  it('says why questions could not be read, and still shows the licenses', async () => {
    render({ 'GET /questions': refuse(503, 'It sleeps') });
    expect(await screen.findByRole('alert')).toHaveTextContent('It sleeps');
    expect(
      await screen.findByRole('grid', { name: 'My licenses' }),
    ).toBeInTheDocument();
  });
});

describe('MyLicensesPage: own licenses', () => {
  /** A backend in which a hand-back goes through these outcomes, a look each. */
  function handingBack(
    outcomes: Partial<ReclamationItem>[],
    problem: Reclamation['problem'] = null,
  ) {
    let begun = false;
    const left = [...outcomes];
    return {
      ...asked(),
      'GET /me': () =>
        me(
          ownDetail({
            account: account({
              licenses:
                begun && left[0]?.outcome === 'reclaimed'
                  ? [byGroup('Engineering tools')]
                  : [assigned(), byGroup('Engineering tools')],
            }),
          }),
        ),
      [HAND_BACK]: () => {
        begun = true;
        return reclamation({ status: 'scheduled' });
      },
      [RECLAMATION]: () => reclamation({ status: 'running', problem }),
      [ITEMS]: (request => {
        if (!begun) {
          return { items: [], totalItems: 0 };
        }
        // The list of the account is a look at what came of it.
        const next =
          request.query.reclamationId && left.length > 1
            ? left.shift()
            : left[0];
        return { items: [reclamationItem(next)], totalItems: 1 };
      }) satisfies Answer,
    };
  }

  async function handBackE3() {
    await userEvent.click(
      await screen.findByRole('button', { name: 'Hand back Microsoft 365 E3' }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hand back' }),
    );
  }

  it('shows the last use and the path of each, and why one of a group cannot be handed back', async () => {
    render(asked());
    const table = await screen.findByRole('grid', { name: 'My licenses' });
    const direct = within(table).getByRole('row', { name: /SPE_E3/ });
    expect(direct).toHaveTextContent('Activeby Exchange, 5 days ago');
    expect(direct).toHaveTextContent('Direct');
    const granted = within(table).getByRole('row', { name: /VISIOCLIENT/ });
    expect(granted).toHaveTextContent(
      'Granted by the group Engineering tools. It cannot be handed back here',
    );
    expect(within(granted).queryByRole('button')).not.toBeInTheDocument();
    expect(screen.getByText(/Nobody asks about a license/)).toBeInTheDocument();
  });

  it('hands one back after saying what is lost, and shows how far it is until it is done', async () => {
    const page = render(
      handingBack([
        { outcome: 'scheduled' },
        {
          outcome: 'reclaimed',
          message: 'Microsoft no longer has it assigned.',
          finishedAt: minutesAgo(0),
          restorableUntil: minutesAgo(-60 * 24 * 30 - 60),
        },
      ]),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Hand back Microsoft 365 E3' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent(
      'Maya Lopez loses Microsoft 365 E3 with Exchange, Teams',
    );
    expect(dialog).toHaveTextContent('for about 30 days');
    expect(bodiesOf(page, 'POST')).toEqual([]);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hand back' }),
    );
    expect(await screen.findByText('Scheduled')).toBeInTheDocument();
    expect(bodiesOf(page, 'POST')).toEqual([{ user: 'a1', skuId: E3 }]);

    await waitFor(() =>
      expect(page.post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'Microsoft 365 E3 was handed back',
          description: 'Microsoft no longer has it assigned.',
          status: 'success',
        }),
      ),
    );
    const history = await screen.findByRole('grid', {
      name: 'Handed back, taken and put back',
    });
    expect(
      within(history).getByRole('row', { name: /SPE_E3/ }),
    ).toHaveTextContent(/Reclaimed.*Can be put back: 30 days left/);
    expect(
      within(screen.getByRole('grid', { name: 'My licenses' })).queryByRole(
        'row',
        { name: /SPE_E3/ },
      ),
    ).not.toBeInTheDocument();
    // Without the permission to read plans, their pages are not there.
    expect(
      screen.queryByRole('link', { name: 'Open plan' }),
    ).not.toBeInTheDocument();
    expect(page.post).toHaveBeenCalledTimes(1);
  });

  it('says why it waits, and that it was not done', async () => {
    const { post } = render(
      handingBack(
        [
          { outcome: 'running' },
          { outcome: 'conflict', message: 'Another license depends on it.' },
        ],
        {
          message: 'Taking licenses back is stopped.',
          retryAt: minutesAgo(-10.5),
        },
      ),
    );
    await handBackE3();
    expect(
      await screen.findByText(/Taking licenses back is stopped./),
    ).toHaveTextContent('It goes on in 10 minutes.');
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'Microsoft 365 E3 was not handed back',
          description: 'Another license depends on it.',
          status: 'warning',
        }),
      ),
    );
    // It is still there, and can be tried again.
    expect(
      await screen.findByRole('button', { name: 'Hand back Microsoft 365 E3' }),
    ).toBeInTheDocument();
  });

  it('looks again when how far it is could not be read', async () => {
    const answers = handingBack([{ outcome: 'reclaimed' }]);
    let looks = 0;
    const { post } = render({
      ...answers,
      [RECLAMATION]: request => {
        looks += 1;
        return looks === 1
          ? refuse(502, 'Bad gateway')(request)
          : answers[RECLAMATION]();
      },
    });
    await handBackE3();
    expect(
      await screen.findByText('How far it is could not be read: Bad gateway'),
    ).toBeInTheDocument();
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Microsoft 365 E3 was handed back' }),
      ),
    );
  });

  it('goes on watching what is underway after a reload', async () => {
    const answers = handingBack([]);
    render({
      ...answers,
      [RECLAMATION]: () => reclamation({ status: 'running' }),
      [ITEMS]: () => ({
        items: [reclamationItem({ outcome: 'running' })],
        totalItems: 1,
      }),
    });
    const table = await screen.findByRole('grid', { name: 'My licenses' });
    await waitFor(() =>
      expect(
        within(table).getByRole('row', { name: /SPE_E3/ }),
      ).toHaveTextContent('Running'),
    );
    expect(
      screen.queryByRole('button', { name: 'Hand back Microsoft 365 E3' }),
    ).not.toBeInTheDocument();
  });

  it('says why one could not be handed back, which can be tried again', async () => {
    const { post } = render({
      ...asked(),
      [HAND_BACK]: refuse(403, 'Reclamation is switched off in contoso'),
    });
    await handBackE3();
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'Microsoft 365 E3 could not be handed back',
          description: 'Reclamation is switched off in contoso',
        }),
      ),
    );
    expect(
      await screen.findByRole('button', { name: 'Hand back Microsoft 365 E3' }),
    ).toBeInTheDocument();
  });

  it('says that nothing is lost when a group grants it as well', async () => {
    const e3 = assigned();
    const [path] = e3.paths;
    render({
      ...asked(),
      'GET /me': () =>
        me(
          ownDetail({
            account: account({
              licenses: [
                {
                  ...e3,
                  paths: [
                    path,
                    { ...path, type: 'group', groupId: 'g', groupName: 'IT' },
                  ],
                },
              ],
            }),
          }),
        ),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Hand back Microsoft 365 E3' }),
    );
    expect(await screen.findByRole('dialog')).toHaveTextContent(
      'Maya Lopez keeps Microsoft 365 E3, as the group IT grants it as well.',
    );
  });

  it('says that none can be handed back where taking back is switched off', async () => {
    render({
      ...asked(),
      'GET /me': () => me(ownDetail({ mayHandBack: false })),
    });
    expect(
      await screen.findByText(/taking back is switched off for contoso/),
    ).toBeInTheDocument();
    const table = screen.getByRole('grid', { name: 'My licenses' });
    expect(
      within(table).getByRole('row', { name: /SPE_E3/ }),
    ).toBeInTheDocument();
    expect(
      within(table).queryByRole('columnheader', { name: 'Hand back' }),
    ).not.toBeInTheDocument();
    expect(within(table).queryByRole('button')).not.toBeInTheDocument();
  });

  it('names each of several accounts', async () => {
    render({
      ...asked(),
      'GET /me': () =>
        me(
          ownDetail(),
          ownDetail({
            account: account({
              id: 'a9',
              userPrincipalName: 'admin.maya@contoso.com',
            }),
          }),
        ),
    });
    expect(
      await screen.findByRole('grid', {
        name: 'My licenses: admin.maya@contoso.com',
      }),
    ).toBeInTheDocument();
  });

  it('says what to do without a license', async () => {
    render({
      ...asked(),
      'GET /me': () => me(ownDetail({ account: account({ licenses: [] }) })),
    });
    expect(await screen.findByText('You hold no license')).toBeInTheDocument();
  });

  it('says what to do without an account', async () => {
    render({ ...asked(), 'GET /me': () => me() });
    expect(
      await screen.findByText(/None belongs to user:default\/robin/),
    ).toBeInTheDocument();
  });
});
