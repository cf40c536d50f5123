import type { SchedulerService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import type { Stores } from 'backstage-plugin-m365-licenses-backend/src/database/types';
import { Evaluation } from 'backstage-plugin-m365-licenses-backend/src/evaluation';

/** Nothing runs by itself while something is measured. */
export const scheduler: SchedulerService = {
  triggerTask: async () => {},
  cancelTask: async () => {},
  scheduleTask: async () => {},
  createScheduledTaskRunner: () => ({ run: async () => {} }),
  getScheduledTasks: async () => [],
};

/** The evaluation of a tenant as the plugin makes it, with the catalog's groups that are stored. */
export function evaluationOf(stores: Stores, tenant: string): Evaluation {
  return Evaluation.create({
    tenants: [tenant],
    stores,
    catalogGroups: { refresh: async () => {} },
    config: { inactiveAfterDays: 60, graceDays: 30, outsideCatalog: false },
    events: { candidatesChanged: async () => {} },
    scheduler,
    logger: mockServices.rootLogger({ level: 'error' }),
  });
}
