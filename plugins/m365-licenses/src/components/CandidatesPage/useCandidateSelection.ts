import type { CandidateFilter } from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import type { PlanSelection } from '../common/PlanDialog';

interface Selected {
  /** The filter under which it was chosen. */
  under: string;
  ids: ReadonlySet<string>;
  isAll: boolean;
}

/** What names a candidate: an account and one of its SKUs. */
export const candidateId = (candidate: { accountId: string; skuId: string }) =>
  `${candidate.accountId} ${candidate.skuId}`;

/**
 * The candidates chosen for a plan: those that were checked, on whichever page,
 * or all that the filter leaves. Another filter chooses anew.
 *
 * @param filter - that the list is narrowed to
 */
export function useCandidateSelection(filter: CandidateFilter) {
  const under = JSON.stringify(filter);
  const nothing: Selected = { under, ids: new Set(), isAll: false };
  const [chosen, setChosen] = useState(nothing);
  const { ids, isAll } = chosen.under === under ? chosen : nothing;

  const selection: PlanSelection = isAll
    ? { filter }
    : {
        candidates: [...ids].map(id => {
          const [accountId, skuId] = id.split(' ');
          return { accountId, skuId };
        }),
      };

  return {
    ids,
    isAll,
    isEmpty: !isAll && ids.size === 0,
    selection,
    select: (next: ReadonlySet<string>) =>
      setChosen({ under, ids: next, isAll: false }),
    selectAll: () => setChosen({ under, ids: new Set(), isAll: true }),
    clear: () => setChosen(nothing),
  };
}

export type CandidateSelection = ReturnType<typeof useCandidateSelection>;
