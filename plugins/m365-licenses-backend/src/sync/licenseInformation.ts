import { GraphError } from '../graph/errors';
import type { GraphSubscription } from '../graph/types';
import { SyncError } from './errors';
import { addWrites, type SyncContext, type SyncTask } from './task';

/** The subscriptions, or nothing where the permission for them is missing. */
async function readSubscriptions(
  context: SyncContext,
): Promise<GraphSubscription[] | undefined> {
  try {
    const { subscriptions, malformed } = await context.graph.subscriptions({
      signal: context.signal,
    });
    context.counts.read += subscriptions.length + malformed.length;
    context.malformed(malformed);
    return subscriptions;
  } catch (error) {
    if (!(error instanceof GraphError) || error.kind !== 'permission') {
      throw error;
    }
    context.leaveOut({
      what: 'Subscriptions with their dates',
      why: error.message,
      mend: error.mend ?? 'Grant the permission Organization.Read.All',
    });
    return undefined;
  }
}

/** License Information: SKUs, seats and subscriptions (rule 10). */
export const licenseInformation: SyncTask = {
  name: 'license-information',
  title: 'License Information',
  configKey: 'licenseInformation',
  defaultSchedule: { frequency: { hours: 24 }, timeout: { minutes: 10 } },
  async run(context) {
    const { tenant, graph, stores, events, signal, counts } = context;
    const { skus, malformed } = await graph.subscribedSkus({ signal });
    counts.read += skus.length + malformed.length;
    context.malformed(malformed);
    if (malformed.length > 0) {
      // A SKU that could not be read must not count as one that is gone.
      const readable = new Set(skus.map(sku => sku.skuId));
      const missing = (await stores.licenses.captured(tenant)).filter(
        license => license.status !== 'Deleted' && !readable.has(license.skuId),
      );
      if (missing.length > 0) {
        throw new SyncError(
          `${malformed.length} SKUs could not be read, and each may be one of the ${missing.length} known ones that are missing; nothing was stored`,
          'See the malformed records of this run',
        );
      }
    }
    const subscriptions = await readSubscriptions(context);
    signal.throwIfAborted();
    const { seatsChanged, ...writes } = await stores.licenses.store(
      tenant,
      { skus, subscriptions },
      context.now(),
    );
    addWrites(counts, writes);
    await events.seatsChanged({ tenant, skuIds: seatsChanged });
  },
};
