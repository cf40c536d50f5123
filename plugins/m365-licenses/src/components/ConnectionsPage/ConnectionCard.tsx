import { Card, CardBody, CardHeader, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Connection, Tenant } from 'backstage-plugin-m365-licenses-common';
import { useId, useState } from 'react';
import { m365LicensesTranslationRef } from '../../translation';
import { useLinks } from '../common/links';
import { TenantRefused } from '../common/messages';
import { RelativeTime } from '../common/RelativeTime';
import { ConnectionStatusBadge } from '../common/StatusBadge';
import { CheckUpSection } from './CheckUpSection';
import { ConcealedActivitySection } from './ConcealedActivitySection';
import { Credential } from './Credential';
import { RosterLink } from '../common/tabLinks';
import common from '../common/common.module.css';
import styles from './ConnectionsPage.module.css';

/** Whether the check-up tells why there is no token, so that it is not told twice. */
const isRefusalExplained = (
  { check }: Connection,
  { purpose }: Connection['credentials'][number],
) =>
  check?.findings.some(
    finding =>
      finding.id === 'token' &&
      finding.status === 'failing' &&
      finding.purpose === purpose,
  ) ?? false;

/**
 * How a tenant is connected, what its check-up found, and what can be done.
 *
 * @param props.initial - as it was loaded; what is done here answers newer ones
 */
export function ConnectionCard(props: {
  initial: Connection;
  mayUpdate: boolean;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const headingId = useId();
  const { mayUpdate } = props;
  const [connection, setConnection] = useState(props.initial);
  const { tenant, status, credentials, check } = connection;
  return (
    <Card aria-labelledby={headingId}>
      <CardHeader>
        <div className={common.bar}>
          <Text as="h2" id={headingId} variant="title-x-small" weight="bold">
            {tenant.name}
          </Text>
          <ConnectionStatusBadge status={status} />
        </div>
        {tenant.tenantId && (
          <Text as="p" color="secondary" variant="body-small">
            {t('connections.tenantId')} <code>{tenant.tenantId}</code>
          </Text>
        )}
      </CardHeader>
      <CardBody>
        <div className={styles.sections}>
          {tenant.status === 'refused' && <TenantRefused tenant={tenant} />}
          {tenant.status === 'retired' && <Retired tenant={tenant} />}
          {tenant.status === 'started' && (
            <>
              <div className={common.columns}>
                {credentials.map(credential => (
                  <Credential
                    key={credential.purpose}
                    tenant={tenant.name}
                    credential={credential}
                    isExplained={isRefusalExplained(connection, credential)}
                    mayUpdate={mayUpdate}
                    onChange={setConnection}
                  />
                ))}
              </div>
              <CheckUpSection
                tenant={tenant.name}
                check={check}
                mayUpdate={mayUpdate}
                onChange={setConnection}
              />
              <ConcealedActivitySection
                tenant={tenant.name}
                mayUpdate={mayUpdate}
              />
            </>
          )}
        </div>
      </CardBody>
    </Card>
  );
}

function Retired(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { name, retiredAt } = props.tenant;
  return (
    <div className={common.bar}>
      <Text>
        {t('connections.retired', {
          since: <RelativeTime value={retiredAt} />,
        })}
      </Text>
      <RosterLink href={links.users({ tenant: name })}>
        {t('connections.openUsers')}
      </RosterLink>
    </div>
  );
}
