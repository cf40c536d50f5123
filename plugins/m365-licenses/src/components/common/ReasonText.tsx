import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  CandidateReason,
  CandidateReasonType,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { formatExact } from './format';
import styles from './common.module.css';

/**
 * Why a license could be taken back, in words with its dates: "No activity in
 * Exchange, Teams since May 3, 2026; report of November 19, 2026; threshold 60
 * days".
 */
export function useReasonWords() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);

  const servicesOf = (reason: CandidateReason) =>
    reason.services.map(service => t(`service.${service}`)).join(', ');
  const otherOf = (reason: CandidateReason) =>
    reason.other?.displayName ?? t('common.unknown');

  const because: Record<
    CandidateReasonType,
    (reason: CandidateReason) => string
  > = {
    deleted: ({ since }) =>
      since
        ? t('candidates.words.deleted', { since: formatExact(since) })
        : t('candidates.words.deletedUnknown'),
    disabled: ({ since }) =>
      since
        ? t('candidates.words.disabled', { since: formatExact(since) })
        : t('candidates.words.disabledUnknown'),
    overlap: reason =>
      t(
        reason.unobservable.length > 0
          ? 'candidates.words.largerEdition'
          : 'candidates.words.overlap',
        { other: otherOf(reason) },
      ),
    directAndGroup: ({ groups }) =>
      t('candidates.words.directAndGroup', {
        count: groups.length,
        groups: groups.map(({ id, name }) => name ?? id).join(', '),
      }),
    neverActive: reason =>
      t('candidates.words.neverActive', { services: servicesOf(reason) }),
    inactive: reason =>
      reason.since
        ? t('candidates.words.inactive', {
            services: servicesOf(reason),
            since: formatExact(reason.since),
          })
        : t('candidates.words.inactiveUnknown', {
            services: servicesOf(reason),
          }),
    downgrade: reason =>
      reason.lastActivityDate
        ? t('candidates.words.downgrade', {
            other: otherOf(reason),
            services: servicesOf(reason),
            since: formatExact(reason.lastActivityDate),
          })
        : t('candidates.words.downgradeNever', {
            other: otherOf(reason),
            services: servicesOf(reason),
          }),
  };

  function evidence(reason: CandidateReason): (string | null)[] {
    const { type, since, reportRefreshDate, thresholdDays } = reason;
    return [
      type === 'neverActive' && since
        ? t('candidates.words.assigned', { date: formatExact(since) })
        : null,
      reason.unobservable.length > 0
        ? t('candidates.words.unobservable', {
            plans: reason.unobservable.join(', '),
          })
        : null,
      reportRefreshDate
        ? t('candidates.words.report', { date: formatExact(reportRefreshDate) })
        : null,
      thresholdDays === null
        ? null
        : t(
            type === 'neverActive'
              ? 'candidates.words.grace'
              : 'candidates.words.threshold',
            { count: thresholdDays },
          ),
    ];
  }

  return (reason: CandidateReason): string =>
    [because[reason.type](reason), ...evidence(reason)]
      .filter(part => part !== null)
      .join('; ');
}

/** The reason that decides in words, and those besides it below. */
export function ReasonText(props: { reasons: CandidateReason[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const words = useReasonWords();
  const [first, ...others] = props.reasons;
  return (
    <div className={styles.stack}>
      {first && <span>{words(first)}</span>}
      {others.map(reason => (
        <span key={reason.type} className={styles.note}>
          {t('candidates.words.also', { reason: words(reason) })}
        </span>
      ))}
    </div>
  );
}
