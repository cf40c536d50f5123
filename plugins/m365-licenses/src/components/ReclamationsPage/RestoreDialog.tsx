import { Alert, Dialog, DialogHeader, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  reclamationRestorePermission,
  type RestoreCheck,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { DialogForm, ReasonField } from '../common/DialogForm';
import { formatNumber } from '../common/format';
import { useLinks } from '../common/links';
import { Loaded } from '../common/Loaded';
import { DaysLeft } from '../common/Reclamations';
import { Status } from '../common/StatusBadge';
import styles from '../common/common.module.css';

interface RestoreProps {
  tenant: string;
  reclamationId: string;
  /** Only these items; all that can be put back if absent. */
  itemIds?: string[];
  onClose: () => void;
}

/**
 * Puts back what a plan took: shows first whether there are seats and what
 * stands in the way, asks for the reason, and goes to the page of the restore.
 */
export function RestoreDialog(props: RestoreProps & { isOpen: boolean }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { isOpen, onClose } = props;
  return (
    <Dialog
      width={640}
      className={styles.readable}
      isOpen={isOpen}
      onOpenChange={open => !open && onClose()}
    >
      <DialogHeader>{t('restore.title')}</DialogHeader>
      <RestoreForm {...props} />
    </Dialog>
  );
}

function RestoreForm(props: RestoreProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const navigate = useNavigate();
  const { tenant, reclamationId, itemIds, onClose } = props;
  const [reason, setReason] = useState('');
  const params = { path: { tenant, id: reclamationId } };
  const check = useAsyncRetry(
    () =>
      answerOf(
        client.POST('/tenants/{tenant}/reclamations/{id}/restore-check', {
          params,
          body: { itemIds },
        }),
      ),
    [client, tenant, reclamationId, itemIds?.join(' ')],
  );

  const restore = async () => {
    const { id } = await answerOf(
      client.POST('/tenants/{tenant}/reclamations/{id}/restore', {
        params,
        body: { itemIds, reason: reason.trim() },
      }),
    );
    onClose();
    navigate(links.reclamation(id, { tenant }));
  };

  return (
    <DialogForm
      label={t('restore.button')}
      failed={t('restore.failed')}
      isDisabled={!check.value?.items}
      onSubmit={restore}
    >
      <Loaded
        state={check}
        permission={reclamationRestorePermission.name}
        height={160}
      >
        {value => <Check check={value} />}
      </Loaded>
      <ReasonField
        label={t('plan.reason')}
        description={t('restore.reasonHint')}
        value={reason}
        onChange={setReason}
        invalid={t('plan.invalidReason')}
      />
    </DialogForm>
  );
}

/** How many licenses are put back, whether there are seats, and what stands in the way. */
function Check(props: { check: RestoreCheck }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { items, accounts, seats, problems, dataUntil } = props.check;
  if (items === 0) {
    return (
      <Alert
        status="info"
        icon
        title={t('restore.nothing')}
        description={t('restore.nothingText')}
      />
    );
  }
  return (
    <div role="status" className={styles.list}>
      <Text as="p">
        {t('restore.text', {
          what: t('plan.licensesOf', {
            licenses: t('plan.licenses', { count: items }),
            people: t('plan.people', { count: accounts }),
          }),
        })}{' '}
        {dataUntil && <DaysLeft until={dataUntil} />}
      </Text>
      <table className={styles.smallTable}>
        <caption>{t('restore.seats')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('candidates.license')}</th>
            <th scope="col" className={styles.end}>
              {t('restore.needed')}
            </th>
            <th scope="col" className={styles.end}>
              {t('restore.free')}
            </th>
            <th scope="col">{t('candidates.stateLabel')}</th>
          </tr>
        </thead>
        <tbody>
          {seats.map(({ sku, needed, free }) => (
            <tr key={sku.skuId}>
              <th scope="row">{sku.displayName}</th>
              <td className={styles.end}>{formatNumber(needed)}</td>
              <td className={styles.end}>{formatNumber(free)}</td>
              <td>
                <Status tone={free >= needed ? 'good' : 'bad'}>
                  {free >= needed
                    ? t('restore.enough')
                    : t('restore.missing', { count: needed - free })}
                </Status>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {problems.length > 0 && (
        <Alert
          status="warning"
          icon
          title={t('restore.problems', { count: problems.length })}
          description={
            <ul className={styles.plainList}>
              {problems.map(({ itemId, account, sku, message }) => (
                <li key={itemId}>
                  {account.displayName}, {sku.displayName}: {message}
                </li>
              ))}
            </ul>
          }
        />
      )}
    </div>
  );
}
