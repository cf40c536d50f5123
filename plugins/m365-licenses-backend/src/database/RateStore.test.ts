import { ConflictError } from '@backstage/errors';
import { AT, testDatabases } from './__testUtils__/records';
import { migrationsDirectory } from './index';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const LATER = new Date('2026-11-23T10:00:00.000Z');
const OLIVIA = 'user:default/olivia';
const BY_OLIVIA = { updatedBy: OLIVIA, at: AT };
const BY_ROBIN = { updatedBy: 'user:default/robin', at: LATER };
const USD = { currency: 'USD', rate: '0.923456789', date: '2026-11-20' };
const JPY = {
  currency: 'JPY',
  rate: '999999999.999999999',
  date: '2026-11-21',
};

describe.each(ids)('RateStore on %s', id => {
  it('has tables that can be taken away and made again', async () => {
    const { knex, stores } = await open(id);
    const migration = {
      directory: migrationsDirectory,
      name: '20261123090000_rates.js',
    };
    const tables = ['exchange_rates', 'entered_licenses'];
    await knex.migrate.down(migration);
    for (const table of tables) {
      expect(await knex.schema.hasTable(table)).toBe(false);
    }
    await knex.migrate.up(migration);
    for (const table of tables) {
      expect(await knex(table)).toEqual([]);
    }
    expect((await stores.rates.get('contoso')).rates).toEqual([]);
  });

  it('gives back what was entered, exactly, and with who did', async () => {
    const { stores } = await open(id);
    const empty = await stores.rates.get('contoso');
    expect(empty).toEqual({
      currency: null,
      rates: [],
      updatedAt: null,
      updatedBy: null,
      revision: expect.any(String),
    });
    const { revision } = empty;
    await stores.rates.replace(
      'contoso',
      { currency: 'EUR', rates: [USD, JPY], revision },
      BY_OLIVIA,
    );
    const first = await stores.rates.get('contoso');
    expect(first).toEqual({
      currency: 'EUR',
      rates: [USD, JPY],
      updatedAt: AT.toISOString(),
      updatedBy: OLIVIA,
      revision: expect.any(String),
    });
    expect(first.revision).not.toBe(revision);
    expect(await stores.rates.get('fabrikam')).toEqual(empty);

    await stores.rates.replace(
      'contoso',
      { currency: null, rates: [JPY], revision: first.revision },
      BY_ROBIN,
    );
    expect(await stores.rates.get('contoso')).toMatchObject({
      currency: null,
      rates: [JPY],
      updatedBy: BY_ROBIN.updatedBy,
    });
  });

  it('lets one of several win who save at the same time', async () => {
    const { stores } = await open(id);
    for (const currency of ['EUR', 'USD']) {
      const { revision } = await stores.rates.get('contoso');
      const results = await Promise.allSettled(
        ['0.1', '0.2', '0.3'].map(rate =>
          stores.rates.replace(
            'contoso',
            { currency, rates: [{ ...JPY, rate }], revision },
            BY_OLIVIA,
          ),
        ),
      );
      const lost = results.filter(({ status }) => status === 'rejected');
      expect(lost).toHaveLength(2);
      expect(lost).toEqual(
        lost.map(() =>
          expect.objectContaining({ reason: expect.any(ConflictError) }),
        ),
      );
      expect(await stores.rates.get('contoso')).toMatchObject({ currency });
    }
  });
});
