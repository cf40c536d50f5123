import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ScaffolderField } from '@backstage/plugin-scaffolder-react/alpha';
import { Tag, TagGroup } from '@backstage/ui';
import { AccountCombobox } from './AccountCombobox';
import type { accountsPickerSchema } from './schemas';
import { m365LicensesScaffolderTranslationRef } from './translation';
import { chosenOf } from './validation';

/**
 * A field that finds accounts of the roster as one types their names, one after
 * the other, and stores their user principal names. Those chosen are listed and
 * can be removed.
 */
export function AccountsPicker(props: typeof accountsPickerSchema.TProps) {
  const { onChange, schema, uiSchema, required, rawErrors } = props;
  const chosen = chosenOf(props.formData);
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const disabled = Boolean(props.disabled || uiSchema['ui:disabled']);
  const isChosen = (given: string) =>
    chosen.some(one => one.toLowerCase() === given.toLowerCase());

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
        label={schema.title ?? t('accounts.title')}
        tenant={uiSchema['ui:options']?.tenant}
        isRequired={required && chosen.length === 0}
        isDisabled={disabled}
        isInvalid={Boolean(rawErrors?.length)}
        value={undefined}
        onCommit={given => {
          if (given !== '' && !isChosen(given)) {
            onChange([...chosen, given]);
          }
          return '';
        }}
      />
      {chosen.length > 0 && (
        <TagGroup
          aria-label={t('accounts.chosen')}
          items={chosen.map(id => ({ id }))}
          disabledKeys={disabled ? chosen : []}
          onRemove={keys => onChange(chosen.filter(one => !keys.has(one)))}
        >
          {({ id }) => (
            <Tag id={id} textValue={id}>
              {id}
            </Tag>
          )}
        </TagGroup>
      )}
    </ScaffolderField>
  );
}
