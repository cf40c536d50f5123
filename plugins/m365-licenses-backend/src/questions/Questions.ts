import type {
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type {
  AccountRef,
  Answer,
  Answered,
  CandidateReason,
} from 'backstage-plugin-m365-licenses-common';
import type {
  LicenseMessage,
  Messenger,
} from 'backstage-plugin-m365-licenses-node';
import { randomUUID } from 'node:crypto';
import type { ReclamationConfig } from '../config';
import type {
  ItemOutcome,
  NewQuestion,
  QuestionNotice,
  StoredItem,
  StoredQuestion,
  StoredReclamation,
  Stores,
} from '../database/types';
import type { Evaluation } from '../evaluation';
import type { GraphConnection } from '../graph/types';
import { daysBefore } from '../insights/activity';
import { productName } from '../insights/productNames';
import { whyLeft } from '../reclamation/decisions';
import { problemOf } from '../sync/errors';
import { type AccountMatcher, Addressees } from './Addressees';
import type { CatalogReader } from './catalogEntities';
import type { GroupOwners } from './GroupOwners';
import { questionMessage } from './messages';

const TASK_ID = 'm365-licenses:questions';
const DAY_MS = 86_400_000;
/** How long one look may take. */
const LOOK_MINUTES = 30;
/** After so long nobody is still about to tell somebody what they noted to tell. */
const UNTOLD_MS = 2 * LOOK_MINUTES * 60_000;
/** How many accounts are gone through at once. */
const ACCOUNTS = 100;
/** How many items are ended at once. */
const ITEMS = 500;
/** When so many people in a row could not be told, the next look tries again. */
const FAILURES = 20;
/** Where people answer. */
const ANSWER_PAGE = '/m365-licenses/my-licenses';

/** A tenant whose people may be asked. */
export interface QuestionTenant {
  name: string;
  graph: Pick<GraphConnection, 'managersOf'>;
  reclamationEnabled: boolean;
}

export interface QuestionsOptions extends CatalogReader {
  /** Those that are started. */
  tenants: readonly QuestionTenant[];
  stores: Pick<
    Stores,
    | 'catalogGroups'
    | 'evaluation'
    | 'exemptions'
    | 'licenses'
    | 'products'
    | 'questions'
    | 'reclamations'
  >;
  entityAccounts: AccountMatcher;
  groupOwners: Pick<GroupOwners, 'groupsOf' | 'ownedAmong' | 'peopleOwning'>;
  evaluation: Pick<Evaluation, 'candidatesOf' | 'reevaluate'>;
  notifications: NotificationService;
  /** Ways to reach people besides notifications. */
  messengers: readonly Messenger[];
  config: ReclamationConfig['ask'];
  /** Why nobody is asked for a plan at the moment. */
  holdOff(
    tenant: Pick<QuestionTenant, 'name'>,
    reclamation: StoredReclamation,
  ): Promise<{ message: string } | undefined>;
  /** Lets licenses be taken back of which it is known that they may be. */
  wake(): void;
  /** A plan went further. */
  onProgress(tenant: string, reclamationId: string): void;
  logger: LoggerService;
  scheduler: SchedulerService;
  now: () => Date;
}

/** Who asks or answers. */
export interface Person {
  /** Entity ref. */
  ref: string;
  /** Entity refs of what they belong to. */
  ownership: string[];
}

/** A question that a person may answer. */
export interface OpenQuestion
  extends Pick<
    StoredQuestion,
    'id' | 'tenant' | 'skuId' | 'askedAt' | 'answerUntil'
  > {
  account: AccountRef;
  /** Whether it is about an account of the person. */
  own: boolean;
  reasons: CandidateReason[];
  /** In the words of who planned it. */
  reason: string;
  /** Entity ref of who planned it. */
  askedBy: string;
}

const NOBODY =
  'Left alone: nobody could be asked. No User entity of the catalog stands for the account, or it is disabled; and neither for their manager or an owner of their groups. Plan it without asking if it is to go all the same.';
const NOT_IN_TIME =
  'Left alone: nobody could be told of the question in time; the log of the backend says why. Plan it again.';

function daysLater(at: Date, days: number): Date {
  return new Date(at.getTime() + days * DAY_MS);
}

function keyOf({ accountId, skuId }: { accountId: string; skuId: string }) {
  return `${accountId} ${skuId}`;
}

/** Items by account and SKU: the paths of one license. */
function byLicense(items: StoredItem[]): StoredItem[][] {
  const groups = new Map<string, StoredItem[]>();
  for (const item of items) {
    const key = keyOf({ accountId: item.account.id, skuId: item.skuId });
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

/**
 * Asks people whether they still need a license before it is taken back
 * (rule 17), and takes their answers.
 *
 * What happens to a plan that asks first: whom to ask is found out for all of
 * its licenses; then each person is told once, of all that they are asked, and
 * reminded once. A license that is used meanwhile is left alone. What nobody
 * answers for in time is scheduled; what nobody could be told of is left alone.
 *
 * That somebody is told is noted before it is done, and that they were after it,
 * so that replicas and restarts never ask twice. Whom a replica that died in
 * between did not tell, or did, is reminded early; and where it is still not
 * known that anybody was told, the license is left alone.
 *
 * Of a paused plan nobody is asked or reminded and nothing is scheduled, while
 * people still may answer. The time to answer goes on: what was not answered by
 * then is scheduled when the plan goes on. Of a canceled plan nothing waits for
 * an answer any more.
 */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #addressees: Addressees;
  /** By tenant the evaluation after which it was looked what is used again. */
  readonly #checked = new Map<string, string | null>();

  static create(options: QuestionsOptions): Questions {
    return new Questions(options);
  }

  private constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#addressees = Addressees.create(options);
  }

  /** Looks every minute, on one replica. */
  async schedule(): Promise<void> {
    await this.#options.scheduler.scheduleTask({
      id: TASK_ID,
      scope: 'global',
      frequency: { minutes: 1 },
      timeout: { minutes: LOOK_MINUTES },
      fn: signal => this.look(signal),
    });
  }

  /** Looks soon: a plan that asks first was started. */
  wake(): void {
    const { scheduler, logger } = this.#options;
    // It runs already, or is not scheduled yet: it looks by itself, too.
    scheduler
      .triggerTask(TASK_ID)
      .catch(error =>
        logger.debug(`People are asked within a minute: ${error}`),
      );
  }

  /**
   * Does all that is due for plans that ask first.
   *
   * @throws what failed, after every plan had its turn; it is tried again by the
   *   next look
   */
  async look(signal?: AbortSignal): Promise<void> {
    const { tenants, stores } = this.#options;
    const failed: string[] = [];
    for (const tenant of tenants) {
      // Nothing could be taken back, so that nobody is asked.
      if (tenant.reclamationEnabled) {
        const evaluatedAt = await stores.evaluation.evaluatedAt(tenant.name);
        const isNew = this.#checked.get(tenant.name) !== evaluatedAt;
        const before = failed.length;
        for (const id of await stores.questions.campaigns(tenant.name)) {
          signal?.throwIfAborted();
          try {
            await this.#lookAt(tenant, id, { isNew, signal });
          } catch (error) {
            signal?.throwIfAborted();
            failed.push(
              `${tenant.name}, plan ${id}: ${problemOf(error).message}`,
            );
          }
        }
        if (failed.length === before) {
          this.#checked.set(tenant.name, evaluatedAt);
        }
      }
    }
    if (failed.length > 0) {
      throw new Error(
        `Not everybody could be asked about their licenses; it is tried again within a minute. ${failed.join(
          '; ',
        )}`,
      );
    }
  }

  async #lookAt(
    tenant: QuestionTenant,
    id: string,
    { isNew, signal }: { isNew: boolean; signal?: AbortSignal },
  ): Promise<void> {
    const { stores, config } = this.#options;
    const plan = await stores.reclamations.get(tenant.name, id);
    if (plan?.status !== 'started') {
      return;
    }
    if (isNew) {
      await this.#leaveWhatIsUsed(plan, signal);
    }
    await this.#endOverdue(plan, signal);
    if (await this.#options.holdOff(tenant, plan)) {
      return;
    }
    const now = this.#options.now();
    await this.#tell(
      plan,
      {
        type: 'reminded',
        askedBefore: daysLater(now, -config.remindAfterDays),
        untoldBefore: new Date(now.getTime() - UNTOLD_MS),
      },
      signal,
    );
    try {
      await this.#address(tenant, plan, signal);
    } finally {
      // Whoever was found before Microsoft or the catalog failed is asked.
      await this.#tell(
        plan,
        { type: 'asked', answerUntil: daysLater(now, config.answerDays) },
        signal,
      );
    }
  }

  /** Ends items that wait for an answer, unless they do not any more. */
  async #end(
    { tenant, id }: Pick<StoredReclamation, 'tenant' | 'id'>,
    outcomes: (ItemOutcome & { by: string | null })[],
  ): Promise<number> {
    if (outcomes.length === 0) {
      return 0;
    }
    const { stores, now, onProgress, wake } = this.#options;
    const moved = await stores.reclamations.answer(id, outcomes, now());
    if (moved > 0) {
      // It takes what is scheduled, and ends a plan of which nothing is left.
      wake();
      onProgress(tenant, id);
    }
    return moved;
  }

  /** Leaves alone what is used or exempted since people were asked about it. */
  async #leaveWhatIsUsed(
    plan: StoredReclamation,
    signal?: AbortSignal,
  ): Promise<void> {
    for await (const items of this.#waiting(plan, true, signal)) {
      await this.#stillMeant(plan, items);
    }
  }

  /** Items that wait for an answer, some accounts at a time. */
  async *#waiting(
    { id }: StoredReclamation,
    asked: boolean,
    signal?: AbortSignal,
  ): AsyncIterable<StoredItem[]> {
    const { questions, reclamations } = this.#options.stores;
    let after = '';
    for (;;) {
      signal?.throwIfAborted();
      const ids = await questions.waiting(id, {
        asked,
        after,
        accounts: ACCOUNTS,
      });
      if (ids.length === 0) {
        return;
      }
      const items = await reclamations.items(id, ids);
      yield items;
      after = items.reduce(
        (last, { account }) => (account.id > last ? account.id : last),
        after,
      );
    }
  }

  /**
   * Leaves items alone that no rule names any more, and gives the others with
   * what is known of their accounts.
   */
  async #stillMeant(plan: StoredReclamation, items: StoredItem[]) {
    const accountIds = [...new Set(items.map(({ account }) => account.id))];
    const evaluated = await this.#options.evaluation.candidatesOf(
      plan.tenant,
      accountIds,
    );
    const left = items.flatMap(item => {
      const known = evaluated.get(item.account.id);
      const why = known && whyLeft(item, known, plan.origin === 'users');
      // What holds it back today may not in some days: that is looked at then.
      return why && why.outcome !== 'heldBack' ? [{ ...why, by: null }] : [];
    });
    await this.#end(plan, left);
    const isLeft = new Set(left.map(({ itemId }) => itemId));
    return {
      evaluated,
      items: items.filter(({ id }) => !isLeft.has(id)),
    };
  }

  /** Schedules what was not answered in time, if somebody was told of it. */
  async #endOverdue(
    plan: StoredReclamation,
    signal?: AbortSignal,
  ): Promise<void> {
    const { stores, now } = this.#options;
    for (;;) {
      signal?.throwIfAborted();
      const overdue = await stores.questions.overdue(plan.id, now(), ITEMS);
      if (overdue.length === 0) {
        return;
      }
      const moved = await this.#end(
        plan,
        overdue.map(({ itemId, told }) => ({
          itemId,
          outcome: told ? 'scheduled' : 'notAsked',
          message: told
            ? 'Nobody answered in time; it is taken back in the background.'
            : NOT_IN_TIME,
          requestId: null,
          by: null,
        })),
      );
      if (moved === 0) {
        return;
      }
    }
  }

  /** Finds out whom to ask about each license of a plan. */
  async #address(
    tenant: QuestionTenant,
    plan: StoredReclamation,
    signal?: AbortSignal,
  ): Promise<void> {
    for await (const all of this.#waiting(plan, false, signal)) {
      const { evaluated, items } = await this.#stillMeant(plan, all);
      const wanted = await this.#notAskedLately(plan, items);
      const accounts = [...evaluated.values()]
        .map(({ account }) => account)
        .filter(({ id }) => wanted.some(({ account }) => account.id === id));
      const addressees = await this.#addressees.find(tenant, accounts);
      const added: NewQuestion[] = [];
      const unreached: StoredItem[] = [];
      for (const paths of byLicense(wanted)) {
        const [{ account, skuId }] = paths;
        const addressee = addressees.get(account.id);
        if (addressee && addressee.recipients.length > 0) {
          added.push({
            ...addressee,
            id: randomUUID(),
            tenant: tenant.name,
            reclamationId: plan.id,
            accountId: account.id,
            skuId,
            itemIds: paths.map(({ id }) => id),
          });
        } else if (addressee || !evaluated.has(account.id)) {
          unreached.push(...paths);
        }
      }
      await this.#options.stores.questions.add(added);
      await this.#end(
        plan,
        unreached.map(({ id }) => notAsked(id, NOBODY)),
      );
    }
  }

  /** Leaves items alone about whose license somebody was asked a short while ago. */
  async #notAskedLately(
    plan: StoredReclamation,
    items: StoredItem[],
  ): Promise<StoredItem[]> {
    const { stores, config, now } = this.#options;
    const asked = await stores.questions.askedSince(
      plan.tenant,
      [...new Set(items.map(({ account }) => account.id))],
      { since: daysLater(now(), -config.askAgainAfterDays), besides: plan.id },
    );
    const askedAt = new Map(asked.map(each => [keyOf(each), each.askedAt]));
    const lately = items.flatMap(item => {
      const at = askedAt.get(
        keyOf({ accountId: item.account.id, skuId: item.skuId }),
      );
      return at === undefined ? [] : [{ id: item.id, at: at.slice(0, 10) }];
    });
    await this.#end(
      plan,
      lately.map(({ id, at }) =>
        notAsked(
          id,
          `Left alone: somebody was asked about it on ${at}, and nobody is asked about the same license again before ${daysBefore(
            at,
            -config.askAgainAfterDays,
          )}. Plan it again then, or without asking.`,
        ),
      ),
    );
    const isLeft = new Set(lately.map(({ id }) => id));
    return items.filter(({ id }) => !isLeft.has(id));
  }

  /** Tells each person of all that they are asked. */
  async #tell(
    plan: StoredReclamation,
    notice: QuestionNotice,
    signal?: AbortSignal,
  ): Promise<void> {
    const { stores } = this.#options;
    const recipients = await stores.questions.toTell(plan.id, notice);
    if (recipients.length === 0) {
      return;
    }
    const nameOf = await this.#productNames(plan.tenant);
    let failures = 0;
    for (const recipient of recipients) {
      signal?.throwIfAborted();
      const isTold = await this.#tellOne(plan, recipient, notice, nameOf);
      failures = isTold ? 0 : failures + 1;
      if (failures === FAILURES) {
        throw new Error(
          `${FAILURES} people in a row could not be told; see the log for why`,
        );
      }
    }
    this.#options.onProgress(plan.tenant, plan.id);
  }

  /** @returns false when a person could not be told; it is tried again then */
  async #tellOne(
    plan: StoredReclamation,
    recipient: string,
    notice: QuestionNotice,
    nameOf: (skuId: string) => string,
  ): Promise<boolean> {
    const { questions } = this.#options.stores;
    const at = this.#options.now();
    if (!(await questions.claim(plan.id, recipient, notice, at))) {
      return true;
    }
    const release = () => questions.release(plan.id, recipient, notice, at);
    let open: StoredQuestion[];
    let message: LicenseMessage;
    try {
      open = await questions.ofRecipient(plan.id, recipient);
      if (open.length === 0) {
        // Answered at this moment.
        return true;
      }
      message = await this.#messageFor(recipient, open, {
        plan,
        notice: notice.type,
        nameOf,
      });
    } catch (error) {
      await release();
      throw error;
    }
    if (!(await this.#send(message))) {
      await release();
      return false;
    }
    // From here on nothing is taken back: they were told, whatever fails.
    await this.#noteTold(plan, recipient, { open, notice, at });
    return true;
  }

  async #noteTold(
    plan: StoredReclamation,
    recipient: string,
    {
      open,
      notice,
      at,
    }: { open: StoredQuestion[]; notice: QuestionNotice; at: Date },
  ): Promise<void> {
    const { reclamations, questions } = this.#options.stores;
    const verb = notice.type === 'asked' ? 'Asked' : 'Reminded';
    await reclamations.note(
      plan.id,
      open.flatMap(({ itemIds, answerUntil }) =>
        itemIds.map(itemId => ({
          type: notice.type,
          by: null,
          itemId,
          message: `${verb} ${recipient}, who can answer until ${answerUntil.slice(
            0,
            10,
          )}.`,
        })),
      ),
      at,
    );
    await questions.told(plan.id, recipient, at);
  }

  async #messageFor(
    recipient: string,
    open: StoredQuestion[],
    {
      plan,
      notice,
      nameOf,
    }: {
      plan: StoredReclamation;
      notice: QuestionNotice['type'];
      nameOf: (skuId: string) => string;
    },
  ): Promise<LicenseMessage> {
    const own = await this.#accountsOf(recipient, plan.tenant);
    const items = await this.#options.stores.reclamations.items(
      plan.id,
      open.flatMap(({ itemIds }) => itemIds),
    );
    const people = new Map(
      items.map(({ account }) => [account.id, account.displayName]),
    );
    return {
      recipients: [recipient],
      ...questionMessage({
        notice,
        licenses: open.map(({ accountId, skuId }) => ({
          product: nameOf(skuId),
          person: own.includes(accountId)
            ? null
            : people.get(accountId) ?? accountId,
        })),
        reason: plan.reason,
        answerUntil: open.map(({ answerUntil }) => answerUntil).sort()[0],
      }),
      link: ANSWER_PAGE,
      topic: `m365-licenses:questions:${plan.id}`,
    };
  }

  /**
   * Tells people by every way there is; one that fails is logged.
   *
   * @returns whether any did not fail
   */
  async #send(message: LicenseMessage): Promise<boolean> {
    const { notifications, messengers, logger } = this.#options;
    const { recipients, title, description, link, topic } = message;
    const ways = [
      {
        name: "Backstage's notifications",
        send: () =>
          notifications.send({
            recipients: { type: 'entity', entityRef: recipients },
            // Of one scope, the reminder replaces the question.
            payload: { title, description, link, scope: topic },
          }),
      },
      ...messengers.map(messenger => ({
        name: `The messenger ${messenger.id}`,
        send: () => messenger.send(message),
      })),
    ];
    const told = await Promise.all(
      ways.map(async ({ name, send }) => {
        try {
          await send();
          return true;
        } catch (error) {
          logger.warn(
            `${name} could not tell ${recipients.join(
              ', ',
            )} of licenses they are asked about: ${problemOf(error).message}`,
          );
          return false;
        }
      }),
    );
    return told.includes(true);
  }

  async #productNames(tenant: string): Promise<(skuId: string) => string> {
    const { licenses, products } = this.#options.stores;
    const captured = await licenses.captured(tenant);
    const names = await products.names();
    const byId = new Map(
      captured.map(({ skuId, displayName }) => [skuId, displayName]),
    );
    return skuId => byId.get(skuId) ?? productName(names, skuId);
  }

  /** Graph ids of the accounts in a tenant that a person's User entity stands for. */
  async #accountsOf(ref: string, tenant: string): Promise<string[]> {
    const { catalog, auth, entityAccounts } = this.#options;
    const user = await catalog.getEntityByRef(ref, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    const matched = user ? await entityAccounts.match([user]) : [];
    return matched
      .filter(match => match.tenant === tenant)
      .map(({ accountId }) => accountId);
  }

  /**
   * The questions of all tenants that a person may answer: about their own
   * accounts, those of people they manage, and those of members of groups they
   * own. Their own come first, then what must be answered first.
   */
  async openFor({ ref, ownership }: Person): Promise<OpenQuestion[]> {
    const { tenants, stores, groupOwners } = this.#options;
    const groups = await groupOwners.groupsOf([ref, ...ownership]);
    const found: OpenQuestion[] = [];
    for (const { name } of tenants) {
      const accountIds = await this.#accountsOf(ref, name);
      const questions = await stores.questions.open(name, {
        accountIds,
        groups,
      });
      for (const id of new Set(questions.map(each => each.reclamationId))) {
        const ofPlan = questions.filter(each => each.reclamationId === id);
        const plan = await stores.reclamations.get(name, id);
        const items = new Map(
          (
            await stores.reclamations.items(
              id,
              ofPlan.flatMap(({ itemIds }) => itemIds),
            )
          ).map(item => [item.id, item]),
        );
        for (const question of ofPlan) {
          const item = items.get(question.itemIds[0]);
          if (plan && item) {
            found.push({
              id: question.id,
              tenant: name,
              skuId: question.skuId,
              askedAt: question.askedAt,
              answerUntil: question.answerUntil,
              account: item.account,
              own: accountIds.includes(question.accountId),
              reasons: item.evidence.reasons,
              reason: plan.reason,
              askedBy: plan.createdBy,
            });
          }
        }
      }
    }
    return found.sort(
      (left, right) =>
        Number(right.own) - Number(left.own) ||
        (left.answerUntil < right.answerUntil ? -1 : 1),
    );
  }

  /**
   * Takes the answer to a question. What is handed back is scheduled at once;
   * what is kept is held back from being taken for some time, by an exemption
   * that belongs to who answers.
   *
   * @throws NotFoundError when there is no such question
   * @throws NotAllowedError when the person may not answer it
   * @throws InputError when a license is kept without a reason
   * @throws ConflictError when it was answered or ended before
   */
  async answer(
    tenant: string,
    id: string,
    { decision, reason }: Answer,
    person: Person,
  ): Promise<Answered> {
    const question = await this.#options.stores.questions.get(tenant, id);
    if (!question) {
      throw new NotFoundError(`The tenant ${tenant} has no question ${id}`);
    }
    if (!(await this.#mayAnswer(question, person))) {
      throw new NotAllowedError(
        'You may answer for your own licenses, for those of people you manage, and for those of members of groups that you own; this is none of them',
      );
    }
    const why = reason?.trim() ?? '';
    return decision === 'keep'
      ? this.#keep(question, why, person)
      : this.#handBack(question, why, person);
  }

  async #mayAnswer(
    { tenant, accountId, managerId }: StoredQuestion,
    { ref, ownership }: Person,
  ): Promise<boolean> {
    const own = await this.#accountsOf(ref, tenant);
    if (
      own.includes(accountId) ||
      (managerId !== null && own.includes(managerId))
    ) {
      return true;
    }
    const owned = await this.#options.groupOwners.ownedAmong(
      tenant,
      [accountId],
      [ref, ...ownership],
    );
    return owned.length > 0;
  }

  async #handBack(
    question: StoredQuestion,
    reason: string,
    { ref }: Person,
  ): Promise<Answered> {
    const message = `Handed back by ${ref}${
      reason && ` ("${reason}")`
    }; it is taken back in the background.`;
    await this.#settle(question, 'scheduled', message, ref);
    return {
      id: question.id,
      outcome: 'scheduled',
      message,
      keptUntil: null,
    };
  }

  async #keep(
    question: StoredQuestion,
    reason: string,
    { ref }: Person,
  ): Promise<Answered> {
    if (reason === '') {
      throw new InputError(
        'To keep a license needs a reason: say what it is needed for',
      );
    }
    const { stores, config, now } = this.#options;
    const { tenant, accountId, skuId } = question;
    const at = now();
    const keptUntil = daysBefore(
      at.toISOString().slice(0, 10),
      -config.keepDays,
    );
    const message = `Kept by ${ref} until ${keptUntil}: "${reason}".`;
    // First, so that nothing is kept in name only, whatever fails in between.
    const exemption = await stores.exemptions.create(
      tenant,
      {
        accountId,
        group: null,
        skuId,
        reason,
        owner: ref,
        expiresOn: keptUntil,
      },
      { createdBy: ref, at },
    );
    try {
      await this.#settle(question, 'kept', message, ref);
    } catch (error) {
      await stores.exemptions.remove(tenant, exemption.id);
      throw error;
    }
    try {
      await this.#options.evaluation.reevaluate(tenant, {
        accountIds: [accountId],
        skuId,
      });
    } catch (error) {
      this.#options.logger.warn(
        `The candidates of the account ${accountId} of ${tenant} stay as they were until the next evaluation: ${
          problemOf(error).message
        }`,
      );
    }
    return { id: question.id, outcome: 'kept', message, keptUntil };
  }

  /** @throws ConflictError when nothing waits for the answer any more */
  async #settle(
    { tenant, reclamationId, itemIds }: StoredQuestion,
    outcome: 'kept' | 'scheduled',
    message: string,
    by: string,
  ): Promise<void> {
    const moved = await this.#end(
      { tenant, id: reclamationId },
      itemIds.map(itemId => ({
        itemId,
        outcome,
        message,
        requestId: null,
        by,
      })),
    );
    if (moved === 0) {
      const [item] = await this.#options.stores.reclamations.items(
        reclamationId,
        itemIds,
      );
      throw new ConflictError(
        `This can no longer be answered. ${item.message}`,
      );
    }
  }
}

function notAsked(
  itemId: string,
  message: string,
): ItemOutcome & { by: string | null } {
  return { itemId, outcome: 'notAsked', message, requestId: null, by: null };
}
