import {
  Button,
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
import { formatChange, formatNumber } from '../common/format';
import { HistorySection } from '../common/HistorySection';
import { useLinks } from '../common/links';
import { Loaded } from '../common/Loaded';
import { EmptyState, Loading, ProblemAlert } from '../common/messages';
import { ExactDate, RelativeTime } from '../common/RelativeTime';
import { Figure } from '../common/Section';
import { activityColor } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { useUrlQuery } from '../common/urlQuery';
import { Change, differenceOf } from './Change';
import { Renewals } from './Renewals';
import { SpendByUse, SpendFigures } from './Spending';
import { SpendSplit } from './SpendSplit';
import { OpenTasks, RosterLink } from '../common/tabLinks';
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
  const tenant = props.tenant.name;
  const state = useAsyncRetry(
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

  return (
    <Loaded
      state={state}
      height={420}
      skeleton={
        <>
          <div className={`${styles.figures} ${styles.four}`}>
            {['spend', 'savings', 'seats', 'candidates'].map(figure => (
              <Loading key={figure} height={176} />
            ))}
          </div>
          <Loading height={420} />
        </>
      }
    >
      {([overview, licenses, spend]) => (
        <>
          {overview.problems.length > 0 && (
            <section
              aria-label={t('overview.problems')}
              className={styles.list}
            >
              {overview.problems.map(problem => (
                <ProblemAlert
                  key={`${problem.finding} ${problem.task} ${problem.message}`}
                  problem={problem}
                  tenant={tenant}
                />
              ))}
            </section>
          )}
          {overview.lastSync === null && overview.accounts.total === 0 ? (
            <EmptyState
              title={t('overview.noSyncTitle')}
              text={t('overview.noSyncText')}
              action={<OpenTasks tenant={tenant} />}
            />
          ) : (
            <>
              <Figures
                overview={overview}
                spend={spend}
                onChange={state.retry}
              />
              <div className={styles.columns}>
                <div className={styles.list}>
                  <SpendByUse tenant={tenant} spend={spend} />
                  <HistorySection
                    level="h2"
                    tenant={tenant}
                    title={t('overview.trend')}
                    initialView="spend"
                  />
                </div>
                <Renewals tenant={tenant} />
              </div>
              <SeatChart tenant={tenant} licenses={licenses.items} />
              <SpendSplit tenant={tenant} />
              <MoreFigures overview={overview} />
            </>
          )}
        </>
      )}
    </Loaded>
  );
}

/** What we pay, what is unused, and what of that could be taken back. */
function Figures(props: {
  overview: TenantOverview;
  spend: Spend;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { spend, onChange } = props;
  const { seats, candidates, changes, evaluatedAt } = props.overview;
  const tenant = props.overview.tenant.name;
  return (
    <>
      <div className={`${styles.figures} ${styles.four}`}>
        <SpendFigures
          tenant={tenant}
          spend={spend}
          changes={changes}
          onChange={onChange}
        />
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
              <Change
                changes={changes}
                isBadToGrow
                of={({ bought, assigned }) =>
                  bought === 0 && assigned === 0
                    ? []
                    : [
                        {
                          text: t('overview.seatsChange', {
                            assigned: formatChange(assigned),
                            bought: formatChange(bought),
                            unassigned: formatChange(bought - assigned),
                          }),
                          sign: Math.sign(bought - assigned),
                        },
                      ]
                }
              />
            </>
          ) : (
            <Text color="secondary">{t('overview.seatsUnknown')}</Text>
          )}
        </Figure>
        <Figure level="h2" title={t('overview.candidates')}>
          {candidates ? (
            <>
              <span className={styles.figure}>
                {formatNumber(candidates.opportunities)}
              </span>
              <Change
                changes={changes}
                isBadToGrow
                of={change => [differenceOf(change.candidates)]}
              />
              <Text color="secondary">{t('overview.candidatesText')}</Text>
              {candidates.heldBack > 0 && (
                <Text color="secondary">
                  {t('overview.candidatesHeldBack', {
                    count: candidates.heldBack,
                  })}
                </Text>
              )}
              <RosterLink href={links.candidates({ tenant })}>
                {t('overview.openCandidates')}
              </RosterLink>
            </>
          ) : (
            <Text color="secondary">{t('overview.candidatesUnknown')}</Text>
          )}
        </Figure>
      </div>
      {evaluatedAt && (
        <div className={styles.caption}>
          <span>
            {t('overview.evaluated', {
              when: <RelativeTime value={evaluatedAt} />,
            })}
          </span>
        </div>
      )}
    </>
  );
}

/** The accounts, how they are used, and whether the last sync worked. */
function MoreFigures(props: { overview: TenantOverview }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { accounts, statuses, lastSync, reportRefreshDate, tenant } =
    props.overview;
  const inOrder = ACTIVITY_STATUSES.map(status => ({
    status,
    count: statuses.find(entry => entry.status === status)?.accounts ?? 0,
  })).filter(({ count }) => count > 0);

  return (
    <div className={styles.figures}>
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
          {inOrder.map(({ status, count }) => {
            const text = `${t(`status.${status}`)} ${formatNumber(count)}`;
            return (
              <li key={status} className={styles.status}>
                <span
                  className={styles.dot}
                  style={{ background: activityColor(status) }}
                  aria-hidden="true"
                />
                <RosterLink
                  href={links.users({ tenant: tenant.name, status })}
                  fallback={text}
                >
                  {text}
                </RosterLink>
              </li>
            );
          })}
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
        action={<OpenTasks tenant={tenant} />}
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
