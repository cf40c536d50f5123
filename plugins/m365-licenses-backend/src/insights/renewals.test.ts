import { license, subscription, term, TODAY } from './__testUtils__/licenses';
import { renewalsOf } from './renewals';

const YEAR = { today: TODAY, days: 365 };
const stored = (id: string, overrides = {}) => ({ id, ...term(overrides) });
const none = license({ subscriptions: [] });

describe('renewalsOf', () => {
  it('lists terms and subscriptions by date, from today to the last day', () => {
    const renewals = renewalsOf(
      [
        {
          license: license({
            subscriptions: [
              subscription({
                id: 'soon',
                nextLifecycleAt: '2026-12-24T08:00:00Z',
              }),
              subscription({ id: 'gone', status: 'Deleted' }),
              subscription({ id: 'never', nextLifecycleAt: null }),
            ],
          }),
          terms: [
            stored('last', { expirationDate: '2027-11-22' }),
            stored('too late', { expirationDate: '2027-11-23' }),
            stored('today', { expirationDate: TODAY }),
            stored('past', { expirationDate: '2026-11-21' }),
            stored('open', { expirationDate: null }),
          ],
        },
      ],
      YEAR,
    );
    expect(
      renewals.map(({ date, kind, termId, subscriptionId }) => [
        date,
        kind,
        termId ?? subscriptionId,
      ]),
    ).toEqual([
      [TODAY, 'term', 'today'],
      ['2026-12-24', 'subscription', 'soon'],
      ['2027-11-22', 'term', 'last'],
    ]);
  });

  it('says what a term costs a year and who minds it', () => {
    expect(
      renewalsOf(
        [
          {
            license: none,
            terms: [stored('t', { administrator: 'user:default/olivia' })],
          },
        ],
        YEAR,
      ),
    ).toEqual([
      {
        date: '2027-01-01',
        kind: 'term',
        skuId: none.skuId,
        displayName: 'Microsoft 365 E3',
        quantity: 100,
        annual: { amount: '12000.00', currency: 'EUR' },
        administrator: 'user:default/olivia',
        termId: 't',
        subscriptionId: null,
      },
    ]);
  });

  it('prices a subscription by the open term that names it, and tells no price twice', () => {
    const annual = (...terms: ReturnType<typeof stored>[]) =>
      renewalsOf([{ license: license(), terms }], YEAR)
        .filter(({ kind }) => kind === 'subscription')
        .map(renewal => renewal.annual);
    const open = { subscriptionId: 'a', expirationDate: null };
    expect(annual(stored('t', open))).toEqual([
      { amount: '12000.00', currency: 'EUR' },
    ]);
    expect(annual(stored('t', { ...open, subscriptionId: 'b' }))).toEqual([
      null,
    ]);
    expect(annual(stored('t', { subscriptionId: 'a' }))).toEqual([null]);
    expect(
      annual(stored('t', open), stored('u', { ...open, currency: 'USD' })),
    ).toEqual([null]);
  });
});
