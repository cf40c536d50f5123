import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import {
  accountReadPermission,
  answerOf,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../api';
import { ErrorState, Loading } from '../components/common/messages';
import {
  isDirect,
  LicenseCheckboxes,
  LicenseOption,
} from './LicenseCheckboxes';
import type { ownLicensePickerSchema } from './schemas';
import { m365LicensesScaffolderTranslationRef } from './translation';

/**
 * A field that offers the licenses of whoever fills the form in, and stores the
 * SKU ids chosen. It asks for one's own account only, which needs no permission.
 */
export function OwnLicensePicker(props: typeof ownLicensePickerSchema.TProps) {
  const named = props.uiSchema['ui:options']?.tenant;
  const client = useApi(m365LicensesApiRef);
  const { t } = useTranslationRef(m365LicensesScaffolderTranslationRef);
  const { value, error, retry } = useAsyncRetry(
    () => answerOf(client.GET('/me')),
    [client],
  );
  const own = (value?.accounts ?? [])
    .map(({ detail }) => detail)
    .filter(({ tenant }) => named === undefined || tenant === named);
  const tenants = [...new Set(own.map(({ tenant }) => tenant))];
  const licenses = own.flatMap(({ account }) => account.licenses);

  const content = () => {
    if (error) {
      return (
        <ErrorState
          error={error}
          permission={accountReadPermission.name}
          onRetry={retry}
        />
      );
    }
    if (!value) {
      return <Loading height={72} />;
    }
    if (own.length === 0) {
      return <Text color="secondary">{t('ownLicenses.noAccount')}</Text>;
    }
    if (tenants.length > 1) {
      return (
        <Text color="danger">
          {t('tenant.several', { names: tenants.join(', ') })}
        </Text>
      );
    }
    if (licenses.length === 0) {
      return <Text color="secondary">{t('ownLicenses.noneHeld')}</Text>;
    }
    return (
      <>
        {licenses.map(license => (
          <LicenseOption key={license.skuId} license={license} />
        ))}
        {!licenses.some(isDirect) && (
          <Text as="p" variant="body-small">
            {t('ownLicenses.onlyByGroup')}
          </Text>
        )}
      </>
    );
  };

  return <LicenseCheckboxes field={props}>{content()}</LicenseCheckboxes>;
}
