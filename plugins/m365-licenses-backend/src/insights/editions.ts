/**
 * Editions of Microsoft's suites whose service plans do not contain each other,
 * because Microsoft gives each edition plans of its own: the next smaller
 * editions of a SKU. Ids and names as Microsoft lists them under "Product names
 * and service plan identifiers for licensing"; which edition is the smaller one,
 * as its service descriptions compare them.
 */
const NEXT_SMALLER: Readonly<
  Record<string, { name: string; smaller: readonly string[] }>
> = {
  '06ebc4ee-1bb5-47dd-8120-11324bc54e06': {
    name: 'Microsoft 365 E5',
    smaller: [
      '05e9a617-0261-4cee-bb44-138d3ef5d965',
      '18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e',
      'c7df2760-2c81-4ef7-b578-5b5392b571df',
    ],
  },
  '05e9a617-0261-4cee-bb44-138d3ef5d965': {
    name: 'Microsoft 365 E3',
    smaller: [
      'dcf0408c-aaec-446c-afd4-43e3683943ea',
      '6fd2c87f-b296-42f0-b197-1e91e994b900',
    ],
  },
  '18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e': {
    name: 'Microsoft 365 E5 (no Teams)',
    smaller: ['dcf0408c-aaec-446c-afd4-43e3683943ea'],
  },
  'dcf0408c-aaec-446c-afd4-43e3683943ea': {
    name: 'Microsoft 365 E3 (no Teams)',
    smaller: ['46c3a859-c90d-40b3-9551-6178a48d5c18'],
  },
  'c7df2760-2c81-4ef7-b578-5b5392b571df': {
    name: 'Office 365 E5',
    smaller: ['6fd2c87f-b296-42f0-b197-1e91e994b900'],
  },
  '6fd2c87f-b296-42f0-b197-1e91e994b900': {
    name: 'Office 365 E3',
    smaller: [
      '46c3a859-c90d-40b3-9551-6178a48d5c18',
      '18181a46-0d4e-45cd-891e-60aabd171b4e',
    ],
  },
  '46c3a859-c90d-40b3-9551-6178a48d5c18': {
    name: 'Office 365 E3 (no Teams)',
    smaller: ['f8ced641-8e17-4dc5-b014-f5a2d53f6ac8'],
  },
  '18181a46-0d4e-45cd-891e-60aabd171b4e': {
    name: 'Office 365 E1',
    smaller: ['f8ced641-8e17-4dc5-b014-f5a2d53f6ac8'],
  },
  '3271cf8e-2be5-4a09-a549-70fd05baaa17': {
    name: 'Microsoft 365 E5 EEA (no Teams)',
    smaller: [
      'c2fe850d-fbbb-4858-b67d-bd0c6e746da3',
      'cf50bae9-29e8-4775-b07c-56ee10e3776d',
    ],
  },
  'c2fe850d-fbbb-4858-b67d-bd0c6e746da3': {
    name: 'Microsoft 365 E3 EEA (no Teams)',
    smaller: ['d711d25a-a21c-492f-bd19-aae1e8ebaf30'],
  },
  'cf50bae9-29e8-4775-b07c-56ee10e3776d': {
    name: 'Office 365 E5 EEA (no Teams)',
    smaller: ['d711d25a-a21c-492f-bd19-aae1e8ebaf30'],
  },
  'd711d25a-a21c-492f-bd19-aae1e8ebaf30': {
    name: 'Office 365 E3 EEA (no Teams)',
    smaller: ['b57282e3-65bd-4252-9502-c0eae1e5ab7f'],
  },
  'e97c048c-37a4-45fb-ab50-922fbf07a370': {
    name: 'Microsoft 365 A5 for faculty',
    smaller: [
      '4b590615-0888-425a-a965-b3bf7789848d',
      'a4585165-0533-458a-97e3-c400570268c4',
    ],
  },
  '4b590615-0888-425a-a965-b3bf7789848d': {
    name: 'Microsoft 365 A3 for Faculty',
    smaller: ['e578b273-6db4-4691-bba0-8d691f4da603'],
  },
  'a4585165-0533-458a-97e3-c400570268c4': {
    name: 'Office 365 A5 for faculty',
    smaller: ['e578b273-6db4-4691-bba0-8d691f4da603'],
  },
  'e578b273-6db4-4691-bba0-8d691f4da603': {
    name: 'Office 365 A3 for faculty',
    smaller: ['94763226-9b3c-4e75-a931-5c89701abe66'],
  },
  '46c119d4-0379-4a9d-85e4-97c66d3f909e': {
    name: 'Microsoft 365 A5 for Students',
    smaller: [
      '7cfd9a2b-e110-4c39-bf20-c6a3f36a3121',
      'ee656612-49fa-43e5-b67e-cb1fdf7699df',
    ],
  },
  '7cfd9a2b-e110-4c39-bf20-c6a3f36a3121': {
    name: 'Microsoft 365 A3 for Students',
    smaller: ['98b6e773-24d4-4c0d-a968-6e787a1f8204'],
  },
  'ee656612-49fa-43e5-b67e-cb1fdf7699df': {
    name: 'Office 365 A5 for students',
    smaller: ['98b6e773-24d4-4c0d-a968-6e787a1f8204'],
  },
  '98b6e773-24d4-4c0d-a968-6e787a1f8204': {
    name: 'Office 365 A3 for students',
    smaller: ['314c4481-f395-4525-be8b-2ec4bb1e9d91'],
  },
  'e2be619b-b125-455f-8660-fb503e431a5d': {
    name: 'Microsoft 365 GCC G5',
    smaller: [
      'e823ca47-49c4-46b3-b38d-ca11d5abe3d2',
      '8900a2c0-edba-4079-bdf3-b276e293b6a8',
    ],
  },
  'e823ca47-49c4-46b3-b38d-ca11d5abe3d2': {
    name: 'Microsoft 365 G3 GCC',
    smaller: ['535a3a29-c5f0-42fe-8215-d3b9e1f38c4a'],
  },
  '8900a2c0-edba-4079-bdf3-b276e293b6a8': {
    name: 'Office 365 G5 GCC',
    smaller: ['535a3a29-c5f0-42fe-8215-d3b9e1f38c4a'],
  },
  '535a3a29-c5f0-42fe-8215-d3b9e1f38c4a': {
    name: 'Office 365 G3 GCC',
    smaller: ['3f4babde-90ec-47c6-995d-d223749065d1'],
  },
  '66b55226-6b4f-492c-910c-a3b7a3c9d993': {
    name: 'Microsoft 365 F3',
    smaller: [
      '44575883-256e-4a79-9da4-ebe9acabe2b2',
      '4b585984-651b-448a-9e53-3b10f069cf7f',
    ],
  },
  'cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46': {
    name: 'Microsoft 365 Business Premium',
    smaller: ['f245ecc8-75af-4f8e-b61f-27d8114de5f3'],
  },
  'f245ecc8-75af-4f8e-b61f-27d8114de5f3': {
    name: 'Microsoft 365 Business Standard',
    smaller: ['3b555118-da6a-4418-894f-7df1e2096870'],
  },
  'b05e124f-c7cc-45a0-a6aa-8cf78c946968': {
    name: 'Enterprise Mobility + Security E5',
    smaller: ['efccb6f7-5641-4e0e-bd10-b4976e1bf68e'],
  },
  '19ec0d23-8335-4cbd-94ac-6050e30712fa': {
    name: 'Exchange Online (Plan 2)',
    smaller: ['4b9405b0-7788-4568-add1-99614e613b69'],
  },
  'a9732ec9-17d9-494c-a51c-d6b45b384dcb': {
    name: 'SharePoint Online (Plan 2)',
    smaller: ['1fc08a02-8b3d-43b9-831e-f76859e04e1a'],
  },
  'ed01faf2-1d88-4947-ae91-45ca18703a96': {
    name: 'OneDrive for Business (Plan 2)',
    smaller: ['e6778190-713e-4e4f-9119-8b8238de25df'],
  },
  '09015f9f-377f-4538-bbb5-f75ceb09358a': {
    name: 'Project Online Premium',
    smaller: ['53818b1b-4a27-454b-8896-0dba576410e6'],
  },
  '53818b1b-4a27-454b-8896-0dba576410e6': {
    name: 'Planner and Project Plan 3',
    smaller: ['beb6439c-caad-48d3-bf46-0c82871e12be'],
  },
};

/** The ids, in lower case, of all smaller editions of a SKU. */
export function smallerEditions(skuId: string): ReadonlySet<string> {
  const found = new Set<string>();
  // A set gives what is added while it is gone through as well.
  const toVisit = new Set([skuId.toLowerCase()]);
  for (const id of toVisit) {
    const smaller = Object.hasOwn(NEXT_SMALLER, id)
      ? NEXT_SMALLER[id].smaller
      : [];
    for (const next of smaller) {
      found.add(next);
      toVisit.add(next);
    }
  }
  return found;
}
