import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ServiceActivity } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
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
