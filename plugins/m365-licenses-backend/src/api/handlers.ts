import type {
  BackstageCredentials,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import {
  type CompoundEntityRef,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  type AccountDetail,
  type CandidateState,
  type EntityLicenses,
  type Problem,
  type SyncTaskName,
  type TaskRun,
  type Tenant,
  licenseReadPermission,
  SYNC_TASKS,
  taskRunPermission,
} from 'backstage-plugin-m365-licenses-common';
import type { M365LicensesConfig } from '../config';
import type { Connections } from '../connections';
import type { ActivityThreshold, Stores } from '../database/types';
import { type Evaluation, seatPrices } from '../evaluation';
import type { LicenseEvents } from '../events/LicenseEvents';
import {
  daysBefore,
  daysBetween,
  STALE_REPORT_DAYS,
} from '../insights/activity';
import type { SeatPrices } from '../insights/candidateValues';
import type { Policies } from '../policies/Policies';
import type { Questions } from '../questions/Questions';
import type { Reclamations } from '../reclamation/Reclamations';
import { REPORT_DAYS, type TaskRunner } from '../sync';
import type { Access, AccountAccess } from './access';
import { createAssignmentHandlers } from './assignmentHandlers';
import {
  createCandidateHandlers,
  namedLicenses,
  toCandidate,
} from './candidateHandlers';
import { createConnectionHandlers } from './connectionHandlers';
import type { EntityAccounts } from './entities';
import type { GroupOwners } from '../questions/GroupOwners';
import { HandBacks, type Person } from './handBacks';
import { createHistoryHandlers, overviewChangesOf } from './historyHandlers';
import { createLicenseHandlers } from './licenseHandlers';
import { withPrices, withSeatPrices } from './prices';
import { createPolicyHandlers } from './policyHandlers';
import { createQuestionHandlers } from './questionHandlers';
import { createRateHandlers } from './rateHandlers';
import { createReclamationHandlers } from './reclamationHandlers';
import type { OperationHandlers } from './router';
import { createSpendHandlers } from './spendHandlers';
import { createSuspiciousHandlers } from './suspiciousHandlers';
import type { StartedTenant, Tenants } from './tenants';

/** What the handlers call. */
export interface HandlerOptions {
  config: M365LicensesConfig;
  tenants: Tenants;
  connections: Connections;
  stores: Stores;
  taskRunner: TaskRunner;
  reclamations: Reclamations;
  questions: Questions;
  policies: Policies;
  groupOwners: GroupOwners;
  access: Access;
  catalog: CatalogService;
  entityAccounts: EntityAccounts;
  evaluation: Evaluation;
  events: LicenseEvents;
  logger: LoggerService;
  userInfo: UserInfoService;
  now: () => Date;
}

/** The operations of the REST API: authorise, call, answer. */
export function createHandlers(options: HandlerOptions): OperationHandlers {
  const {
    config,
    tenants,
    connections,
    stores,
    access,
    catalog,
    entityAccounts,
    evaluation,
    events,
    logger,
    now,
    reclamations,
    taskRunner,
  } = options;

  const threshold = (inactiveAfterDays?: number): ActivityThreshold => ({
    today: now().toISOString().slice(0, 10),
    inactiveAfterDays: inactiveAfterDays ?? config.inactiveAfterDays,
    graceDays: config.graceDays,
  });

  /** What a seat of each SKU costs, for callers who may know. */
  const pricesFor = async (
    tenant: string,
    credentials: BackstageCredentials,
  ): Promise<SeatPrices | undefined> =>
    (await access.allows(licenseReadPermission, credentials))
      ? seatPrices(stores, tenant, threshold().today)
      : undefined;

  const licensesById = (tenant: string) => namedLicenses(stores, tenant);

  /** The groups that a query names: the one given and those below it. */
  const groupsOf = async (group: string | undefined) =>
    group === undefined ? undefined : stores.catalogGroups.below(group);

  /** The person who calls, and what they belong to; undefined for a service. */
  const person = async (
    credentials: BackstageCredentials,
  ): Promise<Person | undefined> => {
    const { principal } = credentials;
    const isUser =
      typeof principal === 'object' &&
      principal !== null &&
      'type' in principal &&
      principal.type === 'user';
    if (!isUser) {
      return undefined;
    }
    const info = await options.userInfo.getUserInfo(credentials);
    return { ref: info.userEntityRef, ownership: info.ownershipEntityRefs };
  };

  const callerRef = async (
    credentials: BackstageCredentials,
  ): Promise<string | undefined> => (await person(credentials))?.ref;

  const caller = async (credentials: BackstageCredentials): Promise<string> =>
    (await callerRef(credentials)) ?? subjectOf(credentials.principal);

  const handBacks = HandBacks.create({
    tenants,
    entityAccounts,
    groupOwners: options.groupOwners,
    person,
  });

  /** What the store found of accounts, with what is suggested and how fresh it is. */
  const details = async (
    tenant: string,
    found: Pick<AccountDetail, 'account' | 'services'>[],
    credentials: BackstageCredentials,
  ): Promise<AccountDetail[]> => {
    if (found.length === 0) {
      return [];
    }
    const ids = found.map(({ account }) => account.id);
    const [
      prices,
      licenses,
      candidates,
      mayHandBack,
      { newest },
      { lastSuccessAt },
    ] = await Promise.all([
      pricesFor(tenant, credentials),
      licensesById(tenant),
      stores.candidates.ofAccounts(tenant, ids),
      handBacks.among(tenant, ids, credentials),
      stores.activity.reportDates(tenant),
      stores.taskRuns.latest(tenant, 'application-roster'),
    ]);
    return found.map(({ account, services }) => ({
      tenant,
      account: prices ? withPrices([account], prices)[0] : account,
      services,
      candidates: candidates
        .filter(candidate => candidate.account.id === account.id)
        .map(candidate => toCandidate(candidate, { ...licenses, prices })),
      mayHandBack: mayHandBack.has(account.id),
      reportRefreshDate: newest,
      syncedAt: lastSuccessAt ?? null,
    }));
  };

  /** What a card shows; one's own needs no permission. */
  const entityLicenses = async (
    ref: CompoundEntityRef,
    credentials: BackstageCredentials,
  ): Promise<EntityLicenses> => {
    const entityRef = stringifyEntityRef(ref);
    const own = (await callerRef(credentials)) === entityRef;
    const visible = own ? {} : await access.requireAccounts(credentials);
    const users = await entityAccounts.users(ref, credentials);
    const matched = await entityAccounts.match(users);

    const accounts: EntityLicenses['accounts'] = [];
    for (const { name } of tenants.started) {
      const here = matched.filter(({ tenant }) => tenant === name);
      const entityById = new Map(
        here.map(match => [match.accountId, match.entityRef]),
      );
      const found = await details(
        name,
        await stores.accounts.getMany(name, [...entityById.keys()], {
          ...threshold(),
          ...visible,
        }),
        credentials,
      );
      for (const detail of found) {
        const member = entityById.get(detail.account.id);
        if (member) {
          accounts.push({ entityRef: member, detail });
        }
      }
    }
    const withAccount = new Set(matched.map(match => match.entityRef));
    return {
      entityRef,
      kind: ref.kind.toLocaleLowerCase('en-US') === 'user' ? 'user' : 'group',
      accounts,
      members: users.length,
      unmatchedMembers: users
        .map(stringifyEntityRef)
        .filter(user => !withAccount.has(user)),
      inactiveAfterDays: config.inactiveAfterDays,
    };
  };

  /** The account id behind what was asked for: an id, a principal name, or a User entity ref. */
  const accountOf = async (
    tenant: StartedTenant,
    user: string,
    credentials: BackstageCredentials,
  ): Promise<string> => {
    if (!user.includes(':')) {
      return user;
    }
    const ref = parseEntityRef(user);
    if (ref.kind.toLocaleLowerCase('en-US') !== 'user') {
      throw new InputError(
        `user must be a User entity ref, a Graph id or a user principal name, not ${user}`,
      );
    }
    const users = await entityAccounts.users(ref, credentials);
    const matched = await entityAccounts.match(users);
    const match = matched.find(candidate => candidate.tenant === tenant.name);
    if (!match) {
      throw new NotFoundError(
        `${user} matches no account of the tenant ${tenant.name}; give the entity the annotation graph.microsoft.com/user-id, or name the account by its user principal name`,
      );
    }
    return match.accountId;
  };

  /** Whether the catalog shows the caller a group. */
  const groupExists = async (
    groupRef: string,
    credentials: BackstageCredentials,
  ) => (await catalog.getEntityByRef(groupRef, { credentials })) !== undefined;

  /**
   * What is wrong now: what the check-up of the connection found failing, and
   * the last run of each task that is switched on, unless a finding explains
   * it already.
   */
  const problemsOf = async (
    { name, status }: Tenant,
    runs: { task: SyncTaskName; last?: TaskRun }[],
    reportRefreshDate: string | null,
  ): Promise<Problem[]> => {
    const started = tenants.started.find(tenant => tenant.name === name);
    if (status !== 'started' || !started) {
      return [];
    }
    const check = await stores.connections.check(name);
    const failing = (check?.findings ?? []).filter(
      finding => finding.status === 'failing',
    );
    const problems: Problem[] = failing.map(
      ({ id, title, detail, steps, requestId }) => ({
        finding: id,
        message: `${title}. ${detail}`,
        mend: steps.map(({ text }) => text).join('\n') || null,
        requestId,
      }),
    );
    const isExplained = (task: SyncTaskName) =>
      failing.some(
        finding =>
          finding.id === 'authorization' ||
          finding.id === 'token' ||
          finding.task === task ||
          (finding.id === 'concealment' && task === 'application-access'),
      );
    for (const { task, last } of runs) {
      if (started.tasks[task].enabled && last?.error && !isExplained(task)) {
        problems.push({ ...last.error, task });
      }
    }
    const { today } = threshold();
    if (
      reportRefreshDate &&
      daysBetween(reportRefreshDate, today) > STALE_REPORT_DAYS
    ) {
      problems.push({
        task: 'application-access',
        message: `The newest activity report is of ${reportRefreshDate}, older than ${STALE_REPORT_DAYS} days`,
        mend: 'See on the Tasks tab whether Application Access runs; if it does, Microsoft is late with its reports (Microsoft 365 admin center, Health, Service health)',
      });
    }
    return problems;
  };

  /** Why the dates of activity are older than they could be. */
  const activityProblem = async (
    tenant: Tenant,
    last: TaskRun | undefined,
  ): Promise<Problem | null> => {
    const problems = await problemsOf(
      tenant,
      [{ task: 'application-access', last }],
      null,
    );
    return (
      problems.find(({ finding }) => finding === 'concealment') ??
      problems.find(({ task }) => task === 'application-access') ??
      null
    );
  };

  return {
    ...createConnectionHandlers({
      tenants,
      connections,
      stores,
      access,
      callerRef,
    }),
    ...createLicenseHandlers({
      tenants,
      stores,
      access,
      events,
      evaluation,
      logger,
      threshold,
      caller,
      now,
    }),
    ...createSpendHandlers({ tenants, stores, access, catalog, threshold }),
    ...createRateHandlers({ tenants, stores, access, caller, now }),
    ...createHistoryHandlers({ tenants, stores, access, threshold }),
    ...createCandidateHandlers({
      tenants,
      stores,
      access,
      threshold,
      caller,
      accountOf,
      groupExists,
      reevaluate: (tenant, selection) =>
        evaluation.reevaluate(tenant, selection),
      now,
    }),
    ...createSuspiciousHandlers({ tenants, stores, access, caller, now }),
    ...createAssignmentHandlers({ tenants, stores, access, threshold }),
    ...createReclamationHandlers({
      config: config.reclamation,
      tenants,
      stores,
      access,
      reclamations,
      handBacks,
      caller,
      callerRef,
      accountOf,
      now,
    }),
    ...createQuestionHandlers({
      tenants,
      stores,
      questions: options.questions,
      person,
    }),
    ...createPolicyHandlers({
      config: config.reclamation,
      tenants,
      stores,
      access,
      policies: options.policies,
      caller,
      groupExists,
      now,
    }),

    listTenants: {
      eventId: 'tenant-fetch',
      severityLevel: 'low',
      handle: async ({ credentials }) => {
        // Whoever reads accounts needs to know of which tenant.
        if (!(await access.accounts(credentials))) {
          await access.require(licenseReadPermission, credentials);
        }
        const items = await tenants.all();
        return { status: 200, body: { items, totalItems: items.length } };
      },
    },

    getTenant: {
      eventId: 'tenant-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const tenant = await tenants.readable(path.tenant);
        const [
          accounts,
          statuses,
          licenses,
          candidates,
          evaluatedAt,
          changes,
          { newest },
          runs,
        ] = await Promise.all([
          stores.accounts.counts(tenant.name),
          stores.accounts.statusCounts(tenant.name, threshold()),
          stores.licenses.captured(tenant.name),
          stores.candidates.counts(tenant.name),
          stores.evaluation.evaluatedAt(tenant.name),
          overviewChangesOf(stores.history, tenant.name, threshold().today),
          stores.activity.reportDates(tenant.name),
          Promise.all(
            SYNC_TASKS.map(async task => ({
              task,
              ...(await stores.taskRuns.latest(tenant.name, task)),
            })),
          ),
        ]);
        const seats = licenses.filter(
          ({ appliesTo, status }) =>
            appliesTo === 'User' && status !== 'Deleted',
        );
        const sum = (field: 'bought' | 'assigned') =>
          seats.reduce((total, license) => total + license[field], 0);
        const countOf = (state: CandidateState) =>
          candidates
            .filter(each => each.state === state)
            .reduce((total, each) => total + each.candidates, 0);
        const successes = runs.flatMap(({ lastSuccessAt }) =>
          lastSuccessAt ? [lastSuccessAt] : [],
        );
        return {
          status: 200,
          body: {
            tenant,
            accounts,
            statuses,
            seats:
              licenses.length === 0
                ? null
                : {
                    bought: sum('bought'),
                    assigned: sum('assigned'),
                    unassigned: sum('bought') - sum('assigned'),
                  },
            candidates:
              evaluatedAt === null
                ? null
                : {
                    opportunities: countOf('opportunity'),
                    heldBack: countOf('heldBack'),
                  },
            evaluatedAt,
            changes,
            reportRefreshDate: newest,
            lastSync: successes.sort().at(-1) ?? null,
            problems: await problemsOf(tenant, runs, newest),
          },
        };
      },
    },

    listTasks: {
      eventId: 'task-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name, status } = await tenants.readable(path.tenant);
        const items = status === 'retired' ? [] : await taskRunner.tasks(name);
        return { status: 200, body: { items, totalItems: items.length } };
      },
    },

    runTask: {
      eventId: 'task-run',
      severityLevel: 'medium',
      handle: async ({ path, credentials }) => {
        await access.require(taskRunPermission, credentials);
        const { name } = await tenants.active(path.tenant);
        await stores.connections.retryNow(name, now());
        await taskRunner.trigger(name, path.task);
        return { status: 202, body: { task: path.task } };
      },
    },

    listTaskRuns: {
      eventId: 'task-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const tenant = await tenants.readable(path.tenant);
        const { limit = 50, ...rest } = query;
        return {
          status: 200,
          body: await stores.taskRuns.list(tenant.name, { ...rest, limit }),
        };
      },
    },

    listUsers: {
      eventId: 'account-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        const visible = await access.requireAccounts(credentials);
        const tenant = await tenants.readable(path.tenant);
        const {
          inactiveAfterDays,
          limit = 50,
          sort = 'displayName',
          order = 'asc',
          deleted = false,
          group,
          ...filters
        } = query;
        const [page, prices] = await Promise.all([
          stores.accounts.list(tenant.name, {
            ...filters,
            ...threshold(inactiveAfterDays),
            ...visible,
            groups: await groupsOf(group),
            limit,
            sort,
            order,
            deleted,
          }),
          pricesFor(tenant.name, credentials),
        ]);
        return {
          status: 200,
          body: prices
            ? { ...page, items: withPrices(page.items, prices) }
            : page,
        };
      },
    },

    getUser: {
      eventId: 'account-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        const tenant = await tenants.readable(path.tenant);
        const visible = await accountsAndOwn(tenant, credentials);
        const found = await stores.accounts.get(tenant.name, path.userId, {
          ...threshold(),
          ...visible,
        });
        if (!found) {
          throw new NotFoundError(
            `The roster of ${tenant.name} has no account ${path.userId}, or you may not see it`,
          );
        }
        const [detail] = await details(tenant.name, [found], credentials);
        return { status: 200, body: detail };
      },
    },

    listDepartments: {
      eventId: 'account-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        const { visible } = await access.requireAccounts(credentials);
        const { name } = await tenants.readable(path.tenant);
        const items = await stores.accounts.departments(name, visible);
        return { status: 200, body: { items, totalItems: items.length } };
      },
    },

    listActivity: {
      eventId: 'activity-fetch',
      severityLevel: 'low',
      handle: async ({ path, query, credentials }) => {
        const visible = await access.requireAccounts(credentials);
        const tenant = await tenants.readable(path.tenant);
        const {
          inactiveAfterDays,
          limit = 50,
          sort = 'displayName',
          order = 'asc',
          ...filters
        } = query;
        const days = threshold(inactiveAfterDays);
        const [page, services, { newest, first }, { last }, prices] =
          await Promise.all([
            stores.activity.list(tenant.name, {
              ...filters,
              ...days,
              ...visible,
              limit,
              sort,
              order,
            }),
            stores.activity.serviceCounts(tenant.name, {
              ...days,
              ...visible,
            }),
            stores.activity.reportDates(tenant.name),
            stores.taskRuns.latest(tenant.name, 'application-access'),
            pricesFor(tenant.name, credentials),
          ]);
        return {
          status: 200,
          body: {
            ...page,
            items: prices
              ? page.items.map(item => ({
                  ...item,
                  licenses: withSeatPrices(item.licenses, prices),
                }))
              : page.items,
            problem: await activityProblem(tenant, last),
            services,
            reportRefreshDate: newest,
            historySince: first && daysBefore(first, REPORT_DAYS),
            inactiveAfterDays: days.inactiveAfterDays,
          },
        };
      },
    },

    matchAccounts: {
      eventId: 'account-match',
      severityLevel: 'low',
      handle: async ({ query, credentials }) => {
        const { visible } = await access.requireAccounts(credentials);
        const { userPrincipalName, email } = query;
        if (!userPrincipalName && !email) {
          throw new InputError('Give userPrincipalName, email, or both');
        }
        const matches = await Promise.all(
          tenants.started.map(async ({ name, connection }) => {
            const found = await stores.accounts.match(name, {
              userPrincipalNames: userPrincipalName ? [userPrincipalName] : [],
              emails: email ? [email] : [],
            });
            const readable = visible
              ? await stores.accounts.getMany(
                  name,
                  found.map(({ id }) => id),
                  { ...threshold(), visible },
                )
              : undefined;
            return found
              .filter(
                ({ id }) =>
                  !readable ||
                  readable.some(({ account }) => account.id === id),
              )
              .map(({ id, ...account }) => ({
                tenant: name,
                tenantId: connection.tenantId,
                userId: id,
                ...account,
              }));
          }),
        );
        const byPrincipalName = (match: { userPrincipalName: string }) =>
          match.userPrincipalName.toLowerCase() ===
          userPrincipalName?.toLowerCase()
            ? 0
            : 1;
        return {
          status: 200,
          body: {
            items: matches
              .flat()
              .sort(
                (left, right) => byPrincipalName(left) - byPrincipalName(right),
              ),
          },
        };
      },
    },

    getEntity: {
      eventId: 'entity-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => ({
        status: 200,
        body: await entityLicenses(path, credentials),
      }),
    },

    getMe: {
      eventId: 'me-fetch',
      severityLevel: 'low',
      handle: async ({ credentials }) => {
        const userRef = await callerRef(credentials);
        if (!userRef) {
          throw new NotAllowedError('Only a person has licenses of their own');
        }
        return {
          status: 200,
          body: await entityLicenses(parseEntityRef(userRef), credentials),
        };
      },
    },
  };

  /** The accounts that the caller may read, and their own, which always may be (rule 21). */
  async function accountsAndOwn(
    tenant: Tenant,
    credentials: BackstageCredentials,
  ): Promise<AccountAccess> {
    const allowed = await access.accounts(credentials);
    if (allowed && !allowed.visible) {
      return allowed;
    }
    const own = await handBacks.ownAccount(tenant.name, credentials);
    if (own === undefined) {
      return allowed ?? access.requireAccounts(credentials);
    }
    return {
      visible: {
        anyOf: [{ id: [own] }, ...(allowed?.visible ? [allowed.visible] : [])],
      },
    };
  }
}

function subjectOf(principal: unknown): string {
  return typeof principal === 'object' &&
    principal !== null &&
    'subject' in principal
    ? String(principal.subject)
    : 'unknown';
}
