import { mockServices } from '@backstage/backend-test-utils';
import { idOf, testDatabases } from '../database/__testUtils__/records';
import { TENANT } from '../evaluation/__testUtils__/evaluation';
import { campaignWorld, NOAH, OLIVIA } from './__testUtils__/campaign';
import { GroupOwners } from './GroupOwners';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const LEADS = 'group:default/leads';

describe.each(ids)('GroupOwners on %s', databaseId => {
  let owners: GroupOwners;

  beforeEach(async () => {
    const { stores } = await open(databaseId);
    const { catalog } = await campaignWorld(stores);
    owners = GroupOwners.create({
      catalog,
      auth: mockServices.auth(),
      stores,
    });
  });

  it('finds the groups that somebody owns by annotation or relation, with those below', async () => {
    expect((await owners.groupsOf([OLIVIA])).sort()).toEqual([
      'group:default/platform',
      'group:default/tech',
    ]);
    expect(
      (await owners.groupsOf([NOAH, 'Group:default/Leads'])).sort(),
    ).toEqual([
      'group:default/design',
      'group:default/platform',
      'group:default/tech',
    ]);
    // To be in a group is not to own it.
    expect(await owners.groupsOf([NOAH, 'group:default/design'])).toEqual([]);
    expect(await owners.groupsOf([])).toEqual([]);
  });

  it('knows which accounts are in a group that somebody owns', async () => {
    // Kim is in a group below the one that Olivia owns.
    const all = [1, 2, 3, 4, 5].map(idOf);
    expect(await owners.ownedAmong(TENANT, all, [OLIVIA])).toEqual([idOf(4)]);
    expect(
      (await owners.ownedAmong(TENANT, all, [NOAH, LEADS])).sort(),
    ).toEqual([idOf(1), idOf(4)]);
    expect(await owners.ownedAmong(TENANT, [idOf(1)], [OLIVIA])).toEqual([]);
    expect(await owners.ownedAmong(TENANT, all, [NOAH])).toEqual([]);
    expect(await owners.ownedAmong(TENANT, [], [OLIVIA])).toEqual([]);
    expect(await owners.ownedAmong('other', all, [OLIVIA])).toEqual([]);
  });

  it('names the people who own groups, and members of groups that do', async () => {
    expect(
      await owners.peopleOwning([
        'group:default/tech',
        'group:default/platform',
        'group:default/design',
        'group:default/gone',
      ]),
    ).toEqual(
      new Map([
        ['group:default/tech', [OLIVIA, NOAH]],
        ['group:default/platform', []],
        ['group:default/design', [NOAH]],
      ]),
    );
  });
});
