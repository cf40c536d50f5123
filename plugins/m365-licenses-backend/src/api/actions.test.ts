import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { actionsRegistryServiceMock } from '@backstage/backend-test-utils/alpha';
import { NotAllowedError } from '@backstage/errors';
import type {
  Reclamation,
  ReclamationItem,
} from 'backstage-plugin-m365-licenses-common';
import { type ActionHandlers, registerActions } from './actions';

const E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';
const ADMIN = mockCredentials.user('user:default/robin');

const account = {
  id: 'maya-id',
  userPrincipalName: 'maya@contoso.com',
  displayName: 'Maya Lopez',
};

const item: ReclamationItem = {
  id: 'item-1',
  reclamation: {
    id: 'plan-1',
    kind: 'reclaim',
    reason: 'Left',
    createdBy: 'user:default/robin',
    approvedBy: null,
    startedBy: null,
  },
  account,
  skuId: E5,
  skuPartNumber: 'SPE_E5',
  displayName: 'Microsoft 365 E5',
  path: {
    type: 'direct',
    group: null,
    state: 'Active',
    error: null,
    disabledPlans: [],
    assignedAt: null,
  },
  evidence: {
    reasons: [],
    heldBack: [],
    lastActivityDate: null,
    evaluatedAt: null,
  },
  outcome: 'planned',
  message: 'Will be removed.',
  requestId: null,
  startedAt: null,
  finishedAt: null,
  restored: null,
  restorableUntil: null,
};

function plan(overrides: Partial<Reclamation> = {}): Reclamation {
  return {
    id: 'plan-1',
    tenant: 'contoso',
    kind: 'reclaim',
    mode: 'immediate',
    status: 'planned',
    origin: 'users',
    reason: 'Left',
    leaveGroups: false,
    createdBy: 'user:default/robin',
    createdAt: '2026-11-20T10:00:00Z',
    expiresAt: '2026-11-27T10:00:00Z',
    approvedBy: null,
    approvedAt: null,
    startedBy: null,
    startedAt: null,
    finishedAt: null,
    canceledBy: null,
    answerUntil: null,
    problem: null,
    restoreOf: null,
    policyId: null,
    account,
    accounts: 1,
    items: 1,
    counts: [
      {
        outcome: 'planned',
        items: 1,
        value: [{ amount: '684.00', currency: 'EUR' }],
      },
    ],
    restorable: { items: 0, until: null },
    allowed: ['approve', 'execute', 'cancel'],
    ...overrides,
  };
}

const described = {
  planId: 'plan-1',
  page: '/m365-licenses/reclamations/plan-1?tenant=contoso',
  status: 'planned',
  next: 'It waits to be carried out, with reclaim-licenses or on its page.',
  accounts: 1,
  licenses: 1,
  outcomes: [
    {
      outcome: 'planned',
      licenses: 1,
      yearlyValue: [{ amount: '684.00', currency: 'EUR' }],
    },
  ],
  named: [
    {
      itemId: 'item-1',
      user: 'maya@contoso.com',
      skuId: E5,
      product: 'Microsoft 365 E5',
      outcome: 'planned',
      message: 'Will be removed.',
    },
  ],
};

describe('actions', () => {
  /** What was asked of the handlers, in turn. */
  let asked: Array<{ operation: string; request: object }>;
  let current: Reclamation;
  let refused: Error | undefined;
  const auditor = mockServices.auditor.mock();
  const succeeded = jest.fn(async () => {});
  const failed = jest.fn(async () => {});

  beforeEach(() => {
    jest.clearAllMocks();
    asked = [];
    current = plan();
    refused = undefined;
    auditor.createEvent.mockResolvedValue({ success: succeeded, fail: failed });
  });

  function handlers(): ActionHandlers {
    /** Notes the request, and refuses it where the test says so. */
    const note = (operation: string, request: object) => {
      asked.push({ operation, request });
      if (refused) {
        throw refused;
      }
    };
    return {
      createReclamation: {
        eventId: 'reclamation-create',
        severityLevel: 'medium',
        handle: async request => {
          note('createReclamation', request);
          return {
            status: 201,
            body: current,
            audit: { reclamationId: current.id },
          };
        },
      },
      previewReclamation: {
        eventId: 'reclamation-preview',
        severityLevel: 'low',
        handle: async request => {
          note('previewReclamation', request);
          const { accounts, counts } = current;
          return {
            status: 200,
            body: {
              accounts,
              items: 1,
              counts,
              evaluatedAt: null,
              account,
              first: [item],
            },
          };
        },
      },
      getReclamation: {
        eventId: 'reclamation-fetch',
        severityLevel: 'low',
        handle: async request => {
          note('getReclamation', request);
          return { status: 200, body: current };
        },
      },
      executeReclamation: {
        eventId: 'reclamation-execute',
        severityLevel: 'high',
        handle: async request => {
          note('executeReclamation', request);
          return { status: 200, body: { ...current, status: 'scheduled' } };
        },
      },
      listReclamationItems: {
        eventId: 'reclamation-fetch',
        severityLevel: 'low',
        handle: async request => {
          note('listReclamationItems', request);
          return { status: 200, body: { items: [item], totalItems: 1 } };
        },
      },
      checkRestore: {
        eventId: 'reclamation-restore-check',
        severityLevel: 'low',
        handle: async request => {
          note('checkRestore', request);
          const sku = { skuId: E5, displayName: 'Microsoft 365 E5' };
          return {
            status: 200,
            body: {
              items: 1,
              accounts: 1,
              seats: [{ sku, needed: 1, free: 0 }],
              problems: [
                { itemId: 'item-1', account, sku, message: 'No seat is free.' },
              ],
              dataUntil: '2026-12-20T10:00:00Z',
            },
          };
        },
      },
      restoreReclamation: {
        eventId: 'reclamation-restore',
        severityLevel: 'high',
        handle: async request => {
          note('restoreReclamation', request);
          return {
            status: 201,
            body: plan({
              id: 'restore-1',
              kind: 'restore',
              status: 'scheduled',
            }),
          };
        },
      },
    };
  }

  async function invoke(
    name: string,
    input: Parameters<
      ReturnType<typeof actionsRegistryServiceMock>['invoke']
    >[0]['input'],
    credentials: BackstageCredentials = ADMIN,
  ) {
    const actionsRegistry = actionsRegistryServiceMock();
    registerActions({ actionsRegistry, handlers: handlers(), auditor });
    const { output } = await actionsRegistry.invoke({
      id: `test:${name}`,
      input: { tenant: 'contoso', ...input },
      credentials,
    });
    return output;
  }

  const operations = () => asked.map(({ operation }) => operation);

  it('say what they do to licenses', async () => {
    const actionsRegistry = actionsRegistryServiceMock();
    registerActions({ actionsRegistry, handlers: handlers(), auditor });
    const { actions } = await actionsRegistry.list();
    expect(actions.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'plan-reclamation',
        { readOnly: false, destructive: false, idempotent: false },
      ],
      [
        'reclaim-licenses',
        { readOnly: false, destructive: true, idempotent: true },
      ],
      [
        'restore-licenses',
        { readOnly: false, destructive: false, idempotent: true },
      ],
    ]);
  });

  it('are shown to those who may do what they do', () => {
    const actionsRegistry = actionsRegistryServiceMock();
    registerActions({ actionsRegistry, handlers: handlers(), auditor });
    expect(
      [...actionsRegistry.actions.values()].map(
        ({ visibilityPermission }) => visibilityPermission?.name,
      ),
    ).toEqual([
      'm365-licenses.reclamation.create',
      'm365-licenses.reclamation.execute',
      'm365-licenses.reclamation.restore',
    ]);
  });

  describe('plan-reclamation', () => {
    const request = {
      users: ['user:default/maya'],
      skuIds: [E5],
      reason: 'Left',
      mode: 'askFirst',
    };

    it('stores a plan, as the caller, and describes it', async () => {
      expect(
        await invoke('plan-reclamation', { ...request, idempotencyKey: 'k' }),
      ).toEqual(described);
      expect(asked).toEqual([
        {
          operation: 'createReclamation',
          request: {
            path: { tenant: 'contoso' },
            query: {},
            body: { ...request, idempotencyKey: 'k' },
            credentials: ADMIN,
          },
        },
        {
          operation: 'listReclamationItems',
          request: {
            path: { tenant: 'contoso' },
            query: { reclamationId: 'plan-1', limit: 50 },
            body: undefined,
            credentials: ADMIN,
          },
        },
      ]);
    });

    it('stores nothing for a preview', async () => {
      const filter = { skuId: E5, reason: 'inactive' };
      const output = await invoke('plan-reclamation', {
        filter,
        reason: 'Renewal',
        previewOnly: true,
      });
      const { accounts, licenses, outcomes, named } = described;
      expect(output).toEqual({
        accounts,
        licenses,
        outcomes,
        named,
        next: expect.stringContaining('Nothing was stored'),
      });
      expect(asked).toEqual([
        {
          operation: 'previewReclamation',
          request: expect.objectContaining({
            body: { filter, reason: 'Renewal' },
          }),
        },
      ]);
    });

    it.each([
      ['no reason', { users: ['maya@contoso.com'] }],
      ['an SKU that is no id', { ...request, skuIds: ['E5'] }],
      ['no accounts', { ...request, users: [] }],
      ['a filter with something else', { reason: 'x', filter: { sku: E5 } }],
    ])('refuses %s', async (_, input) => {
      await expect(invoke('plan-reclamation', input)).rejects.toThrow(
        'Invalid input',
      );
      expect(asked).toEqual([]);
    });
  });

  describe('reclaim-licenses', () => {
    it.each([
      ['that the caller may approve', plan()],
      ['that is approved', plan({ status: 'approved', allowed: ['execute'] })],
    ])('carries a plan out %s', async (_, given) => {
      current = given;
      const output = await invoke('reclaim-licenses', { planId: 'plan-1' });
      expect(operations()).toEqual([
        'getReclamation',
        'executeReclamation',
        'listReclamationItems',
      ]);
      expect(output).toMatchObject({
        status: 'scheduled',
        next: 'It goes on in the background.',
      });
    });

    it('leaves a plan alone that somebody else must approve, and says so', async () => {
      const approvalHint = 'Somebody else than its creator has to approve it.';
      current = plan({ allowed: ['cancel'], approvalHint });
      const output = await invoke('reclaim-licenses', { planId: 'plan-1' });
      expect(operations()).not.toContain('executeReclamation');
      expect(output).toMatchObject({
        status: 'planned',
        next: `It waits for approval on its page. ${approvalHint}`,
      });
    });

    it.each([
      ['asking', 'People were asked'],
      ['scheduled', 'in the background'],
      ['running', 'in the background'],
      ['paused', 'somebody resumes it'],
      ['finished', 'It is finished.'],
      ['canceled', 'It was canceled'],
      ['expired', 'make a new plan'],
      ['dryRun', 'not carried out'],
    ] as const)(
      'says how far a plan is that is %s, and repeats nothing',
      async (status, words) => {
        current = plan({ status, allowed: [] });
        const output = await invoke('reclaim-licenses', { planId: 'plan-1' });
        expect(operations()).toEqual([
          'getReclamation',
          'listReclamationItems',
        ]);
        expect(output).toMatchObject({
          status,
          next: expect.stringContaining(words),
        });
      },
    );

    it('says why a plan waits', async () => {
      current = plan({
        status: 'running',
        problem: { message: 'Quiet hours.', retryAt: null },
      });
      expect(
        await invoke('reclaim-licenses', { planId: 'plan-1' }),
      ).toMatchObject({ next: 'It waits: Quiet hours.' });
    });

    it('does not take a plan that puts licenses back', async () => {
      current = plan({ kind: 'restore' });
      await expect(
        invoke('reclaim-licenses', { planId: 'plan-1' }),
      ).rejects.toThrow('puts licenses back');
      expect(operations()).toEqual(['getReclamation']);
    });
  });

  describe('restore-licenses', () => {
    it('puts back what a plan took', async () => {
      const output = await invoke('restore-licenses', {
        planId: 'plan-1',
        itemIds: ['item-1'],
        reason: 'By mistake',
      });
      expect(asked[0]).toEqual({
        operation: 'restoreReclamation',
        request: {
          path: { tenant: 'contoso', id: 'plan-1' },
          query: {},
          body: { itemIds: ['item-1'], reason: 'By mistake' },
          credentials: ADMIN,
        },
      });
      expect(output).toMatchObject({
        plan: { planId: 'restore-1', status: 'scheduled' },
      });
    });

    it('only checks where that is asked for', async () => {
      const output = await invoke('restore-licenses', {
        planId: 'plan-1',
        reason: 'By mistake',
        checkOnly: true,
      });
      expect(operations()).toEqual(['checkRestore']);
      expect(output).toEqual({
        check: {
          licenses: 1,
          accounts: 1,
          seats: [{ product: 'Microsoft 365 E5', needed: 1, free: 0 }],
          problems: [
            {
              itemId: 'item-1',
              user: 'maya@contoso.com',
              product: 'Microsoft 365 E5',
              message: 'No seat is free.',
            },
          ],
          dataUntil: '2026-12-20T10:00:00Z',
        },
      });
    });
  });

  it('are audited like requests, with who calls', async () => {
    await invoke('plan-reclamation', {
      users: ['maya@contoso.com'],
      reason: 'Left',
    });
    expect(auditor.createEvent.mock.calls[0]).toEqual([
      {
        eventId: 'reclamation-create',
        severityLevel: 'medium',
        meta: {
          tenant: 'contoso',
          action: 'plan-reclamation',
          caller: 'user:default/robin',
        },
      },
    ]);
    expect(succeeded.mock.calls[0]).toEqual([
      { meta: { reclamationId: 'plan-1' } },
    ]);
    expect(failed).not.toHaveBeenCalled();
  });

  it('are refused as requests are, which is audited', async () => {
    refused = new NotAllowedError(
      'This needs the permission m365-licenses.reclamation.execute',
    );
    await expect(
      invoke(
        'reclaim-licenses',
        { planId: 'plan-1' },
        mockCredentials.service('external:tool'),
      ),
    ).rejects.toThrow('m365-licenses.reclamation.execute');
    expect(auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({
        meta: expect.objectContaining({ caller: 'external:tool' }),
      }),
    );
    expect(failed.mock.calls).toEqual([[{ error: refused }]]);
  });
});
