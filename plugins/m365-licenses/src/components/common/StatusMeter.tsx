import {
  ASSIGNMENT_STATUSES,
  type License,
  type SpendPart,
  type SpendUse,
} from 'backstage-plugin-m365-licenses-common';
import { Meter } from './charts';
import { formatNumber } from './format';
import { colorOfUse, UseBadge } from './StatusBadge';
import styles from './common.module.css';

/** What seats are used for, in the order in which it is shown everywhere. */
export const SPEND_USES = [
  ...ASSIGNMENT_STATUSES,
  'unassigned',
] as const satisfies readonly SpendUse[];

/** How many accounts that hold a license are in each status: a bar and words. */
export function StatusMeter(props: { statuses: License['statuses'] }) {
  return (
    <UseMeter
      seats={props.statuses.map(({ status, accounts }) => ({
        use: status,
        seats: accounts,
      }))}
    />
  );
}

/** What seats are used for: a bar and words. */
export function UseMeter(props: { seats: SpendPart['seats'] }) {
  const present = props.seats.filter(({ seats }) => seats > 0);
  if (present.length === 0) {
    return <>–</>;
  }
  return (
    <div className={styles.stack}>
      <Meter
        parts={present.map(({ use, seats }) => ({
          id: use,
          color: colorOfUse(use),
          value: seats,
        }))}
      />
      <ul className={styles.smallLegend}>
        {present.map(({ use, seats }) => (
          <li key={use}>
            <UseBadge use={use}> {formatNumber(seats)}</UseBadge>
          </li>
        ))}
      </ul>
    </div>
  );
}
