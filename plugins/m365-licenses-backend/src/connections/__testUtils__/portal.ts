import type { SchedulerServiceTaskInvocationDefinition } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import type {
  NotificationSendOptions,
  NotificationService,
} from '@backstage/plugin-notifications-node';
import type {
  ConnectionPurpose,
  Finding,
  FindingId,
  SyncTaskName,
} from 'backstage-plugin-m365-licenses-common';
import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from 'graph-simulator';
import type { Knex } from 'knex';
import { createStores } from '../../database';
import { LicenseEvents } from '../../events/LicenseEvents';
import { createGraphConnection } from '../../graph/connection';
import type {
  ConnectionConfig,
  Credential,
  GraphConnection,
} from '../../graph/types';
import { TaskRunner } from '../../sync';
import {
  Connections,
  RETRY_AFTER_MS,
  type ConnectedTenant,
} from '../Connections';

export const TENANT = 'contoso';
export const APP_BASE_URL = 'http://localhost:3000';
export const REDIRECT_URI = `${APP_BASE_URL}/m365-licenses/connections`;
/** Holds the directory roles Reports Reader and License Administrator. */
export const ROBIN = 'robin.sommer@contoso.example';
export const ADA = 'user:default/ada';
export const CHECK_UP = `m365-licenses:${TENANT}:check-up`;

/** What the tasks of a tenant that is only read need. */
export const READS = [
  'User.Read.All',
  'AuditLog.Read.All',
  'GroupMember.Read.All',
  'Reports.Read.All',
  'ReportSettings.Read.All',
  'LicenseAssignment.Read.All',
  'Organization.Read.All',
];

const ENCRYPTION_KEYS = [Buffer.alloc(32, 7).toString('base64')];

export interface PortalOptions {
  simulator?: SimulatorOptions;
  /** The simulator's client secret by default. */
  credential?: Credential;
  clientId?: string;
  reclamationEnabled?: boolean;
  reclamation?: { clientId: string; credential: Credential };
  leaveGroups?: boolean;
  tasks?: Partial<Record<SyncTaskName, { enabled: boolean }>>;
  administrators?: string[];
  notifications?: NotificationService;
  patienceMs?: number;
  encryptionKeys?: string[];
  /** Puts something in the place of the connection that reads. */
  wrap?: (graph: GraphConnection) => GraphConnection;
}

/** A portal with one tenant: connections, tasks and a scheduler that tests drive. */
export interface Portal {
  simulator: Simulator;
  connections: Connections;
  stores: Awaited<ReturnType<typeof createStores>>;
  /** Every notification that was sent. */
  sent: NotificationSendOptions[];
  /** Every line that was logged, as text. */
  logged: string[];
  /** Ids of scheduled tasks that were triggered. */
  triggered: string[];
  now(): Date;
  /** Lets time pass, here and at Microsoft. */
  pass(ms: number): void;
  /** What the scheduler does when a task is due. */
  due(taskId: string): Promise<void>;
  /** Another process of the portal on the same database. */
  restart(changes?: Partial<PortalOptions>): Promise<Portal>;
  /** Requests to the token endpoint so far. */
  tokenRequests(): number;
  /** Goes through Microsoft's pages; returns the parameters of the way back. */
  signIn(options?: {
    purpose?: ConnectionPurpose;
    account?: string;
    accept?: boolean;
    startedBy?: string;
  }): Promise<Answer>;
}

/** What Microsoft sends back to the Connections tab. */
export interface Answer {
  state: string;
  code?: string;
  error?: string;
  errorDescription?: string;
}

export async function createPortal(
  knex: Knex,
  options: PortalOptions = {},
): Promise<Portal> {
  const simulator = await startSimulator({
    accounts: 60,
    roles: READS,
    ...options.simulator,
  });
  const clock = { aheadMs: 0 };
  return openPortal(knex, simulator, clock, options);
}

async function openPortal(
  knex: Knex,
  simulator: Simulator,
  clock: { aheadMs: number },
  options: PortalOptions,
): Promise<Portal> {
  const now = () => new Date(Date.now() + clock.aheadMs);
  const stores = await createStores(
    mockServices.database.mock({ getClient: async () => knex }),
    { encryptionKeys: options.encryptionKeys ?? ENCRYPTION_KEYS },
  );
  const logged: string[] = [];
  const log = (line: string) => {
    logged.push(line);
  };
  const logger = mockServices.logger.mock({
    debug: log,
    info: log,
    warn: log,
    error: log,
  });
  const place = {
    name: TENANT,
    tenantId: simulator.tenantId,
    authority: simulator.url,
    target: simulator.url,
  };
  const connect = (config: ConnectionConfig, purpose: ConnectionPurpose) =>
    createGraphConnection(config, {
      logger,
      limits: { connectionAttempts: 2, attempts: 3, wait: async () => {} },
      refusals: stores.connections.refusals(TENANT, purpose, RETRY_AFTER_MS),
      vault: stores.authorizations.vault(TENANT, purpose),
      now,
    });
  const credential: Credential = options.credential ?? {
    type: 'clientSecret',
    clientSecret: simulator.clientSecret,
  };
  const connection: ConnectionConfig = {
    ...place,
    clientId:
      credential.type === 'managedIdentity' && !credential.federation
        ? undefined
        : options.clientId ?? simulator.clientId,
    credential,
  };
  const reclamationConnection = options.reclamation && {
    ...place,
    ...options.reclamation,
  };
  const wrap = options.wrap ?? (graph => graph);
  const graph = wrap(connect(connection, 'sync'));
  const tenant: ConnectedTenant = {
    name: TENANT,
    connection,
    reclamationConnection,
    reclamationEnabled: options.reclamationEnabled ?? false,
    tasks: {
      'application-roster': { enabled: true },
      'application-access': { enabled: true },
      'license-information': { enabled: true },
      ...options.tasks,
    },
    graph,
    reclamationGraph: reclamationConnection
      ? connect(reclamationConnection, 'reclamation')
      : graph,
  };

  const scheduled = new Map<string, SchedulerServiceTaskInvocationDefinition>();
  const triggered: string[] = [];
  const scheduler = mockServices.scheduler.mock({
    scheduleTask: async task => {
      scheduled.set(task.id, task);
    },
    triggerTask: async taskId => {
      triggered.push(taskId);
    },
  });
  const taskRunner = TaskRunner.create({
    logger,
    scheduler,
    stores,
    events: LicenseEvents.create({
      events: mockServices.events.mock(),
      logger,
    }),
    now,
  });
  const sent: NotificationSendOptions[] = [];
  const connections = Connections.create({
    tenants: [tenant],
    stores,
    logger,
    scheduler,
    notifications: options.notifications ?? {
      send: async notification => {
        sent.push(notification);
      },
    },
    administrators: options.administrators ?? ['group:default/administrators'],
    leaveGroups: options.leaveGroups ?? false,
    appBaseUrl: APP_BASE_URL,
    resume: name => taskRunner.resume(name),
    now,
    patienceMs: options.patienceMs,
  });
  await connections.schedule();
  await taskRunner.schedule({
    ...tenant,
    maxGoneShare: 0.2,
    holdOff: () => connections.holdOff(TENANT),
    onRefused: () => connections.refused(TENANT),
  });

  const portal: Portal = {
    simulator,
    connections,
    stores,
    sent,
    logged,
    triggered,
    now,
    pass(ms) {
      clock.aheadMs += ms;
      simulator.faults.clockAheadSeconds = clock.aheadMs / 1000;
    },
    async due(taskId) {
      await scheduled.get(taskId)!.fn(new AbortController().signal);
    },
    restart: changes =>
      openPortal(knex, simulator, clock, { ...options, ...changes }),
    tokenRequests: () =>
      simulator.requests.count({ method: 'POST', path: /\/token$/ }),
    async signIn({
      purpose = 'sync',
      account = ROBIN,
      accept,
      startedBy = ADA,
    } = {}) {
      const { url } = await connections.authorize(TENANT, {
        purpose,
        redirectUri: REDIRECT_URI,
        startedBy,
      });
      const back = new URL(await simulator.signIn(url, { account, accept }));
      expect(`${back.origin}${back.pathname}`).toBe(REDIRECT_URI);
      const answer = new URLSearchParams(back.hash.slice(1));
      const parameter = (name: string) => answer.get(name) ?? undefined;
      return {
        state: parameter('state') ?? '',
        code: parameter('code'),
        error: parameter('error'),
        errorDescription: parameter('error_description'),
      };
    },
  };
  return portal;
}

/** The finding of this id (and task), which must be there. */
export function findingOf(
  findings: Finding[],
  id: FindingId,
  rest: Partial<Pick<Finding, 'task' | 'purpose'>> = {},
): Finding {
  const { task = null, purpose = 'sync' } = rest;
  const found = findings.filter(
    finding =>
      finding.id === id && finding.task === task && finding.purpose === purpose,
  );
  expect(found).toHaveLength(1);
  return found[0];
}

/** Which findings there are and how they stand, in their order. */
export function summaryOf(findings: Finding[]): string[] {
  return findings.map(({ id, purpose, task, status }) =>
    [
      purpose === 'sync' ? '' : `${purpose}:`,
      id,
      task && `/${task}`,
      ` ${status}`,
    ]
      .filter(Boolean)
      .join(''),
  );
}

/** Nothing secret that Microsoft gave or got is in what was answered, sent or logged. */
export async function expectNoSecrets(portal: Portal, answers: unknown) {
  const secrets = portal.simulator.secrets();
  const text = JSON.stringify({
    answers,
    sent: portal.sent,
    logged: portal.logged,
  });
  expect(secrets.filter(secret => text.includes(secret))).toEqual([]);
}
