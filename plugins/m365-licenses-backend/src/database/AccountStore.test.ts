import { InputError } from '@backstage/errors';
import type { Account } from 'backstage-plugin-m365-licenses-common';
import type { AccountQuery, Stores } from './types';
import {
  AT,
  E3,
  E5,
  GROUP,
  THRESHOLD,
  activeUser,
  direct,
  idOf,
  sku,
  storeRoster,
  testDatabases,
  user,
} from './__testUtils__/records';

jest.setTimeout(60_000);

const TEAM = 'group:default/team';
const LATER = new Date('2026-11-23T10:00:00.000Z');

const { ids, open } = testDatabases();

const QUERY: AccountQuery = {
  ...THRESHOLD,
  deleted: false,
  sort: 'displayName',
  order: 'asc',
  limit: 50,
};

async function get(stores: Stores, number: number): Promise<Account> {
  const found = await stores.accounts.get('contoso', idOf(number), THRESHOLD);
  if (!found) {
    throw new Error(`No account ${number}`);
  }
  return found.account;
}

/** The numbers of accounts in a list, read page by page. */
async function listed(
  stores: Stores,
  query: Partial<AccountQuery>,
): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await stores.accounts.list('contoso', {
      ...QUERY,
      ...query,
      cursor,
    });
    names.push(...page.items.map(item => item.displayName));
    cursor = page.nextCursor;
  } while (cursor);
  return names;
}

describe.each(ids)('AccountStore on %s', id => {
  describe('storing', () => {
    it('gives back what Graph said', async () => {
      const { stores } = await open(id);
      await stores.licenses.store('contoso', { skus: [sku(E3)] }, AT);
      await storeRoster(stores, [
        user(1, {
          lastSuccessfulSignInDateTime: '2026-11-20T07:00:00Z',
          accountEnabled: false,
          assignments: [
            direct(E3, { disabledPlans: [idOf(7)] }),
            direct(E3, {
              assignedByGroup: GROUP,
              state: 'Error',
              error: 'CountViolation',
            }),
          ],
        }),
      ]);
      await stores.accounts.nameGroup(
        'contoso',
        { id: GROUP, displayName: 'All of Sales' },
        AT,
      );

      const unobserved = {
        services: [],
        lastActivityDate: null,
        status: 'notMeasurable',
      };
      expect(await get(stores, 1)).toEqual({
        modifiedAt: AT.toISOString(),
        id: idOf(1),
        userPrincipalName: 'person1@contoso.example',
        displayName: 'Person 1',
        email: 'person1@contoso.example',
        givenName: 'Person',
        surname: 'Number1',
        userType: 'member',
        enabled: false,
        department: 'Sales',
        jobTitle: null,
        companyName: null,
        officeLocation: null,
        country: 'Germany',
        createdAt: '2024-02-03T04:05:06.000Z',
        deactivatedAt: AT.toISOString(),
        deletedAt: null,
        lastSignInAt: '2026-11-20T07:00:00.000Z',
        lastActivityDate: null,
        status: 'unknown',
        licenses: [
          {
            skuId: E3,
            skuPartNumber: 'SPE_E3',
            displayName: 'Microsoft 365 E3',
            ...unobserved,
            paths: [
              {
                ...unobserved,
                type: 'direct',
                groupId: null,
                groupName: null,
                state: 'Active',
                error: null,
                disabledPlans: [idOf(7)],
                assignedAt: '2026-01-10T08:00:00.000Z',
              },
              {
                ...unobserved,
                type: 'group',
                groupId: GROUP,
                groupName: 'All of Sales',
                state: 'Error',
                error: 'CountViolation',
                disabledPlans: [],
                assignedAt: '2026-01-10T08:00:00.000Z',
              },
            ],
          },
        ],
      });
    });

    it('writes nothing where nothing changed', async () => {
      const { knex, stores } = await open(id);
      const users = [
        user(1, {
          assignments: [direct(E3), direct(E5, { assignedByGroup: GROUP })],
        }),
        user(2),
      ];
      expect(await storeRoster(stores, users)).toEqual({
        added: 2,
        changed: 0,
        unchanged: 0,
        gone: 0,
      });

      const writes: string[] = [];
      knex.on('query', ({ sql }: { sql: string }) => {
        if (/^\s*(insert|update|delete)/i.test(sql)) {
          writes.push(sql);
        }
      });
      // Microsoft may give the assignments in any order.
      users[0].assignments.reverse();
      expect(await storeRoster(stores, users, { at: LATER })).toEqual({
        added: 0,
        changed: 0,
        unchanged: 2,
        gone: 0,
      });
      expect(writes).toEqual([]);
    });

    it('writes what changed and replaces its assignments', async () => {
      const { stores } = await open(id);
      await storeRoster(stores, [user(1), user(2), user(3)]);
      expect(
        await storeRoster(stores, [
          user(1),
          user(2, { department: 'Support' }),
          user(3, { assignments: [direct(E5)] }),
          user(4),
        ]),
      ).toEqual({ added: 1, changed: 2, unchanged: 1, gone: 0 });
      expect((await get(stores, 2)).department).toBe('Support');
      expect((await get(stores, 3)).licenses.map(each => each.skuId)).toEqual([
        E5,
      ]);
    });

    it('takes an account that Microsoft gives twice once', async () => {
      const { stores } = await open(id);
      expect(
        await storeRoster(stores, [user(1), user(1, { department: 'Other' })]),
      ).toMatchObject({ added: 1, changed: 0, unchanged: 0 });
      expect((await get(stores, 1)).department).toBe('Other');
    });

    it('keeps the last sign-in when it was not read', async () => {
      const { stores } = await open(id);
      const signedIn = (day: string, overrides = {}) =>
        user(1, {
          lastSuccessfulSignInDateTime: `2026-11-${day}T07:00:00Z`,
          ...overrides,
        });
      await storeRoster(stores, [signedIn('10')]);
      expect(await storeRoster(stores, [signedIn('11')])).toMatchObject({
        changed: 1,
      });
      expect(
        await storeRoster(stores, [user(1)], { signIns: false }),
      ).toMatchObject({ unchanged: 1 });
      await storeRoster(stores, [user(1, { department: 'Support' })], {
        signIns: false,
      });
      expect(await get(stores, 1)).toMatchObject({
        department: 'Support',
        lastSignInAt: '2026-11-11T07:00:00.000Z',
      });
    });

    it('sets the deactivated date once and clears it (rule 1)', async () => {
      const { stores } = await open(id);
      await storeRoster(stores, [user(1)]);
      expect((await get(stores, 1)).deactivatedAt).toBeNull();
      const disabled = user(1, { accountEnabled: false });
      await storeRoster(stores, [disabled]);
      await storeRoster(stores, [{ ...disabled, jobTitle: 'Engineer' }], {
        at: LATER,
      });
      expect(await get(stores, 1)).toMatchObject({
        jobTitle: 'Engineer',
        deactivatedAt: AT.toISOString(),
      });
      await storeRoster(stores, [], { at: LATER });
      expect(await get(stores, 1)).toMatchObject({
        deactivatedAt: AT.toISOString(),
        deletedAt: LATER.toISOString(),
      });
      await storeRoster(stores, [user(1)]);
      expect(await get(stores, 1)).toMatchObject({
        deactivatedAt: null,
        deletedAt: null,
      });
    });

    it('marks only the unseen of this tenant as deleted, and revives them', async () => {
      const { stores } = await open(id);
      const users = Array.from({ length: 40 }, (_, index) => user(index));
      await storeRoster(stores, users);
      await storeRoster(stores, users, { tenant: 'fabrikam' });

      const seen = stores.accounts.startReading();
      await stores.accounts.storePage('contoso', users.slice(10), seen, {
        at: LATER,
        signIns: true,
      });
      expect(seen.size).toBe(30);
      expect(await stores.accounts.countUnseen('contoso', seen)).toEqual({
        known: 40,
        unseen: 10,
      });
      expect(
        await stores.accounts.markUnseenDeleted('contoso', seen, LATER),
      ).toBe(10);
      expect(await stores.accounts.counts('contoso')).toEqual({
        total: 30,
        enabled: 30,
        disabled: 0,
        guests: 0,
        licensed: 30,
        deleted: 10,
      });
      expect((await stores.accounts.counts('fabrikam')).deleted).toBe(0);
      expect(await listed(stores, { deleted: true, limit: 3 })).toHaveLength(
        10,
      );

      expect(await storeRoster(stores, users)).toMatchObject({
        added: 0,
        changed: 10,
        unchanged: 30,
      });
      expect((await stores.accounts.counts('contoso')).deleted).toBe(0);
    });

    it('leaves nothing behind when a page fails in the middle', async () => {
      const { knex, stores } = await open(id);
      await storeRoster(stores, [user(1), user(2)]);
      await knex.schema.alterTable('assignments', table => {
        table.renameColumn('state', 'gone');
      });
      const seen = stores.accounts.startReading();
      await expect(
        stores.accounts.storePage(
          'contoso',
          [user(1), user(2, { department: 'Support' }), user(3)],
          seen,
          { at: LATER, signIns: true },
        ),
      ).rejects.toThrow(/state/);
      await knex.schema.alterTable('assignments', table => {
        table.renameColumn('gone', 'state');
      });
      expect(seen.size).toBe(0);
      expect(await stores.accounts.counts('contoso')).toMatchObject({
        total: 2,
      });
      expect(await get(stores, 2)).toMatchObject({
        department: 'Sales',
        licenses: [{ skuId: E3 }],
      });
    });

    it('takes over one account at any time', async () => {
      const { stores } = await open(id);
      await storeRoster(stores, [user(1)]);
      await stores.accounts.storeUsers(
        'contoso',
        [user(1, { assignments: [] })],
        AT,
      );
      expect(await get(stores, 1)).toMatchObject({
        licenses: [],
        status: 'unlicensed',
      });
    });

    it('does not lock up when roster and report change the same accounts', async () => {
      const { stores } = await open(id);
      const users = Array.from({ length: 300 }, (_, index) => user(index));
      await storeRoster(stores, users);
      await Promise.all([
        storeRoster(
          stores,
          users.map(each => ({ ...each, department: 'Support' })),
        ),
        stores.activity.storeRows(
          'contoso',
          [...users]
            .reverse()
            .map(each =>
              activeUser(each.userPrincipalName, { teams: '2026-11-11' }),
            ),
          AT,
        ),
      ]);
      expect(await get(stores, 7)).toMatchObject({
        department: 'Support',
        lastActivityDate: '2026-11-11',
      });
    });
  });

  describe('lists', () => {
    const users = [
      user(1, {
        displayName: 'anna Álvarez',
        surname: 'Álvarez',
        department: null,
        assignments: [direct(E5)],
      }),
      user(2, { displayName: 'Bela 100%_x', department: 'IT', mail: null }),
      user(3, {
        displayName: 'Chen',
        surname: 'Zhao',
        department: 'it',
        accountEnabled: false,
      }),
      user(4, {
        displayName: 'Dora',
        department: 'Art',
        userType: 'guest',
        mail: 'Dora@Elsewhere.example',
        assignments: [],
        createdDateTime: null,
      }),
      user(5, {
        displayName: 'Chen',
        department: null,
        createdDateTime: '2026-11-20T00:00:00Z',
        assignments: [direct(E3, { lastUpdatedDateTime: null })],
      }),
    ];

    async function filled() {
      const opened = await open(id);
      await storeRoster(opened.stores, users);
      await storeRoster(opened.stores, [user(9)], { tenant: 'fabrikam' });
      await opened.stores.activity.storeRows(
        'contoso',
        [
          activeUser('PERSON1@contoso.example', { teams: '2026-11-11' }),
          activeUser('person2@contoso.example', { exchange: '2026-02-11' }),
        ],
        AT,
      );
      await opened.stores.activity.completeReport(
        'contoso',
        'activeUsers',
        '2026-11-19',
        AT,
        1,
      );
      await opened.stores.catalogGroups.replaceMembers(
        'contoso',
        [2, 5].map(number => ({
          accountId: idOf(number),
          groups: [TEAM],
          home: TEAM,
        })),
        AT,
      );
      return opened.stores;
    }

    it('sorts stably, empty values last, page by page', async () => {
      const stores = await filled();
      const [anna, bela, chen, dora] = [
        'anna Álvarez',
        'Bela 100%_x',
        'Chen',
        'Dora',
      ];
      for (const limit of [1, 2, 50]) {
        const sorted = (
          sort: AccountQuery['sort'],
          order: AccountQuery['order'],
        ) => listed(stores, { sort, order, limit });
        expect(await sorted('displayName', 'asc')).toEqual([
          anna,
          bela,
          chen,
          chen,
          dora,
        ]);
        expect(await sorted('displayName', 'desc')).toEqual([
          dora,
          chen,
          chen,
          bela,
          anna,
        ]);
        expect(await sorted('userPrincipalName', 'asc')).toEqual([
          anna,
          bela,
          chen,
          dora,
          chen,
        ]);
        expect(await sorted('department', 'asc')).toEqual([
          dora,
          bela,
          chen,
          anna,
          chen,
        ]);
        expect(await sorted('department', 'desc')).toEqual([
          chen,
          bela,
          dora,
          chen,
          anna,
        ]);
        expect(await sorted('lastActivityDate', 'asc')).toEqual([
          bela,
          anna,
          chen,
          dora,
          chen,
        ]);
        expect(await sorted('lastActivityDate', 'desc')).toEqual([
          anna,
          bela,
          chen,
          dora,
          chen,
        ]);
        expect(await sorted('createdAt', 'desc')).toEqual([
          chen,
          chen,
          bela,
          anna,
          dora,
        ]);
      }
    });

    it('filters, and counts what it filters', async () => {
      const stores = await filled();
      const cases: [Partial<AccountQuery>, number[]][] = [
        [{}, [1, 2, 3, 5, 4]],
        [{ text: 'ANNA' }, [1]],
        [{ text: 'álv' }, [1]],
        [{ text: 'ch' }, [3, 5]],
        [{ text: 'person4@' }, [4]],
        [{ text: 'dora@ELSE' }, [4]],
        [{ text: 'bela 100%' }, [2]],
        [{ text: 'bela 1%' }, []],
        [{ text: 'b_la' }, []],
        [{ status: 'active' }, [1]],
        [{ status: 'inactive' }, [2]],
        [{ status: 'neverActive' }, [3]],
        [{ status: 'inGrace' }, [5]],
        [{ status: 'unknown' }, []],
        [{ status: 'unlicensed' }, [4]],
        [{ status: 'inactive', inactiveAfterDays: 365 }, []],
        [{ skuId: E5 }, [1]],
        [{ skuId: E3, text: 'chen' }, [3, 5]],
        [{ department: 'IT' }, [2, 3]],
        [{ enabled: false }, [3]],
        [{ enabled: true, userType: 'guest' }, [4]],
        [{ deleted: true }, []],
        [{ visible: { department: ['IT'] } }, [2]],
        [{ visible: { not: { department: ['IT'] } } }, [1, 3, 5, 4]],
        [{ visible: { anyOf: [] } }, []],
        [{ visible: { allOf: [] } }, [1, 2, 3, 5, 4]],
        [{ visible: { country: [] } }, []],
        [{ visible: { groups: [TEAM] } }, [2, 5]],
        [{ visible: { not: { groups: [TEAM] } } }, [1, 3, 4]],
        [{ visible: { groups: [] } }, []],
        [{ visible: { groups: [TEAM] }, skuId: E3 }, [2, 5]],
        [
          { visible: { anyOf: [{ groups: [TEAM] }, { id: [idOf(4)] }] } },
          [2, 5, 4],
        ],
        [
          {
            visible: {
              anyOf: [
                { userPrincipalName: ['Person1@contoso.example'] },
                {
                  allOf: [{ country: ['Germany'] }, { department: ['Art'] }],
                },
              ],
            },
          },
          [1, 4],
        ],
      ];
      for (const [filter, numbers] of cases) {
        const page = await stores.accounts.list('contoso', {
          ...QUERY,
          ...filter,
        });
        expect({ filter, ids: page.items.map(item => item.id) }).toEqual({
          filter,
          ids: numbers.map(idOf),
        });
        expect(page.totalItems).toBe(numbers.length);
        const { status = expect.any(String) } = filter;
        expect(page.items.map(item => item.status)).toEqual(
          numbers.map(() => status),
        );
      }
    });

    it('refuses a cursor that is foreign or tampered with', async () => {
      const stores = await filled();
      const { nextCursor } = await stores.accounts.list('contoso', {
        ...QUERY,
        limit: 2,
      });
      if (!nextCursor) {
        throw new Error('No next page');
      }
      const [print, key, ...rest] = JSON.parse(
        Buffer.from(nextCursor, 'base64url').toString(),
      );
      const tampered = Buffer.from(
        JSON.stringify([print, `${key}x`, ...rest]),
      ).toString('base64url');
      for (const bad of [
        { cursor: nextCursor, sort: 'department' as const },
        { cursor: nextCursor, text: 'a' },
        { cursor: nextCursor, groups: ['group:default/team'] },
        { cursor: tampered },
        { cursor: 'no cursor' },
      ]) {
        await expect(
          stores.accounts.list('contoso', { ...QUERY, ...bad }),
        ).rejects.toThrow(InputError);
      }
      await expect(
        stores.accounts.list('fabrikam', { ...QUERY, cursor: nextCursor }),
      ).rejects.toThrow(/start again without a cursor/);
      const tomorrow = await stores.accounts.list('contoso', {
        ...QUERY,
        today: '2026-11-23',
        cursor: nextCursor,
      });
      expect(tomorrow.items).toHaveLength(3);
    });

    it('counts statuses of licensed accounts, and departments', async () => {
      const stores = await filled();
      expect(await stores.accounts.statusCounts('contoso', THRESHOLD)).toEqual([
        { status: 'active', accounts: 1 },
        { status: 'inactive', accounts: 1 },
        { status: 'neverActive', accounts: 1 },
        { status: 'inGrace', accounts: 1 },
        { status: 'unknown', accounts: 0 },
      ]);
      expect(await stores.accounts.departments('contoso')).toEqual([
        'Art',
        'IT',
      ]);
      expect(await stores.accounts.departments('nobody')).toEqual([]);
      const seen = (visible: AccountQuery['visible']) =>
        stores.accounts.departments('contoso', visible);
      expect(await seen({ groups: [TEAM] })).toEqual(['IT']);
      expect(await seen({ allOf: [] })).toEqual(['Art', 'IT']);
      expect(await seen({ groups: [] })).toEqual([]);
    });

    it('finds accounts by id, principal name and email', async () => {
      const stores = await filled();
      const found = async (key: string, visible?: AccountQuery['visible']) =>
        (await stores.accounts.get('contoso', key, { ...THRESHOLD, visible }))
          ?.account.displayName;
      expect(await found(idOf(4))).toBe('Dora');
      expect(await found('PERSON4@contoso.example')).toBe('Dora');
      expect(await found(idOf(4), { department: ['IT'] })).toBeUndefined();
      expect(await found(idOf(4), { groups: [TEAM] })).toBeUndefined();
      expect(await found(idOf(2), { groups: [TEAM] })).toBe('Bela 100%_x');
      expect(await found('nobody@contoso.example')).toBeUndefined();

      const matched = async (
        keys: Parameters<typeof stores.accounts.match>[1],
      ) =>
        (await stores.accounts.match('contoso', keys))
          .map(account => account.id)
          .sort();
      expect(await matched({ ids: [idOf(1), idOf(77)] })).toEqual([idOf(1)]);
      expect(
        await matched({ userPrincipalNames: ['Person2@contoso.example'] }),
      ).toEqual([idOf(2)]);
      expect(
        await matched({
          emails: [
            'person1@contoso.example',
            'person2@contoso.example',
            'dora@elsewhere.example',
          ],
        }),
      ).toEqual([idOf(1), idOf(4)]);
      expect(await matched({})).toEqual([]);
    });

    it('finds the present one of two accounts with a principal name', async () => {
      const stores = await filled();
      const heir = user(11, { userPrincipalName: 'person1@contoso.example' });
      await storeRoster(stores, [...users.slice(1), heir]);
      const found = await stores.accounts.get(
        'contoso',
        'person1@contoso.example',
        THRESHOLD,
      );
      expect(found?.account.id).toBe(idOf(11));
    });

    it('says which groups to name', async () => {
      const { stores } = await open(id);
      await storeRoster(stores, [
        user(1, { assignments: [direct(E3, { assignedByGroup: GROUP })] }),
      ]);
      expect(await stores.accounts.groupsToName('contoso', AT)).toEqual([
        GROUP,
      ]);
      await stores.accounts.nameGroup(
        'contoso',
        { id: GROUP, displayName: 'Sales' },
        AT,
      );
      expect(await stores.accounts.groupsToName('contoso', AT)).toEqual([]);
      expect(await stores.accounts.groupsToName('contoso', LATER)).toEqual([
        GROUP,
      ]);
      expect(await stores.accounts.groupName('contoso', GROUP)).toBe('Sales');
      expect(
        await stores.accounts.groupName('fabrikam', GROUP),
      ).toBeUndefined();
      await storeRoster(stores, [user(1)]);
      expect(await stores.accounts.groupsToName('contoso', LATER)).toEqual([]);
    });
  });
});
