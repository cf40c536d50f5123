import type { SchedulerServiceTaskInvocationDefinition } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import { E3, idOf, testDatabases } from '../database/__testUtils__/records';
import { TENANT } from '../evaluation/__testUtils__/evaluation';
import { GraphError } from '../graph/errors';
import {
  ADMIN,
  campaignWorld,
  type CampaignWorld,
  MAYA,
  NOAH,
  OLIVIA,
  ROBIN,
  VISIO,
} from './__testUtils__/campaign';
import type { QuestionsOptions } from './Questions';

// One test kills a replica at each of its calls.
jest.setTimeout(300_000);

const { ids, open } = testDatabases();
const HOUR = 1 / 24;

/** Somebody who belongs to nothing but themselves. */
const as = (ref: string, ...ownership: string[]) => ({ ref, ownership });

describe.each(ids)('Questions on %s', databaseId => {
  let world: CampaignWorld;

  beforeEach(async () => {
    const { stores } = await open(databaseId);
    world = await campaignWorld(stores);
  });

  /** The events of a plan in the order in which they happened. */
  const eventsOf = async (id: string) =>
    (
      await world.stores.reclamations.events(TENANT, {
        reclamationId: id,
        planOnly: false,
        limit: 500,
      })
    ).items.reverse();

  const questionOf = async (
    replica: ReturnType<CampaignWorld['replica']>,
    ref: string,
    skuId = E3,
  ) => {
    const questions = await replica.questions.openFor(as(ref));
    const found = questions.find(question => question.skuId === skuId);
    if (!found) {
      throw new Error(`${ref} is not asked about ${skuId}`);
    }
    return found;
  };

  it('asks each person once of all they are asked, else their manager, else who owns their group', async () => {
    const plan = await world.start('plan', [1, 2, 3, 4, 5]);
    const replica = world.replica();
    await replica.questions.look();
    expect(replica.told()).toEqual([
      // Manages Sam.
      [MAYA, 'Are these 2 licenses still needed?'],
      // Owns the group above Kim's, by membership in one that does.
      [NOAH, 'Does Kim still need Microsoft 365 E3?'],
      [OLIVIA, 'Does Kim still need Microsoft 365 E3?'],
      // By two paths, a license is one.
      [ROBIN, 'Do you still need these 2 licenses?'],
    ]);
    expect(
      replica.sent.find(({ recipients }) =>
        JSON.stringify(recipients).includes(ROBIN),
      ),
    ).toEqual({
      recipients: { type: 'entity', entityRef: [ROBIN] },
      payload: {
        title: 'Do you still need these 2 licenses?',
        description:
          'Microsoft 365 E3; Visio Plan 2. Why you are asked: Nobody used it for long. Answer by 2026-11-27 on My licenses: keep them, with a reason, or hand them back. What nobody answers for are taken back then.',
        link: '/m365-licenses/my-licenses',
        scope: 'm365-licenses:questions:plan',
      },
    });
    expect(replica.messages).toHaveLength(4);
    expect(replica.messages).toContainEqual({
      recipients: [NOAH],
      title: 'Does Kim still need Microsoft 365 E3?',
      description: expect.stringContaining('Microsoft 365 E3 of Kim. Why'),
      link: '/m365-licenses/my-licenses',
      topic: 'm365-licenses:questions:plan',
    });
    expect(await world.outcomes(plan.id)).toEqual({
      'Robin-E3': 'awaitingUser',
      'Robin-Visio': 'awaitingUser',
      'Robin-Visio-by-group': 'awaitingUser',
      'Sam-E3': 'awaitingUser',
      'Maya-E3': 'awaitingUser',
      'Kim-E3': 'awaitingUser',
      'Nobody-E3': 'notAsked',
    });
    expect(
      (await eventsOf('plan')).filter(({ type }) => type === 'asked'),
    ).toHaveLength(7);
    expect(replica.progress).toContain('plan');

    await replica.questions.look();
    await world.replica().questions.look();
    expect(replica.sent).toHaveLength(4);
  });

  it('asks once also where two replicas look at the same time', async () => {
    await world.start('plan', [1, 2, 3, 4]);
    const replicas = [world.replica(), world.replica()];
    await Promise.allSettled(replicas.map(({ questions }) => questions.look()));
    await replicas[0].questions.look();
    expect(replicas.flatMap(({ sent }) => sent)).toHaveLength(4);
  });

  it('reminds once, then schedules what nobody answered for', async () => {
    await world.start('plan', [1, 5]);
    const replica = world.replica();
    await replica.questions.look();
    world.onDay(3 - HOUR);
    await replica.questions.look();
    expect(replica.sent).toHaveLength(1);
    world.onDay(3);
    await replica.questions.look();
    await replica.questions.look();
    expect(replica.told()).toEqual([
      [ROBIN, 'Do you still need these 2 licenses?'],
      [ROBIN, 'Reminder: Do you still need these 2 licenses?'],
    ]);
    expect(replica.sent[1].payload.scope).toBe(replica.sent[0].payload.scope);
    world.onDay(5 - HOUR);
    await replica.questions.look();
    expect((await world.outcomes('plan'))['Robin-E3']).toBe('awaitingUser');

    const woken = replica.woken.worker;
    world.onDay(5);
    await replica.questions.look();
    expect(await world.outcomes('plan')).toEqual({
      'Robin-E3': 'scheduled',
      'Robin-Visio': 'scheduled',
      'Robin-Visio-by-group': 'scheduled',
      'Nobody-E3': 'notAsked',
    });
    expect(replica.woken.worker).toBeGreaterThan(woken);
    expect(replica.sent).toHaveLength(2);
  });

  it('leaves a license alone that is used again or exempted', async () => {
    await world.start('plan', [1, 3]);
    const replica = world.replica();
    await replica.questions.look();
    world.onDay(1);
    await world.reported('2026-11-22', 3);
    await world.stores.exemptions.create(
      TENANT,
      {
        accountId: idOf(1),
        group: null,
        skuId: VISIO,
        reason: 'Draws plans',
        owner: ADMIN,
        expiresOn: null,
      },
      { createdBy: ADMIN, at: new Date() },
    );
    await replica.questions.look();
    expect(await world.outcomes('plan')).toEqual({
      'Robin-E3': 'awaitingUser',
      'Robin-Visio': 'exempted',
      'Robin-Visio-by-group': 'exempted',
      'Maya-E3': 'activeSince',
    });
    // Nobody is reminded of what is no longer a question.
    world.onDay(3);
    await replica.questions.look();
    expect(replica.told().slice(1)).toEqual([
      [ROBIN, 'Do you still need these 2 licenses?'],
      [ROBIN, 'Reminder: Do you still need Microsoft 365 E3?'],
    ]);
  });

  it('asks nobody about what was used between plan and start', async () => {
    await world.start('plan', [3]);
    await world.reported('2026-11-21', 3);
    const replica = world.replica();
    await replica.questions.look();
    expect(replica.sent).toEqual([]);
    expect(await world.outcomes('plan')).toEqual({ 'Maya-E3': 'activeSince' });
  });

  it('asks nobody again about the same license for some time', async () => {
    await world.start('first', [1]);
    const replica = world.replica();
    await replica.questions.look();
    await world.stores.reclamations.move(
      'first',
      ['started'],
      { status: 'canceled', canceledBy: ADMIN },
      { type: 'canceled', by: ADMIN, message: 'Canceled.' },
      new Date(),
    );
    world.onDay(89);
    await world.start('second', [1, 3]);
    await replica.questions.look();
    expect(await world.outcomes('second')).toEqual({
      'Robin-E3': 'notAsked',
      'Robin-Visio': 'notAsked',
      'Robin-Visio-by-group': 'notAsked',
      'Maya-E3': 'awaitingUser',
    });
    const [item] = await world.items('second', ['second-Robin-E3']);
    expect(item.message).toBe(
      'Left alone: somebody was asked about it on 2026-11-22, and nobody is asked about the same license again before 2027-02-20. Plan it again then, or without asking.',
    );
    world.onDay(91);
    await world.start('third', [1]);
    await replica.questions.look();
    expect((await world.outcomes('third'))['Robin-E3']).toBe('awaitingUser');
  });

  it('asks and schedules nothing of a paused or canceled plan, or while it is held off', async () => {
    await world.start('plan', [1]);
    let isHeldOff = true;
    const replica = world.replica({
      holdOff: async () =>
        isHeldOff ? { message: 'Quiet hours.' } : undefined,
    });
    await replica.questions.look();
    expect(replica.sent).toEqual([]);
    isHeldOff = false;
    await replica.questions.look();
    expect(replica.sent).toHaveLength(1);

    const move = (from: 'started' | 'paused', status: 'started' | 'paused') =>
      world.stores.reclamations.move(
        'plan',
        [from],
        { status },
        { type: 'paused', by: ADMIN, message: 'Moved.' },
        new Date(),
      );
    await move('started', 'paused');
    world.onDay(6);
    await replica.questions.look();
    expect(replica.sent).toHaveLength(1);
    expect(await world.outcomes('plan')).toMatchObject({
      'Robin-E3': 'awaitingUser',
    });
    // People still may answer.
    const { id } = await questionOf(replica, ROBIN, VISIO);
    await replica.questions.answer(
      TENANT,
      id,
      { decision: 'keep', reason: 'Draws plans' },
      as(ROBIN),
    );
    await move('paused', 'started');
    await replica.questions.look();
    expect(await world.outcomes('plan')).toEqual({
      'Robin-E3': 'scheduled',
      'Robin-Visio': 'kept',
      'Robin-Visio-by-group': 'kept',
    });
  });

  it('asks nobody of a tenant in which nothing may be taken back', async () => {
    await world.start('plan', [1]);
    const replica = world.replica({
      tenants: [
        {
          name: TENANT,
          reclamationEnabled: false,
          graph: { managersOf: async () => new Map() },
        },
      ],
    });
    await replica.questions.look();
    expect(replica.sent).toEqual([]);
  });

  describe('where something fails', () => {
    const failing = (): QuestionsOptions['notifications'] => ({
      send: async () => {
        throw new Error('There are no notifications');
      },
    });

    it('reaches people by what works, and says what does not', async () => {
      await world.start('plan', [1]);
      const replica = world.replica({
        notifications: failing(),
      });
      await replica.questions.look();
      await replica.questions.look();
      expect(replica.messages).toHaveLength(1);
      expect(replica.warnings).toEqual([
        expect.stringContaining("Backstage's notifications could not tell"),
      ]);
      const other = world.replica({
        messengers: [
          {
            id: 'chat',
            send: () => {
              throw new Error('No chat');
            },
          },
        ],
      });
      await world.start('other', [3]);
      await other.questions.look();
      expect(other.sent).toHaveLength(1);
      expect(other.warnings).toEqual([
        `The messenger chat could not tell ${MAYA} of licenses they are asked about: No chat`,
      ]);
    });

    it('tries again where a person cannot be told at all, and leaves the license alone in the end', async () => {
      await world.start('plan', [1, 3]);
      const broken = world.replica({
        notifications: failing(),
        messengers: [],
      });
      await broken.questions.look();
      await broken.questions.look();
      expect(broken.warnings).toHaveLength(4);
      expect(await broken.questions.openFor(as(ROBIN))).toEqual([]);
      const mended = world.replica({ messengers: [] });
      await mended.questions.look();
      expect(mended.sent).toHaveLength(2);

      await world.start('never', [4]);
      await broken.questions.look();
      world.onDay(5);
      await broken.questions.look();
      expect(await world.outcomes('never')).toEqual({ 'Kim-E3': 'notAsked' });
    });

    it('waits for Microsoft to say who manages somebody, and asks the others', async () => {
      await world.start('plan', [1, 2]);
      const throttled = new GraphError('Too many requests', {
        kind: 'throttled',
      });
      const withManagers = (
        managersOf: () => Promise<Map<string, GraphError>>,
      ) =>
        world.replica({
          tenants: [
            { name: TENANT, reclamationEnabled: true, graph: { managersOf } },
          ],
        });
      const one = withManagers(
        async () =>
          new Map([
            [idOf(1), throttled],
            [idOf(2), throttled],
          ]),
      );
      await one.questions.look();
      expect(one.told().map(([ref]) => ref)).toEqual([ROBIN]);
      expect((await world.outcomes('plan'))['Sam-E3']).toBe('awaitingUser');

      const none = withManagers(async () => {
        throw throttled;
      });
      await expect(none.questions.look()).rejects.toThrow(
        /plan plan: Too many requests/,
      );
      const later = world.replica();
      await later.questions.look();
      expect(later.told()).toEqual([
        [MAYA, 'Does Sam still need Microsoft 365 E3?'],
      ]);
    });

    it('asks who can be found where managers may not be read', async () => {
      await world.start('plan', [1, 2]);
      const replica = world.replica({
        tenants: [
          {
            name: TENANT,
            reclamationEnabled: true,
            graph: {
              managersOf: async () => {
                throw new GraphError('Not allowed', { kind: 'permission' });
              },
            },
          },
        ],
      });
      await replica.questions.look();
      expect(replica.told().map(([ref]) => ref)).toEqual([ROBIN]);
      expect((await world.outcomes('plan'))['Sam-E3']).toBe('notAsked');
    });

    it('never asks twice and forgets nobody, wherever it is killed', async () => {
      let calls = 0;
      let lastCall = Infinity;
      /** What a process does after it was killed: nothing. */
      const mortal = <Service extends object>(service: Service): Service =>
        new Proxy(service, {
          get: (target, name) => {
            const method: unknown = Reflect.get(target, name);
            return typeof method === 'function'
              ? async (...args: unknown[]) => {
                  calls += 1;
                  if (calls > lastCall) {
                    throw new Error('Killed');
                  }
                  return Reflect.apply(method, target, args);
                }
              : method;
          },
        });
      const { stores } = world;
      let isComplete = false;
      for (let kill = 1; !isComplete; kill += 1) {
        const id = `plan${kill}`;
        world.onDay(kill * 100);
        await world.start(id, [1, 4, 5]);
        calls = 0;
        lastCall = kill;
        const sent: string[] = [];
        const send: QuestionsOptions['notifications']['send'] = async ({
          recipients,
          payload,
        }) => {
          sent.push(`${JSON.stringify(recipients)} ${payload.title}`);
        };
        const dying = world.replica({
          stores: {
            ...stores,
            questions: mortal(stores.questions),
            reclamations: mortal(stores.reclamations),
          },
          notifications: mortal({ send }),
          messengers: [],
        });
        await dying.questions.look().catch(() => {});
        isComplete = calls <= kill;

        const next = world.replica({
          notifications: { send },
          messengers: [],
        });
        await next.questions.look();
        const unheard = () =>
          [ROBIN, NOAH, OLIVIA].filter(
            ref => !sent.some(line => line.includes(ref)),
          );
        expect(unheard().length).toBeLessThanOrEqual(1);
        // Who may not have been told hears of it now, the others in some days.
        world.onDay(kill * 100 + 2 * HOUR);
        await next.questions.look();
        expect(unheard()).toEqual([]);
        world.onDay(kill * 100 + 3);
        await next.questions.look();
        const questions = sent.filter(line => !line.includes('Reminder'));
        expect(new Set(questions).size).toBe(questions.length);
        for (const ref of [ROBIN, NOAH, OLIVIA]) {
          // The reminder comes once, early or not.
          expect(sent.filter(line => line.includes(ref))).toHaveLength(
            sent.some(line => line.includes(ref) && !line.includes('Reminder'))
              ? 2
              : 1,
          );
        }
        world.onDay(kill * 100 + 5);
        await next.questions.look();
        expect(await world.outcomes(id)).toEqual({
          'Robin-E3': 'scheduled',
          'Robin-Visio': 'scheduled',
          'Robin-Visio-by-group': 'scheduled',
          'Kim-E3': 'scheduled',
          'Nobody-E3': 'notAsked',
        });
      }
      expect(calls).toBeGreaterThan(20);
    });

    it('does not ask again where only the note that somebody was told fails', async () => {
      await world.start('plan', [1]);
      const { stores } = world;
      const replica = world.replica({
        stores: {
          ...stores,
          reclamations: new Proxy(stores.reclamations, {
            get: (target, name) => {
              const method: unknown = Reflect.get(target, name);
              return typeof method === 'function' && name !== 'note'
                ? method.bind(target)
                : async () => {
                    throw new Error('The database is away');
                  };
            },
          }),
        },
      });
      await expect(replica.questions.look()).rejects.toThrow(
        /tried again within a minute. contoso, plan plan: The database is away/,
      );
      await replica.questions.look();
      expect(replica.sent).toHaveLength(1);
    });

    it('leaves alone what a replica noted and nobody is known to have been told', async () => {
      await world.start('plan', [1]);
      const { stores } = world;
      const replica = world.replica({
        notifications: failing(),
        messengers: [],
      });
      await stores.questions.add([
        {
          id: 'question',
          tenant: TENANT,
          reclamationId: 'plan',
          accountId: idOf(1),
          skuId: E3,
          itemIds: ['plan-Robin-E3'],
          managerId: null,
          recipients: [ROBIN],
        },
      ]);
      await stores.questions.claim(
        'plan',
        ROBIN,
        { type: 'asked', answerUntil: new Date('2026-11-27T10:00:00.000Z') },
        new Date('2026-11-22T10:00:00.000Z'),
      );
      world.onDay(4);
      await replica.questions.look();
      world.onDay(5);
      await replica.questions.look();
      expect((await world.outcomes('plan'))['Robin-E3']).toBe('notAsked');
    });
  });

  describe('answers', () => {
    let replica: ReturnType<CampaignWorld['replica']>;

    beforeEach(async () => {
      await world.start('plan', [1, 2, 4]);
      replica = world.replica();
      await replica.questions.look();
    });

    it('shows each what they may answer, their own first', async () => {
      const shown = async (...who: Parameters<typeof as>) =>
        (await replica.questions.openFor(as(...who))).map(
          ({ account, skuId, own }) => [account.displayName, skuId, own],
        );
      expect(await shown(ROBIN)).toEqual([
        ['Robin', E3, true],
        ['Robin', VISIO, true],
      ]);
      // The manager of both.
      expect(await shown(MAYA)).toEqual([
        ['Robin', E3, false],
        ['Robin', VISIO, false],
        ['Sam', E3, false],
      ]);
      expect(await shown(OLIVIA)).toEqual([['Kim', E3, false]]);
      // Those above Kim's group, and Robin's, belong to the leads.
      expect(await shown(NOAH, 'group:default/leads')).toEqual([
        ['Robin', E3, false],
        ['Robin', VISIO, false],
        ['Kim', E3, false],
      ]);
      expect(await shown(ADMIN)).toEqual([]);
      expect((await replica.questions.openFor(as(ROBIN)))[0]).toEqual({
        id: expect.any(String),
        tenant: TENANT,
        skuId: E3,
        account: {
          id: idOf(1),
          userPrincipalName: 'person1@contoso.example',
          displayName: 'Robin',
        },
        own: true,
        reasons: [expect.objectContaining({ type: 'neverActive' })],
        reason: 'Nobody used it for long.',
        askedBy: ADMIN,
        askedAt: '2026-11-22T10:00:00.000Z',
        answerUntil: '2026-11-27T10:00:00.000Z',
      });
    });

    it('schedules at once what is handed back', async () => {
      const { id } = await questionOf(replica, ROBIN, VISIO);
      const woken = replica.woken.worker;
      expect(
        await replica.questions.answer(
          TENANT,
          id,
          { decision: 'handBack' },
          as(ROBIN),
        ),
      ).toEqual({
        id,
        outcome: 'scheduled',
        message: `Handed back by ${ROBIN}; it is taken back in the background.`,
        keptUntil: null,
      });
      expect(await world.outcomes('plan')).toMatchObject({
        'Robin-E3': 'awaitingUser',
        'Robin-Visio': 'scheduled',
        'Robin-Visio-by-group': 'scheduled',
      });
      expect(replica.woken.worker).toBe(woken + 1);
      expect((await eventsOf('plan')).at(-1)).toMatchObject({ by: ROBIN });
    });

    it('holds back what is kept, for some time and in the name of who keeps it', async () => {
      const { id } = await questionOf(replica, ROBIN, VISIO);
      await expect(
        replica.questions.answer(
          TENANT,
          id,
          { decision: 'keep', reason: '  ' },
          as(ROBIN),
        ),
      ).rejects.toThrow(InputError);
      expect(
        await replica.questions.answer(
          TENANT,
          id,
          { decision: 'keep', reason: 'Draws plans' },
          as(MAYA),
        ),
      ).toEqual({
        id,
        outcome: 'kept',
        message: `Kept by ${MAYA} until 2027-05-21: "Draws plans".`,
        keptUntil: '2027-05-21',
      });
      const { items } = await world.stores.exemptions.list(TENANT, {
        limit: 10,
      });
      expect(items).toEqual([
        expect.objectContaining({
          account: expect.objectContaining({ id: idOf(1) }),
          group: null,
          skuId: VISIO,
          reason: 'Draws plans',
          owner: MAYA,
          createdBy: MAYA,
          expiresOn: '2027-05-21',
        }),
      ]);
      const candidates = await world.stores.candidates.ofAccounts(TENANT, [
        idOf(1),
      ]);
      expect(
        candidates.map(({ skuId, state }) => [skuId, state]),
      ).toContainEqual([VISIO, 'heldBack']);
      world.onDay(5);
      await replica.questions.look();
      expect(await world.outcomes('plan')).toMatchObject({
        'Robin-E3': 'scheduled',
        'Robin-Visio': 'kept',
      });
    });

    it('takes one answer, and says what became of it', async () => {
      const { id } = await questionOf(replica, ROBIN);
      const keep = { decision: 'keep' as const, reason: 'Needed' };
      const answers = await Promise.allSettled([
        replica.questions.answer(TENANT, id, keep, as(ROBIN)),
        replica.questions.answer(
          TENANT,
          id,
          { decision: 'handBack' },
          as(MAYA),
        ),
      ]);
      const refused = answers.flatMap(answer =>
        answer.status === 'rejected' ? [answer.reason] : [],
      );
      expect(refused).toEqual([expect.any(ConflictError)]);
      const [{ outcome, message }] = await world.items('plan', [
        'plan-Robin-E3',
      ]);
      expect(String(refused[0])).toContain(message);
      // What was not kept after all is not held back either.
      expect(
        (await world.stores.exemptions.active(TENANT, '2026-11-22')).length,
      ).toBe(outcome === 'kept' ? 1 : 0);

      const other = await questionOf(replica, ROBIN, VISIO);
      world.onDay(5);
      await replica.questions.look();
      await expect(
        replica.questions.answer(TENANT, other.id, keep, as(ROBIN)),
      ).rejects.toThrow(
        'This can no longer be answered. Nobody answered in time; it is taken back in the background.',
      );
      expect(await replica.questions.openFor(as(ROBIN))).toEqual([]);
    });

    it('takes no answer from others', async () => {
      const { id } = await questionOf(replica, ROBIN);
      for (const who of [
        as(OLIVIA),
        as(ADMIN, 'group:default/platform'),
        as('user:default/kim'),
      ]) {
        await expect(
          replica.questions.answer(TENANT, id, { decision: 'handBack' }, who),
        ).rejects.toThrow(NotAllowedError);
      }
      await expect(
        replica.questions.answer(
          TENANT,
          'unknown',
          { decision: 'handBack' },
          as(ROBIN),
        ),
      ).rejects.toThrow(NotFoundError);
      await expect(
        replica.questions.answer(
          'other',
          id,
          { decision: 'handBack' },
          as(ROBIN),
        ),
      ).rejects.toThrow(NotFoundError);
      // Who owns a group answers for those below it.
      const kim = await questionOf(replica, OLIVIA);
      await replica.questions.answer(
        TENANT,
        kim.id,
        { decision: 'handBack' },
        as(NOAH, 'group:default/leads'),
      );
      expect((await world.outcomes('plan'))['Kim-E3']).toBe('scheduled');
    });
  });

  it('looks every minute on one replica, and when it is told', async () => {
    const tasks: SchedulerServiceTaskInvocationDefinition[] = [];
    const triggered: string[] = [];
    const { questions, sent } = world.replica({
      scheduler: mockServices.scheduler.mock({
        scheduleTask: async task => {
          tasks.push(task);
        },
        triggerTask: async id => {
          triggered.push(id);
          throw new ConflictError('It runs already');
        },
      }),
    });
    await questions.schedule();
    questions.wake();
    expect(tasks).toMatchObject([
      {
        id: 'm365-licenses:questions',
        scope: 'global',
        frequency: { minutes: 1 },
      },
    ]);
    expect(triggered).toEqual([tasks[0].id]);
    await world.start('plan', [1]);
    await tasks[0].fn(new AbortController().signal);
    expect(sent).toHaveLength(1);
    await expect(
      tasks[0].fn(AbortSignal.abort(new Error('Stopped'))),
    ).rejects.toThrow('Stopped');
  });
});
