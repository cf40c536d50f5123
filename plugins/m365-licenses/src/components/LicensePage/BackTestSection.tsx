import { Alert, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { answerOf, type BackTest } from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type DataColumn, DataTable } from '../common/DataTable';
import { DayField } from '../common/DayField';
import { formatExact, formatNumber } from '../common/format';
import { Loaded } from '../common/Loaded';
import { EmptyState } from '../common/messages';
import { Section } from '../common/Section';
import { useUrlQuery } from '../common/urlQuery';
import { isDay } from './termForm';
import styles from '../common/common.module.css';

/** The day in the past that is looked at first, where history reaches so far. */
const DAYS_BACK = 90;

type Threshold = BackTest['items'][number];

const formatShare = (share: number) =>
  new Intl.NumberFormat(undefined, {
    style: 'percent',
    maximumFractionDigits: 1,
  }).format(share);

/**
 * How right thresholds would have been on a day in the past, which is in the
 * address.
 */
export function BackTestSection(props: { tenant: string; skuId: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const query = useUrlQuery();
  const { tenant, skuId } = props;
  const asked = query.get('on') ?? '';
  const chosen = isDay(asked) ? asked : undefined;
  const state = useAsyncRetry(async () => {
    const backTest = (on: string) =>
      answerOf(
        client.GET('/tenants/{tenant}/back-test', {
          params: { path: { tenant }, query: { on, skuId } },
        }),
      );
    if (chosen) {
      return backTest(chosen);
    }
    const on = DateTime.now().minus({ days: DAYS_BACK }).toISODate();
    const first = await backTest(on);
    // History is younger: the first day that is possible.
    return first.since && first.since > on ? backTest(first.since) : first;
  }, [client, tenant, skuId, chosen]);

  const since = state.value?.since;
  // What is typed, also while it is asked for; else the day that was answered.
  const day = chosen ?? (since ? state.value?.on : undefined);
  return (
    <Section title={t('license.backTest')}>
      <div className={styles.list}>
        {day && (
          <div className={styles.filter}>
            <DayField
              label={t('license.backTestDay')}
              description={t('license.backTestDayHint')}
              value={day}
              minValue={since ?? undefined}
              maxValue={DateTime.now().toISODate()}
              onChange={on => on && query.set({ on }, { replace: true })}
            />
          </div>
        )}
        <Loaded state={state} height={240}>
          {backTest => <Thresholds backTest={backTest} />}
        </Loaded>
      </div>
    </Section>
  );
}

function Thresholds(props: { backTest: BackTest }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { since, complete, items, withinDays } = props.backTest;
  if (!since) {
    return (
      <EmptyState
        title={t('license.backTestNoHistory')}
        text={t('license.backTestNoHistoryText')}
      />
    );
  }
  if (items.length === 0) {
    return (
      <EmptyState
        title={t('license.backTestNone')}
        text={t('license.backTestSince', { since: formatExact(since) })}
      />
    );
  }
  const columns: DataColumn<Threshold>[] = [
    {
      id: 'threshold',
      label: t('license.threshold'),
      rowHeader: true,
      cell: ({ inactiveAfterDays }) =>
        t('license.thresholdDays', { count: inactiveAfterDays }),
    },
    {
      id: 'candidates',
      label: t('license.backTestCandidates'),
      numeric: true,
      cell: ({ candidates }) => formatNumber(candidates),
    },
    {
      id: 'returned',
      label: t('license.backTestReturned'),
      numeric: true,
      cell: ({ returned }) => formatNumber(returned),
    },
    {
      id: 'share',
      label: t('license.backTestShare'),
      numeric: true,
      cell: ({ candidates, returned }) =>
        candidates > 0 ? formatShare(returned / candidates) : '–',
    },
  ];
  return (
    <>
      <Text as="p" color="secondary">
        {t('license.backTestText', { days: withinDays })}
      </Text>
      {!complete && (
        <Alert status="info" icon title={t('license.backTestIncomplete')} />
      )}
      <DataTable
        label={t('license.backTestTable')}
        columns={columns}
        items={items}
        getId={({ inactiveAfterDays }) => String(inactiveAfterDays)}
        minWidth="28rem"
        empty={null}
      />
    </>
  );
}
