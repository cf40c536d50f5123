import type { SchedulerServiceTaskInvocationDefinition } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { RELATION_MEMBER_OF } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
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
const PROCUREMENT = 'group:default/procurement';
const ADMINISTRATORS = ['group:default/administrators'];

const member = (name: string, ...groups: string[]) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name, namespace: 'default' },
  relations: groups.map(group => ({
    type: RELATION_MEMBER_OF,
    targetRef: `group:default/${group}`,
  })),
});
const CATALOG = [
  member('olivia', 'procurement'),
  member('robin', 'procurement', 'administrators'),
];

/** A replica of the portal whose days and notifications a test holds. */
function createReplica(stores: Stores, options: Partial<RenewalsOptions> = {}) {
  const sent: NotificationSendOptions[] = [];
  const warnings: string[] = [];
  const clock = { now: FIRST_DAY };
  const renewals = Renewals.create({
    tenants: ['contoso', 'fabrikam'],
    stores,
    catalog: catalogServiceMock({ entities: CATALOG }),
    auth: mockServices.auth(),
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
        recipients: { type: 'entity', entityRef: [...ADMINISTRATORS, OLIVIA] },
        payload: {
          title:
            'Microsoft 365 tenant contoso: the term of a license ends soon',
          description:
            'Microsoft 365 E3 ends on 2027-01-01, in 60 days (100 seats, EUR 12000.00 a year, PO-1). Take unused seats back before then, and enter the new term on the Licenses tab.',
          link: '/m365-licenses/licenses?tenant=contoso',
          severity: 'normal',
          scope: expect.any(String),
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

  it('tells the configured administrators of every term, and others of theirs, in one notification each', async () => {
    const stores = await openWith([
      term({ expirationDate: '2026-12-01', frequency: 'once' }),
      term({ expirationDate: '2026-11-03', administrator: OLIVIA }),
      term({ administrator: OLIVIA }),
      term({ administrator: PROCUREMENT, quantity: 7 }),
      term({ expirationDate: '2026-11-02' }),
      term({ expirationDate: null }),
    ]);
    const replica = createReplica(stores);
    await replica.on(0);
    expect(replica.recipients()).toEqual(
      expect.arrayContaining([[PROCUREMENT], [OLIVIA]]),
    );
    expect(replica.recipients().at(-1)).toEqual(ADMINISTRATORS);
    const of = (ref: string) =>
      replica.sent.filter(({ recipients }) =>
        'entityRef' in recipients
          ? recipients.entityRef.includes(ref)
          : undefined,
      );
    expect(of(PROCUREMENT)[0].recipients).toEqual({
      type: 'entity',
      entityRef: [PROCUREMENT],
      // Who is told of all four.
      excludeEntityRef: [...ADMINISTRATORS, 'user:default/robin'],
    });
    const [{ payload }] = of(OLIVIA);
    expect(payload.title).toBe(
      'Microsoft 365 tenant contoso: the terms of 2 licenses end soon',
    );
    expect(payload.description).toMatch(
      /^Microsoft 365 E3 ends on 2026-11-03, tomorrow .*; Microsoft 365 E3 ends on 2027-01-01, in 60 days/,
    );
    expect(of(ADMINISTRATORS[0])[0]).toMatchObject({
      recipients: { type: 'entity', entityRef: ADMINISTRATORS },
      payload: {
        title: 'Microsoft 365 tenant contoso: the terms of 4 licenses end soon',
      },
    });
    expect(replica.sent).toHaveLength(3);
  });

  it('tells an administrator once who is configured, too', async () => {
    const stores = await openWith([term({ administrator: OLIVIA }), term()]);
    const replica = createReplica(stores, {
      administrators: [...ADMINISTRATORS, OLIVIA],
    });
    await replica.on(0);
    expect(replica.recipients()).toEqual([[...ADMINISTRATORS, OLIVIA]]);
  });

  it('tells the administrators of terms where none is configured', async () => {
    const stores = await openWith([term({ administrator: OLIVIA }), term()]);
    const replica = createReplica(stores, { administrators: [] });
    await replica.on(0);
    expect(replica.recipients()).toEqual([[OLIVIA]]);
    expect(replica.sent[0].payload.title).toContain('the term of a license');
    expect(replica.warnings).toEqual([
      expect.stringContaining('set m365Licenses.administrators'),
    ]);
    const configured = createReplica(stores);
    await configured.on(1);
    expect(configured.recipients()).toEqual([ADMINISTRATORS]);
  });

  it('rather tells somebody twice than nobody', async () => {
    const stores = await openWith([term({ administrator: OLIVIA }), term()]);
    const catalog = catalogServiceMock.mock({
      getEntities: async () => {
        throw new Error('the catalog is away');
      },
    });
    const replica = createReplica(stores, { catalog });
    await replica.on(0);
    expect(replica.recipients()).toEqual([[OLIVIA], ADMINISTRATORS]);
    expect(replica.warnings).toEqual([
      expect.stringMatching(/told twice.*the catalog is away/),
    ]);
  });

  it('replaces what it told when it has to tell again', async () => {
    const stores = await openWith([term({ administrator: OLIVIA }), term()]);
    const sent: NotificationSendOptions[] = [];
    const failing = createReplica(stores, {
      notifications: {
        send: async notification => {
          if (sent.length === 1) {
            throw new Error('Failed to send notification, 503');
          }
          sent.push(notification);
        },
      },
    });
    await failing.on(0);
    expect(failing.warnings).toEqual([expect.stringContaining('503')]);
    const replica = createReplica(stores);
    await replica.on(1);
    expect(replica.recipients()).toEqual([[OLIVIA], ADMINISTRATORS]);
    // The notifications backend keeps one per person and scope.
    const [again, first] = replica.sent.map(({ payload }) => payload.scope);
    expect(again).toBe(sent[0].payload.scope);
    expect(first).not.toBe(again);

    await enter(stores, [term({ expirationDate: '2026-12-24' })]);
    await replica.on(1);
    expect([again, first]).not.toContain(replica.sent[2].payload.scope);
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
