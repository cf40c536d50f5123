import { Link } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  answerOf,
  reclamationCreatePermission,
  type ReclamationItem,
  reclamationReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type DataColumn, DataTable } from './DataTable';
import { useLinks } from './links';
import { Loaded } from './Loaded';
import { NameCell } from './NameCell';
import { Person } from './Person';
import { DaysLeft, OutcomeBadge, RequestId } from './Reclamations';
import { RelativeTime } from './RelativeTime';
import { Section } from './Section';
import styles from './common.module.css';

/** So many of an account are shown: hardly any has more. */
const SHOWN = 100;

/**
 * What was planned, taken and put back from an account, the newest first.
 *
 * @param accountId - its Graph id
 * @returns with `underway`: by the id of a license, that of the reclamation that
 *   is taking its direct assignment now
 */
export function useAccountReclamations(tenant: string, accountId: string) {
  const client = useApi(m365LicensesApiRef);
  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/reclamation-items', {
          params: { path: { tenant }, query: { accountId, limit: SHOWN } },
        }),
      ),
    [client, tenant, accountId],
  );
  const underway = new Map(
    state.value?.items
      .filter(
        ({ outcome, path, reclamation }) =>
          (outcome === 'scheduled' || outcome === 'running') &&
          path.type === 'direct' &&
          reclamation.kind === 'reclaim',
      )
      .map(({ skuId, reclamation }) => [skuId, reclamation.id]),
  );
  return { ...state, underway };
}

/**
 * A section on what was planned, taken and put back from an account; nothing
 * where there was nothing.
 *
 * @param props.state - from {@link useAccountReclamations}
 */
export function AccountReclamations(props: {
  title: string;
  level?: 'h2' | 'h3';
  tenant: string;
  state: ReturnType<typeof useAccountReclamations>;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { title, level, tenant, state } = props;
  if (!state.error && !state.value?.items.length) {
    return null;
  }
  return (
    <Section title={title} level={level}>
      <Loaded
        state={state}
        permission={reclamationReadPermission.name}
        height={160}
      >
        {({ items, totalItems }) => (
          <>
            <ItemTable label={title} tenant={tenant} items={items} />
            {totalItems > items.length && (
              <span className={styles.note}>
                {t('accountReclamations.newest', {
                  shown: items.length,
                  total: totalItems,
                })}
              </span>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function ItemTable(props: {
  label: string;
  tenant: string;
  items: ReclamationItem[];
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { label, tenant, items } = props;
  // Others, who hand back licenses of their own, have no page of plans.
  const { allowed: mayRead } = usePermission({
    permission: reclamationReadPermission,
  });
  const { allowed: mayCreate } = usePermission({
    permission: reclamationCreatePermission,
  });
  const columns: DataColumn<ReclamationItem>[] = [
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
      id: 'outcome',
      label: t('accountReclamations.outcome'),
      cell: ({ outcome, message, requestId }) => (
        <div className={styles.stack}>
          <OutcomeBadge outcome={outcome} />
          <span className={`${styles.note} ${styles.name}`}>{message}</span>
          <RequestId id={requestId} />
        </div>
      ),
    },
    {
      id: 'when',
      label: t('accountReclamations.when'),
      width: '14%',
      cell: ({ startedAt, finishedAt, restored, restorableUntil }) => (
        <div className={styles.stack}>
          <RelativeTime
            value={finishedAt ?? startedAt}
            fallback={t('accountReclamations.notYet')}
          />
          {restored && (
            <span className={styles.note}>
              {t('reclamations.restoredBy', {
                person: <Person entityRef={restored.by} />,
                when: <RelativeTime value={restored.at} />,
              })}
            </span>
          )}
          {restorableUntil && (
            <span className={styles.note}>
              {t('accountReclamations.restorable', {
                left: <DaysLeft until={restorableUntil} />,
              })}
            </span>
          )}
        </div>
      ),
    },
    {
      id: 'why',
      label: t('accountReclamations.why'),
      width: '24%',
      cell: ({ reclamation }) => (
        <div className={styles.stack}>
          <span className={styles.name}>{reclamation.reason}</span>
          <span className={styles.note}>
            {t('accountReclamations.askedBy', {
              person: <Person entityRef={reclamation.createdBy} />,
            })}
          </span>
        </div>
      ),
    },
    ...(mayRead || mayCreate
      ? [
          {
            id: 'plan',
            label: t('accountReclamations.plan'),
            width: '7rem',
            cell: ({ reclamation }: ReclamationItem) => (
              <Link href={links.reclamation(reclamation.id, { tenant })}>
                {t('accountReclamations.openPlan')}
              </Link>
            ),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      label={label}
      columns={columns}
      items={items}
      getId={({ id }) => id}
      minWidth="56rem"
      empty={null}
    />
  );
}
