import { TestDatabases } from '@backstage/backend-test-utils';
import { type Simulator, startSimulator } from 'graph-simulator';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { migrationsDirectory, storesOf } from '../database';
import { createAuthorizationCodeFlow } from '../graph/authorizationCode';
import type { ConnectionConfig } from '../graph/types';
import type { ReplicaOptions } from './__testUtils__/replica';

jest.setTimeout(120_000);

const REPLICAS = 2;
const RENEWALS = 15;
const REDIRECT_URI = 'http://localhost:3000/m365-licenses/connections';
const encryptionKey = randomBytes(32).toString('base64');

/** How a process ended; what it wrote to standard error otherwise. */
async function endOf(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr?.on('data', text => {
    said += text;
  });
  const [code] = await once(child, 'close');
  return code === 0 ? 'ended well' : said;
}

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe.each(databases.eachSupportedId())('Replicas on %s', databaseId => {
  let simulator: Simulator;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    simulator = await startSimulator({
      accounts: 20,
      strictRefreshTokens: true,
    });
  });

  afterAll(async () => {
    children.forEach(child => child.kill());
    await simulator?.stop();
  });

  it('renew the tokens of one sign-in in turns, so that no refresh token is used twice', async () => {
    const knex = await databases.init(databaseId);
    await knex.migrate.latest({ directory: migrationsDirectory });
    const config: ConnectionConfig = {
      name: 'contoso',
      tenantId: simulator.tenantId,
      clientId: simulator.clientId,
      credential: {
        type: 'authorizationCode',
        client: {
          type: 'clientSecret',
          clientSecret: simulator.clientSecret,
        },
      },
      authority: simulator.url,
      target: simulator.url,
    };
    const flow = createAuthorizationCodeFlow(config);
    const asked = {
      redirectUri: REDIRECT_URI,
      nonce: 'nonce',
      permissions: ['Organization.Read.All'],
    };
    const { url, codeVerifier } = await flow.begin({
      ...asked,
      state: 'state',
    });
    const back = await simulator.signIn(url, {
      account: simulator.tenant.accounts[0].id,
    });
    const code =
      new URLSearchParams(new URL(back).hash.slice(1)).get('code') ?? '';
    await storesOf(knex, {
      encryptionKeys: [encryptionKey],
    }).authorizations.save(
      'contoso',
      'sync',
      await flow.redeem({ ...asked, code, codeVerifier }),
      { authorizedBy: 'user:default/robin', at: new Date() },
    );

    const options: ReplicaOptions = {
      connection: knex.client.config.connection,
      encryptionKey,
      config,
      renewals: RENEWALS,
    };
    for (let number = 0; number < REPLICAS; number += 1) {
      children.push(
        spawn(process.execPath, [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
          require.resolve('./__testUtils__/replica'),
          JSON.stringify(options),
        ]),
      );
    }
    const ends = children.map(endOf);
    await Promise.all(
      children.map((child, index) =>
        Promise.race([child.stdout && once(child.stdout, 'data'), ends[index]]),
      ),
    );
    const before = simulator.requests.count({ path: /\/token$/ });
    children.forEach(child => child.stdin?.write('go\n'));

    expect(await Promise.all(ends)).toEqual(children.map(() => 'ended well'));
    const renewed = simulator.requests.count({ path: /\/token$/ }) - before;
    expect(renewed).toBeGreaterThanOrEqual(RENEWALS);
    expect(renewed).toBeLessThanOrEqual(REPLICAS * RENEWALS);
    expect(simulator.requests.count({ path: /\/token$/, status: 400 })).toBe(0);
  });
});
