import {
  ASSIGNMENT_STATUSES,
  type EntitySpend,
  type Money,
  type SpendBy,
  type SpendPart,
  type SpendUse,
  type TermInput,
} from 'backstage-plugin-m365-licenses-common';
import type { CatalogGroup, UseCounts, UsedSeats } from '../database/types';
import { groupsAbove } from './groupTree';
import {
  type Amount,
  byUse,
  type ByUse,
  type Costs,
  costsOf,
  moneyOf,
  type PricedLicense,
  roundByUse,
  roundParts,
  savingsOf,
  SPEND_USES,
  sum,
  ZERO,
} from './money';

/** A SKU and all terms that were entered for it; who uses it is counted apart. */
export interface CountedSku {
  license: Omit<PricedLicense, 'statuses'>;
  terms: TermInput[];
}

type CostsBySku = ReadonlyMap<string, Costs>;

/** Seats of one SKU with one use. */
interface Seats {
  skuId: string;
  use: SpendUse;
  seats: number;
}

/** As a `SpendPart`, with amounts that can be added up: rounded ones. */
interface Part {
  accounts: number;
  seats: ByUse<number>;
  annual: Map<string, Amount>;
  savings: Map<string, Amount>;
}

function emptyPart(): Part {
  return {
    accounts: 0,
    seats: byUse(() => 0),
    annual: new Map(),
    savings: new Map(),
  };
}

function addAmounts(to: Map<string, Amount>, from: Map<string, Amount>): void {
  for (const [currency, amount] of from) {
    to.set(currency, (to.get(currency) ?? ZERO).plus(amount));
  }
}

function addPart(to: Part, from: Part): void {
  to.accounts += from.accounts;
  for (const use of SPEND_USES) {
    to.seats[use] += from.seats[use];
  }
  addAmounts(to.annual, from.annual);
  addAmounts(to.savings, from.savings);
}

function toMoney(amounts: Map<string, Amount>): Money[] {
  return moneyOf([...amounts]);
}

function toSpendPart(part: Part): SpendPart {
  return {
    accounts: part.accounts,
    seats: SPEND_USES.flatMap(use =>
      part.seats[use] > 0 ? [{ use, seats: part.seats[use] }] : [],
    ),
    annual: toMoney(part.annual),
    savings: toMoney(part.savings),
  };
}

/** The dearest first: in the first currency by its code in which they differ. */
function dearestFirst(left: Part, right: Part): number {
  const currencies = [...left.annual.keys(), ...right.annual.keys()].sort();
  for (const currency of currencies) {
    const order = (right.annual.get(currency) ?? ZERO).comparedTo(
      left.annual.get(currency) ?? ZERO,
    );
    if (order !== 0) {
      return order;
    }
  }
  return right.accounts - left.accounts;
}

function costsBySku(
  skus: readonly CountedSku[],
  counted: readonly UsedSeats[],
  today: string,
): CostsBySku {
  const statuses = new Map(
    skus.map(({ license }) => [
      license.skuId,
      ASSIGNMENT_STATUSES.map(status => ({ status, accounts: 0 })),
    ]),
  );
  for (const { skuId, status, accounts } of counted) {
    const own = statuses.get(skuId)?.find(each => each.status === status);
    if (own) {
      own.accounts += accounts;
    }
  }
  return new Map(
    skus.map(({ license, terms }) => [
      license.skuId,
      costsOf(
        {
          license: { ...license, statuses: statuses.get(license.skuId) ?? [] },
          terms,
        },
        today,
      ),
    ]),
  );
}

/** Seats of a SKU for the whole company are nobody's, whoever holds them. */
function heldSeats(
  { seats }: Pick<UseCounts, 'seats'>,
  ofCompany: ReadonlySet<string>,
): Seats[] {
  return seats.flatMap(({ skuId, status, accounts }) =>
    ofCompany.has(skuId) ? [] : [{ skuId, use: status, seats: accounts }],
  );
}

function companySkus(skus: readonly CountedSku[]): Set<string> {
  return new Set(
    skus.flatMap(({ license }) =>
      license.appliesTo === 'Company' ? [license.skuId] : [],
    ),
  );
}

/** What seats cost by use, per currency, not rounded. */
function exactCosts(
  seats: readonly Seats[],
  costs: CostsBySku,
): Map<string, ByUse<Amount>> {
  const exact = new Map<string, ByUse<Amount>>();
  for (const { skuId, use, seats: some } of seats) {
    const sku = costs.get(skuId);
    for (const [currency, amount] of sku?.annual ?? []) {
      const uses = exact.get(currency) ?? byUse(() => ZERO);
      uses[use] = uses[use].plus(sku?.share(amount, some) ?? ZERO);
      exact.set(currency, uses);
    }
  }
  return exact;
}

/**
 * Parts with amounts rounded so that they add up to the whole of each currency:
 * what is left goes to the largest part.
 */
function splitInto(
  wholes: ReadonlyMap<string, Amount>,
  pieces: { accounts: number; seats: Seats[] }[],
  costs: CostsBySku,
): Part[] {
  const exact = pieces.map(({ seats }) => exactCosts(seats, costs));
  const parts = pieces.map(({ accounts, seats }) => {
    const part = { ...emptyPart(), accounts };
    for (const { use, seats: some } of seats) {
      part.seats[use] += some;
    }
    return part;
  });
  for (const [currency, whole] of wholes) {
    const annual = roundParts(
      whole,
      exact.map(each => sum(Object.values(each.get(currency) ?? {}))),
    );
    parts.forEach((part, place) => {
      const uses = exact[place].get(currency);
      if (uses) {
        part.annual.set(currency, annual[place]);
        part.savings.set(currency, savingsOf(roundByUse(annual[place], uses)));
      }
    });
  }
  return parts;
}

/**
 * Where the annual spend of a tenant goes, by what accounts have in common.
 *
 * The parts of all values and what nobody holds add up exactly to the tenant's
 * annual spend of each currency (`tenantSpend`). What nobody holds are seats
 * that are not assigned, those that Microsoft counts as assigned and the roster
 * does not have, and those of SKUs for the whole company; only the first of
 * these are savings.
 *
 * @param options.skus - every SKU of the tenant
 * @param options.counts - of one dimension, every value
 * @param options.groups - the catalog's groups, where the values are such; the
 *   total of a group holds those below it
 * @param options.today - YYYY-MM-DD
 */
export function spendBy(options: {
  skus: readonly CountedSku[];
  counts: readonly UseCounts[];
  groups?: readonly CatalogGroup[];
  today: string;
}): Pick<SpendBy, 'items' | 'unassigned'> {
  const { skus, counts, groups = [], today } = options;
  const costs = costsBySku(
    skus,
    counts.flatMap(({ seats }) => seats),
    today,
  );
  const ofCompany = companySkus(skus);
  const held = counts.map(each => ({
    accounts: each.accounts,
    seats: heldSeats(each, ofCompany),
  }));
  const unheld = [...costs].flatMap(([skuId, { seats }]) =>
    SPEND_USES.map((use): Seats => ({ skuId, use, seats: seats[use] })),
  );
  const rest = new Map(unheld.map(each => [`${each.skuId} ${each.use}`, each]));
  for (const { skuId, use, seats } of held.flatMap(each => each.seats)) {
    const left = rest.get(`${skuId} ${use}`);
    if (left) {
      left.seats -= seats;
    }
  }

  const wholes = new Map<string, Amount>();
  const annual = [...costs.values()].flatMap(each => each.annual);
  for (const currency of new Set(annual.map(([each]) => each))) {
    wholes.set(
      currency,
      sum(
        annual.flatMap(([each, amount]) => (each === currency ? amount : [])),
      ),
    );
  }
  const parts = splitInto(
    wholes,
    [...held, { accounts: 0, seats: unheld.filter(each => each.seats > 0) }],
    costs,
  );

  const own = new Map(counts.map(({ value }, place) => [value, parts[place]]));
  const totals = new Map<string, Part>();
  const above = groupsAbove(groups);
  for (const [value, part] of own) {
    for (const each of above(value)) {
      const total = totals.get(each) ?? emptyPart();
      addPart(total, part);
      totals.set(each, total);
    }
  }
  const known = new Map(groups.map(group => [group.ref, group]));
  return {
    items: [...totals]
      .sort(
        ([leftValue, left], [rightValue, right]) =>
          dearestFirst(left, right) || (leftValue < rightValue ? -1 : 1),
      )
      .map(([value, total]) => ({
        value: value || null,
        name: known.get(value)?.displayName ?? (value || null),
        parent: known.get(value)?.parent ?? null,
        own: toSpendPart(own.get(value) ?? emptyPart()),
        total: toSpendPart(total),
      })),
    unassigned: toSpendPart(parts[parts.length - 1]),
  };
}

/**
 * What the licenses of a catalog group cost, and of those below it. Accounts
 * are counted as by {@link spendBy}; there, what rounding leaves over goes to
 * the dearest group of the tenant.
 *
 * @param options.skus - every SKU of the tenant
 * @param options.bySku - the counts by SKU, which say what a seat costs
 * @param options.counts - of the group and all below it, by home group
 * @param options.groupRef - the group
 * @param options.today - YYYY-MM-DD
 */
export function groupSpend(options: {
  skus: readonly CountedSku[];
  bySku: readonly UseCounts[];
  counts: readonly UseCounts[];
  groupRef: string;
  today: string;
}): Pick<EntitySpend['items'][number], 'own' | 'total' | 'skus'> {
  const { skus, bySku, counts, groupRef, today } = options;
  const costs = costsBySku(
    skus,
    bySku.flatMap(({ seats }) => seats),
    today,
  );
  const ofCompany = companySkus(skus);
  const total = emptyPart();
  let own = emptyPart();
  for (const each of counts) {
    const seats = heldSeats(each, ofCompany);
    const wholes = new Map(
      [...exactCosts(seats, costs)].map(([currency, uses]) => [
        currency,
        sum(Object.values(uses)),
      ]),
    );
    const [part] = splitInto(
      wholes,
      [{ accounts: each.accounts, seats }],
      costs,
    );
    addPart(total, part);
    if (each.value === groupRef) {
      own = part;
    }
  }

  const seats = counts.flatMap(each => heldSeats(each, ofCompany));
  const held = skus.flatMap(({ license: { skuId, displayName } }) => {
    const ofSku = seats.filter(each => each.skuId === skuId);
    const accounts = ofSku.reduce((all, each) => all + each.seats, 0);
    return accounts > 0
      ? [{ sku: { skuId, displayName }, accounts, seats: ofSku }]
      : [];
  });
  const parts = splitInto(total.annual, held, costs);
  return {
    own: toSpendPart(own),
    total: toSpendPart(total),
    skus: held
      .map(({ sku }, place) => ({ sku, part: parts[place] }))
      .sort(
        (left, right) =>
          dearestFirst(left.part, right.part) ||
          left.sku.displayName.localeCompare(right.sku.displayName),
      )
      .map(({ sku, part }) => ({ sku, part: toSpendPart(part) })),
  };
}
