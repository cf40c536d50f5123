import type { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';

export interface Config {
  /** The license manager for Microsoft 365. */
  m365Licenses?: {
    /**
     * The Microsoft 365 tenants, by a name of your own that addresses and
     * stored data use.
     */
    tenants?: {
      [name: string]: {
        /** The Microsoft Entra tenant's id, a GUID. */
        tenantId: string;
        /** The id of the app registration, a GUID. */
        clientId: string;
        /**
         * A client secret of the app registration.
         * @visibility secret
         */
        clientSecret?: string;
        /**
         * Where tokens come from; https://login.microsoftonline.com by default.
         */
        authority?: string;
        /**
         * Where Microsoft Graph is; https://graph.microsoft.com by default.
         */
        target?: string;
        tasks?: {
          /** Accounts and what they hold. */
          applicationRoster?: {
            /** True by default. */
            enabled?: boolean;
            schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
            /**
             * The share of known accounts (0 to 1, default 0.2) that one run
             * may mark as gone; a run that would mark more stops and says so.
             */
            maxGoneShare?: number;
          };
          /** Last activity in the seven services. */
          applicationAccess?: {
            /** True by default. */
            enabled?: boolean;
            schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
          };
          /** SKUs, seats and subscriptions. */
          licenseInformation?: {
            /** True by default. */
            enabled?: boolean;
            schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
          };
          /** Taking licenses back. */
          reclamation?: {
            /** False by default: nothing is written to Microsoft 365. */
            enabled?: boolean;
          };
        };
      };
    };
    activity?: {
      /** Days without activity after which an account counts as inactive; 60 by default. */
      inactiveAfterDays?: number;
      /** Days after an assignment in which silence means nothing; 30 by default. */
      graceDays?: number;
    };
  };
}
