import { Dialog, DialogHeader, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type SuspiciousActivity,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { DialogForm, ReasonField } from '../common/DialogForm';
import { useNotify } from '../common/notify';
import styles from '../common/common.module.css';

interface RecognizeProps {
  tenant: string;
  onClose: () => void;
  /** It is recognized now. */
  onDone: () => void;
}

/**
 * The form that accepts a suspicious activity as known.
 *
 * @param props.activity - the one to accept; closed if absent
 */
export function RecognizeDialog(
  props: RecognizeProps & { activity: SuspiciousActivity | undefined },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { activity, onClose } = props;
  return (
    <Dialog
      width={520}
      className={styles.readable}
      isOpen={Boolean(activity)}
      onOpenChange={open => !open && onClose()}
    >
      {activity && (
        <>
          <DialogHeader>
            {t('suspicious.recognizeOf', {
              name: activity.displayName ?? activity.userPrincipalName,
            })}
          </DialogHeader>
          <RecognizeForm {...props} id={activity.id} />
        </>
      )}
    </Dialog>
  );
}

function RecognizeForm(props: RecognizeProps & { id: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const [note, setNote] = useState('');
  const { tenant, id, onClose, onDone } = props;

  const save = async () => {
    await answerOf(
      client.PUT('/tenants/{tenant}/suspicious-activities/{id}/recognition', {
        params: { path: { tenant, id } },
        body: { note: note.trim() },
      }),
    );
    notify({ title: t('suspicious.recognized'), status: 'success' });
    onClose();
    onDone();
  };

  return (
    <DialogForm
      label={t('suspicious.recognize')}
      failed={t('suspicious.recognizeFailed')}
      onSubmit={save}
    >
      <Text as="p">{t('suspicious.recognizeText')}</Text>
      <ReasonField
        label={t('suspicious.note')}
        description={t('suspicious.noteHint')}
        value={note}
        onChange={setNote}
        invalid={t('suspicious.noteInvalid')}
      />
    </DialogForm>
  );
}
