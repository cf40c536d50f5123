import { Alert, Container, Select } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  licenseReadPermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { type ReactNode, useEffect } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import useSessionStorage from 'react-use/esm/useSessionStorage';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { EmptyState, ErrorState, Loading, TenantRefused } from './messages';
import { RelativeTime } from './RelativeTime';
import { useUrlQuery } from './urlQuery';
import styles from './common.module.css';

/**
 * A page about one tenant. With several, the reader chooses; the choice is in
 * the address and kept while going from tab to tab.
 */
export function TenantPage(props: { children: (tenant: Tenant) => ReactNode }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const query = useUrlQuery();
  const [lastChosen, setLastChosen] = useSessionStorage(
    'm365-licenses.tenant',
    '',
  );
  const { value, error, retry } = useAsyncRetry(
    () => answerOf(client.GET('/tenants')),
    [client],
  );

  const tenants = value?.items ?? [];
  const several = tenants.length > 1;
  const asked = query.get('tenant');
  const chosen =
    tenants.find(({ name }) => name === asked) ??
    (asked && several
      ? undefined
      : tenants.find(({ name }) => name === lastChosen) ??
        tenants.find(({ status }) => status !== 'retired') ??
        tenants[0]);

  const name = several ? chosen?.name : undefined;
  const { set } = query;
  useEffect(() => {
    if (name) {
      setLastChosen(name);
      if (name !== asked) {
        set({ tenant: name }, { replace: true });
      }
    }
  }, [name, asked, set, setLastChosen]);

  function content() {
    if (error) {
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
    if (tenants.length === 0) {
      return (
        <EmptyState title={t('tenant.noneTitle')} text={t('tenant.noneText')} />
      );
    }
    if (!chosen) {
      return (
        <EmptyState
          title={t('tenant.unknownTitle', { name: asked ?? '' })}
          text={t('tenant.unknownText')}
        />
      );
    }
    if (chosen.status === 'refused') {
      return <TenantRefused tenant={chosen} />;
    }
    if (chosen.status === 'retired') {
      return (
        <>
          <Alert
            status="info"
            icon
            title={t('tenant.retiredTitle', {
              name: chosen.name,
              since: <RelativeTime value={chosen.retiredAt} />,
            })}
          />
          {props.children(chosen)}
        </>
      );
    }
    return props.children(chosen);
  }

  return (
    <Container>
      <div className={`${styles.page} ${styles.readable}`} key={chosen?.name}>
        {several && (
          <div className={styles.filters}>
            <Select
              className={styles.filter}
              label={t('tenant.label')}
              options={tenants.map(tenant => ({
                value: tenant.name,
                label:
                  tenant.status === 'retired'
                    ? t('tenant.retiredLabel', { name: tenant.name })
                    : tenant.name,
              }))}
              value={chosen?.name ?? null}
              onChange={next => {
                // Filters name what only the other tenant has.
                setLastChosen(String(next));
                query.replaceAll({ tenant: String(next) });
              }}
            />
          </div>
        )}
        {content()}
      </div>
    </Container>
  );
}
