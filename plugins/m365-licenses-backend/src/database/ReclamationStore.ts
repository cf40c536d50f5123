import {
  OPEN_OUTCOMES,
  RECLAMATION_OUTCOMES,
  type AccountRef,
  type Money,
  type ReclamationOutcome,
} from 'backstage-plugin-m365-licenses-common';
import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { timesMoney, sumMoney } from '../insights/money';
import { OUTCOME_SENTENCES } from '../reclamation/outcomes';
import { evidenceSchema } from './evidence';
import { readPage, readRange } from './paging';
import { havingItems, inReclamationStatus } from './reclamationStatus';
import {
  among,
  countOf,
  fold,
  startsWith,
  writeRows,
  type ColumnType,
} from './sql';
import type {
  ItemOutcome,
  ListedItem,
  NewReclamation,
  NewReclamationEvent,
  PageOf,
  PageRequest,
  PlannedItem,
  ReclamationItemQuery,
  ReclamationQuery,
  ReclamationStore,
  SavedInMonth,
  StoredItem,
  StoredPath,
  StoredReclamation,
  StoredReclamationEvent,
  StoredReclamationStatus,
} from './types';
import type { Upkeep } from './Upkeep';

/** How many items one statement writes. */
const BATCH = 2_000;
/**
 * Of so many items per account the next ones are looked for; where accounts
 * have more, there are fewer of them at once.
 */
const ITEMS_PER_ACCOUNT = 50;

/** Outcomes of a restore by which a license is there again, or is going to be. */
const PUT_BACK = ['restored', 'alreadyThere'] as const;
const PUTTING_BACK = [...OPEN_OUTCOMES, ...PUT_BACK] as const;

interface PlanRow extends Pick<NewReclamation, 'id' | 'tenant' | 'kind'> {
  mode: NewReclamation['mode'];
  status: StoredReclamationStatus;
  origin: NewReclamation['origin'];
  reason: string;
  leave_groups: boolean | 0 | 1;
  created_by: string;
  created_at: string;
  expires_at: string | null;
  approved_by: string | null;
  approved_at: string | null;
  started_by: string | null;
  started_at: string | null;
  finished_at: string | null;
  canceled_by: string | null;
  answer_until: string | null;
  problem: string | null;
  retry_at: string | null;
  restore_of: string | null;
  policy_id: string | null;
  accounts: number;
  items: number;
  idempotency_key: string | null;
  request_hash: string | null;
  claimed_by: string | null;
  claimed_at: string | null;
}

/** Columns of `reclamation_plan_items` that a plan is stored with. */
const ITEM_COLUMNS = {
  id: 'text',
  tenant: 'text',
  reclamation_id: 'text',
  position: 'integer',
  account_id: 'text',
  user_principal_name: 'text',
  display_name: 'text',
  search_name: 'text',
  search_principal_name: 'text',
  sku_id: 'text',
  path: 'text',
  evidence: 'text',
  value: 'text',
  outcome: 'text',
  message: 'text',
  created_at: 'text',
  attempts: 'integer',
  restores: 'text',
} as const satisfies Record<string, ColumnType>;

interface ItemRow {
  id: string;
  reclamation_id: string;
  position: number;
  account_id: string;
  user_principal_name: string;
  display_name: string;
  sku_id: string;
  path: string;
  evidence: string;
  value: string;
  outcome: ReclamationOutcome;
  message: string;
  created_at: string;
  attempts: number;
  request_id: string | null;
  started_at: string | null;
  finished_at: string | null;
  restores: string | null;
}

interface ListedRow extends ItemRow {
  plan_kind: NewReclamation['kind'];
  plan_reason: string;
  plan_created_by: string;
  plan_approved_by: string | null;
  plan_started_by: string | null;
}

/** An event with the account and the SKU of its item. */
interface EventRow extends Pick<StoredReclamationEvent, 'at' | 'type' | 'by'> {
  /** Text on PostgreSQL. */
  number: number | string;
  message: string;
  request_id: string | null;
  account_id: string | null;
  user_principal_name: string | null;
  display_name: string | null;
  sku_id: string | null;
}

/** A plan whose row is locked until the end of the transaction. */
type LockedPlan = Pick<PlanRow, 'id' | 'tenant' | 'status' | 'problem'>;

const pathSchema: z.ZodType<StoredPath> = z.object({
  group: z
    .object({
      id: z.string(),
      name: z.string().nullable(),
      leaving: z.enum([
        'possible',
        'grantsMore',
        'dynamic',
        'onPremises',
        'unknown',
      ]),
      owners: z.array(
        z.object({
          id: z.string(),
          userPrincipalName: z.string(),
          displayName: z.string(),
        }),
      ),
      otherSkuIds: z.array(z.string()),
    })
    .nullable(),
  state: z.string(),
  error: z.string().nullable(),
  disabledPlans: z.array(z.string()),
  assignedAt: z.string().nullable(),
});

const planEvidenceSchema: z.ZodType<PlannedItem['evidence']> =
  evidenceSchema.extend({
    lastActivityDate: z.string().nullable(),
    evaluatedAt: z.string().nullable(),
  });

const valueSchema: z.ZodType<Money[]> = z.array(
  z.object({ amount: z.string(), currency: z.string() }),
);

const changedSchema = z.array(z.object({ id: z.string() }));

function valueOf(text: string): Money[] {
  return valueSchema.parse(JSON.parse(text));
}

function accountOf(
  row: Pick<ItemRow, 'account_id' | 'user_principal_name' | 'display_name'>,
): AccountRef {
  return {
    id: row.account_id,
    userPrincipalName: row.user_principal_name,
    displayName: row.display_name,
  };
}

function isOpen(outcome: ReclamationOutcome): boolean {
  return OPEN_OUTCOMES.some(each => each === outcome);
}

/** What a plan is about, in a sentence for its history. */
function planSentence(plan: NewReclamation, items: PlannedItem[]): string {
  const count = items.filter(({ outcome }) => isOpen(outcome)).length;
  const licenses = `${count} ${count === 1 ? 'license' : 'licenses'}`;
  const leftAlone = items.length - count;
  const verb = leftAlone === 1 ? 'is' : 'are';
  const rest = leftAlone > 0 ? `; ${leftAlone} ${verb} left alone` : '';
  if (plan.kind === 'restore') {
    return `Putting back ${licenses}: ${plan.reason}`;
  }
  return plan.status === 'dryRun'
    ? `Would take back ${licenses}${rest}: ${plan.reason}`
    : `Planned to take back ${licenses}${rest}: ${plan.reason}`;
}

/** Counts with what the items are worth together, in the order of the outcomes. */
function toCounts(
  rows: { outcome: ReclamationOutcome; value: string; items: number }[],
): StoredReclamation['counts'] {
  return RECLAMATION_OUTCOMES.flatMap(outcome => {
    const own = rows.filter(row => row.outcome === outcome);
    return own.length === 0
      ? []
      : [
          {
            outcome,
            items: own.reduce((total, { items }) => total + items, 0),
            value: sumMoney(
              own.flatMap(({ value, items }) =>
                timesMoney(valueOf(value), items),
              ),
            ),
          },
        ];
  });
}

/**
 * Plans in `reclamation_plans`, their items in `reclamation_plan_items` and what
 * happened to them in `reclamation_events`.
 *
 * Whatever changes a plan or its items locks the plan's row first: changes of
 * one plan take turns, and two of them never wait for each other forever.
 */
export class DatabaseReclamationStore implements ReclamationStore {
  readonly #knex: Knex;
  readonly #upkeep: Upkeep;

  constructor(knex: Knex, upkeep: Upkeep) {
    this.#knex = knex;
    this.#upkeep = upkeep;
  }

  async create(
    plan: NewReclamation,
    items: PlannedItem[],
    idempotency?: { key: string; requestHash: string },
  ): Promise<{ reclamation: StoredReclamation; created: boolean }> {
    const isStarted = plan.status === 'started';
    const created = await this.#knex.transaction(async transaction => {
      // A second request with the key waits here until the first has ended.
      const inserted = await transaction('reclamation_plans')
        .insert({
          id: plan.id,
          tenant: plan.tenant,
          kind: plan.kind,
          mode: plan.mode,
          status: plan.status,
          origin: plan.origin,
          reason: plan.reason,
          leave_groups: plan.leaveGroups,
          created_by: plan.createdBy,
          created_at: plan.createdAt,
          expires_at: plan.expiresAt,
          approved_by: plan.approvedBy,
          approved_at: plan.approvedBy === null ? null : plan.createdAt,
          started_by: plan.startedBy,
          started_at: isStarted ? plan.createdAt : null,
          restore_of: plan.restoreOf,
          policy_id: plan.policyId,
          accounts: new Set(items.map(({ account }) => account.id)).size,
          items: items.length,
          idempotency_key: idempotency?.key ?? null,
          request_hash: idempotency?.requestHash ?? null,
        })
        .onConflict(['created_by', 'idempotency_key'])
        .ignore()
        .returning('id');
      if (inserted.length === 0) {
        return false;
      }
      const at = new Date(plan.createdAt);
      if (plan.restoreOf !== null) {
        await this.#beginRestore(transaction, plan, items);
      }
      await this.#insertItems(transaction, plan, items);
      await addEvents(
        transaction,
        plan,
        [
          {
            type: 'created',
            by: plan.createdBy,
            message: planSentence(plan, items),
          },
          ...(plan.approvedBy === null
            ? []
            : [
                {
                  type: 'approved' as const,
                  by: plan.approvedBy,
                  message: 'Approved.',
                },
              ]),
          ...(isStarted
            ? [
                {
                  type: 'started' as const,
                  by: plan.startedBy,
                  message: 'Started.',
                },
              ]
            : []),
        ],
        at,
      );
      return true;
    });
    if (created) {
      this.#upkeep.wrote(items.length, 'reclamation_plan_items');
      await this.#upkeep.run();
    }
    const reclamation =
      created || !idempotency
        ? await this.get(plan.tenant, plan.id)
        : await this.repeated(plan.createdBy, idempotency);
    if (!reclamation) {
      throw new Error(`The plan ${plan.id} is not there once it was stored`);
    }
    return { reclamation, created };
  }

  async repeated(
    createdBy: string,
    { key, requestHash }: { key: string; requestHash: string },
  ): Promise<StoredReclamation | undefined> {
    const row = await this.#knex<PlanRow>('reclamation_plans')
      .where({ created_by: createdBy, idempotency_key: key })
      .first();
    if (row && row.request_hash !== requestHash) {
      throw new ConflictError(
        `The idempotency key '${key}' was used for another reclamation; use a new key for a new request`,
      );
    }
    const [reclamation] = row ? await this.#toReclamations([row]) : [];
    return reclamation;
  }

  /**
   * Notes on the plan that is put back that this happens.
   *
   * @throws ConflictError when one of the items is there again, or is being put
   *   back, meanwhile
   */
  async #beginRestore(
    transaction: Knex.Transaction,
    plan: NewReclamation,
    items: PlannedItem[],
  ): Promise<void> {
    const original = await lockPlan(transaction, plan.restoreOf ?? '');
    const restored = items.flatMap(({ restores }) => restores ?? []);
    const free = await transaction('reclamation_plan_items as item')
      .where({ 'item.reclamation_id': plan.restoreOf })
      .where(among(transaction, 'item.id', restored))
      .where(isRestorable)
      .select('item.id');
    if (!original || free.length < restored.length) {
      throw new ConflictError(
        'Some of these licenses were put back meanwhile, or are being put back by somebody else; look at the plan again',
      );
    }
    await addEvents(
      transaction,
      original,
      [
        {
          type: 'restoreStarted',
          by: plan.createdBy,
          message: planSentence(plan, items),
        },
      ],
      new Date(plan.createdAt),
    );
  }

  async #insertItems(
    transaction: Knex.Transaction,
    plan: NewReclamation,
    items: PlannedItem[],
  ): Promise<void> {
    const columns = Object.keys(ITEM_COLUMNS).join(', ');
    for (let start = 0; start < items.length; start += BATCH) {
      await writeRows(
        transaction,
        ITEM_COLUMNS,
        items.slice(start, start + BATCH).map((item, index) => ({
          id: item.id,
          tenant: plan.tenant,
          reclamation_id: plan.id,
          position: start + index,
          account_id: item.account.id,
          user_principal_name: item.account.userPrincipalName,
          display_name: item.account.displayName,
          search_name: fold(item.account.displayName),
          search_principal_name: fold(item.account.userPrincipalName),
          sku_id: item.skuId,
          path: JSON.stringify(item.path),
          evidence: JSON.stringify(item.evidence),
          value: JSON.stringify(item.value),
          outcome: item.outcome,
          message: item.message,
          created_at: plan.createdAt,
          attempts: 0,
          restores: item.restores,
        })),
        source => `insert into reclamation_plan_items (${columns})
          select ${columns} from ${source}`,
      );
    }
  }

  async get(
    tenant: string,
    id: string,
  ): Promise<StoredReclamation | undefined> {
    const row = await this.#knex<PlanRow>('reclamation_plans')
      .where({ tenant, id })
      .first();
    const [reclamation] = row ? await this.#toReclamations([row]) : [];
    return reclamation;
  }

  async list(
    tenant: string,
    query: ReclamationQuery,
  ): Promise<PageOf<StoredReclamation>> {
    const { status, policyId, createdBy, at } = query;
    const own = {
      tenant,
      ...(policyId !== undefined && { policy_id: policyId }),
      ...(createdBy !== undefined && { created_by: createdBy }),
    };
    const rows = () => {
      const plans = this.#knex<PlanRow>('reclamation_plans').where(own);
      if (status) {
        plans.where(inReclamationStatus(status, at));
      } else if (policyId === undefined) {
        plans.whereNot('status', 'dryRun');
      }
      return plans;
    };
    const page = await readPage<PlanRow>(query, {
      query: ['reclamations', own, status],
      key: 'created_at',
      tie: 'id',
      nullable: false,
      order: 'desc',
      position: row => [row.created_at, row.id],
      read: narrow => rows().modify(narrow).select<PlanRow[]>('*'),
      count: () => countOf(rows()),
    });
    return { ...page, items: await this.#toReclamations(page.items) };
  }

  async listItems(
    tenant: string,
    query: ReclamationItemQuery,
  ): Promise<PageOf<ListedItem>> {
    const { reclamationId, accountId, text, skuId, outcome, createdBy } = query;
    const own = {
      'item.tenant': tenant,
      ...(reclamationId !== undefined && {
        'item.reclamation_id': reclamationId,
      }),
      ...(accountId !== undefined && { 'item.account_id': accountId }),
      ...(skuId !== undefined && { 'item.sku_id': skuId }),
      ...(outcome && { 'item.outcome': outcome }),
      ...(createdBy !== undefined && { 'plan.created_by': createdBy }),
    };
    const rows = () => {
      const items = this.#knex('reclamation_plan_items as item')
        .join('reclamation_plans as plan', 'plan.id', 'item.reclamation_id')
        .where(own);
      if (reclamationId === undefined) {
        items.whereNot('plan.status', 'dryRun');
      }
      if (text !== undefined) {
        items.where(named =>
          named
            .where(startsWith('item.search_name', fold(text)))
            .orWhere(startsWith('item.search_principal_name', fold(text))),
        );
      }
      return items;
    };
    const read = (narrow: (builder: Knex.QueryBuilder) => void) =>
      rows()
        .modify(narrow)
        .select<ListedRow[]>(
          'item.*',
          'plan.kind as plan_kind',
          'plan.reason as plan_reason',
          'plan.created_by as plan_created_by',
          'plan.approved_by as plan_approved_by',
          'plan.started_by as plan_started_by',
        );
    const isWholePlan =
      reclamationId !== undefined &&
      [accountId, text, skuId, outcome, createdBy].every(
        each => each === undefined,
      );
    const list = {
      query: ['reclamation-items', own, text],
      count: () =>
        isWholePlan ? this.#itemsOf(tenant, reclamationId) : countOf(rows()),
    };
    const page =
      reclamationId === undefined
        ? await readPage<ListedRow>(query, {
            ...list,
            key: 'item.created_at',
            tie: 'item.id',
            nullable: false,
            order: 'desc',
            position: row => [row.created_at, row.id],
            read,
          })
        : await readRange<ListedRow>(query, {
            ...list,
            position: row => [null, row.position],
            read: (after, wanted) =>
              read(items => {
                if (after) {
                  items.where('item.position', '>', after[1]);
                }
                items.orderBy('item.position').limit(wanted);
              }),
          });
    const items = await this.#toItems(page.items);
    return {
      ...page,
      items: page.items.map((row, index) => ({
        ...items[index],
        reclamation: {
          id: row.reclamation_id,
          kind: row.plan_kind,
          reason: row.plan_reason,
          createdBy: row.plan_created_by,
          approvedBy: row.plan_approved_by,
          startedBy: row.plan_started_by,
        },
      })),
    };
  }

  /** How many items a plan has, which never changes: counting them takes longer the more there are. */
  async #itemsOf(tenant: string, id: string): Promise<number> {
    const plan = await this.#knex<PlanRow>('reclamation_plans')
      .where({ tenant, id })
      .first('items');
    return plan?.items ?? 0;
  }

  async events(
    tenant: string,
    query: PageRequest & { reclamationId: string; planOnly: boolean },
  ): Promise<PageOf<StoredReclamationEvent>> {
    const { reclamationId, planOnly } = query;
    const rows = () => {
      const events = this.#knex('reclamation_events as event').where({
        'event.tenant': tenant,
        'event.reclamation_id': reclamationId,
      });
      return planOnly ? events.whereNull('event.item_id') : events;
    };
    const page = await readRange<EventRow>(query, {
      query: ['reclamation-events', tenant, reclamationId, planOnly],
      position: row => [null, Number(row.number)],
      count: () => countOf(rows()),
      read: (after, wanted) => {
        const events = rows()
          .leftJoin(
            'reclamation_plan_items as item',
            'item.id',
            'event.item_id',
          )
          .orderBy('event.number', 'desc')
          .limit(wanted);
        if (after) {
          events.where('event.number', '<', after[1]);
        }
        return events.select<EventRow[]>(
          'event.number',
          'event.at',
          'event.type',
          'event.by',
          'event.message',
          'event.request_id',
          'item.account_id',
          'item.user_principal_name',
          'item.display_name',
          'item.sku_id',
        );
      },
    });
    return { ...page, items: page.items.map(toEvent) };
  }

  async note(
    id: string,
    events: NewReclamationEvent[],
    at: Date,
  ): Promise<void> {
    await this.#changing(id, (transaction, plan) =>
      addEvents(transaction, plan, events, at),
    );
  }

  async items(id: string, itemIds?: string[]): Promise<StoredItem[]> {
    return this.#toItems(await this.#itemRows(id, itemIds));
  }

  async recent(
    tenant: string,
    accountIds: string[],
    since: Date,
  ): Promise<StoredItem[]> {
    const rows = await this.#knex('reclamation_plan_items')
      .where({ tenant })
      .where(among(this.#knex, 'account_id', accountIds))
      .whereIn('outcome', ['reclaimed', 'restored'])
      .where('finished_at', '>=', since.toISOString())
      .select<ItemRow[]>('*');
    return this.#toItems(rows);
  }

  async restorable(id: string, itemIds?: string[]): Promise<StoredItem[]> {
    return this.#toItems(await this.#itemRows(id, itemIds).where(isRestorable));
  }

  #itemRows(id: string, itemIds?: string[]) {
    const rows = this.#knex('reclamation_plan_items as item')
      .where('item.reclamation_id', id)
      .orderBy('item.position')
      .select<ItemRow[]>('item.*');
    return itemIds ? rows.where(among(this.#knex, 'item.id', itemIds)) : rows;
  }

  async savings(tenant: string): Promise<SavedInMonth[]> {
    const rows: {
      month: string;
      outcome: ReclamationOutcome;
      value: string;
      items: string | number;
    }[] = await this.#knex('reclamation_plan_items')
      .where({ tenant })
      .whereIn('outcome', ['reclaimed', ...PUT_BACK])
      .whereNotNull('finished_at')
      .groupByRaw('substr(finished_at, 1, 7), outcome, value')
      .select('outcome', 'value', {
        month: this.#knex.raw('substr(finished_at, 1, 7)'),
      })
      .count({ items: '*' });
    const saved = new Map<string, SavedInMonth>();
    for (const row of rows) {
      const outcome = row.outcome === 'reclaimed' ? 'reclaimed' : 'restored';
      const key = `${row.month} ${outcome}`;
      const before = saved.get(key);
      const items = Number(row.items);
      saved.set(key, {
        month: row.month,
        outcome,
        items: (before?.items ?? 0) + items,
        value: sumMoney([
          ...(before?.value ?? []),
          ...timesMoney(valueOf(row.value), items),
        ]),
      });
    }
    return [...saved.keys()].sort().flatMap(key => saved.get(key) ?? []);
  }

  async move(
    id: string,
    from: StoredReclamationStatus[],
    to: Parameters<ReclamationStore['move']>[2],
    event: NewReclamationEvent,
    at: Date,
  ): Promise<boolean> {
    const time = at.toISOString();
    const moved = await this.#changing(id, async (transaction, plan) => {
      if (!from.includes(plan.status)) {
        return false;
      }
      await transaction<PlanRow>('reclamation_plans')
        .where({ id })
        .update({
          status: to.status,
          problem: null,
          retry_at: null,
          ...(to.approvedBy !== undefined && {
            approved_by: to.approvedBy,
            approved_at: time,
          }),
          ...(to.startedBy !== undefined && {
            started_by: to.startedBy,
            started_at: time,
          }),
          ...(to.canceledBy !== undefined && {
            canceled_by: to.canceledBy,
            finished_at: time,
          }),
          ...(to.answerUntil !== undefined && {
            answer_until: to.answerUntil,
          }),
        });
      await addEvents(transaction, plan, [event], at);
      if (to.status === 'started') {
        const outcome = to.await ? 'awaitingUser' : 'scheduled';
        await transaction<ItemRow>('reclamation_plan_items')
          .where({ reclamation_id: id, outcome: 'planned' })
          .update({ outcome, message: OUTCOME_SENTENCES[outcome] });
      }
      if (to.status === 'canceled') {
        await cancelItems(transaction, plan, event.by, time);
      }
      return true;
    });
    return moved ?? false;
  }

  async due(tenant: string, at: Date, silentSince: Date): Promise<string[]> {
    const rows: { id: string }[] = await this.#knex('reclamation_plans')
      .where({ tenant })
      .where(begun =>
        begun
          .where(started =>
            started.where('status', 'started').where(work =>
              work
                .whereExists(havingItems(['scheduled', 'running']))
                // Nothing is left to do but to end it.
                .orWhereNotExists(havingItems(OPEN_OUTCOMES)),
            ),
          )
          .orWhere(canceled =>
            canceled
              .where('status', 'canceled')
              .whereExists(havingItems(['running'])),
          ),
      )
      .where(free =>
        free
          .whereNull('claimed_by')
          .orWhere('claimed_at', '<', silentSince.toISOString()),
      )
      .where(ready =>
        ready.whereNull('retry_at').orWhere('retry_at', '<=', at.toISOString()),
      )
      .orderBy(['started_at', 'id'])
      .select('id');
    return rows.map(row => row.id);
  }

  async claim(
    id: string,
    holder: string,
    at: Date,
    silentSince: Date,
  ): Promise<boolean> {
    const claimed = await this.#knex<PlanRow>('reclamation_plans')
      .where({ id })
      .where(free =>
        free
          .whereNull('claimed_by')
          .orWhere('claimed_by', holder)
          .orWhere('claimed_at', '<', silentSince.toISOString()),
      )
      .update({ claimed_by: holder, claimed_at: at.toISOString() });
    return claimed === 1;
  }

  async renew(
    id: string,
    holder: string,
    at: Date,
  ): Promise<StoredReclamationStatus | undefined> {
    const [held]: Pick<PlanRow, 'status'>[] = await this.#knex<PlanRow>(
      'reclamation_plans',
    )
      .where({ id, claimed_by: holder })
      .update({ claimed_at: at.toISOString() })
      .returning('status');
    return held?.status;
  }

  async release(id: string, holder: string): Promise<void> {
    await this.#knex<PlanRow>('reclamation_plans')
      .where({ id, claimed_by: holder })
      .update({ claimed_by: null, claimed_at: null });
  }

  async next(id: string, accounts: number): Promise<StoredItem[]> {
    const found = new Set<string>();
    for (const outcome of ['running', 'scheduled'] as const) {
      const rows = await this.#knex<ItemRow>('reclamation_plan_items')
        .where({ reclamation_id: id, outcome })
        .orderBy('position')
        .limit(accounts * ITEMS_PER_ACCOUNT)
        .select('account_id');
      rows.forEach(row => found.size < accounts && found.add(row.account_id));
    }
    if (found.size === 0) {
      return [];
    }
    const rows = await this.#knex<ItemRow>('reclamation_plan_items')
      .where('reclamation_id', id)
      .where(among(this.#knex, 'account_id', [...found]))
      .whereIn('outcome', ['running', 'scheduled'])
      .orderBy('position')
      .select<ItemRow[]>('*');
    const isRunning = (row: ItemRow) => row.outcome === 'running';
    return this.#toItems([
      ...rows.filter(isRunning),
      ...rows.filter(row => !isRunning(row)),
    ]);
  }

  async markRunning(
    id: string,
    holder: string,
    itemIds: string[],
    at: Date,
  ): Promise<boolean> {
    const time = at.toISOString();
    return this.#knex.transaction(async transaction => {
      const [plan]: LockedPlan[] = await transaction<PlanRow>(
        'reclamation_plans',
      )
        .where({ id, claimed_by: holder, status: 'started' })
        .update({ claimed_at: time })
        .returning(['id', 'tenant', 'status', 'problem']);
      if (!plan) {
        return false;
      }
      const marked: { id: string }[] = await transaction(
        'reclamation_plan_items',
      )
        .where({ reclamation_id: id })
        .where(among(transaction, 'id', itemIds))
        .whereIn('outcome', ['scheduled', 'running'])
        .update({
          outcome: 'running',
          message: OUTCOME_SENTENCES.running,
          attempts: transaction.raw('attempts + 1'),
          started_at: transaction.raw('coalesce(started_at, ?)', [time]),
        })
        .returning('id');
      const marks = new Set(marked.map(row => row.id));
      await addEvents(
        transaction,
        plan,
        itemIds.flatMap(itemId =>
          marks.has(itemId)
            ? [{ type: 'sent', by: null, message: 'Asked Microsoft.', itemId }]
            : [],
        ),
        at,
      );
      return true;
    });
  }

  async recordOutcomes(
    id: string,
    outcomes: ItemOutcome[],
    at: Date,
  ): Promise<void> {
    await this.#changing(id, (transaction, plan) =>
      settle(transaction, plan, {
        outcomes: outcomes.map(outcome => ({ ...outcome, by: null })),
        from: OPEN_OUTCOMES,
        at,
      }),
    );
  }

  async wait(
    id: string,
    problem: { message: string; retryAt: string } | null,
    at: Date,
  ): Promise<void> {
    await this.#changing(id, async (transaction, plan) => {
      await transaction<PlanRow>('reclamation_plans')
        .where({ id })
        .update({
          problem: problem?.message ?? null,
          retry_at: problem?.retryAt ?? null,
        });
      // Each time that it goes on waiting for the same is no news.
      if (problem && problem.message !== plan.problem) {
        await addEvents(
          transaction,
          plan,
          [{ type: 'waiting', by: null, message: problem.message }],
          at,
        );
      }
    });
  }

  async finish(id: string, at: Date): Promise<boolean> {
    const isFinished = await this.#changing(id, async (transaction, plan) => {
      const finished = await transaction<PlanRow>('reclamation_plans')
        .where({ id, status: 'started' })
        .whereNotExists(havingItems(OPEN_OUTCOMES))
        .update({
          status: 'finished',
          finished_at: at.toISOString(),
          problem: null,
          retry_at: null,
        });
      if (finished === 1) {
        await addEvents(
          transaction,
          plan,
          [
            {
              type: 'finished',
              by: null,
              message: 'Finished: every license has an outcome.',
            },
          ],
          at,
        );
      }
      return finished === 1;
    });
    return isFinished ?? false;
  }

  async answer(
    id: string,
    outcomes: (ItemOutcome & { by: string | null })[],
    at: Date,
  ): Promise<number> {
    const answered = await this.#changing(id, (transaction, plan) =>
      settle(transaction, plan, { outcomes, from: ['awaitingUser'], at }),
    );
    return answered ?? 0;
  }

  /** Changes a plan whose row is locked; undefined where there is none. */
  #changing<Result>(
    id: string,
    change: (
      transaction: Knex.Transaction,
      plan: LockedPlan,
    ) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.#knex.transaction(async transaction => {
      const plan = await lockPlan(transaction, id);
      return plan && change(transaction, plan);
    });
  }

  /** Rows with what is known of their items, in the same order. */
  async #toReclamations(rows: PlanRow[]): Promise<StoredReclamation[]> {
    if (rows.length === 0) {
      return [];
    }
    const knex = this.#knex;
    const ids = rows.map(row => row.id);
    const ofPlans = (column: string) => among(knex, column, ids);
    const counts: {
      reclamation_id: string;
      outcome: ReclamationOutcome;
      value: string;
      items: string | number;
    }[] = await knex('reclamation_plan_items')
      .where(ofPlans('reclamation_id'))
      .groupBy('reclamation_id', 'outcome', 'value')
      .select('reclamation_id', 'outcome', 'value')
      .count({ items: '*' });
    const restorable: {
      reclamation_id: string;
      items: string | number;
      first_at: string | null;
    }[] = await knex('reclamation_plan_items as item')
      .where(ofPlans('item.reclamation_id'))
      .where(isRestorable)
      .groupBy('item.reclamation_id')
      .select('item.reclamation_id')
      .count({ items: '*' })
      .min({ first_at: 'item.finished_at' });
    const first = await knex<ItemRow>('reclamation_plan_items')
      .where(ofPlans('reclamation_id'))
      .where('position', 0)
      .select(
        'reclamation_id',
        'account_id',
        'user_principal_name',
        'display_name',
      );
    return rows.map(row => {
      const isOwn = (each: { reclamation_id: string }) =>
        each.reclamation_id === row.id;
      const account = row.accounts === 1 ? first.find(isOwn) : undefined;
      const back = restorable.find(isOwn);
      return {
        id: row.id,
        tenant: row.tenant,
        kind: row.kind,
        mode: row.mode,
        status: row.status,
        origin: row.origin,
        reason: row.reason,
        leaveGroups: Boolean(row.leave_groups),
        createdBy: row.created_by,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        approvedBy: row.approved_by,
        approvedAt: row.approved_at,
        startedBy: row.started_by,
        startedAt: row.started_at,
        finishedAt: row.finished_at,
        canceledBy: row.canceled_by,
        answerUntil: row.answer_until,
        problem:
          row.problem === null
            ? null
            : { message: row.problem, retryAt: row.retry_at },
        restoreOf: row.restore_of,
        policyId: row.policy_id,
        account: account ? accountOf(account) : null,
        accounts: row.accounts,
        items: row.items,
        counts: toCounts(
          counts
            .filter(isOwn)
            .map(count => ({ ...count, items: Number(count.items) })),
        ),
        restorable: {
          items: Number(back?.items ?? 0),
          firstAt: back?.first_at ?? null,
        },
      };
    });
  }

  /** Rows with who put each back, in the same order. */
  async #toItems(rows: ItemRow[]): Promise<StoredItem[]> {
    const reclaimed = rows
      .filter(({ outcome }) => outcome === 'reclaimed')
      .map(({ id }) => id);
    const restoring: {
      restores: string;
      finished_at: string;
      started_by: string;
      reclamation_id: string;
    }[] =
      reclaimed.length === 0
        ? []
        : await this.#knex('reclamation_plan_items as item')
            .join('reclamation_plans as plan', 'plan.id', 'item.reclamation_id')
            .where(among(this.#knex, 'item.restores', reclaimed))
            .whereIn('item.outcome', PUT_BACK)
            .select(
              'item.restores',
              'item.finished_at',
              'item.reclamation_id',
              'plan.started_by',
            );
    const restored = new Map(restoring.map(row => [row.restores, row]));
    return rows.map(row => {
      const back = restored.get(row.id);
      return {
        id: row.id,
        reclamationId: row.reclamation_id,
        account: accountOf(row),
        skuId: row.sku_id,
        path: pathSchema.parse(JSON.parse(row.path)),
        evidence: planEvidenceSchema.parse(JSON.parse(row.evidence)),
        value: valueOf(row.value),
        outcome: row.outcome,
        message: row.message,
        restores: row.restores,
        attempts: row.attempts,
        requestId: row.request_id,
        startedAt: row.started_at,
        finishedAt: row.finished_at,
        restored: back
          ? {
              at: back.finished_at,
              by: back.started_by,
              reclamationId: back.reclamation_id,
            }
          : null,
      };
    });
  }
}

/** Narrows items, as `item`, to those taken back and not put back, nor being put back. */
function isRestorable(items: Knex.QueryBuilder): void {
  items
    .where('item.outcome', 'reclaimed')
    .whereNotExists(back =>
      back
        .from('reclamation_plan_items as back')
        .whereRaw('back.restores = item.id')
        .whereIn('back.outcome', PUTTING_BACK)
        .select('back.id'),
    );
}

/** Locks a plan's row until the end of the transaction. */
async function lockPlan(
  transaction: Knex.Transaction,
  id: string,
): Promise<LockedPlan | undefined> {
  return transaction<PlanRow>('reclamation_plans')
    .where({ id })
    .forUpdate()
    .first('id', 'tenant', 'status', 'problem');
}

/** Adds to the history of a plan, in the order given. */
async function addEvents(
  transaction: Knex.Transaction,
  plan: Pick<PlanRow, 'id' | 'tenant'>,
  events: NewReclamationEvent[],
  at: Date,
): Promise<void> {
  if (events.length === 0) {
    return;
  }
  await writeRows(
    transaction,
    {
      tenant: 'text',
      reclamation_id: 'text',
      item_id: 'text',
      at: 'text',
      type: 'text',
      actor: 'text',
      message: 'text',
      request_id: 'text',
    },
    events.map(event => ({
      tenant: plan.tenant,
      reclamation_id: plan.id,
      item_id: event.itemId ?? null,
      at: at.toISOString(),
      type: event.type,
      actor: event.by,
      message: event.message,
      request_id: event.requestId ?? null,
    })),
    source => `insert into reclamation_events
        (tenant, reclamation_id, item_id, at, type, "by", message, request_id)
      select tenant, reclamation_id, item_id, at, type, actor, message,
        request_id
      from ${source}`,
  );
}

/**
 * Gives items of a plan the outcomes that became of them, with an event for each
 * that had one of some outcomes until now.
 *
 * @returns how many
 */
async function settle(
  transaction: Knex.Transaction,
  plan: LockedPlan,
  {
    outcomes,
    from,
    at,
  }: {
    outcomes: (ItemOutcome & { by: string | null })[];
    from: readonly ReclamationOutcome[];
    at: Date;
  },
): Promise<number> {
  if (outcomes.length === 0) {
    return 0;
  }
  const allowed = from.map(outcome => `'${outcome}'`).join(', ');
  const changed = changedSchema.parse(
    await writeRows(
      transaction,
      {
        item: 'text',
        plan: 'text',
        outcome: 'text',
        message: 'text',
        request_id: 'text',
        finished_at: 'text',
      },
      outcomes.map(({ itemId, outcome, message, requestId }) => ({
        item: itemId,
        plan: plan.id,
        outcome,
        message,
        request_id: requestId,
        finished_at: isOpen(outcome) ? null : at.toISOString(),
      })),
      source => `update reclamation_plan_items set
          outcome = r.outcome,
          message = r.message,
          request_id = coalesce(r.request_id, reclamation_plan_items.request_id),
          finished_at = r.finished_at
        from ${source}
        where reclamation_plan_items.id = r.item
          and reclamation_plan_items.reclamation_id = r.plan
          and reclamation_plan_items.outcome in (${allowed})
        returning id`,
    ),
  );
  const ids = new Set(changed.map(({ id }) => id));
  await addEvents(
    transaction,
    plan,
    outcomes
      .filter(({ itemId }) => ids.has(itemId))
      .map(({ itemId, by, message, requestId }) => ({
        type: by === null ? 'outcome' : 'answered',
        by,
        message,
        itemId,
        requestId,
      })),
    at,
  );
  return ids.size;
}

/** Cancels the items that are not final and of which Microsoft was not asked. */
async function cancelItems(
  transaction: Knex.Transaction,
  plan: LockedPlan,
  by: string | null,
  time: string,
): Promise<void> {
  const open = OPEN_OUTCOMES.filter(outcome => outcome !== 'running');
  const message = OUTCOME_SENTENCES.canceled;
  await transaction.raw(
    `insert into reclamation_events
      (tenant, reclamation_id, item_id, at, type, "by", message)
    select tenant, reclamation_id, id, ?, 'outcome', ?, ?
    from reclamation_plan_items
    where reclamation_id = ? and outcome in (${open.map(() => '?').join(', ')})
    order by position`,
    [time, by, message, plan.id, ...open],
  );
  await transaction('reclamation_plan_items')
    .where({ reclamation_id: plan.id })
    .whereIn('outcome', open)
    .update({ outcome: 'canceled', message, finished_at: time });
}

function toEvent(row: EventRow): StoredReclamationEvent {
  const { account_id, user_principal_name, display_name } = row;
  return {
    id: String(row.number),
    at: row.at,
    type: row.type,
    by: row.by,
    message: row.message,
    requestId: row.request_id,
    account:
      account_id === null
        ? null
        : {
            id: account_id,
            userPrincipalName: user_principal_name ?? '',
            displayName: display_name ?? '',
          },
    skuId: row.sku_id,
  };
}
