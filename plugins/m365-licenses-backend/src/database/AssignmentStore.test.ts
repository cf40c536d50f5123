import type { Assignment } from 'backstage-plugin-m365-licenses-common';
import type { AccountQuery, AssignmentQuery, Stores } from './types';
import {
  activeUser,
  AT,
  direct,
  E3,
  E5,
  GROUP,
  idOf,
  sku,
  storeRoster,
  testDatabases,
  THRESHOLD,
  user,
} from './__testUtils__/records';

jest.setTimeout(60_000);

const TEAM = 'group:default/team';
const { ids, open } = testDatabases();

const QUERY: AssignmentQuery = { ...THRESHOLD, limit: 50 };
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const inherited = direct(E3, { assignedByGroup: GROUP });

const list = (stores: Stores, query: Partial<AssignmentQuery> = {}) =>
  stores.assignments.list('contoso', { ...QUERY, ...query });

/** All pages, one after the other, with something in between. */
async function pull(
  stores: Stores,
  query: Partial<AssignmentQuery> = {},
  between: (page: number) => Promise<unknown> = async () => {},
): Promise<Assignment[]> {
  const rows: Assignment[] = [];
  let cursor: string | undefined;
  let page = 0;
  do {
    const answer = await list(stores, { limit: 2, ...query, cursor });
    rows.push(...answer.items);
    cursor = answer.nextCursor;
    page += 1;
    await between(page);
  } while (cursor);
  return rows;
}

/** Which account holds what by which path. */
const keyOf = ({ accountId, skuId, path }: Assignment) =>
  `${accountId} ${skuId} ${path.groupId ?? 'direct'}`;

/** One account changes: its row is read again. */
async function change(stores: Stores, number: number, department: string) {
  await stores.accounts.storePage(
    'contoso',
    [user(number, { department, assignments: [direct(E3), inherited] })],
    stores.accounts.startReading(),
    { at: AT, signIns: true },
  );
}

async function modifiedAt(stores: Stores, number: number): Promise<string> {
  const found = await stores.accounts.get('contoso', idOf(number), THRESHOLD);
  return found?.account.modifiedAt ?? '';
}

describe.each(ids)('when an account was modified, on %s', id => {
  it('is when something stored of it changed', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [user(1), user(2)]);
    const at = new Date('2026-11-23T10:00:00.000Z');
    const signedIn = { lastSuccessfulSignInDateTime: '2026-11-22T07:00:00Z' };
    const plans = [
      { servicePlanId: TEAMS, servicePlanName: 'TEAMS1', appliesTo: null },
    ];
    const capture = () =>
      stores.licenses.store(
        'contoso',
        { skus: [sku(E3, { servicePlans: plans })] },
        at,
      );
    const changes: [string, () => Promise<unknown>][] = [
      [
        'its row',
        () =>
          storeRoster(stores, [user(1, { jobTitle: 'Lead' }), user(2)], { at }),
      ],
      [
        'its last sign-in',
        () =>
          storeRoster(
            stores,
            [user(1, { jobTitle: 'Lead', ...signedIn }), user(2)],
            { at },
          ),
      ],
      [
        'its assignments',
        () =>
          storeRoster(
            stores,
            [
              user(1, {
                jobTitle: 'Lead',
                ...signedIn,
                assignments: [direct(E3), inherited],
              }),
              user(2),
            ],
            { at },
          ),
      ],
      [
        'its activity',
        () =>
          stores.activity.storeRows(
            'contoso',
            [activeUser(user(1).userPrincipalName, { teams: '2026-11-10' })],
            at,
          ),
      ],
      ['that it is gone', () => storeRoster(stores, [user(2)], { at })],
      ['the services of its license', capture],
    ];
    for (const [what, work] of changes) {
      const before = await modifiedAt(stores, 1);
      const other = await modifiedAt(stores, 2);
      await work();
      const after = await modifiedAt(stores, 1);
      expect({ what, isLater: after > before }).toEqual({
        what,
        isLater: true,
      });
      expect({ what, other: (await modifiedAt(stores, 2)) > other }).toEqual({
        what,
        other: what === 'the services of its license',
      });
    }

    const before = await modifiedAt(stores, 1);
    await capture();
    await stores.accounts.nameGroup(
      'contoso',
      { id: GROUP, displayName: 'Sales' },
      at,
    );
    await stores.activity.completeReport(
      'contoso',
      'activeUsers',
      '2026-11-22',
      at,
      2,
    );
    await storeRoster(stores, [user(2)], { at });
    expect(await modifiedAt(stores, 1)).toBe(before);
  });

  it('is later for what was stored later, whatever the clock says', async () => {
    const { stores } = await open(id);
    const early = new Date('2026-11-22T09:00:00.000Z');
    await storeRoster(stores, [user(1)], { at: AT });
    await storeRoster(stores, [user(1), user(2)], { at: early });
    expect(await modifiedAt(stores, 1)).toBe(AT.toISOString());
    expect(await modifiedAt(stores, 2)).toBe('2026-11-22T10:00:00.001Z');
    // Each tenant has its own time.
    await storeRoster(stores, [user(1)], { at: early, tenant: 'fabrikam' });
    const found = await stores.accounts.get('fabrikam', idOf(1), THRESHOLD);
    expect(found?.account.modifiedAt).toBe(early.toISOString());
  });

  it('sorts and narrows the list of accounts', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [user(1), user(2), user(3), user(4)]);
    await storeRoster(stores, [user(1), user(2), user(3)]);
    await change(stores, 2, 'Art');
    const accounts = async (query: Partial<AccountQuery>) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await stores.accounts.list('contoso', {
          ...THRESHOLD,
          deleted: false,
          sort: 'modifiedAt',
          order: 'asc',
          limit: 1,
          ...query,
          cursor,
        });
        found.push(...page.items.map(each => each.id));
        cursor = page.nextCursor;
      } while (cursor);
      return found;
    };
    expect(await accounts({})).toEqual([1, 3, 2].map(idOf));
    expect(await accounts({ order: 'desc' })).toEqual([2, 3, 1].map(idOf));
    expect(await accounts({ deleted: true })).toEqual([idOf(4)]);
    const modifiedSince = await modifiedAt(stores, 2);
    expect(await accounts({ modifiedSince })).toEqual([idOf(2)]);
    // The same time, written in another zone.
    const inBerlin = new Date(Date.parse(modifiedSince) + 3_600_000)
      .toISOString()
      .replace('Z', '+01:00');
    expect(await accounts({ modifiedSince: inBerlin })).toEqual([idOf(2)]);
    expect(await accounts({ modifiedSince, deleted: true })).toEqual([]);
    await expect(accounts({ modifiedSince: 'yesterday' })).rejects.toThrow(
      'yesterday is no time; give one such as',
    );
  });
});

describe.each(ids)('AssignmentStore on %s', id => {
  async function enter() {
    const { knex, stores } = await open(id);
    await stores.licenses.store(
      'contoso',
      {
        skus: [E3, E5].map(skuId =>
          sku(skuId, {
            skuPartNumber: skuId === E3 ? 'SPE_E3' : 'SPE_E5',
            servicePlans: [
              { servicePlanId: TEAMS, servicePlanName: '', appliesTo: null },
            ],
          }),
        ),
      },
      AT,
    );
    await storeRoster(stores, [
      user(1, { assignments: [direct(E5), inherited, direct(E3)] }),
      user(2, { assignments: [] }),
      user(3, { department: 'Art', accountEnabled: false }),
      user(4),
      user(5, { assignments: [inherited] }),
    ]);
    await storeRoster(
      stores,
      [
        user(1, { assignments: [direct(E5), inherited, direct(E3)] }),
        user(2, { assignments: [] }),
        user(3, { department: 'Art', accountEnabled: false }),
        user(5, { assignments: [inherited] }),
      ],
      { at: new Date(AT.getTime() + 60_000) },
    );
    await stores.accounts.nameGroup(
      'contoso',
      { id: GROUP, displayName: 'All of Sales' },
      AT,
    );
    for (const report of ['activeUsers', 'emailApps'] as const) {
      await stores.activity.completeReport(
        'contoso',
        report,
        '2026-11-19',
        AT,
        5,
      );
    }
    return { knex, stores };
  }

  it('lists a row for each path, with what the account page says of it', async () => {
    const { stores } = await enter();
    const { items, totalItems } = await list(stores);
    expect(totalItems).toBe(6);
    expect(items.map(keyOf)).toEqual([
      `${idOf(1)} ${E3} direct`,
      `${idOf(1)} ${E3} ${GROUP}`,
      `${idOf(1)} ${E5} direct`,
      `${idOf(3)} ${E3} direct`,
      `${idOf(5)} ${E3} ${GROUP}`,
      `${idOf(4)} ${E3} direct`,
    ]);
    expect(items[4]).toEqual({
      accountId: idOf(5),
      userPrincipalName: 'person5@contoso.example',
      accountName: 'Person 5',
      department: 'Sales',
      enabled: true,
      deleted: false,
      skuId: E3,
      skuPartNumber: 'SPE_E3',
      displayName: 'Microsoft 365 E3',
      modifiedAt: await modifiedAt(stores, 5),
      path: {
        type: 'group',
        groupId: GROUP,
        groupName: 'All of Sales',
        state: 'Active',
        error: null,
        disabledPlans: [],
        assignedAt: '2026-01-10T08:00:00.000Z',
        services: ['teams'],
        lastActivityDate: null,
        status: 'neverActive',
      },
    });
    expect(items[3]).toMatchObject({ department: 'Art', enabled: false });
    expect(items[5]).toMatchObject({ deleted: true });
    for (const row of items) {
      const found = await stores.accounts.get(
        'contoso',
        row.accountId,
        THRESHOLD,
      );
      expect(
        found?.account.licenses
          .find(({ skuId }) => skuId === row.skuId)
          ?.paths.find(({ groupId }) => groupId === row.path.groupId),
      ).toEqual(row.path);
    }
  });

  it('filters, and pages the same in steps of any size', async () => {
    const { stores } = await enter();
    await stores.catalogGroups.replaceMembers(
      'contoso',
      [1, 3].map(number => ({
        accountId: idOf(number),
        groups: [TEAM],
        home: TEAM,
      })),
      AT,
    );
    const since = await modifiedAt(stores, 4);
    const cases: [Partial<AssignmentQuery>, number[]][] = [
      [{}, [1, 1, 1, 3, 5, 4]],
      [{ skuId: E5 }, [1]],
      [{ skuId: E3 }, [1, 1, 3, 5, 4]],
      [{ modifiedSince: since }, [4]],
      [{ modifiedSince: since, skuId: E5 }, []],
      [{ visible: { department: ['Art'] } }, [3]],
      [{ visible: { not: { department: ['Art'] } }, skuId: E3 }, [1, 1, 5, 4]],
      [{ visible: { groups: [TEAM] } }, [1, 1, 1, 3]],
      [{ visible: { not: { groups: [TEAM] } } }, [5, 4]],
    ];
    for (const [filter, numbers] of cases) {
      for (const limit of [1, 2, 3, 50]) {
        const found = await pull(stores, { ...filter, limit });
        expect({ filter, found: found.map(row => row.accountId) }).toEqual({
          filter,
          found: numbers.map(idOf),
        });
        expect((await list(stores, { ...filter, limit })).totalItems).toBe(
          numbers.length,
        );
      }
    }
    expect((await list(stores, { limit: 1 })).nextCursor).toBeDefined();
    const { nextCursor: cursor } = await list(stores, { limit: 1 });
    await expect(list(stores, { skuId: E5, cursor })).rejects.toThrow(
      'The cursor does not belong to this list',
    );
    await expect(
      list(stores, { modifiedSince: '2026-13-01T00:00:00Z' }),
    ).rejects.toThrow('2026-13-01T00:00:00Z is no time');
  });

  it('skips nothing while syncs run, and what changed comes again', async () => {
    const { stores } = await open(id);
    const everybody = Array.from({ length: 12 }, (_, index) => user(index + 1));
    await storeRoster(stores, everybody);
    // At one and the same time of the clock: those read already, those to come,
    // one that goes away, and one that comes back.
    const rows = await pull(stores, {}, async page => {
      if (page === 2) {
        await change(stores, 1, 'Art');
        await change(stores, 9, 'Art');
      } else if (page === 3) {
        await storeRoster(
          stores,
          everybody
            .filter(({ id: gone }) => gone !== idOf(10))
            .map(each =>
              [idOf(1), idOf(9)].includes(each.id)
                ? {
                    ...each,
                    department: 'Art',
                    assignments: [direct(E3), inherited],
                  }
                : each,
            ),
        );
      } else if (page === 5) {
        await change(stores, 2, 'Art');
        await change(stores, 10, 'Art');
      }
    });
    const last = new Map(rows.map(row => [keyOf(row), row]));
    const now = await pull(stores, { limit: 50 });
    expect(new Map(now.map(row => [keyOf(row), row]))).toEqual(last);
    expect(now).toHaveLength(16);
    const seen = (number: number) =>
      rows.filter(row => row.accountId === idOf(number)).length;
    expect([1, 2, 3, 9].map(seen)).toEqual([3, 3, 1, 2]);
    // Whoever goes on from the last row he has gets it again, and nothing else.
    const since = rows[rows.length - 1].modifiedAt;
    expect(
      (await pull(stores, { modifiedSince: since })).map(row => row.accountId),
    ).toEqual([idOf(10), idOf(10)]);
  });

  it('misses nothing of writers with other clocks that write at once', async () => {
    const { stores } = await open(id);
    const accounts = 40;
    const roster = Array.from({ length: accounts }, (_, index) =>
      user(index + 1),
    );
    await storeRoster(stores, roster);
    const writers = [0, 1, 2, 3].map(async writer => {
      for (let number = writer + 1; number <= accounts; number += 4) {
        await stores.accounts.storePage(
          'contoso',
          [user(number, { department: `Team ${writer}` })],
          stores.accounts.startReading(),
          { at: new Date(AT.getTime() - writer * 1_000), signIns: true },
        );
      }
    });
    const known = new Map<string, Assignment>();
    let since: string | undefined;
    const read = async () => {
      for (const row of await pull(stores, {
        modifiedSince: since,
        limit: 3,
      })) {
        known.set(keyOf(row), row);
        since = row.modifiedAt;
      }
    };
    let writing = true;
    const reader = (async () => {
      while (writing) {
        await read();
      }
    })();
    await Promise.all(writers);
    writing = false;
    await reader;
    await read();
    const now = await pull(stores, { limit: 50 });
    expect(known).toEqual(new Map(now.map(row => [keyOf(row), row])));
    expect(
      now.filter(({ department }) => department?.startsWith('Team')),
    ).toHaveLength(accounts);
  });
});

describe.each(ids)('what accounts hold, on %s', id => {
  it('is every path of those that are known and visible', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [
      user(1, {
        department: 'Finance',
        assignments: [
          { ...inherited, state: 'Error', error: 'CountViolation' },
          direct(E3, { disabledPlans: [TEAMS] }),
        ],
      }),
      user(2, { assignments: [] }),
      user(3),
    ]);
    await stores.accounts.nameGroup(
      'contoso',
      { id: GROUP, displayName: 'Sales' },
      AT,
    );
    await stores.licenses.store(
      'contoso',
      {
        skus: [
          sku(E3, {
            servicePlans: [
              {
                servicePlanId: TEAMS,
                servicePlanName: 'TEAMS1',
                appliesTo: null,
              },
            ],
          }),
        ],
      },
      AT,
    );
    await stores.activity.storeRows(
      'contoso',
      [activeUser('person1@contoso.example', { teams: '2026-11-10' })],
      AT,
    );
    const numbers = [idOf(1), idOf(2), 'unknown'];
    const held = await stores.assignments.held('contoso', numbers);
    const account = (number: number) => ({
      id: idOf(number),
      userPrincipalName: `person${number}@contoso.example`,
      displayName: `Person ${number}`,
    });
    expect([...held]).toEqual([
      [
        idOf(1),
        {
          account: account(1),
          paths: [
            {
              skuId: E3,
              groupId: null,
              groupName: null,
              state: 'Active',
              error: null,
              disabledPlans: [TEAMS],
              assignedAt: '2026-01-10T08:00:00.000Z',
              // Teams is switched off on this path.
              lastActivityDate: null,
            },
            {
              skuId: E3,
              groupId: GROUP,
              groupName: 'Sales',
              state: 'Error',
              error: 'CountViolation',
              disabledPlans: [],
              assignedAt: '2026-01-10T08:00:00.000Z',
              lastActivityDate: '2026-11-10',
            },
          ],
        },
      ],
      [idOf(2), { account: account(2), paths: [] }],
    ]);
    expect([
      ...(
        await stores.assignments.held('contoso', numbers, {
          department: ['Finance'],
        })
      ).keys(),
    ]).toEqual([idOf(1)]);
    expect((await stores.assignments.held('fabrikam', numbers)).size).toBe(0);
  });
});
