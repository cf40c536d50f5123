import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { InputError, NotFoundError } from '@backstage/errors';
import {
  type License,
  licenseReadPermission,
  type Term,
  type TermInput,
  type Terms,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import type {
  ActivityThreshold,
  CapturedLicense,
  StoredTerm,
  Stores,
} from '../database/types';
import {
  annualOf,
  isInForce,
  savingsFrom,
  skuSpend,
  tenantSpend,
} from '../insights/money';
import { reconcile } from '../insights/reconciliation';
import { renewalsOf } from '../insights/renewals';
import {
  compareTerms,
  type TermChange,
  toTermInput,
} from '../insights/termChanges';
import type { Access } from './access';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';
import { findRepeated, readTerm } from './terms';
import { readTermsCsv } from './termsCsv';

/** What the handlers of licenses call. */
export interface LicenseHandlerOptions {
  tenants: Tenants;
  stores: Pick<Stores, 'licenses' | 'terms'>;
  access: Access;
  /** What decides whether a license is used today. */
  threshold(): ActivityThreshold;
  /** Who calls, a person or a service, as it is stored with what they change. */
  caller(credentials: BackstageCredentials): Promise<string>;
  now: () => Date;
}

/** A SKU with its terms. */
interface WithTerms<Sku> {
  license: Sku;
  terms: StoredTerm[];
}

/** How many terms of each kind there are, for the audit log. */
function countChanges(changes: TermChange<StoredTerm>[]) {
  const count = (action: TermChange<StoredTerm>['action']) =>
    changes.filter(change => change.action === action).length;
  return {
    added: count('added'),
    changed: count('changed'),
    removed: count('removed'),
    unchanged: count('unchanged'),
  };
}

/**
 * Brings what was entered into the form in which it is stored.
 *
 * @throws InputError that names the place and field of everything wrong
 */
function readTerms(items: TermInput[]): TermInput[] {
  const read = items.map(readTerm);
  const terms = read.map(({ term }) => term);
  const problems = [
    ...read.flatMap((item, place) =>
      item.problems.map(
        ({ field, message }) => `items.${place}.${field}: ${message}`,
      ),
    ),
    ...findRepeated(terms).map(
      ({ place, first }) =>
        `items.${place}: says the same as items.${first}; add their quantities up, or tell them apart by purchaseIdentifier`,
    ),
  ];
  if (problems.length > 0) {
    throw new InputError(problems.join('; '));
  }
  return terms;
}

/** The operations on licenses, on what they cost, and on when they renew. */
export function createLicenseHandlers({
  tenants,
  stores,
  access,
  threshold,
  caller,
  now,
}: LicenseHandlerOptions): Pick<
  OperationHandlers,
  | 'listLicenses'
  | 'getLicense'
  | 'getTerms'
  | 'replaceTerms'
  | 'listTerms'
  | 'importTerms'
  | 'getSpend'
  | 'listRenewals'
> {
  const withTerms = async <Sku extends CapturedLicense>(
    tenant: string,
    reading: Promise<Sku[]>,
  ): Promise<WithTerms<Sku>[]> => {
    const [licenses, terms] = await Promise.all([
      reading,
      stores.terms.list(tenant),
    ]);
    return licenses.map(license => ({
      license,
      terms: terms.filter(({ skuId }) => skuId === license.skuId),
    }));
  };

  /** Every SKU of a tenant with its terms. */
  const capturedOf = (tenant: string) =>
    withTerms(tenant, stores.licenses.captured(tenant));

  /** The same with who uses it, which takes longer. */
  const usedOf = (tenant: string) =>
    withTerms(tenant, stores.licenses.list(tenant, threshold()));

  /**
   * The id as Microsoft writes it.
   *
   * @throws NotFoundError
   */
  const skuIdOf = async (tenant: string, skuId: string): Promise<string> => {
    const wanted = skuId.toLowerCase();
    const license = (await stores.licenses.captured(tenant)).find(
      each => each.skuId.toLowerCase() === wanted,
    );
    if (!license) {
      throw new NotFoundError(
        `The tenant ${tenant} has no license ${skuId}, or License Information did not read it yet; see the Licenses tab`,
      );
    }
    return license.skuId;
  };

  const toTerm = ({ skuId: _, ...term }: StoredTerm): Term => ({
    ...term,
    active: isInForce(term, threshold().today),
    annual: annualOf(term),
  });

  const termsOf = async (tenant: string, skuId: string): Promise<Terms> => {
    // Before the terms: one of older terms is refused, one of newer ones not.
    const revision = await stores.terms.revision(tenant, skuId);
    const items = (await stores.terms.list(tenant, skuId)).map(toTerm);
    return { items, totalItems: items.length, revision };
  };

  return {
    listLicenses: {
      eventId: 'license-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const tenant = await tenants.readable(path.tenant);
        const { text, status, sort = 'displayName', order = 'asc' } = query;
        const wanted = text?.toLocaleLowerCase('en');
        const direction = order === 'asc' ? 1 : -1;
        const { today } = threshold();
        const items = (await usedOf(tenant.name))
          .filter(
            ({ license }) =>
              (!status || license.status === status) &&
              (!wanted ||
                license.displayName.toLocaleLowerCase('en').includes(wanted) ||
                license.skuPartNumber.toLocaleLowerCase('en').includes(wanted)),
          )
          .map(
            (sku): License => ({
              ...sku.license,
              spend: skuSpend(sku, today),
            }),
          )
          .sort((left, right) => {
            const byName = left.displayName.localeCompare(right.displayName);
            return sort === 'displayName'
              ? direction * byName
              : direction * (left[sort] - right[sort]) || byName;
          });
        return { status: 200, body: { items, totalItems: items.length } };
      },
    },

    getLicense: {
      eventId: 'license-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const skuId = await skuIdOf(name, path.skuId);
        const [[license], terms] = await Promise.all([
          stores.licenses.list(name, threshold(), skuId),
          termsOf(name, skuId),
        ]);
        const { today } = threshold();
        return {
          status: 200,
          body: {
            license: {
              ...license,
              spend: skuSpend({ license, terms: terms.items }, today),
            },
            savingsFrom: savingsFrom({ terms: terms.items }, today),
            terms,
            reconciliation: reconcile(license, terms.items, today),
          },
        };
      },
    },

    getTerms: {
      eventId: 'terms-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const skuId = await skuIdOf(name, path.skuId);
        return { status: 200, body: await termsOf(name, skuId) };
      },
    },

    replaceTerms: {
      eventId: 'terms-update',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(termsUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        const skuId = await skuIdOf(name, path.skuId);
        const terms = readTerms(body.items);
        const before = await stores.terms.list(name, skuId);
        await stores.terms.replace(
          name,
          [{ skuId, terms, revision: body.revision }],
          { updatedBy: await caller(credentials), at: now() },
        );
        return {
          status: 200,
          body: await termsOf(name, skuId),
          audit: countChanges(compareTerms(before, terms)),
        };
      },
    },

    listTerms: {
      eventId: 'terms-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const items = (await capturedOf(name))
          .sort((left, right) =>
            left.license.displayName.localeCompare(right.license.displayName),
          )
          .flatMap(({ license, terms }) =>
            terms.map(term => ({
              skuId: license.skuId,
              skuPartNumber: license.skuPartNumber,
              displayName: license.displayName,
              term: toTerm(term),
            })),
          );
        return { status: 200, body: { items, totalItems: items.length } };
      },
    },

    importTerms: {
      eventId: 'terms-import',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(termsUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        const skus = await capturedOf(name);
        const { bySku, problems } = readTermsCsv(
          body.csv,
          skus.map(({ license }) => license),
        );
        const changed = skus
          .flatMap(({ license, terms }) => {
            const after = bySku.get(license.skuId);
            return after
              ? [{ license, after, changes: compareTerms(terms, after) }]
              : [];
          })
          .sort((left, right) =>
            left.license.displayName.localeCompare(right.license.displayName),
          );
        const applied = body.apply === true && problems.length === 0;
        if (applied) {
          await stores.terms.replace(
            name,
            changed.map(({ license, after }) => ({
              skuId: license.skuId,
              terms: after,
            })),
            { updatedBy: await caller(credentials), at: now() },
          );
        }
        return {
          status: 200,
          body: {
            applied,
            changes: changed.flatMap(({ license, changes }) =>
              changes.map(({ action, before, after }) => ({
                skuId: license.skuId,
                displayName: license.displayName,
                action,
                before: before && toTermInput(before),
                after,
              })),
            ),
            problems,
          },
          audit: {
            applied,
            licenses: changed.length,
            ...countChanges(changed.flatMap(({ changes }) => changes)),
            problems: problems.length,
          },
        };
      },
    },

    getSpend: {
      eventId: 'spend-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        return {
          status: 200,
          body: tenantSpend(await usedOf(name), threshold().today),
        };
      },
    },

    listRenewals: {
      eventId: 'renewal-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const { days = 365 } = query;
        const items = renewalsOf(await capturedOf(name), {
          today: threshold().today,
          days,
        });
        return { status: 200, body: { items, totalItems: items.length } };
      },
    },
  };
}
