import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  FAILED_OUTCOMES,
  type Money,
  OPEN_OUTCOMES,
  type PlannedPath,
  type ReclamationCount,
  type ReclamationOutcome,
  type ReclamationStatus,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { CopyButton } from './CopyButton';
import { daysSince, formatExact, formatNumber, sumMoney } from './format';
import { Status } from './StatusBadge';
import styles from './common.module.css';

const STATUS_TONES: Record<
  ReclamationStatus,
  Parameters<typeof Status>[0]['tone']
> = {
  planned: 'attention',
  approved: 'info',
  asking: 'info',
  scheduled: 'info',
  running: 'info',
  paused: 'attention',
  finished: 'good',
  canceled: 'muted',
  expired: 'muted',
  dryRun: 'muted',
};

/** How far a plan is. */
export function ReclamationStatusBadge(props: { status: ReclamationStatus }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <Status tone={STATUS_TONES[props.status]}>
      {t(`reclamationStatus.${props.status}`)}
    </Status>
  );
}

const isOneOf =
  (outcomes: readonly ReclamationOutcome[]) => (outcome: ReclamationOutcome) =>
    outcomes.includes(outcome);

/** Whether a license has no final outcome yet. */
export const isOpen = isOneOf(OPEN_OUTCOMES);
/** Whether something was to be done with a license and was not. */
export const isFailed = isOneOf(FAILED_OUTCOMES);
/** Whether a license was taken or put back, or nothing was left to do. */
export const isDone = isOneOf([
  'reclaimed',
  'restored',
  'alreadyGone',
  'alreadyThere',
]);

function toneOf(outcome: ReclamationOutcome) {
  if (isFailed(outcome)) {
    return 'bad';
  }
  if (isDone(outcome)) {
    return 'good';
  }
  return isOpen(outcome) ? 'info' : 'muted';
}

/** What became of a license: a colour and a word. */
export function OutcomeBadge(props: { outcome: ReclamationOutcome }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { outcome } = props;
  return <Status tone={toneOf(outcome)}>{t(`outcome.${outcome}`)}</Status>;
}

/** How many licenses have each outcome, in words: "12 Reclaimed". */
export function OutcomeCounts(props: { counts: ReclamationCount[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <ul className={styles.smallLegend}>
      {props.counts.map(({ outcome, items }) => (
        <li key={outcome}>
          <Status tone={toneOf(outcome)}>
            {formatNumber(items)} {t(`outcome.${outcome}`)}
          </Status>
        </li>
      ))}
    </ul>
  );
}

/**
 * What the licenses save a year that a plan took, put back, or is still to;
 * undefined for those who may not know what licenses cost.
 */
export function worthOf(counts: ReclamationCount[]): Money[] | undefined {
  const relevant = counts.filter(
    ({ outcome }) =>
      isOpen(outcome) || outcome === 'reclaimed' || outcome === 'restored',
  );
  return counts.some(({ value }) => !value)
    ? undefined
    : sumMoney(relevant.flatMap(({ value = [] }) => value));
}

/** How many days Microsoft still keeps the data behind a license; the date on hover. */
export function DaysLeft(props: { until: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { until } = props;
  const days = -daysSince(until);
  return (
    <time dateTime={until} title={formatExact(until)}>
      {days < 0
        ? t('reclamations.dataDropped')
        : t('reclamations.daysLeft', { count: days })}
    </time>
  );
}

/**
 * How many licenses of how many people, in words. Of how many people some of a
 * plan's licenses are is known only where they are all of it; beyond, it is at
 * most so many.
 */
export function useLicensesOfPeople() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (licenses: number, plan: { items: number; accounts: number }) => ({
    licenses: t('plan.licenses', { count: licenses }),
    people: t(licenses === plan.items ? 'plan.people' : 'plan.upToPeople', {
      count: Math.min(plan.accounts, licenses),
    }),
  });
}

/** How many licenses of a plan there are whose outcome is such a one. */
export const countOf = (
  counts: ReclamationCount[],
  matches: (outcome: ReclamationOutcome) => boolean,
): number =>
  counts
    .filter(({ outcome }) => matches(outcome))
    .reduce((sum, { items }) => sum + items, 0);

/** Microsoft's request-id in support cases, and a button that copies it. */
export function RequestId(props: { id: string | null }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { id } = props;
  return id ? (
    <span className={`${styles.note} ${styles.requestId}`}>
      {t('common.requestId', { id })}
      <CopyButton text={id} label={t('reclamations.copyRequestId', { id })} />
    </span>
  ) : null;
}

/**
 * How an account held a license when its removal was planned: directly, or by
 * which group, whose it is, and what leaving it would take besides.
 */
export function PlannedPathText(props: { path: PlannedPath }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { group } = props.path;
  if (!group) {
    return <>{t('common.direct')}</>;
  }
  const { name, id, owners, leaving, otherLicenses } = group;
  const named = (names: string[]) => names.join(', ');
  return (
    <div className={styles.stack}>
      <span className={styles.name}>
        {t('common.byGroup', { group: name ?? id })}
      </span>
      <span className={styles.note}>
        {owners.length > 0
          ? t('reclamations.group.owners', {
              count: owners.length,
              owners: named(owners.map(({ displayName }) => displayName)),
            })
          : t('reclamations.group.noOwners')}
      </span>
      {otherLicenses.length > 0 && (
        <span className={styles.note}>
          {t('reclamations.group.otherLicenses', {
            licenses: named(otherLicenses.map(sku => sku.displayName)),
          })}
        </span>
      )}
      {leaving !== 'possible' && (
        <span className={styles.note}>
          {t(`reclamations.group.leaving.${leaving}`)}
        </span>
      )}
    </div>
  );
}
