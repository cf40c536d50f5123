import { spawn } from 'node:child_process';

/** Signals that ask this process to stop. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** How often to look whether the process that started this one is still there. */
const PARENT_CHECK_MS = 1_000;

/**
 * Calls `stop` once when this process is asked to stop, or when the process
 * that started it is gone: npm ends on SIGTERM without passing it on. From then
 * on the signals no longer end the process by themselves: whoever registered
 * ends it.
 */
export function onStopSignal(stop) {
  let asked = false;
  const ask = signal => {
    if (!asked) {
      asked = true;
      stop(signal);
    }
  };
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => ask(signal));
  }
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) {
      ask('SIGHUP');
    }
  }, PARENT_CHECK_MS).unref();
}

/**
 * Starts a command with this process's terminal and tells how it ended.
 *
 * `ended` resolves to its exit code (128 + signal number is left to shells: a
 * command ended by a signal counts as 1) and rejects if it cannot be started.
 */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  const ended = new Promise((resolve, reject) => {
    child.once('error', error =>
      reject(new Error(`Could not start ${command}: ${error.message}`)),
    );
    child.once('exit', code => resolve(code ?? 1));
  });
  return { child, ended };
}

/**
 * Runs a command to its end, passing on a request to stop, and returns its exit
 * code. A Ctrl-C in a terminal reaches the command by itself; other requests
 * are passed on as SIGTERM, which every tool used here takes as "stop".
 */
export async function run(command, args, options = {}) {
  const { child, ended } = start(command, args, options);
  onStopSignal(signal => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) {
      child.kill('SIGTERM');
    }
  });
  return await ended;
}
