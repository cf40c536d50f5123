import { TestDatabases } from '@backstage/backend-test-utils';
import {
  ASSIGNMENT_STATUSES,
  type AssignmentStatus,
} from 'backstage-plugin-m365-licenses-common';
import {
  type Account,
  PRODUCTS,
  SERVICE_PLANS,
  type Service,
  type ServicePlanName,
} from 'graph-simulator';
import { testEvaluation } from '../evaluation/__testUtils__/evaluation';
import { createWorld, type World } from './__testUtils__/world';
import { applicationAccess } from './applicationAccess';
import { applicationRoster } from './applicationRoster';
import { licenseInformation } from './licenseInformation';

jest.setTimeout(60_000);

/** What the plans of the suites in question stand for, told by hand and by name. */
const SERVICES_OF_PLANS: Partial<Record<ServicePlanName, Service[]>> = {
  EXCHANGE_S_ENTERPRISE: ['exchange', 'outlook'],
  EXCHANGE_S_STANDARD: ['exchange', 'outlook'],
  EXCHANGE_S_DESKLESS: ['exchange', 'outlook'],
  OFFICESUBSCRIPTION: ['outlook'],
  SHAREPOINTENTERPRISE: ['sharePoint', 'oneDrive'],
  SHAREPOINTDESKLESS: ['sharePoint', 'oneDrive'],
  SHAREPOINTSTANDARD: ['sharePoint', 'oneDrive'],
  TEAMS1: ['teams'],
  MCOSTANDARD: ['skypeForBusiness'],
  MCOIMP: ['skypeForBusiness'],
  YAMMER_ENTERPRISE: ['yammer'],
};
const PLAN_NAMES = new Map<string, string>(
  Object.entries(SERVICE_PLANS).map(([name, id]) => [id, name]),
);
const MEASURED = [PRODUCTS.SPE_E3, PRODUCTS.SPE_E5, PRODUCTS.SPE_F1];
const NOT_MEASURABLE = [PRODUCTS.VISIOCLIENT, PRODUCTS.POWER_BI_PRO];
const OUTLOOK = /^Outlook /;

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())(
  'The statuses of licenses on %p',
  databaseId => {
    let world: World;

    beforeAll(async () => {
      world = await createWorld(await databases.init(databaseId), {
        accounts: 400,
      });
      await world.run(licenseInformation);
      await world.run(applicationRoster);
      await world.run(applicationAccess);
      await testEvaluation(world.stores, world).evaluation.evaluate('contoso');
    });

    afterAll(async () => {
      await world?.stop();
    });

    const day = (daysAgo: number) =>
      new Date(Date.parse(world.threshold.today) - daysAgo * 86_400_000)
        .toISOString()
        .slice(0, 10);

    /** The last day on which the account used a service that the reports tell of. */
    const lastUse = (account: Account, service: Service) => {
      const isReported =
        service !== 'outlook' ||
        account.mailClients.some(client => OUTLOOK.test(client));
      return isReported ? account.activity[service] : undefined;
    };

    /** By one path, told from the account as the tenant has it. */
    const statusOf = (
      account: Account,
      product: (typeof MEASURED)[number],
      { disabledPlans, lastUpdatedDateTime }: Account['assignments'][number],
    ): AssignmentStatus => {
      const disabled = new Set(disabledPlans.map(id => PLAN_NAMES.get(id)));
      const days = product.plans
        .filter(plan => !disabled.has(plan))
        .flatMap(plan => SERVICES_OF_PLANS[plan] ?? [])
        .flatMap(service => lastUse(account, service) ?? []);
      const last = days.sort().at(-1);
      if (last) {
        return last >= day(60) ? 'active' : 'inactive';
      }
      return lastUpdatedDateTime.slice(0, 10) >= day(30)
        ? 'inGrace'
        : 'neverActive';
    };

    it('are what the accounts of the tenant say, product by product', async () => {
      const licenses = await world.stores.licenses.list('contoso');
      const found = (skuId: string) =>
        Object.fromEntries(
          licenses
            .find(license => license.skuId === skuId)
            ?.statuses.map(({ status, accounts }) => [status, accounts]) ?? [],
        );
      const none = Object.fromEntries(
        ASSIGNMENT_STATUSES.map(status => [status, 0]),
      );
      const better = ['active', 'inGrace', 'inactive', 'neverActive'];

      for (const product of MEASURED) {
        const truth: Record<string, number> = { ...none };
        for (const account of world.simulator.tenant.accounts) {
          const [best] = account.assignments
            .filter(({ skuId }) => skuId === product.skuId)
            .map(path => statusOf(account, product, path))
            .sort((a, b) => better.indexOf(a) - better.indexOf(b));
          if (best) {
            truth[best] += 1;
          }
        }
        expect({ [product.skuPartNumber]: found(product.skuId) }).toEqual({
          [product.skuPartNumber]: truth,
        });
        expect(truth.active).toBeGreaterThan(0);
      }
      for (const { skuId, skuPartNumber } of NOT_MEASURABLE) {
        const holders = world.simulator.tenant.accounts.filter(account =>
          account.assignments.some(path => path.skuId === skuId),
        );
        expect({ [skuPartNumber]: found(skuId) }).toEqual({
          [skuPartNumber]: { ...none, notMeasurable: holders.length },
        });
      }
    });

    it('find the same accounts as they count', async () => {
      for (const { skuId } of MEASURED) {
        for (const { status, accounts } of (
          await world.stores.licenses.list('contoso')
        ).find(license => license.skuId === skuId)?.statuses ?? []) {
          const { totalItems } = await world.stores.accounts.list('contoso', {
            ...world.threshold,
            skuId,
            licenseStatus: status,
            deleted: false,
            sort: 'displayName',
            order: 'asc',
            limit: 1,
          });
          expect({ skuId, status, totalItems }).toEqual({
            skuId,
            status,
            totalItems: accounts,
          });
        }
      }
    });
  },
);
