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
 * @param changes - counts up when the same page is to be read again
 * @returns with `isOther`: what is in sight is of another filter or page
 */
export function usePagedList<Answer>(
  query: UrlQuery,
  filter: unknown,
  getPage: (page: PageOfList, signal?: AbortSignal) => Promise<Answer>,
  changes = 0,
) {
  const paging = usePaging(query);
  const { cursor, limit } = paging;
  const asked = JSON.stringify([filter, cursor, limit]);
  const state = useAsyncRetry(
    async () => ({ asked, answer: await getPage({ cursor, limit }) }),
    [asked, changes],
  );
  return {
    ...state,
    value: state.value?.answer,
    isOther: state.loading && state.value?.asked !== asked,
    paging,
    getExportPage: (from: string | undefined, signal?: AbortSignal) =>
      getPage({ cursor: from, limit: EXPORT_LIMIT }, signal),
  };
}
