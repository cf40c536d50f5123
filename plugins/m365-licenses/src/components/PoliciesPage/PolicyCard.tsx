import { Button, Link } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { EntityDisplayName } from '@backstage/plugin-catalog-react';
import {
  answerOf,
  type Policy,
  type PolicyState,
  reclamationApprovePermission,
  reclamationExecutePermission,
} from 'backstage-plugin-m365-licenses-common';
import { type ComponentProps, type ReactNode, useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { ConfirmButton } from '../common/ConfirmButton';
import { formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import { errorMessage } from '../common/messages';
import { useNotify } from '../common/notify';
import { Person } from '../common/Person';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { Status } from '../common/StatusBadge';
import styles from '../common/common.module.css';

const STATE_TONES: Record<PolicyState, ComponentProps<typeof Status>['tone']> =
  { dry: 'info', on: 'good', off: 'muted' };

/**
 * One policy: what it takes and when, what came of its last run, and what can
 * be done with it.
 *
 * @param props.isActive - the tenant is not retired
 */
export function PolicyCard(props: {
  policy: Policy;
  isActive: boolean;
  mayUpdate: boolean;
  onEdit: () => void;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { policy, isActive, ...rest } = props;
  return (
    <Section
      title={policy.name}
      aside={
        <Status tone={STATE_TONES[policy.state]}>
          {t(`policies.state.${policy.state}`)}
        </Status>
      }
    >
      <div className={styles.list}>
        <div className={styles.columns}>
          <RuleFacts policy={policy} />
          <RunFacts policy={policy} />
        </div>
        {isActive && (
          <>
            <WhyNotOn policy={policy} />
            <Actions policy={policy} {...rest} />
          </>
        )}
      </div>
    </Section>
  );
}

type Fact = [name: string, value: ReactNode];

function Facts(props: { facts: Fact[] }) {
  return (
    <dl className={styles.facts}>
      {props.facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name} className={styles.contents}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What it takes, of whom, and when. */
function RuleFacts(props: { policy: Policy }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { policy } = props;
  const { reasons, skus, department, group, quietHours } = policy;
  const facts: Fact[] = [
    [
      t('policies.reasons'),
      reasons.map(reason => t(`policies.reason.${reason}`)).join('; '),
    ],
    [
      t('policies.licenses'),
      skus.length > 0
        ? skus.map(({ displayName }) => displayName).join(', ')
        : t('policies.allLicenses'),
    ],
    [t('policies.department'), department],
    [t('policies.group'), group && <EntityDisplayName entityRef={group} />],
    [t('policies.mode'), t(`policies.modes.${policy.mode}`)],
    [t('policies.maxItemsLabel'), formatNumber(policy.maxItems)],
    [
      t('policies.schedule'),
      t('policies.everyDays', { count: policy.everyDays }),
    ],
    [
      t('policies.quietHours'),
      quietHours &&
        t(
          quietHours.weekends
            ? 'policies.quietWeekends'
            : 'policies.quietFromTo',
          {
            from: quietHours.from,
            to: quietHours.to,
            zone: quietHours.timeZone,
          },
        ),
    ],
  ];
  return <Facts facts={facts} />;
}

/** What came of the last run, when the next is, and who answers for it. */
function RunFacts(props: { policy: Policy }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { policy } = props;
  const { lastRun, state, tenant, switchedOnBy, switchedOnAt } = policy;
  const facts: Fact[] = [
    [
      t('policies.lastRun'),
      lastRun ? (
        <div className={styles.stack}>
          <RelativeTime value={lastRun.at} />
          <span>{lastRun.message}</span>
          {lastRun.reclamationId && (
            <Link href={links.reclamation(lastRun.reclamationId, { tenant })}>
              {t('policies.openPlan')}
            </Link>
          )}
        </div>
      ) : (
        t('common.never')
      ),
    ],
    [
      t('policies.nextRun'),
      <RelativeTime
        value={policy.nextRunAt}
        fallback={t('policies.noNextRun')}
      />,
    ],
    [
      t('policies.switchedOn'),
      state === 'on' &&
        switchedOnBy &&
        t('policies.byWhen', {
          person: <Person entityRef={switchedOnBy} />,
          when: <RelativeTime value={switchedOnAt} />,
        }),
    ],
    [
      t('policies.changed'),
      t('policies.byWhen', {
        person: <Person entityRef={policy.updatedBy} />,
        when: <RelativeTime value={policy.updatedAt} />,
      }),
    ],
  ];
  return <Facts facts={facts} />;
}

/** What is missing before it can be switched on. */
function WhyNotOn(props: { policy: Policy }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { state, allowed, dryRuns, dryRunsNeeded } = props.policy;
  const approve = usePermission({ permission: reclamationApprovePermission });
  const execute = usePermission({ permission: reclamationExecutePermission });
  const missing = dryRunsNeeded - dryRuns;

  function why() {
    if (missing > 0) {
      return t('policies.needsRuns', { count: missing });
    }
    return approve.allowed && execute.allowed
      ? t('policies.needsSomebodyElse')
      : t('policies.needsPermissions', {
          approve: reclamationApprovePermission.name,
          execute: reclamationExecutePermission.name,
        });
  }

  return state === 'on' || allowed.includes('on') ? null : (
    <span className={styles.note}>{why()}</span>
  );
}

/** The ways on for those who may; who approves and executes may switch without changing. */
function Actions(props: {
  policy: Policy;
  mayUpdate: boolean;
  onEdit: () => void;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { policy, mayUpdate, onEdit, onChange } = props;
  const { id, tenant, name, state, allowed } = policy;
  const { allowed: mayExecute } = usePermission({
    permission: reclamationExecutePermission,
  });
  const [isRunning, setRunning] = useState(false);
  const params = { path: { tenant, id } };
  const of = (action: string) => t('policies.actionOf', { action, name });

  /** Does something with the policy, and says what became of it. */
  const act = async (
    action: () => Promise<Policy>,
    told: (changed: Policy) => { title: string; description?: string },
    failed: string,
  ) => {
    try {
      notify({ ...told(await action()), status: 'success' });
      onChange();
    } catch (error) {
      notify({
        title: failed,
        description: errorMessage(error),
        status: 'danger',
      });
    }
  };

  const switchTo = (next: PolicyState) =>
    act(
      () =>
        answerOf(
          client.PUT('/tenants/{tenant}/policies/{id}/state', {
            params,
            body: { state: next },
          }),
        ),
      () => ({ title: t(`policies.switched.${next}`, { name }) }),
      t('policies.switchFailed', { name }),
    );

  const run = async () => {
    setRunning(true);
    await act(
      () =>
        answerOf(
          client.POST('/tenants/{tenant}/policies/{id}/run', { params }),
        ),
      ({ lastRun }) => ({
        title: t('policies.ran', { name }),
        description: lastRun?.message,
      }),
      t('policies.runFailed', { name }),
    );
    setRunning(false);
  };

  const remove = () =>
    act(
      () =>
        answerOf(client.DELETE('/tenants/{tenant}/policies/{id}', { params })),
      () => ({ title: t('policies.removed', { name }) }),
      t('policies.removeFailed', { name }),
    );

  return (
    <div className={styles.tags}>
      {state !== 'on' && allowed.includes('on') && (
        <ConfirmButton
          label={t('policies.switchTo.on')}
          ariaLabel={of(t('policies.switchTo.on'))}
          title={t('policies.switchOnTitle', { name })}
          text={t(`policies.switchOnText.${policy.mode}`, {
            items: policy.maxItems,
          })}
          onConfirm={() => switchTo('on')}
        />
      )}
      {(['dry', 'off'] as const)
        .filter(next => next !== state && allowed.includes(next))
        .map(next => (
          <Button
            key={next}
            size="small"
            variant="secondary"
            aria-label={of(t(`policies.switchTo.${next}`))}
            onPress={() => switchTo(next)}
          >
            {t(`policies.switchTo.${next}`)}
          </Button>
        ))}
      {state === 'on' && mayExecute && (
        <ConfirmButton
          label={t('policies.run')}
          ariaLabel={of(t('policies.run'))}
          title={t('policies.runTitle', { name })}
          text={t('policies.runText', { count: policy.maxItems })}
          onConfirm={run}
        />
      )}
      {state === 'dry' && mayUpdate && (
        <Button
          size="small"
          variant="secondary"
          isPending={isRunning}
          aria-label={of(t('policies.run'))}
          onPress={run}
        >
          {t('policies.run')}
        </Button>
      )}
      {mayUpdate && (
        <>
          <Button
            size="small"
            variant="secondary"
            aria-label={of(t('policies.edit'))}
            onPress={onEdit}
          >
            {t('policies.edit')}
          </Button>
          <ConfirmButton
            label={t('policies.remove')}
            ariaLabel={of(t('policies.remove'))}
            title={t('policies.removeTitle', { name })}
            text={t('policies.removeText')}
            onConfirm={remove}
          />
        </>
      )}
    </div>
  );
}
