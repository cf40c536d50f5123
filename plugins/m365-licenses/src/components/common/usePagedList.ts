import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { EXPORT_LIMIT } from './ExportButton';
import { type UrlQuery, usePaging } from './urlQuery';

/** Which page of a list to read. */
interface PageOfList {
  cursor: string | undefined;
  limit: number;
}

/**
 * The page of a list that the address names, and how to read all of its pages
 * for an export.
 *
 * @param filter - all that the list depends on besides the page
 */
export function usePagedList<Answer>(
  query: UrlQuery,
  filter: unknown,
  getPage: (page: PageOfList, signal?: AbortSignal) => Promise<Answer>,
) {
  const paging = usePaging(query);
  const { cursor, limit } = paging;
  const state = useAsyncRetry(
    () => getPage({ cursor, limit }),
    [JSON.stringify(filter), cursor, limit],
  );
  return {
    ...state,
    paging,
    getExportPage: (from: string | undefined, signal?: AbortSignal) =>
      getPage({ cursor: from, limit: EXPORT_LIMIT }, signal),
  };
}
