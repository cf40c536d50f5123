import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  licenseReadPermission,
  type PlannedPath,
  type Reclamation,
  type ReclamationAction,
  reclamationApprovePermission,
  type ReclamationCount,
  reclamationCreatePermission,
  reclamationExecutePermission,
  type ReclamationItem,
  reclamationLeaveGroupsPermission,
  reclamationReadPermission,
  type ReclamationRequest,
  reclamationRestorePermission,
  type ReclamationStatus,
  type SkuRef,
} from 'backstage-plugin-m365-licenses-common';
import type { ReclamationConfig } from '../config';
import type {
  ListedItem,
  StoredItem,
  StoredPath,
  StoredReclamation,
  Stores,
} from '../database/types';
import { seatPrices } from '../evaluation/seatPrices';
import { sumCounts } from '../insights/candidateValues';
import { productName } from '../insights/productNames';
import {
  countsOf,
  dataKeptUntil,
  reclamationStatus,
  savingsOf,
} from '../insights/reclamations';
import type { PlanRequest, Reclamations } from '../reclamation/Reclamations';
import type { Access } from './access';
import { type CandidateLicenses, namedLicenses } from './candidateHandlers';
import type { HandBacks } from './handBacks';
import type { OperationHandlers } from './router';
import type { StartedTenant, Tenants } from './tenants';

/** How many items a preview shows. */
const PREVIEWED = 200;
/** How many problems a check before a restore names. */
const NAMED_PROBLEMS = 100;

/** What the handlers of reclamations call. */
export interface ReclamationHandlerOptions {
  config: Pick<ReclamationConfig, 'leaveGroups'>;
  tenants: Tenants;
  stores: Pick<
    Stores,
    | 'accounts'
    | 'candidates'
    | 'catalogGroups'
    | 'licenses'
    | 'products'
    | 'reclamations'
    | 'terms'
  >;
  access: Access;
  reclamations: Reclamations;
  handBacks: HandBacks;
  /** Who calls, a person or a service, as it is stored with what they change. */
  caller(credentials: BackstageCredentials): Promise<string>;
  /** Entity ref of the person who calls; undefined for a service. */
  callerRef(credentials: BackstageCredentials): Promise<string | undefined>;
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
  now: () => Date;
}

/** What a caller may do with reclamations, and whether they may know what licenses cost. */
interface Rights {
  caller: string;
  approve: boolean;
  execute: boolean;
  restore: boolean;
  costs: boolean;
}

/** What is needed to show plans and items of a tenant. */
interface View {
  licenses: CandidateLicenses;
  rights: Rights;
  /** Whether the tenant is configured and may be written to. */
  isWritable: boolean;
}

type Items = Pick<ListedItem, 'reclamation'> & StoredItem;

function skuRef(
  { byId, names }: CandidateLicenses,
  skuId: string,
): SkuRef & { skuPartNumber: string | null } {
  const license = byId.get(skuId);
  return {
    skuId,
    displayName: license?.displayName ?? productName(names, skuId),
    skuPartNumber: license?.skuPartNumber ?? null,
  };
}

function nameOf(licenses: CandidateLicenses, skuId: string): SkuRef {
  const { displayName } = skuRef(licenses, skuId);
  return { skuId, displayName };
}

function toPath(
  { group, ...path }: StoredPath,
  licenses: CandidateLicenses,
): PlannedPath {
  return {
    ...path,
    type: group ? 'group' : 'direct',
    group: group && {
      id: group.id,
      name: group.name,
      leaving: group.leaving,
      owners: group.owners,
      otherLicenses: group.otherSkuIds.map(skuId => nameOf(licenses, skuId)),
    },
  };
}

function toItem(
  item: Items,
  { licenses, rights }: Pick<View, 'licenses' | 'rights'>,
): ReclamationItem {
  const { skuId } = item;
  return {
    id: item.id,
    reclamation: item.reclamation,
    account: item.account,
    ...skuRef(licenses, skuId),
    path: toPath(item.path, licenses),
    evidence: item.evidence,
    ...(rights.costs && { value: item.value }),
    outcome: item.outcome,
    message: item.message,
    requestId: item.requestId,
    startedAt: item.startedAt,
    finishedAt: item.finishedAt,
    restored: item.restored,
    restorableUntil:
      item.outcome === 'reclaimed' && !item.restored && item.finishedAt
        ? dataKeptUntil(item.finishedAt)
        : null,
  };
}

function toCounts(
  counts: StoredReclamation['counts'],
  { costs }: Rights,
): ReclamationCount[] {
  return counts.map(({ value, ...count }) => ({
    ...count,
    ...(costs && { value }),
  }));
}

/** The operations on plans that take licenses back, and on what became of them. */
export function createReclamationHandlers(
  options: ReclamationHandlerOptions,
): Pick<
  OperationHandlers,
  | 'listReclamations'
  | 'createReclamation'
  | 'previewReclamation'
  | 'getReclamation'
  | 'approveReclamation'
  | 'executeReclamation'
  | 'pauseReclamation'
  | 'resumeReclamation'
  | 'cancelReclamation'
  | 'checkRestore'
  | 'restoreReclamation'
  | 'listReclamationEvents'
  | 'listReclamationItems'
  | 'getReclamationSavings'
  | 'handBack'
> {
  const { tenants, stores, access, reclamations, handBacks, caller, now } =
    options;

  const rightsOf = async (
    credentials: BackstageCredentials,
  ): Promise<Rights> => {
    const [name, approve, execute, restore, costs] = await Promise.all([
      caller(credentials),
      access.allows(reclamationApprovePermission, credentials),
      access.allows(reclamationExecutePermission, credentials),
      access.allows(reclamationRestorePermission, credentials),
      access.allows(licenseReadPermission, credentials),
    ]);
    return { caller: name, approve, execute, restore, costs };
  };

  const viewOf = async (
    tenant: string,
    credentials: BackstageCredentials,
  ): Promise<View> => ({
    licenses: await namedLicenses(stores, tenant),
    rights: await rightsOf(credentials),
    isWritable: tenants.started.some(
      ({ name, reclamationEnabled }) => name === tenant && reclamationEnabled,
    ),
  });

  /** Which plans a caller may read: all, or those they made. */
  const readable = async (
    credentials: BackstageCredentials,
  ): Promise<{ createdBy?: string }> =>
    (await access.allows(reclamationReadPermission, credentials))
      ? {}
      : { createdBy: await caller(credentials) };

  const allowedOf = (
    plan: StoredReclamation,
    status: ReclamationStatus,
    { rights, isWritable }: View,
  ): { allowed: ReclamationAction[]; approvalHint?: string } => {
    const hint =
      status === 'planned' && rights.approve
        ? reclamations.whyNotApprove(plan, rights.caller)
        : undefined;
    const mayApprove =
      status === 'planned' && rights.approve && hint === undefined;
    const isWaiting = status === 'planned' || status === 'approved';
    const isMoving = ['asking', 'scheduled', 'running'].includes(status);
    const may: Record<ReclamationAction, boolean> = {
      approve: mayApprove,
      execute:
        isWritable && rights.execute && (status === 'approved' || mayApprove),
      pause: rights.execute && isMoving,
      resume: isWritable && rights.execute && status === 'paused',
      cancel:
        (rights.execute && (isWaiting || isMoving || status === 'paused')) ||
        (plan.createdBy === rights.caller && isWaiting),
      restore: isWritable && rights.restore && plan.restorable.items > 0,
    };
    return {
      allowed: (Object.keys(may) as ReclamationAction[]).filter(
        action => may[action],
      ),
      ...(hint !== undefined && { approvalHint: hint }),
    };
  };

  const toReclamation = (plan: StoredReclamation, view: View): Reclamation => {
    const { counts, restorable, ...rest } = plan;
    const status = reclamationStatus(plan, now());
    return {
      ...rest,
      status,
      counts: toCounts(counts, view.rights),
      restorable: {
        items: restorable.items,
        until: restorable.firstAt && dataKeptUntil(restorable.firstAt),
      },
      ...allowedOf(plan, status, view),
    };
  };

  /**
   * @throws NotAllowedError when the caller may not read it; they are not told
   *   whether it exists
   * @throws NotFoundError when there is no such plan
   */
  const readPlan = async (
    tenant: string,
    id: string,
    credentials: BackstageCredentials,
  ): Promise<StoredReclamation> => {
    const { createdBy } = await readable(credentials);
    if (createdBy !== undefined) {
      const own = await stores.reclamations.get(tenant, id);
      if (own?.createdBy !== createdBy) {
        await access.require(reclamationReadPermission, credentials);
      }
    }
    return reclamations.get({ name: tenant }, id);
  };

  const answerOf = async (
    tenant: string,
    plan: StoredReclamation,
    credentials: BackstageCredentials,
  ) => toReclamation(plan, await viewOf(tenant, credentials));

  /** What is asked for, once it is known who may ask for it. */
  const planRequest = async (
    tenant: StartedTenant,
    body: ReclamationRequest,
    credentials: BackstageCredentials,
  ): Promise<PlanRequest> => {
    const { users, skuIds, candidates, filter, leaveGroups = false } = body;
    const given = [users, candidates, filter].filter(Boolean).length;
    if (given !== 1) {
      throw new InputError(
        'Give exactly one of users, candidates and filter: whose licenses are to be taken back',
      );
    }
    if (skuIds && !users) {
      throw new InputError(
        'skuIds goes with users only; in a filter, give skuId',
      );
    }
    if (leaveGroups) {
      await access.require(reclamationLeaveGroupsPermission, credentials);
      if (!options.config.leaveGroups) {
        throw new NotAllowedError(
          'Taking people out of groups is switched off; an administrator can set m365Licenses.reclamation.leaveGroups to true',
        );
      }
    }
    const common = {
      reason: body.reason,
      mode: body.mode ?? ('immediate' as const),
      leaveGroups,
      createdBy: await caller(credentials),
      visible: (await access.requireAccounts(credentials)).visible,
    };
    if (users) {
      const userIds: string[] = [];
      for (const user of users) {
        userIds.push(await options.accountOf(tenant, user, credentials));
      }
      return {
        ...common,
        origin: 'users',
        selection: { type: 'users', userIds, skuIds },
      };
    }
    if (candidates) {
      return {
        ...common,
        origin: 'candidates',
        selection: { type: 'candidates', candidates },
      };
    }
    const { skuId, group, reason, ...narrow } = filter ?? {};
    return {
      ...common,
      origin: 'filter',
      selection: {
        type: 'filter',
        filter: {
          ...narrow,
          ...(skuId !== undefined && { skuIds: [skuId] }),
          ...(reason !== undefined && { reasons: [reason] }),
          ...(group !== undefined && {
            groups: await stores.catalogGroups.below(group),
          }),
        },
      },
    };
  };

  /** Moves a plan, which needs the permission to execute it. */
  const move = async (
    path: { tenant: string; id: string },
    credentials: BackstageCredentials,
    moved: (tenant: StartedTenant, by: string) => Promise<StoredReclamation>,
  ) => {
    await access.require(reclamationExecutePermission, credentials);
    const tenant = await tenants.active(path.tenant);
    const plan = await moved(tenant, await caller(credentials));
    return {
      status: 200 as const,
      body: await answerOf(tenant.name, plan, credentials),
    };
  };

  /** The account that a hand-back is about: one's own, or one of a group that one owns. */
  const handedBackAccount = async (
    tenant: StartedTenant,
    user: string | undefined,
    credentials: BackstageCredentials,
  ): Promise<string> => {
    const self = await options.callerRef(credentials);
    if (!self) {
      throw new NotAllowedError('Only a person can hand a license back');
    }
    if (user === undefined) {
      const own = await handBacks.ownAccount(tenant.name, credentials);
      if (own === undefined) {
        throw new NotFoundError(
          `${self} has no account in the tenant ${tenant.name}; ask the administrators of this portal to give the User entity the annotation graph.microsoft.com/user-id`,
        );
      }
      return own;
    }
    const named = await options.accountOf(tenant, user, credentials);
    const [account] = await stores.accounts.match(tenant.name, {
      ids: [named],
      userPrincipalNames: [named],
    });
    const allowed = await handBacks.among(
      tenant.name,
      account ? [account.id] : [],
      credentials,
    );
    if (!account || !allowed.has(account.id)) {
      throw new NotAllowedError(
        `You may hand back your own licenses and those of members of groups that you own; ${user} is neither. Ask the administrators of this portal to plan it`,
      );
    }
    return account.id;
  };

  return {
    listReclamations: {
      eventId: 'reclamation-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        const tenant = await tenants.readable(path.tenant);
        const { limit = 50, ...rest } = query;
        const [page, view] = await Promise.all([
          stores.reclamations.list(tenant.name, {
            ...rest,
            ...(await readable(credentials)),
            limit,
            at: now(),
          }),
          viewOf(tenant.name, credentials),
        ]);
        return {
          status: 200,
          body: {
            ...page,
            items: page.items.map(plan => toReclamation(plan, view)),
          },
        };
      },
    },

    createReclamation: {
      eventId: 'reclamation-create',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(reclamationCreatePermission, credentials);
        const tenant = await tenants.active(path.tenant);
        const { reclamation, created } = await reclamations.plan(tenant, {
          ...(await planRequest(tenant, body, credentials)),
          idempotencyKey: body.idempotencyKey,
        });
        return {
          status: created ? 201 : 200,
          body: await answerOf(tenant.name, reclamation, credentials),
          audit: { reclamationId: reclamation.id, items: reclamation.items },
        };
      },
    },

    previewReclamation: {
      eventId: 'reclamation-preview',
      severityLevel: 'low',
      handle: async ({ path, body, credentials }) => {
        await access.require(reclamationCreatePermission, credentials);
        const tenant = await tenants.active(path.tenant);
        const request = await planRequest(tenant, body, credentials);
        const { items, accounts, evaluatedAt } = await reclamations.preview(
          tenant,
          request,
        );
        const view = await viewOf(tenant.name, credentials);
        const { createdBy, reason } = request;
        return {
          status: 200,
          body: {
            accounts,
            items: items.length,
            counts: toCounts(countsOf(items), view.rights),
            evaluatedAt,
            account: accounts === 1 ? items[0]?.account ?? null : null,
            first: items.slice(0, PREVIEWED).map(item =>
              toItem(
                {
                  ...item,
                  reclamationId: '',
                  attempts: 0,
                  requestId: null,
                  startedAt: null,
                  finishedAt: null,
                  restored: null,
                  reclamation: {
                    id: '',
                    kind: 'reclaim',
                    reason,
                    createdBy,
                    approvedBy: null,
                    startedBy: null,
                  },
                },
                view,
              ),
            ),
          },
        };
      },
    },

    getReclamation: {
      eventId: 'reclamation-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        const tenant = await tenants.readable(path.tenant);
        const plan = await readPlan(tenant.name, path.id, credentials);
        return {
          status: 200,
          body: await answerOf(tenant.name, plan, credentials),
        };
      },
    },

    approveReclamation: {
      eventId: 'reclamation-approve',
      severityLevel: 'high',
      handle: async ({ path, credentials }) => {
        await access.require(reclamationApprovePermission, credentials);
        const tenant = await tenants.active(path.tenant);
        const plan = await reclamations.approve(
          tenant,
          path.id,
          await caller(credentials),
        );
        return {
          status: 200,
          body: await answerOf(tenant.name, plan, credentials),
        };
      },
    },

    executeReclamation: {
      eventId: 'reclamation-execute',
      severityLevel: 'high',
      handle: ({ path, credentials }) =>
        move(path, credentials, async (tenant, by) =>
          reclamations.start(tenant, path.id, {
            by,
            mayApprove: await access.allows(
              reclamationApprovePermission,
              credentials,
            ),
          }),
        ),
    },

    pauseReclamation: {
      eventId: 'reclamation-pause',
      severityLevel: 'high',
      handle: ({ path, credentials }) =>
        move(path, credentials, (tenant, by) =>
          reclamations.pause(tenant, path.id, by),
        ),
    },

    resumeReclamation: {
      eventId: 'reclamation-resume',
      severityLevel: 'high',
      handle: ({ path, credentials }) =>
        move(path, credentials, (tenant, by) =>
          reclamations.resume(tenant, path.id, by),
        ),
    },

    cancelReclamation: {
      eventId: 'reclamation-cancel',
      severityLevel: 'high',
      handle: async ({ path, credentials }) => {
        const tenant = await tenants.readable(path.tenant);
        const by = await caller(credentials);
        const before = await readPlan(tenant.name, path.id, credentials);
        const isOwnDraft = before.createdBy === by && before.startedBy === null;
        if (!isOwnDraft) {
          await access.require(reclamationExecutePermission, credentials);
        }
        const plan = await reclamations.cancel(tenant, path.id, by);
        return {
          status: 200,
          body: await answerOf(tenant.name, plan, credentials),
        };
      },
    },

    checkRestore: {
      eventId: 'reclamation-restore-check',
      severityLevel: 'low',
      handle: async ({ path, body, credentials }) => {
        await access.require(reclamationRestorePermission, credentials);
        const tenant = await tenants.active(path.tenant);
        const [check, licenses] = await Promise.all([
          reclamations.checkRestore(tenant, path.id, body.itemIds),
          namedLicenses(stores, tenant.name),
        ]);
        return {
          status: 200,
          body: {
            items: check.items,
            accounts: check.accounts,
            seats: check.seats.map(({ skuId, needed, free }) => ({
              sku: nameOf(licenses, skuId),
              needed,
              free,
            })),
            problems: check.problems
              .slice(0, NAMED_PROBLEMS)
              .map(({ skuId, ...problem }) => ({
                ...problem,
                sku: nameOf(licenses, skuId),
              })),
            dataUntil: check.dataUntil,
          },
        };
      },
    },

    restoreReclamation: {
      eventId: 'reclamation-restore',
      severityLevel: 'high',
      handle: async ({ path, body, credentials }) => {
        await access.require(reclamationRestorePermission, credentials);
        const tenant = await tenants.active(path.tenant);
        const { reclamation, created } = await reclamations.restore(
          tenant,
          path.id,
          { ...body, by: await caller(credentials) },
        );
        return {
          status: created ? 201 : 200,
          body: await answerOf(tenant.name, reclamation, credentials),
          audit: { restoreId: reclamation.id, items: reclamation.items },
        };
      },
    },

    listReclamationEvents: {
      eventId: 'reclamation-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        const tenant = await tenants.readable(path.tenant);
        await readPlan(tenant.name, path.id, credentials);
        const { limit = 50, plan: planOnly = false, cursor } = query;
        const [page, licenses] = await Promise.all([
          stores.reclamations.events(tenant.name, {
            reclamationId: path.id,
            planOnly,
            limit,
            cursor,
          }),
          namedLicenses(stores, tenant.name),
        ]);
        return {
          status: 200,
          body: {
            ...page,
            items: page.items.map(event => ({
              ...event,
              displayName:
                event.skuId && nameOf(licenses, event.skuId).displayName,
            })),
          },
        };
      },
    },

    listReclamationItems: {
      eventId: 'reclamation-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        const tenant = await tenants.readable(path.tenant);
        const { limit = 50, ...rest } = query;
        const [page, licenses, rights] = await Promise.all([
          stores.reclamations.listItems(tenant.name, {
            ...rest,
            ...(await readable(credentials)),
            limit,
          }),
          namedLicenses(stores, tenant.name),
          rightsOf(credentials),
        ]);
        return {
          status: 200,
          body: {
            ...page,
            items: page.items.map(item => toItem(item, { licenses, rights })),
          },
        };
      },
    },

    getReclamationSavings: {
      eventId: 'reclamation-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(reclamationReadPermission, credentials);
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const [months, counts, prices] = await Promise.all([
          stores.reclamations.savings(name),
          stores.candidates.counts(name),
          seatPrices(stores, name, now().toISOString().slice(0, 10)),
        ]);
        return {
          status: 200,
          body: {
            ...savingsOf(months),
            potential: sumCounts(counts, prices).value,
          },
        };
      },
    },

    handBack: {
      eventId: 'license-hand-back',
      severityLevel: 'high',
      handle: async ({ path, body, credentials }) => {
        const tenant = await tenants.active(path.tenant);
        reclamations.requireSwitchedOn(tenant);
        const accountId = await handedBackAccount(
          tenant,
          body.user,
          credentials,
        );
        const by = await caller(credentials);
        const { reclamation, created } = await reclamations.plan(tenant, {
          origin: 'handBack',
          selection: {
            type: 'users',
            userIds: [accountId],
            skuIds: [body.skuId],
          },
          reason: body.reason ?? 'Handed back',
          mode: 'immediate',
          leaveGroups: false,
          createdBy: by,
          idempotencyKey: body.idempotencyKey,
        });
        const plan = await reclamations.start(tenant, reclamation.id, {
          by,
          mayApprove: true,
        });
        return {
          status: created ? 201 : 200,
          body: await answerOf(tenant.name, plan, credentials),
          audit: { reclamationId: plan.id, accountId, skuId: body.skuId },
        };
      },
    },
  };
}
