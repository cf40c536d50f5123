import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Button,
  Text,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiStethoscopeLine } from '@remixicon/react';
import {
  answerOf,
  type CheckUp,
  type Connection,
  type Finding,
} from 'backstage-plugin-m365-licenses-common';
import { useState } from 'react';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { CopyButton } from '../common/CopyButton';
import { errorMessage } from '../common/messages';
import { useNotify } from '../common/notify';
import { RelativeTime } from '../common/RelativeTime';
import { FindingStatusBadge } from '../common/StatusBadge';
import common from '../common/common.module.css';
import styles from './ConnectionsPage.module.css';

/** The findings that somebody should mend: failing ones first. */
const toMendOf = ({ findings }: CheckUp) => [
  ...findings.filter(({ status }) => status === 'failing'),
  ...findings.filter(({ status }) => status === 'warning'),
];

const keyOf = ({ purpose, id, task, title }: Finding) =>
  `${purpose} ${id} ${task} ${title}`;

/** What the check-up of a tenant found, as a list to work through. */
export function CheckUpSection(props: {
  tenant: string;
  check: CheckUp | null;
  mayUpdate: boolean;
  onChange: (connection: Connection) => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const [isChecking, setChecking] = useState(false);
  const { tenant, check, mayUpdate, onChange } = props;

  const words = (found: CheckUp) => {
    const count = toMendOf(found).length;
    return count > 0
      ? t('connections.toMend', { count })
      : t('connections.works');
  };

  const checkNow = async () => {
    setChecking(true);
    try {
      const connection = await answerOf(
        client.POST('/tenants/{tenant}/connection/check', {
          params: { path: { tenant } },
        }),
      );
      onChange(connection);
      if (connection.check) {
        notify({
          title: `${tenant}: ${words(connection.check)}`,
          status: toMendOf(connection.check).length > 0 ? 'warning' : 'success',
        });
      }
    } catch (error) {
      notify({
        title: t('connections.checkFailed', { tenant }),
        description: errorMessage(error),
        status: 'danger',
      });
    } finally {
      setChecking(false);
    }
  };

  const toMend = check ? toMendOf(check) : [];
  const passed = check?.findings.filter(({ status }) => status === 'ok') ?? [];
  return (
    <section className={common.list}>
      <div className={common.bar}>
        <div className={common.stack}>
          <Text as="h3" weight="bold">
            {t('connections.checkUp')}
          </Text>
          <div className={common.caption} role="status">
            {isChecking && <span>{t('connections.checking')}</span>}
            {!isChecking && !check && (
              <span>{t('connections.notChecked')}</span>
            )}
            {!isChecking && check && (
              <>
                <span>{words(check)}</span>
                <span>
                  {t('connections.checked', {
                    when: <RelativeTime value={check.checkedAt} />,
                  })}
                </span>
              </>
            )}
          </div>
        </div>
        {mayUpdate && (
          <Button
            size="small"
            variant="secondary"
            iconStart={<RiStethoscopeLine />}
            aria-label={t('connections.checkOf', { tenant })}
            isPending={isChecking}
            onPress={checkNow}
          >
            {t('connections.check')}
          </Button>
        )}
      </div>
      {toMend.length > 0 && (
        <ul className={common.list} aria-label={t('connections.findings')}>
          {toMend.map(finding => (
            <FindingItem key={keyOf(finding)} finding={finding} />
          ))}
        </ul>
      )}
      {passed.length > 0 && (
        <Accordion>
          <AccordionTrigger
            level={4}
            title={t('connections.passed', { count: passed.length })}
          />
          <AccordionPanel>
            <ul className={common.list}>
              {passed.map(finding => (
                <FindingItem key={keyOf(finding)} finding={finding} />
              ))}
            </ul>
          </AccordionPanel>
        </Accordion>
      )}
    </section>
  );
}

function FindingItem(props: { finding: Finding }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { purpose, status, title, detail, steps, requestId } = props.finding;
  return (
    <li className={styles.finding}>
      <div className={common.caption}>
        <FindingStatusBadge status={status} />
        {purpose === 'reclamation' && (
          <span>{t('connections.ofReclamation')}</span>
        )}
      </div>
      <Text as="h4" weight="bold">
        {title}
      </Text>
      <Text as="p">{detail}</Text>
      {steps.length > 0 && (
        <ol className={common.steps}>
          {steps.map(({ text, command }, index) => (
            <li key={text}>
              {text}
              {command && (
                <Command line={command} step={index + 1} title={title} />
              )}
            </li>
          ))}
        </ol>
      )}
      {requestId && (
        <div className={styles.requestId}>
          {t('common.requestId', { id: requestId })}
          <CopyButton
            text={requestId}
            label={t('connections.copyRequestId', { title })}
          />
        </div>
      )}
    </li>
  );
}

/** A line for a shell, to copy. */
function Command(props: { line: string; step: number; title: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { line, step, title } = props;
  return (
    <div className={styles.command}>
      {/* Long lines scroll inside their box, also by keyboard. */}
      <pre
        role="group"
        aria-label={t('connections.command', { step, title })}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <code>{line}</code>
      </pre>
      <CopyButton
        text={line}
        label={t('connections.copyCommand', { step, title })}
      />
    </div>
  );
}
