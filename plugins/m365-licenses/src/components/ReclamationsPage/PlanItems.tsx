import { Button, Link } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type Reclamation,
  RECLAMATION_OUTCOMES,
  type ReclamationItem,
  reclamationReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { CandidateValue } from '../common/Candidates';
import { type CsvColumn, moneyColumns } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { FilterChips, Filters, SearchFilter } from '../common/Filters';
import { formatMoney, formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import { EmptyState, ErrorState, isBadRequest } from '../common/messages';
import { NameCell } from '../common/NameCell';
import { Person } from '../common/Person';
import { ReasonText, useReasonWords } from '../common/ReasonText';
import {
  DaysLeft,
  OutcomeBadge,
  PlannedPathText,
  RequestId,
} from '../common/Reclamations';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { useUrlQuery } from '../common/urlQuery';
import { usePagedList } from '../common/usePagedList';
import { RestoreDialog } from './RestoreDialog';
import { useHasRoster } from '../common/tabLinks';
import styles from '../common/common.module.css';

const FILTERS = ['text', 'outcome'];

function useExportColumns(currencies: string[]): CsvColumn<ReclamationItem>[] {
  const reasonWords = useReasonWords();
  return [
    { header: 'displayName', value: ({ account }) => account.displayName },
    {
      header: 'userPrincipalName',
      value: ({ account }) => account.userPrincipalName,
    },
    { header: 'license', value: ({ displayName }) => displayName },
    { header: 'skuPartNumber', value: ({ skuPartNumber }) => skuPartNumber },
    { header: 'path', value: ({ path }) => path.type },
    {
      header: 'group',
      value: ({ path }) => path.group?.name ?? path.group?.id,
    },
    {
      header: 'groupOwners',
      value: ({ path }) =>
        path.group?.owners
          .map(({ userPrincipalName }) => userPrincipalName)
          .join('; '),
    },
    {
      header: 'groupOtherLicenses',
      value: ({ path }) =>
        path.group?.otherLicenses
          .map(({ displayName }) => displayName)
          .join('; '),
    },
    {
      header: 'disabledPlans',
      value: ({ path }) => path.disabledPlans.join('; '),
    },
    {
      header: 'evidence',
      value: ({ evidence }) => evidence.reasons.map(reasonWords).join('. '),
    },
    {
      header: 'lastActivityDate',
      value: ({ evidence }) => evidence.lastActivityDate,
    },
    ...moneyColumns<ReclamationItem>(
      'annualValue',
      currencies,
      ({ value }) => value,
    ),
    { header: 'outcome', value: ({ outcome }) => outcome },
    { header: 'message', value: ({ message }) => message },
    { header: 'requestId', value: ({ requestId }) => requestId },
    { header: 'startedAt', value: ({ startedAt }) => startedAt },
    { header: 'finishedAt', value: ({ finishedAt }) => finishedAt },
    { header: 'restoredBy', value: ({ restored }) => restored?.by },
    { header: 'restoredAt', value: ({ restored }) => restored?.at },
    {
      header: 'restorableUntil',
      value: ({ restorableUntil }) => restorableUntil,
    },
    { header: 'accountId', value: ({ account }) => account.id },
    { header: 'skuId', value: ({ skuId }) => skuId },
    { header: 'id', value: ({ id }) => id },
  ];
}

const isRestorable = ({ restorableUntil }: ReclamationItem) =>
  restorableUntil !== null;

/**
 * The licenses of a plan: whose, how held, why, what became of each, and the
 * ways to put them back.
 *
 * @param props.changes - counts up when the plan changed
 */
export function PlanItems(props: {
  reclamation: Reclamation;
  changes: number;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const hasRoster = useHasRoster();
  const query = useUrlQuery();
  const { reclamation, changes } = props;
  const { id, tenant, counts, allowed } = reclamation;
  const mayRestore = allowed.includes('restore');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [toRestore, setToRestore] = useState<string[]>([]);
  const [isRestoring, setRestoring] = useState(false);
  const currencies = [
    ...new Set(
      counts.flatMap(({ value = [] }) => value).map(({ currency }) => currency),
    ),
  ].sort();
  const exportColumns = useExportColumns(currencies);

  const filter = {
    reclamationId: id,
    text: query.get('text'),
    outcome: query.oneOf('outcome', RECLAMATION_OUTCOMES),
  };
  const { value, isOther, error, retry, paging, getExportPage } = usePagedList(
    query,
    [tenant, filter],
    (page, signal) =>
      answerOf(
        client.GET('/tenants/{tenant}/reclamation-items', {
          params: { path: { tenant }, query: { ...filter, ...page } },
          signal,
        }),
      ),
    changes,
  );

  const restore = (itemIds: string[]) => {
    setToRestore(itemIds);
    setRestoring(true);
  };

  const columns: DataColumn<ReclamationItem>[] = [
    {
      id: 'account',
      label: t('candidates.account'),
      rowHeader: true,
      width: '15%',
      cell: ({ account }) => (
        <NameCell
          name={account.displayName}
          detail={account.userPrincipalName}
          href={
            hasRoster
              ? links.account(
                  account.id,
                  `?${new URLSearchParams({ tenant })}`,
                  'reclamations',
                )
              : undefined
          }
        />
      ),
    },
    {
      id: 'license',
      label: t('candidates.license'),
      width: '13%',
      cell: ({ displayName, skuPartNumber, skuId }) => (
        <NameCell name={displayName} detail={skuPartNumber ?? skuId} />
      ),
    },
    {
      id: 'path',
      label: t('reclamations.path'),
      width: '13%',
      cell: ({ path }) => <PlannedPathText path={path} />,
    },
    {
      id: 'evidence',
      label: t('reclamations.evidence'),
      cell: ({ evidence }) => <Evidence evidence={evidence} />,
    },
    ...(value?.items.some(item => item.value)
      ? [
          {
            id: 'value',
            label: t('candidates.annual'),
            numeric: true,
            width: '7.5rem',
            cell: (item: ReclamationItem) => (
              <CandidateValue candidate={item} />
            ),
          },
        ]
      : []),
    {
      id: 'outcome',
      label: t('reclamations.outcome'),
      width: '19%',
      cell: ({ outcome, message, requestId }) => (
        <div className={styles.stack}>
          <OutcomeBadge outcome={outcome} />
          <span className={`${styles.note} ${styles.name}`}>{message}</span>
          <RequestId id={requestId} />
        </div>
      ),
    },
    ...(reclamation.kind === 'reclaim'
      ? [
          {
            id: 'undo',
            label: t('reclamations.undo'),
            width: '8.5rem',
            cell: (item: ReclamationItem) => (
              <Undo
                tenant={tenant}
                item={item}
                onRestore={mayRestore ? () => restore([item.id]) : undefined}
              />
            ),
          },
        ]
      : []),
  ];

  return (
    <Section
      title={t('reclamations.items')}
      aside={
        <div className={styles.tags}>
          {selected.size > 0 && (
            <Button variant="secondary" onPress={() => restore([...selected])}>
              {t('restore.buttonSelected', { count: selected.size })}
            </Button>
          )}
          <ExportButton
            name={`${tenant}-reclamation`}
            columns={exportColumns}
            isDisabled={!value?.totalItems}
            getPage={getExportPage}
          />
        </div>
      }
    >
      <div className={styles.list}>
        <FilterChips
          query={query}
          name="outcome"
          label={t('reclamations.outcome')}
          chips={counts.map(({ outcome, items, value: worth = [] }) => ({
            value: outcome,
            label: (
              <>
                {t(`outcome.${outcome}`)}
                <strong>{formatNumber(items)}</strong>
                {worth.map(money => (
                  <span key={money.currency} className={styles.chipNote}>
                    {formatMoney(money, { maximumFractionDigits: 0 })}
                  </span>
                ))}
              </>
            ),
          }))}
        />
        <Filters query={query} names={FILTERS}>
          <SearchFilter
            query={query}
            label={t('users.search')}
            placeholder={t('users.searchHint')}
          />
        </Filters>
        {error ? (
          <ErrorState
            error={error}
            permission={reclamationReadPermission.name}
            onRetry={isBadRequest(error) ? paging.first : retry}
            retryLabel={isBadRequest(error) ? t('common.firstPage') : undefined}
          />
        ) : (
          <>
            <div className={styles.caption}>
              <span role="status">
                {value && t('plan.licenses', { count: value.totalItems })}
              </span>
            </div>
            <DataTable
              label={t('reclamations.items')}
              columns={columns}
              items={value?.items}
              isStale={isOther}
              getId={item => item.id}
              selection={
                mayRestore
                  ? {
                      selected,
                      onChange: setSelected,
                      isSelectable: isRestorable,
                    }
                  : undefined
              }
              minWidth="70rem"
              empty={
                <EmptyState
                  title={t('reclamations.noItemsTitle')}
                  text={t('candidates.noMatchText')}
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
      <RestoreDialog
        tenant={tenant}
        reclamationId={id}
        itemIds={toRestore}
        isOpen={isRestoring}
        onClose={() => setRestoring(false)}
      />
    </Section>
  );
}

/** What was known when it was planned. */
function Evidence(props: { evidence: ReclamationItem['evidence'] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { reasons, lastActivityDate } = props.evidence;
  if (reasons.length > 0) {
    return <ReasonText reasons={reasons} />;
  }
  return (
    <div className={styles.stack}>
      <span>{t('reclamations.askedByName')}</span>
      {lastActivityDate && (
        <span className={styles.note}>
          {t('reclamations.lastActivity', {
            when: <RelativeTime value={lastActivityDate} />,
          })}
        </span>
      )}
    </div>
  );
}

/** Who put a license back, or how long that makes sense and the way to do it. */
function Undo(props: {
  tenant: string;
  item: ReclamationItem;
  onRestore: (() => void) | undefined;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { tenant, item, onRestore } = props;
  const { restored, restorableUntil, account, displayName } = item;
  if (restored) {
    return (
      <div className={styles.stack}>
        <span>
          {t('reclamations.restoredBy', {
            person: <Person entityRef={restored.by} />,
            when: <RelativeTime value={restored.at} />,
          })}
        </span>
        <Link href={links.reclamation(restored.reclamationId, { tenant })}>
          {t('reclamations.restoring')}
        </Link>
      </div>
    );
  }
  if (!restorableUntil) {
    return <>–</>;
  }
  return (
    <div className={styles.stack}>
      <DaysLeft until={restorableUntil} />
      {onRestore && (
        <Button
          size="small"
          variant="secondary"
          className={styles.action}
          aria-label={t('restore.buttonOf', {
            license: displayName,
            account: account.displayName,
          })}
          onPress={onRestore}
        >
          {t('restore.button')}
        </Button>
      )}
    </div>
  );
}
