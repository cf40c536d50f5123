import type { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';

/** A certificate and its private key in PEM, each inline or in a file. */
interface CertificateConfig {
  /** The certificate; or give certificatePath. */
  certificate?: string;
  /** The file that holds it; read again whenever it is used. */
  certificatePath?: string;
  /**
   * The private key; or give privateKeyPath.
   * @visibility secret
   */
  privateKey?: string;
  /** The file that holds it, which may be the same one. */
  privateKeyPath?: string;
  /**
   * Of an encrypted private key.
   * @visibility secret
   */
  passphrase?: string;
}

/** Exactly one way for an application to prove who it is. */
interface ClientConfig {
  /**
   * A client secret of the app registration.
   * @visibility secret
   */
  clientSecret?: string;
  /** A certificate that was uploaded to the app registration. */
  clientCertificate?: CertificateConfig;
}

/** Exactly one of clientSecret, clientCertificate, authorizationCode, managedIdentity. */
interface CredentialsConfig extends ClientConfig {
  /**
   * The id of the app registration, a GUID. Not with a managed identity that
   * holds the permissions itself.
   */
  clientId?: string;
  /** A person signs in on the Connections tab; needs encryptionKeys. */
  authorizationCode?: ClientConfig;
  /** The identity of the machine at Azure, without any secret. */
  managedIdentity?: {
    /** The client id of a user-assigned identity; without, the system's own. */
    identityClientId?: string;
    /**
     * The identity stands in for the app registration clientId, as its
     * federated credential; Microsoft takes only a user-assigned one. False by
     * default: it holds the permissions itself.
     */
    federated?: boolean;
    /**
     * The same with a token that the platform keeps in a file (AKS); without
     * the two above.
     */
    federatedTokenFile?: string;
  };
}

export interface Config {
  /** The license manager for Microsoft 365. */
  m365Licenses?: {
    /**
     * Entity refs of users and groups who are told when a connection breaks
     * (without, who authorised it), and before a term ends, besides the
     * administrator of that term.
     */
    administrators?: string[];
    /**
     * What the tokens of people who signed in are stored with: each 32 bytes
     * in base64. The first encrypts, all of them read.
     * @deepVisibility secret
     */
    encryptionKeys?: string[];
    /**
     * The Microsoft 365 tenants, by a name of your own that addresses and
     * stored data use.
     */
    tenants?: {
      [name: string]: CredentialsConfig & {
        /** False retires the tenant: its history is kept and counted nowhere. True by default. */
        enabled?: boolean;
        /** The Microsoft Entra tenant's id, a GUID. */
        tenantId: string;
        /**
         * Where tokens come from; https://login.microsoftonline.com by default.
         */
        authority?: string;
        /**
         * Where Microsoft Graph is; https://graph.microsoft.com by default.
         * Belongs to the same cloud as authority.
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
            /**
             * Credentials of their own for what writes, so that those above
             * need only read.
             */
            credentials?: CredentialsConfig;
          };
        };
      };
    };
    renewals?: {
      /** So many days before a term ends people are told; 60 by default. */
      notifyBeforeDays?: number;
    };
    /** How licenses are taken back; each tenant switches it on by itself. */
    reclamation?: {
      /** True: nobody may approve a plan of their own. False by default. */
      fourEyes?: boolean;
      /**
       * True: people may be taken out of groups with assigned members that
       * grant only what is to go. False by default: such licenses are left alone.
       */
      leaveGroups?: boolean;
      /** So many days after it was made a plan can be started; 7 by default. */
      planValidDays?: number;
      /**
       * The share of a product's assignments (0 to 1, default 0.25) that one
       * plan may take by rule; ten licenses are always allowed.
       */
      maxShareOfLicense?: number;
      /**
       * After so many seconds without a sign of life, another replica goes on
       * with a plan; 30 by default.
       */
      takeOverAfterSeconds?: number;
      /** So many runs a policy only reports before it can be switched on; 2 by default. */
      dryRunsNeeded?: number;
      /** Where people are asked first whether they still need a license. */
      ask?: {
        /** So many days they have to answer; 5 by default. */
        answerDays?: number;
        /** So many days after they were asked they are reminded; 3 by default. */
        remindAfterDays?: number;
        /** So many days nobody is asked again about the same license; 90 by default. */
        askAgainAfterDays?: number;
        /** So many days a license that somebody keeps is held back; 180 by default. */
        keepDays?: number;
      };
    };
    /** What products are called, from the list that Microsoft publishes. */
    productNames?: {
      /** True by default; false keeps the names that were read before. */
      enabled?: boolean;
      /**
       * Where the list "Product names and service plan identifiers for
       * licensing" is, as CSV; Microsoft's own address by default. A copy of
       * it serves where the portal does not reach that.
       */
      url?: string;
      /** Every 24 hours by default, and when the portal starts. */
      schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
    };
    evaluation?: {
      /**
       * When it is looked which tenants are to be evaluated besides after their
       * tasks, because a day began or people are in other groups of the catalog;
       * every hour by default.
       */
      schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
    };
    suspiciousActivities?: {
      /**
       * Whether activity of an account is suspicious where no User entity of
       * the catalog stands for it. False by default: few catalogs hold everybody.
       */
      outsideCatalog?: boolean;
    };
    activity?: {
      /** Days without activity after which an account counts as inactive; 60 by default. */
      inactiveAfterDays?: number;
      /** Days after an assignment in which silence means nothing; 30 by default. */
      graceDays?: number;
    };
  };
}
