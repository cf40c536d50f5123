import type {
  License,
  Money,
  Renewal,
  TermInput,
} from 'backstage-plugin-m365-licenses-common';
import { daysBefore } from './activity';
import { annualOf, isInForce } from './money';

/** A SKU with its subscriptions and terms. */
export interface RenewedSku {
  license: Pick<License, 'skuId' | 'displayName' | 'subscriptions'>;
  terms: (TermInput & { id: string })[];
}

/** The one amount that there is; of several nothing is said. */
function onlyOf(amounts: (Money | null)[]): Money | null {
  return amounts.length === 1 ? amounts[0] : null;
}

/**
 * What ends or renews between today and so many days later, the next first:
 * terms that expire, and subscriptions at their next lifecycle date.
 *
 * A subscription has the price of the open term that names it. A term with an
 * expiration date is listed itself, and its price is not told twice.
 *
 * @param today - YYYY-MM-DD
 */
export function renewalsOf(
  skus: RenewedSku[],
  { today, days }: { today: string; days: number },
): Renewal[] {
  const last = daysBefore(today, -days);
  const isWithin = (date: string) => today <= date && date <= last;
  return skus
    .flatMap(({ license, terms }): Renewal[] => {
      const { skuId, displayName, subscriptions } = license;
      return [
        ...terms.flatMap((term): Renewal[] =>
          term.expirationDate !== null && isWithin(term.expirationDate)
            ? [
                {
                  date: term.expirationDate,
                  kind: 'term',
                  skuId,
                  displayName,
                  quantity: term.quantity,
                  annual: annualOf(term),
                  administrator: term.administrator,
                  termId: term.id,
                  subscriptionId: term.subscriptionId,
                },
              ]
            : [],
        ),
        ...subscriptions.flatMap((subscription): Renewal[] => {
          const date = subscription.nextLifecycleAt?.slice(0, 10);
          if (
            date === undefined ||
            subscription.status === 'Deleted' ||
            !isWithin(date)
          ) {
            return [];
          }
          const open = terms.filter(
            term =>
              term.subscriptionId === subscription.id &&
              term.expirationDate === null &&
              isInForce(term, today),
          );
          return [
            {
              date,
              kind: 'subscription',
              skuId,
              displayName,
              quantity: subscription.totalLicenses,
              annual: onlyOf(open.map(annualOf)),
              administrator: open[0]?.administrator ?? null,
              termId: null,
              subscriptionId: subscription.id,
            },
          ];
        }),
      ];
    })
    .sort(
      (left, right) =>
        left.date.localeCompare(right.date) ||
        left.displayName.localeCompare(right.displayName) ||
        left.kind.localeCompare(right.kind),
    );
}
