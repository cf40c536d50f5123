import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { SpendBy } from 'backstage-plugin-m365-licenses-common';
import { interceptDownload } from '../../__testUtils__/download';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import { spendBy, spendOf, spendPart } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { rowsOf, SpendSplit } from './SpendSplit';

const render = (answers: Record<string, Answer> = {}, query = '') =>
  renderPage(<SpendSplit tenant="contoso" />, {
    path: '/overview',
    at: `/overview${query}`,
    answers,
  });

const group = (
  name: string,
  parent: string | null,
  values: Partial<SpendBy['items'][number]> = {},
): SpendBy['items'][number] => ({
  ...spendOf(`group:default/${name}`),
  name,
  parent: parent && `group:default/${parent}`,
  ...values,
});

const rowNames = async () =>
  (await screen.findAllByRole('rowheader')).map(cell => cell.textContent);

describe('SpendSplit', () => {
  it('shows each department, those without one, and what nobody holds', async () => {
    render({
      'GET /tenants/contoso/spend/department': () =>
        spendBy({
          items: [
            spendOf('Sales & Marketing'),
            spendOf(null, spendPart({ accounts: 7, annual: [], savings: [] })),
          ],
        }),
    });
    expect(await rowNames()).toEqual([
      'Sales & Marketing',
      'No department',
      'Not assignedSeats nobody holds, and licenses for the whole company',
    ]);
    expect(
      screen.getByText('Each account is counted once, with its department.'),
    ).toBeInTheDocument();
    const [, sales, none, unassigned] = screen.getAllByRole('row');
    expect(sales).toHaveTextContent(
      '4040Active 30Inactive 10€14,400.00€3,600.00',
    );
    expect(
      within(sales).getByRole('link', {
        name: 'Open the users of Sales & Marketing',
      }),
    ).toHaveAttribute(
      'href',
      '/m365-licenses/users?tenant=contoso&department=Sales+%26+Marketing',
    );
    // What is not priced is no 0.
    expect(none).toHaveTextContent('740Active 30Inactive 10––');
    expect(unassigned).toHaveTextContent('–800Unassigned 800€288,000.00–');
  });

  it('shows groups as a tree, with what is their own, and keeps the choice in the address', async () => {
    render({
      'GET /tenants/contoso/spend/group': () =>
        spendBy({
          dimension: 'group',
          items: [
            group('platform', 'it'),
            group('sales', null),
            group('it', null, {
              own: spendPart({
                accounts: 5,
                seats: [{ use: 'active', seats: 5 }],
                annual: [{ amount: '100.00', currency: 'EUR' }],
                savings: [],
              }),
            }),
            { ...spendOf(null), name: null },
          ],
        }),
    });
    await screen.findByRole('row', { name: /Sales/ });
    await userEvent.click(screen.getByRole('radio', { name: 'Group' }));
    await waitFor(async () =>
      expect((await rowNames()).slice(0, 4)).toEqual([
        'sales',
        'it',
        'platform',
        'In no group',
      ]),
    );
    const it = screen.getByRole('row', { name: /users of it/ });
    expect(it).toHaveTextContent('40own 540own 5');
    expect(it).toHaveTextContent('€14,400.00own €100.00');
    expect(screen.getByRole('row', { name: /platform/ })).not.toHaveTextContent(
      'own',
    );
    expect(within(it).getByRole('link').getAttribute('href')).toBe(
      '/m365-licenses/users?tenant=contoso&group=group%3Adefault%2Fit',
    );
    expect(screen.getByLabelText('address')).toHaveTextContent('by=group');
    expect(
      screen.getByText(/with the deepest catalog group/),
    ).toBeInTheDocument();
  });

  it('sorts those next to each other, in the address', async () => {
    render({
      'GET /tenants/contoso/spend/department': () =>
        spendBy({
          items: [
            spendOf('B', spendPart({ accounts: 1 })),
            spendOf('A', spendPart({ accounts: 3 })),
            spendOf('C', spendPart({ accounts: 2 })),
          ],
        }),
    });
    expect((await rowNames()).slice(0, 3)).toEqual(['B', 'A', 'C']);
    await userEvent.click(
      screen.getByRole('columnheader', { name: 'Accounts' }),
    );
    await waitFor(async () =>
      expect((await rowNames()).slice(0, 3)).toEqual(['B', 'C', 'A']),
    );
    expect(screen.getByLabelText('address')).toHaveTextContent(
      '/m365-licenses/overview?sort=accounts',
    );
  });

  it('pages what is long, and exports all of it, safe from formulas', async () => {
    const csv = interceptDownload();
    render({
      'GET /tenants/contoso/spend/department': () =>
        spendBy({
          items: Array.from({ length: 70 }, (_, index) =>
            spendOf(index === 0 ? '=1+1' : `Department ${index}`),
          ),
        }),
    });
    expect(await screen.findByText('1 to 50 of 71')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    expect(await screen.findByText('51 to 71 of 71')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() => expect(csv().split('\r\n')).toHaveLength(73));
    const [header, first] = csv().split('\r\n');
    expect(header).toBe(
      '\ufeffdepartment,value,parent,accounts,ownAccounts,active,inactive,neverActive,inGrace,notMeasurable,unknown,unassigned,annualSpend EUR,savingsPotential EUR',
    );
    expect(first).toBe("'=1+1,'=1+1,,40,40,30,10,0,0,0,0,0,14400.00,3600.00");
  });

  it('says what to do while nothing was counted', async () => {
    render({
      'GET /tenants/contoso/spend/department': () =>
        spendBy({
          evaluatedAt: null,
          items: [],
          unassigned: spendPart({ accounts: 0, seats: [], annual: [] }),
        }),
    });
    expect(
      await screen.findByText('Nothing has been counted yet'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open tasks' }),
    ).toBeInTheDocument();
  });

  it('says why it could not be read', async () => {
    render({
      'GET /tenants/contoso/spend/department': refuse(503, 'It sleeps'),
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('It sleeps');
  });
});

describe('the rows of a split', () => {
  it('never lose a group whose group above is not there', () => {
    const rows = rowsOf(
      spendBy({ dimension: 'group', items: [group('a', 'gone')] }),
    );
    expect(rows.map(({ id, depth }) => [id, depth])).toEqual([
      ['of group:default/a', 0],
      ['unassigned', 0],
    ]);
  });

  it('compare money currency by currency', () => {
    const part = (amount: string, currency: string) =>
      spendPart({ annual: [{ amount, currency }] });
    const rows = rowsOf(
      spendBy({
        items: [
          spendOf('euros', part('10', 'EUR')),
          spendOf('yen', part('5000', 'JPY')),
          spendOf('more euros', part('20', 'EUR')),
        ],
      }),
      { by: 'annual', descending: true },
    );
    expect(rows.map(({ item }) => item?.value)).toEqual([
      'more euros',
      'euros',
      'yen',
      undefined,
    ]);
  });
});
