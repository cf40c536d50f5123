import { ConflictError, NotFoundError } from '@backstage/errors';
import type { Tenant } from 'backstage-plugin-m365-licenses-common';
import type { M365LicensesConfig, TenantConfig } from '../config';
import type { TenantStore } from '../database/types';
import type { GraphConnection } from '../graph/types';

/** A tenant whose configuration is sound, with its connections. */
export interface StartedTenant extends TenantConfig {
  graph: GraphConnection;
  /** The connection that writes: `graph` unless reclamation has its own credentials. */
  reclamationGraph: GraphConnection;
}

/** The tenants that are started, refused by their configuration, or retired. */
export class Tenants {
  readonly #config: M365LicensesConfig;
  readonly #store: TenantStore;
  readonly started: readonly StartedTenant[];

  static create(options: {
    config: M365LicensesConfig;
    started: readonly StartedTenant[];
    store: TenantStore;
  }) {
    return new Tenants(options);
  }

  private constructor(options: {
    config: M365LicensesConfig;
    started: readonly StartedTenant[];
    store: TenantStore;
  }) {
    this.#config = options.config;
    this.#store = options.store;
    this.started = options.started;
  }

  /** Every tenant: started, refused, and retired ones. */
  async all(): Promise<Tenant[]> {
    const { inactiveAfterDays, graceDays } = this.#config;
    return [
      ...this.#configured,
      ...(await this.#store.retired()).map(
        ({ name, tenantId, retiredAt }): Tenant => ({
          inactiveAfterDays,
          graceDays,
          name,
          tenantId,
          status: 'retired',
          retiredAt,
          problem: null,
          reclamationEnabled: false,
        }),
      ),
    ];
  }

  get #configured(): Tenant[] {
    const { inactiveAfterDays, graceDays, refused } = this.#config;
    const common = { inactiveAfterDays, graceDays };
    return [
      ...this.started.map(
        ({ name, connection, reclamationEnabled }): Tenant => ({
          ...common,
          name,
          tenantId: connection.tenantId,
          status: 'started',
          retiredAt: null,
          problem: null,
          reclamationEnabled,
        }),
      ),
      ...refused.map(
        ({ name, tenantId, problem }): Tenant => ({
          ...common,
          name,
          tenantId,
          status: 'refused',
          retiredAt: null,
          problem,
          reclamationEnabled: false,
        }),
      ),
    ];
  }

  /** @throws NotFoundError when there is no tenant of this name */
  async get(name: string): Promise<Tenant> {
    const isNamed = (tenant: Tenant) => tenant.name === name;
    // Most requests are about these, which take no query.
    const configured = this.#configured.find(isNamed);
    if (configured) {
      return configured;
    }
    const all = await this.all();
    const found = all.find(isNamed);
    if (!found) {
      throw new NotFoundError(
        `There is no tenant ${name}; there is ${
          all.map(tenant => tenant.name).join(', ') || 'none'
        }`,
      );
    }
    return found;
  }

  /**
   * A tenant whose history may be read: a started or a retired one.
   *
   * @throws NotFoundError when there is none, or its configuration was refused
   */
  async readable(name: string): Promise<Tenant> {
    const tenant = await this.get(name);
    if (tenant.status === 'refused') {
      throw new NotFoundError(
        `The tenant ${name} was not started: ${tenant.problem}`,
      );
    }
    return tenant;
  }

  /**
   * A tenant that something can be done with.
   *
   * @throws ConflictError when it is retired
   * @throws NotFoundError when there is none, or its configuration was refused
   */
  async active(name: string): Promise<StartedTenant> {
    const started = this.started.find(tenant => tenant.name === name);
    if (!started) {
      await this.readable(name);
      throw new ConflictError(
        `The tenant ${name} is retired: its history is kept, and nothing is asked of Microsoft for it; configure it under m365Licenses.tenants to bring it back`,
      );
    }
    return started;
  }
}
