/*
 * A replica in a process of its own: renews the tokens of a sign-in so many
 * times, and reports how often it did.
 */
import createKnex from 'knex';
import { storesOf } from '../../database';
import { createTokenProvider } from '../../graph/credentials';
import type { ConnectionConfig } from '../../graph/types';

/** What the replica is started with, as JSON on its command line. */
export interface ReplicaOptions {
  connection: object;
  encryptionKey: string;
  config: ConnectionConfig;
  renewals: number;
}

async function main(options: ReplicaOptions) {
  const { config, encryptionKey, renewals } = options;
  const knex = createKnex({ client: 'pg', connection: options.connection });
  try {
    const { authorizations } = storesOf(knex, {
      encryptionKeys: [encryptionKey],
    });
    const tokens = createTokenProvider(config, {
      vault: authorizations.vault(config.name, 'sync'),
    });
    // So that the replicas begin together
    process.stdout.write('ready\n');
    await new Promise(resolve => {
      process.stdin.once('data', resolve);
    });
    for (let number = 0; number < renewals; number += 1) {
      const token = await tokens.token({ fresh: true });
      const answer = await fetch(`${config.target}/v1.0/organization`, {
        headers: { authorization: `Bearer ${token}` },
      });
      if (!answer.ok) {
        throw new Error(`The token was refused with ${answer.status}`);
      }
    }
  } finally {
    await knex.destroy();
    process.stdin.destroy();
  }
}

if (require.main === module) {
  main(JSON.parse(process.argv[2])).catch(error => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
