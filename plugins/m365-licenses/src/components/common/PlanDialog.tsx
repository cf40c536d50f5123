import {
  Alert,
  Checkbox,
  Dialog,
  DialogHeader,
  Radio,
  RadioGroup,
  Text,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  answerOf,
  reclamationCreatePermission,
  reclamationLeaveGroupsPermission,
  type ReclamationMode,
  type ReclamationPreview,
  type ReclamationRequest,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { DialogForm, ReasonField } from './DialogForm';
import { useLinks } from './links';
import { Loaded } from './Loaded';
import { CandidateValue } from './Candidates';
import {
  countOf,
  OutcomeBadge,
  OutcomeCounts,
  useLicensesOfPeople,
} from './Reclamations';
import { RelativeTime } from './RelativeTime';
import styles from './common.module.css';

/** Whose licenses a plan is about: exactly one of users, candidates and filter. */
export type PlanSelection = Pick<
  ReclamationRequest,
  'users' | 'skuIds' | 'candidates' | 'filter'
>;

interface PlanProps {
  tenant: string;
  selection: PlanSelection;
  onClose: () => void;
}

/**
 * Plans to take licenses back: shows what the plan would hold, asks for the
 * reason and how, makes the plan and goes to its page. Nothing is taken by it.
 *
 * @param props.title - what is planned; "Plan to take licenses back" if absent
 */
export function PlanDialog(
  props: PlanProps & { isOpen: boolean; title?: string },
) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { isOpen, title, onClose, ...rest } = props;
  return (
    <Dialog
      width={720}
      className={styles.readable}
      isOpen={isOpen}
      onOpenChange={open => !open && onClose()}
    >
      <DialogHeader>{title ?? t('plan.title')}</DialogHeader>
      <PlanForm {...rest} onClose={onClose} />
    </Dialog>
  );
}

const isPlanned = (outcome: string) => outcome === 'planned';

const MODES = ['immediate', 'askFirst'] as const satisfies ReclamationMode[];

function PlanForm(props: PlanProps) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const navigate = useNavigate();
  const { tenant, selection, onClose } = props;
  const { allowed: mayLeaveGroups } = usePermission({
    permission: reclamationLeaveGroupsPermission,
  });
  const [reason, setReason] = useState('');
  const [mode, setMode] = useState<ReclamationMode>('immediate');
  const [leaveGroups, setLeaveGroups] = useState(false);

  const preview = useAsyncRetry(
    () =>
      answerOf(
        client.POST('/tenants/{tenant}/reclamation-previews', {
          params: { path: { tenant } },
          // A preview needs a reason as well, and keeps none.
          body: { ...selection, leaveGroups, reason: t('plan.title') },
        }),
      ),
    [client, tenant, JSON.stringify(selection), leaveGroups],
  );
  const hasItems =
    preview.value !== undefined && countOf(preview.value.counts, isPlanned) > 0;

  const create = async () => {
    const { id } = await answerOf(
      client.POST('/tenants/{tenant}/reclamations', {
        params: { path: { tenant } },
        body: { ...selection, leaveGroups, mode, reason: reason.trim() },
      }),
    );
    onClose();
    navigate(links.reclamation(id, { tenant }));
  };

  return (
    <DialogForm
      label={t('plan.create')}
      failed={t('plan.createFailed')}
      isDisabled={preview.loading || !hasItems}
      onSubmit={create}
    >
      <Text as="p">{t('plan.intro')}</Text>
      <Loaded
        state={preview}
        permission={reclamationCreatePermission.name}
        height={120}
      >
        {value => <Preview preview={value} />}
      </Loaded>
      <ReasonField
        label={t('plan.reason')}
        description={t('plan.reasonHint')}
        value={reason}
        onChange={setReason}
        invalid={t('plan.invalidReason')}
      />
      <RadioGroup
        label={t('plan.mode')}
        value={mode}
        onChange={value =>
          setMode(MODES.find(known => known === value) ?? mode)
        }
      >
        {MODES.map(each => (
          <Radio key={each} value={each}>
            {t(`plan.modes.${each}`)}
          </Radio>
        ))}
      </RadioGroup>
      {mayLeaveGroups && (
        <Checkbox isSelected={leaveGroups} onChange={setLeaveGroups}>
          {t('plan.leaveGroups')}
        </Checkbox>
      )}
    </DialogForm>
  );
}

/** How many that are left alone are named before the plan is made. */
const LEFT_ALONE_SHOWN = 10;

/** What the plan would hold: what is to go and its worth, what is left alone and why. */
function Preview(props: { preview: ReclamationPreview }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const licensesOfPeople = useLicensesOfPeople();
  const { preview } = props;
  const { counts, items, first, evaluatedAt } = preview;
  const planned = counts.find(({ outcome }) => isPlanned(outcome));
  const others = counts.filter(({ outcome }) => !isPlanned(outcome));
  const leftAlone = first.filter(({ outcome }) => !isPlanned(outcome));
  const named = leftAlone.slice(0, LEFT_ALONE_SHOWN);
  const unnamed = items - (planned?.items ?? 0) - named.length;
  return (
    <div role="status" className={styles.list}>
      {planned ? (
        <dl className={styles.facts}>
          <dt>{t('plan.toTake')}</dt>
          <dd>
            {t('plan.licensesOf', licensesOfPeople(planned.items, preview))}
          </dd>
          {planned.value && (
            <>
              <dt>{t('plan.worth')}</dt>
              <dd>
                <CandidateValue candidate={planned} />
              </dd>
            </>
          )}
          {others.length > 0 && (
            <>
              <dt>{t('plan.leftAlone')}</dt>
              <dd>
                <OutcomeCounts counts={others} />
              </dd>
            </>
          )}
        </dl>
      ) : (
        <Alert
          status="info"
          icon
          title={t('plan.nothing')}
          description={t('plan.nothingText')}
        />
      )}
      {named.length > 0 && (
        <ul className={styles.list} aria-label={t('plan.leftAloneWhy')}>
          {named.map(({ id, account, displayName, outcome, message }) => (
            <li key={id} className={styles.stack}>
              <span className={styles.row}>
                <span className={styles.name}>
                  {account.displayName}, {displayName}
                </span>
                <OutcomeBadge outcome={outcome} />
              </span>
              <span className={styles.note}>{message}</span>
            </li>
          ))}
          {unnamed > 0 && (
            <li className={styles.note}>
              {t('plan.leftAloneMore', { count: unnamed })}
            </li>
          )}
        </ul>
      )}
      {evaluatedAt && (
        <span className={styles.note}>
          {t('plan.evaluated', { when: <RelativeTime value={evaluatedAt} /> })}
        </span>
      )}
    </div>
  );
}
