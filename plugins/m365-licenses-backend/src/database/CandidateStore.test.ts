import type { Knex } from 'knex';
import type {
  CandidateQuery,
  EvaluatedAccount,
  FoundCandidate,
  Stores,
} from './types';
import {
  AT,
  E3,
  E5,
  direct,
  idOf,
  storeRoster,
  testDatabases,
  user,
} from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

function candidate(overrides?: Partial<FoundCandidate>): FoundCandidate {
  return {
    skuId: E3,
    state: 'opportunity',
    reasons: [
      {
        type: 'inactive',
        since: '2026-04-02',
        services: ['exchange', 'outlook'],
        lastActivityDate: '2026-04-02',
        reportRefreshDate: '2026-11-19',
        thresholdDays: 60,
        other: null,
        groups: [],
        unobservable: [],
      },
    ],
    heldBack: [],
    since: '2026-04-02',
    direct: true,
    otherSkuId: null,
    ...overrides,
  };
}

const [REASON] = candidate().reasons;
const DISABLED: Partial<FoundCandidate> = {
  reasons: [{ ...REASON, type: 'disabled', since: null }],
  since: null,
};
const HELD_BACK: Partial<FoundCandidate> = {
  state: 'heldBack',
  heldBack: [
    {
      type: 'exemption',
      until: '2027-01-01',
      reason: 'On leave',
      owner: 'user:default/olivia',
      exemptionId: 'e1',
    },
  ],
};

async function numbersOf(knex: Knex): Promise<Map<string, number>> {
  const rows: { id: string; number: number }[] = await knex('accounts').select(
    'id',
    'number',
  );
  return new Map(rows.map(({ id, number }) => [id, number]));
}

/** Every statement that changes rows while something runs. */
async function writesOf(knex: Knex, work: () => Promise<unknown>) {
  const writes: string[] = [];
  const listen = ({ sql }: { sql: string }) => {
    if (/^\s*(insert|update|delete)/i.test(sql)) {
      writes.push(sql);
    }
  };
  knex.on('query', listen);
  await work();
  knex.removeListener('query', listen);
  return writes;
}

describe.each(ids)('CandidateStore on %s', databaseId => {
  let knex: Knex;
  let stores: Stores;
  let of: (
    number: number,
  ) => Pick<EvaluatedAccount, 'number' | 'displayName' | 'department'>;

  const store = (found: Record<number, Partial<FoundCandidate>[]>) =>
    stores.candidates.storeFor(
      'contoso',
      Object.entries(found).map(([number, candidates]) => ({
        account: of(Number(number)),
        candidates: candidates.map(candidate),
      })),
    );
  const list = (query?: Partial<CandidateQuery>) =>
    stores.candidates.list('contoso', {
      limit: 50,
      sort: 'displayName',
      order: 'asc',
      ...query,
    });
  const namesOf = async (query?: Partial<CandidateQuery>) =>
    (await list(query)).items.map(
      ({ account, skuId }) =>
        `${account.displayName} ${skuId === E3 ? 'E3' : 'E5'}`,
    );

  beforeEach(async () => {
    ({ knex, stores } = await open(databaseId));
    await storeRoster(
      stores,
      [1, 2, 3, 4].map(number =>
        user(number, {
          department: number > 2 ? 'Finance' : 'Sales',
          country: number === 4 ? 'Italy' : 'Germany',
          assignments: [direct(E3), direct(E5)],
        }),
      ),
    );
    const numbers = await numbersOf(knex);
    of = number => ({
      number: numbers.get(idOf(number)) ?? 0,
      displayName: `Person ${number}`,
      department: number > 2 ? 'Finance' : 'Sales',
    });
  });

  it('gives back what was stored, with whose it is', async () => {
    const found = candidate({
      ...HELD_BACK,
      reasons: [
        {
          ...REASON,
          type: 'downgrade',
          other: { skuId: E3, displayName: 'Microsoft 365 E3' },
          groups: [{ id: 'g1', name: null }],
          unobservable: ['SWAY'],
        },
        REASON,
      ],
      skuId: E5,
      otherSkuId: E3,
      direct: false,
    });
    await store({ 1: [found] });
    const { items } = await list();
    expect(items).toEqual([
      {
        ...found,
        saves: false,
        account: {
          id: idOf(1),
          userPrincipalName: 'person1@contoso.example',
          displayName: 'Person 1',
          department: 'Sales',
        },
      },
    ]);
    expect(await stores.candidates.ofAccounts('contoso', [idOf(1)])).toEqual(
      items,
    );
  });

  it('writes only differences, and counts decisions', async () => {
    const first = { 1: [{}, { skuId: E5 }], 2: [{}], 3: [] };
    expect(await store(first)).toEqual({ added: 3, removed: 0, changed: 0 });
    expect(await writesOf(knex, () => store(first))).toEqual([]);

    // A newer report is other evidence, not another decision.
    const newer = {
      reasons: [{ ...REASON, reportRefreshDate: '2026-11-20' }],
    };
    expect(await store({ 1: [newer, { skuId: E5 }] })).toEqual({
      added: 0,
      removed: 0,
      changed: 0,
    });
    const [stored] = await stores.candidates.ofAccounts('contoso', [idOf(1)]);
    expect(stored.reasons).toEqual(newer.reasons);

    expect(await store({ 1: [HELD_BACK], 2: [DISABLED], 3: [{}] })).toEqual({
      added: 1,
      removed: 1,
      changed: 2,
    });
    expect(await namesOf()).toEqual([
      'Person 1 E3',
      'Person 2 E3',
      'Person 3 E3',
    ]);
    // Only of the accounts that are given.
    expect(await store({})).toEqual({ added: 0, removed: 0, changed: 0 });
    expect(await store({ 3: [] })).toMatchObject({ removed: 1 });
    expect(await namesOf()).toEqual(['Person 1 E3', 'Person 2 E3']);
  });

  it('follows an account that got another name and department', async () => {
    await store({ 1: [{}], 2: [{}] });
    await stores.candidates.storeFor('contoso', [
      {
        account: { ...of(1), displayName: 'Zoe', department: null },
        candidates: [candidate()],
      },
    ]);
    expect(await namesOf()).toEqual(['Person 2 E3', 'Person 1 E3']);
    expect(await namesOf({ department: 'Sales' })).toEqual(['Person 2 E3']);
  });

  it('stores nothing when a row fails', async () => {
    await store({ 1: [{}] });
    await expect(
      stores.candidates.storeFor('contoso', [
        { account: of(1), candidates: [] },
        {
          account: { ...of(2), number: Number.NaN },
          candidates: [candidate()],
        },
      ]),
    ).rejects.toThrow();
    expect(await namesOf()).toEqual(['Person 1 E3']);
  });

  it('counts by kind and state', async () => {
    const group = [{ id: 'g1', name: 'Sales' }];
    await store({
      1: [{}, { skuId: E5, ...DISABLED }],
      2: [{}, { skuId: E5, ...HELD_BACK }],
      3: [{ reasons: [{ ...REASON, groups: group }] }],
      4: [{ direct: false }],
    });
    await stores.candidates.storeFor('fabrikam', []);
    await stores.candidates.recount('contoso');
    await stores.candidates.recount('fabrikam');
    const kind = { reason: 'inactive', skuId: E3, otherSkuId: null };
    const opportunity = { state: 'opportunity' };
    const counts = await stores.candidates.counts('contoso');
    expect(counts).toHaveLength(4);
    expect(counts).toEqual(
      expect.arrayContaining([
        { ...kind, ...opportunity, saves: true, candidates: 2 },
        { ...kind, ...opportunity, saves: false, candidates: 2 },
        {
          ...kind,
          ...opportunity,
          skuId: E5,
          reason: 'disabled',
          saves: true,
          candidates: 1,
        },
        { ...kind, skuId: E5, state: 'heldBack', saves: true, candidates: 1 },
      ]),
    );
    expect(await stores.candidates.counts('fabrikam')).toEqual([]);
  });

  it('filters, and says of how many', async () => {
    await store({
      1: [{}, { skuId: E5, ...DISABLED }],
      2: [HELD_BACK],
      3: [{ skuId: E5 }],
      4: [{}],
    });
    await stores.candidates.recount('contoso');
    await stores.catalogGroups.replaceMembers(
      'contoso',
      [
        {
          accountId: idOf(3),
          groups: ['group:default/berlin'],
          home: 'group:default/berlin',
        },
      ],
      AT,
    );
    const expected: [Partial<CandidateQuery>, string[]][] = [
      [
        {},
        [
          'Person 1 E3',
          'Person 1 E5',
          'Person 2 E3',
          'Person 3 E5',
          'Person 4 E3',
        ],
      ],
      [{ skuId: E5 }, ['Person 1 E5', 'Person 3 E5']],
      [{ reason: 'disabled' }, ['Person 1 E5']],
      [{ state: 'heldBack' }, ['Person 2 E3']],
      [{ skuId: E3, state: 'opportunity' }, ['Person 1 E3', 'Person 4 E3']],
      [{ text: 'PERSON 1' }, ['Person 1 E3', 'Person 1 E5']],
      [{ text: 'person3@' }, ['Person 3 E5']],
      [{ department: 'finance' }, ['Person 3 E5', 'Person 4 E3']],
      [{ groups: ['group:default/berlin'] }, ['Person 3 E5']],
      [{ groups: [] }, []],
      [{ visible: { country: ['Italy'] } }, ['Person 4 E3']],
      [{ visible: { country: [] } }, []],
      [{ visible: { groups: ['group:default/berlin'] } }, ['Person 3 E5']],
      [
        { visible: { not: { groups: ['group:default/berlin'] } }, skuId: E5 },
        ['Person 1 E5'],
      ],
      [
        { visible: { not: { country: ['Italy'] } }, skuId: E3 },
        ['Person 1 E3', 'Person 2 E3'],
      ],
      [
        { department: 'Sales', reason: 'inactive' },
        ['Person 1 E3', 'Person 2 E3'],
      ],
    ];
    for (const [query, names] of expected) {
      expect([query, await namesOf(query)]).toEqual([query, names]);
      expect([query, (await list(query)).totalItems]).toEqual([
        query,
        names.length,
      ]);
    }
    // Another tenant has none.
    expect(
      await stores.candidates.list('fabrikam', {
        limit: 5,
        sort: 'since',
        order: 'asc',
      }),
    ).toEqual({ items: [], totalItems: 0 });
  });

  it('lists what belongs to deleted accounts too', async () => {
    await store({ 1: [{}], 2: [{}] });
    await storeRoster(stores, [user(1)], { at: AT });
    expect(await namesOf({ department: 'Sales' })).toEqual([
      'Person 1 E3',
      'Person 2 E3',
    ]);
  });

  it.each(['asc', 'desc'] as const)(
    'pages through every sort, what is empty last, %s',
    async order => {
      await store({
        1: [{ since: '2026-03-01' }, { ...DISABLED, skuId: E5 }],
        2: [DISABLED],
        3: [{ since: '2026-01-01' }, { skuId: E5, since: '2026-02-01' }],
        4: [{ since: '2026-03-01' }],
      });
      await stores.candidates.recount('contoso');
      await stores.candidates.revalue('contoso', new Map([[E3, 120]]));
      const pagesOf = async (sort: CandidateQuery['sort']) => {
        const names: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await list({ sort, order, limit: 2, cursor });
          expect(page.totalItems).toBe(6);
          names.push(
            ...page.items.map(
              ({ account, skuId }) =>
                `${account.displayName.slice(-1)} ${
                  skuId === E3 ? 'E3' : 'E5'
                }`,
            ),
          );
          cursor = page.nextCursor;
        } while (cursor);
        return names;
      };
      const byName = ['1 E3', '1 E5', '2 E3', '3 E3', '3 E5', '4 E3'];
      expect(await pagesOf('displayName')).toEqual(
        order === 'asc' ? byName : [...byName].reverse(),
      );
      expect(await pagesOf('since')).toEqual(
        order === 'asc'
          ? ['3 E3', '3 E5', '1 E3', '4 E3', '1 E5', '2 E3']
          : ['4 E3', '1 E3', '3 E5', '3 E3', '2 E3', '1 E5'],
      );
      expect(await pagesOf('value')).toEqual(
        order === 'asc'
          ? ['1 E3', '2 E3', '3 E3', '4 E3', '1 E5', '3 E5']
          : ['4 E3', '3 E3', '2 E3', '1 E3', '3 E5', '1 E5'],
      );
    },
  );

  it('refuses a cursor of other filters', async () => {
    await store({ 1: [{}, { skuId: E5 }] });
    const { nextCursor } = await list({ limit: 1 });
    await expect(
      list({ limit: 1, cursor: nextCursor, skuId: E3 }),
    ).rejects.toThrow('start again without a cursor');
  });

  it('sorts by what is saved, as prices are now', async () => {
    await store({
      1: [{ skuId: E5 }],
      2: [{}],
      3: [
        {
          skuId: E5,
          reasons: [{ ...REASON, type: 'downgrade' }],
          otherSkuId: E3,
        },
      ],
      4: [{ direct: false }],
    });
    await stores.candidates.recount('contoso');
    const sorted = () => namesOf({ sort: 'value', order: 'desc' });
    const prices = new Map([
      [E5, 1050],
      [E3, 99.5],
    ]);
    await stores.candidates.revalue('contoso', prices);
    expect(await sorted()).toEqual([
      'Person 1 E5',
      'Person 3 E5',
      'Person 2 E3',
      'Person 4 E3',
    ]);
    const [values] = [await knex('candidates').pluck('value_key')];
    expect(values.sort()).toEqual([
      '000000000000000',
      '000000000009950',
      '000000000095050',
      '000000000105000',
    ]);

    await stores.candidates.revalue('contoso', new Map([[E3, 99.5]]));
    expect(await sorted()).toEqual([
      'Person 2 E3',
      'Person 4 E3',
      'Person 3 E5',
      'Person 1 E5',
    ]);
  });

  it('gives new candidates their value, and writes none that stays the same', async () => {
    const { candidates } = stores;
    const found = (overrides?: Partial<FoundCandidate>) => [
      {
        account: of(1),
        candidates: [candidate(overrides), candidate({ skuId: E5 })],
      },
    ];
    const values = async (tenant: string) => {
      const rows: { sku_id: string; value_key: string | null }[] = await knex(
        'candidates',
      )
        .where({ tenant })
        .select('sku_id', 'value_key');
      return Object.fromEntries(rows.map(row => [row.sku_id, row.value_key]));
    };
    const before = new Map([[E3, 120]]);
    await candidates.storeFor('contoso', found(), before);
    await candidates.storeFor(
      'fabrikam',
      [{ account: of(2), candidates: [candidate()] }],
      before,
    );
    const first = { [E3]: '000000000012000', [E5]: null };
    expect(await values('contoso')).toEqual(first);
    expect(
      await writesOf(knex, () => candidates.revalue('contoso', before)),
    ).toEqual([]);

    const after = new Map([
      [E3, 240],
      [E5, 1050],
    ]);
    await candidates.storeFor('contoso', found(HELD_BACK), after);
    expect(await values('contoso')).toEqual(first);
    await candidates.revalue('contoso', after);
    expect(await values('contoso')).toEqual({
      [E3]: '000000000024000',
      [E5]: '000000000105000',
    });
    expect(await values('fabrikam')).toEqual({ [E3]: '000000000012000' });
  });

  it('gives the candidates of some accounts, the strongest reason first', async () => {
    await store({
      1: [{}, { ...DISABLED, skuId: E5 }],
      2: [{}],
      3: [{}],
    });
    const found = await stores.candidates.ofAccounts('contoso', [
      idOf(1),
      idOf(3),
      idOf(4),
    ]);
    expect(found.map(({ account, skuId }) => [account.id, skuId])).toEqual([
      [idOf(1), E5],
      [idOf(1), E3],
      [idOf(3), E3],
    ]);
    expect(await stores.candidates.ofAccounts('contoso', [])).toEqual([]);
    expect(await stores.candidates.ofAccounts('fabrikam', [idOf(1)])).toEqual(
      [],
    );
  });
});
