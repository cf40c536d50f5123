import {
  Box,
  ButtonIcon,
  Cell,
  Column,
  Row,
  Select,
  type SortDescriptor,
  TableBody,
  TableBodySkeleton,
  TableHeader,
  TableRoot,
  type TableRootProps,
  Text,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiArrowLeftSLine, RiArrowRightSLine } from '@remixicon/react';
import type { ReactNode } from 'react';
import { m365LicensesTranslationRef } from '../../translation';
import { PAGE_SIZES, type Paging } from './urlQuery';
import styles from './common.module.css';

/** A column of a {@link DataTable}. */
export interface DataColumn<T> {
  id: string;
  label: string;
  /** CSS width; columns without one share what is left. */
  width?: string;
  /** Numbers are aligned at their end. */
  numeric?: boolean;
  sortable?: boolean;
  rowHeader?: boolean;
  cell: (item: T) => ReactNode;
}

/**
 * A table with its header in sight, a row header, and skeletons of the same
 * size while loading.
 *
 * @param props.label - what the table lists, for screen readers
 * @param props.items - the rows; undefined while they are first loaded
 * @param props.isStale - newer rows are being loaded
 * @param props.selection - rows that can be chosen, by their ids; rows out of
 *   sight stay chosen
 * @param props.minWidth - CSS width under which the table scrolls sideways
 * @param props.empty - shown when there are no rows
 */
export function DataTable<T extends object>(props: {
  label: string;
  columns: DataColumn<T>[];
  items: T[] | undefined;
  getId: (item: T) => string;
  getHref?: (item: T) => string;
  sort?: {
    descriptor: SortDescriptor;
    onSortChange: (next: SortDescriptor) => void;
  };
  selection?: {
    selected: ReadonlySet<string>;
    onChange: (selected: Set<string>) => void;
    /** Whether a row can be chosen; all can if absent. */
    isSelectable?: (item: T) => boolean;
  };
  isStale?: boolean;
  minWidth?: string;
  empty: ReactNode;
}) {
  const { columns, items, getId, getHref, sort, selection } = props;

  function selectionProps(): Partial<TableRootProps> {
    if (!selection) {
      return { selectionMode: 'none', selectedKeys: [] };
    }
    const { selected, onChange, isSelectable = () => true } = selection;
    const shown = (items ?? []).map(getId);
    const selectable = (items ?? []).filter(isSelectable).map(getId);
    const elsewhere = [...selected].filter(id => !shown.includes(id));
    return {
      selectionMode: 'multiple',
      selectionBehavior: 'toggle',
      selectedKeys: shown.filter(id => selected.has(id)),
      disabledKeys: shown.filter(id => !selectable.includes(id)),
      // Rows that cannot be chosen can still be opened.
      disabledBehavior: 'selection',
      onSelectionChange: keys =>
        onChange(
          new Set([
            ...elsewhere,
            ...(keys === 'all' ? selectable : [...keys].map(String)),
          ]),
        ),
    };
  }

  return (
    <Box bg="neutral" className={styles.tableScroll}>
      <TableRoot
        aria-label={props.label}
        style={{ minWidth: props.minWidth }}
        sortDescriptor={sort?.descriptor}
        onSortChange={sort?.onSortChange}
        stale={props.isStale}
        isPending={!items}
        {...selectionProps()}
      >
        <TableHeader columns={columns}>
          {column => (
            <Column
              id={column.id}
              isRowHeader={column.rowHeader}
              allowsSorting={column.sortable}
              className={column.numeric ? styles.end : undefined}
              style={{ width: column.width }}
            >
              {column.label}
            </Column>
          )}
        </TableHeader>
        {items ? (
          <TableBody
            items={items}
            dependencies={[columns]}
            renderEmptyState={() => props.empty}
          >
            {item => (
              <Row id={getId(item)} columns={columns} href={getHref?.(item)}>
                {(column: DataColumn<T>) => (
                  <Cell className={column.numeric ? styles.end : undefined}>
                    {column.cell(item)}
                  </Cell>
                )}
              </Row>
            )}
          </TableBody>
        ) : (
          <TableBodySkeleton columns={columns} />
        )}
      </TableRoot>
    </Box>
  );
}

/** Page size, which rows are in sight of how many, and the ways on and back. */
export function PagingBar(props: {
  paging: Paging;
  totalItems: number | undefined;
  shown: number;
  nextCursor: string | undefined;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { paging, totalItems, shown, nextCursor } = props;
  if (!totalItems || (totalItems <= PAGE_SIZES[0] && !paging.cursor)) {
    return null;
  }
  return (
    <div className={styles.paging}>
      <div className={styles.pageSize}>
        <Select
          size="small"
          aria-label={t('paging.pageSize')}
          options={PAGE_SIZES.map(rows => ({
            value: String(rows),
            label: t('paging.showRows', { rows }),
          }))}
          value={String(paging.limit)}
          onChange={value => paging.setLimit(Number(value))}
        />
      </div>
      <div className={styles.bar}>
        <Text>
          {t('paging.range', {
            from: paging.offset + 1,
            to: paging.offset + shown,
            total: totalItems,
          })}
        </Text>
        <ButtonIcon
          variant="secondary"
          size="small"
          icon={<RiArrowLeftSLine />}
          aria-label={t('paging.previous')}
          isDisabled={!paging.cursor}
          onPress={paging.previous}
        />
        <ButtonIcon
          variant="secondary"
          size="small"
          icon={<RiArrowRightSLine />}
          aria-label={t('paging.next')}
          isDisabled={!nextCursor}
          onPress={() => nextCursor && paging.next(nextCursor)}
        />
      </div>
    </div>
  );
}
