import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Alert,
  Button,
  Text,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import {
  answerOf,
  type Connection,
  type ConnectionCredential,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { ConfirmButton } from '../common/ConfirmButton';
import { daysSince } from '../common/format';
import { errorMessage } from '../common/messages';
import { useNotify } from '../common/notify';
import { RelativeTime } from '../common/RelativeTime';
import { Status } from '../common/StatusBadge';
import { useBeginSignIn } from './signIn';
import styles from '../common/common.module.css';

/** The addresses of Microsoft's global cloud, which need no mention. */
const GLOBAL_AUTHORITY = 'https://login.microsoftonline.com';
const GLOBAL_TARGET = 'https://graph.microsoft.com';
/** How long before a certificate ends one should renew it. */
const EXPIRY_WARNING_DAYS = 30;

/**
 * How one of a tenant's credentials signs in.
 *
 * @param props.isExplained - why Microsoft gives no token is told elsewhere
 */
export function Credential(props: {
  tenant: string;
  credential: ConnectionCredential;
  isExplained: boolean;
  mayUpdate: boolean;
  onChange: (connection: Connection) => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { tenant, credential, mayUpdate } = props;
  const { purpose, type, clientId, authority, target } = credential;
  return (
    <section className={styles.list}>
      <Text as="h3" weight="bold">
        {t(`connections.${purpose}Credentials`)}
      </Text>
      {credential.refusal && (
        <Refused refusal={credential.refusal} isExplained={props.isExplained} />
      )}
      <dl className={styles.facts}>
        <dt>{t('connections.way')}</dt>
        <dd>{t(`credentialType.${type}`)}</dd>
        {clientId && (
          <>
            <dt>{t('connections.application')}</dt>
            <dd>
              <code>{clientId}</code>
            </dd>
          </>
        )}
        {credential.certificate && (
          <>
            <dt>{t('connections.certificate')}</dt>
            <dd>
              <Certificate certificate={credential.certificate} />
            </dd>
          </>
        )}
        {type === 'authorizationCode' && (
          <>
            <dt>{t('connections.authorized')}</dt>
            <dd>
              <Authorization authorization={credential.authorization} />
            </dd>
          </>
        )}
        {authority !== GLOBAL_AUTHORITY && (
          <>
            <dt>{t('connections.authority')}</dt>
            <dd>{authority}</dd>
          </>
        )}
        {target !== GLOBAL_TARGET && (
          <>
            <dt>{t('connections.target')}</dt>
            <dd>{target}</dd>
          </>
        )}
      </dl>
      {type === 'authorizationCode' && mayUpdate && (
        <SignInActions
          tenant={tenant}
          credential={credential}
          onChange={props.onChange}
        />
      )}
    </section>
  );
}

function Refused(props: {
  refusal: NonNullable<ConnectionCredential['refusal']>;
  isExplained: boolean;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { message, mend, since, retryAt, requestId } = props.refusal;
  return (
    <Alert
      status="danger"
      icon
      title={t('connections.refusal', {
        since: <RelativeTime value={since} />,
        retry: <RelativeTime value={retryAt} />,
      })}
      description={
        props.isExplained ? undefined : (
          <>
            <Text as="p">{message}</Text>
            {mend && <Text as="p">{mend}</Text>}
            {requestId && (
              <Text as="p" variant="body-small">
                {t('common.requestId', { id: requestId })}
              </Text>
            )}
          </>
        )
      }
    />
  );
}

function Certificate(props: {
  certificate: NonNullable<ConnectionCredential['certificate']>;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { subject, thumbprint, expiresAt } = props.certificate;
  const isExpired = Date.parse(expiresAt) <= Date.now();
  const isExpiring = -daysSince(expiresAt) <= EXPIRY_WARNING_DAYS;
  const when = t(isExpired ? 'connections.expired' : 'connections.expires', {
    when: <RelativeTime value={expiresAt} />,
  });
  return (
    <div className={styles.stack}>
      <span>{subject}</span>
      <span className={styles.secondary} title={thumbprint}>
        {t('connections.thumbprint', {
          thumbprint: `${thumbprint.slice(0, 8)}…`,
        })}
      </span>
      {isExpired || isExpiring ? (
        <Status tone={isExpired ? 'bad' : 'attention'}>
          <span>{when}</span>
        </Status>
      ) : (
        <span>{when}</span>
      )}
    </div>
  );
}

function Authorization(props: {
  authorization: ConnectionCredential['authorization'];
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  if (!props.authorization) {
    return <Status tone="attention">{t('connections.notAuthorized')}</Status>;
  }
  const { userPrincipalName, displayName, authorizedBy, authorizedAt, scopes } =
    props.authorization;
  return (
    <div className={styles.stack}>
      <span>
        {displayName
          ? `${displayName} (${userPrincipalName})`
          : userPrincipalName}
      </span>
      <span className={styles.secondary}>
        {t('connections.authorizedBy', {
          person: <EntityRefLink entityRef={authorizedBy} />,
          when: <RelativeTime value={authorizedAt} />,
        })}
      </span>
      <Accordion>
        <AccordionTrigger
          level={4}
          title={t('connections.scopes', { count: scopes.length })}
        />
        <AccordionPanel>
          <ul className={styles.list}>
            {scopes.map(scope => (
              <li key={scope}>
                <code>{scope}</code>
              </li>
            ))}
          </ul>
        </AccordionPanel>
      </Accordion>
    </div>
  );
}

function SignInActions(props: {
  tenant: string;
  credential: ConnectionCredential;
  onChange: (connection: Connection) => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { begin, isPending } = useBeginSignIn();
  const { tenant, onChange } = props;
  const { purpose, authorization } = props.credential;

  const disconnect = async () => {
    try {
      onChange(
        await answerOf(
          client.DELETE('/tenants/{tenant}/connection/authorization', {
            params: { path: { tenant }, query: { purpose } },
          }),
        ),
      );
      notify({
        title: t('connections.disconnected', { tenant }),
        status: 'success',
      });
    } catch (error) {
      notify({
        title: t('connections.disconnectFailed', { tenant }),
        description: errorMessage(error),
        status: 'danger',
      });
    }
  };

  return (
    <div className={styles.tags}>
      <Button
        size="small"
        variant={authorization ? 'secondary' : 'primary'}
        isPending={isPending}
        onPress={() => begin({ tenant, purpose })}
      >
        {t(
          authorization
            ? 'connections.authorizeAgain'
            : 'connections.authorize',
        )}
      </Button>
      {authorization && (
        <ConfirmButton
          label={t('connections.disconnect')}
          title={t('connections.disconnectTitle', { tenant })}
          text={t(
            purpose === 'sync'
              ? 'connections.disconnectSync'
              : 'connections.disconnectReclamation',
            { tenant },
          )}
          onConfirm={disconnect}
        />
      )}
    </div>
  );
}
