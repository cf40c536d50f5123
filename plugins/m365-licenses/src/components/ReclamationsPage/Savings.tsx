import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type Money,
  type ReclamationSavings,
  reclamationReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { formatMoney, formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import { Loaded } from '../common/Loaded';
import { isForbidden } from '../common/messages';
import { Amounts, NotPriced } from '../common/money';
import { Figure, Section } from '../common/Section';
import { TrendChart, type TrendPoint } from '../common/TrendChart';
import { RosterLink } from '../common/tabLinks';
import styles from '../common/common.module.css';

/**
 * What was saved by taking licenses back against what could be, for those who
 * may know.
 *
 * @param props.changes - counts up when plans changed
 */
export function Savings(props: { tenant: string; changes: number }) {
  const client = useApi(m365LicensesApiRef);
  const { tenant, changes } = props;
  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/reclamation-savings', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant, changes],
  );
  if (isForbidden(state.error)) {
    return null;
  }
  return (
    <Loaded
      state={state}
      permission={reclamationReadPermission.name}
      height={120}
    >
      {savings => (
        <>
          <Figures tenant={tenant} savings={savings} />
          <Months savings={savings} />
        </>
      )}
    </Loaded>
  );
}

function Figures(props: { tenant: string; savings: ReclamationSavings }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { tenant, savings } = props;
  const { realized, potential, reclaimed, restored } = savings;
  return (
    <div className={styles.figures}>
      <Figure level="h2" title={t('reclamations.realized')}>
        <span className={`${styles.figure} ${styles.stack}`}>
          <Worth amounts={realized} isUnpriced={reclaimed > restored} />
        </span>
        <span className={styles.note}>{t('reclamations.realizedNote')}</span>
      </Figure>
      <Figure level="h2" title={t('reclamations.potential')}>
        <span className={`${styles.figure} ${styles.stack}`}>
          <Worth amounts={potential} isUnpriced={false} />
        </span>
        <RosterLink href={links.candidates({ tenant, state: 'opportunity' })}>
          {t('overview.openCandidates')}
        </RosterLink>
      </Figure>
      <Figure level="h2" title={t('reclamations.reclaimed')}>
        <span className={styles.figure}>{formatNumber(reclaimed)}</span>
        {restored > 0 && (
          <span className={styles.note}>
            {t('reclamations.restoredOfThem', { count: restored })}
          </span>
        )}
      </Figure>
    </div>
  );
}

function Worth(props: { amounts: Money[]; isUnpriced: boolean }) {
  const { amounts, isUnpriced } = props;
  if (amounts.length > 0) {
    return <Amounts amounts={amounts} />;
  }
  return isUnpriced ? <NotPriced /> : <>–</>;
}

type Month = ReclamationSavings['months'][number];

/** Each month since the first until now; those in which nothing happened too. */
function monthsOf(months: Month[]): Month[] {
  const first = DateTime.fromISO(months[0].month);
  const { months: between } = DateTime.now()
    .startOf('month')
    .diff(first, 'months');
  return Array.from({ length: Math.round(between) + 1 }, (_, index) => {
    const month = first.plus({ months: index }).toFormat('yyyy-MM');
    return (
      months.find(known => known.month === month) ?? {
        month,
        reclaimed: 0,
        restored: 0,
        realized: [],
      }
    );
  });
}

/** A chart for each currency, as they are never added up; of licenses without any. */
function Months(props: { savings: ReclamationSavings }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { months } = props.savings;
  if (months.length === 0) {
    return null;
  }
  const currencies = new Set(
    months.flatMap(({ realized }) => realized.map(({ currency }) => currency)),
  );
  const title = t('reclamations.months');

  const pointsOf = (
    valueOf: (month: Month) => { value: number; amount: string },
  ): TrendPoint[] =>
    monthsOf(months).map(month => {
      const { value, amount } = valueOf(month);
      const { reclaimed, restored } = month;
      const text = t('reclamations.monthText', { amount, reclaimed, restored });
      return {
        day: `${month.month}-01`,
        values: { realized: { value, text } },
      };
    });

  return (
    <Section level="h2" title={title}>
      <div className={styles.list}>
        {[...currencies].sort().map(currency => (
          <TrendChart
            key={currency}
            kind="bars"
            months
            label={`${title} (${currency})`}
            series={[
              {
                id: 'realized',
                label: t('reclamations.realizedIn', { currency }),
                color: 'var(--bui-accent-bg)',
              },
            ]}
            formatAxis={value =>
              formatMoney(
                { amount: String(value), currency },
                { notation: 'compact', maximumFractionDigits: 1 },
              )
            }
            points={pointsOf(({ realized }) => {
              const money = realized.find(
                each => each.currency === currency,
              ) ?? { amount: '0', currency };
              // Only for what is drawn: the words are exact.
              return {
                value: Number(money.amount),
                amount: formatMoney(money),
              };
            })}
          />
        ))}
        {currencies.size === 0 && (
          <TrendChart
            kind="bars"
            months
            label={title}
            series={[
              {
                id: 'realized',
                label: t('reclamations.reclaimed'),
                color: 'var(--bui-border-2)',
              },
            ]}
            formatAxis={formatNumber}
            points={pointsOf(({ reclaimed }) => ({
              value: reclaimed,
              amount: t('money.notPriced'),
            }))}
          />
        )}
      </div>
    </Section>
  );
}
