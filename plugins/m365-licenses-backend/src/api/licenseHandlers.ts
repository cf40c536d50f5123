import type {
  BackstageCredentials,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { ConflictError, InputError } from '@backstage/errors';
import {
  type License,
  type LicenseDetail,
  type LicenseInput,
  licenseReadPermission,
  type Term,
  type TermInput,
  type Terms,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import type { ActivityThreshold, StoredTerm, Stores } from '../database/types';
import type { Evaluation } from '../evaluation';
import type { LicenseEvents } from '../events/LicenseEvents';
import { downgradesOf } from '../insights/candidates';
import { convertSpend } from '../insights/conversion';
import {
  annualOf,
  isInForce,
  savingsFrom,
  skuSpend,
  tenantSpend,
  withTerms,
} from '../insights/money';
import { reconcile } from '../insights/reconciliation';
import { renewalsOf } from '../insights/renewals';
import {
  compareTerms,
  revisionOf,
  type TermChange,
  toTermInput,
} from '../insights/termChanges';
import { problemOf } from '../sync/errors';
import type { Access } from './access';
import { capturedLicense } from './capturedLicense';
import { forecastOf } from './historyHandlers';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';
import { findRepeated, readTerm } from './terms';
import { readTermsCsv } from './termsCsv';

/** What the handlers of licenses call. */
export interface LicenseHandlerOptions {
  tenants: Tenants;
  stores: Pick<
    Stores,
    'licenses' | 'terms' | 'rates' | 'evaluation' | 'history'
  >;
  access: Access;
  events: Pick<LicenseEvents, 'termsChanged' | 'seatsChanged'>;
  evaluation: Pick<Evaluation, 'revalue'>;
  logger: LoggerService;
  /** What decides whether a license is used today. */
  threshold(): ActivityThreshold;
  /** Who calls, a person or a service, as it is stored with what they change. */
  caller(credentials: BackstageCredentials): Promise<string>;
  now: () => Date;
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

/**
 * Brings what was entered of a SKU into the form in which it is stored.
 *
 * @throws InputError that names the field
 */
function readLicense(entered: LicenseInput): LicenseInput {
  const displayName = entered.displayName?.trim() ?? null;
  if (displayName === '') {
    throw new InputError(
      'displayName: has only spaces; enter a name, or null for the name that was captured',
    );
  }
  if (displayName?.includes('\0')) {
    throw new InputError(
      'displayName: has a character that cannot be stored (NUL); remove it',
    );
  }
  return { ...entered, displayName };
}

/** The operations on licenses, on what they cost, and on when they renew. */
export function createLicenseHandlers({
  tenants,
  stores,
  access,
  events,
  evaluation,
  logger,
  threshold,
  caller,
  now,
}: LicenseHandlerOptions): Pick<
  OperationHandlers,
  | 'listLicenses'
  | 'getLicense'
  | 'updateLicense'
  | 'getTerms'
  | 'replaceTerms'
  | 'listTerms'
  | 'importTerms'
  | 'getSpend'
  | 'listRenewals'
> {
  /** Every SKU of a tenant with its terms. */
  const capturedOf = async (tenant: string) =>
    withTerms(
      await stores.licenses.captured(tenant),
      await stores.terms.list(tenant),
    );

  /** The same with who uses it. */
  const usedOf = async (tenant: string) =>
    withTerms(
      await stores.licenses.list(tenant),
      await stores.terms.list(tenant),
    );

  /**
   * The id as Microsoft writes it.
   *
   * @throws NotFoundError
   */
  const skuIdOf = async (tenant: string, skuId: string): Promise<string> =>
    (await capturedLicense(stores.licenses, tenant, skuId)).skuId;

  const toTerm = ({ skuId: _, ...term }: StoredTerm): Term => ({
    ...term,
    active: isInForce(term, threshold().today),
    annual: annualOf(term),
  });

  const termsOf = async (tenant: string, skuId: string): Promise<Terms> => {
    const stored = await stores.terms.list(tenant, skuId);
    const items = stored.map(toTerm);
    return { items, totalItems: items.length, revision: revisionOf(stored) };
  };

  /** Whether Microsoft is asked for the licenses of a tenant. */
  const isCaptured = (tenant: string) =>
    tenants.started.find(({ name }) => name === tenant)?.tasks[
      'license-information'
    ].enabled ?? true;

  const detailOf = async (
    tenant: string,
    skuId: string,
  ): Promise<LicenseDetail> => {
    const { today } = threshold();
    const [[license], terms, plans] = await Promise.all([
      stores.licenses.list(tenant, skuId),
      termsOf(tenant, skuId),
      stores.licenses.servicePlans(tenant),
    ]);
    const { entered, bought } = license;
    return {
      license: {
        ...license,
        spend: skuSpend({ license, terms: terms.items }, today),
      },
      savingsFrom: savingsFrom({ terms: terms.items }, today),
      terms,
      reconciliation: reconcile(
        // What Microsoft says, whatever was entered instead.
        { ...license, bought: entered?.captured.bought ?? bought },
        terms.items,
        today,
      ),
      editable: !isCaptured(tenant),
      forecast: await forecastOf(stores.history, tenant, license, today),
      downgrades: downgradesOf(plans).filter(
        ({ from }) => from.skuId === skuId,
      ),
    };
  };

  /**
   * Sorts the candidates by their new values. Nobody waits for that: it may
   * stand in line behind an evaluation of the whole tenant.
   */
  const revalue = (tenant: string): void => {
    evaluation.revalue(tenant).catch(error => {
      logger.warn(
        `What licenses of ${tenant} cost changed, and its candidates are still sorted by what they cost before, until the next evaluation: ${
          problemOf(error).message
        }`,
      );
    });
  };

  /** After the terms of SKUs were stored. */
  const pricesChanged = async (
    tenant: string,
    bySku: { skuId: string; changes: TermChange<StoredTerm>[] }[],
  ): Promise<void> => {
    const skuIds = bySku
      .filter(({ changes }) =>
        changes.some(({ action }) => action !== 'unchanged'),
      )
      .map(({ skuId }) => skuId);
    if (skuIds.length > 0) {
      revalue(tenant);
      await events.termsChanged({ tenant, skuIds });
    }
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
        return { status: 200, body: await detailOf(name, skuId) };
      },
    },

    updateLicense: {
      eventId: 'license-update',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(termsUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        if (isCaptured(name)) {
          throw new ConflictError(
            `License Information of ${name} is switched on, so that name, type and seats are what Microsoft says; to enter them, set m365Licenses.tenants.${name}.tasks.licenseInformation.enabled to false`,
          );
        }
        const before = await capturedLicense(stores.licenses, name, path.skuId);
        const { skuId } = before;
        const entered = readLicense(body);
        await stores.licenses.enter(name, skuId, entered, {
          updatedBy: await caller(credentials),
          at: now(),
        });
        // The type decides which seats the cost is spread over.
        revalue(name);
        const detail = await detailOf(name, skuId);
        if (detail.license.bought !== before.bought) {
          await events.seatsChanged({ tenant: name, skuIds: [skuId] });
        }
        return { status: 200, body: detail, audit: { ...entered } };
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
        const changes = compareTerms(before, terms);
        await pricesChanged(name, [{ skuId, changes }]);
        return {
          status: 200,
          body: await termsOf(name, skuId),
          audit: countChanges(changes),
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
        const named = skus
          .flatMap(({ license, terms }) => {
            const after = bySku.get(license.skuId);
            return after
              ? [
                  {
                    license,
                    skuId: license.skuId,
                    terms: after,
                    revision: revisionOf(terms),
                    changes: compareTerms(terms, after),
                  },
                ]
              : [];
          })
          .sort((left, right) =>
            left.license.displayName.localeCompare(right.license.displayName),
          );
        const revision = revisionOf(
          skus
            .filter(({ license }) => bySku.has(license.skuId))
            .sort((left, right) =>
              left.license.skuId.localeCompare(right.license.skuId),
            )
            .flatMap(({ terms }) => terms),
        );
        const applied = body.apply === true && problems.length === 0;
        if (applied) {
          if (body.revision !== undefined && body.revision !== revision) {
            throw new ConflictError(
              'Somebody else changed the terms of licenses in this file since its changes were shown; nothing was changed. Show the changes again',
            );
          }
          await stores.terms.replace(name, named, {
            updatedBy: await caller(credentials),
            at: now(),
          });
          await pricesChanged(name, named);
        }
        return {
          status: 200,
          body: {
            applied,
            changes: named.flatMap(({ license, changes }) =>
              changes.map(({ action, before, after }) => ({
                skuId: license.skuId,
                displayName: license.displayName,
                action,
                before: before && toTermInput(before),
                after,
              })),
            ),
            problems,
            revision,
          },
          audit: {
            applied,
            licenses: named.length,
            ...countChanges(named.flatMap(({ changes }) => changes)),
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
        const [evaluatedAt, skus, rates] = await Promise.all([
          stores.evaluation.evaluatedAt(name),
          usedOf(name),
          stores.rates.get(name),
        ]);
        const spend = tenantSpend(skus, threshold().today);
        return {
          status: 200,
          body: {
            ...spend,
            evaluatedAt,
            converted: convertSpend(spend, rates),
          },
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
