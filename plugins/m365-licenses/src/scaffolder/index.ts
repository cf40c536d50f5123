import {
  createFormField,
  FormFieldBlueprint,
} from '@backstage/plugin-scaffolder-react/alpha';

export { m365LicensesScaffolderTranslationRef } from './translation';

/** The form field `M365AccountPicker` for templates, in the new frontend system. */
export const accountPickerExtension = FormFieldBlueprint.make({
  name: 'account-picker',
  params: {
    field: async () => {
      const { accountPickerField } = await import('./fields');
      return createFormField(accountPickerField);
    },
  },
});

/** The form field `M365LicensePicker` for templates, in the new frontend system. */
export const licensePickerExtension = FormFieldBlueprint.make({
  name: 'license-picker',
  params: {
    field: async () => {
      const { licensePickerField } = await import('./fields');
      return createFormField(licensePickerField);
    },
  },
});

/**
 * The form fields, for the plugin that holds them: they attach to the
 * scaffolder from any plugin, and do nothing in a portal without it.
 */
export const scaffolderExtensions = [
  accountPickerExtension,
  licensePickerExtension,
];
