import { GraphClient } from './__testUtils__/GraphClient';
import { PRODUCTS, SERVICE_PLANS, Simulator, startSimulator } from './index';

const {
  SPE_E3,
  SPE_E5,
  VISIOCLIENT,
  PROJECTPROFESSIONAL,
  POWER_BI_PRO,
  MCOEV,
} = PRODUCTS;
const TOMAS = 'tomas.novak@contoso.example';
const LEAVER = 'viktor.lange@contoso.example';

describe('assignLicense', () => {
  let simulator: Simulator;
  let client: GraphClient;

  beforeEach(async () => {
    simulator = await startSimulator({ accounts: 200 });
    client = new GraphClient(simulator);
  });
  afterEach(() => simulator.stop());

  const add = (skuId: string, disabledPlans: string[] = []) => ({
    addLicenses: [{ skuId, disabledPlans }],
    removeLicenses: [],
  });
  const remove = (...skuIds: string[]) => ({
    addLicenses: [],
    removeLicenses: skuIds,
  });
  const refusal = async (user: string, payload: unknown) => {
    const response = await client.assignLicense(user, payload);
    const { error } = await response.json();
    return [response.status, error.code, error.message];
  };

  it('removes licenses for good: from the account, its states and the seats', async () => {
    const seats = simulator.tenant.sku('SPE_E5').consumedUnits;
    const path = `/users/${LEAVER}?$select=id,assignedLicenses,licenseAssignmentStates`;
    // Rendered before, so that a kept page would show.
    expect((await client.get(path)).assignedLicenses).toHaveLength(4);
    const response = await client.assignLicense(
      LEAVER,
      remove(SPE_E5.skuId, POWER_BI_PRO.skuId),
    );
    expect(response.status).toBe(200);
    const after = await client.get(path);
    expect(after.assignedLicenses).toEqual([
      { skuId: VISIOCLIENT.skuId, disabledPlans: [] },
      { skuId: PROJECTPROFESSIONAL.skuId, disabledPlans: [] },
    ]);
    expect(after.licenseAssignmentStates).toHaveLength(2);
    expect(simulator.tenant.sku('SPE_E5').consumedUnits).toBe(seats - 1);
    const { id } = simulator.tenant.get(LEAVER);
    expect(simulator.requests.removals(id, SPE_E5.skuId)).toBe(1);
    expect(simulator.requests.assignLicenseCalls).toBe(1);
  });

  it('leaves what a group grants when the direct one goes', async () => {
    const user = 'ingrid.solberg@contoso.example';
    expect(
      (await client.assignLicense(user, remove(SPE_E3.skuId))).status,
    ).toBe(200);
    expect(simulator.tenant.get(user).assignments).toEqual([
      expect.objectContaining({ assignedByGroup: expect.any(String) }),
    ]);
    expect(await refusal(user, remove(SPE_E3.skuId))).toEqual([
      400,
      'Request_BadRequest',
      'User license is inherited from a group membership and it cannot be removed directly from the user.',
    ]);
  });

  it('adds with service plans off, and changes them without another seat', async () => {
    const seats = () => simulator.tenant.sku('SPE_E5').consumedUnits;
    const before = seats();
    const off = SERVICE_PLANS.YAMMER_ENTERPRISE;
    await client.assignLicense(
      'samuel.adeyemi@contoso.example',
      add(SPE_E5.skuId, [off]),
    );
    await client.assignLicense(
      'samuel.adeyemi@contoso.example',
      add(SPE_E5.skuId),
    );
    expect(seats()).toBe(before + 1);
    expect(
      simulator.tenant.get('samuel.adeyemi@contoso.example').assignments.at(-1),
    ).toMatchObject({ skuId: SPE_E5.skuId, disabledPlans: [] });
  });

  it.each([
    [
      'a missing key',
      TOMAS,
      { removeLicenses: [] },
      "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: addLicenses.",
    ],
    [
      'a license not held',
      TOMAS,
      remove(MCOEV.skuId),
      'User does not have a corresponding license.',
    ],
    [
      'a license from a group',
      'clara.hoffmann@contoso.example',
      remove(SPE_E3.skuId),
      'User license is inherited from a group membership and it cannot be removed directly from the user.',
    ],
    [
      'a SKU the tenant does not have',
      TOMAS,
      remove('00000000-1111-4222-a333-444444444444'),
      'License 00000000-1111-4222-a333-444444444444 does not correspond to a valid company License.',
    ],
    [
      'no usage location',
      'breakglass1@contoso.example',
      add(SPE_E5.skuId),
      'License assignment cannot be done for user with invalid usage location.',
    ],
    [
      'no seat',
      TOMAS,
      add(VISIOCLIENT.skuId),
      `Subscription with SKU ${VISIOCLIENT.skuId} does not have any available licenses.`,
    ],
    [
      'a service plan that misses another',
      'lucas.moreau@contoso.example',
      {
        addLicenses: [
          {
            skuId: PROJECTPROFESSIONAL.skuId,
            disabledPlans: [SERVICE_PLANS.SHAREPOINTENTERPRISE],
          },
        ],
        removeLicenses: [SPE_E3.skuId],
      },
      `License assignment failed because service plan ${SERVICE_PLANS.SHAREPOINT_PROJECT} depends on the service plan(s) ${SERVICE_PLANS.SHAREPOINTENTERPRISE}`,
    ],
    [
      'service plans that exclude each other',
      TOMAS,
      add(PRODUCTS.EXCHANGESTANDARD.skuId),
      `License assignment failed because service plans ${SERVICE_PLANS.EXCHANGE_S_ENTERPRISE},${SERVICE_PLANS.EXCHANGE_S_STANDARD} are mutually exclusive`,
    ],
  ])(
    'refuses %s and changes nothing',
    async (_case, user, payload, message) => {
      const before = simulator.tenant.get(user).assignments;
      expect(await refusal(user, payload)).toEqual([
        400,
        'Request_BadRequest',
        message,
      ]);
      expect(simulator.tenant.get(user).assignments).toEqual(before);
    },
  );

  it('does all of a call or nothing', async () => {
    const user = 'daniel.okafor@contoso.example';
    const [status] = await refusal(
      user,
      remove(POWER_BI_PRO.skuId, SPE_E3.skuId),
    );
    expect(status).toBe(400);
    expect(simulator.tenant.get(user).assignments).toHaveLength(2);
    const { id } = simulator.tenant.get(user);
    expect(simulator.requests.removals(id, POWER_BI_PRO.skuId)).toBe(0);
  });

  it('refuses unknown users, missing permission and unreadable payloads', async () => {
    expect((await refusal('nobody', remove(SPE_E3.skuId))).slice(0, 2)).toEqual(
      [404, 'Request_ResourceNotFound'],
    );
    const broken = await client.fetch(`/users/${TOMAS}/assignLicense`, {
      ...GraphClient.json({}),
      body: '{',
    });
    expect(broken.status).toBe(400);
    simulator.faults.denyRole('LicenseAssignment.ReadWrite.All');
    expect((await refusal(TOMAS, remove(SPE_E3.skuId))).slice(0, 2)).toEqual([
      403,
      'Authorization_RequestDenied',
    ]);
  });

  it('lets one write to an account at a time', async () => {
    const slow = await startSimulator({ accounts: 20, latencyMs: 200 });
    try {
      const writer = new GraphClient(slow);
      await writer.signIn();
      const answers = await Promise.all([
        writer.assignLicense(TOMAS, remove(SPE_E3.skuId)),
        writer.assignLicense(TOMAS, remove(SPE_E5.skuId)),
      ]);
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, 409]);
      const refused = answers.find(({ status }) => status === 409);
      expect(refused?.headers.get('retry-after')).toBe('1');
      expect((await refused?.json()).error.code).toBe(
        'Directory_ConcurrencyViolation',
      );
    } finally {
      await slow.stop();
    }
  });

  it('shows a change late when told so', async () => {
    simulator.faults.licenseChangesVisibleAfter = Infinity;
    const shown = async () => {
      const user = await client.get(`/users/${TOMAS}?$select=assignedLicenses`);
      const all = await client.users('$select=id,assignedLicenses&$top=999');
      const listed = all.find(
        ({ id }) => id === simulator.tenant.get(TOMAS).id,
      );
      expect(listed?.assignedLicenses).toEqual(user.assignedLicenses);
      return listed?.assignedLicenses.length;
    };
    expect(await shown()).toBe(2);
    await client.assignLicense(TOMAS, remove(SPE_E3.skuId));
    expect(await shown()).toBe(2);
    simulator.showLicenseChanges();
    expect(await shown()).toBe(1);
  });
});
