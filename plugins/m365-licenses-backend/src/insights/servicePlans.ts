import { SERVICES, type Service } from 'backstage-plugin-m365-licenses-common';

/**
 * Which of the seven services a service plan lets a person use, by its id, as
 * Microsoft lists ids and names under "Product names and service plan
 * identifiers for licensing". What is not listed is not observed: plans that
 * only sound alike (Exchange Foundation, archiving, Teams Premium, Teams Phone,
 * the OneDrive that Visio and Teams bring along, Office for devices) say
 * nothing of the use of a service.
 */
const OBSERVED_PLANS: readonly {
  services: readonly Service[];
  plans: Readonly<Record<string, string>>;
}[] = [
  {
    // A mailbox. Outlook as well: on the web and the phone it comes with the mailbox.
    services: ['exchange', 'outlook'],
    plans: {
      'efb87545-963c-4e0d-99df-69c6916d9eb0': 'EXCHANGE_S_ENTERPRISE',
      '8c3069c0-ccdb-44be-ab77-986203a67df2': 'EXCHANGE_S_ENTERPRISE_GOV',
      '9aaf7827-d63c-4b61-89c3-182f06f82e5c': 'EXCHANGE_S_STANDARD',
      'e9b4930a-925f-45e2-ac2a-3f7788ca6fdd': 'EXCHANGE_S_STANDARD_GOV',
      'fc52cc4b-ed7d-472d-bbe7-b081c23ecc56': 'EXCHANGE_S_STANDARD_MIDMARKET',
      '4a82b400-a79f-41a4-b4e2-e94f5787b113': 'EXCHANGE_S_DESKLESS',
      '88f4d7ef-a73b-4246-8047-516022144c9f': 'EXCHANGE_S_DESKLESS_GOV',
      '1126bef5-da20-4f07-b45e-ad25d2581aa8': 'EXCHANGE_S_ESSENTIALS',
      'd42bdbd6-c335-4231-ab3d-c8f348d5aff5': 'EXCHANGE_L_STANDARD',
      '90927877-dcff-4af6-b346-2332c0b15bb7': 'EXCHANGE_B_STANDARD',
    },
  },
  {
    // The desktop applications of Office, of which only Outlook is observed.
    services: ['outlook'],
    plans: {
      '43de0ff5-c92c-492b-9116-175376d08c38': 'OFFICESUBSCRIPTION',
      'de9234ff-6483-44d9-b15e-dca72fdd27af': 'OFFICESUBSCRIPTION_GOV',
      '094e7854-93fc-4d55-b2c0-3ab5369ebdc1': 'OFFICE_BUSINESS',
      '8ca59559-e2ca-470b-b7dd-afd8c0dee963':
        'OFFICE_PRO_PLUS_SUBSCRIPTION_SMBIZ',
    },
  },
  {
    services: ['teams'],
    plans: {
      '57ff2da0-773e-42df-b2af-ffb7a2317929': 'TEAMS1',
      '304767db-7d23-49e8-a945-4a7eb65f9f28': 'TEAMS_GOV',
      'fd500458-c24c-478e-856c-a6067a8376cd': 'TEAMS_AR_DOD',
      '9953b155-8aef-4c56-92f3-72b0487fce41': 'TEAMS_AR_GCCHIGH',
      '42a3ec34-28ba-46b6-992f-db53a675ac5b': 'MCO_TEAMS_IW',
      'a42de799-58ae-4e6a-aa1d-948e7abec726': 'TEAMS_DESKLESS',
      '4fa4026d-ce74-4962-a151-8e96d57ea8e4': 'TEAMS_FREE',
      'f4f2f6de-6830-442b-a433-e92249faebe2': 'TeamsEss',
    },
  },
  {
    // SharePoint plans include OneDrive.
    services: ['sharePoint', 'oneDrive'],
    plans: {
      '5dbe027f-2339-4123-9542-606e4d348a72': 'SHAREPOINTENTERPRISE',
      '63038b2c-28d0-45f6-bc36-33062963b498': 'SHAREPOINTENTERPRISE_EDU',
      '153f85dd-d912-4762-af6c-d6e0fb4f6692': 'SHAREPOINTENTERPRISE_GOV',
      '6b5b6a67-fc72-4a1f-a2b5-beecf05de761': 'SHAREPOINTENTERPRISE_MIDMARKET',
      'c7699d2e-19aa-44de-8edf-1736da088ca1': 'SHAREPOINTSTANDARD',
      '0a4983bb-d3e5-4a09-95d8-b2d0127b3df5': 'SHAREPOINTSTANDARD_EDU',
      'f9c43823-deb4-46a8-aa65-8b551f0c4f8a': 'SharePoint Plan 1G',
      '902b47e5-dcb2-4fdc-858b-c63a90a2bdb9': 'SHAREPOINTDESKLESS',
      'b1aeb897-3a19-46e2-8c27-a609413cf193': 'SHAREPOINTDESKLESS_GOV',
      'a361d6e2-509e-4e25-a8ad-950060064ef4': 'SHAREPOINT_S_DEVELOPER',
      'a1f3d0a8-84c0-4ae0-bae4-685917b8ab48': 'SHAREPOINTLITE',
    },
  },
  {
    services: ['oneDrive'],
    plans: {
      '13696edf-5a08-49f6-8134-03083ed8ba30': 'ONEDRIVESTANDARD',
      'afcafa6a-d966-4462-918c-ec0b4e0fe642': 'ONEDRIVEENTERPRISE',
      'b4ac11a0-32ff-4e78-982d-e039fa803dec': 'ONEDRIVELITE_IW',
    },
  },
  {
    services: ['skypeForBusiness'],
    plans: {
      '0feaeb32-d00e-4d66-bd5a-43b5b83db82c': 'MCOSTANDARD',
      'a31ef4a2-f787-435e-8335-e47eb0cafc94': 'MCOSTANDARD_GOV',
      'b2669e95-76ef-4e7e-a367-002f60a39f3e': 'MCOSTANDARD_MIDMARKET',
      'afc06cb0-b4f4-4473-8286-d644f70d8faf': 'MCOIMP',
      '8a9f17f1-5872-44e8-9b11-3caade9dc90f': 'MCOIMP_GOV',
      '70710b6b-3ab4-4a38-9f6d-9f169461650a': 'MCOLITE',
      '27216c54-caf8-4d0d-97e2-517afb5c08f6': 'MCOVOICECONF',
      '448898aa-3ae7-478c-b49a-1fac7a8a35cf': 'MCOBASIC',
    },
  },
  {
    services: ['yammer'],
    plans: {
      '7547a3fe-08ee-4ccb-b430-5077c5041653': 'YAMMER_ENTERPRISE',
      '2078e8df-cff6-4290-98cb-5408261a760a': 'YAMMER_EDU',
      '41bf139a-4e60-409f-9346-a1361efc6dfb': 'YAMMER_MIDSIZE',
      '6db7aeea-6c4a-475d-bbb0-7338bc73d646': 'YAMMER_BASIC',
      'a82fbf69-b4d7-49f4-83a6-915b2cf354f4': 'VIVAENGAGE_CORE',
      '43304c6a-1d4e-4e0b-9b06-5b2a2ff58a90':
        'VIVAENGAGE_COMMUNITIES_AND_COMMUNICATIONS',
      'c244cc9e-622f-4576-92ea-82e233e44e36': 'VIVAENGAGE_KNOWLEDGE',
    },
  },
];

/**
 * Applications whose use no report shows: Project, Dynamics 365 and parts of
 * Viva. Their products bring SharePoint, Teams or Viva Engage along, whose use
 * says nothing of that of the product: somebody may work in Project all day and
 * never open SharePoint.
 */
const UNOBSERVED_APPLICATIONS: Readonly<Record<string, string>> = {
  '1259157c-8581-4875-bca7-2ffb18c51bda': 'PROJECT_ESSENTIALS',
  'f944d685-f762-4371-806d-a1f48e5bea13': 'PROJECT_ESSENTIALS',
  'fdcb7064-f45c-46fa-b056-7e0e9fdf4bf3': 'PROJECT_ESSENTIALS_GOV',
  '4a12c688-56c6-461a-87b1-30d6f32136f9': 'PROJECT_P1',
  'fafd7243-e5c1-4a3a-9e40-495efcb1d3c3': 'PROJECT_CLIENT_SUBSCRIPTION',
  '45c6831b-ad74-4c7f-bd03-7c2b3fa39067': 'PROJECT_CLIENT_SUBSCRIPTION_GOV',
  '818523f5-016b-4355-9be8-ed6944946ea7': 'PROJECT_PROFESSIONAL',
  '22572403-045f-432b-a660-af949c0a77b5': 'PROJECT_PROFESSIONAL_FACULTY',
  '49c7bc16-7004-4df6-8cd5-4ec48b7e9ea0': 'PROJECT_PROFESSIONAL_FOR_GOV',
  'fe71d6c3-a2ea-4499-9778-da042bf08063': 'SHAREPOINT_PROJECT',
  '664a2fed-6c7a-468e-af35-d61740f0ec90': 'SHAREPOINT_PROJECT_EDU',
  'e57afa78-1f19-4542-ba13-b32cd4d8f472': 'SHAREPOINT_PROJECT_GOV',
  '69f07c66-bee4-4222-b051-195095efee5b': 'D365_ProjectOperations',
  'fa7675bd-6717-40e7-8172-d0bbcbe1ab12': 'D365_ProjectOperationsAttach',
  '18fa3aba-b085-4105-87d7-55617b8585e6': 'D365_ProjectOperationsCDS',
  'e564d403-7eaf-4c91-b92f-bb0dc62026e1': 'D365_ProjectOperationsCDSAttach',
  '223e33cb-eee0-462d-b1bd-e9a5febf8e85': 'D365_Finance_Attach',
  '2a9d72b3-1714-440f-babf-bf92bf9683d8': 'DYN365_CC',
  '0ef2b4e3-0a2b-450d-8c5f-a52203c40f50': 'DYN365_CC_DIGITAL',
  '57517633-b4ad-4db8-8c1a-65f443424490': 'DYN365_CC_VOICE',
  '6929f657-b31b-4947-b4ce-5066c3214f54': 'DYN365_CUSTOMER_SERVICE_PRO',
  '2822a3a1-9b8f-4432-8989-e11669a60dc8': 'DYN365_ENTERPRISE_CASE_MANAGEMENT',
  '79bb0a8d-e686-4e16-ac59-2b3fd0014a61':
    'DYN365_ENTERPRISE_CASE_MANAGEMENT_GOV',
  '99340b49-fb81-4b1e-976b-8f2ae8e9394f': 'DYN365_ENTERPRISE_CUSTOMER_SERVICE',
  'dc6643d9-1e72-4dce-9f64-1d6eac1f1c5a':
    'DYN365_ENTERPRISE_CUSTOMER_SERVICE_GOV',
  '8c66ef8a-177f-4c0d-853c-d4f219331d09': 'DYN365_ENTERPRISE_FIELD_SERVICE',
  'a9a5be2d-17dd-4d43-ba78-9391e11d20a7': 'DYN365_ENTERPRISE_FIELD_SERVICE_GOV',
  'd56f3deb-50d8-465a-bedb-f079817ccac1': 'DYN365_ENTERPRISE_P1',
  '1d8c8e0e-4308-4db5-8a41-b129dbdaea20':
    'DYN365_ENTERPRISE_PROJECT_SERVICE_AUTOMATION_GOV',
  '2da8e897-7791-486b-b08f-cc63c8129df7': 'DYN365_ENTERPRISE_SALES',
  '213be507-d547-4f79-bc2c-6196bc54c4a3': 'DYN365_ENTERPRISE_SALES_GOV',
  '6a54b05e-4fab-40e7-9828-428db3b336fa': 'DYN365_ENTERPRISE_TEAM_MEMBERS',
  '5a94d0aa-ee95-455a-bb38-326e5f134478': 'DYN365_ENTERPRISE_TEAM_MEMBERS_GOV',
  '88d83950-ff78-4e85-aa66-abfc787f8090': 'DYN365_SALES_PRO',
  'dd89efa0-5a55-4892-ba30-82e3f8008339': 'DYN365_SALES_PRO_GOV',
  '4092fdb5-8d81-41d3-be76-aaba4074530b': 'DYN365_TEAM_MEMBERS',
  '56e3d4ca-2e31-4c3f-8d57-89c1d363503b':
    'DYN365_ ENTERPRISE _RELATIONSHIP_SALES',
  'b44c6eaf-5c9f-478c-8f16-8cea26353bfb': 'Viva_Goals_Premium',
  '7162bd38-edae-4022-83a7-c5837f951759': 'VIVA_LEARNING_PREMIUM',
  'b622badb-1b45-48d5-920f-4b27a2c0996c': 'WORKPLACE_ANALYTICS_INSIGHTS_USER',
};

/** Only suites have these, whatever else is in them. */
const SUITE_SERVICES: readonly Service[] = ['exchange', 'outlook'];

/**
 * Products for rooms and shared devices, by SKU id: the reports are about what
 * people do, and a room that nobody signs in to is not unused.
 */
const DEVICE_PRODUCTS: Readonly<Record<string, string>> = {
  '6af4b3d6-14bb-4a2a-960c-6c902aad34f3': 'Microsoft Teams Rooms Basic',
  'a4e376bd-c61e-4618-9901-3fc0cb1b88bb': 'Microsoft Teams Rooms Basic for EDU',
  '50509a35-f0bd-4c5e-89ac-22f0e16a00f8':
    'Microsoft Teams Rooms Basic without Audio Conferencing',
  '4cde982a-ede4-4409-9ae6-b003453c8ea6': 'Microsoft Teams Rooms Pro',
  'c25e2b36-e161-4946-bef2-69239729f690': 'Microsoft Teams Rooms Pro for EDU',
  '31ecb341-2a17-483e-9140-c473006d1e1a': 'Microsoft Teams Rooms Pro for GCC',
  '21943e3a-2429-4f83-84c1-02735cd49e78':
    'Microsoft Teams Rooms Pro without Audio Conferencing',
  '6070a4c8-34c6-4937-8dfb-39bbc6397a60': 'Microsoft Teams Rooms Standard',
  '9571e9ac-2741-4b63-95fd-a79696f0d0ac':
    'Microsoft Teams Rooms Standard for GCC',
  'b4348f75-a776-4061-ac6c-36b9016b01d1':
    'Microsoft Teams Rooms Standard for GCC without Audio Conferencing',
  '61bec411-e46a-4dab-8f46-8b58ec845ffe':
    'Microsoft Teams Rooms Standard without Audio Conferencing',
  '295a8eb0-f78d-45c7-8b5b-1eed5ed02dff': 'Microsoft Teams Shared Devices',
  '420c7602-7f70-4895-9394-d3d679ea36fb':
    'Microsoft Teams Shared Devices for Faculty',
  'b1511558-69bd-4e1b-8270-59ca96dba0f3':
    'Microsoft Teams Shared Devices for GCC',
  '4fb214cb-a430-4a91-9c91-4976763aa78f': 'Teams Rooms Premium',
};

const SERVICES_BY_PLAN: ReadonlyMap<string, readonly Service[]> = new Map(
  OBSERVED_PLANS.flatMap(({ services, plans }) =>
    Object.keys(plans).map(id => [id, services] as const),
  ),
);

/**
 * The services by which the use of a license is observed (rule 6), in their
 * usual order: those of its enabled service plans. None where no report tells
 * whether the product is used; a plan that is not known is never guessed.
 *
 * @param servicePlanIds - ids of the plans that are enabled, in any case
 */
export function observedServices(servicePlanIds: Iterable<string>): Service[] {
  const found = new Set<Service>();
  let isApplication = false;
  for (const given of servicePlanIds) {
    const id = given.toLowerCase();
    SERVICES_BY_PLAN.get(id)?.forEach(service => found.add(service));
    isApplication ||= Object.hasOwn(UNOBSERVED_APPLICATIONS, id);
  }
  const isSuite = SUITE_SERVICES.some(service => found.has(service));
  return isApplication && !isSuite
    ? []
    : SERVICES.filter(service => found.has(service));
}

/**
 * The service plans of a product that have a part in {@link observedServices},
 * in lower case and sorted; none of a product for devices.
 */
export function observedPlans(
  skuId: string,
  servicePlanIds: readonly string[],
): string[] {
  if (Object.hasOwn(DEVICE_PRODUCTS, skuId.toLowerCase())) {
    return [];
  }
  return servicePlanIds
    .map(id => id.toLowerCase())
    .filter(
      id =>
        SERVICES_BY_PLAN.has(id) || Object.hasOwn(UNOBSERVED_APPLICATIONS, id),
    )
    .sort();
}
