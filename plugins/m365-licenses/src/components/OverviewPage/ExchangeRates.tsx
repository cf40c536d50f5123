import {
  Alert,
  Button,
  ButtonIcon,
  Dialog,
  DialogBody,
  DialogHeader,
  DialogTrigger,
  Text,
  TextField,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  RiAddLine,
  RiDeleteBinLine,
  RiExchangeDollarLine,
} from '@remixicon/react';
import {
  answerOf,
  type ExchangeRate,
  type ExchangeRates,
} from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';
import { type FormEvent, useId, useState } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { FormDialogFooter } from '../common/FormDialogFooter';
import { DayField } from '../common/DayField';
import { Loaded } from '../common/Loaded';
import { errorMessage, isConflict } from '../common/messages';
import { useNotify } from '../common/notify';
import { Person } from '../common/Person';
import { RelativeTime } from '../common/RelativeTime';
import { isCurrency } from '../LicensePage/termForm';
import styles from '../common/common.module.css';

interface RatesProps {
  tenant: string;
  /** The currencies that are paid in: each is offered a line. */
  currencies: string[];
  onChange: () => void;
}

/** A button that opens the form of the exchange rates. */
export function ExchangeRatesDialog(props: RatesProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const [isOpen, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button
        className={styles.action}
        size="small"
        variant="tertiary"
        iconStart={<RiExchangeDollarLine />}
      >
        {t('rates.button')}
      </Button>
      <Dialog width={720} className={styles.readable}>
        <DialogHeader>{t('rates.title')}</DialogHeader>
        <LoadedRates {...props} close={() => setOpen(false)} />
      </Dialog>
    </DialogTrigger>
  );
}

function LoadedRates(props: RatesProps & { close: () => void }) {
  const client = useApi(m365LicensesApiRef);
  const { tenant } = props;
  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/tenants/{tenant}/exchange-rates', {
          params: { path: { tenant } },
        }),
      ),
    [client, tenant],
  );
  if (!state.value) {
    return (
      <DialogBody>
        <Loaded state={state} height={240}>
          {() => null}
        </Loaded>
      </DialogBody>
    );
  }
  return <RatesForm {...props} initial={state.value} />;
}

/** A rate as it is typed; the id keeps its place in the list. */
type Line = ExchangeRate & { id: number };

const newLine = (id: number, currency = ''): Line => ({
  id,
  currency,
  rate: '',
  date: DateTime.now().toISODate(),
});

const isRate = (text: string) =>
  /^\d{1,9}(\.\d{1,9})?$/.test(text) && Number(text) > 0;

function RatesForm(
  props: RatesProps & { initial: ExchangeRates; close: () => void },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const form = useId();
  const { tenant, currencies, initial, onChange, close } = props;
  // What is saved on: as it was read on opening, or after a conflict again.
  const [saved, setSaved] = useState(initial);
  const [target, setTarget] = useState(initial.currency ?? '');
  const [lines, setLines] = useState<Line[]>(() =>
    [
      ...initial.rates,
      ...currencies
        .filter(
          currency =>
            currency !== initial.currency &&
            !initial.rates.some(rate => rate.currency === currency),
        )
        .map(currency => newLine(0, currency)),
    ].map((line, id) => ({ ...line, id })),
  );
  const [isReloaded, setReloaded] = useState(false);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<{ title: string; error: unknown }>();
  const nextId = Math.max(-1, ...lines.map(({ id }) => id)) + 1;

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
    return attempt(t('rates.saveFailed'), async () => {
      await answerOf(
        client.PUT('/tenants/{tenant}/exchange-rates', {
          params: { path: { tenant } },
          body: {
            revision: saved.revision,
            currency: target || null,
            rates: lines
              // Offered, but nobody entered a rate.
              .filter(({ rate }) => rate !== '')
              .map(({ currency, rate, date }) => ({ currency, rate, date })),
          },
        }),
      );
      notify({ title: t('rates.saved'), status: 'success' });
      close();
      onChange();
    });
  };

  const reload = () =>
    attempt(t('rates.loadFailed'), async () => {
      const theirs = await answerOf(
        client.GET('/tenants/{tenant}/exchange-rates', {
          params: { path: { tenant } },
        }),
      );
      setSaved(theirs);
      setLines(mine => [
        ...mine,
        ...theirs.rates
          .filter(rate => !mine.some(line => line.currency === rate.currency))
          .map((rate, index) => ({ ...rate, id: nextId + index })),
      ]);
      setReloaded(true);
    });

  return (
    <>
      <DialogBody>
        <form id={form} onSubmit={save} className={styles.list}>
          <Text as="p">{t('rates.text')}</Text>
          {saved.updatedBy && (
            <Text as="p" color="secondary">
              {t('rates.updated', {
                person: <Person entityRef={saved.updatedBy} />,
                when: <RelativeTime value={saved.updatedAt} />,
              })}
            </Text>
          )}
          <TextField
            className={styles.filter}
            label={t('rates.currency')}
            description={t('rates.currencyHint')}
            value={target}
            onChange={text => setTarget(text.toUpperCase().trim())}
            validate={text =>
              !text || isCurrency(text) || t('terms.invalid.currency')
            }
          />
          {lines.map((line, index) => (
            <RateLine
              key={line.id}
              row={index + 1}
              line={line}
              isTarget={line.currency === target && target !== ''}
              isTwice={lines.some(
                (other, place) =>
                  place < index &&
                  other.rate !== '' &&
                  other.currency === line.currency,
              )}
              onChange={changes =>
                setLines(
                  lines.map(each =>
                    each.id === line.id ? { ...each, ...changes } : each,
                  ),
                )
              }
              onRemove={() =>
                setLines(lines.filter(({ id }) => id !== line.id))
              }
            />
          ))}
          <Button
            className={styles.action}
            size="small"
            variant="secondary"
            iconStart={<RiAddLine />}
            onPress={() => setLines([...lines, newLine(nextId)])}
          >
            {t('rates.add')}
          </Button>
        </form>
        {failure && isConflict(failure.error) && (
          <Alert
            role="alert"
            status="warning"
            icon
            title={t('rates.conflict')}
            description={t('rates.conflictText')}
            customActions={
              <Button size="small" variant="secondary" onPress={reload}>
                {t('rates.conflictReload')}
              </Button>
            }
          />
        )}
        {failure && !isConflict(failure.error) && (
          <Alert
            role="alert"
            status="danger"
            icon
            title={failure.title}
            description={errorMessage(failure.error)}
          />
        )}
        {isReloaded && !failure && (
          <Alert
            role="status"
            status="info"
            icon
            title={t('rates.reloaded')}
            description={t('rates.reloadedText')}
          />
        )}
      </DialogBody>
      <FormDialogFooter
        form={form}
        label={t('rates.save')}
        isPending={isPending}
      />
    </>
  );
}

function RateLine(props: {
  row: number;
  line: Line;
  isTarget: boolean;
  isTwice: boolean;
  onChange: (changes: Partial<ExchangeRate>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { row, line, isTarget, isTwice, onChange, onRemove } = props;
  const isEmpty = line.rate === '';
  const label = (field: 'from' | 'rate' | 'date') =>
    t('rates.ofRow', { field: t(`rates.${field}`), row });
  const checkCurrency = (text: string) => {
    if (isEmpty) {
      return true;
    }
    if (isTarget) {
      return t('rates.invalid.target');
    }
    if (isTwice) {
      return t('rates.invalid.twice');
    }
    return isCurrency(text) || t('terms.invalid.currency');
  };
  return (
    <div className={styles.filters}>
      <TextField
        className={styles.filter}
        label={label('from')}
        value={line.currency}
        onChange={text => onChange({ currency: text.toUpperCase().trim() })}
        validate={checkCurrency}
      />
      <TextField
        className={styles.filter}
        inputMode="decimal"
        label={label('rate')}
        description={t('rates.rateHint')}
        value={line.rate}
        onChange={text => onChange({ rate: text.trim() })}
        validate={text => !text || isRate(text) || t('rates.invalid.rate')}
      />
      <DayField
        label={label('date')}
        value={line.date}
        maxValue={DateTime.now().toISODate()}
        isRequired={!isEmpty}
        onChange={date => onChange({ date })}
      />
      <ButtonIcon
        variant="tertiary"
        size="small"
        icon={<RiDeleteBinLine />}
        aria-label={t('rates.remove', { row })}
        onPress={onRemove}
      />
    </div>
  );
}
