import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { VisuallyHidden } from '@backstage/ui';
import { Bar, BarChart, LabelList, Tooltip, XAxis, YAxis } from 'recharts';
import type { License } from 'backstage-plugin-m365-licenses-common';
import useMeasure from 'react-use/esm/useMeasure';
import { m365LicensesTranslationRef } from '../../translation';
import { formatNumber } from './format';
import styles from './common.module.css';

/** A part that bars are stacked of. */
export interface Series {
  id: string;
  label: string;
  /** A CSS colour, from the theme's tokens. */
  color: string;
}

/** A bar: its name, its parts, and what is written at its end. */
export interface BarRow {
  id: string;
  label: string;
  values: Record<string, number>;
  note?: string;
}

const ROW_HEIGHT = 30;
/** Width of a character of the axis, in pixels, on average; it has two lines. */
const CHARACTER_WIDTH = 6.5;

/** How a chart's tooltip looks: theme tokens, so that dark works. */
export const TOOLTIP_STYLE = {
  contentStyle: {
    background: 'var(--bui-bg-neutral-2)',
    border: '1px solid var(--bui-border-1)',
    borderRadius: 'var(--bui-radius-2)',
    color: 'var(--bui-fg-primary)',
  },
  itemStyle: { color: 'var(--bui-fg-primary)' },
};

const noteKey = (seriesId: string) => `note of ${seriesId}`;

const shorten = (text: string, width: number) => {
  const room = Math.floor(width / CHARACTER_WIDTH);
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
};

/** What the colours stand for. */
export function Legend(props: { series: (Series & { value?: string })[] }) {
  return (
    <ul className={styles.legend}>
      {props.series.map(({ id, label, color, value }) => (
        <li key={id} className={styles.status}>
          <span
            className={styles.dot}
            style={{ background: color }}
            aria-hidden="true"
          />
          {label}
          {value !== undefined && <strong>{value}</strong>}
        </li>
      ))}
    </ul>
  );
}

/**
 * Horizontal stacked bars, and the same data as a table for those who do not
 * see them.
 *
 * @param props.isShare - draws each bar's parts as shares of the whole
 */
export function StackedBars(props: {
  label: string;
  nameLabel: string;
  series: Series[];
  rows: BarRow[];
  isShare?: boolean;
}) {
  const [ref, { width }] = useMeasure<HTMLDivElement>();
  const { label, nameLabel, series, rows, isShare } = props;
  const nameWidth = Math.min(260, Math.max(150, width * 0.3));
  const noteWidth =
    16 + CHARACTER_WIDTH * Math.max(...rows.map(row => row.note?.length ?? 0));
  const data = rows.map(({ label: name, values, note }) => {
    // Parts of no length are not drawn: the note goes with the last that is.
    const last = series.findLast(({ id }) => values[id] > 0)?.id ?? '';
    return { name, ...values, [noteKey(last)]: note };
  });

  return (
    <div>
      <div ref={ref} className={styles.chart} aria-hidden="true">
        {width > 0 && (
          <BarChart
            layout="vertical"
            width={width}
            height={rows.length * ROW_HEIGHT + 30}
            data={data}
            stackOffset={isShare ? 'expand' : 'none'}
            margin={{ top: 0, right: noteWidth, bottom: 0, left: 0 }}
            barCategoryGap={8}
            accessibilityLayer={false}
          >
            <XAxis
              type="number"
              tickFormatter={(value: number) =>
                isShare ? `${Math.round(value * 100)} %` : formatNumber(value)
              }
              stroke="var(--bui-border-2)"
              tick={{ fill: 'var(--bui-fg-secondary)' }}
              allowDecimals={isShare}
            />
            <YAxis
              type="category"
              dataKey="name"
              width={nameWidth}
              interval={0}
              tickLine={false}
              axisLine={false}
              tick={{ fill: 'var(--bui-fg-primary)' }}
              tickFormatter={(value: string) => shorten(value, nameWidth * 1.6)}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: 'var(--bui-bg-neutral-2)' }}
              formatter={value => formatNumber(Number(value))}
              {...TOOLTIP_STYLE}
            />
            {series.map(({ id, label: name, color }) => (
              <Bar
                key={id}
                dataKey={id}
                name={name}
                stackId="all"
                fill={color}
                isAnimationActive={false}
              >
                <LabelList
                  position="right"
                  fill="var(--bui-fg-secondary)"
                  dataKey={noteKey(id)}
                />
              </Bar>
            ))}
          </BarChart>
        )}
      </div>
      <ChartTable
        label={label}
        nameLabel={nameLabel}
        columns={series}
        rows={rows.map(row => ({
          id: row.id,
          name: row.label,
          cells: series.map(({ id }) => formatNumber(row.values[id] ?? 0)),
        }))}
      />
    </div>
  );
}

/** What a chart shows, for those who do not see it. */
export function ChartTable(props: {
  label: string;
  nameLabel: string;
  columns: { id: string; label: string }[];
  rows: { id: string; name: string; cells: string[] }[];
}) {
  const { label, nameLabel, columns, rows } = props;
  return (
    <VisuallyHidden>
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">{nameLabel}</th>
            {columns.map(column => (
              <th key={column.id} scope="col">
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, cells }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              {cells.map((cell, index) => (
                <td key={columns[index].id}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}

/** One small bar of parts; its numbers stand beside it in words. */
export function Meter(props: {
  parts: { id: string; color: string; value: number }[];
}) {
  const total = props.parts.reduce((sum, { value }) => sum + value, 0);
  return (
    <div className={styles.meter} aria-hidden="true">
      {props.parts
        .filter(({ value }) => value > 0)
        .map(({ id, color, value }) => (
          <span
            key={id}
            style={{ width: `${(value / total) * 100}%`, background: color }}
          />
        ))}
    </div>
  );
}

/** Whether a SKU has seats; one for the whole company has units of storage. */
export const hasSeats = (license: License) => license.appliesTo === 'User';

/** Seats of a SKU or of all, split so that each part is drawn once. */
export const splitSeats = (seats: { bought: number; assigned: number }) => ({
  assigned: Math.min(seats.assigned, seats.bought),
  over: Math.max(seats.assigned - seats.bought, 0),
  unassigned: Math.max(seats.bought - seats.assigned, 0),
});

/** The parts of seats, in the order in which they are shown. */
const SEAT_PARTS = [
  { id: 'assigned', color: 'var(--bui-accent-bg)' },
  { id: 'over', color: 'var(--bui-fg-negative)' },
  { id: 'unassigned', color: 'var(--bui-border-1)' },
] as const;

export function useSeatSeries(): Series[] {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return SEAT_PARTS.map(({ id, color }) => ({
    id,
    color,
    label: t(`seats.${id}`),
  }));
}

/** A bar of seats: assigned, assigned beyond what was bought, unassigned. */
export function SeatMeter(props: { bought: number; assigned: number }) {
  const seats = splitSeats(props);
  return (
    <Meter
      parts={SEAT_PARTS.map(({ id, color }) => ({
        id,
        color,
        value: seats[id],
      }))}
    />
  );
}
