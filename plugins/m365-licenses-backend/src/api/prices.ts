import type {
  Account,
  AssignedLicense,
} from 'backstage-plugin-m365-licenses-common';
import type { SeatPrices } from '../insights/candidateValues';
import { moneyOf } from '../insights/money';

/** Licenses with what each costs a year: nothing where it is not priced. */
export function withSeatPrices(
  licenses: AssignedLicense[],
  prices: SeatPrices,
): AssignedLicense[] {
  return licenses.map(license => ({
    ...license,
    annual: moneyOf(prices.get(license.skuId) ?? []),
  }));
}

/**
 * Accounts with what their licenses cost a year, each and all together. What
 * is not priced is left out of the total.
 */
export function withPrices(accounts: Account[], prices: SeatPrices): Account[] {
  return accounts.map(account => ({
    ...account,
    licenses: withSeatPrices(account.licenses, prices),
    annual: moneyOf(
      account.licenses.flatMap(({ skuId }) => prices.get(skuId) ?? []),
    ),
  }));
}
