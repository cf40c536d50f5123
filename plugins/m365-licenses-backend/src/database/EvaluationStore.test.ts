import type { EvaluatedAccount, EvaluatedSelection, Stores } from './types';
import {
  activeUser,
  AT,
  direct,
  E3,
  E5,
  GROUP,
  idOf,
  storeRoster,
  testDatabases,
  user,
} from './__testUtils__/records';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();
const LATER = new Date('2026-12-20T10:00:00.000Z');
const ROOT = 'group:default/root';
const TEAM = 'group:default/team';
const OTHER = 'group:default/other';

async function read(
  stores: Stores,
  options: { deletedSince?: string; selection?: EvaluatedSelection } = {},
): Promise<EvaluatedAccount[][]> {
  const batches: EvaluatedAccount[][] = [];
  for await (const batch of stores.evaluation.accounts('contoso', {
    deletedSince: '2026-11-01',
    ...options,
  })) {
    batches.push(batch);
  }
  return batches;
}

const member = (
  number: number,
  groups: string[],
  home = groups[0] ?? null,
) => ({
  accountId: idOf(number),
  groups,
  home,
});

async function storeGroups(stores: Stores) {
  await stores.catalogGroups.replaceGroups(
    [
      { ref: ROOT, parent: null, displayName: 'Root' },
      { ref: TEAM, parent: ROOT, displayName: 'Team' },
      { ref: OTHER, parent: null, displayName: 'Other' },
    ],
    AT,
  );
}

describe.each(ids)('EvaluationStore on %s', id => {
  it('reads everybody in batches, those that are gone last', async () => {
    const { knex, stores } = await open(id);
    const users = Array.from({ length: 4_001 }, (_, index) => user(index));
    await storeRoster(stores, users);
    await storeRoster(stores, users, { tenant: 'fabrikam' });
    await storeRoster(stores, users.slice(1), { at: LATER });

    let queries = 0;
    knex.on('query', () => {
      queries += 1;
    });
    const batches = await read(stores);
    expect(batches.map(batch => batch.length)).toEqual([2_000, 2_000, 1]);
    expect(queries).toBeLessThan(20);
    const all = batches.flat();
    expect(all.map(account => account.id).sort()).toEqual(
      users.map(each => each.id).sort(),
    );
    expect(all[4_000]).toMatchObject({
      id: idOf(0),
      deleted: true,
      deletedAt: LATER.toISOString(),
    });
    const numbers = all.slice(0, 4_000).map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));

    expect(
      (await read(stores, { deletedSince: '2026-12-21' })).flat(),
    ).toHaveLength(4_000);
  });

  it('reads what decides of an account, its licenses and its groups', async () => {
    const { stores } = await open(id);
    await storeGroups(stores);
    await storeRoster(stores, [
      user(1, {
        companyName: 'Contoso Ltd',
        assignments: [
          direct(E5, { disabledPlans: ['PLAN'], state: 'Error' }),
          direct(E3, { assignedByGroup: GROUP }),
          direct(E3),
        ],
      }),
      user(2, { assignments: [] }),
      user(3),
    ]);
    await stores.accounts.nameGroup(
      'contoso',
      { id: GROUP, displayName: 'All E3' },
      AT,
    );
    await stores.activity.storeRows(
      'contoso',
      [activeUser('person1@contoso.example', { teams: '2026-11-11' })],
      AT,
    );
    await stores.catalogGroups.replaceMembers(
      'contoso',
      [member(1, [TEAM, OTHER]), member(2, [])],
      AT,
    );

    const [[first, second, third]] = await read(stores);
    expect(first).toEqual({
      number: expect.any(Number),
      id: idOf(1),
      userPrincipalName: 'person1@contoso.example',
      displayName: 'Person 1',
      userType: 'member',
      enabled: true,
      deleted: false,
      deactivatedAt: null,
      deletedAt: null,
      department: 'Sales',
      country: 'Germany',
      companyName: 'Contoso Ltd',
      lastActivityDate: '2026-11-11',
      serviceDates: {
        exchange: null,
        teams: '2026-11-11',
        oneDrive: null,
        outlook: null,
        sharePoint: null,
        skypeForBusiness: null,
        yammer: null,
      },
      inCatalog: true,
      homeGroup: TEAM,
      groups: expect.arrayContaining([TEAM, ROOT, OTHER]),
      assignments: [
        expect.objectContaining({ skuId: E3, groupId: null, groupName: null }),
        expect.objectContaining({
          skuId: E3,
          groupId: GROUP,
          groupName: 'All E3',
          assignedOn: '2026-01-10',
        }),
        expect.objectContaining({
          skuId: E5,
          state: 'Error',
          disabledPlans: ['PLAN'],
          services: null,
          lastActivityDate: null,
        }),
      ],
    });
    expect(first.groups).toHaveLength(3);
    expect(second).toMatchObject({
      inCatalog: true,
      homeGroup: null,
      groups: [],
      assignments: [],
    });
    expect(third).toMatchObject({ inCatalog: false, homeGroup: null });
  });

  it('reads only some accounts: one, those in groups, and holders', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [
      user(1),
      user(2, { assignments: [direct(E5)] }),
      user(3, { assignments: [direct(E5)] }),
    ]);
    await stores.catalogGroups.replaceMembers(
      'contoso',
      [member(1, [TEAM]), member(2, [TEAM, OTHER])],
      AT,
    );
    const selected = async (selection: EvaluatedSelection) =>
      (await read(stores, { selection })).flat().map(account => account.id);
    expect(await selected({ accountIds: [idOf(2)] })).toEqual([idOf(2)]);
    expect(await selected({ groups: [TEAM, OTHER] })).toEqual([
      idOf(1),
      idOf(2),
    ]);
    expect(await selected({ groups: [] })).toEqual([]);
    expect(await selected({ skuId: E5 })).toEqual([idOf(2), idOf(3)]);
    expect(await selected({ skuId: E5, groups: [TEAM] })).toEqual([idOf(2)]);
  });

  it('replaces counts, all of them or none', async () => {
    const { knex, stores } = await open(id);
    const { evaluation } = stores;
    const sales = {
      value: 'Sales',
      accounts: 2,
      seats: [
        { skuId: E3, status: 'active' as const, accounts: 2 },
        { skuId: E5, status: 'inactive' as const, accounts: 1 },
      ],
    };
    const none = { value: '', accounts: 0, seats: [] };
    await evaluation.saveCounts(
      'contoso',
      new Map([['department', [sales, none]]]),
      AT,
    );
    await evaluation.saveCounts('fabrikam', new Map(), LATER);
    expect(await evaluation.counts('contoso', 'department')).toEqual([
      none,
      sales,
    ]);
    expect(await evaluation.counts('contoso', 'department', ['Sales'])).toEqual(
      [sales],
    );
    expect(await evaluation.counts('contoso', 'department', [])).toEqual([]);
    expect(await evaluation.counts('contoso', 'sku')).toEqual([]);

    await knex.schema.renameTable('evaluations', 'away');
    await expect(
      evaluation.saveCounts('contoso', new Map(), LATER),
    ).rejects.toThrow(/evaluations/);
    await knex.schema.renameTable('away', 'evaluations');
    expect(await evaluation.counts('contoso', 'department')).toHaveLength(2);
    expect(await evaluation.evaluatedAt('contoso')).toBe(AT.toISOString());

    await evaluation.saveCounts('contoso', new Map(), LATER);
    expect(await evaluation.counts('contoso', 'department')).toEqual([]);
    expect(await evaluation.evaluatedAt('contoso')).toBe(LATER.toISOString());
  });
});

describe.each(ids)('CatalogGroupStore on %s', id => {
  it('replaces groups, and finds those below one, whatever the circle', async () => {
    const { stores } = await open(id);
    const { catalogGroups } = stores;
    await storeGroups(stores);
    expect((await catalogGroups.below('Group:default/Root')).sort()).toEqual([
      ROOT,
      TEAM,
    ]);
    expect(await catalogGroups.below(TEAM)).toEqual([TEAM]);
    expect(await catalogGroups.below('group:default/gone')).toEqual([
      'group:default/gone',
    ]);
    expect((await catalogGroups.below(ROOT, TEAM, OTHER)).sort()).toEqual(
      [OTHER, ROOT, TEAM].sort(),
    );
    expect(await catalogGroups.below()).toEqual([]);

    const circle = [
      { ref: ROOT, parent: TEAM, displayName: 'Root, renamed' },
      { ref: TEAM, parent: ROOT, displayName: 'Team' },
    ];
    await catalogGroups.replaceGroups(circle, AT);
    expect(await catalogGroups.groups()).toEqual(circle);
    expect((await catalogGroups.below(TEAM)).sort()).toEqual([ROOT, TEAM]);
  });

  it('says which accounts are in groups', async () => {
    const { stores } = await open(id);
    const { catalogGroups } = stores;
    const users = [1, 2, 3, 4].map(number => user(number));
    await storeRoster(stores, users);
    await storeRoster(stores, users, { tenant: 'fabrikam' });
    await catalogGroups.replaceMembers(
      'contoso',
      [member(1, [TEAM, OTHER]), member(2, [OTHER]), member(3, [TEAM])],
      AT,
    );
    // Gone from the tenant since.
    await storeRoster(stores, users.slice(0, 2));
    const among = async (numbers: number[], groups: string[], of = 'contoso') =>
      (await catalogGroups.membersAmong(of, numbers.map(idOf), groups)).sort();
    expect(await among([1, 2, 3, 4], [TEAM])).toEqual([idOf(1)]);
    expect(await among([1, 2, 4], [TEAM, OTHER])).toEqual([idOf(1), idOf(2)]);
    expect(await among([2], [TEAM])).toEqual([]);
    expect(await among([], [TEAM])).toEqual([]);
    expect(await among([1], [])).toEqual([]);
    expect(await among([1], [TEAM], 'fabrikam')).toEqual([]);
  });

  it('replaces the memberships of one tenant, and writes what changed only', async () => {
    const { knex, stores } = await open(id);
    const users = Array.from({ length: 4_500 }, (_, index) => user(index));
    await storeRoster(stores, users);
    await storeRoster(stores, users.slice(0, 1), { tenant: 'fabrikam' });
    const { catalogGroups } = stores;
    const rows = async (tenant = 'contoso') =>
      (
        await knex('catalog_members as m')
          .join('accounts as a', 'a.number', 'm.account')
          .where('m.tenant', tenant)
          .orderBy(['a.id', 'm.group_ref'])
          .select('a.id', 'm.group_ref', 'm.home')
      ).map(row => [row.id, row.group_ref, Boolean(row.home)]);
    await catalogGroups.replaceMembers('fabrikam', [member(0, [TEAM])], AT);
    const members = users.map((_, index) =>
      member(index, index % 2 ? [TEAM, OTHER] : []),
    );
    await catalogGroups.replaceMembers(
      'contoso',
      [
        ...members,
        // Not in the roster.
        member(9_999, [TEAM]),
      ],
      AT,
    );
    expect(await rows()).toEqual(
      members.flatMap(({ accountId, groups }) =>
        groups.length > 0
          ? [
              [accountId, OTHER, false],
              [accountId, TEAM, true],
            ]
          : [[accountId, '', true]],
      ),
    );

    const written: string[] = [];
    knex.on('query', ({ sql }: { sql: string }) => {
      if (/^\s*(insert|delete|update)/i.test(sql)) {
        written.push(sql);
      }
    });
    await catalogGroups.replaceMembers('contoso', members, AT);
    expect(written).toEqual([]);

    await catalogGroups.replaceMembers(
      'contoso',
      [member(1, [TEAM, OTHER], OTHER), member(2_500, [ROOT])],
      AT,
    );
    expect(await rows()).toEqual([
      [idOf(1), OTHER, true],
      [idOf(1), TEAM, false],
      [idOf(2_500), ROOT, true],
    ]);
    await catalogGroups.replaceMembers('contoso', [], AT);
    expect(await rows()).toEqual([]);
    expect(await rows('fabrikam')).toEqual([[idOf(0), TEAM, true]]);
  });
});
