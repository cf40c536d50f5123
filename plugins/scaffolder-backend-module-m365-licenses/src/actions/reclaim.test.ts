import { mockCredentials } from '@backstage/backend-test-utils';
import {
  FAILED_OUTCOMES,
  type Reclamation,
} from 'backstage-plugin-m365-licenses-common';
import {
  adele,
  CANCEL,
  countsOf,
  E5,
  EXECUTE,
  finished,
  inherited,
  item,
  ITEMS,
  ok,
  plan,
  PLAN,
  PlayedApi,
  PREVIEW,
  READ,
  reclaimed,
  refusal,
  running,
  TENANTS,
  VISIO,
} from './__testUtils__/api';
import { keptCheckpoints, runStep } from './__testUtils__/step';
import { createReclaimAction } from './reclaim';

type Action = ReturnType<typeof createReclaimAction>;
type Context = Parameters<Action['handler']>[0];

describe('m365:licenses:reclaim', () => {
  let api: PlayedApi;

  beforeEach(async () => {
    api = await PlayedApi.start();
    api.answers[PLAN] = [{ status: 201, body: plan([item()]) }];
    api.answers[READ] = [ok(plan([item()])), ok(finished(reclaimed))];
    api.answers[EXECUTE] = [ok(running(item({ outcome: 'scheduled' })))];
    api.items = [reclaimed];
  });

  afterEach(() => api.stop());

  /** The plan as it is while it is carried out, until it has ended. */
  function endsAs(end: Reclamation, ...before: Reclamation[]) {
    api.answers[READ] = [plan([item()]), ...before, end].map(ok);
  }

  const run = (
    input: Partial<Context['input']> = {},
    context: Partial<Context> = {},
  ) =>
    runStep(
      createReclaimAction(api.options()),
      { user: 'user:default/maya', reason: 'Left the company', ...input },
      context,
    );

  /** Of what exists already. */
  const runPlan = (
    input: Partial<Context['input']> = {},
    context: Partial<Context> = {},
  ) =>
    runStep(
      createReclaimAction(api.options()),
      { tenant: 'contoso', planId: 'reclamation-1', ...input },
      context,
    );

  it('plans, carries out and reports, as the person who runs the template', async () => {
    const end = finished(reclaimed, inherited);
    endsAs(end, running(item({ outcome: 'running' }), inherited));
    api.items = [reclaimed, inherited];
    const { outputs, error, infos, warnings } = await run({
      skuIds: [E5, VISIO],
    });

    expect(error).toBeUndefined();
    expect(api.calls()).toEqual([
      TENANTS,
      PLAN,
      READ,
      EXECUTE,
      READ,
      READ,
      ITEMS,
      ITEMS,
    ]);
    expect(api.bodies(PLAN)).toEqual([
      {
        users: ['user:default/maya'],
        skuIds: [E5, VISIO],
        reason: 'Left the company',
        idempotencyKey: expect.stringMatching(
          /^mock-task-id:mock-step-id:[\w-]{43}$/,
        ),
      },
    ]);
    const token = mockCredentials.service.token({
      onBehalfOf: mockCredentials.user(),
      targetPluginId: 'm365-licenses',
    });
    expect(new Set(api.asked.map(asked => asked.authorization))).toEqual(
      new Set([`Bearer ${token}`]),
    );
    expect(outputs).toEqual({
      reclamationId: 'reclamation-1',
      url: '/m365-licenses/reclamations/reclamation-1?tenant=contoso',
      status: 'finished',
      tenant: 'contoso',
      user: 'maya@contoso.com',
      accounts: 1,
      reclaimed: [
        {
          skuId: E5,
          displayName: 'Microsoft 365 E5',
          user: 'maya@contoso.com',
        },
      ],
      inheritedFromGroup: [
        {
          skuId: VISIO,
          displayName: 'Visio Plan 2',
          user: 'maya@contoso.com',
          group: 'Engineering',
        },
      ],
      notReclaimed: [],
      summary: [
        '1 license of Maya Lopez (maya@contoso.com) taken back.',
        '',
        '- Microsoft 365 E5: Removed: Microsoft no longer has it assigned.',
        '- Visio Plan 2: Left alone: the group "Engineering" grants it.',
        '',
        '[Open the plan](/m365-licenses/reclamations/reclamation-1?tenant=contoso)',
      ].join('\n'),
    });
    expect(infos).toContain(
      'Reclamation reclamation-1 is running: 1 running, 1 inheritedFromGroup',
    );
    expect([...infos, ...warnings].join()).not.toContain(token);
  });

  it('asks for all licenses when no SKU is named', async () => {
    await run({ skuIds: [] });
    expect(api.bodies(PLAN)[0]).not.toHaveProperty('skuIds');
  });

  it('takes the licenses of several accounts with one plan, and names each account', async () => {
    const adeles = item({
      ...reclaimed,
      id: 'item-3',
      account: adele,
    });
    endsAs(finished(reclaimed, adeles));
    api.items = [reclaimed, adeles];
    const { outputs, error } = await run({
      user: undefined,
      users: ['maya@contoso.com', 'adele@contoso.com'],
      mode: 'askFirst',
      leaveGroups: true,
    });

    expect(error).toBeUndefined();
    expect(api.bodies(PLAN)).toEqual([
      expect.objectContaining({
        users: ['maya@contoso.com', 'adele@contoso.com'],
        mode: 'askFirst',
        leaveGroups: true,
      }),
    ]);
    expect(outputs).not.toHaveProperty('user');
    expect(outputs.accounts).toBe(2);
    expect(outputs.reclaimed).toEqual([
      expect.objectContaining({ user: 'maya@contoso.com' }),
      expect.objectContaining({ user: 'adele@contoso.com' }),
    ]);
    expect(outputs.summary).toContain('2 licenses of 2 accounts taken back.');
    expect(outputs.summary).toContain(
      '- adele@contoso.com, Microsoft 365 E5: Removed',
    );
  });

  it('names fifty licenses of each outcome, and counts the others', async () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      item({ ...reclaimed, id: `item-${index}` }),
    );
    endsAs(finished(...many));
    api.items = many;
    const { outputs } = await run();

    expect(outputs.summary).toContain('60 licenses of Maya Lopez');
    expect(outputs.summary).toContain('- and 10 more with the same outcome');
    expect(outputs.summary?.match(/Removed: /g)).toHaveLength(50);
    expect(outputs.reclaimed).toHaveLength(60);
  });

  it('says what would happen in a dry run, and does nothing', async () => {
    const items = [item(), inherited];
    api.answers[PREVIEW] = [
      ok({
        accounts: 1,
        items: 2,
        counts: countsOf(items),
        evaluatedAt: null,
        account: item().account,
        first: items,
      }),
    ];
    const { outputs, error, infos } = await run({}, { isDryRun: true });

    expect(error).toBeUndefined();
    expect(api.calls()).toEqual([TENANTS, PREVIEW]);
    expect(api.bodies(PREVIEW)).toEqual([
      { users: ['user:default/maya'], reason: 'Left the company' },
    ]);
    expect(outputs).not.toHaveProperty('reclamationId');
    expect(outputs).not.toHaveProperty('url');
    expect(outputs.reclaimed).toEqual([expect.objectContaining({ skuId: E5 })]);
    expect(outputs.notReclaimed).toEqual([]);
    expect(infos).toEqual([
      'Dry run: 1 license of Maya Lopez (maya@contoso.com) would be taken back.',
      'Microsoft 365 E5: Will be removed.',
      'Visio Plan 2: Left alone: the group "Engineering" grants it.',
    ]);
  });

  it.each([
    'inheritedFromGroup',
    'alreadyGone',
    'heldBack',
    'exempted',
    'activeSince',
    'changed',
    'kept',
    'notAsked',
  ] as const)('does not fail for a license that ends as %s', async outcome => {
    const alone = item({ outcome, message: 'Left alone.' });
    endsAs(finished(alone));
    api.items = [alone];
    const { outputs, error, warnings } = await run();

    expect(error).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(outputs.reclaimed).toEqual([]);
    expect([
      ...(outputs.inheritedFromGroup ?? []),
      ...(outputs.notReclaimed ?? []),
    ]).toHaveLength(1);
    expect(outputs.summary).toContain(
      'There was nothing to take back from Maya Lopez (maya@contoso.com).',
    );
  });

  it.each(FAILED_OUTCOMES)(
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
      endsAs(finished(reclaimed, refused));
      api.items = [reclaimed, refused];
      const { outputs, error, warnings } = await run();

      expect(error).toMatchObject({
        message: expect.stringContaining(
          "1 license of Maya Lopez (maya@contoso.com) was not taken back: Visio Plan 2: Not removed: Microsoft refused. (Microsoft's request-id ms-request-2)",
        ),
      });
      expect(outputs.reclaimed).toHaveLength(1);
      expect(outputs.notReclaimed).toEqual([
        expect.objectContaining({ skuId: VISIO, outcome }),
      ]);
      expect(warnings).toHaveLength(1);
    },
  );

  it('uses the same key when the task is retried, and another for other input', async () => {
    const runs: Array<[Partial<Context['input']>, Partial<Context>]> = [
      [{}, {}],
      [{}, {}],
      [{ user: 'user:default/adele' }, {}],
      [{}, { task: { id: 'another-task' } }],
    ];
    for (const [input, context] of runs) {
      endsAs(finished(reclaimed));
      await run(input, context);
    }
    const keys = api
      .bodies(PLAN)
      .map(body => JSON.stringify(body).match(/"idempotencyKey":"(.*?)"/)?.[1]);
    expect(keys).toHaveLength(4);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });

  it('goes on with its plan when the task is recovered', async () => {
    const checkpoint = keptCheckpoints();
    api.answers[EXECUTE] = [
      refusal(500, 'Error', 'the database is away'),
      ok(running(item({ outcome: 'scheduled' }))),
    ];
    api.answers[READ] = [
      ok(plan([item()])),
      ok(plan([item()])),
      ok(finished(reclaimed)),
    ];
    const input = { tenant: 'contoso' };
    const first = await run(input, { checkpoint });
    expect(first.error).toMatchObject({
      message: expect.stringContaining('the database is away'),
    });
    const second = await run(input, { checkpoint });
    expect(second.error).toBeUndefined();
    expect(second.outputs.reclaimed).toHaveLength(1);
    expect(api.calls().filter(call => call === PLAN)).toHaveLength(1);
  });

  it('follows what it started before the task was recovered, and starts nothing', async () => {
    api.answers[READ] = [
      ok(running(item({ outcome: 'running' }))),
      ok(finished(reclaimed)),
    ];
    const { error, outputs } = await run();
    expect(error).toBeUndefined();
    expect(outputs.status).toBe('finished');
    expect(api.calls()).not.toContain(EXECUTE);
  });

  it('asks again while the backend is away, with the same key', async () => {
    const away = refusal(503, 'ServiceUnavailableError', 'starting');
    api.answers[PLAN] = ['cut', away, ok(plan([item()]))];
    api.answers[EXECUTE] = ['cut', ok(running(item({ outcome: 'running' })))];
    api.answers[READ] = [
      ok(plan([item()])),
      away,
      'cut',
      ok(running(item({ outcome: 'running' }))),
      away,
      ok(finished(reclaimed)),
    ];
    const { error, outputs, warnings } = await run({ tenant: 'contoso' });

    expect(error).toBeUndefined();
    expect(outputs.reclaimed).toHaveLength(1);
    expect(warnings).toHaveLength(6);
    expect(warnings[1]).toContain(
      'The license manager is not available (ServiceUnavailableError: starting); asking again in 0.001 seconds',
    );
    const bodies = api.bodies(PLAN);
    expect(bodies).toHaveLength(3);
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
  });

  it('gives up after three attempts', async () => {
    api.answers[PLAN] = [refusal(503, 'ServiceUnavailableError', 'starting')];
    const { error } = await run({ tenant: 'contoso' });
    expect(api.calls()).toEqual([PLAN, PLAN, PLAN]);
    expect(error).toMatchObject({
      name: 'ServiceUnavailableError',
      message:
        'The licenses could not be planned; caused by ServiceUnavailableError: starting',
    });
  });

  it('does not repeat what was refused, and says why', async () => {
    api.answers[PLAN] = [
      refusal(403, 'NotAllowedError', 'You may not plan reclamations'),
    ];
    const { error } = await run({ tenant: 'contoso' });
    expect(api.calls()).toEqual([PLAN]);
    expect(error).toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining('You may not plan reclamations'),
    });
  });

  it('names the tenants when there are several', async () => {
    api.answers[TENANTS] = [
      ok({
        items: [{ name: 'contoso' }, { name: 'fabrikam' }],
        totalItems: 2,
      }),
    ];
    const { error } = await run();
    expect(error).toMatchObject({
      message: expect.stringContaining('contoso, fabrikam'),
    });
    expect(api.calls()).toEqual([TENANTS]);
  });

  it.each([
    ['nobody', { user: undefined }, 'exactly one'],
    ['a person and a plan', { planId: 'reclamation-1' }, 'exactly one'],
    ['a person and several', { users: ['adele'] }, 'exactly one'],
    ['no reason', { reason: undefined }, 'reason'],
    [
      'a plan with SKUs',
      { user: undefined, planId: 'reclamation-1', skuIds: [E5] },
      'The plan says what',
    ],
  ])('refuses %s', async (_, input, message) => {
    const { error } = await run(input);
    expect(error).toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(message),
    });
    expect(api.calls()).toEqual([]);
  });

  describe('a plan that somebody else must approve', () => {
    const unapproved = (overrides: Partial<Reclamation> = {}) =>
      plan([item()], { allowed: ['cancel'], ...overrides });
    const hint =
      'Somebody else than user:default/mock, who made the plan, has to approve it.';

    it('ends the step and says who has to do what', async () => {
      api.answers[READ] = [ok(unapproved({ approvalHint: hint }))];
      api.items = [item()];
      const { error, outputs } = await run();

      expect(error).toBeUndefined();
      expect(api.calls()).not.toContain(EXECUTE);
      expect(outputs.status).toBe('waitingForApproval');
      expect(outputs.reclaimed).toEqual([]);
      expect(outputs.notReclaimed).toEqual([
        expect.objectContaining({ skuId: E5, outcome: 'planned' }),
      ]);
      expect(outputs.url).toBe(
        '/m365-licenses/reclamations/reclamation-1?tenant=contoso',
      );
      expect(outputs.summary).toContain(
        '1 license of Maya Lopez (maya@contoso.com) is planned, and nothing is taken back before the plan is approved.',
      );
      expect(outputs.summary).toContain(hint);
      expect(outputs.summary).toContain('until 2026-11-27T10:00:00Z');
    });

    it('names the permission where the person does not hold it', async () => {
      api.answers[READ] = [ok(unapproved())];
      api.items = [item()];
      const { outputs } = await run();
      expect(outputs.summary).toContain('m365-licenses.reclamation.approve');
    });

    it('waits for the approval where the step says so, and goes on', async () => {
      const approved = plan([item()], {
        status: 'approved',
        approvedBy: 'user:default/adele',
        allowed: ['execute', 'cancel'],
      });
      api.answers[READ] = [
        unapproved(),
        unapproved(),
        approved,
        finished(reclaimed),
      ].map(ok);
      const { error, outputs } = await run({ waitForApproval: true });

      expect(error).toBeUndefined();
      expect(outputs.status).toBe('finished');
      expect(api.calls()).toEqual([
        TENANTS,
        PLAN,
        READ,
        READ,
        READ,
        EXECUTE,
        READ,
        ITEMS,
      ]);
    });

    it('says so when the time for waiting is over', async () => {
      api.answers[READ] = [ok(unapproved())];
      api.items = [item()];
      const { error, outputs } = await run({
        waitForApproval: true,
        waitMinutes: 0,
      });
      expect(error).toBeUndefined();
      expect(outputs.status).toBe('waitingForApproval');
      expect(api.calls()).not.toContain(EXECUTE);
    });
  });

  it('fails where the person may approve and not carry out, naming the permission', async () => {
    api.answers[READ] = [ok(plan([item()], { allowed: ['approve'] }))];
    api.answers[EXECUTE] = [
      refusal(
        403,
        'NotAllowedError',
        'This needs the permission m365-licenses.reclamation.execute',
      ),
    ];
    const { error } = await run();
    expect(error).toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringMatching(
        /^Reclamation reclamation-1 was planned and could not be started.*m365-licenses.reclamation.execute/,
      ),
    });
  });

  it('ends when people are asked first, and says until when', async () => {
    const awaited = item({ outcome: 'awaitingUser', message: 'Was asked.' });
    api.answers[EXECUTE] = [
      ok(
        plan([awaited], {
          mode: 'askFirst',
          status: 'asking',
          answerUntil: '2026-11-25T10:00:00Z',
        }),
      ),
    ];
    api.items = [awaited];
    const { error, outputs } = await run({ mode: 'askFirst' });

    expect(error).toBeUndefined();
    expect(outputs.status).toBe('asking');
    expect(outputs.summary).toContain(
      'people were asked whether they still need it. What is handed back or not answered for until 2026-11-25T10:00:00Z is taken back.',
    );
  });

  it('says that a plan was paused, which is no failure', async () => {
    const rest = item({ id: 'item-3', outcome: 'scheduled' });
    endsAs(plan([reclaimed, rest], { status: 'paused' }));
    api.items = [reclaimed, rest];
    const { error, outputs } = await run();

    expect(error).toBeUndefined();
    expect(outputs.status).toBe('paused');
    expect(outputs.summary).toContain(
      '1 license of Maya Lopez (maya@contoso.com) taken back. The plan is paused',
    );
  });

  it('fails when the plan was canceled, and says by whom', async () => {
    const rest = item({ id: 'item-3', outcome: 'canceled' });
    endsAs(
      plan([reclaimed, rest], {
        status: 'canceled',
        canceledBy: 'user:default/adele',
      }),
    );
    api.items = [reclaimed, rest];
    const { error, outputs } = await run();

    expect(outputs.status).toBe('canceled');
    expect(outputs.reclaimed).toHaveLength(1);
    expect(error).toMatchObject({
      message:
        '1 license of Maya Lopez (maya@contoso.com) taken back. The plan was canceled by user:default/adele: nothing more is taken back. Run the template anew to take the licenses back.',
    });
  });

  it('fails when the plan is too old', async () => {
    api.answers[READ] = [ok(plan([item()], { status: 'expired' }))];
    const { error } = await run();
    expect(error).toMatchObject({
      message: expect.stringContaining('not carried out in time'),
    });
    expect(api.calls()).not.toContain(EXECUTE);
  });

  it('ends when its time is over, while the backend goes on', async () => {
    const rest = item({ id: 'item-3', outcome: 'running' });
    api.answers[EXECUTE] = [
      ok({
        ...running(reclaimed, rest),
        problem: { message: 'Microsoft is not reachable.', retryAt: null },
      }),
    ];
    api.items = [reclaimed, rest];
    const { error, outputs } = await run({ waitMinutes: 0 });

    expect(error).toBeUndefined();
    expect(outputs.status).toBe('running');
    expect(outputs.summary).toContain(
      'The rest goes on in the background; it waits at the moment: Microsoft is not reachable.',
    );
  });

  it('logs why the backend waits, once', async () => {
    const waiting = {
      ...running(item({ outcome: 'scheduled' })),
      problem: {
        message: 'Quiet hours until six.',
        retryAt: '2026-11-21T06:00:00Z',
      },
    };
    endsAs(finished(reclaimed), waiting, waiting);
    const { infos } = await run();
    expect(infos.filter(line => line.includes('Quiet hours'))).toEqual([
      'Reclamation reclamation-1 is running: 1 scheduled. It waits: Quiet hours until six. It goes on at 2026-11-21T06:00:00Z.',
    ]);
  });

  describe('a plan that exists', () => {
    it('is carried out as it is', async () => {
      const { error, outputs } = await runPlan();
      expect(error).toBeUndefined();
      expect(outputs.reclamationId).toBe('reclamation-1');
      expect(api.calls()).toEqual([READ, EXECUTE, READ, ITEMS]);
    });

    it('is only shown in a dry run', async () => {
      api.items = [item()];
      const { error, outputs } = await runPlan({}, { isDryRun: true });
      expect(error).toBeUndefined();
      expect(api.calls()).toEqual([READ, ITEMS]);
      expect(outputs.reclaimed).toHaveLength(1);
    });

    it('must be one that takes licenses back', async () => {
      api.answers[READ] = [ok(plan([item()], { kind: 'restore' }))];
      const { error } = await runPlan();
      expect(error).toMatchObject({ name: 'InputError' });
      expect(api.calls()).toEqual([READ]);
    });

    it('that only reports for a policy is not carried out', async () => {
      api.answers[READ] = [ok(plan([item()], { status: 'dryRun' }))];
      api.items = [item()];
      const { error } = await runPlan();
      expect(error).toMatchObject({
        message: expect.stringContaining('only a report'),
      });
      expect(api.calls()).not.toContain(EXECUTE);
    });

    it('fails in words when there is no such plan', async () => {
      api.answers[READ] = [refusal(404, 'NotFoundError', 'No such plan')];
      const { error } = await runPlan();
      expect(error).toMatchObject({
        name: 'NotFoundError',
        message: expect.stringContaining('No such plan'),
      });
    });
  });

  describe('when the task is canceled', () => {
    /** Cancels the task with a request, of which there have been some before. */
    function canceledAt(call: string, nth: number) {
      const controller = new AbortController();
      let left = nth;
      api.onAsked = asked => {
        if (asked === call) {
          left -= 1;
          if (left === 0) {
            controller.abort();
          }
        }
      };
      return { signal: controller.signal };
    }

    beforeEach(() => {
      api.answers[READ] = [
        ok(plan([item()])),
        ok(running(item({ outcome: 'running' }))),
      ];
      api.answers[CANCEL] = [
        ok(plan([item({ outcome: 'canceled' })], { status: 'canceled' })),
      ];
    });

    it('cancels the plan that it started', async () => {
      const { error, infos } = await run({}, canceledAt(READ, 3));
      expect(error).toMatchObject({
        message: expect.stringContaining('abort'),
      });
      expect(api.calls().at(-1)).toBe(CANCEL);
      expect(infos.at(-1)).toBe(
        'Reclamation reclamation-1 is canceled, as the task was canceled',
      );
    });

    it('cancels though the backend was away', async () => {
      api.answers[CANCEL]?.unshift('cut');
      const { infos } = await run({}, canceledAt(READ, 3));
      expect(api.calls().filter(call => call === CANCEL)).toHaveLength(2);
      expect(infos.at(-1)).toContain('is canceled');
    });

    it('cancels while it waits for approval', async () => {
      api.answers[READ] = [ok(plan([item()], { allowed: ['cancel'] }))];
      await run({ waitForApproval: true }, canceledAt(READ, 2));
      expect(api.calls().at(-1)).toBe(CANCEL);
    });

    it('says where to look when it could not be canceled', async () => {
      api.answers[CANCEL] = [refusal(409, 'ConflictError', 'is finished')];
      const { warnings } = await run({}, canceledAt(READ, 3));
      expect(warnings.at(-1)).toMatch(
        /could not be canceled.*is finished.*\/m365-licenses\/reclamations\/reclamation-1/,
      );
    });

    it('leaves alone what somebody else started', async () => {
      api.answers[READ] = [ok(running(item({ outcome: 'running' })))];
      await runPlan({}, canceledAt(READ, 2));
      expect(api.calls()).not.toContain(CANCEL);
      expect(api.calls().at(-1)).toBe(READ);
    });

    it('stops waiting for a backend that is away', async () => {
      api.answers[PLAN] = [refusal(503, 'ServiceUnavailableError', 'starting')];
      const { error } = await runStep(
        createReclaimAction(
          api.options({ unavailable: [3_600_000], poll: [1] }),
        ),
        { tenant: 'contoso', user: 'maya@contoso.com', reason: 'x' },
        canceledAt(PLAN, 1),
      );
      expect(error).toMatchObject({
        message: expect.stringContaining('abort'),
      });
      expect(api.calls()).toEqual([PLAN]);
    });
  });
});
