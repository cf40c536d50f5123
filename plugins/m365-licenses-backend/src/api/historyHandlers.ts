import { InputError } from '@backstage/errors';
import {
  type Forecast,
  type License,
  licenseReadPermission,
  type OverviewChanges,
} from 'backstage-plugin-m365-licenses-common';
import type {
  ActivityThreshold,
  HistoryScope,
  HistoryStore,
  Stores,
} from '../database/types';
import { daysBefore } from '../insights/activity';
import { BACK_TEST_THRESHOLDS, backTestCoverage } from '../insights/backTest';
import {
  CHANGE_DAYS,
  forecast,
  FORECAST_DAYS,
  NEAR_DAYS,
  nearestTo,
  overviewChanges,
} from '../insights/history';
import type { Access } from './access';
import { capturedLicense } from './capturedLicense';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';

/** What the handlers of history call. */
export interface HistoryHandlerOptions {
  tenants: Tenants;
  stores: Pick<Stores, 'history' | 'licenses' | 'catalogGroups'>;
  access: Access;
  /** What decides whether a license is used today. */
  threshold(): ActivityThreshold;
}

/**
 * What changed of a tenant in about 30 days.
 *
 * @param today - YYYY-MM-DD
 * @returns null where there is no snapshot of these days, or none of then
 */
export async function overviewChangesOf(
  history: HistoryStore,
  tenant: string,
  today: string,
): Promise<OverviewChanges | null> {
  const nearest = async (day: string) =>
    nearestTo(
      day,
      await history.days(tenant, {
        from: daysBefore(day, NEAR_DAYS),
        to: daysBefore(day, -NEAR_DAYS),
      }),
    );
  const [now, then] = await Promise.all([
    nearest(today),
    nearest(daysBefore(today, CHANGE_DAYS)),
  ]);
  return overviewChanges(now, then);
}

/**
 * When the seats of a SKU run out, as `forecast` tells.
 *
 * @param today - YYYY-MM-DD
 * @returns null where that cannot be told, and for a SKU whose seats are not
 *   given to people
 */
export async function forecastOf(
  history: HistoryStore,
  tenant: string,
  license: Pick<License, 'skuId' | 'appliesTo' | 'bought'>,
  today: string,
): Promise<Forecast | null> {
  if (license.appliesTo !== 'User') {
    return null;
  }
  const days = await history.days(
    tenant,
    { from: daysBefore(today, FORECAST_DAYS - 1), to: today },
    { skuId: license.skuId },
  );
  return forecast(days, { bought: license.bought, today });
}

/** The operations on history: what was, and how right thresholds would have been. */
export function createHistoryHandlers({
  tenants,
  stores,
  access,
  threshold,
}: HistoryHandlerOptions): Pick<
  OperationHandlers,
  'getHistory' | 'getBackTest'
> {
  const scopeOf = async (
    tenant: string,
    { skuId, group }: { skuId?: string; group?: string },
  ): Promise<HistoryScope | undefined> => {
    if (skuId !== undefined && group !== undefined) {
      throw new InputError(
        'History is kept of each license and of each group, not of both together; give skuId or group',
      );
    }
    if (group !== undefined) {
      return { groups: await stores.catalogGroups.below(group) };
    }
    return skuId === undefined
      ? undefined
      : {
          skuId: (await capturedLicense(stores.licenses, tenant, skuId)).skuId,
        };
  };

  return {
    getHistory: {
      eventId: 'history-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const scope = await scopeOf(name, query);
        const { days = 90 } = query;
        const { today } = threshold();
        const range = { from: daysBefore(today, days - 1), to: today };
        const [since, items] = await Promise.all([
          stores.history.firstDay(name, scope),
          stores.history.days(name, range, scope),
        ]);
        return { status: 200, body: { ...range, since, items } };
      },
    },

    getBackTest: {
      eventId: 'back-test-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const { on, withinDays = 60, inactiveAfterDays } = query;
        const { today, graceDays } = threshold();
        if (on >= today) {
          throw new InputError(
            `A back-test is about a day in the past; ${on} is not before ${today}`,
          );
        }
        const skuId =
          query.skuId === undefined
            ? undefined
            : (await capturedLicense(stores.licenses, name, query.skuId)).skuId;
        const times = await stores.history.reportedTimes(name);
        const newest = times.at(-1);
        if (newest && newest.last < on) {
          throw new InputError(
            `Microsoft reported activity up to ${newest.last}, not of ${on} yet; choose ${newest.last} or an earlier day`,
          );
        }
        const { since, reaches, complete } = backTestCoverage(times, {
          on,
          withinDays,
        });
        const items = reaches
          ? await stores.history.backTest(name, {
              on,
              withinDays,
              thresholds:
                inactiveAfterDays === undefined
                  ? BACK_TEST_THRESHOLDS
                  : [inactiveAfterDays],
              graceDays,
              skuId,
            })
          : [];
        return {
          status: 200,
          body: { on, withinDays, since, complete, items },
        };
      },
    },
  };
}
