import type { Entity } from '@backstage/catalog-model';
import {
  ANNOTATION_USER_ID,
  ANNOTATION_USER_PRINCIPAL_NAME,
} from 'backstage-plugin-m365-licenses-common';
import type { EvaluatedAccount, Stores } from '../database/types';
import { GraphError } from '../graph/errors';
import type { GraphConnection, GraphPerson } from '../graph/types';
import { groupsAbove } from '../insights/groupTree';
import { isPassing } from '../reclamation/outcomes';
import { type CatalogReader, entitiesMatching } from './catalogEntities';
import type { GroupOwners } from './GroupOwners';

/** Finds the accounts that User entities stand for, in every tenant. */
export interface AccountMatcher {
  match(
    users: Entity[],
  ): Promise<{ entityRef: string; tenant: string; accountId: string }[]>;
}

/** Who is asked about the licenses of an account. */
export interface Addressee {
  /** Entity refs of people; none where nobody can be reached. */
  recipients: string[];
  /** Graph id of the manager's account; null where there is none, or it could not be read. */
  managerId: string | null;
}

export interface AddresseesOptions extends CatalogReader {
  stores: Pick<Stores, 'catalogGroups' | 'questions'>;
  entityAccounts: AccountMatcher;
  groupOwners: Pick<GroupOwners, 'peopleOwning'>;
}

type Managers = Map<string, GraphPerson | null | GraphError>;

/** Whom to ask: the person, else their manager, else who owns a group they are in. */
export class Addressees {
  readonly #options: AddresseesOptions;

  static create(options: AddresseesOptions): Addressees {
    return new Addressees(options);
  }

  private constructor(options: AddresseesOptions) {
    this.#options = options;
  }

  /**
   * Who is asked about the licenses of each account, by its Graph id.
   *
   * An account that is missing in what is returned is to be asked for again
   * later: Microsoft did not say who manages it.
   *
   * @param accounts - a few hundred at most
   * @throws GraphError where Microsoft cannot be asked for managers at the moment
   */
  async find(
    tenant: { name: string; graph: Pick<GraphConnection, 'managersOf'> },
    accounts: EvaluatedAccount[],
  ): Promise<Map<string, Addressee>> {
    if (accounts.length === 0) {
      return new Map();
    }
    const managers = await this.#managers(
      tenant.graph,
      accounts.map(({ id }) => id),
    );
    const managerIds = [...managers.values()].flatMap(manager =>
      manager === null || manager instanceof GraphError ? [] : manager.id,
    );
    const people = await this.#peopleOf(tenant.name, [
      ...new Set([...accounts.map(({ id }) => id), ...managerIds]),
    ]);
    const found = new Map<string, Addressee>();
    const unreached: EvaluatedAccount[] = [];
    for (const account of accounts) {
      const manager = managers.get(account.id) ?? null;
      const managerId =
        manager === null || manager instanceof GraphError ? null : manager.id;
      const person =
        people.get(account.id) ?? (managerId && people.get(managerId));
      if (person) {
        found.set(account.id, { recipients: [person], managerId });
      } else if (!(manager instanceof GraphError) || !isPassing(manager)) {
        found.set(account.id, { recipients: [], managerId });
        unreached.push(account);
      }
    }
    const owners = await this.#ownersOf(unreached);
    for (const [id, recipients] of owners) {
      found.set(id, { managerId: null, ...found.get(id), recipients });
    }
    return found;
  }

  async #managers(
    graph: Pick<GraphConnection, 'managersOf'>,
    ids: string[],
  ): Promise<Managers> {
    try {
      return await graph.managersOf(ids);
    } catch (error) {
      if (!(error instanceof GraphError) || isPassing(error)) {
        throw error;
      }
      // Nobody may read managers here: people are asked all the same.
      return new Map(ids.map(id => [id, error]));
    }
  }

  /**
   * Entity refs of the people who stand for accounts that can sign in, by Graph
   * id; of several for one account the first by entity ref.
   */
  async #peopleOf(tenant: string, ids: string[]): Promise<Map<string, string>> {
    const { stores, entityAccounts } = this.#options;
    const accounts = await stores.questions.enabledAccounts(tenant, ids);
    if (accounts.length === 0) {
      return new Map();
    }
    const users = await entitiesMatching(this.#options, {
      $all: [
        { kind: 'User' },
        {
          $any: [
            {
              [`metadata.annotations.${ANNOTATION_USER_ID}`]: {
                $in: accounts.map(({ id }) => id),
              },
            },
            {
              [`metadata.annotations.${ANNOTATION_USER_PRINCIPAL_NAME}`]: {
                $in: accounts.map(({ userPrincipalName }) => userPrincipalName),
              },
            },
            {
              'spec.profile.email': {
                $in: accounts.flatMap(({ email }) => email ?? []),
              },
            },
          ],
        },
      ],
    });
    const isMeant = new Set(accounts.map(({ id }) => id));
    // A user may stand for another account than the one they were found by.
    const matched = (await entityAccounts.match(users))
      .filter(match => match.tenant === tenant && isMeant.has(match.accountId))
      .sort((left, right) => (left.entityRef < right.entityRef ? 1 : -1));
    return new Map(
      matched.map(({ accountId, entityRef }) => [accountId, entityRef]),
    );
  }

  /**
   * The people who own the nearest group of each account that has any: first the
   * group it is counted with and those above it, then its others.
   */
  async #ownersOf(
    accounts: EvaluatedAccount[],
  ): Promise<Map<string, string[]>> {
    const { stores, groupOwners } = this.#options;
    const refs = [...new Set(accounts.flatMap(({ groups }) => groups))];
    if (refs.length === 0) {
      return new Map();
    }
    const above = groupsAbove(await stores.catalogGroups.groups());
    const owners = await groupOwners.peopleOwning(refs);
    return new Map(
      accounts.map(({ id, homeGroup, groups }) => {
        const nearest = [...(homeGroup ? above(homeGroup) : []), ...groups]
          .map(group => owners.get(group) ?? [])
          .find(people => people.length > 0);
        return [id, nearest ?? []];
      }),
    );
  }
}
