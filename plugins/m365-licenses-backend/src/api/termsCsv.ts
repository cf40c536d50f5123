import {
  type License,
  PAYMENT_FREQUENCIES,
  type TermInput,
  type TermsImport,
} from 'backstage-plugin-m365-licenses-common';
import { CsvError, parse } from 'csv-parse/sync';
import { findRepeated, MAX_TERMS, readTerm } from './terms';

type Problem = TermsImport['problems'][number];
type NamedLicense = Pick<License, 'skuId' | 'skuPartNumber' | 'displayName'>;

/** What names the SKU of a line, the surest first. */
const SKU_COLUMNS = ['skuId', 'skuPartNumber', 'displayName'] as const;
const REQUIRED_COLUMNS = [
  'cost',
  'currency',
  'frequency',
  'quantity',
  'effectiveDate',
] as const;
const OPTIONAL_COLUMNS = [
  'expirationDate',
  'purchaseIdentifier',
  'notes',
  'administrator',
  'subscriptionId',
] as const;

const COLUMNS = [...SKU_COLUMNS, ...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS];
type Column = (typeof COLUMNS)[number];

/** What other lists of licenses call the columns. */
const OTHER_NAMES = new Map<string, Column>([
  ['partnumber', 'skuPartNumber'],
  ['product', 'displayName'],
]);
const COLUMN_BY_NAME = new Map<string, Column>([
  ...COLUMNS.map((column): [string, Column] => [column.toLowerCase(), column]),
  ...OTHER_NAMES,
]);

const MAX_LENGTHS = { purchaseIdentifier: 200, notes: 4000 } as const;
const MAX_QUANTITY = 100_000_000;
/** With its header; reading more would keep everybody else waiting. */
const MAX_LINES = 20_001;
/** So many problems are told; who has more mends these first. */
const MAX_PROBLEMS = 100;

/** What a file of terms says. */
export interface TermsFile {
  /** The terms of the SKUs it names; only without problems. */
  bySku: Map<string, TermInput[]>;
  problems: Problem[];
}

interface Line {
  /** Where it begins, counted from 1 for the header. */
  line: number;
  cells: string[];
}

class CellProblem extends Error {}

/** Excel writes semicolons where the decimal separator is a comma. */
function delimiterOf(csv: string): ',' | ';' {
  const [header] = csv.split(/[\r\n]/, 1);
  const count = (delimiter: string) => header.split(delimiter).length;
  return count(';') > count(',') ? ';' : ',';
}

/** Exports put an apostrophe before what a spreadsheet would run as a formula. */
function withoutGuard(cell: string): string {
  return /^'[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell)
    ? cell.slice(1)
    : cell;
}

/** @throws CsvError when quotes do not match */
function linesOf(csv: string, delimiter: string): Line[] {
  const ends: number[] = [];
  const records = parse(csv, {
    bom: true,
    delimiter,
    relax_column_count: true,
    to: MAX_LINES + 1,
    on_record: (record, { lines }) => {
      ends.push(lines);
      return record;
    },
  });
  return records.flatMap((record, index) => {
    const cells = record.map(cell => withoutGuard(cell.trim()));
    const isBlank = cells.every(cell => cell === '');
    return isBlank ? [] : [{ line: (ends[index - 1] ?? 0) + 1, cells }];
  });
}

function readColumns({ line, cells }: Line): {
  columns: (Column | undefined)[];
  problems: Problem[];
} {
  const columns = cells.map(cell =>
    COLUMN_BY_NAME.get(cell.replaceAll(' ', '').toLowerCase()),
  );
  const problems = cells.flatMap((cell, index): Problem[] => {
    const column = columns[index];
    if (!column) {
      return [
        {
          line,
          column: cell || null,
          message: `${
            cell
              ? `There is no column ${cell}`
              : `Column ${index + 1} has no name`
          }; there are ${COLUMNS.join(
            ', ',
          )}. Correct the name or remove the column`,
        },
      ];
    }
    return columns.indexOf(column) < index
      ? [{ line, column, message: 'The column is there twice; keep one' }]
      : [];
  });
  if (!SKU_COLUMNS.some(column => columns.includes(column))) {
    problems.push({
      line,
      column: null,
      message:
        'No column says which license a line is about; add skuId, skuPartNumber or displayName',
    });
  }
  for (const column of REQUIRED_COLUMNS) {
    if (!columns.includes(column)) {
      problems.push({ line, column, message: 'The column is missing; add it' });
    }
  }
  return { columns, problems };
}

function readCost(text: string): string {
  if (/^\d{1,12}(\.\d{1,6})?$/.test(text)) {
    return text;
  }
  throw new CellProblem(
    /^\d+,\d+$/.test(text)
      ? `${text} has a comma; write decimals with a point, as in ${text.replace(
          ',',
          '.',
        )}, and thousands without separator`
      : `${
          text || 'Nothing'
        } is not a cost; write a number such as 12.50, without currency and separators, with at most 12 digits before the point and 6 after it`,
  );
}

function readQuantity(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) <= MAX_QUANTITY) {
    return Number(text);
  }
  throw new CellProblem(
    `${
      text || 'Nothing'
    } is not a number of seats; write a whole number such as 250, without separators`,
  );
}

function readFrequency(text: string): TermInput['frequency'] {
  const plain = (word: string) => word.toLowerCase().replaceAll(/[\s_-]/g, '');
  const frequency = PAYMENT_FREQUENCIES.find(
    each => plain(each) === plain(text),
  );
  if (!frequency) {
    throw new CellProblem(
      `${
        text || 'Nothing'
      } is not a payment frequency; there are ${PAYMENT_FREQUENCIES.join(
        ', ',
      )}`,
    );
  }
  return frequency;
}

/** @throws CellProblem */
function readText(text: string, maxLength: number): string | null {
  if (text.length > maxLength) {
    throw new CellProblem(
      `The text has ${text.length} characters; shorten it to ${maxLength}`,
    );
  }
  return text || null;
}

/** The SKUs by what a line can call them, in lower case. */
type LicenseNames = Record<
  (typeof SKU_COLUMNS)[number],
  Map<string, NamedLicense[]>
>;

function namesOf(licenses: NamedLicense[]): LicenseNames {
  const by = (column: keyof NamedLicense) => {
    const found = new Map<string, NamedLicense[]>();
    for (const license of licenses) {
      const name = license[column].toLowerCase();
      found.set(name, [...(found.get(name) ?? []), license]);
    }
    return found;
  };
  return {
    skuId: by('skuId'),
    skuPartNumber: by('skuPartNumber'),
    displayName: by('displayName'),
  };
}

/** Reads the cells of one line; what is wrong with one does not hide the others. */
class LineReader {
  readonly problems: Problem[] = [];
  readonly #line: Line;
  readonly #columns: (Column | undefined)[];

  constructor(line: Line, columns: (Column | undefined)[]) {
    this.#line = line;
    this.#columns = columns;
  }

  text(column: Column): string {
    return this.#line.cells[this.#columns.indexOf(column)] ?? '';
  }

  /** Undefined where there is a problem. */
  read<Value>(
    column: Column,
    reader: (text: string) => Value,
  ): Value | undefined {
    try {
      return reader(this.text(column));
    } catch (error) {
      if (!(error instanceof CellProblem)) {
        throw error;
      }
      this.complain(column, error.message);
      return undefined;
    }
  }

  complain(column: Column | null, message: string): void {
    this.problems.push({ line: this.#line.line, column, message });
  }

  /** The SKU that the surest of the columns filled in names. */
  sku(names: LicenseNames): NamedLicense | undefined {
    const column = SKU_COLUMNS.find(each => this.text(each) !== '');
    if (!column) {
      this.complain(
        null,
        'The line does not say which license it is about; fill in skuId, skuPartNumber or displayName',
      );
      return undefined;
    }
    const found = names[column].get(this.text(column).toLowerCase()) ?? [];
    if (found.length > 1) {
      this.complain(
        column,
        `${this.text(
          column,
        )} stands for several licenses of the tenant; name the one by its skuId: ${found
          .map(({ skuId }) => skuId)
          .join(', ')}`,
      );
    } else if (found.length === 0) {
      this.complain(
        column,
        `The tenant has no license ${this.text(
          column,
        )}; see the Licenses tab for those it has`,
      );
    }
    return found.length === 1 ? found[0] : undefined;
  }

  /** Undefined where there is a problem. */
  term(): TermInput | undefined {
    const cost = this.read('cost', readCost);
    const frequency = this.read('frequency', readFrequency);
    const quantity = this.read('quantity', readQuantity);
    const purchaseIdentifier = this.read('purchaseIdentifier', text =>
      readText(text, MAX_LENGTHS.purchaseIdentifier),
    );
    const notes = this.read('notes', text => readText(text, MAX_LENGTHS.notes));
    if (
      cost === undefined ||
      frequency === undefined ||
      quantity === undefined ||
      purchaseIdentifier === undefined ||
      notes === undefined
    ) {
      return undefined;
    }
    const { term, problems } = readTerm({
      subscriptionId: this.text('subscriptionId'),
      cost,
      currency: this.text('currency').toUpperCase(),
      frequency,
      quantity,
      effectiveDate: this.text('effectiveDate'),
      expirationDate: this.text('expirationDate') || null,
      purchaseIdentifier,
      notes,
      administrator: this.text('administrator'),
    });
    for (const { field, message } of problems) {
      this.complain(field, message);
    }
    return problems.length === 0 ? term : undefined;
  }
}

function unreadable(error: CsvError): Problem {
  return {
    line: typeof error.lines === 'number' ? error.lines : 1,
    column: null,
    message:
      error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'The file ends within a quoted value; close the quote, or write a quote within a value twice'
        : `The line is not CSV: ${error.message}. A value with a quote, a line break or the delimiter goes in quotes, and a quote within it is written twice`,
  };
}

/** The first hundred, and how many there are besides. */
function shorten(problems: Problem[]): Problem[] {
  const sorted = [...problems].sort((left, right) => left.line - right.line);
  const rest = sorted.slice(MAX_PROBLEMS);
  return rest.length === 0
    ? sorted
    : [
        ...sorted.slice(0, MAX_PROBLEMS),
        {
          line: rest[0].line,
          column: null,
          message: `There are ${rest.length} more problems from here on; mend the ones above first`,
        },
      ];
}

/**
 * Reads terms from CSV with a header, with commas or semicolons. The columns
 * have the names of a term's fields; `skuId`, else `skuPartNumber` (or
 * `partNumber`), else `displayName` (or `product`) names the SKU. Case does not
 * matter. Decimals have a point and dates are YYYY-MM-DD.
 *
 * @param licenses - the SKUs of the tenant
 */
export function readTermsCsv(csv: string, licenses: NamedLicense[]): TermsFile {
  const refused = (problems: Problem[]): TermsFile => ({
    bySku: new Map(),
    problems: shorten(problems),
  });
  const delimiter = delimiterOf(csv);
  let lines: Line[];
  try {
    lines = linesOf(csv, delimiter);
  } catch (error) {
    if (error instanceof CsvError) {
      return refused([unreadable(error)]);
    }
    throw error;
  }
  if (lines.length > MAX_LINES) {
    return refused([
      {
        line: lines[MAX_LINES].line,
        column: null,
        message: `The file has more than ${
          MAX_LINES - 1
        } terms; split it by license and import the parts one after the other`,
      },
    ]);
  }
  const [header, ...body] = lines;
  if (!header || body.length === 0) {
    return refused([
      {
        line: 1,
        column: null,
        message: `The file has no ${
          header ? 'line below its header' : 'header'
        }; it needs a header with the columns ${COLUMNS.join(
          ', ',
        )}, and a line for each term`,
      },
    ]);
  }
  const { columns, problems } = readColumns(header);
  if (problems.length > 0) {
    return refused(problems);
  }

  const names = namesOf(licenses);
  const read = new Map<string, { line: number; term: TermInput }[]>();
  for (const line of body) {
    const reader = new LineReader(line, columns);
    if (line.cells.length === columns.length) {
      const license = reader.sku(names);
      const term = reader.term();
      if (license && term) {
        const rows = read.get(license.skuId) ?? [];
        rows.push({ line: line.line, term });
        read.set(license.skuId, rows);
      }
    } else {
      reader.complain(
        null,
        `The line has ${line.cells.length} values, and the header ${columns.length}; a value with a ${delimiter} in it goes in quotes, and decimals are written with a point`,
      );
    }
    problems.push(...reader.problems);
  }
  for (const rows of read.values()) {
    if (rows.length > MAX_TERMS) {
      problems.push({
        line: rows[MAX_TERMS].line,
        column: null,
        message: `The license has ${rows.length} terms in this file; it can have ${MAX_TERMS}`,
      });
      continue;
    }
    for (const { place, first } of findRepeated(rows.map(({ term }) => term))) {
      problems.push({
        line: rows[place].line,
        column: null,
        message: `The line says the same as line ${rows[first].line}; add their quantities up, or tell them apart by purchaseIdentifier`,
      });
    }
  }
  return problems.length > 0
    ? refused(problems)
    : {
        bySku: new Map(
          [...read].map(([skuId, rows]) => [
            skuId,
            rows.map(({ term }) => term),
          ]),
        ),
        problems: [],
      };
}
