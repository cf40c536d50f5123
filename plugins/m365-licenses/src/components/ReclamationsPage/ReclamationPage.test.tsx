import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { SignalApi } from '@backstage/plugin-signals-react';
import {
  type Reclamation,
  RECLAMATION_OUTCOMES,
} from 'backstage-plugin-m365-licenses-common';
import { Route, Routes } from 'react-router-dom';
import { interceptDownload } from '../../__testUtils__/download';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import {
  E3,
  minutesAgo,
  reclamation,
  reclamationEvent,
  reclamationItem,
  restoreCheck,
  VISIO,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { ReclamationPage } from './ReclamationPage';

const PLAN = '/tenants/contoso/reclamations/r1';
const ITEMS = '/tenants/contoso/reclamation-items';
const EVENTS = `${PLAN}/events`;

const address = () => screen.getByLabelText('address').textContent ?? '';

const render = (options: Parameters<typeof renderPage>[1] = {}) =>
  renderPage(
    <Routes>
      <Route path=":reclamationId" element={<ReclamationPage />} />
    </Routes>,
    { path: '/reclamations', at: '/reclamations/r1', ...options },
  );

const planned = (
  values: Partial<Reclamation> = {},
): Record<string, Answer> => ({
  [`GET ${PLAN}`]: () => reclamation(values),
});

const listed = (...items: object[]): Record<string, Answer> => ({
  [`GET ${ITEMS}`]: () => ({ items, totalItems: items.length }),
});

const taken = (values: Partial<Reclamation> = {}) =>
  reclamation({
    status: 'finished',
    account: null,
    accounts: 2,
    items: 3,
    counts: [
      {
        outcome: 'reclaimed',
        items: 2,
        value: [{ amount: '720.00', currency: 'EUR' }],
      },
      { outcome: 'notPermitted', items: 1, value: [] },
    ],
    approvedBy: 'user:default/maya',
    approvedAt: minutesAgo(20),
    startedBy: 'user:default/robin',
    startedAt: minutesAgo(15),
    finishedAt: minutesAgo(10),
    restorable: { items: 2, until: minutesAgo(-60 * 24 * 27) },
    allowed: ['restore'],
    ...values,
  });

const takenItem = (values: Parameters<typeof reclamationItem>[0] = {}) =>
  reclamationItem({
    outcome: 'reclaimed',
    message: 'Microsoft took it from the account.',
    requestId: 'req-1',
    restorableUntil: minutesAgo(-60 * 24 * 27),
    value: [{ amount: '360.00', currency: 'EUR' }],
    ...values,
  });

const findGrid = (name: string) => screen.findByRole('grid', { name });

const confirm = async (label: string) => {
  await userEvent.click(await screen.findByRole('button', { name: label }));
  const dialog = await screen.findByRole('dialog');
  return {
    dialog,
    press: () =>
      userEvent.click(within(dialog).getByRole('button', { name: label })),
  };
};

describe('ReclamationPage', () => {
  it('says what the plan is and who did what with it', async () => {
    render({ answers: { [`GET ${PLAN}`]: () => taken() } });
    expect(
      await screen.findByRole('heading', { name: 'Left the company' }),
    ).toHaveFocus();
    expect(screen.getByText('3 licenses of 2 people')).toBeInTheDocument();
    const fact = (name: string) =>
      screen.getByText(name).parentElement!.querySelector('dd')!.textContent;
    expect(fact('Made by')).toMatch(/robin, 30 minutes ago/);
    expect(fact('Approved by')).toMatch(/maya, 20 minutes ago/);
    expect(fact('Worth a year')).toBe('€720.00');
    expect(fact('Can be put back')).toBe('2 licenses, 27 days left');
    // The date is there on hover.
    expect(screen.getByText('27 days left')).toHaveAttribute(
      'title',
      expect.stringMatching(/\d{4}, /),
    );
    expect(
      screen.getByRole('link', { name: /All reclamations/ }),
    ).toHaveAttribute('href', '/m365-licenses/reclamations?tenant=contoso');
    expect(screen.queryByRole('progressbar')).not.toBeInTheDocument();
  });

  it('approves after saying that nothing is taken by it', async () => {
    let isApproved = false;
    const { received } = render({
      answers: {
        [`GET ${PLAN}`]: () =>
          isApproved
            ? reclamation({ status: 'approved', allowed: ['execute'] })
            : reclamation({ allowed: ['approve', 'cancel'] }),
        [`POST ${PLAN}/approve`]: () => {
          isApproved = true;
          return reclamation({ status: 'approved' });
        },
      },
    });
    const { dialog, press } = await confirm('Approve');
    expect(dialog).toHaveTextContent(
      'Nothing is taken by this. Whoever may carry plans out can then take back 1 license of 1 person.',
    );
    expect(received.some(({ method }) => method === 'POST')).toBe(false);
    await press();
    expect(
      await screen.findByRole('button', { name: 'Take back' }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Approve' }),
    ).not.toBeInTheDocument();
  });

  it('says how many licenses of how many people go, and that it approves', async () => {
    const { received } = render({
      answers: {
        ...planned({
          account: null,
          accounts: 10,
          items: 15,
          counts: [
            { outcome: 'planned', items: 12 },
            { outcome: 'heldBack', items: 3 },
          ],
          allowed: ['approve', 'execute'],
        }),
        [`POST ${PLAN}/execute`]: () => reclamation({ status: 'scheduled' }),
      },
    });
    const { dialog, press } = await confirm('Take back');
    expect(dialog).toHaveTextContent(
      'This takes back 12 licenses of up to 10 people',
    );
    expect(dialog).toHaveTextContent('It approves the plan as well.');
    await press();
    await waitFor(() =>
      expect(received.map(({ path }) => path)).toContain(`${PLAN}/execute`),
    );
  });

  it('says how many people are asked', async () => {
    render({
      answers: planned({ mode: 'askFirst', allowed: ['execute'] }),
    });
    const { dialog } = await confirm('Take back');
    expect(dialog).toHaveTextContent('This asks 1 person about 1 license.');
    expect(dialog).toHaveTextContent(
      'm365Licenses.reclamation.ask.answerDays, 5 days unless it was changed',
    );
    expect(dialog).not.toHaveTextContent('It approves');
  });

  it.each([
    ['Pause', 'pause', 'running'],
    ['Resume', 'resume', 'paused'],
    ['Cancel the plan', 'cancel', 'planned'],
  ] as const)('has %s where it is allowed', async (label, action, status) => {
    const { post } = render({
      answers: {
        ...planned({ status, allowed: [action] }),
        [`POST ${PLAN}/${action}`]: refuse(409, 'Somebody was faster'),
      },
    });
    const { dialog, press } = await confirm(label);
    expect(dialog).toHaveTextContent('1 license of 1 person');
    await press();
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ description: 'Somebody was faster' }),
      ),
    );
  });

  it('says why the reader may not approve', async () => {
    render({
      answers: planned({
        approvalHint: 'You made this plan, and four eyes are asked for.',
      }),
    });
    expect(
      await screen.findByText('You may not approve this plan'),
    ).toBeInTheDocument();
    expect(screen.getByText(/four eyes are asked for/)).toBeInTheDocument();
  });

  it('shows progress without signals, by looking again until it is done', async () => {
    let done = 1;
    const { queriesOf } = render({
      answers: {
        [`GET ${PLAN}`]: () =>
          done < 3
            ? reclamation({
                status: 'running',
                items: 3,
                counts: [
                  { outcome: 'scheduled', items: 3 - done },
                  { outcome: 'reclaimed', items: done },
                ],
              })
            : taken(),
        ...listed(takenItem()),
      },
    });
    const bar = await screen.findByRole('progressbar', { name: 'Progress' });
    expect(bar).toHaveAttribute('aria-valuenow', '1');
    expect(bar).toHaveAttribute('aria-valuemax', '3');
    expect(bar).toHaveAttribute('aria-valuetext', '1 of 3 done');
    const table = await findGrid('Licenses');
    done = 2;
    await waitFor(() => expect(bar).toHaveAttribute('aria-valuenow', '2'));
    // What is in sight is not drawn anew: nothing flickers.
    expect(table).toBeInTheDocument();
    expect(table).not.toHaveAttribute('data-stale', 'true');
    done = 3;
    await waitFor(() => expect(bar).not.toBeInTheDocument());
    expect(
      screen.getByText('Finished', { selector: 'span' }),
    ).toBeInTheDocument();
    await waitFor(() =>
      expect(queriesOf(ITEMS)).toHaveLength(queriesOf(PLAN).length),
    );
  });

  it('keeps the plan in sight when it cannot be read for a while', async () => {
    let answer: Answer = () => reclamation({ status: 'running' });
    render({ answers: { [`GET ${PLAN}`]: request => answer(request) } });
    await screen.findByRole('progressbar');
    answer = refuse(503, 'It sleeps');
    expect(await screen.findByText('It sleeps')).toBeInTheDocument();
    expect(
      screen.getByRole('heading', { name: 'Left the company' }),
    ).toBeInTheDocument();
    answer = () => taken();
    await waitFor(() =>
      expect(screen.queryByText('It sleeps')).not.toBeInTheDocument(),
    );
    expect(
      screen.getByText('Finished', { selector: 'span' }),
    ).toBeInTheDocument();
  });

  it('looks again on a signal of this plan, and of no other', async () => {
    const channels: string[] = [];
    let signal = (_message: object) => {};
    const signals: SignalApi = {
      subscribe<T>(channel: string, onMessage: (message: T) => void) {
        channels.push(channel);
        signal = message => onMessage(message as T);
        return { unsubscribe: () => {} };
      },
    };
    let status: Reclamation['status'] = 'asking';
    const { queriesOf } = render({
      signals,
      answers: { [`GET ${PLAN}`]: () => reclamation({ status }) },
    });
    await screen.findByText('Asking people');
    expect(channels).toContain('m365-licenses:reclamations');
    const send = (message: object) => act(async () => signal(message));
    await send({ tenant: 'contoso', reclamationId: 'other' });
    await send({ tenant: 'fabrikam', reclamationId: 'r1' });
    expect(queriesOf(PLAN)).toHaveLength(1);
    status = 'canceled';
    await send({ tenant: 'contoso', reclamationId: 'r1' });
    expect(await screen.findByText('Canceled')).toBeInTheDocument();
    expect(queriesOf(PLAN)).toHaveLength(2);
  });

  it('says why it waits and when it goes on', async () => {
    render({
      answers: planned({
        status: 'running',
        problem: {
          message: 'Microsoft throttles this tenant.',
          retryAt: minutesAgo(-5),
        },
      }),
    });
    const strip = await screen.findByRole('alert');
    expect(strip).toHaveTextContent('This plan waits');
    expect(strip).toHaveTextContent('Microsoft throttles this tenant.');
    expect(strip).toHaveTextContent(/It goes on by itself in [45] minutes\./);
  });

  it('tells each license’s path, evidence, outcome and request-id', async () => {
    render({
      answers: {
        [`GET ${PLAN}`]: () => taken(),
        ...listed(
          takenItem(),
          reclamationItem({
            id: 'i2',
            account: {
              id: 'a2',
              userPrincipalName: 'ben@contoso.com',
              displayName: 'Ben Ode',
            },
            outcome: 'inheritedFromGroup',
            message: 'The group Sales grants it.',
            evidence: {
              reasons: [],
              heldBack: [],
              lastActivityDate: null,
              evaluatedAt: null,
            },
            path: {
              type: 'group',
              group: {
                id: 'g1',
                name: 'Sales',
                leaving: 'grantsMore',
                owners: [
                  {
                    id: 'a9',
                    userPrincipalName: 'zoe@contoso.com',
                    displayName: 'Zoe Zed',
                  },
                ],
                otherLicenses: [{ skuId: VISIO, displayName: 'Visio Plan 2' }],
              },
              state: 'Active',
              error: null,
              disabledPlans: [],
              assignedAt: null,
            },
          }),
          takenItem({
            id: 'i3',
            account: {
              id: 'a3',
              userPrincipalName: 'cy@contoso.com',
              displayName: 'Cy Cole',
            },
            restorableUntil: null,
            restored: {
              at: minutesAgo(5),
              by: 'user:default/maya',
              reclamationId: 'r9',
            },
          }),
        ),
      },
    });
    const maya = await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(maya).toHaveTextContent('Direct');
    expect(maya).toHaveTextContent(/No activity in Exchange/);
    expect(maya).toHaveTextContent('€360.00');
    expect(maya).toHaveTextContent(
      "ReclaimedMicrosoft took it from the account.Microsoft's request-id: req-1",
    );
    expect(
      within(maya).getByRole('button', { name: 'Copy the request-id req-1' }),
    ).toBeInTheDocument();
    expect(maya).toHaveTextContent('27 days left');
    const ben = screen.getByRole('row', { name: /Ben Ode/ });
    expect(ben).toHaveTextContent('Group SalesOwner: Zoe Zed');
    expect(ben).toHaveTextContent(
      'Leaving it would take as well: Visio Plan 2',
    );
    expect(ben).toHaveTextContent('It grants more than what is to go');
    expect(ben).toHaveTextContent('Asked for by name');
    expect(ben).toHaveTextContent(
      'Inherited from a groupThe group Sales grants it.',
    );
    const cy = screen.getByRole('row', { name: /Cy Cole/ });
    expect(cy).toHaveTextContent(/Put back by .*maya 5 minutes ago/);
    expect(within(cy).getByRole('link', { name: 'Open' })).toHaveAttribute(
      'href',
      '/m365-licenses/reclamations/r9?tenant=contoso',
    );
  });

  it('has a word for every outcome, with how many there are', async () => {
    render({
      answers: planned({
        items: RECLAMATION_OUTCOMES.length,
        counts: RECLAMATION_OUTCOMES.map(outcome => ({ outcome, items: 1 })),
      }),
    });
    const chips = await screen.findByRole('group', { name: 'Outcome' });
    const words = within(chips)
      .getAllByRole('button')
      .map(({ textContent }) => textContent);
    expect(new Set(words).size).toBe(RECLAMATION_OUTCOMES.length);
    expect(words).toContain('Not permitted1');
    expect(words.filter(word => word?.includes('outcome.'))).toEqual([]);
  });

  it('narrows the licenses to an outcome and a text', async () => {
    const { queriesOf } = render({
      at: '/reclamations/r1?text=ma',
      answers: { [`GET ${PLAN}`]: () => taken(), ...listed(takenItem()) },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: /^Not permitted/ }),
    );
    await waitFor(() =>
      expect(queriesOf(ITEMS).at(-1)).toEqual({
        reclamationId: 'r1',
        text: 'ma',
        outcome: 'notPermitted',
        limit: '50',
      }),
    );
    expect(address()).toContain('outcome=notPermitted');
  });

  it('exports the licenses, one value a cell', async () => {
    const written = interceptDownload();
    render({
      answers: { [`GET ${PLAN}`]: () => taken(), ...listed(takenItem()) },
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() => expect(written()).toContain('Maya Lopez'));
    expect(written()).toContain('annualValue EUR');
    expect(written()).toContain(
      ',360.00,reclaimed,Microsoft took it from the account.,req-1,',
    );
  });

  it('puts one license back after the check, for a reason', async () => {
    const { received } = render({
      answers: {
        [`GET ${PLAN}`]: () => taken(),
        ...listed(takenItem()),
        [`POST ${PLAN}/restore-check`]: () =>
          restoreCheck({ items: 1, accounts: 1 }),
        [`POST ${PLAN}/restore`]: () =>
          reclamation({ id: 'r9', kind: 'restore', restoreOf: 'r1' }),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Put back Microsoft 365 E3 of Maya Lopez',
      }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Put licenses back',
    });
    expect(
      await within(dialog).findByText(/1 license of 1 person/),
    ).toHaveTextContent('27 days left');
    expect(
      within(dialog).getByRole('row', { name: /Microsoft 365 E3/ }),
    ).toHaveTextContent('310Enough');
    const button = within(dialog).getByRole('button', { name: 'Put back' });
    // Without a reason nothing is sent.
    await userEvent.click(button);
    expect(received.map(({ path }) => path)).not.toContain(`${PLAN}/restore`);
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      'She stays',
    );
    await userEvent.click(button);
    await waitFor(() =>
      expect(address()).toBe('/m365-licenses/reclamations/r9?tenant=contoso'),
    );
    expect(
      received
        .filter(({ method }) => method === 'POST')
        .map(({ path, body }) => [path, body]),
    ).toEqual([
      [`${PLAN}/restore-check`, { itemIds: ['i1'] }],
      [`${PLAN}/restore`, { itemIds: ['i1'], reason: 'She stays' }],
    ]);
  });

  it('puts the selected ones back, and says what stands in the way', async () => {
    const { received } = render({
      answers: {
        [`GET ${PLAN}`]: () => taken(),
        ...listed(
          takenItem(),
          reclamationItem({
            id: 'i2',
            outcome: 'notPermitted',
            account: {
              id: 'a2',
              userPrincipalName: 'ben@contoso.com',
              displayName: 'Ben Ode',
            },
          }),
        ),
        [`POST ${PLAN}/restore-check`]: () =>
          restoreCheck({
            seats: [
              {
                sku: { skuId: E3, displayName: 'Microsoft 365 E3' },
                needed: 3,
                free: 1,
              },
            ],
            problems: [
              {
                itemId: 'i1',
                account: {
                  id: 'a1',
                  userPrincipalName: 'maya.lopez@contoso.com',
                  displayName: 'Maya Lopez',
                },
                sku: { skuId: E3, displayName: 'Microsoft 365 E3' },
                message: 'No seat is free.',
              },
            ],
          }),
      },
    });
    const ben = await screen.findByRole('row', { name: /Ben Ode/ });
    // What was not taken cannot be put back.
    expect(within(ben).getByRole('checkbox')).toBeDisabled();
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    await userEvent.click(
      await screen.findByRole('button', { name: 'Put 1 back' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('2 missing')).toBeInTheDocument();
    expect(dialog).toHaveTextContent(
      'Maya Lopez, Microsoft 365 E3: No seat is free.',
    );
    expect(received.at(-1)?.body).toEqual({ itemIds: ['i1'] });
  });

  it('puts the whole plan back', async () => {
    const { received } = render({
      answers: { [`GET ${PLAN}`]: () => taken() },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Put all back' }),
    );
    await within(await screen.findByRole('dialog')).findByText(
      /3 licenses of 2 people/,
    );
    expect(received.find(({ method }) => method === 'POST')?.body).toEqual({});
  });

  it('keeps its history, of the plan or of each license, page by page', async () => {
    const { queriesOf } = render({
      answers: {
        [`GET ${EVENTS}`]: ({ query }) => ({
          items: [
            query.cursor
              ? reclamationEvent({ id: 'e2', by: null, type: 'finished' })
              : reclamationEvent({
                  requestId: 'req-7',
                  account: {
                    id: 'a1',
                    userPrincipalName: 'maya.lopez@contoso.com',
                    displayName: 'Maya Lopez',
                  },
                  displayName: 'Microsoft 365 E3',
                }),
          ],
          totalItems: 60,
          nextCursor: query.cursor ? undefined : 'c2',
        }),
      },
    });
    const history = await findGrid('History');
    const row = await within(history).findByRole('row', { name: /Made/ });
    expect(row).toHaveTextContent(
      /Made30 minutes ago.*robinPlanned: 1 license of 1 account.*req-7/,
    );
    expect(queriesOf(EVENTS)[0]).toEqual({ limit: '25', plan: 'true' });
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    expect(
      await within(history).findByRole('row', { name: /Finished/ }),
    ).toHaveTextContent('The portal');
    await userEvent.click(screen.getByRole('radio', { name: 'Each license' }));
    expect(
      await within(history).findByRole('row', { name: /Made/ }),
    ).toHaveTextContent('Maya LopezMicrosoft 365 E3');
    expect(queriesOf(EVENTS).at(-1)).toEqual({ limit: '25', plan: 'false' });
  });

  it('leads from a restore to what it puts back', async () => {
    render({
      answers: planned({ kind: 'restore', origin: 'restore', restoreOf: 'r0' }),
    });
    expect(
      await screen.findByRole('link', { name: 'What this plan took' }),
    ).toHaveAttribute('href', '/m365-licenses/reclamations/r0?tenant=contoso');
    expect(
      screen.queryByRole('columnheader', { name: 'Put back' }),
    ).not.toBeInTheDocument();
  });

  it.each([
    [404, 'There is no plan r1 in this tenant, or you may not see it.'],
    [403, /m365-licenses\.reclamation\.read/],
    [500, 'It broke'],
  ])('says so when the answer is %s', async (status, text) => {
    render({ answers: { [`GET ${PLAN}`]: refuse(status, 'It broke') } });
    expect(await screen.findByText(text)).toBeInTheDocument();
  });
});
