import type {
  Forecast,
  HistoryDay,
  OverviewChanges,
} from 'backstage-plugin-m365-licenses-common';
import { linearRegression } from 'simple-statistics';
import { daysBefore, daysBetween } from './activity';
import { moneyChange } from './money';

/** How far back {@link overviewChanges} compares, in days. */
export const CHANGE_DAYS = 30;

/** How far from the day that is asked for a snapshot may be, in days. */
export const NEAR_DAYS = 3;

/** Of how many days, today included, a forecast takes the snapshots. */
export const FORECAST_DAYS = 90;
const FORECAST_MIN_SNAPSHOTS = 14;
const FORECAST_HORIZON_DAYS = 730;
const MONTH_DAYS = 30;

/** What a forecast is made from: the seats that were assigned on a day. */
export type AssignedOn = Pick<HistoryDay, 'day' | 'assigned'>;

/**
 * The snapshot nearest to a day, the earlier of two; undefined where none is
 * within {@link NEAR_DAYS}.
 *
 * @param day - YYYY-MM-DD
 */
export function nearestTo<Snapshot extends Pick<HistoryDay, 'day'>>(
  day: string,
  snapshots: readonly Snapshot[],
): Snapshot | undefined {
  const distance = (snapshot: Snapshot) =>
    Math.abs(daysBetween(snapshot.day, day));
  return snapshots
    .filter(snapshot => distance(snapshot) <= NEAR_DAYS)
    .sort(
      (left, right) =>
        distance(left) - distance(right) || left.day.localeCompare(right.day),
    )[0];
}

/**
 * What is more, or less, than it was, per currency of either day.
 *
 * @param now - the newest snapshot
 * @param then - the one to compare with; null where there is none
 */
export function overviewChanges(
  now: HistoryDay | undefined,
  then: HistoryDay | undefined,
): OverviewChanges | null {
  if (!now || !then) {
    return null;
  }
  return {
    since: then.day,
    bought: (now.bought ?? 0) - (then.bought ?? 0),
    assigned: now.assigned - then.assigned,
    candidates: now.candidates - then.candidates,
    annual: moneyChange(then.annual, now.annual),
    savings: moneyChange(then.savings, now.savings),
  };
}

/**
 * When the seats of a SKU run out if they go on being assigned as in the last
 * {@link FORECAST_DAYS} days: where a straight line through the snapshots, by
 * least squares, reaches the seats that are bought. Days without a snapshot are
 * left out. Seats that are all assigned already run out today.
 *
 * @param days - in any order; older ones are not looked at
 * @param options.bought - seats
 * @param options.today - YYYY-MM-DD
 * @returns null with fewer than 14 snapshots, or nothing bought; `runsOutOn` is
 *   null where the line does not get there within two years
 */
export function forecast(
  days: readonly AssignedOn[],
  { bought, today }: { bought: number; today: string },
): Forecast | null {
  const since = daysBefore(today, FORECAST_DAYS - 1);
  const recent = days
    .filter(({ day }) => since <= day && day <= today)
    .sort((left, right) => left.day.localeCompare(right.day));
  const first = recent.at(0);
  const last = recent.at(-1);
  if (!first || !last || recent.length < FORECAST_MIN_SNAPSHOTS || bought < 1) {
    return null;
  }
  const { m: perDay, b: atFirst } = linearRegression(
    recent.map(({ day, assigned }) => [daysBetween(first.day, day), assigned]),
  );
  const runsOutOn = () => {
    if (last.assigned >= bought) {
      return today;
    }
    if (perDay <= 0) {
      return null;
    }
    // What is a whole day is one, whatever the last digit of the division.
    const reached = Math.ceil((bought - atFirst) / perDay - 1e-6);
    const ahead = Math.max(0, reached - daysBetween(first.day, today));
    return ahead <= FORECAST_HORIZON_DAYS ? daysBefore(today, -ahead) : null;
  };
  return {
    runsOutOn: runsOutOn(),
    perMonth: Math.round(perDay * MONTH_DAYS * 10) / 10,
    from: first.day,
    to: last.day,
    days: recent.length,
  };
}
