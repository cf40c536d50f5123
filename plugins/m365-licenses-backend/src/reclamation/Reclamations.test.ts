import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import {
  CAST,
  type Fault,
  type Simulator,
  startSimulator,
} from 'graph-simulator';
import { createStores } from '../database';
import type { Stores } from '../database/types';
import { createGraphConnection } from '../graph/connection';
import type { GraphConnection } from '../graph/types';
import { Reclamations, type ReclamationTenant } from './Reclamations';

jest.setTimeout(60_000);

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';

function castMember(surname: string) {
  const found = CAST.find(member => member.surname === surname);
  if (!found) {
    throw new Error(`There is no ${surname} in the cast`);
  }
  return found;
}
const viktor = castMember('Lange'); // disabled, four direct licenses
const ingrid = castMember('Solberg'); // E3 direct and by group
const clara = castMember('Hoffmann'); // E3 by group only
const tomas = castMember('Novak'); // E3 and E5 direct

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('Reclamations on %p', databaseId => {
  let simulator: Simulator;
  let stores: Stores;
  let graph: GraphConnection;
  let tenant: ReclamationTenant;
  let reclamations: Reclamations;

  beforeEach(async () => {
    simulator = await startSimulator({ accounts: 40 });
    const knex = await databases.init(databaseId);
    stores = await createStores(
      mockServices.database.mock({ getClient: async () => knex }),
    );
    graph = createGraphConnection(
      {
        name: 'contoso',
        tenantId: simulator.tenantId,
        clientId: simulator.clientId,
        credential: {
          type: 'clientSecret',
          clientSecret: simulator.clientSecret,
        },
        authority: simulator.url,
        target: simulator.url,
      },
      {
        logger: mockServices.logger.mock(),
        limits: { wait: async () => {} },
      },
    );
    tenant = {
      name: 'contoso',
      graph,
      reclamationGraph: graph,
      reclamationEnabled: true,
    };
    reclamations = Reclamations.create({
      stores,
      logger: mockServices.logger.mock(),
    });
  });

  afterEach(async () => {
    await simulator.stop();
  });

  const plan = async (
    userId: string,
    more: { skuIds?: string[]; idempotencyKey?: string; reason?: string } = {},
  ) =>
    reclamations.plan(tenant, {
      userId,
      reason: 'Left the company',
      createdBy: 'user:default/robin',
      dryRun: false,
      ...more,
    });

  const skusOf = async (userId: string) =>
    (await graph.user(userId)).assignments.map(({ skuId }) => skuId);

  it('takes all direct licenses from an account, once', async () => {
    const before = await skusOf(viktor.id);
    expect(before).toHaveLength(4);

    const { reclamation } = await plan(viktor.userPrincipalName);
    expect(reclamation.items.map(({ outcome }) => outcome)).toEqual(
      Array(4).fill('planned'),
    );
    expect(await skusOf(viktor.id)).toHaveLength(4);

    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items.map(({ outcome }) => outcome)).toEqual(
      Array(4).fill('reclaimed'),
    );
    expect(done.finishedAt).not.toBeNull();
    expect(done.items[0].requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await skusOf(viktor.id)).toEqual([]);

    await reclamations.execute(tenant, reclamation.id);
    expect(simulator.requests.assignLicenseCalls).toBe(1);
    for (const skuId of before) {
      expect(simulator.requests.removals(viktor.id, skuId)).toBe(1);
    }
  });

  it('shows the account without its licenses at once', async () => {
    await stores.accounts.storeOne(
      'contoso',
      await graph.user(viktor.id),
      new Date(),
    );
    simulator.faults.licenseChangesVisibleAfter = Infinity;
    const { reclamation } = await plan(viktor.id);
    await reclamations.execute(tenant, reclamation.id);
    const found = await stores.accounts.get('contoso', viktor.id, {
      today: '2026-11-22',
      inactiveAfterDays: 60,
      graceDays: 30,
    });
    expect(found?.account.licenses).toEqual([]);
  });

  it('takes only the SKUs named', async () => {
    const { reclamation } = await plan(tomas.id, { skuIds: [E3] });
    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items).toMatchObject([{ skuId: E3, outcome: 'reclaimed' }]);
    expect(await skusOf(tomas.id)).toEqual([E5]);
  });

  it('leaves what a group grants, and names the group', async () => {
    const { reclamation } = await plan(ingrid.id);
    const done = await reclamations.execute(tenant, reclamation.id);
    const byPath = new Map(
      done.items.map(item => [item.path.groupId === null, item]),
    );
    expect(byPath.get(true)?.outcome).toBe('reclaimed');
    expect(byPath.get(false)).toMatchObject({
      outcome: 'inheritedFromGroup',
      message: expect.stringMatching(/^Left alone: the group ".+" grants it/),
    });
    const left = (await graph.user(ingrid.id)).assignments;
    expect(left).toHaveLength(1);
    expect(left[0].assignedByGroup).not.toBeNull();
  });

  it('calls nothing where everything is inherited', async () => {
    const { reclamation } = await plan(clara.id);
    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items).toMatchObject([{ outcome: 'inheritedFromGroup' }]);
    expect(done.finishedAt).not.toBeNull();
    expect(simulator.requests.assignLicenseCalls).toBe(0);
  });

  it('says of a SKU that is not held that it is gone', async () => {
    const { reclamation } = await plan(tomas.id, {
      skuIds: [E5, 'c5928f49-12ba-48f7-ada3-0d743a3601d5'],
    });
    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items.map(({ outcome }) => outcome)).toEqual([
      'reclaimed',
      'alreadyGone',
    ]);
  });

  it('gives the same plan for the same idempotency key', async () => {
    const first = await plan(viktor.id, { idempotencyKey: 'task-1' });
    const again = await plan(viktor.id, { idempotencyKey: 'task-1' });
    expect(first.created).toBe(true);
    expect(again.created).toBe(false);
    expect(again.reclamation.id).toBe(first.reclamation.id);
    await expect(
      plan(viktor.id, { idempotencyKey: 'task-1', reason: 'Another' }),
    ).rejects.toMatchObject({ name: 'ConflictError' });
  });

  it('stores nothing in a dry run', async () => {
    const { reclamation, created } = await reclamations.plan(tenant, {
      userId: viktor.id,
      reason: 'Left',
      createdBy: 'user:default/robin',
      dryRun: true,
    });
    expect(created).toBe(false);
    expect(reclamation.items).toHaveLength(4);
    const stored = await stores.reclamations.list('contoso', { limit: 10 });
    expect(stored.totalItems).toBe(0);
  });

  it('removes once under many requests at once', async () => {
    const { reclamation } = await plan(viktor.id);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        reclamations.execute(tenant, reclamation.id),
      ),
    );
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    const refusals = results.flatMap(result =>
      result.status === 'rejected' ? [result.reason.name] : [],
    );
    expect(refusals.filter(name => name !== 'ConflictError')).toEqual([]);
    expect(simulator.requests.assignLicenseCalls).toBe(1);
  });

  it('goes on after an execution that was cut off once Microsoft had removed', async () => {
    const { reclamation } = await plan(viktor.id);
    // As a crash between Microsoft's answer and storing it leaves it.
    await stores.reclamations.markRunning(
      reclamation.items.map(({ id }) => id),
      new Date(),
    );
    await graph.removeLicenses(
      viktor.id,
      reclamation.items.map(({ skuId }) => skuId),
    );
    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items.map(({ outcome }) => outcome)).toEqual(
      Array(4).fill('reclaimed'),
    );
    expect(simulator.requests.assignLicenseCalls).toBe(1);
  });

  it.each<[string, Fault]>([
    ['the connection was cut', { kind: 'cut', at: 'start' }],
    ['a gateway gave up', { kind: 'fail', status: 504, body: 'html' }],
  ])('goes on after %s during the removal', async (_, fault) => {
    const { reclamation } = await plan(viktor.id);
    simulator.faults.add({
      method: 'POST',
      path: /assignLicense/,
      times: 'always',
      fault,
    });
    await expect(
      reclamations.execute(tenant, reclamation.id),
    ).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('it goes on where it stopped'),
    });
    const stopped = await reclamations.get(tenant, reclamation.id);
    expect(stopped.items.map(({ outcome }) => outcome)).toEqual(
      Array(4).fill('running'),
    );

    simulator.faults.clear();
    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items.map(({ outcome }) => outcome)).toEqual(
      Array(4).fill('reclaimed'),
    );
    expect(await skusOf(viktor.id)).toEqual([]);
  });

  it.each([
    [
      'a permission that is missing',
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
      'notPermitted',
    ],
    [
      'a concurrent write',
      409,
      'Directory_ConcurrencyViolation',
      'Another update is in progress.',
      'conflict',
    ],
    [
      'a dependency',
      400,
      'Request_BadRequest',
      'License assignment failed because service plan a depends on the service plan(s) b',
      'conflict',
    ],
    [
      'words of Microsoft that are new',
      400,
      'Request_BadRequest',
      'Something new.',
      'failed',
    ],
  ])('tells %s apart', async (_, status, code, message, outcome) => {
    const { reclamation } = await plan(tomas.id, { skuIds: [E3] });
    simulator.faults.add({
      method: 'POST',
      path: /assignLicense/,
      times: 'always',
      fault: { kind: 'fail', status, code, message },
    });
    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items).toMatchObject([
      { outcome, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    expect(await skusOf(tomas.id)).toContain(E3);
  });

  it('does one SKU after the other where Microsoft refuses them together', async () => {
    const { reclamation } = await plan(tomas.id);
    simulator.faults.add({
      method: 'POST',
      path: /assignLicense/,
      nth: 1,
      fault: {
        kind: 'fail',
        status: 400,
        code: 'Request_BadRequest',
        message:
          'License assignment failed because service plan a depends on the service plan(s) b',
      },
    });
    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items.map(({ outcome }) => outcome)).toEqual([
      'reclaimed',
      'reclaimed',
    ]);
    expect(await skusOf(tomas.id)).toEqual([]);
  });

  it('says when Microsoft does not know the account any more', async () => {
    const { reclamation } = await plan(viktor.id);
    simulator.tenant.remove(viktor.id);
    const done = await reclamations.execute(tenant, reclamation.id);
    expect(done.items[0].outcome).toBe('notFound');
  });

  it('does nothing while reclamation is switched off', async () => {
    const { reclamation } = await plan(viktor.id);
    await expect(
      reclamations.execute(
        { ...tenant, reclamationEnabled: false },
        reclamation.id,
      ),
    ).rejects.toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining(
        'm365Licenses.tenants.contoso.tasks.reclamation.enabled',
      ),
    });
    expect(simulator.requests.assignLicenseCalls).toBe(0);
  });

  it('knows no account and no plan that is not there', async () => {
    await expect(plan('nobody@contoso.example')).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    await expect(reclamations.execute(tenant, 'missing')).rejects.toMatchObject(
      { name: 'NotFoundError' },
    );
  });
});
