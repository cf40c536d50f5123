import { formatExact, formatRelative } from './format';

/**
 * A date as people say it ("3 days ago"), with the exact one on hover.
 *
 * @param props.value - an ISO 8601 date, with or without a time
 * @param props.fallback - what to show for null
 */
export function RelativeTime(props: {
  value: string | null | undefined;
  fallback?: string;
}) {
  const { value, fallback = '' } = props;
  return value ? (
    <time dateTime={value} title={formatExact(value)}>
      {formatRelative(value)}
    </time>
  ) : (
    <>{fallback}</>
  );
}

/** A date written out ("19 Nov 2026"), with how long ago on hover. */
export function ExactDate(props: { value: string }) {
  return (
    <time dateTime={props.value} title={formatRelative(props.value)}>
      {formatExact(props.value)}
    </time>
  );
}
