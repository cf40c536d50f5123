import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  type CompoundEntityRef,
  type Entity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ANNOTATION_TENANT_ID,
  ANNOTATION_USER_ID,
  ANNOTATION_USER_PRINCIPAL_NAME,
} from 'backstage-plugin-m365-licenses-common';
import { z } from 'zod/v3';
import type { AccountStore } from '../database/types';

/** An account that a User entity stands for. */
export interface MatchedAccount {
  entityRef: string;
  tenant: string;
  accountId: string;
}

const profileSchema = z.object({
  spec: z.object({ profile: z.object({ email: z.string().min(1) }) }),
});

/** What identifies the account of a User entity: the first of the three that is there. */
interface AccountKey {
  entityRef: string;
  tenantId?: string;
  userId?: string;
  userPrincipalName?: string;
  email?: string;
}

function accountKey(entity: Entity): AccountKey {
  const annotations = entity.metadata.annotations ?? {};
  const profile = profileSchema.safeParse(entity);
  const key = {
    entityRef: stringifyEntityRef(entity),
    tenantId: annotations[ANNOTATION_TENANT_ID],
  };
  if (annotations[ANNOTATION_USER_ID]) {
    return { ...key, userId: annotations[ANNOTATION_USER_ID] };
  }
  if (annotations[ANNOTATION_USER_PRINCIPAL_NAME]) {
    return {
      ...key,
      userPrincipalName: annotations[ANNOTATION_USER_PRINCIPAL_NAME],
    };
  }
  return profile.success
    ? { ...key, email: profile.data.spec.profile.email }
    : key;
}

/** Looks up the first item by one of its values, whatever their case. */
function firstBy<Item>(
  items: Item[],
  valueOf: (item: Item) => string | null,
): (value: string | undefined) => Item | undefined {
  const first = new Map<string, Item>();
  for (const item of items) {
    const value = valueOf(item)?.toLowerCase();
    if (value && !first.has(value)) {
      first.set(value, item);
    }
  }
  return value => (value ? first.get(value.toLowerCase()) : undefined);
}

/** The users of a catalog entity and the accounts they stand for. */
export class EntityAccounts {
  readonly #catalog: CatalogService;
  readonly #accounts: AccountStore;
  readonly #tenants: { name: string; tenantId: string }[];

  static create(options: {
    catalog: CatalogService;
    accounts: AccountStore;
    tenants: { name: string; tenantId: string }[];
  }) {
    return new EntityAccounts(options);
  }

  private constructor(options: {
    catalog: CatalogService;
    accounts: AccountStore;
    tenants: { name: string; tenantId: string }[];
  }) {
    this.#catalog = options.catalog;
    this.#accounts = options.accounts;
    this.#tenants = options.tenants;
  }

  /**
   * The User entities that an entity stands for: a user itself, or the members
   * of a group.
   *
   * @throws NotFoundError when the catalog has no such entity, or does not
   *   show it to the caller
   */
  async users(
    ref: CompoundEntityRef,
    credentials: BackstageCredentials,
  ): Promise<Entity[]> {
    const entityRef = stringifyEntityRef(ref);
    const entity = await this.#catalog.getEntityByRef(entityRef, {
      credentials,
    });
    if (!entity) {
      throw new NotFoundError(`The catalog has no entity ${entityRef}`);
    }
    if (entity.kind.toLocaleLowerCase('en-US') === 'user') {
      return [entity];
    }
    const { items } = await this.#catalog.getEntities(
      {
        filter: { kind: 'User', 'relations.memberOf': entityRef },
        fields: [
          'kind',
          'metadata.name',
          'metadata.namespace',
          'metadata.annotations',
          'spec.profile',
        ],
      },
      { credentials },
    );
    return items;
  }

  /**
   * The accounts of users, in every tenant: by the annotation
   * graph.microsoft.com/user-id, else microsoft365.com/user-principal-name,
   * else the profile's email.
   */
  async match(users: Entity[]): Promise<MatchedAccount[]> {
    const keys = users.map(accountKey);
    const matched: MatchedAccount[] = [];
    for (const tenant of this.#tenants) {
      const here = keys.filter(
        ({ tenantId }) =>
          tenantId === undefined ||
          tenantId.toLowerCase() === tenant.tenantId.toLowerCase(),
      );
      matched.push(...(await this.#matchIn(tenant.name, here)));
    }
    return matched;
  }

  async #matchIn(
    tenant: string,
    keys: AccountKey[],
  ): Promise<MatchedAccount[]> {
    const matched: MatchedAccount[] = [];
    // A few hundred keys at once keep the query small.
    for (let start = 0; start < keys.length; start += 200) {
      const batch = keys.slice(start, start + 200);
      const present = (values: (string | undefined)[]) =>
        values.filter((value): value is string => value !== undefined);
      const found = await this.#accounts.match(tenant, {
        ids: present(batch.map(({ userId }) => userId)),
        userPrincipalNames: present(
          batch.map(({ userPrincipalName }) => userPrincipalName),
        ),
        emails: present(batch.map(({ email }) => email)),
      });
      const byId = firstBy(found, ({ id }) => id);
      const byName = firstBy(found, each => each.userPrincipalName);
      const byEmail = firstBy(found, ({ email }) => email);
      for (const { entityRef, userId, userPrincipalName, email } of batch) {
        const account =
          byId(userId) ?? byName(userPrincipalName) ?? byEmail(email);
        if (account) {
          matched.push({ entityRef, tenant, accountId: account.id });
        }
      }
    }
    return matched;
  }
}
