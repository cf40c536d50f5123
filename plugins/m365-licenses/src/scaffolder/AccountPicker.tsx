import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ScaffolderField } from '@backstage/plugin-scaffolder-react/alpha';
import { Combobox, ComboboxItemText, Text } from '@backstage/ui';
import {
  accountReadPermission,
  answerOf,
  type Account,
} from 'backstage-plugin-m365-licenses-common';
import { useEffect, useState } from 'react';
import useDebounce from 'react-use/esm/useDebounce';
import { m365LicensesApiRef } from '../api';
import { ErrorState } from '../components/common/messages';
import type { accountPickerSchema } from './schemas';
import { m365LicensesScaffolderTranslationRef } from './translation';
import { useTenant } from './useTenant';

/** How long after the last key the accounts are searched. */
const TYPING_MS = 250;
/** As many accounts as are offered. */
const OFFERED = 20;

/**
 * A field that finds an account of the roster as one types its name or user
 * principal name, and stores the user principal name. One that is not listed
 * can be typed in full.
 */
export function AccountPicker(props: typeof accountPickerSchema.TProps) {
  const { formData, onChange, schema, uiSchema, required, rawErrors } = props;
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const disabled = Boolean(props.disabled || uiSchema['ui:disabled']);
  const [text, setText] = useState(formData ?? '');
  const { tenant, problem, ...tenantSearch } = useTenant(
    uiSchema['ui:options']?.tenant,
  );
  const search = useAccounts(tenant, text);
  const error = tenantSearch.error ?? search.error;
  const { accounts } = search;

  // The form may be filled from outside, for example by a link.
  useEffect(() => setText(formData ?? ''), [formData]);

  const commit = (value: string) => {
    const given = value.trim();
    setText(given);
    if (given !== (formData ?? '')) {
      onChange(given === '' ? undefined : given);
    }
  };

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
        label={schema.title ?? t('account.title')}
        placeholder={t('account.placeholder')}
        isRequired={required}
        isDisabled={disabled}
        isInvalid={Boolean(rawErrors?.length)}
        // The scaffolder's own validation speaks, next to the field.
        validationBehavior="aria"
        allowsCustomValue
        items={accounts ?? []}
        value={
          accounts?.find(account => account.userPrincipalName === formData)
            ?.id ?? null
        }
        onChange={key => {
          const chosen = accounts?.find(({ id }) => id === key);
          if (chosen) {
            commit(chosen.userPrincipalName);
          }
        }}
        search={{ mode: 'server', inputValue: text, onInputChange: setText }}
        loading={{ state: search.loading ? 'filtering' : 'idle' }}
        onBlur={() => commit(text)}
      >
        {account => (
          <ComboboxItemText
            id={account.id}
            title={account.displayName}
            // What the input shows once it is chosen: what the form holds.
            textValue={account.userPrincipalName}
            description={[
              account.userPrincipalName,
              account.department,
              account.enabled ? null : t('account.signInBlocked'),
            ]
              .filter(Boolean)
              .join(' · ')}
          />
        )}
      </Combobox>
      <div role="status">
        {accounts?.length === 0 && text !== '' && text !== formData && (
          <Text as="p" variant="body-small" color="secondary">
            {t('account.noMatch')}
          </Text>
        )}
        {problem && (
          <Text as="p" variant="body-small" color="danger">
            {problem}
          </Text>
        )}
      </div>
      {error && (
        <ErrorState
          error={error}
          permission={accountReadPermission.name}
          onRetry={tenantSearch.error ? tenantSearch.retry : search.retry}
        />
      )}
    </ScaffolderField>
  );
}

/** The first accounts that begin with a text, a moment after it was typed. */
function useAccounts(tenant: string | undefined, text: string) {
  const client = useApi(m365LicensesApiRef);
  const [settled, setSettled] = useState(text);
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<{
    accounts?: Account[];
    error?: Error;
    loading: boolean;
  }>({ loading: true });
  useDebounce(() => setSettled(text.trim()), TYPING_MS, [text]);

  useEffect(() => {
    if (tenant === undefined) {
      return undefined;
    }
    const controller = new AbortController();
    const { signal } = controller;
    setState(({ accounts }) => ({ accounts, loading: true }));
    answerOf(
      client.GET('/tenants/{tenant}/users', {
        params: {
          path: { tenant },
          query: { limit: OFFERED, ...(settled ? { text: settled } : {}) },
        },
        signal,
      }),
    ).then(
      ({ items }) => {
        if (!signal.aborted) {
          setState({ accounts: items, loading: false });
        }
      },
      (error: Error) => {
        if (!signal.aborted) {
          setState({ error, loading: false });
        }
      },
    );
    return () => controller.abort();
  }, [client, tenant, settled, attempt]);

  return { ...state, retry: () => setAttempt(attempt + 1) };
}
