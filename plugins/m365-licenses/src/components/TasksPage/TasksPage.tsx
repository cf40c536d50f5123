import { Alert, Button, Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { RiPlayLine } from '@remixicon/react';
import {
  answerOf,
  licenseReadPermission,
  type SyncTaskName,
  type Task,
  taskRunPermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useEffect, useRef, useState } from 'react';
import useAsync from 'react-use/esm/useAsync';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import useInterval from 'react-use/esm/useInterval';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type DataColumn, DataTable } from '../common/DataTable';
import { formatDuration } from '../common/format';
import { useLinks } from '../common/links';
import { errorMessage, ErrorState, ProblemAlert } from '../common/messages';
import { useNotify } from '../common/notify';
import { RelativeTime } from '../common/RelativeTime';
import { RunStatusBadge, Status } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { RunRows, TaskHistory } from './TaskHistory';
import styles from '../common/common.module.css';

/** Did last night's sync work? The integration tasks and their runs. @public */
export function TasksPage() {
  return (
    <TenantPage>
      {tenant => <Tasks key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

/** How often a running task is looked at. */
const POLL_MS = 2000;
/** How long a task that was asked to run may take to appear. */
const START_MS = 60_000;

/** A run that was asked for and has not appeared yet. */
interface Awaited {
  lastRunId: string | undefined;
  until: number;
}

function Tasks(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const tenant = props.tenant.name;
  const { allowed, loading: deciding } = usePermission({
    permission: taskRunPermission,
  });
  const { value, error, retry } = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/tasks', { params: { path: { tenant } } }),
      ),
    [client, tenant],
  );
  const [awaited, setAwaited] = useState<
    Partial<Record<SyncTaskName, Awaited>>
  >({});
  const tasks = value?.items;

  // Says what became of the runs that were seen running, or asked for here.
  const watched = useRef(new Map<SyncTaskName, string | undefined>());
  useEffect(() => {
    for (const { task, currentRun, lastRun } of tasks ?? []) {
      if (currentRun) {
        watched.current.set(task, undefined);
      } else if (
        watched.current.has(task) &&
        lastRun &&
        lastRun.id !== watched.current.get(task)
      ) {
        watched.current.delete(task);
        const name = t(`task.${task}`);
        if (lastRun.status === 'succeeded') {
          notify({
            title: t('tasks.finished', { task: name }),
            status: 'success',
          });
        } else if (lastRun.status === 'partial') {
          notify({
            title: t('tasks.finishedPartial', { task: name }),
            description: lastRun.leftOut.map(({ what }) => what).join(', '),
            status: 'warning',
          });
        } else {
          notify({
            title: t('tasks.finishedFailed', { task: name }),
            description: lastRun.error?.message,
            status: 'danger',
          });
        }
      }
    }
  }, [tasks, t, notify]);

  const isAwaited = ({ task, currentRun, lastRun }: Task) => {
    const start = awaited[task];
    return (
      start !== undefined &&
      !currentRun &&
      lastRun?.id === start.lastRunId &&
      Date.now() < start.until
    );
  };
  const isActive = (tasks ?? []).some(
    task => task.state === 'running' || isAwaited(task),
  );
  useInterval(retry, isActive ? POLL_MS : null);

  const run = async ({ task, lastRun }: Task) => {
    const name = t(`task.${task}`);
    try {
      await answerOf(
        client.POST('/tenants/{tenant}/tasks/{task}/run', {
          params: { path: { tenant, task } },
        }),
      );
      watched.current.set(task, lastRun?.id);
      setAwaited(all => ({
        ...all,
        [task]: { lastRunId: lastRun?.id, until: Date.now() + START_MS },
      }));
      notify({ title: t('tasks.started', { task: name }), status: 'success' });
      retry();
    } catch (failure) {
      notify({
        title: t('tasks.startFailed', { task: name }),
        description: errorMessage(failure),
        status: 'danger',
      });
    }
  };

  if (error && !tasks) {
    return (
      <ErrorState
        error={error}
        permission={licenseReadPermission.name}
        onRetry={retry}
      />
    );
  }

  const mayRun = allowed && props.tenant.status === 'started';
  const columns: DataColumn<Task>[] = [
    {
      id: 'task',
      label: t('tasks.task'),
      rowHeader: true,
      width: '20%',
      cell: ({ task }) => (
        <div className={styles.stack}>
          <span>{t(`task.${task}`)}</span>
          <span className={styles.secondary}>{t(`taskPurpose.${task}`)}</span>
        </div>
      ),
    },
    {
      id: 'state',
      label: t('tasks.state'),
      width: '8.5rem',
      cell: task => <TaskState task={task} isStarting={isAwaited(task)} />,
    },
    {
      id: 'lastSuccessAt',
      label: t('tasks.lastSuccess'),
      width: '8.5rem',
      cell: ({ lastSuccessAt }) => (
        <RelativeTime value={lastSuccessAt} fallback={t('common.never')} />
      ),
    },
    {
      id: 'duration',
      label: t('tasks.duration'),
      numeric: true,
      width: '6.5rem',
      cell: ({ lastRun }) =>
        lastRun?.durationMs === null || lastRun === null
          ? '–'
          : formatDuration(lastRun.durationMs),
    },
    {
      id: 'rows',
      label: t('tasks.rows'),
      cell: ({ lastRun }) =>
        lastRun ? <RunRows counts={lastRun.counts} /> : '–',
    },
    {
      id: 'nextRunAt',
      label: t('tasks.nextRun'),
      width: '6.5rem',
      cell: ({ enabled, nextRunAt }) => (
        <RelativeTime value={enabled ? nextRunAt : null} fallback="–" />
      ),
    },
    ...(mayRun
      ? [
          {
            id: 'action',
            label: t('tasks.action'),
            width: '9rem',
            cell: (task: Task) => (
              <Button
                size="small"
                variant="secondary"
                iconStart={<RiPlayLine />}
                aria-label={t('tasks.runNowOf', {
                  task: t(`task.${task.task}`),
                })}
                isDisabled={
                  !task.enabled || task.state === 'running' || isAwaited(task)
                }
                onPress={() => run(task)}
              >
                {t('tasks.runNow')}
              </Button>
            ),
          },
        ]
      : []),
  ];

  return (
    <>
      {props.tenant.status === 'started' && <TasksWait tenant={tenant} />}
      {(tasks ?? []).map(
        ({ task, lastRun }) =>
          lastRun?.error && (
            <ProblemAlert
              key={task}
              title={t('tasks.lastFailed', { task: t(`task.${task}`) })}
              problem={lastRun.error}
            />
          ),
      )}
      <DataTable
        label={t('tasks.table')}
        columns={columns}
        items={tasks}
        getId={({ task }) => task}
        minWidth="62rem"
        empty={null}
      />
      {!allowed && !deciding && (
        <Text color="secondary">
          {t('tasks.notPermitted', { permission: taskRunPermission.name })}
        </Text>
      )}
      <TaskHistory
        tenant={tenant}
        newest={(tasks ?? []).map(({ lastRun }) => lastRun?.id).join(' ')}
      />
    </>
  );
}

/** That the tasks wait for somebody to mend the connection, if they do. */
function TasksWait(props: { tenant: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const { tenant } = props;
  // Where this cannot be read, the tasks themselves say what is wrong.
  const { value } = useAsync(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/connection', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant],
  );
  const sync = value?.credentials.find(({ purpose }) => purpose === 'sync');
  const isSignedOut =
    sync?.type === 'authorizationCode' && sync.authorization === null;
  if (!isSignedOut && !sync?.refusal) {
    return null;
  }
  return (
    <Alert
      status="warning"
      icon
      title={t(isSignedOut ? 'tasks.waitSignedOut' : 'tasks.waitRefused')}
      description={isSignedOut ? undefined : sync.refusal?.message}
      customActions={
        <Link href={links.connections({ tenant })}>
          {t('connections.open')}
        </Link>
      }
    />
  );
}

function TaskState(props: { task: Task; isStarting: boolean }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { task, isStarting } = props;
  const { state, currentRun, lastRun } = task;
  return (
    <div className={styles.stack} aria-live="polite">
      {isStarting && <Status tone="info">{t('tasks.starting')}</Status>}
      {!isStarting && state === 'running' && (
        <>
          <Status tone="info">{t('taskState.running')}</Status>
          {currentRun && (
            <span className={styles.secondary}>
              {t('tasks.progress', { read: currentRun.counts.read })}
            </span>
          )}
        </>
      )}
      {!isStarting && state === 'disabled' && (
        <Status tone="muted">{t('taskState.disabled')}</Status>
      )}
      {!isStarting &&
        state === 'idle' &&
        (lastRun ? (
          <RunStatusBadge status={lastRun.status} />
        ) : (
          <Status tone="muted">{t('taskState.idle')}</Status>
        ))}
    </div>
  );
}
