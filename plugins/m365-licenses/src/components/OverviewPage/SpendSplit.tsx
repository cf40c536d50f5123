import {
  Link,
  type SortDescriptor,
  Text,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type Money,
  SPEND_DIMENSIONS,
  type SpendBy,
  type SpendPart,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type CsvColumn, moneyColumns } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { formatMoney, formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import { Loaded } from '../common/Loaded';
import { EmptyState } from '../common/messages';
import { Amounts } from '../common/money';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { SPEND_USES, UseMeter } from '../common/StatusMeter';
import { usePaging, useUrlQuery } from '../common/urlQuery';
import { OpenTasks, useHasRoster } from '../common/tabLinks';
import styles from '../common/common.module.css';

type Item = SpendBy['items'][number];

/** A row: a value, or the seats that nobody holds. */
export interface SplitRow {
  id: string;
  /** Null for the seats that nobody holds. */
  item: Item | null;
  /** How many groups are above it in the table. */
  depth: number;
  part: SpendPart;
}

const SORTABLE = ['name', 'accounts', 'seats', 'annual', 'savings'] as const;
type SortBy = (typeof SORTABLE)[number];

export const seatsOf = ({ seats }: SpendPart) =>
  seats.reduce((sum, entry) => sum + entry.seats, 0);

/** Orders amounts currency by currency: they are never added up. */
function compareMoney(one: Money[], other: Money[], currencies: string[]) {
  for (const currency of currencies) {
    const [a, b] = [one, other].map(amounts =>
      Number(amounts.find(money => money.currency === currency)?.amount ?? 0),
    );
    if (a !== b) {
      return a - b;
    }
  }
  return 0;
}

const currenciesOf = (data: SpendBy) => [
  ...new Set(
    [...data.items.map(({ total }) => total), data.unassigned]
      .flatMap(({ annual }) => annual)
      .map(({ currency }) => currency),
  ),
];

/**
 * The rows as they are shown: groups below the group above them, the seats that
 * nobody holds at the end.
 *
 * @param sort - the order of those next to each other; as answered, the dearest
 *   first, if absent
 */
export function rowsOf(
  data: SpendBy,
  sort?: { by: SortBy; descending: boolean },
): SplitRow[] {
  const currencies = currenciesOf(data);
  const compare = (one: Item, other: Item): number => {
    if (!sort) {
      return 0;
    }
    switch (sort.by) {
      case 'name':
        return (one.name ?? '').localeCompare(other.name ?? '');
      case 'accounts':
        return one.total.accounts - other.total.accounts;
      case 'seats':
        return seatsOf(one.total) - seatsOf(other.total);
      default:
        return compareMoney(
          one.total[sort.by],
          other.total[sort.by],
          currencies,
        );
    }
  };
  const known = new Set(data.items.map(({ value }) => value));
  const below = new Map<string | null, Item[]>();
  for (const item of data.items) {
    const parent = known.has(item.parent) ? item.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), item]);
  }
  const rowsBelow = (parent: string | null, depth: number): SplitRow[] =>
    (below.get(parent) ?? [])
      .sort((one, other) =>
        sort?.descending ? compare(other, one) : compare(one, other),
      )
      .flatMap(item => [
        { id: `of ${item.value}`, item, depth, part: item.total },
        ...(item.value === null ? [] : rowsBelow(item.value, depth + 1)),
      ]);
  return [
    ...rowsBelow(null, 0),
    ...(seatsOf(data.unassigned) > 0
      ? [{ id: 'unassigned', item: null, depth: 0, part: data.unassigned }]
      : []),
  ];
}

const EXPORT_COLUMNS: CsvColumn<SplitRow>[] = [
  { header: 'value', value: ({ item }) => item?.value },
  { header: 'parent', value: ({ item }) => item?.parent },
  { header: 'accounts', value: ({ part }) => part.accounts },
  { header: 'ownAccounts', value: ({ item }) => item?.own.accounts },
  ...SPEND_USES.map(use => ({
    header: use,
    value: ({ part }: SplitRow) =>
      part.seats.find(entry => entry.use === use)?.seats ?? 0,
  })),
];

/** Who the annual spend goes to, by what accounts have in common. */
export function SpendSplit(props: { tenant: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const query = useUrlQuery();
  const { tenant } = props;
  const dimension = query.oneOf('by', SPEND_DIMENSIONS) ?? 'department';
  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/spend/{dimension}', {
          params: { path: { tenant, dimension } },
        }),
      ),
    [client, tenant, dimension],
  );
  return (
    <Section
      level="h2"
      title={t('spend.title')}
      aside={
        <ToggleButtonGroup
          aria-label={t('spend.by')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[dimension]}
          onSelectionChange={keys => {
            const next = SPEND_DIMENSIONS.find(key => keys.has(key));
            query.filter({ by: next === 'department' ? undefined : next });
          }}
        >
          {SPEND_DIMENSIONS.map(id => (
            <ToggleButton key={id} id={id}>
              {t(`spend.dimension.${id}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      }
    >
      <Loaded state={state} height={320}>
        {data => <SplitTable tenant={tenant} data={data} />}
      </Loaded>
    </Section>
  );
}

function SplitTable(props: { tenant: string; data: SpendBy }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const hasRoster = useHasRoster();
  const query = useUrlQuery();
  const paging = usePaging(query);
  const { tenant, data } = props;
  const { dimension, evaluatedAt } = data;
  const by = query.oneOf('sort', SORTABLE);
  const descending = query.get('order') === 'desc';
  const rows = rowsOf(data, by && { by, descending });
  const end = paging.offset + paging.limit;

  const nameOf = ({ item }: SplitRow) =>
    item ? item.name ?? t(`spend.none.${dimension}`) : t('spend.unassigned');
  const linkOf = ({ item }: SplitRow) => {
    const isFilter = dimension === 'department' || dimension === 'group';
    if (!item?.value || !isFilter || !hasRoster) {
      return undefined;
    }
    return links.users({ tenant, [dimension]: item.value });
  };
  /** What a group has without those below it, where that is another figure. */
  const own = (
    row: SplitRow,
    format: (part: SpendPart) => string,
  ): JSX.Element | undefined => {
    const text = row.item && format(row.item.own);
    return text && text !== format(row.part) ? (
      <span className={styles.note}>{t('spend.own', { value: text })}</span>
    ) : undefined;
  };
  const money = (field: 'annual' | 'savings') => (part: SpendPart) =>
    part[field].map(amount => formatMoney(amount)).join(', ');
  const number = (get: (part: SpendPart) => number) => (part: SpendPart) =>
    formatNumber(get(part));
  const cell = (row: SplitRow, format: (part: SpendPart) => string) => (
    <div className={styles.stack}>
      <span>{format(row.part)}</span>
      {own(row, format)}
    </div>
  );

  const columns: DataColumn<SplitRow>[] = [
    {
      id: 'name',
      label: t(`spend.dimension.${dimension}`),
      rowHeader: true,
      sortable: true,
      width: '26%',
      cell: row => {
        const href = linkOf(row);
        const name = nameOf(row);
        return (
          <div
            className={styles.stack}
            style={{ paddingInlineStart: `${row.depth * 1.25}rem` }}
          >
            <span className={styles.name}>
              {href ? (
                <Link href={href} aria-label={t('spend.openUsers', { name })}>
                  {name}
                </Link>
              ) : (
                name
              )}
            </span>
            {!row.item && (
              <span className={styles.note}>{t('spend.unassignedHint')}</span>
            )}
          </div>
        );
      },
    },
    {
      id: 'accounts',
      label: t('spend.accounts'),
      numeric: true,
      sortable: true,
      width: '7.5rem',
      cell: row =>
        row.item
          ? cell(
              row,
              number(({ accounts }) => accounts),
            )
          : '–',
    },
    {
      id: 'seats',
      label: t('spend.seats'),
      numeric: true,
      sortable: true,
      width: '6rem',
      cell: row => cell(row, number(seatsOf)),
    },
    {
      id: 'use',
      label: t('spend.use'),
      cell: ({ part }) => <UseMeter seats={part.seats} />,
    },
    ...(['annual', 'savings'] as const).map(
      (field): DataColumn<SplitRow> => ({
        id: field,
        label: t(`spend.${field}`),
        numeric: true,
        sortable: true,
        width: '11.5rem',
        cell: row => (
          <div className={styles.stack}>
            {row.part[field].length > 0 ? (
              <Amounts amounts={row.part[field]} />
            ) : (
              '–'
            )}
            {own(row, money(field))}
          </div>
        ),
      }),
    ),
  ];

  const sort = {
    descriptor: {
      column: by ?? '',
      direction: descending ? ('descending' as const) : ('ascending' as const),
    },
    onSortChange: (next: SortDescriptor) =>
      query.filter({
        sort: String(next.column),
        order: next.direction === 'descending' ? 'desc' : undefined,
      }),
  };

  if (rows.length === 0) {
    return (
      <EmptyState
        title={t('spend.noneTitle')}
        text={t('spend.noneText')}
        action={<OpenTasks tenant={tenant} />}
      />
    );
  }
  const currencies = currenciesOf(data).sort();
  return (
    <div className={styles.list}>
      <div className={styles.bar}>
        <div className={styles.caption}>
          <Text color="secondary">{t(`spend.rule.${dimension}`)}</Text>
          {evaluatedAt && (
            <span>
              {t('overview.evaluated', {
                when: <RelativeTime value={evaluatedAt} />,
              })}
            </span>
          )}
        </div>
        <ExportButton
          name={`${tenant}-spend-by-${dimension}`}
          columns={[
            { header: dimension, value: nameOf },
            ...EXPORT_COLUMNS,
            ...moneyColumns<SplitRow>(
              'annualSpend',
              currencies,
              ({ part }) => part.annual,
            ),
            ...moneyColumns<SplitRow>(
              'savingsPotential',
              currencies,
              ({ part }) => part.savings,
            ),
          ]}
          getPage={async () => ({ items: rows, totalItems: rows.length })}
        />
      </div>
      <DataTable
        label={t('spend.title')}
        columns={columns}
        items={rows.slice(paging.offset, end)}
        getId={({ id }) => id}
        sort={sort}
        minWidth="64rem"
        empty={null}
      />
      <PagingBar
        paging={paging}
        totalItems={rows.length}
        shown={rows.slice(paging.offset, end).length}
        nextCursor={end < rows.length ? String(end) : undefined}
      />
    </div>
  );
}
