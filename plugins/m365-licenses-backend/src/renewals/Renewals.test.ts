import type { SchedulerServiceTaskInvocationDefinition } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import {
  AT,
  E3,
  E5,
  sku,
  testDatabases,
} from '../database/__testUtils__/records';
import type { Stores } from '../database/types';
import { term } from '../insights/__testUtils__/licenses';
import { Renewals, type RenewalsOptions } from './Renewals';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const DAY = 86_400_000;
/** 60 days before the term of the tests ends, 2027-01-01. */
const FIRST_DAY = new Date('2026-11-02T09:00:00.000Z');
const OLIVIA = 'user:default/olivia';
const ADMINISTRATORS = ['group:default/administrators'];

/** A replica of the portal whose days and notifications a test holds. */
function createReplica(stores: Stores, options: Partial<RenewalsOptions> = {}) {
  const sent: NotificationSendOptions[] = [];
  const warnings: string[] = [];
  const clock = { now: FIRST_DAY };
  const renewals = Renewals.create({
    tenants: ['contoso', 'fabrikam'],
    stores,
    logger: mockServices.logger.mock({
      warn: line => {
        warnings.push(line);
      },
    }),
    scheduler: mockServices.scheduler.mock(),
    notifications: {
      send: async notification => {
        sent.push(notification);
      },
    },
    administrators: ADMINISTRATORS,
    now: () => clock.now,
    ...options,
  });
  return {
    renewals,
    sent,
    warnings,
    recipients: () =>
      sent.map(({ recipients }) =>
        'entityRef' in recipients ? recipients.entityRef : recipients.type,
      ),
    on: async (daysLater: number) => {
      clock.now = new Date(FIRST_DAY.getTime() + daysLater * DAY);
      await renewals.notify();
    },
  };
}

describe.each(ids)('Renewals on %s', id => {
  const enter = (
    stores: Stores,
    terms: ReturnType<typeof term>[],
    tenant = 'contoso',
  ) =>
    stores.terms.replace(tenant, [{ skuId: E3, terms }], {
      updatedBy: OLIVIA,
      at: AT,
    });

  async function openWith(
    terms: ReturnType<typeof term>[],
    tenant = 'contoso',
  ) {
    const { stores } = await open(id);
    await stores.licenses.store(
      tenant,
      { skus: [sku(E3), sku(E5, { skuPartNumber: 'SPE_E5' })] },
      AT,
    );
    await enter(stores, terms, tenant);
    return stores;
  }
  it('tells the administrator once, the set number of days before', async () => {
    const stores = await openWith([
      term({ administrator: OLIVIA, purchaseIdentifier: 'PO-1' }),
    ]);
    const replica = createReplica(stores);
    await replica.on(-1);
    expect(replica.sent).toEqual([]);
    await replica.on(0);
    expect(replica.sent).toEqual([
      {
        recipients: { type: 'entity', entityRef: [OLIVIA] },
        payload: {
          title:
            'Microsoft 365 tenant contoso: the term of a license ends soon',
          description:
            'Microsoft 365 E3 ends on 2027-01-01, in 60 days (100 seats, EUR 12000.00 a year, PO-1). Take unused seats back before then, and enter the new term on the Licenses tab.',
          link: '/m365-licenses/licenses?tenant=contoso',
          severity: 'normal',
        },
      },
    ]);
    await replica.on(0);
    await replica.on(1);
    expect(replica.sent).toHaveLength(1);
  });

  it('tells once also with replicas and after a restart', async () => {
    const stores = await openWith([term(), term({ quantity: 5 })]);
    const replicas = [createReplica(stores), createReplica(stores)];
    await Promise.all(replicas.map(replica => replica.on(3)));
    const named = replicas
      .flatMap(({ sent }) => sent)
      .map(({ payload }) => payload.description?.match(/seats/g)?.length);
    // However the two shared the terms, each was named once.
    expect(named.reduce((sum = 0, count = 0) => sum + count, 0)).toBe(
      2 + named.length,
    );
    const restarted = createReplica(stores);
    await restarted.on(4);
    expect(restarted.sent).toEqual([]);
  });

  it('tells again when the term ends on another day, not when its notes change', async () => {
    const stores = await openWith([term()]);
    const replica = createReplica(stores);
    await replica.on(0);
    await enter(stores, [term({ notes: 'mended' })]);
    await replica.on(1);
    expect(replica.sent).toHaveLength(1);
    await enter(stores, [term({ expirationDate: '2026-12-01' })]);
    await replica.on(1);
    expect(replica.sent).toHaveLength(2);
  });

  it('tells the configured administrators where a term has none, in one notification', async () => {
    const stores = await openWith([
      term({ expirationDate: '2026-11-03' }),
      term({ expirationDate: '2026-12-01', frequency: 'once' }),
      term({ administrator: OLIVIA }),
      term({ expirationDate: '2026-11-02' }),
      term({ expirationDate: null }),
    ]);
    const replica = createReplica(stores);
    await replica.on(0);
    expect(replica.recipients()).toEqual(
      expect.arrayContaining([ADMINISTRATORS, [OLIVIA]]),
    );
    expect(replica.sent).toHaveLength(2);
    const [{ payload }] = replica.sent.filter(({ recipients }) =>
      JSON.stringify(recipients).includes(ADMINISTRATORS[0]),
    );
    expect(payload.title).toBe(
      'Microsoft 365 tenant contoso: the terms of 2 licenses end soon',
    );
    expect(payload.description).toMatch(
      /^Microsoft 365 E3 ends on 2026-11-03, tomorrow .*; Microsoft 365 E3 ends on 2026-12-01, in 29 days/,
    );
  });

  it('tells after the notifications backend is there, and says once that it is not', async () => {
    const stores = await openWith([term()]);
    const without = createReplica(stores, {
      notifications: {
        send: async () => {
          throw new Error('Failed to send notification, 404');
        },
      },
    });
    await without.on(0);
    await without.on(1);
    expect(without.warnings).toEqual([
      expect.stringMatching(
        /nobody could be notified.*install the notifications backend.*404/,
      ),
    ]);
    const replica = createReplica(stores);
    await replica.on(2);
    expect(replica.sent).toHaveLength(1);
  });

  it('says once that there is nobody to tell, and tells them later', async () => {
    const stores = await openWith([term()]);
    const nobody = createReplica(stores, { administrators: [] });
    await nobody.on(0);
    await nobody.on(1);
    expect(nobody.sent).toEqual([]);
    expect(nobody.warnings).toEqual([
      expect.stringContaining('set m365Licenses.administrators'),
    ]);
    const replica = createReplica(stores);
    await replica.on(2);
    expect(replica.recipients()).toEqual([ADMINISTRATORS]);
  });

  it('looks only at the tenants that are started, as early as configured', async () => {
    const stores = await openWith([term()]);
    const other = createReplica(stores, { tenants: ['fabrikam'] });
    await other.on(0);
    expect(other.sent).toEqual([]);
    const late = createReplica(stores, { notifyBeforeDays: 10 });
    await late.on(49);
    expect(late.sent).toEqual([]);
    await late.on(50);
    expect(late.sent).toHaveLength(1);
  });

  it('looks every day, on one replica', async () => {
    const stores = await openWith([term()]);
    const tasks: SchedulerServiceTaskInvocationDefinition[] = [];
    const scheduler = mockServices.scheduler.mock({
      scheduleTask: async task => {
        tasks.push(task);
      },
    });
    const replica = createReplica(stores, { scheduler });
    await replica.renewals.schedule();
    expect(tasks).toMatchObject([
      {
        id: 'm365-licenses:renewals',
        scope: 'global',
        frequency: { days: 1 },
      },
    ]);
    await tasks[0].fn(new AbortController().signal);
    expect(replica.sent).toHaveLength(1);
  });
});
