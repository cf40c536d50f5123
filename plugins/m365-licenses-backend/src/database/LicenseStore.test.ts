import {
  AT,
  E3,
  E5,
  sku,
  subscription,
  testDatabases,
} from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const LATER = new Date('2026-11-23T10:00:00.000Z');

describe.each(ids)('LicenseStore on %s', id => {
  it('keeps several subscriptions of a SKU apart', async () => {
    const { stores } = await open(id);
    const captured = {
      skus: [
        sku(E3, { consumedUnits: 130 }),
        sku(E5, { skuPartNumber: 'SPE_E5' }),
      ],
      subscriptions: [
        subscription('a', E3),
        subscription('b', E3, { isTrial: true, nextLifecycleDateTime: null }),
      ],
    };
    expect(await stores.licenses.store('contoso', captured, AT)).toEqual({
      added: 4,
      changed: 0,
      unchanged: 0,
      gone: 0,
    });
    const licenses = await stores.licenses.captured('contoso');
    expect(licenses.find(({ skuId }) => skuId === E3)).toEqual({
      skuId: E3,
      skuPartNumber: 'SPE_E3',
      displayName: 'Microsoft 365 E3',
      appliesTo: 'User',
      status: 'Enabled',
      bought: 100,
      assigned: 130,
      unassigned: -30,
      suspended: 1,
      warning: 2,
      lockedOut: 3,
      trial: true,
      capturedAt: AT.toISOString(),
      services: [],
      subscriptions: [
        {
          id: 'a',
          status: 'Enabled',
          totalLicenses: 50,
          trial: false,
          startedAt: '2025-01-01T00:00:00.000Z',
          nextLifecycleAt: '2027-01-01T00:00:00.000Z',
        },
        {
          id: 'b',
          status: 'Enabled',
          totalLicenses: 50,
          trial: true,
          startedAt: '2025-01-01T00:00:00.000Z',
          nextLifecycleAt: null,
        },
      ],
    });
    expect(licenses.find(({ skuId }) => skuId === E5)).toMatchObject({
      trial: false,
      subscriptions: [],
    });
    expect(await stores.licenses.captured('fabrikam')).toEqual([]);
  });

  it('counts what changed, and keeps subscriptions that were not read', async () => {
    const { stores } = await open(id);
    await stores.licenses.store('contoso', { skus: [sku(E3)] }, AT);
    expect((await stores.licenses.captured('contoso'))[0].trial).toBeNull();
    const subscriptions = [subscription('a', E3), subscription('b', E3)];
    await stores.licenses.store(
      'contoso',
      { skus: [sku(E3)], subscriptions },
      AT,
    );
    expect(
      await stores.licenses.store(
        'contoso',
        { skus: [sku(E3, { consumedUnits: 31 })] },
        LATER,
      ),
    ).toEqual({ added: 0, changed: 1, unchanged: 0, gone: 0 });
    expect(await stores.licenses.captured('contoso')).toMatchObject(
      [
        {
          assigned: 31,
          trial: false,
          capturedAt: LATER.toISOString(),
          subscriptions,
        },
      ].map(({ subscriptions: all, ...license }) => ({
        ...license,
        subscriptions: all.map(each => ({ id: each.id })),
      })),
    );
    expect(
      await stores.licenses.store(
        'contoso',
        {
          skus: [sku(E3, { consumedUnits: 31 })],
          subscriptions: subscriptions.slice(1),
        },
        LATER,
      ),
    ).toEqual({ added: 0, changed: 0, unchanged: 2, gone: 0 });
    const [license] = await stores.licenses.captured('contoso');
    expect(license.subscriptions.map(each => each.id)).toEqual(['b']);
  });

  it('keeps a SKU that is gone, without seats', async () => {
    const { stores } = await open(id);
    await stores.licenses.store('contoso', { skus: [sku(E3), sku(E5)] }, AT);
    expect(
      await stores.licenses.store('contoso', { skus: [sku(E5)] }, LATER),
    ).toEqual({ added: 0, changed: 0, unchanged: 1, gone: 1 });
    expect(
      await stores.licenses.store('contoso', { skus: [sku(E5)] }, new Date()),
    ).toMatchObject({ gone: 0 });
    const gone = (await stores.licenses.captured('contoso')).find(
      ({ skuId }) => skuId === E3,
    );
    expect(gone).toMatchObject({
      status: 'Deleted',
      bought: 0,
      assigned: 0,
      unassigned: 0,
      suspended: 0,
      capturedAt: LATER.toISOString(),
    });
    expect(
      await stores.licenses.store('contoso', { skus: [sku(E3), sku(E5)] }, AT),
    ).toMatchObject({ changed: 1, unchanged: 1 });
  });

  it('leaves nothing behind when storing fails in the middle', async () => {
    const { knex, stores } = await open(id);
    await knex.schema.renameTable('subscriptions', 'away');
    await expect(
      stores.licenses.store(
        'contoso',
        { skus: [sku(E3)], subscriptions: [] },
        AT,
      ),
    ).rejects.toThrow(/subscriptions/);
    await knex.schema.renameTable('away', 'subscriptions');
    expect(await stores.licenses.captured('contoso')).toEqual([]);
  });
});
