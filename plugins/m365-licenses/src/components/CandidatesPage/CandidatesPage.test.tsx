import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { interceptDownload } from '../../__testUtils__/download';
import { refuse } from '../../__testUtils__/fakeBackend';
import {
  candidate,
  candidateSummary,
  daysAhead,
  E3,
  exemption,
  heldBack,
  reason,
  VISIO,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { CandidatesPage } from './CandidatesPage';

const CANDIDATES = '/tenants/contoso/candidates';
const SUMMARY = '/tenants/contoso/candidate-summary';
const EXEMPTIONS = '/tenants/contoso/exemptions';

const address = () => screen.getByLabelText('address').textContent ?? '';

const render = (options: Parameters<typeof renderPage>[1] = {}) =>
  renderPage(<CandidatesPage />, { path: '/candidates', ...options });

const listed = (...items: object[]) => ({
  [`GET ${CANDIDATES}`]: () => ({
    items,
    totalItems: items.length,
    evaluatedAt: '2026-11-23T01:00:00Z',
  }),
});

const findRow = (name = /Maya Lopez/) => screen.findByRole('row', { name });

describe('CandidatesPage', () => {
  it('says what can be taken back, what it is worth and why', async () => {
    render({
      answers: listed(
        candidate({
          reasons: [
            reason({
              since: '2026-05-03',
              lastActivityDate: '2026-05-03',
              reportRefreshDate: '2026-11-19',
            }),
            reason({
              type: 'directAndGroup',
              services: [],
              since: null,
              lastActivityDate: null,
              reportRefreshDate: null,
              thresholdDays: null,
              groups: [{ id: 'g1', name: 'Sales' }],
            }),
          ],
        }),
      ),
    });
    const row = await findRow();
    expect(row).toHaveTextContent(
      'No activity in Exchange, Teams, SharePoint since May 3, 2026; report of November 19, 2026; threshold 60 days',
    );
    expect(row).toHaveTextContent(
      'Also: Assigned directly, although the group Sales grants it as well',
    );
    expect(row).toHaveTextContent('€360.00');
    expect(row).toHaveTextContent('Opportunity');
    expect(
      within(row).getByRole('link', { name: 'Maya Lopez' }),
    ).toHaveAttribute('href', '/m365-licenses/users/a1?from=candidates');

    expect(await screen.findByText('1,234')).toBeInTheDocument();
    expect(screen.getByText('€444,240.00')).toBeInTheDocument();
    expect(
      screen.getByText('inactive after 60 days, grace of 30 days'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: 'Inactive1,050€360,000' }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /^Overlap/ }),
    ).not.toBeInTheDocument();
  });

  it('says what holds a candidate back, until when and by whom', async () => {
    render({
      answers: listed(
        candidate({
          state: 'heldBack',
          heldBack: [
            heldBack({ until: '2027-02-01' }),
            heldBack({
              type: 'groupOnly',
              until: null,
              owner: null,
              exemptionId: null,
              reason: 'Remove the account from the group Sales',
            }),
          ],
        }),
      ),
    });
    const row = await findRow();
    expect(row).toHaveTextContent('Held back');
    expect(row).toHaveTextContent(
      /Exempted until February 1, 2027 by .*maya: Parental leave/,
    );
    expect(row).toHaveTextContent(
      'Only by group: Remove the account from the group Sales',
    );
  });

  it('tells what saves nothing from what is not priced', async () => {
    render({
      answers: listed(
        candidate({ accountId: 'a', accountName: 'Ada', value: [] }),
        candidate({
          accountId: 'b',
          accountName: 'Bo',
          value: [{ amount: '0.00', currency: 'EUR' }],
          reasons: [reason({ type: 'directAndGroup' })],
        }),
      ),
    });
    expect(await findRow(/Ada/)).toHaveTextContent('Not priced');
    expect(await findRow(/Bo/)).toHaveTextContent('Saves nothing');
  });

  it('asks for what the address says', async () => {
    const { queriesOf } = render({
      at: `/candidates?text=ma&reason=inactive&state=opportunity&skuId=${E3}&department=Sales&group=group:default/sales&sort=value&order=desc&limit=25`,
    });
    await findRow();
    expect(queriesOf(CANDIDATES)).toEqual([
      {
        text: 'ma',
        reason: 'inactive',
        state: 'opportunity',
        skuId: E3,
        department: 'Sales',
        group: 'group:default/sales',
        sort: 'value',
        order: 'desc',
        limit: '25',
      },
    ]);
    // Counted as the list is: without those that are held back.
    expect(
      await screen.findByRole('button', {
        name: /^Inactive1,000/,
        pressed: true,
      }),
    ).toBeInTheDocument();
  });

  it('writes the reason, the state and the sort to the address', async () => {
    const { queriesOf } = render({ at: '/candidates?cursor=c2&offset=50' });
    await findRow();

    await userEvent.click(
      await screen.findByRole('button', { name: /^Disabled/ }),
    );
    expect(address()).toBe('/m365-licenses/candidates?reason=disabled');

    await userEvent.click(screen.getByRole('columnheader', { name: 'A year' }));
    await waitFor(() =>
      expect(queriesOf(CANDIDATES).at(-1)).toMatchObject({
        reason: 'disabled',
        sort: 'value',
        order: 'asc',
      }),
    );

    await userEvent.click(screen.getByRole('button', { name: /^Disabled/ }));
    expect(address()).toBe('/m365-licenses/candidates?sort=value');
  });

  it('shows the group of a link, and drops it', async () => {
    const { queriesOf } = render({
      at: '/candidates?group=group:default/sales',
    });
    await findRow();
    expect(screen.getByRole('grid', { name: 'Group' })).toHaveTextContent(
      'sales',
    );
    await userEvent.click(screen.getByRole('button', { name: /Remove/ }));
    await waitFor(() =>
      expect(queriesOf(CANDIDATES).at(-1)).not.toHaveProperty('group'),
    );
    expect(screen.queryByRole('grid', { name: 'Group' })).toBeNull();
  });

  it('goes to the next page and back', async () => {
    const { queriesOf } = render({
      answers: {
        [`GET ${CANDIDATES}`]: ({ query }) => ({
          items: [
            candidate({ accountName: query.cursor ? 'Zoe Z' : 'Maya Lopez' }),
          ],
          totalItems: 120,
          evaluatedAt: '2026-11-23T01:00:00Z',
          nextCursor: query.cursor ? undefined : 'c2',
        }),
      },
    });
    await findRow();
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    await findRow(/Zoe Z/);
    expect(queriesOf(CANDIDATES).at(-1)).toMatchObject({ cursor: 'c2' });
    await userEvent.click(
      screen.getByRole('button', { name: 'Previous page' }),
    );
    await findRow();
  });

  it('exports what is filtered, with evidence in words and money by currency', async () => {
    const written = interceptDownload();
    const { queriesOf } = render({
      at: '/candidates?reason=inactive',
      answers: listed(
        candidate({
          accountName: '=Maya',
          reasons: [
            reason({
              since: '2026-05-03',
              lastActivityDate: '2026-05-03',
              reportRefreshDate: '2026-11-19',
            }),
          ],
          heldBack: [heldBack({ until: '2027-02-01' })],
          state: 'heldBack',
          since: '2026-05-03',
        }),
      ),
    });
    await findRow(/=Maya/);
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() => expect(written()).toContain('Maya'));
    const [header, row] = written().replace('\ufeff', '').split('\r\n');
    expect(header).toBe(
      'displayName,userPrincipalName,department,license,skuPartNumber,state,reason,evidence,since,heldBack,heldBackBy,annualValue EUR,direct,accountId,skuId',
    );
    expect(row).toBe(
      `'=Maya,maya.lopez@contoso.com,Sales,Microsoft 365 E3,SPE_E3,heldBack,inactive,"No activity in Exchange, Teams, SharePoint since May 3, 2026; report of November 19, 2026; threshold 60 days",2026-05-03,"Exempted until February 1, 2027: Parental leave",user:default/maya,360.00,true,a1,${E3}`,
    );
    expect(queriesOf(CANDIDATES).at(-1)).toMatchObject({
      reason: 'inactive',
      limit: '500',
    });
  });

  it('plans what is selected, also on other pages', async () => {
    const { received } = render({
      answers: {
        [`GET ${CANDIDATES}`]: ({ query }) => ({
          items: query.cursor
            ? [candidate({ accountId: 'z1', accountName: 'Zoe Z' })]
            : [
                candidate(),
                candidate({ accountId: 'b1', accountName: 'Bo Ode' }),
              ],
          totalItems: 120,
          evaluatedAt: '2026-11-23T01:00:00Z',
          nextCursor: query.cursor ? undefined : 'c2',
        }),
      },
    });
    const plan = await screen.findByRole('button', {
      name: 'Plan to take back',
    });
    expect(plan).toBeDisabled();
    await findRow();
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    expect(screen.getByText('2 selected')).toBeInTheDocument();
    await userEvent.click(
      within(await findRow(/Bo Ode/)).getByRole('checkbox'),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    await userEvent.click(within(await findRow(/Zoe Z/)).getByRole('checkbox'));
    expect(screen.getByText('2 selected')).toBeInTheDocument();

    await userEvent.click(plan);
    await screen.findByRole('dialog', { name: 'Plan to take licenses back' });
    await waitFor(() =>
      expect(
        received.find(({ method }) => method === 'POST')?.body,
      ).toMatchObject({
        candidates: [
          { accountId: 'a1', skuId: E3 },
          { accountId: 'z1', skuId: E3 },
        ],
      }),
    );
  });

  it('plans all that match, and forgets that under another filter', async () => {
    const { received } = render({ at: '/candidates?reason=inactive&text=ma' });
    await findRow();
    await userEvent.click(
      screen.getByRole('button', { name: 'Select the 1 that matches' }),
    );
    expect(
      screen.getByText('The 1 that matches is selected'),
    ).toBeInTheDocument();
    expect(within(await findRow()).getByRole('checkbox')).toBeChecked();
    await userEvent.click(
      screen.getByRole('button', { name: 'Plan to take back' }),
    );
    const dialog = await screen.findByRole('dialog');
    await waitFor(() =>
      expect(
        received.find(({ method }) => method === 'POST')?.body,
      ).toMatchObject({ filter: { reason: 'inactive', text: 'ma' } }),
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Cancel' }),
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Clear filters' }),
    );
    await waitFor(() =>
      expect(
        screen.getByRole('button', { name: 'Plan to take back' }),
      ).toBeDisabled(),
    );
  });

  it('holds a license of an account back, by the caller and for 90 days', async () => {
    const { received, queriesOf, post } = render({
      answers: { [`POST ${EXEMPTIONS}`]: () => exemption() },
    });
    const row = await findRow();
    await userEvent.click(
      within(row).getByRole('button', { name: /Hold back/ }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Hold back Microsoft 365 E3 of Maya Lopez',
    });
    expect(
      within(dialog).getByRole('radio', {
        name: 'Microsoft 365 E3 of Maya Lopez',
      }),
    ).toBeChecked();
    expect(
      await within(dialog).findByDisplayValue('user:default/robin'),
    ).toBeInTheDocument();

    // Without a reason nothing is sent.
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hold back' }),
    );
    expect(received.some(({ method }) => method === 'POST')).toBe(false);

    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      'Parental leave',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hold back' }),
    );
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(received.find(({ method }) => method === 'POST')?.body).toEqual({
      user: 'a1',
      skuId: E3,
      reason: 'Parental leave',
      owner: 'user:default/robin',
      expiresOn: daysAhead(90),
    });
    expect(post).toHaveBeenCalledWith(
      expect.objectContaining({ title: 'It is held back now' }),
    );
    // The list and the counts are read again.
    await waitFor(() => expect(queriesOf(CANDIDATES)).toHaveLength(2));
    expect(queriesOf(SUMMARY)).toHaveLength(2);
  });

  it('holds a license back everywhere, without an end', async () => {
    const { received } = render({
      answers: { [`POST ${EXEMPTIONS}`]: () => exemption() },
    });
    const row = await findRow();
    await userEvent.click(
      within(row).getByRole('button', { name: /Hold back/ }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(
      within(dialog).getByRole('radio', {
        name: 'Microsoft 365 E3 of everybody',
      }),
    );
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      'Trial',
    );
    await userEvent.click(
      within(dialog).getByRole('checkbox', { name: 'Without an end' }),
    );
    await within(dialog).findByDisplayValue('user:default/robin');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hold back' }),
    );
    await waitFor(() =>
      expect(received.find(({ method }) => method === 'POST')?.body).toEqual({
        skuId: E3,
        reason: 'Trial',
        owner: 'user:default/robin',
        expiresOn: null,
      }),
    );
  });

  it('keeps what was typed when holding back is refused', async () => {
    render({
      answers: {
        [`POST ${EXEMPTIONS}`]: refuse(400, 'This account is not known'),
      },
    });
    const row = await findRow();
    await userEvent.click(
      within(row).getByRole('button', { name: /Hold back/ }),
    );
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByDisplayValue('user:default/robin');
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      'Leave',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hold back' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'This account is not known',
    );
    expect(within(dialog).getByRole('textbox', { name: /Reason/ })).toHaveValue(
      'Leave',
    );
  });

  it('says which downgrades cannot be seen', async () => {
    render({
      answers: {
        [`GET ${SUMMARY}`]: () =>
          candidateSummary({
            unobservable: [
              {
                from: { skuId: VISIO, displayName: 'Microsoft 365 E5' },
                to: { skuId: E3, displayName: 'Microsoft 365 E3' },
                services: [],
                unobservable: ['A', 'B', 'C', 'D', 'E', 'F', 'G'],
              },
            ],
          }),
      },
    });
    expect(
      await screen.findByText(
        'Whether Microsoft 365 E5 could be Microsoft 365 E3 cannot be seen: no report shows the use of A, B, C, D, E and 2 more',
      ),
    ).toBeInTheDocument();
  });

  it('lists candidates also for those who may not know the counts', async () => {
    render({
      answers: {
        [`GET ${SUMMARY}`]: refuse(403, 'no'),
        ...listed(candidate({ value: undefined })),
      },
    });
    const row = await findRow();
    expect(row).not.toHaveTextContent(/€|Not priced/);
    expect(
      screen.queryByRole('columnheader', { name: 'A year' }),
    ).not.toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Overlap' })).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render({ answers: { [`GET ${CANDIDATES}`]: refuse(403, 'no') } });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.account.read',
    );
  });

  it('says what went wrong and tries again', async () => {
    let isBroken = true;
    render({
      answers: {
        [`GET ${CANDIDATES}`]: request =>
          isBroken
            ? refuse(500, 'The database is busy')(request)
            : {
                items: [candidate()],
                totalItems: 1,
                evaluatedAt: '2026-11-23T01:00:00Z',
              },
      },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The database is busy',
    );
    isBroken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await findRow()).toBeInTheDocument();
  });

  it.each([
    ['Nothing to take back', '/candidates', '2026-11-23T01:00:00Z'],
    ['No candidates match', '/candidates?text=q', '2026-11-23T01:00:00Z'],
    ['Not evaluated yet', '/candidates', null],
  ])('says %s', async (title, at, evaluatedAt) => {
    render({
      at,
      answers: {
        [`GET ${CANDIDATES}`]: () => ({
          items: [],
          totalItems: 0,
          evaluatedAt,
        }),
      },
    });
    expect(await screen.findByText(title)).toBeInTheDocument();
  });
});
