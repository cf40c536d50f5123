import { Badge } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  answerOf,
  ASSIGNMENT_STATUSES,
  type CapabilityStatus,
  type License,
  licenseReadPermission,
  type Subscription,
  type Tenant,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import { useLocation } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { hasSeats } from '../common/charts';
import type { CsvColumn } from '../common/csv';
import { type DataColumn, DataTable } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { Filters, SearchFilter, SelectFilter } from '../common/Filters';
import { formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import { EmptyState, ErrorState, isForbidden } from '../common/messages';
import { AnnualSpend } from '../common/money';
import { NameCell } from '../common/NameCell';
import { RelativeTime } from '../common/RelativeTime';
import { CapabilityBadge } from '../common/StatusBadge';
import { StatusMeter } from '../common/StatusMeter';
import { TenantPage } from '../common/TenantPage';
import { useSort, useUrlQuery } from '../common/urlQuery';
import { ImportTerms } from './ImportTerms';
import { TERM_COLUMNS } from './termColumns';
import { OpenTasks } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** Which products, how many seats, how used, and what they cost. @public */
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

/** The days of renewals that are asked for: the most that are answered. */
const RENEWAL_DAYS = 1095;

const KINDS_OF_SPEND = [
  { header: 'annualSpend', field: 'annual' },
  { header: 'paidOnceByYear', field: 'once' },
  { header: 'savingsPotential', field: 'savings' },
] as const;

/** Money in columns of their own per currency, so that each is a number. */
const spendColumns = (licenses: License[]): CsvColumn<License>[] => {
  const currencies = new Set(
    licenses
      .flatMap(({ spend }) => (spend ? [...spend.annual, ...spend.once] : []))
      .map(({ currency }) => currency),
  );
  return [...currencies].sort().flatMap(currency =>
    KINDS_OF_SPEND.map(({ header, field }) => ({
      header: `${header} ${currency}`,
      value: ({ spend }: License) =>
        spend?.[field].find(money => money.currency === currency)?.amount,
    })),
  );
};

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
    header: 'services',
    value: license => license.services.join('; '),
  },
  ...ASSIGNMENT_STATUSES.map(status => ({
    header: status,
    value: (license: License) =>
      license.statuses.find(entry => entry.status === status)?.accounts,
  })),
  { header: 'priced', value: license => license.spend !== null },
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
  const { search } = useLocation();
  const { allowed: mayPrice } = usePermission({
    permission: termsUpdatePermission,
  });
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

  // Dates of terms too, which the list of licenses does not tell.
  const renewals = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/renewals', {
          params: { path: { tenant }, query: { days: RENEWAL_DAYS } },
        }),
      ),
    [client, tenant],
  );
  const renewalOf = (license: License) =>
    renewals.value?.items.find(({ skuId }) => skuId === license.skuId)?.date ??
    nextDateOf(license);

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
      width: '22%',
      cell: license => (
        <div className={styles.stack}>
          <NameCell
            name={license.displayName}
            detail={license.skuPartNumber}
            href={links.license(license.skuId, search)}
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
        width: { bought: '6.5rem', assigned: '7.5rem', unassigned: '8.5rem' }[
          field
        ],
        cell: license => formatNumber(license[field]),
      }),
    ),
    {
      id: 'use',
      label: t('licenses.use'),
      width: '14rem',
      cell: license => <StatusMeter statuses={license.statuses} />,
    },
    {
      id: 'spend',
      label: t('licenses.spend'),
      numeric: true,
      width: '9rem',
      cell: license => (
        <div className={styles.stack}>
          <AnnualSpend spend={license.spend} />
        </div>
      ),
    },
    {
      id: 'renewal',
      label: t('licenses.renewal'),
      width: '8.5rem',
      cell: license => <RelativeTime value={renewalOf(license)} fallback="–" />,
    },
    {
      id: 'status',
      label: t('licenses.status'),
      width: '7rem',
      cell: license => <CapabilityBadge status={license.status} />,
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
            <div className={styles.tags}>
              {mayPrice && (
                <ImportTerms
                  tenant={tenant}
                  onApplied={() => {
                    retry();
                    renewals.retry();
                  }}
                />
              )}
              <ExportButton
                name={`${tenant}-terms`}
                label={t('export.terms')}
                columns={TERM_COLUMNS}
                isDisabled={!value}
                getPage={(_, signal) =>
                  answerOf(
                    client.GET('/tenants/{tenant}/terms', {
                      params: { path: { tenant } },
                      signal,
                    }),
                  )
                }
              />
              <ExportButton
                name={`${tenant}-licenses`}
                columns={[
                  ...EXPORT_COLUMNS,
                  { header: 'nextRenewal', value: renewalOf },
                  ...spendColumns(items ?? []),
                ]}
                isDisabled={!value?.totalItems}
                getPage={(_, signal) => getAll(signal)}
              />
            </div>
          </div>
          <DataTable
            label={t('licenses.table')}
            columns={columns}
            items={items}
            isStale={loading}
            getId={({ skuId }) => skuId}
            getHref={({ skuId }) => links.license(skuId, search)}
            sort={sorting}
            minWidth="74rem"
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
                  action={<OpenTasks tenant={tenant} />}
                />
              )
            }
          />
        </>
      )}
    </>
  );
}
