/**
 * The page and entity cards of the Microsoft 365 license manager, for portals
 * of the older frontend system; `./alpha` has them for the new one.
 *
 * @packageDocumentation
 */

export {
  EntityGroupLicensesCard,
  EntityGroupLicensesContent,
  EntityUserActivityCard,
  EntityUserLicensesCard,
  M365AccountPickerFieldExtension,
  M365AccountsPickerFieldExtension,
  M365LicensePickerFieldExtension,
  M365LicensesPage,
  m365LicensesPlugin,
  M365OwnLicensePickerFieldExtension,
  M365SkuPickerFieldExtension,
} from './plugin';
export { m365LicensesApiRef } from './api';
