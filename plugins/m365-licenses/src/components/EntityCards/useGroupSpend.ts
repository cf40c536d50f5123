import {
  DEFAULT_NAMESPACE,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  answerOf,
  type EntitySpend,
  licenseReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';

/**
 * What the licenses of the Group entity in sight and of the groups below it
 * cost.
 *
 * @returns spend - its value is absent for those who may not read it: nothing is
 *   asked then
 */
export function useGroupSpend() {
  const { entity } = useEntity();
  const client = useApi(m365LicensesApiRef);
  const { allowed } = usePermission({ permission: licenseReadPermission });
  const { name, namespace = DEFAULT_NAMESPACE } = entity.metadata;
  const spend = useAsyncRetry(
    async (): Promise<EntitySpend | undefined> =>
      allowed
        ? answerOf(
            client.GET('/entities/{kind}/{namespace}/{name}/spend', {
              params: { path: { kind: 'group', namespace, name } },
            }),
          )
        : undefined,
    [client, allowed, namespace, name],
  );
  return { entityRef: stringifyEntityRef(entity), allowed, spend };
}
