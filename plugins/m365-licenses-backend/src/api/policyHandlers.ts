import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { ConflictError, InputError } from '@backstage/errors';
import {
  type CandidateReasonType,
  type Policy,
  type PolicyInput,
  type PolicyState,
  policyUpdatePermission,
  reclamationApprovePermission,
  reclamationCreatePermission,
  reclamationExecutePermission,
  reclamationReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { IANAZone } from 'luxon';
import type { ReclamationConfig } from '../config';
import type { StoredPolicy, Stores } from '../database/types';
import { productName } from '../insights/productNames';
import { freeMinutes } from '../insights/quietHours';
import type { Policies } from '../policies/Policies';
import type { Access } from './access';
import {
  type CandidateLicenses,
  groupRefOf,
  namedLicenses,
} from './candidateHandlers';
import type { OperationHandlers } from './router';
import type { StartedTenant, Tenants } from './tenants';

/** Quiet hours leave a policy so many minutes of a working day at least. */
const LEAST_FREE_MINUTES = 60;

/** Why no policy is about candidates for these reasons. */
const NOT_FOR_POLICIES: Partial<Record<CandidateReasonType, string>> = {
  deleted:
    'Microsoft frees the licenses of a deleted account by itself, so that there is nothing to take',
  downgrade:
    'taking the larger license without giving the smaller one would leave people without; assign the smaller one first',
};

/** What the handlers of policies and of the stop switch call. */
export interface PolicyHandlerOptions {
  config: Pick<ReclamationConfig, 'dryRunsNeeded'>;
  tenants: Tenants;
  stores: Pick<
    Stores,
    'licenses' | 'policies' | 'products' | 'reclamationSwitch'
  >;
  access: Pick<Access, 'allows' | 'require'>;
  policies: Pick<Policies, 'get' | 'run' | 'whyNotOn'>;
  /** Who calls, a person or a service, as it is stored with what they change. */
  caller(credentials: BackstageCredentials): Promise<string>;
  /** Whether the catalog shows the caller a group. */
  groupExists(
    groupRef: string,
    credentials: BackstageCredentials,
  ): Promise<boolean>;
  now: () => Date;
}

/** What a caller may do with policies. */
interface Rights {
  caller: string;
  update: boolean;
  approve: boolean;
  execute: boolean;
}

/** @throws InputError that names the field, and says what is wrong with it */
function checkPolicy({ name, reasons, quietHours }: PolicyInput): void {
  if (name.trim() === '') {
    throw new InputError('name is empty; say what the policy is about');
  }
  for (const reason of reasons) {
    const why = NOT_FOR_POLICIES[reason];
    if (why !== undefined) {
      throw new InputError(`reasons must not have ${reason}: ${why}`);
    }
  }
  if (!quietHours) {
    return;
  }
  if (!IANAZone.isValidZone(quietHours.timeZone)) {
    throw new InputError(
      `quietHours.timeZone must be the name of a time zone such as Europe/Berlin, not ${quietHours.timeZone}`,
    );
  }
  if (freeMinutes(quietHours) < LEAST_FREE_MINUTES) {
    throw new InputError(
      `quietHours from ${quietHours.from} to ${quietHours.to} leave the policy less than an hour a day; leave it more`,
    );
  }
}

/** The operations on policies, and the stop switch. */
export function createPolicyHandlers(
  options: PolicyHandlerOptions,
): Pick<
  OperationHandlers,
  | 'listPolicies'
  | 'createPolicy'
  | 'updatePolicy'
  | 'deletePolicy'
  | 'setPolicyState'
  | 'runPolicy'
  | 'getReclamationSwitch'
  | 'setReclamationSwitch'
> {
  const { tenants, stores, access, policies, caller, now } = options;

  const rightsOf = async (
    credentials: BackstageCredentials,
  ): Promise<Rights> => ({
    caller: await caller(credentials),
    update: await access.allows(policyUpdatePermission, credentials),
    approve: await access.allows(reclamationApprovePermission, credentials),
    execute: await access.allows(reclamationExecutePermission, credentials),
  });

  const isAllowed = (
    policy: StoredPolicy,
    state: PolicyState,
    rights: Rights,
  ): boolean => {
    switch (state) {
      case 'on':
        return (
          rights.approve &&
          rights.execute &&
          policies.whyNotOn(policy, rights.caller) === undefined
        );
      case 'off':
        return rights.update || rights.execute;
      default:
        return rights.update;
    }
  };

  const toPolicy = (
    { skuIds, ...policy }: StoredPolicy,
    { byId, names }: CandidateLicenses,
    allowed: PolicyState[],
  ): Policy => ({
    ...policy,
    skus: skuIds.map(skuId => ({
      skuId,
      displayName: byId.get(skuId)?.displayName ?? productName(names, skuId),
    })),
    dryRunsNeeded: options.config.dryRunsNeeded,
    allowed,
  });

  /** Policies as the API shows them; of a retired tenant none can be switched. */
  const answerOf = async (
    tenant: string,
    found: StoredPolicy[],
    credentials: BackstageCredentials,
    isRetired = false,
  ): Promise<Policy[]> => {
    const [licenses, rights] = await Promise.all([
      namedLicenses(stores, tenant),
      rightsOf(credentials),
    ]);
    return found.map(policy =>
      toPolicy(
        policy,
        licenses,
        (['dry', 'on', 'off'] as const).filter(
          state =>
            !isRetired &&
            state !== policy.state &&
            isAllowed(policy, state, rights),
        ),
      ),
    );
  };

  const oneAnswer = async (
    tenant: string,
    policy: StoredPolicy,
    credentials: BackstageCredentials,
  ): Promise<Policy> => {
    const [answer] = await answerOf(tenant, [policy], credentials);
    return answer;
  };

  /**
   * A policy in the form in which it is stored.
   *
   * @throws InputError that names the field
   */
  const policyOf = async (
    tenant: StartedTenant,
    input: PolicyInput,
    credentials: BackstageCredentials,
  ): Promise<PolicyInput> => {
    checkPolicy(input);
    const known = await stores.licenses.captured(tenant.name);
    const skuIds = input.skuIds.map(asked => {
      const license = known.find(
        ({ skuId }) => skuId.toLowerCase() === asked.toLowerCase(),
      );
      if (!license) {
        throw new InputError(
          `skuIds has ${asked}, which the tenant ${tenant.name} does not have, or License Information did not read it yet; see the Licenses tab`,
        );
      }
      return license.skuId;
    });
    const group = input.group === null ? null : groupRefOf(input.group);
    if (group !== null && !(await options.groupExists(group, credentials))) {
      throw new InputError(
        `group must be a Group of the catalog, which has no ${group}`,
      );
    }
    return {
      ...input,
      name: input.name.trim(),
      skuIds: [...new Set(skuIds)],
      department: input.department?.trim() || null,
      group,
    };
  };

  return {
    listPolicies: {
      eventId: 'policy-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(reclamationReadPermission, credentials);
        const { name, status } = await tenants.readable(path.tenant);
        return {
          status: 200,
          body: {
            items: await answerOf(
              name,
              await stores.policies.list(name),
              credentials,
              status === 'retired',
            ),
          },
        };
      },
    },

    createPolicy: {
      eventId: 'policy-create',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(policyUpdatePermission, credentials);
        const tenant = await tenants.active(path.tenant);
        const policy = await stores.policies.create(
          tenant.name,
          await policyOf(tenant, body, credentials),
          { createdBy: await caller(credentials), at: now() },
        );
        return {
          status: 201,
          body: await oneAnswer(tenant.name, policy, credentials),
          audit: { policyId: policy.id },
        };
      },
    },

    updatePolicy: {
      eventId: 'policy-update',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(policyUpdatePermission, credentials);
        const tenant = await tenants.active(path.tenant);
        await policies.get(tenant.name, path.id);
        await stores.policies.update(
          tenant.name,
          path.id,
          await policyOf(tenant, body, credentials),
          { updatedBy: await caller(credentials), at: now() },
        );
        return {
          status: 200,
          body: await oneAnswer(
            tenant.name,
            await policies.get(tenant.name, path.id),
            credentials,
          ),
        };
      },
    },

    deletePolicy: {
      eventId: 'policy-delete',
      severityLevel: 'medium',
      handle: async ({ path, credentials }) => {
        await access.require(policyUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        const policy = await policies.get(name, path.id);
        await stores.policies.end(name, path.id, now());
        return {
          status: 200,
          body: {
            ...(await oneAnswer(name, policy, credentials)),
            nextRunAt: null,
            allowed: [],
          },
        };
      },
    },

    setPolicyState: {
      eventId: 'policy-switch',
      severityLevel: 'high',
      handle: async ({ path, body, credentials }) => {
        const { state } = body;
        const rights = await rightsOf(credentials);
        if (state === 'on') {
          await access.require(reclamationApprovePermission, credentials);
          await access.require(reclamationExecutePermission, credentials);
        } else if (state === 'dry' || !rights.execute) {
          await access.require(policyUpdatePermission, credentials);
        }
        const { name } = await tenants.active(path.tenant);
        const policy = await policies.get(name, path.id);
        if (policy.state !== state) {
          const by = rights.caller;
          const why = policies.whyNotOn(policy, by);
          if (state === 'on' && why !== undefined) {
            throw new ConflictError(why);
          }
          const isSet = await stores.policies.setState(policy, state, {
            by,
            at: now(),
          });
          if (!isSet) {
            throw new ConflictError(
              `Somebody else changed the policy "${policy.name}" meanwhile; look at it again, then switch it`,
            );
          }
        }
        return {
          status: 200,
          body: await oneAnswer(
            name,
            await policies.get(name, path.id),
            credentials,
          ),
          audit: { from: policy.state, to: state },
        };
      },
    },

    runPolicy: {
      eventId: 'policy-run',
      severityLevel: 'high',
      handle: async ({ path, credentials }) => {
        await access.require(reclamationReadPermission, credentials);
        const tenant = await tenants.active(path.tenant);
        const { state } = await policies.get(tenant.name, path.id);
        await access.require(
          state === 'on'
            ? reclamationExecutePermission
            : policyUpdatePermission,
          credentials,
        );
        const policy = await policies.run(tenant, path.id);
        return {
          status: 200,
          body: await oneAnswer(tenant.name, policy, credentials),
          audit: { reclamationId: policy.lastRun?.reclamationId ?? null },
        };
      },
    },

    getReclamationSwitch: {
      eventId: 'reclamation-switch-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(reclamationReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        return {
          status: 200,
          body: await stores.reclamationSwitch.get(name),
        };
      },
    },

    setReclamationSwitch: {
      eventId: 'reclamation-switch',
      severityLevel: 'high',
      handle: async ({ path, body, credentials }) => {
        const { stopped } = body;
        // Whoever may plan may stop; letting it go on takes licenses.
        const mayStop =
          stopped &&
          (await access.allows(reclamationCreatePermission, credentials));
        if (!mayStop) {
          await access.require(reclamationExecutePermission, credentials);
        }
        const { name } = await tenants.active(path.tenant);
        const reason = body.reason.trim();
        if (reason === '') {
          throw new InputError(
            'reason is empty; say why, for whoever reads it later',
          );
        }
        await stores.reclamationSwitch.set(
          name,
          { stopped, reason },
          { changedBy: await caller(credentials), at: now() },
        );
        return {
          status: 200,
          body: await stores.reclamationSwitch.get(name),
          audit: { stopped },
        };
      },
    },
  };
}
