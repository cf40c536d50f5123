import fc from 'fast-check';
import { tooManyGone } from './goneGuard';

describe('tooManyGone', () => {
  it.each([
    { known: 1000, unseen: 200, share: 0.2, refused: false },
    { known: 1000, unseen: 201, share: 0.2, refused: true },
    { known: 1000, unseen: 50, share: 0.2, refused: false },
    { known: 10, unseen: 5, share: 0.2, refused: false },
    { known: 10, unseen: 6, share: 0.2, refused: true },
    { known: 2, unseen: 1, share: 0.2, refused: false },
    { known: 2, unseen: 2, share: 0.2, refused: true },
    { known: 0, unseen: 0, share: 0.2, refused: false },
    { known: 1000, unseen: 6, share: 0, refused: true },
    { known: 1000, unseen: 1000, share: 1, refused: false },
  ])(
    'of $known known accounts $unseen gone, share $share: refused $refused',
    ({ known, unseen, share, refused }) => {
      expect(tooManyGone({ known, unseen }, share)).toBe(refused);
    },
  );

  const tenant = fc
    .nat(200_000)
    .chain(known =>
      fc.record({ known: fc.constant(known), unseen: fc.nat(known) }),
    );

  it('refuses a read that saw nobody, and lets pass one that saw everybody', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (known, share) =>
          expect([
            tooManyGone({ known, unseen: known }, share),
            tooManyGone({ known, unseen: 0 }, share),
          ]).toEqual([true, false]),
      ),
    );
  });

  it('refuses more whenever it refuses fewer, and less with a higher share', () => {
    fc.assert(
      fc.property(
        tenant,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ known, unseen }, one, other) => {
          const [low, high] = [Math.min(one, other), Math.max(one, other)];
          const more = Math.min(known, unseen + 1);
          const refused = Number(tooManyGone({ known, unseen }, high));
          expect(
            Number(tooManyGone({ known, unseen }, low)),
          ).toBeGreaterThanOrEqual(refused);
          expect(
            Number(tooManyGone({ known, unseen: more }, high)),
          ).toBeGreaterThanOrEqual(refused);
        },
      ),
    );
  });
});
