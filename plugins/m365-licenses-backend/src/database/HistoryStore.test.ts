import {
  ASSIGNMENT_STATUSES,
  type AssignmentStatus,
} from 'backstage-plugin-m365-licenses-common';
import type { GroupSnapshot, SkuSnapshot } from './types';
import { E3, E5, idOf, testDatabases } from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const STREAM = '1f2f344a-700d-42c9-9427-5cea1d5d7ba6';
const SALES = 'group:default/sales';
const SALES_EMEA = 'group:default/sales-emea';
const YEAR = { from: '2026-01-01', to: '2026-12-31' };

function statuses(
  accounts: Partial<Record<AssignmentStatus, number>>,
): Record<AssignmentStatus, number> {
  return {
    active: 0,
    inactive: 0,
    neverActive: 0,
    inGrace: 0,
    notMeasurable: 0,
    unknown: 0,
    ...accounts,
  };
}

function skuSnapshot(
  skuId: string,
  overrides?: Partial<SkuSnapshot>,
): SkuSnapshot {
  return {
    skuId,
    forPeople: true,
    bought: 100,
    assigned: 80,
    statuses: statuses({ active: 60, inactive: 15, unknown: 5 }),
    candidates: 14,
    annual: [{ amount: '1200.10', currency: 'EUR' }],
    savings: [{ amount: '420.05', currency: 'EUR' }],
    ...overrides,
  };
}

function groupSnapshot(
  groupRef: string,
  overrides?: Partial<GroupSnapshot>,
): GroupSnapshot {
  return {
    groupRef,
    accounts: 9,
    statuses: statuses({ active: 8, neverActive: 2 }),
    candidates: 1,
    annual: [{ amount: '100.00', currency: 'EUR' }],
    savings: [],
    ...overrides,
  };
}

describe.each(ids)('HistoryStore on %s', id => {
  it('adds the SKUs of a day up, seats only of those for people', async () => {
    const { stores } = await open(id);
    await stores.history.save('contoso', '2026-11-20', {
      skus: [
        skuSnapshot(E3),
        skuSnapshot(E5, {
          bought: 10,
          assigned: 12,
          statuses: statuses({ active: 12 }),
          candidates: 0,
          annual: [
            { amount: '0.3', currency: 'EUR' },
            { amount: '7.1234', currency: 'USD' },
          ],
          savings: [],
        }),
        // For the whole company: it costs, but nobody is given a seat.
        skuSnapshot(STREAM, {
          forPeople: false,
          bought: 1_000_000,
          assigned: 3,
          statuses: statuses({ notMeasurable: 3 }),
          candidates: 2,
        }),
      ],
      groups: [],
    });
    await stores.history.save('another', '2026-11-20', {
      skus: [skuSnapshot(E3, { bought: 7 })],
      groups: [],
    });

    expect(await stores.history.days('contoso', YEAR)).toEqual([
      {
        day: '2026-11-20',
        bought: 110,
        assigned: 92,
        seats: [
          { use: 'active', seats: 72 },
          { use: 'inactive', seats: 15 },
          { use: 'unknown', seats: 5 },
          { use: 'unassigned', seats: 18 },
        ],
        candidates: 16,
        annual: [
          { amount: '2400.50', currency: 'EUR' },
          { amount: '7.1234', currency: 'USD' },
        ],
        savings: [{ amount: '840.10', currency: 'EUR' }],
      },
    ]);
    expect(
      await stores.history.days('contoso', YEAR, { skuId: STREAM }),
    ).toMatchObject([
      {
        bought: 1_000_000,
        assigned: 3,
        seats: [{ use: 'notMeasurable', seats: 3 }],
        candidates: 2,
      },
    ]);
    expect(
      await stores.history.days('contoso', YEAR, { skuId: E5 }),
    ).toMatchObject([{ seats: [{ use: 'active', seats: 12 }] }]);
  });

  it('adds groups up, which buy nothing', async () => {
    const { stores } = await open(id);
    await stores.history.save('contoso', '2026-11-20', {
      skus: [],
      groups: [
        groupSnapshot(SALES),
        groupSnapshot(SALES_EMEA, {
          statuses: statuses({ active: 3 }),
          annual: [{ amount: '50.50', currency: 'EUR' }],
        }),
        groupSnapshot('', { candidates: 50 }),
      ],
    });
    const days = (...groups: string[]) =>
      stores.history.days('contoso', YEAR, { groups });
    expect(await days(SALES, SALES_EMEA, 'group:default/empty')).toEqual([
      {
        day: '2026-11-20',
        bought: null,
        assigned: 13,
        seats: [
          { use: 'active', seats: 11 },
          { use: 'neverActive', seats: 2 },
        ],
        candidates: 2,
        annual: [{ amount: '150.50', currency: 'EUR' }],
        savings: [],
      },
    ]);
    expect(await days('')).toMatchObject([{ candidates: 50 }]);
    expect(await days('group:default/empty')).toEqual([]);
    expect(await days()).toEqual([]);
  });

  it('keeps every status', async () => {
    const { stores } = await open(id);
    const each = ASSIGNMENT_STATUSES.map((status, place) => ({
      use: status,
      seats: place + 1,
    }));
    const all = statuses(
      Object.fromEntries(each.map(({ use, seats }) => [use, seats])),
    );
    await stores.history.save('contoso', '2026-11-20', {
      skus: [skuSnapshot(E3, { bought: 0, statuses: all })],
      groups: [groupSnapshot(SALES, { statuses: all })],
    });
    for (const scope of [undefined, { skuId: E3 }, { groups: [SALES] }]) {
      expect(await stores.history.days('contoso', YEAR, scope)).toMatchObject([
        { seats: each },
      ]);
    }
  });

  it('replaces a day, and what it no longer has', async () => {
    const { stores } = await open(id);
    const { history } = stores;
    await history.save('contoso', '2026-11-19', {
      skus: [skuSnapshot(E3)],
      groups: [groupSnapshot(SALES)],
    });
    await history.save('contoso', '2026-11-20', {
      skus: [skuSnapshot(E3), skuSnapshot(E5)],
      groups: [groupSnapshot(SALES), groupSnapshot(SALES_EMEA)],
    });
    await Promise.all(
      [81, 82, 83].map(assigned =>
        history.save('contoso', '2026-11-20', {
          skus: [skuSnapshot(E3, { assigned })],
          groups: [groupSnapshot(SALES)],
        }),
      ),
    );
    const days = await history.days('contoso', YEAR);
    expect(days).toMatchObject([
      { day: '2026-11-19', assigned: 80 },
      { day: '2026-11-20', bought: 100 },
    ]);
    expect([81, 82, 83]).toContain(days[1].assigned);
    expect(await history.days('contoso', YEAR, { skuId: E5 })).toEqual([]);
    expect(
      await history.days('contoso', YEAR, { groups: [SALES_EMEA] }),
    ).toEqual([]);
  });

  it('reads the days of a range, and says when it began', async () => {
    const { stores } = await open(id);
    const { history } = stores;
    expect(await history.firstDay('contoso')).toBeNull();
    expect(await history.firstDay('contoso', { groups: [SALES] })).toBeNull();
    for (const day of ['2026-11-18', '2025-12-31', '2026-11-20']) {
      await history.save('contoso', day, {
        skus: [skuSnapshot(E3)],
        groups: day > '2026' ? [groupSnapshot('')] : [],
      });
    }
    await history.save('contoso', '2026-11-21', {
      skus: [skuSnapshot(E3), skuSnapshot(E5)],
      groups: [groupSnapshot(SALES)],
    });
    const daysOf = async (...range: [from: string, to: string]) =>
      (await history.days('contoso', { from: range[0], to: range[1] })).map(
        ({ day }) => day,
      );
    expect(await daysOf('2025-12-31', '2026-11-20')).toEqual([
      '2025-12-31',
      '2026-11-18',
      '2026-11-20',
    ]);
    expect(await daysOf('2026-01-01', '2026-11-18')).toEqual(['2026-11-18']);
    expect(await daysOf('2026-11-22', '2026-12-01')).toEqual([]);

    expect(await history.firstDay('contoso')).toBe('2025-12-31');
    expect(await history.firstDay('contoso', { skuId: E5 })).toBe('2026-11-21');
    expect(await history.firstDay('contoso', { skuId: idOf(1) })).toBeNull();
    // When groups began to be counted, whichever had people then.
    expect(await history.firstDay('contoso', { groups: [SALES] })).toBe(
      '2026-11-18',
    );
  });

  it('keeps the day as it was where it cannot be replaced', async () => {
    const { stores } = await open(id);
    const { history } = stores;
    await history.save('contoso', '2026-11-20', {
      skus: [skuSnapshot(E3)],
      groups: [groupSnapshot(SALES)],
    });
    const twice = [groupSnapshot(SALES), groupSnapshot(SALES)];
    await expect(
      history.save('contoso', '2026-11-20', {
        skus: [skuSnapshot(E5)],
        groups: twice,
      }),
    ).rejects.toThrow(/unique/i);
    expect(await history.days('contoso', YEAR, { skuId: E3 })).toHaveLength(1);
    expect(await history.days('contoso', YEAR, { skuId: E5 })).toEqual([]);
  });
});
