import type { Account, Assignment, Group } from 'graph-simulator';
import { randomUUID } from 'node:crypto';
import type {
  NewReclamation,
  PlannedItem,
  StoredItem,
  StoredReclamation,
  Stores,
} from '../../database/types';
import { OUTCOME_SENTENCES } from '../outcomes';

export const TENANT = 'contoso';
export const ROBIN = 'user:default/robin';

/** An assignment that is planned to be taken back, as somebody asks for it by name. */
export function itemOf(
  account: Pick<Account, 'id' | 'userPrincipalName' | 'displayName'>,
  assignment: Assignment,
  group?: Group,
): PlannedItem {
  const { id, userPrincipalName, displayName } = account;
  const { skuId, disabledPlans, state, lastUpdatedDateTime } = assignment;
  return {
    id: randomUUID(),
    account: { id, userPrincipalName, displayName },
    skuId,
    path: {
      group: group
        ? {
            id: group.id,
            name: group.displayName,
            leaving: 'possible',
            owners: [],
            otherSkuIds: [],
          }
        : null,
      state,
      error: null,
      disabledPlans: [...disabledPlans],
      assignedAt: lastUpdatedDateTime,
    },
    evidence: {
      reasons: [],
      heldBack: [],
      lastActivityDate: null,
      evaluatedAt: null,
    },
    value: [],
    outcome: 'scheduled',
    message: OUTCOME_SENTENCES.scheduled,
    restores: null,
  };
}

/** What puts taken items back. */
export function restoring(items: StoredItem[]): PlannedItem[] {
  return items.map(({ account, skuId, path, evidence, value, id }) => ({
    id: randomUUID(),
    account,
    skuId,
    path,
    evidence,
    value,
    outcome: 'scheduled',
    message: OUTCOME_SENTENCES.scheduled,
    restores: id,
  }));
}

/** Stores a plan that is started. */
export async function startPlan(
  stores: Stores,
  items: PlannedItem[],
  options: { at: Date } & Partial<NewReclamation>,
): Promise<StoredReclamation> {
  const { at, ...plan } = options;
  const { reclamation } = await stores.reclamations.create(
    {
      id: randomUUID(),
      tenant: TENANT,
      kind: 'reclaim',
      mode: 'immediate',
      status: 'started',
      origin: 'users',
      reason: 'Left the company',
      leaveGroups: false,
      createdBy: ROBIN,
      createdAt: at.toISOString(),
      expiresAt: null,
      approvedBy: ROBIN,
      startedBy: ROBIN,
      restoreOf: null,
      policyId: null,
      ...plan,
    },
    items,
  );
  return reclamation;
}
