import { CsvError, parse } from 'csv-parse/sync';
import type { ProductCatalog } from '../database/types';
import { storable } from '../graph/records';
import { ProductNamesError } from './errors';

/** What is read, by the names of the columns in Microsoft's file. */
const COLUMNS = {
  productName: 'Product_Display_Name',
  partNumber: 'String_Id',
  productId: 'GUID',
  planPartNumber: 'Service_Plan_Name',
  planId: 'Service_Plan_Id',
  planName: 'Service_Plans_Included_Friendly_Names',
} as const;

type Cells = Record<keyof typeof COLUMNS, string>;

/**
 * So many rows may be unreadable, as a number or a share of them: Microsoft's
 * file has had ids with brackets or spaces in them, and ids that a spreadsheet
 * counted up from row to row (MicrosoftDocs/entra-docs issue 761,
 * MicrosoftDocs/azure-docs issue 95933).
 */
const FEW_ROWS = 3;
const FEW_SHARE = 0.01;
/** A row is a few hundred bytes; more means a quote that is never closed. */
const LONGEST_ROW = 64 * 1024;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const LOOK_AT_FILE =
  'Look at the file at m365Licenses.productNames.url; if Microsoft has changed it, look for a newer version of this plugin.';

function cutOff(how: string): ProductNamesError {
  return new ProductNamesError(
    `the list is cut off: ${how}`,
    'It is fetched again at the next time.',
  );
}

/** Names of columns have come with a byte order mark, with spaces, in other case. */
function keyOf(column: string): string {
  return column.toLowerCase().replace(/[^a-z]/g, '');
}

/** A text on one line: cells have had tabs, line breaks and spaces at their end. */
function textOf(cell: string): string {
  return storable(cell.replace(/\s+/g, ' ').trim());
}

/** Ids of products or of service plans, in lower case. */
class Ids {
  readonly #known = new Map<string, string>();

  /**
   * @param owner - what the id is of; two ids of it that differ only in their
   *   last group were counted up
   * @returns undefined where the cell holds no id of its own
   */
  read(cell: string, owner: string): string | undefined {
    const id = cell.replace(/[\s()]/g, '').toLowerCase();
    if (!GUID.test(id)) {
      return undefined;
    }
    const start = `${owner} ${id.slice(0, id.lastIndexOf('-'))}`;
    const known = this.#known.get(start) ?? id;
    this.#known.set(start, known);
    return known === id ? id : undefined;
  }
}

interface Row {
  /** Undefined where the row has more or fewer columns than the header. */
  cells?: Cells;
  /** The part numbers that may be meant. */
  partNumbers: string[];
}

function readRows(file: string): Row[] {
  let records: string[][];
  try {
    records = parse(file, {
      bom: true,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: LONGEST_ROW,
    });
  } catch (error) {
    if (error instanceof CsvError) {
      throw cutOff('a quotation mark is not closed');
    }
    throw error;
  }
  const [header = [], ...rows] = records;
  const indexes = new Map(header.map((name, index) => [keyOf(name), index]));
  const missing = Object.values(COLUMNS).filter(
    column => !indexes.has(keyOf(column)),
  );
  if (missing.length > 0) {
    throw new ProductNamesError(
      `the list lacks the ${
        missing.length === 1 ? 'column' : 'columns'
      } ${missing.join(', ')}`,
      LOOK_AT_FILE,
    );
  }
  const last = rows.at(-1);
  if (!last) {
    throw new ProductNamesError('the list has no rows', LOOK_AT_FILE);
  }
  if (last.length !== header.length && !file.endsWith('\n')) {
    throw cutOff('its last row is incomplete');
  }
  return rows.map(row => {
    if (row.length !== header.length) {
      return { partNumbers: row.map(textOf) };
    }
    const cell = (column: string) => row[indexes.get(keyOf(column)) ?? -1];
    const partNumber = textOf(cell(COLUMNS.partNumber));
    return {
      cells: {
        productName: textOf(cell(COLUMNS.productName)),
        partNumber,
        productId: cell(COLUMNS.productId),
        planPartNumber: textOf(cell(COLUMNS.planPartNumber)),
        planId: cell(COLUMNS.planId),
        planName: textOf(cell(COLUMNS.planName)),
      },
      partNumbers: [partNumber],
    };
  });
}

/**
 * Reads Microsoft's list "Product names and service plan identifiers for
 * licensing": a row for each service plan of each product, columns in any
 * order. Where rows of one id name it differently, the first counts.
 *
 * @throws ProductNamesError when the file is cut off, lacks a column, has no
 *   rows, or has more than a few that cannot be read
 */
export function parseCatalog(file: string): ProductCatalog {
  const rows = readRows(file);
  const productIds = new Ids();
  const planIds = new Ids();
  const products = new Map<
    string,
    { name: string; partNumbers: Set<string>; plans: Set<string> }
  >();
  const servicePlans = new Map<string, string>();
  let unreadable = 0;
  /** Part numbers of which a row is unreadable: their plans are not all known. */
  const incomplete = new Set<string>();
  for (const { cells, partNumbers } of rows) {
    const id = cells && productIds.read(cells.productId, cells.partNumber);
    const planId = cells && planIds.read(cells.planId, cells.planPartNumber);
    if (!cells?.productName || !id || !planId) {
      unreadable += 1;
      partNumbers.forEach(each => incomplete.add(each));
    }
    if (cells?.productName && id) {
      const product = products.get(id) ?? {
        name: cells.productName,
        partNumbers: new Set(),
        plans: new Set(),
      };
      products.set(id, product);
      product.partNumbers.add(cells.partNumber);
      if (planId) {
        product.plans.add(planId);
      }
    }
    if (planId && !servicePlans.has(planId)) {
      servicePlans.set(planId, cells.planName || cells.planPartNumber);
    }
  }
  if (unreadable > Math.max(FEW_ROWS, rows.length * FEW_SHARE)) {
    throw new ProductNamesError(
      `${unreadable} of the ${rows.length} rows of the list cannot be read: they have not all columns, no name, or ids that are none`,
      LOOK_AT_FILE,
    );
  }
  return {
    products: [...products].map(([id, { name, partNumbers, plans }]) => ({
      id,
      name,
      plans: [...partNumbers].some(each => incomplete.has(each))
        ? []
        : [...plans],
    })),
    servicePlans: [...servicePlans].map(([id, name]) => ({ id, name })),
  };
}
