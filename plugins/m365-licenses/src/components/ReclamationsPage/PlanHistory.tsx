import { ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type ReclamationEvent,
  reclamationReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type DataColumn, DataTable, PagingBar } from '../common/DataTable';
import { EmptyState, ErrorState } from '../common/messages';
import { NameCell } from '../common/NameCell';
import { Person } from '../common/Person';
import { RequestId } from '../common/Reclamations';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { PAGE_SIZES, type Paging } from '../common/urlQuery';
import styles from '../common/common.module.css';

const VIEWS = ['plan', 'all'] as const;

/** Pages of a list that the address says nothing of, as it names those of another. */
function useLocalPaging(): Paging {
  const [limit, setLimit] = useState(PAGE_SIZES[0]);
  const [trail, setTrail] = useState<{ cursor?: string; offset: number }[]>([]);
  const { cursor, offset } = trail.at(-1) ?? { offset: 0 };
  return {
    cursor,
    offset,
    limit,
    first: () => setTrail([]),
    next: next =>
      setTrail([...trail, { cursor: next, offset: offset + limit }]),
    previous: () => setTrail(trail.slice(0, -1)),
    setLimit: size => {
      setLimit(size);
      setTrail([]);
    },
  };
}

/**
 * What happened to a plan and by whom, newest first.
 *
 * @param props.changes - counts up when there may be more
 */
export function PlanHistory(props: {
  tenant: string;
  reclamationId: string;
  changes: number;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const { tenant, reclamationId, changes } = props;
  const [view, setView] = useState<(typeof VIEWS)[number]>('plan');
  const paging = useLocalPaging();
  const { cursor, limit } = paging;
  const { value, error, retry } = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/reclamations/{id}/events', {
          params: {
            path: { tenant, id: reclamationId },
            query: { cursor, limit, plan: view === 'plan' },
          },
        }),
      ),
    [client, tenant, reclamationId, cursor, limit, view, changes],
  );

  const columns: DataColumn<ReclamationEvent>[] = [
    {
      id: 'type',
      label: t('reclamations.history.what'),
      rowHeader: true,
      width: '9rem',
      cell: ({ type }) => t(`reclamations.history.type.${type}`),
    },
    {
      id: 'at',
      label: t('reclamations.history.when'),
      width: '8rem',
      cell: ({ at }) => <RelativeTime value={at} />,
    },
    {
      id: 'by',
      label: t('reclamations.history.by'),
      width: '10rem',
      cell: ({ by }) =>
        by ? <Person entityRef={by} /> : t('reclamations.history.backend'),
    },
    ...(view === 'all'
      ? [
          {
            id: 'license',
            label: t('candidates.license'),
            width: '20%',
            cell: ({ account, displayName }: ReclamationEvent) =>
              account ? (
                <NameCell
                  name={account.displayName}
                  detail={displayName ?? account.userPrincipalName}
                />
              ) : (
                '–'
              ),
          },
        ]
      : []),
    {
      id: 'message',
      label: t('reclamations.history.message'),
      cell: ({ message, requestId }) => (
        <div className={styles.stack}>
          <span className={styles.name}>{message}</span>
          <RequestId id={requestId} />
        </div>
      ),
    },
  ];

  return (
    <Section
      title={t('reclamations.history.title')}
      aside={
        <ToggleButtonGroup
          aria-label={t('reclamations.history.view')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[view]}
          onSelectionChange={keys => {
            setView(VIEWS.find(each => keys.has(each)) ?? view);
            paging.first();
          }}
        >
          {VIEWS.map(each => (
            <ToggleButton key={each} id={each}>
              {t(`reclamations.history.views.${each}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      }
    >
      {error ? (
        <ErrorState
          error={error}
          permission={reclamationReadPermission.name}
          onRetry={retry}
        />
      ) : (
        <div className={styles.list}>
          <DataTable
            label={t('reclamations.history.title')}
            columns={columns}
            items={value?.items}
            getId={({ id }) => id}
            minWidth="48rem"
            empty={
              <EmptyState
                title={t('reclamations.history.emptyTitle')}
                text={t('reclamations.history.emptyText')}
              />
            }
          />
          <PagingBar
            paging={paging}
            totalItems={value?.totalItems}
            shown={value?.items.length ?? 0}
            nextCursor={value?.nextCursor}
          />
        </div>
      )}
    </Section>
  );
}
