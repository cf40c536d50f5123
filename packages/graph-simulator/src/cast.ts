import type { DirectoryRole } from './permissions';
import { AccountKind } from './tenant/model';
import type { LICENSE_GROUPS } from './tenant/groups';
import type { SkuPartNumber } from './tenant/products';
import { Service } from './tenant/services';

/** The people who exist in the tenant contoso.example, whatever its seed. */
export interface CastMember {
  readonly id: string;
  readonly givenName: string;
  readonly surname: string;
  readonly userPrincipalName: string;
  readonly team: 'Platform' | 'Finance' | 'Sales';
  readonly jobTitle: string;
  readonly country: 'Germany' | 'Sweden' | 'United Kingdom';
  readonly kind: AccountKind;
  /** Whole days before the day the tenant is generated for. */
  readonly createdDaysAgo: number;
  readonly accountEnabled: boolean;
  readonly directoryRoles: readonly DirectoryRole[];
  /** What is licensed, and by which group if not directly. */
  readonly licenses: ReadonlyArray<{
    readonly sku: SkuPartNumber;
    readonly group?: keyof typeof LICENSE_GROUPS;
    readonly disabledPlans?: readonly string[];
  }>;
  /** Days of last activity, counted back from the reports' refresh date. */
  readonly lastActive: Readonly<Partial<Record<Service, number>>>;
  /** What to show with this person. */
  readonly story: string;
}

function member(
  number: number,
  givenName: string,
  surname: string,
  rest: Omit<
    CastMember,
    | 'id'
    | 'givenName'
    | 'surname'
    | 'userPrincipalName'
    | 'accountEnabled'
    | 'directoryRoles'
  > &
    Partial<Pick<CastMember, 'accountEnabled' | 'directoryRoles'>>,
): CastMember {
  return {
    id: `c0a57000-0000-4000-a000-0000000000${String(number).padStart(2, '0')}`,
    givenName,
    surname,
    userPrincipalName: `${givenName}.${surname}@contoso.example`.toLowerCase(),
    accountEnabled: true,
    directoryRoles: [],
    ...rest,
  };
}

/** Fourteen people in three teams; the first accounts of the tenant contoso.example. */
export const CAST: readonly CastMember[] = [
  member(1, 'Robin', 'Sommer', {
    team: 'Platform',
    jobTitle: 'IT License Administrator',
    directoryRoles: ['Reports Reader', 'License Administrator'],
    country: 'Germany',
    kind: 'staff',
    createdDaysAgo: 1460,
    licenses: [{ sku: 'SPE_E5' }],
    lastActive: {
      exchange: 0,
      outlook: 0,
      teams: 0,
      sharePoint: 1,
      oneDrive: 2,
      yammer: 40,
    },
    story: 'Signs in to the demonstration; active on E5',
  }),
  member(2, 'Maya', 'Lindqvist', {
    team: 'Platform',
    jobTitle: 'Head of Platform',
    country: 'Sweden',
    kind: 'staff',
    createdDaysAgo: 2300,
    licenses: [{ sku: 'SPE_E5', group: 'leadership' }],
    lastActive: {
      exchange: 0,
      outlook: 0,
      teams: 0,
      sharePoint: 0,
      oneDrive: 1,
      yammer: 2,
      skypeForBusiness: 5,
    },
    story: 'Active in all seven services',
  }),
  member(3, 'Tomas', 'Novak', {
    team: 'Platform',
    jobTitle: 'Platform Engineer',
    country: 'Germany',
    kind: 'staff',
    createdDaysAgo: 900,
    licenses: [{ sku: 'SPE_E3' }, { sku: 'SPE_E5' }],
    lastActive: { exchange: 1, outlook: 1, teams: 0, oneDrive: 3 },
    story: 'Overlap: E3 and E5 at once',
  }),
  member(4, 'Aisha', 'Rahman', {
    team: 'Platform',
    jobTitle: 'Junior Platform Engineer',
    country: 'United Kingdom',
    kind: 'new-starter',
    createdDaysAgo: 12,
    licenses: [{ sku: 'SPE_E5' }],
    lastActive: {},
    story: 'New starter: no activity yet, within grace',
  }),
  member(5, 'Jonas', 'Weber', {
    team: 'Platform',
    jobTitle: 'Network Architect',
    country: 'Germany',
    kind: 'staff',
    createdDaysAgo: 1700,
    licenses: [{ sku: 'SPE_E3' }, { sku: 'VISIOCLIENT' }],
    lastActive: { exchange: 0, outlook: 2, teams: 0, sharePoint: 6 },
    story: 'Active; holds Visio, whose use no report shows',
  }),
  member(6, 'Clara', 'Hoffmann', {
    team: 'Finance',
    jobTitle: 'Head of Finance',
    country: 'Germany',
    kind: 'staff',
    createdDaysAgo: 2600,
    licenses: [{ sku: 'SPE_E3', group: 'finance' }],
    lastActive: { exchange: 0, outlook: 0, teams: 1, sharePoint: 3 },
    story: 'Everything inherited from a group',
  }),
  member(7, 'Daniel', 'Okafor', {
    team: 'Finance',
    jobTitle: 'Controller',
    directoryRoles: ['Global Reader'],
    country: 'United Kingdom',
    kind: 'staff',
    createdDaysAgo: 1100,
    licenses: [{ sku: 'SPE_E3', group: 'finance' }, { sku: 'POWER_BI_PRO' }],
    lastActive: { exchange: 1, outlook: 1, teams: 2, oneDrive: 4 },
    story: 'One SKU direct, another from a group; sees figures, but no details',
  }),
  member(8, 'Ingrid', 'Solberg', {
    team: 'Finance',
    jobTitle: 'Accountant',
    country: 'Sweden',
    kind: 'staff',
    createdDaysAgo: 1300,
    licenses: [{ sku: 'SPE_E3' }, { sku: 'SPE_E3', group: 'finance' }],
    lastActive: { exchange: 0, outlook: 3, teams: 4 },
    story: 'The same SKU direct and by group',
  }),
  member(9, 'Helena', 'Brandt', {
    team: 'Finance',
    jobTitle: 'Treasury Analyst',
    country: 'Germany',
    kind: 'on-leave',
    createdDaysAgo: 1500,
    licenses: [
      { sku: 'SPE_E3', group: 'finance' },
      { sku: 'Microsoft_365_Copilot' },
    ],
    lastActive: { exchange: 110, outlook: 110, teams: 112, sharePoint: 121 },
    story: 'On leave for nearly four months',
  }),
  member(10, 'Viktor', 'Lange', {
    team: 'Finance',
    jobTitle: 'Financial Analyst',
    country: 'Germany',
    kind: 'leaver-licensed',
    createdDaysAgo: 1900,
    accountEnabled: false,
    licenses: [
      { sku: 'SPE_E5' },
      { sku: 'VISIOCLIENT' },
      { sku: 'PROJECTPROFESSIONAL' },
      { sku: 'POWER_BI_PRO' },
    ],
    lastActive: { exchange: 74, outlook: 75, teams: 76, oneDrive: 80 },
    story: 'Left, disabled, four direct licenses still assigned',
  }),
  member(11, 'Priya', 'Natarajan', {
    team: 'Sales',
    jobTitle: 'Head of Sales',
    country: 'United Kingdom',
    kind: 'staff',
    createdDaysAgo: 1250,
    licenses: [{ sku: 'SPE_E5' }, { sku: 'MCOEV' }],
    lastActive: { exchange: 0, outlook: 0, teams: 0, sharePoint: 2 },
    story: 'Overlap: Teams Phone is part of her E5',
  }),
  member(12, 'Lucas', 'Moreau', {
    team: 'Sales',
    jobTitle: 'Account Executive',
    country: 'United Kingdom',
    kind: 'never-active',
    createdDaysAgo: 210,
    licenses: [{ sku: 'SPE_E3' }],
    lastActive: {},
    story: 'Never active since the license was assigned seven months ago',
  }),
  member(13, 'Nora', 'Eriksen', {
    team: 'Sales',
    jobTitle: 'Sales Assistant',
    country: 'Sweden',
    kind: 'part-timer',
    createdDaysAgo: 700,
    licenses: [
      // Sway is switched off.
      {
        sku: 'SPE_E3',
        disabledPlans: ['a23b959c-7ce8-4e57-9140-b90eb88a9e97'],
      },
    ],
    lastActive: { exchange: 6, outlook: 6, teams: 20 },
    story: 'Works two days a week; a service plan switched off',
  }),
  member(14, 'Samuel', 'Adeyemi', {
    team: 'Sales',
    jobTitle: 'Account Executive',
    country: 'United Kingdom',
    kind: 'inactive',
    createdDaysAgo: 820,
    licenses: [{ sku: 'SPE_E3' }, { sku: 'PROJECTPROFESSIONAL' }],
    lastActive: { exchange: 72, outlook: 72, teams: 95 },
    story: 'Works in other tools: inactive beyond 60 days',
  }),
];

/** The domain of the tenant in which the cast lives. */
export const CAST_DOMAIN = 'contoso.example';

/** The first accounts of a tenant of another domain; `id` makes their ids. */
export function castOf(domain: string, id: () => string): CastMember[] {
  const person = (
    givenName: string,
    surname: string,
    jobTitle: string,
    directoryRoles: readonly DirectoryRole[],
    story: string,
  ): CastMember => ({
    id: id(),
    givenName,
    surname,
    userPrincipalName: `${givenName}${surname}@${domain}`.toLowerCase(),
    team: 'Platform',
    jobTitle,
    country: 'United Kingdom',
    kind: 'staff',
    createdDaysAgo: 900,
    accountEnabled: true,
    directoryRoles,
    licenses: [{ sku: 'SPE_E3' }],
    lastActive: { exchange: 0, outlook: 0, teams: 0 },
    story,
  });
  return [
    person(
      'Alex',
      'Winter',
      'IT License Administrator',
      ['Reports Reader', 'License Administrator'],
      'Connects the tenant',
    ),
    person(
      'Jamie',
      'Holt',
      'Auditor',
      ['Global Reader'],
      'Sees figures, but no details',
    ),
    person('Kim', 'Ashford', 'Office Manager', [], 'Holds no directory role'),
  ];
}
