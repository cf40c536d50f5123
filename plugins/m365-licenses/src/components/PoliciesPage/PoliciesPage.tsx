import { Button, Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { RiAddLine } from '@remixicon/react';
import {
  answerOf,
  type Policy,
  policyUpdatePermission,
  reclamationReadPermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useEffect, useRef, useState } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { useLinks } from '../common/links';
import { Loaded } from '../common/Loaded';
import { EmptyState } from '../common/messages';
import { TenantPage } from '../common/TenantPage';
import { PolicyCard } from './PolicyCard';
import { PolicyDialog } from './PolicyDialog';
import styles from '../common/common.module.css';

/** Standing rules by which licenses are taken back: what each does, and did last. @public */
export function PoliciesPage() {
  return (
    <TenantPage>
      {tenant => <Policies key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

/** What the form is open for: a new policy, or one to change. */
type Edited = 'new' | Policy;

function Policies(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const tenant = props.tenant.name;
  const { allowed } = usePermission({ permission: policyUpdatePermission });
  const isActive = props.tenant.status === 'started';
  const mayUpdate = allowed && isActive;
  const [edited, setEdited] = useState<Edited>();
  const heading = useRef<HTMLHeadingElement>(null);
  // The reader came from a list: the page begins here.
  useEffect(() => heading.current?.focus(), []);

  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/policies', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant],
  );

  return (
    <>
      <Link href={links.reclamations({ tenant })}>
        {`← ${t('policies.back')}`}
      </Link>
      <div className={styles.bar}>
        <h2 ref={heading} tabIndex={-1} className={styles.heading}>
          {t('policies.title')}
        </h2>
        {mayUpdate && (
          <Button
            variant="secondary"
            iconStart={<RiAddLine />}
            onPress={() => setEdited('new')}
          >
            {t('policies.add')}
          </Button>
        )}
      </div>
      <Text as="p" color="secondary">
        {t('policies.text')}
      </Text>
      <Loaded
        state={state}
        permission={reclamationReadPermission.name}
        height={320}
      >
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title={t('policies.emptyTitle')}
              text={t('policies.emptyText')}
            />
          ) : (
            items.map(policy => (
              <PolicyCard
                key={policy.id}
                policy={policy}
                isActive={isActive}
                mayUpdate={mayUpdate}
                onEdit={() => setEdited(policy)}
                onChange={state.retry}
              />
            ))
          )
        }
      </Loaded>
      <PolicyDialog
        tenant={tenant}
        policy={edited}
        onClose={() => setEdited(undefined)}
        onDone={state.retry}
      />
    </>
  );
}
