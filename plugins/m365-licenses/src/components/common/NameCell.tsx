import { Link } from '@backstage/ui';
import styles from './common.module.css';

/** A name with what identifies it below, for the row header of a table. */
export function NameCell(props: {
  name: string;
  detail: string;
  href?: string;
}) {
  const { name, detail, href } = props;
  return (
    <div className={styles.stack}>
      <span className={styles.name}>
        {href ? <Link href={href}>{name}</Link> : name}
      </span>
      {detail !== name && (
        <span className={`${styles.clip} ${styles.secondary}`} title={detail}>
          {detail}
        </span>
      )}
    </div>
  );
}
