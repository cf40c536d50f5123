import type { Knex } from 'knex';
import { z } from 'zod/v3';
import { inGroups } from './accountFilter';
import { among, takeTurn, timeOfChange, writeRows } from './sql';
import type { CatalogGroup, CatalogGroupStore, CatalogMember } from './types';
import type { Upkeep } from './Upkeep';

/** How many rows one statement writes. */
const BATCH = 2_000;

/** A row of `catalog_members`; the group is empty where the account is in none. */
interface MemberRow {
  account: number;
  group_ref: string;
  home: boolean;
}

const memberSchema = z.object({
  account: z.number(),
  group_ref: z.string(),
  // 0 and 1 on SQLite.
  home: z.union([z.boolean(), z.number()]).transform(Boolean),
});

const COLUMNS = {
  tenant: 'text',
  account: 'integer',
  group_ref: 'text',
  home: 'boolean',
} as const;

function batches<Item>(items: Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/** The catalog's groups and who is in them, in `catalog_groups` and `catalog_members`. */
export class DatabaseCatalogGroupStore implements CatalogGroupStore {
  readonly #knex: Knex;
  readonly #upkeep: Upkeep;

  constructor(knex: Knex, upkeep: Upkeep) {
    this.#knex = knex;
    this.#upkeep = upkeep;
  }

  async replaceGroups(groups: CatalogGroup[], at: Date): Promise<void> {
    await this.#knex.transaction(async transaction => {
      const rows = groups.map(({ ref, parent, displayName }) => ({
        group_ref: ref,
        parent_ref: parent,
        display_name: displayName,
      }));
      const before: { group_ref: string }[] = await transaction(
        'catalog_groups',
      ).select('group_ref');
      const refs = new Set(groups.map(({ ref }) => ref));
      const gone = before
        .map(row => row.group_ref)
        .filter(ref => !refs.has(ref));
      for (const batch of batches(gone)) {
        await transaction('catalog_groups')
          .where(among(transaction, 'group_ref', batch))
          .delete();
      }
      let written = gone.length;
      for (const batch of batches(rows)) {
        const changed = await writeRows(
          transaction,
          { group_ref: 'text', parent_ref: 'text', display_name: 'text' },
          batch,
          source => `insert into catalog_groups
              (group_ref, parent_ref, display_name)
            select group_ref, parent_ref, display_name from ${source}
            where true
            on conflict (group_ref) do update set
              parent_ref = excluded.parent_ref,
              display_name = excluded.display_name
            where catalog_groups.parent_ref is distinct from excluded.parent_ref
              or catalog_groups.display_name <> excluded.display_name
            returning group_ref`,
        );
        written += changed.length;
      }
      if (written > 0) {
        await transaction('evaluations').update({
          regrouped_at: at.toISOString(),
        });
      }
    });
  }

  async replaceMembers(
    tenant: string,
    members: CatalogMember[],
    at: Date,
  ): Promise<void> {
    const wanted = await this.#rowsOf(tenant, members);
    const chunks = batches([...wanted.keys()].sort((a, b) => a - b));
    // Each range of accounts by itself: nobody waits long for their turn.
    let after = 0;
    let written = 0;
    for (const chunk of chunks.slice(0, -1)) {
      const last = chunk[chunk.length - 1];
      written += await this.#replaceRange(
        tenant,
        { after, last },
        chunk.flatMap(account => wanted.get(account) ?? []),
        at,
      );
      after = last;
    }
    written += await this.#replaceRange(
      tenant,
      { after },
      (chunks.at(-1) ?? []).flatMap(account => wanted.get(account) ?? []),
      at,
    );
    if (written > 0) {
      await this.#knex('evaluations')
        .where({ tenant })
        .update({ regrouped_at: at.toISOString() });
    }
    this.#upkeep.wrote(written, 'catalog_members');
    await this.#upkeep.run();
  }

  /** By account; those that the roster does not have are left out. */
  async #rowsOf(
    tenant: string,
    members: CatalogMember[],
  ): Promise<Map<number, MemberRow[]>> {
    const rows = new Map<number, MemberRow[]>();
    for (const batch of batches(members)) {
      const numbers: { id: string; number: number }[] = await this.#knex(
        'accounts',
      )
        .where({ tenant })
        .where(
          among(
            this.#knex,
            'id',
            batch.map(({ accountId }) => accountId),
          ),
        )
        .select('id', 'number');
      const byId = new Map(numbers.map(({ id, number }) => [id, number]));
      for (const { accountId, groups, home } of batch) {
        const account = byId.get(accountId);
        if (account !== undefined) {
          rows.set(
            account,
            groups.length === 0
              ? [{ account, group_ref: '', home: true }]
              : [...new Set(groups)].map(ref => ({
                  account,
                  group_ref: ref,
                  home: ref === home,
                })),
          );
        }
      }
    }
    return rows;
  }

  /**
   * Replaces the memberships of the accounts after one, up to the last one.
   *
   * @returns how many rows that took
   */
  async #replaceRange(
    tenant: string,
    { after, last }: { after: number; last?: number },
    wanted: MemberRow[],
    at: Date,
  ): Promise<number> {
    const keyOf = ({ account, group_ref }: MemberRow) =>
      `${account} ${group_ref}`;
    return this.#knex.transaction(async transaction => {
      await takeTurn(transaction, tenant);
      const range = transaction('catalog_members')
        .where({ tenant })
        .where('account', '>', after);
      if (last !== undefined) {
        range.where('account', '<=', last);
      }
      const stored = z
        .array(memberSchema)
        .parse(await range.select('account', 'group_ref', 'home'));
      const before = new Map(stored.map(row => [keyOf(row), row.home]));
      const kept = new Set(wanted.map(keyOf));
      const gone = stored.filter(row => !kept.has(keyOf(row)));
      const changed = wanted.filter(row => before.get(keyOf(row)) !== row.home);
      const withTenant = (rows: MemberRow[]) =>
        rows.map(row => ({ tenant, ...row }));
      for (const batch of batches(gone)) {
        await writeRows(
          transaction,
          COLUMNS,
          withTenant(batch),
          source => `delete from catalog_members
            where (tenant, account, group_ref) in
              (select tenant, account, group_ref from ${source})`,
        );
      }
      for (const batch of batches(changed)) {
        await writeRows(
          transaction,
          COLUMNS,
          withTenant(batch),
          source => `insert into catalog_members
              (tenant, account, group_ref, home)
            select tenant, account, group_ref, home from ${source}
            where true
            on conflict (tenant, account, group_ref)
              do update set home = excluded.home`,
        );
      }
      const written = gone.length + changed.length;
      if (written > 0) {
        // For the counts of groups' members that are kept.
        await timeOfChange(transaction, tenant, at);
      }
      return written;
    });
  }

  async groups(): Promise<CatalogGroup[]> {
    const rows: {
      group_ref: string;
      parent_ref: string | null;
      display_name: string;
    }[] = await this.#knex('catalog_groups')
      .orderBy('group_ref')
      .select('group_ref', 'parent_ref', 'display_name');
    return rows.map(row => ({
      ref: row.group_ref,
      parent: row.parent_ref,
      displayName: row.display_name,
    }));
  }

  async below(...groupRefs: string[]): Promise<string[]> {
    const refs = groupRefs.map(ref => ref.toLocaleLowerCase('en-US'));
    if (refs.length === 0) {
      return [];
    }
    // A union leaves out what it has, so that a circle ends.
    const rows: { ref: string }[] = await this.#knex
      .withRecursive('below', ['ref'], below =>
        below
          .from('catalog_groups')
          .where(among(this.#knex, 'group_ref', refs))
          .select('group_ref')
          .union(children =>
            children
              .from('catalog_groups')
              .join('below', 'below.ref', 'catalog_groups.parent_ref')
              .select('catalog_groups.group_ref'),
          ),
      )
      .from('below')
      .select('ref');
    return [...new Set([...refs, ...rows.map(row => row.ref)])];
  }

  async membersAmong(
    tenant: string,
    accountIds: string[],
    groupRefs: string[],
  ): Promise<string[]> {
    const rows: { id: string }[] = await this.#knex('accounts')
      .where({ tenant, deleted: false })
      .where(among(this.#knex, 'id', accountIds))
      .where(inGroups(tenant, groupRefs, { account: 'accounts.number' }))
      .select('id');
    return rows.map(({ id }) => id);
  }
}
