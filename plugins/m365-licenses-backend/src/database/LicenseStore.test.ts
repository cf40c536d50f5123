import type { GraphSku } from '../graph/types';
import type { LicenseInput } from 'backstage-plugin-m365-licenses-common';
import {
  AT,
  E3,
  E5,
  sku,
  subscription,
  testDatabases,
} from './__testUtils__/records';
import { storesOf } from './index';

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
      seatsChanged: [E3, E5],
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
      entered: null,
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
    ).toEqual({
      added: 0,
      changed: 1,
      unchanged: 0,
      gone: 0,
      seatsChanged: [E3],
    });
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
    ).toEqual({
      added: 0,
      changed: 0,
      unchanged: 2,
      gone: 0,
      seatsChanged: [],
    });
    const [license] = await stores.licenses.captured('contoso');
    expect(license.subscriptions.map(each => each.id)).toEqual(['b']);
  });

  it('says of which SKUs the seats or the status changed', async () => {
    const { stores } = await open(id);
    const changed = async (...skus: GraphSku[]) =>
      (await stores.licenses.store('contoso', { skus }, AT)).seatsChanged;
    const units = { enabled: 100, suspended: 1, warning: 2, lockedOut: 3 };
    expect(await changed(sku(E3), sku(E5))).toEqual([E3, E5]);
    expect(await changed(sku(E3), sku(E5))).toEqual([]);
    expect(await changed(sku(E3, { skuPartNumber: 'X' }), sku(E5))).toEqual([]);
    for (const overrides of [
      { consumedUnits: 29 },
      { prepaidUnits: { ...units, enabled: 90 } },
      { prepaidUnits: { ...units, warning: 0 } },
      { capabilityStatus: 'Warning' as const },
    ]) {
      expect(await changed(sku(E3), sku(E5, overrides))).toEqual([E5]);
      expect(await changed(sku(E3), sku(E5))).toEqual([E5]);
    }
    expect(await changed(sku(E3))).toEqual([E5]);
    expect(await changed(sku(E3))).toEqual([]);
    expect(await changed(sku(E3), sku(E5))).toEqual([E5]);
  });

  it('keeps a SKU that is gone, without seats', async () => {
    const { stores } = await open(id);
    await stores.licenses.store('contoso', { skus: [sku(E3), sku(E5)] }, AT);
    expect(
      await stores.licenses.store('contoso', { skus: [sku(E5)] }, LATER),
    ).toEqual({
      added: 0,
      changed: 0,
      unchanged: 1,
      gone: 1,
      seatsChanged: [E3],
    });
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

  it('counts what was entered while nothing is captured, and keeps it', async () => {
    const { knex, stores } = await open(id);
    const switchedOff = storesOf(knex, {
      tenants: [
        {
          name: 'contoso',
          tasks: { 'license-information': { enabled: false } },
        },
      ],
    });
    const read = async (from = switchedOff, tenant = 'contoso') => {
      const all = await from.licenses.captured(tenant);
      return all.find(({ skuId }) => skuId === E3);
    };
    for (const tenant of ['contoso', 'fabrikam']) {
      await stores.licenses.store(tenant, { skus: [sku(E3), sku(E5)] }, AT);
    }
    const captured = await read();
    expect(captured).toMatchObject({ bought: 100, entered: null });
    const enter = (entered: LicenseInput, tenant = 'contoso') =>
      stores.licenses.enter(tenant, E3, entered, {
        updatedBy: 'user:default/olivia',
        at: LATER,
      });
    const nothing = { displayName: null, appliesTo: null, bought: null };

    await enter({ displayName: 'Our suite', appliesTo: 'Company', bought: 20 });
    await enter({ ...nothing, bought: 5 }, 'fabrikam');
    expect(await read()).toEqual({
      ...captured,
      displayName: 'Our suite',
      appliesTo: 'Company',
      bought: 20,
      unassigned: -10,
      entered: {
        displayName: 'Our suite',
        appliesTo: 'Company',
        bought: 20,
        captured: {
          displayName: 'Microsoft 365 E3',
          appliesTo: 'User',
          bought: 100,
        },
        by: 'user:default/olivia',
        at: LATER.toISOString(),
      },
    });
    expect(await read(switchedOff, 'fabrikam')).toMatchObject({
      bought: 100,
      entered: null,
    });
    const [other] = (await switchedOff.licenses.captured('contoso')).filter(
      ({ skuId }) => skuId === E5,
    );
    expect(other).toMatchObject({ bought: 100, entered: null });

    // Switched on again, it is what Microsoft says; off again, what was entered.
    expect(await read(stores)).toEqual(captured);
    await stores.licenses.store('contoso', { skus: [sku(E3)] }, LATER);
    expect(await read()).toMatchObject({ bought: 20 });

    await enter({ ...nothing, bought: 0 });
    expect(await read()).toMatchObject({
      displayName: 'Microsoft 365 E3',
      appliesTo: 'User',
      bought: 0,
      unassigned: -30,
    });
    await enter(nothing);
    expect(await read()).toMatchObject({ bought: 100, entered: null });
    expect(await read(stores, 'fabrikam')).toMatchObject({ entered: null });
  });

  it('tells the service plans that people get', async () => {
    const { knex, stores } = await open(id);
    const plan = (name: string, appliesTo: 'User' | 'Company' | null) => ({
      servicePlanId: `PLAN-${name}`,
      servicePlanName: name,
      appliesTo,
    });
    await stores.licenses.store(
      'contoso',
      {
        skus: [
          sku(E3, {
            servicePlans: [
              plan('TEAMS1', 'User'),
              plan('EXCHANGE_S_FOUNDATION', 'Company'),
              plan('SWAY', null),
            ],
          }),
        ],
      },
      AT,
    );
    const expected = (names: string[]) => [
      {
        skuId: E3,
        displayName: 'Microsoft 365 E3',
        status: 'Enabled',
        plans: names.map(name => ({
          id: `plan-${name.toLowerCase()}`,
          name,
        })),
      },
    ];
    expect(await stores.licenses.servicePlans('contoso')).toEqual(
      expected(['TEAMS1', 'SWAY']),
    );
    expect(await stores.licenses.servicePlans('fabrikam')).toEqual([]);
    await stores.products.replace(
      {
        products: [],
        servicePlans: [{ id: 'plan-teams1', name: 'Microsoft Teams' }],
      },
      { url: 'https://download.example', etag: null, lastModified: null },
      AT,
    );
    expect(await stores.licenses.servicePlans('contoso')).toMatchObject([
      { plans: [{ name: 'Microsoft Teams' }, { name: 'SWAY' }] },
    ]);

    // As a version stored it that did not ask whom plans are for.
    await knex('skus').update({
      service_plans: JSON.stringify([
        { servicePlanId: 'PLAN-TEAMS1', servicePlanName: 'TEAMS1' },
      ]),
    });
    expect(await stores.licenses.servicePlans('contoso')).toMatchObject([
      { plans: [{ id: 'plan-teams1', name: 'Microsoft Teams' }] },
    ]);
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
