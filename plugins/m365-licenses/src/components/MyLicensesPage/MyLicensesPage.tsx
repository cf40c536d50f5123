import { Container } from '@backstage/ui';
import { OwnLicenses } from './OwnLicenses';
import { Questions } from './Questions';
import styles from '../common/common.module.css';

/**
 * What one is asked about licenses, and the licenses of one's own: for
 * everybody who is signed in, and over all tenants. @public
 */
export function MyLicensesPage() {
  return (
    <Container>
      <div className={`${styles.page} ${styles.readable}`}>
        <Questions />
        <OwnLicenses />
      </div>
    </Container>
  );
}
