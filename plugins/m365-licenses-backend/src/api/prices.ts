import type {
  Account,
  AssignedLicense,
} from 'backstage-plugin-m365-licenses-common';
import type { Stores } from '../database/types';
import { moneyOf, seatCosts, withTerms } from '../insights/money';

/** What a seat costs a year, per currency and not rounded. */
type SeatCosts = NonNullable<ReturnType<typeof seatCosts>>;

/** What a seat of each SKU costs, by its id; SKUs without a price are left out. */
export type SeatPrices = ReadonlyMap<string, SeatCosts>;

/**
 * What a seat of each SKU of a tenant costs a year.
 *
 * @param today - YYYY-MM-DD
 */
export async function seatPrices(
  stores: Pick<Stores, 'licenses' | 'terms'>,
  tenant: string,
  today: string,
): Promise<SeatPrices> {
  const terms = await stores.terms.list(tenant);
  const licenses = terms.length === 0 ? [] : await stores.licenses.list(tenant);
  return new Map(
    withTerms(licenses, terms).flatMap((sku): [string, SeatCosts][] => {
      const costs = seatCosts(sku, today);
      return costs ? [[sku.license.skuId, costs]] : [];
    }),
  );
}

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
