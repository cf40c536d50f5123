import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  type License,
  type LicenseDetail,
  licenseReadPermission,
  type Spend,
  type TermInput,
  type Terms,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import { type Simulator, startSimulator } from 'graph-simulator';
import request from 'supertest';
import { waitFor } from '../__testUtils__/waitFor';
import {
  AT,
  E3,
  E5,
  sku,
  testDatabases,
} from '../database/__testUtils__/records';
import m365LicensesPlugin from '../index';
import { term } from '../insights/__testUtils__/licenses';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const OLIVIA = 'user:default/olivia';
const NOBODYS_SKU = '00000000-0000-4000-8000-000000000000';
const DAY = 86_400_000;
const dayIn = (days: number) =>
  new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

/** In force today, and for another half year. */
const current = (overrides?: Partial<TermInput>): TermInput =>
  term({
    effectiveDate: dayIn(-183),
    expirationDate: dayIn(182),
    ...overrides,
  });

describe.each(ids)('Licenses on %s', databaseId => {
  const denied = new Set<string>();
  const audited: object[] = [];
  let simulator: Simulator;
  let backend: TestBackend;
  let licenses: License[];

  const base = '/api/m365-licenses/tenants';
  const call = (method: 'get' | 'put' | 'post', path: string, body?: object) =>
    request(backend.server)
      [method](`${base}${path}`)
      .set('Authorization', mockCredentials.user.header(OLIVIA))
      .send(body);
  const get = async (path: string) =>
    (await call('get', `/contoso${path}`).expect(200)).body;
  const skuOf = (partNumber: string) => {
    const found = licenses.find(each => each.skuPartNumber === partNumber);
    if (!found) {
      throw new Error(`The simulated tenant has no ${partNumber}`);
    }
    return found;
  };
  const termsPath = (skuId: string) => `/contoso/licenses/${skuId}/terms`;
  /** Replaces the terms of a SKU, as somebody who just read them. */
  const enter = async (skuId: string, items: TermInput[]) => {
    const { revision }: Terms = (await call('get', termsPath(skuId))).body;
    return call('put', termsPath(skuId), { revision, items });
  };
  const importCsv = (csv: string, apply?: boolean) =>
    call('post', '/contoso/terms/import', { csv, apply });

  const start = (
    knex: Awaited<ReturnType<typeof open>>['knex'],
  ): Promise<TestBackend> =>
    startTestBackend({
      features: [
        m365LicensesPlugin,
        mockServices.database.mock({ getClient: async () => knex }).factory,
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'http://localhost:3000' },
            m365Licenses: {
              tenants: {
                contoso: {
                  tenantId: simulator.tenantId,
                  clientId: simulator.clientId,
                  clientSecret: simulator.clientSecret,
                  authority: simulator.url,
                  target: simulator.url,
                },
              },
            },
          },
        }),
        catalogServiceMock.factory({ entities: [] }),
        mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
        mockServices.permissions.mock({
          authorize: async requests =>
            requests.map(({ permission }) => ({
              result: denied.has(permission.name)
                ? AuthorizeResult.DENY
                : AuthorizeResult.ALLOW,
            })),
          authorizeConditional: async requests =>
            requests.map(() => ({ result: AuthorizeResult.ALLOW })),
        }).factory,
        mockServices.auditor.mock({
          createEvent: async ({ eventId, severityLevel }) => ({
            success: async options => {
              audited.push({ eventId, severityLevel, ...options });
            },
            fail: async () => {
              audited.push({ eventId, severityLevel, failed: true });
            },
          }),
        }).factory,
      ],
    });

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: 120 });
    const { knex, stores } = await open(databaseId);
    // A tenant of earlier times, with what it cost.
    await stores.tenants.reconcile([{ name: 'retired', tenantId: E5 }], AT);
    await stores.licenses.store('retired', { skus: [sku(E3)] }, AT);
    await stores.terms.replace('retired', [{ skuId: E3, terms: [current()] }], {
      updatedBy: OLIVIA,
      at: AT,
    });
    backend = await start(knex);
    const run = async (task: string) => {
      await call('post', `/contoso/tasks/${task}/run`);
      await waitFor(`a run of ${task}`, async () => {
        const { items } = await get(`/task-runs?task=${task}`);
        return items[0]?.status === 'succeeded' ? true : undefined;
      });
    };
    await run('application-roster');
    await run('license-information');
    await run('application-access');
    licenses = (await get('/licenses')).items;
  });

  beforeEach(async () => {
    denied.clear();
    for (const { skuId } of licenses) {
      const { items }: Terms = await get(`/licenses/${skuId}/terms`);
      if (items.length > 0) {
        await enter(skuId, []);
      }
    }
    audited.length = 0;
  });

  afterAll(async () => {
    await backend?.stop();
    await simulator?.stop();
  });

  it('prices the seats of the simulated tenant exactly', async () => {
    const e5 = skuOf('SPE_E5');
    const truth = simulator.tenant.truth.skus[e5.skuId];
    expect(e5.spend).toBeNull();
    expect(e5.assigned).toBe(truth.assigned);
    await enter(e5.skuId, [
      current({ cost: '54.75', quantity: e5.bought, currency: 'USD' }),
    ]).then(({ status }) => expect(status).toBe(200));

    const cents = (seats: number) => seats * 5475 * 12;
    const money = (inCents: number) =>
      `${Math.trunc(inCents / 100)}.${String(inCents % 100).padStart(2, '0')}`;
    const spend: Spend = await get('/spend');
    const [{ uses, ...usd }, ...others] = spend.currencies;
    expect(others).toEqual([]);
    expect(usd).toMatchObject({
      currency: 'USD',
      annual: money(cents(e5.bought)),
      once: '0.00',
    });
    const seatsOf = Object.fromEntries(
      uses.map(({ use, seats }) => [use, seats]),
    );
    const accounts = Object.fromEntries(
      e5.statuses.map(each => [each.status, each.accounts]),
    );
    expect(seatsOf).toEqual({
      ...accounts,
      unassigned: Math.max(0, e5.bought - truth.assigned),
    });
    expect(uses.reduce((total, { seats }) => total + seats, 0)).toBe(e5.bought);
    for (const { use, seats, amount } of uses) {
      expect([use, amount]).toEqual([use, money(cents(seats))]);
    }
    const savings = money(
      cents(seatsOf.inactive + seatsOf.neverActive + seatsOf.unassigned),
    );
    expect(usd.savings).toBe(savings);
    expect(spend.skus).toEqual([
      {
        skuId: e5.skuId,
        displayName: 'Microsoft 365 E5',
        spend: {
          annual: [{ amount: usd.annual, currency: 'USD' }],
          once: [],
          savings: [{ amount: savings, currency: 'USD' }],
        },
        savingsFrom: dayIn(182),
      },
    ]);
    const detail: LicenseDetail = await get(`/licenses/${e5.skuId}`);
    expect(detail.savingsFrom).toBe(dayIn(182));
    expect(spend.unpriced.map(({ skuId }) => skuId).sort()).toEqual(
      licenses
        .filter(({ skuId, bought }) => skuId !== e5.skuId && bought > 0)
        .map(({ skuId }) => skuId)
        .sort(),
    );
    const listed: License[] = (await get('/licenses?text=spe_e5')).items;
    expect(detail.license).toEqual(
      listed.find(({ skuId }) => skuId === e5.skuId),
    );
    expect(listed.map(license => license.spend)).toEqual([spend.skus[0].spend]);
  });

  it('keeps terms with who entered them, and audits what changed', async () => {
    const { skuId } = skuOf('SPE_E3');
    const terms = [
      current({ administrator: 'user:olivia', cost: '10.50' }),
      current({ effectiveDate: '2024-01-01', expirationDate: '2025-01-01' }),
    ];
    const { body } = await enter(skuId, terms);
    expect(body).toEqual({
      items: [
        {
          ...terms[0],
          cost: '10.5',
          administrator: OLIVIA,
          id: expect.any(String),
          active: true,
          annual: { amount: '12600.00', currency: 'EUR' },
          updatedAt: expect.any(String),
          updatedBy: OLIVIA,
        },
        expect.objectContaining({ ...terms[1], active: false }),
      ],
      totalItems: 2,
      revision: expect.any(String),
    });
    expect(audited.at(-1)).toEqual({
      eventId: 'terms-update',
      severityLevel: 'medium',
      meta: { added: 2, changed: 0, removed: 0, unchanged: 0 },
    });
    expect(await get(`/licenses/${skuId.toUpperCase()}/terms`)).toEqual(body);
    const { items } = await get('/terms');
    expect(items).toEqual(
      body.items.map((each: object) => ({
        skuId,
        skuPartNumber: 'SPE_E3',
        displayName: 'Microsoft 365 E3',
        term: each,
      })),
    );
    const detail = await get(`/licenses/${skuId}`);
    expect(detail).toMatchObject({
      license: { skuId, spend: { annual: [{ amount: '12600.00' }] } },
      terms: body,
      reconciliation: {
        skuEnabled: skuOf('SPE_E3').bought,
        skuConsumed: simulator.tenant.truth.skus[skuId].assigned,
        entered: 100,
      },
    });
  });

  it('refuses what another person saved over meanwhile', async () => {
    const { skuId } = skuOf('SPE_E3');
    const { revision }: Terms = await get(`/licenses/${skuId}/terms`);
    await call('put', termsPath(skuId), { revision, items: [current()] });
    const { status, body } = await call('put', termsPath(skuId), {
      revision,
      items: [],
    });
    expect(status).toBe(409);
    expect(body.error.message).toContain('Somebody else changed the terms');
    expect((await get('/terms')).totalItems).toBe(1);
  });

  it('names the place and field of what is wrong, and changes nothing', async () => {
    const { skuId } = skuOf('SPE_E3');
    const refused = async (items: object[]): Promise<string> => {
      const { body } = await call('put', termsPath(skuId), {
        revision: 'x',
        items,
      }).expect(400);
      return body.error.message;
    };
    const wrong = await refused([
      current(),
      current({ expirationDate: dayIn(-183), administrator: 'olivia' }),
      current({ currency: 'XYZ' }),
      current(),
      current({ effectiveDate: '2026-02-30', expirationDate: '2027-02-31' }),
    ]);
    expect(wrong).toContain('items.1.expirationDate: ');
    expect(wrong).toContain('items.1.administrator: olivia is not');
    expect(wrong).toContain('items.2.currency: XYZ is not a currency');
    expect(wrong).toContain('items.4.effectiveDate: 2026-02-30 is not a day');
    expect(wrong).toContain('items.4.expirationDate: 2027-02-31 is not a day');
    expect(wrong).toContain('items.3: says the same as items.0');
    for (const cost of ['12,50', '-1', '1e3', 12.5, '1.1234567']) {
      expect(await refused([{ ...current(), cost }])).toContain(
        'body/items/0/cost',
      );
    }
    expect(await refused([{ ...current(), price: '1' }])).toContain(
      'body/items/0 must NOT have unevaluated properties',
    );
    const { body } = await call('put', termsPath(NOBODYS_SKU), {
      revision: 'x',
      items: [],
    }).expect(404);
    expect(body.error.message).toContain(`no license ${NOBODYS_SKU}`);
  });
  const HEADER =
    'skuPartNumber,cost,currency,frequency,quantity,effectiveDate,expirationDate,notes';

  it('shows what an import changes, and changes it when told to', async () => {
    const e3 = skuOf('SPE_E3');
    const e5 = skuOf('SPE_E5');
    const kept = term({ expirationDate: null });
    const dearer = term({ effectiveDate: '2025-01-01', expirationDate: null });
    const gone = term({ effectiveDate: '2024-01-01' });
    await enter(e3.skuId, [kept, dearer, gone]);
    await enter(skuOf('SPE_F1').skuId, [kept]);
    const csv = [
      HEADER,
      'SPE_E3,10,EUR,monthly,100,2026-01-01,,',
      'SPE_E3,11,EUR,monthly,100,2025-01-01,,',
      "SPE_E5,30,USD,annually,5,2026-01-01,,'=dearer",
    ].join('\n');
    const changes = [
      { action: 'unchanged', skuId: e3.skuId, before: kept, after: kept },
      {
        action: 'changed',
        skuId: e3.skuId,
        before: dearer,
        after: { ...dearer, cost: '11' },
      },
      { action: 'removed', skuId: e3.skuId, before: gone, after: null },
      {
        action: 'added',
        skuId: e5.skuId,
        before: null,
        after: term({
          cost: '30',
          currency: 'USD',
          frequency: 'annually',
          quantity: 5,
          expirationDate: null,
          notes: '=dearer',
        }),
      },
    ].map(change => ({ ...change, displayName: expect.any(String) }));

    const before = await get('/terms');
    const { body: preview } = await importCsv(csv).expect(200);
    expect(preview).toEqual({ applied: false, changes, problems: [] });
    expect(await get('/terms')).toEqual(before);

    const { body: done } = await importCsv(csv, true).expect(200);
    expect(done).toEqual({ ...preview, applied: true });
    expect(audited.at(-1)).toEqual({
      eventId: 'terms-import',
      severityLevel: 'medium',
      meta: {
        applied: true,
        licenses: 2,
        added: 1,
        changed: 1,
        removed: 1,
        unchanged: 1,
        problems: 0,
      },
    });
    const { body: again } = await importCsv(csv).expect(200);
    expect(
      again.changes.map(({ action }: { action: string }) => action),
    ).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect((await get('/terms')).totalItems).toBe(4);
  });

  it('changes nothing while a line of an import has a problem', async () => {
    const { body } = await importCsv(
      [
        HEADER,
        'SPE_E3,10,EUR,monthly,100,2026-01-01,,',
        'SPE_E5,"12,50",EUR,monthly,100,2026-01-01,2026-01-01,',
      ].join('\n'),
      true,
    ).expect(200);
    expect(body).toEqual({
      applied: false,
      changes: [],
      problems: [
        {
          line: 3,
          column: 'cost',
          message: expect.stringContaining('as in 12.50'),
        },
      ],
    });
    expect((await get('/terms')).totalItems).toBe(0);
    expect(audited).toContainEqual(
      expect.objectContaining({
        meta: expect.objectContaining({ applied: false, problems: 1 }),
      }),
    );
  });

  it('lists what renews, the next first', async () => {
    const { skuId } = skuOf('SPE_E3');
    await enter(skuId, [current({ administrator: OLIVIA })]);
    const { items } = await get('/renewals');
    const dates = items.map(({ date }: { date: string }) => date);
    expect(dates).toEqual([...dates].sort());
    expect(items).toContainEqual(
      expect.objectContaining({
        date: dayIn(182),
        kind: 'term',
        skuId,
        quantity: 100,
        administrator: OLIVIA,
        annual: { amount: '12000.00', currency: 'EUR' },
      }),
    );
    const soon = await get('/renewals?days=100');
    expect(
      soon.items.some(({ kind }: { kind: string }) => kind === 'term'),
    ).toBe(false);
    await call('get', '/contoso/renewals?days=0').expect(400);
  });

  it('lets those change terms who may, and those read who may', async () => {
    const { skuId } = skuOf('SPE_E3');
    denied.add(termsUpdatePermission.name);
    await get(`/licenses/${skuId}/terms`);
    const { status, body } = await enter(skuId, []);
    expect(status).toBe(403);
    expect(body.error.message).toContain('m365-licenses.terms.update');
    await importCsv(HEADER).expect(403);

    denied.add(licenseReadPermission.name);
    audited.length = 0;
    const reads = [
      ['license-fetch', '/licenses'],
      ['license-fetch', `/licenses/${skuId}`],
      ['terms-fetch', `/licenses/${skuId}/terms`],
      ['terms-fetch', '/terms'],
      ['spend-fetch', '/spend'],
      ['renewal-fetch', '/renewals'],
    ];
    for (const [, path] of reads) {
      await call('get', `/contoso${path}`).expect(403);
    }
    expect(audited).toEqual(
      reads.map(([eventId]) => ({
        eventId,
        severityLevel: 'low',
        failed: true,
      })),
    );
  });

  it('reads what a retired tenant cost, and changes nothing of it', async () => {
    const path = `/retired/licenses/${E3}`;
    const { body } = await call('get', path).expect(200);
    expect(body.license).toMatchObject({
      bought: 100,
      spend: { annual: [{ amount: '12000.00', currency: 'EUR' }] },
    });
    for (const readable of ['/terms', '/spend', '/renewals', '/licenses']) {
      await call('get', `/retired${readable}`).expect(200);
    }
    await call('put', `${path}/terms`, {
      revision: body.terms.revision,
      items: [],
    }).expect(409);
    await call('post', '/retired/terms/import', { csv: HEADER }).expect(409);
    await call('get', '/nobody/spend').expect(404);
  });
});
