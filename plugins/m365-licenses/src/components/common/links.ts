import { useRouteRef } from '@backstage/core-plugin-api';
import {
  accountRouteRef,
  candidatesRouteRef,
  connectionsRouteRef,
  exemptionsRouteRef,
  licenseRouteRef,
  licensesRouteRef,
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

/** Addresses of the tabs, of an account and of a license, with what is chosen there. */
export function useLinks() {
  const users = useRouteRef(usersRouteRef);
  const account = useRouteRef(accountRouteRef);
  const licenses = useRouteRef(licensesRouteRef);
  const license = useRouteRef(licenseRouteRef);
  const candidates = useRouteRef(candidatesRouteRef);
  const exemptions = useRouteRef(exemptionsRouteRef);
  const suspiciousActivities = useRouteRef(suspiciousActivitiesRouteRef);
  const tasks = useRouteRef(tasksRouteRef);
  const connections = useRouteRef(connectionsRouteRef);
  return {
    users: (query: Record<string, string | undefined> = {}) =>
      withQuery(users(), query),
    /** @param search - the list's own query, kept for the way back */
    account: (userId: string, search: string) =>
      `${account({ userId })}${search}`,
    licenses: (query: Record<string, string | undefined> = {}) =>
      withQuery(licenses(), query),
    /** @param search - the list's own query, kept for the way back */
    license: (skuId: string, search: string) =>
      `${license({ skuId })}${search}`,
    candidates: (query: Record<string, string | undefined> = {}) =>
      withQuery(candidates(), query),
    exemptions: (query: Record<string, string | undefined> = {}) =>
      withQuery(exemptions(), query),
    suspiciousActivities: (query: Record<string, string | undefined> = {}) =>
      withQuery(suspiciousActivities(), query),
    tasks: (query: Record<string, string | undefined> = {}) =>
      withQuery(tasks(), query),
    connections: (query: Record<string, string | undefined> = {}) =>
      withQuery(connections(), query),
  };
}
