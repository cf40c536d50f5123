/**
 * The account's Graph object id on a User entity, or the group's on a Group
 * entity; the Microsoft Graph catalog module sets it too.
 *
 * @public
 */
export const ANNOTATION_USER_ID = 'graph.microsoft.com/user-id';

/**
 * The Microsoft Entra tenant id that the account belongs to.
 *
 * @public
 */
export const ANNOTATION_TENANT_ID = 'graph.microsoft.com/tenant-id';

/**
 * The account's user principal name on a User entity.
 *
 * @public
 */
export const ANNOTATION_USER_PRINCIPAL_NAME =
  'microsoft365.com/user-principal-name';

/**
 * On a Group entity: who owns the group where licenses are concerned, as entity
 * refs separated by commas. They may answer for its members and hand their
 * licenses back, as may who the group is `ownedBy`.
 *
 * @public
 */
export const ANNOTATION_LICENSE_OWNERS = 'microsoft365.com/license-owners';
