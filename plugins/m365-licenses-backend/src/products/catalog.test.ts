import { PRODUCTS, SERVICE_PLANS } from 'graph-simulator';
import { parseCatalog } from './catalog';

const HEADER =
  'Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names';

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';
const FABRIC = 'a403ebcc-fae0-4ca2-8c8c-7a907fd6c235';
const { TEAMS1, SWAY, EXCHANGE_S_ENTERPRISE, VISIOONLINE } = SERVICE_PLANS;

const E3_TEAMS = `Microsoft 365 E3,SPE_E3,${E3},TEAMS1,${TEAMS1},Microsoft Teams`;
const E3_SWAY = `Microsoft 365 E3,SPE_E3,${E3},SWAY,${SWAY},Sway`;
const VISIO_ONLINE = `Visio Plan 2,VISIOCLIENT,${VISIO},VISIOONLINE,${VISIOONLINE},Visio web app`;

function file(...lines: string[]): string {
  return [HEADER, ...lines, ''].join('\r\n');
}

function refusal(text: string): string {
  try {
    parseCatalog(text);
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}

describe('parseCatalog', () => {
  it('makes one product of its many rows', () => {
    expect(parseCatalog(file(E3_TEAMS, VISIO_ONLINE, E3_SWAY))).toEqual({
      products: [
        { id: E3, name: 'Microsoft 365 E3', plans: [TEAMS1, SWAY] },
        { id: VISIO, name: 'Visio Plan 2', plans: [VISIOONLINE] },
      ],
      servicePlans: [
        { id: TEAMS1, name: 'Microsoft Teams' },
        { id: VISIOONLINE, name: 'Visio web app' },
        { id: SWAY, name: 'Sway' },
      ],
    });
  });

  it('finds columns by name, in any order and case, after a byte order mark', () => {
    expect(
      parseCatalog(
        `\ufeffGuid,Another,String_ Id,SERVICE_PLAN_ID,service plan name,Service_Plans_Included_Friendly_Names,Product_Display_Name\n${E3.toUpperCase()},x,SPE_E3,${TEAMS1},TEAMS1,,"Microsoft 365, ""E3"""`,
      ),
    ).toEqual({
      products: [{ id: E3, name: 'Microsoft 365, "E3"', plans: [TEAMS1] }],
      servicePlans: [{ id: TEAMS1, name: 'TEAMS1' }],
    });
  });

  it('mends spaces, line breaks and brackets in cells', () => {
    expect(
      parseCatalog(
        file(
          `"Visio\n Plan 2 ",VISIOCLIENT\t,\u00a0${VISIO} ,VISIOONLINE,(${VISIOONLINE},Visio\u00a0 web app`,
          ',,,,,',
          '',
        ),
      ),
    ).toEqual({
      products: [{ id: VISIO, name: 'Visio Plan 2', plans: [VISIOONLINE] }],
      servicePlans: [{ id: VISIOONLINE, name: 'Visio web app' }],
    });
  });

  it('takes the first of two names of one id', () => {
    const { products } = parseCatalog(
      file(
        `Microsoft Fabric (Free),POWER_BI_STANDARD,${FABRIC},TEAMS1,${TEAMS1},Microsoft Teams`,
        `Power BI (free),POWER_BI_STANDARD,${FABRIC},SWAY,${SWAY},Sway`,
      ),
    );
    expect(products).toEqual([
      { id: FABRIC, name: 'Microsoft Fabric (Free)', plans: [TEAMS1, SWAY] },
    ]);
  });

  it.each([
    [
      'a plan id that is none',
      `Microsoft 365 E3,SPE_E3,${E3},SWAY,a23b959c,Sway`,
    ],
    [
      'a product id that is none',
      `Microsoft 365 E3,SPE_E3,?,SWAY,${SWAY},Sway`,
    ],
    [
      'a product id counted up',
      `Microsoft 365 E3,SPE_E3,${E3.slice(0, -1)}6,SWAY,${SWAY},Sway`,
    ],
    [
      'a plan id counted up',
      `Microsoft 365 E3,SPE_E3,${E3},TEAMS1,${TEAMS1.slice(0, -2)}30,Teams`,
    ],
    ['a row of too few columns', 'Microsoft 365 E3,SPE_E3'],
    [
      'a comma without quotation marks',
      `Microsoft 365, E3,SPE_E3,${E3},SWAY,${SWAY},Sway`,
    ],
    ['a row without a name', `,SPE_E3,${E3},SWAY,${SWAY},Sway`],
  ])('keeps the name but guesses no plans from %s', (_what, row) => {
    const { products } = parseCatalog(file(E3_TEAMS, row, VISIO_ONLINE));
    expect(products).toEqual([
      { id: E3, name: 'Microsoft 365 E3', plans: [] },
      { id: VISIO, name: 'Visio Plan 2', plans: [VISIOONLINE] },
    ]);
  });

  it('refuses more than a few rows that cannot be read', () => {
    const bad = `Microsoft 365 E3,SPE_E3,${E3},SWAY,a23b959c,Sway`;
    expect(refusal(file(E3_TEAMS, bad, bad, bad))).toBe('nothing');
    expect(refusal(file(E3_TEAMS, bad, bad, bad, bad))).toBe(
      'ProductNamesError: 4 of the 5 rows of the list cannot be read: they have not all columns, no name, or ids that are none',
    );
    const thousand = Array.from({ length: 1000 }, () => E3_TEAMS);
    expect(refusal(file(...thousand, ...Array(10).fill(bad)))).toBe('nothing');
    expect(refusal(file(...thousand, ...Array(11).fill(bad)))).toMatch(
      /11 of the 1011 rows/,
    );
  });

  it.each([
    ['an empty file', '', 'the list lacks the columns Product_Display_Name,'],
    [
      'a page instead of the file',
      '<!DOCTYPE html>\n<html><body>Sign in</body></html>\n',
      'the list lacks the columns Product_Display_Name, String_Id, GUID,',
    ],
    [
      'a missing column',
      file(E3_TEAMS).replace('GUID,', '').replace(`${E3},`, ''),
      'the list lacks the column GUID',
    ],
    ['no rows', file(), 'the list has no rows'],
    [
      'an end in the middle of a row',
      file(E3_TEAMS, VISIO_ONLINE).slice(0, -40),
      'the list is cut off: its last row is incomplete',
    ],
    [
      'an end in the middle of a quoted cell',
      `${HEADER}\r\n${E3_TEAMS}\r\n"Visio Pl`,
      'the list is cut off: a quotation mark is not closed',
    ],
    [
      'a quotation mark that swallows the rest',
      file(E3_TEAMS, `"${'Visio\r\n'.repeat(20_000)}`),
      'the list is cut off: a quotation mark is not closed',
    ],
  ])('refuses %s', (_what, text, problem) => {
    expect(refusal(text)).toContain(`ProductNamesError: ${problem}`);
  });

  it('reads the products of the simulated tenant', () => {
    const rows = Object.values(PRODUCTS).flatMap(product =>
      product.plans.map(plan =>
        [
          product.displayName,
          product.skuPartNumber,
          product.skuId,
          plan,
          SERVICE_PLANS[plan],
          plan,
        ].join(','),
      ),
    );
    const { products } = parseCatalog(file(...rows));
    expect(products).toHaveLength(Object.keys(PRODUCTS).length);
    expect(products.find(({ id }) => id === E3)?.plans).toContain(
      EXCHANGE_S_ENTERPRISE,
    );
    expect(products.every(({ plans }) => plans.length > 0)).toBe(true);
  });
});
