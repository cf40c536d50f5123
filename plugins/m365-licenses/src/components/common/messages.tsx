import { Alert, Box, Button, Flex, Link, Skeleton, Text } from '@backstage/ui';
import { ResponseError } from '@backstage/errors';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  licenseReadPermission,
  type Problem,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import type { ReactNode } from 'react';
import { m365LicensesTranslationRef } from '../../translation';
import { useLinks } from './links';
import styles from './common.module.css';

/** Whether the backend refused because a permission is missing. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof ResponseError && error.statusCode === 403;

/** Whether the backend knows no such thing. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof ResponseError && error.statusCode === 404;

/** Whether somebody else changed the same thing meanwhile. */
export const isConflict = (error: unknown): boolean =>
  error instanceof ResponseError && error.statusCode === 409;

/** Whether the backend refused the request as asked, for example its cursor. */
export const isBadRequest = (error: unknown): boolean =>
  error instanceof ResponseError && error.statusCode === 400;

/** What the backend itself said. */
export function errorMessage(error: unknown): string {
  if (error instanceof ResponseError) {
    return error.cause.message;
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * Why something could not be shown, in the backend's own words, and what to
 * do.
 *
 * @param props.permission - the permission that the request needs
 * @param props.onRetry - loads again
 * @param props.retryLabel - what loading again is called; "Try again" if absent
 */
export function ErrorState(props: {
  error: unknown;
  permission: string;
  onRetry: () => void;
  retryLabel?: string;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { error, permission, onRetry } = props;
  if (isForbidden(error)) {
    return <Forbidden permission={permission} />;
  }
  // fetch reports an unreachable server as a TypeError.
  const unreachable = error instanceof TypeError;
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title={t(isNotFound(error) ? 'error.notFoundTitle' : 'error.title')}
      description={
        <>
          <Text as="p">
            {unreachable ? t('error.unreachable') : errorMessage(error)}
          </Text>
          <Text as="p" color="secondary">
            {t(unreachable ? 'error.unreachableDo' : 'error.whatToDo')}
          </Text>
        </>
      }
      customActions={
        <Button size="small" variant="secondary" onPress={onRetry}>
          {props.retryLabel ?? t('common.retry')}
        </Button>
      }
    />
  );
}

/** That something may not be seen, and the permission that it needs. */
export function Forbidden(props: { permission: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { permission } = props;
  return (
    <Alert
      role="alert"
      status="info"
      icon
      title={t('error.forbiddenTitle')}
      description={t('error.forbidden', { permission })}
    />
  );
}

/** Nothing to show, why, and what to do next. */
export function EmptyState(props: {
  title: string;
  text: string;
  action?: ReactNode;
}) {
  return (
    <div className={styles.empty}>
      <Text as="p" variant="body-large" weight="bold">
        {props.title}
      </Text>
      <Text as="p" color="secondary">
        {props.text}
      </Text>
      {props.action}
    </div>
  );
}

/**
 * What is wrong now, how to mend it, and Microsoft's request-id.
 *
 * @param props.tenant - where given, a link leads to the tab that tells more
 */
export function ProblemAlert(props: {
  problem: Problem;
  title?: string;
  tenant?: string;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { problem, title, tenant } = props;
  return (
    <Alert
      status="warning"
      icon
      title={title ?? problem.message}
      description={
        <Flex direction="column" gap="1">
          {title && <Text as="p">{problem.message}</Text>}
          {problem.mend && <Mend text={problem.mend} />}
          {problem.requestId && (
            <Text as="p" variant="body-small">
              {t('common.requestId', { id: problem.requestId })}
            </Text>
          )}
        </Flex>
      }
      customActions={
        tenant && <ProblemLink problem={problem} tenant={tenant} />
      }
    />
  );
}

/** Where a problem is looked into, for those who have those tabs. */
function ProblemLink(props: { problem: Problem; tenant: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { allowed } = usePermission({ permission: licenseReadPermission });
  const { problem, tenant } = props;
  if (!allowed) {
    return null;
  }
  if (problem.finding) {
    return (
      <Link href={links.connections({ tenant })}>{t('connections.open')}</Link>
    );
  }
  return problem.task ? (
    <Link href={links.tasks({ tenant })}>{t('overview.openTasks')}</Link>
  ) : null;
}

/** What mends a problem: a line for each step, in order. */
function Mend(props: { text: string }) {
  const steps = props.text.split('\n');
  return steps.length > 1 ? (
    <ol className={styles.steps}>
      {steps.map(step => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  ) : (
    <Text as="p">{props.text}</Text>
  );
}

/** That a tenant was not started because of its configuration, and why. */
export function TenantRefused(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { name, problem } = props.tenant;
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title={t('tenant.problemTitle', { name })}
      description={
        <>
          <Text as="p">{problem}</Text>
          <Text as="p">{t('tenant.problemDo', { name })}</Text>
        </>
      }
    />
  );
}

/** A placeholder of the size of what is coming. */
export function Loading(props: { height: number }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <Box
      bg="neutral"
      className={styles.loading}
      style={{ minHeight: props.height }}
      role="status"
      aria-label={t('common.loading')}
    >
      <Skeleton width="40%" />
      <Skeleton width="100%" />
      <Skeleton width="100%" />
    </Box>
  );
}
