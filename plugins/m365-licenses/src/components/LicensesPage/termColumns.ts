import type { SkuTerm, TermInput } from 'backstage-plugin-m365-licenses-common';
import type { CsvColumn } from '../common/csv';

/** What people enter of a term, in the order of the file that is imported. */
export const TERM_FIELDS = [
  'subscriptionId',
  'cost',
  'currency',
  'frequency',
  'quantity',
  'effectiveDate',
  'expirationDate',
  'purchaseIdentifier',
  'notes',
  'administrator',
] as const satisfies readonly (keyof TermInput)[];

/** The columns of a file that the import reads again. */
export const TERM_COLUMNS: CsvColumn<SkuTerm>[] = [
  { header: 'skuId', value: ({ skuId }) => skuId },
  { header: 'skuPartNumber', value: ({ skuPartNumber }) => skuPartNumber },
  { header: 'displayName', value: ({ displayName }) => displayName },
  ...TERM_FIELDS.map(field => ({
    header: field,
    value: ({ term }: SkuTerm) => term[field],
  })),
];
