import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { AssignmentPath } from 'backstage-plugin-m365-licenses-common';
import { m365LicensesTranslationRef } from '../../translation';

/** How an account holds a license, in words: "Direct", "Group Sales". */
export function usePathWords() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (path: AssignmentPath) =>
    path.type === 'direct'
      ? t('common.direct')
      : t('common.byGroup', { group: path.groupName ?? path.groupId ?? '' });
}
