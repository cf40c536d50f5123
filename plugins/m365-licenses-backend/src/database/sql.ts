import { InputError } from '@backstage/errors';
import type { Knex } from 'knex';
import { z } from 'zod/v3';

/** The type of a column of {@link recordset}. */
export type ColumnType = 'text' | 'integer' | 'boolean';

/** A value that a column can hold. */
export type ColumnValue = string | number | boolean | null;

export function isPostgres(knex: Knex): boolean {
  return String(knex.client.config.client).includes('pg');
}

/** The function that gives the greatest of texts that are not null. */
export function greatest(knex: Knex): string {
  return isPostgres(knex) ? 'greatest' : 'max';
}

/**
 * Settings of a connection to SQLite, whose defaults suit small devices: with
 * a page cache of 2 MB, writing a large tenant reads each index from the file
 * over and over. A write-ahead log lets pages be read while a sync writes; with
 * it, `NORMAL` risks the last transactions in a power failure, never the file.
 * Databases in memory ignore what is about files.
 */
export async function tune(knex: Knex): Promise<void> {
  if (isPostgres(knex)) {
    return;
  }
  for (const setting of [
    'journal_mode = wal',
    'synchronous = normal',
    // In KiB where negative.
    'cache_size = -65536',
    // In pages of 4 KiB: each page of accounts would be copied at once by default.
    'wal_autocheckpoint = 8192',
    'temp_store = memory',
  ]) {
    await knex.raw(`pragma ${setting}`);
  }
}

/**
 * Inserts or updates many rows in one statement, from JSON: one binding however
 * many. For SQLite, too: it copies what each statement changes for a roll-back,
 * and that page by page of the file.
 *
 * @param statement - the statement, given the rows as a table named `r`
 * @returns what the statement returns for the rows
 */
export async function writeRows<Column extends string>(
  transaction: Knex.Transaction,
  columns: Record<Column, ColumnType>,
  rows: Record<Column, ColumnValue>[],
  statement: (source: string) => string,
): Promise<unknown[]> {
  if (isPostgres(transaction)) {
    const list = Object.entries<ColumnType>(columns)
      .map(([name, type]) => `${name} ${type}`)
      .join(', ');
    return returned(
      transaction.raw(statement(`json_to_recordset(?::json) as r (${list})`), [
        JSON.stringify(rows),
      ]),
      z.unknown(),
    );
  }
  const names = Object.keys(columns);
  const values = (row: Record<string, ColumnValue>) =>
    names.map(name => row[name]);
  const list = names.map((name, index) => `value ->> ${index} as ${name}`);
  const result: unknown = await transaction.raw(
    statement(`(select ${list.join(', ')} from json_each(?)) as r`),
    [JSON.stringify(rows.map(values))],
  );
  return Array.isArray(result) ? result : [];
}

/** A condition that a column has one of the values: one binding however many. */
export function among(
  knex: Knex,
  column: string,
  values: string[] | number[],
): Knex.Raw {
  if (isPostgres(knex)) {
    const type = typeof values[0] === 'number' ? 'integer[]' : 'text[]';
    return knex.raw(`?? = any(?::${type})`, [column, values]);
  }
  return knex.raw('?? in (select value from json_each(?))', [
    column,
    JSON.stringify(values),
  ]);
}

/** The rows that a raw statement returned. */
export async function returned<Schema extends z.ZodTypeAny>(
  statement: Knex.Raw,
  schema: Schema,
): Promise<z.output<Schema>[]> {
  const result: unknown = await statement;
  const rows = z.array(schema);
  return Array.isArray(result)
    ? rows.parse(result)
    : z.object({ rows }).parse(result).rows;
}

/** Text as it is compared where case does not matter. */
export function fold(text: string): string {
  return text.toLocaleLowerCase('en');
}

/** Narrows to a column that begins with a prefix, whatever characters it has. */
export function startsWith(column: string, prefix: string) {
  return (query: Knex.QueryBuilder) => {
    // The last code point sorts after every other, byte by byte.
    query.where(column, '>=', prefix).where(column, '<', `${prefix}\u{10FFFF}`);
  };
}

/** The number that `count(*)` gave: text on PostgreSQL. */
export async function countOf(query: Knex.QueryBuilder): Promise<number> {
  const [row] = z
    .array(z.object({ count: z.coerce.number() }))
    .parse(await query.count({ count: '*' }));
  return row.count;
}

/**
 * Waits for its turn to write what is known of a tenant, until the end of the
 * transaction. Without turns, two tasks that update the same accounts in
 * different order could wait for each other forever.
 */
export async function takeTurn(
  transaction: Knex.Transaction,
  tenant: string,
): Promise<void> {
  const lock = () =>
    transaction('tenants').where({ tenant }).forUpdate().first('tenant');
  if (!(await lock())) {
    await transaction('tenants').insert({ tenant }).onConflict().ignore();
    await lock();
  }
}

/**
 * The time that changes of accounts in this transaction are noted with, ISO
 * 8601: the one given, or just after the last one of the tenant. Whoever reads
 * accounts in the order of these times reads them in the order in which they
 * became visible, so that none comes up behind him.
 *
 * To be called after {@link takeTurn}.
 */
export async function timeOfChange(
  transaction: Knex.Transaction,
  tenant: string,
  at: Date,
): Promise<string> {
  const { modified_at: last } = z
    .object({ modified_at: z.string() })
    .parse(await transaction('tenants').where({ tenant }).first('modified_at'));
  const time = new Date(
    Math.max(at.getTime(), last === '' ? 0 : Date.parse(last) + 1),
  ).toISOString();
  await transaction('tenants').where({ tenant }).update({ modified_at: time });
  return time;
}

/**
 * A time that somebody asked for, as times are stored.
 *
 * @throws InputError
 */
export function toTime(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new InputError(
      `${text} is no time; give one such as 2026-11-22T10:00:00Z`,
    );
  }
  return time.toISOString();
}

/** ISO 8601 in UTC with milliseconds, so that times sort as text. */
export function isoTime(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
