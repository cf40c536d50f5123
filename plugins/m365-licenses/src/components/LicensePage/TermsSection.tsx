import { Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  answerOf,
  type License,
  type Term,
  type Terms,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { ConfirmButton } from '../common/ConfirmButton';
import { type DataColumn, DataTable } from '../common/DataTable';
import { formatExact, formatMoney, formatNumber } from '../common/format';
import { EmptyState, errorMessage, isConflict } from '../common/messages';
import { useNotify } from '../common/notify';
import { Person } from '../common/Person';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { Status } from '../common/StatusBadge';
import { inputOf } from './termForm';
import { TermDialog } from './TermDialog';
import styles from '../common/common.module.css';

/** The cost per seat, which may have parts of a cent. */
export const formatCost = (term: { cost: string; currency: string }) =>
  formatMoney(
    { amount: term.cost, currency: term.currency },
    { maximumFractionDigits: 6 },
  );

/**
 * What a license costs, as people entered it, and the ways to change that for
 * those who may.
 *
 * @param props.onChange - the terms were changed, or others changed them
 */
export function TermsSection(props: {
  tenant: string;
  license: License;
  terms: Terms;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { tenant, license, terms, onChange } = props;
  const { allowed, loading } = usePermission({
    permission: termsUpdatePermission,
  });

  const columns: DataColumn<Term>[] = [
    {
      id: 'cost',
      label: t('terms.cost'),
      rowHeader: true,
      numeric: true,
      width: '9rem',
      cell: term => (
        <div className={styles.stack}>
          <span>{formatCost(term)}</span>
          <span className={styles.note}>
            {t(`frequency.${term.frequency}`)}
          </span>
        </div>
      ),
    },
    {
      id: 'quantity',
      label: t('terms.quantity'),
      numeric: true,
      width: '6.5rem',
      cell: term => formatNumber(term.quantity),
    },
    {
      id: 'annual',
      label: t('terms.annual'),
      numeric: true,
      width: '9rem',
      cell: term =>
        term.annual ? (
          formatMoney(term.annual)
        ) : (
          <span className={styles.note}>{t('money.notAnnualised')}</span>
        ),
    },
    {
      id: 'active',
      label: t('terms.period'),
      width: '12.5rem',
      cell: term => (
        <div className={styles.stack}>
          <Status tone={term.active ? 'good' : 'muted'}>
            {t(term.active ? 'terms.inForce' : 'terms.notInForce')}
          </Status>
          <span className={styles.note}>
            {t('terms.effectiveDate')}:{' '}
            <RelativeTime value={term.effectiveDate} />
          </span>
          <span className={styles.note}>
            {t('terms.expirationDate')}:{' '}
            <RelativeTime
              value={term.expirationDate}
              fallback={t('terms.open')}
            />
          </span>
        </div>
      ),
    },
    {
      id: 'details',
      label: t('terms.purchaseIdentifier'),
      cell: term => (
        <div className={styles.stack}>
          {term.purchaseIdentifier && (
            <span className={styles.name}>{term.purchaseIdentifier}</span>
          )}
          {term.subscriptionId && (
            <span className={`${styles.note} ${styles.name}`}>
              {`${t('terms.subscription')}: ${term.subscriptionId}`}
            </span>
          )}
          {term.notes && (
            <span className={`${styles.note} ${styles.name}`}>
              {term.notes}
            </span>
          )}
        </div>
      ),
    },
    {
      id: 'administrator',
      label: t('terms.administrator'),
      width: '9rem',
      cell: term =>
        term.administrator && <Person entityRef={term.administrator} />,
    },
    {
      id: 'updatedAt',
      label: t('terms.changed'),
      width: '7.5rem',
      cell: term => (
        <div className={styles.stack}>
          <RelativeTime value={term.updatedAt} />
          <span className={styles.note}>
            {t('terms.changedBy', {
              person: <Person entityRef={term.updatedBy} />,
            })}
          </span>
        </div>
      ),
    },
    ...(allowed
      ? [
          {
            id: 'actions',
            label: t('tasks.action'),
            width: '7rem',
            cell: (term: Term) => (
              <div className={styles.list}>
                <TermDialog {...props} term={term} />
                <RemoveTerm {...props} term={term} />
              </div>
            ),
          },
        ]
      : []),
  ];

  return (
    <Section
      title={t('terms.title')}
      aside={
        allowed && (
          <TermDialog
            tenant={tenant}
            license={license}
            terms={terms}
            onChange={onChange}
          />
        )
      }
    >
      <div className={styles.list}>
        {!allowed && !loading && (
          <Text color="secondary">
            {t('terms.readOnly', { permission: termsUpdatePermission.name })}
          </Text>
        )}
        <DataTable
          label={t('terms.title')}
          columns={columns}
          items={terms.items}
          getId={({ id }) => id}
          minWidth="72rem"
          empty={
            <EmptyState
              title={t('terms.emptyTitle')}
              text={t('terms.emptyText')}
            />
          }
        />
      </div>
    </Section>
  );
}

function RemoveTerm(props: {
  tenant: string;
  license: License;
  terms: Terms;
  term: Term;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { tenant, license, terms, term, onChange } = props;
  const from = formatExact(term.effectiveDate);

  const remove = async () => {
    try {
      await answerOf(
        client.PUT('/tenants/{tenant}/licenses/{skuId}/terms', {
          params: { path: { tenant, skuId: license.skuId } },
          body: {
            revision: terms.revision,
            items: terms.items
              .filter(({ id }) => id !== term.id)
              .map(item => inputOf(item)),
          },
        }),
      );
      notify({ title: t('terms.removed'), status: 'success' });
      onChange();
    } catch (error) {
      notify({
        title: t('terms.removeFailed'),
        description: isConflict(error)
          ? t('terms.removeConflict')
          : errorMessage(error),
        status: 'danger',
      });
      if (isConflict(error)) {
        onChange();
      }
    }
  };

  return (
    <ConfirmButton
      label={t('terms.remove')}
      ariaLabel={t('terms.removeOf', { from })}
      title={t('terms.removeTitle')}
      text={t('terms.removeText', { cost: formatCost(term), from })}
      onConfirm={remove}
    />
  );
}
