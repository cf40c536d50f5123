import type {
  AuthService,
  DiscoveryService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { type Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import type {
  CatalogProcessor,
  CatalogProcessorCache,
  CatalogProcessorEmit,
  LocationSpec,
} from '@backstage/plugin-catalog-node';
import {
  ANNOTATION_TENANT_ID,
  ANNOTATION_USER_ID,
  ANNOTATION_USER_PRINCIPAL_NAME,
  answerOf,
  createM365LicensesClient,
  type AccountMatch,
} from 'backstage-plugin-m365-licenses-common';
import { pickMatch, type AccountQuestion } from './pickMatch';

/** How long a match is believed without asking again. */
const MATCH_MS = 60 * 60_000;
/** The same for no match: short, so that the first sync shows soon. */
const MISS_MS = 60_000;
/** How long the plugin is left alone after it did not answer. */
const QUIET_MS = 60_000;
/** How long one question may take; the processing of the entity waits for it. */
const PATIENCE_MS = 5_000;
/** The longest user principal name or email the plugin takes. */
const MAX_LENGTH = 320;

/** The answer kept in the processor's cache from one processing to the next. */
type Remembered = {
  /** What was asked; another question makes the answer worthless. */
  question: string;
  /** Milliseconds since the epoch. */
  at: number;
  match: { userId: string; tenantId: string } | null;
  ambiguous: boolean;
};

/** The cache is the processor's own; the version is part of the key. */
const CACHE_KEY = 'account.v1';

/**
 * Gives User entities the annotations `graph.microsoft.com/user-id` and
 * `graph.microsoft.com/tenant-id` when the m365-licenses plugin knows exactly
 * one account for them: by the annotation
 * `microsoft365.com/user-principal-name`, else by the profile's email.
 * Entities that name their account already are left as they are.
 *
 * Annotations are added before validation, as everything else that enriches an
 * entity. A plugin that does not answer never fails the processing: the last
 * known match stays.
 */
export class AccountAnnotationProcessor implements CatalogProcessor {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;
  readonly #logger: LoggerService;
  readonly #now: () => number;
  /** Until when no question is asked, since the plugin did not answer. */
  #quietUntil: number | undefined;

  static create(options: {
    auth: AuthService;
    discovery: DiscoveryService;
    logger: LoggerService;
    /** Milliseconds since the epoch. */
    now?: () => number;
  }) {
    return new AccountAnnotationProcessor(options);
  }

  private constructor(options: {
    auth: AuthService;
    discovery: DiscoveryService;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.#auth = options.auth;
    this.#discovery = options.discovery;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  getProcessorName(): string {
    return 'M365LicensesAccountAnnotationProcessor';
  }

  async preProcessEntity(
    entity: Entity,
    _location: LocationSpec,
    _emit: CatalogProcessorEmit,
    _originLocation: LocationSpec,
    cache: CatalogProcessorCache,
  ): Promise<Entity> {
    const question = questionOf(entity);
    if (!question) {
      return entity;
    }
    const match = await this.#match(entity, question, cache);
    if (!match) {
      return entity;
    }
    return {
      ...entity,
      metadata: {
        ...entity.metadata,
        annotations: {
          ...entity.metadata.annotations,
          [ANNOTATION_USER_ID]: match.userId,
          [ANNOTATION_TENANT_ID]: match.tenantId,
        },
      },
    };
  }

  /** The account of the entity, from the cache while that is fresh enough. */
  async #match(
    entity: Entity,
    question: AccountQuestion,
    cache: CatalogProcessorCache,
  ): Promise<Remembered['match']> {
    const asked = JSON.stringify(question).toLowerCase();
    const cached = await cache.get<Remembered>(CACHE_KEY);
    const known = cached?.question === asked ? cached : undefined;
    const now = this.#now();
    if (known && now < known.at + (known.match ? MATCH_MS : MISS_MS)) {
      return known.match;
    }

    const found = await this.#ask(question);
    if (!found) {
      return known?.match ?? null;
    }
    const picked = pickMatch(found, question);
    const ambiguous = picked === 'ambiguous';
    if (ambiguous && !known?.ambiguous) {
      this.#logger.warn(
        `${stringifyEntityRef(entity)} is left without account: ${
          found.length
        } accounts have the ${
          question.by === 'email' ? 'email' : 'user principal name'
        } it gives; annotate it with ${ANNOTATION_USER_ID}, or with ${ANNOTATION_TENANT_ID} where they are in different tenants`,
      );
    }
    const match =
      picked && picked !== 'ambiguous'
        ? { userId: picked.userId, tenantId: picked.tenantId }
        : null;
    await cache.set<Remembered>(CACHE_KEY, {
      question: asked,
      at: now,
      match,
      ambiguous,
    });
    return match;
  }

  /** The accounts that the plugin finds; undefined when it does not answer. */
  async #ask(question: AccountQuestion): Promise<AccountMatch[] | undefined> {
    if (this.#quietUntil !== undefined && this.#now() < this.#quietUntil) {
      return undefined;
    }
    try {
      const { token } = await this.#auth.getPluginRequestToken({
        onBehalfOf: await this.#auth.getOwnServiceCredentials(),
        targetPluginId: 'm365-licenses',
      });
      const client = createM365LicensesClient({
        baseUrl: () => this.#discovery.getBaseUrl('m365-licenses'),
        token,
      });
      const { items } = await answerOf(
        client.GET('/account-matches', {
          params: { query: { [question.by]: question.value } },
          signal: AbortSignal.timeout(PATIENCE_MS),
        }),
      );
      if (this.#quietUntil !== undefined) {
        this.#quietUntil = undefined;
        this.#logger.info('The m365-licenses plugin answers again');
      }
      return items;
    } catch (error) {
      if (this.#quietUntil === undefined) {
        this.#logger.warn(
          `User entities keep the Microsoft 365 account that is known, new ones get none, until the m365-licenses plugin answers: ${stringifyError(
            error,
          )}`,
        );
      }
      this.#quietUntil = this.#now() + QUIET_MS;
      return undefined;
    }
  }
}

/** What to ask for an entity; undefined when there is nothing to ask or to find out. */
function questionOf(entity: Entity): AccountQuestion | undefined {
  const annotations = entity.metadata.annotations ?? {};
  if (
    entity.kind.toLowerCase() !== 'user' ||
    annotations[ANNOTATION_USER_ID] !== undefined
  ) {
    return undefined;
  }
  const principalName = annotations[ANNOTATION_USER_PRINCIPAL_NAME];
  const given: unknown = principalName ?? emailOf(entity);
  const value = typeof given === 'string' ? given.trim() : '';
  if (!value || value.length > MAX_LENGTH) {
    return undefined;
  }
  const tenantId = annotations[ANNOTATION_TENANT_ID];
  return {
    value,
    by: principalName === undefined ? 'email' : 'userPrincipalName',
    ...(tenantId === undefined ? {} : { tenantId }),
  };
}

/** The profile's email, of whatever type: the entity is not validated yet. */
function emailOf(entity: Entity): unknown {
  const profile = entity.spec?.profile;
  return profile && typeof profile === 'object' && !Array.isArray(profile)
    ? profile.email
    : undefined;
}
