import { InputError } from '@backstage/errors';
import {
  type ActionContext,
  createTemplateAction,
} from '@backstage/plugin-scaffolder-node';
import type { ReclamationRequest } from 'backstage-plugin-m365-licenses-common';
import {
  ACCOUNTS,
  LEAVE_GROUPS,
  MODE,
  REASON,
  SKU_IDS,
  SUMMARY,
  TENANT,
  URL,
} from './descriptions';
import {
  type LicenseActionOptions,
  type LicenseManager,
  licenseManager,
  planUrl,
} from './licenseManager';
import { examples } from './plan.examples';
import {
  countOf,
  countWords,
  previewOf,
  type Reported,
  summarize,
  whoOf,
  withItems,
} from './report';

/**
 * The action `m365:licenses:plan`: stores which licenses would be taken back,
 * of accounts or by a filter over the candidates, and changes nothing.
 *
 * The plan is made under a key that comes from the task and the step, so that a
 * task that is retried or recovered does not make it twice. A dry run stores
 * nothing.
 *
 * @public
 */
export function createPlanAction(options: LicenseActionOptions) {
  return createTemplateAction({
    id: 'm365:licenses:plan',
    description:
      'Plans which Microsoft 365 licenses would be taken back, and why. Changes nothing until the plan is approved and carried out.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        users: z =>
          z
            .array(z.string().min(1).max(320))
            .max(100)
            .describe(`${ACCOUNTS}. Give either users or filter`)
            .optional(),
        skuIds: z =>
          z.array(z.string().uuid()).max(100).describe(SKU_IDS).optional(),
        filter: z =>
          z
            .object({
              skuId: z.string().uuid().describe('Of this SKU').optional(),
              department: z
                .string()
                .min(1)
                .describe('Of accounts of this department')
                .optional(),
              group: z
                .string()
                .min(1)
                .max(500)
                .describe(
                  'Of members of this catalog group and the groups below it, an entity ref such as group:default/sales',
                )
                .optional(),
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
                .describe('For this reason; for every reason when absent')
                .optional(),
              text: z
                .string()
                .min(1)
                .max(200)
                .describe(
                  'Of accounts whose name or user principal name begins like this',
                )
                .optional(),
            })
            .strict()
            .describe(
              'Every candidate that fits all that is given, instead of users',
            )
            .optional(),
        reason: z => z.string().min(1).max(1000).describe(REASON),
        mode: z => z.enum(['immediate', 'askFirst']).describe(MODE).optional(),
        leaveGroups: z => z.boolean().describe(LEAVE_GROUPS).optional(),
        tenant: z => z.string().min(1).describe(TENANT).optional(),
      },
      output: {
        planId: z =>
          z
            .string()
            .describe('The id of the plan; absent in a dry run')
            .optional(),
        url: z => z.string().describe(URL).optional(),
        tenant: z => z.string().describe("The tenant's name"),
        accounts: z => z.number().describe('How many accounts it names'),
        planned: z =>
          z.number().describe('How many licenses would be taken back'),
        leftAlone: z =>
          z
            .number()
            .describe(
              'How many it names and leaves alone: held back by a rule, or granted by a group',
            ),
        yearlyValue: z =>
          z
            .array(z.object({ amount: z.string(), currency: z.string() }))
            .describe(
              'What it would save a year, by currency; absent for people who may not read what licenses cost',
            )
            .optional(),
        mayApprove: z =>
          z
            .boolean()
            .describe(
              'Whether the person who runs the template may approve the plan; absent in a dry run',
            )
            .optional(),
        summary: z => z.string().describe(SUMMARY),
      },
    },
    async handler(ctx) {
      const { input, logger, output } = ctx;
      const manager = await licenseManager(ctx, options);
      const request = planRequest(input);
      const tenant = await manager.tenant(input.tenant);

      let reported: Reported;
      if (ctx.isDryRun) {
        reported = await previewOf(tenant, request, manager);
        output(
          'summary',
          summarize(`Dry run: ${headlineOf(reported)}`, reported, { logger }),
        );
      } else {
        const id = await makePlan(tenant, request, manager, ctx);
        const plan = await manager.plan(tenant, id);
        reported = await withItems(plan, manager);
        output('planId', plan.id);
        output('url', planUrl(plan));
        output('mayApprove', plan.allowed.includes('approve'));
        output(
          'summary',
          summarize(
            `${headlineOf(
              reported,
            )} Nothing is taken back before the plan is approved and carried out.`,
            reported,
            { logger, plan },
          ),
        );
      }

      output('tenant', tenant);
      output('accounts', reported.accounts);
      const planned = countOf(reported, 'planned');
      const all = reported.counts.reduce((sum, { items }) => sum + items, 0);
      output('planned', planned);
      output('leftAlone', all - planned);
      const yearlyValue = valueOf(reported);
      if (yearlyValue) {
        output('yearlyValue', yearlyValue);
      }
    },
  });
}

/**
 * The request to plan, as the API wants it.
 *
 * @throws InputError unless exactly one of users and filter is given
 */
export function planRequest(
  input: Pick<
    ReclamationRequest,
    'users' | 'skuIds' | 'filter' | 'reason' | 'mode' | 'leaveGroups'
  >,
): ReclamationRequest {
  const { users, skuIds, filter, reason, mode, leaveGroups } = input;
  if ((users?.length ? 1 : 0) + (filter ? 1 : 0) !== 1) {
    throw new InputError(
      'Give either accounts or a filter: whose licenses are to be taken back',
    );
  }
  return {
    ...(filter ? { filter } : { users }),
    // The API reads an absent list as all licenses, and refuses an empty one.
    ...(skuIds?.length ? { skuIds } : {}),
    reason,
    ...(mode && { mode }),
    ...(leaveGroups && { leaveGroups }),
  };
}

/** Makes the plan, once however often the step runs, and gives its id. */
export async function makePlan(
  tenant: string,
  request: ReclamationRequest,
  manager: LicenseManager,
  ctx: Pick<ActionContext<object>, 'checkpoint' | 'logger'>,
): Promise<string> {
  const idempotencyKey = manager.key([tenant, request]);
  return ctx.checkpoint({
    key: `plan.${idempotencyKey}`,
    fn: async () => {
      const plan = await manager.ask(
        'The licenses could not be planned',
        signal =>
          manager.client.POST('/tenants/{tenant}/reclamations', {
            params: { path: { tenant } },
            body: { ...request, idempotencyKey },
            signal,
          }),
      );
      ctx.logger.info(
        `Planned reclamation ${plan.id} of ${countWords(
          plan.items,
          'license',
        )} of ${whoOf(plan)}`,
      );
      return plan.id;
    },
  });
}

function headlineOf(reported: Reported): string {
  const planned = countOf(reported, 'planned');
  const who = whoOf(reported);
  if (planned === 0) {
    return `There is nothing to take back from ${who}.`;
  }
  const value = (valueOf(reported) ?? [])
    .map(({ amount, currency }) => `${amount} ${currency}`)
    .join(' and ');
  return `${countWords(planned, 'license')} of ${who} would be taken back${
    value ? `, worth ${value} a year` : ''
  }.`;
}

/** What the planned licenses cost a year; undefined where the caller may not know. */
function valueOf({ counts }: Reported) {
  return counts.find(({ outcome }) => outcome === 'planned')?.value;
}
