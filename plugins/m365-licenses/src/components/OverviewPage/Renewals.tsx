import { Button, Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { answerOf, type Renewal } from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { formatMoney, formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import { Loaded } from '../common/Loaded';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { TrendChart, type TrendPoint } from '../common/TrendChart';
import { useUrlQuery } from '../common/urlQuery';
import styles from '../common/common.module.css';

/** How many renewals are listed before "Show all": the next ones. */
const RENEWALS_SHOWN = 5;

/** What renews or ends within a year: by month, and the next ones in words. */
export function Renewals(props: { tenant: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const query = useUrlQuery();
  const { tenant } = props;
  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/renewals', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant],
  );
  const showsAll = query.get('renewals') === 'all';

  return (
    <Section level="h2" title={t('overview.renewals')}>
      <Loaded state={state} height={320}>
        {({ items }) =>
          items.length === 0 ? (
            <Text color="secondary">{t('overview.renewalsNone')}</Text>
          ) : (
            <div className={styles.list}>
              <RenewalsByMonth renewals={items} />
              <ol className={styles.list}>
                {items
                  .slice(0, showsAll ? undefined : RENEWALS_SHOWN)
                  .map(renewal => (
                    <RenewalRow
                      key={`${renewal.termId} ${renewal.subscriptionId}`}
                      tenant={tenant}
                      renewal={renewal}
                    />
                  ))}
              </ol>
              {items.length > RENEWALS_SHOWN && (
                <Button
                  className={styles.action}
                  variant="tertiary"
                  onPress={() =>
                    query.set(
                      { renewals: showsAll ? undefined : 'all' },
                      { replace: true },
                    )
                  }
                >
                  {showsAll
                    ? t('overview.showFewer')
                    : t('overview.renewalsAll', { total: items.length })}
                </Button>
              )}
            </div>
          )
        }
      </Loaded>
    </Section>
  );
}

/** The sum of exact decimals, which may lose parts of a cent: for a chart. */
const sumOf = (renewals: Renewal[]) =>
  renewals.reduce((sum, { annual }) => sum + Number(annual?.amount ?? 0), 0);

/** The month that today is in and the twelve after it, from their first day. */
const monthsAhead = () =>
  Array.from({ length: 13 }, (_, index) =>
    DateTime.now()
      .startOf('month')
      .plus({ months: index })
      .toFormat('yyyy-MM-dd'),
  );

/**
 * A chart for each currency, as currencies are never added up; or one of how
 * many, where nothing has a price.
 */
function RenewalsByMonth(props: { renewals: Renewal[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { renewals } = props;
  const months = monthsAhead();
  const pointsOf = (
    chosen: Renewal[],
    pointOf: (ofMonth: Renewal[]) => TrendPoint['values'],
  ) =>
    months.map(day => ({
      day,
      values: pointOf(
        chosen.filter(({ date }) => date.slice(0, 7) === day.slice(0, 7)),
      ),
    }));
  const currencies = new Set(
    renewals.flatMap(({ annual }) => (annual ? [annual.currency] : [])),
  );
  return (
    <>
      {[...currencies].sort().map(currency => {
        const label = t('overview.renewalsIn', { currency });
        return (
          <TrendChart
            key={currency}
            kind="bars"
            months
            label={`${t('overview.renewalsChart')} (${currency})`}
            series={[{ id: 'annual', label, color: 'var(--bui-accent-bg)' }]}
            formatAxis={value =>
              formatMoney(
                { amount: String(value), currency },
                { notation: 'compact', maximumFractionDigits: 1 },
              )
            }
            points={pointsOf(
              renewals.filter(({ annual }) => annual?.currency === currency),
              ofMonth => {
                const value = sumOf(ofMonth);
                const amount = formatMoney({
                  amount: value.toFixed(2),
                  currency,
                });
                return {
                  annual: {
                    value,
                    text: t('overview.renewalsOfMonth', {
                      amount,
                      count: ofMonth.length,
                    }),
                  },
                };
              },
            )}
          />
        );
      })}
      {currencies.size === 0 && (
        <TrendChart
          kind="bars"
          months
          label={`${t('overview.renewalsChart')} (${t(
            'overview.renewalsCountOf',
          )})`}
          series={[
            {
              id: 'count',
              label: t('overview.renewalsCountOf'),
              color: 'var(--bui-border-2)',
            },
          ]}
          formatAxis={formatNumber}
          points={pointsOf(renewals, ofMonth => ({
            count: {
              value: ofMonth.length,
              text: formatNumber(ofMonth.length),
            },
          }))}
        />
      )}
    </>
  );
}

function RenewalRow(props: { tenant: string; renewal: Renewal }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { tenant, renewal } = props;
  const { date, kind, skuId, displayName, quantity, annual } = renewal;
  return (
    <li className={styles.row}>
      <div className={styles.stack}>
        <Link
          href={links.license(skuId, `?${new URLSearchParams({ tenant })}`)}
        >
          {displayName}
        </Link>
        <span className={styles.secondary}>
          {t(
            kind === 'term'
              ? 'overview.renewalTerm'
              : 'overview.renewalSubscription',
            { count: quantity },
          )}
        </span>
      </div>
      <div className={`${styles.stack} ${styles.end}`}>
        <RelativeTime value={date} />
        {annual && (
          <span className={styles.secondary}>{formatMoney(annual)}</span>
        )}
      </div>
    </li>
  );
}
