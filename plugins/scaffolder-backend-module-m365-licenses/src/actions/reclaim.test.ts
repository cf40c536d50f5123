import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type {
  Reclamation,
  ReclamationItem,
} from 'backstage-plugin-m365-licenses-common';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { createReclaimAction } from './reclaim';

const E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';
const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';

type Action = ReturnType<typeof createReclaimAction>;
type Context = Parameters<Action['handler']>[0];

interface Request {
  method: string;
  path: string;
  authorization: string | undefined;
  body: unknown;
}

type Answer = { status: number; body: unknown } | 'cut';

function item(overrides: Partial<ReclamationItem> = {}): ReclamationItem {
  return {
    id: 'item-1',
    skuId: E5,
    skuPartNumber: 'SPE_E5',
    displayName: 'Microsoft 365 E5',
    path: {
      type: 'direct',
      groupId: null,
      groupName: null,
      state: 'Active',
      error: null,
      disabledPlans: [],
      assignedAt: null,
    },
    outcome: 'planned',
    message: 'Will be removed.',
    requestId: null,
    startedAt: null,
    finishedAt: null,
    ...overrides,
  };
}

const inherited = item({
  id: 'item-2',
  skuId: VISIO,
  displayName: 'Visio Plan 2',
  path: {
    ...item().path,
    type: 'group',
    groupId: 'group-id',
    groupName: 'Engineering',
  },
  outcome: 'inheritedFromGroup',
  message: 'Left alone: the group "Engineering" grants it.',
});

function reclamation(overrides: Partial<Reclamation> = {}): Reclamation {
  return {
    id: 'reclamation-1',
    tenant: 'contoso',
    status: 'planned',
    dryRun: false,
    user: {
      id: 'maya-id',
      userPrincipalName: 'maya@contoso.com',
      displayName: 'Maya Lopez',
    },
    reason: 'Left the company',
    createdBy: 'user:default/mock',
    createdAt: '2026-11-20T10:00:00Z',
    finishedAt: null,
    items: [item()],
    ...overrides,
  };
}

function finished(...items: ReclamationItem[]): Reclamation {
  return reclamation({
    status: 'finished',
    finishedAt: '2026-11-20T10:00:05Z',
    items,
  });
}

const reclaimed = item({
  outcome: 'reclaimed',
  message: 'Removed: Microsoft no longer has it assigned.',
  requestId: 'ms-request-1',
});

describe('m365:licenses:reclaim', () => {
  let server: Server;
  let baseUrl: string;
  let requests: Request[];
  /** What the API answers in turn, by method and path; the last one stays. */
  let answers: Record<string, Answer[]>;

  const PLAN = 'POST /tenants/contoso/reclamations';
  const EXECUTE = 'POST /tenants/contoso/reclamations/reclamation-1/execute';

  beforeEach(async () => {
    requests = [];
    answers = {
      'GET /tenants': [
        { status: 200, body: { items: [{ name: 'contoso' }], totalItems: 1 } },
      ],
      [PLAN]: [{ status: 201, body: reclamation() }],
      [EXECUTE]: [{ status: 200, body: finished(reclaimed) }],
    };
    server = createServer(async (request, response) => {
      const method = request.method ?? '';
      const path = request.url ?? '';
      const body = await text(request);
      requests.push({
        method,
        path,
        authorization: request.headers.authorization,
        body: body ? JSON.parse(body) : undefined,
      });
      const queue = answers[`${method} ${path}`] ?? [];
      const answer = queue.length > 1 ? queue.shift() : queue[0];
      if (answer === 'cut') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer?.status ?? 404, {
        'content-type': 'application/json',
      });
      response.end(
        JSON.stringify(
          answer?.body ?? { error: { name: 'NotFoundError', message: path } },
        ),
      );
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    baseUrl = `http://127.0.0.1:${port}`;
  });

  afterEach(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );

  const logger = mockServices.logger.mock();
  beforeEach(() => jest.clearAllMocks());

  function logged(): string {
    return JSON.stringify([
      ...logger.error.mock.calls,
      ...logger.warn.mock.calls,
      ...logger.info.mock.calls,
      ...logger.debug.mock.calls,
    ]);
  }

  function refusal(status: number, name: string, message: string): Answer {
    return {
      status,
      body: {
        error: { name, message },
        response: { statusCode: status },
      },
    };
  }

  function createAction() {
    return createReclaimAction({
      auth: mockServices.auth(),
      discovery: mockServices.discovery.mock({
        getBaseUrl: async pluginId => {
          expect(pluginId).toBe('m365-licenses');
          return baseUrl;
        },
      }),
      waitsMs: { unavailable: [1, 1], carriedOut: [1, 1, 1] },
    });
  }

  async function run(
    input: Partial<Context['input']> = {},
    context: Partial<ActionContext<Context['input']>> = {},
  ): Promise<{ outputs: Record<string, unknown>; error: unknown }> {
    const outputs: Record<string, unknown> = {};
    const ctx: Context = {
      ...createMockActionContext<Context['input']>({
        input: {
          user: 'user:default/maya',
          reason: 'Left the company',
          ...input,
        },
        workspacePath: '/unused',
      }),
      logger,
      output: (name, value) => {
        outputs[name] = value;
      },
      ...context,
    };
    const error = await createAction()
      .handler(ctx)
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    return { outputs, error };
  }

  function paths(): string[] {
    return requests.map(({ method, path }) => `${method} ${path}`);
  }

  it('plans, carries out and reports, as the person who runs the template', async () => {
    answers[EXECUTE] = [{ status: 200, body: finished(reclaimed, inherited) }];
    const { outputs, error } = await run({ skuIds: [E5, VISIO] });

    expect(error).toBeUndefined();
    expect(paths()).toEqual(['GET /tenants', PLAN, EXECUTE]);
    expect(requests[1].body).toEqual({
      user: 'user:default/maya',
      skuIds: [E5, VISIO],
      reason: 'Left the company',
      idempotencyKey: expect.stringMatching(
        /^mock-task-id:mock-step-id:[\w-]{43}$/,
      ),
    });
    const token = mockCredentials.service.token({
      onBehalfOf: mockCredentials.user(),
      targetPluginId: 'm365-licenses',
    });
    expect(new Set(requests.map(r => r.authorization))).toEqual(
      new Set([`Bearer ${token}`]),
    );
    expect(outputs).toEqual({
      reclamationId: 'reclamation-1',
      tenant: 'contoso',
      user: 'maya@contoso.com',
      reclaimed: [{ skuId: E5, displayName: 'Microsoft 365 E5' }],
      inheritedFromGroup: [
        { skuId: VISIO, displayName: 'Visio Plan 2', group: 'Engineering' },
      ],
      notReclaimed: [],
      summary: [
        '1 license of Maya Lopez (maya@contoso.com) taken back.',
        '',
        '- Microsoft 365 E5: Removed: Microsoft no longer has it assigned.',
        '- Visio Plan 2: Left alone: the group "Engineering" grants it.',
      ].join('\n'),
    });
    expect(logger.info).toHaveBeenCalledWith(
      'Visio Plan 2: Left alone: the group "Engineering" grants it.',
    );
    expect(logged()).not.toContain(token);
  });

  it('asks for all licenses when no SKU is named', async () => {
    await run({ skuIds: [] });
    expect(requests[1].body).not.toHaveProperty('skuIds');
  });

  it('says what would happen in a dry run, and does nothing', async () => {
    answers[PLAN] = [
      {
        status: 201,
        body: reclamation({ dryRun: true, items: [item(), inherited] }),
      },
    ];
    const { outputs, error } = await run({}, { isDryRun: true });

    expect(error).toBeUndefined();
    expect(paths()).toEqual(['GET /tenants', PLAN]);
    expect(requests[1].body).toEqual({
      user: 'user:default/maya',
      reason: 'Left the company',
      dryRun: true,
    });
    expect(outputs).not.toHaveProperty('reclamationId');
    expect(outputs.reclaimed).toEqual([
      { skuId: E5, displayName: 'Microsoft 365 E5' },
    ]);
    expect(outputs.notReclaimed).toEqual([]);
    expect(logger.info).toHaveBeenCalledWith(
      'Dry run: 1 license of Maya Lopez (maya@contoso.com) would be taken back.',
    );
    expect(logger.info).toHaveBeenCalledWith(
      'Microsoft 365 E5: Will be removed.',
    );
  });

  it('succeeds when a group grants everything', async () => {
    answers[EXECUTE] = [{ status: 200, body: finished(inherited) }];
    const { outputs, error } = await run();

    expect(error).toBeUndefined();
    expect(outputs.reclaimed).toEqual([]);
    expect(outputs.inheritedFromGroup).toHaveLength(1);
    expect(outputs.summary).toContain(
      'There was nothing to take back from Maya Lopez (maya@contoso.com)',
    );
  });

  it('counts a license that was gone already as done', async () => {
    const gone = item({ outcome: 'alreadyGone', message: 'Was not assigned.' });
    answers[EXECUTE] = [{ status: 200, body: finished(gone) }];
    const { outputs, error } = await run();

    expect(error).toBeUndefined();
    expect(outputs.notReclaimed).toEqual([
      {
        skuId: E5,
        displayName: 'Microsoft 365 E5',
        outcome: 'alreadyGone',
        message: 'Was not assigned.',
      },
    ]);
  });

  it.each([
    'conflict',
    'notPermitted',
    'notFound',
    'throttled',
    'failed',
    'running',
  ] as const)(
    'fails for a license that ended as %s, after the others',
    async outcome => {
      const refused = item({
        id: 'item-3',
        skuId: VISIO,
        displayName: 'Visio Plan 2',
        outcome,
        message: 'Not removed: Microsoft refused.',
        requestId: 'ms-request-2',
      });
      answers[EXECUTE] = [{ status: 200, body: finished(reclaimed, refused) }];
      const { outputs, error } = await run();

      expect(error).toMatchObject({
        message: expect.stringContaining(
          "1 license of maya@contoso.com was not taken back: Visio Plan 2: Not removed: Microsoft refused. (Microsoft's request-id ms-request-2)",
        ),
      });
      expect(outputs.reclaimed).toHaveLength(1);
      expect(outputs.notReclaimed).toEqual([
        expect.objectContaining({ skuId: VISIO, outcome }),
      ]);
      expect(logger.warn).toHaveBeenCalledTimes(1);
    },
  );

  it('uses the same key when the task is retried, and another for other input', async () => {
    await run();
    await run();
    await run({ user: 'user:default/adele' });
    await run({}, { task: { id: 'another-task' } });
    const keys = requests
      .filter(({ path }) => path.endsWith('/reclamations'))
      .map(({ body }) => body)
      .map(body => JSON.stringify(body).match(/"idempotencyKey":"(.*?)"/)?.[1]);
    expect(keys).toHaveLength(4);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });

  it('goes on with its plan when the task is recovered', async () => {
    const checkpoints = new Map<string, string>();
    const checkpoint: Context['checkpoint'] = async ({ key, fn }) => {
      const known = checkpoints.get(key);
      if (known !== undefined) {
        return JSON.parse(known);
      }
      const value = await fn();
      checkpoints.set(key, JSON.stringify(value));
      return value;
    };
    answers[EXECUTE] = [
      refusal(500, 'Error', 'the database is away'),
      { status: 200, body: finished(reclaimed) },
    ];
    const first = await run({ tenant: 'contoso' }, { checkpoint });
    expect(first.error).toBeDefined();
    const second = await run({ tenant: 'contoso' }, { checkpoint });
    expect(second.error).toBeUndefined();
    expect(paths()).toEqual([PLAN, EXECUTE, EXECUTE]);
  });

  it('asks again while the backend is away, with the same key', async () => {
    answers[PLAN] = [
      'cut',
      refusal(503, 'ServiceUnavailableError', 'starting'),
      { status: 200, body: reclamation() },
    ];
    answers[EXECUTE] = ['cut', { status: 200, body: finished(reclaimed) }];
    const { error } = await run({ tenant: 'contoso' });

    expect(error).toBeUndefined();
    expect(paths()).toEqual([PLAN, PLAN, PLAN, EXECUTE, EXECUTE]);
    expect(requests[1].body).toEqual(requests[0].body);
    expect(requests[2].body).toEqual(requests[0].body);
  });

  it('gives up after three attempts', async () => {
    answers[PLAN] = [refusal(503, 'ServiceUnavailableError', 'starting')];
    const { error } = await run({ tenant: 'contoso' });
    expect(paths()).toEqual([PLAN, PLAN, PLAN]);
    expect(error).toMatchObject({
      name: 'ServiceUnavailableError',
      message:
        'The reclamation for user:default/maya could not be planned; caused by ServiceUnavailableError: starting',
    });
  });

  it('waits while the same plan is being carried out already', async () => {
    answers[EXECUTE] = [
      'cut',
      refusal(409, 'ConflictError', 'is being carried out right now'),
      refusal(409, 'ConflictError', 'is being carried out right now'),
      { status: 200, body: finished(reclaimed) },
    ];
    const { error, outputs } = await run({ tenant: 'contoso' });
    expect(error).toBeUndefined();
    expect(outputs.reclaimed).toHaveLength(1);
  });

  it('does not repeat what was refused, and says why', async () => {
    answers[PLAN] = [
      refusal(403, 'NotAllowedError', 'You may not plan reclamations'),
    ];
    const { error } = await run({ tenant: 'contoso' });
    expect(paths()).toEqual([PLAN]);
    expect(error).toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining('You may not plan reclamations'),
    });
  });

  it('names the tenants when there are several', async () => {
    answers['GET /tenants'] = [
      {
        status: 200,
        body: {
          items: [{ name: 'contoso' }, { name: 'fabrikam' }],
          totalItems: 2,
        },
      },
    ];
    const { error } = await run();
    expect(error).toMatchObject({
      message: expect.stringContaining('contoso, fabrikam'),
    });
    expect(paths()).toEqual(['GET /tenants']);
  });

  it('stops waiting when the task is canceled', async () => {
    answers[PLAN] = [refusal(503, 'ServiceUnavailableError', 'starting')];
    const controller = new AbortController();
    const action = createReclaimAction({
      auth: mockServices.auth(),
      discovery: mockServices.discovery.mock({
        getBaseUrl: async () => baseUrl,
      }),
      waitsMs: { unavailable: [3_600_000], carriedOut: [] },
    });
    logger.warn.mockImplementationOnce(() => controller.abort());
    await expect(
      action.handler({
        ...createMockActionContext<Context['input']>({
          input: { tenant: 'contoso', user: 'maya@contoso.com', reason: 'x' },
          workspacePath: '/unused',
        }),
        logger,
        signal: controller.signal,
      }),
    ).rejects.toThrow('aborted');
    expect(paths()).toEqual([PLAN]);
  });
});
