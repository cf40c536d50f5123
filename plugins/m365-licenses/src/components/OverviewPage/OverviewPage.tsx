import {
  Button,
  ButtonLink,
  Card,
  CardBody,
  CardHeader,
  Link,
  Text,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  ACTIVITY_STATUSES,
  answerOf,
  licenseReadPermission,
  type License,
  type Spend,
  type Tenant,
  type TenantOverview,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import {
  hasSeats,
  Meter,
  SeatMeter,
  splitSeats,
  StackedBars,
  Legend,
  useSeatSeries,
} from '../common/charts';
import { formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import {
  EmptyState,
  ErrorState,
  Loading,
  ProblemAlert,
} from '../common/messages';
import { ExactDate, RelativeTime } from '../common/RelativeTime';
import { Figure } from '../common/Section';
import { activityColor } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { useUrlQuery } from '../common/urlQuery';
import { NextRenewals, SpendByUse, SpendFigures } from './Spending';
import styles from '../common/common.module.css';

/** How many licenses the chart shows before "Show all": those bought most. */
const CHART_ROWS = 12;

/** What we pay, what is unused, and whether the last sync worked. @public */
export function OverviewPage() {
  return (
    <TenantPage>
      {tenant => <Overview key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

function Overview(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const tenant = props.tenant.name;
  const { value, error, retry } = useAsyncRetry(
    () =>
      Promise.all([
        answerOf(
          client.GET('/tenants/{tenant}', { params: { path: { tenant } } }),
        ),
        answerOf(
          client.GET('/tenants/{tenant}/licenses', {
            params: {
              path: { tenant },
              query: { sort: 'bought', order: 'desc' },
            },
          }),
        ),
        answerOf(
          client.GET('/tenants/{tenant}/spend', {
            params: { path: { tenant } },
          }),
        ),
      ]),
    [client, tenant],
  );

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
    return (
      <>
        <div className={styles.figures}>
          {['spend', 'savings', 'seats', 'licensed', 'accounts', 'sync'].map(
            figure => (
              <Loading key={figure} height={176} />
            ),
          )}
        </div>
        <Loading height={420} />
      </>
    );
  }

  const [overview, licenses, spend] = value;
  const isEmpty = overview.lastSync === null && overview.accounts.total === 0;
  return (
    <>
      {overview.problems.length > 0 && (
        <section aria-label={t('overview.problems')} className={styles.list}>
          {overview.problems.map(problem => (
            <ProblemAlert
              key={`${problem.finding} ${problem.task} ${problem.message}`}
              problem={problem}
              tenant={tenant}
            />
          ))}
        </section>
      )}
      {isEmpty ? (
        <EmptyState
          title={t('overview.noSyncTitle')}
          text={t('overview.noSyncText')}
          action={
            <ButtonLink href={links.tasks({ tenant })}>
              {t('overview.openTasks')}
            </ButtonLink>
          }
        />
      ) : (
        <>
          <Figures overview={overview} spend={spend} />
          <div className={styles.columns}>
            <SpendByUse tenant={tenant} spend={spend} />
            <NextRenewals tenant={tenant} />
          </div>
          <SeatChart tenant={tenant} licenses={licenses.items} />
        </>
      )}
    </>
  );
}

function Figures(props: { overview: TenantOverview; spend: Spend }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { accounts, seats, statuses, lastSync, reportRefreshDate, tenant } =
    props.overview;
  const inOrder = ACTIVITY_STATUSES.map(status => ({
    status,
    count: statuses.find(entry => entry.status === status)?.accounts ?? 0,
  })).filter(({ count }) => count > 0);

  return (
    <div className={styles.figures}>
      <SpendFigures tenant={tenant.name} spend={props.spend} />
      <Figure level="h2" title={t('overview.seats')}>
        {seats ? (
          <>
            <span className={styles.figure}>
              {formatNumber(seats.assigned)}
            </span>
            <SeatMeter bought={seats.bought} assigned={seats.assigned} />
            <Text color="secondary">
              {t('overview.seatsOf', {
                bought: seats.bought,
                unassigned: seats.unassigned,
              })}
            </Text>
          </>
        ) : (
          <Text color="secondary">{t('overview.seatsUnknown')}</Text>
        )}
      </Figure>
      <Figure level="h2" title={t('overview.licensed')}>
        <span className={styles.figure}>{formatNumber(accounts.licensed)}</span>
        <Meter
          parts={inOrder.map(({ status, count }) => ({
            id: status,
            color: activityColor(status),
            value: count,
          }))}
        />
        <ul className={styles.legend}>
          {inOrder.map(({ status, count }) => (
            <li key={status} className={styles.status}>
              <span
                className={styles.dot}
                style={{ background: activityColor(status) }}
                aria-hidden="true"
              />
              <Link href={links.users({ tenant: tenant.name, status })}>
                {`${t(`status.${status}`)} ${formatNumber(count)}`}
              </Link>
            </li>
          ))}
        </ul>
        <Text color="secondary" variant="body-small">
          {t('overview.threshold', { count: tenant.inactiveAfterDays })}
        </Text>
      </Figure>
      <Figure level="h2" title={t('overview.accounts')}>
        <span className={styles.figure}>{formatNumber(accounts.total)}</span>
        <dl className={styles.facts}>
          <dt>{t('overview.enabled')}</dt>
          <dd>{formatNumber(accounts.enabled)}</dd>
          <dt>{t('overview.disabled')}</dt>
          <dd>{formatNumber(accounts.disabled)}</dd>
          <dt>{t('overview.guests')}</dt>
          <dd>{formatNumber(accounts.guests)}</dd>
          <dt>{t('overview.deleted')}</dt>
          <dd>{formatNumber(accounts.deleted)}</dd>
        </dl>
      </Figure>
      <Figure level="h2" title={t('overview.lastSync')}>
        <span className={styles.figureWords}>
          <RelativeTime
            value={lastSync}
            fallback={t('overview.lastSyncNever')}
          />
        </span>
        <Text color="secondary">
          {reportRefreshDate ? (
            <>
              {t('overview.report')} <ExactDate value={reportRefreshDate} />
            </>
          ) : (
            t('overview.reportNever')
          )}
        </Text>
        <Link href={links.tasks({ tenant: tenant.name })}>
          {t('overview.openTasks')}
        </Link>
      </Figure>
    </div>
  );
}

function SeatChart(props: { tenant: string; licenses: License[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const query = useUrlQuery();
  const series = useSeatSeries();
  const { tenant } = props;
  const licenses = props.licenses.filter(hasSeats);
  // One free product with 10,000 seats would flatten the bars of all others.
  const isShare = query.get('scale') !== 'seats';
  const showsAll = query.flag('all') ?? false;

  if (licenses.length === 0) {
    return (
      <EmptyState
        title={t('overview.noLicensesTitle')}
        text={t('overview.noLicensesText')}
        action={
          <ButtonLink href={links.tasks({ tenant })}>
            {t('overview.openTasks')}
          </ButtonLink>
        }
      />
    );
  }
  const shown = showsAll ? licenses : licenses.slice(0, CHART_ROWS);
  const isOver = licenses.some(({ bought, assigned }) => assigned > bought);
  const usedSeries = series.filter(({ id }) => id !== 'over' || isOver);
  return (
    <Card>
      <CardHeader>
        <div className={styles.bar}>
          <Text as="h2" variant="title-x-small" weight="bold">
            {t('overview.chartTitle')}
          </Text>
          <ToggleButtonGroup
            aria-label={t('overview.chartScale')}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[isShare ? 'share' : 'seats']}
            onSelectionChange={keys =>
              query.set(
                { scale: keys.has('seats') ? 'seats' : undefined },
                { replace: true },
              )
            }
          >
            <ToggleButton id="share">{t('overview.chartShare')}</ToggleButton>
            <ToggleButton id="seats">{t('overview.chartSeats')}</ToggleButton>
          </ToggleButtonGroup>
        </div>
      </CardHeader>
      <CardBody>
        <div className={styles.list}>
          <Legend series={usedSeries} />
          <StackedBars
            label={t('overview.chartTitle')}
            nameLabel={t('licenses.product')}
            series={usedSeries}
            isShare={isShare}
            rows={shown.map(license => ({
              id: license.skuId,
              label: license.displayName,
              values: splitSeats(license),
              note: `${formatNumber(license.assigned)} / ${formatNumber(
                license.bought,
              )}`,
            }))}
          />
          {licenses.length > CHART_ROWS && (
            <Button
              className={styles.action}
              variant="tertiary"
              onPress={() =>
                query.set(
                  { all: showsAll ? undefined : 'true' },
                  { replace: true },
                )
              }
            >
              {showsAll
                ? t('overview.showFewer')
                : t('overview.showAll', { total: licenses.length })}
            </Button>
          )}
        </div>
      </CardBody>
    </Card>
  );
}
