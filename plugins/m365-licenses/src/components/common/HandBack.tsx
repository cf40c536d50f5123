import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  type Account,
  answerOf,
  type AssignedLicense,
} from 'backstage-plugin-m365-licenses-common';
import { useEffect, useState } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import useInterval from 'react-use/esm/useInterval';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { ConfirmButton } from './ConfirmButton';
import { errorMessage } from './messages';
import { useNotify } from './notify';
import { isDone, isOpen, OutcomeBadge } from './Reclamations';
import { RelativeTime } from './RelativeTime';
import { Status } from './StatusBadge';
import styles from './common.module.css';

/** How often it is looked how far a hand-back is. */
const POLL_MS = 2000;

/**
 * Hands back a license of an account and says how far that is; of one that only
 * a group grants, why it cannot be handed back here. For those who may
 * (`mayHandBack` of the account).
 *
 * @param props.account - one's own, or of a member of a group that one owns
 * @param props.underway - the id of a reclamation that is taking it already
 * @param props.onDone - it is over, whatever came of it
 */
export function HandBack(props: {
  tenant: string;
  account: Account;
  license: AssignedLicense;
  underway?: string;
  onDone: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { tenant, account, license, underway, onDone } = props;
  const { skuId, displayName } = license;
  const person = account.displayName;
  const [begun, setBegun] = useState<string>();
  // Until all is read again, what is over still counts as underway there.
  const [over, setOver] = useState<string>();
  const watched = [begun, underway].find(id => id && id !== over);
  const groups = license.paths
    .filter(({ type }) => type === 'group')
    .map(({ groupName, groupId }) => groupName ?? groupId);
  const grantedBy = { count: groups.length, groups: groups.join(', ') };

  const handBack = async () => {
    try {
      const { id } = await answerOf(
        client.POST('/tenants/{tenant}/hand-backs', {
          params: { path: { tenant } },
          // Of this account, even where the person has another one.
          body: { user: account.id, skuId },
        }),
      );
      setBegun(id);
    } catch (error) {
      notify({
        title: t('handBack.failed', { license: displayName }),
        description: errorMessage(error),
        status: 'danger',
      });
    }
  };

  function consequence() {
    if (groups.length > 0) {
      return t('handBack.losesNothing', {
        person,
        license: displayName,
        ...grantedBy,
      });
    }
    const services = license.services
      .map(service => t(`service.${service}`))
      .join(', ');
    return services
      ? t('handBack.losesServices', { person, license: displayName, services })
      : t('handBack.loses', { person, license: displayName });
  }

  if (watched) {
    return (
      <Progress
        key={watched}
        tenant={tenant}
        item={{ reclamationId: watched, accountId: account.id, skuId }}
        onDone={() => {
          setOver(watched);
          onDone();
        }}
      />
    );
  }
  if (license.paths.every(({ type }) => type === 'group')) {
    return (
      <span className={`${styles.note} ${styles.name}`}>
        {t('handBack.byGroupOnly', { person, ...grantedBy })}
      </span>
    );
  }
  return (
    <ConfirmButton
      label={t('handBack.button')}
      ariaLabel={t('handBack.buttonOf', { license: displayName })}
      title={t('handBack.title', { person, license: displayName })}
      text={consequence()}
      onConfirm={handBack}
    />
  );
}

/** How far a hand-back is; tells what came of it when it is over. */
function Progress(props: {
  tenant: string;
  item: { reclamationId: string; accountId: string; skuId: string };
  onDone: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const { tenant, item, onDone } = props;
  const { value, error, retry } = useAsyncRetry(async () => {
    const [{ problem }, { items }] = await Promise.all([
      answerOf(
        client.GET('/tenants/{tenant}/reclamations/{id}', {
          params: { path: { tenant, id: item.reclamationId } },
        }),
      ),
      answerOf(
        client.GET('/tenants/{tenant}/reclamation-items', {
          params: { path: { tenant }, query: item },
        }),
      ),
    ]);
    // What a group grants besides is in the plan as well, and left alone.
    const direct = items.find(({ path }) => path.type === 'direct');
    return { problem, taken: direct ?? items.at(0) };
  }, [client, tenant, item.reclamationId, item.accountId, item.skuId]);
  const taken = value?.taken;
  const isOver = value !== undefined && !(taken && isOpen(taken.outcome));
  useInterval(retry, isOver ? null : POLL_MS);

  useEffect(() => {
    if (!isOver) {
      return;
    }
    if (taken) {
      notify({
        title: t(isDone(taken.outcome) ? 'handBack.done' : 'handBack.notDone', {
          license: taken.displayName,
        }),
        description: taken.message,
        status: isDone(taken.outcome) ? 'success' : 'warning',
      });
    }
    onDone();
    // Told once: it ends only once, and what it tells by is made anew each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isOver]);

  return (
    <div className={styles.stack} aria-live="polite">
      {taken ? (
        <OutcomeBadge outcome={taken.outcome} />
      ) : (
        <Status tone="info">{t('handBack.underway')}</Status>
      )}
      {value?.problem && (
        <span className={`${styles.note} ${styles.name}`}>
          {value.problem.message}{' '}
          {value.problem.retryAt &&
            t('handBack.goesOn', {
              when: <RelativeTime value={value.problem.retryAt} />,
            })}
        </span>
      )}
      {error && (
        <span className={`${styles.note} ${styles.name}`}>
          {t('handBack.progressUnknown', { why: errorMessage(error) })}
        </span>
      )}
    </div>
  );
}
