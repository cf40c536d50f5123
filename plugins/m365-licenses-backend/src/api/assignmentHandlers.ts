import type { ActivityThreshold, Stores } from '../database/types';
import type { Access } from './access';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';

/** What the handler of assignments calls. */
export interface AssignmentHandlerOptions {
  tenants: Tenants;
  stores: Pick<Stores, 'assignments'>;
  access: Pick<Access, 'requireAccounts'>;
  /** What decides whether a license is used today. */
  threshold(): ActivityThreshold;
}

/** The operation that systems pull licenses of accounts with. */
export function createAssignmentHandlers({
  tenants,
  stores,
  access,
  threshold,
}: AssignmentHandlerOptions): Pick<OperationHandlers, 'listAssignments'> {
  return {
    listAssignments: {
      eventId: 'assignment-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        const visible = await access.requireAccounts(credentials);
        const tenant = await tenants.readable(path.tenant);
        const { limit = 50, ...filters } = query;
        return {
          status: 200,
          body: await stores.assignments.list(tenant.name, {
            ...filters,
            ...threshold(),
            ...visible,
            limit,
          }),
        };
      },
    },
  };
}
