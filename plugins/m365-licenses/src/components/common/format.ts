import type { Money } from 'backstage-plugin-m365-licenses-common';
import { DateTime, Duration } from 'luxon';

/** A number with thousands separators in the reader's language. */
export const formatNumber = (value: number): string =>
  new Intl.NumberFormat().format(value);

/** A difference with its sign, such as +1,200; 0 has none. */
export const formatChange = (value: number): string =>
  new Intl.NumberFormat(undefined, {
    signDisplay: 'exceptZero',
    maximumFractionDigits: 1,
  }).format(value);

const isDecimal = (text: string): text is `${number}` =>
  /^-?\d+(\.\d+)?$/.test(text);

/**
 * An amount with its currency in the reader's language. It is formatted from
 * the exact decimal, which a floating point number could not hold.
 *
 * @param options.maximumFractionDigits - for costs with parts of a cent; as
 *   usual in the currency if absent
 * @param options.signDisplay - for changes; a sign only below 0 if absent
 * @param options.notation - "compact" where about is enough; exact if absent
 */
export const formatMoney = (
  { amount, currency }: Money,
  options: Pick<
    Intl.NumberFormatOptions,
    'maximumFractionDigits' | 'signDisplay' | 'notation'
  > = {},
): string =>
  isDecimal(amount)
    ? new Intl.NumberFormat(undefined, {
        style: 'currency',
        currency,
        ...options,
      }).format(amount)
    : `${amount} ${currency}`;

const digitsOf = (amount: string) => amount.split('.')[1]?.length ?? 0;

/** Amounts added up exactly, by currency: currencies are never added up. */
export const sumMoney = (amounts: Money[]): Money[] =>
  [...new Set(amounts.map(({ currency }) => currency))].sort().map(currency => {
    const parts = amounts
      .filter(money => money.currency === currency)
      .map(({ amount }) => amount);
    const digits = Math.max(...parts.map(digitsOf));
    const sum = parts.reduce(
      (total, part) =>
        total +
        BigInt(part.replace('.', '') + '0'.repeat(digits - digitsOf(part))),
      0n,
    );
    const text = String(sum < 0n ? -sum : sum).padStart(digits + 1, '0');
    const whole = text.slice(0, text.length - digits);
    const fraction = text.slice(text.length - digits);
    const amount = fraction ? `${whole}.${fraction}` : whole;
    return { amount: sum < 0n ? `-${amount}` : amount, currency };
  });

/** Whether an exact decimal is nothing. */
export const isZero = (amount: string): boolean => /^-?[0.]+$/.test(amount);

/** How long something took, in words: `1 min 12 s`, `840 ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) {
    return `${milliseconds} ms`;
  }
  const { hours, minutes, seconds } = Duration.fromMillis(
    Math.round(milliseconds / 1000) * 1000,
  )
    .shiftTo('hours', 'minutes', 'seconds')
    .toObject();
  return [
    hours ? `${hours} h` : '',
    minutes ? `${minutes} min` : '',
    seconds ? `${seconds} s` : '',
  ]
    .filter(part => part !== '')
    .join(' ');
}

const isDateOnly = (value: string) => /^\d{4}-\d{2}-\d{2}$/.test(value);

/** The exact date, with the time and zone where the value has a time. */
export function formatExact(value: string): string {
  const date = DateTime.fromISO(value);
  return isDateOnly(value)
    ? date.toLocaleString(DateTime.DATE_FULL)
    : date.toLocaleString({
        ...DateTime.DATETIME_MED,
        timeZoneName: 'short',
      });
}

/**
 * How long ago or ahead, in words. A date without a time is counted in whole
 * days, as reports give no more than that.
 */
export function formatRelative(
  value: string,
  now: DateTime = DateTime.now(),
): string {
  const date = DateTime.fromISO(value);
  const days = date.startOf('day').diff(now.startOf('day'), 'days').days;
  const words =
    isDateOnly(value) && Math.abs(days) < 30
      ? date.toRelativeCalendar({ base: now, unit: 'days' })
      : date.toRelative({ base: now });
  return words ?? formatExact(value);
}

/** Whole days from a date until now; negative for a date ahead. */
export const daysSince = (
  value: string,
  now: DateTime = DateTime.now(),
): number =>
  Math.round(
    now.startOf('day').diff(DateTime.fromISO(value).startOf('day'), 'days')
      .days,
  );
