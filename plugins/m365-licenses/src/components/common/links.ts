import { useRouteRef } from '@backstage/core-plugin-api';
import {
  accountRouteRef,
  activityRouteRef,
  candidatesRouteRef,
  connectionsRouteRef,
  exemptionsRouteRef,
  licenseRouteRef,
  licensesRouteRef,
  myLicensesRouteRef,
  policiesRouteRef,
  reclamationRouteRef,
  reclamationsRouteRef,
  suspiciousActivitiesRouteRef,
  tasksRouteRef,
  usersRouteRef,
} from '../../routes';

const withQuery = (path: string, query: Record<string, string | undefined>) => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value) {
      params.set(name, value);
    }
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
};

/** The lists an account is opened from, which its page leads back to. */
export const ACCOUNT_LISTS = [
  'users',
  'activity',
  'candidates',
  'exemptions',
  'reclamations',
  'suspiciousActivities',
] as const;

export type AccountList = (typeof ACCOUNT_LISTS)[number];

/** Addresses of the tabs, of an account and of a license, with what is chosen there. */
export function useLinks() {
  const myLicenses = useRouteRef(myLicensesRouteRef);
  const users = useRouteRef(usersRouteRef);
  const account = useRouteRef(accountRouteRef);
  const licenses = useRouteRef(licensesRouteRef);
  const license = useRouteRef(licenseRouteRef);
  const activity = useRouteRef(activityRouteRef);
  const candidates = useRouteRef(candidatesRouteRef);
  const exemptions = useRouteRef(exemptionsRouteRef);
  const reclamations = useRouteRef(reclamationsRouteRef);
  const reclamation = useRouteRef(reclamationRouteRef);
  const policies = useRouteRef(policiesRouteRef);
  const suspiciousActivities = useRouteRef(suspiciousActivitiesRouteRef);
  const tasks = useRouteRef(tasksRouteRef);
  const connections = useRouteRef(connectionsRouteRef);
  return {
    myLicenses,
    users: (query: Record<string, string | undefined> = {}) =>
      withQuery(users(), query),
    /**
     * @param search - the list's own query, kept for the way back
     * @param from - the list; the users if absent
     */
    account: (userId: string, search: string, from?: AccountList) => {
      const query = new URLSearchParams(search);
      return withQuery(account({ userId }), {
        ...Object.fromEntries(query),
        from,
      });
    },
    activity: (query: Record<string, string | undefined> = {}) =>
      withQuery(activity(), query),
    licenses: (query: Record<string, string | undefined> = {}) =>
      withQuery(licenses(), query),
    /** @param search - the list's own query, kept for the way back */
    license: (skuId: string, search: string) =>
      `${license({ skuId })}${search}`,
    candidates: (query: Record<string, string | undefined> = {}) =>
      withQuery(candidates(), query),
    exemptions: (query: Record<string, string | undefined> = {}) =>
      withQuery(exemptions(), query),
    reclamations: (query: Record<string, string | undefined> = {}) =>
      withQuery(reclamations(), query),
    reclamation: (
      reclamationId: string,
      query: Record<string, string | undefined> = {},
    ) => withQuery(reclamation({ reclamationId }), query),
    policies: (query: Record<string, string | undefined> = {}) =>
      withQuery(policies(), query),
    suspiciousActivities: (query: Record<string, string | undefined> = {}) =>
      withQuery(suspiciousActivities(), query),
    tasks: (query: Record<string, string | undefined> = {}) =>
      withQuery(tasks(), query),
    connections: (query: Record<string, string | undefined> = {}) =>
      withQuery(connections(), query),
  };
}
