import { DatePicker } from '@backstage/ui';
import { parseDate } from '@internationalized/date';

const parse = (text: string) => {
  try {
    return parseDate(text);
  } catch {
    return null;
  }
};

/**
 * A day, typed part by part in the reader's order or chosen from a calendar.
 *
 * @param props.value - YYYY-MM-DD, or an empty text for none
 * @param props.minValue - the first day that can be chosen, YYYY-MM-DD
 * @param props.maxValue - the last day that can be chosen, YYYY-MM-DD
 * @param props.validate - what is wrong with the day in the field
 */
export function DayField(props: {
  label: string;
  description?: string;
  value: string;
  onChange: (day: string) => void;
  isRequired?: boolean;
  minValue?: string;
  maxValue?: string;
  validate?: (day: string) => string | undefined;
}) {
  const { value, onChange, minValue, maxValue, validate, ...rest } = props;
  return (
    <DatePicker
      {...rest}
      granularity="day"
      value={parse(value)}
      minValue={minValue ? parse(minValue) : undefined}
      maxValue={maxValue ? parse(maxValue) : undefined}
      onChange={day => onChange(day?.toString() ?? '')}
      validate={day => validate?.(day?.toString() ?? '')}
    />
  );
}
