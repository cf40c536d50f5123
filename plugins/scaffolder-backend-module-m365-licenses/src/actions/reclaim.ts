import type { LoggerService } from '@backstage/backend-plugin-api';
import { InputError, stringifyError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type {
  Reclamation,
  ReclamationMode,
  ReclamationRequest,
} from 'backstage-plugin-m365-licenses-common';
import {
  ACCOUNTS,
  LEAVE_GROUPS,
  MODE,
  REASON,
  SKU_IDS,
  SUMMARY,
  TENANT,
  URL,
  WAIT_MINUTES as WAIT_MINUTES_TEXT,
} from './descriptions';
import {
  createWatch,
  isMoving,
  type LicenseActionOptions,
  type LicenseManager,
  licenseManager,
  planUrl,
  WAIT_MINUTES,
} from './licenseManager';
import { makePlan, planRequest } from './plan';
import { examples } from './reclaim.examples';
import {
  countOf,
  countWords,
  failuresOf,
  failureSentences,
  licenseOf,
  previewOf,
  type Reported,
  summarize,
  undoneOf,
  whoOf,
  withItems,
} from './report';

/**
 * The action `m365:licenses:reclaim`: takes licenses of accounts back, or
 * carries out a plan, with the identity of whoever runs the template.
 *
 * The plan is made under a key that comes from the task and the step, so that
 * a task that is retried or recovered goes on with the same plan, and each
 * removal happens once. The backend carries it out in the background and the
 * step follows it. Where a person has to act first, who approves or who is
 * asked, the step ends and says so; it fails when something that was to be taken
 * was not. Canceling the task cancels the plan, unless somebody else started it.
 *
 * @public
 */
export function createReclaimAction(options: LicenseActionOptions) {
  return createTemplateAction({
    id: 'm365:licenses:reclaim',
    description:
      'Takes all or some Microsoft 365 licenses of accounts back, or carries out a plan. Licenses that a group grants are reported with the group and left alone.',
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
              'Whose licenses: a User entity ref such as user:default/maya, a user principal name, or the Graph id of an account. Give one of user, users and planId',
            )
            .optional(),
        users: z =>
          z
            .array(z.string().min(1).max(320))
            .max(100)
            .describe(ACCOUNTS)
            .optional(),
        planId: z =>
          z
            .string()
            .min(1)
            .describe(
              'A plan that exists, to carry out as it is; skuIds, mode and reason do not go with it',
            )
            .optional(),
        skuIds: z =>
          z.array(z.string().uuid()).max(100).describe(SKU_IDS).optional(),
        reason: z =>
          z
            .string()
            .min(1)
            .max(1000)
            .describe(`${REASON}; needed without planId`)
            .optional(),
        mode: z => z.enum(['immediate', 'askFirst']).describe(MODE).optional(),
        leaveGroups: z => z.boolean().describe(LEAVE_GROUPS).optional(),
        waitForApproval: z =>
          z
            .boolean()
            .describe(
              'Wait until somebody else has approved the plan, where the person who runs the template may not; otherwise the step ends with the status waitingForApproval',
            )
            .optional(),
        waitMinutes: z =>
          z.number().min(0).max(600).describe(WAIT_MINUTES_TEXT).optional(),
        tenant: z => z.string().min(1).describe(TENANT).optional(),
      },
      output: {
        reclamationId: z =>
          z
            .string()
            .describe('The id of the reclamation; absent in a dry run')
            .optional(),
        url: z => z.string().describe(URL).optional(),
        status: z =>
          z
            .string()
            .describe(
              'finished; waitingForApproval; asking, people were asked first; paused; scheduled or running, it goes on in the background; canceled or expired, which fail the step. Absent in a dry run',
            )
            .optional(),
        tenant: z => z.string().describe("The tenant's name"),
        user: z =>
          z
            .string()
            .describe(
              "The account's user principal name, where there is one account only",
            )
            .optional(),
        accounts: z => z.number().describe('How many accounts it is about'),
        reclaimed: z =>
          z
            .array(
              z.object({
                skuId: z.string(),
                displayName: z.string(),
                user: z.string(),
              }),
            )
            .describe(
              'The licenses that were taken back, or would be in a dry run; the first 500',
            ),
        inheritedFromGroup: z =>
          z
            .array(
              z.object({
                skuId: z.string(),
                displayName: z.string(),
                user: z.string(),
                group: z.string(),
              }),
            )
            .describe(
              'The licenses left alone, with the group that grants it; the first 500',
            ),
        notReclaimed: z =>
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
              'The licenses not taken back and not granted by a group, with the reason; the first 500 of each outcome',
            ),
        summary: z => z.string().describe(SUMMARY),
      },
    },
    async handler(ctx) {
      const { input, logger, output, signal } = ctx;
      const asked = askedOf(input);
      const manager = await licenseManager(ctx, options);
      const { client } = manager;
      const tenant = await manager.tenant(input.tenant);

      if (ctx.isDryRun) {
        const reported =
          'planId' in asked
            ? await withItems(await manager.plan(tenant, asked.planId), manager)
            : await previewOf(tenant, asked.request, manager);
        putOut(tenant, reported, 'planned', output);
        output(
          'summary',
          summarize(dryHeadlineOf(reported), reported, { logger }),
        );
        return;
      }

      const id =
        'planId' in asked
          ? asked.planId
          : await makePlan(tenant, asked.request, manager, ctx);
      /** Canceling the task cancels what it made or started, nothing else. */
      let isOurs = !('planId' in asked);
      const carryOut = async () => {
        const watch = createWatch(ctx, manager, {
          waitsMs: options.waitsMs,
          waitMinutes: input.waitMinutes ?? WAIT_MINUTES,
        });
        let plan = await manager.plan(tenant, id);
        if (plan.kind === 'restore') {
          throw new InputError(
            `Plan ${id} puts licenses back; give planId of a plan that takes licenses back`,
          );
        }
        if (input.waitForApproval) {
          plan = await watch(plan, seen => !awaitsApproval(seen));
        }
        if (isToStart(plan)) {
          isOurs = true;
          plan = await manager.ask(
            `Reclamation ${id} was planned and could not be started`,
            abort =>
              client.POST('/tenants/{tenant}/reclamations/{id}/execute', {
                params: { path: { tenant, id } },
                signal: abort,
              }),
          );
        }
        return watch(plan, seen => !isMoving(seen));
      };
      const plan = await carryOut().catch(async error => {
        if (signal?.aborted && isOurs) {
          await cancelPlan(tenant, id, manager, logger);
        }
        throw error;
      });

      const reported = await withItems(plan, manager);
      output('reclamationId', id);
      output('url', planUrl(plan));
      output('status', statusOf(plan));
      putOut(tenant, reported, 'reclaimed', output);
      output(
        'summary',
        summarize(headlineOf(plan, reported), reported, { logger, plan }),
      );
      throwUnlessDone(plan, reported);
    },
  });
}

/** What a step asks for: a plan that exists, or one to make. */
type Asked = { planId: string } | { request: ReclamationRequest };

/** @throws InputError when the inputs do not go together */
function askedOf(input: {
  user?: string;
  users?: string[];
  planId?: string;
  skuIds?: string[];
  reason?: string;
  mode?: ReclamationMode;
  leaveGroups?: boolean;
}): Asked {
  const { user, users = [], planId, reason, ...rest } = input;
  const given = [user, users.length > 0, planId].filter(Boolean).length;
  if (given !== 1) {
    throw new InputError(
      'Give exactly one of the inputs user, users and planId: whose licenses are to be taken back',
    );
  }
  if (planId !== undefined) {
    const { skuIds = [], mode, leaveGroups } = rest;
    if (skuIds.length > 0 || mode || leaveGroups) {
      throw new InputError(
        'The plan says what is taken back and how: leave skuIds, mode and leaveGroups out, or planId',
      );
    }
    return { planId };
  }
  if (reason === undefined) {
    throw new InputError(
      'Give the input reason: why the licenses are taken back',
    );
  }
  return {
    request: planRequest({
      ...rest,
      users: user === undefined ? users : [user],
      reason,
    }),
  };
}

/** Nothing more of a plan is to be done; says so where that cannot be reached. */
async function cancelPlan(
  tenant: string,
  id: string,
  manager: LicenseManager,
  logger: LoggerService,
): Promise<void> {
  try {
    const { status } = await manager.ask(
      `Reclamation ${id} could not be canceled with the task`,
      signal =>
        manager.client.POST('/tenants/{tenant}/reclamations/{id}/cancel', {
          params: { path: { tenant, id } },
          signal,
        }),
      { evenCanceled: true },
    );
    logger.info(`Reclamation ${id} is ${status}, as the task was canceled`);
  } catch (error) {
    logger.warn(
      `${stringifyError(error)}. See ${planUrl({
        tenant,
        id,
      })} whether it goes on`,
    );
  }
}

/** Whether somebody else has to approve a plan before it can be carried out. */
function awaitsApproval({ status, allowed }: Reclamation): boolean {
  return status === 'planned' && !allowed.includes('approve');
}

function isToStart(plan: Reclamation): boolean {
  return (
    plan.status === 'approved' ||
    (plan.status === 'planned' && !awaitsApproval(plan))
  );
}

function statusOf(plan: Reclamation): string {
  return awaitsApproval(plan) ? 'waitingForApproval' : plan.status;
}

type Outputs = ReturnType<typeof outputsOf> & { tenant: string };

function putOut(
  tenant: string,
  reported: Reported,
  removed: 'planned' | 'reclaimed',
  output: <K extends keyof Outputs>(name: K, value: Outputs[K]) => void,
): void {
  const outputs = outputsOf(reported, removed);
  output('tenant', tenant);
  if (outputs.user !== undefined) {
    output('user', outputs.user);
  }
  output('accounts', outputs.accounts);
  output('reclaimed', outputs.reclaimed);
  output('inheritedFromGroup', outputs.inheritedFromGroup);
  output('notReclaimed', outputs.notReclaimed);
}

/** @param removed - the outcome of what was taken back, or would be */
function outputsOf(
  { account, accounts, items }: Reported,
  removed: 'planned' | 'reclaimed',
) {
  return {
    user: account?.userPrincipalName,
    accounts,
    reclaimed: items
      .filter(({ outcome }) => outcome === removed)
      .map(licenseOf),
    inheritedFromGroup: items
      .filter(({ outcome }) => outcome === 'inheritedFromGroup')
      .map(item => ({
        ...licenseOf(item),
        group: item.path.group?.name ?? item.path.group?.id ?? 'unknown',
      })),
    notReclaimed: items
      .filter(
        ({ outcome }) =>
          outcome !== removed && outcome !== 'inheritedFromGroup',
      )
      .map(undoneOf),
  };
}

function dryHeadlineOf(reported: Reported): string {
  const planned = countOf(reported, 'planned');
  const who = whoOf(reported);
  return planned > 0
    ? `Dry run: ${countWords(
        planned,
        'license',
      )} of ${who} would be taken back.`
    : `Dry run: there is nothing to take back from ${who}.`;
}

function headlineOf(plan: Reclamation, reported: Reported): string {
  const reclaimed = countOf(reported, 'reclaimed');
  const who = whoOf(reported);
  const done: string[] = [];
  if (reclaimed > 0) {
    done.push(`${countWords(reclaimed, 'license')} of ${who} taken back.`);
  } else if (failuresOf(reported) > 0) {
    done.push(`No license of ${who} was taken back.`);
  } else if (plan.status === 'finished') {
    done.push(`There was nothing to take back from ${who}.`);
  }
  return [...done, stateOf(plan, reported)].filter(Boolean).join(' ');
}

/** Why a plan is not finished, and who has to do what. */
function stateOf(plan: Reclamation, reported: Reported): string | undefined {
  const who = whoOf(reported);
  const planned = countOf(reported, 'planned');
  switch (plan.status) {
    case 'planned':
    case 'approved':
      return [
        `${countWords(planned, 'license')} of ${who} ${
          planned === 1 ? 'is' : 'are'
        } planned, and nothing is taken back before the plan is approved.`,
        plan.approvalHint ??
          'Whoever has the permission m365-licenses.reclamation.approve approves it on the page of the plan.',
        'After that it is carried out there, or by a retry of this task.',
        plan.expiresAt && `Both can be done until ${plan.expiresAt}.`,
      ]
        .filter(Boolean)
        .join(' ');
    case 'asking':
      return `${countWords(
        countOf(reported, 'awaitingUser'),
        'license',
      )} of ${who}: people were asked whether they still need it. What is handed back or not answered for${
        plan.answerUntil ? ` until ${plan.answerUntil}` : ' in time'
      } is taken back.`;
    case 'paused':
      return 'The plan is paused: nothing more is taken back before somebody resumes it on its page.';
    case 'scheduled':
    case 'running':
      return `The rest goes on in the background${
        plan.problem ? `; it waits at the moment: ${plan.problem.message}` : '.'
      }`;
    case 'canceled':
      return `The plan was canceled${
        plan.canceledBy ? ` by ${plan.canceledBy}` : ''
      }: nothing more is taken back.`;
    case 'expired':
      return 'The plan was not carried out in time and is too old now.';
    case 'dryRun':
      return 'This is only a report of what a policy would do, which is not carried out.';
    default:
      return undefined;
  }
}

/**
 * @throws Error when something that was to be taken back was not and will not
 *   be; what waits for a person or for the backend is no failure
 */
function throwUnlessDone(plan: Reclamation, reported: Reported): void {
  if (['canceled', 'expired', 'dryRun'].includes(plan.status)) {
    throw new Error(
      `${headlineOf(
        plan,
        reported,
      )} Run the template anew to take the licenses back.`,
    );
  }
  const failed = failuresOf(reported);
  if (failed > 0) {
    throw new Error(
      `${countWords(failed, 'license')} of ${whoOf(reported)} ${
        failed === 1 ? 'was' : 'were'
      } not taken back: ${failureSentences(
        reported,
      )} Mend the cause and run the template anew; a retry of this task repeats nothing.`,
    );
  }
}
