import {
  Alert,
  Dialog,
  DialogBody,
  DialogHeader,
  Text,
  TextAreaField,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type SuspiciousActivity,
} from 'backstage-plugin-m365-licenses-common';
import { type FormEvent, useId, useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { FormDialogFooter } from '../common/FormDialogFooter';
import { errorMessage } from '../common/messages';
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
  const form = useId();
  const [note, setNote] = useState('');
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const { tenant, id, onClose, onDone } = props;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setFailure(undefined);
    try {
      await answerOf(
        client.PUT('/tenants/{tenant}/suspicious-activities/{id}/recognition', {
          params: { path: { tenant, id } },
          body: { note: note.trim() },
        }),
      );
      notify({ title: t('suspicious.recognized'), status: 'success' });
      onClose();
      onDone();
    } catch (error) {
      setFailure(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <>
      <DialogBody>
        <form id={form} onSubmit={save} className={styles.list}>
          <Text as="p">{t('suspicious.recognizeText')}</Text>
          <TextAreaField
            isRequired
            label={t('suspicious.note')}
            description={t('suspicious.noteHint')}
            value={note}
            onChange={setNote}
            validate={text =>
              (text.trim() !== '' && text.length <= 1000) ||
              t('suspicious.noteInvalid')
            }
          />
          {failure !== undefined && (
            <Alert
              role="alert"
              status="danger"
              icon
              title={t('suspicious.recognizeFailed')}
              description={errorMessage(failure)}
            />
          )}
        </form>
      </DialogBody>
      <FormDialogFooter
        form={form}
        label={t('suspicious.recognize')}
        isPending={isPending}
      />
    </>
  );
}
