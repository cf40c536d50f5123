import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { readPage } from './paging';
import { among, countOf } from './sql';
import type {
  ActiveExemption,
  ExemptionStore,
  PageOf,
  PageRequest,
  StoredExemption,
} from './types';

interface ExemptionRow {
  id: string;
  tenant: string;
  account_id: string | null;
  group_ref: string | null;
  sku_id: string | null;
  reason: string;
  owner: string;
  expires_on: string | null;
  created_by: string;
  created_at: string;
}

/** Exemptions in `exemptions`. */
export class DatabaseExemptionStore implements ExemptionStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async active(tenant: string, today: string): Promise<ActiveExemption[]> {
    const rows = await this.#knex<ExemptionRow>('exemptions')
      .where({ tenant })
      .where(holding =>
        holding.whereNull('expires_on').orWhere('expires_on', '>', today),
      )
      .orderBy(['created_at', 'id']);
    return rows.map(row => ({
      id: row.id,
      accountId: row.account_id,
      group: row.group_ref,
      skuId: row.sku_id,
      reason: row.reason,
      owner: row.owner,
      expiresOn: row.expires_on,
    }));
  }

  async list(
    tenant: string,
    page: PageRequest,
  ): Promise<PageOf<StoredExemption>> {
    const rows = () => this.#knex<ExemptionRow>('exemptions').where({ tenant });
    const found = await readPage<ExemptionRow>(page, {
      query: ['exemptions', tenant],
      key: 'created_at',
      tie: 'id',
      nullable: false,
      order: 'desc',
      position: row => [row.created_at, row.id],
      read: narrow => rows().modify(narrow).select<ExemptionRow[]>('*'),
      count: () => countOf(rows()),
    });
    return { ...found, items: await this.#withAccounts(tenant, found.items) };
  }

  async create(
    tenant: string,
    exemption: Omit<ActiveExemption, 'id'>,
    by: { createdBy: string; at: Date },
  ): Promise<StoredExemption> {
    const row: ExemptionRow = {
      id: randomUUID(),
      tenant,
      account_id: exemption.accountId,
      group_ref: exemption.group,
      sku_id: exemption.skuId,
      reason: exemption.reason,
      owner: exemption.owner,
      expires_on: exemption.expiresOn,
      created_by: by.createdBy,
      created_at: by.at.toISOString(),
    };
    await this.#knex<ExemptionRow>('exemptions').insert(row);
    const [stored] = await this.#withAccounts(tenant, [row]);
    return stored;
  }

  async remove(
    tenant: string,
    id: string,
  ): Promise<StoredExemption | undefined> {
    const rows = () =>
      this.#knex<ExemptionRow>('exemptions').where({ tenant, id });
    const [found] = await this.#withAccounts(tenant, await rows());
    // Whoever comes second removes nothing.
    return (await rows().delete()) === 1 ? found : undefined;
  }

  /** Rows with the names of their accounts, in the same order. */
  async #withAccounts(
    tenant: string,
    rows: ExemptionRow[],
  ): Promise<StoredExemption[]> {
    const ids = rows.flatMap(row => row.account_id ?? []);
    const accounts: {
      id: string;
      user_principal_name: string;
      display_name: string;
    }[] =
      ids.length === 0
        ? []
        : await this.#knex('accounts')
            .where({ tenant })
            .where(among(this.#knex, 'id', ids))
            .select('id', 'user_principal_name', 'display_name');
    const byId = new Map(accounts.map(account => [account.id, account]));
    return rows.map(row => {
      const account = byId.get(row.account_id ?? '');
      return {
        id: row.id,
        account: account
          ? {
              id: account.id,
              userPrincipalName: account.user_principal_name,
              displayName: account.display_name,
            }
          : null,
        group: row.group_ref,
        skuId: row.sku_id,
        reason: row.reason,
        owner: row.owner,
        expiresOn: row.expires_on,
        createdBy: row.created_by,
        createdAt: row.created_at,
      };
    });
  }
}
