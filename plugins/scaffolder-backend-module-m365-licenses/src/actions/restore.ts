import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type {
  Reclamation,
  RestoreCheck,
} from 'backstage-plugin-m365-licenses-common';
import {
  REASON,
  SUMMARY,
  TENANT,
  URL,
  WAIT_MINUTES as WAIT_MINUTES_TEXT,
} from './descriptions';
import {
  createWatch,
  isMoving,
  type LicenseActionOptions,
  licenseManager,
  planUrl,
  WAIT_MINUTES,
} from './licenseManager';
import {
  countOf,
  countWords,
  failuresOf,
  failureSentences,
  licenseOf,
  type Reported,
  summarize,
  undoneOf,
  whoOf,
  withItems,
} from './report';
import { examples } from './restore.examples';

/**
 * The action `m365:licenses:restore`: puts back what a plan took, exactly as it
 * was, with the identity of whoever runs the template.
 *
 * Begun under a key that comes from the task and the step, so that a task that
 * is retried or recovered follows the same restore. The step fails, after all
 * others, for a license that could not be put back. A dry run checks seats and
 * usage locations.
 *
 * @public
 */
export function createRestoreAction(options: LicenseActionOptions) {
  return createTemplateAction({
    id: 'm365:licenses:restore',
    description:
      'Puts Microsoft 365 licenses back that a plan took, exactly as they were assigned.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        planId: z =>
          z
            .string()
            .min(1)
            .describe('The plan, or reclamation, that took the licenses'),
        itemIds: z =>
          z
            .array(z.string().min(1))
            .max(1000)
            .describe(
              'Only these licenses of the plan, by the ids of its items; all that can be put back when absent or empty',
            )
            .optional(),
        reason: z => z.string().min(1).max(1000).describe(REASON),
        waitMinutes: z =>
          z.number().min(0).max(600).describe(WAIT_MINUTES_TEXT).optional(),
        tenant: z => z.string().min(1).describe(TENANT).optional(),
      },
      output: {
        restoreId: z =>
          z
            .string()
            .describe(
              'The id of the restore, a plan of its own; absent in a dry run',
            )
            .optional(),
        url: z => z.string().describe(URL).optional(),
        status: z =>
          z
            .string()
            .describe(
              'finished; paused; scheduled or running, it goes on in the background; canceled, which fails the step. Absent in a dry run',
            )
            .optional(),
        tenant: z => z.string().describe("The tenant's name"),
        licenses: z =>
          z.number().describe('How many licenses are to be put back'),
        restored: z =>
          z
            .array(
              z.object({
                skuId: z.string(),
                displayName: z.string(),
                user: z.string(),
              }),
            )
            .describe(
              'The licenses that were put back; the first 500. None in a dry run',
            ),
        notRestored: z =>
          z
            .array(
              z.object({
                skuId: z.string(),
                displayName: z.string(),
                user: z.string(),
                outcome: z.string(),
                message: z.string(),
              }),
            )
            .describe(
              'The licenses not put back, with the reason; alreadyThere is no failure. In a dry run, those that could not be, with the outcome "problem"',
            ),
        summary: z => z.string().describe(SUMMARY),
      },
    },
    async handler(ctx) {
      const { input, logger, output } = ctx;
      const { planId, reason } = input;
      const selection = input.itemIds?.length ? { itemIds: input.itemIds } : {};
      const manager = await licenseManager(ctx, options);
      const tenant = await manager.tenant(input.tenant);
      const path = { tenant, id: planId };
      output('tenant', tenant);

      if (ctx.isDryRun) {
        const check = await manager.ask(
          `What was taken by plan ${planId} could not be checked`,
          signal =>
            manager.client.POST(
              '/tenants/{tenant}/reclamations/{id}/restore-check',
              { params: { path }, body: selection, signal },
            ),
        );
        const lines = checkLinesOf(check);
        lines.forEach(line => logger.info(line));
        output('licenses', check.items);
        output('restored', []);
        output(
          'notRestored',
          check.problems.map(({ account, sku, message }) => ({
            ...sku,
            user: account.userPrincipalName,
            outcome: 'problem',
            message,
          })),
        );
        output('summary', lines.join('\n\n'));
        return;
      }

      const idempotencyKey = manager.key([tenant, planId, selection, reason]);
      const id = await ctx.checkpoint({
        key: `restore.${idempotencyKey}`,
        fn: async () => {
          const restore = await manager.ask(
            `What was taken by plan ${planId} could not be put back`,
            signal =>
              manager.client.POST(
                '/tenants/{tenant}/reclamations/{id}/restore',
                {
                  params: { path },
                  body: { ...selection, reason, idempotencyKey },
                  signal,
                },
              ),
          );
          logger.info(
            `Restore ${restore.id} puts ${countWords(
              restore.items,
              'license',
            )} of ${whoOf(restore)} back`,
          );
          return restore.id;
        },
      });
      const watch = createWatch(ctx, manager, {
        waitsMs: options.waitsMs,
        waitMinutes: input.waitMinutes ?? WAIT_MINUTES,
      });
      const restore = await watch(
        await manager.plan(tenant, id),
        seen => !isMoving(seen),
      );

      const reported = await withItems(restore, manager);
      const { items } = reported;
      output('restoreId', id);
      output('url', planUrl(restore));
      output('status', restore.status);
      output('licenses', restore.items);
      output(
        'restored',
        items.filter(({ outcome }) => outcome === 'restored').map(licenseOf),
      );
      output(
        'notRestored',
        items.filter(({ outcome }) => outcome !== 'restored').map(undoneOf),
      );
      output(
        'summary',
        summarize(headlineOf(restore, reported), reported, {
          logger,
          plan: restore,
        }),
      );
      throwUnlessDone(restore, reported);
    },
  });
}

/** What a check before a restore found, in paragraphs. */
function checkLinesOf(check: RestoreCheck): string[] {
  const { items, accounts, seats, problems, dataUntil } = check;
  return [
    `Dry run: ${countWords(items, 'license')} of ${countWords(
      accounts,
      'account',
    )} would be put back${
      problems.length > 0
        ? `, of which ${problems.length} could not be now`
        : ''
    }.`,
    ...seats.map(
      ({ sku, needed, free }) =>
        `${sku.displayName}: ${countWords(
          needed,
          'seat',
        )} needed, ${free} free.`,
    ),
    ...problems.map(
      ({ account, sku, message }) =>
        `${account.userPrincipalName}, ${sku.displayName}: ${message}`,
    ),
    ...(dataUntil
      ? [`Microsoft begins to drop the data behind them on ${dataUntil}.`]
      : []),
  ];
}

function headlineOf(restore: Reclamation, reported: Reported): string {
  const restored = countOf(reported, 'restored');
  const who = whoOf(reported);
  const done =
    restored > 0
      ? `${countWords(restored, 'license')} of ${who} put back.`
      : `No license of ${who} was put back.`;
  return [done, stateOf(restore)].filter(Boolean).join(' ');
}

/** Why a restore is not finished. */
function stateOf({
  status,
  problem,
  canceledBy,
}: Reclamation): string | undefined {
  switch (status) {
    case 'paused':
      return 'It is paused: nothing more is put back before somebody resumes it on its page.';
    case 'scheduled':
    case 'running':
      return `The rest goes on in the background${
        problem ? `; it waits at the moment: ${problem.message}` : '.'
      }`;
    case 'canceled':
      return `It was canceled${
        canceledBy ? ` by ${canceledBy}` : ''
      }: nothing more is put back.`;
    default:
      return undefined;
  }
}

/** @throws Error when something that was to be put back was not and will not be */
function throwUnlessDone(restore: Reclamation, reported: Reported): void {
  if (restore.status === 'canceled') {
    throw new Error(headlineOf(restore, reported));
  }
  const failed = failuresOf(reported);
  if (failed > 0) {
    throw new Error(
      `${countWords(failed, 'license')} of ${whoOf(reported)} ${
        failed === 1 ? 'was' : 'were'
      } not put back: ${failureSentences(
        reported,
      )} Mend the cause and run the template anew; a retry of this task repeats nothing.`,
    );
  }
}
