import { mockServices } from '@backstage/backend-test-utils';
import {
  type AssignedLicense,
  type License,
  type LicenseDetail,
  type LicenseInput,
  licenseReadPermission,
  type Spend,
  type TermInput,
  type Terms,
  type TermsImport,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import { waitFor } from '../__testUtils__/waitFor';
import { readConfig } from '../config';
import {
  AT,
  E3,
  E5,
  sku,
  subscription,
  testDatabases,
} from '../database/__testUtils__/records';
import { storesOf } from '../database';
import type { Stores } from '../database/types';
import { Evaluation, seatPrices } from '../evaluation';
import { term } from '../insights/__testUtils__/licenses';
import { createWorld, type World } from '../sync/__testUtils__/world';
import { applicationAccess } from '../sync/applicationAccess';
import { applicationRoster } from '../sync/applicationRoster';
import { licenseInformation } from '../sync/licenseInformation';
import { OLIVIA, serve, type Server } from './__testUtils__/server';
import { createLicenseHandlers } from './licenseHandlers';
import { withPrices } from './prices';
import { createRateHandlers } from './rateHandlers';
import { Tenants } from './tenants';

jest.setTimeout(60_000);

const { ids, databases } = testDatabases();
const NOBODYS_SKU = '00000000-0000-4000-8000-000000000000';
/** The day on which these tests run, and days from it. */
const TODAY = '2026-11-23';
const dayIn = (days: number) =>
  new Date(Date.parse(TODAY) + days * 86_400_000).toISOString().slice(0, 10);

/** In force today, and for another half year. */
const current = (overrides?: Partial<TermInput>): TermInput =>
  term({
    effectiveDate: dayIn(-183),
    expirationDate: dayIn(182),
    ...overrides,
  });

const tenantConfig = (tenantId: string) => ({
  tenantId,
  clientId: NOBODYS_SKU,
  clientSecret: 'secret',
});

describe.each(ids)('Licenses on %s', databaseId => {
  const published: object[] = [];
  const warnings: string[] = [];
  let world: World;
  let stores: Stores;
  let server: Server;
  let evaluation: Pick<Evaluation, 'revalue'>;
  let licenses: License[];

  const call = (method: 'get' | 'put' | 'post', path: string, body?: object) =>
    server.call(method, `/tenants${path}`, body);
  const get = async (path: string) =>
    (await call('get', `/contoso${path}`).expect(200)).body;
  const skuOf = (partNumber: string) => {
    const found = licenses.find(each => each.skuPartNumber === partNumber);
    if (!found) {
      throw new Error(`The simulated tenant has no ${partNumber}`);
    }
    return found;
  };
  const termsPath = (skuId: string, tenant = 'contoso') =>
    `/${tenant}/licenses/${skuId}/terms`;
  /** Replaces the terms of a SKU, as somebody who just read them. */
  const enter = async (skuId: string, items: TermInput[], tenant?: string) => {
    const path = termsPath(skuId, tenant);
    const { revision }: Terms = (await call('get', path)).body;
    return call('put', path, { revision, items });
  };
  const importCsv = (csv: string, apply?: boolean, revision?: string) =>
    call('post', '/contoso/terms/import', { csv, apply, revision });

  beforeAll(async () => {
    const knex = await databases.init(databaseId);
    world = await createWorld(knex, { accounts: 120 });
    // License Information of fabrikam is switched off.
    const config = readConfig(
      mockServices.rootConfig({
        data: {
          m365Licenses: {
            tenants: {
              contoso: tenantConfig(world.simulator.tenantId),
              fabrikam: {
                ...tenantConfig(E3),
                tasks: { licenseInformation: { enabled: false } },
              },
            },
          },
        },
      }),
    );
    stores = storesOf(knex, config);

    // A tenant of earlier times, with what it cost.
    await stores.tenants.reconcile([{ name: 'retired', tenantId: E5 }], AT);
    await stores.terms.replace('retired', [{ skuId: E3, terms: [current()] }], {
      updatedBy: OLIVIA,
      at: AT,
    });
    for (const tenant of ['retired', 'fabrikam']) {
      await stores.licenses.store(
        tenant,
        { skus: [sku(E3)], subscriptions: [subscription('s', E3)] },
        AT,
      );
    }
    await stores.tenants.reconcile(
      config.tenants.map(({ name, connection }) => ({
        name,
        tenantId: connection.tenantId,
      })),
      world.now(),
    );

    for (const task of [
      applicationRoster,
      licenseInformation,
      applicationAccess,
    ]) {
      const { run } = await world.run(task);
      if (run.status !== 'succeeded') {
        throw new Error(`${task.title} ended as ${run.status}`);
      }
    }
    const whole = Evaluation.create({
      tenants: ['contoso', 'fabrikam'],
      stores,
      catalogGroups: { refresh: async () => {} },
      config: { ...config, outsideCatalog: false },
      events: { candidatesChanged: async () => {} },
      scheduler: mockServices.scheduler.mock(),
      logger: mockServices.logger.mock(),
      now: world.now,
    });
    evaluation = whole;
    await whole.evaluate('contoso');

    const tenants = Tenants.create({
      config,
      started: config.tenants.map(tenant => ({
        ...tenant,
        graph: world.graph,
        reclamationGraph: world.graph,
      })),
      store: stores.tenants,
    });
    server = await serve(access => {
      const common = {
        tenants,
        stores,
        access,
        caller: async () => OLIVIA,
        now: world.now,
      };
      return {
        ...createLicenseHandlers({
          ...common,
          threshold: () => world.threshold,
          evaluation: { revalue: tenant => evaluation.revalue(tenant) },
          events: {
            termsChanged: async event => {
              published.push({ termsChanged: event });
            },
            seatsChanged: async event => {
              published.push({ seatsChanged: event });
            },
          },
          logger: mockServices.logger.mock({
            warn: line => {
              warnings.push(line);
            },
          }),
        }),
        ...createRateHandlers(common),
      };
    });
    licenses = (await get('/licenses')).items;
  });

  beforeEach(async () => {
    server.denied.clear();
    for (const { skuId } of licenses) {
      const { items }: Terms = await get(`/licenses/${skuId}/terms`);
      if (items.length > 0) {
        await enter(skuId, []);
      }
    }
    server.audited.length = 0;
    published.length = 0;
  });

  afterAll(async () => {
    await server?.stop();
    await world?.stop();
  });

  it('prices the seats of the simulated tenant exactly', async () => {
    const e5 = skuOf('SPE_E5');
    const truth = world.simulator.tenant.truth.skus[e5.skuId];
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
    expect(server.audited.at(-1)).toEqual({
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
        skuConsumed: world.simulator.tenant.truth.skus[skuId].assigned,
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
    expect(preview).toEqual({
      applied: false,
      changes,
      problems: [],
      revision: expect.any(String),
    });
    expect(await get('/terms')).toEqual(before);

    const { body: done } = await importCsv(csv, true).expect(200);
    expect(done).toEqual({ ...preview, applied: true });
    expect(server.audited.at(-1)).toEqual({
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
      revision: expect.any(String),
      problems: [
        {
          line: 3,
          column: 'cost',
          message: expect.stringContaining('as in 12.50'),
        },
      ],
    });
    expect((await get('/terms')).totalItems).toBe(0);
    expect(server.audited).toContainEqual(
      expect.objectContaining({
        meta: expect.objectContaining({ applied: false, problems: 1 }),
      }),
    );
  });

  it('imports what was shown, unless somebody changed it meanwhile', async () => {
    const e3 = skuOf('SPE_E3');
    const e5 = skuOf('SPE_E5');
    const csv = [
      HEADER,
      'SPE_E3,10,EUR,monthly,100,2026-01-01,,',
      'SPE_E5,30,USD,annually,5,2026-01-01,,',
    ].join('\n');
    await enter(e5.skuId, [current()]);
    const shown: TermsImport = (await importCsv(csv)).body;
    const again: TermsImport = (await importCsv(csv)).body;
    expect(again.revision).toBe(shown.revision);

    // Of a license that is not in the file.
    await enter(skuOf('SPE_F1').skuId, [current()]);
    await enter(e5.skuId, [current({ notes: 'mended' })]);
    const before = await get('/terms');
    const { status, body } = await importCsv(csv, true, shown.revision);
    expect(status).toBe(409);
    expect(body.error.message).toContain('Show the changes again');
    expect(await get('/terms')).toEqual(before);

    const { revision }: TermsImport = (await importCsv(csv)).body;
    expect(revision).not.toBe(shown.revision);
    published.length = 0;
    const done: TermsImport = (await importCsv(csv, true, revision)).body;
    expect(done).toMatchObject({ applied: true, revision });
    const [{ termsChanged }] = published as { termsChanged: object }[];
    expect(termsChanged).toEqual({
      tenant: 'contoso',
      skuIds: expect.arrayContaining([e3.skuId, e5.skuId]),
    });
    expect((await importCsv(csv, true, revision)).status).toBe(409);
    // A file for which nobody waits to see the changes.
    await importCsv(csv, true).expect(200);
    expect(published).toHaveLength(1);
  });

  it('says which terms changed, and sorts candidates anew', async () => {
    const { skuId } = skuOf('SPE_E3');
    const revalued: string[] = [];
    const whole = evaluation;
    evaluation = {
      revalue: async tenant => {
        await whole.revalue(tenant);
        revalued.push(tenant);
      },
    };
    await enter(skuId, [current()]);
    expect(published).toEqual([
      { termsChanged: { tenant: 'contoso', skuIds: [skuId] } },
    ]);
    await waitFor('the values of candidates', async () =>
      revalued.length === 1 ? true : undefined,
    );
    await enter(skuId, [current()]);
    expect(published).toHaveLength(1);

    evaluation = {
      revalue: async () => {
        throw new Error("update candidates where upn = 'maya' - disk is full");
      },
    };
    expect((await enter(skuId, [])).status).toBe(200);
    await waitFor('a warning', async () =>
      warnings.length > 0 ? true : undefined,
    );
    expect(warnings).toEqual([
      expect.stringMatching(/contoso cost changed.*: disk is full$/),
    ]);
    evaluation = whole;
    expect(revalued).toEqual(['contoso']);
  });

  describe('exchange rates', () => {
    const rates = async () => get('/exchange-rates');
    const enterRates = async (
      currency: string | null,
      entered: object[],
      revision?: string,
    ) =>
      call('put', '/contoso/exchange-rates', {
        currency,
        rates: entered,
        revision: revision ?? (await rates()).revision,
      });
    const usd = { currency: 'USD', rate: '0.50', date: TODAY };

    it('convert the spend, and say by which rates', async () => {
      await enter(skuOf('SPE_E3').skuId, [current()]);
      await enter(skuOf('SPE_E5').skuId, [
        current({ currency: 'USD', quantity: 500 }),
        current({ currency: 'CHF', quantity: 1 }),
      ]);
      const spend: Spend = await get('/spend');
      expect(spend.converted).toBeNull();
      expect(spend.evaluatedAt).toBe(world.now().toISOString());

      const gbp = { currency: 'GBP', rate: '1.1', date: '2026-01-01' };
      const { status, body } = await enterRates('EUR', [usd, gbp]);
      expect(status).toBe(200);
      expect(body).toEqual({
        currency: 'EUR',
        rates: [{ ...usd, rate: '0.5' }, gbp],
        updatedAt: world.now().toISOString(),
        updatedBy: OLIVIA,
        revision: expect.any(String),
      });
      expect(await rates()).toEqual(body);
      expect(server.audited).toContainEqual({
        eventId: 'exchange-rates-update',
        severityLevel: 'medium',
        meta: { currency: 'EUR', rates: [{ ...usd, rate: '0.5' }, gbp] },
      });
      const { currencies, converted }: Spend = await get('/spend');
      expect(currencies.map(({ currency }) => currency)).toEqual([
        'CHF',
        'EUR',
        'USD',
      ]);
      expect(converted).toMatchObject({
        currency: 'EUR',
        // 12000 and half of 60000.
        annual: '42000.00',
        once: '0.00',
        rates: [{ ...usd, rate: '0.5' }],
        missing: ['CHF'],
      });
      await enterRates(null, [usd]);
      expect((await get('/spend')).converted).toBeNull();
    });

    it('name the place and field of what is wrong, and change nothing', async () => {
      const before = await rates();
      const refused = async (
        currency: string | null,
        entered: object[],
      ): Promise<string> => {
        const { status, body } = await enterRates(currency, entered);
        expect(status).toBe(400);
        return body.error.message;
      };
      expect(
        (
          await refused('EURO', [
            usd,
            { ...usd, currency: 'XYZ' },
            { ...usd, currency: 'CHF', rate: '0.000' },
            { ...usd, currency: 'GBP', date: dayIn(1) },
            { ...usd, date: '2026-01-01' },
          ])
        ).split('; '),
      ).toEqual([
        'currency: EURO is not a currency',
        'use a code of ISO 4217 such as EUR or USD',
        'rates.1.currency: XYZ is not a currency',
        'use a code of ISO 4217 such as EUR or USD',
        'rates.2.rate: 0.000 is not more than 0',
        'enter what one CHF is worth',
        `rates.3.date: ${dayIn(1)} is in the future`,
        'enter the day on which the rate was read',
        'rates.4.currency: USD has a rate in rates.0 already',
        'keep one of the two',
      ]);
      expect(await refused('EUR', [usd, { ...usd, currency: 'EUR' }])).toBe(
        'rates.1.currency: EUR is the currency to convert to, and needs no rate; remove this line',
      );
      for (const rate of ['1,5', '-1', '1e3', 1.5, '0.1234567891', '']) {
        expect(await refused('EUR', [{ ...usd, rate }])).toContain(
          'body/rates/0/rate',
        );
      }
      expect(await refused('EUR', [{ ...usd, date: '2026-02-30' }])).toContain(
        'rates.0.date: 2026-02-30 is not a day',
      );
      expect(await rates()).toEqual(before);
    });

    it('are not overwritten unseen, nor read or entered by everybody', async () => {
      const { revision } = await rates();
      await enterRates('EUR', [], revision);
      const { status, body } = await enterRates('USD', [], revision);
      expect(status).toBe(409);
      expect(body.error.message).toContain(
        'Somebody else changed the exchange rates of contoso',
      );
      const { currency, revision: seen } = await rates();
      expect(currency).toBe('EUR');
      server.denied.add(termsUpdatePermission.name);
      expect((await enterRates('USD', [], seen)).status).toBe(403);
      await call('get', '/contoso/exchange-rates').expect(200);
      server.denied.add(licenseReadPermission.name);
      await call('get', '/contoso/exchange-rates').expect(403);
      server.denied.clear();
      await call('get', '/retired/exchange-rates').expect(200);
      await call('put', '/retired/exchange-rates', {
        currency: null,
        rates: [],
        revision: seen,
      }).expect(409);
    });
  });

  describe('name, type and seats', () => {
    const path = `/fabrikam/licenses/${E3}`;
    const nothing = { displayName: null, appliesTo: null, bought: null };
    const put = (entered: Partial<LicenseInput>) =>
      call('put', path, { ...nothing, ...entered });
    const detail = async (): Promise<LicenseDetail> =>
      (await call('get', path).expect(200)).body;

    it('are entered while License Information is off, and count everywhere', async () => {
      const before = await detail();
      expect(before).toMatchObject({
        editable: true,
        license: { bought: 100, unassigned: 70, entered: null },
        forecast: null,
        downgrades: [],
      });
      const { status, body } = await put({
        displayName: ' Our suite ',
        bought: 42,
      });
      expect(status).toBe(200);
      expect(body).toEqual(await detail());
      expect(body.license).toMatchObject({
        displayName: 'Our suite',
        appliesTo: 'User',
        bought: 42,
        assigned: 30,
        unassigned: 12,
        entered: {
          displayName: 'Our suite',
          appliesTo: null,
          bought: 42,
          captured: {
            displayName: 'Microsoft 365 E3',
            appliesTo: 'User',
            bought: 100,
          },
          by: OLIVIA,
          at: world.now().toISOString(),
        },
      });
      // What Microsoft said stays what is compared.
      expect(body.reconciliation).toEqual(before.reconciliation);
      expect(published).toEqual([
        { seatsChanged: { tenant: 'fabrikam', skuIds: [E3] } },
      ]);
      expect(server.audited).toContainEqual({
        eventId: 'license-update',
        severityLevel: 'medium',
        meta: { displayName: 'Our suite', appliesTo: null, bought: 42 },
      });
      const listed = await call('get', '/fabrikam/licenses?text=our%20s');
      expect(listed.body.items).toEqual([
        expect.objectContaining({ skuId: E3, bought: 42 }),
      ]);

      await put({ displayName: 'Our suite', bought: 42, appliesTo: 'Company' });
      expect(published).toHaveLength(1);
      await enter(E3, [current({ quantity: 42 })], 'fabrikam');
      const { body: spend } = await call('get', '/fabrikam/spend').expect(200);
      expect(
        (spend as Spend).currencies[0].uses.filter(({ seats }) => seats > 0),
      ).toEqual([{ use: 'notMeasurable', amount: '5040.00', seats: 42 }]);
      await enter(E3, [], 'fabrikam');

      await put({});
      expect(await detail()).toEqual(before);
    });

    it('are what Microsoft says while the task is on', async () => {
      const { skuId } = skuOf('SPE_E3');
      const on = `/contoso/licenses/${skuId}`;
      const { status, body } = await call('put', on, { ...nothing, bought: 1 });
      expect(status).toBe(409);
      expect(body.error.message).toContain(
        'm365Licenses.tenants.contoso.tasks.licenseInformation.enabled',
      );
      const seen: LicenseDetail = await get(`/licenses/${skuId}`);
      expect(seen.editable).toBe(false);
      expect(seen.license.entered).toBeNull();
      await call('put', `/retired/licenses/${E3}`, nothing).expect(409);
      const { body: retired } = await call('get', `/retired/licenses/${E3}`);
      expect(retired.editable).toBe(false);
    });

    it('are refused where they make no sense, or the permission is missing', async () => {
      for (const wrong of [
        { displayName: '' },
        { displayName: '  ' },
        { displayName: 'a\0b' },
        { bought: -1 },
        { bought: 1.5 },
        { bought: 100_000_001 },
        { appliesTo: 'Nobody' },
        { seats: 1 },
      ]) {
        await call('put', path, { ...nothing, ...wrong }).expect(400);
      }
      await call('put', `/fabrikam/licenses/${NOBODYS_SKU}`, nothing).expect(
        404,
      );
      server.denied.add(termsUpdatePermission.name);
      expect((await put({ bought: 1 })).status).toBe(403);
      expect((await detail()).license.entered).toBeNull();
    });
  });

  it('prices what people hold, each license and all of them', async () => {
    const e3 = skuOf('SPE_E3');
    const e5 = skuOf('SPE_E5');
    const held = (skuId: string): AssignedLicense => ({
      skuId,
      skuPartNumber: null,
      displayName: '',
      services: [],
      lastActivityDate: null,
      status: 'active',
      paths: [],
    });
    const { items } = await stores.accounts.list('contoso', {
      ...world.threshold,
      limit: 1,
      sort: 'displayName',
      order: 'asc',
      deleted: false,
    });
    const pricesOf = async (...skuIds: string[]) => {
      const [account] = withPrices(
        [{ ...items[0], licenses: skuIds.map(held) }],
        await seatPrices(stores, 'contoso', TODAY),
      );
      return [account.annual, ...account.licenses.map(each => each.annual)];
    };
    expect(await pricesOf(e3.skuId)).toEqual([[], []]);

    // A third of a euro a seat, twice, is two thirds: rounded once.
    const thirds = (seats: number) =>
      current({
        cost: '1',
        frequency: 'triennially',
        quantity: Math.max(seats, 1),
      });
    const eur = (amount: string) => [{ amount, currency: 'EUR' }];
    await enter(e3.skuId, [thirds(Math.max(e3.bought, e3.assigned))]);
    await enter(e5.skuId, [thirds(Math.max(e5.bought, e5.assigned))]);
    const f1 = skuOf('SPE_F1');
    expect(await pricesOf(e3.skuId, e5.skuId, f1.skuId)).toEqual([
      eur('0.6667'),
      eur('0.3333'),
      eur('0.3333'),
      [],
    ]);
    await enter(f1.skuId, [
      current({
        currency: 'CHF',
        cost: '0',
        quantity: 1,
      }),
      current({ cost: '9', frequency: 'once', expirationDate: null }),
    ]);
    expect(await pricesOf(f1.skuId, e3.skuId)).toEqual([
      [{ amount: '0.00', currency: 'CHF' }, ...eur('0.3333')],
      [{ amount: '0.00', currency: 'CHF' }],
      eur('0.3333'),
    ]);
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
    server.denied.add(termsUpdatePermission.name);
    await get(`/licenses/${skuId}/terms`);
    const { status, body } = await enter(skuId, []);
    expect(status).toBe(403);
    expect(body.error.message).toContain('m365-licenses.terms.update');
    await importCsv(HEADER).expect(403);

    server.denied.add(licenseReadPermission.name);
    server.audited.length = 0;
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
    expect(server.audited).toEqual(
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
