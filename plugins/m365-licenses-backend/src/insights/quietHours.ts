import type { QuietHours } from 'backstage-plugin-m365-licenses-common';
import { DateTime, Interval } from 'luxon';

const DAY_MINUTES = 24 * 60;

/** More than ever follow each other where some minutes are left free. */
const MOST_IN_A_ROW = 10;

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** How many minutes of a working day are not quiet. */
export function freeMinutes({
  from,
  to,
}: Pick<QuietHours, 'from' | 'to'>): number {
  const free = minutesOf(from) - minutesOf(to);
  return free < 0 ? DAY_MINUTES + free : free;
}

/** The quiet times that begin on a day of their zone. */
function quietTimesOf(
  day: DateTime,
  { from, to, weekends }: QuietHours,
): Interval[] {
  const at = (time: string, on: DateTime) => {
    const [hour, minute] = time.split(':').map(Number);
    return on.set({ hour, minute });
  };
  const start = day.startOf('day');
  const next = start.plus({ days: 1 });
  // Where clocks are put forward or back in between, the end can be before the start.
  const nightly = Interval.fromDateTimes(
    at(from, start),
    at(to, to <= from ? next : start),
  );
  return [
    ...(nightly.isValid ? [nightly] : []),
    ...(weekends && day.weekday > 5
      ? [Interval.fromDateTimes(start, next.startOf('day'))]
      : []),
  ];
}

/**
 * When quiet hours are over. A time of day that clocks leave out when they are
 * put forward is as much later as they are.
 *
 * @param hours - leaving some minutes of working days, see {@link freeMinutes}
 * @returns undefined when they are not on at that time
 */
export function quietUntil(hours: QuietHours, at: Date): Date | undefined {
  const asked = DateTime.fromJSDate(at, { zone: hours.timeZone });
  let end = asked;
  // One quiet time may end in another: a weekend in a night.
  for (let times = 0; times < MOST_IN_A_ROW; times += 1) {
    const now = end;
    const quiet = [now.minus({ days: 1 }), now]
      .flatMap(day => quietTimesOf(day, hours))
      .find(time => time.contains(now));
    if (!quiet?.end) {
      break;
    }
    end = quiet.end;
  }
  return end > asked ? end.toJSDate() : undefined;
}
