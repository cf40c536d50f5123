import { Alert, Button, Container, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  answerOf,
  connectionUpdatePermission,
  licenseReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import useInterval from 'react-use/esm/useInterval';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { EmptyState, ErrorState, Loading } from '../common/messages';
import { useUrlQuery } from '../common/urlQuery';
import { ConnectionCard } from './ConnectionCard';
import { type SignIn, useBeginSignIn, useSignInReturn } from './signIn';
import styles from '../common/common.module.css';

/** How often it is seen whether the first check-up is done, which the start begins. */
const POLL_MS = 3000;

/** Is Microsoft reachable and allowed? The connection of every tenant. @public */
export function ConnectionsPage() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { isCompleting, failure } = useSignInReturn();
  return (
    <Container>
      <div className={`${styles.page} ${styles.readable}`}>
        {isCompleting ? (
          <Alert
            role="status"
            status="info"
            isPending
            title={t('connections.completing')}
          />
        ) : (
          <>
            {failure && <SignInFailed {...failure} />}
            <Connections />
          </>
        )}
      </div>
    </Container>
  );
}

function SignInFailed(props: { message: string; begun: SignIn | undefined }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { begin, isPending } = useBeginSignIn();
  const { message, begun } = props;
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title={
        begun
          ? t('connections.signInFailedOf', { tenant: begun.tenant })
          : t('connections.signInFailed')
      }
      description={message}
      customActions={
        begun && (
          <Button
            size="small"
            variant="secondary"
            isPending={isPending}
            onPress={() => begin(begun)}
          >
            {t('common.retry')}
          </Button>
        )
      }
    />
  );
}

/** Every tenant's connection; the one in the address comes first. */
function Connections() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const asked = useUrlQuery().get('tenant');
  const { allowed, loading: deciding } = usePermission({
    permission: connectionUpdatePermission,
  });
  const { value, error, retry } = useAsyncRetry(
    () => answerOf(client.GET('/connections')),
    [client],
  );
  const isFirstCheckDue = value?.items.some(
    ({ status }) => status === 'notChecked',
  );
  useInterval(retry, isFirstCheckDue ? POLL_MS : null);

  if (error && !value) {
    return (
      <ErrorState
        error={error}
        permission={licenseReadPermission.name}
        onRetry={retry}
      />
    );
  }
  if (!value) {
    return <Loading height={480} />;
  }
  if (value.items.length === 0) {
    return (
      <EmptyState
        title={t('tenant.noneTitle')}
        text={t('connections.emptyText')}
      />
    );
  }
  const isAsked = ({ tenant }: { tenant: { name: string } }) =>
    tenant.name === asked;
  return (
    <>
      {[
        ...value.items.filter(isAsked),
        ...value.items.filter(connection => !isAsked(connection)),
      ].map(connection => (
        <ConnectionCard
          key={`${connection.tenant.name} ${connection.check?.checkedAt}`}
          initial={connection}
          mayUpdate={allowed}
        />
      ))}
      {!allowed && !deciding && (
        <Text color="secondary">
          {t('connections.notPermitted', {
            permission: connectionUpdatePermission.name,
          })}
        </Text>
      )}
    </>
  );
}
