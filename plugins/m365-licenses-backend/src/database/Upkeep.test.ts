import { isPostgres, writeRows } from './sql';
import { testDatabases } from './__testUtils__/records';
import { Upkeep } from './Upkeep';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

describe.each(ids)('Upkeep on %s', id => {
  it('refreshes a table of which enough was written for its size', async () => {
    const { knex } = await open(id);
    const refreshed: string[] = [];
    knex.on('query', ({ sql }: { sql: string }) => {
      if (/analyze/.test(sql)) {
        refreshed.push(sql);
      }
    });
    const upkeep = new Upkeep(knex);
    const write = async (rows: number) => {
      refreshed.length = 0;
      upkeep.wrote(rows, 'catalog_members');
      await upkeep.run();
      return refreshed;
    };
    await knex.transaction(transaction =>
      writeRows(
        transaction,
        {
          tenant: 'text',
          account: 'integer',
          group_ref: 'text',
          home: 'boolean',
        },
        Array.from({ length: 30_000 }, (_, account) => ({
          tenant: 'contoso',
          account,
          group_ref: 'group:default/all',
          home: true,
        })),
        source => `insert into catalog_members (tenant, account, group_ref, home)
          select tenant, account, group_ref, home from ${source}`,
      ),
    );
    const all = isPostgres(knex)
      ? ['vacuum (analyze) catalog_members']
      : ['analyze'];
    expect(await write(30_000)).toEqual(all);
    expect(await write(999)).toEqual([]);
    // On SQLite a sample does, and takes no time.
    expect(await write(1)).toEqual(isPostgres(knex) ? [] : all);
    expect(await write(2_000)).toEqual(all);
    expect(await write(999)).toEqual([]);
  });
});
