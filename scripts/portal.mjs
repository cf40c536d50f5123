/*
 * The whole portal on one port: simulated Microsoft 365 tenants, the backend,
 * and the frontend that the backend serves.
 *
 * PORT and SIMULATOR_PORT choose other ports than 7007 and 7365; the second
 * tenant is on the port after SIMULATOR_PORT.
 */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onStopSignal, start } from './processes.mjs';

const HOST = '127.0.0.1';
/** The tenants of app-config.yaml, each on the port after the one before. */
const TENANTS = [
  { name: 'contoso', title: 'Contoso', accounts: 640, options: [] },
  {
    name: 'fabrikam',
    title: 'Fabrikam',
    accounts: 120,
    options: [
      ['--domain', 'fabrikam.example'],
      ['--tenant-id', 'fab21ca0-7e4a-4000-a000-000000000001'],
      ['--seed', '2'],
    ],
  },
];
const STARTUP_LIMIT_MS = 180_000;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The commands to stop when this one is asked to. */
const running = [];
let stopping = false;

function stop() {
  stopping = true;
  for (const { child } of running) {
    child.kill('SIGTERM');
  }
}

/** Starts a part of the portal, unless it is being stopped. */
function startPart(command, args, options) {
  if (stopping) {
    throw new Error('Stopped');
  }
  const part = start(command, args, options);
  running.push(part);
  return part;
}

/** A port from the environment, or its default. */
function portFrom(variable, fallback) {
  const port = Number(process.env[variable] ?? fallback);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(
      `${variable}=${process.env[variable]} is not a port number`,
    );
  }
  return port;
}

/** Fails, naming the way out, when somebody already listens on the port. */
async function requireFree(port, variable, what) {
  const server = net.createServer();
  await new Promise((resolve, reject) => {
    server.once('error', error =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `Port ${port}, which ${what} needs, is taken. Stop what listens there, or choose another: ${variable}=${
                port + 1000
              } npm start`,
            )
          : error,
      ),
    );
    server.listen(port, HOST, resolve);
  });
  await new Promise(resolve => server.close(resolve));
}

/** Newest modification time below the given files and folders, in milliseconds. */
function newest(...entries) {
  return Math.max(
    ...entries.map(entry => {
      const stat = fs.statSync(entry, { throwIfNoEntry: false });
      return stat?.isDirectory()
        ? newest(...fs.readdirSync(entry).map(name => path.join(entry, name)))
        : stat?.mtimeMs ?? 0;
    }),
    0,
  );
}

/** Builds the frontend unless it is newer than what it is made from. */
async function buildFrontend() {
  const at = (...parts) => path.join(root, ...parts);
  const sources = newest(
    at('packages', 'app', 'src'),
    at('packages', 'app', 'public'),
    at('packages', 'app', 'package.json'),
    at('plugins', 'm365-licenses', 'src'),
    at('plugins', 'm365-licenses-common', 'src'),
    at('app-config.yaml'),
    at('yarn.lock'),
  );
  if (newest(at('packages', 'app', 'dist', 'index.html')) > sources) {
    return;
  }
  console.log('Building the frontend …');
  const { child, ended } = startPart('yarn', ['workspace', 'app', 'build'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Its list of a thousand files interests nobody unless it fails.
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text;
    });
  }
  const code = await ended;
  running.pop();
  if (code !== 0) {
    throw new Error(`The frontend could not be built:\n${output}`);
  }
}

/** Waits until the address answers as `ready` wants, or what serves it ended. */
async function waitFor(what, url, { child, ended }, ready) {
  const deadline = Date.now() + STARTUP_LIMIT_MS;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response && ready(response)) {
      return;
    }
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`${what} ended while starting, see above`);
    }
    if (Date.now() > deadline) {
      throw new Error(`${what} did not answer on ${url} in time, see above`);
    }
    await Promise.race([
      ended,
      new Promise(resolve => setTimeout(resolve, 250)),
    ]);
  }
}

/** Starts a TypeScript file in a Node of its own. */
function startTypeScript(file, args, options) {
  return startPart(
    process.execPath,
    ['--require', '@backstage/cli/config/nodeTransform.cjs', file, ...args],
    options,
  );
}

const port = portFrom('PORT', 7007);
const simulatorPort = portFrom('SIMULATOR_PORT', 7365);
const address = `http://localhost:${port}`;
const tenants = TENANTS.map((tenant, index) => ({
  ...tenant,
  port: simulatorPort + index,
  address: `http://${HOST}:${simulatorPort + index}`,
}));

onStopSignal(stop);

try {
  await requireFree(port, 'PORT', 'the portal');
  for (const tenant of tenants) {
    await requireFree(
      tenant.port,
      'SIMULATOR_PORT',
      `the simulated tenant ${tenant.title}`,
    );
  }
  await buildFrontend();

  console.log('Starting the simulated Microsoft 365 tenants …');
  for (const {
    title,
    port: tenantPort,
    address: tenantAddress,
    ...tenant
  } of tenants) {
    const simulator = startTypeScript(
      'packages/graph-simulator/src/cli.ts',
      [
        ...['--port', String(tenantPort)],
        ...['--accounts', String(tenant.accounts)],
        ...tenant.options.flat(),
      ],
      { cwd: root },
    );
    await waitFor(
      `The simulated tenant ${title}`,
      tenantAddress,
      simulator,
      () => true,
    );
  }

  console.log('Starting the portal …');
  const backend = startTypeScript(
    'src/index.ts',
    ['--config', path.join(root, 'app-config.yaml')],
    {
      cwd: path.join(root, 'packages', 'backend'),
      env: {
        ...process.env,
        NODE_ENV: 'development',
        LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
        APP_CONFIG_app_baseUrl: address,
        APP_CONFIG_backend_baseUrl: address,
        APP_CONFIG_backend_listen_port: String(port),
        APP_CONFIG_m365Licenses_productNames_url: `${tenants[0].address}/product-names.csv`,
        ...Object.fromEntries(
          tenants.flatMap(tenant =>
            ['authority', 'target'].map(key => [
              `APP_CONFIG_m365Licenses_tenants_${tenant.name}_${key}`,
              tenant.address,
            ]),
          ),
        ),
      },
    },
  );
  await waitFor(
    'The portal',
    `http://${HOST}:${port}/.backstage/health/v1/readiness`,
    backend,
    response => response.ok,
  );

  console.log(`
  The portal is ready:    ${address}
${tenants
  .map(
    tenant =>
      `  Microsoft 365 tenant:   ${tenant.address} (${tenant.title}, simulated, ${tenant.accounts} accounts)`,
  )
  .join('\n')}

  Choose who you are, for example Robin Sommer. The first sync takes a few seconds.
  Press Ctrl-C to stop.
`);

  await Promise.race(running.map(({ ended }) => ended));
  if (!stopping) {
    throw new Error('A part of the portal ended by itself, see above');
  }
} catch (error) {
  if (!stopping) {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
} finally {
  stop();
  await Promise.allSettled(running.map(({ ended }) => ended));
}
