import { TestDatabases } from '@backstage/backend-test-utils';
import type { GraphConnection } from '../graph/types';
import {
  createWorld,
  delegate,
  TENANT,
  type World,
} from './__testUtils__/world';
import { licenseInformation } from './licenseInformation';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('License Information on %p', id => {
  let world: World;

  async function enter() {
    world = await createWorld(await databases.init(id));
    return world;
  }

  afterEach(() => world.stop());

  async function license(skuId: string) {
    const licenses = await world.stores.licenses.captured(TENANT);
    return licenses.find(found => found.skuId === skuId);
  }

  it('stores SKUs with their seats and subscriptions', async () => {
    const { run, simulator, stores } = await enter();
    const { run: recorded } = await run(licenseInformation);
    const { skus, subscriptions } = simulator.tenant;
    expect(recorded).toMatchObject({
      status: 'succeeded',
      counts: { read: skus.length + subscriptions.length, gone: 0 },
      leftOut: [],
    });
    const stored = await stores.licenses.captured(TENANT);
    expect(
      stored
        .map(({ skuId, bought, assigned, skuPartNumber }) => ({
          skuId,
          bought,
          assigned,
          skuPartNumber,
        }))
        .sort((a, b) => a.skuId.localeCompare(b.skuId)),
    ).toEqual(
      skus
        .map(sku => ({
          skuId: sku.skuId,
          bought: sku.prepaidUnits.enabled,
          assigned: sku.consumedUnits,
          skuPartNumber: sku.skuPartNumber,
        }))
        .sort((a, b) => a.skuId.localeCompare(b.skuId)),
    );
    expect(stored.flatMap(found => found.subscriptions)).toHaveLength(
      subscriptions.length,
    );
  });

  it('finds nothing changed the second time', async () => {
    const { run } = await enter();
    await run(licenseInformation);
    const { run: second } = await run(licenseInformation);
    expect(second.counts).toMatchObject({ added: 0, changed: 0, gone: 0 });
  });

  it('tells the event bus of which SKUs the seats changed, and nothing else', async () => {
    const { run, simulator, events } = await enter();
    await run(licenseInformation);
    expect(events.publish.mock.calls).toEqual([
      [
        {
          topic: 'm365-licenses.seats-changed',
          eventPayload: {
            tenant: TENANT,
            skuIds: simulator.tenant.skus.map(({ skuId }) => skuId),
          },
        },
      ],
    ]);
    await run(licenseInformation);
    expect(events.publish).toHaveBeenCalledTimes(1);

    events.publish.mockRejectedValueOnce(new Error('no bus'));
    const [subscription] = simulator.tenant.subscriptions;
    simulator.tenant.updateSubscription(subscription.id, {
      totalLicenses: subscription.totalLicenses + 5,
    });
    const { run: recorded } = await run(licenseInformation);
    expect(recorded).toMatchObject({ status: 'succeeded', error: null });
    expect(events.publish).toHaveBeenLastCalledWith({
      topic: 'm365-licenses.seats-changed',
      eventPayload: { tenant: TENANT, skuIds: [subscription.skuId] },
    });
  });

  it('keeps the stored subscriptions where Organization.Read.All is missing', async () => {
    const { run, simulator, stores } = await enter();
    await run(licenseInformation);
    const before = await stores.licenses.captured(TENANT);
    simulator.faults.denyRole('Organization.Read.All');

    const { run: recorded } = await run(licenseInformation);
    expect(recorded).toMatchObject({
      status: 'partial',
      error: null,
      leftOut: [
        {
          what: 'Subscriptions with their dates',
          mend: expect.stringContaining('Organization.Read.All'),
        },
      ],
    });
    const after = await stores.licenses.captured(TENANT);
    expect(after.flatMap(found => found.subscriptions)).toEqual(
      before.flatMap(found => found.subscriptions),
    );
  });

  it('fails where LicenseAssignment.Read.All is missing, and names it', async () => {
    const { run, simulator, stores } = await enter();
    await run(licenseInformation);
    const before = await stores.licenses.captured(TENANT);
    simulator.faults.denyRole('LicenseAssignment.Read.All');
    simulator.faults.denyRole('Organization.Read.All');

    const { run: recorded, thrown } = await run(licenseInformation);
    expect(thrown).toBeDefined();
    expect(recorded).toMatchObject({
      status: 'failed',
      error: { mend: expect.stringContaining('LicenseAssignment.Read.All') },
    });
    expect(await stores.licenses.captured(TENANT)).toEqual(before);
  });

  it('does not take a SKU that cannot be read for one that is gone', async () => {
    const { run, graph, stores } = await enter();
    await run(licenseInformation);
    const before = await stores.licenses.captured(TENANT);
    const unreadable: GraphConnection = {
      ...delegate(graph),
      async subscribedSkus(options) {
        const { skus } = await graph.subscribedSkus(options);
        return {
          skus: skus.slice(1),
          malformed: [
            { place: '/subscribedSkus page 1', problem: 'skuId is missing' },
          ],
        };
      },
    };
    const { run: recorded } = await run(licenseInformation, {
      graph: unreadable,
    });
    expect(recorded).toMatchObject({
      status: 'failed',
      counts: { malformed: 1, changed: 0, gone: 0 },
      malformed: [{ problem: 'skuId is missing' }],
    });
    expect(await stores.licenses.captured(TENANT)).toEqual(before);
  });

  it('counts a SKU that is gone, and keeps it', async () => {
    const { run, graph } = await enter();
    await run(licenseInformation);
    const { skus } = await graph.subscribedSkus();
    const fewer: GraphConnection = {
      ...delegate(graph),
      subscribedSkus: async () => ({ skus: skus.slice(1), malformed: [] }),
    };
    const { run: recorded } = await run(licenseInformation, { graph: fewer });
    expect(recorded).toMatchObject({
      status: 'succeeded',
      counts: { gone: 1 },
    });
    expect(await license(skus[0].skuId)).toMatchObject({ status: 'Deleted' });
  });
});
