import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
  TextAreaField,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiFolderOpenLine, RiUpload2Line } from '@remixicon/react';
import {
  answerOf,
  TERM_FIELDS,
  type TermInput,
  type TermsImport,
} from 'backstage-plugin-m365-licenses-common';
import { useRef, useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { type DataColumn, DataTable } from '../common/DataTable';
import { formatNumber } from '../common/format';
import { errorMessage, isConflict } from '../common/messages';
import { useNotify } from '../common/notify';
import { Status } from '../common/StatusBadge';
import styles from '../common/common.module.css';

/** The most that the backend takes at once. */
const MAX_LENGTH = 2_000_000;

type Change = TermsImport['changes'][number];
type Problem = TermsImport['problems'][number];

const ACTION_TONES = {
  added: 'good',
  changed: 'attention',
  removed: 'bad',
  unchanged: 'muted',
} as const;
const ACTIONS = Object.keys(ACTION_TONES);

const isChange = ({ action }: Change) => action !== 'unchanged';

/**
 * Reads what licenses cost from CSV: first what would change, then the change.
 *
 * @param props.onApplied - the terms are others now
 */
export function ImportTerms(props: { tenant: string; onApplied: () => void }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const [isOpen, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button variant="secondary" iconStart={<RiUpload2Line />}>
        {t('termsImport.button')}
      </Button>
      <Dialog width={980} className={styles.readable}>
        <DialogHeader>{t('termsImport.title')}</DialogHeader>
        <ImportForm {...props} close={() => setOpen(false)} />
      </Dialog>
    </DialogTrigger>
  );
}

function ImportForm(props: {
  tenant: string;
  onApplied: () => void;
  close: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { tenant, onApplied, close } = props;
  const [csv, setCsv] = useState('');
  // Of the text as it is now: typing on asks for a new preview.
  const [preview, setPreview] = useState<TermsImport>();
  const [failure, setFailure] = useState<{ title: string; text: string }>();
  const [isPending, setPending] = useState(false);

  const write = (text: string) => {
    setCsv(text);
    setPreview(undefined);
    setFailure(undefined);
  };

  const read = async (file: File) => {
    try {
      const text = await file.text();
      write(text);
      // What stands for bytes that are not UTF-8.
      if (text.includes('\uFFFD')) {
        setFailure({
          title: t('termsImport.unreadable'),
          text: t('termsImport.notUtf8'),
        });
      }
    } catch (error) {
      setFailure({
        title: t('termsImport.unreadable'),
        text: errorMessage(error),
      });
    }
  };

  const send = async (apply: boolean) => {
    if (csv.length > MAX_LENGTH) {
      setFailure({
        title: t('termsImport.failed'),
        text: t('termsImport.tooLong'),
      });
      return;
    }
    setPending(true);
    setFailure(undefined);
    try {
      const result = await answerOf(
        client.POST('/tenants/{tenant}/terms/import', {
          params: { path: { tenant } },
          body: { csv, apply, revision: apply ? preview?.revision : undefined },
        }),
      );
      if (result.applied) {
        const count = result.changes.filter(isChange).length;
        notify({
          title: t('termsImport.applied', { count }),
          status: 'success',
        });
        close();
        onApplied();
        return;
      }
      setPreview(result);
      if (apply) {
        setFailure({
          title: t('termsImport.notApplied'),
          text: t('termsImport.notAppliedText'),
        });
      }
    } catch (error) {
      if (isConflict(error)) {
        // What it showed is no longer what would change.
        setPreview(undefined);
        setFailure({
          title: t('termsImport.conflict'),
          text: t('termsImport.conflictText'),
        });
        return;
      }
      setFailure({
        title: t('termsImport.failed'),
        text: errorMessage(error),
      });
    } finally {
      setPending(false);
    }
  };

  const count = preview?.changes.filter(isChange).length ?? 0;
  const mayApply = preview && preview.problems.length === 0 && count > 0;
  return (
    <>
      <DialogBody>
        <div className={styles.list}>
          <Text as="p">{t('termsImport.text')}</Text>
          <FileButton onChoose={read} />
          <TextAreaField
            label={t('termsImport.csv')}
            description={t('termsImport.csvHint')}
            rows={6}
            value={csv}
            onChange={write}
          />
          {failure && (
            <Alert
              role="alert"
              status="danger"
              icon
              title={failure.title}
              description={failure.text}
            />
          )}
          {preview && <Preview result={preview} />}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button size="small" variant="secondary" slot="close">
          {t('common.cancel')}
        </Button>
        <Button
          size="small"
          variant={mayApply ? 'secondary' : 'primary'}
          isDisabled={!csv.trim()}
          isPending={isPending}
          onPress={() => send(false)}
        >
          {t('termsImport.preview')}
        </Button>
        {mayApply && (
          <Button
            size="small"
            variant="primary"
            isPending={isPending}
            onPress={() => send(true)}
          >
            {t('termsImport.apply', { count })}
          </Button>
        )}
      </DialogFooter>
    </>
  );
}

function FileButton(props: { onChoose: (file: File) => void }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv"
        className={styles.hidden}
        aria-label={t('termsImport.file')}
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) {
            props.onChoose(file);
          }
          // The same file can be chosen again after it was mended.
          target.value = '';
        }}
      />
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiFolderOpenLine />}
        onPress={() => input.current?.click()}
      >
        {t('termsImport.choose')}
      </Button>
    </div>
  );
}

/** What an import would change, or what keeps it from it. */
function Preview(props: { result: TermsImport }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { changes, problems } = props.result;
  if (problems.length > 0) {
    return <Problems problems={problems} />;
  }
  const rows = changes
    .map((change, index) => ({ change, id: String(index) }))
    .sort(
      (one, other) =>
        ACTIONS.indexOf(one.change.action) -
        ACTIONS.indexOf(other.change.action),
    );
  const columns: DataColumn<{ change: Change; id: string }>[] = [
    {
      id: 'product',
      label: t('termsImport.product'),
      rowHeader: true,
      cell: ({ change }) => change.displayName,
    },
    {
      id: 'action',
      label: t('termsImport.action'),
      width: '8rem',
      cell: ({ change: { action } }) => (
        <Status tone={ACTION_TONES[action]}>
          {t(`termsImport.actions.${action}`)}
        </Status>
      ),
    },
    ...(['before', 'after'] as const).map(side => ({
      id: side,
      label: t(`termsImport.${side}`),
      width: '32%',
      cell: ({ change }: { change: Change }) => (
        <TermFacts
          term={change[side]}
          other={change[side === 'before' ? 'after' : 'before']}
        />
      ),
    })),
  ];
  return (
    <section className={styles.list} role="status">
      {!changes.some(isChange) && <Text>{t('termsImport.nothing')}</Text>}
      <DataTable
        label={t('termsImport.changesTable')}
        columns={columns}
        items={rows}
        getId={({ id }) => id}
        minWidth="48rem"
        empty={null}
      />
    </section>
  );
}

function Problems(props: { problems: Problem[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { problems } = props;
  const columns: DataColumn<{ problem: Problem; id: string }>[] = [
    {
      id: 'line',
      label: t('termsImport.line'),
      numeric: true,
      rowHeader: true,
      width: '5rem',
      cell: ({ problem }) => formatNumber(problem.line),
    },
    {
      id: 'column',
      label: t('termsImport.column'),
      width: '11rem',
      cell: ({ problem }) => problem.column ?? '–',
    },
    {
      id: 'problem',
      label: t('termsImport.problem'),
      cell: ({ problem }) => problem.message,
    },
  ];
  return (
    <section className={styles.list}>
      <Alert
        role="alert"
        status="warning"
        icon
        title={t('termsImport.problems', { count: problems.length })}
        description={t('termsImport.problemsDo')}
      />
      <DataTable
        label={t('termsImport.problemsTable')}
        columns={columns}
        items={problems.map((problem, index) => ({
          problem,
          id: String(index),
        }))}
        getId={({ id }) => id}
        minWidth="32rem"
        empty={null}
      />
    </section>
  );
}

/**
 * What is entered of a term.
 *
 * @param props.other - the term on the other side of the change: where there is
 *   one, only what differs is shown
 */
function TermFacts(props: { term: TermInput | null; other: TermInput | null }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { term, other } = props;
  if (!term) {
    return <>–</>;
  }
  const differing = other
    ? TERM_FIELDS.filter(field => term[field] !== other[field])
    : [];
  const shown =
    differing.length > 0
      ? differing
      : TERM_FIELDS.filter(field => term[field] !== null);
  const words = (field: (typeof TERM_FIELDS)[number]) => {
    if (field === 'frequency') {
      return t(`frequency.${term.frequency}`);
    }
    if (field === 'quantity') {
      return formatNumber(term.quantity);
    }
    return term[field] ?? t('termsImport.empty');
  };
  return (
    <dl className={styles.termFacts}>
      {shown.map(field => (
        <div key={field}>
          <dt>{`${t(
            field === 'subscriptionId'
              ? 'terms.subscription'
              : `terms.${field}`,
          )}:`}</dt>
          <dd>{words(field)}</dd>
        </div>
      ))}
    </dl>
  );
}
