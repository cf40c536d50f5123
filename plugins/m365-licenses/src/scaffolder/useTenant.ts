import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { answerOf } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesApiRef } from '../api';
import { m365LicensesScaffolderTranslationRef } from './translation';

/**
 * The tenant a field works on: the one named in its options, else the only one.
 *
 * @returns `problem` in words when it cannot be told which
 */
export function useTenant(named: string | undefined): {
  tenant?: string;
  problem?: string;
  error?: Error;
  retry: () => void;
} {
  const client = useApi(m365LicensesApiRef);
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const {
    value: names,
    error,
    retry,
  } = useAsyncRetry(async () => {
    if (named !== undefined) {
      return [named];
    }
    const { items } = await answerOf(client.GET('/tenants'));
    return items
      .filter(({ status }) => status !== 'retired')
      .map(({ name }) => name);
  }, [client, named]);

  switch (names?.length) {
    case undefined:
      return { error, retry };
    case 0:
      return { problem: t('tenant.none'), retry };
    case 1:
      return { tenant: names?.[0], retry };
    default:
      return {
        problem: t('tenant.several', { names: names?.join(', ') ?? '' }),
        retry,
      };
  }
}
