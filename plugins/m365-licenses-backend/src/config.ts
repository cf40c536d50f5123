import {
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type RootConfigService,
  type SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { isError } from '@backstage/errors';
import type { SyncTaskName } from 'backstage-plugin-m365-licenses-common';
import { isIP } from 'node:net';
import { z } from 'zod/v3';
import { readCertificate } from './graph/certificate';
import type {
  CertificateSource,
  ClientCredential,
  ConnectionConfig,
  Credential,
} from './graph/types';

const ROOT = 'm365Licenses';

/** How a task is switched on and when it runs; its own schedule where none is given. */
export interface TaskConfig {
  enabled: boolean;
  schedule?: SchedulerServiceTaskScheduleDefinition;
}

/** The task that reads Microsoft's list of product names; it belongs to no tenant. */
export interface ProductNamesConfig extends TaskConfig {
  /** Where the list is. */
  url: string;
}

/**
 * Where Microsoft publishes "Product names and service plan identifiers for
 * licensing" as CSV, as linked on its page of that name.
 */
const PRODUCT_NAMES_URL =
  'https://download.microsoft.com/download/e/3/e/e3e9faf2-f28b-490a-9ada-c6089a1fc5b0/Product%20names%20and%20service%20plan%20identifiers%20for%20licensing.csv';

/** A tenant whose configuration is sound. */
export interface TenantConfig {
  name: string;
  connection: ConnectionConfig;
  /** Where what may write has credentials of its own. */
  reclamationConnection?: ConnectionConfig;
  tasks: Record<SyncTaskName, TaskConfig>;
  /** The share of known accounts that one roster run may mark as gone, 0 to 1. */
  maxGoneShare: number;
  reclamationEnabled: boolean;
}

/** A tenant that is not started, and why, naming the key. */
export interface RefusedTenant {
  name: string;
  tenantId: string | null;
  problem: string;
}

/** How licenses are taken back, in all tenants. */
export interface ReclamationConfig {
  /** Whether nobody may approve a plan of their own. */
  fourEyes: boolean;
  /** Whether people may be taken out of groups that grant only what is to go. */
  leaveGroups: boolean;
  /** So many days after it was made a plan can be started. */
  planValidDays: number;
  /** The share of a product's assignments, 0 to 1, that one plan may take by rule. */
  maxShareOfLicense: number;
  /** After so many seconds without a sign of life, another replica goes on with a plan. */
  takeOverAfterSeconds: number;
  /** So many runs a policy only reports before it can be switched on. */
  dryRunsNeeded: number;
  ask: {
    /** So many days people have to answer (rule 17). */
    answerDays: number;
    /** So many days after they were asked they are reminded. */
    remindAfterDays: number;
    /** So many days nobody is asked again about the same license. */
    askAgainAfterDays: number;
    /** So many days a license that somebody keeps is held back. */
    keepDays: number;
  };
}

export interface M365LicensesConfig {
  tenants: TenantConfig[];
  refused: RefusedTenant[];
  /** False where not even the names of the tenants can be read: none has retired then. */
  areTenantsKnown: boolean;
  /** What tokens are stored with: the first encrypts, all of them read; base64. */
  encryptionKeys: string[];
  /** Entity refs of who is told when a connection breaks, and before a term ends. */
  administrators: string[];
  /** Days without activity after which an account counts as inactive (rule 5). */
  inactiveAfterDays: number;
  /** Days after an assignment in which nothing is concluded from silence (rule 7). */
  graceDays: number;
  productNames: ProductNamesConfig;
  /** So many days before a term ends people are told (rule 14). */
  notifyBeforeDays: number;
  /** Whether activity of members that no User entity stands for is suspicious (rule 8). */
  outsideCatalog: boolean;
  reclamation: ReclamationConfig;
  /** When it is looked which tenants are to be evaluated; every hour where none is given. */
  evaluationSchedule?: SchedulerServiceTaskScheduleDefinition;
}

/**
 * Microsoft's clouds by their hosts; a token of one is refused by the others.
 * Source: Microsoft's page "National cloud deployments".
 */
const CLOUDS = [
  {
    authorities: ['login.microsoftonline.com'],
    targets: ['graph.microsoft.com'],
  },
  {
    authorities: ['login.microsoftonline.us'],
    targets: ['graph.microsoft.us', 'dod-graph.microsoft.us'],
  },
  {
    authorities: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
    targets: ['microsoftgraph.chinacloudapi.cn'],
  },
];

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return (
    host === 'localhost' ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}

/** Plain http that never leaves the machine. */
export function isPlainLoopback(url: URL): boolean {
  return url.protocol === 'http:' && isLoopback(url.hostname);
}

/** An address to read from: https, or plain http where it never leaves the machine. */
const anyAddress = z.string().transform((value, context) => {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!URL.canParse(value)) {
    return refuse('must be an address such as https://graph.microsoft.com');
  }
  const url = new URL(value);
  if (url.username || url.password || url.search || url.hash) {
    return refuse('must hold neither credentials nor a query');
  }
  if (url.protocol !== 'https:' && !isPlainLoopback(url)) {
    return refuse(
      'must start with https://; plain http is accepted only for a loopback address',
    );
  }
  return url;
});

/** The address of a service of Microsoft. */
const address = anyAddress.transform((url, context) => {
  if (url.pathname !== '/') {
    context.addIssue({
      code: 'custom',
      message: 'must hold no path, only scheme, host and port',
    });
    return z.NEVER;
  }
  return url.origin;
});

const guid = z
  .string()
  .uuid('must be a GUID such as 00000000-0000-0000-0000-000000000000');

const text = z.string().min(1, 'must not be empty');

const task = z
  .object({ enabled: z.boolean().default(true), schedule: z.unknown() })
  .strict()
  .default({});

const certificateSchema = z
  .object({
    certificate: text.optional(),
    certificatePath: text.optional(),
    privateKey: text.optional(),
    privateKeyPath: text.optional(),
    passphrase: text.optional(),
  })
  .strict();

/** How an application proves who it is. */
const clientSchema = z
  .object({
    clientSecret: text.optional(),
    clientCertificate: certificateSchema.optional(),
  })
  .strict();

const managedIdentitySchema = z
  .object({
    identityClientId: guid.optional(),
    federated: z.boolean().default(false),
    federatedTokenFile: text.optional(),
  })
  .strict();

type ManagedIdentity = z.infer<typeof managedIdentitySchema>;

const credentialsSchema = clientSchema
  .extend({
    clientId: guid.optional(),
    authorizationCode: clientSchema.optional(),
    managedIdentity: managedIdentitySchema.optional(),
  })
  .strict();

const tenantSchema = credentialsSchema
  .extend({
    enabled: z.boolean().optional(),
    tenantId: guid,
    authority: address.default('https://login.microsoftonline.com'),
    target: address.default('https://graph.microsoft.com'),
    tasks: z
      .object({
        applicationRoster: z
          .object({
            enabled: z.boolean().default(true),
            schedule: z.unknown(),
            maxGoneShare: z.number().min(0).max(1).default(0.2),
          })
          .strict()
          .default({}),
        applicationAccess: task,
        licenseInformation: task,
        reclamation: z
          .object({
            enabled: z.boolean().default(false),
            credentials: credentialsSchema.optional(),
          })
          .strict()
          .default({}),
      })
      .strict()
      .default({}),
  })
  .strict();

const entityRef = z.string().transform((value, context) => {
  try {
    return stringifyEntityRef(
      parseEntityRef(value, { defaultNamespace: 'default' }),
    );
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be an entity ref such as group:default/administrators',
    });
    return z.NEVER;
  }
});

/** 32 bytes in base64, as AES-256 needs them. */
const encryptionKey = z
  .string()
  .refine(
    value =>
      /^[A-Za-z0-9+/]{43}=$/.test(value) &&
      Buffer.from(value, 'base64').length === 32,
    'must be 32 bytes in base64; make one with: openssl rand -base64 32',
  );

const rootSchema = z
  .object({
    tenants: z.record(z.unknown()).default({}),
    administrators: z.array(entityRef).default([]),
    encryptionKeys: z.array(encryptionKey).default([]),
    renewals: z
      .object({
        notifyBeforeDays: z.number().int().min(1).max(730).default(60),
      })
      .strict()
      .default({}),
    reclamation: z
      .object({
        fourEyes: z.boolean().default(false),
        leaveGroups: z.boolean().default(false),
        planValidDays: z.number().int().min(1).max(90).default(7),
        maxShareOfLicense: z.number().min(0).max(1).default(0.25),
        takeOverAfterSeconds: z.number().int().min(2).max(3600).default(30),
        dryRunsNeeded: z.number().int().min(1).max(20).default(2),
        ask: z
          .object({
            answerDays: z.number().int().min(1).max(90).default(5),
            remindAfterDays: z.number().int().min(1).max(90).default(3),
            askAgainAfterDays: z.number().int().min(0).max(730).default(90),
            keepDays: z.number().int().min(1).max(730).default(180),
          })
          .strict()
          .default({}),
      })
      .strict()
      .default({}),
    // Its schedule is read by Backstage's own reader.
    evaluation: z.object({ schedule: z.unknown() }).strict().default({}),
    suspiciousActivities: z
      .object({ outsideCatalog: z.boolean().default(false) })
      .strict()
      .default({}),
    activity: z
      .object({
        inactiveAfterDays: z.number().int().min(1).max(3650).default(60),
        graceDays: z.number().int().min(0).max(3650).default(30),
      })
      .strict()
      .default({}),
    productNames: task
      .removeDefault()
      .extend({
        url: anyAddress.transform(url => url.href).default(PRODUCT_NAMES_URL),
      })
      .strict()
      .default({}),
  })
  .strict();

/** One line that names the key, and never its value: it may be a secret. */
function problemOf(error: z.ZodError, path: string): string {
  const [issue] = error.issues;
  const at = [path, ...issue.path].join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${at}.${issue.keys[0]} is not a known key; remove it or correct its name`;
  }
  if (issue.code === 'invalid_type') {
    return issue.received === 'undefined'
      ? `${at} is missing; set it, and where it comes from an environment variable, set that`
      : `${at} must be of type ${issue.expected}, not ${issue.received}`;
  }
  return `${at} ${issue.message}`;
}

class ConfigProblem extends Error {}

function exactlyOne(path: string, values: Record<string, unknown>): void {
  const keys = Object.keys(values);
  const given = keys.filter(key => values[key] !== undefined);
  if (given.length > 1) {
    throw new ConfigProblem(
      `${path} has both ${given.join(' and ')}; keep exactly one of them`,
    );
  }
  if (given.length === 0) {
    throw new ConfigProblem(
      `${path} has none of ${keys.join(
        ', ',
      )}; set exactly one of them, and where it comes from an environment variable, set that`,
    );
  }
}

function readCertificateSource(
  path: string,
  source: CertificateSource,
): CertificateSource {
  const { certificate, certificatePath, privateKey, privateKeyPath } = source;
  exactlyOne(path, { certificate, certificatePath });
  exactlyOne(path, { privateKey, privateKeyPath });
  try {
    readCertificate(source);
  } catch (error) {
    throw new ConfigProblem(
      `${path}.${isError(error) ? error.message : 'certificate is not usable'}`,
    );
  }
  return source;
}

function readClient(
  path: string,
  { clientSecret, clientCertificate }: z.infer<typeof clientSchema>,
): ClientCredential {
  exactlyOne(path, { clientSecret, clientCertificate });
  if (clientSecret !== undefined) {
    return { type: 'clientSecret', clientSecret };
  }
  return {
    type: 'clientCertificate',
    source: readCertificateSource(
      `${path}.clientCertificate`,
      clientCertificate ?? {},
    ),
  };
}

function readManagedIdentity(
  path: string,
  { identityClientId, federated, federatedTokenFile }: ManagedIdentity,
): Credential {
  if (federatedTokenFile === undefined) {
    if (federated && identityClientId === undefined) {
      // Microsoft Entra ID accepts no other kind as a federated credential.
      throw new ConfigProblem(
        `${path}.identityClientId is missing; federated needs a user-assigned identity: set the client id of one`,
      );
    }
    return {
      type: 'managedIdentity',
      identityClientId,
      ...(federated && { federation: { type: 'identity' } }),
    };
  }
  if (federated || identityClientId !== undefined) {
    throw new ConfigProblem(
      `${path}.federatedTokenFile cannot stand beside ${
        federated ? 'federated' : 'identityClientId'
      }; keep it alone where the platform writes the token to a file, else remove it`,
    );
  }
  return {
    type: 'managedIdentity',
    federation: { type: 'file', path: federatedTokenFile },
  };
}

/** The application and how it signs in; certificates are read here already. */
function readCredentials(
  path: string,
  {
    clientId,
    clientSecret,
    clientCertificate,
    authorizationCode,
    managedIdentity,
  }: z.infer<typeof credentialsSchema>,
  encryptionKeys: string[],
): Pick<ConnectionConfig, 'clientId' | 'credential'> {
  exactlyOne(path, {
    clientSecret,
    clientCertificate,
    authorizationCode,
    managedIdentity,
  });
  let credential: Credential;
  if (managedIdentity) {
    credential = readManagedIdentity(
      `${path}.managedIdentity`,
      managedIdentity,
    );
  } else if (authorizationCode) {
    credential = {
      type: 'authorizationCode',
      client: readClient(`${path}.authorizationCode`, authorizationCode),
    };
    if (encryptionKeys.length === 0) {
      throw new ConfigProblem(
        `${ROOT}.encryptionKeys is missing, which ${path}.authorizationCode needs to store tokens encrypted; set it to a list of one key from: openssl rand -base64 32`,
      );
    }
  } else {
    credential = readClient(path, { clientSecret, clientCertificate });
  }

  const isIdentityItself =
    credential.type === 'managedIdentity' && !credential.federation;
  if (isIdentityItself && clientId !== undefined) {
    throw new ConfigProblem(
      `${path}.clientId has no use with a managed identity that holds the permissions itself; remove it, or set managedIdentity.identityClientId instead if it is the identity's, or managedIdentity.federated: true if it is an app registration's`,
    );
  }
  if (!isIdentityItself && clientId === undefined) {
    throw new ConfigProblem(
      `${path}.clientId is missing; set it to the Application (client) ID of the app registration`,
    );
  }
  return { clientId, credential };
}

function checkClouds(path: string, authority: string, target: string): void {
  const authorityHost = new URL(authority).hostname;
  const targetHost = new URL(target).hostname;
  const cloud = CLOUDS.find(({ authorities }) =>
    authorities.includes(authorityHost),
  );
  const isKnownTarget = CLOUDS.some(({ targets }) =>
    targets.includes(targetHost),
  );
  if (cloud && isKnownTarget && !cloud.targets.includes(targetHost)) {
    throw new ConfigProblem(
      `${path}.target and ${path}.authority belong to different clouds of Microsoft; with authority https://${authorityHost} set target to ${cloud.targets
        .map(host => `https://${host}`)
        .join(' or ')}`,
    );
  }
}

function readTenant(
  name: string,
  value: unknown,
  encryptionKeys: string[],
  readSchedule: (
    key: string,
  ) => SchedulerServiceTaskScheduleDefinition | undefined,
): TenantConfig {
  const path = `${ROOT}.tenants.${name}`;
  if (!/^[a-z0-9][a-z0-9_-]*$/i.test(name)) {
    throw new ConfigProblem(
      `${path} must be named with letters, digits, "-" and "_" only, because the name is used in addresses`,
    );
  }
  const parsed = tenantSchema.safeParse(value);
  if (!parsed.success) {
    throw new ConfigProblem(problemOf(parsed.error, path));
  }
  const { tasks, ...tenant } = parsed.data;
  checkClouds(path, tenant.authority, tenant.target);
  const connect = (
    at: string,
    credentials: z.infer<typeof credentialsSchema>,
  ): ConnectionConfig => ({
    name,
    tenantId: tenant.tenantId,
    ...readCredentials(at, credentials, encryptionKeys),
    authority: tenant.authority,
    target: tenant.target,
  });
  const { credentials } = tasks.reclamation;
  const taskConfig = (
    key: 'applicationRoster' | 'applicationAccess' | 'licenseInformation',
  ): TaskConfig => ({
    enabled: tasks[key].enabled,
    schedule: readSchedule(`tenants.${name}.tasks.${key}.schedule`),
  });
  return {
    name,
    connection: connect(path, tenant),
    ...(credentials && {
      reclamationConnection: connect(
        `${path}.tasks.reclamation.credentials`,
        credentials,
      ),
    }),
    tasks: {
      'application-roster': taskConfig('applicationRoster'),
      'application-access': taskConfig('applicationAccess'),
      'license-information': taskConfig('licenseInformation'),
    },
    maxGoneShare: tasks.applicationRoster.maxGoneShare,
    reclamationEnabled: tasks.reclamation.enabled,
  };
}

function tenantIdOf(value: unknown): string | null {
  const parsed = z.object({ tenantId: guid }).safeParse(value);
  return parsed.success ? parsed.data.tenantId : null;
}

/** Switched off: retired, whatever else its configuration says. */
function isSwitchedOff(value: unknown): boolean {
  return z.object({ enabled: z.literal(false) }).safeParse(value).success;
}

function readSchedules<Schedules>(read: () => Schedules): {
  schedules?: Schedules;
  problem?: string;
} {
  try {
    return { schedules: read() };
  } catch (error) {
    if (!(error instanceof ConfigProblem)) {
      throw error;
    }
    return { problem: error.message };
  }
}

/**
 * Reads `m365Licenses` from the configuration.
 *
 * A tenant whose configuration is wrong is refused with one line that names
 * the key and what to do; the other tenants, and the portal, go on. What is
 * wrong above the tenants refuses all of them. One that is switched off is in
 * neither list.
 */
export function readConfig(config: RootConfigService): M365LicensesConfig {
  const root = config.getOptionalConfig(ROOT);
  const readSchedule = (key: string) => {
    try {
      const schedule = root?.getOptionalConfig(key);
      return (
        schedule &&
        readSchedulerServiceTaskScheduleDefinitionFromConfig(schedule)
      );
    } catch (error) {
      throw new ConfigProblem(
        `${ROOT}.${key} is not a schedule: ${
          isError(error) ? error.message : 'frequency and timeout are needed'
        }`,
      );
    }
  };

  const parsed = rootSchema.safeParse(root?.get() ?? {});
  const tenants = z
    .object({ tenants: z.record(z.unknown()) })
    .safeParse(root?.get());
  const entries = (
    tenants.success ? Object.entries(tenants.data.tenants) : []
  ).filter(([, value]) => !isSwitchedOff(value));
  const {
    administrators,
    encryptionKeys,
    activity,
    productNames,
    reclamation,
    renewals,
    suspiciousActivities,
  } = parsed.success ? parsed.data : rootSchema.parse({});
  const { schedules, problem } = parsed.success
    ? readSchedules(() => ({
        productNames: readSchedule('productNames.schedule'),
        evaluation: readSchedule('evaluation.schedule'),
      }))
    : { schedules: undefined, problem: problemOf(parsed.error, ROOT) };
  const result: M365LicensesConfig = {
    tenants: [],
    refused: [],
    areTenantsKnown: parsed.success || tenants.success,
    administrators,
    encryptionKeys,
    ...activity,
    ...renewals,
    ...suspiciousActivities,
    reclamation,
    productNames: {
      // Nothing is fetched on a guess of what was meant.
      enabled: productNames.enabled && problem === undefined,
      url: productNames.url,
      schedule: schedules?.productNames,
    },
    evaluationSchedule: schedules?.evaluation,
  };
  if (problem !== undefined) {
    result.refused = (entries.length ? entries : [['m365Licenses', {}]]).map(
      ([name, value]) => ({
        name: String(name),
        tenantId: tenantIdOf(value),
        problem,
      }),
    );
    return result;
  }

  const nameByTenantId = new Map<string, string>();
  for (const [name, value] of entries) {
    try {
      const tenant = readTenant(name, value, encryptionKeys, readSchedule);
      const { tenantId } = tenant.connection;
      const earlier = nameByTenantId.get(tenantId.toLowerCase());
      if (earlier) {
        throw new ConfigProblem(
          `${ROOT}.tenants.${name}.tenantId is the same as that of ${ROOT}.tenants.${earlier}; keep one of the two, or everything is counted twice`,
        );
      }
      nameByTenantId.set(tenantId.toLowerCase(), name);
      result.tenants.push(tenant);
    } catch (error) {
      if (!(error instanceof ConfigProblem)) {
        throw error;
      }
      result.refused.push({
        name,
        tenantId: tenantIdOf(value),
        problem: error.message,
      });
    }
  }
  return result;
}

/**
 * Refuses tenants whose name has history of another directory, so that the two
 * are never mixed.
 *
 * @param foreign - with the tenantId that the stored history belongs to
 */
export function withoutForeign(
  config: M365LicensesConfig,
  foreign: { name: string; tenantId: string }[],
): M365LicensesConfig {
  const belongsTo = new Map(foreign.map(tenant => [tenant.name, tenant]));
  return {
    ...config,
    tenants: config.tenants.filter(({ name }) => !belongsTo.has(name)),
    refused: [
      ...config.refused,
      ...config.tenants.flatMap(({ name, connection }) => {
        const stored = belongsTo.get(name);
        return stored
          ? [
              {
                name,
                tenantId: connection.tenantId,
                problem: `${ROOT}.tenants.${name}.tenantId is not the one that the stored history of this name belongs to, ${stored.tenantId}; use another name for the other tenant, or correct tenantId`,
              },
            ]
          : [];
      }),
    ],
  };
}
