import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  type Account,
  accountReadPermission,
  ACTIVITY_STATUSES,
  answerOf,
  ASSIGNMENT_STATUSES,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useLocation } from 'react-router-dom';
import useAsync from 'react-use/esm/useAsync';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type CsvColumn, moneyColumns } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import {
  Filters,
  GroupFilter,
  SearchFilter,
  SelectFilter,
} from '../common/Filters';
import { licenseNames, LicenseTags } from '../common/licenseTags';
import { useLinks } from '../common/links';
import {
  EmptyState,
  ErrorState,
  isBadRequest,
  isForbidden,
} from '../common/messages';
import { Amounts, NotPriced } from '../common/money';
import { NameCell } from '../common/NameCell';
import { ExactDate, RelativeTime } from '../common/RelativeTime';
import { ActivityStatusBadge, Status, UseBadge } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { useSort, useUrlQuery } from '../common/urlQuery';
import { usePagedList } from '../common/usePagedList';
import { useFilterOptions } from '../common/useFilterOptions';
import { OpenTasks } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** The roster: who is here and what they hold. @public */
export function UsersPage() {
  return (
    <TenantPage>
      {tenant => <Users key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

const SORTABLE = [
  'displayName',
  'userPrincipalName',
  'department',
  'lastActivityDate',
  'createdAt',
] as const;

const FILTERS = [
  'text',
  'skuId',
  'licenseStatus',
  'status',
  'department',
  'enabled',
  'userType',
  'deleted',
  'group',
];

const EXPORT_COLUMNS: CsvColumn<Account>[] = [
  { header: 'displayName', value: account => account.displayName },
  { header: 'userPrincipalName', value: account => account.userPrincipalName },
  { header: 'email', value: account => account.email },
  { header: 'department', value: account => account.department },
  { header: 'jobTitle', value: account => account.jobTitle },
  { header: 'userType', value: account => account.userType },
  { header: 'enabled', value: account => account.enabled },
  { header: 'status', value: account => account.status },
  { header: 'lastActivityDate', value: account => account.lastActivityDate },
  { header: 'licenses', value: account => licenseNames(account.licenses) },
  { header: 'createdAt', value: account => account.createdAt },
  { header: 'deactivatedAt', value: account => account.deactivatedAt },
  { header: 'deletedAt', value: account => account.deletedAt },
  { header: 'id', value: account => account.id },
];

/** The status of the license that the list is narrowed to. */
const licenseStatusColumn = (skuId: string): CsvColumn<Account> => ({
  header: 'licenseStatus',
  value: ({ licenses }) =>
    licenses.find(license => license.skuId === skuId)?.status,
});

function Users(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const { search } = useLocation();
  const tenant = props.tenant.name;
  const query = useUrlQuery();
  const sorting = useSort(query, SORTABLE, 'displayName');
  const options = useFilterOptions(tenant);

  const skuId = query.get('skuId');
  const filter = {
    text: query.get('text'),
    skuId,
    // The status of a license means nothing without saying of which.
    licenseStatus: skuId
      ? query.oneOf('licenseStatus', ASSIGNMENT_STATUSES)
      : undefined,
    status: query.oneOf('status', ACTIVITY_STATUSES),
    department: query.get('department'),
    enabled: query.flag('enabled'),
    userType: query.oneOf('userType', ['member', 'guest'] as const),
    deleted: query.flag('deleted'),
    group: query.get('group'),
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
  const overview = useAsync(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}', { params: { path: { tenant } } }),
      ),
    [client, tenant],
  ).value;

  if (isForbidden(error)) {
    return (
      <ErrorState
        error={error}
        permission={accountReadPermission.name}
        onRetry={retry}
      />
    );
  }

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
          href={links.account(account.id, search)}
        />
      ),
    },
    {
      id: 'department',
      label: t('users.department'),
      sortable: true,
      width: '14%',
      cell: account => account.department,
    },
    {
      id: 'licenses',
      label: t('users.licenses'),
      cell: account => <LicenseTags licenses={account.licenses} />,
    },
    {
      id: 'lastActivityDate',
      label: t('users.lastActivity'),
      sortable: true,
      width: '10rem',
      cell: account => (
        <RelativeTime
          value={account.lastActivityDate}
          fallback={account.status === 'neverActive' ? t('common.never') : '–'}
        />
      ),
    },
    {
      id: 'status',
      label: t('users.status'),
      width: '9rem',
      cell: account => <ActivityStatusBadge status={account.status} />,
    },
    ...(skuId
      ? [
          {
            id: 'licenseStatus',
            label: t('users.licenseStatus'),
            width: '9rem',
            cell: ({ licenses }: Account) => {
              const held = licenses.find(license => license.skuId === skuId);
              return held && <UseBadge use={held.status} />;
            },
          },
        ]
      : []),
    ...(value?.items.some(({ annual }) => annual)
      ? [
          {
            id: 'annual',
            label: t('users.annual'),
            numeric: true,
            width: '8rem',
            cell: (account: Account) => <AnnualCost account={account} />,
          },
        ]
      : []),
    {
      id: 'enabled',
      label: t('users.signIn'),
      width: '8rem',
      cell: account => (
        <Status tone={account.enabled ? 'good' : 'muted'}>
          {t(account.enabled ? 'common.enabled' : 'common.disabled')}
        </Status>
      ),
    },
  ];

  const isFiltered = FILTERS.some(name => query.get(name) !== undefined);
  const refreshed = overview?.reportRefreshDate;
  return (
    <>
      <Filters query={query} names={FILTERS}>
        <SearchFilter
          query={query}
          label={t('users.search')}
          placeholder={t('users.searchHint')}
        />
        {options.licenses.length > 0 && (
          <SelectFilter
            query={query}
            name="skuId"
            label={t('users.license')}
            options={options.licenses}
            searchable
            dependents={['licenseStatus']}
          />
        )}
        {skuId && (
          <SelectFilter
            query={query}
            name="licenseStatus"
            label={t('users.licenseStatus')}
            options={ASSIGNMENT_STATUSES.map(status => ({
              value: status,
              label: t(`status.${status}`),
            }))}
          />
        )}
        <SelectFilter
          query={query}
          name="status"
          label={t('users.status')}
          options={ACTIVITY_STATUSES.map(status => ({
            value: status,
            label: t(`status.${status}`),
          }))}
        />
        {options.departments.length > 0 && (
          <SelectFilter
            query={query}
            name="department"
            label={t('users.department')}
            options={options.departments}
            searchable
          />
        )}
        <SelectFilter
          query={query}
          name="enabled"
          label={t('users.signIn')}
          options={[
            { value: 'true', label: t('common.enabled') },
            { value: 'false', label: t('common.disabled') },
          ]}
        />
        <SelectFilter
          query={query}
          name="userType"
          label={t('users.type')}
          options={[
            { value: 'member', label: t('userType.member') },
            { value: 'guest', label: t('userType.guest') },
          ]}
        />
        <SelectFilter
          query={query}
          name="deleted"
          label={t('users.presence')}
          anyLabel={t('users.present')}
          options={[{ value: 'true', label: t('users.deleted') }]}
        />
        <GroupFilter query={query} />
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
              {refreshed && (
                <span>
                  {t('users.asOf')} <ExactDate value={refreshed} />
                </span>
              )}
            </div>
            <ExportButton
              name={`${tenant}-users`}
              columns={[
                ...EXPORT_COLUMNS,
                ...(skuId ? [licenseStatusColumn(skuId)] : []),
                ...moneyColumns<Account>(
                  'annualCost',
                  options.currencies,
                  ({ annual }) => annual,
                ),
              ]}
              isDisabled={!value?.totalItems}
              getPage={getExportPage}
            />
          </div>
          <DataTable
            label={t('users.table')}
            columns={columns}
            items={value?.items}
            isStale={loading}
            getId={({ id }) => id}
            getHref={({ id }) => links.account(id, search)}
            sort={sorting}
            minWidth="73rem"
            empty={
              <NoAccounts
                tenant={tenant}
                isFiltered={isFiltered}
                isRead={overview ? overview.lastSync !== null : undefined}
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
    </>
  );
}

/** @param props.isRead - whether accounts were ever read; undefined where that may not be known */
function NoAccounts(props: {
  tenant: string;
  isFiltered: boolean;
  isRead: boolean | undefined;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { tenant, isFiltered, isRead } = props;
  if (isFiltered) {
    return (
      <EmptyState title={t('users.emptyTitle')} text={t('users.emptyText')} />
    );
  }
  if (isRead === false) {
    return (
      <EmptyState
        title={t('users.noSyncTitle')}
        text={t('users.noSyncText')}
        action={<OpenTasks tenant={tenant} />}
      />
    );
  }
  return <EmptyState title={t('users.noneTitle')} text={t('users.noneText')} />;
}

/** What the licenses of an account cost a year; who holds none costs nothing. */
function AnnualCost(props: { account: Account }) {
  const { annual, licenses } = props.account;
  if (!annual || licenses.length === 0) {
    return null;
  }
  return annual.length > 0 ? (
    <div className={styles.stack}>
      <Amounts amounts={annual} />
    </div>
  ) : (
    <NotPriced />
  );
}
