import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import {
  ForwardedError,
  InputError,
  ResponseError,
  stringifyError,
} from '@backstage/errors';
import {
  answerOf,
  createM365LicensesClient,
  type M365LicensesClient,
  type Reclamation,
} from 'backstage-plugin-m365-licenses-common';
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { isUnavailable, retry } from './retry';

/** Long enough, together, for a backend that is deployed anew to come up. */
const UNAVAILABLE_WAITS_MS = [2_000, 10_000, 30_000, 60_000];
/** Between looks at a plan that is being carried out; the last one stays. */
const POLL_WAITS_MS = [1_000, 2_000, 5_000, 10_000];
/** How long a step waits for the end where its input does not say, in minutes. */
export const WAIT_MINUTES = 30;

const MINUTE_MS = 60_000;

/**
 * What every action needs.
 *
 * @public
 */
export interface LicenseActionOptions {
  auth: AuthService;
  discovery: DiscoveryService;
  /**
   * In milliseconds: before asking a backend again that is unavailable, so many
   * attempts follow the first; and between looks at a plan that is being carried
   * out, of which the last stays.
   */
  waitsMs?: { unavailable: number[]; poll: number[] };
}

/** What is used of the context of a step. */
interface StepContext {
  logger: LoggerService;
  signal?: AbortSignal;
  task: { id: string };
  step?: { id?: string };
  getInitiatorCredentials(): Promise<BackstageCredentials>;
}

/** The license manager, asked with the identity of whoever runs the template. */
export interface LicenseManager {
  client: M365LicensesClient;
  /**
   * Asks once more while the backend is away; safe, as no request does anything
   * twice.
   *
   * @param problem - what could not be done, for the error
   * @param options.evenCanceled - also after the task was canceled
   */
  ask<T>(
    problem: string,
    call: (signal: AbortSignal | undefined) => Promise<{
      data?: T;
      response: Response;
    }>,
    options?: { evenCanceled: boolean },
  ): Promise<T>;
  /**
   * The tenant named, else the only one.
   *
   * @throws InputError when there is none or several
   */
  tenant(named: string | undefined): Promise<string>;
  /** The plan as it is now. */
  plan(tenant: string, id: string): Promise<Reclamation>;
  /**
   * A key that is the same when the step is retried or recovered. A step with
   * `each` runs several times under one id, with other input.
   */
  key(input: unknown): string;
}

/** Connects a step to the license manager. */
export async function licenseManager(
  ctx: StepContext,
  options: LicenseActionOptions,
): Promise<LicenseManager> {
  const { auth, discovery } = options;
  const { logger } = ctx;
  const { token } = await auth.getPluginRequestToken({
    onBehalfOf: await ctx.getInitiatorCredentials(),
    targetPluginId: 'm365-licenses',
  });
  const client = createM365LicensesClient({
    baseUrl: () => discovery.getBaseUrl('m365-licenses'),
    token,
  });

  const ask: LicenseManager['ask'] = async (problem, call, given) => {
    const signal = given?.evenCanceled ? undefined : ctx.signal;
    try {
      return await retry(() => answerOf(call(signal)), {
        passes: isUnavailable,
        waitsMs: options.waitsMs?.unavailable ?? UNAVAILABLE_WAITS_MS,
        onWait: (error, waitMs) =>
          logger.warn(
            `The license manager is not available (${stringifyError(
              causeOf(error),
            )}); asking again in ${waitMs / 1000} seconds`,
          ),
        signal,
      });
    } catch (error) {
      throw new ForwardedError(problem, causeOf(error));
    }
  };

  return {
    client,
    ask,
    tenant: async named => {
      if (named !== undefined) {
        return named;
      }
      const { items } = await ask(
        'The tenant could not be found out; set the input "tenant"',
        signal => client.GET('/tenants', { signal }),
      );
      return onlyOne(items.map(({ name }) => name));
    },
    plan: (tenant, id) =>
      ask(`Reclamation ${id} could not be read`, signal =>
        client.GET('/tenants/{tenant}/reclamations/{id}', {
          params: { path: { tenant, id } },
          signal,
        }),
      ),
    key: input =>
      [
        ctx.task.id,
        ctx.step?.id ?? '',
        createHash('sha256').update(JSON.stringify(input)).digest('base64url'),
      ].join(':'),
  };
}

/**
 * The tenant that is meant when none is named.
 *
 * @throws InputError when there is none or several
 */
export function onlyOne(tenants: string[]): string {
  if (tenants.length === 1) {
    return tenants[0];
  }
  throw new InputError(
    tenants.length === 0
      ? 'No Microsoft 365 tenant is configured; add one under m365Licenses.tenants'
      : `There are several tenants; set the input "tenant" to one of ${tenants.join(
          ', ',
        )}`,
  );
}

/** Looks at a plan again and again; see {@link createWatch}. */
export type Watch = (
  plan: Reclamation,
  isSettled: (plan: Reclamation) => boolean,
) => Promise<Reclamation>;

/**
 * A look at plans that goes on until they are settled, or the time of the step
 * is over, and logs how far they are.
 *
 * @param options.waitMinutes - from now, for all that is watched
 * @returns a function that gives the plan as it was last seen
 */
export function createWatch(
  ctx: Pick<StepContext, 'logger' | 'signal'>,
  manager: LicenseManager,
  options: Pick<LicenseActionOptions, 'waitsMs'> & { waitMinutes: number },
): Watch {
  const { logger, signal } = ctx;
  const waitsMs = options.waitsMs?.poll ?? POLL_WAITS_MS;
  const until = Date.now() + options.waitMinutes * MINUTE_MS;

  return async (first, isSettled) => {
    let plan = first;
    let told = progressOf(plan);
    for (
      let looks = 0;
      !isSettled(plan) && Date.now() < until;
      looks = Math.min(looks + 1, waitsMs.length - 1)
    ) {
      await wait(waitsMs[looks], undefined, { signal });
      plan = await manager.plan(plan.tenant, plan.id);
      const progress = progressOf(plan);
      if (progress !== told) {
        logger.info(progress);
        told = progress;
      }
    }
    return plan;
  };
}

/** How far a plan is, in a line. */
function progressOf({ id, status, counts, problem }: Reclamation): string {
  const outcomes = counts
    .map(({ outcome, items }) => `${items} ${outcome}`)
    .join(', ');
  return [
    `Reclamation ${id} is ${status}: ${outcomes || 'no licenses'}`,
    problem &&
      `It waits: ${problem.message}${
        problem.retryAt ? ` It goes on at ${problem.retryAt}.` : ''
      }`,
  ]
    .filter(Boolean)
    .join('. ');
}

/** Whether the backend is carrying a plan out. */
export function isMoving({ status }: Reclamation): boolean {
  return status === 'scheduled' || status === 'running';
}

/** The address of a plan's page in the portal. */
export function planUrl(plan: { tenant: string; id: string }): string {
  return `/m365-licenses/reclamations/${encodeURIComponent(
    plan.id,
  )}?tenant=${encodeURIComponent(plan.tenant)}`;
}

/** What the backend said, without the wrapping of the client. */
function causeOf(error: unknown): unknown {
  return error instanceof ResponseError ? error.cause : error;
}
