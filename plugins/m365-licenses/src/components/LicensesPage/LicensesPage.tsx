import {
  Badge,
  Button,
  ButtonLink,
  Dialog,
  DialogBody,
  DialogHeader,
  DialogTrigger,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type CapabilityStatus,
  type License,
  licenseReadPermission,
  type Subscription,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { hasSeats, SeatMeter } from '../common/charts';
import type { CsvColumn } from '../common/csv';
import { type DataColumn, DataTable } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { Filters, SearchFilter, SelectFilter } from '../common/Filters';
import { formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import { EmptyState, ErrorState, isForbidden } from '../common/messages';
import { NameCell } from '../common/NameCell';
import { RelativeTime } from '../common/RelativeTime';
import { CapabilityBadge } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { useSort, useUrlQuery } from '../common/urlQuery';
import styles from '../common/common.module.css';

/** Which products, how many seats, and their subscriptions. @public */
export function LicensesPage() {
  return (
    <TenantPage>
      {tenant => <Licenses key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

const SORTABLE = ['displayName', 'bought', 'assigned', 'unassigned'] as const;
const STATUSES = [
  'Enabled',
  'Warning',
  'Suspended',
  'LockedOut',
  'Deleted',
] as const satisfies readonly CapabilityStatus[];
const FILTERS = ['text', 'status'];

const dates = (
  subscriptions: Subscription[],
  field: 'startedAt' | 'nextLifecycleAt',
) =>
  subscriptions
    .map(subscription => subscription[field])
    .filter(date => date !== null)
    .sort();

/** The first day that any subscription of the SKU began. */
const startOf = (license: License) =>
  dates(license.subscriptions, 'startedAt').at(0) ?? null;

/** The next day on which any subscription of the SKU changes its state. */
const nextDateOf = (license: License) =>
  dates(license.subscriptions, 'nextLifecycleAt').at(0) ?? null;

const EXPORT_COLUMNS: CsvColumn<License>[] = [
  { header: 'displayName', value: license => license.displayName },
  { header: 'skuPartNumber', value: license => license.skuPartNumber },
  { header: 'skuId', value: license => license.skuId },
  { header: 'status', value: license => license.status },
  { header: 'bought', value: license => license.bought },
  { header: 'assigned', value: license => license.assigned },
  { header: 'unassigned', value: license => license.unassigned },
  { header: 'warning', value: license => license.warning },
  { header: 'suspended', value: license => license.suspended },
  { header: 'lockedOut', value: license => license.lockedOut },
  { header: 'trial', value: license => license.trial },
  {
    header: 'subscriptions',
    value: license => license.subscriptions.length,
  },
  { header: 'startedAt', value: startOf },
  { header: 'nextLifecycleAt', value: nextDateOf },
  { header: 'capturedAt', value: license => license.capturedAt },
];

function Licenses(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const tenant = props.tenant.name;
  const query = useUrlQuery();
  const sorting = useSort(query, SORTABLE, 'displayName');
  const filter = {
    text: query.get('text'),
    status: query.oneOf('status', STATUSES),
    sort: sorting.sort,
    order: sorting.order,
  };
  const getAll = (signal?: AbortSignal) =>
    answerOf(
      client.GET('/tenants/{tenant}/licenses', {
        params: { path: { tenant }, query: filter },
        signal,
      }),
    );
  const { value, loading, error, retry } = useAsyncRetry(
    () => getAll(),
    [client, tenant, JSON.stringify(filter)],
  );

  if (isForbidden(error)) {
    return (
      <ErrorState
        error={error}
        permission={licenseReadPermission.name}
        onRetry={retry}
      />
    );
  }

  const columns: DataColumn<License>[] = [
    {
      id: 'displayName',
      label: t('licenses.product'),
      rowHeader: true,
      sortable: true,
      cell: license => (
        <div className={styles.stack}>
          <NameCell
            name={license.displayName}
            detail={license.skuPartNumber}
            href={links.users({ tenant, skuId: license.skuId })}
          />
          {(license.trial || license.appliesTo === 'Company') && (
            <div className={styles.tags}>
              {license.trial && <Badge>{t('licenses.trial')}</Badge>}
              {license.appliesTo === 'Company' && (
                <Badge>{t('licenses.companyWide')}</Badge>
              )}
            </div>
          )}
        </div>
      ),
    },
    ...(['bought', 'assigned', 'unassigned'] as const).map(
      (field): DataColumn<License> => ({
        id: field,
        label: t(`seats.${field}`),
        numeric: true,
        sortable: true,
        width: field === 'unassigned' ? '8.5rem' : '7.25rem',
        cell: license => formatNumber(license[field]),
      }),
    ),
    {
      id: 'seats',
      label: t('licenses.seats'),
      width: '5.5rem',
      cell: license => (
        <SeatMeter bought={license.bought} assigned={license.assigned} />
      ),
    },
    {
      id: 'status',
      label: t('licenses.status'),
      width: '7.5rem',
      cell: license => <CapabilityBadge status={license.status} />,
    },
    {
      id: 'startedAt',
      label: t('licenses.subscription'),
      width: '7.5rem',
      cell: license =>
        license.trial === null ? (
          <span
            className={styles.secondary}
            title={t('licenses.notReadableHint')}
          >
            {t('licenses.notReadable')}
          </span>
        ) : (
          <RelativeTime value={startOf(license)} fallback="–" />
        ),
    },
    {
      id: 'nextLifecycleAt',
      label: t('licenses.lifecycle'),
      width: '8rem',
      cell: license => (
        <div className={styles.stack}>
          <RelativeTime value={nextDateOf(license)} fallback="–" />
          {license.subscriptions.length > 1 && (
            <Subscriptions license={license} />
          )}
        </div>
      ),
    },
  ];

  const items = value?.items;
  const sum = (field: 'bought' | 'assigned' | 'unassigned') =>
    (items ?? [])
      .filter(hasSeats)
      .reduce((total, license) => total + license[field], 0);
  const captured = items
    ?.map(({ capturedAt }) => capturedAt)
    .sort()
    .at(-1);
  const isFiltered = FILTERS.some(name => query.get(name) !== undefined);

  return (
    <>
      <Filters query={query} names={FILTERS}>
        <SearchFilter
          query={query}
          label={t('licenses.search')}
          placeholder={t('licenses.searchHint')}
        />
        <SelectFilter
          query={query}
          name="status"
          label={t('licenses.status')}
          options={STATUSES.map(status => ({
            value: status,
            label: t(`capability.${status}`),
          }))}
        />
      </Filters>
      {error ? (
        <ErrorState
          error={error}
          permission={licenseReadPermission.name}
          onRetry={retry}
        />
      ) : (
        <>
          <div className={styles.bar}>
            <div className={styles.caption}>
              <span role="status">
                {value && t('paging.licenses', { count: value.totalItems })}
              </span>
              {value && value.totalItems > 0 && (
                <span>
                  {t('licenses.totals', {
                    bought: sum('bought'),
                    assigned: sum('assigned'),
                    unassigned: sum('unassigned'),
                  })}
                </span>
              )}
              {captured && (
                <span>
                  {t('licenses.asOf')} <RelativeTime value={captured} />
                </span>
              )}
            </div>
            <ExportButton
              name={`${tenant}-licenses`}
              columns={EXPORT_COLUMNS}
              isDisabled={!value?.totalItems}
              getPage={(_, signal) => getAll(signal)}
            />
          </div>
          <DataTable
            label={t('licenses.table')}
            columns={columns}
            items={items}
            isStale={loading}
            getId={({ skuId }) => skuId}
            sort={sorting}
            minWidth="63rem"
            empty={
              isFiltered ? (
                <EmptyState
                  title={t('licenses.emptyTitle')}
                  text={t('licenses.emptyText')}
                />
              ) : (
                <EmptyState
                  title={t('licenses.noSyncTitle')}
                  text={t('licenses.noSyncText')}
                  action={
                    <ButtonLink href={links.tasks({ tenant })}>
                      {t('overview.openTasks')}
                    </ButtonLink>
                  }
                />
              )
            }
          />
        </>
      )}
    </>
  );
}

/** The subscriptions of a SKU one by one, where there are several. */
function Subscriptions(props: { license: License }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { displayName, subscriptions } = props.license;
  const columns: DataColumn<Subscription>[] = [
    {
      id: 'id',
      label: t('licenses.subscriptionId'),
      rowHeader: true,
      width: '36%',
      cell: ({ id, trial }) => (
        <NameCell name={id} detail={trial ? t('licenses.trial') : id} />
      ),
    },
    {
      id: 'totalLicenses',
      label: t('licenses.seats'),
      numeric: true,
      cell: ({ totalLicenses }) => formatNumber(totalLicenses),
    },
    {
      id: 'status',
      label: t('licenses.status'),
      cell: ({ status }) => <CapabilityBadge status={status} />,
    },
    {
      id: 'startedAt',
      label: t('licenses.subscription'),
      cell: ({ startedAt }) => <RelativeTime value={startedAt} fallback="–" />,
    },
    {
      id: 'nextLifecycleAt',
      label: t('licenses.lifecycle'),
      cell: ({ nextLifecycleAt }) => (
        <RelativeTime value={nextLifecycleAt} fallback="–" />
      ),
    },
  ];
  return (
    <DialogTrigger>
      <Button
        className={styles.action}
        size="small"
        variant="secondary"
        aria-label={t('licenses.seeAllSubscriptions', {
          total: subscriptions.length,
        })}
      >
        {t('licenses.seeAll', { total: subscriptions.length })}
      </Button>
      <Dialog width={820} className={styles.readable}>
        <DialogHeader>
          {t('licenses.subscriptionsOf', { product: displayName })}
        </DialogHeader>
        <DialogBody>
          <DataTable
            label={t('licenses.subscriptionsOf', { product: displayName })}
            columns={columns}
            items={subscriptions}
            getId={({ id }) => id}
            minWidth="38rem"
            empty={null}
          />
        </DialogBody>
      </Dialog>
    </DialogTrigger>
  );
}
