/**
 * Names of common products by SKU id, as Microsoft lists them under "Product
 * names and service plan identifiers for licensing": for as long as that list
 * itself was not read. By id, because some part numbers stand for two products
 * there.
 */
const PRODUCT_NAMES: Readonly<Record<string, string>> = {
  'c52ea49f-fe5d-4e95-93ba-1de91d380f89': 'Azure Information Protection Plan 1',
  'bc946dac-7877-4271-b2f7-99d2db13cd2c': 'Dynamics 365 Customer Voice Trial',
  '1e1a282c-9c54-43a2-9310-98ef728faace':
    'Dynamics 365 for Sales Enterprise Edition',
  'efccb6f7-5641-4e0e-bd10-b4976e1bf68e': 'Enterprise Mobility + Security E3',
  'b05e124f-c7cc-45a0-a6aa-8cf78c946968': 'Enterprise Mobility + Security E5',
  '4b9405b0-7788-4568-add1-99614e613b69': 'Exchange Online (Plan 1)',
  '19ec0d23-8335-4cbd-94ac-6050e30712fa': 'Exchange Online (Plan 2)',
  'ee02fd1b-340e-4a4b-b355-4a514e4c8943':
    'Exchange Online Archiving for Exchange Online',
  '80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82': 'Exchange Online Kiosk',
  '061f9ace-7d42-4136-88ac-31dc755f143f': 'Intune',
  '4b590615-0888-425a-a965-b3bf7789848d': 'Microsoft 365 A3 for Faculty',
  '18250162-5d87-4436-a834-d795c15c80f3':
    'Microsoft 365 A3 for students use benefit',
  'e97c048c-37a4-45fb-ab50-922fbf07a370': 'Microsoft 365 A5 for faculty',
  'cdd28e44-67e3-425e-be4c-737fab2899d3': 'Microsoft 365 Apps for Business',
  'c2273bd0-dff7-4215-9ef5-2c7bcfb06425': 'Microsoft 365 Apps for Enterprise',
  '0c266dff-15dd-4b49-8397-2bb16070ed52': 'Microsoft 365 Audio Conferencing',
  '3b555118-da6a-4418-894f-7df1e2096870': 'Microsoft 365 Business Basic',
  'cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46': 'Microsoft 365 Business Premium',
  'f245ecc8-75af-4f8e-b61f-27d8114de5f3': 'Microsoft 365 Business Standard',
  '05e9a617-0261-4cee-bb44-138d3ef5d965': 'Microsoft 365 E3',
  'dcf0408c-aaec-446c-afd4-43e3683943ea': 'Microsoft 365 E3 (no Teams)',
  '06ebc4ee-1bb5-47dd-8120-11324bc54e06': 'Microsoft 365 E5',
  '18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e': 'Microsoft 365 E5 (no Teams)',
  '184efa21-98c3-4e5d-95ab-d07053a96e67': 'Microsoft 365 E5 Compliance',
  'c42b9cae-ea4f-4ab7-9717-81576235ccac':
    'Microsoft 365 E5 Developer (without Windows and Audio Conferencing)',
  '26124093-3d78-432b-b5dc-48bf992543d5': 'Microsoft 365 E5 Security',
  '44575883-256e-4a79-9da4-ebe9acabe2b2': 'Microsoft 365 F1',
  '50f60901-3181-4b75-8a2c-4c8e4c1d5a72': 'Microsoft 365 F1',
  '66b55226-6b4f-492c-910c-a3b7a3c9d993': 'Microsoft 365 F3',
  'e823ca47-49c4-46b3-b38d-ca11d5abe3d2': 'Microsoft 365 G3 GCC',
  '639dec6b-bb19-468b-871c-c5c441c4b0cb': 'Microsoft Copilot for Microsoft 365',
  '606b54a9-78d8-4298-ad8b-df6ef4481c80':
    'Microsoft Copilot Studio Viral Trial',
  '111046dd-295b-4d6d-9724-d52ac90bd1f2': 'Microsoft Defender for Endpoint',
  '4ef96642-f096-40de-a3e9-d83fb2f90211':
    'Microsoft Defender for Office 365 (Plan 1)',
  '3dd6cf57-d688-4eed-ba52-9e40b5468c3e':
    'Microsoft Defender for Office 365 (Plan 2)',
  '078d2b04-f1bd-4111-bbd4-b4b1b354cef4': 'Microsoft Entra ID P1',
  '84a661c4-e949-4bd2-a560-ed7766fcaf2b': 'Microsoft Entra ID P2',
  'a403ebcc-fae0-4ca2-8c8c-7a907fd6c235': 'Microsoft Fabric (Free)',
  'dcb1a3ae-b33f-4487-846a-a640262fadf4': 'Microsoft Power Apps Plan 2 Trial',
  'f30db892-07e9-47e9-837c-80727f46fd3d': 'Microsoft Power Automate Free',
  '1f2f344a-700d-42c9-9427-5cea1d5d7ba6': 'Microsoft Stream',
  '7e31c0d9-9551-471d-836f-32ee72be4a01': 'Microsoft Teams Enterprise',
  '710779e8-3d4a-4c88-adb9-386c958d1fdf': 'Microsoft Teams Exploratory',
  '440eaaa8-b3e0-484b-a8be-62870b9ba70a':
    'Microsoft Teams Phone Resource Account',
  'e43b5b99-8dfb-405f-9987-dc307f34bcbd': 'Microsoft Teams Phone Standard',
  '36a0f3b3-adb5-49ea-bf66-762134cf063a':
    'Microsoft Teams Premium Introductory Pricing',
  '6af4b3d6-14bb-4a2a-960c-6c902aad34f3': 'Microsoft Teams Rooms Basic',
  '4cde982a-ede4-4409-9ae6-b003453c8ea6': 'Microsoft Teams Rooms Pro',
  '295a8eb0-f78d-45c7-8b5b-1eed5ed02dff': 'Microsoft Teams Shared Devices',
  '61902246-d7cb-453e-85cd-53ee28eec138': 'Microsoft Viva Suite',
  '94763226-9b3c-4e75-a931-5c89701abe66': 'Office 365 A1 for faculty',
  '314c4481-f395-4525-be8b-2ec4bb1e9d91': 'Office 365 A1 for students',
  '18181a46-0d4e-45cd-891e-60aabd171b4e': 'Office 365 E1',
  '6fd2c87f-b296-42f0-b197-1e91e994b900': 'Office 365 E3',
  'c7df2760-2c81-4ef7-b578-5b5392b571df': 'Office 365 E5',
  '26d45bd9-adf1-46cd-a9e1-51e9a5524128':
    'Office 365 E5 Without Audio Conferencing',
  '99049c9c-6011-4908-bf17-15f496e6519d': 'Office 365 Extra File Storage',
  '4b585984-651b-448a-9e53-3b10f069cf7f': 'Office 365 F3',
  '535a3a29-c5f0-42fe-8215-d3b9e1f38c4a': 'Office 365 G3 GCC',
  '8900a2c0-edba-4079-bdf3-b276e293b6a8': 'Office 365 G5 GCC',
  'e6778190-713e-4e4f-9119-8b8238de25df': 'OneDrive for Business (Plan 1)',
  'ed01faf2-1d88-4947-ae91-45ca18703a96': 'OneDrive for Business (Plan 2)',
  '53818b1b-4a27-454b-8896-0dba576410e6': 'Planner and Project Plan 3',
  'beb6439c-caad-48d3-bf46-0c82871e12be': 'Planner Plan 1',
  'b30411f5-fea1-4a59-9ad9-3db7c7ead579': 'Power Apps Premium',
  'eda1941c-3c4f-4995-b5eb-e85a42175ab9': 'Power Automate Premium',
  'c1d032e0-5619-4761-9b5c-75b6831e1711': 'Power BI Premium Per User',
  'f8a1db68-be16-40ed-86d5-cb42ce701560': 'Power BI Pro',
  '09015f9f-377f-4538-bbb5-f75ceb09358a': 'Project Online Premium',
  '84cd610f-a3f8-4beb-84ab-d9d2c902c6c9': 'Project Plan 1 (for Department)',
  '8c4ce438-32a7-4ac5-91a6-e22ae08d9c8b': 'Rights Management Adhoc',
  '1fc08a02-8b3d-43b9-831e-f76859e04e1a': 'SharePoint Online (Plan 1)',
  'a9732ec9-17d9-494c-a51c-d6b45b384dcb': 'SharePoint Online (Plan 2)',
  'd3b4fe1f-9992-4930-8acb-ca6ec609365e':
    'Skype for Business PSTN Domestic and International Calling',
  '0dab259f-bf13-4952-b7f8-7db8f131b28d':
    'Skype for Business PSTN Domestic Calling',
  '4b244418-9658-4451-a2b8-b5e2b364e9bd': 'Visio Plan 1',
  'c5928f49-12ba-48f7-ada3-0d743a3601d5': 'Visio Plan 2',
  '6470687e-a428-4b7a-bef2-8a291ad947c9': 'Windows Store for Business',
};

/**
 * What a product is called.
 *
 * @param names - product names by SKU id, as Microsoft publishes them
 * @returns the published name, else that of a common product, else the part
 *   number, or the SKU id where Microsoft gave no part number
 */
export function productName(
  names: ReadonlyMap<string, string>,
  skuId: string,
  skuPartNumber?: string | null,
): string {
  const id = skuId.toLowerCase();
  return names.get(id) ?? PRODUCT_NAMES[id] ?? skuPartNumber ?? skuId;
}
