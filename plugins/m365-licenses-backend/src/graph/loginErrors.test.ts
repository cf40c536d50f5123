import { Simulator, startSimulator } from 'graph-simulator';
import { configOf } from './__testUtils__/tenant';
import { createTokenProvider } from './credentials';
import { errorOfAuthorization } from './loginErrors';

describe('errors of Microsoft Entra ID', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: 20 });
  });

  afterAll(async () => {
    await simulator.stop();
  });

  it.each([
    [90002, /tenant is unknown/, /tenantId/],
    [700016, /application is unknown/, /clientId/],
    [7000112, /application is disabled/, /Enterprise applications/],
    [7000215, /client secret is wrong/, /not its id/],
    [7000222, /client secret has expired/, /Create a new client secret/],
    [700027, /certificate is not one of this/, /Upload/],
    [7000216, /did not prove/, /Configure a client secret/],
    [7000218, /did not prove/, /Configure a client secret/],
    [700024, /clock is wrong/, /NTP/],
    [700211, /has this issuer/, /Federated credentials/],
    [700212, /has this audience/, /api:\/\/AzureADTokenExchange/],
    [700213, /has this subject/, /principal/],
    [50173, /revoked: the password changed/, /Press Authorize/],
    [50076, /multi-factor/, /Press Authorize/],
    [50079, /multi-factor/, /Press Authorize/],
    [53003, /Conditional Access/, /Sign-in logs/],
    [65001, /nobody consented/, /Grant admin consent/],
    [65004, /consent was denied/, /accept/],
    [50034, /not an account of this tenant/, /tenantId/],
    [50057, /account that signed in is disabled/, /Enable the account/],
    [70008, /sign-in has expired/, /Press Authorize/],
    [700082, /sign-in has expired/, /Press Authorize/],
    [70043, /reached the age/, /sign-in frequency/],
    [9002313, /cannot read the request/, /spaces/],
    [54005, /was used before/, /Press Authorize/],
    [50011, /redirect URI/, /m365-licenses\/connections/],
    [500113, /redirect URI/, /m365-licenses\/connections/],
    [1003031, /permissions that do not exist/, /API permissions/],
  ])(
    'AADSTS%i is said in words, with what mends it',
    async (number, means, mend) => {
      simulator.faults.refuseTokens = { number };
      const tokens = createTokenProvider(configOf(simulator));
      const error = await tokens.token({ fresh: false }).catch(e => e);
      expect(error).toMatchObject({
        kind: 'credential',
        code: `AADSTS${number}`,
        message: expect.stringMatching(means),
        mend: expect.stringMatching(mend),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(error.message).toContain(`Microsoft says "AADSTS${number}: `);
      expect(error.message).toContain(`(request-id ${error.requestId})`);
      expect(error.message).not.toMatch(/Correlation|Timestamp/);
    },
  );

  it('explains the special number where a general one comes first', async () => {
    simulator.faults.refuseTokens = {
      number: 70002,
      message: 'Error validating credentials. AADSTS54005: Already redeemed.',
    };
    const tokens = createTokenProvider(configOf(simulator));
    await expect(tokens.token({ fresh: false })).rejects.toMatchObject({
      code: 'AADSTS54005',
    });
  });

  it('explains what Microsoft sends back in place of a code', () => {
    const config = configOf(simulator);
    expect(
      errorOfAuthorization(config, {
        error: 'access_denied',
        errorDescription:
          'AADSTS65004: User declined. Trace ID: 1a2b Correlation ID: 3c Timestamp: 2026-11-23 08:00:00Z',
      }),
    ).toMatchObject({
      kind: 'credential',
      code: 'AADSTS65004',
      requestId: '1a2b',
      graphMessage: 'AADSTS65004: User declined.',
      message: expect.stringContaining('consent was denied'),
    });
    expect(
      errorOfAuthorization(config, { error: 'access_denied' }),
    ).toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('consent was denied'),
    });
    expect(
      errorOfAuthorization(config, { error: 'temporarily_unavailable' }),
    ).toMatchObject({ kind: 'throttled' });
  });
});
