import type { HistoryDay } from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import { daysBefore, daysBetween } from './activity';
import { forecast, nearestTo, overviewChanges } from './history';
import { TODAY } from './__testUtils__/licenses';

function day(overrides?: Partial<HistoryDay>): HistoryDay {
  return {
    day: TODAY,
    bought: 100,
    assigned: 80,
    seats: [],
    candidates: 7,
    annual: [],
    savings: [],
    ...overrides,
  };
}

describe('overviewChanges', () => {
  it('says what is more or less than then, per currency of either day', () => {
    expect(
      overviewChanges(
        day({
          annual: [
            { amount: '1000.50', currency: 'EUR' },
            { amount: '12.00', currency: 'USD' },
          ],
          savings: [{ amount: '0.3', currency: 'EUR' }],
        }),
        day({
          day: '2026-10-23',
          bought: 90,
          assigned: 85,
          candidates: 7,
          annual: [
            { amount: '1200.75', currency: 'EUR' },
            { amount: '5.00', currency: 'CHF' },
          ],
          savings: [{ amount: '0.1', currency: 'EUR' }],
        }),
      ),
    ).toEqual({
      since: '2026-10-23',
      bought: 10,
      assigned: -5,
      candidates: 0,
      annual: [
        { amount: '-5.00', currency: 'CHF' },
        { amount: '-200.25', currency: 'EUR' },
        { amount: '12.00', currency: 'USD' },
      ],
      savings: [{ amount: '0.20', currency: 'EUR' }],
    });
  });

  it('says nothing without one of the days', () => {
    expect(overviewChanges(day(), undefined)).toBeNull();
    expect(overviewChanges(undefined, day())).toBeNull();
  });
});

describe('nearestTo', () => {
  const nearest = (...days: string[]) =>
    nearestTo(
      '2026-10-23',
      days.map(each => ({ day: each })),
    )?.day;

  it('takes the nearest within three days, the earlier of two', () => {
    expect(nearest('2026-10-20', '2026-10-24', '2026-10-26')).toBe(
      '2026-10-24',
    );
    expect(nearest('2026-10-25', '2026-10-21')).toBe('2026-10-21');
    expect(nearest('2026-10-20')).toBe('2026-10-20');
    expect(nearest('2026-10-26')).toBe('2026-10-26');
    expect(nearest('2026-10-19', '2026-10-27')).toBeUndefined();
    expect(nearest()).toBeUndefined();
  });
});

/** What was assigned on the days so many days ago. */
function history(ago: readonly number[], assigned: (ago: number) => number) {
  return ago.map(days => ({
    day: daysBefore(TODAY, days),
    assigned: assigned(days),
  }));
}

const lastDays = (count: number) =>
  Array.from({ length: count }, (_, ago) => ago);

/** Which days have a snapshot, today among them. */
const recorded = fc
  .uniqueArray(fc.integer({ min: 1, max: 89 }), { minLength: 13 })
  .map(ago => [0, ...ago]);

describe('forecast', () => {
  it('goes on in a straight line', () => {
    // Two seats a day, ten of which are free.
    const days = history(lastDays(30), ago => 90 - 2 * ago);
    expect(forecast(days, { bought: 100, today: TODAY })).toEqual({
      runsOutOn: daysBefore(TODAY, -5),
      perMonth: 60,
      from: daysBefore(TODAY, 29),
      to: TODAY,
      days: 30,
    });
  });

  it('looks at 90 days, today included', () => {
    const days = history(lastDays(200), ago => (ago < 90 ? 50 : 5000));
    expect(forecast(days, { bought: 100, today: TODAY })).toEqual({
      runsOutOn: null,
      perMonth: 0,
      from: daysBefore(TODAY, 89),
      to: TODAY,
      days: 90,
    });
  });

  it('needs 14 snapshots and something bought', () => {
    const days = history(lastDays(14), () => 50);
    expect(forecast(days, { bought: 100, today: TODAY })).not.toBeNull();
    expect(forecast(days, { bought: 0, today: TODAY })).toBeNull();
    expect(forecast(days.slice(1), { bought: 100, today: TODAY })).toBeNull();
    expect(forecast([], { bought: 100, today: TODAY })).toBeNull();
  });

  it('is today where no seat is left, or the line has passed what is bought', () => {
    const out = (assigned: (ago: number) => number) =>
      forecast(history(lastDays(30), assigned), { bought: 100, today: TODAY })
        ?.runsOutOn;
    expect(out(() => 100)).toBe(TODAY);
    expect(out(ago => 130 + ago)).toBe(TODAY);
    expect(out(ago => (ago === 0 ? 99 : 120 - ago))).toBe(TODAY);
  });

  it('ends after two years', () => {
    // A seat in ten days, as long as there are free ones.
    const ago = lastDays(9).map(tens => tens * 10);
    const days = [...history(ago, each => 27 - each / 10)];
    const twice = [
      ...days,
      ...history(
        ago.slice(1).map(each => each - 5),
        each => 27 - each / 10,
      ),
    ];
    const out = (bought: number) =>
      forecast(twice, { bought, today: TODAY })?.runsOutOn;
    expect(out(100)).toBe(daysBefore(TODAY, -730));
    expect(out(101)).toBeNull();
  });

  it('gives the exact day of a perfectly straight history', () => {
    fc.assert(
      fc.property(
        recorded,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.integer({ min: 1, max: 700 }),
        (ago, rise, run, base, ahead) => {
          // Reaches what is bought that many days from now, and not before.
          const assigned = (each: number) => base + (rise * (700 - each)) / run;
          const bought = assigned(-ahead);
          expect(
            forecast(history(ago, assigned), { bought, today: TODAY }),
          ).toMatchObject({
            runsOutOn: daysBefore(TODAY, -ahead),
            days: ago.length,
          });
        },
      ),
    );
  });

  it('does not depend on the order of the days', () => {
    fc.assert(
      fc.property(
        recorded.chain(ago =>
          fc.tuple(
            fc.shuffledSubarray(ago, { minLength: ago.length }),
            fc.array(fc.nat(1000), {
              minLength: 90,
              maxLength: 90,
            }),
          ),
        ),
        ([ago, assigned]) => {
          const days = history(ago, each => assigned[each]);
          const sorted = [...days].sort((left, right) =>
            daysBetween(right.day, left.day),
          );
          const options = { bought: 1200, today: TODAY };
          expect(forecast(days, options)).toEqual(forecast(sorted, options));
        },
      ),
    );
  });

  it('never runs out while fewer and fewer are assigned', () => {
    fc.assert(
      fc.property(
        recorded,
        fc
          .nat(5)
          .chain(most =>
            fc.array(fc.nat(most), { minLength: 90, maxLength: 90 }),
          ),
        (ago, fewer) => {
          const assigned = (each: number) =>
            100 + fewer.slice(0, each).reduce((sum, one) => sum + one, 0);
          const found = forecast(history(ago, assigned), {
            bought: 101,
            today: TODAY,
          });
          expect(found?.runsOutOn).toBeNull();
          expect(found?.perMonth).toBeLessThanOrEqual(0);
        },
      ),
    );
  });
});
