import type {
  AssignmentStatus,
  BackTest,
  HistoryDay,
  Money,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { daysBefore } from '../insights/activity';
import type { ReportedTime } from '../insights/backTest';
import { SPEND_USES, sumMoney } from '../insights/money';
import { reportedTimes } from './returns';
import { among, takeTurn, writeRows, type ColumnType } from './sql';
import type {
  BackTestOptions,
  GroupSnapshot,
  HistoryScope,
  HistoryStore,
  SkuSnapshot,
} from './types';

const STATUS_COLUMNS = {
  active: 'active',
  inactive: 'inactive',
  neverActive: 'never_active',
  inGrace: 'in_grace',
  notMeasurable: 'not_measurable',
  unknown: 'unknown',
} as const satisfies Record<AssignmentStatus, string>;

type StatusColumn = (typeof STATUS_COLUMNS)[AssignmentStatus];

const STATUS_TYPES = {
  active: 'integer',
  inactive: 'integer',
  never_active: 'integer',
  in_grace: 'integer',
  not_measurable: 'integer',
  unknown: 'integer',
} as const satisfies Record<StatusColumn, ColumnType>;

const SKU_COLUMNS = {
  tenant: 'text',
  day: 'text',
  sku_id: 'text',
  for_people: 'boolean',
  bought: 'integer',
  assigned: 'integer',
  ...STATUS_TYPES,
  candidates: 'integer',
  annual: 'text',
  savings: 'text',
} as const satisfies Record<string, ColumnType>;

const GROUP_COLUMNS = {
  tenant: 'text',
  day: 'text',
  group_ref: 'text',
  accounts: 'integer',
  ...STATUS_TYPES,
  candidates: 'integer',
  annual: 'text',
  savings: 'text',
} as const satisfies Record<string, ColumnType>;

/** What both kinds of snapshots hold. */
function countedColumns({
  statuses,
  candidates,
  annual,
  savings,
}: SkuSnapshot | GroupSnapshot) {
  return {
    active: statuses.active,
    inactive: statuses.inactive,
    never_active: statuses.neverActive,
    in_grace: statuses.inGrace,
    not_measurable: statuses.notMeasurable,
    unknown: statuses.unknown,
    candidates,
    annual: JSON.stringify(annual),
    savings: JSON.stringify(savings),
  };
}

const moneySchema = z.array(
  z.object({ amount: z.string(), currency: z.string() }),
);

/**
 * Adds amounts up as they are stored, a list a line. Of two years of many SKUs
 * most lists say the same as one before, which is not read again.
 */
function amountsReader(): (lines: string) => Money[] {
  const known = new Map<string, Money[]>();
  const read = (line: string): Money[] => {
    const amounts = known.get(line) ?? moneySchema.parse(JSON.parse(line));
    known.set(line, amounts);
    return amounts;
  };
  return lines => sumMoney(lines.split('\n').flatMap(read));
}

// Sums of integers are text on PostgreSQL.
const number = z.coerce.number();

const daySchema = z.object({
  day: z.string(),
  // Groups have no seats.
  bought: number.optional(),
  assigned: number.optional(),
  /** Less than none where more seats are assigned than bought. */
  unassigned: number.optional(),
  active: number,
  inactive: number,
  never_active: number,
  in_grace: number,
  not_measurable: number,
  unknown: number,
  candidates: number,
  annual: z.string(),
  savings: z.string(),
});

/** A day as the API shows it. */
function toDay(
  row: z.output<typeof daySchema>,
  readAmounts: (lines: string) => Money[],
): HistoryDay {
  const held = Object.values(STATUS_COLUMNS).reduce(
    (total, column) => total + row[column],
    0,
  );
  return {
    day: row.day,
    bought: row.bought ?? null,
    assigned: row.assigned ?? held,
    seats: SPEND_USES.map(use => ({
      use,
      seats:
        use === 'unassigned'
          ? Math.max(0, row.unassigned ?? 0)
          : row[STATUS_COLUMNS[use]],
    })).filter(({ seats }) => seats > 0),
    candidates: row.candidates,
    annual: readAmounts(row.annual),
    savings: readAmounts(row.savings),
  };
}

function insertSql(table: string, columns: string[], source: string): string {
  return `insert into ${table} (${columns.join(', ')})
    select ${columns.map(column => `r.${column}`).join(', ')} from ${source}`;
}

function ofGroups(
  scope: HistoryScope | undefined,
): scope is Extract<HistoryScope, { groups: string[] }> {
  return scope !== undefined && 'groups' in scope;
}

/** Snapshots in `sku_snapshots` and `group_snapshots`, returns in `activity_returns`. */
export class DatabaseHistoryStore implements HistoryStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async save(
    tenant: string,
    day: string,
    { skus, groups }: { skus: SkuSnapshot[]; groups: GroupSnapshot[] },
  ): Promise<void> {
    await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      for (const table of ['sku_snapshots', 'group_snapshots']) {
        await transaction(table).where({ tenant, day }).delete();
      }
      await writeRows(
        transaction,
        SKU_COLUMNS,
        skus.map(sku => ({
          tenant,
          day,
          sku_id: sku.skuId,
          for_people: sku.forPeople,
          bought: sku.bought,
          assigned: sku.assigned,
          ...countedColumns(sku),
        })),
        source => insertSql('sku_snapshots', Object.keys(SKU_COLUMNS), source),
      );
      await writeRows(
        transaction,
        GROUP_COLUMNS,
        groups.map(group => ({
          tenant,
          day,
          group_ref: group.groupRef,
          accounts: group.accounts,
          ...countedColumns(group),
        })),
        source =>
          insertSql('group_snapshots', Object.keys(GROUP_COLUMNS), source),
      );
    });
  }

  async reprice(
    tenant: string,
    day: string,
    {
      skus,
      groups,
    }: {
      skus: Pick<SkuSnapshot, 'skuId' | 'annual' | 'savings'>[];
      groups: Pick<GroupSnapshot, 'groupRef' | 'annual' | 'savings'>[];
    },
  ): Promise<void> {
    const update = (
      transaction: Knex.Transaction,
      [table, key]:
        | ['sku_snapshots', 'sku_id']
        | ['group_snapshots', 'group_ref'],
      prices: { id: string; annual: Money[]; savings: Money[] }[],
    ) =>
      writeRows(
        transaction,
        {
          tenant: 'text',
          day: 'text',
          id: 'text',
          annual: 'text',
          savings: 'text',
        },
        prices.map(({ id, annual, savings }) => ({
          tenant,
          day,
          id,
          annual: JSON.stringify(annual),
          savings: JSON.stringify(savings),
        })),
        source => `update ${table} set annual = r.annual, savings = r.savings
          from ${source} where ${table}.tenant = r.tenant
            and ${table}.day = r.day and ${table}.${key} = r.id`,
      );
    await this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      await update(
        transaction,
        ['sku_snapshots', 'sku_id'],
        skus.map(({ skuId, ...prices }) => ({ ...prices, id: skuId })),
      );
      await update(
        transaction,
        ['group_snapshots', 'group_ref'],
        groups.map(({ groupRef, ...prices }) => ({ ...prices, id: groupRef })),
      );
    });
  }

  async days(
    tenant: string,
    { from, to }: { from: string; to: string },
    scope?: HistoryScope,
  ): Promise<HistoryDay[]> {
    const knex = this.#knex;
    // Seats of a SKU that is not for people are told with it alone.
    const counted = scope ? 'true' : 'for_people';
    const sum = (column: string) =>
      knex.raw(`sum(case when ${counted} then ?? else 0 end) as ??`, [
        column,
        column,
      ]);
    const seats = [
      sum('bought'),
      sum('assigned'),
      knex.raw(
        'sum(case when for_people then bought - assigned else 0 end) as unassigned',
      ),
    ];
    const rows: unknown = await this.#snapshots(tenant, scope)
      .whereBetween('day', [from, to])
      .groupBy('day')
      .orderBy('day')
      .select(
        'day',
        ...(ofGroups(scope) ? [] : seats),
        ...Object.values(STATUS_COLUMNS).map(sum),
        knex.raw('sum(candidates) as candidates'),
        knex.raw(`string_agg(annual, '\n') as annual`),
        knex.raw(`string_agg(savings, '\n') as savings`),
      );
    const readAmounts = amountsReader();
    return z
      .array(daySchema)
      .parse(rows)
      .map(row => toDay(row, readAmounts));
  }

  async firstDay(tenant: string, scope?: HistoryScope): Promise<string | null> {
    const row: unknown = await (ofGroups(scope)
      ? this.#knex('group_snapshots').where({ tenant })
      : this.#snapshots(tenant, scope)
    )
      .min({ day: 'day' })
      .first();
    return z.object({ day: z.string().nullable() }).parse(row).day;
  }

  async reportedTimes(tenant: string): Promise<ReportedTime[]> {
    return reportedTimes(this.#knex, tenant);
  }

  async backTest(
    tenant: string,
    { on, withinDays, thresholds, graceDays, skuId }: BackTestOptions,
  ): Promise<BackTest['items']> {
    const knex = this.#knex;
    const ofSku = skuId === undefined ? {} : { sku_id: skuId };
    const present = knex('accounts')
      .where({ tenant, deleted: false })
      .where('number', knex.ref('assignments.account'))
      .select(knex.raw('1'));
    // What was given after that day is no license of then.
    const held = knex('assignments')
      .where({ tenant, ...ofSku })
      .where('services', '>', 0)
      .whereExists(present)
      .groupBy('account', 'sku_id')
      .select('account', 'sku_id')
      .max({ last_activity_date: 'last_activity_date' })
      .select(
        knex.raw(
          'max(case when assigned_on < ? then assigned_on end) as assigned_on',
          [on],
        ),
      )
      .having(knex.raw('min(assigned_on) < ?', [on]));
    // The first after that day, of those that were away on it.
    const back = knex('activity_returns')
      .where({ tenant, ...ofSku })
      .where('returned_on', '>', on)
      .where(away =>
        away.whereNull('inactive_since').orWhere('inactive_since', '<', on),
      )
      .groupBy('account', 'sku_id')
      .select('account', 'sku_id')
      .min({ returned_on: 'returned_on' })
      .min({ inactive_since: 'inactive_since' });
    const then = knex
      .from(held.as('h'))
      .leftJoin(back.as('b'), join =>
        join.on('b.account', 'h.account').andOn('b.sku_id', 'h.sku_id'),
      )
      .select({
        assigned_on: 'h.assigned_on',
        returned_on: 'b.returned_on',
        last: knex.raw(
          'case when b.returned_on is null then h.last_activity_date else b.inactive_since end',
        ),
      });
    const counts = thresholds.flatMap((threshold, index) => {
      const isCandidate = '(last < ? or (last is null and assigned_on < ?))';
      const limits = [daysBefore(on, threshold), daysBefore(on, graceDays)];
      return [
        knex.raw(`count(case when ${isCandidate} then 1 end) as ??`, [
          ...limits,
          `candidates_${index}`,
        ]),
        knex.raw(
          `count(case when ${isCandidate} and returned_on <= ? then 1 end) as ??`,
          [...limits, daysBefore(on, -withinDays), `returned_${index}`],
        ),
      ];
    });
    const row = z.record(number).parse(
      await knex
        .from(then.as('t'))
        .select(...counts)
        .first(),
    );
    return thresholds.map((inactiveAfterDays, index) => ({
      inactiveAfterDays,
      candidates: row[`candidates_${index}`],
      returned: row[`returned_${index}`],
    }));
  }

  #snapshots(tenant: string, scope: HistoryScope | undefined) {
    const knex = this.#knex;
    if (!scope) {
      return knex('sku_snapshots').where({ tenant });
    }
    return ofGroups(scope)
      ? knex('group_snapshots')
          .where({ tenant })
          .where(among(knex, 'group_ref', scope.groups))
      : knex('sku_snapshots').where({ tenant, sku_id: scope.skuId });
  }
}
