import { AccountPicker } from './AccountPicker';
import { LicensePicker } from './LicensePicker';
import { accountPickerSchema, licensePickerSchema } from './schemas';
import { validateAccount } from './validateAccount';

/** The field `M365AccountPicker`, for both frontend systems. */
export const accountPickerField = {
  name: 'M365AccountPicker',
  component: AccountPicker,
  validation: validateAccount,
  schema: accountPickerSchema,
};

/** The field `M365LicensePicker`, for both frontend systems. */
export const licensePickerField = {
  name: 'M365LicensePicker',
  component: LicensePicker,
  schema: licensePickerSchema,
};
