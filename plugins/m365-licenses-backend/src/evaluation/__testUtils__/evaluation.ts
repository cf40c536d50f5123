import { mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { CandidatesChangedEvent } from 'backstage-plugin-m365-licenses-common';
import { EntityAccounts } from '../../api/entities';
import type { Stores } from '../../database/types';
import { CatalogGroups } from '../CatalogGroups';
import { Evaluation, type EvaluationOptions } from '../Evaluation';

export const TENANT = 'contoso';

/** The relations of an entity to others, by type. */
function relations(byType: Record<string, string[]>): Entity['relations'] {
  return Object.entries(byType).flatMap(([type, targets]) =>
    targets.map(targetRef => ({ type, targetRef })),
  );
}

/** A Group entity as the catalog gives it. */
export function groupEntity(
  name: string,
  options: { displayName?: string; childOf?: string[] } = {},
): Entity {
  const { displayName, childOf = [] } = options;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name, namespace: 'default' },
    spec: {
      type: 'team',
      children: [],
      profile: displayName ? { displayName } : {},
    },
    relations: relations({
      childOf: childOf.map(parent => `group:default/${parent}`),
    }),
  };
}

/** A User entity as the catalog gives it. */
export function userEntity(
  name: string,
  options: {
    memberOf?: string[];
    annotations?: Record<string, string>;
    email?: string;
  } = {},
): Entity {
  const { memberOf = [], annotations = {}, email } = options;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, namespace: 'default', annotations },
    spec: { profile: email ? { email } : {} },
    relations: relations({
      memberOf: memberOf.map(group => `group:default/${group}`),
    }),
  };
}

/**
 * An evaluation over stores with a catalog of its own, the default thresholds,
 * and the time that tests give.
 */
export function testEvaluation(
  stores: Stores,
  options: {
    now: () => Date;
    entities?: Entity[];
    tenants?: string[];
  } & Partial<Pick<EvaluationOptions, 'config' | 'catalogGroups'>>,
) {
  const { now, entities = [], tenants = [TENANT] } = options;
  const logger = mockServices.logger.mock();
  const catalog = catalogServiceMock({ entities });
  const published: CandidatesChangedEvent[] = [];
  const catalogGroups = CatalogGroups.create({
    catalog,
    auth: mockServices.auth(),
    entityAccounts: EntityAccounts.create({
      catalog,
      accounts: stores.accounts,
      tenants: tenants.map(name => ({ name, tenantId: `directory-${name}` })),
    }),
    store: stores.catalogGroups,
    tenants,
    logger,
    now,
  });
  const scheduler = mockServices.scheduler.mock();
  const evaluation = Evaluation.create({
    tenants,
    stores,
    catalogGroups: options.catalogGroups ?? catalogGroups,
    config: options.config ?? {
      inactiveAfterDays: 60,
      graceDays: 30,
      outsideCatalog: false,
    },
    events: {
      candidatesChanged: async event => {
        published.push(event);
      },
    },
    scheduler,
    logger,
    now,
  });
  return { evaluation, catalogGroups, catalog, logger, published, scheduler };
}
