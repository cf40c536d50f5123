import { productName } from '../insights/productNames';
import {
  AT,
  direct,
  E3,
  E5,
  idOf,
  sku,
  storeRoster,
  testDatabases,
  THRESHOLD,
  user,
} from './__testUtils__/records';
import { storesOf } from './index';
import type { ProductCatalog, ProductSource } from './types';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

const PLAN = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const SOURCE: ProductSource = {
  url: 'https://example.com/names.csv',
  etag: '"1"',
  lastModified: 'Sun, 22 Nov 2026 10:00:00 GMT',
};
const CATALOG: ProductCatalog = {
  products: [
    { id: E3, name: 'Microsoft 365 E3 (published)', plans: [PLAN] },
    { id: E5, name: 'Microsoft 365 E5 (published)', plans: [] },
  ],
  servicePlans: [{ id: PLAN, name: 'Microsoft Teams' }],
};
const PROBLEM = { message: 'not reachable', mend: 'Try again.' };
const MINUTE_MS = 60_000;

describe('productName', () => {
  it('prefers what is published, then what is common, then the part number', () => {
    const names = new Map([[E3, 'Published']]);
    expect(productName(names, E3.toUpperCase(), 'SPE_E3')).toBe('Published');
    expect(productName(names, E5, 'SPE_E5')).toBe('Microsoft 365 E5');
    expect(productName(names, PLAN, 'OTHER')).toBe('OTHER');
    expect(productName(names, PLAN, null)).toBe(PLAN);
  });
});

describe.each(ids)('ProductStore on %s', id => {
  it('knows nothing at first', async () => {
    const { stores } = await open(id);
    expect(await stores.products.names()).toEqual(new Map());
    expect(await stores.products.state()).toEqual({
      capturedAt: null,
      products: 0,
      source: null,
      problem: null,
    });
  });

  it('replaces the whole catalog', async () => {
    const { knex, stores } = await open(id);
    await stores.products.replace(CATALOG, SOURCE, AT);
    expect(await stores.products.names()).toEqual(
      new Map([
        [E3, 'Microsoft 365 E3 (published)'],
        [E5, 'Microsoft 365 E5 (published)'],
      ]),
    );
    expect(await knex('service_plans')).toEqual([
      { id: PLAN, name: 'Microsoft Teams' },
    ]);
    expect(await knex('product_plans')).toEqual([
      { product_id: E3, plan_id: PLAN },
    ]);
    expect(await stores.products.state()).toEqual({
      capturedAt: AT.toISOString(),
      products: 2,
      source: SOURCE,
      problem: null,
    });

    await stores.products.replace(
      { products: [{ id: E5, name: 'E5', plans: [] }], servicePlans: [] },
      { url: 'https://example.com/2', etag: null, lastModified: null },
      AT,
    );
    expect(await stores.products.names()).toEqual(new Map([[E5, 'E5']]));
    expect(await knex('product_plans')).toEqual([]);
    expect(await stores.products.state()).toMatchObject({
      products: 1,
      source: { etag: null },
    });
  });

  it('keeps the catalog when replacing it fails in the middle', async () => {
    const { stores } = await open(id);
    await stores.products.replace(CATALOG, SOURCE, AT);
    const [product] = CATALOG.products;
    await expect(
      stores.products.replace(
        { ...CATALOG, products: [product, product] },
        { ...SOURCE, etag: '"2"' },
        AT,
      ),
    ).rejects.toThrow(/unique/i);
    expect((await stores.products.names()).size).toBe(2);
    expect(await stores.products.state()).toMatchObject({
      products: 2,
      source: SOURCE,
    });
  });

  it('notes a problem until it is gone, and says whether it is new', async () => {
    const { stores } = await open(id);
    const other = { ...PROBLEM, message: 'cut off' };
    expect(await stores.products.note(null)).toBe(false);
    expect(await stores.products.note(PROBLEM)).toBe(true);
    expect(await stores.products.note(PROBLEM)).toBe(false);
    expect(await stores.products.state()).toMatchObject({
      source: null,
      problem: PROBLEM,
    });

    await stores.products.replace(CATALOG, SOURCE, AT);
    expect(await stores.products.state()).toMatchObject({ problem: null });
    expect(await stores.products.note(PROBLEM)).toBe(true);
    expect(await stores.products.note(other)).toBe(true);
    expect(await stores.products.state()).toEqual({
      capturedAt: AT.toISOString(),
      products: 2,
      source: SOURCE,
      problem: other,
    });
    expect(await stores.products.note(null)).toBe(false);
    expect(await stores.products.state()).toMatchObject({ problem: null });
  });

  it('takes names from memory, and sees those of another replica some minutes later', async () => {
    const { knex } = await open(id);
    let now = AT.getTime();
    const clock = { now: () => new Date(now), wait: async () => {} };
    const [here, there] = [
      storesOf(knex, { clock }),
      storesOf(knex, { clock }),
    ];
    const before = await here.products.names();
    expect(before.size).toBe(0);

    await there.products.replace(CATALOG, SOURCE, AT);
    expect((await there.products.names()).size).toBe(2);
    now += 4 * MINUTE_MS;
    expect(await here.products.names()).toBe(before);
    now += MINUTE_MS;
    expect((await here.products.names()).get(E3)).toBe(
      'Microsoft 365 E3 (published)',
    );
  });

  it('asks again after names could not be read', async () => {
    const { knex, stores } = await open(id);
    await knex.schema.renameTable('products', 'away');
    await expect(stores.products.names()).rejects.toThrow(/products/);
    await knex.schema.renameTable('away', 'products');
    expect(await stores.products.names()).toEqual(new Map());
  });

  it('names licenses and those of accounts as Microsoft publishes them, else as is common', async () => {
    const { stores } = await open(id);
    await stores.licenses.store(
      'contoso',
      { skus: [sku(E3), sku(E5, { skuPartNumber: 'SPE_E5' })] },
      AT,
    );
    await storeRoster(stores, [
      user(1, { assignments: [direct(E3), direct(E5)] }),
    ]);
    const names = async () => {
      const [licenses, account] = await Promise.all([
        stores.licenses.list('contoso'),
        stores.accounts.get('contoso', idOf(1), THRESHOLD),
      ]);
      const sorted = [licenses, account?.account.licenses ?? []].map(list =>
        list.map(({ displayName }) => displayName).sort(),
      );
      expect(sorted[1]).toEqual(sorted[0]);
      return sorted[0];
    };
    expect(await names()).toEqual(['Microsoft 365 E3', 'Microsoft 365 E5']);
    await stores.products.replace(
      { ...CATALOG, products: CATALOG.products.slice(0, 1) },
      SOURCE,
      AT,
    );
    expect(await names()).toEqual([
      'Microsoft 365 E3 (published)',
      'Microsoft 365 E5',
    ]);
  });
});
