import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { SignIn } from '../graph/types';
import type { Clock } from './AuthorizationStore';
import { storesOf } from './index';
import type { AuthorizationStore, PendingAuthorization } from './types';
import { AT, idOf, testDatabases } from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

const KEY = randomBytes(32).toString('base64');
const FORMER_KEY = randomBytes(32).toString('base64');
const OLIVIA = 'user:default/olivia';
const SECONDS = 1_000;
const secondsLater = (seconds: number) =>
  new Date(AT.getTime() + seconds * SECONDS);

const PENDING: PendingAuthorization = {
  state: 'state-that-only-the-browser-has',
  tenant: 'contoso',
  purpose: 'sync',
  startedBy: OLIVIA,
  redirectUri: 'https://portal.example/m365-licenses/connections',
  nonce: 'nonce-1',
  codeVerifier: 'verifier-that-nobody-may-read',
  permissions: ['User.Read.All', 'Reports.Read.All'],
  expiresAt: secondsLater(600),
};

const signIn = (tokenCache: string, overrides?: Partial<SignIn>): SignIn => ({
  tokenCache,
  tenantId: idOf(1),
  userPrincipalName: 'admin@contoso.example',
  displayName: 'Ada Admin',
  scopes: ['Reports.Read.All', 'User.Read.All'],
  ...overrides,
});

function gate() {
  let pass = () => {};
  const passed = new Promise<void>(resolve => {
    pass = resolve;
  });
  return { pass: () => pass(), passed };
}

/** A clock that only waiting moves: as far as the test says, at once. */
function testClock(step = 200) {
  const waiting = gate();
  const clock = {
    time: AT.getTime(),
    waits: 0,
    /** Until somebody waits. */
    waiting: waiting.passed,
    now: () => new Date(clock.time),
    wait: async () => {
      clock.waits += 1;
      clock.time += step;
      waiting.pass();
      await new Promise(setImmediate);
    },
  };
  return clock;
}

/** As another process has it: nothing shared but the database. */
function replica(
  knex: Knex,
  clock: Clock = testClock(0),
  encryptionKeys = [KEY],
): AuthorizationStore {
  return storesOf(knex, { encryptionKeys, clock }).authorizations;
}

async function save(
  store: AuthorizationStore,
  tokenCache: string,
  purpose: 'sync' | 'reclamation' = 'sync',
) {
  await store.save('contoso', purpose, signIn(tokenCache), {
    authorizedBy: OLIVIA,
    at: AT,
  });
}

/** Starts a renewal that stays at Microsoft until the gate opens. */
async function startRenewal(store: AuthorizationStore, keep: string) {
  const begun = gate();
  const answer = gate();
  let kept: string | undefined;
  const ended = store.vault('contoso', 'sync').renew(async found => {
    kept = found;
    begun.pass();
    await answer.passed;
    return { keep, result: `result of ${keep}` };
  });
  await begun.passed;
  return {
    kept,
    finish: async () => {
      answer.pass();
      return ended;
    },
  };
}

describe.each(ids)('sign-ins under way on %s', id => {
  it('come back to who began them, and keep no secret readable', async () => {
    const { knex } = await open(id);
    const store = replica(knex);
    await store.begin(PENDING, AT);
    const rows = JSON.stringify(await knex('pending_authorizations'));
    expect(rows).toContain(OLIVIA);
    expect(rows).not.toContain(PENDING.state);
    expect(rows).not.toContain(PENDING.codeVerifier);

    // The answer may reach another replica.
    expect(
      await replica(knex).take(PENDING.state, OLIVIA, secondsLater(599)),
    ).toEqual(PENDING);
    expect(
      await store.take(PENDING.state, OLIVIA, secondsLater(599)),
    ).toBeUndefined();
  });

  it('are used once when answered several times at once', async () => {
    const { knex } = await open(id);
    await replica(knex).begin(PENDING, AT);
    const taken = await Promise.all(
      Array.from({ length: 8 }, () =>
        replica(knex).take(PENDING.state, OLIVIA, AT),
      ),
    );
    expect(taken.filter(each => each !== undefined)).toEqual([PENDING]);
  });

  it('are neither given to somebody else nor spoiled by them', async () => {
    const { knex } = await open(id);
    const store = replica(knex);
    await store.begin(PENDING, AT);
    expect(
      await store.take(PENDING.state, 'user:default/mallory', AT),
    ).toBeUndefined();
    expect(await store.take('state-made-up', OLIVIA, AT)).toBeUndefined();
    expect(await store.take(PENDING.state, OLIVIA, AT)).toEqual(PENDING);
  });

  it('expire, and those expired are removed when another begins', async () => {
    const { knex } = await open(id);
    const store = replica(knex);
    await store.begin(PENDING, AT);
    expect(
      await store.take(PENDING.state, OLIVIA, PENDING.expiresAt),
    ).toBeUndefined();

    await store.begin(PENDING, AT);
    await store.begin(
      { ...PENDING, state: 'second', expiresAt: secondsLater(1200) },
      secondsLater(600),
    );
    expect(await store.take(PENDING.state, OLIVIA, AT)).toBeUndefined();
    expect(await store.take('second', OLIVIA, AT)).toBeDefined();
  });

  it('cannot begin without a key', async () => {
    const { knex } = await open(id);
    await expect(
      replica(knex, testClock(), []).begin(PENDING, AT),
    ).rejects.toThrow(/add one to m365Licenses\.encryptionKeys/);
    expect(await knex('pending_authorizations')).toEqual([]);
  });
});

describe.each(ids)('AuthorizationStore on %s', id => {
  it('says who signed in, and keeps the tokens encrypted', async () => {
    const { knex } = await open(id);
    const store = replica(knex);
    const vault = store.vault('contoso', 'sync');
    expect(await store.get('contoso', 'sync')).toBeUndefined();
    expect(await vault.read()).toBeUndefined();

    await save(store, 'refresh-token-of-ada');
    expect(await store.get('contoso', 'sync')).toEqual({
      userPrincipalName: 'admin@contoso.example',
      displayName: 'Ada Admin',
      authorizedBy: OLIVIA,
      authorizedAt: AT.toISOString(),
      scopes: ['Reports.Read.All', 'User.Read.All'],
    });
    expect(await vault.read()).toBe('refresh-token-of-ada');
    expect(JSON.stringify(await knex('authorizations'))).not.toContain(
      'refresh-token',
    );

    await save(store, 'write', 'reclamation');
    await store.save(
      'contoso',
      'sync',
      signIn('second', {
        userPrincipalName: 'bo@contoso.example',
        displayName: null,
        scopes: [],
      }),
      { authorizedBy: 'user:default/bo', at: secondsLater(5) },
    );
    expect(await store.get('contoso', 'sync')).toEqual({
      userPrincipalName: 'bo@contoso.example',
      displayName: null,
      authorizedBy: 'user:default/bo',
      authorizedAt: secondsLater(5).toISOString(),
      scopes: [],
    });
    expect(await vault.read()).toBe('second');

    expect(await store.remove('contoso', 'sync')).toBe(true);
    expect(await store.remove('contoso', 'sync')).toBe(false);
    expect(await vault.read()).toBeUndefined();
    expect(await store.vault('contoso', 'reclamation').read()).toBe('write');
    expect(await store.vault('fabrikam', 'reclamation').read()).toBeUndefined();
  });

  it('does not read tokens that were moved to another tenant', async () => {
    const { knex } = await open(id);
    const store = replica(knex);
    await save(store, 'tokens');
    const rows = await knex('authorizations');
    await knex('authorizations').insert(
      rows.map(row => ({ ...row, tenant: 'fabrikam' })),
    );
    await expect(store.vault('fabrikam', 'sync').read()).rejects.toThrow(
      /changed or moved in the database/,
    );
  });

  it('rotates its key with the tokens', async () => {
    const { knex } = await open(id);
    await save(replica(knex, testClock(), [FORMER_KEY]), 'first');
    const lost = replica(knex).vault('contoso', 'sync');
    await expect(lost.read()).rejects.toThrow(/add the former key back/);
    const work = jest.fn();
    await expect(lost.renew(work)).rejects.toThrow(/add the former key back/);
    expect(work).not.toHaveBeenCalled();

    const rotating = replica(knex, testClock(), [KEY, FORMER_KEY]);
    expect(
      await rotating.vault('contoso', 'sync').renew(async kept => ({
        keep: `${kept}, then second`,
        result: kept,
      })),
    ).toBe('first');
    expect(await lost.read()).toBe('first, then second');

    // Who signs in again needs no former key.
    await save(replica(knex, testClock(), [FORMER_KEY]), 'third');
    await save(replica(knex), 'fourth');
    expect(await lost.read()).toBe('fourth');
  });
});

describe.each(ids)('renewing tokens on %s', id => {
  it('is for one of 20 callers in several replicas at a time', async () => {
    const { knex } = await open(id);
    const replicas = Array.from({ length: 4 }, () => replica(knex));
    await save(replicas[0], '0');
    const seen: (string | undefined)[] = [];
    let busy = 0;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, caller) =>
        replicas[caller % replicas.length]
          .vault('contoso', 'sync')
          .renew(async kept => {
            busy += 1;
            expect(busy).toBe(1);
            seen.push(kept);
            // On SQLite, this waits for ever if a transaction is open.
            await replicas[0].get('contoso', 'sync');
            await new Promise(setImmediate);
            expect(busy).toBe(1);
            busy -= 1;
            return { keep: String(Number(kept) + 1), result: caller };
          }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 20 }, (_, each) => each));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, each) => `${each}`));
    expect(await replicas[3].vault('contoso', 'sync').read()).toBe('20');
  });

  it('keeps tenants and purposes out of each other’s way', async () => {
    const { knex } = await open(id);
    const clock = testClock();
    const store = replica(knex, clock);
    await save(store, 'a');
    await save(store, 'b', 'reclamation');
    const renewal = await startRenewal(store, 'a2');
    expect(
      await store
        .vault('contoso', 'reclamation')
        .renew(async kept => ({ keep: 'b2', result: kept })),
    ).toBe('b');
    expect(clock.waits).toBe(0);
    await renewal.finish();
    expect(await store.vault('contoso', 'sync').read()).toBe('a2');
    expect(await store.vault('contoso', 'reclamation').read()).toBe('b2');
  });

  it('changes nothing and lets the next one in when it fails', async () => {
    const { knex } = await open(id);
    const clock = testClock();
    const store = replica(knex, clock);
    const vault = store.vault('contoso', 'sync');
    await save(store, 'first');
    const failing = vault.renew(async () => {
      throw new Error('AADSTS50173');
    });
    const next = vault.renew(async kept => ({ result: kept }));
    await expect(failing).rejects.toThrow('AADSTS50173');
    expect(await next).toBe('first');
    expect(
      await replica(knex, clock)
        .vault('contoso', 'sync')
        .renew(async kept => ({ result: kept })),
    ).toBe('first');
    expect(clock.waits).toBe(0);
    expect(await vault.read()).toBe('first');
  });

  it('says that nobody signed in', async () => {
    const { knex } = await open(id);
    const store = replica(knex);
    expect(
      await store
        .vault('contoso', 'sync')
        .renew(async kept => ({ keep: 'from nowhere', result: kept })),
    ).toBeUndefined();
    expect(await store.vault('contoso', 'sync').read()).toBeUndefined();
  });

  it('is taken over from a replica that crashed, when its time is up', async () => {
    const { knex } = await open(id);
    const clock = testClock();
    const crashing = replica(knex, clock);
    await save(crashing, 'first');
    const crashed = await startRenewal(crashing, 'too late');
    expect(
      await replica(knex, clock)
        .vault('contoso', 'sync')
        .renew(async kept => ({ keep: 'second', result: kept })),
    ).toBe('first');
    // All of the 45 seconds, and no more.
    expect(clock.time - AT.getTime()).toBe(45 * SECONDS);

    // It only hung: its tokens are older than those that replaced them.
    expect(await crashed.finish()).toBe('result of too late');
    expect(await crashing.vault('contoso', 'sync').read()).toBe('second');
  });

  it('keeps what came late when nothing replaced it, and then nothing else', async () => {
    const { knex } = await open(id);
    const clock = testClock();
    const store = replica(knex, clock);
    await save(store, 'first');
    const slow = await startRenewal(store, 'slow');
    clock.time += 45 * SECONDS;
    const second = await startRenewal(replica(knex, clock), 'second');
    expect(second.kept).toBe('first');

    // Microsoft may have revoked what the second one started from.
    await slow.finish();
    expect(await store.vault('contoso', 'sync').read()).toBe('slow');
    // The lease of the second one still holds.
    const third = replica(knex, clock)
      .vault('contoso', 'sync')
      .renew(async kept => ({ result: kept }));
    await second.finish();
    expect(await third).toBe('slow');
  });

  it('gives up on a lease that does not end', async () => {
    const { knex } = await open(id);
    const clock = testClock();
    const store = replica(knex, clock);
    await save(store, 'first');
    await knex('authorizations').update({
      lease_holder: 'a replica whose clock is wrong',
      lease_until: '2027-01-01T00:00:00.000Z',
    });
    const work = jest.fn();
    await expect(store.vault('contoso', 'sync').renew(work)).rejects.toThrow(
      /another replica for 120 seconds; try again/,
    );
    expect(work).not.toHaveBeenCalled();
    expect(clock.time - AT.getTime()).toBe(120 * SECONDS);
  });

  it('does not bring back what was forgotten meanwhile', async () => {
    const { knex } = await open(id);
    const store = replica(knex);
    await save(store, 'first');
    const renewal = await startRenewal(store, 'second');
    await store.remove('contoso', 'sync');
    expect(await renewal.finish()).toBe('result of second');
    expect(await store.vault('contoso', 'sync').read()).toBeUndefined();
    expect(await store.get('contoso', 'sync')).toBeUndefined();
  });

  it('does not replace a sign-in that came meanwhile', async () => {
    const { knex } = await open(id);
    const clock = testClock();
    const store = replica(knex, clock);
    await save(store, 'first');
    const renewal = await startRenewal(store, 'renewed first');
    await save(replica(knex, clock), 'signed in anew');
    let finished = false;
    const next = replica(knex, clock)
      .vault('contoso', 'sync')
      .renew(async kept => {
        // Still one at a time.
        expect(finished).toBe(true);
        return { keep: 'renewed anew', result: kept };
      });
    await Promise.race([clock.waiting, next]);
    finished = true;
    await renewal.finish();
    expect(await next).toBe('signed in anew');
    expect(await store.vault('contoso', 'sync').read()).toBe('renewed anew');
  });

  it('is not undone when the database fails while the lease is given back', async () => {
    const { knex } = await open(id);
    const clock = testClock();
    const store = replica(knex, clock);
    await save(store, 'first');
    await expect(
      store.vault('contoso', 'sync').renew(async () => {
        await knex.schema.renameTable('authorizations', 'elsewhere');
        throw new Error('Microsoft refused');
      }),
    ).rejects.toThrow('Microsoft refused');
    await knex.schema.renameTable('elsewhere', 'authorizations');
    expect(
      await store
        .vault('contoso', 'sync')
        .renew(async kept => ({ result: kept })),
    ).toBe('first');
    expect(clock.time - AT.getTime()).toBe(45 * SECONDS);
  });
});
