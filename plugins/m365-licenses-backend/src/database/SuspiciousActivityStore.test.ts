import type { SuspiciousActivity } from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { suspicionOf } from '../insights/suspicion';
import type { Stores, SuspiciousActivityQuery } from './types';
import {
  activeUser,
  AT,
  emailApp,
  idOf,
  storeRoster,
  testDatabases,
  user,
} from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

const LATER = new Date('2026-11-23T10:00:00.000Z');

/** What an evaluation stores of every account, by what the database has of it. */
async function evaluate(stores: Stores, knex: Knex, at = AT) {
  const rows = await knex('accounts').where({ tenant: 'contoso' });
  await stores.suspicious.storeFor(
    'contoso',
    rows.map(row => {
      const account = {
        number: row.number,
        id: row.id,
        userType: row.user_type,
        enabled: Boolean(row.enabled),
        deleted: Boolean(row.deleted),
        deactivatedAt: row.deactivated_at,
        deletedAt: row.deleted_at,
        lastActivityDate: row.last_activity_date,
        inCatalog: true,
      };
      return {
        account,
        cause: suspicionOf(account, { outsideCatalog: false }),
      };
    }),
    at,
  );
}

const name = (number: number) => `person${number}@contoso.example`;

/**
 * A stranger, a disabled account, two that are gone, a guest, and one in order;
 * everybody was active, each on another day.
 */
async function fill(stores: Stores, knex: Knex) {
  const early = new Date('2026-11-01T10:00:00.000Z');
  const guest = user(4, { userType: 'guest', surname: 'Visitor' });
  const everybody = [user(1), user(2), user(3), guest, user(5)];
  await storeRoster(stores, everybody, { at: early });
  await storeRoster(
    stores,
    [user(1, { accountEnabled: false }), guest, user(5)],
    { at: early },
  );
  await stores.activity.storeRows(
    'contoso',
    [
      activeUser(name(1), { teams: '2026-11-11', yammer: '2026-11-02' }),
      activeUser(name(2), { teams: '2026-11-12' }, { isDeleted: true }),
      activeUser(name(3), { teams: '2026-10-31' }, { isDeleted: true }),
      activeUser(name(4), { teams: '2026-11-14' }),
      activeUser(name(5), { teams: '2026-11-15' }),
      activeUser(
        'stranger@contoso.example',
        { teams: '2026-11-13' },
        {
          displayName: 'Odd One',
        },
      ),
    ],
    AT,
  );
  await evaluate(stores, knex);
}

describe.each(ids)('SuspiciousActivityStore on %s', id => {
  it('lists rows and accounts by their cause, the newest activity first', async () => {
    const { knex, stores } = await open(id);
    await fill(stores, knex);
    const list = (query: Partial<SuspiciousActivityQuery> = {}) =>
      stores.suspicious.list('contoso', { limit: 50, ...query });
    const { items, totalItems } = await list();
    expect(totalItems).toBe(4);
    expect(
      items.map(each => [
        each.userPrincipalName,
        each.type,
        each.cause,
        each.lastActivityDate,
      ]),
    ).toEqual([
      [name(4), 'unrecognized', 'guest', '2026-11-14'],
      ['stranger@contoso.example', 'unknown', 'noAccount', '2026-11-13'],
      [name(2), 'unauthorized', 'deleted', '2026-11-12'],
      [name(1), 'unauthorized', 'disabled', '2026-11-11'],
    ]);
    expect(items[3]).toMatchObject({
      accountId: idOf(1),
      displayName: 'Person 1',
      deactivatedAt: '2026-11-01T10:00:00.000Z',
      reportRefreshDate: '2026-11-19',
      firstSeenAt: AT.toISOString(),
      recognition: null,
    });
    expect(
      items[3].services.filter(each => each.lastActivityDate !== null),
    ).toEqual([
      {
        service: 'teams',
        lastActivityDate: '2026-11-11',
        reportRefreshDate: '2026-11-19',
      },
      {
        service: 'yammer',
        lastActivityDate: '2026-11-02',
        reportRefreshDate: '2026-11-19',
      },
    ]);
    expect(items[1]).toMatchObject({ accountId: null, deactivatedAt: null });
    expect(new Set(items.map(each => each.id)).size).toBe(4);

    const cases: [Partial<SuspiciousActivityQuery>, number[]][] = [
      [{ type: 'unauthorized' }, [2, 3]],
      [{ type: 'unknown' }, [1]],
      [{ type: 'recognized' }, []],
      [{ text: 'PERSON' }, [0, 2, 3]],
      [{ text: 'person', type: 'unrecognized' }, [0]],
      [{ text: 'visitor' }, [0]],
      [{ text: 'odd' }, [1]],
      [{ text: 'Stranger@' }, [1]],
      [{ text: 'ranger' }, []],
    ];
    for (const [filter, places] of cases) {
      for (const limit of [1, 50]) {
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await list({ ...filter, limit, cursor });
          expect(page.totalItems).toBe(places.length);
          found.push(...page.items.map(item => item.id));
          cursor = page.nextCursor;
        } while (cursor);
        expect({ filter, found }).toEqual({
          filter,
          found: places.map(place => items[place].id),
        });
      }
    }
    expect(await stores.suspicious.types('contoso')).toEqual([
      { type: 'unknown', rows: 1 },
      { type: 'unauthorized', rows: 2 },
      { type: 'unrecognized', rows: 1 },
      { type: 'recognized', rows: 0 },
    ]);
  });

  it('follows its accounts, and writes nothing where nothing changed', async () => {
    const { knex, stores } = await open(id);
    await fill(stores, knex);
    const stored = () =>
      knex('suspicious_activities').whereNotNull('account').orderBy('id');
    const before = await stored();
    const writes: string[] = [];
    knex.on('query', ({ sql }: { sql: string }) => {
      if (/^\s*(insert|update|delete)/i.test(sql)) {
        writes.push(sql);
      }
    });
    await evaluate(stores, knex, LATER);
    expect(writes).toEqual([]);

    // One is active again, the guest becomes a member, the disabled one is back.
    await stores.activity.storeRows(
      'contoso',
      [activeUser(name(2), { teams: '2026-11-20' }, { isDeleted: true })],
      AT,
    );
    await storeRoster(stores, [user(1), user(4), user(5)]);
    await evaluate(stores, knex, LATER);
    const [left, ...others] = await stored();
    expect(others).toEqual([]);
    expect(left).toEqual({
      ...before.find(row => row.last_activity_date === '2026-11-12'),
      last_activity_date: '2026-11-20',
    });
    // Other accounts of the batch do not touch report rows.
    expect(
      (await stores.suspicious.list('contoso', { limit: 9 })).totalItems,
    ).toBe(2);
  });

  describe('recognition', () => {
    const NOTE = {
      note: 'Shared mailbox of the works council',
      by: 'user:default/olivia',
      at: LATER,
    };

    async function enter() {
      const { knex, stores } = await open(id);
      await fill(stores, knex);
      const of = async (cause: SuspiciousActivity['cause']) => {
        const { items } = await stores.suspicious.list('contoso', {
          limit: 50,
        });
        const found = items.find(each => each.cause === cause);
        if (!found) {
          throw new Error(`No activity is suspicious for ${cause}`);
        }
        return found;
      };
      return { knex, stores, of };
    }

    it('is kept with who said so and why, until it is taken back', async () => {
      const { stores, of } = await enter();
      for (const cause of ['noAccount', 'disabled', 'guest'] as const) {
        const before = await of(cause);
        const after = await stores.suspicious.recognize(
          'contoso',
          before.id,
          NOTE,
        );
        expect(after).toEqual({
          ...before,
          type: 'recognized',
          recognition: {
            note: NOTE.note,
            by: NOTE.by,
            at: NOTE.at.toISOString(),
          },
        });
        expect(await of(cause)).toEqual(after);
      }
      expect(await stores.suspicious.types('contoso')).toEqual([
        { type: 'unknown', rows: 0 },
        { type: 'unauthorized', rows: 1 },
        { type: 'unrecognized', rows: 0 },
        { type: 'recognized', rows: 3 },
      ]);
      const { id: guest } = await of('guest');
      const note = 'A supplier';
      expect(
        await stores.suspicious.recognize('contoso', guest, { ...NOTE, note }),
      ).toMatchObject({ type: 'recognized', recognition: { note } });
      for (const _ of ['first', 'again']) {
        expect(
          await stores.suspicious.unrecognize('contoso', guest),
        ).toMatchObject({ type: 'unrecognized', recognition: null });
      }
    });

    it('is of one tenant, and of what is listed', async () => {
      const { stores, of } = await enter();
      const guest = await of('guest');
      for (const [tenant, wanted] of [
        ['fabrikam', guest.id],
        ['contoso', 'nothing'],
      ]) {
        expect(
          await stores.suspicious.recognize(tenant, wanted, NOTE),
        ).toBeUndefined();
        expect(
          await stores.suspicious.unrecognize(tenant, wanted),
        ).toBeUndefined();
      }
      expect(await of('guest')).toEqual(guest);
    });

    it('holds while activity goes on for the same cause', async () => {
      const { knex, stores, of } = await enter();
      const { id: disabled } = await of('disabled');
      const { id: stranger } = await of('noAccount');
      for (const each of [disabled, stranger]) {
        await stores.suspicious.recognize('contoso', each, NOTE);
      }
      await stores.activity.storeRows(
        'contoso',
        [
          activeUser(name(1), { teams: '2026-11-20' }),
          activeUser('stranger@contoso.example', { teams: '2026-11-20' }),
        ],
        AT,
      );
      await evaluate(stores, knex, LATER);
      for (const cause of ['disabled', 'noAccount'] as const) {
        expect(await of(cause)).toMatchObject({
          type: 'recognized',
          lastActivityDate: '2026-11-20',
          recognition: { by: NOTE.by },
        });
      }

      // A report without the row forgets it; who it is stays known.
      await stores.activity.completeReport(
        'contoso',
        'activeUsers',
        '2026-11-25',
        AT,
        6,
      );
      await expect(of('noAccount')).rejects.toThrow('noAccount');
      await stores.activity.storeRows(
        'contoso',
        [activeUser('stranger@contoso.example', { teams: '2026-11-24' })],
        LATER,
      );
      expect(await of('noAccount')).toMatchObject({
        id: stranger,
        type: 'recognized',
      });
    });

    it('ends when the cause is another one, or gone', async () => {
      const { knex, stores, of } = await enter();
      const { id: disabled } = await of('disabled');
      await stores.suspicious.recognize('contoso', disabled, NOTE);
      await storeRoster(stores, [user(4, { userType: 'guest' }), user(5)]);
      await stores.activity.storeRows(
        'contoso',
        [activeUser(name(1), { teams: '2026-11-25' }, { isDeleted: true })],
        AT,
      );
      await evaluate(stores, knex, LATER);
      const { items } = await stores.suspicious.list('contoso', { limit: 50 });
      expect(items.find(each => each.id === disabled)).toMatchObject({
        type: 'unauthorized',
        cause: 'deleted',
        recognition: null,
      });

      // In order for a while: the next time is a new one.
      const { id: guest } = await of('guest');
      await stores.suspicious.recognize('contoso', guest, NOTE);
      const others = [user(5)];
      await storeRoster(stores, [user(4), ...others]);
      await evaluate(stores, knex, LATER);
      await storeRoster(stores, [user(4, { userType: 'guest' }), ...others]);
      await evaluate(stores, knex, LATER);
      expect(await of('guest')).toMatchObject({
        id: guest,
        type: 'unrecognized',
        recognition: null,
      });
    });
  });

  it('keeps rows that match nobody apart (rule 8)', async () => {
    const { stores } = await open(id);
    await storeRoster(stores, [user(1)]);
    const rows = [
      activeUser('Stranger@contoso.example', { teams: '2026-11-10' }),
      emailApp('stranger@contoso.example', '2026-11-12', {
        displayName: 'Stranger',
      }),
      activeUser('other@contoso.example', { yammer: '2026-11-11' }),
      activeUser('idle@contoso.example', {}),
      activeUser(
        'gone@contoso.example',
        { teams: '2026-11-10' },
        { isDeleted: true },
      ),
      activeUser('(Unknown)', { teams: '2026-11-10' }),
    ];
    expect(await stores.activity.storeRows('contoso', rows, AT)).toMatchObject({
      unmatched: 6,
    });
    const first = await stores.suspicious.list('contoso', { limit: 1 });
    expect(first).toMatchObject({
      totalItems: 2,
      items: [
        {
          userPrincipalName: 'Stranger@contoso.example',
          displayName: 'Stranger',
          type: 'unknown',
          lastActivityDate: '2026-11-12',
          reportRefreshDate: '2026-11-19',
          firstSeenAt: AT.toISOString(),
        },
      ],
    });
    const names = async () =>
      (await stores.suspicious.list('contoso', { limit: 50 })).items.map(
        item => [item.userPrincipalName, item.lastActivityDate],
      );
    const second = await stores.suspicious.list('contoso', {
      limit: 1,
      cursor: first.nextCursor,
    });
    expect(second.items[0].userPrincipalName).toBe('other@contoso.example');
    expect(second.nextCursor).toBeUndefined();

    // The next active user report has neither: one is still in the other report.
    const complete = (refreshDate: string, count: number) =>
      stores.activity.completeReport(
        'contoso',
        'activeUsers',
        refreshDate,
        AT,
        count,
      );
    await complete('2026-11-19', 6);
    expect(await names()).toHaveLength(2);
    // One that suddenly lacks rows says nothing of who is not in it.
    await complete('2026-11-20', 4);
    expect(await names()).toHaveLength(2);
    await complete('2026-11-20', 5);
    expect(await names()).toEqual([['Stranger@contoso.example', '2026-11-12']]);

    // The roster learns of the account, and the next report matches it.
    await storeRoster(stores, [
      user(1),
      user(2, { userPrincipalName: 'stranger@contoso.example' }),
    ]);
    await stores.activity.storeRows('contoso', rows.slice(0, 1), AT);
    expect(await names()).toEqual([]);
  });

  it('finds activity under concealed names and purges only that (rule 9)', async () => {
    const { stores } = await open(id);
    const { activity, suspicious } = stores;
    const none = { rows: 0, firstSeenAt: null, lastReportDate: null };
    expect(await suspicious.concealed('contoso')).toEqual(none);
    expect(await suspicious.purgeConcealed('contoso')).toEqual(none);

    const hash = '0C59B7D0A5A6F4B7E0D63A8E3D5D5F3A';
    const teams = { teams: '2026-11-10' };
    await activity.storeRows(
      'contoso',
      [
        activeUser('<PII:H105(x7Jb/w==)>', teams),
        activeUser('stranger@contoso.example', teams),
      ],
      AT,
    );
    await activity.storeRows(
      'contoso',
      [
        emailApp(hash, '2026-11-12', { reportRefreshDate: '2026-11-20' }),
        activeUser(hash.toLowerCase().replace('0', 'o'), teams),
      ],
      new Date('2026-11-23T10:00:00.000Z'),
    );
    await activity.storeRows('fabrikam', [activeUser(hash, teams)], AT);
    const found = {
      rows: 2,
      firstSeenAt: AT.toISOString(),
      lastReportDate: '2026-11-20',
    };
    // All connections are open after this, so that the purges meet.
    const callers = Array.from({ length: 8 });
    expect(
      await Promise.all(callers.map(() => suspicious.concealed('contoso'))),
    ).toEqual(callers.map(() => found));

    // Asked for by several at once, each row is removed by one of them.
    const purges = await Promise.all(
      callers.map(() => suspicious.purgeConcealed('contoso')),
    );
    expect(purges.filter(({ rows }) => rows > 0)).toEqual([found]);
    expect(await suspicious.concealed('contoso')).toEqual(none);
    const left = await suspicious.list('contoso', { limit: 5 });
    expect(left.items.map(row => row.userPrincipalName).sort()).toEqual([
      hash.toLowerCase().replace('0', 'o'),
      'stranger@contoso.example',
    ]);
    expect(await suspicious.concealed('fabrikam')).toMatchObject({ rows: 1 });
  });
});
