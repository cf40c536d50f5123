import type {
  EntityLicenses,
  ReclamationItem,
} from 'backstage-plugin-m365-licenses-common';
import {
  E5,
  finished,
  inherited,
  item,
  ITEMS,
  ok,
  plan,
  PlayedApi,
  reclaimed,
  refusal,
  running,
  VISIO,
} from './__testUtils__/api';
import { runStep } from './__testUtils__/step';
import { createHandBackAction } from './handBack';

type Action = ReturnType<typeof createHandBackAction>;
type Context = Parameters<Action['handler']>[0];

const ME = 'GET /me';
const HAND_BACK = 'POST /tenants/contoso/hand-backs';
const readOf = (id: string) => `GET /tenants/contoso/reclamations/${id}`;

/** One's own accounts, as far as the action looks at them. */
function me(...tenants: string[]) {
  const path = { type: 'direct' as const, groupId: null, groupName: null };
  return {
    entityRef: 'user:default/maya',
    accounts: tenants.map(tenant => ({
      entityRef: 'user:default/maya',
      detail: {
        tenant,
        account: {
          userPrincipalName: `maya@${tenant}.com`,
          licenses: [
            { skuId: E5, displayName: 'Microsoft 365 E5', paths: [path] },
            {
              skuId: VISIO,
              displayName: 'Visio Plan 2',
              paths: [
                { type: 'group', groupId: 'g', groupName: 'Engineering' },
              ],
            },
          ],
        },
      },
    })),
  } satisfies DeepPartial<EntityLicenses>;
}

type DeepPartial<T> = T extends object
  ? { [Key in keyof T]?: DeepPartial<T[Key]> }
  : T;

describe('m365:licenses:hand-back', () => {
  let api: PlayedApi;

  const of = (id: string, some: ReclamationItem): ReclamationItem => ({
    ...some,
    reclamation: { ...some.reclamation, id },
  });

  beforeEach(async () => {
    api = await PlayedApi.start();
    api.answers[ME] = [ok(me('contoso'))];
    api.answers[HAND_BACK] = [
      {
        status: 201,
        body: { ...running(item({ outcome: 'scheduled' })), id: 'first' },
      },
      { status: 201, body: { ...finished(inherited), id: 'second' } },
    ];
    api.answers[readOf('first')] = [
      ok({ ...finished(reclaimed), id: 'first' }),
    ];
    api.items = [of('first', reclaimed), of('second', inherited)];
  });

  afterEach(() => api.stop());

  const run = (
    input: Partial<Context['input']> = {},
    context: Partial<Context> = {},
  ) =>
    runStep(
      createHandBackAction(api.options()),
      { skuIds: [E5, VISIO], ...input },
      context,
    );

  it('hands licenses back with nothing but one’s own account', async () => {
    const { error, outputs } = await run({ reason: 'Not needed any more' });

    expect(error).toBeUndefined();
    expect(api.calls()).toEqual([
      ME,
      HAND_BACK,
      HAND_BACK,
      readOf('first'),
      ITEMS,
      ITEMS,
    ]);
    expect(api.bodies(HAND_BACK)).toEqual(
      [E5, VISIO].map(skuId => ({
        skuId,
        reason: 'Not needed any more',
        idempotencyKey: expect.stringMatching(/^mock-task-id:mock-step-id:/),
      })),
    );
    expect(outputs).toEqual({
      reclamationIds: ['first', 'second'],
      tenant: 'contoso',
      handedBack: [
        {
          skuId: E5,
          displayName: 'Microsoft 365 E5',
          user: 'maya@contoso.com',
        },
      ],
      notHandedBack: [
        {
          skuId: VISIO,
          displayName: 'Visio Plan 2',
          user: 'maya@contoso.com',
          outcome: 'inheritedFromGroup',
          message: 'Left alone: the group "Engineering" grants it.',
        },
      ],
      summary: [
        '1 license handed back.',
        '',
        '- Microsoft 365 E5: Removed: Microsoft no longer has it assigned.',
        '- Visio Plan 2: Left alone: the group "Engineering" grants it.',
      ].join('\n'),
    });
  });

  it('hands each license back once, and with the same key when it is asked again', async () => {
    api.answers[HAND_BACK]?.unshift('cut');
    await run({ skuIds: [E5, E5] });
    const bodies = api.bodies(HAND_BACK);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toEqual(bodies[0]);
  });

  it('fails for a license that could not be taken, after the others', async () => {
    const refused = of(
      'first',
      item({ outcome: 'conflict', message: 'Another license depends on it.' }),
    );
    api.answers[readOf('first')] = [ok({ ...finished(refused), id: 'first' })];
    api.items = [refused, of('second', inherited)];
    const { error, outputs } = await run();

    expect(outputs.notHandedBack).toHaveLength(2);
    expect(error).toMatchObject({
      message: expect.stringContaining(
        '1 license could not be handed back: Microsoft 365 E5: Another license depends on it.',
      ),
    });
  });

  it('says what is not handed back yet when it is paused', async () => {
    const waiting = of('first', item({ outcome: 'scheduled' }));
    api.answers[readOf('first')] = [
      ok({ ...plan([waiting], { status: 'paused' }), id: 'first' }),
    ];
    api.items = [waiting];
    const { error, outputs } = await run({ skuIds: [E5] });
    expect(error).toBeUndefined();
    expect(outputs.summary).toContain('0 licenses handed back, 1 not yet.');
  });

  it('says what would happen in a dry run, and hands nothing back', async () => {
    const { error, outputs } = await run({}, { isDryRun: true });

    expect(error).toBeUndefined();
    expect(api.calls()).toEqual([ME]);
    expect(outputs.reclamationIds).toEqual([]);
    expect(outputs.handedBack).toEqual([
      { skuId: E5, displayName: 'Microsoft 365 E5', user: 'maya@contoso.com' },
    ]);
    expect(outputs.notHandedBack).toEqual([
      expect.objectContaining({ skuId: VISIO, outcome: 'inheritedFromGroup' }),
    ]);
    expect(outputs.summary).toContain(
      'Dry run: 1 license would be handed back.',
    );
    expect(outputs.summary).toContain('Granted by the group Engineering');
  });

  it('names the tenants of a person with accounts in several', async () => {
    api.answers[ME] = [ok(me('contoso', 'fabrikam'))];
    const { error } = await run();
    expect(error).toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('contoso, fabrikam'),
    });
    const { error: none } = await run({ tenant: 'contoso' });
    expect(none).toBeUndefined();
  });

  it('says what to do for a person without an account', async () => {
    api.answers[ME] = [ok(me())];
    const { error } = await run();
    expect(error).toMatchObject({
      message: expect.stringContaining('graph.microsoft.com/user-id'),
    });
    expect(api.calls()).toEqual([ME]);
  });

  it('says why it was refused', async () => {
    api.answers[HAND_BACK] = [
      refusal(409, 'ConflictError', 'Taking licenses back is stopped: audit'),
    ];
    const { error } = await run();
    expect(error).toMatchObject({
      message: expect.stringContaining('is stopped: audit'),
    });
  });
});
