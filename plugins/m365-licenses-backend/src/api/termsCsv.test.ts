import type { TermInput } from 'backstage-plugin-m365-licenses-common';
import { term } from '../insights/__testUtils__/licenses';
import { readTermsCsv } from './termsCsv';

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';
const F1 = '44575883-256e-4a79-9da4-ebe9acabe2b2';
const OTHER_F1 = '50f60901-3181-4b75-8a2c-4c8e4c1d5a72';
const LICENSES = [
  { skuId: E3, skuPartNumber: 'SPE_E3', displayName: 'Microsoft 365 E3' },
  { skuId: E5, skuPartNumber: 'SPE_E5', displayName: 'Microsoft 365 E5' },
  { skuId: F1, skuPartNumber: 'M365_F1', displayName: 'Microsoft 365 F1' },
  {
    skuId: OTHER_F1,
    skuPartNumber: 'M365_F1',
    displayName: 'Microsoft 365 F1',
  },
];
const HEADER = 'skuPartNumber,cost,currency,frequency,quantity,effectiveDate';
const LINE = 'SPE_E3,10,EUR,monthly,100,2026-01-01';

const read = (...lines: string[]) => readTermsCsv(lines.join('\n'), LICENSES);
const termsOf = (...lines: string[]) => {
  const { bySku, problems } = read(...lines);
  expect(problems).toEqual([]);
  return Object.fromEntries(bySku);
};
const problemsOf = (...lines: string[]) => {
  const { bySku, problems } = read(...lines);
  expect(bySku.size).toBe(0);
  return problems;
};
/** The problem of one line below the header that the tests use. */
const problemOf = (cells: Record<string, string>) => {
  const good = {
    skuPartNumber: 'SPE_E3',
    cost: '10',
    currency: 'EUR',
    frequency: 'monthly',
    quantity: '100',
    effectiveDate: '2026-01-01',
  };
  const all = { ...good, ...cells };
  const problems = problemsOf(
    Object.keys(all).join(';'),
    Object.values(all).join(';'),
  );
  expect(problems).toHaveLength(1);
  return problems[0];
};

const OPEN: TermInput = term({ expirationDate: null });

describe('readTermsCsv', () => {
  it('reads every field, several terms and several SKUs', () => {
    expect(
      termsOf(
        'skuId,cost,currency,frequency,quantity,effectiveDate,expirationDate,purchaseIdentifier,notes,administrator,subscriptionId',
        `${E3},10,EUR,monthly,100,2026-01-01,2027-01-01,PO-1,"Two lines,\nquoted ""so""",user:olivia,sub-1`,
        `${E3.toUpperCase()},0012.50,usd,Every 18 months,5,2025-01-01,,,,,`,
        `${E5},10,EUR,Semi-annually,100,2026-01-01,,,,,`,
      ),
    ).toEqual({
      [E3]: [
        term({
          purchaseIdentifier: 'PO-1',
          notes: 'Two lines,\nquoted "so"',
          administrator: 'user:default/olivia',
          subscriptionId: 'sub-1',
        }),
        term({
          cost: '12.5',
          currency: 'USD',
          frequency: 'every18Months',
          quantity: 5,
          effectiveDate: '2025-01-01',
          expirationDate: null,
        }),
      ],
      [E5]: [{ ...OPEN, frequency: 'semiannually' }],
    });
  });

  it('reads what spreadsheets make of it: semicolons, byte order mark, blank lines', () => {
    expect(
      termsOf(
        `\ufeff${HEADER.replaceAll(',', ';')};notes\r`,
        `${LINE.replaceAll(',', ';')};Seats, for all\r`,
        ';;;;;;\r',
        '\r',
      ),
    ).toEqual({ [E3]: [{ ...OPEN, notes: 'Seats, for all' }] });
  });

  it('knows the columns by other names and in any case, and products by name', () => {
    expect(
      termsOf(
        HEADER.replace('skuPartNumber', 'Part Number').toUpperCase(),
        LINE.toLowerCase(),
      ),
    ).toEqual({ [E3]: [OPEN] });
    expect(
      termsOf(
        HEADER.replace('skuPartNumber', 'Product'),
        LINE.replace('SPE_E3', 'microsoft 365 e5'),
      ),
    ).toEqual({ [E5]: [OPEN] });
  });

  it('takes the surest name of a line that has several', () => {
    expect(
      termsOf(
        `displayName,skuId,${HEADER}`,
        `A former name,${E5},${LINE}`,
        `A former name,,${LINE}`,
      ),
    ).toEqual({ [E5]: [OPEN], [E3]: [OPEN] });
  });

  it('takes the apostrophe back that an export put before formulas', () => {
    expect(
      termsOf(
        `${HEADER},notes,purchaseIdentifier`,
        `${LINE},'=1+1,'-7`,
        `${LINE},'quoted','@x`,
      ),
    ).toEqual({
      [E3]: [
        { ...OPEN, notes: '=1+1', purchaseIdentifier: '-7' },
        { ...OPEN, notes: "'quoted'", purchaseIdentifier: '@x' },
      ],
    });
  });

  it.each([
    ['cost', '12,50', 'write decimals with a point, as in 12.50'],
    ['cost', '1,234.50', 'without currency and separators'],
    ['cost', '€ 12', 'without currency and separators'],
    ['cost', '-1', 'is not a cost'],
    ['cost', '1e3', 'is not a cost'],
    ['cost', '', 'Nothing is not a cost'],
    ['cost', '0.1234567', '6 after it'],
    ['currency', 'XYZ', 'XYZ is not a currency'],
    ['currency', '', 'is not a currency'],
    ['frequency', 'weekly', 'there are monthly, quarterly'],
    ['quantity', '1.5', 'is not a number of seats'],
    ['quantity', '100000001', 'is not a number of seats'],
    ['effectiveDate', '31.12.2026', 'as in 2026-12-31'],
    ['effectiveDate', '2026-02-30', 'as in 2026-12-31'],
    ['expirationDate', '2026-01-01', 'is not after the effective date'],
    ['expirationDate', 'never', 'is not a day'],
    ['administrator', 'olivia', 'is not an entity ref'],
    ['notes', 'x'.repeat(4001), 'shorten it to 4000'],
    ['notes', 'a\0b', 'NUL'],
    ['skuPartNumber', 'SPE_E9', 'The tenant has no license SPE_E9'],
    ['skuPartNumber', 'M365_F1', `by its skuId: ${F1}, ${OTHER_F1}`],
  ])('names the line and column of %s %p', (column, value, message) => {
    expect(problemOf({ [column]: value })).toEqual({
      line: 2,
      column,
      message: expect.stringContaining(message),
    });
  });

  it('says where a line names no license', () => {
    expect(problemOf({ skuPartNumber: '' })).toEqual({
      line: 2,
      column: null,
      message: expect.stringContaining('which license it is about'),
    });
  });

  it('tells all problems of all lines at once, by their first line', () => {
    expect(
      problemsOf(
        `${HEADER},notes`,
        `${LINE},"two\nlines"`,
        'SPE_E3,x,EUR,x,100,2026-01-01,',
        '',
        `${LINE},one,too many`,
      ).map(({ line, column }) => [line, column]),
    ).toEqual([
      [4, 'cost'],
      [4, 'frequency'],
      [6, null],
    ]);
  });

  it('says that a decimal comma breaks a line with commas', () => {
    const [{ line, message }] = problemsOf(
      HEADER,
      LINE.replace(',10,', ',12,50,'),
    );
    expect(line).toBe(2);
    expect(message).toContain('The line has 7 values, and the header 6');
    expect(message).toContain('decimals are written with a point');
  });

  it('refuses the same term twice, and more terms than a license can have', () => {
    expect(problemsOf(HEADER, LINE, LINE.replace(',10,', ',10.00,'))).toEqual([
      {
        line: 3,
        column: null,
        message: expect.stringContaining('says the same as line 2'),
      },
    ]);
    const many = Array.from({ length: 201 }, (_, index) =>
      LINE.replace(',100,', `,${index},`),
    );
    expect(problemsOf(HEADER, ...many)).toEqual([
      {
        line: 202,
        column: null,
        message: expect.stringContaining('it can have 200'),
      },
    ]);
  });

  it('refuses a file that is too long, whatever is in it', () => {
    const lines = Array.from({ length: 20_001 }, () => LINE);
    expect(problemsOf(HEADER, ...lines)).toEqual([
      {
        line: 20_002,
        column: null,
        message: expect.stringContaining('more than 20000 terms'),
      },
    ]);
  });

  it('does not drown who reads them in problems', () => {
    const problems = problemsOf(
      HEADER,
      ...Array.from({ length: 150 }, () => LINE.replace('EUR', 'EUX')),
    );
    expect(problems).toHaveLength(101);
    expect(problems[100]).toEqual({
      line: 102,
      column: null,
      message: expect.stringContaining('There are 50 more problems'),
    });
  });

  it('refuses a header that it does not understand', () => {
    expect(problemsOf('skuId,cost,price,cost', 'a,b,c,d')).toEqual([
      {
        line: 1,
        column: 'price',
        message: expect.stringContaining('There is no column price'),
      },
      { line: 1, column: 'cost', message: expect.stringContaining('twice') },
      ...['currency', 'frequency', 'quantity', 'effectiveDate'].map(column => ({
        line: 1,
        column,
        message: 'The column is missing; add it',
      })),
    ]);
    expect(
      problemsOf(HEADER.replace('skuPartNumber,', ''), '10,EUR')[0].message,
    ).toContain('add skuId, skuPartNumber or displayName');
    expect(problemsOf('')[0].message).toContain('The file has no header');
    expect(problemsOf(HEADER)[0].message).toContain('no line below its header');
  });

  it('says where quotes do not match', () => {
    expect(problemsOf(HEADER, `${LINE}"`)).toEqual([
      { line: 2, column: null, message: expect.stringContaining('not CSV') },
    ]);
    expect(problemsOf(HEADER, `"${LINE}`)[0].message).toContain(
      'close the quote',
    );
  });
});
