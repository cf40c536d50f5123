import type { Reclamation } from 'backstage-plugin-m365-licenses-common';
import {
  E5,
  finished,
  item,
  ITEMS,
  ok,
  plan,
  PlayedApi,
  refusal,
} from './__testUtils__/api';
import { keptCheckpoints, runStep } from './__testUtils__/step';
import { createRestoreAction } from './restore';

type Action = ReturnType<typeof createRestoreAction>;
type Context = Parameters<Action['handler']>[0];

const CHECK = 'POST /tenants/contoso/reclamations/reclamation-1/restore-check';
const RESTORE = 'POST /tenants/contoso/reclamations/reclamation-1/restore';
const READ = 'GET /tenants/contoso/reclamations/restore-1';

describe('m365:licenses:restore', () => {
  const back = item({
    reclamation: { ...item().reclamation, id: 'restore-1', kind: 'restore' },
    outcome: 'restored',
    message: 'Put back as it was.',
  });
  const noSeat = {
    ...back,
    id: 'item-2',
    outcome: 'noSeat' as const,
    message: 'Not put back: no seat is free.',
    requestId: 'ms-request-3',
  };
  const restore = (overrides: Partial<Reclamation>) =>
    plan([back], {
      id: 'restore-1',
      kind: 'restore',
      restoreOf: 'reclamation-1',
      ...overrides,
    });
  const done = (...items: Array<typeof back>) => ({
    ...finished(...items),
    id: 'restore-1',
  });
  let api: PlayedApi;

  beforeEach(async () => {
    api = await PlayedApi.start();
    api.answers[RESTORE] = [
      { status: 201, body: restore({ status: 'scheduled' }) },
    ];
    api.answers[READ] = [
      ok(restore({ status: 'scheduled' })),
      ok(restore({ status: 'running' })),
      ok(done(back)),
    ];
    api.items = [back];
  });

  afterEach(() => api.stop());

  const run = (
    input: Partial<Context['input']> = {},
    context: Partial<Context> = {},
  ) =>
    runStep(
      createRestoreAction(api.options()),
      {
        tenant: 'contoso',
        planId: 'reclamation-1',
        reason: 'Taken by mistake',
        ...input,
      },
      context,
    );

  it('puts back what a plan took, and follows it to the end', async () => {
    const { error, outputs } = await run({ itemIds: ['item-1'] });

    expect(error).toBeUndefined();
    expect(api.calls()).toEqual([RESTORE, READ, READ, READ, ITEMS]);
    expect(api.bodies(RESTORE)).toEqual([
      {
        itemIds: ['item-1'],
        reason: 'Taken by mistake',
        idempotencyKey: expect.stringMatching(/^mock-task-id:mock-step-id:/),
      },
    ]);
    expect(outputs).toEqual({
      restoreId: 'restore-1',
      url: '/m365-licenses/reclamations/restore-1?tenant=contoso',
      status: 'finished',
      tenant: 'contoso',
      licenses: 1,
      restored: [
        {
          skuId: E5,
          displayName: 'Microsoft 365 E5',
          user: 'maya@contoso.com',
        },
      ],
      notRestored: [],
      summary: [
        '1 license of Maya Lopez (maya@contoso.com) put back.',
        '',
        '- Microsoft 365 E5: Put back as it was.',
        '',
        '[Open the plan](/m365-licenses/reclamations/restore-1?tenant=contoso)',
      ].join('\n'),
    });
  });

  it('puts everything back when no item is named', async () => {
    await run({ itemIds: [] });
    expect(api.bodies(RESTORE)[0]).not.toHaveProperty('itemIds');
  });

  it('fails for a license without a free seat, after the others', async () => {
    api.answers[READ] = [ok(done(back, noSeat))];
    api.items = [back, noSeat];
    const { error, outputs } = await run();

    expect(outputs.restored).toHaveLength(1);
    expect(outputs.notRestored).toEqual([
      expect.objectContaining({ outcome: 'noSeat' }),
    ]);
    expect(error).toMatchObject({
      message: expect.stringContaining(
        "1 license of Maya Lopez (maya@contoso.com) was not put back: Microsoft 365 E5: Not put back: no seat is free. (Microsoft's request-id ms-request-3)",
      ),
    });
  });

  it('counts a license that is there already as done', async () => {
    const there = { ...back, outcome: 'alreadyThere' as const };
    api.answers[READ] = [ok(done(there))];
    api.items = [there];
    const { error, outputs } = await run();
    expect(error).toBeUndefined();
    expect(outputs.notRestored).toHaveLength(1);
  });

  it('checks seats and usage locations in a dry run, and changes nothing', async () => {
    const sku = { skuId: E5, displayName: 'Microsoft 365 E5' };
    api.answers[CHECK] = [
      ok({
        items: 3,
        accounts: 2,
        seats: [{ sku, needed: 3, free: 2 }],
        problems: [
          {
            itemId: 'item-1',
            account: back.account,
            sku,
            message: 'No usage location is set.',
          },
        ],
        dataUntil: '2026-12-20T10:00:00Z',
      }),
    ];
    const { error, outputs } = await run(
      { itemIds: ['item-1'] },
      { isDryRun: true },
    );

    expect(error).toBeUndefined();
    expect(api.calls()).toEqual([CHECK]);
    expect(api.bodies(CHECK)).toEqual([{ itemIds: ['item-1'] }]);
    expect(outputs).not.toHaveProperty('restoreId');
    expect(outputs.licenses).toBe(3);
    expect(outputs.notRestored).toEqual([
      {
        ...sku,
        user: 'maya@contoso.com',
        outcome: 'problem',
        message: 'No usage location is set.',
      },
    ]);
    expect(outputs.summary?.split('\n\n')).toEqual([
      'Dry run: 3 licenses of 2 accounts would be put back, of which 1 could not be now.',
      'Microsoft 365 E5: 3 seats needed, 2 free.',
      'maya@contoso.com, Microsoft 365 E5: No usage location is set.',
      'Microsoft begins to drop the data behind them on 2026-12-20T10:00:00Z.',
    ]);
  });

  it('begins once when the task is recovered, and follows the same restore', async () => {
    const checkpoint = keptCheckpoints();
    api.answers[READ] = [
      refusal(500, 'Error', 'database away'),
      ok(done(back)),
    ];
    const first = await run({}, { checkpoint });
    expect(first.error).toBeDefined();
    const second = await run({}, { checkpoint });
    expect(second.error).toBeUndefined();
    expect(api.calls().filter(call => call === RESTORE)).toHaveLength(1);
  });

  it('asks again with the same key while the backend is away', async () => {
    api.answers[RESTORE]?.unshift('cut');
    const { error } = await run();
    expect(error).toBeUndefined();
    const [first, second] = api.bodies(RESTORE);
    expect(second).toEqual(first);
  });

  it('says why it was refused', async () => {
    api.answers[RESTORE] = [
      refusal(
        403,
        'NotAllowedError',
        'This needs the permission m365-licenses.reclamation.restore',
      ),
    ];
    const { error } = await run();
    expect(error).toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringContaining('m365-licenses.reclamation.restore'),
    });
  });

  it.each([
    ['paused', 'somebody resumes it'],
    ['running', 'goes on in the background'],
  ] as const)('ends while it is %s and says so', async (status, words) => {
    api.answers[READ] = [ok(restore({ status }))];
    const { error, outputs } = await run({ waitMinutes: 0 });
    expect(error).toBeUndefined();
    expect(outputs.status).toBe(status);
    expect(outputs.summary).toContain(words);
  });

  it('fails when it was canceled', async () => {
    api.answers[READ] = [
      ok(restore({ status: 'canceled', canceledBy: 'user:default/adele' })),
    ];
    const { error } = await run();
    expect(error).toMatchObject({
      message: expect.stringContaining('canceled by user:default/adele'),
    });
  });

  it('stops following when the task is canceled, and leaves the restore to end', async () => {
    const controller = new AbortController();
    api.answers[READ] = [ok(restore({ status: 'running' }))];
    api.onAsked = call => {
      if (call === READ) {
        controller.abort();
      }
    };
    const { error } = await run({}, { signal: controller.signal });
    expect(error).toMatchObject({ message: expect.stringContaining('abort') });
    expect(api.calls()).toEqual([RESTORE, READ]);
  });
});
