import { ButtonLink, Link } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  licenseReadPermission,
  rosterReadPermission,
} from 'backstage-plugin-m365-licenses-common';
import type { ComponentProps, ReactNode } from 'react';
import { m365LicensesTranslationRef } from '../../translation';
import { useLinks } from './links';

/** Whether the reader has the tabs where accounts are listed, and their pages. */
export function useHasRoster(): boolean {
  return usePermission({ permission: rosterReadPermission }).allowed;
}

/**
 * A link to where accounts are listed, for those who have those tabs.
 *
 * @param props.fallback - what others see in its place; nothing if absent
 */
export function RosterLink(
  props: ComponentProps<typeof Link> & { fallback?: ReactNode },
) {
  const { fallback, ...link } = props;
  return useHasRoster() ? <Link {...link} /> : <>{fallback}</>;
}

/** Leads to the tab where tasks are run, for those who have it. */
export function OpenTasks(props: { tenant: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const { allowed } = usePermission({ permission: licenseReadPermission });
  const { tenant } = props;
  return allowed ? (
    <ButtonLink href={links.tasks({ tenant })}>
      {t('overview.openTasks')}
    </ButtonLink>
  ) : null;
}
