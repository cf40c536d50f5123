import { Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Forecast, History } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';
import { formatChange, formatExact } from '../common/format';
import { HistorySection } from '../common/HistorySection';
import { ExactDate } from '../common/RelativeTime';
import styles from '../common/common.module.css';

/** Days with a snapshot that the backend needs for a forecast. */
const FORECAST_DAYS = 14;

/** How the seats of a license went, and when they run out. */
export function TrendSection(props: {
  tenant: string;
  skuId: string;
  forecast: Forecast | null;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { tenant, skuId, forecast } = props;
  return (
    <HistorySection
      tenant={tenant}
      skuId={skuId}
      title={t('license.trend')}
      initialView="use"
      note={history => <ForecastText forecast={forecast} history={history} />}
    />
  );
}

function ForecastText(props: { forecast: Forecast | null; history: History }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { forecast, history } = props;
  if (!forecast) {
    return (
      <Text as="p" color="secondary">
        {t('license.forecastNone', {
          needed: FORECAST_DAYS,
          have: history.items.length,
        })}
      </Text>
    );
  }
  const { runsOutOn, perMonth, from, to, days } = forecast;
  const pace = {
    from: formatExact(from),
    to: formatExact(to),
    pace: formatChange(perMonth),
  };
  return (
    <div className={styles.stack}>
      <Text as="p">
        {runsOutOn
          ? t('license.forecastMore', {
              ...pace,
              when: <ExactDate value={runsOutOn} />,
            })
          : t('license.forecastNever', pace)}
      </Text>
      <span className={styles.note}>{t('license.forecastHow', { days })}</span>
    </div>
  );
}
