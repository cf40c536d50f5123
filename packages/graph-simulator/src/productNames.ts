import { createHash } from 'crypto';
import { Answer } from './answers';
import { ProductNamesFaults } from './faults';
import { Product, PRODUCTS, SERVICE_PLANS } from './tenant/products';

const COLUMNS = [
  'Product_Display_Name',
  'String_Id',
  'GUID',
  'Service_Plan_Name',
  'Service_Plan_Id',
  'Service_Plans_Included_Friendly_Names',
];

function cell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}

/** A row for each service plan of each product, by product name. */
function rows(): string[][] {
  const products: readonly Product[] = Object.values(PRODUCTS);
  return [...products]
    .sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'))
    .flatMap(({ displayName, skuPartNumber, skuId, plans }) =>
      plans.map(plan => [
        displayName,
        skuPartNumber,
        skuId,
        plan,
        SERVICE_PLANS[plan],
        plan.replace(/_/g, ' '),
      ]),
    );
}

/** The whole file; a `row` truncation has been applied, a cut connection has not. */
function render({ dropColumns = [], truncate }: ProductNamesFaults): Buffer {
  const kept = COLUMNS.map((_, index) => index).filter(
    index => !dropColumns.includes(COLUMNS[index]),
  );
  const lines = [COLUMNS, ...rows()].map(cells =>
    kept.map(index => cell(cells[index])).join(','),
  );
  const file = `\ufeff${lines.join('\r\n')}\r\n`;
  return Buffer.from(
    truncate === 'row'
      ? file.slice(0, file.indexOf(',', Math.floor((file.length * 2) / 3)))
      : file,
  );
}

/**
 * Microsoft's "Product names and service plan identifiers for licensing" with
 * the products that this package knows.
 *
 * @param known - `If-None-Match` of the request
 */
export function productNames(
  faults: ProductNamesFaults,
  known: string | undefined,
): Answer {
  if (faults.status !== undefined) {
    return {
      status: faults.status,
      headers: { 'content-type': 'text/html' },
      body: Buffer.from(`<html><body><h1>${faults.status}</h1></body></html>`),
    };
  }
  const body = render(faults);
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  return known === etag
    ? { status: 304, headers: { etag }, body: Buffer.alloc(0) }
    : {
        status: 200,
        headers: { 'content-type': 'application/octet-stream', etag },
        body,
      };
}
