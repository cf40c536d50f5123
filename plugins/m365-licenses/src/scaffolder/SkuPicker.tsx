import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ScaffolderField } from '@backstage/plugin-scaffolder-react/alpha';
import { Combobox, ComboboxItemText, Text } from '@backstage/ui';
import {
  answerOf,
  licenseReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../api';
import { ErrorState } from '../components/common/messages';
import type { skuPickerSchema } from './schemas';
import { m365LicensesScaffolderTranslationRef } from './translation';
import { useTenant } from './useTenant';

/**
 * A field that finds a license of the tenant as one types any part of its
 * product name or part number, and stores the SKU id.
 */
export function SkuPicker(props: typeof skuPickerSchema.TProps) {
  const { formData, onChange, schema, uiSchema, required, rawErrors } = props;
  const client = useApi(m365LicensesApiRef);
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const disabled = Boolean(props.disabled || uiSchema['ui:disabled']);
  const { tenant, problem, ...tenantSearch } = useTenant(
    uiSchema['ui:options']?.tenant,
  );
  const { value, ...search } = useAsyncRetry(async () => {
    if (tenant === undefined) {
      return undefined;
    }
    const { items } = await answerOf(
      client.GET('/tenants/{tenant}/licenses', {
        params: { path: { tenant } },
      }),
    );
    return items.map(license => ({ ...license, id: license.skuId }));
  }, [client, tenant]);
  const error = tenantSearch.error ?? search.error;

  return (
    <ScaffolderField
      rawErrors={rawErrors}
      rawDescription={uiSchema['ui:description'] ?? schema.description}
      required={required}
      disabled={disabled}
      errors={props.errors}
    >
      <Combobox
        id={props.idSchema?.$id}
        label={schema.title ?? t('sku.title')}
        placeholder={t('sku.placeholder')}
        isRequired={required}
        isDisabled={disabled}
        isInvalid={Boolean(rawErrors?.length)}
        validationBehavior="aria"
        items={value ?? []}
        value={formData ?? null}
        onChange={key => onChange(key === null ? undefined : String(key))}
        search={{
          filter: ({ displayName, skuPartNumber }, query) =>
            `${displayName} ${skuPartNumber}`
              .toLocaleLowerCase()
              .includes(query.toLocaleLowerCase()),
        }}
        loading={{ state: search.loading ? 'loading' : 'idle' }}
      >
        {({ skuId, displayName, skuPartNumber, assigned, bought }) => (
          <ComboboxItemText
            id={skuId}
            title={displayName}
            textValue={displayName}
            description={t('sku.seats', { skuPartNumber, assigned, bought })}
          />
        )}
      </Combobox>
      {problem && (
        <Text as="p" variant="body-small" color="danger">
          {problem}
        </Text>
      )}
      {error && (
        <ErrorState
          error={error}
          permission={licenseReadPermission.name}
          onRetry={tenantSearch.error ? tenantSearch.retry : search.retry}
        />
      )}
    </ScaffolderField>
  );
}
