import { Button, Text } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  accountReadPermission,
  answerOf,
  type Answered,
  type Question,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { ConfirmButton } from '../common/ConfirmButton';
import { type DataColumn, DataTable } from '../common/DataTable';
import { formatExact } from '../common/format';
import { Loaded } from '../common/Loaded';
import { errorMessage, isConflict } from '../common/messages';
import { NameCell } from '../common/NameCell';
import { useNotify } from '../common/notify';
import { Person } from '../common/Person';
import { ReasonText } from '../common/ReasonText';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import { Status } from '../common/StatusBadge';
import { KeepDialog } from './KeepDialog';
import styles from '../common/common.module.css';

/** Licenses about which one is asked: one's own, then those of people one answers for. */
export function Questions() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const state = useAsyncRetry(
    () => answerOf(client.GET('/questions')),
    [client],
  );
  const [answers, setAnswers] = useState<Record<string, Answered>>({});
  const [kept, setKept] = useState<Question>();
  const note = (answered: Answered) =>
    setAnswers(all => ({ ...all, [answered.id]: answered }));

  const table = (label: string, questions: Question[]) => (
    <QuestionTable
      label={label}
      questions={questions}
      answers={answers}
      onKeep={setKept}
      onAnswered={note}
      onOutdated={state.retry}
    />
  );

  return (
    <>
      <Loaded
        state={state}
        permission={accountReadPermission.name}
        height={160}
      >
        {({ items }) => {
          const own = items.filter(question => question.own);
          const others = items.filter(question => !question.own);
          return (
            <>
              {items.length === 0 && (
                <Text as="p" color="secondary">
                  {t('questions.none')}
                </Text>
              )}
              {own.length > 0 && (
                <Section title={t('questions.own')} level="h2">
                  <Text as="p">{t('questions.ownText')}</Text>
                  {table(t('questions.own'), own)}
                </Section>
              )}
              {others.length > 0 && (
                <Section title={t('questions.others')} level="h2">
                  <Text as="p">{t('questions.othersText')}</Text>
                  {table(t('questions.others'), others)}
                </Section>
              )}
            </>
          );
        }}
      </Loaded>
      <KeepDialog
        question={kept}
        onClose={() => setKept(undefined)}
        onAnswered={note}
      />
    </>
  );
}

interface AnswerProps {
  onKeep: (question: Question) => void;
  onAnswered: (answered: Answered) => void;
  /** Somebody else answered meanwhile, or it is too late. */
  onOutdated: () => void;
}

function QuestionTable(
  props: AnswerProps & {
    label: string;
    questions: Question[];
    /** What came of those that were answered here, by their ids. */
    answers: Record<string, Answered>;
  },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { label, questions, answers, ...answering } = props;
  const columns: DataColumn<Question>[] = [
    {
      id: 'license',
      label: t('questions.license'),
      rowHeader: true,
      width: '20%',
      cell: ({ displayName, skuPartNumber, skuId }) => (
        <NameCell name={displayName} detail={skuPartNumber ?? skuId} />
      ),
    },
    ...(questions.some(({ own }) => !own)
      ? [
          {
            id: 'person',
            label: t('questions.person'),
            width: '18%',
            cell: ({ account }: Question) => (
              <NameCell
                name={account.displayName}
                detail={account.userPrincipalName}
              />
            ),
          },
        ]
      : []),
    {
      id: 'why',
      label: t('questions.why'),
      cell: ({ reasons, reason, askedBy, askedAt }) => (
        <div className={styles.stack}>
          <ReasonText reasons={reasons} />
          <span className={`${styles.note} ${styles.name}`}>
            {t('questions.asked', {
              person: <Person entityRef={askedBy} />,
              when: <RelativeTime value={askedAt} />,
              reason,
            })}
          </span>
        </div>
      ),
    },
    {
      id: 'until',
      label: t('questions.until'),
      width: '11rem',
      cell: ({ answerUntil }) => (
        <div className={styles.stack}>
          <RelativeTime value={answerUntil} />
          <span className={styles.note}>{formatExact(answerUntil)}</span>
        </div>
      ),
    },
    {
      id: 'answer',
      label: t('questions.answer'),
      width: '15rem',
      cell: question => {
        const answered = answers[question.id];
        return answered ? (
          <Result answered={answered} />
        ) : (
          <AnswerButtons question={question} {...answering} />
        );
      },
    },
  ];
  return (
    <DataTable
      label={label}
      columns={columns}
      items={questions}
      getId={({ id }) => id}
      minWidth="62rem"
      empty={null}
    />
  );
}

function AnswerButtons(props: AnswerProps & { question: Question }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { question, onKeep, onAnswered, onOutdated } = props;
  const { id, tenant, own, displayName, account } = question;
  const what = own ? displayName : `${displayName}, ${account.displayName}`;

  const handBack = async () => {
    try {
      const answered = await answerOf(
        client.POST('/tenants/{tenant}/questions/{id}/answer', {
          params: { path: { tenant, id } },
          body: { decision: 'handBack' },
        }),
      );
      notify({
        title: t('questions.handedBack'),
        description: answered.message,
        status: 'success',
      });
      onAnswered(answered);
    } catch (error) {
      notify({
        title: t('questions.answerFailed'),
        description: errorMessage(error),
        status: 'danger',
      });
      if (isConflict(error)) {
        onOutdated();
      }
    }
  };

  return (
    <div className={styles.tags}>
      <ConfirmButton
        label={t('questions.handBack')}
        ariaLabel={t('questions.handBackOf', { what })}
        title={t('questions.handBackTitle', { what })}
        text={
          own
            ? t('questions.handBackText', { license: displayName })
            : t('questions.handBackTextOf', {
                license: displayName,
                person: account.displayName,
              })
        }
        onConfirm={handBack}
      />
      <Button
        size="small"
        variant="secondary"
        aria-label={t('questions.keepOf', { what })}
        onPress={() => onKeep(question)}
      >
        {t('questions.keep')}
      </Button>
    </div>
  );
}

/** What comes of an answer. */
function Result(props: { answered: Answered }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { outcome, keptUntil, message } = props.answered;

  function words() {
    if (outcome !== 'kept') {
      return t('questions.handedBack');
    }
    return keptUntil
      ? t('questions.keptUntil', { until: formatExact(keptUntil) })
      : t('questions.kept');
  }

  return (
    <div className={styles.stack}>
      <Status tone={outcome === 'kept' ? 'good' : 'info'}>{words()}</Status>
      <span className={`${styles.note} ${styles.name}`}>{message}</span>
    </div>
  );
}
