import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Policy } from 'backstage-plugin-m365-licenses-common';
import { refuse } from '../../__testUtils__/fakeBackend';
import { E3, minutesAgo, policy } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { PoliciesPage } from './PoliciesPage';

const POLICIES = '/tenants/contoso/policies';

const render = (options: Parameters<typeof renderPage>[1] = {}) =>
  renderPage(<PoliciesPage />, { path: '/reclamations/policies', ...options });

const listed = (...items: Policy[]) => ({
  [`GET ${POLICIES}`]: () => ({ items }),
});

const cardOf = async (name: string) => {
  const heading = await screen.findByRole('heading', { name });
  const card = heading.closest('article');
  expect(card).not.toBeNull();
  return card!;
};

const sentBy = ({ received }: ReturnType<typeof renderPage>, method: string) =>
  received.filter(each => each.method === method);

describe('PoliciesPage', () => {
  it('shows what each takes, when it runs and what came of it', async () => {
    render({
      answers: listed(
        policy({
          lastRun: {
            at: minutesAgo(60 * 24 * 2),
            message: 'It would have taken back 12 licenses of 11 people.',
            reclamationId: 'r7',
          },
          dryRuns: 1,
        }),
        policy({
          id: 'p2',
          name: 'Idle Visio',
          reasons: ['inactive'],
          skus: [],
          department: 'Sales',
          group: 'group:default/sales',
          mode: 'askFirst',
          everyDays: 1,
          quietHours: {
            from: '18:00',
            to: '08:00',
            timeZone: 'Europe/Berlin',
            weekends: true,
          },
          state: 'on',
          switchedOnBy: 'user:default/maya',
          switchedOnAt: minutesAgo(61),
          allowed: ['dry', 'off'],
        }),
        policy({ id: 'p3', name: 'Resting', state: 'off', nextRunAt: null }),
      ),
    });
    const leavers = await cardOf('Leavers');
    expect(leavers).toHaveTextContent('Only reports');
    expect(leavers).toHaveTextContent(
      'the account is deleted; the account is disabled',
    );
    expect(leavers).toHaveTextContent('Microsoft 365 E3');
    expect(leavers).toHaveTextContent('every 7 days');
    expect(leavers).toHaveTextContent('2 days ago');
    expect(leavers).toHaveTextContent(
      'It would have taken back 12 licenses of 11 people.',
    );
    expect(
      within(leavers).getByRole('link', { name: 'See what it planned' }),
    ).toHaveAttribute('href', '/m365-licenses/reclamations/r7?tenant=contoso');
    expect(leavers).toHaveTextContent('Next runin 5 days');
    expect(leavers).toHaveTextContent(
      'It needs 1 more reporting run before it can be switched on.',
    );

    const visio = await cardOf('Idle Visio');
    expect(visio).toHaveTextContent('All licenses');
    expect(visio).toHaveTextContent('DepartmentSales');
    expect(visio).toHaveTextContent('Catalog groupsales');
    expect(visio).toHaveTextContent('Asks each person first');
    expect(visio).toHaveTextContent('every day');
    expect(visio).toHaveTextContent(
      '18:00 to 08:00, and at weekends, Europe/Berlin',
    );
    expect(visio).toHaveTextContent('Switched onby maya 1 hour ago');
    expect(visio).not.toHaveTextContent('reporting run');

    const resting = await cardOf('Resting');
    expect(resting).toHaveTextContent('Next runNone');
    expect(
      within(resting).queryByRole('button', { name: /Run now/ }),
    ).not.toBeInTheDocument();
    expect(screen.getByRole('heading', { name: 'Policies' })).toHaveFocus();
    expect(
      screen.getByRole('link', { name: /All reclamations/ }),
    ).toHaveAttribute('href', '/m365-licenses/reclamations?tenant=contoso');
  });

  it('switches one on only after asking, where that is allowed', async () => {
    const page = render({
      answers: {
        ...listed(policy({ dryRuns: 2, allowed: ['on', 'off'] })),
        [`PUT ${POLICIES}/p1/state`]: () => policy({ state: 'on' }),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Switch on: Leavers' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('up to 50 each run');
    expect(sentBy(page, 'PUT')).toEqual([]);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Switch on' }),
    );
    await waitFor(() =>
      expect(page.post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Leavers is on' }),
      ),
    );
    expect(sentBy(page, 'PUT')[0].body).toEqual({ state: 'on' });
    await waitFor(() => expect(page.queriesOf(POLICIES)).toHaveLength(2));
  });

  it('says that somebody else has to switch it on', async () => {
    render({ answers: listed(policy({ dryRuns: 2 })) });
    expect(
      await screen.findByText(
        'You changed it last: somebody else has to switch it on.',
      ),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /Switch on/ }),
    ).not.toBeInTheDocument();
  });

  it('goes back to reporting at once', async () => {
    const page = render({
      answers: {
        ...listed(policy({ state: 'on', allowed: ['dry', 'off'] })),
        [`PUT ${POLICIES}/p1/state`]: refuse(409, 'It was deleted'),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Only report: Leavers' }),
    );
    await waitFor(() =>
      expect(page.post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'Leavers could not be switched',
          description: 'It was deleted',
        }),
      ),
    );
    expect(sentBy(page, 'PUT')[0].body).toEqual({ state: 'dry' });
  });

  it('runs one that only reports at once, and says what came of it', async () => {
    const page = render({
      answers: {
        [`POST ${POLICIES}/p1/run`]: () =>
          policy({
            lastRun: {
              at: minutesAgo(0),
              message: 'It would have taken back nothing.',
              reclamationId: null,
            },
          }),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Run now: Leavers' }),
    );
    await waitFor(() =>
      expect(page.post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'Leavers ran',
          description: 'It would have taken back nothing.',
        }),
      ),
    );
  });

  it('asks before running one that takes licenses back', async () => {
    const page = render({
      answers: {
        ...listed(policy({ state: 'on', allowed: ['dry', 'off'] })),
        [`POST ${POLICIES}/p1/run`]: refuse(409, 'The data is stale'),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Run now: Leavers' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('takes back up to 50 licenses now');
    expect(sentBy(page, 'POST')).toEqual([]);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Run now' }),
    );
    await waitFor(() =>
      expect(page.post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'Leavers could not be run',
          description: 'The data is stale',
        }),
      ),
    );
  });

  it('deletes one after asking', async () => {
    const page = render({
      answers: { [`DELETE ${POLICIES}/p1`]: () => policy() },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Delete: Leavers' }),
    );
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'Delete',
      }),
    );
    await waitFor(() =>
      expect(page.post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Leavers was deleted' }),
      ),
    );
  });

  it('adds one, with quiet hours', async () => {
    const page = render({
      answers: {
        ...listed(),
        [`POST ${POLICIES}`]: () => policy({ name: 'Idle' }),
      },
    });
    expect(await screen.findByText('No policy yet')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Add a policy' }));
    const dialog = await screen.findByRole('dialog');
    const field = (name: RegExp) =>
      within(dialog).getByRole('textbox', { name });
    const check = (name: RegExp) =>
      userEvent.click(within(dialog).getByRole('checkbox', { name }));
    await userEvent.type(field(/Name/), 'Idle ');
    for (const name of [/smaller/, /deleted/]) {
      expect(
        within(dialog).queryByRole('checkbox', { name }),
      ).not.toBeInTheDocument();
    }
    await check(/longer than the threshold/);
    await userEvent.click(
      within(dialog).getByRole('radio', { name: /Asks each person/ }),
    );
    await check(/Quiet hours/);
    const from = field(/From/);
    await userEvent.clear(from);
    await userEvent.type(from, '6 pm');
    await userEvent.type(field(/Catalog group/), 'group:sales');
    await userEvent.click(
      within(dialog).getByRole('button', { name: /All licenses/ }),
    );
    await userEvent.click(
      await screen.findByRole('option', { name: 'Microsoft 365 E3' }),
    );
    await userEvent.keyboard('{Escape}');
    const save = within(dialog).getByRole('button', { name: 'Save' });
    await userEvent.click(save);
    expect(
      await within(dialog).findByText(
        'Write hours and minutes, such as 18:00.',
      ),
    ).toBeInTheDocument();
    expect(sentBy(page, 'POST')).toEqual([]);

    await userEvent.clear(from);
    await userEvent.type(from, '17:30');
    await userEvent.click(save);
    await waitFor(() => expect(sentBy(page, 'POST')).toHaveLength(1));
    expect(sentBy(page, 'POST')[0].body).toEqual({
      name: 'Idle',
      reasons: ['disabled', 'inactive'],
      skuIds: [E3],
      department: null,
      group: 'group:default/sales',
      mode: 'askFirst',
      everyDays: 7,
      maxItems: 50,
      quietHours: {
        from: '17:30',
        to: '08:00',
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        weekends: true,
      },
    });
    await waitFor(() =>
      expect(page.post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Idle was saved' }),
      ),
    );
  });

  it('changes one, and says in the form why it could not be saved', async () => {
    const page = render({
      answers: {
        ...listed(
          policy({
            reasons: ['disabled', 'overlap'],
            quietHours: {
              from: '20:00',
              to: '06:00',
              timeZone: 'UTC',
              weekends: false,
            },
          }),
        ),
        [`PUT ${POLICIES}/p1`]: refuse(400, 'No such zone'),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Edit: Leavers' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('only reports again');
    const most = within(dialog).getByRole('textbox', { name: /at most/ });
    await userEvent.clear(most);
    await userEvent.type(most, '5');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'No such zone',
    );
    // What was not touched is sent as it was.
    expect(sentBy(page, 'PUT')[0].body).toEqual({
      name: 'Leavers',
      reasons: ['disabled', 'overlap'],
      skuIds: [E3],
      department: null,
      group: null,
      mode: 'immediate',
      everyDays: 7,
      maxItems: 5,
      quietHours: {
        from: '20:00',
        to: '06:00',
        timeZone: 'UTC',
        weekends: false,
      },
    });
  });

  it('says which permission is missing', async () => {
    render({ answers: { [`GET ${POLICIES}`]: refuse(403, 'no') } });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.reclamation.read',
    );
  });
});
