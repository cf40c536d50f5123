/**
 * A scaffolder module with template actions that take Microsoft 365 licenses
 * back.
 *
 * @packageDocumentation
 */

export { createReclaimAction } from './actions/reclaim';
export { scaffolderModuleM365Licenses as default } from './module';
