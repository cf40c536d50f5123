import { ButtonLink } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type Reclamation,
  RECLAMATION_STATUSES,
  reclamationReadPermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useReducer } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { CandidateValue } from '../common/Candidates';
import { Meter } from '../common/charts';
import { type CsvColumn, moneyColumns } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { Filters, SelectFilter } from '../common/Filters';
import { useLinks } from '../common/links';
import { EmptyState, ErrorState, isBadRequest } from '../common/messages';
import { NameCell } from '../common/NameCell';
import { Person } from '../common/Person';
import {
  countOf,
  isOpen,
  OutcomeCounts,
  ReclamationStatusBadge,
  worthOf,
} from '../common/Reclamations';
import { RelativeTime } from '../common/RelativeTime';
import { TenantPage } from '../common/TenantPage';
import { useUrlQuery } from '../common/urlQuery';
import { useFilterOptions } from '../common/useFilterOptions';
import { usePagedList } from '../common/usePagedList';
import { Savings } from './Savings';
import { StoppedStrip, SwitchButton, SwitchedOff } from './StopSwitch';
import { useProgress } from './useProgress';
import { useHasRoster } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** What was taken back, by whom, and whether it can be undone. @public */
export function ReclamationsPage() {
  return (
    <TenantPage>
      {tenant => <Reclamations key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

const FILTERS = ['status', 'policyId'];

/** Plans count as done what needs nothing more, whatever came of it. */
const doneOf = ({ items, counts }: Reclamation) =>
  items - countOf(counts, isOpen);

function useExportColumns(currencies: string[]): CsvColumn<Reclamation>[] {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return [
    { header: 'reason', value: ({ reason }) => reason },
    { header: 'kind', value: ({ kind }) => kind },
    { header: 'mode', value: ({ mode }) => mode },
    { header: 'status', value: ({ status }) => status },
    { header: 'createdBy', value: ({ createdBy }) => createdBy },
    { header: 'createdAt', value: ({ createdAt }) => createdAt },
    { header: 'approvedBy', value: ({ approvedBy }) => approvedBy },
    { header: 'approvedAt', value: ({ approvedAt }) => approvedAt },
    { header: 'startedBy', value: ({ startedBy }) => startedBy },
    { header: 'startedAt', value: ({ startedAt }) => startedAt },
    { header: 'finishedAt', value: ({ finishedAt }) => finishedAt },
    { header: 'canceledBy', value: ({ canceledBy }) => canceledBy },
    { header: 'expiresAt', value: ({ expiresAt }) => expiresAt },
    { header: 'accounts', value: ({ accounts }) => accounts },
    { header: 'licenses', value: ({ items }) => items },
    { header: 'done', value: doneOf },
    {
      header: 'outcomes',
      value: ({ counts }) =>
        counts
          .map(({ outcome, items }) => `${items} ${t(`outcome.${outcome}`)}`)
          .join('; '),
    },
    ...moneyColumns<Reclamation>('annualValue', currencies, ({ counts }) =>
      worthOf(counts),
    ),
    { header: 'restorable', value: ({ restorable }) => restorable.items },
    { header: 'policyId', value: ({ policyId }) => policyId },
    { header: 'id', value: ({ id }) => id },
  ];
}

function Reclamations(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const tenant = props.tenant.name;
  const query = useUrlQuery();
  const { currencies } = useFilterOptions(tenant);
  const exportColumns = useExportColumns(currencies);
  const [changes, change] = useReducer((count: number) => count + 1, 0);
  const filter = {
    status: query.oneOf('status', RECLAMATION_STATUSES),
    policyId: query.get('policyId'),
  };
  const { value, isOther, error, paging, getExportPage } = usePagedList(
    query,
    [tenant, filter],
    (page, signal) =>
      answerOf(
        client.GET('/tenants/{tenant}/reclamations', {
          params: { path: { tenant }, query: { ...filter, ...page } },
          signal,
        }),
      ),
    changes,
  );
  useProgress({ tenant, shown: value?.items ?? [], onChange: change });
  const stop = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/reclamation-switch', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant, changes],
  );

  const hrefOf = ({ id }: Reclamation) => links.reclamation(id, { tenant });
  const columns: DataColumn<Reclamation>[] = [
    {
      id: 'reason',
      label: t('reclamations.plan'),
      rowHeader: true,
      cell: reclamation => (
        <PlanName reclamation={reclamation} href={hrefOf(reclamation)} />
      ),
    },
    {
      id: 'created',
      label: t('reclamations.created'),
      width: '8.5rem',
      cell: ({ createdBy, createdAt, policyId }) => (
        <div className={styles.stack}>
          <RelativeTime value={createdAt} />
          <span className={styles.note}>
            {t('terms.changedBy', { person: <Person entityRef={createdBy} /> })}
          </span>
          {policyId && (
            <span className={styles.note}>{t('reclamations.byPolicy')}</span>
          )}
        </div>
      ),
    },
    {
      id: 'mode',
      label: t('reclamations.mode'),
      width: '6.5rem',
      cell: ({ mode }) => t(`reclamationMode.${mode}`),
    },
    {
      id: 'status',
      label: t('reclamations.status'),
      width: '11rem',
      cell: ({ status, problem }) => (
        <div className={styles.stack}>
          <ReclamationStatusBadge status={status} />
          {problem && (
            <span className={styles.note}>{t('reclamations.waits')}</span>
          )}
        </div>
      ),
    },
    {
      id: 'progress',
      label: t('reclamations.progress'),
      width: '8rem',
      cell: reclamation => {
        const done = doneOf(reclamation);
        const total = reclamation.items;
        return (
          <div className={styles.stack}>
            <span>{t('reclamations.done', { done, total })}</span>
            <Meter
              parts={[
                { id: 'done', color: 'var(--bui-accent-bg)', value: done },
                { id: 'open', color: 'transparent', value: total - done },
              ]}
            />
          </div>
        );
      },
    },
    {
      id: 'outcomes',
      label: t('reclamations.outcomes'),
      width: '12rem',
      cell: ({ counts }) => <OutcomeCounts counts={counts} />,
    },
    ...(value?.items.some(({ counts }) => worthOf(counts))
      ? [
          {
            id: 'value',
            label: t('candidates.annual'),
            numeric: true,
            width: '7rem',
            cell: ({ counts }: Reclamation) => (
              <CandidateValue candidate={{ value: worthOf(counts) }} />
            ),
          },
        ]
      : []),
    {
      id: 'expires',
      label: t('reclamations.expires'),
      width: '7rem',
      cell: ({ startedAt, expiresAt }) => (
        <RelativeTime value={startedAt ? null : expiresAt} fallback="–" />
      ),
    },
  ];

  return (
    <>
      {stop.value?.stopped && (
        <StoppedStrip tenant={tenant} stop={stop.value} onChange={stop.retry} />
      )}
      <SwitchedOff tenant={props.tenant} />
      <Savings tenant={tenant} changes={changes} />
      <div className={styles.bar}>
        <Filters query={query} names={FILTERS}>
          <SelectFilter
            query={query}
            name="status"
            label={t('reclamations.status')}
            options={RECLAMATION_STATUSES.map(status => ({
              value: status,
              label: t(`reclamationStatus.${status}`),
            }))}
          />
        </Filters>
        <div className={styles.tags}>
          {stop.value && !stop.value.stopped && (
            <SwitchButton tenant={tenant} to="stop" onChange={stop.retry} />
          )}
          <ButtonLink variant="secondary" href={links.policies({ tenant })}>
            {t('reclamations.policies')}
          </ButtonLink>
          <ExportButton
            name={`${tenant}-reclamations`}
            columns={exportColumns}
            isDisabled={!value?.totalItems}
            getPage={getExportPage}
          />
        </div>
      </div>
      {error ? (
        <ErrorState
          error={error}
          permission={reclamationReadPermission.name}
          onRetry={isBadRequest(error) ? paging.first : change}
          retryLabel={isBadRequest(error) ? t('common.firstPage') : undefined}
        />
      ) : (
        <>
          <div className={styles.caption}>
            <span role="status">
              {value && t('reclamations.rows', { count: value.totalItems })}
            </span>
          </div>
          <DataTable
            label={t('reclamations.table')}
            columns={columns}
            items={value?.items}
            isStale={isOther}
            getId={({ id }) => id}
            getHref={hrefOf}
            minWidth="72rem"
            empty={
              <NoReclamations
                tenant={tenant}
                isFiltered={FILTERS.some(name => query.get(name))}
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

/** Why the licenses go, and whose they are. */
function PlanName(props: { reclamation: Reclamation; href: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { kind, reason, account, accounts } = props.reclamation;
  const whose = account?.displayName ?? t('plan.people', { count: accounts });
  return (
    <NameCell
      name={reason}
      detail={
        kind === 'restore' ? t('reclamations.restoreFor', { whose }) : whose
      }
      href={props.href}
    />
  );
}

function NoReclamations(props: { tenant: string; isFiltered: boolean }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const hasRoster = useHasRoster();
  const { tenant, isFiltered } = props;
  return isFiltered ? (
    <EmptyState
      title={t('reclamations.noMatchTitle')}
      text={t('candidates.noMatchText')}
    />
  ) : (
    <EmptyState
      title={t('reclamations.emptyTitle')}
      text={t('reclamations.emptyText')}
      action={
        hasRoster && (
          <ButtonLink href={links.candidates({ tenant })}>
            {t('overview.openCandidates')}
          </ButtonLink>
        )
      }
    />
  );
}
