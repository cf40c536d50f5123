import { createApiRef, type FetchApi } from '@backstage/frontend-plugin-api';
import {
  createM365LicensesClient,
  type M365LicensesClient,
} from 'backstage-plugin-m365-licenses-common';

/**
 * The client of the license manager's REST API that pages and cards use.
 *
 * @public
 */
export const m365LicensesApiRef = createApiRef<M365LicensesClient>().with({
  id: 'plugin.m365-licenses.client',
  pluginId: 'm365-licenses',
});

/**
 * Makes the client with the portal's own fetch, which finds the backend and
 * adds the identity of the person who is signed in.
 */
export const createClient = (fetchApi: FetchApi): M365LicensesClient =>
  createM365LicensesClient({
    baseUrl: 'plugin://m365-licenses',
    fetch: fetchApi.fetch,
  });
