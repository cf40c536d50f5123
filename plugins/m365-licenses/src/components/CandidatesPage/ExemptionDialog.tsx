import {
  Checkbox,
  Dialog,
  DialogHeader,
  Radio,
  RadioGroup,
  Select,
  TextField,
} from '@backstage/ui';
import {
  identityApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type Candidate,
  type ExemptionInput,
} from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';
import { useState } from 'react';
import useAsync from 'react-use/esm/useAsync';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { DialogForm, ReasonField } from '../common/DialogForm';
import { DayField } from '../common/DayField';
import { groupRefOf, personRefOf } from '../common/entityRefs';
import { useNotify } from '../common/notify';
import styles from '../common/common.module.css';

/** How long something is held back if nothing else is chosen, in days. */
const PRESET_DAYS = 90;

const dayAhead = (days: number) => DateTime.now().plus({ days }).toISODate();

interface ExemptionProps {
  tenant: string;
  /** The licenses to choose from. */
  licenses: { value: string; label: string }[];
  /** The candidate to hold back; anything may be held back if absent. */
  candidate?: Candidate;
  onClose: () => void;
  /** Something is held back now. */
  onDone: () => void;
}

/** The form that holds licenses back from being taken back. */
export function ExemptionDialog(props: ExemptionProps & { isOpen: boolean }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { isOpen, onClose, candidate } = props;
  return (
    <Dialog
      width={640}
      className={styles.readable}
      isOpen={isOpen}
      onOpenChange={open => !open && onClose()}
    >
      <DialogHeader>
        {candidate
          ? t('candidates.holdBackOf', {
              license: candidate.displayName,
              account: candidate.accountName,
            })
          : t('exemptions.add')}
      </DialogHeader>
      <ExemptionForm {...props} />
    </Dialog>
  );
}

/** Who or what an exemption is for, as it is chosen and typed. */
interface Target {
  who: 'account' | 'group' | 'everybody';
  user: string;
  group: string;
  /** All licenses if absent. */
  skuId?: string;
}

/** What is sent: only what is chosen counts, whatever else was typed. */
const inputOfTarget = ({
  who,
  user,
  group,
  skuId,
}: Target): Pick<ExemptionInput, 'user' | 'group' | 'skuId'> => ({
  ...(who === 'account' ? { user: user.trim() } : {}),
  ...(who === 'group' ? { group: groupRefOf(group) } : {}),
  skuId,
});

function ExemptionForm(props: ExemptionProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const identity = useApi(identityApiRef);
  const notify = useNotify();
  const { tenant, licenses, candidate, onClose, onDone } = props;
  const me = useAsync(() => identity.getBackstageIdentity(), [identity]).value;
  const [target, setTarget] = useState<Target>({
    who: 'account',
    user: candidate?.accountId ?? '',
    group: '',
    skuId: candidate?.skuId,
  });
  const [reason, setReason] = useState('');
  // The caller, until somebody else is typed.
  const [typedOwner, setTypedOwner] = useState<string>();
  const owner = typedOwner ?? me?.userEntityRef ?? '';
  const [expiresOn, setExpiresOn] = useState(() => dayAhead(PRESET_DAYS));
  const [isOpenEnded, setOpenEnded] = useState(false);

  const save = async () => {
    await answerOf(
      client.POST('/tenants/{tenant}/exemptions', {
        params: { path: { tenant } },
        body: {
          ...inputOfTarget(target),
          reason: reason.trim(),
          owner: personRefOf(owner),
          expiresOn: isOpenEnded ? null : expiresOn,
        },
      }),
    );
    notify({ title: t('exemptions.added'), status: 'success' });
    onClose();
    onDone();
  };

  return (
    <DialogForm
      label={t('candidates.holdBack')}
      failed={t('exemptions.addFailed')}
      onSubmit={save}
    >
      {candidate ? (
        <CandidateScope
          candidate={candidate}
          target={target}
          onChange={setTarget}
        />
      ) : (
        <TargetFields
          licenses={licenses}
          target={target}
          onChange={setTarget}
        />
      )}
      <ReasonField
        label={t('exemptions.reason')}
        description={t('exemptions.reasonHint')}
        value={reason}
        onChange={setReason}
        invalid={t('exemptions.invalid.reason')}
      />
      <div className={styles.form}>
        <TextField
          isRequired
          label={t('exemptions.owner')}
          description={t('exemptions.ownerHint')}
          value={owner}
          onChange={setTypedOwner}
          validate={text =>
            personRefOf(text) !== undefined || t('exemptions.invalid.owner')
          }
        />
        {!isOpenEnded && (
          <DayField
            isRequired
            label={t('exemptions.expiresOn')}
            description={t('exemptions.expiresOnHint')}
            minValue={dayAhead(1)}
            value={expiresOn}
            onChange={setExpiresOn}
          />
        )}
      </div>
      <Checkbox isSelected={isOpenEnded} onChange={setOpenEnded}>
        {t('exemptions.openEnded')}
      </Checkbox>
    </DialogForm>
  );
}

interface TargetProps {
  target: Target;
  onChange: (target: Target) => void;
}

/** How much of what the candidate stands for is held back. */
function CandidateScope(props: TargetProps & { candidate: Candidate }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { target, onChange, candidate } = props;
  const { skuId } = candidate;
  const scopes = [
    { id: 'license', values: { who: 'account', skuId } },
    { id: 'account', values: { who: 'account', skuId: undefined } },
    { id: 'everybody', values: { who: 'everybody', skuId } },
  ] as const;
  const chosen = scopes.find(
    ({ values }) => values.who === target.who && values.skuId === target.skuId,
  );
  return (
    <RadioGroup
      label={t('exemptions.scope')}
      value={chosen?.id}
      onChange={id =>
        onChange({
          ...target,
          ...scopes.find(scope => scope.id === id)?.values,
        })
      }
    >
      {scopes.map(({ id }) => (
        <Radio key={id} value={id}>
          {t(`exemptions.scopes.${id}`, {
            license: candidate.displayName,
            account: candidate.accountName,
          })}
        </Radio>
      ))}
    </RadioGroup>
  );
}

const WHO = ['account', 'group', 'everybody'] as const;
const ALL = 'all';

/** An account, a group or everybody, with one license or all. */
function TargetFields(
  props: TargetProps & { licenses: { value: string; label: string }[] },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { target, onChange, licenses } = props;
  const { who } = target;
  return (
    <>
      <RadioGroup
        label={t('exemptions.scope')}
        orientation="horizontal"
        value={who}
        onChange={value => {
          const chosen = WHO.find(known => known === value);
          if (chosen) {
            onChange({ ...target, who: chosen });
          }
        }}
      >
        {WHO.map(value => (
          <Radio key={value} value={value}>
            {t(`exemptions.who.${value}`)}
          </Radio>
        ))}
      </RadioGroup>
      <div className={styles.form}>
        {who === 'account' && (
          <TextField
            isRequired
            label={t('exemptions.account')}
            description={t('exemptions.accountHint')}
            value={target.user}
            onChange={user => onChange({ ...target, user })}
          />
        )}
        {who === 'group' && (
          <TextField
            isRequired
            label={t('exemptions.group')}
            description={t('exemptions.groupHint')}
            value={target.group}
            onChange={group => onChange({ ...target, group })}
            validate={text =>
              groupRefOf(text) !== undefined || t('exemptions.invalid.group')
            }
          />
        )}
        <Select
          isRequired={who === 'everybody'}
          label={t('candidates.license')}
          search
          options={[
            // Holding back everything of everybody is no exemption.
            ...(who === 'everybody'
              ? []
              : [{ value: ALL, label: t('exemptions.everyLicense') }]),
            ...licenses,
          ]}
          value={target.skuId ?? (who === 'everybody' ? null : ALL)}
          onChange={value =>
            onChange({
              ...target,
              skuId: value === ALL ? undefined : String(value),
            })
          }
        />
      </div>
    </>
  );
}
