/**
 * What the backend, the frontend and the modules of the Microsoft 365 license
 * manager share: the REST API's document, types and client, its permissions,
 * and the annotations that tie catalog entities to accounts.
 *
 * @packageDocumentation
 */

export * from './annotations';
export * from './client';
export * from './events';
export * from './permissions';
export * from './types';
export {
  openApiDocument,
  openApiOperations,
} from './openapi/openapi.generated';
export type {
  components as OpenApiComponents,
  operations as OpenApiOperations,
  paths as OpenApiPaths,
} from './openapi/openapi.generated';
