import { Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  type AccountDetail,
  accountReadPermission,
  answerOf,
  type AssignedLicense,
  type AssignmentPath,
  type ServiceActivity,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation, useParams } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type DataColumn, DataTable } from '../common/DataTable';
import { useLinks } from '../common/links';
import {
  EmptyState,
  ErrorState,
  isNotFound,
  Loading,
} from '../common/messages';
import { NameCell } from '../common/NameCell';
import { LicenseUse, ServicesCounted } from '../common/LicenseUse';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { ReportDate, ServiceTimeline } from '../common/Services';
import { ActivityStatusBadge, Status } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { usePathWords } from '../common/usePathWords';
import styles from '../common/common.module.css';

/** One account: its licenses, its activity and who it is. @public */
export function AccountPage() {
  const { userId = '' } = useParams();
  return (
    <TenantPage>
      {tenant => (
        <AccountOf
          key={`${tenant.name} ${userId}`}
          tenant={tenant}
          userId={userId}
        />
      )}
    </TenantPage>
  );
}

function AccountOf(props: { tenant: Tenant; userId: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const { search } = useLocation();
  const { userId } = props;
  const tenant = props.tenant.name;
  const { value, error, retry } = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/users/{userId}', {
          params: { path: { tenant, userId } },
        }),
      ),
    [client, tenant, userId],
  );

  function content() {
    if (error && isNotFound(error)) {
      return (
        <EmptyState
          title={t('error.notFoundTitle')}
          text={t('account.notFound', { userId })}
        />
      );
    }
    if (error) {
      return (
        <ErrorState
          error={error}
          permission={accountReadPermission.name}
          onRetry={retry}
        />
      );
    }
    return value ? (
      <Details detail={value} tenant={props.tenant} />
    ) : (
      <Loading height={480} />
    );
  }

  return (
    <>
      <Link href={`${links.users()}${search}`}>{`← ${t('account.back')}`}</Link>
      {content()}
    </>
  );
}

function Details(props: { detail: AccountDetail; tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { account, services, reportRefreshDate, syncedAt } = props.detail;
  const heading = useRef<HTMLHeadingElement>(null);
  // The reader came from a list: the page begins here.
  useEffect(() => heading.current?.focus(), []);

  const facts: [string, ReactNode][] = [
    [t('account.principalName'), account.userPrincipalName],
    [t('account.email'), account.email],
    [t('account.jobTitle'), account.jobTitle],
    [t('account.department'), account.department],
    [t('account.company'), account.companyName],
    [t('account.office'), account.officeLocation],
    [t('account.country'), account.country],
    [t('account.type'), t(`userType.${account.userType}`)],
    ...(
      [
        ['created', account.createdAt],
        ['deactivated', account.deactivatedAt],
        ['deleted', account.deletedAt],
        ['lastSignIn', account.lastSignInAt],
        ['synced', syncedAt],
      ] as const
    ).map(([name, date]): [string, ReactNode] => [
      t(`account.${name}`),
      date && <RelativeTime value={date} />,
    ]),
    [t('account.objectId'), account.id],
  ];

  return (
    <>
      <div className={styles.bar}>
        <div className={styles.stack}>
          <h2 ref={heading} tabIndex={-1} className={styles.heading}>
            {account.displayName}
          </h2>
          <Text color="secondary">{account.userPrincipalName}</Text>
        </div>
        <div className={styles.caption}>
          <ActivityStatusBadge status={account.status} />
          <Status tone={account.enabled ? 'good' : 'muted'}>
            {`${t('account.signIn')}: ${t(
              account.enabled ? 'common.enabled' : 'common.disabled',
            )}`}
          </Status>
        </div>
      </div>
      <Section title={t('account.licenses')}>
        <LicenseTable licenses={account.licenses} services={services} />
      </Section>
      <div className={styles.columns}>
        <Section
          title={t('account.services')}
          aside={<ReportDate value={reportRefreshDate} />}
        >
          <ServiceTimeline
            services={services}
            inactiveAfterDays={props.tenant.inactiveAfterDays}
          />
        </Section>
        <Section title={t('account.identity')}>
          <dl className={styles.facts}>
            {facts
              .filter(([, value]) => value)
              .map(([name, value]) => (
                <div key={name} className={styles.contents}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
          </dl>
        </Section>
      </div>
    </>
  );
}

interface HeldLicense {
  license: AssignedLicense;
  path: AssignmentPath;
}

function LicenseTable(props: {
  licenses: AssignedLicense[];
  services: ServiceActivity[];
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const pathWords = usePathWords();
  // One row per path: direct and by group at once is possible.
  const held = props.licenses.flatMap(license =>
    license.paths.map(path => ({ license, path })),
  );
  const columns: DataColumn<HeldLicense>[] = [
    {
      id: 'license',
      label: t('account.license'),
      rowHeader: true,
      width: '20%',
      cell: ({ license }) => (
        <NameCell
          name={license.displayName}
          detail={license.skuPartNumber ?? license.skuId}
        />
      ),
    },
    {
      id: 'path',
      label: t('account.path'),
      cell: ({ path }) => pathWords(path),
    },
    {
      id: 'use',
      label: t('account.use'),
      width: '22%',
      cell: ({ path }) => <LicenseUse use={path} services={props.services} />,
    },
    {
      id: 'counts',
      label: t('account.counts'),
      width: '16%',
      cell: ({ path }) => <ServicesCounted services={path.services} />,
    },
    {
      id: 'state',
      label: t('account.state'),
      cell: ({ path }) => (
        <div className={styles.stack}>
          <Status tone={path.error ? 'bad' : 'good'}>{path.state}</Status>
          {path.error && <span>{path.error}</span>}
        </div>
      ),
    },
    {
      id: 'disabledPlans',
      label: t('account.disabledPlans'),
      numeric: true,
      width: '9rem',
      cell: ({ path }) => (
        <span title={path.disabledPlans.join(', ')}>
          {path.disabledPlans.length}
        </span>
      ),
    },
    {
      id: 'since',
      label: t('account.since'),
      cell: ({ path }) => (
        <RelativeTime value={path.assignedAt} fallback={t('common.unknown')} />
      ),
    },
  ];
  return (
    <DataTable
      label={t('account.licenses')}
      columns={columns}
      items={held}
      getId={({ license, path }) =>
        `${license.skuId} ${path.groupId ?? path.type}`
      }
      minWidth="62rem"
      empty={
        <EmptyState
          title={t('account.noLicensesTitle')}
          text={t('account.noLicensesText')}
        />
      }
    />
  );
}
