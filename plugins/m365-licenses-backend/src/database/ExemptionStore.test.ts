import {
  E3,
  idOf,
  storeRoster,
  testDatabases,
  user,
} from './__testUtils__/records';
import type { ActiveExemption, Stores } from './types';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const OLIVIA = 'user:default/olivia';

describe.each(ids)('ExemptionStore on %s', databaseId => {
  let stores: Stores;

  const create = (
    overrides?: Partial<ActiveExemption>,
    at = '2026-11-20T10:00:00.000Z',
    tenant = 'contoso',
  ) =>
    stores.exemptions.create(
      tenant,
      {
        accountId: null,
        group: null,
        skuId: E3,
        reason: 'Break-glass',
        owner: OLIVIA,
        expiresOn: null,
        ...overrides,
      },
      { createdBy: 'user:default/noah', at: new Date(at) },
    );

  beforeEach(async () => {
    ({ stores } = await open(databaseId));
    await storeRoster(stores, [user(1)]);
  });

  it('keeps what was entered, with the name of the account', async () => {
    const stored = await create({
      accountId: idOf(1),
      group: null,
      expiresOn: '2027-01-01',
    });
    expect(stored).toEqual({
      id: expect.any(String),
      account: {
        id: idOf(1),
        userPrincipalName: 'person1@contoso.example',
        displayName: 'Person 1',
      },
      group: null,
      skuId: E3,
      reason: 'Break-glass',
      owner: OLIVIA,
      expiresOn: '2027-01-01',
      createdBy: 'user:default/noah',
      createdAt: '2026-11-20T10:00:00.000Z',
    });
    expect(await stores.exemptions.list('contoso', { limit: 5 })).toEqual({
      items: [stored],
      totalItems: 1,
    });
  });

  it('holds until the day on which it ends', async () => {
    const { id } = await create({ expiresOn: '2026-12-01' });
    const { id: open1 } = await create({}, '2026-11-21T10:00:00.000Z');
    const activeOn = async (today: string) =>
      (await stores.exemptions.active('contoso', today)).map(each => each.id);
    expect(await activeOn('2026-11-30')).toEqual([id, open1]);
    expect(await activeOn('2026-12-01')).toEqual([open1]);
    expect(
      await stores.exemptions.active('contoso', '2026-11-30'),
    ).toContainEqual({
      id,
      accountId: null,
      group: null,
      skuId: E3,
      reason: 'Break-glass',
      owner: OLIVIA,
      expiresOn: '2026-12-01',
    });
    // An expired one stays in the list.
    const { totalItems } = await stores.exemptions.list('contoso', {
      limit: 1,
    });
    expect(totalItems).toBe(2);
  });

  it('lists the newest first, page by page', async () => {
    const made: string[] = [];
    for (const day of ['18', '19', '19', '20', '21']) {
      made.push((await create({}, `2026-11-${day}T10:00:00.000Z`)).id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await stores.exemptions.list('contoso', {
        limit: 2,
        cursor,
      });
      expect(page.totalItems).toBe(5);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    const [first, ...same] = [made[0], made[1], made[2]];
    expect(seen).toEqual([made[4], made[3], ...same.sort().reverse(), first]);
  });

  it('ends one, once, and only in its tenant', async () => {
    const { id } = await create({ skuId: null, group: 'group:default/berlin' });
    expect(await stores.exemptions.remove('fabrikam', id)).toBeUndefined();
    expect(await stores.exemptions.remove('contoso', id)).toMatchObject({
      id,
      account: null,
      group: 'group:default/berlin',
    });
    expect(await stores.exemptions.remove('contoso', id)).toBeUndefined();
    expect(await stores.exemptions.active('contoso', '2026-11-22')).toEqual([]);
  });
});
