import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import { daysAgo, exchangeRates, spend } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { OverviewPage } from './OverviewPage';

const RATES = '/tenants/contoso/exchange-rates';

const inTwoCurrencies = () => {
  const [eur] = spend().currencies;
  return spend({ currencies: [eur, { ...eur, currency: 'USD' }] });
};

async function open(answers: Record<string, Answer>) {
  const backend = renderPage(<OverviewPage />, {
    path: '/overview',
    answers: { 'GET /tenants/contoso/spend': inTwoCurrencies, ...answers },
  });
  await userEvent.click(
    await screen.findByRole('button', { name: 'Exchange rates' }),
  );
  const dialog = await screen.findByRole('dialog', { name: 'Exchange rates' });
  await within(dialog).findByRole('textbox', { name: /Convert to/ });
  return { ...backend, dialog };
}

const field = (name: string | RegExp) => screen.getByRole('textbox', { name });

const write = async (name: string | RegExp, text: string) => {
  await userEvent.clear(field(name));
  await userEvent.type(field(name), text);
};

const save = () =>
  userEvent.click(screen.getByRole('button', { name: 'Save' }));

describe('ExchangeRatesDialog', () => {
  it('offers a line for each currency, and sends those with a rate', async () => {
    const { received, dialog, queriesOf } = await open({
      [`PUT ${RATES}`]: () => exchangeRates(),
    });
    expect(field('Currency 1')).toHaveValue('EUR');
    expect(field('Currency 2')).toHaveValue('USD');
    await write(/Convert to/, 'eur');
    await write(/Rate 2/, '0.92');
    await save();
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(received.find(({ method }) => method === 'PUT')?.body).toEqual({
      revision: 'rates1',
      currency: 'EUR',
      rates: [{ currency: 'USD', rate: '0.92', date: daysAgo(0) }],
    });
    await waitFor(() =>
      expect(queriesOf('/tenants/contoso/spend')).toHaveLength(2),
    );
  });

  it('checks beside each field before anything is sent', async () => {
    const { received } = await open({});
    await write(/Convert to/, 'EU');
    await write(/Rate 2/, '0,92');
    await save();
    expect(field(/Convert to/)).toHaveAccessibleDescription(
      expect.stringContaining('Write a currency of three letters'),
    );
    expect(field(/Rate 2/)).toHaveAccessibleDescription(
      expect.stringContaining('Write a number such as 0.92'),
    );
    expect(received.some(({ method }) => method === 'PUT')).toBe(false);
  });

  it('tells of a conflict, and adds theirs to what was typed', async () => {
    const puts: unknown[] = [];
    await open({
      [`GET ${RATES}`]: () =>
        puts.length === 0
          ? exchangeRates({ currency: 'EUR' })
          : exchangeRates({
              currency: 'EUR',
              revision: 'rates2',
              rates: [
                { currency: 'USD', rate: '0.9', date: '2026-11-01' },
                { currency: 'GBP', rate: '1.15', date: '2026-11-01' },
              ],
            }),
      [`PUT ${RATES}`]: request => {
        puts.push(request.body);
        return puts.length === 1
          ? refuse(409, 'They were changed')(request)
          : exchangeRates();
      },
    });
    await write(/Rate 1/, '0.93');
    await save();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Somebody else changed these rates since you opened them',
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Load theirs, keep mine' }),
    );
    expect(
      await screen.findByText(
        'Their rates were loaded, and what you typed was kept',
      ),
    ).toBeInTheDocument();
    await save();
    await waitFor(() => expect(puts).toHaveLength(2));
    expect(puts[1]).toEqual({
      revision: 'rates2',
      currency: 'EUR',
      rates: [
        { currency: 'USD', rate: '0.93', date: daysAgo(0) },
        { currency: 'GBP', rate: '1.15', date: '2026-11-01' },
      ],
    });
  });

  it('shows why the backend refused', async () => {
    await open({ [`PUT ${RATES}`]: refuse(400, 'rates.0: in the future') });
    await save();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'rates.0: in the future',
    );
  });
});
