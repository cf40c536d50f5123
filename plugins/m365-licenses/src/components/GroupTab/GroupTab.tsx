import { Button } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  type EntitySpend,
  reclamationCreatePermission,
  type SpendPart,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { m365LicensesTranslationRef } from '../../translation';
import { type DataColumn, DataTable } from '../common/DataTable';
import { formatNumber, isZero } from '../common/format';
import { HistorySection } from '../common/HistorySection';
import { Loaded } from '../common/Loaded';
import { EmptyState } from '../common/messages';
import { Amounts, NotPriced } from '../common/money';
import { PlanDialog } from '../common/PlanDialog';
import { RelativeTime } from '../common/RelativeTime';
import { Figure, Section } from '../common/Section';
import { UseMeter } from '../common/StatusMeter';
import { TenantPage } from '../common/TenantPage';
import { useGroupSpend } from '../EntityCards/useGroupSpend';
import { Members } from './Members';
import styles from '../common/common.module.css';

/**
 * What the licenses of a Group entity and of the groups below it cost, which are
 * not used, and by whom. @public
 */
export function GroupTab() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { entityRef, allowed, spend } = useGroupSpend();
  return (
    <TenantPage>
      {tenant => (
        <>
          <PlanForGroup tenant={tenant} group={entityRef} />
          {allowed && (
            <>
              <Loaded state={spend} height={320}>
                {({ items }) => (
                  <RollUp
                    item={items.find(each => each.tenant === tenant.name)}
                  />
                )}
              </Loaded>
              <HistorySection
                level="h2"
                tenant={tenant.name}
                group={entityRef}
                title={t('groupTab.trend')}
                initialView="use"
              />
            </>
          )}
          <Section level="h2" title={t('groupTab.members')}>
            <Members tenant={tenant.name} group={entityRef} />
          </Section>
        </>
      )}
    </TenantPage>
  );
}

/** The way to take back what members do not use, for those who may plan it. */
function PlanForGroup(props: { tenant: Tenant; group: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { tenant, group } = props;
  const { allowed } = usePermission({
    permission: reclamationCreatePermission,
  });
  const [isPlanning, setPlanning] = useState(false);
  if (!allowed || tenant.status !== 'started') {
    return null;
  }
  return (
    <div className={styles.action}>
      <Button variant="secondary" onPress={() => setPlanning(true)}>
        {t('groupTab.plan')}
      </Button>
      <PlanDialog
        tenant={tenant.name}
        selection={{ filter: { group } }}
        isOpen={isPlanning}
        onClose={() => setPlanning(false)}
      />
    </div>
  );
}

type TenantSpend = EntitySpend['items'][number];
type SkuPart = TenantSpend['skus'][number];

function RollUp(props: { item: TenantSpend | undefined }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { item } = props;
  if (!item) {
    return (
      <EmptyState
        title={t('groupTab.noSpendTitle')}
        text={t('groupTab.noSpendText')}
      />
    );
  }
  const { own, total, skus, evaluatedAt } = item;
  const columns: DataColumn<SkuPart>[] = [
    {
      id: 'product',
      label: t('groupTab.product'),
      rowHeader: true,
      width: '26%',
      cell: ({ sku }) => sku.displayName,
    },
    {
      id: 'accounts',
      label: t('groupTab.accounts'),
      numeric: true,
      width: '10.5rem',
      cell: ({ part }) => formatNumber(part.accounts),
    },
    {
      id: 'use',
      label: t('spend.use'),
      cell: ({ part }) => <UseMeter seats={part.seats} />,
    },
    ...(['annual', 'savings'] as const).map(
      (field): DataColumn<SkuPart> => ({
        id: field,
        label: t(`spend.${field}`),
        numeric: true,
        width: '10.5rem',
        cell: ({ part }) => <Money part={part} field={field} />,
      }),
    ),
  ];
  return (
    <>
      <div className={styles.figures}>
        <Figure level="h2" title={t('groupTab.accounts')}>
          <span className={styles.figure}>{formatNumber(total.accounts)}</span>
          <UseMeter seats={total.seats} />
          {own.accounts !== total.accounts && (
            <span className={styles.note}>
              {t('groupTab.ownAccounts', { count: own.accounts })}
            </span>
          )}
        </Figure>
        <Figure level="h2" title={t('groupTab.annual')}>
          <div className={styles.figure}>
            <Money part={total} field="annual" />
          </div>
          {evaluatedAt && (
            <span className={styles.note}>
              {t('overview.evaluated', {
                when: <RelativeTime value={evaluatedAt} />,
              })}
            </span>
          )}
        </Figure>
        <Figure level="h2" title={t('groupTab.savings')}>
          <div className={styles.figure}>
            <Money part={total} field="savings" />
          </div>
          {total.savings.some(({ amount }) => !isZero(amount)) && (
            <span className={styles.note}>{t('groupTab.savingsOf')}</span>
          )}
        </Figure>
      </div>
      <Section level="h2" title={t('groupTab.products')}>
        <div className={styles.list}>
          <span className={styles.note}>{t('spend.rule.group')}</span>
          <DataTable
            label={t('groupTab.products')}
            columns={columns}
            items={skus}
            getId={({ sku }) => sku.skuId}
            minWidth="58rem"
            empty={
              <EmptyState
                title={t('groupTab.noSpendTitle')}
                text={t('groupTab.noSpendText')}
              />
            }
          />
        </div>
      </Section>
    </>
  );
}

/** Amounts of a part; a part of which nothing is priced has none. */
function Money(props: { part: SpendPart; field: 'annual' | 'savings' }) {
  const { part, field } = props;
  return part.annual.length === 0 ? (
    <NotPriced />
  ) : (
    <div className={styles.stack}>
      {part[field].length > 0 ? <Amounts amounts={part[field]} /> : '–'}
    </div>
  );
}
