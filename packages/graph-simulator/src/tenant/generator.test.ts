import { CAST } from '../cast';
import { generateTenant, TenantSpecification } from './generator';
import { heldLicenses } from './Tenant';

const specification: TenantSpecification = {
  accounts: 1500,
  seed: 7,
  now: new Date('2026-09-15'),
  tenantId: 'c0a57000-7e4a-4000-a000-000000000001',
};

function content(changes: Partial<TenantSpecification> = {}) {
  const { accounts, deletedAccounts, strangers, subscriptions } =
    generateTenant({ ...specification, ...changes });
  return JSON.stringify({
    accounts,
    deletedAccounts,
    strangers,
    subscriptions,
  });
}

describe('the generated tenant', () => {
  it('is the same for the same seed, day and size, and only then', () => {
    expect(content()).toBe(content());
    expect(content({ seed: 8 })).not.toBe(content());
    expect(content({ now: new Date('2026-09-16') })).not.toBe(content());
  });

  it('does not depend on the time of day', () => {
    expect(content({ now: new Date('2026-09-15T17:00:00Z') })).toBe(content());
  });

  it.each([20, 21, 640])(
    'has exactly %s accounts, the cast first',
    accounts => {
      const tenant = generateTenant({ ...specification, accounts, seed: 99 });
      expect(tenant.accounts).toHaveLength(accounts);
      expect(tenant.accounts.slice(0, CAST.length).map(({ id }) => id)).toEqual(
        CAST.map(({ id }) => id),
      );
    },
  );

  it.each([19, 1_000_001, 20.5])('refuses %s accounts', accounts => {
    expect(() => generateTenant({ ...specification, accounts })).toThrow(
      RangeError,
    );
  });

  it('has people of every kind', () => {
    const { kinds } = generateTenant(specification).truth;
    expect(Object.keys(kinds).sort()).toEqual([
      'break-glass',
      'frontline',
      'guest',
      'inactive',
      'leaver-cleaned',
      'leaver-licensed',
      'never-active',
      'new-starter',
      'on-leave',
      'part-timer',
      'service-account',
      'shared-mailbox',
      'staff',
    ]);
  });

  it('has unique ids and principal names, and no date ahead of its day', () => {
    const { accounts, deletedAccounts, strangers } =
      generateTenant(specification);
    const names = [...accounts, ...deletedAccounts, ...strangers].map(
      ({ userPrincipalName }) => userPrincipalName.toLowerCase(),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(accounts.map(({ id }) => id)).size).toBe(accounts.length);
    for (const account of accounts) {
      expect(account.createdDateTime < '2026-09-15').toBe(true);
      expect((account.signIns?.lastSignIn ?? '') < '2026-09-15').toBe(true);
      for (const day of Object.values(account.activity)) {
        expect(day <= '2026-09-12').toBe(true);
      }
    }
  });

  it('shares no id, principal name or mail with a tenant of another domain', () => {
    const seen = (domain?: string) => {
      const { accounts, deletedAccounts, groups, strangers, subscriptions } =
        generateTenant({ ...specification, accounts: 20_000, domain });
      return new Set(
        [
          ...[...accounts, ...deletedAccounts].flatMap(account => [
            account.id,
            account.userPrincipalName,
            account.mail,
          ]),
          ...strangers.map(({ userPrincipalName }) => userPrincipalName),
          ...[...groups, ...subscriptions].map(({ id }) => id),
        ]
          .filter(value => value !== null)
          .map(value => value.toLowerCase()),
      );
    };
    const contoso = seen();
    // The company many guests of contoso.example come from.
    const fabrikam = seen('fabrikam.example');
    expect([...contoso].filter(value => fabrikam.has(value))).toEqual([]);
    expect(fabrikam).toContain('alexwinter@fabrikam.example');
  });

  it('has people who may sign in for the portal, whatever the domain', () => {
    for (const domain of ['contoso.example', 'fabrikam.example']) {
      const tenant = generateTenant({ ...specification, domain });
      const administrators = tenant.accounts.filter(({ directoryRoles }) =>
        directoryRoles.includes('License Administrator'),
      );
      expect(administrators.map(a => a.directoryRoles)).toEqual([
        ['Reports Reader', 'License Administrator'],
      ]);
      expect(administrators[0].userPrincipalName).toContain(domain);
    }
    expect(
      generateTenant({ ...specification, domain: 'fabrikam.example' })
        .displayName,
    ).toBe('Fabrikam');
    expect(() => generateTenant({ ...specification, domain: 'No' })).toThrow(
      RangeError,
    );
  });

  it('has licenses disabled in part, failed, and held twice', () => {
    const { accounts, truth } = generateTenant(specification);
    const licenses = accounts.flatMap(account => heldLicenses(account));
    expect(licenses.some(l => l.disabledPlans.length > 0)).toBe(true);
    const skus = Object.values(truth.skus);
    expect(skus.some(({ failed }) => failed > 0)).toBe(true);
    expect(skus.some(({ directAndGroup }) => directAndGroup > 0)).toBe(true);
    expect(truth.disabledLicensed).toBeGreaterThan(0);
  });
});

describe('changes', () => {
  it('adds, renames, disables and removes accounts', () => {
    const tenant = generateTenant(specification);
    const seats = tenant.sku('SPE_E5').consumedUnits;
    tenant.rename(CAST[0].id, 'robin.winter@contoso.example');
    expect(tenant.find(CAST[0].userPrincipalName)).toBeUndefined();
    expect(tenant.get('ROBIN.WINTER@contoso.example')).toMatchObject({
      id: CAST[0].id,
      mail: 'robin.winter@contoso.example',
    });
    expect(tenant.disable(CAST[0].id).accountEnabled).toBe(false);
    tenant.remove(CAST[0].id);
    expect(tenant.find(CAST[0].id)).toBeUndefined();
    expect(tenant.deletedAccounts.at(-1)).toMatchObject({
      id: CAST[0].id,
      deletedDate: '2026-09-15',
    });
    expect(tenant.sku('SPE_E5').consumedUnits).toBe(seats - 1);
    tenant.add({ userPrincipalName: 'new@contoso.example' });
    expect(tenant.accounts.at(-1)?.userPrincipalName).toBe(
      'new@contoso.example',
    );
    expect(() =>
      tenant.add({ userPrincipalName: 'NEW@contoso.example' }),
    ).toThrow('already has an account');
  });

  it('changes what was bought', () => {
    const tenant = generateTenant(specification);
    const [id] = tenant.sku('VISIOCLIENT').subscriptionIds;
    tenant.updateSubscription(id, { totalLicenses: 999 });
    expect(tenant.sku('VISIOCLIENT').prepaidUnits.enabled).toBe(999);
    expect(() => tenant.updateSubscription('none', {})).toThrow(
      'no subscription',
    );
  });
});
