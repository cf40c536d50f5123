import { GraphError } from '../graph/errors';
import { SyncError } from './errors';
import { tooManyGone } from './goneGuard';
import { addWrites, type SyncContext, type SyncTask } from './task';

/** A group's name is asked for again after a day. */
const GROUP_NAME_LASTS_MS = 24 * 60 * 60 * 1000;
/** So many groups are asked for together. */
const GROUPS_AT_ONCE = 10;

/** Reads every account, storing page after page, and returns who was seen. */
async function readAccounts(context: SyncContext, signIns: boolean) {
  const { tenant, graph, stores, signal, counts } = context;
  const seen = stores.accounts.startReading();
  for await (const { users, malformed } of graph.users({ signIns, signal })) {
    signal.throwIfAborted();
    counts.read += users.length + malformed.length;
    context.malformed(malformed);
    if (users.length > 0) {
      addWrites(
        counts,
        await stores.accounts.storePage(tenant, users, seen, {
          at: context.now(),
          signIns,
        }),
      );
    }
    await context.progress();
  }
  return seen;
}

/**
 * Reads every account, with last sign-ins where the tenant gives them (rule 2).
 *
 * Without the plan or the permission for sign-ins Microsoft refuses the whole
 * listing, before its first page. So it is asked again without them; when that
 * is refused too, the permission for accounts is what is missing.
 */
async function readAccountsAsFarAsAllowed(context: SyncContext) {
  try {
    return await readAccounts(context, true);
  } catch (error) {
    if (
      !(error instanceof GraphError) ||
      (error.kind !== 'premium' && error.kind !== 'permission') ||
      context.counts.read > 0
    ) {
      throw error;
    }
    const seen = await readAccounts(context, false);
    context.leaveOut({
      what: 'Last sign-ins',
      why: error.message,
      mend:
        error.kind === 'premium'
          ? 'Last sign-ins need Microsoft Entra ID P1 or P2 in the tenant; without it everything else is synced all the same'
          : error.mend ?? 'Grant the permission AuditLog.Read.All',
    });
    return seen;
  }
}

/** Marks accounts as gone that a complete read has not seen (rules 1 and 3). */
async function markGone(
  context: SyncContext,
  seen: Awaited<ReturnType<typeof readAccounts>>,
): Promise<void> {
  const { tenant, stores, counts, options } = context;
  const { accounts } = stores;
  const { known, unseen } = await accounts.countUnseen(tenant, seen);
  if (unseen > 0 && counts.malformed > 0) {
    context.leaveOut({
      what: 'Marking accounts as deleted',
      why: `${counts.malformed} accounts could not be read, and each may be one of the ${unseen} that are missing`,
      mend: 'See the malformed records of this run; accounts are marked again after a run that could read all of them',
    });
    return;
  }
  const before = { known: known - counts.added, unseen };
  if (tooManyGone(before, options.maxGoneShare)) {
    throw new SyncError(
      `${unseen} of ${
        before.known
      } known accounts are no longer in the tenant, more than the ${
        options.maxGoneShare * 100
      } % that one run may mark as deleted; none was marked`,
      `Check that tenantId and the permissions are right. If the accounts are really gone, raise m365Licenses.tenants.${tenant}.tasks.applicationRoster.maxGoneShare for one run`,
    );
  }
  counts.gone += await accounts.markUnseenDeleted(tenant, seen, context.now());
}

/** Learns the names of groups that grant licenses; a run goes on without. */
async function nameGroups(context: SyncContext): Promise<void> {
  const { tenant, stores } = context;
  const namedBefore = new Date(context.now().getTime() - GROUP_NAME_LASTS_MS);
  const ids = await stores.accounts.groupsToName(tenant, namedBefore);
  for (let start = 0; start < ids.length; start += GROUPS_AT_ONCE) {
    const named = await Promise.all(
      ids
        .slice(start, start + GROUPS_AT_ONCE)
        .map(id => nameGroup(context, id)),
    );
    const refusal = named.find(error => error !== undefined);
    if (refusal) {
      context.leaveOut({
        what: 'Names of groups that grant licenses',
        why: refusal.message,
        mend: refusal.mend ?? 'They are asked for again in the next run',
      });
      return;
    }
    await context.progress();
  }
}

/** @returns why Microsoft did not give the name; a group that is gone has none */
async function nameGroup(
  { tenant, graph, stores, signal, now }: SyncContext,
  id: string,
): Promise<GraphError | undefined> {
  try {
    const group = await graph.group(id, { signal });
    await stores.accounts.nameGroup(tenant, group, now());
    return undefined;
  } catch (error) {
    if (!(error instanceof GraphError) || signal.aborted) {
      throw error;
    }
    return error.kind === 'notFound' ? undefined : error;
  }
}

/** Application Roster: every account of the tenant and what licenses it holds. */
export const applicationRoster: SyncTask = {
  name: 'application-roster',
  title: 'Application Roster',
  configKey: 'applicationRoster',
  defaultSchedule: { frequency: { hours: 6 }, timeout: { hours: 2 } },
  async run(context) {
    const seen = await readAccountsAsFarAsAllowed(context);
    await markGone(context, seen);
    await nameGroups(context);
  },
};
