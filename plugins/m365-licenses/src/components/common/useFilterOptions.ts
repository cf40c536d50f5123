import { useApi } from '@backstage/frontend-plugin-api';
import { answerOf } from 'backstage-plugin-m365-licenses-common';
import useAsync from 'react-use/esm/useAsync';
import { m365LicensesApiRef } from '../../api';

/**
 * The licenses and departments that lists can be narrowed to. Without the
 * permission to read one of them, or when reading it fails, that filter has no
 * options and is left out; the list itself says what is wrong.
 */
export function useFilterOptions(tenant: string) {
  const client = useApi(m365LicensesApiRef);
  const params = { path: { tenant } };
  const licenses = useAsync(
    () => answerOf(client.GET('/tenants/{tenant}/licenses', { params })),
    [client, tenant],
  );
  const departments = useAsync(
    () => answerOf(client.GET('/tenants/{tenant}/departments', { params })),
    [client, tenant],
  );
  return {
    licenses: (licenses.value?.items ?? []).map(({ skuId, displayName }) => ({
      value: skuId,
      label: displayName,
    })),
    /** The currencies that licenses are paid in; none for those who may not know. */
    currencies: [
      ...new Set(
        (licenses.value?.items ?? [])
          .flatMap(({ spend }) => spend?.annual ?? [])
          .map(({ currency }) => currency),
      ),
    ].sort(),
    departments: (departments.value?.items ?? []).map(name => ({
      value: name,
      label: name,
    })),
  };
}
