import {
  type Entity,
  parseEntityRef,
  RELATION_MEMBER_OF,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { ANNOTATION_LICENSE_OWNERS } from 'backstage-plugin-m365-licenses-common';
import type { Stores } from '../database/types';
import {
  type CatalogReader,
  ENTITY_FIELDS,
  entitiesMatching,
  relatedTo,
} from './catalogEntities';

export interface GroupOwnersOptions extends CatalogReader {
  stores: Pick<Stores, 'catalogGroups'>;
}

/** The refs of an annotation; what is no entity ref stands for nobody. */
function refsOf(annotation: string | undefined): string[] {
  return (annotation ?? '').split(',').flatMap(text => {
    try {
      return [
        stringifyEntityRef(
          parseEntityRef(text.trim(), { defaultKind: 'user' }),
        ),
      ];
    } catch {
      return [];
    }
  });
}

/** Entity refs of who owns a group where licenses are concerned. */
function ownersOf(group: Entity): string[] {
  const related = (group.relations ?? [])
    .filter(({ type }) => type === RELATION_OWNED_BY)
    .map(({ targetRef }) => targetRef.toLocaleLowerCase('en-US'));
  return [
    ...new Set([
      ...related,
      ...refsOf(group.metadata.annotations?.[ANNOTATION_LICENSE_OWNERS]),
    ]),
  ];
}

/**
 * Who owns groups of the catalog, and with them the licenses of their members:
 * who a group is `ownedBy`, and who its annotation
 * `microsoft365.com/license-owners` names. A group's owners own the groups below
 * it as well.
 */
export class GroupOwners {
  readonly #options: GroupOwnersOptions;

  static create(options: GroupOwnersOptions): GroupOwners {
    return new GroupOwners(options);
  }

  private constructor(options: GroupOwnersOptions) {
    this.#options = options;
  }

  /**
   * Those of some accounts that are in a group that somebody owns.
   *
   * @param accountIds - Graph's ids; of accounts that are gone, none is found
   * @param ownershipRefs - entity refs of the person and of what they belong to
   */
  async ownedAmong(
    tenant: string,
    accountIds: string[],
    ownershipRefs: string[],
  ): Promise<string[]> {
    if (accountIds.length === 0) {
      return [];
    }
    const groups = await this.groupsOf(ownershipRefs);
    return groups.length === 0
      ? []
      : this.#options.stores.catalogGroups.membersAmong(
          tenant,
          accountIds,
          groups,
        );
  }

  /**
   * Entity refs of the groups that somebody owns, those below them included.
   *
   * @param ownershipRefs - as for {@link GroupOwners.ownedAmong}
   */
  async groupsOf(ownershipRefs: string[]): Promise<string[]> {
    const refs = ownershipRefs.map(ref => ref.toLocaleLowerCase('en-US'));
    if (refs.length === 0) {
      return [];
    }
    const groups = await entitiesMatching(this.#options, {
      $all: [
        { kind: 'Group' },
        {
          $any: [
            relatedTo(RELATION_OWNED_BY, refs),
            {
              [`metadata.annotations.${ANNOTATION_LICENSE_OWNERS}`]: {
                $exists: true,
              },
            },
          ],
        },
      ],
    });
    const owned = groups.filter(group =>
      ownersOf(group).some(owner => refs.includes(owner)),
    );
    return this.#options.stores.catalogGroups.below(
      ...owned.map(stringifyEntityRef),
    );
  }

  /**
   * The people who own each of some groups, by entity ref; of a group that owns
   * one, its members. A group's own owners only, and only people whom the catalog
   * knows.
   */
  async peopleOwning(groupRefs: string[]): Promise<Map<string, string[]>> {
    const { catalog, auth } = this.#options;
    const { items } = await catalog.getEntitiesByRefs(
      { entityRefs: groupRefs, fields: ENTITY_FIELDS },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    const groups = items.filter(group => group !== undefined);
    const people = new Map<string, string[]>();
    for (const owner of new Set(groups.flatMap(ownersOf))) {
      people.set(owner, await this.#peopleOf(owner));
    }
    return new Map(
      groups.map(group => [
        stringifyEntityRef(group),
        [...new Set(ownersOf(group).flatMap(owner => people.get(owner) ?? []))],
      ]),
    );
  }

  /** A person of the catalog, or the members of a group and of those below it. */
  async #peopleOf(ref: string): Promise<string[]> {
    const { kind, namespace, name } = parseEntityRef(ref);
    if (kind !== 'user' && kind !== 'group') {
      return [];
    }
    const people = await entitiesMatching(this.#options, {
      $all: [
        { kind: 'User' },
        kind === 'group'
          ? relatedTo(
              RELATION_MEMBER_OF,
              await this.#options.stores.catalogGroups.below(ref),
            )
          : { 'metadata.namespace': namespace, 'metadata.name': name },
      ],
    });
    return people.map(stringifyEntityRef);
  }
}
