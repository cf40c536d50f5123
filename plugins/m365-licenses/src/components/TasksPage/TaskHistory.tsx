import {
  Button,
  Dialog,
  DialogBody,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  licenseReadPermission,
  SYNC_TASKS,
  type TaskRun,
  type TaskRunCounts,
  type TaskRunStatus,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { Filters, SelectFilter } from '../common/Filters';
import { formatDuration } from '../common/format';
import {
  EmptyState,
  ErrorState,
  isBadRequest,
  ProblemAlert,
} from '../common/messages';
import { RelativeTime } from '../common/RelativeTime';
import { RunStatusBadge } from '../common/StatusBadge';
import { usePaging, useUrlQuery } from '../common/urlQuery';
import styles from '../common/common.module.css';

const RUN_STATUSES = [
  'running',
  'succeeded',
  'partial',
  'failed',
  'aborted',
] as const satisfies readonly TaskRunStatus[];
const FILTERS = ['task', 'status'];
const CHANGES = ['added', 'changed', 'gone', 'malformed', 'unmatched'] as const;

/** How many rows a run read, and what it wrote and could not use. */
export function RunRows(props: { counts: TaskRunCounts }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { counts } = props;
  const changes = CHANGES.filter(name => counts[name] > 0).map(name =>
    t(`tasks.${name}`, { rows: counts[name] }),
  );
  return (
    <div className={styles.stack}>
      <span>{t('tasks.read', { rows: counts.read })}</span>
      <span className={styles.secondary}>
        {changes.length > 0 ? changes.join(', ') : t('tasks.noChanges')}
      </span>
    </div>
  );
}

/**
 * The ledger of task runs, newest first.
 *
 * @param props.newest - the last run of each task; the list is read again when
 * it changes
 */
export function TaskHistory(props: { tenant: string; newest: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const query = useUrlQuery();
  const paging = usePaging(query);
  const { tenant, newest } = props;
  const task = query.oneOf('task', SYNC_TASKS);
  const status = query.oneOf('status', RUN_STATUSES);
  const { value, loading, error, retry } = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/task-runs', {
          params: {
            path: { tenant },
            query: { task, status, cursor: paging.cursor, limit: paging.limit },
          },
        }),
      ),
    [client, tenant, task, status, paging.cursor, paging.limit, newest],
  );

  const columns: DataColumn<TaskRun>[] = [
    {
      id: 'task',
      label: t('tasks.task'),
      rowHeader: true,
      width: '11rem',
      cell: run => t(`task.${run.task}`),
    },
    {
      id: 'startedAt',
      label: t('tasks.begun'),
      width: '8.5rem',
      cell: run => <RelativeTime value={run.startedAt} />,
    },
    {
      id: 'status',
      label: t('tasks.result'),
      width: '8rem',
      cell: run => <RunStatusBadge status={run.status} />,
    },
    {
      id: 'duration',
      label: t('tasks.duration'),
      numeric: true,
      width: '6.5rem',
      cell: ({ durationMs }) =>
        durationMs === null ? '–' : formatDuration(durationMs),
    },
    {
      id: 'rows',
      label: t('tasks.rows'),
      cell: ({ counts }) => <RunRows counts={counts} />,
    },
    {
      id: 'remarks',
      label: t('tasks.remarks'),
      width: '28%',
      cell: run => <Remarks run={run} />,
    },
  ];

  const isFiltered = task !== undefined || status !== undefined;
  return (
    <>
      <Text as="h2" variant="title-x-small" weight="bold">
        {t('tasks.history')}
      </Text>
      <Filters query={query} names={FILTERS}>
        <SelectFilter
          query={query}
          name="task"
          label={t('tasks.historyTask')}
          options={SYNC_TASKS.map(name => ({
            value: name,
            label: t(`task.${name}`),
          }))}
        />
        <SelectFilter
          query={query}
          name="status"
          label={t('tasks.historyStatus')}
          options={RUN_STATUSES.map(name => ({
            value: name,
            label: t(`runStatus.${name}`),
          }))}
        />
      </Filters>
      {error ? (
        <ErrorState
          error={error}
          permission={licenseReadPermission.name}
          onRetry={isBadRequest(error) ? paging.first : retry}
          retryLabel={isBadRequest(error) ? t('common.firstPage') : undefined}
        />
      ) : (
        <>
          <div className={styles.caption}>
            <span role="status">
              {value && t('paging.runs', { count: value.totalItems })}
            </span>
          </div>
          <DataTable
            label={t('tasks.history')}
            columns={columns}
            items={value?.items}
            isStale={loading}
            getId={({ id }) => id}
            minWidth="62rem"
            empty={
              <EmptyState
                title={t('tasks.emptyTitle')}
                text={t(isFiltered ? 'tasks.emptyFiltered' : 'tasks.emptyText')}
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

/** What is worth knowing of a run in a line, and the rest on request. */
function Remarks(props: { run: TaskRun }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { run } = props;
  const lines = [
    ...(run.error ? [run.error.message] : []),
    ...run.leftOut.map(({ what }) => t('tasks.leftOutShort', { what })),
    ...(run.counts.malformed > 0
      ? [t('tasks.malformed', { rows: run.counts.malformed })]
      : []),
  ];
  if (lines.length === 0) {
    return null;
  }
  return (
    <div className={styles.stack}>
      {lines.map(line => (
        <span key={line} className={styles.clip} title={line}>
          {line}
        </span>
      ))}
      <DialogTrigger>
        <Button
          className={styles.action}
          size="small"
          variant="secondary"
          aria-label={t('tasks.detailsOf', { task: t(`task.${run.task}`) })}
        >
          {t('tasks.details')}
        </Button>
        <Dialog width={720} className={styles.readable}>
          <DialogHeader>
            {t('tasks.detailsTitle', {
              task: t(`task.${run.task}`),
              status: t(`runStatus.${run.status}`),
            })}
          </DialogHeader>
          <DialogBody>
            <RunDetails run={run} />
          </DialogBody>
        </Dialog>
      </DialogTrigger>
    </div>
  );
}

function RunDetails(props: { run: TaskRun }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { counts, error, leftOut, malformed } = props.run;
  return (
    <div className={styles.list}>
      {error && <ProblemAlert title={t('tasks.errorTitle')} problem={error} />}
      <Text as="p">
        {(['read', ...CHANGES, 'unchanged'] as const)
          .map(name => t(`tasks.${name}`, { rows: counts[name] }))
          .join(', ')}
      </Text>
      {leftOut.map(({ what, why, mend }) => (
        <section key={what}>
          <Text as="h3" weight="bold">
            {t('tasks.leftOutShort', { what })}
          </Text>
          <dl className={styles.facts}>
            <dt>{t('tasks.why')}</dt>
            <dd>{why}</dd>
            <dt>{t('tasks.mend')}</dt>
            <dd>{mend}</dd>
          </dl>
        </section>
      ))}
      {malformed.length > 0 && (
        <section>
          <Text as="h3" weight="bold">
            {t('tasks.malformedTitle')}
          </Text>
          <dl className={styles.facts}>
            {malformed.map(({ place, problem }) => (
              <div key={`${place} ${problem}`} className={styles.contents}>
                <dt>{place}</dt>
                <dd>{problem}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}
