import { Group } from './model';
import { PRODUCTS } from './products';

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
    },
  ),
  leadership: group(
    '7a0e6c1e-52f4-4d1b-9c3e-0d6a1f3b1003',
    'Licenses – Leadership E5',
    'Microsoft 365 E5 for leadership',
    PRODUCTS.SPE_E5.skuId,
    { onPremisesSyncEnabled: true },
  ),
  visio: group(
    '7a0e6c1e-52f4-4d1b-9c3e-0d6a1f3b1004',
    'Licenses – Visio',
    'Visio Plan 2 on request',
    PRODUCTS.VISIOCLIENT.skuId,
  ),
} as const;
