import {
  Alert,
  Button,
  NumberField,
  Select,
  Text,
  TextField,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  answerOf,
  type License,
  type LicenseInput,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import { type FormEvent, type ReactNode, useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { formatNumber } from '../common/format';
import { errorMessage, isConflict } from '../common/messages';
import { useNotify } from '../common/notify';
import { Person } from '../common/Person';
import { RelativeTime } from '../common/RelativeTime';
import { Section } from '../common/Section';
import styles from '../common/common.module.css';

const CAPTURED = 'captured';
const APPLIES_TO = ['User', 'Company'] as const;

/**
 * Name, type and seats of a license: where they come from, and the form to
 * enter them while Microsoft does not say.
 *
 * @param props.onChange - they are others now
 */
export function LicenseSection(props: {
  tenant: string;
  license: License;
  editable: boolean;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { allowed } = usePermission({ permission: termsUpdatePermission });
  const { license, editable } = props;
  return (
    <Section title={t('license.details')}>
      <div className={styles.list}>
        <Facts license={license} />
        {editable && allowed && (
          <Form
            // What was saved, or entered by others, is what is edited next.
            key={license.entered?.at ?? ''}
            {...props}
          />
        )}
      </div>
    </Section>
  );
}

/**
 * Where name, type or seats come from: a person, or else what was captured.
 *
 * @param props.captured - what is said where nobody entered it
 */
export function Source(props: {
  license: License;
  field: keyof LicenseInput;
  captured: ReactNode;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { field, captured } = props;
  const { entered } = props.license;
  return (
    <>
      {entered && entered[field] !== null
        ? t('license.enteredBy', {
            person: <Person entityRef={entered.by} />,
            when: <RelativeTime value={entered.at} />,
          })
        : captured}
    </>
  );
}

function Facts(props: { license: License }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { license } = props;
  const { displayName, appliesTo, bought, capturedAt } = license;
  const captured = t('license.captured', {
    when: <RelativeTime value={capturedAt} />,
  });
  const facts: [keyof LicenseInput, string, ReactNode][] = [
    ['displayName', t('license.name'), displayName],
    [
      'appliesTo',
      t('license.appliesTo'),
      t(`license.appliesToValue.${appliesTo}`),
    ],
    ['bought', t('license.seatsBought'), formatNumber(bought)],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([field, name, value]) => (
        <div key={field} className={styles.contents}>
          <dt>{name}</dt>
          <dd>
            {value}{' '}
            <span className={styles.note}>
              (<Source license={license} field={field} captured={captured} />)
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Form(props: {
  tenant: string;
  license: License;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { tenant, license, onChange } = props;
  const { entered, skuId } = license;
  const [name, setName] = useState(entered?.displayName ?? '');
  const [appliesTo, setAppliesTo] = useState(entered?.appliesTo ?? null);
  // NaN while nothing is typed.
  const [bought, setBought] = useState(entered?.bought ?? NaN);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setFailure(undefined);
    try {
      await answerOf(
        client.PUT('/tenants/{tenant}/licenses/{skuId}', {
          params: { path: { tenant, skuId } },
          body: {
            displayName: name.trim() || null,
            appliesTo,
            bought: Number.isNaN(bought) ? null : bought,
          },
        }),
      );
      notify({ title: t('license.saved'), status: 'success' });
      onChange();
    } catch (error) {
      setFailure(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <form
      onSubmit={save}
      className={styles.list}
      aria-label={t('license.details')}
    >
      <Text as="p" color="secondary">
        {t('license.detailsText')}
      </Text>
      <div className={styles.form}>
        <TextField
          label={t('license.name')}
          value={name}
          onChange={setName}
          validate={text => text.length <= 200 || t('license.nameTooLong')}
        />
        <Select
          label={t('license.appliesTo')}
          options={[
            { value: CAPTURED, label: t('license.asCaptured') },
            ...APPLIES_TO.map(value => ({
              value,
              label: t(`license.appliesToValue.${value}`),
            })),
          ]}
          value={appliesTo ?? CAPTURED}
          onChange={value =>
            setAppliesTo(APPLIES_TO.find(known => known === value) ?? null)
          }
        />
        <NumberField
          label={t('license.seatsBought')}
          minValue={0}
          maxValue={100_000_000}
          formatOptions={{ maximumFractionDigits: 0 }}
          value={bought}
          onChange={setBought}
        />
      </div>
      {failure !== undefined && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('license.saveFailed')}
          description={
            isConflict(failure)
              ? t('license.saveConflict')
              : errorMessage(failure)
          }
        />
      )}
      <Button
        className={styles.action}
        size="small"
        variant="primary"
        type="submit"
        isPending={isPending}
      >
        {t('license.save')}
      </Button>
    </form>
  );
}
