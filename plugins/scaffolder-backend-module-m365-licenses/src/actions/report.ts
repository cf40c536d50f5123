import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  type AccountRef,
  FAILED_OUTCOMES,
  type Reclamation,
  type ReclamationCount,
  type ReclamationItem,
  type ReclamationOutcome,
  type ReclamationRequest,
} from 'backstage-plugin-m365-licenses-common';
import { type LicenseManager, planUrl } from './licenseManager';

/** How many licenses of each outcome a step puts out; as many as a page of the API holds. */
const LISTED = 500;
/** How many of each outcome the summary and the log name. */
const NAMED = 50;

/** What is reported: a plan or a preview, with the first licenses of each outcome. */
export interface Reported {
  /** Where there is one only. */
  account: AccountRef | null;
  accounts: number;
  counts: ReclamationCount[];
  items: ReclamationItem[];
}

/** A plan with its licenses, the first of each outcome. */
export async function withItems(
  plan: Reclamation,
  manager: LicenseManager,
): Promise<Reported> {
  const items: ReclamationItem[] = [];
  for (const { outcome } of plan.counts) {
    const page = await manager.ask(
      `The licenses of reclamation ${plan.id} could not be read`,
      signal =>
        manager.client.GET('/tenants/{tenant}/reclamation-items', {
          params: {
            path: { tenant: plan.tenant },
            query: { reclamationId: plan.id, outcome, limit: LISTED },
          },
          signal,
        }),
    );
    items.push(...page.items);
  }
  const { account, accounts, counts } = plan;
  return { account, accounts, counts, items };
}

/** What a plan would hold, without making it. */
export async function previewOf(
  tenant: string,
  request: ReclamationRequest,
  manager: LicenseManager,
): Promise<Reported> {
  const { first, ...preview } = await manager.ask(
    'The licenses could not be planned',
    signal =>
      manager.client.POST('/tenants/{tenant}/reclamation-previews', {
        params: { path: { tenant } },
        body: request,
        signal,
      }),
  );
  return { ...preview, items: first };
}

/** How many licenses have one of the outcomes. */
export function countOf(
  { counts }: Pick<Reported, 'counts'>,
  ...outcomes: readonly ReclamationOutcome[]
): number {
  return counts
    .filter(({ outcome }) => outcomes.includes(outcome))
    .reduce((sum, { items }) => sum + items, 0);
}

/** How many licenses were to be changed and were not. */
export function failuresOf(reported: Pick<Reported, 'counts'>): number {
  return countOf(reported, ...FAILED_OUTCOMES);
}

/** The first licenses that were to be changed and were not, each with its reason. */
export function failureSentences(reported: Reported): string {
  return reported.items
    .filter(isFailure)
    .slice(0, NAMED)
    .map(item => sentenceOf(item, reported))
    .join(' ');
}

function isFailure({ outcome }: ReclamationItem): boolean {
  return FAILED_OUTCOMES.some(failed => failed === outcome);
}

/** Whose licenses, in words. */
export function whoOf({ account, accounts }: Omit<Reported, 'items'>): string {
  return account
    ? `${account.displayName} (${account.userPrincipalName})`
    : countWords(accounts, 'account');
}

/** For example `1 license` or `2 licenses`. */
export function countWords(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** A license as a step puts it out. */
export function licenseOf({ skuId, displayName, account }: ReclamationItem) {
  return { skuId, displayName, user: account.userPrincipalName };
}

/** A license that was left alone or could not be changed, as a step puts it out. */
export function undoneOf(item: ReclamationItem) {
  const { outcome, message } = item;
  return { ...licenseOf(item), outcome, message };
}

/** What became of a license; names the account where there are several. */
function sentenceOf(item: ReclamationItem, { account }: Reported): string {
  const { displayName, message, requestId } = item;
  const whose = account ? '' : `${item.account.userPrincipalName}, `;
  const trace =
    requestId && isFailure(item)
      ? ` (Microsoft's request-id ${requestId})`
      : '';
  return `${whose}${displayName}: ${message}${trace}`;
}

/**
 * Logs what happened and gives the same as Markdown, with a link to the plan
 * where there is one.
 */
export function summarize(
  headline: string,
  reported: Reported,
  options: {
    logger: LoggerService;
    plan?: Pick<Reclamation, 'id' | 'tenant'>;
  },
): string {
  const { logger, plan } = options;
  logger.info(headline);
  const lines: string[] = [];
  for (const { outcome, items: total } of reported.counts) {
    const named = reported.items
      .filter(item => item.outcome === outcome)
      .slice(0, NAMED);
    for (const item of named) {
      const sentence = sentenceOf(item, reported);
      lines.push(sentence);
      if (isFailure(item)) {
        logger.warn(sentence);
      } else {
        logger.info(sentence);
      }
    }
    if (total > named.length) {
      lines.push(`and ${total - named.length} more with the same outcome`);
    }
  }
  return [
    headline,
    lines.map(line => `- ${line}`).join('\n'),
    plan && `[Open the plan](${planUrl(plan)})`,
  ]
    .filter(Boolean)
    .join('\n\n');
}
