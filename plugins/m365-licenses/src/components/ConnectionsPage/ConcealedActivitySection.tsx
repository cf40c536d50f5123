import { Alert, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { answerOf } from 'backstage-plugin-m365-licenses-common';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { ConfirmButton } from '../common/ConfirmButton';
import { errorMessage } from '../common/messages';
import { useNotify } from '../common/notify';
import { ExactDate, RelativeTime } from '../common/RelativeTime';
import common from '../common/common.module.css';

/** Activity that was stored under concealed names, if any, and its removal. */
export function ConcealedActivitySection(props: {
  tenant: string;
  mayUpdate: boolean;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { tenant, mayUpdate } = props;
  const params = { path: { tenant } };
  const { value, error, retry } = useAsyncRetry(
    () =>
      answerOf(client.GET('/tenants/{tenant}/concealed-activity', { params })),
    [client, tenant],
  );

  const remove = async () => {
    try {
      const { rows } = await answerOf(
        client.DELETE('/tenants/{tenant}/concealed-activity', { params }),
      );
      notify({
        title: t('connections.removed', { count: rows }),
        status: 'success',
      });
      retry();
    } catch (failure) {
      notify({
        title: t('connections.removeFailed'),
        description: errorMessage(failure),
        status: 'danger',
      });
    }
  };

  if (error) {
    return (
      <Text as="p" color="secondary">
        {t('connections.concealedUnknown', { why: errorMessage(error) })}
      </Text>
    );
  }
  if (!value || value.rows === 0) {
    return null;
  }
  const { rows, firstSeenAt, lastReportDate } = value;
  return (
    <Alert
      status="info"
      icon
      title={t('connections.concealedRows', { count: rows })}
      description={
        <div className={common.caption}>
          {firstSeenAt && (
            <span>
              {t('connections.concealedSince', {
                since: <RelativeTime value={firstSeenAt} />,
              })}
            </span>
          )}
          {lastReportDate && (
            <span>
              {t('connections.concealedReport', {
                date: <ExactDate value={lastReportDate} />,
              })}
            </span>
          )}
          <span>{t('connections.concealedWhy')}</span>
        </div>
      }
      customActions={
        mayUpdate && (
          <ConfirmButton
            label={t('connections.remove')}
            title={t('connections.removeTitle', { count: rows })}
            text={t('connections.concealedWhy')}
            onConfirm={remove}
          />
        )
      }
    />
  );
}
