import type { AccountMatch } from 'backstage-plugin-m365-licenses-common';

/** What an entity says about its account. */
export interface AccountQuestion {
  /** The user principal name of the annotation, or the email of the profile. */
  value: string;
  by: 'userPrincipalName' | 'email';
  /** The Microsoft Entra tenant id, where the entity names it. */
  tenantId?: string;
}

/**
 * Decides which of the accounts found is meant: in the entity's own tenant
 * where it names one, and where several remain the one with this user
 * principal name rather than one that has it as a mere email.
 *
 * @returns `ambiguous` when more than one remains, undefined when none does
 */
export function pickMatch(
  matches: AccountMatch[],
  question: AccountQuestion,
): AccountMatch | 'ambiguous' | undefined {
  const { tenantId, value } = question;
  const inTenant = matches.filter(
    match => tenantId === undefined || same(match.tenantId, tenantId),
  );
  const byPrincipalName = inTenant.filter(match =>
    same(match.userPrincipalName, value),
  );
  const meant = byPrincipalName.length > 0 ? byPrincipalName : inTenant;
  return meant.length > 1 ? 'ambiguous' : meant[0];
}

/** Microsoft compares principal names, addresses and ids without regard to case. */
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
