import type { SuspiciousActivity } from 'backstage-plugin-m365-licenses-common';
import type { EvaluatedAccount } from '../database/types';

/** Why activity is suspicious; `noAccount` is of report rows that match nobody. */
export type SuspicionCause = SuspiciousActivity['cause'];

/** Why the activity of an account is suspicious. */
export type AccountSuspicion = Exclude<SuspicionCause, 'noAccount'>;

/** What decides whether activity of an account is suspicious. */
export type ActiveAccount = Pick<
  EvaluatedAccount,
  | 'userType'
  | 'enabled'
  | 'deleted'
  | 'deactivatedAt'
  | 'deletedAt'
  | 'lastActivityDate'
  | 'inCatalog'
>;

/**
 * Why the activity of an account does not add up (rule 8), null where it does:
 * somebody was active on a day after the account was deleted or disabled, is a
 * guest, or is nobody of the catalog. On the day itself it may have been before.
 *
 * What the cause names is what came before the activity: an account that was
 * active while it was disabled and is deleted since is still suspicious for
 * having been disabled.
 *
 * @param options.outsideCatalog - whether members that no User entity stands
 *   for are suspicious
 */
export function suspicionOf(
  account: ActiveAccount,
  options: { outsideCatalog: boolean },
): AccountSuspicion | null {
  const { lastActivityDate, deleted, enabled } = account;
  if (lastActivityDate === null) {
    return null;
  }
  const isAfter = (time: string | null) =>
    time !== null && lastActivityDate > time.slice(0, 10);
  if (deleted && isAfter(account.deletedAt)) {
    return 'deleted';
  }
  if ((deleted || !enabled) && isAfter(account.deactivatedAt)) {
    return 'disabled';
  }
  if (deleted) {
    return null;
  }
  if (account.userType === 'guest') {
    return 'guest';
  }
  return options.outsideCatalog && !account.inCatalog ? 'outsideCatalog' : null;
}

/** The type under which a cause is listed until somebody recognizes it. */
export const SUSPICION_TYPES = {
  noAccount: 'unknown',
  disabled: 'unauthorized',
  deleted: 'unauthorized',
  guest: 'unrecognized',
  outsideCatalog: 'unrecognized',
} as const satisfies Record<SuspicionCause, SuspiciousActivity['type']>;
