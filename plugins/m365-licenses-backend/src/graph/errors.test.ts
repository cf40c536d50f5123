import { errorOfAnswer, Grantee, withoutTokens } from './errors';

const answer = (status: number, body: object) =>
  Response.json(body, { status });

describe('errorOfAnswer', () => {
  it.each<[Grantee, string | undefined, string]>([
    [
      'application',
      'Reports Reader',
      'Grant the application permission Reports.Read.All to the app registration in Microsoft Entra ID, with admin consent.',
    ],
    [
      'managedIdentity',
      'Reports Reader',
      "Grant the application permission Reports.Read.All to the managed identity, which needs PowerShell (New-MgServicePrincipalAppRoleAssignment) or the Azure CLI; it can take a day until Azure puts it into the identity's tokens.",
    ],
    [
      'person',
      undefined,
      'Grant the delegated permission Reports.Read.All to the app registration in Microsoft Entra ID, with admin consent, then press Authorize on the Connections tab.',
    ],
    [
      'person',
      'Reports Reader',
      'Grant the delegated permission Reports.Read.All to the app registration in Microsoft Entra ID, with admin consent, then press Authorize on the Connections tab; who signs in there needs the directory role Reports Reader as well.',
    ],
  ])('says what to grant to %s (role %s)', async (grantee, role, mend) => {
    const error = await errorOfAnswer(
      { what: 'Reading', permission: 'Reports.Read.All', role, grantee },
      answer(403, { error: { code: 'Authorization_RequestDenied' } }),
    );
    expect(error).toMatchObject({ kind: 'permission', mend });
  });
});

describe('withoutTokens', () => {
  it.each([
    ['a bearer token', 'Bearer abc.def-ghi'],
    ['a JWT', 'eyJhbGciOiJQUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl'],
    ['a code', '0.AXkAq1-x_yz0123456789.AgABBBAAAA-wxyz'],
    ['a refresh token', '1.AXkAq1-x_yz0123456789.AgABBBAAAA-wxyz'],
  ])('takes out %s', (_what, secret) => {
    const cleaned = withoutTokens(`Refused '${secret}', see version 1.5`);
    expect(cleaned).toContain('left out)');
    expect(cleaned).toContain(', see version 1.5');
    expect(cleaned).not.toContain(secret.slice(-8));
  });
});
