import { createScaffolderFieldExtension } from '@backstage/plugin-scaffolder-react';
import { accountPickerField, licensePickerField } from './fields';

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
