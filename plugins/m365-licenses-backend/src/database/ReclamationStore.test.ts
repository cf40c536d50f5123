import { ConflictError } from '@backstage/errors';
import type { StoredReclamation } from './types';
import { AT, E3, E5, GROUP, testDatabases } from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const minutesLater = (minutes: number) =>
  new Date(AT.getTime() + minutes * 60_000);

function plan(id: string, createdAt = AT): StoredReclamation {
  return {
    id,
    tenant: 'contoso',
    user: {
      id: 'u',
      userPrincipalName: 'maya@contoso.example',
      displayName: 'Maya',
    },
    reason: 'left the company',
    createdBy: 'user:default/olivia',
    createdAt: createdAt.toISOString(),
    finishedAt: null,
    items: [E5, E3].map((skuId, index) => ({
      id: `${id}-${index}`,
      skuId,
      path: {
        skuId,
        disabledPlans: [E3],
        state: 'Active',
        error: null,
        groupId: index ? GROUP : null,
        groupName: index ? 'Sales' : null,
        assignedAt: AT.toISOString(),
      },
      outcome: index ? 'inheritedFromGroup' : 'planned',
      message: 'Would be removed',
      requestId: null,
      startedAt: null,
      finishedAt: null,
    })),
  };
}

describe.each(ids)('ReclamationStore on %s', id => {
  it('gives back what was stored', async () => {
    const { stores } = await open(id);
    const { reclamations } = stores;
    expect(await reclamations.create(plan('a'))).toEqual({
      reclamation: plan('a'),
      created: true,
    });
    expect(await reclamations.get('contoso', 'a')).toEqual(plan('a'));
    expect(await reclamations.get('fabrikam', 'a')).toBeUndefined();
  });

  it('makes one plan for one idempotency key, also at once', async () => {
    const { stores } = await open(id);
    const { reclamations } = stores;
    const key = { key: 'k', requestHash: 'h' };
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map(each => reclamations.create(plan(each), key)),
    );
    const created = results.filter(result => result.created);
    expect(created).toHaveLength(1);
    for (const { reclamation } of results) {
      expect(reclamation).toEqual(created[0].reclamation);
    }
    expect(await reclamations.list('contoso', { limit: 5 })).toMatchObject({
      totalItems: 1,
    });

    await expect(
      reclamations.create(plan('e'), { key: 'k', requestHash: 'other' }),
    ).rejects.toThrow(ConflictError);
    const another = { ...plan('f'), createdBy: 'user:default/tom' };
    expect(await reclamations.create(another, key)).toMatchObject({
      created: true,
    });
  });

  it('stores no plan without its items', async () => {
    const { stores } = await open(id);
    const { reclamations } = stores;
    const broken = plan('a');
    broken.items[1].id = broken.items[0].id;
    await expect(reclamations.create(broken)).rejects.toThrow(/unique/i);
    expect(await reclamations.get('contoso', 'a')).toBeUndefined();
  });

  it('lets one holder work on it at a time', async () => {
    const { stores } = await open(id);
    const { reclamations } = stores;
    await reclamations.create(plan('a'));
    const claim = (holder: string, minute: number) =>
      reclamations.claim(
        'a',
        holder,
        minutesLater(minute),
        minutesLater(minute - 5),
      );
    const claims = await Promise.all([claim('one', 0), claim('two', 0)]);
    expect(claims.filter(Boolean)).toHaveLength(1);
    const [holder, other] = claims[0] ? ['one', 'two'] : ['two', 'one'];
    expect(await claim(holder, 4)).toBe(true);
    expect(await claim(other, 8)).toBe(false);
    expect(await claim(other, 10)).toBe(true);
    await reclamations.release('a', holder);
    expect(await claim(holder, 11)).toBe(false);
    await reclamations.release('a', other);
    expect(await claim(holder, 11)).toBe(true);
  });

  it('records what happened', async () => {
    const { stores } = await open(id);
    const { reclamations } = stores;
    await reclamations.create(plan('a'));
    await reclamations.markRunning(['a-0'], minutesLater(1));
    await reclamations.recordOutcomes(
      [
        {
          itemId: 'a-0',
          outcome: 'reclaimed',
          message: 'Taken back',
          requestId: 'r',
        },
      ],
      minutesLater(2),
    );
    await reclamations.finish('a', minutesLater(3));
    await reclamations.finish('a', minutesLater(9));
    const [first, second] = plan('a').items;
    expect(await reclamations.get('contoso', 'a')).toEqual({
      ...plan('a'),
      finishedAt: minutesLater(3).toISOString(),
      items: [
        {
          ...first,
          outcome: 'reclaimed',
          message: 'Taken back',
          requestId: 'r',
          startedAt: minutesLater(1).toISOString(),
          finishedAt: minutesLater(2).toISOString(),
        },
        second,
      ],
    });
  });

  it('lists the newest first, page by page', async () => {
    const { stores } = await open(id);
    const { reclamations } = stores;
    for (const [index, each] of ['a', 'b', 'c'].entries()) {
      await reclamations.create(plan(each, minutesLater(index)));
    }
    const first = await reclamations.list('contoso', { limit: 2 });
    const rest = await reclamations.list('contoso', {
      limit: 2,
      cursor: first.nextCursor,
    });
    expect([...first.items, ...rest.items]).toEqual([
      plan('c', minutesLater(2)),
      plan('b', minutesLater(1)),
      plan('a'),
    ]);
  });
});
