import { Button, ButtonLink, Link } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  accountReadPermission,
  answerOf,
  type Candidate,
  CANDIDATE_REASONS,
  type CandidateCounts,
  type CandidateSummary,
  type Downgrade,
  exemptionUpdatePermission,
  licenseReadPermission,
  reclamationCreatePermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { useLocation } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import {
  CandidateStateText,
  CandidateValue,
  useHeldBackWords,
} from '../common/Candidates';
import { type CsvColumn, moneyColumns } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import {
  FilterChips,
  Filters,
  GroupFilter,
  SearchFilter,
  SelectFilter,
} from '../common/Filters';
import { formatMoney, formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import {
  EmptyState,
  ErrorState,
  isBadRequest,
  isForbidden,
  Loading,
} from '../common/messages';
import { Amounts, NotPriced } from '../common/money';
import { NameCell } from '../common/NameCell';
import { PlanDialog } from '../common/PlanDialog';
import { ReasonText, useReasonWords } from '../common/ReasonText';
import { RelativeTime } from '../common/RelativeTime';
import { Figure, Section } from '../common/Section';
import { TenantPage } from '../common/TenantPage';
import { type UrlQuery, useSort, useUrlQuery } from '../common/urlQuery';
import { usePagedList } from '../common/usePagedList';
import { useFilterOptions } from '../common/useFilterOptions';
import { ExemptionDialog } from './ExemptionDialog';
import {
  candidateId,
  type CandidateSelection,
  useCandidateSelection,
} from './useCandidateSelection';
import { OpenTasks } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** What can be taken back, and why. @public */
export function CandidatesPage() {
  return (
    <TenantPage>
      {tenant => <Candidates key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

const SORTABLE_BY_ALL = ['displayName', 'since'] as const;
const SORTABLE = [...SORTABLE_BY_ALL, 'value'] as const;
const STATES = ['opportunity', 'heldBack'] as const;
const FILTERS = [
  'text',
  'reason',
  'state',
  'skuId',
  'department',
  'group',
] as const;

function useExportColumns(currencies: string[]): CsvColumn<Candidate>[] {
  const reasonWords = useReasonWords();
  const heldBackWords = useHeldBackWords();
  return [
    { header: 'displayName', value: candidate => candidate.accountName },
    {
      header: 'userPrincipalName',
      value: candidate => candidate.userPrincipalName,
    },
    { header: 'department', value: candidate => candidate.department },
    { header: 'license', value: candidate => candidate.displayName },
    { header: 'skuPartNumber', value: candidate => candidate.skuPartNumber },
    { header: 'state', value: candidate => candidate.state },
    { header: 'reason', value: ({ reasons }) => reasons[0]?.type },
    {
      header: 'evidence',
      value: ({ reasons }) => reasons.map(reasonWords).join('. '),
    },
    { header: 'since', value: candidate => candidate.since },
    {
      header: 'heldBack',
      value: ({ heldBack }) =>
        heldBack
          .map(held => `${heldBackWords(held)}: ${held.reason}`)
          .join('. '),
    },
    {
      header: 'heldBackBy',
      value: ({ heldBack }) =>
        heldBack
          .map(({ owner }) => owner)
          .filter(owner => owner !== null)
          .join('; '),
    },
    ...moneyColumns<Candidate>('annualValue', currencies, ({ value }) => value),
    { header: 'direct', value: candidate => candidate.direct },
    { header: 'accountId', value: candidate => candidate.accountId },
    { header: 'skuId', value: candidate => candidate.skuId },
  ];
}

function Candidates(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const costs = usePermission({ permission: licenseReadPermission });
  const { allowed: mayHoldBack } = usePermission({
    permission: exemptionUpdatePermission,
  });
  const { allowed: isPlanner } = usePermission({
    permission: reclamationCreatePermission,
  });
  const mayPlan = isPlanner && props.tenant.status === 'started';
  const tenant = props.tenant.name;
  const query = useUrlQuery();
  const { search } = useLocation();
  // The value is refused to those who may not read what licenses cost.
  const sorting = useSort(
    query,
    costs.allowed || costs.loading ? SORTABLE : SORTABLE_BY_ALL,
    'displayName',
  );
  const options = useFilterOptions(tenant);
  const exportColumns = useExportColumns(options.currencies);
  const [toHoldBack, setToHoldBack] = useState<Candidate>();
  const [isPlanning, setPlanning] = useState(false);

  const stateFilter = query.oneOf('state', STATES);
  const planFilter = {
    text: query.get('text'),
    reason: query.oneOf('reason', CANDIDATE_REASONS),
    skuId: query.get('skuId'),
    department: query.get('department'),
    group: query.get('group'),
  };
  const filter = {
    ...planFilter,
    state: stateFilter,
    sort: sorting.sort,
    order: sorting.order,
  };
  const chosen = useCandidateSelection(planFilter);
  const { value, loading, error, retry, paging, getExportPage } = usePagedList(
    query,
    [tenant, filter],
    (page, signal) =>
      answerOf(
        client.GET('/tenants/{tenant}/candidates', {
          params: { path: { tenant }, query: { ...filter, ...page } },
          signal,
        }),
      ),
  );
  const summary = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/candidate-summary', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant],
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

  const accountHref = ({ accountId }: Candidate) =>
    links.account(accountId, search, 'candidates');
  const columns: DataColumn<Candidate>[] = [
    {
      id: 'displayName',
      label: t('candidates.account'),
      rowHeader: true,
      sortable: true,
      width: '17%',
      cell: candidate => (
        <NameCell
          name={candidate.accountName}
          detail={candidate.userPrincipalName}
          href={accountHref(candidate)}
        />
      ),
    },
    {
      id: 'license',
      label: t('candidates.license'),
      width: '14%',
      cell: ({ displayName, skuPartNumber, skuId }) => (
        <NameCell name={displayName} detail={skuPartNumber ?? skuId} />
      ),
    },
    {
      id: 'reason',
      label: t('candidates.why'),
      cell: ({ reasons }) => <ReasonText reasons={reasons} />,
    },
    {
      id: 'since',
      label: t('candidates.since'),
      sortable: true,
      width: '8rem',
      cell: ({ since }) => <RelativeTime value={since} fallback="–" />,
    },
    ...(value?.items.some(candidate => candidate.value)
      ? [
          {
            id: 'value',
            label: t('candidates.annual'),
            numeric: true,
            sortable: true,
            width: '7.5rem',
            cell: (candidate: Candidate) => (
              <CandidateValue candidate={candidate} />
            ),
          },
        ]
      : []),
    {
      id: 'state',
      label: t('candidates.stateLabel'),
      width: '13%',
      cell: candidate => <CandidateStateText candidate={candidate} />,
    },
    ...(mayHoldBack
      ? [
          {
            id: 'action',
            label: t('candidates.action'),
            width: '7.5rem',
            cell: (candidate: Candidate) => (
              <Button
                size="small"
                variant="secondary"
                aria-label={t('candidates.holdBackOf', {
                  license: candidate.displayName,
                  account: candidate.accountName,
                })}
                onPress={() => setToHoldBack(candidate)}
              >
                {t('candidates.holdBack')}
              </Button>
            ),
          },
        ]
      : []),
  ];

  const isFiltered = FILTERS.some(name => query.get(name) !== undefined);
  return (
    <>
      <Summary
        tenant={tenant}
        summary={summary.value}
        error={summary.error}
        onRetry={summary.retry}
      />
      <Filters query={query} names={[...FILTERS]}>
        <SearchFilter
          query={query}
          label={t('users.search')}
          placeholder={t('users.searchHint')}
        />
        <SelectFilter
          query={query}
          name="state"
          label={t('candidates.stateLabel')}
          options={STATES.map(state => ({
            value: state,
            label: t(`candidates.state.${state}`),
          }))}
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
        <GroupFilter query={query} />
      </Filters>
      <ReasonChips query={query} summary={summary.value} />
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
                {value && t('candidates.rows', { count: value.totalItems })}
              </span>
              {value?.evaluatedAt && (
                <span>
                  {t('candidates.evaluated')}{' '}
                  <RelativeTime value={value.evaluatedAt} />
                </span>
              )}
              {mayPlan && value && value.totalItems > 0 && (
                <Chosen
                  chosen={chosen}
                  totalItems={value.totalItems}
                  // What is held back is left alone by any plan.
                  canSelectAll={stateFilter !== 'heldBack'}
                />
              )}
            </div>
            <div className={styles.tags}>
              {mayPlan && (
                <Button
                  isDisabled={chosen.isEmpty}
                  onPress={() => setPlanning(true)}
                >
                  {t('plan.button')}
                </Button>
              )}
              {/* They name people of the whole tenant, whom team leads do not see. */}
              {costs.allowed && (
                <ButtonLink
                  variant="secondary"
                  href={links.exemptions({ tenant })}
                >
                  {t('exemptions.title')}
                </ButtonLink>
              )}
              <ExportButton
                name={`${tenant}-candidates`}
                columns={exportColumns}
                isDisabled={!value?.totalItems}
                getPage={getExportPage}
              />
            </div>
          </div>
          <DataTable
            label={t('candidates.table')}
            columns={columns}
            items={value?.items}
            isStale={loading}
            getId={candidateId}
            selection={
              mayPlan
                ? {
                    selected: chosen.isAll
                      ? new Set(value?.items.map(candidateId))
                      : chosen.ids,
                    onChange: chosen.select,
                  }
                : undefined
            }
            getHref={accountHref}
            sort={sorting}
            minWidth="73rem"
            empty={
              <NoCandidates
                tenant={tenant}
                isFiltered={isFiltered}
                isEvaluated={Boolean(value?.evaluatedAt)}
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
      {summary.value && summary.value.unobservable.length > 0 && (
        <Unobservable downgrades={summary.value.unobservable} />
      )}
      <PlanDialog
        tenant={tenant}
        selection={chosen.selection}
        isOpen={isPlanning}
        onClose={() => setPlanning(false)}
      />
      <ExemptionDialog
        tenant={tenant}
        licenses={options.licenses}
        candidate={toHoldBack}
        isOpen={Boolean(toHoldBack)}
        onClose={() => setToHoldBack(undefined)}
        onDone={() => {
          retry();
          summary.retry();
        }}
      />
    </>
  );
}

/** How many candidates are chosen for a plan, and the ways to choose all or none. */
function Chosen(props: {
  chosen: CandidateSelection;
  totalItems: number;
  canSelectAll: boolean;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { chosen, totalItems, canSelectAll } = props;
  const { ids, isAll, isEmpty } = chosen;
  return (
    <span className={styles.chosen}>
      <span role="status">
        {isAll && t('plan.allSelected', { count: totalItems })}
        {ids.size > 0 && t('plan.selected', { count: ids.size })}
      </span>
      {canSelectAll && !isAll && (
        <Button size="small" variant="tertiary" onPress={chosen.selectAll}>
          {t('plan.selectAll', { count: totalItems })}
        </Button>
      )}
      {!isEmpty && (
        <Button size="small" variant="tertiary" onPress={chosen.clear}>
          {t('plan.clearSelection')}
        </Button>
      )}
    </span>
  );
}

function NoCandidates(props: {
  tenant: string;
  isFiltered: boolean;
  isEvaluated: boolean;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  if (!props.isEvaluated) {
    return (
      <EmptyState
        title={t('candidates.notEvaluatedTitle')}
        text={t('candidates.notEvaluatedText')}
        action={<OpenTasks tenant={props.tenant} />}
      />
    );
  }
  return props.isFiltered ? (
    <EmptyState
      title={t('candidates.noMatchTitle')}
      text={t('candidates.noMatchText')}
    />
  ) : (
    <EmptyState
      title={t('candidates.emptyTitle')}
      text={t('candidates.emptyText')}
    />
  );
}

/** What there is to take back and what it is worth, for those who may know. */
function Summary(props: {
  tenant: string;
  summary: CandidateSummary | undefined;
  error: Error | undefined;
  onRetry: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { tenant, summary, error } = props;
  if (isForbidden(error)) {
    return null;
  }
  if (error) {
    return (
      <ErrorState
        error={error}
        permission={licenseReadPermission.name}
        onRetry={props.onRetry}
      />
    );
  }
  if (!summary) {
    return <Loading height={120} />;
  }
  const { total, inactiveAfterDays, graceDays, evaluatedAt } = summary;
  const counted = (state: (typeof STATES)[number], count: number) => (
    <>
      <span className={styles.figure}>
        {evaluatedAt ? formatNumber(count) : '–'}
      </span>
      {count > 0 && (
        <Link href={links.candidates({ tenant, state })}>
          {t('candidates.list')}
        </Link>
      )}
    </>
  );
  return (
    <div className={styles.figures}>
      <Figure level="h2" title={t('candidates.opportunities')}>
        {counted('opportunity', total.opportunities)}
      </Figure>
      <Figure level="h2" title={t('candidates.worth')}>
        <span className={styles.figure}>
          <Worth counts={total} />
        </span>
        <span className={styles.note}>
          {t('candidates.rules', {
            threshold: inactiveAfterDays,
            grace: graceDays,
          })}
        </span>
      </Figure>
      <Figure level="h2" title={t('candidates.heldBackCount')}>
        {counted('heldBack', total.heldBack)}
      </Figure>
    </div>
  );
}

function Worth(props: { counts: CandidateCounts }) {
  const { opportunities, value } = props.counts;
  if (value.length > 0) {
    return (
      <span className={styles.stack}>
        <Amounts amounts={value} />
      </span>
    );
  }
  return opportunities > 0 ? <NotPriced /> : <>–</>;
}

/** The reasons to narrow the list to, each with how many and their worth. */
function ReasonChips(props: {
  query: UrlQuery;
  summary: CandidateSummary | undefined;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { query, summary } = props;
  const state = query.oneOf('state', STATES);
  const chosen = query.get('reason');
  const countsOf = (reason: string) =>
    summary?.reasons.find(entry => entry.reason === reason)?.counts;

  // As many as the list shows: of the state that is chosen.
  const rows = ({ opportunities, heldBack }: CandidateCounts) => {
    switch (state) {
      case 'opportunity':
        return opportunities;
      case 'heldBack':
        return heldBack;
      default:
        return opportunities + heldBack;
    }
  };

  // Who may not know the counts gets every reason.
  const reasons = CANDIDATE_REASONS.filter(
    reason => !summary || countsOf(reason) || reason === chosen,
  );
  if (reasons.length === 0) {
    return null;
  }
  return (
    <FilterChips
      query={query}
      name="reason"
      label={t('candidates.reasons')}
      chips={reasons.map(reason => {
        const counts = countsOf(reason);
        const worth = state === 'heldBack' ? [] : counts?.value ?? [];
        return {
          value: reason,
          label: (
            <>
              {t(`candidates.reason.${reason}`)}
              {counts && <strong>{formatNumber(rows(counts))}</strong>}
              {worth.map(money => (
                <span key={money.currency} className={styles.chipNote}>
                  {formatMoney(money, { maximumFractionDigits: 0 })}
                </span>
              ))}
            </>
          ),
        };
      })}
    />
  );
}

const PLANS_SHOWN = 5;

/** Which smaller licenses could do, though no report can say so. */
function Unobservable(props: { downgrades: Downgrade[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <Section title={t('candidates.unobservable')} level="h2">
      <ul className={styles.list}>
        {props.downgrades.map(({ from, to, unobservable }) => {
          const rest = unobservable.length - PLANS_SHOWN;
          return (
            <li
              key={`${from.skuId} ${to.skuId}`}
              className={styles.secondary}
              title={unobservable.join(', ')}
            >
              {t('candidates.unobservableText', {
                from: from.displayName,
                to: to.displayName,
                plans: unobservable.slice(0, PLANS_SHOWN).join(', '),
              })}
              {rest > 0 &&
                ` ${t('candidates.unobservableMore', { count: rest })}`}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
