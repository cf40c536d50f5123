import { createHash } from 'node:crypto';
import { InputError } from '@backstage/errors';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import type { PageOf, PageRequest } from './types';

/** Where in a sorted list a row stands: its sort key, and what tells it from equals. */
type Position = [key: string | null, tie: string | number];

const cursorSchema = z.tuple([
  z.string(),
  z.string().nullable(),
  z.union([z.string(), z.number().int()]),
]);

function fingerprint(query: unknown, position: Position): string {
  return createHash('sha256')
    .update(JSON.stringify([query, position]))
    .digest('base64url')
    .slice(0, 16);
}

function encodeCursor(query: unknown, position: Position): string {
  return Buffer.from(
    JSON.stringify([fingerprint(query, position), ...position]),
  ).toString('base64url');
}

function decodeCursor(query: unknown, cursor: string): Position {
  try {
    const [print, ...position] = cursorSchema.parse(
      JSON.parse(Buffer.from(cursor, 'base64url').toString()),
    );
    if (print === fingerprint(query, position)) {
      return position;
    }
  } catch {
    // Told below, as for a cursor of another list.
  }
  throw new InputError(
    'The cursor does not belong to this list with these filters and this sort; start again without a cursor',
  );
}

/** How a list is read page by page. */
export interface ListReader<Row> {
  /** What a cursor is valid for: the list's name, filters and sort. */
  query: unknown;
  /** Column to sort by; empty values come last in both orders. */
  key: string;
  /** Column that is different in every row. */
  tie: string;
  /** Whether the sort column can be empty. */
  nullable: boolean;
  order: 'asc' | 'desc';
  position(row: Row): Position;
  /** All rows of the list, narrowed, ordered and limited as told. */
  read(narrow: (query: Knex.QueryBuilder) => void): PromiseLike<Row[]>;
  count(): Promise<number>;
}

/**
 * Reads one page by keyset, so that the last page costs what the first does.
 * Rows without a sort key are a second range after those with one: an index
 * on the key serves both.
 *
 * @throws InputError when the cursor was made for another query
 */
export async function readPage<Row>(
  request: PageRequest,
  reader: ListReader<Row>,
): Promise<PageOf<Row>> {
  const { key, tie, order } = reader;
  const after =
    request.cursor === undefined
      ? undefined
      : decodeCursor(reader.query, request.cursor);
  const beyond = order === 'asc' ? '>' : '<';
  // One more than asked for tells whether there is a next page.
  const wanted = request.limit + 1;
  const rows: Row[] = [];

  if (!after || after[0] !== null) {
    rows.push(
      ...(await reader.read(query => {
        if (after) {
          query.whereRaw(`(??, ??) ${beyond} (?, ?)`, [key, tie, ...after]);
        }
        // Not "is not null": this bounds the range in an index as well.
        if (reader.nullable) {
          query.where(key, '>=', '');
        }
        query.orderBy(key, order).orderBy(tie, order).limit(wanted);
      })),
    );
  }
  if (reader.nullable && rows.length < wanted) {
    rows.push(
      ...(await reader.read(query => {
        if (after && after[0] === null) {
          query.where(tie, beyond, after[1]);
        }
        query
          .whereNull(key)
          .orderBy(tie, order)
          .limit(wanted - rows.length);
      })),
    );
  }

  const items = rows.slice(0, request.limit);
  return {
    items,
    totalItems: await reader.count(),
    ...(rows.length > items.length && {
      nextCursor: encodeCursor(
        reader.query,
        reader.position(items[items.length - 1]),
      ),
    }),
  };
}
