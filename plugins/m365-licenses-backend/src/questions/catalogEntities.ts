import type { AuthService } from '@backstage/backend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';

/** What is read of entities. */
export const ENTITY_FIELDS = [
  'kind',
  'metadata.namespace',
  'metadata.name',
  'metadata.annotations',
  'relations',
  'spec.profile.email',
];

type Query = NonNullable<
  Parameters<CatalogService['streamEntities']>[0]
>['query'];

/** How the plugin itself reads the catalog. */
export interface CatalogReader {
  catalog: CatalogService;
  auth: AuthService;
}

/** All entities that match a predicate, which may be long: it is sent as a body. */
export async function entitiesMatching(
  { catalog, auth }: CatalogReader,
  query: Query,
): Promise<Entity[]> {
  const found: Entity[] = [];
  for await (const page of catalog.streamEntities(
    { query, fields: ENTITY_FIELDS },
    { credentials: await auth.getOwnServiceCredentials() },
  )) {
    found.push(...page);
  }
  return found;
}

/** That an entity has a relation to any of others. */
export function relatedTo(type: string, targetRefs: string[]) {
  return { relations: { $contains: { type, targetRef: { $in: targetRefs } } } };
}
