import { GraphError } from './answers';
import { resourceNotFound } from './directory';
import { Faults } from './faults';
import { grantedAssignments } from './licenses';
import { Account, Group } from './tenant/model';
import { Tenant } from './tenant/Tenant';

/**
 * The account that the payload of `POST /groups/{id}/members/$ref` refers to.
 *
 * @throws GraphError 400 where it refers to nothing, 404 to nobody
 */
export function referencedAccount(tenant: Tenant, payload: unknown): Account {
  const reference =
    typeof payload === 'object' && payload !== null && '@odata.id' in payload
      ? payload['@odata.id']
      : undefined;
  const id =
    typeof reference === 'string'
      ? /^https?:\/\/[^/]+\/v1\.0\/(?:directoryObjects|users)\/([^/]+)$/.exec(
          reference,
        )?.[1]
      : undefined;
  if (!id) {
    throw new GraphError(
      400,
      'Request_BadRequest',
      'Invalid URL format specified in payload.',
    );
  }
  const account = tenant.find(id);
  if (!account) throw resourceNotFound(id);
  return account;
}

/**
 * The group, whose members can be changed.
 *
 * @throws GraphError 404 where there is none; 403 where a rule decides who is a
 *   member, 400 where it is synced from on premises
 */
export function changeableGroup(tenant: Tenant, id: string): Group {
  const group = tenant.groups.find(candidate => candidate.id === id);
  if (!group) throw resourceNotFound(id);
  if (group.groupTypes.includes('DynamicMembership')) {
    throw new GraphError(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
  }
  if (group.onPremisesSyncEnabled) {
    throw new GraphError(
      400,
      'Request_BadRequest',
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    );
  }
  return group;
}

interface MembershipChange {
  readonly group: Group;
  readonly userId: string;
  readonly isMember: boolean;
}

/**
 * Who is in which licensing group. A member is who holds what the group grants;
 * what changed lately may wait until the directory takes or gives the licenses.
 */
export class Memberships {
  readonly #pending = new Map<string, MembershipChange>();

  constructor(
    private readonly tenant: Tenant,
    private readonly faults: Faults,
  ) {}

  isMember(group: Group, account: Account): boolean {
    return (
      this.#pending.get(`${group.id} ${account.id}`)?.isMember ??
      account.assignments.some(a => a.assignedByGroup === group.id)
    );
  }

  /** The licenses follow at once, or as late as `faults.groupLicensesProcessedAfter` says. */
  change(group: Group, account: Account, isMember: boolean): void {
    const key = `${group.id} ${account.id}`;
    this.#pending.set(key, { group, userId: account.id, isMember });
    const delay = this.faults.groupLicensesProcessedAfter;
    if (delay === 0) {
      this.#process(key);
    } else if (Number.isFinite(delay)) {
      setTimeout(() => this.#process(key), delay).unref();
    }
  }

  /** Gives and takes the licenses of every change that waits. */
  process(): void {
    [...this.#pending.keys()].forEach(key => this.#process(key));
  }

  #process(key: string): void {
    const change = this.#pending.get(key);
    const account = change && this.tenant.find(change.userId);
    this.#pending.delete(key);
    if (!account) return;
    this.tenant.update(account.id, {
      assignments: grantedAssignments(
        this.tenant,
        account,
        change.group,
        change.isMember,
        new Date(),
      ),
    });
  }
}
