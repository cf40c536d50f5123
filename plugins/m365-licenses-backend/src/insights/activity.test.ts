import {
  activityLimits,
  activityStatus,
  daysBefore,
  serviceActivityStatus,
} from './activity';

const limits = activityLimits({
  today: '2026-03-02',
  inactiveAfterDays: 60,
  graceDays: 30,
});

describe('daysBefore', () => {
  it('goes across months and years', () => {
    expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28');
    expect(daysBefore('2024-03-01', 1)).toBe('2024-02-29');
    expect(daysBefore('2026-01-01', 365)).toBe('2025-01-01');
  });
});

describe('activityStatus', () => {
  it('has its limits on the day itself', () => {
    expect(limits).toEqual({
      activeSince: '2026-01-01',
      graceSince: '2026-01-31',
    });
  });

  it.each([
    ['2026-01-01', true, '2020-01-01', true, 'active'],
    ['2025-12-31', true, '2026-03-01', true, 'inactive'],
    ['2026-01-01', false, null, true, 'active'],
    [null, false, null, true, 'unlicensed'],
    [null, false, null, false, 'unlicensed'],
    [null, true, '2020-01-01', false, 'unknown'],
    [null, true, '2026-01-31', true, 'inGrace'],
    [null, true, '2026-01-30', true, 'neverActive'],
    [null, true, null, true, 'neverActive'],
  ])(
    'last active %p, licensed %p since %p, reports %p: %p',
    (lastActivityDate, licensed, licensedSince, hasReports, status) => {
      expect(
        activityStatus(
          { lastActivityDate, licensed, licensedSince },
          limits,
          hasReports,
        ),
      ).toBe(status);
    },
  );
});

describe('serviceActivityStatus', () => {
  it.each([
    ['2026-01-01', 'active'],
    ['2025-12-31', 'inactive'],
    [null, 'neverActive'],
  ])('%p: %p', (date, status) => {
    expect(serviceActivityStatus(date, limits)).toBe(status);
  });
});
