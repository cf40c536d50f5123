import { spawn } from 'child_process';
import { once } from 'events';
import { resolve } from 'path';
import { createInterface } from 'readline';

const BIN = resolve(__dirname, '../bin/graph-simulator');

describe('graph-simulator', () => {
  it('prints its address, serves, and ends on SIGTERM', async () => {
    const child = spawn(process.execPath, [
      BIN,
      '--json',
      '--port=0',
      '--accounts=25',
      '--conceal',
    ]);
    try {
      const [line] = await once(createInterface(child.stdout), 'line');
      const { accounts, url } = JSON.parse(line);
      expect(accounts).toBe(25);
      const state = await (await fetch(`${url}/simulator/state`)).json();
      expect(state).toMatchObject({
        accounts: 25,
        faults: { concealNames: true },
      });
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  }, 60_000);

  it('says what is wrong with a size', async () => {
    const child = spawn(process.execPath, [BIN, '--accounts=3', '--port=0']);
    const [line] = await once(createInterface(child.stderr), 'line');
    expect(line).toContain('20 to 1,000,000 accounts, not 3');
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
  }, 60_000);
});
