import { nextReportSize, type ReportSize } from './reportSize';

/** The sizes after reports of these rows, a day after each other. */
function after(...rows: number[]): ReportSize[] {
  let size: ReportSize | null = null;
  return rows.map((count, day) => {
    size = nextReportSize(size, {
      rows: count,
      refreshDate: `2026-11-${String(day + 1).padStart(2, '0')}`,
    });
    return size;
  });
}

describe('nextReportSize (rule 16)', () => {
  it('takes the first report, larger and slightly smaller ones', () => {
    expect(after(1000, 1200, 960)).toEqual([
      { rows: 1000, drop: null },
      { rows: 1200, drop: null },
      { rows: 960, drop: null },
    ]);
  });

  it('does not take one with fewer than 80 % of the rows, until it is whole again', () => {
    const drop = { since: '2026-11-02', rows: 799 };
    expect(after(1000, 799, 799, 800)).toEqual([
      { rows: 1000, drop: null },
      { rows: 1000, drop },
      { rows: 1000, drop },
      { rows: 800, drop: null },
    ]);
  });

  it('takes a smaller size that stayed for 7 days', () => {
    const sizes = after(1000, ...Array.from({ length: 8 }, () => 500));
    expect(sizes.slice(1, 8)).toEqual(
      Array.from({ length: 7 }, () => ({
        rows: 1000,
        drop: { since: '2026-11-02', rows: 500 },
      })),
    );
    expect(sizes[8]).toEqual({ rows: 500, drop: null });
  });

  it('waits anew where the size changes again meanwhile', () => {
    expect(after(1000, 500, 100, 110, 300).map(({ drop }) => drop)).toEqual([
      null,
      { since: '2026-11-02', rows: 500 },
      { since: '2026-11-03', rows: 100 },
      { since: '2026-11-03', rows: 100 },
      { since: '2026-11-05', rows: 300 },
    ]);
  });

  it('takes no report at all for nothing known', () => {
    expect(after(0, 0, 5)).toEqual([
      { rows: 0, drop: null },
      { rows: 0, drop: null },
      { rows: 5, drop: null },
    ]);
  });
});
