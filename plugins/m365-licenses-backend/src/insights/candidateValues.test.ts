import {
  CANDIDATE_REASONS,
  type CandidateReason,
} from 'backstage-plugin-m365-licenses-common';
import type { CandidateCount, CandidateKind } from '../database/types';
import {
  byWorth,
  candidateValue,
  isSaving,
  sortValue,
  sumCounts,
} from './candidateValues';
import { seatCosts } from './money';
import { license, statuses, term, TODAY } from './__testUtils__/licenses';

const priceOf = (...terms: Parameters<typeof term>[0][]) =>
  seatCosts(
    {
      license: license({ assigned: 3, statuses: statuses({ active: 3 }) }),
      terms: terms.map(term),
    },
    TODAY,
  ) ?? [];

const prices = new Map([
  // 100 a year for 3 seats: no price that can be written down exactly.
  ['E5', priceOf({ cost: '100', frequency: 'annually', quantity: 1 })],
  ['E3', priceOf({ cost: '10', frequency: 'annually', quantity: 3 })],
  [
    'both',
    priceOf(
      { cost: '5', frequency: 'annually', quantity: 3 },
      { cost: '7', currency: 'USD', frequency: 'annually', quantity: 3 },
    ),
  ],
]);
const seatValues = new Map([
  ['E5', 33.33],
  ['E3', 10],
]);

function kind(overrides?: Partial<CandidateKind>): CandidateKind {
  return {
    reason: 'inactive',
    skuId: 'E5',
    otherSkuId: null,
    saves: true,
    ...overrides,
  };
}

function count(overrides?: Partial<CandidateCount>): CandidateCount {
  return { ...kind(), state: 'opportunity', candidates: 3, ...overrides };
}

const EUR = (amount: string) => ({ amount, currency: 'EUR' });
const USD = (amount: string) => ({ amount, currency: 'USD' });

describe('a seat', () => {
  const of = (
    type: CandidateReason['type'],
    { direct = true, groups = [] as CandidateReason['groups'] } = {},
  ) =>
    isSaving({
      direct,
      reasons: [
        {
          type,
          groups,
          since: null,
          services: [],
          lastActivityDate: null,
          reportRefreshDate: null,
          thresholdDays: null,
          other: null,
          unobservable: [],
        },
      ],
    });

  it('is freed by what only the account itself holds', () => {
    expect(CANDIDATE_REASONS.filter(type => of(type))).toEqual([
      'disabled',
      'overlap',
      'neverActive',
      'inactive',
      'downgrade',
    ]);
  });

  it('is not freed where a group grants the license', () => {
    const groups = [{ id: 'g1', name: 'Sales' }];
    expect(of('disabled', { groups })).toBe(false);
    expect(of('disabled', { direct: false, groups })).toBe(false);
    // Even one that could not grant it: nothing is taken back there.
    expect(of('disabled', { direct: false })).toBe(false);
  });
});

describe('the value of a candidate', () => {
  it.each<[string, Partial<CandidateKind>, object[], number | undefined]>([
    ['is what a seat costs', {}, [EUR('33.3333')], 33.33],
    [
      'is nothing where no seat is freed',
      { saves: false, reason: 'directAndGroup' },
      [EUR('0.00')],
      0,
    ],
    [
      'of an overlap is that of the smaller license alone',
      { reason: 'overlap', skuId: 'E3', otherSkuId: 'E5' },
      [EUR('10.00')],
      10,
    ],
    [
      'of a downgrade is the difference',
      { reason: 'downgrade', otherSkuId: 'E3' },
      [EUR('23.3333')],
      23.33,
    ],
    [
      'of a downgrade is never negative',
      { reason: 'downgrade', skuId: 'E3', otherSkuId: 'E5' },
      [EUR('0.00')],
      0,
    ],
    [
      'of a downgrade is told only in a currency that both have',
      { reason: 'downgrade', skuId: 'both', otherSkuId: 'E5' },
      [EUR('0.00')],
      undefined,
    ],
    [
      'of a downgrade to what is not priced is not known',
      { reason: 'downgrade', otherSkuId: 'Basic' },
      [],
      undefined,
    ],
    ['is not known without a price', { skuId: 'Basic' }, [], undefined],
    [
      'is not called zero without a price',
      { skuId: 'Basic', saves: false },
      [],
      undefined,
    ],
  ])('%s', (_, overrides, value, sorted) => {
    expect(candidateValue(kind(overrides), prices)).toEqual(value);
    const number = sortValue(kind(overrides), seatValues);
    expect(number === undefined ? number : Math.round(number * 100) / 100).toBe(
      sorted,
    );
  });
});

describe('candidates together', () => {
  it('are worth what the opportunities are, rounded once', () => {
    expect(
      sumCounts(
        [
          count(),
          count({ skuId: 'both', candidates: 2 }),
          count({ skuId: 'Basic', candidates: 4 }),
          count({ state: 'heldBack', candidates: 5 }),
        ],
        prices,
      ),
    ).toEqual({
      opportunities: 9,
      heldBack: 5,
      value: [EUR('105.00'), USD('7.00')],
    });
    expect(sumCounts([], prices)).toEqual({
      opportunities: 0,
      heldBack: 0,
      value: [],
    });
  });

  it('are sorted by worth, what is not priced last', () => {
    const counts = (
      opportunities: number,
      ...value: ReturnType<typeof EUR>[]
    ) => ({
      opportunities,
      heldBack: 0,
      value,
    });
    const sorted = [
      counts(1, EUR('100.00')),
      counts(1, EUR('20.00'), USD('900.00')),
      counts(7, EUR('3.00')),
      counts(2, EUR('3.00')),
      counts(1, USD('500.00')),
      counts(8),
      counts(2),
    ];
    expect([...sorted].reverse().sort(byWorth)).toEqual(sorted);
  });
});
