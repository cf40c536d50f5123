import { stringifyEntityRef } from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  type EntitySpend,
  licenseReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import type { ActivityThreshold, Stores } from '../database/types';
import { groupSpend, spendBy } from '../insights/attribution';
import { withTerms } from '../insights/money';
import type { Access } from './access';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';

/** What the handlers of where the money goes call. */
export interface SpendHandlerOptions {
  tenants: Tenants;
  stores: Pick<Stores, 'licenses' | 'terms' | 'evaluation' | 'catalogGroups'>;
  access: Access;
  catalog: CatalogService;
  /** Its day decides which terms are in force. */
  threshold(): ActivityThreshold;
}

/** The operations on where the money goes. */
export function createSpendHandlers({
  tenants,
  stores,
  access,
  catalog,
  threshold,
}: SpendHandlerOptions): Pick<
  OperationHandlers,
  'getSpendBy' | 'getEntitySpend'
> {
  const { evaluation, catalogGroups } = stores;

  /** Every SKU of a tenant with its terms. */
  const skusOf = async (tenant: string) =>
    withTerms(
      await stores.licenses.captured(tenant),
      await stores.terms.list(tenant),
    );

  /** Undefined where no account of the tenant is in the group or below it. */
  const groupSpendIn = async (
    tenant: string,
    groupRef: string,
    refs: string[],
  ): Promise<EntitySpend['items'][number] | undefined> => {
    const counts = await evaluation.counts(tenant, 'group', refs);
    if (counts.length === 0) {
      return undefined;
    }
    const [skus, bySku, evaluatedAt] = await Promise.all([
      skusOf(tenant),
      evaluation.counts(tenant, 'sku'),
      evaluation.evaluatedAt(tenant),
    ]);
    const { today } = threshold();
    return {
      tenant,
      evaluatedAt,
      ...groupSpend({ skus, bySku, counts, groupRef, today }),
    };
  };

  return {
    getSpendBy: {
      eventId: 'spend-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const { dimension } = path;
        const [skus, counts, groups, evaluatedAt] = await Promise.all([
          skusOf(name),
          evaluation.counts(name, dimension),
          dimension === 'group' ? catalogGroups.groups() : [],
          evaluation.evaluatedAt(name),
        ]);
        const { today } = threshold();
        return {
          status: 200,
          body: {
            dimension,
            evaluatedAt,
            ...spendBy({ skus, counts, groups, today }),
          },
        };
      },
    },

    getEntitySpend: {
      eventId: 'entity-spend-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const entityRef = stringifyEntityRef(path);
        // With the caller's credentials: the catalog decides who sees a group.
        if (!(await catalog.getEntityByRef(entityRef, { credentials }))) {
          throw new NotFoundError(`The catalog has no entity ${entityRef}`);
        }
        const refs = await catalogGroups.below(entityRef);
        const items: EntitySpend['items'] = [];
        for (const { name } of tenants.started) {
          const item = await groupSpendIn(name, entityRef, refs);
          if (item) {
            items.push(item);
          }
        }
        return { status: 200, body: { entityRef, items } };
      },
    },
  };
}
