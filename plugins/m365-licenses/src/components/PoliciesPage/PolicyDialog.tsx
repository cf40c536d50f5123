import {
  Checkbox,
  CheckboxGroup,
  Dialog,
  DialogHeader,
  NumberField,
  Radio,
  RadioGroup,
  Select,
  Text,
  TextField,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  POLICY_REASONS,
  type Policy,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { DialogForm } from '../common/DialogForm';
import { groupRefOf } from '../common/entityRefs';
import { useNotify } from '../common/notify';
import { useFilterOptions } from '../common/useFilterOptions';
import {
  draftOf,
  inputOf,
  isTime,
  LIMITS,
  newDraft,
  type PolicyDraft,
  TIME_ZONES,
} from './policyForm';
import styles from '../common/common.module.css';

interface PolicyProps {
  tenant: string;
  onClose: () => void;
  /** It was saved. */
  onDone: () => void;
}

/**
 * The form of a policy.
 *
 * @param props.policy - the one to change, or "new"; closed if absent
 */
export function PolicyDialog(
  props: PolicyProps & { policy: Policy | 'new' | undefined },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { policy, onClose } = props;
  return (
    <Dialog
      width={720}
      className={styles.readable}
      isOpen={Boolean(policy)}
      onOpenChange={open => !open && onClose()}
    >
      {policy && (
        <>
          <DialogHeader>
            {policy === 'new'
              ? t('policies.add')
              : t('policies.editTitle', { name: policy.name })}
          </DialogHeader>
          <PolicyForm
            {...props}
            policy={policy === 'new' ? undefined : policy}
          />
        </>
      )}
    </Dialog>
  );
}

function PolicyForm(props: PolicyProps & { policy: Policy | undefined }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { tenant, policy, onClose, onDone } = props;
  const [draft, setDraft] = useState(() =>
    policy ? draftOf(policy) : newDraft(),
  );
  const change = (values: Partial<PolicyDraft>) =>
    setDraft(previous => ({ ...previous, ...values }));

  const save = async () => {
    const body = inputOf(draft);
    await answerOf(
      policy
        ? client.PUT('/tenants/{tenant}/policies/{id}', {
            params: { path: { tenant, id: policy.id } },
            body,
          })
        : client.POST('/tenants/{tenant}/policies', {
            params: { path: { tenant } },
            body,
          }),
    );
    notify({
      title: t('policies.saved', { name: body.name }),
      description: t('policies.savedText'),
      status: 'success',
    });
    onClose();
    onDone();
  };

  return (
    <DialogForm
      label={t('policies.save')}
      failed={t('policies.saveFailed')}
      onSubmit={save}
    >
      <Text as="p">{t(policy ? 'policies.editText' : 'policies.addText')}</Text>
      <TextField
        isRequired
        label={t('policies.name')}
        value={draft.name}
        onChange={name => change({ name })}
        validate={text =>
          (text.trim() !== '' && text.length <= 200) ||
          t('policies.invalid.name')
        }
      />
      <WhatFields tenant={tenant} draft={draft} onChange={change} />
      <HowFields draft={draft} onChange={change} />
      <QuietFields draft={draft} onChange={change} />
    </DialogForm>
  );
}

interface FieldsProps {
  draft: PolicyDraft;
  onChange: (values: Partial<PolicyDraft>) => void;
}

const ANY = 'any';

/** Which candidates it takes: for which reasons, which licenses, of whom. */
function WhatFields(props: FieldsProps & { tenant: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { draft, onChange, tenant } = props;
  const options = useFilterOptions(tenant);
  return (
    <>
      <CheckboxGroup
        isRequired
        label={t('policies.reasons')}
        value={draft.reasons}
        onChange={values =>
          onChange({
            reasons: POLICY_REASONS.filter(reason => values.includes(reason)),
          })
        }
      >
        {POLICY_REASONS.map(reason => (
          <Checkbox key={reason} value={reason}>
            {t(`policies.reason.${reason}`)}
          </Checkbox>
        ))}
      </CheckboxGroup>
      <div className={styles.form}>
        <Select
          label={t('policies.licenses')}
          description={t('policies.licensesHint')}
          placeholder={t('policies.allLicenses')}
          selectionMode="multiple"
          search
          options={options.licenses}
          value={draft.skuIds}
          onChange={values => onChange({ skuIds: values.map(String) })}
        />
        <Select
          label={t('policies.department')}
          search
          options={[
            { value: ANY, label: t('common.any') },
            ...options.departments,
          ]}
          value={draft.department ?? ANY}
          onChange={value =>
            onChange({ department: value === ANY ? null : String(value) })
          }
        />
        <TextField
          label={t('policies.group')}
          description={t('policies.groupHint')}
          value={draft.group}
          onChange={group => onChange({ group })}
          validate={text =>
            text.trim() === '' ||
            groupRefOf(text) !== undefined ||
            t('policies.invalid.group')
          }
        />
      </div>
    </>
  );
}

const MODES = ['immediate', 'askFirst'] as const;

/** How it takes them, how often and how many at most. */
function HowFields(props: FieldsProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { draft, onChange } = props;
  return (
    <>
      <RadioGroup
        label={t('policies.mode')}
        value={draft.mode}
        onChange={value => {
          const mode = MODES.find(known => known === value);
          if (mode) {
            onChange({ mode });
          }
        }}
      >
        {MODES.map(mode => (
          <Radio key={mode} value={mode}>
            {t(`policies.modes.${mode}`)}
          </Radio>
        ))}
      </RadioGroup>
      <div className={styles.form}>
        {(['everyDays', 'maxItems'] as const).map(name => (
          <NumberField
            key={name}
            isRequired
            label={t(`policies.${name}Label`)}
            minValue={1}
            maxValue={LIMITS[name]}
            formatOptions={{ maximumFractionDigits: 0 }}
            value={draft[name]}
            onChange={value => onChange({ [name]: value })}
            validate={value =>
              Number.isInteger(value) || t('policies.invalid.number')
            }
          />
        ))}
      </div>
    </>
  );
}

/** When it takes nothing back and asks nobody. */
function QuietFields(props: FieldsProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { draft, onChange } = props;
  const { quiet } = draft;
  const changeQuiet = (values: Partial<PolicyDraft['quiet']>) =>
    onChange({ quiet: { ...quiet, ...values } });
  return (
    <>
      <Checkbox
        isSelected={draft.hasQuietHours}
        onChange={hasQuietHours => onChange({ hasQuietHours })}
      >
        {t('policies.hasQuietHours')}
      </Checkbox>
      {draft.hasQuietHours && (
        <>
          <div className={styles.form}>
            {(['from', 'to'] as const).map(name => (
              <TextField
                key={name}
                isRequired
                label={t(`policies.quietTime.${name}`)}
                description={t('policies.quietTimeHint')}
                value={quiet[name]}
                onChange={value => changeQuiet({ [name]: value })}
                validate={text => isTime(text) || t('policies.invalid.time')}
              />
            ))}
            <Select
              label={t('policies.timeZone')}
              search
              options={TIME_ZONES.map(zone => ({ value: zone, label: zone }))}
              value={quiet.timeZone}
              onChange={zone => changeQuiet({ timeZone: String(zone) })}
            />
          </div>
          <Checkbox
            isSelected={quiet.weekends}
            onChange={weekends => changeQuiet({ weekends })}
          >
            {t('policies.weekends')}
          </Checkbox>
        </>
      )}
    </>
  );
}
