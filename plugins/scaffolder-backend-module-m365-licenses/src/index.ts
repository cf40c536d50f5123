/**
 * A scaffolder module with template actions that take Microsoft 365 licenses
 * back, and put them back.
 *
 * @packageDocumentation
 */

export { createHandBackAction } from './actions/handBack';
export type { LicenseActionOptions } from './actions/licenseManager';
export { createPlanAction } from './actions/plan';
export { createReclaimAction } from './actions/reclaim';
export { createRestoreAction } from './actions/restore';
export { scaffolderModuleM365Licenses as default } from './module';
