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
  type Answered,
  type Question,
} from 'backstage-plugin-m365-licenses-common';
import { type FormEvent, useId, useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { FormDialogFooter } from '../common/FormDialogFooter';
import { errorMessage } from '../common/messages';
import { useNotify } from '../common/notify';
import styles from '../common/common.module.css';

interface KeepProps {
  onClose: () => void;
  onAnswered: (answered: Answered) => void;
}

/**
 * The form that keeps a license, with a reason.
 *
 * @param props.question - the one to answer; closed if absent
 */
export function KeepDialog(
  props: KeepProps & { question: Question | undefined },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { question, onClose } = props;
  return (
    <Dialog
      width={520}
      className={styles.readable}
      isOpen={Boolean(question)}
      onOpenChange={open => !open && onClose()}
    >
      {question && (
        <>
          <DialogHeader>
            {question.own
              ? t('questions.keepTitle', { license: question.displayName })
              : t('questions.keepTitleOf', {
                  license: question.displayName,
                  person: question.account.displayName,
                })}
          </DialogHeader>
          <KeepForm {...props} question={question} />
        </>
      )}
    </Dialog>
  );
}

function KeepForm(props: KeepProps & { question: Question }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const form = useId();
  const [reason, setReason] = useState('');
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const { onClose, onAnswered } = props;
  const { tenant, id } = props.question;

  const keep = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setFailure(undefined);
    try {
      const answered = await answerOf(
        client.POST('/tenants/{tenant}/questions/{id}/answer', {
          params: { path: { tenant, id } },
          body: { decision: 'keep', reason: reason.trim() },
        }),
      );
      notify({
        title: t('questions.kept'),
        description: answered.message,
        status: 'success',
      });
      onClose();
      onAnswered(answered);
    } catch (error) {
      setFailure(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <>
      <DialogBody>
        <form id={form} onSubmit={keep} className={styles.list}>
          <Text as="p">{t('questions.keepText')}</Text>
          <TextAreaField
            isRequired
            label={t('questions.reason')}
            description={t('questions.reasonHint')}
            value={reason}
            onChange={setReason}
            validate={text =>
              (text.trim() !== '' && text.length <= 1000) ||
              t('questions.reasonInvalid')
            }
          />
          {failure !== undefined && (
            <Alert
              role="alert"
              status="danger"
              icon
              title={t('questions.answerFailed')}
              description={errorMessage(failure)}
            />
          )}
        </form>
      </DialogBody>
      <FormDialogFooter
        form={form}
        label={t('questions.keep')}
        isPending={isPending}
      />
    </>
  );
}
