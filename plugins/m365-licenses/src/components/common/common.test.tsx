import { DateTime } from 'luxon';
import { toCsv } from './csv';
import { daysSince, formatDuration, formatRelative } from './format';
import { splitSeats } from './charts';

const now = DateTime.local(2026, 11, 22, 15);

describe('formatRelative', () => {
  it.each([
    ['2026-11-22', 'today'],
    ['2026-11-21', 'yesterday'],
    ['2026-10-31', '22 days ago'],
    ['2026-08-20', '3 months ago'],
    ['2026-11-22T14:18:00', '42 minutes ago'],
    ['2026-11-22T18:00:00', 'in 3 hours'],
  ])('says %s as "%s"', (value, words) => {
    expect(formatRelative(value, now)).toBe(words);
  });
});

describe('daysSince', () => {
  it('counts whole days, also over the change of a month', () => {
    expect(daysSince('2026-10-31', now)).toBe(22);
    expect(daysSince('2026-11-22', now)).toBe(0);
  });
});

describe('formatDuration', () => {
  it.each([
    [840, '840 ms'],
    [72_000, '1 min 12 s'],
    [3_600_000, '1 h'],
  ])('writes %d ms as "%s"', (milliseconds, words) => {
    expect(formatDuration(milliseconds)).toBe(words);
  });
});

describe('splitSeats', () => {
  it('draws what is assigned beyond what was bought apart', () => {
    expect(splitSeats({ bought: 100, assigned: 120 })).toEqual({
      assigned: 100,
      over: 20,
      unassigned: 0,
    });
  });
});

describe('toCsv', () => {
  const column = [{ header: 'name', value: (text: string) => text }];

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])(
    'keeps a spreadsheet from running %j',
    text => {
      const cell = toCsv(column, [text], { isFirst: false });
      expect(cell.replace(/^"/, '').startsWith("'")).toBe(true);
    },
  );

  it('writes header and byte order mark once, and quotes what needs it', () => {
    expect(toCsv(column, ['a,b', 'say "x"'], { isFirst: true })).toBe(
      '\ufeffname\r\n"a,b"\r\n"say ""x"""\r\n',
    );
    expect(toCsv(column, ['plain'], { isFirst: false })).toBe('plain\r\n');
  });

  it('leaves negative numbers numbers, and nothing empty', () => {
    const columns = [
      { header: 'seats', value: () => -3 },
      { header: 'trial', value: () => null },
      { header: 'enabled', value: () => false },
    ];
    expect(toCsv(columns, [{}], { isFirst: false })).toBe('-3,,false\r\n');
  });
});
