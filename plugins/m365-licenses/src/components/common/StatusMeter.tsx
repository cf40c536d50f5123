import type { License } from 'backstage-plugin-m365-licenses-common';
import { Meter } from './charts';
import { formatNumber } from './format';
import { colorOfUse, UseBadge } from './StatusBadge';
import styles from './common.module.css';

/** How many accounts that hold a license are in each status: a bar and words. */
export function StatusMeter(props: { statuses: License['statuses'] }) {
  const present = props.statuses.filter(({ accounts }) => accounts > 0);
  if (present.length === 0) {
    return <>–</>;
  }
  return (
    <div className={styles.stack}>
      <Meter
        parts={present.map(({ status, accounts }) => ({
          id: status,
          color: colorOfUse(status),
          value: accounts,
        }))}
      />
      <ul className={styles.smallLegend}>
        {present.map(({ status, accounts }) => (
          <li key={status}>
            <UseBadge use={status}> {formatNumber(accounts)}</UseBadge>
          </li>
        ))}
      </ul>
    </div>
  );
}
