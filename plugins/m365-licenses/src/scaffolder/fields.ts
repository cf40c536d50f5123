import { AccountPicker } from './AccountPicker';
import { AccountsPicker } from './AccountsPicker';
import { LicensePicker } from './LicensePicker';
import { OwnLicensePicker } from './OwnLicensePicker';
import {
  accountPickerSchema,
  accountsPickerSchema,
  licensePickerSchema,
  ownLicensePickerSchema,
  skuPickerSchema,
} from './schemas';
import { SkuPicker } from './SkuPicker';
import {
  validateAccount,
  validateAccounts,
  validateOwnLicenses,
} from './validation';

/** The field `M365AccountPicker`, for both frontend systems. */
export const accountPickerField = {
  name: 'M365AccountPicker',
  component: AccountPicker,
  validation: validateAccount,
  schema: accountPickerSchema,
};

/** The field `M365AccountsPicker`, for both frontend systems. */
export const accountsPickerField = {
  name: 'M365AccountsPicker',
  component: AccountsPicker,
  validation: validateAccounts,
  schema: accountsPickerSchema,
};

/** The field `M365LicensePicker`, for both frontend systems. */
export const licensePickerField = {
  name: 'M365LicensePicker',
  component: LicensePicker,
  schema: licensePickerSchema,
};

/** The field `M365OwnLicensePicker`, for both frontend systems. */
export const ownLicensePickerField = {
  name: 'M365OwnLicensePicker',
  component: OwnLicensePicker,
  validation: validateOwnLicenses,
  schema: ownLicensePickerSchema,
};

/** The field `M365SkuPicker`, for both frontend systems. */
export const skuPickerField = {
  name: 'M365SkuPicker',
  component: SkuPicker,
  schema: skuPickerSchema,
};
