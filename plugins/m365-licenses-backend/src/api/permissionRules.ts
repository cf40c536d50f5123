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
 * Accounts as a resource of the permission system.
 *
 * @public
 */
export const accountResourceRef = createPermissionResourceRef<
  Account,
  AccountCondition
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

/** The rules that a policy may set on reading accounts. */
export const accountRules = { inDepartment, inCountry, isAccount };

const accountConditionExports = createConditionExports({
  resourceRef: accountResourceRef,
  rules: accountRules,
});

/**
 * Conditions for a permission policy, for example
 * `accountConditions.inDepartment({ departments: ['Finance'] })`.
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
