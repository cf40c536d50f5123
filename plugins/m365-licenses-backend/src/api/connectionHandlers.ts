import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  type Connection,
  connectionUpdatePermission,
  licenseReadPermission,
  type Tenant,
} from 'backstage-plugin-m365-licenses-common';
import type { Connections } from '../connections';
import type { Stores } from '../database/types';
import type { Access } from './access';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';

/** What the handlers of connections call. */
export interface ConnectionHandlerOptions {
  tenants: Tenants;
  connections: Connections;
  stores: Stores;
  access: Access;
  /** Entity ref of the person who calls; undefined for a service. */
  callerRef(credentials: BackstageCredentials): Promise<string | undefined>;
}

/** The operations on connections: how tenants sign in, check-ups, concealed names. */
export function createConnectionHandlers({
  tenants,
  connections,
  stores,
  access,
  callerRef,
}: ConnectionHandlerOptions): Pick<
  OperationHandlers,
  | 'listConnections'
  | 'getConnection'
  | 'checkConnection'
  | 'startAuthorization'
  | 'completeAuthorization'
  | 'deleteAuthorization'
  | 'getConcealedActivity'
  | 'purgeConcealedActivity'
> {
  const connectionOf = async (tenant: Tenant): Promise<Connection> =>
    tenant.status === 'started'
      ? { tenant, ...(await connections.describe(tenant.name)) }
      : { tenant, status: tenant.status, credentials: [], check: null };

  const connectionNamed = async (name: string): Promise<Connection> =>
    connectionOf(await tenants.get(name));

  /** Who signs in at Microsoft is tied to a person of this portal. */
  const person = async (credentials: BackstageCredentials): Promise<string> => {
    const ref = await callerRef(credentials);
    if (!ref) {
      throw new NotAllowedError(
        'Only a person can sign in for a tenant; open the Connections tab',
      );
    }
    return ref;
  };

  return {
    listConnections: {
      eventId: 'connection-fetch',
      severityLevel: 'low',
      handle: async ({ credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const items = await Promise.all(
          (await tenants.all()).map(connectionOf),
        );
        return { status: 200, body: { items, totalItems: items.length } };
      },
    },

    getConnection: {
      eventId: 'connection-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        return { status: 200, body: await connectionNamed(path.tenant) };
      },
    },

    checkConnection: {
      eventId: 'connection-check',
      severityLevel: 'medium',
      handle: async ({ path, credentials }) => {
        await access.require(connectionUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        await connections.check(name);
        return { status: 200, body: await connectionNamed(name) };
      },
    },

    startAuthorization: {
      eventId: 'connection-authorize',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(connectionUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        const { purpose = 'sync', redirectUri } = body;
        return {
          status: 200,
          body: await connections.authorize(name, {
            purpose,
            redirectUri,
            startedBy: await person(credentials),
          }),
        };
      },
    },

    completeAuthorization: {
      eventId: 'connection-authorized',
      severityLevel: 'high',
      handle: async ({ body, credentials }) => {
        await access.require(connectionUpdatePermission, credentials);
        const { tenant, purpose } = await connections.complete({
          ...body,
          completedBy: await person(credentials),
        });
        const connection = await connectionNamed(tenant);
        return {
          status: 200,
          body: { tenant, purpose, connection },
          audit: { tenant, purpose },
        };
      },
    },

    deleteAuthorization: {
      eventId: 'connection-disconnect',
      severityLevel: 'high',
      handle: async ({ path, query, credentials }) => {
        await access.require(connectionUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        const { purpose = 'sync' } = query;
        await connections.disconnect(
          name,
          purpose,
          (await callerRef(credentials)) ?? 'a service',
        );
        return {
          status: 200,
          body: await connectionNamed(name),
          audit: { purpose },
        };
      },
    },

    getConcealedActivity: {
      eventId: 'concealed-activity-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        return { status: 200, body: await stores.suspicious.concealed(name) };
      },
    },

    purgeConcealedActivity: {
      eventId: 'concealed-activity-purge',
      severityLevel: 'medium',
      handle: async ({ path, credentials }) => {
        await access.require(connectionUpdatePermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        const removed = await stores.suspicious.purgeConcealed(name);
        return {
          status: 200,
          body: removed,
          audit: { rows: removed.rows },
        };
      },
    },
  };
}
