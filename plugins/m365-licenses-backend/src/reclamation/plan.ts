import type { ReclamationOutcome } from 'backstage-plugin-m365-licenses-common';
import { randomUUID } from 'node:crypto';
import type { StoredReclamationItem } from '../database/types';
import type { GraphUser } from '../graph/types';

/** What an outcome means, in a sentence for a person. */
export const OUTCOME_SENTENCES: Record<
  Exclude<ReclamationOutcome, 'inheritedFromGroup' | 'failed'>,
  string
> = {
  planned: 'Will be removed when the plan is carried out.',
  running: 'Is being removed.',
  reclaimed: 'Removed: Microsoft no longer has it assigned directly.',
  alreadyGone: 'Was not assigned to the account any more.',
  conflict:
    'Not removed: Microsoft was changing the account at the same time, or another license depends on it.',
  notPermitted:
    'Not removed: the app registration lacks the permission LicenseAssignment.ReadWrite.All.',
  notFound: 'Not removed: Microsoft does not know the account any more.',
  throttled:
    'Not removed: Microsoft asked to wait longer than we do; plan it again later.',
};

/** Says which group grants a license that can therefore not be removed from the person. */
export function inheritedSentence(group: {
  groupId: string | null;
  groupName: string | null;
}): string {
  const name = group.groupName ?? group.groupId ?? 'unknown';
  return `Left alone: the group "${name}" grants it. Take the person out of the group, or the license from the group.`;
}

/** Whether an outcome is final. */
export function isFinal(outcome: ReclamationOutcome): boolean {
  return outcome !== 'planned' && outcome !== 'running';
}

/**
 * What taking licenses from an account would do: one item per path of each
 * SKU (rule 18). Direct assignments are planned for removal; inherited ones
 * are named with their group. A SKU asked for that the account does not hold
 * is already gone.
 *
 * @param skuIds - only these SKUs; all when undefined
 * @param groupName - the name of a group by its id, where known
 */
export function planItems(
  user: GraphUser,
  skuIds: string[] | undefined,
  groupName: (groupId: string) => string | undefined,
): StoredReclamationItem[] {
  const wanted = skuIds && new Set(skuIds.map(id => id.toLowerCase()));
  const held = user.assignments.filter(
    ({ skuId }) => !wanted || wanted.has(skuId.toLowerCase()),
  );
  const item = (
    path: StoredReclamationItem['path'],
    outcome: ReclamationOutcome,
    message: string,
  ): StoredReclamationItem => ({
    id: randomUUID(),
    skuId: path.skuId,
    path,
    outcome,
    message,
    requestId: null,
    startedAt: null,
    finishedAt: null,
  });

  const items = held.map(assignment => {
    const groupId = assignment.assignedByGroup;
    const path = {
      skuId: assignment.skuId,
      groupId,
      groupName: groupId === null ? null : groupName(groupId) ?? null,
      disabledPlans: assignment.disabledPlans,
      state: assignment.state,
      error: assignment.error,
      assignedAt: assignment.lastUpdatedDateTime,
    };
    return groupId === null
      ? item(path, 'planned', OUTCOME_SENTENCES.planned)
      : item(path, 'inheritedFromGroup', inheritedSentence(path));
  });

  const heldIds = new Set(held.map(({ skuId }) => skuId.toLowerCase()));
  const missing = [...(wanted ?? [])].filter(skuId => !heldIds.has(skuId));
  return items.concat(
    missing.map(skuId =>
      item(
        {
          skuId,
          groupId: null,
          groupName: null,
          disabledPlans: [],
          state: 'NotAssigned',
          error: null,
          assignedAt: null,
        },
        'alreadyGone',
        OUTCOME_SENTENCES.alreadyGone,
      ),
    ),
  );
}
