import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ScaffolderField } from '@backstage/plugin-scaffolder-react/alpha';
import { Checkbox, CheckboxGroup, Text } from '@backstage/ui';
import type { AssignedLicense } from 'backstage-plugin-m365-licenses-common';
import type { ReactNode } from 'react';
import type { licensePickerSchema, ownLicensePickerSchema } from './schemas';
import { m365LicensesScaffolderTranslationRef } from './translation';
import { chosenOf } from './validation';

/** The frame of a field in which licenses are ticked. */
export function LicenseCheckboxes(props: {
  field:
    | typeof licensePickerSchema.TProps
    | typeof ownLicensePickerSchema.TProps;
  children: ReactNode;
}) {
  const { formData, onChange, schema, uiSchema, required, rawErrors, ...rest } =
    props.field;
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const disabled = Boolean(rest.disabled || uiSchema['ui:disabled']);
  return (
    <ScaffolderField
      rawErrors={rawErrors}
      rawDescription={uiSchema['ui:description'] ?? schema.description}
      required={required}
      disabled={disabled}
      errors={rest.errors}
    >
      <CheckboxGroup
        id={rest.idSchema?.$id}
        label={schema.title ?? t('licenses.title')}
        isRequired={required}
        isDisabled={disabled}
        isInvalid={Boolean(rawErrors?.length)}
        validationBehavior="aria"
        value={chosenOf(formData)}
        onChange={onChange}
      >
        {props.children}
      </CheckboxGroup>
    </ScaffolderField>
  );
}

/**
 * A license by its product name, with how the account holds it; one that only a
 * group grants cannot be chosen.
 */
export function LicenseOption(props: { license: AssignedLicense }) {
  const { displayName, paths, skuId } = props.license;
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  return (
    <Checkbox value={skuId} isDisabled={!isDirect(props.license)}>
      <Text as="span">{displayName}</Text>{' '}
      <Text as="span" variant="body-small" color="secondary">
        {paths
          .map(({ type, groupId, groupName }) =>
            type === 'direct'
              ? t('licenses.direct')
              : t('licenses.group', { group: groupName ?? groupId ?? '' }),
          )
          .join(', ')}
      </Text>
    </Checkbox>
  );
}

/** Whether a license can be taken from the person, whatever groups grant too. */
export function isDirect(license: AssignedLicense): boolean {
  return license.paths.some(({ type }) => type === 'direct');
}
