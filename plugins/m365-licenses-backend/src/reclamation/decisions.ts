import type {
  EvaluatedAccount,
  ItemOutcome,
  StoredItem,
  StoredPath,
} from '../database/types';
import type { EvaluatedCandidates } from '../evaluation';
import type {
  GraphAssignment,
  GraphLicensingGroup,
  GraphSku,
  GraphUser,
} from '../graph/types';
import {
  activeSinceSentence,
  exemptedSentence,
  OUTCOME_SENTENCES,
} from './outcomes';

/** An item that Microsoft was or is to be asked for, with how its license is held. */
type Path = Pick<StoredItem, 'skuId' | 'path'>;

/** Whether two ids are of the same SKU, in whatever case. */
export function isSameSku(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** The assignment by which an account holds a license in the way of an item. */
export function pathOf(
  { assignments }: GraphUser,
  { skuId, path }: Path,
): GraphAssignment | undefined {
  return assignments.find(
    assignment =>
      isSameSku(assignment.skuId, skuId) &&
      assignment.assignedByGroup === (path.group?.id ?? null),
  );
}

/** An account without the license of an item. */
function without(user: GraphUser, item: Path): GraphUser {
  const gone = pathOf(user, item);
  return {
    ...user,
    assignments: user.assignments.filter(assignment => assignment !== gone),
  };
}

/** An account with the license of an item, as it was. */
function withLicense(user: GraphUser, item: Path, at: string): GraphUser {
  return {
    ...user,
    assignments: [
      ...without(user, item).assignments,
      {
        skuId: item.skuId,
        assignedByGroup: item.path.group?.id ?? null,
        state: 'Active',
        error: null,
        disabledPlans: item.path.disabledPlans,
        lastUpdatedDateTime: at,
      },
    ],
  };
}

/**
 * An account after items had their outcome, which Microsoft's own reads show
 * only minutes later.
 *
 * @param at - ISO 8601
 */
export function afterOutcomes(
  user: GraphUser,
  items: (Path & { outcome: StoredItem['outcome'] })[],
  at: string,
): GraphUser {
  return items.reduce((account, item) => {
    switch (item.outcome) {
      case 'reclaimed':
      case 'alreadyGone':
        return without(account, item);
      case 'restored':
        return withLicense(account, item, at);
      default:
        return account;
    }
  }, user);
}

/**
 * What Microsoft said of an account, with what was changed here meanwhile and
 * may not show in its reads yet. A change that Microsoft dates later stands.
 *
 * @param items - of the account, of all plans
 * @param since - ISO 8601; earlier changes show by now
 */
export function withRecentChanges(
  user: GraphUser,
  items: StoredItem[],
  since: string,
): GraphUser {
  return items
    .flatMap(item =>
      item.finishedAt && item.finishedAt >= since
        ? [{ ...item, finishedAt: item.finishedAt }]
        : [],
    )
    .sort((left, right) => (left.finishedAt < right.finishedAt ? -1 : 1))
    .reduce((account, item) => {
      const changedAt = pathOf(account, item)?.lastUpdatedDateTime;
      return item.outcome === 'alreadyGone' ||
        (changedAt && Date.parse(changedAt) > Date.parse(item.finishedAt))
        ? account
        : afterOutcomes(account, [item], item.finishedAt);
    }, user);
}

/** How many seats of each SKU are free, by its id in lower case; those in warning count. */
export function freeSeats(skus: GraphSku[]): Map<string, number> {
  return new Map(
    skus.map(({ skuId, prepaidUnits, consumedUnits }) => [
      skuId.toLowerCase(),
      Math.max(0, prepaidUnits.enabled + prepaidUnits.warning - consumedUnits),
    ]),
  );
}

/**
 * Why a license that was planned to be taken back is left alone by now (rules
 * 15, 16, 19): an exemption, use since then, or that no rule names it any more,
 * or one holds it back. Nothing where it is still to go.
 *
 * @param isNamed - whether somebody asked for it by name: then it is not for a
 *   rule that it goes, and only an exemption or use since then speak against it
 */
export function whyLeft(
  item: Pick<StoredItem, 'id' | 'skuId' | 'path' | 'evidence'>,
  { account, candidates, exemptions }: EvaluatedCandidates,
  isNamed: boolean,
): ItemOutcome | undefined {
  const { evidence } = item;
  const end = (
    outcome: 'exempted' | 'activeSince' | 'heldBack' | 'changed',
    message: string,
  ): ItemOutcome => ({ itemId: item.id, outcome, message, requestId: null });

  const exemption = exemptions.get(item.skuId);
  if (exemption) {
    return end('exempted', exemptedSentence(exemption));
  }
  if (evidence.reasons.length === 0) {
    return undefined;
  }
  const candidate = candidates.find(({ skuId }) =>
    isSameSku(skuId, item.skuId),
  );
  const stillHolds = candidate?.reasons.some(({ type }) =>
    evidence.reasons.some(reason => reason.type === type),
  );
  if (!candidate || !stillHolds) {
    const usedOn = lastUse(account, item.skuId);
    if (usedOn > (evidence.lastActivityDate ?? '')) {
      return end('activeSince', activeSinceSentence(usedOn));
    }
    return isNamed ? undefined : end('changed', OUTCOME_SENTENCES.changed);
  }
  // That only a group grants it is looked at with the group itself.
  const since = candidate.heldBack.find(
    ({ type }) =>
      type !== 'groupOnly' &&
      evidence.heldBack.every(before => before.type !== type),
  );
  return since && !isNamed
    ? end('heldBack', `Left alone: ${since.reason}.`)
    : undefined;
}

/** The last day on which an account used a license, YYYY-MM-DD; empty where none is known. */
function lastUse({ assignments }: EvaluatedAccount, skuId: string): string {
  const days = assignments
    .filter(assignment => isSameSku(assignment.skuId, skuId))
    .map(({ lastActivityDate }) => lastActivityDate ?? '');
  return days.sort().at(-1) ?? '';
}

/**
 * What became of an item by what the account holds now: it is done, by us where
 * Microsoft had been asked for it before. Nothing where it is still to do.
 */
export function settledBy(
  user: GraphUser,
  item: Pick<StoredItem, 'id' | 'skuId' | 'path' | 'outcome' | 'restores'>,
): ItemOutcome | undefined {
  const isThere = pathOf(user, item) !== undefined;
  const isRestore = item.restores !== null;
  if (isThere !== isRestore) {
    return undefined;
  }
  const wasAsked = item.outcome === 'running';
  const byUs = isRestore ? 'restored' : 'reclaimed';
  const byOthers = isRestore ? 'alreadyThere' : 'alreadyGone';
  const outcome = wasAsked ? byUs : byOthers;
  return {
    itemId: item.id,
    outcome,
    message: OUTCOME_SENTENCES[outcome],
    requestId: null,
  };
}

/** The groups that grant a license to an account. */
export function grantingGroups(user: GraphUser, skuId: string): string[] {
  return user.assignments.flatMap(assignment =>
    isSameSku(assignment.skuId, skuId) && assignment.assignedByGroup !== null
      ? [assignment.assignedByGroup]
      : [],
  );
}

/**
 * A group as a plan keeps it, with whether a person could be taken out of it.
 *
 * @param skuIds - what is to go with it
 */
export function groupToLeave(
  group: GraphLicensingGroup,
  skuIds: string[],
): NonNullable<StoredPath['group']> {
  const { id, displayName, membership, onPremises, owners } = group;
  const otherSkuIds = group.skuIds.filter(
    granted => !skuIds.some(skuId => isSameSku(skuId, granted)),
  );
  const leaving = () => {
    if (membership === 'dynamic') return 'dynamic';
    if (onPremises) return 'onPremises';
    return otherSkuIds.length > 0 ? 'grantsMore' : 'possible';
  };
  return { id, name: displayName, leaving: leaving(), owners, otherSkuIds };
}

/** Why a person cannot be put back into a group for a license; nothing where they can. */
export function whyNotRejoin(
  { membership, onPremises, skuIds }: GraphLicensingGroup,
  skuId: string,
): string | undefined {
  if (membership === 'dynamic')
    return 'of which a rule decides who is a member';
  if (onPremises) return 'which is synced from on premises';
  return skuIds.some(granted => isSameSku(granted, skuId))
    ? undefined
    : 'which no longer grants it';
}
