import type { Stores } from '../database/types';
import type { SeatPrices } from '../insights/candidateValues';
import { seatCosts, withTerms } from '../insights/money';

/**
 * What a seat of each SKU of a tenant costs a year, by SKU id, per currency and
 * not rounded; SKUs without a price are left out.
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
    withTerms(licenses, terms).flatMap(sku => {
      const costs = seatCosts(sku, today);
      return costs ? [[sku.license.skuId, costs] as const] : [];
    }),
  );
}
