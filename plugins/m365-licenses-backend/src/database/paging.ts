import { createHash } from 'node:crypto';
import { InputError } from '@backstage/errors';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import type { AccountCondition, PageOf, PageRequest } from './types';

/** Where in a sorted list a row stands: its sort key, and what tells it from equals. */
export type Position = [key: string | null, ...ties: (string | number)[]];

/** What a cursor says. */
interface Bookmark {
  after: Position;
  /** How many rows the list has; null where that differs by who reads it. */
  total: number | null;
}

const cursorSchema = z
  .tuple([z.string(), z.number().int().nullable(), z.string().nullable()])
  .rest(z.union([z.string(), z.number().int()]));

function fingerprint(query: unknown, { after, total }: Bookmark): string {
  return createHash('sha256')
    .update(JSON.stringify([query, after, total]))
    .digest('base64url')
    .slice(0, 16);
}

function encodeCursor(query: unknown, bookmark: Bookmark): string {
  const { after, total } = bookmark;
  return Buffer.from(
    JSON.stringify([fingerprint(query, bookmark), total, ...after]),
  ).toString('base64url');
}

function decodeCursor(query: unknown, cursor: string): Bookmark {
  try {
    const [print, total, ...after] = cursorSchema.parse(
      JSON.parse(Buffer.from(cursor, 'base64url').toString()),
    );
    const bookmark: Bookmark = { after, total };
    if (print === fingerprint(query, bookmark)) {
      return bookmark;
    }
  } catch {
    // Told below, as for a cursor of another list.
  }
  throw new InputError(
    'The cursor does not belong to this list with these filters and this sort; start again without a cursor',
  );
}

/** How a list is read page by page. */
export interface RangeReader<Row> {
  /** What a cursor is valid for: the list's name, filters and sort. */
  query: unknown;
  position(row: Row): Position;
  /**
   * So many rows, or fewer where the list ends, after a position.
   *
   * @param totalItems - how many rows the list has
   */
  read(
    after: Position | undefined,
    wanted: number,
    totalItems: number,
  ): Promise<Row[]>;
  count(): Promise<number>;
}

/**
 * Reads one page of a list after the position that its cursor holds.
 *
 * To count a list costs more the longer it is, so that it is done for the first
 * page, and the cursor keeps it for the others. Who may not see every account
 * has it counted each time: a cursor can be handed to somebody who sees others.
 *
 * @throws InputError when the cursor was made for another query
 */
export async function readRange<Row>(
  request: PageRequest & { visible?: AccountCondition },
  reader: RangeReader<Row>,
): Promise<PageOf<Row>> {
  const bookmark =
    request.cursor === undefined
      ? undefined
      : decodeCursor(reader.query, request.cursor);
  const isForAll = request.visible === undefined;
  const totalItems =
    (isForAll ? bookmark?.total : undefined) ?? (await reader.count());
  // One more than asked for tells whether there is a next page.
  const rows = await reader.read(
    bookmark?.after,
    request.limit + 1,
    totalItems,
  );
  const items = rows.slice(0, request.limit);
  return {
    items,
    totalItems,
    ...(rows.length > items.length && {
      nextCursor: encodeCursor(reader.query, {
        after: reader.position(items[items.length - 1]),
        total: isForAll ? totalItems : null,
      }),
    }),
  };
}

/** How a list is read that is sorted by one column. */
export interface ListReader<Row>
  extends Pick<RangeReader<Row>, 'query' | 'position' | 'count'> {
  /** Column to sort by; empty values come last in both orders. */
  key: string;
  /** Column that is different in every row. */
  tie: string;
  /** Whether the sort column can be empty. */
  nullable: boolean;
  order: 'asc' | 'desc';
  /**
   * All rows of the list, narrowed, ordered and limited as told.
   *
   * @param totalItems - how many rows the list has
   */
  read(
    narrow: (query: Knex.QueryBuilder) => void,
    totalItems: number,
  ): PromiseLike<Row[]>;
}

/**
 * Reads one page by keyset, so that the last page costs what the first does.
 * Rows without a sort key are a second range after those with one: an index
 * on the key serves both.
 *
 * @throws as {@link readRange}
 */
export async function readPage<Row>(
  request: PageRequest & { visible?: AccountCondition },
  reader: ListReader<Row>,
): Promise<PageOf<Row>> {
  const { key, tie, order } = reader;
  const beyond = order === 'asc' ? '>' : '<';
  return readRange<Row>(request, {
    query: reader.query,
    position: row => reader.position(row),
    count: () => reader.count(),
    read: async (after, wanted, totalItems) => {
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
          }, totalItems)),
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
          }, totalItems)),
        );
      }
      return rows;
    },
  });
}
