import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  type EntityLicenses,
  OPEN_OUTCOMES,
  type Reclamation,
  type ReclamationOutcome,
} from 'backstage-plugin-m365-licenses-common';
import { REASON, SUMMARY } from './descriptions';
import { examples } from './handBack.examples';
import {
  createWatch,
  isMoving,
  type LicenseActionOptions,
  licenseManager,
  onlyOne,
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
  withItems,
} from './report';

/**
 * The action `m365:licenses:hand-back`: hands licenses of whoever runs the
 * template back. It needs no permission, as it is about one's own account.
 *
 * Each license is handed back under a key that comes from the task, the step and
 * its SKU, so that it happens once. One that a group grants is reported and does
 * not fail the step.
 *
 * @public
 */
export function createHandBackAction(options: LicenseActionOptions) {
  return createTemplateAction({
    id: 'm365:licenses:hand-back',
    description:
      'Hands Microsoft 365 licenses of the person who runs the template back. Needs no permission.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        skuIds: z =>
          z
            .array(z.string().uuid())
            .min(1)
            .max(100)
            .describe('The SKU ids of the licenses to hand back'),
        reason: z => z.string().min(1).max(1000).describe(REASON).optional(),
        tenant: z =>
          z
            .string()
            .min(1)
            .describe(
              "The tenant's name in the configuration; needed where the person has accounts in several",
            )
            .optional(),
      },
      output: {
        reclamationIds: z =>
          z
            .array(z.string())
            .describe('The reclamations, one per license; none in a dry run'),
        tenant: z => z.string().describe("The tenant's name"),
        handedBack: z =>
          z
            .array(
              z.object({
                skuId: z.string(),
                displayName: z.string(),
                user: z.string(),
              }),
            )
            .describe(
              'The licenses that were taken back, or would be in a dry run',
            ),
        notHandedBack: z =>
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
            .describe('The licenses that were not, with the reason'),
        summary: z => z.string().describe(SUMMARY),
      },
    },
    async handler(ctx) {
      const { input, logger, output } = ctx;
      const { reason } = input;
      const skuIds = [...new Set(input.skuIds)];
      const manager = await licenseManager(ctx, options);
      const own = await manager.ask(
        'Your own accounts could not be read',
        signal => manager.client.GET('/me', { signal }),
      );
      const tenant = input.tenant ?? tenantOf(own);
      output('tenant', tenant);

      if (ctx.isDryRun) {
        const held = heldIn(tenant, own).filter(({ skuId }) =>
          skuIds.includes(skuId),
        );
        const lines = held.map(
          ({ displayName, message }) => `${displayName}: ${message}`,
        );
        const headline = `Dry run: ${countWords(
          held.filter(isDirect).length,
          'license',
        )} would be handed back.`;
        [headline, ...lines].forEach(line => logger.info(line));
        output('reclamationIds', []);
        output(
          'handedBack',
          held.filter(isDirect).map(({ skuId, displayName, user }) => ({
            skuId,
            displayName,
            user,
          })),
        );
        output(
          'notHandedBack',
          held.filter(license => !isDirect(license)),
        );
        output(
          'summary',
          [headline, lines.map(line => `- ${line}`).join('\n')].join('\n\n'),
        );
        return;
      }

      const begun: Reclamation[] = [];
      for (const skuId of skuIds) {
        const request = { skuId, ...(reason && { reason }) };
        begun.push(
          await manager.ask(
            `The license ${skuId} could not be handed back`,
            signal =>
              manager.client.POST('/tenants/{tenant}/hand-backs', {
                params: { path: { tenant } },
                body: {
                  ...request,
                  idempotencyKey: manager.key([tenant, request]),
                },
                signal,
              }),
          ),
        );
      }
      output(
        'reclamationIds',
        begun.map(({ id }) => id),
      );
      const watch = createWatch(ctx, manager, {
        waitsMs: options.waitsMs,
        waitMinutes: WAIT_MINUTES,
      });
      const reports: Reported[] = [];
      for (const reclamation of begun) {
        reports.push(
          await withItems(
            await watch(reclamation, seen => !isMoving(seen)),
            manager,
          ),
        );
      }

      const reported = together(reports);
      const { items } = reported;
      output(
        'handedBack',
        items.filter(({ outcome }) => outcome === 'reclaimed').map(licenseOf),
      );
      output(
        'notHandedBack',
        items.filter(({ outcome }) => outcome !== 'reclaimed').map(undoneOf),
      );
      output('summary', summarize(headlineOf(reported), reported, { logger }));
      const failed = failuresOf(reported);
      if (failed > 0) {
        throw new Error(
          `${countWords(
            failed,
            'license',
          )} could not be handed back: ${failureSentences(
            reported,
          )} Ask the license administrators about it.`,
        );
      }
    },
  });
}

/**
 * The tenant of a person's accounts.
 *
 * @throws InputError when there is none or several
 */
function tenantOf({ accounts, entityRef }: EntityLicenses): string {
  const tenants = [...new Set(accounts.map(({ detail }) => detail.tenant))];
  if (tenants.length === 0) {
    throw new InputError(
      `No Microsoft 365 account of ${entityRef} is known; ask the administrators of this portal to give the User entity the annotation graph.microsoft.com/user-id`,
    );
  }
  return onlyOne(tenants);
}

/** The licenses that a person holds in a tenant, and what would become of each. */
function heldIn(tenant: string, { accounts }: EntityLicenses) {
  return accounts
    .filter(({ detail }) => detail.tenant === tenant)
    .flatMap(({ detail: { account } }) =>
      account.licenses.map(({ skuId, displayName, paths }) => {
        const direct = paths.some(({ type }) => type === 'direct');
        const groups = paths
          .map(({ groupName, groupId }) => groupName ?? groupId)
          .join(', ');
        return {
          skuId,
          displayName,
          user: account.userPrincipalName,
          outcome: direct ? 'planned' : 'inheritedFromGroup',
          message: direct
            ? 'Would be handed back.'
            : `Granted by the group ${groups}; it goes only with leaving that group.`,
        };
      }),
    );
}

function isDirect({ outcome }: { outcome: string }): boolean {
  return outcome === 'planned';
}

/** One report of several plans of the same account. */
function together(reports: Reported[]): Reported {
  const counts = new Map<ReclamationOutcome, number>();
  for (const { outcome, items } of reports.flatMap(report => report.counts)) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + items);
  }
  return {
    account: reports[0].account,
    accounts: 1,
    counts: [...counts].map(([outcome, items]) => ({ outcome, items })),
    items: reports.flatMap(({ items }) => items),
  };
}

function headlineOf(reported: Reported): string {
  const done = countOf(reported, 'reclaimed');
  const open = countOf(reported, ...OPEN_OUTCOMES);
  return [
    `${countWords(done, 'license')} handed back`,
    ...(open > 0 ? [`${open} not yet`] : []),
  ]
    .join(', ')
    .concat('.');
}
