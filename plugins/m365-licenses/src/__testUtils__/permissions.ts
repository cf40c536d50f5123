import { rosterReadPermission } from 'backstage-plugin-m365-licenses-common';

/** The names of the permissions that the reader holds; all or none where it is no list. */
export type Held = boolean | readonly string[];

/**
 * What those hold who own groups. To the frontend, reading accounts on conditions
 * is a denial: only the backend can decide on them.
 */
export const TEAM_LEAD: Held = [rosterReadPermission.name];

/** What the portal's policy decides on a permission. */
export const decisionOn = (permission: string, held: Held) => {
  const allowed = typeof held === 'boolean' ? held : held.includes(permission);
  return allowed ? 'ALLOW' : 'DENY';
};
