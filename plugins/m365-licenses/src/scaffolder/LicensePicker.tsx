import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import {
  accountReadPermission,
  answerOf,
  type Account,
} from 'backstage-plugin-m365-licenses-common';
import { useEffect, useRef } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../api';
import { ErrorState, isNotFound, Loading } from '../components/common/messages';
import { RelativeTime } from '../components/common/RelativeTime';
import {
  isDirect,
  LicenseCheckboxes,
  LicenseOption,
} from './LicenseCheckboxes';
import type { licensePickerSchema } from './schemas';
import { m365LicensesScaffolderTranslationRef } from './translation';
import { useTenant } from './useTenant';

/**
 * A field that offers the licenses of the account that another field of the
 * same form holds, and stores the SKU ids chosen; none stands for all that are
 * assigned directly. A license that only a group grants is shown with the
 * group, and cannot be chosen.
 */
export function LicensePicker(props: typeof licensePickerSchema.TProps) {
  const { formContext, onChange, uiSchema } = props;
  const chosen = props.formData ?? [];
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const options = uiSchema['ui:options'];
  const accountName = textOf(
    formContext?.formData,
    options?.accountField ?? 'user',
  );
  const { tenant, problem, ...tenantSearch } = useTenant(options?.tenant);
  const { account, ...accountSearch } = useAccount(tenant, accountName);
  const error = tenantSearch.error ?? accountSearch.error;

  // What was chosen for one account must not be taken from another.
  const chosenFor = useRef(accountName);
  const anyChosen = chosen.length > 0;
  useEffect(() => {
    if (chosenFor.current !== accountName) {
      chosenFor.current = accountName;
      if (anyChosen) {
        onChange([]);
      }
    }
  }, [accountName, anyChosen, onChange]);

  const content = () => {
    if (!accountName) {
      return <Text color="secondary">{t('licenses.chooseAccount')}</Text>;
    }
    if (problem) {
      return <Text color="danger">{problem}</Text>;
    }
    if (isNotFound(accountSearch.error)) {
      return (
        <Text color="secondary">
          {t('licenses.unknownAccount', { account: accountName })}
        </Text>
      );
    }
    if (error) {
      return (
        <ErrorState
          error={error}
          permission={accountReadPermission.name}
          onRetry={
            tenantSearch.error ? tenantSearch.retry : accountSearch.retry
          }
        />
      );
    }
    if (!account) {
      return <Loading height={72} />;
    }
    return (
      <>
        {account.licenses.map(license => (
          <LicenseOption key={license.skuId} license={license} />
        ))}
        <Remarks account={account} chosen={chosen} />
      </>
    );
  };

  return <LicenseCheckboxes field={props}>{content()}</LicenseCheckboxes>;
}

/** When the account was last active, and what choosing nothing means. */
function Remarks(props: { account: Account; chosen: string[] }) {
  const { account, chosen } = props;
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const direct = account.licenses.filter(isDirect).length;
  const name = account.displayName;
  const consequence = () => {
    if (account.licenses.length === 0) {
      return t('licenses.noneHeld', { name });
    }
    if (direct === 0) {
      return t('licenses.onlyByGroup', { name });
    }
    return chosen.length === 0
      ? t('licenses.allChosen', { count: direct })
      : undefined;
  };
  return (
    <>
      <Text as="p" variant="body-small" color="secondary">
        {t('licenses.lastActivity')}{' '}
        <RelativeTime
          value={account.lastActivityDate}
          fallback={t('licenses.lastActivityUnknown')}
        />
      </Text>
      <div role="status">
        <Text as="p" variant="body-small">
          {consequence()}
        </Text>
      </div>
    </>
  );
}

/** The account with its licenses, as far as the roster knows it. */
function useAccount(tenant: string | undefined, userId: string | undefined) {
  const client = useApi(m365LicensesApiRef);
  const { value, error, loading, retry } = useAsyncRetry(async () => {
    if (tenant === undefined || !userId) {
      return undefined;
    }
    const { account } = await answerOf(
      client.GET('/tenants/{tenant}/users/{userId}', {
        params: { path: { tenant, userId } },
      }),
    );
    return account;
  }, [client, tenant, userId]);
  // While another account loads, the last one's licenses must not be offered.
  return {
    account: loading ? undefined : value,
    error: loading ? undefined : error,
    retry,
  };
}

/** A text that the form holds under a name. */
function textOf(formData: unknown, name: string): string | undefined {
  const value =
    formData && typeof formData === 'object'
      ? new Map<string, unknown>(Object.entries(formData)).get(name)
      : undefined;
  return typeof value === 'string' ? value : undefined;
}
