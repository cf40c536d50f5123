import fc from 'fast-check';
import { countNames, isConcealedName, isConcealedReport } from './concealment';

describe('isConcealedName', () => {
  it.each([
    '0C59B7D0A5A6F4B7E0D63A8E3D5D5F3A',
    '<PII:H105(x7Jb/w==)>',
    '<PII:H105()>',
    '<PII:H2(a\nb)>',
  ])('takes %s for concealed', name => {
    expect(isConcealedName(name)).toBe(true);
  });

  it.each([
    'adele.vance@contoso.example',
    '(Unknown)',
    '',
    // In lower case it is no hash of Microsoft's.
    '0c59b7d0a5a6f4b7e0d63a8e3d5d5f3a',
    '0C59B7D0A5A6F4B7E0D63A8E3D5D5F3A@contoso.example',
    '0C59B7D0A5A6F4B7E0D63A8E3D5D5F3',
    '<PII:H(x7Jb/w==)>',
    '<PII:H105(x7Jb/w==)',
  ])('takes %s for a name', name => {
    expect(isConcealedName(name)).toBe(false);
  });
});

const concealedName = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...'0123456789ABCDEF'),
    minLength: 32,
    maxLength: 32,
  }),
  fc.base64String().map(hash => `<PII:H105(${hash})>`),
);
const realName = fc.emailAddress();

function concealed(names: string[]): boolean {
  return isConcealedReport(countNames(names));
}

describe('isConcealedReport', () => {
  it('takes a report of concealed names for concealed, "(Unknown)" among them or not', () => {
    fc.assert(
      fc.property(fc.array(concealedName, { minLength: 1 }), names =>
        expect([concealed(names), concealed([...names, '(Unknown)'])]).toEqual([
          true,
          true,
        ]),
      ),
    );
  });

  it('takes a report of names for readable, "(Unknown)" among them or not', () => {
    fc.assert(
      fc.property(fc.array(realName), names =>
        expect([concealed(names), concealed(['(Unknown)', ...names])]).toEqual([
          false,
          false,
        ]),
      ),
    );
  });

  it('is not misled by one odd row either way', () => {
    fc.assert(
      fc.property(
        fc.array(realName, { minLength: 2 }),
        fc.array(concealedName, { minLength: 2 }),
        (names, hashes) =>
          expect([
            concealed([hashes[0], ...names]),
            concealed([names[0], ...hashes]),
          ]).toEqual([false, true]),
      ),
    );
  });

  it('concludes nothing from a report without names', () => {
    expect(concealed([])).toBe(false);
    expect(concealed(['(Unknown)', '(Unknown)'])).toBe(false);
  });
});
