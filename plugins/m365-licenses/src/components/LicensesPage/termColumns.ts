import {
  type SkuTerm,
  TERM_FIELDS,
} from 'backstage-plugin-m365-licenses-common';
import type { CsvColumn } from '../common/csv';

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
