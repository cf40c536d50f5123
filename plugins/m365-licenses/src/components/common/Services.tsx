import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ServiceActivity } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { daysSince } from './format';
import { ExactDate, RelativeTime } from './RelativeTime';
import styles from './common.module.css';

/** When Microsoft's report was refreshed, without which a date says little. */
export function ReportDate(props: { value: string | null | undefined }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <span className={styles.secondary}>
      {props.value ? (
        <>
          {t('common.reportOf')} <ExactDate value={props.value} /> (
          <RelativeTime value={props.value} />)
        </>
      ) : (
        t('common.reportNever')
      )}
    </span>
  );
}

/**
 * The seven services on one timeline that ends today, with the threshold
 * marked.
 */
export function ServiceTimeline(props: {
  services: ServiceActivity[];
  inactiveAfterDays: number;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { services, inactiveAfterDays } = props;
  // Older dates stand at the left end; the words beside them are exact.
  const reach = inactiveAfterDays * 2;
  const place = (days: number) =>
    `${100 - (Math.min(Math.max(days, 0), reach) / reach) * 100}%`;
  return (
    <dl className={styles.timeline}>
      {services.map(({ service, lastActivityDate }) => (
        <div key={service}>
          <dt>{t(`service.${service}`)}</dt>
          <dd className={styles.track} aria-hidden="true">
            <span className={styles.threshold} style={{ left: '50%' }} />
            {lastActivityDate && (
              <span
                className={styles.dot}
                style={{ left: place(daysSince(lastActivityDate)) }}
              />
            )}
          </dd>
          <dd>
            <RelativeTime
              value={lastActivityDate}
              fallback={t('common.never')}
            />
          </dd>
        </div>
      ))}
      <div aria-hidden="true" className={styles.secondary}>
        <dt />
        <dd className={styles.axis}>
          <span>{t('account.timelineAxis', { days: reach })}</span>
          <span>
            {t('account.timelineThreshold', { count: inactiveAfterDays })}
          </span>
          <span>{t('common.today')}</span>
        </dd>
        <dd />
      </div>
    </dl>
  );
}

/** The seven services side by side: name and last activity. */
export function ServiceStrip(props: { services: ServiceActivity[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <dl className={styles.strip}>
      {props.services.map(({ service, lastActivityDate }) => (
        <div key={service}>
          <dt>{t(`service.${service}`)}</dt>
          <dd>
            <RelativeTime
              value={lastActivityDate}
              fallback={t('common.never')}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}
