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

  it('knows whether an account is in a group that somebody owns', async () => {
    // Kim is in a group below the one that Olivia owns.
    expect(await owners.owns(TENANT, idOf(4), [OLIVIA])).toBe(true);
    expect(await owners.owns(TENANT, idOf(1), [OLIVIA])).toBe(false);
    expect(await owners.owns(TENANT, idOf(1), [NOAH, LEADS])).toBe(true);
    expect(await owners.owns(TENANT, idOf(1), [NOAH])).toBe(false);
    expect(await owners.owns('other', idOf(4), [OLIVIA])).toBe(false);
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
