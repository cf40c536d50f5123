import { ButtonLink, Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  answerOf,
  type ConvertedSpend,
  type OverviewChanges,
  type Spend,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import useAsync from 'react-use/esm/useAsync';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { Meter } from '../common/charts';
import { formatExact, formatMoney, isZero } from '../common/format';
import { useLinks } from '../common/links';
import { EmptyState } from '../common/messages';
import { Amounts, NotPriced } from '../common/money';
import { Person } from '../common/Person';
import { RelativeTime } from '../common/RelativeTime';
import { Figure, Section } from '../common/Section';
import { colorOfUse, UseBadge } from '../common/StatusBadge';
import { Change, differencesOf } from './Change';
import { ExchangeRatesDialog } from './ExchangeRates';
import styles from '../common/common.module.css';

/** An estimate, which an exact amount would not look like. */
const about = ({ currency }: ConvertedSpend, amount: string) =>
  formatMoney(
    { amount, currency },
    { notation: 'compact', maximumFractionDigits: 1 },
  );

/**
 * What we pay, and what of that is not used.
 *
 * @param props.onChange - the exchange rates are others now
 */
export function SpendFigures(props: {
  tenant: string;
  spend: Spend;
  changes: OverviewChanges | null;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { allowed: mayConvert } = usePermission({
    permission: termsUpdatePermission,
  });
  const { tenant, spend, changes, onChange } = props;
  const { currencies, skus, unpriced, converted } = spend;
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
        {currencies.length > 0 && (
          <Change
            changes={changes}
            of={({ annual }) => differencesOf(annual)}
          />
        )}
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
        {converted && <Converted tenant={tenant} converted={converted} />}
        {mayConvert && currencies.length > 0 && (
          <ExchangeRatesDialog
            tenant={tenant}
            currencies={currencies.map(({ currency }) => currency)}
            onChange={onChange}
          />
        )}
      </Figure>
      <Figure level="h2" title={t('overview.savings')}>
        <div className={`${styles.stack} ${styles.figure}`}>
          <Amounts amounts={amountsOf('savings')} />
          {currencies.length === 0 && <NotPriced />}
        </div>
        {currencies.length > 0 && (
          <Change
            changes={changes}
            of={({ savings }) => differencesOf(savings)}
            isBadToGrow
          />
        )}
        <Text color="secondary">{t('overview.savingsOf')}</Text>
        {converted && (
          <span className={styles.note}>
            {t('overview.convertedSavings', {
              amount: about(converted, converted.savings),
            })}
          </span>
        )}
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

/** All currencies in one, with the rates, who entered them, and what is left out. */
function Converted(props: { tenant: string; converted: ConvertedSpend }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const { tenant, converted } = props;
  const { currency, annual, rates, missing } = converted;
  // Only for who entered them: without it, the rest is still true.
  const entered = useAsync(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/exchange-rates', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant, converted],
  );
  const by = entered.value?.updatedBy;
  const days = [...new Set(rates.map(({ date }) => date))].sort();
  const [from, to] = [days.at(0), days.at(-1)].map(
    day => day && formatExact(day),
  );
  return (
    <span className={styles.note}>
      <span title={formatMoney({ amount: annual, currency })}>
        {t('overview.converted', {
          amount: about(converted, annual),
          dates:
            from === to
              ? from ?? '–'
              : t('overview.dateRange', { from: from ?? '', to: to ?? '' }),
        })}
      </span>
      {by && (
        <>
          , {t('overview.convertedBy', { person: <Person entityRef={by} /> })}
        </>
      )}
      {missing.length > 0 && (
        <>
          {'. '}
          {t('overview.convertedMissing', { currencies: missing.join(', ') })}
        </>
      )}
    </span>
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
