import {
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type RootConfigService,
  type SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { SyncTaskName } from 'backstage-plugin-m365-licenses-common';
import { isIP } from 'node:net';
import { z } from 'zod/v3';
import type { ConnectionConfig } from './graph/connection';

const ROOT = 'm365Licenses';

/** How a task is switched on and when it runs; its own schedule where none is given. */
export interface TaskConfig {
  enabled: boolean;
  schedule?: SchedulerServiceTaskScheduleDefinition;
}

/** A tenant whose configuration is sound. */
export interface TenantConfig {
  name: string;
  connection: ConnectionConfig;
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

export interface M365LicensesConfig {
  tenants: TenantConfig[];
  refused: RefusedTenant[];
  /** Days without activity after which an account counts as inactive (rule 5). */
  inactiveAfterDays: number;
  /** Days after an assignment in which nothing is concluded from silence (rule 7). */
  graceDays: number;
}

const CREDENTIALS = [
  'clientSecret',
  'clientCertificate',
  'authorizationCode',
  'managedIdentity',
] as const;

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return (
    host === 'localhost' ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}

/** An address of Microsoft: https, or plain http where it never leaves the machine. */
const address = z.string().transform((value, context) => {
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
  if (url.pathname !== '/') {
    return refuse('must hold no path, only scheme, host and port');
  }
  if (url.protocol === 'https:') {
    return url.origin;
  }
  if (url.protocol === 'http:' && isLoopback(url.hostname)) {
    return url.origin;
  }
  return refuse(
    'must start with https://; plain http is accepted only for a loopback address',
  );
});

const guid = z
  .string()
  .uuid('must be a GUID such as 00000000-0000-0000-0000-000000000000');

const task = z
  .object({ enabled: z.boolean().default(true), schedule: z.unknown() })
  .strict()
  .default({});

const tenantSchema = z
  .object({
    tenantId: guid,
    clientId: guid,
    clientSecret: z.string().min(1, 'must not be empty').optional(),
    clientCertificate: z.unknown(),
    authorizationCode: z.unknown(),
    managedIdentity: z.unknown(),
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
          .object({ enabled: z.boolean().default(false) })
          .strict()
          .default({}),
      })
      .strict()
      .default({}),
  })
  .strict();

const rootSchema = z
  .object({
    tenants: z.record(z.unknown()).default({}),
    activity: z
      .object({
        inactiveAfterDays: z.number().int().min(1).max(3650).default(60),
        graceDays: z.number().int().min(0).max(3650).default(30),
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

function readTenant(
  name: string,
  value: unknown,
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
  const given = CREDENTIALS.filter(key => tenant[key] !== undefined);
  if (given.length > 1) {
    throw new ConfigProblem(
      `${path} has both ${given.join(' and ')}; keep exactly one of them`,
    );
  }
  if (tenant.clientSecret === undefined) {
    throw new ConfigProblem(
      given.length === 1
        ? `${path}.${given[0]} is not supported yet; use clientSecret`
        : `${path}.clientSecret is missing; set it, and where it comes from an environment variable, set that`,
    );
  }
  const taskConfig = (
    key: 'applicationRoster' | 'applicationAccess' | 'licenseInformation',
  ): TaskConfig => ({
    enabled: tasks[key].enabled,
    schedule: readSchedule(`tenants.${name}.tasks.${key}.schedule`),
  });
  return {
    name,
    connection: {
      name,
      tenantId: tenant.tenantId,
      clientId: tenant.clientId,
      credential: { type: 'clientSecret', clientSecret: tenant.clientSecret },
      authority: tenant.authority,
      target: tenant.target,
    },
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

/**
 * Reads `m365Licenses` from the configuration.
 *
 * A tenant whose configuration is wrong is refused with one line that names
 * the key and what to do; the other tenants, and the portal, go on. What is
 * wrong above the tenants refuses all of them.
 */
export function readConfig(config: RootConfigService): M365LicensesConfig {
  const root = config.getOptionalConfig(ROOT);
  const readSchedule = (key: string) => {
    const schedule = root?.getOptionalConfig(key);
    if (!schedule) {
      return undefined;
    }
    try {
      return readSchedulerServiceTaskScheduleDefinitionFromConfig(schedule);
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
  const entries = tenants.success ? Object.entries(tenants.data.tenants) : [];
  const result: M365LicensesConfig = {
    tenants: [],
    refused: [],
    ...(parsed.success
      ? parsed.data.activity
      : { inactiveAfterDays: 60, graceDays: 30 }),
  };
  if (!parsed.success) {
    const problem = problemOf(parsed.error, ROOT);
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
      const tenant = readTenant(name, value, readSchedule);
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
