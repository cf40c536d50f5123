import { RequirePermission } from '@backstage/plugin-permission-react';
import { rosterReadPermission } from 'backstage-plugin-m365-licenses-common';
import { Forbidden } from './common/messages';
import { GroupLicensesCard } from './EntityCards/EntityCards';
import { GroupTab } from './GroupTab/GroupTab';

// In the older frontend system the portal's own code places cards and tabs, and
// permissions cannot leave them out.

/** The group card; nothing for those whom it is not for. */
export function OlderGroupLicensesCard() {
  return (
    <RequirePermission permission={rosterReadPermission} errorPage={<></>}>
      <GroupLicensesCard />
    </RequirePermission>
  );
}

/** The tab of groups; those whom it is not for are told what is missing. */
export function OlderGroupTab() {
  return (
    <RequirePermission
      permission={rosterReadPermission}
      errorPage={<Forbidden permission={rosterReadPermission.name} />}
    >
      <GroupTab />
    </RequirePermission>
  );
}
