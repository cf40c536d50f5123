import { Alert, Button, Dialog, DialogHeader, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { RiStopCircleLine } from '@remixicon/react';
import {
  answerOf,
  type ReclamationSwitch,
  reclamationExecutePermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { DialogForm, ReasonField } from '../common/DialogForm';
import { Person } from '../common/Person';
import { RelativeTime } from '../common/RelativeTime';
import styles from '../common/common.module.css';

interface SwitchProps {
  tenant: string;
  /** The switch was thrown. */
  onChange: () => void;
}

/** That everything is stopped, why and by whom, and the way to let it go on. */
export function StoppedStrip(props: SwitchProps & { stop: ReclamationSwitch }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { stop, ...rest } = props;
  const { reason, changedBy, changedAt } = stop;
  return (
    <Alert
      role="alert"
      status="warning"
      icon
      title={t('reclamations.stop.stopped')}
      description={
        <>
          <Text as="p">{reason}</Text>
          {changedBy && (
            <Text as="p" color="secondary">
              {t('reclamations.stop.by', {
                person: <Person entityRef={changedBy} />,
                when: <RelativeTime value={changedAt} />,
              })}
            </Text>
          )}
        </>
      }
      customActions={<SwitchButton {...rest} to="goOn" />}
    />
  );
}

/** That the tenant's configuration lets no plan be started, if it does. */
export function SwitchedOff(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { name, status, reclamationEnabled } = props.tenant;
  return status === 'started' && !reclamationEnabled ? (
    <Alert
      status="info"
      icon
      title={t('reclamations.switchedOff')}
      description={t('reclamations.switchedOffDo', { name })}
    />
  ) : null;
}

/**
 * Stops everything that takes licenses back, or lets it go on, for a reason;
 * only for those who may carry plans out.
 */
export function SwitchButton(props: SwitchProps & { to: 'stop' | 'goOn' }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { allowed } = usePermission({
    permission: reclamationExecutePermission,
  });
  const { to } = props;
  const [isOpen, setOpen] = useState(false);
  if (!allowed) {
    return null;
  }
  return (
    <>
      <Button
        size={to === 'goOn' ? 'small' : undefined}
        variant={to === 'goOn' ? 'secondary' : 'tertiary'}
        iconStart={to === 'stop' ? <RiStopCircleLine /> : undefined}
        onPress={() => setOpen(true)}
      >
        {t(`reclamations.stop.${to}`)}
      </Button>
      <Dialog
        width={560}
        className={styles.readable}
        isOpen={isOpen}
        onOpenChange={setOpen}
      >
        <DialogHeader>{t(`reclamations.stop.${to}Title`)}</DialogHeader>
        <SwitchForm {...props} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function SwitchForm(
  props: SwitchProps & { to: 'stop' | 'goOn'; onClose: () => void },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const { tenant, to, onChange, onClose } = props;
  const [reason, setReason] = useState('');

  const save = async () => {
    await answerOf(
      client.PUT('/tenants/{tenant}/reclamation-switch', {
        params: { path: { tenant } },
        body: { stopped: to === 'stop', reason: reason.trim() },
      }),
    );
    onClose();
    onChange();
  };

  return (
    <DialogForm
      label={t(`reclamations.stop.${to}`)}
      failed={t('reclamations.stop.failed')}
      onSubmit={save}
    >
      <Text as="p">{t(`reclamations.stop.${to}Text`)}</Text>
      <ReasonField
        label={t('plan.reason')}
        value={reason}
        onChange={setReason}
        invalid={t('plan.invalidReason')}
      />
    </DialogForm>
  );
}
