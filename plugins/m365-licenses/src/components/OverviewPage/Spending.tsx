import { ButtonLink, Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  licenseReadPermission,
  type Renewal,
  type Spend,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { Meter } from '../common/charts';
import { formatMoney, isZero } from '../common/format';
import { useLinks } from '../common/links';
import { EmptyState, ErrorState, Loading } from '../common/messages';
import { Amounts, NotPriced } from '../common/money';
import { RelativeTime } from '../common/RelativeTime';
import { Figure, Section } from '../common/Section';
import { colorOfUse, UseBadge } from '../common/StatusBadge';
import styles from '../common/common.module.css';

/** How many renewals the Overview shows: the next ones. */
const RENEWALS_SHOWN = 5;

/** What we pay, and what of that is not used. */
export function SpendFigures(props: { tenant: string; spend: Spend }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { tenant, spend } = props;
  const { currencies, skus, unpriced } = spend;
  const amountsOf = (field: 'annual' | 'once' | 'savings') =>
    currencies.map(entry => ({
      amount: entry[field],
      currency: entry.currency,
    }));
  const saving = skus.filter(sku =>
    sku.spend.savings.some(({ amount }) => !isZero(amount)),
  );
  const savingsFrom = saving
    .map(sku => sku.savingsFrom)
    .filter(date => date !== null)
    .sort()
    .at(0);

  return (
    <>
      <Figure level="h2" title={t('overview.annualSpend')}>
        <div className={`${styles.stack} ${styles.figure}`}>
          <Amounts amounts={amountsOf('annual')} />
          {currencies.length === 0 && <NotPriced />}
        </div>
        {amountsOf('once')
          .filter(({ amount }) => !isZero(amount))
          .map(money => (
            <Text key={money.currency} color="secondary">
              {t('money.once', { amount: formatMoney(money) })}
            </Text>
          ))}
        {unpriced.length > 0 && (
          <Link href={links.licenses({ tenant })}>
            {t('overview.unpriced', { count: unpriced.length })}
          </Link>
        )}
      </Figure>
      <Figure level="h2" title={t('overview.savings')}>
        <div className={`${styles.stack} ${styles.figure}`}>
          <Amounts amounts={amountsOf('savings')} />
          {currencies.length === 0 && <NotPriced />}
        </div>
        <Text color="secondary">{t('overview.savingsOf')}</Text>
        {saving.length > 0 && (
          <Text color="secondary">
            {savingsFrom
              ? t('overview.savingsFrom', {
                  when: <RelativeTime value={savingsFrom} />,
                })
              : t('overview.savingsOpen')}
          </Text>
        )}
      </Figure>
    </>
  );
}

/** A bar for each currency: what the spend of a year is used for. */
export function SpendByUse(props: { tenant: string; spend: Spend }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { tenant, spend } = props;
  return (
    <Section level="h2" title={t('overview.spendTitle')}>
      {spend.currencies.length === 0 ? (
        <EmptyState
          title={t('overview.notPricedTitle')}
          text={t('overview.notPricedText')}
          action={
            <ButtonLink href={links.licenses({ tenant })}>
              {t('overview.openLicenses')}
            </ButtonLink>
          }
        />
      ) : (
        <div className={styles.list}>
          {spend.currencies.map(entry => (
            <UsesOf key={entry.currency} entry={entry} />
          ))}
        </div>
      )}
    </Section>
  );
}

function UsesOf(props: { entry: Spend['currencies'][number] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { currency, uses } = props.entry;
  const paid = uses.filter(({ amount }) => !isZero(amount));
  const label = t('overview.spendIn', { currency });
  return (
    <section className={styles.spendBar} aria-label={label}>
      <Meter
        parts={paid.map(({ use, amount }) => ({
          id: use,
          color: colorOfUse(use),
          // Only the length of what is drawn: the words are exact.
          value: Number(amount),
        }))}
      />
      <ul className={styles.legend}>
        {paid.map(({ use, amount, seats }) => (
          <li key={use}>
            <UseBadge use={use}>
              {' '}
              {t('overview.spendSeats', {
                count: seats,
                amount: formatMoney({ amount, currency }),
              })}
            </UseBadge>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What renews or ends next. */
export function NextRenewals(props: { tenant: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const { tenant } = props;
  const { value, error, retry } = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/renewals', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant],
  );

  function content() {
    if (error) {
      return (
        <ErrorState
          error={error}
          permission={licenseReadPermission.name}
          onRetry={retry}
        />
      );
    }
    if (!value) {
      return <Loading height={160} />;
    }
    if (value.items.length === 0) {
      return <Text color="secondary">{t('overview.renewalsNone')}</Text>;
    }
    return (
      <ol className={styles.list}>
        {value.items.slice(0, RENEWALS_SHOWN).map(renewal => (
          <RenewalRow
            key={`${renewal.termId} ${renewal.subscriptionId}`}
            tenant={tenant}
            renewal={renewal}
          />
        ))}
      </ol>
    );
  }

  return (
    <Section level="h2" title={t('overview.renewals')}>
      {content()}
    </Section>
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
