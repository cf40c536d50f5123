import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Money, SkuSpend } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { formatMoney } from './format';
import styles from './common.module.css';

/** Amounts, a line for each currency: currencies are never added up. */
export function Amounts(props: { amounts: Money[] }) {
  return (
    <>
      {props.amounts.map(money => (
        <span key={money.currency}>{formatMoney(money)}</span>
      ))}
    </>
  );
}

/** That nobody entered what something costs, which is not the same as 0. */
export function NotPriced() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return <span className={styles.secondary}>{t('money.notPriced')}</span>;
}

/** What a SKU costs a year, and apart from it what is paid only once. */
export function AnnualSpend(props: { spend: SkuSpend | null }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { spend } = props;
  if (!spend) {
    return <NotPriced />;
  }
  const { annual, once } = spend;
  return (
    <>
      <Amounts amounts={annual} />
      {once.map(money => (
        <span key={money.currency} className={styles.note}>
          {t('money.once', { amount: formatMoney(money) })}
        </span>
      ))}
      {annual.length === 0 && once.length === 0 && (
        <span className={styles.note}>{t('money.notAnnualised')}</span>
      )}
    </>
  );
}

/** What something costs a year, in a line. */
export function Annual(props: { annual: Money[] }) {
  const { annual } = props;
  return annual.length > 0 ? (
    <span className={styles.amounts}>
      <Amounts amounts={annual} />
    </span>
  ) : (
    <NotPriced />
  );
}
