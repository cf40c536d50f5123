import type { Money } from 'backstage-plugin-m365-licenses-common';
import { stringify } from 'csv-stringify/browser/esm/sync';

/** A column of an export; a value is text, a number, or nothing. */
export interface CsvColumn<T> {
  header: string;
  value: (item: T) => string | number | boolean | null | undefined;
}

/** Money in a column of its own per currency, so that each cell is a number. */
export const moneyColumns = <T>(
  header: string,
  currencies: string[],
  amounts: (item: T) => Money[] | undefined,
): CsvColumn<T>[] =>
  currencies.map(currency => ({
    header: `${header} ${currency}`,
    value: item =>
      amounts(item)?.find(money => money.currency === currency)?.amount,
  }));

/**
 * Rows as CSV with a byte order mark, which spreadsheets need to read UTF-8.
 * Text that a spreadsheet would run as a formula is written with a quote
 * before it.
 *
 * @param options.isFirst - writes the header and the byte order mark too
 */
export const toCsv = <T>(
  columns: CsvColumn<T>[],
  items: T[],
  options: { isFirst: boolean },
): string =>
  stringify(
    [
      ...(options.isFirst ? [columns.map(({ header }) => header)] : []),
      ...items.map(item => columns.map(({ value }) => value(item))),
    ],
    {
      bom: options.isFirst,
      escape_formulas: true,
      record_delimiter: 'windows',
      cast: { boolean: value => (value ? 'true' : 'false') },
    },
  );
