import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  type SuspiciousActivity,
  suspiciousActivityUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import type { Stores } from '../database/types';
import type { Access } from './access';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';

/** What the handlers of suspicious activities call. */
export interface SuspiciousHandlerOptions {
  tenants: Tenants;
  stores: Pick<Stores, 'suspicious'>;
  access: Pick<Access, 'require' | 'requireAccounts'>;
  /** Who calls, a person or a service, as it is stored with what they change. */
  caller(credentials: BackstageCredentials): Promise<string>;
  now: () => Date;
}

function found(
  activity: SuspiciousActivity | undefined,
  tenant: string,
  id: string,
): SuspiciousActivity {
  if (!activity) {
    throw new NotFoundError(
      `The tenant ${tenant} has no suspicious activity ${id}: the newest reports may not have it any more, or its account is in order again; load the list of suspicious activities anew`,
    );
  }
  return activity;
}

/** The operations on activity that does not add up (rule 8). */
export function createSuspiciousHandlers({
  tenants,
  stores,
  access,
  caller,
  now,
}: SuspiciousHandlerOptions): Pick<
  OperationHandlers,
  | 'listSuspiciousActivities'
  | 'recognizeSuspiciousActivity'
  | 'unrecognizeSuspiciousActivity'
> {
  /** @throws NotAllowedError unless the caller may read every account */
  const requireEveryAccount = async (credentials: BackstageCredentials) => {
    const { visible } = await access.requireAccounts(credentials);
    if (visible) {
      throw new NotAllowedError(
        'Suspicious activities belong to no account; they need the permission m365-licenses.account.read without conditions',
      );
    }
  };

  return {
    listSuspiciousActivities: {
      eventId: 'suspicious-activity-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        await requireEveryAccount(credentials);
        const { name } = await tenants.readable(path.tenant);
        const { limit = 50, ...filters } = query;
        const [page, types] = await Promise.all([
          stores.suspicious.list(name, { ...filters, limit }),
          stores.suspicious.types(name),
        ]);
        return { status: 200, body: { ...page, types } };
      },
    },

    recognizeSuspiciousActivity: {
      eventId: 'suspicious-activity-recognize',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(suspiciousActivityUpdatePermission, credentials);
        await requireEveryAccount(credentials);
        const { name } = await tenants.active(path.tenant);
        const note = body.note.trim();
        if (note === '') {
          throw new InputError(
            'note is empty; say why this activity is in order, for whoever reads it later',
          );
        }
        const activity = found(
          await stores.suspicious.recognize(name, path.id, {
            note,
            by: await caller(credentials),
            at: now(),
          }),
          name,
          path.id,
        );
        return {
          status: 200,
          body: activity,
          audit: { cause: activity.cause },
        };
      },
    },

    unrecognizeSuspiciousActivity: {
      eventId: 'suspicious-activity-unrecognize',
      severityLevel: 'medium',
      handle: async ({ path, credentials }) => {
        await access.require(suspiciousActivityUpdatePermission, credentials);
        await requireEveryAccount(credentials);
        const { name } = await tenants.active(path.tenant);
        const activity = found(
          await stores.suspicious.unrecognize(name, path.id),
          name,
          path.id,
        );
        return {
          status: 200,
          body: activity,
          audit: { cause: activity.cause },
        };
      },
    },
  };
}
