import { ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type History,
  type HistoryDay,
} from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';
import type { ReactNode } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { formatMoney, formatNumber } from './format';
import { Loaded } from './Loaded';
import { EmptyState } from './messages';
import { ExactDate } from './RelativeTime';
import { Section } from './Section';
import { colorOfUse, TONE_COLORS } from './StatusBadge';
import { SPEND_USES } from './StatusMeter';
import { TrendChart, type TrendPoint } from './TrendChart';
import { useUrlQuery } from './urlQuery';
import styles from './common.module.css';

/** The times that can be looked at, in days. */
const RANGES = ['30', '90', '365', '730'] as const;
const VIEWS = ['spend', 'use', 'candidates'] as const;
type View = (typeof VIEWS)[number];

/**
 * Every day since there is history, as far as this time reaches, with null where
 * no snapshot was taken.
 */
export function daysOf(
  history: History,
): { day: string; snapshot: HistoryDay | null }[] {
  const snapshots = new Map(history.items.map(item => [item.day, item]));
  const { since } = history;
  if (!since || history.items.length === 0) {
    return [];
  }
  const from = DateTime.fromISO(since > history.from ? since : history.from);
  const { days } = DateTime.fromISO(history.to).diff(from, 'days');
  return Array.from({ length: Math.round(days) + 1 }, (_, index) => {
    const day = from.plus({ days: index }).toFormat('yyyy-MM-dd');
    return { day, snapshot: snapshots.get(day) ?? null };
  });
}

/**
 * How seats, their use and the spend went, day by day. The time and what of it
 * is shown are in the address.
 *
 * @param props.skuId - only this SKU
 * @param props.group - only this catalog group with those below it
 * @param props.initialView - what is shown until the reader chooses
 * @param props.note - what more is to be said of the history that is shown
 */
export function HistorySection(props: {
  tenant: string;
  title: string;
  skuId?: string;
  group?: string;
  level?: 'h2' | 'h3';
  initialView: View;
  note?: (history: History) => ReactNode;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const query = useUrlQuery();
  const { tenant, skuId, group, title, level, initialView, note } = props;
  const range = query.oneOf('range', RANGES) ?? '90';
  const view = query.oneOf('trend', VIEWS) ?? initialView;
  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/history', {
          params: {
            path: { tenant },
            query: { days: Number(range), skuId, group },
          },
        }),
      ),
    [client, tenant, range, skuId, group],
  );

  return (
    <Section
      level={level}
      title={title}
      aside={
        <div className={styles.filters}>
          <ToggleButtonGroup
            aria-label={t('history.view')}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[view]}
            onSelectionChange={keys => {
              const next = VIEWS.find(key => keys.has(key));
              query.set(
                { trend: next === initialView ? undefined : next },
                { replace: true },
              );
            }}
          >
            {VIEWS.map(id => (
              <ToggleButton key={id} id={id}>
                {t(`history.views.${id}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
          <ToggleButtonGroup
            aria-label={t('history.range')}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[range]}
            onSelectionChange={keys => {
              const next = RANGES.find(key => keys.has(key));
              query.set(
                { range: next === '90' ? undefined : next },
                { replace: true },
              );
            }}
          >
            {RANGES.map(id => (
              <ToggleButton key={id} id={id}>
                {t(`history.ranges.${id}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </div>
      }
    >
      <Loaded state={state} height={300}>
        {history => (
          <div className={styles.list}>
            <Trend title={title} view={view} history={history} />
            {note?.(history)}
          </div>
        )}
      </Loaded>
    </Section>
  );
}

function Trend(props: { title: string; view: View; history: History }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { title, view, history } = props;
  const { since } = history;
  if (!since) {
    return (
      <EmptyState title={t('history.noneTitle')} text={t('history.noneText')} />
    );
  }
  const days = daysOf(history);
  if (days.length === 0) {
    return (
      <EmptyState
        title={t('history.emptyTitle')}
        text={t('history.emptyText')}
      />
    );
  }
  const missing = days.filter(({ snapshot }) => !snapshot).length;
  return (
    <>
      {view === 'spend' && <SpendLines title={title} days={days} />}
      {view === 'use' && <UseAreas title={title} days={days} />}
      {view === 'candidates' && <CandidateLine title={title} days={days} />}
      <div className={styles.caption}>
        <span>
          {t('history.since')} <ExactDate value={since} />
        </span>
        {missing > 0 && <span>{t('history.gaps', { count: missing })}</span>}
      </div>
    </>
  );
}

interface TrendProps {
  title: string;
  days: ReturnType<typeof daysOf>;
}

/** The values of each day that has a snapshot. */
const pointsOf = (
  days: TrendProps['days'],
  valuesOf: (snapshot: HistoryDay) => NonNullable<TrendPoint['values']>,
): TrendPoint[] =>
  days.map(({ day, snapshot }) => ({
    day,
    values: snapshot && valuesOf(snapshot),
  }));

/** A chart for each currency: currencies are never added up. */
function SpendLines(props: TrendProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { title, days } = props;
  const currencies = new Set(
    days.flatMap(({ snapshot }) =>
      (snapshot?.annual ?? []).map(({ currency }) => currency),
    ),
  );
  if (currencies.size === 0) {
    return (
      <EmptyState
        title={t('history.notPricedTitle')}
        text={t('history.notPricedText')}
      />
    );
  }
  return (
    <>
      {[...currencies].sort().map(currency => (
        <TrendChart
          key={currency}
          kind="lines"
          label={t('history.tableIn', { title, currency })}
          series={[
            {
              id: 'annual',
              label: t('history.annualIn', { currency }),
              color: 'var(--bui-accent-bg)',
            },
            {
              id: 'savings',
              label: t('history.savingsIn', { currency }),
              color: TONE_COLORS.attention,
            },
          ]}
          formatAxis={value =>
            formatMoney(
              { amount: String(value), currency },
              { notation: 'compact', maximumFractionDigits: 1 },
            )
          }
          points={pointsOf(days, snapshot =>
            Object.fromEntries(
              (['annual', 'savings'] as const).flatMap(field =>
                snapshot[field]
                  .filter(money => money.currency === currency)
                  .map(money => [
                    field,
                    // Only for what is drawn: the words are exact.
                    { value: Number(money.amount), text: formatMoney(money) },
                  ]),
              ),
            ),
          )}
        />
      ))}
    </>
  );
}

function UseAreas(props: TrendProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { title, days } = props;
  const present = new Set(
    days.flatMap(({ snapshot }) => snapshot?.seats.map(({ use }) => use) ?? []),
  );
  const uses = SPEND_USES.filter(use => present.has(use));
  return (
    <TrendChart
      kind="areas"
      label={t('history.table', { title, what: t('history.views.use') })}
      series={uses.map(use => ({
        id: use,
        label: t(`status.${use}`),
        color: colorOfUse(use),
      }))}
      formatAxis={formatNumber}
      points={pointsOf(days, ({ seats }) =>
        Object.fromEntries(
          uses.map(use => {
            // Uses without seats are left out of a snapshot.
            const value = seats.find(entry => entry.use === use)?.seats ?? 0;
            return [use, { value, text: formatNumber(value) }];
          }),
        ),
      )}
    />
  );
}

function CandidateLine(props: TrendProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { title, days } = props;
  const label = t('history.views.candidates');
  return (
    <TrendChart
      kind="lines"
      label={t('history.table', { title, what: label })}
      series={[{ id: 'candidates', label, color: 'var(--bui-accent-bg)' }]}
      formatAxis={formatNumber}
      points={pointsOf(days, ({ candidates }) => ({
        candidates: { value: candidates, text: formatNumber(candidates) },
      }))}
    />
  );
}
