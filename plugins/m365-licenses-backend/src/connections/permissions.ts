import {
  SYNC_TASKS,
  type SyncTaskName,
} from 'backstage-plugin-m365-licenses-common';
import type { ConnectionConfig } from '../graph/types';

/** What needs permissions: the integration tasks, and taking licenses back. */
export type CheckedTask = SyncTaskName | 'reclamation';

/** A permission that something needs, and which others open it as well. */
export interface Need {
  /** The least privileged one. */
  permission: string;
  /** No broader for our purpose. */
  alsoWorks: string[];
  /** These open more than is needed. */
  broader: string[];
}

/** What a task needs of Microsoft Graph. */
export interface TaskNeeds {
  /** As the pages call the task. */
  title: string;
  required: Need;
  /** Without one of these the task leaves something out (rule 2). */
  optional: (Need & { opens: string })[];
  /** Directory roles of which a person who signed in must hold one. */
  roles?: { least: string; templateIds: string[] };
}

/**
 * Least privilege of each task; the names are the same for application and
 * delegated permissions. Source: the permissions tables of Microsoft Graph's
 * reference for each call, and "Authorization for APIs to read Microsoft 365
 * usage reports" and `user: assignLicense` for the roles.
 */
export const NEEDS: Record<CheckedTask, TaskNeeds> = {
  'application-roster': {
    title: 'Application Roster',
    required: {
      permission: 'User.Read.All',
      alsoWorks: [],
      broader: [
        'User.ReadWrite.All',
        'Directory.Read.All',
        'Directory.ReadWrite.All',
      ],
    },
    optional: [
      {
        permission: 'AuditLog.Read.All',
        alsoWorks: [],
        broader: [],
        opens: 'last sign-ins',
      },
      {
        permission: 'GroupMember.Read.All',
        alsoWorks: [],
        broader: [
          'Group.Read.All',
          'Group.ReadWrite.All',
          'Directory.Read.All',
          'Directory.ReadWrite.All',
        ],
        opens: 'names of groups that grant licenses',
      },
    ],
  },
  'application-access': {
    title: 'Application Access',
    required: { permission: 'Reports.Read.All', alsoWorks: [], broader: [] },
    optional: [
      {
        permission: 'ReportSettings.Read.All',
        alsoWorks: [],
        broader: ['ReportSettings.ReadWrite.All'],
        opens: 'the setting that conceals names in reports',
      },
    ],
    roles: {
      least: 'Reports Reader',
      // Global Reader and Usage Summary Reports Reader see no user details.
      templateIds: [
        '4a5d8f65-41da-4de4-8968-e035b65339cf', // Reports Reader
        '62e90394-69f5-4237-9190-012177145e10', // Global Administrator
        '29232cdf-9323-42fd-ade2-1d097af3e4de', // Exchange Administrator
        'f28a1f50-f6e7-4571-818b-6a12f2af6b6c', // SharePoint Administrator
        '69091246-20e8-4a56-aa4d-066075b2a7a8', // Teams Administrator
        'baf37b3a-610e-45da-9e62-d9d1e5e8914b', // Teams Communications Administrator
        '75941009-915a-4869-abe7-691bff18279e', // Skype for Business Administrator
      ],
    },
  },
  'license-information': {
    title: 'License Information',
    required: {
      permission: 'LicenseAssignment.Read.All',
      alsoWorks: ['Organization.Read.All'],
      broader: [
        'Organization.ReadWrite.All',
        'Directory.Read.All',
        'Directory.ReadWrite.All',
      ],
    },
    optional: [
      {
        permission: 'Organization.Read.All',
        alsoWorks: [],
        broader: [
          'Organization.ReadWrite.All',
          'Directory.Read.All',
          'Directory.ReadWrite.All',
        ],
        opens: 'subscriptions with their dates',
      },
    ],
  },
  reclamation: {
    title: 'Reclamation',
    required: {
      permission: 'LicenseAssignment.ReadWrite.All',
      alsoWorks: [],
      broader: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
    },
    optional: [],
    roles: {
      least: 'License Administrator',
      templateIds: [
        '4d6ac14f-3453-41d0-bef9-a3e0c569773a', // License Administrator
        '62e90394-69f5-4237-9190-012177145e10', // Global Administrator
        'fe930be7-5e62-47db-91af-98c3a49a38b1', // User Administrator
        '9360feb5-f418-4baa-8175-e2a00bac4301', // Directory Writers
      ],
    },
  },
};

/** What reclamation needs besides where people may be taken out of groups. */
const LEAVING_GROUPS: TaskNeeds['optional'][number] = {
  permission: 'GroupMember.ReadWrite.All',
  alsoWorks: [],
  broader: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  opens: 'licenses that groups grant',
};

/** What one set of credentials is used for. */
export interface Use {
  tasks: CheckedTask[];
  /** Whether reclamation may take people out of groups. */
  leaveGroups: boolean;
}

/** What a task needs of credentials that are used so. */
export function needsOf(task: CheckedTask, use: Use): TaskNeeds {
  const needs = NEEDS[task];
  const { permission } = LEAVING_GROUPS;
  const leavesGroups = use.leaveGroups && use.tasks.includes('reclamation');
  const optional = needs.optional.map(need => {
    if (need.permission !== 'GroupMember.Read.All') {
      return need;
    }
    // Who has to change memberships can read them by that as well
    return leavesGroups
      ? { ...need, alsoWorks: [permission, ...need.alsoWorks] }
      : { ...need, broader: [permission, ...need.broader] };
  });
  return {
    ...needs,
    optional:
      leavesGroups && task === 'reclamation'
        ? [...optional, LEAVING_GROUPS]
        : optional,
  };
}

/** Every permission that lets licenses be changed. */
export const WRITES = [
  NEEDS.reclamation.required.permission,
  ...NEEDS.reclamation.required.broader,
];

/** Which of the need's permissions the token carries, the least ones first. */
export function carried(need: Need, permissions: string[]): string[] {
  return [need.permission, ...need.alsoWorks, ...need.broader].filter(name =>
    permissions.includes(name),
  );
}

/** The permissions to ask for when a person signs in: the least of each task. */
export function permissionsOf(use: Use): string[] {
  return [
    ...new Set(
      use.tasks.flatMap(task => {
        const { required, optional } = needsOf(task, use);
        return [required, ...optional].map(need => need.permission);
      }),
    ),
  ];
}

/** What a tenant's credentials are needed for. */
export interface Purposes {
  tasks: Record<SyncTaskName, { enabled: boolean }>;
  reclamationEnabled: boolean;
  reclamationConnection?: ConnectionConfig;
}

/** The tasks that work with what syncs, and those with what only reclaims. */
export function tasksByPurpose(tenant: Purposes): {
  sync: CheckedTask[];
  reclamation: CheckedTask[];
} {
  const reclamation: CheckedTask[] = tenant.reclamationEnabled
    ? ['reclamation']
    : [];
  const sync = SYNC_TASKS.filter(task => tenant.tasks[task].enabled);
  return tenant.reclamationConnection
    ? { sync, reclamation }
    : { sync: [...sync, ...reclamation], reclamation: [] };
}

/**
 * Microsoft's ids of the permissions that a step may tell to grant. Source:
 * Microsoft Graph permissions reference; the same in every tenant.
 */
export const PERMISSION_IDS: Partial<
  Record<string, { application: string; delegated: string }>
> = {
  'AuditLog.Read.All': {
    application: 'b0afded3-3588-46d8-8b3d-9842eff778da',
    delegated: 'e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20',
  },
  'GroupMember.Read.All': {
    application: '98830695-27a2-44f7-8c18-0c3ebc9698f6',
    delegated: 'bc024368-1153-4739-b217-4326f2e966d0',
  },
  'GroupMember.ReadWrite.All': {
    application: 'dbaae8cf-10b5-4b86-a4a1-f871c94c6695',
    delegated: 'f81125ac-d3b7-4573-a3b2-7099cc39df9e',
  },
  'LicenseAssignment.Read.All': {
    application: 'e2f98668-2877-4f38-a2f4-8202e0717aa1',
    delegated: 'f395577a-0960-456b-979f-7228de0c5996',
  },
  'LicenseAssignment.ReadWrite.All': {
    application: '5facf0c1-8979-4e95-abcf-ff3d079771c0',
    delegated: 'f55016cc-149c-447e-8f21-7cf3ec1d6350',
  },
  'Organization.Read.All': {
    application: '498476ce-e0fe-48b0-b801-37ba7e2685c6',
    delegated: '4908d5b9-3fb2-4b1e-9336-1888b7937185',
  },
  'ReportSettings.Read.All': {
    application: 'ee353f83-55ef-4b78-82da-555bfa2b4b95',
    delegated: '84fac5f4-33a9-4100-aa38-a20c6d29e5e7',
  },
  'Reports.Read.All': {
    application: '230c1aed-a721-4c5d-9cb4-a90514e508ef',
    delegated: '02e97553-ed7b-43d0-ab3c-f8bace0d040c',
  },
  'User.Read.All': {
    application: 'df021288-bdef-4463-88db-98f22de89214',
    delegated: 'a154be20-db9c-4678-8ab7-66f6cc099a59',
  },
};
