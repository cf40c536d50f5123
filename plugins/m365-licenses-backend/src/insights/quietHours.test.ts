import type { QuietHours } from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { freeMinutes, quietUntil } from './quietHours';

const NIGHTS: QuietHours = {
  from: '20:00',
  to: '07:00',
  timeZone: 'Europe/Berlin',
  weekends: false,
};

function until(hours: QuietHours, at: string): string | undefined {
  return quietUntil(hours, new Date(at))?.toISOString();
}

describe('freeMinutes', () => {
  it.each([
    ['20:00', '07:00', 13 * 60],
    ['09:00', '17:30', 24 * 60 - 8.5 * 60],
    ['00:00', '23:59', 1],
    ['00:00', '00:00', 0],
    ['08:00', '08:00', 0],
    ['08:30', '08:00', 30],
  ])('from %s to %s is %d', (from, to, minutes) => {
    expect(freeMinutes({ from, to })).toBe(minutes);
  });
});

describe('quietUntil', () => {
  it.each([
    // Berlin is an hour ahead of UTC in winter.
    ['the minute before', NIGHTS, '2026-11-23T18:59:59.999Z', undefined],
    ['the first minute', NIGHTS, '2026-11-23T19:00:00Z', '2026-11-24T06:00'],
    ['after midnight', NIGHTS, '2026-11-24T02:00:00Z', '2026-11-24T06:00'],
    ['the minute after', NIGHTS, '2026-11-24T06:00:00Z', undefined],
    ['at noon', NIGHTS, '2026-11-24T11:00:00Z', undefined],
    ['a Saturday', NIGHTS, '2026-11-28T11:00:00Z', undefined],
    [
      'hours within a day',
      { ...NIGHTS, from: '12:00', to: '14:00' },
      '2026-11-24T11:30:00Z',
      '2026-11-24T13:00',
    ],
    [
      'Friday evening, with weekends',
      { ...NIGHTS, weekends: true },
      '2026-11-27T20:00:00Z',
      '2026-11-30T06:00',
    ],
    [
      'Sunday noon, with weekends',
      { ...NIGHTS, weekends: true },
      '2026-11-29T11:00:00Z',
      '2026-11-30T06:00',
    ],
    [
      'a weekend without a night after it',
      { ...NIGHTS, from: '12:00', to: '14:00', weekends: true },
      '2026-11-28T00:00:00Z',
      '2026-11-29T23:00',
    ],
    [
      'a Saturday that is still Friday elsewhere',
      { ...NIGHTS, weekends: true, timeZone: 'Pacific/Auckland' },
      '2026-11-27T20:00:00Z',
      '2026-11-29T18:00',
    ],
    // Put forward at 02:00 and back at 03:00.
    ['a short night', NIGHTS, '2026-03-28T22:00:00Z', '2026-03-29T05:00'],
    ['a long night', NIGHTS, '2026-10-24T22:00:00Z', '2026-10-25T06:00'],
    [
      'an end that clocks leave out',
      { ...NIGHTS, to: '02:30' },
      '2026-03-28T22:00:00Z',
      '2026-03-29T01:30',
    ],
  ])('%s', (_, hours, at, expected) => {
    expect(until(hours, at)).toBe(expected && `${expected}:00.000Z`);
  });

  it('of a zone that puts its clocks forward at midnight', () => {
    // In Cairo, 00:00 to 00:59 of Friday, 24 April 2026 does not exist.
    const hours = { ...NIGHTS, timeZone: 'Africa/Cairo', from: '22:00' };
    expect(until({ ...hours, to: '00:00' }, '2026-04-23T20:30:00Z')).toBe(
      '2026-04-23T22:00:00.000Z',
    );
  });
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const time = fc
  .integer({ min: 0, max: 24 * 60 - 1 })
  .map(minutes =>
    [Math.floor(minutes / 60), minutes % 60]
      .map(part => String(part).padStart(2, '0'))
      .join(':'),
  );

const quietHours = fc
  .record({
    from: time,
    to: time,
    timeZone: fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'America/St_Johns',
      'America/Santiago',
      'Africa/Cairo',
      'Asia/Kathmandu',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Pacific/Chatham',
    ),
    weekends: fc.boolean(),
  })
  .filter(hours => freeMinutes(hours) >= 60);

/** Any minute of two years, so that clocks are put forward and back. */
const minute = fc
  .integer({ min: 0, max: 2 * 365 * 24 * 60 })
  .map(
    minutes =>
      new Date(Date.parse('2026-01-01T00:00:00Z') + minutes * MINUTE_MS),
  );

/** A minute of a night in which clocks are put forward or back, or of the day around it. */
const minuteOfChange = fc
  .record({
    change: fc.constantFrom(
      '2026-03-29T01:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-03-08T07:00:00Z',
      '2026-11-01T06:00:00Z',
      '2026-04-23T22:00:00Z',
      '2026-10-29T21:00:00Z',
      '2026-09-06T04:00:00Z',
      '2026-04-04T15:00:00Z',
      '2026-10-03T15:30:00Z',
    ),
    minutes: fc.integer({ min: -24 * 60, max: 24 * 60 }),
  })
  .map(
    ({ change, minutes }) => new Date(Date.parse(change) + minutes * MINUTE_MS),
  );

/** Whether a clock on the wall says that it is quiet. */
function isQuietByTheClock(
  { from, to, timeZone, weekends }: QuietHours,
  at: Date,
): boolean {
  const local = DateTime.fromJSDate(at, { zone: timeZone });
  const clock = local.toFormat('HH:mm');
  const isNight =
    to <= from ? clock >= from || clock < to : clock >= from && clock < to;
  return isNight || (weekends && local.weekday > 5);
}

function changesClocks({ timeZone }: QuietHours, at: Date): boolean {
  const offsets = [-36, -24, -12, 0, 12, 24, 36].map(
    hours =>
      DateTime.fromMillis(at.getTime() + hours * HOUR_MS, { zone: timeZone })
        .offset,
  );
  return new Set(offsets).size > 1;
}

describe('quiet hours at any time in any zone', () => {
  it('are those that a clock on the wall shows, except when clocks change', () => {
    fc.assert(
      fc.property(quietHours, minute, (hours, at) => {
        fc.pre(!changesClocks(hours, at));
        expect(quietUntil(hours, at) !== undefined).toBe(
          isQuietByTheClock(hours, at),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('end in a time that is not quiet, later, and within the longest weekend', () => {
    fc.assert(
      fc.property(quietHours, fc.oneof(minute, minuteOfChange), (hours, at) => {
        const end = quietUntil(hours, at);
        fc.pre(end !== undefined);
        expect(end.getTime()).toBeGreaterThan(at.getTime());
        expect(end.getTime() - at.getTime()).toBeLessThan(5 * 24 * HOUR_MS);
        expect(quietUntil(hours, end)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('last without a gap until they end', () => {
    fc.assert(
      fc.property(
        quietHours,
        fc.oneof(minute, minuteOfChange),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (hours, at, share) => {
          const end = quietUntil(hours, at);
          fc.pre(end !== undefined);
          const between = new Date(
            at.getTime() + Math.floor(share * (end.getTime() - at.getTime())),
          );
          expect(quietUntil(hours, between)).toEqual(end);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('are as long as the clock says, give or take what clocks change', () => {
    fc.assert(
      fc.property(
        quietHours.map(hours => ({ ...hours, weekends: false })),
        minuteOfChange,
        (hours, at) => {
          const end = quietUntil(hours, at);
          fc.pre(end !== undefined);
          const night = (24 * 60 - freeMinutes(hours)) * MINUTE_MS;
          expect(end.getTime() - at.getTime()).toBeLessThanOrEqual(
            night + HOUR_MS,
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
