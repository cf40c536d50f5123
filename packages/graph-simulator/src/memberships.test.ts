import { GraphClient } from './__testUtils__/GraphClient';
import {
  Account,
  CAST,
  DEFAULT_ROLES,
  LICENSE_GROUPS,
  PRODUCTS,
  Simulator,
  startSimulator,
} from './index';

const { VISIOCLIENT, PROJECTPROFESSIONAL } = PRODUCTS;
const LUCAS = 'lucas.moreau@contoso.example';
const MAYA = 'maya.lindqvist@contoso.example';
const CLARA = 'clara.hoffmann@contoso.example';

describe('groups that grant licenses', () => {
  let simulator: Simulator;
  let client: GraphClient;

  beforeEach(async () => {
    simulator = await startSimulator({
      accounts: 300,
      roles: [...DEFAULT_ROLES, 'GroupMember.ReadWrite.All'],
    });
    client = new GraphClient(simulator);
  });
  afterEach(() => simulator.stop());

  const idOf = (user: string) => simulator.tenant.get(user).id;
  const reference = (user: string) =>
    GraphClient.json({
      '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${user}`,
    });
  const add = (group: string, user: string) =>
    client.fetch(`/groups/${group}/members/$ref`, reference(user));
  const remove = (group: string, user: string) =>
    client.fetch(`/groups/${group}/members/${user}/$ref`, { method: 'DELETE' });
  const refusal = async (response: Response) => {
    const { error } = await response.json();
    return [response.status, error.code, error.message];
  };
  const granted = (user: string, group: string) =>
    simulator.tenant
      .get(user)
      .assignments.filter(a => a.assignedByGroup === group);
  const freeSeat = (sku: typeof VISIOCLIENT | typeof PROJECTPROFESSIONAL) => {
    const subscription = simulator.tenant.subscriptions.find(
      ({ skuId }) => skuId === sku.skuId,
    );
    simulator.tenant.updateSubscription(subscription!.id, {
      totalLicenses: 1_000,
    });
  };

  describe('owners', () => {
    it('are people, with the properties asked for', async () => {
      const { value } = await client.get(
        `/groups/${LICENSE_GROUPS.finance.id}/owners?$select=id,displayName`,
      );
      expect(value).toEqual([
        {
          '@odata.type': '#microsoft.graph.user',
          id: CAST[0].id,
          displayName: 'Robin Sommer',
        },
        {
          '@odata.type': '#microsoft.graph.user',
          id: idOf(CLARA),
          displayName: 'Clara Hoffmann',
        },
      ]);
    });

    it('are there in another tenant too, and gone when they leave', async () => {
      const other = await startSimulator({
        accounts: 30,
        domain: 'fabrikam.example',
      });
      try {
        const reader = new GraphClient(other);
        const [{ id, ownerIds }] = other.tenant.groups;
        const owners = async () =>
          (await reader.get(`/groups/${id}/owners`)).value.map(o => o.id);
        expect(await owners()).toEqual(ownerIds);
        expect(ownerIds).toHaveLength(1);
        other.tenant.remove(ownerIds[0]);
        expect(await owners()).toEqual([]);
      } finally {
        await other.stop();
      }
    });

    it('need a permission and a group', async () => {
      expect(await client.refusal('/groups/none/owners')).toEqual([
        404,
        'Request_ResourceNotFound',
        expect.any(String),
      ]);
      simulator.faults.denyRole('GroupMember.Read.All');
      simulator.faults.denyRole('GroupMember.ReadWrite.All');
      expect(
        (
          await client.refusal(`/groups/${LICENSE_GROUPS.finance.id}/owners`)
        ).slice(0, 2),
      ).toEqual([403, 'Authorization_RequestDenied']);
    });
  });

  describe('members', () => {
    const { id: visio } = LICENSE_GROUPS.visio;

    it('get and lose what the group grants, and a seat with it', async () => {
      freeSeat(VISIOCLIENT);
      const seats = () => simulator.tenant.sku(VISIOCLIENT.skuId).consumedUnits;
      const before = seats();
      expect((await add(visio, idOf(LUCAS))).status).toBe(204);
      expect(granted(LUCAS, visio)).toEqual([
        expect.objectContaining({
          skuId: VISIOCLIENT.skuId,
          state: 'Active',
          disabledPlans: [],
        }),
      ]);
      expect(seats()).toBe(before + 1);
      const removed = await remove(visio, idOf(LUCAS));
      expect([removed.status, await removed.text()]).toEqual([204, '']);
      expect(granted(LUCAS, visio)).toEqual([]);
      expect(seats()).toBe(before);
      expect(simulator.requests.membersAdded(visio, idOf(LUCAS))).toBe(1);
      expect(simulator.requests.membersRemoved(visio, idOf(LUCAS))).toBe(1);
    });

    it('keep what they hold otherwise', async () => {
      freeSeat(VISIOCLIENT);
      const before = simulator.tenant.get(LUCAS).assignments;
      await add(visio, idOf(LUCAS));
      await client.assignLicense(LUCAS, {
        addLicenses: [{ skuId: VISIOCLIENT.skuId, disabledPlans: [] }],
        removeLicenses: [],
      });
      await remove(visio, idOf(LUCAS));
      expect(simulator.tenant.get(LUCAS).assignments).toEqual([
        ...before,
        expect.objectContaining({
          skuId: VISIOCLIENT.skuId,
          assignedByGroup: null,
        }),
      ]);
      expect(simulator.requests.additions(idOf(LUCAS), VISIOCLIENT.skuId)).toBe(
        1,
      );
    });

    it('get an error for a license when the seats are taken', async () => {
      await add(visio, idOf(LUCAS));
      expect(granted(LUCAS, visio)).toEqual([
        expect.objectContaining({ state: 'Error', error: 'CountViolation' }),
      ]);
    });

    it('get all that a group of several licenses grants', async () => {
      freeSeat(VISIOCLIENT);
      freeSeat(PROJECTPROFESSIONAL);
      const both = simulator.tenant.addGroup({
        displayName: 'Licenses – Planning',
        skuIds: [VISIOCLIENT.skuId, PROJECTPROFESSIONAL.skuId],
      });
      await add(both.id, idOf(LUCAS));
      expect(granted(LUCAS, both.id).map(({ skuId }) => skuId)).toEqual(
        both.skuIds,
      );
      expect(
        await client.get(`/groups/${both.id}?$select=assignedLicenses`),
      ).toMatchObject({
        assignedLicenses: both.skuIds.map(skuId => ({
          skuId,
          disabledPlans: [],
        })),
      });
    });

    it('are processed later when told so', async () => {
      freeSeat(VISIOCLIENT);
      simulator.faults.groupLicensesProcessedAfter = Infinity;
      await add(visio, idOf(LUCAS));
      expect(granted(LUCAS, visio)).toEqual([]);
      expect((await refusal(await add(visio, idOf(LUCAS))))[0]).toBe(400);
      simulator.processGroups();
      expect(granted(LUCAS, visio)).toHaveLength(1);

      await remove(visio, idOf(LUCAS));
      expect(granted(LUCAS, visio)).toHaveLength(1);
      expect((await remove(visio, idOf(LUCAS))).status).toBe(404);
      simulator.processGroups();
      expect(granted(LUCAS, visio)).toEqual([]);

      simulator.faults.groupLicensesProcessedAfter = 1;
      const changed = new Promise<void>(resolve => {
        simulator.tenant.onChange(() => resolve());
      });
      await add(visio, idOf(LUCAS));
      await changed;
      expect(granted(LUCAS, visio)).toHaveLength(1);
    });

    it('change all the same when the answer is cut, but not before', async () => {
      freeSeat(VISIOCLIENT);
      await client.signIn();
      const path = /members/;
      simulator.faults.add({ path, fault: { kind: 'cut', at: 'start' } });
      await expect(add(visio, idOf(LUCAS))).rejects.toThrow();
      expect(granted(LUCAS, visio)).toEqual([]);
      simulator.faults.add({ path, fault: { kind: 'cut' } });
      await expect(add(visio, idOf(LUCAS))).rejects.toThrow();
      expect(granted(LUCAS, visio)).toHaveLength(1);
    });

    it('are told apart from those who are none', async () => {
      expect(await refusal(await remove(visio, idOf(LUCAS)))).toEqual([
        404,
        'Request_ResourceNotFound',
        expect.stringContaining(idOf(LUCAS)),
      ]);
      await add(visio, idOf(LUCAS));
      expect(await refusal(await add(visio, idOf(LUCAS)))).toEqual([
        400,
        'Request_BadRequest',
        "One or more added object references already exist for the following modified properties: 'members'.",
      ]);
      expect(simulator.requests.membersAdded(visio, idOf(LUCAS))).toBe(1);
    });

    it.each([
      ['finance', CLARA, 403, 'Authorization_RequestDenied', /^Insufficient/],
      [
        'leadership',
        MAYA,
        400,
        'Request_BadRequest',
        /^Unable to update the specified properties for on-premises mastered/,
      ],
    ] as const)(
      'of the group %s cannot be changed here',
      async (name, user, status, code, message) => {
        const { id } = LICENSE_GROUPS[name];
        const refused = [status, code, expect.stringMatching(message)];
        expect(await refusal(await remove(id, idOf(user)))).toEqual(refused);
        expect(await refusal(await add(id, idOf(LUCAS)))).toEqual(refused);
        expect(granted(user, id)).toHaveLength(1);
      },
    );

    it('must exist, as their group', async () => {
      for (const response of [
        await add(visio, 'nobody'),
        await remove(visio, 'nobody'),
        await add('none', idOf(LUCAS)),
        await remove('none', idOf(LUCAS)),
      ]) {
        expect((await refusal(response)).slice(0, 2)).toEqual([
          404,
          'Request_ResourceNotFound',
        ]);
      }
      const empty = await client.fetch(
        `/groups/${visio}/members/$ref`,
        GraphClient.json({}),
      );
      expect((await refusal(empty)).slice(0, 2)).toEqual([
        400,
        'Request_BadRequest',
      ]);
    });

    it('need a permission that is not given by default', async () => {
      expect(DEFAULT_ROLES).not.toContain('GroupMember.ReadWrite.All');
      simulator.faults.denyRole('GroupMember.ReadWrite.All');
      expect(
        (await refusal(await add(visio, idOf(LUCAS)))).slice(0, 2),
      ).toEqual([403, 'Authorization_RequestDenied']);
    });

    it('are steered from another process', async () => {
      const control = (path: string, changes: object) =>
        fetch(`${simulator.url}/simulator/${path}`, {
          ...GraphClient.json(changes),
          method: 'PATCH',
        });
      const changed = await control(`groups/${visio}`, {
        skuIds: [PROJECTPROFESSIONAL.skuId],
      });
      expect(await changed.json()).toMatchObject({
        id: visio,
        skuIds: [PROJECTPROFESSIONAL.skuId],
      });
      expect((await control(`groups/${visio}`, { colour: 'red' })).status).toBe(
        400,
      );
      expect((await control('groups/none', {})).status).toBe(404);
      await control(`accounts/${LUCAS}`, { usageLocation: null });
      expect(simulator.tenant.get(LUCAS).usageLocation).toBeNull();
    });
  });
});

describe('managers', () => {
  let simulator: Simulator;
  let client: GraphClient;

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: 1_000 });
    client = new GraphClient(simulator);
  });
  afterAll(() => simulator.stop());

  it('are the heads of their teams for the cast', async () => {
    expect(
      await client.get(
        `/users/${LUCAS}/manager?$select=id,userPrincipalName,displayName`,
      ),
    ).toMatchObject({
      '@odata.type': '#microsoft.graph.user',
      userPrincipalName: 'priya.natarajan@contoso.example',
      displayName: 'Priya Natarajan',
    });
    expect(await client.refusal(`/users/${MAYA}/manager`)).toEqual([
      404,
      'Request_ResourceNotFound',
      expect.stringContaining("'manager'"),
    ]);
    expect(await client.refusal('/users/nobody/manager')).toEqual([
      404,
      'Request_ResourceNotFound',
      expect.stringContaining("'nobody'"),
    ]);
  });

  it('lead teams of a size that one can lead, up to somebody who has none', () => {
    const { accounts } = simulator.tenant;
    const managerOf = ({ managerId }: Account) =>
      managerId === null ? [] : [simulator.tenant.get(managerId)];
    const reports = new Map<string, number>();
    for (const account of accounts) {
      let above = managerOf(account);
      for (const { id, department, accountEnabled } of above) {
        reports.set(id, (reports.get(id) ?? 0) + 1);
        expect([department, accountEnabled]).toEqual([
          account.department,
          true,
        ]);
      }
      let levels = 0;
      while (above.length > 0 && levels < 5) {
        expect(above[0].id).not.toBe(account.id);
        above = above.flatMap(managerOf);
        levels += 1;
      }
      expect(levels).toBeLessThan(4);
    }
    expect(Math.max(...reports.values())).toBeLessThan(60);
    const withManager = accounts.filter(({ managerId }) => managerId !== null);
    expect(withManager.length).toBeGreaterThan(700);
    expect(
      accounts.filter(
        ({ kind, managerId }) =>
          kind === 'shared-mailbox' && managerId !== null,
      ),
    ).toEqual([]);
  });

  it('are gone when they were deleted', async () => {
    simulator.tenant.remove('priya.natarajan@contoso.example');
    expect((await client.refusal(`/users/${LUCAS}/manager`))[0]).toBe(404);
  });

  it('have people whose usage location is missing', () => {
    const without = simulator.tenant.accounts.filter(
      ({ usageLocation, assignments }) =>
        usageLocation === null && assignments.length > 0,
    );
    expect(new Set(without.map(({ kind }) => kind))).toEqual(
      new Set(['frontline', 'leaver-licensed']),
    );
  });
});
