import { CAST } from '../cast';
import { Group } from './model';
import { PRODUCTS } from './products';

/** Ids of people of the cast, by the first parts of their principal names. */
function owners(...names: string[]): string[] {
  return CAST.filter(({ userPrincipalName }) =>
    names.includes(userPrincipalName.split('@')[0]),
  ).map(({ id }) => id);
}

function group(
  id: string,
  displayName: string,
  description: string,
  skuId: string,
  rest: Partial<Group> = {},
): Group {
  return {
    id,
    displayName,
    description,
    groupTypes: [],
    membershipRule: null,
    onPremisesSyncEnabled: null,
    skuIds: [skuId],
    ownerIds: [],
    ...rest,
  };
}

/** The groups that grant licenses: two dynamic ones, one synchronised from on premises, one plain. */
export const LICENSE_GROUPS = {
  finance: group(
    '7a0e6c1e-52f4-4d1b-9c3e-0d6a1f3b1001',
    'Licenses – Finance E3',
    'Microsoft 365 E3 for everyone in Finance',
    PRODUCTS.SPE_E3.skuId,
    {
      groupTypes: ['DynamicMembership'],
      membershipRule: 'user.department -eq "Finance"',
      ownerIds: owners('clara.hoffmann', 'robin.sommer'),
    },
  ),
  frontline: group(
    '7a0e6c1e-52f4-4d1b-9c3e-0d6a1f3b1002',
    'Licenses – Frontline F3',
    'Microsoft 365 F3 for shops and warehouses',
    PRODUCTS.SPE_F1.skuId,
    {
      groupTypes: ['DynamicMembership'],
      membershipRule: 'user.employeeType -eq "Frontline"',
      ownerIds: owners('priya.natarajan'),
    },
  ),
  leadership: group(
    '7a0e6c1e-52f4-4d1b-9c3e-0d6a1f3b1003',
    'Licenses – Leadership E5',
    'Microsoft 365 E5 for leadership',
    PRODUCTS.SPE_E5.skuId,
    { onPremisesSyncEnabled: true, ownerIds: owners('maya.lindqvist') },
  ),
  visio: group(
    '7a0e6c1e-52f4-4d1b-9c3e-0d6a1f3b1004',
    'Licenses – Visio',
    'Visio Plan 2 on request',
    PRODUCTS.VISIOCLIENT.skuId,
    { ownerIds: owners('maya.lindqvist') },
  ),
} as const;
