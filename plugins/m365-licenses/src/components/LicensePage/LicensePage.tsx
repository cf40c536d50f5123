import { Badge, Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  ASSIGNMENT_STATUSES,
  type License,
  type LicenseDetail,
  type Reconciliation,
  type Subscription,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useEffect, useRef } from 'react';
import { useLocation, useParams } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { Meter } from '../common/charts';
import { type DataColumn, DataTable } from '../common/DataTable';
import { formatNumber, isZero } from '../common/format';
import { useLinks } from '../common/links';
import { Loaded } from '../common/Loaded';
import { EmptyState, isNotFound } from '../common/messages';
import { Amounts, AnnualSpend, NotPriced } from '../common/money';
import { NameCell } from '../common/NameCell';
import { RelativeTime } from '../common/RelativeTime';
import { Figure, Section } from '../common/Section';
import { CapabilityBadge, colorOfUse, UseBadge } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { BackTestSection } from './BackTestSection';
import { Downgrades } from './Downgrades';
import { LicenseSection } from './LicenseForm';
import { TermsSection } from './TermsSection';
import { TrendSection } from './TrendSection';
import { RosterLink } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** One license: its seats, who uses it, what it costs, and how that fits. @public */
export function LicensePage() {
  const { skuId = '' } = useParams();
  return (
    <TenantPage>
      {tenant => (
        <LicenseOf
          key={`${tenant.name} ${skuId}`}
          tenant={tenant}
          skuId={skuId}
        />
      )}
    </TenantPage>
  );
}

function LicenseOf(props: { tenant: Tenant; skuId: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const { search } = useLocation();
  const { skuId } = props;
  const tenant = props.tenant.name;
  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/licenses/{skuId}', {
          params: { path: { tenant, skuId } },
        }),
      ),
    [client, tenant, skuId],
  );

  return (
    <>
      <Link href={`${links.licenses()}${search}`}>{`← ${t(
        'license.back',
      )}`}</Link>
      {state.error && isNotFound(state.error) ? (
        <EmptyState
          title={t('error.notFoundTitle')}
          text={t('license.notFound', { skuId })}
        />
      ) : (
        <Loaded state={state} height={480}>
          {detail => (
            <Details tenant={tenant} detail={detail} onChange={state.retry} />
          )}
        </Loaded>
      )}
    </>
  );
}

function Details(props: {
  tenant: string;
  detail: LicenseDetail;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { tenant, detail, onChange } = props;
  const { license, savingsFrom, terms, reconciliation, downgrades } = detail;
  const heading = useRef<HTMLHeadingElement>(null);
  // The reader came from a list: the page begins here.
  useEffect(() => heading.current?.focus(), []);

  return (
    <>
      <div className={styles.bar}>
        <div className={styles.stack}>
          <h2 ref={heading} tabIndex={-1} className={styles.heading}>
            {license.displayName}
          </h2>
          <Text color="secondary">{license.skuPartNumber}</Text>
          <Text color="secondary">
            {license.services.length > 0
              ? t('license.services', {
                  services: license.services
                    .map(service => t(`service.${service}`))
                    .join(', '),
                })
              : t('license.noServices')}
          </Text>
        </div>
        <div className={styles.caption}>
          {license.trial && <Badge>{t('licenses.trial')}</Badge>}
          {license.appliesTo === 'Company' && (
            <Badge>{t('licenses.companyWide')}</Badge>
          )}
          <CapabilityBadge status={license.status} />
          <span>
            {t('licenses.asOf')} <RelativeTime value={license.capturedAt} />
          </span>
        </div>
      </div>
      <Figures license={license} savingsFrom={savingsFrom} />
      <div className={styles.columns}>
        <People tenant={tenant} license={license} />
        <ReconciliationSection reconciliation={reconciliation} />
      </div>
      <TrendSection
        tenant={tenant}
        skuId={license.skuId}
        forecast={detail.forecast}
      />
      <TermsSection
        tenant={tenant}
        license={license}
        terms={terms}
        onChange={onChange}
      />
      {downgrades.length > 0 && (
        <Downgrades tenant={tenant} downgrades={downgrades} />
      )}
      <BackTestSection tenant={tenant} skuId={license.skuId} />
      <LicenseSection
        tenant={tenant}
        license={license}
        editable={detail.editable}
        onChange={onChange}
      />
      <Section title={t('license.subscriptions')}>
        <Subscriptions license={license} />
      </Section>
    </>
  );
}

function Figures(props: { license: License; savingsFrom: string | null }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { license, savingsFrom } = props;
  const { spend } = license;
  const saves = spend?.savings.some(({ amount }) => !isZero(amount));
  return (
    <>
      <div className={styles.figures}>
        {(['bought', 'assigned', 'unassigned'] as const).map(field => (
          <Figure key={field} title={t(`seats.${field}`)}>
            <span className={styles.figure}>
              {formatNumber(license[field])}
            </span>
          </Figure>
        ))}
      </div>
      <div className={`${styles.columns} ${styles.even}`}>
        <Figure title={t('license.annualSpend')}>
          <div className={`${styles.stack} ${styles.figure}`}>
            <AnnualSpend spend={spend} />
          </div>
          {!spend && <Text color="secondary">{t('license.notPricedDo')}</Text>}
        </Figure>
        <Figure title={t('license.savings')}>
          <div className={`${styles.stack} ${styles.figure}`}>
            {spend ? <Amounts amounts={spend.savings} /> : <NotPriced />}
          </div>
          {saves && (
            <Text color="secondary">
              {savingsFrom
                ? t('license.savingsFrom', {
                    when: <RelativeTime value={savingsFrom} />,
                  })
                : t('license.savingsOpen')}
            </Text>
          )}
        </Figure>
      </div>
    </>
  );
}

/** The people that hold the license, each status leading to them. */
function People(props: { tenant: string; license: License }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { tenant, license } = props;
  const { skuId } = license;
  const rows = ASSIGNMENT_STATUSES.map(status => ({
    status,
    accounts:
      license.statuses.find(entry => entry.status === status)?.accounts ?? 0,
  }));
  const total = rows.reduce((sum, { accounts }) => sum + accounts, 0);
  return (
    <Section title={t('license.people')}>
      <div className={styles.list}>
        <ul className={styles.statusRows}>
          {rows.map(({ status, accounts }) => (
            <li key={status} className={styles.contents}>
              <UseBadge use={status} />
              <Meter
                parts={[
                  { id: status, color: colorOfUse(status), value: accounts },
                  {
                    id: 'others',
                    color: 'transparent',
                    value: total - accounts,
                  },
                ]}
              />
              <span className={styles.end}>
                {accounts > 0 ? (
                  <RosterLink
                    href={links.users({ tenant, skuId, licenseStatus: status })}
                    fallback={formatNumber(accounts)}
                    aria-label={t('license.openUsers', {
                      count: accounts,
                      status: t(`status.${status}`),
                    })}
                  >
                    {formatNumber(accounts)}
                  </RosterLink>
                ) : (
                  formatNumber(accounts)
                )}
              </span>
            </li>
          ))}
        </ul>
        <Text color="secondary" variant="body-small">
          {t('license.peopleAsOf')}
        </Text>
        <RosterLink href={links.candidates({ tenant, skuId })}>
          {t('license.openCandidates')}
        </RosterLink>
      </div>
    </Section>
  );
}

/** What Microsoft says beside what people entered, and what does not fit. */
function ReconciliationSection(props: { reconciliation: Reconciliation }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { skuEnabled, skuConsumed, subscriptions, accounts, entered } =
    props.reconciliation;
  const { differences } = props.reconciliation;
  const numbers: [string, number | null, string][] = [
    [t('license.skuEnabled'), skuEnabled, ''],
    [t('license.fromSubscriptions'), subscriptions, t('common.unknown')],
    [t('license.entered'), entered, t('license.notEntered')],
    [t('license.skuConsumed'), skuConsumed, ''],
    [t('license.accounts'), accounts, ''],
  ];
  return (
    <Section title={t('license.reconciliation')}>
      <div className={styles.list}>
        <dl className={styles.strip}>
          {numbers.map(([name, number, absent]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={number === null ? styles.secondary : undefined}>
                {number === null ? absent : formatNumber(number)}
              </dd>
            </div>
          ))}
        </dl>
        {differences.length === 0 ? (
          <Text>{t('license.agrees')}</Text>
        ) : (
          <ul className={styles.steps} aria-label={t('license.differences')}>
            {differences.map(({ message }) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}

/** The subscriptions that the seats come from, one by one. */
function Subscriptions(props: { license: License }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { subscriptions, trial } = props.license;
  const columns: DataColumn<Subscription>[] = [
    {
      id: 'id',
      label: t('license.subscription'),
      rowHeader: true,
      width: '36%',
      cell: subscription => (
        <NameCell
          name={subscription.id}
          detail={subscription.trial ? t('licenses.trial') : subscription.id}
        />
      ),
    },
    {
      id: 'totalLicenses',
      label: t('license.seats'),
      numeric: true,
      cell: ({ totalLicenses }) => formatNumber(totalLicenses),
    },
    {
      id: 'status',
      label: t('license.status'),
      cell: ({ status }) => <CapabilityBadge status={status} />,
    },
    {
      id: 'startedAt',
      label: t('license.started'),
      cell: ({ startedAt }) => <RelativeTime value={startedAt} fallback="–" />,
    },
    {
      id: 'nextLifecycleAt',
      label: t('license.lifecycle'),
      cell: ({ nextLifecycleAt }) => (
        <RelativeTime value={nextLifecycleAt} fallback="–" />
      ),
    },
  ];
  return (
    <DataTable
      label={t('license.subscriptions')}
      columns={columns}
      items={subscriptions}
      getId={({ id }) => id}
      minWidth="48rem"
      empty={
        trial === null ? (
          <EmptyState
            title={t('license.notReadable')}
            text={t('license.notReadableText')}
          />
        ) : (
          <EmptyState
            title={t('license.noSubscriptions')}
            text={t('license.noSubscriptionsText')}
          />
        )
      }
    />
  );
}
