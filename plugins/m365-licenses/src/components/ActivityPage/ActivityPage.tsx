import { Alert, Card, CardBody, CardHeader, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  type AccountActivity,
  accountReadPermission,
  answerOf,
  SERVICES,
  type Service,
  type ServiceActivityStatus,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useLocation } from 'react-router-dom';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { Legend, StackedBars } from '../common/charts';
import type { CsvColumn } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { Filters, SearchFilter, SelectFilter } from '../common/Filters';
import { daysSince } from '../common/format';
import { licenseNames } from '../common/licenseTags';
import { useLinks } from '../common/links';
import {
  EmptyState,
  ErrorState,
  isBadRequest,
  isForbidden,
  Loading,
  ProblemAlert,
} from '../common/messages';
import { NameCell } from '../common/NameCell';
import { ExactDate, RelativeTime } from '../common/RelativeTime';
import { ReportDate } from '../common/Services';
import { activityColor, ActivityStatusBadge } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { useSort, useUrlQuery } from '../common/urlQuery';
import { usePagedList } from '../common/usePagedList';
import { useFilterOptions } from '../common/useFilterOptions';
import { OpenTasks } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** Who uses which service, and since when not. @public */
export function ActivityPage() {
  return (
    <TenantPage>
      {tenant => <Activity key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

const SORTABLE = ['displayName', 'lastActivityDate'] as const;
const STATUSES = [
  'active',
  'inactive',
  'neverActive',
] as const satisfies readonly ServiceActivityStatus[];
/** The thresholds to choose from, in days. */
const THRESHOLDS = [15, 30, 60, 90, 120];
const FILTERS = [
  'text',
  'service',
  'inactiveAfterDays',
  'status',
  'skuId',
  'department',
  'enabled',
];

const dateIn = (account: AccountActivity, service: Service) =>
  account.services.find(entry => entry.service === service)?.lastActivityDate ??
  null;

const EXPORT_COLUMNS: CsvColumn<AccountActivity>[] = [
  { header: 'displayName', value: account => account.displayName },
  { header: 'userPrincipalName', value: account => account.userPrincipalName },
  { header: 'department', value: account => account.department },
  { header: 'enabled', value: account => account.enabled },
  { header: 'status', value: account => account.status },
  { header: 'lastActivityDate', value: account => account.lastActivityDate },
  ...SERVICES.map(service => ({
    header: service,
    value: (account: AccountActivity) => dateIn(account, service),
  })),
  { header: 'licenses', value: account => licenseNames(account.licenses) },
  { header: 'id', value: account => account.id },
];

function Activity(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const { search } = useLocation();
  const tenant = props.tenant.name;
  const query = useUrlQuery();
  const sorting = useSort(query, SORTABLE, 'displayName');
  const options = useFilterOptions(tenant);

  const service = query.oneOf('service', SERVICES);
  const threshold = Number(query.get('inactiveAfterDays'));
  const filter = {
    text: query.get('text'),
    service,
    inactiveAfterDays:
      Number.isInteger(threshold) && threshold > 0 ? threshold : undefined,
    status: query.oneOf('status', STATUSES),
    skuId: query.get('skuId'),
    department: query.get('department'),
    enabled: query.flag('enabled'),
    sort: sorting.sort,
    order: sorting.order,
  };
  const { value, loading, error, retry, paging, getExportPage } = usePagedList(
    query,
    [tenant, filter],
    (page, signal) =>
      answerOf(
        client.GET('/tenants/{tenant}/activity', {
          params: { path: { tenant }, query: { ...filter, ...page } },
          signal,
        }),
      ),
  );

  if (isForbidden(error)) {
    return (
      <ErrorState
        error={error}
        permission={accountReadPermission.name}
        onRetry={retry}
      />
    );
  }

  const columns: DataColumn<AccountActivity>[] = [
    {
      id: 'displayName',
      label: t('users.name'),
      rowHeader: true,
      sortable: true,
      width: '18rem',
      cell: account => (
        <NameCell
          name={account.displayName}
          detail={account.userPrincipalName}
          href={links.account(account.id, search, 'activity')}
        />
      ),
    },
    {
      id: 'status',
      label: service
        ? t('activity.statusIn', { service: t(`service.${service}`) })
        : t('activity.status'),
      width: service ? '13rem' : '9rem',
      cell: account => <ActivityStatusBadge status={account.status} />,
    },
    {
      id: 'lastActivityDate',
      label: t('users.lastActivity'),
      sortable: true,
      width: '9rem',
      cell: account => (
        <RelativeTime
          value={account.lastActivityDate}
          fallback={t('common.never')}
        />
      ),
    },
    ...SERVICES.map(
      (name): DataColumn<AccountActivity> => ({
        id: name,
        label: t(`service.${name}`),
        width: '10rem',
        cell: account => (
          <RelativeTime
            value={dateIn(account, name)}
            fallback={t('common.never')}
          />
        ),
      }),
    ),
  ];

  const isFiltered = FILTERS.some(name => query.get(name) !== undefined);
  const configured = props.tenant.inactiveAfterDays;
  const isShort =
    value?.historySince &&
    daysSince(value.historySince) < value.inactiveAfterDays;
  return (
    <>
      {value?.problem && (
        <ProblemAlert problem={value.problem} tenant={tenant} />
      )}
      <Filters query={query} names={FILTERS}>
        <SelectFilter
          query={query}
          name="service"
          label={t('activity.service')}
          anyLabel={t('activity.allServices')}
          options={SERVICES.map(name => ({
            value: name,
            label: t(`service.${name}`),
          }))}
        />
        <SelectFilter
          query={query}
          name="inactiveAfterDays"
          label={t('activity.threshold')}
          anyLabel={t('activity.daysConfigured', { count: configured })}
          options={THRESHOLDS.filter(days => days !== configured).map(days => ({
            value: String(days),
            label: t('activity.days', { count: days }),
          }))}
        />
        <SelectFilter
          query={query}
          name="status"
          label={t('activity.status')}
          options={STATUSES.map(status => ({
            value: status,
            label: t(`status.${status}`),
          }))}
        />
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
          />
        )}
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
          <div className={styles.caption}>
            <ReportDate value={value?.reportRefreshDate} />
            {value?.historySince && (
              <span>
                {t('activity.historySince')}{' '}
                <ExactDate value={value.historySince} />
              </span>
            )}
          </div>
          {isShort && (
            <Alert
              status="info"
              icon
              title={t('activity.shortHistory', {
                days: value.inactiveAfterDays,
              })}
            />
          )}
          {value ? (
            <Card>
              <CardHeader>
                <Text as="h2" variant="title-x-small" weight="bold">
                  {t('activity.chartTitle')}
                </Text>
              </CardHeader>
              <CardBody>
                <ServiceBars counts={value.services} chosen={service} />
              </CardBody>
            </Card>
          ) : (
            <Loading height={320} />
          )}
          <div className={styles.bar}>
            <div className={styles.caption}>
              <span role="status">
                {value && t('paging.accounts', { count: value.totalItems })}
              </span>
            </div>
            <ExportButton
              name={`${tenant}-activity`}
              columns={EXPORT_COLUMNS}
              isDisabled={!value?.totalItems}
              getPage={getExportPage}
            />
          </div>
          <DataTable
            label={t('activity.table')}
            columns={columns}
            items={value?.items}
            isStale={loading}
            getId={({ id }) => id}
            getHref={({ id }) => links.account(id, search, 'activity')}
            sort={sorting}
            minWidth="106rem"
            empty={
              isFiltered || value?.reportRefreshDate ? (
                <EmptyState
                  title={t('activity.emptyTitle')}
                  text={t('activity.emptyText')}
                />
              ) : (
                <EmptyState
                  title={t('activity.noReportTitle')}
                  text={t('activity.noReportText')}
                  action={<OpenTasks tenant={tenant} />}
                />
              )
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

function ServiceBars(props: {
  counts: ({ service: Service } & Record<ServiceActivityStatus, number>)[];
  chosen: Service | undefined;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { counts, chosen } = props;
  const series = STATUSES.map(status => ({
    id: status,
    label: t(`status.${status}`),
    color: activityColor(status),
  }));
  return (
    <div className={styles.list}>
      <Legend series={series} />
      <StackedBars
        label={t('activity.chartTitle')}
        nameLabel={t('activity.service')}
        series={series}
        rows={counts
          .filter(({ service }) => !chosen || service === chosen)
          .map(({ service, active, inactive, neverActive }) => ({
            id: service,
            label: t(`service.${service}`),
            values: { active, inactive, neverActive },
          }))}
      />
    </div>
  );
}
