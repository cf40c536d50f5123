import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  type Entity,
  RELATION_CHILD_OF,
  RELATION_MEMBER_OF,
  RELATION_PARENT_OF,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { z } from 'zod/v3';
import type { EntityAccounts } from '../api/entities';
import type { CatalogGroup, CatalogGroupStore } from '../database/types';
import {
  type FoundGroup,
  groupsAbove,
  groupTree,
  homeGroup,
} from '../insights/groupTree';
import { problemOf } from '../sync/errors';

/** The catalog is not read again for so long: several tasks may end together. */
const READ_EVERY_MS = 5 * 60_000;

const PAGE_SIZE = 500;

const REF_FIELDS = ['kind', 'metadata.namespace', 'metadata.name'];

export interface CatalogGroupsOptions {
  catalog: CatalogService;
  auth: AuthService;
  entityAccounts: Pick<EntityAccounts, 'match'>;
  store: CatalogGroupStore;
  /** The names of the tenants that are started. */
  tenants: string[];
  logger: LoggerService;
  now?: () => Date;
}

const groupSchema = z.object({
  spec: z.object({ profile: z.object({ displayName: z.string().min(1) }) }),
});

function relatedTo(entity: Entity, type: string): string[] {
  return (entity.relations ?? []).flatMap(relation =>
    relation.type === type
      ? [relation.targetRef.toLocaleLowerCase('en-US')]
      : [],
  );
}

/** Reads from the catalog which groups there are and which accounts are in them. */
export class CatalogGroups {
  readonly #options: CatalogGroupsOptions;
  readonly #now: () => Date;
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;

  static create(options: CatalogGroupsOptions): CatalogGroups {
    return new CatalogGroups(options);
  }

  private constructor(options: CatalogGroupsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Brings what is stored of groups and members up to date, unless that
   * happened minutes ago. When the catalog cannot be read, what was stored
   * stays in force, and the log says what to do.
   *
   * @param options.anew - also when it happened minutes ago
   */
  async refresh(options: { anew?: boolean } = {}): Promise<void> {
    const { logger } = this.#options;
    if (!options.anew && this.#now().getTime() - this.#readAt < READ_EVERY_MS) {
      return;
    }
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    try {
      await this.#reading;
    } catch (error) {
      logger.warn(
        `The catalog's groups could not be read, so that accounts count for the groups they were in before. See whether the catalog backend runs and its policy lets this plugin read User and Group entities: ${
          problemOf(error).message
        }`,
      );
    }
  }

  async #read(): Promise<void> {
    const { store, tenants } = this.#options;
    const at = this.#now();
    const groups = await this.#readGroups();
    const members = await this.#readMembers(groups);
    await store.replaceGroups(groups, at);
    let isMatched = true;
    for (const tenant of tenants) {
      const found = members.get(tenant) ?? [];
      await store.replaceMembers(tenant, found, at);
      isMatched &&= found.length > 0;
    }
    // Before a tenant's first roster nobody is found: that run reads again.
    this.#readAt = isMatched ? at.getTime() : -Infinity;
  }

  async #readGroups(): Promise<CatalogGroup[]> {
    const found = new Map<string, FoundGroup>();
    const parents = new Map<string, string[]>();
    // Each relation is on both groups, unless an add-on made it on one alone.
    const relate = (child: string, parent: string) =>
      parents.set(child, [...(parents.get(child) ?? []), parent]);
    for await (const page of this.#pages('Group', [
      'metadata.title',
      'spec.profile.displayName',
    ])) {
      for (const group of page) {
        const ref = stringifyEntityRef(group);
        const profile = groupSchema.safeParse(group);
        relatedTo(group, RELATION_CHILD_OF).forEach(parent =>
          relate(ref, parent),
        );
        relatedTo(group, RELATION_PARENT_OF).forEach(child =>
          relate(child, ref),
        );
        found.set(ref, {
          ref,
          displayName: profile.success
            ? profile.data.spec.profile.displayName
            : group.metadata.title ?? group.metadata.name,
          parents: [],
        });
      }
    }
    return groupTree(
      [...found.values()].map(group => ({
        ...group,
        parents: parents.get(group.ref) ?? [],
      })),
    );
  }

  /** The accounts that User entities stand for, by tenant. */
  async #readMembers(groups: CatalogGroup[]) {
    const refs = new Set(groups.map(({ ref }) => ref));
    const above = groupsAbove(groups);
    const members = new Map(
      this.#options.tenants.map(tenant => [
        tenant,
        new Map<string, { entityRef: string; groups: string[] }>(),
      ]),
    );
    for await (const page of this.#pages('User', [
      'metadata.annotations',
      'spec.profile.email',
    ])) {
      const groupsOf = new Map(
        page.map(user => [
          stringifyEntityRef(user),
          relatedTo(user, RELATION_MEMBER_OF).filter(ref => refs.has(ref)),
        ]),
      );
      const matched = await this.#options.entityAccounts.match(page);
      for (const { entityRef, tenant, accountId } of matched) {
        const known = members.get(tenant);
        const before = known?.get(accountId);
        // Of several entities for one account the first by entity ref counts.
        if (!before || entityRef < before.entityRef) {
          known?.set(accountId, {
            entityRef,
            groups: groupsOf.get(entityRef) ?? [],
          });
        }
      }
    }
    return new Map(
      [...members].map(([tenant, accounts]) => [
        tenant,
        [...accounts].map(([accountId, { groups: own }]) => ({
          accountId,
          groups: own,
          home: homeGroup(own, above),
        })),
      ]),
    );
  }

  async *#pages(kind: string, fields: string[]): AsyncIterable<Entity[]> {
    const { catalog, auth } = this.#options;
    yield* catalog.streamEntities(
      {
        filter: { kind },
        fields: [...REF_FIELDS, 'relations', ...fields],
        pageSize: PAGE_SIZE,
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
  }
}
