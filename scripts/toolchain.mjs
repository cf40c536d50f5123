/*
 * Runs a script of the root package.json with the Node and yarn this project
 * needs: node scripts/toolchain.mjs <script> [arguments]
 *
 * What the machine has is used as it is; what is missing is fetched through
 * npm into .cache/toolchain. Needs nothing but Node 20 and npm itself.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

/** Node majors that Backstage supports, and what is fetched in their place. */
const NODE_MAJORS = ['22', '24'];
const NODE_VERSION = '24.21.0';
const YARN_MAJOR = '4';
const YARN_VERSION = '4.18.1';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The version a command prints, or undefined if it does not run in time. */
function versionOf(command, env) {
  const { status, stdout } = spawnSync(command, ['--version'], {
    cwd: root,
    // Without a network, corepack's yarn would ask or wait: neither helps here.
    env: { ...env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim().replace(/^v/, '') : undefined;
}

const major = version => version?.split('.')[0];

/** `env` with a folder put first on its PATH. */
const withPath = (env, folder) => ({
  ...env,
  PATH: `${folder}${path.delimiter}${env.PATH}`,
});

/** Fetches a package through npm unless it is there; returns its bin folder. */
function fetchTool(command, packageName, version, why, env) {
  const prefix = path.join(
    root,
    '.cache',
    'toolchain',
    `${command}-${version}`,
  );
  const bin = path.join(prefix, 'node_modules', '.bin');
  if (versionOf(path.join(bin, command), withPath(env, bin)) === version) {
    return bin;
  }
  console.log(
    `${why}: fetching ${packageName}@${version} through npm into ${path.relative(
      root,
      prefix,
    )} …`,
  );
  fs.rmSync(prefix, { recursive: true, force: true });
  fs.mkdirSync(prefix, { recursive: true });
  const { status } = spawnSync(
    'npm',
    [
      'install',
      `--prefix=${prefix}`,
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `${packageName}@${version}`,
    ],
    { cwd: prefix, env, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) {
    throw new Error(
      `npm could not fetch ${packageName}@${version}. Check that npm reaches its registry, or install Node ${NODE_MAJORS.join(
        ' or ',
      )} and yarn ${YARN_MAJOR} yourself and run this again.`,
    );
  }
  return bin;
}

/** The npm package that holds nothing but this platform's Node binary. */
function nodePackage() {
  const { platform, arch } = process;
  const prefix =
    platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

/** The environment in which `node` and `yarn` are the ones this project needs. */
function findToolchain() {
  const current = process.versions.node;
  const nodeFolder = NODE_MAJORS.includes(major(current))
    ? path.dirname(process.execPath)
    : fetchTool(
        'node',
        nodePackage(),
        NODE_VERSION,
        `This is Node ${current} and Backstage needs ${NODE_MAJORS.join(
          ' or ',
        )}`,
        process.env,
      );
  const env = withPath(process.env, nodeFolder);

  const yarn = versionOf('yarn', env);
  if (major(yarn) === YARN_MAJOR) {
    return env;
  }
  return withPath(
    env,
    fetchTool(
      'yarn',
      '@yarnpkg/cli-dist',
      YARN_VERSION,
      yarn
        ? `The yarn found is ${yarn} and this project needs ${YARN_MAJOR}`
        : `No yarn ${YARN_MAJOR} found that works`,
      env,
    ),
  );
}

/** Installs the dependencies unless they were since any manifest changed. */
async function install(env) {
  const state = path.join(root, 'node_modules', '.yarn-state.yml');
  const modified = file =>
    fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const manifests = ['yarn.lock', '.yarnrc.yml', 'package.json'].concat(
    ['packages', 'plugins'].flatMap(folder =>
      fs
        .readdirSync(path.join(root, folder))
        .map(name => path.join(folder, name, 'package.json')),
    ),
  );
  const newest = Math.max(
    ...manifests.map(file => modified(path.join(root, file))),
  );
  if (modified(state) >= newest) {
    return 0;
  }
  const code = await run('yarn', ['install', '--immutable'], {
    cwd: root,
    env,
  });
  if (code === 0) {
    // yarn leaves the file alone when nothing was to be done
    const now = new Date();
    fs.utimesSync(state, now, now);
  }
  return code;
}

const [script, ...args] = process.argv.slice(2);
if (!script) {
  throw new Error('Usage: node scripts/toolchain.mjs <script> [arguments]');
}

try {
  const env = findToolchain();
  process.exitCode =
    (await install(env)) ||
    (await run('yarn', ['run', script, ...args], { cwd: root, env }));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
