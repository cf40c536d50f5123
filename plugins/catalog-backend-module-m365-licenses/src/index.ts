/**
 * A catalog module that ties User entities to their Microsoft 365 account.
 *
 * @packageDocumentation
 */

export { catalogModuleM365Licenses as default } from './module';
