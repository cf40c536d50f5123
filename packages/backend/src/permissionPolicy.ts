import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  isReadPermission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  m365LicensesPermissions,
  reclamationApprovePermission,
} from 'backstage-plugin-m365-licenses-common';

/** Whoever is a member administers the licenses of Microsoft 365. */
export const LICENSE_ADMINISTRATORS = 'group:default/license-administrators';

/** Whoever is a member sees what administrators see, and approves what they plan. */
export const LICENSE_APPROVERS = 'group:default/license-approvers';

const LICENSE_PERMISSIONS: ReadonlySet<string> = new Set(
  m365LicensesPermissions.map(({ name }) => name),
);

const OF_APPROVERS: ReadonlySet<string> = new Set(
  [
    ...m365LicensesPermissions.filter(isReadPermission),
    reclamationApprovePermission,
  ].map(({ name }) => name),
);

function mayUse(permission: string, ownershipRefs: string[]): boolean {
  return (
    ownershipRefs.includes(LICENSE_ADMINISTRATORS) ||
    (OF_APPROVERS.has(permission) && ownershipRefs.includes(LICENSE_APPROVERS))
  );
}

/**
 * The policy of this portal, and a pattern for one of your own:
 *
 * - license administrators may do everything that concerns licenses, and
 *   license approvers read it all and approve what is planned; for everybody
 *   else each of these permissions is denied, which leaves them their own
 *   account, for which no permission is asked;
 * - everybody signed in may read and may run templates: what a template does
 *   is decided by the permissions of whoever runs it;
 * - nothing else is allowed.
 */
export class PortalPermissionPolicy implements PermissionPolicy {
  async handle(
    { permission }: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    const allowed = LICENSE_PERMISSIONS.has(permission.name)
      ? user && mayUse(permission.name, user.info.ownershipEntityRefs)
      : user &&
        (isReadPermission(permission) ||
          permission.name.startsWith('scaffolder.'));

    return { result: allowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY };
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
