import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { interceptDownload } from '../../__testUtils__/download';
import { refuse } from '../../__testUtils__/fakeBackend';
import { suspiciousActivity } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { SuspiciousActivitiesPage } from './SuspiciousActivitiesPage';

const ACTIVITIES = '/tenants/contoso/suspicious-activities';
const RECOGNITION = `${ACTIVITIES}/s1/recognition`;

const address = () => screen.getByLabelText('address').textContent ?? '';

const render = (options: Parameters<typeof renderPage>[1] = {}) =>
  renderPage(<SuspiciousActivitiesPage />, {
    path: '/suspicious-activities',
    ...options,
  });

const listed = (...items: object[]) => ({
  [`GET ${ACTIVITIES}`]: () => ({
    items,
    totalItems: items.length,
    types: [
      { type: 'unauthorized', rows: 1200 },
      { type: 'unknown', rows: 3 },
    ],
  }),
});

const recognized = suspiciousActivity({
  type: 'recognized',
  recognition: {
    note: 'Shared mailbox',
    by: 'user:default/robin',
    at: '2026-11-20T08:00:00Z',
  },
});

const findRow = (name = /Maya Lopez/) => screen.findByRole('row', { name });

describe('SuspiciousActivitiesPage', () => {
  it('says who, of which type, and what does not add up', async () => {
    render({
      answers: listed(
        suspiciousActivity(),
        suspiciousActivity({
          id: 's2',
          accountId: null,
          displayName: null,
          userPrincipalName: 'ghost@contoso.com',
          type: 'unknown',
          cause: 'noAccount',
          deactivatedAt: null,
        }),
        suspiciousActivity({
          id: 's3',
          displayName: 'Gus Guest',
          type: 'unrecognized',
          cause: 'guest',
          deactivatedAt: null,
        }),
      ),
    });
    const row = await findRow();
    expect(row).toHaveTextContent('Unauthorized');
    expect(row).toHaveTextContent(
      'Disabled on May 3, 2026, active in Exchange on May 9, 2026',
    );
    expect(
      within(row).getByRole('link', { name: 'Maya Lopez' }),
    ).toHaveAttribute(
      'href',
      '/m365-licenses/users/a1?from=suspiciousActivities',
    );

    const ghost = await findRow(/ghost@contoso\.com/);
    expect(ghost).toHaveTextContent(
      'No account has this name, active in Exchange on May 9, 2026',
    );
    expect(within(ghost).queryByRole('link')).not.toBeInTheDocument();
    expect(await findRow(/Gus/)).toHaveTextContent('Guest, active in Exchange');

    expect(
      screen.getByRole('button', { name: 'Unauthorized1,200' }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: 'Recognized0' }),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/matches no account of the tenant/),
    ).toBeInTheDocument();
  });

  it('asks for what the address says, and writes the type to it', async () => {
    const { queriesOf } = render({
      at: '/suspicious-activities?text=ma&cursor=c2&offset=50',
    });
    await findRow();
    await userEvent.click(
      screen.getByRole('button', { name: /^Unauthorized/ }),
    );
    expect(address()).toBe(
      '/m365-licenses/suspicious-activities?text=ma&type=unauthorized',
    );
    await waitFor(() =>
      expect(queriesOf(ACTIVITIES)).toEqual([
        { text: 'ma', cursor: 'c2', limit: '50' },
        { text: 'ma', type: 'unauthorized', limit: '50' },
      ]),
    );
  });

  it('goes to the next page', async () => {
    const { queriesOf } = render({
      answers: {
        [`GET ${ACTIVITIES}`]: ({ query }) => ({
          items: [suspiciousActivity()],
          totalItems: 90,
          types: [],
          nextCursor: query.cursor ? undefined : 'c2',
        }),
      },
    });
    await findRow();
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    await waitFor(() =>
      expect(queriesOf(ACTIVITIES).at(-1)).toMatchObject({ cursor: 'c2' }),
    );
  });

  it('recognizes one, with a note', async () => {
    const { received, queriesOf, post } = render({
      answers: { [`PUT ${RECOGNITION}`]: () => recognized },
    });
    await userEvent.click(
      within(await findRow()).getByRole('button', { name: /Recognize/ }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Recognize Maya Lopez',
    });
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Recognize' }),
    );
    expect(received.some(({ method }) => method === 'PUT')).toBe(false);
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Note/ }),
      ' Shared mailbox ',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Recognize' }),
    );
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(received.find(({ method }) => method === 'PUT')?.body).toEqual({
      note: 'Shared mailbox',
    });
    expect(post).toHaveBeenCalledWith(
      expect.objectContaining({ title: 'It is recognized now' }),
    );
    await waitFor(() => expect(queriesOf(ACTIVITIES)).toHaveLength(2));
  });

  it('says in the form why one could not be recognized', async () => {
    render({ answers: { [`PUT ${RECOGNITION}`]: refuse(404, 'It is gone') } });
    await userEvent.click(
      within(await findRow()).getByRole('button', { name: /Recognize/ }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Note/ }),
      'Fine',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Recognize' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'It is gone',
    );
  });

  it('shows who recognized one and why, and takes it back', async () => {
    const { queriesOf, post } = render({
      answers: {
        ...listed(recognized),
        [`DELETE ${RECOGNITION}`]: () => suspiciousActivity(),
      },
    });
    const row = await findRow();
    expect(row).toHaveTextContent(/Shared mailbox \(by .*robin/);
    await userEvent.click(
      within(row).getByRole('button', {
        name: 'Take back the recognition of Maya Lopez',
      }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'It is no longer recognized' }),
      ),
    );
    expect(queriesOf(RECOGNITION)).toHaveLength(1);
  });

  it('exports what is filtered', async () => {
    const written = interceptDownload();
    render({
      at: '/suspicious-activities?type=recognized',
      answers: listed(recognized),
    });
    await findRow();
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() =>
      expect(written()).toContain(
        'Maya Lopez,maya.lopez@contoso.com,recognized,disabled,2026-05-03T08:00:00Z,2026-05-09,2026-05-09,,',
      ),
    );
    expect(written()).toContain('Shared mailbox,user:default/robin');
  });

  it.each([
    ['Nothing suspicious', '/suspicious-activities'],
    [
      'No suspicious activities match',
      '/suspicious-activities?type=unrecognized',
    ],
  ])('says %s', async (title, at) => {
    render({ at, answers: listed() });
    expect(await screen.findByText(title)).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render({ answers: { [`GET ${ACTIVITIES}`]: refuse(403, 'no') } });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.account.read',
    );
  });

  it('says what went wrong', async () => {
    render({ answers: { [`GET ${ACTIVITIES}`]: refuse(500, 'Busy') } });
    expect(await screen.findByRole('alert')).toHaveTextContent('Busy');
  });
});
