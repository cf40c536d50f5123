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
import { accountResourceRef } from './permissionRules';

/** Which accounts a caller may read: a filter on the roster, or all where there is none. */
export interface AccountAccess {
  visible?: AccountCondition;
}

function toCondition(
  criteria: PermissionCriteria<AccountCondition>,
): AccountCondition {
  if (isAndCriteria(criteria)) {
    return { allOf: criteria.allOf.map(toCondition) };
  }
  if (isOrCriteria(criteria)) {
    return { anyOf: criteria.anyOf.map(toCondition) };
  }
  if (isNotCriteria(criteria)) {
    return { not: toCondition(criteria.not) };
  }
  return criteria;
}

/** Asks Backstage's permission system what a caller may do. */
export class Access {
  readonly #permissions: PermissionsService;
  readonly #registry: PermissionsRegistryService;

  static create(options: {
    permissions: PermissionsService;
    permissionsRegistry: PermissionsRegistryService;
  }) {
    return new Access(options);
  }

  private constructor(options: {
    permissions: PermissionsService;
    permissionsRegistry: PermissionsRegistryService;
  }) {
    this.#permissions = options.permissions;
    this.#registry = options.permissionsRegistry;
  }

  /** Whether the caller has a permission. */
  async allows(
    permission: BasicPermission,
    credentials: BackstageCredentials,
  ): Promise<boolean> {
    const [decision] = await this.#permissions.authorize([{ permission }], {
      credentials,
    });
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
    const [decision] = await this.#permissions.authorizeConditional(
      [{ permission: accountReadPermission }],
      { credentials },
    );
    switch (decision.result) {
      case AuthorizeResult.ALLOW:
        return {};
      case AuthorizeResult.CONDITIONAL: {
        const transform = createConditionTransformer<AccountCondition>(
          this.#registry.getPermissionRuleset(accountResourceRef),
        );
        return { visible: toCondition(transform(decision.conditions)) };
      }
      default:
        return undefined;
    }
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
