import { InputError } from '@backstage/errors';
import type { Knex } from 'knex';
import { testDatabases } from './__testUtils__/records';
import { readPage } from './paging';
import { countOf } from './sql';
import type { AccountCondition, PageRequest } from './types';

jest.setTimeout(60_000);

interface PersonRow {
  number: number;
  name: string | null;
  team: string;
}

const { ids, databases } = testDatabases();

describe.each(ids)('pages on %s', id => {
  let knex: Knex;
  let counted: number;

  beforeEach(async () => {
    knex = await databases.init(id);
    await knex.schema.createTable('people', table => {
      table.integer('number').primary();
      table.text('name');
      table.text('team').notNullable();
    });
    await knex('people').insert(
      ['b', null, 'a', 'b', null, 'c', 'b'].map((name, index) => ({
        number: index + 1,
        name,
        team: index % 2 ? 'odd' : 'even',
      })),
    );
    counted = 0;
  });

  const read = (
    request: PageRequest & { visible?: AccountCondition; team?: string },
    order: 'asc' | 'desc' = 'asc',
  ) => {
    const filter = (query: Knex.QueryBuilder) => {
      if (request.team) {
        query.where('team', request.team);
      }
    };
    return readPage<PersonRow>(request, {
      query: ['people', request.team, order],
      key: 'name',
      tie: 'number',
      nullable: true,
      order,
      position: row => [row.name, row.number],
      read: narrow =>
        knex<PersonRow>('people')
          .where(filter)
          .modify(narrow)
          .select<PersonRow[]>('*'),
      count: () => {
        counted += 1;
        return countOf(knex('people').where(filter));
      },
    });
  };

  it.each([
    ['asc', [3, 1, 4, 7, 6, 2, 5]],
    ['desc', [6, 7, 4, 1, 3, 5, 2]],
  ] as const)(
    'hold every row once, those without a name last (%s)',
    async (order, expected) => {
      for (const limit of [1, 2, 3, 7]) {
        const numbers: number[] = [];
        let cursor: string | undefined;
        do {
          const page = await read({ limit, cursor }, order);
          numbers.push(...page.items.map(({ number }) => number));
          expect(page.totalItems).toBe(7);
          cursor = page.nextCursor;
        } while (cursor);
        expect(numbers).toEqual(expected);
      }
    },
  );

  it('are counted once, whatever comes and goes meanwhile', async () => {
    const first = await read({ limit: 2 });
    await knex('people').insert({ number: 8, name: 'z', team: 'even' });
    const second = await read({ limit: 2, cursor: first.nextCursor });
    const third = await read({ limit: 2, cursor: second.nextCursor });
    expect([first, second, third].map(page => page.totalItems)).toEqual([
      7, 7, 7,
    ]);
    expect(counted).toBe(1);
    expect((await read({ limit: 2 })).totalItems).toBe(8);
  });

  it('never tell somebody how many rows somebody else sees', async () => {
    const visible = { department: ['Sales'] };
    const { nextCursor: ofAll } = await read({ limit: 2 });
    await knex('people').insert({ number: 8, name: 'z', team: 'even' });
    const restricted = await read({ limit: 2, cursor: ofAll, visible });
    expect(restricted.totalItems).toBe(8);
    await knex('people').where('number', 8).delete();
    const all = await read({ limit: 2, cursor: restricted.nextCursor });
    expect(all.totalItems).toBe(7);
  });

  it('refuse cursors of other lists, of other versions and with another total', async () => {
    const { nextCursor = '' } = await read({ limit: 2 });
    const parts: unknown[] = JSON.parse(
      Buffer.from(nextCursor, 'base64url').toString(),
    );
    const encode = (value: unknown) =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(encode(parts)).toBe(nextCursor);
    const [print, total, ...position] = parts;
    expect(total).toBe(7);
    for (const request of [
      { cursor: nextCursor, team: 'odd' },
      { cursor: encode([print, ...position]) },
      { cursor: encode([print, 9_999, ...position]) },
      { cursor: 'no cursor' },
    ]) {
      await expect(read({ limit: 2, ...request })).rejects.toThrow(InputError);
    }
  });
});
