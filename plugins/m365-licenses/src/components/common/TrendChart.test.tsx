import { screen } from '@testing-library/react';
import { renderPage } from '../../__testUtils__/render';
import { TrendChart, type TrendPoint } from './TrendChart';

// jsdom measures nothing, and a chart without width is not drawn.
jest.mock('react-use/esm/useMeasure', () => ({
  __esModule: true,
  default: () => [() => {}, { width: 600 }],
}));

const known = (value: number): TrendPoint['values'] => ({
  seats: { value, text: String(value) },
});

async function draw(kind: 'lines' | 'areas' | 'bars', points: TrendPoint[]) {
  renderPage(
    <TrendChart
      label="Seats"
      kind={kind}
      series={[{ id: 'seats', label: 'Seats', color: 'red' }]}
      points={points}
      formatAxis={String}
    />,
    { path: '/overview' },
  );
  await screen.findByRole('table', { name: 'Seats' });
}

const days = (...values: (number | null)[]): TrendPoint[] =>
  values.map((value, index) => ({
    day: `2026-03-0${index + 1}`,
    values: value === null ? null : known(value),
  }));

/** How often the pen is set down: once for each stretch without a gap. */
const stretches = (path: Element | null) =>
  path?.getAttribute('d')?.match(/M/g)?.length;

describe('TrendChart', () => {
  it.each(['lines', 'areas'] as const)(
    'leaves %s open where a day is missing',
    async kind => {
      await draw(kind, days(1, 2, null, 3, 4));
      const curve = document.querySelector(
        kind === 'lines' ? '.recharts-line-curve' : '.recharts-area-curve',
      );
      expect(stretches(curve)).toBe(2);
      expect(document.querySelector('circle')).toBeNull();
    },
  );

  it('draws a day between two gaps as a dot', async () => {
    await draw('lines', days(1, 2, null, 3));
    expect(document.querySelectorAll('circle')).toHaveLength(1);
  });

  it('draws a bar for each point', async () => {
    await draw('bars', days(1, 2));
    expect(document.querySelectorAll('.recharts-bar-rectangle')).toHaveLength(
      2,
    );
  });
});
