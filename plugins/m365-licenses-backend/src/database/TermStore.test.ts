import { ConflictError } from '@backstage/errors';
import { term } from '../insights/__testUtils__/licenses';
import { revisionOf } from '../insights/termChanges';
import { AT, E3, E5, testDatabases } from './__testUtils__/records';
import { migrationsDirectory } from './index';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const LATER = new Date('2026-11-23T10:00:00.000Z');
const BY_OLIVIA = { updatedBy: 'user:default/olivia', at: AT };
const BY_ROBIN = { updatedBy: 'user:default/robin', at: LATER };

describe.each(ids)('TermStore on %s', id => {
  it('has a table that can be taken away and made again', async () => {
    const { knex, stores } = await open(id);
    const migration = {
      directory: migrationsDirectory,
      name: '20261123030000_terms.js',
    };
    await knex.migrate.down(migration);
    expect(await knex.schema.hasTable('terms')).toBe(false);
    await knex.migrate.up(migration);
    expect(await stores.terms.list('contoso')).toEqual([]);
  });

  it('gives back what was entered, exactly', async () => {
    const { stores } = await open(id);
    const full = term({
      subscriptionId: 'sub-1',
      cost: '999999999999.000001',
      quantity: 100_000_000,
      purchaseIdentifier: 'PO-1',
      notes: 'Größe "XL"\n👍',
      administrator: 'group:default/procurement',
    });
    const open365 = term({ effectiveDate: '2025-01-01', expirationDate: null });
    await stores.terms.replace(
      'contoso',
      [
        { skuId: E5, terms: [term()] },
        { skuId: E3, terms: [open365, full] },
      ],
      BY_OLIVIA,
    );
    const stored = (skuId: string, entered: object) => ({
      id: expect.any(String),
      skuId,
      ...entered,
      updatedAt: AT.toISOString(),
      updatedBy: 'user:default/olivia',
    });
    expect(await stores.terms.list('contoso')).toEqual([
      stored(E3, full),
      stored(E3, open365),
      stored(E5, term()),
    ]);
    expect(await stores.terms.list('contoso', E5)).toEqual([
      stored(E5, term()),
    ]);
    expect(await stores.terms.list('fabrikam')).toEqual([]);
  });

  it('keeps terms that stay as they are, and the id of those that change', async () => {
    const { stores } = await open(id);
    const terms = [
      term({ effectiveDate: '2026-01-01' }),
      term({ effectiveDate: '2025-01-01' }),
      term({ effectiveDate: '2024-01-01' }),
    ];
    await stores.terms.replace('contoso', [{ skuId: E3, terms }], BY_OLIVIA);
    const before = await stores.terms.list('contoso');
    await stores.terms.replace(
      'contoso',
      [
        {
          skuId: E3,
          terms: [
            terms[0],
            { ...terms[1], notes: 'mended' },
            term({ effectiveDate: '2027-01-01', expirationDate: null }),
          ],
        },
      ],
      BY_ROBIN,
    );
    const after = await stores.terms.list('contoso');
    expect(after).toEqual([
      expect.objectContaining({
        effectiveDate: '2027-01-01',
        updatedBy: 'user:default/robin',
      }),
      before[0],
      {
        ...before[1],
        notes: 'mended',
        updatedAt: LATER.toISOString(),
        updatedBy: 'user:default/robin',
      },
    ]);
    expect(before.map(each => each.id)).not.toContain(after[0].id);
  });

  it('changes its revision with every change, and only then', async () => {
    const { stores } = await open(id);
    const revision = async () =>
      revisionOf(await stores.terms.list('contoso', E3));
    const replace = (terms = [term()]) =>
      stores.terms.replace('contoso', [{ skuId: E3, terms }], BY_OLIVIA);
    const empty = await revision();
    expect(revisionOf(await stores.terms.list('fabrikam', E5))).toBe(empty);
    await replace();
    const first = await revision();
    expect(first).not.toBe(empty);
    await replace();
    expect(await revision()).toBe(first);
    await replace([term({ cost: '11' })]);
    const second = await revision();
    expect(second).not.toBe(first);
    await replace([]);
    expect(await revision()).toBe(empty);
    await replace();
    expect([first, second]).not.toContain(await revision());
  });

  it('refuses to overwrite what somebody else changed, for all SKUs or none', async () => {
    const { stores } = await open(id);
    const seen = {
      e3: revisionOf(await stores.terms.list('contoso', E3)),
      e5: revisionOf(await stores.terms.list('contoso', E5)),
    };
    await stores.terms.replace(
      'contoso',
      [{ skuId: E5, terms: [term()], revision: seen.e5 }],
      BY_OLIVIA,
    );
    await expect(
      stores.terms.replace(
        'contoso',
        [
          { skuId: E3, terms: [term()], revision: seen.e3 },
          { skuId: E5, terms: [], revision: seen.e5 },
        ],
        BY_ROBIN,
      ),
    ).rejects.toThrow(ConflictError);
    expect(await stores.terms.list('contoso')).toMatchObject([
      { skuId: E5, updatedBy: 'user:default/olivia' },
    ]);
  });

  it('lets one of several win who save at the same time', async () => {
    const { stores } = await open(id);
    const revision = revisionOf(await stores.terms.list('contoso', E3));
    const results = await Promise.allSettled(
      ['1', '2', '3'].map(cost =>
        stores.terms.replace(
          'contoso',
          [{ skuId: E3, terms: [term({ cost })], revision }],
          BY_OLIVIA,
        ),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(await stores.terms.list('contoso')).toHaveLength(1);
  });

  it('has somebody told once of the end of a term', async () => {
    const { stores } = await open(id);
    const replace = (overrides: Parameters<typeof term>[0]) =>
      stores.terms.replace(
        'contoso',
        [{ skuId: E3, terms: [term(overrides)] }],
        BY_OLIVIA,
      );
    await replace({});
    const [{ id: termId }] = await stores.terms.list('contoso');
    const claim = (day: string) => stores.terms.claimNotice(termId, day);
    expect(await claim('2026-12-31')).toBe(false);
    const claims = await Promise.all([
      claim('2027-01-01'),
      claim('2027-01-01'),
      claim('2027-01-01'),
    ]);
    expect(claims.filter(Boolean)).toHaveLength(1);

    await replace({ notes: 'mended' });
    expect(await claim('2027-01-01')).toBe(false);
    await replace({ expirationDate: '2028-01-01' });
    expect(await claim('2027-01-01')).toBe(false);
    expect(await claim('2028-01-01')).toBe(true);
    await stores.terms.releaseNotice(termId);
    expect(await claim('2028-01-01')).toBe(true);
  });
});
