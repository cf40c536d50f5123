import type { Entity } from '@backstage/catalog-model';
import {
  AT,
  direct,
  E3,
  storeRoster,
  testDatabases,
  user,
} from '../database/__testUtils__/records';
import type { Stores } from '../database/types';
import {
  groupEntity,
  testEvaluation,
  userEntity,
} from './__testUtils__/evaluation';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

describe.each(ids)('CatalogGroups on %s', id => {
  const refresh = async (stores: Stores, entities: Entity[]) => {
    const { catalogGroups, logger } = testEvaluation(stores, {
      now: () => AT,
      entities,
      tenants: ['contoso', 'fabrikam'],
    });
    await catalogGroups.refresh();
    expect(logger.warn).not.toHaveBeenCalled();
  };

  it('names groups as people see them, below the first of their parents', async () => {
    const { stores } = await open(id);
    const above = groupEntity('above', { displayName: 'Above all' });
    await refresh(stores, [
      {
        ...above,
        // As an add-on may leave it: told by the parent alone.
        relations: [{ type: 'parentOf', targetRef: 'Group:Default/Titled' }],
      },
      {
        ...groupEntity('titled'),
        metadata: { name: 'titled', namespace: 'default', title: 'A title' },
      },
      groupEntity('plain', { childOf: ['titled', 'above', 'gone'] }),
      groupEntity('circle', { childOf: ['circle'] }),
    ]);
    expect(await stores.catalogGroups.groups()).toEqual([
      { ref: 'group:default/above', parent: null, displayName: 'Above all' },
      { ref: 'group:default/circle', parent: null, displayName: 'circle' },
      {
        ref: 'group:default/plain',
        parent: 'group:default/above',
        displayName: 'plain',
      },
      {
        ref: 'group:default/titled',
        parent: 'group:default/above',
        displayName: 'A title',
      },
    ]);
  });

  it('finds the accounts of users as their cards do, in every tenant', async () => {
    const { stores } = await open(id);
    const people = Array.from({ length: 6 }, (_, number) =>
      user(number, { assignments: [direct(E3)] }),
    );
    await storeRoster(stores, people);
    await storeRoster(stores, people, { tenant: 'fabrikam' });
    const [, byId, byName, byEmail, twice] = people;
    await refresh(stores, [
      groupEntity('a'),
      groupEntity('b'),
      userEntity('by-id', {
        annotations: {
          'graph.microsoft.com/user-id': byId.id.toUpperCase(),
          'graph.microsoft.com/tenant-id': 'DIRECTORY-contoso',
        },
        // The id decides.
        email: byEmail.mail ?? undefined,
        memberOf: ['a'],
      }),
      userEntity('by-name', {
        annotations: {
          'microsoft365.com/user-principal-name':
            byName.userPrincipalName.toUpperCase(),
        },
        memberOf: ['b', 'no-such-group'],
      }),
      userEntity('by-email', { email: byEmail.mail?.toUpperCase() }),
      userEntity('z-later', {
        email: twice.mail ?? undefined,
        memberOf: ['b'],
      }),
      userEntity('first', { email: twice.mail ?? undefined, memberOf: ['a'] }),
      userEntity('last', { email: twice.mail ?? undefined, memberOf: ['b'] }),
      userEntity('stranger', { email: 'stranger@elsewhere.example' }),
    ]);
    const homes = async (tenant: string) => {
      const found: [string, boolean, string | null][] = [];
      for await (const batch of stores.evaluation.accounts(tenant, {
        deletedSince: '2026-11-01',
      })) {
        found.push(
          ...batch.map((account): [string, boolean, string | null] => [
            account.id,
            account.inCatalog,
            account.homeGroup,
          ]),
        );
      }
      return found;
    };
    const [nobody, , , , , last] = people;
    const others: [string, boolean, string | null][] = [
      [byName.id, true, 'group:default/b'],
      [byEmail.id, true, null],
      [twice.id, true, 'group:default/a'],
      [last.id, false, null],
    ];
    expect(await homes('contoso')).toEqual([
      [nobody.id, false, null],
      [byId.id, true, 'group:default/a'],
      ...others,
    ]);
    expect(await homes('fabrikam')).toEqual([
      [nobody.id, false, null],
      [byId.id, false, null],
      ...others,
    ]);
  });
});
