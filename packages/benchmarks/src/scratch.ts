import { DatabaseManager } from '@backstage/backend-defaults/database';
import type { DatabaseService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import knexFactory from 'knex';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const POSTGRES = 'BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING';

/** What `backend.database` is in a portal. */
export type DatabaseConfig =
  | { client: 'better-sqlite3'; connection: { directory: string } }
  | {
      client: 'pg';
      connection: {
        host: string;
        port: number;
        user: string;
        password: string;
      };
      prefix: string;
    };

/** A database that is gone afterwards, and how many rows were written in it. */
export interface Scratch {
  config: DatabaseConfig;
  /** Rows written so far, the ledger left out; undefined where the run counts. */
  written(): Promise<number | undefined>;
  remove(): Promise<void>;
}

function sqlite(): Scratch {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  return {
    config: { client: 'better-sqlite3', connection: { directory } },
    written: async () => undefined,
    remove: async () => fs.rmSync(directory, { recursive: true }),
  };
}

function postgres(): Scratch {
  const connectionString = process.env[POSTGRES];
  if (!connectionString) {
    throw new Error(
      `Set ${POSTGRES}, or start the benchmark at the root of the repository`,
    );
  }
  const prefix = `bench_${process.pid}_${Date.now()}_`;
  const name = `${prefix}m365-licenses`;
  const { hostname, port, username, password } = new URL(connectionString);
  const connection = {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
  const open = (database: string) =>
    knexFactory({ client: 'pg', connection: { ...connection, database } });
  return {
    config: { client: 'pg', connection, prefix },
    async written() {
      const admin = open('postgres');
      // A connection hands in its statistics when it ends.
      const connected = () =>
        admin('pg_stat_activity').where({ datname: name }).first('pid');
      while (await connected()) {
        await pause(20);
      }
      await admin.destroy();
      const database = open(name);
      const { rows } = await database.raw(
        `select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int as written
        from pg_stat_user_tables
        where relname not like 'knex%' and relname <> 'task_runs'`,
      );
      await database.destroy();
      return rows[0].written;
    },
    async remove() {
      const admin = open('postgres');
      await admin.raw('drop database if exists ?? with (force)', [name]);
      await admin.destroy();
    },
  };
}

/**
 * A fresh database.
 *
 * @param name - `sqlite` or `postgres`
 */
export function scratch(name: string): Scratch {
  return name === 'sqlite' ? sqlite() : postgres();
}

/** The plugin's database as a portal opens it. */
export function openDatabase(config: DatabaseConfig): DatabaseService {
  return DatabaseManager.fromConfig(
    mockServices.rootConfig({ data: { backend: { database: config } } }),
  ).forPlugin('m365-licenses', {
    logger: mockServices.rootLogger({ level: 'none' }),
    lifecycle: { addStartupHook() {}, addShutdownHook() {} },
  });
}
