import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { among } from './sql';
import type {
  NewQuestion,
  QuestionNotice,
  QuestionStore,
  StoredQuestion,
} from './types';

/** How many rows one statement inserts. */
const BATCH = 100;

const rowSchema = z.object({
  id: z.string(),
  tenant: z.string(),
  reclamation_id: z.string(),
  account_id: z.string(),
  sku_id: z.string(),
  manager_id: z.string().nullable(),
  asked_at: z.string(),
  answer_until: z.string(),
});

const overdueSchema = z.object({
  item_id: z.string(),
  // 0 and 1 on SQLite.
  told: z.union([z.boolean(), z.number()]).transform(Boolean),
});

/** Questions in `questions`, `question_items` and `question_recipients`. */
export class DatabaseQuestionStore implements QuestionStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async campaigns(tenant: string): Promise<string[]> {
    const rows: { id: string }[] = await this.#knex('reclamation_plans')
      .where({ tenant, status: 'started' })
      .whereExists(
        this.#knex('reclamation_plan_items')
          .whereRaw('reclamation_id = reclamation_plans.id')
          .where('outcome', 'awaitingUser'),
      )
      .orderBy(['started_at', 'id'])
      .select('id');
    return rows.map(({ id }) => id);
  }

  async waiting(
    reclamationId: string,
    options: { asked: boolean; after: string; accounts: number },
  ): Promise<string[]> {
    const knex = this.#knex;
    const items = () =>
      knex('reclamation_plan_items as i')
        .where({ 'i.reclamation_id': reclamationId, outcome: 'awaitingUser' })
        .modify(query => {
          const known = knex('question_items as qi')
            .join('questions as q', 'q.id', 'qi.question_id')
            .whereRaw('qi.item_id = i.id');
          if (options.asked) {
            query.whereExists(known.whereNotNull('q.asked_at'));
          } else {
            query.whereNotExists(known);
          }
        });
    const accounts: { account_id: string }[] = await items()
      .where('i.account_id', '>', options.after)
      .distinct('i.account_id')
      .orderBy('i.account_id')
      .limit(options.accounts);
    const rows: { id: string }[] = await items()
      .where(
        among(
          knex,
          'i.account_id',
          accounts.map(row => row.account_id),
        ),
      )
      .select('i.id');
    return rows.map(({ id }) => id);
  }

  async askedSince(
    tenant: string,
    accountIds: string[],
    options: { since: Date; besides: string },
  ): Promise<{ accountId: string; skuId: string; askedAt: string }[]> {
    const rows: { account_id: string; sku_id: string; asked_at: string }[] =
      await this.#knex('questions')
        .where({ tenant })
        .where(among(this.#knex, 'account_id', accountIds))
        .where('asked_at', '>', options.since.toISOString())
        .where('reclamation_id', '<>', options.besides)
        .groupBy('account_id', 'sku_id')
        .select('account_id', 'sku_id')
        .max({ asked_at: 'asked_at' });
    return rows.map(row => ({
      accountId: row.account_id,
      skuId: row.sku_id,
      askedAt: row.asked_at,
    }));
  }

  async enabledAccounts(
    tenant: string,
    accountIds: string[],
  ): Promise<
    { id: string; userPrincipalName: string; email: string | null }[]
  > {
    const rows: {
      id: string;
      user_principal_name: string;
      email: string | null;
    }[] = await this.#knex('accounts')
      .where({ tenant, deleted: false, enabled: true })
      .where(among(this.#knex, 'id', accountIds))
      .select('id', 'user_principal_name', 'email');
    return rows.map(row => ({
      id: row.id,
      userPrincipalName: row.user_principal_name,
      email: row.email,
    }));
  }

  async add(questions: NewQuestion[]): Promise<void> {
    await this.#knex.transaction(async transaction => {
      const insert = (table: string, rows: object[]) =>
        transaction.batchInsert(table, rows, BATCH);
      // Another replica may have found out the same at the same time.
      const known: { item_id: string }[] = await transaction('question_items')
        .where(
          among(
            transaction,
            'item_id',
            questions.flatMap(({ itemIds }) => itemIds),
          ),
        )
        .select('item_id');
      const isKnown = new Set(known.map(row => row.item_id));
      const added = questions.filter(
        ({ itemIds }) => !itemIds.some(id => isKnown.has(id)),
      );
      await insert(
        'questions',
        added.map(question => ({
          id: question.id,
          tenant: question.tenant,
          reclamation_id: question.reclamationId,
          account_id: question.accountId,
          sku_id: question.skuId,
          manager_id: question.managerId,
        })),
      );
      await insert(
        'question_items',
        added.flatMap(({ id, itemIds }) =>
          itemIds.map(item => ({ item_id: item, question_id: id })),
        ),
      );
      await insert(
        'question_recipients',
        added.flatMap(({ id, reclamationId, recipients }) =>
          recipients.map(recipient => ({
            question_id: id,
            reclamation_id: reclamationId,
            recipient,
          })),
        ),
      );
    });
  }

  async toTell(
    reclamationId: string,
    notice: QuestionNotice,
  ): Promise<string[]> {
    const rows: { recipient: string }[] = await this.#knex(
      'question_recipients',
    )
      .where({ reclamation_id: reclamationId })
      .where(this.#due(notice))
      .distinct('recipient')
      .orderBy('recipient');
    return rows.map(({ recipient }) => recipient);
  }

  async claim(
    reclamationId: string,
    recipient: string,
    notice: QuestionNotice,
    at: Date,
  ): Promise<boolean> {
    const time = at.toISOString();
    return this.#knex.transaction(async transaction => {
      const claimed = await transaction('question_recipients')
        .where({ reclamation_id: reclamationId, recipient })
        .where(this.#due(notice))
        .update(
          notice.type === 'asked' ? { asked_at: time } : { reminded_at: time },
        );
      if (claimed > 0 && notice.type === 'asked') {
        await transaction('questions')
          .whereNull('asked_at')
          .whereIn(
            'id',
            transaction('question_recipients')
              .where({ reclamation_id: reclamationId, recipient })
              .whereNotNull('asked_at')
              .select('question_id'),
          )
          .update({
            asked_at: time,
            answer_until: notice.answerUntil.toISOString(),
          });
      }
      return claimed > 0;
    });
  }

  async release(
    reclamationId: string,
    recipient: string,
    notice: QuestionNotice,
    at: Date,
  ): Promise<void> {
    const own = { reclamation_id: reclamationId, recipient };
    const time = at.toISOString();
    if (notice.type === 'reminded') {
      await this.#knex('question_recipients')
        .where({ ...own, reminded_at: time })
        .update({ reminded_at: null });
      return;
    }
    await this.#knex.transaction(async transaction => {
      await transaction('question_recipients')
        .where({ ...own, asked_at: time })
        .whereNull('told_at')
        .update({ asked_at: null });
      await transaction('questions')
        .where({ reclamation_id: reclamationId, asked_at: time })
        .whereNotExists(
          transaction('question_recipients')
            .whereRaw('question_recipients.question_id = questions.id')
            .whereNotNull('question_recipients.asked_at'),
        )
        .update({ asked_at: null, answer_until: null });
    });
  }

  async told(
    reclamationId: string,
    recipient: string,
    at: Date,
  ): Promise<void> {
    await this.#knex('question_recipients')
      .where({ reclamation_id: reclamationId, recipient })
      .whereNotNull('asked_at')
      .whereNull('told_at')
      .update({ told_at: at.toISOString() });
  }

  async ofRecipient(
    reclamationId: string,
    recipient: string,
  ): Promise<StoredQuestion[]> {
    return this.#read(query =>
      query
        .where(this.#isOpen('questions.id'))
        .whereIn(
          'questions.id',
          this.#knex('question_recipients')
            .where({ reclamation_id: reclamationId, recipient })
            .whereNotNull('asked_at')
            .select('question_id'),
        )
        .orderBy(['account_id', 'sku_id']),
    );
  }

  async overdue(
    reclamationId: string,
    at: Date,
    limit: number,
  ): Promise<{ itemId: string; told: boolean }[]> {
    const knex = this.#knex;
    const rows: unknown = await knex('reclamation_plan_items as i')
      .join('reclamation_plans as p', 'p.id', 'i.reclamation_id')
      .leftJoin('question_items as qi', 'qi.item_id', 'i.id')
      .leftJoin('questions as q', 'q.id', 'qi.question_id')
      .where({ 'i.reclamation_id': reclamationId, outcome: 'awaitingUser' })
      .whereRaw('coalesce(q.answer_until, p.answer_until) <= ?', [
        at.toISOString(),
      ])
      .orderBy('i.position')
      .limit(limit)
      .select(
        'i.id as item_id',
        knex.raw(
          `exists (select 1 from question_recipients as r
            where r.question_id = q.id and r.told_at is not null) as told`,
        ),
      );
    return z
      .array(overdueSchema)
      .parse(rows)
      .map(row => ({ itemId: row.item_id, told: row.told }));
  }

  async open(
    tenant: string,
    about: { accountIds: string[]; groups: string[] },
  ): Promise<StoredQuestion[]> {
    const knex = this.#knex;
    const { accountIds, groups } = about;
    return this.#read(query =>
      query
        .where({ tenant })
        .whereNotNull('asked_at')
        .where(this.#isOpen('questions.id'))
        .where(any =>
          any
            .where(among(knex, 'account_id', accountIds))
            .orWhere(among(knex, 'manager_id', accountIds))
            .orWhereIn(
              'account_id',
              knex('accounts as a')
                .join('catalog_members as m', member =>
                  member
                    .on('m.account', 'a.number')
                    .andOn('m.tenant', 'a.tenant'),
                )
                .where({ 'a.tenant': tenant })
                .where(among(knex, 'm.group_ref', groups))
                .select('a.id'),
            ),
        )
        .orderBy(['answer_until', 'account_id', 'sku_id']),
    );
  }

  async get(tenant: string, id: string): Promise<StoredQuestion | undefined> {
    const [found] = await this.#read(query =>
      query.where({ tenant, id }).whereNotNull('asked_at'),
    );
    return found;
  }

  /** Narrows recipients to those whom to tell. */
  #due(notice: QuestionNotice) {
    return (query: Knex.QueryBuilder): void => {
      query
        .where(this.#isOpen('question_recipients.question_id'))
        .whereExists(
          this.#knex('reclamation_plans as p')
            .whereRaw('p.id = question_recipients.reclamation_id')
            .where('p.status', 'started'),
        );
      if (notice.type === 'asked') {
        query.whereNull('asked_at');
        return;
      }
      const { askedBefore, untoldBefore } = notice;
      query
        .whereNull('reminded_at')
        .where(early =>
          early
            .where('asked_at', '<=', askedBefore.toISOString())
            .orWhere(untold =>
              untold
                .whereNull('told_at')
                .where('asked_at', '<=', untoldBefore.toISOString()),
            ),
        );
    };
  }

  /** Narrows to questions of which an item waits for an answer. */
  #isOpen(questionId: string) {
    return (query: Knex.QueryBuilder): void => {
      query.whereExists(
        this.#knex('question_items as qi')
          .join('reclamation_plan_items as i', 'i.id', 'qi.item_id')
          .whereRaw('qi.question_id = ??', [questionId])
          .where('i.outcome', 'awaitingUser'),
      );
    };
  }

  async #read(
    narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
  ): Promise<StoredQuestion[]> {
    const rows = z
      .array(rowSchema)
      .parse(await narrow(this.#knex('questions')).select('questions.*'));
    const items: { item_id: string; question_id: string }[] = await this.#knex(
      'question_items',
    )
      .where(
        among(
          this.#knex,
          'question_id',
          rows.map(({ id }) => id),
        ),
      )
      .orderBy('item_id')
      .select('item_id', 'question_id');
    const itemIds = new Map<string, string[]>(rows.map(({ id }) => [id, []]));
    items.forEach(row => itemIds.get(row.question_id)?.push(row.item_id));
    return rows.map(row => ({
      id: row.id,
      tenant: row.tenant,
      reclamationId: row.reclamation_id,
      accountId: row.account_id,
      skuId: row.sku_id,
      itemIds: itemIds.get(row.id) ?? [],
      managerId: row.manager_id,
      askedAt: row.asked_at,
      answerUntil: row.answer_until,
    }));
  }
}
