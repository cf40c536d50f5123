import { screen } from '@testing-library/react';
import { daysAhead } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { sumMoney } from './format';
import { countOf, DaysLeft, isOpen, worthOf } from './Reclamations';

const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe('sumMoney', () => {
  it.each([
    [['0.10', '0.20'], '0.30'],
    [['12000', '0.005', '-3.5'], '11996.505'],
    [['0.05', '-0.10'], '-0.05'],
    [['90071992547409.93', '0.01'], '90071992547409.94'],
    [['-5', '5'], '0'],
  ])('adds %p up exactly', (amounts, sum) => {
    expect(sumMoney(amounts.map(eur))).toEqual([eur(sum)]);
  });

  it('never adds up currencies', () => {
    expect(
      sumMoney([eur('1.00'), { amount: '2.00', currency: 'CHF' }, eur('3.00')]),
    ).toEqual([{ amount: '2.00', currency: 'CHF' }, eur('4.00')]);
    expect(sumMoney([])).toEqual([]);
  });
});

describe('worthOf', () => {
  it('counts what was taken and what is still to go, not what is left alone', () => {
    const counts = [
      { outcome: 'scheduled' as const, items: 2, value: [eur('720.00')] },
      { outcome: 'reclaimed' as const, items: 1, value: [eur('360.00')] },
      { outcome: 'heldBack' as const, items: 9, value: [eur('9000.00')] },
      { outcome: 'failed' as const, items: 1, value: [eur('1.00')] },
    ];
    expect(worthOf(counts)).toEqual([eur('1080.00')]);
    expect(countOf(counts, isOpen)).toBe(2);
  });

  it('is unknown to those who may not know what licenses cost', () => {
    expect(worthOf([{ outcome: 'planned', items: 2 }])).toBeUndefined();
  });
});

describe('DaysLeft', () => {
  it.each([
    [27, '27 days left'],
    [1, '1 day left'],
    [0, 'last day'],
    [-3, 'the data may be gone'],
  ])('with %s days says %s, and the date on hover', async (days, words) => {
    renderPage(<DaysLeft until={daysAhead(days)} />);
    expect(await screen.findByText(words)).toHaveAttribute(
      'title',
      expect.stringMatching(/\d{4}/),
    );
  });
});
