import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { interceptDownload } from '../../__testUtils__/download';
import { refuse } from '../../__testUtils__/fakeBackend';
import { daysAgo, E3, exemption } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { ExemptionsPage } from './ExemptionsPage';

const EXEMPTIONS = '/tenants/contoso/exemptions';

const render = (options: Parameters<typeof renderPage>[1] = {}) =>
  renderPage(<ExemptionsPage />, {
    path: '/candidates/exemptions',
    ...options,
  });

const listed = (...items: object[]) => ({
  [`GET ${EXEMPTIONS}`]: () => ({ items, totalItems: items.length }),
});

describe('ExemptionsPage', () => {
  it('lists who and what is held back, why, by whom and until when', async () => {
    render({
      answers: listed(
        exemption(),
        exemption({
          id: 'x2',
          account: null,
          group: 'group:default/sales',
          sku: null,
          reason: 'Season',
          expiresOn: null,
        }),
        exemption({
          id: 'x3',
          account: null,
          reason: 'Trial',
          active: false,
          expiresOn: daysAgo(9),
        }),
      ),
    });
    const first = await screen.findByRole('row', { name: /Maya Lopez/ });
    expect(first).toHaveTextContent('Microsoft 365 E3');
    expect(first).toHaveTextContent('Parental leave');
    expect(first).toHaveTextContent('Active');
    expect(first).toHaveTextContent('ends in 1 month');
    const group = screen.getByRole('row', { name: /All licenses/ });
    expect(group).toHaveTextContent('sales');
    expect(group).toHaveTextContent('without an end');
    const expired = screen.getByRole('row', { name: /Everybody/ });
    expect(expired).toHaveTextContent('Expired');
    expect(expired).toHaveTextContent('ended 9 days ago');
    expect(
      screen.getByRole('link', { name: /All candidates/ }),
    ).toHaveAttribute('href', '/m365-licenses/candidates?tenant=contoso');
    expect(screen.getByRole('heading', { name: 'Exemptions' })).toHaveFocus();
  });

  it('ends one after asking', async () => {
    const { received, queriesOf, post } = render({
      answers: { [`DELETE ${EXEMPTIONS}/x1`]: () => exemption() },
    });
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'End the exemption of Maya Lopez, Microsoft 365 E3',
      }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('Parental leave');
    expect(received.some(({ method }) => method === 'DELETE')).toBe(false);
    await userEvent.click(within(dialog).getByRole('button', { name: 'End' }));
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'The exemption was ended' }),
      ),
    );
    await waitFor(() => expect(queriesOf(EXEMPTIONS)).toHaveLength(2));
  });

  it('says why one could not be ended', async () => {
    const { post } = render({
      answers: {
        [`DELETE ${EXEMPTIONS}/x1`]: refuse(404, 'No such exemption'),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: /End the exemption/ }),
    );
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'End',
      }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'The exemption could not be ended',
          description: 'No such exemption',
        }),
      ),
    );
  });

  it('holds back a license of a catalog group', async () => {
    const { received } = render({
      answers: { [`POST ${EXEMPTIONS}`]: () => exemption() },
    });
    await screen.findByRole('row', { name: /Maya Lopez/ });
    await userEvent.click(
      screen.getByRole('button', { name: 'Hold something back' }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(
      within(dialog).getByRole('radio', { name: 'A catalog group' }),
    );
    const group = within(dialog).getByRole('textbox', {
      name: /Catalog group/,
    });
    await userEvent.type(group, 'user:default/maya');
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      'Season',
    );
    await within(dialog).findByDisplayValue('user:default/robin');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hold back' }),
    );
    // A user is no group: nothing is sent.
    expect(
      await within(dialog).findByText(
        'Write a group of the catalog, such as group:default/sales.',
      ),
    ).toBeInTheDocument();
    expect(received.some(({ method }) => method === 'POST')).toBe(false);

    await userEvent.clear(group);
    await userEvent.type(group, 'group:sales');
    await userEvent.click(
      within(dialog).getByRole('button', { name: /All licenses/ }),
    );
    await userEvent.click(
      await screen.findByRole('option', { name: 'Microsoft 365 E3' }),
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Hold back' }),
    );
    await waitFor(() =>
      expect(
        received.find(({ method }) => method === 'POST')?.body,
      ).toMatchObject({
        group: 'group:default/sales',
        skuId: E3,
        reason: 'Season',
      }),
    );
  });

  it('exports all, one value a cell', async () => {
    const written = interceptDownload();
    render();
    await screen.findByRole('row', { name: /Maya Lopez/ });
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() =>
      expect(written()).toMatch(
        /maya\.lopez@contoso\.com,Maya Lopez,,Microsoft 365 E3,.*,Parental leave,user:default\/maya,/,
      ),
    );
  });

  it('says what an exemption is for when there is none', async () => {
    render({ answers: listed() });
    expect(
      await screen.findByText('Nothing is held back by an exemption'),
    ).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render({ answers: { [`GET ${EXEMPTIONS}`]: refuse(403, 'no') } });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.account.read',
    );
  });
});
