import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ScaffolderField } from '@backstage/plugin-scaffolder-react/alpha';
import { AccountCombobox } from './AccountCombobox';
import type { accountPickerSchema } from './schemas';
import { m365LicensesScaffolderTranslationRef } from './translation';

/**
 * A field that finds an account of the roster as one types its name or user
 * principal name, and stores the user principal name. One that is not listed
 * can be typed in full.
 */
export function AccountPicker(props: typeof accountPickerSchema.TProps) {
  const { formData, onChange, schema, uiSchema, required, rawErrors } = props;
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const disabled = Boolean(props.disabled || uiSchema['ui:disabled']);
  return (
    <ScaffolderField
      rawErrors={rawErrors}
      rawDescription={uiSchema['ui:description'] ?? schema.description}
      required={required}
      disabled={disabled}
      errors={props.errors}
    >
      <AccountCombobox
        id={props.idSchema?.$id}
        label={schema.title ?? t('account.title')}
        tenant={uiSchema['ui:options']?.tenant}
        isRequired={required}
        isDisabled={disabled}
        isInvalid={Boolean(rawErrors?.length)}
        value={formData}
        onCommit={given => {
          if (given !== (formData ?? '')) {
            onChange(given === '' ? undefined : given);
          }
          return given;
        }}
      />
    </ScaffolderField>
  );
}
