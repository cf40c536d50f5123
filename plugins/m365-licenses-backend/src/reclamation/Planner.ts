import { randomUUID } from 'node:crypto';
import {
  InputError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type {
  CandidateReasonType,
  CandidateState,
  HeldBack,
  Money,
  Reclamation,
  ReclamationMode,
} from 'backstage-plugin-m365-licenses-common';
import type { ReclamationConfig } from '../config';
import type {
  AccountCondition,
  HeldPath,
  PlannedItem,
  StoredCandidate,
  StoredPath,
  Stores,
} from '../database/types';
import { type Evaluation, seatPrices } from '../evaluation';
import { GraphError } from '../graph/errors';
import type { GraphConnection, GraphLicensingGroup } from '../graph/types';
import { candidateValue, type SeatPrices } from '../insights/candidateValues';
import { exemptionHeldBack, isGranting } from '../insights/candidates';
import { overShare } from '../insights/guardRails';
import { productName } from '../insights/productNames';
import { groupToLeave, isSameSku } from './decisions';
import { inheritedSentence, OUTCOME_SENTENCES } from './outcomes';

/** So many licenses a plan has at most. */
export const MAX_ITEMS = 20_000;
/** So many accounts can be named one by one, because each is read from Microsoft. */
export const MAX_USERS = 100;
/** How long planning waits for Microsoft. */
const PATIENCE_MS = 3 * 60_000;
/** How many candidates are read at once. */
const PAGE = 500;
/** Of how many accounts the licenses are read at once. */
const BATCH = 2_000;
/** How many groups are read at the same time. */
const GROUPS_AT_ONCE = 5;

/** Which licenses a plan is to take. */
export type PlanSelection =
  | {
      type: 'users';
      /** Graph ids or user principal names. */
      userIds: string[];
      /** Only these SKUs; all when undefined. */
      skuIds?: string[];
    }
  | {
      type: 'candidates';
      /** By Graph id. */
      candidates: { accountId: string; skuId: string }[];
    }
  | {
      type: 'filter';
      filter: {
        text?: string;
        skuIds?: string[];
        department?: string;
        /** Entity refs of catalog groups. */
        groups?: string[];
        /** That decide. */
        reasons?: CandidateReasonType[];
      };
    };

/** What somebody wants to have planned. */
export interface PlanRequest {
  selection: PlanSelection;
  origin: Reclamation['origin'];
  reason: string;
  mode: ReclamationMode;
  /** Whether people are taken out of groups, where the configuration allows it. */
  leaveGroups: boolean;
  /** Entity ref. */
  createdBy: string;
  /** Which accounts whoever asks may see. */
  visible?: AccountCondition;
  /** So many licenses are taken at most, and so many named that are left alone. */
  maxItems?: number;
  policyId?: string;
  /** Whether it only tells what would be done. */
  dryRun?: boolean;
}

/** What a plan holds, the licenses of an account one after the other. */
export interface PlannedItems {
  items: PlannedItem[];
  accounts: number;
  /** When the candidates were found, ISO 8601. */
  evaluatedAt: string | null;
}

/** A license of an account that was chosen, with how it is held. */
interface Choice {
  account: PlannedItem['account'];
  skuId: string;
  /** All paths by which the account holds it; none where it does not. */
  paths: HeldPath[];
  /** Undefined where somebody named it, or no rule names it any more. */
  candidate?: StoredCandidate;
  /** What holds it back by rule, a group that grants it left out. */
  heldBack: HeldBack[];
  /** Known of it, and not in the way: one's own wish is stronger. */
  waived: HeldBack[];
  isNamed: boolean;
}

/** An item on its way into a plan. */
interface Draft {
  choice: Choice;
  /** Null where the account does not hold the license. */
  path: HeldPath | null;
  outcome: PlannedItem['outcome'];
  message: string;
  /** Of the plan as a whole: more than may go at once. */
  share?: HeldBack;
}

type Group = NonNullable<StoredPath['group']>;

interface PlannerOptions {
  stores: Pick<
    Stores,
    | 'accounts'
    | 'assignments'
    | 'candidates'
    | 'evaluation'
    | 'licenses'
    | 'products'
    | 'terms'
  >;
  evaluation: Pick<Evaluation, 'candidatesOf'>;
  config: Pick<ReclamationConfig, 'leaveGroups' | 'maxShareOfLicense'>;
  now: () => Date;
}

/**
 * Finds out what a plan would take and what it leaves alone, each with its
 * reason (rules 15, 16, 18 and 19). Nothing changes at Microsoft.
 */
export class Planner {
  readonly #options: PlannerOptions;

  static create(options: PlannerOptions): Planner {
    return new Planner(options);
  }

  private constructor(options: PlannerOptions) {
    this.#options = options;
  }

  /**
   * What a plan would hold. Of people who are named, Microsoft is asked, and
   * what it says goes to the roster.
   *
   * @throws InputError when nothing matches, or too much
   * @throws NotFoundError when Microsoft does not know an account that is named
   * @throws ServiceUnavailableError when such an account could not be read
   */
  async plan(
    tenant: { name: string; graph: GraphConnection },
    request: PlanRequest,
  ): Promise<PlannedItems> {
    const { stores } = this.#options;
    const today = this.#options.now().toISOString().slice(0, 10);
    const evaluatedAt = await stores.evaluation.evaluatedAt(tenant.name);
    const choices = await this.#choices(tenant, request);
    const drafts = choices.flatMap(draftsOf);
    const groups = await this.#groups(tenant, drafts);
    const names = await this.#names(tenant.name);
    const leavesGroups =
      request.leaveGroups && this.#options.config.leaveGroups;
    const decide = (some: Draft[]) => {
      const taken = takenFrom(some);
      return some.map(draft =>
        withGroup(draft, {
          group: groupOf(draft, groups, taken),
          leavesGroups,
          nameOf: names,
        }),
      );
    };

    let decided = decide(drafts);
    if (request.selection.type !== 'users') {
      // What is held back here may be all that a group was left for.
      decided = decide(
        this.#capped(
          await this.#shared(tenant.name, drafts, decided),
          decided,
          request.maxItems,
        ),
      );
    }
    if (decided.length === 0) {
      throw new InputError(nothingIn(request.selection));
    }
    if (decided.length > MAX_ITEMS) {
      throw new InputError(
        `This is about more than ${MAX_ITEMS} licenses, which is too much for one plan; narrow it down, for example to one product or department`,
      );
    }
    const prices = await seatPrices(stores, tenant.name, today);
    const items = toItems(decided, { prices, evaluatedAt });
    return {
      items,
      accounts: new Set(items.map(({ account }) => account.id)).size,
      evaluatedAt,
    };
  }

  async #choices(
    tenant: { name: string; graph: GraphConnection },
    request: PlanRequest,
  ): Promise<Choice[]> {
    const { selection } = request;
    switch (selection.type) {
      case 'users':
        return this.#named(tenant, request, selection);
      case 'candidates':
        return this.#chosen(tenant.name, request, selection.candidates);
      default:
        return this.#found(tenant.name, request, selection.filter);
    }
  }

  /** Reads accounts that somebody named from Microsoft: only exemptions hold these back. */
  async #named(
    tenant: { name: string; graph: GraphConnection },
    { origin, visible }: PlanRequest,
    { userIds, skuIds }: Extract<PlanSelection, { type: 'users' }>,
  ): Promise<Choice[]> {
    const { accounts, assignments } = this.#options.stores;
    const keys = [...new Set(userIds)];
    if (keys.length > MAX_USERS) {
      throw new InputError(
        `At most ${MAX_USERS} people can be named one by one; choose more of them among the candidates`,
      );
    }
    const users = await readUsers(tenant, keys);
    await accounts.storeUsers(tenant.name, users, this.#options.now());
    const ids = users.map(({ id }) => id);
    const held = await assignments.held(tenant.name, ids, visible);
    const unknown = users.filter(({ id }) => !held.has(id));
    if (unknown.length > 0) {
      throw notFound(
        tenant.name,
        unknown.map(({ userPrincipalName }) => userPrincipalName),
      );
    }
    const evaluated = await this.#options.evaluation.candidatesOf(
      tenant.name,
      ids,
    );
    return [...new Set(ids)].flatMap(id => {
      const { account, paths } = held.get(id) ?? { paths: [] };
      if (!account) {
        return [];
      }
      const wanted = skuIds ?? paths.map(({ skuId }) => skuId);
      return [...new Set(wanted.map(skuId => skuId.toLowerCase()))].map(
        (wantedId): Choice => {
          const own = paths.filter(path => isSameSku(path.skuId, wantedId));
          const skuId = own[0]?.skuId ?? wantedId;
          const exemption = evaluated.get(id)?.exemptions.get(skuId);
          const exempted = exemption ? [exemptionHeldBack(exemption)] : [];
          const isOwnWish = origin === 'handBack';
          return {
            account,
            skuId,
            paths: own,
            heldBack: isOwnWish ? [] : exempted,
            waived: isOwnWish ? exempted : [],
            isNamed: true,
          };
        },
      );
    });
  }

  /** Candidates that somebody picked; those that are none any more are named as such. */
  async #chosen(
    tenant: string,
    { visible }: PlanRequest,
    picked: { accountId: string; skuId: string }[],
  ): Promise<Choice[]> {
    const { candidates } = this.#options.stores;
    const ids = [...new Set(picked.map(({ accountId }) => accountId))];
    const found: StoredCandidate[] = [];
    for (let start = 0; start < ids.length; start += BATCH) {
      found.push(
        ...(await candidates.ofAccounts(
          tenant,
          ids.slice(start, start + BATCH),
        )),
      );
    }
    const keyOf = (accountId: string, skuId: string) =>
      `${accountId} ${skuId.toLowerCase()}`;
    const byKey = new Map(
      found.map(each => [keyOf(each.account.id, each.skuId), each]),
    );
    const unique = new Map(
      picked.map(each => [keyOf(each.accountId, each.skuId), each]),
    );
    return this.#withPaths(
      tenant,
      [...unique].map(([key, each]) => ({
        ...each,
        candidate: byKey.get(key),
      })),
      visible,
    );
  }

  /** The candidates that match, those that nothing holds back and that are worth most first. */
  async #found(
    tenant: string,
    { visible, maxItems }: PlanRequest,
    filter: Extract<PlanSelection, { type: 'filter' }>['filter'],
  ): Promise<Choice[]> {
    const { skuIds, reasons, ...narrow } = filter;
    const only = <Value>(values?: Value[]) =>
      values?.length === 1 ? values[0] : undefined;
    const matches = ({ skuId, reasons: [decides] }: StoredCandidate) =>
      (!skuIds || skuIds.some(each => isSameSku(skuId, each))) &&
      (!reasons || reasons.includes(decides.type));
    const read = async (state: CandidateState, most: number) => {
      const found: StoredCandidate[] = [];
      let cursor: string | undefined;
      do {
        const page = await this.#options.stores.candidates.list(tenant, {
          ...narrow,
          skuId: only(skuIds),
          reason: only(reasons),
          state,
          sort: 'value',
          order: 'desc',
          visible,
          limit: PAGE,
          cursor,
        });
        found.push(...page.items.filter(matches));
        cursor = page.nextCursor;
      } while (cursor && found.length <= most);
      return found;
    };
    const found = [
      ...(await read('opportunity', MAX_ITEMS)),
      ...(await read('heldBack', maxItems ?? MAX_ITEMS)),
    ];
    return this.#withPaths(
      tenant,
      found.map(candidate => ({
        accountId: candidate.account.id,
        skuId: candidate.skuId,
        candidate,
      })),
      visible,
    );
  }

  /** Licenses with how they are held, account by account; of accounts that are not known or visible, none. */
  async #withPaths(
    tenant: string,
    licenses: {
      accountId: string;
      skuId: string;
      candidate?: StoredCandidate;
    }[],
    visible?: AccountCondition,
  ): Promise<Choice[]> {
    const byAccount = new Map<string, typeof licenses>();
    for (const license of licenses) {
      const own = byAccount.get(license.accountId);
      if (own) {
        own.push(license);
      } else {
        byAccount.set(license.accountId, [license]);
      }
    }
    const ids = [...byAccount.keys()];
    const choices: Choice[] = [];
    for (let start = 0; start < ids.length; start += BATCH) {
      const some = ids.slice(start, start + BATCH);
      const held = await this.#options.stores.assignments.held(
        tenant,
        some,
        visible,
      );
      for (const id of some) {
        const found = held.get(id);
        for (const { skuId, candidate } of byAccount.get(id) ?? []) {
          if (found) {
            const paths = found.paths.filter(path =>
              isSameSku(path.skuId, skuId),
            );
            choices.push({
              account: found.account,
              skuId: paths[0]?.skuId ?? skuId,
              paths,
              candidate,
              // What a group grants is decided with the group itself.
              heldBack:
                candidate?.heldBack.filter(
                  ({ type }) => type !== 'groupOnly',
                ) ?? [],
              waived: [],
              isNamed: false,
            });
          }
        }
      }
    }
    return choices;
  }

  /** Each group that grants one of the licenses, read once; null where it could not be read. */
  async #groups(
    tenant: { name: string; graph: GraphConnection },
    drafts: Draft[],
  ): Promise<Map<string, GraphLicensingGroup | null>> {
    const ids = [...new Set(drafts.flatMap(({ path }) => path?.groupId ?? []))];
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const groups = new Map<string, GraphLicensingGroup | null>();
    const readNext = async (): Promise<void> => {
      const id = ids.pop();
      if (id === undefined) {
        return;
      }
      try {
        groups.set(id, await tenant.graph.licensingGroup(id, { signal }));
      } catch (error) {
        if (!(error instanceof GraphError) && !signal.aborted) {
          throw error;
        }
        groups.set(id, null);
      }
      await readNext();
    };
    await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, readNext));
    return groups;
  }

  async #names(tenant: string): Promise<(skuId: string) => string> {
    const { licenses, products } = this.#options.stores;
    const [names, captured] = await Promise.all([
      products.names(),
      licenses.captured(tenant),
    ]);
    const byId = new Map(captured.map(each => [each.skuId, each.displayName]));
    return skuId => byId.get(skuId) ?? productName(names, skuId);
  }

  /** Holds back what is more than the share of a SKU's assignments that one plan may take. */
  async #shared(
    tenant: string,
    drafts: Draft[],
    decided: Draft[],
  ): Promise<Draft[]> {
    const counts = await this.#options.stores.evaluation.counts(tenant, 'sku');
    const planned = decided.flatMap(({ choice, outcome }, index) =>
      outcome === 'planned'
        ? [{ account: choice.account, skuId: choice.skuId, index }]
        : [],
    );
    const over = overShare(
      planned,
      new Map(counts.map(({ value, accounts }) => [value, accounts])),
      this.#options.config.maxShareOfLicense,
    );
    const shares = new Map(
      [...over].map(([{ index }, heldBack]) => [index, heldBack]),
    );
    return drafts.map((draft, index) => {
      const share = shares.get(index);
      return share ? { ...draft, ...heldBackBy(share), share } : draft;
    });
  }

  /** The first so many that are taken, and as many that are left alone. */
  #capped(drafts: Draft[], decided: Draft[], maxItems?: number): Draft[] {
    if (maxItems === undefined) {
      return drafts;
    }
    const room = { taken: maxItems, left: maxItems };
    return drafts.filter(({ outcome }, index) => {
      const isTaken =
        outcome === 'planned' && decided[index].outcome === 'planned';
      const kind = isTaken ? 'taken' : 'left';
      room[kind] -= 1;
      return room[kind] >= 0;
    });
  }
}

function notFound(tenant: string, users: string[]): NotFoundError {
  return new NotFoundError(
    users.length === 1
      ? `Microsoft knows no account ${users[0]} in the tenant ${tenant}`
      : `Microsoft knows none of these accounts in the tenant ${tenant}: ${users.join(
          ', ',
        )}`,
  );
}

/** Accounts as Microsoft has them now. @throws as {@link Planner.plan} */
async function readUsers(
  tenant: { name: string; graph: GraphConnection },
  keys: string[],
) {
  const read = await tenant.graph.usersById(keys, {
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const answers = keys.map(key => ({ key, answer: read.get(key) }));
  const unknown = answers.filter(
    ({ answer }) =>
      !answer || (answer instanceof GraphError && answer.kind === 'notFound'),
  );
  if (unknown.length > 0) {
    throw notFound(
      tenant.name,
      unknown.map(({ key }) => key),
    );
  }
  return answers.flatMap(({ key, answer }) => {
    if (answer instanceof GraphError) {
      const { message, mend } = answer;
      throw new ServiceUnavailableError(
        `The account ${key} could not be read from Microsoft: ${message}${
          mend ? `. ${mend}` : ''
        }`,
        answer,
      );
    }
    return answer ?? [];
  });
}

function nothingIn(selection: PlanSelection): string {
  switch (selection.type) {
    case 'users':
      return 'There is nothing to take back: these accounts hold no license';
    case 'candidates':
      return 'There is nothing to take back: none of these accounts is known; load the candidates again';
    default:
      return 'There is nothing to take back: no candidate matches; widen the filter, or wait for the next evaluation';
  }
}

function heldBackBy(
  heldBack: HeldBack,
): Pick<PlannedItem, 'outcome' | 'message'> {
  const { type, owner, reason } = heldBack;
  return {
    outcome: 'heldBack',
    message:
      type === 'exemption'
        ? `Left alone: ${owner} exempted it: "${reason}".`
        : `Left alone: ${reason}.`,
  };
}

/** What is to become of a license by itself, without its group and the others of the plan. */
function fateOf({
  paths,
  candidate,
  heldBack: [first],
  isNamed,
}: Choice): Pick<PlannedItem, 'outcome' | 'message'> {
  const outcome = (name: 'planned' | 'alreadyGone' | 'changed') => ({
    outcome: name,
    message: OUTCOME_SENTENCES[name],
  });
  if (paths.length === 0) {
    return outcome('alreadyGone');
  }
  if (first) {
    return heldBackBy(first);
  }
  if (!candidate) {
    return outcome(isNamed ? 'planned' : 'changed');
  }
  const [decides] = candidate.reasons;
  return decides.type === 'downgrade'
    ? {
        outcome: 'heldBack',
        message: `Left alone: the person uses a part of it. Assign ${
          decides.other?.displayName ?? 'the smaller license'
        } first; without it they would have nothing.`,
      }
    : outcome('planned');
}

/** Whether only the direct path is too much, and what groups grant is to stay. */
function staysByGroup({ candidate }: Choice): boolean {
  return candidate?.reasons[0].type === 'directAndGroup';
}

/** An item for each path by which a license is to go. */
function draftsOf(choice: Choice): Draft[] {
  const fate = fateOf(choice);
  const { paths } = choice;
  return paths.length === 0
    ? [{ choice, path: null, ...fate }]
    : paths
        .filter(({ groupId }) => groupId === null || !staysByGroup(choice))
        .map(path => ({ choice, path, ...fate }));
}

/** The SKUs, in lower case, that are to go wholly from each account by its Graph id. */
function takenFrom(drafts: Draft[]): Map<string, Set<string>> {
  const taken = new Map<string, Set<string>>();
  for (const { choice, outcome } of drafts) {
    if (outcome === 'planned' && !staysByGroup(choice)) {
      const own = taken.get(choice.account.id) ?? new Set();
      taken.set(choice.account.id, own.add(choice.skuId.toLowerCase()));
    }
  }
  return taken;
}

/** What leaving the group of a path would mean; null for a direct path. */
function groupOf(
  { choice, path }: Draft,
  groups: ReadonlyMap<string, GraphLicensingGroup | null>,
  takenByAccount: ReadonlyMap<string, ReadonlySet<string>>,
): Group | null {
  if (path?.groupId === null || path?.groupId === undefined) {
    return null;
  }
  const group = groups.get(path.groupId);
  if (!group) {
    return {
      id: path.groupId,
      name: path.groupName,
      leaving: 'unknown',
      owners: [],
      otherSkuIds: [],
    };
  }
  const taken = takenByAccount.get(choice.account.id) ?? [];
  return groupToLeave(group, [choice.skuId, ...taken]);
}

/** An item with its group: what only the group can take is left alone, unless it may be left. */
function withGroup(
  draft: Draft,
  {
    group,
    leavesGroups,
    nameOf,
  }: {
    group: Group | null;
    leavesGroups: boolean;
    nameOf: (skuId: string) => string;
  },
): Draft & { group: Group | null } {
  const isLeft = leavesGroups && group?.leaving === 'possible';
  return draft.outcome === 'planned' && group && !isLeft
    ? {
        ...draft,
        group,
        outcome: 'inheritedFromGroup',
        message: inheritedSentence({ group }, nameOf),
      }
    : { ...draft, group };
}

/** The path of a license that the account does not hold. */
const NOT_ASSIGNED: Omit<StoredPath, 'group'> = {
  state: 'NotAssigned',
  error: null,
  disabledPlans: [],
  assignedAt: null,
};

function toItems(
  drafts: (Draft & { group: Group | null })[],
  known: { prices: SeatPrices; evaluatedAt: string | null },
): PlannedItem[] {
  const byChoice = new Map<Choice, (Draft & { group: Group | null })[]>();
  for (const draft of drafts) {
    byChoice.set(draft.choice, [...(byChoice.get(draft.choice) ?? []), draft]);
  }
  return [...byChoice].flatMap(([choice, own]) => {
    const { account, skuId, candidate, heldBack, waived } = choice;
    const lastActivityDate = choice.paths.reduce<string | null>(
      (latest, path) =>
        (path.lastActivityDate ?? '') > (latest ?? '')
          ? path.lastActivityDate
          : latest,
      null,
    );
    return own.map((draft, index): PlannedItem => {
      const { state, error, disabledPlans, assignedAt } =
        draft.path ?? NOT_ASSIGNED;
      return {
        id: randomUUID(),
        account,
        skuId,
        path: { group: draft.group, state, error, disabledPlans, assignedAt },
        evidence: {
          reasons: candidate?.reasons ?? [],
          heldBack: [
            ...heldBack,
            ...waived,
            ...(draft.share ? [draft.share] : []),
          ],
          lastActivityDate,
          evaluatedAt: known.evaluatedAt,
        },
        value: valueOf(
          choice,
          // A seat is worth something once, however many paths lead to it.
          index === 0 && isFreed(choice, own),
          known.prices,
        ),
        outcome: draft.outcome,
        message: draft.message,
        restores: null,
      };
    });
  });
}

/** Whether the seat is free once all paths in the plan have gone: none is left, and all share one fate. */
function isFreed({ paths, candidate }: Choice, drafts: Draft[]): boolean {
  const planned = drafts.filter(({ outcome }) => outcome === 'planned').length;
  return (
    candidate?.reasons[0].type !== 'deleted' &&
    paths
      .filter(path => path.groupId === null || isGranting(path))
      .every(path => drafts.some(draft => draft.path === path)) &&
    (planned === 0 || planned === drafts.length)
  );
}

function valueOf(
  { skuId, candidate }: Choice,
  saves: boolean,
  prices: SeatPrices,
): Money[] {
  return candidateValue(
    {
      // Somebody who names a license wants all of it back.
      reason: candidate?.reasons[0].type ?? 'disabled',
      skuId,
      otherSkuId: candidate?.otherSkuId ?? null,
      saves,
    },
    prices,
  );
}
