import { createScaffolderFieldExtension } from '@backstage/plugin-scaffolder-react';
import {
  accountPickerField,
  accountsPickerField,
  licensePickerField,
  ownLicensePickerField,
  skuPickerField,
} from './fields';

/** `M365AccountPicker` for the older frontend system, for a plugin to provide. */
export const accountPickerFieldExtension = createScaffolderFieldExtension({
  ...accountPickerField,
  schema: accountPickerField.schema.schema,
});

/** `M365LicensePicker` for the older frontend system, for a plugin to provide. */
export const licensePickerFieldExtension = createScaffolderFieldExtension({
  ...licensePickerField,
  schema: licensePickerField.schema.schema,
});

/** `M365AccountsPicker` for the older frontend system, for a plugin to provide. */
export const accountsPickerFieldExtension = createScaffolderFieldExtension({
  ...accountsPickerField,
  schema: accountsPickerField.schema.schema,
});

/** `M365OwnLicensePicker` for the older frontend system, for a plugin to provide. */
export const ownLicensePickerFieldExtension = createScaffolderFieldExtension({
  ...ownLicensePickerField,
  schema: ownLicensePickerField.schema.schema,
});

/** `M365SkuPicker` for the older frontend system, for a plugin to provide. */
export const skuPickerFieldExtension = createScaffolderFieldExtension({
  ...skuPickerField,
  schema: skuPickerField.schema.schema,
});
