import { Badge, VisuallyHidden } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { AssignedLicense } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import styles from './common.module.css';

const SHOWN = 2;

/** The licenses of an account: the first by name, and how many more. */
export function LicenseTags(props: { licenses: AssignedLicense[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { licenses } = props;
  if (licenses.length === 0) {
    return <span className={styles.secondary}>{t('users.noLicenses')}</span>;
  }
  const rest = licenses.slice(SHOWN).map(({ displayName }) => displayName);
  return (
    <div className={styles.tags}>
      {licenses.slice(0, SHOWN).map(({ skuId, displayName }) => (
        <Badge key={skuId} title={displayName} className={styles.tag}>
          <span className={styles.clip}>{displayName}</span>
        </Badge>
      ))}
      {rest.length > 0 && (
        <Badge title={rest.join(', ')}>
          <span aria-hidden="true">
            {t('common.more', { more: rest.length })}
          </span>
          <VisuallyHidden>{rest.join(', ')}</VisuallyHidden>
        </Badge>
      )}
    </div>
  );
}

/** Licenses in one cell of an export. */
export const licenseNames = (licenses: AssignedLicense[]): string =>
  licenses.map(({ displayName }) => displayName).join('; ');
