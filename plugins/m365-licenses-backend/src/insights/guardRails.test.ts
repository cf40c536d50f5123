import { SERVICES } from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import {
  ALWAYS_ALLOWED,
  type DataState,
  dataProblem,
  overShare,
  shareLimit,
} from './guardRails';

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';

function itemOf(id: string, skuId: string) {
  return {
    account: { id, userPrincipalName: `${id}@contoso.com`, displayName: id },
    skuId,
  };
}

function itemsOf(skuId: string, count: number) {
  return Array.from({ length: count }, (_, index) => itemOf(`${index}`, skuId));
}

describe('shareLimit', () => {
  it.each([
    [400, 0.25, 100],
    [401, 0.25, 100],
    [400, 1, 400],
    [20, 0.25, ALWAYS_ALLOWED],
    [0, 0.25, ALWAYS_ALLOWED],
    [100_000, 0, ALWAYS_ALLOWED],
  ])('of %d at a share of %d is %d', (assigned, maxShare, limit) => {
    expect(shareLimit(assigned, maxShare)).toBe(limit);
  });
});

describe('overShare', () => {
  it('lets the first of each license go, and holds back the others', () => {
    const e3 = itemsOf(E3, 120);
    const visio = itemsOf(VISIO, 12);
    const over = overShare(
      [...e3, ...visio],
      new Map([
        [E3, 400],
        [VISIO, 30],
      ]),
      0.25,
    );

    expect([...over.keys()]).toEqual([...e3.slice(100), ...visio.slice(10)]);
    expect(over.get(e3[100])).toEqual({
      type: 'share',
      until: null,
      reason:
        'One plan takes at most 100 of the 400 assignments of this license; plan again when it is finished',
      owner: null,
      exemptionId: null,
    });
  });

  it('counts an account once, by however many paths it holds the license', () => {
    const items = [...itemsOf(E3, 10), ...itemsOf(E3, 11)];

    expect([...overShare(items, new Map([[E3, 10]]), 0.25).keys()]).toEqual([
      items[20],
    ]);
  });

  it('allows no more than a few of a license of which nothing is known', () => {
    expect(overShare(itemsOf(E3, 13), new Map(), 1).size).toBe(3);
  });

  it('never lets more accounts lose a license than the limit, whatever is asked', () => {
    const item = fc
      .record({
        account: fc.integer({ min: 0, max: 60 }),
        skuId: fc.constantFrom(E3, VISIO),
      })
      .map(({ account, skuId }) => itemOf(`${account}`, skuId));
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 300 }),
        fc.integer({ min: 0, max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (items, assigned, maxShare) => {
          const bySku = new Map([[E3, assigned]]);
          const over = overShare(items, bySku, maxShare);
          for (const skuId of [E3, VISIO]) {
            const ofSku = items.filter(each => each.skuId === skuId);
            const accountsOf = (each: typeof items) =>
              new Set(each.map(({ account }) => account.id));
            const limit = shareLimit(bySku.get(skuId) ?? 0, maxShare);
            const taken = accountsOf(ofSku.filter(each => !over.has(each)));
            expect(taken.size).toBe(Math.min(limit, accountsOf(ofSku).size));
            // No account keeps one path and loses another.
            for (const held of accountsOf(ofSku.filter(e => over.has(e)))) {
              expect(taken).not.toContain(held);
            }
          }
        },
      ),
    );
  });
});

describe('dataProblem', () => {
  const GOOD: DataState = {
    today: '2026-11-22',
    concealed: false,
    newestReports: { activeUsers: '2026-11-19', emailApps: '2026-11-15' },
    unreported: [],
    rosterReadOn: '2026-11-19',
    evaluatedOn: '2026-11-19',
    hasLicenses: true,
  };

  it('is none where accounts, licenses and reports are known and fresh', () => {
    expect(dataProblem(GOOD)).toBeUndefined();
  });

  it.each<[string, Partial<DataState>, RegExp]>([
    [
      'concealed names',
      { concealed: true },
      /conceals the names.*Clear "Display concealed/,
    ],
    ['no roster', { rosterReadOn: null }, /accounts were never read/],
    [
      'an old roster',
      { rosterReadOn: '2026-11-18' },
      /last read on 2026-11-18, more than 3 days ago/,
    ],
    [
      'no licenses',
      { hasLicenses: false },
      /licenses of the tenant are not known; run License Information/,
    ],
    [
      'no report',
      { newestReports: { activeUsers: null, emailApps: '2026-11-19' } },
      /Office 365 active user report was never read/,
    ],
    [
      'an old report',
      { newestReports: { activeUsers: '2026-11-19', emailApps: '2026-11-14' } },
      /newest Email app usage report is of 2026-11-14, older than 7 days/,
    ],
    [
      'a report that fell',
      { unreported: SERVICES.filter(service => service !== 'outlook') },
      /active user report suddenly has far fewer rows/,
    ],
    [
      'the other report that fell',
      { unreported: ['outlook'] },
      /Email app usage report suddenly has far fewer rows/,
    ],
    ['no evaluation', { evaluatedOn: null }, /was never counted; wait for/],
    [
      'an old evaluation',
      { evaluatedOn: '2026-11-18' },
      /was last counted on 2026-11-18/,
    ],
  ])('names %s, and what mends it', (_, state, problem) => {
    expect(dataProblem({ ...GOOD, ...state })).toMatch(problem);
  });
});
