import {
  adele,
  countsOf,
  E5,
  inherited,
  item,
  ITEMS,
  ok,
  plan,
  PLAN,
  PlayedApi,
  PREVIEW,
  READ,
  refusal,
  VISIO,
} from './__testUtils__/api';
import { keptCheckpoints, runStep } from './__testUtils__/step';
import { createPlanAction } from './plan';

type Action = ReturnType<typeof createPlanAction>;
type Context = Parameters<Action['handler']>[0];

describe('m365:licenses:plan', () => {
  const priced = plan([item(), inherited], {
    counts: [
      {
        outcome: 'planned',
        items: 1,
        value: [{ amount: '684.00', currency: 'EUR' }],
      },
      { outcome: 'inheritedFromGroup', items: 1, value: [] },
    ],
  });
  let api: PlayedApi;

  beforeEach(async () => {
    api = await PlayedApi.start();
    api.answers[PLAN] = [{ status: 201, body: priced }];
    api.answers[READ] = [ok(priced)];
    api.items = [item(), inherited];
  });

  afterEach(() => api.stop());

  const run = (
    input: Partial<Context['input']>,
    context: Partial<Context> = {},
  ) =>
    runStep(
      createPlanAction(api.options()),
      { tenant: 'contoso', reason: 'Renewal is due', ...input },
      context,
    );

  it('stores a plan for accounts and says what it holds', async () => {
    const { error, outputs } = await run({
      users: ['user:default/maya'],
      skuIds: [E5],
      mode: 'askFirst',
      leaveGroups: true,
    });

    expect(error).toBeUndefined();
    expect(api.calls()).toEqual([PLAN, READ, ITEMS, ITEMS]);
    expect(api.bodies(PLAN)).toEqual([
      {
        users: ['user:default/maya'],
        skuIds: [E5],
        reason: 'Renewal is due',
        mode: 'askFirst',
        leaveGroups: true,
        idempotencyKey: expect.stringMatching(/^mock-task-id:mock-step-id:/),
      },
    ]);
    expect(outputs).toEqual({
      planId: 'reclamation-1',
      url: '/m365-licenses/reclamations/reclamation-1?tenant=contoso',
      tenant: 'contoso',
      accounts: 1,
      planned: 1,
      leftAlone: 1,
      yearlyValue: [{ amount: '684.00', currency: 'EUR' }],
      mayApprove: true,
      summary: [
        '1 license of Maya Lopez (maya@contoso.com) would be taken back, worth 684.00 EUR a year. Nothing is taken back before the plan is approved and carried out.',
        '',
        '- Microsoft 365 E5: Will be removed.',
        '- Visio Plan 2: Left alone: the group "Engineering" grants it.',
        '',
        '[Open the plan](/m365-licenses/reclamations/reclamation-1?tenant=contoso)',
      ].join('\n'),
    });
  });

  it('plans by a filter over the candidates', async () => {
    const filter = {
      skuId: VISIO,
      department: 'Sales',
      group: 'group:default/sales',
      reason: 'inactive' as const,
    };
    await run({ filter });
    expect(api.bodies(PLAN)).toEqual([expect.objectContaining({ filter })]);
    expect(api.bodies(PLAN)[0]).not.toHaveProperty('users');
  });

  it('says nothing of money to people who may not know it', async () => {
    api.answers[READ] = [ok(plan([item()], { allowed: [] }))];
    const { outputs } = await run({ users: ['maya@contoso.com'] });
    expect(outputs).not.toHaveProperty('yearlyValue');
    expect(outputs.mayApprove).toBe(false);
    expect(outputs.summary).not.toContain('worth');
  });

  it('stores nothing in a dry run', async () => {
    const items = [
      item(),
      item({ id: 'item-3', account: adele, outcome: 'heldBack' }),
    ];
    api.answers[PREVIEW] = [
      ok({
        accounts: 2,
        items: 2,
        counts: countsOf(items),
        evaluatedAt: '2026-11-20T06:00:00Z',
        account: null,
        first: items,
      }),
    ];
    const { error, outputs, infos } = await run(
      { filter: { skuId: E5 } },
      { isDryRun: true },
    );

    expect(error).toBeUndefined();
    expect(api.calls()).toEqual([PREVIEW]);
    expect(api.bodies(PREVIEW)).toEqual([
      { filter: { skuId: E5 }, reason: 'Renewal is due' },
    ]);
    expect(outputs).not.toHaveProperty('planId');
    expect(outputs).toMatchObject({ accounts: 2, planned: 1, leftAlone: 1 });
    expect(infos[0]).toBe(
      'Dry run: 1 license of 2 accounts would be taken back.',
    );
  });

  it('makes the plan once when the task is recovered', async () => {
    const checkpoint = keptCheckpoints();
    api.answers[READ] = [refusal(500, 'Error', 'database away'), ok(priced)];
    const input = { users: ['maya@contoso.com'] };
    const first = await run(input, { checkpoint });
    expect(first.error).toMatchObject({
      message: expect.stringContaining('database away'),
    });
    const second = await run(input, { checkpoint });
    expect(second.error).toBeUndefined();
    expect(api.calls().filter(call => call === PLAN)).toHaveLength(1);
  });

  it('asks again with the same key while the backend is away', async () => {
    api.answers[PLAN] = ['cut', { status: 201, body: priced }];
    await run({ users: ['maya@contoso.com'] });
    const [first, second] = api.bodies(PLAN);
    expect(second).toEqual(first);
  });

  it('says why nothing could be planned', async () => {
    api.answers[PLAN] = [
      refusal(400, 'InputError', 'No candidate fits the filter'),
    ];
    const { error } = await run({ filter: { skuId: E5 } });
    expect(error).toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('No candidate fits the filter'),
    });
  });

  it.each([
    ['neither accounts nor a filter', {}],
    ['no accounts', { users: [] }],
    ['both', { users: ['maya@contoso.com'], filter: { skuId: E5 } }],
  ])('refuses %s', async (_, input) => {
    const { error } = await run(input);
    expect(error).toMatchObject({ name: 'InputError' });
    expect(api.calls()).toEqual([]);
  });
});
