import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { type ServiceActivity } from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';
import { m365LicensesTranslationRef } from '../../translation';
import { daysSince } from '../common/format';
import { ExactDate, RelativeTime } from '../common/RelativeTime';
import styles from './ServiceTimeline.module.css';

/** How far back the axis reaches at least, in days: as long as reports go. */
const MIN_REACH = 180;
/** How many months are named on the axis at most. */
const MAX_LABELS = 6;

/** The first days of months on the axis, few enough to be named. */
function monthsOf(reach: number): DateTime[] {
  const first = DateTime.now().minus({ days: reach });
  const step = Math.ceil(reach / 30 / MAX_LABELS);
  const months: DateTime[] = [];
  let month = first.startOf('month').plus({ months: 1 });
  while (month <= DateTime.now()) {
    months.push(month);
    month = month.plus({ months: step });
  }
  return months;
}

/**
 * The last activity in each service on one time axis that ends today, with the
 * threshold and the day of Microsoft's report. The words beside it say the same
 * to those who do not see it.
 */
export function ServiceTimeline(props: {
  services: ServiceActivity[];
  inactiveAfterDays: number;
  reportRefreshDate: string | null;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { services, inactiveAfterDays, reportRefreshDate } = props;
  const reach = Math.max(MIN_REACH, Math.ceil(inactiveAfterDays * 1.5));
  const threshold = DateTime.now()
    .minus({ days: inactiveAfterDays })
    .toISODate();
  // Nested SVGs are placed by percent, so that the chart needs no measuring.
  const place = (date: string) =>
    `${100 - (Math.min(Math.max(daysSince(date), 0), reach) / reach) * 100}%`;
  const lane = (index: number) => `${((index + 0.5) / services.length) * 100}%`;
  const isBefore = ({ lastActivityDate }: ServiceActivity) =>
    lastActivityDate !== null && daysSince(lastActivityDate) > reach;

  return (
    <div className={styles.list}>
      <div className={styles.timeline}>
        <dl className={styles.services}>
          {services.map(activity => (
            <div key={activity.service}>
              <dt>{t(`service.${activity.service}`)}</dt>
              <dd>
                <RelativeTime
                  value={activity.lastActivityDate}
                  fallback={t(
                    activity.reportRefreshDate
                      ? 'account.noActivity'
                      : 'account.notReported',
                  )}
                />
              </dd>
            </div>
          ))}
        </dl>
        <svg
          aria-hidden="true"
          className={styles.plot}
          style={{ gridRow: `1 / span ${services.length}` }}
        >
          {monthsOf(reach).map(month => (
            <line
              key={month.toMillis()}
              className={styles.month}
              x1={place(month.toISODate() ?? '')}
              x2={place(month.toISODate() ?? '')}
              y1="0"
              y2="100%"
            />
          ))}
          {reportRefreshDate && (
            <>
              <rect
                className={styles.unreported}
                x={place(reportRefreshDate)}
                y="0"
                width={`${Math.min(
                  (daysSince(reportRefreshDate) / reach) * 100,
                  100,
                )}%`}
                height="100%"
              />
              <line
                className={styles.report}
                x1={place(reportRefreshDate)}
                x2={place(reportRefreshDate)}
                y1="0"
                y2="100%"
              />
            </>
          )}
          <line
            className={styles.threshold}
            x1={place(threshold)}
            x2={place(threshold)}
            y1="0"
            y2="100%"
          />
          {services.map((activity, index) => (
            <g key={activity.service}>
              <line
                className={styles.lane}
                x1="0"
                x2="100%"
                y1={lane(index)}
                y2={lane(index)}
              />
              {activity.lastActivityDate && (
                <circle
                  className={isBefore(activity) ? styles.before : styles.dot}
                  cx={place(activity.lastActivityDate)}
                  cy={lane(index)}
                  r="5"
                />
              )}
            </g>
          ))}
        </svg>
        <div aria-hidden="true" className={styles.axis}>
          {monthsOf(reach).map(month => (
            <span
              key={month.toMillis()}
              style={{ insetInlineStart: place(month.toISODate() ?? '') }}
            >
              {month.toLocaleString({ month: 'short' })}
            </span>
          ))}
        </div>
      </div>
      <ul className={styles.legend}>
        <li>
          <svg aria-hidden="true" className={styles.key}>
            <line className={styles.threshold} x1="50%" x2="50%" y2="100%" />
          </svg>
          <span>
            {t('account.timelineThreshold', { count: inactiveAfterDays })}:{' '}
            <ExactDate value={threshold} />
          </span>
        </li>
        {reportRefreshDate && (
          <li>
            <svg aria-hidden="true" className={styles.key}>
              <rect
                className={styles.unreported}
                x="50%"
                width="50%"
                height="100%"
              />
              <line className={styles.report} x1="50%" x2="50%" y2="100%" />
            </svg>
            <span>
              {t('account.timelineReport', {
                date: <ExactDate value={reportRefreshDate} />,
              })}
            </span>
          </li>
        )}
        {services.some(isBefore) && (
          <li>
            <svg aria-hidden="true" className={styles.key}>
              <circle className={styles.before} cx="50%" cy="50%" r="5" />
            </svg>
            {t('account.timelineBefore', { count: reach })}
          </li>
        )}
      </ul>
    </div>
  );
}
