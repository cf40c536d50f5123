import type {
  BackstageCredentials,
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  type BasicPermission,
  type PermissionCriteria,
} from '@backstage/plugin-permission-common';
import {
  createConditionTransformer,
  isAndCriteria,
  isNotCriteria,
  isOrCriteria,
} from '@backstage/plugin-permission-node';
import { accountReadPermission } from 'backstage-plugin-m365-licenses-common';
import type { AccountCondition } from '../database/types';
import type { GroupOwners } from '../questions/GroupOwners';
import { accountResourceRef, type AccountRuleQuery } from './permissionRules';

/** Which accounts a caller may read: a filter on the roster, or all where there is none. */
export interface AccountAccess {
  visible?: AccountCondition;
}

/** What {@link Access} asks. */
export interface AccessOptions {
  permissions: PermissionsService;
  permissionsRegistry: PermissionsRegistryService;
  groupOwners: Pick<GroupOwners, 'groupsOf'>;
}

/** Asks Backstage's permission system what a caller may do. */
export class Access {
  readonly #options: AccessOptions;

  static create(options: AccessOptions) {
    return new Access(options);
  }

  private constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Whether the caller has a permission. */
  async allows(
    permission: BasicPermission,
    credentials: BackstageCredentials,
  ): Promise<boolean> {
    const [decision] = await this.#options.permissions.authorize(
      [{ permission }],
      {
        credentials,
      },
    );
    return decision.result === AuthorizeResult.ALLOW;
  }

  /** @throws NotAllowedError naming the permission that is missing */
  async require(
    permission: BasicPermission,
    credentials: BackstageCredentials,
  ): Promise<void> {
    if (!(await this.allows(permission, credentials))) {
      throw notAllowed(permission.name);
    }
  }

  /** Which accounts the caller may read; undefined when none. */
  async accounts(
    credentials: BackstageCredentials,
  ): Promise<AccountAccess | undefined> {
    const { permissions, permissionsRegistry } = this.#options;
    const [decision] = await permissions.authorizeConditional(
      [{ permission: accountReadPermission }],
      { credentials },
    );
    switch (decision.result) {
      case AuthorizeResult.ALLOW:
        return {};
      case AuthorizeResult.CONDITIONAL: {
        const transform = createConditionTransformer<AccountRuleQuery>(
          permissionsRegistry.getPermissionRuleset(accountResourceRef),
        );
        return {
          visible: await this.#condition(transform(decision.conditions)),
        };
      }
      default:
        return undefined;
    }
  }

  /** What rules ask for, with the groups that the catalog says somebody owns. */
  async #condition(
    criteria: PermissionCriteria<AccountRuleQuery>,
  ): Promise<AccountCondition> {
    const all = (some: PermissionCriteria<AccountRuleQuery>[]) =>
      Promise.all(some.map(each => this.#condition(each)));
    if (isAndCriteria(criteria)) {
      return { allOf: await all(criteria.allOf) };
    }
    if (isOrCriteria(criteria)) {
      return { anyOf: await all(criteria.anyOf) };
    }
    if (isNotCriteria(criteria)) {
      return { not: await this.#condition(criteria.not) };
    }
    return 'ownedBy' in criteria
      ? { groups: await this.#options.groupOwners.groupsOf(criteria.ownedBy) }
      : criteria;
  }

  /** @throws NotAllowedError when the caller may read no account at all */
  async requireAccounts(
    credentials: BackstageCredentials,
  ): Promise<AccountAccess> {
    const access = await this.accounts(credentials);
    if (!access) {
      throw notAllowed(accountReadPermission.name);
    }
    return access;
  }
}

function notAllowed(permission: string): NotAllowedError {
  return new NotAllowedError(
    `This needs the permission ${permission}; ask the administrators of this portal for it`,
  );
}
