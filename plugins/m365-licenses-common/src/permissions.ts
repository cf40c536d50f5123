import { createPermission } from '@backstage/plugin-permission-common';

/**
 * The resource type of accounts: conditional decisions on it become filters on
 * the roster.
 *
 * @public
 */
export const RESOURCE_TYPE_ACCOUNT = 'm365-licenses-account';

/**
 * Reading accounts, what they hold and when each was last used. One's own
 * account needs no permission.
 *
 * @public
 */
export const accountReadPermission = createPermission({
  name: 'm365-licenses.account.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_ACCOUNT,
});

/**
 * Seeing where accounts are listed: the tabs Users, Activity and Candidates, the
 * card and the tab of a Group, and with {@link licenseReadPermission} the tab
 * Suspicious activities. Which accounts are listed there,
 * {@link accountReadPermission} decides: a tab cannot be shown by a permission
 * that is granted with conditions.
 *
 * @public
 */
export const rosterReadPermission = createPermission({
  name: 'm365-licenses.roster.read',
  attributes: { action: 'read' },
});

/**
 * Reading SKUs, seats and subscriptions, and the state of the integration tasks.
 *
 * @public
 */
export const licenseReadPermission = createPermission({
  name: 'm365-licenses.license.read',
  attributes: { action: 'read' },
});

/**
 * Entering what licenses cost.
 *
 * @public
 */
export const termsUpdatePermission = createPermission({
  name: 'm365-licenses.terms.update',
  attributes: { action: 'update' },
});

/**
 * Holding licenses back from being taken back, and ending that.
 *
 * @public
 */
export const exemptionUpdatePermission = createPermission({
  name: 'm365-licenses.exemption.update',
  attributes: { action: 'update' },
});

/**
 * Accepting suspicious activities as known, and taking that back.
 *
 * @public
 */
export const suspiciousActivityUpdatePermission = createPermission({
  name: 'm365-licenses.suspicious-activity.update',
  attributes: { action: 'update' },
});

/**
 * Running an integration task now.
 *
 * @public
 */
export const taskRunPermission = createPermission({
  name: 'm365-licenses.task.run',
  attributes: { action: 'update' },
});

/**
 * Reading reclamations and policies. One's own plans need no permission.
 *
 * @public
 */
export const reclamationReadPermission = createPermission({
  name: 'm365-licenses.reclamation.read',
  attributes: { action: 'read' },
});

/**
 * Planning a reclamation.
 *
 * @public
 */
export const reclamationCreatePermission = createPermission({
  name: 'm365-licenses.reclamation.create',
  attributes: { action: 'create' },
});

/**
 * Approving a planned reclamation, and switching a policy on.
 *
 * @public
 */
export const reclamationApprovePermission = createPermission({
  name: 'm365-licenses.reclamation.approve',
  attributes: { action: 'update' },
});

/**
 * Carrying out an approved reclamation, which takes licenses away; pausing and
 * canceling it, and stopping all of a tenant.
 *
 * @public
 */
export const reclamationExecutePermission = createPermission({
  name: 'm365-licenses.reclamation.execute',
  attributes: { action: 'delete' },
});

/**
 * Putting back what was taken.
 *
 * @public
 */
export const reclamationRestorePermission = createPermission({
  name: 'm365-licenses.reclamation.restore',
  attributes: { action: 'update' },
});

/**
 * Planning to take people out of groups that grant them licenses.
 *
 * @public
 */
export const reclamationLeaveGroupsPermission = createPermission({
  name: 'm365-licenses.reclamation.leave-groups',
  attributes: { action: 'delete' },
});

/**
 * Adding, changing and ending policies, the standing rules by which licenses
 * are taken back. Switching one on needs approving and executing as well.
 *
 * @public
 */
export const policyUpdatePermission = createPermission({
  name: 'm365-licenses.policy.update',
  attributes: { action: 'update' },
});

/**
 * Changing connections: signing in for a tenant, disconnecting it, checking it
 * now, and removing activity stored under concealed names.
 *
 * @public
 */
export const connectionUpdatePermission = createPermission({
  name: 'm365-licenses.connection.update',
  attributes: { action: 'update' },
});

/**
 * All permissions of the plugin.
 *
 * @public
 */
export const m365LicensesPermissions = [
  accountReadPermission,
  rosterReadPermission,
  licenseReadPermission,
  termsUpdatePermission,
  exemptionUpdatePermission,
  suspiciousActivityUpdatePermission,
  taskRunPermission,
  reclamationReadPermission,
  reclamationCreatePermission,
  reclamationApprovePermission,
  reclamationExecutePermission,
  reclamationRestorePermission,
  reclamationLeaveGroupsPermission,
  policyUpdatePermission,
  connectionUpdatePermission,
];
