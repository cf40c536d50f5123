import { resolve } from 'path';
import Ajv, { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { createGenerator } from 'ts-json-schema-generator';
import { GraphClient } from './__testUtils__/GraphClient';
import { CAST, LICENSE_GROUPS, Simulator, startSimulator } from './index';

const ROSTER =
  'id,userPrincipalName,mail,displayName,accountEnabled,assignedLicenses,licenseAssignmentStates';

describe('Microsoft Graph', () => {
  let simulator: Simulator;
  let client: GraphClient;

  beforeAll(async () => {
    simulator = await startSimulator({
      accounts: 1200,
      now: new Date('2026-10-01'),
    });
    client = new GraphClient(simulator);
  });
  afterEach(() => {
    simulator.faults.clear();
    simulator.requests.reset();
  });
  afterAll(() => simulator.stop());

  describe('/users', () => {
    it('gives 100 accounts with the default properties when nothing is asked for', async () => {
      const page = await client.get('/users');
      expect(page.value).toHaveLength(100);
      expect(Object.keys(page.value[0]).sort()).toEqual([
        'businessPhones',
        'displayName',
        'givenName',
        'id',
        'jobTitle',
        'mail',
        'mobilePhone',
        'officeLocation',
        'preferredLanguage',
        'surname',
        'userPrincipalName',
      ]);
    });

    it('pages through everyone once with a link that repeats the query', async () => {
      const first = await client.get('/users?$select=id,mail&$top=999');
      expect(first['@odata.nextLink']).toMatch(
        `${simulator.url}/v1.0/users?$select=id,mail&$top=999&$skiptoken=`,
      );
      const users = await client.users('$select=id&$top=70');
      expect(users.map(({ id }) => id)).toEqual(
        simulator.tenant.accounts.map(({ id }) => id),
      );
    });

    it.each([
      ['$top=1000', "Invalid page size specified: '1000'"],
      ['$top=0', "Invalid page size specified: '0'"],
      ['$top=501&$select=id,signInActivity', 'Must be between 1 and 500'],
      ['$skip=10', "'$skip' is not supported"],
    ])('refuses %s', async (query, message) => {
      const [status, code, text] = await client.refusal(`/users?${query}`);
      expect([status, code]).toEqual([400, 'Request_UnsupportedQuery']);
      expect(text).toContain(message);
    });

    it('takes 500 with sign-in activity, absent for who never signed in', async () => {
      const users = await client.users('$select=id,signInActivity&$top=500');
      const without = users.filter(user => !('signInActivity' in user));
      expect(without).toHaveLength(simulator.tenant.truth.neverSignedIn);
      expect(without.length).toBeGreaterThan(0);
    });

    it('refuses a property users do not have and a page token of its own making', async () => {
      expect(await client.refusal('/users?$select=shoeSize')).toEqual([
        400,
        'BadRequest',
        expect.stringContaining("'shoeSize'"),
      ]);
      expect(await client.refusal('/users?$skiptoken=abc')).toEqual([
        400,
        'Request_BadRequest',
        expect.any(String),
      ]);
    });

    it('counts on the first page, only when consistency is eventual', async () => {
      const eventual = { headers: { ConsistencyLevel: 'eventual' } };
      const path = '/users?$count=true&$select=id&$top=999';
      const first = await (await client.fetch(path, eventual)).json();
      expect(first['@odata.count']).toBe(1200);
      const second = await (
        await client.fetch(first['@odata.nextLink'], eventual)
      ).json();
      expect(second).not.toHaveProperty(['@odata.count']);
      expect(await client.get(path)).not.toHaveProperty(['@odata.count']);
      const count = await client.fetch('/users/$count', eventual);
      expect(await count.text()).toBe('1200');
    });

    it('finds one by id or principal name, guests included', async () => {
      const guest = simulator.tenant.accounts.find(
        ({ userType }) => userType === 'Guest',
      );
      const name = guest?.userPrincipalName ?? '';
      expect(name).toContain('#EXT#');
      const found = await client.get(
        `/users/${encodeURIComponent(name)}?$select=id,userType`,
      );
      expect(found).toMatchObject({ id: guest?.id, userType: 'Guest' });
      expect(await client.refusal('/users/nobody@contoso.example')).toEqual([
        404,
        'Request_ResourceNotFound',
        expect.any(String),
      ]);
    });

    it('shows a SKU held directly and by group as two states and one license', async () => {
      const user = await client.get(
        '/users/ingrid.solberg@contoso.example?$select=assignedLicenses,licenseAssignmentStates',
      );
      expect(user.assignedLicenses).toHaveLength(1);
      expect(user.licenseAssignmentStates).toEqual([
        expect.objectContaining({ assignedByGroup: null }),
        expect.objectContaining({
          assignedByGroup: LICENSE_GROUPS.finance.id,
        }),
      ]);
    });

    it('keeps its place when accounts come and go during a listing', async () => {
      const own = await startSimulator({ accounts: 60 });
      try {
        const reader = new GraphClient(own);
        const first = await reader.get('/users?$select=id&$top=20');
        own.tenant.remove(own.tenant.accounts[3].id);
        const last = own.tenant.add({ userPrincipalName: 'z@contoso.example' });
        const rest: string[] = [];
        let next = first['@odata.nextLink'];
        while (next) {
          const page = await reader.get(next);
          rest.push(...page.value.map(({ id }) => id));
          next = page['@odata.nextLink'];
        }
        expect(rest).toEqual(own.tenant.accounts.slice(19).map(({ id }) => id));
        expect(rest).toContain(last.id);
      } finally {
        await own.stop();
      }
    });

    it('shows a change on a page that was rendered before', async () => {
      const { id } = simulator.tenant.accounts[40];
      const enabled = async () => {
        const users = await client.users('$select=id,accountEnabled&$top=999');
        return users.find(user => user.id === id);
      };
      expect(await enabled()).toMatchObject({ accountEnabled: true });
      simulator.tenant.disable(id);
      expect(await enabled()).toMatchObject({ accountEnabled: false });
      simulator.tenant.enable(id);
      expect(await enabled()).toMatchObject({ accountEnabled: true });
    });

    it('serves what the truth counts', async () => {
      const { truth } = simulator.tenant;
      const users = await client.users(`$select=${ROSTER}&$top=999`);
      for (const [skuId, sku] of Object.entries(truth.skus)) {
        const holders = users.filter(user =>
          user.assignedLicenses.some(license => license.skuId === skuId),
        );
        expect(holders).toHaveLength(sku.assigned);
      }
    });
  });

  describe('permissions', () => {
    it.each([
      ['/users', 'User.Read.All'],
      ['/users/robin.sommer@contoso.example', 'User.Read.All'],
      ['/users?$select=signInActivity', 'AuditLog.Read.All'],
      ['/directory/subscriptions', 'Organization.Read.All'],
      [`/groups/${LICENSE_GROUPS.finance.id}`, 'GroupMember.Read.All'],
      [
        "/reports/getOffice365ActiveUserDetail(period='D7')",
        'Reports.Read.All',
      ],
    ])('%s needs %s', async (path, role) => {
      expect((await client.fetch(path)).status).toBeLessThan(400);
      simulator.faults.denyRole(role);
      expect(await client.refusal(path)).toEqual([
        403,
        'Authorization_RequestDenied',
        'Insufficient privileges to complete the operation.',
      ]);
    });

    it('takes a broader permission in place of the least', async () => {
      const own = await startSimulator({
        accounts: 20,
        roles: ['Directory.Read.All'],
      });
      try {
        const reader = new GraphClient(own);
        for (const path of [
          '/users',
          '/subscribedSkus',
          '/directory/subscriptions',
          '/organization',
        ]) {
          expect((await reader.fetch(path)).status).toBe(200);
        }
        expect((await reader.refusal('/admin/reportSettings'))[0]).toBe(403);
      } finally {
        await own.stop();
      }
    });

    it('refuses the report settings in a form of their own', async () => {
      simulator.faults.denyRole('ReportSettings.Read.All');
      const [status, code, message] = await client.refusal(
        '/admin/reportSettings',
      );
      expect([status, code]).toEqual([403, 'UnknownError']);
      expect(JSON.parse(message).error.code).toBe('S2SUnauthorized');
    });

    it('fails the whole listing where sign-in activity needs a premium tenant', async () => {
      simulator.faults.nonPremium = true;
      expect(
        (await client.refusal('/users?$select=id,signInActivity')).slice(0, 2),
      ).toEqual([403, 'Authentication_RequestFromNonPremiumTenantOrB2CTenant']);
      expect((await client.fetch('/users?$select=id')).status).toBe(200);
    });
  });

  it('ties errors to requests by ids, the client’s own among them', async () => {
    const response = await client.fetch('/users/nobody', {
      headers: { 'client-request-id': 'a0000000-0000-4000-a000-000000000001' },
    });
    const { error } = await response.json();
    expect(error.innerError).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      'request-id': response.headers.get('request-id'),
      'client-request-id': 'a0000000-0000-4000-a000-000000000001',
    });
  });

  it('tells what a request of the directory costs', async () => {
    const unit = async (path: string) =>
      (await client.fetch(path)).headers.get('x-ms-resource-unit');
    expect(await unit('/users')).toBe('2');
    expect(await unit('/users?$select=id')).toBe('1');
  });

  it('has one SKU with two subscriptions, a trial, and seats that match', async () => {
    const skus = await client.get('/subscribedSkus');
    const subscriptions = await client.get('/directory/subscriptions');
    const byPart = new Map(
      simulator.tenant.skus.map(s => [s.skuPartNumber, s]),
    );
    expect(byPart.get('SPE_E3')?.subscriptionIds).toHaveLength(2);
    expect(skus.value).toHaveLength(byPart.size);
    expect(subscriptions.value).toHaveLength(byPart.size + 1);
    expect(simulator.tenant.subscriptions.some(s => s.isTrial)).toBe(true);
    const { truth } = simulator.tenant;
    for (const sku of simulator.tenant.skus) {
      expect(sku.consumedUnits).toBe(truth.skus[sku.skuId].assigned);
    }
    const over = byPart.get('POWER_BI_PRO');
    expect(over?.consumedUnits).toBeGreaterThan(
      over?.prepaidUnits.enabled ?? Infinity,
    );
  });

  it('knows nothing else', async () => {
    expect((await client.refusal('/teams')).slice(0, 2)).toEqual([
      404,
      'BadRequest',
    ]);
    expect(await client.refusal('/groups/none')).toEqual([
      404,
      'Request_ResourceNotFound',
      expect.any(String),
    ]);
  });

  describe('as Microsoft’s own types describe it', () => {
    const checks = new Map<string, ValidateFunction>();
    const errors = (type: string, item: unknown) => {
      const check = checks.get(type);
      return check?.(item) ? [] : check?.errors;
    };

    beforeAll(() => {
      const schema = createGenerator({
        path: resolve(__dirname, '__testUtils__/answers.ts'),
        type: 'Answers',
        skipTypeCheck: true,
        additionalProperties: false,
        encodeRefs: false,
      }).createSchema('Answers');
      const ajv = addFormats(new Ajv({ strict: false }));
      ajv.addSchema(schema, 'graph');
      for (const type of [
        'AdminReportSettings',
        'CompanySubscription',
        'Group',
        'Organization',
        'SubscribedSku',
        'User',
      ]) {
        checks.set(type, ajv.compile({ $ref: `graph#/definitions/${type}` }));
      }
    }, 60_000);

    it('notices what the types do not have', () => {
      expect(errors('User', { id: 'x', displayName: 5 })).toHaveLength(1);
      expect(errors('User', { id: 'x', shoeSize: 42 })).toHaveLength(1);
    });

    it.each([
      [
        'User',
        `/users?$top=500&$select=${ROSTER},signInActivity,userType,createdDateTime,department,usageLocation`,
      ],
      ['User', '/users?$top=300'],
      ['SubscribedSku', '/subscribedSkus'],
      ['CompanySubscription', '/directory/subscriptions'],
      ['Organization', '/organization'],
    ])('every %s of %s', async (type, path) => {
      const { value } = await client.get(path);
      expect(value.length).toBeGreaterThan(0);
      for (const item of value) {
        expect(errors(type, item)).toEqual([]);
      }
    });

    it.each([
      ['Group', `/groups/${LICENSE_GROUPS.leadership.id}`],
      [
        'Group',
        `/groups/${LICENSE_GROUPS.finance.id}?$select=id,displayName,groupTypes,membershipRule,onPremisesSyncEnabled,assignedLicenses`,
      ],
      ['AdminReportSettings', '/admin/reportSettings'],
      ['User', `/users/${CAST[0].id}`],
    ])('the %s of %s', async (type, path) => {
      const { '@odata.context': context, ...item } = await client.get(path);
      expect(context).toContain('$metadata');
      expect(errors(type, item)).toEqual([]);
    });
  });
});
