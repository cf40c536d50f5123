import { createHash, randomUUID } from 'node:crypto';
import { ServiceUnavailableError } from '@backstage/errors';
import type { ConnectionPurpose } from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import type { SignIn, TokenVault } from '../graph/types';
import type { Encryption } from './encryption';
import type {
  Authorization,
  AuthorizationStore,
  PendingAuthorization,
} from './types';

/** So long a renewal keeps others away, and so long a crashed one delays them. */
const LEASE_MS = 45_000;
/** How often who waits for another replica's renewal looks again. */
const LOOK_AGAIN_MS = 200;
/** How long it waits: more than one lease, as others wait as well. */
const PATIENCE_MS = 120_000;

interface AuthorizationRow {
  tenant: string;
  purpose: ConnectionPurpose;
  user_principal_name: string;
  display_name: string | null;
  authorized_by: string;
  authorized_at: string;
  scopes: string;
  token_cache: string;
  lease_holder: string | null;
  lease_until: string | null;
}

interface PendingRow {
  state_hash: string;
  tenant: string;
  purpose: ConnectionPurpose;
  started_by: string;
  redirect_uri: string;
  nonce: string;
  code_verifier: string;
  permissions: string;
  expires_at: string;
}

const namesSchema = z.array(z.string());

function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}

/** The time, and waiting for it to pass. */
export interface Clock {
  now(): Date;
  wait(ms: number): Promise<unknown>;
}

/** Sign-ins in `authorizations`, those under way in `pending_authorizations`. */
export class DatabaseAuthorizationStore implements AuthorizationStore {
  readonly #knex: Knex;
  readonly #encryption: Encryption;
  readonly #clock: Clock;
  /** The end of the last renewal of this process, by tenant and purpose. */
  readonly #renewals = new Map<string, Promise<unknown>>();

  constructor(knex: Knex, encryption: Encryption, clock: Clock) {
    this.#knex = knex;
    this.#encryption = encryption;
    this.#clock = clock;
  }

  #pending() {
    return this.#knex<PendingRow>('pending_authorizations');
  }

  #authorizations() {
    return this.#knex<AuthorizationRow>('authorizations');
  }

  async begin(pending: PendingAuthorization, at: Date): Promise<void> {
    const { tenant, purpose } = pending;
    const codeVerifier = await this.#encryption.encrypt(pending.codeVerifier, {
      tenant,
      purpose,
      field: 'codeVerifier',
    });
    await this.#pending().where('expires_at', '<=', at.toISOString()).delete();
    await this.#pending().insert({
      state_hash: hashOf(pending.state),
      tenant,
      purpose,
      started_by: pending.startedBy,
      redirect_uri: pending.redirectUri,
      nonce: pending.nonce,
      code_verifier: codeVerifier,
      permissions: JSON.stringify(pending.permissions),
      expires_at: pending.expiresAt.toISOString(),
    });
  }

  async take(
    state: string,
    startedBy: string,
    at: Date,
  ): Promise<PendingAuthorization | undefined> {
    // Another person's is left alone, or anybody who saw an address could spoil
    // a sign-in.
    const mine = () =>
      this.#pending().where({
        state_hash: hashOf(state),
        started_by: startedBy,
      });
    const row = await mine().first();
    // Of two at once, both see it, and one removes it.
    const removed = await mine().delete();
    if (!row || removed === 0 || row.expires_at <= at.toISOString()) {
      return undefined;
    }
    const { tenant, purpose } = row;
    return {
      state,
      tenant,
      purpose,
      startedBy,
      redirectUri: row.redirect_uri,
      nonce: row.nonce,
      codeVerifier: await this.#encryption.decrypt(row.code_verifier, {
        tenant,
        purpose,
        field: 'codeVerifier',
      }),
      permissions: namesSchema.parse(JSON.parse(row.permissions)),
      expiresAt: new Date(row.expires_at),
    };
  }

  async save(
    tenant: string,
    purpose: ConnectionPurpose,
    signIn: SignIn,
    by: { authorizedBy: string; at: Date },
  ): Promise<void> {
    // The lease stays: whoever renews the former tokens is still at it.
    await this.#authorizations()
      .insert({
        tenant,
        purpose,
        user_principal_name: signIn.userPrincipalName,
        display_name: signIn.displayName,
        authorized_by: by.authorizedBy,
        authorized_at: by.at.toISOString(),
        scopes: JSON.stringify(signIn.scopes),
        token_cache: await this.#encrypt(tenant, purpose, signIn.tokenCache),
      })
      .onConflict(['tenant', 'purpose'])
      .merge();
  }

  async get(
    tenant: string,
    purpose: ConnectionPurpose,
  ): Promise<Authorization | undefined> {
    const row = await this.#authorizations().where({ tenant, purpose }).first();
    return (
      row && {
        userPrincipalName: row.user_principal_name,
        displayName: row.display_name,
        authorizedBy: row.authorized_by,
        authorizedAt: row.authorized_at,
        scopes: namesSchema.parse(JSON.parse(row.scopes)),
      }
    );
  }

  async remove(tenant: string, purpose: ConnectionPurpose): Promise<boolean> {
    const removed = await this.#authorizations()
      .where({ tenant, purpose })
      .delete();
    return removed > 0;
  }

  vault(tenant: string, purpose: ConnectionPurpose): TokenVault {
    const id = JSON.stringify([tenant, purpose]);
    return {
      read: async () => {
        const row = await this.#authorizations()
          .where({ tenant, purpose })
          .first('token_cache');
        return row && this.#decrypt(tenant, purpose, row.token_cache);
      },
      // One after the other in this process, and by a lease among processes.
      renew: work => {
        const renewal = (this.#renewals.get(id) ?? Promise.resolve()).then(() =>
          this.#renew(tenant, purpose, work),
        );
        this.#renewals.set(
          id,
          renewal.then(
            () => {},
            () => {},
          ),
        );
        return renewal;
      },
    };
  }

  async #renew<T>(
    tenant: string,
    purpose: ConnectionPurpose,
    work: (kept: string | undefined) => Promise<{ keep?: string; result: T }>,
  ): Promise<T> {
    const holder = randomUUID();
    const kept = await this.#claim(tenant, purpose, holder);
    if (kept === undefined) {
      const { result } = await work(undefined);
      return result;
    }
    try {
      const { keep, result } = await work(
        await this.#decrypt(tenant, purpose, kept),
      );
      if (keep !== undefined) {
        // No text is encrypted twice to the same, so this also tells whether
        // a new sign-in, or who took over an expired lease, was faster.
        await this.#authorizations()
          .where({ tenant, purpose, token_cache: kept })
          .update({ token_cache: await this.#encrypt(tenant, purpose, keep) });
      }
      return result;
    } finally {
      // A lease that cannot be given back ends by itself; what `work` said
      // matters more.
      await this.#authorizations()
        .where({ tenant, purpose, lease_holder: holder })
        .update({ lease_holder: null, lease_until: null })
        .catch(() => {});
    }
  }

  /**
   * Waits for the lease; no transaction is open meanwhile or afterwards.
   *
   * @returns the kept tokens, encrypted; undefined when nobody signed in
   * @throws ServiceUnavailableError when others hold it all the time
   */
  async #claim(
    tenant: string,
    purpose: ConnectionPurpose,
    holder: string,
  ): Promise<string | undefined> {
    const { now, wait } = this.#clock;
    const patience = now().getTime() + PATIENCE_MS;
    for (;;) {
      const time = now().getTime();
      const [claimed]: Pick<AuthorizationRow, 'token_cache'>[] =
        await this.#authorizations()
          .where({ tenant, purpose })
          .where(free =>
            free
              .whereNull('lease_until')
              .orWhere('lease_until', '<=', new Date(time).toISOString()),
          )
          .update({
            lease_holder: holder,
            lease_until: new Date(time + LEASE_MS).toISOString(),
          })
          .returning('token_cache');
      if (claimed) {
        return claimed.token_cache;
      }
      if (!(await this.get(tenant, purpose))) {
        return undefined;
      }
      if (time >= patience) {
        throw new ServiceUnavailableError(
          `The tokens of the tenant ${tenant} (${purpose}) were being renewed by another replica for ${
            PATIENCE_MS / 1000
          } seconds; try again in a minute. If it stays so, compare the clocks of the replicas`,
        );
      }
      await wait(LOOK_AGAIN_MS);
    }
  }

  #encrypt(tenant: string, purpose: ConnectionPurpose, tokenCache: string) {
    return this.#encryption.encrypt(tokenCache, {
      tenant,
      purpose,
      field: 'tokenCache',
    });
  }

  #decrypt(tenant: string, purpose: ConnectionPurpose, tokenCache: string) {
    return this.#encryption.decrypt(tokenCache, {
      tenant,
      purpose,
      field: 'tokenCache',
    });
  }
}
