import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { personRefOf } from './entityRefs';

/** A link to a user or group; other callers have no page. */
export function Person(props: { entityRef: string }) {
  const { entityRef } = props;
  return personRefOf(entityRef) ? (
    <EntityRefLink entityRef={entityRef} />
  ) : (
    <>{entityRef}</>
  );
}
