import fc from 'fast-check';
import { SERVICES } from 'backstage-plugin-m365-licenses-common';
import { observedPlans, observedServices } from './servicePlans';

/** Service plans as Microsoft lists them. */
const PLAN = {
  exchangePlan2: 'efb87545-963c-4e0d-99df-69c6916d9eb0',
  exchangeKiosk: '4a82b400-a79f-41a4-b4e2-e94f5787b113',
  exchangeFoundation: '113feb6c-3fe4-4440-bddc-54d774bf0318',
  exchangeArchiving: '176a09a6-7ec5-4039-ac02-b2791c6ba793',
  apps: '43de0ff5-c92c-492b-9116-175376d08c38',
  appsForDevices: '3c994f28-87d5-4273-b07a-eb6190852599',
  teams: '57ff2da0-773e-42df-b2af-ffb7a2317929',
  teamsPremium: '0504111f-feb8-4a3c-992a-70280f9a2869',
  teamsPhone: '4828c8ec-dc2e-4779-b502-87ac9ce28ab7',
  sharePoint2: '5dbe027f-2339-4123-9542-606e4d348a72',
  sharePointKiosk: '902b47e5-dcb2-4fdc-858b-c63a90a2bdb9',
  oneDrive2: 'afcafa6a-d966-4462-918c-ec0b4e0fe642',
  oneDriveBasic: 'da792a53-cbc0-4184-a10d-e544dd34b3c1',
  skype2: '0feaeb32-d00e-4d66-bd5a-43b5b83db82c',
  yammer: '7547a3fe-08ee-4ccb-b430-5077c5041653',
  vivaEngageKnowledge: 'c244cc9e-622f-4576-92ea-82e233e44e36',
  vivaInsights: 'b622badb-1b45-48d5-920f-4b27a2c0996c',
  visio: '663a804f-1c30-4ff0-9915-9db84f0d1cea',
  projectClient: 'fafd7243-e5c1-4a3a-9e40-495efcb1d3c3',
  projectForOffice: '31b4e2fc-4cd6-4e7d-9c1b-41407303bd66',
  dynamicsSales: '2da8e897-7791-486b-b08f-cc63c8129df7',
};
const E3_PLANS = [
  PLAN.exchangePlan2,
  PLAN.apps,
  PLAN.teams,
  PLAN.sharePoint2,
  PLAN.skype2,
  PLAN.yammer,
  PLAN.projectForOffice,
];

describe('observedServices', () => {
  it.each([
    ['Microsoft 365 E3', E3_PLANS, SERVICES],
    [
      'Microsoft 365 F1, which has no mailbox',
      [PLAN.exchangeFoundation, PLAN.teams, PLAN.sharePointKiosk, PLAN.yammer],
      ['teams', 'oneDrive', 'sharePoint', 'yammer'],
    ],
    ['Exchange Online Kiosk', [PLAN.exchangeKiosk], ['exchange', 'outlook']],
    ['Microsoft 365 Apps', [PLAN.apps], ['outlook']],
    ['OneDrive for Business', [PLAN.oneDrive2], ['oneDrive']],
    ['SharePoint', [PLAN.sharePoint2], ['oneDrive', 'sharePoint']],
  ])('finds those of %s', (_name, plans, services) => {
    expect(observedServices(plans)).toEqual(services);
  });

  it.each([
    [
      'Exchange Foundation and archiving',
      ['exchangeFoundation', 'exchangeArchiving'],
    ],
    ['Teams Premium and Phone', ['teamsPremium', 'teamsPhone']],
    [
      'Visio with its OneDrive',
      ['visio', 'oneDriveBasic', 'exchangeFoundation'],
    ],
    ['Office for devices', ['appsForDevices']],
    ['Project with its SharePoint', ['projectClient', 'sharePoint2']],
    [
      'Dynamics 365 with its SharePoint and Teams',
      ['dynamicsSales', 'sharePoint2', 'teams'],
    ],
    ['Viva Suite', ['vivaInsights', 'vivaEngageKnowledge']],
  ] as const)('finds none of %s', (_name, plans) => {
    expect(observedServices(plans.map(plan => PLAN[plan]))).toEqual([]);
  });

  it('finds those of a suite whatever else is in it', () => {
    expect(observedServices([...E3_PLANS, PLAN.vivaInsights])).toEqual(
      SERVICES,
    );
  });

  it('does not care for case and order, and guesses nothing of unknown plans', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(E3_PLANS),
        fc.array(fc.uuid()),
        (plans, unknown) => {
          expect(
            observedServices([
              ...unknown,
              ...plans.map(id => id.toUpperCase()),
            ]),
          ).toEqual(observedServices([...plans].sort()));
          expect(observedServices(unknown)).toEqual([]);
        },
      ),
    );
  });

  it('depends on nothing but the plans that are observed', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.subarray(Object.values(PLAN)), (sku, plans) => {
        expect(observedServices(observedPlans(sku, plans))).toEqual(
          observedServices(plans),
        );
      }),
    );
  });
});

describe('observedPlans', () => {
  it('leaves out what is not observed', () => {
    expect(
      observedPlans('05e9a617-0261-4cee-bb44-138d3ef5d965', [
        PLAN.yammer.toUpperCase(),
        PLAN.exchangeFoundation,
        PLAN.teams,
      ]),
    ).toEqual([PLAN.teams, PLAN.yammer]);
  });

  it('has none of a product for rooms, whose Teams no person uses', () => {
    expect(
      observedPlans('4CDE982A-EDE4-4409-9AE6-B003453C8EA6', [
        PLAN.teams,
        PLAN.skype2,
      ]),
    ).toEqual([]);
  });
});
