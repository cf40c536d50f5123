/**
 * The backend of the Microsoft 365 license manager.
 *
 * @packageDocumentation
 */

export { m365LicensesPlugin as default } from './plugin';
export {
  accountConditions,
  accountResourceRef,
  createAccountConditionalDecision,
} from './api/permissionRules';
