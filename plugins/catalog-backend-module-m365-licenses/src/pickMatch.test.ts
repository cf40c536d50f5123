import type { AccountMatch } from 'backstage-plugin-m365-licenses-common';
import { pickMatch } from './pickMatch';

function match(overrides: Partial<AccountMatch>): AccountMatch {
  return {
    tenant: 'contoso',
    tenantId: 'contoso-id',
    userId: 'maya-id',
    userPrincipalName: 'maya@contoso.com',
    email: 'maya@contoso.com',
    ...overrides,
  };
}

const byEmail = { value: 'maya@contoso.com', by: 'email' } as const;

describe('pickMatch', () => {
  it('takes the only account', () => {
    expect(pickMatch([match({})], byEmail)).toMatchObject({
      userId: 'maya-id',
    });
    expect(pickMatch([], byEmail)).toBeUndefined();
  });

  it('prefers the account with this user principal name to one with the email', () => {
    const shared = match({
      userId: 'shared-id',
      userPrincipalName: 'frontdesk@contoso.com',
    });
    expect(
      pickMatch([shared, match({ userPrincipalName: 'Maya@Contoso.com' })], {
        ...byEmail,
      }),
    ).toMatchObject({ userId: 'maya-id' });
  });

  it('does not choose between accounts that fit equally', () => {
    const twin = match({ userId: 'twin-id', tenantId: 'fabrikam-id' });
    expect(pickMatch([match({}), twin], byEmail)).toBe('ambiguous');
  });

  it('looks only in the tenant that the entity names', () => {
    const twin = match({ userId: 'twin-id', tenantId: 'fabrikam-id' });
    expect(
      pickMatch([match({}), twin], { ...byEmail, tenantId: 'FABRIKAM-ID' }),
    ).toMatchObject({ userId: 'twin-id' });
    expect(
      pickMatch([match({})], { ...byEmail, tenantId: 'fabrikam-id' }),
    ).toBeUndefined();
  });
});
