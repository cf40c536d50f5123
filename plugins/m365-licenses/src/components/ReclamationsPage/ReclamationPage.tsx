import { Alert, Button, Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type Reclamation,
  type ReclamationAction,
  reclamationReadPermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { type ReactNode, useEffect, useReducer, useRef, useState } from 'react';
import { useParams } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { CandidateValue } from '../common/Candidates';
import { Meter } from '../common/charts';
import { ConfirmButton } from '../common/ConfirmButton';
import { useLinks } from '../common/links';
import {
  EmptyState,
  errorMessage,
  ErrorState,
  isNotFound,
  Loading,
} from '../common/messages';
import { useNotify } from '../common/notify';
import { Person } from '../common/Person';
import {
  countOf,
  DaysLeft,
  isDone,
  isFailed,
  isOpen,
  OutcomeCounts,
  ReclamationStatusBadge,
  useLicensesOfPeople,
  worthOf,
} from '../common/Reclamations';
import { ExactDate, RelativeTime } from '../common/RelativeTime';
import { TONE_COLORS } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { PlanHistory } from './PlanHistory';
import { PlanItems } from './PlanItems';
import { RestoreDialog } from './RestoreDialog';
import { SwitchedOff } from './StopSwitch';
import { isMoving, useProgress } from './useProgress';
import styles from '../common/common.module.css';

/** A plan: what it takes back, how far it is, and the way to undo it. @public */
export function ReclamationPage() {
  const { reclamationId = '' } = useParams();
  return (
    <TenantPage>
      {tenant => (
        <ReclamationOf
          key={`${tenant.name} ${reclamationId}`}
          tenant={tenant}
          id={reclamationId}
        />
      )}
    </TenantPage>
  );
}

function ReclamationOf(props: { tenant: Tenant; id: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const { id } = props;
  const tenant = props.tenant.name;
  const [changes, change] = useReducer((count: number) => count + 1, 0);
  const { value, error } = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/reclamations/{id}', {
          params: { path: { tenant, id } },
        }),
      ),
    [client, tenant, id, changes],
  );
  // Stays in sight when it cannot be read again at once.
  const known = useRef<Reclamation>();
  useEffect(() => {
    known.current = value ?? known.current;
  }, [value]);
  const reclamation = value ?? known.current;
  useProgress({
    tenant,
    reclamationId: id,
    shown: reclamation ? [reclamation] : [],
    onChange: change,
  });

  function content() {
    if (reclamation) {
      return (
        <>
          {error && (
            <Alert
              status="warning"
              icon
              title={t('reclamations.refreshFailed')}
              description={errorMessage(error)}
            />
          )}
          <SwitchedOff tenant={props.tenant} />
          <Plan reclamation={reclamation} onChange={change} />
          <PlanItems reclamation={reclamation} changes={changes} />
          <PlanHistory tenant={tenant} reclamationId={id} changes={changes} />
        </>
      );
    }
    if (isNotFound(error)) {
      return (
        <EmptyState
          title={t('error.notFoundTitle')}
          text={t('reclamations.notFound', { id })}
        />
      );
    }
    return error ? (
      <ErrorState
        error={error}
        permission={reclamationReadPermission.name}
        onRetry={change}
      />
    ) : (
      <Loading height={480} />
    );
  }

  return (
    <>
      <Link href={links.reclamations({ tenant })}>
        {`← ${t('reclamations.back')}`}
      </Link>
      {content()}
    </>
  );
}

interface PlanProps {
  reclamation: Reclamation;
  /** Something was done with the plan. */
  onChange: () => void;
}

/** What the plan is, who did what with it, how far it is, and what can be done. */
function Plan(props: PlanProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { reclamation, onChange } = props;
  const { reason, status, counts, problem, approvalHint } = reclamation;
  const heading = useRef<HTMLHeadingElement>(null);
  // The reader came from a list: the page begins here.
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <div className={styles.bar}>
        <div className={styles.stack}>
          <h2 ref={heading} tabIndex={-1} className={styles.heading}>
            {reason}
          </h2>
          <span className={styles.row}>
            <ReclamationStatusBadge status={status} />
            <Text color="secondary">
              <Whose reclamation={reclamation} />
            </Text>
          </span>
        </div>
        <Actions reclamation={reclamation} onChange={onChange} />
      </div>
      {problem && (
        <Alert
          role="alert"
          status="warning"
          icon
          title={t('reclamations.problem')}
          description={
            <>
              <Text as="p">{problem.message}</Text>
              <Text as="p">
                {problem.retryAt
                  ? t('reclamations.retryAt', {
                      when: <RelativeTime value={problem.retryAt} />,
                    })
                  : t('reclamations.retryOpen')}
              </Text>
            </>
          }
        />
      )}
      {approvalHint && (
        <Alert
          status="info"
          icon
          title={t('reclamations.approvalHint')}
          description={approvalHint}
        />
      )}
      {(isMoving(reclamation) || status === 'paused') && (
        <Progress reclamation={reclamation} />
      )}
      <OutcomeCounts counts={counts} />
      <Facts reclamation={reclamation} />
    </>
  );
}

/** Whose licenses: the account, where there is one only. */
function Whose(props: { reclamation: Reclamation }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { kind, account, accounts, items } = props.reclamation;
  const whose = t('plan.licensesOf', {
    licenses: t('plan.licenses', { count: items }),
    people: account?.displayName ?? t('plan.people', { count: accounts }),
  });
  return (
    <>{kind === 'restore' ? t('reclamations.restoreFor', { whose }) : whose}</>
  );
}

function Progress(props: { reclamation: Reclamation }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { items, counts } = props.reclamation;
  const open = countOf(counts, isOpen);
  const done = countOf(counts, isDone);
  const failed = countOf(counts, isFailed);
  const words = t('reclamations.done', { done: items - open, total: items });
  return (
    <div
      role="progressbar"
      aria-label={t('reclamations.progress')}
      aria-valuemin={0}
      aria-valuemax={items}
      aria-valuenow={items - open}
      aria-valuetext={words}
    >
      <Text color="secondary">{words}</Text>
      <Meter
        parts={[
          { id: 'done', color: TONE_COLORS.good, value: done },
          { id: 'failed', color: TONE_COLORS.bad, value: failed },
          {
            id: 'leftAlone',
            color: 'var(--bui-fg-secondary)',
            value: items - open - done - failed,
          },
          { id: 'open', color: 'transparent', value: open },
        ]}
      />
    </div>
  );
}

function Facts(props: { reclamation: Reclamation }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { reclamation } = props;
  const { tenant, counts, restorable } = reclamation;

  const personAt = (person: string | null, when: string | null) =>
    person &&
    t('reclamations.personAt', {
      person: <Person entityRef={person} />,
      when: <RelativeTime value={when} />,
    });

  const facts: [string, ReactNode][] = [
    [t('reclamations.mode'), t(`reclamationMode.${reclamation.mode}`)],
    [
      t('reclamations.fact.origin'),
      t(`reclamations.origin.${reclamation.origin}`),
    ],
    [
      t('reclamations.fact.policy'),
      reclamation.policyId && (
        <Link href={links.policies({ tenant })}>
          {t('reclamations.fact.policyText')}
        </Link>
      ),
    ],
    [
      t('reclamations.fact.restoreOf'),
      reclamation.restoreOf && (
        <Link href={links.reclamation(reclamation.restoreOf, { tenant })}>
          {t('reclamations.fact.restoreOfText')}
        </Link>
      ),
    ],
    [
      t('reclamations.fact.leaveGroups'),
      reclamation.leaveGroups && t('reclamations.fact.leaveGroupsText'),
    ],
    [
      t('reclamations.fact.created'),
      personAt(reclamation.createdBy, reclamation.createdAt),
    ],
    [
      t('reclamations.fact.approved'),
      personAt(reclamation.approvedBy, reclamation.approvedAt),
    ],
    [
      t('reclamations.fact.started'),
      personAt(reclamation.startedBy, reclamation.startedAt),
    ],
    [
      t('reclamations.fact.canceled'),
      personAt(reclamation.canceledBy, reclamation.finishedAt),
    ],
    [
      t('reclamations.fact.finished'),
      !reclamation.canceledBy && reclamation.finishedAt && (
        <RelativeTime value={reclamation.finishedAt} />
      ),
    ],
    [
      t('reclamations.fact.expires'),
      !reclamation.startedAt && reclamation.expiresAt && (
        <ExactDate value={reclamation.expiresAt} />
      ),
    ],
    [
      t('reclamations.fact.answers'),
      reclamation.answerUntil && <ExactDate value={reclamation.answerUntil} />,
    ],
    [
      t('reclamations.fact.worth'),
      worthOf(counts) && (
        <CandidateValue candidate={{ value: worthOf(counts) }} />
      ),
    ],
    [
      t('reclamations.fact.restorable'),
      restorable.items > 0 && (
        <>
          {t('plan.licenses', { count: restorable.items })}
          {restorable.until && (
            <>
              {', '}
              <DaysLeft until={restorable.until} />
            </>
          )}
        </>
      ),
    ],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name} className={styles.contents}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** What is done by asking for it; putting back asks more. */
type SimpleAction = Exclude<ReclamationAction, 'restore'>;

const SIMPLE_ACTIONS = [
  'approve',
  'execute',
  'pause',
  'resume',
  'cancel',
] as const satisfies SimpleAction[];

/** The buttons for what the reader may do with the plan now. */
function Actions(props: PlanProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { reclamation, onChange } = props;
  const { id, tenant, allowed, mode, counts } = reclamation;
  const licensesOfPeople = useLicensesOfPeople();
  const [isRestoring, setRestoring] = useState(false);

  const words = licensesOfPeople(countOf(counts, isOpen), reclamation);
  const what = t('plan.licensesOf', words);

  function textOf(action: SimpleAction) {
    if (action !== 'execute') {
      return t(`reclamations.action.${action}.text`, { what });
    }
    const text =
      mode === 'askFirst'
        ? t('reclamations.action.execute.ask', words)
        : t('reclamations.action.execute.text', { what });
    return allowed.includes('approve')
      ? `${text} ${t('reclamations.action.execute.approves')}`
      : text;
  }

  const params = { path: { tenant, id } };
  const requests: Record<SimpleAction, () => Promise<Reclamation>> = {
    approve: () =>
      answerOf(
        client.POST('/tenants/{tenant}/reclamations/{id}/approve', { params }),
      ),
    execute: () =>
      answerOf(
        client.POST('/tenants/{tenant}/reclamations/{id}/execute', { params }),
      ),
    pause: () =>
      answerOf(
        client.POST('/tenants/{tenant}/reclamations/{id}/pause', { params }),
      ),
    resume: () =>
      answerOf(
        client.POST('/tenants/{tenant}/reclamations/{id}/resume', { params }),
      ),
    cancel: () =>
      answerOf(
        client.POST('/tenants/{tenant}/reclamations/{id}/cancel', { params }),
      ),
  };

  const act = async (action: SimpleAction) => {
    try {
      await requests[action]();
    } catch (failure) {
      notify({
        title: t(`reclamations.action.${action}.failed`),
        description: errorMessage(failure),
        status: 'danger',
      });
    }
    onChange();
  };

  return (
    <div className={styles.tags}>
      {SIMPLE_ACTIONS.filter(action => allowed.includes(action)).map(action => (
        <ConfirmButton
          key={action}
          label={t(`reclamations.action.${action}.label`)}
          title={t(`reclamations.action.${action}.title`)}
          text={textOf(action)}
          isHarmless={action !== 'execute' && action !== 'resume'}
          onConfirm={() => act(action)}
        />
      ))}
      {allowed.includes('restore') && (
        <Button
          size="small"
          variant="secondary"
          onPress={() => setRestoring(true)}
        >
          {t('restore.buttonAll')}
        </Button>
      )}
      <RestoreDialog
        tenant={tenant}
        reclamationId={id}
        isOpen={isRestoring}
        onClose={() => setRestoring(false)}
      />
    </div>
  );
}
