import { Link, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Downgrade } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { useLinks } from '../common/links';
import { Section } from '../common/Section';
import { RosterLink } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** Smaller licenses of the tenant, and whether it can be told that they would do. */
export function Downgrades(props: { tenant: string; downgrades: Downgrade[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { tenant, downgrades } = props;
  const observed = downgrades.find(({ services }) => services.length > 0);
  return (
    <Section title={t('license.downgrades')}>
      <div className={styles.list}>
        <Text as="p" color="secondary">
          {t('license.downgradesText')}
        </Text>
        <ul className={styles.list}>
          {downgrades.map(({ to, services, unobservable }) => (
            <li key={to.skuId} className={styles.stack}>
              <Link
                href={links.license(
                  to.skuId,
                  `?${new URLSearchParams({ tenant })}`,
                )}
              >
                {to.displayName}
              </Link>
              <span>
                {services.length > 0
                  ? t('license.downgradeObserved', {
                      services: services
                        .map(service => t(`service.${service}`))
                        .join(', '),
                    })
                  : t('license.downgradeUnobservable')}
              </span>
              {unobservable.length > 0 && (
                <details className={styles.note}>
                  <summary>
                    {t('license.downgradeAlso', { count: unobservable.length })}
                  </summary>
                  {unobservable.join(', ')}
                </details>
              )}
            </li>
          ))}
        </ul>
        {observed && (
          <RosterLink
            href={links.candidates({
              tenant,
              skuId: observed.from.skuId,
              reason: 'downgrade',
            })}
          >
            {t('license.openDowngrades')}
          </RosterLink>
        )}
      </div>
    </Section>
  );
}
