import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogHeader,
  DialogTrigger,
  NumberField,
  Select,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiAddLine, RiPencilLine } from '@remixicon/react';
import {
  answerOf,
  type License,
  PAYMENT_FREQUENCIES,
  type Term,
  type Terms,
} from 'backstage-plugin-m365-licenses-common';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { FormDialogFooter } from '../common/FormDialogFooter';
import { personRefOf } from '../common/entityRefs';
import { formatExact, formatNumber } from '../common/format';
import { errorMessage, isConflict } from '../common/messages';
import { useNotify } from '../common/notify';
import { RelativeTime } from '../common/RelativeTime';
import { Source } from './LicenseForm';
import {
  draftOf,
  inputOf,
  inputOfDraft,
  isCost,
  isCurrency,
  isDay,
  type TermDraft,
} from './termForm';
import styles from '../common/common.module.css';

interface TermProps {
  tenant: string;
  license: License;
  terms: Terms;
  /** The term to edit; a new one if absent. */
  term?: Term;
  /** The terms are others than those given. */
  onChange: () => void;
}

/** A button that opens the form of a term. */
export function TermDialog(props: TermProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const [isOpen, setOpen] = useState(false);
  const { license, term } = props;
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      {term ? (
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiPencilLine />}
          aria-label={t('terms.editOf', {
            from: formatExact(term.effectiveDate),
          })}
        >
          {t('terms.edit')}
        </Button>
      ) : (
        <Button size="small" variant="secondary" iconStart={<RiAddLine />}>
          {t('terms.add')}
        </Button>
      )}
      <Dialog width={720} className={styles.readable}>
        <DialogHeader>
          {t(term ? 'terms.editTitle' : 'terms.addTo', {
            product: license.displayName,
          })}
        </DialogHeader>
        <TermForm {...props} close={() => setOpen(false)} />
      </Dialog>
    </DialogTrigger>
  );
}

function TermForm(props: TermProps & { close: () => void }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const form = useId();
  const { tenant, license, term, onChange, close } = props;
  const [draft, setDraft] = useState(() =>
    draftOf(license, term, props.terms.items[0]),
  );
  // What is saved on: as it was read on opening, or after a conflict again.
  const [terms, setTerms] = useState(props.terms);
  const [isReloaded, setReloaded] = useState(false);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<{ title: string; error: unknown }>();
  const path = { tenant, skuId: license.skuId };
  const isGone = term && !terms.items.some(({ id }) => id === term.id);

  const attempt = async (title: string, work: () => Promise<void>) => {
    setPending(true);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      setFailure({ title, error });
    } finally {
      setPending(false);
    }
  };

  const save = (event: FormEvent) => {
    event.preventDefault();
    const input = inputOfDraft(draft);
    const isNew = !term || isGone;
    return attempt(t('terms.saveFailed'), async () => {
      await answerOf(
        client.PUT('/tenants/{tenant}/licenses/{skuId}/terms', {
          params: { path },
          body: {
            revision: terms.revision,
            items: [
              ...(isNew ? [input] : []),
              ...terms.items.map(item =>
                item.id === term?.id ? input : inputOf(item),
              ),
            ],
          },
        }),
      );
      notify({ title: t('terms.saved'), status: 'success' });
      close();
      onChange();
    });
  };

  const reload = () =>
    attempt(t('terms.reloadFailed'), async () => {
      setTerms(
        await answerOf(
          client.GET('/tenants/{tenant}/licenses/{skuId}/terms', {
            params: { path },
          }),
        ),
      );
      setReloaded(true);
      onChange();
    });

  return (
    <>
      <DialogBody>
        <div className={styles.list}>
          <CapturedFacts license={license} />
          <form id={form} onSubmit={save}>
            <TermFields
              license={license}
              draft={draft}
              onChange={changes =>
                setDraft(previous => ({ ...previous, ...changes }))
              }
            />
          </form>
          {failure && (
            <Failure
              title={failure.title}
              error={failure.error}
              onReload={reload}
            />
          )}
          {isReloaded && !failure && (
            <Alert
              role="status"
              status="info"
              icon
              title={t('terms.reloaded')}
              description={t(
                isGone ? 'terms.reloadedGone' : 'terms.reloadedText',
              )}
            />
          )}
        </div>
      </DialogBody>
      <FormDialogFooter
        form={form}
        label={t('terms.save')}
        isPending={isPending}
      />
    </>
  );
}

function Failure(props: {
  title: string;
  error: unknown;
  onReload: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { title, error, onReload } = props;
  return isConflict(error) ? (
    <Alert
      role="alert"
      status="warning"
      icon
      title={t('terms.conflict')}
      description={t('terms.conflictText')}
      customActions={
        <Button size="small" variant="secondary" onPress={onReload}>
          {t('terms.conflictReload')}
        </Button>
      }
    />
  ) : (
    <Alert
      role="alert"
      status="danger"
      icon
      title={title}
      description={errorMessage(error)}
    />
  );
}

/** What Microsoft says of the license; read, never typed. */
function CapturedFacts(props: { license: License }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { license } = props;
  const { displayName, trial, bought, capturedAt } = license;
  const facts: [string, ReactNode, ReactNode][] = [
    [
      t('terms.name'),
      displayName,
      <Source
        license={license}
        field="displayName"
        captured={t('terms.nameFrom')}
      />,
    ],
    [
      t('terms.type'),
      trial === null
        ? t('common.unknown')
        : t(trial ? 'terms.trial' : 'terms.paid'),
      t('terms.typeFrom'),
    ],
    [
      t('terms.bought'),
      formatNumber(bought),
      <Source
        license={license}
        field="bought"
        captured={t('terms.boughtFrom', {
          when: <RelativeTime value={capturedAt} />,
        })}
      />,
    ],
  ];
  return (
    <section className={styles.list} aria-label={t('terms.captured')}>
      <Text as="h3" weight="bold">
        {t('terms.captured')}
      </Text>
      <dl className={styles.facts}>
        {facts.map(([name, value, from]) => (
          <div key={name} className={styles.contents}>
            <dt>{name}</dt>
            <dd>
              {value} <span className={styles.note}>({from})</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const ALL = 'all';

function TermFields(props: {
  license: License;
  draft: TermDraft;
  onChange: (changes: Partial<TermDraft>) => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { draft, onChange } = props;
  const { subscriptions } = props.license;

  const day = (text: string) => isDay(text) || t('terms.invalid.date');
  const end = (text: string) => {
    if (!text.trim()) {
      return true;
    }
    return isDay(text) && text.trim() <= draft.effectiveDate.trim()
      ? t('terms.invalid.order')
      : day(text);
  };

  return (
    <div className={styles.form}>
      <TextField
        isRequired
        inputMode="decimal"
        label={t('terms.cost')}
        description={t('terms.costHint')}
        value={draft.cost}
        onChange={cost => onChange({ cost })}
        validate={text => isCost(text) || t('terms.invalid.cost')}
      />
      <TextField
        isRequired
        label={t('terms.currency')}
        description={t('terms.currencyHint')}
        value={draft.currency}
        onChange={currency => onChange({ currency: currency.toUpperCase() })}
        validate={text => isCurrency(text) || t('terms.invalid.currency')}
      />
      <Select
        label={t('terms.frequency')}
        description={t('terms.frequencyHint')}
        options={PAYMENT_FREQUENCIES.map(frequency => ({
          value: frequency,
          label: t(`frequency.${frequency}`),
        }))}
        value={draft.frequency}
        onChange={value => {
          const frequency = PAYMENT_FREQUENCIES.find(known => known === value);
          if (frequency) {
            onChange({ frequency });
          }
        }}
      />
      <NumberField
        isRequired
        label={t('terms.quantity')}
        description={t('terms.quantityHint')}
        minValue={0}
        maxValue={100_000_000}
        formatOptions={{ maximumFractionDigits: 0 }}
        value={draft.quantity}
        onChange={quantity => onChange({ quantity })}
        validate={value =>
          Number.isInteger(value) || t('terms.invalid.quantity')
        }
      />
      <TextField
        isRequired
        label={t('terms.effectiveDate')}
        description={t('terms.dateHint')}
        value={draft.effectiveDate}
        onChange={effectiveDate => onChange({ effectiveDate })}
        validate={day}
      />
      <TextField
        label={t('terms.expirationDate')}
        description={t('terms.expirationHint')}
        value={draft.expirationDate}
        onChange={expirationDate => onChange({ expirationDate })}
        validate={end}
      />
      {(subscriptions.length > 1 || draft.subscriptionId) && (
        <Select
          label={t('terms.subscription')}
          options={[
            { value: ALL, label: t('terms.subscriptionAll') },
            ...subscriptions.map(({ id }) => ({ value: id, label: id })),
            // One that Microsoft no longer lists stays what it is.
            ...(draft.subscriptionId &&
            !subscriptions.some(({ id }) => id === draft.subscriptionId)
              ? [{ value: draft.subscriptionId, label: draft.subscriptionId }]
              : []),
          ]}
          value={draft.subscriptionId || ALL}
          onChange={value =>
            onChange({ subscriptionId: value === ALL ? '' : String(value) })
          }
        />
      )}
      <TextField
        label={t('terms.purchaseIdentifier')}
        value={draft.purchaseIdentifier}
        onChange={purchaseIdentifier => onChange({ purchaseIdentifier })}
        validate={text =>
          text.length <= 200 || t('terms.invalid.purchaseIdentifier')
        }
      />
      <TextField
        label={t('terms.administrator')}
        description={t('terms.administratorHint')}
        value={draft.administrator}
        onChange={administrator => onChange({ administrator })}
        validate={text =>
          !text.trim() ||
          personRefOf(text) !== undefined ||
          t('terms.invalid.administrator')
        }
      />
      <TextAreaField
        className={styles.wide}
        label={t('terms.notes')}
        value={draft.notes}
        onChange={notes => onChange({ notes })}
        validate={text => text.length <= 4000 || t('terms.invalid.notes')}
      />
    </div>
  );
}
