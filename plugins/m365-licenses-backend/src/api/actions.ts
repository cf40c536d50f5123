import type {
  AuditorService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { InputError } from '@backstage/errors';
import {
  type Reclamation,
  type ReclamationCount,
  reclamationCreatePermission,
  reclamationExecutePermission,
  type ReclamationItem,
  reclamationRestorePermission,
} from 'backstage-plugin-m365-licenses-common';
import type { z as Zod } from 'zod/v3';
import type {
  OperationAnswer,
  OperationHandler,
  OperationHandlers,
  OperationRequest,
} from './router';

/** How many licenses of a plan an action names; all are on the plan's page. */
const NAMED = 50;

/** The operations of the REST API that the actions call. */
export type ActionHandlers = Pick<
  OperationHandlers,
  | 'checkRestore'
  | 'createReclamation'
  | 'executeReclamation'
  | 'getReclamation'
  | 'listReclamationItems'
  | 'previewReclamation'
  | 'restoreReclamation'
>;

const tenantSchema = (z: typeof Zod) =>
  z.string().min(1).describe("The tenant's name in the configuration");

const planIdSchema = (z: typeof Zod) =>
  z.string().min(1).describe('The planId that plan-reclamation gave');

const reasonSchema = (z: typeof Zod) =>
  z
    .string()
    .min(1)
    .max(1000)
    .describe('Why, for the record that is kept; people who are asked see it');

const keySchema = (z: typeof Zod) =>
  z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The same key with the same request does nothing twice');

const planSchema = (z: typeof Zod) => ({
  planId: z.string(),
  page: z.string().describe("The path of the plan's page in this portal"),
  status: z.string(),
  next: z.string().describe('What happens now, and who has to do what'),
  accounts: z.number(),
  licenses: z.number(),
  outcomes: z.array(
    z.object({
      outcome: z.string(),
      licenses: z.number(),
      yearlyValue: z
        .array(z.object({ amount: z.string(), currency: z.string() }))
        .optional(),
    }),
  ),
  named: z
    .array(
      z.object({
        itemId: z.string(),
        user: z.string(),
        skuId: z.string(),
        product: z.string(),
        outcome: z.string(),
        message: z.string(),
      }),
    )
    .describe(`The first ${NAMED} licenses`),
});

/**
 * Registers what language models and other tools may do with licenses, in
 * Backstage's actions registry: plan, carry a plan out, and put back what one
 * took. Taking licenses needs two calls, so that somebody can look at the plan
 * between them.
 *
 * The actions call the handlers of the REST API with the caller's credentials:
 * permissions, rules and what the audit log says are the same.
 */
export function registerActions(options: {
  actionsRegistry: ActionsRegistryService;
  handlers: ActionHandlers;
  auditor: AuditorService;
}): void {
  const { actionsRegistry, handlers, auditor } = options;

  /** What an operation answers, audited as a request to it is. */
  const call = async <Id extends keyof ActionHandlers>(
    operationId: Id,
    action: string,
    request: OperationRequest<Id>,
  ): Promise<OperationAnswer<Id>['body']> => {
    const handler: OperationHandler<Id> = handlers[operationId];
    const event = await auditor.createEvent({
      eventId: handler.eventId,
      severityLevel: handler.severityLevel,
      meta: {
        ...request.path,
        action,
        caller: callerOf(request.credentials),
      },
    });
    try {
      const answer = await handler.handle(request);
      await event.success(answer.audit && { meta: answer.audit });
      return answer.body;
    } catch (error) {
      await event.fail({
        error: error instanceof Error ? error : new Error(String(error)),
      });
      throw error;
    }
  };

  /** A plan with its first licenses. */
  const described = async (
    plan: Reclamation,
    action: string,
    credentials: BackstageCredentials,
  ) => {
    const { items } = await call('listReclamationItems', action, {
      path: { tenant: plan.tenant },
      query: { reclamationId: plan.id, limit: NAMED },
      body: undefined,
      credentials,
    });
    return {
      planId: plan.id,
      page: `/m365-licenses/reclamations/${encodeURIComponent(
        plan.id,
      )}?tenant=${encodeURIComponent(plan.tenant)}`,
      status: plan.status,
      next: nextOf(plan),
      accounts: plan.accounts,
      licenses: plan.items,
      outcomes: plan.counts.map(toOutcome),
      named: items.map(toLicense),
    };
  };

  actionsRegistry.register({
    name: 'plan-reclamation',
    title: 'Plan to take Microsoft 365 licenses back',
    description:
      'Plans which Microsoft 365 licenses would be taken back, of accounts or of all candidates that fit a filter, and says for each why or why not. Changes nothing at Microsoft. The plan is stored for people to look at and approve, unless only a preview is asked for; reclaim-licenses carries it out.',
    schema: {
      input: z =>
        z.object({
          tenant: tenantSchema(z),
          users: z
            .array(z.string().min(1).max(320))
            .min(1)
            .max(100)
            .optional()
            .describe(
              'Whose licenses: User entity refs, user principal names, or Graph ids of accounts. Give either users or filter',
            ),
          skuIds: z
            .array(z.string().uuid())
            .min(1)
            .max(100)
            .optional()
            .describe('With users: only the licenses with these SKU ids'),
          filter: z
            .object({
              skuId: z.string().uuid().optional(),
              department: z.string().min(1).optional(),
              group: z
                .string()
                .min(1)
                .max(500)
                .optional()
                .describe('A catalog group, such as group:default/sales'),
              reason: z
                .enum([
                  'deleted',
                  'disabled',
                  'overlap',
                  'directAndGroup',
                  'neverActive',
                  'inactive',
                  'downgrade',
                ])
                .optional(),
              text: z
                .string()
                .min(1)
                .max(200)
                .optional()
                .describe('The beginning of a name or user principal name'),
            })
            .strict()
            .optional()
            .describe('Every candidate that fits all that is given'),
          reason: reasonSchema(z),
          mode: z
            .enum(['immediate', 'askFirst'])
            .optional()
            .describe(
              'askFirst: people are asked whether they still need it, before it is taken',
            ),
          leaveGroups: z
            .boolean()
            .optional()
            .describe(
              'Take people out of groups that grant only what is to go',
            ),
          previewOnly: z
            .boolean()
            .optional()
            .describe('Only say what the plan would hold, and store nothing'),
          idempotencyKey: keySchema(z),
        }),
      output: z =>
        z.object({
          ...planSchema(z),
          planId: z.string().optional(),
          page: z.string().optional(),
          status: z.string().optional(),
        }),
    },
    visibilityPermission: reclamationCreatePermission,
    attributes: { readOnly: false, destructive: false, idempotent: false },
    action: async ({ input, credentials }) => {
      const { tenant, previewOnly, idempotencyKey, ...body } = input;
      const path = { tenant };
      if (previewOnly) {
        const preview = await call('previewReclamation', 'plan-reclamation', {
          path,
          query: {},
          body,
          credentials,
        });
        return {
          output: {
            next: 'Nothing was stored. Call plan-reclamation without previewOnly to make the plan.',
            accounts: preview.accounts,
            licenses: preview.items,
            outcomes: preview.counts.map(toOutcome),
            named: preview.first.slice(0, NAMED).map(toLicense),
          },
        };
      }
      const plan = await call('createReclamation', 'plan-reclamation', {
        path,
        query: {},
        body: { ...body, ...(idempotencyKey && { idempotencyKey }) },
        credentials,
      });
      return { output: await described(plan, 'plan-reclamation', credentials) };
    },
  });

  actionsRegistry.register({
    name: 'reclaim-licenses',
    title: 'Take Microsoft 365 licenses back',
    description:
      'Carries out a plan of plan-reclamation: takes the licenses from the people it names. Show the plan to whoever asked before. It goes on in the background; call this again with the same plan to see how far it is, which repeats nothing. A plan that somebody else has to approve is left as it is, and the answer says so.',
    schema: {
      input: z =>
        z.object({ tenant: tenantSchema(z), planId: planIdSchema(z) }),
      output: z => z.object(planSchema(z)),
    },
    visibilityPermission: reclamationExecutePermission,
    attributes: { readOnly: false, destructive: true, idempotent: true },
    action: async ({ input, credentials }) => {
      const request = {
        path: { tenant: input.tenant, id: input.planId },
        query: {},
        body: undefined,
        credentials,
      };
      let plan = await call('getReclamation', 'reclaim-licenses', request);
      if (plan.kind === 'restore') {
        throw new InputError(
          `Plan ${plan.id} puts licenses back; give a plan that takes licenses back`,
        );
      }
      if (isToStart(plan)) {
        plan = await call('executeReclamation', 'reclaim-licenses', request);
      }
      return { output: await described(plan, 'reclaim-licenses', credentials) };
    },
  });

  actionsRegistry.register({
    name: 'restore-licenses',
    title: 'Put Microsoft 365 licenses back',
    description:
      'Puts licenses back that a plan took, exactly as they were assigned, or only checks whether there are seats for them. It goes on in the background; what was put back already is not put back twice.',
    schema: {
      input: z =>
        z.object({
          tenant: tenantSchema(z),
          planId: planIdSchema(z),
          itemIds: z
            .array(z.string().min(1))
            .min(1)
            .max(1000)
            .optional()
            .describe('Only these licenses of the plan; all when absent'),
          reason: reasonSchema(z),
          checkOnly: z
            .boolean()
            .optional()
            .describe(
              'Only check seats and usage locations, and change nothing',
            ),
          idempotencyKey: keySchema(z),
        }),
      output: z =>
        z.object({
          plan: z
            .object(planSchema(z))
            .optional()
            .describe('The restore, a plan of its own'),
          check: z
            .object({
              licenses: z.number(),
              accounts: z.number(),
              seats: z.array(
                z.object({
                  product: z.string(),
                  needed: z.number(),
                  free: z.number(),
                }),
              ),
              problems: z.array(
                z.object({
                  itemId: z.string(),
                  user: z.string(),
                  product: z.string(),
                  message: z.string(),
                }),
              ),
              dataUntil: z
                .string()
                .nullable()
                .describe('When Microsoft begins to drop the data behind them'),
            })
            .optional(),
        }),
    },
    visibilityPermission: reclamationRestorePermission,
    attributes: { readOnly: false, destructive: false, idempotent: true },
    action: async ({ input, credentials }) => {
      const { tenant, planId, itemIds, reason, idempotencyKey } = input;
      const path = { tenant, id: planId };
      const selection = itemIds ? { itemIds } : {};
      if (input.checkOnly) {
        const check = await call('checkRestore', 'restore-licenses', {
          path,
          query: {},
          body: selection,
          credentials,
        });
        return {
          output: {
            check: {
              licenses: check.items,
              accounts: check.accounts,
              seats: check.seats.map(({ sku, needed, free }) => ({
                product: sku.displayName,
                needed,
                free,
              })),
              problems: check.problems.map(
                ({ itemId, account, sku, message }) => ({
                  itemId,
                  user: account.userPrincipalName,
                  product: sku.displayName,
                  message,
                }),
              ),
              dataUntil: check.dataUntil,
            },
          },
        };
      }
      const restore = await call('restoreReclamation', 'restore-licenses', {
        path,
        query: {},
        body: {
          ...selection,
          reason,
          ...(idempotencyKey && { idempotencyKey }),
        },
        credentials,
      });
      return {
        output: {
          plan: await described(restore, 'restore-licenses', credentials),
        },
      };
    },
  });
}

function toOutcome({ outcome, items, value }: ReclamationCount) {
  return {
    outcome,
    licenses: items,
    ...(value && { yearlyValue: value }),
  };
}

function toLicense(item: ReclamationItem) {
  const { id, account, skuId, displayName, outcome, message } = item;
  return {
    itemId: id,
    user: account.userPrincipalName,
    skuId,
    product: displayName,
    outcome,
    message,
  };
}

/** Whether a plan waits to be carried out, and for nobody else's approval. */
function isToStart({ status, allowed }: Reclamation): boolean {
  return (
    status === 'approved' ||
    (status === 'planned' && allowed.includes('approve'))
  );
}

/** What happens now with a plan, and who has to do what. */
function nextOf(plan: Reclamation): string {
  const { status, approvalHint, answerUntil, problem } = plan;
  switch (status) {
    case 'planned':
      return isToStart(plan)
        ? 'It waits to be carried out, with reclaim-licenses or on its page.'
        : `It waits for approval on its page. ${
            approvalHint ??
            'Whoever approves it needs the permission m365-licenses.reclamation.approve.'
          }`;
    case 'approved':
      return 'It is approved, and waits to be carried out with reclaim-licenses or on its page.';
    case 'asking':
      return `People were asked whether they still need their licenses${
        answerUntil ? `; they can answer until ${answerUntil}` : ''
      }.`;
    case 'scheduled':
    case 'running':
      return problem
        ? `It waits: ${problem.message}`
        : 'It goes on in the background.';
    case 'paused':
      return 'It is paused, until somebody resumes it on its page.';
    case 'finished':
      return 'It is finished.';
    case 'canceled':
      return 'It was canceled; nothing more is done.';
    case 'expired':
      return 'It was not carried out in time and is too old now; make a new plan.';
    default:
      return 'It only reports what a policy would do, and is not carried out.';
  }
}

/** Who calls, as the audit log names them. */
function callerOf({ principal }: BackstageCredentials): string {
  if (typeof principal === 'object' && principal !== null) {
    if ('userEntityRef' in principal) {
      return String(principal.userEntityRef);
    }
    if ('subject' in principal) {
      return String(principal.subject);
    }
  }
  return 'unknown';
}
