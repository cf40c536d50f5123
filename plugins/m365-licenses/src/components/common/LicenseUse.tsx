import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  AssignedLicense,
  Service,
  ServiceActivity,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { RelativeTime } from './RelativeTime';
import { UseBadge } from './StatusBadge';
import styles from './common.module.css';

/**
 * Whether a license is used, and how that is known: by which of the services
 * that count, and when.
 *
 * @param props.use - of the license, or of one path it is held by
 * @param props.services - the account's last activity in each service
 */
export function LicenseUse(props: {
  use: Pick<AssignedLicense, 'services' | 'lastActivityDate' | 'status'>;
  services: ServiceActivity[];
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { use, services } = props;
  const { status, lastActivityDate } = use;
  const by = services
    .filter(
      activity =>
        use.services.includes(activity.service) &&
        activity.lastActivityDate === lastActivityDate,
    )
    .map(({ service }) => t(`service.${service}`))
    .join(', ');

  function evidence() {
    if (status === 'notMeasurable' || status === 'unknown') {
      return t(`licenseUse.${status}`);
    }
    if (!lastActivityDate) {
      return t(
        status === 'inGrace' ? 'licenseUse.inGrace' : 'licenseUse.never',
      );
    }
    const when = <RelativeTime value={lastActivityDate} />;
    return by ? t('licenseUse.by', { by, when }) : when;
  }

  return (
    <div className={styles.stack}>
      <UseBadge use={status} />
      <span className={styles.secondary}>{evidence()}</span>
    </div>
  );
}

/** The services by which the use of a license is judged. */
export function ServicesCounted(props: { services: Service[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { services } = props;
  return services.length > 0 ? (
    <>{services.map(service => t(`service.${service}`)).join(', ')}</>
  ) : (
    <span className={styles.secondary}>{t('licenseUse.noServices')}</span>
  );
}
