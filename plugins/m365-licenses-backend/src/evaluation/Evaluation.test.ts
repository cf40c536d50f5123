import { TestDatabases } from '@backstage/backend-test-utils';
import { SPEND_DIMENSIONS } from 'backstage-plugin-m365-licenses-common';
import { PRODUCTS } from 'graph-simulator';
import type { AccountQuery } from '../database/types';
import { term } from '../insights/__testUtils__/licenses';
import { tenantSpend } from '../insights/money';
import { spendBy } from '../insights/attribution';
import { createWorld, type World } from '../sync/__testUtils__/world';
import { applicationAccess } from '../sync/applicationAccess';
import { applicationRoster } from '../sync/applicationRoster';
import { licenseInformation } from '../sync/licenseInformation';
import {
  groupEntity,
  TENANT,
  testEvaluation,
  userEntity,
} from './__testUtils__/evaluation';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const DAY_MS = 86_400_000;
const { skuId: E5 } = PRODUCTS.SPE_E5;
const { skuId: E3 } = PRODUCTS.SPE_E3;

describe.each(databases.eachSupportedId())('Evaluation on %p', databaseId => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld(await databases.init(databaseId), {
      accounts: 300,
    });
    await world.run(licenseInformation);
    await world.run(applicationRoster);
    await world.run(applicationAccess);
  });

  afterEach(async () => {
    await world?.stop();
  });

  /** Every third account is in a team, the others in the department above. */
  const catalogOf = () => {
    const { accounts } = world.simulator.tenant;
    return [
      groupEntity('contoso', { displayName: 'Contoso' }),
      groupEntity('sales', { childOf: ['contoso'] }),
      groupEntity('north', { childOf: ['sales'] }),
      ...accounts.slice(0, 200).map((account, index) =>
        userEntity(`user-${index}`, {
          annotations: { 'graph.microsoft.com/user-id': account.id },
          memberOf: index % 3 === 0 ? ['north', 'contoso'] : ['sales'],
        }),
      ),
    ];
  };
  const holders = async (query: Partial<AccountQuery>) =>
    (
      await world.stores.accounts.list(TENANT, {
        ...world.threshold,
        deleted: false,
        sort: 'displayName',
        order: 'asc',
        limit: 1,
        ...query,
      })
    ).totalItems;

  it('counts what the filters find, by SKU, department and group', async () => {
    const { stores } = world;
    const { evaluation } = testEvaluation(stores, {
      now: world.now,
      entities: catalogOf(),
    });
    expect(await stores.evaluation.evaluatedAt(TENANT)).toBeNull();
    await evaluation.evaluate(TENANT);
    expect(await stores.evaluation.evaluatedAt(TENANT)).toBe(
      world.now().toISOString(),
    );

    const licenses = await stores.licenses.list(TENANT);
    expect(licenses.length).toBeGreaterThan(5);
    for (const { skuId, statuses } of licenses) {
      for (const { status, accounts } of statuses) {
        const found = await holders({ skuId, licenseStatus: status });
        expect({ skuId, status, accounts }).toEqual({
          skuId,
          status,
          accounts: found,
        });
      }
    }

    const departments = await stores.evaluation.counts(TENANT, 'department');
    expect(departments.length).toBeGreaterThan(3);
    for (const { value, seats } of departments.filter(each => each.value)) {
      for (const { skuId, status, accounts } of seats) {
        const found = await holders({
          skuId,
          licenseStatus: status,
          department: value,
        });
        expect({ value, skuId, status, accounts }).toEqual({
          value,
          skuId,
          status,
          accounts: found,
        });
      }
    }

    const north = 'group:default/north';
    const sales = 'group:default/sales';
    const groups = await stores.evaluation.counts(TENANT, 'group', [
      north,
      sales,
    ]);
    expect(groups.map(({ value }) => value)).toEqual([north, sales]);
    for (const { value, seats } of groups) {
      for (const { skuId, status, accounts } of seats) {
        const found = await holders({
          skuId,
          licenseStatus: status,
          groups: [value],
        });
        expect({ value, skuId, status, accounts }).toEqual({
          value,
          skuId,
          status,
          accounts: found,
        });
      }
    }
    // Those in the group itself are all counted with a deeper one.
    expect(
      await stores.evaluation.counts(TENANT, 'group', [
        'group:default/contoso',
      ]),
    ).toEqual([]);
    expect(await holders({ groups: ['group:default/contoso'] })).toBe(
      await holders({ groups: [north] }),
    );
    expect(
      await holders({
        groups: await stores.catalogGroups.below('Group:default/Contoso'),
      }),
    ).toBe(await holders({ groups: [north, sales] }));

    const { licensed } = await stores.accounts.counts(TENANT);
    for (const dimension of SPEND_DIMENSIONS) {
      const counts = await stores.evaluation.counts(TENANT, dimension);
      expect(counts.reduce((total, { accounts }) => total + accounts, 0)).toBe(
        licensed,
      );
    }
  });

  it('splits what the tenant pays without a rest, and keeps it as the day', async () => {
    const { stores } = world;
    const today = world.threshold.today;
    await stores.terms.replace(
      TENANT,
      [
        { skuId: E5, terms: [term({ cost: '57.01', quantity: 33 })] },
        { skuId: E3, terms: [term({ cost: '36.07', quantity: 1_000 })] },
      ],
      { updatedBy: 'user:default/olivia', at: world.now() },
    );
    const { evaluation } = testEvaluation(stores, {
      now: world.now,
      entities: catalogOf(),
    });
    await evaluation.evaluate(TENANT);

    const terms = await stores.terms.list(TENANT);
    const skus = (await stores.licenses.list(TENANT)).map(license => ({
      license,
      terms: terms.filter(({ skuId }) => skuId === license.skuId),
    }));
    const [{ annual }] = tenantSpend(skus, today).currencies;
    const { items, unassigned } = spendBy({
      skus,
      counts: await stores.evaluation.counts(TENANT, 'group'),
      groups: await stores.catalogGroups.groups(),
      today,
    });
    const units = ({ amount }: { amount: string }) =>
      Math.round(Number(amount) * 10_000);
    const whole = [...items.map(({ own }) => own), unassigned]
      .flatMap(part => part.annual)
      .reduce((total, money) => total + units(money), 0);
    expect(whole).toBe(units({ amount: annual }));
    expect(items.find(({ name }) => name === 'Contoso')?.own.accounts).toBe(0);

    const [day] = await stores.history.days(TENANT, { from: today, to: today });
    expect(day).toMatchObject({
      day: today,
      annual: [{ amount: annual, currency: 'EUR' }],
    });
    const [ofGroups] = await stores.history.days(
      TENANT,
      { from: today, to: today },
      { groups: items.map(({ value }) => value ?? '') },
    );
    const candidates = (await stores.candidates.counts(TENANT))
      .filter(({ state }) => state === 'opportunity')
      .reduce((total, each) => total + each.candidates, 0);
    expect(candidates).toBeGreaterThan(0);
    expect(day.candidates).toBe(candidates);
    expect(ofGroups.candidates).toBe(candidates);
  });

  it('takes prices that change over into the snapshot of the day, and no others', async () => {
    const { stores } = world;
    const today = world.threshold.today;
    const { evaluation } = testEvaluation(stores, {
      now: world.now,
      entities: catalogOf(),
    });
    await evaluation.evaluate(TENANT);
    const history = (groups?: string[]) =>
      stores.history.days(
        TENANT,
        { from: today, to: today },
        groups && { groups },
      );
    const everywhere = (await stores.evaluation.counts(TENANT, 'group')).map(
      ({ value }) => value,
    );
    const [before] = await history();
    const [groupsBefore] = await history(everywhere);
    expect(before.annual).toEqual([]);

    await stores.terms.replace(
      TENANT,
      [{ skuId: E3, terms: [term({ cost: '36', quantity: 1_000 })] }],
      { updatedBy: 'user:default/olivia', at: world.now() },
    );
    await evaluation.revalue(TENANT);
    const [after] = await history();
    const [groupsAfter] = await history(everywhere);
    expect(after).toEqual({
      ...before,
      annual: [{ amount: '432000.00', currency: 'EUR' }],
      savings: after.savings,
    });
    expect(after.savings).toHaveLength(1);
    expect(groupsAfter).toEqual({
      ...groupsBefore,
      annual: groupsAfter.annual,
      savings: groupsAfter.savings,
    });
    const held = (await stores.licenses.list(TENANT, E3))[0].statuses.reduce(
      (total, { accounts }) => total + accounts,
      0,
    );
    expect(groupsAfter.annual).toEqual([
      { amount: `${held * 432}.00`, currency: 'EUR' },
    ]);
  });

  it('finds candidates once, tells of changes only, and of some accounts alone', async () => {
    const { stores } = world;
    const { evaluation, published } = testEvaluation(stores, {
      now: world.now,
    });
    await evaluation.evaluate(TENANT);
    const all = await stores.candidates.counts(TENANT);
    const total = all.reduce((sum, each) => sum + each.candidates, 0);
    expect(published).toEqual([
      { tenant: TENANT, added: total, removed: 0, changed: 0 },
    ]);
    expect(new Set(all.map(({ reason }) => reason)).size).toBeGreaterThan(2);

    published.length = 0;
    await evaluation.evaluate(TENANT);
    expect(published.filter(({ added }) => added > 0)).toEqual([]);
    expect(await stores.candidates.counts(TENANT)).toEqual(all);

    published.length = 0;
    const {
      items: [candidate],
    } = await stores.candidates.list(TENANT, {
      state: 'opportunity',
      sort: 'displayName',
      order: 'asc',
      limit: 1,
    });
    const accountId = candidate.account.id;
    const own = await stores.candidates.ofAccounts(TENANT, [accountId]);
    await stores.exemptions.create(
      TENANT,
      {
        accountId,
        group: null,
        skuId: null,
        reason: 'On parental leave',
        owner: 'user:default/olivia',
        expiresOn: null,
      },
      { createdBy: 'user:default/olivia', at: world.now() },
    );
    await evaluation.reevaluate(TENANT, { accountIds: [accountId] });
    expect(published).toEqual([
      expect.objectContaining({ added: 0, removed: 0 }),
    ]);
    expect(
      (await stores.candidates.ofAccounts(TENANT, [accountId])).map(
        ({ state, heldBack }) => [state, heldBack[0].type],
      ),
    ).toEqual(own.map(() => ['heldBack', 'exemption']));
    // What is only looked up is the same, and stays as it is stored.
    const stored = await stores.candidates.ofAccounts(TENANT, [accountId]);
    published.length = 0;
    const found = await evaluation.candidatesOf(TENANT, [accountId, 'nobody']);
    expect([...found.keys()]).toEqual([accountId]);
    const { account, candidates, exemptions } = found.get(accountId) ?? {};
    expect(account?.id).toBe(accountId);
    expect(
      candidates?.map(({ skuId, reasons, heldBack }) => ({
        skuId,
        reasons,
        heldBack,
      })),
    ).toEqual(
      [...stored]
        .sort((left, right) => (left.skuId < right.skuId ? -1 : 1))
        .map(({ skuId, reasons, heldBack }) => ({ skuId, reasons, heldBack })),
    );
    expect([...(exemptions?.keys() ?? [])].sort()).toEqual(
      [...new Set(account?.assignments.map(({ skuId }) => skuId))].sort(),
    );
    expect(exemptions?.get(stored[0].skuId)).toMatchObject({
      reason: 'On parental leave',
    });
    expect(published).toEqual([]);

    const opportunities = (counts: typeof all) =>
      counts
        .filter(({ state }) => state === 'opportunity')
        .reduce((sum, each) => sum + each.candidates, 0);
    expect(opportunities(await stores.candidates.counts(TENANT))).toBe(
      opportunities(all) -
        own.filter(({ state }) => state === 'opportunity').length,
    );
  });

  it('counts people in the group that a later catalog says, and in the last known one when it cannot be read', async () => {
    const { stores } = world;
    const [someone] = world.simulator.tenant.accounts.filter(
      account => account.assignments.length > 0,
    );
    const inTeam = (team: string) => [
      groupEntity('a'),
      groupEntity('b'),
      userEntity('someone', {
        email: someone.mail ?? someone.userPrincipalName,
        annotations: { 'graph.microsoft.com/user-id': someone.id },
        memberOf: [team],
      }),
    ];
    const counted = async () =>
      (await stores.evaluation.counts(TENANT, 'group'))
        .filter(({ value }) => value !== '')
        .map(({ value, accounts }) => [value, accounts]);
    await testEvaluation(stores, {
      now: world.now,
      entities: inTeam('a'),
    }).evaluation.evaluate(TENANT);
    expect(await counted()).toEqual([['group:default/a', 1]]);

    const away = testEvaluation(stores, { now: world.now });
    jest.spyOn(away.catalog, 'streamEntities').mockImplementation(() => {
      throw new Error('the catalog is away');
    });
    await away.evaluation.evaluate(TENANT);
    expect(await counted()).toEqual([['group:default/a', 1]]);
    expect(away.logger.warn).toHaveBeenCalledWith(
      expect.stringMatching(
        /were in before\. See whether the catalog backend runs.*the catalog is away/,
      ),
    );

    const later = testEvaluation(stores, {
      now: world.now,
      entities: inTeam('b'),
    });
    const reading = jest.spyOn(later.catalog, 'streamEntities');
    await later.evaluation.evaluate(TENANT);
    expect(await counted()).toEqual([['group:default/b', 1]]);
    expect(reading).toHaveBeenCalledTimes(2);
    await later.evaluation.evaluate(TENANT);
    expect(reading).toHaveBeenCalledTimes(2);
    world.clock.time += 5 * 60_000;
    await later.evaluation.evaluate(TENANT);
    expect(reading).toHaveBeenCalledTimes(4);
  });

  it('lets one evaluation of a tenant write at a time, and stops when it is told to', async () => {
    const { stores } = world;
    const { evaluation } = testEvaluation(stores, { now: world.now });
    const order: string[] = [];
    const { accounts } = stores.evaluation;
    const spy = jest.spyOn(stores.evaluation, 'accounts');
    spy.mockImplementation(async function* read(...options) {
      order.push('begins');
      yield* accounts.apply(stores.evaluation, options);
      order.push('ends');
    });
    await Promise.all([
      evaluation.evaluate(TENANT),
      evaluation.reevaluate(TENANT, { skuId: E5 }),
      evaluation.evaluate(TENANT),
    ]);
    expect(order).toEqual([
      'begins',
      'ends',
      'begins',
      'ends',
      'begins',
      'ends',
    ]);

    const before = await stores.evaluation.evaluatedAt(TENANT);
    world.clock.time += DAY_MS;
    const stopped = new AbortController();
    spy.mockImplementation(async function* read(...options) {
      for await (const batch of accounts.apply(stores.evaluation, options)) {
        stopped.abort(new Error('The backend stops'));
        yield batch;
      }
    });
    await expect(evaluation.evaluate(TENANT, stopped.signal)).rejects.toThrow(
      'The backend stops',
    );
    expect(await stores.evaluation.evaluatedAt(TENANT)).toBe(before);
    spy.mockRestore();
    await evaluation.evaluate(TENANT);
    expect(await stores.evaluation.evaluatedAt(TENANT)).toBe(
      world.now().toISOString(),
    );
  });

  it('is due once a day, when groups changed, and after a task whose evaluation failed', async () => {
    const { stores } = world;
    const { evaluation, scheduler } = testEvaluation(stores, {
      now: world.now,
      tenants: [TENANT, 'fabrikam'],
    });
    await evaluation.schedule();
    expect(scheduler.scheduleTask).toHaveBeenCalledWith(
      expect.objectContaining({ frequency: { hours: 1 }, scope: 'global' }),
    );
    const saved = jest.spyOn(stores.evaluation, 'saveCounts');
    const due = async () => {
      saved.mockClear();
      await evaluation.evaluateDue();
      return saved.mock.calls.map(([tenant]) => tenant);
    };
    // Nothing was ever read of the other one.
    expect(await due()).toEqual([TENANT]);
    expect(await due()).toEqual([]);
    world.clock.time += DAY_MS;
    expect(await due()).toEqual([TENANT]);

    // Somebody was in a group when the catalog was read last, and is not now.
    world.clock.time += 1;
    const [{ id: accountId }] = world.simulator.tenant.accounts;
    const group = 'group:default/sales';
    await stores.catalogGroups.replaceMembers(
      TENANT,
      [{ accountId, groups: [group], home: group }],
      world.now(),
    );
    expect(await due()).toEqual([TENANT]);
    expect(await due()).toEqual([]);

    const { run } = await world.run(applicationRoster, {
      evaluate: async () => {
        throw new Error('select "secret" from accounts - disk is full');
      },
    });
    expect(run).toMatchObject({
      status: 'partial',
      leftOut: [
        {
          what: 'Counts and candidates',
          why: expect.stringMatching(/^disk is full\. /),
        },
      ],
    });
    expect(await due()).toEqual([TENANT]);
    expect(await due()).toEqual([]);

    await world.run(applicationRoster, {
      evaluate: (tenant, signal) => evaluation.evaluate(tenant, signal),
    });
    expect(await due()).toEqual([]);

    world.clock.time += DAY_MS;
    jest
      .spyOn(stores.candidates, 'recount')
      .mockRejectedValueOnce(new Error('insert into "secret" - out of space'));
    await expect(evaluation.evaluateDue()).rejects.toThrow(
      'Counts and candidates stay as they were until the next try. contoso: out of space',
    );
    expect(await due()).toEqual([TENANT]);
  });

  it('counts nobody who is deleted, and forgets their candidates once they cannot be restored', async () => {
    const { stores } = world;
    const { evaluation } = testEvaluation(stores, { now: world.now });
    await evaluation.evaluate(TENANT);
    const gone = world.simulator.tenant.accounts.find(account =>
      account.assignments.some(({ skuId }) => skuId === E5),
    );
    if (!gone) {
      throw new Error('Nobody holds E5');
    }
    world.simulator.tenant.remove(gone.id);
    await world.run(applicationRoster);
    await evaluation.evaluate(TENANT);
    const ofGone = async () =>
      (await stores.candidates.ofAccounts(TENANT, [gone.id])).map(
        ({ reasons, heldBack }) => [reasons[0].type, heldBack[0].type],
      );
    expect(await ofGone()).toEqual(
      gone.assignments.map(() => ['deleted', 'gone']),
    );
    const [{ accounts }] = await stores.evaluation.counts(TENANT, 'sku', [E5]);
    expect(accounts).toBe(await holders({ skuId: E5 }));

    // So long that it was not evaluated when they went.
    world.clock.time += 40 * DAY_MS;
    await evaluation.evaluate(TENANT);
    expect(await ofGone()).toEqual([]);
  });
});
