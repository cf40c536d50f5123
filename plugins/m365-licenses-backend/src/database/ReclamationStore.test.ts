import { ConflictError, InputError } from '@backstage/errors';
import {
  RECLAMATION_OUTCOMES,
  RECLAMATION_STATUSES,
  type ReclamationOutcome,
  type ReclamationStatus,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { OUTCOME_SENTENCES } from '../reclamation/outcomes';
import { reclamationStatus } from '../insights/reclamations';
import { isPostgres } from './sql';
import type {
  NewReclamation,
  PlannedItem,
  ReclamationStore,
  StoredPath,
} from './types';
import {
  AT,
  E3,
  E5,
  GROUP,
  idOf,
  testDatabases,
} from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const OLIVIA = 'user:default/olivia';
const TOM = 'user:default/tom';

const minutesLater = (minutes: number) =>
  new Date(AT.getTime() + minutes * 60_000);

const DIRECT: StoredPath = {
  group: null,
  state: 'Active',
  error: null,
  disabledPlans: [E3],
  assignedAt: '2026-01-10T08:00:00.000Z',
};

function plan(id: string, overrides?: Partial<NewReclamation>): NewReclamation {
  return {
    id,
    tenant: 'contoso',
    kind: 'reclaim',
    mode: 'immediate',
    status: 'planned',
    origin: 'candidates',
    reason: 'unused',
    leaveGroups: false,
    createdBy: OLIVIA,
    createdAt: AT.toISOString(),
    expiresAt: minutesLater(60).toISOString(),
    approvedBy: null,
    startedBy: null,
    restoreOf: null,
    policyId: null,
    ...overrides,
  };
}

function item(id: string, overrides?: Partial<PlannedItem>): PlannedItem {
  return {
    id,
    account: {
      id: idOf(1),
      userPrincipalName: 'maya@contoso.example',
      displayName: 'Maya Moss',
    },
    skuId: E5,
    path: DIRECT,
    evidence: {
      reasons: [],
      heldBack: [],
      lastActivityDate: '2026-08-01',
      evaluatedAt: AT.toISOString(),
    },
    value: [{ amount: '100.25', currency: 'EUR' }],
    outcome: 'planned',
    message: OUTCOME_SENTENCES.planned,
    restores: null,
    ...overrides,
  };
}

/** So many items, each of another account, in a plan that is started and claimed. */
async function started(
  reclamations: ReclamationStore,
  id: string,
  count: number,
  overrides?: Partial<PlannedItem>,
): Promise<string[]> {
  const items = Array.from({ length: count }, (_, index) =>
    item(`${id}-${index}`, {
      account: {
        id: idOf(index),
        userPrincipalName: `person${index}@contoso.example`,
        displayName: `Person ${index}`,
      },
      ...overrides,
    }),
  );
  await reclamations.create(plan(id), items);
  await reclamations.move(
    id,
    ['planned'],
    { status: 'started', approvedBy: OLIVIA, startedBy: OLIVIA },
    { type: 'started', by: OLIVIA, message: 'Started.' },
    minutesLater(1),
  );
  await reclamations.claim(id, 'holder', minutesLater(1), AT);
  return items.map(each => each.id);
}

/** Takes items of a started plan back. */
async function reclaim(
  reclamations: ReclamationStore,
  id: string,
  itemIds: string[],
  at = minutesLater(2),
) {
  await reclamations.markRunning(id, 'holder', itemIds, at);
  await reclamations.recordOutcomes(
    id,
    itemIds.map(itemId => ({
      itemId,
      outcome: 'reclaimed',
      message: 'Taken back.',
      requestId: `request-${itemId}`,
    })),
    at,
  );
}

/** Stores a restore of items that is started at once. */
function restore(
  reclamations: ReclamationStore,
  id: string,
  restoreOf: string,
  itemIds: string[],
) {
  return reclamations.create(
    plan(id, {
      kind: 'restore',
      status: 'started',
      origin: 'restore',
      createdBy: TOM,
      createdAt: minutesLater(3).toISOString(),
      expiresAt: null,
      approvedBy: TOM,
      startedBy: TOM,
      restoreOf,
    }),
    itemIds.map(each =>
      item(`${id}-${each}`, { outcome: 'scheduled', restores: each }),
    ),
  );
}

async function eventsOf(reclamations: ReclamationStore, id: string) {
  const { items } = await reclamations.events('contoso', {
    reclamationId: id,
    planOnly: false,
    limit: 500,
  });
  return items.reverse();
}

const outcomesOf = async (reclamations: ReclamationStore, id: string) =>
  (await reclamations.items(id)).map(({ outcome }) => outcome);

describe.each(ids)('ReclamationStore on %s', id => {
  let knex: Knex;
  let reclamations: ReclamationStore;

  beforeEach(async () => {
    const opened = await open(id);
    knex = opened.knex;
    reclamations = opened.stores.reclamations;
  });

  /** Opens connections, so that what is started together meets in the database. */
  const connectAtOnce = () =>
    Promise.all([1, 2, 3].map(() => knex.raw('select 1')));

  it('gives back what was stored', async () => {
    const group: PlannedItem = item('a-1', {
      skuId: E3,
      path: {
        ...DIRECT,
        group: {
          id: GROUP,
          name: 'Sales',
          leaving: 'grantsMore',
          owners: [
            { id: idOf(7), userPrincipalName: 'ada@x', displayName: 'Ada' },
          ],
          otherSkuIds: [E5],
        },
        state: 'Error',
        error: 'CountViolation',
        disabledPlans: [],
        assignedAt: null,
      },
      evidence: {
        reasons: [
          {
            type: 'inactive',
            since: '2026-06-01',
            services: ['teams'],
            lastActivityDate: '2026-06-01',
            reportRefreshDate: '2026-11-19',
            thresholdDays: 60,
            other: { skuId: E5, displayName: 'E5' },
            groups: [{ id: GROUP, name: null }],
            unobservable: ['plan'],
          },
        ],
        heldBack: [
          {
            type: 'share',
            until: null,
            reason: 'Too many at once',
            owner: null,
            exemptionId: null,
          },
        ],
        lastActivityDate: null,
        evaluatedAt: null,
      },
      value: [],
      outcome: 'heldBack',
      message: 'Too many at once',
    });
    const stored = await reclamations.create(plan('a'), [item('a-0'), group]);
    expect(stored).toEqual({
      created: true,
      reclamation: {
        ...plan('a'),
        approvedAt: null,
        startedAt: null,
        finishedAt: null,
        canceledBy: null,
        answerUntil: null,
        problem: null,
        account: item('a-0').account,
        accounts: 1,
        items: 2,
        counts: [
          {
            outcome: 'planned',
            items: 1,
            value: [{ amount: '100.25', currency: 'EUR' }],
          },
          { outcome: 'heldBack', items: 1, value: [] },
        ],
        restorable: { items: 0, firstAt: null },
      },
    });
    expect(await reclamations.get('contoso', 'a')).toEqual(stored.reclamation);
    expect(await reclamations.get('fabrikam', 'a')).toBeUndefined();
    const unworked = {
      reclamationId: 'a',
      attempts: 0,
      requestId: null,
      startedAt: null,
      finishedAt: null,
      restored: null,
    };
    expect(await reclamations.items('a')).toEqual([
      { ...item('a-0'), ...unworked },
      { ...group, ...unworked },
    ]);
    expect(await reclamations.items('a', ['a-1', 'other'])).toMatchObject([
      { id: 'a-1' },
    ]);
    expect(await eventsOf(reclamations, 'a')).toEqual([
      {
        id: expect.any(String),
        at: AT.toISOString(),
        type: 'created',
        by: OLIVIA,
        message: 'Planned to take back 1 license; 1 is left alone: unused',
        requestId: null,
        account: null,
        skuId: null,
      },
    ]);
  });

  it('makes one plan for one idempotency key, also at once', async () => {
    const key = { key: 'k', requestHash: 'h' };
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map(each =>
        reclamations.create(plan(each), [item(`${each}-0`)], key),
      ),
    );
    const created = results.filter(result => result.created);
    expect(created).toHaveLength(1);
    for (const { reclamation } of results) {
      expect(reclamation).toEqual(created[0].reclamation);
    }
    expect(
      await reclamations.list('contoso', { limit: 5, at: AT }),
    ).toMatchObject({ totalItems: 1 });
    expect(await knex('reclamation_plan_items').select('id')).toHaveLength(1);

    await expect(
      reclamations.create(plan('e'), [], { key: 'k', requestHash: 'other' }),
    ).rejects.toThrow(ConflictError);
    expect(
      await reclamations.create(plan('f', { createdBy: TOM }), [], key),
    ).toMatchObject({ created: true });
  });

  it('stores no plan without its items', async () => {
    await expect(
      reclamations.create(plan('a'), [item('same'), item('same')]),
    ).rejects.toThrow(/unique/i);
    expect(await reclamations.get('contoso', 'a')).toBeUndefined();
    expect(await knex('reclamation_events')).toEqual([]);
  });

  it('stores and counts a plan of 20,000 licenses', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) =>
      item(`a-${index}`, {
        account: {
          id: idOf(index >> 1),
          userPrincipalName: `person${index >> 1}@contoso.example`,
          displayName: `Person ${index >> 1}`,
        },
        value: index % 2 ? [] : [{ amount: '0.0001', currency: 'EUR' }],
      }),
    );
    const refreshed: string[] = [];
    knex.on('query', ({ sql }: { sql: string }) => {
      if (/analyze/.test(sql)) {
        refreshed.push(sql);
      }
    });
    const { reclamation } = await reclamations.create(plan('a'), many);
    expect(reclamation).toMatchObject({
      account: null,
      accounts: 10_000,
      items: 20_000,
      counts: [
        {
          outcome: 'planned',
          items: 20_000,
          value: [{ amount: '1.00', currency: 'EUR' }],
        },
      ],
    });
    // Unless its size is known, pages are sorted out of all items instead of read in order.
    expect(refreshed).toEqual([
      isPostgres(knex) ? 'vacuum (analyze) reclamation_plan_items' : 'analyze',
    ]);
  });

  it('lets one holder work on it at a time', async () => {
    await reclamations.create(plan('a'), []);
    const claim = (holder: string, minute: number) =>
      reclamations.claim(
        'a',
        holder,
        minutesLater(minute),
        minutesLater(minute - 5),
      );
    const claims = await Promise.all([claim('one', 0), claim('two', 0)]);
    expect(claims.filter(Boolean)).toHaveLength(1);
    const [holder, other] = claims[0] ? ['one', 'two'] : ['two', 'one'];
    expect(await claim(holder, 1)).toBe(true);
    expect(await reclamations.renew('a', holder, minutesLater(4))).toBe(
      'planned',
    );
    expect(await claim(other, 8)).toBe(false);
    expect(await claim(other, 10)).toBe(true);
    expect(
      await reclamations.renew('a', holder, minutesLater(10)),
    ).toBeUndefined();
    await reclamations.release('a', holder);
    expect(await claim(holder, 11)).toBe(false);
    await reclamations.release('a', other);
    expect(await claim(holder, 11)).toBe(true);
  });

  it('notes before Microsoft is asked, and keeps what came of it', async () => {
    const [first, second] = await started(reclamations, 'a', 2);
    expect(await outcomesOf(reclamations, 'a')).toEqual([
      'scheduled',
      'scheduled',
    ]);
    const mark = (minute: number) =>
      reclamations.markRunning('a', 'holder', [first], minutesLater(minute));
    expect(await mark(2)).toBe(true);
    expect(await mark(3)).toBe(true);
    expect(await reclamations.items('a', [first])).toMatchObject([
      {
        outcome: 'running',
        message: OUTCOME_SENTENCES.running,
        attempts: 2,
        startedAt: minutesLater(2).toISOString(),
        finishedAt: null,
      },
    ]);
    const settle = (outcome: 'reclaimed' | 'failed', minute: number) =>
      reclamations.recordOutcomes(
        'a',
        [{ itemId: first, outcome, message: outcome, requestId: outcome }],
        minutesLater(minute),
      );
    await settle('reclaimed', 4);
    await settle('failed', 5);
    expect(await mark(6)).toBe(true);
    expect(await reclamations.items('a')).toMatchObject([
      {
        outcome: 'reclaimed',
        message: 'reclaimed',
        requestId: 'reclaimed',
        attempts: 2,
        finishedAt: minutesLater(4).toISOString(),
      },
      { id: second, outcome: 'scheduled', attempts: 0 },
    ]);
    expect(await reclamations.finish('a', minutesLater(7))).toBe(false);
    await reclamations.recordOutcomes(
      'a',
      [
        {
          itemId: second,
          outcome: 'alreadyGone',
          message: 'Gone.',
          requestId: null,
        },
      ],
      minutesLater(8),
    );
    expect(await reclamations.finish('a', minutesLater(9))).toBe(true);
    expect(await reclamations.finish('a', minutesLater(10))).toBe(false);
    expect(await reclamations.get('contoso', 'a')).toMatchObject({
      status: 'finished',
      approvedBy: OLIVIA,
      startedAt: minutesLater(1).toISOString(),
      finishedAt: minutesLater(9).toISOString(),
      restorable: { items: 1, firstAt: minutesLater(4).toISOString() },
    });
    expect(
      (await eventsOf(reclamations, 'a')).map(event => [
        event.type,
        event.at,
        event.account?.displayName,
        event.requestId,
      ]),
    ).toEqual([
      ['created', AT.toISOString(), undefined, null],
      ['started', minutesLater(1).toISOString(), undefined, null],
      ['sent', minutesLater(2).toISOString(), 'Person 0', null],
      ['sent', minutesLater(3).toISOString(), 'Person 0', null],
      ['outcome', minutesLater(4).toISOString(), 'Person 0', 'reclaimed'],
      ['outcome', minutesLater(8).toISOString(), 'Person 1', null],
      ['finished', minutesLater(9).toISOString(), undefined, null],
    ]);
  });

  it.each(['paused', 'canceled', 'another holder'] as const)(
    'notes nothing as running when it is %s',
    async how => {
      const [first] = await started(reclamations, 'a', 1);
      if (how === 'another holder') {
        await reclamations.claim(
          'a',
          'another',
          minutesLater(9),
          minutesLater(5),
        );
      } else {
        await reclamations.move(
          'a',
          ['started'],
          { status: how },
          { type: how, by: TOM, message: how },
          minutesLater(2),
        );
      }
      const before = await eventsOf(reclamations, 'a');
      expect(
        await reclamations.markRunning('a', 'holder', [first], minutesLater(3)),
      ).toBe(false);
      expect(await reclamations.items('a')).toMatchObject([{ attempts: 0 }]);
      expect(await eventsOf(reclamations, 'a')).toEqual(before);
    },
  );

  it('either asks Microsoft or cancels, whichever is first', async () => {
    await connectAtOnce();
    for (let round = 0; round < 10; round += 1) {
      const name = `plan-${round}`;
      const [first] = await started(reclamations, name, 1);
      const [isMarked] = await Promise.all([
        reclamations.markRunning(name, 'holder', [first], minutesLater(2)),
        reclamations.move(
          name,
          ['started'],
          { status: 'canceled', canceledBy: TOM },
          { type: 'canceled', by: TOM, message: 'Canceled.' },
          minutesLater(2),
        ),
      ]);
      expect(await outcomesOf(reclamations, name)).toEqual([
        isMarked ? 'running' : 'canceled',
      ]);
    }
  });

  it('cancels what is not final and not running', async () => {
    const [first, second, third] = await started(reclamations, 'a', 3);
    await reclaim(reclamations, 'a', [first]);
    await reclamations.markRunning('a', 'holder', [second], minutesLater(2));
    const cancel = () =>
      reclamations.move(
        'a',
        ['planned', 'approved', 'started', 'paused'],
        { status: 'canceled', canceledBy: TOM },
        { type: 'canceled', by: TOM, message: 'Canceled by Tom.' },
        minutesLater(5),
      );
    expect(await cancel()).toBe(true);
    expect(await cancel()).toBe(false);
    expect(await reclamations.items('a')).toMatchObject([
      { outcome: 'reclaimed' },
      { outcome: 'running' },
      {
        outcome: 'canceled',
        message: OUTCOME_SENTENCES.canceled,
        finishedAt: minutesLater(5).toISOString(),
      },
    ]);
    expect(await reclamations.get('contoso', 'a')).toMatchObject({
      status: 'canceled',
      canceledBy: TOM,
      finishedAt: minutesLater(5).toISOString(),
    });
    expect((await eventsOf(reclamations, 'a')).slice(-2)).toMatchObject([
      { type: 'canceled', by: TOM, message: 'Canceled by Tom.' },
      { type: 'outcome', by: TOM, account: { id: idOf(2) } },
    ]);
    expect(third).toBe('a-2');
  });

  it('takes each answer once, also at once', async () => {
    await reclamations.create(
      plan('a', { mode: 'askFirst' }),
      ['a-0', 'a-1', 'a-2'].map(each => item(each)),
    );
    const until = minutesLater(99).toISOString();
    await reclamations.move(
      'a',
      ['planned'],
      { status: 'started', startedBy: OLIVIA, answerUntil: until, await: true },
      { type: 'started', by: OLIVIA, message: 'Started.' },
      minutesLater(1),
    );
    expect(await reclamations.get('contoso', 'a')).toMatchObject({
      answerUntil: until,
      counts: [{ outcome: 'awaitingUser', items: 3 }],
    });
    const answer = (outcome: 'kept' | 'scheduled', by: string | null) =>
      reclamations.answer(
        'a',
        [{ itemId: 'a-0', outcome, message: outcome, requestId: null, by }],
        minutesLater(2),
      );
    const moved = await Promise.all([
      answer('kept', TOM),
      answer('scheduled', OLIVIA),
      answer('scheduled', null),
    ]);
    expect(moved.sort()).toEqual([0, 0, 1]);
    expect((await outcomesOf(reclamations, 'a')).slice(1)).toEqual([
      'awaitingUser',
      'awaitingUser',
    ]);
    expect(
      await reclamations.answer(
        'a',
        [
          {
            itemId: 'a-1',
            outcome: 'kept',
            message: 'On leave',
            requestId: null,
            by: TOM,
          },
          {
            itemId: 'a-2',
            outcome: 'scheduled',
            message: 'No answer',
            requestId: null,
            by: null,
          },
        ],
        minutesLater(3),
      ),
    ).toBe(2);
    expect(await reclamations.items('a', ['a-1', 'a-2'])).toMatchObject([
      { outcome: 'kept', finishedAt: minutesLater(3).toISOString() },
      { outcome: 'scheduled', finishedAt: null },
    ]);
    expect((await eventsOf(reclamations, 'a')).slice(-2)).toMatchObject([
      { type: 'answered', by: TOM, message: 'On leave' },
      { type: 'outcome', by: null, message: 'No answer' },
    ]);
  });

  it('gives the next accounts with all that is open of them', async () => {
    await started(reclamations, 'a', 1);
    const account = (number: number) => ({
      account: {
        id: idOf(number),
        userPrincipalName: `p${number}@contoso.example`,
        displayName: `P ${number}`,
      },
    });
    await reclamations.create(plan('b'), [
      item('b-0', account(0)),
      item('b-1', account(1)),
      item('b-2', account(2)),
      item('b-3', { ...account(0), skuId: E3 }),
      item('b-4', { ...account(3), outcome: 'heldBack' }),
    ]);
    await reclamations.move(
      'b',
      ['planned'],
      { status: 'started', startedBy: OLIVIA },
      { type: 'started', by: OLIVIA, message: 'Started.' },
      AT,
    );
    await reclamations.claim('b', 'holder', AT, AT);
    const next = async (accounts: number) =>
      (await reclamations.next('b', accounts)).map(each => each.id);
    expect(await next(1)).toEqual(['b-0', 'b-3']);
    expect(await next(2)).toEqual(['b-0', 'b-1', 'b-3']);
    expect(await next(9)).toEqual(['b-0', 'b-1', 'b-2', 'b-3']);
    await reclamations.markRunning('b', 'holder', ['b-2'], AT);
    expect(await next(2)).toEqual(['b-2', 'b-0', 'b-3']);
    await reclaim(reclamations, 'b', ['b-0', 'b-1', 'b-2', 'b-3']);
    expect(await next(9)).toEqual([]);
  });

  it('finds what is to be worked on', async () => {
    const due = (minute = 5) =>
      reclamations.due(
        'contoso',
        minutesLater(minute),
        minutesLater(minute - 2),
      );
    const [first] = await started(reclamations, 'a', 2);
    expect(await due(2)).toEqual([]);
    expect(await due()).toEqual(['a']);
    await reclamations.release('a', 'holder');
    expect(await due(2)).toEqual(['a']);
    expect(await reclamations.due('fabrikam', AT, AT)).toEqual([]);

    await reclamations.wait(
      'a',
      { message: 'Busy', retryAt: minutesLater(7).toISOString() },
      minutesLater(3),
    );
    await reclamations.wait(
      'a',
      { message: 'Busy', retryAt: minutesLater(8).toISOString() },
      minutesLater(4),
    );
    expect(await reclamations.get('contoso', 'a')).toMatchObject({
      problem: { message: 'Busy', retryAt: minutesLater(8).toISOString() },
    });
    expect(await due(7)).toEqual([]);
    expect(await due(8)).toEqual(['a']);
    await reclamations.wait('a', null, minutesLater(5));
    expect(await due()).toEqual(['a']);
    expect(
      (await eventsOf(reclamations, 'a')).filter(
        ({ type }) => type === 'waiting',
      ),
    ).toMatchObject([{ message: 'Busy', at: minutesLater(3).toISOString() }]);

    const move = (from: 'started' | 'paused', to: 'started' | 'paused') =>
      reclamations.move(
        'a',
        [from],
        { status: to },
        { type: to === 'paused' ? 'paused' : 'resumed', by: TOM, message: to },
        minutesLater(5),
      );
    await move('started', 'paused');
    expect(await due()).toEqual([]);
    await move('paused', 'started');
    await reclamations.claim('a', 'holder', AT, AT);
    await reclamations.markRunning('a', 'holder', [first], AT);
    await reclamations.release('a', 'holder');
    await reclamations.move(
      'a',
      ['started'],
      { status: 'canceled' },
      { type: 'canceled', by: TOM, message: 'Canceled.' },
      minutesLater(6),
    );
    expect(await due()).toEqual(['a']);
    await reclamations.recordOutcomes(
      'a',
      [{ itemId: first, outcome: 'reclaimed', message: '', requestId: null }],
      minutesLater(6),
    );
    expect(await due()).toEqual([]);
  });

  it('finds plans that have only to be ended, but not those that wait for people', async () => {
    const due = () => reclamations.due('contoso', minutesLater(9), AT);
    await reclamations.create(plan('a'), [item('a-0')]);
    await reclamations.move(
      'a',
      ['planned'],
      { status: 'started', startedBy: OLIVIA, await: true },
      { type: 'started', by: OLIVIA, message: 'Started.' },
      AT,
    );
    expect(await due()).toEqual([]);
    await reclamations.answer(
      'a',
      [
        {
          itemId: 'a-0',
          outcome: 'kept',
          message: '',
          requestId: null,
          by: TOM,
        },
      ],
      minutesLater(2),
    );
    expect(await due()).toEqual(['a']);
    await reclamations.finish('a', minutesLater(3));
    expect(await due()).toEqual([]);
  });

  it('tells what can be put back, and who put it back', async () => {
    const [first, second, third] = await started(reclamations, 'a', 3);
    await reclaim(reclamations, 'a', [first, second]);
    await reclamations.recordOutcomes(
      'a',
      [{ itemId: third, outcome: 'failed', message: '', requestId: null }],
      minutesLater(3),
    );
    const restorable = async (itemIds?: string[]) =>
      (await reclamations.restorable('a', itemIds)).map(each => each.id);
    expect(await restorable()).toEqual([first, second]);
    expect(await restorable([second, third])).toEqual([second]);

    const { reclamation } = await restore(reclamations, 'r', 'a', [first]);
    expect(reclamation).toMatchObject({
      status: 'started',
      approvedAt: minutesLater(3).toISOString(),
      startedAt: minutesLater(3).toISOString(),
      counts: [{ outcome: 'scheduled', items: 1 }],
    });
    expect(await restorable()).toEqual([second]);
    expect(await reclamations.get('contoso', 'a')).toMatchObject({
      restorable: { items: 1, firstAt: minutesLater(2).toISOString() },
    });
    expect(await reclamations.items('a', [first])).toMatchObject([
      { restored: null },
    ]);
    expect((await eventsOf(reclamations, 'a')).slice(-1)).toMatchObject([
      { type: 'restoreStarted', by: TOM },
    ]);
    expect(
      (await eventsOf(reclamations, 'r')).map(({ type, by }) => [type, by]),
    ).toEqual([
      ['created', TOM],
      ['approved', TOM],
      ['started', TOM],
    ]);

    const settle = (outcome: 'noSeat' | 'restored', name: string) =>
      reclamations.recordOutcomes(
        name,
        [
          {
            itemId: `${name}-${first}`,
            outcome,
            message: '',
            requestId: null,
          },
        ],
        minutesLater(5),
      );
    await settle('noSeat', 'r');
    expect(await restorable()).toEqual([first, second]);
    await restore(reclamations, 's', 'a', [first]);
    await settle('restored', 's');
    expect(await restorable()).toEqual([second]);
    expect(await reclamations.items('a', [first])).toMatchObject([
      {
        outcome: 'reclaimed',
        restored: {
          at: minutesLater(5).toISOString(),
          by: TOM,
          reclamationId: 's',
        },
      },
    ]);
  });

  it('tells what was changed of accounts since a time, by any plan', async () => {
    const [first, second, third] = await started(reclamations, 'a', 3);
    await reclaim(reclamations, 'a', [first, second]);
    const end = (name: string, itemId: string, outcome: ReclamationOutcome) =>
      reclamations.recordOutcomes(
        name,
        [{ itemId, outcome, message: '', requestId: null }],
        minutesLater(5),
      );
    await end('a', third, 'alreadyGone');
    await restore(reclamations, 'r', 'a', [first]);
    await end('r', `r-${first}`, 'restored');
    const recent = async (accounts: number[], since: number) =>
      (
        await reclamations.recent(
          'contoso',
          accounts.map(idOf),
          minutesLater(since),
        )
      )
        .map(each => each.id)
        .sort();
    expect(await recent([0, 1, 2], 2)).toEqual([first, second, `r-${first}`]);
    expect(await recent([0, 2], 2)).toEqual([first]);
    expect(await recent([0, 1, 2], 3)).toEqual([`r-${first}`]);
    expect(
      await reclamations.recent('fabrikam', [idOf(0)], minutesLater(2)),
    ).toEqual([]);
  });

  it('puts nothing back twice, also at once', async () => {
    const restoreThreeTimes = async (name: string) => {
      const itemIds = await started(reclamations, name, 2);
      await reclaim(reclamations, name, itemIds);
      return Promise.allSettled(
        ['r', 's', 't'].map(each =>
          restore(reclamations, `${name}-${each}`, name, itemIds),
        ),
      );
    };
    await connectAtOnce();
    for (let round = 0; round < 10; round += 1) {
      const results = await restoreThreeTimes(`plan-${round}`);
      expect(
        results.flatMap(result =>
          result.status === 'rejected' ? [result.reason] : [],
        ),
      ).toEqual([expect.any(ConflictError), expect.any(ConflictError)]);
    }
    expect(
      await reclamations.list('contoso', { limit: 9, at: AT }),
    ).toMatchObject({ totalItems: 20 });
  });

  it('adds up by month what was taken and put back', async () => {
    const [first, second, third] = await started(reclamations, 'a', 3);
    await reclaim(reclamations, 'a', [first, second]);
    await reclaim(
      reclamations,
      'a',
      [third],
      new Date('2026-12-01T00:00:00.000Z'),
    );
    await restore(reclamations, 'r', 'a', [first]);
    await reclamations.recordOutcomes(
      'r',
      [
        {
          itemId: `r-${first}`,
          outcome: 'alreadyThere',
          message: '',
          requestId: null,
        },
      ],
      new Date('2026-12-02T00:00:00.000Z'),
    );
    const eur = (amount: string) => [{ amount, currency: 'EUR' }];
    expect(await reclamations.savings('contoso')).toEqual([
      {
        month: '2026-11',
        outcome: 'reclaimed',
        items: 2,
        value: eur('200.50'),
      },
      {
        month: '2026-12',
        outcome: 'reclaimed',
        items: 1,
        value: eur('100.25'),
      },
      {
        month: '2026-12',
        outcome: 'restored',
        items: 1,
        value: eur('100.25'),
      },
    ]);
    expect(await reclamations.savings('fabrikam')).toEqual([]);
  });

  it('lists the newest first, page by page, without dry runs', async () => {
    for (const [index, each] of ['a', 'b', 'c'].entries()) {
      await reclamations.create(
        plan(each, { createdAt: minutesLater(index).toISOString() }),
        [item(`${each}-0`)],
      );
    }
    await reclamations.create(
      plan('d', { status: 'dryRun', policyId: 'p', createdBy: TOM }),
      [item('d-0')],
    );
    const list = (more: object = {}) =>
      reclamations.list('contoso', { limit: 2, at: AT, ...more });
    const first = await list();
    const rest = await list({ cursor: first.nextCursor });
    expect(first.totalItems).toBe(3);
    expect([...first.items, ...rest.items].map(each => each.id)).toEqual([
      'c',
      'b',
      'a',
    ]);
    await expect(
      list({ cursor: first.nextCursor, createdBy: OLIVIA }),
    ).rejects.toThrow(InputError);
    for (const query of [{ policyId: 'p' }, { status: 'dryRun' }]) {
      expect(await list(query)).toMatchObject({ items: [{ id: 'd' }] });
    }
    expect(await list({ createdBy: TOM })).toMatchObject({ items: [] });
  });

  it('finds plans by the status that each shows', async () => {
    const statuses: NewReclamation['status'][] = [
      'planned',
      'approved',
      'dryRun',
    ];
    for (const status of statuses) {
      await reclamations.create(plan(status, { status }), [item(status)]);
      await reclamations.create(plan(`${status}-open`, { status }), []);
      await reclamations.create(
        plan(`${status}-unlimited`, { status, expiresAt: null }),
        [],
      );
    }
    for (const outcome of RECLAMATION_OUTCOMES) {
      for (const other of ['scheduled', 'awaitingUser', 'failed'] as const) {
        const name = `${outcome}-${other}`;
        await reclamations.create(
          plan(name, { status: 'started', startedBy: OLIVIA }),
          [
            item(`${name}-0`, { outcome }),
            item(`${name}-1`, { outcome: other }),
          ],
        );
      }
    }
    for (const [name, status] of [
      ['scheduled-scheduled', 'paused'],
      ['running-scheduled', 'canceled'],
    ] as const) {
      await reclamations.move(
        name,
        ['started'],
        { status },
        { type: status, by: TOM, message: '' },
        AT,
      );
    }
    await reclamations.finish('failed-failed', AT);
    const listed = (at: Date, status?: ReclamationStatus) =>
      reclamations.list('contoso', { limit: 500, at, status });
    for (const at of [AT, minutesLater(60)]) {
      const all = [
        ...(await listed(at)).items,
        ...(await listed(at, 'dryRun')).items,
      ];
      const found: ReclamationStatus[] = [];
      for (const status of RECLAMATION_STATUSES) {
        const { items, totalItems } = await listed(at, status);
        const expected = all.filter(
          each => reclamationStatus(each, at) === status,
        );
        expect(items.map(each => each.id)).toEqual(
          expected.map(each => each.id),
        );
        expect(totalItems).toBe(expected.length);
        found.push(...items.slice(0, 1).map(() => status));
      }
      const absent = at === AT ? 'expired' : undefined;
      expect(found).toEqual(
        RECLAMATION_STATUSES.filter(status => status !== absent),
      );
    }
  });

  it('lists items of a plan in its order, and of all the newest first', async () => {
    const other = {
      account: {
        id: idOf(2),
        userPrincipalName: 'ZOE@contoso.example',
        displayName: 'Änne Zoë',
      },
      skuId: E3,
    };
    await reclamations.create(plan('a'), [
      item('a-0'),
      item('a-1', other),
      item('a-2', { outcome: 'heldBack' }),
    ]);
    await reclamations.create(
      plan('b', { createdAt: minutesLater(1).toISOString(), createdBy: TOM }),
      [item('b-0')],
    );
    await reclamations.create(plan('d', { status: 'dryRun' }), [item('d-0')]);
    const list = async (more: object) => {
      const found: string[] = [];
      const totals: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await reclamations.listItems('contoso', {
          limit: 1,
          cursor,
          ...more,
        });
        found.push(...page.items.map(each => each.id));
        totals.push(page.totalItems);
        cursor = page.nextCursor;
      } while (cursor);
      expect(totals).toEqual(found.map(() => found.length));
      return found;
    };
    expect(await list({ reclamationId: 'a' })).toEqual(['a-0', 'a-1', 'a-2']);
    expect(await list({ reclamationId: 'd' })).toEqual(['d-0']);
    expect(await list({})).toEqual(['b-0', 'a-2', 'a-1', 'a-0']);
    expect(await list({ text: 'äNNE' })).toEqual(['a-1']);
    expect(await list({ text: 'zoe@' })).toEqual(['a-1']);
    expect(await list({ skuId: E3 })).toEqual(['a-1']);
    expect(await list({ outcome: 'heldBack' })).toEqual(['a-2']);
    expect(await list({ createdBy: TOM })).toEqual(['b-0']);
    const ofPlan = (more: object) => list({ reclamationId: 'a', ...more });
    expect(await ofPlan({ accountId: idOf(2) })).toEqual(['a-1']);
    expect(await ofPlan({ text: 'zoe@' })).toEqual(['a-1']);
    expect(await ofPlan({ skuId: E3 })).toEqual(['a-1']);
    expect(await ofPlan({ outcome: 'heldBack' })).toEqual(['a-2']);
    expect(
      await reclamations.listItems('contoso', {
        limit: 1,
        reclamationId: 'a',
        createdBy: TOM,
      }),
    ).toEqual({ items: [], totalItems: 0 });
    expect(
      await reclamations.listItems('fabrikam', {
        limit: 1,
        reclamationId: 'a',
      }),
    ).toEqual({ items: [], totalItems: 0 });
    expect(
      await reclamations.listItems('contoso', {
        limit: 1,
        reclamationId: 'b',
      }),
    ).toMatchObject({
      items: [
        {
          reclamation: {
            id: 'b',
            kind: 'reclaim',
            reason: 'unused',
            createdBy: TOM,
            approvedBy: null,
            startedBy: null,
          },
        },
      ],
    });
  });

  it('pages through the history, of items or of the plan alone', async () => {
    await reclamations.create(plan('a'), [item('a-0')]);
    await reclamations.note(
      'a',
      [
        { type: 'asked', by: null, message: 'Asked.', itemId: 'a-0' },
        { type: 'approved', by: TOM, message: 'Approved.' },
      ],
      minutesLater(1),
    );
    const page = (cursor?: string, planOnly = false) =>
      reclamations.events('contoso', {
        reclamationId: 'a',
        planOnly,
        limit: 2,
        cursor,
      });
    const first = await page();
    expect(first).toMatchObject({
      totalItems: 3,
      items: [
        { type: 'approved', account: null },
        { type: 'asked', account: item('').account, skuId: E5 },
      ],
    });
    expect(await page(first.nextCursor)).toMatchObject({
      items: [{ type: 'created' }],
    });
    expect(await page(undefined, true)).toMatchObject({
      totalItems: 2,
      items: [{ type: 'approved' }, { type: 'created' }],
    });
  });

  it('lets nobody change what happened', async () => {
    await reclamations.create(plan('a'), []);
    const refusal = /What happened to a reclamation is never changed/;
    await expect(
      knex('reclamation_events').update({ by: TOM }),
    ).rejects.toThrow(refusal);
    await expect(knex('reclamation_events').delete()).rejects.toThrow(refusal);
    // SQLite knows no such statement.
    await expect(knex.raw('truncate reclamation_events')).rejects.toThrow(
      isPostgres(knex) ? refusal : /syntax error/,
    );
    expect(await eventsOf(reclamations, 'a')).toMatchObject([{ by: OLIVIA }]);
  });
});
