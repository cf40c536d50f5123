import { GraphError } from './answers';
import { Account, Assignment, Group } from './tenant/model';
import { SERVICE_PLANS, ServicePlanName } from './tenant/products';
import { heldLicenses, productOf, Tenant } from './tenant/Tenant';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Service plans that work only beside another one. */
const DEPENDENCIES: Partial<Record<ServicePlanName, ServicePlanName>> = {
  SHAREPOINT_PROJECT: 'SHAREPOINTENTERPRISE',
};

/** Service plans of which an account can have one at a time. */
const EXCLUSIVE: ReadonlyArray<readonly ServicePlanName[]> = [
  ['EXCHANGE_S_ENTERPRISE', 'EXCHANGE_S_STANDARD', 'EXCHANGE_S_DESKLESS'],
  ['SHAREPOINTENTERPRISE', 'SHAREPOINTSTANDARD', 'SHAREPOINTDESKLESS'],
];

interface LicenseChange {
  add: Array<{ skuId: string; disabledPlans: string[] }>;
  remove: string[];
}

function badRequest(message: string): GraphError {
  return new GraphError(400, 'Request_BadRequest', message);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function guid(value: unknown, what: string): string {
  if (typeof value !== 'string' || !GUID.test(value)) {
    throw badRequest(
      `Cannot convert a primitive value to the expected type 'Edm.Guid' for ${what}.`,
    );
  }
  return value.toLowerCase();
}

/**
 * The payload of assignLicense.
 *
 * @throws GraphError 400 `Request_BadRequest`; both keys must be there.
 */
export function parseLicenseChange(payload: unknown): LicenseChange {
  const body = isRecord(payload) ? payload : {};
  const missing = ['addLicenses', 'removeLicenses'].filter(
    key => !Array.isArray(body[key]),
  );
  if (missing.length) {
    throw badRequest(
      `One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: ${missing.join(
        ', ',
      )}.`,
    );
  }
  const { addLicenses, removeLicenses } = body;
  return {
    add: (Array.isArray(addLicenses) ? addLicenses : []).map(
      (license: unknown) => {
        const { skuId, disabledPlans } = isRecord(license)
          ? license
          : { skuId: undefined, disabledPlans: undefined };
        const plans: unknown[] = Array.isArray(disabledPlans)
          ? disabledPlans
          : [];
        return {
          skuId: guid(skuId, 'skuId'),
          disabledPlans: plans.map(plan => guid(plan, 'disabledPlans')),
        };
      },
    ),
    remove: (Array.isArray(removeLicenses) ? removeLicenses : []).map(
      (skuId: unknown) => guid(skuId, 'removeLicenses'),
    ),
  };
}

/**
 * What the account's assignments become; nothing is changed here. All or
 * nothing: one refusal refuses the whole call.
 *
 * @throws GraphError 400, as the service answers for what cannot be.
 */
export function changedAssignments(
  tenant: Tenant,
  account: Account,
  change: LicenseChange,
  at: Date,
): Assignment[] {
  for (const skuId of [...change.remove, ...change.add.map(a => a.skuId)]) {
    if (!tenant.hasSku(skuId) || tenant.sku(skuId).appliesTo !== 'User') {
      throw badRequest(
        `License ${skuId} does not correspond to a valid company License.`,
      );
    }
  }

  let assignments = [...account.assignments];
  for (const skuId of change.remove) {
    const paths = assignments.filter(a => a.skuId === skuId);
    if (!paths.length) {
      throw badRequest('User does not have a corresponding license.');
    }
    if (!paths.some(a => a.assignedByGroup === null)) {
      throw badRequest(
        'User license is inherited from a group membership and it cannot be removed directly from the user.',
      );
    }
    assignments = assignments.filter(
      a => a.skuId !== skuId || a.assignedByGroup !== null,
    );
  }

  if (change.add.length && !account.usageLocation) {
    throw badRequest(
      'License assignment cannot be done for user with invalid usage location.',
    );
  }
  for (const { skuId, disabledPlans } of change.add) {
    const plans = new Set<string>(
      productOf(skuId)?.plans.map(plan => SERVICE_PLANS[plan]),
    );
    const foreign = disabledPlans.find(plan => !plans.has(plan));
    if (foreign) {
      throw badRequest(
        `Service plan ${foreign} is not part of the license ${skuId}.`,
      );
    }
    // A seat already held by this account, by whatever path, serves again.
    if (
      !heldLicenses(account).some(held => held.skuId === skuId) &&
      !hasFreeSeat(tenant, skuId)
    ) {
      throw badRequest(
        `Subscription with SKU ${skuId} does not have any available licenses.`,
      );
    }
    assignments = assignments.filter(
      a => a.skuId !== skuId || a.assignedByGroup !== null,
    );
    assignments.push({
      skuId,
      assignedByGroup: null,
      disabledPlans,
      state: 'Active',
      error: 'None',
      lastUpdatedDateTime: timestamp(at),
    });
  }

  checkPlans(assignments);
  return assignments;
}

/**
 * What the account's assignments become when it joins or leaves a group. Who
 * joins when the seats are taken gets the license with an error, as the
 * directory notes it.
 */
export function grantedAssignments(
  tenant: Tenant,
  account: Account,
  group: Group,
  isMember: boolean,
  at: Date,
): Assignment[] {
  const others = account.assignments.filter(
    a => a.assignedByGroup !== group.id,
  );
  if (!isMember) return others;
  const granted = group.skuIds.map((skuId): Assignment => {
    const hasSeat =
      heldLicenses(account).some(held => held.skuId === skuId) ||
      hasFreeSeat(tenant, skuId);
    return {
      skuId,
      assignedByGroup: group.id,
      disabledPlans: [],
      state: hasSeat ? 'Active' : 'Error',
      error: hasSeat ? 'None' : 'CountViolation',
      lastUpdatedDateTime: timestamp(at),
    };
  });
  return [...others, ...granted];
}

function hasFreeSeat(tenant: Tenant, skuId: string): boolean {
  const { consumedUnits, prepaidUnits } = tenant.sku(skuId);
  return consumedUnits < prepaidUnits.enabled + prepaidUnits.warning;
}

/** As Graph writes it, without fractions. */
function timestamp(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

function checkPlans(assignments: readonly Assignment[]) {
  const enabled = new Set<ServicePlanName>();
  for (const { skuId, disabledPlans } of heldLicenses({ assignments })) {
    for (const plan of productOf(skuId)?.plans ?? []) {
      if (!disabledPlans.includes(SERVICE_PLANS[plan])) enabled.add(plan);
    }
  }
  for (const plan of enabled) {
    const needed = DEPENDENCIES[plan];
    if (needed && !enabled.has(needed)) {
      throw badRequest(
        `License assignment failed because service plan ${SERVICE_PLANS[plan]} depends on the service plan(s) ${SERVICE_PLANS[needed]}`,
      );
    }
  }
  for (const plans of EXCLUSIVE) {
    const together = plans.filter(plan => enabled.has(plan));
    if (together.length > 1) {
      throw badRequest(
        `License assignment failed because service plans ${together
          .map(plan => SERVICE_PLANS[plan])
          .join(',')} are mutually exclusive`,
      );
    }
  }
}
