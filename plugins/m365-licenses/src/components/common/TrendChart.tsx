import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { DateTime } from 'luxon';
import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import useMeasure from 'react-use/esm/useMeasure';
import { m365LicensesTranslationRef } from '../../translation';
import { ChartTable, Legend, type Series, TOOLTIP_STYLE } from './charts';
import { formatExact } from './format';
import styles from './common.module.css';

/** A day or month of a chart: what is drawn, and the same exactly in words. */
export interface TrendPoint {
  /** An ISO 8601 date. */
  day: string;
  /** By series; null where nothing is known, which is drawn as a gap. */
  values: Record<string, { value: number; text: string }> | null;
}

const HEIGHT = 240;
/** Days up to which the table has each of them; beyond, the last of a month. */
const TABLE_DAYS = 92;

/** Days with values whose neighbours have none: no line could show them. */
export const isolatedDays = (points: TrendPoint[]): Set<string> =>
  new Set(
    points
      .filter(
        ({ values }, index) =>
          values && !points[index - 1]?.values && !points[index + 1]?.values,
      )
      .map(({ day }) => day),
  );

const lastOfMonths = (points: TrendPoint[]) =>
  points.filter(
    ({ day }, index) => points[index + 1]?.day.slice(0, 7) !== day.slice(0, 7),
  );

/**
 * Values over time, and the same as a table for those who do not see them. A
 * day without values is a gap.
 *
 * @param props.kind - lines; areas or bars, of which areas are stacked
 * @param props.formatAxis - a value as it is written at the axis
 * @param props.months - the points are months, not days
 */
export function TrendChart(props: {
  label: string;
  kind: 'lines' | 'areas' | 'bars';
  series: Series[];
  points: TrendPoint[];
  formatAxis: (value: number) => string;
  months?: boolean;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const [ref, { width }] = useMeasure<HTMLDivElement>();
  const { label, kind, series, points, formatAxis, months } = props;
  const isLong = months || points.length > 200;
  const formatTick = (day: string) =>
    DateTime.fromISO(day).toLocaleString(
      isLong
        ? { month: 'short', year: '2-digit' }
        : { day: 'numeric', month: 'short' },
    );
  const formatName = (day: string) =>
    months
      ? DateTime.fromISO(day).toLocaleString({ month: 'long', year: 'numeric' })
      : formatExact(day);
  const isolated = isolatedDays(points);
  const data = points.map(({ day, values }) => ({
    day,
    ...Object.fromEntries(
      series.map(({ id }) => [id, values?.[id]?.value ?? null]),
    ),
  }));
  const texts = new Map(points.map(({ day, values }) => [day, values]));
  const known = points.filter(({ values }) => values);
  const inTable = known.length > TABLE_DAYS ? lastOfMonths(known) : known;

  return (
    <div className={styles.list}>
      <Legend series={series} />
      <div ref={ref} className={styles.chart} aria-hidden="true">
        {width > 0 && (
          <ComposedChart
            width={width}
            height={HEIGHT}
            data={data}
            margin={{ top: 8, right: 16, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--bui-border-1)" />
            <XAxis
              dataKey="day"
              tickFormatter={formatTick}
              minTickGap={24}
              stroke="var(--bui-border-2)"
              tick={{ fill: 'var(--bui-fg-secondary)' }}
            />
            <YAxis
              width={72}
              domain={[0, 'auto']}
              tickFormatter={formatAxis}
              axisLine={false}
              tickLine={false}
              tick={{ fill: 'var(--bui-fg-secondary)' }}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--bui-border-2)', fill: 'transparent' }}
              labelFormatter={day => formatName(String(day))}
              formatter={(value, _name, item) => {
                const day: unknown = item.payload?.day;
                const text =
                  typeof day === 'string' &&
                  texts.get(day)?.[String(item.dataKey)]?.text;
                return text || formatAxis(Number(value));
              }}
              {...TOOLTIP_STYLE}
            />
            {series.map(({ id, label: name, color }) => {
              const common = {
                dataKey: id,
                name,
                isAnimationActive: false,
              };
              if (kind === 'bars') {
                return (
                  <Bar key={id} {...common} fill={color} maxBarSize={64} />
                );
              }
              const line = {
                ...common,
                stroke: color,
                connectNulls: false,
                dot: (point: {
                  cx?: number;
                  cy?: number;
                  payload?: { day: string };
                }) => {
                  const { cx, cy, payload } = point;
                  return payload && cy && isolated.has(payload.day) ? (
                    <circle
                      key={payload.day}
                      cx={cx}
                      cy={cy}
                      r={3}
                      fill={color}
                    />
                  ) : (
                    <g key={payload?.day} />
                  );
                },
              };
              return kind === 'areas' ? (
                <Area
                  key={id}
                  {...line}
                  stackId="all"
                  fill={color}
                  fillOpacity={0.6}
                />
              ) : (
                <Line key={id} {...line} strokeWidth={2} />
              );
            })}
          </ComposedChart>
        )}
      </div>
      <ChartTable
        label={label}
        nameLabel={t(months ? 'history.month' : 'history.day')}
        columns={series}
        rows={inTable.map(({ day, values }) => ({
          id: day,
          name: formatName(day),
          cells: series.map(({ id }) => values?.[id]?.text ?? '–'),
        }))}
      />
    </div>
  );
}
