import { mockServices } from '@backstage/backend-test-utils';
import { NotAllowedError } from '@backstage/errors';
import {
  type Assignment,
  type SuspiciousActivity,
  suspiciousActivityUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import { readConfig } from '../config';
import type { AccountCondition } from '../database/types';
import {
  activeUser,
  AT,
  E3,
  E5,
  GROUP,
  direct,
  idOf,
  storeRoster,
  testDatabases,
  THRESHOLD,
  user,
} from '../database/__testUtils__/records';
import { startSimulator, type Simulator } from 'graph-simulator';
import { connect } from '../sync/__testUtils__/world';
import { OLIVIA, serve, type Server } from './__testUtils__/server';
import { createAssignmentHandlers } from './assignmentHandlers';
import { createSuspiciousHandlers } from './suspiciousHandlers';
import { Tenants } from './tenants';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const NOTE = 'Shared mailbox of the works council';

describe.each(ids)('Suspicious activities and assignments on %s', id => {
  /** Undefined: every account may be read; null: none. */
  let visible: AccountCondition | null | undefined;
  let simulator: Simulator;
  let server: Server;

  const activities = async (query = ''): Promise<SuspiciousActivity[]> =>
    (
      await server
        .call('get', `/tenants/contoso/suspicious-activities${query}`)
        .expect(200)
    ).body.items;
  const recognition = (activity: { id: string }, tenant = 'contoso') =>
    `/tenants/${tenant}/suspicious-activities/${activity.id}/recognition`;

  beforeAll(async () => {
    const { stores } = await open(id);
    simulator = await startSimulator({ accounts: 20 });
    const graph = connect(simulator);
    const config = readConfig(
      mockServices.rootConfig({
        data: {
          m365Licenses: {
            tenants: {
              contoso: { tenantId: E3, clientId: E3, clientSecret: 'secret' },
            },
          },
        },
      }),
    );
    await stores.tenants.reconcile([{ name: 'retired', tenantId: E5 }], AT);
    await stores.tenants.reconcile([{ name: 'contoso', tenantId: E3 }], AT);
    await storeRoster(stores, [
      user(1, {
        assignments: [direct(E3), direct(E3, { assignedByGroup: GROUP })],
      }),
      user(2, { department: 'Art' }),
    ]);
    for (const tenant of ['contoso', 'retired']) {
      await stores.activity.storeRows(
        tenant,
        [
          activeUser('odd@contoso.example', { teams: '2026-11-10' }),
          activeUser('other@contoso.example', { teams: '2026-11-11' }),
        ],
        AT,
      );
    }
    server = await serve(access => {
      const common = {
        tenants: Tenants.create({
          config,
          started: config.tenants.map(tenant => ({
            ...tenant,
            graph,
            reclamationGraph: graph,
          })),
          store: stores.tenants,
        }),
        stores,
        access: {
          require: access.require.bind(access),
          requireAccounts: async () => {
            if (visible === null) {
              throw new NotAllowedError('No account may be read');
            }
            return visible ? { visible } : {};
          },
        },
      };
      return {
        ...createSuspiciousHandlers({
          ...common,
          caller: async () => OLIVIA,
          now: () => AT,
        }),
        ...createAssignmentHandlers({ ...common, threshold: () => THRESHOLD }),
      };
    });
  });

  beforeEach(() => {
    visible = undefined;
    server.denied.clear();
    server.audited.length = 0;
  });

  afterAll(async () => {
    await server?.stop();
    await simulator?.stop();
  });

  it('are listed with how many there are of each type', async () => {
    const { body } = await server
      .call('get', '/tenants/contoso/suspicious-activities?limit=1&text=ODD')
      .expect(200);
    expect(body).toMatchObject({
      totalItems: 1,
      items: [{ userPrincipalName: 'odd@contoso.example', type: 'unknown' }],
      types: [
        { type: 'unknown', rows: 2 },
        { type: 'unauthorized', rows: 0 },
        { type: 'unrecognized', rows: 0 },
        { type: 'recognized', rows: 0 },
      ],
    });
    expect(await activities('?type=recognized')).toEqual([]);
  });

  it('are recognized with a note, and that is taken back', async () => {
    const [activity] = await activities('?text=odd');
    const { body } = await server
      .call('put', recognition(activity), { note: `  ${NOTE} ` })
      .expect(200);
    expect(body).toEqual({
      ...activity,
      type: 'recognized',
      recognition: { note: NOTE, by: OLIVIA, at: AT.toISOString() },
    });
    expect(await activities('?type=recognized')).toEqual([body]);
    const { body: back } = await server
      .call('delete', recognition(activity))
      .expect(200);
    expect(back).toEqual(activity);
    expect(server.audited).toMatchObject([
      { eventId: 'suspicious-activity-fetch', severityLevel: 'low' },
      {
        eventId: 'suspicious-activity-recognize',
        severityLevel: 'medium',
        meta: { cause: 'noAccount' },
      },
      { eventId: 'suspicious-activity-fetch' },
      {
        eventId: 'suspicious-activity-unrecognize',
        severityLevel: 'medium',
        meta: { cause: 'noAccount' },
      },
    ]);
  });

  it('say what is wrong with a recognition', async () => {
    const [activity] = await activities();
    const blank = await server
      .call('put', recognition(activity), { note: ' \n' })
      .expect(400);
    expect(blank.body.error.message).toContain('note is empty; say why');
    await server.call('put', recognition(activity), {}).expect(400);
    const gone = await server
      .call('put', recognition({ id: 'gone' }), { note: NOTE })
      .expect(404);
    expect(gone.body.error.message).toMatch(
      /has no suspicious activity gone: .*load the list of suspicious activities anew/,
    );
    await server.call('delete', recognition({ id: 'gone' })).expect(404);
    const retired = await server
      .call('put', recognition(activity, 'retired'), { note: NOTE })
      .expect(409);
    expect(retired.body.error.message).toContain('retired');
    expect(await activities()).toContainEqual(activity);
  });

  it('need the permission, and every account', async () => {
    const [activity] = await activities();
    const change = async () => [
      (await server.call('put', recognition(activity), { note: NOTE })).status,
      (await server.call('delete', recognition(activity))).status,
    ];
    server.denied.add(suspiciousActivityUpdatePermission.name);
    expect(await change()).toEqual([403, 403]);
    expect(server.audited.slice(-1)).toMatchObject([{ failed: true }]);
    server.denied.clear();
    for (const restricted of [{ department: ['Art'] }, null]) {
      visible = restricted;
      expect(await change()).toEqual([403, 403]);
      await server
        .call('get', '/tenants/contoso/suspicious-activities')
        .expect(403);
    }
    visible = undefined;
    expect(await activities()).toContainEqual(activity);
  });

  it('give assignments page by page, of the accounts that may be read', async () => {
    const get = async (query: string) =>
      (
        await server
          .call('get', `/tenants/contoso/assignments?${query}`)
          .expect(200)
      ).body;
    const first = await get('limit=2');
    expect(first).toMatchObject({ totalItems: 3 });
    const second = await get(`limit=2&cursor=${first.nextCursor}`);
    expect(second.nextCursor).toBeUndefined();
    const rows: Assignment[] = [...first.items, ...second.items];
    expect(rows.map(row => [row.accountId, row.path.type])).toEqual([
      [idOf(1), 'direct'],
      [idOf(1), 'group'],
      [idOf(2), 'direct'],
    ]);
    const since = encodeURIComponent(rows[2].modifiedAt);
    expect((await get(`modifiedSince=${since}&skuId=${E3}`)).totalItems).toBe(
      3,
    );
    expect((await get(`skuId=${E5}`)).totalItems).toBe(0);
    await server
      .call('get', '/tenants/contoso/assignments?modifiedSince=yesterday')
      .expect(400);
    visible = { department: ['Art'] };
    expect(await get('limit=2')).toMatchObject({
      totalItems: 1,
      items: [{ accountId: idOf(2), department: 'Art' }],
    });
    visible = null;
    await server.call('get', '/tenants/contoso/assignments').expect(403);
  });
});
