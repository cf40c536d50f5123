import { TERM_FIELDS } from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import { term } from './__testUtils__/licenses';
import { compareTerms, isSameTerm, toTermInput } from './termChanges';

const stored = (id: string, overrides = {}) => ({ id, ...term(overrides) });
const actionsOf = (changes: ReturnType<typeof compareTerms>) =>
  changes.map(({ action }) => action);

describe('compareTerms', () => {
  it('tells added, changed, removed and unchanged terms apart', () => {
    const before = [
      stored('kept'),
      stored('dearer', { effectiveDate: '2025-01-01' }),
      stored('gone', { effectiveDate: '2024-01-01' }),
    ];
    const dearer = term({ effectiveDate: '2025-01-01', cost: '11' });
    const added = term({ effectiveDate: '2027-01-01' });
    expect(compareTerms(before, [added, dearer, term()])).toEqual([
      { action: 'added', before: null, after: added },
      { action: 'changed', before: before[1], after: dearer },
      { action: 'unchanged', before: before[0], after: term() },
      { action: 'removed', before: before[2], after: null },
    ]);
  });

  it('looks for equal terms before it takes one for another', () => {
    const before = [stored('a', { cost: '1' }), stored('b', { cost: '2' })];
    const [first] = compareTerms(before, [term({ cost: '2' })]);
    expect(first).toMatchObject({ action: 'unchanged', before: { id: 'b' } });
  });

  it('does not take the term of one subscription for that of another', () => {
    expect(
      actionsOf(
        compareTerms(
          [stored('a', { subscriptionId: 'x' })],
          [term({ subscriptionId: 'y' })],
        ),
      ),
    ).toEqual(['added', 'removed']);
  });

  it('uses each term once', () => {
    const arbitraryTerms = fc.array(
      fc
        .record({
          cost: fc.constantFrom('1', '2'),
          effectiveDate: fc.constantFrom('2025-01-01', '2026-01-01'),
        })
        .map(each => term(each)),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(arbitraryTerms, arbitraryTerms, (before, after) => {
        const changes = compareTerms(before, after);
        expect(changes.flatMap(change => change.after ?? [])).toEqual(after);
        const used = changes.flatMap(change => change.before ?? []);
        expect(used).toHaveLength(before.length);
        expect(new Set(used)).toEqual(new Set(before));
      }),
    );
  });
});

describe('isSameTerm', () => {
  it('looks at every field', () => {
    expect(Object.keys(toTermInput(term())).sort()).toEqual(
      [...TERM_FIELDS].sort(),
    );
    expect(isSameTerm(term(), stored('a'))).toBe(true);
    for (const field of TERM_FIELDS) {
      expect(isSameTerm(term(), { ...term(), [field]: 'other' })).toBe(false);
    }
  });
});
