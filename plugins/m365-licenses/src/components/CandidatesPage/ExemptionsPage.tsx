import { Button, Link } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { RiAddLine } from '@remixicon/react';
import {
  accountReadPermission,
  answerOf,
  type Exemption,
  exemptionUpdatePermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useEffect, useRef, useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { ConfirmButton } from '../common/ConfirmButton';
import type { CsvColumn } from '../common/csv';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { ExportButton } from '../common/ExportButton';
import { useLinks } from '../common/links';
import {
  EmptyState,
  errorMessage,
  ErrorState,
  isBadRequest,
} from '../common/messages';
import { NameCell } from '../common/NameCell';
import { useNotify } from '../common/notify';
import { Person } from '../common/Person';
import { RelativeTime } from '../common/RelativeTime';
import { Status } from '../common/StatusBadge';
import { TenantPage } from '../common/TenantPage';
import { useUrlQuery } from '../common/urlQuery';
import { usePagedList } from '../common/usePagedList';
import { useFilterOptions } from '../common/useFilterOptions';
import { ExemptionDialog } from './ExemptionDialog';
import styles from '../common/common.module.css';

/** What is held back from being taken back, by whom and until when. @public */
export function ExemptionsPage() {
  return (
    <TenantPage>
      {tenant => <Exemptions key={tenant.name} tenant={tenant} />}
    </TenantPage>
  );
}

const EXPORT_COLUMNS: CsvColumn<Exemption>[] = [
  { header: 'account', value: ({ account }) => account?.userPrincipalName },
  { header: 'displayName', value: ({ account }) => account?.displayName },
  { header: 'group', value: ({ group }) => group },
  { header: 'license', value: ({ sku }) => sku?.displayName },
  { header: 'skuId', value: ({ sku }) => sku?.skuId },
  { header: 'reason', value: ({ reason }) => reason },
  { header: 'owner', value: ({ owner }) => owner },
  { header: 'expiresOn', value: ({ expiresOn }) => expiresOn },
  { header: 'active', value: ({ active }) => active },
  { header: 'createdBy', value: ({ createdBy }) => createdBy },
  { header: 'createdAt', value: ({ createdAt }) => createdAt },
  { header: 'id', value: ({ id }) => id },
];

function Exemptions(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const { allowed: mayUpdate } = usePermission({
    permission: exemptionUpdatePermission,
  });
  const tenant = props.tenant.name;
  const query = useUrlQuery();
  const options = useFilterOptions(tenant);
  const [isAdding, setAdding] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  // The reader came from a list: the page begins here.
  useEffect(() => heading.current?.focus(), []);

  const { value, loading, error, retry, paging, getExportPage } = usePagedList(
    query,
    [tenant],
    (page, signal) =>
      answerOf(
        client.GET('/tenants/{tenant}/exemptions', {
          params: { path: { tenant }, query: page },
          signal,
        }),
      ),
  );

  const columns: DataColumn<Exemption>[] = [
    {
      id: 'what',
      label: t('exemptions.what'),
      rowHeader: true,
      width: '24%',
      cell: exemption => <ExemptionTarget {...exemption} tenant={tenant} />,
    },
    {
      id: 'reason',
      label: t('exemptions.reason'),
      cell: ({ reason }) => <span className={styles.name}>{reason}</span>,
    },
    {
      id: 'owner',
      label: t('exemptions.owner'),
      width: '11rem',
      cell: ({ owner }) => <Person entityRef={owner} />,
    },
    {
      id: 'state',
      label: t('exemptions.state'),
      width: '12rem',
      cell: ({ active, expiresOn }) => (
        <div className={styles.stack}>
          <Status tone={active ? 'good' : 'muted'}>
            {t(active ? 'exemptions.active' : 'exemptions.expired')}
          </Status>
          <span className={styles.note}>
            {expiresOn ? (
              <>
                {t(active ? 'exemptions.ends' : 'exemptions.ended')}{' '}
                <RelativeTime value={expiresOn} />
              </>
            ) : (
              t('exemptions.noEnd')
            )}
          </span>
        </div>
      ),
    },
    {
      id: 'created',
      label: t('exemptions.created'),
      width: '11rem',
      cell: ({ createdBy, createdAt }) => (
        <div className={styles.stack}>
          <RelativeTime value={createdAt} />
          <span className={styles.note}>
            {t('terms.changedBy', { person: <Person entityRef={createdBy} /> })}
          </span>
        </div>
      ),
    },
    ...(mayUpdate
      ? [
          {
            id: 'action',
            label: t('candidates.action'),
            width: '7rem',
            cell: (exemption: Exemption) => (
              <EndButton
                tenant={tenant}
                exemption={exemption}
                onChange={retry}
              />
            ),
          },
        ]
      : []),
  ];

  return (
    <>
      <Link href={links.candidates({ tenant })}>
        {`← ${t('exemptions.back')}`}
      </Link>
      <div className={styles.bar}>
        <h2 ref={heading} tabIndex={-1} className={styles.heading}>
          {t('exemptions.title')}
        </h2>
        <div className={styles.tags}>
          {mayUpdate && (
            <Button
              variant="secondary"
              iconStart={<RiAddLine />}
              onPress={() => setAdding(true)}
            >
              {t('exemptions.add')}
            </Button>
          )}
          <ExportButton
            name={`${tenant}-exemptions`}
            columns={EXPORT_COLUMNS}
            isDisabled={!value?.totalItems}
            getPage={getExportPage}
          />
        </div>
      </div>
      {error ? (
        <ErrorState
          error={error}
          permission={accountReadPermission.name}
          onRetry={isBadRequest(error) ? paging.first : retry}
          retryLabel={isBadRequest(error) ? t('common.firstPage') : undefined}
        />
      ) : (
        <>
          <div className={styles.caption}>
            <span role="status">
              {value && t('exemptions.rows', { count: value.totalItems })}
            </span>
          </div>
          <DataTable
            label={t('exemptions.title')}
            columns={columns}
            items={value?.items}
            isStale={loading}
            getId={({ id }) => id}
            minWidth="66rem"
            empty={
              <EmptyState
                title={t('exemptions.emptyTitle')}
                text={t('exemptions.emptyText')}
              />
            }
          />
          <PagingBar
            paging={paging}
            totalItems={value?.totalItems}
            shown={value?.items.length ?? 0}
            nextCursor={value?.nextCursor}
          />
        </>
      )}
      <ExemptionDialog
        tenant={tenant}
        licenses={options.licenses}
        isOpen={isAdding}
        onClose={() => setAdding(false)}
        onDone={retry}
      />
    </>
  );
}

/** Who and which license an exemption is for. */
function ExemptionTarget(
  props: Pick<Exemption, 'account' | 'group' | 'sku'> & { tenant: string },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { account, group, sku, tenant } = props;

  function who() {
    if (account) {
      return (
        <NameCell
          name={account.displayName}
          detail={account.userPrincipalName}
          href={links.account(
            account.id,
            `?${new URLSearchParams({ tenant })}`,
            'exemptions',
          )}
        />
      );
    }
    return group ? <Person entityRef={group} /> : t('exemptions.who.everybody');
  }

  return (
    <div className={styles.stack}>
      {who()}
      <span>{sku?.displayName ?? t('exemptions.everyLicense')}</span>
    </div>
  );
}

function EndButton(props: {
  tenant: string;
  exemption: Exemption;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { tenant, exemption, onChange } = props;
  const { id, account, group, sku, reason, active } = exemption;
  const what = [
    account?.displayName ?? group ?? t('exemptions.who.everybody'),
    sku?.displayName ?? t('exemptions.everyLicense'),
  ].join(', ');

  const end = async () => {
    try {
      await answerOf(
        client.DELETE('/tenants/{tenant}/exemptions/{id}', {
          params: { path: { tenant, id } },
        }),
      );
      notify({ title: t('exemptions.endDone'), status: 'success' });
      onChange();
    } catch (error) {
      notify({
        title: t('exemptions.endFailed'),
        description: errorMessage(error),
        status: 'danger',
      });
    }
  };

  return (
    <ConfirmButton
      label={t(active ? 'exemptions.end' : 'exemptions.remove')}
      ariaLabel={t(active ? 'exemptions.endOf' : 'exemptions.removeOf', {
        what,
      })}
      title={t(active ? 'exemptions.endTitle' : 'exemptions.removeTitle')}
      text={t(active ? 'exemptions.endText' : 'exemptions.removeText', {
        what,
        reason,
      })}
      onConfirm={end}
    />
  );
}
