import {
  campaignWorld,
  type CampaignWorld,
  MAYA,
  NOAH,
  ROBIN,
  VISIO,
} from '../questions/__testUtils__/campaign';
import type { NewQuestion, QuestionNotice } from './types';
import { AT, E3, idOf, testDatabases } from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const TENANT = 'contoso';
const hoursLater = (hours: number) =>
  new Date(AT.getTime() + hours * 3_600_000);
const ASKED: QuestionNotice = { type: 'asked', answerUntil: hoursLater(120) };
const reminded = (
  askedBefore: Date,
  untoldBefore = hoursLater(-1),
): QuestionNotice => ({ type: 'reminded', askedBefore, untoldBefore });

const question = (overrides?: Partial<NewQuestion>): NewQuestion => ({
  id: 'robin-visio',
  tenant: TENANT,
  reclamationId: 'plan',
  accountId: idOf(1),
  skuId: VISIO,
  itemIds: ['plan-Robin-Visio', 'plan-Robin-Visio-by-group'],
  managerId: idOf(3),
  recipients: [ROBIN],
  ...overrides,
});

describe.each(ids)('QuestionStore on %s', databaseId => {
  let world: CampaignWorld;
  let questions: CampaignWorld['stores']['questions'];

  beforeEach(async () => {
    const { stores } = await open(databaseId);
    world = await campaignWorld(stores);
    questions = stores.questions;
    await world.start('plan', [1, 3]);
  });

  const answer = (...itemIds: string[]) =>
    world.stores.reclamations.answer(
      'plan',
      itemIds.map(itemId => ({
        itemId,
        outcome: 'scheduled',
        message: 'Handed back.',
        requestId: null,
        by: ROBIN,
      })),
      AT,
    );

  it('knows the plans in which something waits for an answer', async () => {
    await world.start('later', [3]);
    expect(await questions.campaigns(TENANT)).toEqual(['later', 'plan']);
    expect(await questions.campaigns('other')).toEqual([]);
    await answer(...(await world.items('plan')).map(({ id }) => id));
    expect(await questions.campaigns(TENANT)).toEqual(['later']);
  });

  it('reads what waits some accounts at a time, before and after it was asked', async () => {
    const waiting = async (asked: boolean, after = '') =>
      (await questions.waiting('plan', { asked, after, accounts: 1 })).sort();
    expect(await waiting(false)).toEqual([
      'plan-Robin-E3',
      'plan-Robin-Visio',
      'plan-Robin-Visio-by-group',
    ]);
    expect(await waiting(false, idOf(1))).toEqual(['plan-Maya-E3']);
    expect(await waiting(false, idOf(3))).toEqual([]);

    await questions.add([question()]);
    expect(await waiting(false)).toEqual(['plan-Robin-E3']);
    expect(await waiting(true)).toEqual([]);
    await questions.claim('plan', ROBIN, ASKED, AT);
    expect(await waiting(true)).toEqual([
      'plan-Robin-Visio',
      'plan-Robin-Visio-by-group',
    ]);
    await answer('plan-Robin-Visio');
    expect(await waiting(true)).toEqual(['plan-Robin-Visio-by-group']);
  });

  it('keeps what is known of a license when it is found out again', async () => {
    await questions.add([question()]);
    await questions.add([
      question({ id: 'again', recipients: [MAYA] }),
      question({
        id: 'robin-e3',
        skuId: E3,
        itemIds: ['plan-Robin-E3'],
      }),
    ]);
    expect(await questions.toTell('plan', ASKED)).toEqual([ROBIN]);
    await questions.claim('plan', ROBIN, ASKED, AT);
    expect(
      (await questions.ofRecipient('plan', ROBIN)).map(({ id }) => id),
    ).toEqual(['robin-e3', 'robin-visio']);
    expect(await questions.get(TENANT, 'robin-visio')).toEqual({
      id: 'robin-visio',
      tenant: TENANT,
      reclamationId: 'plan',
      accountId: idOf(1),
      skuId: VISIO,
      itemIds: ['plan-Robin-Visio', 'plan-Robin-Visio-by-group'],
      managerId: idOf(3),
      askedAt: AT.toISOString(),
      answerUntil: hoursLater(120).toISOString(),
    });
    expect(await questions.get('other', 'robin-visio')).toBeUndefined();
  });

  it('lets one tell a person, once, and takes it back where they were not told', async () => {
    await questions.add([question({ recipients: [ROBIN, NOAH] })]);
    const claims = await Promise.all(
      [1, 2, 3].map(() => questions.claim('plan', ROBIN, ASKED, AT)),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await questions.toTell('plan', ASKED)).toEqual([NOAH]);
    expect(await questions.claim('plan', NOAH, ASKED, hoursLater(1))).toBe(
      true,
    );
    // The time to answer counts from when the first was asked.
    await questions.release('plan', NOAH, ASKED, hoursLater(1));
    expect(await questions.get(TENANT, 'robin-visio')).toMatchObject({
      askedAt: AT.toISOString(),
    });
    await questions.release('plan', ROBIN, ASKED, AT);
    expect(await questions.get(TENANT, 'robin-visio')).toBeUndefined();
    expect(await questions.toTell('plan', ASKED)).toEqual([NOAH, ROBIN]);

    // Who was told is not asked again.
    await questions.claim('plan', ROBIN, ASKED, AT);
    await questions.told('plan', ROBIN, AT);
    await questions.release('plan', ROBIN, ASKED, AT);
    expect(await questions.toTell('plan', ASKED)).toEqual([NOAH]);
  });

  it('tells nobody of what was answered, or of a plan that does not go on', async () => {
    await questions.add([question()]);
    await world.stores.reclamations.move(
      'plan',
      ['started'],
      { status: 'paused' },
      { type: 'paused', by: ROBIN, message: 'Paused.' },
      AT,
    );
    expect(await questions.toTell('plan', ASKED)).toEqual([]);
    expect(await questions.claim('plan', ROBIN, ASKED, AT)).toBe(false);
    await world.stores.reclamations.move(
      'plan',
      ['paused'],
      { status: 'started' },
      { type: 'resumed', by: ROBIN, message: 'Resumed.' },
      AT,
    );
    expect(await questions.toTell('plan', ASKED)).toEqual([ROBIN]);
    await answer('plan-Robin-Visio', 'plan-Robin-Visio-by-group');
    expect(await questions.toTell('plan', ASKED)).toEqual([]);
    expect(await questions.claim('plan', ROBIN, ASKED, AT)).toBe(false);
  });

  it('reminds once, and early who may not have been told', async () => {
    await questions.add([question()]);
    const late = reminded(hoursLater(0));
    expect(await questions.toTell('plan', late)).toEqual([]);
    await questions.claim('plan', ROBIN, ASKED, AT);
    expect(await questions.toTell('plan', reminded(hoursLater(-2)))).toEqual(
      [],
    );
    expect(
      await questions.toTell('plan', reminded(hoursLater(-2), hoursLater(0))),
    ).toEqual([ROBIN]);
    await questions.told('plan', ROBIN, AT);
    expect(
      await questions.toTell('plan', reminded(hoursLater(-2), hoursLater(0))),
    ).toEqual([]);
    expect(await questions.toTell('plan', late)).toEqual([ROBIN]);
    expect(await questions.claim('plan', ROBIN, late, hoursLater(72))).toBe(
      true,
    );
    expect(await questions.claim('plan', ROBIN, late, hoursLater(72))).toBe(
      false,
    );
    await questions.release('plan', ROBIN, late, hoursLater(72));
    expect(await questions.toTell('plan', late)).toEqual([ROBIN]);
  });

  it('knows what waits for too long, and whether anybody was told', async () => {
    const overdue = async (at: Date) =>
      (await questions.overdue('plan', at, 100))
        .map(({ itemId, told }) => [itemId, told])
        .sort();
    await questions.add([
      question(),
      question({
        id: 'robin-e3',
        skuId: E3,
        itemIds: ['plan-Robin-E3'],
        recipients: [MAYA],
      }),
    ]);
    // Asked an hour after the plan was started, with as long to answer.
    const notice: QuestionNotice = {
      type: 'asked',
      answerUntil: hoursLater(121),
    };
    await questions.claim('plan', ROBIN, notice, hoursLater(1));
    await questions.told('plan', ROBIN, hoursLater(1));
    await questions.claim('plan', MAYA, notice, hoursLater(1));
    expect(await overdue(hoursLater(119))).toEqual([]);
    // Nobody was asked about it in the time of the plan.
    expect(await overdue(hoursLater(120))).toEqual([['plan-Maya-E3', false]]);
    expect(await overdue(hoursLater(121))).toEqual([
      ['plan-Maya-E3', false],
      ['plan-Robin-E3', false],
      ['plan-Robin-Visio', true],
      ['plan-Robin-Visio-by-group', true],
    ]);
    expect(await questions.overdue('plan', hoursLater(121), 2)).toHaveLength(2);
  });

  it('knows when somebody was asked about the same license by another plan', async () => {
    await questions.add([question()]);
    await questions.claim('plan', ROBIN, ASKED, AT);
    const since = (time: Date, besides = 'other') =>
      questions.askedSince(TENANT, [idOf(1), idOf(3)], {
        since: time,
        besides,
      });
    expect(await since(hoursLater(-1))).toEqual([
      { accountId: idOf(1), skuId: VISIO, askedAt: AT.toISOString() },
    ]);
    expect(await since(hoursLater(-1), 'plan')).toEqual([]);
    expect(await since(AT)).toEqual([]);
  });

  it('knows the accounts that can sign in', async () => {
    expect(
      await questions.enabledAccounts(TENANT, [idOf(1), idOf(2), idOf(99)]),
    ).toEqual([
      {
        id: idOf(1),
        userPrincipalName: 'person1@contoso.example',
        email: 'person1@contoso.example',
      },
    ]);
  });

  it('opens questions to who they are about, their manager, and their groups', async () => {
    await questions.add([question()]);
    const openTo = async (accountIds: string[], groups: string[] = []) =>
      (await questions.open(TENANT, { accountIds, groups })).map(
        ({ id }) => id,
      );
    expect(await openTo([idOf(1)])).toEqual([]);
    await questions.claim('plan', ROBIN, ASKED, AT);
    expect(await openTo([idOf(1)])).toEqual(['robin-visio']);
    expect(await openTo([idOf(3)])).toEqual(['robin-visio']);
    expect(await openTo([], ['group:default/design'])).toEqual(['robin-visio']);
    expect(await openTo([idOf(2)], ['group:default/platform'])).toEqual([]);
    await answer('plan-Robin-Visio', 'plan-Robin-Visio-by-group');
    expect(await openTo([idOf(1)])).toEqual([]);
    expect(await questions.get(TENANT, 'robin-visio')).toBeDefined();
  });
});
