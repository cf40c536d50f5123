import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import type { GroupOwners } from '../questions/GroupOwners';
import type { EntityAccounts } from './entities';
import type { Tenants } from './tenants';

/** Somebody who calls, and entity refs of what they belong to. */
export interface Person {
  ref: string;
  ownership: string[];
}

export interface HandBacksOptions {
  tenants: Pick<Tenants, 'started'>;
  entityAccounts: Pick<EntityAccounts, 'users' | 'match'>;
  groupOwners: Pick<GroupOwners, 'ownedAmong'>;
  /** Undefined for a service. */
  person(credentials: BackstageCredentials): Promise<Person | undefined>;
}

/**
 * Whose licenses a caller may hand back without any permission: their own, and
 * those of members of groups that they own (rule 21).
 */
export class HandBacks {
  readonly #options: HandBacksOptions;

  static create(options: HandBacksOptions): HandBacks {
    return new HandBacks(options);
  }

  private constructor(options: HandBacksOptions) {
    this.#options = options;
  }

  /**
   * The Graph id of the account that the caller's User entity stands for;
   * undefined where there is none, and for a service.
   */
  async ownAccount(
    tenant: string,
    credentials: BackstageCredentials,
  ): Promise<string | undefined> {
    const { person, entityAccounts } = this.#options;
    const self = await person(credentials);
    if (!self) {
      return undefined;
    }
    try {
      const users = await entityAccounts.users(
        parseEntityRef(self.ref),
        credentials,
      );
      const matched = await entityAccounts.match(users);
      return matched.find(match => match.tenant === tenant)?.accountId;
    } catch (error) {
      // Somebody whom the catalog does not have can sign in all the same.
      if (error instanceof NotFoundError) {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * Those of some accounts whose licenses the caller may hand back, by Graph id;
   * none for a service, and where taking back is not switched on.
   */
  async among(
    tenant: string,
    accountIds: string[],
    credentials: BackstageCredentials,
  ): Promise<ReadonlySet<string>> {
    const { tenants, groupOwners, person } = this.#options;
    const isSwitchedOn = tenants.started.some(
      ({ name, reclamationEnabled }) => name === tenant && reclamationEnabled,
    );
    const self = isSwitchedOn ? await person(credentials) : undefined;
    if (!self) {
      return new Set();
    }
    const own = await this.ownAccount(tenant, credentials);
    const owned = await groupOwners.ownedAmong(
      tenant,
      accountIds.filter(id => id !== own),
      [self.ref, ...self.ownership],
    );
    return new Set([...accountIds.filter(id => id === own), ...owned]);
  }
}
