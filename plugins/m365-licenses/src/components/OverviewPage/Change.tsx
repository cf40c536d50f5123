import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { OverviewChanges } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { formatChange, formatMoney, isZero } from '../common/format';
import { ExactDate } from '../common/RelativeTime';
import { TONE_COLORS } from '../common/StatusBadge';
import styles from '../common/common.module.css';

/** A difference in words, and whether growing is good or bad. */
export interface Difference {
  text: string;
  /** Below, at or above 0. */
  sign: number;
}

export const differenceOf = (value: number): Difference => ({
  text: formatChange(value),
  sign: Math.sign(value),
});

/** Differences of money, a text for each currency that changed. */
export const differencesOf = (
  amounts: OverviewChanges['annual'],
): Difference[] =>
  amounts
    .filter(({ amount }) => !isZero(amount))
    .map(money => ({
      text: formatMoney(money, { signDisplay: 'exceptZero' }),
      sign: money.amount.startsWith('-') ? -1 : 1,
    }));

/**
 * What changed since about 30 days ago.
 *
 * @param props.of - the differences; null while there is no day to compare with
 * @param props.isBadToGrow - colours what grows as bad and what shrinks as good
 */
export function Change(props: {
  changes: OverviewChanges | null;
  of: (changes: OverviewChanges) => Difference[];
  isBadToGrow?: boolean;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { changes, isBadToGrow } = props;
  if (!changes) {
    return <span className={styles.note}>{t('overview.noSnapshot')}</span>;
  }
  const when = <ExactDate value={changes.since} />;
  const differences = props.of(changes);
  if (differences.every(({ sign }) => sign === 0)) {
    return (
      <span className={styles.note}>
        {t('overview.noChangeSince', { when })}
      </span>
    );
  }
  const colorOf = (sign: number) => {
    if (!isBadToGrow || sign === 0) {
      return undefined;
    }
    return sign > 0 ? TONE_COLORS.bad : TONE_COLORS.good;
  };
  return (
    <>
      {differences.map(({ text, sign }) => (
        <span key={text} className={styles.note}>
          {t('overview.changeSince', {
            change: <strong style={{ color: colorOf(sign) }}>{text}</strong>,
            when,
          })}
        </span>
      ))}
    </>
  );
}
