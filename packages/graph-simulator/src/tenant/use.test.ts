import { CAST } from '../cast';
import { generateTenant } from './generator';
import { Account } from './model';
import { PRODUCTS, SkuPartNumber } from './products';
import { Tenant } from './Tenant';
import { countUse, UseCounts } from './use';

const tenant = generateTenant({
  accounts: 1500,
  seed: 7,
  now: new Date('2026-09-15'),
  tenantId: 'c0a57000-7e4a-4000-a000-000000000001',
});

function total(counts: UseCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** A tenant in which one account is added to the cast. */
function withAccount(account: Partial<Account>): {
  small: Tenant;
  added: Account;
} {
  const small = generateTenant({
    accounts: 20,
    seed: 1,
    now: new Date('2026-09-15'),
    tenantId: tenant.tenantId,
  });
  return {
    small,
    added: small.add({
      userPrincipalName: 'added@contoso.example',
      ...account,
    }),
  };
}

function holding(sku: SkuPartNumber, since: string, group?: string) {
  return {
    skuId: PRODUCTS[sku].skuId,
    assignedByGroup: group ?? null,
    disabledPlans: [],
    state: 'Active' as const,
    error: 'None' as const,
    lastUpdatedDateTime: `${since}T10:00:00Z`,
  };
}

function savingsOf(subject: Tenant, accountId: string, options = {}) {
  return countUse(subject, options)
    .savings.filter(saving => saving.accountId === accountId)
    .map(({ skuId, reasons, heldBack }) => [
      subject.sku(skuId).skuPartNumber,
      reasons,
      heldBack,
    ]);
}

describe('the use of licenses', () => {
  it('counts every holder once', () => {
    const { skus, departments, countries, companies } = countUse(tenant);
    const { truth } = tenant;
    for (const [skuId, counts] of Object.entries(skus)) {
      expect(total(counts)).toBe(truth.skus[skuId].assigned);
      for (const values of [departments, countries, companies]) {
        const parts = Object.values(values).map(value =>
          value[skuId] ? total(value[skuId]) : 0,
        );
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total(counts));
      }
    }
    expect(Object.keys(departments)).toContain('Finance');
    // Service accounts are in none.
    expect(
      total(departments[''][PRODUCTS.EXCHANGESTANDARD.skuId]),
    ).toBeGreaterThan(0);
  });

  it('has every use, and none of products that no report tells of', () => {
    const { skus } = countUse(tenant);
    const e3 = skus[PRODUCTS.SPE_E3.skuId];
    for (const use of [
      'active',
      'inGrace',
      'inactive',
      'neverActive',
    ] as const) {
      expect(e3[use]).toBeGreaterThan(0);
    }
    expect(e3.notMeasurable).toBe(0);
    for (const sku of ['PROJECTPROFESSIONAL', 'VISIOCLIENT'] as const) {
      const { notMeasurable } = skus[PRODUCTS[sku].skuId];
      expect(notMeasurable).toBe(total(skus[PRODUCTS[sku].skuId]));
      expect(notMeasurable).toBeGreaterThan(0);
    }
  });

  it('tells of the cast what their stories say', () => {
    const savings = (surname: string, options = {}) => {
      const member = CAST.find(each => each.surname === surname);
      return savingsOf(tenant, member?.id ?? '', options);
    };
    expect(savings('Sommer')).toEqual([]);
    expect(savings('Rahman')).toEqual([]);
    expect(savings('Weber')).toEqual([]);
    expect(savings('Lange')).toEqual([
      ['SPE_E5', ['disabled', 'inactive'], []],
      ['VISIOCLIENT', ['disabled'], []],
      ['PROJECTPROFESSIONAL', ['disabled'], []],
      ['POWER_BI_PRO', ['disabled', 'overlap'], []],
    ]);
    expect(savings('Natarajan')).toEqual([['MCOEV', ['overlap'], []]]);
    expect(savings('Solberg')).toEqual([['SPE_E3', ['directAndGroup'], []]]);
    expect(savings('Moreau')).toEqual([['SPE_E3', ['neverActive'], []]]);
    expect(savings('Brandt')).toEqual([
      ['SPE_E3', ['inactive'], ['groupOnly']],
    ]);
    expect(savings('Adeyemi')).toEqual([['SPE_E3', ['inactive'], []]]);
    expect(savings('Adeyemi', { inactiveAfterDays: 75 })).toEqual([]);
    expect(savings('Adeyemi', { inactiveAfterDays: 74 })).toEqual([
      ['SPE_E3', ['inactive'], []],
    ]);
  });

  it('holds back what is new, to the day', () => {
    const { small, added } = withAccount({
      accountEnabled: false,
      assignments: [holding('SPE_E3', '2026-08-16')],
    });
    expect(savingsOf(small, added.id)).toEqual([
      ['SPE_E3', ['disabled'], ['grace']],
    ]);
    expect(savingsOf(small, added.id, { graceDays: 29 })).toEqual([
      ['SPE_E3', ['disabled', 'neverActive'], []],
    ]);
    expect(savingsOf(small, added.id, { today: '2026-09-16' })).toEqual([
      ['SPE_E3', ['disabled', 'neverActive'], []],
    ]);
  });

  it('finds who only needs a mailbox', () => {
    const suite = holding('O365_BUSINESS_PREMIUM', '2025-01-01');
    const downgrades = (activity: Account['activity']) => {
      const { small, added } = withAccount({ assignments: [suite], activity });
      return savingsOf(small, added.id);
    };
    // The tenant has Exchange Online (Plan 1), whose plans the suite contains.
    expect(downgrades({ exchange: '2026-09-10' })).toEqual([
      ['O365_BUSINESS_PREMIUM', ['downgrade'], []],
    ]);
    expect(
      downgrades({ exchange: '2026-09-10', oneDrive: '2026-07-17' }),
    ).toEqual([]);
    expect(
      downgrades({ exchange: '2026-09-10', oneDrive: '2026-07-16' }),
    ).toEqual([['O365_BUSINESS_PREMIUM', ['downgrade'], []]]);
    expect(downgrades({ oneDrive: '2026-09-10' })).toEqual([]);
  });

  it('looks at the service plans that are switched on', () => {
    const suite = holding('SPE_E5', '2025-01-01');
    const withPlans = (disabledPlans: string[]) => {
      const { small, added } = withAccount({
        assignments: [
          { ...suite, disabledPlans },
          holding('POWER_BI_PRO', '2025-01-01'),
        ],
        activity: { teams: '2026-09-12' },
      });
      return savingsOf(small, added.id);
    };
    expect(withPlans([])).toEqual([['POWER_BI_PRO', ['overlap'], []]]);
    // Power BI of the suite is switched off.
    expect(withPlans(['70d33638-9c74-4d01-bfd3-562de28bd4ba'])).toEqual([]);
  });

  it('counts rows of nobody and active guests', () => {
    const { suspicious } = countUse(tenant);
    expect(suspicious.unknown).toBe(tenant.strangers.length);
    expect(suspicious.guests).toBeGreaterThan(0);
    expect(suspicious.guests).toBeLessThan(tenant.truth.guests);
  });
});
