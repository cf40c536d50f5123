import type {
  ActivityStatus,
  AssignmentStatus,
  CapabilityStatus,
  ConnectionStatus,
  FindingStatus,
  SpendUse,
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

/** The colour of each use of a seat; the greys are of those who say nothing. */
const USE_COLORS: Record<SpendUse, string> = {
  active: TONE_COLORS.good,
  inactive: TONE_COLORS.attention,
  neverActive: TONE_COLORS.bad,
  inGrace: TONE_COLORS.info,
  notMeasurable: 'var(--bui-fg-secondary)',
  unknown: TONE_COLORS.muted,
  unassigned: 'var(--bui-border-1)',
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

export const colorOfUse = (use: SpendUse) => USE_COLORS[use];

function Colored(props: { color: string; children: ReactNode }) {
  return (
    <span className={styles.status}>
      <span
        className={styles.dot}
        style={{ background: props.color }}
        aria-hidden="true"
      />
      {props.children}
    </span>
  );
}

/** A colour and a word. */
export function Status(props: { tone: Tone; children: ReactNode }) {
  return <Colored color={TONE_COLORS[props.tone]}>{props.children}</Colored>;
}

/**
 * What a seat is used for, or the status of a license that an account holds.
 *
 * @param props.children - follows the word, for example how many
 */
export function UseBadge(props: {
  use: AssignmentStatus | SpendUse;
  children?: ReactNode;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <Colored color={USE_COLORS[props.use]}>
      {t(`status.${props.use}`)}
      {props.children}
    </Colored>
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
