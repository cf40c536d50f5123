import fc from 'fast-check';
import { isConcealedName } from '../insights/concealment';
import { concealedNameSql } from './concealmentSql';
import { testDatabases } from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

const hex = (digits: string, length: fc.Arbitrary<number>) =>
  length.chain(size =>
    fc.string({
      unit: fc.constantFrom(...digits),
      minLength: size,
      maxLength: size,
    }),
  );

const mostly = (usual: string, ...others: string[]) =>
  fc.oneof(
    { arbitrary: fc.constant(usual), weight: 3 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );

/** Names close to concealed ones on either side; PostgreSQL holds no NUL. */
const name = fc.oneof(
  hex('0123456789ABCDEF', fc.integer({ min: 30, max: 34 })),
  hex('0123456789ABCDEFGabcdef\n ', fc.constant(32)),
  fc
    .array(
      fc.constantFrom(
        '<PII:H',
        '<pii:h',
        '105',
        '7',
        '(',
        ')',
        '>',
        'x7Jb/w==',
        '\n',
        '\u2028',
        '%',
        '\\',
        'é',
        '🙂',
      ),
      { maxLength: 7 },
    )
    .map(parts => parts.join('')),
  fc
    .tuple(
      mostly('<PII:H', '<PII:h', 'PII:H', ' <PII:H'),
      mostly('105', '1', '', '1x', '٣'),
      mostly('(', '((', ''),
      fc.constantFrom('', 'x7Jb/w==', '\n', ')>', 'é'),
      mostly(')>', ')', '>', ')> ', ')>\n'),
    )
    .map(parts => parts.join('')),
  fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', '')),
);

describe.each(ids)('the SQL of concealed names on %s', id => {
  it('says what the function says', async () => {
    const { knex } = await open(id);
    const seen = { concealed: 0, readable: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { minLength: 1, maxLength: 40 }),
        async names => {
          await knex('suspicious_activities').delete();
          await knex('suspicious_activities').insert(
            names.map((each, index) => ({
              tenant: 'contoso',
              id: String(index).padStart(2, '0'),
              cause: 'noAccount',
              type: 'unknown',
              user_principal_name: each,
              first_seen_at: '',
            })),
          );
          const found: { name: string }[] = await knex('suspicious_activities')
            .where(concealedNameSql(knex, 'user_principal_name'))
            .orderBy('id')
            .select({ name: 'user_principal_name' });
          expect(found.map(row => row.name)).toEqual(
            names.filter(isConcealedName),
          );
          seen.concealed += found.length;
          seen.readable += names.length - found.length;
        },
      ),
      { numRuns: 100 },
    );
    expect(seen.concealed).toBeGreaterThan(50);
    expect(seen.readable).toBeGreaterThan(50);
  });
});
