import type {
  CapabilityStatus,
  License,
  Reconciliation,
  Subscription,
  TermInput,
} from 'backstage-plugin-m365-licenses-common';
import { isInForce } from './money';

type Difference = Reconciliation['differences'][number];

/** What is compared of a SKU. */
export type ReconciledLicense = Pick<
  License,
  | 'appliesTo'
  | 'status'
  | 'bought'
  | 'assigned'
  | 'suspended'
  | 'warning'
  | 'trial'
  | 'statuses'
  | 'subscriptions'
>;

/** What a status of Microsoft means for the seats. */
const STATUS_WORDS: Record<CapabilityStatus, string> = {
  Enabled: 'enabled',
  Warning: 'in warning (past its end date, and still usable for a while)',
  Suspended: 'suspended (nobody can use it any more, the data is still kept)',
  LockedOut: 'locked out (canceled, or stopped by Microsoft)',
  Deleted: 'deleted',
};

function seats(count: number): string {
  return count === 1 ? '1 seat' : `${count} seats`;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function describe({ id, totalLicenses, status }: Subscription): string {
  return `subscription ${id} of ${seats(totalLicenses)} is ${
    STATUS_WORDS[status]
  }`;
}

function betweenSkuAndSubscriptions(
  license: ReconciledLicense,
  enabled: number,
): Difference | undefined {
  if (enabled === license.bought) {
    return undefined;
  }
  const others = license.subscriptions.filter(
    ({ status }) => status !== 'Enabled',
  );
  const reason =
    others.length > 0
      ? `Of its subscriptions, ${others.map(describe).join('; ')}`
      : 'Microsoft updates the two lists one after the other: if they still differ tomorrow, compare them with Billing, Your products in the Microsoft 365 admin center';
  return {
    between: ['skuEnabled', 'subscriptions'],
    message: `Microsoft lists ${seats(
      license.bought,
    )} of this license, and its enabled subscriptions add up to ${seats(
      enabled,
    )}. ${reason}.`,
  };
}

function betweenEnabledAndConsumed({
  bought,
  assigned,
  suspended,
  warning,
}: ReconciledLicense): Difference | undefined {
  if (assigned <= bought) {
    return undefined;
  }
  const lapsing = [
    ...(warning > 0 ? [`${seats(warning)} in warning`] : []),
    ...(suspended > 0 ? [`${seats(suspended)} suspended`] : []),
  ];
  const reason =
    lapsing.length > 0
      ? `Besides, Microsoft lists ${lapsing.join(
          ' and ',
        )}: a subscription that ended or shrank, whose seats are still assigned`
      : 'A subscription shrank or ended, and its seats are still assigned';
  return {
    between: ['skuEnabled', 'skuConsumed'],
    message: `${seats(assigned)} assigned, ${
      assigned - bought
    } more than the ${bought} bought. ${reason}. Buy the missing seats or take unused ones back, before people lose theirs.`,
  };
}

function betweenConsumedAndAccounts(
  { appliesTo, assigned }: ReconciledLicense,
  accounts: number,
): Difference | undefined {
  if (appliesTo === 'Company' || assigned === accounts) {
    return undefined;
  }
  const reason =
    assigned > accounts
      ? 'The roster may be older than the list of SKUs, or it left accounts out: run Application Roster, and see on the Tasks tab what it left out'
      : 'Licenses by group that are still being processed, or that failed for want of seats, count for the accounts and not at Microsoft; or the list of SKUs is older than the roster: run License Information';
  return {
    between: ['skuConsumed', 'accounts'],
    message: `Microsoft counts ${seats(
      assigned,
    )} as assigned, and ${accounts} ${
      accounts === 1 ? 'account' : 'accounts'
    } of the roster ${
      accounts === 1 ? 'holds' : 'hold'
    } this license. ${reason}.`,
  };
}

function betweenSkuAndEntered(
  { bought, suspended, warning, status }: ReconciledLicense,
  entered: number,
): Difference | undefined {
  if (entered === bought) {
    return undefined;
  }
  let reason: string;
  if (entered < bought) {
    reason =
      'Seats were bought since, or a term ended and its successor is missing: enter what the rest costs, or the spend is too low';
  } else if (status === 'Deleted') {
    reason =
      'Microsoft does not list this license any more: end its terms, or ask your seller what is still paid for';
  } else if (warning + suspended > 0) {
    reason = `${seats(
      warning + suspended,
    )} of it are in warning or suspended: a subscription was not renewed, and its term may have ended too`;
  } else {
    reason =
      'Seats were given up since, or the terms name too many: mend the quantity, or the spend is too high';
  }
  return {
    between: ['skuEnabled', 'entered'],
    message: `The terms in force are for ${seats(
      entered,
    )}, and Microsoft lists ${bought}. ${reason}.`,
  };
}

/** Of each subscription that terms name: its own seats and status. */
function betweenSubscriptionsAndEntered(
  { subscriptions }: ReconciledLicense,
  terms: TermInput[],
): Difference[] {
  const named = new Set(
    terms.flatMap(({ subscriptionId }) => subscriptionId ?? []),
  );
  return [...named].sort().flatMap((id): Difference[] => {
    const quantity = sum(
      terms
        .filter(({ subscriptionId }) => subscriptionId === id)
        .map(term => term.quantity),
    );
    const subscription = subscriptions.find(each => each.id === id);
    const between: Difference['between'] = ['subscriptions', 'entered'];
    if (!subscription) {
      return [
        {
          between,
          message: `A term in force names the subscription ${id}, which Microsoft does not list for this license. It ended or was replaced by another one: name that one, or end the term.`,
        },
      ];
    }
    if (subscription.status !== 'Enabled') {
      return [
        {
          between,
          message: `A term for ${seats(
            quantity,
          )} is in force, and its ${describe(
            subscription,
          )}. End the term unless it is still paid for.`,
        },
      ];
    }
    return subscription.totalLicenses === quantity
      ? []
      : [
          {
            between,
            message: `The terms in force for the subscription ${id} are for ${seats(
              quantity,
            )}, and it has ${
              subscription.totalLicenses
            }. Seats were added or given up since the term was entered.`,
          },
        ];
  });
}

/**
 * Sets what Microsoft's list of SKUs says beside the subscriptions, the
 * accounts of the roster and what people entered, and names each difference
 * with what it may mean.
 *
 * @param terms - all that were entered for the SKU; those in force count
 * @param today - YYYY-MM-DD
 */
export function reconcile(
  license: ReconciledLicense,
  terms: TermInput[],
  today: string,
): Reconciliation {
  const inForce = terms.filter(term => isInForce(term, today));
  const accounts = sum(license.statuses.map(each => each.accounts));
  // Whether it is a trial is only known where subscriptions were read.
  const subscriptions =
    license.trial === null
      ? null
      : sum(
          license.subscriptions
            .filter(({ status }) => status === 'Enabled')
            .map(({ totalLicenses }) => totalLicenses),
        );
  const entered =
    inForce.length === 0 ? null : sum(inForce.map(({ quantity }) => quantity));
  return {
    skuEnabled: license.bought,
    skuConsumed: license.assigned,
    subscriptions,
    accounts,
    entered,
    differences: [
      subscriptions === null
        ? undefined
        : betweenSkuAndSubscriptions(license, subscriptions),
      betweenEnabledAndConsumed(license),
      betweenConsumedAndAccounts(license, accounts),
      entered === null ? undefined : betweenSkuAndEntered(license, entered),
      ...(subscriptions === null
        ? []
        : betweenSubscriptionsAndEntered(license, inForce)),
    ].filter(difference => difference !== undefined),
  };
}
