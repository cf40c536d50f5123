import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  type Candidate,
  CANDIDATE_REASONS,
  type Exemption,
  exemptionUpdatePermission,
  licenseReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import type {
  ActivityThreshold,
  CandidateCount,
  CapturedLicense,
  ExemptionScope,
  StoredCandidate,
  StoredExemption,
  Stores,
} from '../database/types';
import { seatPrices } from '../evaluation';
import {
  byWorth,
  candidateValue,
  type SeatPrices,
  sumCounts,
} from '../insights/candidateValues';
import { downgradesOf } from '../insights/candidates';
import { productName } from '../insights/productNames';
import type { Access } from './access';
import { capturedLicense } from './capturedLicense';
import type { OperationHandlers } from './router';
import type { StartedTenant, Tenants } from './tenants';

/** What the handlers of candidates and exemptions call. */
export interface CandidateHandlerOptions {
  tenants: Tenants;
  stores: Pick<
    Stores,
    | 'accounts'
    | 'candidates'
    | 'catalogGroups'
    | 'evaluation'
    | 'exemptions'
    | 'licenses'
    | 'products'
    | 'terms'
  >;
  access: Access;
  /** What decides whether a license is used today. */
  threshold(): ActivityThreshold;
  /** Who calls, a person or a service, as it is stored with what they change. */
  caller(credentials: BackstageCredentials): Promise<string>;
  /**
   * The Graph id or principal name behind a Graph id, a principal name, or a
   * User entity ref.
   *
   * @throws NotFoundError when the entity stands for no account
   */
  accountOf(
    tenant: StartedTenant,
    user: string,
    credentials: BackstageCredentials,
  ): Promise<string>;
  /** Whether the catalog shows the caller a group. */
  groupExists(
    groupRef: string,
    credentials: BackstageCredentials,
  ): Promise<boolean>;
  /** Finds the candidates anew that an exemption is about. */
  reevaluate(
    tenant: string,
    selection: { accountIds?: string[]; group?: string; skuId?: string },
  ): Promise<void>;
  now: () => Date;
}

/** What SKUs are called, and what their seats cost where the caller may know. */
export interface CandidateLicenses {
  byId: ReadonlyMap<
    string,
    Pick<CapturedLicense, 'skuPartNumber' | 'displayName'>
  >;
  /** Product names by SKU id. */
  names: ReadonlyMap<string, string>;
  /** Absent where the caller may not read what licenses cost. */
  prices?: SeatPrices;
}

/** What a tenant's SKUs are called; what they cost is left out. */
export async function namedLicenses(
  stores: Pick<Stores, 'licenses' | 'products'>,
  tenant: string,
): Promise<CandidateLicenses> {
  const [names, captured] = await Promise.all([
    stores.products.names(),
    stores.licenses.captured(tenant),
  ]);
  return {
    names,
    byId: new Map(captured.map(license => [license.skuId, license])),
  };
}

/** A candidate as the API shows it. */
export function toCandidate(
  stored: StoredCandidate,
  { byId, names, prices }: CandidateLicenses,
): Candidate {
  const { account, skuId, otherSkuId, saves, reasons } = stored;
  const license = byId.get(skuId);
  return {
    accountId: account.id,
    userPrincipalName: account.userPrincipalName,
    accountName: account.displayName,
    department: account.department,
    skuId,
    skuPartNumber: license?.skuPartNumber ?? null,
    displayName: license?.displayName ?? productName(names, skuId),
    state: stored.state,
    reasons,
    heldBack: stored.heldBack,
    since: stored.since,
    direct: stored.direct,
    ...(prices && {
      value: candidateValue(
        { reason: reasons[0].type, skuId, otherSkuId, saves },
        prices,
      ),
    }),
  };
}

/** @throws InputError that names the field */
function entityRefOf(field: string, ref: string, defaultKind?: string): string {
  try {
    return stringifyEntityRef(parseEntityRef(ref, { defaultKind }));
  } catch {
    throw new InputError(
      `${field} must be an entity ref, for example ${
        defaultKind ?? 'user'
      }:default/finance, not ${ref}`,
    );
  }
}

/**
 * The entity ref of a Group, as it is stored.
 *
 * @throws InputError
 */
export function groupRefOf(ref: string): string {
  const groupRef = entityRefOf('group', ref, 'group');
  if (!groupRef.startsWith('group:')) {
    throw new InputError(
      `group must be the entity ref of a Group of the catalog, not ${ref}`,
    );
  }
  return groupRef;
}

function givenOf({ accountId, group, skuId }: ExemptionScope) {
  return {
    ...(accountId !== null && { accountId }),
    ...(group !== null && { group }),
    ...(skuId !== null && { skuId }),
  };
}

function selectionOf(scope: ExemptionScope) {
  const { accountId, ...given } = givenOf(scope);
  return { ...given, ...(accountId && { accountIds: [accountId] }) };
}

/** The operations on what could be taken back, and on what is held back of it. */
export function createCandidateHandlers(
  options: CandidateHandlerOptions,
): Pick<
  OperationHandlers,
  | 'listCandidates'
  | 'getCandidateSummary'
  | 'listExemptions'
  | 'createExemption'
  | 'deleteExemption'
> {
  const { tenants, stores, access, threshold } = options;

  const licensesOf = (tenant: string) => namedLicenses(stores, tenant);

  const skuRef = (skuId: string, { byId, names }: CandidateLicenses) => ({
    skuId,
    displayName: byId.get(skuId)?.displayName ?? productName(names, skuId),
  });

  const toExemption = (
    { skuId, ...stored }: StoredExemption,
    licenses: CandidateLicenses,
  ): Exemption => ({
    ...stored,
    sku: skuId === null ? null : skuRef(skuId, licenses),
    active: stored.expiresOn === null || threshold().today < stored.expiresOn,
  });

  /**
   * What an exemption is for, in the form in which it is stored.
   *
   * @throws InputError when it is for nothing, or for too much
   * @throws NotFoundError that names what there is not
   */
  const scopeOf = async (
    tenant: StartedTenant,
    { user, group, skuId }: { user?: string; group?: string; skuId?: string },
    credentials: BackstageCredentials,
  ): Promise<ExemptionScope> => {
    if (user === undefined && group === undefined && skuId === undefined) {
      throw new InputError(
        'Say what is exempted: give user, group, skuId, or a SKU with one of the others',
      );
    }
    if (user !== undefined && group !== undefined) {
      throw new InputError(
        'Give user or group, not both; make an exemption for each',
      );
    }
    let accountId: string | null = null;
    if (user !== undefined) {
      const found = await stores.accounts.get(
        tenant.name,
        await options.accountOf(tenant, user, credentials),
        threshold(),
      );
      if (!found) {
        throw new NotFoundError(
          `The roster of ${tenant.name} has no account ${user}`,
        );
      }
      accountId = found.account.id;
    }
    const groupRef = group === undefined ? null : groupRefOf(group);
    if (
      groupRef !== null &&
      !(await options.groupExists(groupRef, credentials))
    ) {
      throw new NotFoundError(`The catalog has no group ${groupRef}`);
    }
    const license =
      skuId === undefined
        ? undefined
        : await capturedLicense(stores.licenses, tenant.name, skuId);
    return { accountId, group: groupRef, skuId: license?.skuId ?? null };
  };

  return {
    listCandidates: {
      eventId: 'candidate-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        const visible = await access.requireAccounts(credentials);
        const mayReadPrices = await access.allows(
          licenseReadPermission,
          credentials,
        );
        const { name } = await tenants.readable(path.tenant);
        const {
          limit = 50,
          sort = 'displayName',
          order = 'asc',
          group,
          ...filters
        } = query;
        if (sort === 'value' && !mayReadPrices) {
          throw new NotAllowedError(
            `To sort by value needs the permission ${licenseReadPermission.name}; sort by another column, or ask the administrators of this portal for it`,
          );
        }
        const [page, evaluatedAt, licenses, prices] = await Promise.all([
          stores.candidates.list(name, {
            ...filters,
            ...visible,
            ...(group !== undefined && {
              groups: await stores.catalogGroups.below(groupRefOf(group)),
            }),
            limit,
            sort,
            order,
          }),
          stores.evaluation.evaluatedAt(name),
          licensesOf(name),
          mayReadPrices
            ? seatPrices(stores, name, threshold().today)
            : undefined,
        ]);
        return {
          status: 200,
          body: {
            ...page,
            items: page.items.map(item =>
              toCandidate(item, { ...licenses, prices }),
            ),
            evaluatedAt,
          },
        };
      },
    },

    getCandidateSummary: {
      eventId: 'candidate-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const { inactiveAfterDays, graceDays } = threshold();
        const [all, evaluatedAt, licenses, prices, plans] = await Promise.all([
          stores.candidates.counts(name),
          stores.evaluation.evaluatedAt(name),
          licensesOf(name),
          seatPrices(stores, name, threshold().today),
          stores.licenses.servicePlans(name),
        ]);
        const countsOf = (isMeant: (count: CandidateCount) => boolean) =>
          sumCounts(all.filter(isMeant), prices);
        const skuIds = [...new Set(all.map(({ skuId }) => skuId))];
        return {
          status: 200,
          body: {
            evaluatedAt,
            inactiveAfterDays,
            graceDays,
            total: sumCounts(all, prices),
            reasons: CANDIDATE_REASONS.filter(reason =>
              all.some(count => count.reason === reason),
            ).map(reason => ({
              reason,
              counts: countsOf(count => count.reason === reason),
            })),
            skus: skuIds
              .map(skuId => ({
                sku: skuRef(skuId, licenses),
                counts: countsOf(count => count.skuId === skuId),
              }))
              .sort(
                (left, right) =>
                  byWorth(left.counts, right.counts) ||
                  left.sku.displayName.localeCompare(right.sku.displayName),
              ),
            unobservable: downgradesOf(plans).filter(
              ({ services }) => services.length === 0,
            ),
          },
        };
      },
    },

    listExemptions: {
      eventId: 'exemption-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        const { visible } = await access.requireAccounts(credentials);
        if (visible) {
          throw new NotAllowedError(
            'Exemptions name people of the whole tenant; they need the permission m365-licenses.account.read without conditions',
          );
        }
        const { name } = await tenants.readable(path.tenant);
        const { limit = 50, cursor } = query;
        const [page, licenses] = await Promise.all([
          stores.exemptions.list(name, { limit, cursor }),
          licensesOf(name),
        ]);
        return {
          status: 200,
          body: {
            ...page,
            items: page.items.map(item => toExemption(item, licenses)),
          },
        };
      },
    },

    createExemption: {
      eventId: 'exemption-create',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(exemptionUpdatePermission, credentials);
        const tenant = await tenants.active(path.tenant);
        const { expiresOn } = body;
        const { today } = threshold();
        if (expiresOn !== null && expiresOn <= today) {
          throw new InputError(
            `expiresOn is the first day on which the exemption no longer holds; it must be after today, ${today}, not ${expiresOn}`,
          );
        }
        const reason = body.reason.trim();
        if (reason === '') {
          throw new InputError(
            'reason must say why, for whoever reads it later',
          );
        }
        const createdBy = await options.caller(credentials);
        const scope = await scopeOf(tenant, body, credentials);
        const exemption = await stores.exemptions.create(
          tenant.name,
          {
            ...scope,
            reason,
            owner:
              body.owner === undefined
                ? createdBy
                : entityRefOf('owner', body.owner),
            expiresOn,
          },
          { createdBy, at: options.now() },
        );
        await options.reevaluate(tenant.name, selectionOf(scope));
        return {
          status: 201,
          body: toExemption(exemption, await licensesOf(tenant.name)),
          audit: { exemptionId: exemption.id, ...givenOf(scope) },
        };
      },
    },

    deleteExemption: {
      eventId: 'exemption-delete',
      severityLevel: 'medium',
      handle: async ({ path, credentials }) => {
        await access.require(exemptionUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        const removed = await stores.exemptions.remove(name, path.id);
        if (!removed) {
          throw new NotFoundError(
            `The tenant ${name} has no exemption ${path.id}; somebody else may have ended it`,
          );
        }
        const { account, group, skuId } = removed;
        const scope = { accountId: account?.id ?? null, group, skuId };
        await options.reevaluate(name, selectionOf(scope));
        return {
          status: 200,
          body: toExemption(removed, await licensesOf(name)),
          audit: { exemptionId: removed.id, ...givenOf(scope) },
        };
      },
    },
  };
}
