import { Dialog, DialogHeader, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type Answered,
  type Question,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { DialogForm, ReasonField } from '../common/DialogForm';
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
  const [reason, setReason] = useState('');
  const { onClose, onAnswered } = props;
  const { tenant, id } = props.question;

  const keep = async () => {
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
  };

  return (
    <DialogForm
      label={t('questions.keep')}
      failed={t('questions.answerFailed')}
      onSubmit={keep}
    >
      <Text as="p">{t('questions.keepText')}</Text>
      <ReasonField
        label={t('questions.reason')}
        description={t('questions.reasonHint')}
        value={reason}
        onChange={setReason}
        invalid={t('questions.reasonInvalid')}
      />
    </DialogForm>
  );
}
