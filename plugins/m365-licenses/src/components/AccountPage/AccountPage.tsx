import { Button, Link, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  type AccountDetail,
  accountReadPermission,
  answerOf,
  type AssignedLicense,
  type AssignmentPath,
  type Candidate,
  reclamationCreatePermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useParams, useSearchParams } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import {
  AccountReclamations,
  useAccountReclamations,
} from '../common/AccountReclamations';
import { CandidateStateText, CandidateValue } from '../common/Candidates';
import { type DataColumn, DataTable } from '../common/DataTable';
import { HandBack } from '../common/HandBack';
import { ACCOUNT_LISTS, useLinks } from '../common/links';
import {
  EmptyState,
  ErrorState,
  isNotFound,
  Loading,
} from '../common/messages';
import { LicenseUse, ServicesCounted } from '../common/LicenseUse';
import { Annual } from '../common/money';
import { NameCell } from '../common/NameCell';
import { PlanDialog } from '../common/PlanDialog';
import { ReasonText } from '../common/ReasonText';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { ReportDate } from '../common/Services';
import { ActivityStatusBadge, Status } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { usePathWords } from '../common/usePathWords';
import { ServiceTimeline } from './ServiceTimeline';
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
  const [params] = useSearchParams();
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
      <Details detail={value} tenant={props.tenant} onChange={retry} />
    ) : (
      <Loading height={480} />
    );
  }

  const { from, ...query } = Object.fromEntries(params);
  const list = ACCOUNT_LISTS.find(name => name === from) ?? 'users';
  return (
    <>
      <Link href={links[list](query)}>{`← ${t(`account.back.${list}`)}`}</Link>
      {content()}
    </>
  );
}

function Details(props: {
  detail: AccountDetail;
  tenant: Tenant;
  /** Reads the account again. */
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { detail, onChange } = props;
  const { tenant, account, services, candidates, reportRefreshDate, syncedAt } =
    detail;
  const history = useAccountReclamations(tenant, account.id);
  const { allowed: mayPlan } = usePermission({
    permission: reclamationCreatePermission,
  });
  const [isPlanning, setPlanning] = useState(false);
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
        <div className={styles.bar}>
          <div className={styles.caption}>
            <ActivityStatusBadge status={account.status} />
            <Status tone={account.enabled ? 'good' : 'muted'}>
              {`${t('account.signIn')}: ${t(
                account.enabled ? 'common.enabled' : 'common.disabled',
              )}`}
            </Status>
          </div>
          {mayPlan &&
            props.tenant.status === 'started' &&
            account.licenses.length > 0 && (
              <Button
                size="small"
                variant="secondary"
                onPress={() => setPlanning(true)}
              >
                {t('plan.button')}
              </Button>
            )}
        </div>
      </div>
      {candidates.length > 0 && (
        <Section
          title={t('account.suggested')}
          aside={
            <Link
              href={links.candidates({
                tenant,
                text: account.userPrincipalName,
              })}
            >
              {t('account.openCandidates')}
            </Link>
          }
        >
          <SuggestionTable candidates={candidates} />
        </Section>
      )}
      <Section
        title={t('account.licenses')}
        aside={
          account.annual &&
          account.licenses.length > 0 && (
            <span>
              {t('account.total')}: <Annual annual={account.annual} />
            </span>
          )
        }
      >
        <LicenseTable
          detail={detail}
          underway={history.underway}
          onChange={() => {
            onChange();
            history.retry();
          }}
        />
      </Section>
      <AccountReclamations
        title={t('account.reclamations')}
        tenant={tenant}
        state={history}
      />
      <div className={styles.columns}>
        <Section
          title={t('account.services')}
          aside={<ReportDate value={reportRefreshDate} />}
        >
          <ServiceTimeline
            services={services}
            inactiveAfterDays={props.tenant.inactiveAfterDays}
            reportRefreshDate={reportRefreshDate}
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
      <PlanDialog
        tenant={tenant}
        title={t('account.planTitle', { name: account.displayName })}
        selection={{ users: [account.id] }}
        isOpen={isPlanning}
        onClose={() => setPlanning(false)}
      />
    </>
  );
}

/** What could be taken back from the account, why, and what holds it back. */
function SuggestionTable(props: { candidates: Candidate[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { candidates } = props;
  const columns: DataColumn<Candidate>[] = [
    {
      id: 'license',
      label: t('account.license'),
      rowHeader: true,
      width: '20%',
      cell: ({ displayName, skuPartNumber, skuId }) => (
        <NameCell name={displayName} detail={skuPartNumber ?? skuId} />
      ),
    },
    {
      id: 'reason',
      label: t('candidates.why'),
      cell: ({ reasons }) => <ReasonText reasons={reasons} />,
    },
    ...(candidates.some(({ value }) => value)
      ? [
          {
            id: 'value',
            label: t('candidates.annual'),
            numeric: true,
            width: '9rem',
            cell: (candidate: Candidate) => (
              <CandidateValue candidate={candidate} />
            ),
          },
        ]
      : []),
    {
      id: 'state',
      label: t('candidates.stateLabel'),
      width: '24%',
      cell: candidate => <CandidateStateText candidate={candidate} />,
    },
  ];
  return (
    <DataTable
      label={t('account.suggested')}
      columns={columns}
      items={candidates}
      getId={({ skuId }) => skuId}
      minWidth="48rem"
      empty={null}
    />
  );
}

interface HeldLicense {
  license: AssignedLicense;
  path: AssignmentPath;
  /** Further paths to the same license cost no other seat. */
  isFirst: boolean;
}

/** Handing back takes the direct assignment; where there is none, the first path tells why not. */
const handedBackPath = ({ paths }: AssignedLicense) =>
  paths.find(({ type }) => type === 'direct') ?? paths[0];

/**
 * What the account holds, each with the way to hand it back for those who may.
 *
 * @param props.underway - from {@link useAccountReclamations}
 * @param props.onChange - reads again what it holds
 */
function LicenseTable(props: {
  detail: AccountDetail;
  underway: ReadonlyMap<string, string>;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const pathWords = usePathWords();
  const { detail, underway, onChange } = props;
  const { tenant, account, services, mayHandBack } = detail;
  const { licenses } = account;
  // One row per path: direct and by group at once is possible.
  const held = licenses.flatMap(license =>
    license.paths.map((path, index) => ({
      license,
      path,
      isFirst: index === 0,
    })),
  );
  const columns: DataColumn<HeldLicense>[] = [
    {
      id: 'license',
      label: t('account.license'),
      rowHeader: true,
      width: '17%',
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
      width: '12%',
      cell: ({ path }) => pathWords(path),
    },
    {
      id: 'use',
      label: t('account.use'),
      width: '17%',
      cell: ({ path }) => <LicenseUse use={path} services={services} />,
    },
    {
      id: 'counts',
      label: t('account.counts'),
      cell: ({ path }) => <ServicesCounted services={path.services} />,
    },
    ...(licenses.some(({ annual }) => annual)
      ? [
          {
            id: 'annual',
            label: t('account.annual'),
            numeric: true,
            width: '7rem',
            cell: ({ license, isFirst }: HeldLicense) =>
              isFirst && license.annual && <Annual annual={license.annual} />,
          },
        ]
      : []),
    {
      id: 'state',
      label: t('account.state'),
      width: '8rem',
      cell: ({ path }) => (
        <div className={styles.stack}>
          <Status tone={path.error ? 'bad' : 'good'}>{path.state}</Status>
          {path.error && <span>{path.error}</span>}
          {path.disabledPlans.length > 0 && (
            <span
              className={styles.secondary}
              title={path.disabledPlans.join(', ')}
            >
              {t('account.disabledPlans', { count: path.disabledPlans.length })}
            </span>
          )}
        </div>
      ),
    },
    {
      id: 'since',
      label: t('account.since'),
      width: '7rem',
      cell: ({ path }) => (
        <RelativeTime value={path.assignedAt} fallback={t('common.unknown')} />
      ),
    },
    ...(mayHandBack
      ? [
          {
            id: 'handBack',
            label: t('handBack.column'),
            width: '9rem',
            cell: ({ license, path }: HeldLicense) =>
              path === handedBackPath(license) && (
                <HandBack
                  tenant={tenant}
                  account={account}
                  license={license}
                  underway={underway.get(license.skuId)}
                  onDone={onChange}
                />
              ),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      label={t('account.licenses')}
      columns={columns}
      items={held}
      getId={({ license, path }) =>
        `${license.skuId} ${path.groupId ?? path.type}`
      }
      minWidth="72rem"
      empty={
        <EmptyState
          title={t('account.noLicensesTitle')}
          text={t('account.noLicensesText')}
        />
      }
    />
  );
}
