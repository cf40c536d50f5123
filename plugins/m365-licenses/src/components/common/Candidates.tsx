import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  Candidate,
  CandidateState,
  HeldBack,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { formatExact, isZero } from './format';
import { Amounts, NotPriced } from './money';
import { Person } from './Person';
import { Status } from './StatusBadge';
import styles from './common.module.css';

/** Whether a candidate can be taken back, or is held back. */
export function CandidateStateBadge(props: { state: CandidateState }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { state } = props;
  return (
    <Status tone={state === 'opportunity' ? 'info' : 'muted'}>
      {t(`candidates.state.${state}`)}
    </Status>
  );
}

/** What holds a candidate back, in a word and until when: "In grace until May 3, 2026". */
export function useHeldBackWords() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return ({ type, until }: HeldBack): string => {
    const what = t(`candidates.heldBack.${type}`);
    return until
      ? t('candidates.heldBack.until', { what, until: formatExact(until) })
      : what;
  };
}

/** The state of a candidate, and each thing that holds it back: why, until when, by whom. */
export function CandidateStateText(props: {
  candidate: Pick<Candidate, 'state' | 'heldBack'>;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const words = useHeldBackWords();
  const { state, heldBack } = props.candidate;
  return (
    <div className={styles.stack}>
      <CandidateStateBadge state={state} />
      {heldBack.map(held => (
        <span
          key={held.exemptionId ?? held.type}
          className={`${styles.note} ${styles.name}`}
        >
          {held.owner
            ? t('candidates.heldBack.by', {
                what: words(held),
                owner: <Person entityRef={held.owner} />,
              })
            : words(held)}
          : {held.reason}
        </span>
      ))}
    </div>
  );
}

/**
 * What taking a license back saves a year.
 *
 * @param props.candidate - has no value for those who may not know what
 *   licenses cost
 */
export function CandidateValue(props: { candidate: Pick<Candidate, 'value'> }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { value } = props.candidate;
  if (!value) {
    return null;
  }
  if (value.length === 0) {
    return <NotPriced />;
  }
  if (value.every(({ amount }) => isZero(amount))) {
    return (
      <span className={styles.secondary}>{t('candidates.savesNothing')}</span>
    );
  }
  return (
    <div className={styles.stack}>
      <Amounts amounts={value} />
    </div>
  );
}
