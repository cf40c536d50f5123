import type {
  AuthService,
  DiscoveryService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import {
  ForwardedError,
  InputError,
  ResponseError,
  stringifyError,
} from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  answerOf,
  createM365LicensesClient,
  type M365LicensesClient,
  type Reclamation,
  type ReclamationItem,
} from 'backstage-plugin-m365-licenses-common';
import { createHash } from 'node:crypto';
import { examples } from './reclaim.examples';
import { isBeingCarriedOut, isUnavailable, retry } from './retry';

/** Long enough for a backend that is deployed anew to come up. */
const UNAVAILABLE_WAITS_MS = [2_000, 10_000];
/** Three minutes, in which an execution that someone else asked for ends. */
const CARRIED_OUT_WAITS_MS = Array<number>(36).fill(5_000);

/**
 * The action `m365:licenses:reclaim`: takes licenses of an account back, with
 * the identity of whoever runs the template.
 *
 * The plan is made under a key that comes from the task and the step, so that
 * a task that is retried or recovered goes on with the same plan, and each
 * removal happens once. Licenses that a group grants are reported and do not
 * fail the step; one that could not be removed does, after all others.
 *
 * @param options.waitsMs - how long to wait before asking again, in
 *   milliseconds: a backend that is unavailable, and one that is carrying out
 *   the same plan already
 * @public
 */
export function createReclaimAction(options: {
  auth: AuthService;
  discovery: DiscoveryService;
  waitsMs?: { unavailable: number[]; carriedOut: number[] };
}) {
  const { auth, discovery } = options;
  const waitsMs = options.waitsMs ?? {
    unavailable: UNAVAILABLE_WAITS_MS,
    carriedOut: CARRIED_OUT_WAITS_MS,
  };

  return createTemplateAction({
    id: 'm365:licenses:reclaim',
    description:
      'Takes all or some Microsoft 365 licenses of an account back. Licenses that a group grants are reported with the group and left alone.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        user: z =>
          z
            .string()
            .min(1)
            .max(320)
            .describe(
              'Whose licenses: a User entity ref such as user:default/maya, a user principal name, or the Graph id of an account',
            ),
        skuIds: z =>
          z
            .array(z.string().uuid())
            .describe(
              'Only the licenses with these SKU ids; all that are assigned directly when absent or empty',
            )
            .optional(),
        reason: z =>
          z
            .string()
            .min(1)
            .max(1000)
            .describe('Why, for the record that is kept of the removal'),
        tenant: z =>
          z
            .string()
            .min(1)
            .describe(
              "The tenant's name in the configuration; needed when there are several",
            )
            .optional(),
      },
      output: {
        reclamationId: z =>
          z
            .string()
            .describe('The id of the reclamation; absent in a dry run')
            .optional(),
        tenant: z => z.string().describe("The tenant's name"),
        user: z => z.string().describe("The account's user principal name"),
        reclaimed: z =>
          z
            .array(z.object({ skuId: z.string(), displayName: z.string() }))
            .describe(
              'The licenses that were taken back, or would be in a dry run',
            ),
        inheritedFromGroup: z =>
          z
            .array(
              z.object({
                skuId: z.string(),
                displayName: z.string(),
                group: z.string(),
              }),
            )
            .describe('The licenses left alone, with the group that grants it'),
        notReclaimed: z =>
          z
            .array(
              z.object({
                skuId: z.string(),
                displayName: z.string(),
                outcome: z.string(),
                message: z.string(),
              }),
            )
            .describe(
              'The licenses not taken back and not granted by a group, with the reason; alreadyGone is no failure',
            ),
        summary: z => z.string().describe('What happened, as Markdown'),
      },
    },
    async handler(ctx) {
      const { input, logger, signal } = ctx;
      const { token } = await auth.getPluginRequestToken({
        onBehalfOf: await ctx.getInitiatorCredentials(),
        targetPluginId: 'm365-licenses',
      });
      const client = createM365LicensesClient({
        baseUrl: () => discovery.getBaseUrl('m365-licenses'),
        token,
      });
      /** Repeats while the backend is away; safe, as no request does anything twice. */
      const ask = <T>(call: () => Promise<T>) =>
        retry(call, {
          passes: isUnavailable,
          waitsMs: waitsMs.unavailable,
          onWait: (error, waitMs) =>
            logger.warn(
              `The license manager is not available (${reasonOf(
                error,
              )}); asking again in ${waitMs / 1000} seconds`,
            ),
          signal,
        });

      const tenant =
        input.tenant ??
        (await ask(() => onlyTenant(client, signal)).catch(error => {
          throw explained('The tenant could not be found out', error);
        }));
      const request = {
        user: input.user,
        // The API reads an absent list as all licenses, and refuses an empty one.
        ...(input.skuIds?.length ? { skuIds: input.skuIds } : {}),
        reason: input.reason,
      };
      const plan = (extra: { dryRun: true } | { idempotencyKey: string }) =>
        ask(() =>
          answerOf(
            client.POST('/tenants/{tenant}/reclamations', {
              params: { path: { tenant } },
              body: { ...request, ...extra },
              signal,
            }),
          ),
        ).catch(error => {
          throw explained(
            `The reclamation for ${input.user} could not be planned`,
            error,
          );
        });

      if (ctx.isDryRun) {
        const planned = await plan({ dryRun: true });
        report(planned, logger, ctx.output);
        return;
      }

      // A step with `each` runs several times under one id, with other input.
      const key = createHash('sha256')
        .update(JSON.stringify([tenant, request]))
        .digest('base64url');
      const id = await ctx.checkpoint({
        key: `plan.${key}`,
        fn: async () => {
          const planned = await plan({
            idempotencyKey: [ctx.task.id, ctx.step?.id ?? '', key].join(':'),
          });
          logger.info(
            `Planned reclamation ${planned.id} for ${planned.user.displayName} (${planned.user.userPrincipalName})`,
          );
          return planned.id;
        },
      });
      const finished = await retry(
        () =>
          ask(() =>
            answerOf(
              client.POST('/tenants/{tenant}/reclamations/{id}/execute', {
                params: { path: { tenant, id } },
                signal,
              }),
            ),
          ),
        {
          passes: isBeingCarriedOut,
          waitsMs: waitsMs.carriedOut,
          onWait: () =>
            logger.info(`Reclamation ${id} is being carried out; waiting`),
          signal,
        },
      ).catch(error => {
        throw explained(
          `Reclamation ${id} for ${input.user} was not carried out to the end`,
          error,
        );
      });
      ctx.output('reclamationId', finished.id);
      report(finished, logger, ctx.output);

      const failed = finished.items.filter(isFailure);
      if (failed.length > 0) {
        throw new Error(
          `${count(failed.length, 'license')} of ${
            finished.user.userPrincipalName
          } ${failed.length === 1 ? 'was' : 'were'} not taken back: ${failed
            .map(sentenceOf)
            .join(
              ' ',
            )} Mend the cause and run the template anew; a retry of this task repeats nothing.`,
        );
      }
    },
  });
}

type Output = ReturnType<typeof outputsOf>;

/** Logs a sentence per license and sets the outputs. */
function report(
  reclamation: Reclamation,
  logger: LoggerService,
  output: <K extends keyof Output>(name: K, value: Output[K]) => void,
): void {
  const outputs = outputsOf(reclamation);
  logger.info(headlineOf(reclamation));
  for (const item of reclamation.items) {
    if (!reclamation.dryRun && isFailure(item)) {
      logger.warn(sentenceOf(item));
    } else {
      logger.info(sentenceOf(item));
    }
  }
  output('tenant', outputs.tenant);
  output('user', outputs.user);
  output('reclaimed', outputs.reclaimed);
  output('inheritedFromGroup', outputs.inheritedFromGroup);
  output('notReclaimed', outputs.notReclaimed);
  output('summary', outputs.summary);
}

function outputsOf(reclamation: Reclamation) {
  const { items, tenant, user } = reclamation;
  const inherited = items.filter(isInherited);
  const removed = items.filter(item => isRemoved(item, reclamation));
  return {
    tenant,
    user: user.userPrincipalName,
    reclaimed: removed.map(({ skuId, displayName }) => ({
      skuId,
      displayName,
    })),
    inheritedFromGroup: inherited.map(({ skuId, displayName, path }) => ({
      skuId,
      displayName,
      group: path.groupName ?? path.groupId ?? 'unknown',
    })),
    notReclaimed: items
      .filter(item => !removed.includes(item) && !inherited.includes(item))
      .map(({ skuId, displayName, outcome, message }) => ({
        skuId,
        displayName,
        outcome,
        message,
      })),
    summary: [
      headlineOf(reclamation),
      items.map(item => `- ${sentenceOf(item)}`).join('\n'),
    ]
      .filter(Boolean)
      .join('\n\n'),
  };
}

function headlineOf(reclamation: Reclamation): string {
  const { dryRun, items, user } = reclamation;
  const who = `${user.displayName} (${user.userPrincipalName})`;
  const removed = items.filter(item => isRemoved(item, reclamation)).length;
  if (removed > 0) {
    return dryRun
      ? `Dry run: ${count(removed, 'license')} of ${who} would be taken back.`
      : `${count(removed, 'license')} of ${who} taken back.`;
  }
  const failed = items.some(item => isFailure(item));
  return failed
    ? `No license of ${who} was taken back.`
    : `There was nothing to take back from ${who}: none of the licenses is assigned directly.`;
}

/** Taken back; in a dry run, what would be. */
function isRemoved(item: ReclamationItem, { dryRun }: Reclamation): boolean {
  return item.outcome === (dryRun ? 'planned' : 'reclaimed');
}

function isInherited(item: ReclamationItem): boolean {
  return item.outcome === 'inheritedFromGroup';
}

/** Still assigned after the plan was carried out, though it was to be removed. */
function isFailure({ outcome }: ReclamationItem): boolean {
  return !['reclaimed', 'alreadyGone', 'inheritedFromGroup'].includes(outcome);
}

function sentenceOf(item: ReclamationItem): string {
  const { displayName, message, requestId } = item;
  const trace =
    requestId && isFailure(item)
      ? ` (Microsoft's request-id ${requestId})`
      : '';
  return `${displayName}: ${message}${trace}`;
}

/** The tenant that is meant when none is named. */
async function onlyTenant(
  client: M365LicensesClient,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { items } = await answerOf(client.GET('/tenants', { signal }));
  if (items.length === 1) {
    return items[0].name;
  }
  throw new InputError(
    items.length === 0
      ? 'No Microsoft 365 tenant is configured; add one under m365Licenses.tenants'
      : `There are several tenants; set the input "tenant" to one of ${items
          .map(({ name }) => name)
          .join(', ')}`,
  );
}

/** An error that says what could not be done, and why in the backend's words. */
function explained(what: string, error: unknown): Error {
  return new ForwardedError(
    what,
    error instanceof ResponseError ? error.cause : error,
  );
}

function reasonOf(error: unknown): string {
  return stringifyError(error instanceof ResponseError ? error.cause : error);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
