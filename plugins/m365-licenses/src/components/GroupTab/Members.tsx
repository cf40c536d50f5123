import { Link } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  type Account,
  accountReadPermission,
  ACTIVITY_STATUSES,
  answerOf,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type CsvColumn, moneyColumns } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { Filters, SearchFilter, SelectFilter } from '../common/Filters';
import { licenseNames, LicenseTags } from '../common/licenseTags';
import { useLinks } from '../common/links';
import { EmptyState, ErrorState, isBadRequest } from '../common/messages';
import { Amounts, NotPriced } from '../common/money';
import { NameCell } from '../common/NameCell';
import { RelativeTime } from '../common/RelativeTime';
import { ActivityStatusBadge } from '../common/StatusBadge';
import { useSort, useUrlQuery } from '../common/urlQuery';
import { usePagedList } from '../common/usePagedList';
import styles from '../common/common.module.css';

const SORTABLE = ['displayName', 'department', 'lastActivityDate'] as const;
const FILTERS = ['text', 'status'];

const EXPORT_COLUMNS: CsvColumn<Account>[] = [
  { header: 'displayName', value: account => account.displayName },
  { header: 'userPrincipalName', value: account => account.userPrincipalName },
  { header: 'department', value: account => account.department },
  { header: 'enabled', value: account => account.enabled },
  { header: 'status', value: account => account.status },
  { header: 'lastActivityDate', value: account => account.lastActivityDate },
  { header: 'licenses', value: account => licenseNames(account.licenses) },
];

/** The members of a catalog group and of those below it, with what they hold. */
export function Members(props: { tenant: string; group: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const query = useUrlQuery();
  const sorting = useSort(query, SORTABLE, 'displayName');
  const { tenant, group } = props;
  const filter = {
    group,
    text: query.get('text'),
    status: query.oneOf('status', ACTIVITY_STATUSES),
    sort: sorting.sort,
    order: sorting.order,
  };
  const { value, loading, error, retry, paging, getExportPage } = usePagedList(
    query,
    [tenant, filter],
    (page, signal) =>
      answerOf(
        client.GET('/tenants/{tenant}/users', {
          params: { path: { tenant }, query: { ...filter, ...page } },
          signal,
        }),
      ),
  );
  const linkOf = ({ id }: Account) =>
    links.account(id, `?${new URLSearchParams({ tenant, group })}`);
  // Absent for those who may not know what licenses cost.
  const costs = value?.items.flatMap(({ annual }) => annual ?? []) ?? [];
  const mayKnowCosts = value?.items.some(({ annual }) => annual) ?? false;
  const currencies = [...new Set(costs.map(({ currency }) => currency))].sort();

  const columns: DataColumn<Account>[] = [
    {
      id: 'displayName',
      label: t('users.name'),
      rowHeader: true,
      sortable: true,
      width: '24%',
      cell: account => (
        <NameCell
          name={account.displayName}
          detail={account.userPrincipalName}
          href={linkOf(account)}
        />
      ),
    },
    {
      id: 'department',
      label: t('users.department'),
      sortable: true,
      width: '9rem',
      cell: ({ department }) => department ?? '–',
    },
    {
      id: 'licenses',
      label: t('users.licenses'),
      cell: ({ licenses }) => <LicenseTags licenses={licenses} />,
    },
    {
      id: 'lastActivityDate',
      label: t('users.lastActivity'),
      sortable: true,
      width: '10rem',
      cell: ({ lastActivityDate }) => (
        <RelativeTime value={lastActivityDate} fallback={t('common.never')} />
      ),
    },
    {
      id: 'status',
      label: t('users.status'),
      width: '9rem',
      cell: ({ status }) => <ActivityStatusBadge status={status} />,
    },
    ...(mayKnowCosts
      ? [
          {
            id: 'annual',
            label: t('groupTab.cost'),
            numeric: true,
            width: '9rem',
            cell: ({ annual = [], licenses }: Account) => (
              <div className={styles.stack}>
                {annual.length === 0 && licenses.length > 0 && <NotPriced />}
                <Amounts amounts={annual} />
              </div>
            ),
          },
        ]
      : []),
  ];

  return (
    <div className={styles.list}>
      <Filters query={query} names={FILTERS}>
        <SearchFilter
          query={query}
          label={t('users.search')}
          placeholder={t('users.searchHint')}
        />
        <SelectFilter
          query={query}
          name="status"
          label={t('users.status')}
          options={ACTIVITY_STATUSES.map(status => ({
            value: status,
            label: t(`status.${status}`),
          }))}
        />
      </Filters>
      {error ? (
        <ErrorState
          error={error}
          permission={accountReadPermission.name}
          onRetry={isBadRequest(error) ? paging.first : retry}
          retryLabel={isBadRequest(error) ? t('common.firstPage') : undefined}
        />
      ) : (
        <>
          <div className={styles.bar}>
            <div className={styles.caption}>
              <span role="status">
                {value && t('paging.accounts', { count: value.totalItems })}
              </span>
              <Link href={links.users({ tenant, group })}>
                {t('cards.openUsers')}
              </Link>
            </div>
            <ExportButton
              name={`${tenant}-members`}
              columns={[
                ...EXPORT_COLUMNS,
                ...moneyColumns<Account>(
                  'annualSpend',
                  currencies,
                  ({ annual }) => annual,
                ),
                { header: 'id', value: account => account.id },
              ]}
              isDisabled={!value?.totalItems}
              getPage={getExportPage}
            />
          </div>
          <DataTable
            label={t('groupTab.members')}
            columns={columns}
            items={value?.items}
            isStale={loading}
            getId={({ id }) => id}
            getHref={linkOf}
            sort={sorting}
            minWidth="66rem"
            empty={
              <EmptyState
                title={t('groupTab.emptyTitle')}
                text={t('groupTab.emptyText')}
              />
            }
          />
          <PagingBar
            paging={paging}
            totalItems={value?.totalItems}
            shown={value?.items.length ?? 0}
            nextCursor={value?.nextCursor}
          />
        </>
      )}
    </div>
  );
}
