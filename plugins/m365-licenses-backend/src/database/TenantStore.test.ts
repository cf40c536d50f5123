import { randomBytes } from 'node:crypto';
import { AT, E3, idOf, sku, testDatabases } from './__testUtils__/records';
import { storesOf } from './index';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

const CONTOSO = { name: 'contoso', tenantId: idOf(0xc0) };
const FABRIKAM = { name: 'fabrikam', tenantId: idOf(0xfa) };
const LATER = new Date('2026-11-23T10:00:00.000Z');
const retired = ({ name, tenantId }: typeof CONTOSO, at: Date) => ({
  name,
  tenantId,
  retiredAt: at.toISOString(),
});

describe.each(ids)('TenantStore on %s', id => {
  it('retires tenants that are gone once, and takes them back', async () => {
    const { stores } = await open(id);
    const { tenants } = stores;
    expect(await tenants.reconcile([FABRIKAM, CONTOSO], AT)).toEqual({
      foreign: [],
    });
    expect(await tenants.retired()).toEqual([]);

    await tenants.reconcile([FABRIKAM], AT);
    await tenants.reconcile([FABRIKAM], LATER);
    expect(await tenants.retired()).toEqual([retired(CONTOSO, AT)]);
    await tenants.reconcile([], LATER);
    expect(await tenants.retired()).toEqual([
      retired(CONTOSO, AT),
      retired(FABRIKAM, LATER),
    ]);

    await tenants.reconcile([CONTOSO], LATER);
    expect(await tenants.retired()).toEqual([retired(FABRIKAM, LATER)]);
  });

  it('keeps history through retirement', async () => {
    const { stores } = await open(id);
    await stores.tenants.reconcile([CONTOSO], AT);
    await stores.licenses.store(
      'contoso',
      { skus: [sku(E3)], subscriptions: [] },
      AT,
    );
    const before = await stores.licenses.captured('contoso');
    await stores.tenants.reconcile([], LATER);
    await stores.tenants.reconcile([CONTOSO], LATER);
    expect(await stores.licenses.captured('contoso')).toEqual(before);
  });

  it('forgets the tokens of a tenant that retires, and of no other', async () => {
    const { knex } = await open(id);
    const stores = storesOf(knex, {
      encryptionKeys: [randomBytes(32).toString('base64')],
    });
    await stores.tenants.reconcile([CONTOSO, FABRIKAM], AT);
    for (const { name, tenantId } of [CONTOSO, FABRIKAM]) {
      await stores.authorizations.save(
        name,
        'sync',
        {
          tokenCache: '{}',
          tenantId,
          userPrincipalName: 'robin@contoso.example',
          displayName: null,
          scopes: [],
        },
        { authorizedBy: 'user:default/robin', at: AT },
      );
    }
    await stores.tenants.reconcile([FABRIKAM], LATER);
    expect(await stores.authorizations.get('contoso', 'sync')).toBeUndefined();
    expect(await stores.authorizations.get('fabrikam', 'sync')).toBeDefined();
  });

  it('does not hand the history of one directory to another', async () => {
    const { stores } = await open(id);
    const { tenants } = stores;
    await tenants.reconcile([CONTOSO, FABRIKAM], AT);
    await tenants.reconcile([CONTOSO], AT);
    const configured = [
      { name: 'contoso', tenantId: idOf(1) },
      { name: 'fabrikam', tenantId: idOf(2) },
      { name: 'tailspin', tenantId: idOf(3) },
    ];
    // Again and again, as at each start.
    for (const at of [AT, LATER]) {
      expect(await tenants.reconcile(configured, at)).toEqual({
        foreign: [CONTOSO, FABRIKAM],
      });
      expect(await tenants.retired()).toEqual([retired(FABRIKAM, AT)]);
    }
    // The others came through, and the right directory is still welcome.
    expect(
      await tenants.reconcile(
        [
          CONTOSO,
          { ...FABRIKAM, tenantId: FABRIKAM.tenantId.toUpperCase() },
          { name: 'tailspin', tenantId: idOf(4) },
        ],
        LATER,
      ),
    ).toEqual({ foreign: [configured[2]] });
    expect(await tenants.retired()).toEqual([]);
  });

  it('leaves a tenant as it was whose tenantId cannot be read', async () => {
    const { stores, knex } = await open(id);
    const { tenants } = stores;
    await tenants.reconcile([CONTOSO, FABRIKAM], AT);
    await tenants.reconcile([CONTOSO], AT);
    expect(
      await tenants.reconcile(
        ['contoso', 'fabrikam', 'tailspin'].map(name => ({
          name,
          tenantId: null,
        })),
        LATER,
      ),
    ).toEqual({ foreign: [] });
    expect(await tenants.retired()).toEqual([retired(FABRIKAM, AT)]);
    expect(await knex('tenants').where({ tenant: 'tailspin' })).toEqual([]);
  });

  it('learns the directory of a tenant that had history before', async () => {
    const { stores } = await open(id);
    const { tenants, licenses } = stores;
    await licenses.store('contoso', { skus: [sku(E3)] }, AT);
    await licenses.store('forgotten', { skus: [sku(E3)] }, AT);
    await tenants.reconcile([CONTOSO], AT);
    expect(await tenants.retired()).toEqual([
      { name: 'forgotten', tenantId: null, retiredAt: AT.toISOString() },
    ]);
    await tenants.reconcile([{ name: 'forgotten', tenantId: idOf(5) }], LATER);
    expect(await tenants.retired()).toEqual([retired(CONTOSO, LATER)]);
    expect(
      await tenants.reconcile([{ name: 'forgotten', tenantId: idOf(6) }], AT),
    ).toEqual({ foreign: [{ name: 'forgotten', tenantId: idOf(5) }] });
  });

  it('is the same for replicas that start at once', async () => {
    const { stores } = await open(id);
    await stores.tenants.reconcile([FABRIKAM], AT);
    const results = await Promise.all(
      Array.from({ length: 6 }, () =>
        stores.tenants.reconcile([CONTOSO], LATER),
      ),
    );
    expect(results).toEqual(results.map(() => ({ foreign: [] })));
    expect(await stores.tenants.retired()).toEqual([retired(FABRIKAM, LATER)]);
  });
});
