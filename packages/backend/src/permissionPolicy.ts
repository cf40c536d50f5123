import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  isPermission,
  isReadPermission,
  type Permission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  accountConditions,
  createAccountConditionalDecision,
} from 'backstage-plugin-m365-licenses-backend';
import {
  accountReadPermission,
  m365LicensesPermissions,
  reclamationApprovePermission,
  rosterReadPermission,
} from 'backstage-plugin-m365-licenses-common';

/** Whoever is a member administers the licenses of Microsoft 365. */
export const LICENSE_ADMINISTRATORS = 'group:default/license-administrators';

/** Whoever is a member sees what administrators see, and approves what they plan. */
export const LICENSE_APPROVERS = 'group:default/license-approvers';

/** Whoever is a member sees the accounts of the members of groups that they own. */
export const TEAM_LEADS = 'group:default/team-leads';

const ALLOW: PolicyDecision = { result: AuthorizeResult.ALLOW };
const DENY: PolicyDecision = { result: AuthorizeResult.DENY };

const LICENSE_PERMISSIONS: ReadonlySet<string> = new Set(
  m365LicensesPermissions.map(({ name }) => name),
);

const OF_APPROVERS: ReadonlySet<string> = new Set(
  [
    ...m365LicensesPermissions.filter(isReadPermission),
    reclamationApprovePermission,
  ].map(({ name }) => name),
);

/** @param ownershipRefs - entity refs of the person and of what they belong to */
function decide(
  permission: Permission,
  ownershipRefs: string[],
): PolicyDecision {
  if (
    ownershipRefs.includes(LICENSE_ADMINISTRATORS) ||
    (ownershipRefs.includes(LICENSE_APPROVERS) &&
      OF_APPROVERS.has(permission.name))
  ) {
    return ALLOW;
  }
  if (ownershipRefs.includes(TEAM_LEADS)) {
    if (isPermission(permission, rosterReadPermission)) {
      return ALLOW;
    }
    if (isPermission(permission, accountReadPermission)) {
      return createAccountConditionalDecision(
        permission,
        accountConditions.inOwnedGroup({ owners: ownershipRefs }),
      );
    }
  }
  return DENY;
}

/**
 * The policy of this portal, and a pattern for one of your own:
 *
 * - license administrators may do everything that concerns licenses, and
 *   license approvers read it all and approve what is planned; team leads see
 *   the accounts of members of the groups that they own, without what they cost;
 *   for everybody else each of these permissions is denied, which leaves them
 *   their own account, for which no permission is asked;
 * - everybody signed in may read and may run templates: what a template does
 *   is decided by the permissions of whoever runs it;
 * - nothing else is allowed.
 */
export class PortalPermissionPolicy implements PermissionPolicy {
  async handle(
    { permission }: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    if (!user) {
      return DENY;
    }
    if (LICENSE_PERMISSIONS.has(permission.name)) {
      return decide(permission, user.info.ownershipEntityRefs);
    }
    return isReadPermission(permission) ||
      permission.name.startsWith('scaffolder.')
      ? ALLOW
      : DENY;
  }
}

export default createBackendModule({
  pluginId: 'permission',
  moduleId: 'portal-policy',
  register(reg) {
    reg.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy(new PortalPermissionPolicy());
      },
    });
  },
});
