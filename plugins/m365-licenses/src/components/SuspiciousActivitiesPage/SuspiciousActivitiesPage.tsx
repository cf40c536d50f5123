import { Button } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  accountReadPermission,
  answerOf,
  SERVICES,
  SUSPICIOUS_ACTIVITY_TYPES,
  type SuspiciousActivity,
  type SuspiciousActivityType,
  suspiciousActivityUpdatePermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { useLocation } from 'react-router-dom';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import type { CsvColumn } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { FilterChips, Filters, SearchFilter } from '../common/Filters';
import { formatExact, formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import {
  EmptyState,
  errorMessage,
  ErrorState,
  isBadRequest,
  isForbidden,
} from '../common/messages';
import { NameCell } from '../common/NameCell';
import { useNotify } from '../common/notify';
import { Person } from '../common/Person';
import { RelativeTime } from '../common/RelativeTime';
import { ReportDate } from '../common/Services';
import { Section } from '../common/Section';
import { Status } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { useUrlQuery } from '../common/urlQuery';
import { usePagedList } from '../common/usePagedList';
import { RecognizeDialog } from './RecognizeDialog';
import { OpenTasks } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** What does not add up. @public */
export function SuspiciousActivitiesPage() {
  return (
    <TenantPage>
      {tenant => <SuspiciousActivities key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

const FILTERS = ['text', 'type'];

const TONES = {
  unknown: 'attention',
  unauthorized: 'bad',
  unrecognized: 'info',
  recognized: 'muted',
} as const satisfies Record<SuspiciousActivityType, string>;

const nameOf = ({ displayName, userPrincipalName }: SuspiciousActivity) =>
  displayName ?? userPrincipalName;

const EXPORT_COLUMNS: CsvColumn<SuspiciousActivity>[] = [
  { header: 'displayName', value: activity => activity.displayName },
  {
    header: 'userPrincipalName',
    value: activity => activity.userPrincipalName,
  },
  { header: 'type', value: activity => activity.type },
  { header: 'cause', value: activity => activity.cause },
  { header: 'deactivatedAt', value: activity => activity.deactivatedAt },
  { header: 'lastActivityDate', value: activity => activity.lastActivityDate },
  ...SERVICES.map(service => ({
    header: service,
    value: ({ services }: SuspiciousActivity) =>
      services.find(entry => entry.service === service)?.lastActivityDate,
  })),
  {
    header: 'reportRefreshDate',
    value: activity => activity.reportRefreshDate,
  },
  { header: 'firstSeenAt', value: activity => activity.firstSeenAt },
  { header: 'note', value: ({ recognition }) => recognition?.note },
  { header: 'recognizedBy', value: ({ recognition }) => recognition?.by },
  { header: 'recognizedAt', value: ({ recognition }) => recognition?.at },
  { header: 'accountId', value: activity => activity.accountId },
];

function SuspiciousActivities(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const { allowed: mayRecognize } = usePermission({
    permission: suspiciousActivityUpdatePermission,
  });
  const tenant = props.tenant.name;
  const query = useUrlQuery();
  const { search } = useLocation();
  const [toRecognize, setToRecognize] = useState<SuspiciousActivity>();

  const filter = {
    text: query.get('text'),
    type: query.oneOf('type', SUSPICIOUS_ACTIVITY_TYPES),
  };
  const { value, loading, error, retry, paging, getExportPage } = usePagedList(
    query,
    [tenant, filter],
    (page, signal) =>
      answerOf(
        client.GET('/tenants/{tenant}/suspicious-activities', {
          params: { path: { tenant }, query: { ...filter, ...page } },
          signal,
        }),
      ),
  );

  if (isForbidden(error)) {
    return (
      <ErrorState
        error={error}
        permission={t('suspicious.permission', {
          permission: accountReadPermission.name,
        })}
        onRetry={retry}
      />
    );
  }

  const columns: DataColumn<SuspiciousActivity>[] = [
    {
      id: 'name',
      label: t('suspicious.name'),
      rowHeader: true,
      width: '20%',
      cell: activity => (
        <NameCell
          name={nameOf(activity)}
          detail={activity.userPrincipalName}
          href={
            activity.accountId === null
              ? undefined
              : links.account(
                  activity.accountId,
                  search,
                  'suspiciousActivities',
                )
          }
        />
      ),
    },
    {
      id: 'type',
      label: t('suspicious.types'),
      width: '9rem',
      cell: ({ type }) => (
        <Status tone={TONES[type]}>{t(`suspicious.type.${type}`)}</Status>
      ),
    },
    {
      id: 'cause',
      label: t('suspicious.causeLabel'),
      cell: activity => <Cause activity={activity} />,
    },
    {
      id: 'services',
      label: t('suspicious.services'),
      width: '16%',
      cell: ({ services }) => (
        <ul className={styles.plainList}>
          {services.map(
            ({ service, lastActivityDate }) =>
              lastActivityDate && (
                <li key={service}>
                  {t(`service.${service}`)},{' '}
                  <RelativeTime value={lastActivityDate} />
                </li>
              ),
          )}
        </ul>
      ),
    },
    {
      id: 'firstSeen',
      label: t('suspicious.firstSeen'),
      width: '8rem',
      cell: ({ firstSeenAt }) => <RelativeTime value={firstSeenAt} />,
    },
    ...(mayRecognize
      ? [
          {
            id: 'action',
            label: t('suspicious.action'),
            width: '8rem',
            cell: (activity: SuspiciousActivity) =>
              activity.recognition ? (
                <TakeBackButton
                  tenant={tenant}
                  activity={activity}
                  onChange={retry}
                />
              ) : (
                <Button
                  size="small"
                  variant="secondary"
                  aria-label={t('suspicious.recognizeOf', {
                    name: nameOf(activity),
                  })}
                  onPress={() => setToRecognize(activity)}
                >
                  {t('suspicious.recognize')}
                </Button>
              ),
          },
        ]
      : []),
  ];

  const isFiltered = FILTERS.some(name => query.get(name) !== undefined);
  const rowsOf = (type: SuspiciousActivityType) =>
    value?.types.find(entry => entry.type === type)?.rows;
  return (
    <>
      <Filters query={query} names={FILTERS}>
        <SearchFilter
          query={query}
          label={t('users.search')}
          placeholder={t('users.searchHint')}
        />
      </Filters>
      <FilterChips
        query={query}
        name="type"
        label={t('suspicious.types')}
        chips={SUSPICIOUS_ACTIVITY_TYPES.map(type => ({
          value: type,
          label: (
            <>
              <Status tone={TONES[type]}>{t(`suspicious.type.${type}`)}</Status>
              {value && <strong>{formatNumber(rowsOf(type) ?? 0)}</strong>}
            </>
          ),
        }))}
      />
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
                {value && t('suspicious.rows', { count: value.totalItems })}
              </span>
            </div>
            <ExportButton
              name={`${tenant}-suspicious-activities`}
              columns={EXPORT_COLUMNS}
              isDisabled={!value?.totalItems}
              getPage={getExportPage}
            />
          </div>
          <DataTable
            label={t('suspicious.table')}
            columns={columns}
            items={value?.items}
            isStale={loading}
            getId={({ id }) => id}
            minWidth="66rem"
            empty={
              isFiltered ? (
                <EmptyState
                  title={t('suspicious.noMatchTitle')}
                  text={t('suspicious.noMatchText')}
                />
              ) : (
                <EmptyState
                  title={t('suspicious.emptyTitle')}
                  text={t('suspicious.emptyText')}
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
      <Section title={t('suspicious.meansTitle')} level="h2">
        <dl className={styles.facts}>
          {SUSPICIOUS_ACTIVITY_TYPES.map(type => (
            <div key={type} className={styles.contents}>
              <dt>{t(`suspicious.type.${type}`)}</dt>
              <dd>{t(`suspicious.means.${type}`)}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <RecognizeDialog
        tenant={tenant}
        activity={toRecognize}
        onClose={() => setToRecognize(undefined)}
        onDone={retry}
      />
    </>
  );
}

/** Why an activity is listed, by which report, and who accepted it why. */
function Cause(props: { activity: SuspiciousActivity }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { recognition, reportRefreshDate } = props.activity;
  const words = useCauseWords();
  return (
    <div className={styles.stack}>
      <span>{words(props.activity)}</span>
      {reportRefreshDate && (
        <span className={styles.note}>
          <ReportDate value={reportRefreshDate} />
        </span>
      )}
      {recognition && (
        <span className={styles.name}>
          {recognition.note}{' '}
          <span className={styles.note}>
            (
            {t('suspicious.recognizedBy', {
              person: <Person entityRef={recognition.by} />,
              when: <RelativeTime value={recognition.at} />,
            })}
            )
          </span>
        </span>
      )}
    </div>
  );
}

/** Why an activity is listed: "Disabled on May 3, 2026, active in Exchange on May 9, 2026". */
function useCauseWords() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);

  function causeOf({ cause, deactivatedAt }: SuspiciousActivity) {
    return (cause === 'disabled' || cause === 'deleted') && deactivatedAt
      ? t(`suspicious.cause.${cause}On`, {
          date: formatExact(deactivatedAt.slice(0, 10)),
        })
      : t(`suspicious.cause.${cause}`);
  }

  return (activity: SuspiciousActivity): string => {
    const { lastActivityDate } = activity;
    const cause = causeOf(activity);
    if (!lastActivityDate) {
      return cause;
    }
    const date = formatExact(lastActivityDate);
    const services = activity.services
      .filter(entry => entry.lastActivityDate === lastActivityDate)
      .map(({ service }) => t(`service.${service}`))
      .join(', ');
    return services
      ? t('suspicious.cause.active', { cause, services, date })
      : t('suspicious.cause.activeSomewhere', { cause, date });
  };
}

function TakeBackButton(props: {
  tenant: string;
  activity: SuspiciousActivity;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const [isPending, setPending] = useState(false);
  const { tenant, activity, onChange } = props;

  const takeBack = async () => {
    setPending(true);
    try {
      await answerOf(
        client.DELETE(
          '/tenants/{tenant}/suspicious-activities/{id}/recognition',
          { params: { path: { tenant, id: activity.id } } },
        ),
      );
      notify({ title: t('suspicious.takenBack'), status: 'success' });
      onChange();
    } catch (error) {
      notify({
        title: t('suspicious.takeBackFailed'),
        description: errorMessage(error),
        status: 'danger',
      });
    } finally {
      setPending(false);
    }
  };

  return (
    <Button
      size="small"
      variant="secondary"
      aria-label={t('suspicious.takeBackOf', { name: nameOf(activity) })}
      isPending={isPending}
      onPress={takeBack}
    >
      {t('suspicious.takeBack')}
    </Button>
  );
}
