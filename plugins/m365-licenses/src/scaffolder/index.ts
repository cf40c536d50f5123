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

/** The form field `M365AccountsPicker` for templates, in the new frontend system. */
export const accountsPickerExtension = FormFieldBlueprint.make({
  name: 'accounts-picker',
  params: {
    field: async () => {
      const { accountsPickerField } = await import('./fields');
      return createFormField(accountsPickerField);
    },
  },
});

/** The form field `M365OwnLicensePicker` for templates, in the new frontend system. */
export const ownLicensePickerExtension = FormFieldBlueprint.make({
  name: 'own-license-picker',
  params: {
    field: async () => {
      const { ownLicensePickerField } = await import('./fields');
      return createFormField(ownLicensePickerField);
    },
  },
});

/** The form field `M365SkuPicker` for templates, in the new frontend system. */
export const skuPickerExtension = FormFieldBlueprint.make({
  name: 'sku-picker',
  params: {
    field: async () => {
      const { skuPickerField } = await import('./fields');
      return createFormField(skuPickerField);
    },
  },
});

/**
 * The form fields, for the plugin that holds them: they attach to the
 * scaffolder from any plugin, and do nothing in a portal without it.
 */
export const scaffolderExtensions = [
  accountPickerExtension,
  accountsPickerExtension,
  licensePickerExtension,
  ownLicensePickerExtension,
  skuPickerExtension,
];
