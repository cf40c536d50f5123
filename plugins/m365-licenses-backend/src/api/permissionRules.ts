import {
  createConditionExports,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import {
  type Account,
  RESOURCE_TYPE_ACCOUNT,
} from 'backstage-plugin-m365-licenses-common';
import { z } from 'zod';
import type { AccountCondition } from '../database/types';

/**
 * What a rule asks of accounts. Which groups somebody owns only the catalog
 * knows, so that such a rule names owners and `Access` finds the groups.
 */
export type AccountRuleQuery = AccountCondition | { ownedBy: string[] };

/**
 * Accounts as a resource of the permission system.
 *
 * @public
 */
export const accountResourceRef = createPermissionResourceRef<
  Account,
  AccountRuleQuery
>().with({
  pluginId: 'm365-licenses',
  resourceType: RESOURCE_TYPE_ACCOUNT,
});

const inDepartment = createPermissionRule({
  name: 'IN_DEPARTMENT',
  description: 'Allow accounts of one of these departments',
  resourceRef: accountResourceRef,
  paramsSchema: z.object({
    departments: z
      .array(z.string())
      .describe('Departments as Microsoft Entra spells them'),
  }),
  apply: (account, { departments }) =>
    account.department !== null && departments.includes(account.department),
  toQuery: ({ departments }) => ({ department: departments }),
});

const inCountry = createPermissionRule({
  name: 'IN_COUNTRY',
  description: 'Allow accounts of one of these countries',
  resourceRef: accountResourceRef,
  paramsSchema: z.object({
    countries: z
      .array(z.string())
      .describe('Countries as Microsoft Entra spells them'),
  }),
  apply: (account, { countries }) =>
    account.country !== null && countries.includes(account.country),
  toQuery: ({ countries }) => ({ country: countries }),
});

const isAccount = createPermissionRule({
  name: 'IS_ACCOUNT',
  description: 'Allow accounts with one of these user principal names',
  resourceRef: accountResourceRef,
  paramsSchema: z.object({
    userPrincipalNames: z.array(z.string()),
  }),
  apply: (account, { userPrincipalNames }) =>
    userPrincipalNames.some(
      name => name.toLowerCase() === account.userPrincipalName.toLowerCase(),
    ),
  toQuery: ({ userPrincipalNames }) => ({
    userPrincipalName: userPrincipalNames,
  }),
});

const inOwnedGroup = createPermissionRule({
  name: 'IN_OWNED_GROUP',
  description:
    'Allow accounts of members of catalog groups that any of these own, groups below included',
  resourceRef: accountResourceRef,
  paramsSchema: z.object({
    owners: z
      .array(z.string())
      .describe(
        'Entity refs of a person and of what they belong to, as in user.info.ownershipEntityRefs',
      ),
  }),
  // An account does not say which groups it is in; lists are narrowed by toQuery.
  apply: () => false,
  toQuery: ({ owners }) => ({ ownedBy: owners }),
});

/** The rules that a policy may set on reading accounts. */
export const accountRules = {
  inDepartment,
  inCountry,
  isAccount,
  inOwnedGroup,
};

const accountConditionExports = createConditionExports({
  resourceRef: accountResourceRef,
  rules: accountRules,
});

/**
 * Conditions for a permission policy, for example
 * `accountConditions.inDepartment({ departments: ['Finance'] })`, or for those
 * who own groups of the catalog
 * `accountConditions.inOwnedGroup({ owners: user.info.ownershipEntityRefs })`.
 *
 * @public
 */
export const accountConditions = accountConditionExports.conditions;

/**
 * Makes the conditional decision of a permission policy on reading accounts.
 *
 * @public
 */
export const createAccountConditionalDecision =
  accountConditionExports.createConditionalDecision;
