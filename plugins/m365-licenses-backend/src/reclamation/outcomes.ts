import type { ReclamationOutcome } from 'backstage-plugin-m365-licenses-common';
import type { ItemOutcome, StoredItem, StoredPath } from '../database/types';
import { GraphError, isUncertain } from '../graph/errors';

/** What an outcome means and what to do next, in a sentence for a license administrator. */
export const OUTCOME_SENTENCES: Record<
  Exclude<ReclamationOutcome, 'inheritedFromGroup'>,
  string
> = {
  planned: 'Nothing happens before the plan is approved and carried out.',
  awaitingUser:
    'Waits for an answer: the person is asked whether it is needed.',
  scheduled: 'Waits for its turn; it is carried out in the background.',
  running: 'Microsoft is being asked to change it.',
  reclaimed: 'Taken back. It can be put back from this page.',
  restored: 'Put back as it was, with the same service plans switched off.',
  alreadyGone: 'Nothing was to do: the account did not have it any more.',
  alreadyThere: 'Nothing was to do: the account has it again already.',
  heldBack: 'Left alone: a rule holds it back.',
  exempted: 'Left alone: an exemption covers it since it was planned.',
  activeSince: 'Left alone: it was used again since it was planned.',
  changed:
    'Left alone: no rule names it any more. If it is to go all the same, plan it for this person.',
  kept: 'Left alone: it is kept, as the person or who answers for them said.',
  notAsked:
    'Left alone: nobody could be asked, or was asked a short while ago. Plan it without asking if it is to go all the same.',
  canceled: 'Left alone: the plan was canceled before its turn came.',
  conflict:
    'Nothing changed: something else was changing the account at the same time, again and again. Try again in a few minutes.',
  notPermitted:
    'Nothing changed: Microsoft does not permit it. The check-up on the Connections tab shows what is missing; try again once it is granted.',
  notFound:
    'Nothing changed: Microsoft does not know the account any more. If it was deleted, its licenses are free already.',
  throttled:
    'Nothing changed: Microsoft was limiting requests for longer than was waited. Try again later.',
  noSeat:
    'Not put back: no seat of the license is free. Free or buy one, then restore it again.',
  noUsageLocation:
    'Not put back: the account has no usage location. Set one in Microsoft Entra, then restore it again.',
  failed:
    'Nothing changed: Microsoft refused it. Its words say why; its support asks for the request-id.',
};

const NEEDED =
  'Nothing changed: another license of the account needs it. Plan both together, or leave both.';
const EXCLUDED =
  'Not put back: another license that the account has since then excludes it. Take that one away, then restore it again.';

const UNANSWERED =
  'Microsoft gave no clear answer, again and again. Look in Microsoft Entra at what the account has, then try again; the support of Microsoft asks for the request-id.';

/**
 * Says which group grants a license, why the license can therefore not be taken
 * from the person alone, and what can be done instead.
 *
 * @param skuName - the name of a product by SKU id; the ids where it is not given
 */
export function inheritedSentence(
  { group }: Pick<StoredPath, 'group'>,
  skuName: (skuId: string) => string = skuId => skuId,
): string {
  if (!group) {
    return 'Left alone: a group grants it. Look the account up in Microsoft Entra to see which, and take the person out of that group.';
  }
  const { id, leaving, otherSkuIds, owners } = group;
  const name = `the group "${group.name ?? id}"`;
  const ask =
    owners.length > 0
      ? ` It is owned by ${list(owners.map(owner => owner.displayName))}.`
      : '';
  switch (leaving) {
    case 'possible':
      return `Left alone: ${name} grants it, and nothing else. Take the person out of the group, or plan it again and choose that groups may be left.${ask}`;
    case 'grantsMore':
      return `Left alone: ${name} grants it. Leaving the group would also take ${list(
        otherSkuIds.map(skuName),
      )}: take the license from the group, or the person out of it if all of that may go.${ask}`;
    case 'dynamic':
      return `Left alone: ${name} grants it, and a rule decides who is a member. Change the rule, or what it looks at in the account.${ask}`;
    case 'onPremises':
      return `Left alone: ${name} grants it, which is synced from on premises. Take the person out of it there.${ask}`;
    default:
      return `Left alone: ${name} grants it, and could not be looked up. Take the person out of the group in Microsoft Entra, if nothing else depends on it.`;
  }
}

/** Says since when a license is used again. @param date - YYYY-MM-DD */
export function activeSinceSentence(date: string): string {
  return `Left alone: it was used on ${date}, which was not known when it was planned.`;
}

/** Says why an exemption made since the plan holds a license back. */
export function exemptedSentence(exemption: {
  owner: string;
  reason: string;
}): string {
  return `Left alone: ${exemption.owner} exempted it since it was planned: "${exemption.reason}".`;
}

/** Says why a person is not put back into the group by which they had a license. */
export function notRejoinedSentence(
  { group }: Pick<StoredPath, 'group'>,
  why: string,
): string {
  return `Not put back: it came from the group "${
    group?.name ?? group?.id
  }", ${why}. Assign it in Microsoft Entra if it is still needed.`;
}

function list(names: string[]): string {
  return new Intl.ListFormat('en').format(names);
}

/** Microsoft's words for a license that is not there to remove; counts as done (rule 20). */
const NOT_ASSIGNED = /does not have a corresponding license/i;
const INHERITED = /inherited from a group/i;
const DEPENDENCY = /depends on the service plan|mutually exclusive/i;
const NO_SEAT =
  /does not have any available licenses|does not correspond to a valid company license/i;
const NO_USAGE_LOCATION = /invalid usage location/i;

/**
 * Whether the same call may go well later: Microsoft limits requests, something
 * else was changing the account, or what came of the call is not known.
 */
export function isPassing(error: GraphError): boolean {
  return (
    isUncertain(error) ||
    ['conflict', 'throttled', 'credential'].includes(error.kind)
  );
}

/** Whether Microsoft refused it because of another license of the account. */
export function isDependency(error: GraphError): boolean {
  return error.kind === 'refused' && DEPENDENCY.test(error.graphMessage ?? '');
}

/**
 * What became of an item whose call to Microsoft failed.
 *
 * @param error - what was thrown, or a result's error
 * @param item - as it was before the call: one that was `running` had been asked
 *   for before, so that what is done already was done by that call
 */
export function outcomeOf(
  error: unknown,
  item: Pick<StoredItem, 'id' | 'outcome' | 'path' | 'restores'>,
): ItemOutcome {
  if (!(error instanceof GraphError)) {
    return {
      itemId: item.id,
      outcome: 'failed',
      message:
        'It is not known whether something changed: the license manager itself failed, and its log says why. Look at the account, then plan it again.',
      requestId: null,
    };
  }
  const words = error.graphMessage ?? error.message;
  const ended = (
    outcome: ReclamationOutcome,
    ...sentences: (string | undefined)[]
  ): ItemOutcome => ({
    itemId: item.id,
    outcome,
    message: sentences.filter(Boolean).join(' '),
    requestId: error.requestId ?? null,
  });
  const end = (
    outcome: Exclude<ReclamationOutcome, 'inheritedFromGroup'>,
    ...more: (string | undefined)[]
  ) => ended(outcome, OUTCOME_SENTENCES[outcome], ...more);
  const said = `Microsoft: "${words}"`;
  const wasAsked = item.outcome === 'running';
  const isRestore = item.restores !== null;
  switch (error.kind) {
    case 'permission':
      return end('notPermitted', error.mend);
    case 'notFound':
      return end('notFound');
    case 'conflict':
      return end('conflict', said);
    case 'throttled':
      return end('throttled');
    case 'refused':
      if (DEPENDENCY.test(words)) {
        return ended('conflict', isRestore ? EXCLUDED : NEEDED, said);
      }
      if (isRestore) {
        if (NO_SEAT.test(words)) return end('noSeat');
        if (NO_USAGE_LOCATION.test(words)) return end('noUsageLocation');
      } else {
        if (NOT_ASSIGNED.test(words)) {
          return end(wasAsked ? 'reclaimed' : 'alreadyGone');
        }
        if (INHERITED.test(words)) {
          return ended('inheritedFromGroup', inheritedSentence(item.path));
        }
      }
      return end('failed', said);
    default:
      return isUncertain(error)
        ? ended('failed', UNANSWERED, said)
        : end('failed', said, error.mend);
  }
}
