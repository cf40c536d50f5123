import { backTestCoverage, commonTimes, extendTime } from './backTest';

describe('extendTime', () => {
  const known = { first: '2026-03-01', last: '2026-03-20' };

  it.each([
    [
      'the first report ever',
      undefined,
      '2026-03-05',
      ['2026-03-05', '2026-03-05'],
    ],
    ['the next report', known, '2026-03-21', ['2026-03-01', '2026-03-21']],
    [
      'the same report again',
      known,
      '2026-03-20',
      ['2026-03-01', '2026-03-20'],
    ],
    [
      'a report as the one before gets stale',
      known,
      '2026-03-27',
      ['2026-03-01', '2026-03-27'],
    ],
    [
      'a report after it was stale',
      known,
      '2026-03-28',
      ['2026-03-28', '2026-03-28'],
    ],
  ])('goes on or begins anew with %s', (_what, newest, refreshDate, time) => {
    const { first, last } = extendTime(newest, refreshDate);
    expect([first, last]).toEqual(time);
  });
});

describe('commonTimes', () => {
  it('are those in which both reports came', () => {
    expect(
      commonTimes(
        [
          { first: '2026-01-05', last: '2026-03-20' },
          { first: '2026-04-20', last: '2026-06-01' },
        ],
        [
          { first: '2026-01-04', last: '2026-02-01' },
          { first: '2026-03-01', last: '2026-05-31' },
          { first: '2026-06-02', last: '2026-06-09' },
        ],
      ),
    ).toEqual([
      { first: '2026-01-05', last: '2026-02-01' },
      { first: '2026-03-01', last: '2026-03-20' },
      { first: '2026-04-20', last: '2026-05-31' },
    ]);
    expect(
      commonTimes([], [{ first: '2026-01-05', last: '2026-03-20' }]),
    ).toEqual([]);
  });
});

describe('backTestCoverage', () => {
  const times = [
    { first: '2026-01-10', last: '2026-04-30' },
    { first: '2026-06-01', last: '2026-11-20' },
  ];

  it.each([
    ['before anything was known', '2026-01-09', 30, '2026-01-10', false, false],
    ['on the first day', '2026-01-10', 30, '2026-01-10', true, true],
    ['with all days reported', '2026-03-31', 30, '2026-01-10', true, true],
    [
      'with days of which no report came',
      '2026-04-01',
      30,
      '2026-01-10',
      true,
      false,
    ],
    ['while no report came', '2026-05-15', 30, '2026-06-01', false, false],
    ['after reports came again', '2026-09-21', 60, '2026-06-01', true, true],
    ['with days to come', '2026-09-22', 60, '2026-06-01', true, false],
    ['of a day not reported yet', '2026-11-21', 60, null, false, false],
  ])(
    'is that of a day %s',
    (_what, on, withinDays, since, reaches, complete) => {
      expect(backTestCoverage(times, { on, withinDays })).toEqual({
        since,
        reaches,
        complete,
      });
    },
  );

  it('is nothing without reports', () => {
    expect(backTestCoverage([], { on: '2026-03-01', withinDays: 30 })).toEqual({
      since: null,
      reaches: false,
      complete: false,
    });
  });
});
