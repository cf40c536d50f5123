import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { TermInput } from 'backstage-plugin-m365-licenses-common';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import {
  daysAgo,
  E3,
  license,
  licenseDetail,
  skuSpend,
  statuses,
  term,
  termInput,
  terms,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { LicensePage } from './LicensePage';

const LICENSE = `/tenants/contoso/licenses/${E3}`;
const TERMS = `${LICENSE}/terms`;

const render = (answers?: Record<string, Answer>) =>
  renderPage(<LicensePage />, {
    path: '/licenses/:skuId',
    at: `/licenses/${E3}?text=e3`,
    answers,
  });

const figure = async (title: string) => {
  const heading = await screen.findByRole('heading', { name: title });
  return heading.closest('.bui-Card')!;
};

const field = (name: string | RegExp) => screen.getByRole('textbox', { name });

const write = async (name: string | RegExp, text: string) => {
  await userEvent.clear(field(name));
  await userEvent.type(field(name), text);
};

describe('LicensePage', () => {
  it('shows seats, spend, and when savings turn into cash', async () => {
    render();
    expect(
      await screen.findByRole('heading', { name: 'Microsoft 365 E3' }),
    ).toHaveFocus();
    expect(
      screen.getByText(
        'Services: Exchange, Teams, OneDrive, Outlook, SharePoint',
      ),
    ).toBeInTheDocument();
    expect(await figure('Bought')).toHaveTextContent('10,000');
    expect(await figure('Annual spend')).toHaveTextContent('€3,600,000.00');
    const savings = await figure('Savings potential');
    expect(savings).toHaveTextContent('€540,000.00');
    expect(savings).toHaveTextContent('Turns into cash in 7 months');
    expect(screen.getByRole('link', { name: /All licenses/ })).toHaveAttribute(
      'href',
      '/m365-licenses/licenses?text=e3',
    );
  });

  it('leads from each status to the people in it', async () => {
    render();
    await screen.findByRole('heading', { name: 'People by status' });
    expect(
      screen
        .getAllByRole('link', { name: /accounts: / })
        .map(link => [
          link.getAttribute('aria-label'),
          link.getAttribute('href'),
        ]),
    ).toEqual(
      [
        ['8,000 accounts: Active', 'active'],
        ['900 accounts: Inactive', 'inactive'],
        ['250 accounts: Never active', 'neverActive'],
        ['50 accounts: In grace', 'inGrace'],
      ].map(([label, status]) => [
        label,
        `/m365-licenses/users?tenant=contoso&skuId=${E3}&licenseStatus=${status}`,
      ]),
    );
  });

  it('says what is not priced and not measurable, and shows no 0 for it', async () => {
    render({
      [`GET ${LICENSE}`]: () =>
        licenseDetail({
          license: license({
            services: [],
            statuses: statuses({ notMeasurable: 3 }),
            spend: null,
            trial: null,
            subscriptions: [],
          }),
          terms: terms([]),
          reconciliation: {
            skuEnabled: 10000,
            skuConsumed: 9200,
            subscriptions: null,
            accounts: 9100,
            entered: null,
            differences: [
              {
                between: ['skuConsumed', 'accounts'],
                message: '100 seats are assigned to accounts not read yet.',
              },
            ],
          },
        }),
    });
    for (const title of ['Annual spend', 'Savings potential']) {
      const card = await figure(title);
      expect(card).toHaveTextContent('Not priced');
      expect(card).not.toHaveTextContent('0');
    }
    expect(
      screen.getByText(
        'None of the seven services: whether it is used cannot be measured.',
      ),
    ).toBeInTheDocument();
    const numberOf = (name: string) =>
      screen.getByText(name).nextElementSibling?.textContent;
    expect(numberOf('Seats of enabled subscriptions')).toBe('Not known');
    expect(numberOf('Seats of terms in force')).toBe('Not entered');
    expect(numberOf('Accounts that hold it')).toBe('9,100');
    expect(
      within(screen.getByRole('list', { name: 'What differs' })).getByRole(
        'listitem',
      ),
    ).toHaveTextContent('100 seats are assigned to accounts not read yet.');
    expect(
      screen.getByText('The subscriptions could not be read'),
    ).toBeInTheDocument();
  });

  it('keeps currencies and what is paid once apart', async () => {
    render({
      [`GET ${LICENSE}`]: () =>
        licenseDetail({
          license: license({
            spend: skuSpend({
              annual: [
                { amount: '12345678901234567.89', currency: 'EUR' },
                { amount: '100', currency: 'JPY' },
              ],
              once: [{ amount: '333.33', currency: 'USD' }],
              savings: [],
            }),
          }),
        }),
    });
    const card = await figure('Annual spend');
    // More digits than a floating point number holds.
    expect(card).toHaveTextContent('€12,345,678,901,234,567.89');
    expect(card).toHaveTextContent('¥100');
    expect(card).toHaveTextContent('$333.33 a year, paid once');
  });

  it('says so when the license is not known', async () => {
    render({ [`GET ${LICENSE}`]: refuse(404, 'no') });
    expect(
      await screen.findByText(new RegExp(`No license ${E3} is known`)),
    ).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render({ [`GET ${LICENSE}`]: refuse(403, 'no') });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.license.read',
    );
  });
});

describe('the terms of a license', () => {
  it('are added with what is typed, beside those there are', async () => {
    const { received } = render({ [`PUT ${TERMS}`]: () => terms() });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Add a term' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Add a term to Microsoft 365 E3',
    });
    const captured = within(dialog).getByRole('region', {
      name: 'From Microsoft',
    });
    expect(captured).toHaveTextContent('from the list of product names');
    expect(captured).toHaveTextContent('Paid (from its subscriptions)');
    expect(captured).toHaveTextContent(
      '10,000 (from License Information, 42 minutes ago)',
    );
    expect(field(/Quantity/)).toHaveValue('10000');

    await write(/Cost per seat/, '12.345678');
    await write(/Currency/, 'usd');
    await write(/Effective date/, '2026-01-01');
    await write(/Expiration date/, '2027-01-01');
    await write(/Administrator/, 'User:Maya');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());

    const added: TermInput = {
      subscriptionId: null,
      cost: '12.345678',
      currency: 'USD',
      frequency: 'monthly',
      quantity: 10000,
      effectiveDate: '2026-01-01',
      expirationDate: '2027-01-01',
      purchaseIdentifier: null,
      notes: null,
      administrator: 'user:default/maya',
    };
    expect(received.find(({ method }) => method === 'PUT')).toMatchObject({
      path: TERMS,
      body: { revision: 'rev1', items: [added, termInput()] },
    });
    // The figures follow from the terms: they are read again.
    expect(received.filter(({ path }) => path === LICENSE)).toHaveLength(2);
  });

  it('are checked beside each field before anything is sent', async () => {
    const { received } = render();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Add a term' }),
    );
    await write(/Cost per seat/, '12,50');
    await write(/Currency/, 'EU');
    await write(/Effective date/, '2026-02-30');
    await write(/Expiration date/, '2026-01-01');
    await write(/Administrator/, 'maya');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    for (const [name, problem] of [
      [/Cost per seat/, 'Write a number such as 12.50'],
      [/Currency/, 'Write a currency of three letters'],
      [/Effective date/, 'Write a day as year-month-day'],
      [/Expiration date/, 'It has to be after the effective date.'],
      [/Administrator/, 'Write a user or group of the catalog'],
    ] as const) {
      expect(field(name)).toHaveAccessibleDescription(
        expect.stringContaining(problem),
      );
    }
    expect(field(/Cost per seat/)).toHaveFocus();
    expect(received.some(({ method }) => method === 'PUT')).toBe(false);
  });

  it('tells of a conflict and keeps what was typed while theirs are loaded', async () => {
    const theirs = [
      term({ id: 't2', cost: '28.00' }),
      term({ notes: 'signed' }),
    ];
    const puts: unknown[] = [];
    render({
      [`GET ${TERMS}`]: () => terms(theirs, 'rev2'),
      [`PUT ${TERMS}`]: request => {
        puts.push(request.body);
        return puts.length === 1
          ? refuse(409, 'They were changed')(request)
          : terms(theirs, 'rev3');
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: /Edit the term/ }),
    );
    await write(/Cost per seat/, '31');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Somebody else changed these terms since you opened them',
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Load theirs, keep mine' }),
    );
    expect(
      await screen.findByText(
        'Their terms were loaded, and what you typed was kept',
      ),
    ).toBeInTheDocument();
    expect(field(/Cost per seat/)).toHaveValue('31');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(puts).toHaveLength(2));
    expect(puts[1]).toEqual({
      revision: 'rev2',
      items: [termInput({ cost: '28.00' }), termInput({ cost: '31' })],
    });
  });

  it('are said to be refused in the backend’s words', async () => {
    render({ [`PUT ${TERMS}`]: refuse(400, 'The term overlaps another') });
    await userEvent.click(
      await screen.findByRole('button', { name: /Edit the term/ }),
    );
    await userEvent.click(await screen.findByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The term overlaps another',
    );
    expect(field(/Cost per seat/)).toHaveValue('30.00');
  });

  it('are removed only after asking', async () => {
    const { received, post } = render({ [`PUT ${TERMS}`]: () => terms([]) });
    await userEvent.click(
      await screen.findByRole('button', { name: /Remove the term/ }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Remove this term?',
    });
    expect(dialog).toHaveTextContent('The term of €30.00 from');
    expect(received.some(({ method }) => method === 'PUT')).toBe(false);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Remove' }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'The term was removed' }),
      ),
    );
    expect(received.find(({ method }) => method === 'PUT')?.body).toEqual({
      revision: 'rev1',
      items: [],
    });
  });

  it('are read again when others changed one that is to be removed', async () => {
    const { queriesOf, post } = render({
      [`PUT ${TERMS}`]: refuse(409, 'They were changed'),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: /Remove the term/ }),
    );
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'Remove',
      }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          description: expect.stringMatching(/Somebody else changed/),
        }),
      ),
    );
    await waitFor(() => expect(queriesOf(LICENSE)).toHaveLength(2));
  });

  it('name the subscription where there are several', async () => {
    const { subscriptions } = license();
    render({
      [`GET ${LICENSE}`]: () =>
        licenseDetail({
          license: license({
            subscriptions: [
              ...subscriptions,
              { ...subscriptions[0], id: 's2' },
            ],
          }),
          terms: terms([
            term({ annual: null, frequency: 'once', expirationDate: null }),
            term({
              id: 't0',
              active: false,
              subscriptionId: 's2',
              effectiveDate: daysAgo(500),
            }),
          ]),
        }),
    });
    const table = await screen.findByRole('grid', { name: 'Terms' });
    const [first, second] = within(table).getAllByRole('row').slice(1);
    expect(first).toHaveTextContent(
      'Paid once, without an end: not annualised',
    );
    expect(first).toHaveTextContent('Expiration date: none, open');
    expect(second).toHaveTextContent('Subscription: s2');
    expect(second).toHaveTextContent('Not in force');
    await userEvent.click(
      within(second).getByRole('button', { name: /Edit the term/ }),
    );
    expect(
      await screen.findByRole('button', { name: /s2 Subscription/ }),
    ).toBeInTheDocument();
  });
});
