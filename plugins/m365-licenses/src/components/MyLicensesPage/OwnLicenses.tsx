import { Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  type AccountDetail,
  accountReadPermission,
  answerOf,
  type AssignedLicense,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import {
  AccountReclamations,
  useAccountReclamations,
} from '../common/AccountReclamations';
import { type DataColumn, DataTable } from '../common/DataTable';
import { HandBack } from '../common/HandBack';
import { LicenseUse } from '../common/LicenseUse';
import { Loaded } from '../common/Loaded';
import { EmptyState } from '../common/messages';
import { Annual } from '../common/money';
import { NameCell } from '../common/NameCell';
import { Section } from '../common/Section';
import { ReportDate } from '../common/Services';
import { usePathWords } from '../common/usePathWords';

/** The licenses of one's own accounts, each with when it was used last and the way to hand it back. */
export function OwnLicenses() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const state = useAsyncRetry(() => answerOf(client.GET('/me')), [client]);
  return (
    <Loaded state={state} permission={accountReadPermission.name} height={320}>
      {({ accounts, entityRef }) =>
        accounts.length === 0 ? (
          <EmptyState
            title={t('myLicenses.noAccountTitle')}
            text={t('myLicenses.noAccountText', { user: entityRef })}
          />
        ) : (
          accounts.map(({ detail }) => (
            <OwnAccount
              key={`${detail.tenant} ${detail.account.id}`}
              detail={detail}
              isOnly={accounts.length === 1}
              onChange={state.retry}
            />
          ))
        )
      }
    </Loaded>
  );
}

function OwnAccount(props: {
  detail: AccountDetail;
  isOnly: boolean;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const pathWords = usePathWords();
  const { detail, isOnly, onChange } = props;
  const { tenant, account, services, mayHandBack, reportRefreshDate } = detail;
  const history = useAccountReclamations(tenant, account.id);
  const title = isOnly
    ? t('myLicenses.title')
    : t('myLicenses.titleOf', { account: account.userPrincipalName });

  const columns: DataColumn<AssignedLicense>[] = [
    {
      id: 'license',
      label: t('account.license'),
      rowHeader: true,
      width: '26%',
      cell: ({ displayName, skuPartNumber, skuId }) => (
        <NameCell name={displayName} detail={skuPartNumber ?? skuId} />
      ),
    },
    {
      id: 'use',
      label: t('myLicenses.lastUse'),
      cell: license => <LicenseUse use={license} services={services} />,
    },
    {
      id: 'path',
      label: t('account.path'),
      width: '16%',
      cell: ({ paths }) => paths.map(pathWords).join(', '),
    },
    ...(account.licenses.some(({ annual }) => annual)
      ? [
          {
            id: 'annual',
            label: t('account.annual'),
            numeric: true,
            width: '8rem',
            cell: ({ annual }: AssignedLicense) =>
              annual && <Annual annual={annual} />,
          },
        ]
      : []),
    ...(mayHandBack
      ? [
          {
            id: 'handBack',
            label: t('handBack.column'),
            width: '24%',
            cell: (license: AssignedLicense) => (
              <HandBack
                tenant={tenant}
                account={account}
                license={license}
                underway={history.underway.get(license.skuId)}
                onDone={() => {
                  onChange();
                  history.retry();
                }}
              />
            ),
          },
        ]
      : []),
  ];

  return (
    <>
      <Section
        title={title}
        level="h2"
        aside={<ReportDate value={reportRefreshDate} />}
      >
        {!mayHandBack && account.licenses.length > 0 && (
          <Text as="p" color="secondary">
            {t('myLicenses.switchedOff', { tenant })}
          </Text>
        )}
        <DataTable
          label={title}
          columns={columns}
          items={account.licenses}
          getId={({ skuId }) => skuId}
          minWidth="56rem"
          empty={
            <EmptyState
              title={t('myLicenses.noLicensesTitle')}
              text={t('myLicenses.noLicensesText')}
            />
          }
        />
      </Section>
      <AccountReclamations
        title={t('myLicenses.history')}
        level="h2"
        tenant={tenant}
        state={history}
      />
    </>
  );
}
