const DIRECTORY_READ = ['Directory.Read.All', 'Directory.ReadWrite.All'];

/** What opens what: any one of these permissions is enough, as application or as delegated one. */
export const PERMISSIONS = {
  users: ['User.Read.All', 'User.ReadWrite.All', ...DIRECTORY_READ],
  signInActivity: ['AuditLog.Read.All'],
  subscribedSkus: [
    'LicenseAssignment.Read.All',
    'Organization.Read.All',
    'Organization.ReadWrite.All',
    ...DIRECTORY_READ,
  ],
  subscriptions: [
    'Organization.Read.All',
    'Organization.ReadWrite.All',
    ...DIRECTORY_READ,
  ],
  organization: [
    'Organization.Read.All',
    'Organization.ReadWrite.All',
    'User.Read.All',
    ...DIRECTORY_READ,
  ],
  groups: [
    'GroupMember.Read.All',
    'GroupMember.ReadWrite.All',
    'Group.ReadBasic.All',
    'Group.Read.All',
    'Group.ReadWrite.All',
    ...DIRECTORY_READ,
  ],
  reports: ['Reports.Read.All'],
  reportSettings: ['ReportSettings.Read.All', 'ReportSettings.ReadWrite.All'],
  assignLicense: [
    'LicenseAssignment.ReadWrite.All',
    'User.ReadWrite.All',
    'Directory.ReadWrite.All',
  ],
  groupMembers: [
    'GroupMember.ReadWrite.All',
    'Group.ReadWrite.All',
    'Directory.ReadWrite.All',
  ],
} as const;

/**
 * The permissions consented to unless told otherwise: the least the tasks need.
 * Changing who is a member of a group is not among them.
 */
export const DEFAULT_ROLES: readonly string[] = [
  'User.Read.All',
  'AuditLog.Read.All',
  'LicenseAssignment.Read.All',
  'Organization.Read.All',
  'GroupMember.Read.All',
  'Reports.Read.All',
  'ReportSettings.Read.All',
  'LicenseAssignment.ReadWrite.All',
];

/** Every delegated permission that can be asked for. */
export const DELEGATED_PERMISSIONS: ReadonlySet<string> = new Set([
  'User.Read',
  ...DEFAULT_ROLES,
  ...Object.values(PERMISSIONS).flat(),
]);

/** Directory roles with Microsoft's template ids, as they stand in `wids`. */
export const DIRECTORY_ROLES = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'Global Reader': 'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
  'Groups Administrator': 'fdd7a751-b60b-444a-984c-02652fe8fa1c',
  'License Administrator': '4d6ac14f-3453-41d0-bef9-a3e0c569773a',
  'Reports Reader': '4a5d8f65-41da-4de4-8968-e035b65339cf',
  'User Administrator': 'fe930be7-5e62-47db-91af-98c3a49a38b1',
} as const;

export type DirectoryRole = keyof typeof DIRECTORY_ROLES;

/** What a person who signed in must be, besides the delegated permission. */
export const ROLES_OF_PERSON = {
  /** Global Reader sees figures of the tenant, but no user details. */
  reports: ['Reports Reader', 'Global Administrator'],
  assignLicense: [
    'License Administrator',
    'User Administrator',
    'Global Administrator',
  ],
  groupMembers: [
    'Groups Administrator',
    'User Administrator',
    'Global Administrator',
  ],
} as const satisfies Record<string, readonly DirectoryRole[]>;
