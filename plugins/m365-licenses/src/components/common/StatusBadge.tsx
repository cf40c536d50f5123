import type {
  ActivityStatus,
  CapabilityStatus,
  ConnectionStatus,
  FindingStatus,
  TaskRunStatus,
} from 'backstage-plugin-m365-licenses-common';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  type RemixiconComponentType,
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiErrorWarningFill,
} from '@remixicon/react';
import type { ReactNode } from 'react';
import { m365LicensesTranslationRef } from '../../translation';
import styles from './common.module.css';

/** What a status says about its subject; each has one colour everywhere. */
type Tone = 'good' | 'attention' | 'bad' | 'info' | 'muted';

/** The colour of each tone: theme tokens, so that dark works. */
export const TONE_COLORS: Record<Tone, string> = {
  good: 'var(--bui-fg-positive)',
  attention: 'var(--bui-warning-bg)',
  bad: 'var(--bui-fg-negative)',
  info: 'var(--bui-fg-announcement)',
  muted: 'var(--bui-border-2)',
};

const ACTIVITY_TONES: Record<ActivityStatus, Tone> = {
  active: 'good',
  inactive: 'attention',
  neverActive: 'bad',
  inGrace: 'info',
  unknown: 'muted',
  unlicensed: 'muted',
};

const RUN_TONES: Record<TaskRunStatus, Tone> = {
  running: 'info',
  succeeded: 'good',
  partial: 'attention',
  failed: 'bad',
  aborted: 'muted',
};

const CAPABILITY_TONES: Record<CapabilityStatus, Tone> = {
  Enabled: 'good',
  Warning: 'attention',
  Suspended: 'bad',
  LockedOut: 'bad',
  Deleted: 'muted',
};

const CONNECTION_TONES: Record<ConnectionStatus, Tone> = {
  connected: 'good',
  attention: 'attention',
  failing: 'bad',
  notAuthorized: 'attention',
  notChecked: 'muted',
  refused: 'bad',
  retired: 'muted',
};

const FINDING_LOOKS: Record<
  FindingStatus,
  { tone: Tone; Icon: RemixiconComponentType }
> = {
  ok: { tone: 'good', Icon: RiCheckboxCircleFill },
  warning: { tone: 'attention', Icon: RiErrorWarningFill },
  failing: { tone: 'bad', Icon: RiCloseCircleFill },
};

export const activityColor = (status: ActivityStatus) =>
  TONE_COLORS[ACTIVITY_TONES[status]];

/** A colour and a word. */
export function Status(props: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.status}>
      <span
        className={styles.dot}
        style={{ background: TONE_COLORS[props.tone] }}
        aria-hidden="true"
      />
      {props.children}
    </span>
  );
}

/** The activity status of an account. */
export function ActivityStatusBadge(props: { status: ActivityStatus }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <Status tone={ACTIVITY_TONES[props.status]}>
      {t(`status.${props.status}`)}
    </Status>
  );
}

/** How a task run ended. */
export function RunStatusBadge(props: { status: TaskRunStatus }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <Status tone={RUN_TONES[props.status]}>
      {t(`runStatus.${props.status}`)}
    </Status>
  );
}

/** The status of a SKU or subscription in Microsoft's words. */
export function CapabilityBadge(props: { status: CapabilityStatus }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <Status tone={CAPABILITY_TONES[props.status]}>
      {t(`capability.${props.status}`)}
    </Status>
  );
}

/** Whether a tenant's connection works. */
export function ConnectionStatusBadge(props: { status: ConnectionStatus }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <Status tone={CONNECTION_TONES[props.status]}>
      {t(`connectionStatus.${props.status}`)}
    </Status>
  );
}

/** Whether what a check-up looked at is as it should be: an icon and a word. */
export function FindingStatusBadge(props: { status: FindingStatus }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { tone, Icon } = FINDING_LOOKS[props.status];
  return (
    <span className={styles.status}>
      <Icon size={16} color={TONE_COLORS[tone]} aria-hidden="true" />
      {t(`findingStatus.${props.status}`)}
    </span>
  );
}
