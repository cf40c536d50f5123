import { useCallback, useMemo } from 'react';
import { useLocation, useSearchParams } from 'react-router-dom';
import { z } from 'zod';

/** Query parameters to set; undefined or an empty text removes one. */
export type QueryChanges = Record<string, string | undefined>;

/**
 * What was chosen on a page, held in the address, so that a link shows a
 * colleague the same and a reload loses nothing.
 */
export function useUrlQuery() {
  const [params, setParams] = useSearchParams();

  const set = useCallback(
    (changes: QueryChanges, options?: { replace?: boolean; state?: object }) =>
      setParams(previous => {
        const next = new URLSearchParams(previous);
        for (const [name, value] of Object.entries(changes)) {
          if (value) {
            next.set(name, value);
          } else {
            next.delete(name);
          }
        }
        return next;
      }, options),
    [setParams],
  );

  /** Sets filters or the sort, which starts again at the first page. */
  const filter = useCallback(
    (changes: QueryChanges) =>
      set(
        { ...changes, cursor: undefined, offset: undefined },
        { replace: true },
      ),
    [set],
  );

  return useMemo(
    () => ({
      get: (name: string) => params.get(name) ?? undefined,
      /** The value if it is one of those allowed. */
      oneOf: <T extends string>(name: string, allowed: readonly T[]) =>
        allowed.find(value => value === params.get(name)),
      flag: (name: string) => {
        const value = params.get(name);
        return value === 'true' || value === 'false'
          ? value === 'true'
          : undefined;
      },
      set,
      filter,
      /** Drops everything that was chosen but this. */
      replaceAll: (values: Record<string, string>) => setParams(values),
    }),
    [params, set, filter, setParams],
  );
}

export type UrlQuery = ReturnType<typeof useUrlQuery>;

export const PAGE_SIZES = [25, 50, 100];
const DEFAULT_PAGE_SIZE = 50;

const trailSchema = z.object({
  trail: z.array(
    z.object({ cursor: z.string().optional(), offset: z.number() }),
  ),
});

/**
 * Paging by cursor. The address holds the cursor of the page in sight; the
 * cursors of the pages before it are in the history entry, which outlives a
 * reload. A link opened elsewhere has none, so going back leads to the first
 * page.
 */
export function usePaging(query: UrlQuery) {
  const { state } = useLocation();
  const parsed = trailSchema.safeParse(state);
  const trail = parsed.success ? parsed.data.trail : [];
  const cursor = query.get('cursor');
  const offset = cursor ? Number(query.get('offset')) || 0 : 0;
  const asked = Number(query.get('limit'));
  const limit = PAGE_SIZES.includes(asked) ? asked : DEFAULT_PAGE_SIZE;

  return {
    cursor,
    offset,
    limit,
    first: () => query.filter({}),
    next: (nextCursor: string) =>
      query.set(
        { cursor: nextCursor, offset: String(offset + limit) },
        { state: { trail: [...trail, { cursor, offset }] } },
      ),
    previous: () => {
      const before = trail.at(-1);
      query.set(
        {
          cursor: before?.cursor,
          offset: before?.offset ? String(before.offset) : undefined,
        },
        { state: { trail: trail.slice(0, -1) } },
      );
    },
    setLimit: (size: number) =>
      query.filter({
        limit: size === DEFAULT_PAGE_SIZE ? undefined : String(size),
      }),
  };
}

export type Paging = ReturnType<typeof usePaging>;

/** The sort of a table, by columns that the backend can sort by. */
export function useSort<T extends string>(
  query: UrlQuery,
  columns: readonly T[],
  initial: T,
) {
  const sort = query.oneOf('sort', columns) ?? initial;
  const order = query.oneOf('order', ['asc', 'desc'] as const) ?? 'asc';
  return {
    sort,
    order,
    descriptor: {
      column: sort,
      direction:
        order === 'asc' ? ('ascending' as const) : ('descending' as const),
    },
    onSortChange: (next: {
      column: string | number;
      direction: 'ascending' | 'descending';
    }) =>
      query.filter({
        sort: next.column === initial ? undefined : String(next.column),
        order: next.direction === 'descending' ? 'desc' : undefined,
      }),
  };
}
