import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
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
import { m365LicensesScaffolderTranslationRef } from './translation';
import { useTenant } from './useTenant';

/** How long after the last key the accounts are searched. */
const TYPING_MS = 250;
/** As many accounts as are offered. */
const OFFERED = 20;

/**
 * Finds an account of the roster as one types its name or user principal name.
 * One that is not listed can be typed in full.
 */
export function AccountCombobox(props: {
  id?: string;
  label: string;
  /** The tenant that the template names. */
  tenant: string | undefined;
  isRequired?: boolean;
  isDisabled: boolean;
  isInvalid: boolean;
  /** The account shown as chosen, by its user principal name. */
  value: string | undefined;
  /**
   * Is told the user principal name chosen, or what was typed.
   *
   * @returns what the input shows from now on
   */
  onCommit(value: string): string;
}) {
  const { id, label, isRequired, isDisabled, isInvalid, value, onCommit } =
    props;
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const [text, setText] = useState(value ?? '');
  const { tenant, problem, ...tenantSearch } = useTenant(props.tenant);
  const search = useAccounts(tenant, text);
  const error = tenantSearch.error ?? search.error;
  const { accounts } = search;

  // The form may be filled from outside, for example by a link.
  useEffect(() => setText(value ?? ''), [value]);

  const commit = (given: string) => setText(onCommit(given.trim()));

  return (
    <>
      <Combobox
        id={id}
        label={label}
        placeholder={t('account.placeholder')}
        isRequired={isRequired}
        isDisabled={isDisabled}
        isInvalid={isInvalid}
        // The scaffolder's own validation speaks, next to the field.
        validationBehavior="aria"
        allowsCustomValue
        items={accounts ?? []}
        value={
          accounts?.find(account => account.userPrincipalName === value)?.id ??
          null
        }
        onChange={key => {
          const chosen = accounts?.find(account => account.id === key);
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
        {accounts?.length === 0 && text !== '' && text !== value && (
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
    </>
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
